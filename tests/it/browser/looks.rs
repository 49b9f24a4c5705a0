//! Every page as everybody sees it: wide and narrow, light and dark, zoomed and printed, and with what axe finds wrong with
//! it.

use super::chromium::{Browser, Chromium, LOOKS, Look, Scripts, ZOOMED};
use crate::{
    console_site::{Console, PASSWORD},
    site::{Letter, Site},
};

/// A sheet of A4 between margins of 1 cm, as wide as a browser takes it.
const PAPER: Look = Look { name: "print", width: 718, scale: 1, dark: false };

/// The page that is shown, looked at in every way there is; gives what is wrong with it.
async fn look_at(browser: &Browser, name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for look in LOOKS {
        browser.look(look);
        browser.picture(&format!("{name}-{}", look.name));
        wrong.extend(browser.violations().await.iter().map(|line| format!("{name}, {}: {line}", look.name)));
    }
    for look in ZOOMED.iter().chain(&LOOKS) {
        browser.look(*look);
        let overhang = browser.overhang().await;
        if overhang > 0 {
            browser.picture(&format!("{name}-{}", look.name));
            wrong.push(format!("{name}, {}: {overhang} pixels lie outside the window", look.name));
        }
    }
    browser.look(PAPER);
    browser.as_printed();
    let overhang = browser.overhang().await;
    if overhang > 0 {
        wrong.push(format!("{name}: {overhang} pixels lie beside the paper"));
    }
    let printed = "return [...document.querySelectorAll('nav a, .find, button, input, textarea, .act')]
        .filter((e) => e.checkVisibility()).map((e) => e.innerText || e.name)";
    let printed = browser.ask(printed).await;
    if printed.as_array().is_none_or(|some| !some.is_empty()) {
        wrong.push(format!("{name}: these are printed: {printed}"));
    }
    // What the page knows is on paper: every line of its tables, and what can be folded up, without the buttons in it.
    let unprinted = "return [...document.querySelectorAll('main tbody tr, main details > *')]
        .filter((e) => !e.closest('.act') && !e.matches('form') && !e.checkVisibility()).map((e) => e.textContent)";
    let unprinted = browser.ask(unprinted).await;
    if unprinted.as_array().is_none_or(|some| !some.is_empty()) {
        wrong.push(format!("{name}: these are not printed: {unprinted}"));
    }
    browser.picture(&format!("{name}-{}", PAPER.name));
    assert!(
        browser.find("h1").await.is_displayed().await.expect("asked"),
        "{name}: what it is about is printed"
    );
    let first = LOOKS.first().copied().expect("there are some");
    browser.look(first);
    wrong
}

