//! Laws of scores that rest on those of children, of parents and of one another.

use foretell::State;
use proptest::prelude::*;

use super::configs::kin;
use super::rows::{complete, fillings, fresh, rows};
use super::{assess, cases, check_completion, check_ranges, columns, engine, scores};

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn scores_of_children_have_the_same_bits_in_columns(
        text in kin(), past in rows(6), rows in rows(6),
    ) {
        let engine = engine(&text);
        columns::check(&engine, &past, &rows, &State::new())?;
        let before = assess(&engine, &past, &State::new());
        check_ranges(&before)?;
        columns::check(&engine, &past, &rows, before.state())?;
    }

    #[test]
    fn the_interval_of_a_parent_holds_every_completion(
        text in kin(), rows in rows(5), fillings in prop::collection::vec(fillings(5), 4),
    ) {
        let engine = engine(&text);
        let open = assess(&engine, &rows, &State::new());
        for filling in &fillings {
            let closed = assess(&engine, &complete(&rows, filling), &State::new());
            check_completion(&engine, &open, &closed)?;
        }
    }

    #[test]
    fn where_everything_is_known_a_parent_is_sure(
        text in kin(), rows in rows(4), filling in fillings(4),
    ) {
        let engine = engine(&text);
        let assessment = assess(&engine, &fresh(&complete(&rows, &filling)), &State::new());
        for (card, it) in scores(&assessment) {
            prop_assert!(it.withheld.is_none(), "{}", card);
            let point = it.score.map(|it| [it, it]);
            prop_assert!(
                it.interval == point,
                "{card}: {:?}\n{}",
                it.interval,
                engine.explain(&assessment, &card, it.subject).unwrap()
            );
        }
    }
}
