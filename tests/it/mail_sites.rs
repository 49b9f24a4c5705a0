//! The mailbox at real sites: servers that offer less, protect later, allow less, or cannot deliver a mail; people who
//! use the mailbox at the same time; folders that are large.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use roi_desk::{
    clock::Clock,
    domain::MessageKey,
    mailbox::{
        Content, Entry, Finding, Found, ImapOptions, Listing, Mailbox, MailboxError, Mark, Options, Tls,
    },
};
use secrecy::SecretString;

use crate::{
    dovecot::Dovecot,
    scripted_imap::{Fault, Scripted},
    site::{Letter, Site, plain, until},
};

const LONG_AGO: DateTime<Utc> = DateTime::UNIX_EPOCH;

async fn open(options: &ImapOptions) -> Mailbox {
    Mailbox::open(&Options::Imap(options.clone())).await.expect("the mailbox opens")
}

async fn refusal(options: &ImapOptions) -> MailboxError {
    Mailbox::open(&Options::Imap(options.clone())).await.expect_err("the mailbox does not open")
}

async fn list(mailbox: &mut Mailbox) -> Listing {
    mailbox.list(None, LONG_AGO).await.expect("listed")
}

/// The content of every mail as a text; `!` and the reason where it cannot be had.
async fn texts(mailbox: &mut Mailbox, entries: Vec<Entry>) -> Vec<String> {
    let mut texts = Vec::new();
    for batch in mailbox.batches(entries) {
        for fetched in mailbox.fetch(&batch).await.expect("fetched") {
            texts.push(match fetched.content {
                Content::Whole(bytes) => String::from_utf8(bytes).expect("a text"),
                Content::TooLarge => "too large".to_owned(),
                Content::Unavailable(why) => format!("!{why}"),
            });
        }
    }
    texts
}

fn keys(listing: &Listing) -> Vec<MessageKey> {
    listing.entries.iter().map(|entry| entry.key.clone()).collect()
}

/// What a check finds wrong.
async fn wrong(options: &ImapOptions, folders: &[&str], now: DateTime<Utc>) -> Vec<String> {
    let found = Mailbox::check(&Options::Imap(options.clone()), folders, now).await.expect("checked");
    let wrong = found.into_iter().filter_map(|finding| match finding {
        Finding::Well(_) => None,
        Finding::Wrong(text) | Finding::WrongOnceLive(text) => Some(text),
    });
    wrong.collect()
}

fn now() -> DateTime<Utc> {
    Clock::system().now()
}

/// Whether a command asks for the whole content of mail 5, alone or among others.
fn asks_for_5(line: &str, what: &str) -> bool {
    line.contains(what) && line.split([' ', ',']).any(|word| word == "5")
}

// ---- Connections and logins ------------------------------------------------------------------------------------------

#[tokio::test]
async fn starttls_protects_the_login_and_its_certificate_is_checked() {
    let server = Dovecot::start_with("ssl=required\ndisable_plaintext_auth=yes");
    let mut mailbox = open(&server.starttls_options()).await;
    server.deliver("INBOX", b"one");
    let listing = list(&mut mailbox).await;
    assert_eq!(texts(&mut mailbox, listing.entries).await, ["one"]);

    let mut untrusted = server.starttls_options();
    untrusted.ca_file = None;
    let mut misnamed = server.starttls_options();
    misnamed.host = "127.0.0.1".to_owned();
    for (options, says) in [(untrusted, "ca_file"), (misnamed, "set host to a name it holds")] {
        let error = refusal(&options).await;
        assert!(matches!(error, MailboxError::Tls { .. }) && !error.is_temporary(), "{error:?}");
        assert!(error.to_string().contains(says), "{error}");
    }
    // TLS from the first byte on a port that begins in the clear, and the other way round.
    let mut at_once = server.starttls_options();
    at_once.tls = Tls::Implicit;
    let error = refusal(&at_once).await;
    assert!(error.to_string().contains("starttls"), "{error}");
    let mut later = server.tls_options();
    later.tls = Tls::StartTls;
    later.step_timeout = Duration::from_millis(500);
    let error = refusal(&later).await;
    assert!(matches!(error, MailboxError::Timeout { .. }), "{error}");
}

