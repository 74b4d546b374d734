//! The condition of a request: `bbox`, `datetime`, properties by name and `filter` together.

use chrono::NaiveDate;
use geo::MapCoords as _;

use super::collection::Kind;
use super::cql2::{FUNCTIONS, GEOMETRY, Wrong, day, parse};
use super::crs::Crs;
use super::expr::{Expr, Op, Operand, Span, number};
use super::fields::{Field, Fields};
use super::problem::Problem;
use super::request::Request;

/// The parameters that say which features are meant, beside the names of properties.
pub const CHOOSING: [&str; 6] = ["bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs"];

/// What all parameters of a request say together; none when they say nothing.
///
/// # Errors
/// [`Problem`] for a parameter that cannot be read, or a property or function that is not known.
pub fn of(request: &Request, fields: &Fields) -> Result<Option<Expr>, Problem> {
    let mut parts = Vec::new();
    let of_box = crs(request, "bbox-crs")?;
    if let Some(text) = request.get("bbox") {
        parts.push(Expr::Boxes(bbox(text, of_box)?));
    }
    if let Some(text) = request.get("datetime") {
        let (from, to) = datetime(text)?;
        parts.push(Expr::Datetime(from, to));
    }
    for (name, value) in &request.given {
        if let Some(field) = fields.get(name) {
            parts.push(Expr::Compare(Operand::Property(name.clone()), Op::Eq, operand(field, value)?));
        }
    }
    if request.get("filter-lang").is_some_and(|lang| lang != "cql2-text") {
        return Err(Problem::parameter("filter-lang", "只有 cql2-text", "there is cql2-text alone"));
    }
    let of_filter = crs(request, "filter-crs")?;
    if let Some(text) = request.get("filter") {
        let wrong = |Wrong { zh, en }: Wrong| Problem::parameter("filter", zh, en);
        let expr = parse(text).map_err(wrong)?;
        check(&expr, fields)?;
        parts.push(placed(expr, of_filter));
    }
    Ok(match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(Expr::And(parts)),
    })
}

/// The coordinate reference system that a parameter names; longitude and latitude where it is not given.
///
/// # Errors
/// [`Problem`] when it is none of ours.
pub fn crs(request: &Request, name: &str) -> Result<Crs, Problem> {
    let Some(uri) = request.get(name) else { return Ok(Crs::Crs84) };
    Crs::of(uri).ok_or_else(|| {
        let known = Crs::ALL.map(Crs::uri).join(", ");
        Problem::parameter(name, format!("应为其一：{known}"), format!("one of: {known}"))
    })
}

fn bbox(text: &str, crs: Crs) -> Result<Vec<[f64; 4]>, Problem> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    let corners = match numbers.as_deref() {
        Some([a, b, c, d]) => Some(([*a, *b], [*c, *d])),
        // Nothing of ours has a height.
        Some([a, b, low, c, d, high]) if low <= high => Some(([*a, *b], [*c, *d])),
        _ => None,
    };
    let boxes = corners.and_then(|(lower, upper)| crs.boxes(lower, upper));
    boxes.ok_or_else(|| {
        Problem::parameter(
            "bbox",
            "应为 4 或 6 个数：先小后大，依 bbox-crs 的轴序，在地球范围之内",
            "four or six numbers, the lower corner first, in the order of axes of bbox-crs, within the world",
        )
    })
}

fn datetime(text: &str) -> Result<(Option<NaiveDate>, Option<NaiveDate>), Problem> {
    let wrong = || {
        Problem::parameter(
            "datetime",
            "应为时刻或时段，如 2026-01-31、2026-01-01/2026-06-30、../2026-06-30",
            "an instant or an interval like 2026-01-31, 2026-01-01/2026-06-30, ../2026-06-30",
        )
    };
    let Some((from, to)) = text.split_once('/') else {
        let at = day(text).ok_or_else(wrong)?;
        return Ok((Some(at), Some(at)));
    };
    let end = |text: &str| if matches!(text, "" | "..") { Ok(None) } else { day(text).map(Some).ok_or_else(wrong) };
    let (from, to) = (end(from)?, end(to)?);
    if (from.is_none() && to.is_none()) || from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(wrong());
    }
    Ok((from, to))
}

