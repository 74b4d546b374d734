//! Outlines of one kind in force together: simplified together, so that neighbours keep their common border.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::domain::{EntityId, Outline, Shape};
use crate::geometry::{LEVELS, Topology};

/// Outlines of one kind in force together.
pub(super) struct Layer {
    outlines: Vec<Arc<Outline>>,
    positions: HashMap<EntityId, usize>,
    topology: OnceLock<Topology>,
    levels: [OnceLock<Vec<Arc<Shape>>>; LEVELS.len()],
}

impl Layer {
    pub(super) fn new(outlines: Vec<Arc<Outline>>) -> Self {
        let positions = outlines.iter().enumerate().map(|(at, outline)| (outline.id, at)).collect();
        Self { outlines, positions, topology: OnceLock::new(), levels: Default::default() }
    }

    /// An outline at a level of [`LEVELS`]; as it came where the layer does not hold it.
    pub(super) fn at(&self, outline: &Outline, level: usize) -> Arc<Shape> {
        let position = self.positions.get(&outline.id).filter(|_| LEVELS[level] > 0.0);
        let simplified =
            position.and_then(|at| self.levels[level].get_or_init(|| self.simplify(LEVELS[level])).get(*at).cloned());
        simplified.unwrap_or_else(|| Arc::clone(&outline.shape))
    }

    fn simplify(&self, metres: f64) -> Vec<Arc<Shape>> {
        let topology = self
            .topology
            .get_or_init(|| Topology::new(&self.outlines.iter().map(|outline| &*outline.shape).collect::<Vec<_>>()));
        topology.simplify(metres).into_iter().map(Arc::new).collect()
    }
}
