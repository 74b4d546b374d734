//! Errors of a request: a code for programs, a sentence in two languages for people, a hint what to do.

use std::fmt::Display;

use async_graphql::{Error, ErrorExtensionValues, Response, ServerError, Value};

use super::inputs;
use super::library::LibraryError;
use crate::domain::nearest;
use crate::store::StoreError;

/// Code of a question that may be answered when it is asked again.
pub const AWAY: &str = "UNAVAILABLE";

/// Why a field could not be answered. It never shows internals.
///
/// It has no `Display` on purpose: async-graphql would then turn it into a bare message.
#[derive(Debug, Clone)]
pub struct Fault {
    code: &'static str,
    zh: String,
    en: String,
    hint: Option<String>,
    /// Boxed: few have it, and every result would carry its weight.
    more: Option<Box<(&'static str, Value)>>,
}

impl Fault {
    fn new(code: &'static str, zh: String, en: String) -> Self {
        Self { code, zh, en, hint: None, more: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What programs may want to know besides.
    fn more(mut self, name: &'static str, value: Value) -> Self {
        self.more = Some(Box::new((name, value)));
        self
    }

    /// Its code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// A code that nothing has; the hint names the nearest ones that exist.
    pub fn unknown_code<'a>(what: &str, code: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let fault = Self::new(
            "UNKNOWN_CODE",
            format!("没有代码为「{code}」的 {what}"),
            format!("there is no {what} with the code «{code}»"),
        );
        match nearest(code, known) {
            Some(near) => fault.hint(format!("您是否指 / did you mean «{near}»?")),
            None => fault,
        }
    }

    /// A parameter that the address of a document does not take.
    pub fn unknown_parameter(name: &str, known: &[&str]) -> Self {
        let known = known.join(", ");
        Self::unknown_code("parameter", name, []).hint(format!("参数有 / parameters: {known}"))
    }

    /// An argument that cannot be obeyed.
    pub fn argument(name: &str, zh: impl Display, en: impl Display) -> Self {
        Self::new("BAD_ARGUMENT", format!("参数 {name}：{zh}"), format!("argument {name}: {en}"))
    }

    /// A request that is no question at all.
    pub fn malformed(zh: impl Display, en: impl Display) -> Self {
        Self::new("BAD_REQUEST", zh.to_string(), en.to_string())
    }

    /// A document that does not fit together.
    fn document(zh: impl Display, en: impl Display) -> Self {
        Self::new("INVALID_DOCUMENT", format!("查询有误：{zh}"), en.to_string())
    }

    /// A text or bracket that is never closed.
    pub fn unclosed() -> Self {
        Self::document("有引号或括号未闭合", "a string or bracket is never closed")
    }

    /// `__typename` with more than its name.
    pub fn typename() -> Self {
        Self::document(
            "__typename 不带参数与子字段，指令只有 @skip(if:) 与 @include(if:)",
            "__typename has no arguments and no fields, and no directives but @skip(if:) and @include(if:)",
        )
    }

    /// A fragment inside itself.
    pub fn circular(name: &str) -> Self {
        Self::document(format!("片段 {name} 包含它自身"), format!("the fragment {name} holds itself"))
    }

    /// The operation that is to run cannot be told, or is not there.
    pub fn operation(named: Option<&str>) -> Self {
        match named {
            Some(name) => Self::document(format!("没有名为 {name} 的操作"), format!("there is no operation {name}")),
            None => Self::document("须以 operationName 指明操作", "name the operation in operationName"),
        }
    }

    /// A document longer than any may be.
    pub fn too_long(zh: &str, en: &str, most: usize) -> Self {
        Self::new(
            "TOO_LONG",
            format!("查询过长：{zh}至多 {most}"),
            format!("the document is too long: {most} {en} at most"),
        )
    }

    /// A document nested deeper than any may be.
    pub fn too_deep(most: usize) -> Self {
        Self::new(
            "TOO_DEEP",
            format!("查询嵌套过深：至多 {most} 层"),
            format!("the document is nested too deep: {most} levels at most"),
        )
    }

    /// A question that would cost more than one may; `advice` names its dearest parts and what to change.
    pub fn too_dear(estimated: u64, most: u64, advice: String, cost: Value) -> Self {
        Self::new(
            "TOO_COMPLEX",
            format!("查询过于庞大：估计 {estimated}，至多 {most}"),
            format!("the question is too large: estimated {estimated}, {most} at most"),
        )
        .hint(advice)
        .more("cost", cost)
    }

