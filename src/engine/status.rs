//! How the desk is, for the people of its console: what `readyz` and the metrics say, in one picture.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Desk, EngineError, holding::MAILBOX, jobs::Job};
use crate::{domain::Mode, hmis::SourceStatus, store::Figures};

/// How the desk is at a moment. Nothing here is about a client.
#[derive(Debug, Clone)]
pub struct Status {
    /// Since when this process works.
    pub started_at: DateTime<Utc>,
    /// Watch or act.
    pub mode: Mode,
    /// Whether the HMIS database is the HMIS itself, and not a copy.
    pub live: bool,
    /// Why the desk makes no progress, a sentence each; empty: it does.
    pub hindrances: Vec<String>,
    /// The mailbox.
    pub mailbox: MailboxStatus,
    /// Open cases, what is overdue, and what waits to be delivered.
    pub figures: Figures,
    /// What each source of the HMIS vouches for; `None`: it does not answer.
    pub sources: Option<Vec<SourceStatus>>,
    /// The scheduled jobs.
    pub jobs: Vec<JobStatus>,
}

/// How the mailbox is watched.
#[derive(Debug, Clone)]
pub struct MailboxStatus {
    /// Its name.
    pub folder: String,
    /// When it was last looked at with success, by whichever daemon.
    pub looked_at: Option<DateTime<Utc>>,
    /// How often it is looked at.
    pub poll_every: Duration,
    /// Whether this daemon is told at once when mail arrives (IDLE); `None`: it has not opened it.
    pub is_told: Option<bool>,
    /// Who has the right to read it.
    pub reader: Option<String>,
}

/// A scheduled job.
#[derive(Debug, Clone)]
pub struct JobStatus {
    /// Its name.
    pub name: &'static str,
    /// Its cron expression; `None`: it is off.
    pub schedule: Option<String>,
    /// Up to when it is done. A job that never ran counts from the first start.
    pub last: Option<DateTime<Utc>>,
    /// When it is due next.
    pub next: Option<DateTime<Utc>>,
}

impl Desk {
    /// How the desk is now.
    ///
    /// # Errors
    /// Its own database does not answer. An HMIS that does not is part of the picture.
    pub async fn status(&self) -> Result<Status, EngineError> {
        let now = self.book.clock.now();
        let store = &self.book.store;
        let holder = store.lease_holder(MAILBOX).await?;
        let mut jobs = Vec::new();
        for job in Job::ALL {
            jobs.push(self.job_status(job).await?);
        }
        Ok(Status {
            started_at: self.started_at,
            mode: self.book.site().mode,
            live: self.live,
            hindrances: self.not_ready().await,
            mailbox: MailboxStatus {
                folder: self.folder.clone(),
                looked_at: store.looked_at(&self.folder).await?,
                poll_every: self.poll_every,
                is_told: self.is_told_of_mail(),
                reader: holder.filter(|(_, until)| *until > now).map(|(holder, _)| holder),
            },
            figures: store.figures(now).await?,
            sources: self.hmis.status(now).await.ok(),
            jobs,
        })
    }
}
