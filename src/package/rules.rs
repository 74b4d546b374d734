//! What the cells of a row, or rows that point to each other, must agree on.

use std::collections::HashSet;

use super::index::{Index, is_plan_scoped};
use super::problem::{Fault, Report};
use super::sheet::Line;
use crate::domain::{Cell, ObservationStatus, PeriodCode, Record, Reference};

/// Decimals of a coordinate: 1e-7 degree is a centimetre, and what storage keeps.
pub(super) const COORDINATE_DECIMALS: u32 = 7;

/// A rule names the column and what is wrong with it.
type Broken = Option<(&'static str, Fault)>;

/// Checks what a row must agree on, within itself and with those that it points to.
pub(super) fn check(line: &Line, index: &Index, report: &mut Report) {
    let table = line.record.table;
    let mut rule = |broken: Broken| {
        if let Some((column, fault)) = broken {
            report(column, fault);
        }
    };
    if table.position("lon").is_some() {
        rule(point(line));
    }
    match table.name {
        "observations" => rule(value_or_status(line)),
        "plans" => {
            rule(in_order(line, "from", "to"));
            rule(time_zone(line));
        }
        "footprints" | "units" => rule(in_order(line, "valid_from", "valid_to")),
        "register_entries" => rule(in_order(line, "recognised_on", "expires_on")),
        "milestones" => rule(within_plan(line, index)),
        "indicators" => rule(applies_to(line)),
        "zone_lineage" => rule(own_successor(line)),
        "mechanisms" => rule(home_without_kind(line)),
        _ => {}
    }
    for column in ["parent", "supersedes", "successor", "part_of", "same_as"] {
        rule(circle(line, column, index));
    }
}

fn point(line: &Line) -> Broken {
    if !line.were_read(&["lon", "lat"]) {
        return None;
    }
    let (lon, lat) = (line.record.cell("lon"), line.record.cell("lat"));
    let missing = match (lon, lat) {
        (Cell::Null, Cell::Decimal(_)) => Some("lon"),
        (Cell::Decimal(_), Cell::Null) => Some("lat"),
        _ => None,
    };
    if let Some(column) = missing {
        let fault = Fault::new("half-pair", "", "lon + lat").say(
            "经度与纬度须同时填写或同时留空。",
            "Longitude and latitude are filled together or left empty together.",
        );
        return Some((column, fault));
    }
    [("lon", lon), ("lat", lat)].into_iter().find_map(|(column, cell)| {
        let Cell::Decimal(degrees) = cell else { return None };
        let rounded = degrees.round_dp(COORDINATE_DECIMALS).normalize();
        (degrees.scale() > COORDINATE_DECIMALS).then(|| {
            let fault = Fault::new("coordinate-decimals", degrees.to_string(), rounded.to_string())
                .say("经纬度最多七位小数。", "Coordinates have at most seven decimals.");
            (column, fault)
        })
    })
}

/// Absent is not zero: a value stands exactly where the status does not say why there is none.
fn value_or_status(line: &Line) -> Broken {
    if !line.were_read(&["value", "status"]) {
        return None;
    }
    let status = line.record.text("status").and_then(ObservationStatus::from_word)?;
    let absent =
        matches!(status, ObservationStatus::Missing | ObservationStatus::NotYetDue | ObservationStatus::Suppressed);
    let value = line.record.cell("value");
    match (value, absent) {
        (Cell::Null, false) => {
            let fault = Fault::new("value-missing", "", "MISSING · NOT_YET_DUE · SUPPRESSED").say(
                format!("状态为 {} 却没有数值:填写数值,或在 status 中说明为何没有。", status.word()),
                format!("The status is {} but there is no value: fill it in, or say in `status` why.", status.word()),
            );
            Some(("value", fault))
        }
        (Cell::Null, true) | (_, false) => None,
        (value, true) => {
            let fault = Fault::new("value-unexpected", value.csv(), "").say(
                format!("状态为 {},不应有数值:删去数值或改正状态。", status.word()),
                format!("The status is {}, so there can be no value: remove it, or correct the status.", status.word()),
            );
            Some(("value", fault))
        }
    }
}

/// The second of two periods or dates does not come before the first.
fn in_order(line: &Line, first: &'static str, second: &'static str) -> Broken {
    let (from, to) = (line.record.text(first)?, line.record.text(second)?);
    let backwards = match (from.parse::<PeriodCode>(), to.parse::<PeriodCode>()) {
        (Ok(a), Ok(b)) => b.end() < a.start(),
        // Dates, whose text sorts as they do.
        _ => to < from,
    };
    backwards.then(|| {
        let fault = Fault::new("order", to, format!("≥ {from}"))
            .say(format!("{second} 早于 {first}。"), format!("`{second}` lies before `{first}`."));
        (second, fault)
    })
}

fn time_zone(line: &Line) -> Broken {
    let name = line.record.text("time_zone")?;
    name.parse::<chrono_tz::Tz>().is_err().then(|| {
        let fault = Fault::new("time-zone", name, "Asia/Shanghai")
            .say("不是 IANA 时区名。", "This is no time zone of the IANA list.");
        ("time_zone", fault)
    })
}

fn within_plan(line: &Line, index: &Index) -> Broken {
    let period = line.record.text("period")?.parse::<PeriodCode>().ok()?;
    let plan = index.row("plans", line.record.text("plan")?)?;
    let (from, to) = (plan.text("from")?, plan.text("to")?);
    let (start, end) = (from.parse::<PeriodCode>().ok()?.start(), to.parse::<PeriodCode>().ok()?.end());
    (period.start() < start || period.end() > end).then(|| {
        let fault = Fault::new("outside-plan", period.to_string(), format!("{from} … {to}"))
            .say("年度节点不在规划期内。", "The milestone lies outside the period of its plan.");
        ("period", fault)
    })
}

/// Kinds of things that a figure can be about, as the schema of observations lists them.
fn applies_to(line: &Line) -> Broken {
    let Cell::List(items) = line.record.cell("applies_to") else { return None };
    let observations = crate::domain::table("observations")?;
    let words = &observations.fields[observations.position("subject_kind")?].words;
    let wrong = items.iter().find(|item| !words.contains(&&***item))?;
    let fault = Fault::new("enum", &**wrong, words.join(" · "))
        .say("适用对象只能是所列的种类。", "An indicator applies to the kinds listed.");
    Some(("applies_to", fault))
}

fn own_successor(line: &Line) -> Broken {
    let zone = line.record.text("predecessor")?;
    (line.record.text("successor") == Some(zone)).then(|| {
        let fault = Fault::new("circle", zone, format!("≠ {zone}"))
            .say("开发区不能是自己的后继。", "A zone cannot succeed itself.");
        ("successor", fault)
    })
}

fn home_without_kind(line: &Line) -> Broken {
    let lacks = line.were_read(&["home_kind"]) && *line.record.cell("home_kind") == Cell::Null;
    (lacks && *line.record.cell("home") != Cell::Null).then(|| {
        let fault = Fault::new("half-pair", "", "home_kind + home")
            .say("填写了 home,须写明 home_kind。", "`home` is filled, so `home_kind` must say what it names.");
        ("home_kind", fault)
    })
}

/// Follows a reference within one table: whoever comes back to where it started stands in a circle.
fn circle(line: &Line, column: &str, index: &Index) -> Broken {
    let table = line.record.table;
    let field = table.fields.iter().find(|field| field.name == column)?;
    let own = field.reference == Some(Reference::Table(table.name));
    let found = line.record.text(column).filter(|_| own)?;
    let start = line.key()?;
    let scoped = is_plan_scoped(table.name);
    let next = |row: &Record| match (row.text(column), row.text("plan")) {
        (Some(code), Some(plan)) if scoped => Some(format!("{plan}/{code}")),
        (code, _) => code.filter(|_| !scoped).map(str::to_owned),
    };
    let mut seen = HashSet::new();
    let mut key = next(&line.record)?;
    while key != start {
        let row = index.row(table.name, &key)?;
        if !seen.insert(key) {
            return None;
        }
        key = next(&row)?;
    }
    let fault = Fault::new("circle", found, format!("≠ … → {start}"))
        .say("引用绕回了自身。", "Following this column leads back to the row itself.");
    Some((field.name, fault))
}
