//! Year-to-date figures as figures of the periods that they add up.

use super::{Frequency, ObservationStatus, PeriodCode, Quantity, QuantityError};

/// A year-to-date figure as one source told it at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToDate<V> {
    /// The period that it runs to the end of.
    pub period: PeriodCode,
    /// The value; none where the status says why.
    pub quantity: Option<Quantity>,
    /// Standing of the value.
    pub status: ObservationStatus,
    /// Whether the value is exactly that, not a bound or about that.
    pub exact: bool,
    /// Who told it, knowing what: figures of one vintage were made of the same returns.
    pub vintage: V,
}

/// A figure of one period, worked out of two that run to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InPeriod {
    /// What it is about.
    pub period: PeriodCode,
    /// The value; none where the status says why.
    pub quantity: Option<Quantity>,
    /// [`ObservationStatus::Estimated`] unless both vintages agree.
    pub status: ObservationStatus,
}

/// Why two figures have no difference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DifferenceError {
    /// No period begins where the one ends and ends where the other does: of 2024-M02 and 2024-M05, say.
    #[error("no period lies between the end of {0} and the end of {1}")]
    NoPeriod(String, String),
    /// They are in units that do not convert, or the difference cannot be kept.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
}

/// What lies between two year-to-date figures of one year: exact where both are of one vintage, else estimated.
///
/// Without an earlier figure the later must run from January of its own: the first month, quarter or half-year, or
/// the year itself. January and February told together are no month.
///
/// # Errors
/// [`DifferenceError`] when there is no such period or no such number.
pub fn difference<V: PartialEq>(earlier: Option<&ToDate<V>>, later: &ToDate<V>) -> Result<InPeriod, DifferenceError> {
    let period = between(earlier.map(|figure| figure.period), later.period)?;
    let Some(earlier) = earlier else {
        let status = if later.quantity.is_some() && !later.exact { ObservationStatus::Estimated } else { later.status };
        return Ok(InPeriod { period, quantity: later.quantity.clone(), status });
    };
    let (Some(before), Some(after)) = (&earlier.quantity, &later.quantity) else {
        let status = absent(earlier, later);
        return Ok(InPeriod { period, quantity: None, status });
    };
    let value = after.value.checked_sub(before.convert(after.unit)?).ok_or_else(|| QuantityError::DoesNotFit {
        value: after.value.to_string(),
        unit: after.unit.code,
        scale: after.unit.dimension.scale(),
    })?;
    let quantity = Quantity { value, unit: after.unit, as_reported: None };
    Ok(InPeriod { period, quantity: Some(quantity), status: standing(earlier, later) })
}

/// The period that begins after the one and ends with the other.
fn between(earlier: Option<PeriodCode>, later: PeriodCode) -> Result<PeriodCode, DifferenceError> {
    let none = || {
        let start = earlier.map_or_else(|| format!("{:04}-01-01", later.calendar_year()), |period| period.to_string());
        DifferenceError::NoPeriod(start, later.to_string())
    };
    let last = |period: PeriodCode| period.sort_key() / 100 % 100;
    let begin = match earlier {
        Some(earlier) if earlier.calendar_year() != later.calendar_year() => return Err(none()),
        Some(earlier) => last(earlier),
        None => 0,
    };
    let months = last(later) - begin;
    let end = later.sort_key() / 100;
    let frequency = match months {
        1 => Frequency::Monthly,
        3 => Frequency::Quarterly,
        6 => Frequency::HalfYearly,
        12 => Frequency::Annual,
        _ => return Err(none()),
    };
    PeriodCode::from_sort_key(end * 100 + months).filter(|period| period.frequency() == frequency).ok_or_else(none)
}

/// Why there is no difference: a secret stays one, what is not due yet is not missing.
fn absent<V>(earlier: &ToDate<V>, later: &ToDate<V>) -> ObservationStatus {
    let reasons: Vec<ObservationStatus> =
        [earlier, later].iter().filter(|figure| figure.quantity.is_none()).map(|figure| figure.status).collect();
    [ObservationStatus::Suppressed, ObservationStatus::NotYetDue]
        .into_iter()
        .find(|status| reasons.contains(status))
        .unwrap_or(ObservationStatus::Missing)
}

fn standing<V: PartialEq>(earlier: &ToDate<V>, later: &ToDate<V>) -> ObservationStatus {
    use ObservationStatus::{Estimated, Forecast, Normal, Provisional, RevisedDefinition};
    let either = |status| earlier.status == status || later.status == status;
    let both = |status| earlier.status == status && later.status == status;
    match () {
        () if either(Forecast) => Forecast,
        () if earlier.vintage != later.vintage || !earlier.exact || !later.exact => Estimated,
        () if either(Estimated) => Estimated,
        // Figures of two definitions have no exact difference.
        () if either(RevisedDefinition) && !both(RevisedDefinition) => Estimated,
        () if both(RevisedDefinition) => RevisedDefinition,
        () if either(Provisional) => Provisional,
        () => Normal,
    }
}
