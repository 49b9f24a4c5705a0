//! Whether a program may go on alone with a revocation. Everything that speaks against it is a doubt; one doubt is
//! enough for a person to read the mail.

use std::collections::BTreeSet;

use regex::Regex;

use crate::domain::ClientId;

use super::Notice;
use super::intent::Finding;
use super::judge::Verdict;
use super::kind::{is_history, is_long_past, is_revoke_hint};
use super::own::Own;
use super::records::{self, Mention, Role};
use super::segments::{self, Part, Segments};
use super::sentences::{Place, Sentence};
use super::text::{self, Body};
use super::vocabulary as words;
use super::vocabulary::pattern;

pattern! {
    // Says nothing of its own.
    COURTESY = [r"^\W*(?:if you (?:need|have|want)|feel free|let (?:me|us) know|call (?:me|us)|you can reach|reach me|i can be|thank|thanks|hope (?:you|this)|have a|hi\b|hello\b|dear\b|good (?:morning|afternoon|evening)|sorry|apologies)"];
    OUTRIGHT = [r"^\W*(?:hi,? |hello,? |so,? |and |thanks,? )?(?:can|could|would|will) (?:you|u)(?: please| kindly| all)? (?:please )?(?:close|lock|restrict|remove|turn|take|unshare)\b[^,;]*\?$"];
    RESERVED = [r"\b(?:but|not|though|although|however|unless|anyway)\b|n't\b"];

    EXPLAINED = [r"\b(?:explain\w*|talk\w*|discuss\w*|conversation|went over|go over|understand\w*|understood|told (?:her|him|them)|informed|aware|means?|implications?|consequences|counsel\w*|warned|knows?|about what|by revoking|through revoking)\b"];
    AND_LIST = [r"\d{4,}(?: ?\([^)]{0,30}\))?,? ?(?:,|and|&|\+|und|y) ?(?:(?:client|clients|record|records|id|ids|#|the|kids?|son|daughter|mom|dad|mother|father|husband|wife|his|her|child|children|partner|spouse) ?){0,3}\d{4,}"];
    NEW_RECORD = [r"\b(?:new|replacement|fresh|second) (?:\w+ ){0,2}(?:records?|files?|clients?|ids?|profiles?|ones?|numbers?)\b"];
    BOTH = [r"\bboth\b(?: of)?(?: the| these| our)? ?(?:clients|consumers|participants|guests|residents|records|of them|kids|children|people|revoked|signed|withdrew|want|are|have|were|please|$|\.|files|ids)"];
}

/// Days after which "in June" is a story and no notice.
const LONG_PAST_DAYS: i64 = 60;

/// Everything that keeps a program from going on alone with a revocation.
pub(super) fn act_doubts(
    own: &Own,
    body: &Body,
    parts: &Segments,
    client_id: &Regex,
    notice: &Notice,
    verdict: &mut Verdict,
) {
    let revoked = own.any(Finding::Revoked);
    // The noun, or a client's plain wish, is as good as the deed where the closing is asked for outright.
    let outright = own.counting().any(|(_, sentence, said)| {
        said.has(Finding::CloseRequest) && (!sentence.is_question() || OUTRIGHT.is_match(&sentence.lower))
    });
    let wished = own
        .counting()
        .any(|(_, sentence, said)| said.has(Finding::RevokeWanted) && !RESERVED.is_match(&sentence.lower));
    let asked = outright && (verdict.by_noun || wished);
    if !revoked && !asked {
        verdict.doubt("No sentence of the sender's own tells as a fact that a client revoked.");
    }
    for (index, sentence, said) in own.counting() {
        for finding in &said.findings {
            if let Some(why) = blocks(*finding, sentence, revoked) {
                let past_consent = matches!(finding, Finding::Consented | Finding::ConsentHedged)
                    && !consent_matters(own, index);
                if !past_consent {
                    verdict.doubt(why);
                }
            }
        }
    }
    request_doubts(own, notice, verdict);
    record_doubts(own, notice, verdict);
    if body.struck {
        verdict.doubt("Something in the text is struck out.");
    }
    if body.cut {
        verdict.doubt("The mail is longer than what was read.");
    }
    // Rendering HTML is the dearest step: only for mails that would be acted on.
    if verdict.doubts.is_empty()
        && let Some(seen) = text::alternative(body)
    {
        if seen.struck {
            verdict.doubt("Something in the text is struck out.");
        }
        compare(&body.text, &seen.text, parts, notice, client_id, verdict);
    }
}

