//! Boundaries simplified together and dissolved: on the real counties and on random partitions of the plane, at every
//! stored tolerance.

use geographiclib_rs::{Geodesic, PolygonArea, Winding};
use planatlas::domain::{Point, Ring, Shape};
use planatlas::geometry::{LEVELS, Topology, area_km2, check, contains, measures, overlap_km2, touches, union};
use proptest::prelude::*;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::collections::HashMap;

fn rings(shape: &Shape) -> impl Iterator<Item = &Ring> {
    let Shape::Polygons(polygons) = shape else { panic!("no polygons") };
    polygons.iter().flatten()
}

fn edges(ring: &Ring) -> impl Iterator<Item = (Point, Point)> + '_ {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]))
}

/// Twice the enclosed area in square units, exactly.
fn units(shape: &Shape) -> i128 {
    let wide = |p: Point| (i128::from(p.x), i128::from(p.y));
    let ring = |(a, b): (Point, Point)| wide(a).0 * wide(b).1 - wide(b).0 * wide(a).1;
    rings(shape).flat_map(edges).map(ring).sum()
}

/// The area of a ring by an independent road, geographiclib's own polygon area.
fn independent_km2(ring: &Ring) -> f64 {
    let geodesic = Geodesic::wgs84();
    let mut area = PolygonArea::new(&geodesic, Winding::CounterClockwise);
    ring.iter().for_each(|p| area.add_point(f64::from(p.y) / 1e7, f64::from(p.x) / 1e7));
    area.compute(true).1 / 1e6
}

/// How often each undirected edge is used forwards and backwards.
fn uses<'a>(shapes: impl IntoIterator<Item = &'a Shape>) -> HashMap<(Point, Point), (u32, u32)> {
    let mut uses: HashMap<(Point, Point), (u32, u32)> = HashMap::new();
    for (a, b) in shapes.into_iter().flat_map(rings).flat_map(edges) {
        if a < b { uses.entry((a, b)).or_default().0 += 1 } else { uses.entry((b, a)).or_default().1 += 1 }
    }
    uses
}

/// What must hold of a partition at every stored tolerance.
fn holds_at_all_levels(shapes: &[Shape]) {
    let net = Topology::new(&shapes.iter().collect::<Vec<_>>());
    assert_eq!(net.simplify(0.0), shapes);
    let all: Vec<usize> = (0..shapes.len()).collect();
    let whole = net.union(&all, 0.0);
    for metres in LEVELS {
        let level = net.at(metres);
        let simplified = level.shapes();
        for shape in &simplified {
            assert_eq!(check(shape), [], "at {metres} m");
        }
        let outline = level.union(&all);
        assert_eq!(check(&outline), [], "at {metres} m");
        assert_eq!(rings(&outline).count(), rings(&whole).count(), "a sliver at {metres} m");
        // Every edge has one user, or two in opposite directions; those with one draw the outline.
        let all_uses = uses(&simplified);
        assert!(all_uses.values().all(|&(forward, backward)| forward <= 1 && backward <= 1));
        let once: HashMap<_, _> = all_uses.into_iter().filter(|(_, (f, b))| f + b == 1).collect();
        assert_eq!(once, uses([&outline]), "at {metres} m");
        assert_eq!(simplified.iter().map(units).sum::<i128>(), units(&outline), "at {metres} m");
        let (sum, union_area) = (simplified.iter().map(area_km2).sum::<f64>(), area_km2(&outline));
        assert!((sum / union_area - 1.0).abs() < 1e-9, "{sum} {union_area} at {metres} m");
        // Dissolving the simplified shapes is the same as simplifying the dissolved.
        let some: Vec<usize> = all.iter().copied().filter(|i| i % 2 == 0).collect();
        let members: Vec<&Shape> = some.iter().map(|&i| &simplified[i]).collect();
        assert_eq!(level.union(&some), union(&members), "at {metres} m");
        for (shape, original) in simplified.iter().zip(shapes) {
            assert!(deviation(original, shape) <= metres, "at {metres} m");
        }
    }
}

