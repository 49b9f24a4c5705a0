//! All mail the desk has seen, and what became of it: what could not be read, what might have been a notice, and who writes
//! that is in no roster.

use askama::Template;
use axum::{
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    Shared,
    form::Own,
    page::{Frame, Room, html},
    paging::{Pages, Turn},
    problem::Problem,
    session::Staff,
    when::When,
    words,
};
use crate::{
    domain::{CaseId, NoticeKind, Standing},
    engine::{by_hand::SaidToBe, quarantine::Replayed},
    store::{MessageRow, MessageState, Which},
};

/// So many mails on a page.
const ON_A_PAGE: i64 = 50;
/// The most client records one mail can be said to be about.
const MOST_RECORDS: usize = 50;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    show: String,
    page: i64,
    said: String,
}

struct Tab {
    address: String,
    label: &'static str,
    count: i64,
    here: bool,
}

struct Row {
    id: String,
    state: &'static str,
    tone: &'static str,
    verdict: String,
    why: String,
    case: Option<CaseId>,
    received: When,
}

#[derive(Template)]
#[template(path = "mails.html", config = "src/web/askama.toml")]
struct List {
    frame: Frame,
    tabs: Vec<Tab>,
    about: &'static str,
    rows: Vec<Row>,
    pages: Pages,
}

#[derive(Template)]
#[template(path = "mail.html", config = "src/web/askama.toml")]
struct One {
    frame: Frame,
    row: Row,
    folder: String,
    uid: String,
    purged: Option<When>,
    /// It has no case, so that a person can still say what it is.
    open: bool,
    unread: bool,
    said: Option<&'static str>,
}

struct Stranger {
    address: String,
    agency: String,
    cases: Vec<CaseId>,
    last: When,
    toml: String,
}

#[derive(Template)]
#[template(path = "strangers.html", config = "src/web/askama.toml")]
struct Strangers {
    frame: Frame,
    strangers: Vec<Stranger>,
}

/// `GET /mail`.
pub(super) async fn show(
    State(shared): State<Shared>,
    Staff(session): Staff,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(asked) = asked?;
    let frame = Frame::new(&shared, &session, Room::Mail);
    let store = &shared.desk.book.store;
    let (which, about) = match asked.show.as_str() {
        "" | "all" => (Which::All, "Every mail the desk has seen, the last first."),
        "quarantined" => (
            Which::In(MessageState::Quarantined),
            "These could not be read, and one of them may be a notice. Read them in the mailbox; once the cause is mended, \
             have them read again.",
        ),
        "possible" => (
            Which::Possible,
            "These were left alone, and might have been notices all the same. Look at them in the mailbox; where one is a \
             notice, open a case from it.",
        ),
        "working" => (Which::In(MessageState::Working), "Notices whose case is open."),
        "done" => (Which::In(MessageState::Done), "Notices whose case is over."),
        "left" => (
            Which::In(MessageState::Left),
            "Mail that is not ours: left as it was, unread, unmoved and unanswered. Nothing of it is kept but this line.",
        ),
        _ => return Err(Problem::NoPage),
    };
    let turn = Turn::to(asked.page, ON_A_PAGE);
    let mut mails = store.messages_page(which, turn.limit(), turn.offset()).await?;
    let counts = store.message_counts().await?;
    let of = |state: MessageState| {
        counts.iter().find(|(name, ..)| name == state.as_str()).map_or(0, |(_, count, _)| *count)
    };
    let tabs = [
        ("all", "All", counts.iter().map(|(_, count, _)| count).sum()),
        ("quarantined", "Could not be read", of(MessageState::Quarantined)),
        ("possible", "Might be a notice", counts.iter().map(|(_, _, possible)| possible).sum()),
        ("working", "In work", of(MessageState::Working)),
        ("done", "Done", of(MessageState::Done)),
        ("left", "Left alone", of(MessageState::Left)),
    ];
    let here = if asked.show.is_empty() { "all" } else { asked.show.as_str() };
    let pages = turn.pages(&mut mails, None, |page| format!("/mail?show={here}&page={page}"));
    html(&List {
        tabs: tabs
            .map(|(name, label, count)| Tab {
                address: format!("/mail?show={name}"),
                label,
                count,
                here: name == here,
            })
            .into(),
        about,
        rows: mails.into_iter().map(|mail| row(&frame, mail)).collect(),
        pages,
        frame,
    })
}

fn row(frame: &Frame, mail: MessageRow) -> Row {
    let (state, tone) = match MessageState::parse(&mail.state) {
        Some(MessageState::Working) => ("In work", "main"),
        Some(MessageState::Done) => ("Done", "good"),
        Some(MessageState::Left) if mail.possible => ("Might be a notice", "warn"),
        Some(MessageState::Left) => ("Left alone", ""),
        Some(MessageState::Quarantined) => ("Could not be read", "bad"),
        None => ("Unknown", "bad"),
    };
    Row {
        state,
        tone,
        verdict: words::capital(&mail.verdict.replace('_', " ")),
        why: mail.reason.as_deref().map(words::capital).unwrap_or_default(),
        case: mail.case,
        received: frame.when(mail.received_at),
        id: mail.id,
    }
}

