//! The head of the page: the decision in one sentence, where the case stands, and the exact changes as steps.

use super::{
    super::{
        page::Frame,
        when::{When, length},
        words,
    },
    gather::Gathered,
};
use crate::domain::{
    Approvals, Case, CaseState, Change, Fact, Hold, Item, ItemOutcome, Question, Scenario, Sharing, Standing,
    Step, UndoState,
};

/// What stands above everything else.
#[expect(clippy::struct_excessive_bools, reason = "each is a tag of its own")]
pub(super) struct Head {
    pub id: String,
    pub kind: &'static str,
    pub state: &'static str,
    pub tone: &'static str,
    /// The decision in one sentence.
    pub sentence: String,
    /// Who waits for whom.
    pub waits: Option<String>,
    /// What went wrong beside it.
    pub alerts: Vec<String>,
    pub agency: String,
    pub received: When,
    /// How long the client has waited, or did.
    pub clock: String,
    pub is_over: bool,
    pub finished: Option<When>,
    pub due: When,
    pub overdue: bool,
    pub priority_list: bool,
    pub victim_services: bool,
    /// What was found in the mail, and what happened since that staff should know.
    pub reasons: Vec<String>,
}

/// The changes of one record as steps.
pub(super) struct Steps {
    pub record: String,
    pub title: String,
    /// Whether a person makes them.
    pub by_hand: bool,
    pub changes: Vec<OneStep>,
    /// What the desk saw when it last read the record, while the change is in a person's hands.
    pub last_read: Option<(When, Vec<String>)>,
}

/// One change.
pub(super) struct OneStep {
    pub index: usize,
    pub what: String,
    /// Who made it, and when they said so.
    pub tick: Option<(String, When)>,
}

/// The head of the page.
pub(super) fn head(gathered: &Gathered, frame: &Frame) -> Head {
    let case = &gathered.loaded.case;
    Head {
        id: case.id.to_string(),
        kind: words::kind(case.kind),
        state: words::state(case.state),
        tone: words::tone(case.state),
        sentence: sentence(gathered, frame),
        waits: waits(case, &frame.name),
        alerts: alerts(case),
        agency: match (case.agency(), &case.standing) {
            (Some(agency), Standing::Unverified(_)) => {
                format!("{} (not verified)", gathered.names.short(agency))
            }
            (Some(agency), _) => gathered.names.short(agency),
            (None, Standing::Several(_)) => "several agencies".to_owned(),
            (None, _) => "unknown sender".to_owned(),
        },
        received: frame.when(case.received_at),
        clock: length(case.finished_at.unwrap_or(frame.now) - case.received_at),
        is_over: case.state.is_over(),
        finished: case.finished_at.map(|at| frame.when(at)),
        due: frame.when(case.due_at),
        overdue: case.finished_at.is_none() && case.due_at <= frame.now,
        priority_list: case.is_on_priority_list(),
        victim_services: case.involves_victim_services(),
        reasons: case.reasons.iter().map(|why| words::told(why)).collect(),
    }
}

