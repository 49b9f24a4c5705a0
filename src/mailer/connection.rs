//! One connection to the mail server and what can go wrong with it. lettre has no time limit of its own on anything
//! but connecting, so each step gets one here; a connection on which anything went wrong is dropped, never reused.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use lettre::{
    Address,
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, AsyncTokioStream},
        commands::{Data, Mail, Rcpt, Rset},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
        response::{Response, Severity},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{error::Elapsed, timeout},
};
use tokio_rustls::client::TlsStream;

use crate::tls::{Opening, presentable};

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) kind: FailureKind,
    /// The server's code, where it is the one that refuses.
    pub(super) code: Option<u16>,
    /// For staff: no addresses, no mail content, no passwords.
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// No answer: the connection broke, the time was over, or what came could not be understood.
    Lost,
    /// The server closes the connection (421).
    Closing,
    /// The server says: not now (4xx).
    NotNow,
    /// The server says: never (5xx), or it cannot take such a mail.
    Never,
}

impl Failure {
    pub(super) fn new(kind: FailureKind, text: String) -> Self {
        Self { kind, code: None, text }
    }

    fn of(step: &str, error: &SmtpError) -> Self {
        let Some(code) = error.status() else {
            let why = if error.is_response() {
                "the connection was closed, or the answer is not one of a mail server".to_owned()
            } else {
                cause(error).map_or_else(
                    || "the connection broke".to_owned(),
                    |kind| format!("the connection broke: {kind}"),
                )
            };
            return Self::new(FailureKind::Lost, format!("{step}: {why}"));
        };
        let number = u16::from(code);
        let kind = match (number, error.is_permanent()) {
            (421, _) => FailureKind::Closing,
            (_, true) => FailureKind::Never,
            (_, false) => FailureKind::NotNow,
        };
        let said =
            std::error::Error::source(error).map(|text| presentable(&text.to_string())).unwrap_or_default();
        let text = format!("{step}: the mail server answered {number} {said}").trim_end().to_owned();
        Self { kind, code: Some(number), text }
    }

    fn over(step: &str, limit: Duration) -> Self {
        Self::new(FailureKind::Lost, format!("{step}: no answer within {} seconds", limit.as_secs_f32()))
    }

    fn unexpected(step: &str, response: &Response) -> Self {
        let text = format!("{step}: the mail server's answer {} does not belong here", response.code());
        Self::new(FailureKind::Lost, text)
    }
}

fn cause(error: &SmtpError) -> Option<io::ErrorKind> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io.kind());
        }
        source = error.source();
    }
    None
}

/// Whether the mail may have been handed over whole when the content step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ContentFailure {
    /// The end of the mail never left us: the server must throw away what it has (RFC 5321, 3.8).
    NotHandedOver(Failure),
    /// All of it left us.
    HandedOver(Failure),
}

/// An open connection: greeted, encrypted and signed in as configured.
pub(super) struct Connection {
    smtp: AsyncSmtpConnection,
    step_timeout: Duration,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connection")
    }
}

impl Connection {
    /// Waits for the greeting on an open stream and says EHLO.
    pub(super) async fn greet(
        stream: Box<dyn AsyncTokioStream>,
        hello: &ClientId,
        step_timeout: Duration,
    ) -> Result<Self, Failure> {
        const STEP: &str = "greeting";
        let connecting = AsyncSmtpConnection::connect_with_transport(stream, hello);
        let smtp = in_time(STEP, step_timeout, connecting).await?;
        Ok(Self { smtp, step_timeout })
    }

