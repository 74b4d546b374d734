//! The ground: which outline is in force where, and the outlines that follow from others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::NaiveDate;

use super::layer::Layer;
use super::{Atlas, Footprint, Place};
use crate::domain::{Citation, Cluster, EntityId, Kind, LayoutElement, LayoutForm, PeriodCode, Point, Shape, Sheet};
use crate::geometry;
use crate::store::Drawing;

/// Parts of a derived footprint: the place and the outlines in force that it is made of.
type Recipe = (EntityId, Vec<String>);

/// All footprints of a revision.
#[derive(Default)]
pub struct Ground {
    by_place: HashMap<EntityId, Vec<Arc<Footprint>>>,
    derived: Mutex<HashMap<Recipe, Arc<Footprint>>>,
    /// Vertices of an outline on the average, for each of the levels.
    means: [OnceLock<u64>; geometry::LEVELS.len()],
}

impl std::fmt::Debug for Ground {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ground").field("places", &self.by_place.len()).finish_non_exhaustive()
    }
}

impl Ground {
    /// The tables it is made from.
    pub(super) const TABLES: &[&str] = &[
        "footprints",
        "regions",
        "zones",
        "zone_hosts",
        "zone_lineage",
        "profile_facts",
        "plans",
        "layout",
        "layout_members",
        "clusters",
        "industry_places",
        "documents",
        "citations",
    ];

    pub(super) fn new(atlas: &Atlas, drawings: Vec<Drawing>) -> Self {
        let mut drawn: HashMap<Sheet, Drawing> = drawings.into_iter().map(|drawing| (drawing.sheet, drawing)).collect();
        let layer = |(sheet, outlines)| (sheet, Arc::new(Layer::new(outlines, drawn.remove(&sheet))));
        let layers: HashMap<Sheet, Arc<Layer>> = Sheet::of(atlas.outlines.all()).into_iter().map(layer).collect();
        let mut by_place: HashMap<EntityId, Vec<Arc<Footprint>>> = HashMap::new();
        for outline in atlas.outlines.all() {
            let (kind, code) = &outline.place;
            let Some(place) = atlas.find(*kind, code) else { continue };
            let Some(layer) = layers.get(&outline.sheet()) else { continue };
            let sample = atlas.cites_sample(&outline.citations);
            let footprint = Footprint::stated(place, Arc::clone(outline), Arc::clone(layer), sample);
            by_place.entry(place).or_default().push(Arc::new(footprint));
        }
        for list in by_place.values_mut() {
            list.sort_by_key(|footprint| (footprint.valid_from, footprint.valid_to.is_none(), footprint.valid_to));
        }
        Self { by_place, ..Self::default() }
    }
}

impl Atlas {
    /// The footprint of a place in force on a day: the one a source draws, or, for a layout element or cluster, the one
    /// that follows from its members. None when nothing is known: never a guess.
    ///
    /// Where two stated outlines are in force, the preferred source wins (see [`Atlas::prefer`]).
    pub fn footprint(&self, place: EntityId, on: NaiveDate) -> Option<Arc<Footprint>> {
        self.stated(place, on).or_else(|| match self.layout.id(place) {
            Some(element) => self.layout_footprint(element, on),
            None => self.clusters.id(place).and_then(|cluster| self.cluster_footprint(cluster, on)),
        })
    }

    /// All versions of a place's footprint, oldest first; the derived one where no source draws any.
    pub fn footprints(&self, place: EntityId) -> Vec<Arc<Footprint>> {
        match self.ground.by_place.get(&place) {
            Some(stated) => stated.clone(),
            None => self.footprint(place, self.on).into_iter().collect(),
        }
    }

    /// The footprint of a code as [`Footprint::code`] gives it.
    pub fn footprint_of_code(&self, code: &str) -> Option<Arc<Footprint>> {
        if let Some(outline) = self.outlines.code(code) {
            let place = self.find(outline.place.0, &outline.place.1)?;
            let known = self.ground.by_place.get(&place)?;
            return known.iter().find(|footprint| footprint.code == code).cloned();
        }
        let (code, on) = match code.rsplit_once('~') {
            Some((code, day)) => (code, day.parse().ok()?),
            None => (code, self.on),
        };
        let (kind, code) = code.split_once('/')?;
        self.footprint(self.find(Kind::from_word(kind)?, code)?, on)
    }

