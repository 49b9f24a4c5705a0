//! What a day in a sentence is the day of: the words that tell a deed, and which of them a day belongs to. A day
//! belongs to the telling words nearest to it, counted in words and in the boundaries between clauses.

use regex::Regex;

use super::Day;
use crate::notice::vocabulary::{Vocabulary, pattern};

/// What telling words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sense {
    /// Something else: staff's own steps, another happening, the ROI's first signing.
    Other,
    /// Somebody met the client, or got something from them: the day of the act only where no other is told.
    Met,
    /// The client came or called.
    Came,
    /// The client told, asked, decided.
    Said,
    /// The client signed, put it in writing.
    Signed,
    /// The client revoked (or, where that is told, consented).
    Act,
}

/// Telling words in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cue {
    pub sense: Sense,
    pub at: usize,
    pub end: usize,
    /// A noun, which tells less than a verb: "the revocation".
    noun: bool,
    /// A request, which tells only of the days behind it: "please close it today".
    pub request: bool,
    /// A day of its own stands right behind it: "agreed to it on May 22".
    has_day: bool,
}

impl Cue {
    /// Whether another one that overlaps it tells instead.
    fn yields_to(&self, other: &Self) -> bool {
        let (own, others) = (self.end - self.at, other.end - other.at);
        self.at < other.end
            && other.at < self.end
            && (own < others || (own == others && self.sense < other.sense))
    }

    /// A deed told here in words that this layer does not know.
    pub(super) fn of_deed(at: usize) -> Self {
        Self { sense: Sense::Act, at, end: at, noun: false, request: false, has_day: false }
    }
}

/// Which deed is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// The client revoked.
    Revoking,
    /// The client consented.
    Consenting,
}

