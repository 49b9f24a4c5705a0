//! The day a client revoked or signed, in two steps: which days the sentences name (`find`, over the `calendar`),
//! and which of them is the day of the client's act: by the words it belongs to (`cue`) and by the label of its
//! field (`label`). NOTICES.md, `effective`: a day of closing, writing, meeting is not it; of the day of revoking
//! and another one from which it shall count, the latter is.

mod calendar;
mod cue;
mod find;
mod label;
mod spanish;

use chrono::{Months, NaiveDate};

use super::intent::{Finding, Said, without};
use super::sentences::Sentence;
use super::vocabulary::{Vocabulary, pattern};
use cue::{Cue, Deed, Sense};
use label::Label;

pub(super) use find::days;

/// A day named in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub date: NaiveDate,
    /// In figures that may be read day first as well: that reading.
    pub other: Option<NaiveDate>,
    /// Offset in the sentence.
    pub at: usize,
    /// Offset behind it.
    pub end: usize,
    /// Told as "yesterday", "on Monday".
    pub relative: bool,
    /// Only the end of a span: "since Monday", "until the 30th", "9/27 to 9/29".
    pub bound: bool,
}

/// What the dates of a mail say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct WeighedDays {
    /// The day that counts.
    pub effective: Option<NaiveDate>,
    /// The mail asks for a day that lies ahead.
    pub ahead: bool,
}

