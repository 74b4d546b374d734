//! Periods: `2024`, `2024-H1`, `2024-Q3`, `2024-M09`.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::Frequency;

/// A stretch of the calendar that a figure is about (时期). Orders by start, then the longer first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PeriodCode {
    year: u16,
    frequency: Frequency,
    /// 1-based within the year; 1 for a year.
    ordinal: u8,
}

/// Years that a code can say.
const YEARS: std::ops::RangeInclusive<u16> = 1..=9999;

/// A text that is no period code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("«{0}» is no period: write 2024, 2024-H1, 2024-Q3 or 2024-M09")]
pub struct PeriodError(pub String);

impl PeriodCode {
    /// The calendar year `year`.
    pub const fn year(year: u16) -> Self {
        Self { year, frequency: Frequency::Annual, ordinal: 1 }
    }

    /// Year, half-year, quarter or month.
    pub const fn frequency(self) -> Frequency {
        self.frequency
    }

    /// The calendar year it lies in.
    pub const fn calendar_year(self) -> u16 {
        self.year
    }

    const fn months(self) -> u8 {
        match self.frequency {
            Frequency::Annual => 12,
            Frequency::HalfYearly => 6,
            Frequency::Quarterly => 3,
            Frequency::Monthly => 1,
        }
    }

    /// First day.
    pub fn start(self) -> NaiveDate {
        let month = u32::from((self.ordinal - 1) * self.months() + 1);
        NaiveDate::from_ymd_opt(i32::from(self.year), month, 1).unwrap_or_default()
    }

    /// Last day.
    pub fn end(self) -> NaiveDate {
        let last = u32::from(self.ordinal * self.months());
        let (year, month) = if last == 12 { (self.year + 1, 1) } else { (self.year, last + 1) };
        NaiveDate::from_ymd_opt(i32::from(year), month, 1).unwrap_or_default().pred_opt().unwrap_or_default()
    }

    /// An integer that orders periods by their last day, then by length: storage sorts and ranges by it.
    pub const fn sort_key(self) -> i32 {
        let last = self.ordinal * self.months();
        (self.year as i32 * 100 + last as i32) * 100 + self.months() as i32
    }

    /// The period of a [`PeriodCode::sort_key`].
    pub fn from_sort_key(key: i32) -> Option<Self> {
        let months = key % 100;
        let last = (key / 100) % 100;
        let frequency = match months {
            12 => Frequency::Annual,
            6 => Frequency::HalfYearly,
            3 => Frequency::Quarterly,
            1 => Frequency::Monthly,
            _ => return None,
        };
        let year = u16::try_from(key / 10_000).ok().filter(|year| YEARS.contains(year))?;
        (last % months == 0 && (1..=12).contains(&last)).then_some(Self {
            year,
            frequency,
            ordinal: (last / months) as u8,
        })
    }
}

impl PartialOrd for PeriodCode {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PeriodCode {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.sort_key().cmp(&other.sort_key())
    }
}

impl fmt::Display for PeriodCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.frequency {
            Frequency::Annual => write!(f, "{:04}", self.year),
            Frequency::HalfYearly => write!(f, "{:04}-H{}", self.year, self.ordinal),
            Frequency::Quarterly => write!(f, "{:04}-Q{}", self.year, self.ordinal),
            Frequency::Monthly => write!(f, "{:04}-M{:02}", self.year, self.ordinal),
        }
    }
}

impl FromStr for PeriodCode {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let error = || PeriodError(text.to_owned());
        let digits = |part: &str, width: usize| {
            (part.len() == width && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<u16>().ok())
                .flatten()
        };
        let (year, rest) = text.split_once('-').map_or((text, None), |(y, r)| (y, Some(r)));
        let year = digits(year, 4).filter(|year| YEARS.contains(year)).ok_or_else(error)?;
        let Some(rest) = rest else { return Ok(Self::year(year)) };
        let (letter, number) = (rest.chars().next().ok_or_else(error)?, rest.get(1..).ok_or_else(error)?);
        let (frequency, width, most) = match letter {
            'H' => (Frequency::HalfYearly, 1, 2),
            'Q' => (Frequency::Quarterly, 1, 4),
            'M' => (Frequency::Monthly, 2, 12),
            _ => return Err(error()),
        };
        let ordinal = digits(number, width).filter(|n| (1..=most).contains(n)).ok_or_else(error)?;
        Ok(Self { year, frequency, ordinal: ordinal as u8 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip_and_order_by_their_last_day() {
        let all = [
            "2023-M12", "2023-Q4", "2023-H2", "2023", "2024-M01", "2024-M03", "2024-Q1", "2024-M06", "2024-Q2",
            "2024-H1", "2024",
        ];
        let parsed: Vec<PeriodCode> = all.iter().map(|code| code.parse().unwrap()).collect();
        assert!(parsed.is_sorted());
        for (code, period) in all.iter().zip(&parsed) {
            assert_eq!(&period.to_string(), code);
            assert_eq!(PeriodCode::from_sort_key(period.sort_key()), Some(*period));
        }
        assert_eq!(parsed[6].end().to_string(), "2024-03-31");
        for no_year in [301, 487_200_301, 655_351_212, -20_241_212, i32::MIN] {
            assert_eq!(PeriodCode::from_sort_key(no_year), None, "{no_year}");
        }
        for bad in ["24", "2024-M13", "2024-Q0", "2024-1", "2024-M1", "", "二〇二四"] {
            assert!(bad.parse::<PeriodCode>().is_err(), "{bad}");
        }
    }
}
