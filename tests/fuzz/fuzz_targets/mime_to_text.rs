//! From the bytes of a mail to what a person sees of it: never a panic, and never more text than a few times the mail.
#![no_main]
#![allow(dead_code, unused_imports)]

use libfuzzer_sys::fuzz_target;

#[path = "../../../src/domain/mod.rs"]
mod domain;
#[path = "../../../src/notice/mod.rs"]
mod notice;

fuzz_target!(|bytes: &[u8]| {
    if let Some((text, rendered)) = notice::seen(bytes) {
        // A byte of a foreign charset becomes three in UTF-8, an entity of a few letters six.
        let most = bytes.len() * 8 + 1000;
        assert!(text.len() <= most && rendered.len() <= most, "{} and {} bytes", text.len(), rendered.len());
    }
});
