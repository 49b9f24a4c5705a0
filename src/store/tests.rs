mod keeping;
mod queue;

use chrono::TimeDelta;

use super::*;
use crate::{
    domain::{
        Action, ActionState, AgencyId, Case, CaseId, CaseState, ClientId, Event, Excess, MessageKey, Mode,
        NoticeKind, Opening, Standing, Undo, UndoState,
    },
    sql::ground::{Ground, Plot, on_both_engines, script},
};

on_both_engines! {
    every_statement_can_be_prepared
    many_may_open_a_new_store_at_the_same_moment
    a_claim_is_one_workers_until_its_lease_is_over_and_then_known_to_be_interrupted
    an_action_that_was_put_off_is_due_again_then_and_not_before
    two_who_change_the_same_case_do_not_both_succeed
    what_was_not_committed_never_was
    a_fresh_store_with_a_case_adds_up
    a_lease_is_one_holders_until_it_is_over_and_who_lost_it_commits_nothing
    many_who_claim_at_once_never_claim_the_same
    a_judge_that_lost_its_case_does_not_take_it_back_by_putting_it_off
    what_a_dead_worker_had_begun_can_be_ordered_anew
    after_an_outage_what_others_began_is_let_be
    the_history_stays_one_chain_however_many_write_at_once
    a_store_that_a_newer_program_has_worked_on_is_not_touched
    cases_of_shadow_mode_are_read_page_by_page
    an_undo_that_the_outbox_has_lost_is_found
}

/// A fresh store; its database lives as long as the first value.
pub(super) async fn scratch(ground: &Ground) -> (Plot, Store) {
    let plot = ground.plot();
    let store = Store::open(&plot.address).await.expect("a new store opens");
    (plot, store)
}

pub(super) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("valid")
}

/// A case in the store, with its one message and an order to take it.
pub(crate) async fn with_case(store: &Store) -> Case {
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
        excess: Excess::default(),
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
    let claim =
        tx.claim(Lane::Mailbox, Abandoned::TakenOver, at, at + TimeDelta::minutes(1)).await.expect("claimed");
    tx.commit().await.expect("committed");
    claim
}

async fn every_statement_can_be_prepared(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    for (name, text) in statements::ALL {
        let mut transaction = store.readers.begin(Isolation::Read).await.expect("it begins");
        let prepared = transaction.prepare(text.clone(), crate::sql::Values::Guessed).await;
        assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
    }
}

#[tokio::test]
async fn the_installation_keeps_its_name_and_the_file_is_nobody_elses() {
    use std::os::unix::fs::PermissionsExt;
    let (plot, store) = scratch(&Ground::Sqlite).await;
    let name = store.installation().await.expect("name");
    store.close().await;
    let again = Store::open(&plot.address).await.expect("opens again");
    assert_eq!(again.installation().await.expect("name"), name);
    assert_eq!(name.len(), 32);
    let mode = std::fs::metadata(plot.address.file().expect("a file")).expect("there").permissions().mode();
    assert_eq!(mode & 0o007, 0, "it holds mails");
}

async fn many_may_open_a_new_store_at_the_same_moment(ground: &Ground) {
    let plot = ground.plot();
    let opened = futures::future::join_all((0..8).map(|_| Store::open(&plot.address))).await;
    for store in opened {
        store.expect("each waits for the one that makes the tables");
    }
}

async fn a_claim_is_one_workers_until_its_lease_is_over_and_then_known_to_be_interrupted(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
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
    let (_plot, store) = scratch(&Ground::Sqlite).await;
    with_case(&store).await;
    claim(&store, now()).await.expect("due");
    let lock = store.become_worker().await.expect("nobody else");
    assert!(claim(&store, now()).await.expect("set free").interrupted);
    let second = store.become_worker().await;
    assert!(matches!(second, Err(StoreError::InUse { .. })), "{second:?}");
    drop(lock);
    store.become_worker().await.map(drop).expect("free again");
}

