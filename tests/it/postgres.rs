//! A real PostgreSQL in a scratch folder, reached by a Unix socket there. Gone without a trace when dropped.
//!
//! Also compiled into the unit tests of the library, so it uses nothing but `std` and `tempfile`.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// Only part of the socket's name: nobody listens on it.
const PORT: u16 = 5432;

/// The running server. One for a test is affordable: initialised and started in under a second.
#[derive(Debug)]
pub struct Postgres {
    scratch: tempfile::TempDir,
    owner: Option<(u32, u32)>,
    databases: AtomicU32,
}

impl Postgres {
    /// Starts a server. Panics with its log if it does not start.
    pub fn start() -> Self {
        // Short, since Unix sockets in it may have 107 characters.
        let scratch = tempfile::Builder::new().prefix("pg").tempdir().expect("a scratch folder");
        fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o711)).expect("ours");
        // The server refuses to be root.
        let owner = (id(&["-u"]) == 0).then(|| (id(&["-u", "nobody"]), id(&["-g", "nobody"])));
        let server = Self { scratch, owner, databases: AtomicU32::new(0) };
        let home = server.home();
        fs::create_dir(&home).expect("created");
        if let Some((user, group)) = owner {
            std::os::unix::fs::chown(&home, Some(user), Some(group)).expect("root may");
        }
        let (data, socket) = (home.join("data").display().to_string(), home.display().to_string());
        let init = ["-D", &data, "-U", "desk", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
        must(&server.run("initdb", &[&init[..], &["--no-instructions"]].concat()), "initdb", &home);
        let settings = format!(
            "-c listen_addresses='' -c unix_socket_directories={socket} -c port={PORT} -c fsync=off \
             -c full_page_writes=off -c shared_buffers=16MB -c max_connections=200 \
             -c autovacuum=off -c jit=off"
        );
        let log = home.join("log").display().to_string();
        must(
            &server.run("pg_ctl", &["-w", "-D", &data, "-l", &log, "-o", &settings, "start"]),
            "pg_ctl",
            &home,
        );
        server
    }

    /// Makes a new, empty database; gives its URL.
    pub fn database(&self) -> String {
        let name = format!("db{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let home = self.home().display().to_string();
        let made = self.run("createdb", &["-h", &home, "-p", &PORT.to_string(), "-U", "desk", &name]);
        must(&made, "createdb", &self.home());
        format!("postgres://desk@localhost:{PORT}/{name}?host={home}")
    }

    /// Stops the server at once and starts it again, as after a crash.
    pub fn restart(&self) {
        let data = self.home().join("data").display().to_string();
        let log = self.home().join("log").display().to_string();
        // What it was started with stands in its data folder.
        must(
            &self.run("pg_ctl", &["-w", "-D", &data, "-l", &log, "-m", "immediate", "restart"]),
            "pg_ctl",
            &self.home(),
        );
    }

    /// Stops the server at once, does something while it is away, and starts it again.
    pub async fn away(&self, meanwhile: impl Future<Output = ()>) {
        let data = self.home().join("data").display().to_string();
        let log = self.home().join("log").display().to_string();
        let options = fs::read_to_string(self.home().join("data/postmaster.opts")).expect("it runs");
        let (_, options) = options.trim().split_once(' ').expect("the program and its options");
        must(&self.run("pg_ctl", &["-w", "-D", &data, "-m", "immediate", "stop"]), "pg_ctl", &self.home());
        meanwhile.await;
        let start = ["-w", "-D", &data, "-l", &log, "-o", &options.replace('"', "'"), "start"];
        must(&self.run("pg_ctl", &start), "pg_ctl", &self.home());
    }

    fn home(&self) -> PathBuf {
        self.scratch.path().join("s")
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(find(program));
        command.args(arguments).stdin(Stdio::null()).current_dir(self.home());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command.output().expect("it runs")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.home().join("data").display().to_string();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "stop"]);
    }
}

/// Debian keeps the server's programs out of the path, one folder for each version.
fn find(program: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<PathBuf> = versions
        .map(|version| version.path().join("bin").join(program))
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from(program))
}

fn must(output: &Output, what: &str, home: &Path) {
    let log = fs::read_to_string(home.join("log")).unwrap_or_default();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what} failed; is postgresql installed?\n{errors}\n{log}");
}

fn id(arguments: &[&str]) -> u32 {
    let output = Command::new("id").args(arguments).output().expect("id runs");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number")
}
