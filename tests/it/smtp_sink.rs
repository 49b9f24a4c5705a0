//! A mail server for tests: takes every mail, and does at any step what the test wants instead.

use std::{
    future::pending,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use mail_parser::decoders::base64::base64_decode;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use crate::certificates;

/// What the server does at a step.
pub enum Reply {
    /// What a server that takes everything says.
    Default,
    /// Says this line instead.
    Say(&'static str),
    /// Says this line and hangs up.
    SayClose(&'static str),
    /// Hangs up.
    Close,
    /// Says nothing more, and reads nothing more.
    Hang,
}

/// Asked at each step with the command line and the connection's number, from 1. Steps that are no command:
/// [`CONNECT`], [`CONTENT`] (before the content is read) and `.` (after it).
pub type Hook = dyn Fn(&str, usize) -> Reply + Send + Sync;

/// The step at which a client has connected.
pub const CONNECT: &str = "<connect>";
/// The step at which the content is about to be read.
pub const CONTENT: &str = "<content>";

/// One mail as it was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// On which connection, from 1.
    pub connection: usize,
    /// The envelope sender.
    pub from: String,
    /// The recipients.
    pub recipients: Vec<String>,
    /// The content, dots unstuffed.
    pub content: Vec<u8>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    transactions: Vec<Transaction>,
}

/// How a server encrypts.
#[derive(Clone)]
enum Encryption {
    None,
    AtOnce(TlsAcceptor),
    Later(TlsAcceptor),
}

struct Server {
    hook: Box<Hook>,
    encryption: Encryption,
    mechanisms: &'static str,
    password: Option<&'static str>,
    seen: Mutex<Seen>,
}

/// A running server; it stops when dropped.
pub struct SmtpSink {
    /// Its port on 127.0.0.1.
    pub port: u16,
    server: Arc<Server>,
    task: JoinHandle<()>,
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpSink {
    /// A server without encryption and sign-in.
    pub async fn start(hook: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::launch(Box::new(hook), Encryption::None, "", None).await
    }

    /// A server that takes every mail.
    pub async fn obliging() -> Self {
        Self::start(|_, _| Reply::Default).await
    }

    /// A server that wants a sign-in with this password, by one of `mechanisms` (`PLAIN LOGIN`).
    pub async fn with_password(mechanisms: &'static str, password: &'static str) -> Self {
        Self::launch(Box::new(|_, _| Reply::Default), Encryption::None, mechanisms, Some(password)).await
    }

    /// A server that speaks TLS from the first byte. Its certificate (for `localhost` and 127.0.0.1) is written
    /// to `folder`, whose file is the second value.
    pub async fn encrypted(folder: &Path) -> (Self, PathBuf) {
        let (acceptor, file) = acceptor(folder);
        let hook = Box::new(|_: &str, _: usize| Reply::Default);
        (Self::launch(hook, Encryption::AtOnce(acceptor), "", None).await, file)
    }

    /// A server that offers STARTTLS, and a sign-in with this password only after it.
    pub async fn upgrading(
        folder: &Path,
        password: &'static str,
        hook: impl Fn(&str, usize) -> Reply + Send + Sync + 'static,
    ) -> (Self, PathBuf) {
        let (acceptor, file) = acceptor(folder);
        let encryption = Encryption::Later(acceptor);
        (Self::launch(Box::new(hook), encryption, "PLAIN LOGIN", Some(password)).await, file)
    }

    async fn launch(
        hook: Box<Hook>,
        encryption: Encryption,
        mechanisms: &'static str,
        password: Option<&'static str>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let server = Arc::new(Server { hook, encryption, mechanisms, password, seen: Mutex::default() });
        let running = Arc::clone(&server);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = running.see(|seen| {
                    seen.connections += 1;
                    seen.connections
                });
                let server = Arc::clone(&running);
                tokio::spawn(async move { server.meet(stream, number).await });
            }
        });
        Self { port, server, task }
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.server.see(|seen| seen.connections)
    }

    /// All mails whose content came in whole, also those refused afterwards.
    pub fn transactions(&self) -> Vec<Transaction> {
        self.server.see(|seen| seen.transactions.clone())
    }
}

/// Whether STARTTLS is still to come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Protection {
    Offered,
    Settled,
}

