//! Where a figure stands among those of other places.

use std::sync::Arc;

use async_graphql::SimpleObject;

use super::fault::Fault;
use super::loaders::Peers;
use super::observation::{Observation, prefer};
use super::place::PlaceKind;
use super::view::View;
use crate::atlas::Place;
use crate::domain::{EntityId, Polarity};

/// 名次：同类地点中同一指标、时期与累计方式的数相比。
/// Standing among places of the same kind, by the same indicator, period and accumulation.
#[derive(Debug, Clone, SimpleObject)]
pub struct Rank {
    /// 名次，1 为最优（越低越好的指标以最小者为 1）。并列者名次相同，其后的名次顺延。
    /// Position; 1 is the best: the greatest, or the least where lower is better. Equal figures share a position, and
    /// the next one after them is as far behind as they are many.
    pub position: i64,
    /// 有数值、参与排名的地点数，含自身。
    /// Places with a figure, this one included.
    pub of: i64,
    /// 与其并列的其他地点数。
    /// Other places that share its position.
    pub ties: i64,
    /// 同类中没有可比之数的地点数。
    /// Places of those kinds without a comparable figure.
    pub missing: i64,
    /// 参与比较的数中是否有示例（虚构）数据。
    /// Whether any of the figures compared is made up for demonstration.
    pub sample: bool,
}

/// The rank of a figure; none where it has no value or is about no such place.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn of(view: &View, figure: &Observation, among: &[PlaceKind]) -> Result<Option<Rank>, Fault> {
    let (atlas, row) = (view.atlas(), figure.row());
    let merged = |place: &Place| matches!(place, Place::Zone(zone) if !zone.successors.is_empty());
    let own = EntityId(row.subject);
    let peers: Vec<i64> = (atlas.places())
        .filter(|place| among.contains(&PlaceKind::of(place)) && (!merged(place) || place.id() == own))
        .map(|place| place.id().0)
        .collect();
    let value = row.quantity.as_ref().and_then(|quantity| quantity.base().ok().map(|base| (base, quantity.unit)));
    let (Some((value, unit)), true) = (value, peers.contains(&own.0)) else { return Ok(None) };
    let indicator = atlas.indicators.id(EntityId(row.indicator));
    let less_is_better = indicator.is_some_and(|indicator| indicator.polarity == Polarity::LowerIsBetter);
    let total = peers.len() as i64;
    let key = Peers {
        subjects: Arc::from(peers),
        indicator: row.indicator,
        period: row.period,
        accumulation: row.accumulation,
    };
    let cells = view.facts().load_one(key).await?;
    let cells: &[_] = cells.as_deref().unwrap_or_default();
    let mut rank = Rank { position: 1, of: 1, ties: 0, missing: 0, sample: figure.made_up() };
    for cells in cells.chunk_by(|a, b| a.subject == b.subject) {
        if cells.iter().any(|cell| EntityId(cell.subject) == own) {
            continue;
        }
        let mut cells = cells.to_vec();
        prefer(view, &mut cells);
        let Some((document, quantity)) = cells.first().and_then(|c| Some((c.document, c.quantity.as_ref()?))) else {
            continue;
        };
        let alike = quantity.convert(unit).is_ok();
        let Some(theirs) = quantity.base().ok().filter(|_| alike) else { continue };
        rank.of += 1;
        rank.sample |= atlas.is_sample(EntityId(document));
        let better = if less_is_better { theirs < value } else { theirs > value };
        rank.position += i64::from(better);
        rank.ties += i64::from(theirs == value);
    }
    rank.missing = total - rank.of;
    Ok(Some(rank))
}
