//! Which part of a condition the typed filters of the schema can say, so that the database tests it. The rest is tested
//! feature by feature.

use geo::Geometry;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::collection::{Collection, Typed};
use super::expr::{Expr, Op, Operand, SpaceOp};

/// Decimals of an amount that storage keeps, in the unit that properties are given in.
const DECIMALS: u32 = 10;

/// A condition, cut in two.
#[derive(Debug, Default, PartialEq)]
pub struct Cut {
    /// For the typed filter: it lets through all that is meant, or more.
    pub filter: Option<Value>,
    /// What remains to be tested; none when the filter says it all.
    pub rest: Option<Expr>,
}

/// Cuts a condition on the features of a collection.
pub fn cut(collection: &Collection, expr: Option<Expr>) -> Cut {
    let Some(expr) = expr else { return Cut::default() };
    if !collection.filtered {
        return Cut { filter: None, rest: Some(expr) };
    }
    let parts = match expr {
        Expr::And(parts) => parts,
        one => vec![one],
    };
    let mut filters = Vec::new();
    let mut rest = Vec::new();
    for part in parts {
        match typed(collection, &part) {
            Some((filter, exact)) => {
                filters.push(filter);
                if !exact {
                    rest.push(part);
                }
            }
            None => rest.push(part),
        }
    }
    let filter = match filters.len() {
        0 | 1 => filters.pop(),
        _ => Some(json!({ "and": filters })),
    };
    let rest = match rest.len() {
        0 | 1 => rest.pop(),
        _ => Some(Expr::And(rest)),
    };
    Cut { filter, rest }
}

/// The typed filter of a condition, and whether it says no less.
///
/// NOT is left out: under it a filter that lets more through would let less through, and what is unknown is not what is
/// false.
fn typed(collection: &Collection, expr: &Expr) -> Option<(Value, bool)> {
    match expr {
        Expr::And(parts) => {
            let found: Vec<_> = parts.iter().map(|part| typed(collection, part)).collect();
            let exact = found.iter().all(|part| matches!(part, Some((_, true))));
            let filters: Vec<Value> = found.into_iter().flatten().map(|(filter, _)| filter).collect();
            (!filters.is_empty()).then(|| (json!({ "and": filters }), exact))
        }
        Expr::Or(parts) => {
            let found = parts.iter().map(|part| typed(collection, part)).collect::<Option<Vec<_>>>()?;
            let exact = found.iter().all(|(_, exact)| *exact);
            let filters: Vec<Value> = found.into_iter().map(|(filter, _)| filter).collect();
            Some((json!({ "or": filters }), exact))
        }
        Expr::Boxes(boxes) => {
            let meets = |[west, south, east, north]: [f64; 4]| {
                let area = json!({ "bbox": { "west": west, "south": south, "east": east, "north": north } });
                json!({ "space": { "intersects": area, "minOverlap": null } })
            };
            let any: Vec<Value> = boxes.iter().copied().map(meets).collect();
            Some((json!({ "or": any }), true))
        }
        Expr::Space(op, area) => {
            if !matches!(**area, Geometry::Polygon(_) | Geometry::MultiPolygon(_)) {
                return None;
            }
            let area = serde_json::to_value(geojson::GeometryValue::from(area.as_ref())).ok()?;
            let filter = json!({ "space": { "intersects": { "geojson": area }, "minOverlap": null } });
            Some((filter, *op == SpaceOp::Intersects))
        }
        Expr::Compare(Operand::Property(name), Op::Eq, Operand::Text(text)) => among(collection, name, &[text]),
        Expr::In(Operand::Property(name), values) => {
            let texts: Option<Vec<&String>> = values
                .iter()
                .map(|value| match value {
                    Operand::Text(text) => Some(text),
                    _ => None,
                })
                .collect();
            among(collection, name, &texts?)
        }
        Expr::Compare(Operand::Property(name), op, Operand::Number(number)) => {
            let key = match op {
                Op::Eq => "eq",
                Op::Gt => "gt",
                Op::Ge => "gte",
                Op::Lt => "lt",
                Op::Le => "lte",
                Op::Ne => return None,
            };
            amount(collection, name, &[(key, number)])
        }
        Expr::Between(Operand::Property(name), Operand::Number(least), Operand::Number(most)) => {
            amount(collection, name, &[("gte", least), ("lte", most)])
        }
        _ => None,
    }
}

