//! Exact money: amounts are never binary fractions, and currencies are never mixed silently.
//!
//! ```
//! use foretell::money::{Amount, Money};
//!
//! let price = Money { amount: "19.99".parse()?, currency: "EUR".parse()? };
//! assert_eq!(price.checked_add(price)?.to_string(), "39.98 EUR");
//! assert!("19.9999999".parse::<Amount>().is_err()); // past the millionth nothing is rounded away
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Must not know: records, metrics.

use std::collections::BTreeMap;
use std::fmt;

use crate::value::{ParseError, read_by_parse};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::any::read_any;
use crate::node::shorten;
use crate::time::parsed;

/// An amount of money, exact to the millionth.
///
/// Six decimals hold every currency's minor unit and prices per unit such as 0.000125 (our choice,
/// tested by `amounts_are_read_exactly_or_refused`). It is read from a whole number, a text such as
/// `"1234.50"`, or a double by its shortest decimal text; more than six decimals are refused.
///
/// ```
/// use foretell::money::Amount;
///
/// let tenth: Amount = "0.10".parse()?;
/// assert_eq!((0..10).map(|_| tenth).try_fold(Amount::ZERO, Amount::checked_add), Some(Amount::whole(1)));
/// # Ok::<(), foretell::value::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount {
    millionths: i128,
}

/// Digits after the point of an amount.
const PLACES: u32 = 6;
/// Digits after the point of a rate: enough for a rupiah in bitcoin (our choice).
const RATE_PLACES: u32 = 12;

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self { millionths: 0 };

    /// A whole number of units of the currency, such as dollars; below zero too.
    #[must_use]
    pub const fn whole(units: i64) -> Self {
        // Cannot overflow: 2^63 times a million is below 2^127.
        Self { millionths: units as i128 * 1_000_000 }
    }

    /// The amount of so many minor units of a currency, as payment systems give them: 12,345 cents are `123.45 USD`,
    /// 12,345 yen are `12345 JPY`. How many decimals a currency has is that of ISO 4217 ([`Currency::decimals`]).
    ///
    /// ```
    /// use foretell::money::{Amount, Currency};
    ///
    /// let (usd, jpy): (Currency, Currency) = ("USD".parse()?, "JPY".parse()?);
    /// assert_eq!(Amount::from_minor(12_345, usd), "123.45".parse()?);
    /// assert_eq!(Amount::from_minor(12_345, jpy), Amount::whole(12_345));
    /// # Ok::<(), foretell::value::ParseError>(())
    /// ```
    #[must_use]
    pub fn from_minor(units: i64, currency: Currency) -> Self {
        // Cannot overflow: 2^63 times a million is below 2^127.
        Self { millionths: i128::from(units) * 10_i128.pow(PLACES - currency.decimals()) }
    }

    /// The amount that a double's shortest decimal text says.
    ///
    /// # Errors
    /// When it is not finite, too large, or has more than six decimals.
    pub fn from_f64(number: f64) -> Result<Self, ParseError> {
        if !number.is_finite() {
            return Err(ParseError::new(format!("expected an amount of money, got `{number}`")));
        }
        number.to_string().parse()
    }

    /// The sum, exact; `None` where it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self { millionths: self.millionths.checked_add(other.millionths)? })
    }

    /// The difference, exact; `None` where it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Some(Self { millionths: self.millionths.checked_sub(other.millionths)? })
    }

    /// The amount with the other sign; `None` where it does not fit.
    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        Some(Self { millionths: self.millionths.checked_neg()? })
    }

    /// The sum of amounts, exact; zero of none, and `None` where it does not fit on the way.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Whether it is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.millionths < 0
    }

    /// The nearest double in units of the currency, for metrics: cents may be inexact.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        const EXACT: i128 = 1 << 53;
        if (-EXACT..=EXACT).contains(&self.millionths) {
            // Both are exact, so the quotient is rounded once.
            return self.millionths as f64 / 1e6;
        }
        self.to_string().parse().unwrap_or(f64::NAN)
    }
}

read_by_parse!(Amount);

impl Amount {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        fixed(text, PLACES, "an amount of money such as `1234.50`")
            .map(|millionths| Self { millionths })
    }
}

impl fmt::Display for Amount {
    /// Plain digits, with as many decimals as are needed and no separators.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_fixed(self.millionths, PLACES, f)
    }
}

