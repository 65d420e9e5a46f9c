//! Loading: what is refused and why, what hangs under what, what is known on a day.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    Account, Book, Case, Cell, Company, Invoice, Mark, Mode, OutcomeKind, Subscription, Survey,
    SurveyKind, Tables, Usage,
};
use crate::fault::Code;
use crate::frame::{NO_ROW, SubjectKind};
use crate::node::Node;
use crate::time::Stamp;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn stamp(text: &str) -> Stamp {
    text.parse().unwrap()
}

/// A row from `key=value` pairs, as a line of cells.
fn row(text: &str) -> Node {
    let pairs = text.split(',').filter(|part| !part.is_empty());
    Node::table(pairs.map(|pair| {
        let (key, value) = pair.split_once('=').unwrap();
        (key.trim(), Node::text(value.trim()))
    }))
}

fn rows(lines: &[&str]) -> Vec<Node> {
    lines.iter().map(|line| row(line)).collect()
}

/// Two accounts of one company, and a subscription of the first.
fn base() -> Tables {
    let mut tables = Tables::default();
    tables.insert("companies", rows(&["id=c1", "id=c2"]));
    tables.insert("accounts", rows(&["id=a1,company_id=c1", "id=a2,company_id=c1"]));
    let subscription = "id=s1,account_id=a1,start=2026-01-01,end=2026-12-31,seats=10";
    tables.insert("subscriptions", rows(&[subscription]));
    tables
}

/// Loads the base with one row more: `path reason`, or `good`.
fn verdict(table: &str, line: &str) -> String {
    let mut tables = base();
    tables.insert(table, rows(&[line]));
    let loaded = Book::lenient(tables);
    match loaded.rejected.as_slice() {
        [] => "good".to_owned(),
        [one] => format!("{} {}", one.fault.place.path, one.reason),
        many => panic!("{many:?}"),
    }
}

