//! Small words of many languages, and the scripts that are not Latin.

/// Small and frequent words of what is read: no sentence of English or Spanish does without them. Words that mean
/// something in mails of other languages too ("client", "information") are left out. English, then Spanish.
pub(super) const OURS: [&str; 2] = [
    "the and to i it in is of her please that for she he not with this have one our from has so we me at do his no was \
     be as us my out can by your if about all other only hi are there who old what but him off back now two see hello \
     would when or had up been want don know wants last good will anything told use need since both they right before \
     them day asked nothing could which any take put said may made an because am like says dear again first paper just \
     did more here entry after then does should nobody same their until done thank thanks still came th over let time \
     sorry its through call end read yes stays write week it goes stay longer else never staff send get got make leave \
     name sent line also sign signed look ours already yet left go remove say down how own under another find ever were \
     keep set kindly each where well wrong thing shut people way place too front guest pls wont ill ticket gave these \
     being something ok reply below whether anymore away once hey into come mother hold change things everyone next rest \
     very happy work every going must hope without folks drop than mind very much whole against closed close revoked \
     revoke record records new yesterday today share shared sharing shares number date file form phone between during \
     while might think believe however regarding per some such many few those upon within able few don't isn't new \
     client's list bed beds night nights monthly weekly report attached attachment team open shelter housing county \
     office street room help needed required received consent withdrawal withdrew withdrawn revocation update updated available",
    "el la los las un una unos unas lo le les se su sus mi mis tu nos nuestro nuestra nuestros nuestras de del al a en \
     con por para sin sobre entre hasta desde y e o u pero porque que si no ya ni como cuando donde quien cual es son \
     era fue ser estar esta este esto estos estas ese esa eso está están esté hay ha han he hemos había tiene tienen \
     tengo quiere quieren quiero puede pueden puedo debe deben debo favor gracias hola buenos buenas dias días tardes \
     noches señor señora sra sr ella ellos ellas usted ustedes yo me te más mas menos muy también tambien todavía \
     todavia ayer hoy mañana manana día dia fecha lunes martes miércoles miercoles jueves viernes sábado sabado domingo \
     enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre cliente clienta \
     participante persona personas datos información registro registros expediente archivo firmó firmo firmado firmada \
     revocó revoco revocar revocación revocacion retiró retiro permiso consentimiento autorización autorizacion \
     compartir compartan comparta cerrar cierren cierre cierra cerrado otras otros otra otro agencias agencia número \
     numero nombre necesito necesitamos ayuda correo saludos atentamente cordialmente quedo quede dice dijo pidió pidio \
     solicita solicito solicitó avisa aviso les informo adjunto adjunta nuevo nueva todo toda todos todas solo sólo \
     sistema efectiva efectivo reciba gusto cualquier duda pregunta llame llamar oficina fuera cambió cambio después \
     despues antes ahora entonces así asi",
];

