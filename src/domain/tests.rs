//! The life of a case, told in its own events, and explored: no order of events breaks a promise.

mod by_hand;
mod undo;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use self::undo::trace;
use super::{
    Action, AgencyId, Answer, Approvals, Assent, Case, CaseId, CaseState, Change, ChangedBy, ClientId,
    Closing, Decision, Did, Event, Excess, Fact, ItemJudgement, ItemOutcome, Judgement, MailAddress, Mode,
    NoticeKind, Opening, ReadBackFinding, ReplyKind, Report, Scenario, Standing,
};

const SEEN: &str = "what-the-approver-saw";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("valid")
}

fn id(text: &str) -> ClientId {
    ClientId::parse(text).expect("valid")
}

fn address(text: &str) -> MailAddress {
    MailAddress::parse(text).expect("valid")
}

fn agency() -> AgencyId {
    AgencyId::parse("A").expect("valid")
}

fn opening(records: &[&str], standing: Standing, mode: Mode) -> Opening {
    Opening {
        id: CaseId::new(1001),
        kind: NoticeKind::Revocation,
        mode,
        standing,
        sender: Some(address("jane@agency.example")),
        act: true,
        records: records.iter().map(|record| id(record)).collect(),
        new_records: Vec::new(),
        claimed_scenario: None,
        effective: None,
        excess: Excess::default(),
        reasons: Vec::new(),
        received_at: now(),
        due_at: now() + TimeDelta::days(1),
    }
}

fn new_case(records: &[&str]) -> Case {
    Case::open(opening(records, Standing::Verified(agency()), Mode::Live)).0
}

fn judged(record: &str, scenario: Option<Scenario>, decision: Decision) -> ItemJudgement {
    let closes = decision != Decision::CheckOnly && scenario.is_some();
    ItemJudgement {
        record: id(record),
        scenario,
        decision,
        approvals: Approvals::One,
        reasons: Vec::new(),
        closing: closes.then(|| Closing {
            record: id(record),
            changes: vec![Change::CloseSharing],
            expected: Vec::new(),
        }),
        report: Report::default(),
        victim_service_provider: Fact::Unknown,
        hindrance: None,
    }
}

fn judgement(items: Vec<ItemJudgement>, changed_by: ChangedBy) -> Event {
    Event::Judged(Judgement::Records {
        items,
        changed_by,
        grace_until: None,
        evidence_sha256: SEEN.to_owned(),
    })
}

fn approved(by: &str) -> Event {
    Event::Approved {
        by: by.to_owned(),
        evidence_sha256: SEEN.to_owned(),
        only: Vec::new(),
        contact: None,
        note: None,
    }
}

fn closed(record: &str) -> Event {
    Event::Closed { record: id(record), trace: Some(Box::new(trace())) }
}

fn confirmed(record: &str) -> Event {
    Event::ReadBack { record: id(record), finding: ReadBackFinding::Confirmed(Report::default()) }
}

fn attest(by: &str) -> Event {
    Event::Attested { by: by.to_owned(), record: None, note: None }
}

fn read(record: &str, finding: ReadBackFinding) -> Event {
    Event::ReadBack { record: id(record), finding }
}

/// Nothing that is known speaks against what was attested.
fn word_stands(record: &str) -> Event {
    read(record, ReadBackFinding::Attested(Report::default()))
}

/// Lets the events happen one after the other; gives the case and all it ordered, by key.
fn live(mut case: Case, events: &[Event]) -> (Case, Vec<String>) {
    let mut ordered = Vec::new();
    for event in events {
        let (next, actions) =
            case.transition(event, now()).unwrap_or_else(|error| unreachable!("{error}: {event:?}"));
        ordered.extend(actions.iter().map(|action| match action {
            Action::Reply { number, kind } => format!("reply/{number} {}", kind.name()),
            Action::FinishMail { answered } => format!("finish-mail answered={answered}"),
            Action::TakeMail(_)
            | Action::Close(_)
            | Action::Undo { .. }
            | Action::ReadBack(_)
            | Action::EndGrace(_)
            | Action::NotifyStaff(_) => action.key(case.id).trim_start_matches("RD-1001/").to_owned(),
        }));
        case = next;
    }
    (case, ordered)
}

fn answer(records: &[&str]) -> Event {
    says(Assent::Unsaid, records)
}

fn says(assent: Assent, records: &[&str]) -> Event {
    Event::AnswerArrived(Answer {
        records: records.iter().map(|record| id(record)).collect(),
        assent,
        clear: true,
        complete_notice: false,
        new_records: Vec::new(),
        effective: None,
        claimed_scenario: None,
        excess: Excess::default(),
    })
}

const ONE: Option<Scenario> = Some(Scenario::One);
const APPROVE: Decision = Decision::Approve;

#[test]
fn scenario_1_applied_is_closed_read_back_and_only_then_confirmed() {
    let (case, ordered) = live(
        new_case(&["1"]),
        &[
            judgement(vec![judged("1", ONE, Decision::Apply)], ChangedBy::Daemon),
            closed("1"),
            confirmed("1"),
            Event::ReplySent { number: 1 },
        ],
    );
    assert_eq!(ordered, ["close/1", "read-back/1", "reply/1 outcome", "finish-mail answered=true"]);
    assert_eq!((case.state, case.finished_at), (CaseState::Done, Some(now())));
}

#[test]
fn an_approval_is_waited_for_and_the_agency_is_told_at_once() {
    let (case, ordered) =
        live(new_case(&["1"]), &[judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Daemon)]);
    assert_eq!(case.state, CaseState::AwaitingApproval);
    assert_eq!(ordered, ["reply/1 received", "notify/1"]);
    let (case, ordered) = live(case, &[approved("ann")]);
    assert_eq!((case.state, ordered), (CaseState::Closing, vec!["close/1".to_owned()]));
}

