//! Handing mail to a server: what each kind of trouble at each step is taken for.

use std::{path::PathBuf, time::Duration};

use chrono::{TimeZone, Utc};
use mail_parser::MessageParser;
use roi_desk::{
    domain::MailAddress,
    mailer::{Mail, Mailer, MailerError, Options, Outcome, SmtpOptions, Tls, build, message_id},
};
use secrecy::SecretString;

use crate::smtp_sink::{CONNECT, CONTENT, Reply, SmtpSink};

const BYTES: &[u8] = b"Subject: hello\r\n\r\nbody\r\n";

/// Long enough for anything that answers, however busy the machine is.
const PATIENT: Duration = Duration::from_mins(1);
/// For servers that never answer.
const IMPATIENT: Duration = Duration::from_millis(400);

fn options(port: u16, step_timeout: Duration) -> SmtpOptions {
    SmtpOptions {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        ca_file: None,
        user: None,
        password: None,
        envelope_from: address("helpdesk@example.org"),
        connections: 8,
        step_timeout,
    }
}

fn mailer(options: SmtpOptions) -> Mailer {
    Mailer::new(Options::Smtp(options)).expect("good options")
}

fn address(text: &str) -> MailAddress {
    MailAddress::parse(text).expect("a valid address")
}

async fn send(mailer: &Mailer, bytes: &[u8]) -> Outcome {
    mailer.send(&address("jane@agency.example"), "RD-1.reply.1@example.org", bytes).await
}

/// The class of an outcome; its text must be fit for a log.
fn class(outcome: &Outcome) -> &'static str {
    let (class, text) = match outcome {
        Outcome::Done => ("done", None),
        Outcome::Retry(text) => ("retry", Some(text)),
        Outcome::Refused(text) => ("refused", Some(text)),
        Outcome::Uncertain(text) => ("uncertain", Some(text)),
    };
    if let Some(text) = text {
        assert!(!text.is_empty() && text.len() < 300 && !text.contains(['\r', '\n', '@']), "{text:?}");
        assert!(!text.contains("jane") && !text.contains("hello") && !text.contains("secret"), "{text:?}");
    }
    class
}

/// What one send to a server that does `reply` at the step beginning with `step` is taken for.
async fn class_when(
    step: &'static str,
    reply: fn() -> Reply,
    step_timeout: Duration,
    bytes: &[u8],
) -> &'static str {
    let sink =
        SmtpSink::start(move |line, _| if line.starts_with(step) { reply() } else { Reply::Default }).await;
    class(&send(&mailer(options(sink.port, step_timeout)), bytes).await)
}

/// More than the buffers between two sockets hold.
fn large() -> Vec<u8> {
    b"0123456789012345678901234567890123456789012345678901234567890123456789\r\n".repeat(400_000)
}

#[tokio::test]
async fn a_connection_lost_before_the_mail_was_handed_over_is_tried_again_and_afterwards_nobody_can_say() {
    for (step, wanted) in [
        (CONNECT, "retry"),
        ("EHLO", "retry"),
        ("MAIL", "retry"),
        ("RCPT", "retry"),
        ("DATA", "retry"),
        (".", "uncertain"),
    ] {
        assert_eq!(class_when(step, || Reply::Close, PATIENT, BYTES).await, wanted, "hangs up at {step}");
        assert_eq!(class_when(step, || Reply::Hang, IMPATIENT, BYTES).await, wanted, "silent at {step}");
        assert_eq!(
            class_when(step, || Reply::Say("what?"), PATIENT, BYTES).await,
            wanted,
            "babbles at {step}"
        );
    }
}

#[tokio::test]
async fn a_mail_that_was_not_written_to_its_end_is_tried_again() {
    let large = large();
    assert_eq!(class_when(CONTENT, || Reply::Close, PATIENT, &large).await, "retry");
    assert_eq!(class_when(CONTENT, || Reply::Hang, IMPATIENT, &large).await, "retry");
    // A short one has left us before the server hangs up: it may have been read.
    assert_eq!(class_when(CONTENT, || Reply::Hang, IMPATIENT, BYTES).await, "uncertain");
}

