//! One flaw of a plan.

use super::FindingKind;
use crate::domain::Citation;

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// 中文
    pub zh: String,
    /// English.
    pub en: String,
}

impl Sentence {
    /// Both versions.
    pub(super) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

/// One flaw: what it is, where, what is said there, how the data resolved it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What sort of flaw.
    pub kind: FindingKind,
    /// Codes of the tasks concerned.
    pub tasks: Vec<String>,
    /// Codes of the sections concerned.
    pub sections: Vec<String>,
    /// What of them: an indicator, a term, a unit, a layout element; none when the place says enough.
    pub subject: Option<String>,
    /// The flaw in a sentence.
    pub message: Sentence,
    /// What is said, and where: both sides where there are two.
    pub quotes: Vec<Citation>,
    /// How the data resolved it.
    pub resolved: Sentence,
}

impl Finding {
    /// A finding without places yet.
    pub(super) fn new(kind: FindingKind, message: Sentence, resolved: Sentence) -> Self {
        Self { kind, tasks: Vec::new(), sections: Vec::new(), subject: None, message, quotes: Vec::new(), resolved }
    }

    /// Adds what it is about.
    pub(super) fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Adds a task and a quotation from it.
    pub(super) fn task(mut self, code: &str, quote: Citation) -> Self {
        if !self.tasks.iter().any(|task| task == code) {
            self.tasks.push(code.to_owned());
        }
        self.quote(quote)
    }

    /// Adds a section and a quotation from it.
    pub(super) fn section(mut self, code: &str, quote: Citation) -> Self {
        if !self.sections.iter().any(|section| section == code) {
            self.sections.push(code.to_owned());
        }
        self.quote(quote)
    }

    /// Adds a quotation.
    pub(super) fn quote(mut self, quote: Citation) -> Self {
        if !self.quotes.contains(&quote) {
            self.quotes.push(quote);
        }
        self
    }

    /// Whether another says the same of the same place.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.subject == other.subject
            && self.tasks == other.tasks
            && self.sections == other.sections
    }
}
