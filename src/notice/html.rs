//! HTML as a person sees it: rows and columns kept, blocks on their own lines, quotes prefixed by `>` as in plain
//! text, older mail told by its structure. What stands there unseen is set apart.

mod comment;
mod elements;
mod nesting;
mod sight;

use scraper::{ElementRef, Html, Node};

use elements::{LONGEST_CELL, is_block, is_closed, is_code, is_data_row, is_set_apart};
use sight::Seam;

use super::{
    Problem,
    characters::is_unseen,
    quoting::{Older, beginning, is_indentation, older_mail, tells_of_colours},
    style::{self, Look},
};

/// Unseen text kept per page, in bytes: enough to hold an intention and its records.
const MOST_HIDDEN: usize = 8 * 1024;
/// Bytes of unseen text on top that may be a preview for the list of mails (preheader).
const LONGEST_PREHEADER: usize = 400;

/// Text of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Visible {
    /// Lines ended by `\n`; cells of a table row separated by tabs.
    pub text: String,
    /// Struck out text was left out.
    pub struck: bool,
    /// What was struck out.
    pub struck_text: String,
    /// What stands in the sender's part unseen, lines that are seen as well left out.
    pub hidden: String,
    /// Comments of the mark-up in the sender's part, likewise; no mail program shows them to anybody.
    pub comments: String,
    /// Unseen text on top of the page: newsletters and case systems put a preview for the list of mails there.
    pub preheader: String,
    /// Not every rule of the style sheets was heeded: what is seen is not certain.
    pub too_much: bool,
    /// Words with characters that deceive the eye: of HTML kept for comparison, as `text::alternative` found them.
    pub odd: Vec<super::characters::Odd>,
    /// Why it is not certain what a person sees of the sender's part, as sentences.
    pub uncertain: Vec<&'static str>,
}

/// One step of the walk through the tree; `N` is a node of it.
enum Step<N> {
    Enter(N, Look),
    Leave(Leaving),
}

/// What ends where an element ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    Block,
    /// A cell and the columns it spans.
    Cell(usize),
    DataRow,
    Quote,
    Preformatted,
    /// What sets its text apart from what stands around it, without a line of its own.
    Seam(Seam),
}

/// Whether a page is nested deeper than any honest mail: it is not to be parsed.
pub(super) fn nested(html: &str) -> Result<&str, Problem> {
    nesting::problem(html).map_or(Ok(html), Err)
}

/// Gives the text a browser would show; of a page that is `nested` too deep nothing.
pub(super) fn visible(html: &str) -> Visible {
    if nested(html).is_err() {
        return Visible { too_much: true, ..Visible::default() };
    }
    let document = Html::parse_document(html);
    let sheets = style::sheets(&document, |element| element.id());
    let mut page = Page::default();
    let mut open = vec![Step::Enter(document.tree.root(), Look::default())];
    while let Some(step) = open.pop() {
        let (node, look) = match step {
            Step::Leave(leaving) => {
                page.leave(leaving);
                continue;
            }
            Step::Enter(node, look) => (node, look),
        };
        let element = match node.value() {
            Node::Text(text) if look.is_unseen() => {
                page.hide(text);
                continue;
            }
            Node::Text(text) => {
                let answer = page.answers_in_colour
                    && look.is_coloured()
                    && !node
                        .ancestors()
                        .take(4)
                        .any(|up| up.value().as_element().is_some_and(|e| e.name() == "a"));
                page.answer(answer);
                page.write(text);
                continue;
            }
            Node::Comment(comment) => {
                page.hide_comment(comment);
                continue;
            }
            Node::Doctype(_) | Node::ProcessingInstruction(_) => continue,
            Node::Document | Node::Fragment => {
                open.extend(node.children().rev().map(|child| Step::Enter(child, look)));
                continue;
            }
            Node::Element(element) => element,
        };
        let name = element.name();
        if is_code(name) {
            continue;
        }
        let look_before = look;
        let sheet = sheets.of(&node.id());
        let mut look = look.inside(element, sheet);
        if is_set_apart(name) || is_closed(element) {
            look = look.set_apart();
        }
        if !look.is_gone() || is_set_apart(name) && !look_before.is_gone() {
            page.doubt(sight::doubt(element, sheet));
        }
        if look.is_gone() {
            if is_block(name) || !look_before.is_gone() {
                page.hide("\n");
            }
            open.extend(node.children().rev().map(|child| Step::Enter(child, look)));
            continue;
        }
        if sight::is_struck(element, sheet) {
            page.strike(ElementRef::wrap(node));
            continue;
        }
        let beginning = || ElementRef::wrap(node).map(beginning).unwrap_or_default();
        match older_mail(element, beginning) {
            Some(Older::Header(mark)) => page.begin_older(mark),
            Some(Older::Quoted) => {
                page.quote();
                open.push(Step::Leave(Leaving::Quote));
            }
            None => {}
        }
        if let Some(alt) = sight::words_of_picture(element) {
            page.picture(alt);
        }
        if let Some(seam) = sight::seam(element, sheet) {
            page.part(seam);
            open.push(Step::Leave(Leaving::Seam(seam)));
        }
        if let Some(inner) = ElementRef::wrap(node) {
            open.extend(page.begin(inner).map(Step::Leave));
        }
        open.extend(node.children().rev().map(|child| Step::Enter(child, look)));
    }
    let before = sight::doubts_of_sheets(&document, sheets.uncertain);
    let mut seen = page.finish();
    seen.uncertain.extend(before);
    Visible { too_much: sheets.too_much, ..seen }
}

