//! Waiting for mail. IDLE (RFC 2177) is a hint that shortens the wait, never a source of facts.

use std::time::Duration;

use async_imap::imap_proto::Response;
use tokio::time::{Instant, timeout_at};

use super::session::{Access, Live, conclusion, from_imap, within};
use crate::mailbox::MailboxError;

/// Servers may end a session that is silent for 30 minutes (RFC 3501 5.4, RFC 2177 3).
const LONGEST: Duration = Duration::from_mins(25);

impl Live {
    /// Returns when mail may have arrived in `folder` since `listed` ([`super::session::Selected::arrivals`] of
    /// the last listing), or after `at_most`.
    pub(super) async fn wait(
        &mut self,
        folder: &str,
        listed: Option<u32>,
        at_most: Duration,
    ) -> Result<(), MailboxError> {
        const NAME: &str = "IDLE";
        let until = Instant::now() + at_most.min(LONGEST);
        if self.news {
            return Ok(());
        }
        let open = self.selected.as_ref().filter(|s| s.folder == folder && s.access == Some(Access::Read));
        let arrivals = match open {
            Some(selected) => selected.arrivals(),
            None => self.select(folder, Access::Read).await?.arrivals(),
        };
        if listed.is_some_and(|listed| listed != arrivals) {
            return Ok(());
        }
        if !self.extensions.idle {
            tokio::time::sleep_until(until).await;
            return Ok(());
        }
        let step = self.step();
        let tag = within(step, NAME, self.send(NAME, "IDLE")).await?;
        let begun = within(step, NAME, async {
            loop {
                let answer = self.receive(NAME, |response| {
                    let begun = matches!(response, Response::Continue(_));
                    if begun { Some(Ok(())) } else { conclusion(NAME, &tag, response) }
                });
                match answer.await? {
                    Some(Ok(())) => return Ok(true),
                    Some(Err(MailboxError::Refused { .. })) => return Ok(false),
                    Some(Err(error)) => return Err(error),
                    None => {}
                }
            }
        })
        .await?;
        if !begun {
            // Announced, but refused: wait as one does without it, for as long as this connection lasts.
            tracing::debug!("the mail server refuses IDLE; looking at intervals instead");
            self.extensions.idle = false;
            tokio::time::sleep_until(until).await;
            return Ok(());
        }
        // One deadline for all: keepalives must not prolong the wait.
        while !self.news {
            let Ok(ended) = timeout_at(until, self.receive(NAME, is_done)).await else { break };
            if ended? {
                let why = "the server ended the wait by itself".to_owned();
                return Err(MailboxError::Lost { command: NAME, why });
            }
        }
        within(step, NAME, async {
            let sent = self.session.run_command_untagged("DONE").await;
            sent.map_err(|error| from_imap(NAME, &error))?;
            self.finish(NAME, &tag, &mut |_| ()).await
        })
        .await
    }
}

fn is_done(response: &Response<'_>) -> bool {
    matches!(response, Response::Done { .. })
}
