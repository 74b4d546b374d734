//! Which tasks, and in what order.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{ID, InputObject, OneofObject};
use futures_util::future::BoxFuture;

use super::assessment::{self, Light};
use super::connection::{Connection, Edge, Paging};
use super::fault::Fault;
use super::filter::{StringFilter, Test, open_all};
use super::task::{Task, TaskKind};
use super::unit::UnitRole;
use super::view::View;
use super::words::Direction;
use crate::assess;
use crate::domain::{self, Decimal, EntityId};

/// 对任务的筛选，各条件同时成立。
/// Which tasks; all conditions together.
#[derive(Debug, Clone, InputObject)]
pub struct TaskFilter {
    /// 全部成立。
    /// All of these hold.
    pub and: Option<Vec<TaskFilter>>,
    /// 至少一项成立。
    /// At least one of these holds.
    pub or: Option<Vec<TaskFilter>>,
    /// 不成立。
    /// This does not hold.
    pub not: Option<Box<TaskFilter>>,
    /// 序号为其中之一。
    /// Its number is one of these.
    pub number: Option<Vec<i32>>,
    /// 时间写法为其中之一。
    /// Says when in one of these ways.
    pub kind: Option<Vec<TaskKind>>,
    /// 对应的正文条目或其上级为其中之一（代码，可省去规划部分，如 'S2.1'）。
    /// The section that says the same, or one above it, is one of these (codes; the plan's part may be left out: 'S2.1').
    pub section: Option<Vec<String>>,
    /// 由该单位（代码）承担。
    /// This unit (its code) has a part in it.
    pub unit: Option<ID>,
    /// 该单位的角色为其中之一；未给单位时，任一单位。
    /// The unit's part is one of these; any unit's when no unit is given.
    pub role: Option<Vec<UnitRole>>,
    /// 灯为其中之一，以所读之日为准。
    /// Its light is one of these, on the day of the reading.
    pub light: Option<Vec<Light>>,
    /// 对标题（中、英文）的条件。
    /// Conditions on the title, in either language.
    pub text: Option<StringFilter>,
}

impl TaskFilter {
    /// The condition, with the lights that it needs.
    ///
    /// # Errors
    /// [`Fault`] when the database fails.
    pub fn open<'a>(&'a self, view: &'a View) -> BoxFuture<'a, Result<Test<domain::Task>, Fault>> {
        Box::pin(async move {
            let all = open_all(self.and.as_deref(), |filter| filter.open(view)).await?;
            let any = open_all(self.or.as_deref(), |filter| filter.open(view)).await?;
            let none = open_all(self.not.as_deref().map(std::slice::from_ref), |filter| filter.open(view)).await?;
            let lights = match &self.light {
                Some(_) => assessment::of_tasks(view).await?,
                None => HashMap::new(),
            };
            let own = self.clone();
            let test: Test<domain::Task> = Box::new(move |task| {
                let lit = |wanted: &Vec<Light>| {
                    lights.get(&task.id).is_some_and(|standing| wanted.contains(&standing.light.into()))
                };
                own.says(task)
                    && own.light.as_ref().is_none_or(lit)
                    && all.iter().all(|test| test(task))
                    && (own.or.is_none() || any.iter().any(|test| test(task)))
                    && !none.iter().any(|test| test(task))
            });
            Ok(test)
        })
    }

    /// Whether the text of a task meets it.
    fn says(&self, task: &domain::Task) -> bool {
        let lies_in = |wanted: &String| {
            let Some(section) = &task.section else { return false };
            let short = section.rsplit('/').next().unwrap_or(section);
            [section.as_str(), short].iter().any(|code| {
                code.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        let does = |part: &domain::TaskUnit| {
            self.unit.as_ref().is_none_or(|unit| part.unit == unit.as_str())
                && self.role.as_ref().is_none_or(|roles| roles.contains(&part.role.into()))
        };
        let titled = |text: &StringFilter| {
            text.holds(&task.title.zh) || task.title.en.as_ref().is_some_and(|title| text.holds(title))
        };
        self.number
            .as_ref()
            .is_none_or(|numbers| i32::try_from(task.number).is_ok_and(|number| numbers.contains(&number)))
            && self.kind.as_ref().is_none_or(|kinds| kinds.contains(&task.kind.into()))
            && self.section.as_ref().is_none_or(|sections| sections.iter().any(lies_in))
            && ((self.unit.is_none() && self.role.is_none()) || task.units.iter().any(does))
            && self.text.as_ref().is_none_or(titled)
    }
}

/// 任务的排序依据，恰取其一；相同者依序号。
/// What tasks are ordered by; exactly one. Equals keep the order of their numbers.
#[derive(Debug, Clone, Copy, OneofObject)]
pub enum TaskOrder {
    /// 按序号。
    /// By number.
    Number(Direction),
    /// 按灯，由好到差：完成、绿、未到期、无数据、黄、红；DESC 由差到好。不可计量的总在最后。
    /// By light, from best to worst: DONE, GREEN, NOT_DUE, NO_DATA, AMBER, RED; DESC the other way. Those not measurable
    /// always come last.
    Light(Direction),
    /// 按所差占应达数的比例（取决定其灯的目标），达到者为零；无从比较的总在最后。
    /// By the share of what was due that is missing, of the target that decides its light; zero for what is reached. Those
    /// that cannot be compared always come last.
    Gap(Direction),
}

/// The place of a light from best to worst; none for what is never computed.
const fn rank(light: assess::Light) -> Option<u8> {
    Some(match light {
        assess::Light::Done => 0,
        assess::Light::Green => 1,
        assess::Light::NotDue => 2,
        assess::Light::NoData => 3,
        assess::Light::Amber => 4,
        assess::Light::Red => 5,
        assess::Light::NotMeasurable => return None,
    })
}

/// Compares keys in a direction; what has none comes last either way.
fn directed<K: Ord>(a: Option<K>, b: Option<K>, direction: Direction) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if direction == Direction::Desc => Reverse(a).cmp(&Reverse(b)),
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

/// A page of tasks, given in the order of their numbers.
///
/// # Errors
/// [`Fault`] when the paging is wrong, more than one order is given, or lights cannot be given.
pub async fn page_of_tasks(
    view: &View,
    mut rows: Vec<Arc<domain::Task>>,
    filter: Option<&TaskFilter>,
    order_by: Option<&[TaskOrder]>,
    paging: &Paging,
) -> Result<Connection<Edge<Task>>, Fault> {
    if let Some(filter) = filter {
        let test = filter.open(view).await?;
        rows.retain(|row| test(row));
    }
    match order_by {
        None | Some([]) | Some([TaskOrder::Number(Direction::Asc)]) => {}
        Some([TaskOrder::Number(Direction::Desc)]) => rows.reverse(),
        Some([TaskOrder::Light(direction)]) => {
            let lights = assessment::of_tasks(view).await?;
            let key = |id: EntityId| lights.get(&id).and_then(|standing| rank(standing.light));
            rows.sort_by(|a, b| directed(key(a.id), key(b.id), *direction));
        }
        Some([TaskOrder::Gap(direction)]) => {
            let lights = assessment::of_tasks(view).await?;
            let key = |id: EntityId| -> Option<Decimal> { lights.get(&id)?.missing };
            rows.sort_by(|a, b| directed(key(a.id), key(b.id), *direction));
        }
        Some(_) => return Err(Fault::argument("orderBy", "至多一项", "one at most")),
    }
    Connection::of(&rows, paging, |row| row.code.clone(), |row, cursor| Edge::new(cursor, Task::new(view, row)))
}