#[tokio::test]
async fn a_server_without_starttls_hears_no_login() {
    const OFFERS: Fault = Fault::Say("* CAPABILITY IMAP4rev1 STARTTLS\r\nC0 OK done\r\n");
    // What is slipped in behind the OK would be taken for the server's own words after the handshake.
    const SLIPPED: Fault = Fault::Say("C1 OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nC2 OK done\r\n");
    const PREAUTH: Fault = Fault::Say("* PREAUTH welcome\r\n");
    for (greeting, capability, starttls, says) in [
        (None, None, None, "does not offer STARTTLS"),
        (Some(PREAUTH), None, None, "PREAUTH"),
        (None, Some(OFFERS), Some(Fault::No), "then refuses it"),
        (None, Some(OFFERS), Some(SLIPPED), "tampering"),
    ] {
        let server = Scripted::start(move |line| match line {
            "GREETING" => greeting,
            "CAPABILITY" => capability,
            "STARTTLS" => starttls,
            _ => None,
        })
        .await;
        let options = ImapOptions { tls: Tls::StartTls, ..server.options() };
        let error = refusal(&options).await;
        assert!(error.to_string().contains(says), "{error}");
        let heard = server.commands();
        let harmless = |line: &String| ["GREETING", "CAPABILITY", "STARTTLS"].contains(&line.as_str());
        assert!(heard.iter().all(harmless), "{says}: {heard:?}");
    }
}

#[tokio::test]
async fn any_password_is_sent_in_the_way_the_server_takes() {
    let server = Dovecot::start_with("auth_username_chars=");
    for (user, password) in [("j\u{fc}rgen", "p\u{e4}ss w\"o\\rd"), ("worker", "secret")] {
        let mut options = server.starttls_options();
        options.user = user.to_owned();
        options.password = SecretString::from(password);
        list(&mut open(&options).await).await;
        options.password = SecretString::from("wr\u{f6}ng");
        let error = refusal(&options).await;
        assert!(matches!(error, MailboxError::Login { temporary: false, .. }), "{error:?}");
        assert!(error.to_string().contains("refused the user name or the password"), "{error}");
        assert!(!format!("{error:?}").contains("wr\u{f6}ng"));
    }
    // The scripted server knows LOGIN only.
    let server = Scripted::start(|_| None).await;
    open(&server.options()).await;
    let login = server.commands().into_iter().find(|line| line.starts_with("LOGIN"));
    assert_eq!(login.as_deref(), Some("LOGIN \"worker\" \"pass-phrase\""));
    // Dovecot turns LOGIN off where it has no PLAIN.
    let server = Dovecot::start_with("auth_mechanisms=login");
    let error = refusal(&server.starttls_options()).await;
    assert!(error.to_string().contains("no AUTH=PLAIN"), "{error}");
    let server = Scripted::start(|line| {
        let disabled = Fault::Say("* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nC2 OK done\r\n");
        (line == "CAPABILITY").then_some(disabled)
    })
    .await;
    let error = refusal(&server.options()).await;
    assert!(error.to_string().contains("over TLS only"), "{error}");
    assert_eq!(server.commands(), ["GREETING", "CAPABILITY"], "no password left us");
}

// ---- Less than everything --------------------------------------------------------------------------------------------

#[tokio::test]
async fn whatever_a_server_lacks_mail_is_listed_fetched_marked_and_filed_and_no_other_is_touched() {
    for lacking in ["IDLE", "MOVE", "UIDPLUS", "ESEARCH", "IDLE MOVE UIDPLUS ESEARCH"] {
        let all = ["IMAP4rev1", "LITERAL+", "IDLE", "MOVE", "UIDPLUS", "ESEARCH"];
        let offered: Vec<&str> =
            all.into_iter().filter(|name| !lacking.split(' ').any(|lacks| lacks == *name)).collect();
        let server = Dovecot::start_with(&format!("imap_capability={}", offered.join(" ")));
        server.append("INBOX", "\\Deleted", "01-Nov-2026 08:00:00 +0000", b"thrown away by a person");
        server.append("INBOX", "", "02-Nov-2026 08:00:00 +0000", b"notice");
        server.append("INBOX", "\\Flagged", "03-Nov-2026 08:00:00 +0000", b"other");
        let mut mailbox = open(&server.options()).await;
        let listing = list(&mut mailbox).await;
        let key = keys(&listing).into_iter().nth(1).expect("three mails");
        let expected = ["thrown away by a person", "notice", "other"];
        assert_eq!(texts(&mut mailbox, listing.entries.clone()).await, expected, "{lacking}");
        for mark in [Mark::Taken, Mark::Answered] {
            assert_eq!(mailbox.mark(&key, mark).await.expect("marked"), Found::Yes, "{lacking}");
        }
        assert_eq!(mailbox.file(&key, "Done").await.expect("filed"), Found::Yes, "{lacking}");
        assert_eq!(mailbox.file(&key, "Done").await.expect("looked"), Found::Gone, "{lacking}");
        mailbox.wait(Duration::from_millis(10)).await.expect("waited");

        let mut inbox = server.flags("INBOX");
        let others = [inbox.remove(&1), inbox.remove(&3)].map(|flags| {
            let flags = flags.expect("still there");
            flags.into_iter().filter(|flag| flag != "\\Recent").collect::<Vec<_>>()
        });
        assert_eq!(others, [["\\Deleted"], ["\\Flagged"]], "{lacking}");
        assert!(inbox.values().all(|flags| flags.contains("\\Deleted")), "{lacking}: {inbox:?}");
        let done = server.flags("Done");
        let flags = done.values().next().expect("one mail");
        assert!(
            done.len() == 1 && flags.contains("$RoiDesk") && flags.contains("\\Answered"),
            "{lacking}: {done:?}"
        );
        assert_eq!(wrong(&server.options(), &["Done"], now()).await, Vec::<String>::new(), "{lacking}");
    }
}