pattern! {
    // "effective", and what may stand between it and the day.
    EFFECT_BEFORE = [
        r"\b(?:a partir|con efectos?(?: a partir)?|surt\w+ efecto(?: a partir)?|efectiv[oa](?: a partir)?|vigente|retroactiv[oa]|cuent[ae]n?|se cuente|valga|valido|en vigor)(?: (?:de|del|desde|el|la|al|a|dia|pasado|mismo|partir|lunes|martes|miercoles|jueves|viernes|sabado|domingo|fecha))* $",
        r"\b(?:effective|as of|takes? effect|taking effect|took effect|in effect|into effect|in force|operative|binding|reckoned from|valid|retroactive(?:ly)?|back-?dated|with effect|counts?(?: \w+)? from|count(?:ing)? from)\W+(?:(?:date|day|on|from|to|the|is|was|as of|immediately|since|he wrote|she wrote|they wrote)\W+)*(?:\w+day,? )?$",
        r"\bas of (?:her|his|their|the|our) (?:[\w']+ ){1,5}on (?:the )?(?:\w+day,? )?$",
        r"\b(?:it|that|this|which|revocation|withdrawal) (?:shall |should |will |is to |does not |would )?(?:starts?|begins?|counts?|appl(?:y|ies)|takes? effect|to count|to start)(?: (?:on|from|as of|before|with|only))* (?:the )?(?:\w+day,? )?$",
        r"\b(?:use|treat|take) (?:the )?(?:date (?:of )?)?(?:\w+day,? )?$",
    ];
    ASKED = [
        r"\b(?:por favor|favor de|porfa\w*|pueden|podrian|solicit\w+|pid\w+)\b",
        r"\b(?:please|pls|plz|kindly|can you|could you|would you)\b"];
    FROM_BEFORE = [r"\b(?:from|starting|beginning)\W+(?:on )?(?:the )?(?:\w+day,? )?$"];
    AS_OF = [r"\bas of (?:the )?$"];
    STILL = [r"\b(?:still|not yet|remains?|currently|at present)\b"];
    // "She has not wavered since Monday, when she signed."
    WHEN_DONE = [r"^,? when (?:she|he|they|the client) (?:\w+ ){0,2}?(?:sign|revok|withdr|rescind|told|took)"];
    DATE_IS = [r"(?:^|[.;,] )(?:the )?date (?:is|was)(?: on)?:? $"];
    BY_THE_WAY = [r"^,? ?(?:in front of|before|with|at|by|in (?:the|his|her|my|our|writing|person)|over|on (?:paper|the phone))\b[^.;]*\.?$"];
    ONWARD = [r"^ ?(?:on(?:ward)?s?\b|forward)"];
    // The same day as one named before.
    SAME_DAY = [
        r"\b(?:(?:el|ese) mismo dia|ese dia|esa (?:misma )?(?:tarde|noche|manana)|ahi mismo|alli mismo|en el acto|en ese momento)\b",
        r"\b(?:(?:on )?(?:that|the) (?:very )?same (?:day|date|morning|afternoon|evening|night|time|table)|that (?:day|night|evening|morning|afternoon)|there and then|then and there|on the spot)\b"];
    // "the consent of 3/2/2025 was revoked"
    GIVEN_ON_BEFORE = [
        r"\b(?:roi|consentimiento|autorizacion|permiso|release)(?: de informacion)?(?: firmad[oa])? (?:del?|con fecha|desde|fechad[oa])(?: (?:el|dia|de))* $",
        r"\b(?:roi|release|consent|permission|authori[sz]ation)(?: of information)?(?: form)? (?:of|from|dated)(?: the)? $"];
    // What a sentence that says no more than when is made of.
    WHEN_WORD = [
        r"^\W*(?:el|la|las|los|por|tarde|noche|manana|dia|mismo|fue|eso|como|y|a|de)\W*$",
        r"^\W*(?:on|the|at|around|about|in|early|late|evening|morning|afternoon|night|noon|[ap]\.?m\.?|\d{1,2}(?::\d\d)?(?:am|pm)?|and|just|that|was)\W*$"];
    RUNS_FROM = [r"\b(?:roi|release|consent|permission|authori[sz]ation)(?: of information)?,? (?:was |is )?(?:effective|valid|in force|in effect)(?: date)?\W+(?:(?:on|from|as of)\W+)?$"];
    ALIAS = [r"\b(?:do not use|alias)\b[^.;]{0,40}?\bclient (?:has )?revoked(?: consent| roi)?\b"];
    CORRECTED = [
        r"\b(?:perdon|digo|mejor dicho|quise decir|no,? esper\w+|correccion)\b",
        r"\b(?:no,? wait|wait,? no|i mean|i meant|correction|make that|scratch that|strike that|or rather|sorry)\b"];
    NOT_BEFORE = [
        r"\bno (?:el |en )?$",
        r"\bnot (?:on |from |as of )?(?:the )?$"];
    HEDGED = [
        r"\b(?:tal vez|quizas?|a lo mejor|puede que|no estoy segur[oa]|pensando (?:en|si)|a menos que|salvo que)\b",
        r"\b(?:might|may (?:want|revoke|have|be)|maybe|perhaps|not sure|unsure|whether|(?:is|are|was|been|still) (?:thinking (?:about|of)|considering)|would like to think|unless)\b"];
    TURN = [
        r"\b(?:pero|aunque|sin embargo)\b",
        r"\bbut\b|;|\bhowever\b|\bso now\b"];
    AHEAD_WORDS = [
        r"\b(?:a partir del?|desde|empezando|efecto|hasta|despues de|efectiv[oa]) (?:el |la |este )?(?:manana|proxim[oa] (?:\w+)|(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo) (?:proximo|que viene|que entra)|fin de (?:mes|ano)|semana que viene|mes que viene|primero del? (?:proximo|mes))\b",
        r"\b(?:starting|beginning|effective|as of|from|after|until|on|before|takes? effect|counts?|starts?) (?:from |on |in )?(?:tomorrow|next (?:week|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|the (?:first|end|1st) of (?:next|the) (?:month|year|week))\b"];
    MEANT_BEFORE = [
        r"\b(?:a partir|efecto|desde|hasta|despues|antes|esper\w+|ci?e?rr\w+|revoc\w+|efectiv[oa])\b[^.;]{0,40}$",
        r"\b(?:effective|as of|takes? effect|taking effect|count\w* from|starts?|starting|beginning|from|after|not|until|on|lock|wait|revok\w+|hold)\b[^.;]{0,40}$"];
    ABOUT = [
        r"\b(?:cerr\w*|cierr\w*|revoc\w*|retir\w*|compart\w*|efecto)\b",
        r"\b(?:clos(?:e|ed|ing)|lock(?:ed)?|revo[kc]\w*|withdr[ae]w\w*|shar\w+|takes? effect|take effect|it)\b"];
    WAIT = [
        r"\b(?:esper\w+|aguard\w+|no (?:lo |la |los |las )?(?:cierr\w+|toqu\w+|proces\w+|hag\w+)|dej\w+ (?:\w+ ){0,2}abiert[oa]s?)\b[^.;]{0,60}\b(?:hasta|antes)\b",
        r"\b(?:hold off|on hold|(?:please |pls |to )(?:hold|wait)|(?:not|nothing|don't|do not|never)\b[^.;]{0,20}\b(?:clos\w+|lock\w*|touch\w*|process\w*|anything)|(?:leave|keep|stays?|remains?) (?:\w+ ){0,3}open)\b[^.;]{0,60}\b(?:until|till|before|to|on)\b"];
    CLOSING = [
        r"cerr|cierr",
        r"clos|lock|will"];
    APPOINTMENT = [
        r"\b(?:cita|corte|audiencia|reunion|vacaciones|regres\w+|fuera|oficina|entrenamiento|capacitacion|hago|mando|viene|vienen|abro|checo|llamo|descanso|turno)\b[^.;]{0,40}$",
        r"\b(?:office|away|i'll be|we'll be|i will be|meeting|meet|appointment|hearing|interview|training|webinar|visit|court|back|staying|stays|stay|vacation|leave|drop|send|bring|scan|fax|mail|call|phone|make|create|set up)\b[^.;]{0,40}$"];
}

