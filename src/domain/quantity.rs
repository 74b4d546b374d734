//! Exact quantities: a decimal, a unit, and the words of the source. Never a float.

use std::cmp::Ordering;
use std::sync::LazyLock;

use rust_decimal::Decimal;

/// What a unit measures. Each dimension is stored as an integer at one fixed scale of its base unit,
/// so that range scans, sorting and sums work across units and are the same on every engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// 金额, base unit 元, stored in 0.01 元.
    Money,
    /// 计数 (家, 个, 项, 户 …), stored in ones.
    CountOf,
    /// 比率, base unit 1 (a percent is 10⁻²), stored in 10⁻⁶.
    Ratio,
    /// 指数, stored in 10⁻⁶.
    Index,
    /// 面积, base unit km², stored in 10⁻⁶.
    Area,
    /// 能源, base unit 吨标准煤, stored in 10⁻⁶.
    Energy,
    /// 质量, base unit 吨, stored in 10⁻⁶.
    Mass,
    /// 人次, stored in ones.
    PersonTime,
}

impl Dimension {
    /// Decimals of the base unit that storage keeps.
    pub const fn scale(self) -> u32 {
        match self {
            Self::Money => 2,
            Self::CountOf | Self::PersonTime => 0,
            Self::Ratio | Self::Index | Self::Area | Self::Energy | Self::Mass => 6,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "MONEY" => Self::Money,
            "COUNT_OF" => Self::CountOf,
            "RATIO" => Self::Ratio,
            "INDEX" => Self::Index,
            "AREA" => Self::Area,
            "ENERGY" => Self::Energy,
            "MASS" => Self::Mass,
            "PERSON_TIME" => Self::PersonTime,
            _ => return None,
        })
    }
}

/// A unit of `schema/units.csv`: a dimension, a power of ten, and how it is written.
#[derive(Debug, PartialEq, Eq)]
pub struct Unit {
    /// E.g. `CNY-1e8`.
    pub code: &'static str,
    /// 中文单位, e.g. 亿元.
    pub symbol: &'static str,
    /// English symbol; empty where English writes none.
    pub symbol_en: &'static str,
    /// What it measures.
    pub dimension: Dimension,
    /// 10ⁿ against the base unit of the dimension.
    pub multiplier: i32,
}

static UNITS: LazyLock<Vec<Unit>> = LazyLock::new(|| {
    include_str!("../../schema/units.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            Some(Unit {
                code: cells.next()?,
                symbol: cells.next()?,
                symbol_en: cells.next()?,
                dimension: Dimension::parse(cells.next()?)?,
                multiplier: cells.next()?.parse().ok()?,
            })
        })
        .collect()
});

/// Every unit that a package may name.
pub fn units() -> &'static [Unit] {
    &UNITS
}

/// The unit of a code, e.g. `CNY-1e8`.
pub fn unit(code: &str) -> Option<&'static Unit> {
    UNITS.iter().find(|unit| unit.code == code)
}

/// An exact amount in a unit, with the decimals it was reported with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// The number in `unit`; its scale is the number of decimals reported.
    pub value: Decimal,
    /// The unit it was reported in.
    pub unit: &'static Unit,
    /// Verbatim in the source, e.g. 「1.6万家左右」.
    pub as_reported: Option<String>,
}

/// Why a number cannot become a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// More decimals than the dimension keeps, or a number past ±9.2 × 10¹⁸.
    #[error("{value} {unit} does not fit the {scale} decimals kept of its base unit")]
    DoesNotFit {
        /// The number found.
        value: String,
        /// Its unit.
        unit: &'static str,
        /// Decimals that the base unit keeps.
        scale: u32,
    },
    /// The two units measure different things (or one is % and the other 百分点).
    #[error("{from} does not convert to {to}")]
    Unlike {
        /// Unit found.
        from: &'static str,
        /// Unit wanted.
        to: &'static str,
    },
}

impl Quantity {
    /// The integer that storage keeps: the base unit at the fixed scale of the dimension.
    ///
    /// # Errors
    /// [`QuantityError::DoesNotFit`] when digits would be lost or the integer overflows.
    pub fn base(&self) -> Result<i64, QuantityError> {
        let error = || QuantityError::DoesNotFit {
            value: self.value.to_string(),
            unit: self.unit.code,
            scale: self.unit.dimension.scale(),
        };
        let value = self.value.normalize();
        let shift = self.unit.multiplier + self.unit.dimension.scale() as i32 - value.scale() as i32;
        let power = 10i128.checked_pow(u32::try_from(shift).map_err(|_| error())?).ok_or_else(error)?;
        let base = value.mantissa().checked_mul(power).ok_or_else(error)?;
        i64::try_from(base).map_err(|_| error())
    }

