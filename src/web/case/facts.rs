//! What the HMIS says about each record, fact by fact; what is not known says so (DOMAIN.md, What follows, 2).

use std::collections::BTreeSet;

use super::{
    super::{page::Frame, when::When, words},
    gather::{Gathered, Names, Read},
};
use crate::domain::{AgencyId, Fact, FactName, Item, ItemOutcome, RecordStatus, Sharing, Snapshot, Step};

/// The facts of one record.
pub(super) struct FactTable {
    pub record: String,
    /// What the record is in this case.
    pub role: &'static str,
    /// Why the desk decided as it did.
    pub reasons: Vec<String>,
    pub rows: Vec<FactRow>,
    /// When the desk read them.
    pub read: When,
    /// The moment at which they held in the HMIS; `None`: no source vouches for any.
    pub as_of: Option<When>,
    /// Whether an approval would rest on them.
    pub binding: bool,
    /// Whether the record was changed since, in this case.
    pub changed_since: bool,
}

/// One fact.
pub(super) struct FactRow {
    pub label: &'static str,
    /// Each value on a line of its own.
    pub values: Vec<String>,
    pub sure: Sure,
    /// Why it matters, where it does.
    pub matters: Option<&'static str>,
    /// The source that vouches for it, and as of when; `None`: none does.
    pub source: Option<(String, When)>,
}

/// How well a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sure {
    Known,
    /// A source covers it only in part: there may be more.
    Partly,
    Unknown,
}

impl Sure {
    /// As the table says it.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Partly => "there may be more",
            Self::Unknown => "not known",
        }
    }

    /// The colour of its tag; empty: it needs none.
    pub(super) fn tone(self) -> &'static str {
        match self {
            Self::Known => "",
            Self::Partly | Self::Unknown => "warn",
        }
    }
}

/// The tables of all records of the case that were looked up, those to be closed first.
pub(super) fn tables(gathered: &Gathered, frame: &Frame) -> Vec<FactTable> {
    let case = &gathered.loaded.case;
    gathered
        .read
        .iter()
        .map(|read| {
            let item = case.item(&read.snapshot.record);
            table(read, item, &gathered.names, gathered.requester.as_ref(), frame, case.state.is_over())
        })
        .collect()
}

fn table(
    read: &Read,
    item: Option<&Item>,
    names: &Names,
    requester: Option<&AgencyId>,
    frame: &Frame,
    over: bool,
) -> FactTable {
    let snapshot = &read.snapshot;
    FactTable {
        record: snapshot.record.to_string(),
        role: if item.is_some() { "the record of the notice" } else { "the new record the mail names" },
        reasons: item
            .map(|item| {
                item.happened().chain(item.reasons.iter().map(String::as_str)).map(words::told).collect()
            })
            .unwrap_or_default(),
        rows: with_sources(rows(snapshot, names, requester), snapshot, frame),
        read: frame.when(read.at),
        as_of: snapshot.as_of.map(|at| frame.when(at)),
        // Once it is over nobody approves any more.
        binding: read.binding || over,
        changed_since: item.is_some_and(|item| {
            item.changed || item.step == Step::Settled(ItemOutcome::Closed) || item.was_undone()
        }),
    }
}

/// Which source vouches for each fact. What stands in the record's own row (the alias, say) has the source of its sharing.
fn with_sources(mut rows: Vec<FactRow>, snapshot: &Snapshot, frame: &Frame) -> Vec<FactRow> {
    for row in &mut rows {
        let fact = match row.label {
            "Created under" => FactName::Creator,
            "Has data in it, or created it" | "Had data that is deleted" => FactName::Data,
            "Granted visibility" => FactName::Grants,
            "On the Priority List" => FactName::PriorityList,
            "Under 18" => FactName::Minor,
            "Victim service provider involved" => FactName::Vsp,
            _ => FactName::Sharing,
        };
        row.source =
            snapshot.vouched(fact).map(|vouched| (vouched.source.clone(), frame.when(vouched.as_of)));
    }
    rows
}