/// How strongly a day is the one asked for, from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Somebody met the client.
    Met,
    /// Alone, beside the telling.
    Beside,
    /// The client came or called.
    Came,
    /// The client told, asked, decided.
    Said,
    /// The client signed.
    Signed,
    /// In a field called "When".
    Field,
    /// The client revoked.
    Act,
    /// In a field that names the deed.
    DeedField,
    /// It shall count from that day.
    Effect,
}

/// A day that may be the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Candidate {
    weight: Weight,
    /// How far the words stand away to which it belongs.
    cost: usize,
    date: NaiveDate,
    /// The other reading of its figures.
    other: Option<NaiveDate>,
    /// Which sentence.
    index: usize,
}

/// Days older than this were told of for another reason, unless the deed itself stands beside them.
const RECENT_DAYS: i64 = 120;
/// Days older than this are birth dates and the like, whatever stands beside them.
const OLDEST: Months = Months::new(24);
/// Words of a sentence that says little more than when.
const SHORT_WORDS: usize = 6;
/// How far away words may stand of which "as of" tells.
const EFFECT_OF: usize = 4;

/// Weighs all days of the own words. `told` is the finding that counts: revoking, or consenting. What `said` knows
/// of a sentence is a hint only.
pub(super) fn weigh(
    sentences: &[Sentence],
    said: &[Said],
    told: Finding,
    today: Option<NaiveDate>,
    words: &Vocabulary,
) -> WeighedDays {
    let reading = Reading {
        sentences,
        said,
        told,
        deed: if told == Finding::Consented { Deed::Consenting } else { Deed::Revoking },
        today,
        words,
    };
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut ahead = false;
    // What "the same day" speaks of.
    let mut last: Option<(NaiveDate, usize)> = None;
    for (index, sentence) in sentences.iter().enumerate() {
        let lower = sentence.lower.as_str();
        let mut cues = reading.cues(index);
        let named = with_same_days(lower, days(lower, today), last.filter(|(_, at)| index - at <= 2));
        cue::mark_own_days(lower, &mut cues, &named);
        ahead |= reading.asks_for_later(lower, &named, &cues);
        let mut here: Vec<(usize, Candidate)> =
            named.iter().filter_map(|day| Some((day.at, reading.candidate(index, day, &cues)?))).collect();
        corrected(lower, &named, &mut here, &mut candidates);
        candidates.extend(here.into_iter().map(|(_, candidate)| candidate));
        last = named.last().map(|day| (day.date, index)).or(last);
    }
    let chosen = reading.choose(&candidates);
    let effective = chosen.and_then(|chosen| certain(chosen, &candidates));
    // Figures with two readings name no day; where one of them lies ahead, a person has to tell.
    ahead |= effective.is_none()
        && chosen.is_some_and(|chosen| {
            chosen.other.is_some_and(|other| reading.is_ahead(other) || reading.is_ahead(chosen.date))
        });
    WeighedDays { effective, ahead }
}

/// The day, unless its figures have two readings and no other day of the mail tells which is meant.
fn certain(chosen: &Candidate, candidates: &[Candidate]) -> Option<NaiveDate> {
    let Some(other) = chosen.other else { return Some(chosen.date) };
    let told = |date| candidates.iter().any(|one| one.other.is_none() && one.date == date);
    [chosen.date, other].into_iter().find(|date| told(*date))
}

/// The days of a sentence, and those told as "the same day".
fn with_same_days(lower: &str, mut named: Vec<Day>, last: Option<(NaiveDate, usize)>) -> Vec<Day> {
    for found in SAME_DAY.find_iter(lower) {
        let before = named.iter().rev().find(|day| day.end <= found.start()).map(|day| day.date);
        if let Some(date) = before.or(last.map(|(date, _)| date)) {
            let (at, end) = (found.start(), found.end());
            named.push(Day { date, other: None, at, end, relative: true, bound: false });
        }
    }
    named.sort_by_key(|day| day.at);
    named
}

/// "on Tuesday, no, wait, it was Wednesday": only the last day counts, with the weight of all.
fn corrected(lower: &str, named: &[Day], here: &mut Vec<(usize, Candidate)>, earlier: &mut Vec<Candidate>) {
    let Some(mark) = CORRECTED.find_iter(lower).last() else { return };
    let Some(right) = named.iter().rev().find(|day| day.at >= mark.end()) else { return };
    let before_mark = named.iter().any(|day| day.end <= mark.start());
    // "Sorry, I meant Wednesday." corrects the sentence before.
    let opens = lower.get(..mark.start()).is_some_and(|before| before.split_whitespace().count() <= 2);
    let wrong: Vec<Candidate> = if before_mark {
        here.iter().map(|(_, candidate)| *candidate).collect()
    } else if opens {
        let Some(index) = earlier.last().map(|candidate| candidate.index) else { return };
        let wrong = earlier.iter().filter(|candidate| candidate.index == index).copied().collect();
        earlier.retain(|candidate| candidate.index != index);
        wrong
    } else {
        return;
    };
    let Some(best) = wrong.into_iter().max_by_key(|candidate| candidate.weight) else { return };
    here.clear();
    here.push((right.at, Candidate { date: right.date, other: right.other, ..best }));
}

