"""Start-up discipline. `status` and the run with nothing new are held in tests/integration/test_incremental.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from periscope import template
from tests.startup import PROJECT, SLOW, loaded_by

_CURE = "import it inside the function that needs it, not at the top of a module that every command loads"


def printed_by(code: str) -> str:
    """What a process of its own prints when it runs this."""
    line = [sys.executable, "-c", code]
    return subprocess.run(line, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("--version",)])
def test_help_loads_nothing_slow(arguments: tuple[str, ...]) -> None:
    status, slow, _ = loaded_by(*arguments)
    assert (status, slow) == (0, set()), _CURE


def test_a_workspace_without_publication_is_told_without_loading_anything_slow(tmp_path: Path) -> None:
    template.create(tmp_path / "pole")
    status, slow, _ = loaded_by("status", "-w", str(tmp_path / "pole"), "--as-of", "2026-11-23")
    assert (status, slow) == (2, set()), _CURE


def test_a_slow_import_would_be_seen() -> None:
    """The detector itself: a process that does import one is caught."""
    code = "import sys, pandas; print(sorted({name.split('.')[0] for name in sys.modules}))"
    assert "pandas" in printed_by(code) and "pandas" in SLOW


def test_great_expectations_loads_without_the_libraries_that_no_rule_uses() -> None:
    """A third of its loading. Were one used, it would be loaded then and be an ordinary module."""
    code = (
        "import sys; from expectations import gate; [gate.load_when_used(name) for name in gate.HEAVY];"
        "import great_expectations; print(*{type(sys.modules[name]).__name__ for name in gate.HEAVY})"
    )
    assert printed_by(code) == "_Awaited"


def test_a_library_that_is_awaited_loads_when_something_of_it_is_used() -> None:
    code = (
        "import sys; from expectations import gate; gate.load_when_used('scipy.stats'); import scipy.stats as held;"
        "print(held.norm.cdf(0.0), type(sys.modules['scipy.stats']).__name__, held.norm.cdf(0.0))"
    )
    assert printed_by(code).split() == ["0.5", "module", "0.5"]
