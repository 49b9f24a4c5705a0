//! The only place that decides: what kind a mail is, which records it names, and whether a program may go on.
//! Everything it knows are findings; the order of its questions stands in `kind`, its doubts in `act`.

use std::sync::{Arc, LazyLock};

use chrono::{Months, NaiveDate};
use regex::Regex;

use crate::domain::{ClientId, NoticeKind};

use super::act::{act_doubts, consent_matters, sight_doubts};
use super::intent::{Finding, Said};
use super::kind::{kind_of, machine_text};
use super::own::{Own, Subject, forwarded_sentences, gather, subject};
use super::possible::{possible, possible_words};
use super::records::{self, Mention, PERSONAL, Role};
use super::segments::{self, Segments};
use super::sentences::{Place, Sentence};
use super::text::Body;
use super::vocabulary::{Vocabulary, pattern};
use super::{AutomaticMark, Envelope, Notice, ReaderRules, claim, dates, envelope, language};

pattern! {
    CLOSING_THANKED = [r"^\W*(?:thank you|thanks|thx|great|perfect|got (?:it|your)|we got|received)\b"];
    BIRTH = [
        r"\b(?:fecha de nacimiento|nacid[oa]|nacio)\b",
        r"\b(?:dob|d\.o\.b|date of birth|born|birth ?date|birthday)\b", r"(?:^|[ (,;])b\.?[ \n]?\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\b"];
    CANCEL_DOUBT = [r"\b(?:maybe|perhaps|not sure|unsure|i think|we think|might|should we|should i|unless|whether|if)\b"];
    pub(super) CLIENT = [r"\b(?:clients?|consumers?|guests?|residents?|participants?|tenants?|patients?|she|he|her|his|mother|father|family)\b"];
    SSN = [
        r"\b(?:seguro social|ultimos cuatro)\b",
        r"\b\d{3}(?:-\d{2}-|\.\d{2}\.| \d{2} )\d{4}\b", r"\b(?:ssn|social security|last four|last 4)\b"];
}

/// A name in front of or behind what the person is to the agency. The letters tell it, so this one minds their case.
static NAME_BESIDE_CLIENT: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"(?P<first>\p{Lu}[\p{L}'’-]+)(?: \p{Lu}\.)? (?P<last>\p{Lu}[\p{L}'’-]*)";
    let person = "(?i:client|consumer|resident|guest|participant|tenant)";
    let before = format!(
        r"(?:\b{person}(?:'s|’s)?(?: (?i:full |legal )?(?i:name))?|\b(?:Mr|Mrs|Ms|Mx)\b\.?)[,:]?[ \t]*\(?(?:named )?{name}"
    );
    let behind = format!(
        r"{} ?\((?:(?:our|the|a) )?{person}\b",
        name.replace("first", "first2").replace("last", "last2")
    );
    Regex::new(&format!("{before}|{behind}")).expect("constant pattern")
});

/// "Client Services Team", "Client Revoked Consent", "Hope House (client 1555555)": capitals that are no name.
static NO_NAME: LazyLock<Regex> = LazyLock::new(|| {
    let words = [
        "services?|ids?|number|no|name|names|records?|team|track|information|info|data|portal|system|hmis|roi|scenario",
        "advocates?|navigators?|manager|management|coordinator|support|care|relations|intake|profile|status|assistance",
        "housing|house|home|homes|shelter|center|centre|agency|program|project|inc|helpdesk|desk|help|action|ministries|mission|county|city",
        "consent|consents|consented|release|revocation|revo[kc]\\w*|withdr\\w+|opt\\w*|sign\\w*|request\\w*|want\\w*|declin\\w+|pull\\w*|clos\\w+|shar\\w+",
        "has|have|is|was|are|will|would|does|did|not|no|and|or|of|to|in|at|on|for|from|with|who|the|new|old|please|thank|thanks|hi|hello|dear",
        "update|notice|notification|question|re|first|last|file|files|form|forms|initials|type|count|list|log|rights|privacy|engagement|success|outreach|date|entry|exit",
    ];
    Regex::new(&format!("(?i)^(?:{})$", words.join("|"))).expect("constant pattern")
});