#[tokio::test]
async fn not_now_is_tried_again_and_never_is_refused() {
    for (step, never) in [
        // Nothing of the mail has been spoken of yet: it is our connection that is refused.
        (CONNECT, "retry"),
        ("EHLO", "retry"),
        ("MAIL", "refused"),
        ("RCPT", "refused"),
        ("DATA", "refused"),
        (".", "refused"),
    ] {
        let not_now = || Reply::Say("451 4.3.0 <jane@agency.example> later, jane@agency.example");
        assert_eq!(class_when(step, not_now, PATIENT, BYTES).await, "retry", "4xx at {step}");
        let closing = || Reply::SayClose("421 4.3.2 going down");
        assert_eq!(class_when(step, closing, PATIENT, BYTES).await, "retry", "421 at {step}");
        let no = || Reply::Say("550 5.1.1 <jane@agency.example> unknown");
        assert_eq!(class_when(step, no, PATIENT, BYTES).await, never, "5xx at {step}");
    }
}

#[tokio::test]
async fn an_answer_that_belongs_elsewhere_is_not_taken_for_yes() {
    for (step, wanted) in [("MAIL", "retry"), ("RCPT", "retry"), (".", "uncertain")] {
        assert_eq!(class_when(step, || Reply::Say("354 go ahead"), PATIENT, BYTES).await, wanted, "{step}");
    }
    assert_eq!(class_when("DATA", || Reply::Say("250 ok"), PATIENT, BYTES).await, "retry");
}

#[tokio::test]
async fn a_server_that_takes_the_mail_and_hangs_up_has_taken_it() {
    assert_eq!(class_when(".", || Reply::SayClose("250 taken"), PATIENT, BYTES).await, "done");
}

#[tokio::test]
async fn nobody_listening_is_tried_again() {
    let sink = SmtpSink::obliging().await;
    let port = sink.port;
    let mailer = mailer(options(port, PATIENT));
    assert_eq!(send(&mailer, BYTES).await, Outcome::Done);
    drop(sink);
    // The listener is gone as soon as its task has been dropped by the runtime.
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let fresh = self::mailer(options(port, PATIENT));
    assert_eq!(class(&send(&fresh, BYTES).await), "retry");
}

#[tokio::test]
async fn connections_are_used_again() {
    let sink = SmtpSink::obliging().await;
    let mailer = mailer(options(sink.port, PATIENT));
    for _ in 0..20 {
        assert_eq!(send(&mailer, BYTES).await, Outcome::Done);
    }
    assert_eq!((sink.connections(), sink.transactions().len()), (1, 20));
}

#[tokio::test]
async fn a_kept_connection_that_died_is_replaced_once_and_the_mail_goes_out() {
    for dying in [|| Reply::Close, || Reply::SayClose("421 4.4.2 idle too long")] {
        let sent = std::sync::atomic::AtomicUsize::new(0);
        let sink = SmtpSink::start(move |line, connection| {
            if line.starts_with("MAIL") && connection == 1 {
                // The first mail is taken; the second finds the connection dead.
                if sent.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0 {
                    return dying();
                }
            }
            Reply::Default
        })
        .await;
        let mailer = mailer(options(sink.port, PATIENT));
        assert_eq!(send(&mailer, BYTES).await, Outcome::Done);
        assert_eq!(send(&mailer, BYTES).await, Outcome::Done);
        assert_eq!((sink.connections(), sink.transactions().len()), (2, 2));
    }
}

#[tokio::test]
async fn a_new_connection_that_dies_is_not_replaced_again() {
    let sink =
        SmtpSink::start(|line, _| if line.starts_with("MAIL") { Reply::Close } else { Reply::Default }).await;
    let mailer = mailer(options(sink.port, PATIENT));
    assert_eq!(class(&send(&mailer, BYTES).await), "retry");
    assert_eq!(sink.connections(), 1);
}

