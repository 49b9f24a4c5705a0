//! Handing mail to a server over a few connections that are kept open. Not lettre's pool: it has no time limits,
//! returns a connection in mid-dialogue when a send is cancelled, and then takes one mail's answer for another's.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use lettre::{
    Address,
    transport::smtp::{authentication::Credentials, client::AsyncTokioStream, extension::ClientId},
};
use rustls::ClientConfig;
use secrecy::ExposeSecret;
use tokio::{
    net::TcpStream,
    sync::Semaphore,
    time::{Instant, error::Elapsed, timeout},
};

use super::{
    MailerError, Outcome, SmtpOptions, Tls,
    connection::{Connection, ContentFailure, Encrypted, Failure, FailureKind},
};
use crate::{
    domain::MailAddress,
    tls::{self, TlsError},
};

/// Servers hang up on idle clients after some minutes (RFC 5321, 4.5.3.2.7 asks for five); a connection idle for
/// longer than this is not tried again.
const LONGEST_IDLE: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct Smtp {
    options: SmtpOptions,
    envelope_from: Address,
    tls: Option<Arc<ClientConfig>>,
    credentials: Option<Credentials>,
    hello: ClientId,
    /// One permit per connection that may be open at once.
    slots: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

#[derive(Debug)]
struct Idle {
    connection: Connection,
    since: Instant,
}

/// Why there is no connection.
enum NoConnection {
    Tls(TlsError),
    Smtp(Failure),
}

impl NoConnection {
    fn text(self) -> String {
        match self {
            Self::Tls(error) => error.to_string(),
            Self::Smtp(failure) => failure.text,
        }
    }
}

impl Smtp {
    pub(super) fn new(options: SmtpOptions) -> Result<Self, MailerError> {
        let tls = match options.tls {
            Tls::Implicit => Some(tls::client_config(options.ca_file.as_deref())?),
            Tls::None if is_this_machine(&options.host) => None,
            Tls::None => {
                return Err(MailerError::Options(
                    "smtp: `tls = \"none\"` is only for a mail server on this machine (localhost)",
                ));
            }
        };
        let credentials = match (&options.user, &options.password) {
            (None, None) => None,
            (Some(user), Some(password)) => {
                Some(Credentials::new(user.clone(), password.expose_secret().to_owned()))
            }
            (Some(_), None) => return Err(MailerError::Options("smtp: `user` is set, but no password")),
            (None, Some(_)) => return Err(MailerError::Options("smtp: a password is set, but no `user`")),
        };
        if options.connections == 0 {
            return Err(MailerError::Options("smtp: at least one connection is needed"));
        }
        let envelope_from = address(&options.envelope_from)
            .ok_or(MailerError::Options("smtp: the sender's address cannot be used as an envelope sender"))?;
        let slots = Semaphore::new(options.connections);
        Ok(Self {
            options,
            envelope_from,
            tls,
            credentials,
            hello: ClientId::default(),
            slots,
            idle: Mutex::new(Vec::new()),
        })
    }

    pub(super) async fn send(&self, to: &MailAddress, bytes: &[u8]) -> Outcome {
        let Some(to) = address(to) else {
            return Outcome::Refused(
                "the recipient's address is not one that mail can be sent to".to_owned(),
            );
        };
        if !ends_lines_with_crlf(bytes) {
            // A server that takes a bare LF for a line end would see the mail end elsewhere (SMTP smuggling).
            return Outcome::Refused("the mail holds line ends that are not allowed".to_owned());
        }
        let Ok(_slot) = self.slots.acquire().await else {
            return Outcome::Retry("the mailer is shutting down".to_owned());
        };
        let mut connection = match self.begin(&to, bytes).await {
            Ok(connection) => connection,
            Err(outcome) => return outcome,
        };
        if let Err(failure) = connection.recipient(&to).await {
            return before_content(failure);
        }
        if let Err(failure) = connection.data().await {
            return before_content(failure);
        }
        match connection.content(bytes).await {
            Ok(()) => {
                self.keep(connection);
                Outcome::Done
            }
            Err(ContentFailure::NotHandedOver(failure)) => before_content(failure),
            Err(ContentFailure::HandedOver(failure)) => match failure.kind {
                FailureKind::Lost => Outcome::Uncertain(failure.text),
                FailureKind::Closing | FailureKind::NotNow | FailureKind::Never => before_content(failure),
            },
        }
    }

    /// A connection on which the mail has been announced (`MAIL FROM`): one kept open, or a new one. A kept one that
    /// the server has closed meanwhile says nothing about the mail, so a new one is tried at once.
    async fn begin(&self, to: &Address, bytes: &[u8]) -> Result<Connection, Outcome> {
        if let Some(mut connection) = self.take_idle() {
            match connection.mail_from(&self.envelope_from, to, bytes).await {
                Ok(()) => return Ok(connection),
                Err(failure) => match failure.kind {
                    FailureKind::Lost | FailureKind::Closing => {}
                    FailureKind::NotNow | FailureKind::Never => return Err(before_content(failure)),
                },
            }
        }
        // Whatever prevents a connection has nothing to do with this mail: even a 5xx to our password is put
        // right by somebody, and then the mail leaves.
        let mut connection = self.open().await.map_err(|why| Outcome::Retry(why.text()))?;
        connection.mail_from(&self.envelope_from, to, bytes).await.map_err(before_content)?;
        Ok(connection)
    }

    async fn open(&self) -> Result<Connection, NoConnection> {
        let SmtpOptions { host, port, step_timeout, .. } = &self.options;
        let lost = |text: String| NoConnection::Smtp(Failure::new(FailureKind::Lost, text));
        let late =
            |what: &str| lost(format!("{what}: no answer within {} seconds", step_timeout.as_secs_f32()));
        let stream = match timeout(*step_timeout, TcpStream::connect((host.as_str(), *port))).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                return Err(lost(format!("the mail server cannot be reached: {}", error.kind())));
            }
            Err(Elapsed { .. }) => return Err(late("connecting")),
        };
        // Without it each command waits for the other side's delayed acknowledgement: 40 ms per mail.
        stream.set_nodelay(true).map_err(|error| lost(format!("connecting: {}", error.kind())))?;
        let stream: Box<dyn AsyncTokioStream> = match &self.tls {
            None => Box::new(stream),
            Some(config) => {
                match timeout(*step_timeout, tls::connect(Arc::clone(config), host, stream)).await {
                    Ok(Ok(stream)) => Box::new(Encrypted(stream)),
                    Ok(Err(error)) => return Err(NoConnection::Tls(error)),
                    Err(Elapsed { .. }) => return Err(late("TLS handshake")),
                }
            }
        };
        let mut connection =
            Connection::greet(stream, &self.hello, *step_timeout).await.map_err(NoConnection::Smtp)?;
        if let Some(credentials) = &self.credentials {
            connection.sign_in(credentials).await.map_err(NoConnection::Smtp)?;
        }
        Ok(connection)
    }

    pub(super) async fn check(&self) -> Result<Vec<String>, MailerError> {
        let server = |failure: Failure| MailerError::Server(failure.text);
        let mut connection = self.open().await.map_err(|why| match why {
            NoConnection::Tls(error) => MailerError::Tls(error),
            NoConnection::Smtp(failure) => server(failure),
        })?;
        let mut found = vec![format!("connected to {} port {}", self.options.host, self.options.port)];
        found.push(match self.options.tls {
            Tls::Implicit => "the connection is encrypted and the certificate is the server's".to_owned(),
            Tls::None => "the connection is not encrypted; it does not leave this machine".to_owned(),
        });
        found.push(if self.credentials.is_some() {
            "user and password are accepted".to_owned()
        } else {
            "no user is set, so nobody signs in".to_owned()
        });
        connection.mail_from(&self.envelope_from, &self.envelope_from, b"").await.map_err(server)?;
        connection.reset().await.map_err(server)?;
        found.push("the server takes mail from the sender's address".to_owned());
        self.keep(connection);
        Ok(found)
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|kept| kept.since.elapsed() <= LONGEST_IDLE);
        idle.pop().map(|kept| kept.connection)
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.options.connections {
            idle.push(Idle { connection, since: Instant::now() });
        }
    }
}