#[tokio::test]
async fn a_file_is_kept_safe_from_power_cuts_and_from_readers() {
    let (_plot, store) = scratch(&Ground::Sqlite).await;
    let setting = async |pool: &Pool, name: &str| {
        let text = sqlx::SqlSafeStr::into_sql_str(sqlx::AssertSqlSafe(format!("PRAGMA {name}")));
        let row = query(text).fetch_optional(pool).await.expect("it answers").expect("a row");
        row.at::<String>(0).or_else(|_| row.at::<i64>(0).map(|number| number.to_string())).expect("a setting")
    };
    assert_eq!(setting(&store.writer, "journal_mode").await, "wal");
    assert_eq!(setting(&store.writer, "synchronous").await, "2", "FULL");
    assert_eq!(setting(&store.writer, "foreign_keys").await, "1");
    let refused = query("DELETE FROM settings").execute(&store.readers).await.expect_err("readers only read");
    assert!(refused.to_string().contains("readonly"), "{refused}");
}

async fn an_action_that_was_put_off_is_due_again_then_and_not_before(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    with_case(&store).await;
    let held = claim(&store, now()).await.expect("due");
    let due = now() + TimeDelta::minutes(5);
    let mut tx = store.write().await.expect("tx");
    tx.put_off(&held, "busy", PutOff::Failed, due, now()).await.expect("held");
    tx.commit().await.expect("committed");
    assert_eq!(store.next_due(Lane::Mailbox).await.expect("asked"), Some(due));
    assert!(claim(&store, due - TimeDelta::seconds(1)).await.is_none());
    let again = claim(&store, due).await.expect("due");
    assert!(!again.interrupted && again.attempts == 1);
}

async fn two_who_change_the_same_case_do_not_both_succeed(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
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

async fn what_was_not_committed_never_was(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let mut tx = store.write().await.expect("tx");
    assert_eq!(tx.next_case().await.expect("number"), CaseId::new(1001));
    drop(tx);
    let mut tx = store.write().await.expect("tx");
    assert_eq!(tx.next_case().await.expect("number"), CaseId::new(1001), "no number is lost");
}

async fn a_fresh_store_with_a_case_adds_up(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    with_case(&store).await;
    let found = store.verify().await.expect("verified");
    assert_eq!(found.faults, Vec::<String>::new());
    assert_eq!(found.messages.get("working"), Some(&1));
}

async fn a_lease_is_one_holders_until_it_is_over_and_who_lost_it_commits_nothing(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let until = now() + TimeDelta::seconds(30);
    let first = store.take_lease("mailbox", "one", now(), until).await.expect("asked").expect("free");
    assert_eq!(store.take_lease("mailbox", "two", now(), until).await.expect("asked"), None);
    assert!(
        store.take_lease("job/digest", "two", now(), until).await.expect("asked").is_some(),
        "another thing"
    );
    assert_eq!(store.lease_holder("mailbox").await.expect("asked"), Some(("one".to_owned(), until)));

    let mut tx = store.write().await.expect("tx");
    tx.renew(Held::Named("mailbox", &first), until + TimeDelta::seconds(30)).await.expect("held");
    tx.commit().await.expect("committed");
    assert_eq!(
        store.take_lease("mailbox", "two", until, until).await.expect("asked"),
        None,
        "it was renewed"
    );

    let later = until + TimeDelta::seconds(31);
    let second = store.take_lease("mailbox", "two", later, later + TimeDelta::seconds(30)).await;
    let second = second.expect("asked").expect("it is over");
    let mut tx = store.write().await.expect("tx");
    let lost = tx.renew(Held::Named("mailbox", &first), later + TimeDelta::hours(1)).await;
    assert!(matches!(lost, Err(StoreError::Conflict(_))), "{lost:?}");
    drop(tx);
    let mut tx = store.write().await.expect("tx");
    tx.end_lease("mailbox", &first).await.expect("let be");
    tx.renew(Held::Named("mailbox", &second), later + TimeDelta::hours(1)).await.expect("still the second's");
    tx.end_lease("mailbox", &second).await.expect("given back");
    tx.commit().await.expect("committed");
    assert!(
        store.take_lease("mailbox", "three", later, later).await.expect("asked").is_some(),
        "free at once"
    );
}

async fn many_who_claim_at_once_never_claim_the_same(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let mut cases = Vec::new();
    for _ in 0..40 {
        cases.push(with_case(&store).await);
    }
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        workers.spawn(async move {
            let mut claimed = Vec::new();
            let mut judged = Vec::new();
            while let Some(held) = claim(&store, now()).await {
                claimed.push(held.key);
            }
            loop {
                let mut tx = store.write().await.expect("tx");
                let leased =
                    tx.lease_case_to_judge(now(), now() + TimeDelta::minutes(1)).await.expect("asked");
                tx.commit().await.expect("committed");
                let Some((loaded, _)) = leased else { break };
                judged.push(loaded.case.id);
            }
            (claimed, judged)
        });
    }
    let (mut claimed, mut judged) = (Vec::new(), Vec::new());
    for (some, other) in workers.join_all().await {
        claimed.extend(some);
        judged.extend(other);
    }
    let once = |keys: &[String]| keys.iter().collect::<std::collections::BTreeSet<_>>().len();
    assert_eq!((claimed.len(), once(&claimed)), (40, 40), "each claimed once");
    judged.sort();
    assert_eq!(judged, cases.iter().map(|case| case.id).collect::<Vec<_>>(), "each leased once");
}

