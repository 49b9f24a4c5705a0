//! The sample mails: one of every kind that a helpdesk gets, in the formats that real mail programs write.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::America::Chicago;
use lettre::message::{Body, header::ContentTransferEncoding};

use crate::{domain::ClientId, hmis::sample::Sample};

/// A mail as it lies in the mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its file name.
    pub name: &'static str,
    /// What is particular about it, in a few words.
    pub about: &'static str,
    /// When it arrived.
    pub arrived_at: DateTime<Utc>,
    /// The mail itself (RFC 5322), lines ended by LF as a Maildir keeps them.
    pub octets: Vec<u8>,
}

/// Levels of parts within parts, more than any mail program writes and any reader should follow.
const NESTED: usize = 60;

/// What stands in a template's braces besides the dates.
#[derive(Default)]
struct Names {
    record: Option<ClientId>,
    /// A second record beside the first.
    other: Option<ClientId>,
    /// A new record in place of the first.
    new: Option<ClientId>,
    signed: Option<NaiveDate>,
}

fn record(record: &ClientId) -> Names {
    Names { record: Some(record.clone()), ..Names::default() }
}

fn with_new(old: &ClientId, new: &ClientId) -> Names {
    Names { new: Some(new.clone()), ..record(old) }
}

fn with_other(first: &ClientId, other: &ClientId) -> Names {
    Names { other: Some(other.clone()), ..record(first) }
}

fn nobody(_: &Sample) -> Names {
    Names::default()
}

struct Template {
    name: &'static str,
    about: &'static str,
    text: &'static str,
    names: fn(&Sample) -> Names,
}

/// The `n`-th of several records of one kind.
fn nth(records: &[crate::hmis::sample::Asked], n: usize) -> &ClientId {
    &records.get(n).expect("the sample has three records of each scenario").record
}

macro_rules! templates {
    ($($name:literal, $about:literal, $names:expr;)*) => {
        [$(Template {
            name: concat!($name, ".eml"),
            about: $about,
            text: include_str!(concat!("mails/", $name, ".eml")),
            names: $names,
        }),*]
    };
}

/// In the order in which they arrive.
static TEMPLATES: [Template; 34] = templates! {
    "01-scenario-1", "Scenario 1", |it| record(nth(&it.scenario_1, 1));
    "02-scenario-1-closed-already", "Scenario 1, closed already", |it| record(&it.already_closed_1.record);
    "03-scenario-1-household", "Scenario 1, two records",
        |it| with_other(nth(&it.scenario_1, 0), &it.merged_into);
    "04-scenario-2", "Scenario 2, good replacement",
        |it| with_new(nth(&it.scenario_2, 0), &it.replacement_ok);
    "05-scenario-2-again", "a second notice about it", |it| record(nth(&it.scenario_2, 0));
    "06-scenario-2-replacement-open", "Scenario 2, replacement still open",
        |it| with_new(nth(&it.scenario_2, 1), &it.replacement_open);
    "07-scenario-2-no-replacement", "Scenario 2, no replacement", |it| record(nth(&it.scenario_2, 2));
    "08-scenario-2-priority-list", "Scenario 2, on the Priority List",
        |it| record(&it.on_priority_list.record);
    "09-scenario-2-closed-already", "Scenario 2, closed already", |it| record(&it.already_closed_2.record);
    "10-id-missing", "no client ID", nobody;
    "11-merged-record", "the record was merged", |it| record(&it.merged.record);
    "12-deleted-record", "the record was deleted", |it| record(&it.deleted.record);
    "13-not-theirs", "another agency's record", |it| record(&it.unrelated.record);
    "14-no-such-record", "there is no such record", |it| record(&it.missing.record);
    "15-minor", "the client is under 18", |it| record(&it.minor.record);
    "16-victim-services", "a victim service provider", |it| record(&it.vsp.record);
    "17-only-another-has-data", "only another agency has data",
        |it| record(&it.created_by_a_only_b.record);
    "18-unknown-creator", "nobody knows who created it", |it| record(&it.unknown_creator.record);
    "19-deleted-data", "another's data, deleted since", |it| record(&it.deleted_data_of_another.record);
    "20-granted-to-another", "Scenario 1, another may look", |it| record(&it.with_foreign_grant.record);
    "21-closed-but-visible", "closed, and yet visible", |it| record(&it.closed_but_visible.record);
    "22-consent", "consent, every step done", |it| Names {
        signed: Some(it.consent_done.signed),
        ..with_new(&it.consent_done.old, &it.consent_done.new)
    };
    "23-consent-incomplete", "consent, steps missing", |it| Names {
        signed: Some(it.consent_missing.signed),
        ..with_new(&it.consent_missing.old, &it.consent_missing.new)
    };
    "24-to-be-cancelled", "Scenario 1, then taken back", |it| record(nth(&it.scenario_1, 2));
    "25-cancel", "it takes a notice back", |it| record(nth(&it.scenario_1, 2));
    "26-status-question", "a question", nobody;
    "27-password", "a password", nobody;
    "28-out-of-office", "out of office", nobody;
    "29-mailing-list", "a mailing list", nobody;
    "30-spoofed-sender", "a forged sender", |it| record(nth(&it.scenario_1, 0));
    "31-stranger", "a stranger", |it| record(nth(&it.scenario_2, 2));
    "32-two-ids", "one ID or the other",
        |it| with_other(&it.already_closed_2.record, &it.deleted_data_of_another.record);
    "33-cannot-be-read", "it cannot be read", nobody;
    "34-scenario-1-taken-for-2", "Scenario 1, taken for a 2", |it| record(&it.taken_for_2.record);
};

