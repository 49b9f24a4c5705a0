//! The mailbox against a real server, and against one that does things wrong.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use futures::future::join_all;
use roi_desk::{
    domain::MessageKey,
    mailbox::{
        Content, Cursor, Entry, Finding, Found, ImapOptions, Listing, Mailbox, MailboxError, MaildirOptions,
        Mark, Options,
    },
};
use secrecy::SecretString;

use crate::{
    dovecot::Dovecot,
    scripted_imap::{Fault, Scripted},
};

async fn open(options: ImapOptions) -> Mailbox {
    Mailbox::open(&Options::Imap(options)).await.expect("the mailbox opens")
}

async fn refusal(options: ImapOptions) -> MailboxError {
    Mailbox::open(&Options::Imap(options)).await.expect_err("the mailbox does not open")
}

/// What a check finds well, and what wrong, at the present time.
async fn check(options: ImapOptions, folders: &[&str]) -> (Vec<String>, Vec<String>) {
    let now = roi_desk::clock::Clock::system().now();
    let found = Mailbox::check(&Options::Imap(options), folders, now).await.expect("checked");
    let (mut well, mut wrong) = (Vec::new(), Vec::new());
    for finding in found {
        match finding {
            Finding::Well(text) => well.push(text),
            Finding::Wrong(text) | Finding::WrongOnceLive(text) => wrong.push(text),
        }
    }
    (well, wrong)
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn long_ago() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn uids(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.key.uid.as_str()).collect()
}

async fn contents(mailbox: &mut Mailbox, entries: Vec<Entry>) -> Vec<Vec<u8>> {
    let mut contents = Vec::new();
    for batch in mailbox.batches(entries) {
        for fetched in mailbox.fetch(&batch).await.expect("fetched") {
            if let Content::Whole(bytes) = fetched.content {
                contents.push(bytes);
            }
        }
    }
    contents
}

fn only(listing: Listing) -> MessageKey {
    assert_eq!(listing.entries.len(), 1);
    listing.entries.into_iter().map(|entry| entry.key).next().expect("one entry")
}

#[tokio::test]
async fn the_first_look_keeps_mail_apart_that_is_older_than_since() {
    let server = Dovecot::start();
    for (date, text) in [
        ("01-Nov-2026 08:00:00 +0000", "long ago"),
        ("19-Nov-2026 09:59:59 +0000", "a second too old"),
        ("19-Nov-2026 10:00:00 +0000", "just in time"),
        ("19-Nov-2026 00:30:00 -1000", "in another zone"),
        ("20-Nov-2026 12:00:00 +0000", "yesterday"),
    ] {
        server.append("INBOX", "", date, text.as_bytes());
    }
    let mut mailbox = open(server.options()).await;
    let listing = mailbox.list(None, instant("2026-11-19T10:00:00Z")).await.expect("listed");
    assert_eq!(uids(&listing.entries), ["3", "4", "5"]);
    let older: BTreeSet<&str> = listing.older.iter().map(|key| key.uid.as_str()).collect();
    assert_eq!(older, BTreeSet::from(["1", "2"]));
    assert!(!listing.reset);
    let third = listing.entries.first().expect("three entries");
    assert_eq!((third.size, third.received_at), (12, instant("2026-11-19T10:00:00Z")));
    assert_eq!(
        contents(&mut mailbox, listing.entries).await,
        [b"just in time".to_vec(), b"in another zone".to_vec(), b"yesterday".to_vec()]
    );
}

#[tokio::test]
async fn a_folder_full_of_old_mail_is_left_and_the_new_one_found() {
    let server = Dovecot::start();
    server.fill("INBOX", 3_000);
    let mut mailbox = open(server.options()).await;
    let since = instant("2026-11-01T00:00:00Z");
    let first = mailbox.list(None, since).await.expect("listed");
    assert_eq!((first.entries.len(), first.older.len()), (0, 3_000));
    server.deliver("INBOX", b"new");
    let next = mailbox.list(Some(&first.cursor), since).await.expect("listed");
    assert_eq!((uids(&next.entries), next.older.len()), (vec!["3001"], 0));
}

