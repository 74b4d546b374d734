//! Projects of a revision by what they are often grouped by. To group half a million rows takes a database a tenth of a
//! second; the groups are some ten thousand, and other groupings and conditions follow from them. They are made when
//! they are first asked for, and go with their revision.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use moka::sync::Cache;
use tokio::sync::OnceCell;

use crate::domain::ProjectStage;
use crate::store::project::{self, Dim, Filter, Group, Key};
use crate::store::{Store, StoreError};

/// Groupings that are kept.
const KEPT: u64 = 16;
/// Groups of one grouping at most: what falls into more is left to the database.
const GROUPS: usize = 50_000;
/// Of the projects of so few places the database makes groups at once, through its indexes.
const FEW: usize = 16;
/// What is summed up, in the order of its keys.
const DIMS: [Dim; 5] = [Dim::Zone, Dim::Region, Dim::Cluster, Dim::Chain, Dim::Stage];

/// Dimensions, and the documents that alone are counted.
type Grouping = (Vec<Dim>, Option<Vec<i64>>);
/// None where there are too many groups.
type Cube = Option<Arc<[Group]>>;

/// The summaries of one revision.
#[derive(Debug)]
pub struct Summaries {
    store: Store,
    at: i32,
    cubes: Cache<Grouping, Arc<OnceCell<Cube>>>,
}

impl Summaries {
    /// Summaries of a revision, none of them made yet.
    pub fn new(store: &Store, at: i32) -> Self {
        Self { store: store.clone(), at, cubes: Cache::new(KEPT) }
    }

    /// Whether summaries tell how many projects meet a condition.
    pub fn tells(filter: &Filter) -> bool {
        grouping(filter, &[]).is_some()
    }

    /// Projects that meet a condition, by group, in the order of the groups' keys.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn groups(&self, filter: &Filter, by: &[Dim]) -> Result<Arc<[Group]>, StoreError> {
        match self.ready(filter, by).await? {
            Some(groups) => Ok(groups),
            None => Ok(project::groups(&self.store, self.at, filter, by).await?.into()),
        }
    }

    /// The same where a summary tells it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ready(&self, filter: &Filter, by: &[Dim]) -> Result<Option<Arc<[Group]>>, StoreError> {
        let Some((dims, documents)) = grouping(filter, by) else { return Ok(None) };
        let place = self.cubes.get_with((dims.clone(), documents.clone()), Arc::default);
        let load = || async {
            let all = Filter { documents, ..Filter::default() };
            let groups = project::groups(&self.store, self.at, &all, &dims).await?;
            Ok::<_, StoreError>((groups.len() <= GROUPS).then(|| Arc::from(groups)))
        };
        let Some(cube) = place.get_or_try_init(load).await? else { return Ok(None) };
        let test = Test::of(filter, &dims);
        if test.is_empty() && by == dims {
            return Ok(Some(Arc::clone(cube)));
        }
        Ok(Some(regrouped(cube.iter().filter(|group| test.holds(&group.key)), &dims, by)))
    }
}

/// The grouping that a question follows from; none where the database has to be asked.
fn grouping(filter: &Filter, by: &[Dim]) -> Option<Grouping> {
    let mut asked: HashSet<Dim> = by.iter().copied().collect();
    let documents = filter.documents.clone();
    let without = Filter { documents: None, ..filter.clone() };
    if !told(&without, &mut asked) || is_narrow(filter) {
        return None;
    }
    let dims: Vec<Dim> = DIMS.into_iter().filter(|dim| asked.contains(dim)).collect();
    // A zone lies in one region, mostly; any three others make nearly as many groups as there are projects.
    let places = dims.contains(&Dim::Zone) && dims.contains(&Dim::Region);
    (dims.len() == asked.len() && dims.len() <= 2 + usize::from(places)).then_some((dims, documents))
}

