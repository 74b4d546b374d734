//! The plan linter against an independent reading, another plan, and seeded changes.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use chrono::NaiveDate;
use planatlas::assess::lint::{Finding, FindingKind, lint};
use planatlas::atlas::{Atlas, Source};
use planatlas::domain::{Cell, Package, Record};
use planatlas::package::{self, NothingKnown};
use planatlas::store::Dimension;

const REAL: &str = "geodata/shangqiu";
const OTHER: &str = "tests/fixtures/riverton";

fn read(directory: &str) -> Vec<Package> {
    package::read(&[PathBuf::from(directory)], &NothingKnown).unwrap()
}

fn rows(packages: Vec<Package>) -> Vec<Record> {
    packages.iter().flat_map(Package::records).collect()
}

fn atlas(records: &[Record]) -> Atlas {
    let row = |(at, record): (usize, &Record)| Dimension {
        id: i64::try_from(at).unwrap() + 1,
        package: "package".to_owned(),
        record: record.clone(),
        since: 1,
    };
    let rows = records.iter().enumerate().map(row).collect();
    let day = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    Atlas::build(Source { revision: 1, rows, ..Source::default() }, day, None).unwrap()
}

/// The newest plan of a package: the one that no other replaces.
fn findings(records: &[Record]) -> Vec<Finding> {
    let atlas = atlas(records);
    let plans = atlas.plans.all();
    let plan = plans.iter().find(|plan| !plans.iter().any(|p| p.supersedes.as_ref() == Some(&plan.code))).unwrap();
    lint(&atlas, &plan.code)
}

fn short(code: &str) -> &str {
    code.rsplit('/').next().unwrap()
}

/// Kind, tasks, sections and subject of a finding, for people and comparisons.
fn said(finding: &Finding) -> String {
    let places: Vec<&str> = finding.tasks.iter().chain(&finding.sections).map(|code| short(code)).collect();
    let subject = finding.subject.as_deref().unwrap_or_default();
    format!("{} {} {subject}", finding.kind.word(), places.join("+")).trim_end().to_owned()
}

#[derive(Debug, serde::Deserialize)]
struct Place {
    kind: String,
    task: String,
    section: String,
    subject: String,
}

impl Place {
    /// Same kind, same task or section, and the same thing where the key says which.
    fn is(&self, finding: &Finding) -> bool {
        let (codes, place) =
            if self.task.is_empty() { (&finding.sections, &self.section) } else { (&finding.tasks, &self.task) };
        let subject = finding.subject.as_deref().unwrap_or_default();
        finding.kind.word() == self.kind
            && codes.iter().any(|code| short(code) == place)
            && (subject.contains(&self.subject) || finding.message.zh.contains(&self.subject))
    }
}

