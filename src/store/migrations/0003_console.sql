-- Who may decide, and who is signed in at the console.
CREATE TABLE staff (
    name         TEXT PRIMARY KEY,
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'approver', 'admin')),
    -- Argon2id, with its parameters and salt (PHC string).
    password     TEXT NOT NULL,
    made_at      BIGINT NOT NULL,
    disabled_at  BIGINT,
    -- Wrong passwords in a row, and until when none is taken.
    failures     BIGINT NOT NULL DEFAULT 0,
    locked_until BIGINT
);

-- The cookie itself is not kept: whoever reads the database cannot sign in with it.
CREATE TABLE sessions (
    token_sha256 TEXT PRIMARY KEY,
    staff        TEXT NOT NULL REFERENCES staff (name),
    csrf         TEXT NOT NULL,
    began_at     BIGINT NOT NULL,
    used_at      BIGINT NOT NULL,
    until_at     BIGINT NOT NULL
);
CREATE INDEX sessions_by_staff ON sessions (staff);

-- The queue: what waits for a person, the most urgent first. Read from the case's document whenever it is saved; what is
-- open already counts by its due time until then.
ALTER TABLE cases ADD COLUMN waits BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE cases ADD COLUMN flagged BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE cases ADD COLUMN urgent_at BIGINT NOT NULL DEFAULT 0;
UPDATE cases SET urgent_at = due_at, waits = state IN ('awaiting_approval', 'worklist', 'needs_staff');
-- They hold all that the queue is filtered and counted by, so that only the cases of the page shown are read. (SQLite reads
-- the row for a column of the condition that the index does not hold.)
CREATE INDEX cases_queue ON cases (urgent_at, number, state, agency, flagged, due_at, waits) WHERE waits;
CREATE INDEX cases_counted ON cases (state, agency, flagged, due_at, waits) WHERE waits;
CREATE INDEX messages_by_state ON messages (state, seen_at, id);
CREATE INDEX messages_by_seen ON messages (seen_at, id);
CREATE INDEX messages_possible ON messages (seen_at, id) WHERE possible;
CREATE INDEX cases_ended ON cases (finished_at) WHERE finished_at IS NOT NULL;
