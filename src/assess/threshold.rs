//! Who passes a threshold, who nearly does, and the cheapest way to the count wanted.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::actual::{Actual, Basis, stock, whole};
use super::figures::Figures;
use super::yardstick::{Band, Slack, Yardstick, fraction};
use crate::atlas::Atlas;
use crate::domain::{Comparator, Decimal, EntityId, Indicator, Kind, PeriodCode, Target, Threshold};
use crate::store::observation::Observation;

/// One of those who may count.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who.
    pub id: EntityId,
    /// What.
    pub kind: Kind,
    /// Its figure; none where nothing is known.
    pub figure: Option<Arc<Observation>>,
    /// Whether it counts; none when that cannot be said.
    pub counts: Option<bool>,
    /// How far it is from counting, as storage keeps it; none for those that count or are unknown. Nothing for one
    /// just at a limit that must be passed.
    pub gap: Option<i128>,
}

/// The members of a threshold in one period.
#[derive(Debug, Clone)]
pub struct Tally {
    /// The target.
    pub target: Arc<Target>,
    /// The period of the figures.
    pub period: PeriodCode,
    /// Those that count, the largest first; then those that do not, the nearest first; then the unknown.
    pub members: Vec<Member>,
    /// Whether anything in it is made up for demonstration.
    pub sample: bool,
}

/// The cheapest set of members that would meet the target: the nearest ones.
#[derive(Debug, Clone)]
pub struct Cheapest {
    /// How many more must count.
    pub missing: usize,
    /// The members, the nearest first; fewer than missing when no more are known.
    pub members: Vec<Member>,
    /// Sum of their gaps, as storage keeps it.
    pub total: i128,
}

/// How the members of one threshold lie to those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// All who count here count there too.
    Among,
    /// All who count there count here too.
    Contains,
}

/// Another target over the same figures.
#[derive(Debug, Clone)]
pub struct Nested {
    /// The other target.
    pub target: Arc<Target>,
    /// How they lie.
    pub relation: Relation,
    /// How many count for both.
    pub common: usize,
    /// How many count for the other.
    pub others: usize,
}

/// Those whom a target's threshold may count: the members that its task names where it names any, else all within
/// its subject. Enterprises are facts; the figures know them.
pub(super) fn listed(atlas: &Atlas, target: &Target) -> Vec<EntityId> {
    let Some(kind) = target.threshold.as_ref().and_then(|threshold| threshold.counts) else { return Vec::new() };
    let named = named(atlas, target, kind);
    if !named.is_empty() {
        return named;
    }
    let regions = within(atlas, target);
    match kind {
        Kind::Zone => {
            let current = atlas.zones.all().iter().filter(|zone| zone.successors.is_empty());
            let inside = current.filter(|zone| {
                let mut hosts = zone.hosts.iter().filter_map(|host| atlas.find(Kind::Region, &host.region));
                regions.is_empty() || zone.hosts.is_empty() || hosts.any(|host| regions.contains(&host))
            });
            inside.map(|zone| zone.id).collect()
        }
        Kind::Region => regions.into_iter().skip(1).collect(),
        Kind::Cluster => atlas.clusters.all().iter().map(|cluster| cluster.id).collect(),
        Kind::Chain => atlas.chains.all().iter().map(|chain| chain.id).collect(),
        _ => Vec::new(),
    }
}

/// The members of a kind that are all named where the target stands, in the list or by its twin elsewhere in the
/// text: as many names as the target wants, for a text that names three of 24 does not list them.
fn named(atlas: &Atlas, target: &Target, kind: Kind) -> Vec<EntityId> {
    let twin = target.same_as.as_ref().and_then(|code| atlas.targets.code(code));
    let task = target.task.as_ref().or_else(|| twin.and_then(|twin| twin.task.as_ref()));
    let Some(task) = task.and_then(|code| atlas.tasks.code(code)) else { return Vec::new() };
    let links = task.links.iter().filter(|link| link.kind == kind);
    let ids: Vec<EntityId> = links.filter_map(|link| atlas.find(kind, &link.code)).collect();
    let wanted = target.quantity.base().map_or(i128::MAX, i128::from);
    if i128::try_from(ids.len()).is_ok_and(|count| count >= wanted) { ids } else { Vec::new() }
}

/// The region a target is about, and all under it.
fn within(atlas: &Atlas, target: &Target) -> Vec<EntityId> {
    let code = match target.subject.0 {
        Kind::Region => Some(&target.subject.1),
        Kind::Plan => atlas.plans.code(&target.subject.1).map(|plan| &plan.region),
        _ => None,
    };
    let mut found: Vec<EntityId> = code.and_then(|code| atlas.find(Kind::Region, code)).into_iter().collect();
    let mut at = 0;
    while let Some(region) = found.get(at).copied() {
        let parts: Vec<EntityId> = atlas.index.regions_of(region).iter().map(|part| part.id).collect();
        found.extend(parts.into_iter().filter(|part| !found.contains(part)).collect::<Vec<_>>());
        at += 1;
    }
    found
}

