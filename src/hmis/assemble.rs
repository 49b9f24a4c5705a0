//! From rows to a [`Snapshot`]: what is known, what is a positive finding, and what is unknown.

use std::collections::BTreeSet;

use super::{
    ItemVisibility,
    agencies::Agencies,
    coverage::{Coverage, Topic},
    rows::{DataRow, RecordRow},
};
use crate::domain::{AgencyId, ClientId, Contributors, Fact, Snapshot};

/// What holds for every record of one read.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) agencies: Agencies,
    pub(super) coverage: Coverage,
    pub(super) item_visibility: ItemVisibility,
}

impl Surroundings {
    /// The snapshot of `record`; `granted` are the agencies as the rows name them.
    pub(super) fn snapshot(
        &self,
        record: &ClientId,
        row: Option<RecordRow>,
        data: &[DataRow],
        granted: &[AgencyId],
    ) -> Snapshot {
        let coverage = &self.coverage;
        let Some(row) = row else { return Snapshot::missing(record.clone(), coverage.as_of()) };

        let contributors = self.contributors(data);
        let granted: BTreeSet<_> = granted.iter().map(|agency| self.agencies.root(agency)).collect();
        let creator = row.creator.map(|agency| self.agencies.root(&agency));
        // Whoever is named counts here, covered or not, and deleted data as well: that a victim service provider
        // had to do with the record is not undone by deleting what it entered.
        let involved: BTreeSet<_> = contributors
            .live
            .iter()
            .chain(&contributors.deleted)
            .chain(&granted)
            .chain(&creator)
            .cloned()
            .collect();
        Snapshot {
            record: record.clone(),
            status: row.status,
            creator: self.if_covered(Topic::Creator, creator),
            sharing: self.if_covered(Topic::Sharing, row.sharing),
            items_closed: self.items_closed(data, contributors.complete),
            data: contributors,
            granted,
            grants_complete: coverage.covers(Topic::Grants),
            alias: row.alias,
            roi_consent_date: row.roi_consent_date,
            priority_list: self.positive_counts(Topic::PriorityList, row.priority_list),
            minor: self.positive_counts(Topic::Minor, row.minor),
            victim_service_provider: self.victim_service_provider(&involved),
            visibility_follows_sharing: coverage.visibility_follows_sharing(),
            as_of: coverage.as_of(),
            vouching: coverage.vouching_sources(),
        }
    }

    /// A value that means nothing unless a source vouches for it.
    fn if_covered<T>(&self, topic: Topic, value: Option<T>) -> Fact<T> {
        value.filter(|_| self.coverage.covers(topic)).into()
    }

    /// A yes counts whoever says it; a no only when a source vouches for it (DOMAIN.md, What follows, 2).
    fn positive_counts(&self, topic: Topic, value: Option<bool>) -> Fact<bool> {
        value.filter(|yes| *yes || self.coverage.covers(topic)).into()
    }

    fn contributors(&self, data: &[DataRow]) -> Contributors {
        let roots = |deleted: bool| -> BTreeSet<AgencyId> {
            data.iter()
                .filter(|row| row.deleted == deleted)
                .map(|row| self.agencies.root(&row.agency))
                .collect()
        };
        let live = roots(false);
        let deleted = roots(true).difference(&live).cloned().collect();
        Contributors { live, deleted, complete: self.coverage.covers(Topic::Data) }
    }

    /// Where items have locks of their own, one open lock is a finding; that all are closed can be said only
    /// when all items are known.
    fn items_closed(&self, data: &[DataRow], complete: bool) -> Fact<bool> {
        let locks = || data.iter().filter(|row| !row.deleted).map(|row| row.shared);
        match self.item_visibility {
            ItemVisibility::WithRecord => Fact::Known(true),
            ItemVisibility::Own if locks().any(|shared| shared == Some(true)) => Fact::Known(false),
            ItemVisibility::Own if complete && locks().all(|shared| shared == Some(false)) => {
                Fact::Known(true)
            }
            ItemVisibility::Own => Fact::Unknown,
        }
    }

    fn victim_service_provider(&self, involved: &BTreeSet<AgencyId>) -> Fact<bool> {
        let flags: Vec<_> = involved.iter().map(|root| self.agencies.victim_service_provider(root)).collect();
        if flags.contains(&Some(true)) {
            return Fact::Known(true);
        }
        if self.coverage.covers(Topic::Vsp) && flags.iter().all(Option::is_some) {
            return Fact::Known(false);
        }
        Fact::Unknown
    }
}
