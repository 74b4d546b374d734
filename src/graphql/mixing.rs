//! The watch that a group of figures never mixes what does not belong together.

use super::fault::Fault;
use super::question::Question;
use super::table::AggregateFn;
use super::view::View;
use crate::assess::Words;
use crate::atlas::{Atlas, Place};
use crate::domain::{self, Accumulation, Additivity, Dimension, EntityId, Indicator, LayoutMember};
use crate::store::table::{self as store, Dim, Profile};

/// What was found about the cells of a question.
pub struct Mixed {
    /// What to tell.
    pub warnings: Vec<Words>,
    /// Different periods of the selection.
    pub periods: i64,
}

fn words_of(zh: impl Into<String>, en: impl Into<String>) -> Words {
    Words { zh: zh.into(), en: en.into() }
}

/// How a row was worked out, in words.
pub fn formula(function: AggregateFn, indicator: Option<&Indicator>, weight: Option<&Indicator>) -> Words {
    let name = |row: &Indicator| (row.name.zh.clone(), row.name.en.clone().unwrap_or_else(|| row.name.zh.clone()));
    let (zh, en) = indicator.map_or_else(|| ("数据".to_owned(), "figures".to_owned()), name);
    match (function, weight.map(name)) {
        (AggregateFn::Sum, _) => words_of(format!("各格「{zh}」之和"), format!("sum of the cells of {en}")),
        (AggregateFn::Mean, _) => {
            words_of(format!("各格「{zh}」之和 ÷ 格数"), format!("sum of the cells of {en} ÷ their number"))
        }
        (AggregateFn::WeightedMean, Some((of_zh, of_en))) => {
            words_of(format!("Σ(「{zh}」×「{of_zh}」) ÷ Σ「{of_zh}」"), format!("Σ({en} × {of_en}) ÷ Σ {of_en}"))
        }
        (AggregateFn::WeightedMean, None) => words_of(format!("「{zh}」加权平均"), format!("weighted mean of {en}")),
        (AggregateFn::Min, _) => words_of(format!("各格「{zh}」的最小值"), format!("least cell of {en}")),
        (AggregateFn::Max, _) => words_of(format!("各格「{zh}」的最大值"), format!("greatest cell of {en}")),
        (AggregateFn::Median, _) => words_of(format!("各格「{zh}」的中位数"), format!("median of the cells of {en}")),
        (AggregateFn::Count, _) => {
            words_of(format!("有「{zh}」数值的格数"), format!("number of cells of {en} with a value"))
        }
    }
}

/// Why nothing was found, where that can be told: which accumulations and lengths of period there are.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn nothing(view: &View, question: &Question) -> Result<Vec<Words>, Fault> {
    let mut wider = question.selection.clone();
    (wider.accumulation, wider.statuses, wider.from, wider.to) = (None, None, None, None);
    let found = store::profiles(view.store(), view.revision().number, &wider).await.map_err(Fault::from)?;
    let mut warnings = Vec::new();
    for id in &question.selection.indicators {
        let Some(indicator) = view.atlas().indicators.id(EntityId(*id)) else { continue };
        let own: Vec<&Profile> = found.iter().filter(|profile| profile.indicator == *id).collect();
        let code = &indicator.code;
        let Some((first, last)) = own.iter().map(|one| one.first).min().zip(own.iter().map(|one| one.last).max())
        else {
            let en = format!("no source says anything of {code} for these subjects");
            warnings.push(words_of(format!("对所选对象，没有来源说及 {code}"), en));
            continue;
        };
        let mut ways: Vec<&str> = own.iter().map(|one| one.accumulation.word()).collect();
        ways.dedup();
        let ways = ways.join(", ");
        warnings.push(words_of(
            format!("没有符合条件的 {code}；现有累计方式 {ways}，时期 {first} 至 {last}"),
            format!("no figure of {code} meets the filter; there are {ways} from {first} to {last}"),
        ));
    }
    Ok(warnings)
}

