//! MIME → the text a person sees. Attachments are noted by name and type, never read.

use mail_parser::{
    Encoding, Message, MessagePart, MimeHeaders, PartType,
    decoders::{
        base64::base64_decode, charsets::map::charset_decoder, quoted_printable::quoted_printable_decode,
    },
};
use std::borrow::Cow;

use super::{Problem, html};

/// Text considered per mail, in bytes. A notice fits on a page; what follows such an amount is never one.
const LONGEST_TEXT: usize = 64 * 1024;
/// HTML considered per mail, in bytes: mark-up is many times its text.
const LONGEST_HTML: usize = 512 * 1024;
/// HTML kept for comparison per mail, in bytes.
const MOST_ALTERNATIVES: usize = 1024 * 1024;
/// Levels of nested parts. Forwarded threads reach about ten.
const DEEPEST: usize = 40;

/// Something attached: noted, not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attachment {
    pub name: Option<String>,
    pub media_type: String,
    /// It is neither a picture in the text nor what mail programs add by themselves.
    pub may_be_a_form: bool,
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
    /// What was struck out, normalised.
    pub struck_text: String,
    /// What stands unseen in the sender's part of the HTML shown: normalised, at most 8 KiB, lines that are seen as
    /// well left out. Of HTML kept for comparison, `alternative` tells it.
    pub hidden: String,
    /// Comments of the HTML shown, likewise; no mail program shows them to anybody.
    pub comments: String,
    /// Unseen text on top of the HTML shown, a preview for the list of mails (preheader): normalised, short.
    pub preheader: String,
    pub attachments: Vec<Attachment>,
    /// A mail was attached as a whole (forwarded as attachment).
    pub attached_mail: bool,
    /// The text went beyond the cap, or its style sheets did.
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
                    let markup = decoded(message, html.0, html.1);
                    let markup = html::nested(cut(&markup, LONGEST_HTML))?;
                    let kept: usize = body.html_alternatives.iter().map(String::len).sum();
                    if kept + markup.len() > MOST_ALTERNATIVES {
                        body.cut = true;
                    } else {
                        body.html_alternatives.push(markup.to_owned());
                    }
                }
                match plain {
                    Some((part, plain)) => {
                        push_plain(&mut body, part, &decoded(message, part, plain));
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
            // A mail that is one text is its text, whatever name the part bears.
            PartType::Text(text) if (id == 0 || !is_attached(part)) && media_type(part) == "text/plain" => {
                push_plain(&mut body, part, &decoded(message, part, text));
            }
            PartType::Html(html) if id == 0 || !is_attached(part) => {
                // An HTML part beside a plain one in a mixed mail (Apple Mail) is shown too.
                let markup = decoded(message, part, html);
                let seen = html::visible(html::nested(cut(&markup, LONGEST_HTML))?);
                body.struck |= seen.struck;
                body.cut |= seen.too_much;
                push(&mut body, &seen.text);
                for (kept, found) in [
                    (&mut body.struck_text, &seen.struck_text),
                    (&mut body.hidden, &seen.hidden),
                    (&mut body.comments, &seen.comments),
                    (&mut body.preheader, &seen.preheader),
                ] {
                    kept.push_str(&normalise(found));
                }
            }
            PartType::Message(_) => body.attached_mail = true,
            PartType::Text(_) | PartType::Html(_) | PartType::Binary(_) | PartType::InlineBinary(_) => {
                if body.attachments.len() < 100 {
                    body.attachments.push(Attachment {
                        name: part.attachment_name().map(normalise),
                        media_type: media_type(part),
                        may_be_a_form: may_be_a_form(part),
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
        both.too_much |= seen.too_much;
        for (kept, found) in [
            (&mut both.text, &seen.text),
            (&mut both.struck_text, &seen.struck_text),
            (&mut both.hidden, &seen.hidden),
            (&mut both.comments, &seen.comments),
            (&mut both.preheader, &seen.preheader),
        ] {
            kept.push_str(&normalise(found));
            kept.push('\n');
        }
    }
    (!body.html_alternatives.is_empty()).then_some(both)
}

fn push_plain(body: &mut Body, part: &MessagePart<'_>, text: &str) {
    let says = |name: &str, value: &str| {
        part.content_type()
            .and_then(|kind| kind.attribute(name))
            .is_some_and(|found| found.eq_ignore_ascii_case(value))
    };
    if says("format", "flowed") { push(body, &unflow(text, says("delsp", "yes"))) } else { push(body, text) }
}

/// Joins the soft line breaks of `format=flowed` and takes its stuffed blanks away (RFC 3676 4).
fn unflow(text: &str, delete_blank: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        // What is quoted is stuffed behind its marks, and looks as well with the blank.
        let line = line.strip_prefix(' ').unwrap_or(line);
        let soft = line.ends_with(' ') && line != "-- " && !line.starts_with('>');
        out.push_str(if soft && delete_blank { line.trim_end_matches(' ') } else { line });
        if !soft {
            out.push('\n');
        }
    }
    out
}

/// The text of a part, decoded anew where its charset was not given, or was not the right one: by its byte order
/// mark, by the zeros of UTF-16, as UTF-8, else as windows-1252, which is what Western mailers send undeclared.
fn decoded<'t>(message: &Message<'_>, part: &MessagePart<'_>, text: &'t str) -> Cow<'t, str> {
    let zeros = text.bytes().take(400).filter(|byte| *byte == 0).count();
    // What UTF-8 looks like when it is read as windows-1252, which it is when it is declared as US-ASCII.
    let twice = text.contains(['\u{C2}', '\u{C3}', '\u{E2}']);
    if !twice && !text.contains('\u{FFFD}') && zeros * 4 < text.len().min(400) {
        return Cow::Borrowed(text);
    }
    let raw =
        message.raw_message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    let bytes = match part.encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
        Encoding::Base64 => base64_decode(raw),
    };
    let Some(bytes) = bytes.filter(|bytes| bytes.len() > 1) else { return Cow::Borrowed(text) };
    let little =
        bytes.starts_with(&[0xFF, 0xFE]) || bytes.iter().skip(1).step_by(2).take(99).all(|b| *b == 0);
    let big = bytes.starts_with(&[0xFE, 0xFF]) || bytes.iter().step_by(2).take(99).all(|b| *b == 0);
    if !little && !big {
        if let Ok(utf8) = std::str::from_utf8(&bytes) {
            return if twice { Cow::Owned(utf8.to_owned()) } else { Cow::Borrowed(text) };
        }
        // Another charset, well declared.
        if !text.contains('\u{FFFD}') {
            return Cow::Borrowed(text);
        }
    }
    let charset: &[u8] = match (little, big) {
        (true, _) => b"utf-16le",
        (_, true) => b"utf-16be",
        _ => b"windows-1252",
    };
    charset_decoder(charset).map_or(Cow::Borrowed(text), |decode| Cow::Owned(decode(&bytes)))
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

/// Logos belong to the HTML by their Content-ID (RFC 2392); signatures, visiting cards and invitations are no forms.
fn may_be_a_form(part: &MessagePart<'_>) -> bool {
    let kind = media_type(part);
    let is_attached = part
        .content_disposition()
        .is_some_and(|disposition| disposition.ctype().eq_ignore_ascii_case("attachment"));
    if kind.starts_with("image/") {
        return is_attached || part.content_id().is_none();
    }
    ![
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "text/calendar",
        "text/directory",
        "text/vcard",
        "text/x-vcard",
    ]
    .contains(&kind.as_str())
}

fn is_shown_text(message: &Message<'_>, id: u32) -> bool {
    message.part(id).is_some_and(|part| match &part.body {
        PartType::Text(_) | PartType::Html(_) => !is_attached(part),
        // related/mixed inside an alternative: the HTML with its pictures.
        PartType::Multipart(_) => true,
        PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) => false,
    })
}

