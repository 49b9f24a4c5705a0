//! HTTP on the console's listener: health and metrics, without personal data; the room for the staff console.
//!
//! Loopback only (the configuration sees to that). Each connection has a time limit for a request's header, and there are
//! only so many at once. No page reads a body.

mod health;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware,
    response::Response,
    routing::get,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::engine::Desk;

/// How long a request's header may take to arrive, from the connection's first moment or the last answer on.
const HEADER_WITHIN: Duration = Duration::from_secs(10);
/// At most so many connections at once; more wait to be accepted.
const CONNECTIONS: usize = 64;
/// How long answers under way may take once the daemon is to stop.
const STOP_WITHIN: Duration = Duration::from_secs(5);
/// How long to wait when no connection can be accepted (no file descriptors are left, for one).
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// What every page can ask.
#[derive(Debug, Clone)]
struct Shared {
    desk: Arc<Desk>,
}

/// A listener that is bound and not served yet.
#[derive(Debug)]
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listening {
    /// Listens on `address`; port 0 takes any that is free.
    ///
    /// # Errors
    /// The port is taken, or may not be used.
    pub async fn on(address: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where it really listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is cancelled, and then ends what is under way.
    pub async fn serve(self, desk: Arc<Desk>, stop: CancellationToken) {
        let service = TowerToHyperService::new(pages(Shared { desk }));
        let (graceful, room) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS)));
        let mut connections = JoinSet::new();
        loop {
            let accepted = async {
                let place = Arc::clone(&room).acquire_owned().await.expect("it is never closed");
                (place, self.listener.accept().await)
            };
            let (place, stream) = tokio::select! {
                () = stop.cancelled() => break,
                // Those that have ended are let go of.
                Some(_) = connections.join_next() => continue,
                (place, accepted) = accepted => match accepted {
                    Ok((stream, _)) => (place, stream),
                    Err(error) => {
                        tracing::warn!(%error, "a connection to the console's address cannot be accepted");
                        timeout(ACCEPT_AGAIN, stop.cancelled()).await.unwrap_or_default();
                        continue;
                    }
                },
            };
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_WITHIN)
                .serve_connection(TokioIo::new(stream), service.clone());
            let connection = graceful.watch(connection);
            connections.spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection to the console's address ended early");
                }
                drop(place);
            });
        }
        drop(self.listener);
        if timeout(STOP_WITHIN, graceful.shutdown()).await.is_err() {
            tracing::warn!("connections to the console's address are cut off");
        }
    }
}

fn pages(shared: Shared) -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .layer(middleware::map_response(guarded))
        .with_state(shared)
}

/// What holds for every answer: it is of this moment, and it is what it says it is.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