pattern! {
    REVOKED = [
        r"\b(?:ya no|no (?:quiere|desea|autoriza|permite|acepta)n?|dejar de compart\w+|nada de compart\w+)\b",
        r"\b(?:un-?)?revo[kc](?:e|es|ed|ing)\b", r"\bwithdr[ae]w(?:s|n|ing)?\b", r"\brescind(?:s|ed|ing)?\b", r"\bretract(?:s|ed|ing)?\b",
        r"\b(?:took|takes?|taken|taking|pull(?:s|ed|ing)?|pulled)\b[^,.;]{0,60}?\b(?:back|consent|roi|release|permission|authori[sz]ation|out)\b",
        r"\b(?:cancel(?:l?ed|s)?|ended|ends|terminated|voided|nixed|scrapped|yanked|dropped|lifted)\b[^,.;]{0,30}?\b(?:consent|roi|release|permission|authori[sz]ation|agreement|shar\w+)\b",
        r"\bopt(?:s|ed|ing)?[- ]out\b", r"\bun-?sign\w*\b", r"\b(?:is|are|was|were|be|being|become|became|made) (?:null and )?void\b",
        r"\b(?:no longer|any ?more|any longer|no more)\b",
        r"\b(?:does|do|did|is|are)(?: not|n't|n\x{2019}t) (?:want|wish|agree|allow|permit|consent|like|ok|okay|willing)\b",
        r"\b(?:want|wants|wanted)(?: to be)?(?: taken)? (?:out|off)\b", r"\bstop(?:s|ped)? (?:the |all )?shar\w+\b", r"\bout of (?:the )?(?:statewide |data |state )*(?:shar\w+|system|network|database)\b", r"\brather (?:not|her|his|their)\b",
        r"\b(?:took|did|accepted|witnessed) (?:the|her|his|their|a) (?:\w+ )?(?:revocation|withdrawal|opt-?out)\b",
        r"\b(?:declin|refus)(?:es|ed|ing) (?:to (?:continue|renew|share|keep|re-?sign|stay|go on)|further|any (?:more|further)|continued)\b",
    ];
    REVOCATION = [
        r"\b(?:revocacion(?:es)?|retirada?) (?:del? |firmad)",
        r"\brevocacion(?:es)?\b",
        r"\b(?:revocations?|revokations?|withdrawals?|rescission|opt-?out)\b"];
    CONSENTED = [
        r"\bretir\w+(?: \S+){0,5}? (?:su|la) (?:negativa|objecion)\b",
        r"\b(?:firm(?:o|a|aron|ado|ada)|suscribi\w+|autoriz(?:o|a|aron)|acept(?:o|a|aron)|consinti\w+|otorg(?:o|aron)|dio su|consentimiento verbal|verbal consent|ahora sii)\b",
        r"\b(?:roi|release|consent)(?: is| was)? dated\b",
        r"\bsign(?:ed|s|ing)?\b", r"\b(?:re-?)?consent(?:ed|s|ing)\b", r"\bagree[ds]?\b", r"\bsaid (?:yes|ok|okay)\b", r"\b(?:gave|given|gives|giving|got)\b[^,.;]{0,30}?\b(?:consent|ok|okay|permission|roi|release|go-?ahead)\b",
        r"\bopt(?:s|ed)?(?: back)? in\b", r"\bverbal(?:ly)?\b", r"\bchang(?:ed|es) (?:her|his|their) minds?\b", r"\bcame (?:around|round)\b", r"\b(?:ok|okay|fine|happy) with\b", r"\bwants? (?:now )?to (?:share|be shared)\b",
        r"\b(?:took back|taken back|withdr[ae]wn?|revoked|lifted|gave up) (?:his|her|their|that|the) (?:refusal|objection|revocation)\b",
    ];
    SIGNED = [
        r"\b(?:firm(?:o|a|aron|ado|ada|ados|andola|ando|amos)|por escrito|suscribi\w+|llen(?:o|aron)|entreg(?:o|aron)|fechad[oa]|escrito de|puso su firma)\b",
        r"\bsign(?:ed|s|ing)?\b", r"\bsignd\b", r"\bthumb-?printed\b", r"\bsignatures?\b", r"\b(?:executed|exercised|submitted|initial(?:l)?ed)\b", r"\b(?:dated (?:it|this|that|the form)|signed and dated|(?:instrument|paper|form|letter|note|withdrawal|revocation|it)(?: was| is)? ?\(?dated)\b", r"\b(?:in|wrote) (?:writing|a letter|a note)\b", r"\b(?:put|puts) (?:her|his|their) (?:name|signature)\b", r"\bfilled (?:it |this |that )?(?:in|out)\b", r"\b(?:paper\w*|forms?) (?:was |were )?completed\b", r"\b(?:her|his|their|client's) (?:\w+ )?(?:letter|note|statement) (?:of|from)\b", r"\b(?:handed|turned|brought|sent|put) (?:it |this |that |\w+ form )?in\b",
    ];
    SAID = [
        r"\b(?:dijo|dice|dijeron|pidi(?:o|eron)|pide|solicit(?:o|aron)|(?:nos |me )?(?:inform|indic|avis|comunic|comento|notific)(?:o|aron)|manifest(?:o|aron)|declar(?:o|aron)|expres(?:o|aron)|decidi(?:o|eron)|(?:nos|me) (?:hizo|dejo) saber|verbalmente|de palabra|de viva voz|lo (?:hizo|hicieron)|(?:nos|me) (?:escribio|mando|llamo|retiro|quito)|cambio de (?:opinion|idea)|eso fue|que fue)\b",
        r"\b(?:wrote|sent|left)(?: us| me)? (?:a|an|the) (?:\w+ )?(?:text|message|e-?mail|letter|note|fax|voice ?mail)\b", r"\b(?:e-?mailed|texted|wrote|messaged|sent|faxed|mailed) (?:us|me|our|in)\b",
        r"\b(?:told|tells|telling|communicated|indicated|expressed|voiced)\b", r"\b(?:said|says|stated|states)\b", r"\b(?:asked|asks|requested|requests?)\b", r"\b(?:decided|decides|decision|chose|chosen|made up)\b", r"\binformed\b", r"\blet (?:\w+ ){1,4}know\b", r"\bverbal(?:ly)?\b", r"\bchang(?:ed|es) (?:her|his|their) minds?\b", r"\b(?:her|his|their|client's) (?:own )?(?:words|request|wish|wishes)\b", r"\bmade it (?:official|clear|plain|known)\b", r"\bdates? on (?:the|her|his|their) (?:\w+ )?(?:form|paper|sheet)\b", r"\b(?:happened|took place|was done)\b", r"\b(?:that|this|it|which) was (?:on )?$", r"\b(?:that|this|it|which) was\b", r"\b(?:she|he|they) did (?:so|it|that|this)\b", r"\bmade (?:the|a|her|his|their|this|that|up) (?:\w+ )?(?:decision|choice|request|wish|statement|minds?)\b", r"\b(?:declared|announced|notified|insisted|repeated)\b", r"\bwants\b",
    ];
    CAME = [
        r"\b(?:vino|vinieron|lleg(?:o|aron)|llam(?:o|aron)|paso por|pasaron por|se presento|se sento|hable|hablamos|platique|platicamos|came in)\b",
        r"\b(?:came|comes|stopped|dropped|walked|was) (?:in|by|over|to|back|here|at)\b", r"\bcall(?:s|ed|ing)? (?:me|us|in|our|the office|the shelter|from)\b", r"\b(?:phoned|conversation|sat down|sat with|spoke|talked)\b", r"\b(?:saw|had|have) (?:her|him|them|a)\b"];
    MET = [
        r"\b(?:recibi|recibimos|recibid[oa]|visite|nos reunimos|me reuni)\b",
        r"\bas discussed with (?:the |our |my )?(?:client|her|him|them)\b", r"\b(?:met|visited|received|got|went over)\b"];
    // Steps of staff, other happenings: whatever day stands beside these is theirs.
    OTHER = [
        r"\b(?:cerre|cerramos|hice|hicimos|cree|creamos|abri|abrimos|puse|pusimos|cambie|cambiamos|quite|quitamos|deje|dejamos|mande|mandamos|envie|enviamos|escribi|escribimos|avise|avisamos|reporte|reportamos|explique|explicamos|intente|intentamos|trate|capture|capturamos|capturar|meti|metimos|encontre|encontramos|vi|escuche|oi|me entere|procedi|procedimos|pedi|pedimos|les dije|checo|estuve)\b",
        r"\b(?:cerrad[oa]s?|cierre|captura\w*|ingres\w+|entrada|salida|nacid[oa]|nacimiento|nacio|cumple|edad|cita|corte|audiencia|reunion|capacitacion|entrenamiento|taller|adiestramiento|vence|vencio|vencer|vencimiento|caduca|conteo|reporte|correo|mensaje|ticket|vacaciones|descanso|regres\w+|mudo|mudarse|mudad\w+|muda|inscri\w+|turno|cread[oa]|abiert[oa]|se lo hago|se los? mando|viene|desalojo|condado|firmado en|servicio|servicios|estancia)\b",
        r"\b(?:i|we|i've|we've|our staff|staff|my \w+)(?: (?:have|had|just|also|already|only|then|finally|immediately|first|did|even))* (?:clos\w+|lock\w+|remov\w+|turned|creat\w+|made|make|set|changed|tried|try|enter\w*|wrote|write|e-?mail\w*|sent|asked|told|explained|open\w*|put|did|do|updat\w+|logg\w+|exit\w*|scann\w+|fax\w*|upload\w*|called|can|could|will|need|work\w*|learned|heard|found|notic\w+|report\w*|started|began|shut|took|switched|flagged|marked|discovered|processed|finished)\b",
        r"\b(?:closed|closure|locked|shut off|created|creating|made|make|set (?:\w+ ){0,2}up|opened|entered|entering|entry|entries|exit(?:ed|s)?|enrol\w+|admitted|admission|arriv\w+|joined|moved?|moves|moving|move-in|housed|lease|stay(?:s|ed|ing)?|lived|born|dob|d\.o\.b|birth\w*|aged?|score[ds]?|scoring|assess\w*|vi-spdat|expir\w*|train\w*|webinar|appointment|hearing|interview|court|reports?|reported|due|deadline|e-?mail\w*|messages?|mail|voicemail|ticket|updated|alias|sent|mailed|faxed|scanned|logged|referr\w*|will|i'll|we'll|ill|she'll|he'll|going to|plan\w*|tomorrow|locked out|reset|audit\w*|seen|served|services?|vacation|leave|hours|meets|next|last (?:stay|visit|seen|roi)|started|began|discharged|left|writing|noticed|found|heard|read|thanks|thank you|incident|happy|boiler|fire|drill|old one|checked|check-?in|intake|meeting|arrested|hospital\w*|passed|died|data entry|revised|rev|renewed|renews|review\w*|run|printed|lost|scheduled)\b",
        r"\bas (?:discussed|agreed|mentioned|spoken|talked)\b", r"\b(?:i'm|i am|we're|we are)\b", r"\bspoke (?:with|to) (?:you|your)\b", r"\bcall(?:ed)? you\b", r"\bour call\b",
    ];
    // "at intake", "during the meeting", "at check-in": where it happened, not what.
    PLACE_BEFORE = [r"\b(?:at|during|in|after|before|at the end of|into|on|from) (?:[\w']+ ){0,3}$"];
    PLACE = [r"^(?:entry|intake|check-?in|meeting|admission|exit|interview|appointment|hearing|training|hospital\w*|assess\w*|review\w*|court|leave|vacation|writing|e-?mail\w*|mail|person|hours)$"];
    REQUEST = [
        r"\b(?:por favor|favor de|porfa\w*|pueden|podrian|me ayudan|necesit\w+|hay que|ruego)\b",
        r"\b(?:please|pls|plz|kindly|can you|could you|would you|will you|(?:i|we) need (?:it|this|that|her|him|them))\b", r"^(?:just )?let (?:me|us) know(?: \w+)?"];
    // "please note that", "I am reporting": courtesy, no request and no step.
    COURTESY_BEHIND = [
        r"^ (?:informarles?|avisarles?|notificarles?|reportar\w*|comunicarles?)\b",
        r"^ (?:also |just )?(?:note|be (?:advised|informed|aware|notified)|know|see|find|accept|reporting|notifying|informing|letting|advising|passing|forwarding|sending|submitting)\b"];
    STAFF_BEFORE = [r"\b(?:i|we|i've|we've)(?: (?:have|had|just|also|already|only|then|finally|immediately|first))* $"];
    SIGNING = [r"^sign"];
    // "while updating her assessment on Monday, …": the circumstances of what follows.
    CIRCUMSTANCE = [r"\b(?:when|while|during|as (?:i|we|she|he|they)) [^,;:()]*$"];
    // The ROI as it was once given.
    ROI_GIVEN = [
        r"\b(?:firm\w+|dio|dado|otorg\w+|suscrib\w+|renov\w+)(?: \S+){0,5}? (?:roi|consentimiento|autorizacion|permiso|release)\b",
        r"\b(?:roi|consentimiento|autorizacion|permiso|release)(?: \S+){0,3}? que (?:ya )?(?:nos |me |le )?(?:habia|firm\w+|dio|otorg\w+|tenia)\b",
        r"\b(?:habia|habian) (?:firmado|dado|otorgado|autorizado)\b",
        r"\b(?:signed|signs|gave|given|granted|renewed|agreed to|consented to|completed)(?: (?:[\w']+ ){0,5})? ?(?:roi|release|consent|permission|authori[sz]ation)(?: of information)?\b",
        r"\b(?:roi|release|consent|permission|authori[sz]ation)(?: of information)?(?: form)?(?: (?:that )?(?:she|he|they|we|(?:the )?client(?: \d+)?))?(?: (?:was|had|has|is|been|first|originally|last|which))* (?:given|gave|signed|dated|from|granted|executed|obtained|expir\w+|since|on file)\b",
        r"\b(?:had|originally|first|initially|once) (?:signed|given|agreed|consented|gave)\b",
    ];
    TAKEN_BACK_BEHIND = [r"^ ?(?:revo[kc]|retir|anul|rescin|withdr|rescis|opt|back|to (?:revoke|opt|stop))"];
    TAKEN_BACK = [r"retir|anul|rescin|quit|deja|revo[kc]|withdr|rescind|rescis|opt|back|cancel|retract|un-?sign|\bnot\b|n't|\bno\b|off\b|out\b"];
    REFUSED = [
        r"\b(?:se neg\w+|habian? negado|no quis\w+|no queria\w*|rechaz\w+|negativa|habia revocado)\b",
        r"\b(?:refus\w+|declin\w+|said no|turned (?:\w+ ){1,3}down|revo[kc]\w*|withdr[ae]w\w*|did not|didn't|would not|wouldn't|had not)\b"];
    // Of a consent's old record: a state, not a step.
    STATE_BEFORE = [r"\b(?:esta|estaba|quedo|queda|sigue|expediente|registro|ficha|was|is|been|being|stays?|remains?|left|a|the|his|her|their|old|it|them) $"];
    STATE = [r"^(?:cerrad[oa]|abiert[oa]|closed|locked|lease|stays?)$"];
    BOUNDARY_WORDS = [r"\b(?:pero|porque|aunque|asi que|but|because|so|although|though|since|then|therefore)\b"];
    JOINED = [r"^[^;:?!]*\b(?:and|to|y|a)(?: (?:then|has|also|formally|finally|just|he|she|they))* $"];
    OTHER_SUBJECT = [r"\band (?:i|we|our|my|staff)\b"];
    // What was spoken of, and not done.
    TOPIC_BEFORE = [r"\b(?:went (?:through|over)|discussed|explained|talked (?:about|over|through)|looked (?:at|over|through)|reviewed|read(?: through| out)?|brought up|mentioned|spoke about|printed|mailed|gave (?:her|him|them)|handed (?:her|him|them))(?: \w+){0,4} $"];
    FORM_ASKED_BEFORE = [r"\b(?:asked for|requested|picked up|took home|wanted|was given|got|received) (?:a |an |the |our |your )?(?:\w+ )?$"];
    FORM_BEHIND = [r"^ (?:forms?|papers?|sheets?|paperwork)\b"];
    ASKED_IF = [r"\b(?:if|in case|should|before|when) (?:anyone|anybody|someone|somebody|you|they|staff) $"];
    // "would not sign", "refused to agree"
    NEGATED_BEFORE = [
        r"\bno (?:quiso|queria|quisieron|quizo) $",
        r"\b(?:would|did|does|do|could|was|were|will|had|has)(?: not|n't)(?: want(?:ed)? to| wish to| willing to| ready to| \w+ly)? $",
        r"\b(?:refused|declined|unwilling|afraid|hesitated) to $", r"\bnever $"];
    SUBORDINATE = [r"\b(?:y|que|cuando|mientras|donde|and|who|which|when|while|where|until|whether|if|that|as)\b"];
    LEADING = [r"^(?:el|la|y|pero|tambien|ya|desde|dia|pasado|por|and|so|but|then|also|on|the|as|of|from|late|early|back|just|finally|client|first|second|third|so,|well|it|was|only)$"];
}

