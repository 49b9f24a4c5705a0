//! Old, new, made, or to be left alone: what the words around a record say of it.

use regex::Regex;

use super::super::vocabulary::pattern;
use super::Role;

pattern! {
    UNTOUCHED_AFTER = [
        r"^ no ?[:,;.]",
        r"^[^.;,]{0,40}\b(?:(?:debe|tiene que) (?:seguir|quedar\w*)|se queda|sigue|permanece) (?:abiert|compart|como|igual)",
        r"^[^.;:]{0,30}?\b(?:no|nunca) (?:ha |han |lo |la |se |quiere )?(?:revoc\w+|retir\w+|firm\w+|cambia\w*|toca\w*|incluy\w+)\b",
        r"^[^.;,]{0,40}\b(?:should (?:stay|remain)|stays? (?:open|shared|as)|remains? (?:open|shared)|is not (?:affected|included|part)|still (?:wants|agrees|shares|sharing|consents)|keeps? (?:sharing|her consent|his consent))\b",
        r"^[^.;:]{0,30}?\b(?:does|do|did|has|have|had|is)(?: not|n't) (?:\w+ ){0,2}?(?:revok\w+|withdr\w+|rescind\w*|opt\w* out|affected|included|ask(?:ed|ing)? for|part of (?:this|it))\b",
    ];
    UNTOUCHED_BEFORE = [
        r"(?:\bno (?:cierren|toquen|incluyan|confundir con|cambien)|\bdejen|\bexcepto|\bmenos|\bsalvo|(?:,|\(|\by|\bpero|\bsino) ?no)(?: (?:el|la|los|las|del?|su|id|cliente|clienta|expediente|registro|numero)){0,4} #? ?$",
        r"(?:\bleave|\bkeep|\bdo not (?:touch|close|include|change|lock)|\bdon't (?:touch|close|include|change|lock)|\bother than|\bexcept(?: for)?|\bexcluding|\bnot to be confused with|(?:,|\(|\band|\bbut) ?not)(?: (?:the|her|his|their|my|our|record|client|file|husband|wife|son|daughter|sister|brother|id|of)){0,4} #? ?$"];
    /// A row that says "Close?: no", "still shares".
    UNTOUCHED_ROW = [r"\b(?:close|closing|revok\w+|lock|withdr\w+)\??: ?(?:no|n|none|false)\b", r": ?(?:still shar\w+|keeps? sharing|no change|unchanged|not revoked|did not revoke|stays open|sharing)\b"];

    NEW_CUE = [
        r"\b(?:nuev[oa]s?|reemplazo|sustitut[oa]|(?:otr[oa]|segund[oa]) (?:expediente|registro|record|ficha|file|numero|archivo|perfil|folder|carpeta)(?: aparte)?)\b",
        r"\b(?:hice|hicimos|cree|creamos|abri|abrimos|saque|sacamos|puse|pusimos|di|dimos|arme|armamos|empece|empezamos|asigne|asignamos|genere|generamos)(?: (?:ya|le|les|un|una))* otr[oa]\b",
        r"\b(?:ahora|ya) (?:es|lleva|tiene|usamos|trabajamos (?:con|en)|esta con|quedo (?:con|como)) (?:el )?(?:numero |id )?#? ?$",
        r"\b(?:new|newly|fresh|replacement|successor|substitute|now use|use instead|going forward use|replaced (?:\w+ ){0,4}?(?:by|with)|use this file|to use|to be used)\b",
        r"\b(?:a |one |another |her |his |their )?(?:second|another|separate|additional|blank|clean) (?:\w+ ){0,2}?(?:record|file|profile|chart|dossier|id|number)\b",
        r"\b(?:made|created|opened|set up|started|built|added|gave|given|got|begun|began)\b[^.;]{0,25}\b(?:second|another|separate) (?:one|client)\b",
        r"\b(?:re-?entered|set (?:her|him|them) up(?: again| anew)?|started (?:her|him|them) (?:over|again|afresh|anew))(?: in hmis| again)? (?:as|under|with)(?: (?:client|record|id|number|no))*[ #.]*$",
        r"\b(?:record|file|number|id|profile) from (?:here|now|today)(?: on\w*)?(?: is| will be)?[ :]*$",
        r"\bfrom [\w ,/]{1,20}? on(?:ward)?s?,? (?:\w+ ){0,2}?(?:write|use|enter|work|put|document|record)s?\b",
        r"\b(?:record|file|number|id|profile)s? (?:now|after)[ :]*$",
        r"\b(?:she|he|they)(?:'s| is| are) now(?: (?:client|record|id|number|no|the|#))*[ #.]*$",
        r"\b(?:she|he|they)(?:'s| is| are)? now (?:has|have|under|known as|listed (?:as|under))(?: (?:client|record|id|number|no|the))*[ #.]*$", r"\bus(?:e|es|ed|ing)\b[^.;]{0,30}\b(?:from (?:here|now|today|this point)(?: on\w*)?|going forward|instead)\b", r"\bfrom (?:here|now|today|this point)(?: on\w*)?\b[^.;]{0,40}\b(?:write|use|uses|enter|work|put)\b", r"\b(?:moved|switched|changed|transferred) (?:\w+ ){0,2}to\b"];
    OLD_CUE = [
        r"\b(?:viej[oa]s?|anterior(?:es)?|original(?:es)?|previ[oa]s?|antigu[oa]s?|cerrar|cierren|quit\w+ el statewide|primer[oa]?)\b",
        r"\b(?:record|file|number|id|profile)s? before[ :]*$",
        r"\b(?:old|older|original|initial|previous|prior|existing|first|former|her record|his record|their record|existing record|current|close|closing|sharing off|sharing from|sharing on|off of|off|do not use|predecessor|revoked|revokes|withdrew|replaces?|replacing|supersedes|instead of|in place of|stays closed)\b", r"\b(?:new|replacement|substitute|successor|duplicate|stand-in)(?: (?:record|file|one|client|id|profile))? (?:for|of)(?: (?:the|our|client|record|file|old|id|number|no))* ?[#.]? ?$"];
    MADE_CUE = [
        r"\b(?:cree|creamos|abri|abrimos|hice|hicimos|cread[oa]|hech[oa]) (?:(?:el|la|un|una|le|les|los|registro|expediente|ficha|record|file|numero|id|con|de|para) ?|[#:.(] ?)*$",
        r"\b(?:i|we|staff)(?: \w+)? (?:made|created|set up|opened|built|started)\b[^.;,]{0,60} is ?#? ?$", r"\b(?:created|made|set up|started|opened|built|added|generated|entered) (?:(?:a|the|an|up|for (?:him|her|them)|him|her|them|client|record|file|profile|id|number|no|hmis) ?|[#:.(] ?)*$"];

    /// Words that tell of something else than a record: a new colleague, the first minute, another client.
    NO_CUE = [
        r"\bnuev[oa] (?:aqui|en (?:el|esto|este)|trabajador\w*|emplead[oa]|client[ea]|caso|consentimiento|roi|formulario|direccion|telefono|ano)\b",
        r"\bprimer[oa]? (?:minuto|dia|vez|hora|semana|noche|momento)\b",
        r"\b(?:the )?(?:first|second|third|other|last) (?:thing|things|time|minute|moment|day|night|week|month|name|floor|of all|point|item|matter|question|client|person|participant|guest|resident|member|tenant|family|household|parent|child|try|attempt|shift|half|language|opinion|call|visit|choice)\b",
        r"^\W*(?:and |then )?(?:first|second|secondly|firstly|third)(?:ly)?[,:]",
        r"\bat (?:first|second)\b",
        r"\banother (?:\w+ )?(?:client|person|participant|guest|resident|member|tenant|family|household|one of (?:our|my|the)|case|revocation|withdrawal|agency|shelter|thing|matter|day|time)\b",
        r"\bnew (?:here|to (?:this|the|hmis|it|me|all)|hires?|staff|colleague|coworker|director|supervisor|coordinator|volunteer|intern|(?:case )?(?:manager|worker|aide)s?|phone|address|e-?mail|job|year|place|apartment|home|unit|baby|roi|form|consent|release|policy|entry|enrol\w+|project|program|intake|system|week|month|semester|revocation|withdrawal|notice|request|matter|case|ticket)\b",
        r"\bnew (?:client|guest|resident|participant|person|family|one)\b,? (?:nothing|not|no |unrelated|different|other|this time|same)",
        r"\bold(?:er)? (?:man|woman|lady|gentleman|guy|boy|girl|son|daughter|brother|sister|friend|address|phone|roi|form|consent|release|thread|mail|e-?mail|message|school|hand|building)\b",
        r"\b(?:former|previous|prior|current|existing|original) (?:address|phone|worker|(?:case )?manager|staff|landlord|shelter|agency|mail|e-?mail|message|notice|night|day|week|form|roi|consent|release|thread|employer|husband|wife|spouse|partner|paper|resident|tenant|guest)\b",
        r"\bclosing (?:date|day|shift|time)\b",
    ];
    /// What a client does, and no record made for one.
    DEED_AFTER = [r"^,? ?(?:who |which )?(?:has |have |had |is )?(?:also |just |now |formally |both |today |yesterday )?(?:revok|withdr[ae]w|rescind|opt(?:s|ed|ing)? out|pull(?:s|ed) (?:her|his|their|the|out)|took back|takes back|no longer|does not want|doesn't want|do not want|don't want|wants (?:out|to (?:revoke|stop|withdraw|opt)))"];
    MADE_BEFORE = [r"\b(?:made|created|set up|opened|built|started|added|generated|replac\w+|under|alias)\b"];
    /// A clause of its own behind a number of a list: "the new one is A and B we leave closed".
    OWN_CLAUSE = [r"^ (?:we|i|stays?|remains?|is|was|has|keeps?|should|must|needs)\b"];
    LEFT_CLOSED = [r"^ (?:which )?(?:(?:we|i|we've|i've)(?: have)? (?:leave|left|keep|kept)|stays?|remains?|is (?:left|kept|to stay|to remain)|should (?:stay|remain)|must (?:stay|remain)) (?:\w+ )?(?:closed|shut|locked|as (?:it )?(?:is|was)|alone)\b"];

    /// Another record begins to be spoken of: what was said before is not about it.
    RESET = [r"[,;:] ?(?:and |but |so )?(?:the|her|his|their|this|that) (?:\w+ )?(?:one|record|file|client|id|profile)\b"];

    // What follows a number tells of it only where it ends the clause: else it tells of the next number.
    NEW_AFTER = [
        r"^[ (,=-]{0,3}(?:(?:es|sera|fue|como|queda como) )?(?:(?:el|la|un|una) )?(?:nuev[oa]|reemplazo)\b(?: ?(?:$|[).,;!])| (?:y|que|para|es|fue|lo|ya)\b)",
        r"^[ (=\x22'-]{0,3}(?:(?:is|was|are|as|being|=|will be) )?(?:(?:the|her|his|their|a|my|our|this) )?(?:\w+ )?(?:new|replacement|fresh|newly|substitute)\b(?: (?:\w+ )?(?:one|record|file|id|client|number|profile|created|made|opened|closed))?(?: (?:and|for|which|that|with|from|is|was|i|we)\b| ?(?:$|[).,;!\x22'-]))",
        r"^ (?:is|was) (?:the one )?(?:what we use|to be used)",
        r"^ (?:is|will be) (?:the )?(?:\w+ ){0,2}?(?:(?:that |which )?(?:we|she|he|they|you|i)(?:'ll)? (?:\w+ )?use|to use|in use)\b",
        r"^ (?:is|will be) [^.;,]{0,40}\b(?:from (?:here|now|today)(?: on\w*)?|going forward)\b",
        r"^ (?:replaces|supersedes)\b",
        r"^ (?:now(?: on)?|going forward|from (?:here|now|today)(?: on\w*)?) ?(?:$|[.,;)])",
        r"^[^.;,]{0,40}\buse this file\b",
    ];
    MADE_AFTER = [
        r"^,? ?(?:which|that) (?:i|we)(?: (?:have|had|just|\w+ly))? (?:made|created|set up|opened|built|started)\b",
        r"^,? ?(?:es )?(?:el|la|lo)? ?(?:que )?(?:le )?(?:cree|creamos|abri|abrimos|hice|hicimos|fue cread[oa])\b",
        r"^ ?\((?:made|created|set up|opened)\b", r"^,? ?(?:(?:is|was) )?(?:the|a) (?:\w+ )?(?:record |file |one |client |profile |id )?(?:that |which )?(?:i|we)(?: (?:have|had|just|\w+ly))? (?:made|created|set up|opened|built|started)\b", r"^ (?:is|was|has been) (?:\w+ )?(?:created|made|set up|opened)\b"];
    OLD_AFTER = [
        r"^[ (,=-]{0,3}(?:(?:es|era|fue|como) )?(?:(?:el|la) )?(?:viej[oa]|anterior|original|antigu[oa])\b(?: ?(?:$|[).,;!])| (?:y|que|para|es|fue|lo|ya)\b)",
        r"^[ (=\x22'-]{0,3}(?:(?:is|was|are|as|being|=) )?(?:(?:the|her|his|their|a|my|our|this) )?(?:\w+ )?(?:old|original|previous|initial|former)\b(?: (?:\w+ )?(?:one|record|file|id|client|number|profile))?(?: (?:and|for|which|that|with|from|is|was|i|we)\b| ?(?:$|[).,;!\x22'-]))", r"^ (?:is|was|has|with)?[^.;,]{0,25}\bdo not use\b", r"^ (?:is|was) (?:replaced|superseded) (?:by|with)\b", r"^ is (?:the )?(?:one|record|file|id)? ?(?:that (?:has|needs) )?to (?:be )?(?:close|shut|lock|restrict|turn)"];
    NEW_HEADING = [
        r"^\W*(?:ahora|despues|nuev[oa]s?|reemplazos?)\b",
        r"^\W*(?:(?:the|her|his|their|our|client|record|id) )?(?:new|newly made|now|after|replacements?|replaced by)\b"];
    OLD_HEADING = [
        r"^\W*(?:antes|viej[oa]s?|anterior(?:es)?)\b",
        r"^\W*(?:(?:the|her|his|their|our|client|record|id) )?(?:old|before|former|previous|original|existing|to (?:be )?closed?)\b"];
    NEW_CELL = [
        r": ?(?:el |la )?nuev[oa]\b",
        r": ?(?:the )?(?:new|replacement)\b"];
    OLD_CELL = [
        r": ?(?:el |la )?(?:viej[oa]|anterior|original)\b",
        r": ?(?:the )?(?:old|original|previous|former)\b"];
}

