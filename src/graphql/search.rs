//! Finding anything by what it is called.

use std::ops::Range;

use async_graphql::{Enum, Object, SimpleObject, Union};

use super::chain::Chain;
use super::cluster::Cluster;
use super::document::Document;
use super::enterprise::Enterprise;
use super::fault::Fault;
use super::indicator::Indicator;
use super::layout::LayoutElement;
use super::library;
use super::loaders::{EnterpriseId, ProjectId};
use super::plan::{Plan, PlanSection};
use super::project::Project;
use super::region::Region;
use super::register::Register;
use super::task::Task;
use super::unit::ResponsibleUnit;
use super::view::View;
use super::zone::Zone;
use crate::atlas::search::{Called, Field, Found, Names, Query};
use crate::domain::{EntityId, Kind};
use crate::store::names::{self, Named};

/// Letters of a text to search for, at most.
const MOST_TEXT: usize = 200;
/// Results at most.
const MOST_RESULTS: i32 = 100;
/// Names that the database gives of a kind that has too many to hold ready.
const MOST_BEGINNING: u64 = 100;
/// Letters of a snippet, and those of them before the first match.
const SNIPPET: (usize, usize) = (60, 16);

/// 找到的事物。
/// What was found.
#[derive(Union, Clone)]
pub enum SearchHit {
    /// 行政区。
    /// A region.
    Region(Region),
    /// 开发区。
    /// A zone.
    Zone(Zone),
    /// 布局要素。
    /// An element of the layout.
    LayoutElement(LayoutElement),
    /// 产业集群。
    /// A cluster.
    Cluster(Cluster),
    /// 产业链。
    /// A chain.
    Chain(Chain),
    /// 项目。
    /// A project.
    Project(Project),
    /// 重点任务。
    /// A task.
    Task(Task),
    /// 指标。
    /// An indicator.
    Indicator(Indicator),
    /// 责任单位。
    /// A responsible unit.
    ResponsibleUnit(ResponsibleUnit),
    /// 来源文件。
    /// A source document.
    Document(Document),
    /// 企业。
    /// An enterprise.
    Enterprise(Enterprise),
    /// 名录。
    /// A register.
    Register(Register),
    /// 规划。
    /// A plan.
    Plan(Plan),
    /// 提纲条目。
    /// A heading of a plan.
    PlanSection(PlanSection),
}

/// 在事物的哪一种文字中找到。
/// In which of a thing's texts it was found.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Field")]
pub enum SearchField {
    /// 名称或标题。
    /// Its name or title.
    Name,
    /// 英文名称。
    /// Its name in English.
    EnglishName,
    /// 别名、主导产业、认定机关或发文机关。
    /// Another spelling, a leading industry, or who recognises or issues it.
    Alias,
    /// 序号。
    /// Its number.
    Number,
    /// 代码。
    /// Its code.
    Code,
    /// 正文。
    /// Its text.
    Text,
}

/// 摘录的一段。
/// A part of a snippet.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct SnippetPart {
    /// 文字。
    /// The text.
    text: String,
    /// 是否为所匹配的部分。
    /// Whether it is what was matched.
    matched: bool,
}

/// A thing found.
pub struct SearchResult {
    hit: SearchHit,
    field: SearchField,
    parts: Vec<SnippetPart>,
    score: f64,
}

/// 一条查找结果。
/// A result of a search.
#[Object]
impl SearchResult {
    /// 找到的事物。
    /// What was found.
    async fn hit(&self) -> &SearchHit {
        &self.hit
    }

    /// 在其哪一种文字中找到。
    /// In which of its texts.
    async fn field(&self) -> SearchField {
        self.field
    }

    /// 所匹配的文字，过长时截取其前后，以「…」表示。
    /// The text that matched; a long one is cut around the match, which «…» shows.
    async fn snippet(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect()
    }

    /// 摘录按是否匹配分成的各段，依次相连即为摘录。
    /// The snippet in parts, matched or not; joined in order they are the snippet.
    async fn parts(&self) -> &[SnippetPart] {
        &self.parts
    }