#[tokio::test]
async fn a_connection_with_any_trouble_is_not_used_again() {
    let sink = SmtpSink::start(|line, connection| match (line.split(':').next(), connection) {
        (Some("RCPT TO"), 1) => Reply::Say("550 5.1.1 unknown"),
        _ => Reply::Default,
    })
    .await;
    let mailer = mailer(options(sink.port, PATIENT));
    assert_eq!(class(&send(&mailer, BYTES).await), "refused");
    assert_eq!(send(&mailer, BYTES).await, Outcome::Done);
    assert_eq!(sink.transactions().iter().map(|mail| mail.connection).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn a_send_that_was_given_up_leaves_nothing_behind_for_the_next_one() {
    for step in ["MAIL", "RCPT", "DATA", "."] {
        let sink = SmtpSink::start(move |line, connection| {
            if line.starts_with(step) && connection == 1 { Reply::Hang } else { Reply::Default }
        })
        .await;
        let mailer = mailer(SmtpOptions { connections: 1, ..options(sink.port, PATIENT) });
        let given_up = tokio::time::timeout(IMPATIENT, send(&mailer, b"Subject: one\r\n\r\n")).await;
        assert!(given_up.is_err(), "{step}");
        assert_eq!(send(&mailer, BYTES).await, Outcome::Done, "{step}");
        let last = sink.transactions().pop().expect("a mail");
        assert_eq!((last.connection, last.content.as_slice()), (2, BYTES), "{step}");
    }
}

#[tokio::test]
async fn many_at_once_share_a_few_connections() {
    let sink = SmtpSink::obliging().await;
    let mailer = mailer(options(sink.port, PATIENT));
    let bodies: Vec<Vec<u8>> =
        (0..100).map(|n| format!("Subject: {n}\r\n\r\nmail {n}\r\n").into_bytes()).collect();
    let outcomes = futures::future::join_all(bodies.iter().map(|bytes| send(&mailer, bytes))).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Done), "{outcomes:?}");
    let mut arrived: Vec<_> = sink.transactions().into_iter().map(|mail| mail.content).collect();
    let mut wanted = bodies.clone();
    arrived.sort();
    wanted.sort();
    assert_eq!(arrived, wanted);
    assert!(sink.connections() <= 8, "{}", sink.connections());
}

#[tokio::test]
async fn what_arrives_is_byte_for_byte_what_was_sent() {
    let sink = SmtpSink::obliging().await;
    let mailer = mailer(options(sink.port, PATIENT));
    let large = large();
    for bytes in [
        &b"Subject: dots\r\n\r\n.\r\n..\r\n.a\r\n\r\n.\r\n"[..],
        b".\r\n",
        b"\r\n\r\n",
        b"Subject: 8 bit\r\n\r\n\xc3\xa4\r\n",
        &large,
    ] {
        assert_eq!(send(&mailer, bytes).await, Outcome::Done);
        let arrived = sink.transactions().pop().expect("a mail");
        assert!(arrived.content == bytes, "{} bytes", bytes.len());
        assert_eq!(arrived.from, "helpdesk@example.org");
        assert_eq!(arrived.recipients, ["jane@agency.example"]);
    }
    for smuggled in [&b"a\n.\nMAIL FROM:<x@y>\r\n"[..], b"a\r.\rb\r\n"] {
        assert_eq!(class(&send(&mailer, smuggled).await), "refused");
    }
}

#[tokio::test]
async fn encryption_needs_a_certificate_that_is_trusted() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let (sink, ca_file) = SmtpSink::encrypted(scratch.path()).await;
    let encrypted = |ca_file: Option<PathBuf>| SmtpOptions {
        host: "localhost".to_owned(),
        tls: Tls::Implicit,
        ca_file,
        ..options(sink.port, PATIENT)
    };
    let trusting = mailer(encrypted(Some(ca_file)));
    for _ in 0..3 {
        assert_eq!(send(&trusting, BYTES).await, Outcome::Done);
    }
    assert!(sink.transactions().iter().all(|mail| mail.content == BYTES && mail.connection == 1));
    let found = trusting.check().await.expect("all well");
    assert!(found.iter().any(|line| line.contains("is encrypted")), "{found:?}");

    // This machine may trust nobody at all; then there is no mailer to begin with.
    match Mailer::new(Options::Smtp(encrypted(None))) {
        Ok(wary) => {
            assert_eq!(class(&send(&wary, BYTES).await), "retry");
            assert!(matches!(wary.check().await, Err(MailerError::Tls { .. })));
        }
        Err(error) => assert!(matches!(error, MailerError::Tls { .. }), "{error}"),
    }
    // Clear text to a TLS port gets nowhere, and the other way round.
    assert_eq!(class(&send(&mailer(options(sink.port, IMPATIENT)), BYTES).await), "retry");
    assert_eq!(sink.transactions().len(), 3);
}

