//! Which state of a layer a tile shows, and how an address names it.
//!
//! A layer looks as the last revision that touched it left it, so that revision's number names its state. Which outline
//! is in force depends on the day as well: then the day since which it has looked like this is added (`17~2027-01-01`),
//! unless it looked so already when the revision was made. So no address ever changes what it shows.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::facts::{Facts, Points};
use super::layer::Layer;
use super::places::Places;
use crate::atlas::Atlas;
use crate::domain::{Outline, PeriodCode};
use crate::geometry::tile::Tile;
use crate::store::area::Located;
use crate::store::{Revision, Store, StoreError};

/// Weight of a state at least: it keeps parts of an atlas alive.
const LEAST: usize = 8 << 20;

/// Stands for the time before the first day on which anything changed.
const BEFORE: NaiveDate = match NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// The name of a state of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token {
    /// The last revision that touched the layer.
    pub revision: i32,
    /// Since when it has looked like this; none where that is how it looked when the revision was made.
    pub since: Option<NaiveDate>,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.revision)?;
        self.since.map_or(Ok(()), |since| write!(f, "~{since}"))
    }
}

impl FromStr for Token {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (number, since) = match text.split_once('~') {
            Some((number, day)) => (number, Some(day.parse().map_err(|_| ())?)),
            None => (text, None),
        };
        let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let revision = number.parse().ok().filter(|number| plain && *number > 0);
        revision.map(|revision| Self { revision, since }).ok_or(())
    }
}

impl Token {
    /// The name of the state of a layer that an atlas shows, given the revision that last touched the layer.
    pub fn of(layer: Layer, atlas: &Atlas, made: &Revision) -> Self {
        let since = epoch(layer, atlas, atlas.on);
        let then = epoch(layer, atlas, made.committed_at.date_naive());
        Self { revision: made.number, since: (since != then).then_some(since.unwrap_or(BEFORE)) }
    }
}

/// The last day up to `on` on which an outline of the layer came into force or went out; none before the first.
fn epoch(layer: Layer, atlas: &Atlas, on: NaiveDate) -> Option<NaiveDate> {
    let outlines = atlas.outlines.all().iter().filter(|outline| layer.draws(outline.place.0));
    let days = |outline: &Outline| [outline.valid_from, outline.valid_to].into_iter().flatten().map(PeriodCode::start);
    outlines.flat_map(|outline| days(outline)).filter(|day| *day <= on).max()
}

/// A layer in one state.
pub struct State {
    /// The layer.
    pub layer: Layer,
    /// The name of the state.
    pub token: Token,
    /// Tells the state from one of the same name in another database, or drawn by another version of this program.
    pub mark: String,
    content: Content,
}

enum Content {
    Places(Places),
    Facts(Facts),
}

/// What TileJSON says of a layer.
pub struct About<'a> {
    /// West, south, east, north in degrees; none where there is nothing.
    pub bounds: Option<[f64; 4]>,
    /// Whom to name.
    pub sources: Vec<&'a str>,
    /// Whether anything in it is made up.
    pub sample: bool,
}

impl State {
    /// A layer as an atlas shows it, given the revision that last touched it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn new(
        layer: Layer,
        atlas: &Atlas,
        made: &Revision,
        store: &Store,
        points: impl FnOnce(Located, i32) -> Arc<Points>,
    ) -> Result<Self, StoreError> {
        let content = match layer.located() {
            Some(located) => {
                let points = points(located, made.number);
                Content::Facts(Facts::new(layer, located, made.number, atlas, store, points).await?)
            }
            None => Content::Places(Places::new(layer, atlas)),
        };
        let mark = Sha256::digest(format!("{} {}", made.digest, env!("CARGO_PKG_VERSION")));
        let mark = hex::encode(mark.get(..4).unwrap_or_default());
        Ok(Self { layer, token: Token::of(layer, atlas, made), mark, content })
    }

    /// The address of a tile of it; `{z}/{x}/{y}` for all.
    pub fn address(&self, tile: &str) -> String {
        format!("/tiles/{}/{}/{tile}.mvt?v={}", self.token, self.layer.name(), self.mark)
    }

    /// A tile of it that must be drawn from memory; none where that takes the database.
    pub fn drawn(&self, tile: Tile) -> Option<Vec<u8>> {
        match &self.content {
            Content::Places(places) => Some(places.tile(tile)),
            Content::Facts(_) => None,
        }
    }

    /// A tile of it that must be read from the database; none where it is drawn from memory.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(&self, store: &Store, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
        match &self.content {
            Content::Places(_) => Ok(None),
            Content::Facts(facts) => facts.tile(store, tile).await.map(Some),
        }
    }

    /// What TileJSON says of it.
    pub fn about(&self) -> About<'_> {
        match &self.content {
            Content::Places(places) => About {
                bounds: places.bounds.map(|bounds| bounds.degrees()),
                sources: places.attributions.iter().map(String::as_str).collect(),
                sample: places.sample,
            },
            Content::Facts(facts) => About {
                bounds: facts.bounds.map(|bounds| bounds.degrees()),
                sources: facts.sources.iter().map(String::as_str).collect(),
                sample: facts.sample,
            },
        }
    }

    /// Bytes that it counts for.
    pub fn weight(&self) -> u32 {
        let weight = match &self.content {
            Content::Places(places) => places.weight(),
            Content::Facts(facts) => facts.weight,
        };
        u32::try_from(weight.max(LEAST)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::atlas::Source;

    /// A state without anything in it.
    pub fn nothing(revision: i32) -> State {
        let atlas = Atlas::build(Source::default(), BEFORE, None).unwrap();
        let places = Places::new(Layer::Regions, &atlas);
        let token = Token { revision, since: None };
        State { layer: Layer::Regions, token, mark: String::new(), content: Content::Places(places) }
    }

    #[test]
    fn a_name_is_a_number_and_perhaps_a_day() {
        for text in ["17", "1~2027-01-01"] {
            assert_eq!(text.parse::<Token>().unwrap().to_string(), text);
        }
        for text in ["", "0", "-1", "+1", "1~", "1~x", "x", "99999999999", "1~2027-01-01~"] {
            assert!(text.parse::<Token>().is_err(), "{text}");
        }
        let before = Token { revision: 3, since: Some(BEFORE) };
        assert_eq!(before.to_string().parse(), Ok(before));
    }
}
