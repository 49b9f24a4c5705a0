//! Delivery reports: which of our mails did not arrive (RFC 3464). Nothing in them is verified: they are a hint for
//! people and decide nothing.

use mail_parser::{Message, MessageParser, PartType};

/// The Message-ID of the mail that a report says could not be delivered, without angle brackets; `None` if it is no
/// such report, tells of a delay or a success only, or does not return the mail's header.
pub(super) fn undelivered(message: &Message<'_>) -> Option<String> {
    let root = message.parts.first()?;
    if super::text::media_type(root) != "multipart/report" {
        return None;
    }
    let (mut failed, mut returned) = (false, None);
    for part in &message.parts {
        match (super::text::media_type(part).as_str(), &part.body) {
            ("message/delivery-status" | "message/global-delivery-status", _) => {
                failed |= says_failed(part.contents());
            }
            (_, PartType::Message(mail)) => returned = returned.or_else(|| id_of(mail)),
            ("text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers", _) => {
                let header = MessageParser::default().parse_headers(part.contents());
                returned = returned.or_else(|| header.as_ref().and_then(id_of));
            }
            (_, _) => {}
        }
    }
    returned.filter(|_| failed)
}

fn id_of(message: &Message<'_>) -> Option<String> {
    message.message_id().map(str::to_owned)
}

/// Whether the status of any recipient is `Action: failed` (RFC 3464 2.3.3).
fn says_failed(status: &[u8]) -> bool {
    status.split(|byte| *byte == b'\n').any(|line| {
        let line = line.trim_ascii().to_ascii_lowercase();
        line.strip_prefix(b"action:").is_some_and(|action| action.trim_ascii().starts_with(b"failed"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(kind: &str, action: &str, returned: &str) -> Option<String> {
        let mail = format!(
            "From: MAILER-DAEMON@mx.example\r\nReturn-Path: <>\r\nMIME-Version: 1.0\r\nContent-Type: {kind}; \
             boundary=b\r\n\r\n--b\r\n\r\nIt could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; jane@agency.example\r\nAction: {action}\r\n\
             Status: 5.1.1\r\n\r\n--b\r\n{returned}\r\n--b--\r\n"
        );
        undelivered(&MessageParser::default().parse(mail.as_bytes()).expect("parses"))
    }

    #[test]
    fn a_report_of_a_failure_names_the_mail_that_did_not_arrive() {
        let kind = "multipart/report; report-type=delivery-status";
        let whole = "Content-Type: message/rfc822\r\n\r\nMessage-ID: <RD-1.reply.1.x@desk.example>\r\nReferences: <a@b>\r\nSubject: x\r\n\r\nhi";
        let header = "Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\nMessage-ID: <RD-1.reply.1.x@desk.example>\r\n";
        let ours = Some("RD-1.reply.1.x@desk.example".to_owned());
        for (kind, action, returned, wanted) in [
            (kind, "failed", whole, &ours),
            (kind, "Failed", header, &ours),
            (kind, "delayed", whole, &None),
            (kind, "delivered", whole, &None),
            (kind, "failed", "Content-Type: text/plain\r\n\r\nnothing", &None),
            ("multipart/mixed", "failed", whole, &None),
        ] {
            assert_eq!(&report(kind, action, returned), wanted, "{kind} {action} {returned}");
        }
    }
}
