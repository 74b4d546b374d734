//! `planatlas check` on the invented package of Riverton and on copies of it, each broken in one way.

#![allow(clippy::unwrap_used, reason = "a test may stop where its ground is missing")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn riverton() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/riverton")
}

fn check(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planatlas"));
    command
        .arg("check")
        .args(arguments)
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env("LANG", "C")
        .env_remove("PLANATLAS_DATABASE");
    command.output().unwrap()
}

/// What a problem says, the file without its directory.
type Said = (String, String, String, String, String, String);

fn said(problem: &Value) -> Said {
    let text = |name: &str| match &problem[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let file = text("file");
    let file = file.rsplit('/').next().unwrap_or_default().to_owned();
    (file, text("row"), text("column"), text("code"), text("found"), text("expected"))
}

fn one(file: &str, row: &str, column: &str, code: &str, found: &str, expected: &str) -> Said {
    (file.into(), row.into(), column.into(), code.into(), found.into(), expected.into())
}

/// A copy of the package that a test may break.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let copy = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(riverton()).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
        Self(copy)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{file} holds {from}");
        fs::write(self.path(file), text.replacen(from, to, 1)).unwrap();
    }

    fn problems(&self) -> Vec<Said> {
        let output = check(&[self.0.path().to_str().unwrap(), "--json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let problems: Vec<Said> =
            answer["problems"].as_array().map_or_else(Vec::new, |list| list.iter().map(said).collect());
        assert_eq!(output.status.code(), Some(i32::from(!problems.is_empty())), "{answer}");
        for problem in answer["problems"].as_array().into_iter().flatten() {
            assert!(!problem["zh"].as_str().unwrap().is_empty() && !problem["en"].as_str().unwrap().is_empty());
        }
        problems
    }
}

/// Breaks the package in one place after another; each time exactly the problem named is found.
fn each_alone(cases: &[(&str, &str, &str, Said)]) {
    let mut wrong = Vec::new();
    for (file, from, to, expected) in cases {
        let copy = Copy::new();
        copy.replace(file, from, to);
        let found = copy.problems();
        if found != std::slice::from_ref(expected) {
            wrong.push(format!("{file}: {from} → {to}\n  expected {expected:?}\n  found    {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_valid_package_is_counted_and_accepted() {
    let output = check(&[riverton().to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("riverton 1.0.0") && text.contains("14 footprints"), "{text}");
    for table in planatlas::domain::tables() {
        assert!(text.contains(&format!(" {}\n", table.name)), "the package fills {}", table.name);
    }
}

#[test]
fn line_ends_of_a_spreadsheet_are_no_blank_rows() {
    let copy = Copy::new();
    for entry in fs::read_dir(copy.0.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "csv") {
            let text = fs::read_to_string(&path).unwrap().replace('\n', "\r\n");
            fs::write(&path, text).unwrap();
        }
    }
    assert_eq!(copy.problems(), []);
    copy.replace("documents.csv", "\r\n", "\r\n\r\n");
    assert_eq!(copy.problems(), [one("documents.csv", "2", "", "blank-row", "", "")]);
}

#[test]
fn every_record_and_shape_is_returned() {
    let packages = planatlas::package::read(&[riverton()], &planatlas::package::NothingKnown).unwrap();
    let records: Vec<_> = packages[0].records().collect();
    let order = |record: &planatlas::domain::Record| {
        planatlas::domain::tables().iter().position(|table| table.name == record.table.name)
    };
    assert!(records.is_sorted_by_key(order));
    for record in &records {
        assert_eq!(record.shape.is_some(), record.table.name == "footprints", "{}", record.key());
    }
    let harbour = records.iter().find(|record| record.key() == "fp-harbour").unwrap();
    assert_eq!(harbour.shape.as_ref().unwrap().vertex_count(), 16 + 3);
}

#[test]
fn cells_are_read_strictly() {
    let observations = "observations.csv";
    each_alone(&[
        (
            observations,
            "2025-Q3,YEAR_TO_DATE,78.0",
            "2025-Q3,YEAR_TO_DATE,78.00000000000001",
            one(observations, "4", "value", "float-noise", "78.00000000000001", "78"),
        ),
        (
            observations,
            "YEAR_TO_DATE,105.25",
            "YEAR_TO_DATE,1.0525e2",
            one(observations, "5", "value", "exponent", "1.0525e2", "105.25"),
        ),
        (observations, "AT_END,46", "AT_END,４６", one(observations, "29", "value", "full-width", "４６", "46")),
        (
            observations,
            "IN_PERIOD,912345.5",
            "IN_PERIOD,\"912,345.5\"",
            one(observations, "30", "value", "thousands-separator", "912,345.5", "912345.5"),
        ),
        (
            observations,
            "IN_PERIOD,28.6,",
            "IN_PERIOD,28.6%,",
            one(observations, "28", "value", "unit-in-number", "28.6%", "28.6"),
        ),
        (
            observations,
            "IN_PERIOD,28.6,",
            "IN_PERIOD,NaN,",
            one(observations, "28", "value", "not-a-number", "NaN", ""),
        ),
        (
            observations,
            "2025-04-20",
            "2025-02-30",
            one(observations, "2", "released_on", "date", "2025-02-30", "2024-09-30"),
        ),
        (
            observations,
            "2026-M04",
            "2026-4",
            one(observations, "35", "period", "period", "2026-4", "2024 · 2024-H1 · 2024-Q3 · 2024-M09"),
        ),
        (
            "plans.csv",
            "ADOPTED",
            "ADOPTD",
            one(
                "plans.csv",
                "3",
                "status",
                "enum",
                "ADOPTD",
                "DRAFT_FOR_COMMENT · ADOPTED · IN_FORCE · CLOSED · SUPERSEDED",
            ),
        ),
        ("regions.csv", "990104", "99010", one("regions.csv", "5", "adcode", "pattern", "99010", "^[0-9]{6}$")),
        ("regions.csv", "DISTRICT,990104,riverton,3", "DISTRICT,990104,riverton,0", {
            one("regions.csv", "5", "position", "range", "0", "≥ 1")
        }),
        (
            "documents.csv",
            "medium,true",
            "medium,yes",
            one("documents.csv", "3", "sample", "boolean", "yes", "true · false"),
        ),
        ("documents.csv", "河湾市统计公报", "", one("documents.csv", "3", "title", "required", "", "…")),
        (
            "units.csv",
            "harbour|northbank|millbrook",
            "harbour|harbour",
            one("units.csv", "7", "regions", "list-repeats", "harbour|harbour", "«harbour» ×1"),
        ),
        (
            "units.csv",
            "Zone committees",
            "Zone \u{fffd} committees",
            one("units.csv", "7", "name_en", "control-character", "U+FFFD in \"Zone \u{fffd} committees\"", ""),
        ),
    ]);
}

#[test]
fn files_are_utf8_with_the_columns_of_the_schema() {
    let milestones = "milestones.csv";
    let copy = Copy::new();
    let text = fs::read_to_string(copy.path(milestones)).unwrap();
    fs::write(copy.path(milestones), format!("\u{feff}{text}")).unwrap();
    assert_eq!(copy.problems(), [one(milestones, "1", "", "bom", "EF BB BF", "UTF-8")]);

    let (gbk, _, lossy) = encoding_rs::GBK.encode(&text);
    assert!(!lossy);
    fs::write(copy.path(milestones), gbk).unwrap();
    assert_eq!(copy.problems(), [one(milestones, "2", "as_written", "encoding", "GBK / GB18030", "UTF-8")]);

    let mut broken = text.clone().into_bytes();
    let at = text.find("250,true").unwrap();
    broken.splice(at..at, [0xC0, 0xFF]);
    fs::write(copy.path(milestones), broken).unwrap();
    assert_eq!(copy.problems(), [one(milestones, "3", "as_written", "encoding", "bytes that are no UTF-8", "UTF-8")]);

    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(copy.path(milestones), utf16).unwrap();
    assert_eq!(copy.problems(), [one(milestones, "1", "", "encoding", "UTF-16", "UTF-8")]);

    fs::remove_file(copy.path(milestones)).unwrap();
    let missing = copy.problems();
    assert_eq!((missing.len(), missing[0].3.as_str()), (1, "file-missing"));

    let copy = Copy::new();
    copy.replace("documents.csv", "retrieved_on,status,confidence", "retrieved_on,status,confidenze");
    assert_eq!(
        copy.problems(),
        [
            one("documents.csv", "1", "confidenze", "unknown-column", "confidenze", "confidence"),
            one("documents.csv", "1", "confidence", "missing-column", "", "confidence"),
        ]
    );
    let copy = Copy::new();
    copy.replace("documents.csv", ",status,confidence", ",confidence,confidence");
    assert_eq!(
        copy.problems(),
        [
            one("documents.csv", "1", "confidence", "duplicate-column", "confidence", "confidence ×1"),
            one("documents.csv", "1", "status", "missing-column", "", "status"),
            one("documents.csv", "2", "confidence", "enum", "ADOPTED", "high · medium · low",),
            one("documents.csv", "3", "confidence", "enum", "IN_FORCE", "high · medium · low"),
            one("documents.csv", "4", "confidence", "required", "", "high · medium · low"),
        ]
    );
    let copy = Copy::new();
    copy.replace(milestones, "rv-plan,任务1,250\n", "rv-plan,任务1,250,\n\n");
    assert_eq!(
        copy.problems(),
        [one(milestones, "3", "", "cell-count", "12", "11"), one(milestones, "4", "", "blank-row", "", "")]
    );
}

#[test]
fn what_a_cell_names_must_exist() {
    each_alone(&[
        (
            "observations.csv",
            "7.5,ton-1e4",
            "7.5,ton-1e5",
            one("observations.csv", "32", "unit", "unknown-unit", "ton-1e5", "ton-1e4"),
        ),
        (
            "observations.csv",
            "7.5,ton-1e4",
            "7.5,万吨",
            one("observations.csv", "32", "unit", "unknown-unit", "万吨", "ton-1e4"),
        ),
        (
            "observations.csv",
            "ZONE,zone-west,",
            "ZONE,zone-wset,",
            one("observations.csv", "18", "subject_code", "unknown-code", "zone-wset", "zone-west"),
        ),
        (
            "observations.csv",
            "REGION,harbour,",
            "ZONE,harbour,",
            one("observations.csv", "19", "subject_code", "unknown-code", "harbour", "zone-harbour"),
        ),
        (
            "chains.csv",
            "rv-gxj",
            "河湾市工业和信息化局",
            one("chains.csv", "2", "lead_unit", "unknown-code", "河湾市工业和信息化局", "rv-gxj"),
        ),
        (
            "task_units.csv",
            "riverton-2026-2028,4,rv-jtj",
            "riverton-2026-2028,44,rv-jtj",
            one("task_units.csv", "7", "task", "unknown-code", "44", "4"),
        ),
        (
            "layout_members.csv",
            "node-old",
            "node-odl",
            one("layout_members.csv", "9", "layout", "unknown-code", "node-odltown", "node-oldtown"),
        ),
        (
            "projects.csv",
            "riverton-2026-2028/4",
            "4",
            one("projects.csv", "5", "tasks", "unknown-code", "4", "riverton-2026-2028/4"),
        ),
        (
            "citations.csv",
            "riverton-2026-2028/axis-river",
            "axis-river",
            one("citations.csv", "4", "code", "unknown-code", "axis-river", "riverton-2026-2028/axis-river"),
        ),
        (
            "chain_stages.csv",
            "flour|oil",
            "flour|oils",
            one("chain_stages.csv", "2", "feeds", "unknown-code", "oils", "oil"),
        ),
        (
            "enterprises.csv",
            "rv-food-chain,flour",
            "rv-food-chain,flower",
            one("enterprises.csv", "3", "stage", "unknown-code", "flower", "flour"),
        ),
        (
            "mechanisms.csv",
            "TARGET,t5-zones",
            "TARGET,t5-zone",
            one("mechanisms.csv", "6", "home", "unknown-code", "t5-zone", "t5-zones"),
        ),
        (
            "contradictions.csv",
            "REGION,riverton,rv",
            "REGION,,rv",
            one("contradictions.csv", "2", "subject_code", "half-pair", "", "subject_kind + subject_code"),
        ),
    ]);
    // One wrong code in documents leaves many rows without their document: all are named.
    let copy = Copy::new();
    copy.replace("documents.csv", "\nrv-map,", "\nrv-mapp,");
    let found = copy.problems();
    assert_eq!(found.len(), 8 + 14 + 1);
    assert!(
        found.iter().all(|p| (p.2.as_str(), p.3.as_str(), p.5.as_str()) == ("document", "unknown-code", "rv-mapp"))
    );
}

#[test]
fn keys_are_unique_and_belong_to_one_package() {
    each_alone(&[(
        "zone_hosts.csv",
        "zone-mill,millbrook",
        "zone-north,northbank",
        one("zone_hosts.csv", "4", "region", "duplicate-key", "zone-north/northbank", "zone-north/northbank ×1"),
    )]);

    let (first, second) = (Copy::new(), Copy::new());
    second.replace("datapackage.json", "\"name\": \"riverton\"", "\"name\": \"other\"");
    let dirs = [first.0.path().to_path_buf(), second.0.path().to_path_buf()];
    let problems = planatlas::package::read(&dirs, &planatlas::package::NothingKnown).unwrap_err();
    assert!(problems.iter().all(|p| p.code == "key-held" && p.file.starts_with(dirs[1].to_str().unwrap())));
    assert_eq!(problems[0].expected, "≠ riverton");

    let same = planatlas::package::read(&[dirs[0].clone(), riverton()], &planatlas::package::NothingKnown);
    assert_eq!(same.unwrap_err()[0].code, "duplicate-package");
}

struct Held(&'static str);

impl planatlas::package::Known for Held {
    fn owner(&self, table: &str, key: &str) -> Option<String> {
        (table == "zones" && key == "zone-east").then(|| self.0.to_owned())
    }
}

#[test]
fn what_the_database_holds_counts_unless_it_is_being_replaced() {
    // Another package holds the key of a row.
    let problems = planatlas::package::read(&[riverton()], &Held("other")).unwrap_err();
    assert_eq!((problems[0].code, problems[0].expected.as_str()), ("key-held", "≠ other"));
    // The package itself holds it: it may keep it.
    assert!(planatlas::package::read(&[riverton()], &Held("riverton")).is_ok());

    // References find a row of another package, but not one of this package that is about to end.
    let copy = Copy::new();
    let text = fs::read_to_string(copy.path("zones.csv")).unwrap();
    let without: String =
        text.lines().filter(|line| !line.starts_with("zone-east,")).map(|l| format!("{l}\n")).collect();
    fs::write(copy.path("zones.csv"), without).unwrap();
    let dirs = [copy.0.path().to_path_buf()];
    assert!(planatlas::package::read(&dirs, &Held("other")).is_ok());
    let dangling = planatlas::package::read(&dirs, &Held("riverton")).unwrap_err();
    assert!(dangling.len() > 4 && dangling.iter().all(|p| p.code == "unknown-code" && p.found == "zone-east"));
}

#[test]
fn check_can_ask_a_database_and_never_makes_one() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("atlas.db");
    let url = format!("sqlite:{}", file.display());
    let base = riverton();
    assert!(check(&[base.to_str().unwrap(), "--database", &url]).status.success());
    assert!(!file.exists());

    let mut import = Command::new(env!("CARGO_BIN_EXE_planatlas"));
    assert!(import.arg("import").arg(&base).args(["--database", &url]).output().unwrap().status.success());
    // Under another name the package would take keys that the database holds for the first.
    let copy = Copy::new();
    copy.replace("datapackage.json", "\"name\": \"riverton\"", "\"name\": \"other\"");
    let dir = copy.0.path().to_str().unwrap();
    assert!(check(&[dir]).status.success());
    let output = check(&[dir, "--database", &url, "--lang", "en"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("[key-held]"));
}

#[test]
fn figures_agree_with_their_units_words_and_neighbours() {
    let observations = "observations.csv";
    each_alone(&[
        (
            observations,
            "AT_END,46,jia,EQUAL,46家",
            "AT_END,46,CNY-1e8,EQUAL,",
            one(observations, "29", "unit", "unit-mismatch", "CNY-1e8 (亿元)", "jia (家)"),
        ),
        (
            observations,
            "28.6,percent",
            "28.6,pp",
            one(observations, "28", "unit", "unit-mismatch", "pp (个百分点)", "percent (%)"),
        ),
        (
            observations,
            "46,jia,EQUAL,46家",
            "46.5,jia,EQUAL,",
            one(observations, "29", "value", "does-not-fit", "46.5 jia", "≤ 0 decimals"),
        ),
        (
            observations,
            "46,jia,EQUAL,46家",
            "46,,EQUAL,46家",
            one(observations, "29", "unit", "unit-missing", "", "schema/units.csv"),
        ),
        (
            observations,
            "78.0,CNY-1e8,EQUAL,78.0亿元",
            "780000,CNY-1e8,EQUAL,",
            one(observations, "4", "value", "slip", "780000 CNY-1e8", "≈ 51.2 CNY-1e8"),
        ),
        (
            observations,
            "188.4,CNY-1e8",
            "188.4,CNY-1e4",
            one(observations, "19", "unit", "magnitude", "CNY-1e4 (万元), «188.4亿元»", "CNY-1e8 (亿元)"),
        ),
        (
            "projects.csv",
            "38000,CNY-1e4",
            "38000,CNY-1e8",
            one("projects.csv", "3", "investment_unit", "magnitude", "CNY-1e8 (亿元), «38000万元»", "CNY-1e4 (万元)"),
        ),
        (
            observations,
            "613.7,CNY-1e8,EQUAL,613.7亿元,NORMAL",
            ",,,,NORMAL",
            one(observations, "26", "value", "value-missing", "", "MISSING · NOT_YET_DUE · SUPPRESSED"),
        ),
        (
            observations,
            "46,jia,EQUAL,46家,NORMAL",
            "46,jia,EQUAL,46家,SUPPRESSED",
            one(observations, "29", "value", "value-unexpected", "46", ""),
        ),
        (
            "targets.csv",
            "120,ton-1e4,120万吨",
            "120,jia,120",
            one("targets.csv", "6", "unit", "unit-mismatch", "jia (家)", "ton-1e4 (万吨)"),
        ),
        (
            "targets.csv",
            "100,CNY-1e8,rv-revenue",
            "100,ge,rv-revenue",
            one("targets.csv", "7", "threshold_unit", "unit-mismatch", "ge (个)", "CNY-1e8 (亿元)"),
        ),
        (
            "milestones.csv",
            "1,ge,EQUAL,1个",
            "1,km2,EQUAL,1",
            one("milestones.csv", "4", "unit", "unit-mismatch", "km2 (平方公里)", "ge (个)"),
        ),
        (
            "milestones.csv",
            "250,CNY-1e8",
            "250,CNY-1e4",
            one("milestones.csv", "3", "value", "slip", "250 CNY-1e4", "≈ 300 CNY-1e8"),
        ),
        (
            "milestones.csv",
            "t1-cluster,2027",
            "t1-cluster,2029",
            one("milestones.csv", "3", "period", "outside-plan", "2029", "2026 … 2028"),
        ),
    ]);
}

#[test]
fn rows_agree_with_themselves() {
    each_alone(&[
        ("projects.csv", "165.142,10.1215", "165.142,", one("projects.csv", "2", "lat", "half-pair", "", "lon + lat")),
        (
            "projects.csv",
            "165.142,10.1215",
            "165.142,10.12151234",
            one("projects.csv", "2", "lat", "coordinate-decimals", "10.12151234", "10.1215123"),
        ),
        (
            "projects.csv",
            "165.142,10.1215",
            "10.1215,165.142",
            one("projects.csv", "2", "lat", "range", "165.142", "-90 … 90"),
        ),
        (
            "plans.csv",
            "riverton-2023-2025,Pacific/Majuro",
            "riverton-2023-2025,Pacific/Atlantis",
            one("plans.csv", "3", "time_zone", "time-zone", "Pacific/Atlantis", "Asia/Shanghai"),
        ),
        ("plans.csv", "1.0,2023,2025", "1.0,2023,2022", one("plans.csv", "2", "to", "order", "2022", "≥ 2023")),
        (
            "indicators.csv",
            "PLAN|REGION",
            "PLAN|COUNTY",
            one(
                "indicators.csv",
                "6",
                "applies_to",
                "enum",
                "COUNTY",
                "PLAN · REGION · ZONE · LAYOUT · CLUSTER · CHAIN · ENTERPRISE · PROJECT",
            ),
        ),
    ]);
    let copy = Copy::new();
    copy.replace("regions.csv", "CITY,990100,,", "CITY,990100,oldtown,");
    assert_eq!(
        copy.problems(),
        [
            one("regions.csv", "2", "parent", "circle", "oldtown", "≠ … → riverton"),
            one("regions.csv", "3", "parent", "circle", "riverton", "≠ … → oldtown"),
        ]
    );
}

#[test]
fn outlines_are_sound_and_pair_with_footprints() {
    let zones = "zones.geojson";
    let mill = "[165.36,10.22],[165.39,10.22],[165.39,10.25],[165.36,10.25],[165.36,10.22]";
    each_alone(&[
        (
            zones,
            mill,
            "[165.36,10.22],[165.39,10.22],[165.39,10.25],[165.36,10.25]",
            one(zones, "fp-zone-mill", "polygon 1 ring 1", "ring-open", "[165.36, 10.25]", "[165.36, 10.22]"),
        ),
        (
            zones,
            mill,
            "[165.36,10.22],[165.39,10.22],[165.36,10.22]",
            one(zones, "fp-zone-mill", "polygon 1 ring 1", "ring-short", "3", "≥ 4"),
        ),
        (
            zones,
            mill,
            "[165.36,10.22],[165.39,10.25],[165.39,10.22],[165.36,10.26],[165.36,10.22]",
            one(
                zones,
                "fp-zone-mill",
                "polygon 1 ring 1",
                "self-crossing",
                "[165.3771429, 10.2371429]",
                "a simple ring",
            ),
        ),
        (
            zones,
            mill,
            "[165.36,10.22],[165.36,10.25],[165.39,10.25],[165.39,10.22],[165.36,10.22]",
            one(
                zones,
                "fp-zone-mill",
                "polygon 1 ring 1",
                "inside-out",
                "[165.36, 10.22]",
                "exterior counter-clockwise, holes clockwise (RFC 7946)",
            ),
        ),
        (
            zones,
            "[165.17,10.09],[165.17,10.14]",
            "[165.17,10.09],[10.14,165.17]",
            one(zones, "fp-zone-harbour", "polygon 1 ring 1", "coordinate-range", "[10.14, 165.17]", "[±180, ±90]"),
        ),
        (
            zones,
            "[165.17,10.09],[165.17,10.14]",
            "[165.17,10.09],[165.17000000000002,10.14]",
            one(zones, "fp-zone-harbour", "geometry", "coordinate-decimals", "165.17000000000002", "165.17"),
        ),
        (
            zones,
            "\"LineString\",\"coordinates\":[[165.05,10.06],[165.2,10.12],[165.45,10.15],[165.5,10.45]]",
            "\"MultiPoint\",\"coordinates\":[[165.05,10.06]]",
            one(
                zones,
                "fp-axis-river",
                "geometry",
                "geometry-type",
                "MultiPoint",
                "Polygon · MultiPolygon · LineString · MultiLineString · Point",
            ),
        ),
        (
            "footprints.csv",
            "fp-zone-west,ZONE,zone-west,2020-H2,,INITIAL,SCHEMATIC,,,河湾市测绘院(虚构),rv-map,附图,,示意 schematic\n",
            "",
            one(zones, "fp-zone-west", "id", "feature-without-footprint", "fp-zone-west", "footprints.code"),
        ),
        (
            zones,
            "{\"type\":\"Feature\",\"id\":\"fp-zone-west\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\
             \"coordinates\":[[[165.1,10.39],[165.15,10.39],[165.15,10.43],[165.1,10.43],[165.1,10.39]]]}},\n",
            "",
            one("footprints.csv", "14", "code", "footprint-without-feature", "fp-zone-west", "fp-zone-north"),
        ),
        (
            "regions.geojson",
            "[[165.41,10.12],[165.42,10.18],[165.475,10.19],[165.5,10.15],[165.46,10.11],[165.41,10.12]]",
            "[[166.41,10.12],[166.42,10.18],[166.475,10.19],[166.5,10.15],[166.46,10.11],[166.41,10.12]]",
            one(
                "regions.geojson",
                "fp-millbrook",
                "polygon 1 ring 2",
                "hole-outside",
                "[166.41, 10.12]",
                "hole inside its exterior",
            ),
        ),
    ]);
}

#[test]
fn the_descriptor_cannot_loosen_the_tables() {
    each_alone(&[(
        "datapackage.json",
        "\"pattern\": \"^[0-9a-f]{64}$\"",
        "\"pattern\": \"^.*$\"",
        one(
            "datapackage.json",
            "",
            "resources/documents",
            "schema-differs",
            "schema.fields[6].constraints.pattern: \"^.*$\"",
            "\"^[0-9a-f]{64}$\"",
        ),
    )]);
    let copy = Copy::new();
    copy.replace("datapackage.json", "\"path\": \"events.csv\"", "\"path\": \"../events.csv\"");
    let found = copy.problems();
    assert_eq!(
        found[0],
        one("datapackage.json", "", "resources/events", "resource-path", "\"../events.csv\"", "\"file.csv\"")
    );

    fs::write(copy.path("datapackage.json"), "{\n \"name\": oops\n}").unwrap();
    let found = copy.problems();
    assert_eq!((found.len(), found[0].1.as_str(), found[0].3.as_str()), (1, "2", "json"));
}

#[test]
fn all_problems_are_said_at_once_in_order_and_in_words() {
    let copy = Copy::new();
    copy.replace("plans.csv", "ADOPTED", "ADOPTD");
    copy.replace("regions.csv", "DISTRICT,990103,riverton", "DISTRICT,990103,rivertown");
    copy.replace("observations.csv", "YEAR_TO_DATE,24.5", "YEAR_TO_DATE,24.499999999999996");
    copy.replace("observations.csv", "ZONE,zone-west,", "ZONE,zone-wset,");
    copy.replace("projects.csv", "12.5,CNY-1e8", "12.5,CNY-1e9");
    copy.replace("zones.geojson", "[165.11,10.09],[165.17,10.09]", "[165.17,10.09],[165.11,10.09]");
    let found: Vec<String> = copy.problems().into_iter().map(|p| format!("{} {} {} {}", p.0, p.1, p.2, p.3)).collect();
    assert_eq!(
        found,
        [
            "plans.csv 3 status enum",
            "regions.csv 4 parent unknown-code",
            "observations.csv 2 value float-noise",
            "observations.csv 18 subject_code unknown-code",
            "projects.csv 2 investment_unit unknown-unit",
            "zones.geojson fp-zone-harbour polygon 1 ring 1 ring-open",
        ]
    );

    let dir = copy.0.path().to_str().unwrap();
    let output = check(&[dir, "--lang", "en"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains(&format!(
        "{dir}/regions.csv, row 4, column parent [unknown-code]\n  found: rivertown\n  expected: riverton\n"
    )));
    assert!(text.ends_with("6 problem(s).\n"), "{text}");
    let chinese = String::from_utf8(check(&[dir, "--lang", "zh"]).stdout).unwrap();
    assert!(chinese.contains("共 6 个问题。") && !chinese.contains("problem"), "{chinese}");
    let both = String::from_utf8(check(&[dir]).stdout).unwrap();
    assert!(both.contains("行 row 4") && both.contains("发现 found: rivertown"), "{both}");
}

#[test]
fn a_flood_of_problems_is_cut_and_counted() {
    let copy = Copy::new();
    let mut text = fs::read_to_string(copy.path("task_links.csv")).unwrap();
    for number in 0..300 {
        text.push_str(&format!("riverton-2026-2028,1,EVENT,nothing-{number},,false,rv-plan,任务1,\n"));
    }
    fs::write(copy.path("task_links.csv"), text).unwrap();
    let output = check(&[copy.0.path().to_str().unwrap(), "--lang", "en"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("[unknown-code]").count(), 200);
    assert!(text.ends_with("300 problems, 100 of them not listed (--json lists all).\n"), "{text}");
    assert_eq!(copy.problems().len(), 300);
}

#[test]
fn the_packages_of_this_repository_are_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dirs = ["geodata/shangqiu", "geodata/sample"].map(|dir| root.join(dir));
    let output = check(&[dirs[0].to_str().unwrap(), dirs[1].to_str().unwrap(), "--lang", "en"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}
