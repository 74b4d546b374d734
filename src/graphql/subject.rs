//! The fields of the interface `Subject`: whatever a figure can be about.

use async_graphql::Object;

use super::chain::Chain;
use super::cluster::Cluster;
use super::fault::Fault;
use super::interface::interface;
use super::layout::LayoutElement;
use super::node::NodeFields;
use super::place::Place;
use super::plan::Plan;
use super::region::Region;
use super::view::View;
use super::words::Lang;
use super::zone::Zone;
use crate::atlas;
use crate::domain::{EntityId, Names};

interface! {
    /// 数据可以描述的对象。
    /// Anything a figure can be about.
    Subject extends [Node] from [NodeFields, SubjectFields] for [Region, Zone, LayoutElement, Cluster, Chain, Plan]
}

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
        let subject = view.atlas().subject(id).ok_or_else(|| Fault::internal("a subject that is nothing"))?;
        Ok(Self::new(view, &subject))
    }
}

/// Fields of the interface `Subject`.
pub struct SubjectFields {
    view: View,
    id: EntityId,
    code: String,
    name: Names,
}

impl SubjectFields {
    /// The fields of a thing.
    pub fn new(view: &View, id: EntityId, code: &str, name: &Names) -> Self {
        Self { view: view.clone(), id, code: code.to_owned(), name: name.clone() }
    }
}

/// 数据可以描述的对象。
/// Anything a figure can be about.
#[Object]
impl SubjectFields {
    /// 稳定代码，在同类中唯一。
    /// Human-stable code, unique within its type.
    async fn code(&self) -> &str {
        &self.code
    }

    /// 名称；没有英文名时返回中文。
    /// Name; where there is no English one, the Chinese one.
    async fn name(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.name)
    }
}