#[tokio::test]
async fn a_folder_for_filed_mail_is_created_whatever_its_name() {
    for (separator, folder) in [
        ("/", "Done"),
        ("/", "Erledigt/F\u{e4}lle 2026/\u{53f0}\u{5317}"),
        (".", "Done.R&D.caf\u{e9} \u{1f4ec}"),
    ] {
        let server = Dovecot::start_with(&format!("namespace inbox {{\n separator={separator}\n}}"));
        server.deliver("INBOX", b"notice");
        let mut mailbox = open(&server.options()).await;
        let key = keys(&list(&mut mailbox).await).into_iter().next().expect("one mail");
        assert_eq!(wrong(&server.options(), &[folder], now()).await, Vec::<String>::new());
        assert_eq!(mailbox.file(&key, folder).await.expect("filed"), Found::Yes, "{folder}");
        assert_eq!(wrong(&server.options(), &[folder], now()).await, Vec::<String>::new());
        let options = ImapOptions { folder: folder.to_owned(), ..server.options() };
        let mut done = open(&options).await;
        let listing = list(&mut done).await;
        assert_eq!(texts(&mut done, listing.entries).await, ["notice"]);
        let subscribed = server.client().command(b"LSUB \"\" *");
        assert_eq!(subscribed.len(), 1, "mail programs show it: {subscribed:?}");
    }
    // The other separator is what people write who know another server.
    let server = Dovecot::start_with("namespace inbox {\n separator=.\n}");
    let said = wrong(&server.options(), &["Done/2026"], now()).await.join("\n");
    assert!(said.contains("write \"Done.2026\""), "{said}");
}

// ---- People in the same mailbox --------------------------------------------------------------------------------------

/// What a person does to the second mail, and whether it is still in the folder afterwards.
const MEDDLING: [(&[&str], bool); 4] = [
    (&["STORE 2 +FLAGS (\\Seen)"], true),
    (&["STORE 2 +FLAGS (\\Flagged $Label1)"], true),
    (&["MOVE 2 Elsewhere"], false),
    (&["STORE 2 +FLAGS (\\Deleted)", "EXPUNGE"], false),
];

