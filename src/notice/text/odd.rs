//! Mails as odd as they come, written for these tests: what is read of them, and why nothing is where nothing is.

use std::{fmt::Write as _, time::Instant};

use mail_parser::MessageParser;

use super::{Body, Unread, read};
use crate::notice::{ReaderRules, answer};

fn body(raw: &[u8]) -> Body {
    let message = MessageParser::default().parse(raw).expect("parses");
    read(&message).expect("not too deep")
}

/// Text with `\n` as it goes over the wire.
fn wire(raw: &str) -> Body {
    body(raw.replace('\n', "\r\n").as_bytes())
}

/// A multipart of a kind with these parts.
fn parts(kind: &str, parts: &[&str]) -> Body {
    let mut raw = format!("MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary=\"b\"\n\n");
    for part in parts {
        let _ = writeln!(raw, "--b\n{part}");
    }
    wire(&(raw + "--b--\n"))
}

fn types(body: &Body) -> Vec<&str> {
    body.attachments.iter().map(|file| file.media_type.as_str()).collect()
}

const WORDS: &str = "Content-Type: text/plain\n\nmine";

#[test]
fn attached_mails_are_noted_and_not_read() {
    let attached = "Content-Type: message/rfc822\n\nFrom: x@y.example\nSubject: old\n\nClose 1555555.";
    let beside = parts("mixed", &[WORDS, attached]);
    assert_eq!((beside.text.trim(), beside.attached_mail, beside.unread), ("mine", true, None));
    let alone = parts("mixed", &[attached]);
    assert_eq!((alone.text.trim(), alone.unread), ("", Some(Unread::OnlyMail)));
    let whole = wire("Content-Type: message/rfc822\n\nFrom: x@y.example\n\nClose 1555555.\n");
    assert_eq!((whole.text.trim(), whole.unread), ("", Some(Unread::OnlyMail)));
    let digest = parts("digest", &["\nFrom: x@y.example\n\nClose 1555555."]);
    assert!(!digest.text.contains("1555555"), "{digest:?}");
}

#[test]
fn several_texts_are_one_and_named_ones_are_files() {
    let several = parts("mixed", &[WORDS, "\nand this", "Content-Type: text/html\n\n<p>and that</p>"]);
    assert_eq!(several.text.split_whitespace().collect::<Vec<_>>().join(" "), "mine and this and that");
    let file = "Content-Type: text/plain; name=\"list.txt\"\nContent-Disposition: inline\n\n1555555";
    let named = parts("mixed", &[WORDS, file]);
    assert_eq!((named.text.trim(), types(&named)), ("mine", vec!["text/plain"]));
    let only = parts("mixed", &[file]);
    assert_eq!((only.text.trim(), only.unread), ("", Some(Unread::NoText)));
}

#[test]
fn files_beside_the_html_of_an_alternative_are_noted() {
    // As Apple Mail sends what was dropped between two paragraphs.
    let mixed = "Content-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: text/html\n\n<p>mine</p>\n--c\n\
                 Content-Type: application/pdf; name=\"roi.pdf\"\n\nx\n--c--";
    let plain_too = parts("alternative", &[WORDS, mixed]);
    assert_eq!((plain_too.text.trim(), types(&plain_too)), ("mine", vec!["application/pdf"]));
    let html_only = parts("alternative", &[mixed]);
    assert_eq!((html_only.text.trim(), types(&html_only)), ("mine", vec!["application/pdf"]));
    let calendar = parts("alternative", &[WORDS, "Content-Type: text/calendar\n\nBEGIN:VCALENDAR"]);
    assert!(calendar.attachments.is_empty());
}

#[test]
fn flowed_text_that_flows_oddly() {
    for (given, seen) in [
        // A line of blanks only, a quote with soft breaks, text that ends within a paragraph.
        ("a \n \nb", "a\nb"),
        ("> old \n> older\nmine \nand more ", "> old \n> older\nmine and more"),
        (" >not quoted", ">not quoted"),
        ("x\n-- \nJo \nDoe", "x\n-- \nJo Doe"),
    ] {
        let found = wire(&format!("Content-Type: text/plain; format=\"Flowed\"\n\n{given}\n"));
        let lines = |text: &str| text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        assert_eq!(lines(&found.text), lines(seen), "{given:?}");
    }
}

