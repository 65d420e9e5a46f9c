#!/usr/bin/env python3
"""Checks the JSON that the example `early_warning` prints on its last line, given on standard input.

The one argument is the folder that it read. Every row of a table is either good or rejected under a reason,
and what it says it read is what stands in the files.
"""

import csv
import json
import pathlib
import sys

KEYS = [
    "as_of", "engine", "read", "good", "rejected", "subjects", "scored", "no_score", "bands", "rules",
    "later_lost",  # where the folder has outcomes
]


def rows(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return max(0, sum(1 for _ in csv.reader(file)) - 1)


def check(told, folder):
    """What is wrong, as lines."""
    known = (pathlib.Path(folder) / "outcomes.csv").exists()
    missing = [it for it in KEYS if it not in told and (known or it != "later_lost")]
    if missing:
        return [f"no key {', '.join(missing)}; there are {', '.join(told)}"]
    faults = []
    for table, count in told["read"].items():
        reasons = told["rejected"].get(table, {})
        rejected = reasons if isinstance(reasons, int) else sum(reasons.values())
        good = told["good"].get(table)
        if good is None or good + rejected != count:
            faults.append(f"{table}: read {count}, good {good} + rejected {rejected}")
    unread = set(told["rejected"]) - set(told["read"])
    if unread:
        faults.append(f"rejected from tables that were not read: {', '.join(sorted(unread))}")
    # The names of the tables are the example's; their sizes are not.
    sizes = sorted(rows(it) for it in pathlib.Path(folder).glob("*.csv"))
    for table, count in told["read"].items():
        if count not in sizes:
            faults.append(f"{table}: read {count}, but the files have {sizes} rows")
    if sum(told["read"].values()) == 0:
        faults.append("nothing was read")
    if told["scored"] + told["no_score"] != told["subjects"]:
        faults.append(f"{told['subjects']} subjects, {told['scored']} scored + {told['no_score']} not")
    return faults


def main():
    lines = [it for it in sys.stdin.read().splitlines() if it.strip()]
    if not lines:
        sys.exit("it printed nothing")
    told = json.loads(lines[-1])
    faults = check(told, sys.argv[1])
    print(json.dumps({it: told.get(it) for it in KEYS if it != "rules"}))
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
