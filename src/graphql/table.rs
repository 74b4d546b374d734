//! The analysts' table: figures chosen by a filter, one row each or grouped, never mixed without saying so.

use async_graphql::{Enum, ID, InputObject, Object};
use sha2::{Digest, Sha256};

use super::connection::{MOST_FACTS, PageInfo, Paging, close_cursor};
use super::derivation::{Derivation, Inputs};
use super::fault::Fault;
use super::filter::PeriodRange;
use super::indicator::Indicator;
use super::mixing;
use super::observation::Observation;
use super::place::PlaceKind;
use super::quantity::{Period, Quantity};
use super::question::{self, Question};
use super::space::SpatialFilter;
use super::subject::Subject;
use super::view::View;
use super::words::{Accumulation, Lang, ObservationStatus};
use crate::assess::{Words, derive};
use crate::domain::{self, EntityId, PeriodCode};
use crate::store::table::{self as store, Dim, Group, Key, Measure, Selection};

/// Rows of a table when the query does not say.
const ROWS: i32 = 100;

/// 表格的分组依据。
/// What a table of figures is grouped by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Dim")]
pub enum ObsDim {
    /// 对象。
    /// What the figure is about.
    Subject,
    /// 指标。
    /// What is measured.
    Indicator,
    /// 时期。
    /// When.
    Period,
    /// 累计方式。
    /// How the value relates to its period.
    Accumulation,
    /// 状态。
    /// Standing of the value.
    Status,
    /// 对象的种类。
    /// What the subject is.
    Kind,
}

/// 汇总方式。
/// What a group of figures comes to.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateFn {
    /// 合计；不可加的指标报错 NON_ADDITIVE。
    /// Sum; an error NON_ADDITIVE for what does not add.
    Sum,
    /// 简单平均，四舍六入五成双。
    /// Mean, each figure counting once; rounded half-even.
    Mean,
    /// 以 Indicator.weight 加权平均。
    /// Mean weighted by `Indicator.weight`.
    WeightedMean,
    /// 最小值。
    /// Least.
    Min,
    /// 最大值。
    /// Greatest.
    Max,
    /// 中位数，精确。
    /// Median, exact.
    Median,
    /// 有数值的格数。
    /// Number of cells with a value.
    Count,
}

impl AggregateFn {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sum => "SUM",
            Self::Mean => "MEAN",
            Self::WeightedMean => "WEIGHTED_MEAN",
            Self::Min => "MIN",
            Self::Max => "MAX",
            Self::Median => "MEDIAN",
            Self::Count => "COUNT",
        }
    }
}

/// 数据条件；所给各项须同时成立。
/// Condition on figures; everything given must hold.
#[derive(Debug, Clone, InputObject)]
pub struct ObsFilter {
    /// 指标代码，至多 50 个。
    /// Codes of indicators, 50 at most.
    pub indicators: Vec<String>,
    /// 对象代码；同一代码属于几类对象时都要，以 kinds 区分。
    /// Codes of subjects. A code that several types share means all of them; `kinds` tells them apart.
    pub subjects: Option<Vec<ID>>,
    /// 对象的种类；已并入他者的开发区除外。
    /// Kinds of places; zones that were merged into others are left out.
    pub kinds: Option<Vec<PlaceKind>>,
    /// 行政区代码：只要该区、其下级区域和位于其中的开发区。
    /// Code of a region: only it, the regions under it and the zones in them.
    pub region: Option<ID>,
    /// 空间条件：只要轮廓满足它的地点；没有轮廓的对象（规划、集群、产业链等）都不满足。
    /// Condition on space: only places whose outlines meet it. What has no outline (plans, clusters, chains) meets none.
    pub space: Option<SpatialFilter>,
    /// 时期范围。
    /// Range of periods.
    pub periods: Option<PeriodRange>,
    /// 累计方式。
    /// Accumulation.
    pub accumulation: Option<Accumulation>,
    /// 状态，其中之一。
    /// Status: one of these.
    pub statuses: Option<Vec<ObservationStatus>>,
    /// 假：不要示例（虚构）数据；缺省为都要，由行的 sample 标明。
    /// False: no made-up data; by default it is there, and the `sample` of each row says so.
    #[graphql(default = true)]
    pub sample: bool,
}