/// Telling words looked for per kind and sentence.
const MOST_CUES: usize = 40;
/// Words a clause boundary is worth, by its sign.
const COMMA: usize = 2;
const DASH: usize = 3;
const STOP: usize = 7;
/// A cue behind its day, where the day does not open the clause.
const BEHIND: usize = 3;
/// Words between a coming and what the client came for.
const MOST_JOINING: usize = 8;
/// A noun tells less than a verb.
const NOUN: usize = 4;

/// All telling words of a sentence. Of two that overlap the longer one counts, of equal ones the one that tells more.
pub(super) fn cues(lower: &str, deed: Deed, words: &Vocabulary) -> Vec<Cue> {
    let mut found = of_deed(lower, deed, words);
    let kinds: [(&Regex, Sense); 5] = [
        (&SIGNED, Sense::Signed),
        (&SAID, Sense::Said),
        (&CAME, Sense::Came),
        (&MET, Sense::Met),
        (&OTHER, Sense::Other),
    ];
    found.extend(kinds.into_iter().flat_map(|(pattern, sense)| all(lower, pattern, sense)));
    found.extend(all(lower, &REQUEST, Sense::Other).map(|cue| Cue { request: true, ..cue }));
    found.retain(|cue| {
        cue.sense != Sense::Other
            || !(is_courtesy(lower, cue)
                || is_place(lower, cue)
                || (deed == Deed::Consenting && is_state(lower, cue)))
    });
    for cue in &mut found {
        let before = lower.get(..cue.at).unwrap_or_default();
        let behind = lower.get(cue.end..).unwrap_or_default();
        if of_staff(lower, cue) || (cue.sense == Sense::Said && ASKED_IF.is_match(before)) {
            cue.sense = Sense::Other;
        }
        let asked = FORM_BEHIND.is_match(behind) && FORM_ASKED_BEFORE.is_match(before);
        if cue.noun && cue.sense == Sense::Act && (asked || TOPIC_BEFORE.is_match(before)) {
            cue.sense = Sense::Met;
        }
        if deed == Deed::Consenting && cue.sense >= Sense::Signed && NEGATED_BEFORE.is_match(before) {
            cue.sense = Sense::Other;
        }
    }
    if deed == Deed::Revoking {
        found.extend(all(lower, &ROI_GIVEN, Sense::Other).filter(|cue| {
            !TAKEN_BACK.is_match(lower.get(cue.at..cue.end).unwrap_or_default())
                && !TAKEN_BACK_BEHIND.is_match(lower.get(cue.end..).unwrap_or_default())
        }));
    }
    let every = found.clone();
    found.retain(|cue| !every.iter().any(|other| cue.yields_to(other)));
    found.sort_by_key(|cue| cue.at);
    found
}

