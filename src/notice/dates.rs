//! The day a client revoked or signed: dates in many styles, days told relative to the Date header (in its own
//! zone), and which of several dates it is.

use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use regex::{Captures, Regex};

use super::intent::{Finding, Said};
use super::sentences::Sentence;
use super::vocabulary::{any, pattern};

/// A day named in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub date: NaiveDate,
    /// Offset in the sentence.
    pub at: usize,
    /// Offset behind it.
    pub end: usize,
    /// Told as "yesterday", "on Monday".
    pub relative: bool,
}

/// What the dates of a mail say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct WeighedDays {
    /// The day that counts.
    pub effective: Option<NaiveDate>,
    /// The mail asks for a day that lies ahead.
    pub ahead: bool,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH: &str = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?";

static EXPLICIT: LazyLock<Regex> = LazyLock::new(|| {
    any(&[
        r"\b(?P<iy>20\d{2})[-/.](?P<im>\d{1,2})[-/.](?P<id>\d{1,2})\b",
        r"\b(?P<sm>\d{1,2})[/.-](?P<sd>\d{1,2})[/.-](?P<sy>20\d{2}|\d{2})\b",
        r"\b(?P<nm>\d{1,2})/(?P<nd>\d{1,2})\b",
        &format!(r"\b(?P<lm>{MONTH}) ?(?P<ld>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<ly>20\d{{2}}))?\b"),
        &format!(
            r"\b(?P<dd>\d{{1,2}})(?:st|nd|rd|th)?(?: day)?(?: of)? (?P<dm>{MONTH})(?:,? (?P<dy>20\d{{2}}))?\b"
        ),
        r"\bthe (?P<od>\d{1,2})(?:st|nd|rd|th)\b",
    ])
});
static RELATIVE: LazyLock<Regex> = LazyLock::new(|| {
    any(&[
        r"\b(?P<ago2>(?:the )?day before yesterday)\b",
        r"\b(?P<ago1>yesterday|last night)\b",
        r"\b(?P<now>today|this (?:morning|afternoon|evening|noon)|tonight|just now|earlier today|hoy)\b",
        r"\b(?P<days>\d{1,2}|two|three|four|five|six|a couple of|a few) days ago\b",
        r"\b(?P<how>on|last|this|this past|past|next|coming|by|until|before|since|every|this coming)? ?(?P<week>monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?P<lastweek> (?:of )?last week)?\b",
        r"\b(?P<how2>on|last|this) (?P<week2>mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b",
    ])
});

pattern! {
    EFFECT_BEFORE = [r"\b(?:effective|as of|takes? effect|taking effect|in effect|into effect|counts?(?: \w+)? from|count(?:ing)? from|starting|beginning|going into effect)\W+(?:(?:date|on|from|the|is|as of|immediately)\W+)*(?:\w+day,? )?$", r"\beffective (?:date|day)\W+(?:is )?$"];
    FROM_BEFORE = [r"\bfrom\W+(?:\w+day,? )?$"];
    ONWARD = [r"^ ?(?:on\b|onwards?|forward)"];
    FIELD_BEFORE = [r"\b(?:revoked|revocation|withdrawn|withdrawal|withdrew|opt[- ]?out|signed|signature|revoking|date revoked|roi signed|consent(?:ed)?)(?: (?:date|on|day))?: ?(?:\w+day,? )?$", r"\bdate (?:of|client|roi|the client) [^:]{0,40}: ?(?:\w+day,? )?$"];
    STAFF_BEFORE = [r"\b(?:clos(?:e|ed|ing)|lock(?:ed)?|enter(?:ed)?|exit(?:ed)?|exit date|created|made|wrote|am writing|e-?mail(?:ed)?|spoke|talked|enrol\w+|admitted|intake|dob|d\.o\.b|born|birth\w*|score\w*|expires?|expired|moved|arrived|updated|training|removed|turned|changed the|housed|due|consented on|consent from|roi from|(?:roi|consent) (?:of|dated|was signed|signed)|gave (?:us )?in|given in|will|followed up|called you|calling|report\w*|run|created by us|entry)\b[^,;:]*$", r"\b(?:since|until|by|before) (?:the |about |around |\w+day,? )?$"];
    STAFF_AFTER = [r"^,? (?:i|we)(?:'ve| have)? (?:\w+ )?(?:closed|removed|locked|turned|created|made|set|changed|tried|entered|wrote|e-?mailed|called|will|am|are|can)\b"];
    CLAUSE = [r"[,;()]| - | and | but | because | so "];
    DEED = [r"\b(?:sign(?:ed|s)|told|tells|asked|came|decided|called|conversation|said|requested|happened|took place|talked|spoke|that was|this was|it was|informed|revoked|stated|met|discussed|withdrew|verbal|sat down|went over|okay|signature)\b"];
    AHEAD_WORDS = [r"\b(?:starting|beginning|effective|as of|from|after|until|on|before) (?:tomorrow|next (?:week|month|monday|tuesday|wednesday|thursday|friday)|the (?:first|end) of (?:next|the) month)\b"];
    MEANT_BEFORE = [r"\b(?:effective|as of|take effect|takes effect|taking effect|count\w* from|starting|beginning|from|after|until|before|on|close|lock|wait|revok\w+|hold)\b[^.;]{0,40}$"];
}