/// The role by the nearest word that tells: right behind the record, else the last one before it. `between` reaches
/// from the record before it, `before` from the start of the sentence; `row`: it is the only record of its row.
pub(super) fn role(before: &str, between: &str, after: &str, row: bool) -> Role {
    if let Some(role) = told_after(after) {
        return role;
    }
    if UNTOUCHED_BEFORE.is_match(between) || (row && UNTOUCHED_ROW.is_match(after)) {
        return Role::Untouched;
    }
    let reset = RESET.find_iter(between).last().map_or(0, |m| m.start());
    let between = NO_CUE.replace_all(between.get(reset..).unwrap_or_default(), " - ");
    let last = |pattern: &Regex| pattern.find_iter(&between).last().map(|m| m.end());
    match (last(&NEW_CUE), last(&OLD_CUE)) {
        // "New client: 1555555 withdrew her ROI": a record made for somebody does nothing.
        (Some(new), old) if old.is_none_or(|old| new > old) && is_of_a_doer(before, after) => Role::Plain,
        (Some(new), Some(old)) if new > old => Role::New,
        (Some(_), None) => Role::New,
        (_, Some(_)) => Role::Old,
        (None, None) if MADE_CUE.is_match(before) => Role::Made,
        (None, None) if row && NEW_CELL.is_match(after) => Role::New,
        (None, None) if row && OLD_CELL.is_match(after) => Role::Old,
        (None, None) => Role::Plain,
    }
}

