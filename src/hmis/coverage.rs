//! Which facts the sources vouch for at a moment (INTERFACES.md, "A fact is known when …").

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::Role;
use crate::domain::{FactName, Vouched};

/// How far ahead of our clock a source's `as_of` may lie: clocks differ by that much. What claims to be from
/// later than that is not trusted.
const CLOCK_DIFFERENCE: TimeDelta = TimeDelta::minutes(5);

/// A kind of fact a source can vouch for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Data,
    Creator,
    Sharing,
    Grants,
    PriorityList,
    Minor,
    Vsp,
    Entries,
}

impl Topic {
    pub(super) const ALL: [Self; 8] = [
        Self::Data,
        Self::Creator,
        Self::Sharing,
        Self::Grants,
        Self::PriorityList,
        Self::Minor,
        Self::Vsp,
        Self::Entries,
    ];

    /// The word in `hmis_source.fact`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Creator => "creator",
            Self::Sharing => "sharing",
            Self::Grants => "grants",
            Self::PriorityList => "priority_list",
            Self::Minor => "minor",
            Self::Vsp => "vsp",
            Self::Entries => "entries",
        }
    }

    /// What it is called on screen.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Data => "who has entered data",
            Self::Creator => "who created a record",
            Self::Sharing => "whether a record is shared",
            Self::Grants => "who was granted visibility",
            Self::PriorityList => "who is on the Priority List",
            Self::Minor => "who is under 18",
            Self::Vsp => "which agencies are victim service providers",
            Self::Entries => "project stays",
        }
    }
}

/// The word in `hmis_source.fact` that stands for every fact.
pub(super) const EVERYTHING: &str = "all";

/// One row of `hmis_source`.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) fact: String,
    pub(super) as_of: DateTime<Utc>,
    pub(super) complete: bool,
}

/// What the sources vouch for at one moment.
#[derive(Debug)]
pub(super) struct Coverage {
    sources: Vec<Source>,
    role: Role,
    now: DateTime<Utc>,
    max_age: TimeDelta,
}

