//! A reply as an RFC 5322 message. The same input gives the same bytes, so that sending again is sending the same.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};

use crate::domain::{MailAddress, sha256_of};

/// Everything a mail is made of.
#[derive(Clone)]
pub struct Mail {
    /// The sender as configured: `HMIS Helpdesk <helpdesk@example.org>`.
    pub from: String,
    /// The one recipient.
    pub to: MailAddress,
    /// The subject, one line.
    pub subject: String,
    /// The body as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Its Message-ID, from [`message_id`].
    pub message_id: String,
    /// The Message-ID of the mail it answers, as it came; left out if it is none.
    pub in_reply_to: Option<String>,
    /// The thread before that mail, as it came, oldest first; what is no Message-ID is left out.
    pub references: Vec<String>,
    /// When it was written.
    pub date: DateTime<Utc>,
}

/// Why a mail cannot be built. It carries nothing of the mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The configured sender is no mailbox.
    #[error("`from` is not of the form \"HMIS Helpdesk <helpdesk@example.org>\"")]
    From,
    /// The recipient's address has characters that most mail servers cannot take.
    #[error("the recipient's address is not one that can be written to: only ASCII addresses are supported")]
    To,
    /// The Message-ID is none.
    #[error("the Message-ID is not of the form id@domain")]
    MessageId,
    /// The subject has several lines or none.
    #[error("the subject is not one line of text")]
    Subject,
    /// lettre refused it.
    #[error("the mail cannot be put together: {0}")]
    Other(String),
}

/// The longest Message-ID that is passed on; RFC 5322 limits only the line (998, with the folding space).
const LONGEST_ID: usize = 250;
/// How many Message-IDs of a thread are passed on: its first and the latest ones.
const LONGEST_THREAD: usize = 20;

/// The Message-ID, without angle brackets, of what the outbox knows as `key` (`RD-1042/reply/1`):
/// `RD-1042.reply.1.INSTALLATION@DOMAIN`. Deterministic, so that a mail whose fate is unknown can be looked for;
/// `installation` (the store's random ID) tells two desks apart that share a domain.
pub fn message_id(key: &str, installation: &str, domain: &str) -> String {
    // `dot-atom-text` (RFC 5322, 3.2.3) has no empty parts.
    let atoms = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .filter(|atom| !atom.is_empty())
            .collect::<Vec<_>>()
            .join(".")
    };
    format!("{}.{}@{}", atoms(key), atoms(installation), atoms(domain))
}

/// The Message-ID in a text that should be one, without angle brackets; `None` if it is none that is safe to
/// repeat in a header.
fn syntactic_id(text: &str) -> Option<&str> {
    let text = text.trim();
    let id = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
    let (left, right) = id.rsplit_once('@')?;
    let plain =
        |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '@' | '(' | ')' | ',' | ';' | '"' | '\\');
    let fine = !left.is_empty() && !right.is_empty() && left.chars().all(plain) && right.chars().all(plain);
    (fine && id.len() <= LONGEST_ID).then_some(id)
}

