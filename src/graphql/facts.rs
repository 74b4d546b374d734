//! The part of the catalogue that the database answers: projects, enterprises, registers.

use async_graphql::{Context, Object};

use super::connection::{Connection, Edge, MOST_FACTS, Paging};
use super::enterprise::{self, Enterprise, EnterpriseFilter};
use super::fault::Fault;
use super::project::Project;
use super::projects::{Asked, ProjectConnection, ProjectFilter, ProjectOrder};
use super::register::Register;
use super::table::{self, AggregateFn, ObsDim, ObsFilter, ObsTable};
use super::view::View;
use crate::store;

/// Fields of the interface `Catalog` that the database answers.
pub struct FactFields(pub View);

/// 目录中由数据库回答的部分。
/// The part of the catalogue that the database answers.
#[Object]
impl FactFields {
    /// 一个项目。
    /// The project of a code.
    async fn project(&self, #[graphql(desc = "代码。Its code.")] code: String) -> Result<Option<Project>, Fault> {
        let found = store::project::by_code(self.0.store(), self.0.revision().number, &code).await;
        Ok(found.map_err(Fault::from)?.map(|row| Project::new(&self.0, row)))
    }

    /// 项目。
    /// Projects.
    async fn projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "只要这些。Only these.")] filter: Option<ProjectFilter>,
        #[graphql(desc = "排序，至多一项；缺省按代码。Order, one at most; by code unless given.")] order_by: Option<
            Vec<ProjectOrder>,
        >,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<ProjectConnection, Fault> {
        let found = ProjectConnection::new(&self.0, None, Asked { filter, order: order_by, first, after }).await?;
        let asked = ctx.look_ahead();
        let both = |rows: &str| asked.field("totalCount").exists() && asked.field(rows).exists();
        Ok(if both("nodes") || both("edges") { found.counted() } else { found })
    }

    /// 一个企业。
    /// The enterprise of a code.
    async fn enterprise(
        &self, #[graphql(desc = "代码。Its code.")] code: String
    ) -> Result<Option<Enterprise>, Fault> {
        let found = store::enterprise::by_code(self.0.store(), self.0.revision().number, &code).await;
        Ok(found.map_err(Fault::from)?.map(|row| Enterprise::new(&self.0, row)))
    }

    /// 企业，按代码排列。
    /// Enterprises, in the order of codes.
    async fn enterprises(
        &self,
        #[graphql(desc = "只要这些。Only these.")] filter: Option<EnterpriseFilter>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Enterprise>>, Fault> {
        enterprise::page(&self.0, filter, Paging::new(first, after, MOST_FACTS)?).await
    }

    /// 数据表：按条件选取数据，一行一格，或分组汇总。不可加的指标求和即报错 NON_ADDITIVE；累计方式、时期长短、单位或互相重叠的地点从不
    /// 悄悄混在一起。
    /// A table of figures chosen by a filter: a row for each cell, or for each group. A sum over what does not add is the
    /// error NON_ADDITIVE; accumulations, lengths of period, units and overlapping places are never mixed silently.
    async fn observations(
        &self,
        #[graphql(desc = "选取哪些数据。Which figures.")] filter: ObsFilter,
        #[graphql(desc = "分组依据，依次；须同时给出 fn。What to group by, in order; needs fn.")] group_by: Option<
            Vec<ObsDim>,
        >,
        #[graphql(
            name = "fn",
            desc = "汇总方式；缺省为不汇总。What each group comes to; cells as they are unless given."
        )]
        function: Option<AggregateFn>,
        #[graphql(default_with = "Some(100)", desc = "行数，至多 500。Rows wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末行的游标。Cursor of the last row of the page before.")] after: Option<String>,
    ) -> Result<ObsTable, Fault> {
        ObsTable::ask(&self.0, table::Asked { filter, by: group_by, function, first, after }).await
    }

    /// 全部名录。
    /// All registers.
    async fn registers(&self) -> Vec<Register> {
        self.0.atlas().registers.all().iter().map(|row| Register::new(&self.0, row)).collect()
    }

    /// 一份名录。
    /// The register of a code.
    async fn register(&self, #[graphql(desc = "代码。Its code.")] code: String) -> Option<Register> {
        self.0.atlas().registers.code(&code).map(|row| Register::new(&self.0, row))
    }
}
