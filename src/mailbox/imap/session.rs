//! One connection to an IMAP server: how it is opened, and the one way commands are run over it.
//!
//! async-imap is used as codec and connection only. Its own methods report success on a refused command and on
//! a lost connection; [`Live::exec`] is the only place here that decides whether a command succeeded.

use std::{fmt, future::Future, time::Duration};

use async_imap::{
    Session,
    error::Error as ImapError,
    imap_proto::{Capability, MailboxDatum, RequestId, Response, ResponseCode, Status},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

use super::{connect, names};
use crate::mailbox::{
    MailboxError,
    error::{is_passing, one_line},
    options::ImapOptions,
};

/// The bytes of the connection, encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> Wire for T {}

/// Whether messages may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// EXAMINE: nothing changes, not even `\Recent`.
    Read,
    /// SELECT: the server moves `\Recent` of new mail to this session (RFC 3501 2.3.2), so it is used for
    /// marking and moving only.
    Change,
}

/// What the server said about the folder it opened.
#[derive(Debug, Clone, Default)]
pub(super) struct Selected {
    pub(super) folder: String,
    pub(super) access: Option<Access>,
    pub(super) uidvalidity: u32,
    pub(super) uid_next: Option<u32>,
    pub(super) messages: u32,
    pub(super) recent: u32,
    /// Flags that can be set for good; `\*` among them: any keyword.
    pub(super) permanent_flags: Vec<String>,
    pub(super) read_only: bool,
    uids_do_not_last: bool,
}

/// Extensions that change what we do.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extensions {
    /// RFC 2177.
    pub(super) idle: bool,
    /// How a single message leaves a folder for another.
    pub(super) leaving: Leaving,
    /// RFC 4314.
    pub(super) acl: bool,
}

/// How a single message leaves a folder, by what the server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Leaving {
    /// UID MOVE (RFC 6851).
    Move,
    /// A copy is made, and UID EXPUNGE removes the original (UIDPLUS, RFC 4315).
    CopyAndExpunge,
    /// A copy is made, and the original marked as deleted. Plain EXPUNGE would also remove what others have marked.
    #[default]
    CopyAndMark,
}

/// A connection that is logged in and in step with the server. It must be dropped after any error.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) session: Session<Box<dyn Wire>>,
    step: Duration,
    pub(super) extensions: Extensions,
    pub(super) selected: Option<Selected>,
    /// The server announced new messages outside of a SELECT or EXAMINE.
    pub(super) news: bool,
}

/// The least speed at which a connection that carries mail is not yet called stalled, in bytes per second.
const SLOWEST: u64 = 64 << 10;

/// How long a command may take that brings `bytes` of mail.
pub(in crate::mailbox) fn allowance(step: Duration, bytes: u64) -> Duration {
    step + Duration::from_secs(bytes / SLOWEST)
}

/// Runs one step with a time limit: async-imap has none inside.
pub(super) async fn within<T>(
    limit: Duration,
    command: &'static str,
    step: impl Future<Output = Result<T, MailboxError>>,
) -> Result<T, MailboxError> {
    timeout(limit, step).await.unwrap_or(Err(MailboxError::Timeout { command, after: limit }))
}

/// Never the library's text: it may hold the response, and with it mail, or the command.
pub(super) fn from_imap(command: &'static str, error: &ImapError) -> MailboxError {
    if let ImapError::Io(error) = error {
        MailboxError::from_stream(command, error)
    } else if matches!(error, ImapError::ConnectionLost) {
        MailboxError::Lost { command, why: "the server closed it".to_owned() }
    } else {
        MailboxError::Protocol { command, why: "it is not IMAP as this program knows it".to_owned() }
    }
}

impl Live {
    /// Connects, logs in and asks what the server can do.
    pub(super) async fn open(options: &ImapOptions) -> Result<Self, MailboxError> {
        let session = connect::session(options).await?;
        let mut live = Self {
            session,
            step: options.step_timeout,
            extensions: Extensions::default(),
            selected: None,
            news: false,
        };
        live.extensions = live.ask_extensions().await?;
        Ok(live)
    }

