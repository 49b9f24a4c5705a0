//! Where there is a doubt, the desk does less and a person decides: odd senders, odd answers, odd moments.

use std::time::Duration;

use serde_json::Value;

use crate::site::{Letter, Site, plain, until};

const REVOKED: &str = "Client 1000001 revoked consent, please close the record.";

const RECORDS: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias) VALUES
        ('1000001', 'alder', 'open', FALSE, FALSE, 'SHARED'), ('1000002', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000004', 'alder', 'closed', FALSE, FALSE, 'CLOSED/NOT SHARED');
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
        ('test', 'enrollment', 'a1', '1000001', 'alder'), ('test', 'enrollment', 'a4', '1000004', 'alder'),
        ('test', 'enrollment', 'a2', '1000002', 'alder'), ('test', 'enrollment', 'b2', '1000002', 'birch');";

fn letter<'a>(from: &'a str, body: &'a str, dmarc: &'a str) -> Letter<'a> {
    Letter { from, subject: "revoked consent", body, dmarc, headers: "" }
}

async fn site(settings: &str) -> Site {
    let site = Site::on_files().await;
    site.hmis(RECORDS).await;
    site.reconfigure("scenario_1 = \"apply\"", settings);
    site
}

fn states(site: &Site) -> Vec<String> {
    let cases = site.json(&["case", "list"]);
    cases.iter().filter_map(|case| Some(case.get("state")?.as_str()?.to_owned())).collect()
}

async fn messages_are(site: &Site, count: usize) -> bool {
    until(Duration::from_secs(10), || site.json(&["mail", "list"]).len() == count).await
}

async fn closed(site: &Site, record: &str) -> i64 {
    site.count(&format!(
        "SELECT COUNT(*) FROM hmis_record WHERE sharing = 'closed' AND record_id = '{record}'"
    ))
    .await
}

