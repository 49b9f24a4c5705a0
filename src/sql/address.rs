//! Where a database is, and how it is connected to.

use std::{
    fs::OpenOptions,
    net::IpAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Connection, Executor, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Engine, Pool};

/// What each session on a server is told. A daemon that is frozen or cut off in mid-transaction must not keep its locks
/// for ever: the server ends its session. Its other sessions, waiting for the same lock, are told off before that:
/// otherwise each would get the lock in turn, frozen as it is, and keep it for as long again. Instants are ours, so the zone
/// does not matter, but logs read better.
const SESSION: &str =
    "SET idle_in_transaction_session_timeout = '10s'; SET lock_timeout = '8s'; SET TIME ZONE 'UTC'";

/// Pages of the file that a connection keeps in memory, in KiB (SQLite counts KiB down from zero): enough for the inner
/// pages of every index of some hundred thousand cases.
const CACHE: &str = "-32768";
/// How much of a file readers map into memory, in bytes.
const MAPPED: &str = "268435456";

/// Where a database is. It does not print its password.
#[derive(Clone)]
pub struct Address {
    place: Place,
}

#[derive(Clone)]
enum Place {
    Sqlite(Box<SqliteConnectOptions>),
    Postgres(Box<PgConnectOptions>),
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

impl Address {
    /// Reads `sqlite:///absolute/path`, `sqlite://relative/path` or `postgres://user@host:port/database`, with the
    /// password apart or, less safely, in the URL.
    ///
    /// A server on another machine must speak TLS and show a certificate for its name, unless the URL says otherwise
    /// itself (`?sslmode=…`).
    ///
    /// # Errors
    /// What is wrong, without the URL: it may hold a password.
    pub fn parse(url: &str, password: Option<&SecretString>) -> Result<Self, String> {
        let place = if url.starts_with("sqlite:") {
            if url.contains(":memory:") || url.contains("mode=memory") {
                return Err("a database in memory is gone when the program ends: name a file".to_owned());
            }
            let named = url.trim_start_matches("sqlite:").trim_start_matches('/');
            if named.is_empty() || named.starts_with('?') {
                return Err("names no file: it is written sqlite:///absolute/path.db".to_owned());
            }
            let options: SqliteConnectOptions = url.parse().map_err(|_| {
                "is not the address of an SQLite file: it is written sqlite:///absolute/path.db".to_owned()
            })?;
            Place::Sqlite(Box::new(options))
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let mut options: PgConnectOptions = url.parse().map_err(|_| {
                "is not the address of a PostgreSQL database: it is written postgres://user@host:5432/database"
                    .to_owned()
            })?;
            if let Some(password) = password {
                options = options.password(password.expose_secret());
            }
            if options.get_socket().is_none()
                && !is_this_machine(options.get_host())
                && !url.contains("sslmode=")
            {
                options = options.ssl_mode(PgSslMode::VerifyFull);
            }
            Place::Postgres(Box::new(options.application_name("roi-desk")))
        } else {
            return Err("begins with neither sqlite:// nor postgres://".to_owned());
        };
        Ok(Self { place })
    }

    /// An SQLite file, whatever characters its name has.
    pub fn of_file(file: &Path) -> Self {
        Self { place: Place::Sqlite(Box::new(SqliteConnectOptions::new().filename(file))) }
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        match self.place {
            Place::Sqlite(_) => Engine::Sqlite,
            Place::Postgres(_) => Engine::Postgres,
        }
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::Sqlite(options) => Some(options.get_filename()),
            Place::Postgres(_) => None,
        }
    }

    /// Its name for people: the file, or server and database, without user and password.
    pub fn name(&self) -> String {
        match &self.place {
            Place::Sqlite(options) => options.get_filename().display().to_string(),
            Place::Postgres(options) => {
                let server = options.get_socket().map_or_else(
                    || format!("{}:{}", options.get_host(), options.get_port()),
                    |socket: &PathBuf| socket.display().to_string(),
                );
                let database = options.get_database().unwrap_or_else(|| options.get_username());
                format!("{database} on {server}")
            }
        }
    }

