//! Sentences → intentions. Each sentence is judged by itself: what is done, by whom, to what, and whether it is
//! told as a fact or as a wish, a question, a condition, a report, a denial.

use regex::Regex;

pub(super) use super::finding::Finding;
use super::hedge::hedge;
use super::revoking::{DECIDED, MASKED, revoking};
use super::sentences::Sentence;
use super::vocabulary::{Vocabulary, pattern};

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
        r"\bsi (?:es posible|fuera posible|pueden|puede|podrian|podria|no es (?:mucha )?molestia|no es mucho pedir|necesitan?|hace falta|hay (?:algo|alguna|dudas|preguntas)|tienen?|gusta\w*|son tan amables|fuera(?:n)? tan amables?|me hacen? el favor|les (?:parece|sirve)|quieren|por favor)\b",
        r"\bpor si (?:les|le|lo|la|acaso|sirve|hace falta)\b",
        r"\b(?:quiero|queremos|quisiera|quisieramos|necesito|necesitamos|queria|les escribo|escribo|es|este correo es) (?:para )?(?:informarles?|avisarles?|notificarles?|comunicarles?|reportar\w*|decirles?|hacerles? saber|pedirles?|solicitar\w*|confirmar\w*)(?: que)?\b",
        r"\b(?:para que|a fin de que) (?:lo |la |los )?(?:cierren|procedan|sepan|quede|conste|tengan|hagan)\b",
        r"\b(?:should|ought to|was supposed to|were supposed to|meant to|forgot to|failed to|never|wanted to) (?:have )?(?:told|tell|let|written|write|reported|report|informed|inform|notified|notify|sent|send|e-?mailed|e-?mail) (?:you|y'all|the helpdesk|hmis)\b", r"\blooks? like (?:an? |the )?(?:\d|number|id)\S*", r"\bin case (?:it|that|the (?:scan|attachment|pdf|link|file|picture|fax|photo|form|image)) (?:won't|doesn't|does not|cannot|can't|is not|isn't|is un\w+|comes|should not|will not|gets|fails)\b(?: \w+){0,3}", r"\b(?:as|like) (?:i|we) (?:just )?(?:told|said to|discussed with|mentioned to|explained to) \w+(?: \w+){0,3} (?:on|over|by) (?:the )?(?:tele)?phone\b", r"\b(?:can|could|would|will|may|might) (?:you|u|someone|somebody|anyone|anybody|the helpdesk|helpdesk|y'all)(?: all| please| kindly| possibly| be so kind as to| maybe)*\b", r"\bif (?:possible|needed|necessary|that'?s (?:ok|okay|alright|possible)|you (?:can|could|would|need|have|want|require|prefer|don't|do|are|get|see|please)|there (?:is|are) any\w*|any(?:thing)?|not already)\b", r"\b(?:i|we)(?:'d| would) (?:(?:kindly |also |therefore |now |then )?(?:ask|request|beg|want|need|invite|urge)(?: that)? (?:you|the helpdesk|your \w+|someone|somebody|for)\b|be (?:grateful|glad|obliged|thankful|happy)\b)", r"\b(?:i|we)(?:'d| would) (?:like to|appreciate)(?: (?:report|let you know|inform|notify|tell|request|ask|confirm|advise|make))?\b", r"\b(?:this is|i am writing|i'm writing|writing|just|wanted|i wanted|we wanted|i want|we want|i need|we need|i have|we have|please be|be) to (?:let you know|inform|notify|advise|tell|report|request|ask|confirm|make|say)\b",
        r"\bplease (?:be )?(?:advised|note|know|let|confirm|see)\b", r"\b(?:as|what|which) (?:she|he|they) (?:may|might|would|could)\b", r"\b(?:i|we) will (?:hold|not|wait|keep|send|fax|be|scan|upload|have|mail)\b", r"\b(?:i|we)'ll (?:hold|not|wait|keep|send|fax|be|scan|upload|have|mail)\b", r"\bif so\b",
        r"\bmay \d{1,2}\b|\b(?:\d{1,2}(?:st|nd|rd|th)?|in|of|since|until|early|late|last) may\b",
        r"\bwould no longer\b", r"\bwhat (?:that|this|it) means?\b", r"\bwhich means\b", r"\b(?:as|like) (?:i|we) (?:was|were) told\b", r"\b(?:as|per|following|as per) (?:the|your|our) (?:roi )?(?:faq|manual|guide|instructions|policy)(?: says| said| describes| states)?\b",
    ];
    REFUSED = [
        r"\b(?:negativa|se habian? negado|se nego|no queria|dijo que no)\b",
        r"\b(?:refus(?:ed|es|al)|declin(?:ed|es)|said no|wouldn'?t share)\b"];
    // Time and condition of the answer, the entering, the past: not of the closing.
    HARMLESS_DEPENDS = [
        r"\b(?:cuando|en cuanto) (?:puedan?|tengan?|les sea|gusten?)\b[^.;?!]*",
        r"\b(?:avis\w+|confirm\w+|contest\w+|esper\w+)\b[^.;?!]{0,60}\b(?:cuando|hasta que|antes de|despues de|una vez)\b[^.;?!]*",
        r"\b(?:por|en|de) (?:la|esta) manana\b|\besta manana\b",
        r"\bdespues de (?:hablar|platicar|explicar\w*|pensar\w*|la cita|la reunion|que)\b",
        r"\bcuando (?:vino|llego|llamo|se lo|le|nos|hablamos|firmo)\b",
        r"\bhasta que (?:nos|me) (?:confirm\w+|avis\w+)\b",
        r"\blo antes posible\b|\bantes de que (?:otr|algu)\w+",
        r"\b(?:as soon as|when|whenever|once) (?:you|your|you're|u|ur|youre)(?: are| re)? (?:back|in|there|open|around|free)\b[^.;?!]*", r"\b(?:as soon as|when|whenever|if|once) (?:you|u|someone|somebody|possible|convenient|there is|it suits|it is convenient|time|able|that is)\b[^.;?!]*", r"\b(?:drop|shoot|send|give) (?:me|us)\b[^.;?!]{0,40}\b(?:when|once|after|as soon as)\b[^.;?!]*", r"\b(?:confirm|let|know|tell|say|ping|answer|message|notify|write|e-?mail|reply|advise|inform|update|hear|hold|wait|enter|entering|entered|until|till|text|call)\b[^.;?!]{0,60}\b(?:when|once|after|as soon as|until|till|before)\b[^.;?!]*", r"\buntil (?:you|we hear|i hear|then|you confirm|confirmed)\b[^.;?!]*", r"\bbefore (?:the )?(?:weekend|others|anyone|anybody|somebody|someone|eod|noon|end of|close of)\b", r"\bas soon as\b", r"\bat once\b", r"\bday before yesterday\b", r"\b(?:on|after|when|while|before|during|at|following|upon) (?:the |a |our |her |his |their )?(?:phone|intake|check-?in|meeting|visit|appointment|talk|conversation|she|he|they|we|i|it|hours|being|having|explaining|talking|discussing|thinking|reading|hearing|learning|entering|supper|dinner|lunch|breakfast|mass|work|group)\b", r"\bin (?:writing|person|the)\b", r"\bafter all\b", r"\bexcept (?:us|our|for us|ourselves)\b", r"\bnot (?:after|until|before) ", r"\bthe following\b|\bfollowing (?:clients?|records?|ids?)\b", r"\btonight,", r"\bsince\b", r"\bfirst (?:scenario|name|thing|shelter|time|one|night|intake|asked|told|came|signed)\b", r"\bat first\b"];
    // An "if" that makes nothing depend on anything.
    HARMLESS_IF = [
        r"\b(?:saber|sabe|preguntar|ver|verificar|confirmar|seguro de|avisen|digan|diganme|confirmen)(?: \w+){0,2} si\b",
        r"\b(?:ask(?:ed|ing)?|see|know|wonder(?:ed|ing)?|check(?:ed)?|sure|matter|safer|better|mind|as|told me|unsure|say|tell|told)(?: \w+){0,3} if\b", r"\bif (?:this|that|it|the (?:number|id|form|paper|record number)) (?:is|was|isn't|would|should|be|seems|looks|does)\b", r"\bif the (?:other|housing|form|phone|mail|e-?mail|above|list)\b", r"\b(?:prefer|like|want|love|appreciate|rather|grateful|glad) (?:it )?if\b",];
    // "Lantern Bay and others have stays in it": agencies.
    OTHERS_DATA = [
        r"\b(?:y|ni) (?:otr[oa]s|vari[oa]s)(?: \w+){0,2} (?:tienen|metieron|pusieron|capturaron|tambien)\b",
        r"\b(?:and|plus) (?:the |two |three |several |some |a few |many )?(?:others|more|rest)(?: \w+){0,2} (?:have|has|had|with|also|put|enter\w*|wrote|work\w*|use\w*|add\w*|left)(?: \w+){0,4}? (?:data|stays?|nights?|entr\w+|services?|notes?|enrol\w+|history|information|rows|assessments?|in (?:it|there|the|her|his|that|this))\b"];
    // A time to think that is over: "wanted a night to sleep on it, came back and signed".
    THOUGHT_OVER = [
        r"\b(?:queria|quiso|pidio)(?: \w+){0,6} pensar\w*\b[^.;]{0,40}\b(?:y|luego|despues) (?:regreso|volvio|firmo)\b",
        r"\b(?:wanted|asked|took|had|needed|wished|got)(?: \w+){0,6} (?:sleep on|think|mull|thinking|mulling)\b[^.;]{0,40}\b(?:came back|returned|and (?:then )?signed|and (?:then )?revoked)\b"];
    // Which of two is meant.
    WHICH = [
        r"\bcual de (?:l[oa]s dos|ell[oa]s|est[oa]s)\b",
        r"\b(?:which (?:one|of (?:them|these|those|the two))|one of (?:these|those|them|the) two)\b"];
    NO_EXAMPLE = [
        r"\b(?:no es|esto no es)\b.{0,30}\b(?:prueba|ejercicio|simulacro|ejemplo)\b",
        r"\b(?:not|isn't|is no|no|unlike)\b.{0,40}\b(?:test|exercise|drill|example|training|practice|demo|hypothetical)\b",
        r"\b(?:your|the state's|hmis|the helpdesk's) (?:\w+ )?template\b|\b(?:filled (?:in|out)|completed|used|using|per|following|according to) (?:\w+ ){0,3}template\b"];
    FRESHLY = [
        r"\b(?:otra vez|de nuevo|nuevamente|nuev[oa]|ahora|hoy|volvi\w+)\b",
        r"\b(?:again|new|now|after all|another|today)\b"];
    NAMED_AGENCY = [r"\b[Ss]har(?:e|ed|ing)\b[^.;?!]{0,30}\b(?:with|by) (?:the )?[A-Z][a-z]{2,}"];
    COMMON_NAMES = [r"\b(?:with|by|from|at|to) (?:the )?(?:hmis|roi|statewide|other|others|agencies|providers|coordinated|anyone|anybody|everyone|all|any|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|state|county of|partner|homeless)"];
    pub(super) RECORD_WORDS = [
        r"\b(?:numero|numeros|expediente|expedientes|registro|registros|identificacion)\b",
        r"\b(?:id|ids|record|records|client number|file|number|numbers|\d{5,8})\b"];
    // "Please confirm that it is closed" does not ask for the closing.
    CONFIRMED = [
        r"\b(?:gracias|agradezco|agradecemos)(?: \w+){0,3}? por (?:haber )?(?:cerr\w+|el cierre|quit\w+)[^.;?!]*",
        r"\b(?:confirm\w*|verifi\w*|revis\w*|asegur\w*|diga\w*|digan\w*|saber|avis\w*)(?: \w+)? (?:que|si|cuando|como|quien) [^.;?!]*",
        r"\b(?:count|counts|number|list|report|export|total|tally|dates?|statistics|figures|breakdown|spreadsheet|csv|overview|summary) (?:of|for|on) (?:\w+ ){0,6}?(?:clos\w+|locked|restricted|ended|removed)\b[^.;?!]*", r"\bclosing dates?\b",
        r"\b(?:thank(?:s| you)|grateful|appreciated?|kudos)(?: \w+){0,3}? (?:for )?(?:closing|locking|shutting|removing|taking|ending|the closing|the closure)\b[^.;?!]*", r"\b(?:confirm|verify|check|know|tell|advise|explain|figure out|find out|consider) (?:that|how |what |when |where |why |me |us |the ticket |if |whether |it |the |her |his |their |this |record |nobody |no |only |is |by |which |who )[^.;?!]*"];
    TOLD_WHEN_DONE = [
        r"\b(?:avis\w+|confirm\w+|digan\w*|diga\w*|dej\w+ saber|contest\w+)\b[^.;?!]{0,40}\b(?:cuando|una vez que|en cuanto|si)\b[^.;?!]*",
        r"\b(?:cuando|en cuanto) (?:puedan?|tengan?(?: \w+){0,2}|les sea posible|gusten?)\b",
        r"\b(?:drop|shoot|send|give) (?:me|us)\b[^.;?!]{0,40}\b(?:when|once|after|as soon as)\b[^.;?!]*", r"\b(?:confirm|let|know|tell|say|write|ping|message|notify|e-?mail|advise|update|inform)\b[^.;?!]{0,60}\b(?:once|when|after|as soon as|if)\b[^.;?!]*", r"\b(?:no|not|nothing|hold|stop|without|pause\w*)\b[^.;?!]{0,60}\bpending your\b[^.;?!]*", r"\b(?:when|once|as soon as) (?:your|you're|ur|u|you are|youre|the helpdesk is) (?:back|in|there|open|around|free|able)\b[^.;?!]*", r"\b(?:when|once|if) (?:you (?:can|get|have)|possible|time|able)\b"];
    DOUBT_WORDS = [
        r"\b(?:o \d|o es|no estoy segur\w+|no se cual|cual es|tal vez|quiza\w*|creo que|no recuerdo|uno de los)\b",
        r"\b(?:either|or \d|not sure|unsure|could be|might be|may be|maybe|which|i think|i believe|i guess|one of|correct id|right id|right client|right record)\b"];
    COURTEOUS_QUESTION = [r"\b(?:can|could|would|will) (?:you|u|someone|somebody)\b.*\?$"];
    HYPOTHETICAL_CANCEL = [
        r"\b(?:si (?:ella|el|la clienta|el cliente|un cliente|usted no es)|en caso de|como (?:se|puedo|hago)|que pasa si|destinatari[oa])\b",
        r"\bif you (?:are not|aren't|have received|received)\b|\b(?:intended recipient|addressee)\b", r"\b(?:if (?:she|he|they|the client|a client)|in case|what if|when a|can a client|could a client|how (?:do|can|to|would))\b", r"^\W*(?:so |and |also |or )?(?:do|should|shall|must|can|may) (?:we|i) \b.*\bor\b.*\?"];
    HARMLESS_CANCEL = [
        r"\bno (?:es|fue|hubo|hay) (?:un |una |ningun |ninguna )?(?:error|equivocacion|confusion)\b",
        r"\b(?:i|we|they|he|she|it|system|button|computer) (?:\w+ )?(?:do not|don't|does not|doesn't|did not|didn't|could not|cannot|can't)\b", r"\b(?:ignore|disregard|excuse) (?:\w+ ){0,4}(?:question|questions|sheet|page|pages|fax|scan|cover|thread|chain|below|banner|numbers?|photo|picture|name|names|coffee|form|attachments?)\b", r"\b(?:ignore|excuse|disregard) (?:my |the |any |this |that )?(?:typos?|spelling|signature|attachment|attached|formatting|previous attachment|logo|caution|banner|brevity)\b", r"\b(?:other|closed) (?:agencies|shelters)? ?(?:should|must|to) remain open\b", r"\bnot (?:stay|remain|be) open\b", r"\b(?:should|must|can|do) not (?:stay|remain|be left|leave|keep)\b|\b(?:don't|do not|no longer) (?:want|wish|to) .{0,30}\b(?:open|shared|sharing)\b"];
    HARMLESS_WAIT = [
        r"\b(?:no|nada)\b.{0,40}\b(?:captur\w+|ingres\w+|meter\w*|metemos|agreg\w+|registr\w+|tocado)\b",
        r"\bmientras tanto\b",
        r"\b(?:esperamos|espero|quedo en espera de|quedamos en espera de) (?:su|sus|la|una)\b",
        r"\b(?:i|we|they|he|she|it|system|button|computer) (?:\w+ )?(?:do not|don't|does not|doesn't|did not|didn't|could not|cannot|can't)\b", r"\b(?:hold off|wait|waiting|hold|not|nothing|anything)\b.{0,30}\b(?:enter|entering|entries|entry|data entry|adding|add|type|typing|record anything|put anything|any new|new information|until (?:we|i) hear|till (?:we|i) hear|until you confirm|your confirmation|for your)\b", r"\bbefore (?:entering|we enter|anyone enters|adding)\b", r"\b(?:enter|entering|adding|add)\b.{0,40}\buntil\b", r"\b(?:let|tell) (?:me|us) know\b", r"\bdo(?:es)? not (?:wish|want) to be (?:contacted|touched)\b"];
    SHOUTED_ALIAS = [r"\bCLIENT (?:HAS )?REVOKED(?: CONSENT| ROI)?\b"];
    LESS = [
        r"\b(?:ya no|nunca|tampoco)\b",
        r"\b(?:no longer|not|never)\b"];
    STAYS = [
        r"\bsigu\w+|segu\w+|mantien\w+|continu\w+",
        r"\b(?:stay|remain|keep|continue|go on)\b"];
    STILL = [
        r"\b(?:sigue|todavia|aun|siempre) (?:\w+ )?$",
        r"\b(?:still|continues?|always) (?:\w+ )?$"];
    POSSESSIVE = [r"\b(?:kids|children|child|son|daughter|sons|daughters|family|household|husband|wife|baby)'(?:s)?\b"];
    REVOCATION_BEHIND = [
        r"^ ?(?:de )?(?:la )?revocacion",
        r"^ ?(?:revocation|withdrawal|opt[- ]out)"];
    // "no quiere seguir compartiendo"
    NOT_ON = [r"\b(?:no|tampoco)(?: \w+){0,2} (?:segu|sigu|continu)\w*"];
    NOT_BEFORE = [r"\bno (?:\w+ ){0,2}$"];
    // "Data sharing is fine and stays as it is."
    AS_BEFORE = [
        r"^[^.;]{0,20}\b(?:sigue|siguen|continua\w*|se queda|como (?:esta|estaba|antes))\b",
        r"^[^.;]{0,20}\b(?:stays?|remains?|continues?|unchanged|as (?:it )?(?:is|was|before)|untouched)\b"];
    // "who said no to sharing in spring signed": the no is told of another day.
    SAID_NO = [
        r"\bdijo que no\b(?: a \w+(?: \w+)?)?",
        r"\b(?:said|says|told us|told me) no\b(?: to (?:the |any |all )?(?:sharing|roi|release|consent|it|this|that|statewide(?: sharing)?|data sharing|everything))?",
        r"\b(?:did not|didn't|didnt|would not|wouldn't|had not|hadn't|never) (?:want(?:ed)? to |wish to |agree to |like to )?(?:share|sign|signed|shared|consent|consented|agree|agreed|be shared)\b[^;.]{0,60}?(?:,| ) ?but\b"];
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
    let thought_over = without(lower, &THOUGHT_OVER, " ");
    let around = around_request(
        words,
        &closing,
        &without(&without(&later, &HARMLESS_IF, " "), &HARMLESS_DEPENDS, " "),
    );
    let lists: [(&Regex, &str, Finding); 19] = [
        (&words.stays_closed, lower, Finding::StaysClosed),
        (&words.opened, lower, Finding::Opened),
        (&words.sharing, lower, Finding::Sharing),
        (&words.objections, &thought_over, Finding::Objection),
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
    if NOT_ON.is_match(lower) {
        drop(&[Finding::Reversal]);
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
    let others = words.others.is_match(&without(lower, &OTHERS_DATA, " "))
        && (revoked || said.has(Finding::CloseRequest) || short);
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
    let of_record = said.findings.iter().any(|finding| *finding <= Finding::RevokeTopic)
        || RECORD_WORDS.is_match(lower)
        || WHICH.is_match(lower);
    let asks = said.has(Finding::CloseRequest) || said.has(Finding::ConfirmRequest);
    let courteous = sentence.is_question() && asks && !DOUBT_WORDS.is_match(lower);
    if of_record
        && !courteous
        && words.doubtful_record.is_match(without(lower, &COURTEOUS_QUESTION, " ").trim_end())
    {
        said.add(Finding::DoubtfulRecord, 0);
    }
}

/// "no quiere compartir": the will that was heard already, and no consent.
fn spanish_no(heard: &Heard<'_>, said: &Said, at: usize) -> bool {
    heard.sentence.spanish && said.has(Finding::RevokeWanted) && NOT_BEFORE.is_match(upto(heard.lower, at))
}

fn consenting(heard: &Heard<'_>, said: &mut Said) {
    let plain = without(heard.plain, &SAID_NO, " ");
    let heard = &Heard { plain: &plain, ..*heard };
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
            || AS_BEFORE.is_match(from(lower, found.end()))
            || of_revoking
            || spanish_no(heard, said, found.start())
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
