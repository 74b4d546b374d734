//! Words: the text of the plan, its editions, and the page of all parts.

use maud::{Markup, html};
use serde_json::Value;

use super::super::pieces::{Asked, list, table, text};
use super::{Served, head};

pub(super) fn plan(asked: &Asked, data: &Value) -> Served {
    let title = asked.say("规划原文", "The plan").to_owned();
    let description = match asked.english {
        true => format!("The text of {}, section by section.", head(data)),
        false => format!("《{}》全文，逐节。", head(data)),
    };
    let body = html! { @for section in list(data, "/plan/sections") { (passage(section)) } };
    Served { title, description, body }
}

/// A section with those below it.
fn passage(section: &Value) -> Markup {
    let heading = format!("{} {}", text(section, "number"), text(section, "title"));
    html! {
        @match section["level"].as_i64() {
            Some(1) => h2 { (heading) },
            Some(2) => h3 { (heading) },
            _ => h4 { (heading) },
        }
        @for paragraph in text(section, "text").lines() { p lang="zh-CN" { (paragraph) } }
        @for below in list(section, "/children") { (passage(below)) }
    }
}

pub(super) fn editions(asked: &Asked, data: &Value) -> Served {
    let title = asked.say("版次与变化", "Editions and changes").to_owned();
    let description = match asked.english {
        true => format!("{}: every edition and every revision, with its digest.", head(data)),
        false => format!("{}：历次版次与修订及其摘要。", head(data)),
    };
    let closed = list(data, "/editions").iter().map(|edition| {
        [
            html! { (text(edition, "code")) @if edition["sample"] == true { " " (asked.sample()) } },
            html! { (text(edition, "cutoff")) },
            html! { (text(edition, "closedBy")) },
            html! { code { (text(edition, "digest").get(..16).unwrap_or_default()) } },
        ]
    });
    let revisions = list(data, "/revisions/nodes").iter().map(|revision| {
        [
            html! { (revision["number"]) },
            html! { (text(revision, "committedAt")) },
            html! { (text(revision, "message")) },
            html! { code { (text(revision, "digest").get(..16).unwrap_or_default()) } },
        ]
    });
    let body = html! {
        (table(asked.say("版次", "Editions"), &[asked.say("版次", "Edition"), asked.say("截止日", "Cut-off"), asked.say("封存者", "Closed by"), asked.say("摘要", "Digest")], closed))
        (table(asked.say("修订", "Revisions"), &[asked.say("修订", "Revision"), asked.say("时间", "When"), asked.say("说明", "Message"), asked.say("摘要", "Digest")], revisions))
    };
    Served { title, description, body }
}

pub(super) fn parts(asked: &Asked, _: &Value) -> Served {
    let title = asked.say("部件一览", "All parts").to_owned();
    let description = asked.say(
        "页面的全部部件：字号、颜色、状态灯、缺数标记、按钮与表格，浅色与深色并列。",
        "Every part of the page: type, colours, lights, marks of absence, buttons and tables, light beside dark.",
    );
    Served { title, description: description.to_owned(), body: html! { p { (description) } } }
}
