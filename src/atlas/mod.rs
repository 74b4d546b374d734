//! The atlas: the immutable read model of one revision.
//!
//! Plans, tasks, targets, units, places, outlines, clusters, chains, indicators, registers and documents are read by
//! every question and are only thousands, so they live here, typed, found by identity or code and joined ready for
//! use. Facts (observations, projects, enterprises, register entries) stay in the database.
//!
//! - [`Family`]: all things of one kind, in order.
//! - [`search`]: what things are called, and which of them is meant.
//! - [`Index`]: who belongs to whom, the other way round than it is written.
//! - [`Links`]: what a task touches, and how that is known.
//! - [`Footprint`]: what is drawn for a place; stated by a source, or made of its members' outlines.
//! - [`Relation`]: how places lie to each other, by declaration and by geometry.
//!
//! Everything sits behind an `Arc`; a later revision shares whatever was not touched in between.

mod build;
mod family;
mod footprint;
mod ground;
mod index;
mod layer;
mod links;
mod place;
mod related;
pub mod search;
mod source;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::NaiveDate;

use crate::domain::{
    Chain, Cluster, Contradiction, Document, EntityId, Event, Group, Indicator, Industry, Kind, LayoutElement,
    Mechanism, Outline, Plan, Region, Register, ResponsibleUnit, Section, Target, Task, Term, Unreadable, Zone,
};
use crate::store::project::Reach;
use crate::store::{Dimension, Drawing};

pub use build::Touched;
pub use family::{Family, Thing};
pub use footprint::{Drawn, Footprint};
pub use ground::Ground;
pub use index::{Assignment, Index};
pub use links::{Link, LinkVia, Links};
pub use place::{Place, Subject};
pub use related::{PlaceRelation, Relation};

use build::{Reuse, Rows};

/// What an atlas is made from.
#[derive(Debug, Default)]
pub struct Source {
    /// The revision.
    pub revision: i32,
    /// All dimension rows alive at it.
    pub rows: Vec<Dimension>,
    /// Which tasks have projects where.
    pub projects: Vec<Reach>,
    /// Outlines as they are drawn.
    pub drawings: Vec<Drawing>,
    /// Which tables were last touched when.
    pub touched: Touched,
}

/// The read model of one revision, seen on one day.
#[derive(Debug, Clone)]
pub struct Atlas {
    /// The revision.
    pub revision: i32,
    /// The day on which it is read: outlines in force, things due.
    pub on: NaiveDate,
    touched: Arc<Touched>,
    /// 来源文件
    pub documents: Arc<Family<Document>>,
    /// 规划
    pub plans: Arc<Family<Plan>>,
    /// 提纲
    pub sections: Arc<Family<Section>>,
    /// 任务组
    pub groups: Arc<Family<Group>>,
    /// 重点任务
    pub tasks: Arc<Family<Task>>,
    /// 目标
    pub targets: Arc<Family<Target>>,
    /// 责任单位
    pub units: Arc<Family<ResponsibleUnit>>,
    /// 布局要素
    pub layout: Arc<Family<LayoutElement>>,
    /// 行政区
    pub regions: Arc<Family<Region>>,
    /// 开发区
    pub zones: Arc<Family<Zone>>,
    /// 边界
    pub outlines: Arc<Family<Outline>>,
    /// 产业
    pub industries: Arc<Family<Industry>>,
    /// 产业集群
    pub clusters: Arc<Family<Cluster>>,
    /// 产业链
    pub chains: Arc<Family<Chain>>,
    /// 活动
    pub events: Arc<Family<Event>>,
    /// 指标
    pub indicators: Arc<Family<Indicator>>,
    /// 名录
    pub registers: Arc<Family<Register>>,
    /// Sources that do not agree.
    pub contradictions: Arc<Vec<Contradiction>>,
    /// What the plan sets going, and where its data is.
    pub mechanisms: Arc<Vec<Mechanism>>,
    /// Terms, and whether the plan says what they mean.
    pub terms: Arc<Vec<Term>>,
    /// Who belongs to whom.
    pub index: Arc<Index>,
    /// What tasks touch.
    pub links: Arc<Links>,
    /// Footprints; asked through [`Atlas::footprint`].
    ground: Arc<Ground>,
    related: Arc<related::Cache>,
}

