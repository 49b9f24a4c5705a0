//! One text, two forms: plain text and HTML are made from the same paragraphs and lists, so both say the same.

/// A part of a mail's body.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Paragraph(String),
    List(Vec<String>),
}

/// Mail is read in windows of any width; some show text as it comes.
const LINE: usize = 72;

/// A body in both forms.
pub(super) struct BothForms {
    pub(super) text: String,
    pub(super) html: String,
}

/// Reads `source` as paragraphs, separated by empty lines, and lists, whose items begin with `- ` (lines that go on are
/// indented), and lays it out as plain text and as HTML.
pub(super) fn lay_out(source: &str) -> BothForms {
    let blocks = blocks(source);
    BothForms { text: text(&blocks), html: html(&blocks) }
}

/// A plain text, laid out as replies are, as HTML: for mails whose text is made without templates.
pub fn html_of(text: &str) -> String {
    html(&blocks(text))
}

fn blocks(source: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut goes_on = false;
    for line in source.lines() {
        let words = one_line(line);
        if words.is_empty() {
            goes_on = false;
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        match (line.trim_start().strip_prefix("- ").map(one_line), blocks.last_mut()) {
            (Some(item), Some(Block::List(items))) if goes_on => items.push(item),
            (Some(item), _) => blocks.push(Block::List(vec![item])),
            (None, Some(Block::Paragraph(paragraph))) if goes_on => add(paragraph, &words),
            (None, Some(Block::List(items))) if goes_on && indented => {
                if let Some(item) = items.last_mut() {
                    add(item, &words);
                }
            }
            (None, _) => blocks.push(Block::Paragraph(words)),
        }
        goes_on = true;
    }
    blocks
}

fn add(to: &mut String, words: &str) {
    to.push(' ');
    to.push_str(words);
}

/// The text on one line: white space and control characters become single spaces.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn wrap(words: &str, first: &str, other: &str) -> String {
    let mut lines = vec![first.to_owned()];
    let mut is_new = true;
    for word in words.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if is_new {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= LINE {
            add(line, word);
        } else {
            lines.push(format!("{other}{word}"));
        }
        is_new = false;
    }
    lines.join("\n")
}

fn text(blocks: &[Block]) -> String {
    let blocks: Vec<String> = blocks
        .iter()
        .map(|block| match block {
            Block::Paragraph(words) => wrap(words, "", ""),
            Block::List(items) => {
                items.iter().map(|item| wrap(item, "- ", "  ")).collect::<Vec<_>>().join("\n")
            }
        })
        .collect();
    format!("{}\n", blocks.join("\n\n"))
}

fn html(blocks: &[Block]) -> String {
    let wrapped = |words: &str| wrap(&escaped(words), "", "");
    let blocks: Vec<String> = blocks
        .iter()
        .map(|block| match block {
            Block::Paragraph(words) => format!("<p>{}</p>\n", wrapped(words)),
            Block::List(items) => {
                let items: Vec<String> =
                    items.iter().map(|item| format!("<li>{}</li>\n", wrapped(item))).collect();
                format!("<ul>\n{}</ul>\n", items.concat())
            }
        })
        .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"></head>\n<body>\n{}</body>\n</html>\n",
        blocks.concat()
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_lists_are_told_apart() {
        let source = "Hello,\nyou\n\n\nlist:\n- one\n  and a half\n- two\nafter\n\n- three\r\n\n  indented\n";
        let paragraph = |text: &str| Block::Paragraph(text.to_owned());
        let list = |items: &[&str]| Block::List(items.iter().map(|item| (*item).to_owned()).collect());
        assert_eq!(
            blocks(source),
            [
                paragraph("Hello, you"),
                paragraph("list:"),
                list(&["one and a half", "two"]),
                paragraph("after"),
                list(&["three"]),
                paragraph("indented"),
            ]
        );
        assert_eq!(
            lay_out(source).text,
            "Hello, you\n\nlist:\n\n- one and a half\n- two\n\nafter\n\n- three\n\nindented\n"
        );
    }

    #[test]
    fn lines_stay_within_a_window_and_nothing_is_markup() {
        let long = "word ".repeat(60);
        let forms = lay_out(&format!("{long}\n\n- {long}\n\n<b>&\"x\" {}", "y".repeat(90)));
        let too_long: Vec<_> = forms.text.lines().filter(|line| line.chars().count() > LINE).collect();
        assert_eq!(too_long, ["y".repeat(90)]);
        assert!(forms.html.contains("&lt;b&gt;&amp;&quot;x&quot;") && !forms.html.contains("<b>"));
        assert!(forms.text.contains("<b>&\"x\""));
    }
}