/// The value of a property as a parameter gives it.
fn operand(field: &Field, text: &str) -> Result<Operand, Problem> {
    let found = match field.kind {
        Kind::Text | Kind::Texts => Some(Operand::Text(text.to_owned())),
        Kind::Number => number(text).map(Operand::Number),
        Kind::Boolean => match text {
            "true" | "TRUE" => Some(Operand::Boolean(true)),
            "false" | "FALSE" => Some(Operand::Boolean(false)),
            _ => None,
        },
        _ => day(text).map(Operand::Date),
    };
    found.ok_or_else(|| {
        let [zh, en] = field.kind.name();
        Problem::parameter(&field.name, format!("应为{zh}"), format!("{en} is wanted"))
    })
}

/// Every property must be one of the collection, and compare with values of its kind.
fn check(expr: &Expr, fields: &Fields) -> Result<(), Problem> {
    let mut unknown = None;
    expr.properties(&mut |name| {
        if fields.get(name).is_none() {
            unknown.get_or_insert_with(|| name.to_owned());
        }
    });
    if let Some(name) = unknown {
        let mut known: Vec<&str> = fields.all.iter().map(|field| field.name.as_str()).collect();
        known.push(GEOMETRY);
        let (known, functions) = (known.join(", "), FUNCTIONS.join(", "));
        let name: String = name.chars().take(40).collect();
        return Err(Problem::parameter(
            "filter",
            format!("没有属性「{name}」；属性有 {known}；函数有 {functions}"),
            format!("there is no property «{name}»; known are {known}; functions: {functions}"),
        ));
    }
    kinds(expr, fields)
}

/// What a value can be compared as.
fn sort(operand: &Operand, fields: &Fields) -> Option<Kind> {
    Some(match operand {
        Operand::Property(name) => match fields.get(name)?.kind {
            Kind::Texts => Kind::Text,
            kind if kind.is_day() => Kind::Date,
            kind => kind,
        },
        Operand::Text(_) => Kind::Text,
        Operand::Number(_) => Kind::Number,
        Operand::Boolean(_) => Kind::Boolean,
        Operand::Date(_) => Kind::Date,
    })
}

fn kinds(expr: &Expr, fields: &Fields) -> Result<(), Problem> {
    let same = |a: &Operand, b: &Operand| {
        let (left, right) = (sort(a, fields), sort(b, fields));
        if left == right {
            return Ok(());
        }
        let name = |kind: Option<Kind>| kind.map_or(["", ""], Kind::name);
        let ([zh, en], [other_zh, other_en]) = (name(left), name(right));
        Err(Problem::parameter(
            "filter",
            format!("{a} 为{zh}，不能与 {b}（{other_zh}）比较；日期写作 DATE('2026-01-31')"),
            format!("{a} is {en} and does not compare with {b}, {other_en}; write a date as DATE('2026-01-31')"),
        ))
    };
    let is = |operand: &Operand, kind: Kind| {
        if sort(operand, fields) == Some(kind) {
            return Ok(());
        }
        let [zh, en] = kind.name();
        Err(Problem::parameter("filter", format!("{operand} 应为{zh}"), format!("{operand} should be {en}")))
    };
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().try_for_each(|part| kinds(part, fields)),
        Expr::Not(part) => kinds(part, fields),
        Expr::Compare(a, _, b) => same(a, b),
        Expr::Between(value, least, most) => same(value, least).and_then(|()| same(value, most)),
        Expr::In(value, among) => among.iter().try_for_each(|one| same(value, one)),
        Expr::Like(value, _) => is(value, Kind::Text),
        Expr::Time(_, a, b) => [a, b].into_iter().try_for_each(|span| match span {
            Span::At(at) => is(at, Kind::Date),
            Span::Interval(from, to) => from.iter().chain(to).try_for_each(|end| is(end, Kind::Date)),
        }),
        Expr::IsNull(_) | Expr::Space(..) | Expr::Always(_) | Expr::Boxes(_) | Expr::Datetime(..) => Ok(()),
    }
}

/// With the areas in longitude and latitude.
fn placed(expr: Expr, crs: Crs) -> Expr {
    if crs == Crs::Crs84 {
        return expr;
    }
    let all = |parts: Vec<Expr>| parts.into_iter().map(|part| placed(part, crs)).collect();
    match expr {
        Expr::And(parts) => Expr::And(all(parts)),
        Expr::Or(parts) => Expr::Or(all(parts)),
        Expr::Not(part) => Expr::Not(Box::new(placed(*part, crs))),
        Expr::Space(op, area) => Expr::Space(op, Box::new(area.map_coords(|at| crs.read([at.x, at.y]).into()))),
        other => other,
    }
}
