//! What the console lists, on both engines.

use super::{now, scratch};
use crate::{
    domain::{
        AgencyId, Case, CaseId, CaseState, ClientId, Excess, Fact, Item, MessageKey, Mode, NoticeKind,
        Opening, Standing, Step,
    },
    sql::ground::{Ground, on_both_engines},
    store::{Filter, Listed, Loaded, MessageState, NewMessage, Store, StoreError, Which},
};
use chrono::{DateTime, TimeDelta, Utc};

on_both_engines! {
    the_queue_lists_what_is_most_urgent_first_page_by_page
    what_is_flagged_counts_as_due_from_the_moment_its_notice_arrived
    a_filter_finds_what_it_counts
    a_case_leaves_the_queue_when_it_no_longer_waits_for_a_person
    cases_are_found_by_their_record_the_last_first
    mails_are_listed_page_by_page_the_last_seen_first
    a_mail_that_is_read_again_is_renewed_once
    the_cases_of_a_message_id_are_found_the_last_first
}

fn hours(number: i64) -> DateTime<Utc> {
    now() + TimeDelta::hours(number)
}

fn agency(id: &str) -> AgencyId {
    AgencyId::parse(id).expect("valid")
}

fn record(id: &str) -> ClientId {
    ClientId::parse(id).expect("valid")
}

/// A case that is due in so many hours, in this state, with one record.
async fn add(store: &Store, state: CaseState, due: i64, change: impl FnOnce(&mut Case)) -> CaseId {
    let mut tx = store.write().await.expect("tx");
    let id = tx.next_case().await.expect("number");
    let (mut case, _) = Case::open(Opening {
        id,
        kind: NoticeKind::Revocation,
        mode: Mode::Live,
        standing: Standing::Verified(agency("a")),
        sender: None,
        act: true,
        records: vec![record("1555555")],
        new_records: Vec::new(),
        claimed_scenario: None,
        effective: None,
        excess: Excess::default(),
        reasons: Vec::new(),
        received_at: hours(due - 24),
        due_at: hours(due),
    });
    case.state = state;
    case.finished_at = state.is_over().then(|| hours(due));
    for item in &mut case.items {
        item.step = Step::NeedsStaff;
    }
    change(&mut case);
    tx.add_case(&case, now()).await.expect("added");
    tx.commit().await.expect("committed");
    id
}

fn ids(cases: &[Loaded]) -> Vec<CaseId> {
    cases.iter().map(|loaded| loaded.case.id).collect()
}

async fn the_queue_lists_what_is_most_urgent_first_page_by_page(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let late = add(&store, CaseState::NeedsStaff, 30, |_| {}).await;
    let soon = add(&store, CaseState::AwaitingApproval, 2, |_| {}).await;
    let overdue = add(&store, CaseState::Worklist, -5, |_| {}).await;
    let running = add(&store, CaseState::Closing, 1, |_| {}).await;
    let over = add(&store, CaseState::Done, -40, |_| {}).await;
    let undelivered = add(&store, CaseState::Done, 7, |case| {
        case.failed_replies.insert(1);
    })
    .await;

    let page = async |listed, limit, offset| {
        ids(&store.page(listed, &Filter::default(), limit, offset).await.expect("listed"))
    };
    assert_eq!(page(Listed::Waiting, 10, 0).await, [overdue, soon, undelivered, late]);
    assert_eq!(page(Listed::Waiting, 2, 0).await, [overdue, soon]);
    assert_eq!(page(Listed::Waiting, 2, 2).await, [undelivered, late]);
    assert_eq!(page(Listed::Waiting, 2, 4).await, []);
    assert_eq!(page(Listed::Running, 10, 0).await, [running]);
    assert_eq!(page(Listed::Over, 10, 0).await, [undelivered, over], "what ended last comes first");
}

