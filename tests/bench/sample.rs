//! A desk to be measured, and mail for it.

use std::collections::BTreeMap;

use roi_desk::{
    clock::Clock,
    config,
    domain::MessageKey,
    engine::{self, Desk},
    hmis::{Hmis, sample},
    mailbox::{Content, Entry, Fetched},
    store::Lease,
};

/// A notice of a kind that is common: plain text with a signature.
pub fn mail(number: u64, record: u64) -> Vec<u8> {
    format!(
        "Authentication-Results: mx.desk.example; dmarc=pass header.from=larkmead.example\r\n\
         From: Jane Doe <jane@larkmead.example>\r\nTo: HMIS Helpdesk <helpdesk@desk.example>\r\n\
         Subject: Client revoked ROI consent\r\nDate: Fri, 20 Nov 2026 10:00:00 -0600\r\n\
         Message-ID: <{number}@larkmead.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n\
         Hello Helpdesk,\r\n\r\nclient {record} revoked consent today. Please close the record and confirm.\r\n\r\n\
         Thank you,\r\nJane Doe\r\nIntake Coordinator | Larkmead\r\nP (218) 555-0143 | F (218) 555-0144\r\n"
    )
    .into_bytes()
}

/// A desk with `cases` cases in its store; its folder goes with the first value.
pub fn desk_with(cases: u64) -> (tempfile::TempDir, tokio::runtime::Runtime, Desk, Lease) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let here = folder.path();
    let text = format!(
        "[mailbox]\nkind = \"maildir\"\npath = \"Maildir\"\n[smtp]\nkind = \"files\"\npath = \"sent\"\n\
         from = \"Helpdesk <helpdesk@desk.example>\"\n[database]\nurl = \"sqlite://{db}\"\n[hmis]\n\
         url = \"sqlite://{hmis}\"\nrole = \"live\"\n[senders]\nauthserv_id = \"mx.desk.example\"\n\
         [policy]\nmode = \"live\"\n",
        db = here.join("desk.db").display(),
        hmis = here.join("hmis.db").display(),
    );
    let roster = "[[agency]]\nid = \"larkmead\"\nname = \"Larkmead\"\nsenders = [\"*@larkmead.example\"]\n\
                  contact = \"office@larkmead.example\"\n";
    std::fs::write(here.join("agencies.toml"), roster).expect("written");
    std::fs::create_dir_all(here.join("sent")).expect("created");
    let config = config::parse(&text, "bench", here, BTreeMap::new()).expect("valid");
    let desk = runtime.block_on(async {
        Hmis::init(&config.hmis.address).await.expect("created");
        sample::fill(&config.hmis.address).await.expect("filled");
        let site = engine::site(&config).expect("valid");
        let desk = Desk::open(&config, site, Clock::system()).await.expect("open");
        let lease = desk.lease_mailbox().await.expect("asked").expect("free");
        for batch in 0..cases.div_ceil(100) {
            let mails = (0..100).map(|place| fetched(batch * 100 + place)).collect();
            desk.take_in(&lease, mails, false).await.expect("taken in");
        }
        (desk, lease)
    });
    let (desk, lease) = desk;
    (folder, runtime, desk, lease)
}

pub fn fetched(number: u64) -> Fetched {
    let key = MessageKey { folder: "INBOX".to_owned(), uidvalidity: 1, uid: number.to_string() };
    let octets = mail(number, 3_000_000 + number);
    let entry = Entry { key, size: octets.len() as u64, received_at: Clock::system().now() };
    Fetched { entry, content: Content::Whole(octets) }
}