#[test]
fn approval_needs_the_evidence_it_is_bound_to() {
    let (case, _) = live(new_case(&["1"]), &[judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Daemon)]);
    let other = Event::Approved {
        by: "ann".to_owned(),
        evidence_sha256: "what-was-true-yesterday".to_owned(),
        only: Vec::new(),
        contact: None,
        note: None,
    };
    let error = case.transition(&other, now()).expect_err("stale");
    assert!(error.why.contains("not those you saw"), "{error}");
}

#[test]
fn approve_twice_needs_two_different_people() {
    let twice = ItemJudgement { approvals: Approvals::Two, ..judged("1", ONE, APPROVE) };
    let (case, _) = live(new_case(&["1"]), &[judgement(vec![twice], ChangedBy::Daemon), approved("ann")]);
    assert_eq!(case.state, CaseState::AwaitingApproval);
    assert!(case.transition(&approved("ann"), now()).is_err());
    let (case, ordered) = live(case, &[approved("bob")]);
    assert_eq!((case.state, ordered), (CaseState::Closing, vec!["close/1".to_owned()]));
}

#[test]
fn facts_that_changed_void_the_approval_and_from_then_on_a_person_decides() {
    let changed =
        Event::FactsChanged { record: id("1"), difference: vec!["1 more agencies have data".to_owned()] };
    let apply = || judgement(vec![judged("1", ONE, Decision::Apply)], ChangedBy::Daemon);
    let (case, _) = live(new_case(&["1"]), &[apply(), changed]);
    assert_eq!(case.state, CaseState::Received);
    assert!(case.evidence_sha256.is_none() && case.approvals.is_empty());
    let (case, ordered) = live(case, &[apply()]);
    assert_eq!(case.state, CaseState::AwaitingApproval, "not applied a second time without a person");
    assert!(!ordered.contains(&"close/1".to_owned()));
}

#[test]
fn judging_one_record_again_does_not_lower_the_approvals_another_needs() {
    let two = || ItemJudgement { approvals: Approvals::Two, ..judged("2", ONE, APPROVE) };
    let (case, _) = live(
        new_case(&["1", "2"]),
        &[
            judgement(vec![judged("1", ONE, Decision::Apply), two()], ChangedBy::Daemon),
            Event::FactsChanged { record: id("1"), difference: Vec::new() },
            judgement(vec![judged("1", ONE, APPROVE), two()], ChangedBy::Daemon),
            approved("ann"),
        ],
    );
    assert_eq!(
        case.state,
        CaseState::AwaitingApproval,
        "all that wait were judged again, and two must approve"
    );
}

#[test]
fn approving_what_waits_does_not_close_what_a_person_has_to_decide() {
    let minor = ItemJudgement { decision: Decision::Person, ..judged("2", ONE, APPROVE) };
    let (case, ordered) = live(
        new_case(&["1", "2"]),
        &[judgement(vec![judged("1", ONE, APPROVE), minor], ChangedBy::Daemon), approved("ann")],
    );
    assert_eq!(ordered, ["reply/1 received", "notify/1", "close/1"]);
    assert_eq!(case.item(&id("2")).map(super::Item::outcome), Some(ItemOutcome::NeedsStaff));
}

#[test]
fn grace_ends_for_a_record_though_another_waits_for_approval() {
    let until = Some(now() + TimeDelta::hours(1));
    let both = Event::Judged(Judgement::Records {
        items: vec![judged("1", ONE, Decision::Apply), judged("2", ONE, APPROVE)],
        changed_by: ChangedBy::Daemon,
        grace_until: until,
        evidence_sha256: SEEN.to_owned(),
    });
    let (case, _) = live(new_case(&["1", "2"]), &[both]);
    assert_eq!(case.state, CaseState::AwaitingApproval);
    assert_eq!(live(case, &[Event::GraceOver]).1, ["close/1"]);
}

#[test]
fn what_the_desk_closed_is_not_declined_and_the_mail_of_a_finished_case_is_filed() {
    let differs = Event::ReadBack { record: id("1"), finding: ReadBackFinding::Differs(Vec::new()) };
    let apply = judgement(vec![judged("1", ONE, Decision::Apply)], ChangedBy::Daemon);
    let closed = closed("1");
    let (case, ordered) = live(new_case(&["1"]), &[apply.clone(), closed.clone(), differs]);
    assert_eq!(
        ordered,
        ["close/1", "read-back/1", "reply/1 received", "notify/1"],
        "the agency is told to wait"
    );
    let decline = Event::Declined { by: "ann".to_owned(), note: "no".to_owned() };
    assert!(case.transition(&decline, now()).is_err());

    let failed = Event::ReplyFailed { number: 1, reason: "550".to_owned() };
    let (case, _) = live(new_case(&["1"]), &[apply, closed, confirmed("1"), failed]);
    assert!(case.transition(&decline, now()).is_err(), "all its records are settled");
    let finish = Event::HandledByHand { by: "ann".to_owned(), note: "called".to_owned() };
    let (case, ordered) = live(case, &[finish]);
    assert_eq!((case.state, ordered), (CaseState::Done, vec!["finish-mail answered=false".to_owned()]));
}

