//! The sentence of an assessment: enough digits to recompute the light by hand, in Chinese and English.

use rust_decimal::Decimal;

use super::actual::{Actual, Basis};
use super::due::Obligation;
use super::judge::Light;
use super::written::{Words, amount, cut, fraction, period, sign, written};
use super::yardstick::{Band, Slack, Yardstick};
use crate::atlas::Atlas;
use crate::domain::{Commitment, Comparator, Kind, ObservationStatus, Quantity, Target};
use crate::store::observation::Observation;

/// What a comparison found, to be told.
pub(super) enum Said {
    /// Nothing is due.
    NotDue { next: Option<Obligation>, newest: Option<Actual> },
    /// There is no usable figure.
    Nothing { due: Obligation, newest: Option<Actual>, silence: Option<ObservationStatus> },
    /// An actual was compared.
    Compared { due: Obligation, actual: Actual, stick: Yardstick, deadline: bool },
    /// Several periods were compared, each on its own.
    Each { periods: Vec<(Obligation, Yardstick, Option<Actual>)>, deadline: bool },
}

impl Said {
    pub(super) const fn nothing(due: Obligation, newest: Option<Actual>, silence: Option<ObservationStatus>) -> Self {
        Self::Nothing { due, newest, silence }
    }

    /// Whether any figure told is made up.
    pub(super) fn sample(&self) -> bool {
        let of = |actual: &Option<Actual>| actual.as_ref().is_some_and(|actual| actual.sample);
        match self {
            Self::NotDue { newest, .. } | Self::Nothing { newest, .. } => of(newest),
            Self::Compared { actual, .. } => actual.sample,
            Self::Each { periods, .. } => periods.iter().any(|(.., actual)| of(actual)),
        }
    }
}

/// What each month must bring.
pub(super) struct Pace {
    pub(super) next: Obligation,
    pub(super) actual: Actual,
    pub(super) missing: i128,
    pub(super) months: i128,
    pub(super) quantity: Quantity,
}

/// Everything that the sentence of a target is made of.
pub(super) struct Telling<'a> {
    pub(super) atlas: &'a Atlas,
    pub(super) target: &'a Target,
    pub(super) said: &'a Said,
    pub(super) pace: Option<&'a Pace>,
    pub(super) light: Light,
    pub(super) passing: bool,
    pub(super) sample: bool,
}

/// How a light is called.
pub(super) const fn called(light: Light) -> (&'static str, &'static str) {
    match light {
        Light::Done => ("完成", "DONE"),
        Light::Green => ("绿灯", "GREEN"),
        Light::Amber => ("黄灯", "AMBER"),
        Light::Red => ("红灯", "RED"),
        Light::NotDue => ("未到期", "NOT DUE"),
        Light::NoData => ("无数据", "NO DATA"),
        Light::NotMeasurable => ("不可计量", "NOT MEASURABLE"),
    }
}

const fn status(status: ObservationStatus) -> (&'static str, &'static str) {
    match status {
        ObservationStatus::Normal => ("", ""),
        ObservationStatus::Provisional => (",初步数", ", provisional"),
        ObservationStatus::Estimated => (",估计数", ", estimated"),
        ObservationStatus::Forecast => (",预测数", ", forecast"),
        ObservationStatus::RevisedDefinition => (",口径有调整", ", definition revised"),
        ObservationStatus::Missing => ("缺报", "not reported"),
        ObservationStatus::NotYetDue => ("尚未到报送期", "not yet due to be reported"),
        ObservationStatus::Suppressed => ("保密", "suppressed"),
    }
}

/// The last number of a section of a code: `PLAN/t04-1` is t04-1.
fn short(code: &str) -> &str {
    code.rsplit('/').next().unwrap_or(code)
}

