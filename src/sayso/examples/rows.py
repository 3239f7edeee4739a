"""Files of rows with any columns -> dicts, a row at a time, and back: JSONL, CSV, Parquet, and plain lines of text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from sayso.artifacts import new_file
from sayso.errors import DataError, MissingExtra, UsageError

if TYPE_CHECKING:
    from pyarrow import Schema
    from pyarrow.parquet import ParquetFile

BATCH = 256
LONGEST_FIELD = 2**31 - 1
"""The csv module refuses fields above 128 kB unless told otherwise."""

Values = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: its values by column, and the line it ends on."""

    values: Values
    line: int


def read_rows(path: Path) -> Iterator[Row]:
    """Every row of a file, in order; a DataError names file and line of the first that cannot be read."""
    read = _known(READERS, path)
    if not path.is_file():
        raise DataError("this is a folder, not a file" if path.is_dir() else "this file is missing", path)
    return _read(read, path)


def rows_in(stream: BinaryIO, name: Path | str) -> Iterator[Row]:
    """Every row of an open file, such as one that is being sent; `name` says of which kind it is, and is what errors call it."""
    return _known(STREAM_READERS, Path(name))(stream, name)


def count_rows(path: Path) -> int:
    """About how many rows a file has, found quickly; for telling progress."""
    if path.suffix == ".parquet":
        return int(_open_parquet(path).metadata.num_rows)
    with open(path, "rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


def write_rows(path: Path, rows: Iterable[Values], *, like: Path | None = None) -> int:
    """Write a file of rows whole or not at all, and say how many. Parquet columns keep the types that they have in `like`."""
    write = _known(WRITERS, path)
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name the file that is to be written")
    with new_file(path) as part:
        return write(part, rows, like)


def _read(read: Callable[[Path], Iterator[Row]], path: Path) -> Iterator[Row]:
    try:
        yield from read(path)
    except OSError as error:
        raise DataError(f"cannot read this file: {error.strerror or error}", path) from error


def _read_lines(stream: BinaryIO, name: Path | str) -> Iterator[Row]:
    for number, line in enumerate(_lines(stream, name), start=1):
        yield Row({"text": line}, number)


def _read_jsonl(stream: BinaryIO, name: Path | str) -> Iterator[Row]:
    for number, line in enumerate(_lines(stream, name), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(f"this line is not valid JSON: {error.msg.removesuffix(' at')} at column {error.colno}", name, number) from None
        except (ValueError, RecursionError) as error:
            raise DataError(f"this line has a value that cannot be read: {error}", name, number) from None
        if not isinstance(values, dict):
            raise DataError(f'a row is an object like {{"text": "…"}}, not {type(values).__name__}', name, number)
        yield Row(values, number)


def _lines(stream: BinaryIO, name: Path | str) -> Iterator[str]:
    for number, raw in enumerate(stream, start=1):
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise DataError("this line is not UTF-8 text; save the file as UTF-8", name, number) from None
        yield line.removesuffix("\n").removesuffix("\r")


def _read_csv(stream: BinaryIO, name: Path | str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_FIELD)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    number = 0
    try:
        first = text.readline()
        reader = csv.reader(chain([first], text), strict=True, delimiter=_delimiter(first))
        columns = next(reader, [])
        number = reader.line_num
        if not columns or len(set(columns)) < len(columns):
            raise DataError("the first line must name the columns, each once", name, 1)
        for fields in filter(None, reader):
            number = reader.line_num
            if len(fields) != len(columns):
                raise DataError(f"this row has {len(fields)} fields, the header has {len(columns)}", name, number)
            yield Row(dict(zip(columns, fields, strict=True)), number)
    except csv.Error as error:
        raise DataError(f"this is not valid CSV: {error}", name, reader.line_num) from None
    except UnicodeDecodeError:
        raise DataError("this is not UTF-8 text; save the file as UTF-8", name, number + 1) from None
    finally:
        text.detach()


def _delimiter(header: str) -> str:
    """A comma; or what spreadsheets write where a comma ends the whole part of a number."""
    return next((sign for sign in ";\t" if sign in header and "," not in header), ",")


def _read_parquet(path: Path) -> Iterator[Row]:
    batches = _open_parquet(path).iter_batches(BATCH)
    for number, values in enumerate((values for batch in batches for values in batch.to_pylist()), start=1):
        yield Row(values, number)


def _open_parquet(path: Path) -> ParquetFile:
    pyarrow = _pyarrow()
    try:
        return pyarrow.parquet.ParquetFile(path)
    except pyarrow.ArrowException as error:
        raise DataError(f"this is not a Parquet file: {error}", path) from None


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra("A Parquet file", "train") from None
    return pyarrow


def _write_jsonl(path: Path, rows: Iterable[Values], like: Path | None) -> int:
    written = 0
    with open(path, "w", encoding="utf-8", newline="\n") as stream:
        for values in rows:
            stream.write(json_line(values) + "\n")
            written += 1
    return written


def _write_csv(path: Path, rows: Iterable[Values], like: Path | None) -> int:
    written = 0
    with open(path, "w", encoding="utf-8", errors="replace", newline="") as stream:
        writer = csv.writer(stream)
        for values in _in_columns(rows):
            if not written:
                writer.writerow(values)
            writer.writerow([json_line(value) if isinstance(value, list | dict) else value for value in values.values()])
            written += 1
    return written


def _write_parquet(path: Path, rows: Iterable[Values], like: Path | None) -> int:
    pyarrow = _pyarrow()
    rows = _in_columns(rows)
    batch = list(islice(rows, BATCH))
    written = 0
    try:
        schema = _schema(pyarrow.Table.from_pylist(batch).schema, like)
        with pyarrow.parquet.ParquetWriter(path, schema) as writer:
            while batch:
                writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
                written += len(batch)
                batch = list(islice(rows, BATCH))
    except (pyarrow.ArrowException, UnicodeEncodeError, OverflowError) as error:
        raise DataError(f"a value does not fit its Parquet column ({error}); write a .jsonl file instead") from None
    return written


def _schema(found: Schema, like: Path | None) -> Schema:
    """The types found in the first rows, except for columns whose types another Parquet file gives."""
    if like is None or like.suffix != ".parquet":
        return found
    given = _open_parquet(like).schema_arrow
    for index, name in enumerate(found.names):
        if name in given.names:
            found = found.set(index, given.field(name))
    return found


def _in_columns(rows: Iterable[Values]) -> Iterator[Values]:
    """Every row with the columns of the first: a table cannot hold more, and what a row lacks is empty."""
    columns: Values = {}
    for number, values in enumerate(rows, start=1):
        columns = columns or dict.fromkeys(values)
        if more := values.keys() - columns.keys():
            raise DataError(f"row {number} has a key {min(more)!r} that the first row lacks; write a .jsonl file instead")
        yield columns | values


def json_line(value: Any) -> str:
    """One line of JSON; half surrogate pairs, which UTF-8 cannot hold, stay escaped as they came."""
    line = json.dumps(value, ensure_ascii=False, default=str)
    try:
        line.encode()
    except UnicodeEncodeError:
        return json.dumps(value, default=str)
    return line


def _opened(read: StreamReader) -> Reader:
    """The same for a file that is not open yet."""

    def read_path(path: Path) -> Iterator[Row]:
        with open(path, "rb") as stream:
            yield from read(stream, path)

    return read_path


Reader = Callable[[Path], Iterator[Row]]
StreamReader = Callable[[BinaryIO, "Path | str"], Iterator[Row]]
Writer = Callable[[Path, Iterable[Values], Path | None], int]

STREAM_READERS: dict[str, StreamReader] = {".jsonl": _read_jsonl, ".csv": _read_csv, ".txt": _read_lines}
READERS: dict[str, Reader] = {
    ".jsonl": _opened(_read_jsonl),
    ".csv": _opened(_read_csv),
    ".parquet": _read_parquet,
    ".txt": _opened(_read_lines),
}
WRITERS: dict[str, Writer] = {".jsonl": _write_jsonl, ".csv": _write_csv, ".parquet": _write_parquet}


def _known(formats: Mapping[str, T], path: Path) -> T:
    if path.suffix not in formats:
        raise UsageError(f"{path}: the name of this file ends in none of {', '.join(formats)}")
    return formats[path.suffix]
