//! Making a revision: compare what the packages say with what the database holds, end what changed or
//! went, begin what is new, check that everything still fits together, seal it with a digest.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, UpdateStatement, Value};

use super::brought::{Brought, New, Place};
use super::columns::Layout;
use super::db::{Dialect, Session, Written};
use super::digest::{self, Damaged, FORMAT, Head};
use super::error::{CommitError, Held, StoreError};
use super::identities::Identities;
use super::insert::{BATCH, Inserts, insert, pour};
use super::redaction::Hashes;
use super::revision::{self, Revision};
use super::sealed::{self, Seed};
use super::version::{self, Content, Family, OPEN, Version, entity_kind, packaged};
use super::{Step, Store, drawing, references};
use crate::domain::{Kind, Package};
use crate::geometry;
use crate::package::on_all_cores;

/// How many broken rows an error names.
pub(super) const NAMED: u64 = 20;

/// What an import asks for.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The packages, read and checked. Rows of packages not given are left alone.
    pub packages: &'a [Package],
    /// Who.
    pub author: &'a str,
    /// Why.
    pub message: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The database already says all of it; this is its newest revision.
    Unchanged(Revision),
    /// A new revision.
    Committed {
        /// The revision.
        revision: Revision,
        /// Rows begun, by table; a changed row counts here and under `ended`.
        begun: BTreeMap<&'static str, usize>,
        /// Rows ended, by table.
        ended: BTreeMap<&'static str, usize>,
    },
}

/// What is to be done to one table.
struct Plan<'a> {
    family: Family,
    /// Ids (names, for packages) of live rows to end.
    end: Vec<Value>,
    packages: &'a [Package],
    /// Where the new rows stand, in the order of keys.
    begin: Vec<Place>,
}

impl<'a> Plan<'a> {
    /// The new rows in the order of keys.
    fn rows(&self) -> impl Iterator<Item = New<'a>> + Send + use<'a, '_> {
        self.begin.iter().map(|place| place.read(self.packages))
    }
}

impl Store {
    /// Makes one revision of a change, or none when nothing changes. All or nothing.
    ///
    /// # Errors
    /// See [`CommitError`]; nothing is written then.
    pub async fn commit(&self, change: Change<'_>) -> Result<Outcome, CommitError> {
        self.change(change, None, true).await
    }

    /// [`Store::commit`] of a change that was worked out from what revision `onto` holds (0: an empty database).
    ///
    /// # Errors
    /// [`CommitError::Overtaken`] when another revision has come since: work it out anew.
    pub async fn commit_onto(&self, change: Change<'_>, onto: i32) -> Result<Outcome, CommitError> {
        self.change(change, Some(onto), true).await
    }

    /// Does everything that [`Store::commit_onto`] does, then takes it back: what would come of it.
    ///
    /// # Errors
    /// Those of the commit.
    pub async fn rehearse(&self, change: Change<'_>, onto: i32) -> Result<Outcome, CommitError> {
        self.change(change, Some(onto), false).await
    }

