"""Declarations and turnover files of the inbox as rows of text, one dictionary per line."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pandas as pd

from periscope.tables import DECLARATIONS, STRUCTURE, Column

Row = dict[str, Any]
_ALL_COLUMNS = [column for table in (*DECLARATIONS.values(), STRUCTURE) for column in table.columns]
_COLUMNS = {column.name: column for column in _ALL_COLUMNS}


def read_text(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    for encoding in ("utf-8-sig", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return content.decode("cp850")


def read_table(path: Path) -> list[dict[str, str]]:
    """Lines of a text table under their own headers; the separator is the most frequent one of the header."""
    text = read_text(path)
    header = text.splitlines()[0]
    return list(csv.DictReader(io.StringIO(text, newline=None), delimiter=max(";,|\t", key=header.count)))


def register(root: Path, name: str) -> list[dict[str, str]]:
    return read_table(root / "register" / f"{name}.csv")


def day(text: Any) -> date | None:
    if text is None or pd.isna(text) or not str(text).strip():
        return None
    if isinstance(text, datetime):
        return text.date()
    text = str(text).strip()[:10]
    return date.fromisoformat("-".join(reversed(text.split("/"))))


def amount(text: Any) -> Decimal | None:
    if text is None or pd.isna(text) or not str(text).strip():
        return None
    digits = "".join(character for character in str(text) if not character.isspace()).replace("€", "")
    is_percent = digits.endswith("%")
    value = Decimal(digits.removesuffix("%").replace(",", "."))
    return value / 100 if is_percent else value


def cell(column: Column, value: Any) -> Any:
    if value is None or pd.isna(value) or not str(value).strip():
        return None
    if column.type in ("date", "person_date"):
        return day(value)
    if column.type in ("eur", "fte", "hours", "share", "count"):
        return amount(value)
    text = str(value).strip()
    if column.choices:
        return next(
            (
                choice
                for choice, labels in column.choices.items()
                if text.casefold() in (choice, *(label.casefold() for label in labels))
            ),
            text,
        )
    return text


def _names(root: Path) -> dict[str, str]:
    """Header as written -> column: the form's labels, the aliases of the register, the mappings of the settings."""
    names = {column.label_fr: column.name for column in _ALL_COLUMNS} | {name: name for name in _COLUMNS}
    names |= {line["raw_text"]: line["id"] for line in register(root, "aliases") if line["kind"] == "column"}
    settings = tomllib.loads((root / "periscope.toml").read_text(encoding="utf-8"))
    for mapping in settings.get("mappings", {}).values():
        names |= mapping["columns"]
    return names


def _sheets(path: Path) -> Iterator[list[Row]]:
    """The sheets of one file, each row carrying siren, quarter and sent_on."""
    if path.suffix in (".xlsx", ".xls", ".ods"):
        book = pd.read_excel(path, sheet_name=None, dtype=object, header=None, engine="calamine")
        structure = {
            str(row[0]): row[1] for row in book.pop("structure", pd.DataFrame()).itertuples(index=False)
        }
        for frame in book.values():
            header = [str(value) for value in frame.iloc[0]]
            yield [
                structure | dict(zip(header, row, strict=True))
                for row in frame.iloc[1:].itertuples(index=False)
            ]
    else:
        yield list(read_table(path))


def _row(names: dict[str, str], raw: Row) -> Row | None:
    """A row under column names; None when a cell cannot be read without guessing."""
    try:
        row = {
            names[header.strip()]: cell(_COLUMNS[names[header.strip()]], value)
            for header, value in raw.items()
            if header and header.strip() in names
        }
    except (ValueError, InvalidOperation):
        return None
    return row


def declarations(root: Path) -> dict[str, list[Row]]:
    """Rows by kind. For one sender, quarter and kind the file sent last is kept whole."""
    sirens = {line["siren"] for line in register(root, "members")}
    names = _names(root)
    found: dict[tuple[str, str, str], list[tuple[date, str, Row]]] = {}
    paths = sorted(
        p for folder in ("declarations", "revenue") for p in (root / "inbox" / folder).rglob("*.*")
    )
    for path in paths:
        if path.suffix not in (".csv", ".txt", ".xlsx", ".xls", ".ods") or not path.stat().st_size:
            continue
        for sheet in _sheets(path):
            rows = [row for row in (_row(names, raw) for raw in sheet) if row and row.get("siren") in sirens]
            for row in rows:
                kind = max(DECLARATIONS, key=lambda one: len(row.keys() & set(DECLARATIONS[one].names)))
                if all(row.get(column.name) for column in DECLARATIONS[kind].columns if column.required):
                    origin = path.parent.name if kind == "activity" and path.parent.name == "revenue" else ""
                    key = (kind + origin, row["siren"], row["quarter"])
                    found.setdefault(key, []).append((row.get("sent_on") or date.min, str(path), row))
    kept: dict[str, list[Row]] = {kind: [] for kind in DECLARATIONS}
    for (kind, _, _), told in found.items():
        last = max(told, key=lambda one: one[:2])[:2]
        assert len({path for sent_on, path, _ in told if sent_on == last[0]}) == 1, f"two files for {kind}"
        kept[kind.removesuffix("revenue")] += [row for *origin, row in told if tuple(origin) == last]
    return kept
