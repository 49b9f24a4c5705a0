//! The header of a mail: who, when, in answer to what, and what marks it as written by a machine.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate};
use mail_parser::{Addr, Address, HeaderName, HeaderValue, Message, MimeHeaders, PartType};
use regex::Regex;
use serde::{Serialize, Serializer};
use std::sync::LazyLock;

use crate::domain::{CaseId, MailAddress};

use super::{characters, vocabulary::pattern};

/// Header values kept per mail and field: more than any honest mail carries, and a bound on memory.
const MOST_VALUES: usize = 200;

/// Characters of a subject that are read: an honest one has a hundred.
const LONGEST_SUBJECT: usize = 2_000;

/// A date before this is that of a clock that was never set; counting "yesterday" from it would mislead.
const EARLIEST_YEAR: u16 = 1990;

/// What the header of a mail says (RFC 5322). Nothing in it is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Envelope {
    /// Every mailbox of every From field, in order. An honest mail has exactly one.
    pub from: Vec<MailAddress>,
    /// How many From fields there are: more than one is a forgery trick (RFC 5322 3.6 allows one).
    pub from_fields: usize,
    /// Authentication-Results fields (RFC 8601), unfolded, the topmost first.
    pub authentication_results: Vec<String>,
    /// Message-ID without its angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To: message IDs without angle brackets.
    pub in_reply_to: Vec<String>,
    /// References: message IDs without angle brackets, oldest first.
    pub references: Vec<String>,
    /// Date, in the sender's own zone; `None` if it is missing or no real date.
    pub date: Option<DateTime<FixedOffset>>,
    /// Subject, decoded; empty if there is none.
    pub subject: String,
    /// Numbers of our cases in the subject, written `[RD-1042]`.
    pub case_numbers: Vec<CaseId>,
    /// What marks the mail as written by a machine or to a list, if anything does.
    pub automatic: Option<AutomaticMark>,
    /// What in the header is not as an honest mail has it, as sentences: a program must not go on alone.
    #[serde(skip)]
    pub doubts: Vec<String>,
}

/// Why a mail counts as written by a machine or to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutomaticMark {
    /// Auto-Submitted other than `no` (RFC 3834 5), or one of the older fields for it.
    AutoSubmitted,
    /// A delivery report or read receipt (RFC 6522, `multipart/report`).
    Report,
    /// Return-Path is empty: a bounce (RFC 5321 4.5.5).
    EmptyReturnPath,
    /// `List-…` fields (RFC 2369, RFC 2919).
    List,
    /// Precedence `bulk`, `list`, `junk` or `auto_reply`.
    Bulk,
    /// X-Auto-Response-Suppress, X-Autoreply and their kin.
    AutoResponse,
    /// A calendar part (RFC 6047).
    Calendar,
    /// A sender such as noreply, mailer-daemon, voicemail.
    Sender,
    /// An out-of-office or bounce subject.
    Subject,
    /// Our own address: the helpdesk's own mail coming back.
    OwnAddress,
    /// The text itself says that a machine wrote it.
    Text,
}

impl fmt::Display for AutomaticMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AutoSubmitted => "The header says that a machine sent it (Auto-Submitted).",
            Self::Report => "It is a delivery report or a read receipt.",
            Self::EmptyReturnPath => "It has an empty return path, as bounces have.",
            Self::List => "It went to a mailing list or is a newsletter (List fields).",
            Self::Bulk => "The header calls it bulk mail (Precedence).",
            Self::AutoResponse => "The header calls it an automatic answer.",
            Self::Calendar => "It is a calendar invitation or an answer to one.",
            Self::Sender => "The sender is a machine's address.",
            Self::Subject => "The subject is that of an automatic answer or a bounce.",
            Self::OwnAddress => "It comes from the helpdesk's own address.",
            Self::Text => "The text says that a machine wrote it.",
        })
    }
}

impl Serialize for AutomaticMark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

