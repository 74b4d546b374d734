//! Coordinate reference systems: which there are, the order of their axes, and positions from one to another.
//!
//! Everything is kept in longitude and latitude. WGS 84 and CGCS2000 differ by centimetres and are taken for one, as
//! everywhere in the product.

use geojson::JsonValue;

/// Radius of the sphere that Web Mercator is drawn on, in metres.
const RADIUS: f64 = 6_378_137.0;
/// Latitude up to which Web Mercator goes: the world is a square.
const MERCATOR_LATITUDE: f64 = 85.051_128_779_806_59;

/// A coordinate reference system that answers come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crs {
    /// Longitude, latitude in degrees; what GeoJSON means.
    Crs84,
    /// WGS 84: latitude, longitude.
    Wgs84,
    /// CGCS2000: latitude, longitude.
    Cgcs2000,
    /// Web Mercator: metres east and north.
    WebMercator,
}

impl Crs {
    /// All of them, the first is what comes unless another is asked for.
    pub const ALL: [Self; 4] = [Self::Crs84, Self::Wgs84, Self::Cgcs2000, Self::WebMercator];

    /// The URI that names it.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Crs84 => "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            Self::Wgs84 => "http://www.opengis.net/def/crs/EPSG/0/4326",
            Self::Cgcs2000 => "http://www.opengis.net/def/crs/EPSG/0/4490",
            Self::WebMercator => "http://www.opengis.net/def/crs/EPSG/0/3857",
        }
    }

    /// The one of a URI.
    pub fn of(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|crs| crs.uri() == uri)
    }

    /// A position of ours in its coordinates and order of axes. Web Mercator is rounded to the millimetre and ends at
    /// its edges.
    pub fn write(self, lon: f64, lat: f64) -> [f64; 2] {
        match self {
            Self::Crs84 => [lon, lat],
            Self::Wgs84 | Self::Cgcs2000 => [lat, lon],
            Self::WebMercator => {
                let lat = lat.clamp(-MERCATOR_LATITUDE, MERCATOR_LATITUDE).to_radians();
                let round = |metres: f64| (metres * 1_000.0).round() / 1_000.0;
                let north = (std::f64::consts::FRAC_PI_4 + lat / 2.0).tan().ln() * RADIUS;
                [round(lon.to_radians() * RADIUS), round(north)]
            }
        }
    }

    /// A position of its own as longitude and latitude.
    pub fn read(self, [first, second]: [f64; 2]) -> (f64, f64) {
        match self {
            Self::Crs84 => (first, second),
            Self::Wgs84 | Self::Cgcs2000 => (second, first),
            Self::WebMercator => (
                (first / RADIUS).to_degrees(),
                ((second / RADIUS).exp().atan() * 2.0 - std::f64::consts::FRAC_PI_2).to_degrees(),
            ),
        }
    }

    /// The boxes in longitude and latitude of a box of its own (lower corner, upper corner): two where it crosses the
    /// 180° meridian. None when it is turned round, or lies outside the world.
    pub fn boxes(self, lower: [f64; 2], upper: [f64; 2]) -> Option<Vec<[f64; 4]>> {
        let ((west, south), (east, north)) = (self.read(lower), self.read(upper));
        // Web Mercator is asked for from edge to edge; a hair beyond is still the edge.
        let slack = if self == Self::WebMercator { 1e-6 } else { 0.0 };
        let fits = |degrees: f64, most: f64| degrees.abs() <= most + slack;
        if !(fits(west, 180.0) && fits(east, 180.0) && fits(south, 90.0) && fits(north, 90.0) && south <= north) {
            return None;
        }
        let cut = |degrees: f64, most: f64| degrees.clamp(-most, most);
        let [west, east] = [west, east].map(|degrees| cut(degrees, 180.0));
        let [south, north] = [south, north].map(|degrees| cut(degrees, 90.0));
        Some(if west <= east {
            vec![[west, south, east, north]]
        } else {
            vec![[west, south, 180.0, north], [-180.0, south, east, north]]
        })
    }
}

/// A geometry of GeoJSON with every position put into a coordinate reference system.
pub fn rewrite(geometry: &mut JsonValue, crs: Crs) {
    if let Some(coordinates) = geometry.get_mut("coordinates") {
        positions(coordinates, crs);
    }
}

/// Arrays of arrays down to the positions, as deep as RFC 7946 nests them.
fn positions(value: &mut JsonValue, crs: Crs) {
    let JsonValue::Array(items) = value else { return };
    if let [lon, lat] = items.as_mut_slice()
        && let (Some(x), Some(y)) = (lon.as_f64(), lat.as_f64())
    {
        [*lon, *lat] = crs.write(x, y).map(JsonValue::from);
        return;
    }
    items.iter_mut().for_each(|item| positions(item, crs));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_point_has_its_known_coordinates() {
        let (lon, lat) = (115.65, 34.4375);
        assert_eq!(Crs::Crs84.write(lon, lat), [lon, lat]);
        assert_eq!(Crs::Wgs84.write(lon, lat), [lat, lon]);
        assert_eq!(Crs::Cgcs2000.write(lon, lat), [lat, lon]);
        // As PROJ gives it: echo "34.4375 115.65" | cs2cs -f %.3f EPSG:4326 EPSG:3857
        assert_eq!(Crs::WebMercator.write(lon, lat), [12_874_099.11, 4_087_699.965]);
        for crs in Crs::ALL {
            let (x, y) = crs.read(crs.write(lon, lat));
            assert!((x - lon).abs() < 1e-8 && (y - lat).abs() < 1e-8, "{crs:?}");
            assert_eq!(Crs::of(crs.uri()), Some(crs));
        }
    }

    #[test]
    fn boxes_are_cut_at_the_meridian_and_refused_outside_the_world() {
        assert_eq!(Crs::Crs84.boxes([1.0, 2.0], [3.0, 4.0]), Some(vec![[1.0, 2.0, 3.0, 4.0]]));
        assert_eq!(Crs::Wgs84.boxes([2.0, 1.0], [4.0, 3.0]), Some(vec![[1.0, 2.0, 3.0, 4.0]]));
        let around = Crs::Crs84.boxes([170.0, -10.0], [-170.0, 10.0]).unwrap();
        assert_eq!(around, [[170.0, -10.0, 180.0, 10.0], [-180.0, -10.0, -170.0, 10.0]]);
        assert_eq!(Crs::Crs84.boxes([0.0, 10.0], [1.0, 5.0]), None);
        assert_eq!(Crs::Crs84.boxes([0.0, 0.0], [181.0, 5.0]), None);
        assert_eq!(Crs::Crs84.boxes([f64::NAN, 0.0], [1.0, 5.0]), None);
        let world = 20_037_508.342_789_244;
        let whole = Crs::WebMercator.boxes([-world, -world], [world, world]).unwrap();
        assert!((whole[0][0] + 180.0).abs() < 1e-9 && (whole[0][3] - MERCATOR_LATITUDE).abs() < 1e-9);
    }
}
