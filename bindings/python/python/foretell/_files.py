"""Files of tables, read and written with pyarrow, or with Polars where there is no pyarrow."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Optional

from ._errors import InputError

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


def read(file: str, columns: Mapping[str, str], ids: Optional[str] = None) -> Any:
    """A table by the ending of its file. `columns` says of metrics whether they are numbers, flags or texts, which files of
    text do not say themselves; ids are texts.
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
            parse = it.ParseOptions(delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
            convert = it.ConvertOptions(column_types=wanted, strings_can_be_null=True)
            return it.read_csv(path, parse_options=parse, convert_options=convert)
        if kind == "parquet":
            return _module("pyarrow.parquet").read_table(path)
        if kind == "ipc":
            return _module("pyarrow.feather").read_table(path)
        return _module("pyarrow.json").read_json(path)
    except pa.ArrowInvalid as error:
        raise InputError(f"`{path}` cannot be read: {error}") from error


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
            overrides = {name: it for name, it in wanted.items() if name in names}
            return pl.read_csv(path, separator=comma, schema_overrides=overrides, try_parse_dates=True)
        return {"parquet": pl.read_parquet, "ipc": pl.read_ipc, "ndjson": pl.read_ndjson}[kind](path)
    except pl.exceptions.PolarsError as error:
        raise InputError(f"`{path}` cannot be read: {error}") from error


def write_parquet(file: str, table: Any) -> None:
    """Writes a table."""
    try:
        pq = _module("pyarrow.parquet")
        pq.write_table(table.to_pyarrow(), file)
    except ImportError:
        table.to_polars().write_parquet(file)


def replace(file: str, text: str) -> None:
    """Writes a text, whole or not at all."""
    folder = Path(file).resolve().parent
    handle, name = tempfile.mkstemp(dir=folder, prefix=".foretell-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
