//! Attributes and dates as they were on a day, and money in one currency.

use super::*;

#[test]
fn attributes_are_those_of_the_day() {
    let mut tables = Tables::default();
    let mut it = Subscription::new("s1");
    it.start = Some(stamp("2026-01-31"));
    it.end = Some(stamp("2026-12-31"));
    it.cancelled_on = Some(stamp("2026-06-01"));
    it.status = Some("churned".into());
    it.seats = Some(12.0);
    it.arr = Some("1200.50".parse().unwrap());
    it.currency = "EUR".parse().ok();
    it.custom.insert("tier".into(), Cell::from(3.0));
    it.custom.insert("code".into(), Cell::from("1.10"));
    tables.push(it);
    let mut case = Case::new("k1", stamp("2026-02-01 12:00"));
    case.first_response = Some(stamp("2026-02-01 15:30"));
    case.resolved = Some(stamp("2026-02-03 12:00"));
    case.escalated = Some(Mark::On(stamp("2026-02-02")));
    case.satisfaction = Some(4.0);
    tables.push(case);
    let book = Book::strict(tables).unwrap();
    for (kind, as_of, name, expected) in [
        (SubjectKind::Subscription, "2026-01-30", "seats", "-"),
        (SubjectKind::Subscription, "2026-02-27", "months_since_start", "0"),
        (SubjectKind::Subscription, "2026-02-28", "months_since_start", "1"),
        (SubjectKind::Subscription, "2026-03-30", "months_since_start", "1"),
        (SubjectKind::Subscription, "2027-01-31", "months_since_start", "12"),
        (SubjectKind::Subscription, "2026-02-28", "age_days", "28"),
        (SubjectKind::Subscription, "2026-05-31", "status", "active"),
        (SubjectKind::Subscription, "2026-06-01", "status", "cancelled"),
        (SubjectKind::Subscription, "2026-05-31", "is_cancelled", "false"),
        (SubjectKind::Subscription, "2026-06-01", "is_cancelled", "true"),
        (SubjectKind::Subscription, "2026-05-31", "cancelled_on", "-"),
        (SubjectKind::Subscription, "2026-12-01", "days_to_renewal", "30"),
        (SubjectKind::Subscription, "2027-01-01", "days_to_end", "-1"),
        (SubjectKind::Subscription, "2026-06-01", "arr", "1200.5"),
        (SubjectKind::Subscription, "2026-06-01", "currency", "EUR"),
        (SubjectKind::Case, "2026-01-31", "status", "-"),
        (SubjectKind::Case, "2026-02-01", "status", "open"),
        (SubjectKind::Case, "2026-02-03", "status", "resolved"),
        (SubjectKind::Case, "2026-02-01", "is_escalated", "false"),
        (SubjectKind::Case, "2026-02-02", "is_escalated", "true"),
        (SubjectKind::Case, "2026-02-01", "hours_to_first_response", "3.5"),
        (SubjectKind::Case, "2026-02-02", "hours_to_resolution", "-"),
        (SubjectKind::Case, "2026-02-03", "hours_to_resolution", "48"),
        (SubjectKind::Case, "2026-02-02", "satisfaction", "-"),
        (SubjectKind::Case, "2026-02-03", "satisfaction", "4"),
        (SubjectKind::Case, "2026-02-01", "age_hours", "12"),
        (SubjectKind::Case, "2026-02-09", "age_hours", "48"),
        (SubjectKind::Case, "2026-02-02", "age_days", "1"),
    ] {
        let derived = attribute(View::new(&book, day(as_of), None), kind, name).unwrap();
        assert_eq!(shown(&derived), expected, "{kind} {name} on {as_of}");
        assert_eq!(derived.column.kind(), attribute_info(kind, name).unwrap().kind);
    }
    let subscription = SubjectKind::Subscription;
    assert!(attribute(View::new(&book, day("2026-06-01"), None), subscription, "sets").is_none());
    let dollars = "USD".parse().ok();
    let arr = attribute(View::new(&book, day("2026-06-01"), dollars), subscription, "arr").unwrap();
    assert_eq!((shown(&arr).as_str(), arr.unconverted), ("-", 1));
    assert!(attribute_names(SubjectKind::Company).contains(&"industry"));
    for (name, wanted, expected, other) in [
        ("tier", Kind::Number, "3", 0),
        ("tier", Kind::Text, "3", 0),
        ("tier", Kind::Flag, "-", 1),
        ("code", Kind::Number, "1.1", 0),
        ("code", Kind::Text, "1.10", 0),
        ("gone", Kind::Text, "-", 0),
    ] {
        let own = crate::book::own::Own::of(name);
        let derived = custom(&book, subscription, &own, wanted, day("2026-06-01").into());
        assert_eq!((shown(&derived).as_str(), derived.other_kind), (expected, other), "{name}");
    }
}

#[test]
fn money_is_summed_exactly_in_one_currency_or_not_at_all() {
    let build = |rates: bool| {
        let mut tables = Tables::default();
        tables.push(Account::new("a1"));
        for (at, currency) in ["EUR", "USD", "USD"].iter().enumerate() {
            let mut it = Subscription::new(format!("s{at}"));
            it.account_id = Some("a1".into());
            it.arr = Some("0.10".parse().unwrap());
            it.currency = currency.parse().ok();
            tables.push(it);
        }
        if rates {
            let rates = Rates::new("USD".parse().unwrap());
            tables.set_rates(rates.with("EUR".parse().unwrap(), "1".parse().unwrap()));
        }
        Book::strict(tables).unwrap()
    };
    let text = "from=subscriptions take=sum field=arr";
    let mixed = run(&build(false), SubjectKind::Account, day("2026-01-01"), text);
    assert_eq!((shown(&mixed).as_str(), mixed.unconverted), ("-", 3));
    let summed = run(&build(true), SubjectKind::Account, day("2026-01-01"), text);
    assert_eq!(summed.column.value(0), Value::Number(0.3), "not 0.30000000000000004");
}

#[test]
fn dates_that_are_planned_are_known_ahead() {
    let mut seen = 0;
    for table in Tables::NAMES {
        for field in table_fields(table).into_iter().flatten() {
            let planned = crate::book::moment::PLANNED.contains(&field.name);
            let expected =
                if planned { crate::metric::Dated::Plan } else { crate::metric::Dated::Past };
            if field.dated != crate::metric::Dated::No {
                assert_eq!(field.dated, expected, "{table}.{}", field.name);
                seen += usize::from(planned);
            }
        }
    }
    assert!(seen >= crate::book::moment::PLANNED.len());
}
