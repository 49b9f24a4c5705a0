//! Every SQL statement of the store, in one list that a test prepares on both engines.

use crate::sql::Text;

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:literal $(locking $clause:literal)?;)*) => {
        $($(#[$doc])* pub(super) const $name: Text = text!($sql $(, $clause)?);)*
        #[cfg(test)]
        pub(super) const ALL: &[(&str, Text)] = &[$((stringify!($name), $name)),*];
    };
}

macro_rules! text {
    ($sql:literal) => {
        Text::both($sql)
    };
    ($sql:literal, $clause:literal) => {
        Text::locking($sql, $clause)
    };
}

/// What only a server is asked: its version, and its time in milliseconds since 1970.
pub(super) const SERVER_VERSION: Text = Text::both("SELECT current_setting('server_version')");
pub(super) const SERVER_TIME: Text =
    Text::both("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)");

statements! {
    STEPS = "SELECT version FROM _sqlx_migrations ORDER BY version";
    HISTORY_LAST = "SELECT MAX(at) FROM history";

    SETTING_GET = "SELECT value FROM settings WHERE name = $1";
    SETTING_SET = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    INSTALLATION_FORMER = "UPDATE settings SET name = 'installation/' || value WHERE name = 'installation'";
    INSTALLATIONS_FORMER = "SELECT value FROM settings WHERE name LIKE 'installation/%' ORDER BY value";
    /// To the first round number that is at least ten thousand away: 1042 → 20000.
    CASE_NUMBERS_GAP = "UPDATE counters SET value = (value + 19999) / 10000 * 10000 WHERE name = 'case'";
    COUNTER_NEXT = "UPDATE counters SET value = value + 1 WHERE name = $1 RETURNING value";

    LEASE_TAKE = "INSERT INTO leases (name, holder, token, until_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = excluded.token, until_at = excluded.until_at
        WHERE leases.until_at <= $5 OR leases.until_at > $6";
    LEASE_RENEW = "UPDATE leases SET until_at = $1 WHERE name = $2 AND token = $3";
    LEASE_END = "DELETE FROM leases WHERE name = $1 AND token = $2";
    LEASE_HOLDER = "SELECT holder, until_at FROM leases WHERE name = $1";
    LEASE_ALIVE = "SELECT holder FROM leases WHERE until_at > $1 ORDER BY name LIMIT 1";
    LEASES_FREE = "DELETE FROM leases";

    JOB_BEGIN = "INSERT INTO jobs (name, done_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    JOB_NOT_AHEAD = "UPDATE jobs SET done_at = $2 WHERE name = $1 AND done_at > $3";
    JOB_DONE_AT = "SELECT done_at FROM jobs WHERE name = $1";
    JOB_DONE = "UPDATE jobs SET done_at = $2 WHERE name = $1";

    CURSOR_GET = "SELECT uidvalidity, next_uid FROM cursors WHERE folder = $1";
    CURSOR_SET = "INSERT INTO cursors (folder, uidvalidity, next_uid, moved_at, looked_at) VALUES ($1, $2, $3, $4, $4)
        ON CONFLICT (folder) DO UPDATE SET uidvalidity = excluded.uidvalidity, next_uid = excluded.next_uid,
        moved_at = excluded.moved_at, looked_at = excluded.looked_at";
    CURSOR_LOOKED = "UPDATE cursors SET looked_at = $1 WHERE folder = $2";
    LOOKED_AT = "SELECT looked_at FROM cursors WHERE folder = $1";

    MESSAGE_KNOWN = "SELECT id FROM messages WHERE folder = $1 AND uidvalidity = $2 AND uid = $3";
    MESSAGE_ADD = "INSERT INTO messages (id, folder, uidvalidity, uid, sha256, state, verdict, reason, possible,
        case_number, message_id, references_, received_at, seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (folder, uidvalidity, uid) DO NOTHING";
    MESSAGE_RENEW = "UPDATE messages SET state = $2, verdict = $3, reason = $4, possible = $5, case_number = $6,
        message_id = $7, references_ = $8, sha256 = COALESCE($9, sha256), received_at = $10, joined_at = $11,
        purged_at = NULL
        WHERE id = $1 AND state IN ('quarantined', 'left')";
    MESSAGE_REKEY = "UPDATE messages SET uidvalidity = $1, uid = $2 WHERE id = (SELECT id FROM messages
        WHERE folder = $3 AND sha256 = $4 AND uidvalidity <> $1 ORDER BY id LIMIT 1)";
    MESSAGES_OF_CASE = "SELECT id, folder, uidvalidity, uid, message_id, references_ FROM messages
        WHERE case_number = $1 ORDER BY COALESCE(joined_at, seen_at), id";
    MESSAGE_ROWS_OF_CASE = "SELECT id, folder, uidvalidity, uid, state, verdict, reason, possible, case_number, received_at,
        seen_at, purged_at FROM messages WHERE case_number = $1 ORDER BY COALESCE(joined_at, seen_at), id";
    MESSAGE_PLACE = "SELECT id, folder, uidvalidity, uid, message_id, references_ FROM messages WHERE id = $1";
    CASES_OF_MESSAGE_ID = "SELECT DISTINCT case_number FROM messages WHERE message_id = $1 AND case_number IS NOT NULL
        ORDER BY case_number DESC LIMIT 20";
    MESSAGES_DONE = "UPDATE messages SET state = 'done' WHERE case_number = $1 AND state = 'working'";
    MESSAGE_ROW = "SELECT id, folder, uidvalidity, uid, state, verdict, reason, possible, case_number, received_at,
        seen_at, purged_at FROM messages WHERE id = $1";
    MESSAGES_LIST = "SELECT id, folder, uidvalidity, uid, state, verdict, reason, possible, case_number, received_at,
        seen_at, purged_at FROM messages WHERE ($1 = '' OR state = $1) AND (NOT $2 OR possible) ORDER BY seen_at, id";
    MESSAGES_PAGE = "SELECT id, folder, uidvalidity, uid, state, verdict, reason, possible, case_number, received_at,
        seen_at, purged_at FROM messages ORDER BY seen_at DESC, id DESC LIMIT $1 OFFSET $2";
    MESSAGES_PAGE_OF = "SELECT id, folder, uidvalidity, uid, state, verdict, reason, possible, case_number, received_at,
        seen_at, purged_at FROM messages WHERE state = $3 ORDER BY seen_at DESC, id DESC LIMIT $1 OFFSET $2";
    MESSAGES_PAGE_POSSIBLE = "SELECT id, folder, uidvalidity, uid, state, verdict, reason, possible, case_number, received_at,
        seen_at, purged_at FROM messages WHERE possible ORDER BY seen_at DESC, id DESC LIMIT $1 OFFSET $2";
    MESSAGES_COUNTS = "SELECT state, COUNT(*), SUM(CASE WHEN possible THEN 1 ELSE 0 END) FROM messages GROUP BY state ORDER BY state";
    RAW_ADD = "INSERT INTO raw_mails (message, octets) VALUES ($1, $2) ON CONFLICT (message) DO NOTHING";
    RAW_REMOVE = "DELETE FROM raw_mails WHERE message = $1";
    RAW_GET_WITHIN = "SELECT CASE WHEN LENGTH(octets) <= $2 THEN octets END FROM raw_mails WHERE message = $1";
    RAW_GET = "SELECT octets FROM raw_mails WHERE message = $1";

    CASE_ADD = "INSERT INTO cases (number, state, version, agency, doc, received_at, due_at, finished_at, waits, flagged,
        urgent_at) VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10)";
    CASE_SAVE = "UPDATE cases SET state = $1, version = version + 1, doc = $2, finished_at = $3, waits = $6, flagged = $7,
        urgent_at = $8, lease_token = NULL, lease_until = NULL WHERE number = $4 AND version = $5";
    CASE_GET = "SELECT doc, version FROM cases WHERE number = $1";
    CASES_LIST = "SELECT doc, version FROM cases WHERE ($1 = '' OR state = $1)
        AND ($2 = '' OR number IN (SELECT case_number FROM case_records WHERE record = $2)) ORDER BY due_at, number";
    CASE_RECORD_ADD = "INSERT INTO case_records (case_number, record, agency, open) VALUES ($1, $2, $3, $4)
        ON CONFLICT (case_number, record) DO NOTHING";
    CASE_RECORDS_SHUT = "UPDATE case_records SET open = FALSE WHERE case_number = $1";
    CASES_OPEN_FOR = "SELECT case_number FROM case_records WHERE record = $1 AND agency = $2 AND open
        ORDER BY case_number";
    CASE_OVER_FOR = "SELECT case_number FROM case_records WHERE record = $1 AND agency = $2 AND NOT open
        ORDER BY case_number DESC LIMIT 1";
    CASES_SHADOWED = "SELECT doc FROM cases WHERE state = 'shadowed' AND number > $1 ORDER BY number LIMIT $2";
    CASE_TO_JUDGE = "SELECT number FROM cases WHERE state = 'received' AND (lease_until IS NULL OR lease_until <= $1)
        ORDER BY received_at, number LIMIT 1" locking "FOR UPDATE SKIP LOCKED";
    CASE_LEASE = "UPDATE cases SET lease_token = $1, lease_until = $2 WHERE number = $3";
    CASE_LEASE_RENEW = "UPDATE cases SET lease_until = $1 WHERE number = $2 AND lease_token = $3";
    CASE_LEASE_OF = "SELECT lease_token FROM cases WHERE number = $1";

    EVIDENCE_ADD = "INSERT INTO evidence (case_number, sha256, doc, made_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (case_number, sha256) DO UPDATE SET doc = excluded.doc, made_at = excluded.made_at";
    EVIDENCE_GET = "SELECT doc FROM evidence WHERE case_number = $1 AND sha256 = $2";

    ACTION_ORDER = "INSERT INTO actions (key, case_number, message, lane, kind, record, state, attempts, doc, mail,
        mail_to, mail_id, ordered_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, 'pending', 0, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (key) DO UPDATE SET state = 'pending', doc = excluded.doc, due_at = excluded.due_at,
        ordered_at = excluded.ordered_at,
        ended_at = NULL, failing_since = NULL, lease_token = NULL, lease_until = NULL, mail = COALESCE(excluded.mail, actions.mail)
        WHERE actions.state <> 'started' OR actions.lease_until <= excluded.ordered_at";
    ACTION_ORDER_ONCE = "INSERT INTO actions (key, case_number, message, lane, kind, record, state, attempts, doc, mail,
        mail_to, mail_id, ordered_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, 'pending', 0, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (key) DO NOTHING";
    ACTION_RETURNED = "UPDATE actions SET state = 'refused', last_error = $2
        WHERE key = $1 AND mail_id = $3 AND state = 'done'";
    ACTION_AGAIN = "UPDATE actions SET state = 'pending', due_at = $2, ordered_at = $2, ended_at = NULL, failing_since = NULL, lease_token = NULL,
        lease_until = NULL WHERE key = $1 AND state IN ('refused', 'uncertain', 'dropped')";
    ACTION_DUE = "SELECT key, case_number, message, kind, state, attempts, doc, mail, mail_to, mail_id, ordered_at
        FROM actions AS a WHERE lane = $1 AND state IN ('pending', 'started', 'retrying') AND due_at <= $2
        AND (lease_until IS NULL OR lease_until <= $2) AND ($3 OR state <> 'started')
        AND NOT EXISTS (SELECT 1 FROM actions AS b
            WHERE ((a.kind = 'reply' AND b.kind = 'reply' AND a.mail_to = b.mail_to) OR (a.lane = 'mailbox' AND b.lane = 'mailbox'))
            AND b.case_number = a.case_number AND b.ordered_at < a.ordered_at
            AND b.state IN ('pending', 'started', 'retrying'))
        ORDER BY due_at, ordered_at, CASE kind WHEN 'finish_mail' THEN 1 ELSE 0 END, key LIMIT 1" locking "FOR UPDATE OF a SKIP LOCKED";
    ACTION_START = "UPDATE actions SET state = 'started', attempts = attempts + 1, lease_token = $1, lease_until = $2
        WHERE key = $3";
    ACTION_RENEW = "UPDATE actions SET lease_until = $1 WHERE key = $2 AND lease_token = $3";
    ACTION_END = "UPDATE actions SET state = $1, last_error = $2, ended_at = $3, failing_since = NULL, lease_token = NULL,
        lease_until = NULL WHERE key = $4 AND lease_token = $5";
    ACTION_LATER = "UPDATE actions SET state = 'retrying', last_error = $1, due_at = $2, lease_token = NULL,
        lease_until = NULL, failing_since = CASE WHEN CAST($3 AS BIGINT) IS NULL THEN NULL
        ELSE COALESCE(failing_since, CAST($3 AS BIGINT)) END
        WHERE key = $4 AND lease_token = $5";
    ACTIONS_NEXT_DUE = "SELECT MIN(CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END) FROM actions
        WHERE lane = $1 AND state IN ('pending', 'started', 'retrying')";
    ACTIONS_OF_CASE = "SELECT key, kind, record, state, attempts, last_error FROM actions WHERE case_number = $1
        ORDER BY ordered_at, key";
    ACTIONS_FREE = "UPDATE actions SET lease_token = NULL, lease_until = NULL WHERE lease_until IS NOT NULL";
    CASES_FREE = "UPDATE cases SET lease_token = NULL, lease_until = NULL WHERE lease_until IS NOT NULL";
    ATTEMPT_BEGIN = "INSERT INTO attempts (action, number, begun_at)
        SELECT key, attempts, CAST($2 AS BIGINT) FROM actions WHERE key = $1 AND kind <> 'read_back'";
    ATTEMPT_END = "UPDATE attempts SET ended_at = $1, outcome = $2 WHERE action = $3
        AND number = (SELECT attempts FROM actions WHERE key = $3)";
    ACTION_OVERDUE = "SELECT kind, case_number, due_at FROM actions AS a WHERE lane = $1
        AND state IN ('pending', 'started', 'retrying') AND due_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
        AND NOT EXISTS (SELECT 1 FROM actions AS b
            WHERE ((a.kind = 'reply' AND b.kind = 'reply' AND a.mail_to = b.mail_to) OR (a.lane = 'mailbox' AND b.lane = 'mailbox'))
            AND b.case_number = a.case_number AND b.ordered_at < a.ordered_at
            AND b.state IN ('pending', 'started', 'retrying'))
        ORDER BY due_at, key LIMIT 1";
    ACTION_FAILING = "SELECT kind, case_number, failing_since FROM actions WHERE lane = $1 AND failing_since <= $2
        ORDER BY failing_since, key LIMIT 1";
    ACTIONS_WAITING = "SELECT lane, COUNT(*), MIN(CASE WHEN due_at <= $1 THEN due_at END) FROM actions
        WHERE state IN ('pending', 'started', 'retrying') GROUP BY lane ORDER BY lane";
    CASES_OPEN = "SELECT state, COUNT(*), MIN(received_at) FROM cases WHERE finished_at IS NULL
        GROUP BY state ORDER BY state";
    CASES_OVERDUE = "SELECT COUNT(*) FROM cases WHERE finished_at IS NULL AND due_at <= $1";
    MAIL_SENT_TO = "SELECT COUNT(*), MIN(ended_at) FROM actions WHERE state = 'done' AND mail_to = $1
        AND ended_at > $2";
    MAIL_SENT = "SELECT COUNT(*), MIN(ended_at) FROM actions WHERE state = 'done' AND mail_to IS NOT NULL
        AND ended_at > $1";

    HISTORY_HOLD = "SELECT value FROM counters WHERE name = 'history'" locking "FOR UPDATE";
    HISTORY_HEAD = "SELECT hash FROM history WHERE seq = $1";
    HISTORY_ADD = "INSERT INTO history (seq, case_number, at, event, actor, from_state, to_state, detail, previous,
        hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    HISTORY_OF_CASE = "SELECT seq, case_number, at, event, actor, from_state, to_state, detail, previous, hash
        FROM history WHERE case_number = $1 ORDER BY seq";
    HISTORY_FROM = "SELECT seq, case_number, at, event, actor, from_state, to_state, detail, previous, hash
        FROM history WHERE seq > $1 ORDER BY seq LIMIT 1000";
    OPEN_CASES = "SELECT doc, (SELECT MAX(at) FROM history WHERE case_number = number AND from_state <> to_state)
        FROM cases WHERE finished_at IS NULL ORDER BY due_at, number";
    CASES_ENDED = "SELECT doc FROM cases WHERE finished_at >= $1 AND finished_at < $2";
    MESSAGES_NEW = "SELECT state, COUNT(*), SUM(CASE WHEN possible THEN 1 ELSE 0 END) FROM messages
        WHERE seen_at >= $1 AND seen_at < $2 GROUP BY state";

    PURGE_RAW = "DELETE FROM raw_mails WHERE message IN (SELECT m.id FROM raw_mails AS r
        JOIN messages AS m ON m.id = r.message LEFT JOIN cases AS c ON c.number = m.case_number
        WHERE c.finished_at < $1 OR (m.state = 'quarantined' AND m.seen_at < $1) ORDER BY m.id LIMIT $2)
        RETURNING message";
    MESSAGE_PURGED = "UPDATE messages SET purged_at = $1 WHERE id = $2";
    PURGE_MAILS = "UPDATE actions SET mail = NULL WHERE key IN (SELECT a.key FROM actions AS a
        LEFT JOIN cases AS c ON c.number = a.case_number WHERE a.mail IS NOT NULL
        AND a.state IN ('done', 'refused', 'uncertain', 'dropped')
        AND (c.finished_at < $1 OR (a.case_number IS NULL AND a.ended_at < $1)) ORDER BY a.key LIMIT $2)";
    PURGE_EVIDENCE = "DELETE FROM evidence WHERE case_number IN (SELECT e.case_number FROM evidence AS e
        JOIN cases AS c ON c.number = e.case_number WHERE c.finished_at < $1 ORDER BY e.case_number LIMIT $2)";
    CASE_PURGED = "SELECT MAX(purged_at) FROM messages WHERE case_number = $1";

    /// The page's numbers are found in the index alone; only its cases are read.
    QUEUE_WAITING = "SELECT c.doc, c.version FROM cases AS c JOIN (SELECT number, urgent_at FROM cases WHERE waits
        AND ($1 = '' OR state = $1) AND ($2 = '' OR agency = $2) AND (NOT $3 OR flagged)
        AND (CAST($4 AS BIGINT) IS NULL OR due_at <= CAST($4 AS BIGINT))
        ORDER BY urgent_at, number LIMIT $5 OFFSET $6) AS p ON p.number = c.number ORDER BY p.urgent_at, p.number";
    QUEUE_WAITING_COUNT = "SELECT state, COUNT(*), SUM(CASE WHEN flagged THEN 1 ELSE 0 END),
        SUM(CASE WHEN due_at <= $3 THEN 1 ELSE 0 END) FROM cases WHERE waits AND ($1 = '' OR agency = $1)
        AND (NOT $2 OR flagged) AND (CAST($4 AS BIGINT) IS NULL OR due_at <= CAST($4 AS BIGINT)) GROUP BY state ORDER BY state";
    QUEUE_RUNNING = "SELECT doc, version FROM cases WHERE finished_at IS NULL AND NOT waits
        AND ($1 = '' OR state = $1) AND ($2 = '' OR agency = $2) AND (NOT $3 OR flagged)
        AND (CAST($4 AS BIGINT) IS NULL OR due_at <= CAST($4 AS BIGINT)) ORDER BY due_at, number LIMIT $5 OFFSET $6";
    QUEUE_OVER = "SELECT doc, version FROM cases WHERE finished_at IS NOT NULL
        AND ($1 = '' OR state = $1) AND ($2 = '' OR agency = $2) AND (NOT $3 OR flagged)
        AND (CAST($4 AS BIGINT) IS NULL OR due_at <= CAST($4 AS BIGINT))
        ORDER BY finished_at DESC, number DESC LIMIT $5 OFFSET $6";
    CASES_ABOUT = "SELECT c.doc, c.version FROM cases AS c JOIN case_records AS r ON r.case_number = c.number
        WHERE r.record = $1 ORDER BY c.received_at DESC, c.number DESC LIMIT 100";
    CASES_WITHOUT_AGENCY = "SELECT doc, version FROM cases WHERE agency IS NULL ORDER BY number DESC LIMIT 200";
    REPLIES_OF_CASE = "SELECT key, state, last_error, mail_to, mail, ordered_at, ended_at FROM actions
        WHERE case_number = $1 AND kind = 'reply' ORDER BY ordered_at, key";
    ATTEMPTS_OF_CASE = "SELECT t.action, t.number, t.begun_at, t.ended_at, t.outcome FROM attempts AS t
        JOIN actions AS a ON a.key = t.action WHERE a.case_number = $1 ORDER BY t.begun_at, t.action, t.number";

    STAFF_LIST = "SELECT name, role, password, made_at, disabled_at, failures, locked_until FROM staff ORDER BY name";
    STAFF_GET = "SELECT name, role, password, made_at, disabled_at, failures, locked_until FROM staff WHERE name = $1";
    STAFF_HOLD = "SELECT name, role, password, made_at, disabled_at, failures, locked_until FROM staff WHERE name = $1"
        locking "FOR UPDATE";
    STAFF_ANY = "SELECT name FROM staff LIMIT 1";
    STAFF_ADD = "INSERT INTO staff (name, role, password, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING";
    STAFF_PASSWORD = "UPDATE staff SET password = $2, failures = 0, locked_until = NULL WHERE name = $1";
    STAFF_ROLE = "UPDATE staff SET role = $2 WHERE name = $1";
    STAFF_DISABLE = "UPDATE staff SET disabled_at = $2 WHERE name = $1";
    STAFF_FAILED = "UPDATE staff SET failures = failures + 1 WHERE name = $1 RETURNING failures";
    STAFF_LOCK = "UPDATE staff SET locked_until = $2 WHERE name = $1";
    STAFF_UNLOCK = "UPDATE staff SET failures = 0, locked_until = NULL WHERE name = $1";
    SESSION_GET = "SELECT s.staff, a.role, s.csrf, s.began_at, s.used_at FROM sessions AS s JOIN staff AS a ON a.name = s.staff
        WHERE s.token_sha256 = $1 AND s.until_at > $2 AND a.disabled_at IS NULL";
    SESSION_ADD = "INSERT INTO sessions (token_sha256, staff, csrf, began_at, used_at, until_at)
        VALUES ($1, $2, $3, $4, $4, $5)";
    SESSION_USED = "UPDATE sessions SET used_at = $2, until_at = $3 WHERE token_sha256 = $1";
    SESSION_END = "DELETE FROM sessions WHERE token_sha256 = $1";
    SESSIONS_END = "DELETE FROM sessions WHERE staff = $1";
    SESSIONS_OVER = "DELETE FROM sessions WHERE until_at <= $1";

    COUNTER_GET = "SELECT value FROM counters WHERE name = $1";

    VERIFY_MESSAGES = "SELECT state, COUNT(*) FROM messages GROUP BY state ORDER BY state";
    VERIFY_WORKING_OVER = "SELECT m.id FROM messages AS m JOIN cases AS c ON c.number = m.case_number
        WHERE (m.state = 'working') <> (c.finished_at IS NULL)";
    VERIFY_CASE_WITHOUT_MAIL = "SELECT number FROM cases WHERE number NOT IN
        (SELECT case_number FROM messages WHERE case_number IS NOT NULL)";
    VERIFY_NOTICE_WITHOUT_BYTES = "SELECT id FROM messages WHERE (state = 'working' OR purged_at IS NULL
        AND (state = 'done' OR (state = 'quarantined' AND verdict NOT IN ('too_large', 'unavailable'))))
        AND id NOT IN (SELECT message FROM raw_mails)";
    VERIFY_CASE_STATES = "SELECT number, state FROM cases ORDER BY number";
    VERIFY_ACTIONS = "SELECT key, case_number, kind, state FROM actions ORDER BY key";
}