/// Marks those with a day of their own right behind them.
pub(super) fn mark_own_days(lower: &str, cues: &mut [Cue], days: &[Day]) {
    for cue in cues {
        cue.has_day = days.iter().filter(|day| day.at >= cue.end).any(|day| {
            let between = lower.get(cue.end..day.at).unwrap_or_default();
            !between.contains([',', ';', '(']) && between.split_whitespace().count() <= 4
        });
    }
}

/// Words that tell the deed itself.
fn of_deed(lower: &str, deed: Deed, words: &Vocabulary) -> Vec<Cue> {
    let background = |cue| Cue { noun: true, ..cue };
    match deed {
        Deed::Revoking => [&*REVOKED, &words.revoke, &words.take_back, &words.no_longer_shares]
            .into_iter()
            .flat_map(|pattern| all(lower, pattern, Sense::Act))
            .chain(all(lower, &REVOCATION, Sense::Act).map(background))
            .collect(),
        Deed::Consenting => [&*CONSENTED, &words.consents]
            .into_iter()
            .flat_map(|pattern| all(lower, pattern, Sense::Act))
            .chain(all(lower, &REFUSED, Sense::Other).map(background))
            .collect(),
    }
}

/// Where a pattern's words stand.
fn all(lower: &str, pattern: &Regex, sense: Sense) -> impl Iterator<Item = Cue> {
    pattern.find_iter(lower).take(MOST_CUES).map(move |hit| Cue {
        sense,
        at: hit.start(),
        end: hit.end(),
        noun: false,
        request: false,
        has_day: false,
    })
}

