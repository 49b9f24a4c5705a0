//! Mail that is left alone and might have been a notice: why a person should look at it.

use super::Envelope;
use super::judge::CLIENT;
use super::kind::speaks_of_it;
use super::language;
use super::own::Own;
use super::records::{Mention, Role};
use super::sentences::{Place, Sentence};
use super::text::{Attachment, Body};
use super::vocabulary::{Vocabulary, pattern};

/// Words of a mail that only hands on what is attached to it.
const FEW_WORDS: usize = 25;

pattern! {
    /// Local parts of the addresses that scans, faxes, voicemails and portals write from.
    CHANNEL_SENDER = [r"(?:^|[-_.+])(?:scan\w*|copier|mfp|printer|e?fax\w*|voice-?mail|pbx|portal|secure-?mail|secure-?message|docusign|xerox|ricoh|canon|konica|kyocera|sharp)"];
    CHANNEL = [r"\b(?:scan(?:ned)? (?:from|to|document|file|image|attached)|scanner|copier|mfp|multi-?function|e?-?fax(?:ed|es)?|voice ?mail|voice message|missed call|portal|recording|transcript(?:ion)?)\b"];
    SECURE_MESSAGE = [r"\b(?:secure|secured|encrypted|protected) (?:e-?mail|message)\b"];
    SEE_FILE = [r"\b(?:attach\w*|enclos\w*|scan\w*|see (?:the |this )?(?:file|picture|photo|pdf|paper)|forms?|papers?|paperwork|documents?|pdf|picture|photo|signed)\b"];
    /// What most files that come with mail are about.
    EVERYDAY = [r"\b(?:reports?|passwords?|pass ?code|log-?ins?|log ?in|log ?on|screen ?shots?|error|invoices?|agenda|minutes|training|certificates?|flyer|schedule|calendar|budget|census|bed ?counts?|counts?|data quality|rosters?|time ?sheets?|contract|lease|license|licence|w-?9|newsletter|statistics|stats|apr|dashboard|directory|year|month\w*|week\w*|quarter\w*)\b"];
    FORM_TYPE = [r"^image/|^application/(?:pdf|x-pdf|msword|rtf|vnd\.openxmlformats-officedocument\.wordprocessingml)"];
    FORM_ENDING = [r"^(?:pdf|jpe?g|png|tiff?|heic|gif|bmp|docx?|rtf|odt)$"];
    /// What Spanish mail is about that may be a notice or take one back.
    MATTER_SPANISH = [r"\b(?:c(?:ie|e)rr\w+|quit[ae]\w*|borr[ae]\w*|privad\w+|privacidad|compart\w+|olvid[ae]\w*|(?:dejen?|dejar|dejarlo|quede) sin efecto|descart\w+|ignor[ae]\w*|saqu\w+|sacar\w*|cancel\w+|revo[ck]\w+|retir\w+|rompi\w*|de baja|client[ae] (?:ya )?no|no quiere\w?)\b"];
    EVERYDAY_SPANISH = [r"\b(?:contrasena\w*|clave|reportes?|informes?|juntas?|reunion\w*|capacitacion\w*|facturas?|horarios?|calendario|camas?|ticket|cuentas?|usuarios?)\b"];
    /// What is asked for a record.
    CLOSING = [r"\b(?:clos(?:e|es|ed|ing)|lock(?:ed|ing)?|hid(?:e|den)|private|unshare\w*|remov\w+|delet\w+|eras\w+|stop\w* shar\w+)\b"];
    OPTED_OUT = [r"\b(?:client|consumer|guest|resident|participant|tenant|patient|she|he|mother|father|family)\b[^.;!?\n]{0,60}\bopt(?:ed|s|ing)?[- ]?out\b"];
}

