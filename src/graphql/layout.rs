//! The spatial layout of a plan: cores, belts, axes, groups, nodes.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::document::{Citation, SourcedFields};
use super::fault::Fault;
use super::node::NodeFields;
use super::place::{Place, PlaceFields, PlaceKind};
use super::plan::Plan;
use super::subject::SubjectFields;
use super::view::View;
use super::words::Lang;
use crate::domain;

/// 布局要素的形态。
/// Form in which a layout element is drawn.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::LayoutForm")]
pub enum LayoutForm {
    /// 核。
    /// A core.
    Core,
    /// 轴：沿成员的示意线。
    /// An axis: a schematic line through its members.
    Axis,
    /// 带：经过核心、连接成员的示意线。
    /// A belt: a schematic line that joins its members through the core.
    Belt,
    /// 组团。
    /// A group of places.
    Group,
    /// 节点。
    /// A node.
    Node,
    /// 片区。
    /// An area.
    Area,
}

/// A layout element.
#[derive(Clone)]
pub struct LayoutElement {
    view: View,
    row: Arc<domain::LayoutElement>,
}

impl LayoutElement {
    /// A layout element read in a view.
    pub fn new(view: &View, row: &Arc<domain::LayoutElement>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }
}

/// 布局要素（如核、带、组团）：由成员界定；没有官方边界时绘为成员边界之并，带与轴绘为示意线。
/// An element of a plan's layout (core, belt, groups …): defined by its members, drawn as their union unless an official
/// outline exists; belts and axes as a schematic line.
#[Object]
impl LayoutElement {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "LayoutElement", self.row.id)
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

    /// 种类，恒为 LAYOUT。
    /// What it is: always LAYOUT.
    async fn kind(&self) -> PlaceKind {
        PlaceKind::Layout
    }

    /// 所属规划。
    /// The plan it belongs to.
    async fn plan(&self) -> Result<Plan, Fault> {
        Plan::need(&self.view, &self.row.plan)
    }

    /// 绘制形态。
    /// Form in which it is drawn.
    async fn form(&self) -> LayoutForm {
        self.row.form.into()
    }

    /// 真：由哪些成员构成是推断的，原文没有写明。
    /// True: which members make it up is concluded, the text does not say.
    async fn inferred(&self) -> bool {
        self.row.inferred
    }

    /// 成员，依原文次序。
    /// Its members in the order of the text.
    async fn members(&self) -> Vec<LayoutMember> {
        let members = self.row.members.iter();
        members
            .filter_map(|member| {
                let place = Place::of_code(&self.view, &member.place)?;
                Some(LayoutMember { view: self.view.clone(), place, row: member.clone() })
            })
            .collect()
    }

    /// 备注。
    /// Remark.
    async fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }
}

/// A member of a layout element.
pub struct LayoutMember {
    view: View,
    place: Place,
    row: domain::LayoutMember,
}

/// 布局要素的成员。
/// A member of a layout element.
#[Object]
impl LayoutMember {
    /// 成员地点。
    /// The place.
    async fn place(&self) -> &Place {
        &self.place
    }

    /// 在布局中的定位，用规划的原话。
    /// Its part in the layout, in the words of the plan.
    async fn role(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.row.role)
    }

    /// 出处。
    /// Where it is said.
    async fn citation(&self) -> Result<Citation, Fault> {
        Citation::need(&self.view, &self.row.citation)
    }

    /// 真：原文没有点名，由上下文得出。
    /// True: not named in the text, concluded from it.
    async fn inferred(&self) -> bool {
        self.row.inferred
    }
}
