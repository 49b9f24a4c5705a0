//! Spanish: how its letters are compared, how it is told from English, and the small grammar of telling that a client
//! revoked. Its words stand in `config/vocabulary.es.toml`. A Spanish verb says by its form who does it and when
//! ("revocó", "revocará", "que revoque"), so it has rules of its own and is never read by those for English verbs.

use std::{borrow::Cow, collections::BTreeSet, sync::LazyLock};

use super::hedge::{after_hedge, hedge};
use super::intent::{Finding, Heard, Said, from, upto, without};
use super::revoking::{Object, object_of};
use super::sentences::Place;
use super::vocabulary::pattern;

/// Text as phrases are compared with it: without accents, because people write with and without. "sí" (yes) stays
/// apart from "si" (if) and becomes "sii".
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    // Letters of the word that ends here.
    let mut word = 0;
    while let Some(letter) = letters.next() {
        let accented = letters.peek() == Some(&'\u{301}');
        if is_mark(letter) {
            continue;
        }
        let yes = word == 1
            && out.ends_with(['s', 'S'])
            && (matches!(letter, '\u{ed}' | '\u{cd}') || accented && matches!(letter, 'i' | 'I'))
            && !letters.clone().find(|next| !is_mark(*next)).is_some_and(char::is_alphanumeric);
        out.push(plain_letter(letter));
        if yes {
            out.push('i');
        }
        word = if letter.is_alphanumeric() { word + 1 } else { 0 };
    }
    Cow::Owned(out)
}

/// An accent that is a character of its own.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

fn plain_letter(letter: char) -> char {
    match letter {
        '\u{e0}'..='\u{e5}' | '\u{aa}' => 'a',
        '\u{c0}'..='\u{c5}' => 'A',
        '\u{e8}'..='\u{eb}' => 'e',
        '\u{c8}'..='\u{cb}' => 'E',
        '\u{ec}'..='\u{ef}' => 'i',
        '\u{cc}'..='\u{cf}' => 'I',
        '\u{f2}'..='\u{f6}' | '\u{ba}' => 'o',
        '\u{d2}'..='\u{d6}' => 'O',
        '\u{f9}'..='\u{fc}' => 'u',
        '\u{d9}'..='\u{dc}' => 'U',
        '\u{f1}' => 'n',
        '\u{d1}' => 'N',
        '\u{e7}' => 'c',
        '\u{c7}' => 'C',
        other => other,
    }
}

/// Words of Spanish that are neither English nor parts of names and places.
const OWN_WORDS: &str = "\
    que cliente clienta clientes clientas favor porfa porfavor revoco revoca revocar revocan revocaron revocado \
    revocacion revoque consentimiento compartir comparta compartan compartiendo cierre cierren cierrenlo cierrenla cierrelo \
    cierrela cerrar cierro cerrado cerrada expediente expedientes registro numero para pero porque esta estan quiere quieren \
    ayer firmo nuestra nuestro nuestros ustedes usted nos cuando muy tiene tenemos tengo dijo sobre desde hasta este persona \
    agencia agencias datos informacion senora senor sin correo anterior manana anoche antier anteayer hice hizo puede \
    pueden podrian podria necesito necesitamos tambien donde todavia aqui otra otro fue hay ella ellos participante \
    permiso retiro autorizacion mensaje acceso oficina estare estoy regreso semana pasado pasada viernes lunes martes \
    miercoles jueves sabado domingo quien cual adjunto adjunta hoja gracias olviden ignoren cancelen nada nadie mas \
    solicito solicitamos les hemos fueron siempre nunca aviso cuenta buenas buenos hola fecha firma firmada martes lunes ninguna ningun nosotros puedo";
/// Those that stand in names too, or are words of English.
const SHARED_WORDS: &str =
    "el la los las de del en un una su sus es con por no se lo le ya al mi hoy y como a si son era";

/// Whether a sentence (lower case, folded) is written in Spanish, or half in it.
pub(super) fn is_spanish(lower: &str) -> bool {
    let (mut own, mut shared, mut all) = (0, 0, 0);
    for word in lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()) {
        all += 1;
        own += usize::from(OWN.contains(word));
        shared += usize::from(SHARED.contains(word));
    }
    own > 0 && (own + shared > 2 || own + shared > 1 && all <= 12 || all <= 4)
}

