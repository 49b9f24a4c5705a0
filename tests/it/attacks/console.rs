//! What somebody without a browser, or with ill will, sends to the staff console: each is refused, changes nothing, and is
//! in the log without a word about a client.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

use crate::{
    console_site::{Answer, Console, PASSWORD, Person, form, send},
    site::until,
};

/// What no log may hold: the record, who wrote about it, what they wrote, a password.
const SECRETS: [&str; 5] = ["1000001", "jane", "revoked consent", PASSWORD, "Alder House"];

/// Every action of a case's page, with what its form holds besides version, evidence and record.
const ACTIONS: [(&str, &[(&str, &str)]); 10] = [
    ("approve", &[]),
    ("decline", &[("note", "no")]),
    ("ask", &[]),
    ("note", &[("note", "seen")]),
    ("retry", &[]),
    ("stop", &[]),
    ("attest", &[]),
    ("tick", &[("step", "0")]),
    ("finish", &[("note", "done")]),
    ("undo", &[("note", "a mistake")]),
];

/// What a case's page says of the version it shows.
struct Seen {
    version: String,
    evidence: String,
    record: String,
}

fn seen(person: &Person) -> Seen {
    let page = person.get("/cases/RD-1001");
    let field = |name| page.field(name).unwrap_or_default().to_owned();
    let seen = Seen { version: field("version"), evidence: field("evidence"), record: "1000001".to_owned() };
    assert!(!seen.version.is_empty(), "the page is shown: {} {}", page.status, page.body);
    seen
}

impl Seen {
    fn fields<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut all = vec![
            ("version", self.version.as_str()),
            ("evidence", self.evidence.as_str()),
            ("record", &self.record),
        ];
        all.extend(more);
        all
    }
}

async fn console() -> Console {
    Console::with_cases_about(&["1000001"], async |_| ()).await
}

/// The history of the case, as a line.
fn history(console: &Console) -> String {
    console.case("RD-1001").get("history").map(Value::to_string).unwrap_or_default()
}

/// Nothing was changed, and the log tells of the refusals so many times, in these words, and of no client.
async fn nothing_happened(console: &Console, before: &str, words: &str, at_least: usize) {
    assert_eq!(history(console), before);
    assert_eq!(console.closed().await, 0);
    let told = |log: &str| log.lines().filter(|line| line.contains(words)).count();
    let logged = until(Duration::from_secs(5), || told(&console.site.log()) >= at_least).await;
    assert!(logged, "“{words}” is not {at_least} times in the log:\n{}", console.site.log());
    tells_of_nobody(console);
}

fn tells_of_nobody(console: &Console) {
    let log = console.site.log();
    for secret in SECRETS {
        assert!(!log.contains(secret), "“{secret}” is in the log:\n{log}");
    }
}

