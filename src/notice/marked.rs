//! A mail's text as staff are shown it: whose words each stretch is, and in the sender's own words what was recognised. Only
//! text comes out of here; what moves a cursor or turns the order of letters is spelt out.

use chrono::NaiveDate;
use regex::Regex;

use super::own::Own;
use super::records::Mention;
use super::segments::Part;
use super::sentences::Place;
use super::spanish::folded;
use super::vocabulary::Vocabulary;
use super::{characters, dates};

/// Bytes of a mail's text that are shown; what people write is a hundredth of it.
const MOST_SHOWN: usize = 60_000;

/// A run of lines by the same hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Whose words: `own`, `quoted`, `forwarded`, `signature`, `banner` or `footer`. Only own words decide.
    pub whose: &'static str,
    /// The text in pieces, one after the other.
    pub pieces: Vec<Piece>,
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text, with its line ends.
    pub text: String,
    /// What was recognised in it, in a few words, if anything was.
    pub mark: Option<String>,
}

/// What to look for in the sender's own words.
pub(super) struct Marker<'a> {
    own: &'a Own,
    today: Option<NaiveDate>,
    effective: Option<NaiveDate>,
}

impl<'a> Marker<'a> {
    pub(super) fn new(own: &'a Own, today: Option<NaiveDate>, effective: Option<NaiveDate>) -> Self {
        Self { own, today, effective }
    }

    /// The subject in pieces.
    pub(super) fn subject(&self, text: &str) -> Vec<Piece> {
        self.pieces(&upto(text, MOST_SHOWN).replace(['\n', '\r'], " "), Place::Subject)
    }

    /// The lines in stretches, and how many lines are left out at the end because nobody writes so much.
    pub(super) fn stretches(&self, lines: &[(Part, String)]) -> (Vec<Stretch>, usize) {
        let (mut found, mut shown, mut taken): (Vec<(Part, String)>, usize, usize) = (Vec::new(), 0, 0);
        for (part, line) in lines {
            let line = upto(line.trim_end(), MOST_SHOWN);
            shown += line.len() + 1;
            if shown > MOST_SHOWN && taken > 0 {
                break;
            }
            taken += 1;
            match found.last_mut() {
                // An empty line belongs to what stands before it.
                Some((before, text)) if before == part || line.is_empty() => {
                    text.push('\n');
                    text.push_str(line);
                }
                _ => found.push((*part, line.to_owned())),
            }
        }
        let stretches = found.into_iter().filter_map(|(part, text)| {
            let text = text.trim_matches('\n');
            let pieces = match part {
                Part::Own => self.pieces(text, Place::Body),
                Part::Quoted | Part::Forwarded | Part::Signature | Part::Banner | Part::Footer => {
                    vec![Piece { text: characters::for_terminal(text), mark: None }]
                }
            };
            (!text.trim().is_empty()).then_some(Stretch { whose: part_in_words(part), pieces })
        });
        (stretches.collect(), lines.len() - taken)
    }

