//! The words of notices, as data: `config/vocabulary.toml`, `config/vocabulary.es.toml`, and what a site adds to them.
//! Every list is one regular expression over lower-case text without accents. Mail without a Spanish sentence is read
//! with the English lists alone: a Spanish word cannot be mistaken there, and no time is lost over it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, LazyLock, OnceLock},
};

use regex::{Regex, RegexBuilder};

use super::phrase;
use super::spanish::folded;

/// The English lists that are built in, which name all lists there are.
const BUILT_IN: &str = include_str!("../../config/vocabulary.toml");
/// The Spanish ones.
const SPANISH: &str = include_str!("../../config/vocabulary.es.toml");

/// Phrases with their examples, by list.
type Lists = BTreeMap<String, BTreeMap<String, String>>;

macro_rules! lists {
    ($($name:ident)* ; $($fragment:ident)*) => {
        /// What each list finds. What a list is for stands in `config/vocabulary.toml`.
        #[derive(Debug)]
        pub struct Vocabulary {
            $(pub(super) $name: Regex,)*
            /// The Spanish verbs of `revoke` and `take_back`, where Spanish is listened to.
            pub(super) spanish_verbs: Option<SpanishVerbs>,
            /// What a site added.
            own: Lists,
            with_spanish: OnceLock<Arc<Vocabulary>>,
        }

        /// The names of all lists.
        const NAMES: &[&str] = &[$(stringify!($name),)* $(stringify!($fragment)),*];

        impl Vocabulary {
            fn compile(lists: &Lists) -> Result<Self, VocabularyError> {
                let mut made = Made { lists, expressions: BTreeMap::new(), open: Vec::new() };
                $(made.expression(stringify!($fragment))?;)*
                Ok(Self {
                    $($name: made.list(stringify!($name))?,)*
                    spanish_verbs: None,
                    own: Lists::new(),
                    with_spanish: OnceLock::new(),
                })
            }
        }
    };
}

lists! {
    consent sharing other_things other_objects refusals revocations flags
    revoke take_back no_longer_shares will_not_share revocation_signed revocation revocation_in_general
    consents signed_something opened stays_closed refused_before
    cancels cancels_weak reversals not_close
    close_requests confirm_requests close_later conditional depends objections no_action steps_done
    hypothetical modal future uncertain reported examples
    partial correction doubtful_record others relative_of family several
    automatic_text absence_text matter_abroad clients_abroad
    assents dissents courtesies agreements around_answers small_talk
    ; // Spoken of in other lists only.
    shared everybody_else system
}

/// The words that stand in any of the built-in lists, and the beginnings of words (`clos*`).
static LISTED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let lists = [BUILT_IN, SPANISH].map(|text| read(text).expect("the built-in lists are tested"));
    let phrases = lists.iter().flat_map(BTreeMap::values).flat_map(BTreeMap::keys);
    let inner = |c: char| !(c.is_alphabetic() || matches!(c, '\'' | '*'));
    phrases
        .flat_map(|phrase| {
            let phrase = folded(&phrase.to_lowercase()).into_owned();
            phrase.split(inner).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
});

/// Whether a word (in small letters, without accents) stands in any of the built-in lists: then it is hardly a name.
pub(super) fn is_listed(word: &str) -> bool {
    let begun = |at: usize| word.get(..at).is_some_and(|start| LISTED.contains(&format!("{start}*")));
    LISTED.contains(word) || (2..=word.len()).any(begun)
}

/// Spanish verbs have rules of their own, because their forms tell what English tells with words around them.
#[derive(Debug)]
pub(super) struct SpanishVerbs {
    /// Those that tell a revoking by themselves.
    pub revoke: Regex,
    /// Those that tell it of a consent.
    pub take_back: Regex,
}

/// What is wrong with a vocabulary file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VocabularyError {
    /// It is no TOML of lists of phrases with examples.
    File(String),
    /// It names a list that is not there.
    List(String),
    /// A phrase of a list cannot be used.
    Phrase {
        /// The list.
        list: String,
        /// The phrase.
        phrase: String,
        /// What is wrong with it.
        why: String,
    },
}

impl fmt::Display for VocabularyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(why) => write!(f, "it is no list of phrases with examples: {why}"),
            Self::List(name) => {
                write!(f, "there is no list called [{name}]; the lists are {}", NAMES.join(", "))
            }
            Self::Phrase { list, phrase, why } => write!(f, "[{list}] the phrase \"{phrase}\": {why}"),
        }
    }
}

