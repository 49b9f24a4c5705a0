//! Whether the replacement record of a Scenario 2 notice can be used (DOMAIN.md: "it exists, is closed, was
//! created by the sender's agency, holds nobody else's data, its alias is no stop sign").

use serde::{Deserialize, Serialize};

use crate::domain::{AgencyId, Fact, RecordStatus, Sharing, Snapshot, is_stop_sign};

/// One thing a replacement record lacks. What is not known counts as lacking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// There is no such record.
    Missing,
    /// It was merged or deleted.
    NotInUse,
    /// The sender's agency is not in the agency list of the HMIS.
    RequesterUnknown,
    /// Another agency created it.
    CreatedByAnother,
    /// Who created it is not known.
    CreatorUnknown,
    /// It is shared statewide.
    Open,
    /// Whether it is shared is not known.
    SharingUnknown,
    /// Another agency has data in it.
    OthersData,
    /// Who has data in it is not known completely.
    DataUnknown,
    /// Another agency was granted visibility.
    Granted,
    /// Who was granted visibility is not known.
    GrantsUnknown,
    /// Things in it have locks of their own that are open.
    ItemsOpen,
    /// Whether those are closed is not known.
    ItemsUnknown,
    /// Its alias says not to use it.
    StopSign,
}

impl Lack {
    /// Whether telling the sender would disclose that a record exists or not, or something of a record that is
    /// not known to be theirs (What follows, 6). One such lack hides all others, see [`in_words`].
    pub fn is_neutral(self) -> bool {
        match self {
            Self::Missing
            | Self::NotInUse
            | Self::RequesterUnknown
            | Self::CreatedByAnother
            | Self::CreatorUnknown => true,
            Self::Open
            | Self::SharingUnknown
            | Self::OthersData
            | Self::DataUnknown
            | Self::Granted
            | Self::GrantsUnknown
            | Self::ItemsOpen
            | Self::ItemsUnknown
            | Self::StopSign => false,
        }
    }

    /// A plain sentence for staff. What the agency may be told is made by [`in_words`].
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Missing => "The HMIS has no record with this ID.",
            Self::NotInUse => "It was merged or deleted.",
            Self::RequesterUnknown => {
                "It could not be checked: the agency is not in the agency list of the HMIS."
            }
            Self::CreatedByAnother => "It was created by another agency.",
            Self::CreatorUnknown => "It could not be checked which agency created it.",
            Self::Open => "It is still open to statewide data sharing: close it.",
            Self::SharingUnknown => "It could not be checked whether it is closed to statewide data sharing.",
            Self::OthersData => "Another agency has data in it: make a new record.",
            Self::DataUnknown => "It could not be checked whether another agency has data in it.",
            Self::Granted => "Another agency was granted visibility: take that back.",
            Self::GrantsUnknown => "It could not be checked whether another agency was granted visibility.",
            Self::ItemsOpen => "Some things in it have locks of their own that are open: close them.",
            Self::ItemsUnknown => "It could not be checked whether the things in it are closed.",
            Self::StopSign => "Its alias says not to use it: change the alias.",
        }
    }
}

/// What the replacement record lacks, for `requester`, the sender's root agency; empty: use it.
pub fn replacement(snapshot: &Snapshot, requester: Option<&AgencyId>) -> Vec<Lack> {
    match snapshot.status {
        RecordStatus::Missing => return vec![Lack::Missing],
        RecordStatus::Merged(_) | RecordStatus::Deleted => return vec![Lack::NotInUse],
        RecordStatus::Active => {}
    }
    let Some(requester) = requester else { return vec![Lack::RequesterUnknown] };
    let another = |agency: &AgencyId| agency != requester;
    let mut lacks = Vec::new();
    let mut lacks_if = |applies: bool, lack| {
        if applies {
            lacks.push(lack);
        }
    };

    lacks_if(snapshot.creator.known().is_some_and(another), Lack::CreatedByAnother);
    lacks_if(snapshot.creator == Fact::Unknown, Lack::CreatorUnknown);
    lacks_if(snapshot.sharing.is(&Sharing::Open), Lack::Open);
    lacks_if(snapshot.sharing == Fact::Unknown, Lack::SharingUnknown);
    lacks_if(snapshot.data.live.iter().any(another), Lack::OthersData);
    lacks_if(!snapshot.data.complete, Lack::DataUnknown);
    lacks_if(snapshot.granted.iter().any(another), Lack::Granted);
    lacks_if(!snapshot.grants_complete, Lack::GrantsUnknown);
    lacks_if(snapshot.items_closed.is(&false), Lack::ItemsOpen);
    lacks_if(snapshot.items_closed == Fact::Unknown, Lack::ItemsUnknown);
    lacks_if(snapshot.alias.as_deref().is_some_and(is_stop_sign), Lack::StopSign);
    lacks
}

/// What the agency is told about the replacement record it named; empty: use it. Where the record is missing or
/// not known to be theirs, one and the same sentence, whatever else it lacks.
pub fn in_words(lacks: &[Lack]) -> Vec<String> {
    if lacks.iter().any(|lack| lack.is_neutral()) {
        return vec!["It could not be checked from here: a person will look at it.".to_owned()];
    }
    lacks.iter().map(|lack| lack.sentence().to_owned()).collect()
}
