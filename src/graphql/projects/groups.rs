//! Projects by group: the keys that groups count in, and what they come to.

use std::collections::HashSet;

use async_graphql::Object;

use super::{ProjectConnection, ProjectDim};
use crate::atlas;
use crate::domain::{self, EntityId};
use crate::graphql::fault::Fault;
use crate::graphql::quantity::{self, Quantity};
use crate::graphql::ready::{self, Ask, Ready, Write};
use crate::store::project::{self as store, Dim, Filter};

/// One part of a group's key, and its place among those of a layout; other parts keep the order of the database.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Label {
    pub(super) text: String,
    pub(super) place: usize,
}

impl ProjectConnection {
    /// Keys of the groups that hold a made-up project.
    pub(super) async fn made_up(&self, dims: Vec<Dim>) -> Result<HashSet<Vec<store::Key>>, Fault> {
        let documents = self.view.atlas().documents.all().iter().filter(|document| document.sample);
        let documents: Vec<i64> = documents.map(|document| document.id.0).collect();
        if documents.is_empty() {
            return Ok(HashSet::new());
        }
        let filter = Filter { and: vec![self.filter.clone()], documents: Some(documents), ..Filter::default() };
        Ok(self.by(&filter, dims).await?.iter().map(|group| group.key.clone()).collect())
    }

    /// The keys that a group of the database counts in: one, but for layout elements, of which there may be several.
    pub(super) fn labels(&self, by: &[ProjectDim], dims: &[Dim], key: &[store::Key]) -> Vec<Vec<Label>> {
        let part = |dim: Dim| dims.iter().position(|other| *other == dim).and_then(|at| key.get(at)).copied();
        let mut keys: Vec<Vec<Label>> = vec![Vec::new()];
        for dim in by {
            let labels = match dim {
                ProjectDim::LayoutElement => self.elements(part(Dim::Zone), part(Dim::Region)),
                _ => vec![(
                    dim.dims().first().and_then(|dim| part(*dim)).map_or_else(String::new, |key| self.word(key)),
                    0,
                )],
            };
            keys = match <[_; 1]>::try_from(labels) {
                Ok([(text, place)]) => {
                    keys.iter_mut().for_each(|key| key.push(Label { text: text.clone(), place }));
                    keys
                }
                Err(labels) => {
                    let each = |key: Vec<Label>| {
                        let with = |(text, place): &(String, usize)| {
                            let own = Label { text: text.clone(), place: *place };
                            key.iter().cloned().chain([own]).collect()
                        };
                        labels.iter().map(with).collect::<Vec<Vec<Label>>>()
                    };
                    keys.into_iter().flat_map(each).collect()
                }
            };
        }
        keys
    }

    /// The layout elements that a zone, a region or one above it is a member of, with their places; an empty text when
    /// there are none.
    fn elements(&self, zone: Option<store::Key>, region: Option<store::Key>) -> Vec<(String, usize)> {
        let atlas = self.view.atlas();
        let id = |key: Option<store::Key>| match key {
            Some(store::Key::Thing(Some(id))) => Some(EntityId(id)),
            _ => None,
        };
        let mut members: Vec<EntityId> = id(zone).into_iter().collect();
        let mut above = id(region);
        while let Some(region) = above.filter(|region| !members.contains(region)) {
            members.push(region);
            let parent = atlas.regions.id(region).and_then(|region| region.parent.as_ref());
            above = parent.and_then(|code| atlas.regions.code(code)).map(|parent| parent.id);
        }
        let elements = atlas.layout.all().iter().enumerate().filter(|(_, element)| {
            members.iter().any(|member| atlas.index.layout_of(*member).iter().any(|other| other.id == element.id))
        });
        let found: Vec<(String, usize)> = elements.map(|(at, element)| (element.code.clone(), at)).collect();
        if found.is_empty() { vec![(String::new(), usize::MAX)] } else { found }
    }

    pub(super) fn word(&self, key: store::Key) -> String {
        match key {
            store::Key::Stage(stage) => stage.map_or_else(String::new, |stage| stage.word().to_owned()),
            store::Key::Year(year) => year.map_or_else(String::new, |year| year.to_string()),
            store::Key::Thing(None) => String::new(),
            store::Key::Thing(Some(id)) => {
                self.view.atlas().subject(EntityId(id)).map_or_else(String::new, |thing| code(&thing).to_owned())
            }
        }
    }
}

fn code(thing: &atlas::Subject) -> &str {
    match thing {
        atlas::Subject::Plan(plan) => &plan.code,
        atlas::Subject::Place(place) => place.code(),
        atlas::Subject::Cluster(cluster) => &cluster.code,
        atlas::Subject::Chain(chain) => &chain.code,
    }
}

/// Projects that agree in what they are grouped by.
pub struct ProjectGroup {
    pub(super) key: Vec<String>,
    pub(super) sum: Sum,
}

/// What projects come to.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) count: i64,
    pub(super) investment: Option<i128>,
    pub(super) sample: bool,
}

impl Sum {
    pub(super) fn add(&mut self, more: &Self) {
        self.count += more.count;
        self.investment = match (self.investment, more.investment) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        self.sample |= more.sample;
    }
}

impl Ready for ProjectGroup {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "key" => ready::texts(|group: &Self| &group.key),
            "count" => ready::plain(|group: &Self| group.sum.count),
            "sample" => ready::plain(|group: &Self| group.sum.sample),
            "investment" => ready::some_object_or(asked, |group: &Self| Some(group.invested().ok()?.map(Quantity))),
            _ => None,
        }
    }
}

/// 一组项目。
/// A group of projects.
#[Object]
impl ProjectGroup {
    /// 组的键，依所求次序：阶段词、年份或代码；没有时为空文本。
    /// Key of the group in the order asked for: the word of a stage, a year or a code; an empty text where there is none.
    async fn key(&self) -> &[String] {
        &self.key
    }

    /// 项目数。
    /// Number of projects.
    async fn count(&self) -> i64 {
        self.sum.count
    }

    /// 已知总投资之和；均未知时为空。
    /// Sum of the investments known; null when none is.
    async fn investment(&self) -> Result<Option<Quantity>, Fault> {
        self.invested().map(|sum| sum.map(Quantity))
    }

    /// 其中是否有示例（虚构）项目。
    /// Whether any of them is made up for demonstration.
    async fn sample(&self) -> bool {
        self.sum.sample
    }
}

impl ProjectGroup {
    fn invested(&self) -> Result<Option<domain::Quantity>, Fault> {
        let Some(sum) = self.sum.investment else { return Ok(None) };
        let base = i64::try_from(sum).map_err(|_| Fault::internal("a sum past what a quantity holds"))?;
        let unit = quantity::unit_of("CNY-1e8")?;
        Ok(Some(domain::Quantity::from_base(base, unit, 0, None)))
    }
}
