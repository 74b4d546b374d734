//! The interface `Subject`: whatever a figure can be about. Its fields are the only door to figures.

use std::sync::Arc;

use async_graphql::Object;

use super::chain::Chain;
use super::cluster::Cluster;
use super::connection::{Connection, Edge, Paging};
use super::enterprise::Enterprise;
use super::fault::Fault;
use super::filter::PeriodRange;
use super::interface::interface;
use super::layout::LayoutElement;
use super::loaders::{EnterpriseId, ProjectId};
use super::node::NodeFields;
use super::observation::{self, Observation};
use super::place::Place;
use super::plan::Plan;
use super::project::Project;
use super::ready::{self, Ask, Ready, Write};
use super::region::Region;
use super::scalars::PeriodCode;
use super::series::{self, MOST_SERIES, Series, Wanted};
use super::view::View;
use super::words::{Accumulation, Lang};
use super::zone::Zone;
use crate::atlas;
use crate::domain::{self, EntityId};
use crate::store::{enterprise, project};

interface! {
    /// 数据可以描述的对象。
    /// Anything a figure can be about.
    Subject extends [Node] from [NodeFields, SubjectFields]
        for [Region, Zone, LayoutElement, Cluster, Chain, Plan, Project, Enterprise]
}

impl Ready for Subject {}

impl From<Place> for Subject {
    fn from(place: Place) -> Self {
        match place {
            Place::Region(region) => region.into(),
            Place::Zone(zone) => zone.into(),
            Place::LayoutElement(element) => element.into(),
        }
    }
}

impl Subject {
    /// A subject of the atlas, read in a view.
    pub fn new(view: &View, subject: &atlas::Subject) -> Self {
        match subject {
            atlas::Subject::Plan(row) => Plan::new(view, row).into(),
            atlas::Subject::Place(place) => Place::new(view, place).into(),
            atlas::Subject::Cluster(row) => Cluster::new(view, row).into(),
            atlas::Subject::Chain(row) => Chain::new(view, row).into(),
        }
    }

    /// The subject of an identity that something points to.
    ///
    /// # Errors
    /// [`Fault`] when there is none, which import does not let happen.
    pub async fn need(view: &View, id: EntityId) -> Result<Self, Fault> {
        if let Some(subject) = view.atlas().subject(id) {
            return Ok(Self::new(view, &subject));
        }
        if let Some(row) = view.facts().load_one(ProjectId(id.0)).await? {
            return Ok(Project::new(view, row).into());
        }
        let row = view.facts().load_one(EnterpriseId(id.0)).await?;
        row.map(|row| Enterprise::new(view, row).into()).ok_or_else(|| Fault::internal("a subject that is nothing"))
    }
}

/// What is called something.
pub trait Called: Send + Sync {
    /// Its code.
    fn code(&self) -> &str;
    /// Its name in a language, or else in Chinese.
    fn name(&self, lang: Lang) -> &str;
}

macro_rules! called {
    ($($row:ty),*) => {$(
        impl Called for $row {
            fn code(&self) -> &str {
                &self.code
            }

            fn name(&self, lang: Lang) -> &str {
                lang.names(&self.name)
            }
        }
    )*};
}

called!(
    domain::Plan,
    domain::Region,
    domain::Zone,
    domain::LayoutElement,
    domain::Cluster,
    domain::Chain,
    domain::Indicator,
    domain::ResponsibleUnit
);

macro_rules! called_fact {
    ($($row:ty),*) => {$(
        impl Called for $row {
            fn code(&self) -> &str {
                &self.code
            }

            fn name(&self, lang: Lang) -> &str {
                lang.pick(&self.name, self.name_en.as_deref())
            }
        }
    )*};
}

called_fact!(project::Project, enterprise::Enterprise);

