//! Regions, zones and layout elements as features: outlines from the atlas, projected when a zoom first asks for them.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::layer::{Field, Layer};
use crate::atlas::{Atlas, Footprint, Place};
use crate::domain::Point;
use crate::geometry::tile::{Dictionary, Frame, Pen, Projected, Tag, Tile, Value, Writer, tolerance};
use crate::geometry::{Bbox, LEVELS, snap};

/// The places of a layer in one state.
pub struct Places {
    layer: Layer,
    keys: Vec<&'static str>,
    dictionary: Dictionary,
    features: Vec<Feature>,
    /// The box around all of them.
    pub bounds: Option<Bbox>,
    /// Whom to name where they are shown.
    pub attributions: BTreeSet<String>,
    /// Whether any is made up.
    pub sample: bool,
}

struct Feature {
    id: u64,
    tags: Vec<Tag>,
    frame: Frame,
    label: Point,
    footprint: Arc<Footprint>,
    /// One for each of [`LEVELS`].
    levels: [OnceLock<Projected>; LEVELS.len()],
}

/// Attributes of a feature, by name.
struct Tags<'a> {
    fields: &'static [Field],
    dictionary: &'a mut Dictionary,
    list: Vec<Tag>,
}

impl Tags<'_> {
    fn put(&mut self, name: &str, value: Value) {
        if let Some(key) = self.fields.iter().position(|field| field.name == name) {
            self.list.push((key as u32, self.dictionary.enter(value)));
        }
    }

    fn text(&mut self, name: &str, text: &str) {
        self.put(name, Value::Text(text.to_owned()));
    }
}

impl Places {
    /// The places of a layer that have an outline on the atlas's day.
    pub fn new(layer: Layer, atlas: &Atlas) -> Self {
        let mut made = Self {
            layer,
            keys: layer.fields().iter().map(|field| field.name).collect(),
            dictionary: Dictionary::default(),
            features: Vec::new(),
            bounds: None,
            attributions: BTreeSet::new(),
            sample: false,
        };
        let of_layer = |place: &Place| {
            matches!(
                (layer, place),
                (Layer::Regions, Place::Region(_)) | (Layer::Zones, Place::Zone(_)) | (Layer::Layout, Place::Layout(_))
            )
        };
        for place in atlas.places().filter(of_layer) {
            if let Some(footprint) = atlas.footprint(place.id(), atlas.on) {
                let sample = footprint.sample || atlas.cites_sample(place.citations());
                made.add(&place, footprint, sample);
            }
        }
        made
    }

    fn add(&mut self, place: &Place, footprint: Arc<Footprint>, sample: bool) {
        let (Some(measures), Ok(id)) = (footprint.measures().copied(), u64::try_from(place.id().0)) else { return };
        let mut tags =
            Tags { fields: self.layer.fields(), dictionary: &mut self.dictionary, list: Vec::with_capacity(8) };
        tags.text("code", place.code());
        tags.text("name", &place.name().zh);
        if let Some(english) = &place.name().en {
            tags.text("nameEn", english);
        }
        match place {
            Place::Region(region) => tags.text("kind", region.kind.word()),
            Place::Zone(zone) => {
                if let Some(level) = &zone.level {
                    tags.text("level", &level.zh);
                }
                tags.text("listing", zone.listing.word());
            }
            Place::Layout(element) => {
                tags.text("form", element.form.word());
                tags.text("plan", &element.plan);
            }
        }
        tags.text("accuracy", footprint.accuracy.word());
        tags.put("sample", Value::Flag(sample));
        let tags = tags.list;
        self.bounds = Some(self.bounds.map_or(measures.bbox, |bounds| bounds.with(&measures.bbox)));
        self.sample |= sample;
        self.attributions.extend(footprint.attributions.iter().cloned());
        self.attributions.extend(footprint.review_number.iter().map(|number| format!("审图号 {number}")));
        self.features.push(Feature {
            id,
            tags,
            frame: Frame::new(&measures.bbox),
            label: measures.label_point,
            footprint,
            levels: Default::default(),
        });
    }

    /// A tile of them.
    pub fn tile(&self, tile: Tile) -> Vec<u8> {
        let level = snap(tolerance(tile.z));
        let mut pen = Pen::default();
        let mut outlines = Writer::new(tile, self.layer.name(), &self.keys);
        let mut labels = Writer::new(tile, self.layer.labels().unwrap_or_default(), &self.keys);
        let bounds = tile.bounds();
        for feature in self.features.iter().filter(|feature| feature.frame.meets(tile)) {
            let shape =
                feature.levels[level].get_or_init(|| Projected::new(&feature.footprint.drawn(LEVELS[level]).shape));
            outlines.shape(&mut pen, shape, feature.id, &feature.tags);
            // Held by one tile alone, so that a name is written once.
            if bounds.contains(feature.label) {
                labels.point(tile.spot(feature.label), Some(feature.id), &feature.tags);
            }
        }
        let mut out = Vec::new();
        outlines.finish(|place| self.dictionary.value(place), &mut out);
        labels.finish(|place| self.dictionary.value(place), &mut out);
        out
    }

    /// Bytes that it takes or keeps alive, about.
    pub fn weight(&self) -> usize {
        let vertices = |feature: &Feature| feature.footprint.measures().map_or(0, |measures| measures.vertex_count);
        // Every level as shape, as GeoJSON and projected comes to about this for a vertex of the finest.
        self.features.iter().map(|feature| 128 * vertices(feature) + 512).sum::<usize>() + self.dictionary.weight()
    }
}
