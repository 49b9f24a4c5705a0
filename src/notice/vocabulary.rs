//! The words of notices, as data: every pattern the reader knows stands here, so that it can be inspected and
//! extended in one place. Patterns see lower-case text with single blanks. In them `\b`, `\w`, `\d` and ` ` are
//! ASCII; `{obj}`, `{share}`, `{gap}`, `{near}` stand for the fragments below.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

/// What a client signs or gives: the consent itself.
const OBJECT: &str = r"(?:roi'?s?|r\.o\.i\.?|releases?(?: of (?:her |his |their |the )?info(?:rmation)?)?|consents?|authori[sz]ations?|permissions?|(?:data[- ]|information[- ]|info[- ])?sharing|data share|statewide|consentimiento)";
/// What sharing looks like from the client's side.
const SHARE: &str = r"(?:shar(?:e|es|ed|ing)|see|sees|seen|seeing|look(?:ed|ing|s)? (?:\w+ )?up|look(?:ing)? at|view(?:ed|ing)?|visible|access(?:ed|ing|ible)?|statewide|roi|release|consent|in (?:the )?hmis|found)";
/// The same from a client who does not want it any more: shared with, seen by others.
const SHARED: &str = r"(?:(?:shar(?:e|ing|ed)|visible|accessible|statewide|roi|release|consent|in (?:the )?(?:hmis|(?:shared |statewide )?system))\b|(?:be|being|get|getting|been) (?:\w+ )?(?:seen|looked up|looked at|found|viewed|shared)\b|(?:other\w*|any(?:one|body)|every(?:one|body)|nobody|people|strangers|agenc\w+|shelters?|places|providers?|staff|ex)\b(?: \w+){0,5} (?:see|seeing|look\w*|view\w*|find\w*|know\w*|have|having|access\w*)\b)";
/// A few words, within a clause.
const GAP: &str = r"(?: [^ ,;:!?]+){0,5}?";
/// Two words at most.
const NEAR: &str = r"(?: [^ ,;:!?]+){0,2}?";

fn expand(pattern: &str) -> String {
    pattern
        .replace("{obj}", OBJECT)
        .replace("{shared}", SHARED)
        .replace("{share}", SHARE)
        .replace("{gap}", GAP)
        .replace("{near}", NEAR)
        .replace(r"\b", r"(?-u:\b)")
        .replace(r"\d", "[0-9]")
        .replace(r"\w", "[a-z0-9'-]")
}

/// Compiles one table into one alternation.
pub(super) fn any(patterns: &[&str]) -> Regex {
    let joined =
        patterns.iter().map(|pattern| format!("(?:{})", expand(pattern))).collect::<Vec<_>>().join("|");
    RegexBuilder::new(&joined)
        .size_limit(1 << 25)
        .dfa_size_limit(1 << 24)
        .build()
        .expect("the tables hold valid patterns")
}

/// Patterns that only one layer needs, in the same language as the tables here.
macro_rules! pattern {
    ($($vis:vis $name:ident = [$($p:expr),* $(,)?];)*) => {$(
        $vis static $name: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| $crate::notice::vocabulary::any(&[$($p),*]));
    )*};
}
pub(super) use pattern;

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident = [$($pattern:expr),* $(,)?];)*) => {$(
        $(#[$doc])*
        pub(super) static $name: LazyLock<Regex> = LazyLock::new(|| any(&[$($pattern),*]));
    )*
        #[cfg(test)]
        fn all_tables() -> Vec<(&'static str, &'static Regex)> {
            vec![$((stringify!($name), &*$name)),*]
        }
    };
}

/// Kinds of lines that are told apart before any meaning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Forward,
    Original,
    AttributionStart,
    Attribution,
    HeaderFrom,
    HeaderOther,
    Banner,
    BannerMore,
    Legal,
    Mobile,
    Closing,
    Contact,
    SaysSomething,
}

/// The line patterns, by kind.
pub(super) struct LineTable(Vec<(Line, Regex)>);

impl LineTable {
    /// Whether a line (lower case, trimmed) is of this kind.
    pub(super) fn is(&self, kind: Line, lower: &str) -> bool {
        self.0.iter().any(|(of, pattern)| *of == kind && pattern.is_match(lower))
    }
}

