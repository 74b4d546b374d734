//! How a computed figure came about, down to the cells of its sources.

use std::sync::Arc;

use async_graphql::{ID, Object};

use super::connection::{Connection, Edge, MOST_FACTS, Paging};
use super::fault::Fault;
use super::id::NodeId;
use super::indicator::Indicator;
use super::loaders::CellsOf;
use super::observation::{Observation, prefer};
use super::projects::ProjectConnection;
use super::register::RegisterEntry;
use super::subject::Subject;
use super::view::View;
use super::words::Lang;
use crate::assess::Words;
use crate::domain::{self, EntityId};
use crate::store::observation as cells;
use crate::store::project::Filter;
use crate::store::register_entry as entry;
use crate::store::table::{self, Selection, Weight};

/// Inputs of a derivation when the query does not say.
const INPUTS: i32 = 100;

/// What a figure was made of.
#[derive(Clone)]
pub enum Inputs {
    /// These cells.
    Known(Vec<Arc<cells::Observation>>),
    /// The preferred cells of a selection, and what weighs them.
    Selected(Box<Selection>, Vec<Weight>),
}

/// How a figure came about.
#[derive(Clone)]
pub struct Derivation {
    /// Where it was read.
    pub view: View,
    /// In words.
    pub formula: Words,
    /// The cells that it was made of.
    pub inputs: Inputs,
    /// How many cells it was made of.
    pub contributors: i64,
    /// How many should be there and are not.
    pub missing: i64,
    /// Whose figures are not there, where that is known.
    pub absent: Vec<EntityId>,
    /// The indicator that weighs.
    pub weight: Option<Arc<domain::Indicator>>,
    /// Entries of registers that were counted.
    pub entries: Vec<entry::RegisterEntry>,
    /// Projects that were counted.
    pub projects: Option<Filter>,
    /// The word for the way it was made.
    pub how: &'static str,
}

impl Derivation {
    async fn selected(
        &self,
        selection: &Selection,
        weights: &[Weight],
        first: usize,
        after: Option<i64>,
    ) -> Result<Vec<Observation>, Fault> {
        let (db, at) = (self.view.store(), self.view.revision().number);
        let after = match after {
            Some(id) => {
                let row = cells::by_id(db, id).await.map_err(Fault::from)?.ok_or_else(Fault::bad_cursor)?;
                Some(table::place(&row))
            }
            None => None,
        };
        let rows = table::cells(db, at, selection, after.as_deref(), first as u64).await.map_err(Fault::from)?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let weight = weights.iter().find(|weight| weight.indicator == row.indicator);
            let (subject, period) = (row.subject, row.period);
            found.push(Observation::new(&self.view, Arc::new(row)));
            let Some(weight) = weight else { continue };
            let key = CellsOf {
                subject,
                indicators: Some(vec![weight.by]),
                from: selection.from,
                to: selection.to,
                accumulation: Some(weight.accumulation),
            };
            let mut weighing = self.view.facts().load_one(key).await?.unwrap_or_default();
            weighing.retain(|other| {
                other.period == period && selection.sources.iter().any(|source| source.document == other.document)
            });
            prefer(&self.view, &mut weighing);
            found.extend(weighing.into_iter().next().map(|row| Observation::new(&self.view, row)));
        }
        Ok(found)
    }
}

/// 一个计算所得的数的来历，可追到来源表格的各格。
/// How a computed figure came about, down to the cells of the source tables.
#[Object]
impl Derivation {
    /// 算式。
    /// How it was worked out.
    async fn formula(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().pick(&self.formula.zh, Some(&self.formula.en))
    }

    /// 所用的各格；加权平均在每格之后给出其权数。
    /// The cells that it was made of; of a weighted mean each cell is followed by the one that weighs it.
    async fn inputs(
        &self,
        #[graphql(default_with = "Some(100)", desc = "格数，至多 500。Cells wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页最后一个非权数之格的 id。Id of the last cell of the page before that is no weight.")]
        after: Option<ID>,
    ) -> Result<Vec<Observation>, Fault> {
        let first = Paging::new(Some(first.unwrap_or(INPUTS)), None, MOST_FACTS)?.first;
        let after = match &after {
            Some(id) => Some(NodeId::decode(id)?.local.parse().map_err(|_| Fault::bad_id(id))?),
            None => None,
        };
        match &self.inputs {
            Inputs::Selected(selection, weights) => self.selected(selection, weights, first, after).await,
            Inputs::Known(rows) => {
                let start = match after {
                    None => 0,
                    Some(id) => rows.iter().position(|row| row.id == id).ok_or_else(Fault::bad_cursor)? + 1,
                };
                let rows = rows.iter().skip(start).take(first);
                Ok(rows.map(|row| Observation::new(&self.view, Arc::clone(row))).collect())
            }
        }
    }

    /// 计入其中的格数、条目数或项目数。
    /// How many cells, entries or projects it was made of.
    async fn contributors(&self) -> i64 {
        self.contributors
    }

    /// 应有而没有的个数。
    /// How many should be there and are not.
    async fn missing(&self) -> i64 {
        self.missing
    }

    /// 缺数的对象，已知时。
    /// Whose figures are not there, where that is known.
    async fn absent(&self) -> Result<Vec<Subject>, Fault> {
        let mut found = Vec::with_capacity(self.absent.len());
        for id in &self.absent {
            found.push(Subject::need(&self.view, *id).await?);
        }
        Ok(found)
    }

    /// 加权平均的权数指标。
    /// The indicator that weighs a mean.
    async fn weight(&self) -> Option<Indicator> {
        self.weight.as_ref().map(|row| Indicator::new(&self.view, row))
    }

    /// 计入的名录条目，按代码排列。
    /// The register entries counted, in the order of codes.
    async fn entries(
        &self,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<RegisterEntry>>, Fault> {
        let paging = Paging::new(first, after, MOST_FACTS)?;
        let edge = |row: &entry::RegisterEntry, cursor| Edge::new(cursor, RegisterEntry::new(&self.view, row.clone()));
        Connection::of(&self.entries, &paging, |row| row.code.clone(), edge)
    }

    /// 计入的项目；不是项目计数时为空。
    /// The projects counted; null where it is no count of projects.
    async fn projects(
        &self,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Option<ProjectConnection>, Fault> {
        let Some(filter) = &self.projects else { return Ok(None) };
        ProjectConnection::filtered(&self.view, filter.clone(), first, after).map(Some)
    }

    /// 计算者：程序、版本与方法。
    /// What computed it: program, version and way.
    async fn engine(&self) -> String {
        format!("{} {} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), self.how)
    }
}