/// The arguments of the table.
#[derive(Debug)]
pub struct Asked {
    /// Condition.
    pub filter: ObsFilter,
    /// Grouping.
    pub by: Option<Vec<ObsDim>>,
    /// Aggregate.
    pub function: Option<AggregateFn>,
    /// Rows wanted.
    pub first: Option<i32>,
    /// Cursor.
    pub after: Option<String>,
}

/// A table of figures.
pub struct ObsTable {
    view: View,
    question: Question,
    rows: Vec<ObsRow>,
    cursors: Vec<String>,
    warnings: Vec<Words>,
    before: bool,
    more: bool,
}

impl ObsTable {
    /// Answers a question.
    ///
    /// # Errors
    /// [`Fault`] for unknown codes, a foreign cursor, and sums that would say something untrue.
    pub async fn ask(view: &View, asked: Asked) -> Result<Self, Fault> {
        let paging = Paging::new(Some(asked.first.unwrap_or(ROWS)), asked.after, MOST_FACTS)?;
        let by = asked.by.map(|by| by.into_iter().map(Into::into).collect());
        let question = Question::open(view, &asked.filter, by, asked.function)?;
        let list = question.fingerprint();
        let after = paging.after.as_deref().map(|text| open_cursor(text, &list)).transpose()?;
        let limit = paging.first as u64 + 1;
        let mut table = Self {
            view: view.clone(),
            rows: Vec::new(),
            cursors: Vec::new(),
            warnings: Vec::new(),
            before: after.is_some(),
            more: false,
            question,
        };
        match table.question.function {
            None => table.list(after.as_deref(), limit).await?,
            Some(function) => table.group(function, after.as_deref(), limit).await?,
        }
        table.more = table.rows.len() > paging.first;
        table.rows.truncate(paging.first);
        table.cursors.truncate(paging.first);
        Ok(table)
    }

    async fn list(&mut self, after: Option<&[Key]>, limit: u64) -> Result<(), Fault> {
        let (db, at) = (self.view.store(), self.view.revision().number);
        let cells = store::cells(db, at, &self.question.selection, after, limit).await.map_err(Fault::from)?;
        if cells.is_empty() && after.is_none() {
            self.warnings = mixing::nothing(&self.view, &self.question).await?;
        }
        let list = self.question.fingerprint();
        for row in cells {
            let key = store::place(&row);
            self.cursors.push(cursor(&list, &key));
            let observation = Observation::new(&self.view, std::sync::Arc::new(row));
            self.rows.push(ObsRow::of_cell(&self.view, &key, observation).await?);
        }
        Ok(())
    }

    async fn group(&mut self, function: AggregateFn, after: Option<&[Key]>, limit: u64) -> Result<(), Fault> {
        let mixed = mixing::check(&self.view, &self.question, function).await?;
        self.warnings = mixed.warnings;
        let weights = self.question.weights(&self.view);
        let measure = match function {
            AggregateFn::Median => Measure::Median,
            AggregateFn::WeightedMean => Measure::Weighted(&weights),
            _ => Measure::Plain,
        };
        let (db, at) = (self.view.store(), self.view.revision().number);
        let question = &self.question;
        let found = store::group(db, at, &question.selection, &question.by, measure, after, limit).await;
        let list = question.fingerprint();
        for group in found.map_err(Fault::from)? {
            self.cursors.push(cursor(&list, &group.key));
            self.rows.push(ObsRow::of_group(&self.view, question, function, &group, mixed.periods).await?);
        }
        Ok(())
    }
}

fn cursor(list: &str, key: &[Key]) -> String {
    close_cursor(&format!("{list}{}", serde_json::to_string(key).unwrap_or_default()))
}

fn open_cursor(text: &str, list: &str) -> Result<Vec<Key>, Fault> {
    let key = text.strip_prefix(list).ok_or_else(Fault::bad_cursor)?;
    serde_json::from_str(key).map_err(|_| Fault::bad_cursor())
}

