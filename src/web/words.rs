//! Cases in a few words, the same ones on every page.

use crate::domain::{
    AgencyId, Approval, Approvals, Case, CaseState, Hold, Item, ItemOutcome, NoticeKind, Scenario, Step,
};
use crate::engine::Site;

/// Why a case is in the queue, in one line: what is to be done, and what stands in the way of its being done by itself; of
/// a case that is over, what became of it.
pub(super) fn why_here(case: &Case) -> String {
    if !case.failed_replies.is_empty() && (case.state.is_over() || case.state == CaseState::NeedsStaff) {
        return "A reply could not be delivered.".to_owned();
    }
    let at = |step: Step| case.items.iter().filter(move |item| item.step == step);
    match case.state {
        CaseState::AwaitingApproval => {
            let what = match at(Step::AwaitingApproval).count() {
                1 => "Approve closing the record".to_owned(),
                several => format!("Approve closing {several} records"),
            };
            let hindrance = at(Step::AwaitingApproval).find_map(|item| item.hindrance.as_deref());
            let what =
                hindrance.map_or(what.clone(), |why| format!("{what}: {}", small(why.trim_end_matches('.'))));
            match (case.approvals_wanted(), first_approval(case)) {
                (_, Some(first)) => format!("{what}; {} has approved, a second person must.", first.by),
                (Approvals::Two, None) => format!("{what}; two people must."),
                (Approvals::One, None) => format!("{what}."),
            }
        }
        CaseState::Worklist => "Make the change in the HMIS.".to_owned(),
        CaseState::NeedsStaff => {
            // What stopped the case as a whole comes first.
            let of_case = case.reasons.last().filter(|_| case.hold == Some(Hold::Staff));
            let why = of_case.or_else(|| at(Step::NeedsStaff).find_map(why_stuck));
            why.map_or("A person has to look at it.".to_owned(), |why| told(why))
        }
        CaseState::Done | CaseState::Declined | CaseState::Cancelled => over(case),
        CaseState::Shadowed => shadowed(case),
        CaseState::Received
        | CaseState::AwaitingInformation
        | CaseState::Waiting
        | CaseState::Closing
        | CaseState::Replying => told(case.state.in_words()),
    }
}

/// Why a person decides about a record: what keeps it from being closed, as it was judged; once a change was tried, what
/// came of that.
fn why_stuck(item: &Item) -> Option<&String> {
    let last = item.reasons.last();
    if item.change_begun || item.found_closed { last } else { item.hindrance.as_ref().or(last) }
}

/// The first of two approvals, if a second one is wanted and still possible.
pub(super) fn first_approval(case: &Case) -> Option<&Approval> {
    let [first] = case.approvals.as_slice() else { return None };
    let stands = |record| {
        case.item(record).is_some_and(|item| {
            matches!(item.step, Step::AwaitingApproval | Step::NeedsStaff) && item.closing.is_some()
        })
    };
    let two = case.approvals_needed(&first.records) == Approvals::Two;
    Some(first).filter(|_| two && case.evidence_sha256.is_some() && first.records.iter().all(stands))
}

/// What became of each record, once the case is over.
pub(super) fn over(case: &Case) -> String {
    let each: Vec<String> = case
        .items
        .iter()
        .map(|item| {
            let record = &item.record;
            if item.was_undone() {
                return format!("the closing of client record {record} was a mistake and was set back");
            }
            match (item.outcome(), &item.report.attested_by) {
                (ItemOutcome::Closed, Some(by)) => {
                    format!("client record {record} is closed on the word of {by} (attested, not read back)")
                }
                (ItemOutcome::Closed, None) => format!("client record {record} is closed, and was read back"),
                (ItemOutcome::AlreadyClosed, _) => format!("client record {record} was closed already"),
                (ItemOutcome::NotClosed, _) => {
                    format!("client record {record} was left as it was by the desk")
                }
                (ItemOutcome::Declined, _) => format!("closing client record {record} was declined"),
                (ItemOutcome::Pending | ItemOutcome::NeedsStaff, _) => {
                    format!("client record {record} is not settled")
                }
            }
        })
        .collect();
    let what = match case.state {
        CaseState::Declined => "Declined",
        CaseState::Cancelled => "Stopped",
        CaseState::Done
        | CaseState::Received
        | CaseState::AwaitingInformation
        | CaseState::AwaitingApproval
        | CaseState::Waiting
        | CaseState::Closing
        | CaseState::Worklist
        | CaseState::Replying
        | CaseState::NeedsStaff
        | CaseState::Shadowed => "Done",
    };
    let told = match (case.state, case.final_reply, case.final_reply_sent) {
        (_, Some(_), true) => " The agency has been told.",
        (_, Some(number), false) if case.failed_replies.contains(&number) => " The agency has not been told.",
        (_, Some(_), false) => " The agency is being told.",
        (_, None, _) => " The agency was not written to about the end.",
    };
    if each.is_empty() {
        format!("{what}: it names no client record.{told}")
    } else {
        format!("{what}: {}.{told}", each.join("; "))
    }
}