    async fn change(&self, change: Change<'_>, onto: Option<i32>, keep: bool) -> Result<Outcome, CommitError> {
        let mut session = self.db.write().await?;
        let newest = revision::head(&mut session).await?;
        let number = newest.as_ref().map_or(1, |revision| revision.number + 1);
        if onto.is_some_and(|onto| onto != number - 1) {
            return Err(CommitError::Overtaken);
        }
        self.tell(Step::Compare, 0, 0);
        let plans = plan(&mut session, change.packages).await?;
        if plans.is_empty() {
            return newest.map(Outcome::Unchanged).ok_or(CommitError::Nothing);
        }
        for plan in &plans {
            end(&mut session, plan, number).await?;
        }
        let ids = identify(&mut session, &plans).await?;
        let seed = self.seed.map_or_else(Seed::draw, Ok)?;
        let grown: BTreeSet<&str> =
            plans.iter().filter(|plan| plan.begin.len() >= BATCH).map(|plan| plan.family.sql()).collect();
        // Where nothing was before, indexes are made sooner of all rows than row by row.
        let indexes = if newest.is_none() { session.take_indexes(&grown).await? } else { Vec::new() };
        let rows = plans.iter().map(|plan| plan.begin.len()).sum();
        let mut written = 0;
        let mut wrote = |some: usize| {
            written += some;
            self.tell(Step::Write, written, rows);
        };
        for plan in &plans {
            begin(&mut session, plan, number, &ids, seed, &mut wrote).await?;
        }
        drop(ids);
        self.tell(Step::Check, 0, 0);
        // Outlines are drawn while the database alone is at work.
        let outlined = plans.iter().any(|plan| plan.family.name() == Kind::Footprint.table());
        let drafts = if keep { drawing::begin(&mut session, number, outlined).await? } else { None };
        session.make_indexes(indexes).await?;
        // Once a table has many new rows, its old statistics mislead the checks that follow.
        if !grown.is_empty() {
            session.analyze(grown.into_iter().chain(["entity"])).await?;
        }
        let held = overlaps(&mut session, &plans, number).await?;
        if !held.is_empty() {
            return Err(CommitError::HeldElsewhere(held));
        }
        references::check(&mut session, number).await?;
        let made = Made { author: change.author, message: change.message, at: change.at };
        let mut given = as_given(&plans);
        let mut read = 0;
        let inspect = |family: Family, version: &Version| {
            read += 1;
            if read % BATCH == 0 || read == rows {
                self.tell(Step::Seal, read, rows);
            }
            given(family, version)
        };
        let revision = seal(&mut session, made, number, newest.as_ref(), inspect).await?;
        // A session that ends without this is rolled back.
        if let Some(drafts) = drafts {
            drafts.finish(&mut session, number).await?;
        }
        if keep {
            session.commit().await?;
        }
        let count = |rows: fn(&Plan<'_>) -> usize| {
            plans.iter().map(|plan| (plan.family.name(), rows(plan))).filter(|(_, rows)| *rows > 0).collect()
        };
        Ok(Outcome::Committed { revision, begun: count(|plan| plan.begin.len()), ended: count(|plan| plan.end.len()) })
    }
}

/// Compares the packages with the live rows they hold. Tables in which nothing changes are left out.
async fn plan<'a>(session: &mut Session, packages: &'a [Package]) -> Result<Vec<Plan<'a>>, CommitError> {
    let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let named = version::named(session).await?;
    let mut plans = Vec::new();
    for family in packaged() {
        let mut brought =
            Brought::of(family, packages).map_err(|key| CommitError::Duplicate { table: family.name(), key })?;
        let mut end = Vec::new();
        let select = living(session.dialect(), family, &names);
        {
            let mut live = session.stream(&select);
            while let Some(row) = live.try_next().await.map_err(CommitError::from)? {
                let old = family.version(&row, &named)?.map_err(|_| StoreError::Damaged)?;
                if !brought.takes_over(&old) {
                    end.push(if matches!(family, Family::Packages) { old.key.into() } else { old.id.into() });
                }
            }
        }
        let begin = brought.rest();
        if !end.is_empty() || !begin.is_empty() {
            plans.push(Plan { family, end, packages, begin });
        }
    }
    Ok(plans)
}

/// The live rows that packages hold.
pub(super) fn living(dialect: Dialect, family: Family, packages: &[&str]) -> SelectStatement {
    let mut select = family.select(dialect);
    select.and_where(Expr::col(("f", owner(family))).is_in(packages.iter().copied()));
    select.and_where(Expr::col(("f", "rev_to")).eq(OPEN));
    select
}

/// Ends rows.
async fn end(session: &mut Session, plan: &Plan<'_>, number: i32) -> Result<(), StoreError> {
    for ids in plan.end.chunks(BATCH) {
        session.run(&ending(plan.family, ids, number)).await?;
    }
    Ok(())
}

