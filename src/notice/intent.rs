//! Sentences → intentions. Each sentence is judged by itself: what is done, by whom, to what, and whether it is
//! told as a fact or as a wish, a question, a condition, a report, a denial.

use regex::Regex;

use super::hedge::hedge;
use super::revoking::{DECIDED, MASKED, revoking};
use super::sentences::Sentence;
use super::vocabulary::{Vocabulary, pattern};

/// What a sentence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Finding {
    /// A client revoked: told as a fact.
    Revoked,
    /// A client wants to revoke: no more, no less.
    RevokeWanted,
    /// A wish in words that may mean less: staff ask to revoke, somebody is quoted.
    RevokeWished,
    /// A client will or may revoke.
    RevokeFuture,
    /// A client is said to have revoked: hearsay, doubt, a half negation.
    RevokeDoubted,
    /// A client did not revoke.
    RevokeDenied,
    /// Revoking is spoken of in general, as a condition or in a question.
    RevokeHypothetical,
    /// An earlier notice is spoken of.
    RevokeReported,
    /// The noun alone: "revocation".
    RevokeTopic,
    /// A client consents, told as a fact.
    Consented,
    /// A client may consent, or it is denied or asked.
    ConsentHedged,
    /// Something was signed; the rest of the mail tells what.
    SignedSomething,
    /// A record was made that is open.
    Opened,
    /// A closed record stays closed.
    StaysClosed,
    /// A refusal or a closed record before.
    RefusedBefore,
    /// Stop or undo, in words that mean nothing else.
    Cancel,
    /// "leave it open", "reopen": undoing where nothing else is told.
    CancelWeak,
    /// The client thought better of it.
    Reversal,
    /// Not to be closed, or not yet.
    NotClose,
    /// Asks to close.
    CloseRequest,
    /// Asks to confirm that it is closed.
    ConfirmRequest,
    /// Asks to close on a condition, or later.
    CloseLater,
    /// Something hangs on a condition.
    Conditional,
    /// Words in the sentence that make it hang on something, or come later.
    Depends,
    /// Somebody is not sure, has to ask, or takes it back.
    Objection,
    /// The sharing of records is spoken of.
    Sharing,
    /// Nothing is asked of the helpdesk.
    NoAction,
    /// Others are meant who are not named, or a relative of the client named.
    Others,
    /// Tells the agency's own steps.
    StepsDone,
    /// A test, an example, a quotation of a rule.
    Example,
    /// Only part of the sharing.
    Partial,
    /// A correction of something in the mail.
    Correction,
    /// An earlier mail or a status is asked about.
    Status,
    /// Another question.
    Question,
    /// Household members beside the one named.
    Family,
    /// Doubt about the record.
    DoubtfulRecord,
}

impl Finding {
    /// What it is, in a few words.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Revoked => "a client revoked",
            Self::RevokeWanted => "a client's will not to share",
            Self::RevokeWished => "a wish to revoke",
            Self::RevokeFuture => "a revocation to come",
            Self::RevokeDoubted => "a revocation, with doubt or by hearsay",
            Self::RevokeDenied => "somebody did not revoke",
            Self::RevokeHypothetical => "revoking in general, as a condition or a question",
            Self::RevokeReported => "an earlier notice of a revocation",
            Self::RevokeTopic => "the word for a revocation",
            Self::Consented => "a client consents",
            Self::ConsentHedged => "a consent, with doubt or as history",
            Self::SignedSomething => "something was signed",
            Self::Opened => "a record that is open",
            Self::StaysClosed => "a record that stays closed",
            Self::RefusedBefore => "a refusal or a closed record",
            Self::Cancel => "stop or undo",
            Self::CancelWeak => "leave it open",
            Self::Reversal => "decided against it",
            Self::NotClose => "not to be closed, or not yet",
            Self::CloseRequest => "asks to close",
            Self::ConfirmRequest => "asks to confirm",
            Self::CloseLater => "close later or on a condition",
            Self::Conditional => "a condition",
            Self::Depends => "something it hangs on, or a later time",
            Self::Objection => "somebody is not sure, or takes it back",
            Self::Sharing => "the sharing of records",
            Self::NoAction => "nothing to be done",
            Self::Others => "others who are not named",
            Self::StepsDone => "the agency's own steps",
            Self::Example => "a test, an example, a training",
            Self::Partial => "part of the sharing",
            Self::Correction => "a correction",
            Self::Status => "an earlier notice, its status",
            Self::Question => "a question",
            Self::Family => "members of the household",
            Self::DoubtfulRecord => "doubt about the record",
        }
    }

    /// Whether it is about what somebody did, wants or asks for.
    pub(super) fn is_intention(self) -> bool {
        self <= Self::RevokeReported
            || matches!(
                self,
                Self::Consented
                    | Self::Cancel
                    | Self::CancelWeak
                    | Self::Reversal
                    | Self::NotClose
                    | Self::CloseLater
            )
    }
}

