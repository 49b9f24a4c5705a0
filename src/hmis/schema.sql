-- The reference HMIS tables (INTERFACES.md). A NULL fact is unknown. Plain SQL that SQLite and PostgreSQL both
-- take; running it again changes nothing.

CREATE TABLE IF NOT EXISTS hmis_agency (
    agency_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    parent_id TEXT,
    victim_service_provider BOOLEAN
);

CREATE TABLE IF NOT EXISTS hmis_record (
    record_id TEXT PRIMARY KEY,
    status TEXT NOT NULL DEFAULT 'active',    -- active | merged | deleted
    merged_into TEXT,
    creator_agency_id TEXT,
    sharing TEXT NOT NULL DEFAULT 'unknown',  -- open | closed | unknown
    alias TEXT,
    roi_consent_date TEXT,
    priority_list BOOLEAN,
    minor BOOLEAN
);

-- One row per thing an agency entered; kind: enrollment, service, assessment, note, file, roi, referral, …
CREATE TABLE IF NOT EXISTS hmis_data (
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    item_id TEXT NOT NULL,
    record_id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    entered_at TEXT,
    deleted_at TEXT,
    shared BOOLEAN,
    PRIMARY KEY (source, kind, item_id)
);
CREATE INDEX IF NOT EXISTS hmis_data_by_record ON hmis_data (record_id, agency_id);

-- Visibility beyond own data.
CREATE TABLE IF NOT EXISTS hmis_grant (
    source TEXT NOT NULL,
    record_id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    PRIMARY KEY (source, record_id, agency_id)
);
CREATE INDEX IF NOT EXISTS hmis_grant_by_record ON hmis_grant (record_id, agency_id);

-- Project stays.
CREATE TABLE IF NOT EXISTS hmis_entry (
    source TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    record_id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    project_id TEXT,
    project_type TEXT,
    entry_date TEXT NOT NULL,
    exit_date TEXT,
    destination TEXT,
    PRIMARY KEY (source, entry_id)
);
CREATE INDEX IF NOT EXISTS hmis_entry_by_record ON hmis_entry (record_id, entry_date);

-- What each source vouches for; fact: data | creator | sharing | grants | priority_list | minor | vsp | entries | all
CREATE TABLE IF NOT EXISTS hmis_source (
    source TEXT NOT NULL,
    fact TEXT NOT NULL,
    as_of TEXT NOT NULL,
    complete BOOLEAN NOT NULL,
    PRIMARY KEY (source, fact)
);
