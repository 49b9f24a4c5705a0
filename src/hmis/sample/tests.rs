use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::*;
use crate::{
    domain::{Fact, RecordStatus, Sharing, Snapshot},
    hmis::{HmisOptions, ItemVisibility, Role},
    sql::query_as,
};

struct Filled {
    hmis: Hmis,
    sample: Sample,
    now: DateTime<Utc>,
    folder: TempDir,
}

fn address_in(folder: &TempDir) -> Address {
    let url = format!("sqlite://{}", folder.path().join("hmis.db").display());
    Address::parse(&url, None).expect("usable")
}

impl Filled {
    async fn new(item_visibility: ItemVisibility) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let address = address_in(&folder);
        let sample = fill(&address).await.expect("the sample goes in");
        let options = HmisOptions {
            address,
            role: Role::Live,
            max_age: Duration::from_hours(26),
            item_visibility,
            statements: None,
            timeout: Duration::from_secs(20),
        };
        let hmis = Hmis::open(&options).await.expect("the database opens");
        Self { hmis, sample, now: "2026-11-02T12:00:00Z".parse().expect("an instant"), folder }
    }

    async fn record(&self, record: &ClientId) -> Snapshot {
        let mut read = self.hmis.read(std::slice::from_ref(record), self.now).await.expect("it is read");
        read.pop().expect("one snapshot per record")
    }
}

fn agencies(names: &[&str]) -> BTreeSet<AgencyId> {
    names.iter().map(|name| agency(name)).collect()
}

/// Nothing about the record is doubtful, whatever its state: the part it plays is the only thing to be seen.
fn assert_all_known(name: &str, it: &Snapshot) {
    assert!(it.data.complete && it.grants_complete, "{name}");
    assert!(it.sharing != Fact::Unknown && it.items_closed != Fact::Unknown, "{name}");
    assert!(it.priority_list != Fact::Unknown && it.minor != Fact::Unknown, "{name}");
    assert!(it.victim_service_provider != Fact::Unknown, "{name}");
}

/// A part in the demo and what makes it that part.
type Part<'a> = (&'a str, &'a Asked, fn(&Snapshot, &AgencyId) -> bool);

#[tokio::test]
async fn every_record_plays_the_part_it_is_named_for() {
    fn alone(it: &Snapshot, by: &AgencyId) -> bool {
        it.creator.is(by) && it.data.live.iter().all(|agency| agency == by) && it.data.deleted.is_empty()
    }
    fn usual(it: &Snapshot) -> bool {
        it.status == RecordStatus::Active && it.minor.is(&false) && it.victim_service_provider.is(&false)
    }
    fn open(it: &Snapshot) -> bool {
        it.sharing.is(&Sharing::Open)
    }
    fn closed(it: &Snapshot) -> bool {
        it.sharing.is(&Sharing::Closed)
    }
    fn several(it: &Snapshot, by: &AgencyId) -> bool {
        it.data.live.len() > 1 && it.agencies_with_data().contains(by) && it.data.deleted.is_empty()
    }

    let filled = Filled::new(ItemVisibility::WithRecord).await;
    let sample = &filled.sample;
    let replacement_ok = Asked { record: sample.replacement_ok.clone(), agency: agency(LARKMEAD) };
    let replacement_open = Asked { record: sample.replacement_open.clone(), agency: agency(MILKWOOD) };
    let mut parts: Vec<Part> = vec![
        ("with_foreign_grant", &sample.with_foreign_grant, |it, by| {
            usual(it) && open(it) && alone(it, by) && it.grants_without_data().len() == 1
        }),
        ("already_closed_1", &sample.already_closed_1, |it, by| {
            usual(it) && closed(it) && alone(it, by) && it.granted.is_empty()
        }),
        ("on_priority_list", &sample.on_priority_list, |it, by| {
            usual(it) && open(it) && several(it, by) && it.priority_list.is(&true)
        }),
        ("already_closed_2", &sample.already_closed_2, |it, by| {
            usual(it) && closed(it) && several(it, by) && it.granted.is_empty()
        }),
        ("replacement_ok", &replacement_ok, |it, by| {
            usual(it) && closed(it) && alone(it, by) && it.granted.is_empty()
        }),
        ("replacement_open", &replacement_open, |it, by| usual(it) && open(it) && alone(it, by)),
        ("created_by_a_only_b", &sample.created_by_a_only_b, |it, by| {
            usual(it) && it.creator.is(by) && it.data.live.len() == 1 && !it.data.live.contains(by)
        }),
        ("unrelated", &sample.unrelated, |it, by| usual(it) && !it.agencies_with_data().contains(by)),
        ("merged", &sample.merged, |it, by| {
            matches!(it.status, RecordStatus::Merged(Some(_))) && alone(it, by)
        }),
        ("deleted", &sample.deleted, |it, by| it.status == RecordStatus::Deleted && alone(it, by)),
        ("minor", &sample.minor, |it, by| it.minor.is(&true) && open(it) && alone(it, by)),
        ("vsp", &sample.vsp, |it, by| it.victim_service_provider.is(&true) && several(it, by)),
        ("unknown_creator", &sample.unknown_creator, |it, by| {
            usual(it) && it.creator == Fact::Unknown && it.data.live == BTreeSet::from([by.clone()])
        }),
        ("deleted_data_of_another", &sample.deleted_data_of_another, |it, by| {
            usual(it) && it.creator.is(by) && it.data.live.len() == 1 && it.data.deleted.len() == 1
        }),
        ("closed_but_visible", &sample.closed_but_visible, |it, by| {
            usual(it) && closed(it) && alone(it, by) && it.grants_without_data().len() == 1
        }),
    ];
    for asked in &sample.scenario_1 {
        parts.push(("scenario_1", asked, |it, by| {
            usual(it) && open(it) && alone(it, by) && it.granted.is_empty()
        }));
    }
    for asked in &sample.scenario_2 {
        parts.push(("scenario_2", asked, |it, by| {
            usual(it) && open(it) && several(it, by) && it.priority_list.is(&false)
        }));
    }
    for (name, asked, holds) in parts {
        let snapshot = filled.record(&asked.record).await;
        assert_all_known(name, &snapshot);
        assert!(holds(&snapshot, &asked.agency), "{name}: {snapshot:#?}");
        assert!(sample.agencies.contains_key(&asked.agency), "{name}: a root agency asks");
    }

    let snapshot = filled.record(&sample.missing.record).await;
    assert_eq!(snapshot.status, RecordStatus::Missing);
    let merged = filled.record(&sample.merged.record).await;
    assert_eq!(merged.status, RecordStatus::Merged(Some(sample.merged_into.clone())));
    let at_two_sites = filled.record(&sample.scenario_1.last().expect("the third").record).await;
    assert_eq!(at_two_sites.data.live, agencies(&[FERNBRIDGE]));
}

