//! Reading the wording of a plan: sentences, clauses, and the amounts in them with the words around.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use rust_decimal::Decimal;

/// Counters and units that may follow a number, longest first.
const COUNTERS: &[&str] = &[
    "人次",
    "平方公里",
    "元",
    "吨",
    "%",
    "\u{ff05}",
    "家",
    "个",
    "项",
    "条",
    "户",
    "人",
    "台",
    "件",
    "次",
    "名",
    "座",
    "处",
    "亩",
    "种",
    "批",
    "所",
    "支",
    "万",
];
/// Words that make a promise an endeavour.
const STRIVING: &[&str] = &["力争", "努力", "争取"];
/// Those of them that govern the clauses after theirs too.
const GOVERNING: &[&str] = &["力争", "争取"];

static DIGITS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\d+(?:\.\d+)?|全覆盖").ok());
static DATED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"到\d{4}年").ok());
static ANY_YEAR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\d{4}年").ok());
static SINCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:比|较|自|从|以)\d{4}年|\d{4}年(?:以来|为基)|同比|比上年|较上年").ok());

fn found(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// Whether a date to reach something by is written (到2025年).
pub(super) fn dated(text: &str) -> bool {
    found(&DATED, text)
}

/// Whether a year is written.
pub(super) fn has_year(text: &str) -> bool {
    found(&ANY_YEAR, text)
}

/// Whether a base to compare with is written.
pub(super) fn has_base(text: &str) -> bool {
    found(&SINCE, text)
}

/// Whether it says that it is for each year.
pub(super) fn yearly(text: &str) -> bool {
    ["每年", "年均", "逐年", "历年"].iter().any(|word| text.contains(word))
}

/// Whether it endeavours rather than promises.
pub(super) fn strives(text: &str) -> bool {
    STRIVING.iter().any(|word| text.contains(word))
}

/// Letters and digits only: what two wordings share beneath punctuation, quotation marks and brackets.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || *c == '%').collect()
}

/// How a number compares, by the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// 达到, or no word at all.
    Plain,
    /// 突破、超过
    More,
    /// 以上、不低于
    AtLeast,
    /// 左右、约、基本
    About,
    /// 以内、不超过
    AtMost,
}

/// How far an endeavour (力争) reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strive {
    /// It stands in the clause itself.
    Own,
    /// It opens an earlier clause of the same sentence.
    Earlier,
    /// There is none.
    No,
}

/// A number in a text.
#[derive(Debug, Clone)]
pub(super) struct Amount {
    /// The number as written, multiplied out (万, 亿).
    pub value: Decimal,
    /// The digits as written.
    pub digits: Decimal,
    /// Counter or unit; empty when there is none.
    pub counter: &'static str,
    /// Bytes of number and counter.
    pub at: Range<usize>,
    /// Its clause, as bytes.
    pub clause: Range<usize>,
    /// Its sentence, as bytes.
    pub sentence: Range<usize>,
}

impl Amount {
    /// Whether it is a number of things, whatever the counter.
    pub(super) fn counts(&self) -> bool {
        !matches!(self.counter, "元" | "吨" | "%" | "亩" | "平方公里")
    }

    /// Whether two amounts measure the same sort of thing.
    pub(super) fn comparable(&self, other: &Self) -> bool {
        self.counter == other.counter || (self.counts() && other.counts())
    }
}

/// A text with its amounts.
#[derive(Debug)]
pub(super) struct Text<'a> {
    /// The text.
    pub whole: &'a str,
    /// Its amounts in order.
    pub amounts: Vec<Amount>,
}

const SENTENCE_ENDS: &[char] = &['。', ';', '\u{ff1b}', '!', '\u{ff01}', '\n'];
pub(super) const CLAUSE_ENDS: &[char] =
    &['。', ';', '\u{ff1b}', '!', '\u{ff01}', '\n', ',', '\u{ff0c}', ':', '\u{ff1a}'];
/// Opening brackets, narrow and wide.
pub(super) const OPENS: &[char] = &['(', '\u{ff08}'];
/// Closing brackets, narrow and wide.
pub(super) const CLOSES: &[char] = &[')', '\u{ff09}'];

fn around(text: &str, at: &Range<usize>, ends: &[char]) -> Range<usize> {
    let start =
        text[..at.start].rfind(ends).map_or(0, |end| end + text[end..].chars().next().map_or(0, char::len_utf8));
    let end = text[at.end..].find(ends).map_or(text.len(), |next| at.end + next);
    start..end
}

impl<'a> Text<'a> {
    /// Reads a text.
    pub(super) fn new(whole: &'a str) -> Self {
        let found = DIGITS.iter().flat_map(|digits| digits.find_iter(whole));
        let amounts = found.filter_map(|hit| amount(whole, hit.range(), hit.as_str())).collect();
        Self { whole, amounts }
    }

    /// What stands before an amount in its clause, bare.
    pub(super) fn before(&self, amount: &Amount) -> String {
        bare(&self.whole[amount.clause.start..amount.at.start])
    }

