-- Takes back what agency $2 was granted on record $1. At least one row must go.
DELETE FROM hmis_grant
WHERE record_id = $1 AND agency_id = $2
