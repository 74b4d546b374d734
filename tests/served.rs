//! What the binary sends for each view to those who have no JavaScript, asked over HTTP.
#![allow(clippy::unwrap_used)]

mod common;

use common::database::{fresh, sqlite};
use common::server::{RIVERTON, Server, copy, import, replace};

/// The newer of its plans.
const PLAN: &str = "riverton-2026-2028";

/// Addresses of the views over the invented package, and what each must say in Chinese and in English.
const VIEWS: [(&str, &str, &str); 16] = [
    ("/", "空间布局", "Layout"),
    ("/indicators", "指标", "Indicators"),
    ("/indicators/rv-revenue", "来源", "Source"),
    ("/ledger", "任务台账", "Task ledger"),
    ("/tasks/1", "目标与节点", "Targets and milestones"),
    ("/zones", "开发区与县区", "Zones and counties"),
    ("/zones/zone-harbour", "主导产业", "Zone"),
    ("/regions/harbour", "数据", "Figures"),
    ("/compare", "开发区与县区", "Zones and counties"),
    ("/projects", "项目按阶段", "Projects by stage"),
    ("/industry", "集群与产业链", "Clusters and chains"),
    ("/plan", "<h3>", "<h2>"),
    ("/editions", "修订", "Revisions"),
    ("/data", "/schema.graphql", "/schema.graphql"),
    ("/screen", "空间布局", "Layout"),
    ("/parts", "缺数标记", "marks of absence"),
];

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = &text[text.find(from).unwrap_or_else(|| panic!("{from} is in {text}")) + from.len()..];
    &rest[..rest.find(to).unwrap()]
}

#[test]
fn every_view_reads_without_its_program_in_both_languages() {
    for database in fresh() {
        import(&[RIVERTON], &database.url);
        let server = Server::start(&database.url);
        for (path, zh, en) in VIEWS {
            for (query, lang, word) in [("", "zh-CN", zh), ("&lang=en", "en", en)] {
                let query = format!("?plan={PLAN}{query}");
                // The zone's own word stands in its links.
                let word = if path == "/zones/zone-harbour" { "/regions/harbour" } else { word };
                let answer = server.get(&format!("{path}{query}"));
                assert_eq!(answer.status(), 200, "{path}");
                assert!(answer.headers().contains_key("etag") && answer.headers().contains_key("cache-control"));
                let page = answer.text().unwrap();
                assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{path}");
                assert!(page.contains(word), "{path}{query} says {word}: {page}");
                let title = between(&page, "<title>", "</title>");
                let heading = between(&page, "<h1>", "</h1>");
                assert!(title.starts_with(heading) && !heading.is_empty(), "{title}: {heading}");
                assert!(between(&page, "<meta name=\"description\" content=\"", "\"").len() > 10, "{path}");
                assert!(page.contains("property=\"og:title\""));
                assert!(page.contains("示例") || page.contains("sample"), "{path} says that it is made up");
                assert!(!page.contains("<script>") && !page.contains(" style="), "{path}");
            }
        }
    }
}

#[test]
fn the_layout_has_a_map_and_its_table_leads_on() {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let server = Server::start(&database.url);
    let page = server.get(&format!("/?lang=en&theme=dark&plan={PLAN}")).text().unwrap();
    let drawing = between(&page, "<svg", "</svg>");
    assert!(drawing.contains("class=\"core\"") || drawing.contains("class=\"group\""), "{drawing}");
    assert!(drawing.matches("<path").count() > 6 && drawing.matches("<text").count() > 5, "{drawing}");
    let link = between(&page, "href=\"/regions/", "\"");
    assert!(
        link.ends_with(&format!("?lang=en&amp;theme=dark&amp;plan={PLAN}")),
        "links keep the language and the theme: {link}"
    );
    let next = server.get(&format!("/regions/{}", link.replace("&amp;", "&")));
    assert!(next.text().unwrap().contains("<h1>"));
}

#[test]
fn an_older_revision_is_served_as_it_was_and_a_tag_saves_the_answer() {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let changed = copy(RIVERTON);
    replace(&changed.path().join("zones.csv"), "港口", "港湾<b>");
    import(&[changed.path().to_str().unwrap()], &database.url);
    let server = Server::start(&database.url);
    let now = server.get("/zones/zone-harbour");
    let tag = now.headers()["etag"].to_str().unwrap().to_owned();
    let now = now.text().unwrap();
    assert!(now.contains("港湾&lt;b&gt;") && !now.contains("港湾<b>"), "what a package says is text: {now}");
    let then = server.get("/zones/zone-harbour?revision=1").text().unwrap();
    assert!(then.contains("港口") && !then.contains("港湾"));
    assert!(then.contains("/regions/harbour?revision=1"), "links stay at the revision");
    assert_eq!(server.get_with("/zones/zone-harbour", &[("if-none-match", &tag)]).status(), 304);
    assert_eq!(server.get_with("/zones/zone-harbour?revision=1", &[("if-none-match", &tag)]).status(), 200);
}

#[test]
fn what_is_not_there_is_left_to_the_page() {
    let database = sqlite();
    let server = Server::start(&database.url);
    assert_eq!(server.get("/ledger").status(), 200, "an empty database has a page too");
    import(&[RIVERTON], &database.url);
    server.until(1);
    for path in ["/zones/none", "/tasks/99", "/tasks/x", "/nowhere", "/?revision=9", "/?edition=none", "/?plan=none"] {
        let answer = server.get(path);
        assert_eq!(answer.status(), 200, "{path}");
        let page = answer.text().unwrap();
        assert!(!page.contains("class=\"served\"") && page.contains("id=\"app\""), "{path}");
    }
}
