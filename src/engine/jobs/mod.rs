//! What happens by the clock (`[schedule]`): reminders, the digest, removing old mails, backups.
//!
//! - One runner among all daemons on a database: whoever holds the lease `job/NAME`.
//! - What was missed while no daemon ran happens once. What never ran counts from the first start.
//! - A job is done when that is committed, together with the mails it orders, as long as the lease is held. One that
//!   failed or was cut off runs again: each may be run again at any point.

mod backup;
mod digest;
mod remind;
mod retention;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use cron::Schedule;
use tokio_util::sync::CancellationToken;

use super::{Desk, EngineError, daemon::rest, schedule::next_after, status::JobStatus};
use crate::{
    config::Config,
    store::{Held, Lane, Lease, Order, Write},
};

/// The longest time without a look at the clock: it may have been set.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// How soon to look whether another daemon is done with a job, or has died of it.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// The first wait after a job has failed; it doubles with every failure in a row.
const FIRST_WAIT: Duration = Duration::from_mins(1);
/// The longest wait after a job has failed.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// A job that runs by the clock. (`recheck` is none yet: its schedule is checked, and that is all.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    /// Reminds staff of what waits, and agencies of what they owe us.
    Remind,
    /// Tells staff the figures of the last day.
    Digest,
    /// Removes what is kept for a while only.
    Retention,
    /// Writes a backup.
    Backup,
}

impl Job {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Remind, Self::Digest, Self::Retention, Self::Backup];

    /// Its key in `[schedule]`, and its name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Remind => "remind",
            Self::Digest => "digest",
            Self::Retention => "retention",
            Self::Backup => "backup",
        }
    }
}

/// When jobs run, and what they need to know besides.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Jobs that are off are absent.
    schedule: BTreeMap<Job, Schedule>,
    zone: Tz,
    keep_mail_for: TimeDelta,
    backup_folder: Option<PathBuf>,
    backups: usize,
}

impl Plan {
    pub(super) fn of(config: &Config) -> Self {
        let mut schedule: BTreeMap<Job, Schedule> = Job::ALL
            .into_iter()
            .filter_map(|job| Some((job, config.schedule.get(job.name())?.clone())))
            .collect();
        if config.database.backup_folder.is_none() {
            schedule.remove(&Job::Backup);
        }
        Self {
            schedule,
            zone: config.time_zone,
            keep_mail_for: super::delta(config.keep_mail_for),
            backup_folder: config.database.backup_folder.clone(),
            backups: config.database.backups,
        }
    }
}

/// What a look at a job found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// It was due, and is done.
    Done,
    /// It is not due before then; `None`: never.
    NotBefore(Option<DateTime<Utc>>),
    /// Another daemon is at it, or has just done it.
    Elsewhere,
}

/// One run of a job.
struct Turn<'a> {
    desk: &'a Desk,
    job: Job,
    lease: Lease,
    /// Up to when it was done before.
    since: DateTime<Utc>,
    /// For which time of its schedule it runs: the first since then.
    due: DateTime<Utc>,
    /// When it began.
    now: DateTime<Utc>,
}

impl Desk {
    /// Runs a job if it is due and no other daemon runs it.
    pub async fn run_job(&self, job: Job) -> Result<Ran, EngineError> {
        let Some(schedule) = self.plan.schedule.get(&job) else { return Ok(Ran::NotBefore(None)) };
        let now = self.book.clock.now();
        let store = &self.book.store;
        let since = store.job_done_at(job.name(), now).await?;
        let Some(due) = next_after(schedule, self.plan.zone, since).filter(|due| *due <= now) else {
            return Ok(Ran::NotBefore(next_after(schedule, self.plan.zone, since)));
        };
        let name = lease_name(job);
        let Some(lease) = store.take_lease(&name, &self.worker, now, self.held_until()).await? else {
            return Ok(Ran::Elsewhere);
        };
        if store.job_done_at(job.name(), now).await? != since {
            // Between the look and the lease another daemon did it.
            let mut tx = store.write().await?;
            tx.end_lease(&name, &lease).await?;
            tx.commit().await?;
            return Ok(Ran::Elsewhere);
        }
        let turn = Turn { desk: self, job, lease, since, due, now };
        // After a failure the lease is left to end by itself: another daemon need not fail at once as well.
        self.holding(Held::Named(&name, &turn.lease), turn.run()).await?;
        tracing::info!(job = job.name(), "done");
        Ok(Ran::Done)
    }
}

