//! The only place that decides: what kind a mail is, which records it names, and whether a program may go on.
//! Everything it knows are findings; the order of its questions stands in `kind`, its doubts in `act`.

use std::sync::LazyLock;

use regex::Regex;

use crate::domain::{ClientId, NoticeKind};

use super::act::{act_doubts, consent_matters};
use super::intent::{Finding, Said};
use super::kind::{kind_of, machine_text, speaks_of_it};
use super::own::{Own, forwarded_sentences, gather, subject};
use super::records::{self, Mention, Role};
use super::segments::{self, Part, Segments};
use super::sentences::{self, Place, Sentence};
use super::text::Body;
use super::vocabulary as words;
use super::vocabulary::pattern;
use super::{Envelope, Notice, claim, dates};

pattern! {
    THANKED = [r"^\W*(?:thank you|thanks|thx|great|perfect|got (?:it|your)|we got|received)\b"];
    BIRTH = [r"\b(?:dob|d\.o\.b|date of birth|born|birth ?date|birthday)\b"];
    CANCEL_DOUBT = [r"\b(?:maybe|perhaps|not sure|unsure|i think|we think|might|should we|should i|unless|whether|if)\b"];
    SSN = [r"\b\d{3}-\d{2}-\d{4}\b", r"\b(?:ssn|social security|last four|last 4)\b"];
}

static NAME_BESIDE_CLIENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\b[Cc]lient|\b[Cc]onsumer|\b[Rr]esident|\b[Gg]uest|\b[Pp]articipant|\bMr\.?|\bMrs\.?|\bMs\.?),? (?:named )?[A-Z][a-z]+ [A-Z][a-z]*\b").expect("constant pattern")
});

/// Why mail that is left alone might have been a notice, if so.
pub(super) fn possible(subject: &str, body: &Body) -> Option<String> {
    let names = body
        .attachments
        .iter()
        .filter_map(|file| file.name.as_deref())
        .any(|name| words::REVOCATION_NOUN.is_match(&name.to_lowercase()));
    if names {
        return Some("An attachment is called a revocation.".to_owned());
    }
    let text = format!("{subject}\n{}", body.text).to_lowercase();
    speaks_of_it(&text).then(|| "It speaks of revoking, consent or statewide sharing.".to_owned())
}

/// Judges a mail that no machine sent.
pub(super) fn judge(envelope: Envelope, body: &Body, client_id: &Regex) -> Notice {
    let head = subject(&envelope.subject);
    let parts = segments::split(&body.text, head.is_forward);
    let continues = head.is_reply || head.is_forward || !envelope.in_reply_to.is_empty();
    let own = gather(&head, &parts, continues, client_id);
    let body_lower = own.text(Some(Place::Body));
    if let Some(mark) = machine_text(&own, &body_lower) {
        let possible = possible(&envelope.subject, body);
        let mut notice = Notice::left(NoticeKind::Automatic, Envelope { automatic: Some(mark), ..envelope });
        notice.reasons.push(mark.to_string());
        notice.possible = possible;
        return notice;
    }
    let today = envelope.date.map(|date| date.date_naive());
    let personal = personal_data(&own);
    let mut verdict = Verdict::default();
    let kind = kind_of(&own, &parts, body, client_id, &mut verdict);
    let mut notice = Notice { personal_data: personal, ..Notice::left(kind, envelope) };
    if !kind.is_notice() {
        if verdict.forward_only
            || speaks_of_it(&own.text(None))
            || body.attachments.iter().any(|file| {
                file.name.as_deref().is_some_and(|name| words::REVOCATION_NOUN.is_match(&name.to_lowercase()))
            })
        {
            notice.possible = Some("It speaks of revoking, consent or statewide sharing.".to_owned());
        }
        notice.reasons = verdict.reasons;
        return notice;
    }
    let told = if kind == NoticeKind::Consent { Finding::Consented } else { Finding::Revoked };
    let (sentences, said): (Vec<Sentence>, Vec<Said>) =
        own.counting().map(|(_, sentence, said)| (sentence.clone(), said.clone())).unzip();
    let weighed = dates::weigh(&sentences, &said, told, today);
    if kind != NoticeKind::Cancel && !verdict.forward_only {
        notice.effective = weighed.effective;
        notice.claimed_scenario = if kind == NoticeKind::Revocation { claim::find(&sentences) } else { None };
    }
    let mentions =
        if verdict.forward_only { forwarded_mentions(&parts, client_id) } else { own.mentions.clone() };
    let sets = record_sets(&mentions, &own, kind, &mut verdict);
    notice.records = sets.records;
    notice.new_records = sets.new_records;
    if kind == NoticeKind::Revocation {
        if weighed.ahead || notice.effective.zip(today).is_some_and(|(effective, today)| effective > today) {
            verdict.doubt("The day from which it shall count lies ahead.");
        }
        if today.is_none() && !sentences.iter().all(|sentence| dates::days(&sentence.lower, None).is_empty())
        {
            verdict.doubt("Without a Date header it cannot be told whether the day named lies ahead.");
        }
        act_doubts(&own, body, &parts, client_id, &notice, &mut verdict);
        notice.act = verdict.doubts.is_empty();
    }
    if kind == NoticeKind::Cancel && own.counting().any(|(_, sentence, _)| takes_back_with_doubt(sentence)) {
        verdict.doubt("It is not certain that it takes the notice back.");
    }
    notice.doubtful = !verdict.doubts.is_empty();
    notice.reasons = verdict.into_reasons(&notice.records, &notice.new_records);
    notice
}

