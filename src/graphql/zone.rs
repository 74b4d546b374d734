//! Development zones.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::chain::Chain;
use super::cluster::Cluster;
use super::connection::{Connection, Edge, MOST_FACTS, MOST_IN_MEMORY, Paging};
use super::document::SourcedFields;
use super::enterprise::{self, Enterprise, Parents};
use super::fault::Fault;
use super::node::NodeFields;
use super::place::{PlaceFields, PlaceKind, footprint_of};
use super::profile::{self, Peer, ZoneProfile};
use super::projects::{self, Asked, ProjectConnection, ProjectFilter, ProjectOrder};
use super::ready::{self, Ask, Listed, Ready, Write};
use super::region::{ProfileFact, Region};
use super::subject::{SubjectFields, of_subject};
use super::view::View;
use super::words::Lang;
use crate::domain;
use crate::store::enterprise::Part;
use crate::store::project::Dim;

/// 开发区是否在官方名单上。
/// Whether a zone is on the official list.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::ZoneListing")]
pub enum ZoneListing {
    /// 已核实。
    /// Found on it.
    Confirmed,
    /// 很可能在名单上。
    /// Probably on it.
    Probable,
    /// 未能核实。
    /// Not found out.
    Unconfirmed,
}

/// A zone.
#[derive(Clone)]
pub struct Zone {
    view: View,
    row: Arc<domain::Zone>,
}

impl Zone {
    /// A zone read in a view.
    pub fn new(view: &View, row: &Arc<domain::Zone>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }

    fn own(&self) -> (View, i64) {
        (self.view.clone(), self.row.id.0)
    }

    fn within(&self) -> Vec<Region> {
        self.row.hosts.iter().filter_map(|host| Region::of_code(&self.view, &host.region)).collect()
    }

    /// The zone of a code.
    pub fn of_code(view: &View, code: &str) -> Option<Self> {
        view.atlas().zones.code(code).map(|row| Self::new(view, row))
    }
}

impl Ready for Zone {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "level" => {
                let lang = asked.lang()?;
                ready::some_text(move |one: &Self| one.row.level.as_ref().map(|level| lang.names(level)))
            }
            "listing" => ready::word(|one: &Self| Some(ZoneListing::from(one.row.listing))),
            "footprint" => footprint_of(asked, Self::own),
            "host" => ready::list(asked, Self::within),
            "projects" => projects::first_of(asked, Dim::Zone, Self::own),
            "enterprises" => enterprise::first_of(asked, Part::Zone, Self::own),
            _ => of_subject(asked, "Zone", Self::own, |one| &*one.row),
        }
    }
}

