//! What a task touches, and how that is known.
//!
//! Tasks name places, clusters and chains rarely; mostly they reach them through something else. Each way is an edge
//! of its own, so that a reader can tell "the text says so" from "a unit of that county has a duty in it".

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Atlas;
use crate::domain::{Citation, EntityId, Kind, RegionKind, Task, TaskLink};
use crate::store::project::Reach;

/// How a task touches something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LinkVia {
    /// 文中点名
    Named,
    /// 经由空间布局
    Layout,
    /// 经由责任单位的辖区
    ResponsibleUnit,
    /// 经由产业集群
    Cluster,
    /// 经由产业链
    Chain,
    /// 经由项目
    Project,
}

/// A task and a place, cluster or chain that it touches in one way.
#[derive(Debug, Clone)]
pub struct Link {
    /// The task.
    pub task: Arc<Task>,
    /// What it touches.
    pub subject: EntityId,
    /// How.
    pub via: LinkVia,
    /// Concluded rather than written, somewhere on the way.
    pub inferred: bool,
    /// Of units answerable for the whole of the plan's region, not for this place in particular.
    pub city_wide: bool,
    /// What the task wants of it, its part in the layout, or the unit, in the words of the plan.
    pub role: Option<String>,
    /// What each step rests on.
    pub citations: Vec<Citation>,
}

/// All links of a revision.
#[derive(Debug, Default)]
pub struct Links {
    by_task: HashMap<EntityId, Vec<Arc<Link>>>,
    by_subject: HashMap<EntityId, Vec<Arc<Link>>>,
    city_wide: Vec<CityWide>,
}

#[derive(Debug)]
struct CityWide {
    link: Arc<Link>,
    /// All places of the plan's region, itself included.
    within: Arc<Vec<EntityId>>,
}

impl Links {
    /// The tables they are made from.
    pub(super) const TABLES: &[&str] = &[
        "plans",
        "tasks",
        "task_units",
        "task_links",
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
        "citations",
        "documents",
        "projects",
    ];

    pub(super) fn new(atlas: &Atlas, projects: &[Reach]) -> Self {
        let mut found = Found { atlas, links: BTreeMap::new() };
        let mut city_wide = Vec::new();
        for task in atlas.tasks.all() {
            found.named(task);
            found.units(task, &mut city_wide);
        }
        found.projects(projects);
        let mut links = Self { city_wide, ..Self::default() };
        for link in found.links.into_values().map(Arc::new) {
            links.by_task.entry(link.task.id).or_default().push(Arc::clone(&link));
            links.by_subject.entry(link.subject).or_default().push(link);
        }
        for list in links.by_subject.values_mut() {
            list.sort_by_key(|link| (link.via, link.task.plan.clone(), link.task.number));
        }
        links
    }

    /// What a task touches, by way, then in the order of places. City-wide duties (a link to the plan's whole region)
    /// only when asked for by naming [`LinkVia::ResponsibleUnit`].
    pub fn of_task(&self, task: EntityId, via: Option<&[LinkVia]>) -> Vec<Arc<Link>> {
        let own = self.by_task.get(&task).into_iter().flatten().filter(|link| wanted(via, link.via)).cloned();
        let duties = self.city_wide.iter().filter(|duty| duty.link.task.id == task).map(|duty| Arc::clone(&duty.link));
        let mut links: Vec<Arc<Link>> = own.chain(duties.filter(|_| asks_for_duties(via))).collect();
        links.sort_by_key(|link| link.via);
        links
    }

    /// The tasks that touch a place, cluster or chain, by way, then number. City-wide duties only when asked for by
    /// naming [`LinkVia::ResponsibleUnit`].
    pub fn of_subject(&self, subject: EntityId, via: Option<&[LinkVia]>) -> Vec<Arc<Link>> {
        let own = self.by_subject.get(&subject).into_iter().flatten();
        let mut links: Vec<Arc<Link>> = own.filter(|link| wanted(via, link.via)).cloned().collect();
        if asks_for_duties(via) {
            for duty in self.city_wide.iter().filter(|duty| duty.within.contains(&subject)) {
                let same = |link: &Arc<Link>| link.via == LinkVia::ResponsibleUnit && link.task.id == duty.link.task.id;
                if !links.iter().any(same) {
                    let inferred = duty.link.subject != subject;
                    links.push(Arc::new(Link { subject, inferred, ..(*duty.link).clone() }));
                }
            }
        }
        links.sort_by_key(|link| (link.via, link.task.plan.clone(), link.task.number));
        links
    }
}