impl Telling<'_> {
    fn amount(&self, base: i128) -> Words {
        amount(base, self.target.quantity.unit)
    }

    /// A difference; of percents in percentage points.
    fn difference(&self, base: i128) -> Words {
        self.part(base, 1)
    }

    fn part(&self, base: i128, of: i128) -> Words {
        let own = self.target.quantity.unit;
        let unit = if own.code == "percent" { crate::domain::unit("pp").unwrap_or(own) } else { own };
        written(fraction(base, of, unit), unit)
    }

    /// «(2024年,初步数)»
    fn when(actual: &Actual) -> Words {
        let when = period(actual.period);
        let said = match &actual.basis {
            Basis::Cell(cell) => status(cell.status),
            Basis::Difference { level, .. } => status(level.status),
            _ => ("", ""),
        };
        Words::new(format!("({}{})", when.zh, said.0), format!(" ({}{})", when.en, said.1))
    }

    /// «实际 205家(2024年)», with what it was made from before it.
    fn actual(&self, actual: &Actual) -> Words {
        let mut words = self.derived(actual);
        let value = self.amount(actual.base);
        let when = Self::when(actual);
        let (zh, en) = match actual.slack {
            Slack::Exact if actual.about => ("约 ", "about "),
            Slack::Exact => ("", ""),
            Slack::AtLeast(None) => ("至少 ", "at least "),
            Slack::AtLeast(Some(_)) => ("介于 ", "between "),
            Slack::MoreThan => ("超过 ", "over "),
            Slack::AtMost => ("不超过 ", "at most "),
        };
        words.say(&format!("实际 {zh}{}", value.zh), &format!("actual {en}{}", value.en));
        if let Slack::AtLeast(Some(most)) = actual.slack {
            let most = self.amount(most);
            words.say(&format!(" 与 {} 之间", most.zh), &format!(" and {}", most.en));
        }
        words.add(&when);
        words
    }

    /// What an actual that no source states was made from.
    fn derived(&self, actual: &Actual) -> Words {
        let mut words = Words::default();
        let cell = |row: &Observation| {
            let base = row.quantity.as_ref().and_then(|quantity| quantity.base().ok()).map_or(0, i128::from);
            let (value, when) = (self.amount(base), period(row.period));
            Words::new(format!("{}({})", value.zh, when.zh), format!("{} ({})", value.en, when.en))
        };
        let total = self.amount(actual.base);
        match &actual.basis {
            Basis::Cell(_) => {}
            Basis::Difference { level, baseline } => {
                let (level, base) = (cell(level), cell(baseline));
                words.say(
                    &format!("{} − 基期 {} = {};", level.zh, base.zh, total.zh),
                    &format!("{} − base {} = {}; ", level.en, base.en, total.en),
                );
            }
            Basis::Sum(parts) => {
                let parts: Vec<Words> = parts.iter().map(|row| cell(row)).collect();
                let join = |of: fn(&Words) -> &str| parts.iter().map(of).collect::<Vec<_>>().join(" + ");
                words.say(
                    &format!("{} = {};", join(|w| &w.zh), total.zh),
                    &format!("{} = {}; ", join(|w| &w.en), total.en),
                );
            }
            Basis::Members { unknown, unlisted } => words.add(&self.members(&total, *unknown, *unlisted)),
            Basis::Register => {
                words.say("按名录计(名录未必齐全);", "counted from registers, which may not be complete; ")
            }
        }
        words
    }

    fn members(&self, count: &Words, unknown: usize, unlisted: usize) -> Words {
        let mut words = Words::default();
        let Some(threshold) = &self.target.threshold else { return words };
        let limit = written(threshold.quantity.value, threshold.quantity.unit);
        let (zh, en) = match threshold.counts {
            Some(Kind::Zone) => ("开发区", "zones"),
            Some(Kind::Cluster) => ("产业集群", "clusters"),
            Some(Kind::Chain) => ("产业链", "chains"),
            Some(Kind::Enterprise) => ("企业", "enterprises"),
            Some(Kind::Region) => ("行政区", "regions"),
            _ => ("成员", "members"),
        };
        let sign = sign(threshold.comparator);
        words.say(
            &format!("{} {sign} {} 者 {}", zh, limit.zh, count.zh),
            &format!("{} {en} {sign} {}", count.en, limit.en),
        );
        if unknown > 0 {
            words.say(&format!(",另 {unknown} 个无数据"), &format!(", {unknown} without a figure"));
        }
        if unlisted > 0 {
            words.say(&format!(",另 {unlisted} 个未列名"), &format!(", {unlisted} not named anywhere"));
        }
        words.say(";", "; ");
        words
    }

    /// «应 ≥ 200家(2025年)»
    fn due(&self, due: &Obligation, stick: Option<&Yardstick>) -> Words {
        let value = written(due.quantity.value, due.quantity.unit);
        let (sign, when) = (sign(self.target.comparator), period(due.period));
        let mut words = Words::new(format!("应 {sign} {}", value.zh), format!("due {sign} {}", value.en));
        if let Some(stick) = stick.filter(|stick| stick.comparator == Comparator::Approx) {
            let tolerance = self.difference(stick.tolerance);
            words.say(&format!(" ± {}", tolerance.zh), &format!(" ± {}", tolerance.en));
            if !stick.tolerance_stated {
                words.say("(原文未给容差,按规则)", " (tolerance by rule, the text states none)");
            }
        }
        words.say(&format!("({})", when.zh), &format!(" ({})", when.en));
        words
    }

    /// «成立», or «不成立,差 5家».
    fn result(&self, stick: &Yardstick, actual: &Actual) -> Words {
        match stick.surely_holds(actual.base, actual.slack) {
            Some(true) => Words::new("成立", "holds"),
            None => Words::new("尚不能判断", "cannot be told yet"),
            Some(false) => {
                let gap = self.difference(stick.gap(actual.base));
                let mut words =
                    Words::new(format!("不成立,差 {}", gap.zh), format!("does not hold, off by {}", gap.en));
                if stick.gap(actual.base) == 0 {
                    words.say("(须超过,持平不算)", " (must be passed; equal is not enough)");
                }
                words
            }
        }
    }

    /// Why a miss before the deadline is AMBER or RED.
    fn band(&self, stick: &Yardstick, actual: &Actual) -> Words {
        let Some(within) = stick.surely_within(actual.base, actual.slack) else {
            return Words::new(";差多少尚不能判断", "; by how much cannot be told yet");
        };
        match stick.band {
            Band::Share(share, of) => {
                let (less, more) = stick.ratio(actual.base);
                let percent = cut(less * 100, more, 2);
                let exact = percent.checked_mul(Decimal::from(100)).and_then(|p| i128::try_from(p).ok());
                let equals = if exact.is_some_and(|p| p * more == less * 10_000) { "=" } else { "≈" };
                let line = cut(share * 100, of, 2);
                let (a, b) = (self.amount(less), self.amount(more));
                let (zh, en) = if within { ("不低于", "not below") } else { ("低于", "below") };
                Words::new(
                    format!(";{} ÷ {} {equals} {percent}%,{zh} {line}% 线", a.zh, b.zh),
                    format!("; {} ÷ {} {equals} {percent}%, {en} the {line}% line", a.en, b.en),
                )
            }
            Band::Distance(far, of) => {
                let (gap, far) = (self.difference(stick.gap(actual.base)), self.part(far, of));
                let sign = if within { "≤" } else { ">" };
                Words::new(
                    format!(";差距 {} {sign} 幅度 {}", gap.zh, far.zh),
                    format!("; distance {} {sign} band {}", gap.en, far.en),
                )
            }
        }
    }

    fn body(&self) -> Words {
        let mut words = Words::default();
        match self.said {
            Said::NotDue { next, newest } => {
                if let Some(next) = next {
                    words.add(&self.due(next, None));
                }
                words.say(",尚未到期;", ", not due yet; ");
                match newest {
                    Some(newest) => words.add(&self.actual(newest)),
                    None => words.say("尚无数据", "no figure yet"),
                }
            }
            Said::Nothing { due, newest, silence } => {
                words.add(&self.due(due, None));
                let (zh, en) = silence.map_or(("没有这一期或更晚的数", "no figure for it or later"), status);
                words.say(&format!(",{zh}"), &format!(", {en}"));
                if let Some(newest) = newest {
                    words.say(";此前最近一期", "; the newest before it: ");
                    words.add(&self.actual(newest));
                }
            }
            Said::Compared { due, actual, stick, deadline } => {
                words.add(&self.actual(actual));
                words.say(",", ", ");
                words.add(&self.due(due, Some(stick)));
                words.say(":", ": ");
                words.add(&self.result(stick, actual));
                if *deadline {
                    words.say(";已到期", "; the deadline has come");
                } else if stick.surely_holds(actual.base, actual.slack) == Some(false) {
                    words.add(&self.band(stick, actual));
                }
            }
            Said::Each { periods, deadline } => words.add(&self.each(periods, *deadline)),
        }
        words
    }

    fn each(&self, periods: &[(Obligation, Yardstick, Option<Actual>)], deadline: bool) -> Words {
        let mut words = Words::new("逐期看:", "period by period: ");
        let mut worst: Option<(&Yardstick, &Actual)> = None;
        for (at, (due, stick, actual)) in periods.iter().enumerate() {
            if at > 0 {
                words.say(";", "; ");
            }
            match actual {
                None => {
                    let when = period(due.period);
                    words.say(&format!("{} 无数据", when.zh), &format!("{} no figure", when.en));
                }
                Some(actual) => {
                    words.add(&self.actual(actual));
                    words.say(",", ", ");
                    words.add(&self.due(due, Some(stick)));
                    words.say(":", ": ");
                    words.add(&self.result(stick, actual));
                    let misses = stick.surely_holds(actual.base, actual.slack) == Some(false);
                    let further = worst.is_none_or(|(s, a)| stick.gap(actual.base) >= s.gap(a.base));
                    if misses && further {
                        worst = Some((stick, actual));
                    }
                }
            }
        }
        match worst {
            _ if deadline => words.say(";已到期", "; the deadline has come"),
            Some((stick, actual)) => {
                words.say(";以最差一期为准", "; the worst decides");
                words.add(&self.band(stick, actual));
            }
            None => {}
        }
        words
    }

    fn required(&self, pace: &Pace) -> Words {
        let mut words = Words::default();
        let of_actual =
            matches!(self.said, Said::NotDue { newest: Some(newest), .. } if newest.period == pace.actual.period);
        let (missing, each) = (self.difference(pace.missing), written(pace.quantity.value, pace.quantity.unit));
        let due = written(pace.next.quantity.value, pace.next.quantity.unit);
        let (when, at) = (period(pace.next.period), Self::when(&pace.actual));
        let now = self.amount(pace.actual.base);
        words.say(";", "; ");
        if !of_actual {
            words.say(&format!("现 {}{},", now.zh, at.zh), &format!("now {}{}, ", now.en, at.en));
        }
        words.say(
            &format!("距 {}({})还差 {},余 {} 个月,每月需 {}(进位)", due.zh, when.zh, missing.zh, pace.months, each.zh),
            &format!(
                "{} short of {} ({}), {} months left, {} a month (rounded up)",
                missing.en, due.en, when.en, pace.months, each.en
            ),
        );
        words
    }
}