    /// Makes sure a file is there and closed to others, since it will hold mails or client records. (The group as the umask
    /// allows: accounts that decide from a terminal may share one.)
    pub fn make_file(&self) -> std::io::Result<()> {
        let Some(path) = self.file() else { return Ok(()) };
        match OpenOptions::new().write(true).create_new(true).mode(0o660).open(path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Connects to a server once. A pool would try again and again, and then say no more than that it took too long.
    pub async fn reach(&self, within: Duration) -> Result<(), sqlx::Error> {
        let Place::Postgres(options) = &self.place else { return Ok(()) };
        match tokio::time::timeout(within, PgConnection::connect_with(options)).await {
            Ok(connection) => connection?.close().await,
            Err(_elapsed) => Err(sqlx::Error::PoolTimedOut),
        }
    }

    /// At most so many connections that only read, each opened when it is needed. `patience`: how long to wait for
    /// a connection, and for a locked file.
    pub fn readers(&self, connections: u32, patience: Duration) -> Pool {
        self.pool(connections, patience, true)
    }

    /// Connections that may write: to a file one, so that our own transactions wait for each other here and not in the
    /// file; to a server at most so many.
    pub fn writers(&self, connections: u32, patience: Duration) -> Pool {
        self.pool(connections, patience, false)
    }

    fn pool(&self, connections: u32, patience: Duration, read_only: bool) -> Pool {
        match &self.place {
            Place::Sqlite(options) => {
                let options = (**options)
                    .clone()
                    // An answer that was sent must be known after a power cut.
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .pragma("cache_size", CACHE)
                    .busy_timeout(patience)
                    .read_only(read_only);
                // Readers share what the system holds of the file, and ask for it without a call for every page.
                let options = if read_only { options.pragma("mmap_size", MAPPED) } else { options };
                // What is removed is overwritten, not only given free: mails are removed for good.
                let options = if read_only { options } else { options.pragma("secure_delete", "ON") };
                let connections = if read_only { connections } else { 1 };
                Pool::Sqlite(
                    SqlitePoolOptions::new()
                        .max_connections(connections)
                        .acquire_timeout(patience)
                        .connect_lazy_with(options),
                )
            }
            Place::Postgres(options) => Pool::Postgres(
                PgPoolOptions::new()
                    .max_connections(connections)
                    .acquire_timeout(patience)
                    .after_connect(|connection, _| {
                        Box::pin(async move { connection.execute(SESSION).await.map(drop) })
                    })
                    .connect_lazy_with((**options).clone()),
            ),
        }
    }

    /// Connections as [`Address::writers`] gives them, for a file that is created where it is missing and keeps its
    /// journal in a way that lets others read while one writes.
    pub fn creating(&self, patience: Duration) -> Pool {
        match &self.place {
            Place::Sqlite(options) => {
                let options =
                    (**options).clone().create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
                Self { place: Place::Sqlite(Box::new(options)) }.writers(1, patience)
            }
            Place::Postgres(_) => self.writers(1, patience),
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_named_without_its_password() {
        for (url, engine, name) in [
            ("sqlite:///var/lib/roi-desk/roi-desk.db", Engine::Sqlite, "/var/lib/roi-desk/roi-desk.db"),
            ("sqlite://hmis.db", Engine::Sqlite, "hmis.db"),
            ("postgres://desk:hunter2@db.example.org/roi", Engine::Postgres, "roi on db.example.org:5432"),
            ("postgresql://desk@localhost:5433/roi", Engine::Postgres, "roi on localhost:5433"),
            ("postgres://desk@localhost/roi?host=/run/pg", Engine::Postgres, "roi on /run/pg"),
        ] {
            let address = Address::parse(url, Some(&"hunter3".into())).expect("usable");
            assert_eq!((address.engine(), address.name().as_str()), (engine, name), "{url}");
            assert!(!format!("{address:?}").contains("hunter"));
        }
        for url in [
            "",
            "sqlite:",
            "sqlite://",
            "sqlite::memory:",
            "sqlite:///x?mode=memory",
            "mysql://x/y",
            "postgres://[",
        ] {
            let refused = Address::parse(url, None).expect_err("refused");
            assert!(!refused.is_empty(), "{url}");
        }
    }

    #[test]
    fn a_server_on_another_machine_must_prove_who_it_is() {
        for (url, mode) in [
            ("postgres://desk@db.example.org/roi", "VerifyFull"),
            ("postgres://desk@10.0.0.5/roi", "VerifyFull"),
            ("postgres://desk@db.example.org/roi?sslmode=require", "Require"),
            ("postgres://desk@localhost/roi", "Prefer"),
            ("postgres://desk@localhost/roi?host=/run/pg", "Prefer"),
        ] {
            let address = Address::parse(url, None).expect("usable");
            let Place::Postgres(options) = address.place else { unreachable!("a server") };
            assert_eq!(format!("{:?}", options.get_ssl_mode()), mode, "{url}");
        }
    }
}