#[test]
fn rows_are_kept_or_refused_with_their_reason() {
    for (table, line, expected) in [
        ("accounts", "id=a3", "good"),
        ("accounts", "name=x", "accounts[2] missing-key"),
        ("accounts", "id=  ", "accounts[2] missing-key"),
        ("accounts", "id=a1", "accounts[2].id duplicate-id"),
        ("accounts", "id=a3,company_id=c9", "accounts[2].company_id unknown-parent"),
        ("accounts", "id=a3,created=2026-02-30", "accounts[2].created out-of-range"),
        ("subscriptions", "id=s2,account_id=", "good"),
        ("subscriptions", "id=s2,account_id=a1,seats=-1", "subscriptions[1].seats negative"),
        ("subscriptions", "id=s2,seats=NaN", "subscriptions[1].seats not-finite"),
        ("subscriptions", "id=s2,seats=ten", "subscriptions[1].seats wrong-type"),
        ("subscriptions", "id=s2,discount=101", "subscriptions[1].discount out-of-range"),
        ("subscriptions", "id=s2,arr=-5", "subscriptions[1].arr negative"),
        ("subscriptions", "id=s2,arr=1e9", "subscriptions[1].arr out-of-range"),
        ("subscriptions", "id=s2,currency=euro", "subscriptions[1].currency out-of-range"),
        ("subscriptions", "id=s2,auto_renew=maybe", "subscriptions[1].auto_renew wrong-type"),
        (
            "subscriptions",
            "id=s2,start=2026-02-01,end=2026-01-01",
            "subscriptions[1].end date-order",
        ),
        (
            "subscriptions",
            "id=s2,start=2026-02-01,renewal_date=2026-01-01",
            "subscriptions[1].renewal_date date-order",
        ),
        (
            "subscriptions",
            "id=s2,account_id=a1,company_id=c2",
            "subscriptions[1].company_id parents-disagree",
        ),
        ("cases", "id=k1,account_id=a1", "cases[0] missing-key"),
        ("cases", "id=k1,opened=2026-03-02,resolved=2026-03-01", "cases[0].resolved date-order"),
        ("cases", "id=k1,opened=2026-03-02 10:00,resolved=2026-03-02", "good"),
        (
            "cases",
            "id=k1,opened=2026-03-02 10:00,first_response=2026-03-02 09:00",
            "cases[0].first_response date-order",
        ),
        ("cases", "id=k1,opened=2026-03-02,escalated=yes", "good"),
        ("cases", "id=k1,opened=2026-03-02,escalated=2026-03-04", "good"),
        ("cases", "id=k1,opened=2026-03-02,escalated=soon", "cases[0].escalated out-of-range"),
        (
            "cases",
            "id=k1,opened=2026-03-02,subscription_id=s1,account_id=a2",
            "cases[0].account_id parents-disagree",
        ),
        (
            "surveys",
            "kind=nps,date=2026-03-01,score=11,account_id=a1",
            "surveys[0].score out-of-range",
        ),
        (
            "surveys",
            "kind=csat,date=2026-03-01,score=0,account_id=a1",
            "surveys[0].score out-of-range",
        ),
        ("surveys", "kind=csat,date=2026-03-01,score=9,scale=10,account_id=a1", "good"),
        (
            "surveys",
            "kind=npz,date=2026-03-01,score=9,account_id=a1",
            "surveys[0].kind unknown-name",
        ),
        ("surveys", "kind=nps,date=2026-03-01,score=9", "surveys[0] no-parent"),
        (
            "invoices",
            "account_id=a1,issued=2026-03-02,paid=2026-03-01",
            "invoices[0].paid date-order",
        ),
        ("usage", "subscription_id=s1,name=logins,date=2026-01-01,value=1", "good"),
        (
            "usage",
            "subscription_id=s1,name=logins,date=2025-12-31,value=1",
            "usage[0].date before-start",
        ),
        (
            "usage",
            "subscription_id=s1,name=logins,date=2027-01-01,value=1",
            "usage[0].date after-end",
        ),
        (
            "usage",
            "subscription_id=s1,name=logins,date=2026-01-01,value=inf",
            "usage[0].value not-finite",
        ),
        ("usage", "subscription_id=s1,name=logins,date=2026-01-01,value=", "usage[0] missing-key"),
        (
            "outcomes",
            "subscription_id=s1,date=2025-01-01,outcome=renewed",
            "outcomes[0].date before-start",
        ),
        ("outcomes", "subscription_id=s1,date=2027-01-05,outcome=lapsed", "good"),
        // Sold, and cancelled before it began.
        ("outcomes", "subscription_id=s1,date=2025-01-01,outcome=churned", "good"),
        ("subscriptions", "id=s8,account_id=a1,start=2026-01-01,cancelled_on=2025-12-01", "good"),
        (
            "overrides",
            "subject=subscription,subject_id=s9,scorecard=h,kind=cap,value=5,reason=r,author=x,from=2026-01-01",
            "overrides[0].subject_id unknown-parent",
        ),
        (
            "overrides",
            "subject=subscription,subject_id=s1,scorecard=h,kind=cap,value=500,reason=r,author=x,from=2026-01-01",
            "overrides[0].value out-of-range",
        ),
        (
            "assessments",
            "subject=account,subject_id=a1,name=mood,date=2026-01-01,value=bad",
            "good",
        ),
        ("contacts", "account_id=a1,sentiment=2", "contacts[0].sentiment out-of-range"),
    ] {
        assert_eq!(verdict(table, line), expected, "{table}: {line}");
    }
}

#[test]
fn a_near_word_and_a_near_table_are_suggested() {
    let mut tables = base();
    tables.insert("usages", rows(&["id=x", "id=y"]));
    tables.insert("surveys", rows(&["kind=cast,date=2026-03-01,score=3,account_id=a1"]));
    let loaded = Book::lenient(tables);
    let help: Vec<&str> =
        loaded.rejected.iter().filter_map(|rejected| rejected.fault.help.as_deref()).collect();
    assert_eq!(
        help,
        ["did you mean `usage`?", "did you mean `usage`?", "did you mean `csat`?"],
        "{:?}",
        loaded.rejected
    );
    assert_eq!(loaded.read["usages"], 2);
    assert_eq!(loaded.faults.len(), 1);
}

