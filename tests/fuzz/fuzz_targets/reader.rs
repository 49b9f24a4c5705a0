//! The whole reader: no mail makes it panic, and it acts on nothing but a revocation whose records it names. A panic
//! that the reader's own guard would turn into a problem ends the run here: the fuzzer's hook hears of it first.
#![no_main]
#![allow(dead_code, unused_imports)]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

#[path = "../../../src/domain/mod.rs"]
mod domain;
#[path = "../../../src/notice/mod.rs"]
mod notice;

static RULES: LazyLock<notice::ReaderRules> = LazyLock::new(notice::ReaderRules::default);

fuzz_target!(|bytes: &[u8]| {
    let explained = notice::explain(bytes, &RULES);
    let read = &explained.notice;
    if read.act {
        assert_eq!(read.kind, domain::NoticeKind::Revocation);
        assert!(!read.records.is_empty() && read.problem.is_none() && !read.doubtful);
    }
    for reason in read.reasons.iter().chain(&read.possible) {
        assert!(!reason.contains(char::is_control), "{reason:?}");
    }
    notice::answer(bytes, &RULES);
    notice::undelivered(bytes);
    notice::explain(bytes, &RULES).to_string();
});