/// Records that one notice may name. An agency that sends away all its clients at once means something else.
const MOST_RECORDS: usize = 50;

/// A client is hardly younger than this; what else happened so long ago is not told in a sentence about one.
const BIRTH_YEARS: u32 = 10;

/// A machine's mail.
fn of_a_machine(mark: AutomaticMark, envelope: Envelope, body: &Body, words: &Vocabulary) -> Notice {
    let text = format!("{}\n{}", envelope.subject, body.text).to_lowercase();
    let possible = possible(&envelope, body, &text, None, words);
    let mut notice = Notice::left(NoticeKind::Automatic, Envelope { automatic: Some(mark), ..envelope });
    notice.reasons.push(mark.to_string());
    notice.possible = possible;
    notice
}

/// What is understood of a mail before anything is decided.
pub(super) struct Understood<'a> {
    pub head: Subject<'a>,
    pub parts: Segments,
    pub own: Own,
    /// The day of the Date header, in the sender's zone.
    pub today: Option<NaiveDate>,
}

/// Whose words the lines are, and what the sender's own say.
pub(super) fn understood<'a>(envelope: &'a Envelope, body: &Body, rules: &ReaderRules) -> Understood<'a> {
    let head = subject(&envelope.subject);
    let parts = segments::split(&body.text, head.is_forward);
    let continues = head.is_reply || head.is_forward || !envelope.in_reply_to.is_empty();
    let own = gather(&head, &parts, continues, rules);
    Understood { head, parts, own, today: envelope.date.map(|date| date.date_naive()) }
}

/// Judges a mail.
pub(super) fn judge(envelope: Envelope, body: &Body, rules: &ReaderRules) -> Notice {
    let words = &*rules.words();
    if let Some(mark) = envelope.automatic {
        return of_a_machine(mark, envelope, body, words);
    }
    let Understood { head, parts, own, today } = understood(&envelope, body, rules);
    let words = &*Arc::clone(&own.words);
    let body_lower = own.text(Some(Place::Body));
    let answered = || {
        let persons = head.is_reply || head.is_forward;
        envelope::answered(&head.text.to_lowercase(), &body_lower).filter(|_| !persons)
    };
    if let Some(mark) = machine_text(&own, &body_lower).or_else(answered) {
        return of_a_machine(mark, envelope, body, words);
    }
    let personal = personal_data(&own, today);
    let mut verdict = Verdict::default();
    let mut kind = kind_of(&own, &parts, body, rules, &mut verdict);
    let foreign = language::foreign(&own, &parts);
    if let Some(foreign) = &foreign {
        if kind.is_notice() {
            verdict.doubt(&foreign.doubt());
        } else if foreign.is_of_the_matter(&own) {
            // Whatever it says of the record, a person has to know.
            kind = NoticeKind::Revocation;
            verdict.reasons.clear();
            verdict.doubt(&foreign.case_doubt());
        }
    }
    let mut notice = Notice::left(kind, envelope);
    notice.foreign = foreign.is_some();
    notice.excess.personal_data = personal;
    notice.excess.attachment = body.attachments.iter().any(|file| file.may_be_a_form);
    let unlike = sight_doubts(&notice.envelope, body, &parts);
    if !kind.is_notice() {
        let own_words = Some(body_lower.split_whitespace().count());
        notice.possible = foreign
            .map(|foreign| foreign.possible())
            .or_else(|| language::forwarded(&parts))
            .or_else(|| possible(&notice.envelope, body, &own.text(None), own_words, words))
            .or_else(|| possible_words(&own).map(str::to_owned));
        notice.reasons = verdict.reasons;
        // It may be an answer to a question of ours.
        notice.doubtful = !unlike.is_empty();
        return notice;
    }
    for doubt in &unlike {
        verdict.doubt(doubt);
    }
    let told = if kind == NoticeKind::Consent { Finding::Consented } else { Finding::Revoked };
    let (sentences, said): (Vec<Sentence>, Vec<Said>) =
        own.counting().map(|(_, sentence, said)| (sentence.clone(), said.clone())).unzip();
    let weighed = dates::weigh(&sentences, &said, told, today, words);
    if kind != NoticeKind::Cancel && !verdict.forward_only {
        notice.effective = weighed.effective;
        notice.claimed_scenario = if kind == NoticeKind::Revocation { claim::find(&sentences) } else { None };
    }
    let mentions = if verdict.forward_only {
        forwarded_mentions(&parts, &rules.client_id)
    } else {
        own.mentions.clone()
    };
    let mut sets = record_sets(&mentions, &own, kind, &mut verdict);
    if kind == NoticeKind::Cancel && sets.records.is_empty() && sets.new_records.is_empty() {
        sets.records = records::named_below(&parts.lines(segments::Part::Quoted), &rules.client_id);
    }
    notice.records = sets.records;
    notice.new_records = sets.new_records;
    if notice.records.len() + notice.new_records.len() > MOST_RECORDS {
        verdict.doubt(&format!("It names more than {MOST_RECORDS} records; the first of them are listed."));
        notice.records.truncate(MOST_RECORDS);
        notice.new_records.truncate(MOST_RECORDS - notice.records.len());
    }
    if kind == NoticeKind::Revocation {
        if weighed.ahead || notice.effective.zip(today).is_some_and(|(effective, today)| effective > today) {
            verdict.doubt("The day from which it shall count lies ahead.");
        }
        if today.is_none()
            && sentences.iter().any(|sentence| {
                // A day without a year has one on any day.
                dates::days(&sentence.lower, Some(NaiveDate::default())).iter().any(|day| !day.relative)
            })
        {
            verdict.doubt("Without a Date header it cannot be told whether the day named lies ahead.");
        }
        act_doubts(&own, body, &parts, rules, &notice, &mut verdict);
        notice.act = verdict.doubts.is_empty();
    }
    if kind == NoticeKind::Cancel
        && own.counting().any(|(_, sentence, _)| takes_back_with_doubt(sentence, words))
    {
        verdict.doubt("It is not certain that it takes the notice back.");
    }
    notice.doubtful = !verdict.doubts.is_empty();
    notice.reasons = verdict.into_reasons(&notice.records, &notice.new_records);
    notice
}

