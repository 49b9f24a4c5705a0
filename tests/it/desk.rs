//! What the desk promises, one story each, told with the real daemon and the real commands on a Maildir.

use std::{collections::BTreeSet, fs, time::Duration};

use serde_json::Value;

use crate::site::{Letter, Site, plain, read_all, until};

const REVOKED: &str = "Client 1000001 revoked consent, please close the record.";

fn notice<'a>(from: &'a str, body: &'a str) -> Letter<'a> {
    Letter { from, subject: "revoked consent", body, dmarc: "pass", headers: "" }
}

/// A record of Alder's that it alone has data in, and one that Birch has data in as well.
const RECORDS: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias) VALUES
        ('1000001', 'alder', 'open', FALSE, FALSE, 'SHARED'), ('1000002', 'alder', 'open', FALSE, FALSE, NULL);
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
        ('test', 'enrollment', 'a1', '1000001', 'alder'),
        ('test', 'enrollment', 'a2', '1000002', 'alder'), ('test', 'enrollment', 'b2', '1000002', 'birch');";

const BIRCH_ENTERS: &str = "INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('test', 'note', 'late', '1000001', 'birch')";

async fn site(settings: &str) -> Site {
    let site = Site::on_files().await;
    site.hmis(RECORDS).await;
    site.reconfigure("scenario_1 = \"apply\"", settings);
    site
}

fn only_case(site: &Site) -> Value {
    let cases = site.json(&["case", "list"]);
    assert_eq!(cases.len(), 1, "{cases:#?}");
    cases.into_iter().next().unwrap_or_default()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn first_item<'a>(case: &'a Value, field: &str) -> &'a Value {
    case.pointer(&format!("/items/0/{field}")).unwrap_or(&Value::Null)
}

fn events(case: &Value) -> Vec<&str> {
    case.get("history")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|row| text(row, "event"))
        .collect()
}

