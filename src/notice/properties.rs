//! What holds for any mail at all, tried on random bytes, on mails put together from hostile pieces, and on labelled
//! mails that something was done to. The unguarded reader is asked, so that a panic is one. What was found once stands
//! in `FOUND`.
//!
//! The cases are the same each time; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` in the environment make others.

use std::{fs, path::Path, sync::LazyLock};

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::RngSeed,
};

use super::{Notice, ReaderRules, answer, explain, open, read_mail, seen, undelivered};
use crate::domain::NoticeKind;

/// A name that stands in the mails and nowhere in the reader's own sentences.
const CANARY: &str = "Zebulonquartz";

fn config(cases: u32) -> ProptestConfig {
    let given = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { given.cases } else { cases };
    let rng_seed = match given.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_261_014),
        fixed @ RngSeed::Fixed(_) => fixed,
    };
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..given }
}

static RULES: LazyLock<ReaderRules> = LazyLock::new(ReaderRules::default);

/// A labelled mail as it lies in the fixtures.
struct Fixture {
    name: String,
    header: String,
    body: String,
}

impl Fixture {
    fn bytes(&self) -> Vec<u8> {
        self.with_body(&self.body)
    }

    fn with_body(&self, body: &str) -> Vec<u8> {
        format!("{}\n\n{body}", self.header).replace('\n', "\r\n").into_bytes()
    }

    /// One text, not encoded: what is added to its end is read.
    fn is_plain(&self) -> bool {
        let header = self.header.to_lowercase();
        !["multipart/", "text/html", "base64", "quoted-printable", "utf-16", "format=flowed"]
            .iter()
            .any(|word| header.contains(word))
    }
}

/// The labelled mails that are UTF-8 throughout, in the order of their names.
static FIXTURES: LazyLock<Vec<Fixture>> = LazyLock::new(|| {
    let lots = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/notices/open");
    let entries = |folder: &Path| {
        let mut found: Vec<_> = fs::read_dir(folder)
            .expect("the fixtures are there")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        found.sort();
        found
    };
    let mails = entries(&lots).into_iter().flat_map(|lot| entries(&lot));
    mails
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .filter_map(|path| {
            let text = fs::read_to_string(&path).ok()?.replace("\r\n", "\n");
            let (header, body) = text.split_once("\n\n")?;
            let name = path.strip_prefix(&lots).unwrap_or(&path).display().to_string();
            Some(Fixture { name, header: header.to_owned(), body: body.to_owned() })
        })
        .collect()
});

/// Those that are acted on, with what was read.
static ACTED: LazyLock<Vec<(&Fixture, Notice)>> = LazyLock::new(|| {
    let plain = FIXTURES.iter().filter(|fixture| fixture.is_plain());
    let read = plain.map(|fixture| (fixture, read_mail(&fixture.bytes(), &RULES)));
    let acted: Vec<_> = read.filter(|(_, notice)| notice.act).collect();
    assert!(acted.len() >= 40, "{} are acted on: the fixtures are not what they were", acted.len());
    acted
});

/// Letters and digits alone: a number may be written with blanks or commas in it.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}

/// What holds of every mail. The error says what does not.
fn is_sound(bytes: &[u8]) -> Result<Notice, String> {
    let notice = read_mail(bytes, &RULES);
    let hold = |held: bool, what: &str| if held { Ok(()) } else { Err(format!("{what}: {notice:?}")) };
    if notice.act {
        hold(notice.kind == NoticeKind::Revocation, "only a revocation is acted on")?;
        hold(!notice.records.is_empty(), "what is acted on names a record")?;
        hold(notice.problem.is_none() && !notice.doubtful, "what is acted on is read without doubt")?;
    }
    hold(notice.problem.is_none() || notice.records.is_empty(), "what is not read names nothing")?;
    let subject = &notice.envelope.subject;
    let shown = seen(bytes).map(|(text, _)| text).unwrap_or_default();
    let shown = squeezed(&format!("{subject}\n{shown}"));
    for id in notice.records.iter().chain(&notice.new_records) {
        hold(shown.contains(&squeezed(id.as_str())), "a record stands in the mail")?;
    }
    for text in notice.reasons.iter().chain(&notice.possible) {
        hold(
            !text.contains(|c: char| c.is_control() || c == '\u{202e}'),
            "reasons are one line of plain text",
        )?;
        hold(!text.contains(CANARY), "reasons hold nothing of the mail but numbers")?;
    }
    hold(read_mail(bytes, &RULES) == notice, "reading twice gives the same")?;
    Ok(notice)
}

