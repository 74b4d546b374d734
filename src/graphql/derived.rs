//! Figures that no source reports and that follow from those it does: sums and weighted means over member places,
//! shares, counts of register entries and projects, and year-to-date figures as figures of their periods.

mod counts;
mod differences;
mod members;

use std::sync::Arc;

use super::derivation::{Derivation, Inputs};
use super::fault::Fault;
use super::loaders::CellsOf;
use super::observation::Observation;
use super::view::View;
use crate::assess::Words;
use crate::domain::{Accumulation, Comparator, EntityId, Indicator, ObservationStatus, PeriodCode, Quantity};
use crate::store::observation::Observation as Cell;
use crate::store::project::Filter;
use crate::store::register_entry::RegisterEntry;

pub use differences::differences;

/// The way a figure follows from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// A year-to-date figure less the one before.
    Difference,
    /// Sum over members.
    Sum,
    /// Mean over members, weighted.
    WeightedMean,
    /// One indicator in percent of another.
    Share,
    /// Entries of registers.
    Entries,
    /// Projects that reached a stage.
    Projects,
}

impl How {
    const ALL: [Self; 6] =
        [Self::Difference, Self::Sum, Self::WeightedMean, Self::Share, Self::Entries, Self::Projects];

    const fn word(self) -> &'static str {
        match self {
            Self::Difference => "difference",
            Self::Sum => "sum",
            Self::WeightedMean => "weighted-mean",
            Self::Share => "share",
            Self::Entries => "register-count",
            Self::Projects => "project-count",
        }
    }
}

/// What names a derived figure: the way, and the cell that it would fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// The way.
    pub how: How,
    /// What it is about.
    pub subject: EntityId,
    /// What is measured.
    pub indicator: EntityId,
    /// When.
    pub period: PeriodCode,
}

impl Recipe {
    /// As ids hold it.
    pub fn text(&self) -> String {
        format!("{}/{}/{}/{}", self.how.word(), self.subject.0, self.indicator.0, self.period)
    }

    /// Opens the part of an id.
    pub fn open(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let mut next = || parts.next();
        let word = next()?;
        Some(Self {
            how: How::ALL.into_iter().find(|how| how.word() == word)?,
            subject: EntityId(next()?.parse().ok()?),
            indicator: EntityId(next()?.parse().ok()?),
            period: next()?.parse().ok()?,
        })
    }
}

/// A figure that was worked out, and how.
#[derive(Clone)]
pub struct Derived {
    /// What names it.
    pub recipe: Recipe,
    /// How it came about.
    pub derivation: Derivation,
    /// Whether any of it is made up for demonstration.
    pub sample: bool,
}

impl Derived {
    /// The documents, and where in them, that a figure goes back to.
    pub fn sources(&self) -> impl Iterator<Item = (i64, Option<&str>, Option<&str>)> {
        let cells: &[Arc<Cell>] = match &self.derivation.inputs {
            Inputs::Known(rows) => rows,
            Inputs::Selected(..) => &[],
        };
        let of_cells = cells.iter().map(|row| (row.document, row.locator.as_deref(), row.quote.as_deref()));
        let entries = self.derivation.entries.iter();
        of_cells.chain(entries.map(|row| (row.document, row.locator.as_deref(), row.quote.as_deref())))
    }
}

/// What is left to say once the inputs are known.
struct Outcome {
    quantity: Option<Quantity>,
    status: ObservationStatus,
    comparator: Option<Comparator>,
    accumulation: Accumulation,
    formula: Words,
    inputs: Vec<Arc<Cell>>,
    contributors: usize,
    missing: usize,
    absent: Vec<EntityId>,
    weight: Option<Arc<Indicator>>,
    entries: Vec<RegisterEntry>,
    projects: Option<Filter>,
    /// Made up, beyond what the inputs tell.
    sample: bool,
}

impl Outcome {
    fn new(accumulation: Accumulation, formula: Words) -> Self {
        Self {
            quantity: None,
            status: ObservationStatus::Missing,
            comparator: None,
            accumulation,
            formula,
            inputs: Vec::new(),
            contributors: 0,
            missing: 0,
            absent: Vec::new(),
            weight: None,
            entries: Vec::new(),
            projects: None,
            sample: false,
        }
    }

