//! All things of one kind at one revision, in their own order, found by identity or code.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::search::{Found, Named, Names, Query};
use crate::domain::{
    Chain, Citation, Cluster, Document, EntityId, Event, FromRecord, Group, Indicator, Industry, Kind, LayoutElement,
    Outline, Plan, Region, Register, ResponsibleUnit, Section, Target, Task, Zone,
};

/// Something with an identity.
pub trait Thing: FromRecord {
    /// What it is.
    const KIND: Kind;
    /// Its identity.
    fn id(&self) -> EntityId;
    /// Its code.
    fn code(&self) -> &str;
    /// Where further citations are added; none for documents, which cite nothing.
    fn citations_mut(&mut self) -> Option<&mut Vec<Citation>>;
    /// Sort key: plan, then position; things of equal key keep the order in which they came to be known.
    fn order(&self) -> (&str, Vec<u32>) {
        ("", Vec::new())
    }
}

macro_rules! things {
    ($($type:ident = $kind:ident $(, |$this:ident| $order:expr)?;)+) => {
        $(impl Thing for $type {
            const KIND: Kind = Kind::$kind;
            fn id(&self) -> EntityId { self.id }
            fn code(&self) -> &str { &self.code }
            fn citations_mut(&mut self) -> Option<&mut Vec<Citation>> { Some(&mut self.citations) }
            $(fn order(&self) -> (&str, Vec<u32>) { let $this = self; $order })?
        })+
    };
}

things! {
    Plan = Plan;
    Section = Section, |s| (&s.plan, path(&s.code));
    Group = Group, |g| (&g.plan, vec![g.number]);
    Task = Task, |t| (&t.plan, vec![t.number]);
    Target = Target, |t| (&t.plan, path(&t.code));
    ResponsibleUnit = Unit;
    LayoutElement = Layout, |l| (&l.plan, vec![l.position]);
    Region = Region, |r| ("", vec![r.position]);
    Zone = Zone, |z| ("", vec![z.position]);
    Outline = Footprint;
    Industry = Industry;
    Cluster = Cluster;
    Chain = Chain;
    Event = Event;
    Indicator = Indicator;
    Register = Register;
}

impl Thing for Document {
    const KIND: Kind = Kind::Document;
    fn id(&self) -> EntityId {
        self.id
    }
    fn code(&self) -> &str {
        &self.code
    }
    fn citations_mut(&mut self) -> Option<&mut Vec<Citation>> {
        None
    }
}

/// The numbers in the last part of a code: `PLAN/S2.10.3` sorts after `PLAN/S2.9`; codes that are no outline
/// numbers (`t04-1`) sort by theirs too, behind their first letter.
fn path(code: &str) -> Vec<u32> {
    let last = code.rsplit('/').next().unwrap_or(code);
    let letter = last.chars().next().map_or(0, u32::from);
    let numbers = last.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    std::iter::once(letter).chain(numbers).collect()
}

/// All things of one kind.
#[derive(Debug)]
pub struct Family<T> {
    items: Vec<Arc<T>>,
    by_id: HashMap<EntityId, usize>,
    by_code: HashMap<String, usize>,
    names: OnceLock<Names>,
}

impl<T: Thing> Family<T> {
    /// Orders and indexes.
    pub(super) fn new(mut items: Vec<T>) -> Self {
        items.sort_by(|a, b| (a.order(), a.id()).cmp(&(b.order(), b.id())));
        let by_id = items.iter().enumerate().map(|(at, item)| (item.id(), at)).collect();
        let by_code = items.iter().enumerate().map(|(at, item)| (item.code().to_owned(), at)).collect();
        Self { items: items.into_iter().map(Arc::new).collect(), by_id, by_code, names: OnceLock::new() }
    }

    /// All, in order.
    pub fn all(&self) -> &[Arc<T>] {
        &self.items
    }

    /// The thing of an identity.
    pub fn id(&self, id: EntityId) -> Option<&Arc<T>> {
        self.by_id.get(&id).and_then(|at| self.items.get(*at))
    }

    /// The thing of a code.
    pub fn code(&self, code: &str) -> Option<&Arc<T>> {
        self.by_code.get(code).and_then(|at| self.items.get(*at))
    }

    /// The things of several codes, in the order of the codes; unknown codes are left out.
    pub fn codes<'a>(&self, codes: impl IntoIterator<Item = &'a String>) -> Vec<Arc<T>> {
        codes.into_iter().filter_map(|code| self.code(code).cloned()).collect()
    }
}

impl<T: Named> Family<T> {
    /// The things that a query means, in order.
    pub fn find(&self, query: &Query) -> Vec<Found<'_>> {
        let names = || Names::new(self.items.iter().map(|item| (item.id(), item.called())));
        self.names.get_or_init(names).find(query)
    }
}
