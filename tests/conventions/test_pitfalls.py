"""docs/pieges.md has the 66 pitfalls of the field, and every test that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "docs" / "pieges.md").read_text(encoding="utf-8")


def test_every_pitfall_has_its_line() -> None:
    lines = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", TEXT, re.MULTILINE)
    assert [int(number) for number, _ in lines] == list(range(1, 67))
    assert all(answer.strip() for _, answer in lines)


def test_every_test_named_exists() -> None:
    folders = ("tests", "models", "macros")
    paths = [
        path
        for folder in folders
        for path in (PROJECT / folder).rglob("*")
        if path.suffix in (".py", ".yml", ".sql")
    ]
    known = {path.stem for path in paths}
    for path in paths:
        if path != Path(__file__).resolve():
            known |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    named = set(re.findall(r"`([a-z0-9]+_[a-z0-9_]+)`", TEXT))
    assert len(named) > 60
    assert not named - known, (
        f"docs/pieges.md names tests that do not exist: {sorted(named - known)}. Correct its lines."
    )
