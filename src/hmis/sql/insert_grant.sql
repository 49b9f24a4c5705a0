INSERT INTO hmis_grant (source, record_id, agency_id)
VALUES ($1, $2, $3)
