//! Whether a program may go on alone with a revocation. Everything that speaks against it is a doubt; one doubt is
//! enough for a person to read the mail.

use std::collections::BTreeSet;

use regex::Regex;

use crate::domain::ClientId;

use super::aside;
use super::html;
use super::intent::{self, Finding, RECORD_WORDS};
use super::judge::{Verdict, judge};
use super::kind::{is_history, is_long_past, is_revoke_hint};
use super::meant;
use super::own::Own;
use super::records::{self, Role};
use super::segments::{self, Part, Segments};
use super::sentences::{self, Place, Sentence};
use super::text::{self, Body};
use super::vocabulary::pattern;
use super::{Envelope, Notice, ReaderRules};

pattern! {
    // Somebody thanks, or tells of what is over.
    DONE = [
        r"\b(?:gracias por (?:cerrar|el cierre|haber)|(?:fue|quedo|ya esta) (?:cerrad[oa]|confirmad[oa]|procesad[oa])|auditoria|el ano pasado)\b",
        r"\b(?:thank(?:s| you)\b.{0,40}\b(?:for|so much)|amazing|you (?:folks|guys|all) (?:are|were|rock)|was (?:closed|confirmed|done|carried out)|(?:has|have|had|been) (?:been )?(?:closed|confirmed|done|carried out)|closed \d|sample|audit|log|last year|for (?:the|your|our) (?:records?|files?|information))\b"];
    OUTRIGHT = [
        r"\b(?:por favor|favor de|porfa\w*|porfis|plis|pueden|podrian|puede|podria|me (?:l[oa]s? )?(?:cierran|ayudan|resuelven|quitan)|serian tan amables|seria posible)\b",
        r"\b(?:can|could|would|will|may|might) (?:you|u|y'all|someone|somebody|one of you|the helpdesk|i|we)\b", r"\bwould it be possible\b", r"\b(?:please|pls|plz|kindly)\b"];
    CHOICE = [
        r" o (?:debo|debemos|lo cierro|la cierro|cierro|lo hago|lo hacemos|les?) ",
        r" or (?:would|should|do|is|will|can) "];

    SOMEBODY = [
        r"\b(?:ella|client[ea]s?|participantes?|residentes?|senora?|persona|mujer|hombre|joven|muchach[oa]|familia|pareja|titular|don|dona)\b",
        r"\b(?:she|he|her|him|his|hers|client|clients|individual|applicant|pt|resident|residents|guest|guests|participant|participants|consumer|tenant|tenants|patient|youth|veteran|gentleman|lady|woman|man|guy|couple|family|mother|father)\b"];
    // The language of footers, and mottos.
    LEGAL = [
        r"\b(?:destinatari[oa]|confidencial\w*|privilegiad\w*|divulg\w*|prohibid\w*|remitente|error|mensaje|correo|enlaces?|adjuntos?)\b",
        r"\b(?:intended|recipient|addressee|confidential\w*|privileged|disclos\w*|redisclos\w*|unauthori[sz]ed|communication|transmission|notify|prohibited|sender|error|e-?mail|message|link|links|attachments?|monitored|report|visit|website|federal|cfr|hipaa|law|pour|everything|wander|life|world|act |love|hope|dream|courage)\b"];
    RESERVED = [
        r"\b(?:pero|aunque|sin embargo|a menos que|salvo que)\b",
        r"\b(?:but|not|though|although|however|unless|anyway)\b|n't\b"];
    EXPLAINED = [
        r"\b(?:explic\w+|platic\w+|habl\w+|entiende|entendio|orient\w+|inform\w+|consciente|sabe)\b",
        r"\b(?:explain\w*|talk\w*|discuss\w*|conversation|went over|go over|understand\w*|understood|told (?:her|him|them)|informed|aware|means?|implications?|consequences|counsel\w*|warned|knows?|about what|by revoking|through revoking)\b"];
}

pattern! {
    // What stands in one of text and HTML only: addresses of links, names of pictures.
    BESIDE = [r"(?i)<(?:https?|mailto|tel):[^>]*>|\[(?:https?|cid|image|logo|mailto)[^\]]*\]|\b(?:https?|mailto|tel):\S+"];
    PROGRAMS = [r"^\W*(?:get outlook for|sent from|sent via|outlook for|view this)\b"];
}

/// Days after which "in June" is a story and no notice.
const LONG_PAST_DAYS: i64 = 60;

