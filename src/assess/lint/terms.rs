//! Terms with two meanings, or none: the package's `terms` say which, the plan's text says where.

use super::plan::{Plan, says};
use super::text::CLAUSE_ENDS;
use super::{Finding, FindingKind, Sentence};
use crate::domain::{Citation, TermKind};

/// All rules about terms.
pub(super) fn rules(plan: &Plan<'_>, into: &mut Vec<Finding>) {
    for term in plan.atlas.terms.iter().filter(|term| term.plan == plan.row.code) {
        let meanings = term.meanings.join(";");
        let (kind, message) = match term.kind {
            TermKind::Defined => continue,
            TermKind::Ambiguous => (
                FindingKind::TermAmbiguous,
                Sentence::new(
                    format!("“{}”有两种含义:{meanings}。", term.term),
                    format!("“{}” has two meanings: {}.", term.term, term.meanings_en.join("; ")),
                ),
            ),
            TermKind::Undefined => (
                FindingKind::TermUndefined,
                Sentence::new(
                    format!(
                        "“{}”没有定义{}。",
                        term.term,
                        if meanings.is_empty() { String::new() } else { format!(":{meanings}") }
                    ),
                    format!(
                        "“{}” is never defined{}.",
                        term.term,
                        if term.meanings_en.is_empty() {
                            String::new()
                        } else {
                            format!(": {}", term.meanings_en.join("; "))
                        }
                    ),
                ),
            ),
        };
        let resolved = term.note.clone().map_or_else(
            || Sentence::new("照录,不代为定义。", "Kept as written; no meaning is supplied."),
            |note| Sentence::new(note, term.note_en.clone().unwrap_or_else(|| "See the note in Chinese.".to_owned())),
        );
        let mut places: Vec<(Option<&str>, Option<&str>, Citation)> = Vec::new();
        for (section, text) in &plan.sections {
            if let Some(quote) = around(text.whole, &term.term).or_else(|| around(&section.title.zh, &term.term)) {
                places.push((None, Some(&section.code), says(&section.citations, quote)));
            }
        }
        for pair in &plan.tasks {
            if let Some(quote) = around(pair.title.whole, &term.term) {
                places.push((Some(&pair.task.code), None, says(&pair.task.citations, quote)));
            }
        }
        if places.is_empty() {
            continue;
        }
        let last = places.len() - 1;
        let mut finding = Finding::new(kind, message, resolved).about(&term.term);
        for (at, (task, section, quote)) in places.into_iter().enumerate() {
            finding.tasks.extend(task.map(str::to_owned));
            finding.sections.extend(section.map(str::to_owned));
            if at == 0 || at == last {
                finding = finding.quote(quote);
            }
        }
        into.push(finding);
    }
}

/// The clause around a term, quotation marks in the text notwithstanding.
fn around<'a>(text: &'a str, term: &str) -> Option<&'a str> {
    let clauses = text.split(CLAUSE_ENDS);
    clauses.into_iter().map(str::trim).find(|clause| clause.contains(term) || unquoted(clause).contains(term))
}

fn unquoted(text: &str) -> String {
    text.replace(['“', '”'], "")
}