#[test]
fn strict_lists_every_fault_of_every_record() {
    let mut tables = base();
    tables.insert("accounts", rows(&["id=a1", "id=a3,created=x,company_id=c9"]));
    tables.insert("subscriptions", rows(&["id=s2,seats=-1,discount=200,arr=-1,start=soon"]));
    tables.insert("surveys", rows(&["account_id=a1,scale=x"]));
    tables.insert("overrides", rows(&["value=x,until=soon"]));
    tables.insert("nonsense", vec![]);
    let faults = Book::strict(tables).unwrap_err();
    let shown: Vec<(&str, Code)> =
        faults.list().iter().map(|fault| (fault.place.path.as_str(), fault.code)).collect();
    assert_eq!(
        shown,
        [
            ("nonsense", Code::UnknownName),
            ("accounts[2].id", Code::Duplicate),
            ("accounts[3].created", Code::OutOfRange),
            ("accounts[3].company_id", Code::UnknownReference),
            ("subscriptions[1].start", Code::OutOfRange),
            ("subscriptions[1].arr", Code::OutOfRange),
            ("subscriptions[1].seats", Code::OutOfRange),
            ("subscriptions[1].discount", Code::OutOfRange),
            ("surveys[0].scale", Code::WrongType),
            ("surveys[0]", Code::MissingKey),
            ("surveys[0]", Code::MissingKey),
            ("surveys[0]", Code::MissingKey),
            ("overrides[0].value", Code::WrongType),
            ("overrides[0].until", Code::OutOfRange),
            ("overrides[0]", Code::MissingKey),
            ("overrides[0]", Code::MissingKey),
            ("overrides[0]", Code::MissingKey),
            ("overrides[0]", Code::MissingKey),
            ("overrides[0]", Code::MissingKey),
            ("overrides[0]", Code::MissingKey),
            ("overrides[0]", Code::MissingKey),
        ]
    );
}

#[test]
fn what_hangs_under_a_rejected_record_is_rejected_too() {
    let mut tables = Tables::default();
    tables.insert(
        "companies",
        rows(&[
            "id=c1,employees=-1",
            "id=c2,parent_id=c1",
            "id=c3,parent_id=c4",
            "id=c4,parent_id=c3",
            "id=c5,parent_id=c3",
            "id=c6",
            "id=c7,parent_id=c6",
            "id=c8,parent_id=c8",
            "id=c9,parent_id=zz",
        ]),
    );
    tables.insert("accounts", rows(&["id=a1,company_id=c1", "id=a2,company_id=c7"]));
    tables.insert("subscriptions", rows(&["id=s1,account_id=a1", "id=s2,account_id=a2"]));
    tables.insert("usage", rows(&["subscription_id=s1,name=n,date=2026-01-01,value=1"]));
    let loaded = Book::lenient(tables);
    let mut shown: Vec<String> = loaded
        .rejected
        .iter()
        .map(|rejected| format!("{} {}{}", rejected.reason, rejected.table, rejected.id))
        .collect();
    shown.sort();
    assert_eq!(
        shown,
        [
            "cycle companiesc3",
            "cycle companiesc4",
            "cycle companiesc8",
            "negative companiesc1",
            "rejected-parent accountsa1",
            "rejected-parent companiesc2",
            "rejected-parent companiesc5",
            "rejected-parent subscriptionss1",
            "rejected-parent usage",
            "unknown-parent companiesc9",
        ]
    );
    let ids: Vec<&str> =
        loaded.book.subjects(SubjectKind::Company).iter().map(|subject| &**subject).collect();
    assert_eq!(ids, ["c6", "c7"]);
}

#[test]
fn parents_are_found_through_the_chain() {
    let mut tables = base();
    let mut first = Case::new("k1", stamp("2026-03-01"));
    first.subscription_id = Some("s1".into());
    let mut second = Case::new("k2", stamp("2026-03-01"));
    second.account_id = Some("a2".into());
    tables.extend([first, second, Case::new("k3", stamp("2026-03-01"))]);
    let book = Book::strict(tables).unwrap();
    let parents = |parent| book.parent_rows(SubjectKind::Case, parent);
    assert_eq!(parents(SubjectKind::Subscription), [0, NO_ROW, NO_ROW]);
    assert_eq!(parents(SubjectKind::Account), [0, 1, NO_ROW]);
    assert_eq!(parents(SubjectKind::Company), [0, 0, NO_ROW]);
    assert_eq!(book.parent_rows(SubjectKind::Subscription, SubjectKind::Company), [0]);
    assert_eq!(book.row_of(SubjectKind::Account, "a2"), Some(1));
    assert_eq!(book.row_of(SubjectKind::Account, "s1"), None);
}

