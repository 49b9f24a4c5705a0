//! A mailbox in a Maildir of this machine, with Maildir++ subfolders. Mail the desk does not touch keeps its
//! place and its name: what is in `new` stays in `new`.

mod disk;
mod keywords;
mod name;

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::{
    task::spawn_blocking,
    time::{Instant, MissedTickBehavior, interval},
};

use super::{Cursor, Entry, Fetched, Finding, Found, Listing, MailboxError, MaildirOptions, Mark};
use crate::domain::MessageKey;
use disk::Disk;

/// How often the folders' times are compared while waiting: two `stat` calls.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The files are worked on by threads for blocking calls; `disk` is put back only when all went well, as with an
/// IMAP connection.
#[derive(Debug)]
pub(super) struct Maildir {
    disk: Option<Disk>,
}

impl Maildir {
    pub(super) async fn open(options: &MaildirOptions) -> Result<Self, MailboxError> {
        let options = options.clone();
        let disk = blocking(move || Disk::open(&options)).await?;
        Ok(Self { disk: Some(disk) })
    }

    async fn run<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Disk) -> Result<T, MailboxError> + Send + 'static,
    ) -> Result<T, MailboxError> {
        let mut disk = self.disk.take().ok_or(MailboxError::Closed)?;
        let (disk, result) = blocking(move || {
            let result = work(&mut disk)?;
            Ok((disk, result))
        })
        .await?;
        self.disk = Some(disk);
        Ok(result)
    }

    pub(super) async fn list(
        &mut self,
        cursor: Option<&Cursor>,
        since: DateTime<Utc>,
    ) -> Result<Listing, MailboxError> {
        let cursor = cursor.cloned();
        self.run(move |disk| disk.list(cursor.as_ref(), since)).await
    }

    pub(super) async fn fetch(&mut self, batch: &[Entry]) -> Result<Vec<Fetched>, MailboxError> {
        let batch = batch.to_vec();
        self.run(move |disk| disk.fetch(batch)).await
    }

    pub(super) async fn mark(&mut self, key: &MessageKey, mark: Mark) -> Result<Found, MailboxError> {
        let key = key.clone();
        self.run(move |disk| disk.mark(&key, mark)).await
    }

    pub(super) async fn file(&mut self, key: &MessageKey, folder: &str) -> Result<Found, MailboxError> {
        let (key, folder) = (key.clone(), folder.to_owned());
        self.run(move |disk| disk.file(&key, &folder)).await
    }

    pub(super) async fn wait(&mut self, at_most: Duration) -> Result<(), MailboxError> {
        let until = Instant::now() + at_most;
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = looks.tick() => {}
                () = tokio::time::sleep_until(until) => return Ok(()),
            }
            if self.run(Disk::has_changed).await? {
                return Ok(());
            }
        }
    }

    pub(super) async fn check(
        options: &MaildirOptions,
        folders: &[&str],
        now: DateTime<Utc>,
    ) -> Result<Vec<Finding>, MailboxError> {
        let options = options.clone();
        let folders: Vec<String> = folders.iter().map(ToString::to_string).collect();
        blocking(move || Disk::open(&options)?.describe(&folders, now)).await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, MailboxError> + Send + 'static,
) -> Result<T, MailboxError> {
    // The thread ends early only at shutdown, or by a fault of ours: then the mailbox is not to be used.
    spawn_blocking(work).await.unwrap_or(Err(MailboxError::Closed))
}
