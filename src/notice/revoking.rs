//! Who revokes what: verbs with their objects, phrases that say it without the word, and the noun.

use regex::Regex;

use super::hedge::{after_hedge, hedge};
use super::intent::{Finding, Heard, RECORD_WORDS, Said, from, upto};
use super::sentences::Place;
use super::spanish;
use super::vocabulary::{Vocabulary, pattern};

pattern! {
    /// A wish told as a wish.
    pub(super) WISH = [r"\b(?:wants?|would like|'d like|wishes|wish|hopes?|needs?|is wanting|wanting|wishing|is asking|looking|trying)(?: \w+){0,2}? to (?:\w+ )?$"];
    /// A decision: as good as the deed.
    pub(super) DECIDED = [r"\b(?:decided|decides|chose|chosen|chooses|elected|elects|asked|asks|asking|requested|requests|requesting|came in|came by|came|called|phoned|stopped by|stopped in|walked in|contacted (?:us|me)|is here|was here|opted|proceeded|went ahead|exercised (?:her|his|their|the) (?:legal )?right|exercises (?:her|his|their|the) right|made (?:the|a|her|his|their) (?:decision|choice|request)|is choosing|signed(?: \w+){0,4}|(?:her|his|their) (?:decision|request))(?: (?:us|me|today|yesterday|this morning|this afternoon|staff|in writing))* to (?:\w+ )?$"];
    FORM_TO = [r"\b(?:form|forms|paper|papers|letter|right|option|way|ability|steps|process|procedure|instructions|able|possible|easy|easier|hard|allowed|free|how|need|needs|have|has|had|going|about|pressure|advised|told|used) to (?:\w+ )?$"];
    BY_SOMEBODY = [r"^\W*(?:\w+ ){0,3}(?:client|woman|man|lady|gentleman|guest|resident|tenant|participant|consumer|person|guy|gal|youth|veteran|couple|mother|father|mom|dad)\b(?: |$)"];
    OBJECT_END = [r"[,;:()!?]|\.( |$)| - | and | but | because | since | so | who | while | when | after | before | although | if ", r" (?:e|pero|porque|ya que|puesto que|pues|cuando|mientras|asi que|aunque|antes|despues) "];
    PASSIVE = [r"\b(?:fue|fueron|ha sido|han sido|es|esta|queda|quedo|quedaron|sea|sean|siendo|tiene|se)(?: \w+){0,2} $", r"\b(?:was|were|is|are|been|be|being|got|gets|has been|have been)(?: \w+){0,2} $"];
    AGENCY_SUBJECT = [r"\b(?:i|we)(?:'ve| have| had)?(?: \w+){0,1} $"];
    CLIENT_SUBJECT = [r"\b(?:client|consumer|guest|resident|participant|person|she|he|they|lady|man|woman|mother|father|youth|guy|gentleman|who|tenant|veteran|\d{4,8})(?: \w+){0,2} $"];
    WISH_FOR_ACTION = [r"(?:^|[,;:.!-] ?)\W*(?:please|pls|plz|kindly|to|also)? ?(?:please|pls|plz|kindly)? ?$"];
    ASKED_TO_DO = [r"\b(?:can|could|would|will) (?:you|u|someone|somebody|one of you|the helpdesk)(?: please| pls| kindly| also| now| then| be so kind as to| be so good as to| be able to| be willing to)* $"];
    // "Day the client did revoke?: 1/26/2026"
    ANSWERED_WITH_A_DAY = [r"^ ?\?? ?[:.]{1,} ?(?:on )?(?:\d{1,2}[/.-]\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* \d)"];
    ATTRIBUTE = [r"\b(?:about|on|of|for|regarding|concerning|with|any|all|those|a|an|the|your|our|new|another|every|each) $"];
    ASKED_FOR = [r"\b(?:asked|asks|asking|requested|requests|requesting)(?: (?:us|me|that|for|today|yesterday))*(?: (?:we|i|you|the helpdesk|hmis|her|his|their|the|this|to|have|has|be|roi|consent|release|of|information|permission|sharing|get|is|for|client|\d+)){0,8} $"];
    WANTED = [r"\b(?:wants?|would like|'d like|wishes)(?: (?:us|you|to|have|her|his|their|the|roi|consent|release|of|information|permission|sharing|get|be)){1,7} $"];
    ASKED_WHETHER = [r"\b(?:whether|if|how|about|why|when|what)\b"];
    // "once she revokes"; not "before supper she revokes".
    ONCE = [r"\b(?:once|until|till|when|as soon as|after|before|whenever|every time) (?:(?:she|he|they|it|who|(?:the|a|an|our|my|your|any|this|that|some|every|each|one of \w+) (?:\w+ ){0,3}?\w+|clients?|somebody|someone|somebody|everyone|both|\d{4,8})(?: \w+){0,2} )?$"];
    // "client 1555555 revoking consent": the verb to be is missing, nothing else.
    ALONE = [r"^\W*(?:our |the |a |my )?(?:client|consumer|participant|guest|resident)?\W*(?:id|no|number)?\W*\d*\W*$"];
    PAPER = [r"\b(?:signed|sent|gave|wrote|submitted|completed|filled (?:out|in)|brought|provided|handed|turned in)\b.{0,40}\b(?:form|letter|paper|paperwork|notice|statement|document|e-?mail|note) $"];
    UNKNOWN_OBJECT = [r"^ (?:el|la|los|las|su|sus|un|una) ", r"^ (?:the|her|his|their|my|our|its|a|an|any|some) "];
    FORM_OR_TIME = [
        r"^ (?:el|la|los|las|su|un|una) (?:\d|(?:mism[oa] |pasad[oa] |otr[oa] )?(?:dia|lunes|martes|miercoles|jueves|viernes|sabado|domingo|semana|mes|noche|tarde|manana|fecha|cliente|clienta|participante|persona|senora?|hoja|forma|formulario|formato)\b)",
        r"^ (?:his|hers|theirs|her|their) (?:too|also|as well|now|today|yesterday|this|on|in|at|with|last)\b", r"^ (?:the|her|his|their|a) (?:\w+ ){0,2}?(?:day|same|other|evening|morning|week|night|form|forms|paper|papers|paperwork|agreement|disclosure|document|waiver|signature|hmis|moment|minute|second)\b"];
    RUNS_OUT = [r"^(?:end|terminat|cancel|void|stop)"];
    BASE_FORM = [r"^(?:revo[kc]e|revok|re[sc]{1,2}ind|with?draw|retract|pull|cancel|terminate|take back|opt out|opt-out|back out|undo|end|void|invalidate|unconsent)$"];
    PROGRESSIVE = [r"ing\b"];
    BE_BEFORE = [r"\b(?:am|is|are|'s|'re|was|were|been|be)(?: \w+){0,1} $"];
    MUST_BE = [r"\b(?:to|be|being) (?:\w+ )?$"];
    MADE_TO = [r"\b(?:let|help|helped|make|made|had|have|having|see|watch|did|does|do)(?: \w+){0,5} $"];
    ELSEWHERE = [r"^(?: \w+)? (?:with|for|at) (?:the |our |her |his |a |an )?(?:\w+ )?(?P<who>clinic|shelter|house|agency|provider|program|county|hospital|doctor|place|office|church|center|centre|home|organization|lodge|mission)\b(?P<where> (?:meeting|gathering|visit|appointment|intake|event|group|check-?in|dinner|supper|lunch|breakfast|front|desk|door|night|council|assembly|lobby|kitchen|table))?"];
    EVERYWHERE = [r"^(?:us|our|hmis|statewide|data|sharing|other|others|all|information|release|roi|helpdesk|herself|himself|themselves|themself|both|client|id|everyone|anyone|any|agencies|system|state|purposes|now|good|today|monday|tuesday|wednesday|thursday|friday|noon|intake|shelter|check-in|front|drop-in|\d+|whole|entire|family|children|kids|their|child|this|these|that)$"];
    HARD_CONDITION = [r"\b(?:if|whether|in case|when (?:a|the|any|clients?|someone|they|you)|what|how|may|might|next|tomorrow|will|going to|should|could|who|anyone|clients? who|can)\b"];
    pub(super) MASKED = [r"\bx{4,}"];
    MAYBE = [r"\b(?:might|may|could|should) (?:\w+ ){0,3}$"];
}

