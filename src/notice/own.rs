//! The sender's own words, gathered: sentences, what each says, the numbers in it, and what of it is new.

use std::sync::Arc;

use super::ReaderRules;
use super::intent::{self, Finding, Said};
use super::layout::{LINES, Line};
use super::records::{self, Mention, Role};
use super::segments::{self, Part, Segments};
use super::sentences::{self, Place, Sentence};
use super::vocabulary::{Vocabulary, pattern};

pattern! {
    ANOTHER_PERSON = [r"\b(?:her|his|their|the) (?:\w+ )?(?:husband|wife|spouse|partner|boyfriend|girlfriend|brother|sister|son|daughter|mother|father|mom|dad|roommate|friend|others?|rest|kids|children)\b|\bnobody else\b|\bno one else\b|\bthe (?:other|rest)\b"];
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
    let words = rules.words();
    let mut sentences = sentences::split(&[head.text], Place::Subject);
    sentences.extend(sentences::split(&parts.lines(Part::Own), Place::Body));
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
    Own { sentences, said, mentions, continues, words }
}

/// What stands between quotation marks is somebody's wording: an example, a rule, another person's words.
fn doubt_quotations(sentences: &[Sentence], said: &mut [Said]) {
    let mut open = false;
    for (sentence, said) in sentences.iter().zip(said) {
        let began_open = open || sentence.text.starts_with('"');
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