/// The other ways into the reader.
fn is_explained(bytes: &[u8], notice: &Notice) -> Result<(), String> {
    // `open` first, unguarded: what it survives the guarded ones are not stopped by.
    let opened = open(bytes, &RULES).is_ok();
    let explained = explain(bytes, &RULES);
    if explained.notice != *notice {
        return Err(format!("explained as something else: {:?}, {notice:?}", explained.notice));
    }
    if opened && explained.to_string().is_empty() {
        return Err("what can be opened can be explained".to_owned());
    }
    undelivered(bytes);
    let named = answer(bytes, &RULES).records;
    if named.iter().enumerate().any(|(at, id)| named.iter().skip(at + 1).any(|other| other == id)) {
        return Err(format!("named twice: {named:?}"));
    }
    Ok(())
}

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let notice = is_sound(bytes).map_err(TestCaseError::fail)?;
    is_explained(bytes, &notice).map_err(TestCaseError::fail)
}

// ---- Mails from hostile pieces ----------------------------------------------------------------------------------------

const HEADERS: &[&str] = &[
    "From: Zebulonquartz <pat@agency.example>",
    "From: pat@agency.example",
    "From: a@b.example, c@d.example",
    "From: <>",
    "From:",
    "Sender: =?utf-8?B?////?= <x@y.example>",
    "To: helpdesk@hmis.example",
    "Subject: Client 1555555 revoked",
    "Subject: Re: Fwd: [EXTERNAL] Re: ROI",
    "Subject: =?utf-8?Q?revoked_=E2=80=AE1555555?=",
    "Subject: =?utf-16?B?AHIAZQB2?= =?x-unknown?Q?=00=0d=0a?=",
    "Subject: {{ 7*7 }}'; drop table cases; --",
    "Subject: a\r\n\tb\r\n c",
    "Date: Wed, 14 Oct 2026 10:00:00 -0500",
    "Date: Wed, 99 Foo 99999 99:99:99 +9999",
    "Date: Thu, 01 Jan 0001 00:00:00 +0000",
    "Message-ID: <1@agency.example>",
    "Message-ID: <<<>>>",
    "In-Reply-To: <case-7@hmis.example>",
    "References: <a@b> <a@b> <a@b>",
    "Auto-Submitted: auto-replied",
    "Precedence: bulk",
    "List-Id: <x>",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: quoted-printable",
    "Content-Transfer-Encoding: x-uuencode",
    "X: \u{0}\u{7}\u{1b}[2J",
    "no colon here",
    ": empty",
    " folded from nothing",
];

const TYPES: &[&str] = &[
    "text/plain; charset=utf-8",
    "text/plain; charset=us-ascii; format=flowed; delsp=yes",
    "text/plain; charset=utf-16le",
    "text/plain; charset=\"x-nothing\"",
    "text/plain; charset=iso-2022-jp",
    "text/plain; charset=utf-7",
    "text/html; charset=utf-8",
    "text/html",
    "text/calendar; method=REQUEST",
    "text/rtf",
    "application/pdf; name=\"revoked Zebulonquartz.pdf\"",
    "application/ms-tnef; name=winmail.dat",
    "image/png; name*=utf-8''%00%ff",
    "message/rfc822",
    "message/delivery-status",
    "multipart/mixed; boundary=b",
    "multipart/alternative; boundary=\"b\"",
    "multipart/related; boundary=b",
    "multipart/signed; boundary=c",
    "multipart/report; report-type=delivery-status; boundary=b",
    "multipart/mixed; boundary=",
    "multipart/mixed",
    "/",
    ";;;=;",
];

