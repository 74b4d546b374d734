//! Figures: one cell of one source, and series of them.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Object;

use super::connection::{Connection, Edge, MOST_IN_MEMORY, Paging};
use super::document::SourcedFields;
use super::edition::Edition;
use super::fault::Fault;
use super::filter::PeriodRange;
use super::footprint::Footprint;
use super::indicator::Indicator;
use super::loaders::{CellsOf, Newest, RevisionOf, VersionsOf};
use super::node::NodeFields;
use super::place;
use super::quantity::{Period, Quantity};
use super::revision::Revision;
use super::scalars::{Date, DateTime, PeriodCode};
use super::subject::Subject;
use super::target::Comparator;
use super::view::View;
use super::words::{Accumulation, Frequency, ObservationStatus};
use crate::domain::{self, EntityId};
use crate::store::Edition as Closed;
use crate::store::observation as store;

/// A figure.
#[derive(Clone)]
pub struct Observation {
    view: View,
    row: Arc<store::Observation>,
}

impl Observation {
    /// A figure read in a view.
    pub fn new(view: &View, row: Arc<store::Observation>) -> Self {
        Self { view: view.clone(), row }
    }

    /// The figure of a number, where the view's revision or one before it brought that version.
    ///
    /// # Errors
    /// [`Fault`] when the database fails.
    pub async fn find(view: &View, id: i64) -> Result<Option<Self>, Fault> {
        let found = store::by_id(view.store(), id).await.map_err(Fault::internal)?;
        Ok(found.filter(|row| row.since <= view.revision().number).map(|row| Self::new(view, Arc::new(row))))
    }
}

/// Every source of a cell, the preferred first.
async fn cell(view: &View, row: &store::Observation) -> Result<Vec<store::Observation>, Fault> {
    let key = CellsOf {
        subject: row.subject,
        indicators: Some(vec![row.indicator]),
        from: Some(row.period),
        to: Some(row.period),
        accumulation: Some(row.accumulation),
    };
    let mut rows = view.facts().load_one(key).await?.unwrap_or_default();
    rows.retain(|other| other.period == row.period);
    prefer(view, &mut rows);
    Ok(rows)
}

/// Puts the preferred source of one cell first. A source that says something stands before one that is silent.
fn prefer(view: &View, rows: &mut [store::Observation]) {
    let source = |row: &store::Observation| (EntityId(row.document), row.released_on);
    rows.sort_by(|a, b| {
        let silent = a.quantity.is_none().cmp(&b.quantity.is_none());
        silent.then_with(|| view.atlas().prefer(source(a), source(b)))
    });
}

