//! Certificates that are wrong in every way, shown by servers of both protocols, with TLS at once and by STARTTLS: each
//! is refused with what to do.

use std::{net::Ipv4Addr, path::Path, sync::Arc, time::Duration};

use rcgen::{BasicConstraints, CertificateParams, CertifiedKey, IsCa, Issuer, KeyPair, date_time_ymd};
use roi_desk::{
    domain::MailAddress,
    mailbox::{self, ImapOptions, Mailbox},
    mailer::{self, Mailer, SmtpOptions},
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use secrecy::SecretString;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// A server's side of TLS with this certificate.
pub fn acceptor(made: &CertifiedKey<KeyPair>) -> TlsAcceptor {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("the key is the certificate's");
    TlsAcceptor::from(Arc::new(config))
}

/// A certificate authority, and a certificate it has signed for `name`, valid in these years.
fn signed(name: &str, from: i32, to: i32) -> (String, CertifiedKey<KeyPair>) {
    let authority_key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = authority.self_signed(&authority_key).expect("a certificate").pem();
    let signing_key = KeyPair::generate().expect("a key");
    let mut server = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    server.not_before = date_time_ymd(from, 1, 1);
    server.not_after = date_time_ymd(to, 1, 1);
    let issuer = Issuer::new(authority, authority_key);
    let cert = server.signed_by(&signing_key, &issuer).expect("signed");
    (pem, CertifiedKey { cert, signing_key })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Imap,
    Smtp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    AtOnce,
    StartTls,
}

/// A server that gets as far as the handshake; its port.
async fn server(protocol: Protocol, way: Way, acceptor: TlsAcceptor) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        // How a handshake ends is for the client to say.
        while let Ok((stream, _)) = listener.accept().await {
            let _ = handshake(protocol, way, &acceptor, stream).await;
        }
    });
    port
}

async fn handshake(
    protocol: Protocol,
    way: Way,
    acceptor: &TlsAcceptor,
    mut stream: TcpStream,
) -> std::io::Result<()> {
    if way == Way::StartTls {
        let answers = match protocol {
            Protocol::Imap => ["* OK ready", "* CAPABILITY IMAP4rev1 STARTTLS\r\nC0 OK done", "C1 OK begin"],
            Protocol::Smtp => ["220 ready", "250-here\r\n250 STARTTLS", "220 go"],
        };
        let mut stream = BufReader::new(&mut stream);
        for (index, answer) in answers.into_iter().enumerate() {
            if index > 0 {
                stream.read_line(&mut String::new()).await?;
            }
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }
    let mut stream = acceptor.accept(stream).await?;
    stream.write_all(b"end of the test\r\n").await?;
    stream.shutdown().await
}

/// What the desk says of a server with this certificate.
async fn refusal(protocol: Protocol, way: Way, port: u16, ca_file: Option<&Path>) -> String {
    let ca_file = ca_file.map(Path::to_owned);
    match protocol {
        Protocol::Imap => {
            let mut options = ImapOptions::new("localhost", "worker", SecretString::from("secret"));
            options.port = port;
            options.ca_file = ca_file;
            options.tls = match way {
                Way::AtOnce => mailbox::Tls::Implicit,
                Way::StartTls => mailbox::Tls::StartTls,
            };
            let opened = Mailbox::open(&mailbox::Options::Imap(options)).await;
            opened.expect_err("the mailbox does not open").to_string()
        }
        Protocol::Smtp => {
            let options = SmtpOptions {
                host: "localhost".to_owned(),
                port,
                tls: match way {
                    Way::AtOnce => mailer::Tls::Implicit,
                    Way::StartTls => mailer::Tls::StartTls,
                },
                ca_file,
                user: None,
                password: None,
                envelope_from: MailAddress::parse("helpdesk@example.org").expect("an address"),
                connections: 1,
                step_timeout: Duration::from_mins(1),
            };
            // This machine may trust nobody at all; then there is no mailer to begin with.
            match Mailer::new(mailer::Options::Smtp(options)) {
                Ok(mailer) => mailer.check().await.expect_err("no mail is handed over").to_string(),
                Err(error) => error.to_string(),
            }
        }
    }
}

#[tokio::test]
async fn each_wrong_certificate_is_explained_on_both_protocols_and_both_ways() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let file = scratch.path().join("ca.pem");
    for (name, from, to, trusted, says) in [
        ("localhost", 2000, 2001, true, "has expired: it must be renewed"),
        ("localhost", 4000, 4001, true, "not valid yet: is this machine's clock right?"),
        (
            "mail.example.org",
            2000,
            4000,
            true,
            "for another name: set host to a name it holds (mail.example.org)",
        ),
        ("localhost", 2000, 4000, false, "name "),
        // As far as the handshake all is well; what comes then is no mail server.
        ("localhost", 2000, 4000, true, "greeting"),
    ] {
        let (pem, made) = signed(name, from, to);
        std::fs::write(&file, pem).expect("written");
        for protocol in [Protocol::Imap, Protocol::Smtp] {
            for way in [Way::AtOnce, Way::StartTls] {
                if says == "greeting" && way == Way::StartTls {
                    continue;
                }
                let port = server(protocol, way, acceptor(&made)).await;
                let said = refusal(protocol, way, port, trusted.then_some(file.as_path())).await;
                assert!(said.contains(says), "{protocol:?} {way:?}: {said}");
                let bare = ["Expired", "NotValid", "DnsName", "Other"];
                assert!(bare.iter().all(|name| !said.contains(name)), "{protocol:?} {way:?}: {said}");
                assert!(trusted || said.contains("ca_file"), "{protocol:?} {way:?}: {said}");
            }
        }
    }
}
