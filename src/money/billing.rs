//! How often an amount recurs: billing terms, and what a price amounts to in a year or a month.

use std::fmt;

use super::{Amount, Currency};
use crate::fault::did_you_mean;
use crate::node::shorten;
use crate::value::read_by_parse;

/// How often a price is charged: so many times in so many years.
///
/// It is read from the words that billing systems use, in any case and with or without `-`, `_` and spaces: `weekly`,
/// `monthly`, `quarterly`, `half-yearly`, `yearly`, their nouns and usual short forms (`annual`, `year`, `1y`), a number of
/// weeks, months, quarters, half-years or years (`2-Year`, `36 months`, `every two years`), an ISO 8601 period (`P1M`,
/// `P1Y6M`, `P2W`), and for what does not recur `one-time`, `one-off`, `trial`, `free`, `activation` and `setup` (with or
/// without `fee`). What can be read in two ways (`biannual`, `bimonthly`) is refused, as is what nobody knows.
///
/// ```
/// use foretell::money::Billing;
///
/// let a_year = |text: &str| text.parse::<Billing>().map(Billing::a_year);
/// assert_eq!(a_year("Monthly"), Ok(12.0));
/// assert_eq!(a_year("2-Year"), Ok(0.5));
/// assert_eq!(a_year("One-Time"), Ok(0.0));
/// assert!(a_year("Evergreen").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Billing {
    times: u32,
    years: u32,
}

/// What is said of a term that is not known, and near which names are looked for.
const KNOWN: [&str; 9] = [
    "weekly",
    "monthly",
    "quarterly",
    "half-yearly",
    "yearly",
    "annual",
    "2-year",
    "one-time",
    "trial",
];

/// The longest term that is read, in characters: our choice, longer than any in use.
const LONGEST: usize = 40;

/// The most of a unit that a term can hold: our choice, a century of months.
const MOST: u32 = 1200;

impl Billing {
    /// What is charged once and does not recur.
    pub const ONE_TIME: Self = Self { times: 0, years: 1 };

    /// How often it is charged in a year: 12 for monthly, 0.5 for every two years, 0 for what does not recur.
    #[must_use]
    pub fn a_year(self) -> f64 {
        f64::from(self.times) / f64::from(self.years)
    }

    /// What `quantity` things at `price` amount to in a year, rounded half away from zero to the minor unit of the currency;
    /// to two decimals where that is not known. `None` where it does not fit.
    #[must_use]
    pub fn yearly(
        self,
        price: Amount,
        quantity: Amount,
        currency: Option<Currency>,
    ) -> Option<Amount> {
        self.worth(price, quantity, 1, currency)
    }

    /// What `quantity` things at `price` amount to in a month, rounded in the same way, and once.
    #[must_use]
    pub fn monthly(
        self,
        price: Amount,
        quantity: Amount,
        currency: Option<Currency>,
    ) -> Option<Amount> {
        self.worth(price, quantity, 12, currency)
    }

    fn worth(
        self,
        price: Amount,
        quantity: Amount,
        parts: i128,
        currency: Option<Currency>,
    ) -> Option<Amount> {
        let whole = price.millionths.checked_mul(quantity.millionths)?;
        let whole = whole.checked_mul(i128::from(self.times))?;
        // The quantity is in millionths too.
        ratio(whole, i128::from(self.years) * parts * 1_000_000, currency)
    }
}

impl Amount {
    /// A part of it, rounded half away from zero to the minor unit of the currency.
    pub(crate) fn part(self, parts: u32, currency: Option<Currency>) -> Option<Self> {
        ratio(self.millionths, i128::from(parts), currency)
    }
}

/// A quotient of millionths as an amount in whole minor units.
fn ratio(millionths: i128, by: i128, currency: Option<Currency>) -> Option<Amount> {
    let minor = 10_i128.pow(super::PLACES - currency.map_or(2, Currency::decimals));
    let units = divide(millionths, by.checked_mul(minor)?)?;
    Some(Amount { millionths: units.checked_mul(minor)? })
}

/// The quotient, rounded half away from zero.
pub(super) fn divide(number: i128, by: i128) -> Option<i128> {
    let (whole, rest) = (number.checked_div(by)?, number.checked_rem(by)?);
    let up = rest.unsigned_abs() >= by.unsigned_abs().div_ceil(2);
    whole.checked_add(if up { number.signum() * by.signum() } else { 0 })
}

impl Currency {
    /// How many decimals its minor unit has, as ISO 4217 says: 0 for `JPY`, 3 for `KWD`, 2 for most.
    #[must_use]
    pub fn decimals(self) -> u32 {
        match self.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF"
            | "UGX" | "UYI" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }
}

read_by_parse!(Billing);

impl Billing {
    /// What was got, with the nearest term that is known or a few of them.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let known = || {
            if let Some((_, two)) = TWO_WAYS.iter().find(|it| plain(text) == it.0) {
                return format!("it is read in two ways, write {two}");
            }
            did_you_mean(text.trim(), KNOWN)
                .unwrap_or_else(|| format!("such terms are `{}`, `P1M`", KNOWN.join("`, `")))
        };
        read(text).ok_or_else(|| format!("`{}` is no billing term: {}", shorten(text), known()))
    }
}

