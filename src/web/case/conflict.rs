//! A decision that was not taken: what has happened since the page was loaded, and what is different.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

use super::{
    super::{
        Shared,
        page::{Frame, Room},
        problem::Problem,
        words,
    },
    claim::differences,
    gather::{judgements, names},
    timeline::{Entry, happened},
};
use crate::{
    domain::{Case, CaseId, Event},
    engine::{EngineError, accounts::Session, evidence::Evidence, staff::StaffDecision},
    store::HistoryRow,
};

/// A decision on a case that is no longer as it was seen.
pub(super) struct Stale {
    pub id: CaseId,
    /// The version that was seen.
    pub version: i64,
    /// What the page showed to an approver.
    pub evidence: Option<String>,
    /// What was to be done.
    pub decision: StaffDecision,
    pub error: EngineError,
}

#[derive(Template)]
#[template(path = "conflict.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    id: CaseId,
    /// The same was done by the same person already.
    twice: Option<String>,
    why: String,
    state: &'static str,
    since: Vec<Entry>,
    /// What differs; `None`: what is to be seen now is not there yet, or what was seen is no longer kept.
    differences: Option<Vec<String>>,
    replies: Option<(String, String)>,
}

/// Whether this is what a decision of `by` brings about, to the last word of it.
fn is_same(event: &Event, decision: &StaffDecision, me: &str) -> bool {
    let same_note = |one: &Option<String>, other: &Option<String>| {
        one.as_deref().unwrap_or_default().trim() == other.as_deref().unwrap_or_default().trim()
    };
    match (decision, event) {
        (
            StaffDecision::Approve { evidence_sha256: seen, only: named, note: mine },
            Event::Approved { by, evidence_sha256, only, note, contact: _ },
        ) => by == me && seen.as_ref() == Some(evidence_sha256) && named == only && same_note(mine, note),
        (StaffDecision::Attest { record: mine, note: said }, Event::Attested { by, record, note }) => {
            by == me && mine == record && same_note(said, note)
        }
        (StaffDecision::Stop { note: mine }, Event::Stopped { by, note }) => {
            by == me && same_note(mine, note)
        }
        (StaffDecision::Decline { note: mine }, Event::Declined { by, note })
        | (StaffDecision::HandledByHand { note: mine }, Event::HandledByHand { by, note })
        | (StaffDecision::Undo { note: mine }, Event::UndoAsked { by, note })
        | (StaffDecision::Note { note: mine }, Event::Noted { by, note }) => {
            by == me && mine.trim() == note.trim()
        }
        (StaffDecision::Ask, Event::AgencyAsked { by, .. })
        | (StaffDecision::Retry, Event::RetryAsked { by }) => by == me,
        (StaffDecision::Tick { record: mine, step: my_step }, Event::StepTicked { by, record, step })
        | (StaffDecision::Untick { record: mine, step: my_step }, Event::StepUnticked { by, record, step }) => {
            by == me && mine == record && my_step == step
        }
        (StaffDecision::DidByHand { record: mine, did: my_did }, Event::HandRecorded { by, record, did }) => {
            by == me && mine == record && my_did == did
        }
        _ => false,
    }
}

/// Whether this takes back what the decision would do: a tick, or that there is none.
fn takes_back(event: &Event, decision: &StaffDecision) -> bool {
    match (decision, event) {
        (StaffDecision::Tick { record: mine, step: my_step }, Event::StepUnticked { record, step, .. })
        | (StaffDecision::Untick { record: mine, step: my_step }, Event::StepTicked { record, step, .. }) => {
            mine == record && my_step == step
        }
        _ => false,
    }
}

/// The page that says so, with status 409.
pub(super) async fn page(shared: &Shared, staff: &Session, stale: Stale) -> Result<Response, Problem> {
    let frame = Frame::new(shared, staff, Room::Queue);
    let store = &shared.desk.book.store;
    let loaded = store.case(stale.id).await?.ok_or_else(|| EngineError::NoSuchCase(stale.id.to_string()))?;
    let history = store.history(stale.id).await?;
    // Each version but the first came of one event.
    let seen = usize::try_from(stale.version).unwrap_or(usize::MAX);
    let since = history.get(seen..).unwrap_or_default();
    let both = match &stale.evidence {
        Some(seen) => evidence(shared, &loaded.case, seen, &history).await?,
        None => None,
    };
    let (names, ..) = names(&shared.desk, &loaded.case).await;
    let page = Page {
        twice: twice(since, &staff.name.to_string(), &stale.decision, &frame)?,
        why: match &stale.error {
            EngineError::Illegal(refused) => words::here(&refused.why),
            EngineError::Stale { .. } | EngineError::Store(_) => {
                "the case has changed since you loaded the page".to_owned()
            }
            other @ (EngineError::Hmis(_)
            | EngineError::Mailbox(_)
            | EngineError::Mailer(_)
            | EngineError::Reply { .. }
            | EngineError::NoSuchCase(_)
            | EngineError::NoSuchMessage(_)
            | EngineError::AlreadyRead { .. }
            | EngineError::NotAllowed { .. }
            | EngineError::MailGone { .. }
            | EngineError::Unreadable(_)
            | EngineError::NoClientId(_)
            | EngineError::NoRandom(_)) => other.to_string(),
        },
        id: stale.id,
        state: loaded.case.state.in_words(),
        since: happened(since, &frame)?,
        differences: both.as_ref().map(|(seen, now)| differences(seen, now, &names)),
        replies: both
            .filter(|(seen, now)| seen.reply != now.reply)
            .map(|(seen, now)| (seen.reply, now.reply)),
        frame,
    };
    Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response())
}

