"""The rows of chosen tables in an SQL dump, MySQL or PostgreSQL, read as text. Nothing is ever executed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.unreadable import Unreadable

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
_COPY = re.compile(
    r"^COPY\s+([\w.\"]+)\s*\(([^)]{0,2000})\)\s+FROM\s+stdin;[^\n]*\n", re.IGNORECASE | re.MULTILINE
)
_COPY_END = re.compile(r"^\\\.\r?$", re.MULTILINE)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "", "Z": "", "b": ""}
_BEFORE_NAME = {"into", "table", "if", "not", "exists", "ignore", "temporary", "only"}
#: tokens that say which table a statement is about
_MOST_WORDS = 8
#: tokens of one parenthesised list; a longer one is no row of a booking program
_MOST_TOKENS = 10_000
_DEEPEST = 100
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


#: kind and text
_Token = tuple[str, str]


@dataclass
class _Statement:
    """What was read of one statement: never more than its first words and its last parenthesised list."""

    words: list[str] = field(default_factory=list)
    #: the table of INSERT INTO, REPLACE INTO or CREATE TABLE, when it is wanted
    table: str = ""
    names: list[str] | None = None
    has_values: bool = False
    depth: int = 0
    #: of the list that is open: its line, its parts, how many tokens they have
    line: int = 0
    parts: list[list[_Token]] = field(default_factory=list)
    count: int = 0

    @property
    def creates(self) -> bool:
        return self.words[0].lower() == "create"


def read_dump(text: str, wanted: Wanted) -> Dump:
    """Read the tables whose name, in lower case and without schema, is `wanted`. Raises Unreadable."""
    return _Reader(text, wanted).read()


class _Reader:
    def __init__(self, text: str, wanted: Wanted) -> None:
        self._text = text
        self._wanted = wanted
        self._counted, self._counted_line = 0, 1
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
        """The line of a position, never before one asked for earlier."""
        self._counted_line += self._text.count("\n", self._counted, position)
        self._counted = position
        return self._counted_line

    def _read_copy(self, copy: re.Match[str]) -> int:
        """Rows of a PostgreSQL COPY block, one per line up to `\\.`; returns the position after it."""
        end = _COPY_END.search(self._text, copy.end())
        stop, after = (end.start(), end.end()) if end else (len(self._text), len(self._text))
        if self._wanted(_bare(copy[1])):
            names = [_bare(name) for name in copy[2].split(",")]
            first = self._line(copy.end())
            for offset, raw in enumerate(self._text[copy.end() : stop].split("\n")):
                line = raw.rstrip("\r")
                if line:
                    cells = [None if cell == r"\N" else _unescape(cell) for cell in line.split("\t")]
                    self._add(_bare(copy[1]), first + offset, names, cells)
        return after

    def _read_statements(self, start: int, stop: int) -> None:
        """Token by token, so that a statement as long as the file is never held."""
        statement = _Statement()
        for match in self._token.finditer(self._text, start, stop):
            kind, text = str(match.lastgroup), match[0]
            if kind == "unclosed":
                self._dump.unclosed_line = self._dump.unclosed_line or self._line(match.start())
                break
            if text == ";":
                self._end_list(statement)
                statement = _Statement()
            elif kind == "comment":
                continue
            elif statement.table:
                self._read_token(statement, kind, text, match.start())
            elif len(statement.words) < _MOST_WORDS:
                statement.words.append(text)
                table = _table(statement.words)
                statement.table = table if self._wanted(table) else ""
        self._end_list(statement)

    def _read_token(self, statement: _Statement, kind: str, text: str, position: int) -> None:
        mark = text if kind == "mark" else ""
        if mark == ")":
            statement.depth = max(statement.depth - 1, 0)
            if statement.depth == 0:
                self._end_list(statement)
        if mark == "(" and statement.depth == 0:
            statement.line, statement.parts, statement.count = self._line(position), [[]], 0
        elif statement.depth > 0:
            statement.count += 1
            if statement.count > _MOST_TOKENS:
                statement.parts = [[]]
            elif mark == "," and statement.depth == 1:
                statement.parts.append([])
            else:
                statement.parts[-1].append((kind, text))
        elif kind == "word" and text.lower() == "values":
            statement.has_values = True
        statement.depth += mark == "("
        if statement.depth > _DEEPEST:
            raise Unreadable(
                f"Plus de {_DEEPEST} parenthèses y sont ouvertes l'une dans l'autre : ce n'est pas une sauvegarde de base.",
                "Refaites l'export depuis le logiciel de réservation.",
            )

    def _end_list(self, statement: _Statement) -> None:
        """The names of columns or the values of a row. A list that the end of the file cuts has what was read of it."""
        parts, statement.parts = statement.parts, []
        if not parts:
            return
        if statement.creates:
            if statement.names is None:
                statement.names = [
                    _bare(part[0][1]) for part in parts if part and part[0][1].lower() not in _NOT_COLUMNS
                ]
                self._columns[statement.table] = statement.names
        elif not statement.has_values:
            statement.names = [_bare(part[0][1]) for part in parts if part]
        else:
            names = self._columns.get(statement.table, []) if statement.names is None else statement.names
            values = [_value(part, self._has_escapes) for part in parts]
            self._add(statement.table, statement.line, names, values)

    def _add(self, table: str, line: int, names: list[str], cells: list[str | None]) -> None:
        values = dict(zip(names, cells, strict=True)) if len(names) == len(cells) else None
        self._dump.tables.setdefault(table, []).append(SqlRow(line, values))


def _table(words: list[str]) -> str:
    """The table of INSERT INTO, REPLACE INTO or CREATE TABLE; empty for any other statement, or not named yet."""
    if words[0].lower() not in ("insert", "replace", "create"):
        return ""
    return next((_bare(word) for word in words[1:] if word.lower() not in _BEFORE_NAME), "")


def _value(part: list[_Token], has_escapes: bool) -> str | None:
    """A string, a number or NULL; casts and character sets around a string are left aside."""
    text = next((text for kind, text in part if kind == "string"), "")
    if text:
        body = text[text.index("'") + 1 : -1].replace("''", "'")
        return _unescape(body) if has_escapes or text[0] in "eE" else body
    text = "".join(text for _, text in part)
    return None if text.upper() == "NULL" or not text else text


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text, flags=re.DOTALL)


def _bare(name: str) -> str:
    """`"public"."mrbs_entry"` and `mrbs_entry` in backquotes are one table."""
    return re.sub(r"[`\"\s]", "", name).rsplit(".", 1)[-1].lower()
