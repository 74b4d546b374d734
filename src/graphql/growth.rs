//! Growth against the same period of the year before: the published rate where there is one, else a computed one that
//! says so.

use std::sync::Arc;

use async_graphql::Object;

use super::derived;
use super::fault::Fault;
use super::loaders::CellsOf;
use super::observation::{Observation, prefer};
use super::quantity::Quantity;
use super::view::View;
use super::words::Lang;
use crate::assess::{Words, derive};
use crate::domain::{self, Comparator, EntityId, Formula, Indicator, ObservationStatus, PeriodCode};

/// Growth of a figure.
pub struct YearOnYear {
    quantity: Quantity,
    published: Option<Observation>,
    earlier: Option<Observation>,
    formula: Words,
    sample: bool,
}

/// 同比。优先取公布的增速；没有时由两期数计算，并注明 computed。字段 value、unit、decimals、asReported、text 与 Quantity 相同。
/// Growth against the same period of the year before: the published rate where there is one, else computed of the two
/// figures, and `computed` says so. It has the fields of a Quantity.
#[Object]
impl YearOnYear {
    #[graphql(flatten)]
    async fn amount(&self) -> Quantity {
        self.quantity.clone()
    }

    /// 真：由本系统计算，非公布的增速（名义增速，未剔除价格因素）。
    /// True: worked out here of the two figures, in nominal terms; false: the rate as published.
    async fn computed(&self) -> bool {
        self.published.is_none()
    }

    /// 公布的增速；计算所得时为空。
    /// The rate as published; null where it was computed.
    async fn published(&self) -> Option<&Observation> {
        self.published.as_ref()
    }

    /// 上年同期的数；未见时为空。
    /// The figure of the year before; null where there is none.
    async fn earlier(&self) -> Option<&Observation> {
        self.earlier.as_ref()
    }

    /// 如何得来。
    /// How it came about.
    async fn formula(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().pick(&self.formula.zh, Some(&self.formula.en))
    }

    /// 是否含示例（虚构）数据。
    /// Whether any of it is made up for demonstration.
    async fn sample(&self) -> bool {
        self.sample
    }
}

/// The same period of the year before.
fn year_before(period: PeriodCode) -> Option<PeriodCode> {
    PeriodCode::from_sort_key(period.sort_key() - 10_000)
}

/// Growth of a figure; none where it cannot be told.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn of(view: &View, now: &Observation) -> Result<Option<YearOnYear>, Fault> {
    let (atlas, row) = (view.atlas(), now.row());
    let Some(indicator) = atlas.indicators.id(EntityId(row.indicator)) else { return Ok(None) };
    let grows = |other: &&Arc<Indicator>| matches!(other.rule(), Some(Formula::Growth { of }) if of == indicator.code);
    let rates: Vec<Arc<Indicator>> = atlas.indicators.all().iter().filter(grows).cloned().collect();
    // The whole history of these indicators: one statement serves every period of a level.
    let wanted = std::iter::once(indicator.id.0).chain(rates.iter().map(|rate| rate.id.0)).collect();
    let key = CellsOf { subject: row.subject, indicators: Some(wanted), from: None, to: None, accumulation: None };
    let known = view.facts().load_one(key).await?.unwrap_or_default();
    let pick = |indicator: i64, period: PeriodCode| {
        let same = |other: &&Arc<crate::store::observation::Observation>| {
            other.indicator == indicator && other.period == period && other.accumulation == row.accumulation
        };
        let mut cells: Vec<_> = known.iter().filter(same).cloned().collect();
        prefer(view, &mut cells);
        let first = cells.into_iter().next().filter(|cell| cell.quantity.is_some());
        first.map(|cell| Observation::new(view, cell))
    };
    let published = rates.iter().find_map(|rate| pick(rate.id.0, row.period));
    let Some(before) = year_before(row.period) else { return Ok(None) };
    let earlier = match now.worked_out() {
        // What was worked out compares with what was worked out in the same way.
        Some(derived) => derived::find(view, derived::Recipe { period: before, ..derived.recipe }).await?,
        None => pick(row.indicator, before),
    };
    let computed = earlier.as_ref().and_then(|earlier| computed(indicator, now, earlier));
    let made_up = |figure: &Observation| figure.made_up();
    let real = !made_up(now) && earlier.as_ref().is_some_and(|earlier| !made_up(earlier));
    // A made-up rate never stands for the growth of real figures.
    let published = published.filter(|rate| !(made_up(rate) && computed.is_some() && real));
    if let Some(rate) = published {
        let Some(quantity) = rate.row().quantity.clone() else { return Ok(None) };
        let name = &atlas.indicators.id(EntityId(rate.row().indicator)).map(|row| row.name.clone());
        let (zh, en) = name.as_ref().map_or_else(Default::default, |name| {
            (name.zh.clone(), name.en.clone().unwrap_or_else(|| name.zh.clone()))
        });
        let formula = Words { zh: format!("公布的{zh}"), en: format!("as published: {en}") };
        let sample = made_up(&rate) || made_up(now);
        return Ok(Some(YearOnYear { quantity: Quantity(quantity), earlier, published: Some(rate), formula, sample }));
    }
    let (Some(quantity), Some(earlier)) = (computed, earlier) else { return Ok(None) };
    let points = quantity.unit.code == "pp";
    let formula = match points {
        true => Words { zh: format!("{} − {before}", row.period), en: format!("{} − {before}", row.period) },
        false => Words {
            zh: format!("({} ÷ {before} − 1) × 100%，名义", row.period),
            en: format!("({} ÷ {before} − 1) × 100%, nominal", row.period),
        },
    };
    let sample = made_up(now) || made_up(&earlier);
    Ok(Some(YearOnYear { quantity: Quantity(quantity), published: None, earlier: Some(earlier), formula, sample }))
}

/// The growth of two figures; none where a definition breaks in between, either is a bound or a forecast, or there is
/// no sensible base.
fn computed(indicator: &Indicator, now: &Observation, before: &Observation) -> Option<domain::Quantity> {
    let usable = |figure: &Observation| {
        let row = figure.row();
        row.comparator.is_none_or(|how| how == Comparator::Equal) && row.status != ObservationStatus::Forecast
    };
    if !usable(now) || !usable(before) {
        return None;
    }
    let (from, to) = (before.row().period, now.row().period);
    let mut link = None;
    for at in indicator.breaks.iter().filter(|at| from < at.at && at.at <= to) {
        // Two breaks within a year would each change the scope again.
        let factor = at.link_factor.filter(|_| link.is_none())?;
        link = Some(factor);
    }
    let (now, before) = (now.row().quantity.as_ref()?, before.row().quantity.as_ref()?);
    derive::growth(now, before, link)
}
