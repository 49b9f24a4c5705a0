//! What makes it uncertain what a person sees of a page: words in things that are no text, order turned around, digits
//! that only seem to stand in one number, and properties of which nobody can tell what they make of a text. What mail
//! programs write is known; what is not known is doubted.

use std::{rc::Rc, sync::LazyLock};

use regex::Regex;
use scraper::{Html, Selector, node::Element};

use super::super::style;

pub(super) const NUMBER: &str =
    "a number is put together from pieces that a person may not see as one (a footnote, a link, a picture).";
pub(super) const PICTURE: &str = "a picture in the text may say something that was not read.";
const THING: &str = "something in the page may show words that were not read (a form, a frame, a drawing).";
const TURNED: &str = "the page turns the order in which its text is seen.";
const STYLE: &str = "the page is styled in a way of which it is not certain what a person sees.";
const NOSCRIPT: &str = "text in the page is shown by some mail programs only.";

/// What stands between two texts on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seam {
    /// The end of a footnote or a link: digits on both sides are not seen as one number.
    Edge,
    /// Something that is no text, and may look like a digit.
    Thing,
}

static NEGATIVE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:not|no|none|never|don.?t|can.?t|won.?t|wait|hold|stop|until|unless|yet|except|only|but|instead|cancel|ignore|disregard|close|keep|espere?n?|todav[ií]a|a[uú]n|alto|cierren?)\b",
    )
    .expect("constant pattern")
});
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:(?:logo|icon|image|photo|picture|phone|e?-?mail|address|fax|web|website|facebook|twitter|linkedin|instagram|youtube|emoji|smiley|smile|face|description|automatically|generated|graphical|user|interface|text|application|a|of|the|with)[\W_]*)+$",
    )
    .expect("constant pattern")
});

/// What a picture says by its text, unless that only names what it is.
pub(super) fn words_of_picture(element: &Element) -> Option<&str> {
    let alt = element.attr("alt").or_else(|| element.attr("title")).filter(|_| element.name() == "img")?;
    (alt.contains(char::is_alphanumeric) && !LABEL.is_match(alt.trim())).then_some(alt)
}

/// Whether words of a picture may change what the text says.
pub(super) fn speaks(alt: &str) -> bool {
    NEGATIVE.is_match(alt)
}

/// Whether text is struck out: by its element, its style or a style sheet.
pub(super) fn is_struck(element: &Element, sheet: &[Rc<str>]) -> bool {
    matches!(element.name(), "s" | "strike" | "del")
        || style::any(element, sheet, |name, value| {
            name.contains("text-decoration") && value.split_whitespace().any(|line| line == "line-through")
        })
}

/// How an element that begins no line parts what stands before it from its text.
pub(super) fn seam(element: &Element, sheet: &[Rc<str>]) -> Option<Seam> {
    match element.name() {
        "img" | "input" | "button" | "select" | "textarea" | "object" | "embed" | "iframe" | "canvas"
        | "svg" | "video" | "audio" | "math" | "meter" | "progress" | "picture" => Some(Seam::Thing),
        "sup" | "sub" | "q" | "rt" | "rp" | "ruby" | "rb" => Some(Seam::Edge),
        "a" if element.attr("href").is_some() => Some(Seam::Edge),
        _ => style::any(element, sheet, |name, value| {
            let set_off = ["margin", "padding", "border"].iter().any(|side| name.starts_with(side));
            let nothing = value.split_whitespace().all(|size| {
                size.starts_with('0') || matches!(size, "none" | "medium" | "auto" | "initial" | "inherit")
            });
            name == "vertical-align" && !matches!(value, "baseline" | "inherit" | "initial")
                || name == "display" && !matches!(value, "inline" | "initial" | "inherit" | "contents")
                || name == "float" && value != "none"
                || set_off && !nothing && !matches!(name, "border-color" | "border-style")
        })
        .then_some(Seam::Edge),
    }
}

