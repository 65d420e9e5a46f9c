//! Exactness, refusals and laws of money.

use proptest::prelude::*;

use super::{Amount, Billing, Currency, Money, MoneyError, Rates};

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
        let got =
            text.parse::<Amount>().map_or_else(|_| "!".to_owned(), |amount| amount.to_string());
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
    let read =
        |text: &str| serde_json::from_str::<Amount>(text).map(|amount| amount.to_string()).ok();
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
        let got = got.map_or_else(|| "!".to_owned(), |amount| amount.to_string());
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

#[test]
fn a_rate_that_is_odd_in_its_last_place_rounds_to_the_nearest() {
    // The base is worth 1 and the other 3 billionths of a billionth: thirds of a unit.
    for (millionths, per, expected) in [
        (1, "3", "0"),
        (2, "3", "0.000001"),
        (-1, "3", "0"),
        (-2, "3", "-0.000001"),
        (4, "3", "0.000001"),
        (5, "3", "0.000002"),
        (2, "5", "0"),
        (3, "5", "0.000001"),
        (3, "7", "0"),
        (4, "7", "0.000001"),
        (1, "2", "0.000001"),
        (-1, "2", "-0.000001"),
        (1, "2.000000000001", "0"),
        (-1, "1.999999999999", "-0.000001"),
    ] {
        let rates = Rates::new("EUR".parse().unwrap());
        let rates = rates.with("USD".parse().unwrap(), per.parse().unwrap());
        let amount = Amount { millionths };
        let got = rates.convert(amount, "EUR".parse().unwrap(), "USD".parse().unwrap()).unwrap();
        assert_eq!(got.to_string(), expected, "{millionths} / {per}");
    }
}

#[test]
fn terms_are_read_or_refused() {
    for (texts, expected) in [
        ("weekly|Week|P1W|P7D|every week|1 week|7 days", "52 a year"),
        ("P2W|every 2 weeks|two-weekly", "26 a year"),
        (
            "monthly|Monthly|MONTH|per month|mo|mo.|P1M|1-Month|month plan|Billed monthly",
            "12 a year",
        ),
        ("2 months|P2M|every two months", "6 a year"),
        ("quarterly|Quarter|qtr|P3M|3 months|Q", "4 a year"),
        ("fortnightly|every fortnight|2 weeks", "26 a year"),
        ("every 2 fortnights", "13 a year"),
        ("Month-to-month", "12 a year"),
        ("half-yearly|Half Yearly|semi-annual|Semiannually|P6M|6-Month", "2 a year"),
        (
            "yearly|Annual|annually|1-Year|1 yr|P1Y|P12M|12 months|per annum|p.a.|Annual Contract|4 quarters|YEAR",
            "1 a year",
        ),
        (
            "2-Year|2 years|Two-Year|24 months|P2Y|P24M|2-Year Term|every 2 years|2Y|2_year",
            "1 in 2 years",
        ),
        ("3-Year|36 mo|P36M|three years", "1 in 3 years"),
        ("P1Y6M|18 months|P18M", "2 in 3 years"),
        ("5 quarters", "4 in 5 years"),
        ("10-Year", "1 in 10 years"),
        (
            "One-Time|one time|onetime|one-off|once|non-recurring|Trial|free trial|Free|Activation|activation fee|Setup Fee",
            "once",
        ),
        (
            "|Biennial|biannual|bimonthly|Evergreen|0 years|P0M|P|-1 year|+1 year|0.5 years|1.5 months|daily|30 days|year 2|12|monthlyy\
             |99999999999 years|1201 months|P1Y2Y|PT1M|monthly monthly|bi-weekly|2 month to month",
            "!",
        ),
    ] {
        for text in texts.split('|') {
            let got = text
                .parse::<Billing>()
                .map_or_else(|_| "!".to_owned(), |billing| billing.to_string());
            assert_eq!(got, expected, "{text:?}");
        }
    }
    let said = |text: &str| Billing::read(text).unwrap_err();
    assert_eq!(said("monhtly"), "`monhtly` is no billing term: did you mean `monthly`?");
    for (text, instead) in [
        ("Bi-Weekly", "`every 2 weeks`, or say `arr` where it is twice a week"),
        ("bimonthly", "`every 2 months`, or say `arr` where it is twice a month"),
        ("biannual", "`half-yearly` or `every 2 years`"),
    ] {
        assert!(
            said(text).ends_with(&format!("it is read in two ways, write {instead}")),
            "{text}"
        );
    }
    assert!(
        said("Evergreen").starts_with("`Evergreen` is no billing term: such terms are `weekly`")
    );
    assert!(said(&"x".repeat(1_000_000)).len() < 300);
}

