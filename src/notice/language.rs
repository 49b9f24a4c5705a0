//! Languages the reader does not understand. It reads English and Spanish; of what is written in any other language it
//! only has to know that it is there, so that a person reads it. Which one it is is told where it is certain.
//!
//! Two witnesses are heard: the small words that every sentence needs (`words`), and the statistics of three
//! letters in a row (`whatlang`), which are sure of themselves from some forty letters on. Other scripts need neither.

mod words;

use std::{
    collections::{BTreeSet, HashMap},
    sync::LazyLock,
};

use regex::Regex;
use whatlang::{Info, Lang};

use super::own::{Own, forwarded_sentences};
use super::records::Role;
use super::segments::{Part, Segments};
use super::sentences::{Place, Sentence};
use words::{OURS, SCRIPTS, TELLING};

/// Letters from which the statistics are asked.
const ENOUGH_LETTERS: usize = 40;
/// Letters of a text from which it says something if it has next to none of our words.
const A_TEXT: usize = 60;
/// The same, in words.
const A_TEXT_WORDS: usize = 9;
/// Telling words in a row that are no chance.
const A_ROW: usize = 3;
/// Letters in another script that are more than a symbol or a face.
const OTHER_SCRIPT: usize = 3;
/// The same where nothing of ours stands beside it, in scripts that write a word or a syllable in one letter, and in
/// the others.
const ALONE: [usize; 2] = [1, 2];
/// Words of a piece that may be told by few telling words.
const SHORT: usize = 14;
/// Words looked at per sentence: one may be as long as the mail.
const MOST_WORDS: usize = 400;
/// Letters that the statistics are asked about, at most.
const MOST_LETTERS: usize = 2000;

/// A word in letters that are neither Latin nor of all scripts.
static OTHER_WORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[[\p{L}\p{M}]&&[^\p{Latin}\p{Common}\p{Inherited}]][\p{L}\p{M}]*").expect("constant pattern")
});
/// What ends a sentence, and the "no" of scripts in which a sentence is as short as a name.
static SENTENCE_END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:[。！？።။؟।។!?]|\S \S+ \S+\.)\s*$|[不勿别別]|아니|ไม่").expect("constant pattern")
});
/// Scripts in which a letter is a word or a syllable. The face of two letters that people draw is none.
static DENSE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Ethiopic}]--[ツシ]]")
        .expect("constant pattern")
});
/// Where a piece ends that may be in a language of its own.
const PIECE_ENDS: [char; 12] = ['.', '!', '?', ';', ':', '。', '！', '？', '(', ')', '।', '؟'];
/// Letters that neither English nor Spanish writes, nor the French words in them.
static ODD_LETTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\p{Latin}--[a-zA-ZáéíóúüñÁÉÍÓÚÜÑçÇèÈêÊàÀâïîôûëöäªº]]").expect("constant pattern")
});
static LATIN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\p{Latin}").expect("constant pattern"));
static BY_SCRIPT: LazyLock<Vec<(Regex, &str, Option<&str>)>> = LazyLock::new(|| {
    let compiled = |(class, script, language): &(&str, &'static str, Option<&'static str>)| {
        (Regex::new(class).expect("constant pattern"), *script, *language)
    };
    SCRIPTS.iter().map(compiled).collect()
});
static OUR_WORDS: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| OURS.iter().flat_map(|list| list.split_whitespace()).collect());
/// Those of English that Spanish does not have as well ("no", "me").
static ENGLISH: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let [english, spanish] = OURS.map(|list| list.split_whitespace().collect::<BTreeSet<_>>());
    english.difference(&spanish).copied().collect()
});
/// The languages of each telling word, by their place in `TELLING`.
static TOLD_BY: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut told_by: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, (_, words)) in TELLING.iter().enumerate() {
        for word in words.split_whitespace().filter(|word| !OUR_WORDS.contains(word)) {
            told_by.entry(word).or_default().push(index);
        }
    }
    told_by
});

/// Whether a text is hardly in English: of a record named in it, nobody can say what it tells. Of nothing but numbers
/// and names it is not said.
pub(super) fn hardly_english<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let lower: Vec<String> =
        texts.flat_map(words).take(MOST_WORDS).map(|word| word.to_lowercase().replace('’', "'")).collect();
    let english = lower.iter().filter(|word| ENGLISH.contains(&***word)).count();
    !lower.is_empty() && english * 5 <= lower.len()
}

