//! When a scheduled job is due: a cron expression on the clock that hangs on the wall. Pure.
//!
//! The `cron` crate leaves a whole day out when its time falls into the hour that spring skips, and runs twice in the
//! hour that autumn repeats. So it is only asked for times without a zone, and what they are in the site's zone is said
//! here.

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use cron::Schedule;

/// No zone is further ahead of UTC (`Pacific/Kiritimati`, 14 hours), with some to spare.
const AHEAD: TimeDelta = TimeDelta::hours(15);
/// No zone is further behind (`Etc/GMT+12`), and no clock was ever put forward by more than a day (`Pacific/Apia`, 2011).
const BEHIND: TimeDelta = TimeDelta::hours(13 + 24);

/// The first instant after `after` at which `schedule` comes due on the clocks of `zone`; `None`: never again.
///
/// A time that the clocks skip in spring is due at the first instant after the gap; one that they show twice in autumn is
/// due once, at the first.
pub fn next_after(schedule: &Schedule, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    // The local time stands in a `DateTime<Utc>` only to be counted in: UTC has neither gaps nor overlaps.
    let local = after.with_timezone(&zone).naive_local().and_utc();
    schedule
        .after(&local)
        .map(|time| instant_of(time.naive_utc(), zone))
        // What the clocks showed before they were put back lies behind.
        .find(|instant| *instant > after)
}