/// What all sentences of a mail are read with.
struct Reading<'a> {
    sentences: &'a [Sentence],
    said: &'a [Said],
    told: Finding,
    deed: Deed,
    today: Option<NaiveDate>,
    words: &'a Vocabulary,
}

impl Reading<'_> {
    fn tells(&self, index: usize) -> bool {
        self.said.get(index).is_some_and(|said| said.has(self.told))
    }

    /// The telling words of a sentence; where the findings know of a deed that no words here tell, that too.
    fn cues(&self, index: usize) -> Vec<Cue> {
        let Some(sentence) = self.sentences.get(index) else { return Vec::new() };
        // What stands in the alias is a flag, not a sentence.
        let lower = without(&sentence.lower, &ALIAS, " ");
        let lower = without(&lower, &self.words.flags, " ");
        let mut found = cue::cues(&lower, self.deed, self.words);
        let at = self.said.get(index).and_then(|said| said.at).filter(|_| self.tells(index));
        if let Some(at) = at.filter(|_| !found.iter().any(|cue| cue.sense == Sense::Act)) {
            found.push(Cue::of_deed(at));
        }
        found
    }

    fn is_ahead(&self, date: NaiveDate) -> bool {
        self.today.is_some_and(|today| date > today)
    }

    fn is_too_old(&self, date: NaiveDate) -> bool {
        self.today.and_then(|today| today.checked_sub_months(OLDEST)).is_some_and(|oldest| date < oldest)
    }

    fn is_recent(&self, date: NaiveDate) -> bool {
        self.today.is_none_or(|today| (today - date).num_days() <= RECENT_DAYS)
    }

    /// What a day is worth, if it may be the one.
    fn candidate(&self, index: usize, day: &Day, cues: &[Cue]) -> Option<Candidate> {
        let sentence = self.sentences.get(index).filter(|_| !self.is_too_old(day.date))?;
        let lower = sentence.lower.as_str();
        let before = lower.get(..day.at).unwrap_or_default();
        let after = lower.get(day.end..).unwrap_or_default();
        let candidate =
            |weight, cost| Some(Candidate { weight, cost, date: day.date, other: day.other, index });
        let governing = cue::governing(lower, day, cues);
        if self.deed == Deed::Revoking && runs_from(before, cues) {
            return None;
        }
        if counts_from(before, after) && !NOT_BEFORE.is_match(before) {
            // "nothing was entered as of today"
            let others = governing.is_some_and(|(cue, cost)| {
                cue.sense == Sense::Other && cue.end <= day.at && cost <= EFFECT_OF
            });
            let told = cues.iter().any(|cue| cue.sense == Sense::Act) || ASKED.is_match(lower);
            // "We have 46 beds as of October 1", "it is still open as of today".
            let telling = told || cues.iter().any(|cue| cue.sense >= Sense::Said);
            let as_of = AS_OF.is_match(before) && !telling;
            let long = before.split_whitespace().count() > SHORT_WORDS;
            if as_of && (STILL.is_match(before) || (long && !ABOUT.is_match(lower))) {
                return None;
            }
            // A day written out is surer than "Friday".
            return if others && !told { None } else { candidate(Weight::Effect, usize::from(day.relative)) };
        }
        let given = self.deed == Deed::Revoking && GIVEN_ON_BEFORE.is_match(before);
        let bound = day.bound && !WHEN_DONE.is_match(after);
        if bound || given || NOT_BEFORE.is_match(before) {
            return None;
        }
        if let Some(label) = self.label(index, before, after) {
            return match label {
                Label::Effect => candidate(Weight::Effect, 0),
                Label::Deed => candidate(Weight::DeedField, 0),
                Label::Signed | Label::Plain => candidate(Weight::Field, 0),
                Label::Other => None,
            };
        }
        if self.is_ahead(day.date) && day.other.is_none_or(|other| self.is_ahead(other)) {
            return None;
        }
        let certain = self.tells(index) || !hedged(lower, day);
        let weight = match governing {
            Some((cue, _)) => weight_of(cue.sense)?,
            None if only_when(before)
                && (only_when(after) || self.follows_up(index, after))
                && self.near_deed(index) =>
            {
                Weight::Beside
            }
            None => return None,
        };
        if !certain || (weight < Weight::Act && !self.is_recent(day.date)) {
            return None;
        }
        candidate(weight, governing.map_or(0, |(_, cost)| cost))
    }

    /// What the field a day stands in is called. The label may stand on the line above.
    fn label(&self, index: usize, before: &str, after: &str) -> Option<Label> {
        if DATE_IS.is_match(before) {
            return Some(Label::Plain);
        }
        if let Some(label) = label::field(before, after, self.deed, self.words) {
            return Some(label);
        }
        let bare = before.split_whitespace().count() <= 1 && after.split_whitespace().count() <= 3;
        let above = self.sentences.get(index.checked_sub(1)?).filter(|_| bare)?;
        let label = above.lower.trim_end_matches(['.', ':', '?', ' ']);
        let ends = above.lower.ends_with([':', '?']) || above.lower.ends_with("..");
        (ends && label.split_whitespace().count() <= 6).then(|| label::meaning(label, self.deed, self.words))
    }

    /// "He signed! Last Friday, in front of his payee."
    fn follows_up(&self, index: usize, after: &str) -> bool {
        after.starts_with([',', ' '])
            && BY_THE_WAY.is_match(after)
            && after.split_whitespace().count() <= SHORT_WORDS
            && index.checked_sub(1).is_some_and(|last| {
                self.tells(last) || self.cues(last).iter().any(|cue| cue.sense >= Sense::Signed)
            })
    }

    /// Whether a sentence beside this one tells a deed.
    fn near_deed(&self, index: usize) -> bool {
        (index.saturating_sub(2)..=index + 1)
            .filter(|at| *at != index)
            .any(|at| self.tells(at) || self.cues(at).iter().any(|cue| cue.sense >= Sense::Said))
    }

    /// Whether a sentence asks for a day that lies ahead of the mail.
    fn asks_for_later(&self, lower: &str, named: &[Day], cues: &[Cue]) -> bool {
        let about = ABOUT.is_match(lower) || cues.iter().any(|cue| cue.sense >= Sense::Signed);
        let later = AHEAD_WORDS
            .find_iter(lower)
            .any(|found| !APPOINTMENT.is_match(lower.get(..found.start()).unwrap_or_default()));
        if about && later && cues.iter().any(|cue| cue.sense == Sense::Act) {
            return true;
        }
        named.iter().filter(|day| self.is_ahead(day.date)).any(|day| {
            let before = lower.get(..day.at).unwrap_or_default();
            let after = lower.get(day.end..).unwrap_or_default();
            let elsewhere = cue::governing(lower, day, cues).is_some_and(|(cue, _)| {
                cue.sense == Sense::Other
                    && !cue.request
                    && !CLOSING.is_match(lower.get(cue.at..cue.end).unwrap_or_default())
            });
            counts_from(before, after)
                || WAIT.is_match(before)
                || (about && !elsewhere && MEANT_BEFORE.is_match(before) && !APPOINTMENT.is_match(before))
        })
    }

    /// The heaviest candidate; of equal ones that nearest to its words, then the first.
    fn choose<'c>(&self, candidates: &'c [Candidate]) -> Option<&'c Candidate> {
        let top = candidates.iter().map(|candidate| candidate.weight).max()?;
        let best: Vec<&'c Candidate> =
            candidates.iter().filter(|candidate| candidate.weight == top).collect();
        if self.one_day_each(&best) {
            return None;
        }
        best.into_iter().min_by_key(|candidate| (candidate.cost, candidate.index))
    }

    /// Several clients with a day each have no one day.
    fn one_day_each(&self, best: &[&Candidate]) -> bool {
        let Some(first) = best.first() else { return false };
        let deeds = |index: usize| self.cues(index).iter().filter(|cue| cue.sense == Sense::Act).count();
        best.iter().any(|candidate| {
            candidate.date != first.date
                && self.names_record(candidate.index)
                && if candidate.index == first.index {
                    deeds(first.index) > 1 && self.names_record_twice(first.index)
                } else {
                    self.names_record(first.index)
                }
        })
    }

    fn records(&self, index: usize) -> usize {
        self.sentences.get(index).map_or(0, |sentence| {
            sentence.lower.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() >= 5).count()
        })
    }

    fn names_record(&self, index: usize) -> bool {
        self.records(index) > 0
    }

    fn names_record_twice(&self, index: usize) -> bool {
        self.records(index) > 1
    }
}

