//! Rules of the house that a reader relies on: which room may import which, and that the code knows no plan.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms from the ground up: each imports only from rooms before it.
const ROOMS: &[&str] = &["domain", "geometry", "package", "store", "atlas", "assess", "graphql", "http", "cli"];

fn files(dir: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, into);
        } else {
            into.push(path);
        }
    }
}

fn all(dir: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir), &mut found);
    found.sort();
    found
}

/// The room that a path under `src` belongs to.
fn room(path: &Path) -> Option<usize> {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).ok()?;
    let first = below.components().next()?.as_os_str().to_str()?;
    ROOMS.iter().position(|room| *room == first || format!("{room}.rs") == first)
}

#[test]
fn rooms_import_only_from_rooms_below() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in all("src") {
        let Some(own) = room(&path) else { continue };
        seen += 1;
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for (at, name) in ROOMS.iter().enumerate() {
                let named = ["crate::", "planatlas::"].iter().any(|root| {
                    line.match_indices(root).any(|(start, _)| {
                        let rest = &line[start + root.len()..];
                        rest.strip_prefix(name)
                            .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
                    })
                });
                if named && at > own {
                    wrong.push(format!("{}:{}: {} uses {}", path.display(), number + 1, ROOMS[own], name));
                }
            }
        }
    }
    assert!(seen > 10, "the rooms were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_store_speaks_sql_and_only_its_db_names_the_engines() {
    let mut wrong = Vec::new();
    for path in all("src") {
        let text = fs::read_to_string(&path).unwrap();
        let in_store = path.components().any(|part| part.as_os_str() == "store");
        for (number, line) in text.lines().enumerate() {
            let code = line.trim_start();
            if code.starts_with("//") {
                continue;
            }
            let sql = code.contains("sea_query") || code.contains("sqlx::");
            if sql && !in_store {
                wrong.push(format!("{}:{}: SQL outside the store", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_place_and_no_plan_stands_in_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<String> = Vec::new();
    for table in ["regions", "zones", "plans"] {
        let mut reader = csv::Reader::from_path(root.join(format!("geodata/shangqiu/{table}.csv"))).unwrap();
        let headers = reader.headers().unwrap().clone();
        for row in reader.records() {
            let row = row.unwrap();
            for column in ["code", "name", "adcode"] {
                if let Some(cell) = headers.iter().position(|h| h == column).and_then(|at| row.get(at)) {
                    names.push(cell.to_owned());
                }
            }
        }
    }
    // A city's name without its rank is the city's name all the same.
    let short: Vec<String> = (names.iter())
        .filter(|name| name.chars().count() > 2)
        .filter_map(|name| name.strip_suffix(['市', '县', '区']).map(str::to_owned))
        .collect();
    names.extend(short);
    names.push("shangqiu".to_owned());
    names.retain(|name| name.chars().count() > 1);
    assert!(names.len() > 20, "the package's names were found");

    let mut wrong = Vec::new();
    let mut sources = all("src");
    sources.extend(all("frontend/src"));
    for path in sources {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            for name in &names {
                let latin = name.is_ascii();
                let hit = if latin {
                    let lower = line.to_lowercase();
                    lower.match_indices(name.as_str()).any(|(at, _)| {
                        let before = lower[..at].chars().next_back();
                        let after = lower[at + name.len()..].chars().next();
                        let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
                        !word(before) && !word(after)
                    })
                } else {
                    line.contains(name.as_str())
                };
                if hit {
                    wrong.push(format!("{}:{}: names {name}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    Some(text.split_once(before)?.1.split_once(after)?.0)
}

#[test]
fn sqlite_is_built_without_counts_that_nobody_reads() {
    let read = |name: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    let (makefile, container) = (read("Makefile"), read("docs/deploy/Containerfile"));
    let wanted = between(&makefile, "LIBSQLITE3_FLAGS ?= ", "\n").unwrap();
    assert_eq!(between(&container, "ENV LIBSQLITE3_FLAGS=\"", "\"\n"), Some(wanted));

    // By make, that is. Whoever builds in another way is only warned.
    if option_env!("LIBSQLITE3_FLAGS") == Some(wanted) {
        let database = rusqlite::Connection::open_in_memory().unwrap();
        let mut asked = database.prepare("SELECT compile_options FROM pragma_compile_options").unwrap();
        let options: Vec<String> = asked.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        assert!(options.contains(&"DEFAULT_MEMSTATUS=0".to_owned()), "{options:?}");
        assert!(!options.contains(&"ENABLE_MEMORY_MANAGEMENT".to_owned()), "{options:?}");
    }
}
