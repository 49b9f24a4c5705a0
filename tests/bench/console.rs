//! The queue's pages with many cases waiting, many people reading and the daemon at work: `cargo bench --bench console`.
//! What is measured is the time from a request's first byte to the answer's last on the same machine, so that it holds the
//! reader's own share as well.

#[allow(dead_code, reason = "the other benchmarks use more of it")]
mod sample;

use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use roi_desk::{
    domain::{StaffName, StaffRole},
    engine::{
        Desk,
        accounts::SessionRules,
        daemon::{self, Loops, Watch},
        judge::Judged,
    },
    mailbox::{MaildirOptions, Options},
    store::Filter,
    web::{Listening, Settings},
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{Connection, SqliteConnection};
use tokio::task::JoinSet;

/// Cases that wait for a person.
const CASES: u64 = 10_000;
/// People who read the queue at the same time, each one page after the other without a pause.
const READERS: usize = 50;
/// Pages each of them reads.
const PAGES: usize = 60;
/// A new notice arrives this often meanwhile.
const MAIL_EVERY: Duration = Duration::from_millis(100);
/// What is read in turn.
const ADDRESSES: [&str; 6] = [
    "/",
    "/?page=2",
    "/?page=200",
    "/?page=400",
    "/?agency=larkmead&overdue=1",
    "/?state=awaiting_approval&page=7",
];

fn main() {
    let (folder, runtime, desk, lease) = sample::desk_with(0);
    runtime.block_on(async {
        records(folder.path()).await;
        for batch in 0..CASES.div_ceil(100) {
            let mails = (0..100).map(|place| sample::fetched(batch * 100 + place)).collect();
            desk.take_in(&lease, mails, false).await.expect("taken in");
        }
        while desk.judge_next().await.expect("judged") == Judged::One {}
        let now = desk.book.clock.now();
        let waiting = desk.book.store.waiting(&Filter::default(), now).await.expect("counted");
        let count: i64 = waiting.iter().map(|count| count.cases).sum();
        assert_eq!(u64::try_from(count), Ok(CASES), "{waiting:?}");
        desk.release_mailbox(&lease).await.expect("released");
        measure(Arc::new(desk), folder.path()).await;
    });
}

/// A record for each notice, made by its agency and with data of nobody else: each waits for an approval.
async fn records(folder: &Path) {
    let url = format!("sqlite://{}", folder.join("hmis.db").display());
    let mut hmis = SqliteConnection::connect(&url).await.expect("open");
    let mut tx = hmis.begin().await.expect("begun");
    for number in 0..CASES + 10_000 {
        let record = (3_000_000 + number).to_string();
        sqlx::query(
            "INSERT INTO hmis_record (record_id, creator_agency_id, sharing) VALUES ($1, 'larkmead', 'open')",
        )
        .bind(&record)
        .execute(&mut *tx)
        .await
        .expect("added");
        sqlx::query(
            "INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('bench', 'note', $1, $1, 'larkmead')",
        )
        .bind(&record)
        .execute(&mut *tx)
        .await
        .expect("added");
    }
    tx.commit().await.expect("committed");
}

async fn measure(desk: Arc<Desk>, folder: &Path) {
    let rules = SessionRules { idle: Duration::from_hours(1), longest: Duration::from_hours(1) };
    let name = StaffName::parse("bench").expect("a name");
    let password = SecretString::from("correct horse battery");
    desk.book.add_staff(&name, StaffRole::Approver, &password).await.expect("added");
    let token = desk.book.sign_in(&name, &password, rules).await.expect("signed in");
    let cookie = format!("roi-desk={}", token.expose_secret());
    let listening = Listening::on(([127, 0, 0, 1], 0).into()).await.expect("a free port");
    let address = listening.address();
    let settings = Settings {
        sessions: rules,
        zone: chrono_tz::America::Chicago,
        secure: false,
        trusted_proxy: Vec::new(),
        behind_proxy: false,
    };
    let stop = desk.stop.clone();
    let server = tokio::spawn(listening.serve(Arc::clone(&desk), settings, stop.clone()));
    let maildir = folder.join("Maildir");
    for part in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(maildir.join(part)).expect("made");
    }
    let watch = Watch {
        options: Options::Maildir(MaildirOptions::new(maildir.clone())),
        folder: "INBOX".to_owned(),
        since: Duration::from_hours(1),
        poll_every: Duration::from_secs(1),
    };
    let all = Loops { mail: true, judge: true, deliver: true, jobs: false };
    let mut loops = daemon::start(&desk, &watch, all);
    let post = tokio::spawn(async move {
        let mut number = CASES;
        loop {
            tokio::time::sleep(MAIL_EVERY).await;
            let mail = sample::mail(number, 3_000_000 + number);
            std::fs::write(maildir.join("new").join(format!("{number}.bench")), mail).expect("written");
            number += 1;
        }
    });

    for readers in [1, READERS] {
        let mut times = Vec::new();
        let mut reading = JoinSet::new();
        let begun = Instant::now();
        for reader in 0..readers {
            reading.spawn(read(address, cookie.clone(), reader));
        }
        while let Some(took) = reading.join_next().await {
            times.extend(took.expect("a reader"));
        }
        let all = begun.elapsed();
        times.sort();
        let at = |percent: usize| {
            times.get((times.len() * percent / 100).min(times.len() - 1)).copied().unwrap_or_default()
        };
        println!(
            "queue of {CASES}, {readers} reader(s), {} pages in {all:.1?}: median {:.1?}, 95 % {:.1?}, 99 % {:.1?}, longest {:.1?}",
            times.len(),
            at(50),
            at(95),
            at(99),
            at(100)
        );
    }
    post.abort();
    stop.cancel();
    server.await.expect("ended");
    while loops.join_next().await.is_some() {}
}

/// Reads one page after the other over one connection. Gives how long each took.
async fn read(address: SocketAddr, cookie: String, reader: usize) -> Vec<Duration> {
    let stream = tokio::net::TcpStream::connect(address).await.expect("connected");
    stream.set_nodelay(true).expect("set");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("greeted");
    let connection = tokio::spawn(connection);
    let mut times = Vec::new();
    for page in 0..PAGES {
        let asked = ADDRESSES.get((page + reader) % ADDRESSES.len()).expect("one of them");
        let request = Request::get(*asked)
            .header(header::HOST, address.to_string())
            .header(header::COOKIE, &cookie)
            .body(Empty::<Bytes>::new())
            .expect("a request");
        let begun = Instant::now();
        let answer = sender.send_request(request).await.expect("an answer");
        let status = answer.status();
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        times.push(begun.elapsed());
        assert!(status.is_success() && !body.is_empty(), "{asked}: {status}");
    }
    drop(sender);
    connection.await.expect("ended").expect("well");
    times
}