/// 数据表：未汇总时一行一格（取优先来源），汇总时一行一组。
/// A table of figures: without a function a row for each cell, from its preferred source; with one, a row for each group.
#[Object]
impl ObsTable {
    /// 各行 keys 的列名。
    /// Names of the columns of `keys`.
    async fn columns(&self) -> Vec<&'static str> {
        self.question.columns().iter().map(|dim| question::word(*dim)).collect()
    }

    /// 本页的行。
    /// The rows of this page.
    async fn rows(&self) -> &[ObsRow] {
        &self.rows
    }

    /// 整个表的行数，只在请求时计算。
    /// Number of rows of the whole table; counted only when asked for.
    async fn total_count(&self) -> Result<i64, Fault> {
        let by = self.question.function.map(|_| self.question.by.as_slice());
        let (db, at) = (self.view.store(), self.view.revision().number);
        store::count(db, at, &self.question.selection, by).await.map_err(Fault::from)
    }

    /// 分页信息。
    /// Where this page stands in the table.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.more,
            has_previous_page: self.before,
            start_cursor: self.cursors.first().cloned(),
            end_cursor: self.cursors.last().cloned(),
        }
    }

    /// 须留意之处：跨时期、缺数、含示例数据等。
    /// What to mind: several periods in a group, figures that are not there, made-up ones.
    async fn warnings(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> Vec<&str> {
        self.warnings.iter().map(|words| lang.unwrap_or_default().pick(&words.zh, Some(&words.en))).collect()
    }
}

/// A row of the table.
pub struct ObsRow {
    view: View,
    keys: Vec<String>,
    subject: Option<EntityId>,
    indicator: Option<EntityId>,
    period: Option<PeriodCode>,
    quantity: Option<domain::Quantity>,
    status: domain::ObservationStatus,
    sample: bool,
    contributors: i64,
    missing: i64,
    observation: Option<Observation>,
    derivation: Option<Derivation>,
}

impl ObsRow {
    async fn of_cell(view: &View, key: &[Key], observation: Observation) -> Result<Self, Fault> {
        let row = observation.row();
        Ok(Self {
            keys: question::words(view, &question::PLACE, key).await?,
            subject: Some(EntityId(row.subject)),
            indicator: Some(EntityId(row.indicator)),
            period: Some(row.period),
            quantity: row.quantity.clone(),
            status: row.status,
            sample: view.atlas().is_sample(EntityId(row.document)),
            contributors: i64::from(row.quantity.is_some()),
            missing: i64::from(row.quantity.is_none()),
            derivation: None,
            observation: Some(observation),
            view: view.clone(),
        })
    }

    async fn of_group(
        view: &View,
        question: &Question,
        function: AggregateFn,
        group: &Group,
        periods: i64,
    ) -> Result<Self, Fault> {
        let at = |dim: Dim| question.by.iter().position(|by| *by == dim).and_then(|at| group.key.get(at));
        let number = |dim: Dim| match at(dim) {
            Some(Key::Number(number)) => Some(*number),
            _ => None,
        };
        let only = || question.selection.indicators.first().filter(|_| question.selection.indicators.len() == 1);
        let indicator = number(Dim::Indicator).or_else(|| only().copied()).map(EntityId);
        let of = indicator.and_then(|id| view.atlas().indicators.id(id));
        let too_large = || {
            let en = "the numbers are too large to be reckoned with";
            Fault::refused("TOO_LARGE", "数值过大，无法计算", en, "少取一些对象或时期 / fewer subjects or periods")
        };
        let unit = of.map(|indicator| indicator.unit);
        let quantity = match (function, unit) {
            (AggregateFn::Count, _) => {
                let unit = super::quantity::unit_of("ge")?;
                Some(domain::Quantity { value: group.values.into(), unit, as_reported: None })
            }
            (_, None) => None,
            (_, Some(_)) if group.values == 0 => None,
            (AggregateFn::Sum, Some(unit)) => {
                Some(domain::Quantity::of_sum(group.sum, unit, group.decimals).map_err(|_| too_large())?)
            }
            (AggregateFn::Mean, Some(unit)) => {
                let mean = derive::mean(group.sum, i128::from(group.values), unit, group.decimals);
                Some(mean.ok_or_else(too_large)?)
            }
            (AggregateFn::WeightedMean, Some(_)) if group.weights == 0 => None,
            (AggregateFn::WeightedMean, Some(unit)) => {
                Some(derive::mean(group.sum, group.weights, unit, group.decimals).ok_or_else(too_large)?)
            }
            (AggregateFn::Min, Some(unit)) => group.least.map(|base| domain::Quantity::from_base(base, unit, 0, None)),
            (AggregateFn::Max, Some(unit)) => {
                group.greatest.map(|base| domain::Quantity::from_base(base, unit, 0, None))
            }
            (AggregateFn::Median, Some(unit)) => {
                group.middle.and_then(|(low, high)| derive::middle(low, high, unit, 0))
            }
        };
        let missing = question.missing(group, periods);
        let incomplete = missing > 0 && function != AggregateFn::Count;
        let status = match (&quantity, function) {
            (_, AggregateFn::Count) => domain::ObservationStatus::Normal,
            (None, _) => derive::silence(group.statuses.iter().copied()),
            (Some(_), _) => derive::standing(group.statuses.iter().copied(), incomplete, group.inexact),
        };
        let weights = if function == AggregateFn::WeightedMean { question.weights(view) } else { Vec::new() };
        let weighs = |id: EntityId| weights.iter().find(|weight| weight.indicator == id.0);
        let weight = indicator.and_then(weighs).and_then(|w| view.atlas().indicators.id(EntityId(w.by))).cloned();
        let pinned = question.by.iter().copied().zip(group.key.iter().cloned()).collect();
        let selection = Selection { pinned, ..question.selection.clone() };
        Ok(Self {
            keys: question::words(view, &question.by, &group.key).await?,
            subject: number(Dim::Subject).map(EntityId),
            period: number(Dim::Period).and_then(|key| PeriodCode::from_sort_key(i32::try_from(key).ok()?)),
            derivation: Some(Derivation {
                view: view.clone(),
                formula: mixing::formula(function, of.map(|row| &**row), weight.as_deref()),
                inputs: Inputs::Selected(Box::new(selection), weights),
                contributors: group.values,
                missing,
                absent: Vec::new(),
                weight,
                entries: Vec::new(),
                projects: None,
                how: function.word(),
            }),
            indicator,
            quantity,
            status,
            sample: group.sample,
            contributors: group.values,
            missing,
            observation: None,
            view: view.clone(),
        })
    }
}

