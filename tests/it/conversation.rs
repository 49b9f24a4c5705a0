//! Conversations by mail, on a real IMAP server and over SMTP: what agencies answer, take back and never receive, and
//! where each of it ends (DOMAIN.md, What follows).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    dovecot::Dovecot,
    site::{Daemon, Letter, Site, on_servers, plain},
    smtp_sink::SmtpSink,
};

const RECORDS: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias) VALUES
        ('1000001', 'alder', 'open', FALSE, FALSE, 'SHARED'), ('1000002', 'alder', 'open', FALSE, FALSE, 'SHARED');
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
        ('test', 'enrollment', 'a1', '1000001', 'alder'), ('test', 'enrollment', 'a2', '1000002', 'alder');";

const NOTICE: &str = "Client 1000001 revoked her consent today. Please close the record.";
const JANE: &str = "jane@alder.example";
const CONFIRMED: &str = "only your agency has visibility";

/// A helpdesk whose daemon runs, and the agencies that write to it.
struct Helpdesk {
    dovecot: Dovecot,
    sink: SmtpSink,
    site: Site,
    daemon: Daemon,
    delivered: usize,
}

impl Helpdesk {
    /// Scenario 1 is approved, or applied.
    async fn open(scenario_1: &str) -> Self {
        let (dovecot, sink) = (Dovecot::start(), SmtpSink::obliging().await);
        let mail = on_servers(dovecot.options().port, sink.port);
        let site = Site::new(&format!("{mail}[staff]\nnotify = [\"staff@helpdesk.example\"]\n")).await;
        site.hmis(RECORDS).await;
        site.reconfigure("scenario_1 = \"apply\"", &format!("scenario_1 = \"{scenario_1}\""));
        let daemon = site.serve();
        Self { dovecot, sink, site, daemon, delivered: 0 }
    }

    /// A mail arrives, and all that follows from it is done.
    async fn hears(&mut self, mail: &[u8]) {
        self.dovecot.deliver("INBOX", mail);
        self.delivered += 1;
        self.site.at_rest(self.delivered).await;
    }

    /// A verified mail arrives; `answers`: the Message-ID it answers.
    async fn is_told(&mut self, from: &str, body: &str, answers: Option<&str>) {
        let headers = answers.map(|id| format!("In-Reply-To: <{id}>\r\nReferences: <{id}>\r\n"));
        let subject = if answers.is_some() { "Re: hello" } else { "hello" };
        let letter =
            Letter { from, subject, body, dmarc: "pass", headers: headers.as_deref().unwrap_or_default() };
        let mail = letter.mail(&format!("mail-{}", self.delivered + 1));
        self.hears(&mail).await;
    }

    /// Verified mails arrive while nobody looks; then all that follows from them is done.
    async fn finds(&mut self, mails: &[(&str, Option<&str>)]) {
        self.daemon.signal("STOP");
        for (body, answers) in mails {
            let headers = answers.map(|id| format!("In-Reply-To: <{id}>\r\n")).unwrap_or_default();
            let letter = Letter { from: JANE, subject: "hello", body, dmarc: "pass", headers: &headers };
            self.delivered += 1;
            self.dovecot.deliver("INBOX", &letter.mail(&format!("mail-{}", self.delivered)));
        }
        self.daemon.signal("CONT");
        self.site.at_rest(self.delivered).await;
    }

    /// The mails sent to `to`: Message-ID and text.
    fn sent_to(&self, to: &str) -> Vec<(String, String)> {
        let sent = self.sink.transactions().into_iter().filter(|mail| mail.recipients == [to]);
        sent.map(|mail| {
            let text = String::from_utf8_lossy(&mail.content).into_owned();
            let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: <")?.strip_suffix('>'));
            (id.expect("a Message-ID").to_owned(), plain(&text))
        })
        .collect()
    }

    /// The Message-ID of the last mail to `to`, which says `words`.
    fn last_to(&self, to: &str, words: &str) -> String {
        let (id, text) = self.sent_to(to).pop().expect("it was written to");
        assert!(text.contains(words), "{text}");
        id
    }

    fn cases(&self) -> Vec<Value> {
        let mut cases = self.site.json(&["case", "list"]);
        cases.sort_by_key(|case| text(case, "case").to_owned());
        cases
    }

