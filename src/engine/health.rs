//! Whether the desk makes progress, and its figures. Both are told in counts, times and case numbers: nothing here holds
//! personal data, nor an error's text, which might.

use std::{sync::atomic::AtomicU64, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use prometheus_client::{
    metrics::{family::Family, gauge::Gauge, info::Info},
    registry::{Registry, Unit},
};

use super::{Desk, EngineError, metrics::PREFIX};
use crate::{
    domain::{CaseState, Mode},
    store::{Figures, Lane, Stuck},
};

/// A database that needs longer is away, for whoever asks.
const PATIENCE: Duration = Duration::from_secs(2);
/// A mailbox is looked at at least three times in this while, or in five minutes, if it is looked at at all.
const LOOKS: i32 = 3;
const LEAST_LOOKS_FOR: TimeDelta = TimeDelta::minutes(5);
/// How long an action may be due without anybody working on it.
const DUE_FOR: TimeDelta = TimeDelta::minutes(10);
/// How long an action may fail again and again.
const FAILING_FOR: TimeDelta = TimeDelta::minutes(30);

/// A number that goes up and down.
type Number = Gauge<f64, AtomicU64>;
type Numbers = Family<[(&'static str, String); 1], Number>;

impl Desk {
    /// Why the desk makes no progress, one sentence each; empty: it does.
    pub async fn not_ready(&self) -> Vec<String> {
        let asked = tokio::time::timeout(PATIENCE, self.hindrances()).await;
        match asked {
            Ok(Ok(reasons)) => reasons,
            Ok(Err(error)) => {
                tracing::warn!(%error, "asked whether the desk is ready, it could not read its database");
                vec!["store: the desk's database cannot be read".to_owned()]
            }
            Err(_) => {
                vec![format!("store: the desk's database does not answer within {} s", PATIENCE.as_secs())]
            }
        }
    }

    async fn hindrances(&self) -> Result<Vec<String>, EngineError> {
        let (now, store) = (self.book.clock.now(), &self.book.store);
        let mut reasons = Vec::new();
        let bound = (super::delta(self.poll_every) * LOOKS).max(LEAST_LOOKS_FOR);
        match store.looked_at(&self.folder).await? {
            None => reasons.push("mailbox: it has not been looked at yet (see the log)".to_owned()),
            Some(at) if now - at > bound => {
                reasons.push(format!("mailbox: it was last looked at {}", ago(at, now)));
            }
            Some(_) => {}
        }
        if let Some(since) = self.hmis_outage.since(now).filter(|since| now - *since > DUE_FOR) {
            reasons.push(hmis_away(since, now));
        }
        for lane in worked_off(self.book.site().mode) {
            if let Some(stuck) = store.overdue_action(*lane, now - DUE_FOR).await? {
                let what = what(&stuck);
                let due = ago(stuck.since, now);
                reasons.push(format!("outbox: nobody works on {what}, which was due {due}"));
            }
            if let Some(stuck) = store.failing_action(*lane, now - FAILING_FOR).await? {
                reasons.push(format!("outbox: {} first failed {}", what(&stuck), ago(stuck.since, now)));
            }
        }
        Ok(reasons)
    }

    /// What the desk is doing, in one line for whoever looks at the service: what it waits for, or what is wrong.
    pub async fn in_a_line(&self) -> String {
        let now = self.book.clock.now();
        let mut wrong = self.not_ready().await;
        if let Some(since) = self.hmis_outage.since(now).filter(|since| now - *since <= DUE_FOR) {
            wrong.push(hmis_away(since, now));
        }
        if let Some(at) = self.refused_since() {
            wrong.push(format!(
                "settings: the files read at {} were refused, the old ones hold (see the log)",
                at.format("%Y-%m-%d %H:%M UTC")
            ));
        }
        if !wrong.is_empty() {
            return wrong.join("; ");
        }
        let asked = tokio::time::timeout(PATIENCE, async {
            let figures = self.book.store.figures(now).await?;
            Ok::<_, EngineError>((figures, self.book.store.looked_at(&self.folder).await?))
        });
        let Ok(Ok((figures, looked_at))) = asked.await else {
            return "the desk's database is away".to_owned();
        };
        let for_staff: i64 = figures
            .open
            .iter()
            .filter(|(state, ..)| CaseState::parse(state).is_some_and(CaseState::waits_for_staff))
            .map(|(_, count, _)| count)
            .sum();
        let waiting = match for_staff {
            0 => "no case waits for a person".to_owned(),
            1 => "1 case waits for a person".to_owned(),
            more => format!("{more} cases wait for a person"),
        };
        let look =
            looked_at.map_or("not looked yet".to_owned(), |at| format!("last look {}", since(at, now)));
        format!("watching {}; {waiting}; {look}", self.folder)
    }

    /// The metrics as `OpenMetrics` text: what was counted, and how store and HMIS stand now. What does not answer in
    /// time is left out, and said to be down.
    pub async fn metrics_text(&self) -> String {
        let now = self.book.clock.now();
        let store = async {
            let store = &self.book.store;
            let figures = store.figures(now).await?;
            let looked_at = store.looked_at(&self.folder).await?;
            Ok::<_, EngineError>((figures, looked_at, self.holds_mailbox(now).await?))
        };
        let (store, hmis) = tokio::join!(
            tokio::time::timeout(PATIENCE, store),
            tokio::time::timeout(PATIENCE, self.hmis.ages(now))
        );
        let mut registry = Registry::with_prefix(PREFIX);
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", build);
        let refused = f64::from(u8::from(self.refused_since().is_some()));
        one(
            &mut registry,
            "settings_refused",
            "1: the settings read last were refused, the old ones hold",
            refused,
        );
        let up = |there: bool| f64::from(u8::from(there));
        one(&mut registry, "store_up", "Whether the desk's database answers", up(matches!(store, Ok(Ok(_)))));
        let answers = matches!(hmis, Ok(Ok(_))) && self.hmis_outage.since(now).is_none();
        one(
            &mut registry,
            "hmis_up",
            "Whether the HMIS database answers, all that is asked of it",
            up(answers),
        );
        if let Ok(Ok((figures, looked_at, holds))) = store {
            let lanes = worked_off(self.book.site().mode);
            of_store(&mut registry, &figures, lanes, looked_at, holds, now);
        }
        if let Ok(Ok(ages)) = hmis {
            let by_fact = Numbers::default();
            for (fact, age) in ages {
                by_fact.get_or_create(&[("fact", fact.to_owned())]).set(age.as_seconds_f64());
            }
            registry.register_with_unit(
                "hmis_facts_age",
                "Age of what the HMIS database knows, by fact; one that no source covers is absent",
                Unit::Seconds,
                by_fact,
            );
        }
        self.book.metrics.text(&registry)
    }

    async fn holds_mailbox(&self, now: DateTime<Utc>) -> Result<bool, EngineError> {
        let holder = self.book.store.lease_holder(super::holding::MAILBOX).await?;
        Ok(holder.is_some_and(|(holder, until)| holder == self.worker && until > now))
    }
}

fn of_store(
    registry: &mut Registry,
    figures: &Figures,
    worked_off: &[Lane],
    looked_at: Option<DateTime<Utc>>,
    holds_mailbox: bool,
    now: DateTime<Utc>,
) {
    // Counts of rows and spans of time: far below where a float gets coarse.
    #[expect(clippy::cast_precision_loss, reason = "no store has 2^53 cases")]
    let count = |number: i64| number as f64;
    let age = |since: DateTime<Utc>| now.signed_duration_since(since).as_seconds_f64().max(0.0);

    let open = Numbers::default();
    for state in CaseState::ALL.into_iter().filter(|state| !state.is_over()) {
        let found = figures.open.iter().find(|(name, ..)| name == state.as_str());
        let cases = found.map_or(0, |(_, cases, _)| *cases);
        open.get_or_create(&[("state", state.as_str().to_owned())]).set(count(cases));
    }
    registry.register("open_cases", "Open cases, by state", open);
    let oldest = figures.open.iter().map(|(_, _, oldest)| *oldest).min();
    let seconds = oldest.map_or(0.0, age);
    seconds_of(
        registry,
        "oldest_open_case_age",
        "Since the receipt of the oldest open case; 0: none is open",
        seconds,
    );
    one(registry, "overdue_cases", "Open cases whose deadline is over", count(figures.overdue));

    let (waiting, due) = (Numbers::default(), Numbers::default());
    for lane in [Lane::Desk, Lane::Mailbox, Lane::Staff] {
        let found = figures.waiting.iter().find(|(name, ..)| name == lane.as_str());
        let (actions, oldest) = found.map_or((0, None), |(_, actions, oldest)| (*actions, *oldest));
        let label = [("lane", lane.as_str().to_owned())];
        waiting.get_or_create(&label).set(count(actions));
        let oldest = oldest.filter(|_| worked_off.contains(&lane));
        due.get_or_create(&label).set(oldest.map_or(0.0, age));
    }
    registry.register("waiting_actions", "Actions that are not over, by lane", waiting);
    let help = "Since the oldest action of a lane is due; 0: none is, or shadow mode holds them";
    registry.register_with_unit("oldest_due_action_age", help, Unit::Seconds, due);

    let help = "Whether this daemon holds the right to read the mailbox";
    one(registry, "mailbox_lease_held", help, f64::from(u8::from(holds_mailbox)));
    if let Some(at) = looked_at {
        let help = "When the mailbox was last looked at with success, by whichever daemon (Unix time)";
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this millennium are below 2^53")]
        seconds_of(registry, "last_poll_timestamp", help, at.timestamp_millis() as f64 / 1_000.0);
    }
}

/// The lanes in which something is done: the brake of shadow mode holds everything but word to staff.
fn worked_off(mode: Mode) -> &'static [Lane] {
    match mode {
        Mode::Shadow => &[Lane::Staff],
        Mode::Live => &[Lane::Desk, Lane::Mailbox, Lane::Staff],
    }
}

fn hmis_away(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!("hmis: it cannot be asked, first noticed {}; cases wait (see the log)", ago(since, now))
}

fn one(registry: &mut Registry, name: &str, help: &str, value: f64) {
    let gauge = Number::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

fn seconds_of(registry: &mut Registry, name: &str, help: &str, value: f64) {
    let gauge = Number::default();
    gauge.set(value);
    registry.register_with_unit(name, help, Unit::Seconds, gauge);
}

/// `the reply of RD-1042`
fn what(stuck: &Stuck) -> String {
    let kind = stuck.kind.replace('_', " ");
    match stuck.case {
        Some(case) => format!("the action \"{kind}\" of {case}"),
        None => format!("an action \"{kind}\""),
    }
}

/// `12 s ago`, `3 min ago`, `2 h ago`, `5 d ago`: as exact as anybody needs it.
fn since(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let age = now.signed_duration_since(at);
    let (number, unit) = if age < TimeDelta::minutes(2) {
        (age.num_seconds().max(0), "s")
    } else if age < TimeDelta::hours(2) {
        (age.num_minutes(), "min")
    } else if age < TimeDelta::days(2) {
        (age.num_hours(), "h")
    } else {
        (age.num_days(), "d")
    };
    format!("{number} {unit} ago")
}

/// `12 min ago (2026-11-22 10:00 UTC)`
fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!("{} ({})", since(at, now), at.format("%Y-%m-%d %H:%M UTC"))
}
