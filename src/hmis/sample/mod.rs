//! A made-up HMIS for the demo: some two hundred client records at eight agencies, the same every time. All of
//! it is invented; no row holds a name, a birth date or an SSN.

mod tables;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use self::tables::{Draft, Stay, Tables, agency};
use super::{Hmis, HmisError, INIT_TIMEOUT, within};
use crate::{
    domain::{AgencyId, ClientId},
    sql::{Address, Isolation, query},
};

const LARKMEAD: &str = "larkmead";
const QUILLBACK: &str = "quillback";
const FERNBRIDGE: &str = "fernbridge";
const FERNBRIDGE_RAPID: &str = "fernbridge-rapid";
const FERNBRIDGE_HOMES: &str = "fernbridge-homes";
const OTTERFORD: &str = "otterford";
const MILKWOOD: &str = "milkwood";
const THORNAPPLE: &str = "thornapple";
const BRACKENHILL: &str = "brackenhill";
const STONECROP: &str = "stonecrop";

/// ID, name, parent, victim service provider.
const AGENCIES: [(&str, &str, Option<&str>, bool); 10] = [
    (LARKMEAD, "Larkmead Night Shelter", None, false),
    (QUILLBACK, "Quillback Family Rooms", None, false),
    (FERNBRIDGE, "Fernbridge Housing Partnership", None, false),
    (FERNBRIDGE_RAPID, "Fernbridge Rapid Re-Housing", Some(FERNBRIDGE), false),
    (FERNBRIDGE_HOMES, "Fernbridge Supported Homes", Some(FERNBRIDGE), false),
    (OTTERFORD, "Otterford Street Team", None, false),
    (MILKWOOD, "Milkwood Day Rooms", None, false),
    (THORNAPPLE, "Thornapple Safe Homes", None, true),
    (BRACKENHILL, "Brackenhill Veterans' Lodge", None, false),
    (STONECROP, "Stonecrop Community Health", None, false),
];

/// Agencies at which the records without a part in the demo were made up.
const BUSY: [&str; 8] =
    [LARKMEAD, QUILLBACK, FERNBRIDGE_RAPID, OTTERFORD, FERNBRIDGE_HOMES, MILKWOOD, BRACKENHILL, STONECROP];

/// How many records there are besides those with a part in the demo.
const OTHERS: usize = 173;

const STOP_SIGN: &str = "DO NOT USE - CLIENT REVOKED CONSENT";

/// A record and the root agency that asks about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The record.
    pub record: ClientId,
    /// Who writes the mail.
    pub agency: AgencyId,
}

/// A client who had refused and now consents: the old record and the new one, as the agency left them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consented {
    /// The old record, which stays closed.
    pub old: ClientId,
    /// The new record.
    pub new: ClientId,
    /// Who writes the mail.
    pub agency: AgencyId,
    /// The day the ROI was signed.
    pub signed: NaiveDate,
}

/// The records with a part in the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Every root agency with its name, for the roster.
    pub agencies: BTreeMap<AgencyId, String>,
    /// Scenario 1, open. The second has no data at all, the data of the third was entered at two sites.
    pub scenario_1: Vec<Asked>,
    /// Scenario 1, open, and another agency was granted visibility.
    pub with_foreign_grant: Asked,
    /// Scenario 1, closed by the agency already; nothing is wrong.
    pub already_closed_1: Asked,
    /// Scenario 2, open, not on the Priority List.
    pub scenario_2: Vec<Asked>,
    /// Scenario 2, open, on the Coordinated Entry Priority List.
    pub on_priority_list: Asked,
    /// Scenario 2, closed already, its alias set.
    pub already_closed_2: Asked,
    /// A replacement made by the agency of the first of `scenario_2`, as it should be.
    pub replacement_ok: ClientId,
    /// A replacement made by the agency of the second of `scenario_2`, still open.
    pub replacement_open: ClientId,
    /// Neither: the asking agency created it, and only another one has data.
    pub created_by_a_only_b: Asked,
    /// Neither: the asking agency has nothing to do with it.
    pub unrelated: Asked,
    /// Neither: there is no such record.
    pub missing: Asked,
    /// Neither: merged into `merged_into`.
    pub merged: Asked,
    /// The record that `merged` lives on in.
    pub merged_into: ClientId,
    /// Neither: deleted.
    pub deleted: Asked,
    /// Neither: the client is under 18.
    pub minor: Asked,
    /// Neither: a victim service provider is involved (it asks itself).
    pub vsp: Asked,
    /// Neither: created by a system user.
    pub unknown_creator: Asked,
    /// Neither: another agency's data has been deleted since.
    pub deleted_data_of_another: Asked,
    /// Neither: closed, and yet an agency without data can see it.
    pub closed_but_visible: Asked,
    /// Scenario 1, open, and whoever asks takes it for a 2.
    pub taken_for_2: Asked,
    /// The vice versa with every step done.
    pub consent_done: Consented,
    /// The vice versa: no alias on either record, the old stay still open, no Date of ROI Consent.
    pub consent_missing: Consented,
}

