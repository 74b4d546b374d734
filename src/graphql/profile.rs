//! What is known of a zone for those who might come, what is not, and who owes it; and which zones are comparable.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::fault::Fault;
use super::indicator::Indicator;
use super::loaders::CellsOf;
use super::observation;
use super::region::{ProfileFact, ProfileTopic};
use super::revision::Revision;
use super::scalars::{Decimal, Url};
use super::unit::ResponsibleUnit;
use super::view::View;
use super::words::Lang;
use super::zone::Zone;
use crate::assess;
use crate::domain::{self, EntityId, Kind, ZoneListing};
use crate::store::observation::Observation;

/// Indicators that zones are compared by, at most.
const MOST_INDICATORS: usize = 10;
/// Topics that a profile is to say something about.
const TOPICS: [domain::ProfileTopic; 6] = [
    domain::ProfileTopic::Land,
    domain::ProfileTopic::Utilities,
    domain::ProfileTopic::Prices,
    domain::ProfileTopic::Transport,
    domain::ProfileTopic::Policy,
    domain::ProfileTopic::Office,
];

/// The newest figures of some zones: value by period, zone and indicator, in the indicator's own accumulation.
async fn cells(
    view: &View,
    zones: impl Iterator<Item = EntityId>,
    indicators: &[Arc<domain::Indicator>],
) -> Result<Vec<Arc<Observation>>, Fault> {
    let ids: Vec<i64> = indicators.iter().map(|indicator| indicator.id.0).collect();
    let keys = zones.map(|zone| CellsOf {
        subject: zone.0,
        indicators: Some(ids.clone()),
        from: None,
        to: None,
        accumulation: None,
    });
    Ok(view.facts().load_many(keys).await?.into_values().flatten().collect())
}

/// A comparable zone.
pub struct Peer {
    zone: Zone,
    row: assess::Peer,
    sample: bool,
}

/// The zones comparable with one, the nearest first.
///
/// # Errors
/// [`Fault`] for an unknown indicator or none.
pub async fn peers(view: &View, zone: EntityId, by: &[String], first: usize) -> Result<Vec<Peer>, Fault> {
    let indicators: Result<Vec<_>, _> = by.iter().map(|code| observation::indicator_of(view, code).cloned()).collect();
    let indicators = indicators?;
    if indicators.is_empty() || indicators.len() > MOST_INDICATORS {
        let en = format!("the codes of 1 … {MOST_INDICATORS} indicators");
        return Err(Fault::argument("by", format!("须为 1 至 {MOST_INDICATORS} 个指标代码"), en));
    }
    let zones = || view.atlas().zones.all().iter().map(|zone| zone.id);
    let rows = cells(view, zones(), &indicators).await?;
    let sample = rows.iter().any(|row| view.atlas().is_sample(EntityId(row.document)));
    let mut measures = Vec::new();
    for indicator in &indicators {
        let mut cells: BTreeMap<_, HashMap<EntityId, Vec<Arc<Observation>>>> = BTreeMap::new();
        let own =
            |row: &&Arc<Observation>| row.indicator == indicator.id.0 && row.accumulation == indicator.accumulation;
        for row in rows.iter().filter(own) {
            cells.entry(row.period).or_default().entry(EntityId(row.subject)).or_default().push(row.clone());
        }
        let preferred = |mut rows: Vec<Arc<Observation>>| {
            observation::prefer(view, &mut rows);
            rows.first()?.quantity.as_ref()?.base().ok()
        };
        let values = cells.into_iter().map(|(period, by_zone)| {
            let values = by_zone.into_iter().filter_map(|(zone, rows)| Some((zone, preferred(rows)?)));
            (period, values.collect::<HashMap<_, _>>())
        });
        // Without a period that it shares with any other zone nothing can be compared.
        let Some(measure) = assess::Measure::newest(indicator, zone, values.collect()) else { return Ok(Vec::new()) };
        measures.push(measure);
    }
    let found = assess::peers(zone, zones(), &measures).into_iter().take(first);
    let peer = |row: assess::Peer| {
        let zone = view.atlas().zones.id(row.zone)?;
        Some(Peer { zone: Zone::new(view, zone), row, sample })
    };
    Ok(found.filter_map(peer).collect())
}

/// 一个可比的开发区。
/// A comparable zone.
#[Object]
impl Peer {
    /// 开发区。
    /// The zone.
    async fn zone(&self) -> &Zone {
        &self.zone
    }

    /// 距离：各指标之差占全部开发区极差的比例，取平均；0 为相同，1 为处处相反。
    /// The mean, over the indicators, of the difference as a share of the range of all zones: 0 where they agree, 1 where
    /// they lie at opposite ends of every range.
    async fn distance(&self) -> Decimal {
        Decimal(self.row.distance)
    }

