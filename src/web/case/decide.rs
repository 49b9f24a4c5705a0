//! The forms of the case page. Each says which version of the case it was made from, so that nothing is decided on what is
//! no longer so, and nothing twice.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Redirect, Response},
};
use chrono::TimeDelta;
use serde::Deserialize;

use super::{
    super::{
        Shared,
        form::{Own, remark},
        page::Frame,
        problem::Problem,
        words,
    },
    conflict::{self, Stale},
};
use crate::{
    domain::{Actor, Case, CaseId, ClientId, Did},
    engine::{EngineError, staff::StaffDecision},
    store::{HistoryRow, StoreError},
};

/// What the forms hold; each action has its own of these.
#[derive(Deserialize)]
pub(in crate::web) struct Typed {
    version: Option<i64>,
    evidence: Option<String>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    record: Vec<String>,
    step: Option<usize>,
    untick: Option<String>,
    did: Option<String>,
    /// `shadow`: the form stood on the shadow page, where its sender goes on.
    from: Option<String>,
}

/// So long after something was done, the page says so at its top.
const SAID_FOR: TimeDelta = TimeDelta::minutes(10);

/// What was done, for the line above the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Approved,
    Declined,
    Asked,
    Noted,
    Retried,
    Stopped,
    Attested,
    Ticked,
    Finished,
    Undoing,
    Did,
}

impl Said {
    const ALL: [Self; 11] = [
        Self::Approved,
        Self::Declined,
        Self::Asked,
        Self::Noted,
        Self::Retried,
        Self::Stopped,
        Self::Attested,
        Self::Ticked,
        Self::Finished,
        Self::Undoing,
        Self::Did,
    ];

    /// The word in the address.
    fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Asked => "asked",
            Self::Noted => "noted",
            Self::Retried => "retried",
            Self::Stopped => "stopped",
            Self::Attested => "attested",
            Self::Ticked => "ticked",
            Self::Finished => "finished",
            Self::Undoing => "undoing",
            Self::Did => "did",
        }
    }

    /// The one of this name.
    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|said| said.as_str() == word)
    }

    /// The names its event has in the history.
    fn events(self) -> &'static [&'static str] {
        match self {
            Self::Approved => &["approved"],
            Self::Declined => &["declined"],
            Self::Asked => &["agency_asked"],
            Self::Noted => &["noted"],
            Self::Retried => &["retry_asked"],
            Self::Stopped => &["stopped"],
            Self::Attested => &["attested"],
            Self::Ticked => &["step_ticked", "step_unticked"],
            Self::Finished => &["handled_by_hand"],
            Self::Undoing => &["undo_asked"],
            Self::Did => &["hand_recorded"],
        }
    }

    /// Whether the person has done so of late: anybody can make an address that says so.
    pub(super) fn is_true(self, history: &[HistoryRow], frame: &Frame) -> bool {
        let me = Actor::Staff(frame.name.clone()).to_string();
        let recent = |row: &&HistoryRow| row.at().is_ok_and(|at| frame.now - at <= SAID_FOR);
        let mut of_late = history.iter().rev().take_while(recent);
        of_late.any(|row| row.actor == me && self.events().contains(&row.event.as_str()))
    }

    /// What to tell the person, with the case as it stands now.
    pub(super) fn in_words(self, case: &Case) -> String {
        match self {
            Self::Approved if words::first_approval(case).is_some() => {
                "Your approval is recorded. A second person must approve before anything is changed."
            }
            Self::Approved => "Your approval is recorded.",
            Self::Declined if case.final_reply.is_some() => "Declined. The agency is told your reason.",
            Self::Declined => "Declined. Nobody is written to: your reason stands in the history.",
            Self::Asked => "The agency is asked.",
            Self::Noted => "Your note is in the history.",
            Self::Retried => "The desk does it again. Load the page again in a moment.",
            Self::Stopped => "Stopped: the desk changes nothing.",
            Self::Attested => "Recorded under your name. The record is read first; what it shows to be otherwise is not confirmed.",
            Self::Ticked => "Recorded.",
            Self::Finished => "Taken over: the case is over for the desk.",
            Self::Undoing => "The closing is being set back. Load the page again in a moment.",
            Self::Did => "Recorded: what was done by hand.",
        }
        .to_owned()
    }
}

/// `POST /cases/{id}/{action}`.
pub(in crate::web) async fn decide(
    State(shared): State<Shared>,
    path: Result<Path<(CaseId, String)>, PathRejection>,
    own: Own<Typed>,
) -> Result<Response, Problem> {
    let Path((id, action)) = path?;
    let Own { staff, form } = own.of_approver()?;
    let version = form.version.ok_or(Problem::BadForm)?;
    let evidence = form.evidence.clone();
    let from_shadow = form.from.as_deref() == Some("shadow");
    let (decision, said) = decision(&action, &form)?;
    let (book, by) = (&shared.desk.book, staff.name.to_string());
    let asked = decision.clone();
    let decided = if let StaffDecision::Note { note } = decision {
        book.note_once(id, &by, version, note).await
    } else {
        book.decide_seen(id, &by, version, decision).await
    };
    match decided {
        Ok(_) => {
            // Whoever works it off need not wait for the next look.
            shared.desk.wake.all();
            let to = if from_shadow {
                "/shadow".to_owned()
            } else {
                format!("/cases/{id}?said={}", said.as_str())
            };
            Ok(Redirect::to(&to).into_response())
        }
        Err(
            error @ (EngineError::Stale { .. }
            | EngineError::Illegal(_)
            | EngineError::Store(StoreError::Conflict(_))),
        ) => conflict::page(&shared, &staff, Stale { id, version, evidence, decision: asked, error }).await,
        Err(error) => Err(error.into()),
    }
}

