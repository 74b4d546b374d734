//! `planatlas figures` from outside, with files made here as people and spreadsheets make them.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A database with the fixture package in it, and a directory for files.
struct Desk {
    directory: TempDir,
    url: String,
}

const SOURCE: &[&str] = &["--document", "tjj-q1", "--title", "季报", "--issuer", "统计局", "--date", "2026-04-20"];

/// The fixture imported once; each test works on a copy.
fn desk() -> Desk {
    static STOCKED: OnceLock<Vec<u8>> = OnceLock::new();
    let stocked = STOCKED.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("atlas.db");
        import(&format!("sqlite:{}", file.display()));
        std::fs::read(file).unwrap()
    });
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("atlas.db");
    std::fs::write(&file, stocked).unwrap();
    Desk { url: format!("sqlite:{}", file.display()), directory }
}

fn import(url: &str) {
    let output = planatlas(url, &["import", "tests/fixtures/riverton"]);
    assert!(output.status.success(), "{}", said(&output));
}

fn planatlas(url: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planatlas"));
    command.args(arguments).args(["--database", url]).env("PLANATLAS_AUTHOR", "tester");
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

impl Desk {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn book(&self, fill: impl FnOnce(&mut Worksheet)) -> PathBuf {
        let path = self.path("figures.xlsx");
        let mut book = Workbook::new();
        fill(book.add_worksheet().set_name("填报").unwrap());
        book.save(&path).unwrap();
        path
    }

    /// What the command answers, with the document of [`SOURCE`].
    fn figures(&self, file: &Path, more: &[&str]) -> Value {
        let file = file.display().to_string();
        let output = planatlas(&self.url, &[&["figures", &file, "--json"], SOURCE, more].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
    }

    fn csv(&self, text: &str, more: &[&str]) -> Value {
        let file = self.file("figures.csv", text);
        self.figures(&file, more)
    }

    /// The newest revision of a database that verifies.
    fn revision(&self) -> i32 {
        let output = planatlas(&self.url, &["verify"]);
        assert!(output.status.success(), "{}", said(&output));
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let store = planatlas::store::Store::open(&self.url).await.unwrap();
            store.newest_number().await.unwrap()
        })
    }
}

/// Codes and cells of what was rejected.
fn rejected(answer: &Value) -> Vec<(String, i64, String)> {
    let all = answer["rejected"].as_array().unwrap();
    all.iter()
        .map(|problem| {
            let column = problem["column"].as_str().unwrap_or_default();
            let letter = column.split(' ').next().unwrap_or_default();
            (problem["code"].as_str().unwrap().to_owned(), problem["row"].as_i64().unwrap_or(0), letter.to_owned())
        })
        .collect()
}

fn at(code: &str, row: i64, column: &str) -> (String, i64, String) {
    (code.to_owned(), row, column.to_owned())
}

