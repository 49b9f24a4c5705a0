//! The statements, one file each. A site whose database has another shape puts files of the same names into a
//! folder (`hmis.statements`); they take the same parameters and give the same columns.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::HmisError;

/// One statement, known by its file name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Statement {
    Record,
    Data,
    Grants,
    Agencies,
    Sources,
    CloseSharing,
    RemoveGrant,
    SetAlias,
    Entered,
    GrantRows,
    OpenSharing,
    RestoreGrant,
    Counts,
    Oddities,
    Hold,
}

impl Statement {
    pub(super) const ALL: [Self; 15] = [
        Self::Record,
        Self::Data,
        Self::Grants,
        Self::Agencies,
        Self::Sources,
        Self::CloseSharing,
        Self::RemoveGrant,
        Self::SetAlias,
        Self::Entered,
        Self::GrantRows,
        Self::OpenSharing,
        Self::RestoreGrant,
        Self::Counts,
        Self::Oddities,
        Self::Hold,
    ];

    /// How many values it takes; all are texts.
    pub(super) fn values(self) -> usize {
        match self {
            Self::Agencies | Self::Sources | Self::Counts | Self::Oddities | Self::Hold => 0,
            Self::Record
            | Self::Data
            | Self::Grants
            | Self::CloseSharing
            | Self::Entered
            | Self::GrantRows
            | Self::OpenSharing => 1,
            Self::RemoveGrant => 2,
            Self::SetAlias | Self::RestoreGrant => 3,
        }
    }

    /// Its file name, the name by which errors and a site's folder know it.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Record => "record.sql",
            Self::Data => "data.sql",
            Self::Grants => "grants.sql",
            Self::Agencies => "agencies.sql",
            Self::Sources => "sources.sql",
            Self::CloseSharing => "close_sharing.sql",
            Self::RemoveGrant => "remove_grant.sql",
            Self::SetAlias => "set_alias.sql",
            Self::Entered => "entered.sql",
            Self::GrantRows => "grant_rows.sql",
            Self::OpenSharing => "open_sharing.sql",
            Self::RestoreGrant => "restore_grant.sql",
            Self::Counts => "counts.sql",
            Self::Oddities => "oddities.sql",
            Self::Hold => "hold.sql",
        }
    }

    fn built_in(self) -> &'static str {
        match self {
            Self::Record => include_str!("sql/record.sql"),
            Self::Data => include_str!("sql/data.sql"),
            Self::Grants => include_str!("sql/grants.sql"),
            Self::Agencies => include_str!("sql/agencies.sql"),
            Self::Sources => include_str!("sql/sources.sql"),
            Self::CloseSharing => include_str!("sql/close_sharing.sql"),
            Self::RemoveGrant => include_str!("sql/remove_grant.sql"),
            Self::SetAlias => include_str!("sql/set_alias.sql"),
            Self::Entered => include_str!("sql/entered.sql"),
            Self::GrantRows => include_str!("sql/grant_rows.sql"),
            Self::OpenSharing => include_str!("sql/open_sharing.sql"),
            Self::RestoreGrant => include_str!("sql/insert_grant.sql"),
            Self::Counts => include_str!("sql/counts.sql"),
            Self::Oddities => include_str!("sql/oddities.sql"),
            Self::Hold => include_str!("sql/hold.sql"),
        }
    }
}

/// What an undo takes besides, and a closing that can be undone.
const OF_AN_UNDO: [Statement; 4] =
    [Statement::Entered, Statement::GrantRows, Statement::OpenSharing, Statement::RestoreGrant];

/// The statements on the tables that a closing reads and changes.
const OF_A_CLOSING: [Statement; 6] = [
    Statement::Record,
    Statement::Data,
    Statement::Grants,
    Statement::CloseSharing,
    Statement::RemoveGrant,
    Statement::SetAlias,
];

/// The statements in force: the built-in ones and those a site replaced.
#[derive(Debug, Clone, Default)]
pub(super) struct Statements {
    replaced: BTreeMap<Statement, Arc<str>>,
}

impl Statements {
    /// Reads a site's folder. Files whose names begin with a dot are passed over; any other unknown name is an
    /// error, since a misspelt file would silently leave the built-in statement in force.
    pub(super) fn from_folder(folder: &Path) -> Result<Self, HmisError> {
        let wrong = |path: &Path, problem: String| HmisError::Statements { path: path.to_owned(), problem };
        let mut replaced = BTreeMap::new();
        let files = std::fs::read_dir(folder).map_err(|error| wrong(folder, error.to_string()))?;
        for file in files {
            let file = file.map_err(|error| wrong(folder, error.to_string()))?;
            let (name, path) = (file.file_name(), file.path());
            let name = name.to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            let statement =
                Statement::ALL.into_iter().find(|known| known.file() == name).ok_or_else(|| {
                    let known: Vec<_> = Statement::ALL.iter().map(|known| known.file()).collect();
                    wrong(&path, format!("no statement has this name; there are {}", known.join(", ")))
                })?;
            let text = std::fs::read_to_string(&path).map_err(|error| wrong(&path, error.to_string()))?;
            if text.trim().is_empty() {
                return Err(wrong(&path, "the file is empty".to_owned()));
            }
            replaced.insert(statement, Arc::from(text));
        }
        Ok(Self { replaced })
    }

    /// Whether closings can be set back: where a site has tables of its own, the statements for that must be its own as
    /// well. Else a closing is made all the same, and cannot be undone.
    pub(super) fn can_undo(&self) -> bool {
        let own = |statement: &Statement| self.replaced.contains_key(statement);
        !OF_A_CLOSING.iter().any(own) || OF_AN_UNDO.iter().all(own)
    }

    /// The files of the statements that an undo takes besides.
    pub(super) fn of_an_undo() -> String {
        OF_AN_UNDO.map(Statement::file).join(", ")
    }

    /// The text to run. What a site's folder holds is as trusted as its configuration; values are always bound.
    pub(super) fn sql(&self, statement: Statement) -> SqlStr {
        match self.replaced.get(&statement) {
            Some(own) => AssertSqlSafe(Arc::clone(own)).into_sql_str(),
            None => statement.built_in().into_sql_str(),
        }
    }
}