/// What a day before the verb is worth less than one after it, in characters.
const BEFORE_VERB: i64 = 40;

/// Every day named in a sentence. `today` is the day of the Date header; without it nothing relative is known.
pub(super) fn days(lower: &str, today: Option<NaiveDate>) -> Vec<Day> {
    let mut found: Vec<Day> = EXPLICIT
        .captures_iter(lower)
        .take(40)
        .filter_map(|captures| {
            let whole = captures.get(0)?;
            Some(Day {
                date: explicit(&captures, today)?,
                at: whole.start(),
                end: whole.end(),
                relative: false,
            })
        })
        .collect();
    if let Some(today) = today {
        for captures in RELATIVE.captures_iter(lower).take(40) {
            let (Some(whole), Some(date)) = (captures.get(0), relative(&captures, today)) else { continue };
            // "Wednesday, November 4" names one day.
            let beside = found.iter().any(|day| {
                !day.relative
                    && (day.at >= whole.end() && day.at - whole.end() <= 6
                        || whole.start() >= day.end && whole.start() - day.end <= 3)
            });
            let is_weekday = captures.name("week").or_else(|| captures.name("week2")).is_some();
            if !(beside && is_weekday) {
                found.push(Day { date, at: whole.start(), end: whole.end(), relative: true });
            }
        }
    }
    found.sort_by_key(|day| day.at);
    found
}

fn number(captures: &Captures<'_>, name: &str) -> Option<u32> {
    captures.name(name)?.as_str().parse().ok()
}

fn month(captures: &Captures<'_>, name: &str) -> Option<u32> {
    let text = captures.name(name)?.as_str();
    (1u32..).zip(MONTHS).find(|(_, start)| text.starts_with(start)).map(|(number, _)| number)
}

fn explicit(captures: &Captures<'_>, today: Option<NaiveDate>) -> Option<NaiveDate> {
    if let (Some(year), Some(month), Some(day)) =
        (number(captures, "iy"), number(captures, "im"), number(captures, "id"))
    {
        return date(Some(year), month, day, today);
    }
    if let (Some(year), Some(first), Some(second)) =
        (number(captures, "sy"), number(captures, "sm"), number(captures, "sd"))
    {
        let year = if year < 100 { 2000 + year } else { year };
        // Month first (en-US); day first only where it can be nothing else.
        let (month, day) = if first > 12 { (second, first) } else { (first, second) };
        return date(Some(year), month, day, today);
    }
    if let (Some(month), Some(day)) = (number(captures, "nm"), number(captures, "nd")) {
        return date(None, month, day, today);
    }
    if let (Some(month), Some(day)) = (month(captures, "lm"), number(captures, "ld")) {
        return date(number(captures, "ly"), month, day, today);
    }
    if let (Some(month), Some(day)) = (month(captures, "dm"), number(captures, "dd")) {
        return date(number(captures, "dy"), month, day, today);
    }
    let (today, day) = (today?, number(captures, "od")?);
    // "the 12th": the last such day.
    (0..60).filter_map(|back| today.checked_sub_days(Days::new(back))).find(|date| date.day() == day)
}