// ---- Forms that are not ours -------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_own_sessions_token_changes_nothing() {
    let console = console().await;
    let (ann, ben) = (console.sign_in("ann"), console.sign_in("ben"));
    let (seen, before) = (seen(&ann), history(&console));
    let mut refused = 0;
    for token in [None, Some(""), Some(ben.csrf.as_str()), Some(&ann.cookie), Some("0")] {
        for (action, more) in ACTIONS {
            let mut fields = seen.fields(more);
            fields.extend(token.map(|token| ("csrf", token)));
            let answer = ann.post_as(&format!("/cases/RD-1001/{action}"), &[], &form(&fields));
            assert_eq!(answer.status, 403, "{action} with {token:?}: {}", answer.body);
            refused += 1;
        }
        for path in ["/search", "/queue/confirm", "/queue/decide", "/sign-out", "/sign-out-everywhere"] {
            let fields: Vec<_> = token.map(|token| ("csrf", token)).into_iter().collect();
            assert_eq!(ann.post_as(path, &[], &form(&fields)).status, 403, "{path} with {token:?}");
            refused += 1;
        }
    }
    // Twice the right one is not one.
    let twice = form(&[("csrf", &ann.csrf), ("csrf", "0"), ("what", "1000001")]);
    assert_ne!(ann.post_as("/search", &[], &twice).status, 200);
    assert_eq!(ann.get("/").status, 200, "nobody was signed out");
    nothing_happened(&console, &before, "a form without this session's token is refused", refused).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_another_sites_page_asks_for_is_refused_even_with_the_right_token() {
    let console = console().await;
    let ann = console.sign_in("ann");
    let (seen, before) = (seen(&ann), history(&console));
    let foreign = [
        "Origin: https://evil.example",
        "Origin: null",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: nonsense",
    ];
    let mut fields = seen.fields(&[]);
    fields.push(("csrf", &ann.csrf));
    let body = form(&fields);
    for head in foreign {
        assert_eq!(ann.post_as("/cases/RD-1001/approve", &[head], &body).status, 403, "{head}");
        let sign_in = form(&[("name", "ann"), ("password", PASSWORD)]);
        let answer = console.stranger().post_as("/sign-in", &[head], &sign_in);
        assert_eq!((answer.status, answer.cookie()), (403, None), "{head}");
    }
    let words = "a change asked for by another site's page is refused";
    nothing_happened(&console, &before, words, 2 * foreign.len()).await;
}

// ---- Sessions ----------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_that_was_there_before_is_never_signed_in() {
    let console = console().await;
    let mut victim = console.stranger();
    for planted in ["roi-desk=0000", "roi-desk=", "roi-desk=a; roi-desk=b"] {
        victim.cookie = planted.to_owned();
        let answer = victim.try_sign_in("ann", PASSWORD);
        assert_eq!(answer.status, 303, "{}", answer.body);
        let kept = answer.header("set-cookie").expect("a cookie").to_owned();
        assert!(!kept.starts_with(&format!("{planted};")), "{kept}");
        for wanted in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(kept.contains(wanted), "{kept}");
        }
        assert!(!kept.contains("Domain") && !kept.contains("Max-Age"), "{kept}");
        assert_eq!(victim.get("/").status, 303, "the planted cookie is nobody's");
    }
    // Who signs in anew leaves the session before, and signing out ends it for everybody who has its cookie.
    let first = console.sign_in("ann");
    let again = first.try_sign_in("ann", PASSWORD);
    assert_eq!(first.get("/").status, 303);
    let second = Person { cookie: again.cookie().expect("a cookie").to_owned(), ..first };
    let csrf = second.get("/").field("csrf").expect("a token").to_owned();
    let second = Person { csrf, ..second };
    let (third, copy) = (console.sign_in("ann"), second.clone());
    assert_eq!(second.post("/sign-out", &[]).status, 303);
    assert_eq!((copy.get("/").status, third.get("/").status), (303, 200));
    assert_eq!(third.post("/sign-out-everywhere", &[]).status, 303);
    assert_eq!(third.get("/").status, 303);
    tells_of_nobody(&console);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_or_no_longer_allowed_to_changes_nothing() {
    let console = console().await;
    let (ann, ben, vic) = (console.sign_in("ann"), console.sign_in("ben"), console.sign_in("vic"));
    let (seen, before) = (seen(&ann), history(&console));
    let decide = |person: &Person, expected: u16| {
        for (action, more) in ACTIONS {
            let answer = person.post(&format!("/cases/RD-1001/{action}"), &seen.fields(more));
            assert_eq!(answer.status, expected, "{action}: {}", answer.body);
        }
        let listed = format!("RD-1001/{}/{}", seen.version, seen.evidence);
        let bulk: [(&str, &[(&str, &str)]); 2] = [
            ("/queue/confirm", &[("approve", "RD-1001")]),
            ("/queue/decide", &[("deed", "approve"), ("seen", &listed)]),
        ];
        for (path, fields) in bulk {
            assert_eq!(person.post(path, fields).status, expected, "{path}");
        }
    };
    decide(&vic, 403);
    assert!(!vic.get("/cases/RD-1001").body.contains("/approve\""), "no form either");
    decide(&console.stranger(), 303);
    // The role is that of the moment, not that of the sign-in.
    console.set_role("ann", "viewer").await;
    decide(&ann, 403);
    console.site.run(&["staff", "disable", "ben"]);
    decide(&ben, 303);
    assert_eq!(ben.try_sign_in("ben", PASSWORD).status, 401);
    nothing_happened(&console, &before, "a decision of somebody who may only look is refused", 24).await;
}

