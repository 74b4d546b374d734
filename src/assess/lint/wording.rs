//! One goal said twice: in the title of a task, in its deadline cells, in its section, among the headline goals.

use super::plan::{Pair, Plan, says, short, title};
use super::text::{Amount, Marker, Strive, Text, bare, strives};
use super::{Finding, FindingKind, Sentence, said};
use crate::domain::{Citation, Section, Target, TaskKind};

/// The same amount in two texts.
struct Twice<'a> {
    pair: &'a Pair<'a>,
    ours: &'a Amount,
    section: &'a Section,
    text: &'a Text<'a>,
    theirs: &'a Amount,
}

impl Twice<'_> {
    fn finding(&self, kind: FindingKind, zh: &str, en: &str, resolved: Sentence) -> Finding {
        let (number, item) = (short(&self.pair.task.code), short(&self.section.code));
        let message = Sentence::new(
            format!("任务{number}与正文{item}:{zh}。"),
            format!("Task {number} and section {item}: {en}."),
        );
        Finding::new(kind, message, resolved)
            .task(&self.pair.task.code, title(self.pair.task))
            .section(&self.section.code, self.quote())
    }

    fn quote(&self) -> Citation {
        says(&self.section.citations, self.text.clause(self.theirs))
    }
}

/// All rules about wording.
pub(super) fn rules(plan: &Plan<'_>, into: &mut Vec<Finding>) {
    for pair in &plan.tasks {
        counters(pair, into);
        milestones(pair, into);
        if let Some((section, text)) = pair.section.and_then(|section| plan.text(&section.code)) {
            in_body(pair, section, text, into);
        }
        for target in &pair.targets {
            headlines(plan, pair, target, into);
        }
    }
    between_sections(plan, into);
}

/// Numbers of the list that lost their counter.
fn counters(pair: &Pair<'_>, into: &mut Vec<Finding>) {
    let plain_index = pair.targets.iter().any(|target| target.quantity.unit.symbol.is_empty());
    if plain_index {
        return;
    }
    let number = short(&pair.task.code);
    let unit = pair.targets.first().map(|target| target.quantity.unit.symbol).unwrap_or_default();
    let resolved = || {
        Sentence::new(
            format!("数据补为“{unit}”,并标明是补的。"),
            format!("The data restores “{unit}” and marks it as restored."),
        )
    };
    if let Some(lost) = pair.title.amounts.iter().find(|amount| amount.counter.is_empty()) {
        let message = Sentence::new(
            format!("任务{number}标题中的“{}”后缺量词。", lost.digits),
            format!("In the title of task {number} the number {} has no counter.", lost.digits),
        );
        into.push(
            Finding::new(FindingKind::CounterDropped, message, resolved())
                .about("title")
                .task(&pair.task.code, title(pair.task)),
        );
    }
    let milestones = pair.targets.iter().flat_map(|target| &target.milestones);
    let milestones = milestones.filter_map(|milestone| milestone.quantity.as_reported.as_deref());
    let cells: Vec<&str> = pair.task.deadline_as_written.iter().map(String::as_str).chain(milestones).collect();
    let lost: Vec<&str> = cells.into_iter().filter(|cell| bare_number(cell)).collect();
    if let Some(first) = lost.first() {
        let message = Sentence::new(
            format!("任务{number}的分年数缺量词:{first}。"),
            format!("The milestones of task {number} have no counter: {first}."),
        );
        let mut finding = Finding::new(FindingKind::CounterDropped, message, resolved()).about("milestones");
        for cell in lost.iter().take(3) {
            finding = finding.task(&pair.task.code, says(&pair.task.citations, cell));
        }
        into.push(finding);
    }
}

fn bare_number(cell: &str) -> bool {
    Text::new(cell).amounts.iter().any(|amount| amount.counter.is_empty())
}

const fn said(marker: Marker) -> (&'static str, &'static str) {
    match marker {
        Marker::Plain => ("达到", "reach"),
        Marker::More => ("突破、超过", "more than"),
        Marker::AtLeast => ("以上", "at least"),
        Marker::About => ("左右", "about"),
        Marker::AtMost => ("以内", "at most"),
    }
}

