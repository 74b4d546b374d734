//! Connections: `edges { cursor node }`, `nodes`, `pageInfo`, and a `totalCount` that costs nothing unless asked for.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{Object, ObjectType, SimpleObject, TypeName};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;

use super::fault::Fault;
use super::ready::{self, Ask, Listed, Ready, Write};

/// Items on a page when the query does not say.
pub const PAGE: i32 = 20;
/// Items at most on a page of facts, which come from the database.
pub const MOST_FACTS: usize = 500;
/// Items at most on a page of a list in memory.
pub const MOST_IN_MEMORY: usize = 5_000;

/// The arguments `first` and `after`, checked.
#[derive(Debug, Clone)]
pub struct Paging {
    /// Items wanted.
    pub first: usize,
    /// Opened cursor of the last item already seen.
    pub after: Option<String>,
}

impl Paging {
    /// Checks the arguments of a connection; `most` is [`MOST_FACTS`] or [`MOST_IN_MEMORY`].
    ///
    /// # Errors
    /// [`Fault`] when `first` is negative or too large or `after` is no cursor.
    pub fn new(first: Option<i32>, after: Option<String>, most: usize) -> Result<Self, Fault> {
        let first = usize::try_from(first.unwrap_or(PAGE)).ok().filter(|first| *first <= most).ok_or_else(|| {
            Fault::argument("first", format!("须在 0 与 {most} 之间"), format!("must be within 0 … {most}"))
        })?;
        Ok(Self { first, after: after.map(|cursor| open_cursor(&cursor)).transpose()? })
    }
}

/// Cuts a page out of rows of which one more than wanted was asked for; whether it was there.
pub fn cut<T>(rows: &mut Vec<T>, first: usize) -> bool {
    let more = rows.len() > first;
    rows.truncate(first);
    more
}

/// A cursor as clients see it.
pub fn close_cursor(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

fn open_cursor(cursor: &str) -> Result<String, Fault> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Fault::bad_cursor())?;
    String::from_utf8(bytes).map_err(|_| Fault::bad_cursor())
}

/// 分页信息。
/// Where a page stands in its list.
#[derive(Debug, Clone, Default, SimpleObject)]
pub struct PageInfo {
    /// 其后是否还有条目。
    /// Whether more items follow.
    pub has_next_page: bool,
    /// 其前是否还有条目。
    /// Whether items come before.
    pub has_previous_page: bool,
    /// 本页首条的游标。
    /// Cursor of the first item of the page.
    pub start_cursor: Option<String>,
    /// 本页末条的游标，用作下一页的 after。
    /// Cursor of the last item of the page: the `after` of the next one.
    pub end_cursor: Option<String>,
}

impl Ready for PageInfo {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "hasNextPage" => ready::plain(|page: &Self| page.has_next_page),
            "hasPreviousPage" => ready::plain(|page: &Self| page.has_previous_page),
            "startCursor" => ready::some_text(|page: &Self| page.start_cursor.as_deref()),
            "endCursor" => ready::some_text(|page: &Self| page.end_cursor.as_deref()),
            _ => None,
        }
    }
}

/// An edge type: the plain [`Edge`], or one that carries data about the link.
pub trait EdgeType: ObjectType + Ready + 'static {
    /// What it leads to.
    type Node: Ready + 'static;
    /// GraphQL name of the connection over such edges.
    fn connection() -> Cow<'static, str>;
    /// Its cursor.
    fn cursor(&self) -> &str;
    /// What it leads to.
    fn node(&self) -> &Self::Node;
}

/// An edge without data of its own.
#[derive(Clone)]
pub struct Edge<N> {
    cursor: String,
    node: N,
}

impl<N> Edge<N> {
    /// An edge to `node` whose cursor is already closed.
    pub const fn new(cursor: String, node: N) -> Self {
        Self { cursor, node }
    }
}

impl<N: Ready> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", N::type_name()).into()
    }
}

/// 列表中的一条及其游标。
/// An item of a list with its cursor.
#[Object(name_type)]
impl<N: Ready> Edge<N> {
    /// 游标。
    /// Cursor of the item.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// 条目。
    /// The item.
    async fn node(&self) -> &N {
        &self.node
    }
}

impl<N: Ready + Clone + 'static> Ready for Edge<N> {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "cursor" => ready::text(|edge: &Self| &edge.cursor),
            "node" => ready::object(asked, |edge: &Self| Some(edge.node.clone())),
            _ => None,
        }
    }
}

impl<N: Ready + Clone + 'static> EdgeType for Edge<N> {
    type Node = N;

    fn connection() -> Cow<'static, str> {
        format!("{}Connection", N::type_name()).into()
    }

    fn cursor(&self) -> &str {
        &self.cursor
    }

    fn node(&self) -> &N {
        &self.node
    }
}

