//! The scenario a sender claims: only where it is said, or said in clear words. The claim decides nothing; it is
//! shown beside what the data says (DOMAIN.md, What follows, 1).

use std::sync::LazyLock;

use regex::Regex;

use crate::domain::Scenario;

use super::sentences::Sentence;
use super::vocabulary::any;

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    any(&[
        r"\bscenario(?: (?:number|no\.?|is|was))?[ :#-]{0,3}(?P<a>1|2|one|two|i|ii|a|b)\b",
        r"\b(?P<b>first|second|1st|2nd) scenario\b",
    ])
});
static ONLY_US: LazyLock<Regex> = LazyLock::new(|| {
    any(&[
        r"\b(?:we are|we're|we were|our agency is|our agency was|us is|is) (?:also )?the (?:creating agency and the )?only (?:agency|one|ones|organi[sz]ation|provider|shelter)s?\b.{0,60}\b(?:data|enter\w*|entr(?:y|ies)|put|added|worked|in (?:it|there|the record|any|that)|records?)\b",
        r"\b(?:no other|no one else|nobody else|no-one else|noone else|none of the other|nobody besides|nobody but|no one but|no one other than|not any other)\b.{0,40}\b(?:data|enter\w*|entr(?:y|ies)|put|added|touched|worked|stays?|anything|services|used)\b",
        r"\bno other[- ]agency (?:has |have |had )?(?:data|entries|anything|entered|information)\b",
        r"\bonly (?:we|us|our agency|our shelter|our program|our organi[sz]ation)\b.{0,30}\b(?:data|enter\w*|entr(?:y|ies)|put|added|worked)\b",
        r"\b(?:all|every) (?:of the )?(?:data|entries)\b.{0,20}\b(?:is|are|was|were) (?:ours|by us|from us)\b",
        r"\bonly (?:our|ours)\b.{0,20}\b(?:data|entries)\b",
        r"\bother agenc(?:y|ies) (?:has|have|had) (?:no|never|not)\b.{0,20}\b(?:data|enter\w*|entries|anything)\b",
    ])
});
static OTHERS_TOO: LazyLock<Regex> = LazyLock::new(|| {
    const WHO: &str = r"(?:agenc(?:y|ies)|shelters?|providers?|programs?|organi[sz]ations?|places?|teams?|counties|county|sites?)";
    const MANY: &str = r"(?:other|another|several|multiple|many|various|different|two|three|four|five|six|more|more than one|both|\d)";
    any(&[
        &format!(
            r"\b{MANY} (?:\w+ ){{0,2}}?{WHO}(?: \w+){{0,3}}? (?:have|has|had|got|also|already)(?: \w+){{0,4}}? (?:data|entered|entries|put|added|stays?|services|enrollments?|information|worked|records|notes|things|stuff|in (?:it|there|her|his|their|the|that))\b"
        ),
        &format!(
            r"\b{MANY} (?:\w+ ){{0,2}}?{WHO}(?: \w+){{0,2}}? (?:entered|put|added|worked|work|use|uses|used|serve|serves|served|with (?:data|entries|stays|information))\b"
        ),
        &format!(
            r"\b(?:data|entries|stays?|services|enrollments?|information) (?:\w+ ){{0,3}}?(?:from|by|of|at) (?:\w+ ){{0,3}}?{MANY} (?:\w+ ){{0,2}}?{WHO}\b"
        ),
        r"\b(?:others|other people) (?:have|has|had|also have) (?:data|entered|entries)\b",
        r"\bmore than one agency\b",
        r"\band (?:the )?(?:\w+ ){1,3}(?:both|also|all) have (?:data|entries|stays)\b",
        r"\bnot (?:only|just) (?:us|we|our agency|ours)\b.{0,40}\b(?:data|entries)\b",
        &format!(r"\bthere (?:are|is|were) (?:at least )?{MANY} (?:other )?{WHO} (?:in|on|with|that|who)\b"),
        r"\bmultiple agencies\b.{0,30}\b(?:data|entered|entries|in (?:it|there|the))\b",
        r"\bnot the only (?:agency|one|ones|shelter|provider)\b.{0,60}\b(?:data|enter\w*|entries|in (?:it|there))\b",
    ])
});
/// A question about the scenario, or whether others have data.
static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    any(&[
        r"^\W*(?:is|are|does|do|did|has|have|which|what|who|how|would|should)\b",
        r"\b(?:which|what) scenario\b",
        r"\bor (?:is it |a )?(?:scenario )?(?:2|two|second)\b",
        r"\b(?:check|see|tell me|know|sure) (?:if|whether)\b",
    ])
});
static NEGATED: LazyLock<Regex> = LazyLock::new(|| {
    any(&[r"(?:\b(?:no|not any|never|without|nobody|none|isn't|neither)|n't)(?: \w+){0,2} ?$"])
});

