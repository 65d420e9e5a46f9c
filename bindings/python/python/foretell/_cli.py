"""The command line: check, test, score, assess, explain, plan and init.

Exit codes: 0 all is well, 1 something is wrong with the config, the data or a test, 2 the command itself, 3 an alert fires
and `--fail-on-alert` was said.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

from . import Assessment, Engine, ForetellError, InputError, State, Table, _files, __version__
from ._starter import starter

LISTS = ["scores", "events", "alerts", "actions", "verdicts", "factors"]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs a command; gives its exit code."""
    given = parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except ForetellError as error:
        told = [_placed(str(it), given) for it in error.faults] or [f"error: {error}"]
        print(*told, sep="\n", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except (OSError, ImportError, UnicodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """What may be said."""
    top = argparse.ArgumentParser(prog="foretell", description=__doc__.split("\n", 1)[0])
    top.add_argument("--version", action="version", version=f"foretell {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Any, text: str, *names: str) -> argparse.ArgumentParser:
        it = commands.add_parser(name, help=text, description=text)
        it.set_defaults(run=run, config=None)
        for name in names:
            if name == "configs":
                it.add_argument(name, metavar="CONFIG", nargs="+")
            else:
                it.add_argument(name, metavar=name.upper())
        return it

    it = command("check", _check, "Says everything that is wrong with configs.", "configs")
    it.add_argument("--deny-warnings", action="store_true", help="warnings count as errors")
    command("test", _test, "Runs the tests that configs hold.", "configs")
    command("plan", _plan, "Shows how each expression of a config runs.", "config")

    it = command("score", _score, "Scores a table: csv, parquet, arrow or json lines.", "config", "data")
    _about_data(it)
    _about_output(it)

    it = command("assess", _assess, "Assesses a table: alerts, actions and the next state too.", "config", "data")
    _about_data(it)
    _about_output(it)
    it.add_argument("--show", choices=LISTS, default="scores", help="what of it (scores)")
    it.add_argument("--next-state", metavar="FILE", help="where the next state goes; may be the one that was read")
    it.add_argument("--fail-on-alert", action="store_true", help="exit with 3 where an alert fires")

    it = command("explain", _explain, "Explains the score of a subject.", "config", "data", "subject")
    _about_data(it)
    it.add_argument("--scorecard", help="which score (the first)")
    it.add_argument("--format", choices=["text", "json"], default="text")

    it = command("init", _init, "Writes a starter config for the columns of a table.", "data")
    it.add_argument("--id", help="the column of ids")
    it.add_argument("--output", metavar="FILE", help="where it goes (to the terminal)")
    return top


def _about_data(it: argparse.ArgumentParser) -> None:
    it.add_argument("--as-of", metavar="DAY", default=None, help="the day it is for (today)")
    it.add_argument("--id", help="the column of ids (id, or subscription_id)")
    it.add_argument("--kind", help="what the rows are (what the config says)")
    it.add_argument("--state", metavar="FILE", help="the state of the last assessment")
    it.add_argument("--allow-absent", action="store_true", help="a metric without a column is missing for all")


def _about_output(it: argparse.ArgumentParser) -> None:
    it.add_argument("--format", choices=["table", "json", "csv", "parquet"], default=None, help="(table, or by the file)")
    it.add_argument("--output", metavar="FILE", help="where it goes (to the terminal)")
    it.add_argument("--rows", type=int, default=50, help="at most so many rows of a table on the terminal (50)")


def _check(given: argparse.Namespace) -> int:
    wrong = 0
    for config in given.configs:
        given.config = config
        try:
            faults = Engine.from_toml(Path(config)).lint()
        except ForetellError as error:
            faults = error.faults
        for it in faults:
            print(_placed(str(it), given), file=sys.stderr)
        bad = [it for it in faults if it.severity == "error" or given.deny_warnings]
        warnings = len(faults) - len(bad)
        print(f"{config}: {_count(len(bad), 'error')}, {_count(warnings, 'warning')}")
        wrong += bool(bad)
    return int(wrong > 0)


def _test(given: argparse.Namespace) -> int:
    wrong = 0
    for config in given.configs:
        given.config = config
        report = Engine.from_toml(Path(config)).run_tests()
        print(f"{config}: {report}" if len(given.configs) > 1 else report)
        wrong += not report.passed
    return int(wrong > 0)


def _plan(given: argparse.Namespace) -> int:
    print(Engine.from_toml(Path(given.config)).plan(), end="")
    return 0


def _score(given: argparse.Namespace) -> int:
    engine, how = _prepared(given)
    with _Progress(f"scoring {given.data}"):
        scores = engine.score(_files.read(given.data, engine.columns(given.kind), given.id), **how)
    for it in scores.faults:
        print(it, file=sys.stderr)
    _show(scores.table(), given)
    return 0


def _assess(given: argparse.Namespace) -> int:
    out = _assessed(given)
    for it in out.notes:
        print(f"note: {_note(it)}", file=sys.stderr)
    for fault in out.faults:
        print(fault, file=sys.stderr)
    _show(getattr(out, given.show)(), given)
    if given.next_state:
        _files.replace(given.next_state, out.state.to_json())
    fires = any(it in ("firing", "recovering") for it in out.alerts().column("phase"))
    return 3 if given.fail_on_alert and fires else 0


def _explain(given: argparse.Namespace) -> int:
    why = _assessed(given).explain(given.subject, given.scorecard)
    print(why.to_json() if given.format == "json" else str(why).rstrip("\n"))
    return 0


def _init(given: argparse.Namespace) -> int:
    text = starter(_files.read(given.data, {}, given.id), Path(given.data).name, given.id)
    # What is written compiles.
    Engine.from_toml(text)
    if given.output:
        with open(given.output, "x", encoding="utf-8") as file:
            file.write(text)
        print(f"wrote {given.output}; try `foretell score {given.output} {given.data}`", file=sys.stderr)
    else:
        print(text, end="")
    return 0


def _prepared(given: argparse.Namespace) -> tuple[Engine, dict[str, Any]]:
    engine = Engine.from_toml(Path(given.config))
    state = State.from_json(Path(given.state).read_text("utf-8")) if given.state else None
    how = {
        "as_of": given.as_of or datetime.date.today(),
        "kind": given.kind,
        "subject": given.id,
        "state": state,
        "strict": not given.allow_absent,
    }
    return engine, how


def _assessed(given: argparse.Namespace) -> Assessment:
    engine, how = _prepared(given)
    with _Progress(f"assessing {given.data}"):
        return engine.assess(_files.read(given.data, engine.columns(given.kind), given.id), **how)


def _note(note: dict[str, Any]) -> str:
    ((name, about),) = note.items()
    known = [f"{key} {it}" for key, it in about.items() if it is not None]
    return f"{name.lower()}: {', '.join(known)}"


def _placed(text: str, given: argparse.Namespace) -> str:
    """A fault with the file before its line."""
    file = getattr(given, "config", None)
    arrow, _, rest = text.partition("--> ")
    return f"{arrow}--> {file}:{rest}" if file and rest[:1].isdigit() else text


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _show(table: Table, given: argparse.Namespace) -> None:
    by_file = {".json": "json", ".csv": "csv", ".parquet": "parquet"}
    form = given.format or by_file.get(Path(given.output).suffix if given.output else "", "table")
    if form == "parquet":
        if not given.output:
            raise InputError("parquet goes to a file: say `--output`")
        _files.write_parquet(given.output, table)
        return
    out = io.StringIO(newline="")
    if form == "table":
        _lines(table, given.rows if not given.output else table.num_rows, out)
    elif form == "json":
        json.dump(table.to_pylist(), out, default=str, ensure_ascii=False, indent=1)
        out.write("\n")
    else:
        rows = csv.DictWriter(out, table.column_names, lineterminator="\n")
        rows.writeheader()
        rows.writerows(table.to_pylist())
    if given.output:
        _files.replace(given.output, out.getvalue())
    else:
        print(out.getvalue(), end="")


def _lines(table: Table, most: int, out: io.StringIO) -> None:
    names = table.column_names
    cells = [[_cell(it) for it in table.column(name)[:most]] for name in names]
    wide = [max(map(len, [name, *column])) for name, column in zip(names, cells)]
    for row in [names, ["-" * it for it in wide], *zip(*cells)]:
        out.write("  ".join(cell.ljust(width) for cell, width in zip(row, wide)).rstrip() + "\n")
    if most < table.num_rows:
        out.write(f"… {table.num_rows - most:,} more rows of {table.num_rows:,}\n")


def _cell(it: Any) -> str:
    if it is None:
        return "-"
    if isinstance(it, bool):
        return "yes" if it else "no"
    if isinstance(it, float):
        return f"{it:.4g}" if abs(it) < 1 else f"{it:.1f}"
    return " ".join(str(it).split())


class _Progress:
    """Says on a terminal what takes its time, and takes it back."""

    def __init__(self, text: str) -> None:
        self.text = text if sys.stderr.isatty() else ""

    def __enter__(self) -> None:
        if self.text:
            print(f"{self.text} …", end="", file=sys.stderr, flush=True)

    def __exit__(self, *_: object) -> None:
        if self.text:
            print("\r" + " " * (len(self.text) + 2) + "\r", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