/// Whether it is one of the small and frequent words of English or Spanish.
pub(super) fn is_our_word(lower: &str) -> bool {
    OUR_WORDS.contains(lower)
}

/// What of the sender's own words is in a language that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Foreign {
    /// The language, or the script if the language is not certain; `None`: not even that.
    name: Option<String>,
    /// All of it, not only a sentence or a paragraph.
    pub whole: bool,
    /// The sentences, by their index in `Own`.
    sentences: BTreeSet<usize>,
}

impl Foreign {
    /// "another language (Somali)".
    fn in_words(&self) -> String {
        self.name
            .as_ref()
            .map_or_else(|| "another language".to_owned(), |name| format!("another language ({name})"))
    }

    /// Whether what is in that language seems to be about a client record: it holds a word of consent or its end, of which
    /// those of many languages are known, or speaks of a client and a number in one sentence.
    pub(super) fn is_of_the_matter(&self, own: &Own) -> bool {
        self.sentences.iter().any(|index| {
            let Some(sentence) = own.sentences.get(*index) else { return false };
            let written = sentence.written.to_lowercase();
            let says = |list: &Regex| list.is_match(&sentence.lower) || list.is_match(&written);
            let number = || {
                let mut here = own.mentions.iter().filter(|mention| mention.sentence == *index);
                here.any(|mention| !matches!(mention.role, Role::Other(_)))
            };
            says(&own.words.matter_abroad) || says(&own.words.clients_abroad) && number()
        })
    }

    /// Why a mail that seems to be a notice is not read by a program alone.
    pub(super) fn case_doubt(&self) -> String {
        format!("it is written in {}, and seems to be about a client record.", self.in_words())
    }

    /// Why a notice with such a part is not acted on.
    pub(super) fn doubt(&self) -> String {
        let what = if self.whole { "it" } else { "part of it" };
        format!("{what} is written in {}.", self.in_words())
    }

    /// Why a mail that is left alone should be looked at.
    pub(super) fn possible(&self) -> String {
        let what = if self.whole { "It" } else { "Part of it" };
        format!("{what} is written in {}: a person should read it.", self.in_words())
    }
}

/// Finds what of the own words is in another language than English and Spanish. A short line at the end looks like a
/// name to one who cannot read it: in another script, what is a sentence there counts too.
pub(super) fn foreign(own: &Own, parts: &Segments) -> Option<Foreign> {
    let counting: Vec<(usize, &Sentence)> =
        own.counting().map(|(index, sentence, _)| (index, sentence)).collect();
    let below = parts.lines(Part::Signature).into_iter().filter(|line| SENTENCE_END.is_match(line));
    among(&counting, below)
}

/// Why a mail that only forwards another one should be looked at: that one is in another language.
pub(super) fn forwarded(parts: &Segments) -> Option<String> {
    let sentences = forwarded_sentences(parts);
    let counting: Vec<(usize, &Sentence)> = sentences.iter().enumerate().collect();
    let foreign = among(&counting, std::iter::empty())?;
    Some(format!("What it forwards is written in {}: a person should read it.", foreign.in_words()))
}

