//! The roster: which addresses speak for which agency (`[agencies] file`).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    ops::Range,
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::domain::{AgencyId, MailAddress};

/// Something wrong with the roster file. It tells the line, never the address that stands there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {what}")]
pub struct RosterProblem {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

#[derive(Clone, PartialEq, Eq)]
struct Agency {
    name: String,
    contact: Option<MailAddress>,
}

/// Which addresses speak for which agency. The default is empty: nobody speaks for anybody.
#[derive(Clone, Default)]
pub struct Roster {
    agencies: BTreeMap<AgencyId, Agency>,
    /// By domain and local part in lower case.
    people: HashMap<(String, String), BTreeSet<AgencyId>>,
    /// `*@domain`.
    whole_domains: HashMap<String, BTreeSet<AgencyId>>,
}

impl fmt::Debug for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roster of {} agencies", self.agencies.len())
    }
}

impl Roster {
    /// Reads the TOML text of a roster: `[[agency]]` with `id`, `name`, `senders` (addresses, or `*@domain` for
    /// everybody of a domain) and, if it has one, `contact`. `file_name` is for the problems, which are all of them.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, Vec<RosterProblem>> {
        let mut reader = Reader { text, file: file_name, problems: Vec::new() };
        let mut roster = Self::default();
        match DeTable::parse(text) {
            Ok(table) => reader.read(table.get_ref(), &mut roster),
            Err(error) => {
                let at = error.span().unwrap_or(0..0);
                reader.problem(at, format!("this is not TOML: {}", error.message()));
            }
        }
        if reader.problems.is_empty() {
            Ok(roster)
        } else {
            reader.problems.sort_by_key(|problem| problem.line);
            Err(reader.problems)
        }
    }

    /// The agencies the address speaks for: the domain must be the same, the local part without regard to case.
    pub fn agencies_of(&self, address: &MailAddress) -> BTreeSet<AgencyId> {
        let domain = address.domain().to_owned();
        let everybody = self.whole_domains.get(&domain);
        let person = self.people.get(&(domain, address.local().to_ascii_lowercase()));
        everybody.into_iter().chain(person).flatten().cloned().collect()
    }

    /// Where an agency is written to when the sender of its mail could not be verified.
    pub fn contact(&self, agency: &AgencyId) -> Option<&MailAddress> {
        self.agencies.get(agency)?.contact.as_ref()
    }

    /// An agency's name, for staff.
    pub fn name(&self, agency: &AgencyId) -> Option<&str> {
        self.agencies.get(agency).map(|agency| agency.name.as_str())
    }

    /// All agencies, in the order of their IDs.
    pub fn ids(&self) -> impl Iterator<Item = &AgencyId> {
        self.agencies.keys()
    }
}

/// Who may write for an agency.
enum Sender {
    Person(MailAddress),
    /// Everybody of this domain, in lower case.
    Everybody(String),
}

struct Reader<'a> {
    text: &'a str,
    file: &'a str,
    problems: Vec<RosterProblem>,
}

