"""The command line: check, test, score, assess, explain, plan and init.

Exit codes: 0 all is well, 1 something is wrong with the config, the data or a test, 2 the command itself, 3 an alert fires
and `--fail-on-alert` was said, 4 a guard tripped and `--accept` was not said, 5 the state is of a later day, 6 the state
cannot be used.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional, Union

from . import (
    Assessment,
    Engine,
    Fault,
    ForetellError,
    GuardError,
    InputError,
    PastError,
    State,
    StateError,
    Table,
    _files,
    __version__,
)
from ._starter import starter

# How many faults are shown.
SHOWN = 20
# What a night may end with beside what is wrong with config and data.
CODES = [(GuardError, 4), (PastError, 5), (StateError, 6)]
LISTS = ["scores", "events", "alerts", "actions", "verdicts", "factors"]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs a command; gives its exit code."""
    given = parser().parse_args(arguments)
    given.code = 0
    try:
        given.run(given)
        # What cannot be written is to be known here, not when the interpreter ends.
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has had enough; the code is that of what was found.
        _drop_output()
    # A file that cannot be read is an error of ours too.
    except (OSError, ImportError, UnicodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        _drop_output()
        given.code = 2
    except ForetellError as error:
        told = _told(error.faults, given) or [f"error: {error}"]
        print(*told, sep="\n", file=sys.stderr)
        given.code = next((code for sort, code in CODES if isinstance(error, sort)), 1)
    return int(given.code)


def _drop_output() -> None:
    """What could not be written is not tried again when the interpreter ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser() -> argparse.ArgumentParser:
    """What may be said."""
    about, _, codes = __doc__.strip().partition("\n\n")
    top = argparse.ArgumentParser(prog="foretell", description=about, epilog=" ".join(codes.split()))
    top.add_argument("--version", action="version", version=f"foretell {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Any, text: str, *names: str) -> argparse.ArgumentParser:
        it = commands.add_parser(name, help=text, description=text)
        it.set_defaults(run=run, config=None, complain=it.error)
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
    it.add_argument("--accept", action="store_true", help="go on although a guard tripped")
    it.add_argument("--complete", metavar="KIND", action="append", help="all of these subjects are in the table: others are gone")
    it.add_argument("--gone", metavar="ID", action="append", help="a subject that is gone")

    it = command("explain", _explain, "Explains the score of a subject.", "config", "data", "subject")
    _about_data(it)
    it.add_argument("--scorecard", help="which score (the first)")
    it.add_argument("--format", choices=["text", "json"], default="text")

    it = command("init", _init, "Writes a starter config for the columns of a table.", "data")
    it.add_argument("--id", help="the column of ids")
    it.add_argument("--output", metavar="FILE", help="where it goes (to the terminal)")
    return top


def _about_data(it: argparse.ArgumentParser) -> None:
    it.add_argument("--as-of", metavar="DAY", type=_day, default=None, help="the day or moment it is for (today)")
    it.add_argument("--id", help="the column of ids (id, or subscription_id)")
    it.add_argument("--kind", help="what the rows are (what the config says)")
    it.add_argument("--state", metavar="FILE", help="the state of the last assessment")
    it.add_argument("--allow-absent", action="store_true", help="a metric without a column is missing for all")


def _about_output(it: argparse.ArgumentParser) -> None:
    it.add_argument("--format", choices=["table", "json", "csv", "parquet"], default=None, help="(table, or by the file)")
    it.add_argument("--output", metavar="FILE", help="where it goes (to the terminal)")
    it.add_argument("--rows", type=_number, default=50, help="at most so many rows of a table on the terminal (50)")


def _day(text: str) -> Union[datetime.date, str]:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    try:
        datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        return text
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a day such as `2026-03-01`, got `{text}`") from None


def _number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, got `{text}`")
    return int(text)


def _engine(config: str) -> Engine:
    try:
        return Engine.from_toml(Path(config))
    except ForetellError as error:
        if isinstance(error.__cause__, UnicodeError):
            raise UnicodeError(f"`{config}` is not UTF-8: {error.__cause__}") from None
        raise


def _check(given: argparse.Namespace) -> None:
    told = []
    for config in given.configs:
        given.config = config
        try:
            faults = _engine(config).lint()
        except (OSError, UnicodeError) as error:
            # The others are looked at all the same.
            print(f"error: {error}", file=sys.stderr)
            given.code = 2
            continue
        except ForetellError as error:
            faults = error.faults
        for it in _told(faults, given):
            print(it, file=sys.stderr)
        bad = [it for it in faults if it.severity == "error" or given.deny_warnings]
        warnings = len(faults) - len(bad)
        told.append(f"{config}: {_count(len(bad), 'error')}, {_count(warnings, 'warning')}\n")
        if bad:
            given.code = max(given.code, 1)
    print("".join(told), end="")


def _test(given: argparse.Namespace) -> None:
    told = []
    for config in given.configs:
        given.config = config
        report = _engine(config).run_tests()
        told.append(f"{config}: {report}" if len(given.configs) > 1 else str(report))
        if not report.passed:
            given.code = 1
    print(*told, sep="\n")


def _plan(given: argparse.Namespace) -> None:
    print(_engine(given.config).plan(), end="")


def _score(given: argparse.Namespace) -> None:
    _form(given)
    engine, how = _prepared(given)
    with _Progress(f"scoring {given.data}"):
        scores = engine.score(_files.read(given.data, engine.columns(given.kind), given.id), **how)
    for note in scores.notes:
        print(f"note: {_note(note)}", file=sys.stderr)
    for it in _told(scores.faults, given):
        print(it, file=sys.stderr)
    _show(scores.table(), given)


def _assess(given: argparse.Namespace) -> None:
    _form(given)
    out = _assessed(given)
    for it in out.notes:
        print(f"note: {_note(it)}", file=sys.stderr)
    for text in _told(out.faults, given):
        print(text, file=sys.stderr)
    if given.fail_on_alert and any(it in ("firing", "recovering") for it in out.alerts().column("phase")):
        given.code = 3
    # A file that cannot be written must not lose what happened: the state comes after it. Whoever reads from the terminal may
    # leave: the state comes before.
    if given.output:
        _show(getattr(out, given.show)(), given)
    if given.next_state:
        _files.replace_text(given.next_state, out.state.to_json())
    if not given.output:
        _show(getattr(out, given.show)(), given)


def _explain(given: argparse.Namespace) -> None:
    # What is explained is not told to anyone.
    given.accept, given.complete, given.gone = True, None, None
    why = _assessed(given).explain(given.subject, given.scorecard)
    print(why.to_json() if given.format == "json" else str(why).rstrip("\n"))


def _init(given: argparse.Namespace) -> None:
    draft = starter(_files.read(given.data, {}, given.id), Path(given.data).name, given.id)
    if given.output:
        with open(given.output, "x", encoding="utf-8") as file:
            file.write(draft.text)
        ids = f" --id '{draft.ids}'" if draft.ids and draft.ids not in ("id", "subscription_id") else ""
        print(f"wrote {given.output}; try `foretell score {given.output} {given.data}{ids}`", file=sys.stderr)
    else:
        print(draft.text, end="")


def _prepared(given: argparse.Namespace) -> tuple[Engine, dict[str, Any]]:
    engine = _engine(given.config)
    state = _state(given.state) if given.state else None
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
    how["complete"] = given.complete
    how["gone"] = {given.kind or engine.subject: given.gone} if given.gone else None
    with _Progress(f"assessing {given.data}"):
        data = _files.read(given.data, engine.columns(given.kind), given.id)
        try:
            return engine.assess(data, **how)
        except GuardError as error:
            if not given.accept:
                raise
            held = error
    if given.run is _assess:
        print(*(f"accepted: {it.message}" for it in held.faults), sep="\n", file=sys.stderr)
    return held.accept()


def _note(note: dict[str, Any]) -> str:
    ((name, about),) = note.items()
    if name == "NotGiven":
        wanted = [f"{key} {', '.join(about[key])}" for key in ("tables", "columns") if about[key]]
        return f"the config wants of {about['kind']} subjects, and was not given: {'; or '.join(wanted)}"
    known = [f"{key} {it}" for key, it in about.items() if it is not None]
    return f"{name.lower()}: {', '.join(known)}"


def _told(faults: Sequence[Fault], given: argparse.Namespace) -> list[str]:
    """Faults as texts: the first twenty, errors before warnings where there are more, and how many there are of each code."""
    if len(faults) <= SHOWN:
        return [_placed(str(it), given) for it in faults]
    first = sorted(faults, key=lambda it: it.severity != "error")[:SHOWN]
    codes = sorted(Counter(it.code for it in faults).items())
    rest = ", ".join(f"{count} {code}" for code, count in codes)
    return [*(_placed(str(it), given) for it in first), f"and {len(faults) - SHOWN} more; of all: {rest}"]


def _state(file: str) -> State:
    """The state in a file; what is wrong with it is said with the name of that file."""
    try:
        return State.from_json(Path(file).read_text("utf-8"))
    except StateError as error:
        told = [f"the state cannot be read: {file}", *(_in_file(str(it), file) for it in error.faults)]
        raise StateError("\n".join(told)) from None


def _placed(text: str, given: argparse.Namespace) -> str:
    """A fault with the config's file before its line."""
    return _in_file(text, getattr(given, "config", None))


def _in_file(text: str, file: Optional[str]) -> str:
    arrow, _, rest = text.partition("--> ")
    return f"{arrow}--> {file}:{rest}" if file and rest[:1].isdigit() else text


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


FORMS = {".json": "json", ".csv": "csv", ".parquet": "parquet", ".txt": "table"}


def _form(given: argparse.Namespace) -> str:
    """The form of what comes out: what is said, or what the name of the file says."""
    ending = Path(given.output).suffix.lower() if given.output else ""
    form = given.format or FORMS.get(ending, "" if ending else "table")
    if not form:
        given.complain(f"`{given.output}` has none of the endings {', '.join(FORMS)}: say `--format`")
    if form == "parquet" and not given.output:
        raise InputError("parquet goes to a file: say `--output`")
    return str(form)


def _show(table: Table, given: argparse.Namespace) -> None:
    form = _form(given)
    if form == "parquet":
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
    text = out.getvalue()
    if given.output:
        _files.replace_text(given.output, text)
        return
    if form == "table":
        # For people: better a sign that is not right than no table.
        known = sys.stdout.encoding or "utf-8"
        text = text.encode(known, "replace").decode(known)
    print(text, end="")


def _lines(table: Table, most: int, out: io.StringIO) -> None:
    names = table.column_names
    cells = [[_cell(it) for it in table.column(name)[:most]] for name in names]
    wide = [max(map(len, [name, *column])) for name, column in zip(names, cells)]
    for row in [names, ["-" * it for it in wide], *zip(*cells)]:
        out.write("  ".join(cell.ljust(width) for cell, width in zip(row, wide)).rstrip() + "\n")
    if most < table.num_rows:
        out.write(f"... {table.num_rows - most:,} more rows of {table.num_rows:,}\n")


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
            print(f"{self.text} ...", end="", file=sys.stderr, flush=True)

    def __exit__(self, *_: object) -> None:
        if self.text:
            print("\r" + " " * (len(self.text) + 4) + "\r", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