    /// The quantity that [`Quantity::base`] stored, given back the unit and decimals it was reported with.
    pub fn from_base(base: i64, unit: &'static Unit, decimals: u32, as_reported: Option<String>) -> Self {
        // Any i64 fits a decimal of 96 bits, whatever the unit.
        Self { value: scaled(i128::from(base), unit, decimals).unwrap_or_default(), unit, as_reported }
    }

    /// A sum of what [`Quantity::base`] stores, in a unit, with at least so many decimals and no digit lost.
    ///
    /// # Errors
    /// [`QuantityError::DoesNotFit`] past what a decimal holds.
    pub fn of_sum(sum: i128, unit: &'static Unit, decimals: u32) -> Result<Self, QuantityError> {
        let error = || QuantityError::DoesNotFit { value: sum.to_string(), unit: unit.code, scale: 28 };
        let value = scaled(sum, unit, decimals).ok_or_else(error)?;
        Ok(Self { value, unit, as_reported: None })
    }

    /// Which of two amounts is larger; none where the units measure different things.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        let ours = self.convert(other.unit);
        match ours {
            Ok(value) => Some(value.cmp(&other.value)),
            // Too long in the other's unit: it may be said in ours.
            Err(QuantityError::DoesNotFit { .. }) => other.convert(self.unit).ok().map(|value| self.value.cmp(&value)),
            Err(QuantityError::Unlike { .. }) => None,
        }
    }

    /// The same amount in another unit of the dimension. Digits are never added: 1.6 万家 is 16000 家.
    ///
    /// # Errors
    /// [`QuantityError::Unlike`] when the units measure different things.
    pub fn convert(&self, to: &'static Unit) -> Result<Decimal, QuantityError> {
        let same = self.unit.dimension == to.dimension
            && (self.unit.dimension != Dimension::Ratio || (self.unit.code == "pp") == (to.code == "pp"));
        if !same {
            return Err(QuantityError::Unlike { from: self.unit.code, to: to.code });
        }
        let scale = i64::from(self.value.scale()) - i64::from(self.unit.multiplier) + i64::from(to.multiplier);
        let fits = || QuantityError::DoesNotFit { value: self.value.to_string(), unit: to.code, scale: 28 };
        if scale >= 0 {
            Decimal::try_from_i128_with_scale(self.value.mantissa(), scale as u32).map_err(|_| fits())
        } else {
            let power = 10i128.checked_pow((-scale) as u32).ok_or_else(fits)?;
            let mantissa = self.value.mantissa().checked_mul(power).ok_or_else(fits)?;
            Decimal::try_from_i128_with_scale(mantissa, 0).map_err(|_| fits())
        }
    }
}

/// A stored integer as a decimal of `unit` with at least `decimals` decimals and no digit lost.
fn scaled(base: i128, unit: &Unit, decimals: u32) -> Option<Decimal> {
    let places = unit.multiplier + unit.dimension.scale() as i32;
    let (digits, scale) = match u32::try_from(places) {
        Ok(places) => (base, places),
        Err(_) => (base.checked_mul(10i128.checked_pow(places.unsigned_abs())?)?, 0),
    };
    let mut value = Decimal::try_from_i128_with_scale(digits, scale).ok()?.normalize();
    if value.scale() < decimals {
        value.rescale(decimals);
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(value: &str, code: &str) -> Quantity {
        Quantity { value: value.parse().unwrap(), unit: unit(code).unwrap(), as_reported: None }
    }

    #[test]
    fn a_stored_number_comes_back_with_the_digits_it_was_reported_with() {
        for (value, code, base) in [
            ("1.6", "jia-1e4", 16_000),
            ("1400", "CNY-1e8", 14_000_000_000_000),
            ("284.25", "CNY-1e8", 2_842_500_000_000),
            ("30", "percent", 300_000),
            ("2.50", "percent", 25_000),
            ("86", "index", 86_000_000),
            ("0", "ge", 0),
        ] {
            let q = quantity(value, code);
            assert_eq!(q.base().unwrap(), base, "{value} {code}");
            let back = Quantity::from_base(base, q.unit, q.value.scale(), None);
            assert_eq!(back.value.to_string(), value);
        }
    }

    #[test]
    fn conversion_adds_no_digits_and_keeps_percent_apart_from_points() {
        let wan = quantity("1.6", "jia-1e4");
        assert_eq!(wan.convert(unit("jia").unwrap()).unwrap().to_string(), "16000");
        let yi = quantity("1.50", "CNY-1e8");
        assert_eq!(yi.convert(unit("CNY-1e4").unwrap()).unwrap().to_string(), "15000");
        assert!(quantity("1", "percent").convert(unit("pp").unwrap()).is_err());
        assert!(quantity("0.5", "jia").base().is_err());
    }
}
