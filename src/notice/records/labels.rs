//! What a number is called: the word before it, the name of its field or column, the word behind it. The words stand
//! in small tables, one per kind of number.

use super::super::sentences::{Place, Sentence};
use super::super::vocabulary::pattern;

/// What a number is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// A client, a person, a record.
    Record,
    /// Only "ID".
    Id,
    /// Something else; what.
    Other(&'static str),
    /// Something else by a word that is in no table, with "no." or "#" behind it: "cabinet no. 1183920".
    Numbered,
    /// A word of no table stands right before it.
    Unknown,
    /// Nothing calls it anything.
    None,
}

/// What is a client record, or a person who has one.
const RECORD: &str = "\
    client clt cl cid consumer participant guest resident member person people youth individual \
    tenant veteran vet patient customer applicant hoh hmis clarity servicepoint identifier record \
    rec file dossier profile chart unique personal he she him her his hers them their theirs mom mum \
    dad mother father parent grandmother grandfather grandma grandpa aunt uncle mr mrs ms mx son \
    daughter child children kid baby boy girl twin brother sister sibling wife husband spouse \
    partner guy man woman lady gentleman gal men women elder teen minor adult old older original \
    initial previous prior existing former new newer replacement successor predecessor duplicate \
    fresh second other closed open one \
    cliente clienta participante residente huesped expediente registro ficha paciente persona titular identificacion \
    identificador senor senora senorita sr sra srta don dona muchacho muchacha joven nino nina hijo hija mama papa madre \
    padre esposo esposa hermano hermana bebe viejo vieja anterior nuevo nueva antiguo antigua cerrado cerrada abierto \
    abierta";

/// What else numbers are given to, by kind.
const OTHERS: &[(&str, &str)] = &[
    (
        "a ticket, case or order number",
        "zendesk req ticket tkt incident case maxis pmi county order invoice inv po confirmation tracking \
         reference ref rfc job run batch error code transaction txn citation docket claim complaint \
         inquiry caso boleto folio solicitud orden factura referencia codigo recibo diagnostico",
    ),
    (
        "an entry or enrollment number",
        "session enr enroll enrolid enrollid enrollmentid entryid entry entries enrollment enrolment assessment referral service exit stay event score \
         vi-spdat spdat vispdat placement encounter visit entrada salida inscripcion estancia evaluacion servicio referido",
    ),
    (
        "a project, staff, form or account number",
        "projectid project proj program provider grant contract site agency organization organisation org \
         funder component coc policy report apr form page section appendix version license licence \
         lic npi ein tax tax-exempt fein duns uei badge employee staff user username worker login \
         account acct inventory article statute vendor supplier budget proyecto programa proveedor subvencion contrato agencia organizacion licencia empleado usuario cuenta forma formulario \
         pagina credencial cost charity registration lsw \
         licsw lgsw attorney bar notary commission model serial asset tag printer extinguisher checksum crc hash total totals rows count seq sequence log cross-check",
    ),
    (
        "an address, room or ZIP code",
        "bed room rm unit apt apartment suite ste locker floor fl bldg building box street avenue \
         highway hwy road route zip zipcode postal plate cabin mailbox pob cabinet drawer shelf key \
         cubby bin cot mat bunk door lot cama cuarto habitacion unidad apartamento apto depto edificio piso \
         calle avenida casilla apartado gabinete cajon archivero casillero",
    ),
    (
        "a phone or meeting number",
        "phone fax tel telephone cell mobile call text direct office ext extension x hotline line \
         pager dial dial-in at voicemail pin passcode password meeting webinar zoom teams conference \
         access otp security desk call-back callback ph landline whatsapp reach telefono celular cel movil llamar \
         llame llamen marque marquen linea reunion post",
    ),
    (
        "a personal, household or document number",
        "ssn ss social four dob d.o.b born birth birthday birthdate medicaid medicare insurance \
         inmate booking oid driver voucher householdid household family hh check cheque card receipt slip stub scan \
         scanned attachment image photo dated date year fy student passport alien uscis visa mrn ebt \
         snap va pass bank routing prescription rx vin vehicle permit warrant court folder binder \
         envelope book seguro social nacimiento nacido nacida pasaporte hogar familia tarjeta receta placa vehiculo \
         condado",
    ),
];