impl std::error::Error for VocabularyError {}

impl Vocabulary {
    /// The lists that are built in. Compiled once.
    pub fn built_in() -> Arc<Self> {
        static BUILT: LazyLock<Arc<Vocabulary>> =
            LazyLock::new(|| Arc::new(Vocabulary::with("").expect("the built-in lists are tested")));
        Arc::clone(&BUILT)
    }

    /// The lists that are built in with a site's own phrases, in the form `config/vocabulary.toml` describes.
    ///
    /// # Errors
    /// The text is no vocabulary, or a phrase in it cannot be used, or does not occur in its own example.
    pub fn with(own: &str) -> Result<Self, VocabularyError> {
        let own = read(own)?;
        let mut lists = read(BUILT_IN)?;
        add(&mut lists, own.clone())?;
        Ok(Self { own, ..Self::compile(&lists)? })
    }

    /// The same for mail in which somebody writes Spanish: both languages, and the site's phrases. Compiled once, for
    /// the first such mail.
    pub(super) fn with_spanish(&self) -> Arc<Self> {
        let made = || {
            let mut lists = read(BUILT_IN)?;
            let spanish = read(SPANISH)?;
            add(&mut lists, spanish.clone())?;
            add(&mut lists, self.own.clone())?;
            let mut verbs = Made { lists: &spanish, expressions: BTreeMap::new(), open: Vec::new() };
            let verbs = SpanishVerbs { revoke: verbs.list("revoke")?, take_back: verbs.list("take_back")? };
            Ok::<_, VocabularyError>(Self { spanish_verbs: Some(verbs), ..Self::compile(&lists)? })
        };
        Arc::clone(self.with_spanish.get_or_init(|| {
            Arc::new(made().expect("both languages are tested, and the site's phrases were compiled before"))
        }))
    }
}

fn read(text: &str) -> Result<Lists, VocabularyError> {
    toml::from_str::<Lists>(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        VocabularyError::File(format!("line {line}: {}", error.message()))
    })
}

fn add(lists: &mut Lists, more: Lists) -> Result<(), VocabularyError> {
    for (name, phrases) in more {
        lists.get_mut(&name).ok_or(VocabularyError::List(name))?.extend(phrases);
    }
    Ok(())
}

/// Lists on their way to being compiled.
struct Made<'a> {
    lists: &'a Lists,
    expressions: BTreeMap<String, String>,
    /// Lists that are being written, each inside the one before: none may hold itself.
    open: Vec<String>,
}

impl Made<'_> {
    fn list(&mut self, name: &str) -> Result<Regex, VocabularyError> {
        let expression = self.expression(name)?;
        compile(&expression).map_err(|error| VocabularyError::File(error.to_string()))
    }

    fn expression(&mut self, name: &str) -> Result<String, VocabularyError> {
        if let Some(done) = self.expressions.get(name) {
            return Ok(done.clone());
        }
        let phrases = self.lists.get(name).ok_or_else(|| VocabularyError::List(name.to_owned()))?;
        if self.open.iter().any(|open| open == name) {
            return Err(VocabularyError::File(format!("the list [{name}] holds itself")));
        }
        self.open.push(name.to_owned());
        let mut all = Vec::with_capacity(phrases.len());
        for (phrase, example) in phrases {
            let of =
                |why: String| VocabularyError::Phrase { list: name.to_owned(), phrase: phrase.clone(), why };
            let inner = phrase::expression(&folded(phrase), &mut |list| {
                self.expression(list).map_err(|error| error.to_string())
            })
            .map_err(of)?;
            let whole = bounded(&inner);
            let found = compile(&whole).map_err(|error| of(error.to_string()))?;
            if found.is_match("") {
                return Err(of("it is found in everything".to_owned()));
            }
            if !found.is_match(&folded(&example.to_lowercase())) {
                return Err(of(format!("it does not occur in its example, \"{example}\"")));
            }
            all.push(whole);
        }
        self.open.pop();
        let expression = all.join("|");
        self.expressions.insert(name.to_owned(), expression.clone());
        Ok(expression)
    }
}

/// Whole words only; where a phrase holds letters beyond ASCII, also inside of words: `согласи` is in `согласие`, and
/// many scripts know no blanks.
fn bounded(expression: &str) -> String {
    if !expression.is_ascii() {
        return format!("(?:{expression})");
    }
    let end = if expression.ends_with(':') || expression.ends_with('$') { "" } else { r"(?-u:\b)" };
    let start = if expression.starts_with('^') { "" } else { r"(?-u:\b)" };
    format!("{start}(?:{expression}){end}")
}