/// "Maybe we should cancel …?": a person has to ask what is meant.
fn takes_back_with_doubt(sentence: &Sentence, words: &Vocabulary) -> bool {
    CANCEL_DOUBT.is_match(&sentence.lower) || words.uncertain.is_match(&sentence.lower)
}

/// Reasons and doubts as they come together.
#[derive(Default)]
pub(super) struct Verdict {
    pub reasons: Vec<String>,
    pub doubts: Vec<String>,
    /// Only a forwarded mail says it.
    pub forward_only: bool,
}

impl Verdict {
    pub(super) fn reason(&mut self, text: &str) {
        self.reasons.push(text.to_owned());
    }

    pub(super) fn doubt(&mut self, text: &str) {
        if !self.doubts.iter().any(|known| known == text) {
            self.doubts.push(text.to_owned());
        }
    }

    pub(super) fn into_reasons(mut self, records: &[ClientId], new_records: &[ClientId]) -> Vec<String> {
        let list = |ids: &[ClientId]| ids.iter().map(ClientId::as_str).collect::<Vec<_>>().join(", ");
        if !records.is_empty() {
            self.reasons.push(format!("Record named: {}.", list(records)));
        }
        if !new_records.is_empty() {
            self.reasons.push(format!("New record named: {}.", list(new_records)));
        }
        self.reasons
            .extend(self.doubts.iter().map(|doubt| format!("A person should read it: {}", capital(doubt))));
        self.reasons
    }
}

