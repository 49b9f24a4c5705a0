//! From host and port to a session that is logged in.

use std::io;

use async_imap::{Authenticator, Client, Session, error::Error as ImapError};
use secrecy::ExposeSecret;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::spawn_blocking,
    time::timeout,
};

use super::session::{Wire, from_imap, within};
use crate::{
    mailbox::{
        MailboxError,
        error::{is_passing, one_line},
        options::{ImapOptions, Tls},
    },
    tls::{self, Begins, Opening},
};

/// The first step of a conversation, for messages.
const GREETING: &str = "the greeting";
const CAPABILITY: &str = "CAPABILITY";
const STARTTLS: &str = "STARTTLS";

/// What a server offers to somebody who has not logged in, in upper case.
struct Offers(Vec<String>);

impl Offers {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|offered| offered == name)
    }
}

/// Connects, awaits the greeting, protects the connection and logs in.
pub(super) async fn session(options: &ImapOptions) -> Result<Session<Box<dyn Wire>>, MailboxError> {
    options.validate()?;
    let unreachable = |why: String| MailboxError::Unreachable { server: options.server(), why };
    let stream = tls::dial(&options.host, options.port, options.step_timeout).await.map_err(unreachable)?;
    let (wire, greeted): (Box<dyn Wire>, bool) = match options.tls {
        Tls::None => (Box::new(stream), false),
        Tls::Implicit => (Box::new(protect(options, stream, Begins::AtOnce).await?), false),
        Tls::StartTls => {
            let stream = start_tls(options, stream).await?;
            (Box::new(protect(options, stream, Begins::Later).await?), true)
        }
    };
    let mut opening = Opening::new(wire);
    let limit = options.step_timeout;
    let offers = within(limit, GREETING, async {
        if !greeted {
            greet(&mut opening, options).await?;
        }
        // Also after STARTTLS: what was said in the clear may have been somebody else's (RFC 9051 6.2.1).
        capability(&mut opening, "C2").await
    })
    .await?;
    let wire = opening.end().map_err(|source| MailboxError::Tls { server: options.server(), source })?;
    login(Client::new(wire), &offers, options).await
}

async fn protect<S: AsyncRead + AsyncWrite + Unpin>(
    options: &ImapOptions,
    stream: S,
    begins: Begins,
) -> Result<tokio_rustls::client::TlsStream<S>, MailboxError> {
    let failed = |source: tls::TlsError| MailboxError::Tls {
        server: options.server(),
        source: source.on_port(options.port, begins),
    };
    // Hundreds of files are read. Anew for each connection: a renewed `ca_file` counts at once.
    let ca_file = options.ca_file.clone();
    let config = spawn_blocking(move || tls::client_config(ca_file.as_deref()))
        .await
        // The thread ends early only at shutdown.
        .map_err(|_| MailboxError::Closed)?
        .map_err(failed)?;
    let handshake = async { tls::connect(config, &options.host, stream).await.map_err(failed) };
    within(options.step_timeout, "the TLS handshake", handshake).await
}

/// What is said in the clear: nothing but the wish for TLS.
async fn start_tls(options: &ImapOptions, stream: TcpStream) -> Result<TcpStream, MailboxError> {
    let mut opening = Opening::new(stream);
    let hint = tls::misfit(options.port, Begins::Later);
    within(options.step_timeout, GREETING, greet(&mut opening, options)).await.map_err(|error| {
        // Such a server waits for us to begin.
        if matches!(error, MailboxError::Timeout { .. }) && !hint.is_empty() {
            MailboxError::Unreachable { server: options.server(), why: format!("it does not greet{hint}") }
        } else {
            error
        }
    })?;
    let refused = |why: &str| MailboxError::Tls {
        server: options.server(),
        source: tls::TlsError::Refused(format!("{why}; the desk does not go on without{hint}")),
    };
    within(options.step_timeout, STARTTLS, async {
        if !capability(&mut opening, "C0").await?.has("STARTTLS") {
            return Err(refused("the server does not offer STARTTLS"));
        }
        opening.say("C1 STARTTLS").await.map_err(|error| lost(STARTTLS, &error))?;
        match finish(&mut opening, STARTTLS, "C1", |_| ()).await {
            Err(MailboxError::Refused { .. }) => {
                Err(refused("the server offers STARTTLS and then refuses it"))
            }
            result => result,
        }
    })
    .await?;
    opening.end().map_err(|source| MailboxError::Tls { server: options.server(), source })
}

/// Reads the greeting: a server may turn everybody away, or take the connection for somebody's already.
async fn greet<S: AsyncRead + AsyncWrite + Unpin>(
    opening: &mut Opening<S>,
    options: &ImapOptions,
) -> Result<(), MailboxError> {
    let greeting = opening.line().await.map_err(|error| {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            let why = "the server closed it; does this port begin with TLS?".to_owned();
            MailboxError::Lost { command: GREETING, why }
        } else {
            lost(GREETING, &error)
        }
    })?;
    let mut words = greeting.splitn(3, ' ');
    let (star, status, text) = (words.next(), words.next().unwrap_or_default(), words.next());
    match (star, status.to_ascii_uppercase().as_str()) {
        (Some("*"), "OK") => Ok(()),
        (Some("*"), "BYE" | "NO" | "BAD") => Err(MailboxError::Unreachable {
            server: options.server(),
            why: format!("it turned us away: {}", one_line(text.unwrap_or_default())),
        }),
        // The connection would be somebody's, but not verifiably the configured user's; and TLS could not be
        // begun any more, which whoever sits on the line would like (RFC 9051 11.1).
        (Some("*"), "PREAUTH") => {
            Err(MailboxError::Config("the server takes no login on this port (PREAUTH)".to_owned()))
        }
        _ => Err(MailboxError::Protocol { command: GREETING, why: "it is not a greeting".to_owned() }),
    }
}