impl Reader<'_> {
    fn problem(&mut self, at: Range<usize>, what: impl Into<String>) {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        self.problems.push(RosterProblem { file: self.file.to_owned(), line, what: what.into() });
    }

    fn read(&mut self, table: &DeTable<'_>, roster: &mut Roster) {
        let mut lines_of_ids = BTreeMap::new();
        for (key, value) in table {
            if key.get_ref() != "agency" {
                self.problem(
                    key.span(),
                    format!("unknown key `{}`; agencies are listed as [[agency]]", key.get_ref()),
                );
                continue;
            }
            let Some(entries) = value.get_ref().as_array() else {
                self.problem(key.span(), "agencies are listed as [[agency]], with two brackets");
                continue;
            };
            for entry in entries {
                match entry.get_ref().as_table() {
                    Some(fields) => self.agency(entry.span(), fields, roster, &mut lines_of_ids),
                    None => self.problem(entry.span(), "an agency is a table: [[agency]]"),
                }
            }
        }
    }

    fn agency(
        &mut self,
        at: Range<usize>,
        fields: &DeTable<'_>,
        roster: &mut Roster,
        seen: &mut BTreeMap<AgencyId, Range<usize>>,
    ) {
        const KEYS: [&str; 4] = ["id", "name", "senders", "contact"];
        for key in fields.keys().filter(|key| !KEYS.contains(&key.get_ref().as_ref())) {
            let what =
                format!("unknown key `{}`; an agency has id, name, senders and contact", key.get_ref());
            self.problem(key.span(), what);
        }
        let id = self.text_field(&at, fields, "id").and_then(|(at, text)| {
            AgencyId::parse(text)
                .map_err(|error| self.problem(at.clone(), error.to_string()))
                .ok()
                .map(|id| (at, id))
        });
        if let Some((at, id)) = &id {
            match seen.get(id) {
                Some(_) => self.problem(at.clone(), format!("the agency ID `{id}` stands here twice")),
                None => {
                    seen.insert(id.clone(), at.clone());
                }
            }
        }
        let name = self.text_field(&at, fields, "name").and_then(|(at, text)| {
            let fine = !text.trim().is_empty() && !text.chars().any(char::is_control);
            if !fine {
                self.problem(at, "`name` is empty or holds a control character");
            }
            fine.then(|| text.trim().to_owned())
        });
        // An agency may have none: then nobody is written to where its notice could not be verified.
        let contact = field(fields, "contact")
            .and_then(|_| self.text_field(&at, fields, "contact"))
            .and_then(|(at, text)| {
                person(text)
                    .map_err(|why| self.problem(at, format!("`contact` must be one mail address, and {why}")))
                    .ok()
            });
        let senders = self.senders(&at, fields);
        let (Some((_, id)), Some(name)) = (id, name) else { return };
        for sender in senders {
            match sender {
                Sender::Person(address) => roster
                    .people
                    .entry((address.domain().to_owned(), address.local().to_ascii_lowercase()))
                    .or_default()
                    .insert(id.clone()),
                Sender::Everybody(domain) => {
                    roster.whole_domains.entry(domain).or_default().insert(id.clone())
                }
            };
        }
        roster.agencies.insert(id, Agency { name, contact });
    }

    fn text_field<'t>(
        &mut self,
        agency: &Range<usize>,
        fields: &'t DeTable<'_>,
        key: &str,
    ) -> Option<(Range<usize>, &'t str)> {
        let Some(value) = field(fields, key) else {
            self.problem(agency.clone(), format!("this agency has no `{key}`"));
            return None;
        };
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.problem(value.span(), format!("`{key}` must be a text in quotes"));
        }
        text.map(|text| (value.span(), text))
    }

    fn senders(&mut self, agency: &Range<usize>, fields: &DeTable<'_>) -> Vec<Sender> {
        let Some(value) = field(fields, "senders") else {
            self.problem(agency.clone(), "this agency has no `senders`");
            return Vec::new();
        };
        let Some(entries) = value.get_ref().as_array() else {
            self.problem(value.span(), "`senders` must be a list of mail addresses in brackets");
            return Vec::new();
        };
        if entries.is_empty() {
            self.problem(value.span(), "`senders` is empty: nobody could write for this agency");
        }
        let mut senders = Vec::new();
        for entry in entries {
            match entry.get_ref().as_str().ok_or("it is not a text in quotes").and_then(sender) {
                Ok(sender) => senders.push(sender),
                Err(why) => self.problem(entry.span(), format!("this sender cannot be used: {why}")),
            }
        }
        senders
    }
}

fn field<'t, 'i>(fields: &'t DeTable<'i>, key: &str) -> Option<&'t Spanned<DeValue<'i>>> {
    fields.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
}

fn sender(text: &str) -> Result<Sender, &'static str> {
    match text.trim().strip_prefix("*@") {
        Some(domain) => {
            let domain = domain.to_ascii_lowercase();
            is_domain(&domain)?;
            if is_free_mail(&domain) {
                return Err("anybody can get an address at a free mail service; list people one by one");
            }
            Ok(Sender::Everybody(domain))
        }
        None => person(text).map(Sender::Person),
    }
}

fn person(text: &str) -> Result<MailAddress, &'static str> {
    let address =
        MailAddress::parse(text).map_err(|_| "it is not a mail address such as jane@agency.example")?;
    if address.local().contains('*') {
        return Err("a star stands for everybody of a domain, and only as `*@agency.example`");
    }
    if address.local().contains('@') {
        return Err("it has more than one @");
    }
    is_domain(address.domain())?;
    Ok(address)
}

fn is_domain(domain: &str) -> Result<(), &'static str> {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    if domain.contains('*') {
        return Err("a star stands for everybody of one domain; write each domain out");
    }
    if domain.contains('.') && domain.split('.').all(label) {
        Ok(())
    } else {
        Err("what follows the @ is not a domain such as agency.example")
    }
}

/// Mail services at which anybody can get an address. The list cannot be complete; it holds those met most in
/// the United States.
const FREE_MAIL: [&str; 34] = [
    "aol.com",
    "att.net",
    "bellsouth.net",
    "charter.net",
    "comcast.net",
    "cox.net",
    "duck.com",
    "earthlink.net",
    "email.com",
    "fastmail.com",
    "fastmail.fm",
    "frontier.com",
    "gmail.com",
    "googlemail.com",
    "hey.com",
    "hushmail.com",
    "icloud.com",
    "inbox.com",
    "juno.com",
    "mac.com",
    "mail.com",
    "me.com",
    "msn.com",
    "netzero.net",
    "passport.com",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "rocketmail.com",
    "sbcglobal.net",
    "tutanota.com",
    "usa.net",
    "verizon.net",
    "ymail.com",
];

/// Services with a domain in many countries: `yahoo.com`, `yahoo.co.uk`, …
const FREE_MAIL_FAMILIES: [&str; 7] = ["gmx", "hotmail", "live", "outlook", "yahoo", "yandex", "zoho"];

