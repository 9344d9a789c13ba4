"""What a person reads of a failure."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from periscope import cli
from periscope.arguments import parser
from periscope.errors import shown, shown_lines, told


def test_nobody_decides_nothing() -> None:
    for name in ("", "  "):
        with pytest.raises(SystemExit, match="2"):
            parser().parse_args(["close", "2026-Q3", "--by", name])
    assert parser().parse_args(["close", "2026-Q3", "--by", "Ada"]).by == "Ada"


def test_a_reader_that_stops_is_no_failure_of_the_program() -> None:
    text, status = told(BrokenPipeError())
    assert "head" in text and "échec" not in text and status == 1
    assert "échec" in told(ValueError("1 234,56"))[0] and "1 234" not in told(ValueError("1 234,56"))[0]


@pytest.mark.parametrize("kind", [duckdb.Error, duckdb.IOException, duckdb.SerializationException])
def test_a_damaged_block_names_the_way_back_and_quotes_nothing(kind: type[Exception]) -> None:
    """A checksum that does not match is raised as the bare class."""
    text, status = told(kind("Corrupt database file: computed checksum 1 234,56"))
    assert status == 1 and "periscope doctor" in text and "1 234" not in text
    assert "échec" in told(duckdb.BinderException("no column"))[0]


def test_what_a_terminal_would_obey_is_spelt_out() -> None:
    assert shown("a\x1b[2J\r\u202eb\udce9\u2028\nc") == "a\\x1b[2J\\r\\u202eb\\xe9\\u2028\\nc"
    french = "« Éole »\u00a0: 1\u202f234,56\u00a0€ — œuvre … → 😀"
    assert shown(french) == french
    assert shown_lines("a\x07\nb") == "a\\x07\nb"


def test_a_file_that_cannot_be_read_is_named() -> None:
    text, status = told(PermissionError(13, "Permission denied", "/pole/inbox/\x1ba.csv"))
    assert "« /pole/inbox/\\x1ba.csv »" in text and status == 1


def test_the_front_door_prints_by_one_way() -> None:
    """A `print` of its own would let the name of a file reach the terminal raw."""
    package = Path(cli.__file__).parent
    printed = {
        str(file.relative_to(package)): found
        for file in sorted(package.rglob("*.py"))
        if (found := re.findall(r"(?<![\w.])print\(.*", file.read_text(encoding="utf-8")))
    }
    assert printed == {"terminal.py": ["print(shown_lines(text), file=where)"]}