#[test]
fn a_table_that_was_not_loaded_cannot_contradict() {
    let mut tables = Tables::default();
    tables.insert("subscriptions", rows(&["id=s1,account_id=a1"]));
    tables.insert("surveys", rows(&["kind=nps,date=2026-03-01,score=9,account_id=a1"]));
    let loaded = Book::lenient(tables);
    let shown: Vec<String> = loaded.rejected.iter().map(ToString::to_string).collect();
    let expected = "surveys[0].account_id: its account cannot be found: there is no table \
                    `accounts` (unknown-parent)";
    assert_eq!(shown, [expected]);
    assert_eq!(loaded.book.counts(), BTreeMap::from([("subscriptions", 1), ("surveys", 0)]));
    assert!(!loaded.book.has_table("accounts") && loaded.book.has_table("surveys"));
}

#[test]
fn subjects_are_born_and_end_on_their_days() {
    let mut tables = Tables::default();
    for (id, start, end, cancelled) in [
        ("s1", Some("2026-01-10"), Some("2026-06-30"), None),
        ("s2", Some("2026-01-10"), Some("2026-06-30"), Some("2026-03-01")),
        ("s3", None, None, None),
    ] {
        let mut it = Subscription::new(id);
        it.start = start.map(stamp);
        it.end = end.map(stamp);
        it.cancelled_on = cancelled.map(stamp);
        tables.push(it);
    }
    let mut case = Case::new("k1", stamp("2026-02-01"));
    case.resolved = Some(stamp("2026-02-03"));
    tables.push(case);
    let mut account = Account::new("a1");
    account.created = Some(stamp("2026-02-01"));
    tables.push(account);
    let book = Book::strict(tables).unwrap();
    let kind = SubjectKind::Subscription;
    assert_eq!(book.born(kind, day("2026-01-09")), [false, false, true]);
    assert_eq!(book.born(kind, day("2026-01-10")), [true, true, true]);
    assert_eq!(book.ended(kind, day("2026-02-28")), [false, false, false]);
    assert_eq!(book.ended(kind, day("2026-03-01")), [false, true, false]);
    assert_eq!(book.ended(kind, day("2026-06-30")), [true, true, false]);
    assert_eq!(book.ended(SubjectKind::Case, day("2026-02-02")), [false]);
    assert_eq!(book.ended(SubjectKind::Case, day("2026-02-03")), [true]);
    assert_eq!(book.born(SubjectKind::Account, day("2026-01-31")), [false]);
}

#[test]
fn usage_may_run_on_to_the_end_of_the_term_after_notice() {
    let check = |date: &str| {
        let mut subscription = Subscription::new("s1");
        subscription.end = Some(stamp("2026-06-30"));
        subscription.cancelled_on = Some(stamp("2026-03-01"));
        let mut usage = Usage::new("logins", stamp(date), 1.0);
        usage.subscription_id = Some("s1".into());
        let mut tables = Tables::default();
        tables.push(subscription);
        tables.push(usage);
        Book::lenient(tables).rejected.first().map(|rejected| rejected.reason)
    };
    assert_eq!(check("2026-06-30"), None);
    assert_eq!(check("2026-07-01"), Some("after-end"));
}

#[test]
fn unknown_fields_are_kept_with_their_type() {
    let mut tables = Tables::default();
    tables.insert("accounts", rows(&["id=007,zip=007,score=4.5,vip=True,note=x y,gone="]));
    let book = Book::strict(tables).unwrap();
    let custom: Vec<(&str, Cell)> =
        book.accounts()[0].custom.iter().map(|(key, cell)| (key.as_str(), cell.clone())).collect();
    assert_eq!(
        custom,
        [
            ("note", Cell::from("x y")),
            ("score", Cell::from(4.5)),
            ("vip", Cell::from(true)),
            ("zip", Cell::from("007")),
        ]
    );
    assert_eq!(book.accounts()[0].id, "007");
}