#[test]
fn after_facts_changed_nothing_was_begun_so_the_agency_can_still_stop_it() {
    let changed = Event::FactsChanged { record: id("1"), difference: Vec::new() };
    let apply = judgement(vec![judged("1", ONE, Decision::Apply)], ChangedBy::Daemon);
    let (case, _) = live(new_case(&["1"]), &[apply, changed]);
    assert_eq!(
        live(case.clone(), &[Event::CancelAsked { sure: true, excess: Excess::default() }]).0.state,
        CaseState::Cancelled
    );
    // Somebody else closed it meanwhile: that is what the agency is told.
    let check = judgement(vec![judged("1", ONE, Decision::CheckOnly)], ChangedBy::Daemon);
    let (case, _) = live(case, &[check, confirmed("1")]);
    assert_eq!(case.item(&id("1")).map(super::Item::outcome), Some(ItemOutcome::AlreadyClosed));
}

#[test]
fn what_reads_back_differently_is_not_confirmed() {
    let differs = Event::ReadBack {
        record: id("1"),
        finding: ReadBackFinding::Differs(vec!["another agency has data".to_owned()]),
    };
    let (case, ordered) = live(
        new_case(&["1"]),
        &[judgement(vec![judged("1", ONE, Decision::Apply)], ChangedBy::Daemon), closed("1"), differs],
    );
    assert_eq!(case.state, CaseState::NeedsStaff);
    assert!(!ordered.iter().any(|key| key.contains("outcome")), "{ordered:?}");
    assert!(case.transition(&approved("ann"), now()).is_err(), "nothing is left to approve unseen");
}

#[test]
fn settled_records_are_answered_at_once_while_others_wait() {
    let (case, ordered) = live(
        new_case(&["1", "2"]),
        &[
            judgement(vec![judged("1", ONE, Decision::Apply), judged("2", ONE, APPROVE)], ChangedBy::Daemon),
            closed("1"),
            confirmed("1"),
        ],
    );
    assert_eq!(case.state, CaseState::AwaitingApproval);
    assert_eq!(ordered, ["close/1", "reply/1 received", "read-back/1", "reply/2 outcome", "notify/1"]);
    let (case, ordered) =
        live(case, &[approved("ann"), closed("2"), confirmed("2"), Event::ReplySent { number: 3 }]);
    assert_eq!(case.state, CaseState::Done);
    assert_eq!(ordered, ["close/2", "read-back/2", "reply/3 outcome", "finish-mail answered=true"]);
}

#[test]
fn a_cancel_stops_the_case_before_the_change_and_calls_a_person_after_it() {
    let waiting = live(new_case(&["1"]), &[judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Daemon)]).0;
    let (case, ordered) =
        live(waiting.clone(), &[Event::CancelAsked { sure: true, excess: Excess::default() }]);
    assert_eq!(case.state, CaseState::Cancelled);
    assert_eq!(ordered, ["take-mail/2", "reply/2 cancelled"]);
    assert_eq!(live(case, &[Event::ReplySent { number: 2 }]).1, ["finish-mail answered=true"]);

    let (case, _) = live(waiting.clone(), &[Event::CancelAsked { sure: false, excess: Excess::default() }]);
    assert_eq!(case.state, CaseState::NeedsStaff, "a doubtful cancel pauses the case");

    let (closing, _) = live(waiting, &[approved("ann")]);
    let order = Action::Close(Closing { record: id("1"), changes: Vec::new(), expected: Vec::new() });
    assert!(closing.wants(&order));
    let (case, _) = live(closing, &[Event::CancelAsked { sure: true, excess: Excess::default() }]);
    assert_eq!(case.state, CaseState::NeedsStaff);
    assert!(!case.wants(&order), "a closing not yet begun is dropped");
    let (case, _) = live(case, &[closed("1")]);
    assert_eq!(case.state, CaseState::NeedsStaff, "one that was under way is noted, and a person sees to it");
}

#[test]
fn who_could_not_be_verified_is_not_answered_until_staff_confirm_and_then_the_contact_is() {
    let case = Case::open(opening(&["1"], Standing::Unverified(Some(agency())), Mode::Live)).0;
    let (case, ordered) =
        live(case, &[judgement(vec![judged("1", ONE, Decision::Person)], ChangedBy::Daemon)]);
    assert_eq!((case.state, ordered), (CaseState::NeedsStaff, vec!["notify/1".to_owned()]));
    let approval = Event::Approved {
        by: "ann".to_owned(),
        evidence_sha256: SEEN.to_owned(),
        only: Vec::new(),
        contact: Some(address("director@agency.example")),
        note: None,
    };
    let (case, ordered) = live(case, &[approval, closed("1"), confirmed("1")]);
    assert_eq!(ordered, ["close/1", "read-back/1", "reply/1 outcome"]);
    assert_eq!(case.correspondent(), Some(&address("director@agency.example")));
}

#[test]
fn shadow_mode_looks_and_orders_nothing() {
    let (case, opened) = Case::open(opening(&["1"], Standing::Verified(agency()), Mode::Shadow));
    assert!(opened.is_empty());
    let (case, ordered) =
        live(case, &[judgement(vec![judged("1", ONE, Decision::Apply)], ChangedBy::Daemon)]);
    assert_eq!((case.state, ordered), (CaseState::Shadowed, Vec::<String>::new()));
    assert_eq!(case.item(&id("1")).and_then(|item| item.scenario), ONE);
}

