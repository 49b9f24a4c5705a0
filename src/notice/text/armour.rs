//! What stands in plain text and is not for eyes: armour around PGP-signed words (RFC 9580 7), keys and encrypted
//! blocks (RFC 9580 6.2), files in uuencode and yEnc as old programs put them between the lines.

use std::borrow::Cow;

const PGP: &str = "-----BEGIN PGP ";

/// A text without its armour, and what was found in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bared<'t> {
    pub text: Cow<'t, str>,
    /// Names of files that stood in it.
    pub files: Vec<String>,
    /// A block that only its recipient can read stood in it.
    pub encrypted: bool,
}

/// Takes armour and files out of a text; in time bounded by its length.
pub(super) fn bare(text: &str) -> Bared<'_> {
    let mut found = Bared { text: Cow::Borrowed(text), files: Vec::new(), encrypted: false };
    if !text.contains(PGP) && !text.contains("begin ") && !text.contains("=ybegin ") {
        return found;
    }
    let mut out = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    let mut signed = false;
    while let Some(line) = lines.next() {
        let trimmed = line.trim_end();
        let pgp = trimmed.strip_prefix(PGP).and_then(|kind| kind.strip_suffix("-----"));
        match pgp {
            Some("SIGNED MESSAGE") => {
                signed = true;
                // `Hash: SHA256`, up to an empty line.
                while lines.next_if(|line| !line.trim().is_empty()).is_some() {}
                continue;
            }
            Some(kind) => {
                signed = false;
                found.encrypted |= kind == "MESSAGE";
                let end = format!("-----END PGP {kind}-----");
                for line in lines.by_ref() {
                    if line.trim_end() == end {
                        break;
                    }
                }
                continue;
            }
            None => {}
        }
        let file = uuencoded(trimmed).filter(|_| lines.peek().is_some_and(|next| is_uu_line(next)));
        if let Some(name) = file {
            found.files.push(name.to_owned());
            while lines.next_if(|line| is_uu_line(line)).is_some() {}
            lines.next_if(|line| line.trim() == "end");
            continue;
        }
        if let Some(header) = trimmed.strip_prefix("=ybegin ").filter(|header| header.contains("name=")) {
            found.files.push(header.split_once("name=").map_or("", |(_, name)| name).to_owned());
            for line in lines.by_ref() {
                if line.starts_with("=yend") {
                    break;
                }
            }
            continue;
        }
        // Lines that begin with a dash are escaped in signed text.
        out.push_str(if signed { line.strip_prefix("- ").unwrap_or(line) } else { line });
        out.push('\n');
    }
    found.text = Cow::Owned(out);
    found
}

/// `begin 644 form.pdf`: the name.
fn uuencoded(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("begin ")?;
    let (mode, name) = rest.split_once(' ').unwrap_or((rest, ""));
    let octal = matches!(mode.len(), 3 | 4) && mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    octal.then(|| name.trim())
}

/// The first sign tells how many bytes are in the line, four signs for three of them.
fn is_uu_line(line: &str) -> bool {
    let line = line.trim_end_matches(['\r', '\n']);
    let Some(first) = line.bytes().next().filter(|byte| (b' '..=b'`').contains(byte)) else { return false };
    let told = usize::from((first - b' ') & 0x3F);
    let signs = line.len() - 1;
    // Blanks at the end get lost; some programs add a checksum.
    let whole = told.div_ceil(3) * 4;
    line.is_ascii() && line != "end" && signs <= whole + 2 && signs + 4 >= whole && (told > 0 || signs == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_words_are_the_senders_and_their_armour_is_not() {
        let signed = "Above.\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\nHash: SHA512\n\nClose 1555555.\n- -- \nJo\n- - one\n\
                      -----BEGIN PGP SIGNATURE-----\n\niQEz1777777\n=abcd\n-----END PGP SIGNATURE-----\nBelow.\n";
        let bared = bare(signed);
        assert_eq!(bared.text, "Above.\n\nClose 1555555.\n-- \nJo\n- one\nBelow.\n");
        assert!(!bared.encrypted && bared.files.is_empty());
        let cut = bare(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nClose it.\n-----BEGIN PGP SIGNATURE-----\nx",
        );
        assert_eq!(cut.text, "\nClose it.\n");
    }

    #[test]
    fn blocks_for_the_recipient_only_are_told() {
        let bared = bare("-----BEGIN PGP MESSAGE-----\n\nhQEM1555555\n-----END PGP MESSAGE-----\n");
        assert_eq!((bared.text.as_ref(), bared.encrypted), ("", true));
        let key =
            bare("my key\n-----BEGIN PGP PUBLIC KEY BLOCK-----\nx\n-----END PGP PUBLIC KEY BLOCK-----\n");
        assert_eq!((key.text.as_ref(), key.encrypted), ("my key\n", false));
    }

    #[test]
    fn files_between_the_lines_are_told_by_name() {
        let uu = "Close it.\nbegin 644 form.pdf\n#0V%T\n`\nend\nThanks\n";
        let bared = bare(uu);
        assert_eq!((bared.text.as_ref(), bared.files), ("Close it.\nThanks\n", vec!["form.pdf".to_owned()]));
        let yenc = bare("x\n=ybegin line=128 size=4 name=form.pdf\n)*+,1555555\n=yend size=4\ny\n");
        assert_eq!((yenc.text.as_ref(), yenc.files), ("x\ny\n", vec!["form.pdf".to_owned()]));
        for own in [
            "begin 644 people\nThey all want out and this is a long line.\n",
            "begin the closing\nclient 1555555\n",
            "-----BEGIN PGP-----\nx\n",
        ] {
            assert_eq!(bare(own).text, own);
        }
    }

    #[test]
    fn blocks_without_an_end_cost_no_more_than_their_length() {
        let begun = std::time::Instant::now();
        for line in ["-----BEGIN PGP MESSAGE-----\n", "begin 644 x\n#0V%T\n", "=ybegin name=x\n"] {
            let _ = bare(&line.repeat(50_000));
        }
        assert!(begun.elapsed().as_secs() < 5);
    }
}
