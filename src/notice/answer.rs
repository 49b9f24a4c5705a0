//! Answers to what the desk asked. A bare number or "yes, go ahead" means nothing by itself; beside the question it is
//! what was asked for. And thanks are nothing but thanks.

use std::{collections::BTreeSet, sync::LazyLock};

use mail_parser::{Message, PartType};
use regex::Regex;

use crate::domain::{Assent, ClientId};

use super::ReaderRules;
use super::language::is_our_word;
use super::layout::{LINES, Line};
use super::own::subject;
use super::records::{self, Role};
use super::segments::{self, Part, Segments};
use super::sentences::{self, Place, Sentence};
use super::spanish::folded;
use super::text::{self, Body};
use super::vocabulary::{Vocabulary, is_listed};

/// What an answer says, read without knowing the question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answered {
    /// The record IDs in the sender's own words, in their order and each once, whatever the mail says besides.
    pub records: Vec<ClientId>,
    /// Yes or no, if it says nothing else that would have to be understood.
    pub assent: Assent,
    /// Whether every word and sign of it is known as part of an answer (a number, yes or no, courtesies), and nothing
    /// is asked, denied or struck out.
    pub plain: bool,
    /// Thanks and greetings are all it says, and nothing came with it.
    thanks_only: bool,
    /// The same, or words such as "ok" and "sounds good".
    agreeable: bool,
}

impl Answered {
    /// Whether it only thanks or greets: nobody has to read that.
    pub fn is_courtesy(&self) -> bool {
        self.plain && self.thanks_only
    }

    /// Whether it only thanks, greets or agrees ("ok", "sounds good"): nobody has to read that unless a question is
    /// open, to which it may be the answer.
    pub fn is_agreeable(&self) -> bool {
        self.plain && self.agreeable
    }
}

/// "Hi Sam,": a name behind a greeting. The letters tell it, so this one minds their case.
static GREETED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?i:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hola|buen(?:os|as) (?:d[ií]as|tardes|noches)) (\p{Lu}\p{L}+)(?:[,.!]|$)")
        .expect("constant pattern")
});
/// Lines that tell how to reach the sender.
static REACHED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:(?:tel|phone|ph|cell|mobile|fax|office|direct|main|e-?mail|[opcmtfe])[:.]? *)?[(+\d][\d ().+-]{6,}(?:x\d+)?$|^\S+@\S+$|^(?:https?://|www\.)\S+$")
        .expect("constant pattern")
});
/// Digits that are a day rather than a record: 14102026, 10142026, 20261014.
static DAY: LazyLock<Regex> = LazyLock::new(|| {
    let (day, month, year) = ("(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|1[0-2])", "20[0-4][0-9]");
    Regex::new(&format!("^(?:{day}{month}{year}|{month}{day}{year}|{year}{month}{day})$"))
        .expect("constant pattern")
});
/// Seven digits that may be a phone number's, written without its hyphen.
static PHONE_LIKE: LazyLock<Regex> = LazyLock::new(|| Regex::new("^555[0-9]{4}$").expect("constant pattern"));
/// Mark-up that changes what the text beside it says, and does not show in the text: fields, strokes, small digits.
static SPEAKING_MARKUP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)<(?:input|select|textarea|svg|sup|sub|s|strike|del)[\s>/]|line-through")
        .expect("constant pattern")
});
static PICTURE: LazyLock<Regex> = LazyLock::new(|| Regex::new("(?i)<img[^>]*>").expect("constant pattern"));
static ALT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)\salt\s*=\s*(?:"\s*([^"]*)"|'\s*([^']*)'|([^\s>"']+))"#).expect("constant pattern")
});
/// What is said in place of a picture that belongs to a signature.
static LOGO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:logo|icon|facebook|twitter|linkedin|instagram|youtube|automatically generated)\b|\.(?:png|jpe?g|gif)$")
        .expect("constant pattern")
});
/// Mark-up looked at, in bytes, as in `text`.
const LONGEST_HTML: usize = 512 * 1024;
/// Lines of an answer in which each line says something: nothing is cut from it as a signature that is not one plainly.
const SHORT: usize = 3;

