//! Data packages in: a directory with `datapackage.json`, CSV and GeoJSON becomes checked domain values, or a
//! complete list of what is wrong with it, each problem with file, row and column.
//!
//! [`read`] is the one validator; `planatlas check` prints what it says and `planatlas import` writes what it
//! returns. It goes in three steps: text into typed cells (`encoding`, `sheet`, `cell`, `number`, `outlines`),
//! keys into an index (`index`), then what only several rows together can tell (`references`, `figures`, `rules`).

mod cell;
mod descriptor;
mod encoding;
mod figures;
pub mod generate;
mod index;
pub mod intake;
mod number;
mod outlines;
mod problem;
mod references;
mod rules;
mod sheet;

use std::path::PathBuf;

pub use outlines::drawn;
pub use problem::{Language, Problem, Row};

use crate::domain::{Package, tables};
use descriptor::Descriptor;
use index::Index;
use problem::Fault;
use sheet::Sheet;

/// What a database already holds.
pub trait Known {
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

/// Reads packages that belong together and checks them as a whole.
///
/// References may lead into any of `dirs` and into what `known` holds, but for rows of packages that are being
/// read: those are about to be replaced.
///
/// # Errors
/// Every problem of every package, in the order of files and rows.
pub fn read(dirs: &[PathBuf], known: &dyn Known) -> Result<Vec<Package>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    let mut drafts: Vec<Draft> = Vec::new();
    for dir in dirs {
        files.push(dir.join(descriptor::FILE).display().to_string());
        let Some(descriptor) = descriptor::read(dir, &mut problems) else { continue };
        if let Some(fault) = taken(&descriptor.name, &drafts) {
            problems.push(fault.at(&files[files.len() - 1], None, Some("name")));
        }
        drafts.push(draft(descriptor, &mut files, &mut problems));
    }
    // A package that cannot be read at all leaves nothing to be said about what the others refer to.
    if drafts.len() == dirs.len() {
        let index = Index::new(&drafts, known, &mut problems);
        for sheet in drafts.iter().flat_map(|draft| &draft.sheets) {
            for line in sheet.lines() {
                let mut report = |column: &str, fault| problems.push(sheet.fault(&line, column, fault));
                references::check(&line, &index, &mut report);
                figures::check(&line, &index, &mut report);
                rules::check(&line, &index, &mut report);
            }
        }
        // It is as large as a table.
        drop(index);
        figures::check_series(&drafts, &mut problems);
    }
    if problems.is_empty() {
        return Ok(drafts.into_iter().map(Draft::finish).collect());
    }
    problem::sort(&mut problems, &files);
    Err(problems)
}

fn taken(name: &str, drafts: &[Draft]) -> Option<Fault> {
    (!name.is_empty() && drafts.iter().any(|draft| draft.name == name)).then(|| {
        Fault::new("duplicate-package", name, format!("{name} ×1"))
            .say("同名数据包给出了两次。", "Two packages of this name were given: rename or leave out one.")
    })
}

fn draft(descriptor: Descriptor, files: &mut Vec<String>, problems: &mut Vec<Problem>) -> Draft {
    let mut sheets = Vec::with_capacity(descriptor.sheets.len());
    let mut unread = Vec::new();
    for (table, path) in descriptor.sheets {
        let file = path.display().to_string();
        files.push(file.clone());
        match encoding::read(&path, &file, problems) {
            Some(text) => sheets.push(sheet::read(table, file, &text, problems)),
            None => unread.push(table.name),
        }
    }
    let outlines: Vec<_> = (descriptor.outlines.iter())
        .map(|path| {
            let file = path.display().to_string();
            files.push(file.clone());
            outlines::read(path, file, problems)
        })
        .collect();
    outlines::join(&mut sheets, outlines, problems);
    Draft { name: descriptor.name, title: descriptor.title, version: descriptor.version, sheets, unread }
}

impl Draft {
    fn finish(self) -> Package {
        debug_assert!(self.sheets.is_sorted_by_key(|sheet| tables().iter().position(|t| t.name == sheet.table().name)));
        let tables = self.sheets.into_iter().map(|sheet| sheet.rows).filter(|rows| !rows.is_empty()).collect();
        Package { name: self.name, title: self.title, version: self.version, tables }
    }
}
