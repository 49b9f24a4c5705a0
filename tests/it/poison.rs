//! Mails that helpdesks choke on, first, in the middle and last among good ones, on a real IMAP server: each good one is
//! handled once, each bad one is set aside with its reason and its bytes, staff are told, and nothing else is held up.

use std::{fmt::Write as _, fs, time::Duration};

use serde_json::Value;

use crate::{
    dovecot::Dovecot,
    site::{Letter, Site, on_servers, plain, until},
    smtp_sink::SmtpSink,
};

/// The head of a mail from a verified sender; what the body needs follows.
const HEAD: &str = "Authentication-Results: mx.helpdesk.example; dmarc=pass header.from=alder.example\r\n\
                    From: jane@alder.example\r\nTo: helpdesk@helpdesk.example\r\nSubject: revoked\r\n";
const DATED: &str = "Date: Fri, 20 Nov 2026 10:00:00 -0600\r\n";

/// What becomes of an odd mail.
#[derive(Debug, PartialEq, Eq)]
enum Becomes {
    /// Set aside, for this reason.
    Quarantined(&'static str),
    /// A case about this record: odd as it is, it can be read.
    Case(&'static str),
    /// Nobody's notice.
    Left,
}
use Becomes::{Case, Left, Quarantined};

struct Odd {
    name: &'static str,
    mail: Vec<u8>,
    becomes: Becomes,
}

fn notice(record: &str) -> String {
    format!("Client {record} revoked her consent today. Please close the record.")
}

fn utf16(text: &str) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Quoted-printable (RFC 2045 6.7), every byte of it.
fn quoted(bytes: &[u8]) -> String {
    let lines =
        bytes.chunks(20).map(|line| line.iter().map(|byte| format!("={byte:02X}")).collect::<String>());
    lines.collect::<Vec<_>>().join("=\r\n")
}

fn nested(levels: usize) -> String {
    let mut mail = HEAD.to_owned();
    for level in 0..levels {
        write!(mail, "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n")
            .expect("written");
    }
    mail + "\r\n" + &notice("1000001") + "\r\n"
}

/// The classes of complaint known from other helpdesks.
fn odd_mails() -> Vec<Odd> {
    let odd = |name, head: &str, body: &[u8], becomes| Odd {
        name,
        mail: [head.as_bytes(), b"\r\n", body].concat(),
        becomes,
    };
    let with = |more: &str| format!("{HEAD}{DATED}{more}");
    let parts = "--b\r\n\r\nx\r\n".repeat(10_000);
    let mixed = with("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n");
    vec![
        odd("no From", "Subject: revoked\r\n", notice("1000001").as_bytes(), Quarantined("no_from")),
        odd("nothing at all", "", b"", Quarantined("empty")),
        odd("no Message-ID", &with(""), notice("1000011").as_bytes(), Case("1000011")),
        odd("a date that is none", &format!("{HEAD}Date: 31 Feb, after lunch\r\n"), notice("1000012").as_bytes(), Case("1000012")),
        odd("no date", HEAD, notice("1000013").as_bytes(), Case("1000013")),
        odd(
            "a charset nobody knows",
            &with("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=x-helpdesk-9\r\nContent-Transfer-Encoding: 8bit\r\n"),
            &(0x80..=0xFF_u8).cycle().take(600).collect::<Vec<u8>>(),
            Quarantined("unknown_charset"),
        ),
        odd(
            "UTF-16",
            &with("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: quoted-printable\r\n"),
            quoted(&utf16(&notice("1000014"))).as_bytes(),
            Case("1000014"),
        ),
        odd(
            "all in winmail.dat",
            &mixed,
            b"--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+IgE=\r\n--b--\r\n",
            Quarantined("outlook_only"),
        ),
        odd(
            "encrypted",
            &with("MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n"),
            b"MIAGCSqGSIb3DQEHA6CAMIACAQAxgg==\r\n",
            Quarantined("encrypted"),
        ),
        odd("10,000 parts", &mixed, format!("{parts}--b--\r\n").as_bytes(), Quarantined("too_many_parts")),
        Odd { name: "parts in parts", mail: nested(200).into_bytes(), becomes: Quarantined("too_deep") },
        odd("no body", &with(""), b"", Left),
        odd("larger than is taken", &with(""), &vec![b'x'; 50 * 1024 * 1024], Quarantined("too_large")),
    ]
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn records_of(cases: &[Value]) -> Vec<String> {
    let mut records: Vec<String> =
        cases.iter().filter_map(|case| Some(case.pointer("/items/0/record")?.as_str()?.to_owned())).collect();
    records.sort();
    records
}

/// The most memory a process has had, in MiB.
fn peak_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("told");
    peak.trim().trim_end_matches(" kB").trim().parse::<u64>().expect("a number") / 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_mails_among_good_ones_are_read_or_set_aside_and_hold_nothing_up() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::obliging().await);
    let site = Site::new(
        &(on_servers(dovecot.options().port, sink.port) + "[staff]\nnotify = [\"staff@helpdesk.example\"]\n"),
    )
    .await;
    let odd = odd_mails();
    let good: Vec<String> = (0..=odd.len()).map(|index| (2_000_000 + index).to_string()).collect();
    let odd_but_read = odd.iter().filter_map(|mail| match &mail.becomes {
        Case(record) => Some((*record).to_owned()),
        Quarantined(_) | Left => None,
    });
    let mut expected: Vec<String> = good.iter().cloned().chain(odd_but_read).collect();
    expected.sort();
    let mut facts = String::new();
    for record in &expected {
        write!(
            facts,
            "INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias) VALUES
                ('{record}', 'alder', 'open', FALSE, FALSE, 'SHARED');
             INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
                ('test', 'enrollment', '{record}', '{record}', 'alder');"
        )
        .expect("written");
    }
    site.hmis(&facts).await;

    // Odd, good, odd, good … odd: first, in the middle and last.
    let from = good.iter().map(|record| format!("worker-{record}@alder.example")).collect::<Vec<_>>();
    for (index, mail) in odd.iter().enumerate() {
        dovecot.deliver("INBOX", &mail.mail);
        let (Some(from), Some(record)) = (from.get(index), good.get(index)) else { unreachable!("one more") };
        if index + 1 < odd.len() {
            let body = notice(record);
            let letter = Letter { from, subject: "revoked", body: &body, dmarc: "pass", headers: "" };
            dovecot.deliver("INBOX", &letter.mail(record));
        }
    }
    let good = good.get(..odd.len() - 1).expect("as many");
    expected.retain(|record| !record.starts_with('2') || good.contains(record));
    let total = odd.len() + good.len();
    let daemon = site.serve();
    site.at_rest(total).await;
    assert!(peak_memory(daemon.process()) < 200, "{} MiB", peak_memory(daemon.process()));

    // Every mail that can be read became one case, and each record was closed.
    let cases = site.json(&["case", "list"]);
    assert_eq!(records_of(&cases), expected);
    for case in cases.iter().filter(|case| text(case, "sender").starts_with("worker-")) {
        assert_eq!(text(case, "state"), "done", "{case:#}");
    }
    let answered =
        |from: &String| sink.transactions().iter().filter(|sent| sent.recipients == [from.clone()]).count();
    assert!(from.iter().take(good.len()).all(|from| answered(from) == 1), "each good one once");

    // Every other one is set aside for its reason, with its bytes, and staff know.
    let set_aside = site.json(&["mail", "list", "--state", "quarantined"]);
    let wanted: Vec<_> = odd
        .iter()
        .filter_map(|mail| match mail.becomes {
            Quarantined(why) => Some((why, mail)),
            Case(_) | Left => None,
        })
        .collect();
    let found: Vec<&str> = set_aside.iter().map(|mail| text(mail, "verdict")).collect();
    assert_eq!(found, wanted.iter().map(|(why, _)| *why).collect::<Vec<_>>());
    for (row, (why, mail)) in set_aside.iter().zip(&wanted) {
        let kept = site.kept(text(row, "id")).await;
        let whole = (*why != "too_large").then_some(&mail.mail);
        assert!(kept.as_ref() == whole, "{}: the bytes are kept as they came", mail.name);
        assert!(!text(row, "reason").is_empty());
    }
    let told = sink
        .transactions()
        .iter()
        .filter(|sent| {
            plain(&String::from_utf8_lossy(&sent.content)).contains("could not be read by the desk")
        })
        .count();
    assert_eq!(told, wanted.len());
    site.run(&["db", "verify"]);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_aside_is_read_again_once_its_cause_is_mended() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::obliging().await);
    let site = Site::new(&on_servers(dovecot.options().port, sink.port)).await;
    site.reconfigure("[mailbox]", "[mailbox]\nmax_message = \"10 KiB\"");
    site.hmis(
        "INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias) VALUES
            ('1000001', 'alder', 'open', FALSE, FALSE, 'SHARED');
         INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
            ('test', 'enrollment', 'a1', '1000001', 'alder');",
    )
    .await;
    let body = notice("1000001") + "\n\n-- \n" + &"Alder House, every day from eight to eight\n".repeat(300);
    let letter =
        Letter { from: "jane@alder.example", subject: "revoked", body: &body, dmarc: "pass", headers: "" };
    dovecot.deliver("INBOX", &letter.mail("large"));
    dovecot.deliver("INBOX", b"Subject: nobody sent this\r\n\r\nhello\r\n");
    let question = Letter { subject: "training", body: "When is the next training?", ..letter };
    dovecot.deliver("INBOX", &question.mail("question"));
    let daemon = site.serve();
    site.at_rest(3).await;
    let id = |verdict: &str| {
        let mails = site.json(&["mail", "list"]);
        let mail = mails.iter().find(|mail| text(mail, "verdict") == verdict);
        let mail = mail.unwrap_or_else(|| unreachable!("{verdict}: {mails:#?}"));
        text(mail, "id").to_owned()
    };
    let (large, nobody, other) = (id("too_large"), id("no_from"), id("other"));

