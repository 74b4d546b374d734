//! Reading the rows of a revision into families, sharing what a neighbouring revision already read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::{
    Alias, Chain, ChainStage, Citation, Cluster, DefinitionBreak, EntityId, FromRecord, Indicator, IndustryPlace, Kind,
    LayoutElement, LayoutMember, Lineage, Milestone, Plan, ProfileFact, Region, ResponsibleUnit, Section, SectionUnit,
    Target, TargetBasis, Task, TaskLink, TaskUnit, Unreadable, Zone, ZoneHost,
};

use super::{Family, Thing};
use crate::store::Dimension;

/// Table → the last revision that began or ended a row of it.
pub type Touched = BTreeMap<&'static str, i32>;

/// The rows of a revision by table.
pub(super) struct Rows {
    tables: HashMap<&'static str, Vec<Dimension>>,
    citations: HashMap<(String, String), Vec<Citation>>,
}

impl Rows {
    pub(super) fn new(input: Vec<Dimension>) -> Result<Self, Unreadable> {
        let mut tables: HashMap<&'static str, Vec<Dimension>> = HashMap::new();
        let mut citations: HashMap<(String, String), Vec<Citation>> = HashMap::new();
        for row in input {
            if row.record.table.name == "citations" {
                let text = |field| row.record.text(field).unwrap_or_default().to_owned();
                citations.entry((text("kind"), text("code"))).or_default().push(row.record.citation()?);
            } else {
                tables.entry(row.record.table.name).or_default().push(row);
            }
        }
        for list in citations.values_mut() {
            list.sort();
        }
        Ok(Self { tables, citations })
    }

    /// The rows of a table, each as a value of its own.
    pub(super) fn read<T: FromRecord>(&self, table: &str) -> Result<Vec<T>, Unreadable> {
        let rows = self.tables.get(table).map(Vec::as_slice).unwrap_or_default();
        rows.iter().map(|row| T::from_record(EntityId(row.id), &row.record)).collect()
    }

    /// The things of a kind with their further citations.
    pub(super) fn things<T: Thing>(&self) -> Result<Vec<T>, Unreadable> {
        let mut things: Vec<T> = self.read(T::KIND.table())?;
        for thing in &mut things {
            let more = self.citations.get(&(T::KIND.word().to_owned(), thing.code().to_owned()));
            if let (Some(more), Some(citations)) = (more, thing.citations_mut()) {
                citations.extend(more.iter().cloned());
            }
        }
        Ok(things)
    }

    /// Rows of a table by the thing they belong to, in order.
    fn parts<T: FromRecord, K: std::hash::Hash + Eq, O: Ord>(
        &self,
        table: &str,
        owner: impl Fn(&T) -> K,
        order: impl Fn(&T) -> O,
    ) -> Result<HashMap<K, Vec<T>>, Unreadable> {
        let mut parts: Vec<T> = self.read(table)?;
        parts.sort_by_key(order);
        let mut by_owner: HashMap<K, Vec<T>> = HashMap::new();
        for part in parts {
            by_owner.entry(owner(&part)).or_default().push(part);
        }
        Ok(by_owner)
    }

    pub(super) fn sections(&self) -> Result<Vec<Section>, Unreadable> {
        let mut units = self.parts("section_units", |u: &SectionUnit| u.section.clone(), |u| u.position)?;
        let mut sections: Vec<Section> = self.things()?;
        for section in &mut sections {
            section.units = units.remove(&section.code).unwrap_or_default();
        }
        Ok(sections)
    }

    pub(super) fn tasks(&self) -> Result<Vec<Task>, Unreadable> {
        let mut units = self.parts("task_units", |u: &TaskUnit| u.task.clone(), |u| u.position)?;
        let mut links =
            self.parts("task_links", |l: &TaskLink| l.task.clone(), |l| (l.kind, l.citation.clone(), l.code.clone()))?;
        let mut tasks: Vec<Task> = self.things()?;
        for task in &mut tasks {
            task.units = units.remove(&task.code).unwrap_or_default();
            task.links = links.remove(&task.code).unwrap_or_default();
        }
        Ok(tasks)
    }

    /// Targets with their milestones. A yearly quota (每年) without stated milestones has one for each year of its
    /// plan: the text says so, nothing is interpolated.
    pub(super) fn targets(&self, plans: &Family<Plan>) -> Result<Vec<Target>, Unreadable> {
        let mut milestones = self.parts("milestones", |m: &Milestone| m.target.clone(), |m| m.period)?;
        let mut targets: Vec<Target> = self.things()?;
        for target in &mut targets {
            target.milestones = milestones.remove(&target.code).unwrap_or_default();
            let (TargetBasis::PerYear, true, Some(plan)) =
                (target.basis, target.milestones.is_empty(), plans.code(&target.plan))
            else {
                continue;
            };
            let Some(citation) = target.citations.first() else { continue };
            target.milestones = (plan.from.calendar_year()..=plan.to.calendar_year())
                .map(|year| Milestone {
                    target: target.code.clone(),
                    period: crate::domain::PeriodCode::year(year),
                    quantity: target.quantity.clone(),
                    comparator: target.comparator,
                    unit_restored: target.unit_restored,
                    interpolated: false,
                    citation: citation.clone(),
                })
                .collect();
        }
        Ok(targets)
    }

