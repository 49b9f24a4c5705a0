-- The grants of visibility of record $1, row by row, as an undo has to put them back.
SELECT source, agency_id
FROM hmis_grant
WHERE record_id = $1
