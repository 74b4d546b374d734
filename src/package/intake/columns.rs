//! What stands above the figures: a few lines about the document, then the row of headings.

use std::collections::BTreeMap;

use super::Given;
use super::catalogue::Catalogue;
use super::grid::{Grid, Line, Value, fold};
use super::value;
use crate::domain::{Accumulation, Unit};
use crate::package::problem::Fault;

/// Lines in which the headings are looked for.
const MOST_LINES: usize = 40;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    Place,
    Period,
    /// The indicator of the row, in a table with one figure a row.
    Indicator,
    Value,
    Unit,
    Accumulation,
    Status,
    Note,
    /// Running numbers and the like.
    Ignored,
    /// Values of one indicator.
    Measure {
        indicator: usize,
        unit: &'static Unit,
        accumulation: Accumulation,
    },
}

/// A column that is read.
#[derive(Debug)]
pub(super) struct Column {
    pub at: usize,
    pub heading: String,
    pub meaning: Meaning,
}

/// What the lines above the headings say, by key.
pub(super) type Block = BTreeMap<&'static str, Said>;

/// A value of the block and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub value: Value,
    pub row: usize,
    pub column: usize,
}

/// The head of a table.
#[derive(Debug)]
pub(super) struct Head {
    pub block: Block,
    pub columns: Vec<Column>,
    /// Index of the first line below the headings.
    pub body: usize,
}

/// Words by which a column is known.
const HEADINGS: &[(Meaning, &[&str])] = &[
    (
        Meaning::Place,
        &[
            "地方",
            "地区",
            "区域",
            "对象",
            "单位名称",
            "县区",
            "县(市、区)",
            "开发区",
            "place",
            "subject",
            "region",
            "zone",
            "cluster",
        ],
    ),
    (Meaning::Period, &["时期", "报告期", "期间", "时间", "period", "date"]),
    (Meaning::Indicator, &["指标", "指标名称", "indicator"]),
    (Meaning::Value, &["数值", "数据", "值", "value"]),
    (Meaning::Unit, &["单位", "计量单位", "unit"]),
    (Meaning::Accumulation, &["累计方式", "口径期", "accumulation"]),
    (Meaning::Status, &["状态", "数据状态", "status"]),
    (Meaning::Note, &["备注", "说明", "note"]),
    (Meaning::Ignored, &["序号", "no.", "#"]),
];

/// Words by which a line of the block is known.
const LABELS: &[(&str, &[&str])] = &[
    ("document", &["来源代码", "文件代码", "document"]),
    ("title", &["标题", "文件标题", "来源标题", "title"]),
    ("issuer", &["发布单位", "填报单位", "issuer"]),
    ("date", &["发布日期", "填报日期", "日期", "date"]),
    ("status", &["数据状态", "status"]),
    ("sample", &["示例", "sample"]),
    ("period", &["报告期", "时期", "period"]),
    ("place", &["地方", "填报地区", "place"]),
    ("unit", &["单位", "计量单位", "unit"]),
];

fn heading(text: &str) -> Option<Meaning> {
    let word = fold(text).to_lowercase();
    let word = word.trim_end_matches(['*', ':']).replace(' ', "");
    HEADINGS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(meaning, _)| *meaning)
}

fn label(text: &str) -> Option<&'static str> {
    let word = text.trim_end_matches([':', '*']).trim().to_lowercase().replace(' ', "");
    LABELS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(key, _)| *key)
}

/// Finds the headings and reads them and what is above them; without headings there is nothing to read.
pub(super) fn read(grid: &mut Grid, catalogue: &Catalogue, given: &Given) -> Option<Head> {
    let at = grid.lines.iter().take(MOST_LINES).position(|line| is_head(line, catalogue)).or_else(|| {
        // Headings of which no column is known are better said to be unknown than not to be there.
        let two = |line: &Line| line.cells.iter().filter(|cell| heading(&cell.words()).is_some()).count() >= 2;
        grid.lines.iter().take(MOST_LINES).position(two)
    });
    let Some(at) = at else {
        grid.report_whole(Fault::new("no-header", "", "地方 · 时期 · 指标…").say(
            "找不到表头:须有“地方”“时期”列和指标列(可用 --template 生成模板)。",
            "There are no headings: the table needs columns for place, period and indicators (--template makes one).",
        ));
        return None;
    };
    let block = block(&grid.lines[..at]);
    let unit = block.get("unit").map(|said| (said.value.words(), said.row, said.column));
    let mut columns = Vec::new();
    let (row, cells) = (grid.lines[at].number, grid.lines[at].cells.clone());
    let mut unit_used = unit.is_none();
    for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        let text = cell.words();
        match heading(&text).map_or_else(|| measure(&text, catalogue, unit.as_ref().map(|unit| unit.0.as_str())), Ok) {
            Ok(meaning) => {
                unit_used |= matches!(meaning, Meaning::Measure { .. } | Meaning::Unit | Meaning::Value);
                let twice = columns.iter().any(|other: &Column| other.meaning == meaning);
                if twice && meaning != Meaning::Ignored {
                    grid.report(row, column, "", twice_fault(&text));
                } else {
                    columns.push(Column { at: column, heading: text, meaning });
                }
            }
            Err(fault) => grid.report(row, column, "", fault),
        }
    }
    if let (false, Some((text, row, column))) = (unit_used, unit) {
        grid.report(row, column, "", Fault::new("unit", text, "").say("没有适用的列。", "It applies to no column."));
    }
    merged(grid, row, &columns);
    complete(grid, row, &columns, &block, given).then_some(Head { block, columns, body: at + 1 })
}

