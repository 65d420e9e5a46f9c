//! Money, percent, dates and counts as people read them: one format everywhere.
//!
//! Numbers are rounded half away from zero in decimal, so that 8.45 to one decimal is 8.5 although its nearest double
//! lies just below. Nothing is ever `-0`. Thousands are parted by a comma where a number is for reading (`12,345`), and
//! not where it is written as a config would write it (`12345`). A percentage stands without a space (`45%`), a currency
//! after its amount (`12,345 EUR`), and where there is nothing to show stands a dash. Dates are ISO (`2026-03-01`), as
//! chrono writes them.

use std::fmt::Display;

/// What stands where there is nothing to show.
pub(crate) const NOTHING: &str = "-";

/// Numbers from here on are shown with an exponent, as they have no digits below.
const LARGEST: f64 = 1e15;

/// From here on every double is a whole number.
const WHOLE: f64 = (1_u64 << 52) as f64;

/// `number` times a power of ten, rounded half away from zero to a whole number, and divided by another. What is rounded is
/// its decimal of fifteen digits, the most that every double keeps, or the shortest that stands for it where the digit to
/// round by lies beyond: what was written in decimal is as it was written, and 0.11499999999999999, the mean of 0.11 and
/// 0.12, is 0.115.
fn scaled(number: f64, up: usize, down: usize) -> f64 {
    let whole = || number * 10_f64.powi(i32::try_from(up.saturating_sub(down)).unwrap_or(0));
    if !number.is_finite() || number.abs() >= WHOLE {
        return whole();
    }
    let parts = |text: &str| {
        let (digits, exponent) = text.split_once('e')?;
        let digits = digits.replace('.', "");
        let places = exponent.parse::<i64>().ok()? + 1 + up as i64 - digits.len() as i64;
        Some((digits.parse::<u128>().ok()?, places))
    };
    let short = parts(&format!("{:.14e}", number.abs()));
    let short = short.filter(|(_, places)| *places < 0);
    let Some((digits, places)) = short.or_else(|| parts(&format!("{:e}", number.abs()))) else {
        return whole();
    };
    let ten = u32::try_from(places.unsigned_abs()).ok().and_then(|it| 10_u128.checked_pow(it));
    let rounded = match (ten, places >= 0) {
        (Some(ten), true) => digits.checked_mul(ten),
        (Some(ten), false) => Some((digits + ten / 2) / ten),
        (None, false) => Some(0),
        (None, true) => None,
    };
    // More digits than there is room for: nothing of the number lies below the last of them.
    let Some(rounded) = rounded else { return whole() };
    let size: f64 = format!("{rounded}e-{down}").parse().unwrap_or(f64::NAN);
    if rounded > 0 { size.copysign(number) } else { 0.0 }
}

/// Rounded half away from zero in decimal, as people do.
pub(crate) fn rounded(number: f64, decimals: usize) -> f64 {
    scaled(number, decimals, decimals)
}

/// What is rounded already, in digits.
fn digits(number: f64, decimals: usize) -> String {
    if number.abs() >= LARGEST { format!("{number:e}") } else { format!("{number:.decimals$}") }
}

/// `3.14`: exactly so many decimals.
pub(crate) fn fixed(number: f64, decimals: usize) -> String {
    digits(rounded(number, decimals), decimals)
}

/// `8.5`: one decimal.
pub(crate) fn tenths(number: f64) -> String {
    fixed(number, 1)
}

/// `3`, `3.14`: at most so many decimals.
pub(crate) fn at_most(number: f64, decimals: usize) -> String {
    bare(fixed(number, decimals))
}

/// A text without the zeros at the end of its decimals.
fn bare(text: String) -> String {
    if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// `12,345.60`: exactly so many decimals, and a comma between thousands.
pub(crate) fn grouped(number: f64, decimals: usize) -> String {
    let text = fixed(number, decimals);
    if text.contains('e') {
        return text;
    }
    let (sign, plain) = text.strip_prefix('-').map_or(("", text.as_str()), |plain| ("-", plain));
    let (whole, rest) = plain.find('.').map_or((plain, ""), |at| plain.split_at(at));
    format!("{sign}{}{rest}", thousands(whole))
}

/// `12,345`, `12,345.6`: at most so many decimals, and a comma between thousands.
pub(crate) fn grouped_at_most(number: f64, decimals: usize) -> String {
    bare(grouped(number, decimals))
}

/// Digits with a comma between thousands.
fn thousands(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `12,345`: an amount, or what is expected of a count, without decimals.
pub(crate) fn whole(number: f64) -> String {
    grouped(number, 0)
}

/// `12,345`: how many there are.
pub(crate) fn count(number: usize) -> String {
    thousands(&number.to_string())
}

/// `1 alert`, `2 alerts`.
pub(crate) fn many(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number))
}

