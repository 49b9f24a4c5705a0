-- The agencies that were granted visibility of record $1.
SELECT DISTINCT agency_id
FROM hmis_grant
WHERE record_id = $1
