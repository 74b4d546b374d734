//! Counts of things: named or not, one within the other or not, alternatives counted together.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::plan::{Plan, says, title};
use super::text::{Amount, CLAUSE_ENDS, CLOSES, OPENS, Text, bare};
use super::wording::enumerated;
use super::{Finding, FindingKind, Sentence};
use crate::domain::{Citation, Kind, Target, Task};

/// A text of the plan with the place it stands at.
struct Spot<'a> {
    task: Option<&'a Task>,
    section: Option<&'a str>,
    citations: &'a [Citation],
    text: &'a Text<'a>,
    /// Codes of the tasks that say the same.
    linked: BTreeSet<&'a str>,
}

impl Spot<'_> {
    fn place(&self, finding: Finding, quote: &str) -> Finding {
        let quote = says(self.citations, quote);
        match (self.task, self.section) {
            (Some(task), _) => finding.task(&task.code, quote),
            (None, Some(section)) => finding.section(section, quote),
            _ => finding.quote(quote),
        }
    }
}

fn spots<'a>(plan: &'a Plan<'a>) -> Vec<Spot<'a>> {
    let tasks = plan.tasks.iter().map(|pair| Spot {
        task: Some(pair.task),
        section: pair.task.section.as_deref(),
        citations: &pair.task.citations,
        text: &pair.title,
        linked: BTreeSet::from([pair.task.code.as_str()]),
    });
    let sections = plan.sections.iter().map(|(section, text)| {
        let own = plan.tasks_of(&section.code).map(|pair| pair.task.code.as_str());
        let stated = plan.targets.iter().filter(|target| target.section.as_ref() == Some(&section.code));
        let elsewhere = stated.filter_map(|target| plan.target(target.same_as.as_ref())?.task.as_deref());
        Spot {
            task: None,
            section: Some(&section.code),
            citations: &section.citations,
            text,
            linked: own.chain(elsewhere).collect(),
        }
    });
    tasks.chain(sections).collect()
}

/// All rules about counts.
pub(super) fn rules(plan: &Plan<'_>, into: &mut Vec<Finding>) {
    let spots = spots(plan);
    for spot in &spots {
        for amount in &spot.text.amounts {
            too_few_names(spot, amount, into);
            alternatives(plan, spot, amount, into);
        }
        spelled_out(spot, into);
    }
    same_number(plan, &spots, into);
    thresholds(plan, into);
}

fn count_finding(spot: &Spot<'_>, count: &str, named: usize, quote: &str) -> Finding {
    let message = Sentence::new(
        format!("写明{count}个,只点名{named}个:“{quote}”。"),
        format!("{count} are counted and {named} named: “{quote}”."),
    );
    let resolved =
        Sentence::new("数据只收点名的,不补其余。", "Only those named are recorded; the rest is not filled in.");
    spot.place(Finding::new(FindingKind::NamesNotListed, message, resolved).about(count), quote)
}

fn too_few_names(spot: &Spot<'_>, amount: &Amount, into: &mut Vec<Finding>) {
    let Some(names) = enumerated(spot.text, amount) else { return };
    if !amount.counter.is_empty() && amount.counts() && Decimal::from(names.len()) != amount.value {
        into.push(count_finding(spot, &amount.digits.to_string(), names.len(), spot.text.clause(amount)));
    }
}

const NUMERALS: &[char] = &['二', '三', '四', '五', '六', '七', '八', '九', '十'];

/// `港口、老城、北岸三个节点`: as many names as the numeral says?
fn spelled_out(spot: &Spot<'_>, into: &mut Vec<Finding>) {
    let clauses = spot.text.whole.split(CLAUSE_ENDS);
    for clause in clauses.filter(|clause| clause.contains('、') && !clause.contains(|c: char| c.is_ascii_digit())) {
        for (at, numeral) in clause.char_indices().filter(|(_, c)| NUMERALS.contains(c)) {
            let after = &clause[at + numeral.len_utf8()..];
            let before = clause[..at].strip_suffix('等').unwrap_or(&clause[..at]);
            let nearest = before.rsplit('、').next().unwrap_or_default();
            let counted = ["个", "条", "类", "项"].iter().any(|counter| after.starts_with(counter));
            let fresh = before.chars().next_back().is_some_and(|c| c.is_alphanumeric() && !NUMERALS.contains(&c));
            if !counted || !fresh || nearest.is_empty() || !before.contains('、') {
                continue;
            }
            let says = NUMERALS.iter().position(|n| n == &numeral).map_or(0, |at| at + 2);
            let named = before.split('、').count();
            if says != named {
                into.push(count_finding(spot, &says.to_string(), named, clause));
            }
        }
    }
}