/// Replies that say these words, white space aside.
fn replies_saying(site: &Site, words: &str) -> usize {
    site.sent().iter().filter(|mail| plain(mail).contains(words)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_whose_facts_changed_after_queueing_is_not_closed_by_that_approval() {
    let site = site("scenario_1 = \"approve\"").await;
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    let case = only_case(&site);
    assert_eq!((text(&case, "state"), first_item(&case, "scenario")), ("awaiting_approval", &Value::from(1)));

    site.hmis(BIRCH_ENTERS).await;
    site.run(&["case", "approve", text(&case, "case"), "--evidence", text(&case, "evidence_sha256")]);
    site.at_rest(1).await;
    let case = only_case(&site);
    assert_eq!(site.count("SELECT COUNT(*) FROM hmis_record WHERE sharing = 'closed'").await, 0);
    assert_eq!((text(&case, "state"), first_item(&case, "scenario")), ("awaiting_approval", &Value::from(2)));
    let reasons = first_item(&case, "reasons").to_string();
    assert!(reasons.contains("1 more agencies have data"), "the difference is shown: {reasons}");
    let stale = site.output(&["case", "approve", text(&case, "case"), "--evidence", "0000"]);
    assert_eq!(stale.status.code(), Some(1));

    // Approved as it is now, it is closed as what it is now: Scenario 2.
    site.run(&["case", "approve", text(&case, "case"), "--evidence", text(&case, "evidence_sha256")]);
    site.at_rest(1).await;
    daemon.stop().await;
    assert_eq!(text(&only_case(&site), "state"), "done");
    assert_eq!(replies_saying(&site, "only your agency has visibility"), 0);
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn shadow_mode_says_what_it_would_do_and_touches_nothing() {
    let site = site("scenario_1 = \"apply\"").await;
    site.reconfigure("mode = \"live\"", "mode = \"shadow\"");
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    site.deliver("2", b"Subject: nobody sent this\r\n\r\nhello\r\n");
    let before: Vec<String> = names(&site, "Maildir/new");
    let daemon = site.serve();
    site.at_rest(2).await;
    daemon.stop().await;
    let case = only_case(&site);
    assert_eq!((text(&case, "state"), first_item(&case, "scenario")), ("shadowed", &Value::from(1)));
    assert_eq!(site.count("SELECT COUNT(*) FROM hmis_record WHERE sharing = 'closed'").await, 0);
    assert!(site.sent().is_empty());
    assert_eq!((names(&site, "Maildir/new"), names(&site, "Maildir/cur")), (before, Vec::new()));
    assert_eq!(case.get("actions").and_then(Value::as_array).map(Vec::len), Some(0));
}

fn names(site: &Site, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(site.path(folder)).expect("there");
    let names: BTreeSet<_> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.into_iter().collect()
}

async fn case_reaches(site: &Site, state: &str) {
    let reached = until(Duration::from_secs(30), || text(&only_case(site), "state") == state).await;
    assert!(reached, "not {state}: {:#}\n{}", only_case(site), site.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_worklist_the_confirmation_leaves_once_the_hmis_shows_the_change_a_person_made() {
    let site = site("scenario_1 = \"approve\"").await;
    site.reconfigure("changes = \"apply\"", "changes = \"worklist\"");
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    let case = only_case(&site);
    site.run(&["case", "approve", text(&case, "case")]);
    case_reaches(&site, "worklist").await;
    assert_eq!(
        site.count("SELECT COUNT(*) FROM hmis_record WHERE sharing = 'closed'").await,
        0,
        "a person does it"
    );
    assert_eq!(replies_saying(&site, "only your agency has visibility"), 0);

    site.hmis(
        "UPDATE hmis_record SET sharing = 'closed', alias = 'CLOSED/NOT SHARED' WHERE record_id = '1000001'",
    )
    .await;
    case_reaches(&site, "done").await;
    daemon.stop().await;
    assert_eq!(replies_saying(&site, "only your agency has visibility"), 1);
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_persons_word_releases_the_confirmation_and_the_reply_says_that_it_is_their_word() {
    let site = site("scenario_1 = \"approve\"").await;
    site.reconfigure("changes = \"apply\"", "changes = \"worklist\"");
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    let case = only_case(&site);
    site.run(&["case", "approve", text(&case, "case")]);
    case_reaches(&site, "worklist").await;
    site.hmis("UPDATE hmis_record SET sharing = 'unknown' WHERE record_id = '1000001'").await;
    site.run(&["case", "attest", text(&case, "case"), "--note", "done in the HMIS"]);
    case_reaches(&site, "done").await;
    daemon.stop().await;
    assert!(events(&only_case(&site)).contains(&"attested"));
    assert_eq!(replies_saying(&site, "was not read back"), 1, "{:#?}", site.sent());
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_cannot_approve_twice() {
    let site = site("scenario_1 = \"approve-twice\"").await;
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    let case = only_case(&site);
    site.run(&["case", "approve", text(&case, "case")]);
    let again = site.output(&["case", "approve", text(&case, "case")]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("another person must approve"));
    daemon.stop().await;
    assert_eq!(text(&only_case(&site), "state"), "awaiting_approval");
    assert_eq!(site.count("SELECT COUNT(*) FROM hmis_record WHERE sharing = 'closed'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleagues_notice_about_the_same_record_joins_the_case_and_is_told_so() {
    let site = site("scenario_1 = \"approve\"").await;
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    site.deliver("2", &notice("omar@alder.example", REVOKED).mail("two"));
    site.at_rest(2).await;
    let case = only_case(&site);
    assert!(events(&case).contains(&"notice_joined"));
    let to_omar = site.sent().iter().filter(|mail| mail.contains("To: omar@alder.example")).count();
    assert_eq!(to_omar, 1, "{:#?}", site.sent());
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_the_question_for_the_client_id_finds_its_case() {
    for (answer, state) in [
        ("1000001", "done"),
        (
            "The client ID is 1000001. The client revoked consent, please close the record.",
            "awaiting_approval",
        ),
        ("It is the lady from room 12, sorry.", "needs_staff"),
    ] {
        let site = site("scenario_1 = \"apply\"").await;
        let no_id =
            "One of our clients revoked her ROI. Please close her record. I do not have the number here.";
        site.deliver("1", &notice("jane@alder.example", no_id).mail("one"));
        let daemon = site.serve();
        site.at_rest(1).await;
        let case = only_case(&site);
        assert_eq!(text(&case, "state"), "awaiting_information", "{case:#}");
        let question = site.sent().into_iter().find(|mail| mail.contains("Please send us the client ID"));
        let thread = question
            .as_deref()
            .and_then(|mail| mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")))
            .map(|id| format!("In-Reply-To: {id}\r\n"));
        let subject = format!("Re: Please send us the client ID [{}]", text(&case, "case"));

        // Somebody else's answer is nobody's business.
        let foreign =
            Letter { subject: &subject, ..notice("omar@birch.example", "I know! It is another one.") };
        site.deliver("2", &foreign.mail("two"));
        let answer =
            Letter { headers: thread.as_deref().expect("asked"), ..notice("jane@alder.example", answer) };
        site.deliver("3", &answer.mail("three"));
        site.at_rest(3).await;
        daemon.stop().await;
        assert_eq!(text(&only_case(&site), "state"), state, "{:#}", only_case(&site));
        assert_eq!(events(&only_case(&site)).iter().filter(|event| **event == "answer_arrived").count(), 1);
        site.run(&["db", "verify"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_after_the_change_calls_a_person() {
    let site = site("scenario_1 = \"apply\"").await;
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    assert_eq!(text(&only_case(&site), "state"), "done");
    let cancel = "Please disregard my email about client 1000001 revoking consent. Do not close the record.";
    site.deliver("2", &notice("jane@alder.example", cancel).mail("two"));
    site.at_rest(2).await;
    daemon.stop().await;
    let states: BTreeSet<String> =
        site.json(&["case", "list"]).iter().map(|case| text(case, "state").to_owned()).collect();
    assert_eq!(states, BTreeSet::from(["done".to_owned(), "needs_staff".to_owned()]));
    assert_eq!(
        site.count("SELECT COUNT(*) FROM hmis_record WHERE sharing = 'closed'").await,
        1,
        "never re-opened"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_whose_sender_is_not_verified_is_not_answered_and_its_approval_goes_to_the_contact() {
    let site = site("scenario_1 = \"apply\"").await;
    site.deliver("1", &Letter { dmarc: "fail", ..notice("jane@alder.example", REVOKED) }.mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    let case = only_case(&site);
    assert_eq!(text(&case, "state"), "needs_staff");
    assert!(site.sent().iter().all(|mail| mail.contains("To: staff@helpdesk.example")));
    site.run(&["case", "approve", text(&case, "case"), "--note", "called the agency"]);
    site.at_rest(1).await;
    daemon.stop().await;
    assert_eq!(text(&only_case(&site), "state"), "done");
    let confirmations: Vec<_> = site
        .sent()
        .into_iter()
        .filter(|mail| plain(mail).contains("only your agency has visibility"))
        .collect();
    assert_eq!(confirmations.len(), 1);
    assert!(
        confirmations.iter().all(|mail| mail.contains("To: director@alder.example")),
        "{confirmations:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_quarantined_and_staff_are_told() {
    let site = site("scenario_1 = \"apply\"").await;
    let folders = "[mailbox]\n done_folder = \"Done\"\n quarantine_folder = \"Quarantine\"";
    site.reconfigure("[mailbox]", folders);
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    site.deliver("2", b"Subject: nobody sent this\r\n\r\nhello\r\n");
    let question =
        Letter { subject: "training", ..notice("omar@birch.example", "When is the next training, please?") };
    site.deliver("3", &question.mail("three"));
    let daemon = site.serve();
    site.at_rest(3).await;
    let moved = until(Duration::from_secs(30), || {
        read_all(&site.path("Maildir/.Done/cur")).len() == 1
            && read_all(&site.path("Maildir/.Quarantine/cur")).len() == 1
    })
    .await;
    daemon.stop().await;
    assert!(moved, "{}", site.log());
    assert_eq!(names(&site, "Maildir/new"), ["3"], "other mail stays where and as it is");
    let quarantined = site.json(&["mail", "list", "--state", "quarantined"]);
    assert_eq!(quarantined.iter().map(|mail| text(mail, "verdict")).collect::<Vec<_>>(), ["no_from"]);
    assert_eq!(replies_saying(&site, "could not be read"), 1);
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_case_tells_the_agency_the_staff_members_words() {
    let site = site("scenario_1 = \"approve\"").await;
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    let case = only_case(&site);
    site.run(&["case", "decline", text(&case, "case"), "--note", "Please call us first at extension 12."]);
    let sent = until(Duration::from_secs(30), || {
        replies_saying(&site, "Please call us first at extension 12.") == 1
    })
    .await;
    daemon.stop().await;
    assert!(sent);
    assert_eq!(
        (text(&only_case(&site), "state"), first_item(&only_case(&site), "outcome")),
        ("declined", &"declined".into())
    );
    let after = site.output(&["case", "approve", text(&case, "case")]);
    assert_eq!(after.status.code(), Some(1), "over is over");
}

/// The mail with a file beside its text.
fn with_a_file(mail: &[u8], name: &str) -> Vec<u8> {
    let mail = String::from_utf8_lossy(mail).into_owned();
    let (header, body) = mail.split_once("\r\n\r\n").expect("a header");
    let header = header.replace("text/plain; charset=utf-8", "multipart/mixed; boundary=part");
    format!(
        "{header}\r\n\r\n--part\r\nContent-Type: text/plain\r\n\r\n{body}\r\n--part\r\nContent-Type: application/pdf\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\r\nplanted\r\n--part--\r\n"
    )
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_mails_a_form_or_personal_details_is_asked_to_leave_them_out() {
    let site = site("scenario_1 = \"apply\"").await;
    let attached = "Our client revoked consent today, the form is attached. Please close the record.";
    site.deliver("1", &with_a_file(&notice("jane@alder.example", attached).mail("one"), "Quartz.pdf"));
    let named = "Our client Zebulon Quartz revoked consent today. Please close the record.";
    site.deliver("2", &notice("omar@alder.example", named).mail("two"));
    let plain_words = "Our client revoked consent today. Please close the record.";
    site.deliver("3", &notice("ann@birch.example", plain_words).mail("three"));
    let daemon = site.serve();
    site.at_rest(3).await;
    let asked = async |count: usize| {
        let sent = until(Duration::from_secs(60), || {
            replies_saying(&site, "could not find in it which client record") == count
        })
        .await;
        assert!(sent, "{}", site.log());
    };
    asked(3).await;
    assert_eq!(replies_saying(&site, "please do not mail a form that holds personal details"), 3);
    assert_eq!(replies_saying(&site, "a file came with the mail we got about this"), 1);
    assert_eq!(replies_saying(&site, "please leave out names, Social Security numbers"), 1);

    // An answer that holds too much is told so with the next reply.
    let born = "It is 1000001. Date of birth 02/03/1980.";
    let subject = "Re: Please send us the client ID [RD-1001]";
    site.deliver("4", &Letter { subject, ..notice("jane@alder.example", born) }.mail("four"));
    site.at_rest(4).await;
    // More than the ID is for a person to read.
    site.run(&["case", "approve", "RD-1001", "--only", "1000001"]);
    let told = until(Duration::from_secs(60), || {
        replies_saying(&site, "please leave out names, Social Security numbers") > 1
    })
    .await;
    daemon.stop().await;
    assert!(told, "{}", site.log());
    let seen = format!("{}{}{}", site.log(), site.sent().join("\n"), site.run(&["case", "show", "RD-1001"]));
    // The whole date: its year alone also occurs in boundaries and in fractions of a second.
    for value in ["Quartz", "Zebulon", "02/03/1980", "1980-02-03", "planted"] {
        assert!(!seen.contains(value), "“{value}” is shown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_might_have_been_a_notice_is_listed_with_the_reason_and_nothing_of_it() {
    let site = site("scenario_1 = \"apply\"").await;
    let scanner =
        Letter { subject: "Scan from MX-3071", ..notice("scan@alder.example", "See the attached file.") };
    site.deliver("1", &with_a_file(&scanner.mail("one"), "ROI revocation Quartz.pdf"));
    let voicemail = "You have a new voicemail: hi this is Quartz about the consent";
    let headers = "Auto-Submitted: auto-generated\r\n";
    site.deliver(
        "2",
        &Letter { headers, subject: "Voicemail", ..notice("pbx@alder.example", voicemail) }.mail("two"),
    );
    let printer =
        Letter { subject: "printer", ..notice("jane@alder.example", "The printer is out of paper.") };
    site.deliver("3", &printer.mail("three"));
    let daemon = site.serve();
    site.at_rest(3).await;
    daemon.stop().await;
    let possible = site.json(&["mail", "list", "--possible"]);
    let mut reasons: Vec<&str> = possible.iter().map(|mail| text(mail, "reason")).collect();
    reasons.sort_unstable();
    let expected =
        ["An attachment is called a revocation.", "It speaks of revoking, consent or statewide sharing."];
    assert_eq!(reasons, expected, "{possible:#?}");
    let shown = site.run(&["mail", "list", "--possible"]);
    let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(expected.iter().all(|reason| reason.split(' ').all(|word| flat.contains(word))), "{shown}");
    assert!(!shown.contains("Quartz") && !shown.contains("printer"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_and_lists_hold_no_personal_data() {
    let site = site("scenario_1 = \"apply\"").await;
    let body = "Our client Zebulon Quartz (SSN 123-45-6789, born 02/03/1980), client ID 1000001, revoked consent \
                yesterday. Please close the record.";
    let letter = Letter { subject: "Zebulon Quartz revoked", ..notice("jane.doe@alder.example", body) };
    site.deliver("1", &letter.mail("one"));
    site.deliver(
        "2",
        &Letter { subject: "password of Zebulon", ..notice("jane.doe@alder.example", "Locked out.") }
            .mail("two"),
    );
    let daemon = site.serve();
    site.at_rest(2).await;
    daemon.stop().await;
    let mut seen = site.log();
    seen.push_str(&site.run(&["mail", "list"]));
    seen.push_str(&site.run(&["case", "list"]));
    seen.push_str(&site.run(&["case", "show", "RD-1001"]));
    seen.push_str(&site.sent().join("\n").replace("jane.doe@alder.example", ""));
    assert!(!site.log().contains("jane.doe"), "{}", site.log());
    for secret in ["Zebulon", "Quartz", "45-6789", "02/03/1980", "1980-02-03", "Locked out"] {
        assert!(!seen.contains(secret), "“{secret}” is shown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_on_the_same_database_refuses_to_start_and_says_who_holds_it() {
    let site = site("scenario_1 = \"apply\"").await;
    let daemon = site.serve();
    let working = until(Duration::from_secs(30), || site.log().contains("roi-desk is working")).await;
    assert!(working, "{}", site.log());
    let second = site.output(&["serve"]);
    assert_eq!(second.status.code(), Some(69));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("another roi-desk daemon (process "), "{said}");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_damage_is_found_by_db_verify() {
    let site = site("scenario_1 = \"apply\"").await;
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    daemon.stop().await;
    site.run(&["db", "verify"]);
    let whole = fs::read(site.path("roi-desk.db")).expect("there");
    for (damage, finding) in [
        ("UPDATE history SET actor = 'staff:mallory' WHERE seq = 2", "row 2 was changed"),
        ("DELETE FROM history WHERE seq = 3", "rows 3 to 3 are gone"),
        ("DELETE FROM history WHERE seq = (SELECT MAX(seq) FROM history)", "were written"),
        ("DELETE FROM attempts; DELETE FROM actions WHERE kind = 'reply'", "the outbox has lost it"),
        ("UPDATE cases SET state = 'needs_staff'", "its document says otherwise"),
        ("UPDATE messages SET state = 'working'", "do not agree"),
    ] {
        fs::write(site.path("roi-desk.db"), &whole).expect("written");
        for rest in ["roi-desk.db-wal", "roi-desk.db-shm"] {
            if site.path(rest).exists() {
                fs::remove_file(site.path(rest)).expect("removed");
            }
        }
        site.damage(damage).await;
        let verified = site.output(&["db", "verify"]);
        let said = String::from_utf8_lossy(&verified.stdout).into_owned();
        assert_eq!(verified.status.code(), Some(1), "{damage}: {said}");
        assert!(said.contains(finding), "{damage}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_end_with_the_code_that_says_why() {
    let site = site("scenario_1 = \"apply\"").await;
    let code = |arguments: &[&str]| site.output(arguments).status.code();
    assert_eq!(code(&["check"]), Some(0), "{}", String::from_utf8_lossy(&site.output(&["check"]).stdout));
    assert_eq!(code(&["case", "show", "RD-7"]), Some(1));
    assert_eq!(code(&["case", "approve", "seven"]), Some(2));
    assert_eq!(code(&["frobnicate"]), Some(2));
    assert_eq!(code(&["classify", "1000001", "--agency", "alder"]), Some(0));
    fs::rename(site.path("hmis.db"), site.path("gone.db")).expect("moved");
    assert_eq!(code(&["classify", "1000001", "--agency", "alder"]), Some(69));
    assert_eq!(code(&["check"]), Some(1));
    site.configure("[polcy]\nmode = \"live\"");
    let bad = site.output(&["serve"]);
    assert_eq!(bad.status.code(), Some(78));
    assert!(String::from_utf8_lossy(&bad.stderr).contains("polcy.mode: is not a key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn classify_prints_the_pinned_json() {
    let site = site("scenario_1 = \"apply\"").await;
    let lines = site.json(&["classify", "1000002", "--agency", "alder-night"]);
    let [answer] = lines.as_slice() else { unreachable!("one line: {lines:?}") };
    assert_eq!((text(answer, "record"), text(answer, "agency")), ("1000002", "alder-night"));
    assert_eq!(answer.get("scenario"), Some(&Value::from(2)));
    let facts = answer.get("facts").expect("facts");
    for (name, value) in [
        ("status", Value::from("active")),
        ("merged_into", Value::Null),
        ("creator", Value::from("alder")),
        ("sharing", Value::from("open")),
        ("agencies_with_data", Value::from(vec!["alder", "birch"])),
        ("complete", Value::from(true)),
        ("granted", Value::Array(Vec::new())),
        ("alias", Value::Null),
        ("roi_consent_date", Value::Null),
        ("priority_list", Value::from(false)),
        ("minor", Value::from(false)),
        ("victim_service_provider", Value::from(false)),
    ] {
        assert_eq!(facts.get(name), Some(&value), "{name}: {facts:#}");
    }
    let missing = site.json(&["classify", "1999999", "--agency", "alder"]);
    assert_eq!(
        missing.first().and_then(|answer| answer.pointer("/facts/status")),
        Some(&Value::from("missing"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_from_before_the_first_day_is_left_and_never_answered() {
    let site = site("scenario_1 = \"apply\"").await;
    site.deliver("old", &notice("jane@alder.example", REVOKED).mail("old"));
    let a_week_ago = std::process::Command::new("touch")
        .args(["-d", "7 days ago"])
        .arg(site.path("Maildir/new/old"))
        .status()
        .expect("touch runs");
    assert!(a_week_ago.success());
    let daemon = site.serve();
    site.at_rest(1).await;
    daemon.stop().await;
    let mails = site.json(&["mail", "list"]);
    assert_eq!(mails.iter().map(|mail| text(mail, "state")).collect::<Vec<_>>(), ["left"]);
    assert!(site.json(&["case", "list"]).is_empty() && site.sent().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_hmis_is_away_cases_wait_and_then_finish_by_themselves() {
    let site = site("scenario_1 = \"apply\"").await;
    let daemon = site.serve();
    let working = until(Duration::from_secs(30), || site.log().contains("roi-desk is working")).await;
    assert!(working, "{}", site.log());
    site.hmis("ALTER TABLE hmis_record RENAME TO away").await;
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let waits = until(Duration::from_secs(30), || site.log().contains("the case waits")).await;
    assert!(waits, "{}", site.log());
    assert_eq!(text(&only_case(&site), "state"), "received");
    assert!(site.sent().is_empty(), "nothing is said that is not known");
    site.hmis("ALTER TABLE away RENAME TO hmis_record").await;
    case_reaches(&site, "done").await;
    daemon.stop().await;
    assert_eq!(replies_saying(&site, "only your agency has visibility"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_reads_back_differently_is_not_confirmed() {
    let site = site("scenario_1 = \"apply\"").await;
    // As if another agency entered data at the very moment of the change.
    site.hmis(
        "CREATE TRIGGER meanwhile AFTER UPDATE OF sharing ON hmis_record BEGIN
            INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id)
            VALUES ('test', 'note', 'late', '1000001', 'birch'); END",
    )
    .await;
    site.deliver("1", &notice("jane@alder.example", REVOKED).mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    daemon.stop().await;
    let case = only_case(&site);
    assert_eq!(text(&case, "state"), "needs_staff", "{case:#}");
    assert_eq!(replies_saying(&site, "only your agency has visibility"), 0);
}
