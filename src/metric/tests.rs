//! Metrics against values worked out by hand.

mod attributes;

use chrono::NaiveDate;

use super::View;
use super::{
    Derivation, Derived, Keep, RecordFilter, attribute, attribute_info, attribute_names, custom,
    table_fields,
};
use crate::book::{
    Account, AssessmentRecord, Book, Case, Cell, Company, Contact, Engagement, EngagementKind,
    Invoice, Mark, Subscription, Survey, SurveyKind, Tables, Usage,
};
use crate::config::{Empty, MetricConfig, Take, Window};
use crate::frame::SubjectKind;
use crate::money::Rates;
use crate::time::Stamp;
use crate::value::{Kind, Value};

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn stamp(text: &str) -> Stamp {
    text.parse().unwrap()
}

/// A metric from `key=value` words.
pub(super) fn metric(text: &str) -> MetricConfig {
    let mut metric = MetricConfig { name: "m".to_owned(), ..MetricConfig::default() };
    for word in text.split(' ') {
        let (key, value) = word.split_once('=').unwrap();
        match key {
            "from" => metric.from = Some(value.to_owned()),
            "take" => metric.take = Some(serde_json::from_value::<Take>(value.into()).unwrap()),
            "field" => metric.field = Some(value.to_owned()),
            "window" => metric.window = Some(value.parse::<Window>().unwrap()),
            "half_life" => metric.half_life = Some(value.parse().unwrap()),
            "empty" => metric.empty = Some(serde_json::from_value::<Empty>(value.into()).unwrap()),
            "type" => metric.kind = Some(serde_json::from_value::<Kind>(value.into()).unwrap()),
            "include_ended" => metric.include_ended = value.parse().unwrap(),
            "where" => metric.filter = Some(value.to_owned()),
            other => panic!("{other}"),
        }
    }
    metric
}

/// A filter `field=text`, `field<number` or `field>number`, unclear where the field is missing.
struct Compare {
    slot: usize,
    sign: char,
    with: String,
}

impl RecordFilter for Compare {
    fn keep(
        &self,
        records: &[u32],
        read: &mut dyn FnMut(u32, usize) -> Value,
        keep: &mut dyn FnMut(u32, Keep),
    ) {
        for record in records {
            let holds = match read(*record, self.slot) {
                Value::Missing => {
                    keep(*record, Keep::Unclear);
                    continue;
                }
                Value::Number(it) if self.sign == '<' => it < self.with.parse().unwrap(),
                Value::Number(it) if self.sign == '>' => it > self.with.parse().unwrap(),
                other => other.to_string() == self.with,
            };
            keep(*record, if holds { Keep::Yes } else { Keep::No });
        }
    }
}

fn filter(metric: &MetricConfig) -> Option<Compare> {
    let text = metric.filter.as_deref()?;
    let sign = text.chars().find(|letter| ":<>".contains(*letter)).unwrap();
    let (name, with) = text.split_once(sign).unwrap();
    let fields = table_fields(metric.from.as_deref().unwrap()).unwrap();
    let slot = fields.iter().position(|field| field.name == name).unwrap();
    Some(Compare { slot, sign, with: with.to_owned() })
}

pub(super) fn run(book: &Book, kind: SubjectKind, as_of: NaiveDate, text: &str) -> Derived {
    let metric = metric(text);
    let derivation =
        Derivation::resolve(&metric, kind).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    let filter = filter(&metric);
    derivation.run(
        View::new(book, as_of, None),
        kind,
        filter.as_ref().map(|filter| filter as &dyn RecordFilter),
    )
}

pub(super) fn shown(derived: &Derived) -> String {
    let values = (0..derived.column.len()).map(|row| match derived.column.value(row) {
        Value::Missing => "-".to_owned(),
        Value::Number(it) => format!("{}", (it * 1e6).round() / 1e6),
        other => other.to_string(),
    });
    values.collect::<Vec<_>>().join(" ")
}

