"""A reviewer's own CSV: read strictly, every refusal names its line and the cure."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

from impact.panel import Panel

#: as other programs write what is not there; an organisation that never joins has one of the second list as its date
_ABSENT = frozenset({"", "na", "nan", "null", "."})
_NEVER = _ABSENT | {"inf", "infinity", "never"}

Row = tuple[int, dict[str, str]]


def rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """Line number and cells of `columns`, of a UTF-8 CSV separated by `,` or `;`. Raises ValueError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ValueError("le fichier n'est pas en UTF-8 : enregistrez-le de nouveau en CSV UTF-8.") from None
    except OSError as error:
        raise ValueError(f"illisible ({error.strerror}).") from None
    if not lines:
        raise ValueError("le fichier est vide.")
    reader = csv.reader(lines, delimiter=max(",;", key=lines[0].count), strict=True)
    header = [name.strip() for name in next(reader)]
    for name in columns:
        if header.count(name) != 1:
            told = "absente" if name not in header else "présente deux fois"
            raise ValueError(f"colonne « {name} » {told} ; le fichier a : {', '.join(header)}.")
    found = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise ValueError(
                    f"ligne {reader.line_num} : {len(cells)} cellules pour {len(header)} colonnes."
                )
            row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            found.append((reader.line_num, {name: row[name] for name in columns}))
    except csv.Error as error:
        raise ValueError(f"ligne {reader.line_num} : guillemets mal fermés ({error}).") from None
    if not found:
        raise ValueError("le fichier n'a que sa ligne de titres.")
    return found


def number(line: int, column: str, text: str) -> float:
    """A finite number, decimal point or comma. Raises ValueError."""
    try:
        value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"ligne {line}, colonne « {column} » : « {text} » n'est pas un nombre.")
    return value


def read_panel(path: Path, unit: str, time: str, first_treated: str, outcome: str) -> Panel:
    """One row per unit and period. A row without outcome is a gap; an empty, 0 or infinite joining date is never."""
    found = rows(path, (unit, time, first_treated, outcome))
    cells: dict[tuple[str, str], float] = {}
    joined: dict[str, str] = {}
    for line, row in found:
        name, period, when = row[unit], _period(row[time]), _period(row[first_treated])
        if name.casefold() in _ABSENT or period.casefold() in _ABSENT:
            raise ValueError(f"ligne {line} : « {unit} » ou « {time} » n'est pas rempli.")
        if joined.setdefault(name, when) != when:
            raise ValueError(
                f"ligne {line} : « {name} » a deux dates d'entrée, {joined[name] or 'jamais'} et {when or 'jamais'}."
            )
        if row[outcome].casefold() in _ABSENT:
            continue
        if (name, period) in cells:
            raise ValueError(f"ligne {line} : « {name} » a déjà une ligne pour la période {period}.")
        cells[name, period] = number(line, outcome, row[outcome])
    if not cells:
        raise ValueError(f"aucune ligne n'a de valeur dans « {outcome} ».")
    times = {period for _, period in cells}
    if "0" in times and "0" in joined.values():
        raise ValueError("0 est à la fois une période et une date d'entrée : laissez vide pour « jamais ».")
    dates = {name: when for name, when in joined.items() if when != "0" and when.casefold() not in _NEVER}
    order = _order(times | set(dates.values()))
    ordered = sorted(times, key=order.index)
    # who joins between two observed periods is a member from the later one; after the last, not yet
    first = {
        name: next((t for t in ordered if order.index(t) >= order.index(when)), None)
        for name, when in dates.items()
    }
    return Panel.build([(*key, value) for key, value in cells.items()], first, ordered)


def _period(text: str) -> str:
    """`2004.0`, as a table of numbers prints it, is `2004`."""
    whole = text.removesuffix(".0")
    return whole if whole.lstrip("-").isdigit() else text


def _order(periods: set[str]) -> list[str]:
    """By number when all are numbers, else as text (2026-Q3)."""
    try:
        return sorted(periods, key=float)
    except ValueError:
        return sorted(periods)
