//! Everything that happened to a case, and every attempt at what it ordered, by time and in plain words.

use chrono::{DateTime, Utc};

use super::{
    super::{page::Frame, problem::Problem, when::When, words},
    letters::state_in_words,
};
use crate::{
    domain::{Assent, CaseState, Decision, Event, Judgement, ReadBackFinding},
    store::{Attempt, HistoryRow},
};

/// One thing that happened.
pub(super) struct Entry {
    pub at: When,
    instant: DateTime<Utc>,
    /// Who did it.
    pub who: String,
    pub what: String,
    /// What people wrote along with it.
    pub note: Option<String>,
    /// More about it, line by line.
    pub more: Vec<String>,
    /// The state the case came to, where it came to another one.
    pub to: Option<&'static str>,
    /// An attempt of the desk, not an event of the case.
    pub attempt: bool,
}

/// Events and attempts, the last first.
pub(super) fn timeline(
    history: &[HistoryRow],
    attempts: &[Attempt],
    frame: &Frame,
) -> Result<Vec<Entry>, Problem> {
    let mut entries = happened(history, frame)?;
    entries.extend(attempts.iter().map(|attempt| tried(attempt, frame)));
    // Of the same moment, what came first stays first: the sort is stable, and the whole is then turned around.
    entries.sort_by_key(|entry| entry.instant);
    entries.reverse();
    Ok(entries)
}

/// The events alone, as they happened.
pub(super) fn happened(history: &[HistoryRow], frame: &Frame) -> Result<Vec<Entry>, Problem> {
    history.iter().map(|row| entry(row, frame)).collect()
}

fn entry(row: &HistoryRow, frame: &Frame) -> Result<Entry, Problem> {
    let instant = row.at()?;
    let told = match row.happened() {
        Some(event) => in_words(&event),
        None if row.event == "opened" => Told::plain("a notice arrived, and the case was opened"),
        None => Told::plain(&format!("did something this page does not know ({})", row.event)),
    };
    let to = CaseState::parse(&row.to_state).filter(|_| row.from_state != row.to_state).map(words::state);
    Ok(Entry {
        at: frame.when(instant),
        instant,
        who: match row.actor.as_str() {
            "desk" => "The desk".to_owned(),
            "agency" => "By mail:".to_owned(),
            other => other.strip_prefix("staff:").unwrap_or(other).to_owned(),
        },
        what: told.what,
        note: told.note,
        more: told.more,
        to,
        attempt: false,
    })
}

fn tried(attempt: &Attempt, frame: &Frame) -> Entry {
    let mut parts = attempt.action.split('/').skip(1);
    let (kind, about) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let what = match kind {
        "close" => format!("to close record {about} in the HMIS"),
        "undo" => format!("to set the closing of record {about} back"),
        "reply" => format!("to send reply {about}"),
        "notify" => "to tell staff that the case waits".to_owned(),
        "take-mail" => "to mark the mail in the mailbox".to_owned(),
        "finish-mail" => "to mark the mail in the mailbox as done".to_owned(),
        "end-grace" => "to end the grace".to_owned(),
        other => format!("to do what is called {other}"),
    };
    let outcome = match (&attempt.outcome, attempt.ended_at) {
        (Some(outcome), _) => state_in_words(outcome).0,
        (None, Some(_)) => "ended",
        (None, None) => "under way, or nobody knows how it ended",
    };
    Entry {
        at: frame.when(attempt.begun_at),
        instant: attempt.begun_at,
        who: "The desk".to_owned(),
        what: format!("tried {what} (attempt {}): {outcome}", attempt.number),
        note: None,
        more: Vec::new(),
        to: None,
        attempt: true,
    }
}

/// An event in words: what somebody did, what they wrote, and more about it.
struct Told {
    what: String,
    note: Option<String>,
    more: Vec<String>,
}

impl Told {
    fn plain(what: &str) -> Self {
        Self { what: what.to_owned(), note: None, more: Vec::new() }
    }

    fn with(self, note: Option<&String>) -> Self {
        Self { note: note.filter(|note| !note.trim().is_empty()).cloned(), ..self }
    }

    fn and(self, more: impl IntoIterator<Item = String>) -> Self {
        Self { more: more.into_iter().map(|line| words::told(&line)).collect(), ..self }
    }
}