#[tokio::test]
async fn starttls_comes_before_everything_and_never_without_it() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let (sink, ca_file) = SmtpSink::upgrading(scratch.path(), "topsecret", |_, _| Reply::Default).await;
    let upgrading = |port| SmtpOptions {
        host: "localhost".to_owned(),
        tls: Tls::StartTls,
        ca_file: Some(ca_file.clone()),
        user: Some("desk".to_owned()),
        password: Some(SecretString::from("topsecret")),
        ..options(port, PATIENT)
    };
    let trusting = mailer(upgrading(sink.port));
    for _ in 0..2 {
        // AUTH is offered only in the second EHLO, after the handshake.
        assert_eq!(send(&trusting, BYTES).await, Outcome::Done);
    }
    assert_eq!((sink.connections(), sink.transactions().len()), (1, 2));
    let found = trusting.check().await.expect("all well").join("\n");
    assert!(found.contains("(STARTTLS)") && found.contains("user and password are accepted"), "{found}");

    for (step, reply, says) in [
        ("EHLO", "250-sink\r\n250 8BITMIME", "does not offer STARTTLS"),
        ("STARTTLS", "502 5.5.1 what?", "then refuses it"),
        // What is slipped in would be taken for an answer after the handshake (CVE-2011-0411).
        ("STARTTLS", "220 go\r\n250 ok", "tampering"),
        (CONNECT, "554 5.7.1 go away", "554"),
        (CONNECT, "what?", "not one of a mail server"),
    ] {
        let spoiling =
            move |line: &str, _| if line.starts_with(step) { Reply::Say(reply) } else { Reply::Default };
        let (sink, _) = SmtpSink::upgrading(scratch.path(), "topsecret", spoiling).await;
        let wary = mailer(upgrading(sink.port));
        assert_eq!(class(&send(&wary, BYTES).await), "retry", "{says}");
        let error = wary.check().await.expect_err("not protected").to_string();
        assert!(error.contains(says), "{error}");
        assert!(sink.transactions().is_empty());
    }
    // The port begins with TLS, or will never begin with it.
    let (sink, _) = SmtpSink::encrypted(scratch.path()).await;
    let late = SmtpOptions { step_timeout: IMPATIENT, ..upgrading(sink.port) };
    assert!(mailer(late).check().await.is_err());
    let sink = SmtpSink::obliging().await;
    let error = mailer(SmtpOptions { tls: Tls::Implicit, ..upgrading(sink.port) }).check().await;
    let error = error.expect_err("no TLS").to_string();
    assert!(error.contains("starttls"), "{error}");
}

#[tokio::test]
async fn a_check_says_what_to_do_about_a_server_that_does_not_take_our_mail() {
    for (step, reply, signs_in, says) in [
        ("MAIL", "530 5.7.0 Authentication required", false, "set smtp.user"),
        ("MAIL", "550 5.7.1 not your address", false, "set an address of yours"),
        // Postfix says so only now.
        ("RCPT", "554 5.7.1 <helpdesk@example.org>: Relay access denied", false, "set smtp.user"),
        (
            "RCPT",
            "553 5.7.1 <helpdesk@example.org>: Sender address rejected: not owned by user",
            true,
            "smtp.from",
        ),
        ("MAIL", "451 4.3.0 later", true, "451"),
    ] {
        let hook =
            move |line: &str, _| if line.starts_with(step) { Reply::Say(reply) } else { Reply::Default };
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let (sink, ca_file) = SmtpSink::upgrading(scratch.path(), "topsecret", hook).await;
        let checked = mailer(SmtpOptions {
            host: "localhost".to_owned(),
            tls: Tls::StartTls,
            ca_file: Some(ca_file),
            user: signs_in.then(|| "desk".to_owned()),
            password: signs_in.then(|| SecretString::from("topsecret")),
            ..options(sink.port, PATIENT)
        });
        let error = checked.check().await.expect_err("refused").to_string();
        assert!(error.contains(says) && !error.contains('@'), "{error}");
    }
    // Greylisting is nobody's fault.
    let sink = SmtpSink::start(|line, _| {
        if line.starts_with("RCPT") { Reply::Say("450 4.7.1 come again") } else { Reply::Default }
    })
    .await;
    let found = mailer(options(sink.port, PATIENT)).check().await.expect("well").join("\n");
    assert!(found.contains("greylisting"), "{found}");
    // No sign-in is offered, and nobody is there.
    let sink = SmtpSink::obliging().await;
    let user = |port| SmtpOptions {
        user: Some("desk".to_owned()),
        password: Some(SecretString::from("topsecret")),
        ..options(port, PATIENT)
    };
    let error = mailer(user(sink.port)).check().await.expect_err("no AUTH").to_string();
    assert!(error.contains("leave user empty"), "{error}");
    let nowhere =
        SmtpOptions { tls: Tls::StartTls, host: "no-such-host.invalid".to_owned(), ..options(25, PATIENT) };
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let (_, ca_file) = SmtpSink::encrypted(scratch.path()).await;
    let error = mailer(SmtpOptions { ca_file: Some(ca_file), ..nowhere }).check().await;
    let error = error.expect_err("nobody").to_string();
    assert!(error.contains("is host spelled right"), "{error}");
}