pattern! {
    /// Local parts of machines' addresses.
    AUTOMATIC_SENDERS = [
        r"^(?:no|do|donot|do-not|do_not)[-_.]?(?:not[-_.]?)?reply", r"no-?reply", r"^mailer-?daemon", r"^postmaster", r"^bounces?\b", r"-bounces?$", r"^voice-?mail", r"^(?:e-?)?fax(?:es|server|service)?$", r"^scan(?:ner|s)?$", r"^copier", r"^mfp\b", r"^(?:dse(?:_na\d)?|docusign|echosign|adobesign|hellosign|jira|servicenow)$",
        r"^(?:auto|automated|system|notifications?|notify|alerts?|daemon|cron|root|newsletter|news|mailman|listserv|majordomo|donotreply|unattended|robot|bot|survey|calendar-notification|digest|quarantine|workflow|securemail|secure-?message)(?:[-_.+]|$)",
    ];
    /// Names beside machines' addresses.
    AUTOMATIC_NAMES = [r"\b(?:mail delivery (?:sub)?system|mailer-daemon|postmaster|job runner|scheduler|cron\b|no-?reply|do not reply|notifications?|automated|auto-?(?:reply|responder)|voice ?mail|scanner|copier|mfp\b|multifunction)"];
    /// Subjects of automatic answers and bounces, in the languages met. A person who writes about such a mail, answers
    /// it or passes it on has more in the subject, or a prefix before it.
    AUTOMATIC_SUBJECTS = [
        r"^(?:automatic reply|auto(?:matic|mated)?[- ]?(?:reply|response|responder|answer)|vacation (?:reply|responder))(?: ?[:(\[-]| re\b| (?:to|from|for)\b|$)",
        r"^(?:i am |i'm |currently )?(?:out of (?:the |my )?office|ooo|away from (?:my |the )?(?:office|desk|e-?mail)|on (?:\w+ )?(?:vacation|leave|holiday|pto)|on vacation)(?: (?:auto[- ]?reply|reply|responder|notice|notification|message))?(?:\W*$|\W*:|\W+re:|\W*\(|,? -? ?(?:(?:until|till|through|thru|from|to|the|of|and|returning|back|on|next|week|today|tomorrow|further|notice|mon\w*|tue\w*|wed\w*|thu\w*|fri\w*|sat\w*|sun\w*|jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*|\d{1,4}(?:st|nd|rd|th)?)[ ,./-]*){2,12}$)",
        r"^(?:abwesenheit|abwesend|automatische (?:antwort|abwesenheit)|r.ponse automatique|absence du bureau|message d'absence|absence ?:|respuesta autom.tica|fuera de (?:la )?oficina|ausente|ausencia|risposta automatica|fuori (?:sede|ufficio)|assenza|autosvar|automatisk(?:t)? svar|fr.nvaro|automatisch(?:e)? (?:antwoord|beantwoording)|afwezig|resposta autom.tica|aus.ncia|fora do escrit.rio|automaattinen vastaus|odpowied. automatyczna|autom.tick. odpov)",
        r"^(?:undeliverable ?:|undelivered mail returned|delivery (?:status notification|failure|has failed|delayed|incomplete)|mail delivery (?:failed|failure|subsystem|system|delayed)|returned mail: (?:see|user|unknown|delivery|cannot|host)|failure notice$|message (?:not delivered|undeliverable|delayed)|delayed mail|warning: (?:message|could not send)|unzustellbar|non remis|no se puede entregar|mancata consegna|onbestelbaar)",
        r"^(?:new )?(?:voice ?mail|voice message|fax|missed call)(?: message)?(?: received)? ?(?:from:? |\(|: ?)\W*(?:\+?\d[\d() .-]{6,}|\d+ ?(?:s|sec|min|:)|wireless caller|unknown|anonymous|unavailable|ext\b)",
        r"^(?:you(?:'ve| have) (?:a )?(?:new )?(?:received a )?(?:new )?(?:voice ?mail|fax|secure message)|(?:scan|scanned document|message) from (?:a |an )?(?:xerox|canon|ricoh|hp|kyocera|konica|sharp|brother|copier|mfp|scanner|km_)|recording is (?:now )?available)",
    ];
    /// What calendars, receipts and recalls put before a subject. A person may write it too: `answered` asks for the body.
    ANSWER_SUBJECTS = [r"^(?:(?P<calendar>accepted|declined|tentative(?:ly accepted)?|cancell?ed(?: event)?)|(?P<receipt>read|not read|delivered)|recall): "];
    /// What receipts and recalls say by themselves.
    ANSWER_TEXTS = [r"^your message\b(?s:.){0,600}\b(?:was|has been) (?:read|delivered|deleted|received)\b", r"^.{0,80}\bwould like to recall the message\b"];
    /// Lines that calendars write.
    CALENDAR_LINE = [r"^ ?(?:when|where|time|date|location|organi[sz]er|calendar|who)\b ?:"];
    /// Marks that mail systems put before a subject.
    SUBJECT_TAG = [r"^(?:\[(?:external|ext|caution|secure)[^\]]{0,20}\]:? ?)+"];
}