    fn observation(self, view: &View, recipe: Recipe) -> Observation {
        let atlas = view.atlas();
        let documents = self.inputs.iter().map(|row| row.document);
        let mut documents = documents.chain(self.entries.iter().map(|row| row.document));
        let sample = self.sample || documents.any(|document| atlas.is_sample(EntityId(document)));
        let since = self.inputs.iter().map(|row| row.since).chain(self.entries.iter().map(|row| row.since)).max();
        let until = self.inputs.iter().map(|row| row.until).min();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let row = Cell {
            id: 0,
            subject: recipe.subject.0,
            indicator: recipe.indicator.0,
            document: 0,
            period: recipe.period,
            accumulation: self.accumulation,
            quantity: self.quantity,
            comparator: self.comparator,
            status: self.status,
            released_on: self.inputs.iter().filter_map(|row| row.released_on).max(),
            locator: None,
            quote: None,
            note: None,
            since: since.unwrap_or(view.revision().number),
            until: until.unwrap_or(i32::MAX),
        };
        let derivation = Derivation {
            view: view.clone(),
            formula: self.formula,
            inputs: Inputs::Known(self.inputs),
            contributors: count(self.contributors),
            missing: count(self.missing),
            absent: self.absent,
            weight: self.weight,
            entries: self.entries,
            projects: self.projects,
            how: recipe.how.word(),
        };
        Observation::derived(view, Arc::new(row), Arc::new(Derived { recipe, derivation, sample }))
    }
}

fn words(zh: impl Into<String>, en: impl Into<String>) -> Words {
    Words { zh: zh.into(), en: en.into() }
}

/// The derived figure of a recipe; none where it cannot be worked out.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn find(view: &View, recipe: Recipe) -> Result<Option<Observation>, Fault> {
    let Some(indicator) = view.atlas().indicators.id(recipe.indicator).cloned() else { return Ok(None) };
    let found = match recipe.how {
        How::Difference => {
            let rows = history(view, recipe.subject, &indicator).await?;
            differences(view, recipe.subject, &indicator, &rows)
                .into_iter()
                .find(|one| one.row().period == recipe.period)
        }
        how => one(view, how, recipe.subject, &indicator, Some(recipe.period)).await?,
    };
    Ok(found)
}

/// Every way in which a figure of a subject follows from others, for a period or the newest that there is.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn ways(
    view: &View,
    subject: EntityId,
    indicator: &Arc<Indicator>,
    period: Option<PeriodCode>,
) -> Result<Vec<Observation>, Fault> {
    let mut found = Vec::new();
    for how in [How::Sum, How::WeightedMean, How::Share, How::Entries, How::Projects] {
        found.extend(one(view, how, subject, indicator, period).await?);
    }
    if let Some(period) = period {
        let rows = history(view, subject, indicator).await?;
        found.extend(
            differences(view, subject, indicator, &rows).into_iter().filter(|figure| figure.row().period == period),
        );
    }
    Ok(found)
}

async fn one(
    view: &View,
    how: How,
    subject: EntityId,
    indicator: &Arc<Indicator>,
    period: Option<PeriodCode>,
) -> Result<Option<Observation>, Fault> {
    match how {
        How::Sum | How::WeightedMean => members::over_members(view, how, subject, indicator, period).await,
        How::Share => members::share(view, subject, indicator, period).await,
        How::Entries => counts::entries(view, subject, indicator, period).await,
        How::Projects => counts::projects(view, subject, indicator, period).await,
        How::Difference => Ok(None),
    }
}

/// Every cell of a subject and indicator.
async fn history(view: &View, subject: EntityId, indicator: &Indicator) -> Result<Vec<Arc<Cell>>, Fault> {
    let key = CellsOf {
        subject: subject.0,
        indicators: Some(vec![indicator.id.0]),
        from: None,
        to: None,
        accumulation: None,
    };
    Ok(view.facts().load_one(key).await?.unwrap_or_default())
}

/// Whether a source gives the number itself, neither a bound nor about that.
fn exact(row: &Cell) -> bool {
    row.comparator.is_none_or(|how| how == Comparator::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_comes_back_from_an_id() {
        let period = "2024-Q1".parse().unwrap();
        let recipe = Recipe { how: How::WeightedMean, subject: EntityId(3), indicator: EntityId(5), period };
        assert_eq!(Recipe::open(&recipe.text()), Some(recipe));
        assert_eq!(Recipe::open("sum/3/5"), None);
        assert_eq!(Recipe::open("guess/3/5/2024"), None);
    }
}