/// `below`: lines that no sentence was made of.
fn among<'a>(
    counting: &[(usize, &'a Sentence)],
    below: impl Iterator<Item = &'a str> + Clone,
) -> Option<Foreign> {
    let texts = || counting.iter().map(|(_, sentence)| sentence.written.as_str());
    let units: Vec<Unit> = texts().map(Unit::of).collect();
    if let Some(name) = other_script(texts().chain(below)) {
        let written: Vec<bool> = texts().map(|text| other_words(text).next().is_some()).collect();
        let sentences = counting.iter().zip(&written).filter(|(_, other)| **other);
        return Some(Foreign {
            name: Some(name),
            whole: units.iter().zip(&written).all(|(unit, other)| *other || unit.ours == 0),
            sentences: sentences.map(|((index, _), _)| *index).collect(),
        });
    }
    let body = counting.iter().zip(&units).filter(|((_, sentence), _)| sentence.place == Place::Body);
    let mut all = Unit::default();
    body.for_each(|(_, unit)| all.add(unit));
    // A subject is all there is where the body says nothing.
    if all.words == 0 {
        for unit in &units {
            all.add(unit);
        }
    }
    let alone: Vec<bool> =
        texts().zip(&units).map(|(text, unit)| unit.is_foreign(false) || has_odd_piece(text)).collect();
    let mixed =
        units.iter().zip(&alone).any(|(unit, foreign)| !foreign && unit.is_ours()) && alone.contains(&true);
    let whole = !mixed && all.is_foreign(true);
    let parts: Vec<bool> = alone.into_iter().map(|foreign| whole || foreign).collect();
    if !parts.contains(&true) {
        return None;
    }
    let mut theirs = Unit::default();
    units.iter().zip(&parts).filter(|(_, foreign)| **foreign).for_each(|(unit, _)| theirs.add(unit));
    let sentences = counting.iter().zip(&parts).filter(|(_, foreign)| **foreign);
    Some(Foreign {
        name: theirs.name().map(str::to_owned),
        whole,
        sentences: sentences.map(|((index, _), _)| *index).collect(),
    })
}

/// Words in other scripts; a word that has Latin letters as well is a disguise and no language.
fn other_words(text: &str) -> impl Iterator<Item = &str> {
    OTHER_WORD.find_iter(text).map(|found| found.as_str()).filter(|word| !LATIN.is_match(word))
}

/// Whether a piece of a sentence holds another script and none of ours: "不要", not "her name is 李明".
fn stands_alone(piece: &str) -> bool {
    let letters: usize = other_words(piece).map(|word| word.chars().count()).sum();
    let least = if DENSE.is_match(piece) { ALONE.first() } else { ALONE.last() };
    !LATIN.is_match(piece) && least.is_some_and(|least| letters >= *least)
}

/// The language, or else the script, of words that are not in Latin letters, if there are enough of them.
fn other_script<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let words: Vec<&str> = texts.clone().flat_map(other_words).take(MOST_WORDS).collect();
    let letters = words.iter().map(|word| word.chars().count()).sum::<usize>();
    if letters < OTHER_SCRIPT && !texts.flat_map(|text| text.split(PIECE_ENDS)).any(stands_alone) {
        return None;
    }
    let joined: String = words.join(" ").chars().take(MOST_LETTERS).collect();
    let mut unit = Unit::default();
    for word in &words {
        unit.hear(&word.to_lowercase());
    }
    let script = BY_SCRIPT.iter().find(|(class, ..)| class.is_match(&joined));
    let named = || script.and_then(|(_, _, language)| *language).or_else(|| unit.told()).map(str::to_owned);
    Some(
        named()
            .or_else(|| script.map(|(_, script, _)| format!("{script} script")))
            .unwrap_or_else(|| "a script of its own".to_owned()),
    )
}

/// Whether a piece of a text, not a name, has letters that are not ours and none of our words: "Đừng đóng".
fn has_odd_piece(text: &str) -> bool {
    text.split(PIECE_ENDS).any(|piece| {
        let words: Vec<&str> = words(piece).take(MOST_WORDS).collect();
        let small = |word: &&&str| word.starts_with(char::is_lowercase);
        let titled = words.iter().skip(1).all(|word| word.starts_with(char::is_uppercase));
        words.iter().any(|word| ODD_LETTER.is_match(word))
            && words.iter().filter(small).count() > 0
            && !titled
            && !words.iter().any(|word| OUR_WORDS.contains(&*word.to_lowercase()))
    })
}

/// What the words of a sentence, or of several, are.
#[derive(Debug, Clone, Default)]
struct Unit {
    words: usize,
    letters: usize,
    /// Words of English or Spanish.
    ours: usize,
    /// Signs that part the items of a list.
    commas: usize,
    /// Telling words, distinct, by language.
    told: HashMap<usize, BTreeSet<String>>,
    /// The same in a row, without a word of ours between: how many at the moment, and how many at most.
    row: HashMap<usize, usize>,
    longest_row: usize,
    /// The words, for the statistics.
    text: String,
}

