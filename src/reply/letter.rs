//! What a reply says, as a value. Nothing else of a case ever reaches a template.

use crate::domain::{
    Case, CaseId, ClientId, Excess, Fact, Item, ItemOutcome, NoticeKind, Replacement, ReplyKind, Report,
    Scenario, Step, ToDo,
};

/// Everything one reply says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The case, for the subject.
    pub case: CaseId,
    /// What it is about.
    pub body: Body,
    /// What the agency should do meanwhile: in the first reply it gets.
    pub advice: Option<Advice>,
    /// What the mails held besides: it asks to leave that out.
    pub excess: Excess,
}

/// The part that differs from reply to reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// The notice has arrived.
    Received {
        /// Its records, in the order of the notice.
        records: Vec<Waiting>,
    },
    /// Which client ID?
    MissingId,
    /// Once more: which client ID?
    MissingIdReminder,
    /// Shall we go ahead?
    GoAhead {
        /// The records it is about.
        records: Vec<ClientId>,
        /// Whether it is asked for the second time.
        again: bool,
    },
    /// A consent notice has arrived.
    ConsentReceived {
        /// The closed records it names.
        old_records: Vec<ClientId>,
        /// The new records it names.
        new_records: Vec<ClientId>,
    },
    /// The notice belongs to a case that is already open.
    Joined,
    /// How records stand.
    Outcome {
        /// Those that are settled.
        records: Vec<RecordReport>,
        /// Those of which the agency hears later.
        later: Vec<ClientId>,
    },
    /// Staff declined.
    Declined {
        /// The records that stay as they are.
        records: Vec<ClientId>,
        /// Staff's words.
        note: String,
    },
    /// Stopped as the agency asked.
    Cancelled,
    /// Closed by mistake, and set back.
    Undone {
        /// The records.
        records: Vec<ClientId>,
    },
}

impl Body {
    /// [`ReplyKind::name`] of the kind it was made from.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Received { .. } => "received",
            Self::MissingId => "missing_id",
            Self::MissingIdReminder => "missing_id_reminder",
            Self::GoAhead { again: false, .. } => "go_ahead",
            Self::GoAhead { again: true, .. } => "go_ahead_reminder",
            Self::ConsentReceived { .. } => "consent_received",
            Self::Joined => "joined",
            Self::Outcome { .. } => "outcome",
            Self::Declined { .. } => "declined",
            Self::Cancelled => "cancelled",
            Self::Undone { .. } => "undone",
        }
    }
}

/// A record that has just been asked about. There are only two answers, so that a record that is missing, merged,
/// deleted or somebody else's reads like any other that needs a person (DOMAIN.md, What follows, 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The record.
    pub record: ClientId,
    /// Whether it is on its way to being closed; if not, a person looks at it.
    pub is_worked_on: bool,
}

/// How one record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordReport {
    /// The record.
    pub record: ClientId,
    /// How it stands.
    pub standing: RecordStanding,
}

/// How a settled record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordStanding {
    /// Scenario 1: only the agency itself has visibility and may go on.
    OnlyYourAgency(Finding),
    /// Any other record that is closed to statewide sharing: others keep access to what is there.
    SharingEnded {
        /// What was found.
        finding: Finding,
        /// How many other agencies keep access.
        other_agencies: usize,
        /// Whether that number is all there are.
        others_complete: bool,
        /// The records named to replace it.
        replacements: Vec<Replacement>,
    },
    /// The desk changed nothing.
    NotClosed,
}

/// What was found of a closed record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it was closed before the desk did anything.
    pub already_closed: bool,
    /// Whether it rests on a staff member's word instead of on reading the record. Who that was is not said.
    pub attested: bool,
    /// Whether the client is on the Coordinated Entry Priority List.
    pub priority_list: Fact<bool>,
    /// What the agency should still do in the record.
    pub to_do: Vec<ToDo>,
}

/// What the agency should do meanwhile (DOMAIN.md, The two scenarios: "In every first reply").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Enter nothing new before the helpdesk confirms; talk with the client about what revoking means.
    Revocation,
    /// The same, in a reply that already tells of some records which may be used.
    PartlyConfirmed,
    /// Talk with the client: all records are confirmed, so there is nothing to wait for.
    Confirmed,
    /// What holds should the client revoke after all.
    AfterCancel,
    /// A client agrees to share: what that means.
    Consent,
}

impl Advice {
    /// The word templates know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Revocation => "revocation",
            Self::PartlyConfirmed => "partly_confirmed",
            Self::Confirmed => "confirmed",
            Self::AfterCancel => "after_cancel",
            Self::Consent => "consent",
        }
    }
}