/// A certificate for `localhost` and 127.0.0.1, written to `folder` too, and a server that shows it.
fn acceptor(folder: &Path) -> (TlsAcceptor, PathBuf) {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a key and a certificate");
    let file = folder.join("sink.pem");
    std::fs::write(&file, made.cert.pem()).expect("a scratch folder can be written to");
    (certificates::acceptor(&made), file)
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

type Line = BufReader<Box<dyn Stream>>;

impl Server {
    fn see<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A client that hangs up or breaks the handshake ends its own dialogue only.
    async fn meet(&self, stream: TcpStream, number: usize) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match &self.encryption {
            Encryption::AtOnce(acceptor) => Box::new(acceptor.accept(stream).await?),
            Encryption::None | Encryption::Later(_) => Box::new(stream),
        };
        let mut client = BufReader::new(stream);
        if self.answer(&mut client, CONNECT, number, "220 sink").await?.is_none() {
            return Ok(());
        }
        let Encryption::Later(acceptor) = &self.encryption else {
            return self.dialogue(&mut client, number, Protection::Settled).await;
        };
        self.dialogue(&mut client, number, Protection::Offered).await?;
        // Nothing that was said before counts (RFC 3207, 4.2): no greeting, and EHLO has to be said again.
        let stream: Box<dyn Stream> = Box::new(acceptor.accept(client.into_inner()).await?);
        self.dialogue(&mut BufReader::new(stream), number, Protection::Settled).await
    }

    /// Does what the hook wants at `step`; gives the code said, or `None` when the dialogue is over.
    async fn answer(
        &self,
        to: &mut Line,
        step: &str,
        number: usize,
        usual: &str,
    ) -> io::Result<Option<String>> {
        let (line, stay) = match (self.hook)(step, number) {
            Reply::Default => (usual, true),
            Reply::Say(line) => (line, true),
            Reply::SayClose(line) => (line, false),
            Reply::Close => return Ok(None),
            Reply::Hang => pending().await,
        };
        if !line.is_empty() {
            to.write_all(format!("{line}\r\n").as_bytes()).await?;
            to.flush().await?;
        }
        Ok(stay.then(|| line.chars().take(3).collect()))
    }

    /// Until the client hangs up, or wants to go on in TLS.
    async fn dialogue(&self, client: &mut Line, number: usize, protection: Protection) -> io::Result<()> {
        let mut transaction = None;
        loop {
            let Some(line) = read_line(client).await? else { return Ok(()) };
            let line = String::from_utf8_lossy(&line).into_owned();
            let argument = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let usual = match verb.as_str() {
                "EHLO" if protection == Protection::Offered => "250-sink\r\n250 STARTTLS".to_owned(),
                "STARTTLS" if protection == Protection::Offered => "220 go".to_owned(),
                "EHLO" if self.mechanisms.is_empty() => "250-sink\r\n250 8BITMIME".to_owned(),
                "EHLO" => format!("250-sink\r\n250-8BITMIME\r\n250 AUTH {}", self.mechanisms),
                "AUTH" => self.sign_in(client, &line).await?.to_owned(),
                "MAIL" => "250 2.1.0 ok".to_owned(),
                "RCPT" => "250 2.1.5 ok".to_owned(),
                "DATA" => "354 go ahead".to_owned(),
                "RSET" => "250 2.0.0 ok".to_owned(),
                "QUIT" => "221 bye".to_owned(),
                _ => "500 5.5.2 what?".to_owned(),
            };
            let Some(said) = self.answer(client, &line, number, &usual).await? else { return Ok(()) };
            match (verb.as_str(), said.as_str()) {
                ("MAIL", "250") => {
                    transaction = Some(Transaction {
                        connection: number,
                        from: argument,
                        recipients: Vec::new(),
                        content: Vec::new(),
                    });
                }
                ("RCPT", "250") => {
                    if let Some(transaction) = &mut transaction {
                        transaction.recipients.push(argument);
                    }
                }
                ("DATA", "354") => {
                    if self.answer(client, CONTENT, number, "").await?.is_none() {
                        return Ok(());
                    }
                    let Some(content) = read_content(client).await? else { return Ok(()) };
                    if let Some(transaction) = transaction.take() {
                        self.see(|seen| seen.transactions.push(Transaction { content, ..transaction }));
                    }
                    if self.answer(client, ".", number, "250 2.0.0 taken").await?.is_none() {
                        return Ok(());
                    }
                }
                ("QUIT", _) | ("STARTTLS", "220") => return Ok(()),
                _ => {}
            }
        }
    }

    /// PLAIN with the initial response, or LOGIN with two challenges.
    async fn sign_in(&self, client: &mut Line, line: &str) -> io::Result<&'static str> {
        let mut words = line.split(' ').skip(1);
        let given = match (words.next(), words.next()) {
            (Some("PLAIN"), Some(response)) => base64_decode(response.as_bytes())
                .and_then(|all| all.rsplit(|byte| *byte == 0).next().map(<[u8]>::to_vec)),
            (Some("LOGIN"), None) => {
                let mut answer = None;
                for challenge in ["334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n"] {
                    client.write_all(challenge.as_bytes()).await?;
                    client.flush().await?;
                    answer = read_line(client).await?;
                }
                answer.and_then(|line| base64_decode(&line))
            }
            _ => None,
        };
        let right = given.as_deref() == self.password.map(str::as_bytes) && given.is_some();
        Ok(if right { "235 2.7.0 welcome" } else { "535 5.7.8 wrong" })
    }
}

async fn read_line(client: &mut Line) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    client.read_until(b'\n', &mut line).await?;
    Ok(line.strip_suffix(b"\r\n").map(<[u8]>::to_vec))
}

async fn read_content(client: &mut Line) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    while let Some(line) = read_line(client).await? {
        if line == b"." {
            return Ok(Some(content));
        }
        content.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        content.extend_from_slice(b"\r\n");
    }
    Ok(None)
}
