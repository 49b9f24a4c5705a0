//! What kind a mail is: an order of questions, the first that fits decides.

use crate::domain::NoticeKind;

use super::intent::{self, Finding, Said};
use super::judge::Verdict;
use super::own::{Own, forwarded_sentences};
use super::records::{self, Mention, Role};
use super::segments::{Part, Segments};
use super::sentences::Place;
use super::spanish::folded;
use super::text::Body;
use super::vocabulary::pattern;
use super::{AutomaticMark, ReaderRules};

pattern! {
    MATTER = [
        r"revoc|retir|\bc(?:err|ierr)|\bcierre|aviso|compart",
        r"revo[kc]|rescind|withdr[ae]w|clos(?:e|ing|ed|ure)\b|\block|notice|unshare|statewide|opt(?:ed)?[- ]out"];
    MATTER_STRONG = [
        r"consentimiento|autorizacion (?:de|para) (?:compart|divulg)|\bcompart(?:ir|a|an|iendo|id[oa]s?)\b.{0,20}\b(?:datos|informacion)",
        r"revo[kc]|rescind|\broi\b|consent|release of info|data sharing|statewide|withdr[ae]w"];
    LONG_AGO = [
        r"\b(?:el (?:ano|mes) pasado|hace (?:\w+ )?(?:anos?|mes(?:es)?)|(?:en|desde) (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|20\d\d)|al (?:ingresar|entrar|llegar)|originalmente|antes|anteriormente|habian?|en aquel entonces|cuando (?:llego|ingreso|entro)|primero)\b",
        r"\b(?:when|at intake|originally|in (?:january|february|march|april|may|june|july|august|september|october|november|december|20\d\d|the (?:spring|summer|fall|winter))|previously|earlier|last (?:year|month|spring|summer|fall|winter|january|march|april|may|june|july|august|september)|initially|had|back in|years? ago|months? ago)\b"];
    PAST_CLIENT = [
        r"\b(?:el ano pasado|hace (?:\w+ )?(?:anos?|mes(?:es)?)|en (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|20\d\d)|hace (?:mucho|tiempo)|hace semanas)\b",
        r"\b(?:last (?:year|month|spring|summer|fall|winter)|(?:years?|months) ago|in (?:20\d\d|january|february|march|april|may|june|july|august|september|october|november|december|(?:the )?(?:spring|summer|fall|winter))|back in|a while (?:ago|back)|weeks? ago|long ago|earlier this year|some time ago)\b"];
    STILL_SO = [
        r"\b(?:sigue|todavia esta|aun esta) (?:\w+ )?(?:cerrad[oa]|bloquead[oa])\b",
        r"\bstill (?:\w+ ){0,2}(?:closed|locked|not shared|private|hidden|restricted)\b"];
    THANKED = [
        r"\bgracias\b",
        r"\b(?:thanks|thank you|thx|amazing|you (?:folks|guys|all) are)\b"];
    THANKS = [
        r"\b(?:gracias|recibido|excelente|perfecto)\b",
        r"\b(?:thanks?|thank you|thx|great|perfect|got it|received|appreciate)\b"];
    SHARED_WORDS = [
        r"\b(?:adjunt\w+|anex\w+|escane\w+|hoja|formulario|formato)\b",
        r"\b(?:attached|attachment|attaching|enclosed|scan|scanned|see below|form)\b"];
    SHORT_ANSWER = [r"^\W*(?:es|el|la|numero|cliente|clienta|perdon|disculpe|disculpen|aqui|esta|sii|si|de|su|del|expediente|ok|claro|it is|it's|its|the id is|client|id|number|this is|that is|that's|sorry|here|here it is|hi|hello|is|the|client id|record|her|his|their|#|hmis|yes|ok|:|,|-)*"];
    PARTICULAR = [
        r"\b(?:nuestr[oa]|un[oa]?|el|la|mi|este|esta) (?:\w+ ){0,3}?(?:client[ea]|participante|residente|persona|senora?|mujer|hombre|joven|muchach[oa]|madre|mama|papa|familia)\b",
        r"\b(?:our|one of|this|the|a|my|his|her) (?:\w+ ){0,3}(?:clients?|consumers?|participants?|guests?|residents?|regulars|person|lady|man|woman|youth|tenant|mother|father|gentleman|veteran)\b"];
}

/// Whether text speaks of consent and revoking at all.
pub(super) fn speaks_of_it(lower: &str) -> bool {
    MATTER_STRONG.is_match(lower)
}

/// Whether the revoking told lies long back.
pub(super) fn is_long_past(lower: &str) -> bool {
    PAST_CLIENT.is_match(lower)
}