/// Words of the tables above that also stand before a record by chance ("please check 1555555", "signed the form
/// 1555555"): they name a number only as "form no." or as the name of a field.
const BY_CHANCE: &str = "\
    check claim order post pass tag visit date form office service program agency organization \
    organisation site staff desk access stay exit court door key family household worker line year \
    photo attachment policy security servicio programa agencia organizacion forma formulario entrada salida hogar \
    familia cuenta linea llamar orden caso solicitud unidad";

/// Those of them that are bare beside a record: verbs, and what a client signs or comes to.
const DEEDS: &str = "check claim order post pass tag visit date form office desk line";

/// What others keep as well, and who: "VA file", "police record".
const FILES: &str = "file record chart identifier member";
const OTHERS_FILES: &str = "va police court hospital medical dental school jail tax county paper staff";

/// What may stand between a word and its number.
const BETWEEN: &str = "\
    no nr nos nbr num number n\u{b0} n id ids is was are were be will being of the a an in with \
    which whose that reads read called under has have had got it its as identified by known listed \
    there here currently now our my your s under shows says would should only just either system \
    database \
    de del la las los el numero numeros nro es era son fue en al con cuyo cuya su sus bajo lleva tiene identificado identificada \
    siguiente siguientes quedo un una uno otro otra nuestro nuestra que sale aparece";

/// What is done in a record, where "in", "with" or "under" stands before its number.
const WORK: &str = "work works working worked write writes writing wrote document documents documenting enters enter \
    entering typing type record recording go going continue continuing trabajar trabajamos trabajo seguimos seguir escribimos \
    capturamos";

/// Between a word and a number these make the word a subject, and no label: "the one with the data is 1555555".
const COPULA: &str =
    "is was are were be under reads has have had got es era son fue bajo lleva tiene quedo sale aparece";

/// Words that call for no label: verbs of our matter, greetings, what joins.
const NEUTRAL: &str = "\
    hey hi hello hola yo morning afternoon evening okay ok fyi urgent quick attn so you i we me us \
    gave give given sent send can could been regard mine ours again asap please pls plz kindly \
    thanks thx team all hmm and yes close closing lock locked locking for this off from left about \
    regarding concerning re fwd both also plus restrict unshare share sharing shared see sees to \
    into because since when if noon today tonight yesterday then but who whom on or made created \
    opened set up started confirm verify revoked revoke revokes revocation withdrawal withdrew \
    consent roi release secure make sure these those following two three five helpdesk statewide \
    namely use already still disregard cancel undo reopen keep leave any news merge delete duplicate \
    mark favor por para hola gracias revoco revoca revocaron revocar revocacion retiro retiraron retirar quito cerrar cerrarlo \
    cierren cierrenlo cierre cerre cierran quiten ya y o e sobre pueden podrian necesito ahora hoy ayer tambien cambie \
    confirmar verificar cree creamos hice hicimos abri abrimos deje dejamos consentimiento autorizacion compartir se le \
    les lo me nos mi no urgente buenas buenos dias tardes noches omitir ignoren solo mas desde aviso dije perdon digo \
    sii estos estas siguientes ambos dos tres \
    update updated status not remove removed take they told said meant mean hide pull shut stop \
    replace replaces replacing replaced than each like through out down up now until minute guys";

/// Where one of these is said, a number beside a name or a word of no table is the client's.
const MATTER: &str = "\
    client clients consumer she he her him his hers they them their record records file profile hmis \
    revoked revoke revokes revoking revocation withdrew withdrawn withdraws withdraw withdrawal \
    rescinded rescinds close closed closing lock locked share sharing shared unshare consent roi \
    release alias scenario opted revoc \
    cliente clienta clientes participante expediente registro record revoco revoca revocaron revocacion retiro retira \
    consentimiento autorizacion cerrar cerrado cerrada cierre cierren cierrenlo cierrenla compartir comparte compartiendo";

/// Looked at behind a number in reverse; more words than these do not belong to it.
const FARTHEST: usize = 9;

