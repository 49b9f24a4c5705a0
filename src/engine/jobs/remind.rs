//! Reminders: to staff of what waits, to agencies of what they owe us.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use super::Turn;
use crate::{
    domain::{CaseState, Event, Mode},
    engine::EngineError,
    store::OpenCase,
};

/// How long an agency may take to answer before it is reminded, once.
const REMIND_AFTER: TimeDelta = TimeDelta::days(2);
/// How long it may take after that before a person is called.
const CALL_A_PERSON_AFTER: TimeDelta = TimeDelta::days(3);

impl Turn<'_> {
    /// Reminds agencies, hands over what they never answered, and then tells staff what waits; nothing to say, no mail.
    pub(super) async fn remind(&self) -> Result<(), EngineError> {
        let book = &self.desk.book;
        for open in book.store.open_cases().await? {
            // In shadow mode the desk writes to nobody, so nobody is late.
            if book.site().mode == Mode::Shadow || open.case.mode == Mode::Shadow {
                continue;
            }
            let Some(event) = overdue_answer(&open, self.now) else { continue };
            match book.happen(open.case.id, &event).await {
                Ok(_) => {}
                Err(EngineError::Illegal(why)) => tracing::info!(%why, "answered meanwhile"),
                Err(error) => return Err(error),
            }
        }
        let cases = book.store.open_cases().await?;
        let soon = end_of_next_working_day(self.now, self.desk.plan.zone);
        self.finish(words(&cases, self.now, soon, |at| self.on_the_clock(at))).await
    }
}

/// What happens to a case whose agency has not answered for long enough.
fn overdue_answer(open: &OpenCase, now: DateTime<Utc>) -> Option<Event> {
    if open.case.state != CaseState::AwaitingInformation {
        return None;
    }
    // A person who sent the case back to wait gives the agency its days anew.
    match open.case.reminded_at {
        None => (now - open.since >= REMIND_AFTER).then_some(Event::AgencyReminded),
        Some(reminded) => {
            (now - open.since.max(reminded) >= CALL_A_PERSON_AFTER).then_some(Event::AnswerOverdue)
        }
    }
}

/// Midnight after the next day from Monday to Friday.
fn end_of_next_working_day(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let is_working = |day: NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let today = now.with_timezone(&zone).date_naive();
    let mut days = (1..=3).map(|days| today + Days::new(days));
    let next = days.find(|day| is_working(*day)).unwrap_or(today);
    let midnight = (next + Days::new(1)).and_time(NaiveTime::MIN);
    // Where the clocks skip midnight, noon will do: it is a reminder.
    zone.from_local_datetime(&midnight)
        .earliest()
        .map_or_else(|| (midnight + TimeDelta::hours(12)).and_utc(), |at| at.to_utc())
}

