//! What stands beside a notice: a short sentence that nothing else understands may take everything back ("Not yet.",
//! "Siempre no."). It must be known as harmless where it holds a word that turns, narrows or puts off; one that holds
//! none is small talk.

use super::claim;
use super::intent::{Finding, Said};
use super::judge::Verdict;
use super::own::Own;
use super::sentences::{Place, Sentence};
use super::spanish::{self, WEAKENED};
use super::vocabulary::pattern;
use super::{Notice, dates};

/// Words of a sentence that is no story.
const SHORT: usize = 6;
/// Words of one in which a word that takes back outright still means the notice.
const LONGER: usize = 12;

/// Findings that leave open what the sentence does to the notice: elsewhere they are forgiven.
const LOOSE: [Finding; 7] = [
    Finding::Question,
    Finding::Correction,
    Finding::Conditional,
    Finding::Depends,
    Finding::Family,
    Finding::SignedSomething,
    Finding::Status,
];

pattern! {
    // Words that turn, narrow, put off, or tell by hearsay.
    TURN = [
        r"\b(?:no|nel|siempre|nunca|todavia|aun|mejor|luego|despues|antes|hasta|cuando|solo|igual|falsa?|mentira|equivo\w*|error|broma|retract\w*|otr[oa]s?|tambien|pero|cancel\w*|creo|oi|conto|dicen|dijo|dijeron|atras|volvio|confirmar|verifi\w*|mal|manana|prox\w*|quiza\w*|ignor\w*|procede|acept\w*|simulacro)\b",
        r"\b(?:not (?:yet|now|this|that|her|him|so fast|today|true|sure|ready)|no+|nope|nah|never ?mind|wait|hold|stop|pause|ignore|disregard|(?:only|except|unless) (?:if|for|when|the)?|yet|instead|mistake\w*|mistook|wrong|error|void|cancel\w*|undo|undone|scratch|joke|kidding|drill|false|untrue|lied?|changed?|backed|re-?(?:sign|consent|think)\w*|(?:so|as|that is what|that's what) (?:i|we) (?:was|were|am|are)? ?(?:told|heard|think|thought|guess|believe)|(?:i|we) (?:think|thought|guess|heard|believe)|apparently|allegedly|supposedly|maybe|perhaps|probably|(?:when|if|after|before|until|till|once) (?:i|we|she|he|they|court|the)\b|(?:check|verify) (?:the|it|this|that|with)|(?:kids|children|husband|wife|sister|brother|son|daughter) too|do (?:it|this|that) (?:on|at|by|in|next|tomorrow|later))\b",
        r"\b(?:donot|dont|nocier|notclos)\w+"];
    // What takes back or doubts in a longer sentence as well.
    OUTRIGHT = [
        r"\b(?:me equivo\w*|no me equivo\w*|falsa alarma|(?:era|fue) broma|se retract\w*|marcha atras|no es cierto|no me acuerdo|(?:esta|estar) mal|eso (?:me )?(?:dijo|conto|dicen))\b",
        r"\b(?:(?:my|a) mistake|changed (?:her|his|their|my|our) minds?|took it back|backed out|re-?(?:signed|consented)|(?:that is|that's) what (?:her|his|their) \w+ (?:says?|said|told)|scratch that|hold that|false alarm|just kidding)\b"];
    // Of the data in a record, of staff and their desks, of other papers; footers.
    BESIDE = [
        r"\b(?:captur\w+|tocado|datos|agencias?|particular|espero que|divulgacion|mientras tanto|llamen|derecho)\b",
        r"\b(?:data|entr(?:y|ies)|enter(?:ed|ing)?|touch(?:ed|ing)|created|desk|phone|click|paragraph|context|housing|program|card|complaint|guardian|beds?|paper|matter|subject|sub line|box|parents|ticket|e-?mail|let me know|audit|friend|list|on leave|monitor|databases|replacement|incl|c\.f\.r|overnight|my time|on yours)\b|\d{3} \d{3} \d{4}"];
    // What is to be closed and by whom, whatever stands beside.
    CLOSING = [r"\b(?:yo|nosotros) (?:lo |la )?cierr\w+ (?:manana|el|despues|luego)\b", r"\bcierren(?:lo|la|los|las)? (?:hasta |para )?(?:el |este |la )?(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|proxim\w+)\b"];
    // Behind the deed: "She took it back today."
    AFTERWARDS = [r"^\W*(?:she|he|they) (?:took (?:it|that) back|re-?signed)\b"];
    // Signs that say no by themselves.
    SIGNS = [r"\x{274c}|\x{1f6d1}|\x{1f6ab}|\x{26d4}|\x{270b}"];
    // "un-revoked", "D o  n o t".
    DISGUISED = [r"\b(?:un|non|not)-?revo[kc]\w*", r"(?:^|[ .!?])(?:[a-z] ){4,}[a-z](?:[ .!?]|$)"];
    EFFECT_TO_COME = [r"\b(?:efectos?|efectiv[oa]|vigente|vigor)\W+(?:en|a partir de|desde|para) (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre)\b"];
}

