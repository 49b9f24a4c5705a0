//! A site whose daemon serves the staff console, the accounts on it, and requests as raw as a test wants them.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use roi_desk::{
    clock::Clock,
    config,
    domain::{StaffName, StaffRole},
    engine::{self, Desk},
};
use secrecy::SecretString;
use serde_json::Value;

use crate::{
    health,
    site::{Daemon, Letter, Site},
};

/// The password of every account.
pub const PASSWORD: &str = "a plain, long pass phrase";

/// The accounts: two who decide, one who looks, and one who manages.
pub const STAFF: [(&str, StaffRole); 4] = [
    ("ann", StaffRole::Approver),
    ("ben", StaffRole::Approver),
    ("vic", StaffRole::Viewer),
    ("ada", StaffRole::Admin),
];

/// Records of Alder's: two that it alone has data in, and one that Birch has data in as well.
const RECORDS: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias) VALUES
        ('1000001', 'alder', 'open', FALSE, FALSE, 'SHARED'), ('1000002', 'alder', 'open', FALSE, FALSE, NULL),
        ('1000003', 'alder', 'open', FALSE, FALSE, 'SHARED');
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
        ('test', 'enrollment', 'a1', '1000001', 'alder'), ('test', 'enrollment', 'a2', '1000002', 'alder'),
        ('test', 'enrollment', 'b2', '1000002', 'birch'), ('test', 'enrollment', 'a3', '1000003', 'alder');";

/// A running daemon with its console.
pub struct Console {
    /// Its site.
    pub site: Site,
    /// Where the console is.
    pub address: SocketAddr,
    _daemon: Daemon,
}

impl Console {
    /// A site on files with the records `1000001` to `1000003`, where everything is approved by a person, after `prepared`
    /// has changed of it what it likes; with all accounts; and served.
    pub async fn with(prepared: impl AsyncFnOnce(&Site)) -> Self {
        let site = Site::on_files().await;
        site.hmis(RECORDS).await;
        site.reconfigure("scenario_1 = \"apply\"", "scenario_1 = \"approve\"");
        prepared(&site).await;
        accounts(&site).await;
        Self::serve(site).await
    }

    /// The same, nothing else prepared.
    pub async fn new() -> Self {
        Self::with(async |_| ()).await
    }

    /// The same with one notice about each of these records, which wait for a person.
    pub async fn with_cases_about(records: &[&str], prepared: impl AsyncFnOnce(&Site)) -> Self {
        let console = Self::with(prepared).await;
        for record in records {
            console.revoke(record);
        }
        console.site.at_rest(records.len()).await;
        console
    }

    /// Serves a site as it is.
    pub async fn serve(site: Site) -> Self {
        let daemon = site.serve();
        let address = health::address(&site).await;
        Self { site, address, _daemon: daemon }
    }

    /// A notice of Alder's about a record.
    pub fn revoke(&self, record: &str) {
        let body = format!("Client {record} revoked consent today, please close the record.");
        let letter = Letter {
            from: "jane@alder.example",
            subject: "revoked consent",
            body: &body,
            dmarc: "pass",
            headers: "",
        };
        self.site.deliver(record, &letter.mail(record));
    }

    /// Somebody who has signed in over plain HTTP.
    pub fn sign_in(&self, name: &str) -> Person {
        let mut person = Person { address: self.address, cookie: String::new(), csrf: String::new() };
        let answer = person.try_sign_in(name, PASSWORD);
        assert_eq!(answer.status, 303, "{name} is signed in: {}", answer.body);
        answer.cookie().expect("a cookie").clone_into(&mut person.cookie);
        let queue = person.get("/");
        queue.field("csrf").expect("a token").clone_into(&mut person.csrf);
        person
    }

    /// Somebody who has not.
    pub fn stranger(&self) -> Person {
        Person { address: self.address, cookie: String::new(), csrf: String::new() }
    }

    /// A case as `case show` tells it.
    pub fn case(&self, id: &str) -> Value {
        self.site.json(&["case", "show", id]).into_iter().next().unwrap_or_default()
    }