pub(super) fn ending(family: Family, ids: &[Value], number: i32) -> UpdateStatement {
    Query::update()
        .table(family.sql())
        .value("rev_to", i64::from(number))
        .and_where(Expr::col(family.id_column()).is_in(ids.iter().cloned()))
        .and_where(Expr::col("rev_to").eq(OPEN))
        .take()
}

/// Ids of everything that the new rows are or point to. New identities are numbered in the order of
/// tables and keys, so that the same imports give the same ids everywhere; none is ever used again.
async fn identify(session: &mut Session, plans: &[Plan<'_>]) -> Result<Identities, StoreError> {
    let first = next_id(session, "entity").await?;
    // An empty database has none: there is nothing to ask, and nothing but the new rows to point to.
    let empty = first == 1;
    let mut ids = if empty { Identities::default() } else { wanted(plans) };
    for (kind, codes) in ids.kinds() {
        let asked: Vec<String> = codes.all().map(str::to_owned).collect();
        for some in asked.chunks(BATCH) {
            for row in session.rows(&coded(kind, some.iter().map(String::as_str))).await? {
                codes.number(&row.text(1)?, row.int(0)?);
            }
        }
    }
    let mut id = first;
    for plan in plans {
        let Some(kind) = carried(plan.family) else { continue };
        let mut inserts = Inserts::new("entity", &["id", "kind", "code"], session.dialect());
        let mut keys = plan.begin.iter().map(|place| place.key(plan.packages));
        let next = || -> Result<Option<(Written, usize)>, StoreError> {
            let mut fresh = Vec::with_capacity(BATCH);
            for key in keys.by_ref() {
                if empty {
                    ids.want(kind, &key);
                }
                if ids.number(kind, &key, id) {
                    fresh.push(vec![id.into(), kind.into(), Value::from(key)]);
                    id += 1;
                }
                if fresh.len() == BATCH {
                    break;
                }
            }
            let of = fresh.len();
            Ok((of > 0).then(|| (inserts.of(fresh), of)))
        };
        pour(session, next, |_| {}).await?;
    }
    Ok(ids)
}

/// Rows that are looked through at a time.
const SOME: usize = 20_000;

/// Everything that the new rows are or point to. They are looked through on all cores.
fn wanted(plans: &[Plan<'_>]) -> Identities {
    let parts: Vec<(&Plan<'_>, &[Place])> =
        plans.iter().flat_map(|plan| plan.begin.chunks(SOME).map(move |some| (plan, some))).collect();
    let next = AtomicUsize::new(0);
    let look = || {
        let mut ids = Identities::default();
        while let Some((plan, some)) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            for place in *some {
                if let Some(kind) = carried(plan.family) {
                    ids.want(kind, &place.key(plan.packages));
                }
                if let Family::Fact(_, layout) = plan.family
                    && let Content::Record(record) = place.read(plan.packages).content
                {
                    layout.references(&record).into_iter().for_each(|(kind, code)| ids.want(kind, code));
                }
            }
        }
        ids
    };
    on_all_cores(parts.len(), look).into_iter().fold(Identities::default(), Identities::with)
}

/// Ids of identities of one kind by their codes.
pub(super) fn coded<'a>(kind: &str, codes: impl Iterator<Item = &'a str>) -> SelectStatement {
    Query::select()
        .columns(["id", "code"])
        .from("entity")
        .and_where(Expr::col("kind").eq(kind))
        .and_where(Expr::col("code").is_in(codes))
        .take()
}

/// `entity.kind` of a table's rows, where they are carried by an entity.
fn carried(family: Family) -> Option<&'static str> {
    match family {
        Family::Packages | Family::Editions | Family::Redactions | Family::Fact(_, Layout { numbered: true, .. }) => {
            None
        }
        Family::Dimension(table) | Family::Fact(table, _) => Some(entity_kind(table)),
    }
}