#[tokio::test]
async fn a_look_with_a_cursor_shows_only_what_is_new() {
    let server = Dovecot::start();
    let mut mailbox = open(server.options()).await;
    let empty = mailbox.list(None, long_ago()).await.expect("listed");
    assert_eq!((empty.entries.len(), empty.older.len(), empty.cursor.next_uid), (0, 0, 1));

    server.deliver("INBOX", b"one");
    server.deliver("INBOX", b"two");
    let first =
        mailbox.list(Some(&empty.cursor), roi_desk::clock::Clock::system().now()).await.expect("listed");
    assert_eq!(uids(&first.entries), ["1", "2"], "since is for the very first look");
    // `3:*` names message 2, the last one, too.
    let again = mailbox.list(Some(&first.cursor), long_ago()).await.expect("listed");
    assert_eq!((again.entries, &again.cursor), (vec![], &first.cursor));

    server.deliver("INBOX", b"three");
    let mut later = open(server.options()).await;
    let next = later.list(Some(&first.cursor), long_ago()).await.expect("listed");
    assert_eq!(uids(&next.entries), ["3"]);
    // Not stored, as after a crash: the old cursor shows them again.
    let repeated = later.list(Some(&empty.cursor), long_ago()).await.expect("listed");
    assert_eq!(uids(&repeated.entries), ["1", "2", "3"]);
}

#[tokio::test]
async fn many_mails_come_whole_and_in_order_in_batches() {
    let server = Dovecot::start();
    let mut sent = Vec::new();
    for number in 0..300 {
        // Whatever the bytes: not UTF-8, what looks like protocol, long lines.
        let mut mail = format!("Subject: {number}\r\n\r\n* OK {{99}}\r\nx OK )\r\n").into_bytes();
        mail.extend([0xff, 0xfe, b'"', b'\\']);
        mail.extend(vec![b'x'; number * 37]);
        server.append("INBOX", "", "01-Nov-2026 08:00:00 +0000", &mail);
        sent.push(mail);
    }
    let mut options = server.options();
    options.limits.batch_bytes = 100_000;
    options.limits.batch_messages = 64;
    let mut mailbox = open(options).await;
    let listing = mailbox.list(None, long_ago()).await.expect("listed");
    let batches = mailbox.batches(listing.entries.clone());
    assert!(batches.len() > 300 / 64, "{} batches", batches.len());
    assert_eq!(contents(&mut mailbox, listing.entries).await, sent);
}

#[tokio::test]
async fn a_mail_above_the_limit_is_told_but_not_fetched() {
    let server = Dovecot::start();
    server.deliver("INBOX", &[b'x'; 2000]);
    server.deliver("INBOX", b"small");
    let mut options = server.options();
    options.limits.max_message = 1000;
    let mut mailbox = open(options).await;
    let listing = mailbox.list(None, long_ago()).await.expect("listed");
    let fetched = mailbox.fetch(&listing.entries).await.expect("fetched");
    let contents: Vec<Content> = fetched.into_iter().map(|fetched| fetched.content).collect();
    assert_eq!(contents, [Content::TooLarge, Content::Whole(b"small".to_vec())]);
}

#[tokio::test]
async fn other_mail_stays_as_it_was() {
    let server = Dovecot::start();
    for (flags, text) in
        [("\\Seen", "read"), ("\\Flagged Junk", "flagged"), ("\\Deleted", "marked as deleted")]
    {
        server.append("INBOX", flags, "01-Nov-2026 08:00:00 +0000", text.as_bytes());
    }
    // Another program has looked, so that what it saw is no longer recent.
    server.client().command(b"SELECT INBOX");
    server.append("INBOX", "", "01-Nov-2026 08:00:00 +0000", b"unread");
    server.deliver("INBOX", b"new");
    let before = server.flags("INBOX");
    let recent: Vec<u32> =
        before.iter().filter(|(_, flags)| flags.contains("\\Recent")).map(|(uid, _)| *uid).collect();
    assert_eq!(recent, [4, 5]);

    let mut mailbox = open(server.options()).await;
    let listing = mailbox.list(None, long_ago()).await.expect("listed");
    assert_eq!(contents(&mut mailbox, listing.entries.clone()).await.len(), 5);
    mailbox.wait(Duration::from_millis(100)).await.expect("waited");
    check(server.options(), &["Done"]).await;
    assert_eq!(server.flags("INBOX"), before, "looking changes nothing, not even \\Recent");

    let notice = listing.entries.first().expect("five entries").key.clone();
    for _ in 0..2 {
        for mark in [Mark::Taken, Mark::Answered] {
            assert_eq!(mailbox.mark(&notice, mark).await.expect("marked"), Found::Yes);
        }
    }
    assert_eq!(mailbox.file(&notice, "Done").await.expect("moved"), Found::Yes);
    let mut after = server.flags("INBOX");
    // The protocol has no way to mark a mail and leave \Recent to others.
    let without_recent = |flags: &BTreeSet<String>| {
        flags.iter().filter(|flag| *flag != "\\Recent").cloned().collect::<BTreeSet<_>>()
    };
    let mut expected = before;
    expected.remove(&1);
    for flags in expected.values_mut().chain(after.values_mut()) {
        *flags = without_recent(flags);
    }
    assert_eq!(after, expected);
}