/// The References of an answer (RFC 5322, 3.6.4): the thread so far and the mail answered, without repetition.
fn thread<'a>(references: &'a [String], answered: Option<&'a str>) -> Vec<&'a str> {
    let mut ids: Vec<&str> = Vec::new();
    for id in
        references.iter().filter_map(|id| syntactic_id(id)).filter(|id| Some(*id) != answered).chain(answered)
    {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() > LONGEST_THREAD {
        ids.drain(1..=ids.len() - LONGEST_THREAD);
    }
    ids
}

/// A header of Message-IDs, one per line. Our own folding: lettre's would encode nothing here, but may fold
/// within the limit of 76 only, and an ID may be longer.
fn ids_header(name: &'static str, ids: &[&str]) -> HeaderValue {
    let bracketed: Vec<String> = ids.iter().map(|id| format!("<{id}>")).collect();
    HeaderValue::dangerous_new_pre_encoded(
        HeaderName::new_from_ascii_str(name),
        bracketed.join(" "),
        bracketed.join("\r\n "),
    )
}

/// The mail's bytes, ASCII throughout and with CRLF line ends: text and HTML as alternatives, marked as an automatic
/// answer (RFC 3834, 5) so that no program answers it in turn.
pub fn build(mail: &Mail) -> Result<Vec<u8>, BuildError> {
    let from: Mailbox = mail.from.parse().map_err(|_| BuildError::From)?;
    if !mail.to.unmasked().is_ascii() {
        return Err(BuildError::To);
    }
    let to = Address::new(mail.to.local(), mail.to.domain()).map_err(|_| BuildError::To)?;
    let id = syntactic_id(&mail.message_id).ok_or(BuildError::MessageId)?;
    if mail.subject.trim().is_empty() || mail.subject.chars().any(char::is_control) {
        return Err(BuildError::Subject);
    }
    let answered = mail.in_reply_to.as_deref().and_then(syntactic_id);
    let mut builder = Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(mail.subject.as_str())
        .date(SystemTime::from(mail.date))
        .raw_header(ids_header("Message-ID", &[id]));
    if let Some(answered) = answered {
        builder = builder.raw_header(ids_header("In-Reply-To", &[answered]));
    }
    let references = thread(&mail.references, answered);
    if !references.is_empty() {
        builder = builder.raw_header(ids_header("References", &references));
    }
    let plain = |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
    let message = builder
        .raw_header(plain("Auto-Submitted", "auto-replied"))
        // Exchange does not look at Auto-Submitted; bounces must still come back.
        .raw_header(plain("X-Auto-Response-Suppress", "OOF, AutoReply"))
        .multipart(
            MultiPart::alternative()
                // lettre's own boundary is random. A digest of the ID cannot stand in a text by accident.
                .boundary(format!("=_{}", sha256_of(&id).chars().take(40).collect::<String>()))
                .singlepart(SinglePart::plain(mail.text.clone()))
                .singlepart(SinglePart::html(mail.html.clone())),
        )
        .map_err(|error| BuildError::Other(error.to_string()))?;
    Ok(message.formatted())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use mail_parser::{HeaderValue as Parsed, MessageParser};

    use super::*;

    fn mail() -> Mail {
        Mail {
            from: "HMIS Helpdesk <helpdesk@example.org>".to_owned(),
            to: MailAddress::parse("Jane.O'Hara+x@agency.example").expect("valid"),
            subject: "We have received your notice [RD-1042]".to_owned(),
            text: "Hello,\n\nDas Gr\u{fc}\u{df}en \u{2013} .\n.\n..x\nFrom here\n".to_owned(),
            html: "<p>Hello,</p>\n<p>Das Gr\u{fc}\u{df}en</p>\n".to_owned(),
            message_id: message_id("RD-1042/reply/1", "0192f3", "example.org"),
            in_reply_to: Some("<notice.7@agency.example>".to_owned()),
            references: vec!["<first@agency.example>".to_owned(), "second@agency.example".to_owned()],
            date: Utc.with_ymd_and_hms(2026, 11, 2, 15, 4, 5).single().expect("a valid instant"),
        }
    }

    fn ids(value: &Parsed<'_>) -> Vec<String> {
        value.as_text_list().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_message_id_is_made_of_the_key_and_nothing_else_can_get_in() {
        assert_eq!(
            message_id("RD-1042/reply/1", "0192f3", "example.org"),
            "RD-1042.reply.1.0192f3@example.org"
        );
        let odd = message_id("RD-1//..\r\nBcc: x@y/<>", "a b", "Mail.Example.org.");
        assert_eq!(odd, "RD-1.Bcc.x.y.a.b@Mail.Example.org");
        assert_eq!(syntactic_id(&odd), Some(odd.as_str()));
    }

    #[test]
    fn the_headers_read_back_as_they_were_given() {
        let bytes = build(&mail()).expect("a mail");
        let parsed = MessageParser::new().parse(&bytes).expect("a message");
        assert_eq!(parsed.message_id(), Some("RD-1042.reply.1.0192f3@example.org"));
        assert_eq!(parsed.subject(), Some("We have received your notice [RD-1042]"));
        assert_eq!(ids(parsed.in_reply_to()), ["notice.7@agency.example"]);
        assert_eq!(
            ids(parsed.references()),
            ["first@agency.example", "second@agency.example", "notice.7@agency.example"]
        );
        assert_eq!(parsed.header("Auto-Submitted").and_then(|value| value.as_text()), Some("auto-replied"));
        assert_eq!(
            parsed.date().map(mail_parser::DateTime::to_rfc3339).as_deref(),
            Some("2026-11-02T15:04:05Z")
        );
        let to = parsed.to().and_then(|to| to.first()).expect("a recipient");
        assert_eq!((to.name(), to.address()), (None, Some("Jane.O'Hara+x@agency.example")));
        let from = parsed.from().and_then(|from| from.first()).expect("a sender");
        assert_eq!((from.name(), from.address()), (Some("HMIS Helpdesk"), Some("helpdesk@example.org")));
        let text = parsed.body_text(0).expect("a text").replace("\r\n", "\n");
        assert_eq!(text.trim_end(), mail().text.trim_end());
        assert!(parsed.body_html(0).expect("HTML").contains("Gr\u{fc}\u{df}en"));
        assert!(bytes.is_ascii());
        let text = String::from_utf8(bytes).expect("ASCII");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "only CRLF ends a line");
        assert!(text.contains("multipart/alternative"));
    }

    #[test]
    fn the_same_input_gives_the_same_bytes_and_another_id_another_boundary() {
        let one = build(&mail()).expect("a mail");
        assert_eq!(one, build(&mail()).expect("a mail"));
        let other = Mail { message_id: "other@example.org".to_owned(), ..mail() };
        let boundary = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            text.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
        };
        assert!(boundary(&one).is_some());
        assert_ne!(boundary(&one), boundary(&build(&other).expect("a mail")));
    }

    #[test]
    fn what_is_no_message_id_is_not_repeated() {
        let long = format!("<{}@agency.example>", "x".repeat(300));
        let bad = [
            "<a@b>\r\nBcc: <c@d>",
            "no-at-sign",
            "<>",
            "<a b@c>",
            "<a@b> <c@d>",
            "",
            "<@b>",
            "<\u{fc}@b>",
            &long,
        ];
        for text in bad {
            let mail = Mail {
                in_reply_to: Some(text.to_owned()),
                references: vec![text.to_owned(), "<fine@agency.example>".to_owned()],
                ..mail()
            };
            let bytes = build(&mail).expect("a mail");
            let parsed = MessageParser::new().parse(&bytes).expect("a message");
            assert_eq!(ids(parsed.in_reply_to()), Vec::<String>::new(), "{text:?}");
            assert_eq!(ids(parsed.references()), ["fine@agency.example"], "{text:?}");
            assert!(parsed.header("Bcc").is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_long_thread_keeps_its_first_and_its_latest_and_long_ids_stay_whole() {
        let left = "y".repeat(200);
        let references: Vec<_> = (1..=50).map(|n| format!("<{left}{n}@agency.example>")).collect();
        let bytes = build(&Mail { references, ..mail() }).expect("a mail");
        let parsed = MessageParser::new().parse(&bytes).expect("a message");
        let ids = ids(parsed.references());
        assert_eq!(ids.len(), LONGEST_THREAD);
        assert_eq!(ids.first(), Some(&format!("{left}1@agency.example")));
        assert_eq!(ids.get(1), Some(&format!("{left}33@agency.example")));
        assert_eq!(ids.last().map(String::as_str), Some("notice.7@agency.example"));
        let longest = bytes.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
        assert!(longest.is_some_and(|longest| longest < 998), "{longest:?}");
    }

    #[test]
    fn nothing_smuggles_a_header() {
        let base = mail();
        for (mail, error) in [
            (Mail { subject: "x\r\nBcc: a@b.example".to_owned(), ..base.clone() }, BuildError::Subject),
            (Mail { subject: " ".to_owned(), ..base.clone() }, BuildError::Subject),
            (Mail { message_id: "a@b>\r\nBcc: <a@b".to_owned(), ..base.clone() }, BuildError::MessageId),
            (Mail { from: "x\r\nBcc: a@b.example".to_owned(), ..base.clone() }, BuildError::From),
            (
                Mail { to: MailAddress::parse("j\u{f6}rg@agency.example").expect("valid"), ..base.clone() },
                BuildError::To,
            ),
            (
                Mail { to: MailAddress::parse("a..b@agency.example").expect("valid"), ..base.clone() },
                BuildError::To,
            ),
        ] {
            assert_eq!(build(&mail), Err(error));
        }
        let long = Mail { subject: "\u{e4}".repeat(400), ..base };
        let bytes = build(&long).expect("a mail");
        assert_eq!(
            MessageParser::new().parse(&bytes).and_then(|m| m.subject().map(str::to_owned)),
            Some(long.subject)
        );
    }
}
