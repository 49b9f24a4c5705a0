//! The console of a site, served from within the test, and somebody who uses it as a browser without scripts does.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use chrono::DateTime;
use roi_desk::{
    clock::Clock,
    config,
    domain::{StaffName, StaffRole},
    engine::{self, Desk, accounts::SessionRules, deliver::Delivered, judge::Judged},
    mailbox::Mailbox,
    web::{Listening, Settings},
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::site::Site;

/// The console as a site has it by default.
pub fn settings() -> Settings {
    Settings {
        sessions: SessionRules { idle: Duration::from_mins(30), longest: Duration::from_hours(12) },
        zone: chrono_tz::America::Chicago,
        secure: false,
        trusted_proxy: Vec::new(),
        behind_proxy: false,
    }
}

/// A desk whose steps the test takes, and its console.
pub struct Console {
    pub desk: Arc<Desk>,
    address: SocketAddr,
    _serving: JoinSet<()>,
}

impl Console {
    /// Opens the desk of a site and serves its console.
    pub async fn of(site: &Site) -> Self {
        let configuration = config::load(&site.config(), []).expect("complete");
        let set = engine::site(&configuration).expect("complete");
        let desk = Arc::new(Desk::open(&configuration, set, Clock::system()).await.expect("it opens"));
        let listening = Listening::on("127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
        let address = listening.address();
        let mut serving = JoinSet::new();
        serving.spawn(listening.serve(Arc::clone(&desk), settings(), CancellationToken::new()));
        Self { desk, address, _serving: serving }
    }

    /// Takes in what is in the mailbox, and works on it until only people are left to wait for.
    pub async fn work(&self, site: &Site) {
        let configuration = config::load(&site.config(), []).expect("complete");
        let mut mailbox = Mailbox::open(&engine::mailbox_options(&configuration)).await.expect("a Maildir");
        let lease = self.desk.lease_mailbox().await.expect("asked").expect("free");
        self.desk.poll_once(&mut mailbox, &lease, "INBOX", DateTime::UNIX_EPOCH).await.expect("looked");
        self.desk.release_mailbox(&lease).await.expect("given back");
        loop {
            let judged = self.desk.judge_next().await.expect("judged");
            let delivered = self.desk.deliver_next().await.expect("delivered");
            if judged == Judged::Nothing && delivered == Delivered::Nothing {
                return;
            }
        }
    }

    /// Makes an account and signs it in.
    pub async fn person(&self, name: &str, role: StaffRole) -> Person {
        let account = StaffName::parse(name).expect("a name");
        let password = format!("the password of {name}");
        self.desk.book.add_staff(&account, role, &password.clone().into()).await.expect("a new account");
        let mut person = Person { address: self.address, cookie: String::new() };
        let answer = person.post("/sign-in", &[("name", name), ("password", &password)]);
        assert_eq!(answer.status, 303, "{}", answer.body);
        let set = answer.header("set-cookie").expect("a cookie");
        person.cookie.push_str(set.split(';').next().expect("a pair"));
        person
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    address: SocketAddr,
    cookie: String,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    /// A field of its header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find_map(|(field, value)| field.eq_ignore_ascii_case(name).then(|| value.trim()))
    }

    /// The value of the first hidden field of that name.
    pub fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let value = self.body.split(&mark).nth(1).and_then(|rest| rest.split('"').next());
        assert!(value.is_some(), "no field {name} in {}", self.body);
        value.unwrap_or_default().to_owned()
    }

    /// What is to be read on the page: without tags and escapes, white space made single.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (index, piece) in self.body.split('<').enumerate() {
            text.push(' ');
            text.push_str(if index == 0 {
                piece
            } else {
                piece.split_once('>').map_or("", |(_, rest)| rest)
            });
        }
        let plain = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
        let text = plain.iter().fold(text, |text, (escaped, letter)| text.replace(escaped, letter));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Person {
    /// Asks for a page.
    pub fn get(&self, path: &str) -> Answer {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nConnection: close\r\n\r\n",
            self.address, self.cookie
        ))
    }

    /// Sends a form.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_html_form::to_string(fields).expect("pairs");
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
            self.address,
            self.cookie,
            body.len()
        ))
    }

    /// Sends the form of a case page for an action, with the hidden fields of the page it stands on.
    pub fn decide(&self, page: &Answer, case: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let (csrf, version) = (page.hidden("csrf"), page.hidden("version"));
        let mut all = vec![("csrf", csrf.as_str()), ("version", version.as_str())];
        let evidence = if action == "approve" { page.hidden("evidence") } else { String::new() };
        if action == "approve" {
            all.push(("evidence", &evidence));
        }
        all.extend(fields);
        self.post(&format!("/cases/{case}/{action}"), &all)
    }

    fn ask(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout can be set");
        stream.write_all(request.as_bytes()).expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered in UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }
}