impl Atlas {
    /// Reads a revision as of the day `on`, sharing with `previous` (an atlas of any other revision of the same
    /// database) every part none of whose tables was touched in between.
    ///
    /// # Errors
    /// [`Unreadable`] when a row does not hold what its table promises; import lets no such row in.
    pub fn build(source: Source, on: NaiveDate, previous: Option<&Self>) -> Result<Self, Unreadable> {
        let rows = Rows::new(source.rows)?;
        let reuse = Reuse { touched: &source.touched, previous: previous.map(|atlas| (atlas, &*atlas.touched)) };

        macro_rules! family {
            ($field:ident, [$($table:literal),+], $read:expr) => {
                reuse.or(&[$($table),+, "citations"], |atlas| &atlas.$field, || Ok(Family::new($read?)))?
            };
        }
        let documents = family!(documents, ["documents"], rows.things());
        let plans = family!(plans, ["plans"], rows.things());
        let sections = family!(sections, ["sections", "section_units"], rows.sections());
        let groups = family!(groups, ["groups"], rows.things());
        let tasks = family!(tasks, ["tasks", "task_units", "task_links"], rows.tasks());
        let targets = family!(targets, ["targets", "milestones", "plans"], rows.targets(&plans));
        let units = family!(units, ["units", "unit_aliases"], rows.units());
        let layout = family!(layout, ["layout", "layout_members"], rows.layout());
        let regions = family!(regions, ["regions", "profile_facts"], rows.regions());
        let zones = family!(zones, ["zones", "zone_hosts", "zone_lineage", "profile_facts"], rows.zones());
        let outlines = family!(outlines, ["footprints"], rows.things());
        let industries = family!(industries, ["industries"], rows.things());
        let clusters = family!(clusters, ["clusters", "industry_places"], rows.clusters());
        let chains = family!(chains, ["chains", "chain_stages", "industry_places"], rows.chains());
        let events = family!(events, ["events"], rows.things());
        let indicators = family!(indicators, ["indicators", "definition_breaks"], rows.indicators());
        let registers = family!(registers, ["registers"], rows.things());
        let contradictions =
            reuse.or(&["contradictions"], |atlas| &atlas.contradictions, || rows.read("contradictions"))?;
        let mechanisms = reuse.or(&["mechanisms"], |atlas| &atlas.mechanisms, || rows.read("mechanisms"))?;
        let terms = reuse.or(&["terms"], |atlas| &atlas.terms, || rows.read("terms"))?;

        let mut atlas = Self {
            revision: source.revision,
            on,
            documents,
            plans,
            sections,
            groups,
            tasks,
            targets,
            units,
            layout,
            regions,
            zones,
            outlines,
            industries,
            clusters,
            chains,
            events,
            indicators,
            registers,
            contradictions,
            mechanisms,
            terms,
            index: Arc::default(),
            links: Arc::default(),
            ground: Arc::default(),
            related: Arc::default(),
            touched: Arc::default(),
        };
        atlas.index = reuse.or(Index::TABLES, |held| &held.index, || Ok(Index::new(&atlas)))?;
        atlas.links = reuse.or(Links::TABLES, |held| &held.links, || Ok(Links::new(&atlas, &source.projects)))?;
        atlas.ground = reuse.or(Ground::TABLES, |held| &held.ground, || Ok(Ground::new(&atlas, source.drawings)))?;
        atlas.touched = Arc::new(source.touched);
        Ok(atlas)
    }

    /// Whether the outlines of a revision whose tables were last touched so are those of this atlas: it needs no drawings
    /// then to be built beside it.
    pub fn shares_outlines(&self, touched: &Touched) -> bool {
        build::untouched(Ground::TABLES, &self.touched, touched)
    }

    /// The same revision seen on another day; everything is shared.
    #[must_use]
    pub fn seen_on(&self, on: NaiveDate) -> Self {
        Self { on, ..self.clone() }
    }

    /// The last revision that touched a table; 0 when none did.
    pub fn touched(&self, table: &str) -> i32 {
        self.touched.get(table).copied().unwrap_or(0)
    }

    /// The identity of a code, for kinds that the atlas holds.
    pub fn find(&self, kind: Kind, code: &str) -> Option<EntityId> {
        match kind {
            Kind::Document => self.documents.code(code).map(|d| d.id),
            Kind::Plan => self.plans.code(code).map(|p| p.id),
            Kind::Section => self.sections.code(code).map(|s| s.id),
            Kind::Group => self.groups.code(code).map(|g| g.id),
            Kind::Task => self.tasks.code(code).map(|t| t.id),
            Kind::Target => self.targets.code(code).map(|t| t.id),
            Kind::Unit => self.units.code(code).map(|u| u.id),
            Kind::Layout => self.layout.code(code).map(|l| l.id),
            Kind::Region => self.regions.code(code).map(|r| r.id),
            Kind::Zone => self.zones.code(code).map(|z| z.id),
            Kind::Footprint => self.outlines.code(code).map(|o| o.id),
            Kind::Industry => self.industries.code(code).map(|i| i.id),
            Kind::Cluster => self.clusters.code(code).map(|c| c.id),
            Kind::Chain => self.chains.code(code).map(|c| c.id),
            Kind::Event => self.events.code(code).map(|e| e.id),
            Kind::Indicator => self.indicators.code(code).map(|i| i.id),
            Kind::Register => self.registers.code(code).map(|r| r.id),
            Kind::Project | Kind::Enterprise => None,
        }
    }
}