/// The decision in one sentence (two where the facts need one of their own).
fn sentence(gathered: &Gathered, frame: &Frame) -> String {
    let case = &gathered.loaded.case;
    let with = |step: Step| case.items.iter().filter(move |item| item.step == step).collect::<Vec<_>>();
    let records = |items: &[&Item]| named(items.iter().map(|item| item.record.to_string()).collect());
    match case.state {
        CaseState::Received => match case.items.as_slice() {
            [] => "The mail is being looked at; nothing is decided yet.".to_owned(),
            _ => "The records are to be looked up in the HMIS; nothing is decided yet.".to_owned(),
        },
        CaseState::AwaitingInformation => match case.question {
            Question::ClientId => {
                "The agency was asked for the client ID, and has not answered yet.".to_owned()
            }
            Question::GoAhead => {
                "The agency was asked whether to go ahead, and has not answered yet.".to_owned()
            }
        },
        CaseState::AwaitingApproval => match with(Step::AwaitingApproval).as_slice() {
            [item] => format!("Close client record {}: {}", item.record, found(gathered, item)),
            items => {
                let each: Vec<String> = items
                    .iter()
                    .map(|item| format!("{} ({})", item.record, words::scenario(item.scenario)))
                    .collect();
                format!("Close {} client records: {}.", items.len(), named(each))
            }
        },
        CaseState::NeedsStaff => {
            let open = with(Step::NeedsStaff);
            let about = match open.as_slice() {
                [] => String::new(),
                [item] => format!(" about client record {}", item.record),
                items => format!(" about client records {}", records(items)),
            };
            format!("A person must decide{about}: {}", words::small(&words::why_here(case)))
        }
        CaseState::Waiting => {
            let items = with(Step::Waiting);
            let until = case.grace_until.map(|until| frame.when(until));
            let when = until.map_or("soon".to_owned(), |when| format!("{} ({})", when.relative, when.exact));
            format!("Client {} will be closed by itself {when}, unless somebody stops it.", plural(&items))
        }
        CaseState::Closing => {
            "The change is being made and read back. Nothing is needed from you now.".to_owned()
        }
        CaseState::Worklist => {
            let items = with(Step::Worklist);
            let all: usize = items.iter().filter_map(|item| Some(item.closing.as_ref()?.changes.len())).sum();
            let ticked: usize = items.iter().map(|item| item.ticks.len()).sum();
            format!(
                "Make the change of client {} in the HMIS: {ticked} of {all} steps are ticked.",
                plural(&items)
            )
        }
        CaseState::Replying => {
            "All is settled; the final reply is on its way. Nothing is needed from you now.".to_owned()
        }
        CaseState::Done | CaseState::Declined | CaseState::Cancelled => words::over(case),
        CaseState::Shadowed => words::shadowed(case),
    }
}

/// Why one record is to be closed: the scenario, and how it stands.
fn found(gathered: &Gathered, item: &Item) -> String {
    let agency = gathered.requester.as_ref().or(gathered.loaded.case.agency());
    let agency = agency.map_or("the agency".to_owned(), |agency| gathered.names.short(agency));
    let others = match (item.report.other_agencies, item.report.others_complete) {
        (0, _) => "no other agency keeps access".to_owned(),
        (1, true) => "1 other agency keeps access to what is there".to_owned(),
        (number, true) => format!("{number} other agencies keep access to what is there"),
        (number, false) => format!("at least {number} other agencies keep access to what is there"),
    };
    let scenario = match item.scenario {
        Some(Scenario::One) => format!("Scenario 1 - {agency} created it and only it has data."),
        Some(Scenario::Two) => format!("Scenario 2 - several agencies have data in it; {others}."),
        None => "it is neither scenario.".to_owned(),
    };
    let sharing = gathered.read_of(&item.record).map(|read| read.snapshot.sharing);
    let sharing = match sharing {
        Some(Fact::Known(Sharing::Open)) => " Sharing is open now.",
        Some(Fact::Known(Sharing::Closed)) => " Sharing is closed already.",
        Some(Fact::Unknown) => " Whether it is shared is not known.",
        None => "",
    };
    scenario + sharing
}

/// Who waits for whom.
fn waits(case: &Case, me: &str) -> Option<String> {
    if let Some(first) = words::first_approval(case) {
        return Some(if first.by == me {
            "You have approved; a second person must.".to_owned()
        } else {
            format!("{} has approved; a second person must.", first.by)
        });
    }
    let two = case.approvals_wanted() == Approvals::Two;
    match case.state {
        CaseState::AwaitingApproval if two => Some("Two different people must approve.".to_owned()),
        CaseState::AwaitingApproval => Some("It waits for one person's approval.".to_owned()),
        CaseState::NeedsStaff if case.hold == Some(Hold::Staff) && two => {
            Some("Should it be closed all the same, two different people must approve.".to_owned())
        }
        CaseState::AwaitingInformation => Some("It waits for the agency.".to_owned()),
        CaseState::Worklist => Some("It waits for a person to make the change in the HMIS.".to_owned()),
        CaseState::Received
        | CaseState::NeedsStaff
        | CaseState::Waiting
        | CaseState::Closing
        | CaseState::Replying
        | CaseState::Done
        | CaseState::Declined
        | CaseState::Cancelled
        | CaseState::Shadowed => None,
    }
}

