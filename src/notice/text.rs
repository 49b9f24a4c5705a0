//! MIME → the text a person sees. Attachments are noted by name and type, never read.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::{Problem, html};

/// Text considered per mail, in bytes. A notice fits on a page; what follows such an amount is never one.
const LONGEST_TEXT: usize = 64 * 1024;
/// HTML considered per mail, in bytes: mark-up is many times its text.
const LONGEST_HTML: usize = 512 * 1024;
/// Levels of nested parts. Forwarded threads reach about ten.
const DEEPEST: usize = 40;

/// Something attached: noted, not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attachment {
    pub name: Option<String>,
    pub media_type: String,
}

/// What a person sees of a mail's body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Body {
    /// The visible text, lines ended by `\n`, quotes prefixed by `>`.
    pub text: String,
    /// HTML alternatives of what was taken from plain text, as mark-up: rendered only if it matters.
    pub html_alternatives: Vec<String>,
    /// Struck out text was found (and left out): somebody corrected something.
    pub struck: bool,
    pub attachments: Vec<Attachment>,
    /// A mail was attached as a whole (forwarded as attachment).
    pub attached_mail: bool,
    /// The text went beyond the cap.
    pub cut: bool,
}

/// Media type in lower case, `text/plain` where none is given (RFC 2045 5.2).
pub(super) fn media_type(part: &MessagePart<'_>) -> String {
    part.content_type().map_or_else(
        || "text/plain".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("plain")).to_ascii_lowercase(),
    )
}

/// Walks the parts of a mail and collects what is shown.
pub(super) fn read(message: &Message<'_>) -> Result<Body, Problem> {
    let mut body = Body::default();
    // (part, depth); an explicit stack, for the depth is the sender's choice.
    let mut open = vec![(0u32, 0usize)];
    while let Some((id, depth)) = open.pop() {
        if depth > DEEPEST {
            return Err(Problem::TooDeep);
        }
        let Some(part) = message.part(id) else { continue };
        match &part.body {
            PartType::Multipart(children) if media_type(part) == "multipart/alternative" => {
                let (plain, html) = alternatives(message, children);
                if let Some(html) = html.filter(|_| plain.is_some()) {
                    body.html_alternatives.push(cut(html, LONGEST_HTML).to_owned());
                }
                match plain {
                    Some(plain) => {
                        push_plain(&mut body, part, plain);
                        // What else hangs in the alternative (pictures, files) is noted.
                        open.extend(
                            children
                                .iter()
                                .rev()
                                .filter(|child| !is_shown_text(message, **child))
                                .map(|child| (*child, depth + 1)),
                        );
                    }
                    None => {
                        open.extend(last_html(message, children).into_iter().map(|child| (child, depth + 1)));
                    }
                }
            }
            PartType::Multipart(children) => {
                open.extend(children.iter().rev().map(|child| (*child, depth + 1)));
            }
            PartType::Text(text) if !is_attached(part) && media_type(part) == "text/plain" => {
                push_plain(&mut body, part, text);
            }
            PartType::Html(html) if !is_attached(part) => {
                // An HTML part beside a plain one in a mixed mail (Apple Mail) is shown too.
                let seen = html::visible(cut(html, LONGEST_HTML));
                body.struck |= seen.struck;
                push(&mut body, &seen.text);
            }
            PartType::Message(_) => body.attached_mail = true,
            PartType::Text(_) | PartType::Html(_) | PartType::Binary(_) | PartType::InlineBinary(_) => {
                if body.attachments.len() < 100 {
                    body.attachments.push(Attachment {
                        name: part.attachment_name().map(normalise),
                        media_type: media_type(part),
                    });
                }
            }
        }
    }
    Ok(body)
}

/// What a person sees who reads the HTML instead of the plain text; `None` if there is none.
pub(super) fn alternative(body: &Body) -> Option<html::Visible> {
    let mut both = html::Visible::default();
    for markup in &body.html_alternatives {
        let seen = html::visible(markup);
        both.struck |= seen.struck;
        both.text.push_str(&seen.text);
        both.text.push('\n');
    }
    both.text = normalise(&both.text);
    (!body.html_alternatives.is_empty()).then_some(both)
}

fn push_plain(body: &mut Body, part: &MessagePart<'_>, text: &str) {
    let flowed = part
        .content_type()
        .and_then(|kind| kind.attribute("format"))
        .is_some_and(|format| format.eq_ignore_ascii_case("flowed"));
    if flowed { push(body, &unflow(text)) } else { push(body, text) }
}

/// Joins the soft line breaks of `format=flowed` (RFC 3676 4.1).
fn unflow(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line
            .strip_prefix(' ')
            .filter(|rest| rest.starts_with('>') || rest.starts_with("From "))
            .unwrap_or(line);
        out.push_str(line);
        let soft = line.ends_with(' ') && line != "-- " && !line.starts_with('>');
        if !soft {
            out.push('\n');
        }
    }
    out
}

fn push(body: &mut Body, text: &str) {
    let room = LONGEST_TEXT.saturating_sub(body.text.len());
    let taken = cut(text, room);
    body.cut |= taken.len() < text.len();
    if !body.text.is_empty() {
        body.text.push('\n');
    }
    body.text.push_str(&normalise(taken));
}

fn cut(text: &str, longest: usize) -> &str {
    if text.len() <= longest {
        return text;
    }
    let end = (0..=longest).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

fn is_attached(part: &MessagePart<'_>) -> bool {
    part.content_disposition()
        .is_some_and(|disposition| disposition.ctype().eq_ignore_ascii_case("attachment"))
        || part.attachment_name().is_some()
}

fn is_shown_text(message: &Message<'_>, id: u32) -> bool {
    message.part(id).is_some_and(|part| match &part.body {
        PartType::Text(_) | PartType::Html(_) => !is_attached(part),
        // related/mixed inside an alternative: the HTML with its pictures.
        PartType::Multipart(_) => true,
        PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) => false,
    })
}