/// What a reply of this kind says about the case as it stands. `first`: no reply of the case has gone out before.
pub fn letter(case: &Case, kind: &ReplyKind, first: bool) -> Letter {
    let records_of = |wanted: ItemOutcome| {
        case.items.iter().filter(move |item| item.outcome() == wanted).map(|item| item.record.clone())
    };
    let body = match kind {
        ReplyKind::Received => Body::Received { records: case.items.iter().map(waiting).collect() },
        ReplyKind::MissingId => Body::MissingId,
        ReplyKind::MissingIdReminder => Body::MissingIdReminder,
        ReplyKind::GoAhead | ReplyKind::GoAheadReminder => Body::GoAhead {
            records: case
                .items
                .iter()
                .filter(|item| !is_settled(item))
                .map(|item| item.record.clone())
                .collect(),
            again: *kind == ReplyKind::GoAheadReminder,
        },
        ReplyKind::ConsentReceived => Body::ConsentReceived {
            old_records: case.items.iter().map(|item| item.record.clone()).collect(),
            new_records: case.new_records.clone(),
        },
        ReplyKind::Joined(_) => Body::Joined,
        ReplyKind::Outcome(settled) => {
            let told = case.items.iter().filter(|item| settled.contains(&item.record));
            let records: Vec<_> = told.filter_map(report).collect();
            let later = case.items.iter().filter(|item| !is_settled(item)).map(|item| item.record.clone());
            Body::Outcome { records, later: later.collect() }
        }
        ReplyKind::Declined(note) => Body::Declined {
            records: records_of(ItemOutcome::Declined).collect(),
            note: note.trim().to_owned(),
        },
        ReplyKind::Cancelled => Body::Cancelled,
        ReplyKind::Undone(records) => Body::Undone { records: records.clone() },
    };
    Letter { case: case.id, advice: advice(case, &body, first), body, excess: case.excess }
}

fn is_settled(item: &Item) -> bool {
    report(item).is_some()
}

fn waiting(item: &Item) -> Waiting {
    let is_worked_on = match item.step {
        Step::AwaitingApproval
        | Step::Waiting
        | Step::Worklist
        | Step::Closing
        | Step::ReadingBack
        | Step::Settled(ItemOutcome::Closed | ItemOutcome::AlreadyClosed) => true,
        Step::Unjudged
        | Step::NeedsStaff
        | Step::Settled(
            ItemOutcome::Pending | ItemOutcome::NotClosed | ItemOutcome::NeedsStaff | ItemOutcome::Declined,
        ) => false,
    };
    Waiting { record: item.record.clone(), is_worked_on }
}

/// What is said of a settled record; `None` if it is not settled.
fn report(item: &Item) -> Option<RecordReport> {
    let standing = match item.outcome() {
        ItemOutcome::Pending | ItemOutcome::NeedsStaff => return None,
        ItemOutcome::NotClosed | ItemOutcome::Declined => RecordStanding::NotClosed,
        ItemOutcome::Closed => closed(item, false),
        ItemOutcome::AlreadyClosed => closed(item, true),
    };
    Some(RecordReport { record: item.record.clone(), standing })
}

fn closed(item: &Item, already_closed: bool) -> RecordStanding {
    let Report { other_agencies, others_complete, priority_list, replacements, to_do, attested_by } =
        &item.report;
    let finding = Finding {
        already_closed,
        attested: attested_by.is_some(),
        priority_list: *priority_list,
        to_do: to_do.clone(),
    };
    // "Only your agency" makes people enter data; said wrongly, it cannot be undone (DOMAIN.md, What follows, 3).
    // So the figures must say the same as the scenario.
    if item.scenario == Some(Scenario::One) && *other_agencies == 0 && *others_complete {
        return RecordStanding::OnlyYourAgency(finding);
    }
    RecordStanding::SharingEnded {
        finding,
        other_agencies: *other_agencies,
        others_complete: *others_complete,
        replacements: replacements.clone(),
    }
}

fn advice(case: &Case, body: &Body, first: bool) -> Option<Advice> {
    let of_the_notice = match case.kind {
        NoticeKind::Consent => Advice::Consent,
        NoticeKind::Revocation | NoticeKind::Cancel | NoticeKind::Other | NoticeKind::Automatic => {
            Advice::Revocation
        }
    };
    // The writer of a further notice hears from the desk for the first time, whatever went to others.
    if !first && *body != Body::Joined {
        return None;
    }
    Some(match body {
        Body::Joined
        | Body::Received { .. }
        | Body::MissingId
        | Body::MissingIdReminder
        | Body::GoAhead { .. }
        | Body::Undone { .. }
        | Body::Declined { .. } => of_the_notice,
        Body::ConsentReceived { .. } => Advice::Consent,
        Body::Cancelled => Advice::AfterCancel,
        Body::Outcome { records, later } => {
            let confirmed =
                |report: &RecordReport| matches!(report.standing, RecordStanding::OnlyYourAgency(_));
            let all = later.is_empty() && !records.is_empty() && records.iter().all(confirmed);
            if all { Advice::Confirmed } else { Advice::PartlyConfirmed }
        }
    })
}
