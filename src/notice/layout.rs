//! What lines of a mail look like before anything in them is understood: the marks of forwarded and quoted mail,
//! banners, legal text, signatures.

use std::sync::LazyLock;

use regex::Regex;

use super::vocabulary::any;

/// Kinds of lines that are told apart before any meaning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// What stands above a forwarded mail.
    Forward,
    /// What stands above an older mail.
    Original,
    /// A title between dashes, in whatever language: older mail if a header block follows.
    Dashed,
    AttributionStart,
    Attribution,
    /// A day, an hour or an address: what an attribution in any language holds.
    WhenOrWho,
    HeaderFrom,
    HeaderOther,
    /// A header block run into one line.
    HeaderRun,
    Banner,
    BannerMore,
    Legal,
    /// Words of legal text; two of them in a line below a signature make it such.
    LegalWords,
    Mobile,
    Closing,
    Contact,
    /// Titles and kinds of organisations, as they stand below a name.
    Title,
    /// Office hours, days off, social media, surveys: what stands below a name beside its address.
    Extra,
    /// Somebody speaks: pronouns.
    Speech,
    SaysSomething,
}

/// The line patterns, by kind.
pub(super) struct LineTable(Vec<(Line, Regex)>);

impl LineTable {
    /// Whether a line (lower case, trimmed) is of this kind.
    pub(super) fn is(&self, kind: Line, lower: &str) -> bool {
        self.0.iter().any(|(of, pattern)| *of == kind && pattern.is_match(lower))
    }

    /// How often a line (lower case) holds what is of this kind.
    pub(super) fn count(&self, kind: Line, lower: &str) -> usize {
        self.0.iter().filter(|(of, _)| *of == kind).map(|(_, pattern)| pattern.find_iter(lower).count()).sum()
    }
}