impl Coverage {
    pub(super) fn new(sources: Vec<Source>, role: Role, max_age: Duration, now: DateTime<Utc>) -> Self {
        let max_age = TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX);
        Self { sources, role, now, max_age }
    }

    /// Whether a source is too old at this moment, or claims to be from the future. A live database never is:
    /// it is as of the read.
    pub(super) fn is_stale(&self, source: &Source) -> bool {
        match self.role {
            Role::Live => false,
            Role::Mirror => {
                let age = self.now.signed_duration_since(source.as_of);
                age > self.max_age || age < -CLOCK_DIFFERENCE
            }
        }
    }

    /// Every row, as it stands in the database.
    pub(super) fn sources(&self) -> &[Source] {
        &self.sources
    }

    fn vouching(&self, topic: Topic) -> impl Iterator<Item = &Source> {
        self.sources
            .iter()
            .filter(move |source| source.fact == topic.word() || source.fact == EVERYTHING)
            .filter(|source| source.complete && !self.is_stale(source))
    }

    /// Whether one source covers this fact, completely and freshly.
    pub(super) fn covers(&self, topic: Topic) -> bool {
        self.vouching(topic).next().is_some()
    }

    /// The newest source that vouches for each fact; on a live database what it says is as of the read.
    pub(super) fn vouching_sources(&self) -> BTreeMap<FactName, Vouched> {
        let newest = |topic| self.vouching(topic).max_by_key(|source| source.as_of);
        let as_of = |source: &Source| match self.role {
            Role::Live => self.now,
            Role::Mirror => source.as_of,
        };
        [
            (FactName::Creator, Topic::Creator),
            (FactName::Sharing, Topic::Sharing),
            (FactName::Data, Topic::Data),
            (FactName::Grants, Topic::Grants),
            (FactName::PriorityList, Topic::PriorityList),
            (FactName::Minor, Topic::Minor),
            (FactName::Vsp, Topic::Vsp),
        ]
        .into_iter()
        .filter_map(|(fact, topic)| {
            let source = newest(topic)?;
            Some((fact, Vouched { source: source.name.clone(), as_of: as_of(source) }))
        })
        .collect()
    }

    /// Whether who has data and who was granted visibility is known as of no earlier than what the record's sharing
    /// is. Always on a live database; on a mirror each topic counts as of its newest vouching source.
    pub(super) fn visibility_follows_sharing(&self) -> bool {
        let newest = |topic| self.vouching(topic).map(|source| source.as_of).max();
        match self.role {
            Role::Live => true,
            Role::Mirror => newest(Topic::Sharing).is_some_and(|sharing| {
                [Topic::Data, Topic::Grants]
                    .into_iter()
                    .all(|topic| newest(topic).is_some_and(|as_of| as_of >= sharing))
            }),
        }
    }

    /// As of when what a classification rests on is known: the read itself on a live database; on a mirror the
    /// oldest source that vouches for who has data, the creator, sharing or grants.
    pub(super) fn as_of(&self) -> Option<DateTime<Utc>> {
        match self.role {
            Role::Live => Some(self.now),
            Role::Mirror => [Topic::Data, Topic::Creator, Topic::Sharing, Topic::Grants]
                .into_iter()
                .flat_map(|topic| self.vouching(topic))
                .map(|source| source.as_of)
                .min(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn source(fact: &str, as_of: &str, complete: bool) -> Source {
        Source { name: "report".to_owned(), fact: fact.to_owned(), as_of: at(as_of), complete }
    }

    #[test]
    fn a_fact_is_known_when_one_source_covers_it_complete_and_fresh() {
        const NOW: &str = "2026-11-02T12:00:00Z";
        for (name, rows, mirror, live) in [
            ("nothing", vec![], false, false),
            ("covered", vec![source("data", NOW, true)], true, true),
            ("covered by `all`", vec![source("all", NOW, true)], true, true),
            ("another fact", vec![source("creator", NOW, true)], false, false),
            ("an unknown fact", vec![source("Data ", NOW, true)], false, false),
            ("incomplete", vec![source("data", NOW, false)], false, false),
            ("exactly as old as allowed", vec![source("data", "2026-11-01T12:00:00Z", true)], true, true),
            ("a second too old", vec![source("data", "2026-11-01T11:59:59Z", true)], false, true),
            ("a clock a little ahead", vec![source("data", "2026-11-02T12:05:00Z", true)], true, true),
            ("from the future", vec![source("data", "2026-11-02T12:05:01Z", true)], false, true),
            (
                "one incomplete, one complete but old",
                vec![source("data", NOW, false), source("all", "2026-10-01T00:00:00Z", true)],
                false,
                true,
            ),
            (
                "one old, one that covers it",
                vec![source("data", "2026-10-01T00:00:00Z", true), source("all", NOW, true)],
                true,
                true,
            ),
        ] {
            for (role, answer) in [(Role::Mirror, mirror), (Role::Live, live)] {
                let coverage = Coverage::new(rows.clone(), role, DAY, at(NOW));
                assert_eq!(coverage.covers(Topic::Data), answer, "{name}, {role:?}");
            }
        }
    }

    #[test]
    fn a_mirror_is_as_old_as_the_oldest_source_that_is_used() {
        const NOW: &str = "2026-11-02T12:00:00Z";
        for (name, rows, as_of) in [
            ("nothing", vec![], None),
            ("only what does not count", vec![source("vsp", NOW, true)], None),
            ("incomplete", vec![source("data", NOW, false)], None),
            ("stale", vec![source("data", "2026-10-02T12:00:00Z", true)], None),
            (
                "the oldest",
                vec![
                    source("data", "2026-11-02T11:00:00Z", true),
                    source("grants", "2026-11-02T03:00:00Z", true),
                ],
                Some("2026-11-02T03:00:00Z"),
            ),
        ] {
            let coverage = Coverage::new(rows.clone(), Role::Mirror, DAY, at(NOW));
            assert_eq!(coverage.as_of(), as_of.map(at), "{name}");
            let live = Coverage::new(rows, Role::Live, DAY, at(NOW));
            assert_eq!(live.as_of(), Some(at(NOW)), "{name}");
        }
    }
}