/// Finds what a sentence says of revoking.
pub(super) fn revoking(heard: &Heard<'_>, said: &mut Said) {
    let Heard { sentence, lower, plain, words } = heard;
    for (verbs, strong) in [(&words.revoke, true), (&words.take_back, false)] {
        for found in verbs.find_iter(lower).take(12).filter(|found| !is_spanish_verb(words, found.as_str())) {
            match object_of(words, lower, found.start(), found.end(), strong) {
                Object::Consent => {
                    let finding = tell(heard, found.start(), found.as_str(), strong);
                    if let Some(finding) = finding {
                        said.add(finding, found.start());
                        if elsewhere(words, lower, found.end()) {
                            said.add(Finding::Partial, found.start());
                        }
                    }
                }
                Object::Refusal => match hedge(heard, found.start(), false) {
                    None => said.add(Finding::Consented, found.start()),
                    Some(_) => said.add(Finding::ConsentHedged, found.start()),
                },
                Object::Revocation => said.add(Finding::Cancel, found.start()),
                Object::OtherThing | Object::None => {}
            }
        }
    }
    if sentence.spanish {
        spanish::revoking(heard, said);
    }
    for found in words.no_longer_shares.find_iter(lower).take(4) {
        let hedged = if sentence.spanish {
            spanish::told_by_saying(heard, found.start(), found.end())
        } else {
            hedge(heard, found.start(), true).or_else(|| after_hedge(plain, found.end()))
        };
        said.add(hedged.unwrap_or(Finding::Revoked), found.start());
    }
    // The client's will in everyday words: less than the deed, and enough beside an outright request.
    let told = said.has(Finding::Revoked) || said.has(Finding::RevokeDenied);
    let asked = sentence.is_question() && words.close_requests.is_match(plain);
    if !told
        && !asked
        && let Some(found) = words.will_not_share.find(plain)
    {
        let hedged = if sentence.spanish {
            spanish::told_by_saying(heard, found.start(), found.end())
        } else {
            hedge(heard, found.start(), true).or_else(|| after_hedge(plain, found.end()))
        };
        said.add(hedged.unwrap_or(Finding::RevokeWanted), found.start());
    }
    // "withdrew the photo permission (he signed the withdrawal)": of that, not of the ROI.
    let foreign = MASKED.is_match(lower) && !words.consent.is_match(lower);
    for found in words.revocation_signed.find_iter(lower).take(4).filter(|_| !foreign) {
        let unsigned = sentence.spanish && spanish::only_paper(lower);
        let finding = hedge(heard, found.start(), false)
            .or_else(|| after_hedge(plain, found.end()))
            .or_else(|| unsigned.then_some(Finding::RevokeDoubted))
            .unwrap_or(Finding::Revoked);
        said.add(finding, found.start());
    }
    if let Some(found) = words.revocation.find(lower).filter(|_| !foreign) {
        let topic = words.revocation_in_general.is_match(lower)
            || words.hypothetical.is_match(upto(plain, found.start()))
            || words.modal.is_match(upto(plain, found.start()));
        let maybe = MAYBE.is_match(upto(plain, found.start()))
            && !words.revocation_in_general.is_match(lower)
            && !sentence.is_question();
        let unsigned = sentence.spanish && spanish::only_paper(lower);
        if maybe && RECORD_WORDS.is_match(lower) || unsigned && !said.has(Finding::Revoked) {
            said.add(Finding::RevokeDoubted, found.start());
        }
        if !topic && !sentence.is_question() && !said.has(Finding::Revoked) {
            said.add(Finding::RevokeTopic, found.start());
        }
    }
}

