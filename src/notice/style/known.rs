//! The properties and rules of which it is known what they make of a text: those that mail programs write. All others may
//! hide it, move it or turn it around.

use super::colour::colour;

/// Beginnings of the names of properties that neither hide nor move text, whatever their value.
const HARMLESS: &[&str] = &[
    "--",
    "mso-",
    "ms-",
    "font",
    "border",
    "margin",
    "padding",
    "line-height",
    "line-break",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "text-autospace",
    "text-size-adjust",
    "text-justify",
    "text-stroke",
    "text-wrap",
    "text-underline",
    "text-shadow",
    "text-rendering",
    "text-overflow",
    "text-spacing",
    "text-emphasis",
    "letter-spacing",
    "word-",
    "white-space",
    "width",
    "height",
    "max-width",
    "max-height",
    "min-width",
    "min-height",
    "vertical-align",
    "list-style",
    "outline",
    "table-layout",
    "float",
    "clear",
    "page",
    "size",
    "orphans",
    "widows",
    "caret",
    "cursor",
    "box-sizing",
    "box-shadow",
    "hyphens",
    "tab-size",
    "tab-stops",
    "tab-interval",
    "punctuation-",
    "layout-grid",
    "user-select",
    "align-",
    "justify-",
    "gap",
    "column-gap",
    "row-gap",
    "object-fit",
    "panose",
    "src",
    "color-scheme",
    "forced-color",
    "supported-color",
    "print-color",
    "interpolation",
    "nbsp-mode",
    "tap-highlight",
    "osx-font",
    "overflow",
    "display",
    "visibility",
    "background",
    "caption-side",
    "empty-cells",
    "quotes",
    "resize",
    "flex",
    "transition",
    "scrollbar",
    "unicode-range",
    "appearance",
    "content",
    "text-fill-color",
    "color",
    "opacity",
    "break-",
    "counter-",
    "border-collapse",
    "stroke",
    "fill",
    "speak",
    "behavior",
    "pointer-events",
    "accent-color",
    "will-change",
    "backface",
];
/// Properties that are harmless with these values only.
const WITH: &[(&str, &[&str])] = &[
    ("position", &["static", "relative", "initial", "inherit", "unset"]),
    ("direction", &["ltr", "inherit", "initial"]),
    ("unicode-bidi", &["normal", "embed", "isolate", "plaintext", "inherit", "initial", "-webkit-isolate"]),
    ("writing-mode", &["horizontal-tb", "lr-tb", "initial", "inherit"]),
    ("transform", &["none", "initial"]),
    ("filter", &["none", "initial"]),
    ("animation", &["none", "initial"]),
    ("clip", &["auto"]),
    ("clip-path", &["none"]),
    ("mask", &["none"]),
    ("zoom", &["1", "100%", "normal"]),
    ("scale", &["none", "1"]),
    ("translate", &["none"]),
    ("rotate", &["none"]),
    ("order", &["0"]),
    ("mix-blend-mode", &["normal"]),
    ("z-index", &["auto", "0", "1"]),
    ("left", &["0", "0px", "auto"]),
    ("right", &["0", "0px", "auto"]),
    ("top", &["0", "0px", "auto"]),
    ("bottom", &["0", "0px", "auto"]),
    ("inset", &["0", "auto"]),
    ("content-visibility", &["visible", "auto"]),
    ("all", &["inherit"]),
];
/// At-rules that hold no rules for elements.
const WITHOUT_RULES: &[&str] = &[
    "@font-face",
    "@page",
    "@list",
    "@charset",
    "@namespace",
    "@viewport",
    "@-ms-viewport",
    "@keyframes",
    "@-webkit-keyframes",
    "@-moz-keyframes",
    "@-o-keyframes",
    "@counter-style",
    "@font-feature-values",
    "@property",
];
/// Pixels; a page narrower than this is one on a telephone.
const NARROW: f32 = 900.0;

/// Whether it is known that a declaration neither hides text nor moves it elsewhere, or else how (`Look::take`).
pub(in crate::notice) fn is_plain(name: &str, value: &str) -> bool {
    let name = ["-webkit-", "-moz-", "-ms-", "-o-", "*", "_"]
        .iter()
        .find_map(|vendor| name.strip_prefix(vendor))
        .unwrap_or(name);
    if let Some((_, values)) = WITH.iter().find(|(known, _)| *known == name) {
        return values.contains(&value);
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-') || value.is_empty() {
        return true;
    }
    if name == "color" || name == "text-fill-color" {
        return is_known_colour(value);
    }
    let computed = ["var(", "env(", "attr("].iter().any(|function| value.contains(function));
    if computed && !name.starts_with("--") && !name.starts_with("font-family") {
        return false;
    }
    match name {
        "opacity" => {
            super::length(value).is_some_and(|(number, unit)| number > if unit == "%" { 40.0 } else { 0.4 })
        }
        "flex-direction" | "flex-flow" | "flex-wrap" => !value.contains("reverse"),
        "text-orientation" | "text-security" => false,
        _ => HARMLESS.iter().any(|known| name.starts_with(known)),
    }
}

