//! The wording of replies: plain-text templates compiled in, each of which a site can override with a file of its own.
//! What a mail or a person wrote is only ever a value, never a template.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use minijinja::{Environment, UndefinedBehavior, Value, syntax::SyntaxConfig};

use super::{
    Body, Finding, Letter, RecordStanding,
    layout::{BothForms, lay_out, one_line},
    samples::samples,
};
use crate::domain::{ClientId, Excess, Fact, ToDo};

/// A template: its file, its built-in text, and the values it may use.
struct Template {
    file: &'static str,
    text: &'static str,
    values: &'static [&'static str],
}

macro_rules! template {
    ($file:literal: $($value:literal),*) => {
        Template { file: $file, text: include_str!(concat!("templates/", $file)), values: &["case", $($value),*] }
    };
}

const TEMPLATES: [Template; 20] = [
    template!("subject.txt": "kind"),
    template!("greeting.txt":),
    template!("received.txt": "records"),
    template!("missing_id.txt":),
    template!("missing_id_reminder.txt":),
    template!("go_ahead.txt": "records", "again"),
    template!("consent_received.txt": "old_records", "new_records"),
    template!("joined.txt":),
    template!("outcome.txt": "later"),
    template!("record_confirmed.txt": "record", "already_closed", "attested"),
    template!("record_ended.txt": "record", "already_closed", "attested", "other_agencies", "others_complete", "replacements"),
    template!("record_not_closed.txt": "record"),
    template!("priority_list.txt": "record", "on_list"),
    template!("checklist.txt": "record", "to_do"),
    template!("declined.txt": "records", "note"),
    template!("cancelled.txt":),
    template!("undone.txt": "records"),
    template!("advice.txt": "form"),
    template!("privacy.txt": "personal_data"),
    template!("closing.txt":),
];

/// The longest subject; longer ones are cut off in lists of mails anyway.
const LONGEST_SUBJECT: usize = 150;

/// What no reply may say unless a record in it is confirmed to be visible to the agency alone.
const ONLY_WHEN_CONFIRMED: [&str; 2] = ["fully closed", "only your agency"];

/// Something wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}{}: {what}", .line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct TemplateProblem {
    /// The file's name in the folder of templates.
    pub file: String,
    /// The line, from 1, if it can be told.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl TemplateProblem {
    fn new(file: &str, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, what: what.into() }
    }

    fn of(file: &str, error: &minijinja::Error) -> Self {
        let what = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        Self { file: file.to_owned(), line: error.line(), what }
    }
}

/// A reply as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line; holds the case number in brackets and no client ID.
    pub subject: String,
    /// The body as plain text.
    pub text: String,
    /// The same words as HTML.
    pub html: String,
}

/// The wording in use.
pub struct Templates {
    environment: Environment<'static>,
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Templates")
    }
}

impl Templates {
    /// The built-in wording.
    pub fn built_in() -> Self {
        Self::read_in(&BTreeMap::new()).expect("the built-in templates are tested to be sound")
    }

    /// The built-in wording, overridden file by file from `folder`. Every template is tried on a sample letter of
    /// every kind and shape; all problems are told at once.
    pub fn load(folder: Option<&Path>) -> Result<Self, Vec<TemplateProblem>> {
        let mut problems = Vec::new();
        let own = folder.map(|folder| read(folder, &mut problems)).unwrap_or_default();
        let templates = match Self::read_in(&own) {
            Ok(templates) => {
                problems.extend(templates.try_out());
                Some(templates)
            }
            Err(unreadable) => {
                problems.extend(unreadable);
                None
            }
        };
        problems.sort();
        problems.dedup();
        templates.filter(|_| problems.is_empty()).ok_or(problems)
    }

    fn read_in(own: &BTreeMap<String, String>) -> Result<Self, Vec<TemplateProblem>> {
        let mut problems = Vec::new();
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let lines_of_their_own = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(lines_of_their_own.expect("the delimiters are the usual ones"));
        for Template { file, text, values } in &TEMPLATES {
            let text = own.get(*file).cloned().unwrap_or_else(|| (*text).to_owned());
            match environment.add_template_owned(*file, text) {
                Ok(()) => check_names(&environment, file, values, &mut problems),
                Err(error) => problems.push(TemplateProblem::of(file, &error)),
            }
        }
        if problems.is_empty() { Ok(Self { environment }) } else { Err(problems) }
    }