    /// How many records the HMIS says are closed.
    pub async fn closed(&self) -> i64 {
        self.site.count("SELECT COUNT(*) FROM hmis_record WHERE sharing = 'closed'").await
    }

    /// Gives an account another role.
    pub async fn set_role(&self, name: &str, role: &str) {
        self.site.damage(&format!("UPDATE staff SET role = '{role}' WHERE name = '{name}'")).await;
    }
}

/// Makes all accounts.
async fn accounts(site: &Site) {
    let config = config::load(&site.config(), []).expect("complete");
    let settings = engine::site(&config).expect("complete");
    let desk = Desk::open(&config, settings, Clock::system()).await.expect("it opens");
    for (name, role) in STAFF {
        let name = StaffName::parse(name).expect("a name");
        desk.book.add_staff(&name, role, &SecretString::from(PASSWORD)).await.expect("made");
    }
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The fields of the head, their names in small letters.
    pub head: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// A field of the head.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The cookie that is to be kept, as it is sent back.
    pub fn cookie(&self) -> Option<&str> {
        self.header("set-cookie")?.split(';').next()
    }

    /// The value of the first hidden field of that name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.body.split(&format!("name=\"{name}\" value=\"")).nth(1)?.split('"').next()
    }
}

/// Sends these octets and reads the answer. Gives nothing if the other side hangs up without one.
pub fn send(address: SocketAddr, octets: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout can be set");
    // Who is refused early may find the connection closed while still writing; the answer counts.
    stream.write_all(octets).unwrap_or_default();
    let (mut answer, mut more) = (Vec::new(), [0; 16 * 1024]);
    while !is_whole(&answer) {
        match stream.read(&mut more) {
            Ok(0) | Err(_) => break,
            Ok(count) => answer.extend(more.iter().take(count)),
        }
    }
    parse(&String::from_utf8_lossy(&answer))
}

/// Whether all that an answer's head announces is there. Not everybody hangs up afterwards, even if asked to.
fn is_whole(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let announced = parse(&String::from_utf8_lossy(answer))
        .and_then(|answer| answer.header("content-length").map(str::parse::<usize>));
    announced.is_some_and(|length| length.is_ok_and(|length| answer.len() >= head + 4 + length))
}

fn parse(answer: &str) -> Option<Answer> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let head = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Some(Answer { status, head, body: body.to_owned() })
}

/// Fields as a form sends them.
pub fn form(fields: &[(&str, &str)]) -> String {
    let plain = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| format!("{}={}", plain(name), plain(value))).collect();
    pairs.join("&")
}

/// Somebody at the console without a browser.
#[derive(Debug, Clone)]
pub struct Person {
    /// Where the console is.
    pub address: SocketAddr,
    /// The cookie, as it is sent; empty: none.
    pub cookie: String,
    /// The session's token for forms.
    pub csrf: String,
}

impl Person {
    /// A request with further head fields, each a line without its end.
    pub fn ask(&self, method: &str, path: &str, head: &[&str], body: &str) -> Option<Answer> {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !head.iter().any(|line| line.to_ascii_lowercase().starts_with("host:")) {
            request.push_str(&format!("Host: {}\r\n", self.address));
        }
        if !self.cookie.is_empty() {
            request.push_str(&format!("Cookie: {}\r\n", self.cookie));
        }
        for line in head {
            request.push_str(line);
            request.push_str("\r\n");
        }
        send(self.address, format!("{request}\r\n{body}").as_bytes())
    }

    /// A page.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").expect("an answer")
    }

    /// A form with the session's token.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend(fields);
        self.post_as(path, &[], &form(&all))
    }

    /// A form as it is given, with further head fields.
    pub fn post_as(&self, path: &str, head: &[&str], body: &str) -> Answer {
        let mut all = vec!["Content-Type: application/x-www-form-urlencoded"];
        all.extend(head);
        self.ask("POST", path, &all, body).expect("an answer")
    }

    /// Tries to sign in.
    pub fn try_sign_in(&self, name: &str, password: &str) -> Answer {
        self.post_as("/sign-in", &[], &form(&[("name", name), ("password", password), ("next", "")]))
    }
}
