-- Who has entered data in record $1. One row per agency and state is enough: it does not matter how much.
-- `deleted`: the thing was deleted since. `shared`: it has a lock of its own, and that is open.
SELECT DISTINCT
    agency_id,
    CASE WHEN deleted_at IS NULL OR deleted_at = '' THEN FALSE ELSE TRUE END AS deleted,
    shared
FROM hmis_data
WHERE record_id = $1
