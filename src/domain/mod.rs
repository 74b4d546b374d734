//! Plain values and rules of an industrial plan, its places and its figures. No I/O, no clock.
//!
//! The three value objects that carry the domain's traps are [`Quantity`], [`PeriodCode`] (with
//! [`Accumulation`]) and [`Shape`] (the coordinates of a footprint). Everything that a data package
//! says travels as a [`Record`] of a [`Table`] until the atlas gives it a type of its own.

mod codes;
mod period;
mod quantity;
mod record;
mod shape;

pub use codes::*;
pub use period::{PeriodCode, PeriodError};
pub use quantity::{Dimension, Quantity, QuantityError, Unit, unit, units};
pub use record::{Cell, Field, FieldType, Package, Record, Reference, Table, table, tables};
pub use rust_decimal::Decimal;
pub use shape::{Point, Ring, Shape};
