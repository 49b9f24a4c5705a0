//! A case as JSON shows it (INTERFACES.md, `case show --format json`).

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Failure, print_json};
use crate::{
    domain::{
        AgencyId, Case, CaseId, CaseState, ClientId, HandRecord, Item, ItemOutcome, LastRead, MailAddress,
        NoticeKind, Scenario, Standing, Step, Undo, UndoState,
    },
    engine::Casebook,
    store::{ActionRow, HistoryRow},
};

#[derive(Serialize)]
struct Shown<'a> {
    case: CaseId,
    kind: NoticeKind,
    state: CaseState,
    agency: Option<&'a AgencyId>,
    sender: Option<&'a MailAddress>,
    sender_verified: bool,
    new_records: &'a [ClientId],
    claimed_scenario: Option<Scenario>,
    items: Vec<ShownItem<'a>>,
    received_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    reasons: &'a [String],
    evidence_sha256: Option<&'a str>,
    approvals_needed: usize,
    approvals: Vec<ShownApproval<'a>>,
    actions: Vec<ShownAction<'a>>,
    history: Vec<ShownHistory<'a>>,
}

#[derive(Serialize)]
struct ShownItem<'a> {
    record: &'a ClientId,
    scenario: Option<Scenario>,
    outcome: ItemOutcome,
    reasons: Vec<&'a str>,
    attested_by: Option<&'a str>,
    /// The changes of the worklist, where a person makes them.
    steps: Vec<ShownStep<'a>>,
    /// What was last read in the worklist, as far as something is still to be done there.
    last_read: Option<&'a LastRead>,
    undo: Option<ShownUndo<'a>>,
    did: Option<&'a HandRecord>,
}

#[derive(Serialize)]
struct ShownStep<'a> {
    change: String,
    ticked_by: Option<&'a str>,
    ticked_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct ShownUndo<'a> {
    by: &'a str,
    at: DateTime<Utc>,
    state: &'static str,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct ShownApproval<'a> {
    by: &'a str,
    at: DateTime<Utc>,
}

#[derive(Serialize)]
struct ShownAction<'a> {
    key: &'a str,
    kind: &'a str,
    record: Option<&'a str>,
    state: &'a str,
    attempts: i64,
}

#[derive(Serialize)]
struct ShownHistory<'a> {
    at: DateTime<Utc>,
    event: &'a str,
    actor: &'a str,
    from: &'a str,
    to: &'a str,
}

/// Prints a case as one line.
pub(super) async fn print_case(book: &Casebook, case: &Case) -> Result<(), Failure> {
    let actions = book.store.actions(case.id).await?;
    let history = book.store.history(case.id).await?;
    print_json(&shown(case, &actions, &history)?)
}

fn shown<'a>(
    case: &'a Case,
    actions: &'a [ActionRow],
    history: &'a [HistoryRow],
) -> Result<Shown<'a>, Failure> {
    Ok(Shown {
        case: case.id,
        kind: case.kind,
        state: case.state,
        agency: case.agency(),
        sender: case.sender.as_ref(),
        sender_verified: matches!(
            case.standing,
            Standing::Verified(_) | Standing::Stranger | Standing::Several(_)
        ),
        new_records: &case.new_records,
        claimed_scenario: case.claimed_scenario,
        items: case
            .items
            .iter()
            .map(|item| ShownItem {
                record: &item.record,
                scenario: item.scenario,
                outcome: item.outcome(),
                reasons: item.happened().chain(item.reasons.iter().map(String::as_str)).collect(),
                attested_by: item.report.attested_by.as_deref(),
                steps: steps(item),
                last_read: item.last_read.as_ref().filter(|_| item.step == Step::Worklist),
                undo: item.undo.as_ref().map(undo),
                did: item.by_hand.as_ref(),
            })
            .collect(),
        received_at: case.received_at,
        due_at: case.due_at,
        finished_at: case.finished_at,
        reasons: &case.reasons,
        evidence_sha256: case.evidence_sha256.as_deref(),
        approvals_needed: case.approvals_wanted().people(),
        approvals: case
            .approvals
            .iter()
            .map(|approval| ShownApproval { by: &approval.by, at: approval.at })
            .collect(),
        actions: actions
            .iter()
            .map(|action| ShownAction {
                key: &action.key,
                kind: &action.kind,
                record: action.record.as_deref(),
                state: &action.state,
                attempts: action.attempts,
            })
            .collect(),
        history: history
            .iter()
            .map(|row| {
                Ok(ShownHistory {
                    at: row.at()?,
                    event: &row.event,
                    actor: &row.actor,
                    from: &row.from_state,
                    to: &row.to_state,
                })
            })
            .collect::<Result<_, crate::store::StoreError>>()?,
    })
}

fn steps(item: &Item) -> Vec<ShownStep<'_>> {
    let by_hand = item.closing.as_ref().filter(|_| item.step == Step::Worklist || !item.ticks.is_empty());
    let changes = by_hand.map(|closing| closing.changes.as_slice()).unwrap_or_default();
    changes
        .iter()
        .enumerate()
        .map(|(step, change)| {
            let tick = item.tick(step);
            ShownStep {
                change: change.in_words(AgencyId::to_string),
                ticked_by: tick.map(|tick| tick.by.as_str()),
                ticked_at: tick.map(|tick| tick.at),
            }
        })
        .collect()
}

fn undo(undo: &Undo) -> ShownUndo<'_> {
    let (state, reason) = match &undo.state {
        UndoState::Ordered => ("ordered", None),
        UndoState::Done => ("done", None),
        UndoState::Refused(why) => ("refused", Some(why.as_str())),
    };
    ShownUndo { by: &undo.by, at: undo.at, state, reason }
}
