//! `roi-desk healthcheck`: asks the running daemon how it is.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Request, StatusCode, body::Bytes, header};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};

use super::{Exit, Failure, Format, print_json, print_text};
use crate::{
    config::{Config, TlsFiles},
    web,
};

/// How long the daemon may take in all.
const WITHIN: Duration = Duration::from_secs(5);
/// More than any list of reasons has.
const LONGEST: usize = 64 << 10;

#[derive(Serialize)]
struct Health<'a> {
    healthy: bool,
    reasons: Vec<&'a str>,
}

pub(super) async fn run(config: &Config, format: Format) -> Result<Exit, Failure> {
    let address = within_this_machine(config.console.listen);
    let unavailable = |why: &str| {
        Failure::Unavailable(format!(
            "no daemon answers at {address} (console.listen): {why}; is it running?"
        ))
    };
    let (status, text) = match timeout(WITHIN, ask(address, config.console.tls.as_ref())).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(unavailable(&error.to_string())),
        Err(_) => return Err(unavailable(&format!("nothing within {} s", WITHIN.as_secs()))),
    };
    let reasons: Vec<&str> = match status {
        StatusCode::OK => Vec::new(),
        StatusCode::SERVICE_UNAVAILABLE => text.lines().collect(),
        other => return Err(unavailable(&format!("what listens there is something else ({other})"))),
    };
    let healthy = status == StatusCode::OK;
    match format {
        Format::Json => print_json(&Health { healthy, reasons })?,
        Format::Text if healthy => print_text("healthy")?,
        Format::Text => print_text(&format!("not healthy:\n{}", reasons.join("\n")))?,
    }
    Ok(if healthy { Exit::Well } else { Exit::No })
}

/// Where a listener is reached from here: one on all addresses is on loopback as well.
fn within_this_machine(listens: SocketAddr) -> SocketAddr {
    let loopback = match listens.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(loopback, listens.port())
}

/// `GET /readyz`: the status, and the text.
async fn ask(address: SocketAddr, tls: Option<&TlsFiles>) -> anyhow::Result<(StatusCode, String)> {
    let stream = TcpStream::connect(address).await?;
    match tls {
        Some(files) => ask_on(web::to_own_console(stream, &files.cert).await?, address).await,
        None => ask_on(stream, address).await,
    }
}

async fn ask_on<S>(stream: S, address: SocketAddr) -> anyhow::Result<(StatusCode, String)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get("/readyz")
        .header(header::HOST, address.to_string())
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())?;
    let asking = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let text = Limited::new(answer.into_body(), LONGEST).collect().await;
        let text = text.map_err(|error| anyhow::anyhow!("{error}"))?.to_bytes();
        Ok((status, String::from_utf8_lossy(&text).into_owned()))
    };
    // The connection is what moves the request, and ends with it.
    let (answered, _) = tokio::join!(asking, connection);
    answered
}
