//! TLS of the console's own: the certificate it shows, which a renewed one can replace while it listens, and the way of this
//! program's own commands to it.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use rustls::{
    ClientConfig, DigitallySignedStruct, Error as RustlsError, ServerConfig, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

/// How long a browser may take to agree on the encryption.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);

/// Why a certificate cannot be shown. The text names the file, and says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {} {why}", file.display())]
pub struct CertificateError {
    /// The key of the configuration.
    pub key: &'static str,
    /// The file it names.
    pub file: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

/// The console's certificate. What is cloned shows the same one, renewed or not.
#[derive(Clone)]
pub struct Certificate {
    cert: PathBuf,
    key: PathBuf,
    shown: Arc<RwLock<Arc<ServerConfig>>>,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("cert", &self.cert)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl Certificate {
    /// Reads a certificate and its key (PEM files).
    ///
    /// # Errors
    /// A file cannot be read, holds neither, or the two do not belong together.
    pub fn read(cert: &Path, key: &Path) -> Result<Self, CertificateError> {
        let shown = Arc::new(RwLock::new(Arc::new(config(cert, key)?)));
        Ok(Self { cert: cert.to_owned(), key: key.to_owned(), shown })
    }

    /// Reads the same files again: connections from now on are shown what they hold.
    ///
    /// # Errors
    /// As [`Self::read`]; the one before goes on being shown.
    pub fn read_again(&self) -> Result<(), CertificateError> {
        let read = Arc::new(config(&self.cert, &self.key)?);
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// Agrees with a browser on the encryption.
    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<server::TlsStream<TcpStream>> {
        let shown = Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner));
        timeout(HANDSHAKE_WITHIN, TlsAcceptor::from(shown).accept(stream)).await?
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let wrong = |why| CertificateError { key: "console.cert_file", file: file.to_owned(), why };
    let found: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|error| wrong(format!("cannot be read as a PEM file: {error}")))?;
    if found.is_empty() {
        return Err(wrong("holds no certificate (a PEM block \"CERTIFICATE\")".to_owned()));
    }
    Ok(found)
}

fn config(cert: &Path, key: &Path) -> Result<ServerConfig, CertificateError> {
    let wrong = |why| CertificateError { key: "console.key_file", file: key.to_owned(), why };
    let chain = certificates(cert)?;
    // Not the error's own text alone: the commonest is a file that only root can read.
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| wrong(format!("cannot be read as a private key (PEM) by this account: {error}")))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| wrong(format!("does not go with the certificate of console.cert_file: {error}")))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Connects to this machine's own console, which must show exactly the certificate in `cert`: whose name stands in it, and
/// who signed it, says nothing about that.
///
/// # Errors
/// The file cannot be used; what listens there does not speak TLS, or shows another certificate.
pub async fn to_own_console(stream: TcpStream, cert: &Path) -> io::Result<client::TlsStream<TcpStream>> {
    let known = certificates(cert).map_err(io::Error::other)?.into_iter().next();
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("ring has TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Exactly { known, provider }))
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("it is a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Trusts one certificate, and whoever has its key.
#[derive(Debug)]
struct Exactly {
    known: Option<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Exactly {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, RustlsError> {
        if self.known.as_ref().is_some_and(|known| known == shown) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(RustlsError::General(
            "it shows another certificate than console.cert_file holds; if that was renewed: systemctl reload roi-desk"
                .to_owned(),
        ))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, RustlsError> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, RustlsError> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