#[tokio::test]
async fn marking_and_moving_twice_is_the_same_as_once() {
    let server = Dovecot::start();
    server.deliver("INBOX", b"notice");
    let mut mailbox = open(server.options()).await;
    let key = only(mailbox.list(None, long_ago()).await.expect("listed"));
    let marks = |folder| {
        let flags = server.flags(folder).into_values().next().unwrap_or_default();
        flags.into_iter().filter(|flag| flag != "\\Recent").collect::<Vec<_>>()
    };
    for _ in 0..2 {
        assert_eq!(mailbox.mark(&key, Mark::Taken).await.expect("marked"), Found::Yes);
        assert_eq!(marks("INBOX"), ["$RoiDesk"]);
    }
    for _ in 0..2 {
        assert_eq!(mailbox.mark(&key, Mark::Answered).await.expect("marked"), Found::Yes);
        assert_eq!(marks("INBOX"), ["$RoiDesk", "\\Answered", "\\Seen"]);
    }
    assert_eq!(mailbox.file(&key, "INBOX").await.expect("is there"), Found::Yes);
    // A name that needs both quoting and modified UTF-7; the folder does not exist yet.
    let folder = "R\"glé & fini/2026";
    assert_eq!(mailbox.file(&key, folder).await.expect("moved"), Found::Yes);
    assert_eq!(mailbox.file(&key, folder).await.expect("looked"), Found::Gone);
    assert_eq!(mailbox.mark(&key, Mark::Answered).await.expect("looked"), Found::Gone);
    assert_eq!(server.flags("INBOX").len(), 0);
    let subscribed = server.client().command(b"LSUB \"\" *").join("\n");
    assert!(subscribed.contains("gl&AOk- &- fini/2026"), "{subscribed}");

    let mut options = server.options();
    options.folder = folder.to_owned();
    let mut done = open(options).await;
    let listing = done.list(None, long_ago()).await.expect("listed");
    assert_eq!(contents(&mut done, listing.entries).await, [b"notice".to_vec()]);
}

#[tokio::test]
async fn without_move_a_copy_is_made_and_only_the_notice_is_removed() {
    for (capability, removed) in [("IMAP4rev1 LITERAL+ UIDPLUS", true), ("IMAP4rev1 LITERAL+", false)] {
        let server = Dovecot::start_with(&format!("imap_capability={capability}"));
        server.append("INBOX", "\\Deleted", "01-Nov-2026 08:00:00 +0000", b"somebody else's");
        server.append("INBOX", "\\Flagged", "02-Nov-2026 08:00:00 +0000", b"notice");
        let mut mailbox = open(server.options()).await;
        let listing = mailbox.list(None, instant("2026-11-02T00:00:00Z")).await.expect("listed");
        let key = only(listing);
        assert_eq!(mailbox.file(&key, "Done").await.expect("moved"), Found::Yes);
        let others = server.flags("INBOX").remove(&1).expect("somebody else's is still there");
        assert!(others.contains("\\Deleted"), "{others:?}");
        let ours = server.flags("INBOX").remove(&2);
        if removed {
            assert_eq!(ours, None);
        } else {
            // Nobody but us may lose a mail: it is marked, and stays.
            let ours = ours.expect("still there");
            assert!(ours.contains("\\Deleted") && ours.contains("\\Flagged"), "{ours:?}");
        }
        assert_eq!(mailbox.file(&key, "Done").await.expect("looked"), Found::Gone);
        let copies = server.flags("Done");
        assert_eq!(copies.len(), 1, "the second time copies nothing");
        let flags = copies.into_values().next().expect("one message");
        assert!(flags.contains("\\Flagged") && !flags.contains("\\Deleted"), "{flags:?}");
    }
}