/// A date without its year is the one nearest to the mail.
fn date(year: Option<u32>, month: u32, day: u32, today: Option<NaiveDate>) -> Option<NaiveDate> {
    if let Some(year) = year {
        return NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day);
    }
    let today = today?;
    (-1..=1)
        .filter_map(|shift| NaiveDate::from_ymd_opt(today.year() + shift, month, day))
        .min_by_key(|date| (*date - today).num_days().abs())
}

fn relative(captures: &Captures<'_>, today: NaiveDate) -> Option<NaiveDate> {
    let back = |days: u64| today.checked_sub_days(Days::new(days));
    if captures.name("now").is_some() {
        return Some(today);
    }
    if captures.name("ago2").is_some() {
        return back(2);
    }
    if captures.name("ago1").is_some() {
        return back(1);
    }
    if let Some(days) = captures.name("days") {
        return match days.as_str() {
            "two" => back(2),
            "three" => back(3),
            "four" => back(4),
            "five" => back(5),
            "six" => back(6),
            vague if vague.starts_with('a') => None,
            digits => back(digits.parse().ok()?),
        };
    }
    let name = captures.name("week").or_else(|| captures.name("week2"))?.as_str();
    let how = captures.name("how").or_else(|| captures.name("how2")).map_or("", |m| m.as_str());
    let wanted = weekday(name)?;
    let since = i64::from(today.weekday().num_days_from_monday()) - i64::from(wanted.num_days_from_monday());
    let since = u64::try_from(since.rem_euclid(7)).ok()?;
    match how {
        "next" | "coming" | "this coming" => today.checked_add_days(Days::new(7 - since)),
        "by" | "until" | "before" | "every" | "since" => None,
        "this" if since == 0 => Some(today),
        _ if captures.name("lastweek").is_some() => {
            let monday = back(u64::from(today.weekday().num_days_from_monday()) + 7)?;
            monday.checked_add_days(Days::new(u64::from(wanted.num_days_from_monday())))
        }
        _ => back(if since == 0 { 7 } else { since }),
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    match name.get(..3)? {
        "mon" => Some(Weekday::Mon),
        "tue" => Some(Weekday::Tue),
        "wed" => Some(Weekday::Wed),
        "thu" => Some(Weekday::Thu),
        "fri" => Some(Weekday::Fri),
        "sat" => Some(Weekday::Sat),
        "sun" => Some(Weekday::Sun),
        _ => None,
    }
}

/// How strongly a day is the one asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Beside,
    WithDeed(i64),
    Field,
    Effect,
}