/// A company with two accounts; a1 has s1 (since 2026-01-01) and s2, a2 has s3.
pub(super) fn book() -> Book {
    let mut tables = Tables::default();
    tables.push(Company::new("c1"));
    for (id, subscriptions) in [("a1", &["s1", "s2"][..]), ("a2", &["s3"])] {
        let mut account = Account::new(id);
        account.company_id = Some("c1".into());
        tables.push(account);
        for id in subscriptions {
            let mut it = Subscription::new(*id);
            it.account_id = Some(account_of(id).into());
            it.start = (*id == "s1").then(|| stamp("2026-01-01"));
            it.arr = Some(if *id == "s3" { 300.into() } else { "100.10".parse().unwrap() });
            it.plan = (*id != "s2").then(|| "pro".into());
            it.renewal_date = Some(stamp(if *id == "s1" { "2026-03-20" } else { "2026-03-01" }));
            tables.push(it);
        }
    }
    for (id, date, value) in [
        ("s1", "2026-02-01", 4.0),
        ("s1", "2026-02-20", 5.0),
        ("s1", "2026-03-01", 1.0),
        ("s1", "2026-03-05", 3.0),
        ("s1", "2026-03-05", 3.0),
        ("s1", "2026-03-10", 0.0),
        ("s1", "2026-03-12", 99.0),
        ("s2", "2025-01-01", 7.0),
    ] {
        let mut it = Usage::new("logins", stamp(date), value);
        it.subscription_id = Some(id.into());
        tables.push(it);
    }
    cases(&mut tables);
    Book::strict(tables).unwrap()
}

fn account_of(subscription: &str) -> &'static str {
    if subscription == "s3" { "a2" } else { "a1" }
}

fn cases(tables: &mut Tables) {
    for (id, parent, severity, opened, resolved) in [
        ("k1", "s1", Some("p1"), "2026-03-01 08:00", Some("2026-03-02 20:00")),
        ("k2", "s1", None, "2026-03-03", None),
        ("k3", "a1", Some("p1"), "2026-03-09", Some("2026-03-11")),
        ("k4", "a1", Some("p2"), "2026-03-11", None),
    ] {
        let mut it = Case::new(id, stamp(opened));
        match parent {
            "s1" => it.subscription_id = Some(parent.into()),
            _ => it.account_id = Some(parent.into()),
        }
        it.severity = severity.map(Into::into);
        it.resolved = resolved.map(stamp);
        tables.push(it);
    }
}

#[test]
fn takes_of_a_usage_series_on_10_march() {
    let book = book();
    // s1 has 4 on 1 Feb, 5 on 20 Feb, 1 on 1 Mar, 3 and 3 on 5 Mar, 0 on 10 Mar; s2 7 in 2025.
    for (text, expected) in [
        ("take=sum", "16 7 -"),
        ("take=sum window=10d", "7 0 -"),
        ("take=sum window=10d empty=missing", "7 - -"),
        ("take=sum window=10d empty=zero", "7 0 0"),
        ("take=sum window=9d", "6 0 -"),
        ("take=count window=1mo", "5 0 -"),
        ("take=mean window=10d", "1.75 - -"),
        ("take=mean window=10d empty=zero", "1.75 0 0"),
        ("take=min", "0 7 -"),
        ("take=max", "5 7 -"),
        ("take=median", "3 7 -"),
        ("take=median window=10d", "2 - -"),
        ("take=last", "0 7 -"),
        ("take=distinct", "5 1 -"),
        ("take=days_since_last", "0 433 -"),
        ("take=days_since_last where=value>0", "5 433 -"),
        // Days 1, 5, 5, 10 of March with 1, 3, 3, 0: mean day 5.25, mean 1.75.
        ("take=slope window=10d", &format!("{} - -", round(-5.75 / 40.75))),
        // 7 in the last 10 days, 5 in the 10 before.
        ("take=change window=10d", "40 - -"),
        ("take=change window=5d", "-100 - -"),
        ("take=std_dev window=10d", "1.5 - -"),
        // Weights from 10 March back: 1, then 0.5 after 5 days, 0.5^1.8 after 9.
        (
            "take=ewm half_life=5 window=10d",
            &format!("{} - -", round((3.0 + 0.5_f64.powf(1.8)) / (2.0 + 0.5_f64.powf(1.8)))),
        ),
        ("take=zero_share window=10d", "0.8 1 -"),
        // 69 days since 1 January; days with use: 1 Feb, 20 Feb, 1 Mar, 5 Mar.
        ("take=zero_share window=start", &format!("{} - -", round(1.0 - 4.0 / 69.0))),
        // The window reaches back before the first day, which is no silent day.
        ("take=zero_share window=1y", &format!("{} 1 -", round(1.0 - 4.0 / 69.0))),
        ("take=share where=value>0 window=10d", "0.75 - -"),
        ("take=share where=value>100", "0 0 -"),
        ("take=sum window=start", "16 7 -"),
    ] {
        let text = format!("from=usage.logins {text}");
        let derived = run(&book, SubjectKind::Subscription, day("2026-03-10"), &text);
        assert_eq!(shown(&derived), expected, "{text}");
    }
    let of = |kind, text| shown(&run(&book, kind, day("2026-03-10"), text));
    assert_eq!(of(SubjectKind::Account, "from=usage.logins take=sum"), "23 -");
    assert_eq!(of(SubjectKind::Company, "from=usage.logins take=sum"), "23");
    assert_eq!(of(SubjectKind::Company, "from=usage.exports take=sum"), "-");
    assert_eq!(of(SubjectKind::Company, "from=usage.exports take=sum empty=zero"), "0");
    assert_eq!(of(SubjectKind::Company, "from=invoices take=count"), "-");
    assert_eq!(of(SubjectKind::Company, "from=invoices take=count empty=zero"), "-");
}

