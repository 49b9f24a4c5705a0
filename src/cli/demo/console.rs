//! The demo's console: where it is, and who may sign in.

use std::net::{Ipv4Addr, SocketAddr};

use secrecy::{ExposeSecret, SecretString};

use crate::{
    cli::{Failure, user},
    domain::{StaffName, StaffRole},
    engine::{
        Casebook,
        accounts::{AccountError, random_password},
    },
    web::Listening,
};

/// The account one signs in with.
const NAME: &str = "demo";
/// The account of a colleague: what takes two people can be finished with both.
const COLLEAGUE: &str = "demo2";
/// Where the console is if nobody says where, and nobody else is there.
const USUAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// A console about to be served.
pub(super) struct Console {
    pub(super) listening: Listening,
    password: SecretString,
    colleagues: SecretString,
}

/// Takes an address that no other machine reaches: the demo does not encrypt.
pub(super) fn within_this_machine(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| "it is not an address with a port such as 127.0.0.1:8080".to_owned())?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("other machines would reach it, and the demo does not encrypt: take 127.0.0.1 or [::1]"
            .to_owned())
    }
}

impl Console {
    /// Listens, and makes two accounts with passwords of their own; of a demo that is used on, they get new ones. Whoever
    /// runs the demo has an account as well, for the terminal.
    pub(super) async fn open(book: &Casebook, named: Option<SocketAddr>) -> Result<Self, Failure> {
        let listening = match named {
            Some(address) => Listening::on(address).await,
            None => match Listening::on(USUAL).await {
                Ok(listening) => Ok(listening),
                Err(_) => Listening::on(SocketAddr::new(USUAL.ip(), 0)).await,
            },
        };
        let listening = listening.map_err(|error| {
            let where_to = named.unwrap_or(USUAL);
            Failure::Unavailable(format!(
                "{where_to} cannot be listened on: {error}. Name another with --listen"
            ))
        })?;
        let password = random_password()?;
        account(book, &StaffName::parse(NAME).expect("it is a name"), &password).await?;
        let colleagues = random_password()?;
        account(book, &StaffName::parse(COLLEAGUE).expect("it is a name"), &colleagues).await?;
        let here = user().ok().and_then(|user| StaffName::parse(&user).ok());
        if let Some(here) = here.filter(|here| ![NAME, COLLEAGUE].contains(&here.as_str())) {
            account(book, &here, &random_password()?).await?;
        }
        Ok(Self { listening, password, colleagues })
    }

    /// Where it is, and how to sign in.
    pub(super) fn in_words(&self) -> String {
        format!(
            "The console: http://{}\nSign in as:  {NAME}\nPassword:    {}\nA colleague: {COLLEAGUE}, password {}",
            self.listening.address(),
            self.password.expose_secret(),
            self.colleagues.expose_secret()
        )
    }
}

/// An account that may decide, with this password, whether it was there or not.
async fn account(book: &Casebook, name: &StaffName, password: &SecretString) -> Result<(), AccountError> {
    match book.add_staff(name, StaffRole::Approver, password).await {
        Err(AccountError::Taken(_)) => {
            book.set_password(name, password).await?;
            book.disable_staff(name, false).await
        }
        other => other,
    }
}