/// What a form asks for.
fn decision(action: &str, form: &Typed) -> Result<(StaffDecision, Said), Problem> {
    let note = remark(&form.note)?;
    let needed = |why| if note.is_empty() { Err(Problem::Wanting(why)) } else { Ok(note.clone()) };
    let optional = || Some(note.clone()).filter(|note| !note.is_empty());
    let records = || {
        form.record
            .iter()
            .map(|record| ClientId::parse(record).map_err(|_| Problem::BadForm))
            .collect::<Result<Vec<_>, _>>()
    };
    let one = || records()?.into_iter().next().ok_or(Problem::BadForm);
    Ok(match action {
        "approve" => {
            let evidence = form.evidence.clone().filter(|hash| !hash.is_empty()).ok_or(Problem::BadForm)?;
            let only = records()?;
            if only.is_empty() {
                return Err(Problem::Wanting("Tick the records to close: none was ticked."));
            }
            let note = optional();
            (StaffDecision::Approve { evidence_sha256: Some(evidence), only, note }, Said::Approved)
        }
        "decline" => {
            let note = needed("Write the reason: it is empty.")?;
            (StaffDecision::Decline { note }, Said::Declined)
        }
        "ask" => (StaffDecision::Ask, Said::Asked),
        "note" => (StaffDecision::Note { note: needed("Write the note: it is empty.")? }, Said::Noted),
        "retry" => (StaffDecision::Retry, Said::Retried),
        "stop" => (StaffDecision::Stop { note: optional() }, Said::Stopped),
        "attest" => (StaffDecision::Attest { record: None, note: optional() }, Said::Attested),
        "tick" => {
            let (record, step) = (one()?, form.step.ok_or(Problem::BadForm)?);
            let decision = match &form.untick {
                None => StaffDecision::Tick { record, step },
                Some(_) => StaffDecision::Untick { record, step },
            };
            (decision, Said::Ticked)
        }
        "finish" => {
            let note = needed("Write what you did: nobody else knows.")?;
            (StaffDecision::HandledByHand { note }, Said::Finished)
        }
        "undo" => {
            let note = needed("Write why the closing was a mistake.")?;
            (StaffDecision::Undo { note }, Said::Undoing)
        }
        "did" => {
            let did = form.did.as_deref().and_then(Did::parse).ok_or(Problem::BadForm)?;
            // The shadow page speaks of all records of a case.
            (StaffDecision::DidByHand { record: records()?.into_iter().next(), did }, Said::Did)
        }
        _ => return Err(Problem::NoPage),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::form::LONGEST_NOTE;

    fn typed(note: &str) -> Typed {
        Typed {
            version: Some(1),
            evidence: Some("hash".to_owned()),
            note: note.to_owned(),
            record: vec!["1555555".to_owned()],
            step: Some(0),
            untick: None,
            did: Some("not_closed".to_owned()),
            from: None,
        }
    }

    #[test]
    fn a_word_of_the_address_is_one_of_ours() {
        for said in Said::ALL {
            assert_eq!(Said::parse(said.as_str()), Some(said));
        }
        assert_eq!(Said::parse("<script>"), None);
    }

    #[test]
    fn what_needs_words_is_not_done_without_them() {
        for action in ["decline", "note", "finish", "undo"] {
            for empty in ["", "  \r\n\t", "\u{7}"] {
                let refused = decision(action, &typed(empty));
                assert!(matches!(refused, Err(Problem::Wanting(_))), "{action} {empty:?}: {refused:?}");
            }
            assert!(decision(action, &typed("why")).is_ok(), "{action}");
        }
        for action in ["approve", "ask", "retry", "stop", "attest", "tick", "did"] {
            assert!(decision(action, &typed("")).is_ok(), "{action}");
        }
        assert!(matches!(decision("delete", &typed("")), Err(Problem::NoPage)));
    }

    #[test]
    fn a_note_is_trimmed_and_bounded() {
        assert_eq!(remark("  one\r\ntwo\u{0}\u{1b}[2J \n").expect("short"), "one\ntwo[2J");
        assert!(remark(&"\u{e9}".repeat(LONGEST_NOTE)).is_ok());
        assert!(matches!(remark(&"x".repeat(LONGEST_NOTE + 1)), Err(Problem::Wanting(_))));
    }

    #[test]
    fn an_approval_names_its_records_and_what_was_seen() {
        let without = |change: fn(&mut Typed)| {
            let mut form = typed("");
            change(&mut form);
            decision("approve", &form)
        };
        assert!(matches!(without(|form| form.record.clear()), Err(Problem::Wanting(_))));
        assert!(matches!(without(|form| form.evidence = None), Err(Problem::BadForm)));
        assert!(matches!(without(|form| form.record = vec!["5".repeat(40)]), Err(Problem::BadForm)));
    }
}
