"""Files of tables, read and written with pyarrow, or with Polars where there is no pyarrow."""

from __future__ import annotations

import csv
import importlib
import io
import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Optional

from ._errors import InputError
from ._names import called

KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "ipc",
    ".ipc": "ipc",
    ".feather": "ipc",
    ".jsonl": "ndjson",
    ".ndjson": "ndjson",
}

# What stands for nothing in a file of text. `NA`, `null` and the like may be names; a number may be `nan`. So a file is the same
# with pyarrow and with Polars.
NULLS = ["", " "]


def read(file: str, columns: Mapping[str, str], ids: Optional[str] = None) -> Any:
    """A table by the ending of its file. `columns` says of metrics whether they are numbers, flags or texts, which files of
    text do not say themselves; ids are texts. Where no column has a metric's name, the one does whose heading is read as it:
    `Monthly Charges` serves as `monthly_charges`.
    """
    path = Path(file)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(sorted(KINDS))
        raise InputError(f"`{path.name}` has none of the endings {known}")
    if not path.is_file():
        raise FileNotFoundError(f"there is no file `{file}`")
    texts = {ids} if ids else {"id", *(f"{it}_id" for it in ["company", "account", "subscription", "case"])}
    try:
        return _by_pyarrow(path, kind, columns, texts)
    except ImportError:
        return _by_polars(path, kind, columns, texts)


def _module(name: str) -> Any:
    return importlib.import_module(name)


def _by_pyarrow(path: Path, kind: str, columns: Mapping[str, str], texts: set[str]) -> Any:
    pa = _module("pyarrow")
    types = {"number": pa.float64(), "flag": pa.bool_(), "text": pa.string()}
    wanted = {**{it: pa.string() for it in texts}, **{name: types[it] for name, it in columns.items()}}
    try:
        if kind == "csv":
            it = _module("pyarrow.csv")
            other = called(_headings(path), columns)
            wanted.update((heading, wanted[name]) for heading, name in other.items())
            parse = it.ParseOptions(delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
            convert = it.ConvertOptions(column_types=wanted, null_values=NULLS, strings_can_be_null=True)
            return _renamed(it.read_csv(path, parse_options=parse, convert_options=convert), columns)
        if kind == "parquet":
            return _renamed(_module("pyarrow.parquet").read_table(path), columns)
        if kind == "ipc":
            return _renamed(_module("pyarrow.feather").read_table(path), columns)
        it = _module("pyarrow.json")
        table = it.read_json(path)
        # A text that looks like a moment is taken for one, unless it is said to be a text.
        moments = [one.name for one in table.schema if pa.types.is_timestamp(one.type)]
        texts = pa.schema([(name, pa.string()) for name in moments if wanted.get(name) == pa.string()])
        if len(texts):
            table = it.read_json(path, parse_options=it.ParseOptions(explicit_schema=texts))
        return _renamed(table, columns)
    except pa.ArrowException as error:
        raise InputError(f"`{path}` cannot be read: {error}") from error


def _renamed(table: Any, columns: Mapping[str, str]) -> Any:
    other = called(table.column_names, columns)
    return table.rename_columns([other.get(it, it) for it in table.column_names]) if other else table


def _headings(path: Path) -> list[str]:
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        return next(csv.reader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ","), [])


def _by_polars(path: Path, kind: str, columns: Mapping[str, str], texts: set[str]) -> Any:
    try:
        pl = _module("polars")
    except ImportError:
        raise ImportError("files are read with pyarrow or Polars: pip install 'foretell[cli]'") from None
    types = {"number": pl.Float64, "flag": pl.Boolean, "text": pl.String}
    wanted = {**{it: pl.String for it in texts}, **{name: types[it] for name, it in columns.items()}}
    try:
        if kind == "csv":
            comma = "\t" if path.suffix.lower() == ".tsv" else ","
            names = pl.read_csv(path, n_rows=0, separator=comma).columns
            other = called(names, columns)
            wanted.update((heading, wanted[name]) for heading, name in other.items())
            overrides = {name: it for name, it in wanted.items() if name in names}
            how = {"separator": comma, "schema_overrides": overrides, "null_values": NULLS}
            return pl.read_csv(path, **how, try_parse_dates=True).rename(other)
        table = {"parquet": pl.read_parquet, "ipc": pl.read_ipc, "ndjson": pl.read_ndjson}[kind](path)
        return table.rename(called(table.columns, columns))
    except pl.exceptions.PolarsError as error:
        raise InputError(f"`{path}` cannot be read: {error}") from error


def write_parquet(file: str, table: Any) -> None:
    """Writes a table, whole or not at all."""
    try:
        pq, whole = _module("pyarrow.parquet"), table.to_pyarrow()
    except ImportError:
        replace(file, table.to_polars().write_parquet)
    else:
        replace(file, lambda out: pq.write_table(whole, out))


def replace_text(file: str, text: str) -> None:
    """Writes a text, whole or not at all."""

    def write(out: BinaryIO) -> None:
        out.write(text.encode("utf-8"))

    replace(file, write)


def replace(file: str, write: Callable[[BinaryIO], object]) -> None:
    """Writes a file, whole or not at all. It keeps the mode that it has, and stands where a link leads. What is no file, such as a
    pipe or a terminal, is written to.
    """
    if os.path.exists(file) and not os.path.isfile(file):
        # In one piece, for a pipe cannot be sought in.
        whole = io.BytesIO()
        write(whole)
        with open(file, "wb") as out:
            out.write(whole.getvalue())
        return
    target = Path(file).resolve()
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".foretell-")
    try:
        with os.fdopen(handle, "wb") as out:
            write(out)
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    # It is said only where it is set.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
