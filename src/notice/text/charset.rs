//! In what charset a text came, where that was not said or not rightly.

use std::borrow::Cow;

use mail_parser::{
    Encoding, Message, MessagePart, MimeHeaders,
    decoders::{
        base64::base64_decode, charsets::map::charset_decoder, quoted_printable::quoted_printable_decode,
    },
};

/// Bytes looked at for the zeros of UTF-16.
const LOOKED_AT: usize = 400;

/// The text of a part, decoded anew where its charset was not given, or was not the right one: by its byte order
/// mark, by the zeros of UTF-16, by the escapes of ISO-2022-JP (RFC 1468), as UTF-8, else as windows-1252, which is
/// what Western mailers send undeclared.
pub(super) fn decoded<'t>(message: &Message<'_>, part: &MessagePart<'_>, text: &'t str) -> Cow<'t, str> {
    let zeros = text.bytes().take(LOOKED_AT).filter(|byte| *byte == 0).count();
    // What UTF-8 looks like when it is read as windows-1252, which it is when it is declared as US-ASCII.
    let twice = text.contains(['\u{C2}', '\u{C3}', '\u{E2}']);
    let escapes = text.contains("\u{1B}$") || text.contains("\u{1B}(");
    // Which half of a sign comes first is often not said, or wrongly.
    let wide = charset_name(part).starts_with("utf-16");
    if !twice && !escapes && !wide && !text.contains('\u{FFFD}') && zeros * 4 < text.len().min(LOOKED_AT) {
        return Cow::Borrowed(text);
    }
    let Some(bytes) = bytes(message, part).filter(|bytes| bytes.len() > 1) else {
        return Cow::Borrowed(text);
    };
    let decode = |charset: &[u8]| charset_decoder(charset).map(|decode| decode(&bytes));
    if escapes && bytes.is_ascii() {
        let japanese = decode(b"iso-2022-jp").filter(|text| !text.contains(['\u{FFFD}', '\u{1B}']));
        return japanese.map_or(Cow::Borrowed(text), Cow::Owned);
    }
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
        if let Some(utf8) = mostly_utf8(&bytes) {
            return Cow::Owned(utf8);
        }
    }
    let charset: &[u8] = match (little, big) {
        (true, _) => b"utf-16le",
        (_, true) => b"utf-16be",
        _ => b"windows-1252",
    };
    decode(charset).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// UTF-8 that something cut or garbled in a few places: read as anything else all of it would be lost.
fn mostly_utf8(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let broken = text.chars().filter(|c| *c == '\u{FFFD}').count();
    let whole = text.chars().filter(|c| !c.is_ascii()).count() - broken;
    (whole > broken * 4).then(|| text.into_owned())
}

fn charset_name(part: &MessagePart<'_>) -> String {
    let name = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or_default();
    name.trim().to_ascii_lowercase()
}

fn bytes(message: &Message<'_>, part: &MessagePart<'_>) -> Option<Vec<u8>> {
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize)?;
    match part.encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
        Encoding::Base64 => base64_decode(raw),
    }
}

/// Whether a text is in a charset that nobody here reads: UTF-7 with its shifts (RFC 2152), UTF-32, or none or an unknown
/// name with hardly an ASCII letter, as in EBCDIC. Of any other the digits and most of the words are read.
pub(super) fn is_unknown(message: &Message<'_>, part: &MessagePart<'_>, text: &str) -> bool {
    let name = charset_name(part);
    if name.contains("utf-7") {
        let raw = bytes(message, part).unwrap_or_default();
        // `+-` is a plus sign.
        let mut behind = raw.split(|byte| *byte == b'+').skip(1);
        return behind.any(|behind| behind.first().is_some_and(u8::is_ascii_alphanumeric));
    }
    let zeros = text.bytes().take(LOOKED_AT).filter(|byte| *byte == 0).count();
    if zeros * 10 > text.len().min(LOOKED_AT) * 6 {
        return true;
    }
    let unicode = name.replace(['-', '_'], "").contains("utf8") || name.contains("ascii");
    let seen = || text.chars().take(LOOKED_AT).filter(|c| !c.is_whitespace());
    let foreign = || seen().filter(char::is_ascii_graphic).count() * 2 < seen().count();
    if name.is_empty() || unicode {
        // Undeclared it is taken for windows-1252, which of another alphabet makes a heap of accents.
        return foreign() && bytes(message, part).is_some_and(|bytes| std::str::from_utf8(&bytes).is_err());
    }
    charset_decoder(name.as_bytes()).is_none() && foreign()
}
