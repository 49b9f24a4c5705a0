//! HTML as a person sees it: rows and columns kept, blocks on their own lines, hidden text dropped, quotes
//! prefixed by `>` as in plain text.

use scraper::{Html, Node, node::Element};

/// Visible text of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Visible {
    /// Lines ended by `\n`; cells of a table row separated by tabs.
    pub text: String,
    /// Struck out text was left out.
    pub struck: bool,
}

/// One step of the walk through the tree; `N` is a node of it.
enum Step<N> {
    Enter(N),
    Leave(Leaving),
}

/// What ends where an element ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    Block,
    Cell,
    Row,
    Quote,
    Preformatted,
    DataTable,
}

/// Gives the text a browser would show.
pub(super) fn visible(html: &str) -> Visible {
    let document = Html::parse_document(html);
    let mut page = Page::default();
    let mut open = vec![Step::Enter(document.tree.root())];
    while let Some(step) = open.pop() {
        let node = match step {
            Step::Leave(leaving) => {
                page.leave(leaving);
                continue;
            }
            Step::Enter(node) => node,
        };
        match node.value() {
            Node::Text(text) => page.write(text),
            Node::Element(element) => {
                let name = element.name();
                if is_struck(element) {
                    page.struck = true;
                    continue;
                }
                let on_white = || {
                    !has_ground(element)
                        && !node.ancestors().take(12).filter_map(|up| up.value().as_element()).any(has_ground)
                };
                if is_unseen(name) || is_hidden(element) || (is_white(element) && on_white()) {
                    continue;
                }
                match name {
                    "br" | "hr" => page.break_line(),
                    "td" | "th" => open.push(Step::Leave(Leaving::Cell)),
                    "tr" => {
                        page.end_line();
                        open.push(Step::Leave(Leaving::Row));
                    }
                    "table" => {
                        page.end_line();
                        let data = is_data_table(
                            node.descendants().map(|inner| (inner.id() == node.id(), inner.value())),
                        );
                        if data {
                            page.in_data_table += 1;
                            open.push(Step::Leave(Leaving::DataTable));
                        } else {
                            open.push(Step::Leave(Leaving::Block));
                        }
                    }
                    "blockquote" if !is_indentation(element) => {
                        page.break_line();
                        page.quotes += 1;
                        open.push(Step::Leave(Leaving::Quote));
                    }
                    "pre" | "textarea" => {
                        page.break_line();
                        page.preformatted += 1;
                        open.push(Step::Leave(Leaving::Preformatted));
                    }
                    _ if is_block(name) => {
                        page.block();
                        if name == "li" {
                            page.write("- ");
                        }
                        open.push(Step::Leave(Leaving::Block));
                    }
                    _ => {}
                }
                open.extend(node.children().rev().map(Step::Enter));
            }
            Node::Document | Node::Fragment => open.extend(node.children().rev().map(Step::Enter)),
            Node::Doctype(_) | Node::Comment(_) | Node::ProcessingInstruction(_) => {}
        }
    }
    page.break_line();
    Visible { text: page.text, struck: page.struck }
}

/// The text as it grows.
#[derive(Default)]
struct Page {
    text: String,
    /// The line being written, without its quote prefix.
    line: String,
    quotes: usize,
    preformatted: usize,
    in_data_table: usize,
    struck: bool,
}

impl Page {
    fn write(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' | '\r' if self.preformatted > 0 => self.break_line(),
                // Not NBSP: people align with it, and `normalise` turns it into a blank later.
                ' ' | '\n' | '\r' | '\t' => {
                    if !self.line.is_empty() && !self.line.ends_with([' ', '\t']) {
                        self.line.push(' ');
                    }
                }
                other => self.line.push(other),
            }
        }
    }

    fn break_line(&mut self) {
        let line = self.line.trim_end();
        if self.quotes > 0 {
            // Deeper quoting says nothing more, and its depth is the sender's choice.
            self.text.push_str("> ");
        }
        self.text.push_str(line);
        self.text.push('\n');
        self.line.clear();
    }

    /// Ends the line if anything stands in it: the rows of a table follow each other without gaps.
    fn end_line(&mut self) {
        if !self.line.trim().is_empty() {
            self.break_line();
        }
    }

    /// A block begins or ends. In a cell of a data table it must not tear the row apart.
    fn block(&mut self) {
        if self.in_data_table > 0 {
            self.write(" ");
        } else if !self.line.trim().is_empty() {
            self.break_line();
        }
    }

    fn leave(&mut self, leaving: Leaving) {
        match leaving {
            Leaving::Block => self.block(),
            Leaving::Cell => {
                let kept = self.line.trim_end_matches(' ').len();
                self.line.truncate(kept);
                self.line.push('\t');
            }
            Leaving::Row => self.end_line(),
            Leaving::Quote => {
                self.break_line();
                self.quotes = self.quotes.saturating_sub(1);
            }
            Leaving::Preformatted => {
                self.break_line();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            Leaving::DataTable => {
                self.end_line();
                self.in_data_table = self.in_data_table.saturating_sub(1);
            }
        }
    }
}

