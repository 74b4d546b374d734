//! Enterprises: by name and honours. Figures of single enterprises are not published.

use std::sync::Arc;

use async_graphql::{ID, InputObject, Object};
use futures_util::future::BoxFuture;

use super::chain::{Chain, ChainStage};
use super::conditions::only;
use super::connection::{Connection, Edge, MOST_FACTS, Paging, Total, close_cursor, cut};
use super::document::SourcedFields;
use super::fault::Fault;
use super::filter::{StringFilter, open_all};
use super::footprint::Point;
use super::loaders::{Count, EnterprisesOf, First, HonoursOf};
use super::node::NodeFields;
use super::ready::{self, Ask, Ready, Write};
use super::region::Region;
use super::register::Honour;
use super::space::{SpatialFilter, Where};
use super::subject::{SubjectFields, identity};
use super::view::View;
use super::zone::Zone;
use crate::domain::EntityId;
use crate::store::area::Located;
use crate::store::enterprise::{self as store, Filter, Part};

/// An enterprise.
#[derive(Clone)]
pub struct Enterprise {
    view: View,
    row: Arc<store::Enterprise>,
}

impl Enterprise {
    /// An enterprise read in a view.
    pub fn new(view: &View, row: impl Into<Arc<store::Enterprise>>) -> Self {
        Self { view: view.clone(), row: row.into() }
    }

    fn of_chain(&self) -> Option<Chain> {
        self.view.atlas().chains.id(EntityId(self.row.chain?)).map(|row| Chain::new(&self.view, row))
    }

    fn in_zone(&self) -> Option<Zone> {
        self.view.atlas().zones.id(EntityId(self.row.zone?)).map(|row| Zone::new(&self.view, row))
    }

    fn in_region(&self) -> Option<Region> {
        self.view.atlas().regions.id(EntityId(self.row.region?)).map(|row| Region::new(&self.view, row))
    }
}

impl Ready for Enterprise {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "location" => ready::some_object(asked, |one: &Self| one.row.location.map(Point::from)),
            "chain" => ready::some_object(asked, Self::of_chain),
            "zone" => ready::some_object(asked, Self::in_zone),
            "region" => ready::some_object(asked, Self::in_region),
            _ => identity(asked, "Enterprise", |one| (one.view.clone(), one.row.id), |one| &*one.row),
        }
    }
}

/// 企业：公开名称与荣誉；单个企业的数据以 SUPPRESSED 给出，从不以空或零代替。
/// An enterprise, by name and honours. Its figures come back SUPPRESSED, never as null or zero.
#[Object]
impl Enterprise {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "Enterprise", EntityId(self.row.id))
    }

    #[graphql(flatten)]
    async fn subject(&self) -> SubjectFields {
        SubjectFields::new(&self.view, EntityId(self.row.id), &self.row)
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::of_row(&self.view, self.row.document, self.row.locator.as_deref(), self.row.quote.as_deref())
    }

    /// 是否为示例（虚构）数据。
    /// Made up for demonstration.
    async fn sample(&self) -> bool {
        self.view.atlas().is_sample(EntityId(self.row.document))
    }

    /// 荣誉：其在各名录中的条目。
    /// Honours: its entries in registers.
    async fn honours(&self) -> Result<Vec<Honour>, Fault> {
        let rows = self.view.facts().load_one(HonoursOf(self.row.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(|row| Honour::new(&self.view, row)).collect())
    }

    /// 所在产业链。
    /// The chain it belongs to.
    async fn chain(&self) -> Option<Chain> {
        self.of_chain()
    }

    /// 所在的产业链环节。
    /// The stages of the chain that it works at.
    async fn stages(&self) -> Vec<ChainStage> {
        let chain = self.row.chain.and_then(|id| self.view.atlas().chains.id(EntityId(id)));
        let (Some(chain), Some(code)) = (chain, &self.row.stage) else { return Vec::new() };
        let stages = chain.stages.iter().filter(|stage| stage.code == *code);
        stages.filter_map(|stage| ChainStage::of_local(&self.view, &format!("{}/{}", chain.code, stage.code))).collect()
    }

    /// 位置。
    /// Where it stands.
    async fn location(&self) -> Option<Point> {
        self.row.location.map(Into::into)
    }

    /// 所在开发区。
    /// The zone it stands in.
    async fn zone(&self) -> Option<Zone> {
        self.in_zone()
    }

    /// 所在行政区。
    /// The region it stands in.
    async fn region(&self) -> Option<Region> {
        self.in_region()
    }
}