/// What one sentence says, and where its revoking stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Said {
    pub findings: Vec<Finding>,
    /// Offset of the words that told the revoking (or the consent), for the dates beside them.
    pub at: Option<usize>,
}

impl Said {
    pub(super) fn add(&mut self, finding: Finding, at: usize) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
        if matches!(finding, Finding::Revoked | Finding::Consented) || self.at.is_none() {
            self.at = Some(at);
        }
    }

    /// Whether it speaks of revoking, closing or sharing.
    pub(super) fn is_of_the_matter(&self) -> bool {
        self.findings.iter().any(|finding| {
            *finding <= Finding::RevokeTopic
                || matches!(
                    finding,
                    Finding::CloseRequest | Finding::Sharing | Finding::NotClose | Finding::CloseLater
                )
        })
    }

    /// Whether the sentence says this.
    pub(super) fn has(&self, finding: Finding) -> bool {
        self.findings.contains(&finding)
    }
}

pattern! {
    // Courtesy that looks like a condition, a question or a wish.
    pub(super) HARMLESS = [
        r"\b(?:can|could|would|will|may|might) (?:you|u|someone|somebody|anyone|anybody|the helpdesk|helpdesk|y'all)(?: all| please| kindly| possibly| be so kind as to| maybe)*\b", r"\bif (?:possible|needed|necessary|that'?s (?:ok|okay|alright|possible)|you (?:can|could|would|need|have|want|require|prefer|don't|do|are|get|see|please)|there (?:is|are) any\w*|any(?:thing)?|not already)\b", r"\b(?:i|we)(?:'d| would) (?:like to|appreciate)(?: (?:report|let you know|inform|notify|tell|request|ask|confirm|advise|make))?\b", r"\b(?:this is|i am writing|i'm writing|writing|just|wanted|i wanted|we wanted|i want|we want|i need|we need|i have|we have|please be|be) to (?:let you know|inform|notify|advise|tell|report|request|ask|confirm|make|say)\b",
        r"\bplease (?:be )?(?:advised|note|know|let|confirm|see)\b", r"\b(?:as|what|which) (?:she|he|they) (?:may|might|would|could)\b", r"\b(?:i|we) will (?:hold|not|wait|keep|send|fax|be|scan|upload|have|mail)\b", r"\b(?:i|we)'ll (?:hold|not|wait|keep|send|fax|be|scan|upload|have|mail)\b", r"\bif so\b",
        r"\bmay \d{1,2}\b|\b(?:\d{1,2}(?:st|nd|rd|th)?|in|of|since|until|early|late|last) may\b",
        r"\bwould no longer\b", r"\bwhat (?:that|this|it) means?\b", r"\bwhich means\b", r"\b(?:as|like) (?:i|we) (?:was|were) told\b", r"\b(?:as|per|following|as per) (?:the|your|our) (?:roi )?(?:faq|manual|guide|instructions|policy)(?: says| said| describes| states)?\b",
    ];
    REFUSED = [r"\b(?:refus(?:ed|es|al)|declin(?:ed|es)|said no|wouldn'?t share)\b"];
    // Time and condition of the answer, the entering, the past: not of the closing.
    HARMLESS_DEPENDS = [r"\b(?:as soon as|when|whenever|if|once) (?:you|u|someone|somebody|possible|convenient|there is|it suits|it is convenient|time|able|that is)\b[^.;?!]*", r"\b(?:confirm|let|know|tell|notify|write|e-?mail|reply|advise|inform|update|hear|hold|wait|enter|entering|entered|until|till|text|call)\b[^.;?!]{0,60}\b(?:when|once|after|as soon as|until|till|before)\b[^.;?!]*", r"\buntil (?:you|we hear|i hear|then|you confirm|confirmed)\b[^.;?!]*", r"\bbefore (?:the )?(?:weekend|others|anyone|anybody|somebody|someone|eod|noon|end of|close of)\b", r"\bas soon as\b", r"\bat once\b", r"\bday before yesterday\b", r"\b(?:on|after|when|while|before|during|at|following|upon) (?:the |a |our |her |his |their )?(?:phone|intake|check-?in|meeting|visit|appointment|talk|conversation|she|he|they|we|i|it|hours|being|having|explaining|talking|discussing|thinking|reading|hearing|learning|entering|supper|dinner|lunch|breakfast|mass|work|group)\b", r"\bin (?:writing|person|the)\b", r"\bafter all\b", r"\bexcept (?:us|our|for us|ourselves)\b", r"\bnot (?:after|until|before) ", r"\bthe following\b|\bfollowing (?:clients?|records?|ids?)\b", r"\btonight,", r"\bsince\b", r"\bfirst (?:scenario|name|thing|shelter|time|one|night|intake|asked|told|came|signed)\b", r"\bat first\b"];
    // An "if" that makes nothing depend on anything.
    HARMLESS_IF = [r"\b(?:ask(?:ed|ing)?|see|know|wonder(?:ed|ing)?|check(?:ed)?|sure|matter|safer|better|mind|as|told me|unsure|say|tell|told)(?: \w+){0,3} if\b", r"\bif (?:this|that|it|the (?:number|id|form|paper|record number)) (?:is|was|isn't|would|should|be|seems|looks|does)\b", r"\bif the (?:other|housing|form|phone|mail|e-?mail|above|list)\b", r"\b(?:prefer|like|want|love|appreciate|rather|grateful|glad) (?:it )?if\b",];
    NO_EXAMPLE = [r"\b(?:not|isn't|is no|no|unlike)\b.{0,40}\b(?:test|exercise|drill|example|training|practice|demo|hypothetical)\b"];
    FRESHLY = [r"\b(?:again|new|now|after all|another|today)\b"];
    NAMED_AGENCY = [r"\b[Ss]har(?:e|ed|ing)\b[^.;?!]{0,30}\b(?:with|by) (?:the )?[A-Z][a-z]{2,}"];
    COMMON_NAMES = [r"\b(?:with|by|from|at|to) (?:the )?(?:hmis|roi|statewide|other|others|agencies|providers|coordinated|anyone|anybody|everyone|all|any|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|state|county of|partner|homeless)"];
    pub(super) RECORD_WORDS = [r"\b(?:id|ids|record|records|client number|file|number|numbers|\d{5,8})\b"];
    // "Please confirm that it is closed" does not ask for the closing.
    CONFIRMED = [r"\b(?:thank(?:s| you)|grateful|appreciated?|kudos)(?: \w+){0,3}? (?:for )?(?:closing|locking|shutting|removing|taking|ending|the closing|the closure)\b[^.;?!]*", r"\b(?:confirm|verify|check|know|tell|advise|explain|figure out|find out|consider) (?:that|how |what |when |where |why |me |us |the ticket |if |whether |it |the |her |his |their |this |record |nobody |no |only |is |by |which |who )[^.;?!]*"];
    TOLD_WHEN_DONE = [r"\b(?:confirm|let|know|tell|notify|e-?mail|advise|update|inform)\b[^.;?!]{0,60}\b(?:once|when|after|as soon as|if)\b[^.;?!]*", r"\b(?:when|once|if) (?:you (?:can|get|have)|possible|time|able)\b"];
    DOUBT_WORDS = [r"\b(?:either|or \d|not sure|unsure|could be|might be|may be|maybe|which|i think|i believe|i guess|one of|correct id|right id|right client|right record)\b"];
    COURTEOUS_QUESTION = [r"\b(?:can|could|would|will) (?:you|u|someone|somebody)\b.*\?$"];
    HYPOTHETICAL_CANCEL = [r"\bif you (?:are not|aren't|have received|received)\b|\b(?:intended recipient|addressee)\b", r"\b(?:if (?:she|he|they|the client|a client)|in case|what if|when a|can a client|could a client|how (?:do|can|to|would))\b"];
    HARMLESS_CANCEL = [r"\b(?:i|we|they|he|she|it|system|button|computer) (?:\w+ )?(?:do not|don't|does not|doesn't|did not|didn't|could not|cannot|can't)\b", r"\b(?:ignore|disregard|excuse) (?:\w+ ){0,4}(?:question|questions|sheet|page|pages|fax|scan|cover|thread|chain|below|banner|numbers?|photo|picture|name|names|coffee|form|attachments?)\b", r"\b(?:ignore|excuse|disregard) (?:my |the |any |this |that )?(?:typos?|spelling|signature|attachment|attached|formatting|previous attachment|logo|caution|banner|brevity)\b", r"\b(?:other|closed) (?:agencies|shelters)? ?(?:should|must|to) remain open\b", r"\bnot (?:stay|remain|be) open\b", r"\b(?:should|must|can|do) not (?:stay|remain|be left|leave|keep)\b|\b(?:don't|do not|no longer) (?:want|wish|to) .{0,30}\b(?:open|shared|sharing)\b"];
    HARMLESS_WAIT = [r"\b(?:i|we|they|he|she|it|system|button|computer) (?:\w+ )?(?:do not|don't|does not|doesn't|did not|didn't|could not|cannot|can't)\b", r"\b(?:hold off|wait|waiting|hold|not|nothing|anything)\b.{0,30}\b(?:enter|entering|entries|entry|data entry|adding|add|type|typing|record anything|put anything|any new|new information|until (?:we|i) hear|till (?:we|i) hear|until you confirm|your confirmation|for your)\b", r"\bbefore (?:entering|we enter|anyone enters|adding)\b", r"\b(?:enter|entering|adding|add)\b.{0,40}\buntil\b", r"\b(?:let|tell) (?:me|us) know\b", r"\bdo(?:es)? not (?:wish|want) to be (?:contacted|touched)\b"];
    SHOUTED_ALIAS = [r"\bCLIENT (?:HAS )?REVOKED(?: CONSENT| ROI)?\b"];
    LESS = [r"\b(?:no longer|not|never)\b"];
    STAYS = [r"\b(?:stay|remain|keep|continue|go on)\b"];
    STILL = [r"\b(?:still|continues?|always) (?:\w+ )?$"];
    POSSESSIVE = [r"\b(?:kids|children|child|son|daughter|sons|daughters|family|household|husband|wife|baby)'(?:s)?\b"];
    REVOCATION_BEHIND = [r"^ ?(?:revocation|withdrawal|opt[- ]out)"];
    NO_LONGER = [r"\bno longer (?:\w+ ){0,2}$"];
}

