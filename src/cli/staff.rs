//! `roi-desk staff`: the accounts of staff. And passwords, for this and for `case … --as`: typed unseen, or read from
//! standard input or a file; never an argument or a variable, which others on the machine can see.

use std::{
    io::{self, BufRead, IsTerminal},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::{Exit, Failure, Format, casebook, print_json, print_text, show};
use crate::{
    config::Config,
    domain::{StaffName, StaffRole},
    engine::{
        Casebook,
        accounts::{AccountError, SignInError},
    },
    store::StaffRow,
};

/// More than any password has, and the line's end.
const LONGEST: u64 = 4096;

/// What to do with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Make an account
    Add {
        /// Its name: 1 to 64 letters, digits, dots, hyphens, underscores or @
        name: StaffName,
        /// What it may do: viewer (look), approver (decide cases) or admin
        #[arg(long, default_value = "approver")]
        role: StaffRole,
        #[command(flatten)]
        password: PasswordFrom,
    },
    /// List the accounts
    List,
    /// Shut an account and sign it out everywhere; its name stays in the history
    Disable {
        /// Its name
        name: StaffName,
        /// Open it again
        #[arg(long)]
        undo: bool,
    },
    /// Give an account another password; it is signed out everywhere, and open again if wrong passwords had locked it
    Password {
        /// Its name
        name: StaffName,
        #[command(flatten)]
        password: PasswordFrom,
    },
    /// Let an account do more, or less: viewer (look), approver (decide cases) or admin
    Role {
        /// Its name
        name: StaffName,
        /// What it may do
        role: StaffRole,
    },
}

/// Where a new password comes from.
#[derive(Debug, clap::Args)]
pub struct PasswordFrom {
    /// Read the password from the first line of this file [default: typed unseen, or a line of standard input]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// An account as JSON shows it.
#[derive(Serialize)]
struct Shown<'a> {
    name: &'a StaffName,
    role: StaffRole,
    made_at: DateTime<Utc>,
    disabled_at: Option<DateTime<Utc>>,
    locked_until: Option<DateTime<Utc>>,
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        let text = error.to_string();
        match error {
            AccountError::Taken(name) => Self::No(format!(
                "{text}: take another name; or `roi-desk staff password {name}` gives it another password, and \
                 `roi-desk staff disable --undo {name}` opens it if it is shut"
            )),
            AccountError::Missing(_) => {
                Self::No(format!("{text}: `roi-desk staff list` shows those there are"))
            }
            AccountError::Password(_) => Self::Usage(text),
            AccountError::Engine(error) => error.into(),
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        let text = error.to_string();
        match error {
            SignInError::NoAccount => {
                Self::No(format!("{text}: `roi-desk staff list` shows those there are"))
            }
            SignInError::WrongPassword => {
                Self::No(format!("{text}: several wrong ones in a row lock the account for a while"))
            }
            SignInError::Locked { .. } => {
                Self::No(format!("{text}: wait, or have it given a new one (`roi-desk staff password`)"))
            }
            SignInError::Engine(error) => error.into(),
        }
    }
}

pub(super) async fn run(args: Args, config: &Config, format: Format) -> Result<Exit, Failure> {
    let book = casebook(config).await?;
    let (name, said) = match args {
        Args::List => return list(&book, format).await,
        Args::Add { name, role, password } => {
            let first = !book.store.has_staff().await?;
            // Nobody should think of a password for nothing.
            if book.store.staff_member(&name).await?.is_some() {
                return Err(AccountError::Taken(name).into());
            }
            book.add_staff(&name, role, &new_password(&name, password).await?).await?;
            let now_on = "\nIt is the first: from now on only accounts decide cases. At a terminal that is the account with \
                          the name of the operating system's user, or the one that --as names.";
            (name, format!("was made, as {role}{}", if first { now_on } else { "" }))
        }
        Args::Disable { name, undo } => {
            book.disable_staff(&name, !undo).await?;
            (name, if undo { "is open again" } else { "is disabled, and signed out everywhere" }.to_owned())
        }
        Args::Password { name, password } => {
            if book.store.staff_member(&name).await?.is_none() {
                return Err(AccountError::Missing(name).into());
            }
            book.set_password(&name, &new_password(&name, password).await?).await?;
            (name, "has another password, and is signed out everywhere".to_owned())
        }
        Args::Role { name, role } => {
            book.set_role(&name, role).await?;
            (name, format!("is {role} from now on"))
        }
    };
    match format {
        Format::Json => {
            if let Some(account) = book.store.staff_member(&name).await? {
                print_json(&shown(&account, book.clock.now()))?;
            }
        }
        Format::Text => print_text(&format!("account {name} {said}"))?,
    }
    Ok(Exit::Well)
}

