//! Outlines of one sheet: simplified together, so that neighbours keep their common border.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::domain::{EntityId, Outline, Shape};
use crate::geometry::{self, LEVELS, Measures, Topology};
use crate::store::Drawing;

type Shapes = HashMap<EntityId, Arc<Shape>>;

/// Outlines of one sheet, at every level of detail.
pub(super) struct Layer {
    outlines: Vec<Arc<Outline>>,
    /// As the database keeps it; where it does not, everything is worked out when it is asked for.
    drawing: Option<Drawing>,
    measures: OnceLock<HashMap<EntityId, Measures>>,
    topology: OnceLock<Topology>,
    levels: [OnceLock<Shapes>; LEVELS.len()],
}

impl Layer {
    pub(super) fn new(outlines: Vec<Arc<Outline>>, drawing: Option<Drawing>) -> Self {
        Self { outlines, drawing, measures: OnceLock::new(), topology: OnceLock::new(), levels: Default::default() }
    }

    /// What an outline measures; none where it has no points.
    pub(super) fn measures(&self, outline: &Outline) -> Option<Measures> {
        let kept = || self.drawing.as_ref().and_then(|drawing| drawing.measures().ok()).unwrap_or_default();
        let kept = self.measures.get_or_init(kept).get(&outline.id).copied();
        kept.or_else(|| geometry::measures(&outline.shape))
    }

    /// An outline at a level of [`LEVELS`]; as it came where the layer does not hold it.
    pub(super) fn at(&self, outline: &Outline, level: usize) -> Arc<Shape> {
        let metres = LEVELS[level];
        let simplified = (metres > 0.0).then(|| {
            self.levels[level].get_or_init(|| {
                let kept = self.drawing.as_ref().and_then(|drawing| drawing.shapes(level).ok());
                kept.unwrap_or_else(|| self.simplify(metres))
            })
        });
        Arc::clone(simplified.and_then(|shapes| shapes.get(&outline.id)).unwrap_or(&outline.shape))
    }

    fn simplify(&self, metres: f64) -> Shapes {
        let topology = self
            .topology
            .get_or_init(|| Topology::new(&self.outlines.iter().map(|outline| &*outline.shape).collect::<Vec<_>>()));
        let shapes = topology.simplify(metres).into_iter().map(Arc::new);
        self.outlines.iter().map(|outline| outline.id).zip(shapes).collect()
    }
}
