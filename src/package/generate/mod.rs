//! Packages that are made up, of any size: the same scale and seed give the same bytes. For trying out how the program
//! does with a province or the whole country; every document in them says that it is a sample.
//!
//! `head` is a package of its own. `month-01` … are twelve states of a second small package that holds the newest
//! month's figures: imported one after another, an edition closed after each, they make a past.

mod figures;
mod land;
mod sheets;
mod things;

use std::io;
use std::path::{Path, PathBuf};

use rand::SeedableRng;
use rand_pcg::Pcg64;

use land::Land;
use sheets::Folder;

/// States of the newest month.
pub const MONTHS: usize = 12;

/// How large a world is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// 10 counties, 11 zones, a thousand projects.
    City,
    /// 160 counties.
    Province,
    /// 2,844 counties, 3,000 zones, half a million projects and as many enterprises, 2.1 million figures.
    Nation,
}

/// What a scale comes to.
#[derive(Debug, Clone, Copy)]
struct Size {
    columns: usize,
    rows: usize,
    /// Points of each side of a county.
    edge: usize,
    west_south: (f64, f64),
    east_north: (f64, f64),
    zones: usize,
    projects: usize,
    enterprises: usize,
    /// Months of figures, the newest included.
    months: usize,
}

/// Indicators, of which the first is revenue.
const INDICATORS: usize = 30;
/// Clusters.
const CLUSTERS: usize = 9;
/// Chains.
const CHAINS: usize = 24;
/// Tasks of the plan.
const TASKS: usize = 54;
/// Units that answer for them.
const UNITS: usize = 30;
/// Code of the plan.
const PLAN: &str = "plan-2023-2025";

impl Scale {
    const fn size(self) -> Size {
        match self {
            Self::City => Size {
                columns: 5,
                rows: 2,
                edge: 125,
                west_south: (112.0, 34.7),
                east_north: (113.5, 35.4),
                zones: 11,
                projects: 1_000,
                enterprises: 300,
                months: 36,
            },
            Self::Province => Size {
                columns: 16,
                rows: 10,
                edge: 100,
                west_south: (110.0, 31.0),
                east_north: (117.0, 36.5),
                zones: 180,
                projects: 28_000,
                enterprises: 28_000,
                months: 12,
            },
            Self::Nation => Size {
                columns: 79,
                rows: 36,
                edge: 75,
                west_south: (75.0, 18.0),
                east_north: (135.0, 53.0),
                zones: 3_000,
                projects: 500_000,
                enterprises: 500_000,
                months: 12,
            },
        }
    }
}

/// Writes the packages of a world into an empty directory; the folders written, `head` first.
///
/// # Errors
/// When a file cannot be written.
pub fn generate(into: &Path, scale: Scale, seed: u64, step: &dyn Fn(&str)) -> io::Result<Vec<PathBuf>> {
    let size = scale.size();
    let mut draw = Pcg64::seed_from_u64(seed);
    let land = Land::draw(&size, &mut draw);

    let head = into.join("head");
    let mut folder = Folder::create(&head, "generated", "虚构数据 Made-up data")?;
    step("outlines");
    land.write(&mut folder)?;
    step("plan");
    things::plan(&mut folder, &land)?;
    step("projects, enterprises");
    things::facts(&mut folder, &size, &land, &mut draw)?;
    step("figures");
    let mut ledger = figures::Ledger::new(&size, &land, &mut draw);
    ledger.past(&mut folder, &mut draw)?;
    folder.finish()?;

    let mut folders = vec![head];
    for number in 1..=MONTHS {
        step("the newest month");
        let path = into.join(format!("month-{number:02}"));
        let mut folder = Folder::create(&path, "generated-month", "虚构的当月数据 Made-up figures of the month")?;
        ledger.newest(&mut folder, number, &mut draw)?;
        folder.finish()?;
        folders.push(path);
    }
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::{NothingKnown, read};

    #[test]
    fn a_made_up_city_is_a_package_like_any_other_and_the_same_again() {
        let folders = [0, 1].map(|_| tempfile::tempdir().unwrap());
        let written = folders.each_ref().map(|dir| generate(dir.path(), Scale::City, 7, &|_| {}).unwrap());
        for (one, two) in written[0].iter().zip(&written[1]) {
            for file in std::fs::read_dir(one).unwrap() {
                let file = file.unwrap();
                let again = std::fs::read(two.join(file.file_name())).unwrap();
                assert!(std::fs::read(file.path()).unwrap() == again, "{:?}", file.path());
            }
        }
        let packages = read(&written[0][..2], &NothingKnown).unwrap_or_else(|problems| {
            let first = problems.iter().take(5).map(ToString::to_string).collect::<Vec<_>>();
            panic!("{} problems: {}", problems.len(), first.join("\n"))
        });
        let rows = |name: &str| packages[0].records().filter(|row| row.table.name == name).count();
        assert_eq!((rows("zones"), rows("projects"), rows("enterprises"), rows("tasks")), (11, 1_000, 300, TASKS));
        assert_eq!(rows("observations"), INDICATORS * 21 * 35);
        let other = tempfile::tempdir().unwrap();
        generate(other.path(), Scale::City, 8, &|_| {}).unwrap();
        let projects = |dir: &Path| std::fs::read(dir.join("head/projects.csv")).unwrap();
        assert_ne!(projects(other.path()), projects(folders[0].path()));
    }
}