/// What the desk would have done, and what staff say they did.
pub(super) fn shadowed(case: &Case) -> String {
    let each: Vec<String> = case
        .items
        .iter()
        .map(|item| {
            let would = match item.would_have() {
                Some(did) => format!("the desk's answer is: {}", did.in_words()),
                None => "the desk would have asked a person".to_owned(),
            };
            let did = match &item.by_hand {
                Some(hand) => format!("{} says: {}", hand.by, hand.did.in_words()),
                None => "what staff did is not recorded".to_owned(),
            };
            format!("client record {}: {would}; {did}", item.record)
        })
        .collect();
    if each.is_empty() {
        "Only looked at (shadow mode): it names no client record.".to_owned()
    } else {
        format!("Only looked at (shadow mode). {}.", capital(&each.join("; ")))
    }
}

/// Words of the desk as they read in the console, where what they advise is a button and no command.
pub(super) fn here(text: &str) -> String {
    [
        ("run `case retry`", "choose \u{201c}Look again\u{201d}"),
        ("`case retry`", "\u{201c}Look again\u{201d}"),
        ("`case finish`", "\u{201c}Take over by hand\u{201d}"),
        ("name the records to close with --only", "tick the records to close"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (command, button)| text.replace(command, button))
}

/// An agency's name, as the roster has it; else its ID.
pub(super) fn agency(site: &Site, id: &AgencyId) -> String {
    site.roster.name(id).unwrap_or(id.as_str()).to_owned()
}

/// What a case is about: `Revocation`.
pub(super) fn kind(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Revocation => "Revocation",
        NoticeKind::Consent => "Consent after a refusal",
        NoticeKind::Cancel => "Taking back a notice",
        NoticeKind::Other => "Other mail",
        NoticeKind::Automatic => "Automatic mail",
    }
}

/// `Scenario 1`, or that it is neither.
pub(super) fn scenario(scenario: Option<Scenario>) -> &'static str {
    match scenario {
        Some(Scenario::One) => "Scenario 1",
        Some(Scenario::Two) => "Scenario 2",
        None => "No scenario",
    }
}

/// The same text with a capital first.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The same as part of a sentence: its first letter small, unless the word is an abbreviation or a case number.
pub(super) fn small(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// A reason as a sentence of its own, in the words of the console: with a capital first and a stop.
pub(super) fn told(why: &str) -> String {
    full_stop(&capital(&here(why.trim())))
}

/// The same with a stop, if it has none.
pub(super) fn full_stop(text: &str) -> String {
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// The colour of a state's tag: it needs somebody, it runs, it went well, or it ended otherwise.
pub(super) fn tone(state: CaseState) -> &'static str {
    match state {
        CaseState::AwaitingApproval | CaseState::Worklist => "main",
        CaseState::NeedsStaff | CaseState::Waiting => "warn",
        CaseState::Done => "good",
        CaseState::Received
        | CaseState::AwaitingInformation
        | CaseState::Closing
        | CaseState::Replying
        | CaseState::Declined
        | CaseState::Cancelled
        | CaseState::Shadowed => "",
    }
}

/// A state in one or two words.
pub(super) fn state(state: CaseState) -> &'static str {
    match state {
        CaseState::Received => "To be looked up",
        CaseState::AwaitingInformation => "Agency asked",
        CaseState::AwaitingApproval => "Approval",
        CaseState::Waiting => "Grace",
        CaseState::Closing => "Being closed",
        CaseState::Worklist => "Worklist",
        CaseState::Replying => "Reply on its way",
        CaseState::NeedsStaff => "Needs a person",
        CaseState::Done => "Done",
        CaseState::Declined => "Declined",
        CaseState::Cancelled => "Stopped",
        CaseState::Shadowed => "Looked at only",
    }
}
