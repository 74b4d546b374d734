//! Which day it is where a plan is carried out.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// The day a moment falls on in a time zone; in UTC where none is named.
pub fn day_in(time_zone: Option<&str>, at: DateTime<Utc>) -> NaiveDate {
    let zone = time_zone.and_then(|name| name.parse::<Tz>().ok());
    zone.map_or_else(|| at.date_naive(), |zone| at.with_timezone(&zone).date_naive())
}