#[test]
fn worklist_waits_for_a_fresh_read_or_a_named_persons_word() {
    let listed = live(
        new_case(&["1"]),
        &[judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Person), approved("ann")],
    )
    .0;
    assert_eq!(listed.state, CaseState::Worklist);
    assert_eq!(live(listed.clone(), &[confirmed("1")]).0.state, CaseState::Replying);
    let (case, ordered) = live(listed, &[attest("bob")]);
    assert_eq!((case.state, ordered), (CaseState::Worklist, vec!["read-back/1".to_owned()]));
    let (case, ordered) = live(case, &[word_stands("1")]);
    assert_eq!((case.state, ordered), (CaseState::Replying, vec!["reply/2 outcome".to_owned()]));
    let attested = case.item(&id("1")).and_then(|item| item.report.attested_by.clone());
    assert_eq!(attested.as_deref(), Some("bob"));
}

#[test]
fn whoever_asked_first_is_answered_even_if_a_colleague_was_faster_than_the_judge() {
    let joined =
        Event::NoticeJoined { tell: Some(address("omar@agency.example")), excess: Excess::default() };
    let (_, ordered) =
        live(new_case(&["1"]), &[joined, judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Daemon)]);
    assert_eq!(ordered, ["take-mail/2", "reply/1 joined", "reply/2 received", "notify/1"]);
}

#[test]
fn whatever_mail_of_a_case_held_too_much_is_remembered() {
    let too_much = Excess { personal_data: true, attachment: true };
    let joined = Event::NoticeJoined { tell: None, excess: too_much };
    assert_eq!(live(new_case(&["1"]), &[joined]).0.excess, too_much);
    let cancelled = Event::CancelAsked { sure: true, excess: too_much };
    assert_eq!(live(new_case(&["1"]), &[cancelled]).0.excess, too_much);

    let form = Excess { attachment: true, ..Excess::default() };
    let asked = Case { excess: form, ..live(new_case(&[]), &[Event::Judged(Judgement::MissingId)]).0 };
    let Event::AnswerArrived(plain) = answer(&["7"]) else { unreachable!("an answer") };
    let names = Answer { excess: Excess { personal_data: true, ..Excess::default() }, ..plain.clone() };
    assert_eq!(live(asked.clone(), &[Event::AnswerArrived(plain)]).0.excess, form);
    assert_eq!(live(asked, &[Event::AnswerArrived(names)]).0.excess, too_much);
}

