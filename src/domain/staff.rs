//! The helpdesk's staff: who they are to the desk, and what each may do.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    /// Look.
    Viewer,
    /// Decide cases as well.
    Approver,
    /// Manage accounts as well.
    Admin,
}

impl StaffRole {
    /// All roles, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Approver, Self::Admin];

    /// The word used in the store, in JSON and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Approver => "approver",
            Self::Admin => "admin",
        }
    }

    /// Whether it may decide cases.
    pub fn may_decide(self) -> bool {
        self >= Self::Approver
    }
}

impl fmt::Display for StaffRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for StaffRole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| "it is none of viewer, approver, admin".to_owned())
    }
}

/// The name of an account, as it is written into the history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StaffName(String);

impl StaffName {
    /// Takes 1 to 64 letters a to z, digits and `.-_@` (letters of another script can look like these); capitals and small letters are the same, so that nobody is another by a
    /// capital.
    ///
    /// # Errors
    /// It holds anything else.
    pub fn parse(text: &str) -> Result<Self, String> {
        let name = text.trim().to_lowercase();
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
        if name.is_empty() || name.chars().count() > 64 || !name.chars().all(fine) {
            return Err(
                "an account's name is 1 to 64 letters a to z, digits, dots, hyphens, underscores or @"
                    .to_owned(),
            );
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StaffName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for StaffName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}

impl TryFrom<String> for StaffName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<StaffName> for String {
    fn from(name: StaffName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_hold_what_the_lesser_ones_hold() {
        assert!(!StaffRole::Viewer.may_decide());
        assert!(StaffRole::Approver.may_decide() && StaffRole::Admin.may_decide());
        for role in StaffRole::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("root".parse::<StaffRole>().is_err());
    }

    #[test]
    fn names_are_plain_and_one_whatever_their_capitals() {
        assert_eq!(StaffName::parse(" Ann.Lee ").map(String::from), Ok("ann.lee".to_owned()));
        for bad in ["", " ", "ann lee", "an\nn", "<b>", "a/b", "\u{430}nn", &"x".repeat(65)] {
            assert!(StaffName::parse(bad).is_err(), "{bad:?}");
        }
    }
}
