use chrono::TimeDelta;
use sqlx::{Executor, SqlSafeStr};

use super::*;
use crate::domain::{
    Action, ActionState, AgencyId, Case, CaseId, ClientId, Event, MessageKey, Mode, NoticeKind, Opening,
    Standing,
};

/// A fresh store in a scratch folder that lives as long as the first value.
async fn scratch() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("temp dir");
    let store = Store::open(&url(&folder)).await.expect("a new store opens");
    (folder, store)
}

fn url(folder: &tempfile::TempDir) -> String {
    format!("sqlite://{}", folder.path().join("roi-desk.db").display())
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("valid")
}

/// A case in the store, with its one message and an order to take it.
async fn with_case(store: &Store) -> Case {
    let mut tx = store.write().await.expect("tx");
    let id = tx.next_case().await.expect("number");
    let (case, actions) = Case::open(Opening {
        id,
        kind: NoticeKind::Revocation,
        mode: Mode::Live,
        standing: Standing::Verified(AgencyId::parse("a").expect("valid")),
        sender: None,
        act: true,
        records: vec![ClientId::parse("1555555").expect("valid")],
        new_records: Vec::new(),
        claimed_scenario: None,
        effective: None,
        personal_data: false,
        reasons: Vec::new(),
        received_at: now(),
        due_at: now(),
    });
    tx.add_case(&case, now()).await.expect("added");
    let key = MessageKey { folder: "INBOX".to_owned(), uidvalidity: 1, uid: id.number().to_string() };
    let message = NewMessage {
        key: &key,
        sha256: Some("0"),
        state: MessageState::Working,
        verdict: "revocation",
        reason: None,
        possible: false,
        case: Some(id),
        message_id: None,
        references: None,
        received_at: now(),
        octets: Some(b"mail"),
    };
    assert!(tx.add_message(&message, now()).await.expect("added").is_some());
    assert!(tx.add_message(&message, now()).await.expect("known").is_none(), "a message is recorded once");
    for action in &actions {
        tx.order(order(&case, action), now()).await.expect("ordered");
    }
    tx.commit().await.expect("committed");
    case
}

fn order<'a>(case: &Case, action: &'a Action) -> Order<'a> {
    Order {
        key: action.key(case.id),
        case: Some(case.id),
        message: None,
        lane: Lane::Mailbox,
        kind: action.kind(),
        action: Some(action),
        mail: None,
        due_at: now(),
    }
}

async fn claim(store: &Store, at: DateTime<Utc>) -> Option<Claim> {
    let mut tx = store.write().await.expect("tx");
    let claim = tx.claim(Lane::Mailbox, at, at + TimeDelta::minutes(1)).await.expect("claimed");
    tx.commit().await.expect("committed");
    claim
}

#[tokio::test]
async fn every_statement_can_be_prepared() {
    let (_folder, store) = scratch().await;
    for (name, sql) in statements::ALL {
        let sql: &'static str = sql;
        let prepared = store.writer.prepare(sql.into_sql_str()).await;
        assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
    }
}

#[tokio::test]
async fn the_installation_keeps_its_name_and_the_file_is_nobody_elses() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, store) = scratch().await;
    let name = store.installation().await.expect("name");
    store.close().await;
    let again = Store::open(&url(&folder)).await.expect("opens again");
    assert_eq!(again.installation().await.expect("name"), name);
    assert_eq!(name.len(), 32);
    let mode = std::fs::metadata(folder.path().join("roi-desk.db")).expect("there").permissions().mode();
    assert_eq!(mode & 0o007, 0, "it holds mails");
}

#[tokio::test]
async fn many_may_open_a_new_store_at_the_same_moment() {
    let folder = tempfile::tempdir().expect("temp dir");
    let url = url(&folder);
    let opened = futures::future::join_all((0..8).map(|_| Store::open(&url))).await;
    for store in opened {
        store.expect("each waits for the one that makes the tables");
    }
}

#[tokio::test]
async fn a_claim_is_one_workers_until_its_lease_is_over_and_then_known_to_be_interrupted() {
    let (_folder, store) = scratch().await;
    with_case(&store).await;
    let first = claim(&store, now()).await.expect("due");
    assert!(!first.interrupted);
    assert!(claim(&store, now()).await.is_none(), "it is held");

    let later = now() + TimeDelta::minutes(2);
    let second = claim(&store, later).await.expect("the lease is over");
    assert!(second.interrupted, "an attempt without an outcome");
    let mut tx = store.write().await.expect("tx");
    let lost = tx.end_action(&first, ActionState::Done, None, later).await;
    assert!(matches!(lost, Err(StoreError::Conflict(_))), "who was too slow has lost it: {lost:?}");
    drop(tx);
    let mut tx = store.write().await.expect("tx");
    tx.end_action(&second, ActionState::Done, None, later).await.expect("held");
    tx.commit().await.expect("committed");
    assert!(claim(&store, later + TimeDelta::hours(1)).await.is_none(), "done is done");
}

#[tokio::test]
async fn who_becomes_the_worker_takes_over_at_once_and_is_alone() {
    let (folder, store) = scratch().await;
    with_case(&store).await;
    claim(&store, now()).await.expect("due");
    let lock = store.become_worker(&url(&folder), now()).await.expect("nobody else");
    assert!(claim(&store, now()).await.expect("set free").interrupted);
    let second = store.become_worker(&url(&folder), now()).await;
    assert!(matches!(second, Err(StoreError::Held { .. })), "{second:?}");
    drop(lock);
    store.become_worker(&url(&folder), now()).await.map(drop).expect("free again");
}

#[tokio::test]
async fn an_action_that_was_put_off_is_due_again_then_and_not_before() {
    let (_folder, store) = scratch().await;
    with_case(&store).await;
    let held = claim(&store, now()).await.expect("due");
    let due = now() + TimeDelta::minutes(5);
    let mut tx = store.write().await.expect("tx");
    tx.put_off(&held, "busy", due, now()).await.expect("held");
    tx.commit().await.expect("committed");
    assert_eq!(store.next_due(Lane::Mailbox).await.expect("asked"), Some(due));
    assert!(claim(&store, due - TimeDelta::seconds(1)).await.is_none());
    let again = claim(&store, due).await.expect("due");
    assert!(!again.interrupted && again.attempts == 1);
}

#[tokio::test]
async fn two_who_change_the_same_case_do_not_both_succeed() {
    let (_folder, store) = scratch().await;
    let case = with_case(&store).await;
    let event = Event::Noted { by: "ann".to_owned(), note: "n".to_owned() };
    let mut tx = store.write().await.expect("tx");
    let read = tx.case(case.id).await.expect("read").expect("there");
    tx.save_case(&read, &case, &event, now()).await.expect("first");
    tx.commit().await.expect("committed");
    let mut tx = store.write().await.expect("tx");
    let late = tx.save_case(&read, &case, &event, now()).await;
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
}

#[tokio::test]
async fn what_was_not_committed_never_was() {
    let (_folder, store) = scratch().await;
    let mut tx = store.write().await.expect("tx");
    assert_eq!(tx.next_case().await.expect("number"), CaseId::new(1001));
    drop(tx);
    let mut tx = store.write().await.expect("tx");
    assert_eq!(tx.next_case().await.expect("number"), CaseId::new(1001), "no number is lost");
}

#[tokio::test]
async fn a_fresh_store_with_a_case_adds_up() {
    let (_folder, store) = scratch().await;
    with_case(&store).await;
    let found = store.verify().await.expect("verified");
    assert_eq!(found.faults, Vec::<String>::new());
    assert_eq!(found.messages.get("working"), Some(&1));
}
