//! Keeping what is held while one works on it. A lease is short, so that others soon take over from a worker that has died;
//! whoever is alive renews it.

use std::{
    convert::Infallible,
    future::Future,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::{Desk, EngineError};
use crate::store::{Abandoned, Held, Lease, Write};

/// The name of the right to read the mailbox.
pub(super) const MAILBOX: &str = "mailbox";

/// While the database is away nobody can renew, nor note an outcome. So long must it have answered again before what others
/// began, and have lost by then, is taken over: longer than it takes whoever is alive to be connected and have noted it.
const STEADY_FOR: Duration = Duration::from_secs(30);

/// Since when the database has answered this worker without a break.
#[derive(Debug)]
pub(super) struct Answering(Mutex<Answers>);

#[derive(Debug, Clone, Copy)]
enum Answers {
    Always,
    NotYet,
    Since(Instant),
}

impl Answering {
    /// For a worker that is alone: there is nothing that somebody else may still be at work on.
    pub(super) fn to_one() -> Self {
        Self(Mutex::new(Answers::Always))
    }

    /// For one of several: nobody knows what was before its start.
    pub(super) fn to_several() -> Self {
        Self(Mutex::new(Answers::NotYet))
    }

    /// Notes whether the database answered.
    pub(super) fn note<T>(&self, result: &Result<T, EngineError>) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *answers = match (result, *answers) {
            (Err(EngineError::Store(error)), _) if error.is_passing() => Answers::NotYet,
            (_, Answers::NotYet) => Answers::Since(Instant::now()),
            (_, Answers::Since(since)) if since.elapsed() >= STEADY_FOR => Answers::Always,
            (_, unchanged) => unchanged,
        };
    }

    /// What becomes of actions whose lease is over.
    pub(super) fn abandoned(&self) -> Abandoned {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Answers::Always => Abandoned::TakenOver,
            Answers::NotYet | Answers::Since(_) => Abandoned::LetBe,
        }
    }
}

impl Desk {
    /// Takes the right to read the mailbox, which one daemon at a time has; `None`: another one has it.
    pub async fn lease_mailbox(&self) -> Result<Option<Lease>, EngineError> {
        let now = self.book.clock.now();
        Ok(self.book.store.take_lease(MAILBOX, &self.worker, now, self.held_until()).await?)
    }

    /// Keeps that right for another while. [`crate::store::StoreError::Conflict`] if it was lost.
    pub async fn keep_mailbox(&self, lease: &Lease) -> Result<(), EngineError> {
        Ok(self.book.store.renew(Held::Named(MAILBOX, lease), self.held_until()).await?)
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
        tx.renew(Held::Named(MAILBOX, lease), self.held_until()).await?;
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
            let renewed = self.book.store.renew(held, self.held_until()).await.map_err(EngineError::from);
            self.answering.note(&renewed);
            if let Err(error) = renewed {
                tracing::warn!(%error, "what is being worked on could not be held on to");
            }
        }
    }
}
