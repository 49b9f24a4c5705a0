//! The console's mail page: what staff do with mail that the desk left alone or could not read; and the terminal's part in it.

use roi_desk::domain::StaffRole;
use serde_json::Value;

use crate::{
    console::{Console, Person},
    site::{Letter, Site},
};

const RECORD: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing) VALUES ('1000001', 'alder', 'open');
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('test', 'note', 'a1', '1000001', 'alder');";

/// A scan, which might be a form; a mail that cannot be read; a notice of somebody whom nobody knows.
async fn desk() -> (Site, Console) {
    let site = Site::on_files().await;
    site.hmis(RECORD).await;
    let scan = Letter {
        from: "jane@alder.example",
        subject: "Scan from MX-3071",
        body: "See the attached file about the consent.",
        dmarc: "pass",
        headers: "",
    };
    site.deliver("1", &scan.mail("one"));
    let sealed = "From: jane@alder.example\r\nMessage-ID: <two@alder.example>\r\nMIME-Version: 1.0\r\n\
                  Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\r\n\r\n\
                  --b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n\
                  Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b--\r\n";
    site.deliver("2", sealed.as_bytes());
    let body = "Client 1000001 revoked consent, please close the record.";
    let stranger =
        Letter { from: "kim@elm.example", subject: "revoked consent", body, dmarc: "pass", headers: "" };
    site.deliver("3", &stranger.mail("three"));
    let console = Console::of(&site).await;
    console.work(&site).await;
    (site, console)
}