/// All who may count: the listed ones, or enterprises within the subject.
fn candidates(atlas: &Atlas, figures: &Figures, target: &Target, kind: Kind) -> Vec<EntityId> {
    if kind != Kind::Enterprise {
        return listed(atlas, target);
    }
    let regions = within(atlas, target);
    let inside = |region: &Option<EntityId>| regions.is_empty() || region.is_none_or(|r| regions.contains(&r));
    figures.enterprises().iter().filter(|(_, region)| inside(region)).map(|(id, _)| *id).collect()
}

/// The parts of a target that counts members.
struct Parts<'a> {
    threshold: &'a Threshold,
    kind: Kind,
    indicator: &'a Indicator,
}

fn parts<'a>(atlas: &'a Atlas, target: &'a Target) -> Option<Parts<'a>> {
    let threshold = target.threshold.as_ref()?;
    let indicator = atlas.indicators.code(threshold.indicator.as_ref()?)?;
    Some(Parts { threshold, kind: threshold.counts?, indicator })
}

/// The figure of a member for a period: of a flow, of just that stretch; of a standing, the newest of the year up to
/// then.
fn figure(figures: &Figures, parts: &Parts<'_>, member: EntityId, period: PeriodCode) -> Option<Arc<Observation>> {
    let dimension = parts.threshold.quantity.unit.dimension;
    let fits = |row: &&Arc<Observation>| {
        let age = (period.end() - row.period.end()).num_days();
        let when = if stock(parts.indicator) { (0..366).contains(&age) } else { age == 0 };
        when && whole(row, parts.indicator, period.frequency())
            && row.quantity.as_ref().is_some_and(|quantity| quantity.unit.dimension == dimension)
    };
    let mut rows: Vec<&Arc<Observation>> = figures.values(member, parts.indicator.id).filter(fits).collect();
    let newest = rows.last()?.period.end();
    rows.retain(|row| row.period.end() == newest);
    rows.first().map(|row| Arc::clone(row))
}

impl Tally {
    /// The periods in which any member has a figure, of the frequency that the target is for.
    pub fn periods(atlas: &Atlas, figures: &Figures, target: &Target) -> Vec<PeriodCode> {
        let Some(parts) = parts(atlas, target) else { return Vec::new() };
        let frequency = target.period.frequency();
        let mut ends = BTreeMap::new();
        for member in candidates(atlas, figures, target, parts.kind) {
            for row in figures.values(member, parts.indicator.id).filter(|row| whole(row, parts.indicator, frequency)) {
                ends.entry(row.period.end()).or_insert(row.period);
            }
        }
        ends.into_values()
            .map(|period| {
                let year = PeriodCode::year(period.calendar_year());
                if year.end() == period.end() { year } else { period }
            })
            .collect()
    }

    /// Counts the members for a period; none when the target counts none.
    pub fn new(atlas: &Atlas, figures: &Figures, target: &Target, period: PeriodCode) -> Option<Self> {
        let parts = parts(atlas, target)?;
        let limit = i128::from(parts.threshold.quantity.base().ok()?);
        let yardstick = Yardstick {
            comparator: parts.threshold.comparator,
            expected: limit,
            tolerance: 0,
            tolerance_stated: true,
            band: Band::Distance(0, 1),
        };
        let mut sample = atlas.cites_sample(&target.citations);
        let mut members: Vec<(i128, Member)> = Vec::new();
        for id in candidates(atlas, figures, target, parts.kind) {
            let row = figure(figures, &parts, id, period);
            let value = row.as_ref().and_then(|row| row.quantity.as_ref()?.base().ok()).map(i128::from);
            let slack = match row.as_ref().and_then(|row| row.comparator) {
                None | Some(Comparator::Equal | Comparator::Approx) => Slack::Exact,
                Some(Comparator::AtLeast) => Slack::AtLeast(None),
                Some(Comparator::MoreThan) => Slack::MoreThan,
                Some(Comparator::AtMost) => Slack::AtMost,
            };
            let counts = value.and_then(|value| yardstick.surely_holds(value, slack));
            let gap = value.filter(|_| counts == Some(false)).map(|value| yardstick.gap(value));
            sample |= row.as_ref().is_some_and(|row| atlas.is_sample(EntityId(row.document)));
            members.push((value.unwrap_or(0), Member { id, kind: parts.kind, figure: row, counts, gap }));
        }
        let rank = |member: &Member| match member.counts {
            Some(true) => 0,
            Some(false) => 1,
            None => 2,
        };
        members.sort_by(|(a, x), (b, y)| {
            rank(x).cmp(&rank(y)).then(x.gap.cmp(&y.gap)).then(b.cmp(a)).then(x.id.cmp(&y.id))
        });
        let target = atlas.targets.code(&target.code).cloned()?;
        Some(Self { target, period, members: members.into_iter().map(|(_, member)| member).collect(), sample })
    }

    /// The period to show unless another is asked for: the newest in which any member has a figure by a day, else the
    /// target's own.
    pub fn newest(atlas: &Atlas, figures: &Figures, target: &Target, on: chrono::NaiveDate) -> Option<Self> {
        let known = Self::periods(atlas, figures, target);
        let newest = known.into_iter().filter(|period| period.end() <= on).max();
        Self::new(atlas, figures, target, newest.unwrap_or(target.period))
    }

