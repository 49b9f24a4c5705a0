//! Who wrote a mail, as far as it can be established: what our mail server found out, and the roster. Pure.

mod auth_results;
mod roster;

pub use auth_results::{
    AuthResults, DmarcVerdict, MalformedField, MethodResult, Property, dmarc_verdict, parse,
};
pub use roster::{Roster, RosterProblem};

use crate::domain::{AgencyId, MailAddress, Standing};

/// What a site asks for before a sender counts as verified (`[senders] require`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Require {
    /// A DMARC pass in an `Authentication-Results` field of our own mail server.
    AuthenticationResults {
        /// The name that server writes (`[senders] authserv_id`).
        authserv_id: String,
    },
    /// Nothing. Then nothing is applied without a person.
    None,
}

/// Who wrote the mail, and why that is the conclusion, in plain sentences without addresses.
///
/// `from` are the mailboxes of all `from_fields` From fields. A mail must have exactly one From field with one
/// mailbox (RFC 5322, 3.6 allows more; RFC 7489, 6.6.1 lets a receiver refuse them): with two, programs disagree on
/// which one counts. `authentication_results` are the raw values of those fields, topmost first.
pub fn standing(
    require: &Require,
    roster: &Roster,
    from: &[MailAddress],
    from_fields: usize,
    authentication_results: &[String],
) -> (Standing, Vec<String>) {
    let unclear = |why: String| (Standing::Unverified(None), vec![why]);
    let address = match (from_fields, from) {
        (1, [address]) => address,
        (0, _) => return unclear("the mail has no From address".to_owned()),
        (1, _) => return unclear(format!("the From field names {} addresses instead of one", from.len())),
        (fields, _) => return unclear(format!("the mail has {fields} From fields instead of one")),
    };
    let mut agencies = roster.agencies_of(address);
    let several = agencies.len();
    let only: Option<AgencyId> = if several == 1 { agencies.pop_first() } else { None };
    let authserv_id = match require {
        Require::AuthenticationResults { authserv_id } => authserv_id,
        Require::None => {
            return match only {
                Some(agency) => (
                    Standing::Trusted(agency),
                    vec![
                        "the sender's address is in the agency's roster; this site does not verify addresses"
                            .to_owned(),
                    ],
                ),
                None if several == 0 => unclear("the sender's address is in no agency's roster".to_owned()),
                None => unclear(format!("the sender's address is in the rosters of {several} agencies")),
            };
        }
    };
    let why_not = match dmarc_verdict(authentication_results, authserv_id, address.domain()) {
        DmarcVerdict::Pass => {
            return match only {
                Some(agency) => (
                    Standing::Verified(agency),
                    vec!["the sender's address is verified and in the agency's roster".to_owned()],
                ),
                None if several == 0 => (
                    Standing::Stranger,
                    vec!["the sender's address is verified, but in no agency's roster".to_owned()],
                ),
                None => (
                    Standing::Several(agencies),
                    vec![format!(
                        "the sender's address is verified, and in the rosters of {several} agencies"
                    )],
                ),
            };
        }
        DmarcVerdict::Fail(why) => why,
        DmarcVerdict::Absent => {
            "our mail server has not noted whether the From address is genuine".to_owned()
        }
    };
    let mut reasons = vec![format!("the sender could not be verified: {why_not}")];
    if only.is_some() {
        reasons.push("the address it claims is in an agency's roster".to_owned());
    }
    (Standing::Unverified(only), reasons)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROSTER: &str = r#"
[[agency]]
id = "harbor"
name = "Harbor House"
senders = ["jane@harbor.example", "*@shared.example"]
contact = "office@harbor.example"
[[agency]]
id = "north"
name = "North Shelter"
senders = ["*@shared.example"]
contact = "office@north.example"
"#;

    fn agency(id: &str) -> AgencyId {
        AgencyId::parse(id).expect("valid")
    }

    fn found(require: &Require, from: &[&str], from_fields: usize, results: &[&str]) -> Standing {
        let roster = Roster::parse(ROSTER, "agencies.toml").expect("a good roster");
        let from: Vec<_> = from.iter().map(|text| MailAddress::parse(text).expect("valid")).collect();
        let results: Vec<_> = results.iter().map(|text| (*text).to_owned()).collect();
        let (standing, reasons) = standing(require, &roster, &from, from_fields, &results);
        assert!(!reasons.is_empty());
        assert!(
            !reasons.iter().any(|reason| reason.contains('@') || reason.contains("example")),
            "{reasons:?}"
        );
        standing
    }

    #[test]
    fn verified_stranger_several_or_unverified() {
        let require = Require::AuthenticationResults { authserv_id: "mx1.example.org".to_owned() };
        let harbor = "mx1.example.org; dmarc=pass header.from=harbor.example";
        let shared = "mx1.example.org; dmarc=pass header.from=shared.example";
        let failed = "mx1.example.org; dmarc=fail header.from=harbor.example";
        let both = [agency("harbor"), agency("north")].into();
        for (from, fields, results, wanted) in [
            (vec!["jane@harbor.example"], 1, vec![harbor], Standing::Verified(agency("harbor"))),
            (vec!["joe@harbor.example"], 1, vec![harbor], Standing::Stranger),
            (vec!["x@shared.example"], 1, vec![shared], Standing::Several(both)),
            (vec!["jane@harbor.example"], 1, vec![failed], Standing::Unverified(Some(agency("harbor")))),
            (vec!["jane@harbor.example"], 1, vec![], Standing::Unverified(Some(agency("harbor")))),
            (vec!["jane@harbor.example"], 1, vec![shared], Standing::Unverified(Some(agency("harbor")))),
            (vec!["joe@harbor.example"], 1, vec![failed], Standing::Unverified(None)),
            (vec!["x@shared.example"], 1, vec![], Standing::Unverified(None)),
            // Two From fields, one field with two mailboxes, none: never verified, whatever passed.
            (vec!["jane@harbor.example"], 2, vec![harbor], Standing::Unverified(None)),
            (vec!["jane@harbor.example", "a@b.example"], 2, vec![harbor], Standing::Unverified(None)),
            (vec!["jane@harbor.example", "a@b.example"], 1, vec![harbor], Standing::Unverified(None)),
            (vec![], 1, vec![harbor], Standing::Unverified(None)),
            (vec![], 0, vec![harbor], Standing::Unverified(None)),
        ] {
            assert_eq!(found(&require, &from, fields, &results), wanted, "{from:?} {fields} {results:?}");
        }
    }

    #[test]
    fn without_verification_the_roster_alone_is_trusted_and_nothing_is_verified() {
        let pass = "mx1.example.org; dmarc=pass header.from=harbor.example";
        for (from, fields, wanted) in [
            (vec!["jane@harbor.example"], 1, Standing::Trusted(agency("harbor"))),
            (vec!["joe@harbor.example"], 1, Standing::Unverified(None)),
            (vec!["x@shared.example"], 1, Standing::Unverified(None)),
            (vec!["jane@harbor.example"], 2, Standing::Unverified(None)),
        ] {
            assert_eq!(found(&Require::None, &from, fields, &[pass]), wanted, "{from:?} {fields}");
        }
    }
}
