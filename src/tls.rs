//! TLS as a client, for the mailbox and for outgoing mail: whom this machine trusts, and what to do when a
//! handshake fails.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    CertificateError, ClientConfig, Error as RustlsError, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::net::TcpStream;
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
    /// The two sides could not agree, or the connection broke.
    #[error("{0}")]
    Handshake(String),
}

impl TlsError {
    /// Whether the next attempt may succeed without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Handshake(_))
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
            roots
                .add(certificate)
                .map_err(|error| refuse(format!("holds a certificate that cannot be used: {error}")))?;
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
pub async fn connect(
    config: Arc<ClientConfig>,
    host: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, TlsError> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| TlsError::Name(host.to_owned()))?;
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
            "the server does not speak TLS on this port: use the port for implicit TLS (IMAP 993, SMTP 465)"
                .to_owned(),
        );
    }
    TlsError::Handshake(format!("the TLS handshake failed: {cause}"))
}

fn explain_certificate(why: &CertificateError) -> String {
    // The plain variants stay for verifiers that give no context.
    if matches!(why, CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) {
        return format!("the server's certificate is for another name: set host to a name it holds ({why})");
    }
    if matches!(why, CertificateError::Expired | CertificateError::ExpiredContext { .. }) {
        return format!("the server's certificate has expired: it must be renewed there ({why})");
    }
    if matches!(why, CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) {
        return format!("the server's certificate is not valid yet: is this machine's clock right? ({why})");
    }
    if matches!(why, CertificateError::UnknownIssuer) {
        return "the server's certificate is not signed by an authority this machine trusts: if your \
                organization has an authority of its own, name its PEM file as ca_file"
            .to_owned();
    }
    format!("the server's certificate was refused: {why}")
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

    #[test]
    fn a_broken_handshake_may_be_tried_again() {
        assert!(explain(&io::Error::from(io::ErrorKind::UnexpectedEof)).is_temporary());
    }
}
