//! Tables that are scored piece by piece.

use super::*;

#[test]
fn pieces_are_one_table() {
    let engine = engine();
    let rows = 150_000_u32;
    let x: Float64Array =
        (0..rows).map(|row| (row % 7 != 0).then_some(f64::from(row % 11))).collect();
    let table =
        |ids: Vec<i64>| batch(vec![("id", arc(Int64Array::from(ids))), ("x", arc(x.clone()))]);
    let rising = table((0..i64::from(rows)).collect());
    let falling = table((0..i64::from(rows)).rev().collect());
    let day = "2026-03-01".parse::<AsOf>().unwrap();
    let reader = FrameReader::new(Subscription).of(&engine);
    let many = rising.num_rows().div_ceil(crate::arrow::pieces::PIECE);
    assert!(many > 2);
    for (reader, table, pieces) in [
        (reader.clone().ids("id"), &rising, many),
        (reader.clone().ids("id"), &falling, 1),
        (reader.clone(), &falling, many),
    ] {
        let frame = reader.read(&table.schema(), std::slice::from_ref(table)).unwrap();
        let wanted = engine.score(&Input::frame(&frame), day, &State::new());
        let wanted = crate::arrow::scores_alone(&wanted, Subscription);
        let got = crate::arrow::score_table(
            &engine,
            &reader,
            (&table.schema(), std::slice::from_ref(table)),
            day,
        )
        .unwrap();
        assert_eq!(got.batches.len(), pieces);
        let mut from = 0;
        for piece in &got.batches {
            assert_eq!(*piece, wanted.slice(from, piece.num_rows()));
            from += piece.num_rows();
        }
        assert_eq!((from, got.last.as_of()), (table.num_rows(), day));
    }
    // What is wrong is in its row of the whole.
    let mut wild: Vec<f64> = vec![1.0; rows as usize];
    wild[140_000] = f64::INFINITY;
    let wild = batch(vec![("x", arc(Float64Array::from(wild)))]);
    let faults = crate::arrow::score_table(
        &engine,
        &reader,
        (&wild.schema(), std::slice::from_ref(&wild)),
        day,
    )
    .unwrap_err();
    assert_eq!(faults.list()[0].place.path, "x[140000]");
}
