//! The reply that would leave, and those that were ordered, as text.

use super::{
    super::{page::Frame, when::When},
    gather::Gathered,
};
use crate::{
    domain::{Case, CaseState, ChangedBy, NoticeKind},
    engine::{Site, evidence::reply_as_it_stands},
};

/// The reply that would leave if all goes as judged.
pub(super) struct Preview {
    /// To whom, and under which condition.
    pub to: String,
    pub text: String,
    /// When it would leave.
    pub when: &'static str,
}

/// A reply that was ordered.
pub(super) struct Ordered {
    pub number: String,
    pub state: &'static str,
    pub tone: &'static str,
    pub error: Option<String>,
    pub to: String,
    pub since: When,
    pub ended: Option<When>,
    pub subject: String,
    /// Its text; `None`: it was removed since, or could not be made.
    pub text: Option<String>,
}

/// A reply as it was read back from its octets.
pub(super) struct ReadReply {
    pub subject: String,
    pub text: String,
}

/// The reply that would leave, as long as it has not and something of the case can be closed.
pub(super) fn preview(gathered: &Gathered, site: &Site) -> Option<Preview> {
    let case = &gathered.loaded.case;
    let text = reply_as_it_stands(case, gathered.evidence.as_ref()?, &site.templates)?;
    let when = match case.state {
        CaseState::Shadowed => "Shadow mode: nobody is written to. This is what the agency would have read.",
        CaseState::Done | CaseState::Declined | CaseState::Cancelled | CaseState::Replying => return None,
        CaseState::Received
        | CaseState::AwaitingInformation
        | CaseState::AwaitingApproval
        | CaseState::Waiting
        | CaseState::Closing
        | CaseState::Worklist
        | CaseState::NeedsStaff => match case.changed_by {
            ChangedBy::Daemon => {
                "It leaves once the change is made and read back; not before, and not if it would not be true."
            }
            ChangedBy::Person => {
                "It leaves once the change is read back, and is worded as attested where somebody says so by name instead; \
                 not before, and not if it would not be true."
            }
        },
    };
    Some(Preview { to: addressee(case, site), text, when })
}

/// Whether the case is open and about a closing, so that one looks for its reply.
pub(super) fn is_awaited(case: &Case) -> bool {
    case.kind == NoticeKind::Revocation && !case.state.is_over() && case.state != CaseState::Replying
}

/// To whom the reply goes.
fn addressee(case: &Case, site: &Site) -> String {
    if let Some(to) = case.correspondent() {
        return format!("To {}.", to.unmasked());
    }
    let contact = case.agency().and_then(|agency| site.roster.contact(agency));
    match contact.filter(|_| !case.standing.may_be_answered()) {
        Some(contact) => format!(
            "Nobody is written to as it stands: the sender is not verified. After an approval it goes to the agency's \
             contact in the roster, {}.",
            contact.unmasked()
        ),
        None => "Nobody can be written to: the sender may not be answered, and the roster has no contact to write to \
                 instead. Tell the agency in another way."
            .to_owned(),
    }
}

/// The replies that were ordered, `read` of each as far as it could be.
pub(super) fn ordered(gathered: &Gathered, read: Vec<Option<ReadReply>>, frame: &Frame) -> Vec<Ordered> {
    gathered
        .replies
        .iter()
        .zip(read)
        .map(|(reply, read)| {
            let (state, tone) = state_in_words(&reply.state);
            let (subject, text) = read.map(|read| (read.subject, read.text)).unzip();
            Ordered {
                number: reply.key.rsplit('/').next().unwrap_or_default().to_owned(),
                state,
                tone,
                error: reply.last_error.clone(),
                to: reply.to.clone().unwrap_or_else(|| "nobody".to_owned()),
                since: frame.when(reply.ordered_at),
                ended: reply.ended_at.map(|at| frame.when(at)),
                subject: subject.unwrap_or_default(),
                text,
            }
        })
        .collect()
}

/// How far an action got, for people, and the colour of its tag.
pub(super) fn state_in_words(state: &str) -> (&'static str, &'static str) {
    match state {
        "pending" => ("not begun", ""),
        "started" => ("under way", ""),
        "done" => ("done", "good"),
        "retrying" => ("is tried again", "warn"),
        "refused" => ("refused", "bad"),
        "uncertain" => ("nobody knows whether it happened", "bad"),
        "dropped" => ("no longer wanted", ""),
        _ => ("in a state this page does not know", "warn"),
    }
}
