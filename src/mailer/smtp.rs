//! Handing mail to a server over a few connections that are kept open. Not lettre's pool: it has no time limits,
//! returns a connection in mid-dialogue when a send is cancelled, and then takes one mail's answer for another's.

use std::{
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
    sync::Semaphore,
    time::{Instant, error::Elapsed, timeout},
};

use super::{
    MailerError, Outcome, SmtpOptions, Tls,
    connection::{Connection, ContentFailure, Encrypted, Failure, FailureKind, start_tls},
};
use crate::{
    domain::MailAddress,
    tls::{self, Begins, TlsError, is_this_machine},
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

impl Smtp {
    pub(super) fn new(options: SmtpOptions) -> Result<Self, MailerError> {
        let tls = match options.tls {
            Tls::Implicit | Tls::StartTls => Some(
                tls::client_config(options.ca_file.as_deref())
                    .map_err(|source| MailerError::Tls { server: options.server(), source })?,
            ),
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
        let mut connection =
            self.open().await.map_err(|why| Outcome::Retry(self.no_connection(why).to_string()))?;
        connection.mail_from(&self.envelope_from, to, bytes).await.map_err(before_content)?;
        Ok(connection)
    }

    async fn open(&self) -> Result<Connection, NoConnection> {
        let SmtpOptions { host, port, step_timeout, .. } = &self.options;
        let lost = |text: String| NoConnection::Smtp(Failure::new(FailureKind::Lost, text));
        let begins = if self.options.tls == Tls::StartTls { Begins::Later } else { Begins::AtOnce };
        let hinted = |failure: Failure| {
            let hint = match failure.kind {
                FailureKind::Lost if self.tls.is_some() => tls::misfit(*port, begins),
                FailureKind::Lost | FailureKind::Closing | FailureKind::NotNow | FailureKind::Never => "",
            };
            NoConnection::Smtp(Failure { text: format!("{}{hint}", failure.text), ..failure })
        };
        let stream = tls::dial(host, *port, *step_timeout)
            .await
            .map_err(|why| lost(format!("it cannot be reached: {why}")))?;
        let stream: Box<dyn AsyncTokioStream> = match &self.tls {
            None => Box::new(stream),
            Some(config) => {
                let stream = match begins {
                    Begins::AtOnce => stream,
                    Begins::Later => start_tls(stream, &self.hello, *step_timeout).await.map_err(hinted)?,
                };
                match timeout(*step_timeout, tls::connect(Arc::clone(config), host, stream)).await {
                    Ok(Ok(stream)) => Box::new(match begins {
                        Begins::AtOnce => Encrypted::at_once(stream),
                        Begins::Later => Encrypted::later(stream),
                    }),
                    Ok(Err(error)) => return Err(NoConnection::Tls(error.on_port(*port, begins))),
                    Err(Elapsed { .. }) => {
                        let text =
                            format!("TLS handshake: no answer within {} seconds", step_timeout.as_secs_f32());
                        return Err(hinted(Failure::new(FailureKind::Lost, text)));
                    }
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

    fn no_connection(&self, why: NoConnection) -> MailerError {
        match why {
            NoConnection::Tls(source) => MailerError::Tls { server: self.options.server(), source },
            NoConnection::Smtp(failure) => self.server_says(failure.text),
        }
    }

    fn server_says(&self, why: String) -> MailerError {
        MailerError::Server { server: self.options.server(), why }
    }

    pub(super) async fn check(&self) -> Result<Vec<String>, MailerError> {
        let mut connection = self.open().await.map_err(|why| self.no_connection(why))?;
        let mut found = vec![format!("connected to {} port {}", self.options.host, self.options.port)];
        found.push(match self.options.tls {
            Tls::Implicit => "the connection is encrypted and the certificate is the server's".to_owned(),
            Tls::StartTls => {
                "the connection is encrypted (STARTTLS) and the certificate is the server's".to_owned()
            }
            Tls::None => "the connection is not encrypted; it does not leave this machine".to_owned(),
        });
        found.push(if self.credentials.is_some() {
            "user and password are accepted".to_owned()
        } else {
            "no user is set, so nobody signs in".to_owned()
        });
        connection
            .mail_from(&self.envelope_from, &self.envelope_from, b"")
            .await
            .map_err(|failure| self.refused_sender(failure))?;
        // Many servers say only now what they think of the sender (Postfix: smtpd_delay_reject). Without DATA nothing
        // is sent.
        match connection.recipient(&self.envelope_from).await {
            Ok(()) => found.push("the server takes mail from the sender's address".to_owned()),
            Err(failure) => match failure.kind {
                FailureKind::NotNow => found.push(format!(
                    "the server takes the sender's address, and puts off its first mail: {}; later attempts may be \
                     taken (greylisting)",
                    failure.text
                )),
                FailureKind::Lost | FailureKind::Closing | FailureKind::Never => {
                    return Err(self.refused_sender(failure));
                }
            },
        }
        connection.reset().await.map_err(|failure| self.server_says(failure.text))?;
        self.keep(connection);
        Ok(found)
    }

    /// What to do about a server that takes no mail with our From address.
    fn refused_sender(&self, failure: Failure) -> MailerError {
        let FailureKind::Never = failure.kind else { return self.server_says(failure.text) };
        let says = failure.text.to_ascii_lowercase();
        // 530: RFC 4954, 6; 5.7.x and 554 with these words are what Postfix, Exim and Exchange say to strangers.
        let wants_sign_in = failure.code == Some(530)
            || ["authenticat", "relay", "log in", "login"].iter().any(|word| says.contains(word));
        let advice = match (&self.credentials, wants_sign_in) {
            (None, true) => "it wants a sign-in: set smtp.user and password_file",
            (None, false) => {
                "it refuses the address of smtp.from: set an address of yours, or set smtp.user if it wants a sign-in"
            }
            (Some(_), _) => {
                "it does not let this user write as the address of smtp.from: set the user's own address, or have the \
                 server's operator allow that one"
            }
        };
        self.server_says(format!("{}; {advice}", failure.text))
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
