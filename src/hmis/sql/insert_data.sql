INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id, entered_at, deleted_at, shared)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