static CASE_NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\[(RD-[0-9]{1,15})\]").expect("constant pattern"));

/// Reads the header of a parsed mail. `own` are the helpdesk's own addresses.
pub(super) fn read(message: &Message<'_>, own: &[MailAddress]) -> Envelope {
    let mut envelope = Envelope::default();
    let (mut senders, mut subjects) = (0, 0);
    for header in message.headers() {
        subjects += usize::from(header.name == HeaderName::Subject);
        // mail-parser's `from()` returns the last of several fields; a verifier may have looked at the first.
        if header.name == HeaderName::From {
            envelope.from_fields += 1;
            // One that is no address stands there all the same, and a mail program may show it.
            senders += mailboxes(&header.value).count();
            let room = MOST_VALUES.saturating_sub(envelope.from.len());
            envelope.from.extend(mailboxes(&header.value).filter_map(address).take(room));
        }
        let results = &mut envelope.authentication_results;
        if header.name == HeaderName::AuthenticationResults && results.len() < MOST_VALUES {
            results.push(raw_value(message, header.offset_start, header.offset_end));
        }
    }
    envelope.message_id = message.message_id().filter(|id| is_id(id)).map(str::to_owned);
    envelope.in_reply_to = ids(message.in_reply_to());
    envelope.references = ids(message.references());
    envelope.date = message.date().and_then(instant);
    let (subject, whole) = subject(message.subject().unwrap_or_default());
    let odd = characters::odd(&subject);
    // Encoded words may hold line ends; a subject is one line (RFC 2047 5).
    let line = characters::normalise(&subject).replace(['\n', '\t'], " ");
    line.trim().clone_into(&mut envelope.subject);
    let mut doubt = |is: bool, why: &str| {
        if is && !envelope.doubts.iter().any(|known| known == why) {
            envelope.doubts.push(why.to_owned());
        }
    };
    doubt(envelope.from_fields > 1 || senders > 1, "it names more than one sender (From).");
    doubt(
        shows_another(message, &envelope.from),
        "the name of the sender shows another address than the sender's own.",
    );
    doubt(subjects > 1, "it has more than one subject.");
    let dates = message.headers().iter().filter(|header| header.name == HeaderName::Date).count();
    doubt(dates > 1, "it has more than one date.");
    doubt(!whole, "its subject is longer than what was read.");
    doubt(subject.contains(['\n', '\r']), "line ends are hidden in its subject.");
    for odd in &odd {
        doubt(true, &format!("In the subject, {}", odd.oddity.doubt()));
    }
    envelope.case_numbers = CASE_NUMBER
        .captures_iter(&envelope.subject)
        .filter_map(|found| found.get(1)?.as_str().parse().ok())
        .take(MOST_VALUES)
        .collect();
    envelope.automatic = automatic(message, &envelope, own);
    envelope
}

/// As much of a subject as is read, and whether that is all.
fn subject(text: &str) -> (String, bool) {
    let text = text.trim();
    let kept: String = text.chars().take(LONGEST_SUBJECT).collect();
    let whole = kept.len() == text.len();
    (kept, whole)
}