/// Creates the reference tables if they are missing and fills them with the sample, all or nothing. The
/// database then stands for a live HMIS: one source covers everything.
///
/// # Errors
/// When there are client records already, or the database fails.
pub async fn fill(address: &Address) -> Result<Sample, HmisError> {
    const DOING: &str = "filling in the sample";
    Hmis::init(address).await?;
    let (tables, sample) = make_up();
    let pool = address.writers(1, INIT_TIMEOUT);
    within(INIT_TIMEOUT, DOING, async {
        let database = |error| HmisError::database(DOING, error);
        let mut transaction = pool.begin(Isolation::Write).await.map_err(database)?;
        let taken = query(include_str!("../sql/any_record.sql"))
            .fetch_optional(&mut transaction)
            .await
            .map_err(database)?;
        if taken.is_some() {
            return Err(HmisError::NotEmpty);
        }
        tables.insert(&mut transaction).await.map_err(database)?;
        transaction.commit().await.map_err(database)
    })
    .await?;
    pool.close().await;
    Ok(sample)
}

fn make_up() -> (Tables, Sample) {
    let mut tables = Tables::default();
    for (id, name, parent, victim_service_provider) in AGENCIES {
        tables.add_agency(id, name, parent, victim_service_provider);
    }
    let sample = with_a_part(&mut tables);
    for n in 0..OTHERS {
        tables.add(without_a_part(n));
    }
    (tables, sample)
}

