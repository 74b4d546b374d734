//! Figures: one cell of one source.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Object;

use super::derivation::Derivation;
use super::derived::{self, Derived, Recipe};
use super::document::SourcedFields;
use super::edition::Edition;
use super::fault::Fault;
use super::footprint::Footprint;
use super::growth::{self, YearOnYear};
use super::indicator::Indicator;
use super::loaders::{CellsOf, Newest, RevisionOf, VersionsOf};
use super::node::NodeFields;
use super::place::{self, PlaceKind};
use super::quantity::{Period, Quantity};
use super::rank::{self, Rank};
use super::ready::{self, Ask, Ready, Write};
use super::revision::Revision;
use super::scalars::{Date, DateTime, PeriodCode};
use super::subject::Subject;
use super::target::Comparator;
use super::view::View;
use super::words::{Accumulation, ObservationStatus};
use crate::domain::{self, EntityId};
use crate::store::Edition as Closed;
use crate::store::observation as store;

/// A figure: one that a source reports, or one that follows from such.
#[derive(Clone)]
pub struct Observation {
    view: View,
    row: Arc<store::Observation>,
    derived: Option<Arc<Derived>>,
}

impl Observation {
    /// A figure read in a view.
    pub fn new(view: &View, row: Arc<store::Observation>) -> Self {
        Self { view: view.clone(), row, derived: None }
    }

    /// A figure that was worked out; its row belongs to no document.
    pub fn derived(view: &View, row: Arc<store::Observation>, derived: Arc<Derived>) -> Self {
        Self { view: view.clone(), row, derived: Some(derived) }
    }

    /// What it says.
    pub fn row(&self) -> &Arc<store::Observation> {
        &self.row
    }

    /// How it was worked out, where no source reports it.
    pub fn worked_out(&self) -> Option<&Derived> {
        self.derived.as_deref()
    }

    /// Made up for demonstration, or worked out of anything that is.
    pub fn made_up(&self) -> bool {
        match &self.derived {
            Some(derived) => derived.sample,
            None => self.view.atlas().is_sample(EntityId(self.row.document)),
        }
    }

    /// The figure of the local part of an id, where the view's revision or one before it brought that version.
    ///
    /// # Errors
    /// [`Fault`] when the database fails.
    pub async fn find(view: &View, local: &str) -> Result<Option<Self>, Fault> {
        let Ok(id) = local.parse() else {
            let Some(recipe) = Recipe::open(local) else { return Ok(None) };
            return derived::find(view, recipe).await;
        };
        let found = store::by_id(view.store(), id).await.map_err(Fault::from)?;
        Ok(found.filter(|row| row.since <= view.revision().number).map(|row| Self::new(view, Arc::new(row))))
    }
}

/// Every source of a cell, the preferred first.
async fn cell(view: &View, row: &store::Observation) -> Result<Vec<Arc<store::Observation>>, Fault> {
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
pub fn prefer<R: Borrow<store::Observation>>(view: &View, rows: &mut [R]) {
    let source = |row: &store::Observation| (EntityId(row.document), row.released_on);
    rows.sort_by(|a, b| {
        let (a, b) = (a.borrow(), b.borrow());
        let silent = a.quantity.is_none().cmp(&b.quantity.is_none());
        silent.then_with(|| view.atlas().prefer(source(a), source(b)))
    });
}

impl Ready for Observation {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "indicator" => ready::object(asked, |one: &Self| {
                let row = one.view.atlas().indicators.id(EntityId(one.row.indicator));
                row.map(|row| Indicator::new(&one.view, row))
            }),
            "period" => ready::object(asked, |one: &Self| Some(Period(one.row.period))),
            "accumulation" => ready::word(|one: &Self| Some(Accumulation::from(one.row.accumulation))),
            "quantity" => ready::some_object(asked, |one: &Self| one.row.quantity.clone().map(Quantity)),
            "comparator" => ready::word(|one: &Self| one.row.comparator.map(Comparator::from)),
            "status" => ready::word(|one: &Self| Some(ObservationStatus::from(one.row.status))),
            "releasedAt" => ready::shown(|one: &Self| one.row.released_on),
            "current" => ready::plain(|one: &Self| one.row.until > one.view.revision().number),
            "sample" => ready::plain(Self::made_up),
            "note" => ready::some_text(|one: &Self| one.row.note.as_deref()),
            _ => None,
        }
    }
}

/// 一个数据：一个来源对「对象 × 指标 × 时期 × 累计方式」的一次说明，id 指向其一个版本；或由这些数算得，见 derivation。
/// A figure: what one source says of a subject, an indicator, a period and an accumulation, and its id names one
/// version; or one worked out of such, as its derivation says.
#[Object]
impl Observation {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::of(match &self.derived {
            Some(derived) => self.view.id("Observation", derived.recipe.text()),
            None => self.view.id("Observation", self.row.id),
        })
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        match &self.derived {
            Some(derived) => SourcedFields::of_rows(&self.view, derived.sources()),
            None => {
                let row = &self.row;
                SourcedFields::of_row(&self.view, row.document, row.locator.as_deref(), row.quote.as_deref())
            }
        }
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

