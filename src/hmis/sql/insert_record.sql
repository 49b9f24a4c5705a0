INSERT INTO hmis_record
    (record_id, status, merged_into, creator_agency_id, sharing, alias, roi_consent_date, priority_list, minor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
