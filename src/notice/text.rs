//! MIME → the text a person sees. Attachments are noted by name and type, never read.

mod armour;
mod charset;
#[cfg(test)]
mod odd;
mod structure;
mod unread;

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

pub(super) use self::unread::Unread;
use self::{charset::decoded, unread::Signs};
pub(super) use super::characters::normalise;
use super::{Problem, characters, html};

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
#[expect(clippy::struct_excessive_bools, reason = "each tells of the text what it does not show")]
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
    /// Why there is no text, where there is none. The subject may say something all the same.
    pub unread: Option<Unread>,
    /// Words with characters that deceive the eye, by their lines in `text`.
    pub odd: Vec<characters::Odd>,
    /// Several plain texts stood in one place, of which a mail program shows only one.
    pub several: bool,
    /// Why it is not certain what a person sees of it: of its HTML shown, and of how its parts are put together.
    pub uncertain: Vec<&'static str>,
    /// Texts beside the first that some mail programs show, normalised: further ones, and attached ones.
    pub further: Vec<String>,
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
    let mut body = Body {
        uncertain: structure::doubts(message),
        further: structure::further(message),
        ..Body::default()
    };
    let mut signs = Signs::default();
    // (part, depth); an explicit stack, for the depth is the sender's choice.
    let mut open = vec![(0u32, 0usize)];
    // Rendering is dear, and a thousand small pages are as dear as a large one.
    let mut rendered = 0;
    while let Some((id, depth)) = open.pop() {
        if depth > DEEPEST {
            return Err(Problem::TooDeep);
        }
        let Some(part) = message.part(id) else { continue };
        match &part.body {
            PartType::Multipart(children) if media_type(part) == "multipart/alternative" => {
                let (plain, html, files, several) = alternatives(message, children);
                signs.opens(part);
                body.several |= several;
                for html in html.into_iter().filter(|_| plain.is_some()) {
                    let markup = decoded(message, html.0, html.1);
                    body.cut |= markup.len() > LONGEST_HTML;
                    let markup = html::nested(cut(&markup, LONGEST_HTML))?;
                    let kept: usize = body.html_alternatives.iter().map(String::len).sum();
                    if kept + markup.len() > MOST_ALTERNATIVES {
                        body.cut = true;
                    } else {
                        body.html_alternatives.push(markup.to_owned());
                    }
                }
                // What else hangs in the alternative (pictures, files beside its HTML) is noted.
                let beside = if let Some((part, plain)) = plain {
                    push_plain(&mut body, &mut signs, message, part, &decoded(message, part, plain));
                    files
                } else {
                    let shown = last_html(message, children);
                    let direct = |child: &&u32| Some(**child) != shown && files.contains(child);
                    children.iter().filter(direct).copied().chain(shown).collect()
                };
                open.extend(beside.into_iter().rev().map(|child| (child, depth + 1)));
            }
            PartType::Multipart(children) => {
                signs.encrypted |= media_type(part) == "multipart/encrypted";
                signs.opens(part);
                open.extend(children.iter().rev().map(|child| (*child, depth + 1)));
            }
            // A mail that is one text is its text, whatever name the part bears.
            PartType::Text(text) if (id == 0 || !is_attached(part)) && is_plain(part, text) => {
                push_plain(&mut body, &mut signs, message, part, &decoded(message, part, text));
            }
            PartType::Html(html) if id == 0 || !is_attached(part) => {
                // An HTML part beside a plain one in a mixed mail (Apple Mail) is shown too.
                let markup = decoded(message, part, html);
                if charset::is_unknown(message, part, &markup) {
                    signs.charset = true;
                    continue;
                }
                let within = signs.within(&markup);
                rendered += within.len().min(LONGEST_HTML);
                if rendered > MOST_ALTERNATIVES {
                    body.cut = true;
                    continue;
                }
                body.cut |= within.len() < markup.len() || within.len() > LONGEST_HTML;
                let seen = html::visible(html::nested(cut(within, LONGEST_HTML))?);
                body.struck |= seen.struck;
                body.cut |= seen.too_much;
                body.uncertain.extend(&seen.uncertain);
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
                let media_type = media_type(part);
                signs.look(&media_type);
                signs.wrapped |=
                    media_type.ends_with("pkcs7-mime") && !signs.encrypted && is_signed_data(part);
                signs.encrypted |= media_type.ends_with("pkcs7-mime") && !is_signed_data(part);
                // Parts that cannot be told apart are no file; where there are none, it is a text.
                if media_type.starts_with("multipart/") {
                    let text = String::from_utf8_lossy(part.contents());
                    if is_plain(part, &text) {
                        push_plain(&mut body, &mut signs, message, part, &text);
                    }
                } else {
                    let name = part.attachment_name().map(normalise);
                    signs.outlook |= name.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("winmail.dat"));
                    note(&mut body, Attachment { name, media_type, may_be_a_form: may_be_a_form(part) });
                }
            }
        }
    }
    if !body.text.chars().any(char::is_alphanumeric) {
        body.unread = Some(signs.reason(body.attached_mail));
    }
    Ok(body)
}

