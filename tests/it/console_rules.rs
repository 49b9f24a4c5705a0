//! Rules that hold between people, and between cases: who counts when two approve, and what an undo must not touch.

use roi_desk::domain::{StaffName, StaffRole};

use crate::{
    console::{Console, Person},
    site::{Letter, Site},
};

const RECORD: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor) VALUES
        ('1000001', 'alder', 'open', FALSE, FALSE);
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('test', 'note', 'a1', '1000001', 'alder');";
const CLOSED: &str = "SELECT COUNT(*) FROM hmis_record WHERE sharing = 'closed'";
const NOTICE: Letter<'_> = Letter {
    from: "jane@alder.example",
    subject: "revoked consent",
    body: "Client 1000001 revoked consent, please close the record.",
    dmarc: "pass",
    headers: "",
};

async fn site(scenario_1: &str) -> Site {
    let site = Site::on_files().await;
    site.hmis(RECORD).await;
    site.reconfigure("scenario_1 = \"apply\"", &format!("scenario_1 = \"{scenario_1}\""));
    site
}

fn approve(person: &Person) -> u16 {
    let page = person.get("/cases/RD-1001");
    person.decide(&page, "RD-1001", "approve", &[("record", "1000001")]).status
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_approvals_each_counts_only_as_long_as_its_giver_may_decide() {
    let site = site("approve-twice").await;
    site.deliver("1", &NOTICE.mail("one"));
    let console = Console::of(&site).await;
    console.work(&site).await;
    let ann = console.person("ann", StaffRole::Approver).await;
    let bob = console.person("bob", StaffRole::Approver).await;
    let carl = console.person("carl", StaffRole::Approver).await;
    assert_eq!(approve(&ann), 303);
    let name = StaffName::parse("ann").expect("a name");
    console.desk.book.set_role(&name, StaffRole::Viewer).await.expect("set");

    assert_eq!(approve(&bob), 303);
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 0, "bob's is the first of two that count");
    let page = bob.get("/cases/RD-1001").text();
    assert!(
        page.contains("the approval of ann no longer counts")
            || page.contains("The approval of ann no longer counts"),
        "{page}"
    );
    assert_eq!(approve(&carl), 303);
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_is_not_set_back_while_any_other_case_was_told_that_it_is_closed() {
    let site = site("apply").await;
    // The first notice lacks the client ID, and so is answered after the second.
    let without = Letter { body: "Our client revoked consent today. Please close the record.", ..NOTICE };
    site.deliver("1", &without.mail("one"));
    let console = Console::of(&site).await;
    console.work(&site).await;
    site.deliver("2", &Letter { from: "omar@alder.example", ..NOTICE }.mail("two"));
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 1);
    let answer = Letter { subject: "Re: your question [RD-1001]", body: "1000001", ..NOTICE };
    site.deliver("3", &answer.mail("three"));
    console.work(&site).await;
    let ann = console.person("ann", StaffRole::Approver).await;
    let page = ann.get("/cases/RD-1002");
    assert_eq!(ann.decide(&page, "RD-1002", "undo", &[("note", "a mistake")]).status, 303);
    console.work(&site).await;
    let page = ann.get("/cases/RD-1002").text();
    assert!(page.contains("RD-1001 is about the same record"), "{page}");
    assert_eq!(site.count(CLOSED).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_several_cases_that_cannot_be_read_decides_none_of_them() {
    let site = site("approve").await;
    site.deliver("1", &NOTICE.mail("one"));
    let console = Console::of(&site).await;
    console.work(&site).await;
    let ann = console.person("ann", StaffRole::Approver).await;
    let csrf = ann.get("/").hidden("csrf");
    let listed = ann.post("/queue/confirm", &[("csrf", &csrf), ("selected", "approve"), ("case", "RD-1001")]);
    let seen = listed.hidden("seen");
    let form = [("csrf", csrf.as_str()), ("deed", "approve"), ("seen", &seen), ("seen", "nonsense")];
    assert_eq!(ann.post("/queue/decide", &form).status, 422);
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 0, "the first was not decided either");

    let form = [("csrf", csrf.as_str()), ("deed", "approve"), ("seen", &seen)];
    assert_eq!(ann.post("/queue/decide", &form).status, 200);
    console.work(&site).await;
    assert_eq!(site.count(CLOSED).await, 1);
}
