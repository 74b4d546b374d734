//! Projects and enterprises as features: points near by, clusters from afar or where they are too many.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::layer::{Clusters, Layer};
use crate::atlas::Atlas;
use crate::geometry::Bbox;
use crate::geometry::tile::{Dictionary, Grid, Tag, Texts, Tile, Value, Writer};
use crate::store::area::Located;
use crate::store::spot::{self, Heap, Held, MOST_HELD, Reading, Spots, heaped};
use crate::store::{AT_A_TIME, Slot, Store, StoreError, gather};

/// A tile is cut into 2⁴ × 2⁴ cells for clusters: 32 pixels each where it is 512 wide.
const COARSE: u32 = 4;
/// The same where single points would be shown and are too many.
const FINE: u32 = 6;
/// Bytes that one takes, about.
const EACH: usize = 100;
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
    points: Arc<Points>,
    /// Bytes that these may take.
    pub weight: usize,
}

/// All points of a kind in one state, for whichever layers show them; read when a tile is first asked for.
pub type Points = OnceCell<Slot<Spots>>;

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
        points: Arc<Points>,
    ) -> Result<Self, StoreError> {
        let documents = atlas.documents.all().iter().filter(|document| document.sample);
        let mut made_up: Vec<i64> = documents.map(|document| document.id.0).collect();
        made_up.sort_unstable();
        let mut spread = spot::spread(store, revision, located).await?;
        let bounds = spread.iter().map(|part| part.frame).reduce(|all, part| all.with(&part));
        let sample = spread.iter().any(|part| made_up.binary_search(&part.document).is_ok());
        let count: i64 = spread.iter().map(|part| part.count).sum();
        // More are not held.
        let weight = usize::try_from(count).ok().filter(|count| *count <= MOST_HELD).unwrap_or(0) * EACH;
        spread.sort_by_key(|part| std::cmp::Reverse(part.count));
        let title = |id: i64| atlas.documents.id(crate::domain::EntityId(id)).map(|document| document.title.zh.clone());
        let sources = spread.iter().filter_map(|part| title(part.document)).take(SOURCES).collect();
        let keys = layer.fields().iter().map(|field| field.name).collect();
        Ok(Self { layer, located, revision, keys, made_up, bounds, sources, sample, points, weight })
    }

    /// A tile of them. What is held of them and what the database says make the same tile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tile(&self, store: &Store, tile: Tile) -> Result<Vec<u8>, StoreError> {
        let reading = || gather(Reading::new(store, self.revision, self.located, AT_A_TIME));
        match self.points.get_or_try_init(reading).await?.whole() {
            Some(points) => Ok(self.of_points(points, tile)),
            None => self.of_database(store, tile).await,
        }
    }

    fn of_points(&self, points: &Spots, tile: Tile) -> Vec<u8> {
        let found = points.within(&tile.bounds());
        if self.single(tile).is_some_and(|most| found.len() <= most) {
            return self.draw(tile, points.texts(), found, &[]);
        }
        let heaps = heaped(&found, &self.grid(tile), |document| self.is_made_up(document));
        let alone: HashSet<i64> = heaps.iter().filter(|heap| heap.count == 1).map(|heap| heap.first).collect();
        let found = found.into_iter().filter(|spot| alone.contains(&spot.id)).collect();
        self.draw(tile, points.texts(), found, &heaps)
    }

    async fn of_database(&self, store: &Store, tile: Tile) -> Result<Vec<u8>, StoreError> {
        let bounds = tile.bounds();
        if let Some(most) = self.single(tile) {
            let spots = spot::within(store, self.revision, self.located, &bounds, most as u64 + 1).await?;
            if spots.len() <= most {
                let points = Spots::of(spots)?;
                return Ok(self.draw(tile, points.texts(), points.all().collect(), &[]));
            }
        }
        let heaps = spot::heaps(store, self.revision, self.located, &bounds, &self.grid(tile), self.needed()).await?;
        // Whoever is alone in a cell is itself.
        let alone: Vec<i64> = heaps.iter().filter(|heap| heap.count == 1).map(|heap| heap.first).collect();
        let spots = match alone.as_slice() {
            [] => Vec::new(),
            alone => spot::of(store, self.revision, self.located, alone).await?,
        };
        let points = Spots::of(spots)?;
        Ok(self.draw(tile, points.texts(), points.all().collect(), &heaps))
    }

    /// How many single points a tile shows at most; none where its zoom is always clustered.
    fn single(&self, tile: Tile) -> Option<usize> {
        let Clusters { down_to, most } = self.layer.clusters();
        down_to.is_none_or(|zoom| tile.z > zoom).then_some(most)
    }

    /// The cells of its clusters.
    fn grid(&self, tile: Tile) -> Grid {
        tile.grid(if self.single(tile).is_some() { FINE } else { COARSE })
    }

    /// The made-up documents, where any fact comes from one: else the database need not look.
    fn needed(&self) -> &[i64] {
        if self.sample { &self.made_up } else { &[] }
    }

    fn is_made_up(&self, document: i64) -> bool {
        self.made_up.binary_search(&document).is_ok()
    }

    fn draw(&self, tile: Tile, texts: &Texts, mut spots: Vec<&Held>, heaps: &[Heap]) -> Vec<u8> {
        // They come in no order of theirs, and a tile never changes.
        spots.sort_unstable_by_key(|spot| spot.id);
        let mut values = Dictionary::default();
        // Values stand behind the texts.
        let behind = texts.count();
        let mut writer = Writer::new(tile, self.layer.name(), &self.keys);
        let mut tags: Vec<Tag> = Vec::with_capacity(8);
        let key = |name: &str| self.keys.iter().position(|key| *key == name).map(|key| key as u32);
        let told = ["code", "name", "nameEn", "stage"].map(key);
        let (sample, flags) = (key("sample"), [false, true].map(|flag| behind + values.enter(Value::Flag(flag))));
        let flag = |made_up: bool| sample.map(|key| (key, flags[usize::from(made_up)]));
        for spot in spots {
            tags.clear();
            tags.extend(told.iter().zip(spot.texts()).filter_map(|(key, text)| (*key).zip(text)));
            tags.extend(flag(self.is_made_up(spot.document)));
            writer.point(tile.spot(spot.at), u64::try_from(spot.id).ok(), &tags);
        }
        for heap in heaps.iter().filter(|heap| heap.count > 1) {
            tags.clear();
            let count = |of: i64| Value::Count(u64::try_from(of).unwrap_or(0));
            let [west, south, east, north] = heap.frame.degrees();
            let mut put =
                |name: &str, value: Value| tags.extend(key(name).map(|key| (key, behind + values.enter(value))));
            put("point_count", count(heap.count));
            put("sample_count", count(heap.sample));
            put("sample", Value::Flag(heap.sample > 0));
            put("bbox", Value::Text(format!("{west},{south},{east},{north}")));
            writer.point(tile.spot(heap.middle), None, &tags);
        }
        let mut out = Vec::new();
        let value = |place: u32| match place.checked_sub(behind) {
            Some(place) => values.value(place),
            None => texts.value(place),
        };
        writer.finish(value, &mut out);
        out
    }
}
