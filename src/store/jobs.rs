//! Scheduled jobs: up to which instant each is done.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Store, StoreError, Write, instant, millis, statements as sql};
use crate::sql::{query, query_scalar};

/// Clocks of several daemons may differ by seconds, and what one has done another must not do again. An instant further
/// ahead is of a clock that was wrong: left alone, it would silence the job until then.
const AHEAD: TimeDelta = TimeDelta::hours(1);

impl Store {
    /// Up to which instant the job `name` is done. One that never ran counts from `now`, for this call and all later ones,
    /// and so does one that is done up to an instant far ahead.
    pub async fn job_done_at(&self, name: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let done: Option<i64> =
            query_scalar(sql::JOB_DONE_AT).bind(name).fetch_optional(&self.readers).await?;
        if let Some(done) = done.filter(|done| *done <= millis(now + AHEAD)) {
            return instant("jobs", name, done);
        }
        let mut tx = self.write().await?;
        query(sql::JOB_BEGIN).bind(name).bind(millis(now)).execute(&mut tx.inner).await?;
        let mended = query(sql::JOB_NOT_AHEAD)
            .bind(name)
            .bind(millis(now))
            .bind(millis(now + AHEAD))
            .execute(&mut tx.inner)
            .await?;
        if mended > 0 {
            tracing::warn!(job = name, "was last done in the future: the clock was wrong, then or now");
        }
        // Another daemon may have begun at the same moment.
        let begun: i64 = query_scalar(sql::JOB_DONE_AT).bind(name).fetch_one(&mut tx.inner).await?;
        tx.commit().await?;
        instant("jobs", name, begun)
    }
}

impl Write {
    /// The job `name` is done up to `at`.
    pub async fn job_done(&mut self, name: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        query(sql::JOB_DONE).bind(name).bind(millis(at)).execute(&mut self.inner).await?;
        Ok(())
    }
}