    pub(super) fn units(&self) -> Result<Vec<ResponsibleUnit>, Unreadable> {
        let mut aliases = self.parts("unit_aliases", |a: &Alias| a.unit.clone(), |a| (a.kind, a.alias.clone()))?;
        let mut units: Vec<ResponsibleUnit> = self.things()?;
        for unit in &mut units {
            unit.aliases = aliases.remove(&unit.code).unwrap_or_default();
        }
        Ok(units)
    }

    pub(super) fn layout(&self) -> Result<Vec<LayoutElement>, Unreadable> {
        let mut members = self.parts("layout_members", |m: &LayoutMember| m.layout.clone(), |m| m.position)?;
        let mut layout: Vec<LayoutElement> = self.things()?;
        for element in &mut layout {
            element.members = members.remove(&element.code).unwrap_or_default();
        }
        Ok(layout)
    }

    fn facts(&self) -> Result<HashMap<(Kind, String), Vec<ProfileFact>>, Unreadable> {
        self.parts("profile_facts", |f: &ProfileFact| f.place.clone(), |f| (f.topic, f.citation.clone()))
    }

    pub(super) fn regions(&self) -> Result<Vec<Region>, Unreadable> {
        let mut facts = self.facts()?;
        let mut regions: Vec<Region> = self.things()?;
        for region in &mut regions {
            region.facts = facts.remove(&(Kind::Region, region.code.clone())).unwrap_or_default();
        }
        Ok(regions)
    }

    pub(super) fn zones(&self) -> Result<Vec<Zone>, Unreadable> {
        let mut facts = self.facts()?;
        let mut hosts = self.parts("zone_hosts", |h: &ZoneHost| h.zone.clone(), |h| (h.inferred, h.region.clone()))?;
        let by_code = |l: &Lineage| (l.predecessor.clone(), l.successor.clone());
        let mut before = self.parts("zone_lineage", |l: &Lineage| l.successor.clone(), by_code)?;
        let mut after = self.parts("zone_lineage", |l: &Lineage| l.predecessor.clone(), by_code)?;
        let mut zones: Vec<Zone> = self.things()?;
        for zone in &mut zones {
            zone.facts = facts.remove(&(Kind::Zone, zone.code.clone())).unwrap_or_default();
            zone.hosts = hosts.remove(&zone.code).unwrap_or_default();
            zone.predecessors = before.remove(&zone.code).unwrap_or_default();
            zone.successors = after.remove(&zone.code).unwrap_or_default();
        }
        Ok(zones)
    }

    fn industry_places(&self) -> Result<HashMap<(Kind, String), Vec<IndustryPlace>>, Unreadable> {
        self.parts("industry_places", |p: &IndustryPlace| p.subject.clone(), |p| (p.role, p.inferred, p.place.clone()))
    }

    pub(super) fn clusters(&self) -> Result<Vec<Cluster>, Unreadable> {
        let mut places = self.industry_places()?;
        let mut clusters: Vec<Cluster> = self.things()?;
        for cluster in &mut clusters {
            cluster.places = places.remove(&(Kind::Cluster, cluster.code.clone())).unwrap_or_default();
        }
        Ok(clusters)
    }

    pub(super) fn chains(&self) -> Result<Vec<Chain>, Unreadable> {
        let mut places = self.industry_places()?;
        let mut stages =
            self.parts("chain_stages", |s: &ChainStage| s.chain.clone(), |s| (s.tier, s.id, s.code.clone()))?;
        let mut chains: Vec<Chain> = self.things()?;
        for chain in &mut chains {
            chain.places = places.remove(&(Kind::Chain, chain.code.clone())).unwrap_or_default();
            chain.stages = stages.remove(&chain.code).unwrap_or_default();
        }
        Ok(chains)
    }

    pub(super) fn indicators(&self) -> Result<Vec<Indicator>, Unreadable> {
        let mut breaks = self.parts("definition_breaks", |b: &DefinitionBreak| b.indicator.clone(), |b| b.at)?;
        let mut indicators: Vec<Indicator> = self.things()?;
        for indicator in &mut indicators {
            indicator.breaks = breaks.remove(&indicator.code).unwrap_or_default();
        }
        Ok(indicators)
    }
}

/// Whether none of the tables was touched between two revisions.
pub(super) fn untouched(tables: &[&str], one: &Touched, other: &Touched) -> bool {
    tables.iter().all(|table| one.get(table) == other.get(table))
}

/// What a neighbouring revision already holds, as far as its tables did not change in between.
pub(super) struct Reuse<'a> {
    pub(super) touched: &'a Touched,
    pub(super) previous: Option<(&'a super::Atlas, &'a Touched)>,
}

impl Reuse<'_> {
    /// The previous value when none of the tables it comes from was touched in between, or else a new one.
    pub(super) fn or<T>(
        &self,
        tables: &[&str],
        held: impl Fn(&super::Atlas) -> &Arc<T>,
        make: impl FnOnce() -> Result<T, Unreadable>,
    ) -> Result<Arc<T>, Unreadable> {
        match self.previous {
            Some((atlas, touched)) if untouched(tables, touched, self.touched) => Ok(Arc::clone(held(atlas))),
            _ => make().map(Arc::new),
        }
    }
}