/// `70个智能工厂(车间)`: both counted, or one for the other?
fn alternatives(plan: &Plan<'_>, spot: &Spot<'_>, amount: &Amount, into: &mut Vec<Finding>) {
    if amount.counter.is_empty() || !amount.counts() {
        return;
    }
    let noun = spot.text.noun(amount);
    let bracketed = |text: &str| text.ends_with(CLOSES) && text.contains(OPENS);
    let before = &spot.text.whole[amount.clause.start..amount.at.start];
    let phrase = match (bracketed(noun), bracketed(before)) {
        (true, _) => noun,
        (_, true) => before,
        _ => return,
    };
    let inside = phrase.rsplit(OPENS).next().unwrap_or_default().trim_end_matches(CLOSES);
    let ascii = inside.is_ascii();
    if ascii || bare(phrase).chars().count() <= inside.chars().count() {
        return;
    }
    // The title of a task repeats its section: said once, there.
    let repeated = spot.task.is_some_and(|task| {
        let section = task.section.as_ref().and_then(|code| plan.text(code));
        section.is_some_and(|(_, text)| text.whole.contains(phrase.trim_start_matches("力争").trim()))
    });
    if repeated {
        return;
    }
    let message = Sentence::new(
        format!("“{}”:括注的“{inside}”是合并计数还是二者择一,未写明。", spot.text.clause(amount)),
        format!("“{}”: whether what stands in brackets, {inside}, is counted too is open.", spot.text.clause(amount)),
    );
    let resolved = Sentence::new("合并记为一个目标,不分列。", "Kept as one target, not split.");
    let mut finding = Finding::new(FindingKind::SumOpen, message, resolved).about(inside);
    finding = spot.place(finding, spot.text.clause(amount));
    for pair in spot.section.iter().flat_map(|code| plan.tasks_of(code)) {
        let start = |noun: &str| bare(noun).chars().take(2).collect::<String>();
        let same = |other: &&Amount| other.value == amount.value && start(pair.title.noun(other)) == start(noun);
        if spot.task.is_none() && pair.title.amounts.iter().any(|other| same(&other)) {
            finding = finding.task(&pair.task.code, title(pair.task));
        }
    }
    into.push(finding);
}

/// Two counts of one number and one head noun in unconnected places: the same things?
fn same_number(plan: &Plan<'_>, spots: &[Spot<'_>], into: &mut Vec<Finding>) {
    let counted: Vec<(&Spot<'_>, &Amount, String)> = spots
        .iter()
        .flat_map(|spot| {
            spot.text.amounts.iter().map(move |amount| (spot, amount, counted_noun(spot.text.noun(amount))))
        })
        .filter(|(_, amount, noun)| amount.counts() && amount.value > Decimal::ONE && noun.chars().count() >= 4)
        .collect();
    for (at, (spot, amount, noun)) in counted.iter().enumerate() {
        for (other, theirs, their_noun) in &counted[at + 1..] {
            let heads = head(noun).is_some_and(|h| their_noun.contains(&h))
                || head(their_noun).is_some_and(|h| noun.contains(&h));
            let apart = spot.linked.is_disjoint(&other.linked);
            let same_section = spot.section.is_some() && spot.section == other.section;
            if amount.value != theirs.value || !heads || noun == their_noun || !apart || same_section {
                continue;
            }
            // A section that a title sums up says the same once more.
            let summed = |spot: &Spot<'_>, amount: &Amount| {
                spot.task.is_none()
                    && spot
                        .section
                        .iter()
                        .flat_map(|code| plan.tasks_of(code))
                        .any(|pair| pair.title.amounts.iter().any(|ours| ours.value == amount.value))
            };
            if summed(spot, amount) || summed(other, theirs) {
                continue;
            }
            let (a, b) = (spot.text.clause(amount), other.text.clause(theirs));
            let message = Sentence::new(
                format!("“{a}”与“{b}”:是否同一批、是否重复计数,未写明。"),
                format!("“{a}” and “{b}”: whether they are the same, or counted twice, is open."),
            );
            let resolved = Sentence::new("分别记录,不作对应。", "Kept apart; neither is mapped to the other.");
            let finding = spot.place(Finding::new(FindingKind::SubsetOpen, message, resolved), a);
            into.push(other.place(finding, b));
        }
    }
}

