//! Registers (名录): named lists of things that an authority recognised, and the entries in them.

use std::sync::Arc;

use async_graphql::{ID, Object, Union};

use super::connection::{Connection, Edge, MOST_FACTS, Paging, Total, close_cursor, cut};
use super::document::{Citation, SourcedFields};
use super::enterprise::Enterprise;
use super::fault::Fault;
use super::footprint::Point;
use super::id::NodeId;
use super::indicator::Indicator;
use super::loaders::{Count, EnterpriseId, EntriesOf, First, ProjectId};
use super::node::NodeFields;
use super::project::Project;
use super::ready::Ready;
use super::region::Region;
use super::scalars::PeriodCode;
use super::space::{SpatialFilter, Where};
use super::unit::ResponsibleUnit;
use super::view::View;
use super::words::Lang;
use super::zone::Zone;
use crate::domain::{self, EntityId, Kind};
use crate::store::area::Located;
use crate::store::register_entry::{self as store, Filter};

/// A register.
#[derive(Clone)]
pub struct Register {
    view: View,
    row: Arc<domain::Register>,
}

impl Register {
    /// A register read in a view.
    pub fn new(view: &View, row: &Arc<domain::Register>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }
}

/// 名录：由有关机关认定的名单（绿色工厂、专精特新、省级创新平台等）。其各时期的条数即其指标的实际值。
/// A named list of things recognised by an authority. Its count over time is the actual of its indicator, so a number on
/// a task opens into the names behind it.
#[Object]
impl Register {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "Register", self.row.id)
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.row.citations)
    }

    /// 稳定代码。
    /// Stable code.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// 名称；没有英文名时返回中文。
    /// Name; where there is no English one, the Chinese one.
    async fn name(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.row.name)
    }

    /// 认定机关。
    /// Who recognises.
    async fn authority(&self) -> Option<&str> {
        self.row.authority.as_deref()
    }

    /// 以其条数为实际值的指标。
    /// The indicator whose actual its count is.
    async fn indicator(&self) -> Option<Indicator> {
        let row = self.view.atlas().indicators.code(self.row.indicator.as_ref()?)?;
        Some(Indicator::new(&self.view, row))
    }

    /// 备注。
    /// Remark.
    async fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }

    /// 条目，按代码排列。
    /// Its entries, in the order of codes.
    async fn entries(
        &self,
        #[graphql(desc = "只要在此时期内有效的。Only those in force in this period.")] period: Option<PeriodCode>,
        #[graphql(desc = "只要此主体的（其 id）。Only those of this holder, by its id.")] holder: Option<ID>,
        #[graphql(desc = "位置。Where it stands.")] space: Option<SpatialFilter>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<RegisterEntry>>, Fault> {
        let holder = holder.map(|id| NodeId::decode(&id)?.local.parse().map_err(|_| Fault::bad_id(&id)));
        let space = match &space {
            Some(space) => space.points(&self.view, Located::RegisterEntry).await?,
            None => Where::default(),
        };
        let filter = Filter {
            registers: None,
            holders: holder.transpose()?.map(|id| vec![id]),
            in_force: period.map(|period| period.0),
            bbox: space.bbox,
            within: space.within,
        };
        page(&self.view, self.row.id.0, filter, Paging::new(first, after, MOST_FACTS)?).await
    }
}

/// A page of a register. First pages and numbers are asked for all registers of a level at once.
async fn page(
    view: &View,
    register: i64,
    filter: Filter,
    paging: Paging,
) -> Result<Connection<Edge<RegisterEntry>>, Fault> {
    let limit = paging.first as u64 + 1;
    let mut rows = match &paging.after {
        None => {
            let key = EntriesOf { register, filter: filter.clone(), question: First(limit) };
            view.facts().load_one(key).await?.unwrap_or_default()
        }
        Some(after) => {
            let filter = Filter { registers: Some(vec![register]), ..filter.clone() };
            let rows = store::list(view.store(), view.revision().number, &filter, Some(after), limit).await;
            rows.map_err(Fault::from)?
        }
    };
    let more = cut(&mut rows, paging.first);
    let edges = rows.into_iter().map(|row| Edge::new(close_cursor(&row.code), RegisterEntry::new(view, row))).collect();
    let counted = view.clone();
    let total = Total::Count(Arc::new(move || {
        let (view, key) = (counted.clone(), EntriesOf { register, filter: filter.clone(), question: Count });
        Box::pin(async move { Ok(view.facts().load_one(key).await?.unwrap_or(0)) })
    }));
    Ok(Connection::page(edges, paging.after.is_some(), more, total))
}

/// 名录条目的主体。
/// Who or what holds an entry of a register.
#[derive(Union)]
pub enum RegisterHolder {
    /// An enterprise.
    Enterprise(Enterprise),
    /// A zone.
    Zone(Zone),
    /// A region.
    Region(Region),
    /// A project.
    Project(Project),
    /// A unit.
    ResponsibleUnit(ResponsibleUnit),
}

