//! Conditions on where something lies.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{ID, InputObject, OneofObject};

use super::fault::Fault;
use super::loaders::Facts;
use super::scalars::GeoJson;
use super::view::View;
use crate::domain::{self, EntityId, Shape};
use crate::geometry::{self, Bbox, WHOLE};
use crate::package;
use crate::store::area::{self, Located, MOST_POINTS, Within};

/// Positions of a drawn area, at most.
const MOST_POSITIONS: usize = 5_000;
/// Metres around a point, at most.
const MOST_METRES: f64 = 500_000.0;

/// 经纬度范围，单位度。
/// A box in degrees of longitude and latitude.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "BBoxInput")]
pub struct BBoxInput {
    /// 西界经度。
    /// Westernmost longitude.
    pub west: f64,
    /// 南界纬度。
    /// Southernmost latitude.
    pub south: f64,
    /// 东界经度。
    /// Easternmost longitude.
    pub east: f64,
    /// 北界纬度。
    /// Northernmost latitude.
    pub north: f64,
}

/// 一点及其周围的距离。
/// A point and a distance around it.
#[derive(Debug, Clone, InputObject)]
pub struct NearInput {
    /// 经度，度。
    /// Longitude in degrees.
    pub lon: f64,
    /// 纬度，度。
    /// Latitude in degrees.
    pub lat: f64,
    /// 距离，米，沿椭球面量取；至多 500 公里。
    /// Distance in metres along the ellipsoid; 500 km at most.
    pub metres: f64,
}

/// 一片范围，恰给一种。
/// An area: exactly one of the ways to say it.
#[derive(Debug, Clone, OneofObject)]
pub enum Area {
    /// 经纬度范围。
    /// A box.
    Bbox(BBoxInput),
    /// 一个地点（行政区、开发区或布局要素的代码）的轮廓。
    /// The outline of a place: the code of a region, a zone or a layout element.
    Place(ID),
    /// 所画的多边形（RFC 7946 的 Polygon 或 MultiPolygon，环线方向不限，至多 5000 点）。
    /// A drawn polygon: a Polygon or MultiPolygon of RFC 7946, its rings either way round, 5,000 positions at most.
    Geojson(GeoJson),
    /// 一点周围若干米之内。
    /// Within some metres of a point.
    Near(NearInput),
}

/// 空间条件。两项都给时须同时成立；没有轮廓或位置的事物都不满足。
/// Condition on where something lies. Both must hold where both are given; what has no outline or position meets none.
#[derive(Debug, Clone, InputObject)]
pub struct SpatialFilter {
    /// 与该范围相交；对于点，即位于其内（含边线）。
    /// Meets the area; for a point: lies in it, its edges included.
    pub intersects: Option<Area>,
    /// 位于该范围之内（含边线；千分之一的出入不计，各来源所画的同一条界线总有出入）。
    /// Lies within the area, its edges included; a thousandth part outside is passed over, as sources draw one border
    /// a little apart.
    pub within: Option<Area>,
    /// 相交时，自身面积至少有此比例在范围之内（按椭球面量算），以免因边界碎片而误入；对点无意义；为空则任何接触即算。
    /// For `intersects`: the least share of the thing's own area that must lie in the area, measured on the ellipsoid, so
    /// that border slivers do not count. Not used for points; null: any touch.
    #[graphql(default_with = "Some(0.01)")]
    pub min_overlap: Option<f64>,
}

/// A condition whose areas are known.
pub struct Space {
    intersects: Option<geometry::Area>,
    within: Option<geometry::Area>,
    least: Option<f64>,
}

/// Where facts must lie: boxes as they are, other areas as the facts in them.
#[derive(Debug, Default)]
pub struct Where {
    /// In this box.
    pub bbox: Option<Bbox>,
    /// In all of these.
    pub within: Vec<Within>,
}

impl SpatialFilter {
    /// The condition with its areas looked up and checked.
    ///
    /// # Errors
    /// [`Fault`] when an area is none: turned round, unknown, not drawn, crossing itself, too large.
    pub fn open(&self, view: &View) -> Result<Space, Fault> {
        if self.min_overlap.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return Err(Fault::argument("minOverlap", "须在 0 与 1 之间", "must be within 0 … 1"));
        }
        let open = |area: &Option<Area>| area.as_ref().map(|area| area.open(view)).transpose();
        Ok(Space { intersects: open(&self.intersects)?, within: open(&self.within)?, least: self.min_overlap })
    }

    /// The condition for facts of a kind, which are points.
    ///
    /// # Errors
    /// As of [`SpatialFilter::open`], and when too many points stand near a border to be looked at.
    pub async fn points(&self, view: &View, located: Located) -> Result<Where, Fault> {
        let space = self.open(view)?;
        let mut found = Where::default();
        for area in [space.intersects, space.within].into_iter().flatten() {
            if area.is_box() {
                let frame = area.frame();
                found.bbox = Some(found.bbox.map_or(frame, |other| common(other, frame)));
                continue;
            }
            let key = PointsIn { located, area: Arc::new(area) };
            let within = view.facts().load_one(key).await?.flatten();
            found.within.push(within.ok_or_else(|| {
                let (zh, en) = (
                    format!("边线附近有超过 {MOST_POINTS} 个点，请缩小范围或改用 bbox"),
                    format!("more than {MOST_POINTS} points stand near its border; draw it smaller, or give a bbox"),
                );
                Fault::argument("space", zh, en)
            })?);
        }
        Ok(found)
    }
}