/// Reads a decimal as a whole number of its last place.
fn fixed(text: &str, places: u32, wanted: &str) -> Result<i128, String> {
    let wrong = |why: &str| Err(format!("expected {wanted}{why}, got `{}`", shorten(text)));
    let trimmed = text.trim();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let is_digits = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    let bare = digits.len() - usize::from(digits.contains('.')) == 0;
    if bare || whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return wrong("");
    }
    if fraction.len() > places as usize {
        return wrong(&format!(" with at most {places} decimals"));
    }
    let mut number: i128 = 0;
    let zeros = (places as usize).saturating_sub(fraction.len());
    let padding = std::iter::repeat_n(b'0', zeros);
    for digit in whole.bytes().chain(fraction.bytes()).chain(padding) {
        let next =
            number.checked_mul(10).and_then(|tens| tens.checked_add(i128::from(digit - b'0')));
        match next {
            Some(next) => number = next,
            None => return wrong(" that fits"),
        }
    }
    Ok(if negative { -number } else { number })
}

fn show_fixed(number: i128, places: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let unit = 10_u128.pow(places);
    let size = number.unsigned_abs();
    let sign = if number < 0 { "-" } else { "" };
    let fraction = size % unit;
    if fraction == 0 {
        return write!(f, "{sign}{}", size / unit);
    }
    let decimals = format!("{fraction:0>width$}", width = places as usize);
    write!(f, "{sign}{}.{}", size / unit, decimals.trim_end_matches('0'))
}

impl From<i64> for Amount {
    fn from(units: i64) -> Self {
        Self::whole(units)
    }
}

impl Serialize for Amount {
    /// As text, so that no reader makes a binary fraction of it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AmountVisitor;

        impl de::Visitor<'_> for AmountVisitor {
            type Value = Amount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount of money")
            }
            fn visit_i64<E>(self, units: i64) -> Result<Amount, E> {
                Ok(Amount::whole(units))
            }
            fn visit_u64<E: de::Error>(self, units: u64) -> Result<Amount, E> {
                // Cannot overflow: 2^64 times a million is below 2^127.
                Ok(Amount { millionths: i128::from(units) * 1_000_000 })
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Amount, E> {
                Amount::from_f64(number).map_err(E::custom)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
                text.parse().map_err(E::custom)
            }
        }

        read_any(deserializer, AmountVisitor)
    }
}

/// A currency by its three letters: `EUR`.
///
/// ```
/// use foretell::money::Currency;
///
/// let yen: Currency = "JPY".parse()?;
/// assert_eq!((yen.as_str(), yen.decimals()), ("JPY", 0));
/// assert!("yen".parse::<Currency>().is_err() && "JP".parse::<Currency>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({self})")
    }
}

read_by_parse!(Currency);

impl Currency {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        match <[u8; 3]>::try_from(text.trim().as_bytes()) {
            Ok(letters) if letters.iter().all(u8::is_ascii_uppercase) => Ok(Self(letters)),
            _ => Err(format!("expected a currency such as `EUR`, got `{}`", shorten(text))),
        }
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "a currency such as `EUR`")
    }
}

/// An amount in a currency.
///
/// ```
/// use foretell::money::{Money, MoneyError};
///
/// let euros = Money { amount: "0.10".parse()?, currency: "EUR".parse()? };
/// assert_eq!(euros.checked_add(euros)?.to_string(), "0.2 EUR");
/// let dollars = Money { currency: "USD".parse()?, ..euros };
/// assert!(matches!(euros.checked_add(dollars), Err(MoneyError::Mixed { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
}

/// Why two sums of money cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// They are in two currencies.
    #[error("`{left}` and `{right}` cannot be added without a rate")]
    Mixed {
        /// The currency of the first.
        left: Currency,
        /// The currency of the second.
        right: Currency,
    },
    /// The sum does not fit.
    #[error("the sum of two amounts in `{currency}` is too large")]
    Overflow {
        /// Their currency.
        currency: Currency,
    },
}