#[test]
fn figures_become_one_revision_then_none_then_a_correction_with_its_difference() {
    for database in common::database::fresh() {
        import(&database.url);
        let desk = Desk { directory: tempfile::tempdir().unwrap(), url: database.url.clone() };
        let first =
            "地方,时期,规上工业营业收入(亿元),铁路货运量\n港口经济开发区,2026-Q1,26.3,\n东田县,2026年6月,,30.5\n";
        let rehearsed = desk.csv(first, &["--dry-run"]);
        let taken = desk.csv(first, &[]);
        assert_eq!(taken["ok"], true, "{taken:#}");
        assert_eq!((&taken["revision"], &taken["changed"]), (&json!(2), &json!(true)));
        assert_eq!(taken["package"], "figures-tjj-q1");
        assert_eq!(taken["begun"], json!({ "documents": 1, "observations": 2, "packages": 1 }));
        assert_eq!(taken["accepted"][0]["subject_code"], "zone-harbour");
        assert_eq!(taken["accepted"][0]["cell"], "C2");
        assert_eq!(taken["accepted"][1]["period"], "2026-M06");
        assert_eq!(taken["blank"], 2);
        assert_eq!(without(&rehearsed), without(&taken), "a dry run says what the real one does");

        let again = desk.csv(first, &[]);
        assert_eq!((&again["revision"], &again["changed"], &again["unchanged"]), (&json!(2), &json!(false), &json!(2)));

        // Another cell of the document stays; the one given is replaced, though it stands elsewhere now.
        let second = "时期,地方,规上工业营业收入(万元)\n\n2026-Q1,港口经济开发区,\"264,000\"\n";
        let rehearsed = desk.csv(second, &["--dry-run"]);
        assert_eq!(rehearsed["revision"], 3, "{rehearsed:#}");
        let corrected = desk.csv(second, &[]);
        assert_eq!(without(&rehearsed), without(&corrected));
        let revised = &corrected["revised"][0];
        assert_eq!(revised["before"], json!({ "value": "26.3", "unit": "CNY-1e8", "status": "NORMAL" }));
        assert_eq!(revised["after"], json!({ "value": "264000", "unit": "CNY-1e4", "status": "NORMAL" }));
        assert_eq!((&revised["difference"], &revised["cell"]), (&json!("1000"), &json!("C3")));
        assert_eq!(corrected["begun"], json!({ "observations": 1 }));
        assert_eq!(corrected["ended"], json!({ "observations": 1 }));
        let output = planatlas(&database.url, &["verify"]);
        assert!(output.status.success(), "{}: {}", database.engine, said(&output));
    }
}

/// An answer without what only the real run can know.
fn without(answer: &Value) -> Value {
    let mut answer = answer.clone();
    let fields = answer.as_object_mut().unwrap();
    fields.remove("dry_run");
    fields.remove("digest");
    answer
}

#[test]
fn what_people_do_in_spreadsheets_is_read_as_meant() {
    let desk = desk();
    let book = desk.book(|sheet| {
        let title = Format::new();
        sheet.merge_range(0, 0, 0, 4, "二〇二六年一季度报表", &title).unwrap();
        sheet.write(1, 0, "单位:万元").unwrap();
        for (column, name) in
            ["地方", "报告期", "规上工业营业收入", "装备制造占比", "专精特新企业数（家）", "备注"].iter().enumerate()
        {
            sheet.write(3, column as u16, *name).unwrap();
        }
        let date = Format::new().set_num_format("yyyy年m月");
        let percent = Format::new().set_num_format("0.0%");
        let grouped = Format::new().set_num_format("#,##0.00");
        sheet.write(4, 0, "  河湾市　").unwrap();
        let march = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 3, 1).unwrap();
        sheet.write_datetime_with_format(4, 1, &march, &date).unwrap();
        sheet.write_with_format(4, 2, 1_634_567.5, &grouped).unwrap();
        sheet.write_with_format(4, 3, 0.286, &percent).unwrap();
        sheet.write(4, 4, "４６ ").unwrap();
        sheet.write(4, 5, "快报").unwrap();
        sheet.write(5, 0, "西岭县").unwrap();
        sheet.write(5, 1, "2026年1—3月").unwrap();
        sheet.write(5, 2, "—").unwrap();
        sheet.write(6, 0, "pinewood").unwrap();
        sheet.write(6, 1, "2026年一季度").unwrap();
        sheet.write(6, 2, "120,500.5").unwrap();
        sheet.write(7, 0, "港口区 [harbour]").unwrap();
        sheet.write(7, 1, 2025).unwrap();
        sheet.write(7, 2, 0.1 + 0.2).unwrap();
        sheet.write(8, 0, "湾城").unwrap();
        sheet.write(8, 1, "2025-M12").unwrap();
        sheet.write(8, 3, "……").unwrap();
    });
    let answer = desk
        .figures(&book, &["--dry-run", "--accept", "slip=测试", "--accept", "part=测试", "--accept", "falling=测试"]);
    assert_eq!(answer["ok"], true, "{answer:#}");
    let all: Vec<String> = (answer["accepted"].as_array().unwrap().iter())
        .map(|one| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let after = &one["after"];
            format!(
                "{} {} {} {} {} {}",
                text(&one["cell"]),
                text(&one["subject_code"]),
                text(&one["period"]),
                text(&after["value"]),
                text(&after["unit"]),
                text(&after["status"])
            )
        })
        .collect();
    assert_eq!(
        all,
        [
            "填报!C5 riverton 2026-M03 1634567.50 CNY-1e4 NORMAL",
            "填报!D5 riverton 2026-M03 28.6 percent NORMAL",
            "填报!E5 riverton 2026-M03 46 jia NORMAL",
            "填报!C6 westhill 2026-M03   MISSING",
            "填报!C7 pinewood 2026-Q1 120500.5 CNY-1e4 NORMAL",
            "填报!C8 harbour 2025 0.3 CNY-1e4 NORMAL",
            "填报!D9 riverton 2025-M12   MISSING",
        ]
    );
}

