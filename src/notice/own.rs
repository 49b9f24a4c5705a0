//! The sender's own words, gathered: sentences, what each says, the numbers in it, and what of it is new.

use std::sync::Arc;

use super::ReaderRules;
use super::intent::{self, Finding, Said};
use super::layout::{LINES, Line};
use super::records::{self, Mention, Role};
use super::segments::{self, Part, Segments};
use super::sentences::{self, Place, Sentence};
use super::spanish::is_english;
use super::vocabulary::{Vocabulary, pattern};

pattern! {
    ANOTHER_PERSON = [
        r"\b(?:su|el|la|sus|los|las|al|del) (?:\w+ )?(?:espos[oa]s?|marido|pareja|novi[oa]|herman[oa]s?|hij[oa]s?|mama|papa|madre|padre|companer[oa]|amig[oa]|demas)\b",
        r"\b(?:her|his|their|the) (?:\w+ )?(?:husband|wife|spouse|partner|boyfriend|girlfriend|brother|sister|son|daughter|mother|father|mom|dad|roommate|friend|others?|rest|kids|children)\b|\bnobody else\b|\bno one else\b|\bthe (?:other|rest)\b"];
    // The first words of a confidentiality notice, and those that only such notices hold.
    NOTICE_BELOW = [
        r"^\W*(?:aviso de (?:confidencialidad|privacidad)|este (?:mensaje|correo)(?: electronico)? (?:es|puede|contiene|fue))\b",
        r"^\W*(?:(?:confidentiality|privacy|legal|e-?mail|security|public records) (?:notice|note|disclaimer|statement|warning)\b|disclaimer\b|notice:|(?:this|the information (?:contained )?in this|the contents? of this) (?:e-?mail|mail|message|transmission|communication|electronic \w+|correspondence|fax)(?: \([^)]*\))?(?:,? (?:and|including|with|together with) (?:any |all |its |the )*(?:files?|attachments?|documents?)\b[^.;]*?)? (?:is|are|was|were|has been|may|might|can|contains?|and)\b.*\b(?:confidential\w*|privileged|intended|secured?|encrypted|sent (?:with|from|by|through|over|using|via)|scanned|contain|contains|subject to|public record|protected|monitored|recorded|archived|phi|hipaa)\b|unauthori[sz]ed (?:\w+ ){1,4}|if you (?:are not the|have received this|received this|got this)\b|[\w .-]{0,40}\bis subject to the (?:\w+ ){0,3}(?:act|law|statute)\b)"];
    OF_A_NOTICE_BELOW = [
        r"\b(?:destinatari[oa]|confidencial\w*|privilegiad\w*|divulg\w*|prohibid\w*|remitente|por error)\b",
        r"\b(?:intended|recipient|addressee|confidential\w*|privileged|disclos\w*|redisclos\w*|unauthori[sz]ed|transmission|prohibited|sender|in error|delete it|destroy|attachments?|secured|encrypted|public record|freedom of information|cfr|hipaa|stat|statutes?|law|act|(?:may|might|can) (?:contain|be|include)|(?:persons?|people|individuals?|clients?|those|anyone) who)\b"];
    TAKES_BACK_OWN = [
        r"\b(?:mi|nuestro|anterior)\b",
        r"\b(?:my|our|above|earlier|previous|i|we|she|he)\b"];
    // "Action: "REVOKES" release of information": what somebody filled in.
    FILLED_IN = [
        r#"^\W*(?:accion|solicitud|tipo|motivo|decision) ?: ?""#,
        r#"^\W*(?:(?:client(?:'s)?|requested|type of|kind of) )?(?:action|request|type|decision|change|event|purpose|reason|matter|notice|choice)(?: requested| taken)? ?: ?""#];
    PREFIX = [r"^ ?(?P<kind>re|aw|sv|antw|res|rif|odp|fwd?|wg|tr|rv|vs|enc|doorst|vb|pd|i)(?:\[\d+\])? ?: ?", r"^ ?\[(?:external|ext|extern|caution|suspicious|secure|encrypt|sec)[^\]]{0,20}\]:? ?", r"^ ?(?:external|ext|secure|\[encrypt\]|encrypt):? "];
}

/// The subject without its prefixes, and what these say.
pub(super) struct Subject<'a> {
    pub text: &'a str,
    pub is_reply: bool,
    pub is_forward: bool,
}

