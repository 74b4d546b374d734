//! The pages of a query at one pinned state: short questions, one after another, as many as the rows take.

use std::time::Duration;

use async_graphql::parser::types::Field;
use async_graphql::{ServerError, Value, Variables};

use super::flat::{extra, item, leaf, set_argument};
use super::shape::{EVERYTHING, Paged, Shape, whole};
use super::tree::EXTRA;
use crate::graphql::{Fault, MOST, Pin, too_dear};
use crate::http::gate::{Asked, Gate, Room, WAIT};

/// Rows with outlines on a page at most: one may have thousands of corners.
const OUTLINES: usize = 50;
/// What a page of several items may cost, so that many files at a time take little memory.
const BUDGET: u64 = MOST / 10;
/// How long a file that is under way waits for room.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A page.
pub struct Page {
    /// Its data.
    pub data: Value,
    /// The room that it takes.
    pub room: Room,
}

/// Why there is no page.
#[derive(Debug)]
pub enum Failure {
    /// The question was refused, or a field of it failed.
    Answer(Vec<ServerError>),
    /// The rows cannot be given whole.
    Fault(Fault),
    /// The client went away.
    Gone,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Where the reading of a query stands.
pub struct Pages<'a> {
    gate: &'a Gate,
    pin: &'a Pin,
    shape: &'a Shape,
    variables: &'a Variables,
    stand: Stand,
    patience: Duration,
}

/// How far the reading has come.
pub struct Stand {
    /// Items on a page.
    size: usize,
    /// Cursor of the last item read; none before the first page.
    after: Option<Value>,
    /// Items still wanted; all when none.
    left: Option<usize>,
    done: bool,
}

impl<'a> Pages<'a> {
    /// Before the first page.
    pub fn new(gate: &'a Gate, pin: &'a Pin, shape: &'a Shape, variables: &'a Variables) -> Self {
        let outlines = shape.geometry.iter().any(|geometry| geometry.point.is_none());
        let left = shape.paged.as_ref().and_then(|paged| paged.limit);
        let size = if outlines { OUTLINES } else { EVERYTHING };
        let stand = Stand { size, after: None, left, done: false };
        Self { gate, pin, shape, variables, stand, patience: WAIT }
    }

    /// From after a cursor on, some items at most.
    #[must_use]
    pub fn from(mut self, after: Option<&str>, most: Option<usize>) -> Self {
        self.stand.after = after.map(Value::from);
        self.stand.left = most;
        self
    }

    /// Where the reading stands, to be gone on with.
    pub fn stand(self) -> Stand {
        self.stand
    }

    /// Goes on from there. What is under way waits for room longer than what has not begun.
    pub fn go_on(&mut self, stand: Stand) {
        self.stand = stand;
        self.patience = PATIENCE;
    }

    /// The next page; none when there is no more.
    ///
    /// # Errors
    /// [`Failure`] when the question is refused, a field fails, or a list inside the rows is cut short.
    pub async fn next(&mut self) -> Result<Option<Page>, Failure> {
        if self.stand.done {
            return Ok(None);
        }
        let Some(paged) = &self.shape.paged else {
            self.stand.done = true;
            let page = self.ask(&Ask::All, MOST).await?;
            self.whole(&page.data)?;
            return Ok(Some(page));
        };
        let page = loop {
            let first = self.stand.left.unwrap_or(usize::MAX).min(self.stand.size);
            let budget = if first > 1 { BUDGET } else { MOST };
            match self.ask(&Ask::Page(paged, first, self.stand.after.clone()), budget).await {
                Err(Failure::Answer(errors)) if self.stand.size > 1 && errors.iter().any(too_dear) => {
                    self.stand.size = self.stand.size.min(first) / 2
                }
                answer => break answer?,
            }
            self.stand.size = self.stand.size.max(1);
        };
        self.whole(&page.data)?;
        let first = self.stand.left.unwrap_or(usize::MAX).min(self.stand.size);
        self.stand.left = self.stand.left.map(|left| left - first);
        match page_info(&page.data, &paged.path) {
            Some((true, Some(cursor))) if self.stand.left != Some(0) => self.stand.after = Some(cursor.clone()),
            _ => self.stand.done = true,
        }
        Ok(Some(page))
    }

