"""What a person reads of a failure."""

from __future__ import annotations

import duckdb
import pytest

from periscope.cli import parser
from periscope.errors import told


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