/// Why a person's mail that is left alone should be looked at for a number in it, or for what it says in Spanish.
pub(super) fn possible_words(own: &Own) -> Option<&'static str> {
    let written = |place| {
        own.sentences.iter().filter(move |s| s.place == place).map(|sentence| sentence.written.as_str())
    };
    let mut records =
        own.mentions.iter().filter(|mention| !matches!(mention.role, Role::Other(_))).peekable();
    let other = language::hardly_english(written(Place::Body))
        || own.text(Some(Place::Body)).trim().is_empty() && language::hardly_english(written(Place::Subject));
    if other && records.peek().is_some() {
        return Some("It is hardly in English, and names a number that may be a client's.");
    }
    let closing = |mention: &Mention| {
        own.sentences.get(mention.sentence).is_some_and(|sentence| CLOSING.is_match(&sentence.lower))
    };
    if records.any(closing) {
        return Some("It asks to close or hide something, and names a number that may be a client's.");
    }
    let spanish = |sentence: &Sentence| {
        (other || sentence.spanish)
            && MATTER_SPANISH.is_match(&sentence.lower)
            && !EVERYDAY_SPANISH.is_match(&sentence.lower)
    };
    own.counting()
        .any(|(_, sentence, _)| spanish(sentence))
        .then_some("It asks in Spanish to close, to undo or to leave something out.")
}

/// Why mail that is left alone might have been a notice, if so. `text` is what of it is looked at, in lower case;
/// `own_words` are the words a person wrote, `None` where a machine wrote the mail.
pub(super) fn possible(
    envelope: &Envelope,
    body: &Body,
    text: &str,
    own_words: Option<usize>,
    words: &Vocabulary,
) -> Option<String> {
    let names: Vec<String> =
        body.attachments.iter().filter_map(|file| file.name.as_deref()).map(spaced).collect();
    let everyday = EVERYDAY.is_match(text) || names.iter().any(|name| EVERYDAY.is_match(name));
    let of_consent = |name: &String| {
        (words.take_back.is_match(name) || words.consent.is_match(name)) && !EVERYDAY.is_match(name)
    };
    let form = body.attachments.iter().any(is_form) && !everyday;
    let sender = envelope.from.iter().any(|from| CHANNEL_SENDER.is_match(&from.local().to_lowercase()));
    let why = if names.iter().any(|name| words.revoke.is_match(name) || words.revocation.is_match(name)) {
        "An attachment is called a revocation."
    } else if names.iter().any(of_consent) {
        "An attachment is called a consent, or its end."
    } else if speaks_of_it(text) {
        "It speaks of revoking, consent or statewide sharing."
    } else if OPTED_OUT.is_match(text)
        || words.no_longer_shares.is_match(text)
        || CLIENT.is_match(text) && words.will_not_share.is_match(text)
    {
        "It speaks of a client who opted out or does not want to share."
    } else if SECURE_MESSAGE.is_match(text) && (own_words.is_none() || !everyday) {
        "It points to a secure message, which has to be opened elsewhere."
    } else if form && (sender || CHANNEL.is_match(text)) {
        "It is a scan, a fax, a voicemail or a portal's mail, with a file that may be a form."
    } else if body.attached_mail && own_words.is_some_and(|count| count <= FEW_WORDS) {
        "A mail is attached to it, which is not read."
    } else if form && own_words.is_some_and(|count| count <= 5 || count <= 25 && SEE_FILE.is_match(text)) {
        "It says little, and a file came with it that may be a form."
    } else {
        return None;
    };
    Some(why.to_owned())
}

/// The name of a file as words: `ClientRevoked_2026.pdf` → `client revoked 2026 pdf`.
fn spaced(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 8);
    let mut small = false;
    for letter in name.chars() {
        if small && letter.is_uppercase() {
            out.push(' ');
        }
        small = letter.is_lowercase();
        out.extend(if letter.is_alphanumeric() { letter } else { ' ' }.to_lowercase());
    }
    out
}

/// Paper ends up as a picture, a PDF or a document; tables and archives are something else.
fn is_form(file: &Attachment) -> bool {
    let ending = file.name.as_deref().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
    file.may_be_a_form
        && (FORM_TYPE.is_match(&file.media_type)
            || ending.is_some_and(|ending| FORM_ENDING.is_match(&ending.to_lowercase())))
}