/// `1 seat`, `2 seats`, `0.5 seats`: to at most one decimal.
pub(crate) fn counted(number: f64, one: &str, many: &str) -> String {
    let text = grouped_at_most(number, 1);
    let word = if matches!(text.as_str(), "1" | "-1") { one } else { many };
    format!("{text} {word}")
}

/// `+5`, `-5`, and `0` without a sign.
pub(crate) fn signed(number: f64, decimals: usize) -> String {
    with_sign(fixed(number, decimals))
}

fn with_sign(text: String) -> String {
    let zero = !text.contains(|digit: char| digit.is_ascii_digit() && digit != '0');
    if zero || text.starts_with('-') { text } else { format!("+{text}") }
}

/// A share in percent, without the sign of it: `45` of 0.45.
pub(crate) fn hundredths(share: f64, decimals: usize) -> String {
    // In one product: 0.285 times 100 is a little below 28.5.
    digits(scaled(share, decimals.saturating_add(2), decimals), decimals)
}

/// `45%` of 0.45, or `45.0%`.
pub(crate) fn percent(share: f64, decimals: usize) -> String {
    format!("{}%", hundredths(share, decimals))
}

/// `5%`, `0.5%`: at most so many decimals.
pub(crate) fn percent_at_most(share: f64, decimals: usize) -> String {
    format!("{}%", bare(hundredths(share, decimals)))
}

/// `+1.5` of 0.015: a difference between shares, in points of percent.
#[cfg(any(test, feature = "outcome"))]
pub(crate) fn points(share: f64, decimals: usize) -> String {
    with_sign(hundredths(share, decimals))
}

/// `part` of `all` in whole percent; a dash of nothing.
#[cfg(any(test, feature = "outcome"))]
pub(crate) fn part(part: f64, all: f64) -> String {
    if all > 0.0 { percent(part / all, 0) } else { NOTHING.to_owned() }
}

/// `12,345 EUR`; `12,345` where no currency is known.
pub(crate) fn money(amount: f64, currency: Option<impl Display>) -> String {
    let amount = whole(amount);
    match currency {
        Some(currency) => format!("{amount} {currency}"),
        None => amount,
    }
}