/// Small words that tell a language from the others, and from ours.
pub(super) const TELLING: &[(&str, &str)] = &[
    ("Afrikaans", "nie hy sy ons asseblief teruggetrek gister sal julle hulle vir dankie inligting"),
    ("Albanian", "është dhe për nuk një që tij saj juve ju lutemi faleminderit klienti ynë jonë tyre nuk"),
    ("Amharic", "ነው እና ላይ ውስጥ ደንበኛችን እባክዎ እባክዎን አመሰግናለሁ ፈቃዱን ፈቃድ መረጃ ወይም ግን"),
    (
        "Arabic",
        "في من على هذا هذه إلى لا يرجى عميلنا العميل معلوماته معلوماتها شكرا التي الذي أن مع السلام عليكم نرجو",
    ),
    ("Belarusian", "ён яна яго каб гэта дзякуй калі ласка нашага што звесткі"),
    (
        "Bosnian, Croatian or Serbian",
        "je nije sam smo ste naš naša našeg molimo hvala svoj svoje podataka zatvorite jučer juče pristanak njegov njezin ili",
    ),
    ("Bulgarian", "няма моля благодаря вчера нашият клиент който която това съгласието си се да на"),
    ("Catalan", "els les amb nostre nostra seu seva però aquest aquesta plau gràcies tanqueu ahir"),
    (
        "Czech",
        "náš naše klient prosím děkuji děkujeme souhlas včera jeho jejich svých údajů není který která pro aby již",
    ),
    ("Danish", "ikke klient vores venligst tak oplysninger hun samtykke går og af jeg til med venlig hilsen"),
    (
        "Dutch",
        "niet het een onze wij graag cliënt cliënte gegevens toestemming ingetrokken gisteren haar zijn heeft met andere wil meer bedankt alstublieft van",
    ),
    (
        "Estonian",
        "meie klient palun aitäh tänan eile oma andmete nõusoleku ja ei ole tema teiste kasutaja võttis tagasi",
    ),
    (
        "Finnish",
        "ei ja hän asiakkaamme asiakas kiitos eilen hänen suostumuksensa olkaa hyvä että sekä mutta tietojensa",
    ),
    (
        "French",
        "les des est une ne pas plus ses avec vous nous notre votre pour dans qui elle ce cette sont soient merci bonjour veuillez aux du sur fermer autres hier ou et je dit faut svp fermez il",
    ),
    (
        "German",
        "der das und nicht ist sie ihre ihr unsere unser bitte wir mit für ein eine einen auf den dem von zu haben möchte mehr danke gestern oder klientin klient schließen sich wird werden",
    ),
    (
        "Haitian Creole",
        "nou yo ak pou li te kliyan tanpri mèsi pa gen nan fèmen enfòmasyon dosye lòt konsantman ki bonjou",
    ),
    ("Hausa", "da kuma wannan gode ta ne shi ita"),
    ("Hindi", "है और के की का में से नहीं हमारे कृपया उसकी उनकी धन्यवाद ग्राहक था को ने कर"),
    (
        "Hmong",
        "nws tus peb tsis yog thov cov tau txhua nrog lub daim ntawv ntaub kom qhia tso cai koj lawm thim rau thiab ua tsaug txog neeg",
    ),
    (
        "Hungarian",
        "és nem hogy egy az kérjük köszönjük köszönöm tegnap ügyfelünk adatai adatait hozzájárulását volt már",
    ),
    ("Icelandic", "ekki og að sem við viðskiptavinur vinsamlegast takk gær samþykki sitt"),
    ("Igbo", "nke ndị anyị biko bụ maka ọ daalụ"),
    (
        "Indonesian or Malay",
        "yang dan tidak untuk dengan kami klien mohon tolong terima kasih datanya telah ini itu mencabut persetujuan kepada lain tersebut adalah",
    ),
    (
        "Italian",
        "il che non di della alla gli sono con nostra nostro ha suoi sua suo più prego grazie ieri altri vuole dei una vi chiudere ritirato consenso chiudete",
    ),
    ("Kinyarwanda", "ntabwo ubu cyangwa umukiriya nyamuneka murakoze amakuru kandi"),
    ("Kurdish", "ji û ku di ne li xwe wî wê"),
    ("Latvian", "mūsu klients lūdzu paldies vakar savu nav uz un datu kas viņa piekrišanu"),
    (
        "Lithuanian",
        "mūsų klientas klientė prašome ačiū vakar savo ir kad nebenori duomenimis sutikimą nėra jos",
    ),
    ("Marathi", "आहे आणि नाही आमच्या कृपया त्यांनी धन्यवाद च्या"),
    ("Nepali", "छ र हाम्रो कृपया धन्यवाद उनको छैन ले लाई गर्न भएको"),
    (
        "Norwegian",
        "ikke klienten vår vennligst takk opplysninger hun sitt samtykket går og av jeg til å med andre hilsen",
    ),
    (
        "Oromo",
        "akka isaa keenya maaloo galatoomaa har'a hin jira fi kan isheen inni maamilli odeeffannoo hayyama kana waan",
    ),
    ("Persian", "است این را از به که می نمی ما لطفا لطفاً خود با برای ممنون مشتری دیروز"),
    (
        "Polish",
        "nie się jest nasza nasz naszej proszę dziękuję zgodę zgody wczoraj na że przez jej jego innym klientka klient już swoich oraz prosze zamknac zamknij",
    ),
    (
        "Portuguese",
        "não o os com seus seu sua suas uma um dos das ela ele obrigado obrigada ontem por feche em mais foi ao agências você vocês dela dele quer à é fechar desistiu ainda mudou feche cancele",
    ),
    (
        "Romanian",
        "și nu să este vă rugăm mulțumesc ieri datelor noastră nostru pentru sa cu din mai acest clienta clientul către",
    ),
    (
        "Russian",
        "и не что он она его её ее это на мы вы пожалуйста спасибо наш наша вчера клиент клиентка больше для от согласие был была хочет pozhaluysta zakroyte",
    ),
    ("Samoan", "mo lana faamolemole fa'amolemole fa'afetai faafetai ua totonu"),
    ("Serbian", "је није наш наша молимо хвала јуче својих података клијент сагласност и да се"),
    (
        "Slovak",
        "náš naša klient prosím ďakujem ďakujeme súhlas včera svojich údajov nie ktorý ktorá aby už jeho sa",
    ),
    ("Slovenian", "naš naša stranka prosimo hvala včeraj soglasje svojih podatkov ni je ne"),
    (
        "Somali",
        "waa ayaa oo iyo uu ay ka ku waxaa macmiilka macmiilkayaga macaamiilka fadlan mahadsanid xogta ogolaanshaha maanta shalay inay inuu laga lala kale rabo aan loo noqday xir",
    ),
    (
        "Swahili",
        "na ya wa kwa ni mteja wetu yake zake tafadhali asante taarifa idhini hataki sasa jana kwamba hii mashirika mengine",
    ),
    (
        "Swedish",
        "inte och att vår klient sitt vänligen tack uppgifter sin samtycke går med andra vill är av till det för jag hälsningar",
    ),
    (
        "Tagalog",
        "ang ng mga na ay hindi kanyang aming sa niya siya namin salamat pahintulot kliyente ibahagi pakisara ito para kahapon paki po",
    ),
    ("Tigrinya", "እዩ እዚ ኣብ ናይ ካብ በጃኹም የቐንየለይ ዓሚልና ሓበሬታ ግን"),
    (
        "Turkish",
        "bir bu için lütfen teşekkürler teşekkür müşterimiz değil dün artık istemiyor verdiği kaydını kapatın olarak ile onayı geri",
    ),
    (
        "Ukrainian",
        "і не що він вона його її це на ми ви будь ласка дякую наш наша вчора клієнт клієнтка більше для від згоду",
    ),
    ("Urdu", "ہے اور کے کی کا میں سے نہیں ہمارے براہ کرم شکریہ کو نے اس"),
    (
        "Vietnamese",
        "của và không đã cho các là chúng tôi khách hàng xin vui lòng cảm ơn đồng ý thông tin người này được với cua chung khach khong rut dong",
    ),
    ("Welsh", "mae yn ei ein wedi os gwelwch dda cleient ac nid diolch ddoe caewch ar gyfer"),
    ("Uzbek", "mijoz rozilikni qaytarib oldi iltimos yoping"),
    ("Yoruba", "ti wa ni awon àwọn jowo jọwọ alaye ko ó ẹ sí fún pelu"),
];

