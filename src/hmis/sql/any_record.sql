-- Whether there is any client record.
SELECT record_id
FROM hmis_record
LIMIT 1