/// Doubts are sentences of their own.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether the own words hold what should not have been mailed: a social security number, a birth date, a name.
fn personal_data(own: &Own, today: Option<NaiveDate>) -> bool {
    let long_ago = today.and_then(|today| today.checked_sub_months(Months::new(12 * BIRTH_YEARS)));
    // Over all of it: "b. 2/3/1980" looks like two sentences.
    BIRTH.is_match(&own.text(None))
        || own.sentences.iter().any(|sentence| {
            let lower = sentence.lower.as_str();
            let born = || {
                CLIENT.is_match(lower)
                    && long_ago.is_some_and(|long_ago| {
                        dates::days(lower, today).iter().any(|day| day.date < long_ago)
                    })
            };
            SSN.is_match(lower) || names_a_person(&sentence.text) || born()
        })
}

fn names_a_person(text: &str) -> bool {
    NAME_BESIDE_CLIENT.captures_iter(text).any(|found| {
        let word =
            |one, other| found.name(one).or_else(|| found.name(other)).map_or("", |word| word.as_str());
        ![word("first", "first2"), word("last", "last2")].iter().any(|word| NO_NAME.is_match(word))
    })
}

fn forwarded_mentions(parts: &Segments, client_id: &Regex) -> Vec<Mention> {
    records::find(&forwarded_sentences(parts), client_id)
}

/// The two lists, and what was unclear about them (into the doubts).
struct Sets {
    records: Vec<ClientId>,
    new_records: Vec<ClientId>,
}

fn tell_ignored(mentions: &[Mention], verdict: &mut Verdict) {
    for mention in mentions.iter().filter(|m| matches!(m.role, Role::Other(_))).take(20) {
        if let Role::Other(why) = mention.role {
            // What may tell of the person is not repeated, not even to staff.
            let number = if PERSONAL.contains(&why) { "A number" } else { mention.id.as_str() };
            verdict.reasons.push(format!("{number} was ignored: {why}."));
        }
    }
}

fn names_new_only(mentions: &[Mention]) -> bool {
    mentions
        .iter()
        .filter(|mention| mention.place == Place::Body)
        .all(|mention| matches!(mention.role, Role::New | Role::Made | Role::Other(_)))
}

fn record_sets(mentions: &[Mention], own: &Own, kind: NoticeKind, verdict: &mut Verdict) -> Sets {
    let is_record = |mention: &&Mention| !matches!(mention.role, Role::Other(_));
    tell_ignored(mentions, verdict);
    let in_body = mentions.iter().filter(is_record).any(|mention| mention.place == Place::Body);
    // A client who consents, in a mail about another one who revokes.
    let of_consent = |mention: &Mention| {
        kind == NoticeKind::Revocation
            && own.said.get(mention.sentence).is_some_and(|said| {
                (said.has(Finding::Consented) || said.has(Finding::ConsentHedged))
                    && !said.has(Finding::Revoked)
            })
            && consent_matters(own, mention.sentence)
    };
    // "Thank you for closing 1555555!" in front of the news.
    let thanked = |mention: &Mention| {
        let quiet = own.said.get(mention.sentence).is_some_and(|said| {
            !said.has(Finding::Revoked) && !said.has(Finding::CloseRequest) && !said.has(Finding::Consented)
        });
        quiet
            && own
                .sentences
                .get(mention.sentence)
                .is_some_and(|sentence| CLOSING_THANKED.is_match(&sentence.lower))
    };
    let only_thanked = mentions.iter().filter(is_record).all(thanked);
    // Where no other record is named, it is the one the mail is about.
    let only_consenting = mentions.iter().filter(is_record).all(of_consent);
    if only_consenting && mentions.iter().any(|mention| is_record(&mention)) && kind == NoticeKind::Revocation
    {
        verdict.doubt("The record is named only where a consent is told.");
    }
    let by_forward = verdict.forward_only || only_consenting;
    // A consent's mail may name the new record only: the old one is that of the thread.
    let thread = kind == NoticeKind::Consent && names_new_only(mentions);
    let usable: Vec<&Mention> = mentions
        .iter()
        .filter(is_record)
        .filter(|mention| !(own.continues && in_body && mention.place == Place::Subject && !thread))
        .filter(|mention| by_forward || !of_consent(mention))
        .filter(|mention| by_forward || only_thanked || !thanked(mention))
        .collect();
    let of_pairs = if kind == NoticeKind::Consent { records::paired_with_old(&usable) } else { Vec::new() };
    let replaced = usable.iter().any(|m| matches!(m.role, Role::Old | Role::Plain));
    // A record to be left alone is not meant where it is spoken of besides, unless something is asked or told of it there.
    let spared: Vec<&ClientId> = usable.iter().filter(|m| m.role == Role::Untouched).map(|m| &m.id).collect();
    let told = |mention: &Mention| {
        own.said.get(mention.sentence).is_some_and(|said| {
            said.has(Finding::CloseRequest) || said.has(Finding::Revoked) || said.has(Finding::RevokeWanted)
        })
    };
    let usable: Vec<&Mention> = usable
        .iter()
        .copied()
        .filter(|m| {
            kind != NoticeKind::Revocation || m.role == Role::Untouched || !spared.contains(&&m.id) || told(m)
        })
        .collect();
    by_role(&usable, kind, replaced, &of_pairs, verdict)
}