/// Weighs all days of the own words. `told` is the finding that counts: revoking, or consenting.
pub(super) fn weigh(
    sentences: &[Sentence],
    said: &[Said],
    told: Finding,
    today: Option<NaiveDate>,
) -> WeighedDays {
    // The noun alone stands for the deed only where nothing is told as a mere wish.
    let wished = said.iter().any(|s| {
        s.has(Finding::RevokeWished) || s.has(Finding::RevokeWanted) || s.has(Finding::RevokeFuture)
    }) && !said.iter().any(|s| s.has(told));
    let facts: Vec<bool> = said
        .iter()
        .map(|s| {
            s.has(told)
                || (told == Finding::Revoked && s.has(Finding::RevokeWanted))
                || (told == Finding::Revoked && !wished && s.has(Finding::RevokeTopic))
                || (told == Finding::Consented && s.has(Finding::SignedSomething))
        })
        .collect();
    // A mere wish lends its meaning to no other sentence.
    let near_fact = |index: usize| {
        (index.saturating_sub(3)..=index + 2).any(|at| {
            facts.get(at).copied().unwrap_or(false)
                && !said.get(at).is_some_and(|s| s.has(Finding::RevokeWanted) && !s.has(told))
        })
    };
    let mut candidates: Vec<(Weight, NaiveDate, usize)> = Vec::new();
    let mut ahead = false;
    for (index, sentence) in sentences.iter().enumerate() {
        let fact = facts.get(index).copied().unwrap_or(false);
        let about = said.get(index).is_some_and(|s| {
            fact || s.has(Finding::CloseRequest)
                || s.has(Finding::NotClose)
                || s.findings.iter().any(|f| *f <= Finding::RevokeTopic)
        });
        ahead |= about && AHEAD_WORDS.is_match(&sentence.lower);
        for day in days(&sentence.lower, today) {
            let before = sentence.lower.get(..day.at).unwrap_or_default();
            let after = sentence.lower.get(day.end..).unwrap_or_default();
            let effect = EFFECT_BEFORE.is_match(before)
                || (fact && FROM_BEFORE.is_match(before) && ONWARD.is_match(after));
            let future = today.is_some_and(|today| day.date > today);
            ahead |= future && (effect || (about && MEANT_BEFORE.is_match(before)));
            let clause =
                CLAUSE.find_iter(before).last().map_or(before, |m| before.get(m.end()..).unwrap_or_default());
            let verb = said.get(index).and_then(|s| s.at).unwrap_or(0);
            // Of a clause that tells the fact, only what follows its verb can be staff's doing.
            let told_part = if fact && clause_holds(before, clause, verb) {
                before.get(verb..).unwrap_or_default()
            } else {
                clause
            };
            let staff = STAFF_BEFORE.is_match(told_part) || STAFF_AFTER.is_match(after);
            // "revoked … on the 13th" rather than "the consent of the 2nd … was revoked".
            let ahead_of_verb = if day.at < verb { BEFORE_VERB } else { 0 };
            let distance =
                i64::try_from(day.at.abs_diff(verb)).unwrap_or(i64::MAX).saturating_add(ahead_of_verb);
            let weight = if effect && (fact || near_fact(index)) {
                Weight::Effect
            } else if FIELD_BEFORE.is_match(before) && near_fact(index) {
                Weight::Field
            } else if fact && !staff && !future {
                Weight::WithDeed(-distance)
            } else if !staff && !future && near_fact(index) && DEED.is_match(&sentence.lower) {
                Weight::Beside
            } else {
                continue;
            };
            candidates.push((weight, day.date, index));
        }
    }
    WeighedDays { effective: choose(&candidates, sentences), ahead }
}

/// Whether the verb that tells the fact stands in the clause before the day.
fn clause_holds(before: &str, clause: &str, verb: usize) -> bool {
    verb >= before.len() - clause.len() && verb < before.len()
}

fn choose(candidates: &[(Weight, NaiveDate, usize)], sentences: &[Sentence]) -> Option<NaiveDate> {
    let tier = |weight: &Weight| match weight {
        Weight::Effect => 3,
        Weight::Field => 2,
        Weight::WithDeed(_) => 1,
        Weight::Beside => 0,
    };
    let top = candidates.iter().map(|(weight, ..)| tier(weight)).max()?;
    let best: Vec<_> = candidates.iter().filter(|(weight, ..)| tier(weight) == top).collect();
    // Several clients with a day each have no one day.
    let each = |index: usize| {
        sentences
            .get(index)
            .is_some_and(|s| s.lower.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= 5))
    };
    let (_, first, _) = best.first()?;
    let differing: Vec<usize> = best
        .iter()
        .filter(|(_, date, index)| date != first && each(*index))
        .map(|(_, _, index)| *index)
        .collect();
    let own_verbs = |index: usize| {
        sentences.get(index).map_or(0, |s| {
            super::vocabulary::STRONG_VERBS.find_iter(&s.lower).count()
                + super::vocabulary::WEAK_VERBS.find_iter(&s.lower).count()
        })
    };
    if differing.iter().any(|index| {
        best.iter().any(|(_, date, other)| other != index && date == first && each(*other))
            || own_verbs(*index) > 1
    }) {
        return None;
    }
    best.iter().max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.2.cmp(&a.2))).map(|(_, date, _)| *date)
}