/// Refuses what would be untrue, and says what to mind in the rest. It looks at the whole selection, so that every page
/// of a table answers alike.
///
/// # Errors
/// [`Fault`] `NON_ADDITIVE`, `MIXED`, `OVERLAPPING` or `NO_WEIGHT`, with what to do.
pub async fn check(view: &View, question: &Question, function: AggregateFn) -> Result<Mixed, Fault> {
    let atlas = view.atlas();
    let indicators: Vec<&Indicator> = question
        .selection
        .indicators
        .iter()
        .filter_map(|id| atlas.indicators.id(EntityId(*id)))
        .map(|i| &**i)
        .collect();
    if function == AggregateFn::Sum {
        for indicator in &indicators {
            additive(indicator)?;
        }
    }
    if function == AggregateFn::WeightedMean {
        for indicator in &indicators {
            weighted(indicator)?;
        }
    }
    let several = indicators.len() > 1 && !question.grouped(Dim::Indicator);
    if several && function != AggregateFn::Count {
        return Err(add("INDICATOR", "几个指标不能合在一组", "several indicators do not go into one group"));
    }
    let found = store::profiles(view.store(), view.revision().number, &question.selection).await;
    let found = found.map_err(Fault::from)?;
    let mut warnings = Vec::new();
    let mut periods = 0;
    for indicator in &indicators {
        let own: Vec<&Profile> = found.iter().filter(|profile| profile.indicator == indicator.id.0).collect();
        if own.is_empty() {
            continue;
        }
        // Cells without a value have no unit and may stand alone in their period.
        periods = periods.max(own.iter().map(|profile| profile.periods).max().unwrap_or(0));
        together(question, function, indicator, &own, &mut warnings)?;
    }
    if found.is_empty() {
        warnings.extend(nothing(view, question).await?);
    }
    if function == AggregateFn::Sum {
        overlapping(atlas, question)?;
    }
    let (sample, cells) = found.iter().fold((0, 0), |(a, b), one| (a + one.sample, b + one.cells));
    if sample > 0 {
        warnings.push(words_of(
            format!("{cells} 格中有 {sample} 格为示例（虚构）数据；filter 中 sample: false 可将其排除"),
            format!(
                "{sample} of {cells} cells are made up for demonstration; sample: false in the filter leaves them out"
            ),
        ));
    }
    Ok(Mixed { warnings, periods })
}

/// An error that says what to add to the grouping.
fn add(dim: &str, zh: impl Into<String>, en: impl Into<String>) -> Fault {
    let hint =
        format!("groupBy 中加入 {dim}，或在 filter 中只取一种 / add {dim} to groupBy, or choose one in the filter");
    Fault::refused("MIXED", zh.into(), en.into(), hint)
}

fn additive(indicator: &Indicator) -> Result<(), Fault> {
    if indicator.additivity != Additivity::NonAdditive {
        return Ok(());
    }
    let code = &indicator.code;
    let (zh, en) = match indicator.unit.dimension {
        Dimension::Ratio => ("比率的和没有意义", "a sum of ratios means nothing"),
        Dimension::Index => ("指数的和没有意义", "a sum of index numbers means nothing"),
        _ => ("各处的数有重叠，相加会重复计算", "its figures overlap, and a sum would count things twice"),
    };
    let hint = match &indicator.weight {
        Some(weight) => format!("fn: WEIGHTED_MEAN（以 {weight} 加权）/ fn: WEIGHTED_MEAN, weighted by {weight}"),
        None => "fn: MEDIAN、MIN、MAX 或 MEAN / fn: MEDIAN, MIN, MAX or MEAN".to_owned(),
    };
    Err(Fault::refused(
        "NON_ADDITIVE",
        format!("「{}」（{code}）不可加：{zh}", indicator.name.zh),
        format!("{code} does not add: {en}"),
        hint,
    ))
}

fn weighted(indicator: &Indicator) -> Result<(), Fault> {
    if indicator.weight.is_some() {
        return Ok(());
    }
    let code = &indicator.code;
    Err(Fault::refused(
        "NO_WEIGHT",
        format!("「{}」（{code}）没有权数指标", indicator.name.zh),
        format!("{code} names no indicator that weighs it"),
        "fn: MEAN 为简单平均 / fn: MEAN counts each figure once",
    ))
}

/// The cells of one indicator: one accumulation, one length of period and compatible units in each group, and across
/// periods only what can be taken together.
fn together(
    question: &Question,
    function: AggregateFn,
    indicator: &Indicator,
    own: &[&Profile],
    warnings: &mut Vec<Words>,
) -> Result<(), Fault> {
    let code = &indicator.code;
    let differ = |of: &dyn Fn(&Profile) -> String| {
        let mut found: Vec<String> = own.iter().map(|profile| of(profile)).collect();
        found.sort_unstable();
        found.dedup();
        (found.len() > 1).then(|| found.join(", "))
    };
    let counting = function == AggregateFn::Count;
    if let Some(ways) =
        differ(&|one| one.accumulation.word().to_owned()).filter(|_| !question.grouped(Dim::Accumulation))
    {
        let zh = format!("{code} 混有几种累计方式：{ways}");
        let en = format!("figures of {code} relate to their periods in different ways: {ways}");
        if !counting {
            return Err(add("ACCUMULATION", zh, en));
        }
        warnings.push(words_of(zh, en));
    }
    if question.grouped(Dim::Period) {
        return units(indicator, own, counting);
    }
    if let Some(lengths) = differ(&|one| frequency(one.months).to_owned()) {
        let zh = format!("{code} 混有长短不同的时期：{lengths}");
        let en = format!("figures of {code} are for periods of different lengths: {lengths}");
        if !counting {
            return Err(add("PERIOD", zh, en));
        }
        warnings.push(words_of(zh, en));
    }
    let first = own.iter().map(|one| one.first).min();
    let last = own.iter().map(|one| one.last).max();
    if let Some((first, last)) = first.zip(last).filter(|(first, last)| first != last) {
        let across = format!("{first} … {last}");
        let running = own.iter().any(|one| one.accumulation == Accumulation::YearToDate && one.months < 12);
        let standing = own.iter().any(|one| matches!(one.accumulation, Accumulation::AtEnd | Accumulation::SinceBase));
        let once = function == AggregateFn::Sum && (standing || indicator.additivity == Additivity::SemiAdditive);
        if !counting && (running || once) {
            let (zh, en) = if running {
                ("年内累计数逐期包含前期", "each year-to-date figure holds the ones before it")
            } else {
                ("期末数与自基期累计数不能跨期相加", "standings at an instant do not add over periods")
            };
            let zh = format!("{code} 有几个时期（{across}）：{zh}");
            return Err(add("PERIOD", zh, format!("{code} has several periods ({across}): {en}")));
        }
        warnings.push(words_of(
            format!("{code} 的每组跨几个时期：{across}"),
            format!("each group of {code} takes several periods together: {across}"),
        ));
    }
    units(indicator, own, counting)
}