#[tokio::test]
async fn mail_that_is_gone_meanwhile_is_left_out() {
    let server = Dovecot::start();
    for text in ["one", "two", "three"] {
        server.deliver("INBOX", text.as_bytes());
    }
    let mut mailbox = open(server.options()).await;
    let listing = mailbox.list(None, long_ago()).await.expect("listed");
    let mut other = server.client();
    other.command(b"SELECT INBOX");
    other.command(b"STORE 2 +FLAGS (\\Deleted)");
    other.command(b"EXPUNGE");
    let gone = listing.entries.get(1).expect("three entries").key.clone();
    assert_eq!(contents(&mut mailbox, listing.entries).await, [b"one".to_vec(), b"three".to_vec()]);
    assert_eq!(mailbox.mark(&gone, Mark::Taken).await.expect("looked"), Found::Gone);
    assert_eq!(mailbox.file(&gone, "Done").await.expect("looked"), Found::Gone);
    let none = mailbox.fetch(&[]).await.expect("nothing to do");
    assert_eq!(none, []);
}

#[tokio::test]
async fn a_folder_numbered_anew_is_looked_at_from_the_start() {
    let server = Dovecot::start();
    server.deliver("Desk", b"old");
    let mut options = server.options();
    options.folder = "Desk".to_owned();
    let mut mailbox = open(options).await;
    let before = mailbox.list(None, long_ago()).await.expect("listed");
    server.renumber("Desk");
    server.append("Desk", "", "01-Nov-2026 08:00:00 +0000", b"older");
    server.append("Desk", "", "21-Nov-2026 08:00:00 +0000", b"again");

    // Keys of before name nothing any more, though the UID is in use.
    assert_eq!(mailbox.fetch(&before.entries).await.expect("looked"), []);
    let key = before.entries.first().expect("one entry").key.clone();
    assert_eq!(mailbox.mark(&key, Mark::Taken).await.expect("looked"), Found::Gone);
    assert_eq!(mailbox.file(&key, "Done").await.expect("looked"), Found::Gone);

    let since = instant("2026-11-20T00:00:00Z");
    let anew = mailbox.list(Some(&before.cursor), since).await.expect("listed");
    assert!(anew.reset);
    assert_eq!(uids(&anew.entries), ["2"]);
    assert_eq!(anew.older.len(), 1);
    assert_ne!(anew.cursor.uidvalidity, before.cursor.uidvalidity);
    assert!(!mailbox.list(Some(&anew.cursor), since).await.expect("listed").reset);
    // A cursor of another folder says nothing about this one.
    let elsewhere = Cursor { folder: "INBOX".to_owned(), ..anew.cursor };
    let first = mailbox.list(Some(&elsewhere), since).await.expect("listed");
    assert_eq!((first.reset, first.entries.len(), first.older.len()), (false, 1, 1));
}

#[tokio::test]
async fn new_mail_ends_the_wait() {
    let server = Dovecot::start();
    let long = Duration::from_mins(1);
    let mut mailbox = open(server.options()).await;
    let empty = mailbox.list(None, long_ago()).await.expect("listed");

    let began = Instant::now();
    mailbox.wait(Duration::from_millis(200)).await.expect("waited");
    assert!(began.elapsed() >= Duration::from_millis(200), "nothing came");

    let (waited, ()) = tokio::join!(mailbox.wait(long), async { server.deliver("INBOX", b"one") });
    waited.expect("waited");
    assert!(began.elapsed() < long, "woken by the mail");
    let listing = mailbox.list(Some(&empty.cursor), long_ago()).await.expect("listed");
    let key = only(listing.clone());

    // Mail that comes while the desk works on the folder must not be slept over.
    server.deliver("INBOX", b"two");
    mailbox.mark(&key, Mark::Taken).await.expect("marked");
    mailbox.wait(long).await.expect("waited");
    let listing = mailbox.list(Some(&listing.cursor), long_ago()).await.expect("listed");
    assert_eq!(uids(&listing.entries), ["2"]);
    assert!(began.elapsed() < long);
}

