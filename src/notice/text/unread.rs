//! Why a mail has no text that could be read, by what its parts are.

use std::collections::HashSet;

use mail_parser::{MessagePart, MimeHeaders};

/// Why a mail has no text that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::notice) enum Unread {
    /// Only its recipient's key opens it (RFC 3156 4, RFC 8551 3.3, RFC 9580 6.2).
    Encrypted,
    /// Its text is wrapped into its signature (RFC 8551 3.5.2), which not every program unwraps.
    Wrapped,
    /// It is in `winmail.dat`, which only Outlook reads.
    OutlookOnly,
    /// Its charset is unknown.
    UnknownCharset,
    /// It is rich text without a plain or an HTML one beside it (RFC 1896, RTF).
    OtherFormat,
    /// It says that it has parts, and does not say where they begin (RFC 2046 5.1.1).
    BrokenParts,
    /// All of it is another mail.
    OnlyMail,
    /// There is none: only a header, pictures or files.
    NoText,
}

/// What tells why a mail has no text.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one reason")]
pub(super) struct Signs {
    pub(super) encrypted: bool,
    pub(super) wrapped: bool,
    pub(super) outlook: bool,
    pub(super) charset: bool,
    format: bool,
    parts: bool,
    /// The lines that part the multiparts that have begun (RFC 2046 5.1.1).
    boundaries: HashSet<String>,
}

impl Signs {
    /// A multipart begins.
    pub(super) fn opens(&mut self, part: &MessagePart<'_>) {
        let boundary = part.content_type().and_then(|kind| kind.attribute("boundary"));
        self.boundaries.extend(boundary.map(|boundary| format!("--{boundary}")));
    }

    /// A text up to where the next part of a multipart around it begins: where an inner one is not ended, the parser
    /// takes what follows for its text, were it somebody else's mail.
    pub(super) fn within<'t>(&self, text: &'t str) -> &'t str {
        let mut seen = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.trim_end();
            if self.boundaries.contains(bare)
                || bare.strip_suffix("--").is_some_and(|bare| self.boundaries.contains(bare))
            {
                return text.get(..seen).unwrap_or_default();
            }
            seen += line.len();
        }
        text
    }

    /// What the type of a part tells.
    pub(super) fn look(&mut self, media_type: &str) {
        match media_type {
            "multipart/encrypted" | "application/pgp-encrypted" => self.encrypted = true,
            "application/ms-tnef" | "application/vnd.ms-tnef" => self.outlook = true,
            "text/rtf" | "application/rtf" | "text/richtext" | "text/enriched" => self.format = true,
            // Its children would have been its parts.
            other => self.parts |= other.starts_with("multipart/"),
        }
    }

    /// The one that says most.
    pub(super) fn reason(&self, attached_mail: bool) -> Unread {
        let reasons = [
            (self.encrypted, Unread::Encrypted),
            (self.wrapped, Unread::Wrapped),
            (self.outlook, Unread::OutlookOnly),
            (self.charset, Unread::UnknownCharset),
            (self.format, Unread::OtherFormat),
            (attached_mail, Unread::OnlyMail),
            (self.parts, Unread::BrokenParts),
        ];
        reasons.iter().find(|(found, _)| *found).map_or(Unread::NoText, |(_, reason)| *reason)
    }
}
