"""Which column a header names: identifier, French label, or an alias of kind `column`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ingest.context import Context, fold
from ingest.persons import HOLDER_CODE
from periscope import tables
from periscope.tables import Table

_DECORATION = re.compile(r"\((?:obligatoire|\?)\)|[*:?!]+")
#: a unit in parentheses may be left out; another unit, (k€), is another header
_EUROS = " (€)"


@lru_cache(65_536)
def key_of(header: str) -> str:
    """A header without case, accents, line breaks, padding and marks of obligation."""
    return fold(_DECORATION.sub(" ", fold(header)).strip(" ."))


class Headers:
    """The headers known for some tables, with the identification columns of a CSV."""

    def __init__(self, known: Iterable[Table], context: Context) -> None:
        known = list(known)
        columns = [column for table in known for column in table.columns]
        if tables.SUPPORTED_PROJECTS in known:
            columns.append(HOLDER_CODE)
        self.columns = {
            key_of(spelling): column.name
            for column in columns
            for spelling in (column.label_fr.removesuffix(_EUROS), column.label_fr, column.name)
        }
        names = set(self.columns.values())
        self.columns |= {
            key_of(raw_text): target
            for (kind, raw_text), target in context.aliases.items()
            if kind == "column" and target in names
        }

    def match(self, header: str) -> str | None:
        return self.columns.get(key_of(header))


def declared(context: Context) -> Headers:
    """Headers of every kind of declaration together."""
    return Headers((*tables.DECLARATIONS.values(), tables.STRUCTURE), context)


def kind_of_columns(columns: set[str]) -> str | None:
    """The kind of declaration these columns belong to; None when none, or two, fit best."""
    scores: dict[str, tuple[bool, int]] = {}
    for kind, table in tables.DECLARATIONS.items():
        required = {column.name for column in table.columns if column.required}
        scores[kind] = (required <= columns, len(columns & set(table.names)))
    best = max(scores.values())
    winners = [kind for kind, score in scores.items() if score == best]
    return winners[0] if len(winners) == 1 and best[1] >= 2 else None
