//! The accounting that must always hold (INTERFACES.md, "Accounting"), checked on what the database says.

use std::collections::{BTreeMap, BTreeSet};

use super::{HistoryRow, Store, StoreError, document, statements as sql};
use crate::domain::{Action, ActionState, Case, CaseId, Event, ItemOutcome, ReadBackFinding, Step};
use crate::sql::{Isolation, Transaction, query_as, query_scalar};

/// What `db verify` found.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Accounting {
    /// How many messages are in each state.
    pub messages: BTreeMap<String, i64>,
    /// How many cases are in each state.
    pub cases: BTreeMap<String, i64>,
    /// How many actions are in each state.
    pub actions: BTreeMap<String, i64>,
    /// How many links the history has.
    pub history: i64,
    /// Everything that does not add up, in plain sentences; empty: all is well.
    pub faults: Vec<String>,
}

/// Records of one case for which the confirmation's ground stands in the history.
#[derive(Default)]
struct Proofs {
    read_back: BTreeSet<String>,
    attested: BTreeSet<String>,
}

impl Store {
    /// Goes through everything: messages, cases, the outbox and the chain of the history.
    pub async fn verify(&self) -> Result<Accounting, StoreError> {
        // One transaction, so that a daemon at work is seen at one moment.
        let mut reader = self.readers.begin(Isolation::Read).await?;
        verify(&mut reader).await
    }
}

async fn verify(reader: &mut Transaction) -> Result<Accounting, StoreError> {
    let mut found = Accounting::default();
    let states: Vec<(String, i64)> = query_as(sql::VERIFY_MESSAGES).fetch_all(&mut *reader).await?;
    found.messages = states.into_iter().collect();
    for (statement, what) in [
        (sql::VERIFY_WORKING_OVER, "message {}: its state and its case's do not agree"),
        (sql::VERIFY_NOTICE_WITHOUT_BYTES, "message {}: its octets are gone"),
    ] {
        let rows: Vec<String> = query_scalar(statement).fetch_all(&mut *reader).await?;
        found.faults.extend(rows.iter().map(|id| what.replace("{}", id)));
    }
    let orphans: Vec<i64> = query_scalar(sql::VERIFY_CASE_WITHOUT_MAIL).fetch_all(&mut *reader).await?;
    found
        .faults
        .extend(orphans.iter().map(|number| format!("{}: no message belongs to it", CaseId::new(*number))));

    let docs: Vec<(String, i64)> =
        query_as(sql::CASES_LIST).bind("").bind("").fetch_all(&mut *reader).await?;
    let mut cases: BTreeMap<CaseId, Case> = BTreeMap::new();
    for (doc, _) in &docs {
        let case: Case = document("cases", "in the list", doc)?;
        cases.insert(case.id, case);
    }
    for case in cases.values() {
        *found.cases.entry(case.state.as_str().to_owned()).or_default() += 1;
    }
    let columns: Vec<(i64, String)> = query_as(sql::VERIFY_CASE_STATES).fetch_all(&mut *reader).await?;
    for (number, state) in columns {
        let id = CaseId::new(number);
        if cases.get(&id).is_none_or(|case| case.state.as_str() != state) {
            found.faults.push(format!("{id}: it is filed under {state}, and its document says otherwise"));
        }
    }
    let proofs = verify_chain(reader, &mut found, &cases).await?;
    verify_actions(reader, &mut found, &cases).await?;
    for case in cases.values() {
        verify_confirmations(&mut found, case, proofs.get(&case.id));
    }
    Ok(found)
}

async fn verify_chain(
    reader: &mut Transaction,
    found: &mut Accounting,
    cases: &BTreeMap<CaseId, Case>,
) -> Result<BTreeMap<CaseId, Proofs>, StoreError> {
    let mut proofs: BTreeMap<CaseId, Proofs> = BTreeMap::new();
    let mut last_state: BTreeMap<CaseId, String> = BTreeMap::new();
    let (mut seq, mut previous) = (0, String::new());
    loop {
        let rows: Vec<HistoryRow> = query_as(sql::HISTORY_FROM).bind(seq).fetch_all(&mut *reader).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            if row.seq != seq + 1 {
                found.faults.push(format!("history: rows {} to {} are gone", seq + 1, row.seq - 1));
            } else if row.previous != previous {
                found.faults.push(format!("history: row {} does not follow the row before it", row.seq));
            }
            if row.hash_of_content() != row.hash {
                found.faults.push(format!("history: row {} was changed", row.seq));
            }
            take_proof(&row, proofs.entry(row.case()).or_default());
            last_state.insert(row.case(), row.to_state.clone());
            seq = row.seq;
            previous.clone_from(&row.hash);
            found.history += 1;
        }
    }
    let counted: i64 = query_scalar(sql::COUNTER_GET).bind("history").fetch_one(&mut *reader).await?;
    if counted != seq {
        found.faults.push(format!("history: it ends at row {seq}, and {counted} were written"));
    }
    for (id, case) in cases {
        if last_state.get(id).map(String::as_str) != Some(case.state.as_str()) {
            found
                .faults
                .push(format!("{id}: it is in state {}, its history says otherwise", case.state.as_str()));
        }
    }
    Ok(proofs)
}