/// Spanish verbs have their own grammar.
fn is_spanish_verb(words: &Vocabulary, verb: &str) -> bool {
    words.spanish_verbs.as_ref().is_some_and(|of| of.revoke.is_match(verb) || of.take_back.is_match(verb))
}

/// What a verb with consent as its object tells.
fn tell(heard: &Heard<'_>, start: usize, verb: &str, strong: bool) -> Option<Finding> {
    let Heard { sentence, lower, plain, words } = heard;
    let before = upto(plain, start);
    let raw_before = upto(lower, start);
    let base = BASE_FORM.is_match(verb.trim());
    if strong && ANSWERED_WITH_A_DAY.is_match(from(lower, start + verb.len())) {
        return Some(Finding::Revoked);
    }
    // "would you be so kind as to end its sharing?"
    if base && ASKED_TO_DO.is_match(raw_before) {
        return Some(Finding::RevokeWished);
    }
    if let Some(finding) = hedge_unless_decided(heard, before, start, base) {
        return Some(finding);
    }
    if let Some(finding) = after_hedge(plain, start + verb.len()) {
        return Some(finding);
    }
    // "about revoked consent", "a revoked ROI": the consent has a name, nobody tells a deed.
    let object = from(lower, start + verb.len());
    if verb.ends_with("ed")
        && ATTRIBUTE.is_match(raw_before)
        && words.consent.find(object).is_some_and(|m| m.start() == 1)
    {
        return Some(Finding::RevokeTopic);
    }
    // "asked that we revoke", "would like her ROI revoked": the client's will, staff's grammar.
    if ASKED_FOR.is_match(before) && (base || !ASKED_WHETHER.is_match(before)) {
        return Some(Finding::Revoked);
    }
    if WANTED.is_match(before) && !base && !PROGRESSIVE.is_match(verb) {
        return Some(Finding::RevokeWanted);
    }
    if verb.ends_with('s') && ONCE.is_match(before) {
        return Some(Finding::RevokeHypothetical);
    }
    if base && before.ends_with("to ") {
        return Some(if DECIDED.is_match(before) {
            Finding::Revoked
        } else if WISH.is_match(before) {
            Finding::RevokeWanted
        } else if sentence.place == Place::Subject {
            Finding::RevokeTopic
        } else if FORM_TO.is_match(before) {
            Finding::RevokeHypothetical
        } else {
            Finding::RevokeTopic
        });
    }
    if base {
        if WISH_FOR_ACTION.is_match(raw_before) {
            return Some(Finding::RevokeWished);
        }
        // "client she revoke the ROI": the tense is missing, not the fact.
        let told = !MADE_TO.is_match(before);
        return CLIENT_SUBJECT.is_match(before).then_some(if told {
            Finding::Revoked
        } else {
            Finding::RevokeDoubted
        });
    }
    if PROGRESSIVE.is_match(verb) && !BE_BEFORE.is_match(before) {
        if ALONE.is_match(raw_before) && !raw_before.trim().is_empty() && sentence.place == Place::Body {
            return Some(Finding::Revoked);
        }
        if PAPER.is_match(before) {
            return Some(Finding::Revoked);
        }
        // "1555555 revoking", "Revoking consent: …": a heading.
        let heads = sentence.place == Place::Subject
            || raw_before.trim().is_empty()
            || raw_before.trim_end().ends_with(':');
        return if heads {
            Some(Finding::RevokeTopic)
        } else {
            CLIENT_SUBJECT.is_match(before).then_some(Finding::RevokeDoubted)
        };
    }
    if MUST_BE.is_match(before) && before.trim_end().ends_with(" to be") {
        return Some(Finding::RevokeWished);
    }
    if !strong && AGENCY_SUBJECT.is_match(before) {
        return None;
    }
    Some(Finding::Revoked)
}

