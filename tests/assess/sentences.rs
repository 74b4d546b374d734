//! Every sentence of the real and sample packages, read by a program of its own and recomputed from its own numbers.

use std::collections::BTreeMap;

use planatlas::assess::Assessor;
use planatlas::domain::Decimal;
use regex::Regex;

use super::{day, held};

/// How one language writes a sentence; both say the same things in the same order.
struct Language {
    compared: Regex,
    share: Regex,
    distance: Regex,
    pace: Regex,
    newest: Regex,
    sum: Regex,
    term: Regex,
    deadline: &'static str,
    passing: &'static str,
    each: &'static str,
    none: &'static str,
    nothing: [&'static str; 4],
    holds: &'static str,
    unknown: &'static str,
    not_below: &'static str,
    lights: BTreeMap<&'static str, &'static str>,
}

fn zh() -> Language {
    let n = r"(-?\d+(?:\.\d+)?)[^0-9\s，；：（）]*";
    let re = |text: &str| Regex::new(&text.replace("{n}", n)).expect("a pattern");
    Language {
        compared: re(
            "实际 (?:约 |至少 |超过 |不超过 |介于 )?{n}(?: 与 {n} 之间)?（[^）]*），应 ([≥>=≈≤]) {n}(?: ± {n})?(?:（原文未给容差，按规则）)?（[^）]*）：(成立|不成立，差 {n}|尚不能判断)",
        ),
        share: re("；{n} ÷ {n} ([=≈]) {n}，(不低于|低于) {n} 线"),
        distance: re("；差距 {n} ([≤>]) 幅度 {n}"),
        pace: re("距 {n}（[^）]*）还差 {n}，余 {n} 个月，每月需 {n}（进位）"),
        newest: re("(?:现|实际) {n}（[^）]*）[，；]距"),
        sum: re("((?:{n}（[^）]*）(?: \\+ | − 基期 ))+{n}（[^）]*）) = {n}；实际"),
        term: re("(^|\\+ |− 基期 ){n}（"),
        deadline: "；已到期",
        passing: "先经一期黄灯",
        each: "逐期看：",
        none: " 无数据；",
        nothing: ["缺报", "没有这一期或更晚的数", "尚未到报送期", "保密"],
        holds: "成立",
        unknown: "尚不能判断",
        not_below: "不低于",
        lights: BTreeMap::from([
            ("完成", "DONE"),
            ("绿灯", "GREEN"),
            ("黄灯", "AMBER"),
            ("红灯", "RED"),
            ("未到期", "NOT DUE"),
            ("无数据", "NO DATA"),
        ]),
    }
}

fn en() -> Language {
    let n = r"(?:CNY )?(-?\d[\d,]*(?:\.\d+)?)(?:%| pp| person-times| [a-z²]*units| tce| t)?";
    let re = |text: &str| Regex::new(&text.replace("{n}", n)).expect("a pattern");
    Language {
        compared: re(
            "actual (?:about |at least |over |at most |between )?{n}(?: and {n})? \\([^)]*\\), due ([≥>=≈≤]) {n}(?: ± {n})?(?: \\(tolerance by rule, the text states none\\))? \\([^)]*\\): (holds|does not hold, off by {n}|cannot be told yet)",
        ),
        share: re("; {n} ÷ {n} ([=≈]) {n}, (not below|below) the {n} line"),
        distance: re("; distance {n} ([≤>]) band {n}"),
        pace: re("{n} short of {n} \\([^)]*\\), {n} months left, {n} a month \\(rounded up\\)"),
        newest: re("(?:now|actual) {n} \\([^)]*\\)[,;] [^(]* short of"),
        sum: re("((?:{n} \\([^)]*\\)(?: \\+ | − base ))+{n} \\([^)]*\\)) = {n}; actual"),
        term: re("(^|\\+ |− base ){n} \\("),
        deadline: "; the deadline has come",
        passing: "so AMBER for one",
        each: "period by period: ",
        none: " no figure;",
        nothing: ["not reported", "no figure for it or later", "not yet due to be reported", "suppressed"],
        holds: "holds",
        unknown: "cannot be told yet",
        not_below: "not below",
        lights: ["DONE", "GREEN", "AMBER", "RED", "NOT DUE", "NO DATA"].map(|light| (light, light)).into(),
    }
}

fn number(text: &str) -> Decimal {
    text.replace(',', "").parse().unwrap_or_else(|_| panic!("«{text}» is a number"))
}

/// The light that a sentence's own numbers give; panics where a sum, a gap, a share or a pace is wrong.
fn recomputed(text: &str, language: &Language, english: bool) -> String {
    let at = |found: &regex::Captures<'_>, group: usize| found.get(group).map(|m| number(m.as_str()));
    let mut results: Vec<(Option<bool>, Decimal, Decimal)> = Vec::new();
    for found in language.compared.captures_iter(text) {
        let (low, high) = (at(&found, 1).unwrap(), at(&found, 2));
        let (sign, due) = (&found[3], at(&found, 4).unwrap());
        let tolerance = at(&found, 5).unwrap_or_default();
        let holds = |actual: Decimal| match sign {
            "≥" => actual >= due,
            ">" => actual > due,
            "=" => actual == due,
            "≈" => (actual - due).abs() <= tolerance,
            _ => actual <= due,
        };
        let edge = if low < due { due - tolerance } else { due + tolerance };
        let said = if &found[6] == language.holds {
            Some(true)
        } else if &found[6] == language.unknown {
            None
        } else {
            Some(false)
        };
        if let Some(said) = said {
            assert_eq!(holds(low), said, "{text}");
            assert!(high.is_none_or(|high| holds(high) == said), "{text}");
        }
        if said == Some(false) {
            assert_eq!((low - edge).abs(), at(&found, 7).unwrap(), "the gap: {text}");
        }
        results.push((said, low, edge));
    }
    let mut band = None;
    for found in language.share.captures_iter(text) {
        let (less, more, percent, line) =
            (at(&found, 1).unwrap(), at(&found, 2).unwrap(), at(&found, 4).unwrap(), at(&found, 6).unwrap());
        let hundred = Decimal::from(100);
        assert_eq!((less * hundred / more).trunc_with_scale(2), percent, "the share: {text}");
        assert_eq!(&found[3] == "=", percent * more == less * hundred, "exact or not: {text}");
        let within = less * hundred >= line * more;
        assert_eq!(&found[5] == language.not_below, within, "the line: {text}");
        assert!(results.iter().any(|(_, a, e)| (*a, *e) == (less, more) || (*e, *a) == (less, more)), "whose: {text}");
        band = Some(within);
    }
    for found in language.distance.captures_iter(text) {
        let (gap, far) = (at(&found, 1).unwrap(), at(&found, 3).unwrap());
        assert_eq!(&found[2] == "≤", gap <= far, "the distance: {text}");
        assert!(results.iter().any(|(_, a, e)| (a - e).abs() == gap), "whose: {text}");
        band = Some(gap <= far);
    }
    for found in language.pace.captures_iter(text) {
        let (due, missing) = if english { (at(&found, 2), at(&found, 1)) } else { (at(&found, 1), at(&found, 2)) };
        let (due, missing) = (due.unwrap(), missing.unwrap());
        let (months, each) = (at(&found, 3).unwrap(), at(&found, 4).unwrap());
        let now = language.newest.captures_iter(text).last().and_then(|found| at(&found, 1));
        assert_eq!(due - now.unwrap_or_else(|| panic!("now: {text}")), missing, "what is missing: {text}");
        assert!(each * months >= missing, "the pace is enough: {text}");
        // Not more than the rounding of one month too much each: a hundredth, or of 亿元 a million.
        let step = if !english && !text.contains("万家") && !text.contains("万个") { "0.01" } else { "1000000" };
        assert!((each - number(step)) * months < missing, "and no more: {text}");
    }
    for found in language.sum.captures_iter(text) {
        let total: Decimal = (language.term.captures_iter(&found[1]))
            .map(|term| if term[1].starts_with('−') { -at(&term, 2).unwrap() } else { at(&term, 2).unwrap() })
            .sum();
        let stated = found.iter().flatten().last().map(|m| number(m.as_str()));
        assert_eq!(Some(total), stated, "the sum: {text}");
    }
    let (deadline, each) = (text.contains(language.deadline), text.contains(language.each));
    let missed = results.iter().any(|(said, ..)| *said == Some(false));
    let open = results.iter().any(|(said, ..)| said.is_none()) || (each && text.contains(language.none));
    if results.is_empty() {
        let said = text.rsplit(" → ").next().unwrap_or_default();
        let silent = language.nothing.iter().any(|why| text.contains(why));
        return if silent { "NO DATA".to_owned() } else { language.lights[said].to_owned() };
    }
    match (missed, deadline) {
        (true, true) => "RED",
        (true, false) if band.expect(text) => "AMBER",
        (true, false) => "RED",
        (false, _) if open => "NO DATA",
        (false, true) => "DONE",
        (false, false) if text.contains(language.passing) => "AMBER",
        (false, false) => "GREEN",
    }
    .to_owned()
}

#[tokio::test]
async fn every_sentence_recomputes_its_light() {
    let (atlas, figures) = held(&["geodata/shangqiu", "geodata/sample"], "2026-02-01").await;
    let (zh, en) = (zh(), en());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let assessor = Assessor::new(&atlas, &figures);
    let days = ["2023-03-31", "2023-12-31", "2024-06-30", "2024-12-31", "2025-10-31", "2026-02-01"];
    for target in atlas.targets.all() {
        let on_days = days.map(|on| assessor.target(target, day(on)));
        let milestones = target.milestones.iter().map(|milestone| assessor.milestone(target, milestone.period));
        for one in on_days.into_iter().chain(milestones) {
            for (text, language, english) in [(&one.explanation.zh, &zh, false), (&one.explanation.en, &en, true)] {
                let last = text.rsplit(" → ").next().unwrap();
                let said = language.lights.get(last).unwrap_or_else(|| panic!("{text}"));
                assert_eq!(recomputed(text, language, english), *said, "{} {text}", target.code);
                let light = format!("{:?}", one.light).to_uppercase();
                assert_eq!(said.replace(' ', ""), light, "{text}");
                *seen.entry((*said).to_owned()).or_default() += 1;
            }
            let sample = one.actual.as_ref().is_some_and(|actual| actual.sample);
            assert!(one.sample >= sample, "made-up figures make a made-up light: {}", one.explanation.zh);
            assert_eq!(one.sample, one.explanation.zh.contains("示例"), "{}", one.explanation.zh);
        }
    }
    // Not all alike, or the test would show little.
    for light in ["GREEN", "AMBER", "RED", "NOT DUE", "NO DATA"] {
        assert!(seen.get(light).is_some_and(|count| *count > 5), "{seen:?}");
    }
}
