//! Characters as they are seen. What looks the same is spelt the same; what is not seen is dropped; and what deceives
//! the eye is told, for a person reads one thing there and a program another (UTS 39, UAX 9). All of it in one place:
//!
//! | characters | what becomes of them | doubted |
//! |---|---|---|
//! | line ends, blanks, quotes, dashes, arrows of every kind | the plain ones | no |
//! | windows-1252 that was sent as ISO-8859-1 (WHATWG Encoding 5.2) | what it was meant to be | no |
//! | fullwidth letters and digits, mathematical digits | the plain ones: they look like them | no |
//! | digits of other scripts | the plain ones | in every number |
//! | places where a line may break: zero width space, soft hyphen, word joiner, byte order mark | dropped: a person sees the number without | no; web mail programs put them into long numbers |
//! | what else is not seen: joiners, fillers, variation selectors, tags (`Default_Ignorable_Code_Point`) | dropped | between two digits |
//! | marks that order text from left to right, as telephones put around numbers | dropped | between two digits |
//! | marks that turn the order (UAX 9 2): overrides, embeddings and isolates from right to left | dropped | always |
//! | letters written from right to left | kept | on a line with digits: these may be seen in another order |
//! | control characters, NUL among them | a blank | always: mail programs differ in what they show |
//! | marks laid over letters or digits (U+0336 strikes out) | kept | always |
//! | letters of two scripts in one word, words of other letters that look like Latin ones (UTS 39 4, 5) | kept | always |
//! | a word spelt letter by letter, with blanks or dots between | kept | always |
//! | `l`, `I`, `O`, `S` in a number, `0`, `1` in a word | kept: such a thing is no client ID | always |

use std::collections::BTreeSet;

use unicode_security::skeleton;

/// How the characters of a word deceive the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Oddity {
    /// Control characters.
    Control,
    /// Marks that turn the order in which text is seen.
    Turned,
    /// Letters written from right to left, beside digits.
    RightToLeft,
    /// Something unseen between two digits.
    UnseenInNumber,
    /// Marks laid over letters or digits.
    Covered,
    /// Digits of another script.
    OtherDigits,
    /// Letters of another script that look like Latin ones, or stand among them.
    Lookalike,
    /// Letters that look like digits, in a number.
    LetterInNumber,
    /// Digits that look like letters, in a word.
    DigitInWord,
    /// Words spelt letter by letter.
    Spelt,
}

impl Oddity {
    /// Why a person should read it.
    pub(super) fn doubt(self) -> &'static str {
        match self {
            Self::Control => "there are control characters in the text; mail programs show them differently.",
            Self::Turned => "characters in the text turn the order in which it is seen.",
            Self::RightToLeft => {
                "numbers stand among letters written from right to left, which may turn them around."
            }
            Self::UnseenInNumber => "something that is not seen stands inside a number.",
            Self::Covered => "marks are laid over letters or digits, as if they were struck out.",
            Self::OtherDigits => "a number is written in digits of another script.",
            Self::Lookalike => "a word is written in letters of another script that look like others.",
            Self::LetterInNumber => "letters that look like digits stand in a number.",
            Self::DigitInWord => "digits that look like letters stand in a word.",
            Self::Spelt => "words in it are spelt letter by letter, which were not read.",
        }
    }
}

/// An odd word, and the line it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Odd {
    pub oddity: Oddity,
    /// The line as `normalise` gives it, trimmed.
    pub line: String,
    /// The word with its odd characters spelt out: `1<U+200D>555555`.
    pub word: String,
}

/// Characters of a word that are spelt out at most.
const LONGEST_WORD: usize = 40;

/// The odd words of a text: of each line, and of each way of being odd, the first.
pub(super) fn odd(text: &str) -> Vec<Odd> {
    let mut found = Vec::new();
    for line in text.split(['\n', '\r', '\u{2028}', '\u{2029}', '\u{B}', '\u{C}']) {
        if is_spelt(line) {
            found.push(Odd {
                oddity: Oddity::Spelt,
                line: normalise(line).trim().to_owned(),
                word: spelt_out(line),
            });
        }
        if line.is_ascii() && !line.contains(|c: char| c.is_ascii_digit() || c.is_ascii_control()) {
            continue;
        }
        let mut known = BTreeSet::new();
        let digits = line.contains(|c: char| plain_digit(c).is_some());
        for word in line.split([' ', '\t', '\u{A0}']) {
            for oddity in oddities(word, digits) {
                if known.insert(oddity) {
                    found.push(Odd {
                        oddity,
                        line: normalise(line).trim().to_owned(),
                        word: spelt_out(word),
                    });
                }
            }
        }
    }
    found
}

