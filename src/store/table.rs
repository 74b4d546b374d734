//! Figures as a table: the preferred cell of each subject, indicator, period and accumulation, page by page, and what
//! groups of such cells come to.
//!
//! Sources that disagree are decided in the statement itself, by the standing of their documents, so that a sum never
//! counts one cell twice. Sums leave the database in parts that cannot overflow and are put together as `i128`.

mod statements;

use super::db::Row;
use super::observation::{self, Observation};
use super::search::Columns;
use super::{Store, StoreError};
use crate::domain::{Accumulation, ObservationStatus, PeriodCode};

pub(super) use statements::{groups, list, profile, size};

/// What a table is grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dim {
    /// What the figure is about.
    Subject,
    /// What is measured.
    Indicator,
    /// When.
    Period,
    /// How the value relates to the period.
    Accumulation,
    /// Standing of the value.
    Status,
    /// What the subject is.
    Kind,
}

/// One part of a row's key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Key {
    /// An identity, or the sort key of a period.
    Number(i64),
    /// A word.
    Word(String),
}

/// How a document stands among others that speak of the same cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The document.
    pub document: i64,
    /// Made up or not, then how far it is to be believed: the least comes first.
    pub class: i64,
    /// Made up for demonstration.
    pub sample: bool,
    /// When it was issued, for rows that do not say when they were released.
    pub issued: String,
    /// Place of its code among those of all documents.
    pub rank: i64,
}

/// The weight of an indicator in a mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// The indicator that is weighed.
    pub indicator: i64,
    /// The one that weighs it.
    pub by: i64,
    /// The accumulation of the weights.
    pub accumulation: Accumulation,
}

/// Which cells.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Of these indicators.
    pub indicators: Vec<i64>,
    /// Of these subjects, each with the word for what it is; of any, when none.
    pub subjects: Option<Vec<(i64, &'static str)>>,
    /// What subjects are, where that is more than their identities tell.
    pub kinds: Vec<(i64, &'static str)>,
    /// From the period that ends when this one ends, or later.
    pub from: Option<PeriodCode>,
    /// To the period that ends when this one ends, or earlier.
    pub to: Option<PeriodCode>,
    /// With this accumulation only.
    pub accumulation: Option<Accumulation>,
    /// With one of these statuses only.
    pub statuses: Option<Vec<ObservationStatus>>,
    /// The documents that may speak.
    pub sources: Vec<Standing>,
    /// With these keys only.
    pub pinned: Vec<(Dim, Key)>,
}

/// What is wanted of each group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure<'a> {
    /// Number, sum, least and greatest.
    Plain,
    /// The middle values too.
    Median,
    /// The sums of products with weights, and of weights.
    Weighted(&'a [Weight]),
}

/// Cells that agree in what they are grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// In the order asked for.
    pub key: Vec<Key>,
    /// Cells, with or without a value.
    pub cells: i64,
    /// Cells with a value that counts: of a weighted mean, those whose weight is known too.
    pub values: i64,
    /// Different periods.
    pub periods: i64,
    /// Sum of the values, in base units: of a weighted mean, of value times weight.
    pub sum: i128,
    /// Sum of the weights, in their base units.
    pub weights: i128,
    /// Least value.
    pub least: Option<i64>,
    /// Greatest value.
    pub greatest: Option<i64>,
    /// The two middle values, the same one twice where their number is odd.
    pub middle: Option<(i64, i64)>,
    /// Most decimals that a value in the unit of output was reported with.
    pub decimals: u32,
    /// Whether a value comes from a sample document.
    pub sample: bool,
    /// Whether a value is a bound or about that.
    pub inexact: bool,
    /// Statuses of its cells.
    pub statuses: Vec<ObservationStatus>,
}

/// What a selection holds of one indicator, accumulation, length of period and unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Indicator.
    pub indicator: i64,
    /// Accumulation.
    pub accumulation: Accumulation,
    /// Months of the periods.
    pub months: i64,
    /// Unit of the values; none for cells without one.
    pub unit: Option<String>,
    /// First period.
    pub first: PeriodCode,
    /// Last period.
    pub last: PeriodCode,
    /// Different periods.
    pub periods: i64,
    /// Cells.
    pub cells: i64,
    /// How many of their values come from sample documents.
    pub sample: i64,
}