#[test]
fn files_in_the_text_are_files() {
    let found = wire("Content-Type: text/plain\n\nmine\n\nbegin 644 roi.pdf\n#0V%T\n`\nend\n");
    let names: Vec<_> =
        found.attachments.iter().map(|file| (file.name.as_deref(), file.may_be_a_form)).collect();
    assert_eq!((found.text.trim(), names), ("mine", vec![(Some("roi.pdf"), true)]));
    let alone =
        wire("Content-Type: text/plain\n\n=ybegin line=128 size=3 name=a.jpg\nabc1555555\n=yend size=3\n");
    assert_eq!((alone.text.trim(), alone.unread), ("", Some(Unread::NoText)));
}

#[test]
fn what_only_outlook_reads() {
    let winmail = "Content-Type: application/ms-tnef; name=\"winmail.dat\"\nContent-Transfer-Encoding: base64\n\neJ8+Ig==";
    let beside = parts("mixed", &[WORDS, winmail]);
    assert_eq!((beside.text.trim(), beside.unread), ("mine", None));
    assert_eq!(parts("mixed", &[winmail]).unread, Some(Unread::OutlookOnly));
    let unnamed = "Content-Type: application/octet-stream; name=\"WINMAIL.DAT\"\n\nx";
    assert_eq!(parts("mixed", &["\n\n", unnamed]).unread, Some(Unread::OutlookOnly));
}

#[test]
fn signed_words_are_read_and_sealed_ones_are_told() {
    let clear = wire(
        "Content-Type: text/plain\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nClose 1555555.\n- -- Jo\n\
         -----BEGIN PGP SIGNATURE-----\n\niQ1777777\n-----END PGP SIGNATURE-----\n",
    );
    assert_eq!((clear.text.trim(), clear.unread), ("Close 1555555.\n-- Jo", None));
    let signature = "Content-Type: application/pkcs7-signature; name=smime.p7s\n\nx";
    let signed = parts("signed; protocol=\"application/pkcs7-signature\"", &[WORDS, signature]);
    assert_eq!((signed.text.trim(), signed.unread), ("mine", None));
    assert!(signed.attachments.iter().all(|file| !file.may_be_a_form));
    let whole =
        |kind: &str| wire(&format!("Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\nMIAGCSqG\n"));
    for (kind, why) in [
        ("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", Unread::Wrapped),
        ("application/x-pkcs7-mime; smime-type=enveloped-data", Unread::Encrypted),
        ("application/pkcs7-mime", Unread::Encrypted),
    ] {
        assert_eq!(whole(kind).unread, Some(why), "{kind}");
    }
    let sealed = [
        "Content-Type: application/pgp-encrypted\n\nVersion: 1",
        "Content-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----",
    ];
    assert_eq!(
        parts("encrypted; protocol=\"application/pgp-encrypted\"", &sealed).unread,
        Some(Unread::Encrypted)
    );
    let inline =
        "Content-Type: text/plain\n\n-----BEGIN PGP MESSAGE-----\n\nhQ1555555\n-----END PGP MESSAGE-----\n";
    assert_eq!(wire(inline).unread, Some(Unread::Encrypted));
    // Words beside a sealed block are the sender's.
    let both = wire(&inline.replace("\n\n-----BEGIN", "\n\nmine\n-----BEGIN"));
    assert_eq!((both.text.trim(), both.unread), ("mine", None));
}

#[test]
fn halves_of_files_are_no_forms() {
    let halves = [
        "Content-Type: application/applefile; name=\"roi.pdf\"\n\nx",
        "Content-Type: application/pdf; name=\"roi.pdf\"\n\nx",
    ];
    let found = parts("appledouble", &halves);
    let forms: Vec<bool> = found.attachments.iter().map(|file| file.may_be_a_form).collect();
    assert_eq!(forms, [false, true]);
}