/// Whether a condition is about what is summed up; says by what.
fn told(filter: &Filter, asked: &mut HashSet<Dim>) -> bool {
    let Filter { and, or, not, stages, zones, regions, clusters, chains, .. } = filter;
    let known = Filter {
        and: and.clone(),
        or: or.clone(),
        not: not.clone(),
        stages: stages.clone(),
        zones: zones.clone(),
        regions: regions.clone(),
        clusters: clusters.clone(),
        chains: chains.clone(),
        ..Filter::default()
    };
    let given = [
        (Dim::Stage, stages.is_some()),
        (Dim::Zone, zones.is_some()),
        (Dim::Region, regions.is_some()),
        (Dim::Cluster, clusters.is_some()),
        (Dim::Chain, chains.is_some()),
    ];
    asked.extend(given.iter().filter(|(_, given)| *given).map(|(dim, _)| *dim));
    let mut below = and.iter().chain(or).chain(not.as_deref());
    known == *filter && below.all(|one| told(one, asked))
}

/// Whether only projects of a few places are meant.
fn is_narrow(filter: &Filter) -> bool {
    let few = |ids: &Option<Vec<i64>>| ids.as_ref().is_some_and(|ids| ids.len() <= FEW);
    few(&filter.zones) || few(&filter.regions) || filter.and.iter().any(is_narrow)
}

/// A condition over the keys of a grouping.
#[derive(Default)]
struct Test {
    one_of: Vec<(usize, HashSet<Key>)>,
    and: Vec<Test>,
    or: Vec<Test>,
    not: Option<Box<Test>>,
}

impl Test {
    fn of(filter: &Filter, dims: &[Dim]) -> Self {
        let things = |ids: &Option<Vec<i64>>| -> Option<HashSet<Key>> {
            ids.as_ref().map(|ids| ids.iter().map(|id| Key::Thing(Some(*id))).collect())
        };
        let stages = filter.stages.as_ref().map(|all| all.iter().map(|stage| Key::Stage(Some(*stage))).collect());
        let sets = [
            (Dim::Stage, stages),
            (Dim::Zone, things(&filter.zones)),
            (Dim::Region, things(&filter.regions)),
            (Dim::Cluster, things(&filter.clusters)),
            (Dim::Chain, things(&filter.chains)),
        ];
        let placed = |(dim, set): (Dim, Option<HashSet<Key>>)| Some((dims.iter().position(|one| *one == dim)?, set?));
        let all = |filters: &[Filter]| filters.iter().map(|filter| Self::of(filter, dims)).collect();
        Self {
            one_of: sets.into_iter().filter_map(placed).collect(),
            and: all(&filter.and),
            or: all(&filter.or),
            not: filter.not.as_ref().map(|filter| Box::new(Self::of(filter, dims))),
        }
    }

    fn is_empty(&self) -> bool {
        self.one_of.is_empty() && self.or.is_empty() && self.not.is_none() && self.and.iter().all(Self::is_empty)
    }

    fn holds(&self, key: &[Key]) -> bool {
        self.one_of.iter().all(|(at, set)| key.get(*at).is_some_and(|part| set.contains(part)))
            && self.and.iter().all(|test| test.holds(key))
            && (self.or.is_empty() || self.or.iter().any(|test| test.holds(key)))
            && self.not.as_ref().is_none_or(|test| !test.holds(key))
    }
}

fn regrouped<'a>(groups: impl Iterator<Item = &'a Group>, dims: &[Dim], by: &[Dim]) -> Arc<[Group]> {
    let places: Vec<usize> = by.iter().filter_map(|dim| dims.iter().position(|one| one == dim)).collect();
    let mut sums: HashMap<Vec<Key>, (i64, Option<i128>)> = HashMap::new();
    if by.is_empty() {
        // The whole is there even when nothing is in it.
        sums.insert(Vec::new(), (0, None));
    }
    for group in groups {
        let key = places.iter().map(|at| group.key[*at]).collect();
        let (count, investment) = sums.entry(key).or_default();
        *count += group.count;
        *investment = match (*investment, group.investment) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
    }
    let mut sums: Vec<Group> =
        sums.into_iter().map(|(key, (count, investment))| Group { key, count, investment }).collect();
    sums.sort_by(|a, b| {
        a.key.iter().zip(&b.key).map(|(a, b)| compare(*a, *b)).find(|how| how.is_ne()).unwrap_or(Ordering::Equal)
    });
    sums.into()
}