/// A colour that can be told, or one that says that it is that of what is around.
pub(in crate::notice) fn is_known_colour(value: &str) -> bool {
    let own = ["inherit", "currentcolor", "initial", "unset", "revert", "auto", "transparent", "windowtext"];
    colour(value).is_some()
        || own.contains(&value)
        || (value.starts_with("hsl") && !value.contains("var("))
        || value.is_empty()
}

/// Whether a `@media` block applies to a usual window; `None` where that cannot be told.
pub(super) fn applies(query: &str) -> Option<bool> {
    let mut any = query.trim().is_empty();
    for one in query.split(',').map(str::trim) {
        if one.split_whitespace().any(|word| word == "not") {
            return None;
        }
        if !one.contains('(') {
            any |= one.contains("screen") || one.contains("all");
            continue;
        }
        // One that never holds there is enough.
        let never = one.split(['(', ')']).filter(|piece| piece.contains(':')).any(|feature| {
            let (name, value) = feature.split_once(':').unwrap_or_default();
            match name.trim() {
                "max-width" | "max-device-width" => super::length(value.trim())
                    .is_some_and(|(number, unit)| super::in_pixels(number, unit) <= NARROW),
                "prefers-color-scheme" => value.trim() == "dark",
                "yahoo" => true,
                _ => false,
            }
        });
        if !never && !one.contains("print") {
            return None;
        }
    }
    Some(any)
}

pub(super) fn is_without_rules(prelude: &str) -> bool {
    WITHOUT_RULES.iter().any(|known| prelude.starts_with(known))
}

/// Whether a sheet (lower case) takes in another one that is not here; web fonts hold no other rules.
pub(super) fn imports(sheet: &str) -> bool {
    sheet
        .split("@import")
        .skip(1)
        .any(|rest| !rest.split(';').next().unwrap_or_default().contains("//fonts.googleapis.com/"))
}

/// Selectors of what a link is at the moment, and of what does not hold text of the page.
pub(super) fn is_of_a_state(selectors: &str) -> bool {
    selectors.split(',').all(|one| {
        [
            ":hover",
            ":active",
            ":focus",
            ":visited",
            ":link",
            ":before",
            ":after",
            ":selection",
            ":-moz",
            ":-webkit",
            ":-ms",
        ]
        .iter()
        .any(|state| one.contains(state))
    })
}

/// Whether a rule puts words or digits before or behind an element.
pub(super) fn writes_words(selectors: &str, declared: &str) -> bool {
    super::declarations(declared).filter(|(name, ..)| *name == "content").any(|(_, value, _)| {
        let quoted =
            value.split(['"', '\'']).skip(1).step_by(2).any(|text| text.contains(char::is_alphanumeric));
        quoted
            || value.contains("attr(")
            || value.contains("counter")
            || value.contains("url(")
            || value.contains("var(")
    }) && !selectors.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_of_a_usual_window() {
        for (query, wanted) in [
            (" screen", Some(true)),
            ("", Some(true)),
            (" print", Some(false)),
            (" only screen and (max-width: 600px)", Some(false)),
            (" (prefers-color-scheme: dark)", Some(false)),
            (" screen and (min-width:1px)", None),
            (" (max-width:9000px)", None),
            (" not print", None),
        ] {
            assert_eq!(applies(query), wanted, "{query}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_plain() {
        for (name, value, wanted) in [
            ("mso-style-priority", "99", true),
            ("-webkit-text-size-adjust", "100%", true),
            ("position", "relative", true),
            ("position", "fixed", false),
            ("zoom", "0.001", false),
            ("block-size", "0", false),
            ("color", "oklch(1 0 0)", false),
            ("color", "darkslategray", true),
            ("-webkit-transform", "rotate(180deg)", false),
            ("flex-direction", "row-reverse", false),
        ] {
            assert_eq!(is_plain(name, value), wanted, "{name}:{value}");
        }
    }
}
