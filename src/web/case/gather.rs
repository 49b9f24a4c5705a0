//! All that is known of one case, asked for once.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::time::timeout;

use super::super::{Shared, problem::Problem};
use crate::{
    domain::{AgencyId, Case, CaseId, ClientId, Event, Judgement, Snapshot},
    engine::{Desk, EngineError, evidence::Evidence},
    store::{Attempt, HistoryRow, Loaded, MessageRow, OrderedReply},
};

/// How long the page waits for the names of agencies: without them it shows their IDs.
const NAMES_WITHIN: Duration = Duration::from_secs(3);
/// So many other cases of the same records are listed.
const MOST_OTHERS: usize = 20;
/// So many judgements are looked through for the facts of records that were settled before the last one.
const MOST_JUDGEMENTS: usize = 10;

/// One case and all around it.
pub(super) struct Gathered {
    pub loaded: Loaded,
    /// What an approval is bound to at this moment.
    pub evidence: Option<Evidence>,
    /// The facts of each record and replacement as they were read last.
    pub read: Vec<Read>,
    pub history: Vec<HistoryRow>,
    pub attempts: Vec<Attempt>,
    pub replies: Vec<OrderedReply>,
    pub mails: Vec<(MessageRow, Kept)>,
    /// Other cases of the same records.
    pub others: Vec<Loaded>,
    pub names: Names,
    /// The root agency of the sender.
    pub requester: Option<AgencyId>,
    /// The HMIS could not be asked for the names of agencies.
    pub hmis_away: bool,
}

/// The facts of one record at the moment the desk read them.
pub(super) struct Read {
    pub snapshot: Snapshot,
    pub at: DateTime<Utc>,
    /// Whether an approval would rest on them now.
    pub binding: bool,
}

impl Gathered {
    /// The facts of a record, as they were read last.
    pub(super) fn read_of(&self, record: &ClientId) -> Option<&Read> {
        self.read.iter().find(|read| &read.snapshot.record == record)
    }
}

/// What agencies are called.
#[derive(Debug, Clone, Default)]
pub(super) struct Names(pub BTreeMap<AgencyId, String>);

impl Names {
    /// The name alone; an agency without one is called by its ID.
    pub(super) fn short(&self, agency: &AgencyId) -> String {
        self.0.get(agency).cloned().unwrap_or_else(|| agency.to_string())
    }

    /// The name and the ID.
    pub(super) fn full(&self, agency: &AgencyId) -> String {
        match self.0.get(agency) {
            Some(name) => format!("{name} ({agency})"),
            None => agency.to_string(),
        }
    }
}

/// So many mails of a case are read for its page, the last ones; of the others only the lines stand there.
const MOST_READ: usize = 20;
/// Larger mails are read in the mailbox, in bytes: what people write is small, and many may look at once.
const LARGEST_READ: i64 = 1024 * 1024;

/// What there is of a mail to be shown.
pub(super) enum Kept {
    /// Its octets.
    Here(Vec<u8>),
    /// It was read; what it says is elsewhere.
    Read,
    /// More came after it than are shown.
    TooMany,
    /// It is too large.
    TooLarge,
    /// Nothing.
    Gone,
}

/// Asks for all of it.
pub(super) async fn gather(shared: &Shared, id: CaseId) -> Result<Gathered, Problem> {
    let store = &shared.desk.book.store;
    let loaded = store.case(id).await?.ok_or_else(|| EngineError::NoSuchCase(id.to_string()))?;
    let case = &loaded.case;
    let history = store.history(id).await?;
    let evidence: Option<Evidence> = match &case.evidence_sha256 {
        Some(sha256) => store.evidence(id, sha256).await?,
        None => None,
    };
    let read = facts(shared, case, evidence.as_ref(), &history).await?;
    let rows = store.message_rows_of(id).await?;
    let skipped = rows.len().saturating_sub(MOST_READ);
    let mut mails = Vec::new();
    for (index, row) in rows.into_iter().enumerate() {
        let kept = if index < skipped {
            Kept::TooMany
        } else {
            match store.octets_within(&row.id, LARGEST_READ).await? {
                Some(Some(octets)) => Kept::Here(octets),
                Some(None) => Kept::TooLarge,
                None => Kept::Gone,
            }
        };
        mails.push((row, kept));
    }
    let (names, requester, hmis_away) = names(&shared.desk, case).await;
    Ok(Gathered {
        evidence,
        read,
        attempts: store.attempts(id).await?,
        replies: store.replies(id).await?,
        mails,
        others: others(shared, case).await?,
        names,
        requester,
        hmis_away,
        history,
        loaded,
    })
}