fn is_head(line: &Line, catalogue: &Catalogue) -> bool {
    let meanings: Vec<Meaning> = line.cells.iter().filter_map(|cell| heading(&cell.words())).collect();
    let has = |meaning| meanings.contains(&meaning);
    let long = has(Meaning::Indicator) && has(Meaning::Value);
    let measured = || {
        let texts = line.cells.iter().map(Value::words).filter(|text| !text.is_empty() && heading(text).is_none());
        texts.into_iter().any(|text| measure(&text, catalogue, None).is_ok())
    };
    long || ((has(Meaning::Place) || has(Meaning::Period)) && measured())
}

fn twice_fault(text: &str) -> Fault {
    Fault::new("duplicate-column", text, format!("{text} ×1"))
        .say("列重复:只保留一列。", "The column stands twice: keep one.")
}

/// The indicator of a heading: `name`, `name(unit, accumulation)`, either with `[code]` behind.
fn measure(text: &str, catalogue: &Catalogue, general: Option<&str>) -> Result<Meaning, Fault> {
    let (bare, code) = match text.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) {
        Some((bare, code)) => (bare.trim(), Some(code)),
        None => (text, None),
    };
    let parts = bare.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let whole = catalogue.indicator(code.unwrap_or(bare));
    let (indicator, inside) = match (whole, parts) {
        (Ok(found), Some((_, inside))) if code.is_some() => (found, inside),
        (Ok(found), _) => (found, ""),
        (Err(_), Some((name, inside))) if code.is_none() => (catalogue.indicator(name.trim())?, inside),
        (Err(fault), _) => return Err(fault),
    };
    let known = &catalogue.indicators[indicator];
    let (mut unit, mut accumulation) = (None, known.accumulation);
    for part in inside.split([',', '、', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        if let Some(found) = value::unit_of(part, known.unit) {
            unit = Some(found);
        } else if let Some(found) = value::accumulation(part) {
            accumulation = found;
        } else {
            return Err(unit_fault(part, known.unit));
        }
    }
    // A unit for the whole table holds where it can: rates keep their own.
    let general = general.and_then(|text| value::unit_of(text, known.unit));
    Ok(Meaning::Measure { indicator, unit: unit.or(general).unwrap_or(known.unit), accumulation })
}

pub(super) fn unit_fault(found: &str, unit: &Unit) -> Fault {
    Fault::new("unit-mismatch", found, format!("{} ({})", unit.symbol, unit.code)).say(
        "不是该指标可用的单位或累计方式。",
        "This is neither a unit of what the indicator measures nor a word for how it accumulates.",
    )
}

fn block(lines: &[Line]) -> Block {
    let mut block = Block::new();
    for line in lines {
        let mut cells = line.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).peekable();
        while let Some((at, cell)) = cells.next() {
            let words = cell.words();
            let inline = words.split_once(':').filter(|(_, value)| !value.trim().is_empty());
            let said = match (label(&words), inline) {
                (Some(key), _) => {
                    // A label right of a label says nothing, and a hint of the template is no answer.
                    let answers = |words: &str| label(words).is_none() && !words.starts_with('←');
                    let next = cells.peek().filter(|(_, next)| answers(&next.words())).copied();
                    next.map(|(column, value)| (key, column, value.clone()))
                }
                (None, Some((name, value))) => label(name).map(|key| (key, at, Value::Text(value.trim().into()))),
                _ => None,
            };
            if let Some((key, column, value)) = said {
                block.entry(key).or_insert(Said { value, row: line.number, column });
            }
        }
    }
    block
}

/// Merged cells at or below the headings leave cells of which it is not said what they hold.
fn merged(grid: &mut Grid, row: usize, columns: &[Column]) {
    let last = columns.iter().map(|column| column.at).max().unwrap_or(0);
    for range in grid.merged.clone() {
        if range.rows.1 + 1 >= row && range.columns.0 <= last {
            let name = |row: usize, column: usize| format!("{}{}", super::grid::letters(column), row + 1);
            let found = format!("{}:{}", name(range.rows.0, range.columns.0), name(range.rows.1, range.columns.1));
            let fault = Fault::new("merged", found, "")
                .say("合并单元格:请取消合并,每格各填其值。", "These cells are merged: unmerge them and fill each.");
            grid.report(range.rows.0 + 1, range.columns.0, "", fault);
        }
    }
}

/// Whether everything that a figure needs is said by a column, by the block or on the command line.
fn complete(grid: &mut Grid, row: usize, columns: &[Column], block: &Block, given: &Given) -> bool {
    let has = |meaning: Meaning| columns.iter().any(|column| column.meaning == meaning);
    let measures = columns.iter().any(|column| matches!(column.meaning, Meaning::Measure { .. }));
    let long = has(Meaning::Indicator);
    let lacks = [
        (!has(Meaning::Place) && !block.contains_key("place") && given.place.is_none(), "地方 place"),
        (!has(Meaning::Period) && !block.contains_key("period") && given.period.is_none(), "时期 period"),
        (long && !has(Meaning::Value), "数值 value"),
        (!long && !measures && grid.problems.is_empty(), "指标 indicator"),
    ];
    let mut complete = true;
    for (_, name) in lacks.iter().filter(|(lacking, _)| *lacking) {
        complete = false;
        let fault = Fault::new("missing-column", "", *name).say(
            "缺少这一列(地方、时期也可写在表头上方或用选项给出)。",
            "The column is missing (place and period may stand above the headings or in options instead).",
        );
        grid.report(row, 0, "", fault);
    }
    if long && measures {
        complete = false;
        let fault = Fault::new("mixed-form", "", "").say(
            "既有“指标”列又有以指标为名的列:只用其中一种。",
            "There is a column «indicator» and there are columns named after indicators: use one form.",
        );
        grid.report(row, 0, "", fault);
    }
    complete
}