const PIECES: &[&str] = &[
    "Our client revoked her consent yesterday.",
    "Client 1555555 revoked consent on 10/12/2026. Please close the record.",
    "HMIS ID: 1 555 555",
    "IDs 1555555, 1666666 and 1777777",
    "Please disregard.",
    "Please do not close 1555555.",
    "She did not revoke.",
    "If she revokes, what do we do?",
    "The new closed record is 1888888, the old one 1555555.",
    "Scenario 2, other agencies have data in it.",
    "La clienta revocó su consentimiento ayer, cierren el 1555555.",
    "Unsere Klientin hat gestern ihre Einwilligung widerrufen.",
    "Client\tID\tStatus\r\n1555555\trevoked\tx\r\n1666666\tactive\ty",
    "| ID | ROI |\r\n|----|-----|\r\n| 1555555 | revoked |",
    "- 1555555\r\n- 1666666",
    "> Client 1777777 revoked.",
    "On Mon, Oct 12, 2026 at 9:00 AM Zebulonquartz <a@b.example> wrote:",
    "---------- Forwarded message ---------\r\nFrom: x@y.example\r\nSubject: revoked 1999999\r\n",
    "-----Original Message-----",
    "________________________________\r\nFrom: A\r\nSent: Monday\r\nTo: B\r\nSubject: C",
    "-- \r\nZebulonquartz Smith\r\n612-555-0142\r\nDuluth, MN 55806",
    "Thanks,\r\nPat",
    "Sent from my iPhone",
    "CAUTION: This email originated from outside of the organization.",
    "SSN 123-45-6789, DOB 02/03/1980, born 2/30/1999",
    "\u{202e}5555551\u{202c} \u{200b}1\u{200b}5\u{200b}5",
    "сlient 1555555 rеvoked",
    "１５５５５５５ ١٥٥٥٥٥٥",
    "=E2=80=AE=\r\n=00=ZZ=",
    "Q2xpZW50IDE1NTU1NTUgcmV2b2tlZC4=",
    "<p>Client 1555555 revoked.</p><p style=\"display:none\">1666666</p>",
    "<table><tr><td>ID<td>1555555<tr><td colspan=9999999>x</table>",
    "<s>1555555</s><del>close</del><!-- 1777777 --><style>p{}</style><script>x</script>",
    "<div><div><div><blockquote><ul><li><ol><li>",
    "&#0;&#x110000;&#x202e;&nbsp;&amp;lt;&unknown;",
    "\"He revoked\", she said. \"",
    "tomorrow next week 31.02.2026 2026-13-45 yesterday 10/12 12/10/26",
    "\u{0}\u{0}\u{0}",
    "\r\r\n\n\r",
    "....... ??? !!! ,,, ---",
    "",
];

const SEAMS: &[&str] =
    &["\r\n", "\r\n\r\n", "\n", " ", "", "\r\n--b\r\n", "\r\n--b\r\n\r\n", "\r\n--b--\r\n", "\r\n--c\r\n"];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => select(PIECES).prop_map(str::to_owned),
        2 => (select(PIECES), 2usize..40).prop_map(|(piece, times)| piece.repeat(times)),
        2 => (select(PIECES), any::<Index>()).prop_map(|(piece, at)| {
            piece.chars().take(at.index(piece.len().max(1))).collect()
        }),
        2 => select(TYPES).prop_map(|kind| format!("\r\n--b\r\nContent-Type: {kind}\r\n\r\n")),
        1 => (10_000_u32..99_999_999).prop_map(|id| id.to_string()),
        1 => any::<String>(),
    ]
}

fn assembled() -> impl Strategy<Value = Vec<u8>> {
    let part = (piece(), select(SEAMS)).prop_map(|(piece, seam)| format!("{piece}{seam}"));
    (vec(select(HEADERS), 0..8), proptest::option::of(select(TYPES)), vec(part, 0..12)).prop_map(
        |(headers, kind, parts)| {
            let mut mail = String::new();
            for header in headers {
                mail.push_str(&format!("{header}\r\n"));
            }
            if let Some(kind) = kind {
                mail.push_str(&format!("MIME-Version: 1.0\r\nContent-Type: {kind}\r\n"));
            }
            mail.push_str("\r\n");
            mail.push_str(&parts.concat());
            mail.into_bytes()
        },
    )
}

// ---- Labelled mails that something was done to -------------------------------------------------------------------------