/// Why it is not certain what a person sees of an element.
pub(super) fn doubt(element: &Element, sheet: &[Rc<str>]) -> Option<&'static str> {
    let rtl = element.attr("dir").is_some_and(|dir| !dir.trim().eq_ignore_ascii_case("ltr"));
    let unseen_input = || element.attr("type").is_some_and(|kind| kind.eq_ignore_ascii_case("hidden"));
    match element.name() {
        "bdo" => return Some(TURNED),
        "input" if unseen_input() => return None,
        "input" | "textarea" | "button" | "iframe" | "object" | "embed" | "video" | "canvas" | "svg"
        | "math" | "marquee" | "frame" | "applet" | "select" | "meter" | "progress" | "ruby" => {
            return Some(THING);
        }
        "noscript" => return Some(NOSCRIPT),
        _ => {}
    }
    // `dir=auto` is decided by the first letter, which is Latin in what is acted on.
    if rtl && !element.attr("dir").is_some_and(|dir| dir.trim().eq_ignore_ascii_case("auto")) {
        return Some(TURNED);
    }
    if element.attr("popover").is_some() || element.attr("inert").is_some() {
        return Some(STYLE);
    }
    if element.attr("color").is_some_and(|colour| !style::is_known_colour(&colour.to_ascii_lowercase())) {
        return Some(STYLE);
    }
    style::any(element, sheet, |name, value| !style::is_plain(name, value)).then_some(STYLE)
}

/// Why it is not certain what the style sheets of a page make of it; `uncertain` is what was found in reading them.
pub(super) fn doubts_of_sheets(page: &Html, uncertain: bool) -> Option<&'static str> {
    let link = Selector::parse("link").expect("constant selector");
    let outside = page.select(&link).any(|link| {
        let is = |name: &str, word: &str| {
            link.value().attr(name).is_some_and(|value| value.to_ascii_lowercase().contains(word))
        };
        is("rel", "stylesheet") && !is("href", "fonts.googleapis.com/")
    });
    (uncertain || outside).then_some(STYLE)
}

#[cfg(test)]
mod tests {
    use super::super::visible;

    #[test]
    fn digits_that_are_not_seen_as_one_number_are_told() {
        for (page, certain) in [
            ("1555555<sup>1</sup>", false),
            ("155555<sup>\u{200B}1</sup>", false),
            ("155555<a href='#f'>1</a>", false),
            ("155<img src=cid:a>555", false),
            ("155555<img src=cid:a> revoked", false),
            ("<img src=cid:a>155555", false),
            ("155<span style='display:inline-block'>5555</span>", false),
            ("155<span style='vertical-align:super'>5555</span>", false),
            ("<a href='tel:1555555'>155<b>5555</b></a>", true),
            ("155<span style='color:#111'>5555</span>", true),
            ("Oct 12<sup>th</sup> <a href='#'>1555555</a>, 1555556", true),
            ("1555555<br><img src=cid:logo>", true),
        ] {
            assert_eq!(visible(&format!("<p>{page}</p>")).uncertain.is_empty(), certain, "{page}");
        }
    }

    #[test]
    fn what_mail_programs_write_is_certain() {
        for page in [
            "<p class=MsoNormal style='mso-margin-top-alt:auto;line-height:105%;color:windowtext;text-autospace:none'>x<o:p></o:p></p>",
            "<style>@font-face{font-family:Aptos}@page WordSection1{size:8.5in 11.0in}@list l0{mso-list-id:1}a:link, span.MsoHyperlink{mso-style-priority:99;color:#0563C1;text-decoration:underline}p.MsoNormal{margin:0in;font-size:11.0pt}</style><p class=MsoNormal>x</p>",
            "<div dir=ltr style='font-family:arial,sans-serif;color:rgb(34,34,34);position:relative'>x</div>",
            "<span style='caret-color:rgb(0,0,0);-webkit-text-stroke-width:0px;float:none;display:inline!important;-webkit-nbsp-mode:space;line-break:after-white-space'>x</span>",
            "<style>@media only screen and (max-width:600px){.x{display:none}}@media print{p{color:white}}</style><p class=x>x</p>",
            "<img src=cid:logo alt='Logo'><img src=cid:l alt='Alder House Services'><br>x",
        ] {
            assert!(visible(page).uncertain.is_empty(), "{page}");
        }
    }
}