    /// Signs in. The server's words are left out: it has just been told a password.
    pub(super) async fn sign_in(&mut self, credentials: &Credentials) -> Result<(), Failure> {
        const STEP: &str = "signing in (AUTH)";
        const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];
        if self.smtp.server_info().get_auth_mechanism(&MECHANISMS).is_none() {
            let text = format!(
                "{STEP}: the mail server offers neither PLAIN nor LOGIN: use the port and tls that it takes passwords \
                 on, or leave user empty if it wants none"
            );
            return Err(Failure::new(FailureKind::Never, text));
        }
        match timeout(self.step_timeout, self.smtp.auth(&MECHANISMS, credentials)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(match error.status() {
                Some(code) => Failure {
                    text: format!(
                        "{STEP}: the mail server does not accept user and password ({code}): check both"
                    ),
                    ..Failure::of(STEP, &error)
                },
                None => Failure::of(STEP, &error),
            }),
            Err(Elapsed { .. }) => Err(Failure::over(STEP, self.step_timeout)),
        }
    }

    /// `MAIL FROM`: the first step of a mail; before it nothing of the mail has been spoken of.
    pub(super) async fn mail_from(
        &mut self,
        from: &Address,
        to: &Address,
        content: &[u8],
    ) -> Result<(), Failure> {
        const STEP: &str = "sender (MAIL FROM)";
        let server = self.smtp.server_info();
        let cannot =
            |what: &str| Failure::new(FailureKind::Never, format!("the mail server cannot take {what}"));
        let mut parameters = Vec::new();
        let plain_addresses = <Address as AsRef<str>>::as_ref(from).is_ascii()
            && <Address as AsRef<str>>::as_ref(to).is_ascii();
        if !plain_addresses {
            if !server.supports_feature(Extension::SmtpUtfEight) {
                return Err(cannot("addresses beyond ASCII (SMTPUTF8)"));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !content.is_ascii() {
            if !server.supports_feature(Extension::EightBitMime) {
                return Err(cannot("mail beyond ASCII (8BITMIME)"));
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        self.command(STEP, Mail::new(Some(from.clone()), parameters)).await
    }

    /// `RCPT TO`.
    pub(super) async fn recipient(&mut self, to: &Address) -> Result<(), Failure> {
        self.command("recipient (RCPT TO)", Rcpt::new(to.clone(), Vec::new())).await
    }

    /// `DATA`: asks whether the mail may be handed over.
    pub(super) async fn data(&mut self) -> Result<(), Failure> {
        const STEP: &str = "start of the mail (DATA)";
        let response = in_time(STEP, self.step_timeout, self.smtp.command(Data)).await?;
        if response.has_code(354) { Ok(()) } else { Err(Failure::unexpected(STEP, &response)) }
    }

    /// Hands the mail over and waits for the server's word that it has taken it.
    pub(super) async fn content(&mut self, bytes: &[u8]) -> Result<(), ContentFailure> {
        const STEP: &str = "handing over the mail";
        // lettre ends the content with CRLF "." CRLF; the mail's own last CRLF would become an empty line.
        let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        // lettre asks for the next part when this one is written, before it writes the end of the mail.
        let mut parts = std::iter::once(bytes);
        let mut handed_over = false;
        let watched = std::iter::from_fn(|| {
            let part = parts.next();
            handed_over = part.is_none();
            part
        });
        let limit = self.step_timeout * 2;
        let failure = match timeout(limit, self.smtp.message_iter(watched)).await {
            Ok(Ok(response)) if is_completion(&response) => return Ok(()),
            Ok(Ok(response)) => Failure::unexpected(STEP, &response),
            Ok(Err(error)) => Failure::of(STEP, &error),
            Err(Elapsed { .. }) => Failure::over(STEP, limit),
        };
        Err(if handed_over {
            ContentFailure::HandedOver(failure)
        } else {
            ContentFailure::NotHandedOver(failure)
        })
    }

    /// `RSET`: forgets the mail begun.
    pub(super) async fn reset(&mut self) -> Result<(), Failure> {
        self.command("taking it back (RSET)", Rset).await
    }

    async fn command(&mut self, step: &str, command: impl std::fmt::Display) -> Result<(), Failure> {
        let response = in_time(step, self.step_timeout, self.smtp.command(command)).await?;
        if is_completion(&response) { Ok(()) } else { Err(Failure::unexpected(step, &response)) }
    }
}

/// lettre counts 3xx as positive too; after a command that is complete it would be another command's answer.
fn is_completion(response: &Response) -> bool {
    response.code().severity == Severity::PositiveCompletion
}

async fn in_time<T>(
    step: &str,
    limit: Duration,
    answer: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, Failure> {
    match timeout(limit, answer).await {
        Ok(answer) => answer.map_err(|error| Failure::of(step, &error)),
        Err(Elapsed { .. }) => Err(Failure::over(step, limit)),
    }
}

/// What is said in the clear: nothing but the wish for TLS (RFC 3207). Gives the stream on which TLS begins.
pub(super) async fn start_tls(
    stream: TcpStream,
    hello: &ClientId,
    step_timeout: Duration,
) -> Result<TcpStream, Failure> {
    const STEP: &str = "encryption (STARTTLS)";
    let late = |step: &str| Failure::over(step, step_timeout);
    let mut opening = Opening::new(stream);
    timeout(step_timeout, reply(&mut opening, "greeting", 220)).await.map_err(|_| late("greeting"))??;
    let asking = async {
        say(&mut opening, STEP, &format!("EHLO {hello}")).await?;
        let offers = reply(&mut opening, STEP, 250).await?;
        if !offers.iter().skip(1).any(|offer| offer.trim().eq_ignore_ascii_case("STARTTLS")) {
            return Err(no_tls("the mail server does not offer STARTTLS"));
        }
        say(&mut opening, STEP, "STARTTLS").await?;
        reply(&mut opening, STEP, 220).await.map_err(|failure| match failure.kind {
            FailureKind::Never => no_tls("the mail server offers STARTTLS and then refuses it"),
            FailureKind::Lost | FailureKind::Closing | FailureKind::NotNow => failure,
        })
    };
    timeout(step_timeout, asking).await.map_err(|_| late(STEP))??;
    opening.end().map_err(|error| no_tls(&error.to_string()))
}

fn no_tls(why: &str) -> Failure {
    Failure::new(FailureKind::Never, format!("{why}; the desk does not go on without it"))
}

async fn say(opening: &mut Opening<TcpStream>, step: &str, line: &str) -> Result<(), Failure> {
    opening.say(line).await.map_err(|error| broken(step, &error))
}

/// A reply of one or several lines (RFC 5321, 4.2.1), without its code; any other code than `wanted` is a failure.
async fn reply(opening: &mut Opening<TcpStream>, step: &str, wanted: u16) -> Result<Vec<String>, Failure> {
    /// Far more than any server offers.
    const MOST_LINES: usize = 200;
    let mut texts = Vec::new();
    while texts.len() < MOST_LINES {
        let line = opening.line().await.map_err(|error| broken(step, &error))?;
        let (code, rest) = line.split_at_checked(3).unwrap_or((&line, ""));
        let Ok(code) = code.parse::<u16>() else { break };
        let text = rest.trim_start_matches(['-', ' ']);
        if code != wanted {
            let kind = match code {
                421 => FailureKind::Closing,
                400..500 => FailureKind::NotNow,
                500..600 => FailureKind::Never,
                _ => FailureKind::Lost,
            };
            let said = presentable(text);
            let text = format!("{step}: the mail server answered {code} {said}").trim_end().to_owned();
            return Err(Failure::new(kind, text));
        }
        texts.push(text.to_owned());
        if !rest.starts_with('-') {
            return Ok(texts);
        }
    }
    Err(Failure::new(FailureKind::Lost, format!("{step}: the answer is not one of a mail server")))
}

fn broken(step: &str, error: &io::Error) -> Failure {
    let why = if error.kind() == io::ErrorKind::UnexpectedEof {
        "the connection was closed".to_owned()
    } else {
        format!("the connection broke: {}", error.kind())
    };
    Failure::new(FailureKind::Lost, format!("{step}: {why}"))
}

/// An encrypted stream as lettre wants it.
#[derive(Debug)]
pub(super) struct Encrypted {
    stream: TlsStream<TcpStream>,
    /// What is read before anything of the stream.
    first: &'static [u8],
}

impl Encrypted {
    /// TLS began with the first octet.
    pub(super) fn at_once(stream: TlsStream<TcpStream>) -> Self {
        Self { stream, first: b"" }
    }

    /// TLS began after STARTTLS. The server does not greet again (RFC 3207, 4.2), while lettre awaits a greeting
    /// before it says EHLO: it is given one.
    pub(super) fn later(stream: TlsStream<TcpStream>) -> Self {
        Self { stream, first: b"220 encrypted\r\n" }
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.first.is_empty() {
            return Pin::new(&mut this.stream).poll_read(cx, buf);
        }
        let (now, later) = this.first.split_at(this.first.len().min(buf.remaining()));
        buf.put_slice(now);
        this.first = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.get_ref().0.peer_addr()
    }
}
