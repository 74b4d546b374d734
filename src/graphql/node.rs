//! The interfaces `Node` and `Sourced`, and finding a node by its id.

use async_graphql::{ID, Object};

use super::assessment::AssessmentRule;
use super::chain::{Chain, ChainStage};
use super::cluster::Cluster;
use super::dimensions;
use super::document::{Document, SourcedFields};
use super::edition::Edition;
use super::enterprise::Enterprise;
use super::fault::Fault;
use super::footprint::Footprint;
use super::id::NodeId;
use super::indicator::{DefinitionBreak, Indicator};
use super::interface::{Interface, interface};
use super::layout::LayoutElement;
use super::loaders::{EnterpriseId, ProjectId};
use super::observation::Observation;
use super::place::Place;
use super::plan::{Plan, PlanSection, TaskGroup};
use super::project::Project;
use super::region::{ProfileFact, Region};
use super::register::{Register, RegisterEntry};
use super::revision::Revision;
use super::subject::Subject;
use super::target::Target;
use super::task::Task;
use super::task_link::{TaskPlaceEdge, TaskUnitEdge};
use super::unit::ResponsibleUnit;
use super::view::View;
use super::zone::Zone;
use crate::domain::EntityId;
use crate::store::register_entry;

interface! {
    /// 有永久标识的事物。
    /// Anything with a permanent identity.
    Node extends [] from [NodeFields] for [
        Document, Revision, Edition, Plan, PlanSection, TaskGroup, Task, Target, ResponsibleUnit, LayoutElement, Region, Zone,
        Footprint, Cluster, Chain, ChainStage, Indicator, Observation, Project, Enterprise, Register, RegisterEntry,
        AssessmentRule,
    ]
}

interface! {
    /// 可追溯到一句话、一个表格单元或一个人的事物。
    /// Anything that can be traced to a sentence, a table cell or a person.
    Sourced extends [] from [SourcedFields] for [
        Plan, PlanSection, TaskGroup, Task, TaskUnitEdge, TaskPlaceEdge, Target, ResponsibleUnit, LayoutElement, Region,
        Zone, ProfileFact, Footprint, Cluster, Chain, ChainStage, Indicator, DefinitionBreak,
        Observation, Project, Enterprise, Register, RegisterEntry,
    ]
}

/// Fields of the interface `Node`. The id is written when it is asked for: these fields are passed on the way to all
/// others that a node lends.
pub struct NodeFields(Identity);

enum Identity {
    Read(View, &'static str, EntityId),
    Everywhere(&'static str, EntityId),
    Given(ID),
}

impl NodeFields {
    /// A node that differs between knowledge states.
    pub fn new(view: &View, kind: &'static str, id: EntityId) -> Self {
        Self(Identity::Read(view.clone(), kind, id))
    }

    /// A node that is the same in every knowledge state.
    pub const fn everywhere(kind: &'static str, id: EntityId) -> Self {
        Self(Identity::Everywhere(kind, id))
    }

    /// A node whose identity is no entity of its own.
    pub const fn of(id: ID) -> Self {
        Self(Identity::Given(id))
    }
}

/// 有永久标识的事物。
/// Anything with a permanent identity.
#[Object]
impl NodeFields {
    /// 不透明的永久标识，从不复用。在 asOf 之内还带有快照，避免客户端缓存混淆两个知识状态；跨状态请用 code 对应。
    /// Opaque, permanent, never reused. Inside asOf it also carries the snapshot, so that a normalising client cache
    /// cannot merge two knowledge states of one entity; match across states by `code`.
    async fn id(&self) -> ID {
        match &self.0 {
            Identity::Read(view, kind, id) => view.id(kind, id.0),
            Identity::Everywhere(kind, id) => NodeId::encode(kind, &id.0.to_string(), None),
            Identity::Given(id) => id.clone(),
        }
    }
}

/// Every interface of the schema, for its second pass.
pub fn interfaces() -> Vec<Interface> {
    vec![Node::interface(), Subject::interface(), Place::interface(), Sourced::interface()]
}

/// The node of an id asked for in `view`; none when there is no such thing in the id's knowledge state.
///
/// # Errors
/// [`Fault`] when the id is of no known type, or of another knowledge state than the snapshot it is asked for in.
pub async fn find(view: &View, id: &NodeId) -> Result<Option<Node>, Fault> {
    let view = &view.of_id(id).await?;
    let atlas = view.atlas();
    let entity = || id.local.parse().ok().map(EntityId);
    Ok(match id.kind.as_str() {
        "Document" => entity().and_then(|id| atlas.documents.id(id)).map(|row| Document::new(row).into()),
        "Revision" => {
            let number = id.local.parse().ok().filter(|number| *number <= view.revision().number);
            let Some(number) = number else { return Ok(None) };
            let found = view.store().revision(number).await.map_err(Fault::from)?;
            found.map(|revision| Revision::new(revision).into())
        }
        "Edition" => view.editions().find(|edition| edition.code == id.local).map(|row| Edition::new(row).into()),
        "AssessmentRule" => AssessmentRule::of_id(&id.local).map(Into::into),
        "Register" => entity().and_then(|id| atlas.registers.id(id)).map(|row| Register::new(view, row).into()),
        "RegisterEntry" => {
            let Some(id) = entity() else { return Ok(None) };
            let found = register_entry::by_ids(view.store(), view.revision().number, &[id.0]).await;
            found.map_err(Fault::from)?.pop().map(|row| RegisterEntry::new(view, row).into())
        }
        "Project" => {
            let Some(id) = entity() else { return Ok(None) };
            view.facts().load_one(ProjectId(id.0)).await?.map(|row| Project::new(view, row).into())
        }
        "Enterprise" => {
            let Some(id) = entity() else { return Ok(None) };
            view.facts().load_one(EnterpriseId(id.0)).await?.map(|row| Enterprise::new(view, row).into())
        }
        "Observation" => Observation::find(view, &id.local).await?.map(Into::into),
        kind if dimensions::KINDS.contains(&kind) => dimensions::find(view, kind, &id.local),
        _ => return Err(Fault::bad_id(&id.kind)),
    })
}
