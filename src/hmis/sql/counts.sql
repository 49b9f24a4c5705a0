-- How many rows each table holds, for `check`.
SELECT 'agencies' AS what, COUNT(*) AS how_many FROM hmis_agency
UNION ALL SELECT 'client records', COUNT(*) FROM hmis_record
UNION ALL SELECT 'things entered', COUNT(*) FROM hmis_data
UNION ALL SELECT 'grants of visibility', COUNT(*) FROM hmis_grant
UNION ALL SELECT 'project stays', COUNT(*) FROM hmis_entry