#[test]
fn a_price_comes_to_whole_minor_units_rounded_once() {
    for (price, quantity, term, currency, yearly, monthly) in [
        ("2400", "1", "Monthly", "USD", "28800", "2400"),
        ("2400", "1", "Annual", "USD", "2400", "200"),
        ("2400", "1", "2-Year", "USD", "1200", "100"),
        ("2400", "1", "3-Year", "USD", "800", "66.67"),
        ("2400", "1", "Weekly", "USD", "124800", "10400"),
        ("2400", "1", "One-Time", "USD", "0", "0"),
        ("0.10", "3", "monthly", "EUR", "3.6", "0.3"),
        ("0.06", "1", "yearly", "EUR", "0.06", "0.01"),
        ("0.05", "1", "yearly", "EUR", "0.05", "0"),
        ("-0.06", "1", "yearly", "EUR", "-0.06", "-0.01"),
        ("100", "2.5", "7 years", "EUR", "35.71", "2.98"),
        ("1000", "1", "yearly", "JPY", "1000", "83"),
        ("1000", "1", "yearly", "KWD", "1000", "83.333"),
        ("1000", "1", "yearly", "CLF", "1000", "83.3333"),
        ("1000", "1", "yearly", "", "1000", "83.33"),
        ("0.000125", "40", "monthly", "USD", "0.06", "0.01"),
    ] {
        let billing: Billing = term.parse().unwrap();
        let (price, quantity, currency) =
            (price.parse().unwrap(), quantity.parse().unwrap(), currency.parse().ok());
        let shown = |it: Option<Amount>| it.unwrap().to_string();
        assert_eq!(shown(billing.yearly(price, quantity, currency)), yearly, "{price} {term}");
        assert_eq!(shown(billing.monthly(price, quantity, currency)), monthly, "{price} {term}");
    }
    let huge = Amount { millionths: i128::MAX };
    assert_eq!("monthly".parse::<Billing>().unwrap().yearly(huge, huge, None), None);
}

proptest! {
    #[test]
    fn a_price_is_off_by_half_a_minor_unit_at_most(
        price in -1_000_000_000_000_i64..1_000_000_000_000,
        quantity in 0_i64..1_000_000_000,
        years in 1_u32..100,
        currency in prop::sample::select(vec!["USD", "JPY", "KWD", "CLF"]),
    ) {
        let billing: Billing = format!("{years} years").parse().unwrap();
        let currency: Currency = currency.parse().unwrap();
        let (price, quantity) = (Amount { millionths: price.into() }, Amount { millionths: quantity.into() });
        let got = billing.monthly(price, quantity, Some(currency)).unwrap().millionths;
        let minor = 10_i128.pow(6 - currency.decimals());
        prop_assert_eq!(got % minor, 0);
        let by = i128::from(years) * 12 * 1_000_000;
        let exact = price.millionths * quantity.millionths;
        let off = (got * by - exact).abs() * 2;
        prop_assert!(off <= minor * by);
        // Halves go away from zero.
        prop_assert!(off < minor * by || got.abs() * by > exact.abs());
    }
}