/// How many items the whole list holds: known already, or a statement that runs only when asked for.
pub enum Total {
    /// Known.
    Known(usize),
    /// To be counted.
    Count(Arc<dyn Fn() -> BoxFuture<'static, Result<i64, Fault>> + Send + Sync>),
}

/// A page of a list.
pub struct Connection<E> {
    edges: Vec<E>,
    page_info: PageInfo,
    total: Total,
}

impl<E: EdgeType> Connection<E> {
    /// A page of a list in memory; `key` names an item uniquely within the list.
    ///
    /// # Errors
    /// [`Fault`] when the list holds no item of the cursor.
    pub fn of<T>(
        items: &[T],
        paging: &Paging,
        key: impl Fn(&T) -> String,
        edge: impl Fn(&T, String) -> E,
    ) -> Result<Self, Fault> {
        let start = match &paging.after {
            None => 0,
            Some(after) => items.iter().position(|item| key(item) == *after).ok_or_else(Fault::bad_cursor)? + 1,
        };
        let end = items.len().min(start.saturating_add(paging.first));
        let edges = items[start..end].iter().map(|item| edge(item, close_cursor(&key(item)))).collect();
        Ok(Self::page(edges, start > 0, end < items.len(), Total::Known(items.len())))
    }

    /// A page that a query cut out already.
    pub fn page(edges: Vec<E>, has_previous_page: bool, has_next_page: bool, total: Total) -> Self {
        let page_info = PageInfo {
            has_next_page,
            has_previous_page,
            start_cursor: edges.first().map(|edge| edge.cursor().to_owned()),
            end_cursor: edges.last().map(|edge| edge.cursor().to_owned()),
        };
        Self { edges, page_info, total }
    }
}

impl<E: EdgeType> TypeName for Connection<E> {
    fn type_name() -> Cow<'static, str> {
        E::connection()
    }
}

/// Where all of a list is known, nothing of a page has to be waited for.
impl<E: EdgeType + Clone> Ready for Connection<E>
where
    E::Node: Clone,
{
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "edges" => ready::list(asked, |page: &Self| page.edges.clone()),
            "nodes" => ready::list(asked, |page: &Self| page.edges.iter().map(|edge| edge.node().clone()).collect()),
            "pageInfo" => ready::object(asked, |page: &Self| Some(page.page_info.clone())),
            _ => None,
        }
    }
}

/// 分页列表。
/// A page of a list.
#[Object(name_type)]
impl<E: EdgeType> Connection<E> {
    /// 条目及其游标与连接上的信息。
    /// Items with their cursors and what the link says.
    async fn edges(&self) -> Listed<&E> {
        Listed(self.edges.iter().collect())
    }

    /// 条目。
    /// The items alone.
    async fn nodes(&self) -> Listed<&E::Node> {
        Listed(self.edges.iter().map(EdgeType::node).collect())
    }

    /// 分页信息。
    /// Where this page stands in the list.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// 整个列表的条数，只在请求时计算。
    /// Number of items of the whole list; counted only when asked for.
    async fn total_count(&self) -> Result<i64, Fault> {
        match &self.total {
            Total::Known(count) => Ok(i64::try_from(*count).unwrap_or(i64::MAX)),
            Total::Count(count) => count().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Ready for i32 {}

    fn page(first: i32, after: Option<&str>) -> Result<Connection<Edge<i32>>, Fault> {
        let paging = Paging::new(Some(first), after.map(str::to_owned), MOST_IN_MEMORY)?;
        Connection::of(&[10, 20, 30], &paging, ToString::to_string, |item, cursor| Edge::new(cursor, *item))
    }

    #[test]
    fn pages_follow_one_another_without_gap_or_repeat() {
        let first = page(2, None).unwrap();
        assert_eq!(first.edges.iter().map(|edge| edge.node).collect::<Vec<_>>(), [10, 20]);
        assert!(first.page_info.has_next_page && !first.page_info.has_previous_page);
        let second = page(2, first.page_info.end_cursor.as_deref()).unwrap();
        assert_eq!(second.edges.iter().map(|edge| edge.node).collect::<Vec<_>>(), [30]);
        assert!(!second.page_info.has_next_page && second.page_info.has_previous_page);
        assert!(page(0, None).unwrap().edges.is_empty());
    }

    #[test]
    fn a_foreign_cursor_and_a_wild_first_are_refused() {
        assert!(page(2, Some("!")).is_err());
        assert!(page(2, Some(&close_cursor("11"))).is_err());
        assert!(page(-1, None).is_err());
        assert!(page(5_001, None).is_err());
    }
}