#[test]
fn cases_and_events_that_were_stored_before_files_counted_are_read() {
    let mut case = serde_json::to_value(new_case(&["1"])).expect("JSON");
    let fields = case.as_object_mut().expect("an object");
    fields.remove("attachment").expect("there");
    fields.insert("personal_data".to_owned(), true.into());
    let case: Case = serde_json::from_value(case).expect("read");
    assert_eq!(case.excess, Excess { personal_data: true, attachment: false });
    let event: Event = serde_json::from_str(r#"{"cancel_asked":{"sure":true}}"#).expect("read");
    assert_eq!(event, Event::CancelAsked { sure: true, excess: Excess::default() });
}

#[test]
fn an_answer_names_the_records_or_calls_a_person() {
    let asked = live(new_case(&[]), &[Event::Judged(Judgement::MissingId)]).0;
    let (case, ordered) = live(asked.clone(), &[answer(&["7"])]);
    assert_eq!((case.state, ordered), (CaseState::Received, vec!["take-mail/2".to_owned()]));
    let (case, ordered) = live(case, &[judgement(vec![judged("7", ONE, APPROVE)], ChangedBy::Daemon)]);
    assert_eq!(case.state, CaseState::AwaitingApproval);
    assert_eq!(ordered, ["notify/1"], "the agency had its first reply");
    assert_eq!(live(asked, &[answer(&[])]).0.state, CaseState::NeedsStaff);
}

#[test]
fn a_missing_id_is_asked_for() {
    let (case, ordered) = live(new_case(&[]), &[Event::Judged(Judgement::MissingId)]);
    assert_eq!(
        (case.state, ordered),
        (CaseState::AwaitingInformation, vec!["reply/1 missing_id".to_owned()])
    );
}

#[test]
fn an_agency_that_does_not_answer_is_reminded_once_and_then_a_person_is_called() {
    let (asked, _) = live(new_case(&[]), &[Event::Judged(Judgement::MissingId)]);
    assert!(asked.transition(&Event::AnswerOverdue, now()).is_err(), "it was not reminded yet");
    let (reminded, ordered) = live(asked, &[Event::AgencyReminded]);
    assert_eq!(
        (reminded.state, ordered),
        (CaseState::AwaitingInformation, vec!["reply/2 missing_id_reminder".to_owned()])
    );
    assert!(reminded.transition(&Event::AgencyReminded, now()).is_err(), "once");
    assert_eq!(live(reminded.clone(), &[answer(&["7"])]).0.state, CaseState::Received);

    let (case, ordered) = live(reminded, &[Event::AnswerOverdue]);
    assert_eq!((case.state, ordered), (CaseState::NeedsStaff, vec!["notify/1".to_owned()]));
    // Looked at again it waits again, and the agency is not reminded a second time.
    let retry = Event::RetryAsked { by: "ann".to_owned() };
    let (case, ordered) = live(case, &[retry, Event::Judged(Judgement::MissingId)]);
    assert_eq!((case.state, ordered), (CaseState::AwaitingInformation, Vec::<String>::new()));
    assert!(case.transition(&Event::AgencyReminded, now()).is_err());
    assert_eq!(live(case, &[Event::AnswerOverdue]).0.state, CaseState::NeedsStaff);
}

fn doubtful() -> Case {
    let doubtful = Case { act: false, ..new_case(&["1"]) };
    live(doubtful, &[judgement(vec![judged("1", ONE, Decision::Person)], ChangedBy::Daemon)]).0
}

fn asked() -> Event {
    Event::AgencyAsked { by: "ann".to_owned(), contact: None }
}

#[test]
fn an_agency_that_is_asked_whether_to_go_ahead_says_so_and_a_person_still_approves() {
    let (case, ordered) = live(doubtful(), &[asked()]);
    assert_eq!((case.state, ordered), (CaseState::AwaitingInformation, vec!["reply/2 go_ahead".to_owned()]));
    assert!(case.transition(&approved("ann"), now()).is_err(), "not before the agency has answered");
    let yes = [says(Assent::Yes, &[]), judgement(vec![judged("1", ONE, Decision::Apply)], ChangedBy::Daemon)];
    let (case, _) = live(case, &yes);
    assert_eq!((case.state, case.act), (CaseState::AwaitingApproval, true));
    assert_eq!(live(case, &[approved("ann")]).0.state, CaseState::Closing);
}

#[test]
fn every_other_answer_to_whether_to_go_ahead_is_for_a_person() {
    for (answer, why) in [
        (says(Assent::No, &[]), "says no"),
        (says(Assent::Unsaid, &[]), "for a person to read"),
        (says(Assent::Yes, &["2"]), "another number"),
    ] {
        let case = live(doubtful(), &[asked(), answer]).0;
        assert_eq!((case.state, case.act), (CaseState::NeedsStaff, false), "{why}");
        assert!(case.reasons.iter().any(|reason| reason.contains(why)), "{why}: {:?}", case.reasons);
    }
}

#[test]
fn a_question_that_is_not_answered_is_asked_once_more() {
    let (case, ordered) = live(doubtful(), &[asked(), Event::AgencyReminded]);
    assert_eq!(ordered, ["reply/2 go_ahead", "reply/3 go_ahead_reminder"]);
    assert_eq!(live(case, &[Event::AnswerOverdue]).0.state, CaseState::NeedsStaff);
}

#[test]
fn only_an_agency_that_can_answer_is_asked() {
    let why = |case: &Case, contact: Option<&str>| {
        let contact = contact.map(|address| MailAddress::parse(address).expect("an address"));
        let event = Event::AgencyAsked { by: "ann".to_owned(), contact };
        case.transition(&event, now())
            .map(|(next, _)| next.correspondent().cloned())
            .map_err(|error| error.why)
    };
    let of = |standing: Standing| Case { standing, ..doubtful() };
    assert!(why(&of(Standing::Stranger), None).is_err_and(|why| why.contains("no agency's roster")));
    let unverified = of(Standing::Unverified(Some(agency())));
    assert!(why(&unverified, None).is_err_and(|why| why.contains("has no contact")));
    let contact = MailAddress::parse("director@alder.example").expect("an address");
    assert_eq!(
        why(&unverified, Some("director@alder.example")),
        Ok(Some(contact)),
        "never the mail's own address"
    );
    let applied = judgement(vec![judged("1", ONE, Decision::Apply)], ChangedBy::Daemon);
    let (closing, _) = live(new_case(&["1"]), &[applied]);
    assert!(why(&closing, None).is_err());
}

#[test]
fn what_the_agency_writes_meanwhile_stops_everything_until_a_person_has_read_it() {
    let wrote = Event::AgencyWrote { elsewhere: None, excess: Excess::default() };
    let waiting = live(new_case(&["1"]), &[judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Daemon)]).0;
    let (case, ordered) = live(waiting, std::slice::from_ref(&wrote));
    assert_eq!(case.state, CaseState::NeedsStaff);
    assert_eq!(ordered, ["take-mail/2", "notify/2"]);
    assert!(case.transition(&approved("ann"), now()).is_err(), "what was seen does not hold this mail");
    let (_, ordered) = live(case, std::slice::from_ref(&wrote));
    assert_eq!(ordered, ["take-mail/3", "notify/3"], "told each time");

    // Not judged yet: it is, and a person decides.
    let applied = judgement(vec![judged("1", ONE, Decision::Apply)], ChangedBy::Daemon);
    let (case, _) = live(new_case(&["1"]), std::slice::from_ref(&wrote));
    assert_eq!(case.state, CaseState::Received);
    for judged_as in [Decision::Apply, APPROVE, Decision::CheckOnly, Decision::Person] {
        let judged = judgement(vec![judged("1", ONE, judged_as)], ChangedBy::Daemon);
        let (case, ordered) = live(case.clone(), &[judged]);
        assert!(ordered.iter().all(|order| !order.starts_with("close")), "{judged_as:?}: {ordered:?}");
        let read_back = case.transition(&confirmed("1"), now()).map_or(case, |(next, _)| next);
        assert_eq!(read_back.state, CaseState::NeedsStaff, "{judged_as:?}: somebody has to read it");
    }
    // The change is ordered: it is no longer wanted.
    let (case, _) = live(new_case(&["1"]), &[applied, wrote]);
    let close = Action::Close(Closing { record: id("1"), changes: Vec::new(), expected: Vec::new() });
    assert!(!case.wants(&close));
}

#[test]
fn the_id_may_follow_before_it_is_asked_for_and_keeps_the_replacement() {
    let named = Case { new_records: vec![id("9")], ..new_case(&[]) };
    let (case, ordered) = live(named.clone(), &[answer(&["1"])]);
    assert_eq!((case.state, ordered), (CaseState::Received, vec!["take-mail/2".to_owned()]));
    assert_eq!(case.new_records, [id("9")]);
    let (case, _) = live(named, &[answer(&["9"])]);
    let judged = judgement(vec![judged("9", ONE, Decision::Apply)], ChangedBy::Daemon);
    assert!(case.state == CaseState::NeedsStaff || live(case, &[judged]).0.state == CaseState::NeedsStaff);
}

