//! Footprints: what is drawn for a place. The cheap fields cost nothing; coordinates are asked for deliberately.

use std::sync::Arc;

use async_graphql::{Enum, Object, SimpleObject};

use super::document::SourcedFields;
use super::fault::Fault;
use super::node::NodeFields;
use super::quantity::unit_of;
use super::ready::{self, Ask, Ready, Write};
use super::scalars::{Decimal, GeoJson, PeriodCode};
use super::view::View;
use crate::atlas;
use crate::domain;
use crate::geometry::Measures;

/// 边界精度，从优到劣。
/// How true an outline is, best first.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::BoundaryAccuracy")]
pub enum BoundaryAccuracy {
    /// 勘测。
    /// Surveyed.
    Surveyed,
    /// 官方公布。
    /// Published by an authority.
    OfficialPublished,
    /// 数字化：由地图描绘。
    /// Digitised from a map.
    Digitised,
    /// 示意：不可据以量算。
    /// Schematic: not to be measured on.
    Schematic,
}

/// 边界版本存在的原因。
/// Why a version of an outline exists.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::BoundaryChange")]
pub enum BoundaryChange {
    /// 初始版本。
    /// The first version known.
    Initial,
    /// 合并。
    /// Places were merged.
    Merge,
    /// 拆分。
    /// A place was split.
    Split,
    /// 划转：部分区域改属他处。
    /// A part went to another place.
    Transfer,
    /// 仅更名，边界未变，不得画成边界变动。
    /// Only the name changed; never to be drawn as a boundary change.
    RenameOnly,
    /// 重新数字化，实地未变，不得画成边界变动。
    /// Only the drawing changed; never to be drawn as a boundary change.
    Redigitised,
}

/// 经纬度范围，单位度。
/// A box in degrees of longitude and latitude.
#[derive(Debug, Clone, Copy, SimpleObject)]
#[graphql(name = "BBox")]
pub struct BBox {
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

impl Ready for BBox {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "west" => ready::plain(|bbox: &Self| bbox.west),
            "south" => ready::plain(|bbox: &Self| bbox.south),
            "east" => ready::plain(|bbox: &Self| bbox.east),
            "north" => ready::plain(|bbox: &Self| bbox.north),
            _ => None,
        }
    }
}

/// 一个位置（CGCS2000/WGS 84）。
/// A position, CGCS2000/WGS 84.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct Point {
    /// 经度，单位度。
    /// Longitude in degrees.
    pub lon: f64,
    /// 纬度，单位度。
    /// Latitude in degrees.
    pub lat: f64,
}

impl Ready for Point {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "lon" => ready::plain(|point: &Self| point.lon),
            "lat" => ready::plain(|point: &Self| point.lat),
            _ => None,
        }
    }
}

impl From<domain::Point> for Point {
    fn from(point: domain::Point) -> Self {
        Self { lon: f64::from(point.x) / 1e7, lat: f64::from(point.y) / 1e7 }
    }
}

/// 某一详细程度的几何。
/// A geometry at one level of detail.
#[derive(Clone, SimpleObject)]
pub struct SimplifiedGeometry {
    /// 几何对象。
    /// The geometry.
    pub geojson: GeoJson,
    /// 实际容差（米），不大于所求。
    /// Tolerance used in metres, never more than asked for.
    pub tolerance_used: f64,
    /// 顶点数。
    /// Number of its vertices.
    pub vertex_count: usize,
    /// 是否与相邻边界一同简化，共用边界逐点相同。
    /// Whether neighbours were simplified together with it, so that common borders have the same vertices.
    pub shared_topology: bool,
}

impl Ready for SimplifiedGeometry {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "geojson" => ready::json(|drawn: &Self| drawn.geojson.0.clone()),
            "toleranceUsed" => ready::plain(|drawn: &Self| drawn.tolerance_used),
            "vertexCount" => ready::plain(|drawn: &Self| drawn.vertex_count),
            "sharedTopology" => ready::plain(|drawn: &Self| drawn.shared_topology),
            _ => None,
        }
    }
}

/// What is drawn for a place.
#[derive(Clone)]
pub struct Footprint {
    view: View,
    row: Arc<atlas::Footprint>,
}

impl Footprint {
    /// A footprint read in a view.
    pub fn new(view: &View, row: &Arc<atlas::Footprint>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }

    fn measures(&self) -> Result<&Measures, Fault> {
        self.row.measures().ok_or_else(|| Fault::internal("a footprint without points"))
    }

    fn boxed(&self) -> Result<BBox, Fault> {
        let [west, south, east, north] = self.measures()?.bbox.degrees();
        Ok(BBox { west, south, east, north })
    }

    fn drawn(&self, tolerance: f64) -> SimplifiedGeometry {
        let drawn = self.row.drawn(tolerance);
        SimplifiedGeometry {
            geojson: GeoJson(drawn.geojson()),
            tolerance_used: drawn.tolerance,
            vertex_count: drawn.shape.vertex_count(),
            shared_topology: self.row.shares_topology(),
        }
    }
}

