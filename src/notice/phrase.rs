//! The small language in which the vocabulary's phrases are written; `config/vocabulary.toml` describes it. A phrase
//! becomes a regular expression over lower-case text with single blanks.

/// Between two words of a phrase.
const BETWEEN: &str = "(?:,? |-| - )";
/// A word.
const WORD: &str = "[a-z0-9'.]+";
/// Words skipped by `..` without a number.
const SKIPPED: usize = 5;
/// Letters skipped by `...`.
const FAR: usize = 80;

/// Writes a phrase as a regular expression. `list` gives the expression of another list by its name.
///
/// # Errors
/// What is wrong with the phrase, in words.
pub(super) fn expression(
    phrase: &str,
    list: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Result<String, String> {
    let mut parser = Parser { rest: phrase, list };
    let expression = parser.sequence(true)?;
    match parser.rest.chars().next() {
        None => Ok(expression),
        Some(left) => Err(format!("{left:?} closes nothing")),
    }
}

struct Parser<'a, 'l> {
    rest: &'a str,
    list: &'l mut dyn FnMut(&str) -> Result<String, String>,
}

/// One place of a phrase.
enum Item {
    /// Words, as an expression.
    Words(String),
    /// Words that may be missing.
    Maybe(String),
    /// So many words in between.
    Gap(usize),
    /// Anything in between.
    Far,
    Start,
    End,
}

impl Parser<'_, '_> {
    /// Items up to the end, or to the `|`, `)` or `]` that ends an alternative.
    fn sequence(&mut self, outermost: bool) -> Result<String, String> {
        let mut items = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.chars().next() {
                None | Some(')' | ']') => break,
                Some('|') if !outermost => break,
                Some(_) => items.push(self.item(outermost)?),
            }
        }
        if !items.iter().any(|item| matches!(item, Item::Words(_) | Item::End)) {
            return Err("it holds no word that must be there".to_owned());
        }
        Ok(joined(&items))
    }

    fn item(&mut self, outermost: bool) -> Result<Item, String> {
        if let Some(rest) = self.rest.strip_prefix("...") {
            self.rest = rest;
            return Ok(Item::Far);
        }
        if let Some(rest) = self.rest.strip_prefix("..") {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (count, rest) = rest.split_at_checked(digits).unwrap_or(("", rest));
            self.rest = rest;
            return Ok(Item::Gap(count.parse().unwrap_or(SKIPPED)));
        }
        for (sign, item) in [('^', Item::Start), ('$', Item::End)] {
            if let Some(rest) = self.rest.strip_prefix(sign) {
                self.rest = rest;
                return Ok(item);
            }
        }
        if let Some(rest) = self.rest.strip_prefix('[') {
            self.rest = rest;
            return Ok(Item::Maybe(self.alternatives(']')?));
        }
        let mut words = vec![self.word()?];
        while outermost && self.rest.starts_with('|') {
            self.rest = self.rest.get(1..).unwrap_or_default();
            words.push(self.word()?);
        }
        Ok(Item::Words(if words.len() == 1 { words.concat() } else { format!("(?:{})", words.join("|")) }))
    }

    /// Phrases parted by `|`, up to the closing bracket.
    fn alternatives(&mut self, closing: char) -> Result<String, String> {
        let mut found = Vec::new();
        loop {
            found.push(self.sequence(false)?);
            let Some(next) = self.rest.chars().next() else {
                return Err(format!("a {closing:?} is missing"));
            };
            self.rest = self.rest.get(1..).unwrap_or_default();
            match next {
                '|' => {}
                next if next == closing => return Ok(format!("(?:{})", found.join("|"))),
                other => return Err(format!("{other:?} stands where a {closing:?} is missing")),
            }
        }
    }

    /// One word, a group, a list; or several of these with no blank between.
    fn word(&mut self) -> Result<String, String> {
        let mut word = String::new();
        while let Some(next) = self.rest.chars().next() {
            if next.is_whitespace() || matches!(next, '|' | ')' | ']' | '[') {
                break;
            }
            self.rest = self.rest.get(next.len_utf8()..).unwrap_or_default();
            match next {
                '(' => word.push_str(&self.alternatives(')')?),
                '<' => {
                    let Some((name, rest)) = self.rest.split_once('>') else {
                        return Err("a '>' is missing".to_owned());
                    };
                    self.rest = rest;
                    word.push_str(&format!("(?:{})", (self.list)(name)?));
                }
                '*' => word.push_str("[a-z0-9']*"),
                '_' => word.push_str(WORD),
                '#' => word.push_str("[0-9]{4,}"),
                letter if letter.is_uppercase() => {
                    return Err(format!(
                        "{letter:?} is a capital letter, and phrases are compared in small ones"
                    ));
                }
                letter => word.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4]))),
            }
        }
        if word.is_empty() { Err("a word is missing".to_owned()) } else { Ok(word) }
    }
}

