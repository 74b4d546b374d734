//! Quantities, units and periods: the value objects of every figure.

use async_graphql::Object;

use super::fault::Fault;
use super::ready::{self, Ask, Ready, Write};
use super::scalars::{Date, Decimal, PeriodCode};
use super::words::{Dimension, Frequency, Lang};
use crate::domain::{self, grouped, ten_to};

/// A unit of measurement.
pub struct Unit(pub &'static domain::Unit);

/// 计量单位：量纲加十的幂（亿元、万家、%、人次）。
/// Unit of measurement: a dimension and a power of ten.
#[Object]
impl Unit {
    /// 代码，如 'CNY-1e8'。
    /// Code, e.g. 'CNY-1e8'.
    async fn code(&self) -> &str {
        self.0.code
    }

    /// 写法，如「亿元」；英文没有对应写法时为空文本。
    /// How it is written, e.g. 亿元; an empty text where English writes none.
    async fn symbol(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        match lang.unwrap_or_default() {
            Lang::Zh => self.0.symbol,
            Lang::En => self.0.symbol_en,
        }
    }

    /// 量纲。
    /// What it measures.
    async fn dimension(&self) -> Dimension {
        self.0.dimension.into()
    }

    /// 相对基本单位的十的幂次。
    /// 10ⁿ against the base unit of the dimension.
    async fn multiplier(&self) -> i32 {
        self.0.multiplier
    }
}

/// An amount; see [`domain::Quantity`].
#[derive(Debug, Clone)]
pub struct Quantity(pub domain::Quantity);

/// 数量：精确小数、单位与原文。
/// An exact amount with its unit and the words of its source.
#[Object]
impl Quantity {
    /// 数值；给出 unit 时换算到该单位（换算不增加位数）。
    /// The number, in `unit` when given (a conversion adds no digits).
    async fn value(
        &self,
        #[graphql(desc = "目标单位代码，如 'CNY-1e8'；缺省为原单位。Code of the unit wanted; default: as reported.")]
        unit: Option<String>,
    ) -> Result<Decimal, Fault> {
        let Some(code) = unit else { return Ok(Decimal(self.0.value)) };
        let to = unit_of(&code)?;
        self.0
            .convert(to)
            .map(Decimal)
            .map_err(|why| Fault::argument("unit", format!("{} 不能换算为 {code}", self.0.unit.code), why))
    }

    /// 原单位。
    /// The unit it was reported in.
    async fn unit(&self) -> Unit {
        Unit(self.0.unit)
    }

    /// 原报小数位数。
    /// Decimals as reported.
    async fn decimals(&self) -> u32 {
        self.0.value.scale()
    }

    /// 原文，如「1.6万家左右」。
    /// Verbatim in the source.
    async fn as_reported(&self) -> Option<&str> {
        self.0.as_reported.as_deref()
    }

    /// 供阅读的文本。
    /// Text for reading.
    async fn text(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
        #[graphql(
            default_with = "Some(true)",
            desc = "为真时金额取合适的量级并舍去零头；为假时给出全部位数。True: money rounded at a fitting scale; false: every digit."
        )]
        compact: Option<bool>,
    ) -> String {
        text(&self.0, lang.unwrap_or_default(), compact.unwrap_or(true))
    }
}

impl Ready for Unit {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "code" => ready::text(|unit: &Self| unit.0.code),
            "symbol" => match asked.lang()? {
                Lang::Zh => ready::text(|unit: &Self| unit.0.symbol),
                Lang::En => ready::text(|unit: &Self| unit.0.symbol_en),
            },
            "dimension" => ready::word(|unit: &Self| Some(Dimension::from(unit.0.dimension))),
            "multiplier" => ready::plain(|unit: &Self| unit.0.multiplier),
            _ => None,
        }
    }
}

impl Ready for Quantity {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "value" => match asked.argument::<String>("unit")? {
                None => ready::shown(|quantity: &Self| Some(quantity.0.value)),
                Some(code) => {
                    let unit = domain::unit(&code)?;
                    ready::decimal(move |quantity: &Self| quantity.0.convert(unit).ok())
                }
            },
            "unit" => ready::object(asked, |quantity: &Self| Some(Unit(quantity.0.unit))),
            "decimals" => ready::plain(|quantity: &Self| quantity.0.value.scale()),
            "asReported" => ready::some_text(|quantity: &Self| quantity.0.as_reported.as_deref()),
            "text" => {
                let (lang, compact) = (asked.lang()?, asked.argument::<bool>("compact")?.unwrap_or(true));
                ready::plain(move |quantity: &Self| text(&quantity.0, lang, compact))
            }
            _ => None,
        }
    }
}

impl Ready for Period {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "code" => ready::shown(|period: &Self| Some(period.0)),
            "frequency" => ready::word(|period: &Self| Some(Frequency::from(period.0.frequency()))),
            "start" => ready::shown(|period: &Self| Some(period.0.start())),
            "end" => ready::shown(|period: &Self| Some(period.0.end())),
            "label" => {
                let lang = asked.lang()?;
                ready::plain(move |period: &Self| label(period.0, lang))
            }
            _ => None,
        }
    }
}

