//! What a plan leaves open or says in two ways.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::document::Citation;
use super::plan::PlanSection;
use super::task::Task;
use super::view::View;
use super::words::Lang;
use crate::assess::lint;

/// 轻重：问题须裁定、应澄清，或仅作提示。
/// How much a finding matters.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "lint::Severity")]
pub enum Severity {
    /// 须裁定：不裁定则无法照原文执行。
    /// Must be settled before the plan can be carried out as written.
    Error,
    /// 应澄清。
    /// Should be made clear.
    Warning,
    /// 提示。
    /// For the editor's attention.
    Note,
}

/// A finding of the plan linter.
pub struct Inconsistency {
    view: View,
    finding: Arc<lint::Finding>,
}

impl Inconsistency {
    /// The findings about a plan; only those of some kinds or severities where these are given.
    pub fn all(view: &View, plan: &str, kinds: Option<&[String]>, severities: Option<&[Severity]>) -> Vec<Self> {
        let wanted = |finding: &&Arc<lint::Finding>| {
            kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind == finding.kind.word()))
                && severities.is_none_or(|severities| severities.contains(&finding.kind.severity().into()))
        };
        let findings = view.findings(plan);
        let wanted = findings.iter().filter(wanted);
        wanted.map(|finding| Self { view: view.clone(), finding: Arc::clone(finding) }).collect()
    }
}

/// 文本中的不一致或未明之处，由通用规则找出；术语取自数据包的 terms 表。
/// A place where the text contradicts itself or leaves something open, found by general rules over any plan; terms
/// come from the package's `terms`.
#[Object]
impl Inconsistency {
    /// 类别代码，封闭清单见 schema/findings.csv，如 UNITS_DIFFER。
    /// Word of its kind, from the closed list in schema/findings.csv, e.g. UNITS_DIFFER.
    async fn kind(&self) -> &str {
        self.finding.kind.word()
    }

    /// 类别名称。
    /// Title of its kind.
    async fn title(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        let entry = self.finding.kind.entry();
        entry.map_or(self.finding.kind.word(), |entry| lang.unwrap_or_default().pick(&entry.zh, Some(&entry.en)))
    }

    /// 轻重。
    /// How much it matters.
    async fn severity(&self) -> Severity {
        self.finding.kind.severity().into()
    }

    /// 一句话说明。
    /// The flaw in a sentence.
    async fn message(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        let message = &self.finding.message;
        lang.unwrap_or_default().pick(&message.zh, Some(&message.en))
    }

    /// 所涉对象的代码或文字：指标、用语、单位、布局要素。
    /// Code or words of what it is about: an indicator, a term, a unit, a layout element.
    async fn subject(&self) -> Option<&str> {
        self.finding.subject.as_deref()
    }

    /// 所涉任务。
    /// The tasks concerned.
    async fn tasks(&self) -> Vec<Task> {
        let rows = self.view.atlas().tasks.codes(&self.finding.tasks);
        rows.iter().map(|row| Task::new(&self.view, row)).collect()
    }

    /// 所涉正文条目。
    /// The sections concerned.
    async fn sections(&self) -> Vec<PlanSection> {
        let rows = self.view.atlas().sections.codes(&self.finding.sections);
        rows.iter().map(|row| PlanSection::new(&self.view, row)).collect()
    }

    /// 原文与位置；有两方时两方都有。
    /// What is said and where; both sides where there are two.
    async fn citations(&self) -> Vec<Citation> {
        Citation::all(&self.view, &self.finding.quotes)
    }

    /// 数据如何处理。
    /// How the data resolved it.
    async fn resolved_as(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        let resolved = &self.finding.resolved;
        lang.unwrap_or_default().pick(&resolved.zh, Some(&resolved.en))
    }
}
