//! Who does a task, and what it touches.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::connection::{Connection, EdgeType, Paging};
use super::document::SourcedFields;
use super::fault::Fault;
use super::ready::{self, Ask, Ready, Write};
use super::subject::Subject;
use super::task::Task;
use super::tasks::TaskFilter;
use super::unit::{ResponsibleUnit, UnitRole};
use super::view::View;
use crate::atlas::{self, Link};
use crate::domain::{self, EntityId};

/// 任务涉及地点、集群或产业链的途径。
/// How a task touches a place, cluster or chain.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "atlas::LinkVia")]
pub enum LinkVia {
    /// 文中点名。
    /// Named in the text.
    Named,
    /// 经由空间布局。
    /// Through the layout: the task names an element that the place is a member of, or lies in one.
    Layout,
    /// 经由责任单位的辖区。
    /// Through a responsible unit's area.
    ResponsibleUnit,
    /// 经由产业集群。
    /// Through a cluster that the task names.
    Cluster,
    /// 经由产业链。
    /// Through a chain that the task names.
    Chain,
    /// 经由项目。
    /// Through a project of the task.
    Project,
}

/// A unit's part in a task.
#[derive(Clone)]
pub struct TaskUnitEdge {
    cursor: String,
    view: View,
    node: ResponsibleUnit,
    row: domain::TaskUnit,
}

impl TaskUnitEdge {
    /// An edge to a unit whose cursor is already closed.
    pub fn new(view: &View, cursor: String, node: &ResponsibleUnit, row: &domain::TaskUnit) -> Self {
        Self { cursor, view: view.clone(), node: node.clone(), row: row.clone() }
    }
}

impl Ready for TaskUnitEdge {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "cursor" => ready::text(|edge: &Self| &edge.cursor),
            "node" => ready::object(asked, |edge: &Self| Some(edge.node.clone())),
            "role" => ready::word(|edge: &Self| Some(UnitRole::from(edge.row.role))),
            "nameAsWritten" => ready::text(|edge: &Self| &edge.row.name_as_written),
            _ => None,
        }
    }
}

impl Ready for TaskPlaceEdge {}

/// 任务与责任单位之间的联系。
/// A unit's part in a task.
#[Object]
impl TaskUnitEdge {
    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, std::slice::from_ref(&self.row.citation))
    }

    /// 游标。
    /// Cursor of the item.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// 责任单位。
    /// The unit.
    async fn node(&self) -> &ResponsibleUnit {
        &self.node
    }

    /// 角色。
    /// Its part.
    async fn role(&self) -> UnitRole {
        self.row.role.into()
    }

    /// 名称，照此处原文。
    /// Its name as written here.
    async fn name_as_written(&self) -> &str {
        &self.row.name_as_written
    }
}

impl EdgeType for TaskUnitEdge {
    type Node = ResponsibleUnit;

    fn connection() -> std::borrow::Cow<'static, str> {
        "TaskUnitConnection".into()
    }

    fn cursor(&self) -> &str {
        &self.cursor
    }

    fn node(&self) -> &ResponsibleUnit {
        &self.node
    }
}

/// A task and something that it touches.
#[derive(Clone)]
pub struct TaskPlaceEdge {
    cursor: String,
    view: View,
    node: Subject,
    link: Arc<Link>,
}

/// 任务与地点、集群或产业链之间的一种联系；同一对可有多条，每种途径一条。
/// One way in which a task touches a place, cluster or chain; a pair may have several, one for each way.
#[Object]
impl TaskPlaceEdge {
    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.link.citations)
    }

    /// 游标。
    /// Cursor of the item.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// 地点、集群或产业链。
    /// The place, cluster or chain.
    async fn node(&self) -> &Subject {
        &self.node
    }

    /// 任务。
    /// The task.
    async fn task(&self) -> Task {
        Task::new(&self.view, &self.link.task)
    }

    /// 途径。
    /// How it is known.
    async fn via(&self) -> LinkVia {
        self.link.via.into()
    }

    /// 真：途中有推断；假：步步有原文。
    /// True: something on the way is concluded; false: the text says every step.
    async fn inferred(&self) -> bool {
        self.link.inferred
    }

    /// 真：责任单位面向全市，并非专管此地。
    /// True: units answerable for the whole city, not for this place in particular.
    async fn city_wide(&self) -> bool {
        self.link.city_wide
    }

    /// 任务对它的要求、它在布局中的定位，或责任单位之名，均用规划的原话。
    /// What the task wants of it, its part in the layout, or the unit's name, in the words of the plan.
    async fn role(&self) -> Option<&str> {
        self.link.role.as_deref()
    }

    /// 是否依据示例（虚构）数据。
    /// Whether it rests on anything made up for demonstration.
    async fn sample(&self) -> bool {
        let atlas = self.view.atlas();
        self.link.citations.iter().any(|citation| atlas.document(citation).is_some_and(|document| document.sample))
    }
}

impl EdgeType for TaskPlaceEdge {
    type Node = Subject;

    fn connection() -> std::borrow::Cow<'static, str> {
        "TaskPlaceConnection".into()
    }

    fn cursor(&self) -> &str {
        &self.cursor
    }

    fn node(&self) -> &Subject {
        &self.node
    }
}

/// The ways asked for.
pub fn ways(via: Option<Vec<LinkVia>>) -> Option<Vec<atlas::LinkVia>> {
    via.map(|ways| ways.into_iter().map(Into::into).collect())
}

/// A page of what tasks touch.
///
/// # Errors
/// [`Fault`] when the paging is wrong.
pub fn page_of_links(view: &View, links: Vec<Arc<Link>>, paging: &Paging) -> Result<Connection<TaskPlaceEdge>, Fault> {
    let rows: Vec<(Arc<Link>, Subject)> = links
        .into_iter()
        .filter_map(|link| {
            let subject = view.atlas().subject(link.subject)?;
            Some((link, Subject::new(view, &subject)))
        })
        .collect();
    let key = |(link, _): &(Arc<Link>, Subject)| format!("{:?}/{}/{}", link.via, link.task.id.0, link.subject.0);
    Connection::of(&rows, paging, key, |(link, node), cursor| TaskPlaceEdge {
        cursor,
        view: view.clone(),
        node: node.clone(),
        link: Arc::clone(link),
    })
}

/// The tasks that touch a place, cluster or chain.
///
/// # Errors
/// [`Fault`] when the paging is wrong, or the lights that the filter asks for cannot be given.
pub async fn links_of_subject(
    view: &View,
    subject: EntityId,
    via: Option<Vec<LinkVia>>,
    filter: Option<&TaskFilter>,
    paging: Paging,
) -> Result<Connection<TaskPlaceEdge>, Fault> {
    let mut links = view.atlas().links.of_subject(subject, ways(via).as_deref());
    if let Some(filter) = filter {
        let test = filter.open(view).await?;
        links.retain(|link| test(&link.task));
    }
    page_of_links(view, links, &paging)
}
