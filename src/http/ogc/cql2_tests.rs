//! Whatever is sent is read or refused at once, and what is read can be written and read again.

use std::time::{Duration, Instant};

use chrono::NaiveDate;
use geo::Geometry;
use proptest::prelude::*;

use super::cql2::{MOST_BYTES, MOST_LEVELS, parse};
use super::expr::{Expr, Op, Operand, SpaceOp, Span, Subject, TimeOp, Value, number};
use twist::Twist;

#[path = "../../../tests/common/twist.rs"]
mod twist;

struct Mill;

impl Subject for Mill {
    fn value(&self, name: &str) -> Value {
        match name {
            "name" => Value::Text("河湾 mill_1".into()),
            "size" => Value::Number(number("12.50").unwrap()),
            "zero" => Value::Number(number("0").unwrap()),
            "sample" => Value::Boolean(true),
            "from" => Value::Date(NaiveDate::from_ymd_opt(2026, 1, 31).unwrap()),
            "kinds" => Value::Many(vec![Value::Text("a".into()), Value::Text("b".into())]),
            "none" => Value::Many(Vec::new()),
            _ => Value::Null,
        }
    }

    fn geometry(&self) -> Option<&Geometry<f64>> {
        static AT: std::sync::LazyLock<Geometry<f64>> =
            std::sync::LazyLock::new(|| geo::Point::new(115.5, 34.25).into());
        Some(&AT)
    }

    fn time(&self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        (NaiveDate::from_ymd_opt(2026, 1, 31), None)
    }
}

#[test]
fn conditions_hold_do_not_hold_or_are_unknown() {
    for (text, expected) in [
        ("size = 12.5", Some(true)),
        ("size > 12.500000000000000001", Some(false)),
        ("size between 1e1 AND 12.5", Some(true)),
        ("size NOT BETWEEN 1 AND 2", Some(true)),
        ("zero = 0", Some(true)),
        ("absent = 0", None),
        ("NOT absent = 0", None),
        ("absent IS NULL", Some(true)),
        ("zero IS NULL", Some(false)),
        ("zero IS NOT NULL", Some(true)),
        ("none IS NULL", Some(true)),
        ("absent = 0 OR TRUE", Some(true)),
        ("absent = 0 AND FALSE", Some(false)),
        ("name LIKE '河湾%'", Some(true)),
        ("name LIKE '%mill\\_1'", Some(true)),
        ("name LIKE '%mill\\_2'", Some(false)),
        ("name LIKE '河_ %'", Some(true)),
        ("name NOT LIKE '%x%'", Some(true)),
        ("kinds = 'b'", Some(true)),
        ("kinds IN ('x', 'y')", Some(false)),
        ("kinds IN ('x', 'a')", Some(true)),
        ("sample = TRUE", Some(true)),
        ("TRUE = sample", Some(true)),
        ("\"from\" >= DATE('2026-01-31')", Some(true)),
        ("\"from\" > TIMESTAMP('2026-01-31T23:00:00Z')", Some(false)),
        ("name = 'it''s' OR (size <> 12.5 AND TRUE)", Some(false)),
        ("S_INTERSECTS(geometry, BBOX(115,34,116,35))", Some(true)),
        ("S_INTERSECTS(geometry, POINT(115.5 34.25))", Some(true)),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1, 0 0)))", Some(false)),
        ("S_WITHIN(geometry, POLYGON((115 34, 116 34, 116 35, 115 35, 115 34)))", Some(true)),
        ("T_AFTER(\"from\", DATE('2026-01-30'))", Some(true)),
        ("T_DURING(\"from\", INTERVAL('2026-01-31','..'))", Some(false)),
        ("T_DURING(\"from\", INTERVAL('2026-01-01','2026-02-01'))", Some(true)),
        ("T_INTERSECTS(INTERVAL(\"from\",'..'), INTERVAL('2027-01-01','2027-02-01'))", Some(true)),
        ("T_BEFORE(absent, DATE('2026-01-30'))", None),
        ("T_EQUALS(\"from\", DATE('2026-01-31'))", Some(true)),
    ] {
        let expr = parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"));
        assert_eq!(expr.holds(&Mill), expected, "{text}");
        assert_eq!(parse(&expr.to_string()).unwrap_or_else(|wrong| panic!("{expr}: {wrong:?}")), expr, "{text}");
    }
}