/// Comparison in the title against that of the milestones.
fn milestones(pair: &Pair<'_>, into: &mut Vec<Finding>) {
    for target in &pair.targets {
        let read: Vec<(String, Marker)> = target
            .milestones
            .iter()
            .filter(|milestone| milestone.citation.quote.is_some())
            .filter_map(|milestone| {
                let words = milestone.quantity.as_reported.clone()?;
                let text = Text::new(&words);
                let marker = text.amounts.last().map(|amount| text.marker(amount))?;
                Some((words, marker))
            })
            .collect();
        let Some((last, marker)) = read.last() else { continue };
        let value = |amount: &&Amount| amount.digits == target.quantity.value || amount.value == target.quantity.value;
        let headed = pair.title.amounts.iter().find(value).map(|amount| pair.title.marker(amount));
        let number = short(&pair.task.code);
        let head = headed.filter(|head| head != marker);
        let earlier = read.iter().find(|(_, other)| other != marker);
        let message = match (head, earlier) {
            (Some(head), _) => Sentence::new(
                format!("任务{number}标题为“{}”,分年数“{last}”为“{}”。", said(head).0, said(*marker).0),
                format!(
                    "Task {number} says “{}” in its title and “{}” in its last milestone.",
                    said(head).1,
                    said(*marker).1
                ),
            ),
            (None, Some((words, other))) => Sentence::new(
                format!(
                    "任务{number}的分年数比较用语不一:“{words}”为“{}”,“{last}”为“{}”。",
                    said(*other).0,
                    said(*marker).0
                ),
                format!(
                    "The milestones of task {number} compare differently: “{}” and “{}”.",
                    said(*other).1,
                    said(*marker).1
                ),
            ),
            (None, None) => continue,
        };
        let resolved = Sentence::new(
            "目标按标题的用语,分年数按各自的用语比较。",
            "The target is compared as its title says, each milestone as it says itself.",
        );
        let other = earlier.filter(|_| head.is_none()).map_or(&pair.task.title.zh, |(words, _)| words);
        into.push(
            Finding::new(FindingKind::ComparatorDiffers, message, resolved)
                .task(&pair.task.code, says(&pair.task.citations, other))
                .quote(says(&pair.task.citations, last)),
        );
    }
}

fn shared_start(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

fn shared_end(a: &str, b: &str) -> usize {
    a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).count()
}

/// How alike the words around two amounts are.
fn alike(a: (&Text<'_>, &Amount), b: (&Text<'_>, &Amount)) -> usize {
    shared_end(&a.0.before(a.1), &b.0.before(b.1)) + shared_start(&bare(a.0.noun(a.1)), &bare(b.0.noun(b.1)))
}

/// A task's title against the text of its section.
fn in_body(pair: &Pair<'_>, section: &Section, text: &Text<'_>, into: &mut Vec<Finding>) {
    if text.whole.trim().is_empty() {
        return;
    }
    if pair.title.amounts.is_empty() {
        same_title(pair, section, into);
    }
    for ours in &pair.title.amounts {
        let close = |theirs: &&Amount| (alike((&pair.title, ours), (text, theirs)), theirs.counter == ours.counter);
        let equal = text
            .amounts
            .iter()
            .filter(|theirs| theirs.value == ours.value && (theirs.comparable(ours) || ours.counter.is_empty()));
        if let Some(theirs) = equal.max_by_key(close) {
            let twice = Twice { pair, ours, section, text, theirs };
            counter(&twice, into);
            firmness(&twice, into);
            comparison(&twice, into);
            let target = pair.targets.iter().any(|t| t.quantity.value == ours.digits);
            if target || pair.targets.is_empty() {
                words(&twice, into);
            }
            continue;
        }
        // Not the same number: another one in the same words, or none at all.
        let other =
            text.amounts.iter().filter(|theirs| alike((&pair.title, ours), (text, theirs)) >= 5).max_by_key(close);
        let unmeasured = text.amounts.iter().find(|theirs| theirs.digits == ours.digits && theirs.value != ours.value);
        if let Some(theirs) = other.or(unmeasured) {
            let of = |text: &Text<'_>, amount: &Amount| text.whole[amount.at.clone()].to_owned();
            let (a, b) = (of(&pair.title, ours), of(text, theirs));
            let resolved =
                Sentence::new("两处各自照录,任务以清单为准。", "Both are kept; the task has the list's number.");
            let twice = Twice { pair, ours, section, text, theirs };
            into.push(twice.finding(
                FindingKind::ValueDiffers,
                &format!("清单为{a},正文为{b}"),
                &format!("{a} in the list, {b} in the body"),
                resolved,
            ));
            continue;
        }
        let (number, item) = (short(&pair.task.code), short(&section.code));
        let written = &pair.title.whole[ours.at.clone()];
        let message = Sentence::new(
            format!("任务{number}的“{written}”不见于正文{item}。"),
            format!("The “{written}” of task {number} is not in section {item}."),
        );
        let resolved = Sentence::new("数据只引清单为出处。", "The list is the only source of this target.");
        into.push(
            Finding::new(FindingKind::ListTargetNotInBody, message, resolved)
                .about(written)
                .task(&pair.task.code, title(pair.task))
                .section(&section.code, says(&section.citations, &section.title.zh)),
        );
    }
    named(pair, section, text, into);
}