    fn pieces(&self, text: &str, place: Place) -> Vec<Piece> {
        let mut spans = self.spans(text, place);
        // Where two overlap, the first and longest is kept.
        spans.sort_by(|one, other| (one.start, other.end).cmp(&(other.start, one.end)));
        let (mut pieces, mut at) = (Vec::new(), 0);
        let mut push = |text: Option<&str>, mark: Option<String>| {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                pieces.push(Piece { text: characters::for_terminal(text), mark });
            }
        };
        for span in spans {
            if span.start >= at && text.get(span.start..span.end).is_some() {
                push(text.get(at..span.start), None);
                push(text.get(span.start..span.end), Some(span.what));
                at = span.end;
            }
        }
        push(text.get(at..), None);
        pieces
    }

    fn spans(&self, text: &str, place: Place) -> Vec<Span> {
        let plain = Plain::of(text);
        let mut spans = Vec::new();
        let ids = |mention: &&Mention| mention.place == place;
        let mentions: Vec<&Mention> = self.own.mentions.iter().filter(ids).collect();
        let mut known: Vec<&str> = mentions.iter().map(|mention| mention.id.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        for id in known {
            let mut roles = mentions.iter().filter(|mention| mention.id.as_str() == id);
            let mut role = None;
            for start in plain.words(&id.to_ascii_lowercase()) {
                role = roles.next().or(role);
                let what = role.map_or("a number".to_owned(), |mention| mention.role.in_words());
                spans.push(plain.span(start, start + id.len(), what));
            }
        }
        for day in dates::days(&plain.text, self.today) {
            let counts = if self.effective == Some(day.date) { ", the day that counts" } else { "" };
            spans.push(plain.span(day.at, day.end, format!("{}{counts}", day.date)));
        }
        for (list, what) in deciding(&self.own.words) {
            let found = list.find_iter(&plain.text).filter(|found| !found.is_empty());
            spans.extend(found.map(|found| plain.span(found.start(), found.end(), what.to_owned())));
        }
        spans
    }
}

/// The lists of words that decide what a mail wants, and what each speaks of.
fn deciding(words: &Vocabulary) -> [(&Regex, &'static str); 17] {
    [
        (&words.revoke, "revoking"),
        (&words.take_back, "revoking"),
        (&words.no_longer_shares, "revoking"),
        (&words.will_not_share, "revoking"),
        (&words.revocation_signed, "revoking"),
        (&words.revocation, "revoking"),
        (&words.consents, "consenting"),
        (&words.cancels, "stopping"),
        (&words.reversals, "deciding against it"),
        (&words.not_close, "not closing"),
        (&words.close_requests, "asks to close"),
        (&words.close_later, "closing later"),
        (&words.conditional, "a condition"),
        (&words.objections, "a doubt"),
        (&words.doubtful_record, "a doubt about the record"),
        (&words.partial, "part of the sharing"),
        (&words.correction, "a correction"),
    ]
}

/// Something recognised, by its place in the text.
struct Span {
    start: usize,
    end: usize,
    what: String,
}

/// A text as the lists are compared with it (small letters without accents, line ends as blanks), and where each of its bytes
/// stands in the text itself.
struct Plain {
    text: String,
    places: Vec<usize>,
}

impl Plain {
    fn of(text: &str) -> Self {
        let (mut plain, mut places) = (String::with_capacity(text.len()), Vec::with_capacity(text.len() + 1));
        for (at, c) in text.char_indices() {
            let mut letter = [0; 4];
            let folded = folded(c.encode_utf8(&mut letter)).to_ascii_lowercase().replace('\n', " ");
            places.extend(std::iter::repeat_n(at, folded.len()));
            plain.push_str(&folded);
        }
        places.push(text.len());
        Self { text: plain, places }
    }

    fn span(&self, start: usize, end: usize, what: String) -> Span {
        let place = |at: usize| self.places.get(at).copied().unwrap_or(usize::MAX);
        Span { start: place(start), end: place(end), what }
    }

    /// Where `word` stands by itself.
    fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.text.match_indices(word).map(|(at, _)| at).filter(move |at| {
            let before = self.text.get(..*at).and_then(|text| text.chars().next_back());
            let after = self.text.get(at + word.len()..).and_then(|text| text.chars().next());
            ![before, after].into_iter().flatten().any(char::is_alphanumeric)
        })
    }
}

/// The beginning of a text, at most so many bytes.
fn upto(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

/// Whose words a part is.
pub(super) fn part_in_words(part: Part) -> &'static str {
    match part {
        Part::Own => "own",
        Part::Quoted => "quoted",
        Part::Forwarded => "forwarded",
        Part::Signature => "signature",
        Part::Banner => "banner",
        Part::Footer => "footer",
    }
}

#[cfg(test)]
mod tests {
    use crate::notice::{Explained, Piece, ReaderRules, explain};