    /// 匹配程度：1 为名称完全一致。
    /// How well it is met: 1 is a name as it stands.
    async fn score(&self) -> f64 {
        self.score
    }
}

/// Something found before it is fetched.
struct Candidate {
    kind: Kind,
    id: EntityId,
    score: f64,
    field: SearchField,
    parts: Vec<SnippetPart>,
}

/// The best candidates so far, in order: those of equal score by kind and then in the order of their kind.
struct Ranking<'a> {
    query: &'a Query,
    most: usize,
    candidates: Vec<Candidate>,
}

impl Ranking<'_> {
    fn add(&mut self, kind: Kind, found: Vec<Found<'_>>) {
        let mut found = found;
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(self.most);
        self.candidates.extend(found.into_iter().map(|found| Candidate {
            kind,
            id: found.id,
            score: found.score,
            field: found.called.field().into(),
            parts: snippet(found.called, &self.query.marked(found.called)),
        }));
        self.candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.candidates.truncate(self.most);
    }
}

/// Finds anything by what it is called.
///
/// # Errors
/// [`Fault`] when the text is too long, too many results are wanted, or the database fails.
pub async fn search(view: &View, text: &str, first: Option<i32>) -> Result<Vec<SearchResult>, Fault> {
    let first = first.unwrap_or(10);
    let most = usize::try_from(first).ok().filter(|_| first <= MOST_RESULTS).ok_or_else(|| {
        Fault::argument("first", format!("须在 0 与 {MOST_RESULTS} 之间"), format!("must be within 0 … {MOST_RESULTS}"))
    })?;
    if text.chars().count() > MOST_TEXT {
        return Err(Fault::argument("text", format!("至多 {MOST_TEXT} 字"), format!("{MOST_TEXT} characters at most")));
    }
    let Some(query) = Query::new(text) else { return Ok(Vec::new()) };
    let query = &query;
    let mut ranking = Ranking { query, most, candidates: Vec::new() };
    let atlas = view.atlas();
    ranking.add(Kind::Region, atlas.regions.find(query));
    ranking.add(Kind::Zone, atlas.zones.find(query));
    ranking.add(Kind::Layout, atlas.layout.find(query));
    ranking.add(Kind::Cluster, atlas.clusters.find(query));
    ranking.add(Kind::Chain, atlas.chains.find(query));
    ranking.add(Kind::Indicator, atlas.indicators.find(query));
    ranking.add(Kind::Task, atlas.tasks.find(query));
    ranking.add(Kind::Unit, atlas.units.find(query));
    ranking.add(Kind::Register, atlas.registers.find(query));
    ranking.add(Kind::Plan, atlas.plans.find(query));
    ranking.add(Kind::Section, atlas.sections.find(query));
    ranking.add(Kind::Document, atlas.documents.find(query));
    for named in [Named::Project, Named::Enterprise] {
        match view.names(named).await? {
            Some(names) => ranking.add(named.kind(), names.find(query)),
            None => ranking.add(named.kind(), beginning(view, named, text).await?.find(query)),
        }
    }
    fetch(view, ranking.candidates).await
}

/// The facts of a kind, too many to hold ready, that begin with a text.
async fn beginning(view: &View, named: Named, text: &str) -> Result<Names, Fault> {
    let (store, at) = (view.store(), view.revision().number);
    let found = names::beginning(store, at, named, text.trim(), MOST_BEGINNING).await;
    Ok(library::called(found.map_err(Fault::from)?))
}

