//! Where a sentence names days, and which: one [`Style`] for each way of writing one.

use std::ops::Range;
use std::sync::LazyLock;

use chrono::{Datelike, Days, Months, NaiveDate};
use regex::{Captures, Regex};

use super::calendar::{
    HOLIDAY, MONTH, ORDINAL, WEEKDAY, count, day_of_month, holiday, last_numbered, last_weekday, month,
    nearest, next_numbered, next_weekday, weekday, weekday_of_last_week, year,
};
use super::{Day, spanish};
use crate::notice::vocabulary::{any, pattern};

/// Days looked for per style and sentence.
const MOST_DAYS: usize = 40;

/// What a style reads from: the captured words and what stands around them.
pub(super) struct Written<'t> {
    captures: Captures<'t>,
    pub before: &'t str,
    pub after: &'t str,
    pub today: Option<NaiveDate>,
}

impl<'t> Written<'t> {
    pub(super) fn word(&self, name: &str) -> Option<&'t str> {
        self.captures.name(name).map(|found| found.as_str())
    }

    fn day(&self, name: &str) -> Option<u32> {
        day_of_month(self.word(name)?)
    }

    pub(super) fn back(&self, days: u64) -> Option<NaiveDate> {
        self.today?.checked_sub_days(Days::new(days))
    }

    /// What is spoken of lies ahead: "takes effect on Friday", "not before the 30th".
    fn forward(&self) -> bool {
        FORWARD.is_match(self.before)
    }
}

