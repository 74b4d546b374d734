//! Closed lists of words, as the schema shows them.

use async_graphql::Enum;

use crate::domain;

/// 语言。英文名称为非官方译名；没有英文名时返回中文。
/// Language. English names are unofficial; where there is none the Chinese one is returned.
#[derive(Enum, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lang {
    /// 中文。
    /// Chinese.
    #[default]
    Zh,
    /// 英文。
    /// English.
    En,
}

impl Lang {
    /// The text in this language, falling back to Chinese.
    pub fn pick<'a>(self, zh: &'a str, en: Option<&'a str>) -> &'a str {
        match (self, en) {
            (Self::En, Some(en)) if !en.is_empty() => en,
            _ => zh,
        }
    }

    /// The name in this language, falling back to Chinese.
    pub fn names(self, names: &domain::Names) -> &str {
        self.pick(&names.zh, names.en.as_deref())
    }
}

/// 频率：指标通常多久公布一次。
/// How often an indicator is usually published.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Frequency")]
pub enum Frequency {
    /// 年度。
    /// Once a year.
    Annual,
    /// 半年。
    /// Twice a year.
    HalfYearly,
    /// 季度。
    /// Every quarter.
    Quarterly,
    /// 月度。
    /// Every month.
    Monthly,
}

/// 累计方式：数值与时期的关系。中国月度数据最常见的错误就是混淆前两种。
/// How a value relates to its period. The commonest silent error in Chinese monthly data is mixing the first two.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Accumulation")]
pub enum Accumulation {
    /// 当期值。
    /// Of the period alone.
    InPeriod,
    /// 本年累计。
    /// From 1 January to the end of the period.
    YearToDate,
    /// 自基期累计。
    /// Since the base period of the plan.
    SinceBase,
    /// 期末值。
    /// As it stood on the last day.
    AtEnd,
}

/// 版次的周期：在哪一类工作节点上定稿。
/// Cadence of an edition: on which of the office's rounds it was closed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Cadence")]
pub enum Cadence {
    /// 月调度。
    /// Monthly scheduling.
    MonthlyScheduling,
    /// 季督导。
    /// Quarterly supervision.
    QuarterlySupervision,
    /// 半年点评。
    /// Half-year review.
    HalfYearReview,
    /// 年度总结。
    /// Annual summary.
    AnnualSummary,
}

/// 数据状态（SDMX CL_OBS_STATUS 子集），缺报与保密分开。
/// Status of a cell: a subset of SDMX CL_OBS_STATUS, with confidentiality kept apart from absence.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::ObservationStatus")]
pub enum ObservationStatus {
    /// 正式数。
    /// Final figure.
    Normal,
    /// 初步数。
    /// Provisional figure.
    Provisional,
    /// 估计数。
    /// Estimate.
    Estimated,
    /// 预测数。
    /// Forecast.
    Forecast,
    /// 口径调整。
    /// Figure under a revised definition.
    RevisedDefinition,
    /// 缺报：没有公开数据。不是零。
    /// Missing: nothing public. Not zero.
    Missing,
    /// 未到期。
    /// Not due yet.
    NotYetDue,
    /// 保密。
    /// Withheld as confidential.
    Suppressed,
}

/// 项目阶段：签约→落地→开工→在建→投产→达效。
/// Stage of a project, from signing to full output.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::ProjectStage")]
pub enum ProjectStage {
    /// 签约。
    /// Contract signed.
    Signed,
    /// 落地。
    /// Land and registration settled.
    Landed,
    /// 开工。
    /// Construction started.
    Started,
    /// 在建。
    /// Under construction.
    Building,
    /// 投产。
    /// In production.
    InProduction,
    /// 达效。
    /// At the output it promised.
    OnTarget,
    /// 停建。
    /// Stopped.
    Stopped,
}

/// 量纲：单位所度量的东西。
/// What a unit measures.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Dimension")]
pub enum Dimension {
    /// 金额，基本单位元。
    /// Money, base unit yuan.
    Money,
    /// 计数（家、个、项、户……）。
    /// A count of things.
    CountOf,
    /// 比率，基本单位 1。
    /// A ratio, base unit 1.
    Ratio,
    /// 指数。
    /// An index.
    Index,
    /// 面积，基本单位平方公里。
    /// Area, base unit km².
    Area,
    /// 能源，基本单位吨标准煤。
    /// Energy, base unit tonne of coal equivalent.
    Energy,
    /// 质量，基本单位吨。
    /// Mass, base unit tonne.
    Mass,
    /// 人次。
    /// Person-times.
    PersonTime,
}

/// 排序方向。
/// Direction of an order.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// 升序。
    /// Smallest first.
    Asc,
    /// 降序。
    /// Largest first.
    Desc,
}
