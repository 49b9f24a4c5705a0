//! Accounts of staff and the way to the console, by the real program: passwords, `--as`, roles, signing in, TLS, a proxy, the
//! limit on tries, and the demo's sign-in.

use std::{
    fs,
    io::Write as _,
    net::{IpAddr, SocketAddr},
    path::Path,
    process::{Command, Output, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, pki_types::ServerName, version};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpSocket,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    health::address,
    site::{Daemon, Letter, Site, plain, until},
};

const PASSWORD: &str = "correct horse battery";
const PATIENCE: Duration = Duration::from_secs(60);

const RECORD: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias) VALUES
        ('1000001', 'alder', 'open', FALSE, FALSE, 'SHARED');
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
        ('test', 'enrollment', 'a1', '1000001', 'alder');";

const NOTICE: Letter<'_> = Letter {
    from: "jane@alder.example",
    subject: "revoked",
    body: "Our client, ID 1000001, revoked consent. Please close the record.",
    dmarc: "pass",
    headers: "",
};

// ---- The command line ------------------------------------------------------------------------------------------------

/// Runs the program with a line on its standard input.
fn told(site: &Site, line: &str, arguments: &[&str]) -> Output {
    let mut command = site.program(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    // A program that refuses before it asks has hung up.
    child.stdin.take().expect("piped").write_all(format!("{line}\n").as_bytes()).unwrap_or_default();
    child.wait_with_output().expect("it ends")
}

/// What it said when it refused, and its exit code.
fn refused(output: &Output) -> (String, Option<i32>) {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    (String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
}

fn well(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn add(site: &Site, name: &str, role: &str) {
    well(&told(site, PASSWORD, &["staff", "add", name, "--role", role]));
}

/// A site with a case that waits for an approval.
async fn with_case() -> Site {
    let site = Site::on_files().await;
    site.hmis(RECORD).await;
    site.reconfigure("scenario_1 = \"apply\"", "scenario_1 = \"approve\"");
    site.deliver("1", &NOTICE.mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    daemon.stop().await;
    site
}

/// Who did the last thing to the only case.
fn last_actor(site: &Site) -> String {
    let cases = site.json(&["case", "list"]);
    let history = cases.first().and_then(|case| case.get("history")).and_then(Value::as_array);
    let last = history.and_then(|history| history.last()).and_then(|row| row.get("actor"));
    last.and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_kept_from_the_terminal() {
    let site = Site::on_files().await;
    assert!(site.run(&["staff", "list"]).contains("There is no account"));
    let said = well(&told(&site, PASSWORD, &["staff", "add", "Ann"]));
    assert!(said.contains("account ann was made, as approver") && said.contains("It is the first"), "{said}");
    fs::write(site.path("password"), format!("{PASSWORD}\n")).expect("written");
    let file = site.path("password").display().to_string();
    let said = site.run(&["staff", "add", "ben", "--role", "viewer", "--password-file", &file]);
    assert!(!said.contains("It is the first"), "{said}");

    for (line, arguments, says, code) in [
        (PASSWORD, &["staff", "add", "ANN"][..], "there is an account ann already: take another name", 1),
        ("short", &["staff", "add", "cleo"], "the password is too short: take at least 8 characters", 2),
        ("", &["staff", "add", "cleo"], "no password came from standard input", 2),
        (PASSWORD, &["staff", "add", "cl eo"], "an account's name is 1 to 64 letters", 2),
        (PASSWORD, &["staff", "add", "cleo", "--role", "boss"], "none of viewer, approver, admin", 2),
        (PASSWORD, &["staff", "password", "cleo"], "there is no account cleo: `roi-desk staff list`", 1),
        (PASSWORD, &["staff", "role", "cleo", "admin"], "there is no account cleo", 1),
        (PASSWORD, &["staff", "disable", "cleo"], "there is no account cleo", 1),
        (PASSWORD, &["staff", "add", "cleo", "--password-file", "no-file"], "no-file cannot be read", 2),
    ] {
        let (said, ended) = refused(&told(&site, line, arguments));
        assert!(said.contains(says) && ended == Some(code), "{arguments:?}: {ended:?}: {said}");
        assert!(!said.contains(PASSWORD), "{said}");
    }

    site.run(&["staff", "role", "ben", "admin"]);
    site.run(&["staff", "disable", "ann"]);
    let accounts = site.json(&["staff", "list"]);
    let text = |index: usize, field: &str| {
        let value = accounts.get(index).and_then(|account| account.get(field)).cloned();
        value.map_or_else(String::new, |value| value.as_str().unwrap_or("null").to_owned())
    };
    assert_eq!((text(0, "name"), text(0, "role")), ("ann".to_owned(), "approver".to_owned()));
    assert!(text(0, "disabled_at").ends_with('Z') && text(1, "disabled_at") == "null", "{accounts:?}");
    assert_eq!((text(1, "name"), text(1, "role")), ("ben".to_owned(), "admin".to_owned()));
    assert_eq!(text(1, "locked_until"), "null");
    assert!(text(1, "made_at").ends_with('Z'));
    assert!(site.run(&["staff", "list"]).contains("disabled since"));
    site.run(&["staff", "disable", "--undo", "ann"]);
    assert!(!site.run(&["staff", "list"]).contains("disabled"));
    // What is kept of a password is not the password.
    for file in fs::read_dir(site.path("")).expect("the folder").filter_map(Result::ok) {
        let kept = fs::read(file.path()).unwrap_or_default();
        let holds = String::from_utf8_lossy(&kept).contains(PASSWORD);
        assert!(!holds || file.file_name() == "password", "{:?}", file.path());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_decides_at_a_terminal_is_an_account_that_may() {
    let site = with_case().await;
    let note = ["case", "note", "RD-1001", "--note", "seen"];
    let by = |name: &'static str| [&note[..], &["--as", name]].concat();
    // Without any account the operating system's user decides, and --as has nobody to name.
    site.run(&note);
    let here = last_actor(&site);
    assert!(here.starts_with("staff:"), "{here}");
    let (said, code) = refused(&told(&site, PASSWORD, &by("ann")));
    assert!(said.contains("no account of that name") && code == Some(1), "{said}");

    add(&site, "ann", "approver");
    add(&site, "vic", "viewer");
    let (said, code) = refused(&site.output(&note));
    assert!(said.contains("has no account here") && code == Some(1), "{said}");
    well(&told(&site, PASSWORD, &by("ann")));
    assert_eq!(last_actor(&site), "staff:ann");
    let (said, code) = refused(&told(&site, PASSWORD, &by("vic")));
    assert!(said.contains("vic may look at cases, and not decide them") && code == Some(1), "{said}");
    let (said, code) = refused(&told(&site, "", &by("ann")));
    assert!(said.contains("no password came from standard input") && code == Some(2), "{said}");
    let (said, code) = refused(&told(&site, PASSWORD, &["case", "list", "--as", "ann"]));
    assert!(said.contains("--as is for decisions") && code == Some(2), "{said}");

    // With an account of that name, whoever is signed in to this machine needs no password.
    let user = here.trim_start_matches("staff:");
    add(&site, user, "approver");
    site.run(&note);
    assert_eq!(last_actor(&site), here);
    site.run(&["staff", "role", user, "viewer"]);
    let (said, _) = refused(&site.output(&["case", "approve", "RD-1001"]));
    assert!(said.contains("may look at cases"), "{said}");
    site.run(&["staff", "role", user, "admin"]);
    site.run(&["staff", "disable", user]);
    let (said, _) = refused(&site.output(&["case", "approve", "RD-1001"]));
    assert!(said.contains("has an account that is disabled"), "{said}");

    // Five wrong ones lock it, for the right one as well, until it gets another.
    for _ in 0..5 {
        let (said, code) = refused(&told(&site, "wrong password", &by("ann")));
        assert!(said.contains("the password is wrong") && code == Some(1), "{said}");
    }
    let (said, code) = refused(&told(&site, PASSWORD, &by("ann")));
    assert!(said.contains("the account is locked until") && code == Some(1), "{said}");
    assert!(site.run(&["staff", "list"]).contains("locked until"));
    well(&told(&site, "another password", &["staff", "password", "ann"]));
    well(&told(&site, "another password", &["case", "approve", "RD-1001", "--as", "ann"]));
    site.run(&["staff", "disable", "ann"]);
    let (said, code) = refused(&told(&site, "another password", &by("ann")));
    assert!(said.contains("or it is disabled") && code == Some(1), "{said}");
}

// ---- Over HTTP -------------------------------------------------------------------------------------------------------

/// What the console answers.
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// `name=value` of the cookie it sets.
    fn cookie(&self) -> &str {
        self.header("set-cookie").and_then(|set| set.split(';').next()).expect("it sets a cookie")
    }
}

async fn ask<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, request: &str) -> Reply {
    stream.write_all(request.as_bytes()).await.expect("asked");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    let answer = String::from_utf8(answer).expect("UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Reply { status, head: head.to_owned(), body: body.to_owned() }
}

/// Connects from one of this machine's loopback addresses.
async fn from(own: &str, to: SocketAddr) -> tokio::net::TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::new(own.parse::<IpAddr>().expect("an address"), 0)).expect("bound");
    socket.connect(to).await.expect("it listens")
}

fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\n{headers}\r\n")
}

fn post(path: &str, headers: &str, form: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{headers}\r\n{form}",
        form.len()
    )
}

/// The sign-in form.
fn sign_in(name: &str, password: &str, headers: &str) -> String {
    post("/sign-in", headers, &format!("name={name}&password={}", password.replace(' ', "+")))
}

async fn plainly(to: SocketAddr, request: &str) -> Reply {
    ask(from("127.0.0.1", to).await, request).await
}

async fn served(site: &Site) -> (Daemon, SocketAddr) {
    let daemon = site.serve();
    let address = address(site).await;
    (daemon, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_sign_ins_look_all_the_same_and_lock_the_account() {
    let site = Site::on_files().await;
    add(&site, "ann", "approver");
    add(&site, "dis", "approver");
    site.run(&["staff", "disable", "dis"]);
    let (_daemon, to) = served(&site).await;
    let tried = async |name: &str, password: &str| {
        let begun = Instant::now();
        let reply = plainly(to, &sign_in(name, password, "")).await;
        assert!(begun.elapsed() >= Duration::from_millis(250), "refusals leave on a beat");
        assert_eq!(reply.status, 401, "{name}");
        assert!(reply.header("set-cookie").is_none());
        reply.body.replace(&format!("value=\"{name}\""), "")
    };
    let wrong = tried("ann", "wrong password").await;
    assert!(wrong.contains("do not go together"), "{wrong}");
    assert_eq!(tried("eve", "wrong password").await, wrong, "nobody");
    assert_eq!(tried("dis", PASSWORD).await, wrong, "disabled");
    for _ in 0..4 {
        assert_eq!(tried("ann", "wrong password").await, wrong);
    }
    assert_eq!(tried("ann", PASSWORD).await, wrong, "locked, and the password is right");
    let log = site.log();
    assert!(
        log.contains("an account is locked after wrong passwords") && log.contains("client=127.0.0.1"),
        "{log}"
    );
    assert!(!log.contains("eve") && !log.contains(PASSWORD), "what was typed is not logged: {log}");
    well(&told(&site, PASSWORD, &["staff", "password", "ann"]));
    assert_eq!(plainly(to, &sign_in("ann", PASSWORD, "")).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_sign_ins_a_minute_from_one_address_whatever_it_says_of_itself() {
    let site = Site::on_files().await;
    add(&site, "ann", "approver");
    let (_daemon, to) = served(&site).await;
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..14 {
        let forwarded = format!("X-Forwarded-For: 192.0.2.{number}\r\n");
        tries.spawn(
            async move { plainly(to, &sign_in("typed-by-mistake", "wrong password", &forwarded)).await },
        );
    }
    let replies = tries.join_all().await;
    let looked_at = replies.iter().filter(|reply| reply.status == 401).count();
    // A slow machine may take more than the six seconds after which there is another.
    assert!((10..14).contains(&looked_at), "{looked_at}");
    let refused = replies.iter().find(|reply| reply.status == 429).expect("one too many");
    let wait = refused.header("retry-after").and_then(|seconds| seconds.parse::<u64>().ok());
    assert!(wait.is_some_and(|seconds| (1..=6).contains(&seconds)), "{}", refused.head);
    assert!(refused.body.contains("too many sign-ins from your address"), "{}", refused.body);
    let log = site.log();
    assert!(log.contains("too many sign-ins from one address: refused client=127.0.0.1"), "{log}");
    assert!(!log.contains("typed-by-mistake"), "{log}");
    // Somebody else is not kept out, nor is who is signed in already.
    assert_eq!(ask(from("127.0.0.9", to).await, &sign_in("ann", PASSWORD, "")).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_of_the_desks_own_making() {
    let site = Site::on_files().await;
    add(&site, "ann", "approver");
    let (_daemon, to) = served(&site).await;
    let with = |cookie: &str| format!("Cookie: {cookie}\r\n");
    let is_in = async |cookie: &str| plainly(to, &get("/", &with(cookie))).await.status == 200;
    // What an attacker has put into the browser before.
    let planted = format!("roi-desk={}", "a".repeat(64));
    assert!(!is_in(&planted).await);
    let reply = plainly(to, &sign_in("ann", PASSWORD, &with(&planted))).await;
    assert_eq!((reply.status, reply.header("location")), (303, Some("/")));
    let set = reply.header("set-cookie").expect("a cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
    assert!(
        !set.contains("Secure") && !reply.head.to_lowercase().contains("strict-transport-security"),
        "{set}"
    );
    let first = reply.cookie().to_owned();
    assert_ne!(first, planted);
    assert!(is_in(&first).await && !is_in(&planted).await);

    // Once more: another one, and the one before is over.
    let second = plainly(to, &sign_in("ann", PASSWORD, &with(&first))).await.cookie().to_owned();
    assert!(second != first && is_in(&second).await && !is_in(&first).await);
    let third = plainly(to, &sign_in("ann", PASSWORD, "")).await.cookie().to_owned();
    let csrf = async |cookie: &str| {
        let page = plainly(to, &get("/", &with(cookie))).await.body;
        let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        token.expect("a form").to_owned()
    };
    let form = format!("csrf={}", csrf(&second).await);
    assert_eq!(plainly(to, &post("/sign-out", &with(&second), &form)).await.status, 303);
    assert!(!is_in(&second).await && is_in(&third).await);
    let fourth = plainly(to, &sign_in("ann", PASSWORD, "")).await.cookie().to_owned();
    let form = format!("csrf={}", csrf(&third).await);
    assert_eq!(plainly(to, &post("/sign-out-everywhere", &with(&third), &form)).await.status, 303);
    assert!(!is_in(&third).await && !is_in(&fourth).await);

    let fifth = plainly(to, &sign_in("ann", PASSWORD, "")).await.cookie().to_owned();
    assert!(is_in(&fifth).await);
    site.run(&["staff", "disable", "ann"]);
    assert!(!is_in(&fifth).await, "at once");

    let too_much = format!("name=ann&password={}", "x".repeat(9_000));
    assert_eq!(plainly(to, &post("/sign-in", "", &too_much)).await.status, 422);
    assert_eq!(plainly(to, &post("/sign-in", "", "name=ann")).await.status, 422);
}

// ---- TLS -------------------------------------------------------------------------------------------------------------

/// Puts a fresh certificate where the configuration looks for it.
fn certify(site: &Site) -> CertifiedKey<KeyPair> {
    let made = generate_simple_self_signed(vec!["desk.example".to_owned()]).expect("a certificate");
    put(site, &made.cert.pem(), &made.signing_key.serialize_pem());
    made
}

fn put(site: &Site, cert: &str, key: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(site.path("cert.pem"), cert).expect("written");
    fs::write(site.path("key.pem"), key).expect("written");
    fs::set_permissions(site.path("key.pem"), fs::Permissions::from_mode(0o600)).expect("ours");
}

/// A browser that trusts this certificate alone, for its name.
async fn safely(
    to: SocketAddr,
    made: &CertifiedKey<KeyPair>,
    version: &'static SupportedProtocolVersion,
) -> std::io::Result<TlsStream<tokio::net::TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("ring has it")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("desk.example").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, from("127.0.0.1", to).await).await
}

fn healthcheck(site: &Site, to: SocketAddr) -> Output {
    let mut command = site.program(&["healthcheck"]);
    command.env("ROI_DESK__CONSOLE__LISTEN", to.to_string()).output().expect("the program runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn by_tls_cookies_stay_on_it_and_a_renewed_certificate_is_shown_after_a_reload() {
    let site = Site::on_files().await;
    add(&site, "ann", "approver");
    let old = certify(&site);
    site.reconfigure(
        "listen = \"127.0.0.1:0\"",
        "listen = \"127.0.0.1:0\"\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"\n[ops]\nalarms_to = [\"ops@helpdesk.example\"]",
    );
    assert!(site.run(&["check"]).contains("is reached by TLS, with the certificate in"));
    let (daemon, to) = served(&site).await;
    let shows = async |made: &CertifiedKey<KeyPair>| safely(to, made, &version::TLS13).await.is_ok();
    for version in [&version::TLS12, &version::TLS13] {
        let stream = safely(to, &old, version).await.expect("agreed");
        let reply = ask(stream, &sign_in("ann", PASSWORD, "")).await;
        let set = reply.header("set-cookie").expect("a cookie").to_owned();
        assert!(set.starts_with("__Host-roi-desk="), "{set}");
        for flag in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(set.contains(flag), "{set}");
        }
        assert!(!set.contains("Domain"), "{set}");
        assert_eq!(reply.header("strict-transport-security"), Some("max-age=31536000"));
        let stream = safely(to, &old, version).await.expect("agreed");
        let cookie = reply.cookie();
        assert_eq!(ask(stream, &get("/", &format!("Cookie: {cookie}\r\n"))).await.status, 200);
        // The same under the name that plain connections have.
        let stream = safely(to, &old, version).await.expect("agreed");
        let plain_name = cookie.trim_start_matches("__Host-");
        assert_eq!(ask(stream, &get("/", &format!("Cookie: {plain_name}\r\n"))).await.status, 303);
    }
    let mut in_the_clear = from("127.0.0.1", to).await;
    in_the_clear.write_all(get("/healthz", "").as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    in_the_clear.read_to_end(&mut answer).await.unwrap_or_default();
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP/"), "nothing in the clear");
    assert!(until(PATIENCE, || healthcheck(&site, to).status.success()).await, "{}", site.log());

    let renewed = certify(&site);
    assert!(shows(&old).await, "nobody has said anything yet");
    let (said, code) = refused(&healthcheck(&site, to));
    assert!(
        said.contains("another certificate") && said.contains("systemctl reload") && code == Some(69),
        "{said}"
    );
    daemon.signal("HUP");
    let read = || site.log().contains("certificate was read again and is shown");
    assert!(until(PATIENCE, read).await, "{}", site.log());
    assert!(shows(&renewed).await && !shows(&old).await);
    assert!(healthcheck(&site, to).status.success());

    // A key that is not the certificate's: the one before stays, and somebody is told.
    put(&site, &old.cert.pem(), &renewed.signing_key.serialize_pem());
    daemon.signal("HUP");
    let alarmed =
        || site.sent().iter().any(|mail| mail.contains("the console's new certificate cannot be used"));
    assert!(until(PATIENCE, alarmed).await, "{}", site.log());
    assert!(shows(&renewed).await, "it goes on with what it had");
    let checked = site.output(&["check", "--offline"]);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(said.contains("FAIL console") && said.contains("does not go with the certificate"), "{said}");
    daemon.stop().await;
    let (said, code) = refused(&site.output(&["serve"]));
    assert!(said.contains("console.key_file") && code == Some(78), "{said}");
    fs::remove_file(site.path("cert.pem")).expect("there");
    let (said, code) = refused(&site.output(&["serve"]));
    assert!(
        said.contains("console.cert_file") && said.contains("cannot be read") && code == Some(78),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_others_reach_needs_tls_or_a_proxy() {
    let site = Site::on_files().await;
    site.reconfigure("listen = \"127.0.0.1:0\"", "listen = \"0.0.0.0:0\"");
    let output = site.output(&["check", "--offline"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("can be reached from other machines") && said.contains("trusted_proxy"), "{said}");
    assert_eq!(output.status.code(), Some(78));
    let (said, code) = refused(&site.output(&["serve"]));
    assert!(said.contains("console.listen") && code == Some(78), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_nobody_else_is_answered_and_its_word_alone_counts() {
    let site = Site::on_files().await;
    add(&site, "ann", "approver");
    site.reconfigure("listen = \"127.0.0.1:0\"", "listen = \"0.0.0.0:0\"\ntrusted_proxy = [\"127.0.0.2\"]");
    assert!(site.run(&["check", "--offline"]).contains("through 127.0.0.2 alone"));
    let (_daemon, mut to) = served(&site).await;
    to.set_ip("127.0.0.1".parse().expect("an address"));
    let by_proxy = async |request: &str| ask(from("127.0.0.2", to).await, request).await;

    for request in
        [get("/", ""), get("/sign-in", ""), sign_in("ann", PASSWORD, ""), get("/assets/style.css", "")]
    {
        let request = request.replace("Connection", "X-Forwarded-For: 127.0.0.2\r\nConnection");
        let reply = plainly(to, &request).await;
        assert_eq!(reply.status, 403, "{request}");
        assert!(
            reply.body.contains("Not this way") && reply.header("set-cookie").is_none(),
            "{}",
            reply.body
        );
    }
    assert!(site.log().contains("does not come from console.trusted_proxy is refused"), "{}", site.log());
    assert_eq!(plainly(to, &get("/healthz", "")).await.status, 200, "this machine may ask how we are");
    assert!(until(PATIENCE, || healthcheck(&site, to).status.success()).await, "{}", site.log());

    let forwarded = |chain: &str| format!("X-Forwarded-For: {chain}\r\n");
    let reply = by_proxy(&sign_in("ann", PASSWORD, &forwarded("192.0.2.1"))).await;
    let set = reply.header("set-cookie").expect("signed in");
    assert!(set.starts_with("__Host-roi-desk=") && set.contains("Secure"), "{set}");
    assert!(reply.header("strict-transport-security").is_some());

    // Whatever a browser writes before it, the proxy's own word is the last.
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..14 {
        let request = sign_in("eve", "wrong password", &forwarded(&format!("10.9.9.{number}, 192.0.2.7")));
        tries.spawn(async move { ask(from("127.0.0.2", to).await, &request).await.status });
    }
    assert!(tries.join_all().await.contains(&429));
    assert!(site.log().contains("client=192.0.2.7"), "{}", site.log());
    assert_eq!(by_proxy(&sign_in("ann", PASSWORD, &forwarded("192.0.2.7, 192.0.2.8"))).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn word_to_staff_links_to_the_case_where_a_site_has_said_how() {
    let site = Site::on_files().await;
    site.hmis(RECORD).await;
    site.reconfigure("scenario_1 = \"apply\"", "scenario_1 = \"approve\"");
    site.reconfigure(
        "listen = \"127.0.0.1:0\"",
        "listen = \"127.0.0.1:0\"\nurl = \"https://desk.example.org/\"",
    );
    site.deliver("1", &NOTICE.mail("one"));
    let _daemon = site.serve();
    site.at_rest(1).await;
    let told = site
        .sent()
        .into_iter()
        .find(|mail| mail.contains("waits for your approval"))
        .expect("staff are told");
    let told = plain(&told);
    assert!(told.contains("https://desk.example.org/cases/RD-1001"), "{told}");
    assert!(told.contains("roi-desk case show RD-1001") && !told.contains("1000001"), "{told}");
}

// ---- The demo --------------------------------------------------------------------------------------------------------

/// A demo at work, its screen in a file.
fn demo(folder: &Path, screen: &Path, more: &[&str]) -> Daemon {
    let output = fs::File::create(screen).expect("created");
    let mut command = Command::new(env!("CARGO_BIN_EXE_roi-desk"));
    command.args(["demo", "--dir"]).arg(folder).args(more);
    Daemon::of(command.stdin(Stdio::null()).stdout(output).stderr(Stdio::null()).spawn().expect("it starts"))
}

/// Where its console is, and the password, as the screen says.
async fn shown(screen: &Path) -> (SocketAddr, String) {
    let mut found = None;
    let said = || {
        let text = fs::read_to_string(screen).unwrap_or_default();
        let after = |mark: &str| Some(text.split(mark).nth(1)?.lines().next()?.trim().to_owned());
        found = after("The console: http://").zip(after("Password: "));
        found.is_some() && text.contains("Sign in as:  demo")
    };
    assert!(until(PATIENCE, said).await, "{}", fs::read_to_string(screen).unwrap_or_default());
    let (address, password) = found.expect("both");
    (address.parse().expect("an address"), password)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_a_console_and_how_to_sign_in() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let (folder, screen) = (scratch.path().join("demo"), scratch.path().join("screen"));
    let running = demo(&folder, &screen, &["--listen", "127.0.0.1:0"]);
    let (to, first) = shown(&screen).await;
    let reply = plainly(to, &sign_in("demo", &first, "")).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let cookie = format!("Cookie: {}\r\n", reply.cookie());
    let queue = plainly(to, &get("/", &cookie)).await;
    assert_eq!(queue.status, 200);
    for word in ["Approval", "Needs a person", "Priority List", "ictim", "verdue", "RD-"] {
        assert!(queue.body.contains(word), "{word}: {}", queue.body);
    }
    let desk = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roi-desk"));
        command.arg("--config").arg(folder.join("roi-desk.toml")).args(arguments).stdin(Stdio::null());
        well(&command.output().expect("the program runs"))
    };
    // Whoever runs it decides at the terminal as well, as the hints on the screen have it.
    let case = queue.body.split("/cases/").nth(1).and_then(|rest| rest.split('"').next()).expect("a case");
    desk(&["case", "note", case, "--note", "seen"]);
    running.stop().await;

    let again = demo(&folder, &screen, &["--listen", "127.0.0.1:0"]);
    let (to, second) = shown(&screen).await;
    assert_ne!(first, second, "a new one each time");
    assert_eq!(plainly(to, &sign_in("demo", &first, "")).await.status, 401);
    assert_eq!(plainly(to, &sign_in("demo", &second, "")).await.status, 303);
    again.stop().await;

    for refused_with in
        [&["--listen", "0.0.0.0:8080"][..], &["--listen", "8080"], &["--once", "--listen", "127.0.0.1:0"]]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roi-desk"));
        let output =
            command.args(["demo", "--dir"]).arg(&folder).args(refused_with).output().expect("it runs");
        assert_eq!(refused(&output).1, Some(2), "{refused_with:?}");
    }
}
