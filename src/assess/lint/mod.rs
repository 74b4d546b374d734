//! The plan linter: general rules over the text, tasks, targets, units and terms of any plan.
//!
//! Every rule is a pure function of one plan at one revision ([`Plan`]); none knows a plan by name. A rule looks at
//! the wording first and at the rows that encode it where wording alone cannot tell.
//!
//! - [`Finding`]: one flaw: its kind, where it stands, what is said there, and how the data resolved it.
//! - [`Findings`]: those of the plans of one atlas, found once.
//! - [`FindingKind`]: the closed list of flaws, `schema/findings.csv`.

mod finding;
mod goals;
mod kind;
mod plan;
mod said;
mod sets;
mod terms;
mod text;
mod units;
mod wording;

pub use finding::{Finding, Sentence};
pub use kind::{Entry, FindingKind, Severity};

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::atlas::Atlas;
use plan::Plan;

type Once = Arc<OnceLock<Arc<[Arc<Finding>]>>>;

/// The findings about the plans of one atlas, each plan read once however many ask and how often.
#[derive(Debug, Default)]
pub struct Findings(Mutex<HashMap<String, Once>>);

impl Findings {
    /// The findings about a plan of the atlas, as [`lint`] orders them.
    pub fn of(&self, atlas: &Atlas, plan: &str) -> Arc<[Arc<Finding>]> {
        let place = {
            let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(plans.entry(plan.to_owned()).or_default())
        };
        Arc::clone(place.get_or_init(|| lint(atlas, plan).into_iter().map(Arc::new).collect()))
    }
}

/// Everything that a plan leaves open or says in two ways, most serious first, then in the order of the list of kinds
/// and of the plan.
pub fn lint(atlas: &Atlas, plan: &str) -> Vec<Finding> {
    let Some(plan) = Plan::new(atlas, plan) else { return Vec::new() };
    let mut findings = Vec::new();
    units::rules(&plan, &mut findings);
    wording::rules(&plan, &mut findings);
    goals::rules(&plan, &mut findings);
    sets::rules(&plan, &mut findings);
    terms::rules(&plan, &mut findings);
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        if !kept.iter().any(|other| other.repeats(&finding)) {
            kept.push(finding);
        }
    }
    // A different measure is a different wording too: said once.
    let measured: Vec<_> =
        kept.iter().filter(|f| f.kind == FindingKind::MeasureDiffers).map(|f| f.tasks.clone()).collect();
    kept.retain(|f| f.kind != FindingKind::WordingDiffers || !measured.contains(&f.tasks));
    kept.sort_by_key(|finding| (finding.kind.severity(), finding.kind));
    kept
}