impl fmt::Display for Billing {
    /// How often a year: `12 a year`, `1 in 2 years`, `once`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.times, self.years) {
            (0, _) => f.write_str("once"),
            (times, 1) => write!(f, "{times} a year"),
            (times, years) => write!(f, "{times} in {years} years"),
        }
    }
}

/// What can be read in two ways, and what to write instead.
const TWO_WAYS: [(&str, &str); 5] = [
    ("biweekly", "`every 2 weeks`, or say `arr` where it is twice a week"),
    ("bimonthly", "`every 2 months`, or say `arr` where it is twice a month"),
    ("biannual", "`half-yearly` or `every 2 years`"),
    ("biannually", "`half-yearly` or `every 2 years`"),
    ("biennial", "`every 2 years` or `half-yearly`"),
];

/// A term in small letters without what stands between its words.
fn plain(text: &str) -> String {
    text.chars()
        .take(LONGEST)
        .filter(|letter| letter.is_alphanumeric())
        .collect::<String>()
        .to_lowercase()
}

/// Words after a term that say nothing more.
const AFTER: [&str; 7] =
    ["fee", "charge", "term", "plan", "contract", "commitment", "subscription"];
/// Words before it.
const BEFORE: [&str; 4] = ["every", "each", "per", "billed"];
/// What does not recur.
const ONCE: [&str; 9] = [
    "onetime",
    "oneoff",
    "once",
    "nonrecurring",
    "trial",
    "freetrial",
    "free",
    "activation",
    "setup",
];

fn read(text: &str) -> Option<Billing> {
    if text.chars().count() > LONGEST {
        return None;
    }
    let lower = text.trim().to_lowercase();
    // A sign is no dash between words.
    if lower.starts_with(['-', '+']) {
        return None;
    }
    if let Some(period) = lower.strip_prefix('p').and_then(iso) {
        return Some(period);
    }
    // `p.a.` and `mo.`, but not `0.5 years`.
    let dots = !lower.contains(|it: char| it.is_ascii_digit());
    let is_between = |it: char| it.is_whitespace() || it == '-' || it == '_' || (dots && it == '.');
    let plain: String = lower.chars().filter(|letter| !is_between(*letter)).collect();
    let bare = AFTER.into_iter().find_map(|ending| plain.strip_suffix(ending)).unwrap_or(&plain);
    if ONCE.contains(&bare) {
        return Some(Billing::ONE_TIME);
    }
    let bare =
        BEFORE.into_iter().find_map(|beginning| bare.strip_prefix(beginning)).unwrap_or(bare);
    let (count, unit) = counted(bare)?;
    of(count, unit)
}

/// A number at the beginning, in digits or as a word, and what follows; 1 where there is none.
fn counted(text: &str) -> Option<(u32, &str)> {
    const WORDS: [&str; 6] = ["one", "two", "three", "four", "five", "six"];
    let unit = text.trim_start_matches(|it: char| it.is_ascii_digit());
    let digits = text.strip_suffix(unit)?;
    if !digits.is_empty() {
        return Some((digits.parse().ok()?, unit));
    }
    let word = (1..).zip(WORDS).find_map(|(at, word)| Some((at, text.strip_prefix(word)?)));
    Some(word.unwrap_or((1, text)))
}

/// So many of a unit by its name.
fn of(count: u32, unit: &str) -> Option<Billing> {
    let (times, per) = match unit {
        "w" | "wk" | "week" | "weeks" | "weekly" => (52, count),
        "fortnight" | "fortnights" | "fortnightly" => (26, count),
        "m" | "mo" | "mos" | "mth" | "mths" | "month" | "months" | "monthly" => (12, count),
        "monthtomonth" if count == 1 => (12, 1),
        "q" | "qtr" | "quarter" | "quarters" | "quarterly" => (4, count),
        "halfyear" | "halfyears" | "halfyearly" | "semiannual" | "semiannually" | "semester" => {
            (2, count)
        }
        "y" | "yr" | "yrs" | "year" | "years" | "yearly" | "annual" | "annually" | "annum"
        | "pa" => (1, count),
        "day" | "days" | "d" if count > 0 && count.is_multiple_of(7) => (52, count / 7),
        _ => return None,
    };
    ((1..=MOST).contains(&per)).then(|| Billing { times, years: per }.lowest())
}

/// An ISO 8601 period after its `P`: whole weeks, or years and months.
fn iso(text: &str) -> Option<Billing> {
    let digits = |it: &str| (!it.is_empty()).then(|| it.parse::<u32>().ok()).flatten();
    if let Some(weeks) = text.strip_suffix('w') {
        return of(digits(weeks)?, "w");
    }
    if let Some(days) = text.strip_suffix('d') {
        return of(digits(days)?, "d");
    }
    let (years, rest) = text.split_once('y').map_or((Some(0), text), |it| (digits(it.0), it.1));
    let months = if rest.is_empty() { Some(0) } else { rest.strip_suffix('m').and_then(digits) };
    of(years?.checked_mul(12)?.checked_add(months?)?, "m")
}

impl Billing {
    /// The same in lowest terms, so that 12 months are a year.
    fn lowest(self) -> Self {
        let (mut one, mut two) = (self.times, self.years);
        while two != 0 {
            (one, two) = (two, one % two);
        }
        Self { times: self.times / one.max(1), years: self.years / one.max(1) }
    }
}
