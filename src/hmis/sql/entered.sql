-- Everything that was ever entered in record $1, or came to it with a record that was merged into it, deleted or not, so that
-- an undo can tell whether anything was entered, changed or deleted since. Texts that say of a thing which it is and what can
-- change of it; `shared`: its own lock is open.
SELECT source, kind, item_id, agency_id, entered_at, deleted_at, shared
FROM hmis_data
WHERE record_id = $1 OR record_id IN (SELECT record_id FROM hmis_record WHERE merged_into = $1)
UNION ALL
SELECT source, 'project stay', entry_id, agency_id, entry_date,
    COALESCE(exit_date, '') || ' ' || COALESCE(destination, '') || ' ' || COALESCE(project_id, '') || ' '
        || COALESCE(project_type, ''), CAST(NULL AS BOOLEAN)
FROM hmis_entry
WHERE record_id = $1 OR record_id IN (SELECT record_id FROM hmis_record WHERE merged_into = $1)
UNION ALL
SELECT 'merged', 'merged record', record_id, COALESCE(creator_agency_id, ''), CAST(NULL AS TEXT), status, CAST(NULL AS BOOLEAN)
FROM hmis_record
WHERE merged_into = $1