/// Whether a name beside a From address shows an address, and not that one: mail programs show the name.
fn shows_another(message: &Message<'_>, from: &[MailAddress]) -> bool {
    let fields = message.headers().iter().filter(|header| header.name == HeaderName::From);
    let names = fields.flat_map(|header| mailboxes(&header.value)).take(MOST_VALUES);
    names.filter_map(|addr| addr.name.as_deref()).any(|name| {
        let name = characters::normalise(name);
        let shown = name
            .split(|c: char| {
                c.is_whitespace()
                    || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\'' | ',' | ';' | ':')
            })
            .filter(|word| word.contains('@'));
        shown.into_iter().any(|word| {
            MailAddress::parse(word.trim_matches('.'))
                .is_ok_and(|shown| !from.iter().any(|from| from.same_mailbox(&shown)))
        })
    })
}

fn address(addr: &Addr<'_>) -> Option<MailAddress> {
    MailAddress::parse(addr.address.as_deref()?).ok()
}

fn mailboxes<'a>(value: &'a HeaderValue<'a>) -> impl Iterator<Item = &'a Addr<'a>> + 'a {
    let (list, groups): (&[Addr<'a>], &[_]) = match value.as_address() {
        Some(Address::List(list)) => (list, &[]),
        Some(Address::Group(groups)) => (&[], groups),
        None => (&[], &[]),
    };
    list.iter().chain(groups.iter().flat_map(|group| group.addresses.iter()))
}

/// Bytes of a message ID: more than any honest one has, and what every database can look up.
const LONGEST_ID: usize = 250;

/// Whether it can be a message ID at all (RFC 5322 3.6.4): what is not is nobody's.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    if let Some(list) = value.as_text_list() {
        return list.iter().filter(|id| is_id(id)).take(MOST_VALUES).map(ToString::to_string).collect();
    }
    value.as_text().filter(|id| is_id(id)).map(str::to_owned).into_iter().collect()
}

fn raw_value(message: &Message<'_>, start: u32, end: u32) -> String {
    let bytes = message.raw_message.get(start as usize..end as usize).unwrap_or_default();
    // Unfolding (RFC 5322 2.2.3): the line break goes, the blank that follows it stays.
    String::from_utf8_lossy(bytes).replace(['\r', '\n'], "").trim().to_owned()
}

/// mail-parser hands out whatever numbers stood there; only a date that exists is one.
fn instant(date: &mail_parser::DateTime) -> Option<DateTime<FixedOffset>> {
    if !date.is_valid() || date.year < EARLIEST_YEAR {
        return None;
    }
    let local = NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))?
        .and_hms_opt(u32::from(date.hour), u32::from(date.minute), u32::from(date.second))?;
    let seconds = (i32::from(date.tz_hour) * 60 + i32::from(date.tz_minute)) * 60;
    let zone =
        if date.tz_before_gmt { FixedOffset::west_opt(seconds) } else { FixedOffset::east_opt(seconds) }?;
    local.and_local_timezone(zone).single()
}

fn automatic(message: &Message<'_>, envelope: &Envelope, own: &[MailAddress]) -> Option<AutomaticMark> {
    if envelope.from.iter().any(|from| own.iter().any(|ours| ours.same_mailbox(from))) {
        return Some(AutomaticMark::OwnAddress);
    }
    structure_mark(message).or_else(|| field_mark(message, own)).or_else(|| {
        let machine = |from: &MailAddress| AUTOMATIC_SENDERS.is_match(&from.local().to_lowercase());
        let named = || {
            message
                .from()
                .and_then(Address::first)
                .and_then(|from| from.name.as_deref())
                .is_some_and(|name| AUTOMATIC_NAMES.is_match(&name.to_lowercase()))
        };
        if envelope.from.iter().any(machine) || named() {
            return Some(AutomaticMark::Sender);
        }
        let subject = envelope.subject.to_lowercase();
        AUTOMATIC_SUBJECTS.is_match(&SUBJECT_TAG.replace(&subject, "")).then_some(AutomaticMark::Subject)
    })
}

/// Words that may stand in the body of a calendar's answer without being a person's.
const FEW_WORDS: usize = 4;

