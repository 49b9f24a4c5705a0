//! The way to a mail server, for the mailbox and for outgoing mail: the connection, what is said before STARTTLS, whom
//! this machine trusts, and what to do when any of it fails. And what a server says on it, as it may be shown.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls::{
    CertificateError, ClientConfig, Error as RustlsError, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Why no encrypted connection came about. The texts say what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file of extra trust anchors cannot be used.
    #[error("the certificate file {} (ca_file) {why}", path.display())]
    CaFile {
        /// The file as configured.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// This machine trusts nobody.
    #[error(
        "this machine has no certificate authorities installed: install the package ca-certificates, or name \
         the authority's PEM file as ca_file"
    )]
    NoAnchors,
    /// The name cannot stand in a certificate.
    #[error("\"{0}\" is not a host name or address that a certificate can be checked against")]
    Name(String),
    /// The certificate was refused; trying again does not help.
    #[error("{0}")]
    Certificate(String),
    /// The server does not do TLS in the way that was asked for.
    #[error("{0}")]
    Refused(String),
    /// The two sides could not agree, or the connection broke.
    #[error("{0}")]
    Handshake(String),
}

impl TlsError {
    /// Whether the next attempt may succeed without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Handshake(_))
    }

    /// The same, saying so where port and way seem not to fit each other.
    #[must_use]
    pub fn on_port(self, port: u16, begins: Begins) -> Self {
        match self {
            Self::Handshake(text) => Self::Handshake(format!("{text}{}", misfit(port, begins))),
            Self::CaFile { .. }
            | Self::NoAnchors
            | Self::Name(_)
            | Self::Certificate(_)
            | Self::Refused(_) => self,
        }
    }
}

/// When TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// With the first byte (RFC 8314 3).
    AtOnce,
    /// After some words in the clear: STARTTLS (RFC 9051 6.2.1, RFC 3207).
    Later,
}

/// What to say where a port is not the usual one for this way (RFC 8314 7.1, 7.3); empty where it is, or where
/// nothing is known of it.
pub fn misfit(port: u16, begins: Begins) -> &'static str {
    match (port, begins) {
        (993 | 465, Begins::Later) => {
            " (on this port TLS usually begins with the first byte: set tls = \"implicit\")"
        }
        (143 | 587 | 25, Begins::AtOnce) => {
            " (on this port TLS usually begins later: set tls = \"starttls\")"
        }
        _ => "",
    }
}

/// Whether `host`, a name or an address, with or without the brackets of an IPv6 address, is this machine, so that
/// nothing said to it goes over a network.
pub fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || bare(host).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// `[::1]` as the resolver and certificates have it: `::1`.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// A server's words as they may stand in a log: one line of at most 160 letters, without mail addresses.
pub fn presentable(text: &str) -> String {
    const LONGEST: usize = 160;
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(|word| if word.contains('@') { "\u{2026}" } else { word })
        .collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}\u{2026}", line.split_at(end).0),
        None => line,
    }
}

/// Connects to `host`, a name or an address, within `limit`. The error is a sentence that says what to do.
pub async fn dial(host: &str, port: u16, limit: Duration) -> Result<TcpStream, String> {
    let late =
        || "no answer in time: are host and port right, and does a firewall let it through?".to_owned();
    let addresses =
        timeout(limit, lookup_host((bare(host), port))).await.map_err(|_| late())?.map_err(|_| {
            format!("the name {host} is not known: is host spelled right, and does DNS work on this machine?")
        })?;
    let addresses: Vec<SocketAddr> = addresses.collect();
    // An address that swallows everything (IPv6 that leads nowhere) must not use up the time of the next.
    let each = limit / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    let mut failed = late();
    for address in addresses {
        match timeout(each, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Commands are small and wait for their answers: Nagle's algorithm would only delay them (40 ms each).
                stream.set_nodelay(true).map_err(|error| error.kind().to_string())?;
                return Ok(stream);
            }
            Ok(Err(error)) => failed = unreachable(error.kind()),
            Err(_) => failed = late(),
        }
    }
    Err(failed)
}