/// The sentence of a target.
pub(super) fn of_target(telling: &Telling<'_>) -> Words {
    let mut words = Words::default();
    if telling.sample {
        words.say("【示例】", "[sample] ");
    }
    match telling.target.commitment {
        Commitment::Committed => {}
        Commitment::Strive => words.say("(力争)", "(striven for) "),
        Commitment::Indicative => words.say("(预期)", "(indicative) "),
    }
    let name = telling.atlas.indicators.code(&telling.target.indicator).map(|indicator| &indicator.name);
    if let Some(name) = name {
        words.say(&format!("{}:", name.zh), &format!("{}: ", name.en.as_ref().unwrap_or(&name.zh)));
    }
    words.add(&telling.body());
    if let Some(pace) = telling.pace {
        words.add(&telling.required(pace));
    }
    if telling.passing {
        words.say(
            ";比较为绿灯,上一期为红灯,先经一期黄灯",
            "; GREEN by comparison, RED one period before, so AMBER for one",
        );
    }
    let (zh, en) = called(telling.light);
    words.say(&format!(" → {zh}"), &format!(" → {en}"));
    set(words)
}

/// Sets the punctuation of the Chinese text; numbers in it hold no commas.
fn set(words: Words) -> Words {
    let wide = |c| match c {
        ',' => '\u{ff0c}',
        ';' => '\u{ff1b}',
        ':' => '\u{ff1a}',
        '(' => '\u{ff08}',
        ')' => '\u{ff09}',
        other => other,
    };
    Words { zh: words.zh.chars().map(wide).collect(), en: words.en }
}

/// The sentence of a task.
pub(super) fn of_task(parts: &[(std::sync::Arc<Target>, Light)]) -> Words {
    let Some(worst) = parts.iter().map(|(_, light)| *light).max() else {
        return Words::new(
            "没有可计量的目标,须凭证据评定,不作计算 → 不可计量",
            "no measurable target; takes a reviewed judgement with evidence and is never computed → NOT MEASURABLE",
        );
    };
    let mut words = Words::new("取各目标中最差者:", "the worst of its targets: ");
    for (at, (target, light)) in parts.iter().enumerate() {
        let (zh, en) = called(*light);
        let code = short(&target.code);
        if at > 0 {
            words.say(",", ", ");
        }
        words.say(&format!("{code} {zh}"), &format!("{code} {en}"));
    }
    let (zh, en) = called(worst);
    words.say(&format!(" → {zh}"), &format!(" → {en}"));
    set(words)
}