async fn what_is_flagged_counts_as_due_from_the_moment_its_notice_arrived(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let overdue = add(&store, CaseState::NeedsStaff, -20, |_| {}).await;
    let soon = add(&store, CaseState::NeedsStaff, 2, |_| {}).await;
    // Its notice arrived ten hours ago.
    let listed = add(&store, CaseState::NeedsStaff, 14, |case| {
        for item in &mut case.items {
            item.report.priority_list = Fact::Known(true);
        }
    })
    .await;
    let all = store.page(Listed::Waiting, &Filter::default(), 10, 0).await.expect("listed");
    assert_eq!(ids(&all), [overdue, listed, soon]);
    let flagged = Filter { flagged: true, ..Filter::default() };
    assert_eq!(ids(&store.page(Listed::Waiting, &flagged, 10, 0).await.expect("listed")), [listed]);
}

async fn a_filter_finds_what_it_counts(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let states = [CaseState::AwaitingApproval, CaseState::NeedsStaff, CaseState::Worklist];
    for (number, state) in states.into_iter().cycle().take(12).enumerate() {
        let due = i64::try_from(number).expect("small") - 6;
        add(&store, state, due, |case| {
            case.standing = Standing::Verified(agency(if number % 2 == 0 { "a" } else { "b" }));
            for item in case.items.iter_mut().filter(|_| number % 4 == 0) {
                item.victim_service_provider = Fact::Known(true);
            }
        })
        .await;
    }
    for agency in [None, Some(agency("a")), Some(agency("b")), Some(agency("c"))] {
        for flagged in [false, true] {
            for due_by in [None, Some(now())] {
                let filter = Filter { state: None, agency: agency.clone(), flagged, due_by };
                let counts = store.waiting(&filter, now()).await.expect("counted");
                for state in states {
                    let filter = Filter { state: Some(state), ..filter.clone() };
                    let listed = store.page(Listed::Waiting, &filter, 100, 0).await.expect("listed");
                    let count = counts.iter().find(|count| count.state == state);
                    let (cases, flags, overdue) =
                        count.map_or((0, 0, 0), |count| (count.cases, count.flagged, count.overdue));
                    let of = |is_so: fn(&Case) -> bool| listed.iter().filter(|one| is_so(&one.case)).count();
                    assert_eq!(usize::try_from(cases), Ok(listed.len()), "{filter:?}");
                    assert_eq!(usize::try_from(flags), Ok(of(Case::is_flagged)), "{filter:?}");
                    assert_eq!(usize::try_from(overdue), Ok(of(|case| case.due_at <= now())), "{filter:?}");
                }
            }
        }
    }
}

async fn a_case_leaves_the_queue_when_it_no_longer_waits_for_a_person(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let id = add(&store, CaseState::NeedsStaff, 1, |_| {}).await;
    let mut tx = store.write().await.expect("tx");
    let loaded = tx.case(id).await.expect("read").expect("there");
    let event = crate::domain::Event::Stopped { by: "ann".to_owned(), note: None };
    let (after, _) = loaded.case.transition(&event, now()).expect("fits");
    let saved = tx.save_case(&loaded, &after, &event, now()).await.expect("saved");
    tx.commit().await.expect("committed");
    assert_eq!(saved.version, loaded.version + 1);
    assert_eq!(store.page(Listed::Waiting, &Filter::default(), 9, 0).await.expect("listed").len(), 0);
    assert_eq!(store.waiting(&Filter::default(), now()).await.expect("counted"), []);
    assert_eq!(ids(&store.page(Listed::Over, &Filter::default(), 9, 0).await.expect("listed")), [id]);
}

async fn cases_are_found_by_their_record_the_last_first(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let first = add(&store, CaseState::Done, 1, |_| {}).await;
    let second = add(&store, CaseState::NeedsStaff, 2, |case| case.items.push(Item::new(record("7")))).await;
    let other = add(&store, CaseState::NeedsStaff, 3, |case| {
        case.items = vec![Item::new(record("15555"))];
        case.standing = Standing::Stranger;
    })
    .await;
    let about = async |id: &str| ids(&store.cases_about(&record(id)).await.expect("found"));
    assert_eq!(about("1555555").await, [second, first]);
    assert_eq!(about("7").await, [second]);
    assert_eq!(about("15555").await, [other], "whole IDs only");
    assert_eq!(about("155").await, []);
    assert_eq!(ids(&store.cases_without_agency().await.expect("found")), [other]);
}

