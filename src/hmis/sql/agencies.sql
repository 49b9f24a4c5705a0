-- Every agency, with its place in the tree.
SELECT agency_id, name, parent_id, victim_service_provider
FROM hmis_agency