/// The first instant at which the clocks of `zone` show `local` or, where they skip it, a later time.
fn instant_of(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => instant.to_utc(),
        LocalResult::None => {
            let is_reached = |seconds: i64| {
                let instant = local.and_utc() - AHEAD + TimeDelta::seconds(seconds);
                instant.with_timezone(&zone).naive_local() >= local
            };
            let (mut before, mut reached) = (0, (AHEAD + BEHIND).num_seconds());
            while reached - before > 1 {
                let middle = before.midpoint(reached);
                if is_reached(middle) {
                    reached = middle;
                } else {
                    before = middle;
                }
            }
            local.and_utc() - AHEAD + TimeDelta::seconds(reached)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    const CHICAGO: Tz = Tz::America__Chicago;

    fn schedule(text: &str) -> Schedule {
        Schedule::from_str(text).expect("a cron expression")
    }

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).expect("an instant").to_utc()
    }

    /// The next times after `from`, as the clocks on the wall show them.
    fn times(expression: &str, zone: Tz, from: &str, how_many: usize) -> Vec<String> {
        let schedule = schedule(expression);
        let mut after = at(from);
        let mut times = Vec::new();
        while let Some(next) = next_after(&schedule, zone, after).filter(|_| times.len() < how_many) {
            assert!(next > after, "{expression}: {next} does not follow {after}");
            times.push(next.with_timezone(&zone).format("%a %Y-%m-%d %H:%M:%S %Z").to_string());
            after = next;
        }
        times
    }

    #[test]
    fn days_hours_and_months_come_as_written() {
        for (expression, from, expected) in [
            // Over a weekend, and strictly after.
            (
                "0 30 8 * * Mon-Fri",
                "2026-11-20T14:30:00Z",
                vec!["Mon 2026-11-23 08:30:00 CST", "Tue 2026-11-24 08:30:00 CST"],
            ),
            ("0 30 8 * * Mon-Fri", "2026-11-20T14:29:59.999Z", vec!["Fri 2026-11-20 08:30:00 CST"]),
            // Months of every length, over New Year, and the leap day of 2028.
            (
                "0 0 6 31 * *",
                "2026-08-31T12:00:00Z",
                vec![
                    "Sat 2026-10-31 06:00:00 CDT",
                    "Thu 2026-12-31 06:00:00 CST",
                    "Sun 2027-01-31 06:00:00 CST",
                ],
            ),
            ("0 0 6 29 Feb *", "2026-11-20T00:00:00Z", vec!["Tue 2028-02-29 06:00:00 CST"]),
            ("59 59 23 31 Dec *", "2026-12-30T00:00:00Z", vec!["Thu 2026-12-31 23:59:59 CST"]),
        ] {
            assert_eq!(times(expression, CHICAGO, from, expected.len()), expected, "{expression}");
        }
    }

    #[test]
    fn a_time_that_spring_skips_comes_at_the_first_instant_after_the_gap() {
        // 2026-03-08 and 2027-03-14: 02:00 CST becomes 03:00 CDT.
        for (from, expected) in [
            (
                "2026-03-07T06:00:00Z",
                ["Sat 2026-03-07 02:30:00 CST", "Sun 2026-03-08 03:00:00 CDT", "Mon 2026-03-09 02:30:00 CDT"],
            ),
            (
                "2027-03-13T06:00:00Z",
                ["Sat 2027-03-13 02:30:00 CST", "Sun 2027-03-14 03:00:00 CDT", "Mon 2027-03-15 02:30:00 CDT"],
            ),
        ] {
            assert_eq!(times("0 30 2 * * *", CHICAGO, from, 3), expected);
        }
        // Several that fall together come once.
        assert_eq!(
            times("0 */20 1-3 * * *", CHICAGO, "2026-03-08T07:20:00Z", 4),
            [
                "Sun 2026-03-08 01:40:00 CST",
                "Sun 2026-03-08 03:00:00 CDT",
                "Sun 2026-03-08 03:20:00 CDT",
                "Sun 2026-03-08 03:40:00 CDT",
            ]
        );
    }

    #[test]
    fn a_time_that_autumn_repeats_comes_once_at_the_first() {
        // 2026-11-01 and 2027-11-07: 02:00 CDT becomes 01:00 CST.
        for (from, expected) in [
            (
                "2026-10-31T05:00:00Z",
                ["Sat 2026-10-31 01:30:00 CDT", "Sun 2026-11-01 01:30:00 CDT", "Mon 2026-11-02 01:30:00 CST"],
            ),
            (
                "2027-11-06T05:00:00Z",
                ["Sat 2027-11-06 01:30:00 CDT", "Sun 2027-11-07 01:30:00 CDT", "Mon 2027-11-08 01:30:00 CST"],
            ),
        ] {
            assert_eq!(times("0 30 1 * * *", CHICAGO, from, 3), expected);
        }
        // From within the second time round (01:10 CST), what the first one had is over.
        assert_eq!(
            times("0 30 1 * * *", CHICAGO, "2026-11-01T07:10:00Z", 1),
            ["Mon 2026-11-02 01:30:00 CST"]
        );
        // From within the first (01:10 CDT), it is still to come.
        assert_eq!(
            times("0 30 1 * * *", CHICAGO, "2026-11-01T06:10:00Z", 1),
            ["Sun 2026-11-01 01:30:00 CDT"]
        );
    }

    #[test]
    fn zones_with_other_habits_are_as_right() {
        // Half an hour's daylight-saving time, and a day that was left out as a whole.
        assert_eq!(
            times("0 15 2 * * *", Tz::Australia__Lord_Howe, "2026-10-03T00:00:00Z", 1),
            ["Sun 2026-10-04 02:30:00 +11"]
        );
        assert_eq!(
            times("0 0 12 * * *", Tz::Pacific__Apia, "2011-12-29T23:00:00Z", 2),
            ["Sat 2011-12-31 00:00:00 +14", "Sat 2011-12-31 12:00:00 +14"]
        );
        assert_eq!(times("0 0 0 * * *", Tz::UTC, "2026-11-20T00:00:00Z", 1), ["Sat 2026-11-21 00:00:00 UTC"]);
    }

    #[test]
    fn a_day_that_does_not_exist_never_comes() {
        assert_eq!(next_after(&schedule("0 0 6 30 Feb *"), CHICAGO, at("2026-11-20T00:00:00Z")), None);
        assert_eq!(next_after(&schedule("0 0 6 1 Jan * 2020"), CHICAGO, at("2026-11-20T00:00:00Z")), None);
    }
}