pattern! {
    /// A number that a word right behind it, or "is my …", calls something else.
    CALLED_BEHIND = [
        r"^ ?\(?(?:es (?:el|la|mi) )?(?:camas?|dolares|familias|noches|dias|horas|comidas|boletos?|extension|telefono)\b",
        r"^ ?\(?(?:(?:is|was|being|=) )?(?:only |just )?(?:the |my |our |a |an |her |his |your |their )?(?:\w+ )?(?:ticket|case n|case #|county case|enrol?lment|entry|entries|project|user|badge|extension|phone|fax|zip|beds?|dollars|people|persons|clients served|households|days|nights|hours|meals|units|votes|report|street|st\b|ave\b|avenue|road|rd\b|blvd|drive|dr\b|lane|hwy|highway|county road)"];
    /// "You will not often see a client ID this short: 51207".
    CLIENT_ID_NAMED = [r"\b(?:client|hmis) (?:id|number|no)\b[^.;:,]{0,40}: ?#? ?$"];
    NUMBER_THERE = [r"\b(?:number|no|id) (?:on|in|at|from|off)\b[^,.;:]{1,40}? (?:is|was|reads|says):? ?#? ?$"];
    /// The sender's own number, or a word that is too short or common to be in a table.
    OWN_NUMBER = [r"\b(?:our|your|my) (?:number|no\.?|id) (?:for|on) (?:this|that|it)(?: one)?(?: is)? ?:? ?#? ?$", r"\bwork order ?:? ?#? ?$", r"^(?:so|a|re) ?#? ?:? ?$"];
    IN_IT = [r"\b(?:in|with|under|into|en|con|bajo)(?: (?:the|her|his|record|number|el))?[ #]*$"];
    /// An invented number: of a training, a slide, the manual.
    EXAMPLE_BEFORE = [
        r"\b(?:examples?|samples?|dummy|fake|made-up|placeholder|fictional|fictitious|imaginary|invented|demo|mock|ejemplos?|ficticio|inventado)(?: (?:id|ids|number|client|record|no|file|one|is|was|the|with|of|like|numero|cliente))*[ :#(,.'\x22-]*$",
        r"\b(?:slides?|screenshots?|screen shots?|handouts?|manual|faqs?|appendix|template|video|powerpoint|training|webinar|guide|instructions|deck|quiz|cheat sheet|diapositiva|entrenamiento|capacitacion)(?: \w+){0,3}? (?:with|showing|shows|showed|shown|had|has|says|said|used|uses|using|features|featuring|con|usa|decia)(?: (?:the|a|an|client|record|id|number|no|its|your|el|la|numero))*[ :#('\x22.]*$",
        r"\b(?:for example|for instance|e\.g\.|por ejemplo)[ ,:(]*(?:client|id|record|number|like|a|the|no\.?| |#)*$",
    ];
    EXAMPLE_BEHIND = [
        r"^ ?[,(]? ?(?:is |was |being |as )?(?:only |just )?(?:the |an? |your |our )?(?:example|sample|dummy|placeholder|made-up|ejemplo)\b",
        r"^[\x22')]* (?:in|on|from|of|en) (?:the|your|our|that|page|la|el) (?:\w+ )?(?:slides?|screenshots?|handout|manual|faqs?|appendix|template|video|powerpoint|training|webinar|guide|instructions|deck|quiz|cheat sheet|diapositiva|manual|entrenamiento)\b",
    ];
    REACHED = [r"\b(?:reach|call|ring|phone|dial|text|buzz)(?: (?:me|us|him|her|them|my office|our office|the office|back)){0,2} (?:on|at|under)(?: number| my| our| cell| desk)* ?:? ?$"];
    STREET = [r"^ (?:[nsew]{1,2}\.? )?(?:[\w.]+ ){1,4}(?:st|street|ave|avenue|rd|road|blvd|boulevard|dr|drive|ln|lane|way|hwy|highway|ct|court|pl|place|pkwy|parkway|trail|circle|terrace)(?:[ ,.]|$)"];
    STATE = [r"(?:, ?|\b)(?:minnesota|wisconsin|iowa|dakota|minn\.?|wis\.?)\.?,? $", r", ?[a-z]{2}\.?,? $"];
}

