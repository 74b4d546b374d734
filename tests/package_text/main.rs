//! The data package of the first plan against the plan's own text: this test reads the text by itself and
//! fails when a heading, a title, a deadline, a responsible unit or a number of it is missing or altered.

mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use text::{Heading, Item, Number, names, numbers, read_text, roles};

const PACKAGE: &str = "geodata/shangqiu";

/// Numbers of the body that state no goal, each with the reason. An entry that the text no longer needs fails.
const NOT_GOALS: &[(&str, &str)] = &[
    ("5G", "name of a technology"),
    ("C2M", "name of a business model"),
    ("D2M", "name of a business model"),
    ("“1+N”", "name of a kind of platform"),
    ("世界500强", "name of a ranking"),
    ("全国500强", "name of a ranking"),
    ("行业100强", "name of a ranking"),
    ("工作推进方案(2023-2025年)", "title of another document"),
    ("现代医药等9个产业集群", "says which clusters are fostered; the goal of nine is stated in S1.2"),
];

type Row = BTreeMap<String, String>;

fn path(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

fn table(name: &str) -> Vec<Row> {
    let file = path(PACKAGE).join(format!("{name}.csv"));
    let mut reader = csv::Reader::from_path(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    reader.deserialize().map(|row| row.unwrap_or_else(|error| panic!("{}: {error}", file.display()))).collect()
}

fn json(file: &Path) -> Value {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn the_text_held_is_the_text_cited() {
    let source = fs::read(path(PACKAGE).join("source/plan.txt")).unwrap();
    let digest = hex::encode(Sha256::digest(&source));
    let plan = table("plans").remove(0);
    let document = table("documents").into_iter().find(|row| row["code"] == plan["document"]).unwrap();
    assert_eq!(document["sha256"], digest);
    assert!(!source.contains(&b'@'), "the notice's e-mail address is not ours to publish");
}

#[test]
fn the_outline_is_the_body() {
    let text = read_text();
    let rows: Vec<Heading> = table("sections")
        .into_iter()
        .map(|row| Heading {
            code: row["code"].clone(),
            parent: row["parent"].clone(),
            level: row["level"].parse().unwrap(),
            position: row["position"].parse().unwrap(),
            number: row["number"].clone(),
            title: row["title"].clone(),
            text: row["text"].clone(),
            responsibility: row["responsibility_as_written"].clone(),
        })
        .collect();
    for (row, heading) in rows.iter().zip(&text.headings) {
        assert_eq!(row, heading);
    }
    let per_level = |level| text.headings.iter().filter(|heading| heading.level == level).count();
    assert_eq!([per_level(1), per_level(2), per_level(3)], [4, 19, 39]);
    assert_eq!(rows.len(), text.headings.len());
    assert_eq!(table("plans")[0]["quote"], text.preamble);
}

#[test]
fn the_tasks_are_the_list() {
    let text = read_text();
    let sections: BTreeMap<String, String> =
        table("sections").into_iter().map(|row| (row["code"].clone(), row["title"].clone())).collect();
    let groups = table("groups");
    let rows: Vec<(usize, String)> =
        groups.iter().map(|row| (row["number"].parse().unwrap(), row["name"].clone())).collect();
    assert_eq!(rows, text.groups);
    for group in &groups {
        assert_eq!(sections[&group["section"]], group["name"], "section of group {}", group["number"]);
    }
    let tasks = table("tasks");
    for (row, item) in tasks.iter().zip(&text.items) {
        let read = Item {
            number: row["number"].parse().unwrap(),
            group: row["group"].parse().unwrap(),
            title: row["title"].clone(),
            deadlines: row["deadline_as_written"].split('|').map(str::to_owned).collect(),
            responsibility: row["responsibility_as_written"].clone(),
        };
        assert_eq!(&read, item);
        let kind = match item.deadlines.as_slice() {
            [only] if only == "2025年完成" => "BY_DEADLINE",
            [_, _, _] => "YEARLY_MILESTONES",
            _ if item.title.contains("每年") || item.title.contains("增长") => "ANNUAL_QUOTA",
            _ => "CONTINUOUS",
        };
        assert_eq!(row["kind"], kind, "kind of task {}", item.number);
        let group = &groups[item.group - 1]["section"];
        assert!(row["section"].starts_with(&format!("{group}.")), "section of task {}", item.number);
    }
    assert_eq!((groups.len(), text.groups.len(), tasks.len(), text.items.len()), (13, 13, 54, 54));
}

#[test]
fn every_responsible_unit_resolves() {
    let text = read_text();
    let source = fs::read_to_string(path(PACKAGE).join("source/plan.txt")).unwrap();
    let plan_document = table("plans").remove(0)["document"].clone();
    let mut known: BTreeMap<String, String> =
        table("units").into_iter().map(|row| (row["name"].clone(), row["code"].clone())).collect();
    for row in table("unit_aliases") {
        let taken = known.insert(row["alias"].clone(), row["unit"].clone());
        assert_eq!(taken, None, "{} names two units", row["alias"]);
    }
    for row in table("units").iter().filter(|row| row["document"] == plan_document) {
        assert!(source.contains(&row["name"]), "{} is not in the text", row["name"]);
    }
    let issuer = &table("documents").into_iter().find(|row| row["code"] == plan_document).unwrap()["issuer"];
    assert!(known.contains_key(issuer), "the issuer {issuer} is a unit");
    let unit = |name: &String| known.get(name).unwrap_or_else(|| panic!("no unit is called {name}")).clone();

    let mut expected = Vec::new();
    for item in &text.items {
        for (at, (name, role)) in roles(&item.responsibility).into_iter().enumerate() {
            expected.push((item.number.to_string(), (at + 1).to_string(), unit(&name), role.to_owned(), name));
        }
    }
    let field = |row: &Row, names: [&str; 5]| names.map(|name| row[name].clone());
    let rows: Vec<(String, String, String, String, String)> = table("task_units")
        .iter()
        .map(|row| field(row, ["task", "position", "unit", "role", "name_as_written"]).into())
        .collect();
    assert_eq!(rows, expected);

    let mut expected = Vec::new();
    for heading in &text.headings {
        for (at, name) in names(&heading.responsibility).into_iter().enumerate() {
            expected.push((heading.code.clone(), (at + 1).to_string(), unit(&name), name));
        }
    }
    let rows: Vec<(String, String, String, String)> = table("section_units")
        .iter()
        .map(|row| ["section", "position", "unit", "name_as_written"].map(|name| row[name].clone()).into())
        .collect();
    assert_eq!(rows, expected);
}

/// One statement of a goal's number: its quote, its digits and the unit's sign after them.
struct Statement {
    place: String,
    quote: String,
    digits: String,
    sign: String,
}

impl Statement {
    fn accounts_for(&self, place: &str, text: &str, number: &Number, signs: &BTreeMap<String, String>) -> bool {
        self.place == place
            && self.digits == number.digits
            && self.sign == sign_after(text, number, signs)
            && text.match_indices(&self.quote).any(|(at, quote)| at <= number.start && number.end <= at + quote.len())
    }
}

fn unit_signs() -> BTreeMap<String, String> {
    let mut reader = csv::Reader::from_path(path("schema/units.csv")).expect("the catalogue of units");
    let rows = reader.deserialize().map(|row| row.expect("a unit"));
    rows.map(|row: Row| (row["code"].clone(), row["symbol"].clone())).collect()
}

/// The longest sign of a unit that follows a number, or nothing.
fn sign_after<'a>(text: &str, number: &Number, signs: &'a BTreeMap<String, String>) -> &'a str {
    let full = text[number.start..number.end].starts_with('全');
    let rest = if full { "%" } else { &text[number.end..] };
    let fitting = signs.values().filter(|sign| rest.starts_with(sign.as_str()));
    fitting.max_by_key(|sign| sign.len()).map_or("", String::as_str)
}

/// What targets and citations of targets say, by the place that says it: a section's code or `task 12`.
fn statements() -> Vec<Statement> {
    let signs = unit_signs();
    let mut all = Vec::new();
    let mut targets = BTreeMap::new();
    for row in table("targets") {
        let place = if row["task"].is_empty() { row["section"].clone() } else { format!("task {}", row["task"]) };
        let restored = row["unit_restored"] == "true";
        let sign = if restored { String::new() } else { signs[&row["unit"]].clone() };
        let mut say = |place: &str, quote: &str, digits: &str, sign: &str| {
            all.push(Statement { place: place.into(), quote: quote.into(), digits: digits.into(), sign: sign.into() });
        };
        say(&place, &row["quote"], &row["value"], &sign);
        if !row["threshold_value"].is_empty() {
            say(&place, &row["quote"], &row["threshold_value"], &signs[&row["threshold_unit"]]);
        }
        targets.insert(format!("{}/{}", row["plan"], row["code"]), (row["value"].clone(), signs[&row["unit"]].clone()));
    }
    for row in table("citations").into_iter().filter(|row| row["kind"] == "TARGET") {
        let (digits, sign) = targets[&row["code"]].clone();
        all.push(Statement { place: row["locator"].clone(), quote: row["quote"].clone(), digits, sign });
    }
    all
}

#[test]
fn every_number_is_accounted_for() {
    let text = read_text();
    let statements = statements();
    let signs = unit_signs();
    let plan = table("plans").remove(0);
    let years = plan["from"].parse::<u32>().unwrap()..=plan["to"].parse::<u32>().unwrap();
    let is_year = |text: &str, number: &Number| {
        text[number.end..].starts_with('年') && number.digits.parse().is_ok_and(|year| years.contains(&year))
    };
    let mut missing = Vec::new();
    let mut used = BTreeSet::new();
    for heading in &text.headings {
        for own in [&heading.title, &heading.text] {
            for number in numbers(own) {
                if is_year(own, &number)
                    || statements.iter().any(|said| said.accounts_for(&heading.code, own, &number, &signs))
                {
                    continue;
                }
                let excuse = NOT_GOALS.iter().find(|(words, _)| {
                    own.match_indices(words).any(|(at, _)| at <= number.start && number.end <= at + words.len())
                });
                match excuse {
                    Some((words, _)) => drop(used.insert(*words)),
                    None => missing.push(format!("{}: {}", heading.code, number.digits)),
                }
            }
        }
    }
    let milestones = table("milestones");
    let targets = table("targets");
    for item in &text.items {
        let place = format!("task {}", item.number);
        for number in numbers(&item.title) {
            let known = statements.iter().any(|said| said.accounts_for(&place, &item.title, &number, &signs));
            if !known && !item.title[number.start..].starts_with("5G") {
                missing.push(format!("{place}: {}", number.digits));
            }
        }
        let own: Vec<&Row> = targets.iter().filter(|row| row["task"] == item.number.to_string()).collect();
        for line in &item.deadlines {
            let Some((year, rest)) = line.split_once('年') else {
                assert_eq!(line, "持续推进");
                continue;
            };
            if rest == "完成" {
                assert!(own.iter().any(|row| row["period"] == year), "{place}: no target for {year}");
                continue;
            }
            let kept = milestones.iter().filter(|row| {
                let restored = row["unit_restored"] == "true";
                let sign = if restored { "" } else { signs[&row["unit"]].as_str() };
                let ends = rest.strip_suffix("以上").unwrap_or(rest);
                own.iter().any(|target| target["code"] == row["target"] && target["unit"] == row["unit"])
                    && row["period"] == year
                    && row["as_written"] == *line
                    && ends.ends_with(&format!("{}{sign}", row["value"]))
                    && numbers(rest).iter().all(|number| number.digits == row["value"])
            });
            if kept.count() != 1 {
                missing.push(format!("{place}: {line}"));
            }
        }
    }
    assert!(missing.is_empty(), "numbers of the text that no row holds: {missing:#?}");
    for (words, reason) in NOT_GOALS {
        assert!(used.contains(words), "{words} ({reason}) is not needed any more");
    }
}

/// The other way round: every target stands in the text, in words that carry its comparator and commitment.
#[test]
fn every_target_stands_in_the_text() {
    let text = read_text();
    let sections: BTreeMap<&str, &Heading> =
        text.headings.iter().map(|heading| (heading.code.as_str(), heading)).collect();
    let (plan, tasks, targets) = (table("plans").remove(0), table("tasks"), table("targets"));
    let lines: BTreeSet<String> = text.items.iter().flat_map(|item| item.deadlines.iter().cloned()).collect();
    for row in &targets {
        let code = &row["code"];
        let (quote, words) = (&row["quote"], &row["as_written"]);
        match row["task"].parse::<usize>() {
            Ok(number) => {
                assert_eq!(quote, &text.items[number - 1].title, "{code}");
                assert_eq!(row["section"], tasks[number - 1]["section"], "{code}");
            }
            Err(_) => assert!(sections[row["section"].as_str()].text.contains(quote.as_str()), "{code}: {quote}"),
        }
        assert!(quote.contains(words.as_str()), "{code}: {words}");
        assert!(numbers(words).iter().any(|number| number.digits == row["value"]), "{code}: {words}");
        let comparator = if words.contains("左右") || words.contains("基本") {
            "APPROX"
        } else if words.contains("突破") && !words.contains("突破和") || words.contains("超过") {
            "MORE_THAN"
        } else if words.contains("全覆盖") {
            "EQUAL"
        } else {
            "AT_LEAST"
        };
        assert_eq!(row["comparator"], comparator, "{code}: {words}");
        let basis = row["basis"].as_str();
        let says = |word: &str| quote.contains(word);
        let rule = |holds: bool, sense: &str| assert!(holds, "{code}: {sense}: {words} in {quote}");
        rule(row["period"] == plan["to"], "a goal for the plan's last year");
        rule((basis == "PER_YEAR") == (says("每年") && basis != "GROWTH_RATE"), "每年");
        rule((basis == "NET_NEW") == says("新增"), "新增");
        rule((basis == "CUMULATIVE") || !says("累计"), "累计");
        rule((basis == "GROWTH_RATE") == words.contains("增长"), "增长");
        rule((basis == "FLOOR") == (words.contains("稳定在") || words.contains("不低于")), "a floor");
        let shares = ["SHARE", "COVERAGE", "GROWTH_RATE", "FLOOR"].contains(&basis);
        rule((row["unit"] == "percent") == shares, "a percentage");
        let classes = if words.contains('级') { words } else { quote };
        let threshold = match basis {
            "COUNT_OVER_THRESHOLD" if classes.contains("千亿级") => "1000".to_owned(),
            "COUNT_OVER_THRESHOLD" if classes.contains("百亿级") => "100".to_owned(),
            "COUNT_OVER_THRESHOLD" => {
                let written = row["threshold_value"].clone();
                rule(quote.contains(&format!("{written}亿元")), "a threshold");
                written
            }
            _ => String::new(),
        };
        assert_eq!(row["threshold_value"], threshold, "{code}: {quote}");
        rule((row["commitment"] == "INDICATIVE") == says("加快推动"), "加快推动");
        let strives = quote.contains("力争") || quote.contains("努力");
        assert_eq!(row["commitment"] == "STRIVE", strives, "{code}: {quote}");
    }
    // One sentence, two coverages: each place that says it has both.
    for heading in text.headings.iter().filter(|heading| heading.text.contains("研发机构、研发活动")) {
        let both =
            targets.iter().filter(|row| row["section"] == heading.code && row["quote"].contains("研发机构、研发活动"));
        assert_eq!(both.count(), 2, "{}: 研发机构、研发活动", heading.code);
    }
    for row in table("milestones") {
        assert!(lines.contains(&row["as_written"]), "{}: {}", row["target"], row["as_written"]);
    }
}

#[test]
fn packages_inline_the_table_schemas() {
    let mut packages: Vec<PathBuf> = fs::read_dir(path("geodata"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|folder| folder.join("datapackage.json").exists())
        .collect();
    packages.sort();
    assert!(!packages.is_empty());
    for folder in packages {
        let description = json(&folder.join("datapackage.json"));
        let resources = description["resources"].as_array().unwrap();
        let listed: BTreeSet<&str> = resources.iter().map(|resource| resource["name"].as_str().unwrap()).collect();
        let mut files = BTreeSet::new();
        for resource in resources {
            files.insert(resource["path"].as_str().unwrap().to_owned());
            let source = path("schema/package").join(format!("{}.json", resource["name"].as_str().unwrap()));
            if !source.exists() {
                continue;
            }
            let mut schema = json(&source);
            let fields = schema.as_object_mut().unwrap();
            fields.remove("name");
            fields.remove("title");
            if let Some(keys) = fields.get_mut("foreignKeys").and_then(Value::as_array_mut) {
                keys.retain(|key| {
                    let to = key["reference"]["resource"].as_str().unwrap();
                    to.is_empty() || listed.contains(to)
                });
                if keys.is_empty() {
                    fields.remove("foreignKeys");
                }
            }
            let name = resource["name"].as_str().unwrap();
            let help = "run: node geodata/sync-schemas.mjs";
            assert_eq!(resource["schema"], schema, "{}: {name}; {help}", folder.display());
        }
        for entry in fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".csv") || name.ends_with(".geojson") {
                assert!(files.contains(&name), "{}: {name} is in no resource", folder.display());
            }
        }
    }
}
