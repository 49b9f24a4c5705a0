//! What became of each mail of the demo.

use std::{collections::BTreeMap, fs, io, path::Path};

use mail_parser::MessageParser;
use serde::Serialize;

use crate::{
    demo,
    domain::{Case, CaseId, CaseState, ClientId, ItemOutcome, Scenario},
    store::{Store, StoreError},
};

/// A mail and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Became {
    /// Its file.
    pub(super) mail: String,
    /// What is particular about it.
    pub(super) about: String,
    /// What the reader took it for, or why it could not be read.
    pub(super) kind: String,
    /// Working, done, left or quarantined.
    pub(super) state: String,
    /// Its case.
    pub(super) case: Option<CaseId>,
    /// Where the case stands.
    pub(super) case_state: Option<CaseState>,
    /// The case an earlier mail opened and this one belongs to.
    pub(super) joined: Option<CaseId>,
    /// The case's records.
    pub(super) items: Vec<About>,
    /// The replies to this mail, in order.
    pub(super) replies: Vec<Reply>,
    #[serde(skip)]
    message_id: Option<String>,
}

/// A record of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct About {
    pub(super) record: ClientId,
    pub(super) scenario: Option<Scenario>,
    pub(super) outcome: ItemOutcome,
}

/// A reply that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Reply {
    /// The name of its file.
    pub(super) file: String,
    /// Its subject without the case number.
    pub(super) says: String,
}

impl Became {
    /// Whether nothing will go on by itself.
    pub(super) fn has_come_to_rest(&self) -> bool {
        match self.case_state {
            Some(CaseState::Received | CaseState::Closing | CaseState::Replying) => false,
            Some(
                CaseState::AwaitingInformation
                | CaseState::AwaitingApproval
                | CaseState::Waiting
                | CaseState::Worklist
                | CaseState::NeedsStaff
                | CaseState::Done
                | CaseState::Declined
                | CaseState::Cancelled
                | CaseState::Shadowed,
            )
            | None => true,
        }
    }

    /// Whether this is the same news: the same mail, or another one of the same case, at the same place.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        match (self.case, other.case) {
            (Some(case), Some(other_case)) => case == other_case && self.case_state == other.case_state,
            (None, None) => self.mail == other.mail,
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    /// `Scenario 1`, `Scenarios 1, 2` or the kind of mail where there is none.
    pub(super) fn scenarios(&self) -> String {
        let mut numbers: Vec<u8> = self.items.iter().filter_map(|item| item.scenario).map(u8::from).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let list = numbers.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
        match numbers.as_slice() {
            [] => self.kind.clone(),
            [_] => format!("Scenario {list}"),
            [_, _, ..] => format!("Scenarios {list}"),
        }
    }
}

/// All mails, in the order in which they arrived; without their replies.
pub(super) async fn all(store: &Store) -> Result<Vec<Became>, StoreError> {
    let mut messages = store.messages(None, false).await?;
    messages.sort_by(|a, b| (a.received_at, &a.key.uid).cmp(&(b.received_at, &b.key.uid)));
    let cases: BTreeMap<CaseId, Case> =
        store.cases(None, None).await?.into_iter().map(|case| (case.id, case)).collect();
    let mut ids = BTreeMap::new();
    for case in cases.keys() {
        for place in store.messages_of(*case).await? {
            ids.insert(place.id, place.message_id);
        }
    }
    let mut opened = Vec::new();
    Ok(messages
        .into_iter()
        .map(|message| {
            let case = message.case.and_then(|case| cases.get(&case));
            let joined = message.case.filter(|case| opened.contains(case));
            opened.extend(message.case);
            Became {
                about: demo::about(&message.key.uid).unwrap_or(&message.key.uid).to_owned(),
                mail: message.key.uid,
                kind: message.verdict,
                state: message.state,
                case: message.case,
                case_state: case.map(|case| case.state),
                joined,
                items: case.map(|case| case.items.iter().map(About::from).collect()).unwrap_or_default(),
                replies: Vec::new(),
                message_id: ids.get(&message.id).cloned().flatten(),
            }
        })
        .collect())
}

impl From<&crate::domain::Item> for About {
    fn from(item: &crate::domain::Item) -> Self {
        Self { record: item.record.clone(), scenario: item.scenario, outcome: item.outcome() }
    }
}

/// Adds the replies that lie in `folder`, each to the mail it answers.
pub(super) fn add_replies(mails: &mut [Became], folder: &Path) -> io::Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        // `RD-1042.reply.1.…`; the others are for staff.
        let mut parts = name.split('.');
        if let (Some(case), Some("reply"), Some(number)) = (parts.next(), parts.next(), parts.next())
            && let Ok(number) = number.parse::<u32>()
        {
            names.push((case.to_owned(), number, name.clone()));
        }
    }
    names.sort();
    for (case, _, file) in names {
        let octets = fs::read(folder.join(&file))?;
        let Some(reply) = MessageParser::default().parse(&octets) else { continue };
        let subject = reply.subject().unwrap_or_default();
        let says = subject.replace(&format!("[{case}]"), "").trim().to_owned();
        let answers = reply.in_reply_to().as_text();
        let of_case: Vec<usize> = mails
            .iter()
            .enumerate()
            .filter(|(_, mail)| mail.case.is_some_and(|id| id.to_string() == case))
            .map(|(index, _)| index)
            .collect();
        let answered = of_case.iter().copied().find(|index| {
            answers.is_some() && mails.get(*index).is_some_and(|mail| mail.message_id.as_deref() == answers)
        });
        // A mail without a Message-ID cannot be referred to: then the reply stands with the first of its case.
        if let Some(mail) = answered.or(of_case.first().copied()).and_then(|index| mails.get_mut(index)) {
            mail.replies.push(Reply { file, says });
        }
    }
    Ok(())
}