/// Old and new records in the order of the text, each once. `replaced`: an existing record is named; `of_pairs`: the new
/// ones of pairs.
fn by_role(
    usable: &[&Mention],
    kind: NoticeKind,
    replaced: bool,
    of_pairs: &[ClientId],
    verdict: &mut Verdict,
) -> Sets {
    let mut order: Vec<(ClientId, Option<bool>)> = Vec::new();
    let mut left_alone: Vec<ClientId> = Vec::new();
    for mention in usable {
        let new = match mention.role {
            Role::New => Some(true),
            Role::Old => Some(false),
            Role::Made if replaced => Some(true),
            Role::Plain if of_pairs.contains(&mention.id) => Some(true),
            Role::Unclear(why) => {
                verdict.doubt(&format!("It is not clear what {} is: {why}.", mention.id));
                None
            }
            Role::Doubtful(why) => {
                verdict.doubt(&format!("It is not clear what {} is: {why}.", mention.id));
                continue;
            }
            Role::Untouched if kind == NoticeKind::Revocation => {
                left_alone.push(mention.id.clone());
                continue;
            }
            Role::Made | Role::Plain | Role::Untouched => None,
            Role::Other(_) => continue,
        };
        match order.iter_mut().find(|(id, _)| *id == mention.id) {
            Some((_, known)) => match (*known, new) {
                (Some(before), Some(now)) if before != now => {
                    // Spoken of first as the one made: what follows tells what was done with it.
                    if !before {
                        verdict
                            .doubt(&format!("{} is spoken of as the old and as the new record.", mention.id));
                    }
                }
                (None, now) => *known = now,
                (Some(_), _) => {}
            },
            None => order.push((mention.id.clone(), new)),
        }
    }
    for id in left_alone {
        if order.iter().any(|(named, _)| *named == id) {
            verdict.doubt(&format!("{id} is to be closed, and to be left alone."));
        } else {
            verdict.reason(&format!("Record to be left alone: {id}."));
        }
    }
    let (new, old): (Vec<_>, Vec<_>) = order.into_iter().partition(|(_, new)| *new == Some(true));
    let ids = |list: Vec<(ClientId, Option<bool>)>| list.into_iter().map(|(id, _)| id).collect();
    Sets { records: ids(old), new_records: ids(new) }
}

#[cfg(test)]
mod tests {
    use crate::{
        domain::NoticeKind,
        notice::{Notice, ReaderRules, read},
    };

    fn read_text(raw: &str) -> Notice {
        read(raw.replace('\n', "\r\n").as_bytes(), &ReaderRules::default())
    }

    fn with_file(head: &str, text: &str, kind: &str, name: &str) -> Notice {
        read_text(&format!(
            "{head}\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n{text}\n--b\n\
             Content-Type: {kind}; name=\"{name}\"\nContent-Disposition: attachment\n\nx\n--b--\n"
        ))
    }