#[tokio::test]
async fn only_news_of_mail_ends_the_wait_early() {
    for (answer, ends) in [
        ("+ waiting\r\n* OK still here\r\n* 3 EXISTS\r\n", true),
        ("* 3 EXISTS\r\n+ waiting\r\n", true),
        ("+ waiting\r\n* OK still here\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 1 EXPUNGE\r\n", false),
    ] {
        let server = Scripted::start(move |line| (line == "IDLE").then_some(Fault::Say(answer))).await;
        let mut mailbox = open(server.options()).await;
        mailbox.list(None, long_ago()).await.expect("listed");
        let at_most = if ends { Duration::from_mins(1) } else { Duration::from_millis(300) };
        let began = Instant::now();
        mailbox.wait(at_most).await.expect("waited");
        assert_eq!(began.elapsed() < at_most, ends, "{answer}");
        mailbox.list(None, long_ago()).await.expect("still in step");
    }
}

#[tokio::test]
async fn a_dropped_call_closes_the_mailbox() {
    let server = Dovecot::start();
    let mut mailbox = open(server.options()).await;
    mailbox.list(None, long_ago()).await.expect("listed");
    let wait = mailbox.wait(Duration::from_mins(1));
    tokio::time::timeout(Duration::from_millis(100), wait).await.expect_err("dropped half-way");
    let error = mailbox.list(None, long_ago()).await.expect_err("closed");
    assert!(matches!(error, MailboxError::Closed), "{error}");
    assert!(error.is_temporary());
}

#[tokio::test]
async fn a_wrong_password_is_said_without_repeating_it() {
    let server = Dovecot::start();
    let mut options = server.options();
    options.password = SecretString::from("wrong-password");
    let error = refusal(options.clone()).await;
    assert!(matches!(error, MailboxError::Login { temporary: false, .. }), "{error:?}");
    assert!(error.to_string().contains("check user and password"), "{error}");
    assert!(!format!("{error} {error:?}").contains("wrong-password"));
    for (user, password) in [("worker\r\nA1 DELETE INBOX", "x"), ("worker", "x\r\nA1 DELETE INBOX")] {
        options.user = user.to_owned();
        options.password = SecretString::from(password);
        assert!(matches!(refusal(options.clone()).await, MailboxError::Config(_)));
    }
}

#[tokio::test]
async fn a_server_that_is_busy_may_be_asked_again() {
    for (command, answer) in [
        ("LOGIN", "A0001 NO [UNAVAILABLE] user database is down\r\n"),
        ("CAPABILITY", "A0002 NO [SERVERBUG] internal error\r\n"),
        ("EXAMINE", "A0003 NO [INUSE] the folder is locked\r\n"),
    ] {
        let server =
            Scripted::start(move |line| line.starts_with(command).then_some(Fault::Say(answer))).await;
        let error = a_day(server.options()).await.1.expect_err("refused");
        assert!(error.is_temporary(), "{error:?}");
    }
}