/// The unit of a code, or an error that names the nearest.
///
/// # Errors
/// [`Fault`] when no unit has the code.
pub fn unit_of(code: &str) -> Result<&'static domain::Unit, Fault> {
    domain::unit(code).ok_or_else(|| Fault::unknown_code("Unit", code, domain::units().iter().map(|unit| unit.code)))
}

fn text(quantity: &domain::Quantity, lang: Lang, compact: bool) -> String {
    let (value, unit) = (quantity.value, quantity.unit);
    let money = unit.dimension == domain::Dimension::Money;
    match lang {
        Lang::Zh if money && compact => {
            let whole = unit.counted_out(value);
            let (power, symbol) = if whole.abs() >= ten_to(8) { (8, "亿元") } else { (4, "万元") };
            format!("{}{symbol}", (whole / ten_to(power)).round_dp(1).normalize())
        }
        Lang::Zh => format!("{value}{}", unit.symbol),
        Lang::En if money && !compact => format!("CNY {}", grouped(unit.counted_out(value))),
        Lang::En => unit.english(value, true),
    }
}

/// A period; see [`domain::PeriodCode`].
#[derive(Debug, Clone, Copy)]
pub struct Period(pub domain::PeriodCode);

/// 时期：数据所说的一段日历。
/// The stretch of the calendar that a figure is about.
#[Object]
impl Period {
    /// 代码。
    /// Its code.
    async fn code(&self) -> PeriodCode {
        PeriodCode(self.0)
    }

    /// 年、半年、季或月。
    /// Year, half-year, quarter or month.
    async fn frequency(&self) -> Frequency {
        self.0.frequency().into()
    }

    /// 首日。
    /// First day.
    async fn start(&self) -> Date {
        Date(self.0.start())
    }

    /// 末日。
    /// Last day.
    async fn end(&self) -> Date {
        Date(self.0.end())
    }

    /// 供阅读的名称，如「2025年9月」。
    /// Name for reading, e.g. 'September 2025'.
    async fn label(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> String {
        label(self.0, lang.unwrap_or_default())
    }
}

fn label(period: domain::PeriodCode, lang: Lang) -> String {
    let (year, end) = (period.calendar_year(), period.end());
    let month = chrono::Datelike::month(&end);
    match (lang, period.frequency()) {
        (Lang::Zh, domain::Frequency::Annual) => format!("{year}年"),
        (Lang::Zh, domain::Frequency::HalfYearly) => {
            format!("{year}年{}半年", if month == 6 { "上" } else { "下" })
        }
        (Lang::Zh, domain::Frequency::Quarterly) => {
            let ordinal = ["一", "二", "三", "四"][(month as usize / 3).clamp(1, 4) - 1];
            format!("{year}年{ordinal}季度")
        }
        (Lang::Zh, domain::Frequency::Monthly) => format!("{year}年{month}月"),
        (Lang::En, domain::Frequency::Annual) => year.to_string(),
        (Lang::En, domain::Frequency::HalfYearly) => format!("H{} {year}", month / 6),
        (Lang::En, domain::Frequency::Quarterly) => format!("Q{} {year}", month / 3),
        (Lang::En, domain::Frequency::Monthly) => end.format("%B %Y").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str, unit: &str, lang: Lang, compact: bool) -> String {
        let unit = domain::unit(unit).unwrap();
        text(&domain::Quantity { value: value.parse().unwrap(), unit, as_reported: None }, lang, compact)
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        for (value, unit, zh, en) in [
            ("284.25", "CNY-1e8", "284.2亿元", "CNY 28.42 bn"),
            ("1400.00", "CNY-1e8", "1400亿元", "CNY 140 bn"),
            ("5000", "CNY-1e4", "5000万元", "CNY 50 m"),
            ("120000000", "CNY", "1.2亿元", "CNY 120 m"),
            ("1.31", "jia-1e4", "1.31万家", "13,100"),
            ("30", "percent", "30%", "30%"),
            ("1.5", "pp", "1.5个百分点", "1.5 pp"),
            ("3000", "renci", "3000人次", "3,000 person-times"),
            ("2", "shuang-1e8", "2亿双", "200 million pairs"),
            ("86", "index", "86", "86"),
        ] {
            assert_eq!(read(value, unit, Lang::Zh, true), zh);
            assert_eq!(read(value, unit, Lang::En, true), en);
        }
        assert_eq!(read("284.25", "CNY-1e8", Lang::Zh, false), "284.25亿元");
        assert_eq!(read("284.25", "CNY-1e8", Lang::En, false), "CNY 28,425,000,000");
    }

    #[test]
    fn periods_read_in_both_languages() {
        for (code, zh, en) in [
            ("2025", "2025年", "2025"),
            ("2025-H1", "2025年上半年", "H1 2025"),
            ("2025-H2", "2025年下半年", "H2 2025"),
            ("2025-Q3", "2025年三季度", "Q3 2025"),
            ("2025-M09", "2025年9月", "September 2025"),
        ] {
            let period = code.parse().unwrap();
            assert_eq!((label(period, Lang::Zh).as_str(), label(period, Lang::En).as_str()), (zh, en));
        }
    }
}