async fn next_id(session: &mut Session, table: &'static str) -> Result<i64, StoreError> {
    let rows = session.rows(&largest_id(table)).await?;
    Ok(rows.first().map(|row| row.some_int(0)).transpose()?.flatten().unwrap_or(0) + 1)
}

pub(super) fn largest_id(table: &'static str) -> SelectStatement {
    Query::select().expr(Func::max(Expr::col("id"))).from(table).take()
}

/// Begins rows.
async fn begin(
    session: &mut Session,
    plan: &Plan<'_>,
    number: i32,
    ids: &Identities,
    seed: Seed,
    wrote: &mut (impl FnMut(usize) + Send),
) -> Result<(), CommitError> {
    let life = [Value::from(i64::from(number)), OPEN.into()];
    let find = |kind: &str, code: &str| ids.find(kind, code);
    let mut next = match plan.family {
        Family::Fact(_, layout) if layout.numbered => next_id(session, layout.sql).await?,
        _ => 0,
    };
    let mut columns: Vec<&'static str> = match plan.family {
        Family::Packages => vec!["name", "title", "version"],
        Family::Editions | Family::Redactions => Vec::new(),
        Family::Dimension(_) => vec!["entity", "package", "body", "shape", "salt"],
        Family::Fact(_, layout) => [&[plan.family.id_column()], &*layout.names(), &["package", "salt"]].concat(),
    };
    columns.extend(["rev_from", "rev_to"]);
    let mut row = |place: &Place| {
        let new = place.read(plan.packages);
        let New { package, content } = &new;
        let key = LazyCell::new(|| new.key());
        let unfit = |column: &str| CommitError::Unfit {
            table: plan.family.name(),
            key: key.clone(),
            column: column.to_owned(),
        };
        // A row without texts has no salt: nothing would tell a changed one.
        let salted = matches!(content, Content::Record(record) if sealed::texts(record).next().is_some());
        let salt = || Value::from(salted.then(|| seed.salt(plan.family.name(), &key)));
        let own = || carried(plan.family).and_then(|kind| find(kind, &key)).ok_or_else(|| unfit("code"));
        let mut values: Vec<Value> = match (plan.family, content) {
            (Family::Fact(_, layout), Content::Record(record)) => {
                let id = if layout.numbered { next } else { own()? };
                next += 1;
                let unknown = layout.references(record).into_iter().find(|(kind, code)| find(kind, code).is_none());
                if let Some((kind, code)) = unknown {
                    return Err(references::missing(record, package, kind, code));
                }
                let typed = layout.values(record, &find).map_err(unfit)?;
                std::iter::once(id.into()).chain(typed).chain([Value::from(*package), salt()]).collect()
            }
            (_, Content::Record(record)) => {
                let shape = record.shape.as_ref().map(geometry::to_blob);
                vec![own()?.into(), (*package).into(), version::dimension_body(record)?.into(), shape.into(), salt()]
            }
            (_, Content::Package { title, version }) => [*package, title, version].map(|text: &str| text.into()).into(),
            (_, Content::Edition(_) | Content::Redaction(_)) => return Err(unfit("package")),
        };
        values.extend(life.clone());
        Ok(values)
    };
    let mut inserts = Inserts::new(plan.family.sql(), &columns, session.dialect());
    let mut some = plan.begin.chunks(BATCH);
    let next = || -> Result<Option<(Written, usize)>, CommitError> {
        let Some(some) = some.next() else { return Ok(None) };
        let rows = some.iter().map(&mut row).collect::<Result<Vec<_>, _>>()?;
        Ok(Some((inserts.of(rows), some.len())))
    };
    pour(session, next, wrote).await
}