#[test]
fn what_is_no_filter_says_where_and_what_was_expected() {
    for (text, says) in [
        ("", "expected is a property"),
        ("size", "a comparison"),
        ("size = ", "at the end"),
        ("size = 1 size", "the end, AND or OR"),
        ("(size = 1", "«)»"),
        ("size = 1)", "the end, AND or OR"),
        ("name = 'open", "never closed"),
        ("size ; 1", "cannot be read"),
        ("DROP(name) = 1", "there is no function «DROP»; known are S_INTERSECTS"),
        ("size = CASEI(name)", "there is no function «CASEI»"),
        ("S_INTERSECTS(place, POINT(1 2))", "the property geometry"),
        ("S_INTERSECTS(geometry, POINT(1))", "a geometry as WKT"),
        ("S_INTERSECTS(geometry, POINT EMPTY)", "a geometry as WKT"),
        ("S_INTERSECTS(geometry, BBOX(2,1,1,2))", "a geometry as WKT"),
        ("\"from\" = DATE('2026-02-30')", "a date like"),
        ("\"from\" = DATE('-026-01-31')", "a date like"),
        ("\"from\" = TIMESTAMP('+12026-01-31T00:00:00Z')", "a date like"),
        ("T_AFTER(\"from\", INTERVAL('x','..'))", "or '..'"),
        ("size = 123456789012345678901234567890123456789012345678901234567890", "28 digits"),
        ("NOT NOT size = 1", "a property or a value"),
    ] {
        let wrong = parse(text).expect_err(text);
        assert!(wrong.en.contains(says), "{text}: {}", wrong.en);
        assert!(!wrong.zh.is_ascii(), "{text}");
    }
}

/// One that was read again for each of its levels, or compared in each possible way, would never end.
#[test]
fn hostile_filters_are_refused_at_once() {
    let long = "a = 1 OR ".repeat(3_000);
    for text in [
        "x".repeat(10_000),
        long[..MOST_BYTES].to_owned(),
        "(".repeat(7_000),
        format!("{}a = 1{}", "(".repeat(MOST_LEVELS + 1), ")".repeat(MOST_LEVELS + 1)),
        "NOT ".repeat(1_500),
        format!("S_INTERSECTS(geometry, {}", "GEOMETRYCOLLECTION(".repeat(400)),
        format!("a LIKE '{}'", "%_".repeat(3_000)) + " OR",
        "'".repeat(7_999),
    ] {
        assert!(parse(&text).is_err(), "{}", &text[..40]);
    }
    let nested = format!("{}a = 1{}", "(".repeat(MOST_LEVELS), ")".repeat(MOST_LEVELS));
    assert!(parse(&nested).is_ok());
    let slow = parse(&format!("name LIKE '{}x'", "%a".repeat(3_000))).unwrap();
    assert_eq!(slow.holds(&Mill), Some(false));
}

/// Filters that are read when left alone, twisted; for how long, see `tests/fuzz.rs`.
#[test]
fn twisted_filters_are_read_or_refused() {
    let seeds = [
        "stage IN ('BUILDING', 'SIGNED') AND investment BETWEEN 1.5 AND 1e2 OR NOT name LIKE '河_%'",
        "S_INTERSECTS(geometry, POLYGON((115 34, 116 34, 116 35, 115 34))) AND zone IS NOT NULL",
        "T_DURING(\"from\", INTERVAL('2026-01-01', '..')) OR \"from\" >= DATE('2026-01-31') AND sample = TRUE",
        "S_WITHIN(geometry, GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(0 0, 1 1))) AND (size <> 12.5 OR size = -3)",
    ];
    let words = [
        "(",
        ")",
        "'",
        "''",
        "\"",
        ",",
        "..",
        "NOT ",
        " AND ",
        " OR ",
        "IN (",
        "NULL",
        "BBOX(1,2,3,4)",
        "POINT(1 2)",
        "1e308",
        "-",
        "EMPTY",
        "TIMESTAMP('2026-01-31T00:00:00Z')",
        "\\",
        "%",
        "河",
        "\0",
    ];
    bolero::check!().with_type::<Twist>().for_each(|twist| {
        let text = twist.of(twist.pick(&seeds).as_bytes(), &words);
        let Ok(text) = std::str::from_utf8(&text) else { return };
        let start = Instant::now();
        let Ok(expr) = parse(text) else { return };
        let written = expr.to_string();
        // Written out it has more brackets, and may be longer than what is read.
        match parse(&written) {
            Ok(again) => assert_eq!(again, expr, "{text}: {written}"),
            Err(wrong) => assert!(wrong.en.ends_with("at most") || written.len() > MOST_BYTES, "{text}: {wrong:?}"),
        }
        expr.holds(&Mill);
        assert!(start.elapsed() < Duration::from_secs(2), "{text} took {:?}", start.elapsed());
    });
}

