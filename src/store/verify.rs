//! Does the database still say what was committed? Recomputes every revision's digest from the rows as they
//! are now, and checks what no digest covers: numbering, lives of rows, derived columns.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use futures_util::TryStreamExt;
use sea_query::{Condition, Expr, ExprTrait, JoinType, Order, Query, SelectStatement};

use super::columns::Layout;
use super::db::Session;
use super::digest::{Damaged, Head, digest};
use super::edition::{self, Edition};
use super::redaction::{self, Redacted};
use super::revision::{self, Revision};
use super::signature::PublicKey;
use super::version::{Family, OPEN, entity_kind, families, named, table_of_kind};
use super::{Store, StoreError, drawing};
use crate::domain::{Sheet, Table};

/// How many rows of a table are named for one kind of fault.
const NAMED: u64 = 10;

/// What a verification found.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// How many revisions there are.
    pub revisions: usize,
    /// Digest of the newest.
    pub head: Option<String>,
    /// What is wrong, the earliest revision first.
    pub findings: Vec<Finding>,
    /// Texts that were replaced by their hashes, by the revision that did it.
    pub redactions: Vec<(Revision, Vec<Redacted>)>,
}

/// What a verification of one edition found.
#[derive(Debug, Clone)]
pub struct EditionVerdict {
    /// The edition as the database has it.
    pub edition: Edition,
    /// What is wrong in it or in a revision before it, the earliest first.
    pub findings: Vec<Finding>,
    /// Its texts, and those of revisions before it, that were replaced by their hashes, by the revision that did it.
    pub redactions: Vec<(Revision, Vec<Redacted>)>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The revision it shows in, where one can be told.
    pub revision: Option<i32>,
    /// The table of the row, where one can be told.
    pub table: Option<&'static str>,
    /// Its key.
    pub key: Option<String>,
    /// What is wrong, in Chinese.
    pub zh: String,
    /// What is wrong, in English.
    pub en: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(revision) = self.revision {
            write!(f, "revision {revision}: ")?;
        }
        if let Some(table) = self.table {
            write!(f, "{table} {}: ", self.key.as_deref().unwrap_or_default())?;
        }
        write!(f, "{}{}", self.zh, self.en)
    }
}

/// The findings of one run, as they come.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, revision: Option<i32>, row: Option<(&'static str, String)>, zh: &str, en: &str) {
        let (table, key) = row.map_or((None, None), |(table, key)| (Some(table), Some(key)));
        self.0.push(Finding { revision, table, key, zh: zh.to_owned(), en: en.to_owned() });
    }

    fn sorted(self) -> Vec<Finding> {
        let mut findings = self.0;
        findings.sort_by_key(|finding| (finding.revision.is_none(), finding.clone()));
        findings.dedup();
        findings
    }
}

impl Store {
    /// Checks the whole database, and, where one is given, that the newest digest is `head`.
    ///
    /// # Errors
    /// When the database fails; what is wrong with its contents is in the verdict.
    pub async fn verify(&self, head: Option<&str>) -> Result<Verdict, StoreError> {
        let mut session = self.db.read().await?;
        let mut findings = Findings::default();
        unread(file(&mut session, &mut findings).await, &mut findings)?;
        let chain = chain(&mut session, &mut findings).await?;
        let newest = chain.last().map(|revision| revision.digest.clone());
        if head.is_some_and(|head| !newest.as_deref().is_some_and(|digest| same(head, digest))) {
            findings.add(
                chain.last().map(|revision| revision.number),
                None,
                "最新版本的摘要与所给的不同。",
                "The newest digest is not the one given.",
            );
        }
        linked(&chain, &mut findings);
        unread(contents(&mut session, &chain, &mut findings).await, &mut findings)?;
        unread(structure(&mut session, &chain, &mut findings).await, &mut findings)?;
        let last = chain.last().map_or(0, |revision| revision.number);
        unread(editions(&mut session, last, &mut findings).await, &mut findings)?;
        let redactions = redactions(&mut session, &chain, i32::MAX).await?;
        Ok(Verdict { revisions: chain.len(), head: newest, findings: findings.sorted(), redactions })
    }