    /// 一句话说明，凭其中的数字即可复算。
    /// A plain sentence that recomputes the distance from its own numbers.
    async fn explanation(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().pick(&self.row.explanation.zh, Some(&self.row.explanation.en))
    }

    /// 是否依据示例（虚构）数据。
    /// Whether it rests on anything made up for demonstration.
    async fn sample(&self) -> bool {
        self.sample
    }
}

/// 概况应有的一项。
/// An item that a profile is to hold.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileItem {
    /// 边界。
    /// Its boundary.
    Boundary,
    /// 级别。
    /// Its level.
    Level,
    /// 主导产业。
    /// Its leading industries.
    LeadingIndustries,
    /// 是否在官方名单上。
    /// Whether it is on the official list.
    Listing,
    /// 土地。
    /// Land.
    Land,
    /// 公用设施。
    /// Utilities.
    Utilities,
    /// 价格。
    /// Prices.
    Prices,
    /// 交通。
    /// Transport.
    Transport,
    /// 政策。
    /// Policies.
    Policy,
    /// 办公联系。
    /// Office contact.
    Office,
    /// 一项指标的数据。
    /// A figure of an indicator.
    Figure,
}

impl ProfileItem {
    const fn of(topic: domain::ProfileTopic) -> Option<Self> {
        Some(match topic {
            domain::ProfileTopic::Land => Self::Land,
            domain::ProfileTopic::Utilities => Self::Utilities,
            domain::ProfileTopic::Prices => Self::Prices,
            domain::ProfileTopic::Transport => Self::Transport,
            domain::ProfileTopic::Policy => Self::Policy,
            domain::ProfileTopic::Office => Self::Office,
            _ => return None,
        })
    }

    const fn label(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Boundary => ("边界", "boundary"),
            Self::Level => ("级别", "level"),
            Self::LeadingIndustries => ("主导产业", "leading industries"),
            Self::Listing => ("是否在官方名单上", "whether it is on the official list"),
            Self::Land => ("土地", "land"),
            Self::Utilities => ("公用设施", "utilities"),
            Self::Prices => ("价格", "prices"),
            Self::Transport => ("交通", "transport"),
            Self::Policy => ("政策", "policies"),
            Self::Office => ("办公联系", "office contact"),
            Self::Figure => ("数据", "figure"),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// What is missing in a profile.
pub struct ProfileGap {
    view: View,
    item: ProfileItem,
    indicator: Option<Arc<domain::Indicator>>,
    owed_by: Option<Arc<domain::ResponsibleUnit>>,
}

/// 概况中所缺的一项。
/// An item that is missing in a profile.
#[Object]
impl ProfileGap {
    /// 哪一项。
    /// Which item.
    async fn item(&self) -> ProfileItem {
        self.item
    }

    /// 其名称；数据为指标的名称。
    /// What it is called; of a figure, the name of its indicator.
    async fn topic(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        let lang = lang.unwrap_or_default();
        self.indicator.as_ref().map_or(self.item.label(lang), |indicator| lang.names(&indicator.name))
    }

    /// 所缺数据的指标。
    /// The indicator whose figure is missing.
    async fn indicator(&self) -> Option<Indicator> {
        self.indicator.as_ref().map(|row| Indicator::new(&self.view, row))
    }

    /// 责任单位：数据为指标的归口单位；其余为辖区含其所在行政区且辖区最小的单位。不知道时为空。
    /// Who owes it: of a figure, the indicator's steward; of anything else, the unit with the smallest area that holds a
    /// region the zone lies in. Null where that is not known.
    async fn owed_by(&self) -> Option<ResponsibleUnit> {
        self.owed_by.as_ref().and_then(|unit| ResponsibleUnit::of_code(&self.view, &unit.code))
    }
}

/// The profile of a zone.
pub struct ZoneProfile {
    view: View,
    row: Arc<domain::Zone>,
    known: usize,
    missing: Vec<ProfileGap>,
    sample: bool,
}

/// The profile of a zone.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn of_zone(view: &View, zone: &Arc<domain::Zone>) -> Result<ZoneProfile, Fault> {
    let atlas = view.atlas();
    let footprint = atlas.footprint(zone.id, view.on());
    let stated = |topic: domain::ProfileTopic| zone.facts.iter().any(|fact| fact.topic == topic);
    let mut items: Vec<(ProfileItem, bool)> = vec![
        (ProfileItem::Boundary, footprint.is_some()),
        (ProfileItem::Level, zone.level.is_some() || stated(domain::ProfileTopic::Level)),
        (ProfileItem::LeadingIndustries, !zone.leading.is_empty()),
        (ProfileItem::Listing, zone.listing != ZoneListing::Unconfirmed),
    ];
    items.extend(TOPICS.into_iter().filter_map(|topic| Some((ProfileItem::of(topic)?, stated(topic)))));
    let local = local_unit(view, zone);
    let mut missing: Vec<ProfileGap> = Vec::new();
    let mut known = 0;
    let mut gap = |item, indicator, owed_by| missing.push(ProfileGap { view: view.clone(), item, indicator, owed_by });
    for (item, there) in items {
        if there { known += 1 } else { gap(item, None, local.clone()) }
    }
    let own = |indicator: &&Arc<domain::Indicator>| indicator.applies_to.contains(&Kind::Zone);
    let indicators: Vec<Arc<domain::Indicator>> = atlas.indicators.all().iter().filter(own).cloned().collect();
    let rows = cells(view, std::iter::once(zone.id), &indicators).await?;
    let mut sample = footprint.is_some_and(|footprint| footprint.sample)
        || zone.facts.iter().any(|fact| atlas.cites_sample(std::slice::from_ref(&fact.citation)));
    for indicator in &indicators {
        let mut told = rows.iter().filter(|row| row.indicator == indicator.id.0 && row.quantity.is_some()).peekable();
        if told.peek().is_some() {
            known += 1;
            sample |= told.all(|row| atlas.is_sample(EntityId(row.document)));
        } else {
            let steward = indicator.steward.as_ref().and_then(|code| atlas.units.code(code));
            gap(ProfileItem::Figure, Some(Arc::clone(indicator)), steward.cloned());
        }
    }
    Ok(ZoneProfile { view: view.clone(), row: Arc::clone(zone), known, missing, sample })
}

/// The unit with the smallest area that holds a region the zone lies in.
fn local_unit(view: &View, zone: &domain::Zone) -> Option<Arc<domain::ResponsibleUnit>> {
    let holds =
        |unit: &&Arc<domain::ResponsibleUnit>| zone.hosts.iter().any(|host| unit.regions.contains(&host.region));
    view.atlas().units.all().iter().filter(holds).min_by_key(|unit| unit.regions.len()).cloned()
}

impl ZoneProfile {
    fn total(&self) -> usize {
        self.known + self.missing.len()
    }
}

/// 开发区概况：已知什么，缺什么，由谁补。
/// The profile of a zone: what is known, what is missing, and who owes it.
#[Object]
impl ZoneProfile {
    /// 所读的修订。
    /// The revision it was read at.
    async fn revision(&self) -> Revision {
        Revision::new(self.view.revision().clone())
    }