/// What is odd about a word; `digits`: its line has some.
fn oddities(word: &str, digits: bool) -> Vec<Oddity> {
    let mut found = Vec::new();
    let mut add = |oddity, is: bool| {
        if is {
            found.push(oddity);
        }
    };
    add(Oddity::Control, word.chars().any(is_control));
    add(Oddity::Turned, word.chars().any(turns));
    add(Oddity::RightToLeft, digits && word.chars().any(is_right_to_left));
    add(Oddity::UnseenInNumber, unseen_in_number(word));
    add(Oddity::Covered, is_covered(word));
    let link = word.contains("://") || word.contains('@') || word.starts_with("www.");
    for piece in word.split(|c: char| !is_of_a_word(c)).filter(|piece| !piece.is_empty()) {
        add(Oddity::OtherDigits, has_other_digits(piece));
        add(Oddity::Lookalike, !piece.is_ascii() && is_lookalike(piece));
        add(Oddity::LetterInNumber, !link && has_letters_in_number(piece));
        add(Oddity::DigitInWord, !link && has_digits_in_word(piece));
    }
    found
}

/// Single letters in a row that are a word to the eye: "D o   n o t"; abbreviations have fewer, and those of one capital
/// after the other ("H.M.I.S.") are none.
const SPELT: usize = 5;

fn is_spelt(line: &str) -> bool {
    let parts = |c: char| matches!(c, ' ' | '\t' | '\u{A0}' | '.' | '-' | '_' | '*' | '\u{B7}' | ',');
    let (mut letters, mut small) = (0, 0);
    for piece in line.split(parts).filter(|piece| !piece.is_empty()) {
        let mut signs = piece.chars().filter(|c| !is_unseen(*c));
        let single = signs.next().filter(|c| c.is_alphabetic() && signs.next().is_none());
        letters = single.map_or(0, |_| letters + 1);
        small = single.map_or(0, |letter| small + usize::from(letter.is_lowercase()));
        if letters >= SPELT && (small >= 2 || letters > SPELT) {
            return true;
        }
    }
    false
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || is_unseen(c) || is_mark(c)
}

/// The value of a digit that looks like 0 to 9.
fn plain_digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        '\u{FF10}'..='\u{FF19}' => Some(u32::from(c) - 0xFF10),
        '\u{1D7CE}'..='\u{1D7FF}' => Some((u32::from(c) - 0x1D7CE) % 10),
        _ => None,
    }
}

fn unseen_in_number(word: &str) -> bool {
    let mut after_digit = false;
    let mut unseen = false;
    for c in word.chars() {
        if is_unseen(c) || leads(c) {
            unseen |= !may_break(c);
            continue;
        }
        let digit = plain_digit(c).is_some();
        if digit && after_digit && unseen {
            return true;
        }
        after_digit = digit;
        unseen = false;
    }
    false
}

/// Overlays strike out (U+0334 to U+0338 and their kin for symbols); any other mark is odd on a digit only.
fn is_covered(word: &str) -> bool {
    let mut before = ' ';
    for c in word.chars() {
        let overlay = matches!(c, '\u{334}'..='\u{338}' | '\u{20D2}' | '\u{20D3}' | '\u{20D8}'..='\u{20E0}' | '\u{20E3}' | '\u{20E4}'..='\u{20EB}');
        if is_mark(c) && before.is_alphanumeric() && (overlay || before.is_ascii_digit()) {
            return true;
        }
        if !is_unseen(c) {
            before = c;
        }
    }
    false
}

/// Two numerals of another script in a row, or one beside several plain digits; "½" alone and "m²" are harmless.
fn has_other_digits(piece: &str) -> bool {
    let other = piece.chars().filter(|c| c.is_numeric() && plain_digit(*c).is_none()).count();
    let plain = piece.chars().filter(|c| plain_digit(*c).is_some()).count();
    other > 0 && other + plain >= 4
}

