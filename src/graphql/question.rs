//! What a table of figures is asked for: which cells, grouped how, and the keys of its rows.

use super::conditions::id_of;
use super::fault::Fault;
use super::filter::PeriodRange;
use super::loaders::{EnterpriseId, ProjectId};
use super::place::PlaceKind;
use super::table::{AggregateFn, ObsFilter, digest};
use super::view::View;
use crate::atlas::{self, Atlas, Place};
use crate::domain::{EntityId, Kind, PeriodCode};
use crate::store::table::{Dim, Group, Key, Selection, Weight};

/// Indicators of one table at most.
const MOST_INDICATORS: usize = 50;
/// Columns of a table that is not grouped.
pub const PLACE: [Dim; 4] = [Dim::Indicator, Dim::Subject, Dim::Period, Dim::Accumulation];

/// What a table is asked for.
#[derive(Debug, Clone)]
pub struct Question {
    /// Which cells.
    pub selection: Selection,
    /// What they are grouped by.
    pub by: Vec<Dim>,
    /// What each group comes to; cells as they are, when none.
    pub function: Option<AggregateFn>,
}

/// The word of a column.
pub const fn word(dim: Dim) -> &'static str {
    match dim {
        Dim::Subject => "SUBJECT",
        Dim::Indicator => "INDICATOR",
        Dim::Period => "PERIOD",
        Dim::Accumulation => "ACCUMULATION",
        Dim::Status => "STATUS",
        Dim::Kind => "KIND",
    }
}

const fn kind_word(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::City => "CITY",
        PlaceKind::District => "DISTRICT",
        PlaceKind::County => "COUNTY",
        PlaceKind::CountyLevelCity => "COUNTY_LEVEL_CITY",
        PlaceKind::FunctionalArea => "FUNCTIONAL_AREA",
        PlaceKind::Zone => "ZONE",
        PlaceKind::Layout => "LAYOUT",
    }
}

fn word_of(subject: &atlas::Subject) -> &'static str {
    match subject {
        atlas::Subject::Place(place) => kind_word(PlaceKind::of(place)),
        other => other.kind().word(),
    }
}

impl Question {
    /// Reads the arguments.
    ///
    /// # Errors
    /// [`Fault`] for unknown codes and arguments that do not go together.
    pub fn open(
        view: &View,
        filter: &ObsFilter,
        by: Option<Vec<Dim>>,
        function: Option<AggregateFn>,
    ) -> Result<Self, Fault> {
        let atlas = view.atlas();
        let most = MOST_INDICATORS;
        if filter.indicators.is_empty() || filter.indicators.len() > most {
            return Err(Fault::argument("indicators", format!("须 1 至 {most} 个"), format!("1 to {most} are needed")));
        }
        let mut indicators = Vec::new();
        for code in &filter.indicators {
            let known = || atlas.indicators.all().iter().map(|indicator| indicator.code.as_str());
            let found = atlas.indicators.code(code).ok_or_else(|| Fault::unknown_code("Indicator", code, known()))?;
            if !indicators.contains(&found.id.0) {
                indicators.push(found.id.0);
            }
        }
        let by = by.unwrap_or_default();
        if function.is_none() && !by.is_empty() {
            let en = "say with fn what each group comes to";
            return Err(Fault::argument("fn", "分组时须给出汇总方式", en));
        }
        if (1..by.len()).any(|at| by[..at].contains(&by[at])) {
            return Err(Fault::argument("groupBy", "有重复的项", "names one twice"));
        }
        let subjects = subjects(view, filter)?;
        let kinds = match &subjects {
            Some(_) => Vec::new(),
            None => atlas.places().map(|place| (place.id().0, kind_word(PlaceKind::of(&place)))).collect(),
        };
        let range = filter.periods.unwrap_or(PeriodRange { from: None, to: None });
        let selection = Selection {
            indicators,
            subjects,
            kinds,
            from: range.from.map(|period| period.0),
            to: range.to.map(|period| period.0),
            accumulation: filter.accumulation.map(Into::into),
            statuses: filter.statuses.as_ref().map(|all| all.iter().map(|status| (*status).into()).collect()),
            sources: atlas.standings(!filter.sample),
            pinned: Vec::new(),
        };
        Ok(Self { selection, by, function })
    }

    /// The columns of its rows.
    pub fn columns(&self) -> &[Dim] {
        if self.function.is_some() { &self.by } else { &PLACE }
    }

    /// Marks the cursors of this table, so that one of another table is refused instead of answered wrongly.
    pub fn fingerprint(&self) -> String {
        let one = &self.selection;
        let range = (one.from, one.to, one.accumulation, &one.statuses, one.sources.len());
        digest(&format!("{:?}{:?}{range:?}{:?}{:?}", one.indicators, one.subjects, self.by, self.function))
    }

    /// What weighs each of its indicators.
    pub fn weights(&self, view: &View) -> Vec<Weight> {
        let atlas = view.atlas();
        let indicators = self.selection.indicators.iter().filter_map(|id| atlas.indicators.id(EntityId(*id)));
        indicators
            .filter_map(|indicator| {
                let by = atlas.indicators.code(indicator.weight.as_ref()?)?;
                Some(Weight { indicator: indicator.id.0, by: by.id.0, accumulation: by.accumulation })
            })
            .collect()
    }

