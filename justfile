# What runs often. The whole gate is `just ci`.

default: check

# Format, lint and type-check, in the order of cost.
check:
    cargo fmt --all --check
    cargo clippy --all-targets --all-features -- -D warnings

# Every test, examples in the docs included.
test:
    cargo test

# What must pass before a merge.
ci:
    bash .ci/run

# The public API as `tests/api/public.txt` has it; read the difference before you commit it.
api:
    RUSTDOC="$PWD/.ci/rustdoc_json" cargo doc --locked --no-deps -p foretell --lib --all-features
    cargo run --locked -p foretell-api -- target/doc/foretell.json --write

# The bundled sample, assessed in mid-course.
demo:
    cargo run --release --example early_warning

# Make the bundled sample again from its source.
sample:
    python3 examples/data/make_sample.py

# What foretell costs by shape.
bench:
    cargo bench

# Against hand-written code and other engines: fails where a floor of benches/peers/floors.json is lost.
peers:
    cargo run --release -p foretell-peers -- --check

# The Python package as a developer builds it, in the environment that is active, and its tests.
python:
    cd bindings/python && maturin develop && python -m pytest
