//! Told as a fact, or as something less: denied, asked, supposed, announced, reported, doubted.

use super::intent::{Finding, HARMLESS, Heard, from, upto, without};
use super::sentences::Place;
use super::spanish::{self, is_english};
use super::vocabulary::pattern;

pattern! {
    NEGATION = [r"(?:\b(?:not|never|no|none|nobody|neither|nor|without|hardly|denies|denied|denying|refuses to|refused to|cannot|cant|didnt|hasnt|dont|doesnt|isnt|wasnt|havent|unable|fail(?:s|ed)?)\b|n't\b)(?: [^ ]+){0,5} ?$"];
    // Negations that belong to something else.
    FOREIGN_NEGATION = [r"\b(?:no longer|not only|could not|couldn'?t|can'?t|cannot|unable to|not able to|won'?t let|would not let|do not have|don'?t have|no other|nobody else|no one else|not (?:yet )?in|don'?t hesitate|no worries|no problem|no\. \d|not ours)\b"];
    CLAUSE_END = [r"[,;:()]| - | and | but | because | since | so | as | who | which | that | where | after | when | while "];
    ASKS_FIRST = [r"^\W*(?:hi |hello |hey |and |so |also |but |ok |now )?(?:did|has|have|had|is|was|are|were|does|do|what|how|when|where|who|whom|why|which|should|shall|if|whether|can|could|would|will|may|any|must|isn't|hasn't|didn't|doesn't|wasn't)\b"];
    // "Release revoked - but not yours?"
    UNSURE_TAIL = [
        r"\b(?:pero|no)\b",
        r"\b(?:but|not|or)\b|n't\b"];
    REASON = [r" (?:because|since) (?:she|he|they|of|her|his|their)\b", r" porque "];
    BECAUSE = [r"\b(?:because|since|as|for whom|whose|who)\b|,"];
    REQUEST_INSIDE = [r"\b(?:please|pls|plz|kindly|can you|could you|would you|will you|can u|can someone|could someone|can we (?:get|have))\b"];
    NEGATION_ANYWHERE = [r"\b(?:not|never|none|nobody|neither|without|denies|denied)\b|n't\b"];
    IF_AFTER = [
        r"\b(?:if|unless|provided|assuming) (?:she|he|they|the client|we|i|it|that)\b",
        r"\bsi (?:ella|el|ellos|la|le|les|se|no|es que|consigue\w*|pierde\w*|logra\w*|cambia\w*|su|sus|nosotros|yo|quiere|acepta|decide|firma)\b|\b(?:siempre y cuando|a menos que|con tal (?:de )?que|en caso de que|siempre que)\b",
    ];
    NEXT_TIME = [r"\b(?:tomorrow|next (?:week|month|monday|tuesday|wednesday|thursday|friday)|in (?:two|three|a few|\d+) (?:days|weeks)|end of (?:the|this) (?:month|week|year)|later this (?:week|month)|first of (?:the|next) month)\b", r"\b(?:manana|proxim[oa]s?|la semana que viene|el mes que viene|fin de (?:mes|semana|ano))\b"];
    // The morning is not tomorrow.
    MORNING = [r"\b(?:esta|en la|por la|de la|a la|la|ayer|hoy|lunes|martes|miercoles|jueves|viernes|sabado|domingo|una) manana\b"];
}

/// Why a revoking that is spoken of is no plain fact; `None`: it is one.
pub(super) fn hedge(heard: &Heard<'_>, start: usize, own_negation: bool) -> Option<Finding> {
    let Heard { sentence, plain, words, .. } = heard;
    if sentence.spanish {
        let hedged = spanish::hedged(heard, start, own_negation);
        if hedged.is_some() || !is_english(&sentence.lower) {
            return hedged;
        }
    }
    let before = upto(plain, start);
    let clause = CLAUSE_END.find_iter(before).last().map_or(before, |m| from(before, m.end()));
    if !own_negation && NEGATION.is_match(clause) && !FOREIGN_NEGATION.is_match(clause) {
        return Some(Finding::RevokeDenied);
    }
    let question = sentence.is_question();
    if question {
        let asked = ASKS_FIRST.is_match(plain.trim_start());
        let reason = BECAUSE.is_match(before);
        let request = REQUEST_INSIDE.find(&sentence.lower);
        let fact_then_request = !asked && request.as_ref().is_some_and(|m| m.start() > start);
        let request_then_fact = reason && request.as_ref().is_some_and(|m| m.start() < start);
        // "Client revoked, next steps?" in a subject asks about the steps.
        let asks_more = sentence.place == Place::Subject
            && !asked
            && from(plain, start).split(' ').count() > 3
            && !UNSURE_TAIL.is_match(from(plain, start));
        if !(fact_then_request || request_then_fact || asks_more) {
            return Some(if asked { Finding::RevokeHypothetical } else { Finding::RevokeDoubted });
        }
    }
    if words.hypothetical.is_match(&without(before, &FOREIGN_NEGATION, " "))
        || words.modal.is_match(&without(clause, &FOREIGN_NEGATION, " "))
    {
        return Some(Finding::RevokeHypothetical);
    }
    if words.reported.is_match(&without(&sentence.lower, &HARMLESS, " ")) {
        return Some(Finding::RevokeReported);
    }
    if words.future.is_match(clause) {
        return Some(Finding::RevokeFuture);
    }
    // "… revoked because she never understood why": a reason is not doubted with the deed.
    let reason = REASON.find(from(plain, start)).map_or(plain.len(), |found| start + found.start());
    if words.uncertain.is_match(upto(plain, reason)) {
        return Some(Finding::RevokeDoubted);
    }
    if !own_negation
        && NEGATION_ANYWHERE.is_match(&without(
            &without(before, &words.no_longer_shares, " "),
            &FOREIGN_NEGATION,
            " ",
        ))
    {
        return Some(Finding::RevokeDoubted);
    }
    None
}

/// "… revoked, if she agrees": a condition that follows.
pub(super) fn after_hedge(plain: &str, end: usize) -> Option<Finding> {
    let after = from(plain, end);
    if IF_AFTER.is_match(after) {
        return Some(Finding::RevokeHypothetical);
    }
    NEXT_TIME.is_match(&without(after, &MORNING, " ")).then_some(Finding::RevokeFuture)
}