fn shown(account: &StaffRow, now: DateTime<Utc>) -> Shown<'_> {
    Shown {
        name: &account.name,
        role: account.role,
        made_at: account.made_at,
        disabled_at: account.disabled_at,
        locked_until: account.locked_until.filter(|until| *until > now),
    }
}

async fn list(book: &Casebook, format: Format) -> Result<Exit, Failure> {
    let (accounts, now) = (book.store.staff().await?, book.clock.now());
    let accounts: Vec<_> = accounts.iter().map(|account| shown(account, now)).collect();
    match format {
        Format::Json => accounts.iter().try_for_each(print_json)?,
        Format::Text if accounts.is_empty() => print_text(
            "There is no account: who can write to the desk's database decides, under the operating system's name.\n\
             The first one: roi-desk staff add NAME --role admin",
        )?,
        Format::Text => {
            let time = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M UTC").to_string();
            let rows = accounts
                .iter()
                .map(|account| {
                    let state = match (account.disabled_at, account.locked_until) {
                        (Some(at), _) => format!("disabled since {}", time(at)),
                        (None, Some(until)) => format!("locked until {}", time(until)),
                        (None, None) => "open".to_owned(),
                    };
                    let cells =
                        [account.name.to_string(), account.role.to_string(), time(account.made_at), state];
                    cells.into_iter().map(comfy_table::Cell::new).collect()
                })
                .collect();
            print_text(&show::table(&["account", "role", "made", "state"], rows))?;
        }
    }
    Ok(Exit::Well)
}

/// The account of that name, once its password was given.
pub(super) async fn checked(book: &Casebook, name: &StaffName) -> Result<StaffName, Failure> {
    let password = off_the_loops(asked_once(name)).await?;
    Ok(book.check_password(name, &password).await?.name)
}

fn asked_once(name: &StaffName) -> impl FnOnce() -> Result<SecretString, Failure> + use<> {
    let prompt = format!("Password of {name}: ");
    move || {
        if io::stdin().is_terminal() { typed(&prompt) } else { line(io::stdin().lock(), "standard input") }
    }
}

async fn new_password(name: &StaffName, from: PasswordFrom) -> Result<SecretString, Failure> {
    let name = name.clone();
    off_the_loops(move || match from.password_file {
        Some(file) => in_file(&file),
        None if io::stdin().is_terminal() => {
            let password = typed(&format!("New password of {name}: "))?;
            let again = typed("The same again: ")?;
            if password.expose_secret() == again.expose_secret() {
                Ok(password)
            } else {
                Err(Failure::Usage("these are two different passwords: nothing was changed".to_owned()))
            }
        }
        None => line(io::stdin().lock(), "standard input"),
    })
    .await
}

/// Whoever types takes their time.
async fn off_the_loops<T: Send + 'static>(
    asking: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(asking).await.map_err(|error| Failure::Other(error.into()))?
}

fn typed(prompt: &str) -> Result<SecretString, Failure> {
    let typed = rpassword::prompt_password(prompt)
        .map_err(|error| Failure::Usage(format!("no password can be typed here: {error}")))?;
    Ok(typed.into())
}

fn in_file(file: &Path) -> Result<SecretString, Failure> {
    let opened = std::fs::File::open(file).map_err(|error| {
        Failure::Usage(format!("--password-file: {} cannot be read: {error}", file.display()))
    })?;
    line(io::BufReader::new(opened), &file.display().to_string())
}

/// The first line, without its end.
fn line(from: impl BufRead, whence: &str) -> Result<SecretString, Failure> {
    let mut line = String::new();
    from.take(LONGEST)
        .read_line(&mut line)
        .map_err(|error| Failure::Usage(format!("no password can be read from {whence}: {error}")))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failure::Usage(format!(
            "no password came from {whence}: type it at a terminal, or give it as a line of standard input"
        )));
    }
    Ok(password.to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_first_line_as_it_stands() {
        let read =
            |text: &str| line(text.as_bytes(), "here").map(|read| read.expose_secret().to_owned()).ok();
        assert_eq!(read("correct horse\n").as_deref(), Some("correct horse"));
        assert_eq!(read(" kept \r\nnot this").as_deref(), Some(" kept "));
        assert_eq!(read("without an end").as_deref(), Some("without an end"));
        for none in ["", "\n", "\r\n"] {
            assert_eq!(read(none), None, "{none:?}");
        }
    }
}