/// The facts of a snapshot, in the order in which they decide.
pub(super) fn rows(snapshot: &Snapshot, names: &Names, requester: Option<&AgencyId>) -> Vec<FactRow> {
    let called = |agency: &AgencyId| {
        let own = if Some(agency) == requester { ", the sender's agency" } else { "" };
        // Creating a record counts as having data in it.
        let nothing = snapshot.creator.known() == Some(agency) && !snapshot.data.live.contains(agency);
        let created = if nothing { ", which created it and has entered nothing" } else { "" };
        format!("{}{own}{created}", names.full(agency))
    };
    let list = |agencies: &BTreeSet<AgencyId>| -> Vec<String> {
        if agencies.is_empty() { vec!["nobody".to_owned()] } else { agencies.iter().map(called).collect() }
    };
    let row =
        |label, values: Vec<String>, sure, matters| FactRow { label, values, sure, matters, source: None };
    let one = |label, value: &str, sure, matters| row(label, vec![value.to_owned()], sure, matters);
    let status = match &snapshot.status {
        RecordStatus::Active => ("in use".to_owned(), None),
        RecordStatus::Merged(Some(into)) => (format!("merged into {into}"), Some("a person decides")),
        RecordStatus::Merged(None) => ("merged into another record".to_owned(), Some("a person decides")),
        RecordStatus::Deleted => ("deleted".to_owned(), Some("a person decides")),
        RecordStatus::Missing => ("the HMIS has no such record".to_owned(), Some("a person decides")),
    };
    let mut rows = vec![row("The record", vec![status.0], Sure::Known, status.1)];
    if snapshot.status == RecordStatus::Missing {
        return rows;
    }
    let whether = |fact: Fact<bool>, yes: &'static str, no: &'static str| match fact {
        Fact::Known(true) => (yes, Sure::Known),
        Fact::Known(false) => (no, Sure::Known),
        Fact::Unknown => ("not known", Sure::Unknown),
    };
    let complete = |complete| if complete { Sure::Known } else { Sure::Partly };
    rows.push(match snapshot.sharing {
        Fact::Known(Sharing::Open) => one("Statewide sharing", "open", Sure::Known, None),
        Fact::Known(Sharing::Closed) => one("Statewide sharing", "closed", Sure::Known, None),
        Fact::Unknown => one("Statewide sharing", "not known", Sure::Unknown, None),
    });
    rows.push(match &snapshot.creator {
        Fact::Known(agency) => row("Created under", vec![called(agency)], Sure::Known, None),
        Fact::Unknown => {
            one("Created under", "not known (a system or import user, for one)", Sure::Unknown, None)
        }
    });
    rows.push(row(
        "Has data in it, or created it",
        list(&snapshot.agencies_with_data()),
        complete(snapshot.data.complete),
        None,
    ));
    if !snapshot.data.deleted.is_empty() {
        rows.push(row("Had data that is deleted", list(&snapshot.data.deleted), Sure::Known, None));
    }
    rows.push(row("Granted visibility", list(&snapshot.granted), complete(snapshot.grants_complete), None));
    let (value, sure) = whether(snapshot.items_closed, "all closed with it", "some are open");
    let matters = snapshot.items_closed.is(&false).then_some("others see them");
    rows.push(one("Things in the record", value, sure, matters));
    let or_empty =
        |text: Option<&str>| text.filter(|text| !text.trim().is_empty()).unwrap_or("empty").to_owned();
    rows.push(row("Alias", vec![or_empty(snapshot.alias.as_deref())], Sure::Known, None));
    let date = or_empty(snapshot.roi_consent_date.as_deref());
    rows.push(row("Date of ROI Consent", vec![date], Sure::Known, None));
    let flag = |label, fact: Fact<bool>, matters| {
        let (value, sure) = whether(fact, "yes", "no");
        one(label, value, sure, fact.is(&true).then_some(matters))
    };
    rows.push(flag(
        "On the Priority List",
        snapshot.priority_list,
        "closing can drop the client from the list",
    ));
    rows.push(flag("Under 18", snapshot.minor, "a person decides"));
    rows.push(flag("Victim service provider involved", snapshot.victim_service_provider, "a person decides"));
    rows
}
