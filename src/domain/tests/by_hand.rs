//! What people do by hand: steps of the worklist, and in shadow mode the whole of it.

use super::*;

fn tick(record: &str, step: usize) -> Event {
    Event::StepTicked { by: "ann".to_owned(), record: id(record), step }
}

fn untick(record: &str, step: usize) -> Event {
    Event::StepUnticked { by: "bob".to_owned(), record: id(record), step }
}

/// A case in the worklist whose record has two changes.
fn worklist() -> Case {
    let mut two = judged("1", ONE, APPROVE);
    if let Some(closing) = &mut two.closing {
        closing.changes = vec![Change::CloseSharing, Change::RemoveGrant(agency())];
    }
    let (case, _) = live(new_case(&["1"]), &[judgement(vec![two], ChangedBy::Person), approved("ann")]);
    assert_eq!(case.state, CaseState::Worklist);
    case
}

#[test]
fn each_change_is_ticked_off_by_name_and_the_last_has_the_record_read_at_once() {
    let (case, ordered) = live(worklist(), &[tick("1", 1)]);
    assert_eq!(ordered, Vec::<String>::new());
    let item = case.item(&id("1")).expect("named");
    assert_eq!(item.tick(1).map(|tick| (tick.by.as_str(), tick.at)), Some(("ann", now())));
    assert_eq!(item.tick(0), None);
    let (case, ordered) = live(case, &[tick("1", 0)]);
    assert_eq!(
        (case.state, ordered),
        (CaseState::Worklist, vec!["read-back/1".to_owned()]),
        "not confirmed by ticks"
    );
    let (case, ordered) = live(case, &[confirmed("1")]);
    assert_eq!((case.state, ordered), (CaseState::Replying, vec!["reply/2 outcome".to_owned()]));
}

#[test]
fn a_tick_can_be_taken_back_and_is_set_once() {
    let (case, _) = live(worklist(), &[tick("1", 0)]);
    assert!(case.transition(&tick("1", 0), now()).expect_err("twice").why.contains("already, by ann"));
    let (case, _) = live(case, &[untick("1", 0)]);
    assert!(case.items.iter().all(|item| item.ticks.is_empty()));
    assert!(case.transition(&untick("1", 0), now()).is_err());
    let (_, ordered) = live(case, &[tick("1", 1), untick("1", 1), tick("1", 0)]);
    assert_eq!(ordered, Vec::<String>::new(), "one is still missing");
}

#[test]
fn only_steps_that_are_in_a_persons_hands_are_ticked() {
    let case = worklist();
    for (event, words) in
        [(tick("1", 2), "has 2 steps"), (tick("2", 0), "does not name"), (untick("1", 1), "is not ticked")]
    {
        let error = case.transition(&event, now()).expect_err("there is no such step");
        assert!(error.why.contains(words), "{error}");
    }
    let waiting = live(new_case(&["1"]), &[judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Person)]).0;
    assert!(waiting.transition(&tick("1", 0), now()).is_err(), "nobody approved it");
    let (done, _) = live(case, &[confirmed("1"), Event::ReplySent { number: 2 }]);
    assert!(done.transition(&tick("1", 0), now()).is_err(), "over is over");
}

#[test]
fn a_word_ticks_what_was_not_ticked_and_stands_only_once_the_record_was_read() {
    let (case, ordered) = live(worklist(), &[tick("1", 0), attest("bob")]);
    assert_eq!((case.state, ordered), (CaseState::Worklist, vec!["read-back/1".to_owned()]));
    let item = case.item(&id("1")).expect("named");
    let by: Vec<_> = item.ticks.iter().map(|tick| (tick.step, tick.by.as_str())).collect();
    assert_eq!((by, item.report.attested_by.as_deref()), (vec![(0, "ann"), (1, "bob")], None));
    for event in [attest("ann"), untick("1", 0)] {
        assert!(case.transition(&event, now()).is_err(), "it is about to be read: {event:?}");
    }
    let (case, ordered) = live(case, &[word_stands("1")]);
    assert_eq!(ordered, ["reply/2 outcome"]);
    let item = case.item(&id("1")).expect("named");
    assert_eq!((item.report.attested_by.as_deref(), item.attested.as_ref()), (Some("bob"), None));
    assert!(worklist().transition(&word_stands("1"), now()).is_err(), "nobody gave their word");
}

