//! Sentences → intentions. Each sentence is judged by itself: what is done, by whom, to what, and whether it is
//! told as a fact or as a wish, a question, a condition, a report, a denial.

use regex::Regex;

use super::hedge::hedge;
use super::revoking::revoking;
use super::sentences::Sentence;
use super::vocabulary as words;
use super::vocabulary::pattern;

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

    /// Whether the sentence says this.
    pub(super) fn has(&self, finding: Finding) -> bool {
        self.findings.contains(&finding)
    }
}

pattern! {
    // Courtesy that looks like a condition, a question or a wish.
    pub(super) HARMLESS = [
        r"\b(?:can|could|would|will|may|might) (?:you|u|someone|somebody|anyone|anybody|the helpdesk|helpdesk|y'all)(?: all| please| kindly| possibly| be so kind as to| maybe)*\b", r"\bif (?:possible|needed|necessary|that'?s (?:ok|okay|alright|possible)|you (?:can|could|would|need|have|want|require|prefer|don't|do|are|get|see|please)|there (?:is|are) any\w*|any(?:thing)?|not already)\b", r"\b(?:i|we)(?:'d| would) (?:like to|appreciate)(?: (?:report|let you know|inform|notify|tell|request|ask|confirm|advise|make))?\b", r"\b(?:this is|i am writing|i'm writing|writing|just|wanted|i wanted|we wanted|i want|we want|i need|we need|i have|we have|please be|be) to (?:let you know|inform|notify|advise|tell|report|request|ask|confirm|make|say)\b",
        r"\bplease (?:be )?(?:advised|note|know|let|confirm|see)\b", r"\b(?:as|what|which) (?:she|he|they) (?:may|might|would|could)\b", r"\b(?:i|we) will (?:hold|not|wait|keep|send|fax|be|scan|upload|have|mail)\b", r"\b(?:i|we)'ll (?:hold|not|wait|keep|send|fax|be|scan|upload|have|mail)\b", r"\bif so\b", r"\bwould no longer\b", r"\bwhat (?:that|this|it) means?\b", r"\bwhich means\b", r"\b(?:as|like) (?:i|we) (?:was|were) told\b", r"\b(?:as|per|following|as per) (?:the|your|our) (?:roi )?(?:faq|manual|guide|instructions|policy)(?: says| said| describes| states)?\b",
    ];
    FRESHLY = [r"\b(?:again|new|now|after all|another|today)\b"];
    NAMED_AGENCY = [r"\b(?:[Ss]har\w+|[Ss]een|[Ss]ee|[Ll]ooked up|[Vv]isible)\b[^.;?!]{0,30}\b(?:with|by|from|at|to) (?:the )?[A-Z][a-z]{2,}"];
    COMMON_NAMES = [r"\b(?:with|by|from|at|to) (?:the )?(?:hmis|roi|statewide|other|others|agencies|providers|coordinated|anyone|anybody|everyone|all|any|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|state|county of|partner|homeless)"];
    pub(super) RECORD_WORDS = [r"\b(?:id|ids|record|records|client number|file|number|\d{5,8})\b"];
    // "Please confirm that it is closed" does not ask for the closing.
    CONFIRMED = [r"\b(?:confirm|verify|check|know|tell) (?:that |if |whether |it |the |her |his |their |this |record |nobody |no |only |is |by |which |who )[^.;?!]*"];
    TOLD_WHEN_DONE = [r"\b(?:confirm|let|know|tell|notify|e-?mail|advise|update|inform)\b[^.;?!]{0,60}\b(?:once|when|after|as soon as|if)\b[^.;?!]*", r"\b(?:when|once|if) (?:you (?:can|get|have)|possible|time|able)\b"];
    DOUBT_WORDS = [r"\b(?:either|or \d|not sure|unsure|could be|might be|may be|maybe|which|i think|i believe|i guess|one of|correct id|right id|right client|right record)\b"];
    COURTEOUS_QUESTION = [r"\b(?:can|could|would|will) (?:you|u|someone|somebody)\b.*\?$"];
    HYPOTHETICAL_CANCEL = [r"\b(?:if (?:she|he|they|the client|a client)|in case|what if|when a|can a client|could a client|how (?:do|can|to|would))\b"];
    HARMLESS_CANCEL = [r"\b(?:ignore|excuse|disregard) (?:my |the |any |this |that )?(?:typos?|spelling|signature|attachment|attached|formatting|previous attachment|logo|caution|banner|brevity)\b", r"\b(?:other|closed) (?:agencies|shelters)? ?(?:should|must|to) remain open\b", r"\bnot (?:stay|remain|be) open\b", r"\b(?:should|must|can|do) not (?:stay|remain|be left|leave|keep)\b|\b(?:don't|do not|no longer) (?:want|wish|to) .{0,30}\b(?:open|shared|sharing)\b"];
    HARMLESS_WAIT = [r"\b(?:hold off|wait|waiting|hold|not|nothing|anything)\b.{0,30}\b(?:enter|entering|entries|entry|data entry|adding|add|type|typing|record anything|put anything|any new|new information|until (?:we|i) hear|till (?:we|i) hear|until you confirm|your confirmation|for your)\b", r"\bbefore (?:entering|we enter|anyone enters|adding)\b", r"\b(?:enter|entering|adding|add)\b.{0,40}\buntil\b", r"\b(?:let|tell) (?:me|us) know\b", r"\bdo(?:es)? not (?:wish|want) to be (?:contacted|touched)\b"];
    SHOUTED_ALIAS = [r"\bCLIENT (?:HAS )?REVOKED(?: CONSENT| ROI)?\b"];
    LESS = [r"\b(?:no longer|not|never)\b"];
    STAYS = [r"\b(?:stay|remain|keep|continue|go on)\b"];
    STILL = [r"\b(?:still|continues?|always) (?:\w+ )?$"];
    POSSESSIVE = [r"\b(?:kids|children|child|son|daughter|sons|daughters|family|household|husband|wife|baby)'(?:s)?\b"];
    REVOCATION_BEHIND = [r"^ ?(?:revocation|withdrawal|opt[- ]out)"];
    NO_LONGER = [r"\bno longer (?:\w+ ){0,2}$"];
}

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