/// `GET /mail/ID`.
pub(super) async fn one(
    State(shared): State<Shared>,
    Staff(session): Staff,
    id: Result<Path<String>, PathRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let (Path(id), Query(asked)) = (id?, asked?);
    let mail = shared.desk.book.store.message_row(&id).await?.ok_or(Problem::NoMessage)?;
    let frame = Frame::new(&shared, &session, Room::Mail);
    html(&One {
        folder: mail.key.folder.clone(),
        uid: mail.key.uid.clone(),
        purged: mail.purged_at.map(|at| frame.when(at)),
        open: mail.case.is_none(),
        unread: MessageState::parse(&mail.state) == Some(MessageState::Quarantined),
        said: match asked.said.as_str() {
            "unreadable" => Some("It was read again, and still cannot be understood."),
            "left" => Some("It was read again: it is no notice, and is left alone."),
            "possible" => Some("It was read again: it is left alone, and might be a notice."),
            _ => None,
        },
        row: row(&frame, mail),
        frame,
    })
}

/// A form with nothing in it but its token.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `POST /mail/ID/replay`: has it read again, with the program and settings as they are now.
pub(super) async fn replay(
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    own: Own<Nothing>,
) -> Result<Response, Problem> {
    let (Path(id), own) = (id?, own.of_approver()?);
    let to = match shared.desk.read_again(&id, own.staff.name.as_str()).await? {
        Replayed::Case(case) => format!("/cases/{case}"),
        Replayed::Unreadable(_) => format!("/mail/{id}?said=unreadable"),
        Replayed::Left(None) => format!("/mail/{id}?said=left"),
        Replayed::Left(Some(_)) => format!("/mail/{id}?said=possible"),
    };
    Ok(Redirect::to(&to).into_response())
}

/// What a person says a mail is.
#[derive(Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    records: String,
}

/// `POST /mail/ID/open`: opens a case from it.
pub(super) async fn open(
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    own: Own<Said>,
) -> Result<Response, Problem> {
    let (Path(id), own) = (id?, own.of_approver()?);
    let kind = match own.form.kind.as_str() {
        "revocation" => NoticeKind::Revocation,
        "consent" => NoticeKind::Consent,
        _ => return Err(Problem::Wanting("Say what the mail says: choose one of the two.")),
    };
    let Ok(records) = shared.desk.book.client_ids(&own.form.records) else {
        return Err(Problem::Wanting(
            "Write client IDs only, as they look here (policy.client_id), with blanks between them: one of the words is none.",
        ));
    };
    if records.len() > MOST_RECORDS {
        return Err(Problem::Wanting("These are more client IDs than one mail can be about."));
    }
    let said = SaidToBe { kind, records };
    let case = shared.desk.open_by_hand(&id, own.staff.name.as_str(), &said).await?;
    Ok(Redirect::to(&format!("/cases/{case}")).into_response())
}

/// `GET /mail/senders`: who wrote notices and is in no agency's roster.
pub(super) async fn strangers(
    State(shared): State<Shared>,
    Staff(session): Staff,
) -> Result<Response, Problem> {
    let frame = Frame::new(&shared, &session, Room::Mail);
    let mut strangers: Vec<Stranger> = Vec::new();
    for case in shared.desk.book.store.cases_without_agency().await?.into_iter().map(|loaded| loaded.case) {
        // Only who was verified is somebody; the rest is a name that anybody can write.
        let (Standing::Stranger, Some(sender)) = (&case.standing, &case.sender) else { continue };
        let address = sender.unmasked();
        match strangers.iter_mut().find(|stranger| stranger.address == address) {
            Some(known) => known.cases.push(case.id),
            None => strangers.push(Stranger {
                agency: sender.domain().to_owned(),
                cases: vec![case.id],
                last: frame.when(case.received_at),
                toml: toml(&address, sender.domain()),
                address,
            }),
        }
    }
    html(&Strangers { frame, strangers })
}

/// What adds a sender to the roster: to be completed by whoever knows the agency. The text is a literal for TOML as well.
fn toml(address: &str, domain: &str) -> String {
    let quoted = |text: &str| format!("{text:?}");
    let id = domain.split('.').next().unwrap_or(domain);
    format!(
        "[[agency]]\nid = {}            # as the HMIS calls it\nname = {}\nsenders = [{}]\n",
        quoted(id),
        quoted(domain),
        quoted(address)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sender::Roster;

    #[test]
    fn what_is_offered_for_the_roster_is_a_roster() {
        for (address, domain) in
            [("jane@alder.example", "alder.example"), ("o'neil+x@b-c.example", "b-c.example")]
        {
            let roster = Roster::parse(&toml(address, domain), "offered").expect("a roster");
            let sender = crate::domain::MailAddress::parse(address).expect("an address");
            assert_eq!(roster.agencies_of(&sender).len(), 1);
        }
    }
}