/// Whether the mail is a calendar's answer, a receipt or a recall: by its subject, and a body that says next to
/// nothing. Both in lower case; the subject without its prefixes, the body only the sender's own words.
pub(super) fn answered(subject: &str, body: &str) -> Option<AutomaticMark> {
    let found = ANSWER_SUBJECTS.captures(subject)?;
    let mut said = body.lines().filter(|line| !CALENDAR_LINE.is_match(line)).flat_map(str::split_whitespace);
    let a_number = said.clone().any(|word| word.contains(|c: char| c.is_ascii_digit()));
    let few = said.nth(FEW_WORDS).is_none() && !a_number;
    (few || ANSWER_TEXTS.is_match(body.trim())).then_some(if found.name("calendar").is_some() {
        AutomaticMark::Calendar
    } else if found.name("receipt").is_some() {
        AutomaticMark::Report
    } else {
        AutomaticMark::Subject
    })
}

fn structure_mark(message: &Message<'_>) -> Option<AutomaticMark> {
    let root = message.parts.first()?;
    let kind = super::text::media_type(root);
    if kind == "multipart/report" {
        return Some(AutomaticMark::Report);
    }
    // An invitation is one of the ways in which the mail is shown, or names its method (RFC 6047 2.4); a calendar
    // file that a person attached is an attachment.
    let shown: Vec<u32> = message
        .parts
        .iter()
        .filter(|part| super::text::media_type(part) == "multipart/alternative")
        .flat_map(|part| part.sub_parts().unwrap_or_default().iter().copied())
        .collect();
    let calendar = message.parts.iter().zip(0u32..).any(|(part, id)| {
        let kind = super::text::media_type(part);
        let method = part.content_type().is_some_and(|kind| kind.attribute("method").is_some());
        !matches!(part.body, PartType::Message(_) | PartType::Multipart(_))
            && (kind == "text/calendar" || (kind == "application/ics" && id == 0))
            && (id == 0
                || method
                || shown.contains(&id)
                || !part.content_disposition().is_some_and(mail_parser::ContentType::is_attachment))
    });
    calendar.then_some(AutomaticMark::Calendar)
}