/// Lines, by kind.
pub(super) static LINES: LazyLock<LineTable> = LazyLock::new(|| {
    let table: &[(Line, &[&str])] = &[
        (
            Line::Forward,
            &[
                r"^-{2,} ?forwarded (?:message|by)",
                r"^begin forwarded message",
                r"^-{2,} ?forwarded message ?-{2,}",
                r"^-+ ?weitergeleitete nachricht",
                r"^-+ ?mensaje reenviado",
                r"^-+ ?message transf",
                r"^-{2,} ?fwd:",
            ],
        ),
        (
            Line::Original,
            &[
                r"^-{2,} ?original (?:message|appointment)",
                r"^-{2,} ?urspr.ngliche nachricht",
                r"^-{2,} ?mensaje original",
                r"^-{2,} ?message d.origine",
                r"^-{2,} ?reply above",
                r"^#+- ?please type your reply above",
                r"^-{3,} ?reply to message",
            ],
        ),
        (
            Line::AttributionStart,
            &[r"^(?:on|le|el|am|op|il|den|em|w dniu) \S", r"^\d{4}-\d\d-\d\d", r" wrote:$"],
        ),
        (
            Line::Attribution,
            &[
                r"^on .{6,250} wrote: ?$",
                r"^le .{6,250} .crit ?: ?$",
                r"^el .{6,250} escribi.: ?$",
                r"^am .{6,250} schrieb .{0,120}: ?$",
                r"^op .{6,250} schreef .{0,120}: ?$",
                r"^il .{6,250} ha scritto: ?$",
                r"^em .{6,250} escreveu: ?$",
                r"^den .{6,250} skrev .{0,120}: ?$",
                r"^\S.{3,120}@.{3,120} wrote: ?$",
                r"^\d{4}-\d\d-\d\d .{4,200}: ?$",
            ],
        ),
        (Line::HeaderFrom, &[r"^(?:from|von|de|da|van|fr.n) ?: ?\*?"]),
        (
            Line::HeaderOther,
            &[
                r"^\*?(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|enviado|enviado el|para|asunto|fecha|envoy.|.|objet|verzonden|aan|onderwerp|inviato|oggetto) ?:\*?",
            ],
        ),
        (
            Line::Banner,
            &[
                r"^\[?\(?(?:caution|warning|external|attention|alert|notice)\]?\)?[:!-]* ?.{0,40}(?:external|outside|originated|unknown sender|e-?mail from)",
                r"^\[external[^\]]*\]:?$",
                r"^external (?:e-?mail|sender|message)\b",
                r"^this (?:e-?mail|message) (?:originated|came|was sent|is) from (?:an? )?(?:outside|external)",
                r"^you don't often get e-?mail from",
                r"^\*+ ?(?:external|caution)",
                r"^zixcorp|^this message was sent securely",
                r"^some people who received this message don't often",
                r"^-+ ?external (?:e-?mail|message)",
            ],
        ),
        (
            Line::BannerMore,
            &[
                r"click (?:on )?(?:any )?links|attachments|recogni[sz]e the sender|unless you|suspicious|know the content|verify the sender|learn why this is important|content is safe",
            ],
        ),
        (
            Line::Legal,
            &[
                r"^\W*(?:confidential(?:ity)?(?: and privileged)?(?: e-?mail)?(?: notice| statement)?\W|privacy notice|disclaimer|legal notice|privileged and confidential)",
                r"^\W*notice: (?:this|the|e-?mail)",
                r"^\W*(?:this|the information (?:contained )?in this|the contents? of this|this communication|this transmission)\b.{0,60}(?:e-?mail|message|communication|transmission)?.{0,80}(?:confidential|intended|privileged|attachments|recipient)",
                r"^\W*if you (?:are|have) (?:not the intended|received this)",
                r"^\W*please consider the environment",
                r"^\W*(?:e-?mails? to and from|information in this (?:e-?mail|message))",
                r"^to unsubscribe",
                r"^\W*the information contained in this",
            ],
        ),
        (
            Line::Mobile,
            &[
                r"^sent (?:from|via|on) (?:my|the|a|mail|outlook|yahoo|samsung|proton|gmail)",
                r"^get outlook for",
                r"^sent from \w+ ?$",
                r"^sent with ",
                r"^please excuse (?:any |my )?(?:typos|brevity|spelling)",
                r"^enviado desde mi",
                r"^von meinem .{3,20} gesendet",
                r"^dictated",
            ],
        ),
        (
            Line::Closing,
            &[
                r"^(?:many |with |warm |kind |best |sincere )*(?:thanks?|thx|thank you|regards|wishes|apologies|respectfully|sincerely|cheers|best|gracias|respect|take care|yours(?: truly)?|cordially|warmly|peace|ty|tia|mit freundlichen gr..en|saludos)(?: (?:so much|very much|again|all|you|much|everyone|team|in advance|a lot|a million|for your (?:help|time|assistance)|and (?:best|kind) (?:regards|wishes)|have a (?:great|good|nice) \w+)){0,2}[ ,.!-]*$",
            ],
        ),
        (
            Line::Contact,
            &[
                r"\(?\d{3}\)?[-. ]{0,2}\d{3}[-. ]\d{4}",
                r"\S+@\S+\.\S+",
                r"https?://|www\.",
                r"\b(?:ph|phone|tel|fax|cell|mobile|direct|office|ext|desk)\b\.?:? ?[(+\d]",
                r"\b[a-z]{2},? \d{5}(?:-\d{4})?$",
                r"\bp\.? ?o\.? box\b",
                r"\|.*\|",
                r"^\d+ .{2,40}\b(?:st|street|ave|avenue|rd|road|blvd|lane|ln|dr|drive|way|suite|ste|floor|fl|hwy|plaza|county road)\b",
                r"^\(?(?:she/her|he/him|they/them)",
                r"\bnpi\b|\btax id\b|\bein\b",
            ],
        ),
        // A line that tells or asks something is never part of a signature.
        (
            Line::SaysSomething,
            &[
                r"\b(?:revo[kc]\w*|withdr\w+|rescind\w*|opt(?:ed|s)?[- ]out|roi|consent\w*|sharing|shared?|closed?|closing|lock(?:ed)?|please|pls|plz|confirm|scenario|effective|disregard|ignore|cancel|undo)\b",
                r"\b(?:client|consumer|participant|hmis|record|old|new|guest|resident)\b.{0,24}\d{4}",
                r"\bids?\b\W{0,4}\d",
                r"\bid\b.{0,12}\d{5}",
                r"\bnumber\b.{0,12}\d{5}",
                r"->",
            ],
        ),
    ];
    LineTable(table.iter().map(|(kind, patterns)| (*kind, any(patterns))).collect())
});

