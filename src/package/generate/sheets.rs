//! Writing a package: its tables as CSV, its outlines as GeoJSON, its descriptor.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::domain::{Table, table};
use crate::package::descriptor::{FILE, inlined};

/// A package that is being written.
pub(super) struct Folder {
    path: PathBuf,
    name: &'static str,
    title: &'static str,
    resources: Vec<Value>,
    tables: Vec<&'static Table>,
}

/// A table that is being written.
pub(super) struct Sheet {
    table: &'static Table,
    writer: csv::Writer<File>,
    cells: Vec<String>,
}

impl Folder {
    pub(super) fn create(path: &Path, name: &'static str, title: &'static str) -> io::Result<Self> {
        std::fs::create_dir_all(path)?;
        Ok(Self { path: path.to_owned(), name, title, resources: Vec::new(), tables: Vec::new() })
    }

    /// Begins a table.
    pub(super) fn sheet(&mut self, name: &str) -> io::Result<Sheet> {
        let table = table(name).ok_or_else(|| io::Error::other(format!("no table {name}")))?;
        let file = format!("{name}.csv");
        self.resources.push(json!({
            "name": table.name, "path": file, "type": "table", "scheme": "file", "format": "csv",
            "mediatype": "text/csv", "encoding": "utf-8",
        }));
        self.tables.push(table);
        let mut writer = csv::Writer::from_path(self.path.join(file))?;
        writer.write_record(table.fields.iter().map(|field| field.name))?;
        Ok(Sheet { table, writer, cells: vec![String::new(); table.fields.len()] })
    }

    /// Begins a file of outlines.
    pub(super) fn outlines(&mut self, name: &str) -> io::Result<BufWriter<File>> {
        let file = format!("{name}.geojson");
        let resource = format!("{name}-outlines");
        self.resources
            .push(json!({ "name": resource, "path": file, "scheme": "file", "format": "geojson", "mediatype": "application/geo+json", "encoding": "utf-8" }));
        Ok(BufWriter::new(File::create(self.path.join(file))?))
    }

    /// Writes the descriptor.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let listed = self.tables.iter().map(|table| table.name).collect();
        for resource in &mut self.resources {
            if let Some(table) = self.tables.iter().find(|table| resource["name"] == table.name) {
                resource["schema"] = inlined(table, &listed)?;
            }
        }
        let descriptor = json!({
            "name": self.name, "title": self.title, "version": "1.0.0",
            "licenses": [{ "name": "CC0-1.0" }], "resources": self.resources,
        });
        let mut file = BufWriter::new(File::create(self.path.join(FILE))?);
        writeln!(file, "{descriptor:#}")?;
        file.flush()
    }
}

impl Sheet {
    /// Writes a row of the cells named; the others are empty.
    pub(super) fn row(&mut self, cells: &[(&str, &dyn std::fmt::Display)]) -> io::Result<()> {
        use std::fmt::Write as _;
        self.cells.iter_mut().for_each(String::clear);
        for (name, value) in cells {
            let at = self.table.position(name);
            let at = at.ok_or_else(|| io::Error::other(format!("{}: no column {name}", self.table.name)))?;
            write!(self.cells[at], "{value}").map_err(io::Error::other)?;
        }
        self.writer.write_record(&self.cells)?;
        Ok(())
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
