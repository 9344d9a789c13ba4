"""The rows of chosen tables in an SQL dump, MySQL or PostgreSQL, read as text. Nothing is ever executed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

Wanted = Callable[[str], bool]

_STRINGS = {
    "mysql": r"'(?:[^'\\]|\\.|'')*+'",
    # standard strings, where a backslash is a letter like another, and E'…' where it is not
    "postgres": r"[eE]'(?:[^'\\]|\\.|'')*+'|'(?:[^']|'')*+'",
}
#: strings are matched possessively: one that is never closed fails once instead of being tried in every way
_TOKEN = r"""(?P<comment>--[^\n]*|\#[^\n]*|/\*.*?\*/)
      | (?P<string>{string})
      | (?P<name>`[^`]*+`|"[^"]*+")
      | (?P<unclosed>['`"]|/\*)
      | (?P<mark>[(),;])
      | (?P<word>[\w.$:+]+|-|[^\s\w])"""
_COPY = re.compile(r"^COPY\s+([\w.\"]+)\s*\(([^)]*)\)\s+FROM\s+stdin;[^\n]*\n", re.IGNORECASE | re.MULTILINE)
_COPY_END = re.compile(r"^\\\.\r?$", re.MULTILINE)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "", "Z": "", "b": ""}
_BEFORE_NAME = {"into", "table", "if", "not", "exists", "ignore", "temporary", "only"}
#: first words of a part of CREATE TABLE that is not a column
_NOT_COLUMNS = {"primary", "key", "unique", "constraint", "index", "foreign", "fulltext", "check", "spatial"}


@dataclass(frozen=True)
class SqlRow:
    """One tuple: the physical line where it begins, and its values by column; None when its width is wrong."""

    line: int
    values: dict[str, str | None] | None


@dataclass
class Dump:
    """Rows by table; `unclosed_line` is that of a string that never ends, after which nothing can be read."""

    tables: dict[str, list[SqlRow]] = field(default_factory=dict)
    unclosed_line: int | None = None


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int


def read_dump(text: str, wanted: Wanted) -> Dump:
    """Read the tables whose name, in lower case and without schema, is `wanted`."""
    return _Reader(text, wanted).read()


class _Reader:
    def __init__(self, text: str, wanted: Wanted) -> None:
        self._text = text
        self._wanted = wanted
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._columns: dict[str, list[str]] = {}
        self._dump = Dump()
        #: MySQL has backslash escapes in every string
        self._has_escapes = "`" in text or re.search("mysql|mariadb", text[:2000], re.I) is not None
        strings = _STRINGS["mysql" if self._has_escapes else "postgres"]
        self._token = re.compile(_TOKEN.format(string=strings), re.VERBOSE | re.DOTALL)

    def read(self) -> Dump:
        position = 0
        for copy in _COPY.finditer(self._text):
            if copy.start() >= position:
                self._read_statements(position, copy.start())
                position = self._read_copy(copy)
        self._read_statements(position, len(self._text))
        return self._dump

    def _line(self, position: int) -> int:
        return bisect_right(self._breaks, position - 1) + 1

    def _read_copy(self, copy: re.Match[str]) -> int:
        """Rows of a PostgreSQL COPY block, one per line up to `\\.`; returns the position after it."""
        end = _COPY_END.search(self._text, copy.end())
        stop, after = (end.start(), end.end()) if end else (len(self._text), len(self._text))
        if self._wanted(_bare(copy[1])):
            names = [_bare(name) for name in copy[2].split(",")]
            for offset, raw in enumerate(self._text[copy.end() : stop].split("\n")):
                line = raw.rstrip("\r")
                if line:
                    cells = [None if cell == r"\N" else _unescape(cell) for cell in line.split("\t")]
                    self._add(_bare(copy[1]), self._line(copy.end()) + offset, names, cells)
        return after

    def _read_statements(self, start: int, stop: int) -> None:
        statement: list[_Token] = []
        for match in self._token.finditer(self._text, start, stop):
            kind = str(match.lastgroup)
            if kind == "unclosed":
                self._dump.unclosed_line = self._dump.unclosed_line or self._line(match.start())
                break
            if match[0] == ";":
                self._read_statement(statement)
                statement = []
            elif kind != "comment" and (len(statement) < 8 or self._wanted(_table(statement))):
                statement.append(_Token(kind, match[0], match.start()))
        self._read_statement(statement)

    def _read_statement(self, statement: list[_Token]) -> None:
        table = _table(statement)
        if not self._wanted(table):
            return
        groups = _groups(statement)
        if statement[0].text.lower() == "create":
            parts = groups[0][1] if groups else []
            self._columns[table] = [
                _bare(p[0].text) for p in parts if p and p[0].text.lower() not in _NOT_COLUMNS
            ]
            return
        values = next((t.start for t in statement if t.kind == "word" and t.text.lower() == "values"), None)
        names = self._columns.get(table, [])
        for start, parts in groups:
            if values is None or start < values:
                names = [_bare(part[0].text) for part in parts if part]
            else:
                self._add(
                    table, self._line(start), names, [_value(part, self._has_escapes) for part in parts]
                )

    def _add(self, table: str, line: int, names: list[str], cells: list[str | None]) -> None:
        values = dict(zip(names, cells, strict=True)) if len(names) == len(cells) else None
        self._dump.tables.setdefault(table, []).append(SqlRow(line, values))


def _table(statement: list[_Token]) -> str:
    """The table of INSERT INTO, REPLACE INTO or CREATE TABLE; empty for any other statement."""
    words = [token.text for token in statement[:8]]
    if not words or words[0].lower() not in ("insert", "replace", "create"):
        return ""
    return next((_bare(word) for word in words[1:] if word.lower() not in _BEFORE_NAME), "")


def _groups(statement: list[_Token]) -> list[tuple[int, list[list[_Token]]]]:
    """The parenthesised lists of a statement: where each opens, and the tokens of each of its parts.

    A list that the end of the file cuts is left with what it has: its width will be wrong.
    """
    groups: list[tuple[int, list[list[_Token]]]] = []
    depth = 0
    for token in statement:
        text = token.text if token.kind == "mark" else ""
        depth -= text == ")"
        if text == "(" and depth == 0:
            groups.append((token.start, [[]]))
        elif text == "," and depth == 1:
            groups[-1][1].append([])
        elif depth > 0:
            groups[-1][1][-1].append(token)
        depth = max(depth, 0) + (text == "(")
    return groups


def _value(part: list[_Token], has_escapes: bool) -> str | None:
    """A string, a number or NULL; casts and character sets around a string are left aside."""
    strings = [token for token in part if token.kind == "string"]
    if strings:
        text = strings[0].text
        body = text[text.index("'") + 1 : -1].replace("''", "'")
        return _unescape(body) if has_escapes or text[0] in "eE" else body
    text = "".join(token.text for token in part)
    return None if text.upper() == "NULL" or not text else text


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text, flags=re.DOTALL)


def _bare(name: str) -> str:
    """`"public"."mrbs_entry"` and `mrbs_entry` in backquotes are one table."""
    return re.sub(r"[`\"\s]", "", name).rsplit(".", 1)[-1].lower()