    /// Something else than a query where only queries are answered.
    pub fn queries_only() -> Self {
        Self::new("QUERY_ONLY", "此处只回答查询".to_owned(), "only queries are answered here".to_owned())
    }

    /// A document without a subscription where only those are answered.
    pub fn subscriptions_only() -> Self {
        Self::new("SUBSCRIPTION_ONLY", "事件流只用于订阅".to_owned(), "only subscriptions are streamed".to_owned())
    }

    /// A request whose media type, or that of its answer, is none of ours.
    pub fn media(zh: &str, en: &str) -> Self {
        Self::new("MEDIA_TYPE", zh.to_owned(), en.to_owned())
    }

    /// A body longer than any may be.
    pub fn too_large(most: usize) -> Self {
        let kib = most / 1024;
        Self::new("BODY_TOO_LARGE", format!("请求体至多 {kib} KiB"), format!("the body may hold {kib} KiB at most"))
    }

    /// As much is being answered as can be.
    pub fn busy() -> Self {
        Self::new("BUSY", "服务器正忙".to_owned(), "the server is busy".to_owned())
    }

    /// The answer took too long and was given up.
    pub fn deadline(seconds: u64) -> Self {
        Self::new(
            "DEADLINE",
            format!("{seconds} 秒内未能答完，已放弃"),
            format!("not answered within {seconds} seconds, and given up"),
        )
    }

    /// The body came too slowly.
    pub fn slow() -> Self {
        Self::new("SLOW_REQUEST", "请求体来得太慢".to_owned(), "the body came too slowly".to_owned())
    }

    /// A text that is no id.
    pub fn bad_id(id: &str) -> Self {
        Self::new("BAD_ID", format!("「{id}」不是有效的 id"), format!("«{id}» is no id"))
            .hint("ids 只来自本接口的回答；人可读的是 code / ids come from answers only; what people read is `code`")
    }

    /// A cursor of another list, or of an item that the list no longer holds.
    pub fn bad_cursor() -> Self {
        Self::new(
            "BAD_CURSOR",
            "游标不属于此列表，或其所指条目已不在列表中".to_owned(),
            "the cursor does not belong to this list, or the list no longer holds its item".to_owned(),
        )
        .hint("从头取第一页 / start again from the first page")
    }

    /// An id of another knowledge state, asked for inside a snapshot.
    pub fn other_snapshot() -> Self {
        Self::new(
            "OTHER_SNAPSHOT",
            "该 id 属于另一个快照；一个快照之内不能混用不同时刻".to_owned(),
            "the id belongs to another snapshot; instants cannot be mixed inside one".to_owned(),
        )
        .hint("在 asOf 之外查询 / ask outside asOf")
    }

    /// A revision that does not exist.
    pub fn unknown_revision(number: i32, newest: i32) -> Self {
        Self::new("UNKNOWN_REVISION", format!("没有第 {number} 号修订"), format!("there is no revision {number}"))
            .hint(format!("1 … {newest}"))
    }

    /// A computation that would say something untrue: the code says which kind, the hint what to ask instead.
    pub fn refused(code: &'static str, zh: impl Display, en: impl Display, hint: impl Into<String>) -> Self {
        Self::new(code, zh.to_string(), en.to_string()).hint(hint)
    }

    /// A query without any list has no rows.
    pub fn no_rows() -> Self {
        Self::new(
            "NO_ROWS",
            "此查询没有可成为行的列表".to_owned(),
            "the query asks for no list that could give rows".to_owned(),
        )
        .hint("查询一个连接的 nodes，如 / ask for the nodes of a connection, e.g. projects { nodes { code } }")
    }

    /// More than one selection could give the rows.
    pub fn ambiguous_rows(paths: &[String]) -> Self {
        let paths = paths.join(", ");
        Self::new(
            "AMBIGUOUS_ROWS",
            format!("以下各处都可成为表的行：{paths}"),
            format!("each of these could give the rows: {paths}"),
        )
        .hint("在要成为行的一处写 @rows，或删去其余 / mark the one that is meant with @rows, or leave the others out")
    }

    /// `@rows` stands where there is no list.
    pub fn rows_on_no_list(path: &str) -> Self {
        Self::new(
            "ROWS_ON_NO_LIST",
            format!("@rows 标在 {path} 上，而它不是列表"),
            format!("@rows marks {path}, which is no list"),
        )
        .hint("标在连接或其 nodes 上 / mark a connection or its nodes")
    }