/// Live rows of other packages whose identity a row begun now has taken; before a second revision there are none.
async fn overlaps(session: &mut Session, plans: &[Plan<'_>], number: i32) -> Result<Vec<Held>, StoreError> {
    let mut held = Vec::new();
    if number == 1 {
        return Ok(held);
    }
    for plan in plans {
        let family = plan.family;
        for row in session.rows(&taken(family, number)).await? {
            held.push(Held { table: family.name(), key: row.text(0)?, package: row.text(1)? });
        }
    }
    Ok(held)
}

/// Live rows of an earlier revision with an identity that a row begun in `number` has, and their packages.
pub(super) fn taken(family: Family, number: i32) -> SelectStatement {
    let mut select = family.keys();
    select.column(("f", owner(family)));
    let same = family.identity().iter().fold(
        Expr::col(("new", "rev_from")).eq(i64::from(number)).and(Expr::col(("new", "rev_to")).eq(OPEN)),
        |all, column| all.and(Expr::col(("new", *column)).equals(("f", *column))),
    );
    select.join_as(sea_query::JoinType::InnerJoin, family.sql(), "new", same);
    select.and_where(Expr::col(("f", "rev_to")).eq(OPEN));
    select.and_where(Expr::col(("f", "rev_from")).ne(i64::from(number)));
    family.ordered(select).limit(NAMED).take()
}

/// The column that says which package holds a row.
const fn owner(family: Family) -> &'static str {
    if matches!(family, Family::Packages) { "name" } else { "package" }
}

/// Who makes a revision, why and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made<'a> {
    pub(super) author: &'a str,
    pub(super) message: &'a str,
    pub(super) at: DateTime<Utc>,
}

/// What was written must read back as what was given: no digit, blank or order may get lost.
fn as_given<'a>(plans: &'a [Plan<'_>]) -> impl FnMut(Family, &Version) -> Option<String> + Send + 'a {
    let mut given: HashMap<&str, _> = plans.iter().map(|plan| (plan.family.name(), plan.rows())).collect();
    move |family, version| {
        let given = given.get_mut(family.name())?.next()?;
        match &given.content {
            // A record's key is part of what it says.
            Content::Record(_) => given.content.differs(&version.content),
            _ if given.package == version.key => given.content.differs(&version.content),
            _ => Some("key".to_owned()),
        }
    }
}

/// Computes the digest from what the database now holds and writes the revision. `inspect` is shown each row begun and
/// may name a field that is not what was meant.
pub(super) async fn seal(
    session: &mut Session,
    made: Made<'_>,
    number: i32,
    newest: Option<&Revision>,
    inspect: impl FnMut(Family, &Version) -> Option<String> + Send,
) -> Result<Revision, CommitError> {
    let committed_at = revision::moment(made.at, newest);
    let previous = newest.map(|revision| revision.digest.clone());
    let named = version::named(session).await?;
    let Made { author, message, .. } = made;
    let head = Head { number, committed_at, author, message, previous: previous.as_deref(), format: FORMAT };
    // Rows begun now hold no redacted text.
    let sealed = digest::digest(session, &named, &head, &Arc::new(Hashes::new()), inspect).await?;
    if let Some(Damaged { table, key, column }) = sealed.damage.into_iter().next() {
        return Err(CommitError::Unfit { table, key, column });
    }
    let revision = Revision {
        number,
        committed_at,
        author: author.to_owned(),
        message: message.to_owned(),
        digest: sealed.hex,
        previous_digest: previous,
        format: FORMAT,
    };
    let columns = ["number", "committed_at", "author", "message", "digest", "previous_digest", "format"];
    let values: [Value; 7] = [
        i64::from(number).into(),
        committed_at.timestamp_micros().into(),
        revision.author.as_str().into(),
        revision.message.as_str().into(),
        revision.digest.as_str().into(),
        revision.previous_digest.clone().into(),
        FORMAT.into(),
    ];
    insert(session, "revision", &columns, vec![values]).await?;
    session.announce(number).await?;
    Ok(revision)
}