/// 开发区。
/// A development zone.
#[Object]
impl Zone {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "Zone", self.row.id)
    }

    #[graphql(flatten)]
    async fn subject(&self) -> SubjectFields {
        SubjectFields::new(&self.view, self.row.id, &self.row)
    }

    #[graphql(flatten)]
    async fn place(&self) -> PlaceFields {
        PlaceFields::new(&self.view, self.row.id)
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.row.citations)
    }

    /// 种类，恒为 ZONE。
    /// What it is: always ZONE.
    async fn kind(&self) -> PlaceKind {
        PlaceKind::Zone
    }

    /// 级别，照来源所述；未述时为空。
    /// Level as a source states it; null when none does.
    async fn level(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> Option<&str> {
        self.row.level.as_ref().map(|level| lang.unwrap_or_default().names(level))
    }

    /// 主导产业。
    /// Leading industries.
    async fn leading_industries(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &[String] {
        match lang.unwrap_or_default() {
            Lang::En if self.row.leading_en.len() == self.row.leading.len() => &self.row.leading_en,
            _ => &self.row.leading,
        }
    }

    /// 是否在官方名单上。
    /// Whether it is on the official list.
    async fn listing(&self) -> ZoneListing {
        self.row.listing.into()
    }

    /// 所在行政区（依来源所述，可不止一个）。
    /// The regions it lies in, as declared; may be several.
    async fn host(&self) -> Listed<Region> {
        Listed(self.within())
    }

    /// 前身。
    /// Zones that became it.
    async fn predecessors(&self) -> Vec<Self> {
        let codes = self.row.predecessors.iter().map(|lineage| &lineage.predecessor);
        codes.filter_map(|code| Self::of_code(&self.view, code)).collect()
    }

    /// 后继。
    /// Zones that it became.
    async fn successors(&self) -> Vec<Self> {
        let codes = self.row.successors.iter().map(|lineage| &lineage.successor);
        codes.filter_map(|code| Self::of_code(&self.view, code)).collect()
    }

    /// 所属产业集群。
    /// Clusters that it is part of.
    async fn clusters(
        &self,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Cluster>>, Fault> {
        let rows = self.view.atlas().index.clusters_of(self.row.id);
        let paging = Paging::new(first, after, MOST_IN_MEMORY)?;
        Connection::of(
            rows,
            &paging,
            |row| row.code.clone(),
            |row, cursor| Edge::new(cursor, Cluster::new(&self.view, row)),
        )
    }

    /// 所属产业链。
    /// Chains that it has a part in.
    async fn chains(
        &self,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Chain>>, Fault> {
        let rows = self.view.atlas().index.chains_of(self.row.id);
        let paging = Paging::new(first, after, MOST_IN_MEMORY)?;
        Connection::of(
            rows,
            &paging,
            |row| row.code.clone(),
            |row, cursor| Edge::new(cursor, Chain::new(&self.view, row)),
        )
    }

    /// 不成数字的情况：土地、公用设施、交通、政策、办公联系等。
    /// Facts that are no figures: land, utilities, transport, policies, office contact …
    async fn facts(&self) -> Vec<ProfileFact> {
        ProfileFact::all(&self.view, &self.row.facts)
    }

    /// 概况的完整程度：已知什么，缺什么，由谁补。
    /// How complete its profile is: what is known, what is missing, and who owes it.
    async fn profile(&self) -> Result<ZoneProfile, Fault> {
        profile::of_zone(&self.view, &self.row).await
    }

    /// 可比的开发区，最近者在前：各指标取本区与他区都有数值的最近时期，按其指标自身的累计方式，差距占全部开发区极差的
    /// 比例取平均。某一时期没有数值的开发区不参与比较。
    /// Comparable zones, the nearest first: for each indicator the newest period in which this zone and another one have a
    /// value, in the indicator's own accumulation; the differences, as shares of the range of all zones, are averaged. A
    /// zone without a value in one of the periods is not compared.
    async fn peers(
        &self,
        #[graphql(desc = "指标代码，至少一个，至多 10 个。Codes of indicators: one at least, 10 at most.")] by: Vec<
            String,
        >,
        #[graphql(default_with = "Some(5)", desc = "个数，至多 500。How many, 500 at most.")] first: Option<i32>,
    ) -> Result<Vec<Peer>, Fault> {
        let first = Paging::new(Some(first.unwrap_or(5)), None, MOST_FACTS)?.first;
        profile::peers(&self.view, self.row.id, &by, first).await
    }

    /// 备注。
    /// Remark.
    async fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }

    /// 位于其中的项目。
    /// Projects that stand in it.
    async fn projects(
        &self,
        #[graphql(desc = "只要这些。Only these.")] filter: Option<ProjectFilter>,
        #[graphql(desc = "排序，至多一项；缺省按代码。Order, one at most; by code unless given.")] order_by: Option<
            Vec<ProjectOrder>,
        >,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<ProjectConnection, Fault> {
        let asked = Asked { filter, order: order_by, first, after };
        ProjectConnection::new(&self.view, Some((Dim::Zone, self.row.id)), asked).await
    }

    /// 位于其中的企业。
    /// Enterprises that stand in it.
    async fn enterprises(
        &self,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Enterprise>>, Fault> {
        enterprise::page_of(&self.view, Parents::all(Part::Zone, [self.row.id]), first, after).await
    }
}