/// The hedges of `hedge`, but "decided to revoke" and "wants to revoke" are not yet future or conditions.
fn hedge_unless_decided(heard: &Heard<'_>, before: &str, start: usize, base: bool) -> Option<Finding> {
    let infinitive = base && before.ends_with("to ") && (WISH.is_match(before) || DECIDED.is_match(before));
    let wish = infinitive || WANTED.is_match(before) || ASKED_FOR.is_match(before);
    match hedge(heard, start, false) {
        Some(Finding::RevokeHypothetical | Finding::RevokeFuture)
            if wish && !HARD_CONDITION.is_match(before) && !heard.sentence.is_question() =>
        {
            None
        }
        other => other,
    }
}

/// What is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    Consent,
    Refusal,
    Revocation,
    OtherThing,
    None,
}

/// What the verb between `start` and `end` is said of. `strong`: it tells a revoking where nothing is named.
pub(super) fn object_of(words: &Vocabulary, lower: &str, start: usize, end: usize, strong: bool) -> Object {
    let after = from(lower, end);
    let after = OBJECT_END.find(after).map_or(after, |m| upto(after, m.start()));
    let after = nth_word_end(after, if strong { 12 } else { 7 });
    if let Some(object) = first_object(words, after) {
        // "withdrew from the program" has an object; "withdrew her consent from" too.
        return object;
    }
    let verb = upto(from(lower, start), end - start);
    // "took her ROI back": the object stands inside.
    if words.consent.is_match(verb) {
        return Object::Consent;
    }
    let before = upto(lower, start);
    let clause = OBJECT_END.find_iter(before).last().map_or(before, |m| from(before, m.end()));
    let passive = PASSIVE.is_match(before);
    // "A woman in our motel program revoked": the program did not, and was not.
    let by_somebody = strong && !passive && BY_SOMEBODY.is_match(clause);
    // "the ROI ended" ran out; "consent withdrawn" was withdrawn.
    let by_itself = !RUNS_OUT.is_match(verb);
    if let Some(object) = last_object(words, clause)
        .filter(|(_, distance)| passive || (by_itself && *distance <= 20))
        .map(|(object, _)| object)
        .filter(|object| !(by_somebody && *object == Object::OtherThing))
    {
        return object;
    }
    if strong && UNKNOWN_OBJECT.is_match(after) && !FORM_OR_TIME.is_match(after) {
        return Object::OtherThing;
    }
    if strong { Object::Consent } else { Object::None }
}

