//! One plan, laid out for the rules.

use std::sync::Arc;

use super::text::{Amount, Text};
use crate::atlas::Atlas;
use crate::domain::{Citation, Plan as Row, Section, Target, Task};

/// A task beside the section that says the same.
pub(super) struct Pair<'a> {
    /// The task.
    pub task: &'a Task,
    /// Its title, read.
    pub title: Text<'a>,
    /// Its section, where it has one with a text.
    pub section: Option<&'a Section>,
    /// Its targets.
    pub targets: Vec<&'a Target>,
}

/// One plan and what belongs to it.
pub(super) struct Plan<'a> {
    /// Everything else.
    pub atlas: &'a Atlas,
    /// Its row.
    pub row: &'a Row,
    /// Its sections, with their texts read.
    pub sections: Vec<(&'a Section, Text<'a>)>,
    /// Its tasks.
    pub tasks: Vec<Pair<'a>>,
    /// Its targets.
    pub targets: Vec<&'a Target>,
}

fn of<T>(all: &[Arc<T>], plan: impl Fn(&T) -> bool) -> Vec<&T> {
    all.iter().map(|item| &**item).filter(|item| plan(item)).collect()
}

impl<'a> Plan<'a> {
    /// The plan of a code.
    pub(super) fn new(atlas: &'a Atlas, code: &str) -> Option<Self> {
        let row = &**atlas.plans.code(code)?;
        let sections = of(atlas.sections.all(), |s| s.plan == code);
        let targets = of(atlas.targets.all(), |t| t.plan == code);
        let tasks = of(atlas.tasks.all(), |t| t.plan == code);
        let tasks = tasks.into_iter().map(|task| Pair {
            task,
            title: Text::new(&task.title.zh),
            section: sections.iter().copied().find(|s| Some(&s.code) == task.section.as_ref()),
            targets: targets.iter().copied().filter(|t| t.task.as_ref() == Some(&task.code)).collect(),
        });
        let tasks = tasks.collect();
        let sections = sections.into_iter().map(|section| (section, Text::new(&section.text))).collect();
        Some(Self { atlas, row, sections, tasks, targets })
    }

    /// A section's text.
    pub(super) fn text(&self, code: &str) -> Option<&(&'a Section, Text<'a>)> {
        self.sections.iter().find(|(section, _)| section.code == code)
    }

    /// The tasks that a section is summed up by.
    pub(super) fn tasks_of(&self, section: &str) -> impl Iterator<Item = &Pair<'a>> {
        self.tasks.iter().filter(move |pair| pair.task.section.as_deref() == Some(section))
    }

    /// The target of a code.
    pub(super) fn target(&self, code: Option<&String>) -> Option<&'a Target> {
        self.targets.iter().copied().find(|target| Some(&target.code) == code)
    }

    /// Where a section states a target: the number in its text.
    pub(super) fn stated(&self, target: &Target) -> Option<(&'a Section, &Text<'a>, &Amount)> {
        let (section, text) = self.text(target.section.as_ref()?)?;
        let quote = target.citations.iter().find(|c| c.quote.as_ref().is_some_and(|q| text.whole.contains(q.as_str())));
        let amount = text.quoted(quote.and_then(|c| c.quote.as_deref()), target.quantity.value)?;
        Some((section, text, amount))
    }
}

/// The own citation of a row with another quotation.
pub(super) fn says(citations: &[Citation], quote: &str) -> Citation {
    let mut citation = citations.first().cloned().unwrap_or_else(|| Citation {
        document: String::new(),
        locator: String::new(),
        quote: None,
    });
    citation.quote = Some(quote.trim().to_owned());
    citation
}

/// The short code within the plan: `26` of `PLAN/26`.
pub(super) fn short(code: &str) -> &str {
    code.rsplit('/').next().unwrap_or(code)
}

/// A locator for people that names a task by its own citation.
pub(super) fn title(task: &Task) -> Citation {
    says(&task.citations, &task.title.zh)
}