/// The items as one expression, with blanks where they belong.
fn joined(items: &[Item]) -> String {
    let mut out = String::new();
    // Whether the next word follows another one.
    let mut follows = false;
    for item in items {
        match item {
            Item::Words(words) => {
                // "we've": what begins with an apostrophe stands close.
                if follows && !words.starts_with('\'') {
                    out.push_str(BETWEEN);
                }
                out.push_str(words);
                follows = true;
            }
            Item::Maybe(words) if follows => {
                let between = if words.starts_with("(?:'") { ",?[ -]?" } else { BETWEEN };
                out.push_str(&format!("(?:{between}{words})?"));
            }
            Item::Maybe(words) => out.push_str(&format!("(?:{words}{BETWEEN})?")),
            Item::Gap(count) if follows => out.push_str(&format!("(?:[ -]{WORD}){{0,{count}}}?")),
            Item::Gap(count) => out.push_str(&format!("(?:{WORD}[ -]){{0,{count}}}?")),
            Item::Far => {
                out.push_str(&format!(r"(?-u:\b).{{0,{FAR}}}?(?-u:\b)"));
                follows = false;
            }
            Item::Start => out.push_str("^[^a-z0-9#]*"),
            Item::End => out.push_str("[^a-z0-9]*$"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(phrase: &str, text: &str) -> bool {
        let mut list = |name: &str| {
            if name == "consent" {
                Ok("roi|consent".to_owned())
            } else {
                Err("there is no such list".to_owned())
            }
        };
        let expression = expression(phrase, &mut list).expect("a phrase");
        regex::Regex::new(&format!(r"(?-u:\b)(?:{expression})(?:$|\b|\W)")).expect("valid").is_match(text)
    }

    #[test]
    fn what_a_phrase_finds() {
        let table = [
            ("pulled|withdrew <consent>", "she withdrew consent", true),
            ("pulled|withdrew <consent>", "she withdrew her consent", false),
            ("pulled|withdrew .. <consent>", "she withdrew her old consent", true),
            ("withdrew ..1 <consent>", "she withdrew her old consent", false),
            ("revok*", "revoking", true),
            ("revok*", "unrevoked", false),
            ("opt out", "opt-out", true),
            ("please [kindly] close", "please kindly close", true),
            ("please [kindly] close", "please close", true),
            ("[please|pls] close", "close", true),
            ("(wants out|is done) with", "is done with", true),
            ("(i|we) ['ve|have] closed", "we've closed", true),
            ("(i|we) ['ve|have] closed", "we have closed", true),
            ("^ stop $", "Stop!".to_ascii_lowercase().as_str(), true),
            ("^ stop $", "stop it", false),
            ("client #", "client 1555555", true),
            ("close ... tomorrow", "close it, if you can, tomorrow", true),
            ("_'ll", "she'll", true),
        ]
        .map(|(phrase, text, wanted)| (phrase.to_owned(), text.to_owned(), wanted));
        for (phrase, text, wanted) in table {
            assert_eq!(holds(&phrase, &text), wanted, "{phrase:?} in {text:?}");
        }
    }

    #[test]
    fn what_is_no_phrase() {
        let mut none = |_: &str| Err("there is no such list".to_owned());
        for (phrase, why) in [
            ("", "no word"),
            ("..", "no word"),
            ("[please]", "no word"),
            ("(a|b", "missing"),
            ("[a b", "missing"),
            ("a)", "closes nothing"),
            ("(a]", "stands where"),
            ("<consent", "'>' is missing"),
            ("<nothing>", "no such list"),
            ("a||b", "a word is missing"),
            ("Revoked", "capital letter"),
        ] {
            let error = expression(phrase, &mut none).expect_err(phrase);
            assert!(error.contains(why), "{phrase:?}: {error}");
        }
    }
}