/// Words that no Spanish sentence holds.
const ENGLISH_WORDS: &str = "the of to and is was has have had her his she they client please with for that this from on we you are \
    it not will if who when my our be been did does";

/// Whether a sentence (lower case) is written in English, or half in it.
pub(super) fn is_english(lower: &str) -> bool {
    let english = lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| ENGLISH.contains(word));
    english.take(2).count() > 1
}

/// A table of words, parted by blanks, to be looked up.
type Words = LazyLock<BTreeSet<&'static str>>;

fn words(table: &'static str) -> BTreeSet<&'static str> {
    table.split_ascii_whitespace().collect()
}

static OWN: Words = LazyLock::new(|| words(OWN_WORDS));
static SHARED: Words = LazyLock::new(|| words(SHARED_WORDS));
static ENGLISH: Words = LazyLock::new(|| words(ENGLISH_WORDS));

pattern! {
    CLAUSE_END = [r"[,;:()\x{bf}\x{a1}]| - | (?:y|e|o|pero|sino|porque|ya que|puesto que|pues|asi que|cuando|mientras|como|que|q|quien|quienes|donde|aunque|por lo que) "];
    NEGATION = [r"\b(?:no|nunca|jamas|tampoco|nadie|ninguno|ninguna|ningun|ni|sin|niega|nego|niegan)\b(?: [^ ]+){0,5} ?$"];
    // "no" that is a number's, or belongs to something else.
    FOREIGN_NEGATION = [r"\bno\.? ?(?:#|\d|de (?:cliente|id|expediente))", r"\b(?:no (?:solo|solamente|unicamente|obstante|dude|duden|se preocupen?|hay (?:duda|ninguna duda|problema|error)|es (?:un |ningun )?error|tengo permiso|tenemos permiso|puedo|podemos|pude|pudimos|pudo|me deja|nos deja|lo puedo|la puedo|sin embargo)|si no|sin (?:embargo|falta|duda|problemas?|mas|otro particular|demora)|de una vez|nada mas|no mas|nomas|ya no (?:nos |le |les )?(?:da|dio|quiere|desea|autoriza|acepta|permite|va a|van a)|lo antes)\b"];
    QUESTION_WORD = [r"^\W*(?:hola |buen\w+ \w+ |y |entonces |pero |oigan? |una (?:pregunta|duda|consulta):? )*(?:que|como|cuando|donde|quien|cual|cuanto|si|sabe|saben|es cierto|es verdad|ya|ha|han|se|debo|debemos|tengo|tenemos|revoco|retiro|firmo|hay|puede un|puede una|podria un|esta|sera)\b"];
    REQUEST = [r"\b(?:por favor|porfa\w*|porfis|favor de|pueden|podrian|puede|podria|podran|me (?:lo|la|los|las)? ?(?:cierran|ayudan|resuelven|apoyan|confirman)|nos (?:lo|la|los|las)? ?(?:cierran|ayudan|apoyan|confirman)|serian tan amables|seria posible|cierran|cierren\w*)\b"];
    REASON = [r"\b(?:que|quien|porque|ya que|pues|puesto que)\b|,"];
    // Not tomorrow: the morning.
    MORNING = [r"\b(?:esta|en la|por la|de la|a la|la|ayer|hoy|lunes|martes|miercoles|jueves|viernes|sabado|domingo|una) manana\b"];

    // "habría revocado", "que haya revocado": told by others, or not sure.
    PERHAPS = [r"\b(?:habrian?|hayan?) (?:\S+ )?$"];
    REFUSED_WISH = [r"\b(?:no|nunca|jamas|tampoco|nadie)\b(?: [^ ,;:]+){0,8} $"];
    // "el permiso para recibir mensajes": not that of sharing.
    OTHER_CONSENT = [r"^[^.;,]{0,40}\b(?:consentimiento|autorizacion|permiso) (?:para|de) (\S+(?: \S+)?)"];
    OF_SHARING = [r"^(?:(?:que|no|el|la|los|las|su|sus|nuestr[oa]|hmis|roi|statewide|hoy|ayer|forma|manera|ser|poder|seguir|un|una|este|esta|ella|client[ea]) ?|\d|compart|divulg|difu|inform|datos|intercambi|liber|ced|cesion|ver|mostr|acce|uso|usar|dar|public|todo)"];
    EXERCISED = [r"\bejer\w+ (?:su|el|ese) derecho (?:de|a) $"];
    // What staff can, may or are asked to do: "no me deja quitar el statewide".
    OF_STAFF = [r"\b(?:(?:me|nos) (?:deja|permite|toca)\w*|puedo|podemos|pude|pudimos|podriamos|podrian|pueden|tengo|tenemos|acceso para|hay que|falta) (?:\w+ )?$|: $"];
    MAY = [r"\b(?:podria\w*|puede que|tal vez|quizas?|a lo mejor|posiblemente|probablemente)\b"];
    INFINITIVE = [r"^\S*[aei]r(?:lo|la|los|las|le|les|se|selo|sela|nos)?(?: |$)"];
    GERUND = [r"^\S*(?:ando|iendo)(?:lo|la|le|se)?(?: |$)"];
    PARTICIPLE = [r"^(?:\S*(?:ad|id)[oa]s?|suelt[oa]s?|rot[oa]s?|desech[oa]s?)(?: |$)"];
    // "revocará", "revocara", "revocaría", "revocaba": not what happened.
    UNREAL = [r"^\S*(?:ara|aran|are|aremos|aria|arian|aba|aban|ase|asen|era|eran|iera|ieran|dira|diran|tiria|ia|ian)(?: |$)"];
    SUBJUNCTIVE = [r"^(?:revoque\w*|retire\w*|quite\w*|anule\w*|cancele\w*|rescinda\w*|termine\w*|rompa\w*|deje\w*|suspenda\w*|elimine\w*|saque\w*|invalide\w*|desista\w*|retracte\w*)\b"];
    PLURAL_WE = [r"^\S*(?:amos|emos|imos)(?: |$)"];
    DECIDED = [r"\b(?:decidi\w*|decide\w*|ha decidido|han decidido|opto por|opta por|eligi\w+|escogi\w+|pidi\w+|pide\w*|ha pedido|han pedido|solicit\w+|ha solicitado|vino a|vinieron a|llamo para|vino para|paso a|pasaron a|acaba de|acaban de|procedi\w+ a|termino por|firmo(?: \w+){0,4} (?:para|de)|solicitud (?:para|de)|decision de|voluntad de|ejer\w+ (?:su|el|ese) derecho (?:de|a))(?: (?:hoy|ayer|por escrito|verbalmente|nos|me|a))* $"];
    WANTS = [r"\b(?:quiere\w*|desea\w*|quisiera|le gustaria|les gustaria|insiste en|su deseo (?:es|de)|su voluntad (?:es|de)|esta pidiendo|estan pidiendo|esta solicitando|exige\w*)(?: (?:hoy|ya|tambien))* $"];
    ASKED_THAT = [r"\b(?:pidi\w+|pide\w*|ha pedido|han pedido|solicit\w+|exigi\w+|dijo|dice|dicen|indico|nos indica)\b.{0,30}\bque (?:\S+ ){0,3}$"];
    WANTS_THAT = [r"\b(?:quiere\w*|desea\w*|quisiera|prefiere\w*)\b.{0,20}\bque (?:\S+ ){0,3}$"];
    HAS = [r"\b(?:ha|han|he|hemos|habia|habian) (?:\S+ )?$"];
    HAD = [r"\b(?:habia|habian) (?:\S+ )?$"];
    BE = [r"\b(?:fue|fueron|es|esta|estan|quedo|quedan|quedaron|queda|ha sido|han sido|sea|sean|ser|como|tiene|tienen|dejo|dejaron) (?:\S+ )?$"];
    MUST_BE = [r"\b(?:sea|sean|ser|este|esten|quede|queden) (?:\S+ )?$"];
    WHILE = [r"\b(?:esta|estan|estuvo|estaria|anda|andan|viene) (?:\S+ )?$"];
    PAPER = [r"\b(?:firm\w+|entreg\w+|mand\w+|envi\w+|escribi\w+|llen\w+|dej\w+|trajo|dio)\b.{0,40}\b(?:forma|formulario|formato|carta|papel|hoja|documento|nota|escrito|recado|solicitud) $"];
    FIRST_PERSON = [r"\b(?:yo|nosotros)(?: \S+){0,2} $"];
    ONLY_CLIENT = [r"^\W*(?:(?:nuestr[oa]|el|la|un|una|mi) )?(?:client[ea]|participante|residente)?\W*(?:con )?(?:id|no|num|numero)?\W*\d*\W*$"];
}

/// Finds what Spanish verbs say of revoking.
pub(super) fn revoking(heard: &Heard<'_>, said: &mut Said) {
    let Some(verbs) = &heard.words.spanish_verbs else { return };
    for (verbs, strong) in [(&verbs.revoke, true), (&verbs.take_back, false)] {
        for found in verbs.find_iter(heard.lower).take(12) {
            let finding = match object_of(heard.words, heard.lower, found.start(), found.end(), strong) {
                Object::Consent => tell(heard, found.start(), found.as_str()),
                Object::Refusal => Some(match hedge(heard, found.start(), false) {
                    None => Finding::Consented,
                    Some(_) => Finding::ConsentHedged,
                }),
                Object::Revocation => Some(Finding::Cancel),
                Object::OtherThing | Object::None => None,
            };
            if let Some(finding) = finding {
                said.add(finding, found.start());
            }
        }
    }
}

/// What a verb with consent as its object tells, by its form.
fn tell(heard: &Heard<'_>, start: usize, verb: &str) -> Option<Finding> {
    let before = upto(heard.plain, start);
    let subject = heard.sentence.place == Place::Subject;
    let is = |pattern: &regex::Regex| pattern.is_match(verb);
    let wish = is(&SUBJUNCTIVE) || is(&INFINITIVE);
    // "no quiere que se revoque": what is denied is the wish, a clause before.
    if is(&INFINITIVE) && OF_STAFF.is_match(before) {
        return None;
    }
    if wish && REFUSED_WISH.is_match(&without(before, &FOREIGN_NEGATION, " ")) {
        return Some(Finding::RevokeDenied);
    }
    if OTHER_CONSENT
        .captures(from(heard.lower, start))
        .and_then(|found| found.get(1))
        .is_some_and(|purpose| !OF_SHARING.is_match(purpose.as_str()))
    {
        return None;
    }
    match hedge(heard, start, false).or_else(|| after_hedge(heard.plain, start + verb.len())) {
        // "pidió que se revoque": no condition, however the verb is written.
        Some(Finding::RevokeHypothetical)
            if wish && (ASKED_THAT.is_match(before) || EXERCISED.is_match(before)) => {}
        Some(finding) => return Some(finding),
        None => {}
    }
    if is(&UNREAL) {
        return Some(Finding::RevokeFuture);
    }
    if is(&INFINITIVE) {
        return Some(if DECIDED.is_match(before) {
            Finding::Revoked
        } else if WANTS.is_match(before) {
            Finding::RevokeWanted
        } else if REQUEST.is_match(before) {
            Finding::RevokeWished
        } else if subject || before.trim().is_empty() {
            Finding::RevokeTopic
        } else {
            // "a punto de revocar", "para revocar": not done.
            Finding::RevokeHypothetical
        });
    }
    if is(&PARTICIPLE) {
        if MUST_BE.is_match(before) {
            return Some(if ASKED_THAT.is_match(before) { Finding::Revoked } else { Finding::RevokeWished });
        }
        if HAD.is_match(before) {
            return Some(Finding::RevokeDoubted);
        }
        // "por consentimiento revocado" names a thing; "ROI revocado" tells it in few words.
        let told = HAS.is_match(before) || BE.is_match(before) || subject || before.split(' ').count() <= 6;
        return Some(if told { Finding::Revoked } else { Finding::RevokeTopic });
    }
    if is(&GERUND) {
        let told =
            WHILE.is_match(before) || PAPER.is_match(before) || ONLY_CLIENT.is_match(before) && !subject;
        return Some(if told { Finding::Revoked } else { Finding::RevokeTopic });
    }
    if is(&SUBJUNCTIVE) {
        return Some(if ASKED_THAT.is_match(before) {
            Finding::Revoked
        } else if WANTS_THAT.is_match(before) {
            Finding::RevokeWanted
        } else {
            Finding::RevokeWished
        });
    }
    // What we revoked is not what the client did.
    (!FIRST_PERSON.is_match(before) && !is(&PLURAL_WE)).then_some(Finding::Revoked)
}

/// Why a revoking told in Spanish is no plain fact; `None`: it is one.
pub(super) fn hedged(heard: &Heard<'_>, start: usize, own_negation: bool) -> Option<Finding> {
    let Heard { sentence, plain, words, .. } = heard;
    if FALSE.is_match(plain) {
        return Some(Finding::RevokeDenied);
    }
    let plain = without(&without(plain, &MORNING, " "), &FOREIGN_NEGATION, " ");
    let before = upto(&plain, start);
    let clause = CLAUSE_END.find_iter(before).last().map_or(before, |m| from(before, m.end()));
    if !own_negation && NEGATION.is_match(clause) {
        return Some(Finding::RevokeDenied);
    }
    if sentence.is_question() {
        let asked = QUESTION_WORD.is_match(&last_question(&plain));
        let request = REQUEST.find(&plain);
        let fact_then_request = request.as_ref().is_some_and(|m| m.start() > start);
        let request_then_fact =
            REASON.is_match(before) && request.as_ref().is_some_and(|m| m.start() < start);
        // "Revocó ayer, ¿me lo cierran?" is a fact before the question begins.
        let told_before = plain.rfind('\u{bf}').is_some_and(|at| at > start);
        if !(fact_then_request || request_then_fact || told_before) {
            return Some(if asked { Finding::RevokeHypothetical } else { Finding::RevokeDoubted });
        }
    }
    if PERHAPS.is_match(before) && !words.hypothetical.is_match(before) {
        return Some(Finding::RevokeDoubted);
    }
    if MAY.is_match(clause) && !words.hypothetical.is_match(before) {
        return Some(Finding::RevokeFuture);
    }
    if words.hypothetical.is_match(before) || words.modal.is_match(clause) {
        return Some(Finding::RevokeHypothetical);
    }
    if words.reported.is_match(&plain) {
        return Some(Finding::RevokeReported);
    }
    if words.future.is_match(clause) {
        return Some(Finding::RevokeFuture);
    }
    if words.uncertain.is_match(&plain) {
        return Some(Finding::RevokeDoubted);
    }
    let negated = NEGATION_ANYWHERE.is_match(&without(before, &words.no_longer_shares, " "));
    (!own_negation && negated).then_some(Finding::RevokeDoubted)
}

pattern! {
    // What makes of a revoking told a doubtful one, or one of something else, wherever it stands in the sentence: tags
    // behind the verb, what is still missing, a slip, another paper, other people.
    pub(super) WEAKENED = [
        r"\b(?:revoc|retir|ya no)[^?]{0,80}\x{bf}(?:verdad|cierto|no)\?|\((?:falso|no|mentira|dudoso|\?)\)|\bo (?:eso|asi) (?:dice|dicen|dijo|creo|entend\w+|parece)\b",
        r"\b(?:falta|faltan) (?:confirmar|verificar|su firma|la firma|preguntar)\b|\bpendientes? de\b|\bsujet[oa] a\b",
        r"\bpor poco (?:\w+ ){0,4}?re(?:voc|tir)|\bimposible que\b|\brevoc\w+ nada\b|\bde haber(?:se)? (?:revocado|retirado|firmado)\b|\bcuando\b[^.;]{0,50}\b(?:revoque|retire|firme)n?\b",
        r"\brevoc\w+\b[^.;]{0,40}\bpor (?:error|equivocacion|accidente|descuido)\b|\bsimulacro\b|\bno me acuerdo (?:bien|si|de)\b|\bverifi(?:quen|que|car) el numero\b",
        r"\b(?:consentimiento|autorizacion|permiso|revocacion) (?:medic[oa]|dental|escolar|para (?:la |el |las |los )?(?:vacunas?|publicar|usar su foto|tratamiento|viaje|cirugia)|(?:de|para) (?:las? |sus? )?(?:fotos?|fotografias?|imagen|vacunas?|salud|tratamiento|videos?))\b",
        r"\b(?:hij[oa]|bebe|nin[oa]|menor)(?: menor)?(?: de edad)? de (?:la clienta |el cliente |la |el )?\d{4,}|\by (?:el|la|los|las) de (?:sus?|el|la)\b",
        r"\bsolo (?:para|de|lo de|con) (?:\w+ ){0,2}?(?:salud|medic\w+|mental|clinica|albergue|escuela)\b|\bcompart\w+\b[^.;]{0,40}\bcon su (?:ex|mama|papa|espos|herman|famil|pareja|tia|suegr)\w*|\bno quieren? que (?:lo |la )?cierren\b"];
    /// A day in figures that belongs to the deed or its effect.
    pub(super) EFFECTIVE = [r"\b(?:con fecha|fecha|efectiv[oa]|efectos?|a partir|vigente)\b[^.;]{0,30}\d{1,2}[/.-]\d{1,2}"];
    FALSE = [r"\b(?:es falso|es mentira|no es (?:cierto|verdad)|falso que)\b"];
    // Two negations: "no quiere que dejen de compartir".
    DOUBLE = [r"\b(?:no|nunca|tampoco|nadie|ni)\b[^.;]{0,40}\bdej\w+ de (?:\w+ )?(?:compart|ver|estar)"];
    // What no longer troubles the client, and what shall not be closed any longer.
    WELCOME = [r"\b(?:ya )?no (?:\w+ ){0,3}?(?:importa|molesta|preocupa|problema|inconveniente|opone|objecion|teme)\w*\b", r"\bno (?:quieren?|desean?) (?:\S+ ){0,6}?(?:cerrad|privad|bloquead|ocult)"];
    OWN_NO = [r"^(?:ya )?no |^nadie "];
    NO_BEFORE = [r"\b(?:no|nunca|tampoco|nadie)\b[^.;,:]{0,60}$"];
    // The paper is there, the deed is not.
    NOT_SIGNED = [
        r"\b(?:no|nunca|tampoco|sin|todavia|aun)\b(?: [^ ,;]+){0,5}? revocacion",
        r"\b(?:firm(?:e|en|ar|ara|aran|aria)|entreg(?:ue|uen|ar|ara|amos)|llen(?:e|en|ar)|di|dimos|mande|envie|ofrec\w+|falta|faltan|pendiente|olvid\w+|rehus\w+|neg(?:o|aron|aba)|punto de|quedo (?:de|en)|vendra|va a|van a|explique|explicamos)\b[^.;]{0,60}\brevocacion",
    ];
    NEGATION_ANYWHERE = [r"\b(?:no (?:creo|creemos|dijo|dice|es cierto|es verdad|parece|estoy|estamos|se|sabe|sabemos|consta|hay|tengo|tenemos)|nunca|jamas|tampoco|nadie|niega|nego)\b"];
}

/// The question that ends a sentence, without what is told before it.
fn last_question(plain: &str) -> String {
    plain.rfind('\u{bf}').map_or(plain, |at| from(plain, at)).to_owned()
}

/// What a saying for it ("ya no quiere compartir", "dejar de compartir") tells, where it stands.
pub(super) fn told_by_saying(heard: &Heard<'_>, start: usize, end: usize) -> Option<Finding> {
    let Heard { plain, lower, .. } = heard;
    if DOUBLE.is_match(plain) {
        return Some(Finding::RevokeDenied);
    }
    if WELCOME.is_match(plain) {
        return Some(Finding::ConsentHedged);
    }
    let own = OWN_NO.is_match(lower.get(start..end).unwrap_or_default());
    let hedged = hedge(heard, start, own).or_else(|| after_hedge(plain, end));
    hedged.or_else(|| (own && NO_BEFORE.is_match(upto(plain, start))).then_some(Finding::RevokeDoubted))
}

/// Whether the noun names a paper that is not signed, or that is not the client's yet.
pub(super) fn only_paper(lower: &str) -> bool {
    NOT_SIGNED.is_match(lower)
}

#[cfg(test)]
mod tests {
    use super::super::intent;
    use super::super::sentences::Sentence;
    use super::super::vocabulary::Vocabulary;
    use super::*;

    #[test]
    fn accents_are_taken_off_and_yes_is_no_if() {
        for (text, wanted) in [
            ("revoc\u{f3}", "revoco"),
            ("ma\u{f1}ana", "manana"),
            ("S\u{cd}, ma\u{f1}ana", "SIi, manana"),
            ("s\u{ed} revoc\u{f3}", "sii revoco"),
            ("si\u{301} revoco\u{301}", "sii revoco"),
            ("as\u{ed}", "asi"),
            ("s\u{ed}ntoma", "sintoma"),
            ("si revoca", "si revoca"),
            ("n\u{ba} 5", "no 5"),
        ] {
            assert_eq!(folded(text), wanted, "{text}");
        }
    }

    #[test]
    fn languages() {
        let table = [
            ("la clienta revoco su consentimiento", true, false),
            ("favor de cerrar 1555555", true, false),
            ("the client came in yesterday and ya no quiere compartir", true, true),
            ("please close the record of client 1555555", false, true),
            ("casa de la esperanza, 14 el camino real, los angeles", false, false),
            ("1555555", false, false),
        ];
        for (text, spanish, english) in table {
            assert_eq!((is_spanish(text), is_english(text)), (spanish, english), "{text}");
        }
    }

    #[test]
    fn what_spanish_sentences_say() {
        let words = Vocabulary::built_in().with_spanish();
        let table = [
            ("La clienta 1555555 revoc\u{f3} su consentimiento.", Finding::Revoked),
            ("La clienta 1555555 retir\u{f3} el permiso.", Finding::Revoked),
            ("El consentimiento fue revocado ayer.", Finding::Revoked),
            ("El cliente decidi\u{f3} revocar su ROI.", Finding::Revoked),
            ("Firm\u{f3} la hoja de revocaci\u{f3}n.", Finding::Revoked),
            ("Ya no quiere que se comparta su informaci\u{f3}n.", Finding::Revoked),
            ("No, revoc\u{f3} ayer el cliente.", Finding::Revoked),
            ("El cliente quiere revocar su consentimiento.", Finding::RevokeWanted),
            ("La clienta no quiere que otras agencias vean sus datos.", Finding::RevokeWanted),
            ("El cliente revocar\u{e1} su consentimiento.", Finding::RevokeFuture),
            ("El cliente va a revocar su consentimiento.", Finding::RevokeFuture),
            ("El cliente podr\u{ed}a revocar su consentimiento.", Finding::RevokeFuture),
            ("El cliente no revoc\u{f3} su consentimiento.", Finding::RevokeDenied),
            ("La clienta nunca ha revocado su permiso.", Finding::RevokeDenied),
            ("El cliente no quiere que se revoque su consentimiento.", Finding::RevokeDenied),
            ("Si la clienta revoca su consentimiento, avisen.", Finding::RevokeHypothetical),
            ("\u{bf}Qu\u{e9} hago si un cliente revoca su ROI?", Finding::RevokeHypothetical),
            ("Creo que la clienta revoc\u{f3} su consentimiento.", Finding::RevokeDoubted),
            ("La clienta habr\u{ed}a revocado su consentimiento.", Finding::RevokeDoubted),
            ("Retir\u{f3} su negativa a compartir.", Finding::Consented),
            ("Ahora s\u{ed} autoriza compartir sus datos.", Finding::Consented),
            ("Hagan caso omiso del correo anterior.", Finding::Cancel),
            ("Cancelen la solicitud, por favor.", Finding::Cancel),
            ("No cierren el expediente todav\u{ed}a.", Finding::NotClose),
            ("Al final no quiere revocar.", Finding::Reversal),
            ("Favor de cerrar el registro.", Finding::CloseRequest),
            ("\u{bf}Me lo cierran, por favor?", Finding::CloseRequest),
            ("Favor de confirmar que qued\u{f3} cerrado.", Finding::ConfirmRequest),
            ("Ci\u{e9}rrenlo cuando se haya mudado.", Finding::CloseLater),
            ("Solo sus notas m\u{e9}dicas.", Finding::Partial),
            ("Creo que su n\u{fa}mero es el 1555555.", Finding::DoubtfulRecord),
            ("La clienta y sus hijos.", Finding::Family),
        ];
        for (text, wanted) in table {
            let said = intent::find(&Sentence::new(Place::Body, text, false), &words);
            assert!(said.has(wanted), "{text}: {:?}", said.findings);
            let fact = said.has(Finding::Revoked);
            assert_eq!(fact, wanted == Finding::Revoked, "{text}: {:?}", said.findings);
        }
    }
}