/// Words of a sentence that only adds to the one before.
const SHORT_SENTENCE: usize = 8;
/// Letters before and behind a request in which a condition belongs to it.
const BEFORE_REQUEST: usize = 45;
const BEHIND_REQUEST: usize = 90;

/// Replaces matches by blanks of the same length, so that offsets stay.
pub(super) fn without(text: &str, pattern: &Regex, fill: &str) -> String {
    if !pattern.is_match(text) {
        return text.to_owned();
    }
    pattern
        .replace_all(text, |found: &regex::Captures<'_>| fill.repeat(found.get(0).map_or(0, |m| m.len())))
        .into_owned()
}

/// Blanks in `lower` what the pattern finds in the text as written.
fn without_at(lower: &str, text: &str, pattern: &Regex) -> String {
    let mut blanked = lower.to_owned();
    for found in pattern.find_iter(text) {
        if blanked.is_char_boundary(found.start()) && blanked.is_char_boundary(found.end()) {
            blanked.replace_range(found.range(), &" ".repeat(found.len()));
        }
    }
    blanked
}

pub(super) fn upto(text: &str, end: usize) -> &str {
    text.get(..end).unwrap_or_default()
}

pub(super) fn from(text: &str, start: usize) -> &str {
    text.get(start..).unwrap_or_default()
}

/// A sentence as it is listened to.
pub(super) struct Heard<'a> {
    pub sentence: &'a Sentence,
    /// In lower case, without flags and things of another kind.
    pub lower: &'a str,
    /// Without courtesy as well.
    pub plain: &'a str,
    pub words: &'a Vocabulary,
}