    /// Recomputes everything that an edition rests on: the digests of all revisions up to the one that closed it, and
    /// its signature. Where they are given, its digest must be `published` and it must be signed with `key`. None when
    /// there is no such edition.
    ///
    /// # Errors
    /// When the database fails; what is wrong with its contents is in the verdict.
    pub async fn verify_edition(
        &self,
        code: &str,
        published: Option<&str>,
        key: Option<&PublicKey>,
    ) -> Result<Option<EditionVerdict>, StoreError> {
        let mut session = self.db.read().await?;
        let mut findings = Findings::default();
        let mut chain = chain(&mut session, &mut findings).await?;
        let newest = chain.last().map_or(0, |revision| revision.number);
        let all = session.rows(&edition::list(newest)).await?;
        let all = all.iter().map(edition::read).collect::<Result<Vec<_>, _>>()?;
        let Some(edition) = all.into_iter().find(|edition| edition.code == code) else { return Ok(None) };
        let redactions = redactions(&mut session, &chain, edition.revision).await?;
        chain.retain(|revision| revision.number <= edition.closed_in);
        linked(&chain, &mut findings);
        unread(contents(&mut session, &chain, &mut findings).await, &mut findings)?;
        unread(editions(&mut session, edition.closed_in, &mut findings).await, &mut findings)?;
        let mut wrong = |zh: &str, en: &str| {
            findings.add(Some(edition.closed_in), Some(("editions", edition.code.clone())), zh, en);
        };
        if published.is_some_and(|published| !same(published, &edition.digest)) {
            wrong("摘要与所给的不同。", "Its digest is not the one given.");
        }
        if let Some(key) = key {
            match &edition.signature {
                None => wrong("没有签名。", "It is not signed."),
                Some(signature) if signature.public_key != key.to_string() => {
                    wrong("签名所用的不是所给的密钥。", "It is signed with another key than the one given.");
                }
                Some(_) => {}
            }
        }
        Ok(Some(EditionVerdict { edition, findings: findings.sorted(), redactions }))
    }
}

/// Texts redacted in versions that revisions up to `upto` began, by the revision that redacted them.
async fn redactions(
    session: &mut Session,
    chain: &[Revision],
    upto: i32,
) -> Result<Vec<(Revision, Vec<Redacted>)>, StoreError> {
    let mut by: Vec<(Revision, Vec<Redacted>)> = Vec::new();
    for row in session.rows(&redaction::list()).await? {
        let redacted = redaction::read(&row)?;
        if redacted.version > upto {
            continue;
        }
        match by.iter_mut().find(|(revision, _)| revision.number == redacted.revision) {
            Some((_, texts)) => texts.push(redacted),
            None => {
                let revision = chain.iter().find(|revision| revision.number == redacted.revision);
                by.extend(revision.map(|revision| (revision.clone(), vec![redacted])));
            }
        }
    }
    Ok(by)
}

/// Whether two ways of writing a digest are the same digest.
fn same(given: &str, digest: &str) -> bool {
    given.trim().eq_ignore_ascii_case(digest)
}

async fn chain(session: &mut Session, findings: &mut Findings) -> Result<Vec<Revision>, StoreError> {
    match revision::chain(session).await {
        Err(StoreError::Damaged) => {
            findings.add(None, None, "版本表无法读取。", "The list of revisions cannot be read.");
            Ok(Vec::new())
        }
        other => other,
    }
}

/// Pages and indexes of the file itself: a damaged index hides rows that a walk over their table still finds.
async fn file(session: &mut Session, findings: &mut Findings) -> Result<(), StoreError> {
    for fault in session.faults().await? {
        let (zh, en) = (format!("数据库文件已损坏:{fault}。"), format!("The file is damaged: {fault}."));
        findings.add(None, None, &zh, &en);
    }
    Ok(())
}

/// A row that cannot even be read is a finding too.
fn unread(outcome: Result<(), StoreError>, findings: &mut Findings) -> Result<(), StoreError> {
    match outcome {
        Err(StoreError::Damaged) => {
            findings.add(None, None, "有一行无法读取。", "A row cannot be read.");
            Ok(())
        }
        other => other,
    }
}

/// Numbers run 1, 2, 3 … and each revision names the digest of the one before.
fn linked(chain: &[Revision], findings: &mut Findings) {
    let mut previous: Option<&Revision> = None;
    for (number, revision) in (1..).zip(chain) {
        if revision.number != number {
            findings.add(Some(revision.number), None, "版本号不连续。", "The numbering of revisions has a gap.");
            return;
        }
        if revision.previous_digest.as_ref() != previous.map(|previous| &previous.digest) {
            findings.add(
                Some(number),
                None,
                "与上一版本的摘要不衔接。",
                "It does not name the digest of the revision before.",
            );
        }
        previous = Some(revision);
    }
}