/// Preferred cells in the order of indicator, subject, period and accumulation, from the one after `after` on.
///
/// # Errors
/// When the database fails.
pub async fn cells(
    store: &Store,
    at: i32,
    selection: &Selection,
    after: Option<&[Key]>,
    limit: u64,
) -> Result<Vec<Observation>, StoreError> {
    let select = list(store.db.dialect(), at, selection, after, limit);
    store.db.rows(&select).await?.iter().map(observation::read).collect()
}

/// Where a cell stands in the order of [`cells`].
pub fn place(row: &Observation) -> Vec<Key> {
    vec![
        Key::Number(row.indicator),
        Key::Number(row.subject),
        Key::Number(i64::from(row.period.sort_key())),
        Key::Word(row.accumulation.word().to_owned()),
    ]
}

/// Groups of preferred cells in the order of their keys, from the one after `after` on.
///
/// # Errors
/// When the database fails.
pub async fn group(
    store: &Store,
    at: i32,
    selection: &Selection,
    by: &[Dim],
    measure: Measure<'_>,
    after: Option<&[Key]>,
    limit: u64,
) -> Result<Vec<Group>, StoreError> {
    let select = groups(store.db.dialect(), at, selection, by, measure, after, limit);
    store.db.rows(&select).await?.iter().map(|row| read(row, by, measure)).collect()
}

/// How many rows the whole table has: cells, or groups where it is grouped.
///
/// # Errors
/// When the database fails.
pub async fn count(store: &Store, at: i32, selection: &Selection, by: Option<&[Dim]>) -> Result<i64, StoreError> {
    let rows = store.db.rows(&size(store.db.dialect(), at, selection, by)).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// What a selection mixes.
///
/// # Errors
/// When the database fails.
pub async fn profiles(store: &Store, at: i32, selection: &Selection) -> Result<Vec<Profile>, StoreError> {
    let rows = store.db.rows(&profile(store.db.dialect(), at, selection)).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::new(row);
            Ok(Profile {
                indicator: columns.int()?,
                accumulation: columns.parsed(Accumulation::from_word)?,
                months: columns.int()?,
                unit: columns.some_text()?,
                first: observation::period(columns.int()?)?,
                last: observation::period(columns.int()?)?,
                periods: columns.int()?,
                cells: columns.int()?,
                sample: columns.int()?,
            })
        })
        .collect()
}

fn read(row: &Row, by: &[Dim], measure: Measure<'_>) -> Result<Group, StoreError> {
    let mut columns = Columns::new(row);
    let mut key = Vec::with_capacity(by.len());
    for dim in by {
        key.push(match dim {
            Dim::Subject | Dim::Indicator | Dim::Period => Key::Number(columns.int()?),
            Dim::Accumulation | Dim::Status | Dim::Kind => Key::Word(columns.text()?),
        });
    }
    let (cells, values, periods) = (columns.int()?, columns.int()?, columns.int()?);
    let (least, greatest) = (columns.some_int()?, columns.some_int()?);
    let decimals = u32::try_from(columns.some_int()?.unwrap_or(0)).map_err(|_| StoreError::Damaged)?;
    let (sample, inexact) = (columns.int()? > 0, columns.int()? > 0);
    let mut statuses = Vec::new();
    for status in ObservationStatus::ALL {
        if columns.int()? > 0 {
            statuses.push(*status);
        }
    }
    let mut group = Group {
        key,
        cells,
        values,
        periods,
        sum: 0,
        weights: 0,
        least,
        greatest,
        middle: None,
        decimals,
        sample,
        inexact,
        statuses,
    };
    let mut parts = |count: usize| -> Result<i128, StoreError> {
        let mut sum = 0i128;
        let mut step = 1i128;
        for _ in 0..count {
            let part = i128::from(columns.some_int()?.unwrap_or(0));
            let part = part.checked_mul(step).and_then(|part| sum.checked_add(part));
            sum = part.ok_or(StoreError::Damaged)?;
            step = step.saturating_mul(i128::from(statements::LIMB));
        }
        Ok(sum)
    };
    match measure {
        Measure::Plain => group.sum = parts(statements::LIMBS)?,
        Measure::Median => group.middle = columns.some_int()?.zip(columns.some_int()?),
        Measure::Weighted(_) => {
            group.sum = parts(2 * statements::LIMBS - 1)?;
            group.weights = parts(statements::LIMBS)?;
        }
    }
    Ok(group)
}
