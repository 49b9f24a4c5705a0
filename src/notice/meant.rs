//! Whether the records named are those that are meant: one client and one number, several and as many, the new ones told
//! from the old. Anything else is a doubt.

use crate::domain::ClientId;

use super::Notice;
use super::intent::{Finding, Said, without};
use super::judge::Verdict;
use super::kind::is_revoke_hint;
use super::own::Own;
use super::records::{BESIDE_A_RECORD, Mention, Role};
use super::sentences::{Place, Sentence};
use super::vocabulary::pattern;

pattern! {
    /// Groups that the IDs have to add up to.
    COUNTED = [
        r"\b(?P<n2>dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez) (?:de (?:nuestros|los|sus) )?(?:clientes|clientas|participantes|residentes|personas|expedientes|registros|records|revocaciones|miembros)\b",
        r"\b(?:los|las) (?P<k2>dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez)\W*$",

        r"\b(?P<n>two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) (?:of (?:our|my) )?(?:adult |new |more |our )?(?:clients?|consumers?|participants?|guests?|residents?|tenants?|veterans?|records|files|ids|individuals|revocations|withdrawals|(?:household |family )?members)\b", r"\b(?:family|household) of (?P<m>two|three|four|five|six|seven|eight|nine|ten|\d{1,2})\b", r"\b(?:all|these|those|the) (?P<k>two|three|four|five|six|seven|eight|nine|ten)(?: of them)?(?: please)?\W*$"];
    AND_LIST = [r"\d{4,}(?: ?\([^)]{0,30}\))?,? ?(?:,|and|&|\+|und|y|e) ?(?:(?:el|la|los|cliente|clienta|expediente|registro|su|hijo|hija|esposo|esposa|client|clients|record|records|id|ids|#|the|kids?|son|daughter|mom|dad|mother|father|husband|wife|his|her|child|children|partner|spouse) ?){0,3}\d{4,}"];
    NEW_RECORD = [
        r"\b(?:registro|expediente|record|ficha|file|numero)s? nuev[oa]s?\b",
        r"\bnuev[oa]s? (?:registro|expediente|record|ficha|file)s?\b",
        r"\b(?:new|replacement|fresh|second) (?:\w+ ){0,2}(?:records?|files?|clients?|ids?|profiles?|ones?|numbers?)\b"];
    TOLD_NEW = [
        r"\b(?:nuev\w+|reempla\w+|cre\w+|hice|hicimos|abr\w+|cerrad\w+|ahora|hecho|hecha|sustitu\w+|desde|adelante|bloquead\w+|repuesto|otro|otra)\b",
        r"\b(?:new|newly|replac\w+|fresh|second (?:\w+ )?(?:record|file|id|profile|entry|client)|instead|duplicate|successor|creat\w+|opened|open|set up|start\w*|clos\w+|lock\w*|not shared|private|from now|going forward|henceforth|use|using|now|alias|made (?:for|him|her|them|a|an|the|by|today|this|yesterday|on|new|already|and)|(?:i|we|we've|i've|have|has|was|were|been|just|already|she|he|staff|agency|house|shelter) (?:\w+ ){0,2}(?:made|built|entered))\b"];
    // A new record that is still to be made, or is not.
    NOT_MADE = [
        r"\b(?:manana|despues|luego|todavia|aun|voy a|vamos a|si me toca|debo|hay que|ningun)\b",
        r"\b(?:not|will|later|yet|going to|tomorrow|should|no new)\b|n't\b|'ll\b"];
    PERSON_OR_RECORD = [
        r"\b(?:client[ea]|expediente|registro|residente|participante|ella|el|su)\b",
        r"\b(?:clients?|records?|guest|resident|participant|ids?|hmis|she|he|her|his|hers|him|they|their|son|daughter|wife|husband|mother|father|child)\b"];
    // Agencies, not clients: "Unity and the VA both have services in it".
    BOTH_DATA = [
        r"\b(?:ambos|ambas|los dos|las dos) (?:tienen|han|pusieron|metieron)\b(?: \w+){0,3} (?:datos|servicios|entradas|estancias|notas|informacion)\b",
        r"\bboth (?:have|had|has|put|entered|wrote|added|left)\b(?: \w+){0,3} (?:services?|data|entr\w+|stays?|notes?|stuff|information|things|something|enrol\w+|in (?:it|there|here))\b"];
    BOTH = [
        r"\b(?:ambos|ambas|(?:los|las) dos)\b(?: (?:clientes|clientas|participantes|expedientes|registros|hermanos|hijos|revocaron|firmaron|retiraron|quieren|pidieron)|,|\.|$)",
        r"\bboth\b(?: of)?(?: the| these| our)? ?(?:clients|consumers|participants|guests|residents|records|of them|kids|children|people|revoked|signed|withdrew|want|are|have|were|please|$|\.|files|ids)"];
    // So many of a household.
    KIN = [r"\bsus (?P<n2>dos|tres|cuatro|cinco|seis) (?:\w+ )?(?:hijos|hijas|ninos|ninas|muchachos)\b", r"\b(?:her|his|their|the) (?P<n>two|three|four|five|six|seven) (?:\w+ )?(?:kids|children|sons|daughters|boys|girls|little ones)\b"];
    // More than one person.
    PEOPLE = [
        r"\b(?:dos|tres|cuatro|cinco|seis|varios|varias|estos|estas|ambos|ambas) (?:de (?:nuestros|los|sus) )?(?:clientes|clientas|hermanos|hermanas|adultos|residentes|personas|hijos|hijas|participantes|miembros)\b",
        r"\b(?:la pareja|el matrimonio|los (?:hermanos|gemelos|padres|esposos))\b",
        r"\b(?:two|three|four|five|six|both|several|all|these) (?:of (?:the|our|my) )?(?:\w+ )?(?:clients|sisters|brothers|adults|residents|guests|people|kids|children|sons|daughters|parents|members|men|women|tenants|participants|siblings|elders|girls|boys)\b", r"\b(?:two|three|four|five|six) of (?:them|us)\b", r"\bthe (?:sisters|brothers|twins|siblings|couple|parents)\b"];
}