fn wanted(via: Option<&[LinkVia]>, found: LinkVia) -> bool {
    via.is_none_or(|via| via.contains(&found))
}

fn asks_for_duties(via: Option<&[LinkVia]>) -> bool {
    via.is_some_and(|via| via.contains(&LinkVia::ResponsibleUnit))
}

/// One of each task (plan and number), way and subject (kind, position, identity), in that order.
type Key = (String, u32, LinkVia, (Kind, u32, EntityId));

/// Links as they are found.
struct Found<'a> {
    atlas: &'a Atlas,
    links: BTreeMap<Key, Link>,
}

/// One step of a way.
struct Step<'a> {
    inferred: bool,
    role: Option<&'a str>,
    citations: &'a [&'a Citation],
}

impl Found<'_> {
    fn add(&mut self, task: &Arc<Task>, via: LinkVia, subject: (Kind, EntityId), step: &Step<'_>) {
        let (kind, id) = subject;
        let position = match kind {
            Kind::Region => self.atlas.regions.id(id).map_or(0, |region| region.position),
            Kind::Zone => self.atlas.zones.id(id).map_or(0, |zone| zone.position),
            _ => 0,
        };
        let key = (task.plan.clone(), task.number, via, (kind, position, id));
        let link = self.links.entry(key).or_insert_with(|| Link {
            task: Arc::clone(task),
            subject: id,
            via,
            inferred: step.inferred,
            city_wide: false,
            role: step.role.map(str::to_owned),
            citations: Vec::new(),
        });
        link.inferred &= step.inferred;
        for citation in step.citations {
            if !link.citations.contains(citation) {
                link.citations.push((*citation).clone());
            }
        }
    }

    /// What the text names, and what that reaches.
    fn named(&mut self, task: &Arc<Task>) {
        for link in &task.links {
            let Some(id) = self.atlas.find(link.kind, &link.code) else { continue };
            let touches = matches!(link.kind, Kind::Region | Kind::Zone | Kind::Layout | Kind::Cluster | Kind::Chain);
            if touches {
                let step = Step { inferred: link.inferred, role: link.role.as_deref(), citations: &[&link.citation] };
                self.add(task, LinkVia::Named, (link.kind, id), &step);
            }
            match link.kind {
                Kind::Layout => self.layout(task, link),
                Kind::Cluster | Kind::Chain => self.industry(task, link),
                _ => {}
            }
        }
    }

    /// A layout element reaches its members, and the zones in them.
    fn layout(&mut self, task: &Arc<Task>, link: &TaskLink) {
        let Some(element) = self.atlas.layout.code(&link.code).cloned() else { return };
        for member in &element.members {
            let Some(id) = self.atlas.find(member.place.0, &member.place.1) else { continue };
            let citations = [&link.citation, &member.citation];
            let inferred = link.inferred || element.inferred || member.inferred;
            let step = Step { inferred, role: Some(&member.role.zh), citations: &citations };
            self.add(task, LinkVia::Layout, (member.place.0, id), &step);
            for zone in self.atlas.index.zones_of(id) {
                let step = Step { inferred: true, role: Some(&member.role.zh), citations: &citations };
                self.add(task, LinkVia::Layout, (Kind::Zone, zone.id), &step);
            }
        }
    }

    /// A cluster reaches its places and chains; a chain its places and clusters.
    fn industry(&mut self, task: &Arc<Task>, link: &TaskLink) {
        let atlas = self.atlas;
        let (via, places) = if link.kind == Kind::Cluster {
            let Some(cluster) = atlas.clusters.code(&link.code) else { return };
            for chain in atlas.index.chains_of(cluster.id) {
                let citations: Vec<&Citation> = [&link.citation].into_iter().chain(chain.citations.first()).collect();
                let step = Step { inferred: true, role: link.role.as_deref(), citations: &citations };
                self.add(task, LinkVia::Cluster, (Kind::Chain, chain.id), &step);
            }
            (LinkVia::Cluster, &cluster.places)
        } else {
            let Some(chain) = atlas.chains.code(&link.code) else { return };
            for cluster in atlas.clusters.codes(&chain.clusters) {
                let citations: Vec<&Citation> = [&link.citation].into_iter().chain(chain.citations.first()).collect();
                let step = Step { inferred: true, role: link.role.as_deref(), citations: &citations };
                self.add(task, LinkVia::Chain, (Kind::Cluster, cluster.id), &step);
            }
            (LinkVia::Chain, &chain.places)
        };
        for place in places {
            let Some(id) = atlas.find(place.place.0, &place.place.1) else { continue };
            let citations = [&link.citation, &place.citation];
            let inferred = link.inferred || place.inferred;
            let step = Step { inferred, role: link.role.as_deref(), citations: &citations };
            self.add(task, via, (place.place.0, id), &step);
        }
    }

    /// Units of a part of the plan's region reach that part. Units of the whole of it have a city-wide duty, as has a
    /// collective that takes in every part.
    fn units(&mut self, task: &Arc<Task>, city_wide: &mut Vec<CityWide>) {
        let atlas = self.atlas;
        let Some(plan) = atlas.plans.code(&task.plan) else { return };
        let Some(whole) = atlas.regions.code(&plan.region) else { return };
        // Functional areas lie across the others, so that naming all the others is naming the whole.
        let parts = atlas.index.regions_of(whole.id).iter().filter(|r| r.kind != RegionKind::FunctionalArea);
        let parts: Vec<&str> = parts.map(|region| &*region.code).collect();
        let mut duty: Option<Link> = None;
        for part in &task.units {
            let Some(unit) = atlas.units.code(&part.unit) else { continue };
            let has = |code: &str| unit.regions.iter().any(|region| region == code);
            let everywhere = unit.regions.is_empty()
                || has(&whole.code)
                || (!parts.is_empty() && parts.iter().all(|code| has(code)));
            if everywhere {
                let link = duty.get_or_insert_with(|| Link {
                    task: Arc::clone(task),
                    subject: whole.id,
                    via: LinkVia::ResponsibleUnit,
                    inferred: false,
                    city_wide: true,
                    role: Some(part.name_as_written.clone()),
                    citations: Vec::new(),
                });
                if !link.citations.contains(&part.citation) {
                    link.citations.push(part.citation.clone());
                }
                continue;
            }
            for region in atlas.regions.codes(&unit.regions) {
                let step = Step { inferred: false, role: Some(&part.name_as_written), citations: &[&part.citation] };
                self.add(task, LinkVia::ResponsibleUnit, (Kind::Region, region.id), &step);
            }
        }
        if let Some(link) = duty {
            let within = places_within(atlas, whole.id);
            city_wide.push(CityWide { link: Arc::new(link), within: Arc::new(within) });
        }
    }

    /// A project reaches what it lies in and what it belongs to.
    fn projects(&mut self, projects: &[Reach]) {
        let atlas = self.atlas;
        for reach in projects {
            let Some(document) = atlas.documents.id(EntityId(reach.document)) else { continue };
            let citation = Citation { document: document.code.clone(), locator: String::new(), quote: None };
            let step = Step { inferred: false, role: None, citations: &[&citation] };
            let subjects = [reach.zone, reach.region, reach.cluster, reach.chain];
            for subject in subjects.into_iter().flatten().filter_map(|id| atlas.subject(EntityId(id))) {
                for task in reach.tasks.iter().filter_map(|id| atlas.tasks.id(EntityId(*id))) {
                    self.add(task, LinkVia::Project, (subject.kind(), subject.id()), &step);
                }
            }
        }
    }
}

/// A region, all regions under it, the zones in them and the layout elements made of them.
fn places_within(atlas: &Atlas, whole: EntityId) -> Vec<EntityId> {
    let mut regions = vec![whole];
    let mut at = 0;
    while let Some(region) = regions.get(at).copied() {
        let parts: Vec<EntityId> = atlas.index.regions_of(region).iter().map(|part| part.id).collect();
        regions.extend(parts.into_iter().filter(|part| !regions.contains(part)).collect::<Vec<_>>());
        at += 1;
    }
    let zones: Vec<EntityId> = regions.iter().flat_map(|r| atlas.index.zones_of(*r)).map(|zone| zone.id).collect();
    let mut all = regions;
    all.extend(zones);
    let layout: Vec<EntityId> = all.iter().flat_map(|place| atlas.index.layout_of(*place)).map(|l| l.id).collect();
    all.extend(layout);
    all.sort_unstable();
    all.dedup();
    all
}
