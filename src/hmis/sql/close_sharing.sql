-- Ends statewide sharing of record $1. Exactly one row must change.
UPDATE hmis_record
SET sharing = 'closed'
WHERE record_id = $1 AND sharing <> 'closed'
