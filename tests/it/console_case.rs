//! A case's page: what a person reads there, and what comes of what they decide.

use roi_desk::domain::StaffRole;

use crate::{
    console::{Console, Person},
    site::{Letter, Site, plain},
};

const REVOKED: &str = "Client 1000001 revoked consent, please close the record.";

/// A record of Alder's that it alone has data in, and one that Birch has data in as well.
const RECORDS: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias) VALUES
        ('1000001', 'alder', 'open', FALSE, FALSE, 'SHARED'), ('1000002', 'alder', 'open', FALSE, FALSE, NULL);
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
        ('test', 'enrollment', 'a1', '1000001', 'alder'),
        ('test', 'enrollment', 'a2', '1000002', 'alder'), ('test', 'enrollment', 'b2', '1000002', 'birch');";

const BIRCH_ENTERS: &str = "INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('test', 'note', 'late', '1000001', 'birch')";

const CLOSED: &str = "SELECT COUNT(*) FROM hmis_record WHERE sharing = 'closed'";

/// A site with these settings instead of `scenario_1 = "apply"`, whose mailbox holds this mail, and its console.
async fn console(settings: &str, subject: &str, body: &str) -> (Site, Console) {
    let site = Site::on_files().await;
    site.hmis(RECORDS).await;
    site.reconfigure("scenario_1 = \"apply\"", settings);
    let letter = Letter { from: "jane@alder.example", subject, body, dmarc: "pass", headers: "" };
    site.deliver("1", &letter.mail("one"));
    let console = Console::of(&site).await;
    console.work(&site).await;
    (site, console)
}

async fn approving() -> (Site, Console) {
    console("scenario_1 = \"approve\"", "revoked consent", REVOKED).await
}

const PAGE: &str = "/cases/RD-1001";
const ONE: (&str, &str) = ("record", "1000001");

fn replies_saying(site: &Site, words: &str) -> usize {
    site.sent().iter().filter(|mail| plain(mail).contains(words)).count()
}

