//! What is to be done, by whom, and how far: tasks, targets, milestones.

use rust_decimal::Decimal;

use super::codes::words;
use super::{Citation, EntityId, FromRecord, Kind, Names, PeriodCode, Quantity, Record, UnitRole, Unreadable};

words! {
    /// How a task says when.
    TaskKind {
        /// 到期完成
        ByDeadline = "BY_DEADLINE",
        /// 逐年里程碑
        YearlyMilestones = "YEARLY_MILESTONES",
        /// 每年定额
        AnnualQuota = "ANNUAL_QUOTA",
        /// 持续推进
        Continuous = "CONTINUOUS",
    }
}
words! {
    /// How a number is meant to compare.
    Comparator {
        /// 达到、以上
        AtLeast = "AT_LEAST",
        /// 突破、超过
        MoreThan = "MORE_THAN",
        /// 等于、全覆盖
        Equal = "EQUAL",
        /// 左右
        Approx = "APPROX",
        /// 不超过
        AtMost = "AT_MOST",
    }
}
words! {
    /// How firmly the text promises.
    Commitment {
        /// 达到
        Committed = "COMMITTED",
        /// 力争、努力
        Strive = "STRIVE",
        /// 预期
        Indicative = "INDICATIVE",
    }
}
words! {
    /// What a target's number measures.
    TargetBasis {
        /// 期末水平
        LevelAtEnd = "LEVEL_AT_END",
        /// 各期不低于
        Floor = "FLOOR",
        /// 累计
        Cumulative = "CUMULATIVE",
        /// 新增
        NetNew = "NET_NEW",
        /// 每年
        PerYear = "PER_YEAR",
        /// 增长率
        GrowthRate = "GROWTH_RATE",
        /// 占比
        Share = "SHARE",
        /// 覆盖率
        Coverage = "COVERAGE",
        /// 超过门槛的个数
        CountOverThreshold = "COUNT_OVER_THRESHOLD",
    }
}

/// A task of the list (重点任务).
#[derive(Debug, Clone)]
pub struct Task {
    /// Identity.
    pub id: EntityId,
    /// `PLAN/26`.
    pub code: String,
    /// Code of the plan.
    pub plan: String,
    /// Number in the list.
    pub number: u32,
    /// Title as written.
    pub title: Names,
    /// How it says when.
    pub kind: TaskKind,
    /// Code of its group.
    pub group: String,
    /// Code of the section of the body that says the same.
    pub section: Option<String>,
    /// Deadline cells, verbatim.
    pub deadline_as_written: Vec<String>,
    /// Responsibility cell, verbatim.
    pub responsibility_as_written: String,
    /// Its units in order.
    pub units: Vec<TaskUnit>,
    /// What it names.
    pub links: Vec<TaskLink>,
    /// Where it stands.
    pub citations: Vec<Citation>,
}

impl FromRecord for Task {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            plan: row.need("plan")?,
            number: row.small("number")?,
            title: row.names("title", "title_en")?,
            kind: row.word("kind", TaskKind::from_word)?,
            group: row.in_plan("group")?.unwrap_or_default(),
            section: row.in_plan("section")?,
            deadline_as_written: row.list("deadline_as_written"),
            responsibility_as_written: row.need("responsibility_as_written")?,
            units: Vec::new(),
            links: Vec::new(),
            citations: vec![row.citation()?],
        })
    }
}

/// A unit's part in a task.
#[derive(Debug, Clone)]
pub struct TaskUnit {
    /// Code of the task.
    pub task: String,
    /// Code of the unit.
    pub unit: String,
    /// Order in the cell.
    pub position: u32,
    /// Its part.
    pub role: UnitRole,
    /// Its name there.
    pub name_as_written: String,
    /// Where it is said.
    pub citation: Citation,
}

impl FromRecord for TaskUnit {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            task: row.in_plan("task")?.unwrap_or_default(),
            unit: row.need("unit")?,
            position: row.small("position")?,
            role: row.word("role", UnitRole::from_word)?,
            name_as_written: row.need("name_as_written")?,
            citation: row.citation()?,
        })
    }
}

/// Something that a task names.
#[derive(Debug, Clone)]
pub struct TaskLink {
    /// Code of the task.
    pub task: String,
    /// Kind of what is named.
    pub kind: Kind,
    /// Its code.
    pub code: String,
    /// What the task wants of it, in the words of the plan.
    pub role: Option<String>,
    /// Named only by implication, or in the body item of the task.
    pub inferred: bool,
    /// Where it is said.
    pub citation: Citation,
}

