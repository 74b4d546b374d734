//! The statements behind searches for projects.

use sea_query::{
    Asterisk, CommonTableExpression, Condition, Expr, ExprTrait, Func, IntoTableRef, JoinType, NullOrdering,
    Order as Direction, Query, SelectStatement, WindowStatement,
};

use super::{Cursor, Dim, Filter, Order, OrderBy, traits};
use crate::domain::ProjectStage;
use crate::geometry::Bbox;
use crate::store::db::Dialect;
use crate::store::held_at;
use crate::store::search::{self, among, contains, rowid, scan};

/// What [`read`] reads.
pub(super) const COLUMNS: [&str; 22] = [
    "entity",
    "name",
    "name_en",
    "kinds",
    "stage",
    "batch",
    "investment",
    "investment_unit",
    "investment_decimals",
    "investment_as_reported",
    "x",
    "y",
    "zone",
    "region",
    "cluster",
    "chain",
    "tasks",
    "document",
    "locator",
    "quote",
    "rev_from",
    "code",
];

fn columns(mut select: SelectStatement) -> SelectStatement {
    select.columns(COLUMNS.map(|column| ("p", column))).take()
}

/// Rank of a stage in its order.
pub(super) fn rank(stage: ProjectStage) -> i64 {
    ProjectStage::ALL.iter().position(|other| *other == stage).map_or(-1, |at| at as i64)
}