#[tokio::test]
async fn a_person_may_read_flag_move_or_remove_a_mail_at_any_moment() {
    for (commands, stays) in MEDDLING {
        for moment in ["listed", "fetched", "marked"] {
            let server = Dovecot::start();
            for text in ["one", "two", "three"] {
                server.deliver("INBOX", text.as_bytes());
            }
            let mut person = server.client();
            person.command(b"CREATE Elsewhere");
            let mut meddle_once = |done: &str| {
                if done == moment {
                    person.command(b"SELECT INBOX");
                    for command in commands {
                        person.command(command.as_bytes());
                    }
                }
            };
            let at = format!("{commands:?} once {moment}");
            let found = |gone: bool| if gone && !stays { Found::Gone } else { Found::Yes };
            let mut mailbox = open(&server.options()).await;
            let listing = list(&mut mailbox).await;
            let key = keys(&listing).into_iter().nth(1).expect("three mails");
            meddle_once("listed");
            let fetched = texts(&mut mailbox, listing.entries.clone()).await;
            let all = stays || moment != "listed";
            let expected = if all { vec!["one", "two", "three"] } else { vec!["one", "three"] };
            assert_eq!(fetched, expected, "{at}");
            meddle_once("fetched");
            let marked = mailbox.mark(&key, Mark::Taken).await.expect("looked");
            assert_eq!(marked, found(moment != "marked"), "{at}");
            meddle_once("marked");
            assert_eq!(mailbox.file(&key, "Done").await.expect("looked"), found(true), "{at}");
            // The neighbours, whose numbers have changed, are as they were.
            let inbox = server.flags("INBOX");
            assert_eq!(inbox.keys().copied().collect::<Vec<_>>(), [1, 3], "{at}");
            assert!(inbox.values().flatten().all(|flag| flag == "\\Recent"), "{at}: {inbox:?}");
            let next = mailbox.list(Some(&listing.cursor), LONG_AGO).await.expect("listed");
            assert_eq!(next.entries, [], "{at}");
        }
    }
}

#[tokio::test]
async fn a_mail_of_25_mb_comes_whole_and_a_larger_one_is_told() {
    let server = Dovecot::start();
    let line = b"JVBERi0xLjQKJcfsj6IKNSAwIG9iago8PC9MZW5ndGggNiAwIFIvRmlsdGVyIC9GbGF0ZURlY29k\r\n";
    let large = line.repeat((25 << 20) / line.len());
    server.deliver("INBOX", &large);
    server.deliver("INBOX", &large.repeat(2));
    server.deliver("INBOX", b"small");
    let mut mailbox = open(&server.tls_options()).await;
    let listing = list(&mut mailbox).await;
    let batches = mailbox.batches(listing.entries);
    assert_eq!(
        batches.iter().map(Vec::len).collect::<Vec<_>>(),
        [1, 2],
        "the large one is a batch of its own"
    );
    let mut contents = Vec::new();
    for batch in batches {
        let fetched = mailbox.fetch(&batch).await.expect("fetched");
        contents.extend(fetched.into_iter().map(|fetched| fetched.content));
    }
    // Not by assert_eq, which would print it.
    assert!(contents == [Content::Whole(large), Content::TooLarge, Content::Whole(b"small".to_vec())]);
}

// ---- Mail that cannot be had -----------------------------------------------------------------------------------------

#[tokio::test]
async fn a_mail_that_cannot_be_had_holds_up_no_other() {
    for fault in [Fault::No, Fault::Bad, Fault::Close, Fault::Cut, Fault::Garbage, Fault::Stall] {
        let server = Scripted::start(move |line| asks_for_5(line, "BODY.PEEK[])").then_some(fault)).await;
        let mut options = server.options();
        if fault == Fault::Stall {
            options.step_timeout = Duration::from_secs(2);
        }
        let mut mailbox = open(&options).await;
        let listing = list(&mut mailbox).await;
        let [first, second]: [String; 2] =
            texts(&mut mailbox, listing.entries).await.try_into().expect("two mails");
        assert!(first.starts_with('!') && !first.contains("Jane"), "{fault:?}: {first}");
        assert_eq!(second, "Second", "{fault:?}");
        // It goes on with the same mailbox.
        list(&mut mailbox).await;
    }
}

