//! The bytes of a Mapbox Vector Tile 2.1, written straight: each feature once into one buffer, values by reference to a
//! table. <https://github.com/mapbox/vector-tile-spec/tree/master/2.1>

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use hashbrown::hash_table::Entry;
use hashbrown::{HashMap, HashTable};

use super::{At, EXTENT, Pen, Projected, Tile};

/// A value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A text.
    Text(String),
    /// A count.
    Count(u64),
    /// Yes or no.
    Flag(bool),
}

/// An attribute: the place of its name among the names of the layer, and of its value in a [`Dictionary`].
pub type Tag = (u32, u32);

/// Texts as values, each once, encoded one behind the other.
#[derive(Debug, Default)]
pub struct Texts {
    encoded: Vec<u8>,
    ends: Vec<u32>,
    known: HashTable<u32>,
    hasher: RandomState,
}

impl Texts {
    /// The place of a text, which is put in where it is new; none once there is more than a tile can refer to.
    pub fn enter(&mut self, text: &str) -> Option<u32> {
        let value = encode_text(text);
        let Self { encoded, ends, known, hasher } = self;
        let of = |place: &u32| &encoded[range(ends, *place)];
        match known.entry(hasher.hash_one(&*value), |place| of(place) == value, |place| hasher.hash_one(of(place))) {
            Entry::Occupied(place) => Some(*place.get()),
            Entry::Vacant(room) => {
                let (place, end) = (u32::try_from(ends.len()).ok()?, u32::try_from(encoded.len() + value.len()).ok()?);
                room.insert(place);
                ends.push(end);
                encoded.extend_from_slice(&value);
                Some(place)
            }
        }
    }

    /// Whatever comes now is new: what is only needed to tell is put away.
    pub fn settle(&mut self) {
        self.known = HashTable::new();
        self.encoded.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.ends.len() as u32
    }

    /// A text as a value.
    pub fn value(&self, place: u32) -> &[u8] {
        self.encoded.get(range(&self.ends, place)).unwrap_or_default()
    }
}

/// Where a text stands; nowhere where there is none.
fn range(ends: &[u32], place: u32) -> Range<usize> {
    let end = |at: usize| ends.get(at).map_or(0, |end| *end as usize);
    let at = place as usize;
    at.checked_sub(1).map_or(0, end)..end(at)
}

/// The values that features refer to, each once.
#[derive(Debug, Default)]
pub struct Dictionary {
    places: HashMap<Value, u32>,
    encoded: Vec<Vec<u8>>,
}

impl Dictionary {
    /// The place of a value, which is put in where it is new.
    pub fn enter(&mut self, value: Value) -> u32 {
        if let Some(place) = self.places.get(&value) {
            return *place;
        }
        let place = self.encoded.len() as u32;
        self.encoded.push(encode(&value));
        self.places.insert(value, place);
        place
    }

    /// A value as it is written.
    pub fn value(&self, place: u32) -> &[u8] {
        self.encoded.get(place as usize).map_or(&[], Vec::as_slice)
    }

    /// Bytes that it takes, about.
    pub fn weight(&self) -> usize {
        self.encoded.iter().map(|bytes| 2 * bytes.len() + 64).sum()
    }
}

fn encode_text(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 4);
    bytes(&mut out, 1, text.as_bytes());
    out
}

fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    match value {
        Value::Text(text) => return encode_text(text),
        Value::Count(count) => number(&mut out, 5, *count),
        Value::Flag(flag) => number(&mut out, 7, u64::from(*flag)),
    }
    out
}

/// Commands of the geometry of a feature.
#[derive(Debug, Default)]
pub struct Commands {
    kind: u64,
    bytes: Vec<u8>,
    cursor: At,
}

impl Commands {
    pub(super) fn begin(&mut self, kind: u64) {
        self.kind = kind;
        self.bytes.clear();
        self.cursor = (0, 0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A closed ring of at least three positions.
    pub(super) fn ring(&mut self, points: &[At]) {
        self.line(points);
        self.command(7, 1);
    }

    pub(super) fn line(&mut self, points: &[At]) {
        let Some((first, rest)) = points.split_first() else { return };
        self.command(1, 1);
        self.to(*first);
        self.command(2, rest.len() as u64);
        rest.iter().for_each(|point| self.to(*point));
    }

    fn point(&mut self, point: At) {
        self.command(1, 1);
        self.to(point);
    }

    fn command(&mut self, id: u64, count: u64) {
        varint(&mut self.bytes, count << 3 | id);
    }

    fn to(&mut self, (x, y): At) {
        for delta in [x - self.cursor.0, y - self.cursor.1] {
            varint(&mut self.bytes, u64::from((delta << 1 ^ delta >> 31) as u32));
        }
        self.cursor = (x, y);
    }

    /// The positions of each ring or line, read back.
    #[cfg(test)]
    pub(super) fn decoded(&self) -> Vec<Vec<At>> {
        let mut numbers = Vec::new();
        let (mut value, mut shift) = (0_u64, 0);
        for byte in &self.bytes {
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                numbers.push(value);
                (value, shift) = (0, 0);
            }
        }
        let mut parts: Vec<Vec<At>> = Vec::new();
        let mut cursor = (0, 0);
        let mut numbers = numbers.into_iter();
        while let Some(command) = numbers.next() {
            if command & 7 == 1 {
                parts.push(Vec::new());
            }
            for _ in 0..if command & 7 == 7 { 0 } else { command >> 3 } {
                let mut delta = || numbers.next().map_or(0, |n| (n >> 1) as i32 ^ -((n & 1) as i32));
                cursor = (cursor.0 + delta(), cursor.1 + delta());
                parts.last_mut().unwrap().push(cursor);
            }
        }
        parts
    }
}

/// Writes one layer of a tile.
pub struct Writer<'a> {
    tile: Tile,
    name: &'a str,
    keys: &'a [&'a str],
    features: Vec<u8>,
    feature: Vec<u8>,
    tags: Vec<u8>,
    commands: Commands,
    /// Place among all values → place in this layer.
    places: HashMap<u32, u32>,
    used: Vec<u32>,
}

