//! What projects are searched and grouped by, in memory. Conditions are of all sorts, and an answer that was found before
//! seldom helps with the next; a database goes through a thousand entries of an index for each, which takes longer than
//! all the rest of a question. Here a project is some seventy bytes, in the order of the grid that the database has too,
//! so a box is a few short runs. Only numbers are held: rows are fetched by their ids. What a condition means is said by
//! [`super::statements`]; a test asks both.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::ops::Range;

use super::{Dim, Filter, Group, Key, Order, OrderBy, statements};
use crate::domain::{Point, ProjectStage};
use crate::geometry::Bbox;
use crate::store::area::Inside;
use crate::store::columns::grid_cell;
use crate::store::db::Row;
use crate::store::search::{Columns, cells, point};
use crate::store::{Gathered, Gathering, Store, StoreError};

/// Projects that are held, at most: some 200 MB.
const MOST: usize = 1_000_000;
/// So few are gone through as quickly as an index is.
const FEW: usize = 20_000;
/// The cell of what stands nowhere: after all others.
const NOWHERE: i64 = i64::MAX;

/// What one project is searched by.
#[derive(Debug, Clone, Copy)]
struct Trait {
    id: i64,
    investment: Option<i64>,
    point: Point,
    cell: i64,
    /// Its place in the order of codes.
    rank: u32,
    /// Its zone, region, cluster, chain and document, and its stage, which counts from 1; 0 where it has none.
    parts: [u32; 6],
}

/// Places of [`Trait::parts`]; lists are kept by those before the document.
const ZONE: usize = 0;
const REGION: usize = 1;
const CLUSTER: usize = 2;
const CHAIN: usize = 3;
const DOCUMENT: usize = 4;
const STAGE: usize = 5;

/// What is read of one.
pub(super) const COLUMNS: [&str; 11] =
    ["entity", "investment", "x", "y", "zone", "region", "cluster", "chain", "document", "stage", "code"];

/// What the projects of a revision are searched by.
pub struct Traits {
    /// In the order of their cells.
    all: Box<[Trait]>,
    lists: Box<[List]>,
}

/// Projects by one of their parts.
struct List {
    /// Places among all.
    places: Box<[u32]>,
    of: HashMap<u32, Range<usize>>,
}

/// Reads them, some at a time.
pub struct Reading {
    store: Store,
    at: i32,
    some: u64,
    rows: Vec<Trait>,
    /// The last code that was read.
    after: Option<String>,
}

impl Reading {
    /// Of a revision, so many at a time; nothing is read yet.
    pub fn new(store: &Store, at: i32, some: u64) -> Self {
        Self { store: store.clone(), at, some, rows: Vec::new(), after: None }
    }
}

impl Gathering for Reading {
    type Whole = Traits;

    async fn go_on(&mut self) -> Result<Gathered<Traits>, StoreError> {
        let select = statements::traits(self.at, self.after.as_deref(), self.some);
        let rows = self.store.db.rows(&select).await?;
        let last = rows.last().map(|row| row.text(COLUMNS.len() - 1)).transpose()?;
        let read = rows.iter().zip(self.rows.len()..).map(|(row, rank)| read(row, rank));
        let read = read.collect::<Result<Vec<_>, StoreError>>()?;
        if self.after.is_none() && rows.len() as u64 == self.some {
            // Room for all: a list that grows is there twice whenever it moves.
            let all = super::count(&self.store, self.at, &Filter::default()).await?;
            self.rows.reserve_exact(usize::try_from(all).unwrap_or(0).min(MOST));
        }
        self.rows.extend(read);
        self.after = last.or_else(|| self.after.take());
        Ok(match rows.len() as u64 == self.some {
            true if self.rows.len() >= MOST => Gathered::TooMany,
            true => Gathered::More,
            false => Gathered::All(Traits::new(std::mem::take(&mut self.rows))),
        })
    }
}

fn read(row: &Row, rank: usize) -> Result<Trait, StoreError> {
    let mut columns = Columns::new(row);
    let (id, investment) = (columns.int()?, columns.some_int()?);
    let standing = point(columns.some_int()?, columns.some_int()?)?;
    let mut parts = [0; 6];
    for part in &mut parts[..STAGE] {
        *part = columns.some_int()?.map_or(Some(0), number).ok_or(StoreError::Damaged)?;
    }
    parts[STAGE] = columns.some_parsed(ProjectStage::from_word)?.map_or(0, stage);
    let (point, cell) = standing.map_or((Point { x: 0, y: 0 }, NOWHERE), |point| (point, grid_cell(point)));
    Ok(Trait { id, investment, point, cell, rank: u32::try_from(rank).map_err(|_| StoreError::Damaged)?, parts })
}

/// An id as a part: ids are given one after another, and no database has so many.
fn number(id: i64) -> Option<u32> {
    u32::try_from(id).ok()
}