/// Every digest, recomputed from the rows.
async fn contents(session: &mut Session, chain: &[Revision], findings: &mut Findings) -> Result<(), StoreError> {
    let named = named(session).await?;
    let redacted = Arc::new(redaction::hashes(session).await?);
    for revision in chain {
        let head = Head {
            number: revision.number,
            committed_at: revision.committed_at,
            author: &revision.author,
            message: &revision.message,
            previous: revision.previous_digest.as_deref(),
            format: revision.format,
        };
        let found = digest(session, &named, &head, &redacted, |_, _| None).await?;
        for Damaged { table, key, column } in found.damage {
            let zh = format!("{column} 列的值不可能由导入写入。");
            let en = format!("No import can have written its column {column}.");
            findings.add(Some(revision.number), Some((table, key)), &zh, &en);
        }
        if found.hex != revision.digest {
            findings.add(
                Some(revision.number),
                None,
                "内容与摘要不符:有行被改动、增加或删除。",
                "Its contents do not match its digest: a row was changed, added or removed.",
            );
        }
    }
    Ok(())
}

/// What no digest covers: lives of rows, their numbers, their identities.
async fn structure(session: &mut Session, chain: &[Revision], findings: &mut Findings) -> Result<(), StoreError> {
    let newest = chain.last().map_or(0, |revision| i64::from(revision.number));
    for family in families() {
        for (statement, zh, en) in [
            (
                lives(*family, newest),
                "起止版本不存在或颠倒。",
                "Its begin or end names no revision, or they are swapped.",
            ),
            (overlapping(*family), "同一对象的两个版本重叠。", "Two versions of it overlap."),
        ] {
            for row in session.rows(&statement).await? {
                let key = row.some_text(0)?.unwrap_or_default();
                findings.add(None, Some((family.name(), key)), zh, en);
            }
        }
        if let Family::Fact(_, layout) = family
            && layout.numbered
        {
            numbered_rows(session, *family, findings).await?;
        }
    }
    for (sql, tables) in carriers() {
        for row in session.rows(&strangers(sql, &tables)).await? {
            let key = format!("#{}", row.int(0)?);
            findings.add(
                None,
                Some((tables[0].name, key)),
                "所属对象不存在或类型不符。",
                "Its identity is missing or of another kind.",
            );
        }
    }
    for (number, Sheet { kind, last }) in
        drawing::wrong(session, chain.last().map_or(0, |revision| revision.number)).await?
    {
        let day = last.map(|day| day.to_string()).unwrap_or_default();
        findings.add(
            Some(number),
            Some(("footprints", [kind.word(), &*day].join(" ").trim_end().to_owned())),
            "所存简化边界与边界本身不符。",
            "Its simplified outlines are not those of its outlines.",
        );
    }
    identities(session, findings).await
}

/// Editions closed up to a revision say truly whether they hold made-up rows, and their signatures hold.
async fn editions(session: &mut Session, upto: i32, findings: &mut Findings) -> Result<(), StoreError> {
    for row in session.rows(&edition::list(upto)).await? {
        let edition = edition::read(&row)?;
        let mut wrong = |zh: &str, en: &str| {
            findings.add(Some(edition.closed_in), Some(("editions", edition.code.clone())), zh, en);
        };
        if edition.sample != edition::sample(session, edition.revision).await?.is_some() {
            wrong("示例标记与内容不符。", "Its sample flag does not match what it holds.");
        }
        let statement = edition.statement()?;
        if edition.signature.as_ref().is_some_and(|signature| !signature.holds(&statement)) {
            wrong("签名不成立。", "Its signature does not hold.");
        }
    }
    Ok(())
}

/// Rows that begin or end at no revision.
pub(super) fn lives(family: Family, newest: i64) -> SelectStatement {
    let (from, to) = (|| Expr::col(("f", "rev_from")), || Expr::col(("f", "rev_to")));
    let mut select = family.keys();
    select.cond_where(
        Condition::any()
            .add(from().lt(1i64))
            .add(from().gt(newest))
            .add(to().lte(from()))
            .add(to().gt(newest).and(to().ne(OPEN))),
    );
    select.limit(NAMED).take()
}

/// Rows that begin before an earlier version of theirs has ended.
pub(super) fn overlapping(family: Family) -> SelectStatement {
    let earlier = family
        .identity()
        .iter()
        .fold(Expr::col(("earlier", "rev_from")).lt(Expr::col(("f", "rev_from"))), |all, column| {
            all.and(Expr::col(("earlier", *column)).equals(("f", *column)))
        });
    let mut select = family.keys();
    select
        .join_as(JoinType::InnerJoin, family.sql(), "earlier", earlier)
        .and_where(Expr::col(("earlier", "rev_to")).gt(Expr::col(("f", "rev_from"))))
        .limit(NAMED);
    select
}