#[test]
fn every_fault_names_its_sheet_row_column_what_was_found_and_what_was_expected() {
    let desk = desk();
    let book = desk.book(|sheet| {
        for (column, name) in ["地方", "时期", "规上工业营业收入(亿元)", "专精特新企业数(家)"].iter().enumerate()
        {
            sheet.write(0, column as u16, *name).unwrap();
        }
        let rows: [[&str; 4]; 8] = [
            ["港口去", "2026-Q1", "1", ""],
            ["港口区", "2026-Q5", "1", ""],
            ["港口区", "2026-Q1", "十二", ""],
            ["港口区", "2026-Q2", "12家", ""],
            ["港口区", "2026-Q2", "", "0.5"],
            ["港口经济开发区", "2026-Q2", "", "5"],
            ["", "2026-Q2", "7", ""],
            ["合计", "2026-Q2", "7", ""],
        ];
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                sheet.write(row as u32 + 1, column as u16, *cell).unwrap();
            }
        }
        sheet.write_string(9, 0, "港口区").unwrap();
        sheet.write_string(9, 1, "2026-Q3").unwrap();
        sheet.write_formula(9, 2, Formula::new("=SUM(C2:C9)").set_result("12")).unwrap();
        sheet.write_string(10, 2, "=cmd|' /C calc'!A0").unwrap();
        sheet.write_string(11, 5, "stray").unwrap();
    });
    let answer = desk.figures(&book, &[]);
    assert_eq!((&answer["ok"], answer.get("revision")), (&json!(false), None), "{answer:#}");
    assert_eq!(
        rejected(&answer),
        [
            at("unknown-place", 2, "A"),
            at("period", 3, "B"),
            at("not-a-number", 4, "C"),
            at("unit-in-number", 5, "C"),
            at("does-not-fit", 6, "D"),
            at("not-measured", 7, "D"),
            at("required", 8, "A"),
            at("unknown-place", 9, "A"),
            at("formula", 10, "C"),
            at("formula-text", 11, "C"),
            at("no-heading", 12, "F"),
        ]
    );
    let first = &answer["rejected"][0];
    assert_eq!(
        (&first["sheet"], &first["found"], &first["expected"]),
        (&json!("填报"), &json!("港口去"), &json!("港口区"))
    );
    for problem in answer["rejected"].as_array().unwrap() {
        assert!(problem["zh"].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
        assert!(problem["en"].as_str().is_some_and(|text| text.is_ascii() || text.contains('«')), "{problem}");
    }
    let text = said(&planatlas(&desk.url, &[&["figures", &book.display().to_string()], SOURCE].concat()));
    assert!(text.contains("表 sheet 填报, 行 row 4, 列 column C (规上工业营业收入(亿元)) [not-a-number]"), "{text}");
    assert!(text.contains("nothing was written"), "{text}");
    assert_eq!(desk.revision(), 1);
}