fn compile(expression: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(expression).size_limit(1 << 26).dfa_size_limit(1 << 24).build()
}

/// Patterns of a layer's own grammar: regular expressions over lower-case text with single blanks, compiled once. In
/// them `\b`, `\w`, `\d` are ASCII.
macro_rules! pattern {
    ($($(#[$doc:meta])* $vis:vis $name:ident = [$($p:expr),* $(,)?];)*) => {$(
        $(#[$doc])*
        $vis static $name: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| $crate::notice::vocabulary::any(&[$($p),*]));
    )*};
}
pub(super) use pattern;

/// One alternation of several patterns.
pub(super) fn any(patterns: &[&str]) -> Regex {
    let plain = |pattern: &&str| {
        pattern
            .replace(r"\b", r"(?-u:\b)")
            .replace(r"\d", "[0-9]")
            .replace(r"\w", "[a-z0-9'-]")
            .replace(r"\S", "[!-~]")
    };
    let joined =
        patterns.iter().map(|pattern| format!("(?:{})", plain(pattern))).collect::<Vec<_>>().join("|");
    compile(&joined).expect("constant patterns")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_occurs_in_its_example() {
        // What is built in is held to the same as a site's own.
        Vocabulary::with("").expect("the built-in vocabulary");
        let lists: Lists = toml::from_str(BUILT_IN).expect("lists");
        assert_eq!(
            lists.keys().map(String::as_str).collect::<Vec<_>>().len(),
            NAMES.len(),
            "no list is unused"
        );
    }

    #[test]
    fn spanish_phrases_occur_in_their_examples_and_are_written_with_or_without_accents() {
        let both = Vocabulary::built_in().with_spanish();
        assert!(both.revocation.is_match("la revocacion") && both.revocation.is_match("the revocation"));
        let site = Vocabulary::with("[consent]\n\"hoja a\u{f1}il\" = \"la hoja a\u{d1}IL\"").expect("valid");
        for of in [&site, &*site.with_spanish()] {
            assert!(of.consent.is_match(&folded("la hoja a\u{f1}il")) && of.consent.is_match("la hoja anil"));
        }
    }

    #[test]
    fn a_site_adds_its_own_phrases() {
        let ours = Vocabulary::with("[consent]\n\"blue form\" = \"signed the blue form\"").expect("valid");
        assert!(ours.consent.is_match("the blue form"));
        assert!(!Vocabulary::built_in().consent.is_match("the blue form"));
        // Other lists speak of it as well.
        assert!(ours.revocation.is_match("withdrawal of the blue form"));
    }

    #[test]
    fn the_example_of_a_sites_own_file_is_sound_and_adds_to_what_is_known() {
        let example = include_str!("../../config/vocabulary.example.toml");
        let ours = Vocabulary::with(example).expect("sound");
        let built_in = Vocabulary::built_in();
        let theirs: Lists = toml::from_str(example).expect("lists");
        let lists = [
            ("consent", &ours.consent, &built_in.consent),
            ("no_longer_shares", &ours.no_longer_shares, &built_in.no_longer_shares),
            ("close_requests", &ours.close_requests, &built_in.close_requests),
        ];
        assert_eq!(theirs.len(), lists.len());
        for (name, with, without) in lists {
            for example in theirs.get(name).expect("a list of the example").values() {
                let example = example.to_lowercase();
                assert!(with.is_match(&example) && !without.is_match(&example), "{name}: {example}");
            }
        }
    }

    #[test]
    fn mistakes_are_explained() {
        let table = [
            ("[consent]\n\"blue form\" = \"the green form\"", "does not occur in its example"),
            ("[consents]\n\"signed (the\" = \"signed the\"", "missing"),
            ("[colours]\n\"blue\" = \"blue\"", "there is no list called [colours]"),
            ("[consent]\n\"<revocation>\" = \"revocation\"", "holds itself"),
            ("consent = 1", "no list of phrases"),
            ("[consent]\nblue", "no list of phrases"),
            ("[consent]\n\"blue form\" = \"the blue form\"\n\"pink form\" = 1", "line 3"),
        ];
        for (text, why) in table {
            let error = Vocabulary::with(text).expect_err(text).to_string();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}