/// Reads the sender's own words as an answer: those of the text, and those of the HTML, which others see.
pub(super) fn read(message: &Message<'_>, body: &Body, rules: &ReaderRules) -> Answered {
    let is_forward = subject(message.subject().unwrap_or_default()).is_forward;
    let mut found = read_text(&body.text, is_forward, rules);
    let markup = Markup::of(message);
    found.plain &= !body.cut && !body.several && !body.struck && body.odd.is_empty() && !markup.speaks;
    let came =
        markup.pictures || body.attached_mail || body.attachments.iter().any(|file| file.may_be_a_form);
    found.thanks_only &= !came;
    found.agreeable &= !came;
    if let Some(seen) = text::alternative(body) {
        let other = read_text(&seen.text, is_forward, rules);
        let same = (&other.records, other.assent, other.plain) == (&found.records, found.assent, true);
        found.plain &= same && !seen.struck && seen.odd.is_empty();
        found.thanks_only &= other.thanks_only;
        found.agreeable &= other.agreeable;
        found.records.extend(other.records);
        let mut known = BTreeSet::new();
        found.records.retain(|id| known.insert(id.clone()));
    }
    if !found.plain {
        found.assent = Assent::Unsaid;
    }
    found
}

/// What the HTML of a mail holds that its text does not show.
struct Markup {
    /// Fields, strokes, or words in place of pictures.
    speaks: bool,
    /// Pictures that are not a signature's.
    pictures: bool,
}

impl Markup {
    fn of(message: &Message<'_>) -> Self {
        let mut found = Self { speaks: false, pictures: false };
        for part in &message.parts {
            let PartType::Html(html) = &part.body else { continue };
            let html = html.get(..html.floor_char_boundary(LONGEST_HTML)).unwrap_or(html);
            found.speaks |= SPEAKING_MARKUP.is_match(html);
            for picture in PICTURE.find_iter(html) {
                let said = ALT.captures(picture.as_str());
                let alt = said.iter().flat_map(|said| said.iter().skip(1).flatten()).next();
                let alt = alt.map_or("", |alt| alt.as_str().trim());
                let logo = LOGO.is_match(alt);
                found.speaks |= !logo && !alt.is_empty();
                found.pictures |= !logo;
            }
        }
        found
    }
}

fn read_text(text: &str, is_forward: bool, rules: &ReaderRules) -> Answered {
    let parts = segments::split(text, is_forward);
    let lines = parts.lines(Part::Own);
    let own = sentences::split(&lines, Place::Body);
    let mut records: Vec<ClientId> = Vec::new();
    let mut doubted = false;
    for mention in records::find(&own, &rules.client_id) {
        if DAY.is_match(mention.id.as_str()) {
            doubted = true;
        } else if !matches!(mention.role, Role::Other(_)) && !records.contains(&mention.id) {
            doubted |= PHONE_LIKE.is_match(mention.id.as_str());
            records.push(mention.id);
        }
    }
    let words = rules.words();
    let (mut yes, mut no, mut agrees, mut around) = (false, false, false, false);
    let mut plain = !own.is_empty() && !doubted && lines.iter().all(|line| has_plain_signs(line));
    for sentence in &own {
        let mut rest = without_courtesies(sentence, &words);
        for (list, said) in [
            (&words.agreements, &mut agrees),
            (&words.dissents, &mut no),
            (&words.assents, &mut yes),
            (&words.around_answers, &mut around),
        ] {
            *said |= list.is_match(&rest);
            rest = list.replace_all(&rest, " ").into_owned();
        }
        let rest = rules.client_id.replace_all(&rest, " ");
        plain &= !rest.chars().any(char::is_alphanumeric) && !sentence.written.contains(['?', '¿']);
    }
    // A number with a "no" beside it is not the number that was asked for.
    plain &= (records.is_empty() || !no) && is_all_seen(parts, &words);
    let assent = match (yes, no) {
        (true, false) => Assent::Yes,
        (false, true) => Assent::No,
        (true | false, true | false) => Assent::Unsaid,
    };
    let agreeable = records.is_empty() && !yes && !no && !around;
    // Yes and no at once is no answer, whatever its words.
    Answered { records, assent, plain: plain && !(yes && no), thanks_only: agreeable && !agrees, agreeable }
}

/// Only letters, digits and the signs of plain sentences: a cross, a box, an arrow, a face may turn the meaning round.
fn has_plain_signs(line: &str) -> bool {
    let plain = |c: char| {
        c.is_alphanumeric()
            || c.is_whitespace()
            || matches!(c, '.' | ',' | '!' | '¡' | ':' | ';' | '-' | '–' | '—' | '\'' | '’' | '#' | '(' | ')')
    };
    // An empty box, and words that trail off.
    let dense: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    line.chars().all(plain) && !dense.contains("()") && !dense.contains("..")
}