/// Something done to a mail.
#[derive(Debug, Clone)]
enum Change {
    Insert(Index, String),
    Duplicate(Index),
    Remove(Index),
    Subject(&'static str),
    Type(&'static str),
    Encoding(&'static str),
    SplitIntoAlternatives(String),
    LineFeedsOnly,
    Cut(Index),
    Flip(Index, u8),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (any::<Index>(), piece()).prop_map(|(at, text)| Change::Insert(at, text)),
        2 => any::<Index>().prop_map(Change::Duplicate),
        2 => any::<Index>().prop_map(Change::Remove),
        1 => select(HEADERS).prop_map(Change::Subject),
        1 => select(TYPES).prop_map(Change::Type),
        1 => select(&["base64", "quoted-printable", "8bit", "7bit", "binary"][..]).prop_map(Change::Encoding),
        1 => piece().prop_map(Change::SplitIntoAlternatives),
        1 => Just(Change::LineFeedsOnly),
        1 => any::<Index>().prop_map(Change::Cut),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, with)| Change::Flip(at, with)),
    ]
}

/// A header with another value in a field, or with the field.
fn with_field(header: &str, name: &str, value: &str) -> String {
    let mut skipping = false;
    let kept = header.lines().filter(|line| {
        let folded = line.starts_with([' ', '\t']);
        skipping = if folded { skipping } else { line.to_lowercase().starts_with(&format!("{name}:")) };
        !skipping
    });
    let mut lines: Vec<String> = kept.map(str::to_owned).collect();
    lines.push(format!("{name}: {value}"));
    lines.join("\n")
}

fn changed(fixture: &Fixture, changes: &[Change]) -> Vec<u8> {
    let mut header = fixture.header.clone();
    let mut lines: Vec<String> = fixture.body.lines().map(str::to_owned).collect();
    let mut line_feeds = false;
    let (mut flips, mut cut) = (Vec::new(), None);
    for change in changes {
        let at = |index: &Index| if lines.is_empty() { 0 } else { index.index(lines.len()) };
        match change {
            Change::Insert(index, text) => {
                let at = at(index);
                lines.insert(at, text.clone());
            }
            Change::Duplicate(index) => {
                let at = at(index);
                if let Some(line) = lines.get(at).cloned() {
                    lines.insert(at, line);
                }
            }
            Change::Remove(index) => {
                let at = at(index);
                if at < lines.len() {
                    lines.remove(at);
                }
            }
            Change::Subject(line) => {
                header = with_field(&header, "subject", line.split_once(": ").map_or("", |(_, value)| value));
            }
            Change::Type(kind) => header = with_field(&header, "content-type", kind),
            Change::Encoding(name) => header = with_field(&header, "content-transfer-encoding", name),
            Change::SplitIntoAlternatives(html) => {
                header = with_field(&header, "content-type", "multipart/alternative; boundary=b");
                lines.insert(0, "--b\nContent-Type: text/plain; charset=utf-8\n".to_owned());
                lines.push(format!("--b\nContent-Type: text/html\n\n<p>{html}</p>\n--b--"));
            }
            Change::LineFeedsOnly => line_feeds = true,
            Change::Cut(index) => cut = Some(index),
            Change::Flip(index, with) => flips.push((index, with)),
        }
    }
    let mail = format!("{header}\n\n{}\n", lines.join("\n"));
    let mut bytes = if line_feeds { mail } else { mail.replace('\n', "\r\n") }.into_bytes();
    for (index, with) in flips {
        let at = index.index(bytes.len().max(1));
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= with;
        }
    }
    if let Some(index) = cut {
        bytes.truncate(index.index(bytes.len().max(1)));
    }
    bytes
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn any_bytes_are_read(bytes in vec(any::<u8>(), 0..1500)) {
        check(&bytes)?;
    }

    #[test]
    fn mails_of_hostile_pieces_are_read(bytes in assembled()) {
        check(&bytes)?;
    }

    #[test]
    fn changed_mails_are_read(which in any::<Index>(), changes in vec(change(), 1..5)) {
        let fixture = which.get(&FIXTURES);
        check(&changed(fixture, &changes))?;
    }

    #[test]
    fn a_notice_among_hostile_pieces_is_read(pieces in vec(piece(), 0..4), at in any::<Index>()) {
        let mut lines = pieces;
        let place = at.index(lines.len() + 1);
        lines.insert(place, "Client 2203111 revoked consent yesterday. Please close the record.".to_owned());
        let mail = format!("From: a@b.example\r\nDate: Wed, 14 Oct 2026 10:00:00 -0500\r\n\r\n{}\r\n", lines.join("\r\n\r\n"));
        check(mail.as_bytes())?;
    }
}