fn unreachable(kind: io::ErrorKind) -> String {
    if kind == io::ErrorKind::ConnectionRefused {
        "nothing listens there: is port right, and is the server running?".to_owned()
    } else if matches!(kind, io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) {
        "there is no way to it from this machine: is the network up, is host right?".to_owned()
    } else {
        kind.to_string()
    }
}

/// The first lines of a conversation, which are read one by one: up to STARTTLS, or up to the login.
#[derive(Debug)]
pub struct Opening<S> {
    stream: BufReader<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Opening<S> {
    /// Nothing has been said yet.
    pub fn new(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    /// The server's next line, without its end. `UnexpectedEof` when it has hung up, `InvalidData` for what is no
    /// line of text. No time limit of its own.
    pub async fn line(&mut self) -> io::Result<String> {
        /// Far more than any greeting or list of capabilities has.
        const LONGEST: u64 = 64 << 10;
        let mut line = Vec::new();
        (&mut self.stream).take(LONGEST).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = line.strip_suffix(b"\n").ok_or(io::ErrorKind::InvalidData)?;
        Ok(String::from_utf8_lossy(text).trim_end_matches('\r').to_owned())
    }

    /// Says a line. No time limit of its own.
    pub async fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    /// Goes on in another way. Refuses if more has come than was asked for: whoever sits on the line could slip in
    /// answers before TLS that are taken for the server's after it (CVE-2011-0411 and its kin, RFC 9051 11.1).
    pub fn end(self) -> Result<S, TlsError> {
        if self.stream.buffer().is_empty() {
            return Ok(self.stream.into_inner());
        }
        Err(TlsError::Handshake(
            "the server said more than it was asked before the connection was protected; somebody may be \
             tampering with it, so it is not used"
                .to_owned(),
        ))
    }
}

/// The client configuration: TLS 1.2 and 1.3, the system's trust anchors and, if given, those of the PEM file
/// `ca_file`. The provider is passed explicitly, since a process in which two are compiled in has no default.
pub fn client_config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let mut roots = RootCertStore::empty();
    // A broken file among the system's hundreds is no reason to stop; having none at all is, below.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca_file {
        let refuse = |why: String| TlsError::CaFile { path: path.to_owned(), why };
        let before = roots.len();
        let certificates = CertificateDer::pem_file_iter(path)
            .map_err(|error| refuse(format!("cannot be read: {error}")))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| refuse(format!("is not valid PEM: {error}")))?;
            roots.add(certificate).map_err(|_| {
                refuse("holds a certificate that cannot be used: it is damaged or cut off".to_owned())
            })?;
        }
        if roots.len() == before {
            return Err(refuse("holds no certificate (expected \"-----BEGIN CERTIFICATE-----\")".to_owned()));
        }
    }
    if roots.is_empty() {
        return Err(TlsError::NoAnchors);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Handshake(format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Shakes hands over an open connection and checks that the certificate is `host`'s. It has no time limit of
/// its own: the caller sets one.
pub async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    config: Arc<ClientConfig>,
    host: &str,
    stream: S,
) -> Result<TlsStream<S>, TlsError> {
    let name = ServerName::try_from(bare(host).to_owned()).map_err(|_| TlsError::Name(host.to_owned()))?;
    TlsConnector::from(config).connect(name, stream).await.map_err(|error| explain(&error))
}

/// What a failed handshake means for the person who set the host, the port and `ca_file`.
fn explain(error: &io::Error) -> TlsError {
    let Some(cause) = error.get_ref().and_then(|cause| cause.downcast_ref::<RustlsError>()) else {
        return TlsError::Handshake(format!(
            "the connection broke during the TLS handshake ({}); does this port begin with TLS?",
            error.kind()
        ));
    };
    if let RustlsError::InvalidCertificate(why) = cause {
        return TlsError::Certificate(explain_certificate(why));
    }
    if matches!(cause, RustlsError::InvalidMessage(_)) {
        return TlsError::Handshake(
            "the server does not speak TLS on this port: use the port for implicit TLS (IMAP 993, SMTP 465), or \
             set tls = \"starttls\""
                .to_owned(),
        );
    }
    TlsError::Handshake(format!("the TLS handshake failed: {cause}"))
}

fn explain_certificate(why: &CertificateError) -> String {
    // The plain variants stay for verifiers that give no context.
    if let CertificateError::NotValidForNameContext { presented, .. } = why {
        let names: Vec<&str> = presented.iter().map(|name| plain_name(name)).collect();
        let names = if names.is_empty() { "it holds none".to_owned() } else { names.join(", ") };
        return format!(
            "the server's certificate is for another name: set host to a name it holds ({names})"
        );
    }
    if matches!(why, CertificateError::NotValidForName) {
        return "the server's certificate is for another name: set host to a name it holds".to_owned();
    }
    if matches!(why, CertificateError::Expired | CertificateError::ExpiredContext { .. }) {
        return "the server's certificate has expired: it must be renewed there".to_owned();
    }
    if matches!(why, CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) {
        return "the server's certificate is not valid yet: is this machine's clock right?".to_owned();
    }
    if matches!(why, CertificateError::UnknownIssuer) {
        return "the server's certificate is not signed by an authority this machine trusts: if your \
                organization has an authority of its own, name its PEM file as ca_file"
            .to_owned();
    }
    // webpki's refusals that rustls has no word for come as the name of the variant.
    if let CertificateError::Other(other) = why
        && other.0.to_string() == "CaUsedAsEndEntity"
    {
        return "the server's certificate is an authority's own, as `openssl req -x509` makes it, and naming it as \
                ca_file does not help: have a server certificate issued by that authority, or make one with \
                basicConstraints=CA:FALSE"
            .to_owned();
    }
    if matches!(why, CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. }) {
        return "the server's certificate was refused: it is not for servers; have one issued with the purpose \
                serverAuth"
            .to_owned();
    }
    if matches!(why, CertificateError::Revoked) {
        return "the server's certificate was refused: its authority has revoked it; it must be replaced there"
            .to_owned();
    }
    "the server's certificate was refused: it is damaged, or signed in a way this program does not take (RSA keys \
     below 2048 bits, SHA-1); it must be replaced there"
        .to_owned()
}