fn stage(stage: ProjectStage) -> u32 {
    statements::rank(stage) as u32 + 1
}

/// The place of what projects are grouped by; none where that is not held.
const fn place(dim: Dim) -> Option<usize> {
    match dim {
        Dim::Zone => Some(ZONE),
        Dim::Region => Some(REGION),
        Dim::Cluster => Some(CLUSTER),
        Dim::Chain => Some(CHAIN),
        Dim::Stage => Some(STAGE),
        Dim::Task | Dim::Year => None,
    }
}

impl Traits {
    fn new(mut all: Vec<Trait>) -> Self {
        all.sort_unstable_by_key(|one| (one.cell, one.rank));
        let lists = (ZONE..DOCUMENT).map(|part| List::new(&all, part)).collect();
        Self { all: all.into(), lists }
    }

    /// Whether a condition is about nothing else than what is held here.
    pub fn tell(filter: &Filter) -> bool {
        // Each field is named, so that a new one has to be placed.
        let Filter {
            and,
            or,
            not,
            names,
            name_contains,
            kinds,
            tasks,
            reached,
            stages: _,
            zones: _,
            regions: _,
            clusters: _,
            chains: _,
            documents: _,
            investment_from: _,
            investment_to: _,
            bbox: _,
            within: _,
        } = filter;
        let others = [names.is_some(), name_contains.is_some(), kinds.is_some(), tasks.is_some(), reached.is_some()];
        !others.contains(&true) && and.iter().chain(or).chain(not.as_deref()).all(Self::tell)
    }

    /// Ids of the first projects that meet a condition, in an order, and the number of all that do; none where all would
    /// have to be gone through and there are many: a database comes to the first sooner, by its indexes.
    pub fn first(&self, filter: &Filter, order: Order, limit: usize) -> Option<(Vec<i64>, i64)> {
        let (test, frame) = (Test::of(filter), filter.frame());
        if self.all.len() > FEW && frame.is_none() && test.narrow().is_none() {
            return None;
        }
        let mut met = Vec::new();
        self.meeting(&test, frame, |one| met.push(one));
        let count = met.len() as i64;
        let compare = |a: &&Trait, b: &&Trait| a.compare(b, order);
        if met.len() > limit {
            met.select_nth_unstable_by(limit, compare);
            met.truncate(limit);
        }
        met.sort_unstable_by(compare);
        Some((met.into_iter().map(|one| one.id).collect(), count))
    }

    /// Projects that meet a condition by what they lie in, belong to and have reached, in the order of the groups' keys;
    /// none where they are to be grouped by something else.
    pub fn groups(&self, filter: &Filter, by: &[Dim]) -> Option<Vec<Group>> {
        let parts = by.iter().map(|dim| place(*dim)).collect::<Option<Vec<_>>>()?;
        let mut sums: HashMap<Vec<u32>, (i64, Option<i128>)> = HashMap::new();
        if by.is_empty() {
            // The whole is there even when nothing is in it.
            sums.insert(Vec::new(), (0, None));
        }
        let mut key = Vec::with_capacity(by.len());
        self.meeting(&Test::of(filter), filter.frame(), |one| {
            key.clear();
            key.extend(parts.iter().map(|part| one.parts[*part]));
            let (count, sum) = match sums.get_mut(&key) {
                Some(found) => found,
                None => sums.entry(key.clone()).or_default(),
            };
            *count += 1;
            *sum = match (*sum, one.investment.map(i128::from)) {
                (Some(sum), Some(more)) => Some(sum + more),
                (sum, more) => sum.or(more),
            };
        });
        let mut groups: Vec<(Vec<Key>, _)> = (sums.into_iter())
            .map(|(key, sum)| (by.iter().zip(key).map(|(dim, part)| named(*dim, part)).collect(), sum))
            .collect();
        groups.sort_by(|(a, _), (b, _)| {
            a.iter().zip(b).map(|(a, b)| compare(*a, *b)).find(|how| how.is_ne()).unwrap_or(Ordering::Equal)
        });
        Some(groups.into_iter().map(|(key, (count, investment))| Group { key, count, investment }).collect())
    }

    /// Those that meet a condition; all of them lie in the frame where there is one.
    fn meeting<'a>(&'a self, test: &Test, frame: Option<Bbox>, mut take: impl FnMut(&'a Trait)) {
        let mut look = |one: &'a Trait| {
            if test.holds(one) {
                take(one);
            }
        };
        if let Some(frame) = frame {
            for (first, last) in cells(&frame) {
                let run = &self.all[self.all.partition_point(|one| one.cell < first)..];
                run.iter().take_while(|one| one.cell <= last).for_each(&mut look);
            }
        } else if let Some((part, ids)) = test.narrow() {
            let places = ids.iter().flat_map(|id| self.lists[part].of(*id));
            places.for_each(|place| look(&self.all[*place as usize]));
        } else {
            self.all.iter().for_each(look);
        }
    }
}

