//! What reaches the list and what does not; when, from where, and how nearly.

use super::plan::{Pair, Plan, says, short, title};
use super::text::{Amount, Strive, Text, dated, has_base, has_year, sentences, yearly};
use super::{Finding, FindingKind, Sentence, said};
use crate::domain::{Comparator, Section, Target, TargetBasis};

/// All rules about the reach of goals.
pub(super) fn rules(plan: &Plan<'_>, into: &mut Vec<Finding>) {
    for target in plan.targets.iter().filter(|target| target.task.is_none()) {
        unlisted(plan, target, into);
    }
    for target in &plan.targets {
        tolerance(target, into);
    }
    dated_goals(plan, into);
    for pair in &plan.tasks {
        without_milestone(pair, into);
        for target in &pair.targets {
            task_period(plan, pair, target, into);
            base(target, &pair.task.title.zh, into, |finding| finding.task(&pair.task.code, title(pair.task)));
        }
    }
    for (section, text) in &plan.sections {
        unworked(plan, section, into);
        for target in plan.targets.iter().filter(|t| t.task.is_none() && t.section.as_ref() == Some(&section.code)) {
            body_period(plan, section, text, target, into);
        }
    }
    for element in plan.atlas.layout.all().iter().filter(|e| e.plan == plan.row.code && e.inferred) {
        let message = Sentence::new(
            format!("“{}”包括哪些地方,原文没有写明。", element.name.zh),
            format!("The text does not say which places “{}” covers.", element.name.zh),
        );
        let resolved =
            Sentence::new("按行文次序对应,并标为推定。", "Mapped by the order of the text and marked as inferred.");
        let mut finding = Finding::new(FindingKind::LayoutMembersOpen, message, resolved).about(short(&element.code));
        for citation in &element.citations {
            let home = plan.sections.iter().find(|(s, text)| {
                short(&s.code) == citation.locator
                    || citation.quote.as_ref().is_some_and(|q| text.whole.contains(q.as_str()))
            });
            finding = match home {
                Some((section, _)) => finding.section(&section.code, citation.clone()),
                None => finding.quote(citation.clone()),
            };
        }
        for member in element.members.iter().take(1) {
            finding = finding.quote(member.citation.clone());
        }
        into.push(finding);
    }
}

/// Whether a task's target carries a goal.
fn carried(plan: &Plan<'_>, goal: &Target) -> bool {
    let listed = |target: &&&Target| target.task.is_some();
    plan.targets.iter().filter(listed).any(|target| {
        target.same_as.as_ref() == Some(&goal.code)
            || goal.same_as.as_ref() == Some(&target.code)
            || target.part_of.as_ref() == Some(&goal.code)
            || (target.indicator == goal.indicator && target.subject == goal.subject && target.basis == goal.basis)
    })
}

fn unlisted(plan: &Plan<'_>, target: &Target, into: &mut Vec<Finding>) {
    let Some((section, text)) = target.section.as_ref().and_then(|code| plan.text(code)) else { return };
    if carried(plan, target) {
        return;
    }
    let headline = plan.tasks_of(&section.code).next().is_none();
    let item = short(&section.code);
    let words = target.citations.first().and_then(|c| c.quote.as_deref()).unwrap_or(text.whole);
    let (kind, message, resolved) = if headline {
        (
            FindingKind::HeadlineWithoutTask,
            Sentence::new(
                format!("总体目标“{words}”没有任何任务承接。"),
                format!("No task carries the headline goal “{words}”."),
            ),
            Sentence::new("记为没有任务的总体目标,牵头单位空缺。", "Kept as a headline goal without a task or lead."),
        )
    } else {
        (
            FindingKind::BodyTargetNotInList,
            Sentence::new(
                format!("正文{item}的“{words}”没有进入任务清单。"),
                format!("“{words}” of section {item} is not in the list of tasks."),
            ),
            Sentence::new("记为只见于正文的目标。", "Kept as a target of the body alone."),
        )
    };
    let mut finding = Finding::new(kind, message, resolved)
        .about(&target.indicator)
        .section(&section.code, says(&target.citations, words));
    for pair in plan.tasks_of(&section.code).take(1) {
        finding = finding.quote(title(pair.task));
    }
    into.push(finding);
    // A 力争 that opens the sentence of a headline goal: does it govern this clause too?
    if let Some((section, text, amount)) = plan.stated(target).filter(|_| headline) {
        scope(target, section, text, amount, into);
    }
}

