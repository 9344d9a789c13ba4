"""Invented members and files for tests of reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from ingest.context import Context, Correction, Member, fold
from periscope import settings
from periscope.settings import Thresholds

JARDINS = Member("jardins", "732829320", "Les Jardins du Canal")
ATELIER = Member("atelier", "880878145", "Atelier Bois")
GESTION = "356000000"
STRUCTURE = [["siren", "quarter"], ["732829320", "2026-Q3"]]


def context(
    *,
    aliases: Mapping[tuple[str, str], str] | None = None,
    mappings: Mapping[str, settings.Mapping] | None = None,
    corrections: list[Correction] | None = None,
) -> Context:
    return Context(
        members=[JARDINS, ATELIER],
        rooms={"S1": "Salle Éole"},
        aliases={(kind, fold(text)): target for (kind, text), target in (aliases or {}).items()},
        managing_body_siren=GESTION,
        mappings=dict(mappings or {}),
        corrections=corrections or [],
        thresholds=Thresholds(),
        key=b"k" * 32,
        window=(date(2024, 1, 1), date(2026, 12, 31)),
    )


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path