/// What was seen and what is, if both are kept and not the same. Of a case that is being looked up again nothing new is
/// there yet.
async fn evidence(
    shared: &Shared,
    case: &Case,
    seen: &str,
    history: &[HistoryRow],
) -> Result<Option<(Evidence, Evidence)>, Problem> {
    let store = &shared.desk.book.store;
    let last = judgements(history)?.into_iter().next().map(|(sha256, _)| sha256);
    let Some(now) = case.evidence_sha256.clone().or(last).filter(|now| now != seen) else { return Ok(None) };
    let (seen, now) = (store.evidence(case.id, seen).await?, store.evidence(case.id, &now).await?);
    Ok(seen.zip(now))
}

/// That the same person did the very same since, and it still stands: the form was sent twice.
fn twice(
    since: &[HistoryRow],
    me: &str,
    decision: &StaffDecision,
    frame: &Frame,
) -> Result<Option<String>, Problem> {
    for row in since.iter().rev() {
        let Some(event) = row.happened() else { continue };
        if takes_back(&event, decision) {
            return Ok(None);
        }
        if is_same(&event, decision, me) {
            let at = frame.when(row.at()?);
            let (relative, exact) = (at.relative, at.exact);
            return Ok(Some(format!(
                "You have done this already, {relative} ({exact}). Nothing was done twice."
            )));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::{CaseState, ClientId};

    fn record(id: &str) -> ClientId {
        ClientId::parse(id).expect("a client ID")
    }

    fn ticked(id: &str, step: usize) -> Event {
        Event::StepTicked { by: "ann".to_owned(), record: record(id), step }
    }

    fn is_twice(since: &[Event], decision: &StaffDecision) -> bool {
        let at = DateTime::UNIX_EPOCH;
        let states = (CaseState::Worklist, CaseState::Worklist);
        let since: Vec<_> = since.iter().map(|event| HistoryRow::of(at, event, states)).collect();
        twice(&since, "ann", decision, &Frame::of("ann", at)).expect("instants").is_some()
    }

    #[test]
    fn only_the_very_same_was_done_already() {
        let tick = StaffDecision::Tick { record: record("1555555"), step: 0 };
        assert!(is_twice(&[ticked("1555555", 0)], &tick));
        assert!(!is_twice(&[ticked("1666666", 0)], &tick), "another record");
        assert!(!is_twice(&[ticked("1555555", 1)], &tick), "another step");
        let by_bob = Event::StepTicked { by: "bob".to_owned(), record: record("1555555"), step: 0 };
        assert!(!is_twice(&[by_bob], &tick), "somebody else");
        let untick = Event::StepUnticked { by: "bob".to_owned(), record: record("1555555"), step: 0 };
        assert!(!is_twice(&[ticked("1555555", 0), untick], &tick), "it does not stand any more");

        let declined = Event::Declined { by: "ann".to_owned(), note: "Please call.".to_owned() };
        let decline = |note: &str| StaffDecision::Decline { note: note.to_owned() };
        assert!(is_twice(std::slice::from_ref(&declined), &decline(" Please call.\n")));
        assert!(!is_twice(&[declined], &decline("Please write.")), "another reason");

        let approved = |only: &[&str]| Event::Approved {
            by: "ann".to_owned(),
            evidence_sha256: "seen".to_owned(),
            only: only.iter().map(|id| record(id)).collect(),
            contact: None,
            note: None,
        };
        let approve = |seen: &str| StaffDecision::Approve {
            evidence_sha256: Some(seen.to_owned()),
            only: vec![record("1555555")],
            note: None,
        };
        assert!(is_twice(&[approved(&["1555555"])], &approve("seen")));
        assert!(!is_twice(&[approved(&["1555555"])], &approve("other")), "other facts");
        assert!(!is_twice(&[approved(&["1555555", "1666666"])], &approve("seen")), "other records");
    }
}