#[test]
fn a_question_that_came_back_is_asked_again_and_its_answer_waited_for() {
    let failed = Event::ReplyFailed { number: 2, reason: String::new() };
    let retry = Event::RetryAsked { by: "ann".to_owned() };
    let (case, _) = live(doubtful(), &[asked(), failed]);
    assert_eq!(case.state, CaseState::NeedsStaff);
    let (case, ordered) = live(case, &[retry]);
    assert_eq!((case.state, ordered.len()), (CaseState::AwaitingInformation, 1));
    assert_eq!(live(case, &[says(Assent::Yes, &[])]).0.state, CaseState::Received);
}

#[test]
fn a_reply_that_comes_back_does_not_stop_the_looking_up() {
    let failed = Event::ReplyFailed { number: 1, reason: String::new() };
    let answered = live(new_case(&[]), &[Event::Judged(Judgement::MissingId), answer(&["1"]), failed]).0;
    assert_eq!(answered.state, CaseState::Received);
    let (case, _) = live(answered, &[judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Daemon)]);
    assert_eq!(case.state, CaseState::NeedsStaff, "staff know of it, and can approve");
    assert!(case.transition(&approved("ann"), now()).is_ok());
}

#[test]
fn while_a_question_is_open_no_grace_runs_out() {
    let until = Some(now() + TimeDelta::hours(1));
    let both = Event::Judged(Judgement::Records {
        items: vec![judged("1", ONE, Decision::Apply), judged("2", ONE, APPROVE)],
        changed_by: ChangedBy::Daemon,
        grace_until: until,
        evidence_sha256: SEEN.to_owned(),
    });
    let (case, _) = live(new_case(&["1", "2"]), &[both, asked()]);
    assert_eq!(case.state, CaseState::AwaitingInformation);
    assert!(case.transition(&Event::GraceOver, now()).is_err());
}

#[test]
fn nobody_is_reminded_who_owes_no_answer() {
    let waiting = live(new_case(&["1"]), &[judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Daemon)]).0;
    for case in [new_case(&["1"]), waiting] {
        for event in [Event::AgencyReminded, Event::AnswerOverdue] {
            assert!(case.transition(&event, now()).is_err(), "{:?}: {event:?}", case.state);
        }
    }
}

#[test]
fn a_reply_that_fails_calls_a_person_and_can_be_sent_again() {
    let sent = live(
        new_case(&["1"]),
        &[judgement(vec![judged("1", ONE, Decision::Apply)], ChangedBy::Daemon), closed("1"), confirmed("1")],
    )
    .0;
    let failed = Event::ReplyFailed { number: 1, reason: "550 no such user".to_owned() };
    let (case, ordered) = live(sent, &[failed]);
    assert_eq!((case.state, ordered), (CaseState::NeedsStaff, vec!["notify/1".to_owned()]));
    let (case, _) = live(case, &[Event::RetryAsked { by: "ann".to_owned() }]);
    assert_eq!(case.state, CaseState::Replying);
    assert_eq!(live(case, &[Event::ReplySent { number: 1 }]).0.state, CaseState::Done);
}

#[test]
fn declining_ends_the_case_and_tells_the_agency_why() {
    let (case, ordered) = live(
        new_case(&["1"]),
        &[
            judgement(vec![judged("1", ONE, APPROVE)], ChangedBy::Daemon),
            Event::Declined { by: "ann".to_owned(), note: "please call".to_owned() },
        ],
    );
    assert_eq!(case.state, CaseState::Declined);
    assert!(ordered.contains(&"reply/2 declined".to_owned()));
    assert_eq!(case.items.iter().map(super::Item::outcome).collect::<Vec<_>>(), [ItemOutcome::Declined]);
}

/// A case in the world: what it ordered and is still to be done, and what was proved about each record.
#[derive(Clone)]
struct World {
    case: Case,
    orders: BTreeMap<String, Action>,
    proved: BTreeSet<ClientId>,
    undone: BTreeSet<ClientId>,
    closings: BTreeMap<ClientId, u32>,
    approvals: u32,
    reminders: u32,
}