/// All that was sent, as one text.
fn said(site: &Site) -> String {
    plain(&site.sent().join("\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn grace_ends_though_another_record_of_the_mail_waits_for_approval() {
    let site = site("scenario_1 = \"apply\"\nscenario_2 = \"approve\"\ngrace = \"2s\"").await;
    let body = "Clients 1000001 and 1000002 revoked consent, please close the records.";
    site.deliver("1", &letter("jane@alder.example", body, "pass").mail("one"));
    let _daemon = site.serve();
    assert!(messages_are(&site, 1).await);
    let over =
        until(Duration::from_secs(30), || said(&site).contains("only your agency has visibility")).await;
    assert!(over, "its grace is over, and it is never closed: {:?}", states(&site));
    assert_eq!((closed(&site, "1000001").await, closed(&site, "1000002").await), (1, 0));
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn back_in_shadow_mode_nothing_is_changed_or_sent() {
    let site = site("scenario_1 = \"approve\"").await;
    site.deliver("1", &letter("jane@alder.example", REVOKED, "pass").mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    daemon.stop().await;
    let sent = site.sent().len();
    site.reconfigure("mode = \"live\"", "mode = \"shadow\"");
    let _daemon = site.serve();
    site.run(&["case", "approve", "RD-1001"]);
    assert!(!until(Duration::from_secs(4), || site.sent().len() > sent).await, "a reply left in shadow mode");
    assert_eq!(closed(&site, "1000001").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn back_on_the_worklist_the_daemon_changes_nothing() {
    let site = site("scenario_1 = \"approve\"").await;
    site.deliver("1", &letter("jane@alder.example", REVOKED, "pass").mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    daemon.stop().await;
    site.reconfigure("changes = \"apply\"", "changes = \"worklist\"");
    let _daemon = site.serve();
    site.run(&["case", "approve", "RD-1001"]);
    let back = until(Duration::from_secs(30), || {
        site.run(&["case", "show", "RD-1001"]).contains("changes are made by a person now")
    })
    .await;
    assert!(back, "it goes back to be decided anew: {:?}", states(&site));
    assert_eq!(closed(&site, "1000001").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_notice_does_not_swallow_the_real_one() {
    let site = site("scenario_1 = \"approve\"").await;
    let _daemon = site.serve();
    site.deliver("1", &letter("jane@alder.example", REVOKED, "fail").mail("one"));
    assert!(messages_are(&site, 1).await);
    site.deliver("2", &letter("jane@alder.example", REVOKED, "pass").mail("two"));
    site.at_rest(2).await;
    assert!(
        said(&site).contains("To: jane@alder.example"),
        "the verified sender gets no reply at all: {:?}",
        states(&site)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_two_must_approve_a_doubt_does_not_make_it_one() {
    let site = site("scenario_1 = \"approve-twice\"").await;
    let _daemon = site.serve();
    site.deliver("1", &letter("jane@alder.example", REVOKED, "fail").mail("one"));
    assert!(messages_are(&site, 1).await);
    site.at_rest(1).await;
    site.run(&["case", "approve", "RD-1001"]);
    site.at_rest(1).await;
    assert_eq!(states(&site), ["needs_staff"], "one person's approval is not enough");
    assert_eq!(closed(&site, "1000001").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_written_to_stops_nobody_elses_mail() {
    let site = site("scenario_1 = \"approve\"").await;
    let _daemon = site.serve();
    site.deliver("1", &letter("joe@alder.example", REVOKED, "pass").mail("one"));
    assert!(messages_are(&site, 1).await);
    site.at_rest(1).await;
    // A further notice, whose writer the desk cannot write to: it stays in the way of all mail for ever.
    site.deliver("2", &letter("jan\u{e9}@alder.example", REVOKED, "pass").mail("two"));
    site.deliver("3", &letter("ann@alder.example", "How do I reset my password?", "pass").mail("three"));
    assert!(messages_are(&site, 3).await, "{}", site.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_case_of_an_unwritable_sender_does_not_hang_in_closing() {
    let site = site("scenario_1 = \"apply\"").await;
    let _daemon = site.serve();
    site.deliver("1", &letter("jane..doe@alder.example", REVOKED, "pass").mail("one"));
    assert!(messages_are(&site, 1).await);
    let told = until(Duration::from_secs(15), || states(&site).iter().all(|state| state != "closing")).await;
    assert!(told, "the record is closed, the case is not, and nobody is told: {}", site.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_found_by_the_record_that_the_answer_named() {
    let site = site("scenario_1 = \"approve\"").await;
    let _daemon = site.serve();
    let unnamed = "Our client revoked consent to share. Please close the record.";
    site.deliver("1", &letter("jane@alder.example", unnamed, "pass").mail("one"));
    assert!(messages_are(&site, 1).await);
    site.at_rest(1).await;
    let answer = Letter {
        subject: "Re: Please send us the client ID [RD-1001]",
        ..letter("jane@alder.example", REVOKED, "pass")
    };
    site.deliver("2", &answer.mail("two"));
    assert!(messages_are(&site, 2).await);
    site.at_rest(2).await;
    let cancel =
        "Please cancel our revocation request for client 1000001, the client did not revoke consent.";
    site.deliver("3", &letter("jane@alder.example", cancel, "pass").mail("three"));
    assert!(messages_are(&site, 3).await);
    site.at_rest(3).await;
    assert_eq!(site.json(&["case", "list", "--record", "1000001"]).len(), 1);
    assert_eq!(states(&site), ["cancelled"], "the agency's cancel does not reach its case");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bare_client_id_that_was_asked_for_is_an_answer() {
    let site = site("scenario_1 = \"approve\"").await;
    let _daemon = site.serve();
    let unnamed = "Our client revoked consent to share. Please close the record.";
    site.deliver("1", &letter("jane@alder.example", unnamed, "pass").mail("one"));
    assert!(messages_are(&site, 1).await);
    site.at_rest(1).await;
    let answer = Letter {
        subject: "Re: Please send us the client ID [RD-1001]",
        ..letter("jane@alder.example", "1000001", "pass")
    };
    site.deliver("2", &answer.mail("two"));
    assert!(messages_are(&site, 2).await);
    site.at_rest(2).await;
    assert_eq!(states(&site), ["awaiting_approval"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubtful_cancel_pauses_the_case() {
    let site = site("scenario_1 = \"approve\"").await;
    let _daemon = site.serve();
    site.deliver("1", &letter("jane@alder.example", REVOKED, "pass").mail("one"));
    assert!(messages_are(&site, 1).await);
    site.at_rest(1).await;
    let doubt = "I am not sure, maybe we should cancel the revocation request for client 1000001?";
    site.deliver("2", &letter("jane@alder.example", doubt, "pass").mail("two"));
    assert!(messages_are(&site, 2).await);
    site.at_rest(2).await;
    assert_eq!(states(&site), ["needs_staff"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_mirror_only_your_agency_rests_on_data_no_older_than_the_closing() {
    let site = site("scenario_1 = \"approve\"").await;
    site.reconfigure("role = \"live\"", "role = \"mirror\"");
    site.reconfigure("changes = \"apply\"", "changes = \"worklist\"");
    // Who has data was last seen twenty hours ago, when the record may have been open; that it is closed, now.
    site.hmis(
        "DELETE FROM hmis_source;
         INSERT INTO hmis_source (source, fact, as_of, complete) VALUES
            ('hud', 'data', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-20 hours'), TRUE);
         INSERT INTO hmis_source (source, fact, as_of, complete)
            SELECT 'report', value, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), TRUE
            FROM json_each('[\"creator\", \"sharing\", \"grants\", \"priority_list\", \"minor\", \"vsp\"]');",
    )
    .await;
    let _daemon = site.serve();
    let body = "Client 1000004 revoked consent, we closed the record. Please confirm.";
    site.deliver("1", &letter("jane@alder.example", body, "pass").mail("one"));
    assert!(messages_are(&site, 1).await);
    let waits =
        until(Duration::from_secs(30), || site.log().contains("only as of before it was seen closed")).await;
    assert!(waits, "{}", site.log());
    assert!(!said(&site).contains("only your agency has visibility"), "confirmed on old data");
    // The next filling is of one moment: now it can be said.
    site.hmis("UPDATE hmis_source SET as_of = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')").await;
    let said =
        until(Duration::from_secs(30), || said(&site).contains("only your agency has visibility")).await;
    assert!(said, "{}", site.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_the_desk_closed_is_not_reported_as_left_alone() {
    let site = site("scenario_1 = \"apply\"").await;
    site.hmis(
        "CREATE TRIGGER late AFTER UPDATE OF sharing ON hmis_record BEGIN
            INSERT INTO hmis_grant (source, record_id, agency_id) VALUES ('late', NEW.record_id, 'birch'); END;",
    )
    .await;
    let _daemon = site.serve();
    site.deliver("1", &letter("jane@alder.example", REVOKED, "pass").mail("one"));
    assert!(messages_are(&site, 1).await);
    site.at_rest(1).await;
    assert_eq!((states(&site), closed(&site, "1000001").await), (vec!["needs_staff".to_owned()], 1));
    let sent = said(&site);
    assert!(
        sent.contains("To: jane@alder.example"),
        "it waits for a person, and the agency has heard nothing"
    );
    site.output(&["case", "decline", "RD-1001", "--note", "no"]);
    site.at_rest(1).await;
    let case = site.json(&["case", "show", "RD-1001"]).pop().unwrap_or_default();
    assert_ne!(case.pointer("/items/0/outcome"), Some(&Value::from("declined")), "the desk has closed it");
    assert!(!said(&site).contains("will not make the change (1000001)"), "the change was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn db_verify_finds_no_fault_while_the_daemon_works() {
    let site = site("scenario_1 = \"apply\"").await;
    let mut rows = String::new();
    for number in 0..200 {
        let record = 2_000_000 + number;
        rows.push_str(&format!(
            "INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor)
                VALUES ('{record}', 'alder', 'open', FALSE, FALSE);"
        ));
        let body = format!("Client {record} revoked consent, please close the record.");
        site.deliver(
            &number.to_string(),
            &letter("jane@alder.example", &body, "pass").mail(&number.to_string()),
        );
    }
    site.hmis(&rows).await;
    let daemon = site.serve();
    for _ in 0..1000 {
        let verified = site.output(&["db", "verify"]);
        let said = String::from_utf8_lossy(&verified.stdout);
        assert!(verified.status.success(), "{said}");
        if said.contains("cases:    200 done") {
            break;
        }
    }
    daemon.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_not_clear_is_closed_only_for_the_records_a_person_names() {
    let site = site("scenario_1 = \"apply\"").await;
    site.deliver(
        "1",
        &letter("jane@alder.example", "Client 1000002 revoked consent. Please close the record.", "pass")
            .mail("one"),
    );
    let unclear =
        Letter { subject: "Client 1000002 revoked", ..letter("jane@alder.example", REVOKED, "pass") };
    site.deliver("2", &unclear.mail("two"));
    let _daemon = site.serve();
    site.at_rest(2).await;
    assert_eq!(states(&site), ["awaiting_approval", "needs_staff"]);
    let refused = site.output(&["case", "approve", "RD-1002"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--only"), "{refused:?}");
    site.run(&["case", "approve", "RD-1002", "--only", "1000001"]);
    let done =
        until(Duration::from_secs(30), || said(&site).contains("only your agency has visibility")).await;
    assert!(done, "{}", site.log());
    assert_eq!((closed(&site, "1000001").await, closed(&site, "1000002").await), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agencys_mail_in_another_language_is_left_alone_and_staff_are_told_at_once() {
    let site = site("scenario_1 = \"apply\"").await;
    let words = "S'il vous plaît, ne fermez pas ce dossier, elle a changé d'avis hier soir.";
    let french = |from| Letter { subject: "bonjour", ..letter(from, words, "pass") };
    site.deliver("1", &french("jane@alder.example").mail("one"));
    // Of strangers' mail, which may be anything, nobody is woken.
    site.deliver("2", &french("anybody@elsewhere.example").mail("two"));
    let daemon = site.serve();
    site.at_rest(2).await;
    let told =
        until(Duration::from_secs(30), || said(&site).contains("a language the desk does not read")).await;
    assert!(told, "{}", said(&site));
    daemon.stop().await;
    assert!(states(&site).is_empty());
    assert_eq!(site.sent().len(), 1, "to staff, once, and to nobody else");
    let possible = site.json(&["mail", "list", "--possible"]);
    assert_eq!(possible.len(), 2);
    site.run(&["db", "verify"]);
}