async fn verify_actions(
    reader: &mut Transaction,
    found: &mut Accounting,
    cases: &BTreeMap<CaseId, Case>,
) -> Result<(), StoreError> {
    let rows: Vec<(String, Option<i64>, String, String)> =
        query_as(sql::VERIFY_ACTIONS).fetch_all(&mut *reader).await?;
    let mut keys: BTreeMap<CaseId, BTreeSet<String>> = BTreeMap::new();
    for (key, case, kind, state) in rows {
        *found.actions.entry(state.clone()).or_default() += 1;
        let case = case.and_then(|number| cases.get(&CaseId::new(number)));
        if state == ActionState::Uncertain.as_str()
            && case.is_some_and(|case| case.failed_replies.is_empty() && !case.state.waits_for_staff())
        {
            found.faults.push(format!("{key}: it is uncertain, and nobody was asked"));
        }
        if let Some(case) = case {
            let open = [ActionState::Pending, ActionState::Started, ActionState::Retrying];
            if kind == "reply" || open.iter().any(|open| open.as_str() == state) {
                keys.entry(case.id).or_default().insert(key);
            }
        }
    }
    for case in cases.values() {
        let ordered = keys.remove(&case.id).unwrap_or_default();
        for number in 1..=case.replies {
            let key = format!("{}/reply/{number}", case.id);
            if case.mode == crate::domain::Mode::Live && !ordered.contains(&key) {
                found.faults.push(format!("{key}: it was ordered, and the outbox has lost it"));
            }
        }
        for item in &case.items {
            let needed = match item.step {
                Step::Closing => format!("{}/close/{}", case.id, item.record),
                Step::ReadingBack | Step::Worklist => format!("{}/read-back/{}", case.id, item.record),
                Step::Waiting => format!("{}/end-grace", case.id),
                Step::Unjudged | Step::AwaitingApproval | Step::NeedsStaff | Step::Settled(_) => continue,
            };
            if !case.state.is_over() && !ordered.contains(&needed) {
                found.faults.push(format!("{needed}: it is under way, and the outbox has lost it"));
            }
        }
        for item in case.items.iter().filter(|item| item.is_being_undone()) {
            let number = item.undo.as_ref().map_or(0, |undo| undo.number);
            let needed = Action::Undo { record: item.record.clone(), number }.key(case.id);
            if !ordered.contains(&needed) {
                found.faults.push(format!("{needed}: it is under way, and the outbox has lost it"));
            }
        }
    }
    Ok(())
}

fn take_proof(row: &HistoryRow, proofs: &mut Proofs) {
    match serde_json::from_str::<Event>(&row.detail) {
        Ok(Event::ReadBack { record, finding: ReadBackFinding::Confirmed(_) }) => {
            proofs.read_back.insert(record.to_string());
        }
        Ok(Event::ReadBack { record, finding: ReadBackFinding::Attested(_) }) => {
            proofs.attested.insert(record.to_string());
        }
        Ok(_) | Err(_) => {}
    }
}

/// Every record an agency was told is closed was read back, or a named person attested it.
fn verify_confirmations(found: &mut Accounting, case: &Case, proofs: Option<&Proofs>) {
    for item in &case.items {
        let confirmed = match item.outcome() {
            ItemOutcome::Closed | ItemOutcome::AlreadyClosed => item.told,
            ItemOutcome::Pending
            | ItemOutcome::NotClosed
            | ItemOutcome::NeedsStaff
            | ItemOutcome::Declined => false,
        };
        let proved = proofs.is_some_and(|proofs| {
            proofs.read_back.contains(item.record.as_str())
                || (proofs.attested.contains(item.record.as_str()) && item.report.attested_by.is_some())
        });
        if confirmed && !proved {
            found.faults.push(format!(
                "{}: record {} was confirmed without having been read back or attested",
                case.id, item.record
            ));
        }
    }
}