async fn the_history_stays_one_chain_however_many_write_at_once(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let mut cases = Vec::new();
    for _ in 0..4 {
        cases.push(with_case(&store).await);
    }
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..8_usize {
        let (store, cases) = (store.clone(), cases.clone());
        workers.spawn(async move {
            // Each in an order of its own: whoever held one case and waited for the next would be waited for.
            for step in 0..8_usize {
                let mut tx = store.write().await.expect("tx");
                for place in 0..2 {
                    let case = cases.get((worker * 3 + step + place * worker) % 4).expect("four");
                    let read = tx.case(case.id).await.expect("nobody waits in a circle").expect("there");
                    let event = Event::Noted { by: format!("worker {worker}"), note: "n".to_owned() };
                    tx.save_case(&read, &read.case.clone(), &event, now())
                        .await
                        .expect("what was read still holds");
                }
                tx.commit().await.expect("committed");
            }
        });
    }
    workers.join_all().await;
    let found = store.verify().await.expect("verified");
    assert_eq!((found.faults, found.history), (vec![], 4 + 8 * 8 * 2));
}

async fn a_store_that_a_newer_program_has_worked_on_is_not_touched(ground: &Ground) {
    let (plot, store) = scratch(ground).await;
    script(
        &store.writer,
        "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
         SELECT 999, 'from the future', installed_on, success, checksum, execution_time FROM _sqlx_migrations
         WHERE version = 1",
    )
    .await;
    store.close().await;
    let refused = Store::open(&plot.address).await.expect_err("it is newer");
    let known = MIGRATIONS.iter().map(|step| step.version).max().expect("steps");
    assert!(
        matches!(refused, StoreError::Newer { step: 999, known: ours, .. } if ours == known),
        "{refused}"
    );
    assert!(refused.to_string().contains("newer roi-desk"), "{refused}");
}

async fn a_judge_that_lost_its_case_does_not_take_it_back_by_putting_it_off(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let case = with_case(&store).await;
    let at = |seconds| now() + TimeDelta::seconds(seconds);
    let lease = async |from, until| {
        let mut tx = store.write().await.expect("tx");
        let leased = tx.lease_case_to_judge(from, until).await.expect("asked");
        tx.commit().await.expect("committed");
        leased.expect("free").1
    };
    let slow = lease(at(0), at(30)).await;
    let other = lease(at(31), at(61)).await;
    // The slow one comes back, the HMIS did not answer it: it puts the case off.
    let put_off = store.renew(Held::Case(case.id, &slow), at(50)).await;
    assert!(matches!(put_off, Err(StoreError::Conflict(_))), "{put_off:?}");
    let mut tx = store.write().await.expect("tx");
    tx.assert_case_lease(case.id, &other).await.expect("it is the other's");
}

