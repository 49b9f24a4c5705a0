//! Comments with mark-up for some mail programs only.

use super::is_code;

/// Text of a comment that holds mark-up for some mail programs (`[if mso]`).
pub(super) fn without_tags(markup: &str) -> String {
    let mut text = String::new();
    let markup = markup.split_once(']').map_or("", |(_, rest)| rest.trim_start_matches('>'));
    let lower = markup.to_ascii_lowercase();
    let mut rest = markup;
    while let Some((before, behind)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, inner) = behind.split_once('>').unwrap_or((behind, ""));
        let name: String =
            tag.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        // Sheets and settings are no text.
        rest = if is_code(&name) || name == "xml" {
            let below = lower.get(markup.len() - inner.len()..).unwrap_or_default();
            let end = below.find(&format!("</{name}"));
            end.and_then(|end| inner.get(end..)).unwrap_or_default()
        } else {
            inner
        };
        if !matches!(name.as_str(), "a" | "b" | "i" | "u" | "em" | "font" | "span" | "strong")
            && !tag.starts_with('/')
        {
            text.push('\n');
        }
    }
    text.push_str(rest);
    text
}
