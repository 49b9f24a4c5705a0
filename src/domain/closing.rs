//! The exact changes that closing makes to a record (INTERFACES.md, "Closing changes exactly").

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{AgencyId, ClientId, Fact, RecordStatus, Scenario, Sharing, Snapshot};

/// The flags a closing may overwrite in the alias field (DOMAIN.md, "Alias"). Anything else is a person's
/// text and is left alone.
const KNOWN_FLAGS: [&str; 6] = [
    "SHARED",
    "NOT SHARED",
    "CLOSED/NOT SHARED",
    "DO NOT USE",
    "DO NOT USE - CLIENT REVOKED CONSENT",
    "CLOSED \u{2013} USE THIS FILE",
];

/// Whether an alias is, as a whole, `flag`: case, outer white space and the kind of dash do not count.
/// "Contains" is never enough: `NOT SHARED` contains `SHARED`.
fn is_flag(alias: &str, flag: &str) -> bool {
    let plain =
        |text: &str| {
            text.trim()
                .chars()
                .map(|c| {
                    if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') {
                        '-'
                    } else {
                        c.to_ascii_uppercase()
                    }
                })
                .collect::<String>()
        };
    plain(alias) == plain(flag)
}

/// Whether the alias tells staff not to use the record: `DO NOT USE`, alone or because consent was revoked.
pub fn is_stop_sign(alias: &str) -> bool {
    is_flag(alias, "DO NOT USE") || is_flag(alias, "DO NOT USE - CLIENT REVOKED CONSENT")
}

/// One change to one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Statewide sharing: open → closed.
    CloseSharing,
    /// Visibility granted to this root agency (and to any agency below it) is taken away: it has no data.
    RemoveGrant(AgencyId),
    /// The alias becomes a flag.
    SetAlias {
        /// The alias it replaces: empty or a known flag.
        from: Option<String>,
        /// The flag.
        to: String,
    },
}

impl Change {
    /// The change as something to do, for staff; `called` says what an agency is called where the words are read.
    pub fn in_words(&self, called: impl Fn(&AgencyId) -> String) -> String {
        match self {
            Self::CloseSharing => "close statewide data sharing".to_owned(),
            Self::RemoveGrant(agency) => {
                format!("take away the visibility granted to {}, which has no data in it", called(agency))
            }
            Self::SetAlias { from, to } => {
                let from = from.as_deref().filter(|alias| !alias.is_empty()).unwrap_or("empty");
                format!("alias: {from} → {to}")
            }
        }
    }
}

/// Facts that must still hold in the transaction of the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// The record these facts are about: the one to close, or the replacement the reply speaks of.
    pub record: ClientId,
    /// [`Snapshot::facts_sha256`] as it was when the decision was taken.
    pub facts_sha256: String,
}

/// The changes closing makes to one record, bound to the facts they were decided on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The record to close.
    pub record: ClientId,
    /// What to change, in this order; nothing else is changed.
    pub changes: Vec<Change>,
    /// What must still be true.
    pub expected: Vec<Expected>,
}

impl Closing {
    /// The closing of `snapshot`'s record, or `None` where nothing can be closed: the record is not in use,
    /// or it is not known to be open. `related` are the replacement records the approver saw as well.
    /// Without a scenario (a person decides) the flag is Scenario 2's, the stricter one.
    pub fn of(snapshot: &Snapshot, scenario: Option<Scenario>, related: &[Snapshot]) -> Option<Self> {
        if snapshot.status != RecordStatus::Active || !snapshot.sharing.is(&Sharing::Open) {
            return None;
        }
        let mut changes = vec![Change::CloseSharing];
        changes.extend(snapshot.grants_without_data().into_iter().map(Change::RemoveGrant));
        let flag = flag_for(scenario);
        if may_overwrite(snapshot.alias.as_deref()) && snapshot.alias.as_deref() != Some(flag) {
            changes.push(Change::SetAlias { from: snapshot.alias.clone(), to: flag.to_owned() });
        }
        let expected = std::iter::once(snapshot)
            .chain(related)
            .map(|seen| Expected { record: seen.record.clone(), facts_sha256: seen.facts_sha256() })
            .collect();
        Some(Self { record: snapshot.record.clone(), changes, expected })
    }

    /// The facts as this closing would leave them, for what an approver is shown beforehand.
    pub fn applied_to(&self, snapshot: &Snapshot) -> Snapshot {
        let mut after = snapshot.clone();
        for change in &self.changes {
            match change {
                Change::CloseSharing => after.sharing = Fact::Known(Sharing::Closed),
                Change::RemoveGrant(agency) => {
                    after.granted.remove(agency);
                }
                Change::SetAlias { to, .. } => after.alias = Some(to.clone()),
            }
        }
        after
    }

    /// The changes of which the facts show that they are not made. An alias that reads as it did counts only where there
    /// was one: an empty one may be one that the source does not carry. What is not known is not listed.
    pub fn not_made(&self, now: &Snapshot) -> Vec<&Change> {
        let is_open = |change: &&Change| match change {
            Change::CloseSharing => now.sharing.is(&Sharing::Open),
            Change::RemoveGrant(agency) => now.granted.contains(agency),
            Change::SetAlias { from, .. } => from.is_some() && &now.alias == from,
        };
        self.changes.iter().filter(is_open).collect()
    }

