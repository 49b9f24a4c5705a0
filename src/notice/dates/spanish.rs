//! Days as they are written in Spanish, and figures that a Spanish writer may mean day first.

use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate};

use super::calendar::{
    DIA, MES, MES_ENTERO, NUMERO, last_numbered, last_weekday, month, nearest, next_numbered, next_weekday,
    numero, weekday, weekday_of_last_week, year,
};
use super::find::{Style, Written};
use crate::notice::spanish::is_spanish;
use crate::notice::vocabulary::{any, pattern};

pattern! {
    // Without one of these there is no Spanish day, and nothing more is looked for.
    ANY = [r"\b(?:ayer|antier|anteayer|hoy|anoche|hace|acaban?|esta (?:manana|tarde|noche|madrugada)|lunes|martes|miercoles|jueves|viernes|sabado|domingo|de este mes|dia \d{1,2}|el \d{1,2}\b|del (?:presente|mes|corriente))\b", r"\b(?:\d{1,2}|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|[a-z]+ce|veint[a-z]+|treinta|dieci[a-z]+|primero)[ -](?:del? )?(?:mes de )?(?:ene|feb|mar|abr|may|jun|jul|ago|sep|set|oct|nov|dic)", r"\b(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre) \d"];
    FORWARD = [r"\b(?:a partir|surt\w+ efecto|empiec\w+|empiez\w+|hasta|antes|para|proximo|regres\w+|vuelv\w+|viene|vendra|va a|sera|nos vemos)\b[^.;:,]{0,30}$"];
    NO_WEEKDAY = [r"\b(?:lunes|martes|miercoles|jueves|viernes|sabado) a $", r"\b(?:los|cada|de|feliz|buen|bonito|lindo|todos los|hasta el|para el|antes del?) $"];
    DAY_BEHIND = [r"^(?: ?[,.;:)]| ?$| (?:en|por|a|y|con|firmo|revoco|vino|nos|me|la|se|retiro|llamo|pidio|dijo|pasado|de este mes)\b)"];
    BOUND = [r"\b(?:desde|hasta|antes de|antes|para|entre|cada|durante|a mas tardar|alrededor de)(?: (?:el|la|los|las|del|dia|pasado))* $", r"\bantes del $", r"\bdel? (?:dia )?\d{1,2}(?: de \w+)? al? (?:dia )?$"];
    RANGE_BEHIND = [r"^ ?(?:al|a) \d{1,2} de "];
    WEEKDAY_BEFORE = [r"\b(lunes|martes|miercoles|jueves|viernes|sabado|domingo|monday|tuesday|wednesday|thursday|friday|saturday|sunday),? (?:pasado,? )?(?:el |dia |the )*\(?$"];
    WEEKDAY_BEHIND = [r"^,? ?\(?(lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b"];
}

static STYLES: LazyLock<Vec<Style>> = LazyLock::new(|| {
    let style = |relative, patterns: &[&str], read| Style { pattern: any(patterns), relative, read };
    let year = r"(?:19|20)\d{2}";
    let count = format!(r"\d{{1,2}}|{NUMERO}");
    vec![
        style(
            false,
            &[
                &format!(
                    r"\b(?P<d>{count})o?[ -](?:del? )?(?:mes de )?(?P<m>{MES})\b\.?(?:[ ,-]{{1,3}}(?:del? )?(?:ano )?(?P<y>{year}|'?\d{{2}})\b)?"
                ),
                &format!(r"\b(?P<m2>{MES_ENTERO}) (?P<d2>\d{{1,2}})\b(?:,? (?:del? )?(?P<y2>{year})\b)?"),
            ],
            in_words,
        ),
        style(
            true,
            &[&format!(
                r"\b(?:dia )?(?P<d>{count}) (?:de este|del presente|del corriente|del mes (?:en curso|presente|actual)|de(?:l)?(?: mes)? (?P<last>pasado))(?: mes)?\b"
            )],
            of_month,
        ),
        style(true, &[r"\b(?:antier|anteayer|antes de ayer|antes de anoche)\b"], |w| w.back(2)),
        style(true, &[r"\b(?:(?:el dia de )?ayer|anoche)\b"], |w| w.back(1)),
        style(
            true,
            &[
                r"\bhoy(?: mismo)?\b",
                r"\besta (?:misma )?(?:manana|tarde|noche|madrugada)\b",
                r"\bhace (?:un rato|ratito|rato|unos minutos|un momento|media hora|un par de horas|(?:una|dos|tres|cuatro|cinco|seis|\d{1,2}) (?:horas?|minutos))\b",
                r"\bacaban? de (?:revocar|firmar|venir|llamar|decir\w*|retirar|avisar\w*|pedir\w*|entregar|salir|irse)\b",
            ],
            |w| w.today,
        ),
        style(true, &[&format!(r"\bhace (?P<n>{count}) dias?\b")], days_ago),
        style(
            true,
            &[
                &format!(r"\bla semana pasada,? (?:el )?(?:dia )?(?P<of>{DIA})\b"),
                &format!(
                    r"\b(?:(?:el|este|pasado|proximo|ultimo) ){{1,2}}(?P<dia>{DIA})(?P<behind> (?:de la semana pasada|pasado|antepasado|proximo|que viene|que entra))?\b"
                ),
                &format!(
                    r"\b(?P<bare>{DIA})(?P<after> (?:de la semana pasada|pasado|antepasado|proximo|que viene|que entra))?\b"
                ),
            ],
            on_weekday,
        ),
        style(true, &[r"\b(?:el|dia) (?:dia )?(?P<d>\d{1,2})\b"], numbered),
    ]
});