/// 企业条件；所给各项须同时成立。
/// Condition on enterprises; everything given must hold.
#[derive(Debug, Clone, Default, InputObject)]
pub struct EnterpriseFilter {
    /// 须全部成立。
    /// All of these hold.
    pub and: Option<Vec<EnterpriseFilter>>,
    /// 至少一项成立。
    /// At least one of these holds.
    pub or: Option<Vec<EnterpriseFilter>>,
    /// 不得成立。
    /// This does not hold.
    pub not: Option<Box<EnterpriseFilter>>,
    /// 名称。
    /// Name.
    pub name: Option<StringFilter>,
    /// 列入此名录（代码）。
    /// Code of a register that lists it.
    pub register: Option<String>,
    /// 产业链代码。
    /// Code of the chain.
    pub chain: Option<ID>,
    /// 开发区代码。
    /// Code of the zone.
    pub zone: Option<ID>,
    /// 行政区代码。
    /// Code of the region.
    pub region: Option<ID>,
    /// 位置。
    /// Where it stands.
    pub space: Option<SpatialFilter>,
}

impl EnterpriseFilter {
    fn open<'a>(&'a self, view: &'a View) -> BoxFuture<'a, Result<Filter, Fault>> {
        Box::pin(self.opened(view))
    }

    async fn opened(&self, view: &View) -> Result<Filter, Fault> {
        let atlas = view.atlas();
        let none = open_all(self.not.as_deref().map(std::slice::from_ref), |filter| filter.open(view)).await?;
        let space = match &self.space {
            Some(space) => space.points(view, Located::Enterprise).await?,
            None => Where::default(),
        };
        let register = self.register.as_ref().map(|code| ID(code.clone()));
        Ok(Filter {
            and: open_all(self.and.as_deref(), |filter| filter.open(view)).await?,
            or: open_all(self.or.as_deref(), |filter| filter.open(view)).await?,
            not: none.into_iter().next().map(Box::new),
            names: self.name.as_ref().and_then(StringFilter::exactly),
            name_contains: self.name.as_ref().and_then(|name| name.contains.clone()),
            zones: only(&atlas.zones, "Zone", self.zone.as_ref())?,
            regions: only(&atlas.regions, "Region", self.region.as_ref())?,
            chains: only(&atlas.chains, "Chain", self.chain.as_ref())?,
            registers: only(&atlas.registers, "Register", register.as_ref())?,
            bbox: space.bbox,
            within: space.within,
            ..Filter::default()
        })
    }
}

/// Enterprises that meet a condition, in the order of codes.
///
/// # Errors
/// [`Fault`] for an unknown code.
pub async fn page(
    view: &View,
    filter: Option<EnterpriseFilter>,
    paging: Paging,
) -> Result<Connection<Edge<Enterprise>>, Fault> {
    of(view, filter.unwrap_or_default().open(view).await?, paging).await
}

/// Enterprises of some parents of one sort; of chains, those at a stage where one is named.
pub struct Parents {
    /// What the parents are.
    pub part: Part,
    /// Their ids.
    pub ids: Vec<i64>,
    /// Code of the stage, where the parents are asked for one.
    pub stage: Option<String>,
}

impl Parents {
    /// Everything of some parents.
    pub fn all(part: Part, ids: impl IntoIterator<Item = EntityId>) -> Self {
        Self { part, ids: ids.into_iter().map(|id| id.0).collect(), stage: None }
    }