/// The facts of each record and replacement, from the last judgement that looked at it.
async fn facts(
    shared: &Shared,
    case: &Case,
    present: Option<&Evidence>,
    history: &[HistoryRow],
) -> Result<Vec<Read>, Problem> {
    let mut read: Vec<Read> = Vec::new();
    for (sha256, at) in judgements(history)?.into_iter().take(MOST_JUDGEMENTS) {
        let is_present = case.evidence_sha256.as_ref() == Some(&sha256);
        let kept: Option<Evidence> = match present.filter(|_| is_present) {
            Some(present) => Some(present.clone()),
            None => shared.desk.book.store.evidence(case.id, &sha256).await?,
        };
        let Some(evidence) = kept else { continue };
        let snapshots = evidence.records.into_iter().map(|record| record.snapshot);
        for snapshot in snapshots.chain(evidence.replacements) {
            if !read.iter().any(|known| known.snapshot.record == snapshot.record) {
                read.push(Read { snapshot, at, binding: is_present });
            }
        }
    }
    let order: Vec<&ClientId> = case.items.iter().map(|item| &item.record).chain(&case.new_records).collect();
    read.sort_by_key(|read| order.iter().position(|record| **record == read.snapshot.record));
    Ok(read)
}

/// What the desk's judgements of records rested on, the last first, and when they were made.
pub(super) fn judgements(history: &[HistoryRow]) -> Result<Vec<(String, DateTime<Utc>)>, Problem> {
    let mut found: Vec<(String, DateTime<Utc>)> = Vec::new();
    for row in history.iter().rev().filter(|row| row.event == "judged") {
        if let Some(Event::Judged(Judgement::Records { evidence_sha256, .. })) = row.happened()
            && !found.iter().any(|(known, _)| known == &evidence_sha256)
        {
            found.push((evidence_sha256, row.at()?));
        }
    }
    Ok(found)
}

/// What agencies are called, the sender's root agency, and whether the HMIS was away.
pub(super) async fn names(desk: &Desk, case: &Case) -> (Names, Option<AgencyId>, bool) {
    let site = desk.book.site();
    let with_name = |id: &AgencyId| Some((id.clone(), site.roster.name(id)?.to_owned()));
    let mut names: BTreeMap<AgencyId, String> = site.roster.ids().filter_map(with_name).collect();
    let asked = timeout(NAMES_WITHIN, async {
        let listed = desk.hmis.agency_names().await?;
        let root = match case.agency() {
            Some(agency) => desk.hmis.root_agency(agency).await?,
            None => None,
        };
        Ok::<_, EngineError>((listed, root))
    });
    match asked.await {
        Ok(Ok((listed, root))) => {
            names.extend(listed);
            (Names(names), root, false)
        }
        Ok(Err(error)) => {
            tracing::warn!(case = %case.id, %error, "a case is shown without the agencies' names");
            (Names(names), case.agency().cloned(), true)
        }
        Err(_) => (Names(names), case.agency().cloned(), true),
    }
}

async fn others(shared: &Shared, case: &Case) -> Result<Vec<Loaded>, Problem> {
    let records: BTreeSet<&ClientId> =
        case.items.iter().map(|item| &item.record).chain(&case.new_records).collect();
    let mut others: BTreeMap<CaseId, Loaded> = BTreeMap::new();
    for record in records.into_iter().take(MOST_OTHERS) {
        let found = shared.desk.book.store.cases_about(record).await?;
        others.extend(found.into_iter().map(|loaded| (loaded.case.id, loaded)));
    }
    others.remove(&case.id);
    Ok(others.into_values().rev().take(MOST_OTHERS).collect())
}
