//! Errors of a request: a code for programs, a sentence in two languages for people, a hint what to do.

use std::fmt::Display;

use async_graphql::{Error, ErrorExtensionValues, ServerError};

/// Why a field could not be answered. It never shows internals.
///
/// It has no `Display` on purpose: async-graphql would then turn it into a bare message.
#[derive(Debug, Clone)]
pub struct Fault {
    code: &'static str,
    zh: String,
    en: String,
    hint: Option<String>,
}

impl Fault {
    fn new(code: &'static str, zh: String, en: String) -> Self {
        Self { code, zh, en, hint: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
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

    /// The server writes as many files as it can.
    pub fn busy() -> Self {
        Self::new("BUSY", "服务器繁忙，请稍后再试".to_owned(), "the server is busy, try again".to_owned())
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

    /// Its code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Something of ours failed. The cause goes to the log, not to the client.
    pub fn internal(cause: impl Display) -> Self {
        tracing::error!(%cause, "a field could not be answered");
        Self::new("INTERNAL", "内部错误".to_owned(), "internal error".to_owned())
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let mut error = Error::new(fault.en.clone());
        error.extensions = Some(extensions(fault.code, fault.zh, fault.en, fault.hint));
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

fn extensions(code: &str, zh: String, en: String, hint: Option<String>) -> ErrorExtensionValues {
    let mut values = ErrorExtensionValues::default();
    values.set("code", code);
    values.set("zh", zh);
    values.set("en", en);
    if let Some(hint) = hint {
        values.set("hint", hint);
    }
    values
}

/// Gives errors that async-graphql raised itself (syntax, unknown field, limits) the same form as ours.
pub fn complete(error: &mut ServerError) {
    if error.extensions.as_ref().is_some_and(|values| values.get("code").is_some()) {
        return;
    }
    let (code, zh) = match error.message.as_str() {
        "Query is too complex." => ("TOO_COMPLEX", "查询过于庞大".to_owned()),
        "Query is nested too deep." => ("TOO_DEEP", "查询嵌套过深".to_owned()),
        message if error.path.is_empty() => ("INVALID_DOCUMENT", format!("查询有误：{message}")),
        message => ("BAD_ARGUMENT", format!("参数有误：{message}")),
    };
    error.extensions = Some(extensions(code, zh, error.message.clone(), None));
}

/// The known text closest to what was written, when it is close enough to be a slip.
fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(written, candidate), candidate))
        .filter(|(score, _)| *score > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
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
        let far = Error::from(Fault::unknown_code("indicator", "zzzz", ["output"]));
        assert!(far.extensions.unwrap().get("hint").is_none());
    }
}