/// A way of writing days.
pub(super) struct Style {
    pub pattern: Regex,
    /// Counted from the day of the mail: "yesterday".
    pub relative: bool,
    pub read: fn(&Written<'_>) -> Option<NaiveDate>,
}

pattern! {
    // "1/2 hour", "room 10/11", "page 1/2" are no days.
    MEASURE_BEHIND = [r"^(?: of (?:an?|the|them|us|it|these|those|all|our)\b| (?:an? )?(?:hours?|days?|pages?|cups?|miles?|dozen|full|beds?|baths?|time|months?|years?|weeks?)\b|%|[/-]\d)"];
    NUMBER_BEFORE = [r"(?:[\d/.#$-]|\b(?:page|room|rm|unit|apt|step|item|rev\.?|section|v|bed|beds|version|line|suite|ste|bldg|site|form|no\.?|hwy|route) ?)$"];
    // "the 3rd floor", "the 2nd of these"
    THING_BEHIND = [r"^(?: (?:floor|time|one|street|st|avenue|ave|grade|person|shelter|client|week|quarter|row|page|line|step|notice|attempt|day|bed|unit|amendment|record|agency|mail|email|e-mail|message|shift|party|guest|of|place|option|anniversary|birthday)\b|[-/]\w)"];
    FORWARD = [r"\b(?:will|won't|shall|starts?|starting|begins?|takes? effect|taking effect|go(?:es)? into effect|(?:not|nothing)\b[^.;]{0,30}\b(?:before|until|till)|wait(?:s|ing)?|until|till|before)\b[^.;:,]{0,30}$"];
    NO_WEEKDAY = [r"\b(?:happy|good|great|lovely|nice|every|each|by|until|till|before|since|through|thru|any|most|office|week of|black|ash|palm|holy) $"];
    // "She came by Sunday."
    CAME_BY = [r"\b(?:came|comes?|stopped|dropped|swung|walked|went) by $"];
    GREETED = [r"\b(?:happy|merry|enjoy|good|great|lovely|nice) (?:early |belated )?$"];
    BOUND_BEFORE = [r"\b(?:since|until|till|til|'til|by|before|through|thru|up to|every|each|around|approximately|week of|between|prior to|no later than) (?:(?:the|about|around|early|late) )*$"];
    RANGE_BEHIND = [r"^ ?(?:-|to|through|thru|\x{2013}|/) ?(?:\d|the \d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)"];
    RANGE_BEFORE = [r"\bbetween [^.;]{1,24} and (?:the |on )?$", r"(?:[/ ]|^)\d{1,2}(?:st|nd|rd|th)? ?(?:-|to|through|thru|\x{2013}) ?(?:the )?$"];
}

static STYLES: LazyLock<Vec<Style>> = LazyLock::new(|| {
    let y4 = r"(?:19|20)\d{2}";
    let style = |relative, patterns: &[&str], read| Style { pattern: any(patterns), relative, read };
    vec![
        style(false, &[&format!(r"\b(?P<y>{y4})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})\b")], in_figures),
        style(
            false,
            &[&format!(r"\b(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<y>{y4}|\d{{2}})\b")],
            american,
        ),
        // "21 AUG 26" is no 26 August.
        style(
            false,
            &[&format!(
                r"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ -]?(?P<m>{MONTH})[, -]{{0,2}}(?P<y>{y4}|'?\d{{2}})\b"
            )],
            in_words,
        ),
        style(
            false,
            &[&format!(
                r"\b(?P<m>{MONTH})[ -]?(?:the )?(?P<d>\d{{1,2}}|{ORDINAL})(?:st|nd|rd|th)?\b(?:[, -]{{1,2}}(?P<y>{y4}|'?\d{{2}})\b)?"
            )],
            in_words,
        ),
        style(
            false,
            &[&format!(
                r"\b(?:the )?(?P<d>\d{{1,2}}|{ORDINAL})(?:st|nd|rd|th)?(?: day)?(?: of)?,?[ -]?(?P<m>{MONTH})\b(?:[, -]{{1,2}}(?P<y>{y4}|'?\d{{2}})\b)?"
            )],
            in_words,
        ),
        style(
            true,
            &[&format!(
                r"\b(?:(?P<shift>(?:day|eve|evening|night|morning|{WEEKDAY}) (?:before|after|of)) )?(?P<name>{HOLIDAY}|black friday)(?P<eve> eve)?\b"
            )],
            on_holiday,
        ),
        style(
            false,
            &[
                r"\b(?:dated|date|signed|signed on|as of|fechad[oa]|fecha)[: ] ?(?P<y>20[2-4]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])\b",
            ],
            in_figures,
        ),
        style(
            false,
            &[&format!(r"\bthe (?P<edge>first|last)(?: day)? of (?P<m>{MONTH})\b(?:,? (?P<y>{y4})\b)?")],
            edge_of_month,
        ),
        style(false, &[r"\b(?P<m>\d{1,2})/(?P<d>\d{1,2})\b"], without_year),
        style(
            true,
            &[&format!(
                r"\bthe (?P<d>\d{{1,2}}|{ORDINAL})(?:st|nd|rd|th)?(?: day)? of (?P<which>this|last|the|the past|the previous|the current) month\b"
            )],
            of_month,
        ),
        style(true, &[r"\bthe (?P<d>\d{1,2})(?:st|nd|rd|th)\b"], numbered),
        style(true, &[&format!(r"\bon the (?P<d>{ORDINAL})\b")], numbered_in_words),
        style(
            true,
            &[
                r"\b(?P<n>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten) days ago\b",
                r"\b(?:exactly |precisely )?(?P<weeks>a|one|two|three) weeks? ago (?P<from>today|yesterday|to the day)\b",
                r"\b(?:exactly|precisely) (?P<exact>a|one|two|three) weeks? ago\b",
                &format!(
                    r"\b(?P<before>a|one|two|three) weeks? ago (?:on |last |this )?(?P<week>{WEEKDAY})\b"
                ),
            ],
            ago,
        ),
        style(true, &[r"\b(?:the )?(?:day before yesterday|anteayer)\b"], |w| w.back(2)),
        style(
            true,
            &[
                r"\b(?:yesterday|yday|yest|ystrdy|last nite|last night|the other side of midnight|ayer|anoche)\b",
                r"\b(?:a|one) day ago\b",
                r"\bthe (?:previous|prior) (?:day|evening|night)\b",
            ],
            |w| w.back(1),
        ),
        style(
            true,
            &[
                r"\b(?:today|this (?:very )?(?:morning|afternoon|evening|noon|date)|tonight|tonite|2nite|2night|2day|just now|right now|as i (?:write|type)|earlier today|hoy)\b",
                r"\b(?:an?|one|two|three|four|five|six|ten|\d{1,2}|a few|half an)(?: couple of)? (?:hours?|minutes?|mins?) ago\b",
                r"\b(?:for|in|within|over|during) (?:the|this) (?:past|last) (?:hour|half hour|(?:few )?minutes)\b",
                r"\bjust (?:walked in|came in|came by|stopped by|left|called|signed|told|revoked|withdrew|asked)\b",
            ],
            this_day,
        ),
        style(
            true,
            &[
                &format!(r"\b(?P<last>last week|the week before)(?:,| on|'s)? (?P<of>{WEEKDAY})\b"),
                &format!(
                    r"\b(?:(?P<how>last|this past|past|this coming|coming|next|this) )?(?P<week>{WEEKDAY})(?P<lastweek>,? (?:of )?last week| before last)?\b"
                ),
                r"\b(?:on|last|this|[-,;(]) ?(?P<short>mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b",
                r"\b(?P<short3>thurs?|tues|weds)\b",
                r"\b(?P<short4>mon|wed|thu|fri|sat|sun),? (?:nite|night|morn|morning|afternoon|aft|eve|evening|noon)\b",
                r"\b(?P<short5>mon|fri) (?:w/?|with|at|@)(?: |$)",
                r"\b(?:revoked|signed|signd|withdrew|pulled|told|came in|roi|back|out) (?P<short2>mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b",
            ],
            on_weekday,
        ),
    ]
});

/// Every day named in a sentence of lower-case text. `today` is the day of the Date header; without it nothing
/// relative is known, and of days without their year nothing either. What is no day of the calendar is none.
pub(in crate::notice) fn days(lower: &str, today: Option<NaiveDate>) -> Vec<Day> {
    let mut found: Vec<Day> = Vec::new();
    let mut taken: Vec<Range<usize>> = Vec::new();
    for style in spanish::styles(lower).iter().chain(STYLES.iter()) {
        for captures in style.pattern.captures_iter(lower).take(MOST_DAYS) {
            let Some(range) = captures.get(0).map(|whole| whole.range()) else { continue };
            if taken.iter().any(|other| other.start < range.end && range.start < other.end) {
                continue;
            }
            let before = lower.get(..range.start).unwrap_or_default();
            let after = lower.get(range.end..).unwrap_or_default();
            let is_weekday =
                ["week", "short", "short3", "dia"].iter().any(|name| captures.name(name).is_some())
                    && captures.name("before").is_none();
            // "Wednesday, November 4" names one day.
            let beside = |day: &Day| {
                (day.at >= range.end && day.at - range.end <= 6)
                    || (range.start >= day.end && range.start - day.end <= 4)
            };
            if is_weekday && found.iter().any(|day| !day.relative && beside(day)) {
                continue;
            }
            let written = Written { captures, before, after, today };
            let date = (style.read)(&written);
            // What looks like a day and is none must not be read as another one: 13/45/2026.
            if date.is_some() || !style.relative {
                taken.push(range.clone());
            }
            if let Some(date) = date {
                let bound = spanish::is_bound(before)
                    || (BOUND_BEFORE.is_match(before) && !CAME_BY.is_match(before))
                    || RANGE_BEHIND.is_match(after)
                    || RANGE_BEFORE.is_match(before);
                let (date, other) = spanish::either_way(lower, &written, date);
                let relative = style.relative;
                found.push(Day { date, other, at: range.start, end: range.end, relative, bound });
            }
        }
    }
    found.sort_by_key(|day| day.at);
    found
}

/// `2026-10-12`
fn in_figures(written: &Written<'_>) -> Option<NaiveDate> {
    let year = written.word("y")?.parse().ok()?;
    NaiveDate::from_ymd_opt(year, written.day("m")?, written.day("d")?)
}

/// `10/12/2026`, month first (en-US); day first only where it can be nothing else.
fn american(written: &Written<'_>) -> Option<NaiveDate> {
    let joined = |c: char| c.is_ascii_digit() || matches!(c, '/' | '-' | '.');
    let goes_on = written
        .after
        .strip_prefix(['-', '/', '.'])
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if written.before.ends_with(joined) && !written.before.ends_with("..") || goes_on {
        return None;
    }
    let (first, second) = (written.day("a")?, written.day("b")?);
    let (month, day) = if first > 12 { (second, first) } else { (first, second) };
    NaiveDate::from_ymd_opt(year(written.word("y")?, written.today)?, month, day)
}

/// `October 12, 2026`, `21 AUG 26`, `the third of August`
fn in_words(written: &Written<'_>) -> Option<NaiveDate> {
    let (month, day) = (month(written.word("m")?)?, written.day("d")?);
    // Two digits behind may be anything else: "on October 12 10 people".
    if let Some(year) = written.word("y").and_then(|text| year(text, written.today)) {
        return NaiveDate::from_ymd_opt(year, month, day);
    }
    nearest(written.today?, |year| NaiveDate::from_ymd_opt(year, month, day))
}

/// "the last day of June"
fn edge_of_month(written: &Written<'_>) -> Option<NaiveDate> {
    let (month, last) = (month(written.word("m")?)?, written.word("edge") == Some("last"));
    let day = |year| {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        if last { first.checked_add_months(Months::new(1))?.pred_opt() } else { Some(first) }
    };
    match written.word("y").and_then(|text| year(text, written.today)) {
        Some(year) => day(year),
        None => nearest(written.today?, day),
    }
}

/// `10/12`
fn without_year(written: &Written<'_>) -> Option<NaiveDate> {
    if MEASURE_BEHIND.is_match(written.after) || NUMBER_BEFORE.is_match(written.before) {
        return None;
    }
    let (month, day) = (written.day("m")?, written.day("d")?);
    nearest(written.today?, |year| NaiveDate::from_ymd_opt(year, month, day))
}

/// "the fifteenth of this month"
fn of_month(written: &Written<'_>) -> Option<NaiveDate> {
    let (today, day) = (written.today?, written.day("d")?);
    let this = NaiveDate::from_ymd_opt(today.year(), today.month(), 1)?;
    let first = match written.word("which")? {
        "last" | "the past" | "the previous" => this.pred_opt()?,
        _ => this,
    };
    NaiveDate::from_ymd_opt(first.year(), first.month(), day)
}

/// "the 12th": the last such day, unless what lies ahead is spoken of.
fn numbered(written: &Written<'_>) -> Option<NaiveDate> {
    if THING_BEHIND.is_match(written.after) {
        return None;
    }
    let (today, day) = (written.today?, written.day("d")?);
    if written.forward() { next_numbered(today, day) } else { last_numbered(today, day) }
}

/// "on the fifteenth": in words only where nothing else is counted ("on the second floor").
fn numbered_in_words(written: &Written<'_>) -> Option<NaiveDate> {
    let ends = written.after.is_empty() || written.after.starts_with(|c: char| ",.;:)".contains(c));
    (ends || written.day("d")? > 10).then(|| numbered(written))?
}

/// "Veterans Day", "the day after Christmas", "the Friday after Thanksgiving"
fn on_holiday(written: &Written<'_>) -> Option<NaiveDate> {
    // "Happy Thanksgiving!" tells no day.
    if GREETED.is_match(written.before) {
        return None;
    }
    let name = written.word("name")?;
    let date = nearest(written.today?, |year| holiday(name, year))?;
    let eve = written.word("eve").is_some();
    let Some(shift) = written.word("shift") else { return if eve { date.pred_opt() } else { Some(date) } };
    let (what, direction) = shift.rsplit_once(' ')?;
    match (weekday(what), direction) {
        (Some(wanted), "after") => next_weekday(date, wanted),
        (Some(wanted), "before") => last_weekday(date, wanted),
        (None, "after") => date.succ_opt(),
        (None, "before") => date.pred_opt(),
        (None, "of") if what == "eve" => date.pred_opt(),
        _ => Some(date),
    }
}

fn this_day(written: &Written<'_>) -> Option<NaiveDate> {
    written.today
}

/// "three days ago", "a week ago today", "two weeks ago on Friday"
fn ago(written: &Written<'_>) -> Option<NaiveDate> {
    if let Some(days) = written.word("n") {
        return written.back(count(days)?);
    }
    if let Some(weeks) = written.word("weeks") {
        let extra = u64::from(written.word("from") == Some("yesterday"));
        return written.back(7 * count(weeks)? + extra);
    }
    if let Some(weeks) = written.word("exact") {
        return written.back(7 * count(weeks)?);
    }
    let weeks = count(written.word("before")?)?;
    last_weekday(written.today?, weekday(written.word("week")?)?)?.checked_sub_days(Days::new(7 * weeks))
}

/// "on Monday": the last one before the mail, unless what lies ahead is spoken of.
fn on_weekday(written: &Written<'_>) -> Option<NaiveDate> {
    let today = written.today?;
    if let Some(name) = written.word("of") {
        return weekday_of_last_week(today, weekday(name)?);
    }
    let name = ["week", "short", "short2", "short3", "short4", "short5"]
        .iter()
        .find_map(|name| written.word(name))?;
    let wanted = weekday(name)?;
    if NO_WEEKDAY.is_match(written.before) && !CAME_BY.is_match(written.before) {
        return None;
    }
    match (written.word("how").unwrap_or_default(), written.word("lastweek").unwrap_or_default()) {
        ("next" | "coming" | "this coming", _) => next_weekday(today, wanted),
        (_, " before last") => last_weekday(today, wanted)?.checked_sub_days(Days::new(7)),
        (_, more) if !more.is_empty() => weekday_of_last_week(today, wanted),
        ("this", _) if today.weekday() == wanted => Some(today),
        ("" | "this", _) if written.forward() => next_weekday(today, wanted),
        _ => last_weekday(today, wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a real date")
    }

    /// Wednesday.
    fn today() -> NaiveDate {
        day(2026, 10, 14)
    }

    fn dates(text: &str) -> Vec<NaiveDate> {
        days(text, Some(today())).into_iter().map(|day| day.date).collect()
    }

    #[test]
    fn days_in_many_styles() {
        let table = [
            ("10/12/2026", day(2026, 10, 12)),
            ("10/12/26", day(2026, 10, 12)),
            ("10/12", day(2026, 10, 12)),
            ("10-12-2026", day(2026, 10, 12)),
            ("2-18-26", day(2026, 2, 18)),
            ("10.12.2026", day(2026, 10, 12)),
            ("2026-10-12", day(2026, 10, 12)),
            ("2026/10/12", day(2026, 10, 12)),
            ("28/9/2026", day(2026, 9, 28)),
            ("the last day of september", day(2026, 9, 30)),
            ("the last day of february 2024", day(2024, 2, 29)),
            ("form is dated 20261011", day(2026, 10, 11)),
            ("she signd it thurs", day(2026, 10, 8)),
            ("revoked roi mon w me", day(2026, 10, 12)),
            ("sat nite she signed", day(2026, 10, 10)),
            ("revoked 2nite", today()),
            ("october 12, 2026", day(2026, 10, 12)),
            ("october 12 2026", day(2026, 10, 12)),
            ("october 12th", day(2026, 10, 12)),
            ("october the 12th", day(2026, 10, 12)),
            ("october twelfth", day(2026, 10, 12)),
            ("oct. 12", day(2026, 10, 12)),
            ("sept. 10, 2026", day(2026, 9, 10)),
            ("12 october 2026", day(2026, 10, 12)),
            ("21 aug 26", day(2026, 8, 21)),
            ("21aug26", day(2026, 8, 21)),
            ("21-aug-2026", day(2026, 8, 21)),
            ("the 28th of september 2026", day(2026, 9, 28)),
            ("the 3rd day of august, 2026", day(2026, 8, 3)),
            ("the 4th of may", day(2026, 5, 4)),
            ("the sixteenth of september", day(2026, 9, 16)),
            ("on the 9th september", day(2026, 9, 9)),
            ("january 3", day(2027, 1, 3)),
            ("november 30", day(2026, 11, 30)),
            ("the fifteenth of last month", day(2026, 9, 15)),
            ("the 5th of this month", day(2026, 10, 5)),
            ("on the 12th", day(2026, 10, 12)),
            ("the 28th", day(2026, 9, 28)),
            ("on the thirteenth she signed", day(2026, 10, 13)),
            ("it does not count before the 30th", day(2026, 10, 30)),
            ("today", today()),
            ("this morning", today()),
            ("this afternoon", today()),
            ("tonight", today()),
            ("just now", today()),
            ("an hour ago", today()),
            ("yesterday", day(2026, 10, 13)),
            ("yesterday afternoon", day(2026, 10, 13)),
            ("last night", day(2026, 10, 13)),
            ("the day before yesterday", day(2026, 10, 12)),
            ("three days ago", day(2026, 10, 11)),
            ("5 days ago", day(2026, 10, 9)),
            ("exactly one week ago today", day(2026, 10, 7)),
            ("a week ago today", day(2026, 10, 7)),
            ("two weeks ago yesterday", day(2026, 9, 29)),
            ("a week ago friday", day(2026, 10, 2)),
            ("on monday", day(2026, 10, 12)),
            ("monday night", day(2026, 10, 12)),
            ("last friday", day(2026, 10, 9)),
            ("this past saturday", day(2026, 10, 10)),
            ("this tuesday", day(2026, 10, 13)),
            ("this wednesday", today()),
            ("on wednesday", day(2026, 10, 7)),
            ("monday last week", day(2026, 10, 5)),
            ("last week on tuesday", day(2026, 10, 6)),
            ("friday of last week", day(2026, 10, 9)),
            ("friday before last", day(2026, 10, 2)),
            ("next friday", day(2026, 10, 16)),
            ("it will count from friday", day(2026, 10, 16)),
            ("on tues", day(2026, 10, 13)),
            ("wednesday, october 7", day(2026, 10, 7)),
            ("saturday, 10/10", day(2026, 10, 10)),
            ("tuesday 29 september", day(2026, 9, 29)),
            ("friday (9 october)", day(2026, 10, 9)),
            ("she came by sunday after church", day(2026, 10, 11)),
            ("on labor day", day(2026, 9, 7)),
            ("the tuesday after labor day", day(2026, 9, 8)),
            ("on columbus day", day(2026, 10, 12)),
            ("the eve of thanksgiving", day(2026, 11, 25)),
            ("christmas eve", day(2026, 12, 24)),
            ("the day after memorial day", day(2026, 5, 26)),
        ];
        for (text, wanted) in table {
            assert_eq!(dates(text), [wanted], "{text}");
        }
    }

    #[test]
    fn what_is_no_day() {
        for text in [
            "1555555",
            "13/45/2026",
            "2026-02-31",
            "february 30, 2026",
            "by friday",
            "every monday",
            "happy friday",
            "happy thanksgiving!",
            "she sat down",
            "she sat with me",
            "client 20261011",
            "may revoke",
            "room 10",
            "room 10/11",
            "24/7",
            "1/2 hour",
            "3/4 of them",
            "in october",
            "last week",
            "last month",
            "a while ago",
            "a few days ago",
            "the 3rd floor",
            "on the second floor",
            "dob 7/19/84",
            "218-555-0177",
            "12-10-26-4471",
            "10.12.26.4",
            "rev. 08/2025",
            "file 26-004417",
            "tuesdays and thursdays",
        ] {
            assert_eq!(dates(text), [], "{text}");
        }
    }

    #[test]
    fn several_days_in_their_order() {
        let table: [(&str, &[NaiveDate]); 3] = [
            ("signed 10/12 and closed on october 13", &[day(2026, 10, 12), day(2026, 10, 13)]),
            ("on tuesday - no, wednesday, october 7", &[day(2026, 10, 13), day(2026, 10, 7)]),
            ("on 9/30 and again yesterday", &[day(2026, 9, 30), day(2026, 10, 13)]),
        ];
        for (text, wanted) in table {
            assert_eq!(dates(text), wanted, "{text}");
        }
    }

    #[test]
    fn ends_of_a_span_are_marked() {
        let table = [
            ("since october 1", true),
            ("until 10/30", true),
            ("through the 28th", true),
            ("9/27 to 9/29", true),
            ("on 10/12", false),
            ("from 10/12 on", false),
        ];
        for (text, bound) in table {
            let found = days(text, Some(today()));
            assert!(!found.is_empty() && found.iter().all(|day| day.bound == bound), "{text}");
        }
    }

    #[test]
    fn without_a_date_header_only_full_dates_are_known() {
        assert_eq!(days("10/12/2026", None).len(), 1);
        for text in ["yesterday", "10/12", "october 12", "on monday", "the 12th", "on labor day"] {
            assert_eq!(days(text, None), [], "{text}");
        }
    }
}
