//! What holds on both engines.

use super::*;
use crate::sql::ground::on_both_engines;

on_both_engines! {
    a_record_is_read_with_everything_that_is_known
    snapshots_come_in_the_order_asked_for_and_a_missing_record_is_missing
    a_fact_is_known_when_a_source_covers_it_otherwise_unknown_though_a_positive_finding_counts
    on_a_mirror_facts_older_than_max_age_are_unknown_and_on_a_live_database_they_are_as_of_the_read
    an_agency_counts_as_its_root_and_one_that_is_not_listed_as_another_agency
    a_victim_service_provider_anywhere_below_the_root_of_an_involved_agency_counts
    where_things_have_locks_of_their_own_all_must_be_known_to_be_closed
    a_value_without_a_meaning_names_table_column_and_row
    a_missing_table_is_named_together_with_what_to_do
    closing_changes_exactly_the_pinned_columns_of_that_record
    if_what_the_approver_saw_is_no_longer_true_nothing_is_applied
    what_happens_beside_the_facts_does_not_void_a_closing
    a_change_that_does_not_fit_its_row_rolls_all_back
    an_alias_is_set_where_the_field_was_empty
    a_mirror_is_never_changed_and_no_change_goes_without_its_facts
    two_closings_at_once_close_once
    status_and_check_say_how_fresh_and_how_complete
    a_site_with_other_tables_puts_its_own_statements_in_their_place
    every_call_can_be_made_from_a_task_of_its_own
    no_call_takes_longer_than_its_timeout
}

async fn a_record_is_read_with_everything_that_is_known(ground: &Ground) {
    let scratch = Scratch::new(ground).await;
    scratch
        .sql(
            "UPDATE hmis_record SET alias = 'SHARED', roi_consent_date = '2025-03-04', priority_list = TRUE;
             INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id, deleted_at) VALUES
                 ('s', 'service', '1', '1', 'B', NULL), ('s', 'service', '2', '1', 'B', '2026-01-01'),
                 ('s', 'service', '3', '1', 'C', '2026-01-01'), ('s', 'service', '4', '1', 'A2', NULL);
             INSERT INTO hmis_grant (source, record_id, agency_id) VALUES
                 ('s', '1', 'C'), ('s', '1', 'A2'), ('t', '1', 'C')",
        )
        .await;
    let hmis = scratch.open(Role::Live).await;
    assert_eq!(
        read_one(&hmis, "1").await,
        Snapshot {
            record: record("1"),
            status: RecordStatus::Active,
            creator: Fact::Known(agency("A")),
            sharing: Fact::Known(Sharing::Open),
            data: Contributors { live: agencies(&["A", "B"]), deleted: agencies(&["C"]), complete: true },
            granted: agencies(&["A", "C"]),
            grants_complete: true,
            items_closed: Fact::Known(true),
            alias: Some("SHARED".to_owned()),
            roi_consent_date: Some("2025-03-04".to_owned()),
            priority_list: Fact::Known(true),
            minor: Fact::Known(false),
            victim_service_provider: Fact::Known(false),
            visibility_follows_sharing: true,
            as_of: Some(now()),
            vouching: FactName::ALL
                .into_iter()
                .map(|fact| (fact, Vouched { source: "s".to_owned(), as_of: now() }))
                .collect(),
        }
    );
}

async fn snapshots_come_in_the_order_asked_for_and_a_missing_record_is_missing(ground: &Ground) {
    let scratch = Scratch::new(ground).await;
    scratch.sql("INSERT INTO hmis_record (record_id) VALUES ('2'), ('3')").await;
    let hmis = scratch.open(Role::Mirror).await;
    let asked = [record("3"), record("9"), record("1"), record("3")];
    let snapshots = hmis.read(&asked, now()).await.expect("the records are read");
    assert_eq!(snapshots.iter().map(|it| it.record.clone()).collect::<Vec<_>>(), asked);
    let as_of = Some("2026-11-02T11:00:00Z".parse().expect("an instant"));
    assert_eq!(snapshots.get(1), Some(&Snapshot::missing(record("9"), as_of)));
    assert_eq!(hmis.read(&[], now()).await.expect("nothing is read"), []);
}