/// "please note that", "I am reporting": no request and no step.
fn is_courtesy(lower: &str, cue: &Cue) -> bool {
    COURTESY_BEHIND.is_match(lower.get(cue.end..).unwrap_or_default())
}

/// What staff asked, told, sent is no deed of the client's.
fn of_staff(lower: &str, cue: &Cue) -> bool {
    matches!(cue.sense, Sense::Said | Sense::Signed)
        && STAFF_BEFORE.is_match(lower.get(..cue.at).unwrap_or_default())
        && !SIGNING.is_match(lower.get(cue.at..cue.end).unwrap_or_default())
}

/// "at intake" tells where the deed was done.
fn is_place(lower: &str, cue: &Cue) -> bool {
    PLACE.is_match(lower.get(cue.at..cue.end).unwrap_or_default())
        && PLACE_BEFORE.is_match(lower.get(..cue.at).unwrap_or_default())
}

/// "whose record was closed"
fn is_state(lower: &str, cue: &Cue) -> bool {
    STATE.is_match(lower.get(cue.at..cue.end).unwrap_or_default())
        && STATE_BEFORE.is_match(lower.get(..cue.at).unwrap_or_default())
}

/// The cue a day belongs to, and how far it stands away.
pub(super) fn governing(lower: &str, day: &Day, cues: &[Cue]) -> Option<(Cue, usize)> {
    let fronted = opens_clause(lower, day.at);
    let frame = CIRCUMSTANCE.find(lower.get(..day.at).unwrap_or_default()).map(|found| found.start());
    let deed_told = cues.iter().any(|cue| cue.sense >= Sense::Said);
    let circumstance = |cue: &Cue| {
        cue.sense == Sense::Other && deed_told && frame.is_some_and(|at| cue.at >= at && cue.end <= day.at)
    };
    let nearest = cues
        .iter()
        .filter(|cue| !circumstance(cue) && (!cue.request || cue.at < day.end))
        .map(|cue| (*cue, cost(lower, day, cue, fronted)))
        // Of equally near ones the deed counts.
        .min_by(|(a, near), (b, far)| near.cmp(far).then_with(|| b.sense.cmp(&a.sense)))?;
    Some(joined_to(lower, day, &nearest.0, cues).map_or(nearest, |cue| (cue, nearest.1)))
}