/// Subject and text; each case stands in one list only.
fn words(
    cases: &[OpenCase],
    now: DateTime<Utc>,
    soon: DateTime<Utc>,
    on_the_clock: impl Fn(DateTime<Utc>) -> String,
) -> Option<(String, String)> {
    let line = |open: &&OpenCase| {
        let case = &open.case;
        let late = if case.due_at < now { "; overdue" } else { "" };
        format!(
            "- {}: {}; since {}; due {}{late}",
            case.id,
            case.state.in_words(),
            on_the_clock(open.since),
            on_the_clock(case.due_at),
        )
    };
    let asked_line = |open: &&OpenCase| {
        let days = (now - open.since).num_days();
        let reminded = match open.case.reminded_at {
            Some(at) => format!("reminded {}", on_the_clock(at)),
            None => "not reminded yet".to_owned(),
        };
        format!("{}; {days} {}; {reminded}", line(open), if days == 1 { "day" } else { "days" })
    };
    let (waiting, others): (Vec<_>, Vec<_>) =
        cases.iter().partition(|open| open.case.state.waits_for_staff());
    let (asked, others): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|open| open.case.state == CaseState::AwaitingInformation);
    let near: Vec<_> = others.into_iter().filter(|open| open.case.due_at < soon).collect();
    let mut parts = Vec::new();
    let mut list = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            parts.push(format!("{title} ({}):\n\n{}", lines.len(), lines.join("\n")));
        }
    };
    list("Waiting for a person, most urgent first", waiting.iter().map(line).collect());
    list("Under way, and due within the next working day or over it", near.iter().map(line).collect());
    list("Waiting for the agency to answer", asked.iter().map(asked_line).collect());
    if parts.is_empty() {
        return None;
    }
    parts.push("To see one of them:\n\n    roi-desk case show RD-…".to_owned());
    let subject = format!("Reminder: waiting for a person: {}", waiting.len());
    Some((subject, format!("{}\n", parts.join("\n\n"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AgencyId, Case, CaseId, ClientId, Excess, NoticeKind, Opening, Standing};

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).expect("an instant").to_utc()
    }

    fn open(number: i64, state: CaseState, since: &str, due: &str) -> OpenCase {
        let (case, _) = Case::open(Opening {
            id: CaseId::new(number),
            kind: NoticeKind::Revocation,
            mode: Mode::Live,
            standing: Standing::Verified(AgencyId::parse("planted-agency").expect("valid")),
            sender: None,
            act: true,
            records: vec![ClientId::parse("1555555").expect("valid")],
            new_records: Vec::new(),
            claimed_scenario: None,
            effective: None,
            excess: Excess::default(),
            reasons: vec!["planted".to_owned()],
            received_at: at(since),
            due_at: at(due),
        });
        OpenCase { case: Case { state, ..case }, since: at(since) }
    }

    #[test]
    fn an_agency_has_two_days_to_answer_and_three_more_after_its_reminder() {
        let asked = open(1, CaseState::AwaitingInformation, "2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z");
        let reminded = |text: &str| {
            let case = Case { reminded_at: Some(at(text)), ..asked.case.clone() };
            OpenCase { case, ..asked.clone() }
        };
        let sent_back = OpenCase { since: at("2026-12-01T12:00:00Z"), ..reminded("2026-11-22T12:00:00Z") };
        let elsewhere = open(1, CaseState::NeedsStaff, "2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z");
        for (case, now, expected) in [
            (&asked, "2026-11-22T11:59:59Z", None),
            (&asked, "2026-11-22T12:00:00Z", Some("agency_reminded")),
            (&reminded("2026-11-22T12:00:00Z"), "2026-11-25T11:59:59Z", None),
            (&reminded("2026-11-22T12:00:00Z"), "2026-11-25T12:00:00Z", Some("answer_overdue")),
            (&sent_back, "2026-12-04T11:59:59Z", None),
            (&sent_back, "2026-12-04T12:00:00Z", Some("answer_overdue")),
            (&elsewhere, "2026-12-04T12:00:00Z", None),
        ] {
            let event = overdue_answer(case, at(now));
            assert_eq!(event.as_ref().map(Event::name), expected, "{now}");
        }
    }

    #[test]
    fn the_next_working_day_ends_at_midnight_on_the_wall() {
        for (now, expected) in [
            // Thursday evening in Chicago, Friday already in UTC: all of Friday.
            ("2026-11-20T03:00:00Z", "2026-11-21T06:00:00Z"),
            // Friday, Saturday, Sunday: all of Monday.
            ("2026-11-20T15:00:00Z", "2026-11-24T06:00:00Z"),
            ("2026-11-21T15:00:00Z", "2026-11-24T06:00:00Z"),
            ("2026-11-22T15:00:00Z", "2026-11-24T06:00:00Z"),
            // Daylight-saving time began meanwhile.
            ("2027-03-12T15:00:00Z", "2027-03-16T05:00:00Z"),
        ] {
            assert_eq!(end_of_next_working_day(at(now), Tz::America__Chicago), at(expected), "{now}");
        }
    }

    #[test]
    fn staff_read_each_case_once_the_most_urgent_first_and_nothing_about_clients() {
        let now = at("2026-11-20T15:00:00Z");
        let soon = end_of_next_working_day(now, Tz::America__Chicago);
        let clock = |at: DateTime<Utc>| at.format("%d %H:%M").to_string();
        let far = "2026-12-24T12:00:00Z";
        let quiet = [
            open(5, CaseState::Received, "2026-11-20T12:00:00Z", far),
            open(6, CaseState::Replying, "2026-11-20T12:00:00Z", far),
        ];
        assert_eq!(words(&quiet, now, soon, clock), None, "nothing to say");
        let cases = [
            open(1, CaseState::NeedsStaff, "2026-11-18T12:00:00Z", "2026-11-19T12:00:00Z"),
            open(2, CaseState::Closing, "2026-11-19T12:00:00Z", "2026-11-20T12:00:00Z"),
            open(3, CaseState::AwaitingInformation, "2026-11-19T12:00:00Z", "2026-11-20T12:00:00Z"),
            open(4, CaseState::AwaitingApproval, "2026-11-20T12:00:00Z", "2026-11-23T12:00:00Z"),
            open(5, CaseState::Received, "2026-11-20T12:00:00Z", "2026-11-23T12:00:00Z"),
            open(6, CaseState::Waiting, "2026-11-20T12:00:00Z", "2026-11-24T12:00:00Z"),
        ];
        let (subject, text) = words(&cases, now, soon, clock).expect("something to say");
        assert_eq!(subject, "Reminder: waiting for a person: 2");
        let expected = "Waiting for a person, most urgent first (2):

- RD-1: needs a person to look at it; since 18 12:00; due 19 12:00; overdue
- RD-4: waits for your approval; since 20 12:00; due 23 12:00

Under way, and due within the next working day or over it (2):

- RD-2: is being closed and read back; since 19 12:00; due 20 12:00; overdue
- RD-5: to be looked up in the HMIS; since 20 12:00; due 23 12:00

Waiting for the agency to answer (1):

- RD-3: waits for the agency to answer our question; since 19 12:00; due 20 12:00; overdue; 1 day; not reminded yet

To see one of them:

    roi-desk case show RD-…
";
        assert_eq!(text, expected);
        assert!(!text.contains("planted") && !text.contains("1555555"));
    }
}