    /// The letter in words. The error tells which template failed; [`Templates::load`] has tried every shape a letter
    /// can have, so it is not to be expected.
    pub fn render(&self, letter: &Letter) -> Result<Rendered, TemplateProblem> {
        let subject = self.subject(letter)?;
        let mut parts = Vec::new();
        for (file, values) in sections(letter) {
            parts.push(self.fill(letter, file, values)?);
        }
        let BothForms { text, html } = lay_out(&parts.join("\n\n"));
        Ok(Rendered { subject, text, html })
    }

    fn subject(&self, letter: &Letter) -> Result<String, TemplateProblem> {
        const FILE: &str = "subject.txt";
        let problem = |what: String| Err(TemplateProblem::new(FILE, what));
        let subject = one_line(&self.fill(letter, FILE, vec![("kind", Value::from(letter.body.kind()))])?);
        if !subject.contains(&format!("[{}]", letter.case)) {
            return problem("the subject does not hold the case number in brackets: [{{ case }}]".to_owned());
        }
        if subject.chars().count() > LONGEST_SUBJECT {
            return problem(format!("the subject is longer than {LONGEST_SUBJECT} characters"));
        }
        Ok(subject)
    }

    fn fill(&self, letter: &Letter, file: &str, values: Values) -> Result<String, TemplateProblem> {
        let all = values.into_iter().chain([("case", Value::from(letter.case.to_string()))]);
        self.environment
            .get_template(file)
            .and_then(|template| template.render(Value::from_pairs(all)))
            .map_err(|error| TemplateProblem::of(file, &error))
    }

    fn try_out(&self) -> Vec<TemplateProblem> {
        let mut problems = Vec::new();
        for letter in samples() {
            problems.extend(self.subject(&letter).err());
            for (file, values) in sections(&letter) {
                match self.fill(&letter, file, values) {
                    Ok(text) => problems.extend(overstatement(file, &text)),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        problems
    }
}

/// A wording that must not stand in this template.
fn overstatement(file: &str, text: &str) -> Option<TemplateProblem> {
    let text = one_line(text).to_lowercase();
    let said =
        ONLY_WHEN_CONFIRMED.iter().find(|said| file != "record_confirmed.txt" && text.contains(*said))?;
    Some(TemplateProblem::new(
        file,
        format!("this must not say \"{said}\": that may stand in record_confirmed.txt alone"),
    ))
}

/// The site's own files by name.
fn read(folder: &Path, problems: &mut Vec<TemplateProblem>) -> BTreeMap<String, String> {
    let mut own = BTreeMap::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let name = folder.display().to_string();
            problems
                .push(TemplateProblem::new(&name, format!("the folder cannot be read: {}", error.kind())));
            return own;
        }
    };
    for entry in entries {
        let (name, content) = match entry {
            Ok(entry) => (entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())),
            Err(error) => (folder.display().to_string(), Err(error)),
        };
        if name.starts_with('.') {
            continue;
        }
        if !TEMPLATES.iter().any(|template| template.file == name) {
            let known: Vec<_> = TEMPLATES.iter().map(|template| template.file).collect();
            problems.push(TemplateProblem::new(
                &name,
                format!("there is no template of this name; there are {}", known.join(", ")),
            ));
            continue;
        }
        match content {
            Ok(text) => {
                own.insert(name, text);
            }
            Err(error) => {
                problems.push(TemplateProblem::new(&name, format!("it cannot be read: {}", error.kind())));
            }
        }
    }
    own
}

/// Names that are not among the values a template has: a slip in a branch no sample reaches would show only in a
/// real reply.
fn check_names(
    environment: &Environment<'_>,
    file: &str,
    values: &[&str],
    problems: &mut Vec<TemplateProblem>,
) {
    let Ok(template) = environment.get_template(file) else { return };
    for name in template.undeclared_variables(false) {
        if values.contains(&name.as_str()) || environment.globals().any(|(global, _)| global == name) {
            continue;
        }
        let mut lines = template.source().lines();
        let line = lines.position(|line| line.contains(&name)).map(|before| before + 1);
        let what = format!("there is no value `{name}` here; there are {}", values.join(", "));
        problems.push(TemplateProblem { file: file.to_owned(), line, what });
    }
}

