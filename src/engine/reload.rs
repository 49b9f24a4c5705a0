//! Reading the settings again while the desk works (SIGHUP): all of it is checked first, and taken over as a whole or not
//! at all.

use std::sync::PoisonError;

use chrono::{DateTime, Utc};

use super::{Desk, EngineError};
use crate::config::{Config, Problem};

/// What came of reading the settings again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reloaded {
    /// They hold from the next step on; these keys differ as well, and wait for a restart.
    Taken {
        /// The keys, e.g. `mailbox.host`.
        at_restart: Vec<String>,
    },
    /// The old ones still hold.
    Refused {
        /// All that is wrong with the new ones.
        problems: Vec<Problem>,
    },
}

impl Desk {
    /// Takes over what may change while the desk works ([`Config::with_reloaded`]): `running` is the configuration it was
    /// started with, `again` what reading it gives now. What is wrong is logged, problem by problem, and alarmed.
    pub async fn reload(
        &self,
        running: &Config,
        again: Result<Config, Vec<Problem>>,
    ) -> Result<Reloaded, EngineError> {
        let site = again.and_then(|again| {
            let site = super::site(&running.with_reloaded(&again))?;
            Ok((site, running.changed_at_restart(&again)))
        });
        let (site, at_restart) = match site {
            Ok(taken) => taken,
            Err(problems) => {
                self.refuse(&problems).await?;
                return Ok(Reloaded::Refused { problems });
            }
        };
        tracing::info!(
            agencies = site.roster.ids().count(),
            "the settings were read again and hold from now on"
        );
        for key in &at_restart {
            tracing::warn!("{key} changed: takes effect at a restart");
        }
        self.book.replace_site(site);
        self.note_refused(None);
        self.book.metrics.reload(true);
        Ok(Reloaded::Taken { at_restart })
    }

    async fn refuse(&self, problems: &[Problem]) -> Result<(), EngineError> {
        self.note_refused(Some(self.book.clock.now()));
        self.book.metrics.reload(false);
        for problem in problems {
            tracing::error!(%problem, "the settings were read again and are refused");
        }
        let count = match problems.len() {
            1 => "1 problem".to_owned(),
            more => format!("{more} problems"),
        };
        // Not the problems themselves: they may quote what stands in a file.
        let text = format!(
            "The configuration, the agencies' file, the reply texts and the vocabulary were read again, and {count} \
             found.\n\
             The desk goes on with what it had before.\n\nEach problem stands in the desk's log, and this shows them:\n\n    \
             roi-desk check --offline\n\nOnce they are mended: systemctl reload roi-desk\n"
        );
        // Somebody has just changed something and waits for what comes of it: each time is told.
        let occasion = self.book.clock.now().format("%Y-%m-%dT%H:%M:%S%.3f").to_string();
        self.book.alarm_of("reload", &occasion, &text).await
    }

    /// Since when the settings read last are refused; `None`: they were taken over.
    pub fn refused_since(&self) -> Option<DateTime<Utc>> {
        *self.refused_since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_refused(&self, at: Option<DateTime<Utc>>) {
        *self.refused_since.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}
