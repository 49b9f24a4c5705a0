//! Coming in, going out, and finding things.

use super::chromium::{Chromium, Scripts};
use crate::console_site::{Console, PASSWORD};

#[tokio::test(flavor = "multi_thread")]
async fn one_signs_in_looks_about_and_signs_out() {
    let console = Console::with_cases_about(&["1000001"], async |_| ()).await;
    let chromium = Chromium::start().await;
    for (name, scripts) in [("ann", Scripts::On), ("ben", Scripts::Off)] {
        let browser = chromium.open(name, scripts, &console).await;
        assert_eq!(browser.place().await, "/sign-in");
        browser.sign_in(name, "not the password").await;
        browser.until_says("[role=alert]", "This name and this password do not go together").await;
        browser.fill("#password", PASSWORD).await;
        browser.click("main button").await;
        browser.until_says("h1", "Waiting for a person").await;
        assert_eq!(browser.place().await, "/");
        assert!(browser.text("tbody tr").await.contains("Approve closing the record"));

        browser.click(".who summary").await;
        browser.press("Help and keys").await;
        browser.until_says("h1", "Help and keys").await;
        // Only a script can turn keys off: without one the switch is not there.
        let switch = browser.find("[data-keys-switch]").await.is_displayed().await.expect("asked");
        assert_eq!(switch, scripts == Scripts::On);

        browser.click(".who summary").await;
        browser.press("Sign out").await;
        browser.until_says("main", "You are signed out.").await;
        browser.go("/").await;
        assert_eq!(browser.place().await, "/sign-in");
        browser.close().await.expect("closed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_found_by_its_number_and_by_its_record_which_no_address_tells() {
    let console = Console::with_cases_about(&["1000001", "1000002"], async |_| ()).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("vic", Scripts::On, &console).await;
    browser.fill("#find", "1000002").await;
    browser.press("Search").await;
    browser.until_says("h1", "1000002").await;
    assert_eq!(browser.count("tbody tr").await, 1);
    assert_eq!(browser.place().await, "/search");
    browser.fill("#find", "rd-1001").await;
    browser.press("Search").await;
    browser.until_says(".case-head", "RD-1001").await;
    assert_eq!(browser.place().await, "/cases/RD-1001");
    browser.fill("#find", "1999999").await;
    browser.press("Search").await;
    browser.until_says("main", "No case names this client record").await;
    browser.fill("#find", "no record, and far too long for one").await;
    browser.press("Search").await;
    browser.until_says("main", "neither the number of a case").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_session_has_run_out_signs_in_and_comes_back_to_where_they_were() {
    let console = Console::with_cases_about(&["1000001"], async |_| ()).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("ann", Scripts::On, &console).await;
    let expired = "UPDATE sessions SET until_at = 0";
    console.site.damage(expired).await;
    browser.go("/?state=awaiting_approval&page=1").await;
    browser.until_says("main", "Sign in").await;
    browser.sign_in("ann", PASSWORD).await;
    browser.until_says("h1", "Waiting for a person").await;
    assert_eq!(browser.place().await, "/?state=awaiting_approval&page=1");
    // Whoever was about to change something has changed nothing.
    console.site.damage(expired).await;
    browser.click("tbody [name=approve]").await;
    browser.until_says("main", "Sign in").await;
    browser.sign_in("ann", PASSWORD).await;
    browser.until_says("h1", "Waiting for a person").await;
    assert_eq!(console.closed().await, 0);
}
