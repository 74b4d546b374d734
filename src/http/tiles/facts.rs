//! Projects and enterprises as features: points near by, clusters from afar or where they are too many.

use super::layer::Layer;
use crate::atlas::Atlas;
use crate::geometry::Bbox;
use crate::geometry::tile::{Dictionary, Tag, Tile, Value, Writer};
use crate::store::area::Located;
use crate::store::spot::{self, Heap, Spot};
use crate::store::{Store, StoreError};

/// The deepest zoom at which they are always clustered.
pub const CLUSTERED: u8 = 10;
/// Single points in a tile at most; where there are more they are clustered at any zoom. Nothing is ever left out.
pub const MOST: usize = 5_000;
/// A tile is cut into 2⁴ × 2⁴ cells for clusters: 32 pixels each where it is 512 wide.
const COARSE: u32 = 4;
/// The same below [`CLUSTERED`], where it stands for more than [`MOST`] points.
const FINE: u32 = 6;
/// Sources that are named at most, those of most facts first.
const SOURCES: usize = 12;

/// The facts of a layer in one state.
pub struct Facts {
    layer: Layer,
    located: Located,
    revision: i32,
    keys: Vec<&'static str>,
    /// Ids of the documents that are made up, in order.
    made_up: Vec<i64>,
    /// The box around all of them.
    pub bounds: Option<Bbox>,
    /// Titles of their sources.
    pub sources: Vec<String>,
    /// Whether any is made up.
    pub sample: bool,
}

impl Facts {
    /// The facts of a layer at a revision, which is the layer's own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn new(
        layer: Layer,
        located: Located,
        revision: i32,
        atlas: &Atlas,
        store: &Store,
    ) -> Result<Self, StoreError> {
        let documents = atlas.documents.all().iter().filter(|document| document.sample);
        let mut made_up: Vec<i64> = documents.map(|document| document.id.0).collect();
        made_up.sort_unstable();
        let mut spread = spot::spread(store, revision, located).await?;
        let bounds = spread.iter().map(|part| part.frame).reduce(|all, part| all.with(&part));
        let sample = spread.iter().any(|part| made_up.binary_search(&part.document).is_ok());
        spread.sort_by_key(|part| std::cmp::Reverse(part.count));
        let title = |id: i64| atlas.documents.id(crate::domain::EntityId(id)).map(|document| document.title.zh.clone());
        let sources = spread.iter().filter_map(|part| title(part.document)).take(SOURCES).collect();
        let keys = layer.fields().iter().map(|field| field.name).collect();
        Ok(Self { layer, located, revision, keys, made_up, bounds, sources, sample })
    }

    /// A tile of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tile(&self, store: &Store, tile: Tile) -> Result<Vec<u8>, StoreError> {
        let bounds = tile.bounds();
        let mut bits = COARSE;
        if tile.z > CLUSTERED {
            let spots = spot::within(store, self.revision, self.located, &bounds, MOST as u64 + 1).await?;
            if spots.len() <= MOST {
                return Ok(self.draw(tile, spots, &[]));
            }
            bits = FINE;
        }
        let grid = tile.grid(bits);
        let heaps = spot::heaps(store, self.revision, self.located, &bounds, &grid, self.needed()).await?;
        // Whoever is alone in a cell is itself.
        let alone: Vec<i64> = heaps.iter().filter(|heap| heap.count == 1).map(|heap| heap.first).collect();
        let spots = match alone.as_slice() {
            [] => Vec::new(),
            alone => spot::of(store, self.revision, self.located, alone).await?,
        };
        Ok(self.draw(tile, spots, &heaps))
    }

    /// The made-up documents, where any fact comes from one: else the database need not look.
    fn needed(&self) -> &[i64] {
        if self.sample { &self.made_up } else { &[] }
    }

    fn draw(&self, tile: Tile, mut spots: Vec<Spot>, heaps: &[Heap]) -> Vec<u8> {
        // The database gives them in no order, and a tile never changes.
        spots.sort_unstable_by_key(|spot| spot.id);
        let mut dictionary = Dictionary::default();
        let mut writer = Writer::new(tile, self.layer.name(), &self.keys);
        let mut tags: Vec<Tag> = Vec::with_capacity(8);
        for spot in spots {
            tags.clear();
            let sample = self.made_up.binary_search(&spot.document).is_ok();
            let texts =
                [("code", Some(spot.code)), ("name", Some(spot.name)), ("nameEn", spot.name_en), ("stage", spot.stage)];
            for (name, text) in texts {
                if let Some(text) = text {
                    self.put(&mut tags, &mut dictionary, name, Value::Text(text));
                }
            }
            self.put(&mut tags, &mut dictionary, "sample", Value::Flag(sample));
            writer.point(tile.spot(spot.at), u64::try_from(spot.id).ok(), &tags);
        }
        for heap in heaps.iter().filter(|heap| heap.count > 1) {
            tags.clear();
            let count = |of: i64| Value::Count(u64::try_from(of).unwrap_or(0));
            let [west, south, east, north] = heap.frame.degrees();
            self.put(&mut tags, &mut dictionary, "point_count", count(heap.count));
            self.put(&mut tags, &mut dictionary, "sample_count", count(heap.sample));
            self.put(&mut tags, &mut dictionary, "sample", Value::Flag(heap.sample > 0));
            self.put(&mut tags, &mut dictionary, "bbox", Value::Text(format!("{west},{south},{east},{north}")));
            writer.point(tile.spot(heap.middle), None, &tags);
        }
        let mut out = Vec::new();
        writer.finish(&dictionary, &mut out);
        out
    }

    fn put(&self, tags: &mut Vec<Tag>, dictionary: &mut Dictionary, name: &str, value: Value) {
        if let Some(key) = self.keys.iter().position(|key| *key == name) {
            tags.push((key as u32, dictionary.enter(value)));
        }
    }
}