/// Whether a sentence tells history: a consent given before it was revoked.
pub(super) fn is_history(lower: &str) -> bool {
    LONG_AGO.is_match(lower)
}

/// Whether the text itself says that a machine wrote it.
pub(super) fn machine_text(own: &Own, body: &str) -> Option<AutomaticMark> {
    let asks = own.any(Finding::CloseRequest) || own.any(Finding::ConfirmRequest);
    let fact = own.any(Finding::Revoked) && asks;
    if fact {
        return None;
    }
    let machine = own.words.automatic_text.is_match(body);
    let absence = body.len() < 1500
        && own.words.absence_text.is_match(body.get(..400).unwrap_or(body))
        && !own.any(Finding::Revoked);
    (machine || absence).then_some(AutomaticMark::Text)
}

/// A finding that speaks of a revoking, certain or not.
pub(super) fn is_revoke_hint(finding: Finding) -> bool {
    matches!(
        finding,
        Finding::Revoked
            | Finding::RevokeWanted
            | Finding::RevokeWished
            | Finding::RevokeFuture
            | Finding::RevokeDoubted
    )
}

/// The kind, with its reason.
pub(super) fn kind_of(
    own: &Own,
    parts: &Segments,
    body: &Body,
    rules: &ReaderRules,
    verdict: &mut Verdict,
) -> NoticeKind {
    let text = own.text(None);
    let told = settled(own, parts, &text).or_else(|| hinted(own, &text));
    if let Some((kind, why)) = told {
        verdict.reason(why);
        return kind;
    }
    let of_sharing =
        own.counting().any(|(_, _, said)| said.has(Finding::CloseRequest) && said.has(Finding::Sharing))
            || own.any(Finding::SignedSomething) && own.any(Finding::Sharing);
    let asks_else =
        own.counting().any(|(_, _, said)| said.has(Finding::Question) && !said.has(Finding::CloseRequest));
    if own.any(Finding::CloseRequest) && of_sharing && names_a_record(own) && !asks_else {
        verdict.reason("It asks to close a record, and speaks of sharing.");
        return NoticeKind::Revocation;
    }
    if called_a_revocation(own, body, &text) {
        verdict.reason("It is called a revocation; no sentence tells it.");
        return NoticeKind::Revocation;
    }
    if let Some(kind) = from_other_mail(own, parts, rules, verdict) {
        return kind;
    }
    verdict.reason("No notice was found in the sender's own words.");
    NoticeKind::Other
}

fn names_a_record(own: &Own) -> bool {
    own.mentions.iter().any(|mention| !matches!(mention.role, Role::Other(_) | Role::Doubtful(_)))
}

/// What is told as a fact or asked outright.
fn settled(own: &Own, parts: &Segments, text: &str) -> Option<(NoticeKind, &'static str)> {
    if own.any(Finding::Example) {
        return Some((NoticeKind::Other, "It speaks of a test, an example, a training or a rule."));
    }
    let revoked = own.any(Finding::Revoked);
    // A revoking told with the wish to have the record closed is news whatever else the mail says.
    let notice = revoked && own.any(Finding::CloseRequest);
    let outright = own.any(Finding::CloseRequest) && own.any(Finding::RevokeWanted);
    let consented =
        !outright && (consent_that_counts(own) || (!revoked && own.any(Finding::SignedSomething)));
    if let Some(why) = cancelling(own, parts, text, notice || consented) {
        return Some((NoticeKind::Cancel, why));
    }
    let refused = own.said.iter().any(|said| said.has(Finding::RefusedBefore));
    let signed = consented || own.any(Finding::ConsentHedged) || own.any(Finding::SignedSomething);
    // A new record that is open, an old one that stays closed: so only a consent after a refusal looks.
    let opened = own.any(Finding::Opened) && (signed || own.any(Finding::StaysClosed));
    if (consented || opened) && refused && !notice && !outright {
        return Some((NoticeKind::Consent, "A client who had not shared now consents."));
    }
    if undoing(own, parts, text, revoked) {
        return Some((NoticeKind::Cancel, "It asks not to close, or to open again."));
    }
    if own.is_reversed() && !notice && !outright {
        return Some((NoticeKind::Other, "The client did not go through with it."));
    }
    let idle = own.any(Finding::NoAction) || own.any(Finding::Status) && THANKED.is_match(text);
    let steps = revoked && own.any(Finding::StepsDone) && !own.any(Finding::Status);
    if idle && !steps && !own.any(Finding::CloseRequest) && !own.any(Finding::ConfirmRequest) {
        return Some((NoticeKind::Other, "It tells or thanks and asks for nothing."));
    }
    if revoked && is_old_story(own) {
        return Some((NoticeKind::Other, "It speaks of a revocation long past and asks something else."));
    }
    if revoked {
        return Some((NoticeKind::Revocation, "The sender tells that a client revoked."));
    }
    let reported = own.any(Finding::RevokeReported);
    if reported && own.any(Finding::Correction) && own.any(Finding::CloseRequest) && names_a_record(own) {
        return Some((NoticeKind::Revocation, "It corrects an earlier notice."));
    }
    let status =
        own.any(Finding::Status) && !own.any(Finding::RevokeWished) && !own.any(Finding::RevokeWanted);
    (reported || status || own.any(Finding::RevokeDenied))
        .then_some((NoticeKind::Other, "It denies a revocation or asks about an earlier notice."))
}