/// Letters beyond those of European languages among plain letters or digits, or a word of such letters alone that looks
/// like a plain one.
fn is_lookalike(piece: &str) -> bool {
    let seen = || piece.chars().filter(|c| !is_unseen(*c) && !is_mark(*c));
    let latin = |c: char| matches!(c, '\u{AA}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' | '\u{2BB}'..='\u{2BC}' | '\u{FF01}'..='\u{FF5E}');
    let plain =
        |c: char| c.is_ascii_alphanumeric() || plain_digit(c).is_some() || latin(c) && c.is_alphabetic();
    let strange = |c: char| c.is_alphabetic() && !c.is_ascii() && !latin(c);
    if !seen().any(strange) {
        return false;
    }
    // Small capitals, circled and mathematical letters are no letters of a language here.
    let drawn = |c: char| matches!(c, '\u{250}'..='\u{2AF}' | '\u{1D00}'..='\u{1DBF}' | '\u{24B6}'..='\u{24E9}' | '\u{1D400}'..='\u{1D7CB}' | '\u{1F130}'..='\u{1F189}');
    seen().any(|c| plain(c) || drawn(c)) || skeleton(piece).all(|c| c.is_ascii_alphanumeric())
}

/// Most are digits, and the others look like some: "l555555", "15555S5".
fn has_letters_in_number(piece: &str) -> bool {
    let digits = piece.chars().filter(char::is_ascii_digit).count();
    let alike = |c: char| c.is_ascii_digit() || matches!(c, 'l' | 'I' | 'O' | 'o' | 'S');
    digits >= 4
        && piece.len() >= 6
        && digits < piece.len()
        && digits * 2 > piece.len()
        && piece.chars().all(alike)
}

/// One 0 or 1 between letters: "n0t".
fn has_digits_in_word(piece: &str) -> bool {
    let inner = piece.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let Some(rest) = inner.strip_prefix(['0', '1']) else { return false };
    inner.len() < piece.len() && !rest.is_empty() && rest.chars().all(|c| c.is_ascii_lowercase())
}

/// Control characters, but for those that end lines or are blanks.
fn is_control(c: char) -> bool {
    meant(c).is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{B}' | '\u{C}')
}

/// What turns the order of what follows (UAX 9 2): RLE, RLO, RLI, FSI, RLM, ALM.
fn turns(c: char) -> bool {
    matches!(c, '\u{202B}' | '\u{202E}' | '\u{2067}' | '\u{2068}' | '\u{200F}' | '\u{61C}')
}

/// What orders from left to right, and the ends of such runs: in text from left to right they change nothing.
fn leads(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{202A}' | '\u{202C}' | '\u{202D}' | '\u{2066}' | '\u{2069}')
}

/// What is not seen and says nothing (`Default_Ignorable_Code_Point`), but for what orders text.
pub(super) fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200D}'
            | '\u{2060}'..='\u{2065}'
            | '\u{206A}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Where a line may or may not be broken (UAX 14): programs put these into long words, numbers among them.
fn may_break(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}')
}

/// Marks that are written over, under or around the letter before them.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
            | '\u{20D0}'..='\u{20F0}' | '\u{FE20}'..='\u{FE2F}'
    )
}