#[tokio::test]
async fn signing_in_works_with_plain_and_login_and_a_wrong_password_is_told_without_it() {
    for mechanisms in ["PLAIN LOGIN", "LOGIN"] {
        let sink = SmtpSink::with_password(mechanisms, "topsecret").await;
        let with = |password: &str| SmtpOptions {
            user: Some("desk".to_owned()),
            password: Some(SecretString::from(password)),
            ..options(sink.port, PATIENT)
        };
        let right = mailer(with("topsecret"));
        assert_eq!(send(&right, BYTES).await, Outcome::Done, "{mechanisms}");
        assert!(!format!("{right:?}").contains("topsecret"));
        let wrong = mailer(with("wrongsecret"));
        assert_eq!(class(&send(&wrong, BYTES).await), "retry", "{mechanisms}");
        let error = wrong.check().await.expect_err("refused").to_string();
        assert!(error.contains("535") && !error.contains("secret"), "{error}");
    }
    let without = SmtpSink::obliging().await;
    let signing_in = SmtpOptions {
        user: Some("desk".to_owned()),
        password: Some(SecretString::from("topsecret")),
        ..options(without.port, PATIENT)
    };
    assert_eq!(class(&send(&mailer(signing_in), BYTES).await), "retry");
}

#[tokio::test]
async fn options_that_contradict_each_other_are_refused() {
    let good = options(25, PATIENT);
    for bad in [
        SmtpOptions { host: "mail.example.org".to_owned(), ..good.clone() },
        SmtpOptions { user: Some("desk".to_owned()), ..good.clone() },
        SmtpOptions { password: Some(SecretString::from("x")), ..good.clone() },
        SmtpOptions { connections: 0, ..good.clone() },
        SmtpOptions { envelope_from: address("a..b@example.org"), ..good.clone() },
    ] {
        assert!(matches!(Mailer::new(Options::Smtp(bad)), Err(MailerError::Options(_))));
    }
    assert!(Mailer::new(Options::Smtp(good)).is_ok());
}

#[tokio::test]
async fn a_check_sends_nothing_and_says_what_it_found() {
    let sink = SmtpSink::obliging().await;
    let mailer = mailer(options(sink.port, PATIENT));
    let found = mailer.check().await.expect("all well");
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(sink.transactions().is_empty());
    assert_eq!(mailer.was_sent("RD-1.reply.1@example.org").await, None);
    // The connection it leaves is as good as new.
    assert_eq!(send(&mailer, BYTES).await, Outcome::Done);
    assert_eq!(sink.connections(), 1);

    let sink = SmtpSink::start(|line, _| {
        if line.starts_with("MAIL") { Reply::Say("553 5.7.1 not your address") } else { Reply::Default }
    })
    .await;
    let error = self::mailer(options(sink.port, PATIENT)).check().await.expect_err("refused");
    assert!(error.to_string().contains("553"), "{error}");
}

#[tokio::test]
async fn a_built_mail_arrives_as_it_was_built() {
    let sink = SmtpSink::obliging().await;
    let mailer = mailer(options(sink.port, PATIENT));
    let mail = Mail {
        from: "HMIS Helpdesk <helpdesk@example.org>".to_owned(),
        to: address("jane@agency.example"),
        subject: "An answer to your notice [RD-1042]".to_owned(),
        text: "Hello,\n.\n\u{2013} record 1555555\n".to_owned(),
        html: "<p>Hello,</p>\n<p>\u{2013} record 1555555</p>\n".to_owned(),
        message_id: message_id("RD-1042/reply/1", "0192f3", "example.org"),
        in_reply_to: Some("<n@agency.example>".to_owned()),
        references: Vec::new(),
        date: Utc.with_ymd_and_hms(2026, 11, 2, 15, 4, 5).single().expect("a valid instant"),
    };
    let bytes = build(&mail).expect("a mail");
    assert_eq!(send(&mailer, &bytes).await, Outcome::Done);
    let arrived = sink.transactions().pop().expect("a mail").content;
    assert_eq!(arrived, bytes);
    let parsed = MessageParser::new().parse(&arrived).expect("a message");
    assert_eq!(parsed.message_id(), Some("RD-1042.reply.1.0192f3@example.org"));
    assert_eq!(parsed.in_reply_to().as_text(), Some("n@agency.example"));
    assert_eq!(parsed.subject(), Some("An answer to your notice [RD-1042]"));
    assert_eq!(parsed.body_text(0).as_deref(), Some("Hello,\r\n.\r\n\u{2013} record 1555555\r\n"));
}