/// What one change to the tables of [`Scratch::new`] makes of record 1.
type Rule = (&'static str, &'static str, fn(&Snapshot) -> bool);

async fn hold(ground: &Ground, role: Role, item_visibility: ItemVisibility, rules: &[Rule]) {
    for (name, sql, holds) in rules {
        let scratch = Scratch::new(ground).await;
        scratch.sql(sql).await;
        let hmis = Hmis::open(&HmisOptions { item_visibility, ..scratch.options(role) })
            .await
            .expect("the database opens");
        let snapshot = read_one(&hmis, "1").await;
        assert!(holds(&snapshot), "{name}: {snapshot:#?}");
    }
}

async fn a_fact_is_known_when_a_source_covers_it_otherwise_unknown_though_a_positive_finding_counts(
    ground: &Ground,
) {
    let rules: &[Rule] = &[
        ("covered by its own row", "UPDATE hmis_source SET fact = 'creator'", |it| {
            it.creator.known().is_some()
                && it.sharing == Fact::Unknown
                && !it.data.complete
                && !it.grants_complete
        }),
        ("data covered", "UPDATE hmis_source SET fact = 'data'", |it| {
            it.data.complete && it.creator == Fact::Unknown
        }),
        ("sharing covered", "UPDATE hmis_source SET fact = 'sharing'", |it| it.sharing.is(&Sharing::Open)),
        ("grants covered", "UPDATE hmis_source SET fact = 'grants'", |it| it.grants_complete),
        ("nothing covered, but the agency's row is there", "DELETE FROM hmis_source", |it| {
            it.data.live == agencies(&["A"]) && !it.data.complete
        }),
        ("nothing covered, and no is no answer", "DELETE FROM hmis_source", |it| {
            it.priority_list == Fact::Unknown
                && it.minor == Fact::Unknown
                && it.victim_service_provider == Fact::Unknown
        }),
        (
            "not covered, and yes is one",
            "DELETE FROM hmis_source; UPDATE hmis_record SET priority_list = TRUE, minor = TRUE;
             INSERT INTO hmis_grant (source, record_id, agency_id) VALUES ('s', '1', 'V')",
            |it| it.priority_list.is(&true) && it.minor.is(&true) && it.victim_service_provider.is(&true),
        ),
        (
            "a NULL is unknown even when covered",
            "UPDATE hmis_record SET creator_agency_id = NULL, sharing = 'unknown', priority_list = NULL, minor = NULL",
            |it| {
                it.creator == Fact::Unknown
                    && it.sharing == Fact::Unknown
                    && it.priority_list == Fact::Unknown
                    && it.minor == Fact::Unknown
            },
        ),
        ("incomplete", "UPDATE hmis_source SET complete = FALSE", |it| {
            !it.data.complete && it.sharing == Fact::Unknown
        }),
        ("an empty alias is none", "UPDATE hmis_record SET alias = '', roi_consent_date = ''", |it| {
            it.alias.is_none() && it.roi_consent_date.is_none()
        }),
        ("merged", "UPDATE hmis_record SET status = 'merged', merged_into = '2'", |it| {
            it.status == RecordStatus::Merged(Some(record("2")))
        }),
        ("merged into nobody knows what", "UPDATE hmis_record SET status = 'merged'", |it| {
            it.status == RecordStatus::Merged(None)
        }),
        ("deleted, and still told whose it was", "UPDATE hmis_record SET status = 'deleted'", |it| {
            it.status == RecordStatus::Deleted && it.creator.is(&agency("A"))
        }),
    ];
    hold(ground, Role::Live, ItemVisibility::WithRecord, rules).await;
    hold(ground, Role::Mirror, ItemVisibility::WithRecord, rules).await;
}

