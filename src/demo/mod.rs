//! What the demo starts from: the mails in its mailbox, its configuration and its roster. Pure text about the
//! `Sample`; all people, agencies and mails are made up.

mod mails;
mod settings;

pub use mails::{Mail, about, another, mails};
pub use settings::{agencies, configuration};

/// The domain of the helpdesk's own mail.
const DOMAIN: &str = "demo.example";

/// The domain an agency of the sample writes from; no name under `.example` is anybody's (RFC 2606, 2).
fn domain_of(agency: &crate::domain::AgencyId) -> String {
    format!("{agency}.example")
}
