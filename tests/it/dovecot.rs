//! A real Dovecot in a scratch folder: one user, `worker` with password `secret`, on two loopback ports, one
//! plain and one with TLS. Gone without a trace when dropped.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use roi_desk::mailbox::{ImapOptions, Tls};
use secrecy::SecretString;

/// Names of delivered files differ across all servers of the process.
static DELIVERED: AtomicU64 = AtomicU64::new(0);

/// The running server.
#[derive(Debug)]
pub struct Dovecot {
    scratch: tempfile::TempDir,
    server: Child,
    owner: Option<(u32, u32)>,
    plain: u16,
    tls: u16,
}

impl Dovecot {
    /// Starts a server that offers IDLE, MOVE and UIDPLUS.
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// Starts a server with further lines of configuration, in which `$D` is its scratch folder. Panics with the server's log if it does not greet
    /// within ten seconds.
    pub fn start_with(configuration: &str) -> Self {
        // A port found free may be taken by somebody else before Dovecot binds it.
        let attempt = |so_far: Result<Self, String>, _| so_far.or_else(|_| Self::attempt(configuration));
        (0..5).fold(Err(String::new()), attempt).expect("Dovecot starts; is dovecot-imapd installed?")
    }

    fn attempt(configuration: &str) -> Result<Self, String> {
        // Short, since Unix sockets in it may have 107 characters.
        let scratch = tempfile::Builder::new().prefix("dc").tempdir().expect("a scratch folder");
        let path = scratch.path();
        // imap-login refuses to be root.
        let root = id(&["-u"]) == "0";
        let (user, group, login) = if root {
            ("nobody".into(), "nogroup".into(), "dovenull".into())
        } else {
            (id(&["-un"]), id(&["-gn"]), id(&["-un"]))
        };
        let owner = root.then(|| (number(&id(&["-u", "nobody"])), number(&id(&["-g", "nobody"]))));
        fs::set_permissions(path, fs::Permissions::from_mode(0o711)).expect("scratch folder is ours");

        let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        fs::write(path.join("cert.pem"), key.cert.pem()).expect("written");
        fs::write(path.join("key.pem"), key.signing_key.serialize_pem()).expect("written");
        fs::write(path.join("passwd"), "worker:{PLAIN}secret\njürgen:{PLAIN}päss w\"o\\rd\n")
            .expect("written");
        let (plain, tls) = (free_port(), free_port());
        let written = format!("{CONFIGURATION}\n{configuration}\n")
            .replace("$D", &path.display().to_string())
            .replace("$U", &user)
            .replace("$G", &group)
            .replace("$L", &login)
            .replace("$P", &plain.to_string())
            .replace("$T", &tls.to_string());
        fs::write(path.join("dovecot.conf"), written).expect("written");

        let command = Command::new("dovecot")
            .args(["-F", "-c"])
            .arg(path.join("dovecot.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(path.join("stderr")).expect("created"))
            .process_group(0)
            .spawn();
        let server = command.map_err(|error| error.to_string())?;
        let mut dovecot = Self { scratch, server, owner, plain, tls };
        dovecot.make_folder("mail");
        dovecot.make_maildir("INBOX");
        if dovecot.await_greeting() { Ok(dovecot) } else { Err(dovecot.log()) }
    }

    /// Polls until the server greets by the name of this very folder; false if it ended or took too long.
    fn await_greeting(&mut self) -> bool {
        let deadline = Instant::now() + Duration::from_secs(10);
        let name = self.scratch.path().display().to_string();
        while Instant::now() < deadline {
            if !matches!(self.server.try_wait(), Ok(None)) {
                return false;
            }
            let greets = |port| {
                let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
                stream.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
                let mut greeting = String::new();
                BufReader::new(stream).read_line(&mut greeting).ok()?;
                greeting.contains(&name).then_some(())
            };
            if greets(self.plain).is_some() && TcpStream::connect((Ipv4Addr::LOCALHOST, self.tls)).is_ok() {
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// What the server wrote.
    pub fn log(&self) -> String {
        ["stderr", "log"]
            .iter()
            .filter_map(|file| fs::read_to_string(self.scratch.path().join(file)).ok())
            .collect()
    }

    /// How to reach it without TLS.
    pub fn options(&self) -> ImapOptions {
        let mut options = ImapOptions::new("127.0.0.1", "worker", SecretString::from("secret"));
        options.port = self.plain;
        options.tls = Tls::None;
        options
    }

    /// How to reach it with TLS, trusting its certificate, which is for `localhost` only.
    pub fn tls_options(&self) -> ImapOptions {
        let mut options = self.options();
        options.host = "localhost".into();
        options.port = self.tls;
        options.tls = Tls::Implicit;
        options.ca_file = Some(self.scratch.path().join("cert.pem"));
        options
    }

    /// How to reach it with STARTTLS, trusting its certificate.
    pub fn starttls_options(&self) -> ImapOptions {
        let mut options = self.tls_options();
        options.port = self.plain;
        options.tls = Tls::StartTls;
        options
    }

    /// Writes a file into the scratch folder, for the server to read.
    pub fn write(&self, name: &str, content: &str) {
        let path = self.scratch.path().join(name);
        fs::write(&path, content).expect("written");
        self.give(&path);
    }

    /// The Maildir of a folder.
    pub fn maildir(&self, folder: &str) -> PathBuf {
        let top = self.scratch.path().join("mail/worker/Maildir");
        if folder == "INBOX" { top } else { top.join(format!(".{}", folder.replace('/', "."))) }
    }

    /// Delivers a mail as an MTA does, at once and with all marks of new mail.
    pub fn deliver(&self, folder: &str, mail: &[u8]) {
        self.make_maildir(folder);
        let name = format!("{:08}.M1P1.host", DELIVERED.fetch_add(1, Ordering::Relaxed));
        let maildir = self.maildir(folder);
        let parked = maildir.join("tmp").join(&name);
        fs::write(&parked, mail).expect("written");
        self.give(&parked);
        fs::rename(parked, maildir.join("new").join(name)).expect("renamed");
    }

    /// Puts so many old mails into a folder, read long ago.
    pub fn fill(&self, folder: &str, mails: usize) {
        let mail = b"Subject: old\r\n\r\nold\r\n";
        let mut client = self.client();
        for first in (0..mails).step_by(1_000) {
            // Many at once (MULTIAPPEND, RFC 3502).
            let mut line = format!("APPEND \"{folder}\"").into_bytes();
            for _ in first..mails.min(first + 1_000) {
                line.extend_from_slice(br#" (\Seen) "01-Jan-2020 00:00:00 +0000" "#);
                line.extend_from_slice(format!("{{{}+}}\r\n", mail.len()).as_bytes());
                line.extend_from_slice(mail);
            }
            client.command(&line);
        }
    }

    /// Takes from the server the right to read the file of a mail.
    pub fn make_unreadable(&self, folder: &str, mail: &[u8]) {
        let maildir = self.maildir(folder);
        let files =
            ["new", "cur"].iter().flat_map(|part| fs::read_dir(maildir.join(part)).expect("a Maildir"));
        let mut files = files.map(|file| file.expect("a file").path());
        let file = files.find(|file| fs::read(file).is_ok_and(|bytes| bytes == mail)).expect("it is there");
        fs::set_permissions(file, fs::Permissions::from_mode(0o000)).expect("ours");
    }

    /// Stores a mail over IMAP, with flags such as `\Seen` and a date such as `01-Nov-2026 09:00:00 +0000`.
    pub fn append(&self, folder: &str, flags: &str, date: &str, mail: &[u8]) {
        let mut line =
            format!("APPEND \"{folder}\" ({flags}) \"{date}\" {{{}+}}\r\n", mail.len()).into_bytes();
        line.extend_from_slice(mail);
        self.client().command(&line);
    }

    /// The flags of all messages in a folder by UID, asked for in a way that changes none.
    pub fn flags(&self, folder: &str) -> BTreeMap<u32, BTreeSet<String>> {
        let mut client = self.client();
        client.command(format!("EXAMINE \"{folder}\"").as_bytes());
        let answers = client.command(b"UID FETCH 1:* (FLAGS)");
        let flags = answers.iter().filter_map(|line| {
            let uid = line.split_once("UID ")?.1.split([' ', ')']).next()?;
            let flags = line.split_once("FLAGS (")?.1.split_once(')')?.0;
            Some((number(uid), flags.split_whitespace().map(str::to_owned).collect()))
        });
        flags.collect()
    }

    /// Deletes a folder with its mail and creates it again, until it is numbered anew.
    pub fn renumber(&self, folder: &str) {
        let mut client = self.client();
        let mut status = || client.command(format!("STATUS \"{folder}\" (UIDVALIDITY)").as_bytes()).join("");
        let before = status();
        let deadline = Instant::now() + Duration::from_secs(10);
        // UIDVALIDITY is the time in seconds: the first attempts may come too early.
        while status() == before {
            assert!(Instant::now() < deadline, "the folder keeps its UIDVALIDITY");
            for command in ["DELETE", "CREATE"] {
                self.client().command(format!("{command} \"{folder}\"").as_bytes());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// A connection that is logged in.
    pub fn client(&self) -> Client {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.plain)).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
        let mut client = Client { stream: BufReader::new(stream) };
        client.line();
        client.command(b"LOGIN worker secret");
        client
    }

    fn make_maildir(&self, folder: &str) {
        let maildir = self.maildir(folder);
        if maildir.exists() {
            return;
        }
        let inside = maildir.strip_prefix(self.scratch.path()).expect("it lies inside");
        for part in ["tmp", "new", "cur"] {
            self.make_folder(inside.join(part));
        }
    }

    /// Creates a folder and those above it, all as the server's user owns them.
    fn make_folder(&self, inside: impl AsRef<Path>) {
        let mut path = self.scratch.path().to_owned();
        for part in inside.as_ref() {
            path.push(part);
            if !path.exists() {
                fs::create_dir(&path).expect("created");
                self.give(&path);
            }
        }
    }

    fn give(&self, path: &Path) {
        if let Some((user, group)) = self.owner {
            chown(path, Some(user), Some(group)).expect("root may");
        }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // The whole group, at once: Dovecot's processes take a second to end when asked.
        let group = format!("-{}", self.server.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.server.wait();
    }
}

/// Another mail program, as simple as can be.
pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Runs a command, which must succeed, and gives the untagged lines of its answer.
    pub fn command(&mut self, command: &[u8]) -> Vec<String> {
        let mut line = b"x ".to_vec();
        line.extend_from_slice(command);
        line.extend_from_slice(b"\r\n");
        self.stream.get_mut().write_all(&line).expect("sent");
        let mut lines = Vec::new();
        loop {
            let line = self.line();
            if let Some(outcome) = line.strip_prefix("x ") {
                assert!(outcome.starts_with("OK"), "{outcome}");
                return lines;
            }
            lines.push(line);
        }
    }

    fn line(&mut self) -> String {
        let mut line = Vec::new();
        self.stream.by_ref().read_until(b'\n', &mut line).expect("an answer");
        assert!(!line.is_empty(), "the server closed the connection");
        String::from_utf8_lossy(&line).trim_end().to_owned()
    }
}

fn id(arguments: &[&str]) -> String {
    let output = Command::new("id").args(arguments).output().expect("id runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn number(digits: &str) -> u32 {
    digits.parse().expect("a number")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("bound").port()
}

/// Dovecot 2.3. `$U` runs everything, `$L` the login processes.
const CONFIGURATION: &str = r"
base_dir=$D/run
state_dir=$D/state
log_path=$D/log
login_greeting=$D
protocols=imap
listen=127.0.0.1
default_internal_user=$U
default_internal_group=$G
default_login_user=$L
first_valid_uid=0
first_valid_gid=0
ssl=yes
ssl_cert=<$D/cert.pem
ssl_key=<$D/key.pem
disable_plaintext_auth=no
auth_failure_delay=0
auth_mechanisms=plain login
auth_username_format=%Ln
passdb {
  driver=passwd-file
  args=scheme=PLAIN username_format=%n $D/passwd
}
userdb {
  driver=static
  args=uid=$U gid=$G home=$D/mail/%n
}
mail_location=maildir:~/Maildir:INDEX=~/index
mail_fsync=never
mail_max_userip_connections=200
namespace inbox {
  inbox=yes
  separator=/
}
service imap-login {
  chroot=
  user=$L
  inet_listener imap {
    port=$P
  }
  inet_listener imaps {
    port=$T
    ssl=yes
  }
}
service anvil {
  chroot=
}
service stats {
  chroot=
}
service auth {
  user=$U
}
service auth-worker {
  user=$U
}
";