/// "revoked the release with the clinic": perhaps not the one for HMIS.
fn elsewhere(words: &Vocabulary, lower: &str, end: usize) -> bool {
    let after = from(lower, end);
    let Some(object) = words.consent.find(after).filter(|object| object.start() < 40) else { return false };
    let who = ELSEWHERE
        .captures(from(after, object.end()))
        .filter(|found| found.name("where").is_none())
        .and_then(|found| found.name("who").map(|m| m.as_str().to_owned()));
    who.is_some_and(|who| !EVERYWHERE.is_match(&who))
}

fn nth_word_end(text: &str, words: usize) -> &str {
    let end = text.match_indices(' ').nth(words).map_or(text.len(), |(at, _)| at);
    upto(text, end)
}

fn kinds(words: &Vocabulary) -> [(&Regex, Object); 5] {
    [
        (&words.refusals, Object::Refusal),
        (&words.revocations, Object::Revocation),
        (&words.consent, Object::Consent),
        (&words.other_objects, Object::OtherThing),
        (&MASKED, Object::OtherThing),
    ]
}

fn first_object(words: &Vocabulary, text: &str) -> Option<Object> {
    kinds(words)
        .iter()
        .filter_map(|(pattern, object)| pattern.find(text).map(|m| (m.start(), *object)))
        .min_by_key(|(at, _)| *at)
        .map(|(_, object)| object)
}

/// The last object in a clause and how far from its end it stands.
fn last_object(words: &Vocabulary, text: &str) -> Option<(Object, usize)> {
    kinds(words)
        .iter()
        .filter_map(|(pattern, object)| pattern.find_iter(text).last().map(|m| (m.end(), *object)))
        .max_by_key(|(at, _)| *at)
        .map(|(at, object)| (object, text.len() - at))
}