/// The ways of writing days that a sentence may hold; none where it holds no Spanish word for one.
pub(super) fn styles(lower: &str) -> &'static [Style] {
    if ANY.is_match(lower) { &STYLES } else { &[] }
}

/// Whether a day is only the end of a span.
pub(super) fn is_bound(before: &str) -> bool {
    BOUND.is_match(before)
}

/// `3 de noviembre de 2026`, `3-nov-2026`, `noviembre 3`
fn in_words(written: &Written<'_>) -> Option<NaiveDate> {
    // "del 3 al 10 de julio" is no one day.
    if RANGE_BEHIND.is_match(written.after) {
        return None;
    }
    let word = |one, other| written.word(one).or_else(|| written.word(other));
    let (month, day) = (month(word("m", "m2")?)?, numero(word("d", "d2")?)?);
    if let Some(year) = word("y", "y2").and_then(|text| year(text, written.today)) {
        return NaiveDate::from_ymd_opt(year, month, day);
    }
    nearest(written.today?, |year| NaiveDate::from_ymd_opt(year, month, day))
}

/// "el 5 de este mes", "el 28 del mes pasado"
fn of_month(written: &Written<'_>) -> Option<NaiveDate> {
    let (today, day) = (written.today?, numero(written.word("d")?)?);
    let this = NaiveDate::from_ymd_opt(today.year(), today.month(), 1)?;
    let first = if written.word("last").is_some() { this.pred_opt()? } else { this };
    NaiveDate::from_ymd_opt(first.year(), first.month(), day)
}

/// "hace tres días"; eight and fifteen are said for a week and two, more or less.
fn days_ago(written: &Written<'_>) -> Option<NaiveDate> {
    let days = numero(written.word("n")?)?;
    if matches!(days, 8 | 15) { None } else { written.back(u64::from(days)) }
}

/// "el lunes": the last one before the mail, unless what lies ahead is spoken of.
fn on_weekday(written: &Written<'_>) -> Option<NaiveDate> {
    let today = written.today?;
    if let Some(name) = written.word("of") {
        return weekday_of_last_week(today, weekday(name)?);
    }
    let wanted = weekday(written.word("dia").or_else(|| written.word("bare"))?)?;
    if NO_WEEKDAY.is_match(written.before) {
        return None;
    }
    let behind = written.word("behind").or_else(|| written.word("after")).unwrap_or_default();
    match behind.trim_start() {
        "de la semana pasada" => weekday_of_last_week(today, wanted),
        "antepasado" => last_weekday(today, wanted)?.checked_sub_days(Days::new(7)),
        "proximo" | "que viene" | "que entra" => next_weekday(today, wanted),
        "pasado" => last_weekday(today, wanted),
        _ if FORWARD.is_match(written.before) => next_weekday(today, wanted),
        _ => last_weekday(today, wanted),
    }
}

/// "el día 12", "el 12": the last such day, unless what lies ahead is spoken of.
fn numbered(written: &Written<'_>) -> Option<NaiveDate> {
    if !DAY_BEHIND.is_match(written.after) {
        return None;
    }
    let (today, day) = (written.today?, numero(written.word("d")?)?);
    if FORWARD.is_match(written.before) { next_numbered(today, day) } else { last_numbered(today, day) }
}