/// Scripts other than ours by their name, with the language where only one is written in them.
pub(super) const SCRIPTS: &[(&str, &str, Option<&str>)] = &[
    (r"[\p{Hiragana}\p{Katakana}]", "Japanese", Some("Japanese")),
    (r"\p{Hangul}", "Korean", Some("Korean")),
    // Particles that only Chinese has; other words may stand in a Japanese heading as well.
    (r"[的了我您这這们們请請]", "Chinese", Some("Chinese")),
    (r"\p{Han}", "Chinese", None),
    (r"\p{Cyrillic}", "Cyrillic", None),
    (r"\p{Arabic}", "Arabic", None),
    (r"\p{Ethiopic}", "Ethiopic", None),
    // S'gaw Karen writes its tones with letters of its own.
    (r"[\x{1061}-\x{1064}]", "Burmese", None),
    (r"\p{Myanmar}", "Burmese", None),
    (r"\p{Devanagari}", "Devanagari", None),
    (r"\p{Hebrew}", "Hebrew", None),
    (r"\p{Greek}", "Greek", Some("Greek")),
    (r"\p{Thai}", "Thai", Some("Thai")),
    (r"\p{Lao}", "Lao", Some("Lao")),
    (r"\p{Khmer}", "Khmer", Some("Khmer")),
    (r"\p{Armenian}", "Armenian", Some("Armenian")),
    (r"\p{Georgian}", "Georgian", Some("Georgian")),
    (r"\p{Gujarati}", "Gujarati", Some("Gujarati")),
    (r"\p{Gurmukhi}", "Gurmukhi", Some("Punjabi")),
    (r"\p{Tamil}", "Tamil", Some("Tamil")),
    (r"\p{Telugu}", "Telugu", Some("Telugu")),
    (r"\p{Kannada}", "Kannada", Some("Kannada")),
    (r"\p{Malayalam}", "Malayalam", Some("Malayalam")),
    (r"\p{Sinhala}", "Sinhala", Some("Sinhala")),
];