#[test]
fn rich_text_without_another_is_not_read() {
    for kind in ["text/enriched", "text/richtext", "text/rtf", "application/rtf"] {
        let alone = wire(&format!("Content-Type: {kind}\n\n<bold>Close</bold> 1555555\n"));
        assert_eq!((alone.text.trim(), alone.unread), ("", Some(Unread::OtherFormat)), "{kind}");
        let beside = parts("alternative", &[WORDS, &format!("Content-Type: {kind}\n\n<bold>mine</bold>")]);
        assert_eq!((beside.text.trim(), beside.unread), ("mine", None), "{kind}");
    }
}

#[test]
fn charsets_that_nobody_reads_are_told() {
    let plain = |charset: &str, bytes: &[u8]| {
        body(&[format!("Content-Type: text/plain; charset={charset}\r\n\r\n").as_bytes(), bytes].concat())
    };
    let utf32: Vec<u8> = "Close 1555555".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    // "Close 1555555" in IBM-037.
    let ebcdic = b"\xC3\x93\x96\xA2\x85\x40\xF1\xF5\xF5\xF5\xF5\xF5\xF5";
    for (charset, bytes) in
        [("utf-7", b"Close +ADEANQA1-55555".as_slice()), ("utf-32", &utf32), ("x-ibm-037", ebcdic)]
    {
        let found = plain(charset, bytes);
        assert_eq!((found.text.trim(), found.unread), ("", Some(Unread::UnknownCharset)), "{charset}");
    }
    for (charset, bytes, seen) in [
        ("utf-7", b"Close 1555555".as_slice(), "Close 1555555"),
        ("x-nonsense", b"Close 1555555 \xE9", "Close 1555555 \u{E9}"),
        ("iso-2022-jp", b"\x1B$B$3$s\x1B(B 1555555", "\u{3053}\u{3093} 1555555"),
        ("us-ascii", b"\x1B$B$3$s\x1B(B 1555555", "\u{3053}\u{3093} 1555555"),
        // UTF-8 of which something cut a sign in two.
        (
            "utf-8",
            "\u{441}\u{43E}\u{433}\u{43B}\u{430}\u{441} \u{43E}".as_bytes(),
            "\u{441}\u{43E}\u{433}\u{43B}\u{430}\u{441} \u{43E}",
        ),
        (
            "utf-8",
            b"\xD1\x81\xD0\xBE\xD0\xB3\xD0\xBB\xD0\xB0\xD1\x81\xD0 1555555",
            "\u{441}\u{43E}\u{433}\u{43B}\u{430}\u{441}\u{FFFD} 1555555",
        ),
    ] {
        let found = plain(charset, bytes);
        assert_eq!((found.text.trim(), found.unread), (seen, None), "{charset} {bytes:?}");
    }
    let unmarked: Vec<u8> = "Close 1555555".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(plain("utf-16", &unmarked).text.trim(), "Close 1555555");
}

#[test]
fn encodings_that_break_in_the_middle() {
    let quoted = |text: &str| {
        wire(&format!(
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{text}\n"
        ))
    };
    for (given, seen) in [
        ("Close 155=\n5555 =3D now", "Close 1555555 = now"),
        ("Close 1555555 =ZZ now", "1555555"),
        ("Close 1555555 =", "1555555"),
        ("Close =31=35=35=35=35=35=3", "Close"),
    ] {
        assert!(quoted(given).text.contains(seen), "{given}: {:?}", quoted(given).text);
    }
    let base64 = |text: &str| {
        wire(&format!("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{text}\n"))
    };
    // "Close 1555555 now."
    for (given, seen) in [
        ("Q2xvc2UgMTU1NTU1NSBub3cu", "Close 1555555 now."),
        ("Q2xvc2Ug\nMTU1NTU1NSBub3cu\n", "Close 1555555 now."),
    ] {
        assert_eq!(base64(given).text.trim(), seen, "{given}");
    }
    // Rubbish in it never gives other digits than were sent.
    for given in ["Q2xvc2Ug!!MTU1NTU1NSBub3cu", "Q2xvc2UgMTU1NTU1NSBub3c", "Q2xvc2Ug\n\n-- \nsent by x"] {
        let found = base64(given).text;
        let numbers: Vec<&str> = found.split(|c: char| !c.is_ascii_digit()).filter(|n| n.len() > 4).collect();
        assert!(numbers.iter().all(|number| *number == "1555555"), "{given}: {found:?}");
    }
}

