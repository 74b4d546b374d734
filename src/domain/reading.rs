//! How amounts are read in English, which has no 万 and no 亿.

use rust_decimal::Decimal;

use super::{Dimension, Unit};

/// Decimals that a reader needs of billions and of millions.
const SHORT: [(u32, &str, u32); 2] = [(9, "bn", 2), (6, "m", 1)];

impl Unit {
    /// The English word of what is counted, without its 万 or 亿: `CNY`, `pairs`; empty where English writes none.
    pub fn noun(&self) -> &'static str {
        self.symbol_en.trim_start_matches("100M").trim_start_matches("10k").trim_start()
    }

    /// The unit at the head of an English column, where all its values have one scale: `CNY bn`, `million pairs`.
    pub fn column(&self) -> String {
        let noun = self.noun();
        match (self.dimension, self.multiplier) {
            (Dimension::Money, 5..) => format!("{noun} bn"),
            (Dimension::Money, 1..) => format!("{noun} m"),
            (_, 5..) => format!("million {noun}").trim_end().to_owned(),
            _ => noun.to_owned(),
        }
    }

    /// An amount of this unit that stands alone: CNY 6.26 bn, 13,100, 200 million pairs. Every digit is kept, unless it is
    /// to be `short`.
    pub fn english(&self, value: Decimal, short: bool) -> String {
        let whole = self.counted_out(value);
        let noun = self.noun();
        if self.dimension == Dimension::Money {
            let fits = SHORT.iter().find(|(power, ..)| whole.abs() >= ten_to(*power));
            let Some((power, word, decimals)) = fits else { return format!("{noun} {}", grouped(whole)) };
            let scaled = whole / ten_to(*power);
            let scaled = if short { scaled.round_dp(*decimals) } else { scaled };
            return format!("{noun} {} {word}", grouped(scaled.normalize()));
        }
        let (number, word) = match self.multiplier {
            5.. => {
                let (power, word) = if whole.abs() >= ten_to(9) { (9, "billion") } else { (6, "million") };
                (grouped((whole / ten_to(power)).normalize()), word)
            }
            _ => (grouped(whole), ""),
        };
        let words = [number.as_str(), word, noun].into_iter().filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(if noun == "%" { "" } else { " " })
    }

    /// The number with its 万 or 亿 counted out; % stays %.
    pub fn counted_out(&self, value: Decimal) -> Decimal {
        match u32::try_from(self.multiplier) {
            Ok(power @ 1..) => value.checked_mul(ten_to(power)).map_or(value, |whole| whole.normalize()),
            _ => value,
        }
    }
}

/// 10ⁿ.
pub fn ten_to(power: u32) -> Decimal {
    Decimal::from(10u64.pow(power))
}

/// 13100 as 13,100.
pub fn grouped(number: Decimal) -> String {
    let text = number.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::domain::unit;

    #[test]
    fn english_reads_billions_and_millions_and_loses_no_digit_unless_asked() {
        for (value, code, alone, column) in [
            ("62.6", "CNY-1e8", "CNY 6.26 bn", "CNY bn"),
            ("284.255", "CNY-1e8", "CNY 28.4255 bn", "CNY bn"),
            ("4.5", "CNY-1e8", "CNY 450 m", "CNY bn"),
            ("-12", "CNY-1e8", "CNY -1.2 bn", "CNY bn"),
            ("5000", "CNY-1e4", "CNY 50 m", "CNY m"),
            ("12", "CNY-1e4", "CNY 120,000", "CNY m"),
            ("0", "CNY-1e8", "CNY 0", "CNY bn"),
            ("1.31", "jia-1e4", "13,100", ""),
            ("3.5", "ren-1e4", "35,000 persons", "persons"),
            ("2.15", "shuang-1e8", "215 million pairs", "million pairs"),
            ("100", "carat-1e8", "10 billion carats", "million carats"),
            ("4.50", "percent", "4.50%", "%"),
            ("1.5", "pp", "1.5 pp", "pp"),
            ("86", "index", "86", ""),
        ] {
            let unit = unit(code).unwrap();
            assert_eq!(unit.english(value.parse().unwrap(), false), alone, "{value} {code}");
            assert_eq!(unit.column(), column, "{code}");
        }
        assert_eq!(unit("CNY-1e8").unwrap().english("284.255".parse().unwrap(), true), "CNY 28.43 bn");
    }
}