/// A consent told before the revoking, as history, is what was revoked.
pub(super) fn consent_matters(own: &Own, index: usize) -> bool {
    let later = own.counting().any(|(other, sentence, said)| {
        other > index && sentence.place == Place::Body && said.has(Finding::Revoked)
    });
    let past = own.sentences.get(index).is_some_and(|sentence| is_history(&sentence.lower));
    !(later && past)
}

fn blocks(finding: Finding, sentence: &Sentence, revoked: bool) -> Option<&'static str> {
    match finding {
        Finding::RevokeDenied => Some("it also says that somebody did not revoke."),
        Finding::RevokeFuture => Some("it speaks of a revocation to come."),
        Finding::RevokeDoubted => Some("it tells of a revocation with doubt or by hearsay."),
        Finding::RevokeReported | Finding::Status => Some("it speaks of an earlier notice."),
        Finding::RevokeHypothetical if !(revoked && EXPLAINED.is_match(&sentence.lower)) => {
            Some("it speaks of revoking as a condition or a question.")
        }
        Finding::CloseLater => Some("it asks for the closing on a condition or at a later time."),
        Finding::NoAction => Some("it says that nothing is to be done."),
        Finding::Others => Some("others may be meant who are not named."),
        Finding::RevokeWished if !revoked => Some("it tells a wish, not a fact."),
        Finding::Consented | Finding::ConsentHedged => Some("it also speaks of a client who consents."),
        Finding::Cancel | Finding::CancelWeak => Some("it also asks to stop or undo something."),
        Finding::Reversal => Some("it tells that somebody decided against it."),
        Finding::NotClose => Some("it asks to wait or not to close."),
        Finding::Example => Some("it speaks of a test, an example or a training."),
        Finding::Partial => Some("only part of the sharing may be meant."),
        Finding::Correction => Some("something in it is corrected."),
        Finding::DoubtfulRecord => Some("the sender may be unsure about the record."),
        Finding::RevokeHypothetical
        | Finding::RevokeWished
        | Finding::RevokeWanted
        | Finding::ConfirmRequest
        | Finding::SignedSomething
        | Finding::Revoked
        | Finding::RevokeTopic
        | Finding::RefusedBefore
        | Finding::CloseRequest
        | Finding::StepsDone
        | Finding::Question
        | Finding::Family => None,
    }
}

/// A notice asks for the closing, tells the agency's own steps, or is so short that it can mean nothing else.
fn request_doubts(own: &Own, notice: &Notice, verdict: &mut Verdict) {
    let requests = own.any(Finding::CloseRequest) || own.any(Finding::ConfirmRequest);
    let asks = requests || own.any(Finding::StepsDone);
    let other_question = own.counting().any(|(_, _, said)| {
        said.has(Finding::Question) && !said.has(Finding::CloseRequest) && !said.has(Finding::ConfirmRequest)
    });
    if !requests && other_question {
        verdict.doubt("it asks something and does not ask for the closing.");
    }
    // Without a request only what says nothing else can be taken for one.
    let says_more = own.counting().any(|(_, sentence, said)| {
        sentence.place == Place::Body
            && !said.has(Finding::Revoked)
            && sentence.lower.split(' ').count() > 4
            && !COURTESY.is_match(&sentence.lower)
    });
    if !asks && says_more {
        verdict.doubt("it does not ask for the closing.");
    }
    let told_as_past =
        own.counting().any(|(_, sentence, said)| said.has(Finding::Revoked) && is_long_past(&sentence.lower));
    let recent = notice
        .effective
        .zip(notice.envelope.date)
        .is_some_and(|(day, date)| (date.date_naive() - day).num_days() <= LONG_PAST_DAYS);
    if told_as_past && !recent {
        verdict.doubt("the revocation it tells of may be long past.");
    }
}