/// Everything that keeps a program from going on alone with a revocation.
pub(super) fn act_doubts(
    own: &Own,
    body: &Body,
    parts: &Segments,
    rules: &ReaderRules,
    notice: &Notice,
    verdict: &mut Verdict,
) {
    let client_id = &rules.client_id;
    let revoked = own.any(Finding::Revoked);
    // The noun, or a client's plain wish, is as good as the deed where the closing is asked for outright.
    let outright = own.counting().any(|(_, sentence, said)| {
        (said.has(Finding::CloseRequest) || said.has(Finding::ConfirmRequest))
            && (!sentence.is_question()
                || OUTRIGHT.is_match(&sentence.lower) && !CHOICE.is_match(&sentence.lower))
    });
    let reserved = own.counting().any(|(_, sentence, said)| {
        said.has(Finding::RevokeWanted)
            && own.words.revoke.is_match(&sentence.lower)
            && RESERVED.is_match(&sentence.lower)
    });
    // Somebody is spoken of, or somebody's will: "close 1555555, and what is the ROI of the licenses" is about neither.
    let somebody = own.any(Finding::RevokeWanted)
        || own.any(Finding::RevokeTopic)
        || own.counting().any(|(_, sentence, _)| SOMEBODY.is_match(&sentence.lower));
    // That the sharing is to end must be said: by the client, by name, or in the request itself.
    let of_sharing = own.any(Finding::RevokeWanted)
        || own.any(Finding::RevokeTopic)
        || own.any(Finding::SignedSomething) && own.any(Finding::Sharing)
        || own.counting().any(|(_, _, said)| said.has(Finding::CloseRequest) && said.has(Finding::Sharing));
    let asked = outright && !reserved && somebody && of_sharing;
    if !revoked && !asked {
        verdict.doubt("No sentence of the sender's own tells as a fact that a client revoked.");
    }
    let spares = own.mentions.iter().any(|mention| mention.role == Role::Untouched);
    let decisive = decisive(own);
    for (index, sentence, said) in own.counting() {
        let history = outright && index < decisive && sentence.place == Place::Body;
        let another = index != decisive && own.is_about_another(index);
        for finding in &said.findings {
            // A request or a deed that hangs on something; elsewhere such words do no harm.
            if *finding == Finding::Depends && said.has(Finding::CloseRequest) {
                verdict.doubt("it asks for the closing on a condition or at a later time.");
            }
            let elsewhere = *finding == Finding::Conditional && !said.is_of_the_matter();
            let other_slip = *finding == Finding::Correction
                && !own.mentions.iter().any(|mention| mention.sentence == index)
                && !RECORD_WORDS.is_match(&sentence.lower);
            // "of the consent she gave": what was revoked, not a second wish.
            let of_it =
                *finding == Finding::ConsentHedged && said.findings.iter().copied().any(is_revoke_hint);
            if of_it || spares && is_of_another(*finding) {
                continue;
            }
            let idle = outright && *finding == Finding::NoAction || elsewhere || other_slip;
            let beside = outright && index == decisive && is_beside(*finding);
            // Told before the deed, a consent is history only where it is told as such: else it is a second wish.
            let second = *finding == Finding::Consented && !is_history(&sentence.lower);
            let past = history && is_told_before(*finding) && !second;
            if idle || beside || past || another && is_of_another(*finding) {
                continue;
            }
            if let Some(why) = blocks(*finding, sentence, revoked || asked) {
                verdict.doubt(why);
            }
        }
    }
    request_doubts(own, notice, verdict);
    meant::doubts(own, notice, verdict);
    if body.struck {
        verdict.doubt("Something in the text is struck out.");
    }
    if body.cut || own.sentences.len() >= sentences::MOST_SENTENCES {
        verdict.doubt("The mail is longer than what was read.");
    }
    if own.mentions.len() >= records::MOST_MENTIONS {
        verdict.doubt("it names more numbers than were looked at.");
    }
    aside::doubts(own, notice, verdict);
    aside_doubts(own, parts, verdict);
    hidden_doubts(&[&body.hidden, &body.comments, &body.preheader], own, body, client_id, verdict);
    // Rendering HTML is the dearest step: only for mails that would be acted on.
    if verdict.doubts.is_empty()
        && let Some(seen) = text::alternative(body)
    {
        if seen.struck {
            verdict.doubt("Something in the text is struck out.");
        }
        hidden_doubts(&[&seen.hidden, &seen.comments, &seen.preheader], own, body, client_id, verdict);
        if seen.too_much {
            verdict.doubt("the mail is longer than what was read.");
        }
        compare(&body.text, &seen.text, parts, notice, client_id, verdict);
        if verdict.doubts.is_empty() {
            reads_the_same(seen, notice, rules, verdict);
        }
    }
}