/// Goes to these pages and looks at each.
async fn all_fine(browser: &Browser, pages: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (path, name) in pages {
        browser.go(path).await;
        wrong.extend(look_at(browser, name).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shut_out_of_any_page_of_an_empty_desk() {
    let console = Console::new().await;
    let chromium = Chromium::start().await;
    let browser = chromium.open("ann", Scripts::On, &console).await;
    let mut wrong = look_at(&browser, "sign-in").await;
    browser.sign_in("ann", "not the password").await;
    browser.until_says("[role=alert]", "do not go together").await;
    wrong.extend(look_at(&browser, "sign-in-wrong").await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    browser.sign_in("ann", PASSWORD).await;
    browser.until_says("h1", "Waiting for a person").await;
    let pages = [
        ("/", "queue-empty"),
        ("/?list=over", "over-empty"),
        ("/?flagged=1", "queue-filtered-empty"),
        ("/mail", "mail-empty"),
        ("/mail/senders", "senders-empty"),
        ("/shadow", "shadow-empty"),
        ("/help", "help"),
        ("/nowhere", "no-page"),
        ("/cases/RD-9999", "no-case"),
    ];
    all_fine(&browser, &pages).await;
}

/// More than the plain notices: somebody unknown, somebody unverified, a client on the Priority List with a victim service
/// provider, a doubt, a mail that cannot be read, and one that is none of ours.
async fn busy(site: &Site) {
    site.hmis(
        "INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias) VALUES
            ('1000004', 'alder', 'open', TRUE, FALSE, NULL), ('1000005', 'alder', 'open', NULL, TRUE, 'a name');
        INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
            ('test', 'enrollment', 'a4', '1000004', 'alder'), ('test', 'service', 'c4', '1000004', 'cedar-safe'),
            ('test', 'note', 'a5', '1000005', 'alder');",
    )
    .await;
    let letter = |from, body, dmarc| Letter { from, subject: "revoked consent", body, dmarc, headers: "" };
    for (name, mail) in [
        (
            "flagged",
            letter("jane@alder.example", "Client 1000004 revoked consent today, please close it.", "pass"),
        ),
        (
            "minor",
            letter(
                "jane@alder.example",
                "Client 1000005 revoked consent, Scenario 2, please close it.",
                "pass",
            ),
        ),
        (
            "spoofed",
            letter("jane@alder.example", "Client 1000003 revoked consent, please close the record.", "fail"),
        ),
        (
            "stranger",
            letter("joe@elsewhere.example", "Client 1000001 revoked consent, please close it.", "pass"),
        ),
        (
            "no-id",
            letter(
                "jane@alder.example",
                "Our client revoked consent today, please close the record.",
                "pass",
            ),
        ),
        (
            "doubt",
            letter(
                "jane@alder.example",
                "Client 1000002 may revoke consent if the form comes. Client 1000003 has revoked.",
                "pass",
            ),
        ),
    ] {
        site.deliver(name, &mail.mail(name));
    }
    let other = letter("jane@alder.example", "I cannot sign in, please reset my password.", "pass");
    site.deliver("other", &Letter { subject: "password", ..other }.mail("other"));
    site.deliver("unreadable", b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shut_out_of_any_page_of_a_busy_desk() {
    let console = Console::with(busy).await;
    console.revoke("1000001");
    console.site.at_rest(9).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("ann", Scripts::On, &console).await;
    let mails = console.site.json(&["mail", "list"]);
    let of = |state: &str| {
        let found =
            mails.iter().find(|mail| mail.get("state").and_then(serde_json::Value::as_str) == Some(state));
        let id = found.and_then(|mail| mail.get("id")?.as_str());
        format!("/mail/{}", id.expect("there is one"))
    };
    let (unread, left, working) = (of("quarantined"), of("left"), of("working"));
    let pages = [
        ("/".to_owned(), "queue".to_owned()),
        ("/?list=running".to_owned(), "running".to_owned()),
        ("/mail".to_owned(), "mail".to_owned()),
        ("/mail?show=quarantined".to_owned(), "mail-quarantined".to_owned()),
        ("/mail/senders".to_owned(), "senders".to_owned()),
        (unread, "mail-unread".to_owned()),
        (left, "mail-left".to_owned()),
        (working, "mail-working".to_owned()),
        ("/status".to_owned(), "status".to_owned()),
    ];
    let pages: Vec<_> = pages.iter().map(|(path, name)| (path.as_str(), name.as_str())).collect();
    all_fine(&browser, &pages).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shut_out_of_any_case() {
    let console = Console::with(busy).await;
    console.revoke("1000001");
    console.site.at_rest(9).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("ann", Scripts::On, &console).await;
    let mut pages = Vec::new();
    let cases = console.site.json(&["case", "list"]);
    for case in &cases {
        let id = case.get("case").and_then(serde_json::Value::as_str).unwrap_or_default();
        let state = case.get("state").and_then(serde_json::Value::as_str).unwrap_or_default();
        pages.push((format!("/cases/{id}"), format!("case-{}-{id}", state.replace('_', "-"))));
    }
    assert!(cases.len() >= 6, "{cases:#?}");
    let pages: Vec<_> = pages.iter().map(|(path, name)| (path.as_str(), name.as_str())).collect();
    all_fine(&browser, &pages).await;

    let mut wrong = Vec::new();
    browser.go("/").await;
    browser.fill("#find", "1000003").await;
    browser.press("Search").await;
    browser.until_says("h1", "1000003").await;
    wrong.extend(look_at(&browser, "search").await);
    browser.go("/").await;
    wrong.extend(look_at(&browser, "queue-of-cases").await);
    browser.click("[data-all]").await;
    browser.press("Decline selected…").await;
    browser.until_says("h1", "Decline").await;
    wrong.extend(look_at(&browser, "confirm").await);
    browser.fill("#note", "no").await;
    browser.click("main button.main").await;
    browser.until_says("h1", "declined").await;
    wrong.extend(look_at(&browser, "decided").await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shut_out_of_a_case_from_its_approval_to_its_undoing() {
    let by_hand = async |site: &Site| site.reconfigure("changes = \"apply\"", "changes = \"worklist\"");
    let console = Console::with_cases_about(&["1000001", "1000002"], by_hand).await;
    let chromium = Chromium::start().await;
    let ann = chromium.signed_in("ann", Scripts::On, &console).await;
    let vic = chromium.signed_in("vic", Scripts::On, &console).await;
    vic.go("/cases/RD-1001").await;
    let mut wrong = look_at(&vic, "case-for-a-viewer").await;
    vic.close().await.expect("closed");
    for (case, record) in [("RD-1001", "1000001"), ("RD-1002", "1000002")] {
        ann.go(&format!("/cases/{case}")).await;
        ann.press(&format!("Approve: close {record}")).await;
        ann.until_says("[role=status]", "Your approval is recorded.").await;
        ann.until_comes("h1", "Make the change").await;
    }
    wrong.extend(look_at(&ann, "case-worklist").await);
    ann.press("Tick: I have made it").await;
    ann.until_says("[role=status]", "Recorded.").await;
    wrong.extend(look_at(&ann, "case-ticked").await);
    // Whether it is shared cannot be seen: only then a word counts.
    console.site.hmis("UPDATE hmis_record SET sharing = 'unknown' WHERE record_id = '1000002'").await;
    ann.press("I have made all steps and checked them").await;
    ann.until_says("[role=status]", "Recorded under your name.").await;
    ann.until_comes("h1", "attested").await;
    wrong.extend(look_at(&ann, "case-attested").await);
    // A form from before.
    console.sign_in("ben").post("/cases/RD-1001/note", &[("version", "1"), ("note", "seen")]);
    ann.go("/cases/RD-1001").await;
    let version =
        console.sign_in("ben").get("/cases/RD-1001").field("version").unwrap_or_default().to_owned();
    console.sign_in("ben").post("/cases/RD-1001/attest", &[("version", &version)]);
    ann.press("Look again").await;
    ann.until_says("h1", "nothing was done").await;
    wrong.extend(look_at(&ann, "conflict").await);
    ann.go("/?list=over").await;
    wrong.extend(look_at(&ann, "over").await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shut_out_of_shadow_mode() {
    let shadow = async |site: &Site| site.reconfigure("mode = \"live\"", "mode = \"shadow\"");
    let console = Console::with_cases_about(&["1000001", "1000002"], shadow).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("ann", Scripts::On, &console).await;
    browser.go("/shadow").await;
    browser.click("[aria-label='RD-1001: Not closed']").await;
    browser.until_says("main", "Where you disagree").await;
    all_fine(
        &browser,
        &[
            ("/shadow", "shadow"),
            ("/", "queue-in-shadow"),
            ("/cases/RD-1001", "case-in-shadow"),
            ("/status", "status-in-shadow"),
        ],
    )
    .await;
}
