//! Who is answerable: names, roles and leads, in the list and in the body.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Pair, Plan, says, short};
use super::text::{CLAUSE_ENDS, CLOSES, OPENS};
use super::{Finding, FindingKind, Sentence};
use crate::domain::{AliasKind, Citation, Section, UnitKind, UnitRole};

/// A unit's part, as a cell says it.
#[derive(Debug, Clone)]
struct Part {
    unit: String,
    name: String,
    role: UnitRole,
}

/// Words for roles, longest first.
const ROLES: &[(&str, UnitRole)] = &[
    ("按职责分工负责", UnitRole::ByDuty),
    ("负责", UnitRole::Responsible),
    ("牵头", UnitRole::Lead),
    ("配合", UnitRole::Support),
];

const fn word(role: UnitRole) -> &'static str {
    match role {
        UnitRole::Lead => "牵头",
        UnitRole::Support => "配合",
        UnitRole::Responsible => "负责",
        UnitRole::ByDuty => "按职责分工负责",
        UnitRole::Unspecified => "未写明",
    }
}

/// The units of a cell; none when a name in it is no known spelling of a unit.
fn read(plan: &Plan<'_>, cell: &str) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let mut waiting = 0;
    let mut depth = 0_i32;
    let names = cell.split(|c| {
        depth += i32::from(OPENS.contains(&c)) - i32::from(CLOSES.contains(&c));
        depth == 0 && (c == '、' || CLAUSE_ENDS.contains(&c))
    });
    for name in names.map(str::trim).filter(|name| !name.is_empty()) {
        let ended = ROLES.iter().find_map(|(word, role)| Some((name.strip_suffix(word)?, *role)));
        let (name, role) = ended.map_or((name, None), |(name, role)| (name, Some(role)));
        let known = plan
            .atlas
            .units
            .all()
            .iter()
            .find(|unit| unit.name.zh == name || unit.aliases.iter().any(|alias| alias.alias == name));
        // The rows know spellings that no alias lists.
        let rows = plan.tasks.iter().flat_map(|pair| &pair.task.units).map(|u| (&u.unit, &u.name_as_written));
        let rows = rows.chain(plan.sections.iter().flat_map(|(s, _)| &s.units).map(|u| (&u.unit, &u.name_as_written)));
        let code = match known {
            Some(unit) => unit.code.clone(),
            None => rows.into_iter().find(|(_, written)| *written == name)?.0.clone(),
        };
        parts.push(Part { unit: code, name: name.to_owned(), role: UnitRole::Unspecified });
        if let Some(role) = role {
            let end = parts.len();
            parts[waiting..end].iter_mut().for_each(|part| part.role = role);
            waiting = end;
        }
    }
    Some(parts)
}

/// A task's units as the rows have them, and as the cell reads where that differs.
fn of_task(plan: &Plan<'_>, pair: &Pair<'_>) -> Vec<Vec<Part>> {
    let rows = pair.task.units.iter();
    let rows = rows.map(|u| Part { unit: u.unit.clone(), name: u.name_as_written.clone(), role: u.role });
    std::iter::once(rows.collect()).chain(read(plan, &pair.task.responsibility_as_written)).collect()
}

fn of_section(plan: &Plan<'_>, section: &Section) -> Vec<Vec<Part>> {
    let rows = section.units.iter();
    let rows =
        rows.map(|u| Part { unit: u.unit.clone(), name: u.name_as_written.clone(), role: UnitRole::Unspecified });
    let rows: Vec<Part> = rows.collect();
    let cell = section.responsibility_as_written.as_deref().and_then(|cell| read(plan, cell));
    std::iter::once(rows).chain(cell).filter(|parts| !parts.is_empty()).collect()
}

fn cell(pair: &Pair<'_>) -> Citation {
    says(&pair.task.citations, &pair.task.responsibility_as_written)
}

fn bracket(section: &Section) -> Citation {
    says(&section.citations, section.responsibility_as_written.as_deref().unwrap_or(&section.title.zh))
}

fn names<'p>(parts: impl Iterator<Item = &'p Part>) -> String {
    parts.map(|part| part.name.as_str()).collect::<Vec<_>>().join("、")
}

/// All rules about units.
pub(super) fn rules(plan: &Plan<'_>, into: &mut Vec<Finding>) {
    for pair in &plan.tasks {
        let cells = of_task(plan, pair);
        for parts in &cells {
            roles(pair, parts, into);
            for body in pair.section.map(|section| of_section(plan, section)).unwrap_or_default() {
                compare(pair, parts, &body, into);
            }
        }
    }
    spellings(plan, into);
    unnamed(plan, into);
    ended(plan, into);
}

