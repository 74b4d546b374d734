//! What facts are called: all of a kind where there are not too many, or else those that begin with a text.

use sea_query::{Condition, Expr, ExprTrait, Order, Query, SelectStatement, UnionType};

use super::db::Row;
use super::{Store, StoreError, held_at};
use crate::domain::Kind;

/// A kind of fact that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Named {
    /// Projects.
    Project,
    /// Enterprises.
    Enterprise,
}

impl Named {
    /// Its kind.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Project => Kind::Project,
            Self::Enterprise => Kind::Enterprise,
        }
    }

    const fn sql(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Enterprise => "enterprise",
        }
    }
}

/// What a fact is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Permanent id.
    pub id: i64,
    /// Code.
    pub code: String,
    /// Name as written.
    pub name: String,
    /// Ours, unofficial.
    pub name_en: Option<String>,
}

/// What the facts of a kind are called, in the order of ids, `most` of them at most.
///
/// # Errors
/// When the database fails.
pub async fn all(store: &Store, at: i32, named: Named, most: u64) -> Result<Vec<Name>, StoreError> {
    store.db.rows(&all_statement(at, named, most)).await?.iter().map(read).collect()
}

/// The facts of a kind whose name or code begins with a text, the first `most` by name and by code.
///
/// # Errors
/// When the database fails.
pub async fn beginning(store: &Store, at: i32, named: Named, text: &str, most: u64) -> Result<Vec<Name>, StoreError> {
    store.db.rows(&beginning_statement(at, named, text, most)).await?.iter().map(read).collect()
}

/// What [`read`] reads.
const COLUMNS: [&str; 4] = ["entity", "code", "name", "name_en"];

fn held(at: i32, named: Named) -> SelectStatement {
    Query::select()
        .columns(COLUMNS.map(|column| ("p", column)))
        .from_as(named.sql(), "p")
        .cond_where(held_at("p", at))
        .take()
}

pub(super) fn all_statement(at: i32, named: Named, most: u64) -> SelectStatement {
    held(at, named).order_by(("p", "entity"), Order::Asc).limit(most).take()
}

pub(super) fn beginning_statement(at: i32, named: Named, text: &str, most: u64) -> SelectStatement {
    let last = format!("{text}{}", char::MAX);
    let first = |column: (&'static str, &'static str)| {
        let begins = Condition::all().add(Expr::col(column).gte(text)).add(Expr::col(column).lte(last.as_str()));
        held(at, named).cond_where(begins).order_by(column, Order::Asc).limit(most).take()
    };
    let mut select = Query::select();
    select.columns(COLUMNS).from_subquery(first(("p", "name")), "by_name");
    let by_code = Query::select().columns(COLUMNS).from_subquery(first(("p", "code")), "by_code").take();
    select.union(UnionType::Distinct, by_code);
    select.order_by("entity", Order::Asc).take()
}

fn read(row: &Row) -> Result<Name, StoreError> {
    Ok(Name { id: row.int(0)?, code: row.text(1)?, name: row.text(2)?, name_en: row.some_text(3)? })
}