fn alerts(case: &Case) -> Vec<String> {
    let replies = case.failed_replies.iter().map(|number| {
        format!("Reply {number} has not arrived for certain: see below why, and reach the agency in another way or send it again.")
    });
    let undos = case.items.iter().filter_map(|item| match &item.undo.as_ref()?.state {
        UndoState::Refused(why) => {
            Some(format!("The closing of record {} was not set back: {why}.", item.record))
        }
        UndoState::Ordered => Some(format!("The closing of record {} is being set back.", item.record)),
        UndoState::Done => None,
    });
    replies.chain(undos).collect()
}

/// The changes of each record that has some.
pub(super) fn steps(gathered: &Gathered, frame: &Frame) -> Vec<Steps> {
    let case = &gathered.loaded.case;
    let with_changes = case.items.iter().filter_map(|item| Some((item, item.closing.as_ref()?)));
    with_changes
        .map(|(item, closing)| {
            let step = |(index, change): (usize, &Change)| OneStep {
                index,
                what: words::capital(&change.in_words(|agency| gathered.names.full(agency))),
                tick: item.tick(index).map(|tick| (tick.by.clone(), frame.when(tick.at))),
            };
            Steps {
                record: item.record.to_string(),
                title: format!("Record {}: {}", item.record, changed(case, item)),
                by_hand: item.step == Step::Worklist && !case.state.is_over(),
                changes: closing.changes.iter().enumerate().map(step).collect(),
                last_read: item
                    .last_read
                    .as_ref()
                    .filter(|_| item.step == Step::Worklist && !case.state.is_over())
                    .map(|read| {
                        (frame.when(read.at), read.still.iter().map(|why| words::told(why)).collect())
                    }),
            }
        })
        .collect()
}

/// What became of the changes of a record.
fn changed(case: &Case, item: &Item) -> String {
    if case.state == CaseState::Shadowed {
        return "would have been changed so (shadow mode: the desk changed nothing)".to_owned();
    }
    if item.was_undone() {
        return "was changed so, and set back since".to_owned();
    }
    match item.step {
        Step::Worklist => "make these changes in the HMIS".to_owned(),
        Step::Closing | Step::ReadingBack => "is being changed".to_owned(),
        Step::Settled(ItemOutcome::Closed) => match &item.report.attested_by {
            Some(by) => format!("said by {by} to be changed so"),
            None => "changed, and read back".to_owned(),
        },
        Step::Settled(_) | Step::NeedsStaff if item.changed => "was changed so by the desk".to_owned(),
        Step::Settled(_) | Step::NeedsStaff if !item.ticks.is_empty() => {
            "the desk changed nothing; what is ticked was made by hand, and is not set back".to_owned()
        }
        Step::Settled(ItemOutcome::AlreadyClosed) => "was closed already".to_owned(),
        Step::Settled(_) => "would have been changed so; the desk changed nothing".to_owned(),
        Step::Unjudged | Step::AwaitingApproval | Step::Waiting | Step::NeedsStaff => {
            "would be changed so".to_owned()
        }
    }
}

/// What can be said of all else: only what the desk itself changes, or is yet to be changed, is known to be all.
pub(super) fn nothing_else(case: &Case) -> Option<&'static str> {
    let mut with_changes = case.items.iter().filter(|item| item.closing.is_some()).peekable();
    with_changes.peek()?;
    if !case.state.is_over() {
        return with_changes
            .all(|item| !matches!(item.step, Step::Settled(_)) && item.ticks.is_empty())
            .then_some("Nothing else is changed.");
    }
    let by_desk = |item: &Item| item.changed && !item.was_undone();
    with_changes.all(by_desk).then_some("The desk changed nothing else.")
}

fn plural(items: &[&Item]) -> String {
    let all = named(items.iter().map(|item| item.record.to_string()).collect());
    if items.len() == 1 { format!("record {all}") } else { format!("records {all}") }
}

/// `a`, `a and b`, `a, b and c`.
fn named(mut all: Vec<String>) -> String {
    match all.pop() {
        None => String::new(),
        Some(last) if all.is_empty() => last,
        Some(last) => format!("{} and {last}", all.join(", ")),
    }
}