async fn on_a_mirror_facts_older_than_max_age_are_unknown_and_on_a_live_database_they_are_as_of_the_read(
    ground: &Ground,
) {
    let old = "UPDATE hmis_source SET as_of = '2026-11-01T09:00:00Z'";
    let future = "UPDATE hmis_source SET as_of = '2026-11-02T13:00:00Z'";
    let zone = "UPDATE hmis_source SET as_of = '2026-11-02T05:00:00-06:00'";
    hold(
        ground,
        Role::Mirror,
        ItemVisibility::WithRecord,
        &[
            ("27 hours old", old, |it| {
                it.sharing == Fact::Unknown && !it.data.complete && it.as_of.is_none()
            }),
            ("from the future", future, |it| it.sharing == Fact::Unknown && it.as_of.is_none()),
            ("in another zone", zone, |it| {
                it.sharing.is(&Sharing::Open)
                    && it.as_of.is_some_and(|at| at.to_rfc3339() == "2026-11-02T11:00:00+00:00")
            }),
        ],
    )
    .await;
    hold(
        ground,
        Role::Live,
        ItemVisibility::WithRecord,
        &[
            ("27 hours old", old, |it| it.sharing.is(&Sharing::Open) && it.as_of == Some(now())),
            ("from the future", future, |it| it.sharing.is(&Sharing::Open) && it.as_of == Some(now())),
        ],
    )
    .await;
}

async fn an_agency_counts_as_its_root_and_one_that_is_not_listed_as_another_agency(ground: &Ground) {
    hold(
        ground,
        Role::Live,
        ItemVisibility::WithRecord,
        &[
            ("creator below a root", "UPDATE hmis_record SET creator_agency_id = 'A2'", |it| {
                it.creator.is(&agency("A"))
            }),
            ("not listed", "UPDATE hmis_data SET agency_id = 'X'", |it| it.data.live == agencies(&["X"])),
            ("a circle", "UPDATE hmis_agency SET parent_id = 'A2' WHERE agency_id = 'A'", |it| {
                it.data.live == agencies(&["A1"]) && it.creator.is(&agency("A"))
            }),
            ("a parent that is not listed", "DELETE FROM hmis_agency WHERE agency_id = 'A'", |it| {
                it.data.live == agencies(&["A1"]) && it.creator.is(&agency("A"))
            }),
            (
                "deleted at one site, alive at another",
                "INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id, deleted_at)
                 VALUES ('s', 'note', '1', '1', 'A2', '2026-01-01')",
                |it| it.data.live == agencies(&["A"]) && it.data.deleted.is_empty(),
            ),
        ],
    )
    .await;

    let scratch = Scratch::new(ground).await;
    let hmis = scratch.open(Role::Mirror).await;
    for (asked, root) in [("A", Some("A")), ("A2", Some("A")), ("B", Some("B")), ("X", None)] {
        let found = hmis.root_agency(&agency(asked)).await.expect("the agencies are read");
        assert_eq!(found, root.map(agency), "{asked}");
    }
    let names = hmis.agency_names().await.expect("the agencies are read");
    assert_eq!(names.get(&agency("A1")).map(String::as_str), Some("A, site 1"));
}

