//! What the HMIS says about one client record, with three-valued facts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{AgencyId, ClientId};

/// A fact is known or it is not: "unknown" never counts as "none" (DOMAIN.md, What follows, 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(untagged)]
pub enum Fact<T> {
    /// The source covers this fact, completely and freshly.
    Known(T),
    /// It does not; JSON `null`.
    #[default]
    Unknown,
}

impl<T> Fact<T> {
    /// The value, if known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown => None,
        }
    }
}

impl<T: PartialEq> Fact<T> {
    /// Whether the fact is known to be `value`. Unknown is never `value`.
    pub fn is(&self, value: &T) -> bool {
        self.known() == Some(value)
    }
}

impl<T> From<Option<T>> for Fact<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unknown, Self::Known)
    }
}

/// The two scenarios of a revocation (DOMAIN.md). JSON: `1` or `2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Scenario {
    /// The requesting agency created the record and is the only one to have added data.
    One,
    /// Several agencies have data in the record.
    Two,
}

impl From<Scenario> for u8 {
    fn from(scenario: Scenario) -> u8 {
        match scenario {
            Scenario::One => 1,
            Scenario::Two => 2,
        }
    }
}

impl TryFrom<u8> for Scenario {
    type Error = &'static str;
    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            _ => Err("a scenario is 1 or 2"),
        }
    }
}

/// Whether the record itself is in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordStatus {
    /// In use.
    Active,
    /// Merged into another record, which is named where the HMIS says so.
    Merged(Option<ClientId>),
    /// Deleted.
    Deleted,
    /// The HMIS has no such record.
    Missing,
}

/// Statewide data sharing of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sharing {
    /// Shared with every agency.
    Open,
    /// Seen only by agencies with data in it and by explicitly granted ones.
    Closed,
}

/// Who has entered data, rolled up to root agencies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Contributors {
    /// Agencies with at least one item that is not deleted.
    pub live: BTreeSet<AgencyId>,
    /// Agencies all of whose items have been deleted since.
    pub deleted: BTreeSet<AgencyId>,
    /// Whether a fresh source covers *who has data* completely. If not, further agencies may have data.
    pub complete: bool,
}

/// A fact of a [`Snapshot`] that a source vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactName {
    /// Under which agency it was created.
    Creator,
    /// Statewide sharing.
    Sharing,
    /// Who has entered data.
    Data,
    /// Who was granted visibility.
    Grants,
    /// The Priority List.
    PriorityList,
    /// Under 18.
    Minor,
    /// Whether a victim service provider is involved.
    Vsp,
}

impl FactName {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Creator, Self::Sharing, Self::Data, Self::Grants, Self::PriorityList, Self::Minor, Self::Vsp];
}

/// Which source vouches for a fact, completely and freshly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouched {
    /// Its name (`hmis_source.source`).
    pub source: String,
    /// The instant at which it held: the read itself on a live database.
    pub as_of: DateTime<Utc>,
}

/// What the HMIS says about one record at one moment. Agencies are root agencies (an agency with a parent
/// counts as its root; one that the HMIS's agency list lacks stands for itself).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The record asked for.
    pub record: ClientId,
    /// Whether it is in use. For a missing record every other fact is unknown or empty.
    pub status: RecordStatus,
    /// The agency under which the record was created; unknown also for a system or import user.
    pub creator: Fact<AgencyId>,
    /// Statewide sharing.
    pub sharing: Fact<Sharing>,
    /// Who has entered data.
    pub data: Contributors,
    /// Agencies that were granted visibility explicitly, with or without data of their own.
    pub granted: BTreeSet<AgencyId>,
    /// Whether `granted` is all there is.
    pub grants_complete: bool,
    /// Whether every item in the record is closed. `Known(true)` where items have no locks of their own
    /// (`hmis.item_visibility = "with-record"`).
    pub items_closed: Fact<bool>,
    /// The alias as typed, a flag for staff and never the state. `None`: empty.
    pub alias: Option<String>,
    /// Date of ROI Consent, ISO text, as it stands in the record.
    pub roi_consent_date: Option<String>,
    /// On the Coordinated Entry Priority List.
    pub priority_list: Fact<bool>,
    /// Under 18.
    pub minor: Fact<bool>,
    /// Whether any agency involved (creator, with data, granted) is a victim service provider, at the root or
    /// anywhere below it.
    pub victim_service_provider: Fact<bool>,
    /// Whether who has data and who was granted visibility is known as of no earlier than the sharing: true on a
    /// live database. On a mirror data as of before a record was closed says nothing about what was entered until
    /// it was.
    pub visibility_follows_sharing: bool,
    /// The instant at which these facts held: the read itself on a live database, the oldest source used on a
    /// mirror. `None` if no source vouches for anything.
    pub as_of: Option<DateTime<Utc>>,
    /// Which source vouches for which fact, the newest of them. Alias and Date of ROI Consent stand in the record with its
    /// sharing, and no source vouches for them apart.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vouching: BTreeMap<FactName, Vouched>,
}

impl Snapshot {
    /// A record the HMIS does not have.
    pub fn missing(record: ClientId, as_of: Option<DateTime<Utc>>) -> Self {
        Self {
            record,
            status: RecordStatus::Missing,
            creator: Fact::Unknown,
            sharing: Fact::Unknown,
            data: Contributors::default(),
            granted: BTreeSet::new(),
            grants_complete: false,
            items_closed: Fact::Unknown,
            alias: None,
            roi_consent_date: None,
            priority_list: Fact::Unknown,
            minor: Fact::Unknown,
            victim_service_provider: Fact::Unknown,
            visibility_follows_sharing: false,
            as_of,
            vouching: BTreeMap::new(),
        }
    }

    /// The source that vouches for a fact and as of when; `None`: none does, so that it is unknown, or only what was found
    /// is known.
    pub fn vouched(&self, fact: FactName) -> Option<&Vouched> {
        self.vouching.get(&fact)
    }

    /// Agencies with data, the creator among them (creating a record is entering it).
    pub fn agencies_with_data(&self) -> BTreeSet<AgencyId> {
        self.data.live.iter().chain(self.creator.known()).cloned().collect()
    }

    /// Agencies other than `agency` that keep access once sharing is closed: those with data, and the creator.
    pub fn others_with_access(&self, agency: &AgencyId) -> BTreeSet<AgencyId> {
        let mut others = self.agencies_with_data();
        others.remove(agency);
        others
    }

    /// Grants that closing removes: to agencies that have no data.
    pub fn grants_without_data(&self) -> BTreeSet<AgencyId> {
        self.granted.difference(&self.agencies_with_data()).cloned().collect()
    }

    /// SHA-256 (hex) of the facts, without the instant they were read: equal exactly if an approver would
    /// have seen the same.
    pub fn facts_sha256(&self) -> String {
        sha256_of(&self.timeless())
    }

    /// The facts without when they were read or reported.
    #[must_use]
    pub fn timeless(&self) -> Self {
        Self { as_of: None, visibility_follows_sharing: false, vouching: BTreeMap::new(), ..self.clone() }
    }
}

/// SHA-256 (hex) of a value's canonical JSON: field order is the type's, maps and sets are ordered.
pub fn sha256_of<T: Serialize>(value: &T) -> String {
    let json = serde_json::to_vec(value).expect("plain data with text keys always serialises");
    hex(&Sha256::digest(&json))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
        text
    })
}