// ---- What was not seen -------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_of_what_was_not_shown_closes_nothing() {
    let console = console().await;
    let ann = console.sign_in("ann");
    let (seen, before) = (seen(&ann), history(&console));
    let hash = seen.evidence.as_str();
    let forged: [(&str, &str, &str); 12] = [
        ("0", hash, "1000001"),
        ("-1", hash, "1000001"),
        ("1000000", hash, "1000001"),
        ("9999999999999999999999", hash, "1000001"),
        ("", hash, "1000001"),
        ("1 OR 1=1", hash, "1000001"),
        (&seen.version, "", "1000001"),
        (&seen.version, "0000", "1000001"),
        (&seen.version, "<script>", "1000001"),
        (&seen.version, hash, "1000002"),
        (&seen.version, hash, "' OR '1'='1"),
        (&seen.version, hash, ""),
    ];
    for (version, evidence, record) in forged {
        let fields = [("version", version), ("evidence", evidence), ("record", record)];
        let answer = ann.post("/cases/RD-1001/approve", &fields);
        let what = format!("{version} {evidence} {record}");
        assert!(matches!(answer.status, 409 | 422), "{what}: {} {}", answer.status, answer.body);
        assert!(!answer.body.contains("<script>"), "{what}");
    }
    for listed in [
        format!("RD-1001/0/{hash}"),
        format!("RD-1001/{}/0000", seen.version),
        format!("RD-9999/{}/{hash}", seen.version),
        format!("RD-1001/{}", seen.version),
        "RD-1001".to_owned(),
        "../../etc/passwd".to_owned(),
    ] {
        let answer = ann.post("/queue/decide", &[("deed", "approve"), ("seen", &listed)]);
        assert!(matches!(answer.status, 200 | 409 | 422), "{listed}: {}", answer.body);
        assert!(!answer.body.contains("1 case approved"), "{listed}: {}", answer.body);
    }
    assert_eq!(history(&console), before);
    assert_eq!(console.closed().await, 0);
    tells_of_nobody(&console);
}

