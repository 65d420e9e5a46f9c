//! Metrics that make no sense, and what is said of them.

use super::source::TABLES;
use super::tests::metric;
use super::{Derivation, table_fields};
use crate::book::Tables;
use crate::fault::Code;
use crate::frame::SubjectKind;

#[test]
fn a_metric_that_makes_no_sense_says_why() {
    let account = SubjectKind::Account;
    for (kind, text, expected) in [
        (account, "from=case take=count", "from unknown-name did you mean `cases`?"),
        (account, "from=usage take=sum", "from missing-key write `usage.logins`"),
        (account, "from=usage. take=sum", "from missing-key write `usage.logins`"),
        (account, "from=surveys.nsp take=count", "from unknown-name did you mean `nps`?"),
        (account, "from=companies take=count", "from incompatible -"),
        (SubjectKind::Case, "from=usage.logins take=count", "from incompatible -"),
        (
            account,
            "from=cases take=max field=serverity",
            "field unknown-name did you mean `severity`?",
        ),
        (account, "from=cases take=max field=severity", "field wrong-type -"),
        (account, "from=cases take=last field=severity", "type wrong-type write `type = \"text\"`"),
        (account, "from=cases take=count type=text", "type wrong-type write `type = \"number\"`"),
        (
            account,
            "from=usage.x take=sum half_life=3",
            "half_life incompatible it is for `take = \"ewm\"`",
        ),
        (account, "from=usage.x take=ewm", "half_life missing-key add `half_life = 14`"),
        (account, "from=usage.x take=ewm half_life=-1", "half_life out-of-range -"),
        (account, "from=usage.x take=change", "window missing-key add `window = \"28d\"`"),
        (
            account,
            "from=usage.x take=change window=start",
            "window incompatible write `window = \"28d\"`",
        ),
        (account, "from=usage.x take=zero_share", "window missing-key add `window = \"28d\"`"),
        (
            account,
            "from=usage.x take=days_since_first empty=zero",
            "empty incompatible leave `empty` out: no record is missing",
        ),
        (
            account,
            "from=usage.x take=streak field=value",
            "field incompatible leave `field` out; `where` says which records count",
        ),
        (
            account,
            "from=cases take=first field=severity",
            "type wrong-type write `type = \"text\"`",
        ),
        (account, "from=cases take=streak type=flag", "type wrong-type write `type = \"number\"`"),
        (
            account,
            "from=usage.x take=streak half_life=3",
            "half_life incompatible it is for `take = \"ewm\"`",
        ),
        (
            account,
            "from=usage.x take=days_since_last empty=zero",
            "empty incompatible leave `empty` out: no record is missing",
        ),
    ] {
        let faults = Derivation::resolve(&metric(text), kind).unwrap_err();
        let shown: Vec<String> = faults
            .iter()
            .map(|(key, code, _, help)| format!("{key} {code} {}", help.as_deref().unwrap_or("-")))
            .collect();
        assert_eq!(shown, [expected], "{text}");
    }
    for (text, key, code) in [
        ("from=cases", "take", Code::MissingKey),
        ("from=cases take=sum", "field", Code::MissingKey),
        ("from=cases take=count field=severity", "field", Code::Incompatible),
        ("from=cases take=share", "where", Code::MissingKey),
        ("from=cases take=share field=is_open where=x:y", "field", Code::Incompatible),
        ("from=cases take=days_until", "field", Code::MissingKey),
        ("from=cases take=days_until field=opened", "field", Code::WrongType),
        ("from=cases take=days_since_last field=severity", "field", Code::WrongType),
        ("from=cases take=days_since_first field=severity", "field", Code::WrongType),
        ("from=cases take=first", "field", Code::MissingKey),
        ("from=cases.open take=count", "from", Code::UnknownName),
    ] {
        let faults = Derivation::resolve(&metric(text), account).unwrap_err();
        assert_eq!((faults[0].0.as_str(), faults[0].1, faults.len()), (key, code, 1), "{text}");
    }
    let faults = Derivation::resolve(
        &metric("from=cases take=change field=severity half_life=1 type=flag"),
        account,
    );
    assert_eq!(faults.unwrap_err().len(), 3, "the field, the window, the half-life");
}

#[test]
fn every_table_has_fields_with_names_of_their_own() {
    for table in TABLES {
        let fields = table_fields(table).unwrap();
        let mut names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        assert!(!names.is_empty(), "{table}");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), fields.len(), "{table}");
    }
    assert!(Tables::NAMES.iter().all(|name| TABLES.contains(name)));
    assert_eq!(table_fields("nowhere"), None);
}
