//! Who is at the other end of a connection, and how often they may try to sign in.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::HeaderMap,
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::DefaultKeyedStateStore,
};

use super::{Shared, problem::Problem};

/// So many sign-ins at once from one address; afterwards as many in a minute, one after the other.
const SIGN_INS_A_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("it is not 0");
/// After so many tries, addresses that are idle again are forgotten.
const TIDY_EVERY: u32 = 256;

/// The two ends of a connection, as the listener saw them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    /// Who connected.
    pub peer: SocketAddr,
    /// Where they reached us.
    pub here: SocketAddr,
}

impl Ends {
    /// Whether it was somebody on this very machine.
    fn within_this_machine(self) -> bool {
        let peer = self.peer.ip().to_canonical();
        peer.is_loopback() || peer == self.here.ip().to_canonical()
    }
}

/// Whom a request comes from: whoever connected, or whom a trusted proxy says it passes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Client(pub IpAddr);

/// Answers nobody who could be listened to on the way: where browsers come through a proxy, they come through it alone. And
/// notes whom a request comes from.
pub(super) async fn known(State(shared): State<Shared>, mut request: Request, next: Next) -> Response {
    let settings = &shared.settings;
    let Some(ends) = request.extensions().get::<Ends>().copied() else {
        tracing::error!("a request did not come from the listener");
        return Problem::Foreign.into_response();
    };
    let peer = ends.peer.ip().to_canonical();
    let is_proxy = settings.trusted_proxy.contains(&peer);
    if settings.behind_proxy && !is_proxy {
        let asks_how_we_are = matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics");
        if !(asks_how_we_are && ends.within_this_machine()) {
            tracing::warn!(client = %peer, "a connection that does not come from console.trusted_proxy is refused");
            return Problem::NotByProxy.into_response();
        }
    }
    let passed_on = is_proxy.then(|| last_forwarded(request.headers())).flatten();
    request.extensions_mut().insert(Client(passed_on.unwrap_or(peer)));
    next.run(request).await
}

/// The address that the last proxy added to `X-Forwarded-For`. What stands before it anybody may have written.
fn last_forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let line = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let last = line.rsplit(',').next()?.trim();
    let bare = last.strip_prefix('[').and_then(|last| last.strip_suffix(']')).unwrap_or(last);
    let address = bare.parse().or_else(|_| last.parse::<SocketAddr>().map(|address| address.ip())).ok()?;
    Some(IpAddr::to_canonical(&address))
}

/// How many sign-ins each address has tried of late.
#[derive(Debug)]
pub(super) struct SignIns<C: Clock = DefaultClock> {
    limiter: RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, C, NoOpMiddleware<C::Instant>>,
    clock: C,
    tries: AtomicU32,
}

impl Default for SignIns {
    fn default() -> Self {
        Self::by(DefaultClock::default())
    }
}

impl<C: Clock + Clone> SignIns<C> {
    fn by(clock: C) -> Self {
        let limiter = RateLimiter::new(
            Quota::per_minute(SIGN_INS_A_MINUTE),
            DefaultKeyedStateStore::default(),
            clock.clone(),
        );
        Self { limiter, clock, tries: AtomicU32::new(0) }
    }

    /// Counts a try of this address; the error says how long to wait for the next.
    pub(super) fn one_more(&self, Client(address): Client) -> Result<(), Duration> {
        if self.tries.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        let tried = self.limiter.check_key(&household(address));
        tried.map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }
}

/// Whoever has one IPv6 address has the 2^64 around it (RFC 6177): they count as one.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn address(text: &str) -> Client {
        Client(text.parse().expect("an address"))
    }

    #[test]
    fn this_machine_is_whoever_comes_from_loopback_or_from_where_it_goes() {
        let within = |peer: &str, here: &str| {
            let end = |text: &str| SocketAddr::new(text.parse().expect("an address"), 1);
            Ends { peer: end(peer), here: end(here) }.within_this_machine()
        };
        for (peer, here) in [
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
            ("10.0.0.9", "10.0.0.9"),
            ("::ffff:127.0.0.1", "::ffff:127.0.0.1"),
        ] {
            assert!(within(peer, here), "{peer} to {here}");
        }
        for (peer, here) in
            [("10.0.0.5", "10.0.0.9"), ("::ffff:10.0.0.5", "::ffff:10.0.0.9"), ("fe80::1", "fe80::2")]
        {
            assert!(!within(peer, here), "{peer} to {here}");
        }
    }

    #[test]
    fn ten_at_once_and_then_one_in_six_seconds() {
        let clock = FakeRelativeClock::default();
        let sign_ins = SignIns::by(clock.clone());
        for _ in 0..10 {
            assert_eq!(sign_ins.one_more(address("192.0.2.1")), Ok(()));
        }
        let wait = sign_ins.one_more(address("192.0.2.1")).expect_err("one too many");
        assert_eq!(wait, Duration::from_secs(6));
        assert_eq!(sign_ins.one_more(address("192.0.2.2")), Ok(()), "another address");
        clock.advance(wait);
        assert_eq!(sign_ins.one_more(address("192.0.2.1")), Ok(()));
        assert!(sign_ins.one_more(address("192.0.2.1")).is_err());
    }

    #[test]
    fn neighbours_in_ipv6_are_one() {
        let sign_ins = SignIns::by(FakeRelativeClock::default());
        for host in 0..10 {
            assert_eq!(sign_ins.one_more(address(&format!("2001:db8::{host:x}"))), Ok(()));
        }
        assert!(sign_ins.one_more(address("2001:db8::ffff")).is_err());
        assert_eq!(sign_ins.one_more(address("2001:db8:0:1::1")), Ok(()));
    }

    #[test]
    fn addresses_that_are_idle_again_are_forgotten() {
        let clock = FakeRelativeClock::default();
        let sign_ins = SignIns::by(clock.clone());
        for number in 0..10_000_u32 {
            let host = std::net::Ipv4Addr::from(0x0a00_0000 + number);
            assert_eq!(sign_ins.one_more(Client(host.into())), Ok(()));
            clock.advance(Duration::from_millis(100));
        }
        // Each is idle again after six seconds, in which sixty others come.
        assert!(sign_ins.limiter.len() < 400, "{}", sign_ins.limiter.len());
    }

    #[test]
    fn what_the_proxy_added_last_counts() {
        let of = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", HeaderValue::from_static(line));
            }
            last_forwarded(&headers).map(|address| address.to_string())
        };
        for (lines, expected) in [
            (&["192.0.2.7"][..], Some("192.0.2.7")),
            (&["10.0.0.1, 192.0.2.7"], Some("192.0.2.7")),
            (&["10.0.0.1", "evil, 192.0.2.7"], Some("192.0.2.7")),
            (&["192.0.2.7:4711"], Some("192.0.2.7")),
            (&["2001:db8::7"], Some("2001:db8::7")),
            (&["[2001:db8::7]"], Some("2001:db8::7")),
            (&["[2001:db8::7]:4711"], Some("2001:db8::7")),
            (&["::ffff:192.0.2.7"], Some("192.0.2.7")),
            (&["192.0.2.7, unknown"], None),
            (&["192.0.2.7", ""], None),
            (&[], None),
        ] {
            assert_eq!(of(lines).as_deref(), expected, "{lines:?}");
        }
    }
}
