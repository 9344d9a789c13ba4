"""docs/pieges.md has the 66 pitfalls of the field; each line names a test that exists, or says why none is needed."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "docs" / "pieges.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", TEXT, re.MULTILINE)


def _known() -> set[str]:
    """Names of pytest functions, of dbt unit tests and of dbt's singular and generic tests."""
    known = {path.stem for path in (PROJECT / "tests" / "dbt").rglob("*.sql")}
    for path in (PROJECT / "tests").rglob("test_*.py"):
        known |= set(
            re.findall(r"^ *(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        )
    for path in (PROJECT / "models").rglob("*.yml"):
        known |= set(re.findall(r"- name: (\w+)\n +model: ", path.read_text(encoding="utf-8")))
    return known


def test_every_pitfall_has_its_line() -> None:
    assert [int(number) for number, _ in LINES] == list(range(1, 67))


def test_every_line_names_a_test_that_exists_or_says_why_not() -> None:
    known = _known()
    for number, answer in LINES:
        named = set(re.findall(r"`([a-z0-9]+_[a-z0-9_]+)`", answer))
        missing = named - known
        assert not missing, (
            f"docs/pieges.md, pitfall {number}: {sorted(missing)} do not exist. Correct the line."
        )
        assert named & known or answer.startswith("sans objet"), (
            f"docs/pieges.md, pitfall {number}: name the test that holds it, or start with « sans objet » and say why."
        )
