//! A mail taken apart, or not, where it is made of more pieces than any honest mail: told from its bytes before anything
//! is made of them.

use std::{mem, ops::Deref};

use mail_parser::{HeaderName, Message, MessageParser, PartType};

/// Parts that a mail may have. The longest honest mails, digests and forwarded threads, have about a hundred.
const MOST_PARTS: usize = 1_000;

/// Lines with the two hyphens that part a mail, in one that is taken apart. The parser keeps about 200 bytes for each.
const MOST_BOUNDARIES: usize = 10_000;
/// Lines that may be header fields, of the mail or of what is attached, likewise.
const MOST_FIELDS: usize = 100_000;
/// Bytes of fields that are taken to pieces: addresses, message IDs, parameters. The parser makes about 25 of each.
const LONGEST_FIELDS: usize = 1024 * 1024;
/// Bytes of the header that are read of a mail that is not taken apart.
const HEADER_READ: usize = 64 * 1024;

/// A mail taken apart, or the beginning of its header only where it is made of too many pieces.
pub(super) struct Apart<'m> {
    message: Message<'m>,
    header_only: bool,
}

impl<'m> Apart<'m> {
    /// `None` where no mail can be made out.
    pub(super) fn of(bytes: &'m [u8]) -> Option<Self> {
        // What is not looked at is not taken to pieces.
        let parser = MessageParser::new()
            .with_mime_headers()
            .header_text(HeaderName::Subject)
            .header_date(HeaderName::Date)
            .header_address(HeaderName::From)
            .header_id(HeaderName::MessageId)
            .header_id(HeaderName::InReplyTo)
            .header_id(HeaderName::References)
            .default_header_raw();
        let header_only = is_of_too_many_pieces(bytes);
        let message = if header_only {
            parser.parse_headers(bytes.get(..HEADER_READ).unwrap_or(bytes))
        } else {
            parser.parse(bytes)
        };
        Some(Self { message: message?, header_only })
    }

    /// Whether it has more parts than any honest mail.
    pub(super) fn has_too_many_parts(&self) -> bool {
        self.header_only || self.message.parts.len() > MOST_PARTS
    }
}

impl<'m> Deref for Apart<'m> {
    type Target = Message<'m>;

    fn deref(&self) -> &Message<'m> {
        &self.message
    }
}

impl Drop for Apart<'_> {
    /// Mails within mails, one by one: dropped each by the one around it, a deep nest of them overflows the stack.
    fn drop(&mut self) {
        let mut open = mem::take(&mut self.message.parts);
        while let Some(part) = open.pop() {
            if let PartType::Message(mut inner) = part.body {
                open.append(&mut inner.parts);
            }
        }
    }
}

/// Told from the bytes, before anything is made of them. The parser finds a boundary within a line as well, and blanks
/// within the name of a field are none to it.
fn is_of_too_many_pieces(bytes: &[u8]) -> bool {
    let (mut boundaries, mut fields, mut long) = (0, 0, 0);
    let mut taken_to_pieces = false;
    for line in bytes.split(|byte| matches!(byte, b'\n' | b'\r')) {
        let start = line.get(..80).unwrap_or(line);
        let colon = start.iter().position(|byte| *byte == b':');
        if let Some(name) = colon.and_then(|colon| start.get(..colon)) {
            fields += 1;
            if !name.first().is_some_and(u8::is_ascii_whitespace) {
                taken_to_pieces = is_taken_to_pieces(name);
            }
        } else if !line.is_empty() && !line.first().is_some_and(u8::is_ascii_whitespace) {
            taken_to_pieces = false;
        }
        long += if taken_to_pieces { line.len() } else { 0 };
        boundaries += usize::from(line.windows(2).any(|two| two == b"--"));
        if boundaries > MOST_BOUNDARIES || fields > MOST_FIELDS || long > LONGEST_FIELDS {
            return true;
        }
    }
    false
}

fn is_taken_to_pieces(name: &[u8]) -> bool {
    let name: Vec<u8> =
        name.iter().filter(|byte| !byte.is_ascii_whitespace()).map(u8::to_ascii_lowercase).collect();
    matches!(
        name.as_slice(),
        b"from"
            | b"message-id"
            | b"in-reply-to"
            | b"references"
            | b"content-type"
            | b"content-disposition"
            | b"content-language"
            | b"content-id"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_within_mails_without_end_do_not_overflow_the_stack() {
        const INNER: &[u8] = b"Content-Type: message/rfc822\r\n\r\nF: a\r\n";
        for (levels, too_many) in [(20_000, false), (100_000, true)] {
            let apart = Apart::of(&INNER.repeat(levels)).expect("a mail").header_only;
            assert_eq!(apart, too_many, "{levels}");
        }
    }

    #[test]
    fn what_is_made_of_too_many_pieces_is_told_before_it_is_taken_apart() {
        let of = |piece: &str, count: usize| {
            let mail = format!("From: a@b.example\r\n{}\r\n\r\nx", piece.repeat(count));
            is_of_too_many_pieces(mail.as_bytes())
        };
        for (piece, few, many) in [
            ("X: y\r\n", 10_000, 100_000),
            ("X: y\r", 10_000, 100_000),
            ("--b\r\n", 5_000, 10_001),
            ("x--b\n", 5_000, 10_001),
            (" a@b,\r\n", 100_000, 300_000),
            ("C on tent-Type : a/b; c=d\r\n", 10_000, 60_000),
        ] {
            assert!(!of(piece, few) && of(piece, many), "{piece:?}");
        }
        // Long text, as attachments have it, is not made of pieces.
        assert!(!of("\r\n\r\nVGhlIGNsaWVudCByZXZva2Vk\r\nand so on\r\n", 200_000));
    }
}