static ANOTHER: Template = Template {
    name: "another-notice.eml",
    about: "Scenario 1, dropped in",
    text: include_str!("mails/try-another.eml"),
    names: |it| record(nth(&it.scenario_1, 2)),
};

/// The mails of the mailbox, in the order in which they arrived: one an hour, the last at `now`. What the first are about is
/// overdue where a case is due in a day.
pub fn mails(sample: &Sample, now: DateTime<Utc>) -> Vec<Mail> {
    let mut arrived_at = now;
    let mut mails = Vec::new();
    for template in TEMPLATES.iter().rev() {
        mails.push(filled(template, sample, arrived_at));
        arrived_at -= TimeDelta::hours(1);
    }
    mails.reverse();
    mails
}

/// One more, for the user to drop into the mailbox: a Scenario 1 that is closed and answered at once.
pub fn another(sample: &Sample, now: DateTime<Utc>) -> Mail {
    filled(&ANOTHER, sample, now)
}

/// What is particular about the sample mail of that file name; `None`: it is none of them.
pub fn about(name: &str) -> Option<&'static str> {
    TEMPLATES.iter().chain([&ANOTHER]).find(|template| template.name == name).map(|template| template.about)
}

fn filled(template: &Template, sample: &Sample, now: DateTime<Utc>) -> Mail {
    let names = (template.names)(sample);
    let here = now.with_timezone(&Chicago);
    let yesterday = (here - TimeDelta::days(1)).format("%B %-d");
    let id = |record: Option<ClientId>| record.map(|record| record.to_string());
    let mut text = template.text.to_owned();
    for (name, value) in [
        ("{date}", Some(here.to_rfc2822())),
        ("{date_short}", Some(here.format("%a, %b %-d, %Y").to_string())),
        ("{yesterday}", Some(yesterday.to_string())),
        ("{record}", id(names.record)),
        ("{other}", id(names.other)),
        ("{new}", id(names.new)),
        ("{signed}", names.signed.map(|day| day.format("%B %-d, %Y").to_string())),
        ("{nested}", Some(nested())),
    ] {
        if let Some(value) = value {
            text = text.replace(name, &value);
        }
    }
    Mail { name: template.name, about: template.about, arrived_at: now, octets: encoded(&text).into_bytes() }
}

/// Writes what stands between the lines `<<<base64` and `>>>` in base64: no client ID could be filled in there
/// otherwise.
fn encoded(text: &str) -> String {
    let split = text
        .split_once("<<<base64\n")
        .and_then(|(before, rest)| rest.split_once(">>>\n").map(|(plain, after)| (before, plain, after)));
    let Some((before, plain, after)) = split else { return text.to_owned() };
    let body = Body::new_with_encoding(plain.to_owned(), ContentTransferEncoding::Base64)
        .expect("base64 can carry anything");
    let lines = String::from_utf8(body.into_vec()).expect("base64 is ASCII");
    format!("{before}{}\n{after}", lines.replace("\r\n", "\n").trim_end())
}

/// Parts within parts within parts: what a broken gateway makes of a mail.
fn nested() -> String {
    let open = |level: usize| {
        format!("Content-Type: multipart/mixed; boundary=\"level-{level}\"\n\n--level-{level}\n")
    };
    let levels: String = (0..NESTED).map(open).collect();
    let ends: String = (0..NESTED).rev().map(|level| format!("--level-{level}--\n")).collect();
    format!("{levels}Content-Type: text/plain\n\nSee the scanned form.\n{ends}")
}

#[cfg(test)]
mod tests;