/// What of a mail, whatever its kind, is not what a person sees in it: a header that is not one, characters that deceive
/// the eye, texts of which a mail program shows only one. What others wrote (older mail) does not count.
pub(super) fn sight_doubts(envelope: &Envelope, body: &Body, parts: &Segments) -> Vec<String> {
    let mut found = envelope.doubts.clone();
    let others: BTreeSet<&str> =
        [Part::Quoted, Part::Forwarded].iter().flat_map(|part| parts.lines(*part)).map(str::trim).collect();
    let odd: BTreeSet<&str> = body
        .odd
        .iter()
        .filter(|odd| !others.contains(odd.line.as_str()))
        .map(|odd| odd.oddity.doubt())
        .collect();
    found.extend(odd.into_iter().map(str::to_owned));
    if body.several {
        found.push("it has several plain texts, of which a mail program shows only one.".to_owned());
    }
    found.extend(body.uncertain.iter().map(|why| (*why).to_owned()));
    let says_more = |text: &String| {
        let further = segments::split(text, false);
        further.lines(Part::Own).iter().any(|line| line.contains(char::is_alphanumeric))
    };
    if body.further.iter().any(says_more) {
        found.push("it holds another text, which some mail programs show.".to_owned());
    }
    let program =
        |kind: &str| ["text/calendar", "text/directory", "text/vcard", "text/x-vcard"].contains(&kind);
    if body
        .attachments
        .iter()
        .any(|file| file.name.is_none() && file.media_type.starts_with("text/") && !program(&file.media_type))
    {
        found.push("a text in it that may be shown was not read.".to_owned());
    }
    found
}

/// What stands below the name, in a footer or a banner takes nothing back: "PS hold that, she is signing again".
fn aside_doubts(own: &Own, parts: &Segments, verdict: &mut Verdict) {
    let lines: Vec<&str> =
        [Part::Signature, Part::Footer, Part::Banner].iter().flat_map(|part| parts.lines(*part)).collect();
    let takes_back = sentences::split(&lines, Place::Body).iter().any(|sentence| {
        let said = intent::find(sentence, &own.words);
        !LEGAL.is_match(&sentence.lower)
            && [
                Finding::NotClose,
                Finding::Cancel,
                Finding::CancelWeak,
                Finding::Reversal,
                Finding::RevokeDenied,
                Finding::Objection,
                Finding::DoubtfulRecord,
            ]
            .iter()
            .any(|finding| said.has(*finding))
    });
    if takes_back {
        verdict.doubt("below the name something is taken back or doubted.");
    }
}

/// What nobody sees must not name a record or tell an intention that the visible text and the subject do not.
fn hidden_doubts(hidden: &[&str], own: &Own, body: &Body, client_id: &Regex, verdict: &mut Verdict) {
    let text = hidden.iter().copied().filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join("\n");
    if text.is_empty() {
        return;
    }
    let seen = format!("{}\n{}", own.text(None), body.text);
    let known = records::shapes(&seen, client_id);
    if records::shapes(&text, client_id).iter().any(|shape| known.binary_search(shape).is_err()) {
        verdict.doubt("text that nobody sees names another number.");
    }
    let lines: Vec<&str> = text.lines().collect();
    let tells = sentences::split(&lines, Place::Body).iter().any(|sentence| {
        let findings = intent::find(sentence, &own.words).findings;
        findings.into_iter().any(|finding| {
            let speaks = finding.is_intention() || blocks(finding, sentence, false).is_some();
            speaks && !own.any(finding)
        })
    });
    if tells {
        verdict.doubt("text that nobody sees tells something that the visible text does not.");
    }
}

/// The last sentence that tells the client's deed, or else the client's will.
fn decisive(own: &Own) -> usize {
    let last =
        |finding| own.counting().filter(|(_, _, said)| said.has(finding)).map(|(index, ..)| index).last();
    [Finding::Revoked, Finding::RevokeWanted, Finding::SignedSomething]
        .into_iter()
        .find_map(last)
        .unwrap_or(0)
}

/// What is history where it stands before the deed: "she signed at intake; in spring she thought about it; now she
/// revoked".
fn is_told_before(finding: Finding) -> bool {
    matches!(
        finding,
        Finding::RevokeHypothetical
            | Finding::RevokeFuture
            | Finding::RevokeDoubted
            | Finding::RevokeReported
            | Finding::RevokeWished
            | Finding::Reversal
            | Finding::CancelWeak
            | Finding::Objection
            | Finding::Status
            | Finding::Consented
            | Finding::ConsentHedged
    )
}

