//! Numbers as a person writes them: plain, exact, and nothing that only a computer would have made.

use super::problem::Fault;
use crate::domain::Decimal;

/// Decimals past this are no one's figure.
const MOST_DECIMALS: usize = 12;
/// Digits that an exact decimal holds.
const MOST_DIGITS: usize = 28;

/// A plain whole number.
pub(super) fn integer(text: &str) -> Result<i64, Fault> {
    match plain(text)? {
        Plain { fraction: Some(_), .. } => {
            Err(Fault::new("integer", text, "123").say("此列须为整数。", "This column holds whole numbers."))
        }
        _ => text.parse().map_err(|_| too_long(text)),
    }
}

/// A plain decimal with the digits of its source.
pub(super) fn decimal(text: &str) -> Result<Decimal, Fault> {
    let number = plain(text)?;
    let fraction = number.fraction.unwrap_or_default();
    if number.whole.len() + fraction.len() > MOST_DIGITS && noise_at(number.whole, fraction).is_none() {
        return Err(too_long(text));
    }
    if let Some(keep) = noise_at(number.whole, fraction) {
        let meant = clean(text, number.whole, fraction, keep);
        return Err(Fault::new("float-noise", text, meant).say(
            "像是浮点运算留下的尾数:请按来源所写的数字重新填写。",
            "This looks like the remains of floating-point arithmetic: enter the digits that the source prints.",
        ));
    }
    if fraction.len() > MOST_DECIMALS {
        return Err(Fault::new("float-noise", text, format!("≤ {MOST_DECIMALS} decimals")).say(
            format!("小数超过 {MOST_DECIMALS} 位:请按来源所写的数字填写。"),
            format!("More than {MOST_DECIMALS} decimals: enter the digits that the source prints."),
        ));
    }
    Decimal::from_str_exact(text).map_err(|_| too_long(text))
}

/// Digits before and after the point.
struct Plain<'a> {
    whole: &'a str,
    fraction: Option<&'a str>,
}

/// Splits a plain number, or says what else was written.
fn plain(text: &str) -> Result<Plain<'_>, Fault> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let canonical = all_digits(whole)
        && fraction.is_none_or(all_digits)
        && (whole == "0" || !whole.starts_with('0'))
        && !(text.starts_with('-') && digits.bytes().all(|b| b == b'0' || b == b'.'));
    if canonical { Ok(Plain { whole, fraction }) } else { Err(no_number(text)) }
}

fn no_number(text: &str) -> Fault {
    let folded: String = text.chars().map(half_width).collect();
    let fault = |code, expected: &str, zh: &str, en: &str| Fault::new(code, text, expected).say(zh, en);
    let is_number = |text: &str| text.parse::<f64>().is_ok();
    if folded != text && is_number(folded.replace(',', "").trim()) {
        let meant = folded.replace(',', "");
        return fault("full-width", meant.trim(), "数字须用半角字符。", "Write digits, point and sign half-width.");
    }
    let ungrouped = text.replace([',', '，', '\'', ' ', '\u{a0}'], "");
    if ungrouped != text && is_number(&ungrouped) {
        let en = "Write the number without thousands separators or spaces.";
        return fault("thousands-separator", &ungrouped, "数字中不加千分位逗号或空格。", en);
    }
    if is_number(text) && text.to_ascii_lowercase().contains('e') {
        let meant = Decimal::from_scientific(text).map_or_else(|_| "1400".to_owned(), |d| d.normalize().to_string());
        return fault("exponent", &meant, "不用科学计数法。", "Write the number out, without an exponent.");
    }
    let lower = text.to_ascii_lowercase();
    if matches!(lower.trim_start_matches(['-', '+']), "nan" | "inf" | "infinity" | "null" | "none" | "n/a" | "#n/a") {
        let zh = "没有数值时留空,并在 status 中写明(MISSING 等)。";
        return fault(
            "not-a-number",
            "",
            zh,
            "Leave the cell empty where there is no value, and say why in its status.",
        );
    }
    let number_end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-')).unwrap_or(text.len());
    if number_end > 0 && number_end < text.len() && is_number(&text[..number_end]) {
        let zh = "此列只写数字,单位写在单位列。";
        let en = "Only the number stands here; its unit goes into the unit column.";
        return fault("unit-in-number", &text[..number_end], zh, en);
    }
    fault("not-a-number", "12.5", "不是数字;写作 12.5。", "This is no plain number; write it like 12.5.")
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' | '．' | '－' | '，' | '＋' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '−' => '-',
        _ => c,
    }
}

