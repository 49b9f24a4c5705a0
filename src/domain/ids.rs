//! Identifiers. Each is parsed once, at the edge, and is then known to be well formed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct ParseIdError {
    what: &'static str,
    why: &'static str,
}

fn printable(what: &'static str, text: &str, longest: usize) -> Result<String, ParseIdError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ParseIdError { what, why: "is empty" });
    }
    if text.chars().count() > longest {
        return Err(ParseIdError { what, why: "is too long" });
    }
    if text.chars().any(char::is_control) {
        return Err(ParseIdError { what, why: "holds a control character" });
    }
    Ok(text.to_owned())
}

/// The number a client record is known by, e.g. `1555555`. HUD allows any string up to 32 characters
/// (HMIS CSV `PersonalID`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

impl ClientId {
    /// Takes 1 to 32 printable characters; surrounding white space is dropped.
    pub fn parse(text: &str) -> Result<Self, ParseIdError> {
        printable("client ID", text, 32).map(Self)
    }

    /// The ID as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An organisation that works in the HMIS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AgencyId(String);

impl AgencyId {
    /// Takes 1 to 100 printable characters; surrounding white space is dropped.
    pub fn parse(text: &str) -> Result<Self, ParseIdError> {
        printable("agency ID", text, 100).map(Self)
    }

    /// The ID as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! text_id {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Self::parse(text)
            }
        }
        impl TryFrom<String> for $name {
            type Error = ParseIdError;
            fn try_from(text: String) -> Result<Self, ParseIdError> {
                Self::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    )*};
}
text_id!(ClientId, AgencyId);

/// The number of a case as people quote it: `RD-1042`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseId(i64);

impl CaseId {
    /// The case with this number; numbers are handed out by the store.
    pub fn new(number: i64) -> Self {
        Self(number)
    }

    /// The bare number.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RD-{}", self.0)
    }
}

impl FromStr for CaseId {
    type Err = ParseIdError;

    /// Takes `RD-1042`, `rd-1042`, `[RD-1042]` or `1042`.
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let text = text.trim().trim_start_matches('[').trim_end_matches(']');
        let digits = text.strip_prefix("RD-").or_else(|| text.strip_prefix("rd-")).unwrap_or(text);
        digits
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .map(Self)
            .ok_or(ParseIdError { what: "case", why: "is not a case number such as RD-1042" })
    }
}

impl TryFrom<String> for CaseId {
    type Error = ParseIdError;
    fn try_from(text: String) -> Result<Self, ParseIdError> {
        text.parse()
    }
}

impl From<CaseId> for String {
    fn from(id: CaseId) -> String {
        id.to_string()
    }
}

/// A mail address (RFC 5322 `addr-spec`), its domain in lower case. `Debug` and `Display` mask the person:
/// an address in a log says which agency, not who.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailAddress {
    local: String,
    domain: String,
}

impl MailAddress {
    /// Takes `local@domain` without display name; at most 254 octets (RFC 5321 4.5.3.1.3), no white space,
    /// control characters or angle brackets.
    pub fn parse(text: &str) -> Result<Self, ParseIdError> {
        const WHAT: &str = "mail address";
        let text = text.trim();
        if text.len() > 254 {
            return Err(ParseIdError { what: WHAT, why: "is too long" });
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';')) {
            return Err(ParseIdError { what: WHAT, why: "holds a character that is not allowed" });
        }
        match text.rsplit_once('@') {
            Some((local, domain)) if !local.is_empty() && !domain.is_empty() => {
                Ok(Self { local: local.to_owned(), domain: domain.to_ascii_lowercase() })
            }
            _ => Err(ParseIdError { what: WHAT, why: "is not of the form name@domain" }),
        }
    }

    /// The domain, in lower case.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The part before the `@`, as written.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// Whether mail can be sent there by every server: plain ASCII, the local part a dot-atom (RFC 5322 3.4.1), the
    /// domain made of labels (RFC 5321 2.3.5). Others are taken in, but answered by a person.
    pub fn can_be_written_to(&self) -> bool {
        let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
        let label = |part: &str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        };
        self.local.len() <= 64
            && self.local.split('.').all(|part| !part.is_empty() && part.chars().all(atom))
            && self.domain.split('.').all(label)
    }

    /// The whole address. For envelopes, headers and the store; never for logs.
    pub fn unmasked(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    /// Whether both name the same mailbox: local parts are compared without case, as every server in use does.
    pub fn same_mailbox(&self, other: &Self) -> bool {
        self.domain == other.domain && self.local.eq_ignore_ascii_case(&other.local)
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…@{}", self.domain)
    }
}

impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for MailAddress {
    type Error = ParseIdError;
    fn try_from(text: String) -> Result<Self, ParseIdError> {
        Self::parse(&text)
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> String {
        address.unmasked()
    }
}

/// What identifies a message in a mailbox for ever: folder, UIDVALIDITY and UID (RFC 9051 2.3.1.1). In a
/// Maildir `uid` is the unique part of the file name and `uidvalidity` is 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageKey {
    /// Folder as the server spells it.
    pub folder: String,
    /// UIDVALIDITY of the folder when the UID was read.
    pub uidvalidity: u32,
    /// UID, in decimal; in a Maildir the unique name.
    pub uid: String,
}

impl fmt::Display for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.folder, self.uidvalidity, self.uid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_number_is_read_as_people_write_it() {
        for text in ["RD-1042", "rd-1042", "[RD-1042]", " 1042 "] {
            assert_eq!(text.parse(), Ok(CaseId::new(1042)), "{text}");
        }
        for text in ["", "RD-", "RD--3", "0", "RD-1x"] {
            assert!(text.parse::<CaseId>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_does_not_print_its_person() {
        let address = MailAddress::parse("Jane.Doe@Agency.Example").expect("valid");
        assert_eq!(format!("{address} {address:?}"), "…@agency.example …@agency.example");
        assert_eq!(address.unmasked(), "Jane.Doe@agency.example");
        assert!(address.same_mailbox(&MailAddress::parse("jane.doe@AGENCY.example").expect("valid")));
    }

    #[test]
    fn an_address_that_no_server_takes_is_known_to_be_one() {
        for (text, fine) in [
            ("jane.doe+x@a.example", true),
            ("o'neil_2@sub.a-b.example", true),
            ("jan\u{e9}@a.example", false),
            ("jane..doe@a.example", false),
            (".jane@a.example", false),
            ("jane@a..example", false),
            ("jane@-a.example", false),
            ("\"jane\"@a.example", false),
        ] {
            assert_eq!(MailAddress::parse(text).expect("an address").can_be_written_to(), fine, "{text}");
        }
    }

    #[test]
    fn no_header_can_be_smuggled_through_an_address_or_an_id() {
        for text in ["a@b\r\nBcc: c@d", "a b@c", "<a@b>", "a@", "@b", "a@b,c@d"] {
            assert!(MailAddress::parse(text).is_err(), "{text:?}");
        }
        assert!(ClientId::parse("1\n2").is_err());
        assert!(ClientId::parse(&"9".repeat(33)).is_err());
    }
}