fn counter(twice: &Twice<'_>, into: &mut Vec<Finding>) {
    let (ours, theirs) = (twice.ours.counter, twice.theirs.counter);
    if ours != theirs && !ours.is_empty() && !theirs.is_empty() {
        let resolved = Sentence::new("任务的目标用清单的量词。", "The task's target has the list's counter.");
        into.push(twice.finding(
            FindingKind::CounterDiffers,
            &format!("清单用“{ours}”,正文用“{theirs}”"),
            &format!("the list counts in “{ours}”, the body in “{theirs}”"),
            resolved,
        ));
    }
}

fn firmness(twice: &Twice<'_>, into: &mut Vec<Finding>) {
    let listed = strives(twice.pair.title.whole);
    let (kind, zh, en) = match (listed, twice.text.strive(twice.theirs)) {
        (true, Strive::No) => {
            (FindingKind::CommitmentDiffers, "清单有“力争”,正文没有", "the list strives, the body does not")
        }
        (false, Strive::Own) => {
            (FindingKind::CommitmentDiffers, "正文有“力争”,清单没有", "the body strives, the list does not")
        }
        (false, Strive::Earlier) => (
            FindingKind::CommitmentScopeOpen,
            "正文的“力争”在同句前一分句,是否管到这里不明,清单没有“力争”",
            "the body strives in an earlier clause, whether for this too is open; the list does not strive",
        ),
        _ => return,
    };
    let resolved = Sentence::new("任务的目标按清单字面记语气。", "The task's target is as firm as the list's words.");
    into.push(twice.finding(kind, zh, en, resolved));
}

fn comparison(twice: &Twice<'_>, into: &mut Vec<Finding>) {
    let ours = twice.pair.title.marker(twice.ours);
    let theirs = twice.text.marker(twice.theirs);
    if ours == theirs {
        return;
    }
    let resolved = Sentence::new("任务的目标按清单的用语比较。", "The task's target is compared as the list says.");
    into.push(twice.finding(
        FindingKind::ComparatorDiffers,
        &format!("清单为“{}”,正文为“{}”", said(ours).0, said(theirs).0),
        &format!("“{}” in the list, “{}” in the body", said(ours).1, said(theirs).1),
        resolved,
    ));
}

fn words(twice: &Twice<'_>, into: &mut Vec<Finding>) {
    let (ours, theirs) = (bare(twice.pair.title.noun(twice.ours)), bare(twice.text.noun(twice.theirs)));
    let same = if ours.is_empty() {
        let (ours, theirs) = (twice.pair.title.before(twice.ours), twice.text.before(twice.theirs));
        let core = ["力争", "努力"].iter().fold(ours.as_str(), |text, word| text.strip_prefix(word).unwrap_or(text));
        theirs.ends_with(core) || core.ends_with(theirs.trim_start_matches("力争"))
    } else {
        ours == theirs
    };
    if same {
        return;
    }
    let resolved = Sentence::new("按同一目标处理,两处各自照录。", "Taken as one goal; both wordings are kept.");
    into.push(twice.finding(FindingKind::WordingDiffers, "表述不一", "the wording differs", resolved));
}

/// A continuous task bears the title of its section.
fn same_title(pair: &Pair<'_>, section: &Section, into: &mut Vec<Finding>) {
    let (ours, theirs) = (bare(&pair.task.title.zh), bare(&section.title.zh));
    let (length, shared) = (ours.chars().count().max(1), ours.chars().filter(|c| theirs.contains(*c)).count());
    if pair.task.kind != TaskKind::Continuous || ours == theirs || shared * 10 < length * 6 {
        return;
    }
    let (number, item) = (short(&pair.task.code), short(&section.code));
    let message = Sentence::new(
        format!("任务{number}与正文{item}的标题表述不一。"),
        format!("Task {number} and section {item} bear different titles."),
    );
    let resolved = Sentence::new("按同一任务处理,两处各自照录。", "Taken as one task; both titles are kept.");
    into.push(
        Finding::new(FindingKind::WordingDiffers, message, resolved)
            .task(&pair.task.code, title(pair.task))
            .section(&section.code, says(&section.citations, &section.title.zh)),
    );
}

/// What an enumeration before a counted noun names: `A、B等24个`.
pub(super) fn enumerated(text: &Text<'_>, amount: &Amount) -> Option<Vec<String>> {
    let clause = text.whole[amount.clause.start..amount.at.start].strip_suffix('等')?;
    Some(clause.split('、').map(bare).filter(|name| !name.is_empty()).collect())
}