#[cfg(test)]
mod tests {
    use super::super::sentences::Place;
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a real date")
    }

    /// Wednesday.
    fn today() -> NaiveDate {
        day(2026, 10, 14)
    }

    #[test]
    fn dates_in_many_styles() {
        let table = [
            ("10/12/2026", day(2026, 10, 12)),
            ("10/12/26", day(2026, 10, 12)),
            ("10/12", day(2026, 10, 12)),
            ("10-12-2026", day(2026, 10, 12)),
            ("2026-10-12", day(2026, 10, 12)),
            ("october 12, 2026", day(2026, 10, 12)),
            ("oct. 12", day(2026, 10, 12)),
            ("sept. 10, 2026", day(2026, 9, 10)),
            ("12 october 2026", day(2026, 10, 12)),
            ("the 28th of september 2026", day(2026, 9, 28)),
            ("28/9/2026", day(2026, 9, 28)),
            ("on the 12th", day(2026, 10, 12)),
            ("the 28th", day(2026, 9, 28)),
            ("today", today()),
            ("this morning", today()),
            ("tonight", today()),
            ("yesterday", day(2026, 10, 13)),
            ("last night", day(2026, 10, 13)),
            ("the day before yesterday", day(2026, 10, 12)),
            ("three days ago", day(2026, 10, 11)),
            ("on monday", day(2026, 10, 12)),
            ("last friday", day(2026, 10, 9)),
            ("this tuesday", day(2026, 10, 13)),
            ("monday last week", day(2026, 10, 5)),
            ("wednesday, october 7", day(2026, 10, 7)),
            ("january 3", day(2027, 1, 3)),
            ("november 30", day(2026, 11, 30)),
        ];
        for (text, wanted) in table {
            let found: Vec<NaiveDate> = days(text, Some(today())).into_iter().map(|day| day.date).collect();
            assert_eq!(found, [wanted], "{text}");
        }
        for text in
            ["1555555", "13/45/2026", "2026-02-31", "by friday", "she sat down", "may revoke", "room 10"]
        {
            assert_eq!(days(text, Some(today())), [], "{text}");
        }
    }

    #[test]
    fn the_day_that_counts() {
        let table = [
            ("Client 1555555 revoked on 10/12. I closed it on 10/13.", Some(day(2026, 10, 12)), false),
            ("Client 1555555 revoked on 10/12/2026, and I closed it today.", Some(day(2026, 10, 12)), false),
            (
                "Client 1555555 signed the revocation on October 13 and asked that it count from October 10.",
                Some(day(2026, 10, 10)),
                false,
            ),
            ("Client 1555555 revoked. Record was closed by me today.", None, false),
            (
                "A guest revoked the consent she gave us in 2024. The conversation took place on Wednesday, October 7.",
                Some(day(2026, 10, 7)),
                false,
            ),
            (
                "Client 1555555 signed the revocation today, but she asked that it take effect on December 1, 2026.",
                Some(day(2026, 12, 1)),
                true,
            ),
            ("Client 1555555 revoked 10/12. Score was 11, dated 08/19/2026.", Some(day(2026, 10, 12)), false),
            ("Client 1555555 revoked starting tomorrow.", None, true),
            ("Client 1555555 revoked on 10/8/2026 and client 1555556 revoked on 10/12/2026.", None, false),
            ("Client 1555555 (DOB 1984-03-12) revoked 2026-10-07.", Some(day(2026, 10, 7)), false),
        ];
        for (text, effective, ahead) in table {
            let sentences = super::super::sentences::split(&[text], Place::Body);
            let said: Vec<Said> = sentences.iter().map(super::super::intent::find).collect();
            assert_eq!(
                weigh(&sentences, &said, Finding::Revoked, Some(today())),
                WeighedDays { effective, ahead },
                "{text}"
            );
        }
    }
}