fn roles(pair: &Pair<'_>, parts: &[Part], into: &mut Vec<Finding>) {
    let number = short(&pair.task.code);
    let without = || parts.iter().filter(|part| part.role == UnitRole::Unspecified);
    let led = parts.iter().any(|part| part.role == UnitRole::Lead);
    if without().next().is_some() {
        let message = Sentence::new(
            format!("任务{number}:{}没有写明牵头、配合还是负责。", names(without())),
            format!(
                "Task {number} does not say whether these units lead, support or are responsible: {}.",
                names(without())
            ),
        );
        let resolved = Sentence::new(
            "数据中角色记为“未写明”,不代为推定。",
            "The role is recorded as unspecified; none is assumed.",
        );
        into.push(Finding::new(FindingKind::RoleMissing, message, resolved).task(&pair.task.code, cell(pair)));
    } else if !led && (parts.len() > 1 || parts.iter().any(|part| part.role == UnitRole::Support)) {
        let message = Sentence::new(
            format!("任务{number}有{}家单位,没有一家牵头。", parts.len()),
            format!("Task {number} names {} unit(s) and none of them leads.", parts.len()),
        );
        let resolved = Sentence::new(
            "数据照录各单位的职责用语,不指定牵头单位。",
            "Each unit keeps the role written; no lead is appointed.",
        );
        into.push(Finding::new(FindingKind::NoLead, message, resolved).task(&pair.task.code, cell(pair)));
    }
}

fn compare(pair: &Pair<'_>, list: &[Part], body: &[Part], into: &mut Vec<Finding>) {
    let Some(section) = pair.section else { return };
    let (number, item) = (short(&pair.task.code), short(&section.code));
    let sided = |kind, message, resolved| {
        Finding::new(kind, message, resolved).task(&pair.task.code, cell(pair)).section(&section.code, bracket(section))
    };
    let units = |parts: &[Part]| parts.iter().map(|part| part.unit.clone()).collect::<BTreeSet<_>>();
    let (listed, named) = (units(list), units(body));
    let leads: Vec<&Part> = list.iter().filter(|part| part.role == UnitRole::Lead).collect();
    let only_body = || body.iter().filter(|part| !listed.contains(&part.unit));
    let only_list = || list.iter().filter(|part| !named.contains(&part.unit));
    // A list that merely lost its lead is told so once, by that rule.
    let lost_lead = leads.is_empty()
        && list.iter().any(|part| part.role == UnitRole::Support)
        && only_list().next().is_none()
        && only_body().all(|part| body.first().is_some_and(|first| first.unit == part.unit));
    if listed != named && !lost_lead {
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        if only_body().next().is_some() {
            zh.push(format!("只见于正文:{}", names(only_body())));
            en.push(format!("only in the body: {}", names(only_body())));
        }
        if only_list().next().is_some() {
            zh.push(format!("只见于清单:{}", names(only_list())));
            en.push(format!("only in the list: {}", names(only_list())));
        }
        let message = Sentence::new(
            format!("任务{number}与正文{item}的责任单位不一;{}。", zh.join(";")),
            format!("Task {number} and section {item} name different units; {}.", en.join("; ")),
        );
        let resolved = Sentence::new(
            "两处各自照录:任务用清单,章节用正文。",
            "Both are kept: the task has the list's units, the section the body's.",
        );
        into.push(sided(FindingKind::UnitsDiffer, message, resolved));
    }
    if let (Some(first), Some(lead)) = (body.first(), leads.first())
        && listed.contains(&first.unit)
        && !leads.iter().any(|part| part.unit == first.unit)
    {
        let message = Sentence::new(
            format!("正文{item}首列{},清单任务{number}由{}牵头。", first.name, names(leads.iter().copied())),
            format!("Section {item} names {} first; in task {number} {} leads.", first.name, lead.name),
        );
        let resolved = Sentence::new("以清单的“牵头”为准。", "The list's lead is taken.");
        into.push(sided(FindingKind::LeadDiffers, message, resolved));
    }
    for ours in body.iter().filter(|part| part.role != UnitRole::Unspecified) {
        let other = list.iter().find(|part| part.unit == ours.unit && part.role != ours.role);
        let Some(other) = other.filter(|part| part.role != UnitRole::Unspecified) else { continue };
        let message = Sentence::new(
            format!("{}:正文{item}写“{}”,任务{number}写“{}”。", ours.name, word(ours.role), word(other.role)),
            format!("{}: section {item} says {}, task {number} {}.", ours.name, ours.role.word(), other.role.word()),
        );
        let resolved = Sentence::new("以清单为准。", "The list is taken.");
        into.push(sided(FindingKind::RolesDiffer, message, resolved).about(&ours.unit));
    }
}

/// One spelling of a unit and where it stands.
struct Spelling {
    unit: String,
    name: String,
    task: Option<String>,
    section: Option<String>,
    quote: Citation,
}

fn written(plan: &Plan<'_>) -> Vec<Spelling> {
    let mut all = Vec::new();
    for pair in &plan.tasks {
        for part in of_task(plan, pair).into_iter().flatten() {
            let (unit, name) = (part.unit, part.name);
            all.push(Spelling { unit, name, task: Some(pair.task.code.clone()), section: None, quote: cell(pair) });
        }
    }
    for (section, _) in &plan.sections {
        for part in of_section(plan, section).into_iter().flatten() {
            let (unit, name) = (part.unit, part.name);
            let section_code = Some(section.code.clone());
            all.push(Spelling { unit, name, task: None, section: section_code, quote: bracket(section) });
        }
    }
    all
}