fn named(pair: &Pair<'_>, section: &Section, text: &Text<'_>, into: &mut Vec<Finding>) {
    for ours in &pair.title.amounts {
        for theirs in text.amounts.iter().filter(|theirs| theirs.value == ours.value) {
            let lists = (enumerated(&pair.title, ours), enumerated(text, theirs));
            let (Some(mut a), Some(mut b)) = lists else { continue };
            if let (Some(first), Some(other)) = (a.first_mut(), b.first_mut()) {
                let skip = shared_start(first, other);
                *first = first.chars().skip(skip).collect();
                *other = other.chars().skip(skip).collect();
            }
            if a == b {
                continue;
            }
            let twice = Twice { pair, ours, section, text, theirs };
            let (a, b) = (a.join("、"), b.join("、"));
            let resolved = Sentence::new("凡有一处点名的都记为点名。", "Whatever either names is recorded as named.");
            into.push(twice.finding(
                FindingKind::NamesDiffer,
                &format!("清单列“{a}”,正文列“{b}”"),
                &format!("the list names “{a}”, the body “{b}”"),
                resolved,
            ));
        }
    }
}

/// A task's target against the same goal stated in another section.
fn headlines(plan: &Plan<'_>, pair: &Pair<'_>, target: &Target, into: &mut Vec<Finding>) {
    let others = plan
        .targets
        .iter()
        .filter(|other| other.same_as.as_ref() == Some(&target.code) || target.same_as.as_ref() == Some(&other.code));
    for other in others.filter(|other| other.task.is_none()) {
        measures(pair, target, other, into);
        if other.section == pair.task.section {
            continue;
        }
        let Some((section, text, theirs)) = plan.stated(other) else { continue };
        let ours = pair.title.amounts.iter().find(|amount| amount.digits == target.quantity.value);
        let Some(ours) = ours.filter(|ours| ours.comparable(theirs) || ours.counter.is_empty()) else { continue };
        let twice = Twice { pair, ours, section, text, theirs };
        if ours.value != theirs.value {
            let resolved = Sentence::new("两处各自照录。", "Both are kept.");
            into.push(twice.finding(FindingKind::ValueDiffers, "数值不一", "the values differ", resolved));
            continue;
        }
        if text.strive(theirs) != Strive::Earlier {
            firmness(&twice, into);
        }
        comparison(&twice, into);
        if !bare(pair.title.noun(ours)).is_empty() && !bare(text.noun(theirs)).is_empty() {
            words(&twice, into);
        }
    }
}

fn measures(pair: &Pair<'_>, target: &Target, other: &Target, into: &mut Vec<Finding>) {
    let threshold = |t: &Target| t.threshold.as_ref().and_then(|threshold| threshold.indicator.clone());
    let same =
        target.indicator == other.indicator && target.basis == other.basis && threshold(target) == threshold(other);
    if same {
        return;
    }
    let number = short(&pair.task.code);
    let (ours, theirs) = if target.indicator == other.indicator {
        (said::basis(target.basis), said::basis(other.basis))
    } else {
        let (ours, theirs) = (target.indicator.as_str(), other.indicator.as_str());
        ((ours, ours), (theirs, theirs))
    };
    let message = Sentence::new(
        format!("任务{number}与同一目标的另一处口径不一:{} / {}。", ours.0, theirs.0),
        format!(
            "Task {number} and the other statement of its goal are measured differently: {} / {}.",
            ours.1, theirs.1
        ),
    );
    let resolved = Sentence::new("分别记录,并注明同一目标。", "Kept apart, marked as one goal.");
    let mut finding =
        Finding::new(FindingKind::MeasureDiffers, message, resolved).task(&pair.task.code, title(pair.task));
    if let (Some(section), Some(citation)) = (&other.section, other.citations.first()) {
        finding = finding.section(section, citation.clone());
    }
    into.push(finding);
}

/// A goal that two sections state, neither of them in the list.
fn between_sections(plan: &Plan<'_>, into: &mut Vec<Finding>) {
    for target in plan.targets.iter().filter(|target| target.task.is_none()) {
        let Some(other) = plan.target(target.same_as.as_ref()).filter(|other| other.task.is_none()) else { continue };
        let (Some(here), Some(there)) = (&target.section, &other.section) else { continue };
        if target.commitment == other.commitment || here == there {
            continue;
        }
        let message = Sentence::new(
            format!("{}与{}对同一目标语气不一。", short(here), short(there)),
            format!("Sections {} and {} promise one goal with different firmness.", short(here), short(there)),
        );
        let (ours, theirs) = (said::commitment(target.commitment), said::commitment(other.commitment));
        let resolved = Sentence::new(
            format!("分别记为{}、{}。", ours.0, theirs.0),
            format!("Recorded as {} and {}.", ours.1, theirs.1),
        );
        let quote = |target: &Target| target.citations.first().cloned().unwrap_or_else(|| says(&[], ""));
        into.push(
            Finding::new(FindingKind::CommitmentDiffers, message, resolved)
                .about(&target.indicator)
                .section(here, quote(target))
                .section(there, quote(other)),
        );
    }
}
