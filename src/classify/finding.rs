//! Why a record is in neither scenario, or what makes its scenario doubtful.

use serde::{Deserialize, Serialize};

/// How much a finding weighs. Ordered: a later one outweighs an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The scenario stands, but nothing is ever applied without a person's approval.
    Approval,
    /// The scenario stands, but what a confirmation says cannot be confirmed: a person decides.
    Person,
    /// There is no scenario: a person decides.
    NoScenario,
}

/// One reason for doubt (DOMAIN.md, "Neither" and "What follows").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The HMIS has no such record.
    Missing,
    /// Merged into another record.
    Merged,
    /// Deleted.
    Deleted,
    /// The sender's agency is not in the agency list of the HMIS.
    RequesterUnknown,
    /// The sender's agency neither created nor touched the record.
    NotTheirs,
    /// Created by nobody known: a system or import user, or no source covers it.
    CreatorUnknown,
    /// Created by A, only B has data.
    OnlyAnotherAgencyHasData,
    /// Another agency had data in it that has been deleted since.
    OtherAgencysDataDeleted,
    /// The client is under 18.
    Minor,
    /// Whether the client is under 18 is not known.
    MinorUnknown,
    /// A victim service provider is involved.
    VictimServiceProvider,
    /// Whether one is involved is not known.
    VspUnknown,
    /// Further agencies may have data.
    DataIncomplete,
    /// Whether the record is shared is not known.
    SharingUnknown,
    /// Further agencies may have been granted visibility.
    GrantsUnknown,
    /// Closed, yet agencies without data can see it.
    ClosedButVisible,
    /// Things in the record have locks of their own, and some are open.
    ItemsOpen,
    /// Whether the things in the record are closed is not known.
    ItemsUnknown,
}

impl Finding {
    /// Whether the sender gets nothing but the neutral acknowledgement, so that nobody can find out which IDs
    /// exist (What follows, 6).
    pub fn is_neutral(self) -> bool {
        match self {
            Self::Missing | Self::Merged | Self::Deleted | Self::RequesterUnknown | Self::NotTheirs => true,
            Self::CreatorUnknown
            | Self::OnlyAnotherAgencyHasData
            | Self::OtherAgencysDataDeleted
            | Self::Minor
            | Self::MinorUnknown
            | Self::VictimServiceProvider
            | Self::VspUnknown
            | Self::DataIncomplete
            | Self::SharingUnknown
            | Self::GrantsUnknown
            | Self::ClosedButVisible
            | Self::ItemsOpen
            | Self::ItemsUnknown => false,
        }
    }

    /// How much it weighs beside a scenario. Those of weight [`Weight::Approval`] that concern who has data
    /// also stand in the way of Scenario 1; then the classification has no scenario, which weighs more.
    pub fn weight(self) -> Weight {
        match self {
            Self::Missing
            | Self::Merged
            | Self::Deleted
            | Self::RequesterUnknown
            | Self::NotTheirs
            | Self::OnlyAnotherAgencyHasData
            | Self::Minor
            | Self::VictimServiceProvider
            | Self::ClosedButVisible => Weight::NoScenario,
            Self::GrantsUnknown | Self::ItemsOpen | Self::ItemsUnknown => Weight::Person,
            Self::CreatorUnknown
            | Self::OtherAgencysDataDeleted
            | Self::MinorUnknown
            | Self::VspUnknown
            | Self::DataIncomplete
            | Self::SharingUnknown => Weight::Approval,
        }
    }

    /// A plain sentence for staff; no agency is named.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Missing => "The HMIS has no record with this ID.",
            Self::Merged => "The record was merged into another one.",
            Self::Deleted => "The record was deleted.",
            Self::RequesterUnknown => "The sender's agency is not in the agency list of the HMIS.",
            Self::NotTheirs => {
                "The sender's agency neither created the record nor has data in it: the ID may be wrong."
            }
            Self::CreatorUnknown => "It is not known which agency created the record.",
            Self::OnlyAnotherAgencyHasData => {
                "One agency created the record, and only another one has data in it."
            }
            Self::OtherAgencysDataDeleted => "Another agency had data in the record that was deleted since.",
            Self::Minor => "The client is under 18.",
            Self::MinorUnknown => "It is not known whether the client is under 18.",
            Self::VictimServiceProvider => "A victim service provider is involved.",
            Self::VspUnknown => "It is not known whether a victim service provider is involved.",
            Self::DataIncomplete => {
                "It is not known completely, or not freshly, who has data in the record: there may be further agencies."
            }
            Self::SharingUnknown => "It is not known whether the record is shared statewide.",
            Self::GrantsUnknown => "It is not known who else was granted visibility of the record.",
            Self::ClosedButVisible => {
                "The record is closed, and yet agencies without data in it were granted visibility."
            }
            Self::ItemsOpen => "Some things in the record have locks of their own that are open.",
            Self::ItemsUnknown => "It is not known whether the things in the record are closed.",
        }
    }
}