async fn what_a_dead_worker_had_begun_can_be_ordered_anew(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let case = with_case(&store).await;
    let over = now() + TimeDelta::hours(1);
    let end_grace = async |until: DateTime<Utc>, at: DateTime<Utc>| {
        let action = Action::EndGrace(until);
        let mut tx = store.write().await.expect("tx");
        tx.order(Order { lane: Lane::Desk, due_at: until, ..order(&case, &action) }, at)
            .await
            .expect("ordered");
        tx.commit().await.expect("committed");
    };
    let claim = async |at: DateTime<Utc>| {
        let mut tx = store.write().await.expect("tx");
        let until = at + TimeDelta::seconds(30);
        let claim = tx.claim(Lane::Desk, Abandoned::TakenOver, at, until).await.expect("asked");
        tx.commit().await.expect("committed");
        claim
    };
    end_grace(over, now()).await;
    claim(over).await.expect("due");
    // The worker dies here. A person has the case judged again; a new grace of a day begins.
    end_grace(over + TimeDelta::days(1), over + TimeDelta::minutes(1)).await;
    let taken_over = claim(over + TimeDelta::minutes(2)).await;
    assert!(taken_over.is_none(), "the new grace has hardly begun: {taken_over:?}");
}

async fn after_an_outage_what_others_began_is_let_be(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    with_case(&store).await;
    claim(&store, now()).await.expect("due");
    let later = now() + TimeDelta::minutes(2);
    let mut tx = store.write().await.expect("tx");
    let let_be = tx.claim(Lane::Mailbox, Abandoned::LetBe, later, later).await.expect("asked");
    assert!(let_be.is_none(), "its worker may be about to note the outcome");
    assert!(tx.claim(Lane::Mailbox, Abandoned::TakenOver, later, later).await.expect("asked").is_some());
}

async fn cases_of_shadow_mode_are_read_page_by_page(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let mut shadowed = Vec::new();
    for number in 0..5 {
        let case = with_case(&store).await;
        if number == 2 {
            continue;
        }
        let mut tx = store.write().await.expect("tx");
        let loaded = tx.case(case.id).await.expect("read").expect("there");
        let after = Case { state: CaseState::Shadowed, finished_at: Some(now()), ..case };
        let noted = Event::Noted { by: "ann".to_owned(), note: "n".to_owned() };
        let saved = tx.save_case(&loaded, &after, &noted, now()).await.expect("saved");
        assert_eq!(saved.version, loaded.version + 1);
        tx.commit().await.expect("committed");
        shadowed.push(after.id);
    }
    let page = async |after| -> Vec<CaseId> {
        let cases = store.shadowed_cases(after, 2).await.expect("read");
        cases.iter().map(|case| case.id).collect()
    };
    let mut found = page(0).await;
    assert_eq!(found.len(), 2);
    found.extend(page(found.last().map_or(0, |id| id.number())).await);
    assert_eq!(found, shadowed);
    assert_eq!(page(found.last().map_or(0, |id| id.number())).await, []);
}

async fn an_undo_that_the_outbox_has_lost_is_found(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let mut case = with_case(&store).await;
    let mut tx = store.write().await.expect("tx");
    let loaded = tx.case(case.id).await.expect("read").expect("there");
    for item in &mut case.items {
        item.undo = Some(Undo {
            number: 1,
            by: "ann".to_owned(),
            at: now(),
            note: "n".to_owned(),
            state: UndoState::Ordered,
            ended_at: None,
            told: false,
        });
    }
    let asked = Event::UndoAsked { by: "ann".to_owned(), note: "n".to_owned() };
    tx.save_case(&loaded, &case, &asked, now()).await.expect("saved");
    tx.commit().await.expect("committed");
    let key = format!("{}/undo/1555555/1", case.id);
    let faults = store.verify().await.expect("verified").faults;
    assert!(faults.iter().any(|fault| fault.contains(&key) && fault.contains("has lost it")), "{faults:?}");

    let action = Action::Undo { record: ClientId::parse("1555555").expect("valid"), number: 1 };
    let mut tx = store.write().await.expect("tx");
    tx.order(order(&case, &action), now()).await.expect("ordered");
    tx.commit().await.expect("committed");
    assert_eq!(store.verify().await.expect("verified").faults, Vec::<String>::new());
}