fn field_mark(message: &Message<'_>, own: &[MailAddress]) -> Option<AutomaticMark> {
    // A helpdesk's address is often a list of its own; mail to that list is people's mail.
    let own_list = message.headers().iter().any(|header| {
        let value = || raw_value(message, header.offset_start, header.offset_end).to_lowercase();
        header.name == HeaderName::ListId
            && own.iter().any(|ours| {
                let id = format!("<{}.{}>", ours.local().to_lowercase(), ours.domain());
                value().contains(&id)
            })
    });
    message.headers().iter().find_map(|header| {
        let value = || raw_value(message, header.offset_start, header.offset_end).to_lowercase();
        match header.name.as_str().to_ascii_lowercase().as_str() {
            "auto-submitted" if !value().starts_with("no") || value().starts_with("not") => {
                Some(AutomaticMark::AutoSubmitted)
            }
            "return-path" if value().trim() == "<>" => Some(AutomaticMark::EmptyReturnPath),
            "precedence"
                if !own_list
                    && matches!(value().trim(), "bulk" | "list" | "junk" | "auto_reply" | "auto-reply") =>
            {
                Some(AutomaticMark::Bulk)
            }
            "list-id" | "list-post" | "list-unsubscribe" | "list-help" | "list-subscribe" | "list-owner"
            | "list-archive" | "mailing-list"
                if !own_list =>
            {
                Some(AutomaticMark::List)
            }
            "x-autoreply"
            | "x-autorespond"
            | "x-autoresponder"
            | "x-auto-reply"
            | "x-auto-response"
            | "x-autogenerated"
            | "x-auto-response-suppress"
            | "x-failed-recipients"
            | "x-mail-autoreply"
            | "x-auto-submitted"
            | "x-vacation"
            | "x-cron-env"
            | "x-campaign"
            | "x-campaignid"
            | "x-mc-user"
            | "x-csa-complaints"
            | "x-ms-exchange-message-is-ndr"
            | "autosubmitted"
                if !matches!(value().trim(), "" | "no" | "none") =>
            {
                Some(AutomaticMark::AutoResponse)
            }
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::MessageParser;

    fn envelope(raw: &str) -> Envelope {
        let raw = raw.replace('\n', "\r\n");
        let message = MessageParser::default().parse(raw.as_bytes()).expect("parses");
        let own = [MailAddress::parse("helpdesk@hmis.example").expect("valid")];
        read(&message, &own)
    }

    #[test]
    fn every_mailbox_of_every_from_field_is_kept() {
        let found =
            envelope("From: A <a@one.example>\nFrom: b@two.example, C <c@three.example>\nSubject: x\n\nhi\n");
        let from: Vec<String> = found.from.iter().map(MailAddress::unmasked).collect();
        assert_eq!(
            (found.from_fields, from),
            (2, vec!["a@one.example".into(), "b@two.example".into(), "c@three.example".into()])
        );
    }

    #[test]
    fn dates_are_kept_in_the_senders_zone_and_only_if_they_exist() {
        let date = |text: &str| envelope(&format!("From: a@b.example\nDate: {text}\n\nhi\n")).date;
        assert_eq!(
            date("Tue, 03 Nov 2026 14:20:37 -0600").map(|d| d.to_rfc3339()),
            Some("2026-11-03T14:20:37-06:00".into())
        );
        assert_eq!(date("Tue, 31 Feb 2026 14:20:37 -0600"), None);
        assert_eq!(date("soon"), None);
        assert_eq!(date("Thu, 01 Jan 1970 00:00:00 +0000"), None);
        assert!(date("Mon, 01 Jan 1990 00:00:00 +0000").is_some());
    }

    #[test]
    fn authentication_results_are_unfolded_topmost_first() {
        let found = envelope(
            "Authentication-Results: mx1.example;\n dkim=pass\nAuthentication-Results: other; spf=fail\nFrom: a@b.example\n\nhi\n",
        );
        assert_eq!(found.authentication_results, ["mx1.example; dkim=pass", "other; spf=fail"]);
    }

    #[test]
    fn threads_and_case_numbers_are_read() {
        let found = envelope(
            "From: a@b.example\nSubject: Re: [RD-1042] and [rd-7]\nMessage-ID: <1@x>\nIn-Reply-To: <2@x>\nReferences: <3@x>\n <2@x>\n\nhi\n",
        );
        assert_eq!(found.case_numbers, [CaseId::new(1042), CaseId::new(7)]);
        assert_eq!(
            (found.message_id.as_deref(), found.in_reply_to, found.references),
            (Some("1@x"), vec!["2@x".to_owned()], vec!["3@x".to_owned(), "2@x".to_owned()])
        );
    }

    #[test]
    fn calendar_answers_receipts_and_recalls_say_next_to_nothing() {
        let receipt = "your message\n to: helpdesk\n subject: revocation 1555555\n sent: monday, october 12, 2026\nwas read on monday.";
        for (subject, body, mark) in [
            ("accepted: hmis meeting", "", Some(AutomaticMark::Calendar)),
            ("tentatively accepted: hmis meeting", "see you there", Some(AutomaticMark::Calendar)),
            (
                "canceled event: hmis meeting",
                "when: oct 14, 2026 10:00\nwhere: room 5",
                Some(AutomaticMark::Calendar),
            ),
            ("cancelled: hmis meeting", "", Some(AutomaticMark::Calendar)),
            ("read: revocation 1555555", receipt, Some(AutomaticMark::Report)),
            ("not read: revocation", "", Some(AutomaticMark::Report)),
            ("delivered: revocation", "", Some(AutomaticMark::Report)),
            (
                "recall: revocation",
                "pat example would like to recall the message, \"revocation\".",
                Some(AutomaticMark::Subject),
            ),
            ("accepted: hmis meeting", "client 1555555 revoked her consent, please close it.", None),
            ("canceled: meeting", "1555555 revoked", None),
            ("read: revocation", "please read this one first, it is urgent.", None),
            ("accepted", "", None),
            ("read this: revocation", "", None),
            ("revocation", "", None),
        ] {
            assert_eq!(answered(subject, body), mark, "{subject} | {body}");
        }
    }

    #[test]
    fn marks_of_machines() {
        let table = [
            ("Auto-Submitted: auto-replied", Some(AutomaticMark::AutoSubmitted)),
            ("Auto-Submitted: no", None),
            ("Return-Path: <>", Some(AutomaticMark::EmptyReturnPath)),
            ("Return-Path: <a@b.example>", None),
            ("Precedence: bulk", Some(AutomaticMark::Bulk)),
            ("List-Id: News <news.coc.example>", Some(AutomaticMark::List)),
            ("List-Id: <helpdesk.hmis.example>\nPrecedence: list", None),
            ("X-Autoreply: yes", Some(AutomaticMark::AutoResponse)),
            ("Subject: Automatic reply: x", Some(AutomaticMark::Subject)),
            ("Subject: Out of Office Re: x", Some(AutomaticMark::Subject)),
            ("Subject: Abwesenheitsnotiz: x", Some(AutomaticMark::Subject)),
            ("Subject: [EXTERNAL] Automatic reply: x", Some(AutomaticMark::Subject)),
            ("Subject: Out of office until Monday, Jan 4", Some(AutomaticMark::Subject)),
            ("Subject: Out of office until Jan 4 + one revocation before I go", None),
            ("Subject: Out of office hours coverage", None),
            ("Subject: On leave until 12 October", Some(AutomaticMark::Subject)),
            ("Subject: =?utf-8?q?R=C3=A9ponse_automatique_:_x?=", Some(AutomaticMark::Subject)),
            ("Subject: Risposta automatica: x", Some(AutomaticMark::Subject)),
            ("Subject: Automatisch antwoord: x", Some(AutomaticMark::Subject)),
            ("Subject: Undeliverable: x", Some(AutomaticMark::Subject)),
            ("Subject: Undeliverable letters for a client", None),
            ("Subject: FW: Automatic reply: x", None),
            ("Subject: Re: Out of office", None),
            ("Subject: automatic sharing of a client", None),
            ("Subject: Voicemail from (507) 555-0171", Some(AutomaticMark::Subject)),
            ("Subject: Voicemail (37 sec) from WIRELESS CALLER", Some(AutomaticMark::Subject)),
            ("Subject: Voicemail from a client who revoked", None),
            ("X-Cron-Env: <SHELL=/bin/sh>", Some(AutomaticMark::AutoResponse)),
            ("Content-Type: text/calendar; method=REQUEST", Some(AutomaticMark::Calendar)),
            (
                "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nhi\n--x\nContent-Type: text/calendar; name=a.ics\nContent-Disposition: attachment\n\nBEGIN\n--x--",
                None,
            ),
            (
                "Content-Type: multipart/alternative; boundary=x\n\n--x\n\nhi\n--x\nContent-Type: text/calendar\n\nBEGIN\n--x--",
                Some(AutomaticMark::Calendar),
            ),
            ("Content-Type: text/calendar", Some(AutomaticMark::Calendar)),
            ("Content-Type: multipart/report; boundary=x", Some(AutomaticMark::Report)),
            ("X-Spam: no", None),
        ];
        for (field, mark) in table {
            assert_eq!(envelope(&format!("From: a@b.example\n{field}\n\nhi\n")).automatic, mark, "{field}");
        }
        for (from, mark) in [
            ("noreply@x.example", Some(AutomaticMark::Sender)),
            ("MAILER-DAEMON@x.example", Some(AutomaticMark::Sender)),
            ("do-not-reply@x.example", Some(AutomaticMark::Sender)),
            ("norah.replyson@x.example", None),
            ("MFP-2F <b@x.example>", Some(AutomaticMark::Sender)),
            ("HMIS Job Runner <jobs@x.example>", Some(AutomaticMark::Sender)),
            ("Cronin, Noreen <b@x.example>", None),
            ("Helpdesk@hmis.example", Some(AutomaticMark::OwnAddress)),
        ] {
            assert_eq!(envelope(&format!("From: {from}\n\nhi\n")).automatic, mark, "{from}");
        }
    }
}