/// All units of an indicator must convert into the one of output.
fn units(indicator: &Indicator, own: &[&Profile], counting: bool) -> Result<(), Fault> {
    let one = domain::Decimal::ONE;
    let fits = |code: &String| {
        let unit = domain::unit(code)?;
        domain::Quantity { value: one, unit, as_reported: None }.convert(indicator.unit).ok()
    };
    let odd = own.iter().filter_map(|profile| profile.unit.as_ref()).find(|code| fits(code).is_none());
    match odd.filter(|_| !counting) {
        None => Ok(()),
        Some(odd) => Err(Fault::refused(
            "MIXED",
            format!("{} 有以 {odd} 计的数，不能换算为 {}", indicator.code, indicator.unit.code),
            format!("{} has figures in {odd}, which does not convert to {}", indicator.code, indicator.unit.code),
            "逐格取出 / ask for the cells without fn",
        )),
    }
}

const fn frequency(months: i64) -> &'static str {
    match months {
        12 => "ANNUAL",
        6 => "HALF_YEARLY",
        3 => "QUARTERLY",
        _ => "MONTHLY",
    }
}

/// A sum must not count one place within another.
fn overlapping(atlas: &Atlas, question: &Question) -> Result<(), Fault> {
    if question.grouped(Dim::Subject) {
        return Ok(());
    }
    let Some(subjects) = &question.selection.subjects else {
        if question.grouped(Dim::Kind) {
            return Ok(());
        }
        let en = "a sum over everything would count counties within their city and zones within their county";
        let hint =
            "filter 中给出 kinds 或 subjects，或 groupBy 中加入 KIND / give kinds or subjects, or add KIND to groupBy";
        return Err(Fault::refused("OVERLAPPING", "对一切对象求和会把县区与其所在的市重复计算", en, hint));
    };
    let by_kind = question.grouped(Dim::Kind);
    let chosen = |id: EntityId| subjects.iter().find(|(other, _)| *other == id.0);
    for (id, word) in subjects {
        let Some(place) = atlas.place(EntityId(*id)) else { continue };
        let within = holders(atlas, &place);
        let clash = within
            .into_iter()
            .find(|other| other.0 != *id && chosen(*other).is_some_and(|(_, theirs)| !by_kind || theirs == word));
        if let Some(other) = clash.and_then(|other| atlas.place(other)) {
            let (inner, outer) = (&place.name().zh, &other.name().zh);
            let hint = "filter 中以 kinds 只取互不重叠的一级，或按 SUBJECT、KIND 分组 / choose with kinds one level whose places lie apart, or group by SUBJECT or KIND";
            return Err(Fault::refused(
                "OVERLAPPING",
                format!("「{inner}」与「{outer}」重叠，相加会重复计算"),
                format!("{} and {} overlap; a sum would count things twice", place.code(), other.code()),
                hint,
            ));
        }
    }
    Ok(())
}

/// Places that share ground with a place by declaration: the regions above it, those beside a functional area, and what
/// a layout element is made of.
fn holders(atlas: &Atlas, place: &Place) -> Vec<EntityId> {
    let mut found = Vec::new();
    let above = |region: &str, found: &mut Vec<EntityId>| {
        let mut next = atlas.regions.code(region);
        while let Some(region) = next.filter(|region| !found.contains(&region.id)) {
            found.push(region.id);
            next = region.parent.as_ref().and_then(|parent| atlas.regions.code(parent));
        }
    };
    match place {
        Place::Region(region) => {
            if region.kind == domain::RegionKind::FunctionalArea {
                let parent = region.parent.as_ref().and_then(|parent| atlas.regions.code(parent));
                found.extend(parent.into_iter().flat_map(|p| atlas.index.regions_of(p.id)).map(|beside| beside.id));
            }
            above(&region.code, &mut found);
        }
        Place::Zone(zone) => {
            for host in &zone.hosts {
                above(&host.region, &mut found);
            }
        }
        Place::Layout(element) => {
            for LayoutMember { place: (kind, code), .. } in &element.members {
                let Some(member) = atlas.place_of_code(*kind, code) else { continue };
                found.push(member.id());
                found.extend(atlas.index.layout_of(member.id()).iter().map(|other| other.id));
                found.extend(holders(atlas, &member));
            }
        }
    }
    found
}