    /// Whether its groups are told apart by a column.
    pub fn grouped(&self, dim: Dim) -> bool {
        self.by.contains(&dim)
    }

    /// Cells of a group that should have a value and have none. Where the subjects are known beforehand, those that no
    /// source speaks of are missing too.
    pub fn missing(&self, group: &Group, periods: i64) -> i64 {
        let silent = group.cells - group.values;
        let (Some(subjects), false, false) =
            (&self.selection.subjects, self.grouped(Dim::Status), self.selection.statuses.is_some())
        else {
            return silent;
        };
        let several = self.selection.indicators.len() > 1 && !self.grouped(Dim::Indicator);
        if several || self.grouped(Dim::Accumulation) {
            return silent;
        }
        let kind = self.by.iter().position(|dim| *dim == Dim::Kind).and_then(|at| group.key.get(at));
        let of_kind = |word: &str| kind.is_none_or(|kind| *kind == Key::Word(word.to_owned()));
        let expected = match self.grouped(Dim::Subject) {
            true => 1,
            false => subjects.iter().filter(|(_, word)| of_kind(word)).count(),
        };
        let periods = if self.grouped(Dim::Period) { 1 } else { periods };
        let expected = i64::try_from(expected).unwrap_or(i64::MAX).saturating_mul(periods);
        silent.max(expected - group.values)
    }
}

/// The subjects that a filter names; none where it leaves them open.
fn subjects(view: &View, filter: &ObsFilter) -> Result<Option<Vec<(i64, &'static str)>>, Fault> {
    let atlas = view.atlas();
    if filter.subjects.is_none() && filter.kinds.is_none() && filter.region.is_none() && filter.space.is_none() {
        return Ok(None);
    }
    let space = filter.space.as_ref().map(|space| space.open(view)).transpose()?;
    let of_kind = |place: &Place| filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&PlaceKind::of(place)));
    let within = match &filter.region {
        None => None,
        Some(code) => {
            let region = EntityId(id_of(&atlas.regions, "Region", code)?);
            let mut inside = atlas.index.regions_within(region);
            let zones: Vec<EntityId> =
                inside.iter().flat_map(|region| atlas.index.zones_of(*region)).map(|zone| zone.id).collect();
            inside.extend(zones);
            Some(inside)
        }
    };
    let inside = |id: EntityId| {
        within.as_ref().is_none_or(|all| all.contains(&id)) && space.as_ref().is_none_or(|space| space.holds(view, id))
    };
    let mut found: Vec<(i64, &'static str)> = Vec::new();
    match &filter.subjects {
        None => {
            let merged = |place: &Place| matches!(place, Place::Zone(zone) if !zone.successors.is_empty());
            let places = atlas.places().filter(|place| !merged(place) && of_kind(place) && inside(place.id()));
            found.extend(places.map(|place| (place.id().0, kind_word(PlaceKind::of(&place)))));
        }
        Some(codes) => {
            for code in codes {
                let named = named(atlas, code);
                if named.is_empty() {
                    let known: Vec<String> = atlas.places().map(|place| place.code().to_owned()).collect();
                    return Err(Fault::unknown_code("Subject", code, known.iter().map(String::as_str)));
                }
                for subject in named {
                    let fits = match &subject {
                        atlas::Subject::Place(place) => of_kind(place),
                        _ => filter.kinds.is_none(),
                    };
                    if fits && inside(subject.id()) {
                        found.push((subject.id().0, word_of(&subject)));
                    }
                }
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(Some(found))
}

/// Everything of the atlas that a code names and that figures can be about.
fn named(atlas: &Atlas, code: &str) -> Vec<atlas::Subject> {
    let kinds = [Kind::Region, Kind::Zone, Kind::Layout, Kind::Plan, Kind::Cluster, Kind::Chain];
    kinds.into_iter().filter_map(|kind| atlas.subject_of_code(kind, code)).collect()
}

/// The key of a row as people read it.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn words(view: &View, by: &[Dim], key: &[Key]) -> Result<Vec<String>, Fault> {
    let mut found = Vec::with_capacity(key.len());
    for (dim, key) in by.iter().zip(key) {
        found.push(match (dim, key) {
            (_, Key::Word(word)) => word.clone(),
            (Dim::Period, Key::Number(number)) => {
                let period = i32::try_from(*number).ok().and_then(PeriodCode::from_sort_key);
                period.map_or_else(String::new, |period| period.to_string())
            }
            (Dim::Indicator, Key::Number(id)) => {
                view.atlas().indicators.id(EntityId(*id)).map_or_else(String::new, |row| row.code.clone())
            }
            (_, Key::Number(id)) => code_of(view, EntityId(*id)).await?,
        });
    }
    Ok(found)
}

async fn code_of(view: &View, id: EntityId) -> Result<String, Fault> {
    if let Some(subject) = view.atlas().subject(id) {
        return Ok(match subject {
            atlas::Subject::Plan(plan) => plan.code.clone(),
            atlas::Subject::Place(place) => place.code().to_owned(),
            atlas::Subject::Cluster(cluster) => cluster.code.clone(),
            atlas::Subject::Chain(chain) => chain.code.clone(),
        });
    }
    if let Some(project) = view.facts().load_one(ProjectId(id.0)).await? {
        return Ok(project.code.clone());
    }
    Ok(view.facts().load_one(EnterpriseId(id.0)).await?.map_or_else(String::new, |row| row.code))
}
