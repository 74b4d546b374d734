//! Documents, the plan with its tasks, the registers of things, projects and enterprises.

use std::fmt::Display;
use std::io;

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_distr::{Distribution, LogNormal};

use super::land::Land;
use super::sheets::{Folder, Sheet};
use super::{CHAINS, CLUSTERS, INDICATORS, PLAN, Size, TASKS, UNITS};

/// Years of the plan.
const YEARS: [u32; 3] = [2023, 2024, 2025];
/// Roles of counties in the layout, with their form.
const ELEMENTS: [(&str, &str, &str, &str); 4] = [
    ("core", "核心", "Core", "CORE"),
    ("wing", "两翼", "Wing", "GROUP"),
    ("belt", "产业带", "Belt", "BELT"),
    ("gateway", "门户", "Gateway", "NODE"),
];
/// Stages of a project and how many of a hundred stand in each.
const STAGES: [(&str, u32); 6] =
    [("SIGNED", 20), ("LANDED", 15), ("STARTED", 15), ("BUILDING", 25), ("IN_PRODUCTION", 20), ("STOPPED", 5)];
const KINDS: [&str; 4] = ["qianglian", "yanlian", "bulian", "zhaoshang"];

/// Where a row stands: in the plan's document.
const SOURCE: [(&str, &dyn Display); 2] = [("document", &"made-up-plan"), ("locator", &"1")];
const BULLETIN: [(&str, &dyn Display); 2] = [("document", &"made-up-bulletin"), ("locator", &"1")];

/// Code of an indicator.
pub(super) fn indicator(number: usize) -> String {
    if number == 0 { "revenue".to_owned() } else { format!("indicator-{:02}", number + 1) }
}

/// Everything that does not grow with the land.
pub(super) fn plan(folder: &mut Folder, land: &Land) -> io::Result<()> {
    documents(folder)?;
    let mut sheet = folder.sheet("plans")?;
    let names = ("虚构的制造业行动计划(2023—2025年)", "Made-up manufacturing plan (2023–2025)");
    let cells: [(&str, &dyn Display); 9] = [
        ("code", &PLAN),
        ("name", &names.0),
        ("name_en", &names.1),
        ("status", &"IN_FORCE"),
        ("version", &"1.0"),
        ("from", &YEARS[0]),
        ("to", &YEARS[2]),
        ("region", &"land"),
        ("time_zone", &"Asia/Shanghai"),
    ];
    sheet.row(&[&cells[..], &SOURCE[..]].concat())?;
    sheet.end()?;

    let mut sheet = folder.sheet("units")?;
    for number in 1..=UNITS {
        let (name, english) = (format!("第{number}局"), format!("Bureau {number}"));
        let cells: [(&str, &dyn Display); 4] =
            [("code", &format!("unit-{number:02}")), ("name", &name), ("name_en", &english), ("kind", &"DEPARTMENT")];
        sheet.row(&[&cells[..], &SOURCE[..]].concat())?;
    }
    sheet.end()?;
    industry(folder)?;
    indicators(folder)?;
    layout(folder, land)?;
    tasks(folder)
}

fn documents(folder: &mut Folder) -> io::Result<()> {
    let mut sheet = folder.sheet("documents")?;
    document(&mut sheet, "made-up-plan", "虚构的计划", "A made-up plan", "2023-01-01")?;
    document(&mut sheet, "made-up-map", "虚构的地图", "A made-up map", "2023-01-01")?;
    document(&mut sheet, "made-up-bulletin", "虚构的统计公报", "A made-up bulletin", "2023-01-01")?;
    sheet.end()
}

/// A document, made up like all of them.
pub(super) fn document(sheet: &mut Sheet, code: &str, title: &str, english: &str, issued: &str) -> io::Result<()> {
    sheet.row(&[
        ("code", &code),
        ("title", &title),
        ("title_en", &english),
        ("issuer", &"虚构 made up"),
        ("issued_on", &issued),
        ("licence", &"CC0-1.0"),
        ("retrieved_on", &"2026-01-01"),
        ("status", &"IN_FORCE"),
        ("confidence", &"low"),
        ("sample", &true),
    ])
}