/// Takes prefixes such as `Re:`, `Fwd:`, `[EXTERNAL]` off.
pub(super) fn subject(raw: &str) -> Subject<'_> {
    let mut subject = Subject { text: raw.trim(), is_reply: false, is_forward: false };
    for _ in 0..10 {
        let lower = subject.text.to_ascii_lowercase();
        let Some(found) = PREFIX.captures(&lower) else { break };
        match found.name("kind").map(|m| m.as_str()) {
            Some("fw" | "fwd" | "wg" | "tr" | "rv" | "vs" | "enc" | "doorst" | "vb" | "pd" | "i") => {
                subject.is_forward = true;
            }
            Some(_) => subject.is_reply = true,
            None => {}
        }
        subject.text = subject.text.get(found.get(0).map_or(0, |m| m.end())..).unwrap_or_default();
    }
    subject
}

/// What the own words say, gathered.
pub(super) struct Own {
    pub sentences: Vec<Sentence>,
    pub said: Vec<Said>,
    pub mentions: Vec<Mention>,
    /// The subject only carries on a thread: its words are not new.
    pub continues: bool,
    /// What the sentences were understood with.
    pub words: Arc<Vocabulary>,
}

impl Own {
    /// Findings that count: those of the body, and of the subject unless it carries on a thread.
    pub(super) fn counting(&self) -> impl Iterator<Item = (usize, &Sentence, &Said)> {
        self.sentences
            .iter()
            .zip(&self.said)
            .enumerate()
            .filter(|(_, (sentence, _))| !(self.continues && sentence.place == Place::Subject))
            .map(|(index, (sentence, said))| (index, sentence, said))
    }

    pub(super) fn any(&self, finding: Finding) -> bool {
        self.counting().any(|(_, _, said)| said.has(finding))
    }

    /// Whether a sentence speaks of another person than the one who revoked: a husband, the others, a record to be left
    /// alone.
    pub(super) fn is_about_another(&self, index: usize) -> bool {
        let untouched = |mention: &Mention| mention.sentence == index && mention.role == Role::Untouched;
        self.mentions.iter().any(untouched)
            || self.sentences.get(index).is_some_and(|sentence| ANOTHER_PERSON.is_match(&sentence.lower))
    }

    /// Whether the client is said to have thought better of it; what another person decided does not count.
    pub(super) fn is_reversed(&self) -> bool {
        self.counting().any(|(index, _, said)| said.has(Finding::Reversal) && !self.is_about_another(index))
    }