#[test]
fn json_gives_a_book_and_records_go_there_and_back() {
    let json = r#"{
        "rates": {"base": "USD", "rates": {"EUR": "1.1"}},
        "accounts": [{"id": "a1", "tier": 3}],
        "subscriptions": [{"id": 12, "account_id": "a1", "arr": 99.5, "currency": "EUR",
                           "start": "2026-01-01T10:00:00Z", "auto_renew": true}],
        "cases": null, "surveys": []
    }"#;
    let book = Book::strict(serde_json::from_str(json).unwrap()).unwrap();
    assert_eq!(book.subscriptions()[0].arr.unwrap().to_string(), "99.5");
    assert_eq!(book.subscriptions()[0].id, "12");
    assert!(!book.has_table("cases") && book.has_table("surveys"));
    let text = serde_json::to_string(&book.subscriptions()[0]).unwrap();
    let again: Subscription = serde_json::from_str(&text).unwrap();
    assert_eq!(again, book.subscriptions()[0]);
    let wrong =
        Tables::from_node(Node::table([("cases", Node::Int(1)), ("rates", row("base=eur"))]));
    assert_eq!(Book::strict(wrong).unwrap_err().list().len(), 2);
}

#[test]
fn amounts_are_converted_or_not_known() {
    // (currencies of the amounts, rates, asked currency, reporting) and what 10 becomes.
    for (stated, rates, asked, reporting, expected) in [
        ("", false, "", "", "10"),
        ("", false, "", "EUR", "10"),
        ("EUR", false, "EUR", "", "10"),
        ("EUR", false, "", "", "10"),
        ("EUR", false, "", "USD", "!"),
        ("EUR USD", false, "EUR", "", "!"),
        ("EUR USD", false, "EUR", "EUR", "10"),
        ("EUR USD", false, "", "EUR", "!"),
        ("EUR USD", true, "EUR", "", "20"),
        ("EUR USD", true, "", "EUR", "5"),
        ("EUR USD GBP", true, "GBP", "", "!"),
    ] {
        let mut tables = Tables::default();
        for (at, currency) in stated.split(' ').filter(|part| !part.is_empty()).enumerate() {
            let mut it = Subscription::new(format!("s{at}"));
            it.arr = Some(1.into());
            it.currency = currency.parse().ok();
            tables.push(it);
        }
        if rates {
            let rates = crate::money::Rates::new("USD".parse().unwrap());
            tables.set_rates(rates.with("EUR".parse().unwrap(), "2".parse().unwrap()));
        }
        let book = Book::strict(tables).unwrap();
        let got =
            book.convert(10.into(), asked.parse().ok(), reporting.parse().ok(), day("2026-01-01"));
        let got = got.map_or_else(|| "!".to_owned(), |value| value.to_string());
        assert_eq!(got, expected, "{stated:?} {rates} {asked:?} {reporting:?}");
    }
}

#[test]
fn typed_records_are_checked_like_rows() {
    let mut tables = Tables::default();
    let mut survey = Survey::new(SurveyKind::Nps, stamp("2026-01-01"), f64::NAN);
    survey.account_id = Some("a1".into());
    tables.push(survey);
    let mut invoice = Invoice::new(stamp("2026-01-01"));
    invoice.account_id = Some(String::new());
    tables.push(invoice);
    let mut company = Company::new(" ");
    company.custom.insert("x".into(), f64::INFINITY.into());
    tables.push(company);
    tables.push(Account::new("a1"));
    let faults = Book::load(tables, Mode::Strict).unwrap_err();
    let shown: Vec<&str> = faults.list().iter().map(|fault| fault.place.path.as_str()).collect();
    assert_eq!(
        shown,
        ["companies[0].id", "companies[0].x", "surveys[0].score", "invoices[0].account_id"]
    );
    assert!(Mark::On(stamp("2026-01-02")).holds(day("2026-01-02")));
    assert!(OutcomeKind::Lapsed.is_lost());
}