fn industry(folder: &mut Folder) -> io::Result<()> {
    let mut sheet = folder.sheet("industries")?;
    for number in 1..=CLUSTERS {
        let (code, name, english) =
            (format!("industry-{number}"), format!("产业{number}"), format!("Industry {number}"));
        let tier = ["TRADITIONAL", "EMERGING", "FUTURE"][number % 3];
        let cells: [(&str, &dyn Display); 4] =
            [("code", &code), ("name", &name), ("name_en", &english), ("tier", &tier)];
        sheet.row(&[&cells[..], &SOURCE[..]].concat())?;
    }
    sheet.end()?;
    let mut sheet = folder.sheet("clusters")?;
    for number in 1..=CLUSTERS {
        let cells: [(&str, &dyn Display); 5] = [
            ("code", &format!("cluster-{number}")),
            ("name", &format!("产业集群{number}")),
            ("name_en", &format!("Cluster {number}")),
            ("kind", &"CHARACTERISTIC"),
            ("industry", &format!("industry-{number}")),
        ];
        sheet.row(&[&cells[..], &SOURCE[..]].concat())?;
    }
    sheet.end()?;
    let mut sheet = folder.sheet("chains")?;
    for number in 1..=CHAINS {
        let of = (number - 1) % CLUSTERS + 1;
        let cells: [(&str, &dyn Display); 6] = [
            ("code", &format!("chain-{number:02}")),
            ("name", &format!("产业链{number}")),
            ("name_en", &format!("Chain {number}")),
            ("listing", &"NAMED_IN_PLAN"),
            ("industry", &format!("industry-{of}")),
            ("clusters", &format!("cluster-{of}")),
        ];
        sheet.row(&[&cells[..], &SOURCE[..]].concat())?;
    }
    sheet.end()
}

fn indicators(folder: &mut Folder) -> io::Result<()> {
    let mut sheet = folder.sheet("indicators")?;
    for number in 0..INDICATORS {
        let (name, english) = match number {
            0 => ("营业收入".to_owned(), "Revenue".to_owned()),
            _ => (format!("指标{}", number + 1), format!("Indicator {}", number + 1)),
        };
        let cells: [(&str, &dyn Display); 10] = [
            ("code", &indicator(number)),
            ("name", &name),
            ("name_en", &english),
            ("definition", &"虚构的指标。"),
            ("unit", &"CNY-1e4"),
            ("frequency", &"MONTHLY"),
            ("accumulation", &"IN_PERIOD"),
            ("additivity", &"ADDITIVE"),
            ("polarity", &"HIGHER_IS_BETTER"),
            ("applies_to", &"REGION|ZONE|PLAN"),
        ];
        sheet.row(&[&cells[..], &SOURCE[..]].concat())?;
    }
    sheet.end()
}

fn layout(folder: &mut Folder, land: &Land) -> io::Result<()> {
    let mut sheet = folder.sheet("layout")?;
    for (position, (code, name, english, form)) in ELEMENTS.iter().enumerate() {
        let cells: [(&str, &dyn Display); 7] = [
            ("plan", &PLAN),
            ("code", code),
            ("name", name),
            ("name_en", english),
            ("form", form),
            ("position", &(position + 1)),
            ("inferred", &false),
        ];
        sheet.row(&[&cells[..], &SOURCE[..]].concat())?;
    }
    sheet.end()?;
    let mut sheet = folder.sheet("layout_members")?;
    for (at, (element, role, english, _)) in ELEMENTS.iter().enumerate() {
        for (position, county) in (at..land.counties()).step_by(ELEMENTS.len()).enumerate() {
            let cells: [(&str, &dyn Display); 8] = [
                ("plan", &PLAN),
                ("layout", element),
                ("place_kind", &"REGION"),
                ("place_code", &land.county(county)),
                ("position", &(position + 1)),
                ("role", role),
                ("role_en", english),
                ("inferred", &false),
            ];
            sheet.row(&[&cells[..], &SOURCE[..]].concat())?;
        }
    }
    sheet.end()
}

