//! What a database's refusal means for the person who set the address.

use std::io::ErrorKind;

use sqlx::postgres::PgDatabaseError;

/// An error in a sentence that says what to do, where that is known; else in the database's own words. Neither carries a
/// password or a value.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not explained here is told in its own words")]
pub fn explain(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(said) => {
            let code = said.code().unwrap_or_default();
            let advice = if said.try_downcast_ref::<PgDatabaseError>().is_some() {
                postgres(&code)
            } else {
                code.parse().ok().and_then(|code: i64| sqlite(code & 0xff))
            };
            match advice {
                Some(advice) => format!("{advice} ({})", said.message()),
                None => said.message().to_owned(),
            }
        }
        sqlx::Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => {
                "nothing listens there: is the server running, and are host and port right?".to_owned()
            }
            ErrorKind::NotFound => {
                "there is nothing at this place: is the server running, and is its folder right?".to_owned()
            }
            ErrorKind::PermissionDenied => {
                "this account may not go there: look at the owner and the mode of the file and its folders"
                    .to_owned()
            }
            _ => format!("the connection failed: {error}"),
        },
        sqlx::Error::Tls(error) => {
            format!(
                "no encrypted connection came about: look at the server's certificate and at sslrootcert ({error})"
            )
        }
        sqlx::Error::PoolTimedOut => "it did not answer in time".to_owned(),
        other => other.to_string(),
    }
}

/// By SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn postgres(code: &str) -> Option<&'static str> {
    Some(match code {
        "28P01" | "28000" => {
            "the server does not let this user in: look at the user in the address, and at the password"
        }
        "3D000" => "the server has no such database: create it, or correct its name in the address",
        "42501" => "the account lacks a right: have it granted by the owner of the database",
        "53300" => "the server has no connection left: raise its max_connections",
        "53100" => "the server's disk is full: make room",
        "57P03" => "the server is starting or stopping: try again",
        _ => return None,
    })
}

/// By primary result code (<https://www.sqlite.org/rescode.html>).
fn sqlite(code: i64) -> Option<&'static str> {
    Some(match code {
        5 | 6 => "another program keeps the file locked",
        8 => {
            "the file cannot be written to: look at its owner and mode, and whether its disk is mounted read-only"
        }
        10 => "the disk fails",
        11 => "the file is damaged: restore a backup",
        13 => "the disk is full: make room",
        14 => "the file cannot be opened: look at the owner and the mode of the file and its folder",
        26 => "the file is no SQLite database: correct the address, or restore a backup",
        _ => return None,
    })
}