impl Unit {
    fn of(text: &str) -> Self {
        let mut unit = Self { commas: text.matches([',', ';', ':', '|', '/']).count(), ..Self::default() };
        let words: Vec<&str> = words(text).take(MOST_WORDS).collect();
        let capitals = words.iter().filter(|word| word.starts_with(char::is_uppercase)).count();
        let shouted = !text.contains(char::is_lowercase);
        let titled = capitals * 10 > words.len() * 6;
        for (index, word) in words.iter().enumerate() {
            let lower = word.to_lowercase().replace('’', "'");
            // Names stand with capitals inside a sentence, and are of any language.
            let name = index > 0 && word.starts_with(char::is_uppercase) && !shouted;
            if name && (titled || !OUR_WORDS.contains(&*lower) && !TOLD_BY.contains_key(&*lower)) {
                continue;
            }
            unit.hear(&lower);
        }
        unit
    }

    fn hear(&mut self, lower: &str) {
        self.words += 1;
        self.letters += lower.chars().filter(|letter| letter.is_alphabetic()).count();
        if self.text.len() < MOST_LETTERS {
            self.text.push_str(lower);
            self.text.push(' ');
        }
        let contracted = lower
            .rsplit_once('\'')
            .is_some_and(|(_, end)| matches!(end, "s" | "t" | "m" | "ll" | "ve" | "re" | "d"));
        if contracted || OUR_WORDS.contains(lower) {
            self.ours += 1;
            self.row.clear();
            return;
        }
        for word in std::iter::once(lower).chain(lower.split('\'').filter(|piece| piece.len() < lower.len()))
        {
            for language in TOLD_BY.get(word).into_iter().flatten() {
                if self.told.entry(*language).or_default().insert(word.to_owned()) {
                    let row = self.row.entry(*language).or_default();
                    *row += 1;
                    self.longest_row = self.longest_row.max(*row);
                }
            }
        }
    }

    fn add(&mut self, other: &Self) {
        self.words += other.words;
        self.letters += other.letters;
        self.ours += other.ours;
        self.commas += other.commas;
        for (language, words) in &other.told {
            self.told.entry(*language).or_default().extend(words.iter().cloned());
        }
        if self.text.len() < MOST_LETTERS {
            self.text.push_str(&other.text);
        }
    }

    /// The language with the most telling words, and how many these are. `None` for the language: two have as many.
    fn best(&self) -> (Option<usize>, usize) {
        let most = self.told.values().map(BTreeSet::len).max().unwrap_or(0);
        let mut best =
            self.told.iter().filter(|(_, words)| words.len() == most).map(|(language, _)| *language);
        match (best.next(), best.next()) {
            (Some(one), None) => (Some(one), most),
            _ => (None, most),
        }
    }

    /// Whether there is a telling word that can hardly be a name or a piece of something.
    fn tells_alone(&self) -> bool {
        self.told.values().flatten().any(|word| !word.is_ascii() || word.len() >= 4)
    }

    /// The language that at least two telling words name.
    fn told(&self) -> Option<&'static str> {
        let (Some(best), 2..) = self.best() else { return None };
        TELLING.get(best).map(|(name, _)| *name)
    }

    /// What the statistics are certain of.
    fn measured(&self) -> Option<Lang> {
        whatlang::detect(&self.text).filter(Info::is_reliable).map(|info| info.lang())
    }

    /// The language, where both witnesses can speak and agree, or where the telling words are many.
    fn name(&self) -> Option<&'static str> {
        let told = self.told()?;
        let agrees = self.measured().is_none_or(|lang| {
            // What the statistics do not know they take for something else.
            told.contains(lang.eng_name()) || !Lang::all().iter().any(|known| told.contains(known.eng_name()))
        });
        agrees.then_some(told)
    }

    /// Whether it is plainly English or Spanish.
    fn is_ours(&self) -> bool {
        self.ours >= 3 && self.ours * 2 > self.words
    }

    /// Whether it is in a language that is not read. `whole`: it is all that the sender says.
    fn is_foreign(&self, whole: bool) -> bool {
        let (_, telling) = self.best();
        if telling >= 2 && telling > self.ours || whole && self.ours == 0 && self.tells_alone() {
            return true;
        }
        // A short one that shares its small words with Spanish.
        if telling >= 2 && self.words <= SHORT && telling * 2 >= self.ours && self.tells_alone() {
            return true;
        }
        // In the middle of a sentence of ours.
        if self.longest_row >= A_ROW {
            return true;
        }
        // Portuguese shares more words with Spanish than it has of its own.
        let leaning = || {
            self.told()
                .zip(whatlang::detect_lang(&self.text))
                .is_some_and(|(told, lang)| told.contains(lang.eng_name()))
        };
        if telling >= 2 && telling * 4 >= self.ours && leaning() {
            return true;
        }
        if self.letters < ENOUGH_LETTERS || self.words < 4 || self.ours * 4 > self.words {
            return false;
        }
        let other = |lang: Lang| !matches!(lang, Lang::Eng | Lang::Spa);
        if self.measured().is_some_and(other) {
            return true;
        }
        let guess = || whatlang::detect_lang(&self.text).is_some_and(other);
        whole
            && self.letters >= A_TEXT
            && self.words >= A_TEXT_WORDS
            && self.ours * 20 <= self.words
            && self.commas * 4 <= self.words
            && guess()
    }
}