    /// The smallest region and the zone that hold a point, by the outlines in force on the atlas's day.
    pub fn places_at(&self, point: Point) -> (Option<Place>, Option<Place>) {
        let smallest = |mut places: Vec<(f64, Place)>| {
            places.sort_by(|a, b| a.0.total_cmp(&b.0));
            places.into_iter().next().map(|(_, place)| place)
        };
        let holding = |place: Place| {
            let footprint = self.stated(place.id(), self.on)?;
            let measures = footprint.measures()?;
            let holds = measures.bbox.contains(point) && geometry::contains(footprint.shape(), point);
            holds.then_some((measures.area_km2, place))
        };
        let regions = self.regions.all().iter().cloned().map(Place::Region).filter_map(holding).collect();
        let zones = self.zones.all().iter().cloned().map(Place::Zone).filter_map(holding).collect();
        (smallest(regions), smallest(zones))
    }

    /// Vertices that a stated outline has on the average at a tolerance in metres, rounded up.
    pub fn mean_vertices(&self, tolerance: f64) -> u64 {
        let level = geometry::snap(tolerance);
        *self.ground.means[level].get_or_init(|| {
            let stated = self.ground.by_place.values().flatten();
            let counts = stated.map(|footprint| footprint.drawn(tolerance).shape.vertex_count());
            let (number, vertices) = counts.fold((0, 0), |(n, sum), count| (n + 1, sum + count as u64));
            vertices.div_ceil(number.max(1))
        })
    }

    fn stated(&self, place: EntityId, on: NaiveDate) -> Option<Arc<Footprint>> {
        let known = self.ground.by_place.get(&place)?.iter();
        let document = |footprint: &Footprint| {
            let citation = footprint.citations.first()?;
            self.documents.code(&citation.document).map(|document| document.id)
        };
        let standing = |a: &&Arc<Footprint>, b: &&Arc<Footprint>| {
            let sources = document(a).zip(document(b));
            sources.map_or(std::cmp::Ordering::Equal, |(a, b)| self.prefer((a, None), (b, None)))
        };
        known
            .filter(|footprint| footprint.outline.as_ref().is_some_and(|outline| outline.in_force(Some(on))))
            .min_by(|a, b| standing(a, b).then(b.valid_from.cmp(&a.valid_from)))
            .cloned()
    }

    fn layout_footprint(&self, element: &LayoutElement, on: NaiveDate) -> Option<Arc<Footprint>> {
        let parts: Option<Vec<Arc<Footprint>>> = element
            .members
            .iter()
            .map(|member| self.footprint(self.find(member.place.0, &member.place.1)?, on))
            .collect();
        // A union or line without one of its members would be another thing under the same name.
        let mut parts = parts.filter(|parts| !parts.is_empty())?;
        let corridor = match element.form {
            LayoutForm::Belt | LayoutForm::Axis => Some(self.corridor(element, &mut parts, on)?),
            _ => None,
        };
        Some(self.derive((Kind::Layout, element.id, &element.code), parts, corridor, &element.citations))
    }

    /// The line through the label points of an element's members, in their order. A belt runs through the core of its
    /// plan, where there is one: the text says that it joins its members to it. The core is then one of the parts.
    fn corridor(&self, element: &LayoutElement, parts: &mut Vec<Arc<Footprint>>, on: NaiveDate) -> Option<Shape> {
        let mut line: Vec<Point> = parts.iter().filter_map(|part| Some(part.measures()?.label_point)).collect();
        let core = self.layout.all().iter().find(|e| e.plan == element.plan && e.form == LayoutForm::Core);
        let core = core.filter(|_| element.form == LayoutForm::Belt).and_then(|core| self.footprint(core.id, on));
        if let Some((core, point)) = core.and_then(|core| core.measures().map(|m| m.label_point).map(|p| (core, p))) {
            insert_where_shortest(&mut line, point);
            parts.push(core);
        }
        (line.len() > 1).then(|| geometry::corridor(&line))
    }