fn words_of(line: &str) -> Vec<String> {
    let lower = folded(&line.to_lowercase()).into_owned();
    let pieces = lower.split(|c: char| !(c.is_alphabetic() || c == '\''));
    pieces.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A word that may be an order or an answer, and is no name.
fn may_say_something(word: &str) -> bool {
    is_listed(word) || is_our_word(word)
}

/// Whether what was left out as a signature or a quote is one: "Hold Off" looks like a name, and "> but only on Friday"
/// right below an answer like older mail.
fn is_all_seen(parts: Segments, words: &Vocabulary) -> bool {
    let lines = parts.into_lines();
    let own = |part: Part| matches!(part, Part::Own | Part::Signature);
    let short = lines.iter().filter(|(part, line)| own(*part) && !line.trim().is_empty()).count() <= SHORT;
    let mut touching = false;
    // Whether the line above, if own, lets a name follow.
    let mut closed = false;
    for (part, line) in &lines {
        let line = line.trim();
        if *part == Part::Quoted && touching && line.starts_with('>') {
            return false;
        }
        touching = own(*part) && !line.is_empty();
        if !touching {
            continue;
        }
        let lower = line.to_lowercase();
        let closing = LINES.is(Line::Closing, &lower) || ends_in_courtesy(&lower, words);
        if *part == Part::Own {
            closed = closing;
            continue;
        }
        let said = words_of(line);
        let reached = REACHED.is_match(line);
        if LINES.is(Line::Closing, &lower) && said.iter().all(|word| !words.dissents.is_match(word)) {
            closed = true;
        } else if said.is_empty() && !reached {
            if !has_plain_signs(line) && !line.chars().all(|c| c.is_ascii_punctuation()) {
                return false;
            }
        } else if short {
            // A name, by where it stands; nothing else in so short a mail is plainly no words of the answer.
            if !(reached || closed && said.first().is_some_and(|word| !may_say_something(word))) {
                return false;
            }
        } else if !reached
            && !LINES.is(Line::Title, &lower)
            && said.iter().all(|word| may_say_something(word))
        {
            return false;
        }
    }
    true
}

/// "Yes, go ahead. Thank you!"
fn ends_in_courtesy(lower: &str, words: &Vocabulary) -> bool {
    let folded = folded(lower);
    let end = folded.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    words.courtesies.find_iter(&folded).any(|found| found.end() >= end)
}

fn without_courtesies(sentence: &Sentence, words: &Vocabulary) -> String {
    let greeted = GREETED.captures(&sentence.text).and_then(|found| {
        let name = found.get(1)?;
        (!may_say_something(&name.as_str().to_lowercase())).then(|| name.end())
    });
    let rest = sentence.lower.get(greeted.unwrap_or(0)..).unwrap_or(&sentence.lower);
    words.courtesies.replace_all(rest, " ").into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::answer;
    use super::*;

    fn answered(text: &str) -> Answered {
        let mail = format!(
            "From: pat@agency.example\r\nSubject: Re: Please send us the client ID [RD-1042]\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        );
        answer(mail.as_bytes(), &ReaderRules::default())
    }

    #[test]
    fn answers_are_yes_no_a_number_or_for_a_person_to_read() {
        let table: [(&str, &[&str], Assent, bool); 26] = [
            ("1555555", &["1555555"], Assent::Unsaid, true),
            ("It is 1555555.", &["1555555"], Assent::Unsaid, true),
            (
                "Hi Sam,\n\nSorry about that! The client ID is 1555555.\n\nThanks,\nPat",
                &["1555555"],
                Assent::Unsaid,
                true,
            ),
            ("1555555\n\n> 1444444 was it?", &["1555555"], Assent::Unsaid, true),
            ("I think it is 1555555", &["1555555"], Assent::Unsaid, false),
            ("1555555 but hold on", &["1555555"], Assent::Unsaid, false),
            ("Yes, please go ahead.", &[], Assent::Yes, true),
            ("Yes, please go ahead. Thank you!\n\nMaria Lopez\nAlder House", &[], Assent::Yes, true),
            ("yes", &[], Assent::Yes, true),
            ("That is correct, please close it.", &[], Assent::Yes, true),
            ("Yes, 1555555, go ahead", &["1555555"], Assent::Yes, true),
            ("Confirmed.", &[], Assent::Yes, true),
            ("Go ahead?", &[], Assent::Unsaid, false),
            ("Yes I think so", &[], Assent::Unsaid, false),
            ("Yes, but not before Friday", &[], Assent::Unsaid, false),
            ("Yes, go ahead once she has signed", &[], Assent::Unsaid, false),
            ("Yes and no", &[], Assent::Unsaid, false),
            ("No.", &[], Assent::No, true),
            ("No, please do not.", &[], Assent::No, true),
            ("No problem, thank you!", &[], Assent::Unsaid, true),
            ("Thanks so much!", &[], Assent::Unsaid, true),
            ("Great, thank you for your help. Have a nice weekend!", &[], Assent::Unsaid, true),
            ("Thanks. Please stop.", &[], Assent::Unsaid, false),
            ("She has changed her mind", &[], Assent::Unsaid, false),
            ("Sí, adelante. Gracias", &[], Assent::Yes, true),
            ("", &[], Assent::Unsaid, false),
        ];
        for (text, records, assent, plain) in table {
            let found = answered(text);
            let ids: Vec<&str> = found.records.iter().map(ClientId::as_str).collect();
            assert_eq!((ids.as_slice(), found.assent, found.plain), (records, assent, plain), "{text:?}");
        }
        for text in ["Thanks so much!", "Thank you\nPat", "Hi Sam, thanks"] {
            assert!(answered(text).is_courtesy() && answered(text).is_agreeable(), "{text}");
        }
        for text in ["ok", "Sounds good", "it's okay", "Great, thank you for your help!", "No problem"] {
            assert!(!answered(text).is_courtesy() && answered(text).is_agreeable(), "{text}");
        }
        for text in
            ["Thanks \u{1f6d1}", "Thanks\nHold Off", "Hi Stop", "the client", "is", "ID", "Thanks?", "yes"]
        {
            assert!(!answered(text).is_courtesy() && !answered(text).is_agreeable(), "{text}");
        }
        assert!(!answered("1555555, thanks").is_courtesy());
        assert!(!answered("").is_courtesy(), "an empty answer may hold a picture");
    }

    #[test]
    fn what_is_denied_asked_crossed_out_or_cut_off_is_not_plain() {
        for text in [
            "1555555?",
            "No 1555555",
            "1555555 no",
            "That is wrong: 1555555",
            "\u{2260} 1555555",
            "1555555 \u{274c}",
            "1555555 -> 1666666",
            "Yes \u{1f44e}",
            "\u{2610} Yes",
            "[ ] Yes",
            "( ) Yes",
            "~~Yes~~",
            "Yes...",
            "Yes\r\nWait",
            "Yes\r\nHold Off",
            "Yes\r\n\r\nNot Yet",
            "Yes\r\n-- \r\nWait",
            "1555555\r\nWait",
            "Hi Wait, yes",
            "Yes\r\n> but only on Friday",
            "14102026",
            "20261014",
            "yes, 5551234",
        ] {
            let found = answered(text);
            assert_eq!((found.plain, found.assent), (false, Assent::Unsaid), "{text:?}");
        }
        assert_eq!(answered("14102026").records, []);
        assert!(
            answered("1555555\r\nThanks,\r\nMaria Lopez\r\n507-555-0171").plain,
            "a name by where it stands"
        );
    }

    #[test]
    fn what_html_says_beside_its_text_is_not_plain() {
        let html = |markup: &str| {
            let head = "From: pat@agency.example\r\nSubject: Re: x\r\nContent-Type: text/html; charset=utf-8";
            answer(format!("{head}\r\n\r\n{markup}\r\n").as_bytes(), &ReaderRules::default())
        };
        for markup in [
            "<p>Yes <img alt='not yet' src=x></p>",
            "<p>155555<sup>1</sup></p>",
            "<style>.s{text-decoration:line-through}</style><span class=s>Yes</span>",
            "<p><input type=checkbox>Yes</p>",
        ] {
            assert!(!html(markup).plain, "{markup}");
        }
        assert_eq!(html("<p>Yes</p><img src='cid:a' alt='Alder House logo'>").assent, Assent::Yes);
        assert!(html("<p>Thanks</p><img src='cid:a' alt='Alder House logo'>").is_courtesy());
        assert!(!html("<p>Thanks</p><img src=cid:a>").is_courtesy(), "a picture may say anything");
    }
}