/// The order of the database: by id or word, and what has none last.
fn compare(a: Key, b: Key) -> Ordering {
    let word = |stage: Option<ProjectStage>| (stage.is_none(), stage.map(ProjectStage::word));
    let number = |number: Option<i64>| (number.is_none(), number);
    match (a, b) {
        (Key::Stage(a), Key::Stage(b)) => word(a).cmp(&word(b)),
        (Key::Thing(a), Key::Thing(b)) | (Key::Year(a), Key::Year(b)) => number(a).cmp(&number(b)),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cube() -> Vec<Group> {
        let group = |zone, stage, count, investment| Group {
            key: vec![Key::Thing(zone), Key::Stage(stage)],
            count,
            investment,
        };
        vec![
            group(Some(1), Some(ProjectStage::Building), 2, Some(20)),
            group(Some(1), Some(ProjectStage::Signed), 3, None),
            group(Some(2), Some(ProjectStage::Signed), 5, Some(50)),
            group(None, None, 7, Some(70)),
        ]
    }

    fn ask(filter: &Filter, by: &[Dim]) -> Vec<(Vec<Key>, i64, Option<i128>)> {
        let dims = [Dim::Zone, Dim::Stage];
        let cube = cube();
        let test = Test::of(filter, &dims);
        let found = regrouped(cube.iter().filter(|group| test.holds(&group.key)), &dims, by);
        found.iter().map(|group| (group.key.clone(), group.count, group.investment)).collect()
    }

    #[test]
    fn groups_follow_from_finer_ones() {
        let all = Filter::default();
        let stage = |stage| vec![Key::Stage(stage)];
        assert_eq!(
            ask(&all, &[Dim::Stage]),
            [
                (stage(Some(ProjectStage::Building)), 2, Some(20)),
                (stage(Some(ProjectStage::Signed)), 8, Some(50)),
                (stage(None), 7, Some(70)),
            ]
        );
        let signed = Filter { stages: Some(vec![ProjectStage::Signed]), ..Filter::default() };
        assert_eq!(ask(&signed, &[]), [(vec![], 8, Some(50))]);
        let other = Filter { not: Some(Box::new(signed.clone())), ..Filter::default() };
        assert_eq!(ask(&other, &[]), [(vec![], 9, Some(90))]);
        let either = Filter { or: vec![signed, Filter { zones: Some(vec![1]), ..Filter::default() }], ..all };
        assert_eq!(ask(&either, &[Dim::Zone]).len(), 2);
        let none = Filter { zones: Some(vec![9]), ..Filter::default() };
        assert_eq!(ask(&none, &[]), [(vec![], 0, None)]);
        assert_eq!(ask(&none, &[Dim::Zone]), []);
    }

    #[test]
    fn what_is_not_summed_up_is_left_to_the_database() {
        let named = Filter { names: Some(vec!["a".to_owned()]), ..Filter::default() };
        assert_eq!(grouping(&named, &[Dim::Stage]), None);
        assert_eq!(grouping(&Filter { and: vec![named], ..Filter::default() }, &[Dim::Stage]), None);
        assert_eq!(grouping(&Filter::default(), &[Dim::Year]), None);
        assert_eq!(grouping(&Filter::default(), &[Dim::Cluster, Dim::Chain, Dim::Stage]), None);
        let narrow = Filter { zones: Some(vec![1]), ..Filter::default() };
        assert_eq!(grouping(&narrow, &[Dim::Stage]), None);
        let documents = Filter { documents: Some(vec![4]), ..Filter::default() };
        assert_eq!(grouping(&documents, &[Dim::Stage, Dim::Zone]), Some((vec![Dim::Zone, Dim::Stage], Some(vec![4]))));
    }
}
