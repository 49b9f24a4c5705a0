-- Rows that `check` warns of: texts without a meaning, and agencies that are not in the list.
SELECT 'client records with a status or a sharing that is not one of the known words' AS what, COUNT(*) AS how_many
FROM hmis_record
WHERE status NOT IN ('active', 'merged', 'deleted') OR sharing NOT IN ('open', 'closed', 'unknown')
UNION ALL
SELECT 'agencies that entered data but are missing from hmis_agency (each counts as another agency)',
    COUNT(DISTINCT agency_id)
FROM hmis_data
WHERE NOT EXISTS (SELECT 1 FROM hmis_agency WHERE hmis_agency.agency_id = hmis_data.agency_id)