/// A table of data, not one that only arranges the page: it has no table inside and a row of several cells.
fn is_data_table<'a>(nodes: impl Iterator<Item = (bool, &'a Node)>) -> bool {
    let (mut cells, mut most) = (0, 0);
    for (itself, node) in nodes {
        match node.as_element().map(Element::name) {
            Some("table") if !itself => return false,
            Some("tr") => cells = 0,
            Some("td" | "th") => cells += 1,
            _ => {}
        }
        most = most.max(cells);
    }
    most > 1
}

fn is_unseen(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "head"
            | "title"
            | "template"
            | "noscript"
            | "svg"
            | "iframe"
            | "object"
            | "select"
            | "audio"
            | "video"
    )
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "li"
            | "ul"
            | "ol"
            | "dl"
            | "dt"
            | "dd"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "blockquote"
            | "address"
            | "article"
            | "section"
            | "header"
            | "footer"
            | "main"
            | "center"
            | "form"
            | "fieldset"
            | "caption"
            | "body"
    )
}

/// Outlook and Gmail indent with `blockquote` and take its border away; a quote keeps it.
fn is_indentation(element: &Element) -> bool {
    let style = compact_style(element);
    element.attr("class").is_none()
        && element.attr("type").is_none()
        && element.attr("cite").is_none()
        && (style.contains("border:none") || style.contains("border:medium"))
        && !style.contains("border-left:")
}

fn compact_style(element: &Element) -> String {
    element
        .attr("style")
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase()
}

fn is_hidden(element: &Element) -> bool {
    if element.attr("hidden").is_some() {
        return true;
    }
    let style = compact_style(element);
    if style.is_empty() {
        return false;
    }
    let has = |words: &[&str]| words.iter().any(|word| style.contains(word));
    let zero = style.split(';').any(|rule| {
        matches!(
            rule,
            "font-size:0"
                | "font-size:0px"
                | "font-size:0pt"
                | "font-size:1px"
                | "max-height:0"
                | "max-height:0px"
                | "opacity:0"
                | "font:0"
                | "font-size:0em"
        )
    });
    has(&["display:none", "visibility:hidden", "mso-hide:all"]) || zero
}

fn is_white(element: &Element) -> bool {
    let white = |color: &str| matches!(color, "white" | "#fff" | "#ffffff" | "rgb(255,255,255)");
    compact_style(element).split(';').any(|rule| rule.strip_prefix("color:").is_some_and(white))
        || element.attr("color").is_some_and(|color| white(&color.to_ascii_lowercase()))
}

/// Whether the element lies on a coloured ground, on which white text is seen (headers of tables).
fn has_ground(element: &Element) -> bool {
    let white = |color: &str| matches!(color, "white" | "#fff" | "#ffffff" | "none" | "transparent");
    let style = compact_style(element);
    style.split(';').any(|rule| {
        rule.strip_prefix("background-color:")
            .or_else(|| rule.strip_prefix("background:"))
            .is_some_and(|color| !white(color))
    }) || element.attr("bgcolor").is_some_and(|color| !white(&color.to_ascii_lowercase()))
}

fn is_struck(element: &Element) -> bool {
    matches!(element.name(), "s" | "strike" | "del")
        || compact_style(element).contains("text-decoration:line-through")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_as_it_is_seen() {
        let table = [
            ("<p>one</p><p>two</p>", "one\ntwo"),
            ("a<br>b", "a\nb"),
            ("1<b>555</b>555", "1555555"),
            ("<ul><li>x</li><li>y</li></ul>", "- x\n- y"),
            ("<style>p{}</style><script>1</script><!-- 2 -->z", "z"),
            ("<div style='display: none'>1999999</div>seen", "seen"),
            ("<span style='font-size:0'>1999999</span>seen", "seen"),
            ("<font color='white'>1999999</font>seen", "seen"),
            ("<table><tr bgcolor='#036'><th><font color='white'>ID</font></th></tr></table>", "ID"),
            (
                "<table><tr><td><p>1</p></td><td><p>2</p></td></tr><tr><td>3</td><td>4</td></tr></table>",
                "1\t2\n3\t4",
            ),
            ("<blockquote type=cite>old<p>older</p></blockquote>new", "> old\n> older\nnew"),
            ("<blockquote style='margin:0 0 0 40px;border:none'>mine</blockquote>", "mine"),
            ("<pre>a\nb</pre>", "a\nb"),
        ];
        for (html, text) in table {
            let seen: Vec<String> = visible(html)
                .text
                .lines()
                .map(|line| line.trim().to_owned())
                .filter(|line| !line.is_empty() && line != ">")
                .collect();
            assert_eq!(seen.join("\n"), text, "{html}");
        }
    }

    #[test]
    fn struck_out_text_is_left_out_and_told() {
        let seen = visible("client <s>1555555</s> 1555556");
        assert!(seen.struck && !seen.text.contains("1555555") && seen.text.contains("1555556"));
    }

    #[test]
    fn deep_nesting_is_no_trouble() {
        let deep = "<div>".repeat(20_000) + "x";
        assert!(visible(&deep).text.contains('x'));
        let quotes = "<blockquote>".repeat(5_000) + "x";
        assert!(visible(&quotes).text.len() < 1_000_000);
    }
}
