"""P04: a name in the message of a failure reaches neither terminal nor log; cells are in tests/faults/test_canaries."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from periscope import cli, models
from periscope.errors import PeriscopeError
from tests.faults import house

NAME = "Zéphyrine QUINCAMPOIX"


def is_named(said: str) -> bool:
    return "quincampoix" in said.casefold() or "phyrine" in said.casefold()


FAILURES: dict[str, Callable[[], BaseException]] = {
    "value": lambda: ValueError(NAME),
    "key": lambda: KeyError(NAME),
    "text": lambda: UnicodeEncodeError("ascii", NAME, 1, 2, NAME),
    "csv": lambda: csv.Error(NAME),
    "warehouse": lambda: duckdb.ConversionException(f'Could not convert string "{NAME}" to DATE'),
    "file": lambda: FileNotFoundError(2, "absent", NAME),
}


@pytest.mark.parametrize("options", [[], ["--debug"]], ids=["plain", "debug"])
@pytest.mark.parametrize("failure", sorted(FAILURES))
def test_p04_a_failure_nobody_foresaw(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    failure: str,
    options: list[str],
) -> None:
    workspace = house.create(tmp_path / "pole")

    def broken(*_: object) -> None:
        raise FAILURES[failure]()

    monkeypatch.setitem(cli._STEP_FUNCTIONS, "build", broken)
    assert cli.main(["build", "-w", str(workspace.root), "--as-of", house.AS_OF, *options]) == 1
    said = "".join(capfd.readouterr())
    assert "La publication précédente est intacte" in said and not is_named(said)
    assert ("test_canary_cells.py" in said) == bool(options), "--debug says where, not what"
    log = workspace.log.read_text(encoding="utf-8")
    assert "échec" in log and not is_named(log)


@pytest.mark.parametrize(
    "message",
    [
        f'Conversion Error: Could not convert string "{NAME}" to DATE when casting from source column x',
        f"Conversion Error: Could not convert string '{NAME}' to INT32\nLINE 3: cast('{NAME}' as int)",
        f'Constraint Error: Duplicate key "ref: l\'atelier "{NAME}", n: 1" violates primary key constraint',
    ],
)
def test_p04_a_model_that_fails_on_a_cell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, message: str
) -> None:
    node = SimpleNamespace(node=SimpleNamespace(name="crit_x"), status="error", message=message)
    result = SimpleNamespace(success=False, exception=None, result=SimpleNamespace(results=[node]))
    monkeypatch.setattr("dbt.cli.main.dbtRunner", lambda: SimpleNamespace(invoke=lambda command: result))
    with pytest.raises(PeriscopeError, match="crit_x") as failed:
        models._dbt_build([], tmp_path, {})
    assert "Error" in str(failed.value) and not is_named(str(failed.value))
