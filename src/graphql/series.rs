//! Series: the figures of one subject and indicator, one for each period.

use std::sync::Arc;

use async_graphql::Object;

use super::connection::{Connection, Edge, MOST_IN_MEMORY, Paging};
use super::derived;
use super::fault::Fault;
use super::filter::PeriodRange;
use super::indicator::Indicator;
use super::loaders::CellsOf;
use super::observation::{Observation, indicator_of, prefer};
use super::ready::{self, Ask, Listed, Ready, Write};
use super::subject::Subject;
use super::view::View;
use super::words::{Accumulation, Frequency};
use crate::domain::{self, EntityId};

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
    let how: Option<domain::Accumulation> = wanted.accumulation.map(Into::into);
    // Figures of single periods follow from year-to-date ones, from those since the new year.
    let single = how == Some(domain::Accumulation::InPeriod);
    let first = range.from.map(|period| period.0);
    let new_year = |period: domain::PeriodCode| format!("{:04}-M01", period.calendar_year()).parse().ok();
    let key = CellsOf {
        subject: subject.0,
        indicators: ids.clone(),
        from: if single { first.and_then(new_year) } else { first },
        to: range.to.map(|period| period.0),
        accumulation: how.filter(|_| !single),
    };
    let mut rows = view.facts().load_one(key).await?.unwrap_or_default();
    let mut cells: Vec<Observation> = Vec::new();
    if single {
        for rows in rows.chunk_by(|a, b| a.indicator == b.indicator) {
            let indicator = rows.first().and_then(|row| view.atlas().indicators.id(EntityId(row.indicator)));
            let Some(indicator) = indicator else { continue };
            cells.extend(derived::differences(view, subject, indicator, rows));
        }
        rows.retain(|row| row.accumulation == domain::Accumulation::InPeriod);
        let begun = |period: domain::PeriodCode| first.is_none_or(|first| period.end() >= first.end());
        rows.retain(|row| begun(row.period));
        cells.retain(|cell| begun(cell.row().period));
    }
    cells.extend(rows.into_iter().map(|row| Observation::new(view, row)));
    cells.sort_by_key(|cell| (cell.row().indicator, cell.row().period, cell.row().accumulation, cell.row().document));
    let mut all: Vec<Series> = Vec::new();
    for cell in cells {
        let row = Arc::clone(cell.row());
        let Some(indicator) = view.atlas().indicators.id(EntityId(row.indicator)) else { continue };
        let same = |series: &&mut Series| {
            series.indicator.id == indicator.id
                && series.accumulation == row.accumulation
                && series.frequency == row.period.frequency()
        };
        match all.iter_mut().find(same) {
            Some(series) => series.cells.push(cell),
            None => all.push(Series {
                view: view.clone(),
                subject,
                indicator: Arc::clone(indicator),
                accumulation: row.accumulation,
                frequency: row.period.frequency(),
                cells: vec![cell],
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
    cells: Vec<Observation>,
}

impl Series {
    /// Its figures, one for each period.
    fn preferred(&self) -> Vec<Observation> {
        let periods = self.cells.chunk_by(|a, b| a.row().period == b.row().period);
        periods
            .filter_map(|cells| {
                // One that was worked out is there only where no source says anything.
                if let Some(derived) = cells.iter().find(|cell| cell.worked_out().is_some()) {
                    return Some(derived.clone());
                }
                if let [only] = cells {
                    return Some(only.clone());
                }
                let mut rows: Vec<_> = cells.iter().map(|cell| Arc::clone(cell.row())).collect();
                prefer(&self.view, &mut rows);
                rows.into_iter().next().map(|row| Observation::new(&self.view, row))
            })
            .collect()
    }

    fn key(&self) -> String {
        format!("{}/{}/{}", self.indicator.code, self.accumulation.word(), self.frequency.word())
    }
}

impl Ready for Series {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "indicator" => ready::object(asked, |series: &Self| Some(Indicator::new(&series.view, &series.indicator))),
            "accumulation" => ready::word(|series: &Self| Some(Accumulation::from(series.accumulation))),
            "frequency" => ready::word(|series: &Self| Some(Frequency::from(series.frequency))),
            "points" => ready::list(asked, Self::preferred),
            _ => None,
        }
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
    async fn points(&self) -> Listed<Observation> {
        Listed(self.preferred())
    }

    /// 全程口径一致、可以相连；其间有口径变动时为假。
    /// Whether it may be drawn as one line: false when the definition breaks within it.
    async fn comparable(&self) -> bool {
        let (Some(first), Some(last)) = (self.cells.first(), self.cells.last()) else { return true };
        !self.indicator.breaks.iter().any(|at| first.row().period < at.at && at.at <= last.row().period)
    }
}

/// Pages of series are cut in memory.
pub const MOST_SERIES: usize = MOST_IN_MEMORY;
