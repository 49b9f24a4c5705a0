//! Times as people read them: how long ago, and when exactly in the site's zone.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// An instant, ready to be shown. In a template: the macro `when` of `parts.html`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct When {
    /// RFC 3339, for machines.
    pub machine: String,
    /// The day and time in the site's zone.
    pub exact: String,
    /// `3 hours ago`, `in 2 days`.
    pub relative: String,
}

impl When {
    /// `at`, as seen from `now`.
    pub(super) fn new(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> Self {
        Self {
            machine: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            exact: at.with_timezone(&zone).format("%a %-d %b %Y, %H:%M %Z").to_string(),
            relative: relative(at - now),
        }
    }
}

/// How far away an instant is, in the largest unit that says enough: positive lies ahead.
pub(super) fn relative(from_now: TimeDelta) -> String {
    let words = length(from_now.abs());
    if from_now.abs() < TimeDelta::minutes(1) {
        "just now".to_owned()
    } else if from_now < TimeDelta::zero() {
        format!("{words} ago")
    } else {
        format!("in {words}")
    }
}

/// A length of time: `45 minutes`, `3 hours`, `2 days`.
pub(super) fn length(time: TimeDelta) -> String {
    let count = |number: i64, unit: &str| {
        if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
    };
    if time < TimeDelta::minutes(90) {
        count(time.num_minutes(), "minute")
    } else if time < TimeDelta::hours(36) {
        count((time + TimeDelta::minutes(30)).num_hours(), "hour")
    } else {
        count((time + TimeDelta::hours(12)).num_days(), "day")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_largest_unit_that_says_enough() {
        let told = [
            (TimeDelta::seconds(20), "just now"),
            (TimeDelta::seconds(-59), "just now"),
            (TimeDelta::minutes(-1), "1 minute ago"),
            (TimeDelta::minutes(-89), "89 minutes ago"),
            (TimeDelta::minutes(-90), "2 hours ago"),
            (TimeDelta::hours(35), "in 35 hours"),
            (TimeDelta::hours(36), "in 2 days"),
            (TimeDelta::days(-40), "40 days ago"),
        ];
        for (from_now, words) in told {
            assert_eq!(relative(from_now), words);
        }
    }

    #[test]
    fn the_exact_time_is_the_sites() {
        let at = DateTime::from_timestamp(1_772_000_000, 0).expect("an instant");
        let shown = When::new(at, at + TimeDelta::days(2), chrono_tz::America::Chicago);
        assert_eq!(shown.machine, "2026-02-25T06:13:20Z");
        assert_eq!(shown.exact, "Wed 25 Feb 2026, 00:13 CST");
        assert_eq!(shown.relative, "2 days ago");
    }
}