/// The farthest that a vertex of the original is from the simplified border, in metres.
fn deviation(original: &Shape, simplified: &Shape) -> f64 {
    let away = |p: Point, (a, b): (Point, Point)| {
        let squeeze = (f64::from(p.y) * 1e-7).to_radians().cos() * 111_320.0e-7;
        let d =
            |q: Point| ((f64::from(q.x) - f64::from(p.x)) * squeeze, (f64::from(q.y) - f64::from(p.y)) * 110_900.0e-7);
        let ((ax, ay), (bx, by)) = (d(a), d(b));
        let (dx, dy) = (bx - ax, by - ay);
        let t = (-(ax * dx + ay * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        (ax + t * dx).hypot(ay + t * dy)
    };
    let pieces: Vec<_> = rings(simplified).flat_map(edges).collect();
    let nearest = |p: Point| pieces.iter().map(|&piece| away(p, piece)).fold(f64::INFINITY, f64::min);
    rings(original).flatten().map(|&p| nearest(p)).fold(0.0, f64::max)
}

/// A crooked line between two points, without its last point.
fn crooked(a: Point, b: Point, depth: u32, rng: &mut SmallRng) -> Vec<Point> {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    if depth == 0 || dx.abs().max(dy.abs()) < 50 {
        return vec![a];
    }
    let (along, aside) = (rng.random_range(0.4..0.6), rng.random_range(-0.16..0.16));
    let at = |from: i32, d: i32, turned: i32| from + (f64::from(d) * along + f64::from(turned) * aside) as i32;
    let middle = Point { x: at(a.x, dx, -dy), y: at(a.y, dy, dx) };
    let mut line = crooked(a, middle, depth - 1, rng);
    line.extend(crooked(middle, b, depth - 1, rng));
    line
}

/// A grid of crooked cells, some with an island near a border that belongs to another shape, dealt out to shapes.
/// `None` where the chance made a cell cross itself.
fn partition(seed: u64, columns: i32, rows: i32, parts: usize, size: i32) -> Option<Vec<Shape>> {
    let rng = &mut SmallRng::seed_from_u64(seed);
    let jitter = size / 6;
    let mut corners = HashMap::new();
    for x in 0..=columns {
        for y in 0..=rows {
            let mut shift = || rng.random_range(-jitter..=jitter);
            corners
                .insert((x, y), Point { x: 1_150_000_000 + x * size + shift(), y: 340_000_000 + y * size + shift() });
        }
    }
    let mut sides = HashMap::new();
    for x in 0..=columns {
        for y in 0..=rows {
            for (to_x, to_y) in [(x + 1, y), (x, y + 1)] {
                if let Some(&to) = corners.get(&(to_x, to_y)) {
                    sides.insert(((x, y), (to_x, to_y)), (crooked(corners[&(x, y)], to, 5, rng), to));
                }
            }
        }
    }
    let mut dealt: Vec<Vec<Shape>> = vec![Vec::new(); parts];
    for x in 0..columns {
        for y in 0..rows {
            let mut ring: Ring = Vec::new();
            for (from, to) in [((x, y), (x + 1, y)), ((x + 1, y), (x + 1, y + 1))] {
                ring.extend(&sides[&(from, to)].0);
            }
            for (from, to) in [((x, y + 1), (x + 1, y + 1)), ((x, y), (x, y + 1))] {
                let (line, end) = &sides[&(from, to)];
                ring.push(*end);
                ring.extend(line[1..].iter().rev());
            }
            let part = rng.random_range(0..parts);
            let mut cell = Shape::Polygons(vec![vec![ring.clone()]]);
            if !check(&cell).is_empty() {
                return None;
            }
            for _ in 0..rng.random_range(0..3) {
                let p = ring[rng.random_range(0..ring.len())];
                let (dx, dy) = (rng.random_range(-jitter..jitter), rng.random_range(-jitter..jitter));
                let at = |x: i32, y: i32| Point { x: p.x + dx + x * size / 60, y: p.y + dy + y * size / 60 };
                let mut island = crooked(at(0, 0), at(2, 0), 3, rng);
                island.extend(crooked(at(2, 0), at(1, 2), 3, rng));
                island.extend(crooked(at(1, 2), at(0, 0), 3, rng));
                let Shape::Polygons(polygons) = &cell else { return None };
                let mut rings = polygons[0].clone();
                rings.push(island.iter().rev().copied().collect());
                let with_hole = Shape::Polygons(vec![rings]);
                if check(&with_hole).is_empty() {
                    cell = with_hole;
                    dealt[(part + 1) % parts].push(Shape::Polygons(vec![vec![island]]));
                }
            }
            dealt[part].push(cell);
        }
    }
    let pieces: Vec<&Shape> = dealt.iter().flatten().collect();
    // Sides may cross although no cell crosses itself.
    if units(&union(&pieces)) != pieces.iter().map(|piece| units(piece)).sum::<i128>() {
        return None;
    }
    Some(dealt.iter().filter(|part| !part.is_empty()).map(|part| union(&part.iter().collect::<Vec<_>>())).collect())
}

/// The features of the real boundaries, by identifier: the city and its nine counties.
fn boundaries() -> Vec<(String, Shape)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/shangqiu/counties.geojson");
    let text = std::fs::read_to_string(path).expect("the boundaries");
    let read: geojson::FeatureCollection = text.parse().expect("GeoJSON");
    let unit = |degrees: f64| (degrees * 1e7).round() as i32;
    let ring = |r: &Vec<geojson::Position>| r[1..].iter().map(|p| Point { x: unit(p[0]), y: unit(p[1]) }).collect();
    let features = read.features.into_iter().map(|feature| {
        let Some(geojson::feature::Id::String(id)) = feature.id else { panic!("no id") };
        let polygons = match feature.geometry.expect("a geometry").value {
            geojson::GeometryValue::Polygon { coordinates } => vec![coordinates],
            geojson::GeometryValue::MultiPolygon { coordinates } => coordinates,
            other => panic!("{other:?}"),
        };
        (id, Shape::Polygons(polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect()))
    });
    features.collect()
}

#[test]
fn the_counties_stay_a_partition_at_all_levels() {
    let features = boundaries();
    let (city, counties): (Vec<_>, Vec<_>) = features.into_iter().partition(|(id, _)| id.ends_with("00"));
    let counties: Vec<Shape> = counties.into_iter().map(|(_, shape)| shape).collect();
    assert_eq!((city.len(), counties.len()), (1, 9));
    for shape in &counties {
        assert_eq!(check(shape), []);
        let (found, expected) = (area_km2(shape), rings(shape).map(independent_km2).sum::<f64>());
        assert!((found / expected - 1.0).abs() < 1e-5, "{found} {expected}");
        assert!(contains(shape, measures(shape).unwrap().label_point));
    }
    holds_at_all_levels(&counties);

    // The city is the union of its counties, and stays it when it is simplified together with them.
    let city = &city[0].1;
    let all: Vec<&Shape> = counties.iter().chain([city]).collect();
    let net = Topology::new(&all);
    assert_eq!(uses([city]), uses([&union(&all[..9])]));
    let members: Vec<usize> = (0..9).collect();
    for metres in LEVELS {
        let level = net.at(metres);
        assert_eq!(uses([&level.shape(9).unwrap()]), uses([&level.union(&members)]), "at {metres} m");
    }
}

#[test]
fn real_neighbours_touch_and_do_not_overlap() {
    let features = boundaries();
    let by = |id: &str| &features.iter().find(|(known, _)| known == id).expect("a county").1;
    assert!(touches(by("fp-411402"), by("fp-411403")));
    assert!(!touches(by("fp-411421"), by("fp-411481")));
    assert!(overlap_km2(by("fp-411402"), by("fp-411403")) < 1e-6);
    let inside = overlap_km2(by("fp-411400"), by("fp-411402"));
    assert!((inside / area_km2(by("fp-411402")) - 1.0).abs() < 1e-6);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn random_partitions_stay_partitions(
        seed in any::<u64>(), columns in 1..4i32, rows in 1..4i32, parts in 1..5usize, size in 20_000..3_000_000i32
    ) {
        let shapes = partition(seed, columns, rows, parts, size);
        prop_assume!(shapes.is_some());
        holds_at_all_levels(&shapes.unwrap());
    }

    #[test]
    fn borders_rounded_differently_still_fit(seed in any::<u64>(), size in 500_000..3_000_000i32) {
        let shapes = partition(seed, 2, 2, 3, size);
        prop_assume!(shapes.is_some());
        let mut shapes = shapes.unwrap();
        let whole = union(&shapes.iter().collect::<Vec<_>>());
        // The first shape comes from a source with six decimals.
        let round = |v: &mut i32| *v = (*v + 5).div_euclid(10) * 10;
        if let Shape::Polygons(polygons) = &mut shapes[0] {
            polygons.iter_mut().flatten().flatten().for_each(|p| { round(&mut p.x); round(&mut p.y) });
        }
        prop_assume!(check(&shapes[0]).is_empty());
        let net = Topology::new(&shapes.iter().collect::<Vec<_>>());
        let all: Vec<usize> = (0..shapes.len()).collect();
        for metres in LEVELS {
            let outline = net.union(&all, metres);
            prop_assert_eq!(rings(&outline).count(), rings(&whole).count(), "at {} m", metres);
            prop_assert_eq!(check(&outline), []);
        }
    }
}