/// The words of a text: no addresses, links, numbers, or abbreviations in capitals.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let shouted = !text.contains(char::is_lowercase);
    let plain = |word: &&str| {
        !word.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '_' | '\\' | '#'))
            && !word.contains("://")
            && !word.trim_end_matches(|c: char| !c.is_alphanumeric()).contains('.')
    };
    let inner = |c: char| !(c.is_alphabetic() || matches!(c, '\'' | '’'));
    let abbreviation =
        move |word: &str| !shouted && word.chars().count() > 1 && !word.contains(char::is_lowercase);
    text.split_whitespace()
        .filter(plain)
        .flat_map(move |piece| piece.split(inner))
        .map(|word| word.trim_matches(['\'', '’']))
        .filter(move |word| !word.is_empty() && !abbreviation(word))
}

#[cfg(test)]
mod tests {
    use crate::{
        domain::NoticeKind,
        notice::{Notice, ReaderRules, read},
    };

    fn mail(subject: &str, body: &str) -> Notice {
        let raw = format!(
            "From: pat@agency.example\r\nDate: Wed, 14 Oct 2026 10:00:00 -0500\r\nSubject: {subject}\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
        );
        read(raw.as_bytes(), &ReaderRules::default())
    }

    fn tells_of_a_language(notice: &Notice) -> bool {
        notice.reasons.iter().chain(&notice.possible).any(|text| text.contains("another language"))
    }