#[tokio::test]
async fn a_mail_that_fails_now_and_then_is_had() {
    let times = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&times);
    let server = Scripted::start(move |line| {
        let asks = asks_for_5(line, "BODY.PEEK[])");
        (asks && counted.fetch_add(1, Ordering::SeqCst) < 3).then_some(Fault::Close)
    })
    .await;
    let mut mailbox = open(&server.options()).await;
    let listing = list(&mut mailbox).await;
    assert_eq!(texts(&mut mailbox, listing.entries).await, ["First", "Second"]);
    assert_eq!(times.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_server_that_delivers_nothing_condemns_no_mail() {
    // All content fails, the bit of another mail that would prove the server well among it.
    for fault in [Fault::No, Fault::Close] {
        let server = Scripted::start(move |line| line.contains("BODY.PEEK[]").then_some(fault)).await;
        let mut mailbox = open(&server.options()).await;
        let listing = list(&mut mailbox).await;
        mailbox.fetch(&listing.entries).await.expect_err("the server is down");
    }
    // The storage says itself that it is down.
    let busy = Fault::Say("A0008 NO [UNAVAILABLE] later\r\n");
    let server = Scripted::start(move |line| line.contains("BODY.PEEK[])").then_some(busy)).await;
    let mut mailbox = open(&server.options()).await;
    let listing = list(&mut mailbox).await;
    let error = mailbox.fetch(&listing.entries).await.expect_err("the server is down");
    assert!(matches!(error, MailboxError::Refused { .. }) && error.is_temporary(), "{error:?}");
    assert_eq!(server.commands().iter().filter(|line| line.contains("BODY.PEEK[]")).count(), 1);
    // It goes down while mails are asked for one by one.
    let server = Scripted::start(move |line| asks_for_5(line, "BODY.PEEK[])").then_some(Fault::Close)).await;
    let mut mailbox = open(&server.options()).await;
    let listing = list(&mut mailbox).await;
    server.refuse_logins();
    let error = mailbox.fetch(&listing.entries).await.expect_err("the server is down");
    assert!(matches!(error, MailboxError::Login { .. }), "{error:?}");
}

#[tokio::test]
async fn a_mail_that_is_alone_and_cannot_be_had_blocks_nothing() {
    const OPENED: &str = "* 1 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 9] ok\r\n* OK [UIDNEXT 6] ok\r\n";
    for (step, flags) in [("BODY.PEEK[])", None), ("RFC822.SIZE", None), ("BODY.PEEK[])", Some(Fault::Close))]
    {
        let server = Scripted::start(move |line| {
            if line.starts_with("EXAMINE") {
                return Some(Fault::Lines([OPENED, ""]));
            }
            if line.starts_with("UID SEARCH") {
                return Some(Fault::Lines(["* SEARCH 5\r\n", ""]));
            }
            let fails = asks_for_5(line, step) || (step == "RFC822.SIZE" && asks_for_5(line, "BODY.PEEK[])"));
            if line.contains("(UID FLAGS)") { flags } else { fails.then_some(Fault::Close) }
        })
        .await;
        let mut mailbox = open(&server.options()).await;
        let listing = list(&mut mailbox).await;
        assert_eq!(listing.entries.len(), 1);
        if flags.is_some() {
            mailbox.fetch(&listing.entries).await.expect_err("the server is down");
        } else {
            let texts = texts(&mut mailbox, listing.entries).await;
            assert!(texts.len() == 1 && texts.iter().all(|text| text.starts_with('!')), "{texts:?}");
        }
    }
}

#[tokio::test]
async fn a_refused_move_creates_no_folder_that_is_not_what_is_missing() {
    for (of_move, of_create, says, created) in [
        ("[NOPERM] not yours", "[ALREADYEXISTS] it is there", "[NOPERM] not yours", false),
        ("[OVERQUOTA] full", "[ALREADYEXISTS] it is there", "[OVERQUOTA] full", true),
        ("[TRYCREATE] none", "[NOPERM] not here", "creating it: \"[NOPERM] not here\"", true),
    ] {
        let server = Scripted::start(move |line| match line {
            _ if line.starts_with("UID MOVE") => Some(Fault::Refuse(of_move)),
            _ if line.starts_with("CREATE") => Some(Fault::Refuse(of_create)),
            _ => None,
        })
        .await;
        let mut mailbox = open(&server.options()).await;
        let key = keys(&list(&mut mailbox).await).into_iter().next().expect("a mail");
        let error = mailbox.file(&key, "Done").await.expect_err("refused").to_string();
        assert!(error.contains(says), "{error}");
        assert!(!error.contains("ALREADYEXISTS"), "{error}");
        assert_eq!(server.commands().iter().any(|line| line.starts_with("CREATE")), created, "{of_move}");
    }
}

#[tokio::test]
async fn mail_that_may_not_leave_its_folder_makes_no_other() {
    let server = Dovecot::start_with(
        "mail_plugins=acl\nprotocol imap {\n mail_plugins=acl imap_acl\n}\nplugin {\n \
         acl=vfile:$D/acls:cache_secs=0\n}",
    );
    server.write("acls", "");
    server.append("INBOX", "", "01-Nov-2026 08:00:00 +0000", b"one");
    server.write("acls", "INBOX owner lrws\n");
    let mut mailbox = open(&server.options()).await;
    let key = keys(&list(&mut mailbox).await).into_iter().next().expect("a mail");
    let error = mailbox.file(&key, "Done").await.expect_err("refused").to_string();
    assert!(error.contains("may not remove mail") && error.contains("\"INBOX\""), "{error}");
    let folders = server.client().command(b"LIST \"\" Done").join("\n");
    assert!(!folders.contains("* LIST"), "{folders}");
}

#[tokio::test]
async fn a_mail_that_cannot_be_described_is_asked_for_all_the_same() {
    for fault in [Fault::No, Fault::Close, Fault::Garbage] {
        let server = Scripted::start(move |line| asks_for_5(line, "RFC822.SIZE").then_some(fault)).await;
        let mut mailbox = open(&server.options()).await;
        let listing = list(&mut mailbox).await;
        assert_eq!(texts(&mut mailbox, listing.entries).await, ["First", "Second"], "{fault:?}");
    }
}

#[tokio::test]
async fn a_mail_that_dovecot_cannot_read_holds_up_no_other() {
    let server = Dovecot::start();
    for text in ["one", "two", "three"] {
        server.deliver("INBOX", text.as_bytes());
    }
    let mut mailbox = open(&server.options()).await;
    let listing = list(&mut mailbox).await;
    server.make_unreadable("INBOX", b"two");
    let texts = texts(&mut mailbox, listing.entries).await;
    let [first, second, third]: [String; 3] = texts.try_into().expect("three mails");
    assert_eq!((first.as_str(), third.as_str()), ("one", "three"));
    assert!(second.starts_with('!'), "{second}");
}

// ---- Checks ----------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_check_names_folders_like_the_one_that_is_missing() {
    let server = Dovecot::start();
    for folder in ["Helpdesk", "Team/ROI notices", "Trash"] {
        server.client().command(format!("CREATE \"{folder}\"").as_bytes());
    }
    for (folder, says) in [
        ("helpdesk", "do you mean \"Helpdesk\"?"),
        ("ROI Notices", "\"Team/ROI notices\""),
        ("xyz", "set mailbox.folder"),
    ] {
        let options = ImapOptions { folder: folder.to_owned(), ..server.options() };
        let said = wrong(&options, &[], now()).await;
        assert!(said.len() == 1 && said.join("").contains(says), "{said:?}");
    }
}