/// Every event that could happen next: what the desk may report on its orders, and all that people may do.
fn next_events(world: &World) -> Vec<(Event, Option<String>)> {
    let mut events: Vec<(Event, Option<String>)> = Vec::new();
    for (key, action) in &world.orders {
        if !world.case.wants(action) {
            continue;
        }
        let outcomes = match action {
            Action::Close(closing) => vec![
                closed(closing.record.as_str()),
                Event::FactsChanged { record: closing.record.clone(), difference: Vec::new() },
                Event::CloseRefused { record: closing.record.clone(), reason: String::new() },
            ],
            Action::Undo { record, .. } => vec![
                Event::Undone { record: record.clone() },
                Event::UndoRefused { record: record.clone(), reason: String::new() },
            ],
            Action::ReadBack(record) => vec![
                confirmed(record.as_str()),
                word_stands(record.as_str()),
                read(record.as_str(), ReadBackFinding::Differs(Vec::new())),
                read(record.as_str(), ReadBackFinding::StillToDo(Vec::new())),
                read(record.as_str(), ReadBackFinding::Contradicts(Vec::new())),
            ]
            .into_iter()
            .chain(
                world
                    .case
                    .item(record)
                    .filter(|item| item.step == super::Step::Worklist)
                    .map(|_| Event::FactsChanged { record: record.clone(), difference: Vec::new() }),
            )
            .collect(),
            Action::EndGrace(_) => vec![Event::GraceOver],
            Action::Reply { number, .. } => vec![
                Event::ReplySent { number: *number },
                Event::ReplyFailed { number: *number, reason: String::new() },
            ],
            Action::TakeMail(_) | Action::NotifyStaff(_) | Action::FinishMail { .. } => Vec::new(),
        };
        events.extend(outcomes.into_iter().map(|event| (event, Some(key.clone()))));
    }
    // A reply that had left may come back.
    let came_back = Some(world.case.replies).filter(|last| *last > 0 && world.case.failed_replies.is_empty());
    events.extend(came_back.map(|number| (Event::ReplyFailed { number, reason: String::new() }, None)));
    let evidence = world.case.evidence_sha256.clone().unwrap_or_default();
    let by = "ann".to_owned();
    let mut people = vec![
        Event::CancelAsked { sure: true, excess: Excess::default() },
        Event::CancelAsked { sure: false, excess: Excess::default() },
        Event::Approved {
            by: by.clone(),
            evidence_sha256: evidence,
            only: Vec::new(),
            contact: None,
            note: None,
        },
        Event::Approved {
            by: by.clone(),
            evidence_sha256: "stale".to_owned(),
            only: Vec::new(),
            contact: None,
            note: None,
        },
        Event::Attested { by: by.clone(), record: None, note: None },
        Event::Declined { by: by.clone(), note: String::new() },
        Event::Stopped { by: by.clone(), note: None },
        Event::HandledByHand { by: by.clone(), note: String::new() },
        Event::RetryAsked { by: by.clone() },
        Event::UndoAsked { by: by.clone(), note: "a mistake".to_owned() },
        Event::StepTicked { by: by.clone(), record: id("1"), step: 0 },
        Event::StepUnticked { by: by.clone(), record: id("1"), step: 0 },
        Event::HandRecorded { by, record: None, did: Did::NotClosed },
        Event::AgencyReminded,
        Event::AnswerOverdue,
        answer(&["1"]),
        answer(&[]),
        says(Assent::Yes, &[]),
        says(Assent::No, &[]),
    ];
    // Once more is as good as for ever.
    if world.case.notices < 3 {
        people.push(Event::AgencyWrote { elsewhere: None, excess: Excess::default() });
    }
    if world.case.replies < 3 {
        people.push(Event::AgencyAsked { by: "ann".to_owned(), contact: None });
    }
    for decision in [Decision::Apply, APPROVE, Decision::CheckOnly, Decision::Person] {
        for changed_by in [ChangedBy::Daemon, ChangedBy::Person] {
            let items =
                world.case.items.iter().map(|item| judged(item.record.as_str(), ONE, decision)).collect();
            people.push(judgement(items, changed_by));
        }
    }
    people.push(Event::Judged(Judgement::Person { reasons: Vec::new() }));
    if world.case.items.is_empty() {
        people.push(Event::Judged(Judgement::MissingId));
    }
    events.extend(people.into_iter().map(|event| (event, None)));
    events
}

#[expect(clippy::too_many_lines, reason = "what each event must not break, in one place")]
fn step(world: &World, event: &Event, by_order: Option<&String>) -> Option<World> {
    let (case, actions) = world.case.transition(event, now()).ok()?;
    let mut next = world.clone();
    let looks_again = matches!(
        event,
        Event::ReadBack { finding: ReadBackFinding::StillToDo(_) | ReadBackFinding::Contradicts(_), .. }
    );
    if let Some(key) = by_order.filter(|_| !looks_again) {
        next.orders.remove(key);
    }
    let applied_by_policy = matches!(event, Event::Judged(Judgement::Records { items, .. })
        if items.iter().all(|item| item.decision == Decision::Apply));
    if matches!(event, Event::Approved { .. }) {
        next.approvals += 1;
    }
    match event {
        Event::ReadBack { record, finding: ReadBackFinding::Confirmed(_) } => {
            next.proved.insert(record.clone());
        }
        Event::ReadBack { record, finding: ReadBackFinding::Attested(_) } => {
            let attested = world.case.item(record).is_some_and(|item| item.attested.is_some());
            assert!(attested, "taken at nobody's word");
            next.proved.insert(record.clone());
        }
        Event::AgencyAsked { .. } => next.reminders = 0,
        Event::Undone { record } => {
            assert!(next.undone.insert(record.clone()), "undone twice");
            next.proved.remove(record);
        }
        Event::Attested { .. }
        | Event::Judged(_)
        | Event::NoticeJoined { .. }
        | Event::AnswerArrived(_)
        | Event::AgencyWrote { .. }
        | Event::CancelAsked { .. }
        | Event::Approved { .. }
        | Event::Declined { .. }
        | Event::Stopped { .. }
        | Event::HandledByHand { .. }
        | Event::RetryAsked { .. }
        | Event::UndoAsked { .. }
        | Event::StepTicked { .. }
        | Event::StepUnticked { .. }
        | Event::HandRecorded { .. }
        | Event::UndoRefused { .. }
        | Event::Noted { .. }
        | Event::GraceOver
        | Event::AgencyReminded
        | Event::AnswerOverdue
        | Event::Closed { .. }
        | Event::FactsChanged { .. }
        | Event::CloseRefused { .. }
        | Event::ReadBack { .. }
        | Event::ReplySent { .. }
        | Event::ReplyFailed { .. } => {}
    }
    for action in actions {
        match &action {
            Action::Close(closing) => {
                assert_ne!(
                    case.hold,
                    Some(super::Hold::Information),
                    "closed while a question is open: {event:?}"
                );
                *next.closings.entry(closing.record.clone()).or_default() += 1;
                assert!(
                    matches!(event, Event::Approved { .. } | Event::GraceOver) || applied_by_policy,
                    "closed without approval after {event:?}"
                );
                assert!(
                    !(applied_by_policy && world.case.person_only),
                    "applied though a person must decide"
                );
            }
            Action::Reply { kind: ReplyKind::Outcome(records), .. } => {
                for record in records {
                    assert!(
                        next.proved.contains(record),
                        "confirmed without read-back or attestation: {event:?}"
                    );
                }
            }
            Action::Reply { kind: ReplyKind::MissingIdReminder | ReplyKind::GoAheadReminder, .. } => {
                next.reminders += 1;
                assert_eq!(next.reminders, 1, "an agency is reminded once at most: {event:?}");
                assert_eq!(world.case.state, CaseState::AwaitingInformation, "it owes no answer: {event:?}");
            }
            Action::Reply { kind: ReplyKind::Undone(records), .. } => {
                assert!(records.iter().all(|record| next.undone.contains(record)), "{event:?}");
            }
            Action::Undo { record, .. } => {
                assert!(matches!(event, Event::UndoAsked { .. }), "undone though nobody asked: {event:?}");
                assert!(world.case.item(record).is_some_and(|item| item.changed && item.trace.is_some()));
                assert!(!next.undone.contains(record), "undone twice");
            }
            Action::TakeMail(_)
            | Action::ReadBack(_)
            | Action::EndGrace(_)
            | Action::Reply { .. }
            | Action::NotifyStaff(_)
            | Action::FinishMail { .. } => {}
        }
        next.orders.insert(action.key(case.id), action);
    }
    next.case = case;
    Some(next)
}