fn mail(key: &MessageKey, state: MessageState) -> NewMessage<'_> {
    NewMessage {
        key,
        sha256: Some("0"),
        state,
        verdict: "other",
        reason: None,
        possible: false,
        case: None,
        message_id: None,
        references: None,
        received_at: now(),
        octets: None,
    }
}

fn key(uid: &str) -> MessageKey {
    MessageKey { folder: "INBOX".to_owned(), uidvalidity: 1, uid: uid.to_owned() }
}

async fn mails_are_listed_page_by_page_the_last_seen_first(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let mut tx = store.write().await.expect("tx");
    let mut seen = Vec::new();
    for number in 0..7 {
        let key = key(&number.to_string());
        let state = if number == 3 { MessageState::Quarantined } else { MessageState::Left };
        let message = NewMessage { possible: number % 3 == 1, ..mail(&key, state) };
        seen.push(tx.add_message(&message, hours(number)).await.expect("added").expect("new"));
    }
    tx.commit().await.expect("committed");
    seen.reverse();
    let page = async |which, limit, offset| -> Vec<String> {
        let rows = store.messages_page(which, limit, offset).await.expect("listed");
        rows.into_iter().map(|row| row.id).collect()
    };
    assert_eq!(page(Which::All, 100, 0).await, seen);
    let (first, rest) = seen.split_at(4);
    assert_eq!((page(Which::All, 4, 0).await, page(Which::All, 4, 4).await), (first.to_vec(), rest.to_vec()));
    let at = |places: &[usize]| -> Vec<String> {
        places.iter().filter_map(|place| seen.get(*place).cloned()).collect()
    };
    assert_eq!(page(Which::In(MessageState::Quarantined), 9, 0).await, at(&[3]));
    assert_eq!(page(Which::Possible, 9, 0).await, at(&[2, 5]));
    let counts = store.message_counts().await.expect("counted");
    assert_eq!(counts, [("left".to_owned(), 6, 2), ("quarantined".to_owned(), 1, 0)]);
}

async fn a_mail_that_is_read_again_is_renewed_once(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let case = add(&store, CaseState::NeedsStaff, 1, |_| {}).await;
    let key = key("1");
    let mut tx = store.write().await.expect("tx");
    let id = tx.add_message(&mail(&key, MessageState::Left), now()).await.expect("added").expect("new");
    let renewed = NewMessage {
        verdict: "revocation",
        case: Some(case),
        octets: Some(b"mail"),
        ..mail(&key, MessageState::Working)
    };
    tx.renew_message(&id, &renewed, hours(1)).await.expect("renewed");
    tx.commit().await.expect("committed");
    let row = store.message_row(&id).await.expect("read").expect("there");
    assert_eq!((row.state.as_str(), row.verdict.as_str(), row.case), ("working", "revocation", Some(case)));
    assert_eq!(store.octets(&id).await.expect("read").as_deref(), Some(b"mail".as_slice()));
    let mut tx = store.write().await.expect("tx");
    let again = tx.renew_message(&id, &renewed, hours(2)).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "it belongs to its case: {again:?}");
}

async fn the_cases_of_a_message_id_are_found_the_last_first(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let (one, two) =
        (add(&store, CaseState::Done, 1, |_| {}).await, add(&store, CaseState::NeedsStaff, 1, |_| {}).await);
    let keys = [(key("1"), one, "<a@b>"), (key("2"), two, "<a@b>"), (key("3"), two, "<c@d>")];
    let mut tx = store.write().await.expect("tx");
    for (key, case, message_id) in &keys {
        let message = NewMessage {
            case: Some(*case),
            message_id: Some(message_id),
            ..mail(key, MessageState::Working)
        };
        tx.add_message(&message, now()).await.expect("added");
    }
    assert_eq!(tx.cases_of_message("<a@b>").await.expect("found"), [two, one]);
    assert_eq!(tx.cases_of_message("<c@d>").await.expect("found"), [two]);
    assert_eq!(tx.cases_of_message("<e@f>").await.expect("found"), []);
}
