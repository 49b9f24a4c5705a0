-- Undo: takes up statewide sharing of record $1 again. Exactly one row must change.
UPDATE hmis_record
SET sharing = 'open'
WHERE record_id = $1 AND sharing = 'closed' AND status = 'active'
