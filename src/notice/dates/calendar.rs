//! The calendar as people speak of it: names of months and weekdays, ordinals in words, holidays with a fixed rule,
//! years left out.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// The months, as a regular expression over lower-case text.
pub(super) const MONTH: &str = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?";
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Ordinals up to the thirty-first, as a regular expression.
pub(super) const ORDINAL: &str = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|twenty[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirty[- ]first)";
const ORDINALS: [&str; 19] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];
const NUMBERS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// The months in Spanish, whole or cut, without accents.
pub(super) const MES: &str = r"(?:ene(?:ro)?|feb(?:rero)?|mar(?:zo)?|abr(?:il)?|may(?:o)?|jun(?:io)?|jul(?:io)?|ago(?:sto)?|sep(?:t(?:iembre)?|b?re)?|set(?:iembre)?|oct(?:ubre)?|nov(?:iembre)?|dic(?:iembre)?)\.?";
/// The same, whole only.
pub(super) const MES_ENTERO: &str =
    r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre)";
/// Those that begin otherwise than in English.
const MESES: [(&str, u32); 5] = [("ene", 1), ("abr", 4), ("ago", 8), ("set", 9), ("dic", 12)];
/// Days of a month in Spanish words.
pub(super) const NUMERO: &str = r"(?:treinta(?: y uno)?|veinti(?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)|veinte|diecinueve|dieciocho|diecisiete|dieciseis|quince|catorce|trece|doce|once|diez|nueve|ocho|siete|seis|cinco|cuatro|tres|dos|uno|una|un|primero|1ro)";
const NUMEROS: [&str; 31] = [
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciseis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidos",
    "veintitres",
    "veinticuatro",
    "veinticinco",
    "veintiseis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
    "treinta",
    "treinta y uno",
];
/// The weekdays in Spanish, without accents.
pub(super) const DIA: &str = r"(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)";

/// A Spanish number up to thirty-one, in figures or words.
pub(super) fn numero(text: &str) -> Option<u32> {
    if matches!(text, "un" | "una" | "primero" | "1ro") {
        return Some(1);
    }
    let word = || (1u32..).zip(NUMEROS).find(|(_, name)| *name == text).map(|(number, _)| number);
    text.parse().ok().or_else(word)
}

/// The weekdays, written out, as a regular expression.
pub(super) const WEEKDAY: &str = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)";

/// Which month a name or its abbreviation means.
pub(super) fn month(name: &str) -> Option<u32> {
    let spanish = || MESES.iter().find(|(start, _)| name.starts_with(start)).map(|(_, number)| *number);
    (1u32..).zip(MONTHS).find(|(_, start)| name.starts_with(start)).map(|(number, _)| number).or_else(spanish)
}

/// Which weekday a name or its abbreviation means.
pub(super) fn weekday(name: &str) -> Option<Weekday> {
    match name.get(..3)? {
        "mon" | "lun" => Some(Weekday::Mon),
        "tue" | "mar" => Some(Weekday::Tue),
        "wed" | "mie" => Some(Weekday::Wed),
        "thu" | "jue" => Some(Weekday::Thu),
        "fri" | "vie" => Some(Weekday::Fri),
        "sat" | "sab" => Some(Weekday::Sat),
        "sun" | "dom" => Some(Weekday::Sun),
        _ => None,
    }
}

/// A day of a month: `12` or `twelfth`.
pub(super) fn day_of_month(text: &str) -> Option<u32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let ordinal = |word: &str| (1u32..).zip(ORDINALS).find(|(_, name)| *name == word).map(|(n, _)| n);
    match text.split_once(['-', ' ']) {
        Some(("twenty", unit)) => Some(20 + ordinal(unit)?),
        Some(("thirty", unit)) => Some(30 + ordinal(unit)?),
        Some(_) => None,
        None if text == "twentieth" => Some(20),
        None if text == "thirtieth" => Some(30),
        None => ordinal(text),
    }
}

