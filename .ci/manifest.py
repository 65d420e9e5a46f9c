#!/usr/bin/env python3
"""Answers one question about the root package from `cargo metadata --no-deps` on standard input.

    features        every feature but `default`
    extra_features  those that `default` does not turn on
    benches         names of bench targets
    rust_version    the oldest Rust it declares
"""

import json
import pathlib
import sys


def switched_on(features, start):
    on, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name in features and name not in on:
            on.add(name)
            waiting.extend(features[name])
    return on


def main():
    told = json.load(sys.stdin)
    root = pathlib.Path(told["workspace_root"]) / "Cargo.toml"
    package = next(it for it in told["packages"] if pathlib.Path(it["manifest_path"]) == root)
    features = package["features"]
    named = sorted(set(features) - {"default"})
    match sys.argv[1]:
        case "features":
            lines = named
        case "extra_features":
            lines = sorted(set(named) - switched_on(features, "default"))
        case "benches":
            lines = [it["name"] for it in package["targets"] if "bench" in it["kind"]]
        case "rust_version":
            lines = [package["rust_version"]]
        case other:
            sys.exit(f"no answer to `{other}`")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
