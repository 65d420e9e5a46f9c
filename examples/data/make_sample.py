#!/usr/bin/env python3
"""Makes the bundled sample from the Open University Learning Analytics Dataset.

Reads ../shared/data/oulad/small_AAA (beside the repository, or the folder given as --source) and
writes the four tables next to this file. The same source gives the same bytes.

    python3 examples/data/make_sample.py           write the tables
    python3 examples/data/make_sample.py --check   fail where a table differs from what it would write

What is read as what, and what is left out: SOURCE.md.
"""

import argparse
import collections
import csv
import datetime
import io
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent.parent / "shared" / "data" / "oulad" / "small_AAA"

# The month in which a presentation starts, by the letter that ends its name.
START_MONTH = {"B": 2, "J": 10}
# How the final result of an enrolment that ran to its end reads as the outcome of a term.
AT_END = {"Pass": "renewed", "Distinction": "renewed", "Fail": "lapsed"}
# Weekly series of usage, by their column in the source.
WEEKLY = ["clicks", "active_days"]
# What was known of the assessments before the day of a snapshot, by column.
MILESTONES = ["submitted_share", "mean_score", "mean_days_late"]


def read(source, name):
    with open(source / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def first_day(presentation):
    return datetime.date(int(presentation[:4]), START_MONTH[presentation[4]], 1)


def number(text):
    """A number without a needless fraction: `1.0` is `1`, `69.3333` stays."""
    value = float(text)
    return str(int(value)) if value == int(value) else repr(round(value, 4))


def tables(source):
    """The tables as lists of rows, headers first, and what was left out."""
    enrolments = read(source, "enrolments.csv")
    accounts = {}
    subscriptions, outcomes, usage = [], [], []
    terms = {}
    left_out = collections.Counter()

    for row in enrolments:
        presentation = row["code_presentation"]
        account = f"{row['code_module']}-{presentation}"
        start = first_day(presentation)
        length = int(row["length_days"])
        end = start + datetime.timedelta(days=length)
        accounts.setdefault(account, [account, f"Module {row['code_module']}, {presentation}", "education", "", ""])
        cancelled = int(row["date_unregistration"]) if row["date_unregistration"] else None
        cancelled_on = "" if cancelled is None else start + datetime.timedelta(days=cancelled)
        registered = int(row["date_registration"])
        subscription = f"e{row['enrolment_id']}"
        terms[row["enrolment_id"]] = (subscription, start, length, cancelled)
        subscriptions.append([
            subscription, account, row["code_module"], start, end, end, "", "", "", cancelled_on,
            start + datetime.timedelta(days=registered), -registered,
            row["studied_credits"], row["num_of_prev_attempts"],
        ])
        if cancelled is not None:
            outcomes.append([subscription, cancelled_on, "churned"])
        else:
            outcomes.append([subscription, end, AT_END[row["final_result"]]])

    for row in read(source, "weekly_usage.csv"):
        subscription, start, length, cancelled = terms[row["enrolment_id"]]
        first = 7 * int(row["week"])
        day = first + 6
        if first < 0:
            left_out["weeks before the term"] += 1
            continue
        if length < day:
            left_out["weeks that end after the term"] += 1
            continue
        # The week in which it was cancelled ends on that day.
        if cancelled is not None and first <= cancelled < day:
            day = cancelled
        for name in WEEKLY:
            usage.append([subscription, name, start + datetime.timedelta(days=day), row[name]])

    for row in read(source, "health_snapshots.csv"):
        subscription, start, _, _ = terms[row["enrolment_id"]]
        for name in MILESTONES:
            if row[name]:
                date = start + datetime.timedelta(days=int(row["day"]))
                usage.append([subscription, name, date, number(row[name])])

    usage.sort(key=lambda it: (int(it[0][1:]), it[1], it[2]))
    return {
        "accounts": [["id", "name", "industry", "country", "created"], *accounts.values()],
        "subscriptions": [[
            "id", "account_id", "plan", "start", "end", "renewal_date", "seats", "arr", "currency", "cancelled_on",
            "registered", "registered_days_before", "studied_credits", "prev_attempts",
        ], *subscriptions],
        "usage": [["subscription_id", "name", "date", "value"], *usage],
        "outcomes": [["subscription_id", "date", "outcome"], *outcomes],
    }, left_out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, default=SOURCE, help="folder of the source's tables")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    args = parser.parse_args()
    made, left_out = tables(args.source)
    stale = []
    for name, rows in made.items():
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        data = text.getvalue().encode("utf-8")
        path = HERE / f"{name}.csv"
        if args.check:
            if not path.exists() or path.read_bytes() != data:
                stale.append(path.name)
        else:
            path.write_bytes(data)
        print(f"{path.name}: {len(rows) - 1} rows, {len(data)} bytes")
    for why, count in left_out.items():
        print(f"left out: {count} {why}")
    if stale:
        sys.exit(f"not what the source gives: {', '.join(stale)}; run examples/data/make_sample.py")


if __name__ == "__main__":
    main()