/// The records the demo's mails are about.
#[expect(clippy::too_many_lines, reason = "one line of the demo after the other")]
fn with_a_part(tables: &mut Tables) -> Sample {
    let mut asked = |by: &str, draft: Draft| Asked { record: tables.add(draft), agency: agency(by) };

    let scenario_1 = vec![
        asked(LARKMEAD, Draft::open(LARKMEAD)),
        asked(QUILLBACK, Draft { data: vec![], ..Draft::open(QUILLBACK) }),
        asked(
            FERNBRIDGE,
            Draft { data: vec![FERNBRIDGE_RAPID, FERNBRIDGE_HOMES], ..Draft::open(FERNBRIDGE_RAPID) },
        ),
    ];
    let with_foreign_grant = asked(MILKWOOD, Draft { granted: vec![STONECROP], ..Draft::open(MILKWOOD) });
    let already_closed_1 =
        asked(OTTERFORD, Draft { alias: Some("CLOSED/NOT SHARED"), ..Draft::closed(OTTERFORD) });

    let scenario_2 = vec![
        asked(
            LARKMEAD,
            Draft { alias: Some(STOP_SIGN), data: vec![LARKMEAD, OTTERFORD], ..Draft::open(LARKMEAD) },
        ),
        asked(
            MILKWOOD,
            Draft {
                data: vec![MILKWOOD, FERNBRIDGE_RAPID, STONECROP],
                granted: vec![BRACKENHILL],
                ..Draft::open(STONECROP)
            },
        ),
        asked(BRACKENHILL, Draft { data: vec![OTTERFORD, MILKWOOD], ..Draft::open(BRACKENHILL) }),
    ];
    let on_priority_list = asked(
        OTTERFORD,
        Draft {
            data: vec![OTTERFORD, LARKMEAD, FERNBRIDGE_HOMES],
            priority_list: true,
            ..Draft::open(OTTERFORD)
        },
    );
    let already_closed_2 = asked(
        STONECROP,
        Draft { alias: Some(STOP_SIGN), data: vec![STONECROP, QUILLBACK], ..Draft::closed(QUILLBACK) },
    );
    let replacement_ok =
        asked(LARKMEAD, Draft { alias: Some("CLOSED \u{2013} USE THIS FILE"), ..Draft::closed(LARKMEAD) });
    let replacement_open = asked(MILKWOOD, Draft::open(MILKWOOD));

    let created_by_a_only_b = asked(QUILLBACK, Draft { data: vec![STONECROP], ..Draft::open(QUILLBACK) });
    let unrelated = asked(OTTERFORD, Draft { data: vec![QUILLBACK, MILKWOOD], ..Draft::open(QUILLBACK) });
    let merged_into = asked(LARKMEAD, Draft::open(LARKMEAD)).record;
    let merged = asked(
        LARKMEAD,
        Draft { status: "merged", merged_into: Some(merged_into.clone()), ..Draft::open(LARKMEAD) },
    );
    let deleted = asked(MILKWOOD, Draft { status: "deleted", ..Draft::open(MILKWOOD) });
    let minor = asked(QUILLBACK, Draft { minor: true, ..Draft::open(QUILLBACK) });
    let vsp = asked(THORNAPPLE, Draft { data: vec![THORNAPPLE, QUILLBACK], ..Draft::open(THORNAPPLE) });
    let unknown_creator = asked(BRACKENHILL, Draft { creator: None, ..Draft::open(BRACKENHILL) });
    let deleted_data_of_another =
        asked(STONECROP, Draft { deleted_data: vec![LARKMEAD], ..Draft::open(STONECROP) });
    let closed_but_visible =
        asked(FERNBRIDGE, Draft { granted: vec![OTTERFORD], ..Draft::closed(FERNBRIDGE_HOMES) });

    let signed = NaiveDate::from_ymd_opt(2026, 10, 26).expect("a day in the calendar");
    let entered = NaiveDate::from_ymd_opt(2026, 8, 3).expect("a day in the calendar");
    let open_stay = |since| Some(Stay { entered: since, left: None });
    let consent_done = Consented {
        old: asked(
            QUILLBACK,
            Draft {
                alias: Some("DO NOT USE"),
                stay: Some(Stay { entered, left: Some(signed) }),
                ..Draft::closed(QUILLBACK)
            },
        )
        .record,
        new: asked(
            QUILLBACK,
            Draft {
                alias: Some("SHARED"),
                roi_consent: Some(signed),
                stay: open_stay(signed),
                ..Draft::open(QUILLBACK)
            },
        )
        .record,
        agency: agency(QUILLBACK),
        signed,
    };
    let consent_missing = Consented {
        old: asked(OTTERFORD, Draft { stay: open_stay(entered), ..Draft::closed(OTTERFORD) }).record,
        new: asked(
            OTTERFORD,
            Draft { alias: None, roi_consent: None, stay: open_stay(signed), ..Draft::open(OTTERFORD) },
        )
        .record,
        agency: agency(OTTERFORD),
        signed,
    };

    let taken_for_2 = asked(FERNBRIDGE, Draft::open(FERNBRIDGE_HOMES));

    Sample {
        agencies: AGENCIES
            .iter()
            .filter(|(_, _, parent, _)| parent.is_none())
            .map(|(id, name, _, _)| (agency(id), (*name).to_owned()))
            .collect(),
        scenario_1,
        with_foreign_grant,
        already_closed_1,
        scenario_2,
        on_priority_list,
        already_closed_2,
        replacement_ok: replacement_ok.record,
        replacement_open: replacement_open.record,
        created_by_a_only_b,
        unrelated,
        missing: Asked { record: Tables::unused_record(), agency: agency(MILKWOOD) },
        merged,
        merged_into,
        deleted,
        minor,
        vsp,
        unknown_creator,
        deleted_data_of_another,
        closed_but_visible,
        taken_for_2,
        consent_done,
        consent_missing,
    }
}

/// The `n`-th record that no mail of the demo is about: mostly open, mostly at one agency.
fn without_a_part(n: usize) -> Draft {
    let every = |nth: usize| n % nth == nth - 1;
    let at = |step: usize| *BUSY.iter().cycle().nth(n % BUSY.len() + step).expect("a cycle has no end");
    let creator = at(0);
    let plain = if every(6) { Draft::closed(creator) } else { Draft::open(creator) };
    let mut data = vec![creator];
    if every(3) {
        data.push(at(1));
    }
    if every(12) {
        data.push(at(3));
    }
    Draft {
        data,
        status: if every(53) { "deleted" } else { "active" },
        priority_list: every(9) && !every(6),
        minor: every(17),
        granted: if every(23) { vec![at(5)] } else { vec![] },
        ..plain
    }
}

#[cfg(test)]
mod tests;