fn scope(target: &Target, section: &Section, text: &Text<'_>, amount: &Amount, into: &mut Vec<Finding>) {
    if text.strive(amount) != Strive::Earlier {
        return;
    }
    let clause = text.clause(amount);
    let message = Sentence::new(
        format!("“力争”在同句前一分句,是否管到“{clause}”不明。"),
        format!("A “strive” opens an earlier clause; whether it governs “{clause}” is open."),
    );
    let (zh, en) = said::commitment(target.commitment);
    let resolved = Sentence::new(format!("按字面记为{zh}。"), format!("Recorded by the letter as {en}."));
    into.push(
        Finding::new(FindingKind::CommitmentScopeOpen, message, resolved)
            .about(&target.indicator)
            .section(&section.code, says(&section.citations, text.sentence(amount))),
    );
}

/// A dated goal without a number, in a section that has tasks.
fn dated_goals(plan: &Plan<'_>, into: &mut Vec<Finding>) {
    for (section, text) in &plan.sections {
        if plan.tasks_of(&section.code).next().is_none() {
            continue;
        }
        for sentence in sentences(text.whole).filter(|sentence| dated(sentence)) {
            let goal = sentence.find('到').map_or(sentence, |at| &sentence[at..]);
            let encoded = plan.targets.iter().any(|target| {
                target.section.as_ref() == Some(&section.code)
                    && target.citations.iter().filter_map(|c| c.quote.as_deref()).any(|quote| sentence.contains(quote))
            });
            if encoded || !Text::new(goal).amounts.is_empty() {
                continue;
            }
            let item = short(&section.code);
            let message = Sentence::new(
                format!("正文{item}有期限的目标没有进入任务清单:“{goal}”。"),
                format!("A dated goal of section {item} is not in the list of tasks: “{goal}”."),
            );
            let resolved = Sentence::new("没有数字,未编码为目标。", "It has no number and is not encoded as a target.");
            into.push(
                Finding::new(FindingKind::BodyTargetNotInList, message, resolved)
                    .about(goal)
                    .section(&section.code, says(&section.citations, goal)),
            );
        }
    }
}

fn without_milestone(pair: &Pair<'_>, into: &mut Vec<Finding>) {
    if !pair.targets.iter().any(|target| !target.milestones.is_empty()) {
        return;
    }
    for target in pair.targets.iter().filter(|target| target.milestones.is_empty()) {
        let number = short(&pair.task.code);
        let words = target.quantity.as_reported.clone().unwrap_or_default();
        let message = Sentence::new(
            format!("任务{number}有分年数,其中“{words}”没有。"),
            format!("Task {number} has milestones, but “{words}” has none."),
        );
        let resolved = Sentence::new("只记期末目标,不内插。", "Only the end value is kept; nothing is interpolated.");
        into.push(
            Finding::new(FindingKind::MilestoneMissing, message, resolved)
                .about(&target.indicator)
                .task(&pair.task.code, title(pair.task))
                .quote(says(&pair.task.citations, &pair.task.deadline_as_written.join(" "))),
        );
    }
}

fn task_period(plan: &Plan<'_>, pair: &Pair<'_>, target: &Target, into: &mut Vec<Finding>) {
    let number = short(&pair.task.code);
    let written = target.quantity.as_reported.as_deref().unwrap_or_default();
    let own = &pair.task.title.zh;
    let (zh, en) = said::basis(target.basis);
    let resolved = Sentence::new(format!("记为“{zh}”。"), format!("Recorded as {en}."));
    let cells = &pair.task.deadline_as_written;
    if !yearly(own) && !yearly(written) && !cells.iter().any(|cell| has_year(cell) || yearly(cell)) && !has_year(own) {
        let message = Sentence::new(
            format!("任务{number}的“{written}”没有写明逐年还是到哪一年。"),
            format!("Task {number} does not say whether “{written}” is for each year or by a year."),
        );
        into.push(
            Finding::new(FindingKind::PeriodOpen, message, resolved)
                .task(&pair.task.code, title(pair.task))
                .quote(says(&pair.task.citations, &cells.join(" "))),
        );
        return;
    }
    // 每年达到1家: a count of things reaches a level, a yearly quota adds to it.
    let level = pair.title.amounts.iter().any(|amount| {
        amount.counts() && pair.title.before(amount).ends_with("达到") && yearly(pair.title.clause(amount))
    });
    if level && target.basis == TargetBasis::PerYear {
        let message = Sentence::new(
            format!("任务{number}既写“每年”又写“达到”:每年新增这么多,还是每年末共有这么多。"),
            format!("Task {number} says both “every year” and “reach”: so many more each year, or so many in all."),
        );
        into.push(Finding::new(FindingKind::PeriodOpen, message, resolved).task(&pair.task.code, title(pair.task)));
        return;
    }
    // 到2025年,力争每年…: both in one breath.
    let Some((section, text)) = pair.section.and_then(|section| plan.text(&section.code)) else { return };
    let both = text.amounts.iter().filter(|amount| amount.digits == target.quantity.value).find(|amount| {
        yearly(text.clause(amount)) && text.clauses_before(amount).first().is_some_and(|clause| dated(clause))
    });
    if let Some(amount) = both {
        let message = Sentence::new(
            format!("正文{}既写“到某年”又写“每年”:逐年都要,还是到那一年才要。", short(&section.code)),
            format!("Section {} says both “by” a year and “every year”.", short(&section.code)),
        );
        into.push(
            Finding::new(FindingKind::PeriodOpen, message, resolved)
                .task(&pair.task.code, title(pair.task))
                .section(&section.code, says(&section.citations, text.sentence(amount))),
        );
    }
}