/// Everything one sentence says.
pub(super) fn find(sentence: &Sentence) -> Said {
    let mut said = Said::default();
    // What stands in the alias is a flag, not a sentence.
    let flagged =
        if sentence.text.chars().any(char::is_lowercase) { &*SHOUTED_ALIAS } else { &*words::ALIASES };
    let lower = without(&sentence.lower, &words::ALIASES, " ");
    let lower = without_at(&lower, &sentence.text, flagged);
    let lower = without(&lower, &words::OTHER_THINGS, "x");
    let plain = without(&lower, &HARMLESS, " ");
    revoking(sentence, &lower, &plain, &mut said);
    consenting(sentence, &lower, &plain, &mut said);
    let revoked = said.has(Finding::Revoked);
    let simple: [(&Regex, Finding); 13] = [
        (&words::CANCELS, Finding::Cancel),
        (&words::CANCELS_WEAK, Finding::CancelWeak),
        (&words::REVERSALS, Finding::Reversal),
        (&words::NOT_CLOSE, Finding::NotClose),
        (&words::CLOSE_REQUESTS, Finding::CloseRequest),
        (&words::CONFIRM_REQUESTS, Finding::ConfirmRequest),
        (&words::CLOSE_LATER, Finding::CloseLater),
        (&words::NO_ACTION, Finding::NoAction),
        (&words::STEPS_DONE, Finding::StepsDone),
        (&words::EXAMPLE, Finding::Example),
        (&words::CORRECTION, Finding::Correction),
        (&words::REPORTED, Finding::Status),
        (&words::REFUSED_BEFORE, Finding::RefusedBefore),
    ];
    let closing = without(&lower, &CONFIRMED, " ");
    let later = without(&plain, &TOLD_WHEN_DONE, " ");
    for (pattern, finding) in simple {
        let flags = matches!(finding, Finding::StepsDone | Finding::RefusedBefore);
        let courtesy = matches!(
            finding,
            Finding::Cancel
                | Finding::CancelWeak
                | Finding::NotClose
                | Finding::CloseLater
                | Finding::Status
                | Finding::Example
        );
        let text = if finding == Finding::CloseRequest {
            &closing
        } else if finding == Finding::CloseLater {
            &later
        } else if flags {
            &sentence.lower
        } else if courtesy {
            &plain
        } else {
            &lower
        };
        if let Some(found) = pattern.find(text) {
            said.add(finding, found.start());
        }
    }
    if HYPOTHETICAL_CANCEL.is_match(&plain) || HARMLESS_CANCEL.is_match(&lower) {
        said.findings.retain(|finding| !matches!(finding, Finding::Cancel | Finding::CancelWeak));
    }
    if said.has(Finding::NotClose) && HARMLESS_WAIT.is_match(&lower) {
        said.findings.retain(|finding| *finding != Finding::NotClose);
    }
    if words::FAMILY.is_match(&without(&lower, &POSSESSIVE, " ")) {
        said.add(Finding::Family, 0);
    }
    if let Some(found) = words::SIGNED_SOMETHING.find(&lower) {
        let finding = if hedge(sentence, &plain, found.start(), false).is_some() {
            Finding::ConsentHedged
        } else {
            Finding::SignedSomething
        };
        said.add(finding, found.start());
    }
    if said.has(Finding::CloseLater) && revoked && !said.has(Finding::CloseRequest) {
        // "closed it after she revoked" tells what was done.
        said.findings.retain(|finding| *finding != Finding::CloseLater);
    }
    let others = words::AND_OTHERS.is_match(&lower) && (revoked || said.has(Finding::CloseRequest));
    if others || words::RELATIVE_OF.is_match(&lower) {
        said.add(Finding::Others, 0);
    }
    if words::PARTIAL.is_match(&lower)
        || (revoked && NAMED_AGENCY.is_match(&sentence.text) && !COMMON_NAMES.is_match(&lower))
    {
        said.add(Finding::Partial, 0);
    }
    let speaks_of_record =
        said.findings.iter().any(|finding| *finding <= Finding::RevokeTopic) || RECORD_WORDS.is_match(&lower);
    if speaks_of_record
        && words::DOUBTFUL_RECORD.is_match(without(&lower, &COURTEOUS_QUESTION, " ").trim_end())
        && !(sentence.is_question()
            && (said.has(Finding::CloseRequest) || said.has(Finding::ConfirmRequest))
            && !DOUBT_WORDS.is_match(&lower))
    {
        said.add(Finding::DoubtfulRecord, 0);
    }
    if sentence.is_question() {
        said.add(Finding::Question, 0);
    }
    said
}

fn consenting(sentence: &Sentence, lower: &str, plain: &str, said: &mut Said) {
    let revoking_at =
        said.findings.iter().any(|finding| *finding <= Finding::RevokeTopic).then_some(said.at).flatten();
    for found in words::CONSENTS.find_iter(lower).take(6) {
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
            || words::REVOCATION_NOUN.is_match(text)
            || REVOCATION_BEHIND.is_match(from(lower, found.end()))
        {
            continue;
        }
        let hedged = match hedge(sentence, plain, found.start(), false) {
            Some(Finding::RevokeReported) | None => false,
            Some(_) => true,
        };
        let hedged = hedged
            || (text.starts_with("sign ") && !words::DECIDED.is_match(upto(plain, found.start())))
            || NO_LONGER.is_match(upto(lower, found.start()));
        said.add(if hedged { Finding::ConsentHedged } else { Finding::Consented }, found.start());
    }
}

#[cfg(test)]
mod tests {
    use super::super::sentences::Place;
    use super::*;

    fn findings(text: &str) -> Vec<Finding> {
        find(&Sentence::new(Place::Body, text, false)).findings
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