/// "Maybe we should cancel …?": a person has to ask what is meant.
fn takes_back_with_doubt(sentence: &Sentence) -> bool {
    CANCEL_DOUBT.is_match(&sentence.lower) || words::UNCERTAIN.is_match(&sentence.lower)
}

/// The record IDs in the sender's own words, whatever these say: for an answer to the question which ID is meant.
pub(super) fn named(subject_line: &str, body: &Body, client_id: &Regex) -> Vec<ClientId> {
    let parts = segments::split(&body.text, subject(subject_line).is_forward);
    let own = sentences::split(&parts.lines(Part::Own), Place::Body);
    let mut named: Vec<ClientId> = Vec::new();
    for mention in records::find(&own, client_id) {
        if !named.contains(&mention.id) {
            named.push(mention.id);
        }
    }
    named
}

/// Reasons and doubts as they come together.
#[derive(Default)]
pub(super) struct Verdict {
    pub reasons: Vec<String>,
    pub doubts: Vec<String>,
    /// Only a forwarded mail says it.
    pub forward_only: bool,
    /// Only the reply's thread says it; the reply adds the record.
    pub answer_only: bool,
    /// The noun in subject or text and a request, without a sentence that tells it.
    pub by_noun: bool,
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
        self.reasons.extend(self.doubts.into_iter().map(|doubt| format!("A person should read it: {doubt}")));
        self.reasons
    }
}

fn personal_data(own: &Own) -> bool {
    own.sentences.iter().any(|sentence| {
        SSN.is_match(&sentence.lower)
            || BIRTH.is_match(&sentence.lower)
            || NAME_BESIDE_CLIENT.is_match(&sentence.text)
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

fn record_sets(mentions: &[Mention], own: &Own, kind: NoticeKind, verdict: &mut Verdict) -> Sets {
    let is_record = |mention: &&Mention| !matches!(mention.role, Role::Other(_));
    for mention in mentions.iter().filter(|m| matches!(m.role, Role::Other(_))).take(20) {
        if let Role::Other(why) = mention.role {
            verdict.reasons.push(format!("{} was ignored: {why}.", mention.id));
        }
    }
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
        quiet && own.sentences.get(mention.sentence).is_some_and(|sentence| THANKED.is_match(&sentence.lower))
    };
    let only_thanked = mentions.iter().filter(is_record).all(thanked);
    let by_forward = verdict.forward_only;
    let usable: Vec<&Mention> = mentions
        .iter()
        .filter(is_record)
        .filter(|mention| !(own.continues && in_body && mention.place == Place::Subject))
        .filter(|mention| by_forward || !of_consent(mention))
        .filter(|mention| by_forward || only_thanked || !thanked(mention))
        .collect();
    let replaced = usable.iter().any(|m| matches!(m.role, Role::Old | Role::Plain));
    let mut order: Vec<(ClientId, Option<bool>)> = Vec::new();
    for mention in usable {
        let new = match mention.role {
            Role::New => Some(true),
            Role::Old => Some(false),
            Role::Made if replaced => Some(true),
            Role::Made | Role::Plain => None,
            Role::Unclear(why) => {
                verdict.doubt(&format!("It is not clear what {} is: {why}.", mention.id));
                None
            }
            Role::Doubtful(why) => {
                verdict.doubt(&format!("It is not clear what {} is: {why}.", mention.id));
                continue;
            }
            Role::Untouched => {
                if kind == NoticeKind::Revocation {
                    verdict.doubt(&format!(
                        "Another record, {}, is named that is to be left alone.",
                        mention.id
                    ));
                    continue;
                }
                None
            }
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
    let (new, old): (Vec<_>, Vec<_>) = order.into_iter().partition(|(_, new)| *new == Some(true));
    let ids = |list: Vec<(ClientId, Option<bool>)>| list.into_iter().map(|(id, _)| id).collect();
    Sets { records: ids(old), new_records: ids(new) }
}