fn operand() -> impl Strategy<Value = Operand> {
    prop_oneof![
        "[a-z\"' 河]{1,6}".prop_map(Operand::Property),
        "[a-z'\"% 河\\\\]{0,6}".prop_map(Operand::Text),
        any::<i32>().prop_map(|whole| Operand::Number(whole.into())),
        "-?[0-9]{1,5}\\.[0-9]{1,5}".prop_map(|text| Operand::Number(number(&text).unwrap())),
        any::<bool>().prop_map(Operand::Boolean),
        (1900i32..2100, 1u32..366).prop_map(|(year, day)| Operand::Date(NaiveDate::from_yo_opt(year, day).unwrap())),
    ]
}

fn end() -> impl Strategy<Value = Option<Operand>> {
    let day = (1900i32..2100, 1u32..366);
    let day = day.prop_map(|(year, day)| Operand::Date(NaiveDate::from_yo_opt(year, day).unwrap()));
    proptest::option::of(prop_oneof![day, "[a-z]{1,6}".prop_map(Operand::Property)])
}

fn expr() -> impl Strategy<Value = Expr> {
    let op = prop_oneof![Just(Op::Eq), Just(Op::Ne), Just(Op::Lt), Just(Op::Le), Just(Op::Gt), Just(Op::Ge)];
    let time = prop_oneof![
        Just(TimeOp::After),
        Just(TimeOp::Before),
        Just(TimeOp::During),
        Just(TimeOp::Intersects),
        Just(TimeOp::Equals)
    ];
    let area = (-180i32..180, -90i32..90).prop_map(|(x, y)| {
        let (x, y) = (f64::from(x), f64::from(y));
        Box::new(Geometry::Polygon(geo::Rect::new((x, y), (x + 0.5, y + 0.25)).to_polygon()))
    });
    let leaf = prop_oneof![
        (operand(), op, operand()).prop_map(|(a, op, b)| Expr::Compare(a, op, b)),
        (operand(), "[a-z%_'\\\\]{0,6}").prop_map(|(value, pattern)| Expr::Like(value, pattern)),
        (operand(), operand(), operand()).prop_map(|(a, b, c)| Expr::Between(a, b, c)),
        (operand(), proptest::collection::vec(operand(), 1..4)).prop_map(|(value, among)| Expr::In(value, among)),
        operand().prop_map(Expr::IsNull),
        area.prop_map(|area| Expr::Space(SpaceOp::Intersects, area)),
        (time, end(), end(), operand()).prop_map(|(op, from, to, at)| Expr::Time(
            op,
            Span::Interval(from, to),
            Span::At(at)
        )),
        any::<bool>().prop_map(Expr::Always),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::Or),
            inner.prop_map(|part| Expr::Not(Box::new(part))),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_or_refused(text in "[a-zA-Z0-9_'\"(),.<>=%\\\\ +\\-河]{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn words_in_any_order_are_read_or_refused(
        words in proptest::collection::vec(proptest::sample::select(vec![
            "AND", "OR", "NOT", "IS", "NULL", "IN", "BETWEEN", "LIKE", "(", ")", ",", "=", "<>", "a", "'t'", "1", "DATE", "INTERVAL",
            "S_INTERSECTS", "geometry", "POINT", "POLYGON", "BBOX", "T_AFTER", "TRUE", "EMPTY", "Z",
        ]), 0..30)
    ) {
        if let Ok(expr) = parse(&words.join(" ")) {
            let _ = expr.holds(&Mill);
        }
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same(expr in expr()) {
        let text = expr.to_string();
        prop_assume!(text.len() <= MOST_BYTES);
        match parse(&text) {
            Ok(read) => prop_assert_eq!(read, expr, "{}", text),
            Err(wrong) => prop_assert!(wrong.en.contains("levels"), "{}: {}", text, wrong.en),
        }
    }
}
