-- The record $1: no row or one.
SELECT status, merged_into, creator_agency_id, sharing, alias, roi_consent_date, priority_list, minor
FROM hmis_record
WHERE record_id = $1