/// 数据表的一行。
/// A row of a table of figures.
#[Object]
impl ObsRow {
    /// 各列的值：代码或词。
    /// Values of the columns: codes or words.
    async fn keys(&self) -> &[String] {
        &self.keys
    }

    /// 对象，按对象分行时。
    /// What it is about, where rows are told apart by subject.
    async fn subject(&self) -> Result<Option<Subject>, Fault> {
        match self.subject {
            Some(id) => Subject::need(&self.view, id).await.map(Some),
            None => Ok(None),
        }
    }

    /// 指标，只有一个时。
    /// What is measured, where it is one indicator.
    async fn indicator(&self) -> Option<Indicator> {
        self.view.atlas().indicators.id(self.indicator?).map(|row| Indicator::new(&self.view, row))
    }

    /// 时期，按时期分行时。
    /// When, where rows are told apart by period.
    async fn period(&self) -> Option<Period> {
        self.period.map(Period)
    }

    /// 数值；没有可用的数时为空，status 说明缘由。
    /// The value; null where there is none to be had, and `status` says why.
    async fn quantity(&self) -> Option<Quantity> {
        self.quantity.clone().map(Quantity)
    }

    /// 状态：汇总数取最不确定者，不齐全时为 ESTIMATED。
    /// Status: of a group that of its least certain figure, ESTIMATED where not all are there.
    async fn status(&self) -> ObservationStatus {
        self.status.into()
    }

    /// 是否含示例（虚构）数据。
    /// Whether any of it is made up for demonstration.
    async fn sample(&self) -> bool {
        self.sample
    }

    /// 有数值、计入其中的格数。
    /// Cells with a value that it is made of.
    async fn contributors(&self) -> i64 {
        self.contributors
    }

    /// 应有而没有数值的格数：缺报、未到期、保密，或完全没有记录。
    /// Cells that should be there and have no value: missing, not due, withheld, or not recorded at all.
    async fn missing(&self) -> i64 {
        self.missing
    }

    /// 该格的数据；汇总行为空。
    /// The figure of the cell; null for groups.
    async fn observation(&self) -> Option<&Observation> {
        self.observation.as_ref()
    }

    /// 汇总行的计算过程，可追到各格；单格的见 observation。
    /// How a group was worked out, down to its cells; null for single cells.
    async fn derivation(&self) -> Option<&Derivation> {
        self.derivation.as_ref()
    }
}

/// Marks the cursors of one table.
pub fn digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..4])
}
