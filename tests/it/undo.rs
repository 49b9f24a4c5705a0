//! A closing set back, a worklist ticked off, and what staff did by hand in shadow mode: with the real daemon and the real
//! commands on a Maildir.

use std::time::Duration;

use roi_desk::{
    clock::Clock,
    config,
    domain::CaseId,
    engine::{self, Casebook, EngineError, staff::StaffDecision},
    store::Store,
};
use serde_json::Value;

use crate::{
    postgres::Postgres,
    site::{Letter, Site, plain, until},
};

const REVOKED: &str = "Client 1000001 revoked consent, please close the record.";

/// Two records of Alder's that it alone has data in, the first with visibility granted to Dogwood by two sources; one that
/// Birch has data in as well.
const RECORDS: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias) VALUES
        ('1000001', 'alder', 'open', FALSE, FALSE, 'SHARED'), ('1000002', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000003', 'alder', 'open', FALSE, FALSE, '');
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
        ('test', 'enrollment', 'a1', '1000001', 'alder-night'), ('test', 'enrollment', 'a2', '1000002', 'alder'),
        ('test', 'enrollment', 'b2', '1000002', 'birch'), ('test', 'note', 'a3', '1000003', 'alder');
    INSERT INTO hmis_grant (source, record_id, agency_id) VALUES
        ('test', '1000001', 'dogwood'), ('other', '1000001', 'dogwood');";

const BIRCH_ENTERS: &str = "INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('test', 'note', 'late', '1000001', 'birch')";

fn notice<'a>(from: &'a str, body: &'a str) -> Letter<'a> {
    Letter { from, subject: "revoked consent", body, dmarc: "pass", headers: "" }
}

async fn site() -> Site {
    let site = Site::on_files().await;
    site.hmis(RECORDS).await;
    site
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn shown(site: &Site, case: &str) -> Value {
    site.json(&["case", "show", case]).into_iter().next().unwrap_or_default()
}

fn only_case(site: &Site) -> Value {
    let cases = site.json(&["case", "list"]);
    assert_eq!(cases.len(), 1, "{cases:#?}");
    cases.into_iter().next().unwrap_or_default()
}

fn events(case: &Value) -> Vec<String> {
    let rows = case.get("history").and_then(Value::as_array).into_iter().flatten();
    rows.map(|row| text(row, "event").to_owned()).collect()
}

fn replies_saying(site: &Site, words: &str) -> usize {
    site.sent().iter().filter(|mail| plain(mail).contains(words)).count()
}

async fn reaches(site: &Site, case: &str, pointer: &str, wanted: &str) {
    let reached = until(Duration::from_secs(30), || at(&shown(site, case), pointer) == wanted).await;
    assert!(reached, "{pointer} is not {wanted}: {:#}\n{}", shown(site, case), site.log());
}

/// Every row of the HMIS that a closing may change or an undo looks at.
async fn rows(site: &Site) -> Vec<String> {
    site.texts(
        "SELECT 'record ' || record_id || ' ' || sharing || ' ' || COALESCE('[' || alias || ']', 'NULL') FROM hmis_record
         UNION ALL SELECT 'grant ' || source || ' ' || record_id || ' ' || agency_id FROM hmis_grant
         UNION ALL SELECT 'data ' || source || ' ' || kind || ' ' || item_id || ' ' || record_id || ' ' || agency_id FROM hmis_data
         ORDER BY 1",
    )
    .await
}

/// The record closed by the desk, and the agency told so.
async fn closed(site: &Site) -> String {
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    site.at_rest(1).await;
    let case = only_case(site);
    assert_eq!((text(&case, "state"), at(&case, "/items/0/outcome")), ("done", "closed"), "{case:#}");
    text(&case, "case").to_owned()
}

async fn a_mistake_is_set_back(site: Site) {
    let before = rows(&site).await;
    let daemon = site.serve();
    let case = closed(&site).await;
    assert_ne!(rows(&site).await, before);
    let finished_at = text(&shown(&site, &case), "finished_at").to_owned();

    assert_eq!(site.output(&["case", "undo", &case, "--note", " "]).status.code(), Some(2));
    site.run(&["case", "undo", &case, "--note", "it was about another client"]);
    reaches(&site, &case, "/items/0/undo/state", "done").await;
    site.at_rest(1).await;
    assert_eq!(rows(&site).await, before, "row by row as it was");
    let case_now = shown(&site, &case);
    assert_eq!(
        (text(&case_now, "state"), text(&case_now, "finished_at"), at(&case_now, "/items/0/outcome")),
        ("done", finished_at.as_str(), "not_closed")
    );
    let told: Vec<String> = site
        .sent()
        .into_iter()
        .filter(|mail| plain(mail).contains("was closed to statewide data sharing by mistake"))
        .collect();
    assert_eq!(told.len(), 1, "{:#?}", site.sent());
    assert!(
        told.iter().all(|mail| mail.contains("To: jane@alder.example") && !mail.contains("another client"))
    );
    let tail: Vec<String> = events(&case_now).into_iter().rev().take(3).collect();
    assert_eq!(tail, ["reply_sent", "undone", "undo_asked"]);
    let by = case_now.get("history").and_then(Value::as_array).into_iter().flatten();
    assert!(
        by.filter(|row| text(row, "event") == "undo_asked")
            .all(|row| text(row, "actor").starts_with("staff:"))
    );

    let again = site.output(&["case", "undo", &case, "--note", "once more"]);
    assert_eq!(again.status.code(), Some(1), "never twice");
    assert!(String::from_utf8_lossy(&again.stderr).contains("it was undone already"));
    daemon.stop().await;
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_by_mistake_is_set_back_row_by_row_and_the_agency_is_told() {
    a_mistake_is_set_back(site().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_so_it_is_on_postgresql() {
    let server = Postgres::start();
    let site = Site::on_files_and(&server).await;
    site.hmis(RECORDS).await;
    a_mistake_is_set_back(site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_somebody_entered_something_the_undo_is_refused_and_staff_are_told_why() {
    let site = site().await;
    let daemon = site.serve();
    let case = closed(&site).await;
    let told = replies_saying(&site, "its closing was not undone");
    site.hmis(BIRCH_ENTERS).await;
    let closed = rows(&site).await;
    site.run(&["case", "undo", &case, "--note", "it was about another client"]);
    reaches(&site, &case, "/items/0/undo/state", "refused").await;
    site.at_rest(1).await;
    assert_eq!(rows(&site).await, closed, "nothing was changed");
    let case_now = shown(&site, &case);
    let why = at(&case_now, "/items/0/undo/reason");
    assert!(why.contains("something was entered in it") && why.contains("vice-versa"), "{why}");
    assert_eq!((text(&case_now, "state"), at(&case_now, "/items/0/outcome")), ("done", "closed"));
    assert_eq!(replies_saying(&site, "by mistake"), 0, "the agency hears nothing");
    assert_eq!(replies_saying(&site, "its closing was not undone"), told + 1, "{:#?}", site.sent());
    daemon.stop().await;
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_another_notice_relies_on_the_closed_record_it_stays_closed() {
    let site = site().await;
    let daemon = site.serve();
    let case = closed(&site).await;
    site.deliver("2", &notice("omar@alder.example", REVOKED).mail("two"));
    site.at_rest(2).await;
    let closed = rows(&site).await;
    site.run(&["case", "undo", &case, "--note", "it was about another client"]);
    reaches(&site, &case, "/items/0/undo/state", "refused").await;
    daemon.stop().await;
    assert!(at(&shown(&site, &case), "/items/0/undo/reason").contains("is about the same record"));
    assert_eq!(rows(&site).await, closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_whose_outcome_is_lost_is_found_made_by_the_next_daemon() {
    let site = site().await;
    let before = rows(&site).await;
    let daemon = site.serve();
    let case = closed(&site).await;
    daemon.stop().await;
    site.run(&["case", "undo", &case, "--note", "it was about another client"]);
    // The daemon began the attempt, set the record back, and died before it could note that.
    let key = format!("{case}/undo/1000001/1");
    site.damage(&format!(
        "UPDATE actions SET state = 'started', attempts = 1 WHERE key = '{key}';
         INSERT INTO attempts (action, number, begun_at) VALUES ('{key}', 1, 0)"
    ))
    .await;
    site.hmis(
        "UPDATE hmis_record SET sharing = 'open', alias = 'SHARED' WHERE record_id = '1000001';
         INSERT INTO hmis_grant (source, record_id, agency_id) VALUES
            ('test', '1000001', 'dogwood'), ('other', '1000001', 'dogwood')",
    )
    .await;
    assert_eq!(rows(&site).await, before);
    let daemon = site.serve();
    reaches(&site, &case, "/items/0/undo/state", "done").await;
    site.at_rest(1).await;
    daemon.stop().await;
    assert_eq!(rows(&site).await, before, "not a second time");
    assert_eq!(replies_saying(&site, "by mistake"), 1);
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_undoing_the_daemon_ends_it_once() {
    let site = site().await;
    let before = rows(&site).await;
    // The HMIS counts how often the record's sharing is changed.
    site.hmis(
        "CREATE TABLE changes (record_id TEXT NOT NULL);
         CREATE TRIGGER count_changes AFTER UPDATE OF sharing ON hmis_record
            BEGIN INSERT INTO changes VALUES (NEW.record_id); END;",
    )
    .await;
    let daemon = site.serve();
    let case = closed(&site).await;
    site.run(&["case", "undo", &case, "--note", "it was about another client"]);
    let mut daemon = Some(daemon);
    for _ in 0..5 {
        // At another moment each time, until it is over.
        until(Duration::from_millis(60), || at(&shown(&site, &case), "/items/0/undo/state") == "done").await;
        if let Some(daemon) = daemon.take() {
            daemon.kill();
        }
        daemon = Some(site.serve());
    }
    reaches(&site, &case, "/items/0/undo/state", "done").await;
    site.at_rest(1).await;
    if let Some(daemon) = daemon {
        daemon.stop().await;
    }
    assert_eq!(site.count("SELECT COUNT(*) FROM changes").await, 2, "closed once and opened once");
    assert_eq!(rows(&site).await, before);
    assert_eq!(events(&shown(&site, &case)).iter().filter(|event| *event == "undone").count(), 1);
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_worklist_each_step_is_ticked_by_name_and_the_last_has_the_record_read() {
    let site = site().await;
    site.reconfigure("scenario_1 = \"apply\"", "scenario_1 = \"approve\"");
    site.reconfigure("changes = \"apply\"", "changes = \"worklist\"");
    // Only the last tick has the record looked at before the test gives up.
    site.reconfigure("poll_every = \"1s\"", "poll_every = \"10m\"");
    site.deliver(
        "1",
        &notice("jane@alder.example", "Client 1000003 revoked consent, please close the record.").mail("one"),
    );
    let daemon = site.serve();
    site.at_rest(1).await;
    let case = text(&only_case(&site), "case").to_owned();
    site.run(&["case", "approve", &case]);
    let looked = until(Duration::from_secs(30), || {
        let now = shown(&site, &case);
        let actions = now.get("actions").and_then(Value::as_array).into_iter().flatten();
        actions.filter(|row| text(row, "kind") == "read_back").any(|row| text(row, "state") == "retrying")
    })
    .await;
    assert!(looked, "{:#}", shown(&site, &case));

    let tick = |step: &str, more: &[&str]| {
        let mut all = vec!["case", "tick", &case, "--record", "1000003", "--step", step];
        all.extend(more);
        site.output(&all).status.code()
    };
    assert_eq!(
        (tick("1", &[]), tick("1", &[]), tick("3", &[]), tick("0", &[])),
        (Some(0), Some(1), Some(1), Some(2))
    );
    let words = site.run(&["case", "show", &case]);
    assert!(words.contains("1. close statewide data sharing (done by "), "{words}");
    assert_eq!((tick("1", &["--undo"]), tick("1", &[])), (Some(0), Some(0)));
    assert!(!at(&shown(&site, &case), "/items/0/steps/0/ticked_by").is_empty());
    assert_eq!(at(&shown(&site, &case), "/items/0/steps/1/ticked_by"), "");
    site.hmis(
        "UPDATE hmis_record SET sharing = 'closed', alias = 'CLOSED/NOT SHARED' WHERE record_id = '1000003'",
    )
    .await;
    assert_eq!(text(&shown(&site, &case), "state"), "worklist");
    assert_eq!(tick("2", &[]), Some(0));
    reaches(&site, &case, "/state", "done").await;
    let not_ours = site.output(&["case", "undo", &case, "--note", "a mistake"]);
    daemon.stop().await;
    assert!(
        String::from_utf8_lossy(&not_ours.stderr).contains("in the HMIS by hand"),
        "a person made the change"
    );
    assert_eq!(replies_saying(&site, "only your agency has visibility"), 1);
    assert_eq!(replies_saying(&site, "a member of the helpdesk staff has confirmed"), 0, "it was read back");
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attested_closing_is_worded_as_such_and_names_the_person_to_staff_only() {
    let site = site().await;
    site.reconfigure("scenario_1 = \"apply\"", "scenario_1 = \"approve\"");
    site.reconfigure("changes = \"apply\"", "changes = \"worklist\"");
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    let case = text(&only_case(&site), "case").to_owned();
    site.run(&["case", "approve", &case]);
    reaches(&site, &case, "/state", "worklist").await;
    // What the HMIS shows to be false is nobody's word to give.
    site.run(&["case", "attest", &case]);
    let refused = until(Duration::from_secs(30), || {
        site.run(&["case", "show", &case]).contains("but the HMIS shows: It is still shared statewide.")
    })
    .await;
    assert!(refused, "{}", site.run(&["case", "show", &case]));
    let now = shown(&site, &case);
    assert_eq!((text(&now, "state"), replies_saying(&site, "your agency has visibility")), ("worklist", 0));
    assert_eq!(at(&now, "/items/0/last_read/still/0"), "It is still shared statewide.");
    // What cannot be seen is.
    site.hmis(
        "UPDATE hmis_record SET sharing = 'unknown', alias = 'CLOSED/NOT SHARED' WHERE record_id = '1000001';
         DELETE FROM hmis_grant WHERE record_id = '1000001'",
    )
    .await;
    site.run(&["case", "attest", &case, "--record", "1000001"]);
    reaches(&site, &case, "/state", "done").await;
    daemon.stop().await;
    let by = at(&shown(&site, &case), "/items/0/attested_by").to_owned();
    assert!(!by.is_empty() && site.run(&["case", "show", &case]).contains(&format!("attested by {by}")));
    let worded: Vec<String> = site
        .sent()
        .into_iter()
        .filter(|mail| plain(mail).contains("a member of the helpdesk staff has confirmed"))
        .collect();
    assert_eq!(worded.len(), 1);
    assert!(
        worded.iter().all(
            |mail| plain(mail).contains("was not read back") && !plain(mail).contains(&format!(" {by} "))
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_agency_entered_meanwhile_outweighs_a_word_and_half_a_change_stays_in_hand() {
    let site = site().await;
    site.reconfigure("scenario_1 = \"apply\"", "scenario_1 = \"approve\"");
    site.reconfigure("changes = \"apply\"", "changes = \"worklist\"");
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    let case = text(&only_case(&site), "case").to_owned();
    site.run(&["case", "approve", &case]);
    // Half of it is made: the flag is missing yet (dogwood's grant too).
    site.hmis("UPDATE hmis_record SET sharing = 'closed' WHERE record_id = '1000001'").await;
    let still = until(Duration::from_secs(30), || {
        let shown = site.run(&["case", "show", &case]);
        shown.contains("still to be done: ")
            && !shown.contains("sharing is still open. ")
            && shown.contains("still stands.")
    })
    .await;
    assert!(still, "{}", site.run(&["case", "show", &case]));
    assert_eq!(text(&shown(&site, &case), "state"), "worklist");
    site.hmis(
        "UPDATE hmis_record SET sharing = 'unknown' WHERE record_id = '1000001';
         INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id)
            VALUES ('test', 'service', 'late', '1000001', 'birch')",
    )
    .await;
    site.run(&["case", "attest", &case]);
    let back = until(Duration::from_secs(30), || {
        let shown = site.run(&["case", "show", &case]);
        shown.contains("more agencies have data in it") && !shown.contains("to be looked up")
    })
    .await;
    assert!(back, "{}", site.run(&["case", "show", &case]));
    daemon.stop().await;
    assert_eq!(replies_saying(&site, "your agency has visibility"), 0);
    assert_ne!(text(&shown(&site, &case), "state"), "done");
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_shadow_mode_staff_record_what_they_did_and_see_how_far_they_agree() {
    let site = site().await;
    site.reconfigure("mode = \"live\"", "mode = \"shadow\"");
    for (number, record) in ["1000001", "1000002", "1000003", "9999999"].iter().enumerate() {
        let body = format!("Client {record} revoked consent, please close the record.");
        let name = number.to_string();
        site.deliver(&name, &notice("jane@alder.example", &body).mail(&name));
    }
    let daemon = site.serve();
    site.at_rest(4).await;
    daemon.stop().await;
    let did = |record: &str, did: &str| {
        let cases = site.json(&["case", "list", "--record", record]);
        let case = cases.first().map(|case| text(case, "case").to_owned()).unwrap_or_default();
        site.run(&["case", "did", &case, "--did", did]);
        case
    };
    did("1000001", "not-closed");
    did("1000001", "closed-scenario-1");
    let other = did("1000002", "closed-scenario-1");
    did("9999999", "not-closed");
    let agreement = site.json(&["case", "agreement"]).into_iter().next().unwrap_or_default();
    let figures = |pointer: &str| -> Vec<u64> {
        let row = agreement.pointer(pointer);
        ["cases", "records", "recorded", "agree", "disagree", "person"]
            .iter()
            .filter_map(|field| row?.get(field)?.as_u64())
            .collect()
    };
    assert_eq!(figures("/total"), [4, 4, 3, 1, 1, 1], "{agreement:#}");
    assert_eq!(figures("/by_finding/closed_scenario_1"), [2, 2, 1, 1, 0, 0]);
    assert_eq!(figures("/by_finding/closed_scenario_2"), [1, 1, 1, 0, 1, 0]);
    assert_eq!(figures("/by_agency/0"), [4, 4, 3, 1, 1, 1]);
    assert_eq!(
        (
            at(&agreement, "/by_agency/0/agency"),
            at(&agreement, "/disagreements/0/case"),
            at(&agreement, "/disagreements/0/desk")
        ),
        ("alder", other.as_str(), "closed_scenario_2")
    );
    assert_eq!(agreement.pointer("/disagreements").and_then(Value::as_array).map(Vec::len), Some(1));
    assert!(site.run(&["case", "agreement"]).contains("closed as Scenario 2"));
    assert_eq!(events(&shown(&site, &other)).iter().filter(|event| *event == "hand_recorded").count(), 1);
    assert_eq!(at(&shown(&site, &other), "/items/0/did/did"), "closed_scenario_1");
    let undo = site.output(&["case", "undo", &other, "--note", "a mistake"]);
    assert!(String::from_utf8_lossy(&undo.stderr).contains("shadow mode"));
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_decides_on_what_they_saw_is_told_when_it_is_no_longer_so_but_a_remark_always_fits() {
    let site = site().await;
    site.reconfigure("scenario_1 = \"apply\"", "scenario_1 = \"approve\"");
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    daemon.stop().await;
    let id: CaseId = text(&only_case(&site), "case").parse().expect("a case number");
    let configuration = config::load(&site.config(), std::iter::empty()).expect("it is sound");
    let store = Store::open(&configuration.database.address).await.expect("the store opens");
    let book = Casebook::new(store, engine::site(&configuration).expect("sound"), Clock::system())
        .await
        .expect("opened");
    let version = async || book.store.case(id).await.expect("read").expect("there").version;
    let seen = version().await;

    let note = || StaffDecision::Note { note: "called the agency".to_owned() };
    book.decide_seen(id, "ann", seen, note()).await.expect("a remark");
    book.decide_seen(id, "bob", seen, note()).await.expect("a remark fits any version");
    assert_eq!(version().await, seen + 2);
    let approve = || StaffDecision::Approve { evidence_sha256: None, only: Vec::new(), note: None };
    let stale = book.decide_seen(id, "ann", seen, approve()).await;
    assert!(
        matches!(&stale, Err(EngineError::Stale { case, seen: then, now }) if *case == id && *then == seen && *now == seen + 2),
        "{stale:?}"
    );
    // Of two who saw the same and decide at once, one wins.
    let seen = version().await;
    let decline = StaffDecision::Decline { note: "please call".to_owned() };
    let (one, other) = tokio::join!(
        book.decide_seen(id, "ann", seen, approve()),
        book.decide_seen(id, "bob", seen, decline)
    );
    let lost: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
    assert!(matches!(lost.as_slice(), [EngineError::Stale { .. }]), "{lost:?}");
    book.store.close().await;
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_that_came_back_is_not_sent_again_once_the_record_is_set_back() {
    let site = site().await;
    let daemon = site.serve();
    let case = closed(&site).await;
    let confirmations = || replies_saying(&site, "only your agency has visibility");
    assert_eq!(confirmations(), 1);
    let id = site
        .sent()
        .iter()
        .find_map(|mail| mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).map(str::to_owned));
    let bounce = format!(
        "From: <MAILER-DAEMON@mx.helpdesk.example>\r\nTo: <helpdesk@helpdesk.example>\r\nSubject: Undelivered\r\n\
         Date: Fri, 20 Nov 2026 10:00:00 -0600\r\nMessage-ID: <bounce@mx.helpdesk.example>\r\nReturn-Path: <>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.helpdesk.example\r\n\r\n\
         Final-Recipient: rfc822; jane@alder.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {}\r\nSubject: x\r\n\r\nx\r\n--b--\r\n",
        id.unwrap_or_default()
    );
    site.deliver("2", bounce.as_bytes());
    site.at_rest(2).await;
    assert!(events(&shown(&site, &case)).contains(&"reply_failed".to_owned()), "{:#}", shown(&site, &case));
    site.run(&["case", "undo", &case, "--note", "it was about another client"]);
    reaches(&site, &case, "/items/0/undo/state", "done").await;
    site.run(&["case", "retry", &case]);
    site.at_rest(2).await;
    daemon.stop().await;
    let now = shown(&site, &case);
    let actions = now.get("actions").and_then(Value::as_array).into_iter().flatten();
    let first =
        actions.filter(|row| text(row, "key").ends_with("/reply/1")).map(|row| text(row, "state")).next();
    assert_eq!(first, Some("dropped"), "{now:#}");
    assert_eq!((confirmations(), replies_saying(&site, "by mistake")), (1, 1));
    site.run(&["db", "verify"]);
}