#[test]
fn boundaries_that_are_missing_or_alike() {
    let unended = wire("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nmine\n");
    assert_eq!((unended.text.trim(), unended.unread), ("mine", None));
    // The inner boundary begins like the outer one.
    let alike = wire(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=b1\n\n--b1\n\nmine\n--b1\n\
         Content-Type: text/html\n\n<p>mine</p>\n--b1--\n--b\nContent-Type: application/pdf; name=a.pdf\n\nx\n--b--\n",
    );
    assert_eq!((alike.text.trim(), types(&alike)), ("mine", vec!["application/pdf"]));
    // The inner one is not ended: what follows is another's mail.
    let swallowed = wire(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nmine\n--b\n\
         Content-Type: message/rfc822\n\nFrom: x@y.example\n\nClose 1555555.\n--b--\n",
    );
    assert!(swallowed.text.trim() == "mine" && !swallowed.text.contains("1555555"), "{swallowed:?}");
    let none = wire("Content-Type: multipart/mixed\n\nmine, all of it.\n");
    assert_eq!((none.text.trim(), none.unread, none.attachments.len()), ("mine, all of it.", None, 0));
    let unsaid =
        wire("Content-Type: multipart/mixed\n\n--b\nContent-Type: text/plain\n\nClose 1555555.\n--b--\n");
    assert_eq!((unsaid.text.trim(), unsaid.unread), ("", Some(Unread::BrokenParts)));
}

#[test]
fn signs_and_ends_of_lines_that_do_not_belong() {
    let bare = body(b"From: a@b.example\r\nContent-Type: text/plain\r\n\r\nmine\rClose 1555555.\rThanks\r");
    assert_eq!(bare.text.trim(), "mine\nClose 1555555.\nThanks");
    let nuls = body(b"From: a@b.example\r\n\r\nClose\0 1555555\0\0\r\n");
    assert_eq!(nuls.text.split_whitespace().collect::<Vec<_>>().join(" "), "Close 1555555");
    let empty = body(b"From: a@b.example\r\nSubject: Close 1555555\r\n");
    assert_eq!((empty.text.as_str(), empty.unread), ("", Some(Unread::NoText)));
    // All of it with bare CR: nothing may be made up.
    let all = b"From: a@b.example\rSubject: x\r\rClose 1555555.\r";
    assert!(answer(all, &ReaderRules::default()).records.len() < 2);
}

#[test]
fn long_lines_and_many_parts_cost_what_their_bytes_cost() {
    let rules = ReaderRules::default();
    // The words are compiled for the first mail.
    crate::notice::read(b"From: a@b.example\r\n\r\nx", &rules);
    let mixed = "--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n".repeat(10_000);
    let texts = "--b\r\n\r\nmine\r\n".repeat(10_000);
    let multi = |parts: &str, kind: &str| {
        format!("From: a@b.example\r\nContent-Type: multipart/{kind}; boundary=b\r\n\r\n{parts}--b--\r\n")
    };
    let mails = [
        format!("From: a@b.example\r\n\r\n{}\r\n", "client 1555555 ".repeat(350_000)),
        format!("From: a@b.example\r\n\r\n{}\r\n", "1".repeat(5_000_000)),
        multi(&mixed, "mixed"),
        multi(&mixed, "alternative"),
        multi(&texts, "mixed"),
        multi(&texts, "alternative"),
    ];
    for mail in &mails {
        let begun = Instant::now();
        let message = MessageParser::default().parse(mail.as_bytes()).expect("parses");
        let found = read(&message).expect("not too deep");
        assert!(found.attachments.len() <= 100 && found.text.len() <= 2 * 64 * 1024, "bounded");
        assert!(!crate::notice::read(mail.as_bytes(), &rules).act);
        // Generous, for a build without optimisation on a busy machine; what is not linear takes minutes.
        assert!(begun.elapsed().as_secs() < 60, "{} bytes took {:?}", mail.len(), begun.elapsed());
    }
}
