//! The main job, end to end: a real Dovecot, a real SMTP server (the sink that Postfix brings), SQLite or PostgreSQL for both
//! databases, and the real daemon.
//! Forty mixed mails → exactly the right closures and replies, everything else untouched; a second run changes
//! nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::{PermissionsExt, chown},
    process::{Child, Command, Stdio},
    time::Duration,
};

use roi_desk::clock::Clock;
use serde_json::Value;

use crate::{
    dovecot::Dovecot,
    postgres::Postgres,
    site::{Letter, Site, on_servers, plain, read_all, until},
};

/// The facts the forty mails are about. Sharing is open, everything known, unless a line says otherwise.
const FACTS: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias) VALUES
        ('1000001', 'alder', 'open', FALSE, FALSE, 'SHARED'),
        ('1000002', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000003', 'alder', 'closed', FALSE, FALSE, 'CLOSED/NOT SHARED'),
        ('1000004', 'alder', 'open', FALSE, FALSE, 'SHARED'),
        ('1000005', 'alder', 'open', FALSE, FALSE, 'call J. before noon'),
        ('1000006', 'birch', 'open', FALSE, FALSE, NULL),
        ('1000007', 'alder', 'open', TRUE, FALSE, NULL),
        ('1000008', 'alder', 'closed', FALSE, FALSE, 'DO NOT USE - CLIENT REVOKED CONSENT'),
        ('1000011', 'birch', 'open', FALSE, FALSE, NULL),
        ('1000013', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000014', NULL, 'open', FALSE, FALSE, NULL),
        ('1000015', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000016', 'alder', 'open', FALSE, TRUE, NULL),
        ('1000017', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000018', 'alder-night', 'open', FALSE, FALSE, NULL),
        ('1000019', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000020', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000021', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000022', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000023', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000024', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000025', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000026', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000104', 'alder', 'closed', FALSE, FALSE, 'CLOSED – USE THIS FILE'),
        ('1000105', 'alder', 'open', FALSE, FALSE, NULL);
    INSERT INTO hmis_record (record_id, status, merged_into) VALUES
        ('1000009', 'merged', '1000001'), ('1000010', 'deleted', NULL);
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id, deleted_at) VALUES
        ('test', 'enrollment', 'e1', '1000001', 'alder', NULL), ('test', 'note', 'n1', '1000001', 'alder-night', NULL),
        ('test', 'enrollment', 'e3', '1000003', 'alder', NULL),
        ('test', 'enrollment', 'e4', '1000004', 'alder', NULL), ('test', 'enrollment', 'f4', '1000004', 'birch', NULL),
        ('test', 'enrollment', 'e5', '1000005', 'alder', NULL), ('test', 'service', 'f5', '1000005', 'dogwood', NULL),
        ('test', 'enrollment', 'e6', '1000006', 'alder', NULL), ('test', 'service', 'f6', '1000006', 'birch', NULL),
        ('test', 'enrollment', 'e7', '1000007', 'alder', NULL), ('test', 'service', 'f7', '1000007', 'birch', NULL),
        ('test', 'enrollment', 'e8', '1000008', 'alder', NULL), ('test', 'service', 'f8', '1000008', 'dogwood', NULL),
        ('test', 'service', 'f11', '1000011', 'birch', NULL),
        ('test', 'service', 'f13', '1000013', 'birch', NULL),
        ('test', 'service', 'f14', '1000014', 'alder', NULL),
        ('test', 'service', 'e15', '1000015', 'alder', NULL),
        ('test', 'service', 'f15', '1000015', 'birch', '2026-05-01T00:00:00Z'),
        ('test', 'service', 'e16', '1000016', 'alder', NULL),
        ('test', 'service', 'e17', '1000017', 'alder', NULL), ('test', 'service', 'f17', '1000017', 'cedar', NULL),
        ('test', 'service', 'e18', '1000018', 'alder', NULL),
        ('test', 'service', 'e19', '1000019', 'alder', NULL), ('test', 'service', 'e20', '1000020', 'alder', NULL),
        ('test', 'service', 'e23', '1000023', 'alder', NULL), ('test', 'service', 'f23', '1000023', 'birch', NULL),
        ('test', 'service', 'e24', '1000024', 'alder', NULL), ('test', 'service', 'f24', '1000024', 'birch', NULL),
        ('test', 'service', 'e104', '1000104', 'alder', NULL), ('test', 'service', 'e105', '1000105', 'alder', NULL);
    INSERT INTO hmis_grant (source, record_id, agency_id) VALUES
        ('test', '1000018', 'dogwood'), ('test', '1000004', 'dogwood'), ('test', '1000004', 'birch');";

/// What must become of a mail.
enum Becomes {
    /// Nobody's notice: left exactly as it was.
    Left,
    /// A case that ends in this state, of which the sender has these replies, told by words in each, in order.
    Case(&'static str, &'static [&'static str]),
    /// It joins or stops another mail's case; its own sender gets nothing more.
    Joins,
}
use Becomes::{Case, Joins, Left};

struct Mail {
    name: &'static str,
    from: &'static str,
    subject: &'static str,
    body: &'static str,
    dmarc: &'static str,
    headers: &'static str,
    becomes: Becomes,
}

const fn mail(name: &'static str, subject: &'static str, body: &'static str, becomes: Becomes) -> Mail {
    Mail { name, from: "jane@alder.example", subject, body, dmarc: "pass", headers: "", becomes }
}

const QUEUED: &str = "being worked on";
const CONFIRMED: &str = "only your agency has visibility";
const ENDED: &str = "sharing with everyone else has ended";
const NEUTRAL: &str = "a person at the helpdesk will look";

const MAILS: [Mail; 40] = [
    mail(
        "s1",
        "Client revoked ROI",
        "Client 1000001 revoked consent today. Please confirm that only we can see the record.",
        Case("done", &[CONFIRMED]),
    ),
    mail(
        "s1-no-data",
        "revoked consent",
        "Hello,\n\nclient ID 1000002 has withdrawn the ROI. We created the record. Please close it.\n\nJane",
        Case("done", &[CONFIRMED]),
    ),
    mail(
        "s1-closed",
        "ROI revoked - Scenario 1",
        "Client 1000003 revoked her ROI, I have closed the record. Please confirm.",
        Case("done", &["already closed"]),
    ),
    mail(
        "s2",
        "ROI revoked - Scenario 2",
        "Client 1000004 revoked consent. The new closed record is 1000104. Please close the old record 1000004.",
        Case("done", &[QUEUED, "Please use record 1000104 instead"]),
    ),
    mail(
        "s2-bad-replacement",
        "revoked ROI",
        "Client 1000005 revoked her ROI. I created a new record, 1000105. Please close the old record 1000005.",
        Case("done", &[QUEUED, ENDED]),
    ),
    mail(
        "s2-none-named",
        "revoked consent",
        "Client 1000006 revoked his consent, please close the record.",
        Case("done", &[QUEUED, ENDED]),
    ),
    mail(
        "s2-priority",
        "revoked consent",
        "Client 1000007 revoked his consent, please close the record.",
        Case("awaiting_approval", &[QUEUED]),
    ),
    mail(
        "s2-closed",
        "revoked consent",
        "Client 1000008 revoked his consent, please close the record.",
        Case("done", &["already closed"]),
    ),
    mail(
        "merged",
        "revoked consent",
        "Client 1000009 revoked her consent, please close the record.",
        Case("needs_staff", &[NEUTRAL]),
    ),
    mail(
        "deleted",
        "revoked consent",
        "Client 1000010 revoked her consent, please close the record.",
        Case("needs_staff", &[NEUTRAL]),
    ),
    mail(
        "not-theirs",
        "revoked consent",
        "Client 1000011 revoked her consent, please close the record.",
        Case("needs_staff", &[NEUTRAL]),
    ),
    mail(
        "missing",
        "revoked consent",
        "Client 1000012 revoked her consent, please close the record.",
        Case("needs_staff", &[NEUTRAL]),
    ),
    mail(
        "only-another",
        "revoked consent",
        "Client 1000013 revoked her consent, please close the record.",
        Case("needs_staff", &[NEUTRAL]),
    ),
    mail(
        "no-creator",
        "revoked consent",
        "Client 1000014 revoked her consent, please close the record.",
        Case("needs_staff", &[NEUTRAL]),
    ),
    mail(
        "deleted-data",
        "revoked consent",
        "Client 1000015 revoked her consent, please close the record.",
        Case("needs_staff", &[NEUTRAL]),
    ),
    mail(
        "minor",
        "revoked consent",
        "Client 1000016 revoked her consent, please close the record.",
        Case("needs_staff", &[NEUTRAL]),
    ),
    mail(
        "victim-services",
        "revoked consent",
        "Client 1000017 revoked her consent, please close the record.",
        Case("needs_staff", &[NEUTRAL]),
    ),
    mail(
        "foreign-grant",
        "revoked consent",
        "Client 1000018 revoked her consent, please close the record.",
        Case("done", &[CONFIRMED]),
    ),
    mail(
        "household",
        "Mother and son revoked",
        "Both clients revoked their ROI:\n\n1000019\n1000020\n\nPlease close both records.",
        Case("done", &[CONFIRMED]),
    ),
    Mail {
        dmarc: "fail",
        ..mail(
            "spoofed",
            "revoked consent",
            "Client 1000021 revoked her consent, please close the record.",
            Case("needs_staff", &[]),
        )
    },
    Mail {
        from: "sam@stranger.example",
        ..mail(
            "stranger",
            "revoked consent",
            "Client 1000022 revoked her consent, please close the record.",
            Case("needs_staff", &[NEUTRAL]),
        )
    },
    mail(
        "waits",
        "revoked consent",
        "Client 1000023 revoked her consent, please close the record.",
        Case("awaiting_approval", &[QUEUED]),
    ),
    mail(
        "again",
        "revoked consent",
        "Client 1000023 has revoked her consent. Please close the record.",
        Joins,
    ),
    mail(
        "to-be-cancelled",
        "revoked consent",
        "Client 1000024 revoked his consent, please close the record.",
        Case("cancelled", &["have stopped"]),
    ),
    mail(
        "cancel",
        "Please disregard",
        "Please disregard my earlier email about client 1000024 revoking consent. He did not revoke anything, do not close the record.",
        Joins,
    ),
    mail(
        "two-ids",
        "Client 1000025 revoked consent",
        "Client 1000026 revoked consent. Please close the record.",
        Case("needs_staff", &[NEUTRAL]),
    ),
    mail(
        "no-id",
        "ROI revoked",
        "One of our clients revoked his ROI yesterday and wants his record closed. I do not have his client number.",
        Case("awaiting_information", &["client ID"]),
    ),
    mail(
        "consent",
        "Client now agrees to share",
        "Client with closed record 1000099 signed the ROI on 11/19/2026. The old record stays closed. New open record: 1000106.",
        Case("needs_staff", &["stays closed"]),
    ),
    mail("password", "locked out", "I typed my password wrong too often. Can you reset it? User jdoe.", Left),
    mail("beds", "Bed counts", "Attached is our bed inventory: 34 beds year-round, project 4410.", Left),
    mail(
        "question",
        "What if a client revokes?",
        "If a client revokes their consent, do we close the record ourselves or do you? We have no such case now.",
        Left,
    ),
    mail(
        "not-revoked",
        "about client 1000001",
        "Client 1000001 did not revoke her consent. Who told you that?",
        Left,
    ),
    mail(
        "thanks",
        "Re: record closed",
        "Perfect, thank you so much!\n\n> Client 1000001 revoked consent, please close.",
        Left,
    ),
    mail(
        "status",
        "Any news?",
        "Last week I wrote you that client 1000001 had revoked the ROI. I have not heard back. Is it closed?",
        Left,
    ),
    Mail {
        headers: "Auto-Submitted: auto-replied\r\n",
        ..mail(
            "out-of-office",
            "Automatic reply",
            "I am out of office. If a client revoked consent, call 555-0143.",
            Left,
        )
    },
    Mail {
        headers: "List-Id: <hmis.lists.example>\r\nPrecedence: list\r\n",
        ..mail(
            "list",
            "[hmis] revocation letters",
            "How do you word your letter when a client revoked consent? Client 1000001 is an example.",
            Left,
        )
    },
    mail(
        "training",
        "training on October 13",
        "I want to join the training about ROI and consent. Meeting ID 895 5127 7430.",
        Left,
    ),
    mail(
        "access",
        "Revoke access for former staff",
        "Please revoke the HMIS access of Jonathan, user ID 1000001, effective today.",
        Left,
    ),
    mail("merge", "duplicate clients", "1000001 and 1000002 are the same person, please merge them.", Left),
    mail("call", "(no subject)", "Can somebody call me back today please, it's about a report.", Left),
];

/// Postfix's smtp-sink, which writes every mail it takes into a file.
struct Sink {
    folder: tempfile::TempDir,
    port: u16,
    server: Child,
}

impl Sink {
    async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("sink").tempdir().expect("a scratch folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("ours");
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = free.local_addr().expect("bound").port();
        drop(free);
        let mut command = Command::new("/usr/sbin/smtp-sink");
        let owner =
            fs::metadata(folder.path()).map(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata));
        if owner.expect("there") == 0 {
            // It refuses to be root.
            chown(folder.path(), Some(65_534), Some(65_534)).expect("root may");
            command.args(["-u", "nobody"]);
        }
        let server = command
            .args(["-d", "mail."])
            .arg(format!("127.0.0.1:{port}"))
            .arg("100")
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("smtp-sink starts; is postfix installed?");
        let listens =
            until(Duration::from_secs(10), || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()).await;
        assert!(listens, "smtp-sink listens");
        Self { folder, port, server }
    }

    /// Every mail taken, as (recipient, text).
    fn mails(&self) -> Vec<(String, String)> {
        read_all(self.folder.path())
            .into_iter()
            .filter_map(|dump| {
                let to = dump.lines().find_map(|line| line.strip_prefix("X-Rcpt-Args: <"))?;
                let to = to.split('>').next()?.to_owned();
                let (_, mail) = dump.split_once("\nMessage-ID:").map(|_| ("", dump.clone()))?;
                Some((to, mail))
            })
            .collect()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.server.kill().unwrap_or_default();
        self.server.wait().map(drop).unwrap_or_default();
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The case of the mail called `name`: its number is the one of the message that was seen in that place.
fn case_of<'a>(site: &Site, cases: &'a [Value], uid: usize) -> Option<&'a Value> {
    let messages = site.json(&["mail", "list"]);
    let message = messages.iter().find(|message| text(message, "uid") == uid.to_string())?;
    let number = text(message, "case").to_owned();
    cases.iter().find(|case| text(case, "case") == number)
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_mixed_mails_are_each_handled_as_they_should_and_a_second_run_changes_nothing() {
    forty_mails(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_so_they_are_where_both_databases_are_on_postgresql() {
    forty_mails(Some(&Postgres::start())).await;
}

#[expect(clippy::too_many_lines, reason = "one run, told in order")]
async fn forty_mails(server: Option<&Postgres>) {
    let (dovecot, sink) = (Dovecot::start(), Sink::start().await);
    let mail =
        on_servers(dovecot.options().port, sink.port) + "[staff]\nnotify = [\"staff@helpdesk.example\"]\n";
    let site = match server {
        Some(server) => Site::on_postgres(&mail, server).await,
        None => Site::new(&mail).await,
    };
    site.hmis(FACTS).await;
    let today = Clock::system().now().format("%d-%b-%Y %H:%M:%S +0000").to_string();
    for mail in &MAILS {
        let letter = Letter {
            from: mail.from,
            subject: mail.subject,
            body: mail.body,
            dmarc: mail.dmarc,
            headers: mail.headers,
        };
        dovecot.append("INBOX", "", &today, &letter.mail(mail.name));
    }
    let records_before = site.records().await;
    let flags_before = lasting_flags(&dovecot);

    let daemon = site.serve();
    site.at_rest(MAILS.len()).await;
    let cases = site.json(&["case", "list"]);
    for mail in ["s2", "s2-bad-replacement", "s2-none-named"] {
        let uid = 1 + MAILS.iter().position(|known| known.name == mail).expect("listed");
        let case = case_of(&site, &cases, uid).expect("a case");
        assert_eq!(text(case, "state"), "awaiting_approval", "{mail}: {case:#}");
        site.run(&["case", "approve", text(case, "case"), "--evidence", text(case, "evidence_sha256")]);
    }
    site.at_rest(MAILS.len()).await;
    daemon.stop().await;

    // The HMIS: exactly these records changed, exactly so.
    let closed: BTreeMap<&str, Option<&str>> = BTreeMap::from([
        ("1000001", Some("CLOSED/NOT SHARED")),
        ("1000002", Some("CLOSED/NOT SHARED")),
        ("1000004", Some("DO NOT USE - CLIENT REVOKED CONSENT")),
        ("1000005", Some("call J. before noon")),
        ("1000006", Some("DO NOT USE - CLIENT REVOKED CONSENT")),
        ("1000018", Some("CLOSED/NOT SHARED")),
        ("1000019", Some("CLOSED/NOT SHARED")),
        ("1000020", Some("CLOSED/NOT SHARED")),
    ]);
    for ((record, before, alias_before), (_, after, alias_after)) in
        records_before.iter().zip(site.records().await)
    {
        match closed.get(record.as_str()) {
            Some(alias) => {
                assert_eq!((after.as_str(), alias_after.as_deref()), ("closed", *alias), "{record}");
            }
            None => assert_eq!((&after, &alias_after), (before, alias_before), "{record} was touched"),
        }
    }

    // Each mail, its case, its replies, its flags.
    let cases = site.json(&["case", "list"]);
    let sent = sink.mails();
    let flags = lasting_flags(&dovecot);
    let mut replies_expected = 0;
    for (index, mail) in MAILS.iter().enumerate() {
        let uid = u32::try_from(index + 1).expect("few");
        let case = case_of(&site, &cases, index + 1);
        let flags_now = flags.get(&uid).expect("nothing is moved or deleted");
        match &mail.becomes {
            Left => {
                assert!(case.is_none(), "{}: {case:#?}", mail.name);
                assert_eq!(flags_before.get(&uid), Some(flags_now), "{} was touched", mail.name);
            }
            Joins => {
                let case = case.map(|case| text(case, "case").to_owned()).unwrap_or_default();
                let messages = site.json(&["mail", "list"]);
                let of_the_case = messages.iter().filter(|message| text(message, "case") == case).count();
                assert_eq!(of_the_case, 2, "{} shares {case} with an earlier mail", mail.name);
                assert!(flags_now.contains("$RoiDesk"), "{}: {flags_now:?}", mail.name);
            }
            Case(state, replies) => {
                let case = case.unwrap_or_else(|| unreachable!("{} opened no case", mail.name));
                assert_eq!(text(case, "state"), *state, "{}: {case:#}", mail.name);
                let in_thread: Vec<&String> = sent
                    .iter()
                    .filter(|(to, text)| {
                        to == mail.from && text.contains(&format!("[{}]", self::text(case, "case")))
                    })
                    .map(|(_, text)| text)
                    .collect();
                replies_expected += replies.len();
                assert_eq!(in_thread.len(), replies.len(), "{}: {in_thread:#?}", mail.name);
                for words in *replies {
                    let said = in_thread.iter().any(|text| plain(text).contains(words));
                    assert!(said, "{}: no reply says “{words}”: {in_thread:#?}", mail.name);
                }
                let finished = ["done", "cancelled"].contains(state) && !replies.is_empty();
                let expected: BTreeSet<String> = if finished {
                    ["$RoiDesk", "\\Answered", "\\Seen"].map(str::to_owned).into()
                } else {
                    ["$RoiDesk"].map(str::to_owned).into()
                };
                assert_eq!(*flags_now, expected, "{}", mail.name);
            }
        }
    }
    let (to_staff, to_agencies): (Vec<_>, Vec<_>) =
        sent.iter().partition(|(to, _)| to == "staff@helpdesk.example");
    assert_eq!(to_agencies.len(), replies_expected, "nobody else was written to");
    assert!(!to_staff.is_empty());

    // Scenario 2 is never "fully closed", and no reply names an agency.
    for (to, text) in &to_agencies {
        for name in ["Alder", "Birch", "Cedar", "Dogwood"] {
            assert!(!plain(text).contains(name), "{name} is named to {to}: {text}");
        }
        assert!(!plain(text).to_lowercase().contains("fully closed"), "{text}");
    }
    site.run(&["db", "verify"]);

    // A second run changes nothing.
    let (records, mails) = (site.records().await, sink.mails().len());
    let cases = site.run(&["--format", "json", "case", "list"]);
    let daemon = site.serve();
    site.at_rest(MAILS.len()).await;
    daemon.stop().await;
    assert_eq!(site.records().await, records);
    assert_eq!(sink.mails().len(), mails);
    assert_eq!(site.run(&["--format", "json", "case", "list"]), cases);
    assert_eq!(lasting_flags(&dovecot), flags);
}

/// The flags of every message, without `\Recent`: it says which session saw a message first (RFC 3501 2.3.2), and
/// whoever opens a folder for changes takes it from all messages in it.
fn lasting_flags(dovecot: &Dovecot) -> BTreeMap<u32, BTreeSet<String>> {
    let mut flags = dovecot.flags("INBOX");
    for set in flags.values_mut() {
        set.remove("\\Recent");
    }
    flags
}
