//! Parts put together in a way in which mail programs show different texts: a person may have read another one.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::{cut, is_attached, media_type, normalise, usable};

/// Bytes of a further text that are looked at.
const LONGEST_FURTHER: usize = 16 * 1024;
/// Further texts kept.
const MOST_FURTHER: usize = 20;

const FORMATS: &str = "its text stands in it once more, in a format that was not read.";
const BESIDE: &str = "its text and its HTML are put together in a way that mail programs show differently.";
const AROUND: &str = "words stand before or behind its parts, which some mail programs show.";
const TWICE: &str = "its header says two things of how it is to be read.";
const UNPARTED: &str = "it says that it has parts, and they cannot be told apart.";

/// What in the structure of a mail makes it uncertain which text a person sees.
pub(super) fn doubts(message: &Message<'_>) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut open = vec![0u32];
    while let Some(id) = open.pop() {
        let Some(part) = message.part(id) else { continue };
        let kind = media_type(part);
        let mut doubt = |is: bool, why| {
            if is && !found.contains(&why) {
                found.push(why);
            }
        };
        doubt(says_twice(message, part), TWICE);
        if let PartType::Multipart(children) = &part.body {
            let shown = |wanted: &dyn Fn(&str) -> bool| {
                let is = |child: &&MessagePart<'_>| {
                    child.is_text() && !is_attached(child) && wanted(&media_type(child))
                };
                children.iter().filter_map(|child| message.part(*child)).filter(is).count()
            };
            let texts = shown(&|kind| matches!(kind, "text/plain" | "text/html"));
            let usual =
                matches!(kind.as_str(), "multipart/alternative" | "multipart/mixed" | "multipart/report");
            doubt(!usual && texts > 1, BESIDE);
            let other = |kind: &str| !matches!(kind, "text/plain" | "text/html" | "text/calendar");
            doubt(kind == "multipart/alternative" && shown(&other) > 0, FORMATS);
            doubt(has_words_around(message, part, children), AROUND);
            open.extend(children);
        } else {
            doubt(kind.starts_with("multipart/"), UNPARTED);
        }
    }
    found
}

/// Whether one field that says how a part is to be read stands there twice, or one of its parameters.
fn says_twice(message: &Message<'_>, part: &MessagePart<'_>) -> bool {
    ["content-type", "content-transfer-encoding", "content-disposition"].iter().any(|name| {
        let fields: Vec<_> =
            part.headers.iter().filter(|header| header.name.as_str().eq_ignore_ascii_case(name)).collect();
        let parameter = fields.iter().any(|field| {
            let value = message.raw_message.get(field.offset_start as usize..field.offset_end as usize);
            let value = String::from_utf8_lossy(value.unwrap_or_default()).to_ascii_lowercase();
            let names = value.split(';').skip(1).filter_map(|piece| piece.split_once('='));
            ["boundary", "charset"]
                .iter()
                .any(|wanted| names.clone().filter(|(name, _)| name.trim() == *wanted).count() > 1)
        });
        fields.len() > 1 || parameter
    })
}

/// Whether words stand before the first part of a multipart or behind its last one (RFC 2046 5.1.1), but for the
/// sentence about MIME that programs put there.
fn has_words_around(message: &Message<'_>, part: &MessagePart<'_>, children: &[u32]) -> bool {
    let Some(boundary) = part.content_type().and_then(|kind| kind.attribute("boundary")) else {
        return false;
    };
    let text = |from: u32, to: u32| {
        let raw = message.raw_message.get(from as usize..to as usize).unwrap_or_default();
        String::from_utf8_lossy(raw.get(..LONGEST_FURTHER).unwrap_or(raw)).into_owned()
    };
    let first = children.first().and_then(|child| message.part(*child));
    let begin = part.offset_body;
    let before = first.map(|first| text(begin, first.offset_header)).unwrap_or_default();
    let before = before.split(&format!("--{boundary}")).next().unwrap_or_default().to_ascii_lowercase();
    let of_programs =
        ["mime", "multi-part", "multipart", "s/mime", "openpgp"].iter().any(|word| before.contains(word));
    let words = |text: &str| text.contains(char::is_alphanumeric);
    let last = children.last().and_then(|child| message.part(*child));
    let behind =
        last.map(|last| text(last.offset_end, part.offset_end.max(last.offset_end))).unwrap_or_default();
    let end = format!("--{boundary}--");
    let behind = behind.split_once(&end).map(|(_, behind)| behind).unwrap_or_default();
    words(&before) && !(of_programs && before.len() < 400) || words(behind)
}

/// Texts beside the first one of a mail: further ones that are shown, and attached ones that many programs show too.
pub(super) fn further(message: &Message<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut first = true;
    // (part, inside an alternative)
    let mut open = vec![(0u32, false)];
    while let Some((id, alternative)) = open.pop() {
        let Some(part) = message.part(id) else { continue };
        let kind = media_type(part);
        match &part.body {
            PartType::Multipart(children) => {
                let inside = alternative || kind == "multipart/alternative";
                first &= kind != "multipart/alternative";
                open.extend(children.iter().rev().map(|child| (*child, inside)));
            }
            PartType::Text(text) | PartType::Html(text) => {
                let named = is_attached(part) && id != 0;
                let data = matches!(
                    kind.as_str(),
                    "text/calendar"
                        | "text/directory"
                        | "text/vcard"
                        | "text/x-vcard"
                        | "text/csv"
                        | "text/rfc822-headers"
                );
                let another = kind == "text/plain" && !alternative && !first;
                if (named && !data || another) && usable(text) && found.len() < MOST_FURTHER {
                    found.push(normalise(cut(text, LONGEST_FURTHER)));
                }
                first &= named || !text.contains(char::is_alphanumeric);
            }
            PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) => {}
        }
    }
    found
}