    /// A client revoked, somebody asks for the closing: in languages that are not read.
    const NOTICES: &[(&str, &str)] = &[
        (
            "Somali",
            "Macmiilkayaga ayaa maanta ka noqday ogolaanshihiisii wadaagista xogta. Fadlan xir diiwaanka 1555555.",
        ),
        (
            "Hmong",
            "Peb tus neeg tau thim nws daim ntawv tso cai qhia nws cov ntaub ntawv rau lwm lub koom haum. Thov kaw nws.",
        ),
        (
            "Oromo",
            "Maamilli keenya hayyama odeeffannoo isaa akka hin qoodamne har'a haqee jira. Maaloo galmee isaa cufaa.",
        ),
        (
            "Vietnamese",
            "Khách hàng của chúng tôi đã rút lại sự đồng ý chia sẻ thông tin. Xin vui lòng đóng hồ sơ 1555555.",
        ),
        (
            "Vietnamese",
            "Khach hang cua chung toi da rut lai su dong y chia se thong tin. Xin vui long dong ho so nay.",
        ),
        (
            "French",
            "La cliente a révoqué son consentement hier et ne veut plus que ses informations soient partagées avec les autres agences.",
        ),
        (
            "Haitian Creole",
            "Kliyan nou an te retire konsantman li yè, tanpri fèmen dosye li pou lòt ajans yo pa wè enfòmasyon li.",
        ),
        (
            "Portuguese",
            "O cliente revogou ontem o consentimento para compartilhar os seus dados com outras agências. Por favor feche o registro.",
        ),
        (
            "Italian",
            "La cliente ha revocato ieri il consenso alla condivisione dei suoi dati con altri enti. Vi prego di chiudere la scheda.",
        ),
        (
            "German",
            "Unsere Klientin hat gestern ihre Einwilligung widerrufen. Bitte schließen Sie die Akte für andere Stellen.",
        ),
        (
            "Dutch",
            "Onze cliënt heeft gisteren de toestemming ingetrokken om gegevens te delen met andere instanties. Graag het dossier sluiten.",
        ),
        (
            "Polish",
            "Nasza klientka wycofała wczoraj zgodę na udostępnianie danych innym agencjom. Proszę zamknąć kartotekę.",
        ),
        (
            "Tagalog",
            "Binawi ng aming kliyente ang kanyang pahintulot na ibahagi ang kanyang impormasyon. Pakisara po ang rekord niya.",
        ),
        (
            "Swahili",
            "Mteja wetu ameondoa idhini yake ya kushiriki taarifa zake na mashirika mengine. Tafadhali funga rekodi yake.",
        ),
        (
            "Turkish",
            "Müşterimiz bilgilerinin paylaşılmasına verdiği onayı dün geri çekti. Lütfen kaydını kapatın.",
        ),
        (
            "Romanian",
            "Clienta noastră și-a retras ieri consimțământul pentru partajarea datelor. Vă rugăm să închideți dosarul.",
        ),
        (
            "Swedish",
            "Vår klient återkallade i går sitt samtycke till att dela uppgifter med andra. Vänligen stäng posten.",
        ),
        (
            "Norwegian",
            "Klienten vår trakk i går tilbake samtykket til å dele opplysninger med andre. Vennligst lukk saken.",
        ),
        (
            "Finnish",
            "Asiakkaamme perui eilen suostumuksensa tietojensa jakamiseen. Olkaa hyvä ja sulkekaa hänen tietonsa.",
        ),
        (
            "Hungarian",
            "Ügyfelünk tegnap visszavonta az adatai megosztásához adott hozzájárulását. Kérjük, zárja le a nyilvántartást.",
        ),
        ("Czech", "Náš klient včera odvolal souhlas se sdílením svých údajů. Prosím uzavřete jeho záznam."),
        (
            "Bosnian, Croatian or Serbian",
            "Naš klijent je jučer povukao pristanak za dijeljenje podataka. Molimo zatvorite njegov zapis.",
        ),
        (
            "Catalan",
            "El nostre client va retirar ahir el seu consentiment per compartir les dades amb altres entitats. Si us plau, tanqueu el registre.",
        ),
        (
            "Indonesian or Malay",
            "Klien kami kemarin mencabut persetujuan untuk membagikan datanya. Mohon tutup catatan tersebut.",
        ),
        (
            "Afrikaans",
            "Ons kliënt het gister sy toestemming teruggetrek om sy inligting te deel. Maak asseblief die rekord toe.",
        ),
        (
            "Lithuanian",
            "Mūsų klientas vakar atšaukė sutikimą dalytis savo duomenimis su kitomis įstaigomis. Prašome uždaryti įrašą.",
        ),
        (
            "Albanian",
            "Klienti ynë tërhoqi dje pëlqimin për ndarjen e të dhënave të tij. Ju lutemi mbylleni dosjen.",
        ),
        (
            "Yoruba",
            "Onibara wa ti fagile igbanilaaye re lana lati pin alaye re pelu awon miiran. E jowo ti iwe naa pa.",
        ),
        ("Welsh", "Mae ein cleient wedi tynnu ei ganiatâd yn ôl ddoe. Caewch y cofnod os gwelwch yn dda."),
        (
            "",
            "Nia kliento hieraŭ revokis sian konsenton pri dividado de siaj datumoj. Bonvolu fermi la dosieron.",
        ),
        (
            "Russian",
            "Наш клиент вчера отозвал согласие на обмен данными. Пожалуйста, закройте запись 1555555.",
        ),
        ("Ukrainian", "Наша клієнтка вчора відкликала згоду на обмін даними. Будь ласка, закрийте картку."),
        ("Arabic", "لقد سحب عميلنا موافقته على مشاركة معلوماته مع الوكالات الأخرى. يرجى إغلاق السجل."),
        ("Persian", "مشتری ما دیروز رضایت خود را برای اشتراک اطلاعات پس گرفت. لطفا پرونده را ببندید."),
        ("Chinese", "我们的客户昨天撤回了共享信息的同意书，请关闭记录1555555。"),
        ("Japanese", "お客様が昨日、情報共有の同意を取り消しました。記録を閉じてください。"),
        ("Korean", "저희 고객이 어제 정보 공유 동의를 철회했습니다. 기록을 닫아 주세요."),
        ("Amharic", "ደንበኛችን መረጃውን ለማጋራት የሰጠውን ፈቃድ ትናንት ሰርዟል። እባክዎ መዝገቡን ይዝጉ።"),
        ("Tigrinya", "ዓሚልና ሓበሬታኡ ንኸይካፈል ፍቓዱ ኣልዒሉ ኣሎ። በጃኹም መዝገብ ዕጸዉዎ።"),
        ("Burmese script", "ကျွန်ုပ်တို့၏ဖောက်သည်သည် သဘောတူညီချက်ကို ရုပ်သိမ်းလိုက်ပါသည်။"),
        ("Burmese script", "ပှၤလၢပမၤစၢၤအီၤန့ၣ် ထုးကွံာ်အတၢ်အၢၣ်လီၤလံ။ ဝံသးစူၤ ကးတံာ်တၢ်မၤနီၣ်မၤဃါ။"),
        ("Nepali", "हाम्रो ग्राहकले आफ्नो सहमति फिर्ता लिनुभएको छ र कृपया रेकर्ड बन्द गर्नुहोस्।"),
        ("Khmer", "អតិថិជនរបស់យើងបានដកការយល់ព្រម។ សូមបិទកំណត់ត្រា។"),
        ("Thai", "ลูกค้าของเราได้ถอนความยินยอมแล้ว กรุณาปิดบันทึก"),
        ("Greek", "Ο πελάτης μας ανακάλεσε τη συγκατάθεσή του χθες. Παρακαλώ κλείστε τον φάκελο."),
    ];