/// 一个数据：一个来源对「对象 × 指标 × 时期 × 累计方式」的一次说明。id 指向其一个版本。
/// A figure: what one source says of a subject, an indicator, a period and an accumulation. Its id names one version.
#[Object]
impl Observation {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::of(self.view.id("Observation", self.row.id))
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::of_row(&self.view, self.row.document, self.row.locator.as_deref(), self.row.quote.as_deref())
    }

    /// 对象。
    /// What it is about.
    async fn subject(&self) -> Result<Subject, Fault> {
        Subject::need(&self.view, EntityId(self.row.subject)).await
    }

    /// 指标。
    /// What is measured.
    async fn indicator(&self) -> Result<Indicator, Fault> {
        let row = self.view.atlas().indicators.id(EntityId(self.row.indicator));
        row.map(|row| Indicator::new(&self.view, row)).ok_or_else(|| Fault::internal("an observation of no indicator"))
    }

    /// 时期。
    /// When.
    async fn period(&self) -> Period {
        Period(self.row.period)
    }

    /// 累计方式。
    /// How the value relates to its period.
    async fn accumulation(&self) -> Accumulation {
        self.row.accumulation.into()
    }

    /// 数值；仅当状态为 MISSING、NOT_YET_DUE 或 SUPPRESSED 时为空。零是数值。
    /// The value; null exactly when the status is MISSING, NOT_YET_DUE or SUPPRESSED. Zero is a value.
    async fn quantity(&self) -> Option<Quantity> {
        self.row.quantity.clone().map(Quantity)
    }

    /// 来源用「突破」「近」「余」等词时的比较方式；为空即恰为此数。
    /// How the source compares (over, nearly, some …); null when it gives the number as it is.
    async fn comparator(&self) -> Option<Comparator> {
        self.row.comparator.map(Into::into)
    }

    /// 状态。
    /// Status.
    async fn status(&self) -> ObservationStatus {
        self.row.status.into()
    }

    /// 公开可读之日。
    /// Day on which the world could first read it.
    async fn released_at(&self) -> Option<Date> {
        self.row.released_on.map(Date)
    }

    /// 带来这一版本的修订：谁、何时、为何。
    /// The revision that brought this version: who, when and why.
    async fn revision(&self) -> Result<Revision, Fault> {
        let found = self.view.facts().load_one(RevisionOf(self.row.since)).await?;
        found.map(Revision::new).ok_or_else(|| Fault::internal("a row of no revision"))
    }

    /// 是否仍有效：在所读的知识状态中未被更正或撤去。
    /// Whether it still stands in the state read: neither corrected nor taken back.
    async fn current(&self) -> bool {
        self.row.until > self.view.revision().number
    }

    /// 同一格（同一来源）的其他版本，旧者在前，止于所读的知识状态。
    /// Other vintages of the same cell of the same source, oldest first, up to the state read.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn history(&self) -> Result<Vec<Self>, Fault> {
        let rows = self.view.facts().load_one(VersionsOf(self.row.id)).await?.unwrap_or_default();
        let others = rows.into_iter().filter(|row| row.id != self.row.id);
        Ok(others.map(|row| Self::new(&self.view, Arc::new(row))).collect())
    }

    /// 本系统首次收录之时。
    /// When this system first held it.
    async fn recorded_at(&self) -> Result<DateTime, Fault> {
        let at = self.view.facts().load_one(RevisionOf(self.row.since)).await?;
        at.map(|revision| DateTime(revision.committed_at)).ok_or_else(|| Fault::internal("a row of no revision"))
    }

    /// 首个包含它的版次；尚无版次包含时为空。
    /// The first edition that contains it; null while none does.
    async fn edition(&self) -> Option<Edition> {
        let holds = |edition: &&Arc<Closed>| (self.row.since..self.row.until).contains(&edition.revision);
        self.view.editions().find(holds).map(Edition::new)
    }

    /// 是否为示例（虚构）数据。
    /// Made up for demonstration.
    async fn sample(&self) -> bool {
        self.view.atlas().is_sample(EntityId(self.row.document))
    }

    /// 其他来源对同一格的说法，优先者在前。优先次序：真实先于示例，可信度高者，公布晚者，文件代码。
    /// The same cell from other sources, the preferred first. The order: real before sample, the more to be believed,
    /// the later released, then by document code.
    async fn alternatives(&self) -> Result<Vec<Self>, Fault> {
        let rows = cell(&self.view, &self.row).await?;
        let others = rows.into_iter().filter(|row| row.document != self.row.document);
        Ok(others.map(|row| Self::new(&self.view, Arc::new(row))).collect())
    }

    /// 该时期末有效的边界；对象没有边界或未知时为空。
    /// Outline in force at the end of the period; null when the subject has none or none is known.
    async fn boundary(&self) -> Option<Footprint> {
        place::footprint(&self.view, EntityId(self.row.subject), Some(Date(self.row.period.end())))
    }

    /// 备注。
    /// Remark.
    async fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }
}

/// The preferred figure of a subject's newest period with a value, in the indicator's own accumulation where there
/// is one.
///
/// # Errors
/// [`Fault`] for an unknown indicator.
pub async fn latest(
    view: &View,
    subject: EntityId,
    indicator: &str,
    not_after: Option<PeriodCode>,
) -> Result<Option<Observation>, Fault> {
    let indicator = indicator_of(view, indicator)?;
    let key = Newest { subject: subject.0, indicator: indicator.id.0, not_after: not_after.map(|period| period.0) };
    let mut rows = view.facts().load_one(key).await?.unwrap_or_default();
    rows.retain(|row| row.quantity.is_some());
    let usual = rows.iter().any(|row| row.accumulation == indicator.accumulation);
    rows.retain(|row| !usual || row.accumulation == indicator.accumulation);
    prefer(view, &mut rows);
    Ok(rows.into_iter().next().map(|row| Observation::new(view, Arc::new(row))))
}

/// The indicator of a code.
///
/// # Errors
/// [`Fault`] when there is none.
pub fn indicator_of<'a>(view: &'a View, code: &str) -> Result<&'a Arc<domain::Indicator>, Fault> {
    let known = || view.atlas().indicators.all().iter().map(|indicator| indicator.code.as_str());
    view.atlas().indicators.code(code).ok_or_else(|| Fault::unknown_code("Indicator", code, known()))
}

/// The preferred value of each subject in a period, as storage compares it: in base units, in the indicator's own
/// accumulation. Subjects without a value are left out.
///
/// # Errors
/// [`Fault`] for an unknown indicator.
pub async fn values(
    view: &View,
    subjects: impl Iterator<Item = EntityId>,
    indicator: &str,
    period: PeriodCode,
) -> Result<HashMap<EntityId, i64>, Fault> {
    let indicator = indicator_of(view, indicator)?;
    let keys = subjects.map(|subject| CellsOf {
        subject: subject.0,
        indicators: Some(vec![indicator.id.0]),
        from: Some(period.0),
        to: Some(period.0),
        accumulation: Some(indicator.accumulation),
    });
    let found = view.facts().load_many(keys).await?;
    let value = |(key, mut rows): (CellsOf, Vec<store::Observation>)| {
        rows.retain(|row| row.period == period.0);
        prefer(view, &mut rows);
        Some((EntityId(key.subject), rows.first()?.quantity.as_ref()?.base().ok()?))
    };
    Ok(found.into_iter().filter_map(value).collect())
}

