#!/usr/bin/env python3
"""Checks the licence of every crate that ships against the allow-list of deny.toml.

Walks the normal and build dependencies of foretell itself and of its Python binding, with all features and on
every platform, as cargo-deny does with this configuration. The other workspace members are tools that do not
ship. Where cargo-deny is installed, `.ci/run` runs that too.
"""

import re
import subprocess
import sys
import tomllib

# What ships.
OURS = ["foretell", "foretell-python"]

TOKEN = re.compile(r"\s*(\(|\)|/|[A-Za-z0-9.+-]+)")


def tokens(expression):
    at, found = 0, []
    text = expression.strip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise ValueError(f"not an SPDX expression: `{expression}`")
        # Older manifests wrote `MIT/Apache-2.0` and meant either.
        found.append("OR" if match[1] == "/" else match[1])
        at = match.end()
    return found


def allowed(expression, licences):
    """Whether the SPDX expression can be met with the licences: AND binds tighter than OR."""
    left = tokens(expression)

    def either():
        result = both()
        while left and left[0] == "OR":
            left.pop(0)
            result = both() or result
        return result

    def both():
        result = one()
        while left and left[0] == "AND":
            left.pop(0)
            result = one() and result
        return result

    def one():
        if not left:
            raise ValueError(f"ends too early: `{expression}`")
        name = left.pop(0)
        if name == "(":
            result = either()
            if not left or left.pop(0) != ")":
                raise ValueError(f"a parenthesis is open: `{expression}`")
            return result
        if name in {")", "OR", "AND", "WITH"}:
            raise ValueError(f"`{name}` stands where a licence should: `{expression}`")
        if left and left[0] == "WITH":
            left.pop(0)
            if not left:
                raise ValueError(f"ends too early: `{expression}`")
            name = f"{name} WITH {left.pop(0)}"
        # "or any later version" is met by the version itself.
        return name in licences or name.removesuffix("+") in licences

    result = either()
    if left:
        raise ValueError(f"something follows the end: `{expression}`")
    return result


def self_test():
    have = {"MIT", "Apache-2.0", "Unicode-3.0"}
    rows = [
        ("MIT", True),
        ("GPL-3.0", False),
        ("MIT/GPL-3.0", True),
        ("GPL-2.0 OR (MIT AND Apache-2.0)", True),
        ("MIT AND GPL-2.0 OR GPL-3.0", False),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", True),
        ("(MIT OR Apache-2.0) AND MPL-2.0", False),
        ("Apache-2.0 WITH LLVM-exception", False),
        ("Apache-2.0 WITH LLVM-exception OR MIT", True),
        ("Apache-2.0+", True),
    ]
    for expression, wanted in rows:
        got = allowed(expression, have)
        assert got == wanted, f"`{expression}`: wanted {wanted}, got {got}"


def main():
    self_test()
    with open("deny.toml", "rb") as file:
        rules = tomllib.load(file)["licenses"]
    everywhere = set(rules["allow"])
    by_name = {it["crate"]: set(it["allow"]) for it in rules.get("exceptions", [])}
    command = ["cargo", "tree", "--locked", "--all-features"]
    for name in OURS:
        command += ["--package", name]
    command += ["--edges", "normal,build", "--target", "all", "--prefix", "none"]
    command += ["--format", "{p}|{l}"]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    ships = set()
    for line in filter(None, told.splitlines()):
        package, licence = line.removesuffix(" (*)").split("|")
        name, version = package.split(" ")[:2]
        if name not in OURS:
            ships.add((name, version.removeprefix("v"), licence))

    faults, used = [], set()
    for name, version, licence in sorted(ships):
        what = f"{name} {version}"
        if not licence:
            faults.append(f"{what}: names no licence")
            continue
        try:
            if allowed(licence, everywhere):
                continue
            if allowed(licence, everywhere | by_name.get(name, set())):
                used.add(name)
                continue
            faults.append(f"{what}: `{licence}` is not allowed")
        except ValueError as error:
            faults.append(f"{what}: {error}")
    for name in sorted(set(by_name) - used):
        faults.append(f"deny.toml: the exception for `{name}` is not needed")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(ships)} crates, {len(used)} by exception, {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