tables! {
    /// Local parts of machines' addresses.
    AUTOMATIC_SENDERS = [
        r"^(?:no|do|donot|do-not|do_not)[-_.]?(?:not[-_.]?)?reply", r"no-?reply", r"^mailer-?daemon", r"^postmaster", r"^bounces?\b", r"-bounces?$", r"^voice-?mail", r"^(?:e-?)?fax(?:es|server|service)?$", r"^scan(?:ner|s)?$", r"^copier",
        r"^(?:auto|automated|system|notifications?|notify|alerts?|daemon|cron|root|newsletter|news|mailman|listserv|majordomo|donotreply|unattended|robot|bot|survey|calendar-notification|securemail|secure-?message)(?:[-_.+]|$)",
    ];
    /// Subjects of automatic answers and bounces, in the languages met.
    AUTOMATIC_SUBJECTS = [
        r"^(?:re: |fw: )?(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|responder)|autoreply|out of (?:the )?office|ooo\b|away from (?:my |the )?(?:office|desk|e-?mail)|on (?:vacation|leave)\b|vacation (?:reply|responder)|i am (?:currently )?(?:out|away))",
        r"^(?:abwesenheit|abwesend|automatische (?:antwort|abwesenheit)|r.ponse automatique|absence du bureau|message d'absence|respuesta autom.tica|fuera de (?:la )?oficina|ausente|risposta automatica|fuori sede|autosvar|automatisk(?:t)? svar|fr.nvaro|automatisch(?:e)? (?:antwoord|beantwoording)|afwezig|resposta autom.tica|automaattinen vastaus|odpowied. automatyczna)",
        r"^(?:undeliver(?:able|ed)|delivery (?:status notification|failure|has failed)|mail delivery (?:failed|failure|subsystem|system)|returned mail|failure notice|message (?:not delivered|undeliverable|delayed)|delayed mail|warning: message|unzustellbar|non remis)",
        r"^(?:new voicemail|voice ?mail (?:from|message)|missed call|new fax|fax received|you(?:'ve| have) (?:a )?(?:new )?(?:received a )?(?:voicemail|fax|secure message)|(?:scan|scanned document|message) from (?:a |an )?(?:xerox|canon|ricoh|hp|kyocera|konica|sharp|brother|copier|mfp|scanner)|recording is (?:now )?available)",
    ];
    /// A machine says that it is one.
    AUTOMATIC_TEXT = [
        r"\bthis is an (?:automated|automatic|auto-?generated|auto)\b", r"\b(?:do not|don't|please do not) (?:reply|respond) to this (?:e-?mail|message|notification)", r"\b(?:this (?:e-?mail|message|notification) (?:was|has been) (?:automatically|auto-?) ?(?:generated|sent)|automatically generated)", r"type your reply above this line",
        r"\byour (?:request|ticket|case|message)\b.{0,40}\bhas been (?:received|created|opened|logged)", r"\b(?:delivery to the following recipient|could not be delivered to|message transcript|was scanned and sent)\b",
    ];
    /// An out-of-office note without any header that says so.
    ABSENCE_TEXT = [
        r"\b(?:i am|i'm|i will be|i'll be) (?:currently )?(?:out of (?:the )?office|away from (?:the|my) (?:office|desk|e-?mail)|on (?:leave|vacation|annual leave|pto|parental leave))",
    ];

    /// Things that are released, consented to or revoked, and are not the ROI.
    OTHER_THINGS = [
        r"\b(?:photo(?:graph)?|media|press|medical|school|lease|early|bail|prison|jail|hospital|software|mental health|video|image|records?|work|pet|liability|education) (?:and \w+ )?releases?\b", r"\brelease (?:of|from) (?:the )?(?:deposit|funds?|liability|claims?|jail|prison|hospital|custody|medical|records?|protected|lien|school)\b", r"\brelease (?:notes?|date|version|day)\b",
        r"\bconsent (?:to|for) (?:treat\w*|services?|background|credit|photo\w*|medical|drug|search|text\w*|the newsletter|care|medication|be (?:photographed|filmed|contacted)|participat\w+)\b", r"\b(?:photo|treatment|medical|media|parental|cookie) consents?\b", r"\bpermission (?:to (?:use|photograph|enter|smoke|park|leave|visit)|for (?:photos?|the trip))\b", r"\bpermissions? (?:in|on|to) (?:the )?(?:folder|drive|sharepoint|system)\b",
        r"\b(?:hipaa|snap|medicaid|county|doctor'?s?|clinic|employment|social security|ssa|police|probation) (?:roi|release|consent|authori[sz]ation)s?\b", r"\b(?:roi|release|releases|consent|authori[sz]ation|permission|release of info(?:rmation)?)(?: \w+)? (?:with|for|to|at|from) (?:\w+ ){0,3}(?:doctors?|clinic|lawyer|attorney|school|therapist|probation|landlord|employer|parole|medicaid|medicare|hospital|court|insurance|social security|ssa|dhs|va|housing authority|pharmacy|bank|newsletter|website|photos?|video|background check|treatment|credit check)\b",
        r"\bshar(?:e|es|ed|ing) (?:a|an|her|his|the|their|my|our|this|that|any|one) (?:\w+ )?(?:room|bed|unit|apartment|table|locker|space|meals?|story|stories|ride|kitchen|bathroom|car|phone|cabin|house|dorm|floor|link|calendar|folder|screen|report|reports|document|spreadsheet|drive|password|login|account|template|experience|news)\b", r"\b(?:our|its|their|your) own (?:\w+ )?(?:roi|release|consent|form)\b", r"\bscreen ?sharing\b", r"\bfile sharing\b", r"\bcost sharing\b", r"\b(?:ride|room|car)[- ]?(?:share|sharing)\b",
    ];
    /// What else may be revoked: objects that take a verb away from consent.
    OTHER_OBJECTS = [
        r"\b(?:access|licen[cs]es?|log-?ins?|accounts?|passwords?|vouchers?|leases?|users?|parole|probation|privileges?|rights|benefits|certificat\w+|insurance|subsid\w+|bail|bonds?|referrals?|applications?|reservations?|offers?|complaints?|grievances?|requests?|memberships?|enrol\w+|programs?|entry|entries|funding|grants?|otherthing|card|badge|pass|passes|permit|power of attorney|poa|guardianship|conservatorship|warrant|contract|proxy|order|keys?|token|visa|status|appeal|nomination|beds?|deposits?|winnings|money|teeth|report|data quality|numbers)\b",
    ];
    /// Objects whose taking back means consent.
    REFUSALS = [r"\b(?:refusals?|denials?|declinations?|objections?|opt[- ]?outs?|earlier no|decision not to share|non-?consent)\b"];
    /// Objects whose taking back means cancelling.
    REVOCATIONS = [r"\b(?:revocations?|revoked consent|withdrawals?|revocation (?:request|notice|form)|request to (?:close|revoke)|change of mind)\b"];
    /// Flags that staff put on records: they tell nothing by themselves.
    ALIASES = [r"\bdo not use ?(?:[-/:,]+ ?)?(?:client )?(?:has )?(?:revoked(?: (?:consent|roi))?)?|\bclosed ?[-/] ?(?:use this file|not shared)|\buse this file\b"];
    /// The consent as an object.
    OBJECTS = [r"\b{obj}\b"];

    /// Verbs that say revoke by themselves.
    STRONG_VERBS = [r"\b(?:revo[kc](?:e|es|ed|ing)|revok|re[sc]{1,2}ind(?:s|ed|ing)?|unconsent(?:s|ed)?|revoc(?:o|\x{f3}|ado|ada))\b"];
    /// Verbs that say it of an object.
    WEAK_VERBS = [
        r"\b(?:with?dr(?:ew|awn|aws?|awing|awed)|retract(?:s|ed|ing)?|pull(?:s|ed|ing)?|cancel(?:s|l?ed|l?ing)?|terminat(?:es?|ed|ing)|end(?:s|ed|ing)|undid|undo(?:es|ne)?|took back|tak(?:e|es|en|ing) back|nix(?:es|ed)|ditch(?:es|ed)|scrapp?(?:s|ed)|renounc(?:es|ed)|annul(?:s|led)|nullif(?:ies|ied)|yank(?:s|ed)|axed|tore up|torn up|tears up|(?:took|takes?|taken|taking)(?: \w+){1,5} back|opt(?:s|ed|ing)?[- ](?:\w+ )?out|back(?:s|ed|ing)? out|invalidat(?:es?|ed)|void(?:s|ed)?)\b",
    ];
    /// Whole phrases for "no longer wants to share"; their own negation belongs to them.
    STATES = [
        r"\bno longer (?:\w+ ){0,3}?(?:agree|agrees|agreeing|consents?|consenting|wants?|wanting|wish|wishes|willing|comfortable|ok|okay|authori[sz]es?|allows?|permits?|gives?|fine|interested|happy|likes?|in agreement|shar(?:e|es|ing)|wanted|agreed)\b(?:[^.;?!]{0,80}?)\b{shared}",
        r"\bno longer (?:consents?|agrees?|authori[sz]es?|consenting)\b",
        r"\b(?:doesn'?t|does not|don'?t|do not|not|didn'?t|did not|won'?t|will not) (?:\w+ ){0,2}?(?:want|wants|wish|wishes|agree|agrees|consent|consents|like|let|allow)\b(?:[^.;?!]{0,90}?)\b{shared}(?:[^.;?!]{0,60}?)\b(?:any ?more|any longer|no more|from now on|going forward|from here on)\b",
        r"\b(?:doesn'?t|does not|don'?t|do not|not|want not) (?:\w+ ){0,2}?(?:want|wants|wish|wishes|agree|agrees|consent|consents|like)\b(?:[^.;?!]{0,40}?)\b(?:any ?more|any longer|no more|from now on)\b(?:[^.;?!]{0,90}?)\b{shared}",
        r"\bwants? (?:\w+ )?out (?:of|from) (?:\w+ ){0,4}?{obj}\b",
        r"\b(?:asked|asks|asking|told|tells|wants|requested|requests|requesting|instructed|decided|chose|chosen|wishes|said|says|demanded|demands)\b(?: [^ .;!?]+){0,8}? (?:stop|quit|end|cease|discontinue|halt|turn(?:ed)? off|shut off)\b(?: [^ .;!?]+){0,4}? (?:sharing|shared|share|statewide|showing|being shared)\b",
        r"\b(?:asked|asks|asking|wants|requested|requests|requesting|wishes|demanded|demands|would like)\b(?: [^ .;!?]+){0,6}? (?:remove|removed|take|taken|pulled|off|out|dropped)\b(?: [^ .;!?]+){0,4}? (?:data sharing|statewide(?: data)? sharing|sharing|statewide)\b",
        r"\bnot (?:ok|okay|fine|comfortable|alright|happy|cool) with (?:\w+ ){0,4}?(?:sharing|shared|share|other (?:agencies|places|shelters)|statewide)\b(?:[^.;?!]{0,30}?)\b(?:any ?more|any longer|no more)\b",
        r"\bwants? (?:\w+ ){0,3}?(?:everything|info|information|data|record|file|profile|stuff) (?:\w+ ){0,3}?(?:private|hidden|unshared|no longer shared|not shared any ?more|closed to (?:statewide|other)|locked (?:down )?(?:to|from))",
        r"\b(?:is|are|'s) done (?:with )?(?:the |all |this )*(?:statewide )?(?:data )?sharing\b",
        r"\b(?:asked|asks|asking|wants|wanted|requested|requests|told|tells|said|says|wishes|demanded|decided)\b(?:[^.;?!]{0,60}?)\b(?:not (?:to )?be (?:shared|visible|seen|viewable)|(?:no longer|stop) be(?:ing)? (?:shared|visible|seen))\b",
        r"\bsaid no to (?:further|any more|continued|more) (?:\w+ )?sharing\b",
        r"\bstopped (?:agreeing|consenting)\b",
        r"\bya no (?:quiere|desea|autoriza|acepta)\b.{0,60}\b(?:compart\w+|informaci.n)\b",
        r"\bno longer (?:wants?|wishes|likes?|would like)(?: to)? (?:\w+ ){0,2}?(?:participat\w+|be (?:in|part of))(?: \w+){0,3}? (?:data )?(?:sharing|statewide|hmis|shared)\b",
        r"\b(?:decided|decides|chose|chosen|elected|prefers?|wishes|wants?|asked|would like)(?: \w+){0,3} (?:to no longer|to not|not to)(?: \w+){0,2} (?:share|be shared|participate|have)\b[^.;?!]{0,60}?\b(?:any ?more|any longer|from now on|going forward)\b", r"\b(?:wishes|wants?|asked|decided|chose|would like)(?: \w+){0,2} to no longer (?:\w+ )?(?:share|be shared|participate|have)\b",
        r"\b(?:declines?|declined|refuses?|refused) to (?:\w+ )?(?:share|be shared|have)\b[^.;?!]{0,60}\b(?:any ?more|any longer|no more|from now on|going forward|from here on)\b",
        r"\b(?:asked|asks|wants?|requested|requests|requesting|would like|wishes)(?: \w+){0,7} (?:closed|locked|hidden|restricted|unshared) (?:to|from) (?:statewide|other|everyone|all other|outside|anyone)\b", r"\b(?:asked|asks|requested|requests)(?: us| me| that we)?(?: to)? (?:close|lock|hide|restrict) (?:her|his|their|the)(?: \w+){0,2} (?:record|file|profile|data|info|information) (?:to|from) (?:statewide|other|everyone|all other|outside|anyone)\b",
        r"\bwants? (?:her|his|their) (?:roi|release|consent|permission)(?: \w+)? back\b",
    ];
    /// The revoking as a thing that was signed, handed in or is being noticed.
    REVOCATION_SIGNED = [
        r"\b(?:we|i|staff|our \w+)(?:'ve| have)? (?:just |now |also |today )?(?:received|have|got|obtained|hold|accepted)(?: \w+){0,3} (?:revocation|withdrawal)(?: request| form| notice| letter)?(?: of (?:\w+ ){0,3}?{obj})? (?:from|for|of|signed by|by)\b",
        r"\b(?:sign(?:ed|s|ing)?|complet(?:ed|es)|fill(?:ed|s) (?:out|in)|submitt?(?:ed|s)|turned in|handed in|gave (?:us|me)|returned|brought in|wrote)(?: \w+){0,4}? (?:{obj} )?(?:revocations?|withdrawals?|opt[- ]?out|rescission)(?: of (?:\w+ ){0,2}{obj})?\b",
        r"\b(?:revocations?|withdrawals? of (?:\w+ ){0,2}{obj}|rescission)(?: \w+){0,3}? (?:was |is |were |has been |have been |that \w+ )?(?:signed|received|completed|dated)\b",
        r"\b(?:date of (?:the )?(?:revocation|withdrawal|opt[- ]?out|revoking)|(?:revocation|withdrawal|opt[- ]?out) date|date (?:client )?(?:revoked|withdrawn|withdrew|signed revocation)|revoked(?: on)?):",
        r"\b(?:made|gave|stated|requested|requests|requesting)(?: \w+){0,3}? (?:revocation|withdrawal) of (?:\w+ ){0,3}{obj}\b",
    ];
    /// The revoking as a topic: enough for the kind beside a request, never a fact by itself.
    REVOCATION_NOUN = [
        r"\b(?:revocations?|revokations?|rescission|(?:{obj}) (?:withdrawal|opt[- ]?out|retraction)|withdrawals? of (?:\w+ ){0,4}?{obj}|retraction of (?:\w+ ){0,3}?{obj}|opt(?:ing)?[- ]?out (?:of|from) (?:\w+ ){0,3}?{obj}|revocaci.n)\b",
    ];
    /// The noun as the name of a form, a rule, a statistic.
    REVOCATION_TOPIC = [
        r"\brevocations? (?:forms?|letters?|process|procedure|policy|steps|report|training|page|template|section|rate|numbers|question|workflow|guide|instructions|count|wording|language)\b", r"\b(?:no|without a|any|how many|number of) (?:\w+ )?revocations?\b", r"\b(?:steps|process|procedure|policy|instructions|form|question|training|template) (?:for|on|about) (?:\w+ )?revocations?\b",
    ];

    /// Clients who now agree.
    CONSENTS = [
        r"\bsign(?:ed|s|ing)?(?: (?:a|an|the|her|his|their|our|new|hmis|it|us|me|client|up|updated|another|fresh|current|same|day))*? (?:hmis )?(?:roi|r\.o\.i|releases?(?: of info(?:rmation)?)?|consents?(?: form)?|authori[sz]ation|agreement)\b",
        r"\b(?:roi|release of information|consent form|release) (?:is |was |has (?:now )?been |now |got |just )*signed\b",
                r"\b(?:gave|given|gives|giving|provided|provides|got|received|obtained)(?: (?:us|me|her|his|their|a|an|the|verbal|oral|written|now|new|client|full))*? (?:consent|permission|roi|release)\b",
        r"\b(?:verbal|oral|phone) (?:consent|roi|agreement)\b", r"\b(?:gave|given|gives) (?:us |me )?(?:his|her|their|the) (?:ok|okay|go-?ahead|blessing)\b", r"\b(?:is|are) now (?:ok|okay|fine|happy|comfortable) with (?:the )?(?:data )?sharing\b", r"\b(?:ok|okay|fine|happy|comfortable) with (?:the )?(?:data )?sharing now\b", r"\bhas come around\b",
        r"\b(?:agree[sd]?|consent(?:s|ed)|willing|ok|okay|happy|wants?|wanted|decided|decides|wishes|ready|fine|like|chosen|chose|allow(?:s|ed)?|asked) (?:to|that|for)(?: \w+){0,4}? (?:shar(?:e|ed|ing)|shareable|opened(?: up)?|statewide)\b",
        r"\b(?:opt(?:s|ed|ing)?[- ](?:back )?in|wants? back in|back to sharing|reinstat(?:e|es|ed|ing)|re-?consent(?:s|ed)?|un-?revok\w*)\b",
        r"\bchanged (?:her|his|their) minds?(?:\W+\w+){0,3}? (?:wants? to share|to share|and signed)\b",
    ];
    /// Something was signed; what, the rest of the mail tells.
    SIGNED_SOMETHING = [r"\bsigned (?:it|one|again|the (?:form|paper|papers))\b"];
    /// Why a consent is the "vice versa": there was a refusal and a closed record before.
    REFUSED_BEFORE = [
        r"\brefus(?:ed|es|al|ing)\b", r"\bdeclin(?:ed|es|ing)\b", r"\bsaid no\b", r"\b(?:did not|didn'?t|had not|hadn'?t|would not|not) (?:want|agree|consent|sign|share)\w*\b", r"\bclosed (?:record|file|client|since|profile|one|id)\b", r"\b(?:record|file|client|profile|one|\d{5,8}) (?:is|was|has been|had been|were) (?:\w+ )?(?:closed|locked|not shared)\b",
        r"\b(?:stay|stays|staying|remains?|remaining|leav(?:e|ing)|left|keep|keeping|kept)\b(?: \w+){0,4} (?:closed|locked)\b", r"\bnew (?:open|shared|opened) \w+\b", r"\b(?:that is|is|now) open\b", r"\bafter all\b", r"\bopted out\b", r"\brevoked\b", r"\b(?:again|back)\b", r"\bunshared\b", r"\bdo not use\b", r"\bclosed\b",
    ];
    /// Asks to stop or undo; strong enough alone.
    CANCELS = [
        r"\b(?:disregard|ignore|cancel|retract|scratch|recall|void|withdraw|nix|forget|take back|rescind)(?: [^ .;!?]+){0,4}? (?:e-?mails?|messages?|msgs?|mails?|notices?|requests?|revocations?|tickets?|notes?|notification|form|submission|request to close|closing|closure|that|this|it)\b",
        r"\b(?:please|pls) (?:undo|reverse|revert)\b", r"\bfalse alarm\b", r"\bput (?:it|her|him|them|this|\d+) back\b", r"\b(?:was|is) (?:a |the )?(?:different|wrong|another) client\b", r"^\W*(?:please |pls )*(?:disregard|cancel|never ?mind|nevermind|scratch that)\b", r"\b(?:please|pls) (?:disregard|ignore)\b", r"\b(?:disregard|ignore) (?:my|the|that|this|it)\b",
        r"\b(?:sent|e-?mailed|submitted|reported|closed|revoked|entered) (?:\w+ ){0,3}?(?:in error|by mistake|by accident|mistakenly|accidentally|too soon|prematurely|erroneously)\b", r"\b(?:mistakenly|accidentally|erroneously) (?:sent|reported|told|closed|revoked|requested|asked)\b",
        r"\b(?:was|were) (?:meant|intended) for (?:a |an)?(?:different|another|other)\b", r"\bshould(?:n't| not) (?:have been|be) (?:closed|revoked|locked)\b", r"\bshould (?:never have been|stay open|remain open)\b",
        r"\b(?:undo|reverse|revert|un-?close|roll back)\b(?: [^ .;!?]+){0,4}? (?:closing|closure|close|it|that|this|change|revocation|record|request|what)\b", r"\b(?:gave|given|sent|told) you (?:the )?wrong (?:id|client|number|record|person)\b", r"\bthe wrong (?:id|client|record|person)\b.{0,30}\b(?:earlier|last|yesterday|sent|gave|told|wrote)\b",
        r"\b(?:no|not) (?:longer )?(?:need|necessary|reason)(?: \w+){0,2}? (?:to )?(?:close|closing|lock|process)\b", r"\b(?:stop|halt|pause) (?:the )?(?:closing|closure|process|request|revocation)\b", r"^\W*stop ?(?:[,.!-]|$)",
    ];
    /// Words that undo a closing where nothing else is told.
    CANCELS_WEAK = [
        r"\bre-?open(?:ed)?\b", r"\bopen (?:\w+ ){0,3}(?:again|back up)\b", r"\b(?:leave|keep) (?:\w+ ){1,4}?(?:open|shared|sharing|as (?:it|they) (?:is|was|are|were))\b", r"\b(?:must|should|can|may|to) (?:stay|remain) (?:open|shared)\b",
        r"\b(?:do not|don'?t|dont|please not|not to) (?:\w+ ){0,2}?(?:close|lock|restrict|process)\b", r"\bhold off\b",
    ];
    /// The client thought better of it.
    REVERSALS = [
        r"\b(?:wants?|decided|going|would like|prefers?|chose|wishes|will|gets) to (?:keep|continue|go on|stay|leave|remain)(?: \w+){0,2}? (?:shar\w+|open|shared|everything|things|it|consent|roi|consenting)\b", r"\b(?:will )?keep(?:s|ing)? (?:her|his|their|the) (?:consent|roi|release)\b", r"\bsecond thoughts\b", r"\bdid(?:n't| not) mean to (?:revoke|close|send)\b", r"\b(?:has|have) reconsidered\b",
        r"\b(?:decided|chose|agreed|opted|elected|preferred) (?:\w+ ){0,2}?(?:against|to (?:leave|keep|stay|wait|think))\b", r"\b(?:decided|chose|agreed|opted|elected|preferred) (?:\w+ ){0,2}?not to(?:\W*$| (?:revoke|withdraw|do (?:it|so|that)|go|sign|pursue|proceed|pull|change|after)\b)", r"\bbut\b[^.;]{0,50}\b(?:changed (?:her|his|their) minds?|reconsidered|(?:then )?signed (?:a|the|it|again|up)|took it back|wants? to (?:share|keep|undo|stay (?:open|shared|in))|thought better)\b", r"\b(?:will|would|does|did|do) (?:not|n't) (?:\w+ )?(?:revoke|withdraw) ?(?:after all|any ?more)?\b", r"\bno longer wants? to (?:revoke|withdraw|close)\b", r"\btalked (?:him|her|them) out\b", r"\bnot the hmis (?:roi|release|consent|one|form)\b", r"\bdecid\w+ to leave (?:everything|it|things)\b", r"\b(?:she|he|they|client|person|\d{5,8}) (?:says? (?:that )?(?:she|he|they) )?(?:did not|didn'?t|never did|has not|hasn'?t|have not)\W*$", r"\b(?:says?|said|claims?|insists?|tells (?:me|us)|told (?:me|us)) (?:that )?(?:she|he|they) (?:did not|didn'?t|never|has not|hasn'?t)\b", r"\b(?:she|he|they|client) kept (?:it|her|his|their|the (?:roi|consent))\b", r"\bnothing of the (?:kind|sort)\b",
    ];
    /// Not to be closed (yet).
    NOT_CLOSE = [
        r"\b(?:do not|don'?t|dont|not to|never|please not) (?:\w+ ){0,2}?(?:close|lock|process|restrict|remove|touch|action|act on|do anything)\b(?: [^ .;!?]+)?", r"\bhold off\b", r"\b(?:please |pls )?(?:wait|waiting|hold|pause|stand by|sit on)(?: on)? (?:\w+ ){0,3}?(?:until|till|before|for|on|this|closing|that|it)\b", r"\bhow (?:we|to|i) (?:should )?proceed\b|\bwill (?:write|report|get back|follow up|let you know)\b", r"\bnot (?:close|closed|to be closed|process|ready)(?: \w+)? (?:yet|until|before)\b",
        r"\bbefore (?:anything|any ?one|you|we|it|the record)(?: \w+){0,3} (?:clos\w+|lock\w+|do|does)\b", r"\b(?:pending|on hold|not yet final|no action yet|heads[- ]up|be ready to|get ready|prepare to)\b", r"\b(?:let|tell) you know (?:once|when|if|after|as soon as)\b", r"\b(?:once|when|as soon as) (?:the |her |his |their |our |she|he|they|i|we|it)\w*\b.{0,40}\b(?:sign|signs|decides?|confirms?|is done|comes? (?:back|in)|returns?|approves?)\b", r"\buntil (?:the |her |his |their |our |she|he|they)\w*\b.{0,40}\b(?:sign|signs|signed|decides?|confirms?|comes? (?:back|in)|returns?|approves?|ends?)\b",
        r"\bstill (?:has|have|needs?) to (?:sign|decide|confirm|think|come|make|talk)\b", r"\bnot (?:yet )?(?:signed|decided|confirmed|sure)\b", r"\b(?:hasn'?t|has not|haven'?t|have not) (?:yet )?(?:signed|decided|confirmed|made up)\b",
    ];

    /// Asks for the closing, or for confirming it.
    CLOSE_REQUESTS = [
        r"\b(?:please|pls|plz|kindly|can (?:you|u)|could (?:you|u)|would you|will you|(?:can|could) someone|need you to|ask(?:ing)? (?:you|that|for)|request(?:ing|s|ed)?(?: that)?|like (?:you to|it|this|her|his|their)|need (?:it|this|the|her|his|their|\d+)|want (?:it|this|the)|you can|great if|appreciate)\b.{0,80}\b(?:clos(?:e|ed|ing|ure)|lock(?:ed|ing)?|restrict\w*|remov(?:e|ed|ing)|tak(?:e|en|ing) (?:\w+ ){0,3}(?:off|out)|take (?:statewide|the|sharing|her|him|them)|unshare|un-share|(?:turn|switch|shut|flip) (?:\w+ ){0,4}off|turn off|switch off|shut off|secur(?:e|ed)|hide|block|end|stop|terminat\w+|private|limit|visibility)\b",
        r"\bwould you mind (?:\w+ )?(?:closing|locking|restricting|removing|unsharing|taking)\b", r"\b(?:please|pls|plz|kindly) (?:process|proceed|action|handle|take care)\b", r"\bvisible (?:only )?to (?:us|our|only us)\b", r"\bonly (?:visible to (?:us|our)|(?:we|us|our \w+) can see)\b", r"\b(?:do|take) (?:that|the last|this) (?:part|step)\b|\bdo the honors\b|\bdo (?:that|it|so) for us\b|\bcould you (?:please )?do it\b|\bcan you (?:please )?do (?:it|so|that)\b|\b(?:necessary|needed) changes\b",
        r"^\W*(?:close|lock|restrict|remove|request: ?\w+|action: ?\w+|needed: ?\w+)\b", r"\b(?:close|lock) (?:it|her|him|them|this|the|both|all|out|\d{4,})\b", r"\bneeds? to be (?:closed|locked|restricted|removed|unshared)\b", r"\b(?:be (?:closed|terminated|removed|restricted|locked|unshared))\b", r"\bclosed, please\b|\bclose,? (?:please|pls|thx|thanks)\b", r"\bplease you can close\b",
    ];
    /// Asks to confirm that it is closed.
    CONFIRM_REQUESTS = [
        r"\b(?:confirm(?:ing)?|verify(?:ing)?|check(?:ing)?|double[- ]?check(?:ing)?|mak(?:e|ing) sure|ensur(?:e|ing)|assure|see to it|look(?:ing)?)\b.{0,80}\b(?:clos\w+|only (?:we|us|our|agency|\w+ can|\w+ has|ones?)|only|visib\w+|see|sees|nobody|no ?one|no other|lock\w*|sharing is)\b", r"^\W*(?:please |kindly |pls )?(?:confirm|verify|double[- ]?check|check)\W*$", r"\b(?:please|pls|kindly) (?:confirm|verify|double[- ]?check)\W*$", r"\b(?:can|could) (?:you|u) (?:please )?(?:confirm|verify|double[- ]?check)\W*$", r"\bconfirm(?:ation)? (?:by reply|in writing|please)\b", r"\bwhat we need\b",
    ];
    /// Closing on a condition, or later.
    CLOSE_LATER = [
        r"\b(?:clos(?:e|ed|ing)|lock(?:ed)?|restrict(?:ed)?|remov(?:e|ed)|turn(?:ed)? off|process)\b[^.;?!]{0,80}?\b(?:if|unless|provided|as long as|assuming|only (?:if|when|after|once)|once|after|as soon as (?:she|he|they|we|i|the)|when (?:she|he|they|we|i|the|her|his|that|this)|tomorrow|tonight after|next (?:week|month|monday|tuesday|wednesday|thursday|friday)|later|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|this coming|coming|end of (?:the )?(?:month|year)|in (?:two|three|a few|\d+) (?:days|weeks)|not (?:earlier|before|until|yet)|then)\b",
        r"^\W*(?:on (?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|next week|then),? (?:please |pls )?(?:close|lock|restrict|remove)\b", r"\bnot (?:earlier|sooner) than\b|\bno earlier than\b",
    ];
    /// Nothing is asked of the helpdesk.
    NO_ACTION = [r"\b(?:no|not any) (?:further )?action (?:is |needed|required|necessary)|\b(?:do not|don'?t|no) need (?:you )?to do anything\b|\bnothing (?:else )?(?:to do|needed|is needed|required)\b|\b(?:just|only) (?:an? )?(?:fyi|for your (?:information|records))\b|\bjust letting you know\b|\bfor your files only\b"];
    /// A relative of the client named: whose record is it?
    RELATIVE_OF = [r"\b(?:husband|wife|spouse|sister|brother|roommate|friend|boyfriend|girlfriend|partner|ex|cousin|uncle|aunt|grandm\w+|grandf\w+|mother|father|mom|dad|son|daughter) of (?:our )?(?:client |resident |guest |record )?(?:id |# ?|no\.? )?\d", r"\d'?s (?:\w+ )?(?:husband|wife|spouse|sister|brother|roommate|friend|boyfriend|girlfriend|partner|cousin|mother|father|mom|dad|son|daughter)\b", r"\blinked to (?:hers|his|theirs)\b"];
    /// Others who are not named.
    AND_OTHERS = [r"\b(?:and|plus) (?:the |\d+ |two |three |four |several |some |a few )?(?:others|more|rest)\b", r"\b(?:among others|etc|et al|and so on)\b", r"\b(?:attached|enclosed) (?:list|spreadsheet|sheet|table|file with)\b", r"\blist (?:is )?(?:attached|enclosed)\b", r"\bthe (?:first|second|third) (?:one )?(?:is|follows|will)\b"];
    /// The agency's own steps: they imply the wish to have it confirmed.
    STEPS_DONE = [
        r"\b(?:i|we|record was|was|been|already|sharing is|is) (?:have |has |had |just |already |now |also )*(?:closed|locked|removed|turned off|restricted|off)\b", r"\bclosed by (?:me|us)\b", r"\b(?:alias|do not use|closed - use this file)\b", r"\b(?:created|made|set up|started) (?:a |the )?(?:new|fresh|replacement|closed)\b", r"\b(?:couldn'?t|could not|can'?t|cannot|unable to|not able to|won'?t let|would not let|don't have (?:the )?(?:rights|button|access|permission))\b",
    ];

    /// "if", "should", "what happens when": not about what happened.
    HYPOTHETICAL = [
        r"\b(?:if|whether|in case|in the event|suppose|supposing|assuming|unless|what happens|what if|whenever|every time|any time|anytime|each time|hypothetical\w*|theoretically|in theory)\b", r"\b(?:how|what|where|who|why|which)\b.{0,40}\b(?:do|does|should|can|to|would|will|must|happens|is|are)\b", r"\bwhen (?:a|an|any|our|your|clients?|someone|somebody|people|participants?|guests?|residents?|they|you|one)\b", r"\b(?:any|every) clients? (?:who|that|may|can)\b|\ba client (?:may|can|must|should|has the right|wants to|decides to|revokes|withdraws|opts)\b", r"\b(?:list of|lists? all|all|every|any|which|how many|number of|some|other) (?:of )?(?:the |our |your |my )?(?:clients|people|participants|guests|residents|records)\b", r"\b(?:clients|people|participants|guests|residents|everyone|anyone|anybody|those)(?: of ours| here)? (?:who|that|may|can|to|have the right|has the right|must|should|always|often|sometimes|usually)\b",
        r"\b(?:would|could|should|must|may|might|can|able to|(?:the|a|have|has|had) right to|needs? to|has to|have to|option to|way to|ability to|how to|in order to) (?:\w+ ){0,2}?$", r"\b(?:would|could|should|might|may)\b",
    ];
    /// Not yet.
    FUTURE = [
        r"\b(?:will|'ll|going to|gonna|plans?|planning|planned|intends?|intending|about to|soon|tomorrow|next (?:week|month|time|monday|tuesday|wednesday|thursday|friday|year)|thinking (?:of|about)|considering|considers|contemplating|toying|wants? to (?:think|talk)|later this|in (?:two|three|a few|\d+) (?:days|weeks)|may|might|likely|probably)\b",
    ];
    /// A wish told as a wish.
    WISH = [r"\b(?:wants?|would like|'d like|wishes|wish|hopes?|needs?|is wanting|wanting|wishing|is asking|looking|trying)(?: \w+){0,2}? to (?:\w+ )?$"];
    /// A decision: as good as the deed.
    DECIDED = [r"\b(?:decided|decides|chose|chosen|chooses|elected|elects|asked|asks|asking|requested|requests|requesting|came in|came by|came|called|phoned|stopped by|stopped in|walked in|contacted (?:us|me)|is here|was here|opted|proceeded|went ahead|exercised (?:her|his|their|the) (?:legal )?right|exercises (?:her|his|their|the) right|made (?:the|a|her|his|their) (?:decision|choice|request)|is choosing|signed(?: \w+){0,4}|(?:her|his|their) (?:decision|request))(?: (?:us|me|today|yesterday|this morning|this afternoon|staff|in writing))* to (?:\w+ )?$"];
    /// Hearsay and doubt about the revoking.
    UNCERTAIN = [
        r"\b(?:nearly|almost|came close to|tried to|attempted to|threatened to|threatens to|started to|on the verge)\b", r"\b(?:need|want|like|have) to know\b|\bwhy\b|\bsurprised\b|\bwonder\w*\b|\bcurious\b|\bper my (?:\w+ )?(?:e-?mail|message|note|voicemail)\b", r"\balias\b.{0,30}\b(?:to|reads?|now)\b", r"\b(?:proof|evidence|documentation) (?:\w+ ){0,2}that\b|\b(?:proof|evidence|confirmation|documentation|letter|statement|certificate) (?:\w+ ){0,3}(?:says|saying|showing|proving)\b", r"\b(?:told|informed|notified|advised|let) (?:us|me)(?: know)? (?:that )?(?:the |our |a |one of )?(?:clients?|consumer|guest|resident|participant|\d)", r"\b(?:claiming|alleging|suggesting|implying|indicating) ", r"\b(?:someone|somebody|they|who|another|other) (?:\w+ ){0,6}saying\b", r"\b(?:alias|flag|note|notes|system|screen|report|list|status|field|record|profile|file|hmis) (?:\w+ )?(?:says|shows|reads|indicates|states|stated|said|showed)\b", r"\b(?:marked|marks|listed|lists|list|flagged|labell?ed|shown|showing|shows up|appears|considered|counted|entered|tagged) (?:\w+ ){0,2}(?:as|with) ",
        r"\b(?:i|we) (?:think|believe|thought|guess|assume|assumed|suspect|suppose|gather|heard|hear|understood|was under the impression)\b", r"\b(?:apparently|maybe|perhaps|possibly|supposedly|allegedly|presumably|reportedly|unclear|unsure|not (?:\w+ )?(?:sure|certain|clear)|unconfirmed|rumou?r|seems?|seemed|sounds? like|looks like|might have|may have|could have|must have|said something|something about|kind of|sort of|hard to (?:tell|read|say)|doubt)\b",
        r"\b(?:i was|we were|i've been|i have been|we've been|been) (?:told|informed|advised|notified)\b", r"\baccording to\b", r"\b(?:agency|shelter|county|police|hospital|someone|somebody|coworker|co-worker|colleague|partner|staff|worker|manager|desk|advocate|volunteer|mother|father|sister|brother|neighbou?r|roommate|provider|organi[sz]ation) (?:told|informed|notified|says|said|reports|reported|mentioned|thinks|thought|believes|claims|claimed) (?:me|us|that|he|she|they|the|our|client|\d)", r"\b(?:claims?|claimed|says|rumored|alleges?) (?:that )?(?:she|he|they) (?:has |have |had |already )*(?:revo|withdr)", r"\?\?",
    ];
    /// An earlier notice is spoken of.
    REPORTED = [
        r"\b(?:i|we|my colleague|our \w+|she|he|\w+)(?:'ve| have| had| has)? (?:already |just |also |previously )*(?:e-?mailed|wrote|written|told|notified|informed|asked|messaged|contacted|called|let)(?: (?:to|in to|in|with))? (?:you|the helpdesk|helpdesk|hmis|y'all|your office)\b", r"\b(?:i|we)(?:'ve| have| had)? (?:already |just |also |previously )*(?:sent|submitted|reported|faxed|forwarded|turned in|filed|requested|opened a ticket)\b(?: [^.;!?]+?)? (?:last|yesterday|earlier|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|ago|already|before|previously|to you|you|in (?:january|february|march|april|may|june|july|august|september|october|november|december))\b",
        r"\b(?:my|our|the) (?:last|previous|earlier|prior|first|original|recent) (?:\w+ ){0,2}(?:e-?mail|mail|message|msg|notice|request|revocation|ticket)\b", r"\b(?:my|our) (?:e-?mail|mail|message|msg|notice|request|ticket)\b.{0,20}\b(?:from|of|about|regarding|on|yesterday|this morning|earlier|last)\b", r"\b(?:status|any (?:news|updates?|word|progress)|follow(?:ing)?[- ]?up(?: on| to| regarding| about)? (?:(?:my|our|the|a|this) (?:\w+ ){0,2}(?:e-?mail|request|notice|message|revocation|ticket|closure)|client|\d)|still (?:waiting|pending)|haven'?t heard|have not heard|no (?:reply|response|answer)|checking (?:in|on)|second request|reminder|was (?:it|this|that|the record|she|he) (?:ever )?(?:closed|done|processed)|has (?:it|this|that|the record|she|he) been|did you (?:get|receive|close|see)|when will|is (?:it|this|the record|she|he|\d+) (?:closed|done|locked) (?:yet|now)?)\b",
        r"\bis (?:the|her|his|their) (?:record|file) closed\b", r"\byou (?:\w+ )?(?:wrote|said|told|closed|mentioned|asked|e-?mailed|confirmed)\b", r"\b(?:as|like) (?:i|we) (?:\w+ )?(?:wrote|told|reported|e-?mailed)\b", r"\b(?:last (?:week|month)|yesterday|earlier|on \w+day|already|previously)\b.{0,20}\b(?:i|we) (?:reported|sent|wrote|e-?mailed|submitted|told)\b",
    ];
    /// Tests, examples, drafts.
    EXAMPLE = [
        r"\bthis is (?:only |just )?a test\b", r"^\W*test(?:ing)?\b(?:\W|$)", r"\b(?:we are|we're|i am|i'm|just|only) testing\b", r"\btest(?:ing)? (?:e-?mail|message|mail|only|ticket|client|record|of (?:our|the|my|a))\b", r"\b(?:example|sample|template|draft|mock|dummy|fake|fictional|made[- ]up|imaginary|practice|pretend) (?:\w+ )?(?:e-?mail|mail|notice|message|text|wording|client|record|id|case|scenario|letter|answer)s?\b", r"\b(?:for|in|from) (?:example|instance)\b", r"\be\.g\.", r"\b(?:here is|here's|this is|as) (?:the|an|my|our|a) (?:example|sample|draft|template)\b",
        r"\b(?:for|in) (?:the|our|my|a|this|staff|new)? ?(?:\w+ )?(?:training|webinar|manual|handout|slides|presentation|quiz|exercise|workshop|handbook|onboarding)s?\b(?:.{0,60})\b(?:right|like this|ok\b|correct|use|show|say|write)", r"\b(?:use|using|show|teach|put|wording|example|prepare|write|script|present)\b.{0,60}\b(?:for|in|at|during|into) (?:the|our|my|a|this|staff|new)? ?(?:\w+ ){0,2}(?:training|webinar|manual|handout|slides|presentation|quiz|exercise|workshop|handbook|onboarding)s?\b", r"\b(?:example|sample|for instance|e\.g\.?) ?:", r"\btemplates?\b", r"[\[<{](?:client |the |their )?(?:id|name|date|number|client)[\]>}]", r"\bquiz\b|\bwhich answer\b", r"\btraining (?:exercise|purposes|record|site|client|example|environment|database|mode)\b", r"\b(?:demo|sandbox|staging) (?:site|system|environment|client)?\b", r"\bdo not process\b", r"\b(?:faq|policy|policies|manual|guide|handbook|website|article|instructions)(?: it)? (?:say|says|said|states?|reads?|tells?|explains?|mentions?)\b", r"\b(?:quiz|question \d+|homework|role ?play)\b", r"\bwhat (?:would|should) (?:i|we|such|an?) (?:\w+ )?(?:write|notice|e-?mail|say)\b", r"\bis (?:it|this) right like (?:this|that)\b",
    ];
    /// Only part of the sharing, which closing does not do.
    PARTIAL = [
        r"\b(?:except|everyone else|everybody else|other than that agency|partial(?:ly)?|only (?:from|with|to|for) (?:the |one |a )?(?:certain|specific|agency|one|particular)|specific agenc\w+|certain agenc\w+|(?:one|a) particular agency|just (?:one|the) (?:agency|shelter)|(?:only|close|lock|hide) (?:that|this) part|those parts)\b", r"\b(?:of|for|on) (?:her|his|their) (?:hiv|health|medical|mental|substance|drug|dv|disability|income|case|legal|criminal|military|address|ssn|photo|treatment|therapy|medication|housing|employment)[\w -]{0,20}(?:information|info|data|records?|notes?|status|history)\b", r"\b(?:still|but) (?:is |are |she is |he is |they are )?(?:also |totally |quite )?(?:ok|okay|fine|happy|willing|wants?|agrees?|comfortable|shares?)\b(?: (?:to|with))?(?: \w+){0,4}? (?:shar\w*|everyone|others?|rest|the other)\b", r"\b(?:is|are) (?:ok|okay|fine|happy) with (?:everyone|others?|the (?:rest|other)|sharing with)\b", r"\b(?:only|just) (?:her|his|their|the) (?:case ?notes?|notes?|medical|health|mental health|hiv|dv|ssn|photo|assessments?|services?|enrollments?|history|entries|address)\b", r"\b(?:to|with|from) (?:only )?(?:one|a single) (?:agency|shelter|provider)\b", r"\bcan (?:she|he|they) (?:still|keep)\b",
    ];
    /// Corrections inside the mail.
    CORRECTION = [r"\b(?:typo|i (?:meant|mean)|we meant|correction|corrected|my mistake|wrong (?:id|number|client|record|one)|instead of \d|not \d{5,8}|rather \d|oops|scratch that|make that|should (?:be|read|say) \d|mixed up|transposed|misspelled|mistyped|incorrect)\b"];
    /// Doubt about which record it is.
    DOUBTFUL_RECORD = [
        r"\b(?:i|we) (?:think|believe|guess|assume)\b", r"\b(?:maybe|perhaps|possibly|probably|not (?:\w+ )?(?:sure|certain)|unsure|either|could (?:also )?be|should be|might be|may be|or maybe|hard to read|which (?:one|record|of)|one of (?:these|those|them|the two)|(?:two|both) records are|looks like|if (?:i|that|it) (?:read|is|remember)|can'?t (?:tell|read|remember)|from memory|should be|ends in|ending in|starts with|last (?:four|digits?|two)|same name|guess|or something|something like|approximately|double[- ]?check (?:the|her|his) (?:id|number)|correct (?:id|record|number|client)|right (?:id|record|client|person))\b", r"\bor \d{5,8}\b", r"(?:\d{5,8}|\bids?\b)[^.]{0,40}\?$",
    ];
    /// Members of a household whose records may be meant as well.
    FAMILY = [r"\b(?:(?:and|with|plus|including|for|of) (?:\w+ ){0,4}?(?:kids|children|sons|daughters?|son|child|baby|twins|husband|wife|spouse|family|household|siblings?|brothers?|sisters?)\b|(?:her|his|their) (?:two|three|four|five|six|\d) (?:\w+ )?(?:kids|children|sons|daughters)|(?:her|his|their) (?:household|family)|whole (?:family|household)|entire (?:family|household)|family of|household of|all (?:of )?(?:them|members)|everyone in)\b"];
    /// Groups that the IDs have to add up to.
    COUNTED = [r"\b(?:all|(?:a )?family of|household of|these|those|the|following|for|from|of|my|our)? ?(?P<n>two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) (?:of (?:them|these|the)|(?:\w+ ){0,2}?(?:clients?|consumers?|participants?|guests?|residents?|people|persons|members|records|files|ids|individuals|revocations|youth|adults|households? members))\b|\b(?:all|family of|household of) (?P<m>two|three|four|five|six|seven|eight|nine|ten|\d{1,2})\b"];
    /// More than one.
    PLURAL = [r"\b(?:clients|consumers|participants|guests|residents|people|members|both|all (?:two|three|four|five|six|\d)|couple|family|household|these|those|following|each|kids|children|ids|records|revocations|rois|twins)\b"];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_compiles_and_none_matches_nothing() {
        for (name, table) in all_tables() {
            assert!(!table.is_match(""), "{name} matches the empty text");
        }
        assert!(!LINES.is(Line::Legal, ""));
    }
}