/// A case that is over stays as it is, whatever becomes of an undo, and a refused one changes nothing.
fn check_undo(before: &Case, after: &Case, event: &Event) {
    let outcome = |case: &Case, record| case.item(record).map(super::Item::outcome);
    if let Event::Undone { record } = event {
        assert_eq!(outcome(after, record), Some(ItemOutcome::NotClosed));
    } else if let Event::UndoRefused { record, .. } = event {
        assert_eq!(outcome(after, record), outcome(before, record));
    }
    if before.state.is_over() {
        assert_eq!((after.state, after.finished_at), (before.state, before.finished_at));
    }
}

/// Somebody or something always moves the case on.
fn assert_has_an_owner(world: &World, after: &Event) {
    let case = &world.case;
    let under_way = world.orders.values().any(|action| {
        case.wants(action)
            && !matches!(action, Action::TakeMail(_) | Action::NotifyStaff(_) | Action::FinishMail { .. })
    });
    let owned = case.state.is_over()
        || case.state.waits_for_staff()
        || matches!(case.state, CaseState::Received | CaseState::AwaitingInformation)
        || under_way;
    assert!(owned, "nobody moves {:?} on after {after:?}", case.state);
    let by = "ann".to_owned();
    let ends = [
        Event::HandledByHand { by: by.clone(), note: String::new() },
        approved("bob"),
        Event::RetryAsked { by },
    ];
    let can_be_moved_on = || {
        // What is being read back, or still to be looked up, moves by itself.
        under_way || ends.iter().any(|event| case.transition(event, now()).is_ok())
    };
    assert!(
        case.state != CaseState::NeedsStaff || can_be_moved_on(),
        "staff can do nothing: {case:?} after {after:?}"
    );
    assert_eq!(case.state.is_over(), case.finished_at.is_some(), "{:?} after {after:?}", case.state);
}

#[test]
fn no_order_of_events_breaks_a_promise() {
    explore(&["1"], 6, 10_000);
}

#[test]
fn no_order_of_events_breaks_a_promise_to_an_agency_that_named_no_record() {
    let states = explore(&[], 6, 1_000);
    for state in [CaseState::AwaitingInformation, CaseState::NeedsStaff, CaseState::Done] {
        assert!(states.contains(&state), "{state:?} was not reached");
    }
}

/// Lets everything happen to a new case in every order, `deep` events long. The states it reached.
fn explore(records: &[&str], deep: u32, at_least: u32) -> BTreeSet<CaseState> {
    let (case, actions) = Case::open(opening(records, Standing::Verified(agency()), Mode::Live));
    let orders = actions.into_iter().map(|action| (action.key(case.id), action)).collect();
    let start = World {
        case,
        orders,
        proved: BTreeSet::new(),
        undone: BTreeSet::new(),
        closings: BTreeMap::new(),
        approvals: 0,
        reminders: 0,
    };
    let mut states = BTreeSet::new();
    let mut queue = VecDeque::from([(start, 0)]);
    let mut seen = BTreeSet::new();
    let mut steps = 0_u32;
    while let Some((world, depth)) = queue.pop_front() {
        for (event, by_order) in next_events(&world) {
            let Some(mut next) = step(&world, &event, by_order.as_ref()) else { continue };
            steps += 1;
            assert_has_an_owner(&next, &event);
            check_undo(&world.case, &next.case, &event);
            states.insert(next.case.state);
            // What people said and ticked does not matter to what may happen next.
            next.case.reasons.clear();
            for item in &mut next.case.items {
                item.reasons.clear();
                item.since.clear();
                item.came_back = None;
                item.hindrance = None;
                item.last_read = None;
                item.ticks.clear();
            }
            let kept: Vec<_> = next.orders.keys().collect();
            let key = format!("{:?}{kept:?}{:?}{:?}", next.case, next.proved, next.undone);
            if depth < deep && seen.insert(super::sha256_of(&key)) {
                queue.push_back((next, depth + 1));
            }
        }
    }
    assert!(steps > at_least, "the exploration went somewhere: {steps} steps");
    states
}
