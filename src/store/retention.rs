//! Removing what is kept for a while only (`retention.mail`): the octets of mails in and out, and what approvers were
//! shown. Messages, cases, the outbox and the history stay, so that the accounting does.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Store, StoreError, Write, instant, millis, statements as sql};
use crate::{
    domain::CaseId,
    sql::{Pool, Text, query, query_scalar},
};

/// How much one transaction removes: others wait for it no longer than for any other.
const AT_ONCE: i64 = 200;

/// How long to wait for those who read when the log is to be emptied; meanwhile nobody writes.
const FOR_READERS: Duration = Duration::from_secs(5);

impl Store {
    /// Empties the log beside an `SQLite` file, which holds what was removed until it is written over. Whether it is
    /// empty: not while somebody reads what was there before, as a backup does. A server sees to its own files.
    pub async fn empty_log(&self) -> Result<bool, StoreError> {
        if matches!(self.writer, Pool::Postgres(_)) {
            return Ok(true);
        }
        // A connection of its own, whose patience is shorter.
        let pool = self.address.writers(1, FOR_READERS);
        let busy = query_scalar(Text::both("PRAGMA wal_checkpoint(TRUNCATE)")).fetch_one(&pool).await;
        pool.close().await;
        let busy: i64 = busy?;
        Ok(busy == 0)
    }

    /// When the mails of a case, its replies and the facts it was judged by were removed, if they were.
    pub async fn purged_at(&self, case: CaseId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at: Option<i64> =
            query_scalar(sql::CASE_PURGED).bind(case.number()).fetch_one(&self.readers).await?;
        at.map(|at| instant("messages", &case.to_string(), at)).transpose()
    }
}

impl Write {
    /// Removes a batch of what belongs to cases that ended before `before`, to mails quarantined before then, and of the
    /// desk's own words to staff from before then. Never of an open case, nor of a mail that is still to be sent. How much
    /// was removed; 0: nothing is left to remove.
    pub async fn purge(&mut self, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut removed = 0;
        let messages: Vec<String> = query_scalar(sql::PURGE_RAW)
            .bind(millis(before))
            .bind(AT_ONCE)
            .fetch_all(&mut self.inner)
            .await?;
        for message in messages {
            removed +=
                query(sql::MESSAGE_PURGED).bind(millis(now)).bind(message).execute(&mut self.inner).await?;
        }
        for statement in [sql::PURGE_MAILS, sql::PURGE_EVIDENCE] {
            removed += query(statement).bind(millis(before)).bind(AT_ONCE).execute(&mut self.inner).await?;
        }
        Ok(removed)
    }
}