/// What is shown, or a dash.
pub(crate) fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| NOTHING.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown of a number, in every form; the module's format as a table.
    #[test]
    fn numbers_are_shown_in_one_form() {
        let rows: &[(&str, &str)] = &[
            // Half away from zero in decimal, on both sides, and of what a double holds a little low.
            (&tenths(8.45), "8.5"),
            (&tenths(-8.45), "-8.5"),
            (&tenths(0.05), "0.1"),
            (&tenths(2.25), "2.3"),
            (&tenths(70.0), "70.0"),
            (&fixed(1.005, 2), "1.01"),
            (&fixed(2.5, 0), "3"),
            (&fixed(-2.5, 0), "-3"),
            (&fixed(3.0, 2), "3.00"),
            (&fixed(0.5, 15), "0.500000000000000"),
            // Nothing is -0.
            (&tenths(-0.01), "0.0"),
            (&fixed(-0.0, 0), "0"),
            (&grouped(-0.4, 0), "0"),
            (&percent(-0.0001, 0), "0%"),
            (&signed(-0.4, 0), "0"),
            // What is large keeps its digits, and has an exponent where it has none below.
            (&fixed(999_999_999_999_999.0, 0), "999999999999999"),
            (&fixed(123_456_789_012.25, 6), "123456789012.250000"),
            (&fixed(1_125_899_906_842.625, 3), "1125899906842.625"),
            (&fixed(1e15, 2), "1e15"),
            (&fixed(-1.5e300, 2), "-1.5e300"),
            (&at_most(1.5e20, 3), "1.5e20"),
            // At most so many decimals.
            (&at_most(12.0, 3), "12"),
            (&at_most(100.0, 0), "100"),
            (&at_most(0.123_45, 3), "0.123"),
            (&at_most(0.1235, 3), "0.124"),
            (&at_most(12_345.5, 3), "12345.5"),
            // Thousands.
            (&count(0), "0"),
            (&count(999), "999"),
            (&count(1000), "1,000"),
            (&count(1_234_567), "1,234,567"),
            (&grouped(-1_234_567.5, 0), "-1,234,568"),
            (&grouped(1234.5, 2), "1,234.50"),
            (&grouped(1e15, 0), "1e15"),
            (&grouped_at_most(1234.5, 2), "1,234.5"),
            (&whole(0.5), "1"),
            (&whole(-1234.4), "-1,234"),
            // Counts with their nouns.
            (&many(1, "alert"), "1 alert"),
            (&many(0, "alert"), "0 alerts"),
            (&many(1234, "alert"), "1,234 alerts"),
            (&counted(0.97, "day", "days"), "1 day"),
            (&counted(-1.0, "day", "days"), "-1 day"),
            (&counted(1.5, "day", "days"), "1.5 days"),
            (&counted(1234.0, "day", "days"), "1,234 days"),
            // Signs.
            (&signed(5.0, 0), "+5"),
            (&signed(-5.0, 0), "-5"),
            (&signed(0.0, 1), "0.0"),
            (&signed(0.04, 1), "0.0"),
            (&signed(0.45, 1), "+0.5"),
            // Percent, without a space.
            (&fixed(500_000_000_000_000.4, 0), "500000000000000"),
            (&fixed(50_000_000_000_000.04, 1), "50000000000000.0"),
            (&fixed(5_000_000_000_000.004, 2), "5000000000000.00"),
            (&fixed((0.11 + 0.12) / 2.0, 2), "0.12"),
            (&fixed(5e-324, 17), "0.00000000000000000"),
            (&fixed(0.1, 15), "0.100000000000000"),
            (&percent(0.45, 0), "45%"),
            (&percent(0.45, 1), "45.0%"),
            (&percent(0.285, 0), "29%"),
            (&percent(0.125, 0), "13%"),
            (&percent(-0.005, 0), "-1%"),
            (&percent(0.1235, 1), "12.4%"),
            (&percent(12.0, 0), "1200%"),
            (&percent(1e15, 0), "1e17%"),
            (&percent_at_most(0.07, 4), "7%"),
            (&percent_at_most(0.005, 4), "0.5%"),
            (&percent_at_most(1.0, 4), "100%"),
            (&points(0.015, 1), "+1.5"),
            (&points(-0.015, 1), "-1.5"),
            (&points(0.000_1, 1), "0.0"),
            (&part(1.0, 3.0), "33%"),
            (&part(0.0, 0.0), "-"),
            // Money.
            (&money(12_344.5, Some("EUR")), "12,345 EUR"),
            (&money(12_344.5, None::<&str>), "12,345"),
            (&money(-0.2, Some("EUR")), "0 EUR"),
            (&or_dash(None), "-"),
        ];
        for (got, wanted) in rows {
            assert_eq!(got, wanted);
        }
    }

    proptest::proptest! {
        /// A decimal of few digits is rounded as its digits say, whatever its nearest double is.
        #[test]
        fn rounding_is_that_of_the_decimal(number in -10_000_000_i64..10_000_000, decimals in 0..4_usize) {
            // Of `number` ten-thousandths.
            let step = 10_i64.pow(4 - decimals as u32);
            let by_hand = (number.abs() * 2 + step) / (2 * step) * number.signum();
            let wanted = by_hand as f64 / 10_f64.powi(decimals as i32);
            let got = rounded(number as f64 / 1e4, decimals);
            proptest::prop_assert_eq!(got.to_bits(), (wanted + 0.0).to_bits());
            let shown = percent(number as f64 / 1e6, decimals);
            let wanted = format!("{:.*}%", decimals, wanted + 0.0);
            proptest::prop_assert_eq!(shown, wanted);
        }

        /// So is one of fifteen digits, the most that every double keeps.
        #[test]
        fn rounding_of_large_numbers_is_that_of_the_decimal(tenths in 0..1_000_000_000_000_000_i64) {
            let wanted = (tenths + 5) / 10;
            proptest::prop_assert_eq!(fixed(tenths as f64 / 10.0, 0), wanted.to_string());
        }
    }
}
