//! The closed lists of words that the package, the database and the API share.

/// Declares an enum whose variants carry the word used in packages, storage and the API.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word, e.g. in a package or an answer.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
    };
}
pub(super) use words;

words! {
    /// How often an indicator is usually published.
    Frequency {
        /// 年度
        Annual = "ANNUAL",
        /// 半年
        HalfYearly = "HALF_YEARLY",
        /// 季度
        Quarterly = "QUARTERLY",
        /// 月度
        Monthly = "MONTHLY",
    }
}
words! {
    /// How a value relates to its period. Chinese monthly figures are year-to-date unless said otherwise.
    Accumulation {
        /// 当期值
        InPeriod = "IN_PERIOD",
        /// 本年累计
        YearToDate = "YEAR_TO_DATE",
        /// 自基期累计
        SinceBase = "SINCE_BASE",
        /// 期末值
        AtEnd = "AT_END",
    }
}
words! {
    /// On which of the office's rounds an edition is closed.
    Cadence {
        /// 月调度
        MonthlyScheduling = "MONTHLY_SCHEDULING",
        /// 季督导
        QuarterlySupervision = "QUARTERLY_SUPERVISION",
        /// 半年点评
        HalfYearReview = "HALF_YEAR_REVIEW",
        /// 年度总结
        AnnualSummary = "ANNUAL_SUMMARY",
    }
}
words! {
    /// SDMX CL_OBS_STATUS subset, plus confidentiality kept apart from absence.
    ObservationStatus {
        /// 正式数
        Normal = "NORMAL",
        /// 初步数
        Provisional = "PROVISIONAL",
        /// 估计数
        Estimated = "ESTIMATED",
        /// 预测数
        Forecast = "FORECAST",
        /// 口径调整
        RevisedDefinition = "REVISED_DEFINITION",
        /// 缺报
        Missing = "MISSING",
        /// 未到期
        NotYetDue = "NOT_YET_DUE",
        /// 保密
        Suppressed = "SUPPRESSED",
    }
}
words! {
    /// 签约→落地→开工→在建→投产→达效
    ProjectStage {
        /// 签约
        Signed = "SIGNED",
        /// 落地
        Landed = "LANDED",
        /// 开工
        Started = "STARTED",
        /// 在建
        Building = "BUILDING",
        /// 投产
        InProduction = "IN_PRODUCTION",
        /// 达效
        OnTarget = "ON_TARGET",
        /// 停建
        Stopped = "STOPPED",
    }
}
words! {
    /// What a two-column reference (kind, code) points to, and the kinds of identities the database holds.
    Kind {
        /// 来源文件
        Document = "DOCUMENT",
        /// 规划
        Plan = "PLAN",
        /// 提纲
        Section = "SECTION",
        /// 任务组
        Group = "GROUP",
        /// 重点任务
        Task = "TASK",
        /// 目标
        Target = "TARGET",
        /// 责任单位
        Unit = "UNIT",
        /// 布局要素
        Layout = "LAYOUT",
        /// 行政区
        Region = "REGION",
        /// 开发区
        Zone = "ZONE",
        /// 边界
        Footprint = "FOOTPRINT",
        /// 产业
        Industry = "INDUSTRY",
        /// 产业集群
        Cluster = "CLUSTER",
        /// 产业链
        Chain = "CHAIN",
        /// 活动
        Event = "EVENT",
        /// 指标
        Indicator = "INDICATOR",
        /// 项目
        Project = "PROJECT",
        /// 企业
        Enterprise = "ENTERPRISE",
        /// 名录
        Register = "REGISTER",
    }
}

impl Kind {
    /// The package table that holds things of this kind.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Document => "documents",
            Self::Plan => "plans",
            Self::Section => "sections",
            Self::Group => "groups",
            Self::Task => "tasks",
            Self::Target => "targets",
            Self::Unit => "units",
            Self::Layout => "layout",
            Self::Region => "regions",
            Self::Zone => "zones",
            Self::Footprint => "footprints",
            Self::Industry => "industries",
            Self::Cluster => "clusters",
            Self::Chain => "chains",
            Self::Event => "events",
            Self::Indicator => "indicators",
            Self::Project => "projects",
            Self::Enterprise => "enterprises",
            Self::Register => "registers",
        }
    }
}