async fn a_victim_service_provider_anywhere_below_the_root_of_an_involved_agency_counts(ground: &Ground) {
    hold(
        ground,
        Role::Live,
        ItemVisibility::WithRecord,
        &[
            ("none", "", |it| it.victim_service_provider.is(&false)),
            (
                "a site of the creator, with no data",
                "UPDATE hmis_agency SET victim_service_provider = TRUE WHERE agency_id = 'A2'",
                |it| it.victim_service_provider.is(&true),
            ),
            ("by data", "UPDATE hmis_data SET agency_id = 'V'", |it| it.victim_service_provider.is(&true)),
            (
                "by data deleted since",
                "UPDATE hmis_data SET agency_id = 'V', deleted_at = '2026-01-01'",
                |it| it.victim_service_provider.is(&true),
            ),
            (
                "by a grant",
                "INSERT INTO hmis_grant (source, record_id, agency_id) VALUES ('s', '1', 'V')",
                |it| it.victim_service_provider.is(&true),
            ),
            (
                "as creator, though no source covers creators",
                "UPDATE hmis_source SET fact = 'vsp'; UPDATE hmis_record SET creator_agency_id = 'V'",
                |it| it.victim_service_provider.is(&true) && it.creator == Fact::Unknown,
            ),
            ("not covered", "UPDATE hmis_source SET fact = 'data'", |it| {
                it.victim_service_provider == Fact::Unknown
            }),
            (
                "an agency of which it is not told",
                "UPDATE hmis_agency SET victim_service_provider = NULL WHERE agency_id = 'A'",
                |it| it.victim_service_provider == Fact::Unknown,
            ),
            (
                "of one not involved it need not be",
                "UPDATE hmis_agency SET victim_service_provider = NULL WHERE agency_id = 'B'",
                |it| it.victim_service_provider.is(&false),
            ),
            ("an agency that is not listed", "UPDATE hmis_data SET agency_id = 'X'", |it| {
                it.victim_service_provider == Fact::Unknown
            }),
        ],
    )
    .await;
}

async fn where_things_have_locks_of_their_own_all_must_be_known_to_be_closed(ground: &Ground) {
    let open = "UPDATE hmis_data SET shared = TRUE";
    hold(ground,Role::Live, ItemVisibility::Own, &[
        ("closed", "UPDATE hmis_data SET shared = FALSE", |it| it.items_closed.is(&true)),
        ("open", open, |it| it.items_closed.is(&false)),
        ("open, and not covered", "UPDATE hmis_data SET shared = TRUE; DELETE FROM hmis_source", |it| {
            it.items_closed.is(&false)
        }),
        ("not known", "", |it| it.items_closed == Fact::Unknown),
        ("closed, but there may be more", "UPDATE hmis_data SET shared = FALSE; DELETE FROM hmis_source", |it| {
            it.items_closed == Fact::Unknown
        }),
        ("nothing there", "DELETE FROM hmis_data", |it| it.items_closed.is(&true)),
        ("open, but deleted", "UPDATE hmis_data SET shared = TRUE, deleted_at = '2026-01-01'", |it| {
            it.items_closed.is(&true)
        }),
        (
            "one closed, one not known",
            "UPDATE hmis_data SET shared = FALSE;
             INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('s', 'file', '9', '1', 'A')",
            |it| it.items_closed == Fact::Unknown,
        ),
    ])
    .await;
    hold(
        ground,
        Role::Live,
        ItemVisibility::WithRecord,
        &[("no locks of their own", open, |it| it.items_closed.is(&true))],
    )
    .await;
}