/// The outcome of a failure after which the server cannot have the mail.
fn before_content(failure: Failure) -> Outcome {
    match failure.kind {
        FailureKind::Lost | FailureKind::Closing | FailureKind::NotNow => Outcome::Retry(failure.text),
        FailureKind::Never => Outcome::Refused(failure.text),
    }
}

fn address(address: &MailAddress) -> Option<Address> {
    Address::new(address.local(), address.domain()).ok()
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn ends_lines_with_crlf(bytes: &[u8]) -> bool {
    let mut previous = 0;
    let fine = bytes.iter().all(|&byte| {
        let fine = (byte == b'\n') == (previous == b'\r');
        previous = byte;
        fine
    });
    fine && previous != b'\r'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_written_to_in_the_clear() {
        for (host, local) in [
            ("localhost", true),
            ("LOCALHOST", true),
            ("127.0.0.1", true),
            ("::1", true),
            ("localhost.example.org", false),
            ("192.0.2.1", false),
            ("0.0.0.0", false),
        ] {
            assert_eq!(is_this_machine(host), local, "{host}");
        }
    }

    #[test]
    fn bare_line_ends_are_found() {
        for (bytes, fine) in [
            (&b""[..], true),
            (b"a\r\nb\r\n", true),
            (b"a\nb", false),
            (b"a\rb", false),
            (b"\r\n\n", false),
            (b"\n", false),
            (b"a\r", false),
            (b"a\r\r\n", false),
        ] {
            assert_eq!(ends_lines_with_crlf(bytes), fine, "{bytes:?}");
        }
    }
}
