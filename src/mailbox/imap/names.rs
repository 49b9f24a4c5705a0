//! How names and numbers are written in IMAP commands.

use crate::mailbox::MailboxError;

/// Base64 with `,` for `/`.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// A folder's name as it stands in a command: in modified UTF-7 (RFC 3501 5.1.3) and quoted. Refuses control
/// characters, which could end the command and begin another.
pub(super) fn folder(name: &str) -> Result<String, MailboxError> {
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(MailboxError::Config(format!("{name:?} is not the name of a mail folder")));
    }
    Ok(format!("\"{}\"", modified_utf7(name).replace('\\', r"\\").replace('"', "\\\"")))
}

/// Modified UTF-7: printable ASCII stands for itself, `&` is `&-`, anything else is UTF-16 in a base64 with `,`
/// for `/` and no padding, between `&` and `-` (RFC 3501 5.1.3).
pub(in crate::mailbox) fn modified_utf7(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    let mut other = String::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            shift_out(&mut other, &mut encoded);
            encoded.push(c);
            if c == '&' {
                encoded.push('-');
            }
        } else {
            other.push(c);
        }
    }
    shift_out(&mut other, &mut encoded);
    encoded
}

/// Writes `text` as one shifted sequence and empties it.
fn shift_out(text: &mut String, encoded: &mut String) {
    if text.is_empty() {
        return;
    }
    encoded.push('&');
    let mut digit = |six: u32| {
        encoded.extend(ALPHABET.get((six & 63) as usize).map(|letter| char::from(*letter)));
    };
    let (mut bits, mut held) = (0_u32, 0_u32);
    for unit in text.encode_utf16() {
        held = held << 16 | u32::from(unit);
        bits += 16;
        while bits >= 6 {
            bits -= 6;
            digit(held >> bits);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        digit(held << (6 - bits));
    }
    encoded.push('-');
    text.clear();
}

/// A folder's name as people write it, from modified UTF-7. What is not modified UTF-7 is given as it is: some servers
/// send UTF-8.
pub(super) fn from_modified_utf7(written: &str) -> String {
    decoded(written).unwrap_or_else(|| written.to_owned())
}

fn decoded(written: &str) -> Option<String> {
    let mut name = String::with_capacity(written.len());
    let mut rest = written;
    while let Some((plain, shifted)) = rest.split_once('&') {
        name.push_str(plain);
        let (shifted, after) = shifted.split_once('-')?;
        if shifted.is_empty() {
            name.push('&');
        }
        let (mut units, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
        for letter in shifted.bytes() {
            let six = ALPHABET.iter().position(|known| *known == letter)?;
            held = held << 6 | u32::try_from(six).ok()?;
            bits += 6;
            if bits >= 16 {
                bits -= 16;
                units.push(u16::try_from(held >> bits).ok()?);
                held &= (1 << bits) - 1;
            }
        }
        name.push_str(&String::from_utf16(&units).ok()?);
        rest = after;
    }
    name.push_str(rest);
    Some(name)
}

/// Ascending UIDs as a sequence set (RFC 3501 9), runs shortened: `1:3,7`.
pub(super) fn uid_set(uids: &[u32]) -> String {
    let runs = uids.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let parts = runs.filter_map(|run| match (run.first(), run.last()) {
        (Some(first), Some(last)) if first == last => Some(first.to_string()),
        (Some(first), Some(last)) => Some(format!("{first}:{last}")),
        (None, _) | (_, None) => None,
    });
    parts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_are_written_in_modified_utf7() {
        for (name, written) in [
            ("INBOX", "\"INBOX\""),
            ("Done/2026", "\"Done/2026\""),
            ("R&D", "\"R&-D\""),
            // The example of RFC 3501 5.1.3.
            ("~peter/mail/台北/日本語", "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\""),
            ("Entwürfe", "\"Entw&APw-rfe\""),
            ("Réglé & fini", "\"R&AOk-gl&AOk- &- fini\""),
            ("📬", "\"&2D3c7A-\""),
            ("a\"b\\c", r#""a\"b\\c""#),
        ] {
            assert_eq!(folder(name).expect("a name"), written, "{name}");
            assert_eq!(from_modified_utf7(&modified_utf7(name)), name);
        }
    }

    #[test]
    fn a_name_that_is_not_modified_utf7_is_left_as_it_is() {
        for name in ["Entwürfe", "a & b", "&!!!-", "&AP", "&2D3c7"] {
            assert_eq!(from_modified_utf7(name), name);
        }
    }

    #[test]
    fn no_command_can_be_smuggled_into_a_folder_name() {
        for name in ["", "a\r\nA1 DELETE INBOX", "a\nb", "a\0b", "a\u{7f}", "a\u{85}"] {
            assert!(matches!(folder(name), Err(MailboxError::Config(_))), "{name:?}");
        }
    }

    #[test]
    fn runs_of_uids_are_shortened_but_gaps_stay() {
        for (uids, set) in [
            (vec![7], "7"),
            (vec![1, 2, 3, 7], "1:3,7"),
            (vec![1, 3, 5, 6], "1,3,5:6"),
            (vec![u32::MAX - 1, u32::MAX], "4294967294:4294967295"),
            (vec![], ""),
        ] {
            assert_eq!(uid_set(&uids), set);
        }
    }
}
