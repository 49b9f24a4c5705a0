//! How mail programs mark older mail in HTML: by what they name its elements, and by the rules they draw.

use scraper::{ElementRef, node::Element};

/// What text-only mailers write above the older mail; put where the structure says the same.
const ORIGINAL: &str = "-----Original Message-----";
/// The same above a forwarded mail.
const FORWARDED: &str = "---------- Forwarded message ---------";

/// "My answers are in red", as people write on top of a mail they answer inside.
pub(super) fn tells_of_colours(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let colours = ["red", "blue", "green", "purple", "orange", "color", "colour"];
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphabetic()).collect();
    words.windows(2).any(|pair| matches!(pair, ["in" | "the", colour] if colours.contains(colour)))
}

/// How mail programs mark older mail.
pub(super) enum Older {
    /// A header block: what follows it is older mail to the end; with the line a text-only mailer would write.
    Header(&'static str),
    /// An element that holds older mail, or the line above it.
    Quoted,
}

pub(super) fn older_mail(element: &Element, beginning: impl Fn() -> String) -> Option<Older> {
    element.attrs().next()?;
    let class = |name: &str| element.classes().any(|class| class.ends_with(name));
    let id = element.id().unwrap_or_default();
    // Outlook on the web and on phones, Outlook 2003, Outlook for Windows and for Mac.
    if id.ends_with("divRplyFwdMsg") || class("OutlookMessageHeader") || is_outlook_rule(element) {
        return Some(Older::Header(ORIGINAL));
    }
    // Gmail, Yahoo, Proton, Thunderbird: the line above the quote, or all of it.
    if class("gmail_attr")
        || class("yahoo_quoted")
        || class("protonmail_quote")
        || class("moz-forward-container")
    {
        let forwarded = beginning().starts_with('-');
        return Some(if forwarded { Older::Header(FORWARDED) } else { Older::Quoted });
    }
    class("moz-cite-prefix").then_some(Older::Quoted)
}

/// The rule that Outlook draws above the header of the older mail.
fn is_outlook_rule(element: &Element) -> bool {
    let style = compact_style(element);
    (style.contains("padding:3.0pt0in0in0in") || style.contains("padding:3.0pt0cm0cm0cm"))
        && (style.contains("border-top:solid#e1e1e11.0pt") || style.contains("border-top:solid#b5c4df1.0pt"))
}

/// Nodes looked at for the first words in an element.
const FIRST_NODES: usize = 50;

/// The first words in an element.
pub(super) fn beginning(element: ElementRef<'_>) -> String {
    let texts = element.descendants().take(FIRST_NODES).filter_map(|node| node.value().as_text());
    let first = texts.map(|text| text.trim()).find(|text| !text.is_empty());
    first.unwrap_or_default().chars().take(40).collect()
}

/// Outlook and Gmail indent with `blockquote` and take its border away; a quote keeps it.
pub(super) fn is_indentation(element: &Element) -> bool {
    let style = compact_style(element);
    element.attr("class").is_none()
        && element.attr("type").is_none()
        && element.attr("cite").is_none()
        && (style.contains("border:none") || style.contains("border:medium"))
        && !style.contains("border-left:")
}

pub(super) fn compact_style(element: &Element) -> String {
    element
        .attr("style")
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    #[test]
    fn first_words_are_not_looked_for_far_below() {
        let begins = |html: &str| {
            let page = Html::parse_document(html);
            let body = Selector::parse("body").expect("constant selector");
            page.select(&body).next().map(beginning).expect("a body")
        };
        assert_eq!(begins("<div>\n<b> ---- Forwarded</b></div>"), "---- Forwarded");
        assert_eq!(begins(&("<div>".repeat(FIRST_NODES) + "x")), "");
    }
}