#[tokio::test]
async fn a_check_finds_what_the_user_may_not_do_and_changes_nothing() {
    let server = Dovecot::start_with(
        "mail_plugins=acl\nprotocol imap {\n mail_plugins=acl imap_acl\n}\nplugin {\n \
         acl=vfile:$D/acls:cache_secs=0\n}",
    );
    server.write("acls", "");
    for folder in ["Done", "Closed", "Parent"] {
        server.client().command(format!("CREATE {folder}").as_bytes());
    }
    server.append("INBOX", "", "01-Nov-2026 08:00:00 +0000", b"one");
    server.client().command(b"SELECT INBOX");
    let before = server.flags("INBOX");
    for (acls, folder, says) in [
        ("INBOX owner lrwstipekxa\n", "Done", None),
        ("INBOX owner lrstie\n", "Done", Some("rights w and s")),
        ("INBOX owner lrws\n", "Done", Some("rights t and e")),
        ("Closed owner lrws\n", "Closed", Some("the right i")),
        ("Parent owner lrws\n", "Parent/Done", Some("the right k")),
    ] {
        server.write("acls", acls);
        let said = wrong(&server.options(), &[folder], now()).await;
        match says {
            None => assert!(said.is_empty(), "{said:?}"),
            Some(says) => assert!(said.len() == 1 && said.join("").contains(says), "{acls}: {said:?}"),
        }
    }
    server.write("acls", "");
    assert_eq!(server.flags("INBOX"), before);
    let folders = server.client().command(b"LIST \"\" *");
    assert_eq!(folders.len(), 4, "no folder was created: {folders:?}");
}

#[tokio::test]
async fn a_check_finds_a_folder_that_is_read_only_or_keeps_no_flags() {
    const OPENED: &str = "* 2 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 9] ok\r\n";
    for (line, says) in [
        ("* OK [READ-ONLY] so it is\r\n", "cannot be opened for changes"),
        ("* OK [PERMANENTFLAGS (\\Seen)] ok\r\n", "as read and answered"),
    ] {
        let server = Scripted::start(move |command| {
            command.starts_with("SELECT").then_some(Fault::Lines([OPENED, line]))
        })
        .await;
        let said = wrong(&server.options(), &[], now()).await;
        assert!(said.len() == 1 && said.join("").contains(says), "{said:?}");
    }
}