async fn capability<S: AsyncRead + AsyncWrite + Unpin>(
    opening: &mut Opening<S>,
    tag: &str,
) -> Result<Offers, MailboxError> {
    opening.say(&format!("{tag} CAPABILITY")).await.map_err(|error| lost(CAPABILITY, &error))?;
    let mut offers = Vec::new();
    finish(opening, CAPABILITY, tag, |line| {
        let line = line.to_ascii_uppercase();
        if let Some(names) = line.strip_prefix("* CAPABILITY ") {
            offers.extend(names.split_ascii_whitespace().map(str::to_owned));
        }
    })
    .await?;
    Ok(Offers(offers))
}

/// Reads up to the tagged OK, and shows the lines before it to `on`.
async fn finish<S: AsyncRead + AsyncWrite + Unpin>(
    opening: &mut Opening<S>,
    command: &'static str,
    tag: &str,
    mut on: impl FnMut(&str),
) -> Result<(), MailboxError> {
    loop {
        let line = opening.line().await.map_err(|error| lost(command, &error))?;
        let (first, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let (word, text) = rest.split_once(' ').unwrap_or((rest, ""));
        let word = word.to_ascii_uppercase();
        if first == tag {
            return match word.as_str() {
                "OK" => Ok(()),
                "NO" | "BAD" => Err(MailboxError::Refused { command, text: one_line(text) }),
                _ => Err(unintelligible(command)),
            };
        }
        if first != "*" || !matches!(word.as_str(), "OK" | "NO" | "BAD" | "CAPABILITY" | "BYE") {
            return Err(unintelligible(command));
        }
        if word == "BYE" {
            let why = format!("the server said goodbye: {}", one_line(text));
            return Err(MailboxError::Lost { command, why });
        }
        on(&line);
    }
}

fn unintelligible(command: &'static str) -> MailboxError {
    MailboxError::Protocol { command, why: "it is not IMAP as this program knows it".to_owned() }
}

fn lost(command: &'static str, error: &io::Error) -> MailboxError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return MailboxError::Lost { command, why: "the server closed it".to_owned() };
    }
    MailboxError::from_stream(command, error)
}

/// RFC 4616: the login in one message, in UTF-8. A server that is not content asks again, and gets nothing more.
struct Plain<'a> {
    user: &'a str,
    password: &'a str,
    said: bool,
}

impl Authenticator for Plain<'_> {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        if std::mem::replace(&mut self.said, true) {
            return String::new();
        }
        format!("\0{}\0{}", self.user, self.password)
    }
}

async fn login(
    client: Client<Box<dyn Wire>>,
    offers: &Offers,
    options: &ImapOptions,
) -> Result<Session<Box<dyn Wire>>, MailboxError> {
    let (user, password) = (options.user.as_str(), options.password.expose_secret());
    if [user, password].iter().any(|text| text.chars().any(char::is_control)) {
        return Err(MailboxError::Config("user or password holds a control character".to_owned()));
    }
    let limit = options.step_timeout;
    let refused = |why: &str, temporary| MailboxError::Login {
        server: options.server(),
        why: why.to_owned(),
        temporary,
    };
    // AUTHENTICATE before LOGIN, whose quoted strings are ASCII only (RFC 3501 9 `quoted`).
    let plain = offers.has("AUTH=PLAIN");
    if !plain && offers.has("LOGINDISABLED") {
        return Err(refused(
            match options.tls {
                Tls::None => "takes passwords over TLS only: set tls",
                Tls::Implicit | Tls::StartTls => {
                    "takes no password logins at all (LOGINDISABLED, no AUTH=PLAIN): ask its operator to allow them"
                }
            },
            false,
        ));
    }
    let step = if plain { "AUTHENTICATE" } else { "LOGIN" };
    let attempt = if plain {
        timeout(limit, client.authenticate("PLAIN", Plain { user, password, said: false })).await
    } else {
        timeout(limit, client.login(user, password)).await
    };
    let error = match attempt {
        Ok(Ok(session)) => return Ok(session),
        Ok(Err((error, _))) => error,
        Err(_) => return Err(MailboxError::Timeout { command: step, after: limit }),
    };
    // A server may repeat the command, password and all: only what its words mean is kept.
    let (ImapError::No(text) | ImapError::Bad(text)) = &error else {
        return Err(from_imap(step, &error));
    };
    if is_passing(text) {
        return Err(refused("takes no logins at the moment", true));
    }
    let why = if text.contains("[PRIVACYREQUIRED]") || text.contains("LOGINDISABLED") {
        "takes passwords over TLS only: set tls"
    } else if text.contains("[EXPIRED]") {
        "says that the password has expired"
    } else if step == "LOGIN" && [user, password].iter().any(|text| !text.is_ascii()) {
        "refused the user name or the password, which hold letters that its LOGIN may not understand: check them, or \
         choose a password in plain ASCII"
    } else {
        "refused the user name or the password: check user and password (some providers want an app password)"
    };
    Err(refused(why, false))
}