    #[test]
    fn mail_left_alone_that_might_have_been_a_notice_says_why() {
        const PERSON: &str = "From: pat@agency.example\nSubject: hello";
        const SCANNER: &str = "From: scanner@agency.example\nSubject: Document";
        const CALLED: &str = "An attachment is called a revocation.";
        const CONSENT: &str = "An attachment is called a consent, or its end.";
        const MACHINE: &str =
            "It is a scan, a fax, a voicemail or a portal's mail, with a file that may be a form.";
        const LITTLE: &str = "It says little, and a file came with it that may be a form.";
        let pdf = "application/pdf";
        for (head, text, kind, name, why) in [
            (
                PERSON,
                "Hope you are well. This is about lunch.",
                "text/csv",
                "ClientRevoked.csv",
                Some(CALLED),
            ),
            (PERSON, "Lunch menu.", pdf, "1555555_revocation-2026.pdf", Some(CALLED)),
            (PERSON, "Hope you are well. This is about lunch.", pdf, "Opt-Out_JD.pdf", Some(CONSENT)),
            (PERSON, "Hope you are well. This is about lunch.", pdf, "signedROI.pdf", Some(CONSENT)),
            (SCANNER, "Number of images: 2. Device model: X.", pdf, "20261014.pdf", Some(MACHINE)),
            (
                PERSON,
                "You have a message in the client portal, it came in last night at nine.",
                pdf,
                "x.pdf",
                Some(MACHINE),
            ),
            (PERSON, "Please see attached.", pdf, "doc03.pdf", Some(LITTLE)),
            (
                PERSON,
                "Scan for you, thank you so much for the help!",
                "image/jpeg",
                "IMG_1.jpg",
                Some(LITTLE),
            ),
            (PERSON, "Please see attached.", "application/octet-stream", "doc.docx", Some(LITTLE)),
            (PERSON, "Please see attached.", "text/csv", "doc.csv", None),
            (PERSON, "The monthly report is attached.", pdf, "report.pdf", None),
            (PERSON, "See attached.", pdf, "year_end_report.pdf", None),
            (PERSON, "My password does not work, see the attached picture.", "image/png", "x.png", None),
            (
                "From: jobs@agency.example\nAuto-Submitted: auto-generated",
                "Nightly run.",
                pdf,
                "run.pdf",
                None,
            ),
        ] {
            let found = with_file(head, text, kind, name);
            assert_eq!(found.possible.as_deref(), why, "{text} {name}");
            assert!(!found.act, "{text}");
        }
    }

    #[test]
    fn words_of_the_matter_without_an_id_are_listed_where_they_make_no_notice() {
        const OUT: &str = "It speaks of a client who opted out or does not want to share.";
        const SECURE: &str = "It points to a secure message, which has to be opened elsewhere.";
        const WORDS: &str = "It speaks of revoking, consent or statewide sharing.";
        for (text, why) in [
            ("Auto-Submitted: auto-generated\n\nVoicemail: our client has opted out, call me.", Some(OUT)),
            (
                "Auto-Submitted: auto-generated\n\nVoicemail: he does not want to share his info anymore.",
                Some(OUT),
            ),
            ("Auto-Submitted: auto-generated\n\nYou have a secure message. Log in to read it.", Some(SECURE)),
            ("Subject: hello\n\nI sent you a secure message.", Some(SECURE)),
            ("Auto-Submitted: auto-generated\n\nVoicemail: about the consent", Some(WORDS)),
            ("Subject: hello\n\nI forgot my password for the secure message site.", None),
            ("List-Id: <news.coc.example>\n\nTo opt out of these mails, click here.", None),
            ("Subject: hello\n\nPlease reset my password.", None),
        ] {
            let found = read_text(&format!("From: pat@agency.example\n{text}\n"));
            assert!(!found.kind.is_notice(), "{text}");
            assert_eq!(found.possible.as_deref(), why, "{text}");
        }
    }