    /// Two leaves have one heading.
    pub fn same_column(heading: &str) -> Self {
        Self::new("SAME_COLUMN", format!("两列同名：{heading}"), format!("two columns are called {heading}"))
            .hint("给其中一个取别名 / give one of them an alias")
    }

    /// A map was asked of a query that gives no place, or several.
    pub fn geometry(names: &[String]) -> Self {
        if names.is_empty() {
            return Self::new(
                "NO_GEOMETRY",
                "此查询的行没有几何".to_owned(),
                "the rows of the query have no geometry".to_owned(),
            )
            .hint("加上 / add footprint { geometry { geojson } } 或 / or location { lon lat }");
        }
        let names = names.join(", ");
        Self::new(
            "AMBIGUOUS_GEOMETRY",
            format!("每行只能有一个几何，此查询有：{names}"),
            format!("a row has one geometry, the query asks for: {names}"),
        )
        .hint("只留其一 / leave one of them")
    }

    /// A workbook cannot hold so many rows.
    pub fn too_many_rows(most: usize) -> Self {
        Self::new("TOO_MANY_ROWS", format!("工作簿至多 {most} 行"), format!("a workbook holds {most} rows at most"))
            .hint("缩小条件，或取 .csv / narrow the filter, or take .csv")
    }

    /// A list inside the rows does not come whole.
    pub fn cut_short(path: &str) -> Self {
        Self::new(
            "LIST_CUT_SHORT",
            format!("{path} 的条目多于一页，行会缺少"),
            format!("{path} holds more items than a page: rows would be missing"),
        )
        .hint(
            "缩小条件、以 first 限定，或从该列表本身查起 / narrow it, say how many by `first`, or start from that list",
        )
    }

    /// A document whose parts, written out, are too many.
    pub fn sprawling() -> Self {
        Self::new("TOO_COMPLEX", "查询过于庞大".to_owned(), "Query is too complex.".to_owned())
    }

    /// No stored document has the hash.
    pub fn unknown_document() -> Self {
        Self::new("PERSISTED_QUERY_NOT_FOUND", "没有此哈希的文档".to_owned(), "PersistedQueryNotFound".to_owned()).hint(
            "请连同查询文本再问一次，或请管理员运行 / send the text along, or have the operator run: planatlas document add FILE",
        )
    }

    /// The hash is not that of the text.
    pub fn other_hash() -> Self {
        Self::new(
            "PERSISTED_QUERY_HASH_MISMATCH",
            "哈希与查询文本不符".to_owned(),
            "provided sha does not match query".to_owned(),
        )
        .hint("SHA-256, 64 hex digits, of the text as sent")
    }

    /// Nothing was imported yet.
    pub fn empty() -> Self {
        Self::new("NOT_READY", "数据库中尚无修订".to_owned(), "the database holds no revision yet".to_owned())
            .hint("planatlas import DIR…")
    }

    /// What it says in Chinese.
    pub fn zh(&self) -> &str {
        &self.zh
    }

    /// What it says in English.
    pub fn en(&self) -> &str {
        &self.en
    }

