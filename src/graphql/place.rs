//! What every place has: a footprint, neighbours, and tasks that touch it.

use async_graphql::{Enum, Object};

use super::connection::{Connection, EdgeType, MOST_IN_MEMORY, Paging};
use super::document::Citation;
use super::fault::Fault;
use super::footprint::Footprint;
use super::interface::interface;
use super::layout::LayoutElement;
use super::node::NodeFields;
use super::ready::{self, Ask, Ready, Write};
use super::region::Region;
use super::scalars::Date;
use super::subject::SubjectFields;
use super::task_link::{LinkVia, TaskPlaceEdge, links_of_subject};
use super::tasks::TaskFilter;
use super::view::View;
use super::zone::Zone;
use crate::atlas;
use crate::domain::{self, EntityId};

interface! {
    /// 地面上有边界的对象。
    /// A subject with a footprint on the ground.
    Place extends [Node, Subject] from [NodeFields, SubjectFields, PlaceFields] for [Region, Zone, LayoutElement]
}

impl Ready for Place {}

impl Place {
    /// A place read in a view.
    pub fn new(view: &View, place: &atlas::Place) -> Self {
        match place {
            atlas::Place::Region(row) => Region::new(view, row).into(),
            atlas::Place::Zone(row) => Zone::new(view, row).into(),
            atlas::Place::Layout(row) => LayoutElement::new(view, row).into(),
        }
    }

    /// The place of a kind and code.
    pub fn of_code(view: &View, (kind, code): &(domain::Kind, String)) -> Option<Self> {
        view.atlas().place_of_code(*kind, code).map(|place| Self::new(view, &place))
    }
}

/// 地点的种类。
/// What a place is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// 地级市。
    /// Prefecture-level city.
    City,
    /// 市辖区。
    /// Urban district.
    District,
    /// 县。
    /// County.
    County,
    /// 县级市。
    /// County-level city.
    CountyLevelCity,
    /// 功能区，不设行政区划代码，可与县区重叠。
    /// Functional area: without a division code, may overlap counties and districts.
    FunctionalArea,
    /// 开发区。
    /// Development zone.
    Zone,
    /// 规划的布局要素。
    /// Element of a plan's layout.
    Layout,
}

impl From<domain::RegionKind> for PlaceKind {
    fn from(kind: domain::RegionKind) -> Self {
        match kind {
            domain::RegionKind::City => Self::City,
            domain::RegionKind::District => Self::District,
            domain::RegionKind::County => Self::County,
            domain::RegionKind::CountyLevelCity => Self::CountyLevelCity,
            domain::RegionKind::FunctionalArea => Self::FunctionalArea,
        }
    }
}

impl PlaceKind {
    /// What a place of the atlas is.
    pub fn of(place: &atlas::Place) -> Self {
        match place {
            atlas::Place::Region(region) => region.kind.into(),
            atlas::Place::Zone(_) => Self::Zone,
            atlas::Place::Layout(_) => Self::Layout,
        }
    }
}

/// 一个地点与另一个地点的关系，从前者看。
/// How one place lies to another, seen from the first.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "atlas::PlaceRelation")]
pub enum PlaceRelation {
    /// 包含对方。
    /// Holds the other.
    Contains,
    /// 位于对方之内。
    /// Lies within the other.
    Within,
    /// 与对方部分重叠。
    /// Shares a part of its area with the other.
    Overlaps,
    /// 与对方相邻。
    /// Shares a stretch of border with the other.
    Touches,
    /// 是对方（布局要素）的成员。
    /// Is a member of the other, a layout element.
    MemberOf,
    /// 以对方为成员。
    /// Has the other as a member.
    HasMember,
    /// 是对方的前身。
    /// Became the other.
    Precedes,
}

/// A place beside another.
pub struct PlaceRelationEdge {
    cursor: String,
    node: Place,
    view: View,
    relation: atlas::Relation,
}

/// 与另一地点的一种关系。
/// One relation to another place.
#[Object]
impl PlaceRelationEdge {
    /// 游标。
    /// Cursor of the item.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// 另一地点。
    /// The other place.
    async fn node(&self) -> &Place {
        &self.node
    }

    /// 关系。
    /// How the place lies to it.
    async fn relation(&self) -> PlaceRelation {
        self.relation.relation.into()
    }

    /// 真：由来源写明；假：由边界得出。
    /// True: a source says so; false: the outlines show it.
    async fn declared(&self) -> bool {
        self.relation.declared
    }

    /// 本地点面积中落在对方之内的份额；仅有文字依据时为空。
    /// Share of this place's area inside the other; null where only words say so.
    async fn overlap(&self) -> Option<f64> {
        self.relation.overlap
    }

    /// 重叠是否由示例（虚构）边界得出。
    /// Whether the overlap was found on an outline made up for demonstration.
    async fn sample(&self) -> bool {
        self.relation.sample
    }