/// The date in figures and its other reading, if a Spanish sentence holds `03/11/2026` and nothing tells which number
/// is the month. A weekday beside it tells.
pub(super) fn either_way(
    lower: &str,
    written: &Written<'_>,
    date: NaiveDate,
) -> (NaiveDate, Option<NaiveDate>) {
    let figures = || {
        let (first, second) = match (written.word("a"), written.word("b")) {
            (Some(first), Some(second)) => (first, second),
            _ => (written.word("m")?, written.word("d")?),
        };
        let whole = |text: &str| text.parse::<u32>().ok().filter(|number| *number <= 12);
        let (first, second) = (whole(first)?, whole(second)?);
        // `2026-11-03` has one reading, and its year first.
        let iso = written.word("y").is_some() && written.word("a").is_none();
        (first != second && !iso && is_spanish(lower)).then_some((first, second))
    };
    let Some((first, second)) = figures() else { return (date, None) };
    let in_year = |year| NaiveDate::from_ymd_opt(year, second, first);
    let other = if written.word("y").is_some() {
        in_year(date.year())
    } else {
        written.today.and_then(|today| nearest(today, in_year))
    };
    let Some(other) = other else { return (date, None) };
    let beside = WEEKDAY_BEFORE.captures(written.before).or_else(|| WEEKDAY_BEHIND.captures(written.after));
    let named = beside.and_then(|found| found.get(1)).and_then(|name| weekday(name.as_str()));
    match (named == Some(date.weekday()), named == Some(other.weekday())) {
        (true, false) => (date, None),
        (false, true) => (other, None),
        _ => (date, Some(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::days;
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a real date")
    }

    #[test]
    fn days_in_spanish() {
        // Wednesday.
        let today = Some(day(2026, 10, 14));
        let october = |number| Some(day(2026, 10, number));
        let table = [
            ("firmo el 3 de noviembre de 2026", Some(day(2026, 11, 3))),
            ("firmo el 3 de noviembre del 2025", Some(day(2025, 11, 3))),
            ("con fecha 5 de octubre", october(5)),
            ("el dia 5 de oct.", october(5)),
            ("el cinco de octubre", october(5)),
            ("el primero de octubre", october(1)),
            ("el treinta y uno de agosto", Some(day(2026, 8, 31))),
            ("octubre 5, 2026", october(5)),
            ("fecha: 3-ago-2026", Some(day(2026, 8, 3))),
            ("ayer firmo", october(13)),
            ("firmo el dia de ayer", october(13)),
            ("anoche", october(13)),
            ("antier", october(12)),
            ("anteayer", october(12)),
            ("hoy mismo", october(14)),
            ("esta manana", october(14)),
            ("acaba de firmar la hoja", october(14)),
            ("hace tres dias", october(11)),
            ("hace 3 dias", october(11)),
            ("hace ocho dias", None),
            ("hace quince dias", None),
            ("el lunes", october(12)),
            ("el lunes pasado", october(12)),
            ("el pasado lunes", october(12)),
            ("este lunes", october(12)),
            ("el lunes de la semana pasada", october(5)),
            ("la semana pasada, el martes", october(6)),
            ("el viernes antepasado", october(2)),
            ("el viernes que viene", october(16)),
            ("a partir del viernes", october(16)),
            ("el miercoles", october(7)),
            ("los lunes", None),
            ("de lunes a viernes", None),
            ("el 12 firmo", october(12)),
            ("el dia 12", october(12)),
            ("el 12 de la lista", None),
            ("el 5 de este mes", october(5)),
            ("el 28 del mes pasado", Some(day(2026, 9, 28))),
            ("13/10/2026 firmo la hoja", october(13)),
            ("firmo el 10/13/2026", october(13)),
            ("marzo", None),
            ("el 30 de febrero", None),
        ];
        for (text, wanted) in table {
            assert_eq!(days(text, today).first().map(|day| day.date), wanted, "{text}");
        }
    }

    #[test]
    fn figures_that_may_be_read_either_way() {
        let today = Some(day(2026, 11, 5));
        let (march, november) = (day(2026, 3, 11), day(2026, 11, 3));
        let table = [
            ("la clienta firmo el 03/11/2026", march, Some(november)),
            ("la clienta firmo el 03/11", march, Some(november)),
            ("la clienta firmo el martes 03/11/2026", november, None),
            ("la clienta firmo el miercoles, 03/11/2026", march, None),
            ("la clienta firmo el 11/11/2026", day(2026, 11, 11), None),
            ("la clienta firmo el 2026-03-11", march, None),
            ("la clienta firmo el 11/23/2026", day(2026, 11, 23), None),
            ("client signed on 03/11/2026", march, None),
        ];
        for (text, date, other) in table {
            let found = days(text, today);
            let found = found.iter().find(|day| !day.relative).expect("a date");
            assert_eq!((found.date, found.other), (date, other), "{text}");
        }
    }
}