    /// Runs a command to its tagged OK and shows every response on the way, the tagged one included, to `on`.
    /// NO, BAD, BYE, the end of the connection, a foreign tag, anything unparsable or too slow is an error.
    pub(super) async fn exec(
        &mut self,
        name: &'static str,
        command: &str,
        on: impl FnMut(&Response<'_>),
    ) -> Result<(), MailboxError> {
        self.exec_carrying(0, name, command, on).await
    }

    /// [`Live::exec`] for a command whose answer may have `bytes`.
    pub(super) async fn exec_carrying(
        &mut self,
        bytes: u64,
        name: &'static str,
        command: &str,
        mut on: impl FnMut(&Response<'_>),
    ) -> Result<(), MailboxError> {
        let limit = allowance(self.step, bytes);
        within(limit, name, async {
            let tag = self.send(name, command).await?;
            self.finish(name, &tag, &mut on).await
        })
        .await
    }

    /// Sends a command and gives its tag. The caller reads the answer, within a time limit.
    pub(super) async fn send(
        &mut self,
        name: &'static str,
        command: &str,
    ) -> Result<RequestId, MailboxError> {
        if command.contains(['\r', '\n', '\0']) {
            return Err(MailboxError::Config(format!("{name} would hold a line break")));
        }
        self.session.run_command(command).await.map_err(|error| from_imap(name, &error))
    }

    /// What `read` makes of the next response; the end of the connection and BYE are errors.
    pub(super) async fn receive<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Response<'_>) -> T,
    ) -> Result<T, MailboxError> {
        let response = self.session.read_response().await;
        let response = response.map_err(|error| MailboxError::from_stream(name, &error))?;
        let Some(response) = response else {
            return Err(from_imap(name, &ImapError::ConnectionLost));
        };
        let response = response.parsed();
        if let Response::Data { status: Status::Bye, outcome } = response {
            let why = one_line(outcome.information.as_deref().unwrap_or_default());
            return Err(MailboxError::Lost { command: name, why: format!("the server said goodbye: {why}") });
        }
        if let Response::MailboxData(MailboxDatum::Exists(_) | MailboxDatum::Recent(_)) = response {
            self.news = true;
        }
        Ok(read(response))
    }

    /// Reads up to the tagged response of `tag`.
    pub(super) async fn finish(
        &mut self,
        name: &'static str,
        tag: &RequestId,
        on: &mut impl FnMut(&Response<'_>),
    ) -> Result<(), MailboxError> {
        loop {
            let end = self
                .receive(name, |response| {
                    on(response);
                    conclusion(name, tag, response)
                })
                .await?;
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Opens a folder afresh and says what it holds. Never a remembered selection: a folder deleted and created
    /// again under an open one goes on answering with UIDs that mean nothing.
    pub(super) async fn select(&mut self, folder: &str, access: Access) -> Result<Selected, MailboxError> {
        let name = match access {
            Access::Read => "EXAMINE",
            Access::Change => "SELECT",
        };
        let command = format!("{name} {}", names::folder(folder)?);
        self.selected = None;
        let mut found = Selected { folder: folder.to_owned(), access: Some(access), ..Selected::default() };
        let result = self.exec(name, &command, |response| found.note(response)).await;
        // What was announced in the answer is counted in it.
        self.news = false;
        let unusable =
            |why: String, temporary| MailboxError::Folder { folder: folder.to_owned(), why, temporary };
        match result {
            Ok(()) => {}
            Err(MailboxError::Refused { text, .. }) => {
                return Err(unusable(format!("the server says \"{text}\""), is_passing(&text)));
            }
            Err(error) => return Err(error),
        }
        if found.uidvalidity == 0 {
            return Err(MailboxError::Protocol { command: name, why: "it gives no UIDVALIDITY".to_owned() });
        }
        if found.uids_do_not_last {
            let why =
                "the server does not keep message numbers (UIDNOTSTICKY), so mail could be answered twice";
            return Err(unusable(why.to_owned(), false));
        }
        if access == Access::Change && found.read_only {
            return Err(unusable("this user may only read it".to_owned(), false));
        }
        self.selected = Some(found.clone());
        Ok(found)
    }

    /// UIDs that match, ascending.
    pub(super) async fn search(&mut self, criteria: &str) -> Result<Vec<u32>, MailboxError> {
        let mut uids = Vec::new();
        // Up to ten digits and a space for each message.
        let bytes = self.selected.as_ref().map_or(0, |selected| u64::from(selected.messages) * 11);
        self.exec_carrying(bytes, "UID SEARCH", &format!("UID SEARCH {criteria}"), |response| {
            if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                uids.extend_from_slice(found);
            }
        })
        .await?;
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }

    async fn ask_extensions(&mut self) -> Result<Extensions, MailboxError> {
        let mut extensions = Extensions::default();
        self.exec("CAPABILITY", "CAPABILITY", |response| {
            let Response::Capabilities(names) = response else { return };
            let has = |wanted: &str| {
                names.iter().any(|name| matches!(name, Capability::Atom(a) if a.eq_ignore_ascii_case(wanted)))
            };
            let leaving = match (has("MOVE"), has("UIDPLUS")) {
                (true, _) => Leaving::Move,
                (false, true) => Leaving::CopyAndExpunge,
                (false, false) => Leaving::CopyAndMark,
            };
            extensions = Extensions { idle: has("IDLE"), leaving, acl: has("ACL") };
        })
        .await?;
        Ok(extensions)
    }

    /// The time limit of one step.
    pub(super) fn step(&self) -> Duration {
        self.step
    }
}

impl Selected {
    /// A number that changes when mail arrives: UIDNEXT where the server gives it, as all in use do.
    pub(super) fn arrivals(&self) -> u32 {
        self.uid_next.unwrap_or(self.messages)
    }

    fn note(&mut self, response: &Response<'_>) {
        if let Response::MailboxData(MailboxDatum::Exists(messages)) = response {
            self.messages = *messages;
        }
        if let Response::MailboxData(MailboxDatum::Recent(recent)) = response {
            self.recent = *recent;
        }
        if let Response::Data { outcome, .. } | Response::Done { outcome, .. } = response {
            match &outcome.code {
                Some(ResponseCode::UidValidity(value)) => self.uidvalidity = *value,
                Some(ResponseCode::UidNext(value)) => self.uid_next = Some(*value),
                Some(ResponseCode::PermanentFlags(flags)) => {
                    self.permanent_flags = flags.iter().map(ToString::to_string).collect();
                }
                Some(ResponseCode::ReadOnly) => self.read_only = true,
                Some(ResponseCode::UidNotSticky) => self.uids_do_not_last = true,
                Some(_) | None => {}
            }
        }
    }
}

/// What a response means for the command `tag`; none as long as it goes on.
pub(super) fn conclusion(
    name: &'static str,
    tag: &RequestId,
    response: &Response<'_>,
) -> Option<Result<(), MailboxError>> {
    let Response::Done { tag: answered, status, outcome } = response else { return None };
    if answered != tag {
        let why = "it answers another command".to_owned();
        return Some(Err(MailboxError::Protocol { command: name, why }));
    }
    if *status == Status::Ok {
        return Some(Ok(()));
    }
    let text = one_line(outcome.information.as_deref().unwrap_or_default());
    Some(Err(MailboxError::Refused { command: name, text }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_mail_may_take_longer() {
        let step = Duration::from_secs(30);
        for (bytes, seconds) in [(0, 30), (1 << 10, 30), (4 << 20, 94), (25 << 20, 430)] {
            assert_eq!(allowance(step, bytes), Duration::from_secs(seconds), "{bytes}");
        }
    }
}