fn too_long(text: &str) -> Fault {
    Fault::new("too-many-digits", text, format!("≤ {MOST_DIGITS} digits"))
        .say("数字位数过多,无法精确保存。", "The number has more digits than can be kept exactly.")
}

/// Where binary arithmetic left its mark: how many decimals stand before a long run of 0 or 9 that other digits end.
fn noise_at(whole: &str, fraction: &str) -> Option<usize> {
    let significant = whole.trim_start_matches('0').len() + fraction.len();
    if fraction.len() < 8 || significant < 11 {
        return None;
    }
    let bytes = fraction.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        let digit = bytes[start];
        let run = bytes[start..].iter().take_while(|b| **b == digit).count();
        let leading = whole == "0" && bytes[..start].iter().all(|b| *b == b'0') && digit == b'0';
        let ended = start + run < bytes.len() || digit == b'9';
        if run >= 5 && matches!(digit, b'0' | b'9') && ended && !leading {
            return Some(start);
        }
        start += run;
    }
    None
}

/// The number that was meant: rounded where the run began.
fn clean(text: &str, whole: &str, fraction: &str, keep: usize) -> String {
    let sign = if text.starts_with('-') { "-" } else { "" };
    let cut = fraction.len().min(20);
    (format!("{sign}{whole}.{}", &fraction[..cut]).parse::<Decimal>())
        .map(|value| value.round_dp(keep as u32).normalize().to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_keep_their_digits() {
        for text in ["0", "12", "-3.50", "284.25", "0.000001", "115.0000001", "100.00000000", "1234567890123456.5"] {
            assert_eq!(decimal(text).unwrap().to_string(), text);
        }
        assert_eq!(integer("-12").unwrap(), -12);
    }

    #[test]
    fn everything_else_is_named_for_what_it_is() {
        for (text, code, expected) in [
            ("1.4e3", "exponent", "1400"),
            ("NaN", "not-a-number", ""),
            ("1,400", "thousands-separator", "1400"),
            ("1 400", "thousands-separator", "1400"),
            ("１４００", "full-width", "1400"),
            ("12．5", "full-width", "12.5"),
            ("1400.0000000001", "float-noise", "1400"),
            ("284.24999999999997", "float-noise", "284.25"),
            ("0.30000000000000004", "float-noise", "0.3"),
            ("0.1234567890123", "float-noise", "≤ 12 decimals"),
            ("12345678901234567890123456789", "too-many-digits", "≤ 28 digits"),
            ("12亿元", "unit-in-number", "12"),
            ("30%", "unit-in-number", "30"),
            ("007", "not-a-number", "12.5"),
            ("+5", "not-a-number", "12.5"),
            (".5", "not-a-number", "12.5"),
            ("5.", "not-a-number", "12.5"),
            ("-0.0", "not-a-number", "12.5"),
            ("三", "not-a-number", "12.5"),
        ] {
            let fault = decimal(text).unwrap_err();
            assert_eq!((fault.code, fault.expected.as_str()), (code, expected), "{text}");
        }
        assert_eq!(integer("1.5").unwrap_err().code, "integer");
        assert_eq!(integer("99999999999999999999").unwrap_err().code, "too-many-digits");
    }
}