/// Which figures of a subject.
pub struct Wanted {
    /// Codes of indicators; all, when none.
    pub indicators: Option<Vec<String>>,
    /// Periods.
    pub periods: Option<PeriodRange>,
    /// Accumulation.
    pub accumulation: Option<Accumulation>,
}

/// The series of a subject: one for each indicator, accumulation and frequency, in the order of the indicators asked
/// for (or of their codes).
///
/// # Errors
/// [`Fault`] for an unknown indicator or a foreign cursor.
pub async fn series(
    view: &View,
    subject: EntityId,
    wanted: Wanted,
    paging: &Paging,
) -> Result<Connection<Edge<Series>>, Fault> {
    let ids = match &wanted.indicators {
        Some(codes) => {
            Some(codes.iter().map(|code| indicator_of(view, code).map(|row| row.id.0)).collect::<Result<Vec<_>, _>>()?)
        }
        None => None,
    };
    let range = wanted.periods.unwrap_or(PeriodRange { from: None, to: None });
    let key = CellsOf {
        subject: subject.0,
        indicators: ids.clone(),
        from: range.from.map(|period| period.0),
        to: range.to.map(|period| period.0),
        accumulation: wanted.accumulation.map(Into::into),
    };
    let rows = view.facts().load_one(key).await?.unwrap_or_default();
    let mut all: Vec<Series> = Vec::new();
    for row in rows {
        let Some(indicator) = view.atlas().indicators.id(EntityId(row.indicator)) else { continue };
        let same = |series: &&mut Series| {
            series.indicator.id == indicator.id
                && series.accumulation == row.accumulation
                && series.frequency == row.period.frequency()
        };
        match all.iter_mut().find(same) {
            Some(series) => series.cells.push(row),
            None => all.push(Series {
                view: view.clone(),
                subject,
                indicator: Arc::clone(indicator),
                accumulation: row.accumulation,
                frequency: row.period.frequency(),
                cells: vec![row],
            }),
        }
    }
    let place = |id: EntityId| ids.as_ref().and_then(|ids| ids.iter().position(|other| *other == id.0));
    all.sort_by(|a, b| {
        let asked = place(a.indicator.id).cmp(&place(b.indicator.id));
        asked.then_with(|| a.key().cmp(&b.key()))
    });
    Connection::of(&all, paging, Series::key, |series, cursor| Edge::new(cursor, series.clone()))
}

/// Figures of one subject, indicator, accumulation and frequency.
#[derive(Clone)]
pub struct Series {
    view: View,
    subject: EntityId,
    indicator: Arc<domain::Indicator>,
    accumulation: domain::Accumulation,
    frequency: domain::Frequency,
    cells: Vec<store::Observation>,
}

impl Series {
    fn key(&self) -> String {
        format!("{}/{}/{}", self.indicator.code, self.accumulation.word(), self.frequency.word())
    }
}

/// 序列：同一对象、指标、累计方式和频率的数据，每个时期取优先来源。
/// A series: the figures of one subject, indicator, accumulation and frequency, one for each period, from the preferred
/// source.
#[Object]
impl Series {
    /// 指标。
    /// What is measured.
    async fn indicator(&self) -> Indicator {
        Indicator::new(&self.view, &self.indicator)
    }

    /// 对象。
    /// What it is about.
    async fn subject(&self) -> Result<Subject, Fault> {
        Subject::need(&self.view, self.subject).await
    }

    /// 累计方式。
    /// How the values relate to their periods.
    async fn accumulation(&self) -> Accumulation {
        self.accumulation.into()
    }

    /// 频率。
    /// Length of its periods.
    async fn frequency(&self) -> Frequency {
        self.frequency.into()
    }

    /// 数据，旧者在前。
    /// The figures, oldest first.
    async fn points(&self) -> Vec<Observation> {
        let mut periods: Vec<Vec<store::Observation>> = Vec::new();
        for row in &self.cells {
            match periods.last_mut().filter(|cell| cell.first().is_some_and(|first| first.period == row.period)) {
                Some(cell) => cell.push(row.clone()),
                None => periods.push(vec![row.clone()]),
            }
        }
        periods
            .into_iter()
            .filter_map(|mut cell| {
                prefer(&self.view, &mut cell);
                cell.into_iter().next().map(|row| Observation::new(&self.view, Arc::new(row)))
            })
            .collect()
    }

    /// 全程口径一致、可以相连；其间有口径变动时为假。
    /// Whether it may be drawn as one line: false when the definition breaks within it.
    async fn comparable(&self) -> bool {
        let (Some(first), Some(last)) = (self.cells.first(), self.cells.last()) else { return true };
        !self.indicator.breaks.iter().any(|at| first.period < at.at && at.at <= last.period)
    }
}

/// Pages of series are cut in memory.
pub const MOST_SERIES: usize = MOST_IN_MEMORY;
