//! A readable table: plain HTML without script, its sources below, fit to be printed.

use std::fmt::Write as _;

use super::cells::{Cell, Row};
use super::columns::Kind;
use super::encoder::{About, Encoder, Ending, Table, standing};
use super::pages::Failure;

/// Where its style stands; the page may load from its own origin alone.
pub const STYLE: &str = "/q/table.css";

/// Writes a page.
pub struct Html {
    out: String,
    rows: usize,
}

impl Html {
    /// With its head and headings.
    pub fn new(table: &Table<'_>) -> Self {
        let mut out = String::with_capacity(4096);
        let title = escaped(table.title);
        let _ = write!(
            out,
            "<!doctype html>\n<html lang=\"zh-CN\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<link rel=\"stylesheet\" href=\"{STYLE}\">\n<h1>{title}</h1>\n\
             <p>第 {} 号修订，{} 所见。<span lang=\"en\">Revision {}, as of {}.</span></p>\n",
            table.revision, table.on, table.revision, table.on
        );
        if table.sample {
            out.push_str(
                "<p class=\"sample\">含示例（虚构）数据，逐行标明。\
                 <span lang=\"en\">Holds sample (made-up) data, marked row by row.</span></p>\n",
            );
        }
        out.push_str("<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"");
        out.push_str(&title);
        out.push_str("\">\n<table>\n<thead><tr>");
        for column in table.columns {
            let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(&column.heading));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        Self { out, rows: 0 }
    }
}

impl Encoder for Html {
    fn row(&mut self, table: &Table<'_>, row: &Row<'_>) -> Result<(), Failure> {
        self.rows += 1;
        self.out.push_str("<tr>");
        for column in table.columns {
            let cell = column.cell(row);
            let status = column.status.map(|at| table.columns[at].cell(row).text());
            let words = status.as_deref().and_then(standing);
            match (&cell, words) {
                (Cell::Empty, Some((zh, en))) => {
                    let _ = write!(self.out, "<td class=\"absent\">{zh} <span lang=\"en\">{en}</span></td>");
                }
                (Cell::Number(number), Some((zh, en))) => {
                    let _ = write!(
                        self.out,
                        "<td class=\"number\">{number} <span class=\"mark\">{zh} <span lang=\"en\">{en}</span></span></td>"
                    );
                }
                _ => {
                    let class = if column.kind == Kind::Number { " class=\"number\"" } else { "" };
                    let _ = write!(self.out, "<td{class}>{}</td>", escaped(&cell.text()));
                }
            }
        }
        self.out.push_str("</tr>\n");
        Ok(())
    }

    fn take(&mut self) -> Result<Vec<u8>, Failure> {
        Ok(std::mem::take(&mut self.out).into_bytes())
    }

    fn end(mut self: Box<Self>, table: &Table<'_>, about: &About) -> Result<Ending, Failure> {
        let out = &mut self.out;
        let _ = write!(
            out,
            "</tbody>\n</table>\n</div>\n<p>共 {} 行。<span lang=\"en\">{} row(s).</span></p>\n",
            self.rows, self.rows
        );
        if !about.sources.is_empty() {
            out.push_str("<h2>来源 <span lang=\"en\">Sources</span></h2>\n<ol>\n");
            for source in &about.sources {
                let _ = write!(out, "<li>{}", escaped(&source.title));
                for more in [&source.issuer, &source.issued_on].into_iter().filter(|text| !text.is_empty()) {
                    let _ = write!(out, ", {}", escaped(more));
                }
                // Only an address of the web leads anywhere; a package's text could say anything.
                if source.url.starts_with("https://") || source.url.starts_with("http://") {
                    let url = escaped(&source.url);
                    let _ = write!(out, ", <a href=\"{url}\" rel=\"noreferrer\">{url}</a>");
                }
                if source.sample {
                    out.push_str(" <span class=\"mark\">示例 <span lang=\"en\">sample</span></span>");
                }
                out.push_str("</li>\n");
            }
            out.push_str("</ol>\n");
        }
        let _ = write!(out, "<p class=\"digest\">{} · {}</p>\n</html>\n", escaped(table.digest), escaped(table.hash));
        Ok(Ending::Bytes(self.out.into_bytes()))
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}
