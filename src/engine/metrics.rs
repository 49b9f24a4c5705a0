//! What has happened since the program started, as numbers without personal data. Each is counted where it happens,
//! once it is committed.

use chrono::{DateTime, Utc};
use prometheus_client::{
    encoding::text,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::jobs::Job;
use crate::domain::{ActionState, Case, Event, ItemOutcome};

/// What every name begins with.
pub(super) const PREFIX: &str = "roi_desk";

/// From receipt to closure, in seconds: minutes where the desk closes by itself, hours and days where people decide.
/// One day is the usual deadline.
const CONSENT_CLOCK: [f64; 12] = [
    10.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 28_800.0, 43_200.0, 86_400.0, 172_800.0, 345_600.0,
    604_800.0,
];

/// What can be ordered ([`crate::domain::Action::kind`], and what belongs to no case).
const ACTIONS: [&str; 9] =
    ["take_mail", "close", "read_back", "end_grace", "reply", "notify", "finish_mail", "quarantine", "alarm"];
/// What an attempt can come to.
const OUTCOMES: [ActionState; 5] = [
    ActionState::Done,
    ActionState::Retrying,
    ActionState::Refused,
    ActionState::Uncertain,
    ActionState::Dropped,
];
/// What is alarmed besides jobs that fail.
const ALARMS: [&str; 3] = ["reload", "mailbox", "hmis"];

type One = [(&'static str, String); 1];
type Two = [(&'static str, String); 2];

/// The counters of one process, written by the engine's steps.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    polls: Counter,
    poll_failures: Counter,
    mails: Family<One, Counter>,
    opened: Counter,
    judged: Counter,
    events: Family<One, Counter>,
    actions: Family<Two, Counter>,
    alarms: Family<One, Counter>,
    reloads: Family<One, Counter>,
    closure: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            polls: Counter::default(),
            poll_failures: Counter::default(),
            mails: Family::default(),
            opened: Counter::default(),
            judged: Counter::default(),
            events: Family::default(),
            actions: Family::default(),
            alarms: Family::default(),
            reloads: Family::default(),
            closure: Histogram::new(CONSENT_CLOCK),
        };
        let mut registry = Registry::with_prefix(PREFIX);
        registry.register("polls", "Looks at the mailbox that went well", metrics.polls.clone());
        registry.register(
            "poll_failures",
            "Looks at the mailbox that failed, the connection included",
            metrics.poll_failures.clone(),
        );
        registry.register("mails", "Mails recorded, by what the reader found", metrics.mails.clone());
        registry.register("cases_opened", "Cases opened", metrics.opened.clone());
        registry.register("cases_judged", "Times a case was judged", metrics.judged.clone());
        registry.register("events", "What happened to cases, by the history's names", metrics.events.clone());
        registry.register(
            "actions",
            "Attempts at actions, by kind and outcome (dropped: no longer wanted)",
            metrics.actions.clone(),
        );
        registry.register("alarms", "Alarms, by what is wrong", metrics.alarms.clone());
        registry.register("reloads", "Times the settings were read again (SIGHUP)", metrics.reloads.clone());
        registry.register_with_unit(
            "receipt_to_closure",
            "From a notice's receipt until its record was confirmed as closed",
            Unit::Seconds,
            metrics.closure.clone(),
        );
        metrics.registry = registry;
        metrics.begin();
        metrics
    }
}

impl Metrics {
    /// What somebody is to be woken by begins at 0: from nothing to 1 is no increase, for whoever watches.
    fn begin(&self) {
        let jobs = Job::ALL.map(Job::name);
        for kind in ACTIONS.into_iter().chain(jobs) {
            for outcome in OUTCOMES {
                let labels = [("kind", kind.to_owned()), ("outcome", outcome.as_str().to_owned())];
                drop(self.actions.get_or_create(&labels));
            }
        }
        for kind in ALARMS.map(str::to_owned).into_iter().chain(jobs.map(|job| format!("job-{job}"))) {
            drop(self.alarms.get_or_create(&[("kind", kind)]));
        }
        for outcome in ["taken", "refused"] {
            drop(self.reloads.get_or_create(&[("outcome", outcome.to_owned())]));
        }
    }

    /// A look at the mailbox went well.
    pub(super) fn polled(&self) {
        self.polls.inc();
    }

    /// A look at the mailbox failed, or the mailbox could not be opened for it.
    pub(super) fn poll_failed(&self) {
        self.poll_failures.inc();
    }

    /// So many mails were recorded with this verdict.
    pub(super) fn mails(&self, verdict: &'static str, count: usize) {
        if count > 0 {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            self.mails.get_or_create(&[("verdict", verdict.to_owned())]).inc_by(count);
        }
    }

    /// A case was opened.
    pub(super) fn opened(&self) {
        self.opened.inc();
    }

    /// An event happened to a case at `now`.
    pub(super) fn happened(&self, event: &Event, before: &Case, after: &Case, now: DateTime<Utc>) {
        self.events.get_or_create(&[("event", event.name().to_owned())]).inc();
        if matches!(event, Event::Judged(_)) {
            self.judged.inc();
        }
        for item in &after.items {
            let was = before.item(&item.record).map(crate::domain::Item::outcome);
            if item.outcome() == ItemOutcome::Closed && was != Some(ItemOutcome::Closed) {
                let took = now.signed_duration_since(after.received_at);
                self.closure.observe(took.as_seconds_f64().max(0.0));
            }
        }
    }

    /// An attempt at an action came to this.
    pub(super) fn action(&self, kind: &str, outcome: ActionState) {
        let labels = [("kind", kind.to_owned()), ("outcome", outcome.as_str().to_owned())];
        self.actions.get_or_create(&labels).inc();
    }

    /// An alarm was raised.
    pub(super) fn alarm(&self, kind: &str) {
        self.alarms.get_or_create(&[("kind", kind.to_owned())]).inc();
    }

    /// The settings were read again: taken over, or refused.
    pub(super) fn reload(&self, taken: bool) {
        let outcome = if taken { "taken" } else { "refused" };
        self.reloads.get_or_create(&[("outcome", outcome.to_owned())]).inc();
    }

    /// All of them as `OpenMetrics` text, followed by `more`, and by the end mark.
    pub(super) fn text(&self, more: &Registry) -> String {
        let mut text = String::new();
        text::encode_registry(&mut text, &self.registry).expect("a String takes any text");
        text::encode_registry(&mut text, more).expect("a String takes any text");
        text::encode_eof(&mut text).expect("a String takes any text");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_stands_in_the_text_and_the_text_ends() {
        let metrics = Metrics::default();
        metrics.polled();
        metrics.mails("revocation", 2);
        metrics.mails("other", 0);
        metrics.action("close", ActionState::Done);
        metrics.reload(false);
        let text = metrics.text(&Registry::default());
        for line in [
            "roi_desk_polls_total 1",
            "roi_desk_poll_failures_total 0",
            "roi_desk_mails_total{verdict=\"revocation\"} 2",
            "roi_desk_actions_total{kind=\"close\",outcome=\"done\"} 1",
            "roi_desk_reloads_total{outcome=\"refused\"} 1",
            "roi_desk_actions_total{kind=\"close\",outcome=\"uncertain\"} 0",
            "roi_desk_actions_total{kind=\"reply\",outcome=\"refused\"} 0",
            "roi_desk_reloads_total{outcome=\"taken\"} 0",
            "roi_desk_alarms_total{kind=\"hmis\"} 0",
            "roi_desk_alarms_total{kind=\"job-backup\"} 0",
            "roi_desk_receipt_to_closure_seconds_count 0",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
        assert!(!text.contains("other"), "what never happened has no number");
        assert!(text.ends_with("# EOF\n"));
    }
}