fn record_doubts(own: &Own, notice: &Notice, verdict: &mut Verdict) {
    let count = notice.records.len();
    let all = count + notice.new_records.len();
    if count == 0 {
        verdict.doubt("no record is named.");
        return;
    }
    let subject =
        |mention: &&Mention| mention.place == Place::Subject && !matches!(mention.role, Role::Other(_));
    let body: Vec<&Mention> =
        own.mentions.iter().filter(|m| m.place == Place::Body && !matches!(m.role, Role::Other(_))).collect();
    for mention in own.mentions.iter().filter(subject) {
        let repeated = body.iter().any(|m| m.id == mention.id);
        let only_new_in_body =
            !body.is_empty() && body.iter().all(|m| matches!(m.role, Role::New | Role::Made));
        let contradicts = if own.continues {
            body.iter().any(|m| alike(&m.id, &mention.id))
        } else {
            !body.is_empty() && !only_new_in_body
        };
        if !repeated && contradicts {
            verdict.doubt("the subject names another record than the text.");
        }
    }
    let lower = own.counting().map(|(_, sentence, _)| sentence.lower.as_str()).collect::<Vec<_>>().join("\n");
    let number = |word: &str| match word {
        "two" => Some(2),
        "three" => Some(3),
        "four" => Some(4),
        "five" => Some(5),
        "six" => Some(6),
        "seven" => Some(7),
        "eight" => Some(8),
        "nine" => Some(9),
        "ten" => Some(10),
        digits => digits.parse::<usize>().ok(),
    };
    for found in words::COUNTED.captures_iter(&lower) {
        let counted = found.name("n").or_else(|| found.name("m")).and_then(|m| number(m.as_str()));
        if counted.is_some_and(|counted| counted > 1 && counted != count && counted != all) {
            verdict.doubt("it speaks of more or fewer clients than it names records.");
        }
    }
    if BOTH.is_match(&lower) && all < 2 {
        verdict.doubt("it speaks of two and names one record.");
    }
    let family = own.counting().any(|(_, _, said)| {
        said.has(Finding::Family)
            && (said.findings.iter().copied().any(is_revoke_hint)
                || said.has(Finding::CloseRequest)
                || said.has(Finding::RevokeTopic))
    });
    if family && count < 2 {
        verdict.doubt("members of the household may be meant whose records are not named.");
    }
    if count > 1 {
        let listed = own.counting().filter(|(_, sentence, _)| sentence.listed).count() > 1;
        let told_each = own
            .counting()
            .filter(|(index, _, said)| {
                said.has(Finding::Revoked)
                    && own.mentions.iter().any(|m| m.sentence == *index && m.place == Place::Body)
            })
            .count()
            >= count;
        if !(words::PLURAL.is_match(&lower) || AND_LIST.is_match(&lower) || listed || told_each) {
            verdict.doubt("one client is spoken of and several numbers are named.");
        }
        let length = notice.records.first().map(|id| id.as_str().len());
        if notice.records.iter().any(|id| Some(id.as_str().len()) != length) {
            verdict.doubt("the record numbers differ in length.");
        }
    }
    if notice.new_records.is_empty() && count > 1 && NEW_RECORD.is_match(&lower) {
        verdict.doubt("it speaks of a new record and does not say which number it is.");
    }
    if !notice.new_records.is_empty() && notice.new_records.len() != count {
        verdict.doubt("there are not as many new records as old ones.");
    }
}

/// Two numbers that a slip of the finger makes of each other.
fn alike(one: &ClientId, other: &ClientId) -> bool {
    let (one, other) = (one.as_str(), other.as_str());
    one != other
        && one.len().abs_diff(other.len()) <= 1
        && (one.len() != other.len() && (one.starts_with(other) || other.starts_with(one))
            || one.len() == other.len()
                && one.chars().zip(other.chars()).filter(|(a, b)| a != b).count() <= 2)
}

/// Text and HTML of one mail must name the same records.
fn compare(
    text: &str,
    html: &str,
    parts: &Segments,
    notice: &Notice,
    client_id: &Regex,
    verdict: &mut Verdict,
) {
    let in_html = records::shapes(html, client_id);
    let in_text = records::shapes(text, client_id);
    let named = notice.records.iter().chain(&notice.new_records);
    let missing = named.into_iter().any(|id| {
        !in_html.iter().any(|shape| shape.eq_ignore_ascii_case(id.as_str()))
            && !squeezed(html).contains(id.as_str())
    });
    let html_parts = segments::split(html, false);
    let own_html = records::shapes(&html_parts.lines(Part::Own).join("\n"), client_id);
    let extra =
        own_html.iter().any(|shape| !in_text.contains(shape) && !squeezed(text).contains(shape.as_str()));
    if missing || extra {
        verdict.doubt("the text and the HTML of the mail name different records.");
    }
    let said = |parts: &Segments| -> BTreeSet<String> {
        let own = parts.lines(Part::Own).join(" ").to_lowercase();
        own.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (plain, rich) = (said(parts), said(&html_parts));
    // Signatures and logos differ; what is said does not.
    if plain.intersection(&rich).count() * 2 < plain.len().max(rich.len()) {
        verdict.doubt("the text and the HTML of the mail say different things.");
    }
}

/// Without the blanks and commas inside numbers.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | ',' | '\u{a0}')).collect()
}