/// The label of the number from `start` to `end` in a sentence, whose blanked lower case is `text`.
pub(super) fn label(sentence: &Sentence, text: &str, start: usize, end: usize) -> Label {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    if sentence.place == Place::Subject && before.ends_with("[#") {
        return Label::Other("a ticket number");
    }
    if sentence.place == Place::Body && OWN_NUMBER.is_match(before) && !of_the_matter(sentence) {
        return Label::Numbered;
    }
    if EXAMPLE_BEFORE.is_match(before) || EXAMPLE_BEHIND.is_match(after) {
        return Label::Other("an example");
    }
    if CLIENT_ID_NAMED.is_match(before) {
        return Label::Record;
    }
    if REACHED.is_match(before) {
        return Label::Other("a phone or meeting number");
    }
    if let Some(what) = column_of_another(before) {
        return Label::Other(what);
    }
    // "The number on her card is 1555555": the card has no number.
    let named = NUMBER_THERE.find(before).map_or(before, |m| before.get(..m.start()).unwrap_or_default());
    let label = if named.len() < before.len() {
        match before_it(sentence, named, after) {
            Label::Record => Label::Record,
            Label::Id | Label::Other(_) | Label::Numbered | Label::Unknown | Label::None => Label::None,
        }
    } else {
        before_it(sentence, before, after)
    };
    if matches!(label, Label::Record | Label::Other(_) | Label::Numbered) {
        return label;
    }
    if is_address(sentence, before, after, start, end) {
        return Label::Other("an address or ZIP code");
    }
    if CALLED_BEHIND.is_match(after) {
        return Label::Other("a number of another kind");
    }
    label
}

/// What a list that these words introduce holds: "Enrollment IDs:".
pub(super) fn introduced_by(sentence: &Sentence) -> Label {
    before_it(sentence, &sentence.lower, "")
}

fn is_address(sentence: &Sentence, before: &str, after: &str, start: usize, end: usize) -> bool {
    if end - start != 5 {
        return false;
    }
    let as_written = sentence.text.get(..start).unwrap_or_default();
    let abbreviated =
        as_written.trim_end_matches([' ', ',']).rsplit([' ', ',']).next().is_some_and(|word| {
            word.len() == 2 && word != "ID" && word.chars().all(|c| c.is_ascii_uppercase())
        });
    let named = sentence.text.get(end..).is_some_and(|rest| {
        rest.trim_start().chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit())
    });
    abbreviated || STATE.is_match(before) || (named && STREET.is_match(after))
}