/// What is only the manner of telling in a sentence that tells the deed as well.
fn is_beside(finding: Finding) -> bool {
    matches!(
        finding,
        Finding::RevokeDoubted | Finding::RevokeReported | Finding::RevokeWished | Finding::Status
    )
}

/// What does no harm where it is said of another person.
fn is_of_another(finding: Finding) -> bool {
    matches!(
        finding,
        Finding::RevokeDenied
            | Finding::Reversal
            | Finding::NoAction
            | Finding::NotClose
            | Finding::CancelWeak
    )
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
        Finding::Objection => Some("somebody is not sure, has to be asked, or takes it back."),
        Finding::CloseLater | Finding::Conditional => {
            Some("it asks for the closing on a condition or at a later time.")
        }
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
        | Finding::Sharing
        | Finding::Depends
        | Finding::Opened
        | Finding::StaysClosed
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

/// A notice asks for the closing, tells the agency's own steps, or implies its wish by telling the deed and nothing else.
fn request_doubts(own: &Own, notice: &Notice, verdict: &mut Verdict) {
    let requests = own.any(Finding::CloseRequest) || own.any(Finding::ConfirmRequest);
    let asks = requests || own.any(Finding::StepsDone);
    let other_question = own.counting().any(|(_, _, said)| {
        said.has(Finding::Question) && !said.has(Finding::CloseRequest) && !said.has(Finding::ConfirmRequest)
    });
    if !requests && other_question {
        verdict.doubt("it asks something and does not ask for the closing.");
    }
    // A notice implies its wish (NOTICES.md); thanks and reports of what was done do not.
    let done = own.counting().any(|(_, sentence, _)| DONE.is_match(&sentence.lower));
    if !asks && done {
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
    // Both may be thousands of numbers, sorted.
    let plain = squeezed(text);
    let extra =
        own_html.iter().any(|shape| in_text.binary_search(shape).is_err() && !plain.contains(shape.as_str()));
    if missing || extra {
        verdict.doubt("the text and the HTML of the mail name different records.");
    }
    // The same numbers may stand in columns there and one below the other here: both must tell the same ones apart.
    let lines = html_parts.lines(Part::Own);
    let theirs: BTreeSet<ClientId> = records::find(&sentences::split(&lines, Place::Body), client_id)
        .into_iter()
        .filter(|mention| matches!(mention.role, Role::Other(_)))
        .map(|mention| mention.id)
        .collect();
    if notice.records.iter().chain(&notice.new_records).any(|id| theirs.contains(id)) {
        verdict.doubt("the text and the HTML of the mail tell its numbers apart differently.");
    }
    if differs(text, html, parts, &html_parts) {
        verdict.doubt("a sentence stands only in the text or only in the HTML of the mail.");
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

/// Whether a sentence of the sender's own stands in one of the two only. Addresses of links and pictures' names are what
/// mail programs write into one of them.
fn differs(text: &str, html: &str, plain: &Segments, rich: &Segments) -> bool {
    // Words, each between blanks; where lines and cells end is no matter.
    let words = |text: &str| -> String {
        let plain = BESIDE.replace_all(text, " ").to_lowercase();
        plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).fold(
            " ".to_owned(),
            |mut all, word| {
                all.push_str(word);
                all.push(' ');
                all
            },
        )
    };
    let only = |parts: &Segments, other: &str| {
        parts.lines(Part::Own).iter().any(|line| {
            let line = BESIDE.replace_all(line, "\n");
            line.split(['\t', '\n', '.', '!', '?', ';', ':']).any(|said| {
                let found = words(said);
                found.trim() != "" && !other.contains(&found) && !PROGRAMS.is_match(&said.to_lowercase())
            })
        })
    };
    only(rich, &words(text)) || only(plain, &words(html))
}

/// Whoever sees the HTML only must be told the same: read alone, it would be acted on, for the same records.
fn reads_the_same(seen: html::Visible, notice: &Notice, rules: &ReaderRules, verdict: &mut Verdict) {
    let body = Body { text: seen.text, odd: seen.odd, uncertain: seen.uncertain, ..Body::default() };
    let alone = judge(notice.envelope.clone(), &body, rules);
    let set = |ids: &[ClientId]| ids.iter().cloned().collect::<BTreeSet<_>>();
    let same =
        set(&alone.records) == set(&notice.records) && set(&alone.new_records) == set(&notice.new_records);
    if !same {
        verdict.doubt("the HTML of the mail, read alone, names other records.");
    } else if !alone.act || alone.kind != notice.kind {
        verdict.doubt("the HTML of the mail, read alone, is not as clear as its text.");
    }
}

/// Without the blanks and commas inside numbers.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | ',' | '\u{a0}')).collect()
}