/// Sentences within which a number belongs to the one before.
const NEAR: usize = 2;

/// Everything that speaks against going on alone with the records named.
pub(super) fn doubts(own: &Own, notice: &Notice, verdict: &mut Verdict) {
    if notice.records.is_empty() {
        verdict.doubt("no record is named.");
        return;
    }
    // "I started her over in 1666666": where the agency's own steps are told, a number like the record's may be the new one.
    let like_it = |mention: &Mention| {
        mention.role == Role::Other(BESIDE_A_RECORD)
            && notice.records.iter().any(|record| record.as_str().len() == mention.id.as_str().len())
            && own.said.get(mention.sentence).is_some_and(|said| said.has(Finding::StepsDone))
    };
    if own.mentions.iter().any(like_it) {
        verdict.doubt("another number stands in it that may be a record of the client.");
    }
    let named = Named::of(own, notice);
    named.subject(verdict);
    named.counted(verdict);
    named.household(verdict);
    if notice.records.len() > 1 {
        named.several(verdict);
    }
    named.replacements(verdict);
}

/// What the mail names, and the words that tell how many it means.
struct Named<'a> {
    own: &'a Own,
    notice: &'a Notice,
    /// Records spoken of in the body.
    body: Vec<&'a Mention>,
    /// The sentences that count, in lower case.
    all: String,
    /// Those of them that speak of revoking, closing, sharing, or name a record.
    spoken: String,
}

impl<'a> Named<'a> {
    fn of(own: &'a Own, notice: &'a Notice) -> Self {
        let body: Vec<&Mention> = own
            .mentions
            .iter()
            .filter(|mention| mention.place == Place::Body && !matches!(mention.role, Role::Other(_)))
            .collect();
        let joined = |kept: &dyn Fn(usize, &Said) -> bool| {
            let sentences = own.counting().filter(|(index, _, said)| kept(*index, said));
            sentences.map(|(_, sentence, _)| sentence.lower.as_str()).collect::<Vec<_>>().join("\n")
        };
        let spoken = |index: usize, said: &Said| {
            said.has(Finding::CloseRequest)
                || said.has(Finding::Sharing)
                || said.has(Finding::SignedSomething)
                || said.findings.iter().copied().any(is_revoke_hint)
                || body.iter().any(|mention| mention.sentence == index)
        };
        let (all, spoken) = (joined(&|_, _| true), joined(&spoken));
        Self { own, notice, body, all, spoken }
    }

    /// Sentences in which the revoking or the closing is spoken of, and not another person.
    fn telling(&self) -> impl Iterator<Item = (&Sentence, &Said)> {
        let tells = |said: &Said| {
            said.has(Finding::CloseRequest) || said.findings.iter().copied().any(is_revoke_hint)
        };
        self.own
            .counting()
            .filter(move |(index, _, said)| !self.own.is_about_another(*index) && tells(said))
            .map(|(_, sentence, said)| (sentence, said))
    }

