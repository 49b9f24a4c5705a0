//! An IMAP server inside the test that holds two mails and does one thing wrong.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use roi_desk::mailbox::{ImapOptions, Tls};
use secrecy::SecretString;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What the server does instead of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Answers NO.
    No,
    /// Answers NO with these words.
    Refuse(&'static str),
    /// Answers BAD.
    Bad,
    /// Answers OK without doing or telling anything.
    EmptyOk,
    /// Answers nothing and keeps the connection.
    Stall,
    /// Ends the connection.
    Close,
    /// Ends the connection in the middle of a literal.
    Cut,
    /// Says goodbye and ends the connection.
    Bye,
    /// Answers with what is no IMAP, mail text among it.
    Garbage,
    /// Answers with a tag that was never given out.
    ForeignTag,
    /// Answers with exactly this.
    Say(&'static str),
    /// Answers a search with the numbers from the first to the second, doubled.
    Found(u32, u32),
    /// Answers with these lines, and OK.
    Lines([&'static str; 2]),
}

/// The server; it ends when dropped.
pub struct Scripted {
    port: u16,
    commands: Arc<Mutex<Vec<String>>>,
    closed: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Scripted {
    /// Starts a server that asks `fault` about each command (and `GREETING`) whether to do it right.
    pub async fn start(fault: impl Fn(&str) -> Option<Fault> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let commands = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&commands);
        let closed = Arc::new(AtomicBool::new(false));
        let refuses = Arc::clone(&closed);
        let fault = move |line: &str| {
            let login = line.starts_with("LOGIN") && refuses.load(Ordering::SeqCst);
            if login { Some(Fault::No) } else { fault(line) }
        };
        let task = tokio::spawn(async move {
            // One connection after the other; how each ends does not matter.
            while let Ok((stream, _)) = listener.accept().await {
                let _ = converse(stream, &fault, &heard).await;
            }
        });
        Self { port, commands, closed, task }
    }

    /// How to reach it.
    pub fn options(&self) -> ImapOptions {
        let mut options = ImapOptions::new("127.0.0.1", "worker", SecretString::from("pass-phrase"));
        options.port = self.port;
        options.tls = Tls::None;
        options
    }

    /// Lets nobody in from now on.
    pub fn refuse_logins(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    /// The commands so far, without tags.
    pub fn commands(&self) -> Vec<String> {
        self.commands.lock().expect("no holder panicked").clone()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(
    mut stream: TcpStream,
    fault: &impl Fn(&str) -> Option<Fault>,
    heard: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    // DONE bears no tag of its own: it ends the command before it.
    let mut idle = String::new();
    let mut next = Some("* GREETING".to_owned());
    while let Some(line) = next {
        let (tag, command) = line.split_once(' ').unwrap_or((&idle, "DONE"));
        let stored = {
            let mut heard = heard.lock().expect("no holder panicked");
            heard.push(command.to_owned());
            heard.iter().any(|command| command.starts_with("UID STORE"))
        };
        let answer = match fault(command) {
            None => well(tag, command, stored),
            Some(Fault::No) => format!("{tag} NO [X] not today\r\n"),
            Some(Fault::Refuse(words)) => format!("{tag} NO {words}\r\n"),
            Some(Fault::Bad) => format!("{tag} BAD {command}?\r\n"),
            Some(Fault::EmptyOk) => format!("{tag} OK done\r\n"),
            Some(Fault::ForeignTag) => "Z1 OK done\r\n".to_owned(),
            Some(Fault::Garbage) => "* ?? Client Jane Doe\r\n".to_owned(),
            Some(Fault::Say(answer)) => answer.to_owned(),
            Some(Fault::Found(first, last)) => {
                let uids: String = (first..=last).map(|number| format!(" {}", number * 2)).collect();
                format!("* SEARCH{uids}\r\n{tag} OK done\r\n")
            }
            Some(Fault::Lines(lines)) => format!("{}{tag} OK done\r\n", lines.concat()),
            Some(Fault::Stall) => String::new(),
            Some(Fault::Close) => return Ok(()),
            Some(Fault::Cut) => return write.write_all(b"* 1 FETCH (UID 5 BODY[] {99}\r\nClient").await,
            Some(Fault::Bye) => return write.write_all(b"* BYE shutting down\r\n").await,
        };
        write.write_all(answer.as_bytes()).await?;
        idle = tag.to_owned();
        next = lines.next_line().await?;
    }
    Ok(())
}

/// The answer of a server that is all right.
fn well(tag: &str, command: &str, stored: bool) -> String {
    let mails = [(5, "First"), (7, "Second")];
    let untagged: String = match command {
        "GREETING" => return "* OK ready\r\n".to_owned(),
        "IDLE" => return "+ waiting\r\n".to_owned(),
        "CAPABILITY" => "* CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS\r\n".to_owned(),
        _ if command.starts_with("EXAMINE") || command.starts_with("SELECT") => {
            "* 2 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 9] \r\n* OK [UIDNEXT 8] \r\n".to_owned()
        }
        _ if command.starts_with("UID SEARCH") => "* SEARCH 5 7\r\n".to_owned(),
        _ if command.contains("(UID FLAGS)") => {
            let flags = if stored { r"\Seen \Answered $RoiDesk" } else { "" };
            format!("* 1 FETCH (UID 5 FLAGS ({flags}))\r\n")
        }
        _ if command.contains("RFC822.SIZE") => {
            let described = mails.map(|(uid, text)| {
                let date = "01-Nov-2026 09:00:00 +0000";
                format!("* 1 FETCH (UID {uid} RFC822.SIZE {} INTERNALDATE \"{date}\")\r\n", text.len())
            });
            described.concat()
        }
        _ if command.contains("BODY.PEEK[]") => {
            let bodies = mails
                .map(|(uid, text)| format!("* 1 FETCH (UID {uid} BODY[] {{{}}}\r\n{text})\r\n", text.len()));
            bodies.concat()
        }
        _ => String::new(),
    };
    format!("{untagged}{tag} OK done\r\n")
}