/// The text as it grows.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each tells where in the page the walk is")]
struct Page {
    text: String,
    /// The line being written, without its quote prefix.
    line: String,
    quotes: usize,
    preformatted: usize,
    in_data_row: usize,
    /// The column being written.
    column: usize,
    /// Cells that reach down into this row, and into those below: column, rows left, text.
    reaching: Vec<(usize, usize, String)>,
    reaching_below: Vec<(usize, usize, String)>,
    struck: bool,
    struck_text: String,
    hidden: String,
    comments: String,
    preheader: String,
    /// Older mail has begun: what is hidden in it is nobody's matter.
    older: bool,
    /// The sender said that answers stand in the older mail in another colour.
    answers_in_colour: bool,
    in_answer: bool,
    /// What stands between the text before and the text to come.
    seam: Option<Seam>,
    /// A picture with words began the line.
    pictured: bool,
    uncertain: Vec<&'static str>,
}

impl Page {
    /// An element begins: what its name and attributes say of lines, rows and quotes; gives what ends with it.
    fn begin(&mut self, inner: ElementRef<'_>) -> Option<Leaving> {
        let element = inner.value();
        let name = element.name();
        match name {
            "br" | "hr" => self.break_line(),
            "td" | "th" if self.in_data_row > 0 => {
                let span = |name: &str| element.attr(name).and_then(|span| span.trim().parse().ok());
                let columns = span("colspan").unwrap_or(1).clamp(1, 20);
                self.begin_cell(span("rowspan").unwrap_or(1).clamp(1, 100), inner);
                return Some(Leaving::Cell(columns));
            }
            "tr" => {
                self.end_line();
                let cells = inner.child_elements();
                self.begin_row();
                if self.in_data_row > 0 || is_data_row(cells) || !self.reaching.is_empty() {
                    self.in_data_row += 1;
                    return Some(Leaving::DataRow);
                }
            }
            "blockquote" if !is_indentation(element) => {
                self.quote();
                return Some(Leaving::Quote);
            }
            "pre" | "textarea" => {
                self.break_line();
                self.preformatted += 1;
                return Some(Leaving::Preformatted);
            }
            "table" | "td" | "th" => {
                if name == "table" {
                    self.reaching_below.clear();
                }
                self.block();
                return Some(Leaving::Block);
            }
            _ if is_block(name) => {
                self.block();
                if name == "li" {
                    self.write("- ");
                }
                return Some(Leaving::Block);
            }
            _ => {}
        }
        None
    }