impl Trait {
    /// Which comes first in an order: ties go by id, and what has no value comes last either way.
    fn compare(&self, other: &Self, order: Order) -> Ordering {
        let key = |one: &Self| match order.by {
            OrderBy::Code => Some(i64::from(one.rank)),
            OrderBy::Investment => one.investment,
            OrderBy::Stage => Some(i64::from(one.parts[STAGE])).filter(|stage| *stage > 0),
        };
        let (a, b) = (key(self), key(other));
        let valued = a.is_none().cmp(&b.is_none());
        let by_value = if order.desc { Reverse(a).cmp(&Reverse(b)) } else { a.cmp(&b) };
        valued.then(by_value).then(self.id.cmp(&other.id))
    }
}

impl List {
    fn new(all: &[Trait], part: usize) -> Self {
        let of = |place: &u32| all[*place as usize].parts[part];
        let mut places: Vec<u32> = (0..).take(all.len()).filter(|place| of(place) != 0).collect();
        places.sort_by_key(of);
        places.shrink_to_fit();
        let mut start = 0;
        let runs = places.chunk_by(|a, b| of(a) == of(b)).map(|run| {
            let range = start..start + run.len();
            start = range.end;
            (of(&run[0]), range)
        });
        let of = runs.collect();
        Self { places: places.into(), of }
    }

    fn of(&self, id: u32) -> &[u32] {
        self.of.get(&id).map_or(&[], |range| &self.places[range.clone()])
    }
}

fn named(dim: Dim, part: u32) -> Key {
    match dim {
        Dim::Stage => Key::Stage((part as usize).checked_sub(1).and_then(|at| ProjectStage::ALL.get(at)).copied()),
        _ => Key::Thing(Some(i64::from(part)).filter(|id| *id > 0)),
    }
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

/// A condition, ready to be asked of many.
struct Test {
    /// A part of each of these is among some, which are in order.
    parts: Vec<(usize, Vec<u32>)>,
    investment: Option<(i64, i64)>,
    bbox: Option<Bbox>,
    within: Vec<Inside>,
    and: Vec<Test>,
    or: Vec<Test>,
    not: Option<Box<Test>>,
}

impl Test {
    fn of(filter: &Filter) -> Self {
        let Filter { and, or, not, stages, zones, regions, clusters, chains, documents, bbox, within, .. } = filter;
        let ids = |ids: &Option<Vec<i64>>| -> Option<Vec<u32>> {
            Some(ids.as_ref()?.iter().filter_map(|id| number(*id)).filter(|id| *id > 0).collect())
        };
        let sets = [
            (ZONE, ids(zones)),
            (REGION, ids(regions)),
            (CLUSTER, ids(clusters)),
            (CHAIN, ids(chains)),
            (DOCUMENT, ids(documents)),
            (STAGE, stages.as_ref().map(|stages| stages.iter().copied().map(stage).collect())),
        ];
        let sorted = |(part, ids): (usize, Option<Vec<u32>>)| {
            let mut ids = ids?;
            ids.sort_unstable();
            ids.dedup();
            Some((part, ids))
        };
        let (least, most) = (filter.investment_from, filter.investment_to);
        let investment =
            (least.is_some() || most.is_some()).then(|| (least.unwrap_or(i64::MIN), most.unwrap_or(i64::MAX)));
        Self {
            parts: sets.into_iter().filter_map(sorted).collect(),
            investment,
            bbox: *bbox,
            within: within.iter().map(Inside::new).collect(),
            and: and.iter().map(Self::of).collect(),
            or: or.iter().map(Self::of).collect(),
            not: not.as_deref().map(|filter| Box::new(Self::of(filter))),
        }
    }

    /// A list that all are in which meet it, and of which things.
    fn narrow(&self) -> Option<(usize, &[u32])> {
        let own = self.parts.iter().find(|(part, _)| *part < DOCUMENT).map(|(part, ids)| (*part, &**ids));
        own.or_else(|| self.and.iter().find_map(Self::narrow))
    }

    fn holds(&self, one: &Trait) -> bool {
        let Trait { id, investment, point, cell, parts, .. } = one;
        let stands = *cell != NOWHERE;
        self.parts.iter().all(|(part, ids)| ids.binary_search(&parts[*part]).is_ok())
            && self.investment.is_none_or(|(least, most)| investment.is_some_and(|it| least <= it && it <= most))
            && self.bbox.is_none_or(|bbox| stands && bbox.contains(*point))
            && self.within.iter().all(|area| area.holds(*id, stands.then_some(*cell)))
            && self.and.iter().all(|test| test.holds(one))
            && (self.or.is_empty() || self.or.iter().any(|test| test.holds(one)))
            && self.not.as_ref().is_none_or(|test| !test.holds(one))
    }
}