/// Everything one sentence says.
pub(super) fn find(sentence: &Sentence, words: &Vocabulary) -> Said {
    // What stands in the alias is a flag, not a sentence.
    let flagged = if sentence.text.chars().any(char::is_lowercase) { &*SHOUTED_ALIAS } else { &words.flags };
    let lower = without(&sentence.lower, &words.flags, " ");
    let lower = without_at(&lower, &sentence.text, flagged);
    let lower = without(&lower, &words.other_things, "x");
    let plain = without(&lower, &HARMLESS, " ");
    let heard = Heard { sentence, lower: &lower, plain: &plain, words };
    let mut said = Said::default();
    revoking(&heard, &mut said);
    consenting(&heard, &mut said);
    listed(&heard, &mut said);
    not_meant(&heard, &mut said);
    signing(&heard, &mut said);
    of_others(&heard, &mut said);
    doubting(&heard, &mut said);
    if sentence.is_question() {
        said.add(Finding::Question, 0);
    }
    said
}

/// What the lists find, each in the text that suits it: with or without flags, courtesy, the time of the answer.
fn listed(heard: &Heard<'_>, said: &mut Said) {
    let Heard { sentence, lower, plain, words } = heard;
    let closing = without(lower, &CONFIRMED, " ");
    let later = without(plain, &TOLD_WHEN_DONE, " ");
    let hanging = without(plain, &HARMLESS_IF, " ");
    let around = around_request(
        words,
        &closing,
        &without(&without(&later, &HARMLESS_IF, " "), &HARMLESS_DEPENDS, " "),
    );
    let lists: [(&Regex, &str, Finding); 19] = [
        (&words.stays_closed, lower, Finding::StaysClosed),
        (&words.opened, lower, Finding::Opened),
        (&words.sharing, lower, Finding::Sharing),
        (&words.objections, lower, Finding::Objection),
        (&words.depends, &around, Finding::Depends),
        (&words.conditional, &hanging, Finding::Conditional),
        (&words.cancels, plain, Finding::Cancel),
        (&words.cancels_weak, plain, Finding::CancelWeak),
        (&words.reversals, lower, Finding::Reversal),
        (&words.not_close, plain, Finding::NotClose),
        (&words.close_requests, &closing, Finding::CloseRequest),
        (&words.confirm_requests, lower, Finding::ConfirmRequest),
        (&words.close_later, &later, Finding::CloseLater),
        (&words.no_action, lower, Finding::NoAction),
        (&words.steps_done, &sentence.lower, Finding::StepsDone),
        (&words.examples, plain, Finding::Example),
        (&words.correction, lower, Finding::Correction),
        (&words.reported, plain, Finding::Status),
        (&words.refused_before, &sentence.lower, Finding::RefusedBefore),
    ];
    for (list, text, finding) in lists {
        if let Some(found) = list.find(text) {
            said.add(finding, found.start());
        }
    }
}

