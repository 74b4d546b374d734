//! Whatever strangers send is read or refused: never a panic, never out of time or memory, and what was read is written
//! and read again as the same.
//!
//! Each target draws for a second; `make test` takes half a minute for all of them, `make test-all` a minute for each, and
//! `BOLERO_RANDOM_TEST_TIME_MS=3600000 BOLERO_RANDOM_ITERATIONS=1000000000 cargo test --release --test fuzz TARGET` as long
//! as is wanted. What fails is told with the seed that draws it again (`BOLERO_RANDOM_SEED`). CQL2 has its target beside its
//! parser (`src/http/ogc/cql2_tests.rs`).
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/twist.rs"]
mod twist;

use std::io::{Cursor, Read as _, Write as _};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bolero::check;
use common::server::{RIVERTON, copy, import};
use planatlas::domain::{Decimal, PeriodCode, Quantity, units};
use planatlas::geometry::to_geojson;
use planatlas::graphql::{Library, Question, schema};
use planatlas::package::{self, NothingKnown, intake};
use planatlas::store::Store;
use serde_json::Value;
use tempfile::TempDir;
use twist::Twist;

/// What one input may take, in an unoptimised build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);
/// What the whole process may hold, in KiB.
const MOST_MEMORY: u64 = 2 * 1024 * 1024;

/// Does something within its bounds.
fn bounded<T>(what: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = what();
    assert!(start.elapsed() < PATIENCE, "it took {:?}", start.elapsed());
    done
}

/// Held at most so far, where the system tells.
fn memory_was_bounded() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most = most.and_then(|most| most.trim().trim_end_matches(" kB").parse::<u64>().ok());
    assert!(most.is_none_or(|most| most < MOST_MEMORY), "{most:?} KiB");
}

const NUMBERS: [&str; 12] =
    ["0", "-0", "1e999", "-1", "0.1", "179.9999999", "180.0000001", "99999999999999999999", "NaN", "1E-7", "٣", "＋1"];

/// Positions that an answer takes in what is drawn.
const MOST_DRAWN: usize = 5_000;

/// A ring of so many positions that crosses itself everywhere, or goes round and round.
fn tangles(positions: usize) -> [String; 2] {
    let crossing = |at: usize| format!("[{}.{:07},{}]", at % 2, at % 9_999_999, (at * 7_919) % 89);
    let round = |at: usize| ["[1,1]", "[2,1]", "[2,2]"][at % 3].to_owned();
    let turns: [&dyn Fn(usize) -> String; 2] = [&crossing, &round];
    turns.map(|turn| {
        let ring: Vec<String> = (0..positions).map(turn).chain([turn(0)]).collect();
        format!("{{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}", ring.join(","))
    })
}

/// Found by the targets below: every two edges of a tangle were compared, however many faults had been seen, and before
/// anybody asked how many edges there were.
#[test]
fn a_tangle_is_refused_at_once() {
    for text in [tangles(MOST_DRAWN - 2), tangles(20_000)].concat() {
        assert!(bounded(|| package::drawn(&text, MOST_DRAWN)).is_err());
    }
    let regions = Twisted::new("regions.geojson");
    for geometry in tangles(60_000) {
        let feature =
            format!("{{\"type\":\"Feature\",\"id\":\"riverton-1\",\"properties\":{{}},\"geometry\":{geometry}}}");
        std::fs::write(&regions.file, format!("{{\"type\":\"FeatureCollection\",\"features\":[{feature}]}}")).unwrap();
        let read = || package::read(&[regions.package.path().to_owned()], &NothingKnown);
        assert!(bounded(read).is_err());
    }
}

