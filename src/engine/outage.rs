//! What has been away for long: each outage of the mailbox or the HMIS is told once to `ops.alarms_to`. (Of the desk's own
//! database nobody can be told by mail: orders stand in it. The log, the service's status and `/readyz` say so.)

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::Desk;

/// How long something is away before somebody is told.
const TELL_AFTER: TimeDelta = TimeDelta::minutes(15);
/// Whoever has to try again does so at least this often; of an outage not met for longer, nobody knows that it still is
/// one.
const TRIED_WITHIN: TimeDelta = TimeDelta::minutes(20);

/// Since when something cannot be had.
#[derive(Debug, Default)]
pub(super) struct Outage(Mutex<Option<Met>>);

#[derive(Debug, Clone, Copy)]
struct Met {
    since: DateTime<Utc>,
    last: DateTime<Utc>,
    told: bool,
}

impl Outage {
    /// It could not be had at `now`; gives since when, if that is long enough to tell somebody, and nobody was told.
    fn met(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = met.filter(|met| now - met.last <= TRIED_WITHIN);
        let still = before.map_or(Met { since: now, last: now, told: false }, |met| Met { last: now, ..met });
        *met = Some(still);
        (!still.told && now - still.since >= TELL_AFTER).then_some(still.since)
    }

    /// Somebody was told.
    fn told(&self) {
        if let Some(met) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            met.told = true;
        }
    }

    /// It can be had.
    pub(super) fn over(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Since when it cannot be had, as far as anybody tried.
    pub(super) fn since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let met = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        met.filter(|met| now - met.last <= TRIED_WITHIN).map(|met| met.since)
    }
}

/// Outages of one that are long enough to be told of never begin in the same quarter of an hour; those that several
/// daemons notice at about the same time mostly do, and are one.
fn quarter(since: DateTime<Utc>) -> String {
    const SECONDS: i64 = 15 * 60;
    let begun = since.timestamp().div_euclid(SECONDS) * SECONDS;
    DateTime::from_timestamp(begun, 0).unwrap_or(since).format("%Y-%m-%dT%H:%M").to_string()
}

impl Desk {
    /// A look at the mailbox failed. When nobody, this daemon or another, could look for 15 minutes, that is alarmed.
    pub async fn mailbox_failed(&self) {
        let now = self.book.clock.now();
        let Some(since) = self.mailbox_outage.met(now) else { return };
        match self.book.store.looked_at(&self.folder).await {
            Ok(Some(at)) if now - at < TELL_AFTER => return,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "when the mailbox was last looked at cannot be asked");
                return;
            }
        }
        let text = format!(
            "The desk has not been able to read the mailbox since {}. New notices wait unseen.\n\nIt goes on trying. \
             Why it fails stands in the desk's log, and this looks at every part:\n\n    roi-desk check\n",
            self.book.site().time_of(since)
        );
        if self.tell_of_outage("mailbox", since, &text).await {
            self.mailbox_outage.told();
        }
    }

    /// The HMIS could not be asked. After 15 minutes of that, it is alarmed.
    pub(super) async fn hmis_failed(&self) {
        let Some(since) = self.hmis_outage.met(self.book.clock.now()) else { return };
        let text = format!(
            "The desk has not been able to ask the HMIS since {}. Cases wait to be looked up or closed, and nothing is \
             lost.\n\nIt goes on trying. Why it fails stands in the desk's log, and this looks at every part:\n\n    \
             roi-desk check\n",
            self.book.site().time_of(since)
        );
        if self.tell_of_outage("hmis", since, &text).await {
            self.hmis_outage.told();
        }
    }

    async fn tell_of_outage(&self, kind: &str, since: DateTime<Utc>, text: &str) -> bool {
        match self.book.alarm_of(kind, &quarter(since), text).await {
            Ok(()) => {
                self.wake.all();
                true
            }
            Err(error) => {
                tracing::error!(%error, "nobody could be told that something is away for long");
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + minute * 60, 0).expect("valid")
    }

    #[test]
    fn an_outage_is_told_of_once_after_a_quarter_of_an_hour() {
        let outage = Outage::default();
        for minute in [0, 5, 10, 14] {
            assert_eq!(outage.met(at(minute)), None);
        }
        assert_eq!(outage.met(at(15)), Some(at(0)));
        assert_eq!(outage.met(at(16)), Some(at(0)), "nobody was told");
        outage.told();
        assert_eq!(outage.met(at(30)), None);
        assert_eq!(outage.since(at(31)), Some(at(0)));
        outage.over();
        assert_eq!(outage.since(at(31)), None);
        assert_eq!(outage.met(at(32)), None);
        assert_eq!(outage.met(at(47)), Some(at(32)), "the next one");
    }

    #[test]
    fn what_nobody_tried_for_long_is_not_known_to_be_away() {
        let outage = Outage::default();
        assert_eq!(outage.met(at(0)), None);
        assert_eq!(outage.since(at(20)), Some(at(0)));
        assert_eq!(outage.since(at(21)), None);
        assert_eq!(outage.met(at(60)), None, "a new one");
        assert_eq!(outage.since(at(60)), Some(at(60)));
    }

    #[test]
    fn what_several_daemons_notice_together_is_one_outage_and_the_next_one_another() {
        let begun = at(0).timestamp().rem_euclid(900);
        let first = at(0) - TimeDelta::seconds(begun);
        assert_eq!(quarter(first), quarter(first + TimeDelta::minutes(14)));
        assert_ne!(quarter(first), quarter(first + TimeDelta::minutes(15)));
    }
}
