//! Deciding cases, from the queue to what the HMIS then says and what the agency reads; the main ways with scripts and
//! without.

use std::time::Duration;

use super::chromium::{Browser, Chromium, Scripts};
use crate::{
    console_site::Console,
    site::{plain, until},
};

/// Enter.
const ENTER: &str = "\u{E007}";
/// The tab key.
const TAB: &str = "\u{E004}";

const BIRCH_ENTERS: &str = "INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
    ('test', 'note', 'late', '1000001', 'birch')";

const CONFIRMED: &str = "It is now closed to statewide data sharing, and only your agency has visibility.";

/// How many mails left that say these words.
fn sent(console: &Console, words: &str) -> usize {
    console.site.sent().iter().filter(|mail| plain(mail).contains(words)).count()
}

/// Waits until a mail that says these words has left.
async fn until_sent(console: &Console, words: &str) {
    let left = until(Duration::from_secs(30), || sent(console, words) > 0).await;
    assert!(left, "no mail says “{words}”: {:#?}\n{}", console.site.sent(), console.site.log());
}

async fn sharing(console: &Console, record: &str) -> String {
    let all = console.site.records().await;
    let found = all.into_iter().find(|(id, ..)| id == record).map(|(_, sharing, _)| sharing);
    found.unwrap_or_default()
}

// ---- Approving ---------------------------------------------------------------------------------------------------------