    /// Something of ours failed. The cause goes to the log, not to the client.
    pub fn internal(cause: impl Display) -> Self {
        tracing::error!(%cause, "a field could not be answered");
        Self::new("INTERNAL", "内部错误".to_owned(), "internal error".to_owned())
    }
}

/// A database that is away may be back in a moment; anything else of it is a fault of ours.
impl From<StoreError> for Fault {
    fn from(why: StoreError) -> Self {
        match why {
            StoreError::Unreachable(_) | StoreError::Busy(_) => {
                tracing::warn!(%why, "the database is away");
                Self::new(AWAY, "数据库暂时不可用".to_owned(), "the database is away for the moment".to_owned())
            }
            why => Self::internal(why),
        }
    }
}

impl From<LibraryError> for Fault {
    fn from(why: LibraryError) -> Self {
        match why {
            LibraryError::Store(why) => why.into(),
            why => Self::internal(why),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let mut error = Error::new(fault.en.clone());
        let mut values = extensions(fault.code, fault.zh, fault.en, fault.hint);
        if let Some(more) = fault.more {
            values.set(more.0, more.1);
        }
        error.extensions = Some(values);
        error
    }
}

impl From<Fault> for ServerError {
    fn from(fault: Fault) -> Self {
        let error = Error::from(fault);
        let mut raised = Self::new(error.message, None);
        raised.extensions = error.extensions;
        raised
    }
}

impl From<Fault> for Response {
    fn from(fault: Fault) -> Self {
        Self::from_errors(vec![fault.into()])
    }
}

/// What to do where an error has nothing more precise to say. Every code that people meet stands here or gives its own.
fn remedy(code: &str) -> &'static str {
    match code {
        "UNKNOWN_CODE" => "代码可从目录列表查得 / the lists of the catalogue name all codes",
        "BAD_ARGUMENT" => "参数的说明见 /schema.graphql / what an argument may be stands in /schema.graphql",
        "BAD_REQUEST" => "POST JSON：{\"query\": \"…\", \"variables\": {…}} / post JSON like that",
        "INVALID_DOCUMENT" => "对照 /schema.graphql 检查所指位置 / compare the place named with /schema.graphql",
        "TOO_LONG" | "TOO_DEEP" => "分成几次提问 / ask in parts",
        "QUERY_ONLY" => {
            "订阅请用 WebSocket 或 Accept: text/event-stream / subscribe over WebSocket or as an event stream"
        }
        "SUBSCRIPTION_ONLY" => "查询请用 Accept: application/json / ask queries with Accept: application/json",
        "MEDIA_TYPE" => "Content-Type: application/json; Accept: application/graphql-response+json",
        "BODY_TOO_LARGE" => "把取值放进 variables，或分批提问 / ask in parts",
        "BUSY" => "稍候再试，见 Retry-After / try again after the time in Retry-After",
        AWAY => "稍候再试，见 Retry-After / try again after the time in Retry-After",
        "DEADLINE" => "少取一些，或分页 / ask for less, or page by page",
        "SLOW_REQUEST" => "再试一次 / send it again",
        "INTERNAL" => "请把 x-request-id 告诉运维 / tell the operator the x-request-id of this answer",
        _ => "见接口文档的错误表 / see the table of errors in the documentation",
    }
}

fn extensions(code: &str, zh: String, en: String, hint: Option<String>) -> ErrorExtensionValues {
    let mut values = ErrorExtensionValues::default();
    values.set("code", code);
    values.set("zh", zh);
    values.set("en", en);
    values.set("hint", hint.unwrap_or_else(|| remedy(code).to_owned()));
    values
}

/// Gives errors that async-graphql raised itself (syntax, unknown field, limits) the same form as ours.
pub fn complete(error: &mut ServerError) {
    if error.extensions.as_ref().is_some_and(|values| values.get("code").is_some()) {
        return;
    }
    let (code, zh) = match error.message.as_str() {
        message if error.path.is_empty() => ("INVALID_DOCUMENT", format!("查询有误：{message}")),
        message => ("BAD_ARGUMENT", format!("参数有误：{message}")),
    };
    let hint = inputs::instead(&error.message).map(|known| format!("此处可用 / there are: {known}"));
    error.extensions = Some(extensions(code, zh, error.message.clone(), hint));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_answered_with_the_nearest_code() {
        let error = Error::from(Fault::unknown_code("indicator", "revenu", ["output", "revenue", "profit"]));
        let values = error.extensions.unwrap();
        assert_eq!(values.get("code"), Some(&"UNKNOWN_CODE".into()));
        assert!(values.get("hint").unwrap().to_string().contains("revenue"));
        let long = "revenue".repeat(30_000);
        let start = std::time::Instant::now();
        let longest = Error::from(Fault::unknown_code("indicator", &long, std::iter::repeat_n("revenue", 3_000)));
        assert!(!longest.extensions.unwrap().get("hint").unwrap().to_string().contains("did you mean"));
        assert!(start.elapsed() < std::time::Duration::from_secs(1), "{:?}", start.elapsed());
        let codes = ["mfg-producer-services-share", "gdp", "gdp-growth"];
        let swapped = Error::from(Fault::unknown_code("indicator", "gpd", codes));
        assert!(swapped.extensions.unwrap().get("hint").unwrap().to_string().contains("«gdp»"));
        let far = Error::from(Fault::unknown_code("indicator", "zzzz", ["output"]));
        assert!(!far.extensions.unwrap().get("hint").unwrap().to_string().contains("output"));
    }
}