async fn a_value_without_a_meaning_names_table_column_and_row(ground: &Ground) {
    for (sql, words) in [
        ("UPDATE hmis_record SET status = 'foo'", r#"hmis_record.status of record 1 is "foo""#),
        ("UPDATE hmis_record SET status = ''", "hmis_record.status of record 1 is empty"),
        ("UPDATE hmis_record SET sharing = 'Open'", r#"hmis_record.sharing of record 1 is "Open""#),
        ("UPDATE hmis_record SET creator_agency_id = '  '", "hmis_record.creator_agency_id of record 1"),
        (
            "UPDATE hmis_record SET status = 'merged', merged_into = '123456789012345678901234567890123'",
            "hmis_record.merged_into of record 1",
        ),
        ("UPDATE hmis_data SET agency_id = ''", "hmis_data.agency_id of record 1 is empty"),
        ("UPDATE hmis_source SET as_of = '11/02/2026'", "hmis_source.as_of of source s, fact all"),
    ] {
        let scratch = Scratch::new(ground).await;
        scratch.sql(sql).await;
        let hmis = scratch.open(Role::Live).await;
        let error = hmis.read(&[record("1")], now()).await.expect_err(sql);
        let text = error.to_string();
        assert!(text.contains(words), "{sql}: {text}");
        assert!(!text.contains("secret") && !error.is_temporary(), "{text}");
    }
}

async fn a_missing_table_is_named_together_with_what_to_do(ground: &Ground) {
    let scratch = Scratch::new(ground).await;
    scratch.sql("DROP TABLE hmis_grant").await;
    let hmis = scratch.open(Role::Live).await;
    let error = hmis.read(&[record("1")], now()).await.expect_err("a table is missing");
    assert!(
        matches!(&error, HmisError::MissingTable { table, file: "grants.sql" } if table == "hmis_grant"),
        "{error}"
    );
    assert!(error.to_string().contains("roi-desk hmis init") && !error.is_temporary(), "{error}");
    assert!(hmis.check(now()).await.is_err());
}

async fn closing_changes_exactly_the_pinned_columns_of_that_record(ground: &Ground) {
    let scratch = twins(ground).await;
    let hmis = scratch.open(Role::Live).await;
    let snapshot = read_one(&hmis, "1").await;
    assert_eq!(snapshot.grants_without_data(), agencies(&["C", "X"]));
    let before = scratch.dump().await;

    let closing = Closing::of(&snapshot, Some(crate::domain::Scenario::Two), &[]).expect("it is open");
    assert_closed(hmis.close(&closing, now()).await);

    let after = scratch.dump().await;
    let gone: Vec<_> = before.difference(&after).map(String::as_str).collect();
    let new: Vec<_> = after.difference(&before).map(String::as_str).collect();
    assert_eq!(
        new,
        ["hmis_record record_id=1 status=active merged_into=- creator_agency_id=A sharing=closed \
         alias=DO NOT USE - CLIENT REVOKED CONSENT roi_consent_date=2025-03-04 priority_list=no minor=no"]
    );
    assert_eq!(
        gone,
        [
            "hmis_grant source=s record_id=1 agency_id=C1",
            "hmis_grant source=s record_id=1 agency_id=C2",
            "hmis_grant source=s record_id=1 agency_id=X",
            "hmis_grant source=t record_id=1 agency_id=C1",
            "hmis_grant source=t record_id=1 agency_id=C2",
            "hmis_grant source=t record_id=1 agency_id=X",
            "hmis_record record_id=1 status=active merged_into=- creator_agency_id=A sharing=open \
         alias=SHARED roi_consent_date=2025-03-04 priority_list=no minor=no",
        ]
    );
    assert!(closing.is_applied(&read_one(&hmis, "1").await));
}

async fn if_what_the_approver_saw_is_no_longer_true_nothing_is_applied(ground: &Ground) {
    for (name, meanwhile) in [
        (
            "another agency adds data",
            "INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('s', 'note', '9', '1', 'C')",
        ),
        ("a grant is given", "INSERT INTO hmis_grant (source, record_id, agency_id) VALUES ('s', '1', 'V')"),
        ("somebody closed it", "UPDATE hmis_record SET sharing = 'closed' WHERE record_id = '1'"),
        ("the alias is another", "UPDATE hmis_record SET alias = 'ask Jo' WHERE record_id = '1'"),
        ("the client is on the list", "UPDATE hmis_record SET priority_list = TRUE WHERE record_id = '1'"),
        ("a source no longer vouches", "UPDATE hmis_source SET complete = FALSE"),
        ("the record is gone", "DELETE FROM hmis_record WHERE record_id = '1'"),
        ("the replacement is open", "UPDATE hmis_record SET sharing = 'closed' WHERE record_id = '2'"),
    ] {
        let scratch = twins(ground).await;
        let hmis = scratch.open(Role::Live).await;
        let (one, two) = (read_one(&hmis, "1").await, read_one(&hmis, "2").await);
        scratch.sql(meanwhile).await;
        let before = scratch.dump().await;
        let closing = closing(&[&one, &two], vec![Change::CloseSharing]);
        let outcome = hmis.close(&closing, now()).await.expect("it is decided");
        let CloseOutcome::FactsChanged(snapshots) = outcome else {
            unreachable!("{name}: nothing may be applied");
        };
        assert_eq!(snapshots, [read_one(&hmis, "1").await, read_one(&hmis, "2").await], "{name}");
        assert_eq!(scratch.dump().await, before, "{name}");
    }
}

async fn what_happens_beside_the_facts_does_not_void_a_closing(ground: &Ground) {
    let scratch = twins(ground).await;
    let hmis = scratch.open(Role::Live).await;
    let one = read_one(&hmis, "1").await;
    scratch
        .sql(
            "UPDATE hmis_record SET alias = 'x' WHERE record_id = '2';
             UPDATE hmis_source SET as_of = '2026-11-02T11:59:00Z';
             INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('s', 'note', '9', '1', 'A2')",
        )
        .await;
    let later = now() + chrono::TimeDelta::hours(1);
    let outcome = hmis.close(&closing(&[&one], vec![Change::CloseSharing]), later).await;
    assert_closed(outcome);
}

async fn a_change_that_does_not_fit_its_row_rolls_all_back(ground: &Ground) {
    for (name, changes) in [
        ("closed twice", vec![Change::CloseSharing, Change::CloseSharing]),
        ("another alias", vec![Change::CloseSharing, set_alias(Some("NOT SHARED"), "CLOSED/NOT SHARED")]),
        ("an empty alias", vec![Change::CloseSharing, set_alias(None, "CLOSED/NOT SHARED")]),
        ("no such grant", vec![Change::CloseSharing, Change::RemoveGrant(agency("V"))]),
        (
            "a grant of the same agency, twice",
            vec![Change::CloseSharing, Change::RemoveGrant(agency("C")), Change::RemoveGrant(agency("C"))],
        ),
        ("a site is not a root", vec![Change::CloseSharing, Change::RemoveGrant(agency("C1"))]),
    ] {
        let scratch = twins(ground).await;
        let hmis = scratch.open(Role::Live).await;
        let one = read_one(&hmis, "1").await;
        let before = scratch.dump().await;
        let error = hmis.close(&closing(&[&one], changes), now()).await.expect_err(name);
        assert!(matches!(error, HmisError::Mismatch { .. }), "{name}: {error}");
        assert!(!error.is_temporary() && !error.is_uncertain(), "{name}");
        assert_eq!(scratch.dump().await, before, "{name}");
    }
}

async fn an_alias_is_set_where_the_field_was_empty(ground: &Ground) {
    for empty in ["NULL", "''"] {
        let scratch = twins(ground).await;
        scratch.sql(&format!("UPDATE hmis_record SET alias = {empty}")).await;
        let hmis = scratch.open(Role::Live).await;
        let one = read_one(&hmis, "1").await;
        let outcome = hmis.close(&closing(&[&one], vec![set_alias(None, "CLOSED/NOT SHARED")]), now()).await;
        assert_closed(outcome);
        assert_eq!(read_one(&hmis, "1").await.alias.as_deref(), Some("CLOSED/NOT SHARED"));
    }
}

async fn a_mirror_is_never_changed_and_no_change_goes_without_its_facts(ground: &Ground) {
    let scratch = twins(ground).await;
    let before = scratch.dump().await;
    let mirror = scratch.open(Role::Mirror).await;
    let one = read_one(&mirror, "1").await;
    let two = read_one(&mirror, "2").await;
    let bound = closing(&[&one], vec![Change::CloseSharing]);
    assert!(matches!(mirror.close(&bound, now()).await, Err(HmisError::Mirror)));

    let live = scratch.open(Role::Live).await;
    let to_another = Closing { record: record("1"), ..closing(&[&two], vec![Change::CloseSharing]) };
    assert!(matches!(live.close(&to_another, now()).await, Err(HmisError::Unbound(_))));
    assert_eq!(scratch.dump().await, before);
}

async fn two_closings_at_once_close_once(ground: &Ground) {
    let scratch = twins(ground).await;
    let (here, there) = (scratch.open(Role::Live).await, scratch.open(Role::Live).await);
    let one = read_one(&here, "1").await;
    let closing = closing(&[&one], vec![Change::CloseSharing]);
    let (first, second) = tokio::join!(here.close(&closing, now()), there.close(&closing, now()));
    let outcomes = [first.expect("decided"), second.expect("decided")];
    assert_eq!(
        outcomes.iter().filter(|outcome| matches!(outcome, CloseOutcome::Closed(_))).count(),
        1,
        "{outcomes:?}"
    );
}

async fn status_and_check_say_how_fresh_and_how_complete(ground: &Ground) {
    let scratch = Scratch::new(ground).await;
    scratch
        .sql(
            "DELETE FROM hmis_source;
             INSERT INTO hmis_source (source, fact, as_of, complete) VALUES
                 ('csv', 'data', '2026-11-02T11:00:00Z', FALSE), ('csv', 'vsp', '2026-11-02T11:00:00Z', TRUE),
                 ('old', 'sharing', '2026-10-01T00:00:00Z', TRUE), ('odd', 'moon', '2026-11-02T11:00:00Z', TRUE);
             UPDATE hmis_data SET agency_id = 'X';
             UPDATE hmis_record SET status = 'gone';
             UPDATE hmis_agency SET parent_id = 'nowhere' WHERE agency_id = 'B'",
        )
        .await;
    let hmis = scratch.open(Role::Mirror).await;
    let status: Vec<_> = hmis
        .status(now())
        .await
        .expect("the sources are read")
        .into_iter()
        .map(|row| (row.source, row.fact, row.complete, row.stale))
        .collect();
    let row =
        |source: &str, fact: &str, complete, stale| (source.to_owned(), fact.to_owned(), complete, stale);
    assert_eq!(
        status,
        [
            row("csv", "data", false, false),
            row("csv", "vsp", true, false),
            row("odd", "moon", true, false),
            row("old", "sharing", true, true),
        ]
    );
    assert_eq!(
        hmis.check(now()).await.expect("it is usable"),
        [
            "6 agencies",
            "1 client records",
            "1 things entered",
            "0 grants of visibility",
            "0 project stays",
            "unknown: who has entered data",
            "unknown: who created a record",
            "unknown: whether a record is shared",
            "unknown: who was granted visibility",
            "unknown: who is on the Priority List",
            "unknown: who is under 18",
            "known: which agencies are victim service providers",
            "unknown: project stays",
            "warning: source odd: \"moon\" is no known fact, so it covers nothing",
            "warning: source old, sharing: too old to count (or from the future)",
            "warning: agency B: its parents lead nowhere or in a circle, so it counts by itself",
            "warning: 1 client records with a status or a sharing that is not one of the known words",
            "warning: 1 agencies that entered data but are missing from hmis_agency (each counts as another agency)",
        ]
    );
}

async fn a_site_with_other_tables_puts_its_own_statements_in_their_place(ground: &Ground) {
    let scratch = Scratch::new(ground).await;
    scratch
        .sql(
            "CREATE TABLE clients (id INTEGER PRIMARY KEY, share INTEGER NOT NULL, org INTEGER);
             INSERT INTO clients VALUES (1555555, 1, 7); DROP TABLE hmis_record;
             INSERT INTO hmis_agency (agency_id, name, victim_service_provider) VALUES ('org-7', 'Seven', FALSE)",
        )
        .await;
    let statements = scratch.plot.folder.path().join("statements");
    std::fs::create_dir(&statements).expect("a folder");
    let write = |name: &str, sql: &str| std::fs::write(statements.join(name), sql).expect("a file");
    write(
        "record.sql",
        "SELECT 'active' AS status, NULL AS merged_into, 'org-' || org AS creator_agency_id,
             CASE share WHEN 1 THEN 'open' ELSE 'closed' END AS sharing, NULL AS alias, NULL AS roi_consent_date,
             0 AS priority_list, NULL AS minor
         FROM clients WHERE id = CAST($1 AS INTEGER)",
    );
    write("close_sharing.sql", "UPDATE clients SET share = 0 WHERE id = CAST($1 AS INTEGER) AND share = 1");
    write("set_alias.sql", "UPDATE clients SET id = id WHERE FALSE AND $1 = $2 || $3");
    write("hold.sql", "LOCK TABLE clients IN SHARE ROW EXCLUSIVE MODE");
    write("counts.sql", "SELECT 'clients' AS what, COUNT(*) AS how_many FROM clients");
    write("oddities.sql", "SELECT 'odd rows' AS what, 0 AS how_many");
    write(".hidden", "");
    let options = HmisOptions { statements: Some(statements.clone()), ..scratch.options(Role::Live) };
    let hmis = Hmis::open(&options).await.expect("the database opens");
    assert_eq!(hmis.check(now()).await.expect("it is usable").first().map(String::as_str), Some("1 clients"));
    let snapshot = read_one(&hmis, "1555555").await;
    assert_eq!(snapshot.creator, Fact::Known(agency("org-7")));
    assert_eq!(snapshot.priority_list, Fact::Known(false));
    let closing = closing(&[&snapshot], vec![Change::CloseSharing]);
    assert_closed(hmis.close(&closing, now()).await);
    assert_eq!(read_one(&hmis, "1555555").await.sharing, Fact::Known(Sharing::Closed));

    write("grants.sql", "SELECT agency FROM hmis_grant WHERE record_id = $1");
    let hmis = Hmis::open(&options).await.expect("the database opens");
    let error = hmis.read(&[record("1555555")], now()).await.expect_err("no such column");
    assert!(error.to_string().contains("grants.sql") && !error.is_temporary(), "{error}");

    for (name, sql, words) in
        [("recrod.sql", "SELECT 1", "no statement has this name"), ("data.sql", " \n", "the file is empty")]
    {
        write(name, sql);
        let error = Hmis::open(&options).await.expect_err(name).to_string();
        assert!(error.contains(name) && error.contains(words), "{error}");
        std::fs::remove_file(statements.join(name)).expect("the file is there");
    }
    let nowhere = HmisOptions { statements: Some(scratch.plot.folder.path().join("none")), ..options };
    assert!(matches!(Hmis::open(&nowhere).await, Err(HmisError::Statements { .. })));
}

async fn every_call_can_be_made_from_a_task_of_its_own(ground: &Ground) {
    let scratch = Scratch::new(ground).await;
    let hmis = std::sync::Arc::new(scratch.open(Role::Live).await);
    let task = tokio::task::spawn({
        let hmis = std::sync::Arc::clone(&hmis);
        async move {
            let one = hmis.read(&[record("1")], now()).await?;
            let closing = closing(&one.iter().collect::<Vec<_>>(), vec![Change::CloseSharing]);
            hmis.root_agency(&agency("A")).await?;
            hmis.agency_names().await?;
            hmis.status(now()).await?;
            hmis.check(now()).await?;
            hmis.close(&closing, now()).await
        }
    });
    assert_closed(task.await.expect("it ran"));
}

async fn no_call_takes_longer_than_its_timeout(ground: &Ground) {
    let scratch = Scratch::new(ground).await;
    let options = HmisOptions { timeout: Duration::ZERO, ..scratch.options(Role::Mirror) };
    let error = Hmis::open(&options).await.expect_err("no time at all");
    assert!(error.is_temporary(), "{error}");
}