/// Letters of Hebrew, Arabic and the other scripts written from right to left (UAX 9 3.2, classes R and AL).
fn is_right_to_left(c: char) -> bool {
    c.is_alphabetic()
        && matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// windows-1252 where ISO-8859-1 has control characters; five places are empty there as well.
const WINDOWS_1252: &str = "\u{20AC}\u{81}\u{201A}\u{192}\u{201E}\u{2026}\u{2020}\u{2021}\u{2C6}\u{2030}\u{160}\u{2039}\u{152}\u{8D}\u{17D}\u{8F}\
     \u{90}\u{2018}\u{2019}\u{201C}\u{201D}\u{2022}\u{2013}\u{2014}\u{2DC}\u{2122}\u{161}\u{203A}\u{153}\u{9D}\u{17E}\u{178}";

fn meant(c: char) -> char {
    match c {
        '\u{80}'..='\u{9F}' => WINDOWS_1252.chars().nth(u32::from(c) as usize - 0x80).unwrap_or(c),
        other => other,
    }
}

/// One spelling for what looks the same: blanks, quotes, dashes, digits; what is not seen is dropped.
pub(super) fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = '\n';
    let mut rest = text.chars().map(meant).peekable();
    while let Some(c) = rest.next() {
        if is_unseen(c) || leads(c) || turns(c) {
            continue;
        }
        let plain = match c {
            '\r' => {
                if rest.peek() == Some(&'\n') {
                    continue;
                }
                '\n'
            }
            '\n' | '\t' => c,
            '\u{2028}' | '\u{2029}' | '\u{000B}' | '\u{000C}' => '\n',
            '\u{00A0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200A}'
            | '\u{202F}'
            | '\u{205F}'
            | '\u{2800}'
            | '\u{3000}' => ' ',
            _ if c.is_control() => ' ',
            '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}' | '\u{02BC}' | '\u{00B4}' | '`' => '\'',
            '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '\u{00AB}' | '\u{00BB}' | '\u{FF02}' => '"',
            '\u{2010}'..='\u{2012}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}' => '-',
            '\u{2013}' | '\u{2014}' | '\u{2015}' => {
                // Between digits a dash is a hyphen (phone numbers, ranges); elsewhere it parts clauses.
                if previous.is_ascii_digit() && rest.peek().is_some_and(char::is_ascii_digit) {
                    '-'
                } else {
                    let blank_next =
                        rest.peek().is_some_and(|next| next.is_whitespace() || *next == '\u{00A0}');
                    out.push_str(match (previous == ' ' || previous == '\n', blank_next) {
                        (true, true) => "-",
                        (true, false) => "- ",
                        (false, true) => " -",
                        (false, false) => " - ",
                    });
                    previous = '-';
                    continue;
                }
            }
            '\u{2192}' | '\u{21D2}' => {
                out.push_str("->");
                previous = '>';
                continue;
            }
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{0660}'..='\u{0669}' => char::from_digit(u32::from(c) - 0x0660, 10).unwrap_or(c),
            '\u{06F0}'..='\u{06F9}' => char::from_digit(u32::from(c) - 0x06F0, 10).unwrap_or(c),
            '\u{0966}'..='\u{096F}' => char::from_digit(u32::from(c) - 0x0966, 10).unwrap_or(c),
            '\u{1D7CE}'..='\u{1D7FF}' => char::from_digit((u32::from(c) - 0x1D7CE) % 10, 10).unwrap_or(c),
            other => other,
        };
        out.push(plain);
        previous = plain;
    }
    out
}

/// Text of a mail as it may be shown on a terminal: nothing in it moves the cursor, changes colours or turns the order;
/// what could is spelt out. Line ends and tabs stay.
pub(super) fn for_terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            _ if c.is_control() || turns(c) || leads(c) => out.push_str(&code_point(c)),
            _ => out.push(c),
        }
    }
    out
}

fn spelt_out(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars().take(LONGEST_WORD) {
        if c.is_ascii_graphic() { out.push(c) } else { out.push_str(&code_point(c)) }
    }
    out
}

