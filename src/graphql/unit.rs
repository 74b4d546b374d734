//! Responsible units and their parts in tasks.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::connection::{Connection, Edge, MOST_IN_MEMORY, Paging};
use super::document::SourcedFields;
use super::fault::Fault;
use super::node::NodeFields;
use super::ready::{self, Ask, Ready, Write};
use super::region::Region;
use super::scalars::Date;
use super::subject::identity;
use super::task::Task;
use super::view::View;
use super::words::Lang;
use crate::domain;

/// 责任单位在任务中的角色。
/// Part of a unit in a task.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::UnitRole")]
pub enum UnitRole {
    /// 牵头。
    /// Leads.
    Lead,
    /// 配合。
    /// Supports.
    Support,
    /// 负责。
    /// Is responsible.
    Responsible,
    /// 按职责分工负责。
    /// Is responsible according to its duties.
    ByDuty,
    /// 原文未写角色。
    /// The text gives no role word.
    Unspecified,
}

/// 责任单位的种类。
/// What a unit is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::UnitKind")]
pub enum UnitKind {
    /// 政府部门。
    /// Department of a government.
    Department,
    /// 党委机构。
    /// Body of the Party.
    PartyBody,
    /// 人民政府。
    /// People's government.
    Government,
    /// 管委会。
    /// Administrative committee.
    Committee,
    /// 若干单位的合称。
    /// Several units under one name.
    Collective,
    /// 其他。
    /// Something else.
    Other,
}

/// A unit.
#[derive(Clone)]
pub struct ResponsibleUnit {
    view: View,
    row: Arc<domain::ResponsibleUnit>,
}

impl ResponsibleUnit {
    /// A unit read in a view.
    pub fn new(view: &View, row: &Arc<domain::ResponsibleUnit>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }

    /// The unit of a code.
    pub fn of_code(view: &View, code: &str) -> Option<Self> {
        view.atlas().units.code(code).map(|row| Self::new(view, row))
    }
}

impl Ready for ResponsibleUnit {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "kind" => ready::word(|one: &Self| Some(UnitKind::from(one.row.kind))),
            _ => identity(asked, "ResponsibleUnit", |one| (one.view.clone(), one.row.id.0), |one| &*one.row),
        }
    }
}

/// 责任单位：同一单位可以有多种写法。
/// A responsible unit: one unit, many spellings.
#[Object]
impl ResponsibleUnit {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "ResponsibleUnit", self.row.id)
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.row.citations)
    }

    /// 稳定代码。
    /// Stable code.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// 名称；没有英文名时返回中文。
    /// Name; where there is no English one, the Chinese one.
    async fn name(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.row.name)
    }

    /// 种类。
    /// What it is.
    async fn kind(&self) -> UnitKind {
        self.row.kind.into()
    }

    /// 其他写法，含简称与笔误。
    /// Other spellings, short forms and slips included.
    async fn aliases(&self) -> Vec<&str> {
        self.row.aliases.iter().map(|alias| &*alias.alias).collect()
    }

    /// 辖区；面向全市或不详时为空列表。
    /// Regions of its area; an empty list when the whole city or unknown.
    async fn regions(&self) -> Vec<Region> {
        self.row.regions.iter().filter_map(|code| Region::of_code(&self.view, code)).collect()
    }

    /// 已知自何日起存在。
    /// Known to exist since.
    async fn valid_from(&self) -> Option<Date> {
        self.row.valid_from.map(Date)
    }

    /// 已知存在至何日。
    /// Known to exist until.
    async fn valid_to(&self) -> Option<Date> {
        self.row.valid_to.map(Date)
    }

    /// 承接其职能的单位。
    /// The unit that took over.
    async fn successor(&self) -> Option<Self> {
        Self::of_code(&self.view, self.row.successor.as_ref()?)
    }

    /// 承担的任务，按序号。
    /// The tasks that it has a part in, by number.
    async fn tasks(
        &self,
        #[graphql(desc = "只要承担这些角色的。Only those in which it has one of these parts.")] roles: Option<
            Vec<UnitRole>,
        >,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Task>>, Fault> {
        let parts = self.view.atlas().index.assignments_of(self.row.id).iter();
        let wanted = parts.filter(|part| roles.as_ref().is_none_or(|roles| roles.contains(&part.role.into())));
        let rows: Vec<_> = wanted.map(|part| Arc::clone(&part.task)).collect();
        let paging = Paging::new(first, after, MOST_IN_MEMORY)?;
        Connection::of(
            &rows,
            &paging,
            |row| row.code.clone(),
            |row, cursor| Edge::new(cursor, Task::new(&self.view, row)),
        )
    }
}
