//! File names in a Maildir: `unique` in `new`, `unique:2,FLAGS` in `cur`.

/// A message's file name. Other programs change the flags at any time, never the unique part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileName<'a> {
    pub(super) unique: &'a str,
    /// Letters in the order they stand in; `A-Z` are flags, `a-z` keywords.
    flags: &'a str,
}

impl<'a> FileName<'a> {
    /// None for what is no message: files that begin with a dot, or have nothing before the colon.
    pub(super) fn parse(name: &'a str) -> Option<Self> {
        if name.starts_with('.') {
            return None;
        }
        let (unique, info) = name.split_once(':').unwrap_or((name, ""));
        // "1," was for experiments and is not in use: a name with it has no flags we know.
        let flags = info.strip_prefix("2,").unwrap_or("");
        (!unique.is_empty()).then_some(Self { unique, flags })
    }

    /// Whether it has all of these letters.
    pub(super) fn has(&self, letters: &str) -> bool {
        letters.chars().all(|letter| self.flags.contains(letter))
    }

    /// Letters of keywords.
    pub(super) fn keywords(&self) -> impl Iterator<Item = char> {
        self.flags.chars().filter(char::is_ascii_lowercase)
    }

    /// The name with `letters` added, sorted as the format demands.
    pub(super) fn with(&self, letters: &str) -> String {
        name_with(self.unique, self.flags.chars().chain(letters.chars()))
    }

    /// The name with these keywords instead of its own.
    pub(super) fn with_keywords(&self, keywords: &str) -> String {
        let flags = self.flags.chars().filter(|flag| !flag.is_ascii_lowercase());
        name_with(self.unique, flags.chain(keywords.chars()))
    }
}

fn name_with(unique: &str, letters: impl Iterator<Item = char>) -> String {
    let mut letters: Vec<char> = letters.collect();
    letters.sort_unstable();
    letters.dedup();
    format!("{unique}:2,{}", letters.into_iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_merged_into_the_flags_that_are_there() {
        for (name, letters, expected) in [
            ("1700.M1P2.host", "RS", "1700.M1P2.host:2,RS"),
            ("1700.M1P2.host:2,", "SR", "1700.M1P2.host:2,RS"),
            ("1700.M1P2.host:2,F", "RS", "1700.M1P2.host:2,FRS"),
            ("1700.M1P2.host:2,RSa", "RS", "1700.M1P2.host:2,RSa"),
            ("1700.M1P2.host:2,S", "b", "1700.M1P2.host:2,Sb"),
            ("1700.M1P2.host,S=9,W=10:2,PS", "a", "1700.M1P2.host,S=9,W=10:2,PSa"),
            ("1700.M1P2.host:1,x", "S", "1700.M1P2.host:2,S"),
        ] {
            let parsed = FileName::parse(name).expect("a message");
            assert_eq!(parsed.with(letters), expected, "{name}");
            assert!(FileName::parse(expected).expect("a message").has(letters));
        }
    }

    #[test]
    fn keywords_can_be_exchanged() {
        let name = FileName::parse("1.host:2,FSac").expect("a message");
        assert_eq!(name.keywords().collect::<String>(), "ac");
        assert_eq!(name.with_keywords("b"), "1.host:2,FSb");
    }

    #[test]
    fn other_files_are_no_messages() {
        for name in [".nfs0001", ".", ":2,S", ""] {
            assert_eq!(FileName::parse(name), None, "{name:?}");
        }
    }
}