type Values = Vec<(&'static str, Value)>;

/// The templates a letter is made of, in order, with their values.
fn sections(letter: &Letter) -> Vec<(&'static str, Values)> {
    let mut sections = vec![("greeting.txt", Vec::new())];
    match &letter.body {
        Body::Received { records } => {
            let records = records.iter().map(|waiting| {
                table([("record", id(&waiting.record)), ("is_worked_on", Value::from(waiting.is_worked_on))])
            });
            sections.push(("received.txt", vec![("records", records.collect())]));
        }
        Body::MissingId => sections.push(("missing_id.txt", Vec::new())),
        Body::MissingIdReminder => sections.push(("missing_id_reminder.txt", Vec::new())),
        Body::GoAhead { records, again } => {
            sections.push(("go_ahead.txt", vec![("records", ids(records)), ("again", Value::from(*again))]));
        }
        Body::ConsentReceived { old_records, new_records } => sections.push((
            "consent_received.txt",
            vec![("old_records", ids(old_records)), ("new_records", ids(new_records))],
        )),
        Body::Joined => sections.push(("joined.txt", Vec::new())),
        Body::Outcome { records, later } => {
            sections.push(("outcome.txt", vec![("later", ids(later))]));
            for report in records {
                record_sections(&report.record, &report.standing, &mut sections);
            }
        }
        Body::Declined { records, note } => {
            sections.push(("declined.txt", vec![("records", ids(records)), ("note", plain(note))]));
        }
        Body::Cancelled => sections.push(("cancelled.txt", Vec::new())),
        Body::Undone { records } => sections.push(("undone.txt", vec![("records", ids(records))])),
    }
    if let Some(advice) = letter.advice {
        sections.push(("advice.txt", vec![("form", Value::from(advice.name()))]));
    }
    if letter.excess != Excess::default() {
        sections.push(("privacy.txt", vec![("personal_data", Value::from(letter.excess.personal_data))]));
    }
    sections.push(("closing.txt", Vec::new()));
    sections
}

fn record_sections(record: &ClientId, standing: &RecordStanding, sections: &mut Vec<(&'static str, Values)>) {
    let found = |finding: &Finding| {
        vec![
            ("record", id(record)),
            ("already_closed", Value::from(finding.already_closed)),
            ("attested", Value::from(finding.attested)),
        ]
    };
    let finding = match standing {
        RecordStanding::NotClosed => {
            sections.push(("record_not_closed.txt", vec![("record", id(record))]));
            return;
        }
        RecordStanding::OnlyYourAgency(finding) => {
            sections.push(("record_confirmed.txt", found(finding)));
            finding
        }
        RecordStanding::SharingEnded { finding, other_agencies, others_complete, replacements } => {
            let replacements = replacements.iter().map(|replacement| {
                let lacks = replacement.lacks.iter().map(|lack| Value::from(one_line(lack)));
                table([("record", id(&replacement.record)), ("lacks", lacks.collect())])
            });
            let mut values = found(finding);
            values.push(("other_agencies", Value::from(*other_agencies)));
            values.push(("others_complete", Value::from(*others_complete)));
            values.push(("replacements", replacements.collect()));
            sections.push(("record_ended.txt", values));
            finding
        }
    };
    let on_list = match finding.priority_list {
        Fact::Known(true) => Some("yes"),
        Fact::Unknown => Some("unknown"),
        Fact::Known(false) => None,
    };
    if let Some(on_list) = on_list {
        sections.push(("priority_list.txt", vec![("record", id(record)), ("on_list", Value::from(on_list))]));
    }
    if !finding.to_do.is_empty() {
        let to_do = finding.to_do.iter().map(|point| match point {
            ToDo::SetAlias(flag) => {
                table([("kind", Value::from("set_alias")), ("flag", Value::from(one_line(flag)))])
            }
            ToDo::ClearRoiDate => table([("kind", Value::from("clear_roi_date")), ("flag", Value::from(""))]),
        });
        sections.push(("checklist.txt", vec![("record", id(record)), ("to_do", to_do.collect())]));
    }
}

fn table<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    Value::from_pairs(entries)
}

fn id(record: &ClientId) -> Value {
    Value::from(one_line(record.as_str()))
}

fn ids(records: &[ClientId]) -> Value {
    records.iter().map(id).collect()
}

/// A person's words: their paragraphs, without control characters.
fn plain(text: &str) -> Value {
    let lines: Vec<String> = text.lines().map(one_line).collect();
    Value::from(lines.join("\n"))
}