/// Lines, by kind.
pub(super) static LINES: LazyLock<LineTable> = LazyLock::new(|| {
    let table: &[(Line, &[&str])] = &[
        (
            Line::Forward,
            &[
                r"^-{2,} ?(?:forwarded|fwd|fw)\b",
                r"^begin forwarded message",
                r"^-{2,} ?(?:weitergeleitete nachricht|mensaje reenviado|message (?:transf|transmis|r.exp)|messaggio inoltrato|mensagem encaminhada|doorgestuurd bericht|vidarebefordrat|videresendt|wiadomo.. przekazana)",
                r"^(?:anfang der weitergeleiteten nachricht|d.but du message (?:transf|r.exp)|inicio del mensaje reenviado|inizio (?:del )?messaggio inoltrato|in.cio da mensagem (?:encaminhada|reencaminhada)|begin doorgestuurd bericht)",
            ],
        ),
        (
            Line::Original,
            &[
                r"^-{2,} ?original (?:message|appointment)",
                r"^-{2,} ?(?:urspr.ngliche (?:nachricht|e-?mail)|mensaje original|message d.origine|messaggio originale|oorspronkelijk bericht|mensagem original|ursprungligt meddelande|oprindelig meddelelse)",
                r"^-{2,} ?(?:reply|respond|answer) above",
                r"^#+- ?please type your reply above",
                r"^-{3,} ?reply to message",
            ],
        ),
        (
            Line::AttributionStart,
            &[r"^(?:on|le|el|am|op|il|den|em|w dniu|dne|v.o|a) \S", r"^\d{4}-\d\d-\d\d", r" wrote: ?$"],
        ),
        (
            Line::Attribution,
            &[
                r"^on .{6,250} wrote ?: ?$",
                r"^le .{6,250} .crit ?: ?$",
                r"^el .{6,250} escribi.: ?$",
                r"^am .{6,250} schrieb .{0,120}: ?$",
                r"^op .{6,250} schreef .{0,120}: ?$",
                r"^il .{6,250} ha scritto ?: ?$",
                r"^em .{6,250} escreveu ?: ?$",
                r"^den .{6,250} skrev .{0,120}: ?$",
                r"^w dniu .{6,250} pisze ?: ?$",
                r"^\S.{3,120}@.{3,120} (?:wrote|writes) ?: ?$",
                r"^\d{4}-\d\d-\d\d .{4,200}[<@].{1,120}: ?$",
            ],
        ),
        (Line::HeaderFrom, &[r"^(?:from|von|de|da|van|fr.n|fra|od) ?: ?\*?"]),
        (
            Line::HeaderOther,
            &[
                r"^\*?(?:sent|date|to|cc|subject|reply-to|importance|gesendet|datum|an|betreff|enviado|enviado el|enviada em|para|assunto|asunto|fecha|data|envoy.|.|objet|verzonden|aan|onderwerp|inviato|a|oggetto|skickat|till|.mne|sendt|til|emne|wys.ano|do|temat) ?:\*?",
            ],
        ),
        (
            Line::Banner,
            &[
                r"^\[?\(?(?:caution|warning|external|attention|alert|notice)\]?\)?[:!-]* ?.{0,40}(?:external|outside|originated|unknown sender|e-?mail from)",
                r"^\[external[^\]]*\]:?$",
                r"^external (?:e-?mail|sender|message|mail)\b",
                r"^external[:!]",
                r"^this (?:e-?mail|message|sender) (?:originated|came|comes|was sent|is) (?:from )?(?:an? )?(?:outside|external|untrusted|unknown)",
                r"^you (?:don't|do not) often get e-?mail from",
                r"^you have not previously corresponded with this sender",
                r"^\*+ ?(?:external|caution)",
                r"^zixcorp|^this message was sent securely",
                r"^some people who received this message don't often",
                r"^-+ ?external (?:e-?mail|message)",
                r"^(?:caution|warning)[:!]? (?:external|do not click|this (?:e-?mail|message))",
                r"^think before you click",
            ],
        ),
        (
            Line::BannerMore,
            &[
                r"click (?:on )?(?:any )?(?:links?|here)|attachments|recogni[sz]e the sender|unless you (?:recognize|recognise|know|trust|are expecting|expect)|suspicious|know the content|verify the sender|learn why this is important|content is safe|phishing|report (?:message|suspicious)",
            ],
        ),
        (
            Line::Legal,
            &[
                r"^\W*(?:confidential(?:ity)?(?: and (?:privileged|consent))?(?: e-?mail)?(?: notice| statement| note)?\W|privacy (?:notice|statement)|disclaimer\b|legal (?:notice|disclaimer)|privileged (?:and|&) confidential)",
                r"^\W*notice: (?:this|the|e-?mail)",
                r"^\W*(?:this|the information (?:contained )?in this|the contents? of this|this communication|this transmission)\b.{0,60}(?:e-?mail|message|communication|transmission)?.{0,80}(?:confidential|intended|privileged|protected by|attachments|recipient)",
                r"^\W*if you (?:are|have) (?:not the (?:intended|addressee|named)|received this (?:e-?mail|message|communication|transmission|in error))",
                r"^\W*please consider the environment",
                r"^\W*(?:e-?mails? to and from|information in this (?:e-?mail|message))",
                r"^to unsubscribe",
                r"^\W*the information contained in this",
                r"^\W*(?:pursuant to|per) .{2,60}(?:this e-?mail|this message|e-?mails? (?:sent|may))",
                r"^\W*(?:diese e-?mail|ce (?:message|courriel)|este (?:mensaje|correo)|questo messaggio|deze e-?mail)\b.{0,80}(?:vertraulich|confidenti|confidencial|riservat|vertrouwelijk)",
            ],
        ),
        (
            Line::Mobile,
            &[
                r"^sent (?:from|via|on|by|with|through) (?:my|the|a|an|mail|outlook|yahoo|samsung|proton\w*|gmail|voice|siri|verizon|at&t|t-mobile|android|iphone|ipad|galaxy|mobile|speech|spark|airmail|boomerang|superhuman|blackberry)\b",
                r"^get outlook for",
                r"^sent from \w+ ?$",
                r"^sent with ",
                r"^(?:please )?(?:excuse|pardon|forgive) (?:any |my |the |all )?(?:typos|brevity|spelling|errors|mistakes|autocorrect)",
                r"^(?:enviado (?:desde|do|a partir)|env[oi]y?. (?:de(?:puis)?|.) (?:mon|l.app)|inviato d|gesendet (?:von|mit)|von meinem .{3,20} gesendet|verzonden (?:vanaf|met|via)|verstuurd vanaf|skickat fr.n|sendt fra|wys.ane z)",
                r"^(?:holen sie sich|obtener|t.l.chargez|ottieni|download) outlook",
                r"^(?:dictated|voice[- ]to[- ]text|voice dictation|typed (?:on|with) (?:my|a|thumbs)|written on my phone)(?: (?:but|by (?:voice|siri|dragon|phone)|using|with|to|and|via|not read|on|from|message|used|in use).*)?\W*$",
                r"^this (?:message|e-?mail|text) (?:was|is|has been) (?:dictated|written by voice|typed on)",
            ],
        ),
        (
            Line::Closing,
            &[
                r"^(?:many |with |warm(?:est)? |kind(?:est)? |best |sincere |very |respectful(?:ly)? |respectful )*(?:thanks?|thx|thnx|thank you|regards|rgds|wishes|apologies|respectfully|sincerely|cheers|best|gracias|respect|take care|yours(?: truly| sincerely| faithfully| in service)?|truly yours|cordially|warmly|peace|blessings|god bless(?: you)?|bless you|ty|tia|tysm|appreciate it|mit freundlichen gr..en|saludos|cordialement|merci(?: beaucoup)?|cordiali saluti|grazie|met vriendelijke groet|miigwech|mahadsanid|ua tsaug)(?: (?:so much|very much|a bunch|again|all|you|much|everyone|team|folks|in advance|a lot|a ton|a million|for (?:your|the|all your|everything)(?: (?:help|time|assistance|patience|support|work))?|and (?:best|kind) (?:regards|wishes)|yours|sincerely|truly|faithfully|submitted|(?:and )?have a (?:great|good|nice|lovely) \w+|friends)){0,3}[ ,.!-]*$",
                r"^(?:thanks|thx|thank you|ty)[ ,.!-]+[a-z][a-z'-]+\W*$",
                r"^have an? (?:great|good|nice|wonderful|lovely|blessed|safe) (?:day|weekend|week|evening|night|one|holiday|advent)(?: everyone| all)?[ ,.!-]*$",
                r"^(?:with )?(?:every|all) good wish(?:es)?\b[^.?0-9]{0,40},$",
            ],
        ),
        (
            Line::Contact,
            &[
                r"\(?\d{3}\)?[-. /]{0,2}\d{3}[-. ]\d{4}",
                r"\S+@\S+\.\S+",
                r"https?://|www\.",
                r"\b(?:ph|phone|tel|fax|cell|mobile|direct|office|ext|desk|pager|main|line|p|t|f|v|c|m|o|x)\b[.:]{0,2} ?[(+\d]{1,2}\d",
                r"\b[a-z]{2},? \d{5}(?:-\d{4})?\b",
                r"\b\d{5}-\d{4}$",
                r"\bp\.? ?o\.? box\b",
                r"[|\u{00B7}\u{2022}].*[|\u{00B7}\u{2022}]",
                r"^\d+ .{2,40}\b(?:st|street|ave|avenue|rd|road|blvd|lane|ln|dr|drive|way|suite|ste|floor|fl|hwy|plaza|county road|hill|place|pl|ct|court|circle|parkway|pkwy|square|sq|government center|center)\b",
                r"\b(?:suite|ste|room|rm|bldg|floor|fl)\.? \d",
                r"\d(?:st|nd|rd|th) floor\b",
                r"^\(?(?:she/her|he/him|they/them)",
                r"\b(?:npi|tax id|ein|license|licence|lic|tax-exempt)\b",
            ],
        ),
        // A line that tells or asks something is never part of a signature.
        (
            Line::SaysSomething,
            &[
                r"\b(?:revo[kc]\w*|withdr\w+|rescind\w*|opt(?:ed|s)?[- ]out|roi|consent\w*|sharing|shared?|closed?|closing|lock(?:ed)?|please|pls|plz|confirm|scenario|effective|disregard|ignore|cancel|undo|stop|reopen)\b",
                r"\b(?:client|consumer|participant|hmis|record|old|new|guest|resident|number|#)\b.{0,24}\d{4}",
                r"\bids?\b\W{0,4}\d",
                r"\bid\b.{0,12}\d{5}",
                r"->",
                r"\.{5,}",
                r"^\d{1,2}[.)] ",
                r"^\W*p\.? ?s\b",
            ],
        ),
        (Line::Dashed, &[r"^-{3,} ?\S[^-0-9]{4,40}\S ?-{3,}$"]),
        (Line::WhenOrWho, &[r"\S@\S+\.\S", r"\b\d{1,2}[:.h]\d\d\b", r"\b20\d\d\b"]),
        (Line::HeaderRun, &[r"^from: .{3,120} (?:sent|date): .{6,80} to: .{3,}"]),
        (
            Line::LegalWords,
            &[
                r"\b(?:confidential\w*|privileged|intended recipients?|addressee|unauthori[sz]ed|disclos\w+|re-?disclosure|prohibit\w*|42 cfr|hipaa|covered entity|protected (?:by|health|under)|data subjects?|at any time|takes? effect on|in writing|privacy (?:office|policy|act)|received (?:this )?(?:e-?mail|message)? ?in error|delete (?:it|this|all)|federal|state law|under law|equal opportunity|copyright|classification|monitored|retained|open records|public records|data practices|crisis (?:line|text)|minors)\b",
            ],
        ),
        (
            Line::Title,
            &[
                r"\b(?:coordinator|manager|mgr|officer|director|specialist|team|department|dept|office|services?|advocate|lead|administrator|admin|supervisor|worker|navigator|center|centre|house|housing|ministr(?:y|ies)|program|programs|shelter|outreach|volunteer|intern|registrar|analyst|nurse|rn|lsw|licsw|lgsw|msw|lpcc|chw|attorney|paralegal|representative|assistant|associate|clerk|desk|reception|staff|intake|division|county|city|church|mission|foundation|inc|llc|operations|county|chaplain|pastor|president|chair|owner|nights|evenings|weekends|days|project|site)\b",
            ],
        ),
        (
            Line::Extra,
            &[
                r"\b(?:office |my )?hours\b.{0,6}(?:\d|mon|m-|daily|24)",
                r"^(?:mon|tue|wed|thu|fri|sat|sun)\w*\W{1,3}(?:mon|tue|wed|thu|fri|sat|sun|\d).{0,40}\d",
                r"\b(?:i am|i'm|i work|we are|not|out|off|in) (?:in |out |of |not |away |from |the |office |only |remotely |remote |on |every ){0,6}(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b",
                r"\b(?:facebook|instagram|twitter|linkedin|youtube|tiktok|bluesky)\b",
                r"^(?:follow|like|find|visit|join|support) (?:us|our)\b",
                r"\b(?:our|a|this|my) (?:\w+ ){0,2}survey\b|^how (?:did|am) (?:i|we) do",
                r"^(?:donate|give|volunteer|book (?:a|time)|schedule (?:a|time))\b",
            ],
        ),
        (
            Line::Speech,
            &[
                r"(?:^|[\s(])(?:i|i'm|i've|i'll|me|you|you're|we|we're|we've|he|she|him|they|it|it's|she's|he's|that's|there's|who|u)(?:[\s,.!?)]|$)",
            ],
        ),
    ];
    LineTable(table.iter().map(|(kind, patterns)| (*kind, any(patterns))).collect())
});