fn among(collection: &Collection, name: &str, texts: &[&String]) -> Option<(Value, bool)> {
    let property = collection.own().find(|property| property.name == name)?;
    let under = |field: &str, value: Value| json!({ field: value });
    Some(match property.typed {
        Typed::Text { field, exact } => (under(field, json!({ "in": texts })), exact),
        Typed::Words(field, words) => {
            // A word that the enumeration does not hold is nowhere.
            let known: Vec<_> = texts.iter().filter(|text| words.contains(&text.as_str())).collect();
            (under(field, json!(known)), true)
        }
        Typed::OneOf(field) => (under(field, json!(texts)), true),
        Typed::Code { field, exact } => match texts {
            [one] => (under(field, json!(one)), exact),
            several => {
                let any: Vec<Value> = several.iter().map(|code| under(field, json!(code))).collect();
                (json!({ "or": any }), exact)
            }
        },
        Typed::No | Typed::Amount(..) => return None,
    })
}

fn amount(collection: &Collection, name: &str, bounds: &[(&str, &Decimal)]) -> Option<(Value, bool)> {
    let property = collection.own().find(|property| property.name == name)?;
    let Typed::Amount(field, unit) = property.typed else { return None };
    let mut filter = json!({ "unit": unit });
    for (key, number) in bounds {
        let number = number.normalize();
        // What storage could not hold is compared as it stands.
        if number.scale() > DECIMALS || number.abs() > Decimal::from(100_000_000) {
            return None;
        }
        filter[key] = json!(number.to_string());
    }
    Some((json!({ field: filter }), true))
}

#[cfg(test)]
mod tests {
    use super::super::cql2::parse;
    use super::*;

    fn cut_of(collection: &str, text: &str) -> (Value, Option<String>) {
        let found = cut(Collection::of(collection).unwrap(), Some(parse(text).unwrap()));
        (found.filter.unwrap_or_default(), found.rest.map(|rest| rest.to_string()))
    }

    #[test]
    fn the_database_is_asked_what_it_can_say() {
        assert_eq!(cut_of("projects", "stage = 'SIGNED'"), (json!({ "stage": ["SIGNED"] }), None));
        assert_eq!(cut_of("projects", "stage IN ('SIGNED', 'nonsense')"), (json!({ "stage": ["SIGNED"] }), None));
        let (filter, rest) = cut_of("projects", "region = 'r' AND batch IS NULL AND investment >= 12.50");
        assert_eq!(
            filter,
            json!({ "and": [{ "region": "r" }, { "investment": { "unit": "CNY-1e8", "gte": "12.5" } }] })
        );
        assert_eq!(rest.unwrap(), "(\"region\" = 'r' AND \"batch\" IS NULL)");
        let (filter, rest) = cut_of("projects", "zone = 'a' OR batch = 'b'");
        assert_eq!((filter, rest.is_some()), (Value::Null, true));
        let (filter, rest) = cut_of("projects", "zone IN ('a', 'b') OR kinds = 'c'");
        assert_eq!(filter, json!({ "or": [{ "or": [{ "zone": "a" }, { "zone": "b" }] }, { "kinds": ["c"] }] }));
        assert_eq!(rest, None);
        assert_eq!(cut_of("projects", "NOT stage = 'SIGNED'").0, Value::Null);
        assert_eq!(cut_of("projects", "investment = 0.00000000001").0, Value::Null);
        assert_eq!(cut_of("layout", "code = 'a'").0, Value::Null);
        let (filter, rest) = cut_of("zones", "S_WITHIN(geometry, BBOX(1,2,3,4))");
        assert_eq!(filter["space"]["intersects"]["geojson"]["type"], "Polygon");
        assert!(rest.unwrap().starts_with("S_WITHIN"));
    }
}