fn is_free_mail(domain: &str) -> bool {
    let family = domain.split_once('.').is_some_and(|(name, country)| {
        FREE_MAIL_FAMILIES.contains(&name) && country.split('.').all(|label| label.len() <= 3)
    });
    family || FREE_MAIL.contains(&domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[agency]]
id = "harbor"
name = "Harbor House"
senders = ["Jane@harbor.example", "*@shared.example"]
contact = "office@harbor.example"

[[agency]]
id = "north"
name = "North Shelter"
senders = ["*@North.Example", "*@shared.example", "sam@gmail.com"]
contact = "office@north.example"
"#;

    fn address(text: &str) -> MailAddress {
        MailAddress::parse(text).expect("a valid address")
    }

    #[test]
    fn an_address_speaks_for_the_agencies_that_list_it() {
        let roster = Roster::parse(GOOD, "agencies.toml").expect("a good roster");
        for (from, agencies) in [
            ("jane@harbor.example", vec!["harbor"]),
            ("JANE@HARBOR.example", vec!["harbor"]),
            ("joe@harbor.example", vec![]),
            ("jane@sub.harbor.example", vec![]),
            ("anybody@north.example", vec!["north"]),
            ("x@evilnorth.example", vec![]),
            ("x@shared.example", vec!["harbor", "north"]),
            ("sam@gmail.com", vec!["north"]),
            ("max@gmail.com", vec![]),
            ("*@north.example", vec!["north"]),
        ] {
            let found: Vec<String> =
                roster.agencies_of(&address(from)).into_iter().map(String::from).collect();
            assert_eq!(found, agencies, "{from}");
        }
        let north = AgencyId::parse("north").expect("valid");
        assert_eq!(roster.name(&north), Some("North Shelter"));
        assert_eq!(roster.contact(&north), Some(&address("office@north.example")));
        assert_eq!(roster.ids().map(AgencyId::as_str).collect::<Vec<_>>(), ["harbor", "north"]);
        assert_eq!(roster.name(&AgencyId::parse("south").expect("valid")), None);
    }

    #[test]
    fn every_problem_is_told_with_its_line_and_without_the_address() {
        let text = r#"colour = "blue"
[[agency]]
id = "a"
name = "A"
senders = ["*@gmail.com", "not an address", "ann@a.example", 7]
contact = "*@a.example"
phone = "5551234"

[[agency]]
id = "a"
senders = []
contact = "A <office@a.example>"

[[agency]]
id = ""
name = ""
senders = "x@a.example"

[[agency]]
id = "b"
name = "B"
senders = ["j*@b.example", "*@*.example", "x@localhost", "*@yahoo.co.uk", "a@b@c.example", "*@*"]
contact = "b@b.example"
"#;
        let problems = Roster::parse(text, "agencies.toml").expect_err("full of problems");
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let wanted = [
            (1, "unknown key `colour`"),
            (5, "free mail"),
            (5, "not a mail address"),
            (5, "not a text"),
            (6, "a star"),
            (7, "unknown key `phone`"),
            (9, "no `name`"),
            (10, "`a` stands here twice"),
            (11, "`senders` is empty"),
            (12, "`contact` must be one mail address"),
            (15, "agency ID: is empty"),
            (16, "`name` is empty"),
            (17, "must be a list"),
            (22, "a star"),
            (22, "write each domain out"),
            (22, "not a domain"),
            (22, "free mail"),
            (22, "more than one @"),
            (22, "write each domain out"),
        ];
        for (line, what) in wanted {
            let start = format!("agencies.toml, line {line}: ");
            assert!(
                told.iter().any(|told| told.starts_with(&start) && told.contains(what)),
                "line {line}: {what}\nin {told:#?}"
            );
        }
        assert_eq!(told.len(), wanted.len(), "{told:#?}");
        assert!(!told.iter().any(|told| told.contains("ann@") || told.contains("office@")), "{told:#?}");
    }

    #[test]
    fn what_is_not_toml_is_told_with_its_line() {
        let problems =
            Roster::parse("[[agency]]\nid = \"a\"\nname = \n", "agencies.toml").expect_err("broken");
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [3]);
        for (text, line) in [("[agency]\nid = \"a\"", 1), ("agency = [1]", 1)] {
            let problems = Roster::parse(text, "agencies.toml").expect_err(text);
            assert_eq!(problems.first().map(|problem| problem.line), Some(line), "{text}");
        }
        assert_eq!(Roster::parse("", "agencies.toml").map(|roster| roster.ids().count()), Ok(0));
    }

    #[test]
    fn everybody_of_a_free_mail_service_is_nobody_in_particular() {
        for domain in [
            "gmail.com",
            "googlemail.com",
            "outlook.com",
            "hotmail.co.uk",
            "yahoo.com",
            "yahoo.de",
            "live.com",
            "icloud.com",
        ] {
            assert!(is_free_mail(domain), "{domain}");
        }
        for domain in [
            "agency.example",
            "live.agency.example",
            "outlook.shelter.org",
            "notgmail.com",
            "mail.gmail.com.example",
        ] {
            assert!(!is_free_mail(domain), "{domain}");
        }
    }
}
