INSERT INTO hmis_agency (agency_id, name, parent_id, victim_service_provider)
VALUES ($1, $2, $3, $4)
