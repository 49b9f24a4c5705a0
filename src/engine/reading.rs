//! A fetched mail read, and who wrote it.

use sha2::{Digest, Sha256};

use super::Site;
use crate::{
    domain::{Standing, hex},
    mailbox::{Content, Entry, Fetched},
    notice::{self, Notice},
    sender,
};

/// A mail as it was read, ready to be recorded.
pub(super) struct Read {
    pub entry: Entry,
    /// Its row, if it was recorded before and is read again.
    pub known: Option<String>,
    pub sha256: Option<String>,
    pub octets: Vec<u8>,
    /// Or why it was not read: the verdict.
    pub notice: Result<Notice, (&'static str, Why)>,
    pub standing: Standing,
    pub standing_reasons: Vec<String>,
}

/// Why a mail was not read.
pub(super) struct Why {
    /// What staff are told.
    pub told: String,
    /// The technical side of it, which is kept for `mail show`.
    pub detail: Option<String>,
    /// What they can do beside reading it in the mailbox, as a sentence.
    pub advice: Option<&'static str>,
}

impl Why {
    pub(super) fn plain(told: impl Into<String>) -> Self {
        Self { told: told.into(), detail: None, advice: None }
    }

    /// For staff: why, in brackets, and what to do.
    pub(super) fn told(&self) -> (&str, String) {
        (&self.told, self.advice.map(|advice| format!(" {advice}")).unwrap_or_default())
    }

    pub(super) fn whole(&self) -> String {
        match &self.detail {
            Some(detail) => format!("{}: {detail}", self.told),
            None => self.told.clone(),
        }
    }
}

impl Read {
    /// Reads what was fetched, and finds out who wrote it.
    pub(super) fn of(site: &Site, fetched: Fetched) -> Self {
        let unread = |verdict, reason| Self {
            entry: fetched.entry.clone(),
            known: None,
            sha256: None,
            octets: Vec::new(),
            notice: Err((verdict, reason)),
            standing: Standing::Unverified(None),
            standing_reasons: Vec::new(),
        };
        let octets = match fetched.content {
            Content::Whole(octets) => octets,
            Content::TooLarge => {
                return unread("too_large", Why::plain("it is larger than mailbox.max_message allows"));
            }
            Content::Unavailable(why) => {
                let told = "the mail server does not give it".to_owned();
                return unread("unavailable", Why { told, detail: Some(why), advice: None });
            }
        };
        let notice = notice::read(&octets, &site.reader);
        let envelope = &notice.envelope;
        let (standing, standing_reasons) = sender::standing(
            &site.require,
            &site.roster,
            &envelope.from,
            envelope.from_fields,
            &envelope.authentication_results,
        );
        Self {
            entry: fetched.entry,
            known: None,
            sha256: Some(hex(&Sha256::digest(&octets))),
            octets,
            notice: Ok(notice),
            standing,
            standing_reasons,
        }
    }

    /// It could be read and not be recorded, for this reason: it is set aside with its octets.
    pub(super) fn set_aside(&mut self, why: String) {
        let told = "what it says cannot be recorded".to_owned();
        self.notice = Err(("not_recorded", Why { told, detail: Some(why), advice: None }));
    }

    /// What the reader found: the kind of mail, or the problem's name.
    pub(super) fn verdict(&self) -> &'static str {
        match &self.notice {
            Err((verdict, _)) => verdict,
            Ok(Notice { problem: Some(problem), .. }) => problem.name(),
            Ok(notice) => notice.kind.as_str(),
        }
    }
}