#[tokio::test]
async fn tls_works_with_the_server_s_certificate_and_is_explained_without() {
    let server = Dovecot::start();
    server.deliver("INBOX", b"one");
    let mut mailbox = open(server.tls_options()).await;
    let listing = mailbox.list(None, long_ago()).await.expect("listed");
    assert_eq!(contents(&mut mailbox, listing.entries).await, [b"one".to_vec()]);

    let mut untrusted = server.tls_options();
    untrusted.ca_file = None;
    let mut misnamed = server.tls_options();
    misnamed.host = "127.0.0.1".to_owned();
    let mut plain_port = server.tls_options();
    plain_port.port = server.options().port;
    for (options, says, temporary) in [
        (untrusted, "ca_file", false),
        (misnamed, "127.0.0.1", false),
        (plain_port, "does not speak TLS", true),
    ] {
        let error = refusal(options).await;
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(error.is_temporary(), temporary, "{error}");
    }
    let mut in_the_clear = server.tls_options();
    in_the_clear.tls = roi_desk::mailbox::Tls::None;
    in_the_clear.step_timeout = Duration::from_millis(500);
    let error = refusal(in_the_clear).await;
    assert!(matches!(error, MailboxError::Timeout { .. } | MailboxError::Lost { .. }), "{error}");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let server = Dovecot::start();
    let mut options = server.options();
    options.folder = "Helpdesk".to_owned();
    let mut mailbox = open(options.clone()).await;
    let error = mailbox.list(None, long_ago()).await.expect_err("no such folder");
    assert!(matches!(error, MailboxError::Folder { temporary: false, .. }), "{error:?}");
    assert!(error.to_string().contains("\"Helpdesk\""), "{error}");
    assert!(matches!(mailbox.list(None, long_ago()).await, Err(MailboxError::Closed)));

    // A port that is taken, but on which nobody listens.
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind((std::net::Ipv4Addr::LOCALHOST, 0).into()).expect("a port");
    options.port = socket.local_addr().expect("bound").port();
    let error = refusal(options.clone()).await;
    assert!(matches!(error, MailboxError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains(&format!("127.0.0.1:{}", options.port)), "{error}");
}

#[tokio::test]
async fn check_says_what_it_found() {
    let server = Dovecot::start();
    server.append("INBOX", "", "01-Nov-2026 08:00:00 +0000", b"one");
    let says = async || check(server.tls_options(), &["Done"]).await.0.join("\n");
    let said = says().await;
    for part in ["over TLS", "1 messages", "IDLE", "MOVE", "shows at the first one"] {
        assert!(said.contains(part), "{said}");
    }
    // Once another program has looked, nothing is recent and the question does no harm.
    server.client().command(b"SELECT INBOX");
    let said = says().await;
    assert!(said.contains("notices can be marked with $RoiDesk"), "{said}");
}

#[tokio::test]
async fn a_maildir_s_marks_are_seen_over_imap() {
    let server = Dovecot::start();
    server.append("INBOX", "Junk", "01-Nov-2026 08:00:00 +0000", b"somebody else's");
    server.deliver("INBOX", b"notice");
    let options = Options::Maildir(MaildirOptions::new(server.maildir("INBOX")));
    let mut mailbox = Mailbox::open(&options).await.expect("opened");
    let listing = mailbox.list(None, long_ago()).await.expect("listed");
    assert_eq!(listing.entries.len(), 2);
    let key = listing.entries.last().expect("two entries").key.clone();
    for mark in [Mark::Taken, Mark::Answered] {
        assert_eq!(mailbox.mark(&key, mark).await.expect("marked"), Found::Yes);
    }
    let flags = server.flags("INBOX").remove(&2).expect("there");
    for flag in ["$RoiDesk", "\\Seen", "\\Answered"] {
        assert!(flags.contains(flag), "{flags:?}");
    }
    assert_eq!(mailbox.file(&key, "Done").await.expect("moved"), Found::Yes);
    let flags = server.flags("Done").into_values().next().expect("one message");
    assert!(flags.contains("$RoiDesk") && flags.contains("\\Answered"), "{flags:?}");
    let others = server.flags("INBOX").remove(&1).expect("there");
    assert!(others.contains("Junk"), "{others:?}");
}

#[tokio::test]
async fn a_delivery_ends_the_wait_at_a_maildir() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    for part in ["tmp", "new", "cur"] {
        std::fs::create_dir(scratch.path().join(part)).expect("created");
    }
    let options = Options::Maildir(MaildirOptions::new(scratch.path()));
    let mut mailbox = Mailbox::open(&options).await.expect("opened");
    let empty = mailbox.list(None, long_ago()).await.expect("listed");
    let began = Instant::now();
    mailbox.wait(Duration::from_millis(600)).await.expect("waited");
    assert!(began.elapsed() >= Duration::from_millis(600), "nothing came");
    let deliver = async { std::fs::write(scratch.path().join("new/1.host"), "one").expect("written") };
    let (waited, ()) = tokio::join!(mailbox.wait(Duration::from_mins(1)), deliver);
    waited.expect("waited");
    assert!(began.elapsed() < Duration::from_mins(1));
    let listing = mailbox.list(Some(&empty.cursor), long_ago()).await.expect("listed");
    assert_eq!(contents(&mut mailbox, listing.entries).await, [b"one".to_vec()]);
    let said = Mailbox::check(&options, &["Done"], long_ago()).await.expect("checked");
    let said = format!("{said:?}");
    assert!(said.contains("in the future") && said.contains("is not there yet"), "{said}");
    assert!(said.contains("1 new and 0 other messages"), "{said}");
    assert_eq!(std::fs::read_dir(scratch.path().join("tmp")).expect("there").count(), 0);
}

