//! The one reader of wall time, so that tests can set it.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time: the system's, or one that a test moves.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<Mutex<DateTime<Utc>>>>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still at `now` until it is moved.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Some(Arc::new(Mutex::new(now))))
    }

    /// The present instant, in whole milliseconds: what the store keeps.
    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.0 {
            None =>
            {
                #[expect(clippy::disallowed_methods, reason = "the one place that may")]
                Utc::now()
            }
            Some(set) => *set.lock().unwrap_or_else(PoisonError::into_inner),
        };
        DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }

    /// Moves a set clock; the system's is not ours to move.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(set) = &self.0 {
            *set.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }
}
