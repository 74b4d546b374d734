//! What the served views are put together from.

use maud::{Markup, html};
use serde_json::Value;

use super::super::forms::standing;

/// What was asked for, and how links carry it on.
pub struct Asked {
    /// In English; else in Chinese.
    pub english: bool,
    /// The parameters that go from view to view, as they stand in a link.
    pub carried: String,
}

impl Asked {
    /// The text of the language.
    pub const fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        if self.english { en } else { zh }
    }

    /// The address of a view.
    pub fn to(&self, path: &str) -> String {
        if self.carried.is_empty() { path.to_owned() } else { format!("{path}?{}", self.carried) }
    }

    /// A link to the view of a place.
    pub fn place(&self, place: &Value) -> Markup {
        let (code, name) = (text(place, "code"), text(place, "name"));
        let room = match text(place, "__typename") {
            "Zone" => "zones",
            "Region" => "regions",
            _ => return html! { (name) },
        };
        html! { a href=(self.to(&format!("/{room}/{code}"))) { (name) } }
    }

    /// A link to the view of a zone or region whose type is known.
    pub fn linked(&self, room: &str, thing: &Value) -> Markup {
        html! { a href=(self.to(&format!("/{room}/{}", text(thing, "code")))) { (text(thing, "name")) } }
    }

    /// A figure with its period, its standing and where it is said.
    pub fn figure(&self, figure: &Value) -> [Markup; 3] {
        let absent = || html! { span class="absent" { (self.say("暂缺", "missing")) } };
        if figure.is_null() {
            return [absent(), html! {}, html! {}];
        }
        let word = standing(text(figure, "status")).map(|(zh, en)| self.say(zh, en));
        let value = figure.pointer("/quantity/text").and_then(Value::as_str);
        let value = html! {
            @match (value, word) {
                (Some(value), None) => { (value) },
                (Some(value), Some(word)) => { (value) " " small { (word) } },
                (None, word) => span class="absent" { (word.unwrap_or(self.say("暂缺", "missing"))) },
            }
            @if figure["sample"] == true { " " (self.sample()) }
        };
        [value, html! { (at(figure, "/period/label")) }, self.sources(figure)]
    }

    /// Marks what is made up.
    pub fn sample(&self) -> Markup {
        html! { small class="sample" { (self.say("示例", "sample")) } }
    }

    /// The documents that something cites, with the place in each.
    pub fn sources(&self, thing: &Value) -> Markup {
        html! {
            @for (n, citation) in list(thing, "/citations").iter().enumerate() {
                @if n > 0 { "; " }
                (at(citation, "/document/title"))
                @let locator = text(citation, "locator");
                @if !locator.is_empty() { ", " (locator) }
            }
        }
    }

    /// The word of a light, with its sign.
    pub fn light(&self, light: &str) -> &str {
        match light {
            "DONE" => self.say("✓ 已完成", "✓ done"),
            "GREEN" => self.say("● 按期", "● on time"),
            "AMBER" => self.say("▲ 偏慢", "▲ slow"),
            "RED" => self.say("■ 滞后", "■ late"),
            "NOT_DUE" => self.say("○ 未到期", "○ not due"),
            "NO_DATA" => self.say("？ 无数据", "? no data"),
            _ => self.say("— 不可量化", "— not measurable"),
        }
    }

    /// The word of a stage of projects.
    pub fn stage(&self, stage: &str) -> &str {
        match stage {
            "SIGNED" => self.say("签约", "signed"),
            "LANDED" => self.say("落地", "landed"),
            "STARTED" => self.say("开工", "started"),
            "BUILDING" => self.say("在建", "building"),
            "IN_PRODUCTION" => self.say("投产", "in production"),
            "ON_TARGET" => self.say("达效", "on target"),
            "STOPPED" => self.say("停建", "stopped"),
            _ => self.say("未载阶段", "no stage given"),
        }
    }

    /// The word of the part that a unit has.
    pub fn role(&self, role: &str) -> &str {
        match role {
            "LEAD" => self.say("牵头", "lead"),
            "SUPPORT" => self.say("配合", "support"),
            "RESPONSIBLE" => self.say("负责", "responsible"),
            "BY_DUTY" => self.say("按职责分工", "by duty"),
            _ => self.say("未写明", "not stated"),
        }
    }

    /// The sign of a comparison.
    pub fn comparator(comparator: &str) -> &'static str {
        match comparator {
            "AT_LEAST" => "≥ ",
            "MORE_THAN" => "> ",
            "AT_MOST" => "≤ ",
            "APPROX" => "≈ ",
            _ => "",
        }
    }

    /// Projects by stage, with what is invested.
    pub fn pipeline(&self, projects: &Value) -> Markup {
        let rows = list(projects, "/groups").iter().map(|group| {
            [
                html! { (self.stage(group["key"][0].as_str().unwrap_or_default())) },
                html! { (group["count"]) @if group["sample"] == true { " " (self.sample()) } },
                html! { (at(group, "/investment/text")) },
            ]
        });
        table(
            self.say("项目按阶段", "Projects by stage"),
            &[self.say("阶段", "Stage"), self.say("项数", "Projects"), self.say("投资", "Investment")],
            rows,
        )
    }
}

/// A table with a caption; nothing when it would have no row.
pub fn table<const N: usize>(
    caption: &str,
    headings: &[&str; N],
    rows: impl IntoIterator<Item = [Markup; N]>,
) -> Markup {
    let rows: Vec<[Markup; N]> = rows.into_iter().collect();
    html! {
        @if !rows.is_empty() {
            div class="served-table" tabindex="0" role="region" aria-label=(caption) {
                table {
                    caption { (caption) }
                    thead { tr { @for heading in headings { th scope="col" { (heading) } } } }
                    tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
                }
            }
        }
    }
}

/// A text of an object; empty when it is not there.
pub fn text<'a>(thing: &'a Value, name: &str) -> &'a str {
    thing[name].as_str().unwrap_or_default()
}

/// A text by its path; empty when it is not there.
pub fn at<'a>(thing: &'a Value, path: &str) -> &'a str {
    thing.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// A list by its path; empty when it is not there.
pub fn list<'a>(thing: &'a Value, path: &str) -> &'a [Value] {
    thing.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