fn sort_key(by: OrderBy) -> Expr {
    match by {
        OrderBy::Investment => Expr::col(("p", "investment")),
        OrderBy::Code => Expr::col(("p", "code")),
        OrderBy::Stage => {
            let ranks: Vec<String> = ProjectStage::ALL
                .iter()
                .map(|stage| format!("WHEN '{}' THEN {}", stage.word(), rank(*stage)))
                .collect();
            Expr::cust(format!(r#"CAST(CASE "p"."stage" {} END AS bigint)"#, ranks.join(" ")))
        }
    }
}

const fn direction(order: Order) -> Direction {
    if order.desc { Direction::Desc } else { Direction::Asc }
}

fn ordered(mut select: SelectStatement, order: Order) -> SelectStatement {
    let direction = direction(order);
    if order.by == OrderBy::Code {
        // No two projects have the same.
        return select.order_by_expr(sort_key(order.by), direction).take();
    }
    select.order_by_expr_with_nulls(sort_key(order.by), direction, NullOrdering::Last);
    select.order_by(("p", "entity"), Direction::Asc);
    select
}

/// What comes after a cursor: a greater key, or the same key and a greater id; rows without a key last.
fn after(order: Order, cursor: &Cursor) -> Condition {
    let later = Expr::col(("p", "entity")).gt(cursor.id);
    let key = || sort_key(order.by);
    let beyond = |value: Expr| if order.desc { key().lt(value) } else { key().gt(value) };
    if order.by == OrderBy::Code {
        // Every project has a code: nothing comes after none.
        return Condition::all()
            .add(cursor.code.as_deref().map_or_else(|| key().is_null(), |code| beyond(Expr::val(code))));
    }
    let Some(value) = cursor.number.map(Expr::val) else {
        return Condition::all().add(key().is_null()).add(later);
    };
    let beyond = beyond(value.clone());
    Condition::any().add(beyond).add(key().eq(value).and(later)).add(key().is_null())
}

impl Filter {
    fn condition(&self, dialect: Dialect, at: i32) -> Condition {
        let mut all = Condition::all();
        for filter in &self.and {
            all = all.add(filter.condition(dialect, at));
        }
        if !self.or.is_empty() {
            all = all.add(self.or.iter().fold(Condition::any(), |any, filter| any.add(filter.condition(dialect, at))));
        }
        if let Some(filter) = &self.not {
            all = all.add(search::not(filter.condition(dialect, at)));
        }
        let barred = |column: &'static str, item: &str| contains(("p", column), &format!("|{item}|"));
        let any_of =
            |tests: Vec<Expr>| tests.into_iter().fold(Condition::any().add(Expr::cust("1 = 0")), Condition::add);
        let ids =
            |column: &'static str, ids: &Option<Vec<i64>>| ids.as_ref().map(|ids| among(dialect, ("p", column), ids));
        let all = all
            .add_option(
                self.names.as_ref().map(|names| Expr::col(("p", "name")).is_in(names.iter().map(String::as_str))),
            )
            .add_option(self.name_contains.as_ref().map(|text| contains(("p", "name"), text)))
            .add_option(self.stages.as_ref().map(|all| Expr::col(("p", "stage")).is_in(all.iter().map(|s| s.word()))))
            .add_option(
                self.kinds.as_ref().map(|kinds| any_of(kinds.iter().map(|kind| barred("kinds", kind)).collect())),
            )
            .add_option(ids("zone", &self.zones))
            .add_option(ids("region", &self.regions))
            .add_option(ids("cluster", &self.clusters))
            .add_option(ids("chain", &self.chains))
            .add_option(ids("document", &self.documents))
            .add_option(
                self.tasks.as_ref().map(|ids| any_of(ids.iter().map(|id| barred("tasks", &id.to_string())).collect())),
            )
            .add_option(self.reached.as_ref().map(|(stage, from, to)| {
                Expr::exists(
                    Query::select()
                        .expr(Expr::cust("1"))
                        .from_as("project_stage", "t")
                        .and_where(Expr::col(("t", "project")).equals(("p", "entity")))
                        .and_where(Expr::col(("t", "stage")).eq(stage.word()))
                        .and_where_option(from.map(|from| Expr::col(("t", "on")).gte(from.to_string())))
                        .and_where(Expr::col(("t", "on")).lte(to.to_string()))
                        .cond_where(held_at("t", at))
                        .take(),
                )
            }))
            .add_option(self.investment_from.map(|least| Expr::col(("p", "investment")).gte(least)))
            .add_option(self.investment_to.map(|most| Expr::col(("p", "investment")).lte(most)))
            .add_option(self.bbox.as_ref().map(|bbox| search::inside("p", bbox)));
        search::within(dialect, all, &self.within)
    }

    /// A box that every match lies in.
    pub(super) fn frame(&self) -> Option<Bbox> {
        search::frame(self.bbox, &self.within).or_else(|| self.and.iter().find_map(Self::frame))
    }
}

fn matching(dialect: Dialect, at: i32, filter: &Filter) -> SelectStatement {
    scan(dialect, "project", at, filter.condition(dialect, at), filter.frame().as_ref())
}

pub(in crate::store) fn list(
    dialect: Dialect,
    at: i32,
    filter: &Filter,
    order: Order,
    cursor: Option<&Cursor>,
    limit: u64,
) -> SelectStatement {
    let mut select = columns(matching(dialect, at, filter));
    if let Some(cursor) = cursor {
        select.cond_where(after(order, cursor));
    }
    ordered(select, order).limit(limit).take()
}

/// The first of a list with the number of all that meet the condition, which are gone through once for both.
pub(in crate::store) fn list_counted(
    dialect: Dialect,
    at: i32,
    filter: &Filter,
    order: Order,
    limit: u64,
) -> SelectStatement {
    let page = matching(dialect, at, filter);
    match dialect {
        Dialect::Sqlite => counted_once(page, order, limit),
        Dialect::Postgres => counted_beside(page, order, limit),
    }
}

/// Each match is counted beside the others, in one pass.
fn counted_beside(mut page: SelectStatement, order: Order, limit: u64) -> SelectStatement {
    page.columns([("p", "entity"), ("p", "rev_from")]).expr_window_as(
        Func::count(Expr::col(("p", "entity"))),
        WindowStatement::new(),
        "total",
    );
    let page = ordered(page, order).limit(limit).take();
    let same = |column: &'static str| Expr::col(("p", column)).equals(("page", column));
    let mut select = Query::select();
    select.from_subquery(page, "page");
    select.join_as(JoinType::InnerJoin, "project", "p", same("entity").and(same("rev_from")));
    let mut select = columns(select);
    select.column(("page", "total"));
    ordered(select, order)
}

/// SQLite counts faster what it has put aside, and finds a row by its number in one step.
fn counted_once(mut matches: SelectStatement, order: Order, limit: u64) -> SelectStatement {
    matches.expr_as(rowid(), "row").column(("p", "entity")).expr_as(sort_key(order.by), "key");
    let page = Query::select()
        .column("row")
        .from("matches")
        .order_by_with_nulls("key", direction(order), NullOrdering::Last)
        .order_by("entity", Direction::Asc)
        .limit(limit)
        .take();
    let mut select = Query::select();
    // CROSS JOIN keeps the order of the loops.
    select
        .from_subquery(page, "page")
        .cross_join("project".into_table_ref().alias("p"))
        .and_where(rowid().equals(("page", "row")));
    let mut select = columns(select);
    select.expr(Query::select().expr(Func::count(Expr::col("row"))).from("matches").take());
    let mut aside = CommonTableExpression::new();
    aside.table_name("matches").query(matches).materialized(true);
    select.with_cte(aside);
    ordered(select, order)
}

pub(in crate::store) fn count(dialect: Dialect, at: i32, filter: &Filter) -> SelectStatement {
    matching(dialect, at, filter).expr(Func::count(Expr::col(("p", "entity")))).take()
}

/// Each different combination of tasks and what their projects lie in or belong to.
pub(in crate::store) fn reach(at: i32) -> SelectStatement {
    let columns = ["tasks", "zone", "region", "cluster", "chain", "document"].map(|column| ("p", column));
    let mut select = Query::select();
    select.distinct().columns(columns).from_as("project", "p").cond_where(held_at("p", at));
    select.and_where(Expr::col(("p", "tasks")).is_not_null());
    for column in columns {
        select.order_by_with_nulls(column, Direction::Asc, NullOrdering::Last);
    }
    select
}

/// Sums are taken in two parts, so that neither can overflow.
pub(super) const PART: i64 = 1_000_000_000;

pub(in crate::store) fn groups(dialect: Dialect, at: i32, filter: &Filter, by: &[Dim]) -> SelectStatement {
    let mut select = matching(dialect, at, filter);
    if by.contains(&Dim::Task) {
        let tasks = dialect.ids(filter.tasks.as_deref().unwrap_or_default());
        select.join_subquery(JoinType::InnerJoin, tasks, "parent", Dim::Task.of_parent());
    }
    if by.contains(&Dim::Year) {
        // Years are made before the groups, so that each project has one.
        let columns = by.iter().filter(|dim| **dim != Dim::Year).map(|dim| dim.column());
        select.columns(columns).columns([("p", "entity"), ("p", "investment")]).expr_as(first_year(at), "year");
        select = Query::select().from_subquery(select, "p").take();
    }
    let column = |dim: &Dim| match (dim, by.contains(&Dim::Year)) {
        (Dim::Task, true) => ("p", "id"),
        _ => dim.column(),
    };
    let investment = || Expr::col(("p", "investment"));
    let sum = |part: Expr| Expr::expr(Func::sum(part)).cast_as("bigint");
    select
        .columns(by.iter().map(column))
        // Not of a column: what is grouped by stands in an index, and the rows need not be read.
        .expr(Func::count(Expr::col(Asterisk)))
        .expr(sum(investment().div(PART)))
        .expr(sum(investment().modulo(PART)));
    for dim in by {
        select.group_by_col(column(dim));
        select.order_by_with_nulls(column(dim), Direction::Asc, NullOrdering::Last);
    }
    select
}

/// The year of a project's first dated stage.
fn first_year(at: i32) -> Expr {
    let first = Query::select()
        .expr(Expr::expr(Func::min(Expr::col(("s", "on")))))
        .from_as("project_stage", "s")
        .and_where(Expr::col(("s", "project")).equals(("p", "entity")))
        .cond_where(held_at("s", at))
        .take();
    let year = Func::cust("substr").arg(Expr::expr(first)).arg(Expr::cust("1")).arg(Expr::cust("4"));
    Expr::expr(year).cast_as("bigint")
}

impl Dim {
    const fn column(self) -> (&'static str, &'static str) {
        match self {
            Self::Stage => ("p", "stage"),
            Self::Zone => ("p", "zone"),
            Self::Region => ("p", "region"),
            Self::Cluster => ("p", "cluster"),
            Self::Chain => ("p", "chain"),
            Self::Task => ("parent", "id"),
            Self::Year => ("p", "year"),
        }
    }

    /// The project belongs to the parent.
    fn of_parent(self) -> Expr {
        match self {
            Self::Task => Expr::cust(r#""p"."tasks" LIKE '%|' || CAST("parent"."id" AS text) || '|%'"#),
            _ => Expr::col(self.column()).equals(("parent", "id")),
        }
    }
}

pub(in crate::store) fn page_per_parent(
    dialect: Dialect,
    at: i32,
    parent: Dim,
    parents: &[i64],
    filter: &Filter,
    order: Order,
    limit: u64,
) -> SelectStatement {
    let mut first = matching(dialect, at, filter);
    first.and_where(parent.of_parent());
    let mut first = ordered(first, order);
    first.limit(limit);
    let mut select = Query::select();
    select.from_subquery(dialect.ids(parents), "parent");
    let select = match dialect {
        Dialect::Sqlite => {
            first.expr(rowid());
            select.cross_join("project".into_table_ref().alias("p")).and_where(rowid().in_subquery(first));
            columns(select)
        }
        Dialect::Postgres => {
            first.columns(COLUMNS.map(|column| ("p", column)));
            select.join_lateral(JoinType::InnerJoin, first, "p", Expr::cust("TRUE"));
            columns(select)
        }
    };
    let mut select = select;
    select.column(("parent", "id")).order_by(("parent", "id"), Direction::Asc);
    ordered(select, order)
}

/// What projects are searched by, in the order of codes, from the one after `after` on.
pub(in crate::store) fn traits(at: i32, after: Option<&str>, limit: u64) -> SelectStatement {
    Query::select()
        .columns(traits::COLUMNS.map(|column| ("p", column)))
        .from_as("project", "p")
        .cond_where(held_at("p", at))
        .and_where_option(after.map(|code| Expr::col(("p", "code")).gt(code)))
        .order_by(("p", "code"), Direction::Asc)
        .limit(limit)
        .take()
}

pub(in crate::store) fn by_code(at: i32, code: &str) -> SelectStatement {
    let select = Query::select().from_as("project", "p").cond_where(held_at("p", at)).take();
    columns(select).and_where(Expr::col(("p", "code")).eq(code)).take()
}

pub(in crate::store) fn by_ids(dialect: Dialect, at: i32, ids: &[i64]) -> SelectStatement {
    let select = Query::select().from_as("project", "p").cond_where(held_at("p", at)).take();
    columns(select).and_where(among(dialect, ("p", "entity"), ids)).order_by(("p", "entity"), Direction::Asc).take()
}

pub(in crate::store) fn stages(dialect: Dialect, at: i32, projects: &[i64]) -> SelectStatement {
    Query::select()
        .columns(["project", "stage", "on", "document", "locator", "quote"].map(|column| ("p", column)))
        .from_as("project_stage", "p")
        .and_where(among(dialect, ("p", "project"), projects))
        .cond_where(held_at("p", at))
        .order_by(("p", "project"), Direction::Asc)
        .order_by(("p", "on"), Direction::Asc)
        .order_by(("p", "id"), Direction::Asc)
        .take()
}