/// Sends a form of the case's page as it is at this moment; it must be taken. Gives what the next page says.
fn done(person: &Person, action: &str, fields: &[(&str, &str)]) -> String {
    let answer = person.decide(&person.get(PAGE), "RD-1001", action, fields);
    assert_eq!(answer.status, 303, "{action}: {}", answer.text());
    let next = person.get(answer.header("location").expect("where to go on"));
    assert_eq!(next.status, 200);
    next.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_read_and_approved_and_the_record_closed_and_the_agency_answered() {
    let (site, console) = approving().await;
    let ann = console.person("ann", StaffRole::Approver).await;
    let page = ann.get(PAGE);
    let text = page.text();
    for words in [
        "Close client record 1000001: Scenario 1 - Alder House created it and only it has data. Sharing is open now.",
        "It waits for one person's approval.",
        "Close statewide data sharing",
        "Alias: SHARED → CLOSED/NOT SHARED",
        "Alder House (alder), the sender's agency",
        "jane@alder.example",
        "The exact reply that would leave",
        "looked the records up in the HMIS",
        "Other cases of the same records There are none.",
    ] {
        assert!(text.contains(words), "{words:?} is missing in {text}");
    }
    assert!(page.body.contains("<mark title=\"a record\">1000001</mark>"), "{}", page.body);
    assert_eq!(site.count(CLOSED).await, 0);

    let said = done(&ann, "approve", &[ONE, ("note", "seen & <b>read</b>")]);
    assert!(said.contains("Your approval is recorded."), "{said}");
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 1);
    assert_eq!(replies_saying(&site, "only your agency has visibility"), 1, "{:#?}", site.sent());
    let after = ann.get(PAGE).text();
    for words in [
        "Done: client record 1000001 is closed, and was read back. The agency has been told.",
        "changed record 1000001 in the HMIS",
        "tried to close record 1000001 in the HMIS (attempt 1): done",
        "seen & <b>read</b>",
        "ann approved closing 1000001",
    ] {
        assert!(after.contains(words), "{words:?} is missing in {after}");
    }

    // The same form once more, from the page it came from.
    let again = ann.decide(&page, "RD-1001", "approve", &[ONE, ("note", " seen & <b>read</b>\r\n")]);
    assert_eq!(again.status, 409);
    assert!(again.text().contains("Nothing was done twice."), "{}", again.text());
    let other = ann.decide(&page, "RD-1001", "approve", &[ONE, ("note", "another remark")]);
    assert_eq!(other.status, 409);
    assert!(other.text().contains("This was not done"), "{}", other.text());
    console.work(&site).await;
    assert_eq!(replies_saying(&site, "only your agency has visibility"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decline_needs_its_reason_and_the_agency_reads_it() {
    let (site, console) = approving().await;
    let ann = console.person("ann", StaffRole::Approver).await;
    let page = ann.get(PAGE);
    for (note, why) in [(" \r\n".to_owned(), "Write the reason"), ("x".repeat(4_001), "too long")] {
        let refused = ann.decide(&page, "RD-1001", "decline", &[("note", &note)]);
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains(why), "{}", refused.text());
    }
    assert_eq!(ann.get(PAGE).hidden("version"), page.hidden("version"), "nothing half done");
    done(&ann, "decline", &[("note", "Please send the signed form first.")]);
    console.work(&site).await;
    assert_eq!(replies_saying(&site, "Please send the signed form first."), 1);
    let after = ann.get(PAGE).text();
    assert!(after.contains("Declined: closing client record 1000001 was declined."), "{after}");
    assert!(!after.contains("Decline and tell the agency"), "{after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_older_than_the_facts_conflicts_and_shows_the_difference() {
    let (site, console) = approving().await;
    let (ann, bob) =
        (console.person("ann", StaffRole::Approver).await, console.person("bob", StaffRole::Admin).await);
    let old = ann.get(PAGE);
    site.hmis(BIRCH_ENTERS).await;
    done(&bob, "retry", &[]);
    console.work(&site).await;
    let conflict = ann.decide(&old, "RD-1001", "approve", &[ONE]);
    assert_eq!(conflict.status, 409);
    let text = conflict.text();
    for words in [
        "RD-1001: nothing was done",
        "the case has changed since you loaded the page",
        "bob had the desk look, or send, again",
        "record 1000001: 1 more agencies have data in it",
        "record 1000001: new with data in it: Birch Street Outreach (birch)",
        "record 1000001: it was Scenario 1, and is Scenario 2 now",
        "the reply that would leave reads differently",
        "See the case as it stands now",
    ] {
        assert!(text.contains(words), "{words:?} is missing in {text}");
    }
    assert_eq!(site.count(CLOSED).await, 0);
    // A hash that is not the case's own is refused as well, whatever version comes with it.
    let fresh = ann.get(PAGE);
    let (csrf, version) = (fresh.hidden("csrf"), fresh.hidden("version"));
    let old_hash = old.hidden("evidence");
    let forged = [("csrf", csrf.as_str()), ("version", &version), ("evidence", &old_hash), ONE];
    let refused = ann.post("/cases/RD-1001/approve", &forged);
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("the facts are not those you saw"), "{}", refused.text());
    assert!(refused.text().contains("new with data in it: Birch"), "{}", refused.text());
    done(&ann, "approve", &[ONE]);
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_that_change_after_the_approval_bring_the_case_back() {
    let (site, console) = approving().await;
    let ann = console.person("ann", StaffRole::Approver).await;
    site.hmis(BIRCH_ENTERS).await;
    done(&ann, "approve", &[ONE]);
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 0);
    let text = ann.get(PAGE).text();
    assert!(
        text.contains("changed nothing in record 1000001: the facts were no longer those of the decision"),
        "{text}"
    );
    assert!(
        text.contains(
            "The facts changed since ann approved: record 1000001: 1 more agencies have data in it"
        ),
        "{text}"
    );
    assert!(
        text.contains("Scenario 2 - several agencies have data in it; 1 other agency keeps access"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_sees_no_forms_and_is_refused() {
    let (site, console) = approving().await;
    let (ann, vera) =
        (console.person("ann", StaffRole::Approver).await, console.person("vera", StaffRole::Viewer).await);
    let page = vera.get(PAGE);
    assert!(page.text().contains("Your account may look at cases, and not decide them."));
    assert!(!page.body.contains("action=\"/cases/"), "{}", page.body);
    let (csrf, shown) = (page.hidden("csrf"), ann.get(PAGE));
    let (version, evidence) = (shown.hidden("version"), shown.hidden("evidence"));
    for action in
        ["approve", "decline", "ask", "note", "retry", "stop", "attest", "tick", "finish", "undo", "did"]
    {
        let fields = [
            ("csrf", csrf.as_str()),
            ("version", &version),
            ("evidence", &evidence),
            ONE,
            ("note", "x"),
            ("step", "0"),
        ];
        assert_eq!(vera.post(&format!("/cases/RD-1001/{action}"), &fields).status, 403, "{action}");
    }
    assert_eq!(ann.get(PAGE).hidden("version"), version);
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_decide_at_once_exactly_one_does_and_the_other_is_told() {
    let (site, console) = approving().await;
    let (ann, bob) =
        (console.person("ann", StaffRole::Approver).await, console.person("bob", StaffRole::Approver).await);
    let (of_ann, of_bob) = (ann.get(PAGE), bob.get(PAGE));
    let (one, other) = tokio::join!(
        tokio::task::spawn_blocking(move || ann.decide(&of_ann, "RD-1001", "approve", &[ONE])),
        tokio::task::spawn_blocking(move || bob.decide(
            &of_bob,
            "RD-1001",
            "decline",
            &[("note", "not yet")]
        )),
    );
    let (one, other) = (one.expect("answered"), other.expect("answered"));
    let mut both = [one.status, other.status];
    both.sort_unstable();
    assert_eq!(both, [303, 409], "{} {}", one.text(), other.text());
    let (loser, words) =
        if one.status == 409 { (one, "bob declined") } else { (other, "ann approved closing 1000001") };
    assert!(loser.text().contains(words), "{}", loser.text());
    console.work(&site).await;
    let approved = i64::from(words.starts_with("ann"));
    assert_eq!(site.count(CLOSED).await, approved);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_two_must_approve_one_does_not_do_it_twice() {
    let (site, console) = console("scenario_1 = \"approve-twice\"", "revoked consent", REVOKED).await;
    let (ann, bob) =
        (console.person("ann", StaffRole::Approver).await, console.person("bob", StaffRole::Approver).await);
    assert!(ann.get(PAGE).text().contains("Two different people must approve."));
    assert!(
        done(&ann, "approve", &[ONE]).contains("A second person must approve before anything is changed.")
    );
    let mine = ann.get(PAGE);
    assert!(mine.text().contains("You have approved; a second person must."), "{}", mine.text());
    assert!(mine.text().contains("Approve: you have approved it already"), "{}", mine.text());
    assert!(bob.get(PAGE).text().contains("ann has approved; a second person must."));
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 0);
    done(&bob, "approve", &[ONE]);
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worklist_is_ticked_step_by_step_and_attested_by_name() {
    let site = Site::on_files().await;
    site.hmis(RECORDS).await;
    site.reconfigure("scenario_1 = \"apply\"", "scenario_1 = \"approve\"");
    site.reconfigure("changes = \"apply\"", "changes = \"worklist\"");
    let letter =
        Letter { from: "jane@alder.example", subject: "revoked", body: REVOKED, dmarc: "pass", headers: "" };
    site.deliver("1", &letter.mail("one"));
    let console = Console::of(&site).await;
    console.work(&site).await;
    let ann = console.person("ann", StaffRole::Approver).await;
    done(&ann, "approve", &[ONE]);
    console.work(&site).await;
    let text = ann.get(PAGE).text();
    assert!(
        text.contains("Make the change of client record 1000001 in the HMIS: 0 of 2 steps are ticked."),
        "{text}"
    );
    let text = done(&ann, "tick", &[ONE, ("step", "1")]);
    assert!(text.contains("1 of 2 steps are ticked") && text.contains("✓ made says ann, just now"), "{text}");
    let text = done(&ann, "tick", &[ONE, ("step", "1"), ("untick", "1")]);
    assert!(text.contains("0 of 2 steps are ticked"), "{text}");
    assert!(text.contains("took the tick of step 2 of record 1000001 back"), "{text}");
    // Whether it is shared cannot be seen: only then a word counts.
    site.hmis("UPDATE hmis_record SET sharing = 'unknown' WHERE record_id = '1000001'").await;
    done(&ann, "attest", &[]);
    console.work(&site).await;
    let text = ann.get(PAGE).text();
    assert!(text.contains("is closed on the word of ann (attested, not read back)"), "{text}");
    assert_eq!(site.count(CLOSED).await, 0, "the desk changes nothing here");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_by_mistake_is_undone() {
    let (site, console) = approving().await;
    let ann = console.person("ann", StaffRole::Approver).await;
    done(&ann, "approve", &[ONE]);
    console.work(&site).await;
    done(&ann, "undo", &[("note", "it was another client")]);
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 0);
    let text = ann.get(PAGE).text();
    assert!(text.contains("the closing of client record 1000001 was a mistake and was set back"), "{text}");
    assert!(text.contains("Undo: "), "it says why it cannot be undone again: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_shadow_mode_what_was_done_by_hand_is_one_click() {
    let site = Site::on_files().await;
    site.hmis(RECORDS).await;
    site.reconfigure("mode = \"live\"", "mode = \"shadow\"");
    let letter =
        Letter { from: "jane@alder.example", subject: "revoked", body: REVOKED, dmarc: "pass", headers: "" };
    site.deliver("1", &letter.mail("one"));
    let console = Console::of(&site).await;
    console.work(&site).await;
    let ann = console.person("ann", StaffRole::Approver).await;
    assert!(ann.get(PAGE).text().contains("What was done by hand with 1000001?"));
    let text = done(&ann, "did", &[ONE, ("did", "closed_scenario_1")]);
    assert!(
        text.contains("the desk's answer is: closed as Scenario 1; ann says: closed as Scenario 1"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_kept_once_from_any_version() {
    let (_site, console) = approving().await;
    let (ann, bob) =
        (console.person("ann", StaffRole::Approver).await, console.person("bob", StaffRole::Approver).await);
    let page = ann.get(PAGE);
    done(&bob, "note", &[("note", "I have called Alder.")]);
    for _ in 0..2 {
        assert_eq!(ann.decide(&page, "RD-1001", "note", &[("note", "So have I.")]).status, 303);
    }
    let text = ann.get(PAGE).text();
    assert_eq!(text.matches("So have I.").count(), 1, "{text}");
    assert!(text.contains("bob left a note I have called Alder."), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_mail_says_is_text_and_never_a_page() {
    let (_site, console) = console(
        "scenario_1 = \"approve\"",
        "<img src=x onerror=alert(1)> revoked",
        "<script>alert(\"1\")</script> Client 1000001 revoked consent, please close the record.\n\
         </div><form action=\"https://evil.example\"> {{ 7*7 }} \u{202E}gnp.exe\u{202C}\n",
    )
    .await;
    let ann = console.person("ann", StaffRole::Approver).await;
    let page = ann.get(PAGE);
    assert_eq!(page.status, 200);
    for hostile in ["<script>alert", "<img src=x", "</div><form action=\"https://evil", "\u{202E}"] {
        assert!(!page.body.contains(hostile), "{hostile:?}");
    }
    assert!(page.body.contains("&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;"), "{}", page.body);
    assert!(page.body.contains("{{ 7*7 }}"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_forms_that_are_made_up_lead_nowhere() {
    let (site, console) = approving().await;
    let ann = console.person("ann", StaffRole::Approver).await;
    let page = ann.get(PAGE);
    assert_eq!(ann.decide(&page, "RD-1001", "delete", &[]).status, 404);
    assert_eq!(ann.decide(&page, "RD-9999", "note", &[("note", "x")]).status, 404);
    for path in ["/cases/RD-9999", "/cases/1", "/cases/RD-1001%2F..", "/cases/%3Cscript%3E"] {
        assert_eq!(ann.get(path).status, 404, "{path}");
    }
    let csrf = page.hidden("csrf");
    for (version, status) in [("", 422), ("x", 422), ("0", 409), ("-1", 409), ("999", 409)] {
        let fields = [("csrf", csrf.as_str()), ("version", version), ("evidence", "x"), ONE];
        assert_eq!(ann.post("/cases/RD-1001/approve", &fields).status, status, "{version:?}");
    }
    let without = [("version", "1"), ("note", "x")];
    assert_eq!(ann.post("/cases/RD-1001/note", &without).status, 403);
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_says_something_was_done_is_not_believed() {
    let (_site, console) = approving().await;
    let (ann, bob) =
        (console.person("ann", StaffRole::Approver).await, console.person("bob", StaffRole::Approver).await);
    let forged = format!("{PAGE}?said=noted");
    assert!(!ann.get(&forged).text().contains("Your note is in the history."));
    done(&bob, "note", &[("note", "I have called Alder.")]);
    assert!(bob.get(&forged).text().contains("Your note is in the history."));
    assert!(!ann.get(&forged).text().contains("Your note is in the history."), "it was bob's");
    assert!(!bob.get(&format!("{PAGE}?said=approved")).text().contains("Your approval is recorded."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decline_that_nobody_is_told_says_so() {
    let site = Site::on_files().await;
    site.hmis(RECORDS).await;
    let letter =
        Letter { from: "jane@alder.example", subject: "revoked", body: REVOKED, dmarc: "fail", headers: "" };
    site.deliver("1", &letter.mail("one"));
    let console = Console::of(&site).await;
    console.work(&site).await;
    let ann = console.person("ann", StaffRole::Approver).await;
    let text = ann.get(PAGE).text();
    assert!(text.contains("Nobody is written to , as the sender may not be answered"), "{text}");
    assert!(!text.contains("Decline and tell the agency"), "{text}");
    let said = done(&ann, "decline", &[("note", "It is not hers to say.")]);
    assert!(said.contains("Declined. Nobody is written to"), "{said}");
    console.work(&site).await;
    assert_eq!(replies_saying(&site, "It is not hers to say."), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_reply_is_shown_where_none_can_leave() {
    let (site, console) = console(
        "scenario_1 = \"approve\"",
        "revoked consent",
        "Client 1999999 revoked consent, please close the record.",
    )
    .await;
    let ann = console.person("ann", StaffRole::Approver).await;
    let text = ann.get(PAGE).text();
    assert!(text.contains("No final reply can be composed as it stands."), "{text}");
    assert!(!text.contains("The exact reply that would leave"), "{text}");
    let shown = site.run(&["case", "show", "RD-1001"]);
    assert!(shown.contains("No final reply can be composed as it stands."), "{shown}");
}
