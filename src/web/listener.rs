//! Accepting connections at the console's address. Each has a time limit for a request's header and for taking the answer,
//! and there are only so many at once, of one address as of all: nobody keeps others out by asking and not listening.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::Router;
use hyper::{Request, body::Incoming, server::conn::http1, service::Service};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::Semaphore,
    task::JoinSet,
    time::timeout,
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;

use super::{Certificate, Settings, Shared, client::Ends, pages};
use crate::engine::Desk;

/// How long a request's header may take to arrive, from the connection's first moment or the last answer on.
const HEADER_WITHIN: Duration = Duration::from_secs(10);
/// How long an answer may wait for the other end to take the next piece of it.
const TAKEN_WITHIN: Duration = Duration::from_secs(10);
/// At most so many connections at once; more wait to be accepted.
const CONNECTIONS: usize = 256;
/// At most so many of one address, but for a trusted proxy's; more are closed.
const OF_ONE: usize = 64;
/// How long answers under way may take once the daemon is to stop.
const STOP_WITHIN: Duration = Duration::from_secs(5);
/// How long to wait when no connection can be accepted (no file descriptors are left, for one).
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// A listener that is bound and not served yet.
#[derive(Debug)]
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    certificate: Option<Certificate>,
}

/// The pages, to one connection's other end.
struct ToOne {
    pages: TowerToHyperService<Router>,
    ends: Ends,
}

impl Service<Request<Incoming>> for ToOne {
    type Response = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.ends);
        self.pages.call(request)
    }
}

/// How many connections each address has.
#[derive(Debug, Clone, Default)]
struct Crowd(Arc<Mutex<BTreeMap<IpAddr, usize>>>);

/// One connection's place among those of its address, until it is dropped.
struct InCrowd(Crowd, IpAddr);

impl Crowd {
    /// A place for one more of this address; `None`: it has as many as it may.
    fn enter(&self, address: IpAddr) -> Option<InCrowd> {
        let mut crowd = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = crowd.entry(address).or_default();
        if *count >= OF_ONE {
            return None;
        }
        *count += 1;
        Some(InCrowd(self.clone(), address))
    }
}

impl Drop for InCrowd {
    fn drop(&mut self) {
        let mut crowd = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = crowd.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                crowd.remove(&self.1);
            }
        }
    }
}

impl Listening {
    /// Listens on `address`; port 0 takes any that is free.
    ///
    /// # Errors
    /// The port is taken, or may not be used.
    pub async fn on(address: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, certificate: None })
    }

    /// The same, by TLS and nothing else.
    #[must_use]
    pub fn with(self, certificate: Certificate) -> Self {
        Self { certificate: Some(certificate), ..self }
    }

    /// Where it really listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is cancelled, and then ends what is under way.
    pub async fn serve(self, desk: Arc<Desk>, settings: Settings, stop: CancellationToken) {
        let trusted = settings.trusted_proxy.clone();
        let pages = TowerToHyperService::new(pages(Shared::new(desk, settings)));
        let crowd = Crowd::default();
        let (graceful, room) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS)));
        let mut connections = JoinSet::new();
        loop {
            let accepted = async {
                let place = Arc::clone(&room).acquire_owned().await.expect("it is never closed");
                (place, self.listener.accept().await)
            };
            let (place, stream, peer) = tokio::select! {
                () = stop.cancelled() => break,
                // Those that have ended are let go of.
                Some(_) = connections.join_next() => continue,
                (place, accepted) = accepted => match accepted {
                    Ok((stream, peer)) => (place, stream, peer),
                    Err(error) => {
                        tracing::warn!(%error, "a connection to the console's address cannot be accepted");
                        timeout(ACCEPT_AGAIN, stop.cancelled()).await.unwrap_or_default();
                        continue;
                    }
                },
            };
            let Ok(here) = stream.local_addr() else { continue };
            let among = crowd.enter(peer.ip());
            if among.is_none() && !trusted.contains(&peer.ip()) {
                tracing::warn!("an address has too many connections to the console; one is closed");
                continue;
            }
            let service = ToOne { pages: pages.clone(), ends: Ends { peer, here } };
            let (watcher, certificate, stop) = (graceful.watcher(), self.certificate.clone(), stop.clone());
            connections.spawn(async move {
                let ended = match certificate {
                    Some(certificate) => tokio::select! {
                        // Whoever is still agreeing on the encryption has asked for nothing yet.
                        () = stop.cancelled() => Ok(()),
                        agreed = certificate.accept(stream) => match agreed {
                            Ok(stream) => converse(stream, service, watcher).await,
                            Err(error) => Err(error.to_string()),
                        },
                    },
                    None => converse(stream, service, watcher).await,
                };
                if let Err(error) = ended {
                    tracing::debug!(error, "a connection to the console's address ended early");
                }
                drop((place, among));
            });
        }
        drop(self.listener);
        if timeout(STOP_WITHIN, graceful.shutdown()).await.is_err() {
            tracing::warn!("connections to the console's address are cut off");
        }
    }
}

/// Answers one connection's requests until it ends.
async fn converse<S: AsyncRead + AsyncWrite + Unpin + 'static>(
    stream: S,
    service: ToOne,
    watcher: Watcher,
) -> Result<(), String> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(TAKEN_WITHIN));
    let stream = Box::pin(stream);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_WITHIN)
        .serve_connection(TokioIo::new(stream), service);
    watcher.watch(connection).await.map_err(|error| error.to_string())
}
