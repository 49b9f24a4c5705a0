use std::collections::BTreeSet;

use mail_parser::{Message, MessageParser};

use super::*;
use crate::{
    domain::{MailAddress, Standing},
    hmis::sample,
    sender::{self, Require, Roster},
};

async fn sample() -> Sample {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let url = format!("sqlite://{}", folder.path().join("hmis.db").display());
    sample::fill(&crate::sql::Address::parse(&url, None).expect("usable")).await.expect("filled")
}

fn now() -> DateTime<Utc> {
    "2026-11-22T16:00:00Z".parse().expect("an instant")
}

fn parsed(mail: &Mail) -> Message<'_> {
    MessageParser::default().parse(&mail.octets).expect("it is a mail")
}

fn from(message: &Message<'_>) -> MailAddress {
    let address = message.from().and_then(|from| from.first()).and_then(|from| from.address());
    MailAddress::parse(address.expect("a From address")).expect("well formed")
}

async fn all() -> (Sample, Vec<Mail>) {
    let sample = sample().await;
    let mut mails = mails(&sample, now());
    mails.push(another(&sample, now()));
    (sample, mails)
}

#[tokio::test]
async fn every_sample_mail_parses_and_nothing_in_it_is_left_to_fill_in() {
    let (_, mails) = all().await;
    let mut ids = BTreeSet::new();
    for mail in &mails {
        let message = parsed(mail);
        let id = message.message_id().expect("a Message-ID").to_owned();
        assert!(ids.insert(id), "{}: its Message-ID is another's too", mail.name);
        assert_eq!(
            message.date().map(mail_parser::DateTime::to_timestamp),
            Some(mail.arrived_at.timestamp()),
            "{}",
            mail.name
        );
        assert!(message.subject().is_some_and(|subject| !subject.is_empty()), "{}", mail.name);
        assert!(message.body_text(0).is_some_and(|text| text.trim().len() > 20), "{}", mail.name);
        let text = String::from_utf8(mail.octets.clone()).expect("the samples are ASCII");
        assert!(text.is_ascii() && !text.contains('\r'), "{}", mail.name);
        for left in ["{date", "{rec", "{new", "{oth", "{sig", "{yes", "{nes", "<<<", ">>>\n"] {
            assert!(!text.contains(left), "{}: {left}", mail.name);
        }
        assert!(
            text.lines().all(|line| line.len() < 100),
            "{}: no mail program writes such lines",
            mail.name
        );
        assert_eq!(about(mail.name), Some(mail.about));
    }
    let arrivals: Vec<_> = mails.iter().map(|mail| mail.arrived_at).collect();
    assert!(arrivals.is_sorted() && arrivals.last() == Some(&now()));
    assert!(arrivals.first().is_some_and(|first| now() - first > TimeDelta::days(1)), "some are overdue");
    let names: BTreeSet<_> = mails.iter().map(|mail| mail.name).collect();
    assert_eq!(names.len(), mails.len());
}

/// What the samples say about their senders is true: the roster and the header lead to the agency the sample HMIS
/// means, and to nobody where the mail is about that.
#[tokio::test]
async fn senders_are_who_the_samples_say() {
    let (sample, mails) = all().await;
    let roster = Roster::parse(&super::super::agencies(&sample), "agencies.toml").expect("a good roster");
    let require = Require::AuthenticationResults { authserv_id: "mx.demo.example".to_owned() };
    let mut verified = BTreeSet::new();
    for mail in &mails {
        let message = parsed(mail);
        let results: Vec<String> = message
            .headers_raw()
            .filter(|(name, _)| name.eq_ignore_ascii_case("Authentication-Results"))
            .map(|(_, value)| value.replace('\n', ""))
            .collect();
        assert_eq!(results.len(), 1, "{}", mail.name);
        let (standing, why) = sender::standing(&require, &roster, &[from(&message)], 1, &results);
        match standing {
            Standing::Verified(agency) => {
                verified.insert(agency);
            }
            Standing::Unverified(agency) => {
                assert_eq!(mail.name, "30-spoofed-sender.eml", "{why:?}");
                assert!(agency.is_some());
            }
            Standing::Stranger => {
                assert!(["29-mailing-list.eml", "31-stranger.eml"].contains(&mail.name), "{}", mail.name);
            }
            Standing::Trusted(_) | Standing::Several(_) => unreachable!("no sample is about that"),
        }
    }
    assert_eq!(verified, sample.agencies.into_keys().collect(), "every agency of the sample writes");
}

/// Every record is asked about by the agency it was made up for.
#[tokio::test]
async fn each_agency_writes_about_its_own_part_of_the_sample() {
    let (it, mails) = all().await;
    let parts = it.scenario_1.iter().chain(&it.scenario_2).chain([
        &it.with_foreign_grant,
        &it.already_closed_1,
        &it.on_priority_list,
        &it.already_closed_2,
        &it.created_by_a_only_b,
        &it.unrelated,
        &it.missing,
        &it.merged,
        &it.deleted,
        &it.minor,
        &it.vsp,
        &it.unknown_creator,
        &it.deleted_data_of_another,
        &it.closed_but_visible,
        &it.taken_for_2,
    ]);
    for asked in parts {
        let asks = mails.iter().any(|mail| {
            let message = parsed(mail);
            let names = message.body_text(0).is_some_and(|text| text.contains(asked.record.as_str()));
            names && from(&message).domain() == format!("{}.example", asked.agency)
        });
        assert!(asks, "no mail of {} is about {}", asked.agency, asked.record);
    }
}
