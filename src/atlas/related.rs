//! How places lie to each other. What a source declares and what the outlines show are kept apart: a zone may be
//! declared to lie in a county and be drawn across its border, and both are worth knowing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;

use super::{Atlas, Footprint, Place};
use crate::domain::{Citation, EntityId, Kind};
use crate::geometry::{self, WHOLE};

/// How one place lies to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PlaceRelation {
    /// 包含
    Contains,
    /// 位于其中
    Within,
    /// 相交
    Overlaps,
    /// 相邻
    Touches,
    /// 是其成员
    MemberOf,
    /// 有成员
    HasMember,
    /// 是其前身
    Precedes,
}

/// One place beside another.
#[derive(Debug, Clone)]
pub struct Relation {
    /// The other place.
    pub other: Place,
    /// How the first lies to it.
    pub relation: PlaceRelation,
    /// A source says so; otherwise the outlines show it.
    pub declared: bool,
    /// Share of the first place's area inside the other; none for what is only declared.
    pub overlap: Option<f64>,
    /// Share of the other's area inside the first.
    pub overlap_of_other: Option<f64>,
    /// Whether the overlap was found on an outline that is made up.
    pub sample: bool,
    /// Where it is declared.
    pub citation: Option<Citation>,
}

type OfPlaces = HashMap<EntityId, Arc<Vec<Relation>>>;

/// Relations of places already asked for, on one day.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<(NaiveDate, OfPlaces)>);

impl Cache {
    fn get(&self, on: NaiveDate, place: EntityId) -> Option<Arc<Vec<Relation>>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.1.get(&place).filter(|_| held.0 == on).cloned()
    }

    /// Keeps relations; those of another day are dropped.
    fn keep(&self, on: NaiveDate, place: EntityId, relations: &Arc<Vec<Relation>>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.0 != on {
            *held = (on, HashMap::new());
        }
        held.1.insert(place, Arc::clone(relations));
    }
}

impl Atlas {
    /// All relations of a place: the declared ones first, then by relation, kind and position of the other.
    pub fn related(&self, place: EntityId) -> Arc<Vec<Relation>> {
        if let Some(known) = self.related.get(self.on, place) {
            return known;
        }
        let mut relations = self.place(place).map(|place| self.declared(&place)).unwrap_or_default();
        self.drawn_relations(place, &mut relations);
        relations.sort_by_key(|relation| (!relation.declared, relation.relation));
        let relations = Arc::new(relations);
        self.related.keep(self.on, place, &relations);
        relations
    }

    fn declared(&self, place: &Place) -> Vec<Relation> {
        let mut relations = Vec::new();
        let mut say = |relation, other: Option<Place>, citation: Option<&Citation>| {
            relations.extend(other.map(|other| Relation {
                other,
                relation,
                declared: true,
                overlap: None,
                overlap_of_other: None,
                sample: false,
                citation: citation.cloned(),
            }));
        };
        match place {
            Place::Region(region) => {
                if let Some(parent) = &region.parent {
                    let parent = self.place_of_code(Kind::Region, parent);
                    say(PlaceRelation::Within, parent, region.citations.first());
                }
                for child in self.index.regions_of(region.id) {
                    say(PlaceRelation::Contains, Some(Place::Region(Arc::clone(child))), child.citations.first());
                }
                for zone in self.index.zones_of(region.id) {
                    let host = zone.hosts.iter().find(|host| host.region == region.code);
                    let zone = Some(Place::Zone(Arc::clone(zone)));
                    say(PlaceRelation::Contains, zone, host.map(|host| &host.citation));
                }
            }
            Place::Zone(zone) => {
                for host in &zone.hosts {
                    let region = self.place_of_code(Kind::Region, &host.region);
                    say(PlaceRelation::Within, region, Some(&host.citation));
                }
                for lineage in &zone.successors {
                    let successor = self.place_of_code(Kind::Zone, &lineage.successor);
                    say(PlaceRelation::Precedes, successor, Some(&lineage.citation));
                }
            }
            Place::Layout(element) => {
                for member in &element.members {
                    let place = self.place_of_code(member.place.0, &member.place.1);
                    say(PlaceRelation::HasMember, place, Some(&member.citation));
                }
            }
        }
        for element in self.index.layout_of(place.id()) {
            let member = element.members.iter().find(|m| m.place.0 == place.kind() && m.place.1 == place.code());
            let element = Some(Place::Layout(Arc::clone(element)));
            say(PlaceRelation::MemberOf, element, member.map(|member| &member.citation));
        }
        relations
    }

    /// What the outlines in force show. A declared relation that they bear out gets its overlap; any other is added.
    fn drawn_relations(&self, place: EntityId, relations: &mut Vec<Relation>) {
        let Some(own) = self.footprint(place, self.on).and_then(Area::of) else { return };
        for other in self.places().filter(|other| other.id() != place) {
            let Some(area) = self.footprint(other.id(), self.on).and_then(Area::of) else { continue };
            let Some((relation, share, share_of_other)) = own.lies_to(&area) else { continue };
            let sample = own.footprint.sample || area.footprint.sample;
            let mut borne_out = false;
            for known in relations.iter_mut().filter(|known| known.declared && known.other.id() == other.id()) {
                borne_out |= known.relation.bears_out(relation);
                (known.overlap, known.overlap_of_other, known.sample) = (Some(share), Some(share_of_other), sample);
            }
            if !borne_out {
                let (overlap, overlap_of_other) = (Some(share), Some(share_of_other));
                let declared = false;
                relations.push(Relation {
                    other,
                    relation,
                    declared,
                    overlap,
                    overlap_of_other,
                    sample,
                    citation: None,
                });
            }
        }
    }
}

impl PlaceRelation {
    /// Whether outlines that lie so say no more than what is declared.
    fn bears_out(self, drawn: Self) -> bool {
        match self {
            Self::MemberOf => drawn == Self::Within,
            Self::HasMember => drawn == Self::Contains,
            declared => declared == drawn,
        }
    }
}

/// A footprint with an area.
struct Area {
    footprint: Arc<Footprint>,
    km2: f64,
}

impl Area {
    fn of(footprint: Arc<Footprint>) -> Option<Self> {
        let km2 = footprint.measures()?.area_km2;
        (km2 > 0.0).then_some(Self { footprint, km2 })
    }

    /// How this lies to another, with the share of each inside the other; none when they are apart.
    fn lies_to(&self, other: &Self) -> Option<(PlaceRelation, f64, f64)> {
        let boxes = (self.footprint.measures()?.bbox, other.footprint.measures()?.bbox);
        if !boxes.0.intersects(&boxes.1) {
            return None;
        }
        let (a, b) = (self.footprint.shape(), other.footprint.shape());
        let common = geometry::overlap_km2(a, b);
        // To the millionth: finer is noise of the sources' coordinates.
        let share = |of: f64| ((common / of).clamp(0.0, 1.0) * 1e6).round() / 1e6;
        let (share, share_of_other) = (share(self.km2), share(other.km2));
        let relation = if share >= WHOLE {
            PlaceRelation::Within
        } else if share_of_other >= WHOLE {
            PlaceRelation::Contains
        } else if geometry::touches(a, b) && share.max(share_of_other) < 1.0 - WHOLE {
            PlaceRelation::Touches
        } else if common > 0.0 {
            PlaceRelation::Overlaps
        } else {
            return None;
        };
        Some((relation, share, share_of_other))
    }
}