    pub(super) fn text(&self, place: Option<Place>) -> String {
        let kept = self.sentences.iter().filter(|sentence| place.is_none_or(|place| sentence.place == place));
        kept.map(|sentence| sentence.lower.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// Gathers the own words of a mail. `continues`: it is an answer or a forward.
pub(super) fn gather(head: &Subject<'_>, parts: &Segments, continues: bool, rules: &ReaderRules) -> Own {
    let mut words = rules.words();
    let mut sentences = sentences::split(&[head.text], Place::Subject);
    sentences.extend(sentences::split(&parts.lines(Part::Own), Place::Body));
    if sentences.iter().any(|sentence| sentence.spanish) {
        words = words.with_spanish();
        // "1555555, urgente": too short to tell its language.
        let unknown = |sentence: &&mut Sentence| !sentence.spanish && !is_english(&sentence.lower);
        sentences.iter_mut().filter(unknown).for_each(|sentence| sentence.spanish = true);
    }
    let mentions = records::find(&sentences, &rules.client_id);
    let matter = |sentence: &Sentence| {
        [&words.sharing, &words.take_back, &words.will_not_share, &words.cancels, &words.opened]
            .iter()
            .any(|list| list.is_match(&sentence.lower))
    };
    let relevant = !mentions.is_empty() || sentences.iter().any(matter);
    // Most mail is about passwords and reports: one look at it is enough.
    let mut said: Vec<Said> = if relevant {
        sentences.iter().map(|sentence| intent::find(sentence, &words)).collect()
    } else {
        vec![Said::default(); sentences.len()]
    };
    doubt_quotations(&sentences, &mut said);
    silence_notice_below(&sentences, &mut said, &mentions);
    Own { sentences, said, mentions, continues, words }
}

/// A confidentiality notice at the end tells nothing of a client, whatever it says of consent and of mails to be
/// disregarded. Where the sender goes on below it, it is no end.
fn silence_notice_below(sentences: &[Sentence], said: &mut [Said], mentions: &[Mention]) {
    let body = |sentence: &Sentence| sentence.place == Place::Body;
    let Some(first) = sentences.iter().position(body) else { return };
    let begins = |(index, sentence): &(usize, &Sentence)| {
        *index > first && body(sentence) && NOTICE_BELOW.is_match(&sentence.lower)
    };
    let Some((start, _)) = sentences.iter().enumerate().find(begins) else { return };
    let goes_on =
        said.iter().skip(start).any(|said| said.has(Finding::CloseRequest) || said.has(Finding::Revoked))
            || mentions
                .iter()
                .any(|m| m.sentence >= start && !matches!(m.role, Role::Other(_) | Role::Unclear(_)));
    if goes_on {
        return;
    }
    for (sentence, said) in sentences.iter().zip(said).skip(start) {
        let of_it = NOTICE_BELOW.is_match(&sentence.lower) || OF_A_NOTICE_BELOW.is_match(&sentence.lower);
        if of_it && !TAKES_BACK_OWN.is_match(&sentence.lower) {
            *said = Said::default();
        }
    }
}

/// What stands between quotation marks is somebody's wording: an example, a rule, another person's words.
fn doubt_quotations(sentences: &[Sentence], said: &mut [Said]) {
    let mut open = false;
    for (sentence, said) in sentences.iter().zip(said) {
        let began_open = open || sentence.text.starts_with('"');
        if FILLED_IN.is_match(&sentence.lower) {
            continue;
        }
        let inside = said.at.map(|at| {
            sentence.lower.bytes().take(at).filter(|byte| *byte == b'"').count() % 2 == usize::from(!open)
        });
        if sentence.place == Place::Body
            && sentence.lower.bytes().filter(|byte| *byte == b'"').count() % 2 == 1
        {
            open = !open;
        }
        if inside == Some(true) && said.has(Finding::Revoked) {
            said.findings.retain(|finding| *finding != Finding::Revoked);
            said.findings.push(if began_open { Finding::RevokeHypothetical } else { Finding::RevokeWished });
        }
    }
}

/// Own words of a forwarded mail: of the person who wrote that one.
pub(super) fn forwarded_sentences(parts: &Segments) -> Vec<Sentence> {
    // The header block of the forwarded mail says nothing.
    let header = |line: &&str| {
        let lower = line.trim().trim_start_matches('*').to_lowercase();
        lower.chars().all(|c| !c.is_alphanumeric())
            || [Line::Forward, Line::Original, Line::HeaderFrom, Line::HeaderOther]
                .iter()
                .any(|kind| LINES.is(*kind, &lower))
    };
    let text = parts.lines(Part::Forwarded).into_iter().skip_while(header).collect::<Vec<_>>().join("\n");
    let inner = segments::split(&text, false);
    sentences::split(&inner.lines(Part::Own), Place::Body)
}