    /// The noun phrase right after an amount, up to the next comma, brackets kept.
    pub(super) fn noun(&self, amount: &Amount) -> &'a str {
        let rest = &self.whole[amount.at.end..];
        let mut depth = 0_i32;
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            depth += i32::from(OPENS.contains(&c)) - i32::from(CLOSES.contains(&c));
            if depth == 0 && (c == '、' || CLAUSE_ENDS.contains(&c)) {
                end = at;
                break;
            }
        }
        ["以上", "左右", "以内"].iter().fold(&rest[..end], |phrase, word| phrase.strip_prefix(word).unwrap_or(phrase))
    }

    /// How an amount compares.
    pub(super) fn marker(&self, amount: &Amount) -> Marker {
        // 超过500亿元、200亿元: the second compares as the first.
        let enumerated = |other: &&Amount| self.whole.get(other.at.end..amount.at.start) == Some("、");
        if let Some(first) = self.amounts.iter().find(enumerated) {
            return self.marker(first);
        }
        let clause = &self.whole[amount.clause.start..amount.at.start];
        let before = clause.trim_end_matches(['“', '”']);
        let after = &self.whole[amount.at.end..];
        let ends = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
        if after.starts_with("左右") || ends(&["约", "大约"]) || (amount.at.len() > 6 && clause.contains("基本"))
        {
            Marker::About
        } else if after.starts_with("以内") || ends(&["不超过", "不高于"]) {
            Marker::AtMost
        } else if ends(&["突破", "超过", "超", "高于", "大于"]) {
            Marker::More
        } else if after.starts_with("以上") || ends(&["不低于", "不少于", "至少"]) {
            Marker::AtLeast
        } else {
            Marker::Plain
        }
    }

    /// Whether an endeavour governs an amount.
    pub(super) fn strive(&self, amount: &Amount) -> Strive {
        if strives(&self.whole[amount.clause.start..amount.at.start]) {
            return Strive::Own;
        }
        for clause in self.clauses_before(amount) {
            if dated(clause) {
                break;
            }
            if GOVERNING.iter().any(|word| clause.starts_with(word)) {
                return Strive::Earlier;
            }
        }
        Strive::No
    }

    /// The clauses of the same sentence before an amount's own, the nearest first.
    pub(super) fn clauses_before(&self, amount: &Amount) -> Vec<&'a str> {
        let earlier = &self.whole[amount.sentence.start..amount.clause.start];
        let mut clauses: Vec<&str> = earlier.split(CLAUSE_ENDS).map(str::trim).filter(|c| !c.is_empty()).collect();
        clauses.reverse();
        clauses
    }

    /// The sentence of an amount.
    pub(super) fn sentence(&self, amount: &Amount) -> &'a str {
        &self.whole[amount.sentence.clone()]
    }

    /// The clause of an amount.
    pub(super) fn clause(&self, amount: &Amount) -> &'a str {
        self.whole[amount.clause.clone()].trim()
    }

    /// The amount within a quotation that has a value; without the quotation, the only one of that value.
    pub(super) fn quoted(&self, quote: Option<&str>, value: Decimal) -> Option<&Amount> {
        let span = quote.and_then(|quote| self.whole.find(quote).map(|at| at..at + quote.len()));
        let mut hits = self.amounts.iter().filter(|amount| {
            (amount.value == value || amount.digits == value)
                && span.as_ref().is_none_or(|span| span.contains(&amount.at.start))
        });
        let hit = hits.next()?;
        (span.is_some() || hits.next().is_none()).then_some(hit)
    }
}

/// Sentences of a text.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(SENTENCE_ENDS).map(str::trim).filter(|sentence| !sentence.is_empty())
}

fn amount(whole: &str, at: Range<usize>, digits: &str) -> Option<Amount> {
    let place = |at: Range<usize>| (around(whole, &at, CLAUSE_ENDS), around(whole, &at, SENTENCE_ENDS));
    if digits == "全覆盖" {
        let (clause, sentence) = place(at.clone());
        return Some(Amount {
            value: Decimal::ONE_HUNDRED,
            digits: Decimal::ONE_HUNDRED,
            counter: "%",
            at,
            clause,
            sentence,
        });
    }
    let rest = &whole[at.end..];
    let next = rest.chars().next();
    let before = whole[..at.start].chars().next_back();
    let in_word = |c: char| c.is_ascii_alphanumeric() || "+-—.".contains(c);
    if before.is_some_and(in_word) || next.is_some_and(|c| in_word(c) || "年月日强".contains(c)) {
        return None;
    }
    let digits: Decimal = digits.parse().ok()?;
    let (scale, skip) = match next {
        Some('万') => (Decimal::from(10_000), '万'.len_utf8()),
        Some('亿') => (Decimal::from(100_000_000), '亿'.len_utf8()),
        _ => (Decimal::ONE, 0),
    };
    let counter = COUNTERS.iter().copied().find(|counter| rest[skip..].starts_with(counter)).unwrap_or_default();
    let at = at.start..at.end + skip + counter.len();
    let (clause, sentence) = place(at.clone());
    let counter = if counter == "\u{ff05}" { "%" } else { counter };
    Some(Amount { value: digits.checked_mul(scale)?, digits, counter, at, clause, sentence })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_carry_scale_counter_comparison_and_endeavour() {
        let text = Text::new("到2025年,力争承担2项以上工程,建成5G基站1.2万个,占比约30%。营收突破300亿元,全覆盖。");
        let read: Vec<_> =
            text.amounts.iter().map(|a| (a.value.to_string(), a.counter, text.marker(a), text.strive(a))).collect();
        assert_eq!(
            read,
            [
                ("2".to_owned(), "项", Marker::AtLeast, Strive::Own),
                ("12000.0".to_owned(), "个", Marker::Plain, Strive::Earlier),
                ("30".to_owned(), "%", Marker::About, Strive::Earlier),
                ("30000000000".to_owned(), "元", Marker::More, Strive::No),
                ("100".to_owned(), "%", Marker::Plain, Strive::No),
            ]
        );
    }

    #[test]
    fn noun_phrases_keep_their_brackets() {
        let text = Text::new("培育1家以上示范企业(平台、项目),其余");
        assert_eq!(text.noun(&text.amounts[0]), "示范企业(平台、项目)");
    }
}