fn body_period(plan: &Plan<'_>, section: &Section, text: &Text<'_>, target: &Target, into: &mut Vec<Finding>) {
    let Some((_, _, amount)) = plan.stated(target) else { return };
    let other = plan.target(target.same_as.as_ref()).is_some_and(|other| other.task.is_some());
    if other {
        return;
    }
    let sentence = text.sentence(amount);
    let opening = sentences(text.whole).next().unwrap_or_default();
    let quote = || says(&section.citations, text.clause(amount));
    if target.basis != TargetBasis::Floor && !dated(sentence) && !yearly(sentence) && !dated(opening) {
        let clause = text.clause(amount);
        let message = Sentence::new(
            format!("正文{}的“{clause}”没有写明逐年还是到哪一年。", short(&section.code)),
            format!("Section {} does not say by when “{clause}” is to hold.", short(&section.code)),
        );
        let resolved = Sentence::new(format!("按{}记。", target.period), format!("Recorded for {}.", target.period));
        into.push(
            Finding::new(FindingKind::PeriodOpen, message, resolved)
                .about(&target.indicator)
                .section(&section.code, quote()),
        );
    }
    base(target, text.clause(amount), into, |finding| finding.section(&section.code, quote()));
}

fn base(target: &Target, wording: &str, into: &mut Vec<Finding>, place: impl FnOnce(Finding) -> Finding) {
    let counts = ["新增", "累计"].iter().any(|word| wording.contains(word))
        || (target.basis == TargetBasis::GrowthRate && wording.contains("增长"));
    if !counts || has_base(wording) || yearly(wording) {
        return;
    }
    let message = Sentence::new(
        format!("“{wording}”没有写明从何时起算、与何时相比。"),
        format!("“{wording}” does not say since when, or compared with when."),
    );
    let (zh, en) = said::basis(target.basis);
    let resolved = Sentence::new(format!("记为“{zh}”,基期空缺。"), format!("Recorded as {en} without a base."));
    into.push(place(Finding::new(FindingKind::BaseYearMissing, message, resolved).about(&target.indicator)));
}

fn tolerance(target: &Target, into: &mut Vec<Finding>) {
    if target.comparator != Comparator::Approx || target.tolerance.is_some() {
        return;
    }
    let Some(citation) = target.citations.first() else { return };
    let words = citation.quote.clone().unwrap_or_default();
    let message = Sentence::new(
        format!("“{words}”差多少仍算达到,原文没有给。"),
        format!("How far off still counts for “{words}” is not said."),
    );
    let resolved = Sentence::new("记为“约等于”,幅度空缺。", "Recorded as approximate without a tolerance.");
    let finding = Finding::new(FindingKind::ToleranceOpen, message, resolved).about(&target.indicator);
    into.push(match (&target.task, &target.section) {
        (Some(task), _) => finding.task(task, citation.clone()),
        (None, Some(section)) => finding.section(section, citation.clone()),
        _ => finding.quote(citation.clone()),
    });
}

fn unworked(plan: &Plan<'_>, section: &Section, into: &mut Vec<Finding>) {
    let answerable = section.responsibility_as_written.is_some() || !section.units.is_empty();
    let leaf = !plan.sections.iter().any(|(other, _)| other.parent.as_ref() == Some(&section.code));
    if !answerable || !leaf || plan.tasks_of(&section.code).next().is_some() {
        return;
    }
    let item = short(&section.code);
    let message = Sentence::new(
        format!("{item}“{}”有责任单位,清单中没有任务。", section.title.zh),
        format!("Section {item} has responsible units but no task in the list."),
    );
    let resolved = Sentence::new("责任单位记在章节上。", "The units are recorded with the section.");
    let words = section.responsibility_as_written.as_deref().unwrap_or(&section.title.zh);
    into.push(
        Finding::new(FindingKind::SectionWithoutTask, message, resolved)
            .section(&section.code, says(&section.citations, words)),
    );
}