/// The case's page tells that all is over: closed, read back, and answered.
async fn is_done(console: &Console, browser: &Browser) {
    browser.until_comes("h1", "closed, and was read back. The agency has been told.").await;
    assert!(browser.text(".case-head").await.contains("Done"));
    assert_eq!((console.closed().await, sharing(console, "1000001").await.as_str()), (1, "closed"));
    assert_eq!(sent(console, CONFIRMED), 1, "{:#?}", console.site.sent());
    browser.go("/").await;
    browser.until_says("main", "Nothing waits for a person.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_found_opened_and_approved_by_keys_alone() {
    let console = Console::with_cases_about(&["1000001"], async |_| ()).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("ann", Scripts::On, &console).await;
    browser.keys("?").await;
    browser.until_says("h1", "Help and keys").await;
    browser.go("/").await;
    browser.keys("jkj").await;
    browser.keys(ENTER).await;
    browser.until_says("h1", "Close client record 1000001: Scenario 1").await;
    assert_eq!(sent(&console, CONFIRMED), 0);
    // The reply that leaves is the one that was shown.
    assert!(plain(&browser.text(".letter").await).contains(CONFIRMED));
    browser.keys("/").await;
    assert_eq!(browser.focus().await, "find");
    browser.keys("\u{E00C}").await;
    browser.keys("n").await;
    assert_eq!(browser.focus().await, "note");
    browser.keys("seen by keys").await;
    browser.keys("\u{E00C}").await;
    browser.keys("a").await;
    browser.keys(ENTER).await;
    browser.until_says("[role=status]", "Your approval is recorded.").await;
    is_done(&console, &browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_script_the_same_is_done_by_clicks() {
    let console = Console::with_cases_about(&["1000001"], async |_| ()).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("ann", Scripts::Off, &console).await;
    browser.press("RD-1001").await;
    browser.until_says("h1", "Close client record 1000001: Scenario 1").await;
    browser.press("Add a note to the approval").await;
    browser.fill("#approve-note", "seen without scripts").await;
    browser.press("Approve: close 1000001").await;
    browser.until_says("[role=status]", "Your approval is recorded.").await;
    browser.until_says(".timeline", "seen without scripts").await;
    is_done(&console, &browser).await;
}

/// Presses the tab key until what has the focus reads so.
async fn tab_to(browser: &Browser, words: &str) {
    for _ in 0..60 {
        browser.keys(TAB).await;
        let seen = browser
            .ask(
                "const e = document.activeElement, s = getComputedStyle(e);
                return [e.innerText || e.id || '', e.matches(':focus-visible') && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2]",
            )
            .await;
        let reads = seen.get(0).and_then(serde_json::Value::as_str).unwrap_or_default().trim().to_owned();
        if !reads.is_empty() {
            let visible = seen.get(1).and_then(serde_json::Value::as_bool);
            assert_eq!(visible, Some(true), "one sees that “{reads}” has the focus");
        }
        if reads == words {
            return;
        }
    }
    browser.lost(&format!("the tab key does not lead to “{words}”")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tab_key_leads_through_all_of_it_and_one_sees_where_one_is() {
    let console = Console::with_cases_about(&["1000001"], async |_| ()).await;
    let chromium = Chromium::start().await;
    let browser = chromium.open("ann", Scripts::Off, &console).await;
    // The name's field has the focus at once.
    assert_eq!(browser.focus().await, "name");
    browser.keys("ann").await;
    browser.keys(TAB).await;
    browser.keys(crate::console_site::PASSWORD).await;
    browser.keys(ENTER).await;
    browser.until_says("h1", "Waiting for a person").await;
    browser.keys(TAB).await;
    assert_eq!(browser.text(".skip").await, "Skip to the content");
    browser.keys(ENTER).await;
    tab_to(&browser, "RD-1001").await;
    browser.keys(ENTER).await;
    browser.until_says("h1", "Close client record 1000001").await;
    tab_to(&browser, "Approve: close 1000001").await;
    browser.keys(ENTER).await;
    browser.until_says("[role=status]", "Your approval is recorded.").await;
    is_done(&console, &browser).await;
}

// ---- Facts and people that change meanwhile ----------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_page_older_than_the_facts_conflicts_and_shows_the_difference() {
    let console = Console::with_cases_about(&["1000001"], async |_| ()).await;
    let chromium = Chromium::start().await;
    let ann = chromium.signed_in("ann", Scripts::On, &console).await;
    ann.go("/cases/RD-1001").await;
    let ben = chromium.signed_in("ben", Scripts::Off, &console).await;
    ben.go("/cases/RD-1001").await;

    // Judged anew: the page that Ann looks at is older than the facts.
    console.site.hmis(BIRCH_ENTERS).await;
    ben.press("Look again").await;
    ben.until_says("[role=status]", "The desk does it again.").await;
    ben.until_comes("h1", "Close client record 1000001: Scenario 2").await;
    ann.press("Approve: close 1000001").await;
    ann.until_says("h1", "RD-1001: nothing was done").await;
    let told = ann.text("main").await;
    assert!(told.contains("What is different from what you saw") && told.contains("Scenario 2"), "{told}");
    assert!(told.contains("ben"), "{told}");
    ann.picture("conflict-wide-light");
    assert_eq!(console.closed().await, 0);

    // Changed after the approval, before the record is closed: nothing is changed, and the case comes back.
    ann.press("See the case as it stands now").await;
    ann.until_says("h1", "Scenario 2").await;
    console.site.hmis("DELETE FROM hmis_data WHERE item_id = 'late'").await;
    ann.press("Approve: close 1000001").await;
    ann.until_says("[role=status]", "Your approval is recorded.").await;
    ann.until_comes("h1", "Close client record 1000001: Scenario 1").await;
    assert_eq!((console.closed().await, sent(&console, "is now closed to statewide")), (0, 0));
    assert!(ann.text(".timeline").await.contains("ann"), "the approval that was void stays in the history");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_approve_at_once_one_does_and_the_other_is_told() {
    let console = Console::with_cases_about(&["1000001"], async |_| ()).await;
    let chromium = Chromium::start().await;
    let ann = chromium.signed_in("ann", Scripts::On, &console).await;
    let ben = chromium.signed_in("ben", Scripts::Off, &console).await;
    ann.go("/cases/RD-1001").await;
    ben.go("/cases/RD-1001").await;
    tokio::join!(ann.press("Approve: close 1000001"), ben.press("Approve: close 1000001"));
    let (anns, bens) = (ann.text("main").await, ben.text("main").await);
    let won = |text: &str| text.contains("Your approval is recorded.");
    assert!(won(&anns) != won(&bens), "exactly one:\n{anns}\n----\n{bens}");
    let (other, by) = if won(&anns) { (&bens, "ann") } else { (&anns, "ben") };
    assert!(other.contains("nothing was done") && other.contains(by), "{other}");
    until_sent(&console, CONFIRMED).await;
    assert_eq!((console.closed().await, sent(&console, CONFIRMED)), (1, 1));
    let history = console.case("RD-1001").get("history").map(ToString::to_string).unwrap_or_default();
    assert_eq!(history.matches("\"approved\"").count(), 1, "{history}");
}

#[tokio::test(flavor = "multi_thread")]
async fn approve_twice_takes_two_different_people() {
    let twice = async |site: &crate::site::Site| {
        site.reconfigure("scenario_1 = \"approve\"", "scenario_1 = \"approve-twice\"");
    };
    let console = Console::with_cases_about(&["1000001"], twice).await;
    let chromium = Chromium::start().await;
    let ann = chromium.signed_in("ann", Scripts::On, &console).await;
    assert!(ann.text("tbody tr").await.contains("two people must"));
    ann.go("/cases/RD-1001").await;
    ann.until_says("main", "Two different people must approve; yours is the first.").await;
    let before = ann.client.source().await.expect("a page");
    ann.press("Approve: close 1000001").await;
    ann.until_says("[role=status]", "A second person must approve before anything is changed.").await;
    assert_eq!(ann.count("form[action$='/approve']").await, 0, "nobody approves twice");
    // Not past the page either.
    let http = console.sign_in("ann");
    let field = |name: &str| {
        let rest = before.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    let now = http.get("/cases/RD-1001").field("version").unwrap_or_default().to_owned();
    let (evidence, record) = (field("evidence"), field("record"));
    for version in [field("version"), now] {
        let fields = [("version", version.as_str()), ("evidence", &evidence), ("record", &record)];
        assert_eq!(http.post("/cases/RD-1001/approve", &fields).status, 409);
    }
    assert_eq!(console.closed().await, 0);

    let ben = chromium.signed_in("ben", Scripts::Off, &console).await;
    assert!(ben.text("tbody tr").await.contains("ann has approved, a second person must"));
    ben.go("/cases/RD-1001").await;
    ben.press("Approve: close 1000001").await;
    ben.until_says("[role=status]", "Your approval is recorded.").await;
    is_done(&console, &ben).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_role_was_taken_away_meanwhile_is_refused() {
    let console = Console::with_cases_about(&["1000001"], async |_| ()).await;
    let chromium = Chromium::start().await;
    let ann = chromium.signed_in("ann", Scripts::On, &console).await;
    ann.go("/cases/RD-1001").await;
    console.set_role("ann", "viewer").await;
    ann.press("Approve: close 1000001").await;
    ann.until_says("h1", "Your account may not do this").await;
    ann.go("/cases/RD-1001").await;
    assert_eq!(ann.count("form[action^='/cases/']").await, 0);
    ann.go("/").await;
    assert_eq!(ann.count("tbody button, tbody input").await, 0);
    assert_eq!(console.closed().await, 0);
}

// ---- Several at once ---------------------------------------------------------------------------------------------------

async fn several_are_decided_with_one_confirmation(scripts: Scripts) {
    let console = Console::with_cases_about(&["1000001", "1000002", "1000003"], async |_| ()).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("ann", scripts, &console).await;
    if scripts == Scripts::On {
        browser.click("[data-all]").await;
        browser.click("[value='RD-1003']").await;
    } else {
        browser.click("[value='RD-1001']").await;
        browser.click("[value='RD-1002']").await;
    }
    browser.press("Approve selected…").await;
    browser.until_says("h1", "Approve these 2 cases?").await;
    let listed = browser.text("tbody").await;
    assert!(listed.contains("1000001 Scenario 1") && listed.contains("1000002 Scenario 2"), "{listed}");
    assert!(!listed.contains("RD-1003"), "{listed}");
    assert_eq!(console.closed().await, 0, "nothing is done before it is confirmed");
    browser.press("Approve 2 cases").await;
    browser.until_says("h1", "2 cases approved").await;
    until_sent(&console, CONFIRMED).await;
    until_sent(&console, "1 other agency keeps access to what is there.").await;
    assert_eq!(console.closed().await, 2);

    browser.press("Back to the queue").await;
    browser.until_says("h1", "Waiting for a person").await;
    browser.click("tbody [name=decline]").await;
    browser.until_says("h1", "Decline this case?").await;
    browser.fill("#note", "Please send the signed form first.").await;
    browser.press("Decline 1 case").await;
    browser.until_says("h1", "1 case declined").await;
    until_sent(&console, "Please send the signed form first.").await;
    assert_eq!(sharing(&console, "1000003").await, "open");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_cases_are_decided_with_one_confirmation() {
    several_are_decided_with_one_confirmation(Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_cases_are_decided_with_one_confirmation_without_scripts() {
    several_are_decided_with_one_confirmation(Scripts::Off).await;
}

// ---- Changes made by hand ----------------------------------------------------------------------------------------------

async fn a_worklist_is_ticked_off(scripts: Scripts) {
    let by_hand = async |site: &crate::site::Site| {
        site.reconfigure("changes = \"apply\"", "changes = \"worklist\"");
    };
    let console = Console::with_cases_about(&["1000001", "1000003"], by_hand).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("ann", scripts, &console).await;
    for (case, record) in [("RD-1001", "1000001"), ("RD-1002", "1000003")] {
        browser.go(&format!("/cases/{case}")).await;
        browser.press(&format!("Approve: close {record}")).await;
        browser.until_says("[role=status]", "Your approval is recorded.").await;
        browser
            .until_comes("h1", &format!("Make the change of client record {record} in the HMIS: 0 of 2"))
            .await;
    }
    // The first is ticked off, and attested by name.
    browser.go("/cases/RD-1001").await;
    for _ in 0..2 {
        browser.press("Tick: I have made it").await;
        browser.until_says("[role=status]", "Recorded.").await;
    }
    browser.until_says("h1", "2 of 2 steps are ticked").await;
    browser.until_says(".steps", "ann").await;
    // Whether it is shared cannot be seen: only then a word counts.
    console.site.hmis("UPDATE hmis_record SET sharing = 'unknown' WHERE record_id = '1000001'").await;
    browser.press("I have made all steps and checked them").await;
    browser.until_says("[role=status]", "Recorded under your name.").await;
    browser.until_comes("h1", "is closed on the word of ann (attested, not read back)").await;
    until_sent(&console, "has confirmed that it is closed to statewide data sharing").await;
    let told =
        console.site.sent().iter().map(|mail| plain(mail)).find(|mail| mail.contains("has confirmed that"));
    let told = told.expect("it was sent");
    assert!(told.contains("It was not read back by this system.") && !told.contains("ann"), "{told}");
    assert_eq!(console.closed().await, 0, "the desk itself has changed nothing");
    // The second is made in the HMIS, and read there.
    console.site.hmis("UPDATE hmis_record SET sharing = 'closed', alias = 'CLOSED/NOT SHARED' WHERE record_id = '1000003'").await;
    browser.go("/cases/RD-1002").await;
    browser.until_comes("h1", "is closed, and was read back").await;
    until_sent(&console, CONFIRMED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_changes_is_ticked_off_and_attested_or_read() {
    a_worklist_is_ticked_off(Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_changes_is_ticked_off_and_attested_or_read_without_scripts() {
    a_worklist_is_ticked_off(Scripts::Off).await;
}

async fn a_closing_is_set_back(scripts: Scripts) {
    let console = Console::with_cases_about(&["1000001", "1000003"], async |_| ()).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("ann", scripts, &console).await;
    for (case, record) in [("RD-1001", "1000001"), ("RD-1002", "1000003")] {
        browser.go(&format!("/cases/{case}")).await;
        browser.press(&format!("Approve: close {record}")).await;
        browser.until_says("[role=status]", "Your approval is recorded.").await;
        browser.until_comes("h1", "closed, and was read back. The agency has been told.").await;
    }
    console.site.hmis(BIRCH_ENTERS).await;
    for case in ["RD-1001", "RD-1002"] {
        browser.go(&format!("/cases/{case}")).await;
        browser.press("Undo the closing…").await;
        browser.fill("#undo-note", "It was another client.").await;
        browser.press("Set the closing back").await;
        browser.until_says("[role=status]", "The closing is being set back.").await;
    }
    browser.until_comes("h1", "was a mistake and was set back").await;
    until_sent(&console, "A correction: record 1000003 was closed to statewide data sharing by mistake.")
        .await;
    assert_eq!(sharing(&console, "1000003").await, "open");
    // Birch has entered something since: that is not opened to everybody again.
    browser.go("/cases/RD-1001").await;
    browser.until_comes("main", "the record stays as it is").await;
    assert_eq!(sharing(&console, "1000001").await, "closed");
    assert_eq!(sent(&console, "record 1000001 was closed to statewide data sharing by mistake"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_is_set_back_unless_something_was_entered_since() {
    a_closing_is_set_back(Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_is_set_back_unless_something_was_entered_since_without_scripts() {
    a_closing_is_set_back(Scripts::Off).await;
}

// ---- Other ways --------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_is_asked_declined_or_taken_over() {
    let console = Console::with_cases_about(&["1000001", "1000002", "1000003"], async |_| ()).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("ann", Scripts::Off, &console).await;
    browser.go("/cases/RD-1001").await;
    browser.press("Ask whether to go ahead").await;
    browser.until_says("[role=status]", "The agency is asked.").await;
    browser.until_says("h1", "has not answered yet").await;
    until_sent(&console, "Please reply with \"yes\" or \"no\".").await;

    browser.go("/cases/RD-1002").await;
    browser.press("Decline…").await;
    browser.fill("#decline-note", "The form is not signed.").await;
    browser.press("Decline and tell the agency").await;
    browser.until_says("[role=status]", "Declined.").await;
    until_sent(&console, "The form is not signed.").await;

    let before = console.site.sent().len();
    browser.go("/cases/RD-1003").await;
    browser.press("Take over by hand…").await;
    browser.fill("#finish-note", "Settled by telephone.").await;
    browser.press("Take over and end the case").await;
    browser.until_says("[role=status]", "Taken over").await;
    browser.until_says(".timeline", "Settled by telephone.").await;
    console.site.at_rest(3).await;
    let after: Vec<_> = console.site.sent().into_iter().filter(|mail| mail.contains("jane@alder")).collect();
    assert!(after.len() <= before && !after.join("").contains("telephone"), "{after:#?}");
    assert_eq!(console.closed().await, 0);
}

async fn shadow_mode_learns_what_was_done(scripts: Scripts) {
    let shadow = async |site: &crate::site::Site| site.reconfigure("mode = \"live\"", "mode = \"shadow\"");
    let console = Console::with_cases_about(&["1000001", "1000002"], shadow).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("ann", scripts, &console).await;
    browser.until_says(".mode", "the desk only watches").await;
    browser.press("Shadow mode").await;
    browser.until_says("main", "Nothing to compare yet").await;
    browser.click("[aria-label='RD-1001: Closed as Scenario 1']").await;
    browser.until_says("main", "100 % agreement").await;
    browser.click("[aria-label='RD-1002: Not closed']").await;
    browser.until_says("main", "50 % agreement").await;
    browser.until_says("main", "Where you disagree").await;
    assert!(browser.text("main").await.contains("Alder House"), "by agency as well");
    assert_eq!((console.closed().await, console.site.sent().len()), (0, 0));
    let history = console.case("RD-1001").get("history").map(ToString::to_string).unwrap_or_default();
    assert!(history.contains("staff:ann"), "{history}");
}

#[tokio::test(flavor = "multi_thread")]
async fn shadow_mode_learns_with_one_click_what_was_done_by_hand() {
    shadow_mode_learns_what_was_done(Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shadow_mode_learns_with_one_click_what_was_done_by_hand_without_scripts() {
    shadow_mode_learns_what_was_done(Scripts::Off).await;
}
