//! Setting a closing back: when it may be asked for, and what follows.

use super::*;
use crate::domain::{AliasChange, Footprint, GrantRow, Sharing, Trace, UndoState};

/// What a closing of an open record with one grant to nobody with data notes.
pub(super) fn trace() -> Trace {
    let grants = vec![GrantRow { source: "s".to_owned(), agency: "C".to_owned() }];
    let before = Footprint {
        sharing: Some(Sharing::Open),
        alias_sha256: "shared".to_owned(),
        grants,
        entered_sha256: "data".to_owned(),
        record_sha256: "row".to_owned(),
        complete: true,
    };
    let after = Footprint {
        sharing: Some(Sharing::Closed),
        alias_sha256: "closed".to_owned(),
        grants: Vec::new(),
        ..before.clone()
    };
    let alias =
        AliasChange { before: Some("SHARED".to_owned()), after: Some("CLOSED/NOT SHARED".to_owned()) };
    Trace { before, after, alias: Some(alias) }
}

fn asked() -> Event {
    Event::UndoAsked { by: "ann".to_owned(), note: "wrong client".to_owned() }
}

fn undone(record: &str) -> Event {
    Event::Undone { record: id(record) }
}

fn refused(record: &str) -> Event {
    Event::UndoRefused { record: id(record), reason: "something was entered in it".to_owned() }
}

/// A case with these records, closed by the desk and answered.
fn done(records: &[&str]) -> Case {
    let judged = records.iter().map(|record| judged(record, ONE, Decision::Apply)).collect();
    let mut events = vec![judgement(judged, ChangedBy::Daemon)];
    events.extend(records.iter().map(|record| closed(record)));
    events.extend(records.iter().map(|record| confirmed(record)));
    events.push(Event::ReplySent { number: 1 });
    let case = live(new_case(records), &events).0;
    assert_eq!(case.state, CaseState::Done);
    case
}

fn why_not(case: &Case) -> String {
    case.transition(&asked(), now()).expect_err("it cannot be undone").why
}

#[test]
fn an_undo_is_ordered_made_and_told_and_the_case_stays_over() {
    let (case, ordered) = live(done(&["1"]), &[asked()]);
    assert_eq!((case.state, ordered), (CaseState::Done, vec!["undo/1/1".to_owned()]));
    assert!(case.wants(&Action::Undo { record: id("1"), number: 1 }));
    assert!(why_not(&case).contains("being undone already"));
    let later = now() + TimeDelta::hours(1);
    let (case, actions) = case.transition(&undone("1"), later).expect("it was ordered");
    assert_eq!((case.state, case.finished_at), (CaseState::Done, Some(now())), "over as of then");
    let item = case.item(&id("1")).expect("named");
    assert_eq!(item.outcome(), ItemOutcome::NotClosed);
    let undo = item.undo.as_ref().expect("asked");
    assert_eq!((undo.by.as_str(), &undo.state, undo.ended_at), ("ann", &UndoState::Done, Some(later)));
    let kinds: Vec<_> = actions.iter().map(Action::kind).collect();
    assert_eq!(kinds, ["reply"]);
    assert!(!case.wants(&Action::Undo { record: id("1"), number: 1 }));
    // Its mail was finished long ago.
    assert_eq!(live(case.clone(), &[Event::ReplySent { number: 2 }]).1, Vec::<String>::new());
    assert!(why_not(&case).contains("undone already"), "never twice");
    assert!(case.transition(&undone("1"), now()).is_err());
}

#[test]
fn a_refused_undo_changes_nothing_and_calls_a_person_and_may_be_asked_again() {
    let (case, ordered) = live(done(&["1"]), &[asked(), refused("1")]);
    assert_eq!(ordered, ["undo/1/1", "notify/1"]);
    assert_eq!((case.state, case.finished_at), (CaseState::Done, Some(now())));
    let item = case.item(&id("1")).expect("named");
    assert_eq!(item.outcome(), ItemOutcome::Closed);
    assert!(item.happened().any(|what| what.contains("something was entered")), "{:?}", item.since);
    assert!(case.wants(&Action::NotifyStaff(1)));
    let (case, ordered) = live(case, &[asked(), undone("1")]);
    assert_eq!(ordered, ["undo/1/2", "reply/2 undone"], "another attempt has another key");
    assert!(!case.has_refused_undo());
}

#[test]
fn several_records_are_told_of_in_one_mail_and_only_those_that_were_set_back() {
    let (case, ordered) = live(done(&["1", "2", "3"]), &[asked(), undone("1"), refused("2"), undone("3")]);
    assert_eq!(ordered, ["undo/1/1", "undo/2/1", "undo/3/1", "notify/1", "reply/2 undone"]);
    let outcomes: Vec<_> = case.items.iter().map(super::super::Item::outcome).collect();
    assert_eq!(outcomes, [ItemOutcome::NotClosed, ItemOutcome::Closed, ItemOutcome::NotClosed]);
    let (case, actions) =
        live(done(&["1", "2"]), &[asked(), undone("2")]).0.transition(&undone("1"), now()).expect("ordered");
    assert!(matches!(
        actions.as_slice(),
        [Action::Reply { kind: ReplyKind::Undone(records), .. }] if records == &[id("1"), id("2")]
    ));
    assert_eq!(case.state, CaseState::Done);
}