fn tasks(folder: &mut Folder) -> io::Result<()> {
    let mut sheet = folder.sheet("groups")?;
    for number in 1..=CLUSTERS {
        let name = format!("第{number}组");
        let cells: [(&str, &dyn Display); 3] = [("plan", &PLAN), ("number", &number), ("name", &name)];
        sheet.row(&[&cells[..], &SOURCE[..]].concat())?;
    }
    sheet.end()?;
    let mut sheet = folder.sheet("tasks")?;
    for number in 1..=TASKS {
        let cells: [(&str, &dyn Display); 8] = [
            ("plan", &PLAN),
            ("number", &number),
            ("title", &format!("任务{number}:提升、延伸、贯通产业链")),
            ("title_en", &format!("Task {number}: upgrade, extend and connect the chain")),
            ("kind", &"YEARLY_MILESTONES"),
            ("group", &((number - 1) % CLUSTERS + 1)),
            ("deadline_as_written", &"2023年|2024年|2025年"),
            ("responsibility_as_written", &format!("第{}局牵头", unit(number, 0))),
        ];
        sheet.row(&[&cells[..], &SOURCE[..]].concat())?;
    }
    sheet.end()?;
    let mut sheet = folder.sheet("task_units")?;
    for number in 1..=TASKS {
        for (position, role) in ["LEAD", "SUPPORT", "SUPPORT"].iter().enumerate() {
            let of = unit(number, position);
            let cells: [(&str, &dyn Display); 6] = [
                ("plan", &PLAN),
                ("task", &number),
                ("unit", &format!("unit-{of:02}")),
                ("position", &(position + 1)),
                ("role", role),
                ("name_as_written", &format!("第{of}局")),
            ];
            sheet.row(&[&cells[..], &SOURCE[..]].concat())?;
        }
    }
    sheet.end()?;
    let mut sheet = folder.sheet("targets")?;
    for number in 1..=TASKS {
        let value = goal(number, YEARS[2]);
        let cells: [(&str, &dyn Display); 13] = [
            ("plan", &PLAN),
            ("code", &format!("target-{number}")),
            ("task", &number),
            ("indicator", &indicator((number - 1) % INDICATORS)),
            ("subject_kind", &"PLAN"),
            ("subject_code", &PLAN),
            ("basis", &"PER_YEAR"),
            ("comparator", &"AT_LEAST"),
            ("commitment", &"COMMITTED"),
            ("value", &value),
            ("unit", &"CNY-1e4"),
            ("as_written", &format!("达到{value}万元")),
            ("unit_restored", &false),
        ];
        sheet.row(&[&cells[..], &[("period", &YEARS[2] as &dyn Display)], &SOURCE[..]].concat())?;
    }
    sheet.end()?;
    let mut sheet = folder.sheet("milestones")?;
    for number in 1..=TASKS {
        for year in YEARS {
            let value = goal(number, year);
            let cells: [(&str, &dyn Display); 8] = [
                ("plan", &PLAN),
                ("target", &format!("target-{number}")),
                ("period", &year),
                ("value", &value),
                ("unit", &"CNY-1e4"),
                ("comparator", &"AT_LEAST"),
                ("as_written", &format!("达到{value}万元")),
                ("unit_restored", &false),
            ];
            sheet.row(&[&cells[..], &SOURCE[..]].concat())?;
        }
    }
    sheet.end()
}

/// Number of a unit of a task.
const fn unit(task: usize, position: usize) -> usize {
    (task * 7 + position * 11) % UNITS + 1
}

/// What a task is to reach by a year.
const fn goal(task: usize, year: u32) -> usize {
    (task * 100) * (year - 2020) as usize
}

/// Projects and enterprises, each within a zone.
pub(super) fn facts(folder: &mut Folder, size: &Size, land: &Land, draw: &mut impl Rng) -> io::Result<()> {
    let investment = LogNormal::new(8.5, 1.2).map_err(io::Error::other)?;
    let mut sheet = folder.sheet("projects")?;
    for number in 1..=size.projects {
        let zone = draw.random_range(0..land.zones.len());
        let (lon, lat) = land.point(zone, draw);
        let stage = STAGES.choose_weighted(draw, |(_, of)| *of).map_err(io::Error::other)?.0;
        let cells: [(&str, &dyn Display); 12] = [
            ("code", &format!("project-{number}")),
            ("name", &format!("项目{number}")),
            ("name_en", &format!("Project {number}")),
            ("kinds", &KINDS.choose(draw).copied().unwrap_or_default()),
            ("stage", &stage),
            ("investment", &format!("{:.2}", investment.sample(draw))),
            ("investment_unit", &"CNY-1e4"),
            ("lon", &format!("{lon:.6}")),
            ("lat", &format!("{lat:.6}")),
            ("zone", &land.zone(zone)),
            ("region", &land.county(land.zones[zone].county)),
            ("cluster", &format!("cluster-{}", draw.random_range(1..=CLUSTERS))),
        ];
        let chain = format!("chain-{:02}", draw.random_range(1..=CHAINS));
        sheet.row(&[&cells[..], &[("chain", &chain as &dyn Display)], &BULLETIN[..]].concat())?;
    }
    sheet.end()?;
    let mut sheet = folder.sheet("enterprises")?;
    for number in 1..=size.enterprises {
        let zone = draw.random_range(0..land.zones.len());
        let (lon, lat) = land.point(zone, draw);
        let cells: [(&str, &dyn Display); 8] = [
            ("code", &format!("enterprise-{number}")),
            ("name", &format!("企业{number}")),
            ("name_en", &format!("Enterprise {number}")),
            ("zone", &land.zone(zone)),
            ("region", &land.county(land.zones[zone].county)),
            ("chain", &format!("chain-{:02}", draw.random_range(1..=CHAINS))),
            ("lon", &format!("{lon:.6}")),
            ("lat", &format!("{lat:.6}")),
        ];
        sheet.row(&[&cells[..], &BULLETIN[..]].concat())?;
    }
    sheet.end()
}