/// In a long sentence only what stands near the request belongs to it.
fn around_request(words: &Vocabulary, closing: &str, standing: &str) -> String {
    let Some(found) = words.close_requests.find(closing) else { return String::new() };
    let near = standing
        .char_indices()
        .filter(|(at, _)| *at + BEFORE_REQUEST >= found.start() && *at <= found.end() + BEHIND_REQUEST);
    near.map(|(_, letter)| letter).collect()
}

/// Takes out what the lists found and the sentence does not mean.
fn not_meant(heard: &Heard<'_>, said: &mut Said) {
    let Heard { lower, plain, words, .. } = heard;
    let mut drop = |findings: &[Finding]| said.findings.retain(|finding| !findings.contains(finding));
    if HYPOTHETICAL_CANCEL.is_match(plain) || HARMLESS_CANCEL.is_match(lower) {
        drop(&[Finding::Cancel, Finding::CancelWeak]);
    }
    // "This has nothing to do with her HIPAA authorization, which she keeps."
    if MASKED.is_match(lower) && !words.consent.is_match(lower) {
        drop(&[Finding::CancelWeak, Finding::Reversal]);
    }
    // "This is no exercise."
    if NO_EXAMPLE.is_match(lower) {
        drop(&[Finding::Example]);
    }
    if HARMLESS_WAIT.is_match(lower) {
        drop(&[Finding::NotClose]);
    }
    // "closed it after she revoked" tells what was done.
    if said.has(Finding::Revoked) && !said.has(Finding::CloseRequest) {
        said.findings.retain(|finding| *finding != Finding::CloseLater);
    }
}

