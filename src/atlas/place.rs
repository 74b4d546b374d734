//! Places and subjects: the things on the ground, and all that a figure can be about.

use std::sync::Arc;

use super::Atlas;
use crate::domain::{Chain, Citation, Cluster, EntityId, Kind, LayoutElement, Names, Plan, Region, Zone};

/// Something with an outline on the ground.
#[derive(Debug, Clone)]
pub enum Place {
    /// 行政区
    Region(Arc<Region>),
    /// 开发区
    Zone(Arc<Zone>),
    /// 布局要素
    Layout(Arc<LayoutElement>),
}

impl Place {
    /// Its identity.
    pub fn id(&self) -> EntityId {
        match self {
            Self::Region(region) => region.id,
            Self::Zone(zone) => zone.id,
            Self::Layout(element) => element.id,
        }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Region(_) => Kind::Region,
            Self::Zone(_) => Kind::Zone,
            Self::Layout(_) => Kind::Layout,
        }
    }

    /// Its code.
    pub fn code(&self) -> &str {
        match self {
            Self::Region(region) => &region.code,
            Self::Zone(zone) => &zone.code,
            Self::Layout(element) => &element.code,
        }
    }

    /// Its names.
    pub fn name(&self) -> &Names {
        match self {
            Self::Region(region) => &region.name,
            Self::Zone(zone) => &zone.name,
            Self::Layout(element) => &element.name,
        }
    }

    /// Where it is named.
    pub fn citations(&self) -> &[Citation] {
        match self {
            Self::Region(region) => &region.citations,
            Self::Zone(zone) => &zone.citations,
            Self::Layout(element) => &element.citations,
        }
    }
}

/// A dimension that figures can be about. Projects and enterprises can too; they are facts.
#[derive(Debug, Clone)]
pub enum Subject {
    /// 规划
    Plan(Arc<Plan>),
    /// A region, zone or layout element.
    Place(Place),
    /// 产业集群
    Cluster(Arc<Cluster>),
    /// 产业链
    Chain(Arc<Chain>),
}

impl Subject {
    /// Its identity.
    pub fn id(&self) -> EntityId {
        match self {
            Self::Plan(plan) => plan.id,
            Self::Place(place) => place.id(),
            Self::Cluster(cluster) => cluster.id,
            Self::Chain(chain) => chain.id,
        }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Plan(_) => Kind::Plan,
            Self::Place(place) => place.kind(),
            Self::Cluster(_) => Kind::Cluster,
            Self::Chain(_) => Kind::Chain,
        }
    }
}

impl Atlas {
    /// The place of an identity.
    pub fn place(&self, id: EntityId) -> Option<Place> {
        let region = || self.regions.id(id).cloned().map(Place::Region);
        let zone = || self.zones.id(id).cloned().map(Place::Zone);
        let element = || self.layout.id(id).cloned().map(Place::Layout);
        region().or_else(zone).or_else(element)
    }

    /// The place of a kind and code.
    pub fn place_of_code(&self, kind: Kind, code: &str) -> Option<Place> {
        match kind {
            Kind::Region => self.regions.code(code).cloned().map(Place::Region),
            Kind::Zone => self.zones.code(code).cloned().map(Place::Zone),
            Kind::Layout => self.layout.code(code).cloned().map(Place::Layout),
            _ => None,
        }
    }

    /// All places: regions, zones, layout elements, each in order.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        let regions = self.regions.all().iter().cloned().map(Place::Region);
        let zones = self.zones.all().iter().cloned().map(Place::Zone);
        let layout = self.layout.all().iter().cloned().map(Place::Layout);
        regions.chain(zones).chain(layout)
    }

    /// The subject of an identity; none when it is a fact (a project or an enterprise) or unknown.
    pub fn subject(&self, id: EntityId) -> Option<Subject> {
        let place = || self.place(id).map(Subject::Place);
        let plan = || self.plans.id(id).cloned().map(Subject::Plan);
        let cluster = || self.clusters.id(id).cloned().map(Subject::Cluster);
        let chain = || self.chains.id(id).cloned().map(Subject::Chain);
        place().or_else(plan).or_else(cluster).or_else(chain)
    }

    /// The subject of a kind and code.
    pub fn subject_of_code(&self, kind: Kind, code: &str) -> Option<Subject> {
        self.find(kind, code).and_then(|id| self.subject(id))
    }
}