/// Goes back from the number to the word that names it.
fn before_it(sentence: &Sentence, before: &str, after: &str) -> Label {
    let (mut id, mut numbered, mut field, mut apart, mut copula) = (false, false, false, false, false);
    // "A new entry, 2231090, was started"; but "in this case, 1555555 should be closed".
    let aside = after.trim_start().chars().next().is_none_or(|c| matches!(c, ',' | ')' | '.' | ';'));
    let mut name_left = 0;
    // The last word that was passed: "her household ID is 310877", but "the client on this form has ID 1555555".
    let mut nearest = "";
    // In Spanish the word that says which one follows the one that says what: "ticket automático 90041127".
    let mut skipped: Option<Label> = None;
    let mut rest = before.trim_end_matches(' ');
    for _ in 0..FARTHEST {
        let token = last_token(rest);
        rest = rest.get(..rest.len() - token.len()).unwrap_or_default().trim_end_matches(' ');
        let Some(first) = token.chars().next() else { break };
        if skipped.is_some() && !is_word(first) {
            break;
        }
        if !is_word(first) {
            match first {
                // The name of a field is read whole if it is one and no sentence that ends in a colon.
                ':' | '=' if !field => {
                    field = true;
                    let name = rest.rsplit([',', ';', '.', '!', '?']).next().unwrap_or(rest);
                    name_left = if name.split_whitespace().count() <= 6 { usize::MAX } else { 2 };
                }
                '#' => numbered = true,
                ')' => rest = rest.rfind('(').and_then(|open| rest.get(..open)).unwrap_or_default(),
                ';' => break,
                ',' if field => break,
                ',' | '-' | '>' | '\u{2022}' | '/' | '+' | '&' => apart = true,
                _ => {}
            }
            continue;
        }
        // Another number: what stands before it names that one.
        if token.chars().all(|c| c.is_ascii_digit()) {
            break;
        }
        let word = token.trim_matches(['\'', '.', '-']).trim_end_matches("'s");
        if holds(BETWEEN, word) || word.is_empty() {
            nearest = word;
            id |= matches!(word, "id" | "ids");
            // "It carries the number 1555555".
            copula |= holds(COPULA, word) || (numbered && matches!(word, "the" | "this" | "el" | "este"));
            numbered |= matches!(word, "no" | "nr" | "nro" | "nbr" | "num" | "number" | "numero" | "n\u{b0}");
            continue;
        }
        if holds(WORK, word) && IN_IT.is_match(before) {
            break;
        }
        match kind_of(word) {
            // "In this case, 1555555 should be closed."
            Some(Label::Other(_)) if apart && !aside && !numbered && !field => break,
            Some(other @ Label::Other(_)) if copula && matches!(nearest, "id" | "ids" | "number" | "no") => {
                return other;
            }
            Some(Label::Other(_)) if holds(BY_CHANCE, singular(word)) && copula => break,
            Some(Label::Other(_)) if holds(DEEDS, singular(word)) && !numbered && !field && !id => break,
            Some(Label::Other(_)) if holds(BY_CHANCE, singular(word)) && !numbered && !field && !id => {
                return Label::Unknown;
            }
            Some(Label::Record) if holds(FILES, word) && of_others(rest) => {
                return Label::Other("a record of somebody else's");
            }
            Some(label) => return label,
            None if holds(NEUTRAL, word) && !field => break,
            None if field => {
                if name_left <= 1 {
                    break;
                }
                name_left -= 1;
            }
            None if sentence.spanish && !apart && !copula && skipped.is_none() => {
                skipped = Some(if numbered { Label::Numbered } else { Label::Unknown });
            }
            None if skipped.is_some() => break,
            None if !apart && !copula && !ends_in_deed(word) && !of_the_matter(sentence) => {
                return if numbered { Label::Numbered } else { Label::Unknown };
            }
            None if apart
                || id
                || copula
                || rest.is_empty()
                || is_name_or_deed(sentence, word, rest.len()) =>
            {
                break;
            }
            None if numbered => return Label::Numbered,
            None => return Label::Unknown,
        }
    }
    match skipped {
        Some(unknown) if !of_the_matter(sentence) => unknown,
        _ if id => Label::Id,
        _ => Label::None,
    }
}

/// "Entry in replacement: 3360912" is the number of an entry: in the name of a field, what stands before "in" or "of"
/// is what it holds.
fn column_of_another(before: &str) -> Option<&'static str> {
    let name = before.trim_end().strip_suffix(':')?;
    let name = name.rsplit_once(", ").map_or(name, |(_, name)| name);
    let head = [" in ", " of ", " for ", " under "].iter().find_map(|joint| name.split_once(joint))?.0;
    let words = head.split_whitespace().filter(|word| !holds(BETWEEN, word)).collect::<Vec<_>>();
    let word = words.last().filter(|_| words.len() <= 3 && name.split_whitespace().count() <= 6)?;
    if holds(BY_CHANCE, singular(word)) {
        return None;
    }
    match kind_of(word) {
        Some(Label::Other(what)) => Some(what),
        Some(Label::Record | Label::Id | Label::Numbered | Label::Unknown | Label::None) | None => None,
    }
}

fn of_others(before: &str) -> bool {
    before.rsplit(' ').find(|word| !word.is_empty()).is_some_and(|word| holds(OTHERS_FILES, word))
}

fn of_the_matter(sentence: &Sentence) -> bool {
    sentence.lower.split(|c: char| !c.is_ascii_alphabetic()).any(|word| holds(MATTER, word))
}

/// "using 1555555" tells what is done with it.
fn ends_in_deed(word: &str) -> bool {
    word.ends_with("ing") || word.ends_with("ly")
}

/// Names are written large; "using 1555555" tells what is done with it.
fn is_name_or_deed(sentence: &Sentence, word: &str, at: usize) -> bool {
    let written = sentence.text.get(at..).unwrap_or_default().trim_start();
    written.chars().next().is_some_and(char::is_uppercase) || ends_in_deed(word)
}

fn kind_of(word: &str) -> Option<Label> {
    let among = |table: &str| holds(table, word) || holds(table, singular(word));
    if let Some((what, _)) = OTHERS.iter().find(|(_, table)| among(table)) {
        return Some(Label::Other(what));
    }
    among(RECORD).then_some(Label::Record)
}