/// The scenario the sentences claim; contradictory claims are none.
pub(super) fn find(sentences: &[Sentence]) -> Option<Scenario> {
    let (mut named, mut told) = (Vec::new(), Vec::new());
    for sentence in
        sentences.iter().filter(|sentence| !(sentence.is_question() && ASKED.is_match(&sentence.lower)))
    {
        for found in NAMED.captures_iter(&sentence.lower) {
            let word = found.name("a").or_else(|| found.name("b")).map_or("", |m| m.as_str());
            named.push(if matches!(word, "1" | "one" | "i" | "a" | "first" | "1st") {
                Scenario::One
            } else {
                Scenario::Two
            });
        }
        if ONLY_US.is_match(&sentence.lower)
            && !sentence.lower.contains("not the only")
            && !sentence.lower.contains("not only")
        {
            told.push(Scenario::One);
        } else if let Some(found) = OTHERS_TOO.find(&sentence.lower) {
            let before = sentence.lower.get(..found.start()).unwrap_or_default();
            if !NEGATED.is_match(before) {
                told.push(Scenario::Two);
            }
        }
    }
    agreed(&named).or_else(|| if named.is_empty() { agreed(&told) } else { None })
}

fn agreed(claims: &[Scenario]) -> Option<Scenario> {
    let first = claims.first()?;
    claims.iter().all(|claim| claim == first).then_some(*first)
}

#[cfg(test)]
mod tests {
    use super::super::sentences::Place;
    use super::*;

    #[test]
    fn claims() {
        let table = [
            ("This is Scenario 1 from your FAQ.", Some(Scenario::One)),
            ("Following Scenario 2 I have done this", Some(Scenario::Two)),
            ("Scenario two applies.", Some(Scenario::Two)),
            ("Scenario #1 revocation", Some(Scenario::One)),
            ("It is the second scenario.", Some(Scenario::Two)),
            ("We're the only agency that ever put data in.", Some(Scenario::One)),
            ("no other agency has entered anything in it", Some(Scenario::One)),
            ("We are the creating agency and the only one with entries.", Some(Scenario::One)),
            ("Nobody besides us has ever worked in that file", Some(Scenario::One)),
            ("Three agencies have data in it.", Some(Scenario::Two)),
            ("Two other shelters have stays in there.", Some(Scenario::Two)),
            ("there are other agencies in it", Some(Scenario::Two)),
            ("Both records have data from more than one agency.", Some(Scenario::Two)),
            ("it is not only us who have data there", Some(Scenario::Two)),
            ("Can you confirm nobody else sees it?", None),
            ("Please confirm that no other agency can see it.", None),
            ("Is this scenario 1 or scenario 2?", None),
            ("She does not want other agencies to see her data.", None),
            ("Please close the record to other agencies.", None),
        ];
        for (text, claim) in table {
            assert_eq!(find(&[Sentence::new(Place::Body, text, false)]), claim, "{text}");
        }
    }
}