/// Everything the desk does in a mailbox, up to the first error.
async fn a_day(options: ImapOptions) -> (Option<Mailbox>, Result<(), MailboxError>) {
    let mut mailbox = match Mailbox::open(&Options::Imap(options)).await {
        Ok(mailbox) => mailbox,
        Err(error) => return (None, Err(error)),
    };
    let result = async {
        let listing = mailbox.list(None, long_ago()).await?;
        assert_eq!(uids(&listing.entries), ["5", "7"]);
        let fetched = mailbox.fetch(&listing.entries).await?;
        assert_eq!(fetched.len(), 2);
        let key = only(Listing { entries: listing.entries.iter().take(1).cloned().collect(), ..listing });
        assert_eq!(mailbox.mark(&key, Mark::Answered).await?, Found::Yes);
        assert_eq!(mailbox.file(&key, "Done").await?, Found::Yes);
        mailbox.wait(Duration::from_millis(10)).await
    };
    let result = result.await;
    (Some(mailbox), result)
}

/// The commands of [`a_day`] in their order.
const COMMANDS: [&str; 12] = [
    "GREETING",
    "LOGIN",
    "CAPABILITY",
    "EXAMINE",
    "UID SEARCH",
    "UID FETCH 5,7 (UID RFC822.SIZE",
    "UID FETCH 5,7 (UID BODY.PEEK[]",
    "UID FETCH 5 (UID FLAGS)",
    "SELECT",
    "UID STORE",
    "UID MOVE",
    "IDLE",
];

#[tokio::test]
async fn a_server_without_faults_gets_through_the_day() {
    let server = Scripted::start(|_| None).await;
    a_day(server.options()).await.1.expect("no error");
    let heard = server.commands();
    for command in COMMANDS {
        assert!(heard.iter().any(|line| line.starts_with(command)), "{command} was not sent: {heard:?}");
    }
}

#[tokio::test]
async fn no_fault_is_taken_for_success() {
    let faults = [
        Fault::No,
        Fault::Bad,
        Fault::Stall,
        Fault::Close,
        Fault::Cut,
        Fault::Bye,
        Fault::Garbage,
        Fault::ForeignTag,
    ];
    let cases = COMMANDS.into_iter().flat_map(|command| faults.map(|fault| (command, fault)));
    join_all(cases.map(async |(command, fault)| {
        let server = Scripted::start(move |line| {
            // Creating the folder would help a refused move over it.
            let helps = command == "UID MOVE"
                && line.starts_with("CREATE")
                && matches!(fault, Fault::No | Fault::Bad);
            // A mail that fails among others is asked for alone, in other words.
            let content = command.contains("BODY.PEEK[]") && line.contains("BODY.PEEK[]");
            (line.starts_with(command) || helps || content).then_some(fault)
        })
        .await;
        let mut options = server.options();
        // Stalls are short; everything else has all the time it may need on a busy machine.
        // The library's LOGIN waits for the right tag for ever: we wait for it no longer than for any.
        let stalls = fault == Fault::Stall || (fault == Fault::ForeignTag && command == "LOGIN");
        options.step_timeout = Duration::from_secs(if stalls { 3 } else { 30 });
        let (mailbox, result) = a_day(options).await;
        let at = format!("{fault:?} at {command}");
        if command == "IDLE" && matches!(fault, Fault::No | Fault::Bad) {
            result.expect("waits without IDLE");
            return;
        }
        if command.contains("RFC822.SIZE") && fault != Fault::Stall {
            result.expect("asks mail by mail");
            return;
        }
        let error = result.expect_err(&at);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("Jane") && !shown.contains("pass-phrase"), "{at}: {shown}");
        let fits = match fault {
            Fault::No | Fault::Bad => match command {
                "GREETING" => matches!(error, MailboxError::Unreachable { .. }),
                "LOGIN" => matches!(error, MailboxError::Login { temporary: false, .. }),
                "EXAMINE" | "SELECT" | "UID MOVE" => matches!(error, MailboxError::Folder { .. }),
                _ => matches!(error, MailboxError::Refused { .. }),
            },
            _ if stalls => matches!(error, MailboxError::Timeout { .. }),
            // A goodbye instead of a greeting is a refusal to talk at all.
            Fault::Bye if command == "GREETING" => matches!(error, MailboxError::Unreachable { .. }),
            // Up to the login, what is read are lines: half a literal is none of them.
            Fault::Cut if matches!(command, "GREETING" | "CAPABILITY") => {
                matches!(error, MailboxError::Protocol { .. })
            }
            Fault::Close | Fault::Cut | Fault::Bye => matches!(error, MailboxError::Lost { .. }),
            Fault::Garbage | Fault::ForeignTag => matches!(error, MailboxError::Protocol { .. }),
            Fault::Stall
            | Fault::EmptyOk
            | Fault::Refuse(_)
            | Fault::Say(_)
            | Fault::Found(..)
            | Fault::Lines(_) => false,
        };
        assert!(fits, "{at}: {error:?}");
        if let Some(mut mailbox) = mailbox {
            let next = mailbox.list(None, long_ago()).await;
            assert!(matches!(next, Err(MailboxError::Closed)), "{at}: used again");
        }
    }))
    .await;
}

