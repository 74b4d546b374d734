//! Lights by a stated rule, and thresholds: pure functions over the atlas and figures.
//!
//! - [`Rule`]: the rules are data with a code and a version.
//! - [`Figures`]: what the database holds of the subjects and indicators that targets speak of, read at once.
//! - [`Yardstick`]: one comparison in exact integers: does it hold, is a miss within the band.
//! - [`Assessor`]: the light of a target, a milestone or a task on a day, with a sentence that recomputes it.
//! - [`Tally`]: who passes a threshold, who nearly does, and the cheapest way to the count wanted.
//! - [`scorecard`]: lights counted by section, unit, region or layout element.
//! - [`derive`]: figures made of other figures.
//! - [`lint`]: the flaws of a plan as a text.

mod actual;
pub mod derive;
mod due;
mod figures;
mod judge;
pub mod lint;
mod peers;
mod rule;
mod scorecard;
mod sentence;
mod threshold;
mod written;
mod yardstick;

pub use actual::{Actual, Basis};
pub use due::{Milestones, Obligation};
pub use figures::Figures;
pub use judge::{Assessment, Assessor, Light};
pub use peers::{Measure, Peer, peers};
pub use rule::{Rule, RuleOf, rules};
pub use scorecard::{By, Row, scorecard};
pub use threshold::{Cheapest, Member, Nested, Relation, Tally};
pub use written::{Words, amount, decimal};
pub use yardstick::{Band, Slack, Yardstick};