    fn write(&mut self, text: &str) {
        for c in text.chars() {
            self.meet(c);
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

    /// What comes next on the line: a digit must not touch another across what sets them apart.
    fn meet(&mut self, c: char) {
        if is_unseen(c) {
            return;
        }
        let after_digit = self.ends_in_digit();
        let touches = |seam| c.is_numeric() && (after_digit || seam == Seam::Thing);
        if self.seam.take().is_some_and(touches) {
            self.doubt(Some(sight::NUMBER));
        }
        if c.is_alphanumeric() && std::mem::take(&mut self.pictured) {
            self.doubt(Some(sight::PICTURE));
        }
    }

    fn ends_in_digit(&self) -> bool {
        self.line.chars().rev().find(|c| !is_unseen(*c)).is_some_and(char::is_numeric)
    }

    fn part(&mut self, seam: Seam) {
        if seam == Seam::Thing && self.ends_in_digit() {
            self.doubt(Some(sight::NUMBER));
        }
        self.seam = self.seam.max(Some(seam));
    }

    /// A picture says something: among text it is part of a sentence, alone it may be one.
    fn picture(&mut self, alt: &str) {
        if self.line.contains(char::is_alphanumeric) || sight::speaks(alt) {
            self.doubt(Some(sight::PICTURE));
        }
        self.pictured = true;
        let preheader = std::mem::take(&mut self.preheader);
        self.hide(&format!("\n{alt}\n"));
        self.hidden.insert_str(0, &std::mem::replace(&mut self.preheader, preheader));
    }

    /// Notes why what is seen is not certain; of older mail it is nobody's matter.
    fn doubt(&mut self, why: Option<&'static str>) {
        let Some(why) = why.filter(|_| !self.older && self.quotes == 0) else { return };
        if !self.uncertain.contains(&why) {
            self.uncertain.push(why);
        }
    }

    fn break_line(&mut self) {
        self.seam = None;
        self.pictured = false;
        let line = self.line.trim_end();
        if self.quotes > 0 && !self.in_answer {
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

    /// A block begins or ends. In a row of data it must not tear the row apart, nor an item from its mark.
    fn block(&mut self) {
        if self.in_data_row > 0 {
            self.write(" ");
        } else if self.line.trim() != "-" {
            self.end_line();
        }
    }

    fn begin_row(&mut self) {
        self.column = 0;
        self.reaching = std::mem::take(&mut self.reaching_below);
        let further = self.reaching.iter().filter(|(_, rows, _)| *rows > 1);
        self.reaching_below = further.map(|(column, rows, text)| (*column, rows - 1, text.clone())).collect();
    }

    /// A cell that reaches down is read with every row it reaches.
    fn begin_cell(&mut self, rows: usize, cell: ElementRef<'_>) {
        while let Some((.., text)) = self.reaching.iter().find(|(column, ..)| *column == self.column) {
            self.line.push_str(text);
            self.line.push('\t');
            self.column += 1;
        }
        if rows > 1 && self.reaching_below.len() < 20 {
            let words = cell.text().collect::<String>();
            let text = words.split_whitespace().collect::<Vec<_>>().join(" ");
            self.reaching_below.push((self.column, rows - 1, text.chars().take(LONGEST_CELL).collect()));
        }
    }

    fn quote(&mut self) {
        self.end_line();
        self.quotes += 1;
    }

    /// Older mail begins, without anything that would end it.
    fn begin_older(&mut self, mark: &str) {
        self.end_line();
        if self.quotes > 0 {
            return;
        }
        if !self.older && tells_of_colours(&self.text) {
            self.answers_in_colour = true;
            self.quotes += 1;
        } else {
            self.text.push_str(mark);
            self.text.push('\n');
        }
        self.older = true;
    }

    fn answer(&mut self, answer: bool) {
        if answer != self.in_answer {
            self.end_line();
            self.line.clear();
            self.in_answer = answer;
        }
    }

    fn strike(&mut self, element: Option<ElementRef<'_>>) {
        self.struck = true;
        for text in element.iter().flat_map(ElementRef::text) {
            if self.struck_text.len() + text.len() < MOST_HIDDEN {
                self.struck_text.push_str(text);
            }
        }
        self.struck_text.push('\n');
    }

    fn hide(&mut self, text: &str) {
        if self.older || self.quotes > 0 {
            return;
        }
        let on_top = self.line.trim().is_empty() && !self.text.chars().any(char::is_alphanumeric);
        let kept = if on_top { &mut self.preheader } else { &mut self.hidden };
        if kept.len() + text.len() < MOST_HIDDEN {
            kept.push_str(text);
        }
    }

    /// Of comments for some mail programs (`[if mso]`) the text counts, not the mark-up.
    fn hide_comment(&mut self, comment: &str) {
        let trimmed = comment.trim_start();
        if self.older || self.quotes > 0 {
            return;
        }
        let text = match trimmed.get(..3) {
            Some(mark) if mark.eq_ignore_ascii_case("[if") => comment::without_tags(trimmed),
            _ if trimmed.starts_with(['[', '<']) => return,
            Some(_) | None => comment.to_owned(),
        };
        if self.comments.len() + text.len() < MOST_HIDDEN {
            self.comments.push_str(&text);
            self.comments.push('\n');
        }
    }

    fn leave(&mut self, leaving: Leaving) {
        match leaving {
            Leaving::Block => self.block(),
            Leaving::Cell(columns) => {
                let kept = self.line.trim_end_matches(' ').len();
                self.line.truncate(kept);
                self.line.extend(std::iter::repeat_n('\t', columns));
                self.seam = None;
                self.pictured = false;
                self.column += columns;
            }
            Leaving::DataRow => {
                self.in_data_row = self.in_data_row.saturating_sub(1);
                if self.in_data_row == 0 {
                    self.end_line();
                }
            }
            Leaving::Seam(seam) => self.part(seam),
            Leaving::Quote => {
                self.end_line();
                self.quotes = self.quotes.saturating_sub(1);
            }
            Leaving::Preformatted => {
                self.break_line();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
        }
    }

    fn finish(mut self) -> Visible {
        self.break_line();
        if self.preheader.len() > LONGEST_PREHEADER {
            self.hidden.insert_str(0, &std::mem::take(&mut self.preheader));
        }
        Visible {
            hidden: beside(&self.hidden, &self.text),
            comments: beside(&self.comments, &self.text),
            preheader: beside(&self.preheader, &self.text),
            struck: self.struck,
            struck_text: self.struck_text,
            text: self.text,
            too_much: false,
            odd: Vec::new(),
            uncertain: self.uncertain,
        }
    }
}

/// The lines of unseen text that are not seen as well, with single blanks.
fn beside(hidden: &str, seen: &str) -> String {
    let plain = |text: &str| super::text::normalise(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if hidden.trim().is_empty() {
        return String::new();
    }
    let seen = plain(seen);
    let lines = hidden.lines().map(plain).filter(|line| line.chars().any(char::is_alphanumeric));
    lines.filter(|line| !seen.contains(line.as_str())).collect::<Vec<_>>().join("\n")
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
    fn what_is_not_seen_is_set_apart() {
        let unseen = [
            "<div style='display: none'>1999999</div>",
            "<div style='visibility:hidden'>1999999</div>",
            "<span style='font-size:0'>1999999</span>",
            "<span style='font-size:1px'>1999999</span>",
            "<span style='font:0/0 a'>1999999</span>",
            "<div style='opacity:0'>1999999</div>",
            "<div style='max-height:0;overflow:hidden'>1999999</div>",
            "<div style='height:1px;width:1px;overflow:hidden'>1999999</div>",
            "<div hidden>1999999</div>",
            "<div style='mso-hide:all'>1999999</div>",
            "<font color=white>1999999</font>",
            "<p style='color:#fefefe'>1999999</p>",
            "<p style='color:rgb(255,255,255)'>1999999</p>",
            "<p style='color:transparent'>1999999</p>",
            "<div style='background:#003366'><p style='color:#003366'>1999999</p></div>",
            "<div style='color:#fff'><b>1999999</b></div>",
            "<div style='position:absolute;left:-9999px'>1999999</div>",
            "<div style='text-indent:-9999px'>1999999</div>",
            "<style>.x{display:none}</style><div class=x>1999999</div>",
            "<style>@media screen{p.Y, .z{color:#fff !important}}</style><p class=Y style='color:#000'>1999999</p>",
            "<div style='display:none'>19<b>99</b>999</div>",
            "<template>1999999</template>",
            "<title>1999999</title>",
            "<select><option>1999999</select>",
            "<object>1999999</object>",
            "<iframe>1999999</iframe>",
        ];
        for html in unseen {
            let page = visible(&format!("<p>seen</p>{html}<p>seen too</p>"));
            assert_eq!((page.hidden.as_str(), page.text.contains("999")), ("1999999", false), "{html}");
        }
        let seen = [
            "<table bgcolor='#036'><tr><td><font color=white>1999999</font></td></tr></table>",
            "<div style='font-size:0'><p style='font-size:14px'>1999999</p></div>",
            "<div style='visibility:hidden'><p style='visibility:visible'>1999999</p></div>",
            "<div style='color:#fff'><p style='color:#000'>1999999</p></div>",
            "<style>@media (max-width:480px){.x{display:none}}</style><div class=x>1999999</div>",
            "<style>.x{display:none}</style><div class=x style='display:block'>1999999</div>",
            "<div style='background:url(a.png)'><p style='color:#fff'>1999999</p></div>",
            "<p style='color:#999'>1999999</p>",
            "<p style='line-height:0'>1999999</p>",
            "<noscript>1999999</noscript>",
        ];
        for html in seen {
            let page = visible(&format!("<p>seen</p>{html}"));
            assert_eq!((page.hidden.as_str(), page.text.contains("1999999")), ("", true), "{html}");
        }
    }

    #[test]
    fn previews_comments_and_what_is_seen_as_well_are_told_apart() {
        let page = visible(
            "<div style='display:none'>Case 1402655&zwnj;&nbsp;</div><p>Close 1555555</p><!-- 1777777 --><!--[if mso]>1888888<![endif]-->\
             <div style='display:none'>Close 1555555</div>",
        );
        assert_eq!(
            (page.preheader.as_str(), page.comments.as_str(), page.hidden.as_str()),
            ("Case 1402655", "1777777\n1888888", "")
        );
        let office = visible(
            "x<!--[if gte mso 9]><xml><a:b>1777777</a:b><a:c>1777778</a:c></xml><style>p{color:#1666666}</style><![endif]--><!--[if mso]><p>1<b>88</b>8888</p><br>y<![endif]--><!--[if !mso]><!-->z<!--<![endif]-->",
        );
        assert_eq!((office.comments.as_str(), office.text.trim()), ("1888888\ny", "xz"));
        let long = format!("<p>x</p><div style='display:none'>{}</div>", "<p>1999999 y</p>".repeat(5_000));
        assert!(visible(&long).hidden.len() <= MOST_HIDDEN);
        let older = visible("<p>x</p><blockquote><div style='display:none'>1999999</div>old</blockquote>");
        assert_eq!(older.hidden, "", "what others hid is not the sender's");
    }

    #[test]
    fn older_mail_is_told_by_how_programs_mark_it() {
        let table = [
            // Outlook on the web, in a language nobody expects.
            (
                "<p>mine</p><div id='appendonsend'></div><hr><div id='divRplyFwdMsg'><b>L\u{E4}hett\u{E4}j\u{E4}:</b> x</div><div>old</div>",
                "mine\n-----Original Message-----\nL\u{E4}hett\u{E4}j\u{E4}: x\nold",
            ),
            // Outlook for Windows.
            (
                "<p>mine</p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p><b>From:</b> x</p></div><p>old</p>",
                "mine\n-----Original Message-----\nFrom: x\nold",
            ),
            // Gmail: an answer and a forward.
            (
                "<div>mine</div><div class='gmail_quote'><div class='gmail_attr'>pn. 12 pa\u{17A} 2026 Jo napisa\u{142}:<br></div><blockquote class='gmail_quote'>old</blockquote></div>",
                "mine\n> pn. 12 pa\u{17A} 2026 Jo napisa\u{142}:\n> old",
            ),
            (
                "<div>mine</div><div class='gmail_quote'><div class='gmail_attr'>---------- Dalsze ---------<br>Od: x</div>old</div>",
                "mine\n---------- Forwarded message ---------\n---------- Dalsze ---------\nOd: x\nold",
            ),
            (
                "<div>mine</div><div class='yahoo_quoted'><div>On Monday Jo wrote:</div><div>old</div></div>",
                "mine\n> On Monday Jo wrote:\n> old",
            ),
            (
                "<div class='moz-cite-prefix'>Am 12.10. schrieb Jo:</div><blockquote type='cite'>old</blockquote><p>mine</p>",
                "> Am 12.10. schrieb Jo:\n> old\nmine",
            ),
            // Answers inside the older mail, in the colour the sender names.
            (
                "<p>My answers are in red.</p><div id='divRplyFwdMsg'>From: x</div><p>Which? <span style='color:#C00000'>1555555</span></p><p>Bye</p>",
                "My answers are in red.\n> From: x\n> Which?\n1555555\n> Bye",
            ),
        ];
        for (html, text) in table {
            let lines: Vec<String> = visible(html)
                .text
                .lines()
                .map(|line| line.trim_end().to_owned())
                .filter(|line| !line.is_empty() && line != ">")
                .collect();
            assert_eq!(lines.join("\n"), text, "{html}");
        }
    }

    #[test]
    fn rows_of_data_stay_rows_and_pages_arranged_by_tables_read_as_text() {
        let data = "<tr><th>ID</th><th>Name</th></tr><tr><td><p>1</p></td><td><div>2</div></td></tr><tr><td colspan=2>3</td><td>4</td></tr>";
        let rows = "ID\tName\n1\t2\n3\t\t4";
        let words = "word ".repeat(60);
        let table = [
            (format!("<table>{data}</table>"), rows.to_owned()),
            (
                format!("<table><tr><td>top</td><td><table>{data}</table></td></tr></table>"),
                format!("top\n{rows}"),
            ),
            (
                format!("<table><tr><td>logo</td><td><p>{words}</p><p>end</p></td></tr></table>"),
                format!("logo\n{}\nend", words.trim()),
            ),
            (
                "<ul><li><p>x</p></li><li>y<ul><li>z</li></ul></li></ul>".to_owned(),
                "- x\n- y\n- z".to_owned(),
            ),
        ];
        for (html, text) in table {
            let seen: Vec<String> = visible(&html)
                .text
                .lines()
                .map(|line| line.trim().to_owned())
                .filter(|line| !line.is_empty())
                .collect();
            assert_eq!(seen.join("\n"), text, "{html}");
        }
    }

    #[test]
    fn struck_out_text_is_left_out_and_told() {
        let seen = visible("client <s>1555555</s> 1555556");
        assert!(seen.struck && !seen.text.contains("1555555") && seen.text.contains("1555556"));
        assert_eq!(seen.struck_text.trim(), "1555555");
    }

    #[test]
    fn deep_nesting_is_no_trouble() {
        let deep = "<div>".repeat(2_000) + "x";
        assert!(visible(&deep).text.contains('x'));
        let tables = "<table><tr><td>".repeat(2_000) + "x";
        assert!(visible(&tables).text.contains('x'));
        let deeper = visible(&("<div>".repeat(50_000) + "x"));
        assert!(deeper.too_much && deeper.text.is_empty());
        let quotes = "<blockquote>".repeat(2_000) + "x";
        assert!(visible(&quotes).text.len() < 1_000_000);
    }
}