    /// The subject names no other record than the text.
    fn subject(&self, verdict: &mut Verdict) {
        let in_subject =
            |mention: &&Mention| mention.place == Place::Subject && !matches!(mention.role, Role::Other(_));
        // Whatever else the number may be: a slip of the finger makes one record of another.
        let slip = |mention: &&Mention| {
            mention.place == Place::Subject && self.notice.records.iter().any(|id| alike(id, &mention.id))
        };
        if self.notice.records.len() == 1 && self.own.mentions.iter().any(|mention| slip(&mention)) {
            verdict.doubt("the subject names another record than the text.");
        }
        for mention in self.own.mentions.iter().filter(in_subject) {
            let repeated = self.body.iter().any(|other| other.id == mention.id);
            let only_new = !self.body.is_empty()
                && self.body.iter().all(|other| matches!(other.role, Role::New | Role::Made));
            let contradicts = if self.own.continues {
                self.body.iter().any(|other| alike(&other.id, &mention.id))
            } else {
                !self.body.is_empty() && !only_new
            };
            if !repeated && contradicts {
                verdict.doubt("the subject names another record than the text.");
            }
        }
    }

    /// As many records as clients are counted.
    fn counted(&self, verdict: &mut Verdict) {
        let count = self.notice.records.len();
        let all = count + self.notice.new_records.len();
        let numbers = self
            .telling()
            .flat_map(|(sentence, _)| COUNTED.captures_iter(&sentence.lower))
            .filter_map(|found| {
                ["n", "m", "k", "n2", "k2"]
                    .iter()
                    .find_map(|name| found.name(name))
                    .and_then(|m| number(m.as_str()))
            });
        if numbers.into_iter().any(|counted| counted > 1 && counted != count && counted != all) {
            verdict.doubt("it speaks of more or fewer clients than it names records.");
        }
        let kin = self.own.counting().flat_map(|(_, sentence, _)| KIN.captures_iter(&sentence.lower));
        let missing = kin
            .filter_map(|found| number(found.name("n").or_else(|| found.name("n2"))?.as_str()))
            .any(|kin| count < kin);
        if missing && self.own.any(Finding::Family) {
            verdict.doubt("members of the household may be meant whose records are not named.");
        }
        let people = count < 2 && self.telling().any(|(sentence, _)| PEOPLE.is_match(&sentence.lower));
        if people || all < 2 && BOTH.is_match(&without(&self.all, &BOTH_DATA, " ")) {
            verdict.doubt("it speaks of several clients and names one record.");
        }
    }

    /// Nobody else of the household is meant.
    fn household(&self, verdict: &mut Verdict) {
        let family = self.own.counting().any(|(_, _, said)| {
            said.has(Finding::Family)
                && (said.has(Finding::CloseRequest) || said.findings.iter().copied().any(is_mention_of_it))
        });
        if family && self.notice.records.len() < 2 {
            verdict.doubt("members of the household may be meant whose records are not named.");
        }
    }

    /// Several records are meant as several.
    fn several(&self, verdict: &mut Verdict) {
        let records = &self.notice.records;
        let listed = self.own.counting().filter(|(_, sentence, _)| sentence.listed).count() > 1;
        let told_each = self.own.counting().filter(|(index, _, said)| {
            said.has(Finding::Revoked) && self.body.iter().any(|mention| mention.sentence == *index)
        });
        let plural = self.own.words.several.is_match(&self.spoken);
        if !(plural || AND_LIST.is_match(&self.all) || listed || told_each.count() >= records.len()) {
            verdict.doubt("one client is spoken of and several numbers are named.");
        }
        let slip = records.iter().enumerate().any(|(at, one)| {
            records.iter().skip(at + 1).any(|other| {
                alike(one, other)
                    && self.place(one) != self.place(other)
                    && !(self.is_listed(one) && self.is_listed(other))
            })
        });
        if slip && !plural {
            verdict.doubt("two numbers look like one that was mistyped.");
        }
        // "Client ID: …" in rows, and a bare number elsewhere: that one may be anything.
        let labelled = records.iter().filter(|id| self.is_labelled(id)).count();
        let bare = |id: &ClientId| {
            !self.is_labelled(id) && !self.is_beside_a_labelled_one(id) && !self.is_listed(id)
        };
        if labelled > 1 && records.iter().any(bare) {
            verdict.doubt("one number is not called a record, and the others are.");
        }
        let far = |id: &ClientId| {
            let at = self.place(id);
            let alone = at.and_then(|at| self.own.said.get(at)).is_some_and(|said| !said.is_of_the_matter());
            let near = self
                .body
                .iter()
                .any(|other| other.id != *id && at.is_some_and(|at| other.sentence.abs_diff(at) <= NEAR));
            alone && !near
        };
        if labelled > 0
            && records.iter().any(|id| !self.is_listed(id) && !self.is_beside_words(id) && far(id))
        {
            verdict.doubt("one number stands far from the others, and nothing there speaks of the matter.");
        }
        let length = records.first().map(|id| id.as_str().len());
        if records.iter().any(|id| Some(id.as_str().len()) != length) {
            verdict.doubt("the record numbers differ in length.");
        }
    }