/// A part with its text.
type Shown<'m, 'x> = (&'m MessagePart<'x>, &'m str);

/// The usable plain text and the HTML of an alternative (its HTML may sit inside a `multipart/related`).
fn alternatives<'m, 'x>(
    message: &'m Message<'x>,
    children: &[u32],
) -> (Option<Shown<'m, 'x>>, Option<Shown<'m, 'x>>) {
    let (mut plain, mut html) = (None, None);
    let mut open: Vec<(u32, usize)> = children.iter().rev().map(|child| (*child, 0)).collect();
    while let Some((id, depth)) = open.pop() {
        let Some(part) = message.part(id) else { continue };
        match &part.body {
            PartType::Text(text)
                if !is_attached(part) && media_type(part) == "text/plain" && usable(text) =>
            {
                plain = plain.or(Some((part, text.as_ref())));
            }
            PartType::Html(text) if !is_attached(part) => html = html.or(Some((part, text.as_ref()))),
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

/// Some mailers put nothing, or "your reader cannot show HTML, open it in a browser", where the plain text belongs.
fn usable(plain: &str) -> bool {
    let text = cut(plain, 2000).to_ascii_lowercase();
    let words = || text.split_whitespace().filter(|word| !word.contains("://"));
    let has = |wanted: &[&str]| words().any(|word| wanted.iter().any(|part| word.contains(part)));
    let excuse = text.len() < 400
        && has(&["html", "browser", "program", "client", "reader", "viewer", "software"])
        && has(&["view", "support", "display", "show", "open", "read", "enable"])
        && has(&["message", "mail", "html", "browser", "version"])
        // Whoever names a record has written it.
        && !words().any(|word| word.chars().filter(char::is_ascii_digit).count() >= 4)
        && ["html", "browser", "cannot", "can't", "does not", "doesn't", "unable"]
            .iter()
            .any(|word| text.contains(word));
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
            '\u{2028}' | '\u{2029}' | '\u{000B}' | '\u{000C}' => '\n',
            // windows-1252 sent as ISO-8859-1: its quotes, dashes and dots (WHATWG Encoding 5.2 reads both alike).
            '\u{0085}' => '\u{2026}',
            '\u{0095}' => '\u{2022}',
            '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}' | '\u{02BC}' | '\u{00B4}' | '`'
            | '\u{0091}' | '\u{0092}' => '\'',
            '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '\u{00AB}' | '\u{00BB}' | '\u{FF02}'
            | '\u{0093}' | '\u{0094}' => '"',
            '\u{2010}'..='\u{2012}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}' => '-',
            '\u{2013}' | '\u{2014}' | '\u{2015}' | '\u{0096}' | '\u{0097}' => {
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
        for plain in [
            "",
            "   ",
            "This mail is in HTML. Please use a reader that can display it.",
            "Your e-mail program cannot show this message. Open it in a browser:\nhttps://view.example/m/6620154",
        ] {
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
    fn logos_and_what_programs_add_are_no_forms() {
        for (header, form) in [
            ("Content-Type: application/pdf; name=\"roi.pdf\"", true),
            ("Content-Type: image/jpeg; name=\"scan.jpg\"\nContent-Disposition: attachment", true),
            ("Content-Type: image/heic; name=\"photo.heic\"\nContent-Disposition: inline", true),
            ("Content-Type: image/png; name=\"logo.png\"\nContent-ID: <logo@x>", false),
            ("Content-Type: application/pgp-signature; name=\"signature.asc\"", false),
            ("Content-Type: text/x-vcard; name=\"jane.vcf\"", false),
        ] {
            let found = body(&format!(
                "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n{header}\n\nx\n--b--\n"
            ));
            let forms: Vec<bool> = found.attachments.iter().map(|file| file.may_be_a_form).collect();
            assert_eq!(forms, [form], "{header}");
        }
    }

    #[test]
    fn flowed_lines_are_joined() {
        let found = body("Content-Type: text/plain; format=flowed\n\nshe no longer \nwants it\nnext\n");
        assert_eq!(found.text.trim(), "she no longer wants it\nnext");
    }

    #[test]
    fn flowed_text_is_unstuffed_and_joined_without_blanks_where_asked() {
        let found =
            body("Content-Type: text/plain; format=flowed; delsp=yes\n\n client 1555 \n555\n-- \nJo\n");
        assert_eq!(found.text.trim(), "client 1555555\n-- \nJo");
    }

    fn text_of(head: &str, bytes: &[u8]) -> String {
        let mut raw = format!("{head}\r\n\r\n").into_bytes();
        raw.extend(bytes);
        let message = MessageParser::default().parse(&raw).expect("parses");
        read(&message).expect("not too deep").text.trim().to_owned()
    }

    #[test]
    fn charsets_as_they_come() {
        let utf16 = |text: &str, mark: bool, big: bool| -> Vec<u8> {
            let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
            units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let table: Vec<(&str, Vec<u8>)> = vec![
            ("Content-Type: text/plain", b"don\x92t \x93close\x94 Zo\xEB".to_vec()),
            (
                "Content-Type: text/plain; charset=us-ascii",
                "don\u{2019}t \u{201C}close\u{201D} Zo\u{EB}".into(),
            ),
            ("Content-Type: text/plain; charset=utf-8", b"don\x92t \x93close\x94 Zo\xEB".to_vec()),
            ("Content-Type: text/plain; charset=iso-8859-1", b"don\x92t \x93close\x94 Zo\xEB".to_vec()),
            ("Content-Type: text/plain; charset=windows-1252", b"don\x92t \x93close\x94 Zo\xEB".to_vec()),
            ("Content-Type: text/plain; charset=utf-8", "\u{FEFF}don't \"close\" Zo\u{EB}".into()),
            ("Content-Type: text/plain; charset=nonsense", b"don\x92t \x93close\x94 Zo\xEB".to_vec()),
            (
                "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable",
                b"don=92t =93close=94 Zo=EB".to_vec(),
            ),
            ("Content-Type: text/plain; charset=utf-16", utf16("don't \"close\" Zo\u{EB}", true, true)),
            ("Content-Type: text/plain; charset=utf-16le", utf16("don't \"close\" Zo\u{EB}", false, false)),
            ("Content-Type: text/plain", utf16("don't \"close\" Zo\u{EB}", true, false)),
        ];
        for (head, bytes) in table {
            assert_eq!(text_of(head, &bytes), "don't \"close\" Zo\u{EB}", "{head} {bytes:?}");
        }
    }

    #[test]
    fn a_mail_that_is_one_text_is_read_whatever_its_name() {
        assert_eq!(text_of("Content-Type: text/plain; name=mail.txt", b"hello"), "hello");
    }

    #[test]
    fn what_stands_unseen_is_kept_beside_the_text() {
        let found = body(
            "Content-Type: text/html\n\n<div style='display:none'>Preview</div><p>seen</p><p style='display:none'>1\u{200B}999999</p><s>1555555</s>\n",
        );
        assert_eq!(
            (found.text.trim(), found.hidden.as_str(), found.preheader.as_str(), found.struck_text.trim()),
            ("seen", "1999999", "Preview", "1555555")
        );
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

    #[test]
    fn alternatives_are_kept_up_to_a_point() {
        let html = format!("<p>{}</p>", "x ".repeat(200_000));
        let one = format!(
            "--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n\
             Content-Type: text/html\r\n\r\n{html}\r\n--b--\r\n"
        );
        for (count, kept, cut) in [(2, 2, false), (5, 2, true)] {
            let raw =
                format!("Content-Type: multipart/mixed; boundary=a\r\n\r\n{}--a--\r\n", one.repeat(count));
            let message = MessageParser::default().parse(raw.as_bytes()).expect("parses");
            let body = read(&message).expect("not too deep");
            assert_eq!((body.html_alternatives.len(), body.cut), (kept, cut));
        }
    }

    #[test]
    fn elements_nested_without_end_are_a_problem_too() {
        let deep = "<div>".repeat(50_000);
        for raw in [
            format!("Content-Type: text/html\r\n\r\n{deep}"),
            format!(
                "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n\
                 Content-Type: text/html\r\n\r\n{deep}\r\n--b--\r\n"
            ),
        ] {
            let message = MessageParser::default().parse(raw.as_bytes()).expect("parses");
            assert_eq!(read(&message), Err(Problem::TooDeep));
        }
    }
}