#[tokio::test]
async fn the_vice_versa_is_there_with_every_step_done_and_with_most_missing() {
    let filled = Filled::new(ItemVisibility::WithRecord).await;
    let (done, missing) = (&filled.sample.consent_done, &filled.sample.consent_missing);
    for (record, closed, alias, roi) in [
        (&done.old, Sharing::Closed, Some("DO NOT USE"), None),
        (&done.new, Sharing::Open, Some("SHARED"), Some("2026-10-26")),
        (&missing.old, Sharing::Closed, None, None),
        (&missing.new, Sharing::Open, None, None),
    ] {
        let it = filled.record(record).await;
        assert!(it.sharing.is(&closed), "{it:#?}");
        assert_eq!((it.alias.as_deref(), it.roi_consent_date.as_deref()), (alias, roi), "{it:#?}");
    }
    let pool = address_in(&filled.folder).readers(1, INIT_TIMEOUT);
    for (record, entered, left) in [
        (&done.old, "2026-08-03", Some("2026-10-26")),
        (&done.new, "2026-10-26", None),
        (&missing.old, "2026-08-03", None),
        (&missing.new, "2026-10-26", None),
    ] {
        let stays: Vec<(String, Option<String>)> =
            query_as("SELECT entry_date, exit_date FROM hmis_entry WHERE record_id = $1")
                .bind(record.as_str())
                .fetch_all(&pool)
                .await
                .expect("the stays are read");
        assert_eq!(stays, [(entered.to_owned(), left.map(str::to_owned))]);
    }
}

#[tokio::test]
async fn the_sample_is_the_same_every_time_and_goes_into_an_empty_database_only() {
    let (one, other) = (Filled::new(ItemVisibility::Own).await, Filled::new(ItemVisibility::Own).await);
    assert_eq!(one.sample, other.sample);
    let lines = one.hmis.check(one.now).await.expect("it is usable");
    assert_eq!(lines, other.hmis.check(other.now).await.expect("it is usable"));
    assert_eq!(lines.get(..2).expect("two figures"), ["10 agencies", "200 client records"]);
    assert_eq!(lines.iter().find(|line| line.starts_with("warning") || line.starts_with("unknown")), None);

    assert!(matches!(fill(&address_in(&one.folder)).await, Err(HmisError::NotEmpty)));
    assert_eq!(one.hmis.check(one.now).await.expect("it is usable"), lines);
}

#[tokio::test]
async fn the_other_records_are_many_of_every_sort_and_all_can_be_read() {
    let filled = Filled::new(ItemVisibility::Own).await;
    let (tables, _) = make_up();
    let ids = tables.ids();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    assert!(ids.iter().all(|id| id.as_str().len() == 7 && id.as_str().bytes().all(|b| b.is_ascii_digit())));
    let snapshots = filled.hmis.read(&ids, filled.now).await.expect("all are read");
    let how_many = |holds: fn(&Snapshot) -> bool| snapshots.iter().filter(|it| holds(it)).count();
    for (name, count, least) in [
        ("open", how_many(|it| it.sharing.is(&Sharing::Open)), 100),
        ("closed", how_many(|it| it.sharing.is(&Sharing::Closed)), 20),
        ("at several agencies", how_many(|it| it.data.live.len() > 1), 40),
        ("at three agencies", how_many(|it| it.data.live.len() > 2), 10),
        ("granted", how_many(|it| !it.granted.is_empty()), 5),
        ("on the Priority List", how_many(|it| it.priority_list.is(&true)), 5),
        ("under 18", how_many(|it| it.minor.is(&true)), 5),
        ("not in use", how_many(|it| it.status != RecordStatus::Active), 3),
    ] {
        assert!(count >= least, "{name}: {count}");
    }
}