/// A small count: `3`, `three`, `a`.
pub(super) fn count(text: &str) -> Option<u64> {
    if matches!(text, "a" | "an") {
        return Some(1);
    }
    text.parse().ok().or_else(|| (1u64..).zip(NUMBERS).find(|(_, name)| *name == text).map(|(n, _)| n))
}

/// The year of two digits: near the mail, or none. Birth years are none.
pub(super) fn year(text: &str, today: Option<NaiveDate>) -> Option<i32> {
    let year: i32 = text.trim_start_matches('\'').parse().ok()?;
    if year > 99 {
        return Some(year);
    }
    let year = 2000 + year;
    today.is_none_or(|today| (today.year() - 5..=today.year() + 2).contains(&year)).then_some(year)
}

/// A day of which the year is left out is the one nearest to the mail; what lies ahead is told of less often and counts
/// as twice as far.
pub(super) fn nearest(today: NaiveDate, in_year: impl Fn(i32) -> Option<NaiveDate>) -> Option<NaiveDate> {
    (-1..=1).filter_map(|shift| in_year(today.year() + shift)).min_by_key(|date| {
        match (*date - today).num_days() {
            ahead @ 1.. => 2 * ahead,
            back => -back,
        }
    })
}

/// The last day with this number up to today: "the 28th".
pub(super) fn last_numbered(today: NaiveDate, day: u32) -> Option<NaiveDate> {
    (0..62).filter_map(|back| today.checked_sub_days(Days::new(back))).find(|date| date.day() == day)
}

/// The next day with this number after today.
pub(super) fn next_numbered(today: NaiveDate, day: u32) -> Option<NaiveDate> {
    (1..63).filter_map(|on| today.checked_add_days(Days::new(on))).find(|date| date.day() == day)
}

/// The last such weekday before today; on that weekday itself, the one a week ago.
pub(super) fn last_weekday(today: NaiveDate, wanted: Weekday) -> Option<NaiveDate> {
    (1..=7).filter_map(|back| today.checked_sub_days(Days::new(back))).find(|date| date.weekday() == wanted)
}

/// The next such weekday after today.
pub(super) fn next_weekday(today: NaiveDate, wanted: Weekday) -> Option<NaiveDate> {
    (1..=7).filter_map(|on| today.checked_add_days(Days::new(on))).find(|date| date.weekday() == wanted)
}

/// That weekday of the week (from Monday) before this one.
pub(super) fn weekday_of_last_week(today: NaiveDate, wanted: Weekday) -> Option<NaiveDate> {
    let monday = today.checked_sub_days(Days::new(u64::from(today.weekday().num_days_from_monday()) + 7))?;
    monday.checked_add_days(Days::new(u64::from(wanted.num_days_from_monday())))
}

/// Holidays and how they are found, as a regular expression.
pub(super) const HOLIDAY: &str = r"(?:new year'?s(?: day)?|martin luther king(?: jr\.?)?(?: day)?|mlk day|presidents?'?s?'? day|valentine'?s(?: day)?|st\.? patrick'?s(?: day)?|good friday|easter(?: sunday| monday)?|mother'?s day|memorial day|juneteenth|independence day|fourth of july|july fourth|father'?s day|labor day|columbus day|indigenous peoples?'? day|halloween|election day|veterans?'? day|thanksgiving(?: day)?|christmas(?: day)?)";

