//! Administrative regions and functional areas.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::connection::{Connection, Edge};
use super::document::SourcedFields;
use super::enterprise::{self, Enterprise, Parents};
use super::fault::Fault;
use super::node::NodeFields;
use super::place::{PlaceFields, PlaceKind, footprint_of};
use super::projects::{Asked, ProjectConnection, ProjectFilter, ProjectOrder};
use super::ready::{self, Ask, Listed, Ready, Write};
use super::subject::{SubjectFields, of_subject};
use super::view::View;
use super::words::Lang;
use super::zone::Zone;
use crate::domain;
use crate::store::enterprise::Part;
use crate::store::project::Dim;

/// A region.
#[derive(Clone)]
pub struct Region {
    view: View,
    row: Arc<domain::Region>,
}

impl Region {
    /// A region read in a view.
    pub fn new(view: &View, row: &Arc<domain::Region>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }

    fn own(&self) -> (View, i64) {
        (self.view.clone(), self.row.id.0)
    }

    fn above(&self) -> Option<Self> {
        Self::of_code(&self.view, self.row.parent.as_ref()?)
    }

    fn holds(&self) -> Vec<Zone> {
        self.view.atlas().index.zones_of(self.row.id).iter().map(|row| Zone::new(&self.view, row)).collect()
    }

    /// The region of a code.
    pub fn of_code(view: &View, code: &str) -> Option<Self> {
        view.atlas().regions.code(code).map(|row| Self::new(view, row))
    }
}

impl Ready for Region {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "kind" => ready::word(|one: &Self| Some(PlaceKind::from(one.row.kind))),
            "adcode" => ready::some_text(|one: &Self| one.row.adcode.as_deref()),
            "footprint" => footprint_of(asked, Self::own),
            "parent" => ready::some_object(asked, Self::above),
            "zones" => ready::list(asked, Self::holds),
            _ => of_subject(asked, "Region", Self::own, |one| &*one.row),
        }
    }
}

/// 行政区或功能区。
/// An administrative region, or a functional area.
#[Object]
impl Region {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "Region", self.row.id)
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

    /// 种类。
    /// What it is.
    async fn kind(&self) -> PlaceKind {
        self.row.kind.into()
    }

    /// 行政区划代码（GB/T 2260）；没有时为空。
    /// Division code (GB/T 2260); null where there is none.
    async fn adcode(&self) -> Option<&str> {
        self.row.adcode.as_deref()
    }

    /// 其他名称。
    /// Other names.
    async fn aliases(&self) -> &[String] {
        &self.row.aliases
    }

    /// 上级行政区。
    /// The region it is part of.
    async fn parent(&self) -> Option<Self> {
        self.above()
    }

    /// 下级行政区与功能区。
    /// The regions directly under it.
    async fn children(&self) -> Vec<Self> {
        self.view.atlas().index.regions_of(self.row.id).iter().map(|row| Self::new(&self.view, row)).collect()
    }

    /// 位于其中的开发区（依来源所述）。
    /// The zones that lie in it, as declared.
    async fn zones(&self) -> Listed<Zone> {
        Listed(self.holds())
    }

    /// 不成数字的情况：土地、公用设施、交通、政策、办公联系等。
    /// Facts that are no figures: land, utilities, transport, policies, office contact …
    async fn facts(&self) -> Vec<ProfileFact> {
        ProfileFact::all(&self.view, &self.row.facts)
    }

    /// 位于其中（含下级区域）的项目。
    /// Projects that stand in it, those of the regions under it included.
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
        let within = self.view.atlas().index.regions_within(self.row.id);
        match within.as_slice() {
            [alone] => ProjectConnection::new(&self.view, Some((Dim::Region, *alone)), asked).await,
            several => ProjectConnection::of_regions(&self.view, several, asked).await,
        }
    }

    /// 位于其中及其下级区域的企业。
    /// Enterprises that stand in it or in a region under it.
    async fn enterprises(
        &self,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Enterprise>>, Fault> {
        let within = self.view.atlas().index.regions_within(self.row.id);
        enterprise::page_of(&self.view, Parents::all(Part::Region, within), first, after).await
    }
}

/// 地点情况的主题。
/// What a fact about a place is about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::ProfileTopic")]
pub enum ProfileTopic {
    /// 级别。
    /// Its level.
    Level,
    /// 土地。
    /// Land.
    Land,
    /// 公用设施。
    /// Utilities.
    Utilities,
    /// 价格。
    /// Prices.
    Prices,
    /// 交通。
    /// Transport.
    Transport,
    /// 政策。
    /// Policies.
    Policy,
    /// 办公联系方式，不含个人信息。
    /// Office and public line; no personal data.
    Office,
    /// 产业。
    /// Industry.
    Industry,
    /// 企业。
    /// Enterprises.
    Enterprises,
    /// 沿革。
    /// History.
    History,
}

/// A fact about a place.
#[derive(Clone)]
pub struct ProfileFact {
    view: View,
    row: domain::ProfileFact,
}

impl ProfileFact {
    /// Facts read in a view.
    pub fn all(view: &View, rows: &[domain::ProfileFact]) -> Vec<Self> {
        rows.iter().map(|row| Self { view: view.clone(), row: row.clone() }).collect()
    }
}

/// 关于一个地点的文字情况，附最后核对的时间。
/// Text about a place, with the date it was last checked.
#[Object]
impl ProfileFact {
    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, std::slice::from_ref(&self.row.citation))
    }

    /// 主题。
    /// What it is about.
    async fn topic(&self) -> ProfileTopic {
        self.row.topic.into()
    }

    /// 内容；没有英文时返回中文。
    /// The text; where there is no English one, the Chinese one.
    async fn text(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.row.text)
    }

    /// 该情况成立的时间：年、年月或年月日，以所知为限。
    /// Year, month or day (YYYY, YYYY-MM or YYYY-MM-DD) on which it held, as far as known.
    async fn valid_on(&self) -> Option<&str> {
        self.row.valid_on.as_deref()
    }
}