/// The address of the only mail in a list.
fn only(person: &Person, show: &str) -> String {
    let page = person.get(&format!("/mail?show={show}"));
    let links: Vec<&str> =
        page.body.split("href=\"/mail/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mails: Vec<&&str> = links.iter().filter(|link| !link.starts_with("senders")).collect();
    assert_eq!(mails.len(), 1, "{}", page.text());
    format!("/mail/{}", mails.first().expect("one"))
}

fn send(person: &Person, mail: &str, what: &str, fields: &[(&str, &str)]) -> crate::console::Answer {
    let csrf = person.get("/help").hidden("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    person.post(&format!("{mail}/{what}"), &all)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_opened_from_a_mail_that_was_left_alone_and_nothing_happens_by_itself() {
    let (site, console) = desk().await;
    let ann = console.person("ann", StaffRole::Approver).await;
    let mail = only(&ann, "possible");
    assert!(ann.get(&mail).text().contains("Might be a notice"));

    let wrong = send(&ann, &mail, "open", &[("kind", "revocation"), ("records", "<b>")]);
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    let opened = send(&ann, &mail, "open", &[("kind", "revocation"), ("records", "1000001")]);
    assert_eq!(opened.status, 303, "{}", opened.text());
    let case = opened.header("location").expect("where to go on").to_owned();
    console.work(&site).await;
    let page = ann.get(&case).text();
    assert!(page.contains("Opened by ann from a mail that the desk had not taken for a notice"), "{page}");
    assert!(page.contains("A person must decide about client record 1000001"), "{page}");
    assert_eq!(site.count("SELECT COUNT(*) FROM hmis_record WHERE sharing = 'closed'").await, 0);
    let twice = send(&ann, &mail, "open", &[("kind", "revocation"), ("records", "1000001")]);
    assert_eq!(twice.status, 409, "{}", twice.text());
    let mail = ann.get(&mail).text();
    assert!(mail.contains("belongs to a case") && !mail.contains("Open a case from it"), "{mail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_cannot_be_read_is_shown_with_its_reason_and_can_become_a_case_all_the_same() {
    let (site, console) = desk().await;
    let ann = console.person("ann", StaffRole::Approver).await;
    let mail = only(&ann, "quarantined");
    assert!(ann.get(&mail).text().contains("Could not be read"));
    let again = send(&ann, &mail, "replay", &[]);
    assert_eq!(
        again.header("location"),
        Some(format!("{mail}?said=unreadable").as_str()),
        "{}",
        again.text()
    );
    let opened = send(&ann, &mail, "open", &[("kind", "consent"), ("records", "1000001")]);
    assert_eq!(opened.status, 303, "{}", opened.text());
    console.work(&site).await;
    let page = ann.get(opened.header("location").expect("where to go on")).text();
    assert!(page.contains("Consent after a refusal"), "{page}");
    let left = ann.get("/mail?show=quarantined").text();
    assert!(left.contains("There is no such mail."), "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_changes_nothing_about_mail() {
    let (_site, console) = desk().await;
    let vic = console.person("vic", StaffRole::Viewer).await;
    for show in ["possible", "quarantined"] {
        let mail = only(&vic, show);
        assert!(!vic.get(&mail).body.contains("<button>Read it again"), "no button that is refused");
        assert_eq!(send(&vic, &mail, "replay", &[]).status, 403);
        assert_eq!(send(&vic, &mail, "open", &[("kind", "revocation")]).status, 403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_senders_are_listed_with_what_adds_them_to_the_roster() {
    let (_site, console) = desk().await;
    let ann = console.person("ann", StaffRole::Viewer).await;
    let page = ann.get("/mail/senders").text();
    for words in ["kim@elm.example", "[[agency]]", "senders = [\"kim@elm.example\"]", "RD-1001"] {
        assert!(page.contains(words), "{words:?} is missing in {page}");
    }
    for nowhere in ["/mail/no-such-mail", "/mail?show=nonsense", "/mail/%00"] {
        assert_eq!(ann.get(nowhere).status, 404, "{nowhere}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_page_tells_mailbox_facts_outbox_and_schedule() {
    let (_site, console) = desk().await;
    let page = console.person("ann", StaffRole::Viewer).await.get("/status").text();
    for words in ["HMIS facts", "test all", "complete", "INBOX", "Outbox", "remind", "Mon-Fri", "Version"] {
        assert!(page.contains(words), "{words:?} is missing in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_terminal_a_case_is_opened_from_a_mail_as_well() {
    let (site, console) = desk().await;
    drop(console);
    let listed = site.json(&["mail", "list", "--possible", "--format", "json"]);
    let id = listed.first().and_then(|mail| mail.get("id")).and_then(Value::as_str).expect("one").to_owned();
    let opened =
        site.json(&["mail", "open", &id, "--kind", "revocation", "--record", "1000001", "--format", "json"]);
    let case =
        opened.first().and_then(|mail| mail.get("case")).and_then(Value::as_str).expect("a case").to_owned();
    let shown = site.json(&["case", "show", &case, "--format", "json"]);
    let history =
        shown.first().and_then(|case| case.get("history")).map(Value::to_string).unwrap_or_default();
    assert!(history.contains("staff:"), "who opened it stands in the history: {history}");
    let again = site.output(&["mail", "open", &id, "--kind", "revocation"]);
    assert_eq!(again.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_a_person_finds_in_a_mail_stops_the_revocation_it_speaks_against() {
    let site = Site::on_files().await;
    site.hmis(RECORD).await;
    site.reconfigure("scenario_1 = \"apply\"", "scenario_1 = \"approve\"");
    let body = "Client 1000001 revoked consent, please close the record.";
    let notice =
        Letter { from: "jane@alder.example", subject: "revoked consent", body, dmarc: "pass", headers: "" };
    site.deliver("1", &notice.mail("one"));
    let body = "See the attached file about the consent.";
    let scan = Letter { subject: "Scan from MX-3071", body, ..notice };
    site.deliver("2", &scan.mail("two"));
    let console = Console::of(&site).await;
    console.work(&site).await;
    let ann = console.person("ann", StaffRole::Approver).await;
    assert!(ann.get("/cases/RD-1001").text().contains("It waits for one person's approval."));
    let mail = only(&ann, "possible");
    let opened = send(&ann, &mail, "open", &[("kind", "consent"), ("records", "1000001")]);
    assert_eq!(opened.status, 303, "{}", opened.text());
    console.work(&site).await;
    let revocation = ann.get("/cases/RD-1001").text();
    assert!(revocation.contains("A person must decide"), "{revocation}");
    assert!(!revocation.contains("It waits for one person's approval."), "{revocation}");
}
