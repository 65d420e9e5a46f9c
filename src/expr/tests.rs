//! Tests of the language, as tables.

#[test]
fn canary_holds() {
    super::Language::new(super::Functions::new()).unwrap();
}