    /// 是否为示例（虚构）数据，或由其算得。
    /// Made up for demonstration, or worked out of anything that is.
    async fn sample(&self) -> bool {
        self.made_up()
    }

    /// 计算的来历；来源所报者为空。
    /// How it was worked out; null where a source reports it.
    async fn derivation(&self) -> Option<&Derivation> {
        self.derived.as_ref().map(|derived| &derived.derivation)
    }

    /// 同比：优先取公布的增速，没有时计算并注明；口径变动而无法衔接、基数不为正等情形下为空。
    /// Growth against the same period of the year before: as published where it is, else computed and labelled; null
    /// where the definition breaks in between without a link, or there is no sensible base.
    async fn yoy(&self) -> Result<Option<YearOnYear>, Fault> {
        if self.row.quantity.is_none() {
            return Ok(None);
        }
        growth::of(&self.view, self).await
    }

    /// 在同类地点中的名次；没有数值或不是这类地点时为空。
    /// Its rank among places of some kinds; null where it has no value or is about no such place.
    async fn rank(
        &self,
        #[graphql(desc = "与哪几类地点相比。Kinds of places to compare with.")] among: Vec<PlaceKind>,
    ) -> Result<Option<Rank>, Fault> {
        rank::of(&self.view, self, &among).await
    }

    /// 其他来源对同一格的说法，优先者在前。优先次序：真实先于示例，可信度高者，公布晚者，文件代码。
    /// The same cell from other sources, the preferred first. The order: real before sample, the more to be believed,
    /// the later released, then by document code.
    async fn alternatives(&self) -> Result<Vec<Self>, Fault> {
        let rows = cell(&self.view, &self.row).await?;
        let others = rows.into_iter().filter(|row| row.document != self.row.document);
        Ok(others.map(|row| Self::new(&self.view, row)).collect())
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
    let rows = view.facts().load_one(key).await?.unwrap_or_default();
    Ok(usual(view, indicator, &rows))
}

/// The preferred of the cells of a subject's newest period with a value.
fn usual(view: &View, indicator: &domain::Indicator, rows: &[Arc<store::Observation>]) -> Option<Observation> {
    let own = |row: &&Arc<store::Observation>| row.accumulation == indicator.accumulation;
    let all = rows.iter().any(|row| row.quantity.is_some() && own(&row));
    let mut rows: Vec<_> = rows.iter().filter(|row| row.quantity.is_some() && (!all || own(row))).cloned().collect();
    prefer(view, &mut rows);
    rows.into_iter().next().map(|row| Observation::new(view, row))
}

/// How `latest` is written of subjects.
pub fn latest_of<T: 'static>(asked: &Ask<'_>, subject: fn(&T) -> (View, i64)) -> Option<Write<T>> {
    let code: String = asked.argument("indicator")??;
    let not_after = asked.argument::<PeriodCode>("notAfter")?.map(|period| period.0);
    let find = move |view: &View| view.atlas().indicators.code(&code).cloned();
    let again = find.clone();
    let key = move |item: &T| {
        let (view, subject) = subject(item);
        // Of an indicator that is not there nothing is found, and the usual way says why.
        let indicator = find(&view).map_or(0, |indicator| indicator.id.0);
        (view, Newest { subject, indicator, not_after })
    };
    let get = move |item: &T, rows: Option<&Vec<Arc<store::Observation>>>| {
        let (view, _) = subject(item);
        let indicator = again(&view)?;
        Some(rows.and_then(|rows| usual(&view, &indicator, rows)))
    };
    ready::fetched(asked, key, get)
}

/// The indicator of a code.
///
/// # Errors
/// [`Fault`] with the nearest code when there is none.
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
    let value = |(key, mut rows): (CellsOf, Vec<Arc<store::Observation>>)| {
        rows.retain(|row| row.period == period.0);
        prefer(view, &mut rows);
        Some((EntityId(key.subject), rows.first()?.quantity.as_ref()?.base().ok()?))
    };
    Ok(found.into_iter().filter_map(value).collect())
}

/// Every figure of an indicator that follows from others for a subject.
///
/// # Errors
/// [`Fault`] for an unknown indicator.
pub async fn worked_out(
    view: &View,
    subject: EntityId,
    indicator: &str,
    period: Option<PeriodCode>,
) -> Result<Vec<Observation>, Fault> {
    let indicator = Arc::clone(indicator_of(view, indicator)?);
    derived::ways(view, subject, &indicator, period.map(|period| period.0)).await
}