    // Nothing is mended yet: it says so, and stays.
    for (message, says) in [(&large, "max_message"), (&nobody, "does not say who sent it")] {
        let output = site.output(&["mail", "replay", message]);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{told}{errors}");
        assert!(told.contains("still cannot be read") && told.contains(says), "{told}");
    }
    assert!(site.run(&["mail", "replay", &other]).contains("is no notice"));
    let unknown = site.output(&["mail", "replay", "no-such-message"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("there is no message no-such-message"));
    site.at_rest(3).await;

    // Mended: it becomes the case it is, from the day it arrived, and the daemon works it off.
    site.reconfigure("10 KiB", "25 MiB");
    assert!(site.run(&["mail", "replay", &large]).contains("belongs to RD-1001 now"));
    let done = until(Duration::from_secs(60), || {
        site.json(&["case", "list"]).first().is_some_and(|case| text(case, "state") == "done")
    })
    .await;
    assert!(done, "{}", site.log());
    site.at_rest(3).await;
    assert!(dovecot.flags("INBOX").get(&1).is_some_and(|flags| flags.contains("\\Answered")));
    // Once read it is not read again.
    let again = site.output(&["mail", "replay", &large]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("it belongs to RD-1001"));
    site.run(&["db", "verify"]);
    daemon.stop().await;
}
