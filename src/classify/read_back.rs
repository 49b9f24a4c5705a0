//! Whether what the confirmation says is true, read after the change (DOMAIN.md, "The confirmation … needs all
//! of" and What follows, 3).

use crate::domain::{AgencyId, Fact, RecordStatus, Scenario, Sharing, Snapshot};

/// What reading a record back shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadBack {
    /// All that the confirmation says is true.
    Confirmed {
        /// How many other agencies keep access to what is there: those with data, and the creator.
        other_agencies: usize,
        /// Whether that number is all there are.
        others_complete: bool,
    },
    /// The record is still shared statewide.
    StillOpen,
    /// It is closed, but not as the confirmation says. Plain sentences; agencies are counted, never named.
    Differs(Vec<String>),
    /// What the confirmation says is not known to be true. Plain sentences.
    Unknown(Vec<String>),
}

/// Judges the record as it was read back, for `requester`, the sender's root agency. `scenario` is what the
/// case was approved as; `None`: a person approved it without one, which is read as Scenario 2 is.
///
/// Scenario 1 is confirmed only when sharing is closed, no other agency has data, nobody else was granted
/// visibility, and the locks of things in the record are closed; all of it known. Scenario 2 is confirmed when
/// sharing is closed and nobody without data was granted visibility. The record must be in use: of a merged one,
/// the data lives on in another record, and nothing was read about that.
pub fn read_back(snapshot: &Snapshot, scenario: Option<Scenario>, requester: Option<&AgencyId>) -> ReadBack {
    let mut seen = Seen::default();
    match snapshot.status {
        RecordStatus::Active => {}
        RecordStatus::Merged(_) => seen.differs("It was merged into another record."),
        RecordStatus::Deleted => seen.differs("It was deleted."),
        RecordStatus::Missing => {
            return ReadBack::Differs(vec!["The HMIS has no record with this ID.".to_owned()]);
        }
    }
    match snapshot.sharing {
        Fact::Known(Sharing::Closed) => {}
        Fact::Known(Sharing::Open) if seen.differs.is_empty() => return ReadBack::StillOpen,
        Fact::Known(Sharing::Open) => seen.differs("It is still shared statewide."),
        Fact::Unknown => seen.unknown("It is not known whether it is shared statewide."),
    }
    if !snapshot.grants_complete {
        seen.unknown("It is not known who was granted visibility of it.");
    }
    match scenario {
        Some(Scenario::One) => only_the_requester(snapshot, requester, &mut seen),
        Some(Scenario::Two) | None => {
            let granted = snapshot.grants_without_data().len();
            if granted > 0 {
                seen.differs(format!("Agencies without data in it that were granted visibility: {granted}."));
            }
        }
    }
    if !seen.differs.is_empty() {
        // Something that is wrong outweighs what is not known: waiting for a fresher source would not help.
        return ReadBack::Differs(seen.differs);
    }
    if !seen.unknown.is_empty() {
        return ReadBack::Unknown(seen.unknown);
    }
    let mut others = snapshot.agencies_with_data();
    if let Some(requester) = requester {
        others.remove(requester);
    }
    ReadBack::Confirmed {
        other_agencies: others.len(),
        // An unknown creator may be one more.
        others_complete: snapshot.data.complete && snapshot.creator != Fact::Unknown,
    }
}

fn only_the_requester(snapshot: &Snapshot, requester: Option<&AgencyId>, seen: &mut Seen) {
    let another = |agency: &&AgencyId| Some(*agency) != requester;
    match snapshot.creator.known() {
        Some(creator) if another(&creator) => seen.differs("The sender's agency did not create it."),
        Some(_) => {}
        None => seen.unknown("It is not known which agency created it."),
    }
    let with_data = snapshot.data.live.iter().filter(another).count();
    if with_data > 0 {
        seen.differs(format!("Other agencies with data in it: {with_data}."));
    }
    if !snapshot.data.complete {
        seen.unknown("It is not known completely who has data in it.");
    }
    if !snapshot.visibility_follows_sharing {
        seen.unknown("Who has data in it is known only as of before it was seen closed.");
    }
    let granted = snapshot.granted.iter().filter(another).count();
    if granted > 0 {
        seen.differs(format!("Other agencies that were granted visibility: {granted}."));
    }
    match snapshot.items_closed {
        Fact::Known(true) => {}
        Fact::Known(false) => seen.differs("Some things in it have locks of their own that are open."),
        Fact::Unknown => seen.unknown("It is not known whether the things in it are closed."),
    }
}

#[derive(Default)]
struct Seen {
    differs: Vec<String>,
    unknown: Vec<String>,
}

impl Seen {
    fn differs(&mut self, sentence: impl Into<String>) {
        self.differs.push(sentence.into());
    }

    fn unknown(&mut self, sentence: impl Into<String>) {
        self.unknown.push(sentence.into());
    }
}