impl Money {
    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::Mixed`] when the currencies differ, [`MoneyError::Overflow`] when it is too large.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed { left: self.currency, right: other.currency });
        }
        self.amount
            .checked_add(other.amount)
            .map(|amount| Self { amount, ..self })
            .ok_or(MoneyError::Overflow { currency: self.currency })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// What one unit of a currency is worth in the base currency; above zero, up to twelve decimals.
///
/// ```
/// use foretell::money::{Amount, Rate, Rates};
///
/// let rate: Rate = "0.0065".parse()?; // dollars for one yen
/// let rates = Rates::new("USD".parse()?).with("JPY".parse()?, rate);
/// assert_eq!(rates.convert(Amount::whole(10_000), "JPY".parse()?, "USD".parse()?), Some(Amount::whole(65)));
/// assert!("0".parse::<Rate>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(i128);

read_by_parse!(Rate);

impl Rate {
    /// The rate at which so much of the base currency is paid for so much of another, rounded half up to twelve decimals. The
    /// least rate is `0.000000000001`, to which half of it is rounded up.
    ///
    /// `None` where an amount is not above zero, where the rate is rounded to zero, and where the calculation overflows, which takes
    /// more than 4e19 of `base` or 8e31 of `other`.
    ///
    /// ```
    /// use foretell::money::{Amount, Rate};
    ///
    /// let rate = Rate::of(Amount::whole(1), Amount::whole(3)).unwrap();
    /// assert_eq!(rate.to_string(), "0.333333333333");
    /// assert_eq!(Rate::of(Amount::whole(1), Amount::ZERO), None);
    /// ```
    #[must_use]
    pub fn of(base: Amount, other: Amount) -> Option<Self> {
        let (base, other) = (base.millionths, other.millionths);
        if base <= 0 || other <= 0 {
            return None;
        }
        let twice = base.checked_mul(2 * 10_i128.pow(RATE_PLACES))?.checked_add(other)?;
        Some(twice / other.checked_mul(2)?).filter(|rate| *rate > 0).map(Self)
    }

    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let wanted = "a rate above 0 such as `1.0825`";
        match fixed(text, RATE_PLACES, wanted)? {
            rate if rate > 0 => Ok(Self(rate)),
            _ => Err(format!("expected {wanted}, got `{}`", shorten(text))),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_fixed(self.0, RATE_PLACES, f)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RateVisitor;

        impl de::Visitor<'_> for RateVisitor {
            type Value = Rate;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a rate above 0")
            }
            fn visit_i64<E: de::Error>(self, rate: i64) -> Result<Rate, E> {
                rate.to_string().parse().map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, rate: u64) -> Result<Rate, E> {
                rate.to_string().parse().map_err(E::custom)
            }
            fn visit_f64<E: de::Error>(self, rate: f64) -> Result<Rate, E> {
                rate.to_string().parse().map_err(E::custom)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Rate, E> {
                text.parse().map_err(E::custom)
            }
        }

        read_any(deserializer, RateVisitor)
    }
}

/// What currencies are worth in one of them, at the rates the host decided on.
///
/// ```
/// use foretell::money::{Amount, Rates};
///
/// let rates = Rates::new("USD".parse()?).with("EUR".parse()?, "1.08".parse()?);
/// let dollars = rates.convert(Amount::whole(100), "EUR".parse()?, "USD".parse()?);
/// assert_eq!(dollars, Some(Amount::whole(108)));
/// # Ok::<(), foretell::value::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    base: Currency,
    #[serde(default)]
    rates: BTreeMap<Currency, Rate>,
}

impl Rates {
    /// Rates against a base currency, none yet.
    #[must_use]
    pub const fn new(base: Currency) -> Self {
        Self { base, rates: BTreeMap::new() }
    }

    /// The same rates, and that one unit of `currency` is worth `rate` units of the base.
    #[must_use]
    pub fn with(mut self, currency: Currency, rate: Rate) -> Self {
        self.rates.insert(currency, rate);
        self
    }

    /// The base currency.
    #[must_use]
    pub const fn base(&self) -> Currency {
        self.base
    }

    /// What one unit of `currency` is worth in the base currency; 1 for the base itself.
    #[must_use]
    pub fn rate(&self, currency: Currency) -> Option<Rate> {
        if currency == self.base {
            return Some(Rate(10_i128.pow(RATE_PLACES)));
        }
        self.rates.get(&currency).copied()
    }

    /// The amount in another currency, rounded half away from zero to the millionth.
    ///
    /// `None` without a rate for both, or when it does not fit (past about 10²⁰ units).
    #[must_use]
    pub fn convert(&self, amount: Amount, from: Currency, to: Currency) -> Option<Amount> {
        if from == to {
            return Some(amount);
        }
        let (Rate(from), Rate(to)) = (self.rate(from)?, self.rate(to)?);
        let worth = amount.millionths.checked_mul(from)?;
        Some(Amount { millionths: billing::divide(worth, to)? })
    }
}

mod billing;
#[cfg(test)]
mod tests;

pub use billing::Billing;