    /// 写明该关系的出处。
    /// Where it is declared.
    async fn citation(&self) -> Option<Citation> {
        self.relation.citation.as_ref().and_then(|citation| Citation::of(&self.view, citation))
    }
}

impl Ready for PlaceRelationEdge {}

impl EdgeType for PlaceRelationEdge {
    type Node = Place;

    fn connection() -> std::borrow::Cow<'static, str> {
        "PlaceRelationConnection".into()
    }

    fn cursor(&self) -> &str {
        &self.cursor
    }

    fn node(&self) -> &Place {
        &self.node
    }
}

/// Fields of the interface `Place`.
pub struct PlaceFields {
    view: View,
    id: EntityId,
}

impl PlaceFields {
    /// The fields of a place.
    pub fn new(view: &View, id: EntityId) -> Self {
        Self { view: view.clone(), id }
    }
}

/// 地面上有边界的对象。
/// A subject with a footprint on the ground.
#[Object]
impl PlaceFields {
    /// 某日有效的边界，缺省为快照的日期；未知时为空，从不猜测。
    /// Footprint in force on a day (default: the day of the snapshot). Null when none is known: never a guess.
    async fn footprint(
        &self,
        #[graphql(desc = "日期；缺省为快照的日期。The day; default: the day of the snapshot.")] valid_on: Option<Date>,
    ) -> Option<Footprint> {
        footprint(&self.view, self.id, valid_on)
    }

    /// 边界的全部版本，旧者在前。
    /// All versions of its footprint, oldest first.
    async fn footprints(&self) -> Vec<Footprint> {
        let found = self.view.atlas().footprints(self.id);
        found.iter().map(|footprint| Footprint::new(&self.view, footprint)).collect()
    }

    /// 相关地点：由来源写明的，和由边界得出的；连接上说明是哪一种、重叠多少、依据何在。
    /// Places related by declared membership or by geometry; the edge says which, how much, and on whose word.
    async fn related(
        &self,
        #[graphql(desc = "只要这些种类。Only of these kinds.")] kinds: Option<Vec<PlaceKind>>,
        #[graphql(desc = "只要这些关系。Only these relations.")] relation: Option<Vec<PlaceRelation>>,
        #[graphql(
            default_with = "Some(0.01)",
            desc = "由边界得出的重叠，两者所占份额之大者至少为此。Least share, the larger of the two, for an overlap that only the outlines show."
        )]
        min_overlap: Option<f64>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<PlaceRelationEdge>, Fault> {
        let least = min_overlap.unwrap_or(0.0);
        let relations: Vec<atlas::Relation> = self
            .view
            .atlas()
            .related(self.id)
            .iter()
            .filter(|found| kinds.as_ref().is_none_or(|kinds| kinds.contains(&PlaceKind::of(&found.other))))
            .filter(|found| relation.as_ref().is_none_or(|wanted| wanted.contains(&found.relation.into())))
            .filter(|found| {
                let drawn = !found.declared && found.relation != atlas::PlaceRelation::Touches;
                let share = found.overlap.unwrap_or(1.0).max(found.overlap_of_other.unwrap_or(1.0));
                !drawn || share >= least
            })
            .cloned()
            .collect();
        let key = |found: &atlas::Relation| format!("{:?}/{}/{}", found.relation, found.declared, found.other.id().0);
        let paging = Paging::new(first, after, MOST_IN_MEMORY)?;
        Connection::of(&relations, &paging, key, |found, cursor| PlaceRelationEdge {
            cursor,
            node: Place::new(&self.view, &found.other),
            view: self.view.clone(),
            relation: found.clone(),
        })
    }

    /// 涉及该地点的重点任务及其途径；面向全市的职责只在 via 含 RESPONSIBLE_UNIT 时给出。
    /// Tasks that touch it, and how. City-wide duties are left out unless asked for with via: RESPONSIBLE_UNIT.
    async fn tasks(
        &self,
        #[graphql(desc = "只要这些途径。Only these ways.")] via: Option<Vec<LinkVia>>,
        #[graphql(desc = "只要这些任务。Only these tasks.")] filter: Option<TaskFilter>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<TaskPlaceEdge>, Fault> {
        links_of_subject(&self.view, self.id, via, filter.as_ref(), Paging::new(first, after, MOST_IN_MEMORY)?).await
    }
}

/// How `footprint` is written of places.
pub fn footprint_of<T: 'static>(asked: &Ask<'_>, place: fn(&T) -> (View, i64)) -> Option<Write<T>> {
    let valid_on = asked.argument::<Date>("validOn")?;
    ready::some_object(asked, move |item| {
        let (view, id) = place(item);
        footprint(&view, EntityId(id), valid_on)
    })
}

/// The footprint of a place or cluster on a day.
pub fn footprint(view: &View, id: EntityId, valid_on: Option<Date>) -> Option<Footprint> {
    let on = valid_on.map_or(view.on(), |day| day.0);
    view.atlas().footprint(id, on).map(|footprint| Footprint::new(view, &footprint))
}