#[test]
fn guards_stop_what_is_most_often_a_mistake_until_a_reason_is_given() {
    let desk = desk();
    let head = "地方,时期,规上工业营业收入(亿元)\n";
    // Its own series is about 50: 万 for 亿.
    let slip = desk.csv(&format!("{head}港口经济开发区,2026-Q1,263000\n"), &["--sample"]);
    assert_eq!(rejected(&slip), [at("guard-slip", 2, "C")], "{slip:#}");
    assert!(slip["rejected"][0]["zh"].as_str().unwrap().contains("--accept slip=理由"));
    // A share is a fraction.
    let share = desk.csv("地方,时期,装备制造占比\n河湾市,2026,0.29\n", &["--sample"]);
    assert_eq!(rejected(&share), [at("guard-slip", 2, "C")], "{share:#}");
    // Falls within the file, and against the year that is known from another document.
    let falls = desk.csv(&format!("{head}港口经济开发区,2026-Q1,27\n港口经济开发区,2026-Q2,26\n"), &[]);
    assert_eq!(rejected(&falls), [at("guard-falling", 3, "C")], "{falls:#}");
    assert_eq!(falls["rejected"][0]["expected"], "≥ 27 亿元 (2026-Q1)");
    let falls = desk.csv(&format!("{head}港口经济开发区,2025-H1,20\n"), &["--sample"]);
    assert_eq!(rejected(&falls), [at("guard-falling", 2, "C")], "{falls:#}");
    let next_year = desk.csv(&format!("{head}港口经济开发区,2026-Q1,1\n"), &["--dry-run", "--sample"]);
    assert_eq!(next_year["ok"], true, "a new year begins anew: {next_year:#}");
    // Zone above its county, county above the city, counties together above the city.
    let zone = desk.csv(&format!("{head}港口区,2026-Q1,40\n港口经济开发区,2026-Q1,42\n"), &[]);
    assert_eq!(rejected(&zone), [at("guard-part", 3, "C")], "{zone:#}");
    let county = desk.csv(&format!("{head}河湾市,2026-Q1,40\n港口区,2026-M03,42\n"), &[]);
    assert_eq!(rejected(&county), [at("guard-part", 3, "C")], "{county:#}");
    let sum = desk.csv(&format!("{head}河湾市,2026-Q1,70\n港口区,2026-Q1,40\n东田县,2026-Q1,33\n"), &[]);
    assert_eq!(rejected(&sum), [at("guard-part", 2, "C")], "{sum:#}");
    assert!(sum["rejected"][0]["found"].as_str().unwrap().contains("= 73 亿元"), "{sum:#}");
    let rounded =
        desk.csv(&format!("{head}河湾市,2026-Q1,70\n港口区,2026-Q1,40\n东田县,2026-Q1,30.4\n"), &["--dry-run"]);
    assert_eq!(rounded["ok"], true, "rounding is no mistake: {rounded:#}");
    let deep = desk.csv(&format!("{head}河湾市,2026-Q1,40\n港口经济开发区,2026-Q1,42\n"), &[]);
    assert_eq!(rejected(&deep), [at("guard-part", 3, "C")], "{deep:#}");
    // A share of a part may be above that of the whole.
    let shares = "地方,时期,装备制造占比\n河湾市,2026,28.6\n港口区,2026,60\n";
    assert_eq!(desk.csv(shares, &["--dry-run"])["ok"], true);
    let single = desk.csv("地方,时期,\"规上工业营业收入(亿元,当期)\"\n港口区,2026-Q1,40\n", &[]);
    assert_eq!(rejected(&single), [at("guard-accumulation", 2, "C")], "{single:#}");
    assert_eq!(desk.revision(), 1, "none of it was written");

    let reason = "part=开发区含外县企业";
    let zone = format!("{head}港口区,2026-Q1,40\n港口经济开发区,2026-Q1,42\n");
    let taken = desk.csv(&zone, &["--accept", reason, "--accept", "slip=不需要"]);
    assert_eq!(
        taken["set_aside"],
        json!([{ "guard": "part", "reason": "开发区含外县企业", "findings": 1 }]),
        "{taken:#}"
    );
    assert_eq!(taken["message"], "figures tjj-q1: figures.csv\naccepted part ×1: 开发区含外县企业");
    assert_eq!(taken["notes"][0]["code"], "accepted-nothing");
    let again = desk.csv(&zone, &[]);
    assert_eq!((&again["ok"], &again["changed"]), (&json!(true), &json!(false)), "what stands is not judged again");
    for wrong in ["part", "part= ", "parts=x"] {
        let output = planatlas(&desk.url, &["figures", "x.csv", "--accept", wrong]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn made_up_figures_do_not_judge_real_ones() {
    let desk = desk();
    // The series of the fixture is sample: a real file is not held against it.
    let answer = desk.csv("地方,时期,规上工业营业收入(亿元)\n港口经济开发区,2025-H1,20\n", &["--dry-run"]);
    assert_eq!(answer["ok"], true, "{answer:#}");
}

#[test]
fn encodings_of_spreadsheets_are_read_and_said() {
    let desk = desk();
    let text = "地方,时期,规上工业营业收入(亿元)\r\n港口区,2026-Q1,40\r\n";
    let (gbk, _, _) = encoding_rs::GBK.encode(text);
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let notes = |answer: &Value| -> Vec<String> {
        answer["notes"].as_array().unwrap().iter().map(|note| note["code"].as_str().unwrap().to_owned()).collect()
    };
    let answer = desk.figures(&desk.file("gbk.csv", &gbk), &["--dry-run"]);
    assert_eq!((&answer["ok"], notes(&answer)), (&json!(true), vec!["gbk".to_owned()]), "{answer:#}");
    let answer = desk.figures(&desk.file("bom.csv", format!("\u{feff}{text}")), &["--dry-run"]);
    assert_eq!((&answer["ok"], notes(&answer)), (&json!(true), vec!["bom".to_owned()]), "{answer:#}");
    let answer = desk.figures(&desk.file("tabs.csv", text.replace(',', "\t")), &["--dry-run"]);
    assert_eq!((&answer["ok"], notes(&answer)), (&json!(true), vec![]), "{answer:#}");
    assert_eq!(rejected(&desk.figures(&desk.file("16.csv", utf16), &[]))[0].0, "encoding");
    let answer = desk.figures(&desk.file("bad.csv", [text.as_bytes(), &[0xff, 0xff, 0x80]].concat()), &[]);
    assert_eq!(rejected(&answer)[0].0, "encoding");
}

#[test]
fn a_table_with_one_figure_a_row_and_what_is_said_above_it() {
    let desk = desk();
    let text = "来源代码,bulletin-x\n标题:月报,,发布单位,县统计局\n发布日期,2026/4/20\n数据状态,初步数\n\n\
        序号,对象,时期,指标,数值,单位,状态,备注\n1,东田县,2026-M05,铁路货运量,300000,吨,,\n\
        2,东田县,2026-M06,rv-freight,,,保密,企业少于三家\n3,东田县,2026-M07,铁路货运量,,,,\n\
        4,东田县,2026-M08,铁路货运量,45,,正式数,\n";
    let file = desk.file("long.csv", text).display().to_string();
    let output = planatlas(&desk.url, &["figures", &file, "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["ok"], true, "{answer:#}");
    let after = |at: usize| answer["accepted"][at]["after"].clone();
    assert_eq!(after(0), json!({ "value": "300000", "unit": "ton", "status": "PROVISIONAL" }));
    assert_eq!(after(1), json!({ "value": null, "unit": null, "status": "SUPPRESSED" }));
    assert_eq!(after(2), json!({ "value": "45", "unit": "ton-1e4", "status": "NORMAL" }));
    assert_eq!((&answer["blank"], &answer["document"]), (&json!(1), &json!("bulletin-x")));
    // The document is known now: its code is enough.
    let more = "地方,时期,铁路货运量\n东田县,2026-M09,60\n";
    let file = desk.file("more.csv", more).display().to_string();
    let output = planatlas(&desk.url, &["figures", &file, "--json", "--document", "bulletin-x"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["begun"], json!({ "observations": 1 }), "{answer:#}");
    // Without a source there are no figures; what another package says stays its own.
    let output = planatlas(&desk.url, &["figures", &file, "--json", "--document", "new"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let lacking: Vec<&str> =
        answer["rejected"].as_array().unwrap().iter().map(|problem| problem["expected"].as_str().unwrap()).collect();
    assert_eq!(lacking, ["--date", "--title", "--issuer"]);
    let held = desk.file("held.csv", "地方,时期,铁路货运量\n东田县,2026-M03,23.1\n东田县,2026-M10,70\n");
    let output = planatlas(&desk.url, &["figures", &held.display().to_string(), "--json", "--document", "rv-bulletin"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rejected(&answer), [at("key-held", 2, "C")], "{answer:#}");
}

#[test]
fn what_could_harm_is_refused_before_it_is_opened() {
    let desk = desk();
    let fill = |sheet: &mut Worksheet| {
        for (column, text) in ["地方", "时期", "规上工业营业收入"].iter().enumerate() {
            sheet.write(0, column as u16, *text).unwrap();
        }
        sheet.write(1, 0, "港口区").unwrap();
        sheet.write(1, 1, "2026-Q1").unwrap();
        sheet.write(1, 2, 40).unwrap();
    };
    let good = desk.book(fill);
    assert_eq!(desk.figures(&good, &["--dry-run"])["ok"], true);
    let code = |file: &Path| rejected(&desk.figures(file, &[]))[0].0.clone();
    let bytes = std::fs::read(&good).unwrap();

    let renamed = desk.file("macros.xlsm", &bytes);
    assert_eq!(code(&renamed), "macros");
    assert_eq!(code(&rezip(&desk, &bytes, "xl/vbaProject.bin", b"x")), "macros");
    assert_eq!(code(&desk.file("old.xlsx", [0xD0, 0xCF, 0x11, 0xE0, 1, 2])), "workbook");
    assert_eq!(code(&desk.file("text.xlsx", "not a zip")), "workbook");
    assert_eq!(code(&desk.file("cut.xlsx", &bytes[..bytes.len() / 2])), "workbook");
    assert_eq!(code(&desk.file("x.xls", &bytes)), "file-type");
    assert_eq!(code(&desk.path("absent.csv")), "file-unreadable");
    let zeros = vec![b' '; 300 << 20];
    assert_eq!(code(&rezip(&desk, &bytes, "xl/media/image1.png", &zeros)), "too-large");
    // A size that no sheet has: the library reckons with it, and gives up where it is built to check what it reckons.
    let sheet = "xl/worksheets/sheet1.xml";
    let turned = unzipped(&good, sheet).replace("ref=\"A1:C2\"", "ref=\"C2:A1\"");
    assert!(turned.contains("C2:A1"), "{turned}");
    let answer = desk.figures(&rezip(&desk, &bytes, sheet, turned.as_bytes()), &["--dry-run"]);
    assert!(answer["ok"] == true || rejected(&answer)[0].0 == "workbook", "{answer:#}");

    let merged = desk.book(|sheet| {
        fill(sheet);
        sheet.merge_range(1, 0, 2, 0, "港口区", &Format::new()).unwrap();
        sheet.write(2, 1, "2026-Q2").unwrap();
        sheet.write(2, 2, 80).unwrap();
    });
    let answer = desk.figures(&merged, &[]);
    let problem = answer["rejected"].as_array().unwrap().iter().find(|problem| problem["code"] == "merged").unwrap();
    assert_eq!(problem["found"], "A2:A3");
    for cell in ["\"=1+1\"", "@x", "+cmd|' /C calc'!A0", "\"-HYPERLINK(\"\"x\"\")\"", "＝1"] {
        let answer = desk.csv(&format!("地方,时期,规上工业营业收入,备注\n港口区,2026-Q1,40,{cell}\n"), &[]);
        assert_eq!(rejected(&answer), [at("formula-text", 2, "D")], "{cell}");
    }
    let wide = format!("地方,时期,规上工业营业收入{}\n港口区,2026-Q1,40{}x\n", ",".repeat(400), ",".repeat(400));
    assert!(rejected(&desk.csv(&wide, &[])).iter().any(|problem| problem.0 == "too-large"));
    let twice = desk.csv("地方,时期,规上工业营业收入\n港口区,2026-Q1,40\nharbour,2026年1季度,40\n", &[]);
    assert_eq!(rejected(&twice), [at("duplicate-cell", 3, "C")], "{twice:#}");
    let misspelt = desk.csv("地方,时期,规上工业营业收人\n港口区,2026-Q1,40\n", &[]);
    assert_eq!(rejected(&misspelt), [at("unknown-indicator", 1, "C")], "{misspelt:#}");
    assert_eq!(misspelt["rejected"][0]["expected"], "规上工业营业收入");
    assert_eq!(rejected(&desk.csv("港口区,2026-Q1,40\n", &[]))[0].0, "no-header");
    assert_eq!(rejected(&desk.csv("地方,时期,规上工业营业收入\n", &[]))[0].0, "no-figures");
    assert_eq!(desk.revision(), 1);
}

/// The workbook with one more file in it, or another in its place.
fn rezip(desk: &Desk, bytes: &[u8], name: &str, content: &[u8]) -> PathBuf {
    let path = desk.path("rezipped.xlsx");
    let mut from = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for at in 0..from.len() {
        let entry = from.by_index(at).unwrap();
        if entry.name().unwrap() != name {
            to.raw_copy_file(entry).unwrap();
        }
    }
    to.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    to.write_all(content).unwrap();
    to.finish().unwrap();
    path
}

#[test]
fn the_template_is_filled_and_taken() {
    let desk = desk();
    let out = desk.path("template.xlsx").display().to_string();
    let made = planatlas(
        &desk.url,
        &["figures", "--template", &out, "--indicators", "rv-revenue,rv-firms", "--at", "2026-04-20T00:00:00Z"],
    );
    assert!(made.status.success(), "{}", said(&made));
    let sheet = unzipped(Path::new(&out), "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("名单!$A$1:$A$"), "drop-downs for places");
    assert!(sheet.contains("名单!$B$1:$B$"), "drop-downs for periods");
    let texts = unzipped(Path::new(&out), "xl/sharedStrings.xml");
    for text in [
        "规上工业营业收入(亿元,本年累计) [rv-revenue]",
        "专精特新企业数(家,期末) [rv-firms]",
        "港口区 [harbour]",
        "2026-Q1",
    ] {
        assert!(texts.contains(text), "{text}");
    }
    let empty = desk.figures(Path::new(&out), &[]);
    assert_eq!(rejected(&empty)[0].0, "no-figures", "{empty:#}");
    // Filled as a person would, which here is a copy of its headings with rows below.
    let filled = desk.book(|sheet| {
        let block = [
            ("来源代码", "clerk-1"),
            ("标题", "一季度"),
            ("发布单位", "港口区"),
            ("发布日期", "2026-04-18"),
            ("数据状态", "初步数"),
        ];
        for (row, (label, value)) in block.iter().enumerate() {
            sheet.write(row as u32 + 3, 0, *label).unwrap();
            sheet.write(row as u32 + 3, 1, *value).unwrap();
            sheet.write(row as u32 + 3, 3, "← 提示").unwrap();
        }
        let names = [
            "地方",
            "时期",
            "规上工业营业收入(亿元,本年累计) [rv-revenue]",
            "专精特新企业数(家,期末) [rv-firms]",
            "备注",
        ];
        for (column, name) in names.iter().enumerate() {
            sheet.write(9, column as u16, *name).unwrap();
        }
        for (column, value) in ["港口区 [harbour]", "2026-Q1", "40.50", "12", "见附表"].iter().enumerate() {
            sheet.write(10, column as u16, *value).unwrap();
        }
    });
    let output = planatlas(&desk.url, &["figures", &filled.display().to_string(), "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["ok"], true, "{answer:#}");
    assert_eq!(answer["document"], "clerk-1");
    assert_eq!(answer["accepted"][0]["after"], json!({ "value": "40.50", "unit": "CNY-1e8", "status": "PROVISIONAL" }));
    let unknown = planatlas(&desk.url, &["figures", "--template", &out, "--indicators", "nope"]);
    assert!(said(&unknown).contains("no indicator nope"));
}

fn unzipped(file: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
}

#[test]
fn a_workbook_that_libreoffice_made_reads_the_same() {
    let Some(office) = ["soffice", "libreoffice"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()))
    else {
        eprintln!("SKIPPED: no LibreOffice here");
        return;
    };
    let desk = desk();
    let csv = desk.file("office.csv", "地方,时期,规上工业营业收入\n港口区,2026-Q1,40.5\n");
    let home = format!("-env:UserInstallation=file://{}", desk.path("home").display());
    let made = Command::new(office)
        .args([&home, "--headless", "--convert-to", "xlsx", "--infilter=CSV:44,34,76,1", "--outdir"])
        .arg(desk.directory.path())
        .arg(&csv)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", said(&made));
    let answer = desk.figures(&desk.path("office.xlsx"), &["--dry-run"]);
    assert_eq!(answer["accepted"][0]["after"]["value"], "40.5", "{answer:#}");
}

#[test]
fn an_empty_database_and_files_in_a_race() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("empty.db").display());
    let output = planatlas(&url, &["figures", "x.csv"]);
    assert!(!output.status.success() && said(&output).contains("The database is empty"), "{}", said(&output));

    let desk = desk();
    // Two files of one document at once: neither ends the other's figures.
    let children: Vec<_> = (1..=4)
        .map(|number| {
            let text = format!("地方,时期,铁路货运量\n东田县,2026-M{:02},{}\n", number + 5, 30 + number);
            let file = desk.file(&format!("race{number}.csv"), text).display().to_string();
            let mut command = Command::new(env!("CARGO_BIN_EXE_planatlas"));
            command.args(["figures", &file, "--json", "--database", &desk.url]).args(SOURCE);
            command.env("PLANATLAS_AUTHOR", "tester").stdout(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    let all = "地方,时期,铁路货运量\n东田县,2026-M06,31\n东田县,2026-M07,32\n东田县,2026-M08,33\n东田县,2026-M09,34\n";
    let answer = desk.csv(all, &[]);
    assert_eq!((&answer["changed"], &answer["unchanged"]), (&json!(false), &json!(4)), "{answer:#}");
}

/// A package of a thousand places, so that a file of 100 000 rows speaks of something.
fn thousand(directory: &Path) {
    let origin = Path::new("tests/fixtures/riverton");
    for entry in std::fs::read_dir(origin).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, directory.join(path.file_name().unwrap())).unwrap();
    }
    let mut regions = std::fs::read_to_string(origin.join("regions.csv")).unwrap();
    for number in 0..1000 {
        regions.push_str(&format!("t{number},{number}号乡,,COUNTY,,riverton,{},,rv-map,图,,\n", number + 8));
    }
    std::fs::write(directory.join("regions.csv"), regions).unwrap();
}

#[test]
fn a_file_of_many_thousand_rows_is_taken() {
    let directory = tempfile::tempdir().unwrap();
    thousand(directory.path());
    let url = format!("sqlite:{}", directory.path().join("atlas.db").display());
    let output = planatlas(&url, &["import", &directory.path().display().to_string()]);
    assert!(output.status.success(), "{}", said(&output));
    let file = directory.path().join("large.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, text) in ["地方", "时期", "铁路货运量(吨)"].iter().enumerate() {
        sheet.write(0, column as u16, *text).unwrap();
    }
    // Fewer where time is short.
    let long = std::env::var_os("PLANATLAS_TEST_LONG").is_some();
    let places = if long { 1000 } else { 100 };
    let mut row = 0;
    for place in 0..places {
        for month in 0..100u32 {
            row += 1;
            sheet.write(row, 0, format!("t{place}")).unwrap();
            sheet.write(row, 1, format!("{}-M{:02}", 2018 + month / 12, month % 12 + 1)).unwrap();
            sheet.write(row, 2, f64::from((month % 12 + 1) * 1000 + place)).unwrap();
        }
    }
    book.save(&file).unwrap();
    let mode: &[&str] = if long { &[] } else { &["--dry-run"] };
    let file = file.display().to_string();
    let arguments = [&["figures", &file], SOURCE, mode].concat();
    let output = planatlas(&url, &arguments);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains(&format!("{row:>8} 新增 accepted")), "{}", said(&output));
}