/// Whether the mail is about our matter, or answers a mail that is.
fn concerns_us(own: &Own, parts: &Segments, text: &str) -> bool {
    let labelled = |mention: &Mention| mention.labelled && !matches!(mention.role, Role::Other(_));
    let quoted = || folded(&parts.lines(Part::Quoted).join("\n").to_lowercase()).into_owned();
    own.mentions.iter().any(labelled)
        || own.any(Finding::Sharing)
        || MATTER.is_match(text)
        || (own.continues && MATTER.is_match(&quoted()))
}

fn cancelling(own: &Own, parts: &Segments, text: &str, other_news: bool) -> Option<&'static str> {
    let about = names_a_record(own)
        || own.continues
        || own.any(Finding::RevokeReported)
        || own.any(Finding::Sharing)
        || MATTER_STRONG.is_match(text);
    // In a notice of its own, only what takes that notice back: not the badge number or the question beside it.
    let other_number = |index: usize| {
        let mut there = own.mentions.iter().filter(|mention| mention.sentence == index).peekable();
        there.peek().is_some() && there.all(|mention| matches!(mention.role, Role::Other(_)))
    };
    let cancels = own
        .counting()
        .any(|(index, _, said)| said.has(Finding::Cancel) && !(other_news && other_number(index)));
    if cancels && about && concerns_us(own, parts, text) {
        return Some("It asks to stop or undo an earlier notice.");
    }
    (own.is_reversed() && own.continues && MATTER.is_match(text) && !other_news)
        .then_some("An answer in a thread: the client thought better of it.")
}

/// "Leave it open", "don't close": undoing, where no revoking is told beside it.
fn undoing(own: &Own, parts: &Segments, text: &str, revoked: bool) -> bool {
    let hint = hinted_at(own) || own.any(Finding::RevokeTopic);
    // "revoked the release for her landlord; the sharing stays as it was"
    let words = &own.words;
    let of_another_release = own.counting().any(|(_, sentence, _)| {
        words.other_things.is_match(&sentence.lower)
            && (words.revoke.is_match(&sentence.lower) || words.take_back.is_match(&sentence.lower))
    });
    let about_earlier =
        own.any(Finding::Status) || own.any(Finding::Correction) || own.any(Finding::Reversal);
    own.any(Finding::CancelWeak)
        && !of_another_release
        && concerns_us(own, parts, text)
        && (!hint || (about_earlier && !revoked))
        && (names_a_record(own) || own.continues)
        && !own.any(Finding::Question)
}

fn is_old_story(own: &Own) -> bool {
    let mut told = own.counting().filter(|(_, _, said)| said.has(Finding::Revoked));
    let still = own.counting().any(|(_, sentence, _)| STILL_SO.is_match(&sentence.lower));
    told.all(|(_, sentence, _)| PAST_CLIENT.is_match(&sentence.lower))
        && (own.any(Finding::Question) || still)
        && !own.any(Finding::CloseRequest)
}