    /// How many rows there will be, when the list tells without being read.
    ///
    /// # Errors
    /// [`Failure`] when the question is refused.
    pub async fn total(&self) -> Result<Option<usize>, Failure> {
        let Some(paged) = self.shape.paged.as_ref().filter(|paged| paged.counts && self.shape.flat_rows) else {
            return Ok(None);
        };
        let Page { data, .. } = self.ask(&Ask::Count(paged), MOST).await?;
        let Some(Value::Object(page)) = find(&data, &paged.path) else { return Ok(Some(0)) };
        let total = match page.get(format!("{EXTRA}total").as_str()) {
            Some(Value::Number(number)) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
            _ => None,
        };
        Ok(total.map(|total| paged.limit.map_or(total, |limit| limit.min(total))))
    }

    async fn ask(&self, ask: &Ask<'_>, budget: u64) -> Result<Page, Failure> {
        let mut flat = self.shape.flat.clone();
        let page_info = || {
            let fields = vec![leaf("hasNextPage"), leaf("endCursor")];
            item(extra(&format!("{EXTRA}page"), "pageInfo", fields))
        };
        let paged = match ask {
            Ask::All => None,
            Ask::Page(paged, ..) | Ask::Count(paged) => Some(*paged),
        };
        if let Some(paged) = paged {
            flat.at(&paged.path, &mut |field: &mut Field| {
                let set = &mut field.selection_set.node.items;
                match ask {
                    Ask::Count(_) => {
                        set.push(item(extra(&format!("{EXTRA}total"), "totalCount", Vec::new())));
                        set_argument(field, "first", whole(0));
                    }
                    Ask::Page(_, first, after) => {
                        set.push(page_info());
                        set_argument(field, "first", whole(*first));
                        if let Some(after) = after {
                            set_argument(field, "after", after.clone().into_value());
                        }
                    }
                    Ask::All => {}
                }
            });
        }
        for inner in &self.shape.inner {
            flat.at(&inner.path, &mut |field: &mut Field| {
                field.selection_set.node.items.push(page_info());
                if inner.limit.is_none() && field.get_argument("first").is_none() {
                    set_argument(field, "first", whole(EVERYTHING));
                }
            });
        }
        let (document, operation) = (flat.document(), flat.name().map(str::to_owned));
        let asked = Asked { document, operation, variables: self.variables.clone() };
        let (answer, room) = self.gate.ask(self.pin, asked, budget, self.patience).await?;
        if answer.errors.is_empty() {
            Ok(Page { data: answer.data, room })
        } else {
            Err(Failure::Answer(answer.errors))
        }
    }

    /// Every list inside the paged one must have come whole, or to the number that was asked for.
    fn whole(&self, data: &Value) -> Result<(), Failure> {
        for inner in self.shape.inner.iter().filter(|inner| inner.limit.is_none()) {
            let mut cut = false;
            each(data, &inner.path, &mut |connection| {
                cut |= matches!(page_of(connection), Some((true, _)));
            });
            if cut {
                return Err(Fault::cut_short(&inner.path.join(".")).into());
            }
        }
        Ok(())
    }
}

/// A question.
enum Ask<'a> {
    /// What is not paged.
    All,
    /// So many items after a cursor.
    Page(&'a Paged, usize, Option<Value>),
    /// How many there are.
    Count(&'a Paged),
}

fn find<'a>(data: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(data, |value, key| match value {
        Value::Object(fields) => fields.get(key.as_str()),
        _ => None,
    })
}

fn each<'a>(value: &'a Value, path: &[String], act: &mut impl FnMut(&'a Value)) {
    match (path.split_first(), value) {
        (_, Value::List(items)) => items.iter().for_each(|item| each(item, path, act)),
        (None, _) => act(value),
        (Some((first, rest)), Value::Object(fields)) => {
            if let Some(below) = fields.get(first.as_str()) {
                each(below, rest, act);
            }
        }
        _ => {}
    }
}

fn page_info<'a>(data: &'a Value, path: &[String]) -> Option<(bool, Option<&'a Value>)> {
    page_of(find(data, path)?)
}

/// Whether more follows, and the cursor to go on from.
fn page_of(connection: &Value) -> Option<(bool, Option<&Value>)> {
    let Value::Object(connection) = connection else { return None };
    let Value::Object(page) = connection.get(format!("{EXTRA}page").as_str())? else { return None };
    let more = page.get("hasNextPage") == Some(&Value::Boolean(true));
    Some((more, page.get("endCursor").filter(|cursor| **cursor != Value::Null)))
}