#[test]
fn a_word_that_the_hmis_contradicts_releases_nothing_and_the_steps_stay_in_hand() {
    let shown = read("1", ReadBackFinding::Contradicts(vec!["It is still shared statewide.".to_owned()]));
    let (case, ordered) = live(worklist(), &[attest("bob"), shown.clone()]);
    assert_eq!((case.state, ordered), (CaseState::Worklist, vec!["read-back/1".to_owned()]));
    let item = case.item(&id("1")).expect("named");
    assert_eq!((item.ticks.len(), item.attested.as_ref()), (2, None));
    assert!(
        item.happened().any(|what| what
            == "bob attested that the change was made, but the HMIS shows: It is still shared statewide."),
        "{item:?}"
    );
    assert!(case.transition(&shown, now()).is_err(), "that word counts no longer");
    let (case, _) = live(case, &[untick("1", 0), attest("ann"), word_stands("1")]);
    assert_eq!(case.state, CaseState::Replying, "another word can be given");
}

#[test]
fn a_word_is_given_for_one_record_or_for_all_in_hand() {
    let both = vec![judged("1", ONE, APPROVE), judged("2", ONE, APPROVE)];
    let (case, _) = live(new_case(&["1", "2"]), &[judgement(both, ChangedBy::Person), approved("ann")]);
    let of = |record: &str| Event::Attested { by: "bob".to_owned(), record: Some(id(record)), note: None };
    let (one, ordered) = live(case.clone(), &[of("2")]);
    assert_eq!(ordered, ["read-back/2"]);
    assert!(one.item(&id("1")).is_some_and(|item| item.attested.is_none() && item.ticks.is_empty()));
    let (_, ordered) = live(one, &[attest("bob")]);
    assert_eq!(ordered, ["read-back/1"], "the other is attested already");
    assert_eq!(live(case.clone(), &[attest("bob")]).1, ["read-back/1", "read-back/2"]);
    assert!(case.transition(&of("9"), now()).is_err());
}

#[test]
fn half_done_it_stays_in_hand_with_its_ticks_and_says_what_is_missing() {
    let half = read("1", ReadBackFinding::StillToDo(vec!["a grant still stands.".to_owned()]));
    let (case, ordered) = live(worklist(), &[tick("1", 0), half]);
    assert_eq!((case.state, ordered), (CaseState::Worklist, Vec::new()));
    let item = case.item(&id("1")).expect("named");
    assert!(item.closing.is_some() && item.ticks.len() == 1);
    let last = item.last_read.as_ref().expect("read");
    assert_eq!((last.at, last.still.as_slice()), (now(), ["a grant still stands.".to_owned()].as_slice()));
}

#[test]
fn what_another_agency_entered_meanwhile_brings_it_back_to_approval_and_says_so_until_then() {
    let changed = Event::FactsChanged {
        record: id("1"),
        difference: vec!["1 more agencies have data in it".to_owned()],
    };
    let why =
        "the facts changed since ann approved: 1 more agencies have data in it (bob attested the change)";
    let (case, _) = live(worklist(), &[attest("bob"), changed]);
    assert_eq!((case.state, case.approvals.len()), (CaseState::Received, 0));
    let mut again = judged("1", ONE, APPROVE);
    again.reasons = vec!["Several agencies have data in it.".to_owned()];
    again.hindrance = Some("the site wants it approved".to_owned());
    let retry = Event::RetryAsked { by: "ann".to_owned() };
    let looked = judgement(vec![again], ChangedBy::Person);
    let (case, _) = live(case, &[looked.clone(), retry, looked]);
    let item = case.item(&id("1")).expect("named");
    assert_eq!(case.state, CaseState::AwaitingApproval);
    assert_eq!(item.reasons, ["Several agencies have data in it."], "the last judgement's, once");
    assert_eq!((item.happened().collect::<Vec<_>>(), item.hindrance.as_deref()), (vec![why], Some(why)));
    assert!(item.attested.is_none() && item.ticks.is_empty());
    let (case, _) = live(case, &[approved("ann")]);
    assert!(case.items.iter().all(|item| item.happened().next().is_none()), "decided anew");
}

#[test]
fn handed_back_from_the_worklist_nobodys_approval_stands_and_the_same_person_may_approve_again() {
    let differs = read("1", ReadBackFinding::Differs(vec!["It was deleted.".to_owned()]));
    let (case, _) = live(worklist(), &[differs]);
    assert_eq!((case.state, case.approvals.len()), (CaseState::NeedsStaff, 0));
    let item = case.item(&id("1")).expect("named");
    assert_eq!((item.hindrance.as_deref(), item.closing.as_ref()), (Some("It was deleted."), None));
    // A reply that fails while a person is at it does not take their approval away.
    let failed = Event::ReplyFailed { number: 1, reason: "550".to_owned() };
    let (case, _) = live(worklist(), &[failed]);
    assert_eq!((case.state, case.approvals.len()), (CaseState::NeedsStaff, 1));
}