/// An entry of a register.
#[derive(Clone)]
pub struct RegisterEntry {
    view: View,
    row: Arc<store::RegisterEntry>,
}

impl RegisterEntry {
    /// An entry read in a view.
    pub fn new(view: &View, row: store::RegisterEntry) -> Self {
        Self { view: view.clone(), row: Arc::new(row) }
    }

    fn listed_in(&self) -> Result<Register, Fault> {
        let row = self.view.atlas().registers.id(EntityId(self.row.register));
        row.map(|row| Register::new(&self.view, row)).ok_or_else(|| Fault::internal("an entry of no register"))
    }

    async fn held_by(&self) -> Result<Option<RegisterHolder>, Fault> {
        let (view, atlas, id) = (&self.view, self.view.atlas(), EntityId(self.row.holder));
        Ok(match self.row.holder_kind {
            Kind::Zone => atlas.zones.id(id).map(|row| Zone::new(view, row).into()),
            Kind::Region => atlas.regions.id(id).map(|row| Region::new(view, row).into()),
            Kind::Unit => atlas.units.id(id).map(|row| ResponsibleUnit::new(view, row).into()),
            Kind::Project => view.facts().load_one(ProjectId(id.0)).await?.map(|row| Project::new(view, row).into()),
            Kind::Enterprise => {
                view.facts().load_one(EnterpriseId(id.0)).await?.map(|row| Enterprise::new(view, row).into())
            }
            _ => None,
        })
    }
}

impl Ready for RegisterEntry {}

/// 名录条目：一次认定。从主体看即其荣誉。
/// An entry of a register: one recognition. Seen from its holder, an honour.
#[Object]
impl RegisterEntry {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "RegisterEntry", EntityId(self.row.id))
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::of_row(&self.view, self.row.document, self.row.locator.as_deref(), self.row.quote.as_deref())
    }

    /// 稳定代码，「名录/条目」。
    /// Stable code, 'REGISTER/ENTRY'.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// 是否为示例（虚构）数据。
    /// Made up for demonstration.
    async fn sample(&self) -> bool {
        self.view.atlas().is_sample(EntityId(self.row.document))
    }

    /// 所在名录。
    /// The register.
    async fn register(&self) -> Result<Register, Fault> {
        self.listed_in()
    }

    /// 主体。
    /// Who or what holds it.
    async fn holder(&self) -> Result<RegisterHolder, Fault> {
        self.held_by().await?.ok_or_else(|| Fault::internal("an entry that nobody holds"))
    }

    /// 认定的内容。
    /// What was recognised.
    async fn title(&self) -> Option<&str> {
        self.row.title.as_deref()
    }

    /// 级别。
    /// Level.
    async fn level(&self) -> Option<&str> {
        self.row.level.as_deref()
    }

    /// 认定时间。
    /// Since when.
    async fn recognised_on(&self) -> Option<PeriodCode> {
        self.row.recognised_on.map(PeriodCode)
    }

    /// 到期时间。
    /// Until when.
    async fn expires_on(&self) -> Option<PeriodCode> {
        self.row.expires_on.map(PeriodCode)
    }

    /// 位置。
    /// Where it stands.
    async fn location(&self) -> Option<Point> {
        self.row.location.map(Into::into)
    }
}

/// An entry of a register, seen from its holder.
pub struct Honour(RegisterEntry);

impl Honour {
    /// An honour read in a view.
    pub fn new(view: &View, row: store::RegisterEntry) -> Self {
        Self(RegisterEntry::new(view, row))
    }
}

/// 荣誉：从主体看的名录条目。
/// An honour: an entry of a register, seen from its holder.
#[Object]
impl Honour {
    /// 名录。
    /// The register.
    async fn register(&self) -> Result<Register, Fault> {
        self.0.listed_in()
    }

    /// 名录条目。
    /// The entry.
    async fn entry(&self) -> &RegisterEntry {
        &self.0
    }

    /// 认定的内容。
    /// What was recognised.
    async fn title(&self) -> Option<&str> {
        self.0.row.title.as_deref()
    }

    /// 级别。
    /// Level.
    async fn level(&self) -> Option<&str> {
        self.0.row.level.as_deref()
    }

    /// 认定时间，以所知为限。
    /// Since when, as far as known.
    async fn since(&self) -> Option<PeriodCode> {
        self.0.row.recognised_on.map(PeriodCode)
    }

    /// 到期时间。
    /// Until when.
    async fn until(&self) -> Option<PeriodCode> {
        self.0.row.expires_on.map(PeriodCode)
    }

    /// 是否为示例（虚构）数据。
    /// Made up for demonstration.
    async fn sample(&self) -> bool {
        self.0.view.atlas().is_sample(EntityId(self.0.row.document))
    }

    /// 出处。
    /// Where it is said.
    async fn citation(&self) -> Result<Citation, Fault> {
        let row = &self.0.row;
        Citation::of_row(&self.0.view, row.document, row.locator.as_deref(), row.quote.as_deref())
            .ok_or_else(|| Fault::internal("an honour of no document"))
    }
}
