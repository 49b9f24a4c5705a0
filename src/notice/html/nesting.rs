//! How deep the elements of a page would be nested, told before it is parsed: the parser looks through what is open
//! for every tag, which costs the square of the depth.

use super::super::Problem;

/// Elements open at once. Mails arranged by nested tables reach about a hundred.
const DEEPEST: usize = 2_000;
/// Formatting that the parser would open anew, one for each tag behind it (HTML 13.2.4.3), summed up over the page.
const MOST_REOPENED: usize = 2_000_000;
/// Open elements among which the beginning of a closing tag is looked for.
const NEAR: usize = 64;

/// Attributes that an element may have: the parser looks through those before for each. Honest ones have twenty.
const MOST_ATTRIBUTES: usize = 500;

/// Without content, or closed by their like (HTML 13.1.2).
const UNNESTED: &[&str] = &[
    "area", "base", "basefont", "bgsound", "body", "br", "caption", "col", "colgroup", "dd", "dt", "embed",
    "frame", "head", "hr", "html", "img", "input", "li", "link", "meta", "optgroup", "option", "p", "param",
    "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
];
/// Opened anew in the next block where they are not closed.
const FORMATTING: &[&str] =
    &["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// Closing tags inside do not end what is around them.
const BARRIERS: &[&str] = &["table", "object", "marquee", "applet", "template", "svg", "math", "select"];
/// Their content is text.
const RAW: &[&str] = &["style", "script", "title", "textarea", "xmp", "iframe", "noembed", "noframes"];

/// What keeps a page from being parsed: it is nested deeper than any honest mail, or its elements have more attributes.
pub(super) fn problem(html: &str) -> Option<Problem> {
    let mut open: Vec<String> = Vec::new();
    let (mut formatting, mut reopened) = (0usize, 0usize);
    let mut raw: Option<String> = None;
    let mut rest = html;
    while let Some((_, behind)) = rest.split_once('<') {
        if let Some(comment) = behind.strip_prefix("!--").filter(|_| raw.is_none()) {
            let at_once = comment.starts_with('>') || comment.starts_with("->");
            let (inside, behind) = comment.split_once("-->").unwrap_or((comment, ""));
            // Not searched farther than the comment reaches.
            let early = inside.find("--!>").and_then(|end| comment.get(end..));
            rest = if at_once { comment } else { early.unwrap_or(behind) };
            continue;
        }
        let (closing, name_on) = behind.strip_prefix('/').map_or((false, behind), |name| (true, name));
        if !name_on.starts_with(|c: char| c.is_ascii_alphabetic()) {
            rest = behind;
            continue;
        }
        let end = name_on.find([' ', '\t', '\n', '\r', '\x0C', '/', '>']).unwrap_or(name_on.len());
        let (name, attributes) = name_on.split_at_checked(end).unwrap_or_default();
        // Longer names are nobody's.
        let name: String = name.chars().take(20).collect::<String>().to_ascii_lowercase();
        if raw.as_ref().is_some_and(|raw| !closing || *raw != name) {
            rest = name_on;
            continue;
        }
        raw = None;
        let (behind, count) = behind_tag(attributes);
        if count > MOST_ATTRIBUTES {
            return Some(Problem::TooManyParts);
        }
        rest = behind;
        let is = |table: &[&str]| table.contains(&name.as_str());
        reopened += formatting;
        if closing {
            let near = open
                .iter()
                .rev()
                .take(NEAR)
                .take_while(|it| **it == name || !BARRIERS.contains(&it.as_str()));
            let Some(back) = near.into_iter().position(|it| *it == name) else { continue };
            open.remove(open.len() - 1 - back);
            formatting -= usize::from(is(FORMATTING));
        } else if is(RAW) {
            raw = Some(name);
        } else if !is(UNNESTED) {
            formatting += usize::from(is(FORMATTING));
            open.push(name);
        }
        if open.len() > DEEPEST || reopened > MOST_REOPENED {
            return Some(Problem::TooDeep);
        }
    }
    None
}

/// What follows the end of a tag, and about how many attributes it has; a `>` in a quoted value does not end it.
fn behind_tag(attributes: &str) -> (&str, usize) {
    let (mut quote, mut count) = (None, 0);
    let (mut valued, mut apart) = (false, false);
    for (at, c) in attributes.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') if valued => quote = Some(c),
            (None, '>') => return (attributes.get(at + 1..).unwrap_or_default(), count),
            (Some(_) | None, _) => {}
        }
        let parts = quote.is_none() && (c.is_ascii_whitespace() || matches!(c, '/' | '"' | '\''));
        count += usize::from(apart && !parts);
        apart = parts;
        valued = c == '=' || (valued && c.is_ascii_whitespace());
    }
    ("", count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_too_deep(html: &str) -> bool {
        problem(html).is_some()
    }

    #[test]
    fn attributes_are_counted_without_parsing() {
        for (piece, many) in [("a=b ", true), ("a='x y' ", true), ("a=b/", true), ("b", false)] {
            let html = format!("<p {}>x</p>", piece.repeat(MOST_ATTRIBUTES + 1));
            assert_eq!(problem(&html), many.then_some(Problem::TooManyParts), "{piece}");
        }
        assert_eq!(problem(&"<p style='a b c d' class=x>y</p>".repeat(1_000)), None);
    }

    #[test]
    fn depth_is_told_without_parsing() {
        let deep = [
            "<div>".to_owned(),
            "<b>".to_owned(),
            "<blockquote><p>".to_owned(),
            "<table><tr><td>".to_owned(),
            // Closing tags that close nothing.
            "<div></x>".to_owned(),
            "<div><!--</div>--><br>".to_owned(),
            "<div title='</div>'>".to_owned(),
            "<div><table></div></table>".to_owned(),
            "<div><style></div></style>".to_owned(),
            "<div><!--></div><div>".to_owned(),
        ];
        for html in deep {
            assert!(is_too_deep(&html.repeat(5_000)), "{html}");
        }
        let flat = [
            "<div></div>",
            "<p>x<br><li>y<td>",
            "<DIV><b><i>x</b></i></div>",
            "<!--[if mso]><table><tr><td><![endif]--><p>x</p><!-- <div> -->",
            "<style>a>b{}</style><a href='x?a>b'>x</a>",
            "<table><tr><td><span>x</span></td></tr></table>",
            "1 < 2 <3",
        ];
        for html in flat {
            assert!(!is_too_deep(&html.repeat(5_000)), "{html}");
        }
        assert!(!is_too_deep(&"<div>".repeat(1_000)));
        let reopened = (0..1_000).map(|nth| format!("<p><b id={nth}>")).collect::<String>();
        assert!(!is_too_deep(&reopened) && is_too_deep(&(reopened + &"<p>x</p>".repeat(2_000))));
    }
}