/// Whatever of the sender's own words may turn the notice round without being understood.
pub(super) fn doubts(own: &Own, notice: &Notice, verdict: &mut Verdict) {
    let spanish = own.sentences.iter().any(|sentence| sentence.spanish);
    for (index, sentence, said) in own.counting() {
        let lower = sentence.lower.as_str();
        if DISGUISED.is_match(lower) || SIGNS.is_match(lower) {
            verdict.doubt("Something in it may say the contrary in an odd way.");
        }
        if spanish && (WEAKENED.is_match(lower) || CLOSING.is_match(lower)) {
            verdict.doubt("it tells of a revocation with doubt, of part of it, or of a later time.");
        }
        if spanish && (EFFECT_TO_COME.is_match(lower) || may_lie_ahead(lower, notice)) {
            verdict.doubt("The day from which it shall count may lie ahead.");
        }
        let named = own.mentions.iter().any(|mention| mention.sentence == index);
        let after = AFTERWARDS.is_match(lower)
            && own.counting().any(|(other, _, said)| other < index && said.has(Finding::Revoked));
        if sentence.place == Place::Body && (after || !named && turns(own, sentence, said)) {
            verdict.doubt("a short sentence in it was not understood, which may take it back.");
        }
    }
}

/// Whether a sentence that nothing accounts for may turn the notice round.
fn turns(own: &Own, sentence: &Sentence, said: &Said) -> bool {
    let lower = sentence.lower.as_str();
    let accounted = said.findings.iter().any(|finding| !LOOSE.contains(finding));
    if accounted || lower.contains(':') || claim::find(std::slice::from_ref(sentence)).is_some() {
        return false;
    }
    let count = lower.split(' ').count();
    let rest = own.words.small_talk.replace_all(lower, " ");
    if count <= LONGER && OUTRIGHT.is_match(&rest) {
        return true;
    }
    if count > SHORT {
        return false;
    }
    // Letters of another script or language: nothing here reads them.
    let strange = sentence.text.chars().any(|letter| letter.is_alphabetic() && letter > '\u{ff}');
    let rest = own.words.courtesies.replace_all(&rest, " ");
    strange || TURN.is_match(&rest) && !BESIDE.is_match(&rest)
}

/// Figures in a Spanish mail of which one reading lies ahead.
fn may_lie_ahead(lower: &str, notice: &Notice) -> bool {
    let Some(today) = notice.envelope.date.map(|date| date.date_naive()) else { return false };
    let ahead = |lower: &str| {
        dates::days(lower, Some(today))
            .iter()
            .any(|day| day.date > today && !day.relative || day.other.is_some_and(|other| other > today))
    };
    spanish::EFFECTIVE.is_match(lower) && ahead(&format!("la clienta que {lower}"))
}

#[cfg(test)]
mod tests {
    use super::super::{ReaderRules, read};

    fn is_acted_on(text: &str) -> bool {
        let rules = ReaderRules::new(r"\d{5,8}", Vec::new()).expect("a pattern");
        let mail = format!(
            "From: Pat <pat@agency.example>\r\nDate: Wed, 14 Oct 2026 10:00:00 -0500\r\nSubject: hello\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        );
        read(mail.as_bytes(), &rules).act
    }

    #[test]
    fn a_short_sentence_beside_a_notice_is_known_as_harmless_or_doubted() {
        const ENGLISH: &str = "Client 1555555 revoked her consent. Please close her record.";
        const SPANISH: &str =
            "La clienta 1555555 revoc\u{f3} su consentimiento. Favor de cerrar su expediente.";
        let table = [
            (ENGLISH, "No rush.", "Not yet."),
            (ENGLISH, "Thank you!", "Wait, no."),
            (ENGLISH, "Thanks, she has been with us since March.", "Actually no, she changed her mind."),
            (ENGLISH, "Happy Friday all!", "Do it on Friday."),
            (ENGLISH, "No call needed.", "When I call you."),
            (ENGLISH, "We offered her a grievance form.", "My mistake."),
            (ENGLISH, "The winter card won't work.", "Kids too."),
            (ENGLISH, "She looked relieved.", "She re-signed today."),
            (ENGLISH, "It was a long day.", "Only if she agrees."),
            (ENGLISH, "Stay warm!", "DONOTCLOSE"),
            (SPANISH, "Muchas gracias.", "Siempre no."),
            (SPANISH, "Saludos cordiales.", "Hoy se retract\u{f3}."),
            (SPANISH, "Sin otro particular, saludos.", "Perd\u{f3}n, fue otra clienta."),
            (SPANISH, "Buen d\u{ed}a.", "O eso creo."),
        ];
        for (notice, harmless, not) in table {
            assert!(is_acted_on(&format!("{notice} {harmless}")), "{harmless}");
            assert!(!is_acted_on(&format!("{notice} {not}")), "{not}");
        }
    }
}
