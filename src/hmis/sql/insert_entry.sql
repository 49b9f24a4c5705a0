INSERT INTO hmis_entry
    (source, entry_id, record_id, agency_id, project_id, project_type, entry_date, exit_date, destination)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
