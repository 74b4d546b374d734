//! The statements behind tables of figures.

use sea_query::{Condition, Expr, ExprTrait, JoinType, Order, Query, SelectStatement};

use super::{Dim, Key, Measure, Selection, Weight};
use crate::domain::ObservationStatus;
use crate::store::db::Dialect;
use crate::store::held_at;
use crate::store::observation::{COLUMNS, last_day};
use crate::store::search::among;

/// Numbers are taken apart into so many digits to the base [`LIMB`], each with the sign of the whole, so that neither
/// their sums nor the sums of their products can overflow below some millions of rows.
pub(super) const LIMBS: usize = 4;
/// Base of those digits.
pub(super) const LIMB: i64 = 1_000_000;

/// Where a cell stands in the order of the table.
const PLACE: [Dim; 4] = [Dim::Indicator, Dim::Subject, Dim::Period, Dim::Accumulation];

impl Dim {
    const fn column(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Indicator => "indicator",
            Self::Period => "period",
            Self::Accumulation => "accumulation",
            Self::Status => "status",
            Self::Kind => "kind",
        }
    }
}

/// Every cell that the documents may speak of, with its place among the sources of the same cell.
fn cells(dialect: Dialect, at: i32, selection: &Selection, indicators: &[i64]) -> SelectStatement {
    let sources = serde_json::Value::from_iter(selection.sources.iter().map(|source| {
        serde_json::json!([source.document, source.class, i64::from(source.sample), source.issued, source.rank])
    }));
    let columns = [("id", "bigint"), ("class", "bigint"), ("sample", "bigint"), ("issued", "text"), ("rank", "bigint")];
    let named = |list: &[(i64, &'static str)]| {
        let rows = serde_json::Value::from_iter(list.iter().map(|(id, kind)| serde_json::json!([id, kind])));
        dialect.list(&[("id", "bigint"), ("kind", "text")], &rows)
    };
    let mut select = Query::select();
    select
        .columns(COLUMNS.map(|column| ("p", column)))
        .expr_as(Expr::col(("d", "sample")), "sample")
        .expr_as(
            Expr::cust(concat!(
                r#"ROW_NUMBER() OVER (PARTITION BY "p"."subject", "p"."indicator", "p"."period", "p"."accumulation" "#,
                r#"ORDER BY CASE WHEN "p"."value" IS NULL THEN 1 ELSE 0 END, "d"."class", "#,
                r#"COALESCE("p"."released_on", "d"."issued") DESC, "d"."rank")"#
            )),
            "place",
        )
        .from_as("observation", "p")
        .join_subquery(
            JoinType::InnerJoin,
            dialect.list(&columns, &sources),
            "d",
            Expr::col(("d", "id")).equals(("p", "document")),
        );
    let own = Expr::col(("s", "id")).equals(("p", "subject"));
    match &selection.subjects {
        Some(subjects) => {
            select.expr_as(Expr::col(("s", "kind")), "kind");
            select.join_subquery(JoinType::InnerJoin, named(subjects), "s", own);
        }
        None => {
            select.expr_as(Expr::cust(r#"COALESCE("s"."kind", "e"."kind")"#), "kind");
            select.join_as(JoinType::InnerJoin, "entity", "e", Expr::col(("e", "id")).equals(("p", "subject")));
            select.join_subquery(JoinType::LeftJoin, named(&selection.kinds), "s", own);
        }
    }
    select
        .and_where(among(dialect, ("p", "indicator"), indicators))
        .and_where_option(selection.from.map(|from| Expr::col(("p", "period")).gte(last_day(from))))
        .and_where_option(selection.to.map(|to| Expr::col(("p", "period")).lt(last_day(to) + 100)))
        .cond_where(held_at("p", at));
    select
}

/// The cells of the preferred sources, as `c`.
fn preferred(dialect: Dialect, at: i32, selection: &Selection) -> SelectStatement {
    let mut inner = cells(dialect, at, selection, &selection.indicators);
    inner.and_where_option(selection.accumulation.map(|how| Expr::col(("p", "accumulation")).eq(how.word())));
    let mut select = Query::select();
    select.from_subquery(inner, "c").and_where(Expr::col(("c", "place")).eq(1i64)).and_where_option(
        selection.statuses.as_ref().map(|all| {
            all.iter().fold(Expr::cust("1 = 0"), |any, status| any.or(Expr::col(("c", "status")).eq(status.word())))
        }),
    );
    for (dim, key) in &selection.pinned {
        select.and_where(Expr::col(("c", dim.column())).eq(value(key)));
    }
    select
}

fn value(key: &Key) -> Expr {
    match key {
        Key::Number(number) => Expr::val(*number),
        Key::Word(word) => Expr::val(word.as_str()),
    }
}

/// What comes after a row, in the order of its keys.
fn after(by: &[Dim], keys: &[Key]) -> Condition {
    let mut any = Condition::any().add(Expr::cust("1 = 0"));
    for (at, (dim, key)) in by.iter().zip(keys).enumerate() {
        let mut all = Condition::all();
        for (dim, key) in by.iter().zip(keys).take(at) {
            all = all.add(Expr::col(("c", dim.column())).eq(value(key)));
        }
        any = any.add(all.add(Expr::col(("c", dim.column())).gt(value(key))));
    }
    any
}

pub(in crate::store) fn list(
    dialect: Dialect,
    at: i32,
    selection: &Selection,
    from: Option<&[Key]>,
    limit: u64,
) -> SelectStatement {
    let mut select = preferred(dialect, at, selection);
    select.columns(COLUMNS.map(|column| ("c", column)));
    if let Some(keys) = from {
        select.cond_where(after(&PLACE, keys));
    }
    for dim in PLACE {
        select.order_by(("c", dim.column()), Order::Asc);
    }
    select.limit(limit).take()
}

pub(in crate::store) fn size(dialect: Dialect, at: i32, selection: &Selection, by: Option<&[Dim]>) -> SelectStatement {
    let mut rows = preferred(dialect, at, selection);
    match by {
        None => {
            return rows.expr(Expr::cust("COUNT(*)")).take();
        }
        Some(by) => {
            rows.expr_as(Expr::cust("COUNT(*)"), "cells");
            rows.group_by_columns(by.iter().map(|dim| ("c", dim.column())));
        }
    }
    let mut select = Query::select();
    select.expr(Expr::cust("COUNT(*)")).from_subquery(rows, "g").take()
}

pub(in crate::store) fn profile(dialect: Dialect, at: i32, selection: &Selection) -> SelectStatement {
    let mut select = preferred(dialect, at, selection);
    let keys = [r#""c"."indicator""#, r#""c"."accumulation""#, r#""c"."period" % 100"#, r#""c"."unit""#];
    for key in keys {
        select.expr(Expr::cust(key));
    }
    select
        .expr(Expr::cust(r#"MIN("c"."period")"#))
        .expr(Expr::cust(r#"MAX("c"."period")"#))
        .expr(Expr::cust(r#"COUNT(DISTINCT "c"."period")"#))
        .expr(Expr::cust("COUNT(*)"))
        .expr(bigint(r#"SUM(CASE WHEN "c"."value" IS NULL THEN 0 ELSE "c"."sample" END)"#));
    for key in keys {
        select.add_group_by([Expr::cust(key)]);
    }
    for key in keys {
        select.order_by_expr_with_nulls(Expr::cust(key), Order::Asc, sea_query::NullOrdering::Last);
    }
    select.take()
}

fn bigint(expression: &str) -> Expr {
    Expr::cust(format!("CAST({expression} AS bigint)"))
}

/// One digit of a column to the base [`LIMB`], the least first.
fn limb(column: &str, at: usize) -> String {
    let power = LIMB.pow(at as u32);
    if at == 0 { format!("({column} % {LIMB})") } else { format!("({column} / {power} % {LIMB})") }
}

/// Whether a condition holds for any row of the group.
fn any(condition: &str) -> Expr {
    bigint(&format!("MAX(CASE WHEN {condition} THEN 1 ELSE 0 END)"))
}

pub(in crate::store) fn groups(
    dialect: Dialect,
    at: i32,
    selection: &Selection,
    by: &[Dim],
    measure: Measure<'_>,
    from: Option<&[Key]>,
    limit: u64,
) -> SelectStatement {
    let mut select = match measure {
        Measure::Plain => preferred(dialect, at, selection),
        Measure::Median => middles(dialect, at, selection, by),
        Measure::Weighted(weights) => weighted(dialect, at, selection, weights),
    };
    let (value, counts) = match measure {
        Measure::Weighted(_) => (r#""c"."value""#, r#""c"."value" IS NOT NULL AND "w"."value" >= 0"#),
        _ => (r#""c"."value""#, r#""c"."value" IS NOT NULL"#),
    };
    select
        .columns(by.iter().map(|dim| ("c", dim.column())))
        .expr(Expr::cust("COUNT(*)"))
        .expr(Expr::cust(format!("COUNT(CASE WHEN {counts} THEN 1 END)")))
        .expr(Expr::cust(r#"COUNT(DISTINCT "c"."period")"#))
        .expr(Expr::cust(format!("MIN({value})")))
        .expr(Expr::cust(format!("MAX({value})")))
        .expr(Expr::cust(r#"MAX("c"."decimals")"#));
    let made_up = match measure {
        Measure::Weighted(_) => format!(r#"{counts} AND ("c"."sample" = 1 OR "w"."sample" = 1)"#),
        _ => format!(r#"{counts} AND "c"."sample" = 1"#),
    };
    select.expr(any(&made_up));
    select.expr(any(r#""c"."comparator" <> 'EQUAL'"#));
    for status in ObservationStatus::ALL {
        select.expr(any(&format!(r#""c"."status" = '{}'"#, status.word())));
    }
    let sum = |expression: String| bigint(&format!("SUM({expression})"));
    match measure {
        Measure::Plain => {
            for at in 0..LIMBS {
                select.expr(sum(limb(value, at)));
            }
        }
        Measure::Median => {
            // The middle one of an odd number, the middle two of an even one.
            let middle = r#"CASE WHEN "c"."value" IS NOT NULL AND 2 * "c"."nth" BETWEEN "c"."all" AND "c"."all" + 2 THEN "c"."value" END"#;
            select.expr(Expr::cust(format!("MIN({middle})"))).expr(Expr::cust(format!("MAX({middle})")));
        }
        Measure::Weighted(_) => {
            // Digit by digit as on paper: the products that stand in one column are added up.
            for column in 0..2 * LIMBS - 1 {
                let terms: Vec<String> = (0..LIMBS)
                    .filter(|at| *at <= column && column - at < LIMBS)
                    .map(|at| format!("{} * {}", limb(value, at), limb(r#""w"."value""#, column - at)))
                    .collect();
                select.expr(sum(format!("CASE WHEN {counts} THEN {} END", terms.join(" + "))));
            }
            for at in 0..LIMBS {
                select.expr(sum(format!("CASE WHEN {counts} THEN {} END", limb(r#""w"."value""#, at))));
            }
        }
    }
    if let Some(keys) = from {
        select.cond_where(after(by, keys));
    }
    select.group_by_columns(by.iter().map(|dim| ("c", dim.column())));
    for dim in by {
        select.order_by(("c", dim.column()), Order::Asc);
    }
    select.limit(limit).take()
}

/// The preferred cells with their place by value in their group, and how many values the group has.
fn middles(dialect: Dialect, at: i32, selection: &Selection, by: &[Dim]) -> SelectStatement {
    let keys: Vec<String> = by.iter().map(|dim| format!(r#""c"."{}""#, dim.column())).collect();
    let part = if keys.is_empty() { String::new() } else { format!("PARTITION BY {}", keys.join(", ")) };
    let mut inner = preferred(dialect, at, selection);
    let columns = ["subject", "indicator", "period", "accumulation", "status", "kind", "value", "decimals"];
    inner
        .columns(columns.map(|column| ("c", column)))
        .columns([("c", "sample"), ("c", "comparator")])
        .expr_as(
            Expr::cust(format!(
                r#"ROW_NUMBER() OVER ({part} ORDER BY CASE WHEN "c"."value" IS NULL THEN 1 ELSE 0 END, "c"."value")"#
            )),
            "nth",
        )
        .expr_as(Expr::cust(format!(r#"COUNT("c"."value") OVER ({part})"#)), "all");
    let mut select = Query::select();
    select.from_subquery(inner, "c").take()
}

/// The preferred cells beside those that weigh them: of the same subject and period.
fn weighted(dialect: Dialect, at: i32, selection: &Selection, weights: &[Weight]) -> SelectStatement {
    let mut by: Vec<i64> = weights.iter().map(|weight| weight.by).collect();
    by.sort_unstable();
    by.dedup();
    let rows = serde_json::Value::from_iter(
        weights.iter().map(|one| serde_json::json!([one.indicator, one.by, one.accumulation.word()])),
    );
    let pairs = dialect.list(&[("indicator", "bigint"), ("weight", "bigint"), ("accumulation", "text")], &rows);
    let of_weights = cells(dialect, at, selection, &by);
    let mut own = preferred(dialect, at, selection);
    let columns = ["subject", "indicator", "period", "accumulation", "status", "kind", "value", "decimals"];
    own.columns(columns.map(|column| ("c", column))).columns([("c", "sample"), ("c", "comparator")]);
    let same = Condition::all()
        .add(Expr::col(("w", "subject")).equals(("c", "subject")))
        .add(Expr::col(("w", "period")).equals(("c", "period")))
        .add(Expr::col(("w", "indicator")).equals(("k", "weight")))
        .add(Expr::col(("w", "accumulation")).equals(("k", "accumulation")))
        .add(Expr::col(("w", "place")).eq(1i64));
    let mut select = Query::select();
    select
        .from_subquery(own, "c")
        .join_subquery(JoinType::InnerJoin, pairs, "k", Expr::col(("k", "indicator")).equals(("c", "indicator")))
        .join_subquery(JoinType::LeftJoin, of_weights, "w", same)
        .take()
}