/// A tolerance in metres that one can ask for.
fn is_tolerance(metres: f64) -> bool {
    metres >= 0.0 && metres.is_finite()
}

impl Ready for Footprint {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "accuracy" => ready::word(|one: &Self| Some(BoundaryAccuracy::from(one.row.accuracy))),
            "sample" => ready::plain(|one: &Self| one.row.sample),
            "bbox" => ready::object(asked, |one: &Self| one.boxed().ok()),
            "labelPoint" => {
                ready::object(asked, |one: &Self| one.measures().ok().map(|all| Point::from(all.label_point)))
            }
            "geometry" => {
                let tolerance = asked.argument::<f64>("tolerance")?.unwrap_or(0.0);
                is_tolerance(tolerance).then_some(())?;
                ready::object(asked, move |one: &Self| Some(one.drawn(tolerance)))
            }
            "reviewNumber" => ready::some_text(|one: &Self| one.row.review_number.as_deref()),
            _ => None,
        }
    }
}

/// 边界：由来源绘制，或由成员的边界得出（布局要素、产业集群）。
/// An outline: drawn by a source, or made of its members' outlines (layout elements, clusters).
#[Object]
impl Footprint {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::of(self.view.id("Footprint", &self.row.code))
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.row.citations)
    }

    /// 自哪一时期起有效；来源未说明时为空。
    /// First period it is valid for; null when no source says.
    async fn valid_from(&self) -> Option<PeriodCode> {
        self.row.valid_from.map(PeriodCode)
    }

    /// 自哪一时期起不再有效。
    /// First period it is no longer valid for.
    async fn valid_to(&self) -> Option<PeriodCode> {
        self.row.valid_to.map(PeriodCode)
    }

    /// 该版本存在的原因。
    /// Why this version exists.
    async fn change(&self) -> BoundaryChange {
        self.row.change.into()
    }

    /// 精度；由成员得出的取其中最差者。
    /// How true it is; of one made of members the worst of theirs.
    async fn accuracy(&self) -> BoundaryAccuracy {
        self.row.accuracy.into()
    }

    /// 是否由成员的边界得出，而非由来源绘制。
    /// Made of members' outlines rather than drawn by a source.
    async fn derived(&self) -> bool {
        self.row.outline.is_none()
    }

    /// 是否为示例（虚构）数据，或由其得出。
    /// Made up for demonstration, or made of anything that is.
    async fn sample(&self) -> bool {
        self.row.sample
    }

    /// 经纬度范围。
    /// The smallest box around it.
    async fn bbox(&self) -> Result<BBox, Fault> {
        self.boxed()
    }

    /// 椭球面积。
    /// Area on the ellipsoid.
    async fn area(
        &self,
        #[graphql(default_with = "Some(\"km2\".to_owned())", desc = "面积单位代码。Code of a unit of area.")]
        unit: Option<String>,
    ) -> Result<Decimal, Fault> {
        let km2 = domain::Decimal::from_f64_retain(self.measures()?.area_km2).unwrap_or_default().round_dp(6);
        let Some(code) = unit else { return Ok(Decimal(km2)) };
        let km2 = domain::Quantity { value: km2, unit: unit_of("km2")?, as_reported: None };
        let area = km2.convert(unit_of(&code)?);
        area.map(Decimal).map_err(|why| Fault::argument("unit", format!("{code} 不是面积单位"), why))
    }

    /// 标注位置，必在边界之内。
    /// Where a name is written; always inside.
    async fn label_point(&self) -> Result<Point, Fault> {
        Ok(self.measures()?.label_point.into())
    }

    /// 未经简化时的顶点数。
    /// Vertices of the undiminished outline.
    async fn vertex_count(&self) -> Result<usize, Fault> {
        Ok(self.measures()?.vertex_count)
    }

    /// 几何坐标。相邻边界一同简化，不留缝隙；取不粗于所求容差的最粗一级。
    /// Coordinates. Neighbours are simplified together, without slivers; the coarsest stored level that is no coarser
    /// than the tolerance is taken.
    async fn geometry(
        &self,
        #[graphql(
            default_with = "Some(0.0)",
            desc = "容差（米），0 为不简化。Tolerance in metres; 0 for the undiminished outline."
        )]
        tolerance: Option<f64>,
    ) -> Result<SimplifiedGeometry, Fault> {
        let tolerance = tolerance.unwrap_or(0.0);
        if !is_tolerance(tolerance) {
            return Err(Fault::argument("tolerance", "须为非负数", "must be zero or more"));
        }
        Ok(self.drawn(tolerance))
    }

    /// 审图号；为空时仅供内部使用。
    /// Map review number; where null, for internal use only.
    async fn review_number(&self) -> Option<&str> {
        self.row.review_number.as_deref()
    }

    /// 凡绘制该边界处须注明的来源。
    /// Attributions to carry wherever it is drawn.
    async fn attributions(&self) -> &[String] {
        &self.row.attributions
    }
}
