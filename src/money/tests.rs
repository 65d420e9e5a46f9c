//! Exactness, refusals and laws of money.

use proptest::prelude::*;

use super::{Amount, Currency, Money, MoneyError, Rates};

#[test]
fn amounts_are_read_exactly_or_refused() {
    for (text, expected) in [
        ("0", "0"),
        ("1234.50", "1234.5"),
        (" -0.000001 ", "-0.000001"),
        ("+7", "7"),
        ("5.", "5"),
        ("0.1234560000", "0.123456"),
        ("-0", "0"),
        ("170141183460469231731687303715885", "!"),
        ("0.1234567", "!"),
        ("", "!"),
        (".", "!"),
        (".5", "!"),
        ("-", "!"),
        ("--1", "!"),
        ("1e5", "!"),
        ("1,000", "!"),
        ("NaN", "!"),
    ] {
        let got = text.parse::<Amount>().map_or_else(|_| "!".to_owned(), |it| it.to_string());
        assert_eq!(got, expected, "{text}");
    }
}

#[test]
fn a_million_tenths_are_a_hundred_thousand() {
    let tenth = Amount::from_f64(0.1).unwrap();
    let sum = Amount::checked_sum(std::iter::repeat_n(tenth, 1_000_000));
    assert_eq!(sum, Some(Amount::whole(100_000)));
    assert!(Amount::from_f64(0.1 + 0.2).is_err(), "0.30000000000000004 has 17 decimals");
    assert!(Amount::from_f64(1e300).is_err());
    assert!(Amount::from_f64(f64::NAN).is_err());
}

#[test]
fn json_gives_amounts_and_currencies() {
    let read = |text: &str| serde_json::from_str::<Amount>(text).map(|it| it.to_string()).ok();
    assert_eq!(read("12"), Some("12".into()));
    assert_eq!(read("18446744073709551615"), Some("18446744073709551615".into()));
    assert_eq!(read("12.5"), Some("12.5".into()));
    assert_eq!(read("\"12.50\""), Some("12.5".into()));
    assert_eq!(read("true"), None);
    for wrong in ["\"eur\"", "\"EURO\"", "\"\"", "\"É1\""] {
        assert!(serde_json::from_str::<Currency>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn currencies_are_not_mixed() {
    let money = |amount, currency: &str| Money {
        amount: Amount::whole(amount),
        currency: currency.parse().unwrap(),
    };
    assert_eq!(money(1, "EUR").checked_add(money(2, "EUR")), Ok(money(3, "EUR")));
    let mixed = money(1, "EUR").checked_add(money(2, "USD"));
    assert!(matches!(mixed, Err(MoneyError::Mixed { .. })));
    assert_eq!(mixed.unwrap_err().to_string(), "`EUR` and `USD` cannot be added without a rate");
}

#[test]
fn rates_convert_both_ways_and_round_away_from_zero() {
    let json = r#"{"base": "USD", "rates": {"EUR": "1.25", "JPY": 0.008}}"#;
    let rates: Rates = serde_json::from_str(json).unwrap();
    for (amount, from, to, expected) in [
        ("100", "EUR", "USD", "125"),
        ("125", "USD", "EUR", "100"),
        ("1", "EUR", "JPY", "156.25"),
        ("0.000001", "USD", "EUR", "0.000001"),
        ("-0.000002", "EUR", "USD", "-0.000003"),
        ("1", "EUR", "GBP", "!"),
        ("1", "GBP", "GBP", "1"),
    ] {
        let got =
            rates.convert(amount.parse().unwrap(), from.parse().unwrap(), to.parse().unwrap());
        let got = got.map_or_else(|| "!".to_owned(), |it| it.to_string());
        assert_eq!(got, expected, "{amount} {from} {to}");
    }
    for wrong in ["0", "-1", "\"x\"", "1e-20"] {
        let json = format!(r#"{{"base": "USD", "rates": {{"EUR": {wrong}}}}}"#);
        assert!(serde_json::from_str::<Rates>(&json).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn print_and_parse_are_inverse(millionths in any::<i128>()) {
        let amount = Amount { millionths };
        if millionths != i128::MIN {
            prop_assert_eq!(amount.to_string().parse::<Amount>(), Ok(amount));
        }
        prop_assert!(amount.to_f64().is_finite());
    }

    #[test]
    fn junk_never_panics(text in ".{0,40}", number in prop::num::f64::ANY) {
        let _ = text.parse::<Amount>();
        let _ = text.parse::<Currency>();
        if let Ok(amount) = Amount::from_f64(number) {
            prop_assert_eq!(amount.to_f64().to_bits(), (number + 0.0).to_bits());
        }
    }
}
