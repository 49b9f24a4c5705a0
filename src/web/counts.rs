//! How many cases wait, for the head of the queue. Counting ten thousand takes longer than listing twenty-five, and everybody
//! who looks is told the same: so a count stands for a moment, or until somebody decides here.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use chrono::{DateTime, Utc};

use super::Shared;
use crate::{
    domain::AgencyId,
    store::{Filter, StateCount, Store, StoreError},
};

/// So long a count stands.
const STANDS_FOR: Duration = Duration::from_millis(500);
/// So many are remembered.
const REMEMBERED: usize = 64;

/// What of a filter is counted by: its agency, whether flagged, whether overdue. (The state is what is counted.)
type By = (Option<AgencyId>, bool, bool);

/// The counts of the last moment.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<BTreeMap<By, (Instant, Vec<StateCount>)>>);

impl Counts {
    /// How many cases wait under this filter, in each state.
    pub(super) async fn of(
        &self,
        store: &Store,
        filter: &Filter,
        now: DateTime<Utc>,
    ) -> Result<Vec<StateCount>, StoreError> {
        let by = (filter.agency.clone(), filter.flagged, filter.due_by.is_some());
        if let Some((at, counts)) = self.remembered().get(&by)
            && at.elapsed() < STANDS_FOR
        {
            return Ok(counts.clone());
        }
        let counts = store.waiting(filter, now).await?;
        let mut remembered = self.remembered();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(by, (Instant::now(), counts.clone()));
        Ok(counts)
    }

    fn forget(&self) {
        self.remembered().clear();
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, BTreeMap<By, (Instant, Vec<StateCount>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// After somebody has decided here, what was counted before is not told any more.
pub(super) async fn after_a_change(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let may_change = request.method() == Method::POST;
    let response = next.run(request).await;
    if may_change {
        shared.counts.forget();
    }
    response
}
