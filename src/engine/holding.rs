//! Keeping what is held while one works on it. A lease is short, so that others soon take over from a worker that has died;
//! whoever is alive renews it.

use std::{convert::Infallible, future::Future};

use chrono::{DateTime, Utc};

use super::{Desk, EngineError};
use crate::store::{Held, Lease, Write};

/// The name of the right to read the mailbox.
const MAILBOX: &str = "mailbox";

impl Desk {
    /// Takes the right to read the mailbox, which one daemon at a time has; `None`: another one has it.
    pub async fn lease_mailbox(&self) -> Result<Option<Lease>, EngineError> {
        let now = self.book.clock.now();
        Ok(self.book.store.take_lease(MAILBOX, &self.worker, now, self.held_until()).await?)
    }

    /// Keeps that right for another while. [`StoreError::Conflict`] if it was lost.
    pub async fn keep_mailbox(&self, lease: &Lease) -> Result<(), EngineError> {
        let mut tx = self.book.store.write().await?;
        tx.renew_lease(MAILBOX, lease, self.held_until()).await?;
        Ok(tx.commit().await?)
    }

    /// Gives it back.
    pub async fn release_mailbox(&self, lease: &Lease) -> Result<(), EngineError> {
        let mut tx = self.book.store.write().await?;
        tx.end_lease(MAILBOX, lease).await?;
        Ok(tx.commit().await?)
    }

    /// A transaction that only the holder of the mailbox's lease can commit.
    pub(super) async fn writing_mail(&self, lease: &Lease) -> Result<Write, EngineError> {
        let mut tx = self.book.store.write().await?;
        tx.renew_lease(MAILBOX, lease, self.held_until()).await?;
        Ok(tx)
    }

    /// Until when something taken now is held.
    pub(super) fn held_until(&self) -> DateTime<Utc> {
        self.book.clock.now() + self.lease
    }

    /// Does `work`, and meanwhile renews what is held, three times in each lease. That a renewal fails does not stop the
    /// work, whose effect nobody could take back: its outcome is then refused ([`crate::store::StoreError::Conflict`]).
    pub(super) async fn holding<T>(&self, held: Held<'_>, work: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            done = work => done,
            never = self.keep(held) => match never {},
        }
    }

    async fn keep(&self, held: Held<'_>) -> Infallible {
        loop {
            tokio::time::sleep(self.lease_for() / 3).await;
            if let Err(error) = self.book.store.renew(held, self.held_until()).await {
                tracing::warn!(%error, "what is being worked on could not be held on to");
            }
        }
    }
}
