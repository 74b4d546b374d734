//! Days: how they are written, and which it is where a plan is carried out.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// The day a moment falls on in a time zone; in UTC where none is named.
pub fn day_in(time_zone: Option<&str>, at: DateTime<Utc>) -> NaiveDate {
    let zone = time_zone.and_then(|name| name.parse::<Tz>().ok());
    zone.map_or_else(|| at.date_naive(), |zone| at.with_timezone(&zone).date_naive())
}

/// The day of a text like `2026-01-31`. There is one way to write it: a sign before the year, or a day without its nought,
/// is none, since what is printed of it would be another text.
pub fn calendar_day(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text && text.len() == 10)
}

#[cfg(test)]
mod tests {
    use super::calendar_day;

    #[test]
    fn a_day_is_written_in_one_way() {
        for text in ["2026-01-31", "2024-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(calendar_day(text).map(|day| day.to_string()).as_deref(), Some(text));
        }
        for text in [
            "",
            "2026-02-30",
            "2026-1-31",
            "2026-01-3",
            "-026-01-31",
            "+026-01-31",
            "-0026-01-31",
            "+12026-01-31",
            "2026- 1-31",
            "2026-01-31 ",
        ] {
            assert_eq!(calendar_day(text), None, "{text}");
        }
    }
}