/// What the words right behind a record say of it.
pub(super) fn told_after(after: &str) -> Option<Role> {
    if NEW_AFTER.is_match(after) {
        return Some(Role::New);
    }
    if OLD_AFTER.is_match(after) {
        return Some(Role::Old);
    }
    if MADE_AFTER.is_match(after) {
        return Some(Role::Made);
    }
    UNTOUCHED_AFTER.is_match(after).then_some(Role::Untouched)
}

/// Whether the number is that of somebody who does something, and of no record that was made.
fn is_of_a_doer(before: &str, after: &str) -> bool {
    DEED_AFTER.is_match(after) && !MADE_BEFORE.is_match(before)
}

/// Whether what stands behind a number tells what a client did or wants.
pub(super) fn does_something(after: &str) -> bool {
    DEED_AFTER.is_match(after)
}

/// The next number of a list: what the words behind it say, else what the one before it is. A clause of its own behind
/// a record that was made tells of another one.
pub(super) fn next_of_list(after: &str, previous: &Role) -> Option<Role> {
    if let Some(role) = told_after(after) {
        return Some(role);
    }
    if *previous != Role::New || !OWN_CLAUSE.is_match(after) {
        return Some(previous.clone());
    }
    LEFT_CLOSED.is_match(after).then_some(Role::Old)
}

/// The words up to the next number, without those that tell of the number before them: "… is the new one for".
pub(super) fn not_told_of_last(between: &str) -> &str {
    [&NEW_AFTER, &OLD_AFTER, &MADE_AFTER]
        .iter()
        .filter_map(|pattern| pattern.find(between))
        // "1966001 replaces 1555555" tells of both.
        .filter(|found| !found.as_str().contains("replac") && !found.as_str().contains("supersed"))
        .map(|found| found.end())
        .max()
        .and_then(|end| between.get(end..))
        .unwrap_or(between)
}

/// What a heading says of the records below it: "Before (closed):", "New records:".
pub(super) fn heading(words: &str) -> Option<Role> {
    let last = |pattern: &Regex| pattern.find_iter(words).last().map(|found| found.start());
    match (last(&NEW_HEADING), last(&OLD_HEADING)) {
        (Some(_), None) => Some(Role::New),
        (None, Some(_)) => Some(Role::Old),
        (Some(_), Some(_)) | (None, None) => None,
    }
}