    #[test]
    fn a_number_or_a_request_that_is_not_understood_is_listed() {
        const NUMBER: &str = "It is hardly in English, and names a number that may be a client's.";
        const CLOSING: &str =
            "It asks to close or hide something, and names a number that may be a client's.";
        const SPANISH: &str = "It asks in Spanish to close, to undo or to leave something out.";
        for (text, why) in [
            ("Cerrar 1555555", Some(NUMBER)),
            ("1555555 ya no comparte", Some(NUMBER)),
            ("al3ameel 1555555 ma yabi yesharek", Some(NUMBER)),
            ("Please close 1555555.", Some(CLOSING)),
            ("Can you make 1555555 private?", Some(CLOSING)),
            ("Dejen sin efecto mi correo de ayer", Some(SPANISH)),
            ("quiere que la saquen", Some(SPANISH)),
            ("Please close ticket 1555555.", None),
            ("Olvid\u{e9} mi contrase\u{f1}a", None),
            ("The door of the shelter was closed last night.", None),
        ] {
            let head = "From: pat@agency.example\nContent-Type: text/plain; charset=utf-8\nSubject: hello";
            let found = read_text(&format!("{head}\n\n{text}\n"));
            assert_eq!((found.kind, found.possible.as_deref()), (NoticeKind::Other, why), "{text}");
        }
        let attached = |text: &str| {
            read_text(&format!(
                "From: pat@agency.example\nSubject: hello\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n{text}\n\\
                 --b\nContent-Type: message/rfc822\n\nFrom: x@y.example\nSubject: x\n\nx\n--b--\n"
            ))
        };
        let why = attached("Hello").possible;
        assert_eq!(why.as_deref(), Some("A mail is attached to it, which is not read."));
        assert_eq!(attached(&"This is about lunch. ".repeat(10)).possible, None);
    }

    #[test]
    fn a_calendars_answer_is_a_machines_and_a_persons_words_are_not() {
        for (subject, body, kind) in [
            ("Accepted: revocation 1555555", "", NoticeKind::Automatic),
            ("[EXTERNAL] Read: Client 1555555 revoked, please close", "", NoticeKind::Automatic),
            ("Re: Accepted: HMIS meeting", "Good.", NoticeKind::Other),
            (
                "Accepted: new client",
                "Client 1555555 revoked her consent today. Please close the record.",
                NoticeKind::Revocation,
            ),
        ] {
            let found = read_text(&format!("From: pat@agency.example\nSubject: {subject}\n\n{body}\n"));
            assert_eq!(found.kind, kind, "{subject}");
        }
    }

    #[test]
    fn personal_data_is_told_from_what_only_looks_like_it() {
        let found = |text: &str| {
            let head = "From: pat@agency.example\nDate: Wed, 14 Oct 2026 10:00:00 -0500\n\
                        Content-Type: text/plain; charset=utf-8\nSubject: hello";
            read_text(&format!("{head}\n\n{text}\n")).excess.personal_data
        };
        for text in [
            "Our client Jane Doe revoked.",
            "The client (Jane Doe) revoked.",
            "Client: Jane Doe",
            "Client name: Jane Doe",
            "CLIENT: JANE DOE",
            "Jane Doe (client 1555555) revoked.",
            "Our client Zoë Núñez revoked.",
            "Our client Élodie Brûlé-Martin revoked.",
            "Our client Mary K. O'Brien revoked.",
            "Her SSN is on file.",
            "She gave us 123-45-6789.",
            "She gave us 123.45.6789.",
            "She gave us 123 45 6789.",
            "DOB 2/3/80",
            "Client 1555555, b. 2/3/1980, revoked.",
            "Client 1555555 (b. 2/3/1980) revoked.",
            "Client 1555555 (2/3/1980) revoked.",
            "The client of March 4, 1988 revoked.",
        ] {
            assert!(found(text), "{text}");
        }
        for text in [
            "Client Services Team",
            "Client ID 1555555 revoked.",
            "Client ID: 1555555",
            "Client Revoked Consent",
            "CLIENT REVOKED CONSENT",
            "Client Record Number 1555555",
            "Hope House (client 1555555)",
            "Our client revoked on 10/12/2026. Jane Roe",
            "Our agency opened on 3/4/1988.",
            "Call 507-555-0171 about client 1555555.",
            "Client 1555555 signed on 10/12/2024.",
        ] {
            assert!(!found(text), "{text}");
        }
    }
}
