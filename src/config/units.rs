//! Durations, sizes and rates as people write them.

use std::{net::SocketAddr, time::Duration};

use crate::tls::is_this_machine;

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, unit.trim()))
}

/// Takes `90s`, `15m`, `26h`, `3d`, `2w`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let seconds = number_and_unit(text).and_then(|(number, unit)| {
        let scale = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return None,
        };
        // A century: more is a slip, and would overflow dates.
        number.checked_mul(scale).filter(|seconds| *seconds <= 3_155_760_000)
    });
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| format!("\"{text}\" is not a duration such as 90s, 15m, 26h or 3d"))
}

/// Takes `1000`, `500 KiB`, `25 MiB`, `1 GiB`; gives octets.
pub fn size(text: &str) -> Result<u64, String> {
    let octets = number_and_unit(text).and_then(|(number, unit)| {
        let scale = match unit {
            "" | "B" => 1,
            "KiB" | "KB" => 1 << 10,
            "MiB" | "MB" => 1 << 20,
            "GiB" | "GB" => 1 << 30,
            _ => return None,
        };
        number.checked_mul(scale)
    });
    octets.ok_or_else(|| format!("\"{text}\" is not a size such as 500 KiB or 25 MiB"))
}

/// At most so many in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// In how long.
    pub per: Duration,
}

/// Takes `10/3h`, `300/h`.
pub fn rate(text: &str) -> Result<Rate, String> {
    let parsed = text.split_once('/').and_then(|(count, per)| {
        let per = per.trim();
        let per =
            if per.starts_with(|c: char| c.is_ascii_digit()) { per.to_owned() } else { format!("1{per}") };
        Some(Rate { count: count.trim().parse().ok().filter(|count| *count > 0)?, per: duration(&per).ok()? })
    });
    parsed.filter(|rate| !rate.per.is_zero()).ok_or_else(|| format!("\"{text}\" is not a rate such as 10/3h"))
}

/// `127.0.0.1:8080`: an address of this machine, and a port.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("\"{text}\" is not an address with a port such as 127.0.0.1:8080"))
}

/// Takes `https://desk.example.org`, with a port if need be; or http for this very machine. Empty: `None`.
pub(super) fn console_url(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let url = text.strip_suffix('/').unwrap_or(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let (safe, host) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(host), _) => (true, host),
        (None, Some(host)) => (is_this_machine(without_port(host)), host),
        (None, None) => (false, ""),
    };
    if host.is_empty() || !host.chars().all(plain) {
        return Err(format!("\"{text}\" is not of the form https://desk.example.org, without a path"));
    }
    if !safe {
        return Err(format!(
            "\"{text}\" is not encrypted: it begins with https://, unless it is this very machine"
        ));
    }
    Ok(Some(url.to_owned()))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_listen_is_an_address_with_a_port() {
        for text in ["127.0.0.1:8080", "127.0.0.5:0", "[::1]:8080", "0.0.0.0:443"] {
            assert!(address(text).is_ok(), "{text}");
        }
        for text in ["", "8080", "localhost", "127.0.0.1"] {
            assert!(address(text).expect_err("refused").contains("is not an address with a port"), "{text}");
        }
    }

    #[test]
    fn a_console_is_linked_to_by_https_or_on_this_machine() {
        assert_eq!(console_url(""), Ok(None));
        for url in [
            "https://desk.example.org",
            "https://desk.example.org:8443",
            "https://[2001:db8::5]:8443",
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://[::1]",
        ] {
            assert_eq!(console_url(url), Ok(Some(url.to_owned())));
            assert_eq!(console_url(&format!("{url}/")), Ok(Some(url.to_owned())));
        }
        for url in ["http://desk.example.org", "http://10.0.0.5:8080", "http://[2001:db8::5]"] {
            assert!(console_url(url).expect_err("refused").contains("is not encrypted"), "{url}");
        }
        for url in [
            "desk.example.org",
            "https://",
            "https://desk.example.org/desk",
            "https://ann:pw@desk.example.org",
            "https://desk.example.org?x",
            "javascript:alert(1)",
        ] {
            assert!(console_url(url).expect_err("refused").contains("without a path"), "{url}");
        }
    }

    #[test]
    fn units_are_read_as_written() {
        for (text, seconds) in
            [("0s", 0), ("60s", 60), ("15m", 900), ("26h", 93_600), ("3d", 259_200), ("2w", 1_209_600)]
        {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "3", "d", "3 days", "-1s", "1.5h", "99999999999d", "½h"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert_eq!(size("25 MiB"), Ok(25 << 20));
        assert_eq!(size("500KiB"), Ok(500 << 10));
        assert!(size("25 Mbit").is_err());
        assert_eq!(rate("10/3h"), Ok(Rate { count: 10, per: Duration::from_secs(10_800) }));
        assert_eq!(rate("300/h"), Ok(Rate { count: 300, per: Duration::from_secs(3_600) }));
        for text in ["10", "0/h", "10/0s", "ten/h"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }
}