/// SQL tables whose rows are carried by entities, with the package tables that each holds.
pub(super) fn carriers() -> Vec<(&'static str, Vec<&'static Table>)> {
    let mut carriers: Vec<(&'static str, Vec<&'static Table>)> = Vec::new();
    for family in families() {
        let (Family::Dimension(table) | Family::Fact(table, Layout { numbered: false, .. })) = family else { continue };
        match carriers.iter_mut().find(|(sql, _)| *sql == family.sql()) {
            Some((_, tables)) => tables.push(table),
            None => carriers.push((family.sql(), vec![table])),
        }
    }
    carriers
}

/// Rows whose entity is missing or of a kind that the SQL table does not hold.
pub(super) fn strangers(sql: &'static str, tables: &[&'static Table]) -> SelectStatement {
    Query::select()
        .column(("f", "entity"))
        .from_as(sql, "f")
        .join_as(JoinType::LeftJoin, "entity", "e", Expr::col(("e", "id")).equals(("f", "entity")))
        .cond_where(
            Condition::any()
                .add(Expr::col(("e", "id")).is_null())
                .add(Expr::col(("e", "kind")).is_not_in(tables.iter().map(|table| entity_kind(table)))),
        )
        .limit(NAMED)
        .take()
}

/// Numbered rows are numbered without a gap, in the order of revisions and keys.
async fn numbered_rows(session: &mut Session, family: Family, findings: &mut Findings) -> Result<(), StoreError> {
    let select = numbered(family);
    let mut rows = session.stream(&select);
    let mut last: (i64, i64, String) = (0, 0, String::new());
    while let Some(row) = rows.try_next().await? {
        let now = (row.int(2)?, row.int(1)?, row.some_text(0)?.unwrap_or_default());
        if now.0 != last.0 + 1 || (now.1, &now.2) <= (last.1, &last.2) {
            findings.add(None, Some((family.name(), now.2)), NUMBER.0, NUMBER.1);
            return Ok(());
        }
        last = now;
    }
    Ok(())
}

/// The keys of a numbered table with their revisions and numbers.
pub(super) fn numbered(family: Family) -> SelectStatement {
    family.keys().columns([("f", "rev_from"), ("f", "id")]).order_by(("f", "id"), Order::Asc).take()
}

const NUMBER: (&str, &str) = ("编号不是导入时分配的。", "Its number is not the one that its import gave it.");

/// Identities are numbered without a gap, in the order of first revision, table and key; each has a row.
async fn identities(session: &mut Session, findings: &mut Findings) -> Result<(), StoreError> {
    let select = numbered_identities();
    let mut rows = session.stream(&select);
    let order: HashMap<&str, usize> = families().iter().zip(0..).map(|(family, at)| (family.name(), at)).collect();
    let mut last: (i64, (i64, usize, String)) = (0, (0, 0, String::new()));
    while let Some(row) = rows.try_next().await? {
        let (id, kind, code) = (row.int(0)?, row.text(1)?, row.text(2)?);
        let mut first: Option<i64> = None;
        for at in 3..3 + CARRIERS.len() {
            first = first.into_iter().chain(row.some_int(at)?).min();
        }
        let table = table_of_kind(&kind);
        let Some((table, first)) = table.filter(|table| entity_kind(table) == kind).zip(first) else {
            findings.add(
                None,
                None,
                &format!("对象 {kind} {code} 没有任何行。"),
                &format!("No row carries {kind} {code}."),
            );
            return Ok(());
        };
        let now = (first, order.get(table.name).copied().unwrap_or_default(), code);
        if id != last.0 + 1 || now <= last.1 {
            findings.add(None, Some((table.name, now.2)), NUMBER.0, NUMBER.1);
            return Ok(());
        }
        last = (id, now);
    }
    Ok(())
}

/// SQL tables whose rows are carried by entities.
const CARRIERS: [&str; 4] = ["dimension", "project", "enterprise", "register_entry"];

/// Every identity with the first revision of its rows in each table that could carry it.
pub(super) fn numbered_identities() -> SelectStatement {
    let mut select = Query::select();
    select.columns([("e", "id"), ("e", "kind"), ("e", "code")]).from_as("entity", "e");
    for sql in CARRIERS {
        let first = Query::select()
            .expr(Expr::col(("f", "rev_from")).min())
            .from_as(sql, "f")
            .and_where(Expr::col(("f", "entity")).equals(("e", "id")))
            .take();
        select.expr(Expr::SubQuery(None, Box::new(first.into())));
    }
    select.order_by(("e", "id"), Order::Asc).take()
}
