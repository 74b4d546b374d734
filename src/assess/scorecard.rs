//! Lights counted: by section, unit, region or layout element.

use std::collections::HashMap;
use std::sync::Arc;

use super::judge::Light;
use crate::atlas::Atlas;
use crate::domain::{EntityId, Names, Plan, Section, Task};

/// What tasks are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Each task once, under the section of the second level that says the same.
    Section,
    /// Each task under every unit with a part in it.
    Unit,
    /// Each task under every region that it touches.
    Region,
    /// Each task under every element of the layout that it touches.
    Layout,
}

/// Lights of the tasks of one thing. The counts of all lights sum to the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Code of the thing; none for tasks that belong to no such thing.
    pub key: Option<String>,
    /// What it is called.
    pub label: Names,
    /// The tasks.
    pub tasks: Vec<EntityId>,
    /// How many have each light.
    pub lights: HashMap<Light, usize>,
}

impl Row {
    /// How many tasks have a light.
    pub fn count(&self, light: Light) -> usize {
        self.lights.get(&light).copied().unwrap_or(0)
    }

    /// How many tasks there are.
    pub fn total(&self) -> usize {
        self.tasks.len()
    }
}

/// The rows of a plan, every task in at least one; those that belong to nothing come last, under no key.
pub fn scorecard(atlas: &Atlas, plan: &Plan, by: By, light: impl Fn(&Task) -> Light) -> Vec<Row> {
    let mut rows: Vec<Row> = heads(atlas, plan, by)
        .into_iter()
        .map(|(key, label)| Row { key: Some(key), label, tasks: Vec::new(), lights: HashMap::new() })
        .collect();
    let rest =
        Names { zh: "其他(不属于以上任何一项)".to_owned(), en: Some("Others (none of these)".to_owned()) };
    let mut others = Row { key: None, label: rest, tasks: Vec::new(), lights: HashMap::new() };
    for task in atlas.index.tasks_of(plan.id) {
        let keys = keys(atlas, task, by);
        let light = light(task);
        let mut placed = false;
        for row in &mut rows {
            if row.key.as_ref().is_some_and(|key| keys.contains(key)) {
                row.tasks.push(task.id);
                *row.lights.entry(light).or_default() += 1;
                placed = true;
            }
        }
        if !placed {
            others.tasks.push(task.id);
            *others.lights.entry(light).or_default() += 1;
        }
    }
    if by == By::Unit {
        // Units of other plans and those without a task are no news.
        rows.retain(|row| row.total() > 0);
    }
    if others.total() > 0 {
        rows.push(others);
    }
    rows
}

/// The things that rows stand for, in order.
fn heads(atlas: &Atlas, plan: &Plan, by: By) -> Vec<(String, Names)> {
    match by {
        By::Section => {
            let used = |section: &&Arc<Section>| {
                let tasks = atlas.index.tasks_of(plan.id);
                tasks.iter().any(|task| second_level(atlas, task).is_some_and(|own| own.id == section.id))
            };
            let sections = atlas.sections.all().iter().filter(|section| section.plan == plan.code).filter(used);
            sections.map(|section| (section.code.clone(), section.title.clone())).collect()
        }
        By::Unit => atlas.units.all().iter().map(|unit| (unit.code.clone(), unit.name.clone())).collect(),
        By::Region => {
            let Some(whole) = atlas.regions.code(&plan.region) else { return Vec::new() };
            let parts = atlas.index.regions_of(whole.id).iter();
            parts.map(|region| (region.code.clone(), region.name.clone())).collect()
        }
        By::Layout => {
            let elements = atlas.index.layout_of(plan.id).iter();
            elements.map(|element| (element.code.clone(), element.name.clone())).collect()
        }
    }
}

/// The keys of the rows that a task belongs to.
fn keys(atlas: &Atlas, task: &Task, by: By) -> Vec<String> {
    let touched = || atlas.links.of_task(task.id, None).into_iter().map(|link| link.subject);
    match by {
        By::Section => second_level(atlas, task).map(|section| section.code.clone()).into_iter().collect(),
        By::Unit => task.units.iter().map(|part| part.unit.clone()).collect(),
        By::Region => touched().filter_map(|id| Some(atlas.regions.id(id)?.code.clone())).collect(),
        By::Layout => {
            let named: Vec<EntityId> = touched().collect();
            let own = named.iter().filter_map(|id| Some(atlas.layout.id(*id)?.code.clone()));
            let around = named.iter().flat_map(|id| atlas.index.layout_of(*id)).map(|element| element.code.clone());
            own.chain(around).collect()
        }
    }
}

/// The section of the second level that a task's section is or stands in; the first there is where it is higher.
fn second_level<'a>(atlas: &'a Atlas, task: &Task) -> Option<&'a Arc<Section>> {
    let group = atlas.groups.code(&task.group).and_then(|group| group.section.as_ref());
    let mut section = atlas.sections.code(task.section.as_ref().or(group)?)?;
    while section.level > 2 {
        let Some(parent) = section.parent.as_ref().and_then(|code| atlas.sections.code(code)) else { break };
        section = parent;
    }
    Some(section)
}