/// How `id`, `code` and `name` are written of a thing of this kind whose row says what it is called.
pub fn identity<T: 'static, R: Called + 'static>(
    asked: &Ask<'_>,
    kind: &'static str,
    id: fn(&T) -> (View, i64),
    row: fn(&T) -> &R,
) -> Option<Write<T>> {
    match asked.name() {
        "id" => ready::id(kind, id),
        "code" => ready::text(move |one| row(one).code()),
        "name" => {
            let lang = asked.lang()?;
            ready::text(move |one| row(one).name(lang))
        }
        _ => None,
    }
}

/// The same, and `latest`, of a thing that is a subject of figures.
pub fn of_subject<T: 'static, R: Called + 'static>(
    asked: &Ask<'_>,
    kind: &'static str,
    id: fn(&T) -> (View, i64),
    row: fn(&T) -> &R,
) -> Option<Write<T>> {
    match asked.name() {
        "latest" => observation::latest_of(asked, id),
        _ => identity(asked, kind, id, row),
    }
}

/// Fields of the interface `Subject`.
pub struct SubjectFields {
    view: View,
    id: EntityId,
    row: Arc<dyn Called>,
}

impl SubjectFields {
    /// The fields of the thing that a row is about. It is passed on the way to other fields: nothing is copied.
    pub fn new(view: &View, id: EntityId, row: &Arc<impl Called + 'static>) -> Self {
        let row = Arc::clone(row);
        Self { view: view.clone(), id, row }
    }
}

/// 数据可以描述的对象。
/// Anything a figure can be about.
#[Object]
impl SubjectFields {
    /// 稳定代码，在同类中唯一。
    /// Human-stable code, unique within its type.
    async fn code(&self) -> &str {
        self.row.code()
    }

    /// 名称；没有英文名时返回中文。
    /// Name; where there is no English one, the Chinese one.
    async fn name(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        self.row.name(lang.unwrap_or_default())
    }

    /// 数据序列，每个「指标 × 累计方式 × 频率」一条。指明 accumulation: IN_PERIOD 时，没有当期数的时期由本年累计数相减补上，
    /// 其 derivation 说明来历，两期数出自不同口径时状态为 ESTIMATED。
    /// Its figures: one series for each indicator, accumulation and frequency. Asked for IN_PERIOD by name, periods that
    /// no source reports are filled by differences of year-to-date figures: their `derivation` says how, and they are
    /// ESTIMATED unless both figures are of one vintage.
    async fn series(
        &self,
        #[graphql(desc = "指标代码；缺省为全部。Codes of indicators; default: all.")] indicators: Option<Vec<String>>,
        #[graphql(desc = "时期范围。Range of periods.")] periods: Option<PeriodRange>,
        #[graphql(desc = "只要此累计方式。Only this accumulation.")] accumulation: Option<Accumulation>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Series>>, Fault> {
        let paging = Paging::new(first, after, MOST_SERIES)?;
        series::series(&self.view, self.id, Wanted { indicators, periods, accumulation }, &paging).await
    }

    /// 最近一个有数值的时期的数据，连同其时期；从不悄悄取自别的时期。
    /// The newest figure that has a value, with its period; never silently from another period than stated.
    async fn latest(
        &self,
        #[graphql(desc = "指标代码。Code of the indicator.")] indicator: String,
        #[graphql(desc = "不晚于此时期。Not later than this period.")] not_after: Option<PeriodCode>,
    ) -> Result<Option<Observation>, Fault> {
        observation::latest(&self.view, self.id, &indicator, not_after).await
    }

    /// 没有来源直接报出、而能由他数算得的数：成员地点之和或加权平均、比重、名录条目数、项目数，以及本年累计数相减所得的当期数（给出
    /// period 时）。
    /// Figures that no source reports and that follow from others: sums and weighted means over member places, shares,
    /// counts of register entries and projects, and, for a period given, year-to-date figures as figures of that period.
    async fn derived(
        &self,
        #[graphql(desc = "指标代码。Code of the indicator.")] indicator: String,
        #[graphql(desc = "时期；缺省为所知最多的最近时期。Period; default: the newest of which most is known.")]
        period: Option<PeriodCode>,
    ) -> Result<Vec<Observation>, Fault> {
        observation::worked_out(&self.view, self.id, &indicator, period).await
    }
}
