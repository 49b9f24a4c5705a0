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
    /// What needs no quote below it.
    AttributionAnywhere,
    /// "Wrote", in any language.
    Wrote,
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
                r"^-{2,} ?(?:weitergeleitete nachricht|mensaje reenviado|message (?:transf|transmis|r.exp)|messaggio inoltrato|mensagem (?:re)?encaminhada|doorgestuurd bericht|vidarebefordrat|videresendt|edelleenl.hetetty|wiadomo.. przekazana|p.eposlan. zpr.va|tov.bb.tott .zenet|mesaj redirec.ionat|iletilen mesaj|.{0,12}(?:переслан|перенаправл|пересла)|转发|轉寄|転送|전달)",
                r"^(?:anfang der weitergeleiteten nachricht|d.but du message (?:transf|r.exp)|inicio del mensaje reenviado|inizio (?:del )?messaggio inoltrato|in.cio da mensagem (?:encaminhada|reencaminhada)|begin doorgestuurd bericht)",
            ],
        ),
        (
            Line::Original,
            &[
                r"^-{2,} ?original (?:message|appointment|e-?mail)",
                r"^-{2,} ?(?:urspr.ngliche (?:nachricht|e-?mail)|original-?nachricht|mensaje original|message (?:d.origine|original)|messaggio originale|oorspronkelijk bericht|mensagem original|missatge original|ursprungligt meddelande|oprindelig (?:meddelelse|besked|mail)|opprinnelig melding|alkuper.inen viesti|(?:oryginalna wiadomo..|wiadomo.. oryginalna)|p.vodn. (?:zpr.va|e-?mail)|eredeti .zenet|mesaj(?:ul)? (?:original|ini.ial)|orijinal mesaj|th. g.c|исходное сообщение|.{0,8}αρχικό μήνυμα|原始邮件|原始郵件|元のメッセージ|원본 (?:메시지|메일))",
                r"^-{2,} ?(?:reply|respond|answer) above",
                r"^#+- ?please type your reply above",
                r"^-{3,} ?reply to message",
            ],
        ),
        (
            Line::AttributionStart,
            &[
                r"^(?:on|le|el|am|op|il|den|em|w dniu|dnia|dne|v.o|a|in data|no dia|no|στις|в|vào|p.) \S",
                r"^\d{4}-\d\d-\d\d",
                r" wrote: ?$",
            ],
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
        // In whatever language, and whatever they begin with.
        (
            Line::AttributionAnywhere,
            &[
                r"^\S.{0,120}@\S+ (?:schrieb|escribi.|(?:a |ha )?.crit|ha scritto|escreveu|schreef|skrev|kirjoitti|napisa.(?:a|\(a\))?|napsal|.rta|написал[аи]?|пише|пишет|написав) ?: ?$",
                // A day, a name, an address, and nothing else.
                r"^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\b[^:]{0,24}(?:\d\d?[:.]\d\d.{0,80}|[^:]{0,60})<\S+@\S+>:?$",
                r"^.{0,80}\b20\d\d\b.{0,160}<\S+@\S+>: ?$",
                r"^(?:-{2,} ?)?on .{6,100}\d[:.]\d\d.{6,160} wrote ?-{2,}$",
                r"^on .{0,100}\d[:.]\d\d.{0,160}@.{3,100} wrote$",
            ],
        ),
        // "wrote", as it stands above the older mail in whatever language.
        (
            Line::Wrote,
            &[
                r"(?:^|[\s)>])(?:wrote|writes|schrieb|geschrieben|escribi.|escribe|(?:a|ha) .crit|ha scritto|scrive|escreveu|escrev[eê]|schreef|geschreven|skrev|skriver|kirjoitti|napisa.(?:a|\(a\))?|napisan[aey]|pisze|napsal(?:a|\(a\))?|nap.sal|.rta|yazd.|a scris|.γραψε|написал[аи]?|пишет|написав|пише|ha escrit|đã viết|כתב(?:ה)?|(?:كتب(?:/كتبت)?|كتبت))(?:[\s(:,]|$)",
                r"写道|寫道|のメール|が書きました|さんは書|님이 작성|작성",
            ],
        ),
        (
            Line::HeaderFrom,
            &[
                r"^(?:from|von|de|da|van|fr.n|fra|od|de la|l.hett.j.|felad.|kimden|nadawca|от(?: кого)?|від|από|من|מאת|发件人|寄件者|寄件人|差出人|보낸 ?사람|từ) ?: ?\*?",
            ],
        ),
        (
            Line::HeaderOther,
            &[
                r"^\*?(?:sent|date|to|cc|subject|reply-to|importance|gesendet|datum|an|betreff|enviado|enviado el|enviada em|para|assunto|asunto|fecha|data|envoy.(?: le)?|.|objet|sujet|message du|copie . ?|verzonden|aan|onderwerp|inviato|a|oggetto|skickat|till|.mne|sendt|dato|til|emne|wys.ano|do|temat|adresat|l.hetetty|vastaanottaja|p.iv.ys|aihe|odesl.no|komu|p.edm.t|k.ldve|c.mzett|t.rgy|trimis|c.tre|subiect|tarih|kime|konu|отправлено|дата|кому|тема|копия|надіслано|στάλθηκε|ημερομηνία|προς|θέμα|تم الإرسال|التاريخ|إلى|الموضوع|נשלח|אל|נושא|发送时间|发送日期|收件人|主题|寄件日期|收件者|主旨|送信日時|日時|宛先|件名|보낸 ?날짜|받는 ?사람|제목|gửi|đến|chủ đề) ?:\*?",
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
                r"^(?:enviado (?:desde|do|a partir)|env[oi]y?. (?:.|de(?:puis)?) (?:partir de )?(?:mon|l.app|outlook|yahoo)|inviato d|gesendet (?:von|mit|.ber)|von meinem .{3,20} gesendet|(?:verzonden|verstuurd|gestuurd) (?:vanaf|vanuit|met|via)|skickat fr.n|sendt fra|l.hetetty |wys.ane z|odesl.no z|trimis de pe|отправлено (?:с|из)|відправлено з|gửi từ|στάλθηκε από)",
                r"^(?:holen sie sich|obtener|obter|t.l.chargez|ottieni|download|pobierz|h.mta) (?:o )?outlook",
                // In brackets, behind the name of the device, or with the words around it.
                r"^[(<\[]+ ?sent (?:from|via|by|on) .{2,40}[)>\]]+$",
                r"^sent (?:from|using|with) (?:\S+ ){0,4}(?:mail|app|iphone|ipad|android|outlook|phone|mobile)(?: app)?(?: (?:for|on) .{2,20})?[.!]?$",
                r"^(?:diese nachricht|dieses? e-?mail|ce (?:message|courriel|mail)|este (?:mensaje|correo)) .{0,80}(?:gesendet|envoy.|enviado)\W*$",
                r"^.{0,12}(?:iphone|ipad|android|galaxy)\S{0,3}(?:.m)?r.l k.ldve|iphone.{0,12}(?:傳送|发送|寄出|送信|에서 보냄|dan gönderildi)|(?:傳送自|发自我的|從我的|从我的) ?\S|^أُرسلت من",
                r"^(?:dictated|voice[- ]to[- ]text|voice dictation|typed (?:on|with) (?:my|a|thumbs)|written on my phone)(?: (?:but|by (?:voice|siri|dragon|phone)|using|with|to|and|via|not read|on|from|message|used|in use).*)?\W*$",
                r"^this (?:message|e-?mail|text) (?:was|is|has been) (?:dictated|written by voice|typed on)",
            ],
        ),
        (
            Line::Closing,
            &[
                r"^(?:many |with |warm(?:est)? |kind(?:est)? |best |sincere |very |respectful(?:ly)? |respectful )*(?:thanks?|thx|thnx|thank you|regards|rgds|wishes|apologies|respectfully|sincerely|cheers|best|respect|take care|yours(?: truly| sincerely| faithfully| in service)?|truly yours|cordially|warmly|peace|blessings|god bless(?: you)?|bless you|ty|tia|tysm|appreciate it|miigwech|mahadsanid|ua tsaug)(?: (?:so much|very much|a bunch|again|all|you|much|everyone|team|folks|in advance|a lot|a ton|a million|for (?:your|the|all your|everything)(?: (?:help|time|assistance|patience|support|work))?|and (?:best|kind) (?:regards|wishes)|yours|sincerely|truly|faithfully|submitted|(?:and )?have a (?:great|good|nice|lovely) \w+|friends)){0,3}[ ,.!-]*$",
                r"^(?:thanks|thx|thank you|ty)[ ,.!-]+[a-z][a-z'-]+\W*$",
                // Spanish, Portuguese, French, Italian.
                r"^(?:(?:muchas|muchisimas|much.simas|mil|muy|un|una|cordial(?:es)?|atentos?|afectuosos?|atenta y|reciba un|reciban un|con|de antemano|desde ya|y) )*(?:gracias|saludos?|abrazos?|atentamente|atte|cordialmente|respetuosamente|sinceramente|afectuosamente|bendiciones|agradecid[oa]s?|saludes)(?: (?:y|a|muchas|por|su|tu|la|el|de|antemano|ayuda|atenci.n|tiempo|apoyo|todos|tod[oa]s|equipo|cordial(?:es)?|afectuosos?|atentos?|atentamente|saludos?|gracias|bendiciones|nuevamente|otra vez|mil|anticipadas)){0,6}[ ,.!-]*$",
                r"^(?:(?:muito|os|melhores|com os melhores|com|um) )*(?:obrigad[oa]|cumprimentos|atenciosamente|att|cordialmente|abra.os?|respeitosamente|grat[oa])(?: (?:pela|por|ajuda|aten..o|desde j.|cumprimentos)){0,3}[ ,.!-]*$",
                r"^(?:(?:bien|tr.s|meilleures|sinc.res|mes|avec mes|salutations|d.avance) )*(?:cordialement|cdlt|cdt|salutations|merci|bien . (?:vous|toi)|bonne (?:journ.e|soir.e|fin de journ.e|semaine)|sinc.rement|respectueusement)(?: (?:beaucoup|d.avance|.|bien|et|pour|votre|vos|aide|cordialement|vous|distingu.es|bonne|journ.e|mille|infiniment|salutations)){0,5}[ ,.!-]*$",
                r"^(?:(?:cordiali|distinti|tanti|un|i migliori|molte|mille) )*(?:saluti|saluto|grazie|cordialmente)(?: (?:mille|e|in anticipo|cordiali|saluti)){0,3}[ ,.!-]*$",
                // German, Dutch, the Nordic languages, Polish, Czech, Russian, Ukrainian, Vietnamese.
                r"^(?:(?:mit|viele|vielen|liebe|lieben|beste|besten|herzliche|herzlichen|freundliche|freundlichen|freundlichem|sch.ne|sonnige|und) )*(?:gr..e?n?|gr.[sß]s?e?n?|gruesse|gruss|mfg|lg|vg|hochachtungsvoll|dank|danke|herzlichst)(?: (?:im|in|voraus|vorab|sch.n|und|aus \w+|/ best regards|/ kind regards)){0,3}[ ,.!-]*$",
                r"^(?:(?:met|vriendelijke|hartelijke|beste|veel|alvast|groetjes en|de) )*(?:groet|groeten|groetjes|mvg|bedankt|dank(?: (?:je|u))?(?: wel)?)[ ,.!-]*$",
                r"^(?:(?:med|venlig|vennlig|v.nlig|v.nliga|b.sta|beste|mange|tusen|hj.rtliga|yst.v.llisin|parhain|kiitos ja) )*(?:hilsen|hilsner|h.lsning|h.lsningar|mvh|vh|takk?|tack|terveisin|terveiset|kiitos|kiitoksia)(?: (?:p. forh.nd|f.r hj.lpen|for hj.lpen|so mycket)){0,2}[ ,.!-]*$",
                r"^(?:pozdrawiam(?: serdecznie)?|serdecznie pozdrawiam|z powa.aniem|dzi.kuj.|s pozdravem|d.kuji|с уважением|спасибо|з повагою|дякую|tr.n tr.ng|c.m .n|.dv.zlettel|k.sz.n.m|cu (?:stim.|respect)|mul.umesc|sayg.lar.mla|με εκτίμηση|ευχαριστώ)[ ,.!-]*$",
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
        (
            Line::HeaderRun,
            &[
                r"^from: .{3,120} (?:sent|date): .{6,80} to: .{3,}",
                r"^(?:subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|тема) ?: .{0,160}(?:from|von|de|da|van|od|nadawca|от) ?: ?.{0,60}@",
            ],
        ),
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
