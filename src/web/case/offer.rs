//! What can be done with a case as it stands, and why not where something is expected. What is asked is the very rule that
//! decides ([`Casebook::could`]), so that page and decision cannot differ.

use super::super::{page::Frame, words};
use crate::{
    domain::{Approvals, Case, CaseState, ClientId, Did, Item, MailAddress, NoticeKind, Step},
    engine::{Casebook, staff::StaffDecision},
};

/// What the page offers.
#[derive(Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a form of its own")]
pub(super) struct Offer {
    pub approve: Option<Approve>,
    pub decline: Option<Decline>,
    /// What people have already made in the HMIS, which ending the case does not set back.
    pub made: Option<String>,
    pub ask: Option<Ask>,
    pub attest: bool,
    pub ticks: bool,
    pub finish: bool,
    pub stop: Option<&'static str>,
    /// Whether a closure by itself is to be stopped.
    pub grace: bool,
    pub retry: Option<&'static str>,
    pub undo: bool,
    pub did: Vec<DidWith>,
    /// What one may expect to be possible and is not, and why.
    pub not: Vec<String>,
}

/// An approval.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Approve {
    pub label: String,
    pub records: Vec<Choice>,
    /// Whether the records are to be ticked by the person.
    pub by_ticks: bool,
    /// Whether a rule offers it; if not, the button does not suggest itself.
    pub by_rule: bool,
    /// What the approver should know.
    pub words: Vec<&'static str>,
}

/// A record that can be approved.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub record: String,
    pub what: &'static str,
    pub ticked: bool,
}

/// A refusal, and who learns of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decline {
    /// Whether the agency is written to; if not, nobody is.
    pub told: bool,
}

/// A question to the agency.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub label: &'static str,
    pub words: String,
}

/// What staff did with one record by hand (shadow mode).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DidWith {
    pub record: String,
    pub choices: Vec<DidChoice>,
}

/// One answer to that.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DidChoice {
    pub value: &'static str,
    pub label: String,
    pub said: bool,
}

/// What `frame`'s account can do with the case.
pub(super) fn offer(book: &Casebook, case: &Case, frame: &Frame) -> Offer {
    if !frame.may_decide {
        return Offer::default();
    }
    let mut not = Vec::new();
    let mut could =
        |name: &str, expected: bool, decision: StaffDecision| match book.could(case, &frame.name, decision) {
            Ok(()) => true,
            Err(refused) => {
                if expected {
                    not.push(format!("{name}: {}.", words::here(&refused.why).trim_end_matches('.')));
                }
                false
            }
        };
    let note = || "a note".to_owned();
    let waits = matches!(case.state, CaseState::AwaitingApproval | CaseState::NeedsStaff);
    let records = to_approve(case);
    let approval = StaffDecision::Approve { evidence_sha256: None, only: records.clone(), note: None };
    let can_approve = could("Approve", waits, approval);
    let failed = !case.failed_replies.is_empty();
    let changed = case.items.iter().any(|item| item.changed);
    let offer = Offer {
        decline: could("Decline", waits, StaffDecision::Decline { note: note() })
            .then(|| Decline { told: case.correspondent().is_some() }),
        made: made(case),
        ask: could("Ask the agency", waits && case.kind == NoticeKind::Revocation, StaffDecision::Ask)
            .then(|| ask(book, case)),
        attest: could(
            "Attest",
            case.state == CaseState::Worklist,
            StaffDecision::Attest { record: None, note: None },
        ),
        ticks: !case.state.is_over() && case.items.iter().any(|item| item.step == Step::Worklist),
        finish: could("Take over by hand", waits, StaffDecision::HandledByHand { note: note() }),
        stop: could("Stop", case.state == CaseState::Waiting, StaffDecision::Stop { note: None }).then_some(
            if case.state == CaseState::Waiting { "Stop the automatic closure" } else { "Stop the case" },
        ),
        grace: case.state == CaseState::Waiting,
        retry: could("Look again", waits, StaffDecision::Retry).then_some(if failed {
            "Send again"
        } else {
            "Look again"
        }),
        undo: could("Undo", case.state.is_over() && changed, StaffDecision::Undo { note: note() }),
        did: if case.state == CaseState::Shadowed {
            case.items.iter().map(did).collect()
        } else {
            Vec::new()
        },
        approve: can_approve.then(|| approve(case, &records)),
        not: Vec::new(),
    };
    if matches!(case.state, CaseState::Received | CaseState::Closing | CaseState::Replying)
        && offer.stop.is_none()
    {
        not.push("The desk is working on it: nothing can be decided until it is done. Load the page again in a moment.".to_owned());
    }
    Offer { not, ..offer }
}

