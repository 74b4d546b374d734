//! Who belongs to whom, the other way round than it is written.

use std::collections::HashMap;
use std::sync::Arc;

use super::Atlas;
use crate::domain::{
    Chain, Citation, Cluster, EntityId, Group, Kind, LayoutElement, Region, Section, Target, Task, UnitRole, Zone,
};

/// A unit's part in a task, seen from the unit.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The task.
    pub task: Arc<Task>,
    /// The unit's part.
    pub role: UnitRole,
    /// Its name there.
    pub name_as_written: String,
    /// Where it is said.
    pub citation: Citation,
}

/// Things by what they belong to; every list is in the order of its family.
#[derive(Debug, Default)]
pub struct Index {
    sections: HashMap<EntityId, Vec<Arc<Section>>>,
    groups: HashMap<EntityId, Vec<Arc<Group>>>,
    tasks: HashMap<EntityId, Vec<Arc<Task>>>,
    targets: HashMap<EntityId, Vec<Arc<Target>>>,
    assignments: HashMap<EntityId, Vec<Assignment>>,
    layout: HashMap<EntityId, Vec<Arc<LayoutElement>>>,
    regions: HashMap<EntityId, Vec<Arc<Region>>>,
    zones: HashMap<EntityId, Vec<Arc<Zone>>>,
    clusters: HashMap<EntityId, Vec<Arc<Cluster>>>,
    chains: HashMap<EntityId, Vec<Arc<Chain>>>,
}

fn gather<T>(items: &[Arc<T>], owners: impl Fn(&T) -> Vec<Option<EntityId>>) -> HashMap<EntityId, Vec<Arc<T>>> {
    let mut by_owner: HashMap<EntityId, Vec<Arc<T>>> = HashMap::new();
    for item in items {
        let mut seen = Vec::new();
        for owner in owners(item).into_iter().flatten() {
            if !seen.contains(&owner) {
                seen.push(owner);
                by_owner.entry(owner).or_default().push(Arc::clone(item));
            }
        }
    }
    by_owner
}

impl Index {
    /// The tables it is made from.
    pub(super) const TABLES: &[&str] = &[
        "plans",
        "sections",
        "section_units",
        "groups",
        "tasks",
        "task_units",
        "task_links",
        "targets",
        "milestones",
        "units",
        "unit_aliases",
        "layout",
        "layout_members",
        "regions",
        "zones",
        "zone_hosts",
        "zone_lineage",
        "profile_facts",
        "clusters",
        "chains",
        "chain_stages",
        "industry_places",
        "indicators",
        "citations",
    ];

    pub(super) fn new(atlas: &Atlas) -> Self {
        let find = |kind, code: &String| atlas.find(kind, code);
        let maybe = |kind, code: &Option<String>| code.as_ref().and_then(|code| atlas.find(kind, code));
        let mut assignments: HashMap<EntityId, Vec<Assignment>> = HashMap::new();
        for task in atlas.tasks.all() {
            for part in &task.units {
                if let Some(unit) = find(Kind::Unit, &part.unit) {
                    assignments.entry(unit).or_default().push(Assignment {
                        task: Arc::clone(task),
                        role: part.role,
                        name_as_written: part.name_as_written.clone(),
                        citation: part.citation.clone(),
                    });
                }
            }
        }
        Self {
            // A top section belongs to its plan.
            sections: gather(atlas.sections.all(), |s| {
                vec![maybe(Kind::Section, &s.parent).or_else(|| find(Kind::Plan, &s.plan))]
            }),
            groups: gather(atlas.groups.all(), |g| vec![find(Kind::Plan, &g.plan)]),
            tasks: gather(atlas.tasks.all(), |t| {
                vec![find(Kind::Plan, &t.plan), find(Kind::Group, &t.group), maybe(Kind::Section, &t.section)]
            }),
            targets: gather(atlas.targets.all(), |t| {
                vec![
                    find(Kind::Plan, &t.plan),
                    maybe(Kind::Task, &t.task),
                    maybe(Kind::Section, &t.section),
                    find(Kind::Indicator, &t.indicator),
                    maybe(Kind::Target, &t.part_of),
                ]
            }),
            assignments,
            layout: gather(atlas.layout.all(), |l| {
                let members = l.members.iter().map(|member| find(member.place.0, &member.place.1));
                std::iter::once(find(Kind::Plan, &l.plan)).chain(members).collect()
            }),
            regions: gather(atlas.regions.all(), |r| vec![maybe(Kind::Region, &r.parent)]),
            zones: gather(atlas.zones.all(), |z| z.hosts.iter().map(|host| find(Kind::Region, &host.region)).collect()),
            clusters: gather(atlas.clusters.all(), |c| {
                c.places.iter().map(|place| find(place.place.0, &place.place.1)).collect()
            }),
            chains: gather(atlas.chains.all(), |c| {
                let places = c.places.iter().map(|place| find(place.place.0, &place.place.1));
                let clusters = c.clusters.iter().map(|code| find(Kind::Cluster, code));
                places.chain(clusters).chain([maybe(Kind::Unit, &c.lead_unit)]).collect()
            }),
        }
    }

    /// Sections directly under a section, or the top ones of a plan.
    pub fn sections_of(&self, owner: EntityId) -> &[Arc<Section>] {
        list(&self.sections, owner)
    }

    /// Groups of tasks of a plan.
    pub fn groups_of(&self, plan: EntityId) -> &[Arc<Group>] {
        list(&self.groups, plan)
    }

    /// Tasks of a plan, a group or a section.
    pub fn tasks_of(&self, owner: EntityId) -> &[Arc<Task>] {
        list(&self.tasks, owner)
    }

    /// Targets of a plan, a task, a section or an indicator, or the parts (其中) of a target.
    pub fn targets_of(&self, owner: EntityId) -> &[Arc<Target>] {
        list(&self.targets, owner)
    }

    /// Tasks of a unit, with its part in each.
    pub fn assignments_of(&self, unit: EntityId) -> &[Assignment] {
        list(&self.assignments, unit)
    }

    /// Layout elements of a plan, or those a place is a member of.
    pub fn layout_of(&self, owner: EntityId) -> &[Arc<LayoutElement>] {
        list(&self.layout, owner)
    }

    /// Regions directly under a region.
    pub fn regions_of(&self, region: EntityId) -> &[Arc<Region>] {
        list(&self.regions, region)
    }

    /// A region and all regions under it, itself first.
    pub fn regions_within(&self, region: EntityId) -> Vec<EntityId> {
        let mut found = vec![region];
        let mut next = 0;
        while let Some(at) = found.get(next).copied() {
            found.extend(self.regions_of(at).iter().map(|under| under.id));
            next += 1;
        }
        found
    }

    /// Zones that lie in a region, as declared.
    pub fn zones_of(&self, region: EntityId) -> &[Arc<Zone>] {
        list(&self.zones, region)
    }

    /// Clusters that a place is declared to be part of.
    pub fn clusters_of(&self, place: EntityId) -> &[Arc<Cluster>] {
        list(&self.clusters, place)
    }

    /// Chains of a place or a cluster, or those a unit leads.
    pub fn chains_of(&self, owner: EntityId) -> &[Arc<Chain>] {
        list(&self.chains, owner)
    }
}

fn list<T>(map: &HashMap<EntityId, Vec<T>>, owner: EntityId) -> &[T] {
    map.get(&owner).map(Vec::as_slice).unwrap_or_default()
}
