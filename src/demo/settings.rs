//! The demo's configuration and roster, as the files a site would write.

use std::{fmt::Write, path::Path};

use toml::Value;

use super::{DOMAIN, domain_of};
use crate::hmis::sample::Sample;

/// The text of `roi-desk.toml` for a demo in `folder`, which must be absolute: the database addresses name it.
/// Everything else in it is relative to the file.
pub fn configuration(folder: &Path) -> String {
    let database = |file: &str| {
        let path = folder.join(file).display().to_string();
        // In such an address % begins an escape and ? the options (RFC 3986, 2.1 and 3.4).
        Value::from(format!("sqlite://{}", path.replace('%', "%25").replace('?', "%3f"))).to_string()
    };
    format!(
        r#"# Written by `roi-desk demo`: a whole desk without servers.

[mailbox]
kind = "maildir"
path = "Maildir"
poll_every = "1s"
done_folder = "Done"
quarantine_folder = "Quarantine"

[smtp]
# Replies are written to this folder instead of being sent.
kind = "files"
path = "replies"
from = "HMIS Helpdesk <helpdesk@{DOMAIN}>"
# The sample mails all arrive at once, and many of them wait for the same member of staff.
max_per_sender = "1000/h"
max_total = "1000/h"

[database]
url = {desk}

[hmis]
url = {hmis}
role = "live"
changes = "apply"

[agencies]
file = "agencies.toml"

[senders]
require = "authentication-results"
authserv_id = "mx.{DOMAIN}"

[policy]
mode = "live"
scenario_1 = "apply"
scenario_2 = "approve"
priority_list = "approve-twice"

[staff]
notify = ["helpdesk-staff@{DOMAIN}"]

[log]
# What happens is shown on the screen; the log tells of trouble only.
level = "error"
"#,
        desk = database("roi-desk.db"),
        hmis = database("hmis.db"),
    )
}

/// The text of `agencies.toml`: everybody of an agency's domain may write for it.
pub fn agencies(sample: &Sample) -> String {
    let mut text = "# Written by `roi-desk demo`: who may write for which agency.\n".to_owned();
    for (agency, name) in &sample.agencies {
        let domain = domain_of(agency);
        write!(
            text,
            "\n[[agency]]\nid = {}\nname = {}\nsenders = [\"*@{domain}\"]\ncontact = \"office@{domain}\"\n",
            Value::from(agency.as_str()),
            Value::from(name.as_str()),
        )
        .expect("a String takes all that is written to it");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config,
        domain::{ChangedBy, MailAddress, Mode},
        hmis::sample,
        policy::{Level, Rules},
        sender::Roster,
    };

    #[test]
    fn the_configuration_is_one_and_acts() {
        let folder = Path::new("/scratch/50% \"off\"? [demo]");
        let config = config::parse(&configuration(folder), "roi-desk.toml", folder, []).expect("it is valid");
        assert_eq!(config.mode, Mode::Live);
        assert_eq!(
            config.rules,
            Rules {
                scenario_1: Level::Apply,
                scenario_2: Level::Approve,
                priority_list: Level::ApproveTwice
            }
        );
        assert!(config.hmis.live);
        assert_eq!(config.hmis.changed_by, ChangedBy::Daemon);
        assert_eq!(config.authserv_id.as_deref(), Some("mx.demo.example"));
        assert_eq!(config.agencies_file, folder.join("agencies.toml"));
    }

    #[tokio::test]
    async fn every_agency_of_the_sample_may_write() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let url = format!("sqlite://{}", folder.path().join("hmis.db").display());
        let sample =
            sample::fill(&crate::sql::Address::parse(&url, None).expect("usable")).await.expect("filled");
        let roster = Roster::parse(&agencies(&sample), "agencies.toml").expect("a good roster");
        assert_eq!(roster.ids().count(), sample.agencies.len());
        for (agency, name) in &sample.agencies {
            let address = MailAddress::parse(&format!("jo@{agency}.example")).expect("an address");
            assert!(roster.agencies_of(&address).contains(agency), "{agency}");
            assert_eq!(roster.name(agency), Some(name.as_str()));
        }
    }
}