#[tokio::test]
async fn a_check_sees_that_the_clocks_differ() {
    let server = Dovecot::start();
    server.append("INBOX", "", "01-Nov-2026 08:00:00 +0000", b"one");
    server.append("INBOX", "", "01-Nov-2026 12:00:00 +0000", b"two");
    server.client().command(b"SELECT INBOX");
    let newest: DateTime<Utc> = "2026-11-01T12:00:00Z".parse().expect("an instant");
    let said = wrong(&server.options(), &[], newest - TimeDelta::minutes(5)).await;
    assert_eq!(said, Vec::<String>::new());
    let said = wrong(&server.options(), &[], newest - TimeDelta::minutes(90)).await.join("");
    assert!(said.contains("90 minutes in the future") && said.contains("NTP"), "{said}");
}

#[tokio::test]
async fn a_check_explains_why_there_is_no_mailbox() {
    let server = Dovecot::start();
    let nobody = ImapOptions { password: SecretString::from("wrong"), ..server.options() };
    let nowhere = ImapOptions { host: "no-such-host.invalid".to_owned(), ..server.tls_options() };
    for (options, says) in [(nobody, "check user and password"), (nowhere, "is host spelled right")] {
        let found = Mailbox::check(&Options::Imap(options), &[], now()).await;
        let error = found.expect_err("no mailbox").to_string();
        assert!(error.contains(says), "{error}");
    }
}

// ---- Large folders ---------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_first_look_at_200_000_mails_is_linear_and_a_later_one_asks_for_the_new_only() {
    const EXAMINED: Fault = Fault::Lines([
        "* 200000 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 9] ok\r\n",
        "* OK [UIDNEXT 400001] ok\r\n",
    ]);
    let server = Scripted::start(|line| {
        if line.starts_with("EXAMINE") {
            return Some(EXAMINED);
        }
        let criteria = line.strip_prefix("UID SEARCH ")?;
        if criteria.starts_with("UID ") || criteria.contains("SINCE") {
            // `n:*` names the last one, too.
            return Some(Fault::Lines(["* SEARCH 400000\r\n", ""]));
        }
        let (first, last) = criteria.strip_suffix(" ALL")?.split_once(':')?;
        Some(Fault::Found(first.parse().ok()?, last.parse().unwrap_or(200_000)))
    })
    .await;
    let mut mailbox = open(&server.options()).await;
    let began = Instant::now();
    let listing = mailbox.list(None, now()).await.expect("listed");
    assert_eq!(listing.older.len() + listing.entries.len(), 199_999, "one, asked for its size, is gone");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(listing.cursor.next_uid, 400_001);
    let before = server.commands().len();
    mailbox.list(Some(&listing.cursor), now()).await.expect("listed");
    let later: Vec<String> = server.commands().split_off(before);
    assert_eq!(later, ["EXAMINE \"INBOX\"", "UID SEARCH UID 400001:*"]);
}

// ---- The desk at such a site -----------------------------------------------------------------------------------------

/// A site whose mailbox is a folder of this server, by STARTTLS, and whose replies are files.
async fn site(server: &Dovecot, folder: &str, more: &str) -> Site {
    let options = server.starttls_options();
    let ca_file = options.ca_file.expect("the server's certificate");
    Site::new(&format!(
        r#"
        [mailbox]
        host = "localhost"
        port = {port}
        tls = "starttls"
        ca_file = "{ca_file}"
        user = "worker"
        password = "secret"
        folder = "{folder}"
        poll_every = "1s"
        since = "30d"
        {more}
        [smtp]
        kind = "files"
        path = "sent"
        from = "HMIS Helpdesk <helpdesk@helpdesk.example>"
        [staff]
        notify = ["staff@helpdesk.example"]
        "#,
        port = options.port,
        ca_file = ca_file.display(),
    ))
    .await
}

fn notice(name: &str, record: &str) -> Vec<u8> {
    Letter {
        from: "ann@alder.example",
        subject: "ROI revoked",
        body: &format!("Hello,\n\nclient {record} revoked consent today. Please close the record.\n\nAnn"),
        dmarc: "pass",
        headers: "",
    }
    .mail(name)
}

/// State and verdict of every message the desk has seen, sorted.
fn seen(site: &Site) -> Vec<String> {
    let field = |mail: &serde_json::Value, name: &str| {
        mail.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    };
    let mails = site.json(&["mail", "list"]);
    let mut seen: Vec<String> =
        mails.iter().map(|mail| format!("{} {}", field(mail, "state"), field(mail, "verdict"))).collect();
    seen.sort();
    seen
}