/// The things found; all projects by one statement, and all enterprises.
async fn fetch(view: &View, candidates: Vec<Candidate>) -> Result<Vec<SearchResult>, Fault> {
    let of = |kind| candidates.iter().filter(move |one| one.kind == kind).map(|one| one.id.0);
    let mut projects = view.facts().load_many(of(Kind::Project).map(ProjectId)).await?;
    let mut enterprises = view.facts().load_many(of(Kind::Enterprise).map(EnterpriseId)).await?;
    let mut hit = |candidate: &Candidate| {
        let (atlas, id) = (view.atlas(), candidate.id);
        Some(match candidate.kind {
            Kind::Region => SearchHit::Region(Region::new(view, atlas.regions.id(id)?)),
            Kind::Zone => SearchHit::Zone(Zone::new(view, atlas.zones.id(id)?)),
            Kind::Layout => SearchHit::LayoutElement(LayoutElement::new(view, atlas.layout.id(id)?)),
            Kind::Cluster => SearchHit::Cluster(Cluster::new(view, atlas.clusters.id(id)?)),
            Kind::Chain => SearchHit::Chain(Chain::new(view, atlas.chains.id(id)?)),
            Kind::Indicator => SearchHit::Indicator(Indicator::new(view, atlas.indicators.id(id)?)),
            Kind::Task => SearchHit::Task(Task::new(view, atlas.tasks.id(id)?)),
            Kind::Unit => SearchHit::ResponsibleUnit(ResponsibleUnit::new(view, atlas.units.id(id)?)),
            Kind::Register => SearchHit::Register(Register::new(view, atlas.registers.id(id)?)),
            Kind::Plan => SearchHit::Plan(Plan::new(view, atlas.plans.id(id)?)),
            Kind::Section => SearchHit::PlanSection(PlanSection::new(view, atlas.sections.id(id)?)),
            Kind::Document => SearchHit::Document(Document::new(atlas.documents.id(id)?)),
            Kind::Project => SearchHit::Project(Project::new(view, projects.remove(&ProjectId(id.0))?)),
            Kind::Enterprise => SearchHit::Enterprise(Enterprise::new(view, enterprises.remove(&EnterpriseId(id.0))?)),
            _ => return None,
        })
    };
    let hits: Vec<Option<SearchHit>> = candidates.iter().map(&mut hit).collect();
    let results = candidates.into_iter().zip(hits).filter_map(|(candidate, hit)| {
        Some(SearchResult { hit: hit?, field: candidate.field, parts: candidate.parts, score: candidate.score })
    });
    Ok(results.collect())
}

/// What is shown of a text: all of it, or the part around the first match.
fn snippet(called: &Called, marked: &[Range<usize>]) -> Vec<SnippetPart> {
    let text = called.text();
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let letters = places.len() - 1;
    let first = marked.first().map_or(0, |part| places.partition_point(|at| *at < part.start));
    let start = if letters <= SNIPPET.0 { 0 } else { first.saturating_sub(SNIPPET.1).min(letters - SNIPPET.0) };
    let end = letters.min(start + SNIPPET.0);
    let (from, to) = (places[start], places[end]);
    let mut parts = Vec::new();
    let mut put = |text: &str, matched| {
        if !text.is_empty() {
            parts.push(SnippetPart { text: text.to_owned(), matched });
        }
    };
    put(if from > 0 { "…" } else { "" }, false);
    let mut at = from;
    for part in marked {
        let (begin, stop) = (part.start.clamp(at, to), part.end.clamp(at, to));
        put(&text[at..begin], false);
        put(&text[begin..stop], true);
        at = stop;
    }
    put(&text[at..to], false);
    put(if to < text.len() { "…" } else { "" }, false);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, query: &str) -> String {
        let called = Called::new(Field::Text, text);
        let parts = snippet(&called, &Query::new(query).unwrap().marked(&called));
        parts.iter().map(|part| if part.matched { format!("[{}]", part.text) } else { part.text.clone() }).collect()
    }

    #[test]
    fn a_snippet_shows_what_was_matched_and_some_of_what_is_around_it() {
        assert_eq!(shown("Mill park", "park"), "Mill [park]");
        let long = format!("{}码头{}", "前".repeat(50), "后".repeat(50));
        let cut = shown(&long, "码头");
        assert_eq!(cut, format!("…{}[码头]{}…", "前".repeat(16), "后".repeat(42)));
        assert_eq!(shown(&long, "码头后").chars().filter(|letter| *letter == '后').count(), 42);
        let end = format!("{}码头", "前".repeat(98));
        assert_eq!(shown(&end, "码头"), format!("…{}[码头]", "前".repeat(58)));
    }
}
