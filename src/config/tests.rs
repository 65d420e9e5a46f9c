//! A config written as text reads as itself.

use super::Config;
use crate::node::Node;

#[test]
fn the_examples_configs_read_as_themselves() {
    for text in [
        include_str!("../../examples/early_warning.toml"),
        include_str!("../../examples/replay_history.toml"),
        include_str!("../../examples/ravenstack.toml"),
    ] {
        let config = Config::parse(text);
        let again = Config::parse(&config.to_toml());
        assert_eq!(again.faults(), []);
        assert_eq!(Node::of(&config).unwrap(), Node::of(&again).unwrap());
    }
}