/// Whether the day before is that from which the consent itself ran: "ROI effective 8/14/2026, revoked …".
fn runs_from(before: &str, cues: &[Cue]) -> bool {
    RUNS_FROM
        .find(before)
        .is_some_and(|found| !cues.iter().any(|cue| cue.sense == Sense::Act && cue.end <= found.start()))
}

/// Whether words say no more than when: "on", "evening, 4:30 pm".
fn only_when(text: &str) -> bool {
    text.split_whitespace().all(|word| WHEN_WORD.is_match(word) || !word.contains(char::is_alphanumeric))
}

/// Whether doubt stands in the same clauses as the day: not behind a "but".
fn hedged(lower: &str, day: &Day) -> bool {
    HEDGED.find_iter(lower).any(|hedge| {
        let between = if hedge.end() <= day.at {
            lower.get(hedge.end()..day.at)
        } else {
            lower.get(day.end..hedge.start())
        };
        !TURN.is_match(between.unwrap_or_default())
    })
}

/// Whether it shall count from the day between these words.
fn counts_from(before: &str, after: &str) -> bool {
    EFFECT_BEFORE.is_match(before) || (FROM_BEFORE.is_match(before) && ONWARD.is_match(after))
}

fn weight_of(sense: Sense) -> Option<Weight> {
    match sense {
        Sense::Other => None,
        Sense::Met => Some(Weight::Met),
        Sense::Came => Some(Weight::Came),
        Sense::Said => Some(Weight::Said),
        Sense::Signed => Some(Weight::Signed),
        Sense::Act => Some(Weight::Act),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sentences::{Place, split};
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a real date")
    }

    /// A day of October 2026.
    fn october(number: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(2026, 10, number)
    }

    /// Weighs a mail of Wednesday, 14 October 2026. Nothing is known of its sentences but the words.
    fn weighed(text: &str, told: Finding) -> WeighedDays {
        let lines: Vec<&str> = text.lines().collect();
        let sentences = split(&lines, Place::Body);
        let said = vec![Said::default(); sentences.len()];
        weigh(&sentences, &said, told, Some(day(2026, 10, 14)), &Vocabulary::built_in())
    }

    fn revoked(table: &[(&str, Option<NaiveDate>)]) {
        for (text, effective) in table {
            let wanted = WeighedDays { effective: *effective, ahead: false };
            assert_eq!(weighed(text, Finding::Revoked), wanted, "{text}");
        }
    }

    #[test]
    fn the_day_of_revoking() {
        revoked(&[
            ("Client 1555555 revoked on 10/12.", october(12)),
            ("Client 1555555 revoked consent yesterday afternoon.", october(13)),
            ("On Monday a guest pulled her ROI.", october(12)),
            ("Yesterday, after lunch, our tenant took back the permission he gave us.", october(13)),
            ("She rescinded her release yesterday at 3 pm, in my office.", october(13)),
            ("Per client's request today, consent to share is withdrawn for ID 1555555.", october(14)),
            (
                "On the 3rd day of October, 2026, the individual whose record bears HMIS identifier 1555555 executed a written withdrawal.",
                october(3),
            ),
            ("On the eve of Columbus Day (Oct 11) one of our tenants withdrew his consent.", october(11)),
            ("Client 1555555 (DOB 1984-03-12) revoked 2026-10-07.", october(7)),
            ("1. Veteran resident withdrew ROI effective 12 OCT 26.", october(12)),
            ("Revoked - 2001012 - 10/13/26", october(13)),
            ("- October 9, 2026: she revoked. In writing, at my desk.", october(9)),
            ("She withdrew at the house meeting on 10/8.", october(8)),
        ]);
    }

    #[test]
    fn the_day_of_the_clients_act_in_other_words() {
        revoked(&[
            ("He signed the revocation form on Monday.", october(12)),
            ("She told Sister Bernadette on Monday that she would rather stay private.", october(12)),
            ("On Tuesday he let his case manager know that it has to stop.", october(13)),
            ("We had a lady call the office on Oct 10 from the bus station.", october(10)),
            ("Saturday evening one of our ladies sat down at the desk with me.", october(10)),
            ("He has decided the 4th of October that it shall end.", october(4)),
            ("Those were his words tonight at intake and I wrote them on the form.", october(14)),
            ("On the fifth of this month, after Mass, she said so to me and put her name to it.", october(5)),
            ("Both came in on Columbus Day. Both signed on that same day.", october(12)),
            ("We held a privacy evening yesterday, and four residents revoked there and then.", october(13)),
            ("She did so on October 12.", october(12)),
            ("Client just walked in and took her release back.", october(14)),
            ("Mom e-mailed us yesterday that she is done with it for both kids.", october(13)),
            ("While updating her assessment on Monday she said that she is done.", october(12)),
            (
                "When we did her recertification on Monday, client 1555555 declined to continue sharing.",
                october(12),
            ),
            ("The client's letter of October 9 is attached. She revokes.", october(9)),
            ("I spoke to 1555555 on Monday and she is out.", october(12)),
            ("Kindly note that last Friday client 1555555 has withdrawn.", october(9)),
            ("Please see the revocation form (dated 10/9/2026).", october(9)),
            ("The resident informed staff on 10/9 of her wish to end it.", october(9)),
            ("We had her sign the revocation on Monday.", october(12)),
        ]);
    }

    #[test]
    fn staffs_own_steps_and_other_happenings_are_not_it() {
        revoked(&[
            ("Client 1555555 revoked on 10/12. I closed it on 10/13.", october(12)),
            ("Client 1555555 revoked on 10/12/2026, and I closed it today.", october(12)),
            ("Client 1555555 revoked. Record was closed by me today.", None),
            ("Client 1555555 revoked. I made the new record this morning and closed it right away.", None),
            ("Client 1555555 revoked 10/12. Score was 11, dated 08/19/2026.", october(12)),
            ("Client 1555555 revoked. She was born 3/4/1988 and moved in on 9/1.", None),
            ("Client 1555555 revoked. He entered our program on 10/1/2026.", None),
            ("Client 1555555 revoked. Her next meeting with me is October 20.", None),
            ("Client 1555555 revoked. Thanks for the training last Thursday.", None),
            ("Client 1555555 revoked. I e-mailed you about it on Monday.", None),
            ("Client 1555555 revoked. I asked your office on Monday and left a message.", None),
            ("Client 1555555 revoked. Her voucher expires 10/31/2026, court is on 10/20.", None),
            ("Client 1555555 revoked. We entered a service on 10/12 before we knew.", None),
            ("Client 1555555 revoked. Can you do it before the 20th?", None),
            ("Client 1555555 revoked. Please close it today.", None),
            ("Please close the record today, client 1555555 revoked.", None),
            ("Let me know today please. Client 1555555 revoked.", None),
            ("As discussed on the phone yesterday, please close 1555555, client revoked.", None),
            ("Client 1555555 revoked. It snowed yesterday!", None),
            ("Client 1555555 revoked. We are short staffed today.", None),
            ("Client 1555555 revoked. Monday evening, 6 pm.", october(12)),
            ("Happy Monday! Client 1555555 revoked.", None),
            ("Client 1555555 revoked. I work Monday to Friday 9-5.", None),
            ("Intake 8/1/26. ROI signed 8/1/26. ROI revoked 10/12/26. Exit 10/13/26.", october(12)),
            ("Client 1555555 revoked. She has been with us since October 3.", None),
            ("Client 1555555 revoked on the 8th. I only wrote it down in our log today, sorry.", october(8)),
            (
                "Client 1555555 left our program on 10/9 (exit entered) and on 10/13 she also revoked.",
                october(13),
            ),
            (
                "We met on October 5, he took the papers home, and he signed the revocation on October 9.",
                october(9),
            ),
            ("Yesterday I met with a mom and her two boys. She wants all of them out.", october(13)),
            (
                "The paper, dated October 7, revokes it all; we received it yesterday. She signed it on October 7.",
                october(7),
            ),
            (
                "I've changed the alias to DO NOT USE - CLIENT REVOKED CONSENT this morning. She signed on 10/9.",
                october(9),
            ),
        ]);
    }

    #[test]
    fn the_former_consent_is_not_it() {
        revoked(&[
            ("The consent client 1555555 signed on 3/2/2026 was revoked by her on 10/13/2026.", october(13)),
            (
                "She signed the release of information on 9/15/2026 when she came. On Monday she revoked it.",
                october(12),
            ),
            (
                "The release of information given by this client on September 6, 2026 is void as of October 4, 2026, the client having taken it back.",
                october(4),
            ),
            ("Consent of 9/2/2026 revoked", None),
            ("ROI effective 8/14/2026, revoked 10/13/2026", october(13)),
            ("ROI start date: 8/14/2026\nROI revoked: 10/13/2026", october(13)),
            (
                "A guest revoked the consent she gave us in 2024. The conversation took place on Wednesday, October 7.",
                october(7),
            ),
        ]);
    }

    #[test]
    fn a_day_more_than_two_years_back_is_never_it() {
        revoked(&[
            ("Client 1555555 revoked 2/3/1980.", None),
            ("Client 1555555, effective 2/3/1980, revoked on 10/12.", october(12)),
            ("Date revoked: 10/13/2024", None),
            ("Date revoked: 10/14/2024", Some(day(2024, 10, 14))),
            ("2/3/1980, no wait, on 10/12 client 1555555 revoked.", october(12)),
        ]);
    }

    #[test]
    fn fields_and_headings() {
        revoked(&[
            ("HMIS Client ID: 1555555\nDate ROI revoked: 10/02/2026", october(2)),
            ("Client ID: 1555555\nWhat: revocation of ROI\nWhen: 10/4/26, 4:30 p.m.", october(4)),
            (
                "Client withdrew on ............ 10/07/2026\nReplacement record ............ 1951120 (closed to statewide sharing 10/08/2026)",
                october(7),
            ),
            (
                "ROI originally signed: 06/30/2025\nROI revoked: 10/01/2026\nEntry date: 10/02/2026",
                october(1),
            ),
            ("Date client revoked consent: 10/13/2026\nDate closed in HMIS: 10/14/2026", october(13)),
            ("ROI withdrawals 10/12\nThree clients handed in forms.", october(12)),
            (
                "Client\tChange\tDate\n1619047\tROI revoked\t10/06/2026\n1619048\tROI revoked\t10/06/2026",
                october(6),
            ),
            ("DOB: 07/19/1984\nClient 1555555 revoked", None),
        ]);
    }

    #[test]
    fn the_day_from_which_it_counts_goes_first() {
        revoked(&[
            (
                "Client 1555555 signed the revocation on October 13 and asked that it count from October 10.",
                october(10),
            ),
            (
                "He signed on Monday, October 12. Per the form's own wording the revocation counts from October 5, 2026, the day he first told us.",
                october(5),
            ),
            (
                "The instrument was executed on October 9, 2026 and is, by its terms, effective as of October 8, 2026.",
                october(8),
            ),
            (
                "Told us by word of mouth: Sunday, Oct 11\nPaper form filled in: Wednesday, Oct 14 (today)\nOur policy: the revocation counts from the day it was spoken, so please use Oct 11.",
                october(11),
            ),
            ("She simply does not permit it any longer, as of her meeting with me on Tuesday.", october(13)),
            ("As of yesterday morning he's revoked, he signed our form at the kitchen table.", october(13)),
            ("Client 1555555 revoked. We have entered nothing as of today.", None),
        ]);
    }

    #[test]
    fn a_day_ahead() {
        let table = [
            (
                "Client 1555555 signed the revocation today, but she asked that it take effect on December 1, 2026.",
                Some(day(2026, 12, 1)),
                true,
            ),
            (
                "Client 1555555 signed the revocation; it should take effect on Friday, October 16.",
                october(16),
                true,
            ),
            ("Client 1555555 revoked starting tomorrow.", None, true),
            (
                "She signed this morning. On the line \"effective\" he wrote Friday, October 30, because of the interview.",
                october(30),
                true,
            ),
            (
                "She signed this morning (10/14). She wrote that it starts December 15, 2026.",
                Some(day(2026, 12, 15)),
                true,
            ),
            (
                "Client 1555555 revoked yesterday. Please close it on October 20 and not earlier.",
                october(13),
                true,
            ),
            (
                "Client 1555555 revoked yesterday. Please hold it until her interview on October 20.",
                october(13),
                true,
            ),
            (
                "Client 1555555 revoked yesterday. Do not close it before her court hearing on 10/20.",
                october(13),
                true,
            ),
            ("Client 1555555 revoked yesterday. Her next meeting with me is October 20.", october(13), false),
            (
                "Client 1555555 revoked yesterday. She is staying in unit 204 until December 1.",
                october(13),
                false,
            ),
            (
                "I am out of the office from tomorrow, October 15, through October 30. 1555555 revoked today.",
                october(14),
                false,
            ),
        ];
        for (text, effective, ahead) in table {
            assert_eq!(weighed(text, Finding::Revoked), WeighedDays { effective, ahead }, "{text}");
        }
    }

    #[test]
    fn corrections_doubts_and_several_clients() {
        revoked(&[
            (
                "She filled out the withdrawal with me on Monday - no, wait, Monday was the fire drill, it was Tuesday, October 13.",
                october(13),
            ),
            ("She revoked on Monday. Sorry, I meant Sunday.", october(11)),
            ("Client 1555555 revoked on 10/8/2026 and client 1555556 revoked on 10/12/2026.", None),
            ("1555555 revoked on 10/8.\n1555556 revoked on 10/12.", None),
            ("1555555 revoked on 10/8.\n1555556 revoked on 10/8.", october(8)),
            ("Client 1555555 signed something yesterday that might be the revocation.", None),
            (
                "Client 1555555 revoked her consent yesterday, but this morning she is not sure anymore.",
                october(13),
            ),
        ]);
    }

    #[test]
    fn the_day_of_consenting() {
        let table = [
            ("A guest who refused in July signed the ROI on Friday.", october(9)),
            ("Client 1555555 revoked in July but yesterday she signed a new ROI.", october(13)),
            ("On Monday he took back his refusal and signed.", october(12)),
            ("On 10/12/2026 a client whose record was closed (1555555) consented to share.", october(12)),
            (
                "She called me yesterday and gave verbal consent, so from 10/13/2026 forward she is OK with sharing.",
                october(13),
            ),
            ("Yesterday her grandson explained it again and she has signed by her own hand.", october(13)),
            ("The client refused on 8/3/2026 and consented on 10/12/2026.", october(12)),
            ("ROI date: 10/12/2026", october(12)),
            ("The client is willing to share now. I made the new record yesterday.", None),
            (
                "She signed a fresh ROI on Saturday. I began a new open record for her this morning.",
                october(10),
            ),
        ];
        for (text, effective) in table {
            assert_eq!(weighed(text, Finding::Consented).effective, effective, "{text}");
        }
    }
}