    #[test]
    fn a_notice_in_another_language_is_a_case_for_a_person() {
        for (name, text) in NOTICES {
            let notice = mail("", text);
            let of = if name.is_empty() { String::new() } else { format!(" ({name})") };
            let doubt = format!("It is written in another language{of}");
            let why = &notice.reasons;
            assert_eq!((notice.kind, notice.act), (NoticeKind::Revocation, false), "{text}: {why:?}");
            assert!(notice.doubtful && why.iter().any(|why| why.contains(&doubt)), "{text}: {why:?}");
            assert_eq!(!notice.records.is_empty(), text.contains(" 1555555"), "{text}");
        }
    }

    #[test]
    fn other_mail_in_another_language_is_left_for_a_person_to_look_at() {
        for (language, text) in [
            (
                "another language (Somali)",
                "Macaamiilka ma rabo in macluumaadkiisa lala wadaago hay'adaha kale.",
            ),
            (
                "another language (French)",
                "S'il vous plaît, ne fermez pas ce dossier, la cliente a changé d'avis.",
            ),
            ("another language (Hmong)", "Nws tsis xav kom lwm tus pom nws cov ntaub ntawv ntxiv lawm."),
            ("another language (German)", "Bitte nicht schließen, sie hat es sich anders überlegt."),
            ("another language (Portuguese)", "Por favor não feche este registro, ela mudou de ideia."),
            (
                "another language (French)",
                "Nous vous souhaitons une excellente journée et de bonnes vacances.",
            ),
            ("another language (Russian)", "Спасибо, мы больше не будем для вас писать."),
            ("another language (Cyrillic script)", "спасибо"),
            ("another language", "Merci beaucoup!"),
            ("another language", "Danke schön"),
            ("another language (Chinese script)", "不要"),
            ("another language", "Không đóng"),
            ("another language (French)", "Il faut le fermer"),
        ] {
            let notice = mail("", text);
            assert_eq!(notice.kind, NoticeKind::Other, "{text}");
            let wanted = format!("It is written in {language}: a person should read it.");
            assert_eq!(notice.possible.as_deref(), Some(wanted.as_str()), "{text}");
        }
    }

    #[test]
    fn a_sentence_in_another_language_keeps_a_program_from_going_on() {
        const NOTICE: &str = "Client 1555555 revoked her consent yesterday. Please close the record.";
        assert!(mail("ROI", NOTICE).act);
        for more in [
            "Nein, bitte doch nicht schließen, sie hat es sich anders überlegt.",
            "Fadlan ha xirin, way beddeshay fikirkeeda oo waa rabtaa.",
            "Не закрывайте.",
            "请不要关闭她的记录，她改变了主意。",
            "Ne fermez pas ce dossier, elle ne veut plus.",
            "But nein bitte doch nicht schließen, she says",
            "لا تغلقوا السجل.",
            "不要",
            "아니",
            "Đừng đóng.",
            "Não feche ainda.",
        ] {
            for text in [
                format!("{NOTICE} {more}"),
                format!("{NOTICE}\r\n\r\n{more}"),
                format!("{more}\r\n\r\n{NOTICE}"),
            ] {
                let notice = mail("ROI", &text);
                let why = &notice.reasons;
                assert_eq!((notice.kind, notice.act), (NoticeKind::Revocation, false), "{text}: {why:?}");
                let doubt = "Part of it is written in another language";
                assert!(why.iter().any(|why| why.contains(doubt)), "{text}: {why:?}");
            }
        }
    }