    /// The union of those places of a cluster whose outlines are known. A zone adds nothing to a region that it lies in.
    fn cluster_footprint(&self, cluster: &Cluster, on: NaiveDate) -> Option<Arc<Footprint>> {
        let named = |kind, code: &String| cluster.places.iter().any(|p| p.place.0 == kind && p.place.1 == *code);
        let covered = |kind: Kind, code: &String| {
            let zone = self.zones.code(code).filter(|_| kind == Kind::Zone);
            zone.is_some_and(|zone| zone.hosts.iter().any(|host| named(Kind::Region, &host.region)))
        };
        let places = cluster.places.iter().map(|place| &place.place).filter(|(kind, code)| !covered(*kind, code));
        let known = |(kind, code): &(Kind, String)| self.footprint(self.find(*kind, code)?, on);
        let parts: Vec<Arc<Footprint>> = places.filter_map(known).collect();
        let known = !parts.is_empty();
        known.then(|| self.derive((Kind::Cluster, cluster.id, &cluster.code), parts, None, &cluster.citations))
    }

    /// The footprint made of these parts, made once.
    fn derive(
        &self,
        (kind, id, code): (Kind, EntityId, &str),
        parts: Vec<Arc<Footprint>>,
        corridor: Option<Shape>,
        citations: &[Citation],
    ) -> Arc<Footprint> {
        let recipe: Recipe = (id, parts.iter().map(|part| part.code.clone()).collect());
        let mut derived = self.ground.derived.lock().unwrap_or_else(PoisonError::into_inner);
        let made = derived.entry(recipe).or_insert_with(|| {
            // A day on which these parts are in force tells this version from others.
            let begun = parts.iter().filter_map(|part| part.valid_from).map(PeriodCode::start).max();
            let ended = parts.iter().filter_map(|part| part.valid_to).map(PeriodCode::start).min();
            let code = match begun.or_else(|| ended.and_then(|day| day.pred_opt())) {
                Some(day) => format!("{}/{code}~{day}", kind.word()),
                None => format!("{}/{code}", kind.word()),
            };
            let sample = self.cites_sample(citations);
            Arc::new(Footprint::derived(id, code, &parts, corridor, citations, sample))
        });
        Arc::clone(made)
    }
}

/// Puts a point into a line where it lengthens it least.
fn insert_where_shortest(line: &mut Vec<Point>, point: Point) {
    let scale = (f64::from(point.y) / 1e7).to_radians().cos();
    let distance = |a: Point, b: Point| {
        let (dx, dy) = (f64::from(a.x) - f64::from(b.x), f64::from(a.y) - f64::from(b.y));
        (dx * scale).hypot(dy)
    };
    let lengthened = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| line.get(before).copied());
        let after = line.get(at).copied();
        let direct = before.zip(after).map_or(0.0, |(a, b)| distance(a, b));
        before.map_or(0.0, |a| distance(a, point)) + after.map_or(0.0, |b| distance(point, b)) - direct
    };
    let best = (0..=line.len()).min_by(|a, b| lengthened(*a).total_cmp(&lengthened(*b))).unwrap_or(0);
    line.insert(best, point);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_between_two_others_goes_between_them() {
        let at = |x, y| Point { x, y };
        let mut line = vec![at(0, 0), at(10, 0)];
        insert_where_shortest(&mut line, at(5, 1));
        assert_eq!(line, [at(0, 0), at(5, 1), at(10, 0)]);
        insert_where_shortest(&mut line, at(20, 0));
        assert_eq!(line.last(), Some(&at(20, 0)));
        insert_where_shortest(&mut line, at(-4, 0));
        assert_eq!(line.first(), Some(&at(-4, 0)));
    }
}
