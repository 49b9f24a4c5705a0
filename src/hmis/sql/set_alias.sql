-- Sets the alias of record $1 to $2 where it still is $3 ('' stands for an empty field). Exactly one row must change. An
-- undo sets a field that was NULL back to NULL.
UPDATE hmis_record
SET alias = $2
WHERE record_id = $1 AND COALESCE(alias, '') = $3