// ---- What must not change a reading, and what must ----------------------------------------------------------------------

#[test]
fn a_signature_and_an_attachment_change_no_record() {
    for (fixture, before) in ACTED.iter() {
        let signed = format!(
            "{}\n\n-- \nPat Example, Case Manager\nHarbor House | 1414 W 5th St, Duluth, MN 55806\n\
             Phone 612-555-0142 ext. 20417 | Fax: (612) 555-0143\n",
            fixture.body.trim_end()
        );
        let after = read_mail(&fixture.with_body(&signed), &RULES);
        assert_eq!(
            (&after.records, &after.new_records),
            (&before.records, &before.new_records),
            "{}",
            fixture.name
        );

        let (own, rest): (Vec<&str>, Vec<&str>) = parts_of_header(&fixture.header);
        let mail = format!(
            "{}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"=_outer\"\n\n--=_outer\n{}\n\n{}\n\
             --=_outer\nContent-Type: image/png; name=\"image001.png\"\nContent-ID: <image001>\n\
             Content-Disposition: inline\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--=_outer--\n",
            rest.join("\n"),
            own.join("\n"),
            fixture.body
        );
        let after = read_mail(mail.replace('\n', "\r\n").as_bytes(), &RULES);
        assert_eq!(
            (&after.records, &after.new_records),
            (&before.records, &before.new_records),
            "{}",
            fixture.name
        );
        assert!(
            after.act,
            "{}: a picture of the signature is nothing to ask about: {:?}",
            fixture.name, after.reasons
        );
    }
}

/// The fields of a header that say how the body is written, and the others.
fn parts_of_header(header: &str) -> (Vec<&str>, Vec<&str>) {
    let mut of_body = false;
    header.lines().partition(|line| {
        if !line.starts_with([' ', '\t']) {
            let lower = line.to_lowercase();
            of_body = lower.starts_with("content-") || lower.starts_with("mime-version");
        }
        of_body && !line.to_lowercase().starts_with("mime-version")
    })
}

#[test]
fn what_is_quoted_line_by_line_is_never_acted_on() {
    for (fixture, _) in ACTED.iter() {
        let quoted: String = fixture.body.lines().map(|line| format!("> {line}\n")).collect();
        let header = with_field(&fixture.header, "subject", "Hello");
        let mail = format!("{header}\n\n{quoted}").replace('\n', "\r\n");
        let after = read_mail(mail.as_bytes(), &RULES);
        assert!(!after.act, "{}: {:?}", fixture.name, after.reasons);
    }
}

#[test]
fn a_cancel_beside_a_notice_is_never_acted_on() {
    const CANCELS: &[&str] = &[
        "Please disregard.",
        "Please disregard this notice.",
        "Disregard the above, she changed her mind.",
        "Never mind, please do not close it.",
        "UPDATE: please ignore this request.",
        "Actually hold off on this for now.",
    ];
    for ((fixture, _), cancel) in
        ACTED.iter().flat_map(|acted| CANCELS.iter().map(move |cancel| (acted, cancel)))
    {
        let body = fixture.body.trim_end();
        // What stands below an older mail is part of that.
        let threaded =
            ["-----Original", "\n>", "wrote:", "From: ", "escribi"].iter().any(|mark| body.contains(mark));
        let below = if threaded { body.to_owned() } else { format!("{body}\n\n{cancel}\n") };
        for body in [format!("{cancel}\n\n{body}\n"), below].into_iter().filter(|body| body.contains(cancel))
        {
            let after = read_mail(&fixture.with_body(&body), &RULES);
            assert!(!after.act, "{}, {cancel:?}: {:?}", fixture.name, after.reasons);
        }
    }
}

/// Mails that a property failed on once, and the like.
const FOUND: &[&str] = &[
    "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n--\r\n\r\n----\r\n",
    "From: a@b.example\r\n\r\n\u{130}\u{130}\u{130} client 1555555 revoked\u{130}",
];

#[test]
fn what_was_found_once_stays_mended() {
    for mail in FOUND {
        check(mail.as_bytes()).unwrap_or_else(|why| unreachable!("{mail:?}: {why}"));
    }
}
