//! A mail and HMIS texts in which every field is mark-up, an address that runs, or a template: to Chromium all of it is text.

use serde_json::json;

use super::chromium::{Browser, Chromium, Scripts};
use crate::{
    console_site::Console,
    site::{Site, until},
};

/// What would run, be shown as a picture, lead somewhere, or be filled in.
const HOSTILE: &str = "<script>window.__pwned=1</script>\"><img src=x onerror=window.__pwned=2 class=pwned>'><svg/onload=window.__pwned=3>\
    <a class=pwned href=javascript:window.__pwned=4>x</a>{{1009*1013}}{% raw %}${1009*1013}&lt;b class=pwned&gt;";

/// The same, short enough for a name.
const SHORT: &str = "<img src=x onerror=window.__pwned=5 class=pwned>{{1009*1013}}";

/// For SQL.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A record all of whose texts are hostile, and the agencies' names.
async fn hostile(site: &Site) {
    let (hostile, short) = (quoted(HOSTILE), quoted(SHORT));
    site.hmis(&format!(
        "INSERT INTO hmis_agency (agency_id, name, parent_id, victim_service_provider) VALUES ({short}, {hostile}, NULL, TRUE);
        UPDATE hmis_agency SET name = {hostile} WHERE agency_id = 'birch';
        INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias, roi_consent_date) VALUES
            ('1000009', 'alder', 'open', TRUE, FALSE, {hostile}, {short});
        INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
            ({short}, {short}, {short}, '1000009', {short}), ('test', 'note', {hostile}, '1000009', 'birch'),
            ('test', 'enrollment', 'a9', '1000009', 'alder');
        INSERT INTO hmis_grant (source, record_id, agency_id) VALUES ({short}, '1000009', {short});
        INSERT INTO hmis_source (source, fact, as_of, complete) VALUES ({hostile}, 'grants', '2026-01-01T00:00:00Z', TRUE);"
    ))
    .await;
}

/// A mail all of whose fields are hostile.
fn mail() -> Vec<u8> {
    let text = format!(
        "Client 1000009 revoked consent today, please close the record.\r\n{HOSTILE}\r\njavascript:alert(1)\r\n"
    );
    let html = format!(
        "<p>Client 1000009 revoked consent today, please close the record.</p>{HOSTILE}<iframe src=javascript:alert(1)></iframe>\
         <p>{}</p><p>javascript:alert(1)</p>",
        HOSTILE.replace('<', "&lt;")
    );
    let name = HOSTILE.replace('"', "\\\"");
    format!(
        "Authentication-Results: mx.helpdesk.example; dmarc=pass header.from=alder.example\r\n\
         From: \"{name}\" <jane@alder.example>\r\n\
         To: \"{name}\" <helpdesk@helpdesk.example>\r\n\
         Subject: Client 1000009 revoked {HOSTILE}\r\n\
         Date: Fri, 20 Nov 2026 10:00:00 -0600\r\n\
         Message-ID: <\"{SHORT}\"@alder.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
         --a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n\
         --a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--a--\r\n\
         --b\r\nContent-Type: text/html; name=\"{name}\"\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n<script>window.__pwned=6</script>\r\n--b--\r\n"
    )
    .into_bytes()
}

/// Nothing of it ran on the page that is shown, and nothing of it is an element.
async fn is_text(browser: &Browser) {
    let place = browser.place().await;
    let found = browser
        .ask(
            "const all = [...document.querySelectorAll('*')];
            return [
                String(window.__pwned), document.querySelectorAll('.pwned, iframe, svg, object, embed, base').length,
                document.querySelectorAll('script').length, document.querySelectorAll('img').length,
                all.filter((e) => [...e.attributes].some((a) => a.name.startsWith('on') || a.name === 'style')).length,
                [...document.querySelectorAll('[href], [src], [action], [formaction]')].filter((e) =>
                    ['href', 'src', 'action', 'formaction'].some((a) => e.hasAttribute(a) && !/^[/#]/.test(e.getAttribute(a)))).length,
            ]",
        )
        .await;
    // Our own script, and the icon beside the name.
    assert_eq!(
        found,
        json!(["undefined", 0, 1, 1, 0, 0]),
        "{place}: {}",
        browser.client.source().await.expect("a page")
    );
    let text = browser.text("body").await;
    assert!(!text.contains("1022117"), "{place}: a template was filled in: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_somebody_else_wrote_is_more_than_text() {
    let console = Console::with(hostile).await;
    console.site.deliver("hostile", &mail());
    console.site.at_rest(1).await;
    let chromium = Chromium::start().await;
    let browser = chromium.signed_in("ann", Scripts::On, &console).await;
    for (path, words) in [
        ("/", "RD-1001"),
        ("/mail", "RD-1001"),
        ("/status", "<script>window.__pwned=1</script>"),
        ("/shadow", "Shadow mode"),
        ("/?agency=%3Cscript%3Ewindow.__pwned=7%3C/script%3E", "No case fits this filter."),
    ] {
        browser.go(path).await;
        browser.until_says("body", words).await;
        is_text(&browser).await;
    }
    // All of it can be read on the case's page, as it was written.
    browser.go("/cases/RD-1001").await;
    let case = browser.text("main").await;
    for words in [
        "<script>window.__pwned=1</script>",
        "<img src=x onerror=window.__pwned=2 class=pwned>",
        "{{1009*1013}}{% raw %}${1009*1013}",
        "javascript:alert(1)",
    ] {
        assert!(case.contains(words), "“{words}” is not shown:\n{case}");
    }
    is_text(&browser).await;
    // What staff write is shown as well.
    browser.press("Write a note…").await;
    browser.fill("#note", HOSTILE).await;
    browser.press("Keep the note").await;
    browser.until_says(".timeline", "<script>window.__pwned=1</script>").await;
    is_text(&browser).await;
    // What is searched for and not found, too.
    browser.fill("#find", SHORT).await;
    browser.press("Search").await;
    browser.until_says("main", "neither the number of a case").await;
    is_text(&browser).await;

    browser.go("/").await;
    browser.click("tbody [name=decline]").await;
    browser.until_says("h1", "Decline this case?").await;
    is_text(&browser).await;
    browser.fill("#note", HOSTILE).await;
    browser.press("Decline 1 case").await;
    browser.until_says("h1", "1 case declined").await;
    is_text(&browser).await;
    browser.go("/cases/RD-1001").await;
    let left = until(std::time::Duration::from_secs(20), || {
        console
            .site
            .sent()
            .iter()
            .any(|mail| mail.contains("To: jane@alder.example") && mail.contains("__pwned"))
    })
    .await;
    assert!(left, "{:#?}", console.site.sent());
    browser.until_comes("h1", "Declined").await;
    is_text(&browser).await;
    browser.go("/cases/RD-1001?said=<script>window.__pwned=8</script>").await;
    is_text(&browser).await;
}