// ---- Paths, heads, methods and sizes -----------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn no_path_leads_out_of_the_console() {
    let console = console().await;
    let (ann, long) = (console.sign_in("ann"), format!("/cases/{}", "RD-1".repeat(10_000)));
    for path in [
        "/cases/..%2f",
        "/cases/RD-1001%00",
        "/cases/RD-1001/../../healthz",
        "/cases/%2e%2e/%2e%2e/etc/passwd",
        "/cases/RD-1001%0d%0aSet-Cookie:%20a=b",
        "/cases/<script>alert(1)</script>",
        "/cases/RD-999999999999999999999999",
        "/cases/RD-4294967297",
        "/assets/../Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/assets/..%5c..%5cCargo.toml",
        "/assets/%2e%2e%2fmod.rs",
        "/assets/style.css%00.html",
        "/assets//style.css",
        "/assets/STYLE.CSS",
        "//evil.example/",
        "/\\evil.example",
        "/mail/..%2f..%2froi-desk.db",
        "/mail/%27%20OR%201=1--",
        "/roi-desk.toml",
        "/.git/config",
        "/?list=..%2f",
        "/?state=<script>",
        "/?agency=%20",
        "/?page=99999999999999999999",
        "/mail?show=<script>",
        long.as_str(),
    ] {
        let answer = ann.ask("GET", path, &[], "").expect("an answer");
        let what: String = path.chars().take(60).collect();
        assert!(matches!(answer.status, 400 | 404 | 414 | 431), "{what}: {} {}", answer.status, answer.body);
        assert!(!answer.body.contains("<script>") && !answer.body.contains("[package]"), "{what}");
        assert_eq!(answer.cookie(), None, "{what}");
    }
    assert_eq!(ann.get("/").status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_head_claims_changes_nothing() {
    let console = console().await;
    let (ann, stranger) = (console.sign_in("ann"), console.stranger());
    let claims = [
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: https",
        "X-Original-URL: /mail",
        "X-Rewrite-URL: /mail",
        "X-HTTP-Method-Override: POST",
        "Forwarded: for=127.0.0.1;host=evil.example",
        "Host: evil.example",
        "Host: evil.example:80@here",
        "Authorization: Basic YWRhOmFkYQ==",
        "X-Remote-User: ada",
        "Remote-User: ada",
    ];
    for claim in claims {
        let answer = stranger.ask("GET", "/mail", &[claim], "").expect("an answer");
        assert!(matches!(answer.status, 303 | 400), "{claim}: {}", answer.status);
        let to = answer.header("location").unwrap_or_default();
        assert!(to.is_empty() || to == "/sign-in?next=%2Fmail", "{claim}: {to}");
        let page = ann.ask("GET", "/help", &[claim], "").expect("an answer");
        assert!(matches!(page.status, 200 | 400), "{claim}: {}", page.status);
        assert!(!page.body.contains("evil.example"), "{claim}: it is in the page");
    }
    // Two requests for one to whom reads them otherwise: refused, or read as the length says.
    let host = format!("Host: {}", console.address);
    for smuggled in [
        format!(
            "POST /sign-in HTTP/1.1\r\n{host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /mail HTTP/1.1\r\n\r\n"
        ),
        format!("POST /sign-in HTTP/1.1\r\n{host}\r\nContent-Length: 4\r\nContent-Length: 50\r\n\r\nname"),
        format!("GET /help HTTP/1.1\r\n{host}\r\n folded: yes\r\n\r\n"),
        format!("GET /help HTTP/1.1\r\n{host}\r\nbad name: yes\r\n\r\n"),
        "GET /help HTTP/9.9\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}".repeat(50),
    ] {
        let status = send(console.address, smuggled.as_bytes()).map(|answer| answer.status);
        assert!(
            matches!(status, None | Some(303 | 400 | 401 | 403 | 415 | 422 | 505)),
            "{status:?} {smuggled:?}"
        );
    }
    assert_eq!(ann.get("/").status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_elsewhere_after_signing_in() {
    let console = console().await;
    let stranger = console.stranger();
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%09/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\r\nLocation: https://evil.example",
        "/\r\n\r\n<script>alert(1)</script>",
        "http:evil.example",
        "/@evil.example",
    ] {
        // Not one sign-in for each: there is a limit, and the form is where the address comes from.
        let page = stranger.get(&format!("/sign-in?{}", form(&[("next", next)])));
        let offered = page.field("next").unwrap_or_default();
        let harmless = offered.is_empty() || (offered.starts_with('/') && !offered.starts_with("//"));
        assert!(harmless && !offered.contains('\\'), "{next:?}: {offered}");
        assert!(!page.body.contains("<script>alert"), "{next:?}");
    }
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "/\r\nSet-Cookie: a=b"] {
        let typed = form(&[("name", "ann"), ("password", PASSWORD), ("next", next)]);
        let answer = stranger.post_as("/sign-in", &[], &typed);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{next:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_that_are_too_large_or_none_at_all_are_refused() {
    let console = console().await;
    let ann = console.sign_in("ann");
    let (seen, before) = (seen(&ann), history(&console));
    let long = "x".repeat(4_001);
    for action in ["approve", "decline", "note", "stop", "finish", "undo"] {
        let answer = ann.post(&format!("/cases/RD-1001/{action}"), &seen.fields(&[("note", &long)]));
        assert!(matches!(answer.status, 409 | 413 | 422), "{action}: {}", answer.status);
    }
    let huge = form(&[("csrf", &ann.csrf), ("what", &"x".repeat(1_000_000))]);
    assert!(matches!(ann.post_as("/search", &[], &huge).status, 413 | 422));
    let answer = console.stranger().post_as("/sign-in", &[], &huge);
    assert!(matches!(answer.status, 413 | 422), "{}", answer.status);
    for (media, body) in [
        ("application/json", "{\"csrf\":1}"),
        ("text/plain", "csrf=1"),
        ("multipart/form-data; boundary=x", "--x--"),
        ("application/x-www-form-urlencoded", "%ff%fe=%00&==&&;"),
    ] {
        let head = format!("Content-Type: {media}");
        for path in ["/search", "/cases/RD-1001/approve", "/queue/decide", "/sign-out"] {
            let answer = ann.ask("POST", path, &[&head], body).expect("an answer");
            assert!(matches!(answer.status, 403 | 415 | 422), "{path} {media}: {}", answer.status);
        }
    }
    let ids: Vec<_> = (0..2_000).map(|number| format!("RD-{number}")).collect();
    let ticked: Vec<_> =
        ids.iter().map(|id| ("case", id.as_str())).chain([("selected", "approve")]).collect();
    assert!(matches!(ann.post("/queue/confirm", &ticked).status, 200 | 422));
    assert_eq!(history(&console), before);
    tells_of_nobody(&console);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_begins_a_form_and_does_not_end_it_is_hung_up_on() {
    let console = console().await;
    let ann = console.sign_in("ann");
    for (path, cookie) in [("/sign-in", ""), ("/search", ann.cookie.as_str())] {
        let mut stream = TcpStream::connect(console.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout can be set");
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nname=",
            console.address
        )
        .expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers or hangs up by itself");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 422"), "{path}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_method_does_what_another_does() {
    let console = console().await;
    let ann = console.sign_in("ann");
    let (seen, before) = (seen(&ann), history(&console));
    let mut fields = seen.fields(&[("note", "x")]);
    fields.push(("csrf", &ann.csrf));
    let query = form(&fields);
    for (action, _) in ACTIONS {
        let answer = ann.get(&format!("/cases/RD-1001/{action}?{query}"));
        assert!(matches!(answer.status, 404 | 405), "{action}: {}", answer.status);
    }
    for method in ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "OPTIONS", "get", "BREW"] {
        for path in ["/", "/cases/RD-1001", "/cases/RD-1001/approve", "/sign-out"] {
            let head = ["Content-Type: application/x-www-form-urlencoded"];
            let answer = ann.ask(method, path, &head, &query);
            let status = answer.map(|answer| answer.status);
            assert!(matches!(status, None | Some(400 | 403 | 404 | 405)), "{method} {path}: {status:?}");
        }
    }
    assert_eq!(ann.ask("HEAD", "/sign-out", &[], "").map(|answer| answer.status), Some(405));
    assert_eq!(ann.get("/").status, 200, "nobody was signed out");
    assert_eq!(history(&console), before);
}

// ---- Guessing ----------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn guessing_locks_the_account_and_then_the_address_and_tells_nothing() {
    let console = console().await;
    let stranger = console.stranger();
    let mut pages = BTreeSet::new();
    let mut guess = |name: &str, password: &str| {
        let answer = stranger.try_sign_in(name, password);
        assert_eq!(answer.cookie(), None, "{name}");
        pages.insert(answer.body.replace(&format!("value=\"{name}\""), ""));
        answer.status
    };
    assert_eq!(guess("nobody", "Wrong-password-0"), 401);
    for number in 1..=5 {
        assert_eq!(guess("ann", &format!("Wrong-password-{number}")), 401);
    }
    // From here on not even the right one counts, and nobody is told which it was.
    assert_eq!(guess("ann", PASSWORD), 401);
    assert_eq!(pages.len(), 1, "unknown, wrong and locked look the same: {pages:#?}");
    let after: Vec<Answer> = (0..5).map(|_| stranger.try_sign_in("ben", "Wrong-password-9")).collect();
    let limited: Vec<_> = after.iter().filter(|answer| answer.status == 429).collect();
    assert!(!limited.is_empty(), "{after:?}");
    for answer in limited {
        let wait: u64 = answer.header("retry-after").and_then(|wait| wait.parse().ok()).unwrap_or_default();
        assert!((1..=60).contains(&wait), "{answer:?}");
    }
    let log = console.site.log();
    for words in [
        "a sign-in with a wrong name or password is refused",
        "an account is locked after wrong passwords",
        "a sign-in to a locked account is refused",
        "too many sign-ins from one address: refused",
    ] {
        assert!(log.contains(words), "“{words}” is not in the log:\n{log}");
    }
    assert!(!log.contains("Wrong-password") && !log.contains("nobody"), "{log}");
    tells_of_nobody(&console);
}

// ---- What every answer has, and no address holds -----------------------------------------------------------------------

/// What stands behind `href`, `action` and `src` in a page.
fn addresses(body: &str) -> Vec<String> {
    ["href=\"", "action=\"", "src=\""]
        .iter()
        .flat_map(|attribute| body.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(|address| address.replace("&#38;", "&").replace("&amp;", "&"))
        .collect()
}

fn is_guarded(path: &str, answer: &Answer) {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    for part in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{path}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{path}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{path}: {name}");
    }
    for told in ["server", "x-powered-by", "access-control-allow-origin"] {
        assert_eq!(answer.header(told), None, "{path}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_guarded_and_no_address_tells_of_a_client() {
    let console = Console::with_cases_about(&["1000001", "1000002", "1000003"], async |_| ()).await;
    let ann = console.sign_in("ann");
    let answer = ann.post("/queue/confirm", &[("selected", "approve"), ("case", "RD-1001")]);
    let listed = answer.field("seen").unwrap_or_default().to_owned();
    for (path, answer) in [
        ("/healthz", ann.get("/healthz")),
        ("/readyz", ann.get("/readyz")),
        ("/metrics", ann.get("/metrics")),
        ("/nowhere", ann.get("/nowhere")),
        ("/assets/nothing", ann.get("/assets/nothing")),
        ("POST /", ann.post("/", &[])),
        ("POST /search", ann.post("/search", &[("what", "1000001")])),
        ("POST /queue/decide", ann.post("/queue/decide", &[("deed", "approve"), ("seen", &listed)])),
        ("POST /sign-in", ann.try_sign_in("ann", "wrong wrong")),
        ("signed out /", console.stranger().get("/")),
    ] {
        is_guarded(path, &answer);
    }
    // From page to page along every link.
    let (mut known, mut to_see) = (BTreeSet::new(), vec!["/".to_owned(), "/sign-in".to_owned()]);
    while let Some(path) = to_see.pop() {
        if !known.insert(path.clone()) || known.len() > 200 {
            continue;
        }
        let answer = ann.get(&path);
        assert!(matches!(answer.status, 200 | 303 | 405), "{path}: {} {}", answer.status, answer.body);
        is_guarded(&path, &answer);
        let mut all = addresses(&answer.body);
        all.extend(answer.header("location").map(str::to_owned));
        for address in all {
            assert!(address.starts_with('/') || address.starts_with('#'), "{path}: leads to {address}");
            for secret in ["100000", "jane", "SHARED", "Alder", "%40", "@"] {
                assert!(!address.contains(secret), "{path}: {address} tells {secret}");
            }
            let bare = address.split('#').next().unwrap_or_default().to_owned();
            let changes =
                ["/approve", "/decline", "/open", "/replay", "/decide"].iter().any(|end| bare.ends_with(end));
            if !bare.is_empty() && !changes {
                to_see.push(bare);
            }
        }
    }
    for page in ["/", "/help", "/mail", "/status", "/shadow", "/cases/RD-1002", "/assets/style.css"] {
        assert!(known.contains(page), "{page} is linked to: {known:?}");
    }
    tells_of_nobody(&console);
}