/// On which day of a year a holiday falls.
pub(super) fn holiday(name: &str, year: i32) -> Option<NaiveDate> {
    let fixed = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let nth = |month, weekday, n| NaiveDate::from_weekday_of_month_opt(year, month, weekday, n);
    let starts = |start: &str| name.starts_with(start);
    let table: [(&str, Option<NaiveDate>); 25] = [
        ("new year", fixed(1, 1)),
        ("martin", nth(1, Weekday::Mon, 3)),
        ("mlk", nth(1, Weekday::Mon, 3)),
        ("president", nth(2, Weekday::Mon, 3)),
        ("valentine", fixed(2, 14)),
        ("st", fixed(3, 17)),
        ("good friday", easter(year).and_then(|day| day.checked_sub_days(Days::new(2)))),
        ("easter monday", easter(year).and_then(|day| day.succ_opt())),
        ("easter", easter(year)),
        ("mother", nth(5, Weekday::Sun, 2)),
        ("memorial", last_monday_of_may(year)),
        ("juneteenth", fixed(6, 19)),
        ("independence", fixed(7, 4)),
        ("fourth", fixed(7, 4)),
        ("july", fixed(7, 4)),
        ("father", nth(6, Weekday::Sun, 3)),
        ("labor", nth(9, Weekday::Mon, 1)),
        ("columbus", nth(10, Weekday::Mon, 2)),
        ("indigenous", nth(10, Weekday::Mon, 2)),
        ("halloween", fixed(10, 31)),
        ("election", nth(11, Weekday::Mon, 1).and_then(|day| day.succ_opt())),
        ("veteran", fixed(11, 11)),
        ("thanksgiving", nth(11, Weekday::Thu, 4)),
        ("christmas", fixed(12, 25)),
        ("black friday", nth(11, Weekday::Thu, 4).and_then(|day| day.succ_opt())),
    ];
    table.into_iter().find(|(start, _)| starts(start)).and_then(|(_, date)| date)
}

fn last_monday_of_may(year: i32) -> Option<NaiveDate> {
    last_weekday(NaiveDate::from_ymd_opt(year, 6, 1)?, Weekday::Mon)
}

/// Easter Sunday (the anonymous Gregorian computus).
fn easter(year: i32) -> Option<NaiveDate> {
    let (golden, century, in_century) = (year % 19, year / 100, year % 100);
    let moon = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * late + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(days / 31).ok()?, u32::try_from(days % 31 + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a real date")
    }

    #[test]
    fn holidays() {
        let table = [
            ("new year's day", day(2026, 1, 1)),
            ("mlk day", day(2026, 1, 19)),
            ("presidents day", day(2026, 2, 16)),
            ("good friday", day(2026, 4, 3)),
            ("easter", day(2026, 4, 5)),
            ("easter monday", day(2026, 4, 6)),
            ("mother's day", day(2026, 5, 10)),
            ("memorial day", day(2026, 5, 25)),
            ("juneteenth", day(2026, 6, 19)),
            ("fourth of july", day(2026, 7, 4)),
            ("labor day", day(2026, 9, 7)),
            ("columbus day", day(2026, 10, 12)),
            ("election day", day(2026, 11, 3)),
            ("veterans day", day(2026, 11, 11)),
            ("thanksgiving", day(2026, 11, 26)),
            ("christmas", day(2026, 12, 25)),
        ];
        for (name, wanted) in table {
            assert_eq!(holiday(name, 2026), Some(wanted), "{name}");
        }
        assert_eq!(holiday("easter", 2027), Some(day(2027, 3, 28)));
        assert_eq!(holiday("easter", 2024), Some(day(2024, 3, 31)));
    }

    #[test]
    fn numbers_in_words() {
        let table = [
            ("12", Some(12)),
            ("third", Some(3)),
            ("fifteenth", Some(15)),
            ("twentieth", Some(20)),
            ("twenty-first", Some(21)),
            ("thirty first", Some(31)),
            ("umpteenth", None),
        ];
        for (text, wanted) in table {
            assert_eq!(day_of_month(text), wanted, "{text}");
        }
        assert_eq!(count("three"), Some(3));
        assert_eq!(count("a"), Some(1));
        assert_eq!(count("couple"), None);
    }

    #[test]
    fn years_of_two_digits_lie_near_the_mail() {
        let today = Some(day(2026, 10, 14));
        assert_eq!(year("26", today), Some(2026));
        assert_eq!(year("'27", today), Some(2027));
        assert_eq!(year("84", today), None);
        assert_eq!(year("1984", today), Some(1984));
    }
}