/// A noun phrase up to the next number: `千亿级产业集群` of `千亿级产业集群和24个…`.
fn counted_noun(phrase: &str) -> String {
    let end = phrase.find(|c: char| c.is_ascii_digit()).unwrap_or(phrase.len());
    bare(phrase[..end].trim_end_matches(['和', '及', '与']))
}

/// The last four characters of a noun phrase: what is counted.
fn head(noun: &str) -> Option<String> {
    let letters: Vec<char> = noun.chars().collect();
    letters.len().checked_sub(4).map(|from| letters[from..].iter().collect())
}

fn thresholds(plan: &Plan<'_>, into: &mut Vec<Finding>) {
    let own: Vec<&Target> = plan
        .targets
        .iter()
        .copied()
        .filter(|t| t.threshold.is_some() && (t.same_as.is_none() || t.task.is_some()))
        .collect();
    for (at, a) in own.iter().enumerate() {
        for b in &own[at + 1..] {
            let (Some(x), Some(y)) = (&a.threshold, &b.threshold) else { continue };
            let joined = [(a, b), (b, a)]
                .iter()
                .any(|(a, b)| a.part_of.as_ref() == Some(&b.code) || a.same_as.as_ref() == Some(&b.code));
            if x.counts != y.counts || x.indicator != y.indicator || joined || a.indicator == b.indicator {
                continue;
            }
            let (limit, other) = (x.quantity.base(), y.quantity.base());
            let nested = limit != other;
            let wanted = a.quantity.value + b.quantity.value;
            into.push(between(
                a,
                b,
                FindingKind::SubsetOpen,
                Sentence::new(
                    format!("{}与{}:前者是否包含在后者之内,还是另外计数,未写明。", words(a), words(b)),
                    format!("{} and {}: whether one is part of the other or they add up is open.", words(a), words(b)),
                ),
            ));
            let exist = x.counts.map(|kind| members(plan, kind)).filter(|count| *count > 0);
            if let Some(exist) = exist.filter(|exist| nested && wanted > Decimal::from(*exist)) {
                into.push(between(
                    a,
                    b,
                    FindingKind::ThresholdsNeedNesting,
                    Sentence::new(
                        format!(
                            "{}与{}相加为{wanted}个,现有只有{exist}个:只有嵌套理解(高门槛的也计入低门槛)才能成立。",
                            words(a),
                            words(b)
                        ),
                        format!(
                            "{} and {} add up to {wanted}, but only {exist} exist: only a nested reading can hold.",
                            words(a),
                            words(b)
                        ),
                    ),
                ));
            }
        }
    }
}

fn words(target: &Target) -> String {
    let quote = target.citations.first().and_then(|citation| citation.quote.clone());
    format!("“{}”", quote.or_else(|| target.quantity.as_reported.clone()).unwrap_or_default())
}

fn members(plan: &Plan<'_>, kind: Kind) -> usize {
    match kind {
        Kind::Zone => plan.atlas.zones.all().len(),
        Kind::Cluster => plan.atlas.clusters.all().len(),
        Kind::Chain => plan.atlas.chains.all().len(),
        Kind::Region => plan.atlas.regions.all().len(),
        _ => 0,
    }
}

fn between(a: &Target, b: &Target, kind: FindingKind, message: Sentence) -> Finding {
    let resolved = Sentence::new(
        "两个目标分别计数,同一对象可计入两处(嵌套理解)。",
        "Each is counted for itself; a thing may count for both (the nested reading).",
    );
    let mut finding = Finding::new(kind, message, resolved);
    for target in [a, b] {
        let Some(citation) = target.citations.first().cloned() else { continue };
        finding = match (&target.task, &target.section) {
            (Some(task), _) => finding.task(task, citation),
            (None, Some(section)) => finding.section(section, citation),
            _ => finding.quote(citation),
        };
    }
    finding
}