fn key() -> Vec<Place> {
    let mut reader = csv::Reader::from_path("tests/lint_key.csv").unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Recall and precision in per mille.
fn measure(key: &[Place], found: &[Finding], what: &str) -> (usize, usize) {
    let missed: Vec<&Place> = key.iter().filter(|place| !found.iter().any(|finding| place.is(finding))).collect();
    let extra: Vec<&Finding> = found.iter().filter(|finding| !key.iter().any(|place| place.is(finding))).collect();
    let share = |part: usize, whole: usize| (whole - part) * 1000 / whole;
    let (recall, precision) = (share(missed.len(), key.len()), share(extra.len(), found.len()));
    println!("{what}: {} places, {} findings, recall {recall} ‰, precision {precision} ‰", key.len(), found.len());
    missed.iter().for_each(|place| println!("  missed {place:?}"));
    extra.iter().for_each(|finding| println!("  extra {}", said(finding)));
    (recall, precision)
}

#[test]
fn an_independent_reading_of_the_plan_is_found_again() {
    let (key, found) = (key(), findings(&rows(read(REAL))));
    assert!(key.len() >= 60);
    let (recall, precision) = measure(&key, &found, "all");
    assert!(recall >= 900 && precision >= 950);
    // Terms are named by the package itself, so they prove less: measured apart.
    let term = |kind: &str| kind.starts_with("TERM_");
    let key: Vec<Place> = key.into_iter().filter(|place| !term(&place.kind)).collect();
    let found: Vec<Finding> = found.into_iter().filter(|finding| !term(finding.kind.word())).collect();
    let (recall, precision) = measure(&key, &found, "without terms");
    assert!(recall >= 900 && precision >= 950);
}

#[test]
fn another_plan_has_its_own_flaws_and_no_others() {
    let found: Vec<String> = findings(&rows(read(OTHER))).iter().map(said).collect();
    assert_eq!(
        found,
        [
            "UNIT_NOT_IN_FORCE 2 rv-nyj",
            "UNITS_DIFFER 5+S2.2",
            "ROLE_MISSING 2",
            "ROLE_MISSING 3",
            "ROLE_MISSING 7",
            "MEASURE_DIFFERS 6+S1",
            "HEADLINE_WITHOUT_TASK S1 rv-share",
            "COUNTER_DROPPED 1 milestones",
            "TERM_AMBIGUOUS S2+S2.2 节点",
        ]
    );
}

#[test]
fn every_finding_quotes_the_plan_and_speaks_both_languages() {
    let text: String = std::fs::read_to_string(format!("{REAL}/source/plan.txt")).unwrap();
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let text = bare(&text);
    for finding in findings(&rows(read(REAL))) {
        assert!(!finding.quotes.is_empty() && !finding.tasks.is_empty() | !finding.sections.is_empty(), "{finding:?}");
        for quote in &finding.quotes {
            let words = quote.quote.as_deref().unwrap();
            // Deadline cells stand below each other in the source.
            assert!(words.split(' ').all(|part| text.contains(&bare(part))), "{}: {words}", said(&finding));
            assert!(!quote.locator.is_empty());
        }
        for sentence in [&finding.message, &finding.resolved] {
            assert!(!sentence.zh.is_empty() && !sentence.en.is_empty());
        }
    }
}

/// A plan that a test changes row by row.
struct Draft(Vec<Record>);

impl Draft {
    fn set(&mut self, table: &str, key: &str, field: &str, value: Cell) -> &mut Self {
        let hit = |row: &&mut Record| row.table.name == table && row.key().split_once('/').is_some_and(|k| k.1 == key);
        let row = self.0.iter_mut().find(hit).unwrap_or_else(|| panic!("no {table} {key}"));
        let at = row.table.position(field).unwrap();
        row.cells[at] = value;
        self
    }

    /// Replaces words in a text or list cell.
    fn reword(&mut self, table: &str, key: &str, field: &str, from: &str, to: &str) -> &mut Self {
        let hit = |row: &&Record| row.table.name == table && row.key().split_once('/').is_some_and(|k| k.1 == key);
        let row = self.0.iter().find(hit).unwrap_or_else(|| panic!("no {table} {key}"));
        let cell = match row.cell(field) {
            Cell::Text(text) => {
                assert!(text.contains(from), "{text}");
                Cell::Text(text.replacen(from, to, 1).into())
            }
            Cell::List(items) => Cell::List(items.iter().map(|item| item.replacen(from, to, 1).into()).collect()),
            other => panic!("{other:?}"),
        };
        self.set(table, key, field, cell)
    }
}

fn text(value: &str) -> Cell {
    Cell::Text(value.into())
}

/// What a change of the plan adds to its findings and takes from them.
fn changed(by: impl FnOnce(&mut Draft)) -> (Vec<String>, Vec<String>) {
    static PLAN: LazyLock<(Vec<Record>, BTreeSet<String>)> = LazyLock::new(|| {
        let rows = rows(read(REAL));
        let found = findings(&rows).iter().map(said).collect();
        (rows, found)
    });
    let (rows, before) = &*PLAN;
    let mut draft = Draft(rows.clone());
    by(&mut draft);
    let after: BTreeSet<String> = findings(&draft.0).iter().map(said).collect();
    let minus = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
    (minus(&after, before), minus(before, &after))
}

fn adds(what: &str, by: impl FnOnce(&mut Draft)) {
    assert_eq!(changed(by), (vec![what.to_owned()], Vec::new()));
}

fn removes(what: &str, by: impl FnOnce(&mut Draft)) {
    assert_eq!(changed(by), (Vec::new(), vec![what.to_owned()]));
}

#[test]
fn a_seeded_flaw_adds_its_own_finding_and_no_other() {
    adds("UNITS_DIFFER 15+S2.3.3", |plan| {
        plan.reword("tasks", "15", "responsibility_as_written", "市水利局", "市应急局");
        plan.set("task_units", "15/sq-water-bureau", "name_as_written", text("市应急局"));
        plan.set("task_units", "15/sq-water-bureau", "unit", text("sq-emergency-bureau"));
    });
    adds("NO_LEAD 14", |plan| {
        plan.reword("tasks", "14", "responsibility_as_written", "牵头,", "、");
        plan.set("task_units", "14/sq-industry-bureau", "role", text("SUPPORT"));
    });
    adds("ROLE_MISSING 14", |plan| {
        plan.reword("tasks", "14", "responsibility_as_written", "配合", "");
        plan.set("task_units", "14/sq-reform-commission", "role", text("UNSPECIFIED"));
        plan.set("task_units", "14/sq-ecology-bureau", "role", text("UNSPECIFIED"));
    });
    adds("LEAD_DIFFERS 19+S2.5.1", |plan| {
        plan.reword(
            "tasks",
            "19",
            "responsibility_as_written",
            "市工业和信息化局牵头,市发展改革委、",
            "市发展改革委牵头,市工业和信息化局、",
        );
        plan.set("task_units", "19/sq-industry-bureau", "role", text("SUPPORT"));
        plan.set("task_units", "19/sq-reform-commission", "role", text("LEAD"));
    });
    adds("UNIT_NAMES_DIFFER S2.3.2 sq-ecology-bureau", |plan| {
        plan.reword("sections", "S2.3.2", "responsibility_as_written", "市生态环境局", "市环境局");
        plan.set("section_units", "S2.3.2/sq-ecology-bureau", "name_as_written", text("市环境局"));
    });
    adds("VALUE_DIFFERS 11+S2.2.3", |plan| {
        plan.reword("tasks", "11", "title", "1.2万个", "1.2亿个");
    });
    adds("VALUE_DIFFERS 23+S3.1.2", |plan| {
        plan.reword("tasks", "23", "title", "2项", "3项");
    });
    adds("COMPARATOR_DIFFERS 23+S3.1.2", |plan| {
        plan.reword("tasks", "23", "title", "2项以上", "2项");
    });
    adds("COMMITMENT_DIFFERS 25+S3.1.3", |plan| {
        plan.reword("tasks", "25", "title", "力争", "");
    });
    adds("COUNTER_DROPPED 8 title", |plan| {
        plan.reword("tasks", "8", "title", "2个", "2");
    });
    adds("WORDING_DIFFERS 44+S3.5.2", |plan| {
        plan.reword("tasks", "44", "title", "集约节约", "集约");
    });
    adds("NAMES_NOT_LISTED S2.1.1 4", |plan| {
        plan.reword("sections", "S2.1.1", "text", "新材料、生物医药等4个", "新材料等4个");
    });
}

#[test]
fn a_repaired_flaw_takes_its_own_finding_and_no_other() {
    removes("COUNTER_DROPPED 6 title", |plan| {
        plan.reword("tasks", "6", "title", "培育1", "培育1家");
    });
    removes("COUNTER_DROPPED 7 milestones", |plan| {
        plan.set(
            "tasks",
            "7",
            "deadline_as_written",
            Cell::List(vec!["2023年达到3家".into(), "2025年达到10家".into()]),
        );
        for (year, words) in [("2023", "2023年达到3家"), ("2024", "2024年达到6家"), ("2025", "2025年达到10家")]
        {
            plan.set("milestones", &format!("t07-1/{year}"), "as_written", text(words));
        }
    });
    removes("UNIT_TYPO 2 sq-reform-commission", |plan| {
        plan.reword("tasks", "2", "responsibility_as_written", "发展改革委员", "发展改革委");
        plan.set("task_units", "2/sq-reform-commission", "name_as_written", text("市发展改革委"));
    });
    removes("UNIT_NAMES_DIFFER 44 sq-natural-resources-bureau", |plan| {
        plan.reword("tasks", "44", "responsibility_as_written", "市自然资源局", "市自然资源和规划局");
        plan.set("task_units", "44/sq-natural-resources-bureau", "name_as_written", text("市自然资源和规划局"));
    });
    removes("COUNTER_DIFFERS 16+S2.4.1", |plan| {
        plan.reword("tasks", "16", "title", "1个", "1家");
    });
    removes("COMMITMENT_DIFFERS 36+S3.4.2", |plan| {
        plan.reword("tasks", "36", "title", "每年", "力争每年");
    });
    removes("COMPARATOR_DIFFERS 22+S1.2", |plan| {
        plan.reword("sections", "S1.2", "text", "省级创新平台突破200家", "省级创新平台达到200家");
    });
    removes("WORDING_DIFFERS 28+S3.2.3", |plan| {
        plan.reword("tasks", "28", "title", "深入", "");
    });
    removes("TOLERANCE_OPEN 10 cloud-enterprises", |plan| {
        plan.set("targets", "t10-1", "tolerance", Cell::Decimal("0.05".parse().unwrap()));
    });
    removes("BASE_YEAR_MISSING 46 industrial-design-centres-new", |plan| {
        plan.reword("tasks", "46", "title", "新增", "比2022年新增");
        plan.reword("sections", "S3.6.1", "text", "力争新增", "力争比2022年新增");
    });
    removes("MILESTONE_MISSING 4 high-end-equipment-share", |plan| {
        let mut row = plan.0.iter().find(|row| row.table.name == "milestones").unwrap().clone();
        for (field, cell) in [
            ("target", text("t04-2")),
            ("value", Cell::Decimal(25.into())),
            ("unit", text("percent")),
            ("as_written", text("2023年占比25%")),
        ] {
            let at = row.table.position(field).unwrap();
            row.cells[at] = cell;
        }
        plan.0.push(row);
    });
    removes("TERM_UNDEFINED S2.3.1 两高一危", |plan| {
        plan.reword("sections", "S2.3.1", "text", "“两高一危”项目", "高耗能项目");
    });
    removes("LIST_TARGET_NOT_IN_BODY 17+S2.4.2 10%", |plan| {
        let goal = "力争生产性服务业占全市生产总值的比重提高到10%左右。大力发展";
        plan.reword("sections", "S2.4.2", "text", "大力发展", goal);
    });
}

#[test]
fn the_command_prints_filters_and_fails_as_asked() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_planatlas")).arg("lint").args(arguments).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = run(&[OTHER, "--lang", "en", "--kind", "ROLE_MISSING"]);
    assert_eq!(code, 0);
    assert!(text.contains("Task 3 does not say") && !text.contains("UNITS_DIFFER"), "{text}");
    assert!(text.contains("3 finding(s): 3 error(s), 0 warning(s), 0 note(s)."), "{text}");
    assert_eq!(run(&[OTHER, "--fail-on", "error"]).0, 1);
    assert_eq!(run(&[OTHER, "--kind", "TERM_AMBIGUOUS", "--fail-on", "error"]).0, 0);
    assert_eq!(run(&[OTHER, "--kind", "NONE_SUCH"]).0, 2);
    assert_eq!(run(&[OTHER, "--plan", "none-such"]).0, 2);
    let (_, list) = run(&["--list"]);
    assert_eq!(list.lines().count(), FindingKind::ALL.len());
    let (_, json) = run(&[OTHER, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 9);
    assert_eq!(json[0]["quotes"][0]["locator"], "任务2");
}