fn code_point(c: char) -> String {
    format!("<U+{:04X}>", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_spelt_the_same() {
        let table = [
            ("1\u{200B}555\u{200B}555", "1555555"),
            ("\u{FF11}555555", "1555555"),
            ("ID\u{A0}1555555", "ID 1555555"),
            ("651\u{2013}555\u{2013}0129", "651-555-0129"),
            ("CLOSED \u{2013} USE", "CLOSED - USE"),
            ("CLOSED \u{96} USE", "CLOSED - USE"),
            ("don\u{2019}t \u{201C}x\u{201D}", "don't \"x\""),
            ("don\u{92}t \u{93}x\u{94} \u{80}5", "don't \"x\" \u{20AC}5"),
            ("a\r\nb\rc", "a\nb\nc"),
            ("a\0b\u{1B}[2Jc\u{9D}d\u{7F}e", "a b [2Jc d e"),
            ("\u{202D}+1 651\u{202C} \u{E0041}x\u{3164}", "+1 651 x"),
        ];
        for (given, wanted) in table {
            assert_eq!(normalise(given), wanted);
        }
    }

    #[test]
    fn what_deceives_the_eye_is_told() {
        let table: &[(&str, Option<Oddity>)] = &[
            ("Client 1555555 revoked her ROI.", None),
            (
                "Zo\u{EB} N\u{FA}\u{F1}ez, Fran\u{E7}ois, Bront\u{EB}, na\u{EF}ve, \u{141}ukasz, Nguy\u{1EC5}n",
                None,
            ),
            ("e\u{301} is written in two pieces", None),
            ("Clave 1\u{BA} y 2\u{AA}, m\u{B2}, 2\u{BD} years, \u{A9} 2026", None),
            ("Hawai\u{2BB}i and O\u{2019}Brien", None),
            ("\u{200B}1555555\u{200B}, \u{FEFF}revoked re\u{AD}voked", None),
            ("call \u{202D}+1 (651) 555-0148\u{202C}", None),
            ("family \u{1F468}\u{200D}\u{1F469} \u{2764}\u{FE0F} thanks", None),
            ("\u{41F}\u{440}\u{438}\u{432}\u{435}\u{442} in another script", None),
            ("\u{FF11}\u{FF15}\u{FF15}\u{FF15}\u{FF15}\u{FF15}\u{FF15}", None),
            ("https://x.example/1234567l and 1234567O@x.example", None),
            ("room 20O, 2020s, 3rd, 12th, 1st, 4x4, b2b, covid19", None),
            ("1\u{200B}555\u{AD}555", None),
            ("the H.M.I.S. of J. R. Doe, U.S.A., at 9 a.m.", None),
            ("D o   n o t   close", Some(Oddity::Spelt)),
            ("D.o. n.o.t. close", Some(Oddity::Spelt)),
            ("1\u{200D}555555", Some(Oddity::UnseenInNumber)),
            ("1\u{200B}\u{3164}555555", Some(Oddity::UnseenInNumber)),
            ("1555\u{E0031}555", Some(Oddity::UnseenInNumber)),
            ("1555\u{202A}555", Some(Oddity::UnseenInNumber)),
            ("\u{202E}5555551\u{202C}", Some(Oddity::Turned)),
            ("\u{2067}close\u{2069}", Some(Oddity::Turned)),
            ("12\u{200F}34\u{200F}56", Some(Oddity::Turned)),
            ("\u{5D0}\u{5D1} 1555555 2666666", Some(Oddity::RightToLeft)),
            ("1555\u{0}555", Some(Oddity::Control)),
            ("\u{8}\u{8}close", Some(Oddity::Control)),
            ("\u{1B}[8m", Some(Oddity::Control)),
            ("1\u{336}5\u{336}", Some(Oddity::Covered)),
            ("c\u{336}l\u{336}ose", Some(Oddity::Covered)),
            ("1\u{FE0F}\u{20E3}", Some(Oddity::Covered)),
            ("\u{661}\u{665}\u{665}\u{665}\u{665}\u{665}\u{665}", Some(Oddity::OtherDigits)),
            ("1555555\u{B2}", Some(Oddity::OtherDigits)),
            ("15\u{967}5555", Some(Oddity::OtherDigits)),
            ("do n\u{43E}t close", Some(Oddity::Lookalike)),
            ("\u{4BB}\u{43E}\u{4CF}\u{501} off", Some(Oddity::Lookalike)),
            ("155\u{417}555", Some(Oddity::Lookalike)),
            ("\u{1D42}\u{1D421}", Some(Oddity::Lookalike)),
            ("do \u{1D427}\u{1D428}\u{1D42D} close", Some(Oddity::Lookalike)),
            ("do \u{274}\u{1D0F}\u{1D1B} close", Some(Oddity::Lookalike)),
            ("do \u{24DD}\u{24DE}\u{24E3} close", Some(Oddity::Lookalike)),
            ("l555555", Some(Oddity::LetterInNumber)),
            ("(15555S5)", Some(Oddity::LetterInNumber)),
            ("#1O66666", Some(Oddity::LetterInNumber)),
            ("do n0t close", Some(Oddity::DigitInWord)),
        ];
        for (text, wanted) in table {
            let found: Vec<Oddity> = odd(text).into_iter().map(|odd| odd.oddity).collect();
            assert_eq!(found.first(), wanted.as_ref(), "{text:?}: {found:?}");
        }
    }

    #[test]
    fn a_line_of_odd_words_is_told_once_for_each_way_of_being_odd() {
        let found = odd(&"n0t 1\u{200D}5 ".repeat(20_000));
        assert_eq!(found.len(), 2);
        assert_eq!(found.get(1).map(|odd| odd.word.as_str()), Some("1<U+200D>5"));
    }

    #[test]
    fn nothing_in_a_text_moves_the_cursor_or_turns_the_order_of_a_terminal() {
        assert_eq!(
            for_terminal("a\u{1B}[2J\u{9B}1m\u{202E}b\r\n\tc\u{7}"),
            "a<U+001B>[2J<U+009B>1m<U+202E>b<U+000D>\n\tc<U+0007>"
        );
    }
}