/// Whether a table of words, parted by blanks, holds the word.
fn holds(table: &str, word: &str) -> bool {
    table.split_ascii_whitespace().any(|known| known == word)
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\'' | '\u{b0}')
}

/// The last word of a text that does not end in a blank, or its last sign.
fn last_token(text: &str) -> &str {
    let Some(last) = text.chars().next_back() else { return "" };
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| if is_word(last) { is_word(*c) || matches!(c, '-' | '.') } else { *c == last })
        .last()
        .map_or(0, |(at, _)| at);
    text.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The label of the last number of five digits or more.
    fn called(text: &str) -> Label {
        let sentence = Sentence::new(Place::Body, text, false);
        let end = sentence.lower.rfind(|c: char| c.is_ascii_digit()).expect("a number") + 1;
        let before =
            sentence.lower.get(..end).expect("in the text").trim_end_matches(|c: char| c.is_ascii_digit());
        label(&sentence, &sentence.lower, before.len(), end)
    }

    #[test]
    fn what_names_a_client_or_a_record() {
        for text in [
            "client 1555555",
            "Client ID: 1555555",
            "HMIS# 1555555",
            "CID 1555555",
            "her husband, 2210095",
            "the client with number 884213",
            "whose record is number 1696604",
            "a client file which is number 1193364",
            "The number of her dossier in the HMIS: n\u{b0} 1588731",
            "older boy 1571007",
            "She's 1622048",
            "Client ID Old (please close): 1725536",
            "her number on the card is 1555555",
            "case 26-0033871, client 1555555",
        ] {
            assert_eq!(called(text), Label::Record, "{text}");
        }
    }

    #[test]
    fn what_names_another_number() {
        for text in [
            "ticket 2204817",
            "county case 4011722",
            "cheque no. 0021877",
            "invoice 1187720",
            "contract 4410022",
            "new Entry ID: 2411906",
            "enrollment ID 1180552",
            "report run 884102",
            "project 50217",
            "user no. 30418",
            "badge 55210",
            "license 33910",
            "referral 7710022",
            "EIN 411234567",
            "NPI 15588200",
            "room 20114",
            "bed 20114",
            "locker 11823",
            "unit C 20411 is fine, unit 20411",
            "41077 Gravel Rd, Falls MN 56573",
            "ext. 33201",
            "fax 5550110",
            "meeting ID 8842019",
            "passcode 194412",
            "SSN 123456789",
            "last four 55210",
            "DOB 04041980",
            "Household no. (ours): 1330526",
            "voucher 2271114",
            "Medicaid ID 01234567",
            "VA file 30988812",
            "paper file 2033915",
            "Staff member 1555555",
            "Zendesk 2033915",
            "REQ 2033915",
            "session 2033915",
            "Enr 2033915",
            "EnrollmentID=2033915",
            "HouseholdID: 2033915",
            "ProjectID 2033915",
        ] {
            assert!(matches!(called(text), Label::Other(_)), "{text}: {:?}", called(text));
        }
    }

    #[test]
    fn what_names_nothing() {
        for (text, wanted) in [
            ("please close 1555555", Label::None),
            ("please check 1555555", Label::None),
            ("In this case, 1555555 should be closed", Label::None),
            ("This is about 1672290", Label::None),
            ("The record with the data in it was typed up and is 1544301", Label::None),
            ("ID 1555555", Label::Id),
            ("the number on the form is 1555555", Label::None),
            ("the yellow sheet 2271114", Label::Unknown),
            ("fireproof cupboard (no. 1183920", Label::Numbered),
            ("our number for this is 2033915", Label::Numbered),
            ("Your number for this: 2033915", Label::Numbered),
            ("work order 2033915", Label::Numbered),
            ("SO 2033915", Label::Numbered),
            ("A# 2033915", Label::Numbered),
            ("Re: 2033915", Label::Numbered),
            ("Apricot ID 2033915", Label::Unknown),
            ("Maria Lopez 5550142", Label::Unknown),
            ("Caseload 2033915", Label::Unknown),
            ("Maria Lopez 5550142 revoked", Label::None),
        ] {
            assert_eq!(called(text), wanted, "{text}");
        }
    }
}