/// Something was signed; what, the rest of the mail tells.
fn signing(heard: &Heard<'_>, said: &mut Said) {
    let Some(found) = heard.words.signed_something.find(heard.lower) else { return };
    if hedge(heard, found.start(), false).is_some() {
        said.add(Finding::ConsentHedged, found.start());
        return;
    }
    said.add(Finding::SignedSomething, found.start());
    if REFUSED.is_match(heard.lower) {
        said.add(Finding::Consented, found.start());
    }
}

/// Household, others who are not named, part of the sharing.
fn of_others(heard: &Heard<'_>, said: &mut Said) {
    let Heard { sentence, lower, words, .. } = heard;
    let revoked = said.has(Finding::Revoked);
    if words.family.is_match(&without(lower, &POSSESSIVE, " ")) {
        said.add(Finding::Family, 0);
    }
    // "Dependents as well." follows what was told.
    let short = lower.split(' ').count() <= SHORT_SENTENCE;
    let others = words.others.is_match(lower) && (revoked || said.has(Finding::CloseRequest) || short);
    if others || words.relative_of.is_match(lower) {
        said.add(Finding::Others, 0);
    }
    let named = revoked && NAMED_AGENCY.is_match(&sentence.text) && !COMMON_NAMES.is_match(lower);
    if words.partial.is_match(lower) || named {
        said.add(Finding::Partial, 0);
    }
}

