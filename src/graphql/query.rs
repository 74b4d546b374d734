//! The root of the schema, and the snapshot that `asOf` opens.

use std::sync::Arc;

use async_graphql::{Context, Object};

use super::catalog::CatalogFields;
use super::connection::{Connection, Edge, MOST_FACTS, Paging};
use super::cost::{self, Cost};
use super::dimensions::DimensionFields;
use super::edition::{self, Edition};
use super::facts::FactFields;
use super::fault::Fault;
use super::revision::{self, AsOf, Revision};
use super::scalars::{Date, DateTime};
use super::view::View;
use super::words::Cadence;
use crate::store;

/// The root; the view of a request travels in its data.
#[derive(Clone)]
pub struct Query;

fn head<'a>(ctx: &Context<'a>) -> &'a View {
    ctx.data_unchecked::<View>()
}

/// 查询的入口：最新修订的目录，以及回看过去修订的 asOf。
/// Where queries start: the catalogue of the newest revision, and asOf for older ones.
#[Object]
impl Query {
    #[graphql(flatten)]
    async fn catalog(&self, ctx: &Context<'_>) -> CatalogFields {
        CatalogFields(head(ctx).clone())
    }

    #[graphql(flatten)]
    async fn dimensions(&self, ctx: &Context<'_>) -> DimensionFields {
        DimensionFields(head(ctx).clone())
    }

    #[graphql(flatten)]
    async fn facts(&self, ctx: &Context<'_>) -> FactFields {
        FactFields(head(ctx).clone())
    }

    /// 本次回答所读的修订（也见 ETag 与 extensions.revision）。
    /// The revision this answer was read at (also in the ETag and in extensions.revision).
    async fn revision(&self, ctx: &Context<'_>) -> Revision {
        Revision::new(head(ctx).revision().clone())
    }

    /// 全部修订，新者在前。
    /// All revisions, newest first.
    async fn revisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Revision>>, Fault> {
        revision::page(head(ctx), Paging::new(first, after, MOST_FACTS)?).await
    }

    /// 其下的一切都在同一个固定的知识状态上求值；一个快照之内不能混用不同时刻。
    /// Everything below it is evaluated on one frozen knowledge state; instants cannot be mixed inside one snapshot.
    async fn as_of(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "哪个知识状态。Which knowledge state.")] at: AsOf,
    ) -> Result<Snapshot, Fault> {
        let head = head(ctx);
        let view = match at {
            AsOf::Edition(code) => head.of_edition(edition::of_code(head, &code)?).await,
            AsOf::Revision(number) => head.of_revision(number).await,
            AsOf::Known(moment) => head.of_moment(moment.0).await,
        };
        view.map(Snapshot)
    }

    /// 已定稿的版次，新者在前。
    /// The editions closed so far, newest first.
    async fn editions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "只要这些周期的。Only of these cadences.")] cadence: Option<Vec<Cadence>>,
    ) -> Vec<Edition> {
        let wanted =
            |row: &&Arc<store::Edition>| cadence.as_ref().is_none_or(|cadences| cadences.contains(&row.cadence.into()));
        let mut editions: Vec<Edition> = head(ctx).editions().filter(wanted).map(Edition::new).collect();
        editions.reverse();
        editions
    }

    /// 按代码取版次。
    /// The edition of a code.
    async fn edition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "版次代码。Code of the edition.")] code: String,
    ) -> Option<Edition> {
        head(ctx).editions().find(|row| row.code == code).map(Edition::new)
    }

    /// 估计一份查询的代价而不执行；每个回答的 extensions.cost 也有其代价。
    /// Prices a document without running it; every answer carries its own price in extensions.cost.
    async fn cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "查询文本。The document.")] document: String,
        #[graphql(desc = "变量，JSON 对象的文本。Its variables, a JSON object as text.")] variables: Option<String>,
    ) -> async_graphql::Result<Cost> {
        cost::of(head(ctx), document, variables.as_deref())
    }
}

/// A knowledge state.
#[derive(Clone)]
pub struct Snapshot(View);

/// 快照：某一修订时的知识状态。
/// What was known at one revision.
#[Object]
impl Snapshot {
    #[graphql(flatten)]
    async fn catalog(&self) -> CatalogFields {
        CatalogFields(self.0.clone())
    }

    #[graphql(flatten)]
    async fn dimensions(&self) -> DimensionFields {
        DimensionFields(self.0.clone())
    }

    #[graphql(flatten)]
    async fn facts(&self) -> FactFields {
        FactFields(self.0.clone())
    }

    /// 快照所在的修订。
    /// The revision of the snapshot.
    async fn revision(&self) -> Revision {
        Revision::new(self.0.revision().clone())
    }

    /// 快照即为哪一版次；不是版次时为空。
    /// The edition that this snapshot is; null when it is none.
    async fn edition(&self) -> Option<Edition> {
        self.0.edition().map(Edition::new)
    }

    /// 在哪一天看：版次为其截止日，其他修订为提交之日。应完成与否、灯的颜色都以此日为准。
    /// The day it is seen on: the cut-off of an edition, for another revision the day it was committed. What is due and
    /// the colour of lights go by it.
    async fn on(&self) -> Date {
        Date(self.0.on())
    }

    /// 该知识状态形成的时刻。
    /// When this knowledge state came about.
    async fn known_at(&self) -> DateTime {
        DateTime(self.0.revision().committed_at)
    }
}
