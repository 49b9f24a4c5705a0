//! From host and port to a session that is logged in.

use async_imap::{
    Client, Session,
    error::Error as ImapError,
    imap_proto::{Response, Status},
};
use secrecy::ExposeSecret;
use tokio::{net::TcpStream, time::timeout};

use super::session::{Wire, from_imap, within};
use crate::{
    mailbox::{
        MailboxError,
        error::{is_passing, one_line},
        options::{ImapOptions, Tls},
    },
    tls,
};

/// The first step of a conversation, for messages.
const GREETING: &str = "the greeting";

/// Connects, awaits the greeting and logs in.
pub(super) async fn session(options: &ImapOptions) -> Result<Session<Box<dyn Wire>>, MailboxError> {
    options.validate()?;
    let mut client = Client::new(connect(options).await?);
    let greeting = within(options.step_timeout, GREETING, async {
        let greeting = client.read_response().await;
        let greeting = greeting.map_err(|error| MailboxError::from_stream(GREETING, &error))?;
        greet(greeting.as_ref().map(|greeting| greeting.parsed()), options)
    });
    greeting.await?;
    login(client, options).await
}

async fn connect(options: &ImapOptions) -> Result<Box<dyn Wire>, MailboxError> {
    let server = options.server();
    let host = options.host.trim_matches(['[', ']']);
    let unreachable = |why: String| MailboxError::Unreachable { server: server.clone(), why };
    let stream = timeout(options.step_timeout, TcpStream::connect((host, options.port)))
        .await
        .map_err(|_| unreachable("no answer in time; are host, port and firewall right?".to_owned()))?
        .map_err(|error| unreachable(error.to_string()))?;
    // Commands are small and wait for their answers: Nagle's algorithm would only delay them.
    stream.set_nodelay(true).map_err(|error| unreachable(error.to_string()))?;
    match options.tls {
        Tls::None => Ok(Box::new(stream)),
        Tls::Implicit => {
            let failed = |source| MailboxError::Tls { server: server.clone(), source };
            let config = tls::client_config(options.ca_file.as_deref()).map_err(failed)?;
            let limit = options.step_timeout;
            let handshake = async { tls::connect(config, host, stream).await.map_err(failed) };
            Ok(Box::new(within(limit, "the TLS handshake", handshake).await?))
        }
    }
}

/// Looks at the greeting: async-imap takes even BYE for a welcome.
fn greet(greeting: Option<&Response<'_>>, options: &ImapOptions) -> Result<(), MailboxError> {
    let Some(greeting) = greeting else {
        let why = "the server closed it; does this port begin with TLS?".to_owned();
        return Err(MailboxError::Lost { command: GREETING, why });
    };
    let Response::Data { status, outcome } = greeting else {
        return Err(MailboxError::Protocol { command: GREETING, why: "it is not a greeting".to_owned() });
    };
    match status {
        Status::Ok => Ok(()),
        Status::Bye | Status::No | Status::Bad => {
            let text = one_line(outcome.information.as_deref().unwrap_or_default());
            Err(MailboxError::Unreachable {
                server: options.server(),
                why: format!("it turned us away: {text}"),
            })
        }
        // The connection would be somebody's, but not verifiably the configured user's.
        Status::PreAuth => {
            Err(MailboxError::Config("the server takes no login on this port (PREAUTH)".to_owned()))
        }
    }
}

async fn login(
    client: Client<Box<dyn Wire>>,
    options: &ImapOptions,
) -> Result<Session<Box<dyn Wire>>, MailboxError> {
    const STEP: &str = "LOGIN";
    let password = options.password.expose_secret();
    if [options.user.as_str(), password].iter().any(|text| text.chars().any(char::is_control)) {
        return Err(MailboxError::Config("user or password holds a control character".to_owned()));
    }
    let limit = options.step_timeout;
    let attempt = timeout(limit, client.login(&options.user, password)).await;
    let error = match attempt {
        Ok(Ok(session)) => return Ok(session),
        Ok(Err((error, _))) => error,
        Err(_) => return Err(MailboxError::Timeout { command: STEP, after: limit }),
    };
    // A server may repeat the command, password and all: only what its words mean is kept.
    let (ImapError::No(text) | ImapError::Bad(text)) = &error else {
        return Err(from_imap(STEP, &error));
    };
    let temporary = is_passing(text);
    let why = if temporary {
        "takes no logins at the moment"
    } else if text.contains("[PRIVACYREQUIRED]") || text.contains("LOGINDISABLED") {
        "takes passwords over TLS only: set tls"
    } else if text.contains("[EXPIRED]") {
        "says that the password has expired"
    } else {
        "refused the user name or the password: check user and password (some providers want an app password)"
    };
    Err(MailboxError::Login { server: options.server(), why: why.to_owned(), temporary })
}
