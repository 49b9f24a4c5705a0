//! The mails of a case as text: whose words they are, what was recognised, and nothing that a browser would follow.

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::spawn_blocking,
};

use super::{
    super::{Shared, page::Frame, when::When},
    gather::{Gathered, Kept},
    letters::ReadReply,
};
use crate::domain::MailAddress;
use crate::notice::{Explained, Piece, Stretch, explain};

/// Reading takes memory and a processor: two pages at once, however many ask.
static READING: Semaphore = Semaphore::const_new(2);

/// A place among those whose mails are read, to be taken before they are fetched.
pub(super) async fn room() -> SemaphorePermit<'static> {
    READING.acquire().await.expect("it is never closed")
}

/// One mail of the case.
pub(super) struct MailText {
    pub received: When,
    /// Whether it stands open.
    pub open: bool,
    /// Why its text is not here.
    pub missing: Option<String>,
    pub from: String,
    pub to: String,
    pub date: Option<String>,
    pub subject: Vec<Piece>,
    pub stretches: Vec<Words>,
    pub left_out: usize,
    /// What nobody sees in a mail program: what it is, and the text.
    pub hidden: Vec<(&'static str, String)>,
    pub odd: Vec<String>,
    pub attachments: Vec<String>,
    /// What the sender's sentences were taken to say.
    pub said: Vec<(String, String)>,
    /// Why it could not be read, and what else is to be known of it.
    pub reasons: Vec<String>,
}

/// A run of lines, and whose words they are.
pub(super) struct Words {
    pub own: bool,
    pub label: &'static str,
    pub pieces: Vec<Piece>,
}

/// Reads the mails and replies of a case, beside the threads that answer. `None` where there is nothing to read.
pub(super) async fn read(
    shared: &Shared,
    gathered: &mut Gathered,
) -> (Vec<Option<Explained>>, Vec<Option<ReadReply>>) {
    let rules = shared.desk.book.site().reader.clone();
    let mails: Vec<Option<Vec<u8>>> = gathered
        .mails
        .iter_mut()
        .map(|(_, kept)| match std::mem::replace(kept, Kept::Read) {
            Kept::Here(octets) => Some(octets),
            other @ (Kept::Read | Kept::TooMany | Kept::TooLarge | Kept::Gone) => {
                *kept = other;
                None
            }
        })
        .collect();
    let replies: Vec<Option<Vec<u8>>> = gathered.replies.iter().map(|reply| reply.octets.clone()).collect();
    let reading = spawn_blocking(move || {
        let mails = mails.into_iter().map(|octets| Some(explain(&octets?, &rules))).collect();
        let replies = replies
            .into_iter()
            .map(|octets| {
                let read = explain(&octets?, &rules);
                let stretches: Vec<String> =
                    read.stretches().iter().map(|stretch| text(&stretch.pieces)).collect();
                Some(ReadReply { subject: text(read.subject()), text: stretches.join("\n\n") })
            })
            .collect();
        (mails, replies)
    });
    let nothing = || {
        let count = |number: usize| std::iter::repeat_with(|| None).take(number);
        (count(gathered.mails.len()).collect(), gathered.replies.iter().map(|_| None).collect())
    };
    reading.await.unwrap_or_else(|_| nothing())
}

fn text(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

/// The mails, the last first.
pub(super) fn texts(read: Vec<Option<Explained>>, gathered: &Gathered, frame: &Frame) -> Vec<MailText> {
    let last = gathered.mails.len().saturating_sub(1);
    let mut texts: Vec<MailText> = gathered
        .mails
        .iter()
        .zip(read)
        .enumerate()
        .map(|(index, ((row, kept), explained))| {
            let missing = match (&explained, row.purged_at) {
                (Some(_), _) => None,
                (None, Some(at)) => {
                    let day = frame.when(at).exact;
                    Some(format!("Removed on {day}: mails are kept for a while only (retention)."))
                }
                (None, None) => Some(match kept {
                    Kept::TooMany => {
                        "Of a case with so many mails only the last ones are shown here.".to_owned()
                    }
                    Kept::TooLarge => "It is too large to be shown here: read it in the mailbox.".to_owned(),
                    Kept::Here(_) | Kept::Read | Kept::Gone => "Its text was not kept.".to_owned(),
                }),
            };
            let mail = MailText {
                received: frame.when(row.received_at),
                open: index == last,
                missing,
                from: String::new(),
                to: String::new(),
                date: None,
                subject: Vec::new(),
                stretches: Vec::new(),
                left_out: 0,
                hidden: Vec::new(),
                odd: Vec::new(),
                attachments: Vec::new(),
                said: Vec::new(),
                reasons: Vec::new(),
            };
            match explained {
                Some(explained) => with_text(mail, &explained),
                None => mail,
            }
        })
        .collect();
    texts.reverse();
    texts
}

pub(super) fn with_text(mail: MailText, read: &Explained) -> MailText {
    let envelope = &read.notice.envelope;
    let from: Vec<String> = envelope.from.iter().map(MailAddress::unmasked).collect();
    MailText {
        from: if from.is_empty() { "nobody that can be read".to_owned() } else { from.join(", ") },
        to: read.to().to_owned(),
        date: envelope.date.map(|date| date.format("%a %-d %b %Y, %H:%M %:z").to_string()),
        subject: read.subject().to_vec(),
        stretches: read.stretches().iter().map(words).collect(),
        left_out: read.left_out(),
        hidden: read.hidden().collect(),
        odd: read.odd().to_vec(),
        attachments: read.attachments().to_vec(),
        said: read.said().collect(),
        reasons: read.notice.reasons.clone(),
        ..mail
    }
}

fn words(stretch: &Stretch) -> Words {
    Words {
        own: stretch.whose == "own",
        label: match stretch.whose {
            "own" => "The sender's own words",
            "quoted" => "Quoted: an older mail",
            "forwarded" => "Forwarded: another mail",
            "signature" => "Signature",
            "banner" => "Put there by a mail system",
            _ => "Small print",
        },
        pieces: stretch.pieces.clone(),
    }
}