    #[test]
    fn english_and_spanish_of_all_kinds_are_no_other_language() {
        for text in [
            "Client 1555555 revoked.",
            "1555555",
            "ok",
            "ROI revoked, HMIS 1555555, PSH, CoC MN-501, ES/SO/RRH, HUD APR.",
            "CLIENT 1555555 REVOKED ROI PLS CLOSE ASAP THX",
            "clint 1555555 rvoked hr cosent yestrday plz clsoe teh recrod thx",
            "Maria Guadalupe Hernández-Ortiz, Nguyễn Văn Thành, Abdirahman Warsame, Xiong Pao Yang",
            "Towels, blankets, diapers, toothpaste, shampoo, socks, granola bars, pillows",
            "Name: Ayaan Mohamud Hassan\r\nAgency: Casa de Esperanza\r\nAddress: 1414 W Chicago Ave, Duluth MN 55806",
            "Client ID\tStatus\tUnit\r\n1555555\trevoked\t204\r\n1666666\tactive\t211",
            "Best,\r\nFrançois Lefèvre",
            "The résumé of the café's à la carte menu is naïve, isn't it?",
            "Our agency is called La Maison du Port, and the other one Haus am See.",
            "Her name is 李明 and she wants to keep sharing her data.",
            "All done ¯\\_(ツ)_/¯ 😀 µ ½",
            "la clienta revoco su consentimiento ayer favor de cerrar el record gracias",
            "Nuestra clienta revocó ayer su consentimiento y ya no quiere compartir sus datos con otras agencias.",
            "CLIENTE REVOCO SU CONSENTIMIENTO DE COMPARTIR DATOS, FAVOR DE CERRAR",
            "Buenos dias, necesito ayuda para restablecer mi contraseña del sistema HMIS.",
            "La participante pidió verbalmente cancelar la autorización estatal",
            "Hi, el cliente 1555555 revoked su ROI yesterday, please cierren el record, gracias.",
            "Adjunto formulario firmado de revocación de autorización para divulgar información",
        ] {
            let notice = mail("Hello", text);
            assert!(!tells_of_a_language(&notice), "{text}: {:?} {:?}", notice.reasons, notice.possible);
        }
    }

    #[test]
    fn what_is_not_the_senders_own_words_may_be_in_any_language() {
        for rest in [
            "-- \r\nПетр Иванов\r\nНачальник отдела\r\n+1 612 555 0142",
            "On Mon, Oct 12, 2026 at 9:00 AM HMIS Helpdesk <helpdesk@hmis.example> wrote:\r\n\
             > Unsere Klientin hat gestern ihre Einwilligung widerrufen.",
        ] {
            let notice = "Client 1555555 revoked her consent yesterday. Please close the record.";
            let text = format!("{notice}\r\n\r\n{rest}");
            assert!(!tells_of_a_language(&mail("Hello", &text)), "{text}");
        }
    }

    #[test]
    fn what_is_only_forwarded_is_left_for_a_person_to_look_at() {
        let text = "FYI\r\n\r\n---------- Forwarded message ---------\r\nFrom: Pat <p@a.example>\r\nSubject: x\r\n\r\n\
                    Macmiilkayaga ayaa maanta ka noqday ogolaanshihiisii wadaagista xogta.";
        let notice = mail("Fwd: x", text);
        assert_eq!((notice.kind, notice.act), (NoticeKind::Other, false));
        let wanted = "What it forwards is written in another language (Somali): a person should read it.";
        assert_eq!(notice.possible.as_deref(), Some(wanted));
    }

    #[test]
    fn an_answer_of_a_machine_stays_one() {
        let notice =
            mail("Abwesenheitsnotiz", "Ich bin bis 20. Oktober nicht im Büro. Unsere Klientin: 1555555.");
        assert_eq!(notice.kind, NoticeKind::Automatic);
    }
}