impl FromRecord for TaskLink {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            task: row.in_plan("task")?.unwrap_or_default(),
            kind: row.word("kind", Kind::from_word)?,
            code: row.need("code")?,
            role: row.maybe("role"),
            inferred: row.flag("inferred"),
            citation: row.citation()?,
        })
    }
}

/// For targets that count things past a limit: e.g. zones with revenue over 500 亿元.
#[derive(Debug, Clone)]
pub struct Threshold {
    /// The limit.
    pub quantity: Quantity,
    /// Code of the indicator compared with it.
    pub indicator: Option<String>,
    /// How it compares.
    pub comparator: Comparator,
    /// Kind of the things counted.
    pub counts: Option<Kind>,
}

/// A number that the plan promises (目标).
#[derive(Debug, Clone)]
pub struct Target {
    /// Identity.
    pub id: EntityId,
    /// `PLAN/t04-1`.
    pub code: String,
    /// Code of the plan.
    pub plan: String,
    /// Code of the task that carries it; none for headline and body-only targets.
    pub task: Option<String>,
    /// Code of the section that states it.
    pub section: Option<String>,
    /// Code of the indicator.
    pub indicator: String,
    /// What it is about.
    pub subject: (Kind, String),
    /// What the number measures.
    pub basis: TargetBasis,
    /// How it compares.
    pub comparator: Comparator,
    /// Tolerance of 左右, in the target's unit, where the text states one.
    pub tolerance: Option<Decimal>,
    /// How firmly it is promised.
    pub commitment: Commitment,
    /// The number.
    pub quantity: Quantity,
    /// The text lost its counter; the unit was restored.
    pub unit_restored: bool,
    /// The period it is for.
    pub period: PeriodCode,
    /// For COUNT_OVER_THRESHOLD.
    pub threshold: Option<Threshold>,
    /// Code of the target it is a part of (其中).
    pub part_of: Option<String>,
    /// Code of the target elsewhere in the text that states the same goal.
    pub same_as: Option<String>,
    /// Milestones by period.
    pub milestones: Vec<Milestone>,
    /// Where it is said.
    pub citations: Vec<Citation>,
    /// Remark.
    pub note: Option<String>,
}

impl FromRecord for Target {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        let threshold = row.maybe_quantity("threshold_value", "threshold_unit", None)?;
        let comparator = row.maybe_word("threshold_comparator", Comparator::from_word)?;
        let counts = row.maybe_word("threshold_kind", Kind::from_word)?;
        Ok(Self {
            id,
            code: row.key(),
            plan: row.need("plan")?,
            task: row.in_plan("task")?,
            section: row.in_plan("section")?,
            indicator: row.need("indicator")?,
            subject: (row.word("subject_kind", Kind::from_word)?, row.need("subject_code")?),
            basis: row.word("basis", TargetBasis::from_word)?,
            comparator: row.word("comparator", Comparator::from_word)?,
            tolerance: row.maybe_decimal("tolerance"),
            commitment: row.word("commitment", Commitment::from_word)?,
            quantity: row.quantity("value", "unit", Some("as_written"))?,
            unit_restored: row.flag("unit_restored"),
            period: row.parse("period")?,
            threshold: threshold.map(|quantity| Threshold {
                quantity,
                indicator: row.maybe("threshold_indicator"),
                comparator: comparator.unwrap_or(Comparator::MoreThan),
                counts,
            }),
            part_of: row.in_plan("part_of")?,
            same_as: row.in_plan("same_as")?,
            milestones: Vec::new(),
            citations: vec![row.citation()?],
            note: row.maybe("note"),
        })
    }
}

/// How far a target is to be by a period.
#[derive(Debug, Clone)]
pub struct Milestone {
    /// Code of the target.
    pub target: String,
    /// The period.
    pub period: PeriodCode,
    /// How far.
    pub quantity: Quantity,
    /// How it compares.
    pub comparator: Comparator,
    /// The text gives a bare number; the unit was restored from the title.
    pub unit_restored: bool,
    /// Drawn between stated numbers rather than written. One of a yearly quota (每年) is not: the quota says it.
    pub interpolated: bool,
    /// Where it is said.
    pub citation: Citation,
}

impl FromRecord for Milestone {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            target: row.in_plan("target")?.unwrap_or_default(),
            period: row.parse("period")?,
            quantity: row.quantity("value", "unit", Some("as_written"))?,
            comparator: row.word("comparator", Comparator::from_word)?,
            unit_restored: row.flag("unit_restored"),
            interpolated: false,
            citation: row.citation()?,
        })
    }
}