#[tokio::test]
async fn a_mail_whose_facts_are_missing_is_not_passed_over() {
    const SEVENTH: &str = "* 2 FETCH (UID 7 RFC822.SIZE 6 INTERNALDATE \"01-Nov-2026 09:00:00 +0000\")\r\n";
    let since = instant("2026-11-01T08:00:00Z");
    for (fifth, size) in [
        ("* 1 FETCH (UID 5 RFC822.SIZE 5 INTERNALDATE \"yesterday\")\r\n", 5),
        ("* 1 FETCH (UID 5 RFC822.SIZE 5)\r\n", 5),
        ("* 1 FETCH (UID 5 INTERNALDATE \"01-Nov-2026 09:00:00 +0000\")\r\n", 0),
        ("* 1 FETCH (UID 5 FLAGS (\\Seen))\r\n", 0),
    ] {
        let server = Scripted::start(move |line| {
            line.contains("RFC822.SIZE").then_some(Fault::Lines([fifth, SEVENTH]))
        })
        .await;
        let mut mailbox = open(server.options()).await;
        let listing = mailbox.list(None, since).await.expect("listed");
        assert_eq!(uids(&listing.entries), ["5", "7"], "{fifth}");
        let entry = listing.entries.first().expect("two entries");
        assert_eq!((entry.size, entry.received_at), (size, instant("2026-11-01T09:00:00Z")), "{fifth}");
        assert_eq!(contents(&mut mailbox, listing.entries).await, [b"First".to_vec(), b"Second".to_vec()]);
    }
}

#[tokio::test]
async fn a_mail_larger_than_its_size_says_is_too_large_all_the_same() {
    let answer =
        "* 1 FETCH (UID 5 BODY[] {9}\r\n123456789)\r\n* 2 FETCH (FLAGS (\\Seen))\r\nA0008 OK done\r\n";
    let server =
        Scripted::start(move |line| line.contains("BODY.PEEK[]").then_some(Fault::Say(answer))).await;
    let mut options = server.options();
    options.limits.max_message = 8;
    let mut mailbox = open(options).await;
    let listing = mailbox.list(None, long_ago()).await.expect("listed");
    let fetched = mailbox.fetch(&listing.entries).await.expect("fetched");
    let contents: Vec<Content> = fetched.into_iter().map(|fetched| fetched.content).collect();
    assert_eq!(contents, [Content::TooLarge], "and the second, not answered for, is gone");
}

#[tokio::test]
async fn an_ok_without_the_facts_is_no_success() {
    // The server says OK and nothing else: no UIDVALIDITY, no flags.
    let server = Scripted::start(|line| line.starts_with("EXAMINE").then_some(Fault::EmptyOk)).await;
    let error = a_day(server.options()).await.1.expect_err("no UIDVALIDITY");
    assert!(matches!(error, MailboxError::Protocol { .. }), "{error}");

    let mut mailbox = {
        let server = Scripted::start(|line| line.contains("(UID FLAGS)").then_some(Fault::EmptyOk)).await;
        (open(server.options()).await, server)
    };
    let listing = mailbox.0.list(None, long_ago()).await.expect("listed");
    let key = listing.entries.first().expect("two entries").key.clone();
    assert_eq!(mailbox.0.mark(&key, Mark::Taken).await.expect("looked"), Found::Gone);
    assert_eq!(mailbox.0.file(&key, "Done").await.expect("looked"), Found::Gone);
    assert!(
        !mailbox
            .1
            .commands()
            .iter()
            .any(|line| line.starts_with("UID STORE") || line.starts_with("UID MOVE"))
    );
}