#[test]
fn a_change_that_is_judged_again_is_ticked_anew() {
    let retry = Event::RetryAsked { by: "ann".to_owned() };
    let again = judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Person);
    let (case, _) = live(worklist(), &[tick("1", 0), retry, again, approved("ann")]);
    assert_eq!(case.state, CaseState::Worklist);
    assert!(case.items.iter().all(|item| item.ticks.is_empty()), "they were of another list");
}

fn did(record: Option<&str>, did: Did) -> Event {
    Event::HandRecorded { by: "ann".to_owned(), record: record.map(id), did }
}

fn shadowed(items: Vec<ItemJudgement>) -> Case {
    let records: Vec<_> = items.iter().map(|item| item.record.to_string()).collect();
    let records: Vec<_> = records.iter().map(String::as_str).collect();
    let case = Case::open(opening(&records, Standing::Verified(agency()), Mode::Shadow)).0;
    let (case, ordered) = live(case, &[judgement(items, ChangedBy::Daemon)]);
    assert_eq!((case.state, ordered), (CaseState::Shadowed, Vec::new()));
    case
}

#[test]
fn what_the_desk_would_have_done_is_said_in_the_words_of_what_staff_did() {
    let two = Some(Scenario::Two);
    for (judged, would_have) in [
        (judged("1", ONE, Decision::Apply), Some(Did::ClosedScenario1)),
        (judged("1", two, APPROVE), Some(Did::ClosedScenario2)),
        (judged("1", ONE, Decision::CheckOnly), Some(Did::WasClosed)),
        (judged("1", two, Decision::Person), None),
        (judged("1", None, APPROVE), None),
    ] {
        let case = shadowed(vec![judged.clone()]);
        assert_eq!(case.items.first().and_then(super::super::Item::would_have), would_have, "{judged:?}");
    }
}

#[test]
fn recorded_for_all_it_fills_only_what_is_not_recorded_yet() {
    let case = shadowed(vec![judged("1", ONE, Decision::Apply), judged("2", ONE, APPROVE)]);
    let (case, _) = live(case, &[did(Some("1"), Did::NotClosed), did(None, Did::ClosedScenario1)]);
    let said = |case: &Case| -> Vec<_> {
        case.items.iter().filter_map(|item| item.by_hand.as_ref()).map(|hand| hand.did).collect()
    };
    assert_eq!(said(&case), [Did::NotClosed, Did::ClosedScenario1]);
    let only = shadowed(vec![judged("1", ONE, Decision::Apply)]);
    let (only, _) = live(only, &[did(None, Did::NotClosed), did(None, Did::ClosedScenario1)]);
    assert_eq!(said(&only), [Did::ClosedScenario1], "the only one is the one that is meant");
}

#[test]
fn in_shadow_mode_staff_record_what_they_did_and_the_last_word_counts() {
    let case = shadowed(vec![judged("1", ONE, Decision::Apply), judged("2", ONE, APPROVE)]);
    let (case, ordered) = live(case, &[did(None, Did::ClosedScenario1), did(Some("2"), Did::NotClosed)]);
    assert_eq!(
        (case.state, ordered),
        (CaseState::Shadowed, Vec::new()),
        "it is over, and nothing is ordered"
    );
    let said: Vec<_> =
        case.items.iter().filter_map(|item| item.by_hand.as_ref()).map(|hand| hand.did).collect();
    assert_eq!(said, [Did::ClosedScenario1, Did::NotClosed]);
    assert!(case.transition(&did(None, Did::WasClosed), now()).is_err(), "said of each: which is wrong?");
    assert!(case.transition(&did(Some("9"), Did::NotClosed), now()).is_err());
    assert!(worklist().transition(&did(None, Did::NotClosed), now()).is_err(), "the desk does it itself");
    assert_eq!(Did::ALL.map(|did| Did::parse(&did.as_str().replace('_', "-"))), Did::ALL.map(Some));
    for did in Did::ALL {
        assert_eq!(serde_json::to_value(did).expect("JSON"), did.as_str());
    }
}