fn in_words(event: &Event) -> Told {
    let told = Told::plain;
    match event {
        Event::Judged(judgement) => judged(judgement),
        Event::NoticeJoined { .. } => told("a further notice about the same records arrived"),
        Event::AgencyAsked { .. } => told("asked the agency"),
        Event::AnswerArrived(answer) => {
            let assent = match answer.assent {
                Assent::Yes => " with a yes",
                Assent::No => " with a no",
                Assent::Unsaid => "",
            };
            let records: Vec<String> = answer.records.iter().map(ToString::to_string).collect();
            let named =
                if records.is_empty() { String::new() } else { format!(", naming {}", records.join(", ")) };
            told(&format!("the agency answered{assent}{named}"))
        }
        Event::AgencyWrote { elsewhere: Some(case), .. } => {
            told(&format!("something arrived that may be about the same, and opened {case}"))
        }
        Event::AgencyWrote { elsewhere: None, .. } => {
            told("something in this conversation arrived, for a person to read")
        }
        Event::CancelAsked { sure: true, .. } => told("the agency asked to stop"),
        Event::CancelAsked { sure: false, .. } => {
            told("somebody asked to stop; it is not certain that it was the agency")
        }
        Event::Approved { only, note, .. } => {
            let records: Vec<String> = only.iter().map(ToString::to_string).collect();
            let what = match records.as_slice() {
                [] => "approved".to_owned(),
                records => format!("approved closing {}", records.join(", ")),
            };
            told(&what).with(note.as_ref())
        }
        Event::Attested { record, note, .. } => {
            let about = record.as_ref().map(|record| format!(" (record {record})")).unwrap_or_default();
            told(&format!("attested that the change was made by hand{about}")).with(note.as_ref())
        }
        Event::Declined { note, .. } => told("declined").with(Some(note)),
        Event::Stopped { note, .. } => told("stopped the case").with(note.as_ref()),
        Event::HandledByHand { note, .. } => told("took it over by hand").with(Some(note)),
        Event::RetryAsked { .. } => told("had the desk look, or send, again"),
        Event::UndoAsked { note, .. } => told("asked to set the closing back, as a mistake").with(Some(note)),
        Event::StepTicked { record, step, .. } => {
            told(&format!("ticked step {} of record {record}", step + 1))
        }
        Event::StepUnticked { record, step, .. } => {
            told(&format!("took the tick of step {} of record {record} back", step + 1))
        }
        Event::HandRecorded { record, did, .. } => {
            let about = record.as_ref().map(|record| format!(" (record {record})")).unwrap_or_default();
            told(&format!("recorded what was done by hand: {}{about}", did.in_words()))
        }
        Event::Noted { note, .. } => told("left a note").with(Some(note)),
        Event::GraceOver => told("saw the grace end"),
        Event::AgencyReminded => told("reminded the agency of the question"),
        Event::AnswerOverdue => told("gave up waiting for the agency's answer"),
        Event::Closed { record, .. } => told(&format!("changed record {record} in the HMIS")),
        Event::Undone { record } => told(&format!("set the closing of record {record} back")),
        Event::UndoRefused { record, reason } => {
            told(&format!("did not set the closing of record {record} back")).and([reason.clone()])
        }
        Event::FactsChanged { record, difference } => told(&format!(
            "changed nothing in record {record}: the facts were no longer those of the decision"
        ))
        .and(difference.iter().cloned()),
        Event::CloseRefused { record, reason } => {
            told(&format!("could not change record {record}")).and([reason.clone()])
        }
        Event::ReadBack { record, finding: ReadBackFinding::Confirmed(_) } => {
            told(&format!("read record {record} back: it stands as it should"))
        }
        Event::ReadBack { record, finding: ReadBackFinding::Differs(reasons) } => {
            told(&format!("read record {record} back: it does not stand as it should"))
                .and(reasons.iter().cloned())
        }
        Event::ReadBack { record, finding: ReadBackFinding::StillToDo(still) } => {
            told(&format!("read record {record}: still to be done")).and(still.iter().cloned())
        }
        Event::ReadBack { record, finding: ReadBackFinding::Attested(_) } => {
            told(&format!("read record {record}: nothing that is known speaks against the word given"))
        }
        Event::ReadBack { record, finding: ReadBackFinding::Contradicts(shown) } => {
            told(&format!("read record {record}: it does not stand as was attested"))
                .and(shown.iter().cloned())
        }
        Event::ReplySent { number } => told(&format!("sent reply {number}")),
        Event::ReplyFailed { number, reason } => {
            told(&format!("could not deliver reply {number} for certain")).and([reason.clone()])
        }
    }
}

fn judged(judgement: &Judgement) -> Told {
    match judgement {
        Judgement::MissingId => Told::plain("found no client ID in the mail, and asks the agency for it"),
        Judgement::Person { reasons } => {
            Told::plain("left it to a person without looking anything up").and(reasons.iter().cloned())
        }
        Judgement::Records { items, .. } => {
            let lines = items.iter().map(|item| {
                let decision = match item.decision {
                    Decision::Apply => "to be closed without asking",
                    Decision::Approve => "to be approved",
                    Decision::CheckOnly => "closed already: to be checked",
                    Decision::Person => "a person decides",
                };
                format!("record {}: {}, {decision}", item.record, small(words::scenario(item.scenario)))
            });
            Told::plain("looked the records up in the HMIS").and(lines)
        }
    }
}

fn small(scenario: &'static str) -> &'static str {
    if scenario == "No scenario" { "no scenario" } else { scenario }
}