    /// How many count.
    pub fn counting(&self) -> usize {
        self.members.iter().filter(|member| member.counts == Some(true)).count()
    }

    /// How many do not.
    pub fn not_counting(&self) -> usize {
        self.members.iter().filter(|member| member.counts == Some(false)).count()
    }

    /// Of how many that cannot be said.
    pub fn unknown(&self) -> usize {
        self.members.iter().filter(|member| member.counts.is_none()).count()
    }

    /// How many the plan speaks of beyond those listed: a text that wants 24 and names 12 leaves 12 unlisted.
    pub fn unlisted(&self) -> usize {
        let scale = 10i128.pow(self.target.quantity.unit.dimension.scale());
        let wanted = self.target.quantity.base().map_or(0, |base| i128::from(base) / scale);
        usize::try_from(wanted).unwrap_or(0).saturating_sub(self.members.len())
    }

    /// Whether every member is listed and known.
    pub fn complete(&self) -> bool {
        self.unknown() == 0 && self.unlisted() == 0
    }

    /// Whether a member that does not count is within a share of the limit of doing so.
    pub fn nearly(&self, member: &Member, share: Decimal) -> bool {
        let limit = self.target.threshold.as_ref().and_then(|threshold| threshold.quantity.base().ok());
        let (Some(limit), Some(gap)) = (limit, member.gap) else { return false };
        let (part, of) = fraction(share);
        gap.checked_mul(of).zip(i128::from(limit).abs().checked_mul(part)).is_some_and(|(gap, band)| gap <= band)
    }

    /// The count as the actual of the target: a range while members are unknown.
    pub(super) fn actual(&self) -> Actual {
        let scale = 10i128.pow(self.target.quantity.unit.dimension.scale());
        let ones = |count: usize| i128::try_from(count).unwrap_or(i128::MAX / scale) * scale;
        let unknown = self.unknown();
        let slack = match (unknown, self.unlisted()) {
            (0, 0) => Slack::Exact,
            (_, 0) => Slack::AtLeast(Some(ones(self.counting() + unknown))),
            _ => Slack::AtLeast(None),
        };
        Actual {
            base: ones(self.counting()),
            slack,
            about: false,
            period: self.period,
            basis: Basis::Members { unknown, unlisted: self.unlisted() },
            sample: self.sample,
        }
    }

    /// The nearest members that would meet the target. Each gap is closed on its own, so the smallest gaps are the
    /// smallest sum.
    pub fn cheapest(&self) -> Cheapest {
        let wanted = self.target.quantity.base().map_or(0, i128::from);
        let scale = 10i128.pow(self.target.quantity.unit.dimension.scale());
        let least = match self.target.comparator {
            Comparator::AtMost => 0,
            Comparator::MoreThan => wanted / scale + 1,
            Comparator::Approx => {
                let share = Yardstick::new(&self.target, None, &self.target.quantity, super::RuleOf::Count.rule());
                (wanted - share.map_or(0, |yardstick| yardstick.tolerance) + scale - 1) / scale
            }
            Comparator::AtLeast | Comparator::Equal => (wanted + scale - 1) / scale,
        };
        let missing = usize::try_from(least).unwrap_or(0).saturating_sub(self.counting());
        let near = self.members.iter().filter(|member| member.gap.is_some());
        let members: Vec<Member> = near.take(missing).cloned().collect();
        let total = members.iter().filter_map(|member| member.gap).sum();
        Cheapest { missing, members, total }
    }

    /// Other targets that count the same kind of members by the same indicator, the stricter among the looser: the 4
    /// past 500 are among the 10 past 200.
    pub fn nested(&self, atlas: &Atlas, figures: &Figures) -> Vec<Nested> {
        let Some(own) = parts(atlas, &self.target) else { return Vec::new() };
        let counting = |tally: &Self| -> Vec<EntityId> {
            let counts = tally.members.iter().filter(|member| member.counts == Some(true));
            counts.map(|member| member.id).collect()
        };
        let here = counting(self);
        let mut found = Vec::new();
        for other in atlas.targets.all() {
            let Some(their) = parts(atlas, other) else { continue };
            let same = other.id != self.target.id
                && other.plan == self.target.plan
                && other.subject == self.target.subject
                && their.kind == own.kind
                && their.indicator.id == own.indicator.id
                && upward(their.threshold.comparator) == upward(own.threshold.comparator);
            let (Ok(a), Ok(b)) = (own.threshold.quantity.base(), their.threshold.quantity.base()) else { continue };
            if !same || a == b {
                continue;
            }
            let Some(tally) = Self::new(atlas, figures, other, self.period) else { continue };
            let there = counting(&tally);
            let relation =
                if (a > b) == upward(own.threshold.comparator) { Relation::Among } else { Relation::Contains };
            let common = here.iter().filter(|id| there.contains(id)).count();
            found.push(Nested { target: Arc::clone(other), relation, common, others: there.len() });
        }
        found
    }
}

const fn upward(comparator: Comparator) -> bool {
    matches!(comparator, Comparator::AtLeast | Comparator::MoreThan)
}