#[tokio::test]
async fn after_a_renumbering_no_notice_of_the_desks_time_is_lost_and_none_is_taken_twice() {
    let server = Dovecot::start();
    let on = |days: i64| (now() - TimeDelta::days(days)).format("%d-%b-%Y %H:%M:%S +0000").to_string();
    let (before, known) = (notice("before", "1555550"), notice("known", "1555551"));
    server.client().command(b"CREATE Desk");
    server.append("Desk", "", &on(60), &before);
    server.append("Desk", "", &on(3), &known);
    let site = site(&server, "Desk", "").await;
    let daemon = site.serve();
    site.at_rest(2).await;
    assert_eq!(seen(&site), ["left older", "working revocation"], "{}", site.log());
    daemon.stop().await;

    // The folder is restored from a backup while the desk is down. A notice of this time is moved into it by a person,
    // with its date of two days ago, and the desk is started so much later that `since` is long over.
    server.renumber("Desk");
    server.append("Desk", "", &on(60), &before);
    server.append("Desk", "", &on(3), &known);
    server.append("Desk", "", &on(2), &notice("missed", "1555552"));
    site.reconfigure("since = \"30d\"", "since = \"1s\"");
    let daemon = site.serve();
    site.at_rest(4).await;
    assert_eq!(
        seen(&site),
        ["left older", "left older", "working revocation", "working revocation"],
        "{}",
        site.log()
    );
    assert_eq!(site.json(&["case", "list"]).len(), 2);
    let marked = until(Duration::from_secs(60), || {
        server.flags("Desk").get(&3).is_some_and(|flags| flags.contains("$RoiDesk"))
    });
    assert!(marked.await, "{:?}", server.flags("Desk"));
    daemon.stop().await;
    site.run(&["db", "verify"]);
}

#[tokio::test]
async fn a_message_id_that_is_reused_or_missing_hides_no_notice() {
    let server = Dovecot::start();
    server.deliver("INBOX", &notice("same", "1555551"));
    server.deliver("INBOX", &notice("same", "1555552"));
    let without = String::from_utf8(notice("none", "1555553")).expect("a text");
    let without = without.replace("Message-ID: <none@alder.example>\r\n", "");
    assert!(!without.contains("Message-ID"));
    server.deliver("INBOX", without.as_bytes());
    let site = site(&server, "INBOX", "").await;
    let daemon = site.serve();
    site.at_rest(3).await;
    assert_eq!(seen(&site), ["working revocation"; 3], "{}", site.log());
    assert_eq!(site.json(&["case", "list"]).len(), 3);
    daemon.stop().await;
    site.run(&["db", "verify"]);
}

#[tokio::test]
async fn a_mail_that_cannot_be_had_is_quarantined_and_the_next_notice_is_taken() {
    let server = Dovecot::start();
    let broken = notice("broken", "1555551");
    server.deliver("INBOX", &broken);
    server.make_unreadable("INBOX", &broken);
    server.deliver("INBOX", &notice("whole", "1555552"));
    let site = site(&server, "INBOX", "quarantine_folder = \"Unreadable\"").await;
    let daemon = site.serve();
    site.at_rest(2).await;
    assert_eq!(seen(&site), ["quarantined unavailable", "working revocation"], "{}", site.log());
    let told = until(Duration::from_secs(60), || {
        let words = ["(the mail server does not give it)", "in the folder \"Unreadable\""];
        site.sent().iter().any(|mail| words.iter().all(|words| plain(mail).contains(words)))
    });
    assert!(told.await, "staff are told; {:?} log:\n{}", site.sent(), site.log());
    assert!(!site.sent().iter().any(|mail| plain(mail).contains("FETCH")), "{:?}", site.sent());
    let mails = site.json(&["mail", "list", "--state", "quarantined"]);
    let id = mails.iter().find_map(|mail| mail.get("id")?.as_str()).expect("one").to_owned();
    assert!(site.run(&["mail", "show", &id]).contains("FETCH"), "what the server said is kept");
    let moved = until(Duration::from_secs(60), || server.flags("INBOX").keys().eq([&2])).await;
    assert!(moved, "{:?}; log:\n{}", server.flags("INBOX"), site.log());
    daemon.stop().await;
    site.run(&["db", "verify"]);
}