    fn filter(self) -> Filter {
        let ids = Some(self.ids);
        match self.part {
            Part::Zone => Filter { zones: ids, ..Filter::default() },
            Part::Region => Filter { regions: ids, ..Filter::default() },
            Part::Chain | Part::Stage => {
                Filter { chains: ids, stages: self.stage.map(|stage| vec![stage]), ..Filter::default() }
            }
        }
    }

    fn keys<Q: Copy>(&self, question: Q) -> impl Iterator<Item = EnterprisesOf<Q>> {
        let (part, stage) = (self.part, &self.stage);
        self.ids.iter().map(move |parent| EnterprisesOf { part, parent: *parent, stage: stage.clone(), question })
    }
}

/// Enterprises of some parents. First pages and numbers are asked for a whole level at once.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn page_of(
    view: &View,
    parents: Parents,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Connection<Edge<Enterprise>>, Fault> {
    let paging = Paging::new(first, after, MOST_FACTS)?;
    // The first of each of many regions are far more than the first of all.
    if paging.after.is_some() || (parents.part == Part::Region && parents.ids.len() > 1) {
        return of(view, parents.filter(), paging).await;
    }
    let found = view.facts().load_many(parents.keys(First(paging.first as u64 + 1))).await?;
    // The first of all are among the first of each.
    let mut rows: Vec<_> = found.into_values().flatten().collect();
    rows.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(first_page(view, parents, rows, paging.first))
}

/// How the first page of the enterprises of each item is written.
pub fn first_of<T: 'static>(asked: &Ask<'_>, part: Part, parent: fn(&T) -> (View, i64)) -> Option<Write<T>> {
    let begins = asked.argument::<String>("after")?.is_none();
    let first = Paging::new(asked.first()?, None, MOST_FACTS).ok().filter(|_| begins)?.first;
    let key = move |item: &T| {
        let (view, parent) = parent(item);
        (view, EnterprisesOf { part, parent, stage: None, question: First(first as u64 + 1) })
    };
    let get = move |item: &T, rows: Option<&Vec<Arc<store::Enterprise>>>| {
        let (view, parent) = parent(item);
        Some(Some(first_page(&view, Parents::all(part, [EntityId(parent)]), rows.cloned().unwrap_or_default(), first)))
    };
    ready::fetched(asked, key, get)
}

fn first_page(
    view: &View,
    parents: Parents,
    mut rows: Vec<Arc<store::Enterprise>>,
    first: usize,
) -> Connection<Edge<Enterprise>> {
    let more = cut(&mut rows, first);
    let (counted, parents) = (view.clone(), Arc::new(parents));
    let total = Total::Count(Arc::new(move || {
        let (view, parents) = (counted.clone(), Arc::clone(&parents));
        Box::pin(async move { Ok(view.facts().load_many(parents.keys(Count)).await?.into_values().sum()) })
    }));
    Connection::page(edges(view, rows), false, more, total)
}

fn edges(view: &View, rows: impl IntoIterator<Item = impl Into<Arc<store::Enterprise>>>) -> Vec<Edge<Enterprise>> {
    let rows = rows.into_iter().map(Into::into);
    rows.map(|row| Edge::new(close_cursor(&row.code), Enterprise::new(view, row))).collect()
}

async fn of(view: &View, filter: Filter, paging: Paging) -> Result<Connection<Edge<Enterprise>>, Fault> {
    let at = view.revision().number;
    let limit = paging.first as u64 + 1;
    let mut rows = store::list(view.store(), at, &filter, paging.after.as_deref(), limit).await.map_err(Fault::from)?;
    let more = cut(&mut rows, paging.first);
    let counted = view.clone();
    let total = Total::Count(Arc::new(move || {
        let (view, filter) = (counted.clone(), filter.clone());
        Box::pin(async move { store::count(view.store(), at, &filter).await.map_err(Fault::from) })
    }));
    Ok(Connection::page(edges(view, rows), paging.after.is_some(), more, total))
}