/// Attachments noted per mail.
const MOST_ATTACHMENTS: usize = 100;

fn note(body: &mut Body, file: Attachment) {
    if body.attachments.len() < MOST_ATTACHMENTS {
        body.attachments.push(file);
    }
}

/// Plain text; also what says that it has parts and has none (RFC 2046 5.1.1), as some programs send a single text.
fn is_plain(part: &MessagePart<'_>, text: &str) -> bool {
    let kind = media_type(part);
    let marked = || text.lines().any(|line| line.starts_with("--") && line.trim_end().len() > 2);
    kind == "text/plain" || (kind.starts_with("multipart/") && kind != "multipart/encrypted" && !marked())
}

/// S/MIME that is signed and not encrypted (RFC 8551 3.5.2).
fn is_signed_data(part: &MessagePart<'_>) -> bool {
    let kind = part.content_type().and_then(|kind| kind.attribute("smime-type")).unwrap_or_default();
    kind.eq_ignore_ascii_case("signed-data") || kind.eq_ignore_ascii_case("certs-only")
}

/// What a person sees who reads the HTML instead of the plain text; `None` if there is none.
pub(super) fn alternative(body: &Body) -> Option<html::Visible> {
    let mut both = html::Visible::default();
    for markup in &body.html_alternatives {
        let seen = html::visible(markup);
        both.struck |= seen.struck;
        both.too_much |= seen.too_much;
        both.uncertain.extend(&seen.uncertain);
        both.odd.extend(characters::odd(&seen.text));
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

fn push_plain(body: &mut Body, signs: &mut Signs, message: &Message<'_>, part: &MessagePart<'_>, text: &str) {
    if charset::is_unknown(message, part, text) {
        signs.charset = true;
        return;
    }
    let says = |name: &str, value: &str| {
        part.content_type()
            .and_then(|kind| kind.attribute(name))
            .is_some_and(|found| found.eq_ignore_ascii_case(value))
    };
    let within = signs.within(text);
    body.cut |= within.len() < text.len();
    let flowed;
    let text = if says("format", "flowed") {
        flowed = unflow(within, says("delsp", "yes"));
        &flowed
    } else {
        within
    };
    let bared = armour::bare(text);
    signs.encrypted |= bared.encrypted;
    push(body, &bared.text);
    for name in bared.files {
        let media_type = "application/octet-stream".to_owned();
        note(body, Attachment { name: Some(normalise(&name)), media_type, may_be_a_form: true });
    }
}

/// A text without what `push_plain` takes out of it.
#[cfg(test)]
pub(super) fn bared(text: &str) -> String {
    armour::bare(text).text.into_owned()
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

fn push(body: &mut Body, text: &str) {
    let room = LONGEST_TEXT.saturating_sub(body.text.len());
    let taken = cut(text, room);
    body.cut |= taken.len() < text.len();
    if !body.text.is_empty() {
        body.text.push('\n');
    }
    body.odd.extend(characters::odd(taken));
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
        // The Macintosh's half of a file (RFC 1740).
        "application/applefile",
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

/// A part with its text.
type Shown<'m, 'x> = (&'m MessagePart<'x>, &'m str);

/// What an alternative shows: the usable plain text, the HTML (which may sit inside a `multipart/related`), the parts that
/// are neither (pictures of the HTML, and files that Apple Mail hangs beside it), and whether there is another plain text
/// beside the one.
type Alternatives<'m, 'x> = (Option<Shown<'m, 'x>>, Vec<Shown<'m, 'x>>, Vec<u32>, bool);

fn alternatives<'m, 'x>(message: &'m Message<'x>, children: &[u32]) -> Alternatives<'m, 'x> {
    let (mut plain, mut html, mut files) = (None::<Shown<'m, 'x>>, Vec::new(), Vec::new());
    let mut several = false;
    let mut open: Vec<(u32, usize)> = children.iter().rev().map(|child| (*child, 0)).collect();
    while let Some((id, depth)) = open.pop() {
        let Some(part) = message.part(id) else { continue };
        match &part.body {
            PartType::Text(text)
                if !is_attached(part) && media_type(part) == "text/plain" && usable(text) =>
            {
                several |= plain.is_some_and(|(_, first)| first.trim() != text.trim());
                plain = plain.or(Some((part, text.as_ref())));
            }
            // Apple Mail writes the HTML in pieces around pictures.
            PartType::Html(text) if !is_attached(part) => html.push((part, text.as_ref())),
            PartType::Multipart(inner) if depth < DEEPEST => {
                open.extend(inner.iter().rev().map(|child| (*child, depth + 1)));
            }
            // The same in another format, an invitation for its calendar.
            PartType::Text(_) if !is_attached(part) => {}
            PartType::Multipart(_) => {}
            PartType::Text(_)
            | PartType::Html(_)
            | PartType::Binary(_)
            | PartType::InlineBinary(_)
            | PartType::Message(_) => files.push(id),
        }
    }
    (plain, html, files, several)
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
