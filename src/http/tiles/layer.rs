//! The layers that tiles have, and what their features say.

use crate::atlas::Atlas;
use crate::domain::Kind;
use crate::store::area::Located;

/// A layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// 行政区
    Regions,
    /// 开发区
    Zones,
    /// 布局要素
    Layout,
    /// 项目
    Projects,
    /// 企业
    Enterprises,
    /// 项目，逐点
    ProjectPoints,
    /// 企业，逐点
    EnterprisePoints,
}

/// Where facts are clustered; nothing is ever left out.
#[derive(Debug, Clone, Copy)]
pub struct Clusters {
    /// The deepest zoom at which they always are, if at any.
    pub down_to: Option<u8>,
    /// Single points in a tile at most; where there are more they are clustered at any zoom.
    pub most: usize,
}

/// An attribute of features.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it is, as TileJSON describes it.
    pub about: &'static str,
}

const fn field(name: &'static str, about: &'static str) -> Field {
    Field { name, about }
}

const CODE: Field = field("code", "String. 代码 Code");
const NAME: Field = field("name", "String. 名称 Name as written");
const NAME_EN: Field =
    field("nameEn", "String. 英文名称（非官方）English name, ours and unofficial; where there is one");
const KIND: Field = field("kind", "String. 类别 Kind");
const LEVEL: Field = field("level", "String. 级别 Level as a source states it");
const LISTING: Field = field("listing", "String. 名录核实 CONFIRMED, PROBABLE or UNCONFIRMED");
const FORM: Field = field("form", "String. 形态 CORE, AXIS, BELT, GROUP, NODE or AREA");
const PLAN: Field = field("plan", "String. 规划 Code of the plan");
const STAGE: Field = field("stage", "String. 阶段 Stage");
const ACCURACY: Field = field("accuracy", "String. 边界精度 SURVEYED, OFFICIAL_PUBLISHED, DIGITISED or SCHEMATIC");
const SAMPLE: Field = field("sample", "Boolean. 示例（虚构）Made up for demonstration, or holding something that is");
const POINT_COUNT: Field =
    field("point_count", "Number. 聚合内数量 How many a cluster stands for; absent on single ones");
const SAMPLE_COUNT: Field = field("sample_count", "Number. 其中示例 How many of them are made up");
const BBOX: Field = field("bbox", "String. 聚合范围 Box around a cluster: west,south,east,north in degrees");

impl Layer {
    /// All, as they are listed.
    pub const ALL: [Self; 7] = [
        Self::Regions,
        Self::Zones,
        Self::Layout,
        Self::Projects,
        Self::Enterprises,
        Self::ProjectPoints,
        Self::EnterprisePoints,
    ];
    /// Those that our own styles draw.
    pub const STYLED: [Self; 5] = [Self::Regions, Self::Zones, Self::Layout, Self::Projects, Self::Enterprises];

    /// Its name in addresses and tiles.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Regions => "regions",
            Self::Zones => "zones",
            Self::Layout => "layout",
            Self::Projects => "projects",
            Self::Enterprises => "enterprises",
            Self::ProjectPoints => "project_points",
            Self::EnterprisePoints => "enterprise_points",
        }
    }

    /// The layer of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.name() == name)
    }

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Regions => "行政区 Regions",
            Self::Zones => "开发区 Development zones",
            Self::Layout => "空间布局 Layout of the plan",
            Self::Projects => "项目 Projects",
            Self::Enterprises => "企业 Enterprises",
            Self::ProjectPoints => "项目（逐点） Projects, each by itself",
            Self::EnterprisePoints => "企业（逐点） Enterprises, each by itself",
        }
    }

    /// Name of the points that carry the names of its outlines, one a place; none where it has points only.
    pub const fn labels(self) -> Option<&'static str> {
        match self {
            Self::Regions => Some("regions_label"),
            Self::Zones => Some("zones_label"),
            Self::Layout => Some("layout_label"),
            Self::Projects | Self::Enterprises | Self::ProjectPoints | Self::EnterprisePoints => None,
        }
    }

    /// What its features say; [`SAMPLE`] always, the rest where there is something to say.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Regions => &[CODE, NAME, NAME_EN, KIND, ACCURACY, SAMPLE],
            Self::Zones => &[CODE, NAME, NAME_EN, LEVEL, LISTING, ACCURACY, SAMPLE],
            Self::Layout => &[CODE, NAME, NAME_EN, FORM, PLAN, ACCURACY, SAMPLE],
            Self::Projects | Self::ProjectPoints => {
                &[CODE, NAME, NAME_EN, STAGE, SAMPLE, POINT_COUNT, SAMPLE_COUNT, BBOX]
            }
            Self::Enterprises | Self::EnterprisePoints => {
                &[CODE, NAME, NAME_EN, SAMPLE, POINT_COUNT, SAMPLE_COUNT, BBOX]
            }
        }
    }

    /// How its facts are clustered.
    pub const fn clusters(self) -> Clusters {
        match self {
            Self::ProjectPoints | Self::EnterprisePoints => Clusters { down_to: None, most: 20_000 },
            _ => Clusters { down_to: Some(10), most: 5_000 },
        }
    }

    /// The facts it shows; none where it shows dimensions.
    pub const fn located(self) -> Option<Located> {
        match self {
            Self::Projects | Self::ProjectPoints => Some(Located::Project),
            Self::Enterprises | Self::EnterprisePoints => Some(Located::Enterprise),
            Self::Regions | Self::Zones | Self::Layout => None,
        }
    }

    /// The last revision that touched anything it shows, given that of each table: the one its address names.
    pub fn revision(self, touched: impl Fn(&str) -> i32) -> i32 {
        let tables: &[&str] = match self {
            Self::Regions => &["regions", "footprints", "documents"],
            Self::Zones => &["zones", "footprints", "documents"],
            // A derived outline is made of its members'.
            Self::Layout => &["layout", "layout_members", "regions", "zones", "footprints", "documents"],
            Self::Projects | Self::ProjectPoints => &["projects", "documents"],
            Self::Enterprises | Self::EnterprisePoints => &["enterprises", "documents"],
        };
        // What no revision has touched is as the first one left it.
        tables.iter().map(|table| touched(table)).max().unwrap_or(1).max(1)
    }

    /// Whether outlines of a kind of place are part of it.
    pub const fn draws(self, kind: Kind) -> bool {
        match self {
            Self::Regions => matches!(kind, Kind::Region),
            Self::Zones => matches!(kind, Kind::Zone),
            Self::Layout => matches!(kind, Kind::Region | Kind::Zone | Kind::Layout),
            Self::Projects | Self::Enterprises | Self::ProjectPoints | Self::EnterprisePoints => false,
        }
    }

    /// The same of an atlas.
    pub fn revision_in(self, atlas: &Atlas) -> i32 {
        self.revision(|table| atlas.touched(table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_that_is_watched_exists() {
        for layer in Layer::ALL {
            layer.revision(|name| {
                assert!(crate::domain::table(name).is_some(), "{name}");
                0
            });
            assert_eq!(Layer::from_name(layer.name()), Some(layer));
            assert!(layer.fields().iter().any(|field| field.name == "sample"));
        }
    }
}