fn spellings(plan: &Plan<'_>, into: &mut Vec<Finding>) {
    let all = written(plan);
    let mut by_unit: BTreeMap<&str, Vec<&Spelling>> = BTreeMap::new();
    for spelling in &all {
        by_unit.entry(&spelling.unit).or_default().push(spelling);
    }
    for (code, spellings) in by_unit {
        let Some(unit) = plan.atlas.units.code(code) else { continue };
        let typo = |name: &str| unit.aliases.iter().any(|a| a.alias == name && a.kind == AliasKind::Typo);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        spellings.iter().for_each(|s| *counts.entry(&s.name).or_default() += 1);
        let commonest = counts.iter().filter(|(name, _)| !typo(name)).max_by_key(|(_, count)| **count);
        let usual = if counts.contains_key(unit.name.zh.as_str()) {
            unit.name.zh.as_str()
        } else {
            commonest.map_or(unit.name.zh.as_str(), |(name, _)| name)
        };
        let elsewhere = spellings.iter().find(|s| s.name == usual);
        for spelling in spellings.iter().filter(|s| s.name != usual) {
            let (kind, zh, en) = if typo(&spelling.name) {
                (FindingKind::UnitTypo, "疑为误写", "is probably a misspelling")
            } else {
                (FindingKind::UnitNamesDiffer, "写法不一", "is another name for it")
            };
            let message = Sentence::new(
                format!("“{}”与“{usual}”{zh}。", spelling.name),
                format!("“{}” {en}: “{usual}”.", spelling.name),
            );
            let resolved = Sentence::new(
                format!("两种写法都记到同一单位“{}”,并照录原文。", unit.name.zh),
                format!("Both are the unit “{}”; the spelling is kept.", unit.name.zh),
            );
            let mut finding = Finding::new(kind, message, resolved).about(code);
            finding = match (&spelling.task, &spelling.section) {
                (Some(task), _) => finding.task(task, spelling.quote.clone()),
                (_, Some(section)) => finding.section(section, spelling.quote.clone()),
                _ => finding,
            };
            into.push(match elsewhere {
                Some(other) => finding.quote(other.quote.clone()),
                None => finding,
            });
        }
    }
}

fn unnamed(plan: &Plan<'_>, into: &mut Vec<Finding>) {
    let all = written(plan);
    for unit in plan.atlas.units.all() {
        if unit.kind != UnitKind::Collective || !unit.regions.is_empty() {
            continue;
        }
        let places: Vec<&Spelling> = all.iter().filter(|s| s.unit == unit.code).collect();
        if places.is_empty() {
            continue;
        }
        let message = Sentence::new(
            format!("“{}”是合称,规划没有列出是哪些单位。", unit.name.zh),
            format!("“{}” is a collective; the plan does not list its members.", unit.name.zh),
        );
        let resolved = Sentence::new(
            "数据把它记为一个合称单位,不展开成员。",
            "It is kept as one collective unit without members.",
        );
        let mut finding = Finding::new(FindingKind::UnitNotNamed, message, resolved).about(&unit.code);
        for (at, place) in places.iter().enumerate() {
            finding.tasks.extend(place.task.clone().filter(|code| !finding.tasks.contains(code)));
            finding.sections.extend(place.section.clone().filter(|code| !finding.sections.contains(code)));
            if at < 2 {
                finding = finding.quote(place.quote.clone());
            }
        }
        into.push(finding);
    }
}

fn ended(plan: &Plan<'_>, into: &mut Vec<Finding>) {
    for pair in &plan.tasks {
        for part in of_task(plan, pair).into_iter().flatten() {
            let Some(unit) = plan.atlas.units.code(&part.unit) else { continue };
            let Some(until) = unit.valid_to.filter(|until| *until < plan.row.from.start()) else { continue };
            let number = short(&pair.task.code);
            let message = Sentence::new(
                format!("任务{number}交给“{}”,该单位{until}已不存在。", part.name),
                format!("Task {number} is given to “{}”, which ceased on {until}.", part.name),
            );
            let heir = unit.successor.as_ref().and_then(|code| plan.atlas.units.code(code));
            let resolved = heir.map_or_else(
                || Sentence::new("照录,没有承接单位。", "Kept as written; no successor is known."),
                |heir| {
                    Sentence::new(
                        format!("照录;承接单位为“{}”。", heir.name.zh),
                        format!("Kept as written; its successor is “{}”.", heir.name.zh),
                    )
                },
            );
            let finding = Finding::new(FindingKind::UnitNotInForce, message, resolved).about(&unit.code);
            into.push(finding.task(&pair.task.code, cell(pair)));
        }
    }
}
