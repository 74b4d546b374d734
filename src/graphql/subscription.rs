//! The one event: a revision arrived.

use std::collections::VecDeque;

use async_graphql::{Context, Subscription as Events};
use futures_util::stream::{Stream, unfold};

use super::fault::Fault;
use super::revision::Revision;
use super::view::View;

/// The root of subscriptions; the view in which one began travels in its data.
#[derive(Clone)]
pub struct Subscription;

/// 订阅的入口，经 graphql-transport-ws 或 SSE。修订到达是唯一的事件。
/// Where subscriptions start, over graphql-transport-ws or as an event stream. A revision arriving is the only event.
#[Events]
impl Subscription {
    /// 新到的修订，逐个、按序，一个不漏。
    /// Each revision as it arrives, in order, without gaps.
    async fn revision_arrived(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "已知的最后一个修订编号；其后已有的先行给出。缺省为此刻最新的。Number of the last one known: those that came since are told first. Default: the newest of now."
        )]
        after: Option<i32>,
    ) -> Result<impl Stream<Item = Result<Revision, Fault>> + use<>, Fault> {
        let view = ctx.data_unchecked::<View>();
        let newest = view.revision().number;
        let last = after.unwrap_or(newest);
        if !(0..=newest).contains(&last) {
            return Err(Fault::unknown_revision(last, newest));
        }
        let (store, arrivals) = (view.store().clone(), view.arrivals());
        let start = (last, store, arrivals, VecDeque::new());
        Ok(unfold(start, |(mut last, store, mut arrivals, mut waiting)| async move {
            loop {
                if let Some(number) = waiting.pop_front() {
                    last = number;
                    let found = store.revision(number).await.map_err(Fault::from);
                    let found = found.and_then(|found| found.ok_or_else(|| Fault::internal("a revision is gone")));
                    return Some((found.map(Revision::new), (last, store, arrivals, waiting)));
                }
                // A number that is here already needs no wait.
                let newest = *arrivals.wait_for(|newest| *newest > last).await.ok()?;
                waiting.extend(last + 1..=newest);
            }
        }))
    }
}