    fn states(&self) -> Vec<String> {
        self.cases().iter().map(|case| text(case, "state").to_owned()).collect()
    }

    fn decide(&self, arguments: &[&str]) {
        self.site.run(arguments);
    }

    async fn closed(&self) -> i64 {
        self.site.count("SELECT COUNT(*) FROM hmis_record WHERE sharing = 'closed'").await
    }

    /// The flags of the mail that arrived as the `number`th.
    fn flags(&self, number: u32) -> BTreeSet<String> {
        self.dovecot.flags("INBOX").remove(&number).expect("it is there")
    }

    fn possible(&self) -> Vec<String> {
        let mails = self.site.json(&["mail", "list", "--possible"]);
        mails.iter().map(|mail| text(mail, "reason").to_owned()).collect()
    }

    async fn closes(self) {
        self.site.run(&["db", "verify"]);
        self.daemon.stop().await;
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn reasons(case: &Value) -> String {
    case.get("reasons").map(ToString::to_string).unwrap_or_default()
}

fn is_untouched(flags: &BTreeSet<String>) -> bool {
    flags.iter().all(|flag| flag == "\\Recent")
}

/// A report that the mail with this Message-ID could not be delivered (RFC 3464).
fn bounce(of: &str, to: &str) -> Vec<u8> {
    format!(
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.alder.example>\r\n\
         To: helpdesk@helpdesk.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Date: Fri, 20 Nov 2026 10:05:00 -0600\r\nMessage-ID: <bounce-1@mx.alder.example>\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\n\r\n\
         Your message could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.alder.example\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: failed\r\n\
         Status: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{of}>\r\n\
         From: helpdesk@helpdesk.example\r\nTo: {to}\r\nSubject: We have received your notice\r\n\r\n\
         Thank you for your notice.\r\n--b--\r\n"
    )
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_without_an_id_is_asked_about_answered_approved_and_confirmed() {
    let mut desk = Helpdesk::open("approve").await;
    desk.is_told(JANE, "One of our clients revoked her ROI. Please close her record.", None).await;
    assert_eq!(desk.states(), ["awaiting_information"]);
    let question = desk.last_to(JANE, "Please reply with the client ID");

    // Said by anybody else, or by itself, the same number is nothing.
    desk.is_told("omar@birch.example", "1000001", Some(&question)).await;
    desk.is_told(JANE, "1000001", None).await;
    assert_eq!(desk.states(), ["awaiting_information"]);
    // Thanks are no answer.
    desk.is_told(JANE, "Thank you, I will look it up.", Some(&question)).await;
    assert_eq!(desk.states(), ["needs_staff"], "not only thanks: a person reads it");
    desk.decide(&["case", "ask", "RD-1001"]);
    desk.site.at_rest(4).await;
    let question = desk.last_to(JANE, "Please reply with the client ID");
    desk.is_told(JANE, "Thank you!", Some(&question)).await;
    assert_eq!(desk.states(), ["awaiting_information"]);

    desk.is_told(JANE, "1000001", Some(&question)).await;
    assert_eq!(desk.states(), ["awaiting_approval"]);
    assert_eq!(desk.closed().await, 0);
    desk.decide(&["case", "approve", "RD-1001"]);
    desk.site.at_rest(6).await;
    assert_eq!((desk.states(), desk.closed().await), (vec!["done".to_owned()], 1));
    desk.last_to(JANE, CONFIRMED);
    let answered = |number: u32| desk.flags(number).contains("\\Answered");
    assert!(answered(1) && answered(6), "the notice and the answer that made it whole");
    for others in [2, 3, 5] {
        assert!(is_untouched(&desk.flags(others)), "{others}: {:?}", desk.flags(others));
    }
    desk.closes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubtful_notice_is_asked_about_and_yes_means_what_was_asked() {
    let mut desk = Helpdesk::open("apply").await;
    desk.is_told(JANE, "Our client revoked her ROI. I think it is record 1000001, please close it.", None)
        .await;
    assert_eq!(desk.states(), ["needs_staff"], "{}", reasons(desk.cases().first().expect("one")));
    desk.decide(&["case", "ask", "RD-1001"]);
    desk.site.at_rest(1).await;
    assert_eq!(desk.states(), ["awaiting_information"]);
    let question = desk.last_to(JANE, "Please reply with \"yes\" or \"no\"");

    desk.is_told("omar@birch.example", "Yes, go ahead.", Some(&question)).await;
    desk.is_told(JANE, "Yes, go ahead.", None).await;
    assert_eq!(desk.states(), ["awaiting_information"], "not the agency, or not an answer to it");
    assert_eq!(desk.possible(), ["It seems to answer RD-1001, and does not certainly come from its agency."]);

    // Another client's notice is no answer, wherever it is written.
    let another = "Client 1000002 revoked his consent today. Please close the record.";
    desk.is_told(JANE, another, Some(&question)).await;
    assert_eq!(desk.states(), ["awaiting_information", "done"]);

    desk.is_told(JANE, "Yes, go ahead. Thank you!", Some(&question)).await;
    assert_eq!(
        (desk.states(), desk.closed().await),
        (vec!["awaiting_approval".to_owned(), "done".to_owned()], 1)
    );
    desk.decide(&["case", "approve", "RD-1001"]);
    desk.site.at_rest(5).await;
    assert_eq!((desk.states(), desk.closed().await), (vec!["done".to_owned(); 2], 2));
    desk.last_to(JANE, CONFIRMED);
    desk.closes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_before_the_change_stops_it_however_it_finds_its_case() {
    // In answer to our reply, in answer to the agency's own notice, and by the record.
    for (by, words) in [
        ("our reply", "Please disregard this notice, it was sent by mistake."),
        ("the notice", "Please disregard my notice, she did not revoke."),
        ("the record", "Please disregard my notice about client 1000001. Do not close the record."),
    ] {
        let mut desk = Helpdesk::open("approve").await;
        desk.is_told(JANE, NOTICE, None).await;
        let ours = desk.last_to(JANE, "is being worked on");
        let answered = match by {
            "our reply" => Some(ours.as_str()),
            "the notice" => Some("mail-1@alder.example"),
            _ => None,
        };
        desk.is_told("omar@alder.example", words, answered).await;
        assert_eq!((desk.states(), desk.closed().await), (vec!["cancelled".to_owned()], 0), "{by}");
        assert!(desk.sent_to(JANE).iter().any(|(_, text)| text.contains("We have stopped")), "{by}");
        desk.closes().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_stops_every_case_it_speaks_of_and_pauses_what_is_not_certain() {
    // Two cases about one record: a doubtful notice, and the clear one.
    let mut desk = Helpdesk::open("approve").await;
    desk.is_told(JANE, "Our client revoked her ROI. I think it is record 1000001, please close it.", None)
        .await;
    desk.is_told(JANE, NOTICE, None).await;
    assert_eq!(desk.states(), ["needs_staff", "awaiting_approval"]);
    let cancel = "Please disregard my notice about client 1000001. Do not close the record.";
    desk.is_told(JANE, cancel, None).await;
    assert_eq!(desk.states(), ["cancelled", "cancelled"]);
    desk.closes().await;

    // One mail about two cases.
    let mut desk = Helpdesk::open("approve").await;
    desk.is_told(JANE, NOTICE, None).await;
    desk.is_told(JANE, "Client 1000002 revoked his consent today. Please close the record.", None).await;
    desk.is_told(
        JANE,
        "Please disregard my notices about clients 1000001 and 1000002. Do not close the records.",
        None,
    )
    .await;
    assert_eq!(desk.states(), ["cancelled", "cancelled"]);
    desk.closes().await;

    // In one case's conversation, about another number: whichever is meant, nothing goes on.
    let mut desk = Helpdesk::open("approve").await;
    desk.is_told(JANE, NOTICE, None).await;
    let ours = desk.last_to(JANE, "is being worked on");
    desk.is_told(
        JANE,
        "Please disregard my notice about client 1000009. Do not close the record.",
        Some(&ours),
    )
    .await;
    assert_eq!(desk.states(), ["needs_staff"]);
    desk.closes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nearest_case_is_the_one_a_mail_is_about() {
    let mut desk = Helpdesk::open("apply").await;
    desk.is_told(JANE, "Our client revoked her ROI. I think it is record 1000001, please close it.", None)
        .await;
    desk.decide(&["case", "ask", "RD-1001"]);
    desk.site.at_rest(1).await;
    let question = desk.last_to(JANE, "Please reply with \"yes\" or \"no\"");
    let another = "Client 1000002 revoked his consent today. Please close the record.";
    desk.is_told(JANE, another, Some(&question)).await;
    let confirmation = desk.last_to(JANE, CONFIRMED);
    // Both are in the conversation; the confirmation is what is answered.
    let headers = format!("In-Reply-To: <{confirmation}>\r\nReferences: <{question}> <{confirmation}>\r\n");
    for (body, name) in
        [("Yes, thank you!", "yes"), ("Please disregard this notice, it was sent by mistake.", "cancel")]
    {
        let letter = Letter { from: JANE, subject: "Re: hello", body, dmarc: "pass", headers: &headers };
        desk.hears(&letter.mail(name)).await;
        assert_eq!(desk.states().first().map(String::as_str), Some("awaiting_information"), "{body}");
    }
    assert_eq!(
        desk.states(),
        ["awaiting_information", "done", "needs_staff"],
        "the cancel came too late for its own"
    );
    desk.closes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_that_arrive_together_are_read_together() {
    // The ID follows at once.
    let mut desk = Helpdesk::open("approve").await;
    desk.finds(&[
        ("One of our clients revoked her ROI. Please close her record.", None),
        ("Sorry, the client ID is 1000001.", Some("mail-1@alder.example")),
    ])
    .await;
    assert_eq!(desk.states(), ["awaiting_approval"]);
    assert!(desk.sent_to(JANE).iter().all(|(_, text)| !text.contains("Please reply with the client ID")));
    desk.closes().await;

    // Another client's wish, in the first one's conversation, has its own case; and somebody looks at both.
    let mut desk = Helpdesk::open("apply").await;
    desk.finds(&[
        (NOTICE, None),
        (
            "Another client of ours revoked consent today as well, please close that record too.",
            Some("mail-1@alder.example"),
        ),
    ])
    .await;
    assert_eq!((desk.states().len(), desk.closed().await), (2, 0), "{:?}", desk.states());
    assert_eq!(desk.states().first().map(String::as_str), Some("needs_staff"));
    assert!(["needs_staff", "awaiting_information"].contains(&desk.states().remove(1).as_str()));
    desk.closes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_after_the_change_calls_a_person_and_opens_nothing_again() {
    let mut desk = Helpdesk::open("apply").await;
    desk.is_told(JANE, NOTICE, None).await;
    let confirmation = desk.last_to(JANE, CONFIRMED);
    desk.is_told(JANE, "Please disregard this notice, it was sent by mistake.", Some(&confirmation)).await;
    assert_eq!((desk.states(), desk.closed().await), (vec!["done".to_owned(), "needs_staff".to_owned()], 1));
    let cases = desk.cases();
    let cancel = cases.last().expect("the cancel's own");
    assert!(reasons(cancel).contains("RD-1001 is over, and may be what it is about"), "{}", reasons(cancel));
    assert!(desk.sent_to("staff@helpdesk.example").iter().any(|(_, text)| text.contains("RD-1002")));
    desk.closes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_out_of_office_that_answers_our_reply_is_left_alone() {
    let mut desk = Helpdesk::open("approve").await;
    desk.is_told(JANE, NOTICE, None).await;
    let ours = desk.last_to(JANE, "is being worked on");
    let absence = Letter {
        from: JANE,
        subject: "Automatic reply: We have received your notice [RD-1001]",
        body: "I am out of the office until Monday. Please disregard anything urgent, or call 507-555-0171.",
        dmarc: "pass",
        headers: &format!("In-Reply-To: <{ours}>\r\nAuto-Submitted: auto-replied\r\n"),
    };
    desk.hears(&absence.mail("absence")).await;
    // A vacation notice without any mark in its header.
    let unmarked = Letter { subject: "Re: hello", headers: &format!("In-Reply-To: <{ours}>\r\n"), ..absence };
    desk.hears(&unmarked.mail("unmarked")).await;
    assert_eq!(desk.states(), ["awaiting_approval"]);
    assert_eq!(desk.sent_to(JANE).len(), 1, "machines are not answered");
    assert!(is_untouched(&desk.flags(2)) && is_untouched(&desk.flags(3)));
    desk.closes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_of_ours_that_comes_back_is_shown_at_its_case() {
    let mut desk = Helpdesk::open("apply").await;
    desk.is_told(JANE, NOTICE, None).await;
    let confirmation = desk.last_to(JANE, CONFIRMED);
    let told = desk.sent_to("staff@helpdesk.example").len();
    desk.hears(&bounce(&confirmation, JANE)).await;
    let case = desk.cases().remove(0);
    assert_eq!((text(&case, "state"), desk.closed().await), ("done", 1), "what was done is done");
    assert!(reasons(&case).contains("reply 1 has not arrived for certain"), "{case:#}");
    let staff = desk.sent_to("staff@helpdesk.example");
    assert_eq!(staff.len(), told + 1);
    assert!(staff.last().is_some_and(|(_, text)| text.contains("could not be delivered")));
    assert!(is_untouched(&desk.flags(2)), "a bounce is a machine's mail");

    // Once is enough; and reports about mails that are not ours, or were never sent, are nothing.
    let never_sent = confirmation.replace(".reply.1.", ".reply.7.");
    for of in [confirmation.as_str(), never_sent.as_str(), "RD-1001.reply.1.somebody@else.example"] {
        desk.hears(&bounce(of, JANE)).await;
    }
    assert_eq!(desk.sent_to("staff@helpdesk.example").len(), told + 1);
    // Sent again, with the same number, once a person says so.
    desk.decide(&["case", "retry", "RD-1001"]);
    desk.site.at_rest(5).await;
    let ids: Vec<String> = desk.sent_to(JANE).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, [confirmation.as_str(); 2]);
    desk.closes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_are_not_understood_stop_the_case_until_a_person_has_read_them() {
    let mut desk = Helpdesk::open("approve").await;
    desk.is_told(JANE, NOTICE, None).await;
    let ours = desk.last_to(JANE, "is being worked on");
    desk.is_told(JANE, "Thanks so much!", Some(&ours)).await;
    assert_eq!(desk.states(), ["awaiting_approval"], "thanks are thanks");
    desk.is_told(JANE, "Her sister called, it is all rather more complicated than we thought.", Some(&ours))
        .await;
    assert_eq!(desk.states(), ["needs_staff"]);
    let refused = desk.site.output(&["case", "approve", "RD-1001"]);
    assert_eq!(refused.status.code(), Some(1), "nobody has looked at it since");
    desk.decide(&["case", "retry", "RD-1001"]);
    desk.site.at_rest(3).await;
    desk.decide(&["case", "approve", "RD-1001"]);
    desk.site.at_rest(3).await;
    assert_eq!((desk.states(), desk.closed().await), (vec!["done".to_owned()], 1));
    let confirmation = desk.last_to(JANE, CONFIRMED);

    // After the end: thanks again, and words that somebody should find.
    desk.is_told(JANE, "Perfect, thank you!", Some(&confirmation)).await;
    assert!(desk.possible().is_empty());
    desk.is_told(JANE, "It still shows up in our search, by the way.", Some(&confirmation)).await;
    assert_eq!(desk.possible(), ["It answers RD-1001, which is over."]);
    assert!(is_untouched(&desk.flags(2)) && is_untouched(&desk.flags(4)) && is_untouched(&desk.flags(5)));
    desk.closes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_stops_the_revocation_it_speaks_against() {
    let mut desk = Helpdesk::open("approve").await;
    desk.is_told(JANE, NOTICE, None).await;
    let consents = "The client of the closed record 1000001, who had refused to share, has now signed the ROI. \
                    We made a new open record 1000002.";
    desk.is_told(JANE, consents, None).await;
    assert_eq!(desk.states(), ["needs_staff", "needs_staff"]);
    let first = desk.cases().remove(0);
    assert!(reasons(&first).contains("RD-1002 has come in"), "{}", reasons(&first));
    assert_eq!(desk.closed().await, 0);
    desk.closes().await;
}