#[test]
fn what_was_not_changed_by_the_desk_is_not_undone_by_it() {
    let approve = || judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Person);
    let word = [approve(), approved("ann"), attest("bob"), word_stands("1"), Event::ReplySent { number: 2 }];
    let attested = live(new_case(&["1"]), &word).0;
    assert_eq!(attested.state, CaseState::Done);
    let read = live(new_case(&["1"]), &[approve(), approved("ann"), confirmed("1")]).0;
    let read = live(read, &[Event::ReplySent { number: 2 }]).0;
    for case in [attested, read] {
        assert!(why_not(&case).contains("set it back in the HMIS by hand"), "{}", why_not(&case));
    }
    let check = judgement(vec![judged("1", ONE, Decision::CheckOnly)], ChangedBy::Daemon);
    let found_closed = live(new_case(&["1"]), &[check, confirmed("1"), Event::ReplySent { number: 1 }]).0;
    assert!(why_not(&found_closed).contains("closed no record of it"));
    assert!(why_not(&new_case(&["1"])).contains("the desk is working on it"));
    let waiting = live(new_case(&["1"]), &[judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Daemon)]).0;
    assert!(why_not(&waiting).contains("closed no record of it"));
}

#[test]
fn where_the_desk_was_interrupted_at_the_closing_it_cannot_be_set_back_exactly() {
    let lost = Event::Closed { record: id("1"), trace: None };
    let apply = judgement(vec![judged("1", ONE, Decision::Apply)], ChangedBy::Daemon);
    let case = live(new_case(&["1"]), &[apply, lost, confirmed("1"), Event::ReplySent { number: 1 }]).0;
    assert!(why_not(&case).contains("could not be noted"));
}

#[test]
fn an_undo_needs_a_reason_and_somebody_at_the_agency_to_tell() {
    let silent = Event::UndoAsked { by: "ann".to_owned(), note: " ".to_owned() };
    assert!(done(&["1"]).transition(&silent, now()).is_err());
    let nobody = Case { sender: None, ..done(&["1"]) };
    assert!(why_not(&nobody).contains("without telling it"));
}

#[test]
fn a_record_that_read_back_differently_can_be_set_back_and_ends_the_case() {
    let differs = Event::ReadBack { record: id("1"), finding: ReadBackFinding::Differs(Vec::new()) };
    let apply = judgement(vec![judged("1", ONE, Decision::Apply)], ChangedBy::Daemon);
    let (case, _) = live(new_case(&["1"]), &[apply, closed("1"), differs, asked()]);
    assert_eq!(case.state, CaseState::NeedsStaff);
    let retry = Event::RetryAsked { by: "ann".to_owned() };
    let finish = Event::HandledByHand { by: "ann".to_owned(), note: "called".to_owned() };
    assert!([retry, finish].iter().all(|event| case.transition(event, now()).is_err()), "it is being undone");
    let (case, ordered) = live(case, &[undone("1")]);
    assert_eq!((case.state, ordered), (CaseState::Replying, vec!["reply/2 undone".to_owned()]));
    let (case, ordered) = live(case, &[Event::ReplySent { number: 2 }]);
    assert_eq!((case.state, ordered), (CaseState::Done, vec!["finish-mail answered=true".to_owned()]));
}

#[test]
fn an_old_case_without_the_new_fields_is_read() {
    let mut doc = serde_json::to_value(done(&["1"])).expect("JSON");
    for item in doc.get_mut("items").and_then(serde_json::Value::as_array_mut).into_iter().flatten() {
        for field in ["trace", "undo", "ticks", "by_hand"] {
            assert!(item.as_object_mut().and_then(|item| item.remove(field)).is_some(), "{field}");
        }
    }
    let case: Case = serde_json::from_value(doc).expect("it is read");
    assert!(why_not(&case).contains("set it back in the HMIS by hand"));
    let event: Event = serde_json::from_str(r#"{"closed":{"record":"1"}}"#).expect("it is read");
    assert_eq!(event, Event::Closed { record: id("1"), trace: None });
}

#[test]
fn a_confirmation_that_has_not_left_never_leaves_once_its_record_is_set_back() {
    let confirmation = |records: &[&str]| Action::Reply {
        number: 1,
        kind: ReplyKind::Outcome(records.iter().map(|record| id(record)).collect()),
    };
    let failed = Event::ReplyFailed { number: 1, reason: "550".to_owned() };
    let (case, _) = live(done(&["1"]), &[failed, asked()]);
    assert!(case.wants(&confirmation(&["1"])), "not set back yet");
    let (case, _) = live(case, &[undone("1")]);
    assert!(!case.wants(&confirmation(&["1"])) && !case.wants(&confirmation(&["1", "2"])));
    assert!(case.wants(&confirmation(&["2"])));
    let correction = Action::Reply { number: 2, kind: ReplyKind::Undone(vec![id("1")]) };
    assert!(case.wants(&correction));
    // Whoever has it sent again has nothing sent that is no longer true.
    let (case, ordered) = live(case, &[Event::RetryAsked { by: "ann".to_owned() }]);
    assert_eq!((case.state, ordered), (CaseState::Done, vec!["reply/1 outcome".to_owned()]));
    assert!(!case.wants(&confirmation(&["1"])));
}