    /// 完整度：已有的项数占应有项数的比例，舍入到两位小数。应有：边界、级别、主导产业、名单核实，土地、公用设施、价格、
    /// 交通、政策、办公联系六个主题，以及适用于开发区的每个指标至少一个数据；各项等权。
    /// The share of the items it is to hold that are known, rounded to two decimals: boundary, level, leading industries,
    /// standing on the official list; land, utilities, prices, transport, policies, office contact; and a figure of every
    /// indicator that applies to zones. All items weigh alike.
    async fn completeness(&self) -> Decimal {
        let share = domain::Decimal::from(self.known) / domain::Decimal::from(self.total().max(1));
        Decimal(share.round_dp(2))
    }

    /// 已有的项数。
    /// How many items are known.
    async fn known(&self) -> u32 {
        u32::try_from(self.known).unwrap_or(u32::MAX)
    }

    /// 应有的项数。
    /// How many there should be.
    async fn total_count(&self) -> u32 {
        u32::try_from(self.total()).unwrap_or(u32::MAX)
    }

    /// 不成数字的情况。
    /// Facts that are no figures.
    async fn facts(
        &self,
        #[graphql(desc = "只要这些主题。Only these topics.")] topics: Option<Vec<ProfileTopic>>,
    ) -> Vec<ProfileFact> {
        let wanted =
            |fact: &&domain::ProfileFact| topics.as_ref().is_none_or(|topics| topics.contains(&fact.topic.into()));
        let rows: Vec<domain::ProfileFact> = self.row.facts.iter().filter(wanted).cloned().collect();
        ProfileFact::all(&self.view, &rows)
    }

    /// 所缺的项及其责任单位，依完整度所列次序。
    /// What is missing and who owes it, in the order in which completeness counts.
    async fn missing(&self) -> &[ProfileGap] {
        &self.missing
    }

    /// 其页面的地址，相对于本服务。
    /// Address of its page, relative to this server.
    async fn html(&self) -> Url {
        Url(format!("/zones/{}", self.row.code))
    }

    /// 是否有已知的项只来自示例（虚构）数据。
    /// Whether any item is known only from data made up for demonstration.
    async fn sample(&self) -> bool {
        self.sample
    }
}
