//! Data packages in: a directory with `datapackage.json`, CSV and GeoJSON becomes checked domain values, or a
//! complete list of what is wrong with it, each problem with file, row and column.
//!
//! [`read`] is the one validator; `planatlas check` prints what it says and `planatlas import` writes what it
//! returns. It goes in three steps: text into typed cells (`files`, `encoding`, `sheet`, `cell`, `number`, `outlines`),
//! keys into an index (`index`), then what only several rows together can tell (`references`, `figures`, `rules`).

mod cell;
mod descriptor;
mod encoding;
mod figures;
mod files;
pub mod generate;
mod index;
pub mod intake;
mod number;
mod outlines;
mod problem;
mod references;
mod rules;
mod sheet;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

pub use files::on_all_cores;
pub use outlines::drawn;
pub use problem::{Language, Problem, Row};

use crate::domain::{Package, tables};
use descriptor::Descriptor;
use index::Index;
use problem::Fault;
use sheet::Sheet;

/// What a database already holds.
pub trait Known: Sync {
    /// The package that owns the living row of this key, if there is one.
    fn owner(&self, table: &str, key: &str) -> Option<String>;

    /// The code of the unit in which an indicator of the database is stated.
    fn unit_of(&self, _indicator: &str) -> Option<String> {
        None
    }
}

/// An empty database.
#[derive(Debug, Clone, Copy)]
pub struct NothingKnown;

impl Known for NothingKnown {
    fn owner(&self, _table: &str, _key: &str) -> Option<String> {
        None
    }
}

/// A package between text and checked values.
struct Draft {
    name: String,
    title: String,
    version: String,
    sheets: Vec<Sheet>,
    /// Tables that it lists but that could not be read.
    unread: Vec<&'static str>,
}

/// What reading packages is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Reading files, counted in bytes.
    Read,
    /// Checking what rows say of each other, counted in rows.
    Check,
}

/// Is told the step, how much of it is done and how much there is; by several threads.
pub type Watch<'a> = &'a (dyn Fn(Step, u64, u64) + Sync);

/// Rows that are checked at a time.
const SOME: usize = 10_000;

/// Reads packages that belong together and checks them as a whole.
///
/// References may lead into any of `dirs` and into what `known` holds, but for rows of packages that are being
/// read: those are about to be replaced.
///
/// # Errors
/// Every problem of every package, in the order of files and rows.
pub fn read(dirs: &[PathBuf], known: &dyn Known) -> Result<Vec<Package>, Vec<Problem>> {
    read_watched(dirs, known, &|_, _, _| {})
}

/// [`read`], and says how far it has come.
///
/// # Errors
/// Those of [`read`].
pub fn read_watched(dirs: &[PathBuf], known: &dyn Known, watch: Watch<'_>) -> Result<Vec<Package>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    let mut descriptors: Vec<Descriptor> = Vec::new();
    for dir in dirs {
        files.push(dir.join(descriptor::FILE).display().to_string());
        let Some(descriptor) = descriptor::read(dir, &mut problems) else { continue };
        if let Some(fault) = taken(&descriptor.name, &descriptors) {
            problems.push(fault.at(&files[files.len() - 1], None, Some("name")));
        }
        files.extend(descriptor.files().map(|path| path.display().to_string()));
        descriptors.push(descriptor);
    }
    // A package that cannot be read at all leaves nothing to be said about what the others refer to.
    let whole = descriptors.len() == dirs.len();
    let drafts = files::read(descriptors, &mut problems, watch);
    if whole {
        check(&drafts, known, &mut problems, watch);
    }
    if problems.is_empty() {
        return Ok(drafts.into_iter().map(Draft::finish).collect());
    }
    problem::sort(&mut problems, &files);
    Err(problems)
}

fn taken(name: &str, before: &[Descriptor]) -> Option<Fault> {
    (!name.is_empty() && before.iter().any(|descriptor| descriptor.name == name)).then(|| {
        Fault::new("duplicate-package", name, format!("{name} ×1"))
            .say("同名数据包给出了两次。", "Two packages of this name were given: rename or leave out one.")
    })
}

/// Checks what only several rows together can tell: some rows at a time on each core, and series on a thread of their own.
fn check(drafts: &[Draft], known: &dyn Known, problems: &mut Vec<Problem>, watch: Watch<'_>) {
    let sheets = || drafts.iter().flat_map(|draft| &draft.sheets);
    let of = sheets().map(|sheet| sheet.rows.len()).sum::<usize>() as u64;
    let series = std::thread::scope(|threads| {
        let series = threads.spawn(|| {
            let mut problems = Vec::new();
            figures::check_series(drafts, &mut problems);
            problems
        });
        let index = Index::new(drafts, known, problems);
        let parts = |sheet: &'_ Sheet| {
            let rows = sheet.rows.len();
            (0..rows).step_by(SOME).map(move |start| start..rows.min(start + SOME)).collect::<Vec<_>>()
        };
        let jobs: Vec<_> = sheets().flat_map(|sheet| parts(sheet).into_iter().map(move |rows| (sheet, rows))).collect();
        let done = AtomicU64::new(0);
        let work = |(sheet, rows): &(&Sheet, Range<usize>)| {
            let mut problems = Vec::new();
            for line in rows.clone().map(|at| sheet.line(at)) {
                let mut report = |column: &str, fault| problems.push(sheet.fault(&line, column, fault));
                references::check(&line, &index, &mut report);
                figures::check(&line, &index, &mut report);
                rules::check(&line, &index, &mut report);
            }
            let some = rows.len() as u64;
            watch(Step::Check, done.fetch_add(some, Ordering::Relaxed) + some, of);
            problems
        };
        problems.extend(files::several(&jobs, |_| 0, work).into_iter().flatten());
        series.join()
    });
    match series {
        Ok(found) => problems.extend(found),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

impl Draft {
    fn finish(self) -> Package {
        debug_assert!(self.sheets.is_sorted_by_key(|sheet| tables().iter().position(|t| t.name == sheet.table().name)));
        let tables = self.sheets.into_iter().map(|sheet| sheet.rows).filter(|rows| !rows.is_empty()).collect();
        Package { name: self.name, title: self.title, version: self.version, tables }
    }
}
