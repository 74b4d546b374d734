//! A footprint: what is drawn for a place, measured once and encoded once for each level of detail.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::layer::Layer;
use crate::domain::{BoundaryAccuracy, BoundaryChange, Citation, EntityId, Outline, PeriodCode, Shape};
use crate::geometry::{self, LEVELS, Measures, snap};

/// A shape at one level of detail.
#[derive(Debug)]
pub struct Drawn {
    /// The shape.
    pub shape: Arc<Shape>,
    /// Metres; 0 for the undiminished shape.
    pub tolerance: f64,
    geojson: OnceLock<Bytes>,
}

impl Drawn {
    /// RFC 7946 geometry object, ready to send: written when it is first asked for.
    pub fn geojson(&self) -> Bytes {
        self.geojson.get_or_init(|| geometry::to_geojson(&self.shape).into()).clone()
    }
}

/// Where the shape of a footprint comes from.
pub(super) enum Form {
    /// A source draws it.
    Stated(Arc<Outline>, Arc<Layer>),
    /// The union of these.
    Union(Vec<Arc<Footprint>>),
    /// A line drawn by us, alike at every level.
    Corridor(Arc<Shape>),
}

/// What is drawn for a place.
pub struct Footprint {
    /// The place.
    pub place: EntityId,
    /// Code of the outline, or of the place (`LAYOUT/…`) when derived from its members.
    pub code: String,
    /// The stated outline it is; none when derived.
    pub outline: Option<Arc<Outline>>,
    /// First period it is valid for, where a source says.
    pub valid_from: Option<PeriodCode>,
    /// First period it is no longer valid for.
    pub valid_to: Option<PeriodCode>,
    /// Why this version exists.
    pub change: BoundaryChange,
    /// How true it is; of a derived one the worst of its parts.
    pub accuracy: BoundaryAccuracy,
    /// Made up, or derived from something made up.
    pub sample: bool,
    /// 审图号; of a derived one only where all its parts have the same.
    pub review_number: Option<String>,
    /// To be shown wherever it is drawn.
    pub attributions: Vec<String>,
    /// Where it comes from.
    pub citations: Vec<Citation>,
    form: Form,
    measures: OnceLock<Option<Measures>>,
    /// One for each of [`LEVELS`], drawn when first asked for.
    levels: [OnceLock<Drawn>; LEVELS.len()],
}

impl std::fmt::Debug for Footprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Footprint").field("code", &self.code).field("accuracy", &self.accuracy).finish_non_exhaustive()
    }
}

impl Footprint {
    pub(super) fn stated(place: EntityId, outline: Arc<Outline>, layer: Arc<Layer>, sample: bool) -> Self {
        Self {
            place,
            code: outline.code.clone(),
            valid_from: outline.valid_from,
            valid_to: outline.valid_to,
            change: outline.change,
            accuracy: outline.accuracy,
            sample,
            review_number: outline.review_number.clone(),
            attributions: vec![outline.attribution.clone()],
            citations: outline.citations.clone(),
            outline: Some(Arc::clone(&outline)),
            form: Form::Stated(outline, layer),
            measures: OnceLock::new(),
            levels: Default::default(),
        }
    }

    /// A footprint made of others: their union, or a corridor through them.
    pub(super) fn derived(
        place: EntityId,
        code: String,
        parts: &[Arc<Self>],
        corridor: Option<Shape>,
        citations: &[Citation],
        sample: bool,
    ) -> Self {
        let worst = parts.iter().map(|part| part.accuracy).max().unwrap_or(BoundaryAccuracy::Schematic);
        let accuracy = if corridor.is_some() { BoundaryAccuracy::Schematic } else { worst };
        let numbers: Vec<&Option<String>> = parts.iter().map(|part| &part.review_number).collect();
        let same = numbers.windows(2).all(|pair| pair[0] == pair[1]);
        let mut attributions: Vec<String> = parts.iter().flat_map(|part| part.attributions.iter().cloned()).collect();
        attributions.sort();
        attributions.dedup();
        Self {
            place,
            code,
            outline: None,
            valid_from: None,
            valid_to: None,
            change: BoundaryChange::Initial,
            accuracy,
            sample: sample || parts.iter().any(|part| part.sample),
            review_number: numbers.first().filter(|_| same).and_then(|number| (*number).clone()),
            attributions,
            citations: citations.to_vec(),
            form: corridor.map_or_else(|| Form::Union(parts.to_vec()), |line| Form::Corridor(Arc::new(line))),
            measures: OnceLock::new(),
            levels: Default::default(),
        }
    }

    /// The undiminished shape.
    pub fn shape(&self) -> &Arc<Shape> {
        &self.drawn(0.0).shape
    }

    /// Whether neighbours were simplified together with it.
    pub fn shares_topology(&self) -> bool {
        !matches!(self.form, Form::Corridor(_))
    }

    /// Box, area, label point and vertices; none for a shape without points, which no import lets in.
    pub fn measures(&self) -> Option<&Measures> {
        self.measures
            .get_or_init(|| match &self.form {
                Form::Stated(outline, layer) => layer.measures(outline),
                Form::Union(_) | Form::Corridor(_) => geometry::measures(self.shape()),
            })
            .as_ref()
    }

    /// The shape at the coarsest stored level that is no coarser than `tolerance` metres.
    pub fn drawn(&self, tolerance: f64) -> &Drawn {
        let level = snap(tolerance);
        let drawn = || Drawn { shape: self.at(level), tolerance: LEVELS[level], geojson: OnceLock::new() };
        self.levels[level].get_or_init(drawn)
    }

    fn at(&self, level: usize) -> Arc<Shape> {
        match &self.form {
            Form::Stated(outline, layer) => layer.at(outline, level),
            Form::Corridor(shape) => Arc::clone(shape),
            // The parts were simplified together, so their common borders still cancel exactly.
            Form::Union(parts) => {
                union(parts.iter().map(|part| Arc::clone(&part.drawn(LEVELS[level]).shape)).collect())
            }
        }
    }
}

fn union(shapes: Vec<Arc<Shape>>) -> Arc<Shape> {
    match <[Arc<Shape>; 1]>::try_from(shapes) {
        Ok([only]) => only,
        Err(shapes) => Arc::new(geometry::union(&shapes.iter().map(|shape| &**shape).collect::<Vec<_>>())),
    }
}