fn round(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

#[test]
fn a_change_needs_the_whole_window_before() {
    let book = book();
    let change = |as_of: &str| {
        let text = "from=usage.logins take=change window=28d";
        shown(&run(&book, SubjectKind::Subscription, day(as_of), text))
    };
    // 56 days from 1 January end on 25 February.
    assert_eq!(change("2026-02-24"), "- - -", "the base window begins before the subscription");
    assert_eq!(change("2026-02-25"), "- - -", "the base is 0");
    assert_eq!(change("2026-03-10"), format!("{} - -", round((12.0 - 4.0) / 4.0 * 100.0)));
}

#[test]
fn takes_of_cases_and_children() {
    let book = book();
    let (subscription, account) = (SubjectKind::Subscription, SubjectKind::Account);
    for (kind, text, expected) in [
        (subscription, "from=cases take=count", "2 0 0"),
        (account, "from=cases take=count", "3 0"),
        (account, "from=cases take=count where=is_open:true", "2 0"),
        (account, "from=cases take=count where=severity:p1", "2 0"),
        (account, "from=cases take=count window=7d", "1 0"),
        (account, "from=cases take=share where=severity:p1", "1 -"),
        (account, "from=cases take=last field=severity type=text", "p1 -"),
        (account, "from=cases take=first field=severity type=text", "p1 -"),
        // The first from 3 March on is k2, without a severity.
        (account, "from=cases take=first field=severity type=text window=8d", "- -"),
        (account, "from=cases take=days_since_first", "9 -"),
        (account, "from=cases take=days_since_first where=severity:p2", "- -"),
        // k3 is resolved on the day after.
        (account, "from=cases take=days_since_first field=resolved", "8 -"),
        // Opened on 1, 3 and 9 March: yesterday.
        (account, "from=cases take=streak", "1 0"),
        (account, "from=cases take=streak where=severity:p2", "0 0"),
        // s2 was always there, so that nobody can say since when.
        (account, "from=subscriptions take=days_since_first", "- -"),
        (account, "from=subscriptions take=days_since_first window=90d", "68 -"),
        // What lies ahead has not begun.
        (account, "from=subscriptions take=days_since_first field=renewal_date", "9 9"),
        (account, "from=subscriptions take=days_since_last field=renewal_date", "9 9"),
        (account, "from=cases take=distinct field=severity", "1 0"),
        (account, "from=cases take=mean field=is_open", "0.666667 -"),
        (account, "from=cases take=share field=is_open", "0.666667 -"),
        (account, "from=cases take=max field=hours_to_resolution", "36 -"),
        (account, "from=cases take=days_since_last", "1 -"),
        (account, "from=cases take=days_since_last field=resolved", "8 -"),
        (account, "from=subscriptions take=count", "2 1"),
        (account, "from=subscriptions take=sum field=arr", "200.2 300"),
        (account, "from=subscriptions take=last field=plan type=text", "pro pro"),
        (account, "from=subscriptions take=days_until field=renewal_date", "10 -"),
        (SubjectKind::Company, "from=accounts take=count", "2"),
        (SubjectKind::Company, "from=subscriptions take=sum field=arr", "500.2"),
    ] {
        assert_eq!(shown(&run(&book, kind, day("2026-03-10"), text)), expected, "{kind} {text}");
    }
    let derived = run(&book, account, day("2026-03-10"), "from=cases take=count where=severity:p1");
    assert_eq!(derived.unclear, 1, "k2 has no severity");
    use chrono::Datelike as _;
    assert_eq!(derived.column.seen(0), Some(day("2026-03-09").num_days_from_ce()));
    assert_eq!(derived.column.seen(1), None);
    let later = run(&book, account, day("2026-03-11"), "from=cases take=count where=is_open:true");
    assert_eq!(shown(&later), "2 0", "k3 is resolved, k4 is opened");
}

#[test]
fn surveys_assessments_engagements_and_invoices() {
    let mut tables = Tables::default();
    tables.extend([Account::new("a1"), Account::new("a2")]);
    for (kind, date, score) in [
        (SurveyKind::Nps, "2026-01-01", 9.0),
        (SurveyKind::Nps, "2026-02-01", 4.0),
        (SurveyKind::Csat, "2026-02-15", 5.0),
    ] {
        let mut it = Survey::new(kind, stamp(date), score);
        it.account_id = Some("a1".into());
        tables.push(it);
    }
    for (name, date, value, expires) in [
        ("mood", "2026-01-01", Cell::from(3.0), None),
        ("mood", "2026-02-01", Cell::from(5.0), Some("2026-02-10")),
        ("risk", "2026-01-01", Cell::from("high"), None),
    ] {
        let mut it = AssessmentRecord::new(SubjectKind::Account, "a1", name, stamp(date), value);
        it.expires = expires.map(stamp);
        tables.push(it);
    }
    let mut engagement = Engagement::new(EngagementKind::Training, stamp("2026-01-05"));
    engagement.account_id = Some("a1".into());
    tables.push(engagement);
    for (due, paid) in
        [("2026-01-31", Some("2026-02-05")), ("2026-02-08", None), ("2026-03-01", None)]
    {
        let mut it = Invoice::new(stamp("2026-01-01"));
        it.account_id = Some("a1".into());
        it.due = Some(stamp(due));
        it.paid = paid.map(stamp);
        tables.push(it);
    }
    let mut contact = Contact::new();
    contact.account_id = Some("a1".into());
    contact.last_contacted = Some(stamp("2026-02-03"));
    contact.left = Some(stamp("2026-02-06"));
    tables.push(contact);
    let book = Book::strict(tables).unwrap();
    for (as_of, text, expected) in [
        ("2026-02-20", "from=surveys.nps take=last field=score", "4 -"),
        ("2026-01-20", "from=surveys.nps take=last field=score", "9 -"),
        ("2026-02-20", "from=surveys take=count", "3 0"),
        ("2026-02-20", "from=surveys.ces take=count", "0 0"),
        ("2026-02-10", "from=assessments.mood", "5 -"),
        ("2026-02-11", "from=assessments.mood", "- -"),
        ("2026-02-11", "from=assessments.mood take=mean", "3 -"),
        ("2026-02-11", "from=assessments.risk type=text", "high -"),
        ("2026-02-11", "from=assessments.risk", "- -"),
        ("2026-02-11", "from=engagements.training take=days_since_last", "37 -"),
        ("2026-02-11", "from=engagements.webinar take=count", "0 0"),
        ("2026-02-04", "from=invoices take=count where=is_overdue:true", "1 0"),
        ("2026-02-05", "from=invoices take=count where=is_overdue:true", "0 0"),
        ("2026-02-11", "from=invoices take=count where=is_overdue:true", "1 0"),
        ("2026-02-11", "from=invoices take=max field=days_late", "5 -"),
        ("2026-02-11", "from=invoices take=days_until field=due", "18 -"),
        ("2026-02-05", "from=contacts take=count where=has_left:false", "1 0"),
        ("2026-02-06", "from=contacts take=count where=has_left:false", "0 0"),
        ("2026-02-05", "from=contacts take=days_since_last field=last_contacted", "2 -"),
        // Who has left is no contact any more, unless all are asked for.
        ("2026-02-06", "from=contacts take=days_since_last field=last_contacted", "- -"),
        (
            "2026-02-06",
            "from=contacts take=days_since_last field=last_contacted include_ended=true",
            "3 -",
        ),
        ("2026-02-02", "from=contacts take=days_since_last field=last_contacted", "- -"),
    ] {
        let derived = run(&book, SubjectKind::Account, day(as_of), text);
        assert_eq!(shown(&derived), expected, "{as_of} {text}");
    }
    for (text, expected) in [
        ("from=surveys take=last field=score where=score>5", "2026-01-01"),
        ("from=surveys take=first field=score where=score<9", "2026-02-01"),
        ("from=surveys take=days_since_first", "2026-02-15"),
        ("from=surveys take=streak", "2026-02-15"),
        ("from=surveys take=mean field=score where=score>5", "2026-01-01"),
        ("from=surveys take=days_since_last where=score>5", "2026-01-01"),
        ("from=surveys take=count where=score>5", "2026-02-15"),
        ("from=surveys.nps take=share where=score>5", "2026-02-01"),
        ("from=surveys take=mean field=score", "2026-02-15"),
        // The newest mood has expired.
        ("from=assessments.mood take=mean", "2026-01-01"),
        // Of the window alone; a zero by `empty` is of the whole source.
        ("from=surveys take=mean field=score window=3d empty=zero", "2026-02-15"),
    ] {
        let derived = run(&book, SubjectKind::Account, day("2026-02-20"), text);
        use chrono::Datelike as _;
        let expected = Some(day(expected).num_days_from_ce());
        assert_eq!(derived.column.seen(0), expected, "{text}");
    }
}
