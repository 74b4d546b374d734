//! Plain values and rules of an industrial plan, its places and its figures. No I/O, no clock.
//!
//! The three value objects that carry the domain's traps are [`Quantity`], [`PeriodCode`] (with
//! [`Accumulation`]) and [`Shape`] (the coordinates of a footprint). Everything that a data package
//! says travels as a [`Record`] of a [`Table`] until the atlas gives it a type of its own.

mod accumulation;
mod actor;
mod codes;
mod day;
mod figure;
mod formula;
mod industry;
mod ledger;
mod nearest;
mod outline;
mod period;
mod place;
mod plan;
mod quantity;
mod reading;
mod record;
mod row;
mod rows;
mod shape;
mod work;

pub use accumulation::{DifferenceError, InPeriod, ToDate, difference};
pub use actor::*;
pub use codes::*;
pub use day::{calendar_day, day_in};
pub use figure::*;
pub use formula::Formula;
pub use industry::*;
pub use ledger::*;
pub use nearest::nearest;
pub use outline::{Outline, Sheet};
pub use period::{PeriodCode, PeriodError};
pub use place::*;
pub use plan::*;
pub use quantity::{Dimension, Quantity, QuantityError, Unit, unit, units};
pub use reading::{grouped, ten_to};
pub use record::{Cell, Field, FieldType, GEOMETRY, Package, Record, Reference, Table, table, tables};
pub use row::{EntityId, FromRecord, Unreadable};
pub use rows::Rows;
pub use rust_decimal::Decimal;
pub use shape::{Point, Ring, Shape};
pub use work::*;