#[test]
fn geojson_that_is_drawn() {
    let seeds = [
        r#"{"type":"Polygon","coordinates":[[[115.5,34.1],[115.6,34.1],[115.6,34.2],[115.5,34.2],[115.5,34.1]]]}"#,
        r#"{"type":"MultiPolygon","coordinates":[[[[1,1],[4,1],[4,4],[1,4],[1,1]],[[2,2],[2,3],[3,3],[3,2],[2,2]]],[[[5,5],[6,5],[6,6],[5,5]]]]}"#,
    ];
    let words =
        [&NUMBERS[..], &["[", "]", "{", "\"", "null", "\"Polygon\"", "\"Point\"", "\"GeometryCollection\"", "[[[["]]
            .concat();
    check!().with_type::<Twist>().for_each(|twist| {
        let text = twist.of(twist.pick(&seeds).as_bytes(), &words);
        let Ok(text) = std::str::from_utf8(&text) else { return };
        if let Ok(shape) = bounded(|| package::drawn(text, MOST_DRAWN)) {
            let written = to_geojson(&shape);
            let again = package::drawn(&written, MOST_DRAWN).unwrap_or_else(|why| panic!("{written}: {why:?}"));
            assert_eq!(to_geojson(&again), written, "{text}");
        }
    });
    memory_was_bounded();
}

/// A package with one of its files twisted.
struct Twisted {
    package: TempDir,
    file: PathBuf,
    right: Vec<u8>,
}

impl Twisted {
    fn new(file: &str) -> Self {
        let package = copy(RIVERTON);
        let file = package.path().join(file);
        let right = std::fs::read(&file).unwrap();
        Self { package, file, right }
    }

    fn read(&self, twist: &Twist, words: &[&str]) {
        std::fs::write(&self.file, twist.of(&self.right, words)).unwrap();
        let problems = match bounded(|| package::read(&[self.package.path().to_owned()], &NothingKnown)) {
            Ok(_) => return,
            Err(problems) => problems,
        };
        assert!(!problems.is_empty());
        for problem in problems {
            assert!(!problem.file.is_empty(), "{problem:?} says where");
        }
    }
}

#[test]
fn geojson_of_a_package() {
    let regions = Twisted::new("regions.geojson");
    let words =
        [&NUMBERS[..], &["[", "]", "{", "}", "null", "\"crs\":{},", "\"id\":1,", "\"Feature\"", "\u{feff}"]].concat();
    check!().with_type::<Twist>().for_each(|twist| regions.read(twist, &words));
    memory_was_bounded();
}

#[test]
fn csv_of_a_package() {
    let files = ["projects.csv", "observations.csv", "tasks.csv", "footprints.csv"].map(Twisted::new);
    let words = [&NUMBERS[..], &[",", "\"", "\n", "\r\n", "|", "\0", "2024-M13", "=1+1", "\u{feff}", "亿元"]].concat();
    check!().with_type::<Twist>().for_each(|twist| twist.pick(&files).read(twist, &words));
    memory_was_bounded();
}

/// Found by the target above: what was wrong with a heading took time as the square of their number.
#[test]
fn a_header_of_many_columns_is_refused_at_once() {
    let tasks = Twisted::new("tasks.csv");
    for header in ["x,".repeat(65_000), "号".repeat(300_000), ",".repeat(200_000)] {
        std::fs::write(&tasks.file, header + "\n").unwrap();
        let read = || package::read(&[tasks.package.path().to_owned()], &NothingKnown);
        assert!(bounded(read).is_err());
    }
}

/// What figures of a file may be about.
fn catalogue() -> intake::Catalogue {
    let packages = package::read(&[RIVERTON.into()], &NothingKnown).unwrap();
    let records: Vec<_> = packages.iter().flat_map(|package| package.records()).collect();
    intake::Catalogue::new(&records)
}

/// Reads a file of figures: it is a draft, or says what is wrong.
fn figures(room: &Path, name: &str, bytes: &[u8], catalogue: &intake::Catalogue) {
    let file = room.join(name);
    std::fs::write(&file, bytes).unwrap();
    let given =
        intake::Given { document: Some("d".to_owned()), title: Some("D".to_owned()), ..intake::Given::default() };
    bounded(|| intake::read(&file, catalogue, &given));
}