    /// Whether the record already looks as this closing would leave it: an earlier attempt, of which no
    /// outcome was recorded, did its work. What it proves about visibility is the read-back's business.
    pub fn is_applied(&self, now: &Snapshot) -> bool {
        now.sharing.is(&Sharing::Closed)
            && self.changes.iter().all(|change| match change {
                Change::CloseSharing => true,
                Change::RemoveGrant(agency) => !now.granted.contains(agency),
                Change::SetAlias { to, .. } => now.alias.as_ref() == Some(to),
            })
    }
}

/// The flag a closed record carries.
pub fn flag_for(scenario: Option<Scenario>) -> &'static str {
    match scenario {
        Some(Scenario::One) => "CLOSED/NOT SHARED",
        Some(Scenario::Two) | None => "DO NOT USE - CLIENT REVOKED CONSENT",
    }
}

/// Whether a closing may replace this alias.
pub fn may_overwrite(alias: Option<&str>) -> bool {
    alias.is_none_or(|alias| alias.trim().is_empty() || KNOWN_FLAGS.iter().any(|flag| is_flag(alias, flag)))
}

/// What else ought to change in the record but is not ours to change; it goes into the reply's checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToDo {
    /// The alias holds a text of the agency's own, where this flag belongs.
    SetAlias(String),
    /// A closed record carries no Date of ROI Consent.
    ClearRoiDate,
}

/// The checklist for a record as it was read back.
pub fn to_do(snapshot: &Snapshot, scenario: Option<Scenario>) -> Vec<ToDo> {
    let flag = flag_for(scenario);
    let mut list = Vec::new();
    if !snapshot.alias.as_deref().is_some_and(|alias| is_flag(alias, flag)) {
        list.push(ToDo::SetAlias(flag.to_owned()));
    }
    if snapshot.roi_consent_date.as_deref().is_some_and(|date| !date.trim().is_empty()) {
        list.push(ToDo::ClearRoiDate);
    }
    list
}

/// What speaks against going on with a change that a person makes: what others can see or have entered now, that the
/// approver did not see. What a closing brings about (sharing, grants, flags, the Priority List) is no such thing, nor is
/// what `requester`'s own agency entered, nor that less is known. Sentences for staff; agencies are counted, never named.
pub fn more_seen(seen: &Snapshot, now: &Snapshot, requester: Option<&AgencyId>) -> Vec<String> {
    let record = &seen.record;
    let mut lines = Vec::new();
    if seen.status != now.status {
        lines.push(format!("record {record}: it is no longer in the same state (active, merged or deleted)"));
    }
    if let (Fact::Known(was), Fact::Known(is)) = (&seen.creator, &now.creator)
        && was != is
    {
        lines.push(format!("record {record}: the agency it was created under reads differently"));
    }
    let others = |agencies: BTreeSet<AgencyId>| -> BTreeSet<AgencyId> {
        agencies.into_iter().filter(|agency| Some(agency) != requester).collect()
    };
    let more = others(now.data.live.clone()).difference(&seen.agencies_with_data()).count();
    if more > 0 {
        lines.push(format!("record {record}: {more} more agencies have data in it"));
    }
    let known: BTreeSet<AgencyId> = seen.granted.union(&seen.agencies_with_data()).cloned().collect();
    let granted = others(now.granted.clone()).difference(&known).count();
    if granted > 0 {
        lines.push(format!("record {record}: {granted} more agencies were granted visibility"));
    }
    lines
}

/// A sentence for staff on each thing that differs between what was seen and what is now, without agency names
/// (they stand beside it in the facts).
pub fn difference(seen: &Snapshot, now: &Snapshot) -> Vec<String> {
    let mut lines = Vec::new();
    let record = &seen.record;
    let mut line = |differs: bool, text: &str| {
        if differs {
            lines.push(format!("record {record}: {text}"));
        }
    };
    line(seen.status != now.status, "it is no longer in the same state (active, merged or deleted)");
    line(seen.creator != now.creator, "the agency it was created under reads differently");
    line(
        seen.sharing != now.sharing,
        match now.sharing {
            Fact::Known(Sharing::Open) => "it is now open",
            Fact::Known(Sharing::Closed) => "it is now closed",
            Fact::Unknown => "whether it is shared is no longer known",
        },
    );
    let added = now.data.live.difference(&seen.data.live).count();
    let gone = seen.data.live.difference(&now.data.live).count();
    line(added > 0, &format!("{added} more agencies have data in it"));
    line(gone > 0, &format!("{gone} fewer agencies have data in it"));
    line(seen.data.deleted != now.data.deleted, "other agencies' deleted data reads differently");
    line(seen.data.complete != now.data.complete, "how completely it is known who has data has changed");
    line(
        seen.granted != now.granted || seen.grants_complete != now.grants_complete,
        "who was granted visibility has changed",
    );
    line(seen.items_closed != now.items_closed, "the locks of things in the record have changed");
    line(seen.alias != now.alias, "the alias has changed");
    line(seen.roi_consent_date != now.roi_consent_date, "the Date of ROI Consent has changed");
    line(seen.priority_list != now.priority_list, "its place on the Priority List has changed");
    line(seen.minor != now.minor, "whether the client is a minor reads differently");
    line(
        seen.victim_service_provider != now.victim_service_provider,
        "whether a victim service provider is involved reads differently",
    );
    lines
}