    fn explained(rest: &str) -> Explained {
        let raw = format!(
            "From: pat@agency.example\nTo: HMIS Helpdesk\n <help@desk.example>\nDate: Wed, 14 Oct 2026 10:00:00 -0500\n{rest}"
        );
        explain(raw.replace('\n', "\r\n").as_bytes(), &ReaderRules::default())
    }

    fn marks(pieces: &[Piece]) -> Vec<(&str, &str)> {
        pieces.iter().filter_map(|piece| Some((piece.text.as_str(), piece.mark.as_deref()?))).collect()
    }

    fn text(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn ids_days_and_deciding_words_are_marked_in_own_words_only() {
        let found = explained(
            "Subject: Client 1555555 revoked\n\nClient 1555555 revoked her\nROI on 10/12.\n\n\
             On Mon, Oct 12, 2026 at 9:00 AM HMIS Helpdesk <helpdesk@hmis.example> wrote:\n> Which client revoked on 10/11?\n",
        );
        let own = found.stretches().first().expect("own words");
        assert_eq!(
            (own.whose, text(&own.pieces).as_str()),
            ("own", "Client 1555555 revoked her\nROI on 10/12.")
        );
        let marks = marks(&own.pieces);
        assert!(marks.contains(&("1555555", "a record")), "{marks:?}");
        assert!(
            marks.iter().any(|(text, what)| text.starts_with("revoked") && *what == "revoking"),
            "{marks:?}"
        );
        assert!(
            marks
                .iter()
                .any(|(text, what)| text.contains("10/12") && *what == "2026-10-12, the day that counts"),
            "{marks:?}"
        );
        let quoted = found.stretches().get(1).expect("quoted words");
        assert_eq!(quoted.whose, "quoted");
        assert!(quoted.pieces.iter().all(|piece| piece.mark.is_none()), "{quoted:?}");
        assert_eq!(text(found.subject()), "Client 1555555 revoked");
        assert!(found.subject().iter().any(|piece| piece.mark.is_some()));
        assert_eq!(found.to(), "HMIS Helpdesk <help@desk.example>");
    }

    #[test]
    fn accents_do_not_move_a_mark() {
        let found = explained(
            "Subject: x\nContent-Type: text/plain; charset=utf-8\n\n\u{c9}mile\u{301} \u{2013} \u{201c}the client\u{201d} 1555555 revoked consent.\n",
        );
        let own = found.stretches().first().expect("own words");
        assert!(marks(&own.pieces).contains(&("1555555", "a record")), "{own:?}");
        assert!(text(&own.pieces).contains("mile"), "{own:?}");
    }

    #[test]
    fn what_turns_the_order_is_spelt_out_and_nothing_is_lost_or_doubled() {
        let long = "word ".repeat(4_000);
        let body =
            format!("Client 1555555 revoked.\n\u{202E}neddih\u{202C} <script>alert(1)</script>\n{long}\n");
        let found = explained(&format!("Subject: x\nContent-Type: text/plain; charset=utf-8\n\n{body}"));
        let all: String = found.stretches().iter().map(|stretch| text(&stretch.pieces)).collect();
        assert!(all.contains("<script>alert(1)</script>"), "it is text, and the page escapes it");
        assert!(!all.contains('\u{202E}') && all.contains("neddih"), "{}", all.len());
        assert_eq!(all.matches("word").count(), 4_000);
        assert_eq!(found.left_out(), 0);
    }

    #[test]
    fn of_a_mail_longer_than_people_write_the_beginning_is_shown() {
        let lines = "a line of words that says nothing at all\n".repeat(5_000);
        let found = explained(&format!("Subject: x\n\nClient 1555555 revoked.\n{lines}"));
        let shown: usize = found.stretches().iter().map(|stretch| text(&stretch.pieces).len()).sum();
        assert!(shown <= super::MOST_SHOWN, "{shown}");
        assert!(found.left_out() > 0, "{}", found.left_out());
    }
}