/// "came by yesterday and signed", "last night he came up to the desk and said": what the client came for.
fn joined_to(lower: &str, day: &Day, came: &Cue, cues: &[Cue]) -> Option<Cue> {
    if !matches!(came.sense, Sense::Came | Sense::Met) {
        return None;
    }
    let from = came.end.max(day.end);
    let next = cues.iter().find(|cue| cue.at >= from)?;
    let between = lower.get(from..next.at)?;
    let joined = JOINED.is_match(between) && between.split_whitespace().count() <= MOST_JOINING;
    (joined && next.sense >= Sense::Said && !next.has_day).then_some(*next)
}

fn cost(lower: &str, day: &Day, cue: &Cue, fronted: bool) -> usize {
    if cue.at < day.end && day.at < cue.end {
        // "asked us this morning to stop": the day stands within the words.
        return 1;
    }
    let ahead = cue.end <= day.at;
    let between = if ahead { lower.get(cue.end..day.at) } else { lower.get(day.end..cue.at) };
    let between = between.unwrap_or_default();
    let between = if fronted && !ahead { between.trim_start_matches([',', ' ', ':']) } else { between };
    let mut cost = between.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
    cost += between.matches(',').count() * COMMA;
    cost += between.matches([';', '?', '!']).count() * STOP;
    // An opening bracket right before the day only sets it apart: "signed it (3/4)".
    cost += between.trim_end_matches('(').trim_start_matches(')').matches(['(', ')', ':']).count() * COMMA;
    cost += [" - ", "\u{2013}", "\u{2014}"].iter().map(|dash| between.matches(dash).count()).sum::<usize>()
        * DASH;
    cost += BOUNDARY_WORDS.find_iter(between).count() * DASH;
    cost += SUBORDINATE.find_iter(between).count();
    if !ahead && !fronted {
        cost += BEHIND;
    }
    if !ahead && !fronted && cue.has_day {
        cost += STOP;
    }
    cost += OTHER_SUBJECT.find_iter(between).count() * STOP;
    if ahead && fronted && between.contains([',', ';', '(']) {
        cost += BEHIND;
    }
    cost + if cue.noun { NOUN } else { 0 }
}