/// What is told as a wish, a plan, a doubt.
fn hinted(own: &Own, text: &str) -> Option<(NoticeKind, &'static str)> {
    let doubted_only = own.any(Finding::RevokeDoubted)
        && !own.any(Finding::RevokeWished)
        && !own.any(Finding::RevokeWanted)
        && !own.any(Finding::RevokeFuture);
    let asked_plainly =
        own.counting().any(|(_, sentence, said)| said.has(Finding::CloseRequest) && !sentence.is_question());
    if doubted_only && own.any(Finding::Question) && !asked_plainly {
        return Some((NoticeKind::Other, "It asks about a revocation that the sender is not sure of."));
    }
    let unsaid = own.any(Finding::RevokeDenied) || own.any(Finding::Reversal);
    let about_sharing = own.any(Finding::Sharing);
    let told = own.any(Finding::RevokeWanted) || own.any(Finding::RevokeFuture) || asked_plainly;
    if own.any(Finding::RevokeHypothetical) && own.any(Finding::Question) && (unsaid || !told) {
        return Some((NoticeKind::Other, "It asks about revoking; nobody has done it."));
    }
    let is_record =
        |mention: &Mention| !matches!(mention.role, Role::Other(_) | Role::Unclear(_) | Role::Doubtful(_));
    let somebody = own.mentions.iter().any(is_record)
        || PARTICULAR.is_match(text)
        || (own.any(Finding::RevokeWanted) && own.any(Finding::CloseRequest));
    let somebody = somebody && about_sharing;
    (hinted_at(own) && !own.any(Finding::RevokeTopic) && somebody)
        .then_some((NoticeKind::Revocation, "A client is said to want to revoke, or may have revoked."))
}

/// The noun in subject or text, beside a request, an attachment or a record.
fn called_a_revocation(own: &Own, body: &Body, text: &str) -> bool {
    if !own.any(Finding::RevokeTopic) {
        return false;
    }
    let asks =
        own.any(Finding::CloseRequest) || own.any(Finding::ConfirmRequest) || own.any(Finding::StepsDone);
    let filed = !body.attachments.is_empty() || body.attached_mail || SHARED_WORDS.is_match(text);
    let question = own.counting().any(|(_, sentence, said)| {
        sentence.place == Place::Body
            && said.has(Finding::Question)
            && !said.has(Finding::CloseRequest)
            && !said.has(Finding::ConfirmRequest)
    });
    let record = names_a_record(own);
    (record || !question) && (asks || filed || hinted_at(own) || (record && !question))
}

/// Whether any sentence speaks of a revoking, certain or not.
fn hinted_at(own: &Own) -> bool {
    own.counting().any(|(_, _, said)| said.findings.iter().copied().any(is_revoke_hint))
}

/// A consent that is news, not one that was revoked afterwards.
fn consent_that_counts(own: &Own) -> bool {
    let last_revoked = own
        .counting()
        .filter(|(_, sentence, said)| sentence.place == Place::Body && said.has(Finding::Revoked))
        .map(|(index, ..)| index)
        .last();
    own.counting().any(|(index, sentence, said)| {
        let past = last_revoked.is_some_and(|revoked| index < revoked) && LONG_AGO.is_match(&sentence.lower);
        said.has(Finding::Consented) && !past
    })
}

/// Where the own words say nothing: a forwarded mail, or an answer that only gives the record.
fn from_other_mail(
    own: &Own,
    parts: &Segments,
    rules: &ReaderRules,
    verdict: &mut Verdict,
) -> Option<NoticeKind> {
    let forwarded = forwarded_sentences(parts);
    if !forwarded.is_empty() {
        let said: Vec<Said> = forwarded.iter().map(|sentence| intent::find(sentence, &own.words)).collect();
        let has = |wanted: fn(Finding) -> bool| said.iter().any(|s| s.findings.iter().copied().any(wanted));
        let notice = !records::find(&forwarded, &rules.client_id).is_empty() || has(is_revoke_hint);
        if notice && has(is_revoke_hint) && !has(|f| matches!(f, Finding::Example | Finding::Reversal)) {
            verdict.forward_only = true;
            verdict.reason("Only a forwarded mail tells that a client revoked.");
            verdict.doubt("The sender does not say it in her or his own words.");
            return Some(NoticeKind::Revocation);
        }
        if has(|f| f == Finding::Consented) && has(|f| f == Finding::RefusedBefore) && notice {
            verdict.forward_only = true;
            verdict.reason("Only a forwarded mail tells that a client consents.");
            return Some(NoticeKind::Consent);
        }
    }
    let quoted = folded(&parts.lines(Part::Quoted).join("\n").to_lowercase()).into_owned();
    let body = own.text(Some(Place::Body));
    let ids = own
        .mentions
        .iter()
        .filter(|mention| mention.place == Place::Body && !matches!(mention.role, Role::Other(_)))
        .count();
    let short = body.split_whitespace().count() <= 12 && SHORT_ANSWER.is_match(&body);
    if own.continues
        && ids > 0
        && short
        && !THANKS.is_match(&body)
        && !body.contains('?')
        && own.words.revoke.is_match(&quoted)
    {
        verdict.reason("An answer that gives the record of an earlier notice.");
        verdict.doubt("The sender does not say here that the client revoked.");
        return Some(NoticeKind::Revocation);
    }
    None
}