/// Doubt about which record it is.
fn doubting(heard: &Heard<'_>, said: &mut Said) {
    let Heard { sentence, lower, words, .. } = heard;
    let of_record =
        said.findings.iter().any(|finding| *finding <= Finding::RevokeTopic) || RECORD_WORDS.is_match(lower);
    let asks = said.has(Finding::CloseRequest) || said.has(Finding::ConfirmRequest);
    let courteous = sentence.is_question() && asks && !DOUBT_WORDS.is_match(lower);
    if of_record
        && !courteous
        && words.doubtful_record.is_match(without(lower, &COURTEOUS_QUESTION, " ").trim_end())
    {
        said.add(Finding::DoubtfulRecord, 0);
    }
}

fn consenting(heard: &Heard<'_>, said: &mut Said) {
    let Heard { lower, plain, words, .. } = heard;
    let revoking_at = said
        .findings
        .iter()
        .any(|finding| *finding <= Finding::RevokeTopic && *finding != Finding::RevokeWanted)
        .then_some(said.at)
        .flatten();
    for found in words.consents.find_iter(lower).take(6) {
        let text = found.as_str();
        // "withdrew her consent to share", "signed a revocation of the ROI".
        let of_revoking = revoking_at.is_some_and(|at| {
            !(found.start() > at
                && (FRESHLY.is_match(text)
                    || FRESHLY.is_match(from(lower, found.end())) && text.starts_with("sign")))
        });
        // "still wants to share" is no change.
        if STAYS.is_match(text)
            || LESS.is_match(text)
            || STILL.is_match(upto(lower, found.start()))
            || of_revoking
            || words.revocation.is_match(text)
            || REVOCATION_BEHIND.is_match(from(lower, found.end()))
        {
            continue;
        }
        let hedged = match hedge(heard, found.start(), false) {
            Some(Finding::RevokeReported) | None => false,
            Some(_) => true,
        };
        let hedged = hedged
            || (text.starts_with("sign ") && !DECIDED.is_match(upto(plain, found.start())))
            || NO_LONGER.is_match(upto(lower, found.start()));
        said.add(if hedged { Finding::ConsentHedged } else { Finding::Consented }, found.start());
    }
}

#[cfg(test)]
mod tests {
    use super::super::sentences::Place;
    use super::*;

    fn findings(text: &str) -> Vec<Finding> {
        find(&Sentence::new(Place::Body, text, false), &Vocabulary::built_in()).findings
    }

    #[test]
    fn facts() {
        for text in [
            "Client 1555555 revoked her ROI.",
            "1555555 revoked",
            "Our client withdrew her consent to share on 9/15/26.",
            "Her consent is withdrawn as of Sept. 10.",
            "Client 1518830 pulled her ROI this morning.",
            "took back his consent",
            "she took her ROI back",
            "Consumer has withdrawn the ROI as of 10/29/26.",
            "client she revoke the ROI",
            "he say he take back the consent",
            "Client has opted out of statewide data sharing.",
            "She no longer wants her information shared statewide.",
            "he does not want to be in the statewide data sharing any more",
            "Client not want share no more with other agency",
            "doesn't want other places being able to look her up anymore",
            "client no longer agrees to have her data shared",
            "She signed the revocation today.",
            "He signed the revocation form on Monday.",
            "told me she wants out of the statewide data sharing",
            "asked us this morning to stop sharing her information",
            "has rescinded, in writing, the authorization previously granted",
            "2207705 retracted her release of information tonight",
            "Client 2349990 has decided to revoke her consent as of today.",
            "Can you please close 2290144, the client revoked her consent yesterday?",
            "Could not close it because client 1555555 revoked.",
            "revoked the consent she gave us in 2024",
            "is not ok with the sharing anymore, wants everything private",
            "Date of revocation: Monday",
            "Client 1 and her kids are revoking their ROI",
        ] {
            assert!(findings(text).contains(&Finding::Revoked), "{text}: {:?}", findings(text));
        }
    }