/// Whether little stands between the beginning of the clause and this place: "On July 1 she …".
fn opens_clause(lower: &str, at: usize) -> bool {
    let before = lower.get(..at).unwrap_or_default();
    let clause = before.rsplit([',', ';', ':', '(', '\u{2013}', '\u{2014}', '-']).next().unwrap_or_default();
    let clause = clause.rsplit(" and ").next().unwrap_or_default();
    let clause = clause.rsplit(" y ").next().unwrap_or_default();
    clause.split_whitespace().all(|word| LEADING.is_match(word) || word.len() <= 1)
}

#[cfg(test)]
mod tests {
    use super::super::days;
    use super::*;

    #[test]
    fn a_day_belongs_to_the_nearest_telling_words() {
        let today = chrono::NaiveDate::from_ymd_opt(2026, 10, 14);
        let words = Vocabulary::built_in();
        let table = [
            ("she revoked on 10/12", Deed::Revoking, Some(Sense::Act)),
            ("on 10/12 she told us", Deed::Revoking, Some(Sense::Said)),
            ("on 10/12, after lunch, she signed", Deed::Revoking, Some(Sense::Signed)),
            ("i asked her on 10/12", Deed::Revoking, Some(Sense::Other)),
            ("she asked me on 10/12", Deed::Revoking, Some(Sense::Said)),
            ("she came in on 10/12", Deed::Revoking, Some(Sense::Came)),
            ("we met on 10/12", Deed::Revoking, Some(Sense::Met)),
            ("she revoked and i closed it on 10/12", Deed::Revoking, Some(Sense::Other)),
            ("she revoked at check-in on 10/12", Deed::Revoking, Some(Sense::Act)),
            ("she signed the roi on 10/12", Deed::Revoking, Some(Sense::Other)),
            ("she signed the roi revocation on 10/12", Deed::Revoking, Some(Sense::Signed)),
            ("she signed the roi on 10/12", Deed::Consenting, Some(Sense::Act)),
            ("she refused on 10/12", Deed::Consenting, Some(Sense::Other)),
            ("bed 12, 10/12", Deed::Revoking, None),
        ];
        for (text, deed, wanted) in table {
            let found = days(text, today);
            let day = found.last().expect("a day");
            let sense = governing(text, day, &cues(text, deed, &words)).map(|(cue, _)| cue.sense);
            assert_eq!(sense, wanted, "{text} {deed:?}");
        }
    }
}
