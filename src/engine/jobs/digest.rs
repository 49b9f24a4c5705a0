//! The digest: what the last day brought, and what waits now. Numbers only.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::Turn;
use crate::{
    domain::{Case, CaseState, ItemOutcome},
    engine::EngineError,
    store::{MessageState, OpenCase, Period},
};

impl Turn<'_> {
    /// Tells staff the period since the digest before this one, or since the first start.
    pub(super) async fn digest(&self) -> Result<(), EngineError> {
        let store = &self.desk.book.store;
        let (period, open) = (store.period(self.since, self.now).await?, store.open_cases().await?);
        let since = self.on_the_clock(self.since);
        self.finish(Some(words(&since, &period, &open, self.now))).await
    }
}

/// Subject and text.
fn words(since: &str, period: &Period, open: &[OpenCase], now: DateTime<Utc>) -> (String, String) {
    let came = |state: MessageState| period.messages.get(state.as_str()).copied().unwrap_or_default();
    let notices = came(MessageState::Working).0 + came(MessageState::Done).0;
    let ended = |state: CaseState| period.ended.iter().filter(|case| case.state == state).count();
    let records = |wanted: ItemOutcome| {
        period.ended.iter().flat_map(|case| &case.items).filter(|item| item.outcome() == wanted).count()
    };
    let overdue = open.iter().filter(|open| open.case.due_at < now).count();
    let waiting = open.iter().filter(|open| open.case.state.waits_for_staff()).count();

    let mut text = format!("Since {since}:\n\n");
    let mut line = |line: String| text.push_str(&format!("- {line}\n"));
    line(format!("notices received: {notices}"));
    line(format!(
        "cases that ended: {} (done {}, declined {}, cancelled {}, looked at only {})",
        period.ended.len(),
        ended(CaseState::Done),
        ended(CaseState::Declined),
        ended(CaseState::Cancelled),
        ended(CaseState::Shadowed),
    ));
    line(format!(
        "records closed: {}, found closed already: {}",
        records(ItemOutcome::Closed),
        records(ItemOutcome::AlreadyClosed)
    ));
    if let Some((median, longest)) = durations(&period.ended) {
        line(format!(
            "from receipt to the end of the case: median {}, longest {}",
            for_people(median),
            for_people(longest)
        ));
    }
    line(format!("mails that could not be read (quarantined): {}", came(MessageState::Quarantined).0));
    line(format!("left alone, but they might have been notices: {}", came(MessageState::Left).1));

    text.push_str("\nOpen now:\n\n");
    let mut by_state: BTreeMap<CaseState, usize> = BTreeMap::new();
    for open in open {
        *by_state.entry(open.case.state).or_default() += 1;
    }
    let mut line = |line: String| text.push_str(&format!("- {line}\n"));
    for (state, count) in &by_state {
        line(format!("{}: {count}", state.in_words()));
    }
    line(format!("overdue: {overdue}"));
    text.push_str(
        "\nTo see them:\n\n    roi-desk case list\n    roi-desk mail list --possible\n    roi-desk mail list --state \
         quarantined\n",
    );
    (format!("Digest: waiting for a person: {waiting}, overdue: {overdue}"), text)
}

/// The median and the longest time from receipt to the end; of an even number, the longer of the two in the middle.
fn durations(ended: &[Case]) -> Option<(TimeDelta, TimeDelta)> {
    let mut all: Vec<TimeDelta> =
        ended.iter().filter_map(|case| Some(case.finished_at? - case.received_at)).collect();
    all.sort();
    Some((*all.get(all.len() / 2)?, *all.last()?))
}

/// `12 min`, `3 h 5 min`, `2 d 4 h`.
fn for_people(time: TimeDelta) -> String {
    let (days, hours, minutes) = (time.num_days(), time.num_hours() % 24, time.num_minutes() % 60);
    match (time.num_days(), time.num_hours()) {
        (0, 0) => format!("{minutes} min"),
        (0, _) => format!("{hours} h {minutes} min"),
        (_, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        AgencyId, CaseId, ClientId, Excess, Item, Mode, NoticeKind, Opening, Standing, Step,
    };

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).expect("valid")
    }

    fn case(number: i64, state: CaseState, outcome: ItemOutcome, took: TimeDelta) -> Case {
        let received_at = now() - TimeDelta::days(4);
        let (case, _) = Case::open(Opening {
            id: CaseId::new(number),
            kind: NoticeKind::Revocation,
            mode: Mode::Live,
            standing: Standing::Verified(AgencyId::parse("planted-agency").expect("valid")),
            sender: None,
            act: true,
            records: Vec::new(),
            new_records: Vec::new(),
            claimed_scenario: None,
            effective: None,
            excess: Excess::default(),
            reasons: vec!["planted".to_owned()],
            received_at,
            due_at: received_at + took,
        });
        let record = Item::new(ClientId::parse("1555555").expect("valid"));
        let items = vec![Item { step: Step::Settled(outcome), ..record }];
        Case { state, items, finished_at: state.is_over().then_some(received_at + took), ..case }
    }

    #[test]
    fn the_digest_has_the_period_and_nothing_about_anybody() {
        use CaseState as S;
        use ItemOutcome as I;
        let period = Period {
            messages: [("working", (2, 0)), ("done", (3, 0)), ("left", (40, 4)), ("quarantined", (1, 0))]
                .map(|(state, counts)| (state.to_owned(), counts))
                .into(),
            ended: vec![
                case(1, S::Done, I::Closed, TimeDelta::minutes(12)),
                case(2, S::Done, I::AlreadyClosed, TimeDelta::minutes(185)),
                case(3, S::Declined, I::Declined, TimeDelta::minutes(3_000)),
            ],
        };
        let open: Vec<OpenCase> = [
            case(4, S::NeedsStaff, I::Pending, TimeDelta::days(9)),
            case(5, S::AwaitingApproval, I::Pending, TimeDelta::days(1)),
            case(6, S::NeedsStaff, I::Pending, TimeDelta::days(2)),
        ]
        .into_iter()
        .map(|case| OpenCase { since: case.received_at, case })
        .collect();
        let (subject, text) = words("Thu 2026-11-19 08:30 CST", &period, &open, now());
        assert_eq!(subject, "Digest: waiting for a person: 3, overdue: 2");
        let expected = "Since Thu 2026-11-19 08:30 CST:

- notices received: 5
- cases that ended: 3 (done 2, declined 1, cancelled 0, looked at only 0)
- records closed: 1, found closed already: 1
- from receipt to the end of the case: median 3 h 5 min, longest 2 d 2 h
- mails that could not be read (quarantined): 1
- left alone, but they might have been notices: 4

Open now:

- waits for your approval: 1
- needs a person to look at it: 2
- overdue: 2

To see them:

    roi-desk case list
    roi-desk mail list --possible
    roi-desk mail list --state quarantined
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_quiet_day_has_a_digest_too() {
        let (_, text) = words("x", &Period::default(), &[], now());
        assert!(text.contains("notices received: 0") && !text.contains("median"), "{text}");
        assert_eq!(for_people(TimeDelta::seconds(59)), "0 min");
        assert_eq!(for_people(TimeDelta::hours(24)), "1 d 0 h");
    }
}