/// The usable plain text and the HTML of an alternative (its HTML may sit inside a `multipart/related`).
fn alternatives<'m>(message: &'m Message<'_>, children: &[u32]) -> (Option<&'m str>, Option<&'m str>) {
    let (mut plain, mut html) = (None, None);
    let mut open: Vec<(u32, usize)> = children.iter().rev().map(|child| (*child, 0)).collect();
    while let Some((id, depth)) = open.pop() {
        let Some(part) = message.part(id) else { continue };
        match &part.body {
            PartType::Text(text)
                if !is_attached(part) && media_type(part) == "text/plain" && usable(text) =>
            {
                plain = plain.or(Some(text.as_ref()));
            }
            PartType::Html(text) if !is_attached(part) => html = html.or(Some(text.as_ref())),
            PartType::Multipart(inner) if depth < DEEPEST => {
                open.extend(inner.iter().rev().map(|child| (*child, depth + 1)));
            }
            PartType::Text(_)
            | PartType::Html(_)
            | PartType::Binary(_)
            | PartType::InlineBinary(_)
            | PartType::Message(_)
            | PartType::Multipart(_) => {}
        }
    }
    (plain, html)
}

fn last_html(message: &Message<'_>, children: &[u32]) -> Option<u32> {
    let text = |id: &&u32| {
        message.part(**id).is_some_and(|part| match &part.body {
            PartType::Html(_) | PartType::Multipart(_) => true,
            PartType::Text(text) => usable(text) && media_type(part) == "text/plain",
            PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) => false,
        })
    };
    children.iter().rfind(text).copied()
}

/// Some mailers put nothing, or "your reader cannot show HTML", where the plain text belongs.
fn usable(plain: &str) -> bool {
    let text = cut(plain, 2000).to_ascii_lowercase();
    let excuse = text.len() < 400
        && text.contains("html")
        && ["view", "support", "reader", "client", "display"].iter().any(|word| text.contains(word));
    !excuse && text.chars().any(char::is_alphanumeric)
}

/// One spelling for what looks the same: blanks, quotes, dashes, digits; invisible characters dropped.
pub(super) fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = '\n';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let plain = match c {
            '\r' => {
                if rest.peek() == Some(&'\n') {
                    continue;
                }
                '\n'
            }
            '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{FEFF}'
            | '\u{00AD}'
            | '\u{034F}'
            | '\u{2066}'..='\u{2069}' => continue,
            '\0' | '\u{00A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => ' ',
            '\u{2028}' | '\u{2029}' | '\u{000B}' | '\u{000C}' | '\u{0085}' => '\n',
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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use mail_parser::MessageParser;

    fn body(raw: &str) -> Body {
        let raw = raw.replace('\n', "\r\n");
        let message = MessageParser::default().parse(raw.as_bytes()).expect("parses");
        read(&message).expect("not too deep")
    }

    #[test]
    fn what_looks_the_same_is_spelt_the_same() {
        let table = [
            ("1\u{200B}555\u{200B}555", "1555555"),
            ("\u{FF11}555555", "1555555"),
            ("ID\u{A0}1555555", "ID 1555555"),
            ("651\u{2013}555\u{2013}0129", "651-555-0129"),
            ("CLOSED \u{2013} USE", "CLOSED - USE"),
            ("don\u{2019}t \u{201C}x\u{201D}", "don't \"x\""),
            ("a\r\nb\rc", "a\nb\nc"),
        ];
        for (given, wanted) in table {
            assert_eq!(normalise(given), wanted);
        }
    }

    #[test]
    fn plain_text_is_preferred_and_html_kept_for_comparison() {
        let found = body(
            "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain 1\n--b\nContent-Type: text/html\n\n<p>rich 2</p>\n--b--\n",
        );
        assert_eq!(found.text.trim(), "plain 1");
        assert_eq!(alternative(&found).map(|seen| seen.text.trim().to_owned()).as_deref(), Some("rich 2"));
    }

    #[test]
    fn html_serves_where_the_plain_text_is_no_text() {
        for plain in ["", "   ", "This mail is in HTML. Please use a reader that can display it."] {
            let found = body(&format!(
                "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n{plain}\n--b\nContent-Type: text/html\n\n<p>rich 2</p>\n--b--\n"
            ));
            assert_eq!(found.text.trim(), "rich 2", "{plain:?}");
        }
    }

    #[test]
    fn attachments_are_noted_and_not_read() {
        let found = body(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: text/plain; name=\"list.txt\"\n\n1555555\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"a.pdf\"\n\nx\n--b--\n",
        );
        assert_eq!(found.text.trim(), "hello");
        let names: Vec<_> =
            found.attachments.iter().map(|a| (a.name.as_deref(), a.media_type.as_str())).collect();
        assert_eq!(names, [(Some("list.txt"), "text/plain"), (Some("a.pdf"), "application/pdf")]);
    }

    #[test]
    fn flowed_lines_are_joined() {
        let found = body("Content-Type: text/plain; format=flowed\n\nshe no longer \nwants it\nnext\n");
        assert_eq!(found.text.trim(), "she no longer wants it\nnext");
    }

    #[test]
    fn parts_nested_without_end_are_a_problem_not_a_crash() {
        let mut raw = String::new();
        for level in 0..200 {
            let _ = write!(raw, "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");
        }
        raw.push_str("\r\nhello\r\n");
        let message = MessageParser::default().parse(raw.as_bytes()).expect("parses");
        assert_eq!(read(&message), Err(Problem::TooDeep));
    }
}