    /// New records are told from the old ones, and as many.
    fn replacements(&self, verdict: &mut Verdict) {
        let (old, new) = (self.notice.records.len(), self.notice.new_records.len());
        let made = self.all.lines().any(|line| NEW_RECORD.is_match(line) && !NOT_MADE.is_match(line));
        if new == 0 && old > 1 && made {
            verdict.doubt("it speaks of a new record and does not say which number it is.");
        }
        // "her slide with ID 1555555 finally made it click for me": a number beside a word that makes records elsewhere.
        let told_new = |id: &ClientId| {
            let spoken = self.own.mentions.iter().filter(|mention| mention.id == *id);
            let paired = |at: usize| {
                self.own.mentions.iter().any(|m| m.sentence == at && self.notice.records.contains(&m.id))
            };
            let text = |at: usize| self.own.sentences.get(at).map_or("", |sentence| sentence.lower.as_str());
            spoken.map(|mention| mention.sentence).any(|at| {
                paired(at) || TOLD_NEW.is_match(text(at)) || at > 0 && NEW_RECORD.is_match(text(at - 1))
            })
        };
        if !self.notice.new_records.iter().all(told_new) {
            verdict.doubt("it is not clear that the number taken for a new record is one.");
        }
        if new > 0 && new != old {
            verdict.doubt("there are not as many new records as old ones.");
        }
    }

    /// The sentence of the body that names a record first.
    fn place(&self, id: &ClientId) -> Option<usize> {
        self.body.iter().find(|mention| mention.id == *id).map(|mention| mention.sentence)
    }

    fn is_listed(&self, id: &ClientId) -> bool {
        self.place(id).and_then(|at| self.own.sentences.get(at)).is_some_and(|sentence| sentence.listed)
    }

    fn is_labelled(&self, id: &ClientId) -> bool {
        self.own.mentions.iter().any(|mention| mention.id == *id && mention.labelled)
    }

    /// Whether what stands before it calls it a client's record, not only a number.
    fn is_beside_words(&self, id: &ClientId) -> bool {
        let sentence = self.place(id).and_then(|at| self.own.sentences.get(at));
        sentence.is_some_and(|sentence| PERSON_OR_RECORD.is_match(&sentence.lower))
    }

    fn is_beside_a_labelled_one(&self, id: &ClientId) -> bool {
        let mentions = &self.own.mentions;
        let labelled_in = |sentence: usize| mentions.iter().any(|m| m.sentence == sentence && m.labelled);
        mentions.iter().any(|mention| mention.id == *id && labelled_in(mention.sentence))
    }
}

/// Whether a finding speaks of revoking at all, by its name alone included.
fn is_mention_of_it(finding: Finding) -> bool {
    is_revoke_hint(finding) || finding == Finding::RevokeTopic
}

/// A count in words or figures.
fn number(word: &str) -> Option<usize> {
    const WORDS: [&str; 9] = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    const SPANISH: [&str; 9] = ["dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"];
    let named = |words: &[&str]| words.iter().position(|known| *known == word).map(|at| at + 2);
    named(&WORDS).or_else(|| named(&SPANISH)).or_else(|| word.parse().ok())
}

/// Two numbers that a slip of the finger makes of each other.
fn alike(one: &ClientId, other: &ClientId) -> bool {
    let (one, other) = (one.as_str(), other.as_str());
    one != other
        && one.len().abs_diff(other.len()) <= 1
        && (one.len() != other.len() && (one.starts_with(other) || other.starts_with(one))
            || one.len() == other.len()
                && one.chars().zip(other.chars()).filter(|(a, b)| a != b).count() <= 2)
}