/// What two boxes have in common; a box turned round, which holds nothing, when they are apart.
fn common(a: Bbox, b: Bbox) -> Bbox {
    Bbox {
        min: domain::Point { x: a.min.x.max(b.min.x), y: a.min.y.max(b.min.y) },
        max: domain::Point { x: a.max.x.min(b.max.x), y: a.max.y.min(b.max.y) },
    }
}

impl Space {
    /// Whether a place meets the condition with the outline in force on the day of the view.
    pub fn holds(&self, view: &View, place: EntityId) -> bool {
        let Some(footprint) = view.atlas().footprint(place, view.on()) else { return false };
        let shape = &**footprint.shape();
        let km2 = footprint.measures().map_or(0.0, |measures| measures.area_km2);
        let near = |area: &geometry::Area| {
            footprint.measures().is_some_and(|measures| measures.bbox.intersects(&area.frame()))
        };
        let intersects = |area: &geometry::Area| match self.least {
            Some(least) if km2 > 0.0 => {
                let share = area.share_of(shape, km2);
                share > 0.0 && share >= least
            }
            _ => area.meets(shape),
        };
        let within = |area: &geometry::Area| match shape {
            Shape::Polygons(_) => area.share_of(shape, km2) >= WHOLE,
            Shape::Lines(lines) => lines.iter().flatten().all(|point| area.holds(*point)),
            Shape::Point(point) => area.holds(*point),
        };
        self.intersects.as_ref().is_none_or(|area| near(area) && intersects(area))
            && self.within.as_ref().is_none_or(|area| near(area) && within(area))
    }
}

/// A position in degrees, as whole units.
fn position(lon: f64, lat: f64) -> Option<domain::Point> {
    let fixed = |degrees: f64, most: f64| (degrees.abs() <= most).then(|| (degrees * 1e7).round() as i32);
    Some(domain::Point { x: fixed(lon, 180.0)?, y: fixed(lat, 90.0)? })
}

impl NearInput {
    /// The point.
    ///
    /// # Errors
    /// [`Fault`] when it lies outside the world.
    pub fn centre(&self) -> Result<domain::Point, Fault> {
        position(self.lon, self.lat)
            .ok_or_else(|| Fault::argument("near", "须为经度、纬度（度）", "a longitude and a latitude in degrees"))
    }
}

impl Area {
    fn open(&self, view: &View) -> Result<geometry::Area, Fault> {
        match self {
            Self::Bbox(found) => {
                let corners = position(found.west, found.south).zip(position(found.east, found.north));
                let frame = corners.filter(|(min, max)| min.x <= max.x && min.y <= max.y);
                let (min, max) = frame.ok_or_else(|| {
                    let en = "west ≤ east and south ≤ north, within the world";
                    Fault::argument("bbox", "须西 ≤ 东、南 ≤ 北且在地球范围之内", en)
                })?;
                Ok(geometry::Area::of_box(Bbox { min, max }))
            }
            Self::Place(code) => of_place(view, code),
            Self::Geojson(drawn) => of_drawn(drawn),
            Self::Near(near) => {
                let centre = near.centre()?;
                let metres = Some(near.metres).filter(|metres| *metres > 0.0 && *metres <= MOST_METRES);
                metres.and_then(|metres| geometry::Area::disc(centre, metres)).ok_or_else(|| {
                    let (zh, en) = (
                        "metres 须大于 0 且不超过 500000，范围不得跨 180° 经线或含极点",
                        "metres must be more than 0 and 500,000 at most, and neither the 180° meridian nor a pole within",
                    );
                    Fault::argument("near", zh, en)
                })
            }
        }
    }
}

fn of_place(view: &View, code: &str) -> Result<geometry::Area, Fault> {
    let atlas = view.atlas();
    let place = atlas.places().find(|place| place.code() == code).ok_or_else(|| {
        let codes: Vec<String> = atlas.places().map(|place| place.code().to_owned()).collect();
        Fault::unknown_code("Place", code, codes.iter().map(String::as_str))
    })?;
    let footprint = atlas.footprint(place.id(), view.on());
    footprint.and_then(|footprint| geometry::Area::of_shape(footprint.shape())).ok_or_else(|| {
        let (zh, en) =
            (format!("「{code}」没有已知的面状轮廓"), format!("no outline with an area is known of «{code}»"));
        Fault::argument("place", zh, en)
    })
}

fn of_drawn(drawn: &GeoJson) -> Result<geometry::Area, Fault> {
    let text = std::str::from_utf8(&drawn.0).unwrap_or_default();
    let shape = package::drawn(text, MOST_POSITIONS).map_err(|(zh, en)| Fault::argument("geojson", zh, en))?;
    geometry::Area::of_shape(&shape).ok_or_else(|| {
        Fault::argument("geojson", "须为 Polygon 或 MultiPolygon", "must be a Polygon or a MultiPolygon")
    })
}

/// The facts of a kind in an area.
#[derive(Debug, Clone, PartialEq)]
pub struct PointsIn {
    located: Located,
    area: Arc<geometry::Area>,
}

impl Eq for PointsIn {}

/// Equal areas have equal frames; that is all a hash must promise.
impl Hash for PointsIn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Bbox { min, max } = self.area.frame();
        (self.located, min, max).hash(state);
    }
}

impl Loader<PointsIn> for Facts {
    type Value = Option<Within>;
    type Error = Fault;

    async fn load(&self, keys: &[PointsIn]) -> Result<HashMap<PointsIn, Self::Value>, Fault> {
        let mut found = HashMap::new();
        for key in keys {
            let within = area::within(&self.store, self.at, key.located, &key.area).await.map_err(Fault::from)?;
            found.insert(key.clone(), within);
        }
        Ok(found)
    }
}
