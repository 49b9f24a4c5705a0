//! What the desk concluded about a case, as values that [`Case::transition`](super::Case::transition) takes in.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AgencyId, ClientId, Closing, Fact, Scenario, closing::ToDo};

/// Who wrote the notice, as far as it could be established (DOMAIN.md, What follows, 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The address was verified and is in the roster of exactly this agency.
    Verified(AgencyId),
    /// The site asks for no verification (`senders.require = "none"`); the address is in this agency's roster.
    /// Replies go out; nothing is applied without a person.
    Trusted(AgencyId),
    /// Verified, but in no agency's roster.
    Stranger,
    /// Verified, and in the rosters of several agencies.
    Several(BTreeSet<AgencyId>),
    /// Not verified. The agency is the one the address would belong to. No reply at all.
    Unverified(Option<AgencyId>),
}

impl Standing {
    /// The agency this notice speaks for, be it verified or only claimed.
    pub fn agency(&self) -> Option<&AgencyId> {
        match self {
            Self::Verified(agency) | Self::Trusted(agency) => Some(agency),
            Self::Unverified(claimed) => claimed.as_ref(),
            Self::Stranger | Self::Several(_) => None,
        }
    }

    /// Whether a reply may go to the From address.
    pub fn may_be_answered(&self) -> bool {
        match self {
            Self::Verified(_) | Self::Trusted(_) | Self::Stranger | Self::Several(_) => true,
            Self::Unverified(_) => false,
        }
    }
}

/// How many people must approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approvals {
    /// One person.
    One,
    /// Two different people.
    Two,
}

impl Approvals {
    /// The number of people.
    pub fn people(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

/// What policy says about one record of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Close it without asking.
    Apply,
    /// Close it once approved.
    Approve,
    /// It is closed already: read it, and say how it stands.
    CheckOnly,
    /// A person decides.
    Person,
}

/// Who makes the change in the HMIS (`hmis.changes`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangedBy {
    /// `worklist`: a person, in the HMIS.
    Person,
    /// `apply`: the daemon.
    Daemon,
}

/// How the replacement record of a Scenario 2 notice stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// The record the agency named as the new one.
    pub record: ClientId,
    /// What is missing, in words for the agency; empty: use it.
    pub lacks: Vec<String>,
}

/// What a reply says about one record; no agency is named, only counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Report {
    /// How many other agencies keep access to what is there.
    pub other_agencies: usize,
    /// Whether that number is all there are.
    pub others_complete: bool,
    /// Whether the client is on the Coordinated Entry Priority List.
    pub priority_list: Fact<bool>,
    /// The replacement records named for it, as they stand.
    pub replacements: Vec<Replacement>,
    /// What the agency should still do in the record.
    pub to_do: Vec<ToDo>,
    /// The person on whose word it rests that the change was made, where it could not be read back.
    pub attested_by: Option<String>,
}

/// The conclusion on one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemJudgement {
    /// The record.
    pub record: ClientId,
    /// Which scenario the HMIS shows; `None`: neither.
    pub scenario: Option<Scenario>,
    /// What policy says.
    pub decision: Decision,
    /// How many people must approve, if it is not applied.
    pub approvals: Approvals,
    /// Why, in plain sentences for staff.
    pub reasons: Vec<String>,
    /// The exact changes, where the record can be closed at all.
    pub closing: Option<Closing>,
    /// What the reply would say.
    pub report: Report,
    /// Whether a victim service provider is involved: such a case comes first.
    #[serde(default)]
    pub victim_service_provider: Fact<bool>,
    /// What keeps it from being closed without a person, in a sentence: the weightiest of the reasons.
    #[serde(default)]
    pub hindrance: Option<String>,
}

/// The conclusion on a whole case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// The records were looked up and judged.
    Records {
        /// One per record that was to be judged.
        items: Vec<ItemJudgement>,
        /// Who makes changes.
        changed_by: ChangedBy,
        /// Until when staff can stop an automatic closure; `None`: no grace.
        grace_until: Option<DateTime<Utc>>,
        /// SHA-256 of all an approver is shown.
        evidence_sha256: String,
    },
    /// A revocation, clear but for the client ID: ask the agency.
    MissingId,
    /// The mail itself needs a person's eyes.
    Person {
        /// Why.
        reasons: Vec<String>,
    },
}

/// What reading a record back showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadBackFinding {
    /// All that the confirmation says is true.
    Confirmed(Report),
    /// It is not: staff are told why.
    Differs(Vec<String>),
    /// In a person's hands: the change is not made yet, or not known to be. What is still to be done.
    StillToDo(Vec<String>),
    /// Somebody attested the change, and nothing that is known speaks against it. What cannot be known rests on their word.
    Attested(Report),
    /// Somebody attested the change, and the HMIS shows otherwise: what.
    Contradicts(Vec<String>),
}
