//! Formulas of indicators that can be worked out from other figures.

use super::ProjectStage;

/// How an indicator follows from others, where its formula says so in codes. Other formulas are for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// `PART÷WHOLE×100%`: one indicator's share of another, in percent.
    Share {
        /// Code of the part.
        part: String,
        /// Code of the whole.
        whole: String,
    },
    /// `yoy(CODE)`: the published growth of another indicator against the same period of the year before.
    Growth {
        /// Code of what grows.
        of: String,
    },
    /// `count(projects STAGE)`: projects that reached a stage.
    Projects {
        /// The stage.
        stage: ProjectStage,
    },
}

impl Formula {
    /// Reads the text of a formula; none where it is not one of these.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let code = |code: &str| {
            let code = code.trim();
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            (!code.is_empty() && code.chars().all(plain)).then(|| code.to_owned())
        };
        if let Some(of) = text.strip_prefix("yoy(").and_then(|rest| rest.strip_suffix(')')) {
            return Some(Self::Growth { of: code(of)? });
        }
        if let Some(stage) = text.strip_prefix("count(projects ").and_then(|rest| rest.strip_suffix(')')) {
            return Some(Self::Projects { stage: ProjectStage::from_word(stage.trim())? });
        }
        let (part, whole) = text.strip_suffix("×100%")?.split_once('÷')?;
        Some(Self::Share { part: code(part)?, whole: code(whole)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_in_codes_is_read() {
        let share = Formula::Share { part: "mill-va".to_owned(), whole: "gdp".to_owned() };
        assert_eq!(Formula::read("mill-va÷gdp×100%"), Some(share));
        assert_eq!(Formula::read("yoy(gdp)"), Some(Formula::Growth { of: "gdp".to_owned() }));
        let started = Formula::Projects { stage: ProjectStage::Started };
        assert_eq!(Formula::read("count(projects STARTED)"), Some(started));
        for other in [
            "(制造业增加值+服务业增加值)÷gdp×100%",
            "count(zone-revenue > 500亿元)",
            "yoy()",
            "a÷b",
            "count(projects X)",
        ] {
            assert_eq!(Formula::read(other), None, "{other}");
        }
    }
}
