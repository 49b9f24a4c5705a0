//! What a mail can be.

use serde::{Deserialize, Serialize};

/// What a mail is (NOTICES.md). Only the first three ever become a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Particular clients revoked their consent to share; also when the ID is missing.
    Revocation,
    /// The vice versa: a client who had refused now consents.
    Consent,
    /// Asks to disregard, stop or undo an earlier notice.
    Cancel,
    /// Any other mail a person wrote.
    Other,
    /// Written by a machine or to a list.
    Automatic,
}

impl NoticeKind {
    /// The word used in JSON, in the store and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revocation => "revocation",
            Self::Consent => "consent",
            Self::Cancel => "cancel",
            Self::Other => "other",
            Self::Automatic => "automatic",
        }
    }

    /// Whether mail of this kind becomes a case.
    pub fn is_notice(self) -> bool {
        match self {
            Self::Revocation | Self::Consent | Self::Cancel => true,
            Self::Other | Self::Automatic => false,
        }
    }
}