impl<'a> Writer<'a> {
    /// A layer with the names of its attributes.
    pub fn new(tile: Tile, name: &'a str, keys: &'a [&'a str]) -> Self {
        Self {
            tile,
            name,
            keys,
            features: Vec::new(),
            feature: Vec::new(),
            tags: Vec::new(),
            commands: Commands::default(),
            places: HashMap::new(),
            used: Vec::new(),
        }
    }

    /// What the tile shows of a shape, as a feature; none where it shows nothing of it.
    pub fn shape(&mut self, pen: &mut Pen, shape: &Projected, id: u64, tags: &[Tag]) {
        if pen.draw(shape, self.tile, &mut self.commands) {
            self.feature(Some(id), tags);
        }
    }

    /// A point in units of the tile; an id where it stands for one thing.
    pub fn point(&mut self, at: (i32, i32), id: Option<u64>, tags: &[Tag]) {
        self.commands.begin(1);
        self.commands.point(at);
        self.feature(id, tags);
    }

    fn feature(&mut self, id: Option<u64>, tags: &[Tag]) {
        self.feature.clear();
        self.tags.clear();
        if let Some(id) = id {
            number(&mut self.feature, 1, id);
        }
        for &(key, value) in tags {
            let used = &mut self.used;
            let place = self.places.entry(value).or_insert_with(|| {
                used.push(value);
                used.len() as u32 - 1
            });
            varint(&mut self.tags, key.into());
            varint(&mut self.tags, u64::from(*place));
        }
        bytes(&mut self.feature, 2, &self.tags);
        number(&mut self.feature, 3, self.commands.kind);
        bytes(&mut self.feature, 4, &self.commands.bytes);
        bytes(&mut self.features, 2, &self.feature);
    }

    /// Adds the layer to a tile, given the values by their places; one without features is left out.
    pub fn finish<'v>(self, value: impl Fn(u32) -> &'v [u8], tile: &mut Vec<u8>) {
        if self.features.is_empty() {
            return;
        }
        let mut layer = Vec::with_capacity(self.features.len() + self.used.len() * 24 + 256);
        number(&mut layer, 15, 2);
        bytes(&mut layer, 1, self.name.as_bytes());
        layer.extend_from_slice(&self.features);
        for key in self.keys {
            bytes(&mut layer, 3, key.as_bytes());
        }
        for place in self.used {
            bytes(&mut layer, 4, value(place));
        }
        number(&mut layer, 5, EXTENT as u64);
        bytes(tile, 3, &layer);
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification() {
        // 4.3.5.6 "Example Multi Polygon", the first two rings' worth: a square with its commands as published.
        let mut commands = Commands::default();
        commands.begin(3);
        commands.ring(&[(0, 0), (10, 0), (10, 10), (0, 10)]);
        assert_eq!(commands.bytes, [9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15]);
        assert_eq!(commands.decoded(), [vec![(0, 0), (10, 0), (10, 10), (0, 10)]]);
    }

    #[test]
    fn a_value_is_written_once_and_only_where_it_is_used() {
        let mut dictionary = Dictionary::default();
        let unused = dictionary.enter(Value::Text("unused".to_owned()));
        let red = dictionary.enter(Value::Text("red".to_owned()));
        assert_eq!(dictionary.enter(Value::Text("red".to_owned())), red);
        assert_ne!(unused, red);
        let mut writer = Writer::new(Tile::new(0, 0, 0).unwrap(), "layer", &["colour"]);
        writer.point((1, 1), Some(7), &[(0, red)]);
        writer.point((2, 2), None, &[(0, red)]);
        let mut tile = Vec::new();
        writer.finish(|place| dictionary.value(place), &mut tile);
        let count = |text: &[u8]| tile.windows(text.len()).filter(|part| *part == text).count();
        assert_eq!((count(b"red"), count(b"unused"), count(b"colour")), (1, 0, 1));
        let mut nothing = Vec::new();
        Writer::new(Tile::new(0, 0, 0).unwrap(), "layer", &[]).finish(|_| &[], &mut nothing);
        assert!(nothing.is_empty());
    }

    #[test]
    fn a_text_has_one_place_and_is_a_value_there() {
        let mut texts = Texts::default();
        let places: Vec<u32> = ["a", "河南", "", "a"].iter().map(|text| texts.enter(text).unwrap()).collect();
        assert_eq!(places, [0, 1, 2, 0]);
        texts.settle();
        assert_eq!(texts.count(), 3);
        for (place, text) in [(0, "a"), (1, "河南"), (2, "")] {
            assert_eq!(texts.value(place), encode(&Value::Text(text.to_owned())));
        }
        assert_eq!(texts.value(3), [0_u8; 0]);
    }
}
