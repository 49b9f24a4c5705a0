-- The desk's own store. One text for every engine: ids TEXT, instants BIGINT (milliseconds since 1970, UTC),
-- documents as JSON text.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Numbers handed out one by one.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('case', 1000), ('history', 0);

-- Who works on what only one may work on at a time: reading the mailbox, a scheduled job.
CREATE TABLE leases (
    name     TEXT PRIMARY KEY,
    holder   TEXT NOT NULL,
    token    TEXT NOT NULL,
    until_at BIGINT NOT NULL
);

-- Up to which instant each scheduled job is done.
CREATE TABLE jobs (
    name    TEXT PRIMARY KEY,
    done_at BIGINT NOT NULL
);

-- Where to go on reading in a folder.
CREATE TABLE cursors (
    folder      TEXT PRIMARY KEY,
    uidvalidity BIGINT NOT NULL,
    next_uid    BIGINT NOT NULL,
    moved_at    BIGINT NOT NULL,
    -- When the folder was last looked at with success, by whichever daemon.
    looked_at   BIGINT NOT NULL
);

CREATE TABLE cases (
    number      BIGINT PRIMARY KEY,
    state       TEXT NOT NULL CHECK (state IN ('received', 'awaiting_information', 'awaiting_approval', 'waiting',
                    'closing', 'worklist', 'replying', 'needs_staff', 'done', 'declined', 'cancelled', 'shadowed')),
    version     BIGINT NOT NULL,
    agency      TEXT,
    doc         TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    finished_at BIGINT,
    lease_token TEXT,
    lease_until BIGINT
);
CREATE INDEX cases_to_judge ON cases (received_at) WHERE state = 'received';
CREATE INDEX cases_open ON cases (due_at, state, received_at) WHERE finished_at IS NULL;

-- The records of a case; `open` while the case is, so that a second notice finds it.
CREATE TABLE case_records (
    case_number BIGINT NOT NULL REFERENCES cases (number),
    record      TEXT NOT NULL,
    agency      TEXT,
    open        BOOLEAN NOT NULL,
    PRIMARY KEY (case_number, record)
);
CREATE INDEX case_records_by_record ON case_records (record);

-- Every message ever seen. Of mail that is not ours only the key, the hash and the verdict are kept.
CREATE TABLE messages (
    id          TEXT PRIMARY KEY,
    folder      TEXT NOT NULL,
    uidvalidity BIGINT NOT NULL,
    uid         TEXT NOT NULL,
    sha256      TEXT,
    state       TEXT NOT NULL CHECK (state IN ('working', 'done', 'left', 'quarantined')),
    verdict     TEXT NOT NULL,
    reason      TEXT,
    possible    BOOLEAN NOT NULL,
    case_number BIGINT REFERENCES cases (number),
    message_id  TEXT,
    references_ TEXT,
    received_at BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    -- When its octets were removed (`retention.mail`).
    purged_at   BIGINT,
    UNIQUE (folder, uidvalidity, uid),
    CHECK ((state IN ('working', 'done')) = (case_number IS NOT NULL))
);
CREATE INDEX messages_by_case ON messages (case_number) WHERE case_number IS NOT NULL;
CREATE INDEX messages_by_hash ON messages (sha256) WHERE sha256 IS NOT NULL;

-- The octets of notices and of quarantined mail.
CREATE TABLE raw_mails (
    message TEXT PRIMARY KEY REFERENCES messages (id),
    octets  BYTEA NOT NULL
);

-- What an approver was shown.
CREATE TABLE evidence (
    case_number BIGINT NOT NULL REFERENCES cases (number),
    sha256      TEXT NOT NULL,
    doc         TEXT NOT NULL,
    made_at     BIGINT NOT NULL,
    PRIMARY KEY (case_number, sha256)
);

-- The outbox: what the desk is to do, and how far it got.
CREATE TABLE actions (
    key         TEXT PRIMARY KEY,
    case_number BIGINT REFERENCES cases (number),
    message     TEXT REFERENCES messages (id),
    lane        TEXT NOT NULL CHECK (lane IN ('desk', 'mailbox', 'staff')),
    kind        TEXT NOT NULL,
    record      TEXT,
    state       TEXT NOT NULL CHECK (state IN ('pending', 'started', 'done', 'retrying', 'refused', 'uncertain',
                    'dropped')),
    attempts    BIGINT NOT NULL,
    doc         TEXT NOT NULL,
    mail        BYTEA,
    mail_to     TEXT,
    mail_id     TEXT,
    last_error  TEXT,
    ordered_at  BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    ended_at    BIGINT,
    -- Since when every attempt has failed. Waiting for something that takes its time is no failure.
    failing_since BIGINT,
    lease_token TEXT,
    lease_until BIGINT
);
CREATE INDEX actions_failing ON actions (lane, failing_since) WHERE failing_since IS NOT NULL;
CREATE INDEX actions_due ON actions (lane, due_at) WHERE state IN ('pending', 'started', 'retrying');
CREATE INDEX actions_by_case ON actions (case_number);
CREATE INDEX actions_mail_sent ON actions (mail_to, ended_at) WHERE state = 'done' AND mail_to IS NOT NULL;
CREATE INDEX actions_mail_sent_at ON actions (ended_at) WHERE state = 'done' AND mail_to IS NOT NULL;

-- Every attempt, noted before its effect.
CREATE TABLE attempts (
    action   TEXT NOT NULL REFERENCES actions (key),
    number   BIGINT NOT NULL,
    begun_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome  TEXT,
    PRIMARY KEY (action, number)
);

-- What happened, chained by hashes: nothing can be changed, removed or put in unnoticed.
CREATE TABLE history (
    seq         BIGINT PRIMARY KEY,
    case_number BIGINT NOT NULL REFERENCES cases (number),
    at          BIGINT NOT NULL,
    event       TEXT NOT NULL,
    actor       TEXT NOT NULL,
    from_state  TEXT NOT NULL,
    to_state    TEXT NOT NULL,
    detail      TEXT NOT NULL,
    previous    TEXT NOT NULL,
    hash        TEXT NOT NULL
);
CREATE INDEX history_by_case ON history (case_number, seq);