    #[test]
    fn no_facts() {
        for text in [
            "Client 1555555 did not revoke her ROI.",
            "She never revoked anything.",
            "If a client revokes their consent, do we close the record?",
            "What do we do when a client revokes consent?",
            "Client 1555555 may revoke next week.",
            "She will be revoking her consent.",
            "He is thinking about revoking his ROI.",
            "asked me today what would happen if he revoked his consent",
            "Please revoke his access to HMIS effective 11/6/2026.",
            "His access was revoked.",
            "revoked her photo release",
            "The housing authority revoked the voucher.",
            "withdrew from our rapid rehousing program",
            "last week I wrote you that client 1677123 had revoked the ROI",
            "Has 1555555 revoked her consent?",
            "Client 1555555 revoked?",
            "I heard client 1555555 revoked",
            "Client would have revoked if she had known.",
            "has revoked her earlier refusal and signed the ROI",
            "pulled her housing application",
            "We have no revocation on file",
            "She wanted to revoke but decided not to",
            "clients who revoke consent must use the form",
            "I was told that she revoked",
            "Client 1 has not, as far as I know, revoked her consent",
            "Do you have the ROI revocation form?",
            "ended her stay",
            "the client no longer lives here",
        ] {
            assert!(!findings(text).contains(&Finding::Revoked), "{text}: {:?}", findings(text));
        }
    }

    #[test]
    fn consents() {
        for text in [
            "He signed the HMIS ROI on 10/7.",
            "she gave verbal consent to the ROI",
            "has revoked her earlier refusal",
            "she now agrees that her data may be shared, signed a new ROI",
            "wants to share again",
            "agreed to share her information after all",
            "took back his refusal and signed",
        ] {
            assert!(findings(text).contains(&Finding::Consented), "{text}: {:?}", findings(text));
        }
        for text in [
            "She withdrew her consent to share.",
            "She no longer agrees to share.",
            "She signed the revocation.",
            "never signed the ROI",
            "Will she sign the ROI?",
            "He does not want to share",
        ] {
            assert!(!findings(text).contains(&Finding::Consented), "{text}: {:?}", findings(text));
        }
    }

    #[test]
    fn cancels() {
        for text in [
            "Please disregard the email I sent",
            "pls ignore my last msg",
            "Please undo the closing",
            "no need to close",
            "sent in error",
            "1555555 should not have been closed",
            "Stop, please",
            "please cancel the request",
        ] {
            assert!(findings(text).contains(&Finding::Cancel), "{text}: {:?}", findings(text));
        }
        for text in [
            "Please excuse typos",
            "Please close the record",
            "We will hold off on entering anything until we hear from you",
            "she cannot use the community card",
        ] {
            assert!(
                !findings(text).contains(&Finding::Cancel) && !findings(text).contains(&Finding::NotClose),
                "{text}: {:?}",
                findings(text)
            );
        }
    }

    /// What keeps a sentence from being taken for a plain fact.
    const HEDGES: [Finding; 11] = [
        Finding::RevokeDenied,
        Finding::RevokeDoubted,
        Finding::RevokeFuture,
        Finding::RevokeHypothetical,
        Finding::RevokeReported,
        Finding::Status,
        Finding::Reversal,
        Finding::Cancel,
        Finding::Partial,
        Finding::NotClose,
        Finding::Consented,
    ];

    #[test]
    fn many_ways_to_tell_that_a_client_revoked() {
        for line in include_str!("../../tests/fixtures/notices/facts.txt").lines() {
            let found = findings(line);
            let plain =
                found.contains(&Finding::Revoked) && !HEDGES.iter().any(|hedge| found.contains(hedge));
            assert!(plain, "{line}: {found:?}");
        }
    }

    #[test]
    fn many_ways_to_speak_of_it_without_telling_it() {
        for line in include_str!("../../tests/fixtures/notices/no-facts.txt").lines() {
            let found = findings(line);
            let plain =
                found.contains(&Finding::Revoked) && !HEDGES.iter().any(|hedge| found.contains(hedge));
            assert!(!plain, "{line}: {found:?}");
        }
    }
}