/// A name in a certificate, which webpki writes as `DnsName("mail.example.org")` or `IpAddress(192.0.2.1)`.
fn plain_name(written: &str) -> &str {
    let inner = written.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(written).trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> rcgen::CertifiedKey<rcgen::KeyPair> {
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a key and a certificate")
    }

    #[test]
    fn a_ca_file_is_added_to_the_anchors() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, certificate().cert.pem()).expect("written");
        assert!(client_config(Some(&path)).is_ok());
    }

    #[test]
    fn a_useless_ca_file_is_explained() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("ca.pem");
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (content, says) in [
            (None, "cannot be read"),
            (Some(""), "holds no certificate"),
            (Some("a note"), "holds no certificate"),
            (Some(broken), "holds a certificate that cannot be used"),
        ] {
            if let Some(content) = content {
                std::fs::write(&path, content).expect("written");
            }
            let error = client_config(Some(&path)).expect_err("refused");
            assert!(error.to_string().contains(says), "{error}");
            assert!(error.to_string().contains("ca_file"), "{error}");
            assert!(!error.is_temporary());
        }
    }

    #[test]
    fn each_refusal_of_a_certificate_says_what_to_do() {
        for (why, says) in [
            (CertificateError::UnknownIssuer, "ca_file"),
            (CertificateError::NotValidForName, "host"),
            (CertificateError::Expired, "renewed"),
            (CertificateError::NotValidYet, "clock"),
            (CertificateError::BadSignature, "refused"),
        ] {
            let error = explain(&io::Error::other(RustlsError::InvalidCertificate(why)));
            assert!(error.to_string().contains(says), "{error}");
            assert!(!error.is_temporary());
        }
    }

    /// What `openssl req -x509` makes: a certificate of its own authority, used by the server itself.
    #[tokio::test]
    async fn a_self_signed_certificate_as_openssl_makes_it_is_explained() {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut wanted = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        wanted.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = wanted.self_signed(&key).expect("a certificate");
        let folder = tempfile::tempdir().expect("a scratch folder");
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, certificate.pem()).expect("written");
        let server =
            rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("versions")
                .with_no_client_auth()
                .with_single_cert(
                    vec![certificate.der().clone()],
                    rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
                )
                .expect("a server");
        let (near, far) = tokio::io::duplex(1 << 16);
        tokio::spawn(tokio_rustls::TlsAcceptor::from(Arc::new(server)).accept(far));
        let config = client_config(Some(&ca_file)).expect("anchors");
        let error = connect(config, "localhost", near).await.expect_err("refused").to_string();
        assert!(
            !error.contains("OtherError") && !error.contains("CaUsedAsEndEntity"),
            "in no words: {error}"
        );
        assert!(error.contains("basicConstraints=CA:FALSE"), "{error}");
    }

    #[test]
    fn this_machine_is_known_by_its_names_and_addresses() {
        for (host, local) in [
            ("localhost", true),
            ("LOCALHOST", true),
            ("127.0.0.1", true),
            ("::1", true),
            ("[::1]", true),
            ("localhost.example.org", false),
            ("192.0.2.1", false),
            ("0.0.0.0", false),
        ] {
            assert_eq!(is_this_machine(host), local, "{host}");
        }
    }

    #[test]
    fn a_servers_words_are_shortened_and_name_nobody() {
        assert_eq!(
            presentable("5.1.1 <jane@agency.example>: Recipient\r\n address\u{7} rejected jane@x"),
            "5.1.1 \u{2026} Recipient address rejected \u{2026}"
        );
        assert_eq!(presentable(&"\u{e4}".repeat(500)).chars().count(), 161);
    }

    #[test]
    fn a_port_that_does_not_fit_is_said() {
        for (port, begins, says) in [
            (993, Begins::Later, "implicit"),
            (465, Begins::Later, "implicit"),
            (143, Begins::AtOnce, "starttls"),
            (587, Begins::AtOnce, "starttls"),
        ] {
            let error = TlsError::Handshake("no".to_owned()).on_port(port, begins).to_string();
            assert!(error.starts_with("no ") && error.contains(says), "{error}");
        }
        for (port, begins) in [(993, Begins::AtOnce), (587, Begins::Later), (1143, Begins::Later)] {
            assert_eq!(misfit(port, begins), "");
        }
    }

    #[tokio::test]
    async fn lines_are_read_one_by_one_and_what_is_slipped_in_is_refused() {
        let (near, mut far) = tokio::io::duplex(1 << 20);
        far.write_all(b"220 ready\r\n220 go\n").await.expect("written");
        let mut opening = Opening::new(near);
        assert_eq!(opening.line().await.expect("a line"), "220 ready");
        assert_eq!(opening.line().await.expect("a line"), "220 go");
        opening.say("STARTTLS").await.expect("said");
        let mut heard = [0; 10];
        far.read_exact(&mut heard).await.expect("heard");
        assert_eq!(&heard, b"STARTTLS\r\n");
        far.write_all(b"250 ok\r\n250 slipped in\r\n").await.expect("written");
        opening.line().await.expect("a line");
        assert!(opening.end().expect_err("refused").to_string().contains("tampering"));
    }

    #[tokio::test]
    async fn the_end_and_an_endless_line_are_errors() {
        let (near, far) = tokio::io::duplex(64);
        drop(far);
        let end = Opening::new(near).line().await.expect_err("the end");
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
        let endless = Opening::new(tokio::io::join(tokio::io::repeat(b'x'), tokio::io::sink())).line().await;
        assert_eq!(endless.expect_err("too long").kind(), io::ErrorKind::InvalidData);
    }

    #[tokio::test]
    async fn a_server_that_cannot_be_reached_is_explained() {
        let limit = Duration::from_secs(30);
        let unknown = dial("no-such-host.invalid", 993, limit).await.expect_err("no such name");
        assert!(unknown.contains("no-such-host.invalid is not known"), "{unknown}");
        // A port that is taken, but on which nobody listens.
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind((std::net::Ipv4Addr::LOCALHOST, 0).into()).expect("a port");
        let port = socket.local_addr().expect("bound").port();
        let refused = dial("127.0.0.1", port, limit).await.expect_err("nobody listens");
        assert!(refused.contains("nothing listens"), "{refused}");
    }

    #[test]
    fn a_broken_handshake_may_be_tried_again() {
        assert!(explain(&io::Error::from(io::ErrorKind::UnexpectedEof)).is_temporary());
    }
}
