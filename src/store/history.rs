//! The history: one chain of hashes over everything that ever happened to any case.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Store, StoreError, Write, instant, millis, statements as sql};
use crate::domain::{Case, CaseId, CaseState, Event, hex};
use crate::sql::{query, query_as, query_scalar};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HistoryRow {
    /// Its place in the chain, from 1.
    pub seq: i64,
    case_number: i64,
    at: i64,
    /// The event's name.
    pub event: String,
    /// Who made it happen.
    pub actor: String,
    /// The case's state before.
    pub from_state: String,
    /// The case's state after.
    pub to_state: String,
    /// The event as JSON.
    pub detail: String,
    pub(super) previous: String,
    pub(super) hash: String,
}

impl HistoryRow {
    /// A row outside of any chain.
    #[cfg(test)]
    pub(crate) fn of(at: DateTime<Utc>, event: &Event, states: (CaseState, CaseState)) -> Self {
        Self {
            seq: 0,
            case_number: 0,
            at: millis(at),
            event: event.name().to_owned(),
            actor: event.actor().to_string(),
            from_state: states.0.as_str().to_owned(),
            to_state: states.1.as_str().to_owned(),
            detail: super::json(event),
            previous: String::new(),
            hash: String::new(),
        }
    }

    /// The case.
    pub fn case(&self) -> CaseId {
        CaseId::new(self.case_number)
    }

    /// When.
    pub fn at(&self) -> Result<DateTime<Utc>, StoreError> {
        instant("history", &self.seq.to_string(), self.at)
    }

    /// The event itself; `None`: the case was opened, or the event is one that this program does not know.
    pub fn happened(&self) -> Option<Event> {
        serde_json::from_str(&self.detail).ok()
    }

    /// The hash its content must have. Lengths are hashed along, so that no two rows share a text.
    pub(super) fn hash_of_content(&self) -> String {
        let mut hasher = Sha256::new();
        let (seq, case, at) = (self.seq.to_string(), self.case_number.to_string(), self.at.to_string());
        for field in [
            &self.previous,
            &seq,
            &case,
            &at,
            &self.event,
            &self.actor,
            &self.from_state,
            &self.to_state,
            &self.detail,
        ] {
            hasher.update(field.len().to_be_bytes());
            hasher.update(field.as_bytes());
        }
        hex(&hasher.finalize())
    }
}

impl Store {
    /// What happened to a case, in order.
    pub async fn history(&self, case: CaseId) -> Result<Vec<HistoryRow>, StoreError> {
        Ok(query_as(sql::HISTORY_OF_CASE).bind(case.number()).fetch_all(&self.readers).await?)
    }
}

impl Write {
    /// Keeps others from adding to the history, and so from changing any case, until the transaction ends. On SQLite
    /// the transaction is alone anyway. Taken before any row, so that no two transactions wait for each other.
    pub(super) async fn hold_history(&mut self) -> Result<(), StoreError> {
        if !self.holds_history {
            query(sql::HISTORY_HOLD).fetch_optional(&mut self.inner).await?;
            self.holds_history = true;
        }
        Ok(())
    }

    pub(super) async fn add_history(
        &mut self,
        case: &Case,
        event: &str,
        actor: &str,
        from: CaseState,
        detail: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        // The counter's row is the lock under which the chain grows.
        let seq = self.next("history").await?;
        let previous: Option<String> =
            query_scalar(sql::HISTORY_HEAD).bind(seq - 1).fetch_optional(&mut self.inner).await?;
        let mut row = HistoryRow {
            seq,
            case_number: case.id.number(),
            at: millis(now),
            event: event.to_owned(),
            actor: actor.to_owned(),
            from_state: from.as_str().to_owned(),
            to_state: case.state.as_str().to_owned(),
            detail: detail.to_owned(),
            previous: previous.unwrap_or_default(),
            hash: String::new(),
        };
        row.hash = row.hash_of_content();
        query(sql::HISTORY_ADD)
            .bind(row.seq)
            .bind(row.case_number)
            .bind(row.at)
            .bind(row.event)
            .bind(row.actor)
            .bind(row.from_state)
            .bind(row.to_state)
            .bind(row.detail)
            .bind(row.previous)
            .bind(row.hash)
            .execute(&mut self.inner)
            .await?;
        Ok(())
    }
}