impl Desk {
    /// When a job ran and will run.
    pub(super) async fn job_status(&self, job: Job) -> Result<JobStatus, EngineError> {
        let now = self.book.clock.now();
        let schedule = self.plan.schedule.get(&job);
        let last = match schedule {
            Some(_) => Some(self.book.store.job_done_at(job.name(), now).await?),
            None => None,
        };
        Ok(JobStatus {
            name: job.name(),
            schedule: schedule.map(|schedule| schedule.source().to_owned()),
            last,
            next: schedule.and_then(|schedule| next_after(schedule, self.plan.zone, last.unwrap_or(now))),
        })
    }
}

fn lease_name(job: Job) -> String {
    format!("job/{}", job.name())
}

impl Turn<'_> {
    async fn run(&self) -> Result<(), EngineError> {
        match self.job {
            Job::Remind => self.remind().await,
            Job::Digest => self.digest().await,
            Job::Retention => self.retain().await,
            Job::Backup => self.back_up().await,
        }
    }

    /// A transaction that only the holder of the job's lease can commit.
    async fn writing(&self) -> Result<Write, EngineError> {
        let mut tx = self.desk.book.store.write().await?;
        tx.renew(Held::Named(&lease_name(self.job), &self.lease), self.desk.held_until()).await?;
        Ok(tx)
    }

    /// The job is done: that, its mail to staff if there is one (subject and text), and the end of the lease.
    async fn finish(&self, mail: Option<(String, String)>) -> Result<(), EngineError> {
        let mut tx = self.writing().await?;
        if let Some((subject, text)) = mail {
            let due = self.due.with_timezone(&self.desk.plan.zone).format("%Y-%m-%dT%H%M%S");
            let site = self.desk.book.site();
            for (index, to) in site.notify.iter().enumerate() {
                let key = format!("{}/{due}/{}", self.job.name(), index + 1);
                let mail = self.desk.book.word_to_staff(&site, &key, to, &subject, &text, self.now)?;
                let order = Order {
                    key,
                    case: None,
                    message: None,
                    lane: Lane::Staff,
                    kind: self.job.name(),
                    action: None,
                    mail: Some(mail),
                    due_at: self.now,
                };
                tx.order_once(order, self.now).await?;
            }
        }
        tx.job_done(self.job.name(), self.now).await?;
        tx.end_lease(&lease_name(self.job), &self.lease).await?;
        tx.commit().await?;
        self.desk.wake.all();
        Ok(())
    }

    /// An instant on the site's clocks, to the minute.
    fn on_the_clock(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.desk.plan.zone).format("%a %Y-%m-%d %H:%M %Z").to_string()
    }
}

/// Runs every job when it is due, until asked to stop; then it ends after the jobs that are under way.
pub async fn jobs_loop(desk: Arc<Desk>, stop: CancellationToken) {
    let [remind, digest, retention, backup] = Job::ALL.map(|job| job_loop(&desk, job, &stop));
    tokio::join!(remind, digest, retention, backup);
}

async fn job_loop(desk: &Desk, job: Job, stop: &CancellationToken) {
    let mut failures = 0;
    while !stop.is_cancelled() {
        match desk.run_job(job).await {
            Ok(Ran::Done) => failures = 0,
            Ok(Ran::NotBefore(due)) => {
                // It may have come due since the look.
                let left = due.map(|due| (due - desk.book.clock.now()).to_std().unwrap_or_default());
                rest(left.map_or(LOOK_EVERY, |left| left.min(LOOK_EVERY)), stop).await;
            }
            Ok(Ran::Elsewhere) => rest(LOOK_AGAIN, stop).await,
            Err(error) => {
                let wait = wait_after(failures);
                failures += 1;
                if failures == 1 && passes(&error) {
                    tracing::warn!(job = job.name(), %error, "the database is away; trying again");
                    rest(wait, stop).await;
                    continue;
                }
                let text = format!(
                    "The scheduled job \"{}\" has failed: {error}\n\nIt is tried again in {} min, and not lost. The log \
                     has more.",
                    job.name(),
                    wait.as_secs() / 60
                );
                if let Err(error) = desk.book.alarm(&format!("job-{}", job.name()), &text).await {
                    tracing::error!(job = job.name(), %error, "nobody could be told that a job has failed");
                }
                desk.wake.all();
                rest(wait, stop).await;
            }
        }
    }
}

/// Whether it passes by itself, as when the database restarts: nobody need be woken for the first time.
fn passes(error: &EngineError) -> bool {
    matches!(error, EngineError::Store(error) if error.is_passing())
}

/// 1 min, 2 min, 4 min … 1 h.
fn wait_after(failures: u32) -> Duration {
    FIRST_WAIT.saturating_mul(1 << failures.min(16)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_after_failures_grow_up_to_an_hour() {
        let minutes: Vec<u64> = (0..9).map(|failures| wait_after(failures).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(wait_after(u32::MAX), LONGEST_WAIT);
    }
}
