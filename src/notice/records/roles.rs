//! Old, new, made, or to be left alone: what the words around a record say of it.

use regex::Regex;

use super::super::vocabulary::pattern;
use super::Role;

pattern! {
    UNTOUCHED_AFTER = [
        r"^[^.;,]{0,40}\b(?:should (?:stay|remain)|stays? (?:open|shared|as)|remains? (?:open|shared)|is not (?:affected|included|part)|still (?:wants|agrees|shares|sharing|consents)|keeps? (?:sharing|her consent|his consent))\b",
        r"^[^.;:]{0,30}?\b(?:does|do|did|has|have|had|is)(?: not|n't) (?:\w+ ){0,2}?(?:revok\w+|withdr\w+|rescind\w*|opt\w* out|affected|included|ask(?:ed|ing)? for|part of (?:this|it))\b",
    ];
    UNTOUCHED_BEFORE = [r"(?:\bleave|\bkeep|\bdo not (?:touch|close|include|change|lock)|\bdon't (?:touch|close|include|change|lock)|\bother than|\bexcept(?: for)?|\bexcluding|\bnot to be confused with|(?:,|\(|\band|\bbut) ?not)(?: (?:the|her|his|their|my|our|record|client|file|husband|wife|son|daughter|sister|brother|id|of)){0,4} #? ?$"];
    /// A row that says "Close?: no", "still shares".
    UNTOUCHED_ROW = [r"\b(?:close|closing|revok\w+|lock|withdr\w+)\??: ?(?:no|n|none|false)\b", r": ?(?:still shar\w+|keeps? sharing|no change|unchanged|not revoked|did not revoke|stays open|sharing)\b"];

    NEW_CUE = [r"\b(?:new|newly|fresh|replacement|successor|second|another|substitute|now use|use instead|going forward use|replaced (?:it |her |him |them )?(?:by|with)|use this file|to use|to be used)\b", r"\bus(?:e|es|ed|ing)\b[^.;]{0,30}\b(?:from (?:here|now|today|this point)(?: on\w*)?|going forward|instead)\b", r"\bfrom (?:here|now|today|this point)(?: on\w*)?\b[^.;]{0,40}\b(?:write|use|uses|enter|work|put)\b", r"\b(?:moved|switched|changed|transferred) (?:\w+ ){0,2}to\b"];
    OLD_CUE = [r"\b(?:old|older|original|initial|previous|prior|existing|first|former|her record|his record|their record|existing record|current|close|closing|sharing off|sharing from|sharing on|off of|off|do not use|predecessor|revoked|revokes|withdrew|replaces?|replacing|supersedes|instead of|in place of|stays closed)\b", r"\b(?:new|replacement|substitute|successor|duplicate|stand-in)(?: (?:record|file|one|client|id|profile))? (?:for|of)(?: (?:the|our|client|record|file|old|id|number|no))* ?[#.]? ?$"];
    MADE_CUE = [r"\b(?:i|we|staff)(?: \w+)? (?:made|created|set up|opened|built|started)\b[^.;,]{0,60} is ?#? ?$", r"\b(?:created|made|set up|started|opened|built|added|generated|entered) (?:(?:a|the|an|up|for (?:him|her|them)|him|her|them|client|record|file|profile|id|number|no|hmis) ?|[#:.(] ?)*$"];

    /// Another record begins to be spoken of: what was said before is not about it.
    RESET = [r"[,;:] ?(?:and |but |so )?(?:the|her|his|their|this|that) (?:\w+ )?(?:one|record|file|client|id|profile)\b"];

    // What follows a number tells of it only where it ends the clause: else it tells of the next number.
    NEW_AFTER = [
        r"^[ (=\x22'-]{0,3}(?:(?:is|was|are|as|being|=|will be) )?(?:(?:the|her|his|their|a|my|our|this) )?(?:\w+ )?(?:new|replacement|fresh|newly|substitute)\b(?: (?:\w+ )?(?:one|record|file|id|client|number|profile|created|made|opened|closed))?(?: (?:and|for|which|that|with|from|is|was|i|we)\b| ?(?:$|[).,;!\x22'-]))",
        r"^ (?:is|was) (?:the one )?(?:what we use|to be used)",
        r"^ (?:is|will be) (?:the )?(?:\w+ ){0,2}?(?:(?:that |which )?(?:we|she|he|they|you|i)(?:'ll)? (?:\w+ )?use|to use|in use)\b",
        r"^ (?:is|will be) [^.;,]{0,40}\b(?:from (?:here|now|today)(?: on\w*)?|going forward)\b",
        r"^ (?:replaces|supersedes)\b",
        r"^ (?:now(?: on)?|going forward|from (?:here|now|today)(?: on\w*)?) ?(?:$|[.,;)])",
        r"^[^.;,]{0,40}\buse this file\b",
    ];
    MADE_AFTER = [r"^ ?\((?:made|created|set up|opened)\b", r"^,? ?(?:(?:is|was) )?(?:the|a) (?:\w+ )?(?:record |file |one |client |profile |id )?(?:that |which )?(?:i|we)(?: (?:have|had|just|\w+ly))? (?:made|created|set up|opened|built|started)\b", r"^ (?:is|was|has been) (?:\w+ )?(?:created|made|set up|opened)\b"];
    OLD_AFTER = [r"^[ (=\x22'-]{0,3}(?:(?:is|was|are|as|being|=) )?(?:(?:the|her|his|their|a|my|our|this) )?(?:\w+ )?(?:old|original|previous|initial|former)\b(?: (?:\w+ )?(?:one|record|file|id|client|number|profile))?(?: (?:and|for|which|that|with|from|is|was|i|we)\b| ?(?:$|[).,;!\x22'-]))", r"^ (?:is|was|has|with)?[^.;,]{0,25}\bdo not use\b", r"^ (?:is|was) (?:replaced|superseded) (?:by|with)\b", r"^ is (?:the )?(?:one|record|file|id)? ?(?:that (?:has|needs) )?to (?:be )?(?:close|shut|lock|restrict|turn)"];
    NEW_CELL = [r": ?(?:the )?(?:new|replacement)\b"];
    OLD_CELL = [r": ?(?:the )?(?:old|original|previous|former)\b"];
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
    let between = between.get(reset..).unwrap_or_default();
    let last = |pattern: &Regex| pattern.find_iter(between).last().map(|m| m.end());
    match (last(&NEW_CUE), last(&OLD_CUE)) {
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