/// The records an approval can be for: those of the first approval, if a second person is wanted.
fn to_approve(case: &Case) -> Vec<ClientId> {
    if let Some(first) = words::first_approval(case) {
        return first.records.clone();
    }
    let can = |item: &&Item| {
        matches!(item.step, Step::AwaitingApproval | Step::NeedsStaff)
            && item.closing.is_some()
            && !item.is_being_undone()
    };
    case.items.iter().filter(can).map(|item| item.record.clone()).collect()
}

fn approve(case: &Case, records: &[ClientId]) -> Approve {
    let waits = |item: &Item| item.step == Step::AwaitingApproval;
    let choices: Vec<Choice> = case
        .items
        .iter()
        .filter(|item| records.contains(&item.record))
        .map(|item| Choice {
            record: item.record.to_string(),
            what: words::scenario(item.scenario),
            // What the desk would not have offered by itself is ticked by the person who has read the mail.
            ticked: case.act && waits(item),
        })
        .collect();
    let by_ticks = case.approvals.is_empty() && (!case.act || choices.len() > 1);
    let judged = |item: &Item| records.contains(&item.record) && item.step == Step::NeedsStaff;
    let by_rule = case.act && !case.items.iter().any(judged);
    let mut words = Vec::new();
    if !case.act {
        words.push("The mail is not clear enough to act on: read it, and tick the records it means.");
    }
    if case.items.iter().any(judged) {
        words.push("No rule offers this closing: it rests on your judgement.");
    }
    if case.approvals_needed(records) == Approvals::Two {
        words.push(if case.approvals.is_empty() {
            "Two different people must approve; yours is the first."
        } else {
            "Yours is the second approval: the change is then made."
        });
    }
    Approve {
        label: match choices.as_slice() {
            [one] if !by_ticks => format!("Approve: close {}", one.record),
            several if !by_ticks => format!("Approve: close {} records", several.len()),
            _ => "Approve: close the ticked records".to_owned(),
        },
        records: choices,
        by_ticks,
        by_rule,
        words,
    }
}

/// How many steps are ticked, and what that means to whoever ends the case.
fn made(case: &Case) -> Option<String> {
    let ticks: usize = case
        .items
        .iter()
        .filter(|item| !matches!(item.step, Step::Settled(_)))
        .map(|item| item.ticks.len())
        .sum();
    let steps = match ticks {
        0 => return None,
        1 => "1 step is".to_owned(),
        several => format!("{several} steps are"),
    };
    Some(format!(
        "{steps} ticked as made in the HMIS. The desk does not set that back, and the agency will not hear of it."
    ))
}

fn ask(book: &Casebook, case: &Case) -> Ask {
    let words = if case.standing.may_be_answered() {
        "The sender is asked by mail, and the case waits for the answer.".to_owned()
    } else {
        let site = book.site();
        let contact = case.agency().and_then(|agency| site.roster.contact(agency)).map(MailAddress::unmasked);
        let whom = contact.unwrap_or_else(|| "nobody".to_owned());
        format!(
            "The sender is not verified: the agency's contact in the roster is asked by mail ({whom}), and the case waits \
             for the answer."
        )
    };
    Ask {
        label: if case.items.is_empty() { "Ask for the client ID" } else { "Ask whether to go ahead" },
        words,
    }
}

fn did(item: &Item) -> DidWith {
    let said = item.by_hand.as_ref().map(|hand| hand.did);
    let choice = |did: Did| DidChoice {
        value: did.as_str(),
        label: words::capital(did.in_words()),
        said: said == Some(did),
    };
    DidWith { record: item.record.to_string(), choices: Did::ALL.map(choice).into() }
}