#[test]
fn csv_of_figures() {
    let (room, catalogue) = (tempfile::tempdir().unwrap(), catalogue());
    let indicator = &catalogue.indicators[0];
    let (code, other) = (&indicator.code, &catalogue.indicators[1].code);
    let seeds = [
        format!("来源代码,d\n标题,D\n\n地区,时期,{code},{other}\n河湾市,2024,12.5,3\n港口区,2024-Q3,—,1%\n"),
        format!("地区,时期,指标,数值\n河湾市,2024年1—3月,{code},\"１,234.50\"\n河湾市,2024/3/31,{other},保密\n"),
    ];
    let words =
        [&NUMBERS[..], &[",", "\"", "\n", "2024年", "万", "亿元", "—", "…", "%", "\0", "=cmd|' /C'!A0", "\u{feff}"]]
            .concat();
    check!().with_type::<Twist>().for_each(|twist| {
        figures(room.path(), "figures.csv", &twist.of(twist.pick(&seeds).as_bytes(), &words), &catalogue);
    });
    memory_was_bounded();
}

/// The entries of a zip.
fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut found = Vec::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        found.push((entry.name().unwrap().into_owned(), content));
    }
    found
}

fn zipped(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn xlsx_of_figures() {
    let (room, catalogue) = (tempfile::tempdir().unwrap(), catalogue());
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let right = intake::template(&catalogue, &[0, 1], today).unwrap();
    let whole = entries(&right);
    let words = [
        &NUMBERS[..],
        &[
            "<",
            ">",
            "/>",
            "&#0;",
            "&amp;",
            "<f>1+1</f>",
            "r=\"A1\"",
            "r=\"XFD1048576\"",
            "t=\"s\"",
            "t=\"b\"",
            "<v>",
            "</v>",
            "ref=\"A1:ZZ9\"",
            "<!DOCTYPE a>",
        ],
    ]
    .concat();
    check!().with_type::<(bool, u8, Twist)>().for_each(|(raw, entry, twist)| {
        let bytes = if *raw {
            twist.of(&right, &[])
        } else {
            let mut entries = whole.clone();
            let at = usize::from(*entry) % entries.len();
            entries[at].1 = twist.of(&entries[at].1, &words);
            zipped(&entries)
        };
        figures(room.path(), "figures.xlsx", &bytes, &catalogue);
    });
    memory_was_bounded();
}

#[test]
fn periods() {
    let seeds = ["2024", "2024-H1", "2024-Q3", "2024-M09", "9999-M12", "0001"];
    check!().with_type::<Twist>().for_each(|twist| {
        let text = twist.of(twist.pick(&seeds).as_bytes(), &["-", "H", "Q", "M", "0", "12", "九", "２"]);
        let Ok(text) = std::str::from_utf8(&text) else { return };
        let Ok(period) = text.parse::<PeriodCode>() else { return };
        assert_eq!(period.to_string(), text, "there is one way to write a period");
        assert_eq!(PeriodCode::from_sort_key(period.sort_key()), Some(period));
        assert!(period.start() < period.end(), "{text}: {} to {}", period.start(), period.end());
    });
    check!().with_type::<i32>().for_each(|key| {
        if let Some(period) = PeriodCode::from_sort_key(*key) {
            assert_eq!((period.sort_key(), period.to_string().parse()), (*key, Ok(period)));
        }
    });
}

#[test]
fn quantities() {
    check!().with_type::<(i64, i32, u8, u8, u8)>().for_each(|(low, high, scale, unit, other)| {
        // As many digits as a decimal takes.
        let number = i128::from(*high) * i128::from(u32::MAX) + i128::from(*low);
        let Ok(value) = Decimal::try_from_i128_with_scale(number, u32::from(*scale) % 29) else { return };
        let pick = |at: u8| &units()[usize::from(at) % units().len()];
        let (unit, other) = (pick(*unit), pick(*other));
        assert_eq!(value.to_string().parse(), Ok(value), "what is printed is read");
        let quantity = Quantity { value, unit, as_reported: None };
        let Ok(base) = quantity.base() else { return };
        let again = Quantity::from_base(base, unit, value.scale(), None);
        assert_eq!(again.value, value, "{quantity:?}");
        assert_eq!(again.base(), Ok(base));
        assert_eq!(again.compare(&quantity), Some(std::cmp::Ordering::Equal));
        assert_eq!(Quantity::of_sum(i128::from(base), unit, value.scale()).map(|sum| sum.value), Ok(value));
        if let Ok(converted) = quantity.convert(other) {
            let back = Quantity { value: converted, unit: other, as_reported: None };
            assert_eq!(back.compare(&quantity), Some(std::cmp::Ordering::Equal), "{quantity:?} as {back:?}");
        }
    });
}

/// Lists that are paged, each with a cursor of its own form.
const LISTS: [&str; 9] = [
    "projects(first: 2, after: $after) { pageInfo { endCursor } }",
    "projects(first: 2, after: $after, orderBy: { investment: DESC }) { pageInfo { endCursor } }",
    "enterprises(first: 1, after: $after) { pageInfo { endCursor } }",
    "regions(first: 2, after: $after) { pageInfo { endCursor } }",
    "observations(first: 2, after: $after, filter: { indicators: [\"rv-revenue\"] }) { pageInfo { endCursor } }",
    "observations(first: 1, after: $after, filter: { indicators: [\"rv-firms\"] }, groupBy: [SUBJECT, PERIOD], fn: SUM) { pageInfo { endCursor } }",
    "revisions(first: 1, after: $after) { pageInfo { endCursor } }",
    "register(code: \"rv-specialised\") { entries(first: 1, after: $after) { pageInfo { endCursor } } }",
    "plan(code: \"riverton-2026-2028\") { tasks(first: 2, after: $after) { pageInfo { endCursor } } }",
];

/// The cursor somewhere in an answer.
fn cursor_in(answer: &Value) -> Option<&str> {
    match answer {
        Value::Object(fields) => {
            let own = fields.get("endCursor").and_then(Value::as_str);
            own.or_else(|| fields.values().find_map(cursor_in))
        }
        _ => None,
    }
}

#[test]
fn cursors() {
    let database = common::database::sqlite();
    import(&[RIVERTON], &database.url);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let library = runtime.block_on(async {
        let library = Library::new(Store::open(&database.url).await.unwrap());
        library.refresh().await.unwrap();
        library
    });
    let now = "2026-11-23T04:00:00Z".parse().unwrap();
    let schema = schema();
    let ask = |list: &str, after: Option<String>| {
        let question = Question {
            query: format!("query Page($after: String) {{ {list} }}"),
            variables: async_graphql::Variables::from_json(serde_json::json!({ "after": after })),
            ..Question::default()
        };
        let session = library.head(now).unwrap();
        let checked = session.check(vec![Ok(question)]);
        serde_json::to_value(runtime.block_on(session.run(&schema, checked)).pop().unwrap()).unwrap()
    };
    let right = LISTS.map(|list| {
        let answer = ask(list, None);
        let cursor = cursor_in(&answer["data"]).unwrap_or_else(|| panic!("{list}: {answer}"));
        (list, URL_SAFE_NO_PAD.decode(cursor).unwrap())
    });
    // Nothing that a panic could leave half done is used after one.
    let ask = AssertUnwindSafe(ask);
    let words = ["null", "-1", "99999999999999999999", "\"", "[", "{", "\0", "河", "2147483648", ":", ","];
    check!().with_type::<(bool, Twist)>().for_each(|(closed, twist)| {
        let (list, key) = twist.pick(&right);
        let cursor = match closed {
            // The key inside, and the cursor itself.
            true => URL_SAFE_NO_PAD.encode(twist.of(key, &words)),
            false => {
                let text = twist.of(URL_SAFE_NO_PAD.encode(key).as_bytes(), &words);
                String::from_utf8_lossy(&text).into_owned()
            }
        };
        let answer = bounded(|| (*ask)(list, Some(cursor)));
        if let Some(errors) = answer["errors"].as_array().filter(|errors| !errors.is_empty()) {
            let code = errors[0]["extensions"]["code"].as_str().unwrap_or_default();
            assert_eq!(code, "BAD_CURSOR", "{list}: {answer}");
        }
    });
    memory_was_bounded();
}
