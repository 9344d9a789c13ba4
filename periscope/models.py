"""Run the dbt project on one raw warehouse, in this process, once per run."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from periscope import warehouse
from periscope.errors import PeriscopeError
from periscope.quarters import Quarter
from periscope.workspace import Run

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class BuildRequest:
    """What one build needs: where to read, where to write, and the parameters of the run."""

    raw: Path
    candidate: Path
    target: Path
    quarter: Quarter
    history_start: date
    baseline_quarter: str = ""
    managing_body_siren: str = ""
    source_gap_share: float = 0.05
    function_classes: dict[str, str] = field(default_factory=dict)
    #: of a network: pole_id and managing_body_siren of each of its poles
    poles: tuple[dict[str, str], ...] = ()

    def variables(self) -> dict[str, object]:
        return {
            "quarter": str(self.quarter),
            "history_start": self.history_start.isoformat(),
            "baseline_quarter": self.baseline_quarter,
            "managing_body_siren": self.managing_body_siren,
            "source_gap_share": self.source_gap_share,
            "function_classes": self.function_classes,
            "poles": list(self.poles),
        }


class Statement(NamedTuple):
    """What dbt compiled of one model (`table` or `view`, by its relation) or one promise (`test`, by its name)."""

    kind: str
    name: str
    sql: str
    #: what it took dbt, all included
    seconds: float = 0.0

    @classmethod
    def of(cls, done: Any) -> Statement:
        node = done.node
        name = node.name if node.resource_type == "test" else node.relation_name
        return cls(node.config.materialized, name, node.compiled_code, done.execution_time)


def request(run: Run) -> BuildRequest:
    """The build of one run: from its raw warehouse into its candidate; the published one is not touched."""
    workspace = run.workspace
    managing = workspace.settings.managing_body.replace(" ", "")
    with warehouse.connect(workspace.raw_database, read_only=True) as connection:
        row = connection.execute(
            "select siren from register.members where member_id = ? or siren = ?", [managing, managing]
        ).fetchone()
    return BuildRequest(
        raw=workspace.raw_database,
        candidate=workspace.candidate_database,
        target=workspace.warehouse / "dbt",
        quarter=run.quarter,
        history_start=run.history_start,
        baseline_quarter=str(workspace.settings.baseline or ""),
        managing_body_siren=row[0] if row else managing if managing.isdigit() else "",
        source_gap_share=workspace.settings.thresholds.source_gap_share,
        function_classes=workspace.settings.function_classes,
    )


def preload() -> None:
    """Load dbt, which takes seconds, while another process works; `build` needs it anyway."""
    import dbt.adapters.duckdb.connections
    import dbt.cli.main  # noqa: F401


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {key: os.environ.get(key) for key in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


def build(
    request: BuildRequest, *, select: list[str] | None = None, unit_tests: bool = False
) -> list[Statement]:
    """Build every model and check every promise into `request.candidate`. Returns what was run, in order.

    Raises PeriscopeError that names the models and tests at fault. Unit tests run on invented rows, so they
    belong to the project's own tests, not to an evaluator's run.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    warehouse.remove(request.candidate)
    request.candidate.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["--vars", json.dumps(request.variables(), sort_keys=True)]
    arguments += _selection(select)
    if not unit_tests:
        arguments += ["--exclude-resource-type", "unit_test"]
        # manifest and results: only the project's own tests read them
        arguments += ["--no-write-json"]
    environment = {"PERISCOPE_RAW": str(request.raw), "PERISCOPE_CANDIDATE": str(request.candidate)}
    try:
        return _dbt_build(arguments, request.target, environment)
    finally:
        # dbt keeps its connection open and the data in the write-ahead log until this
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def build_on_spark(
    request: BuildRequest, target: Path, *, select: list[str] | None = None
) -> list[Statement]:
    """Build the same models and check the same promises on the Spark session that this process holds.

    Seeds are tables that the session already knows. Raises PeriscopeError as `build` does.
    """
    arguments = ["--vars", json.dumps(request.variables(), sort_keys=True), "--target", "spark"]
    arguments += ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "seed"]
    return _dbt_build(arguments + _selection(select), target, {})


def _selection(select: list[str] | None) -> list[str]:
    # a test that compares two models runs when both are built
    return ["--select", *select, "--indirect-selection", "cautious"] if select else []


def _dbt_build(arguments: list[str], target: Path, environment: dict[str, str]) -> list[Statement]:
    from dbt.cli.main import dbtRunner

    command = ["--quiet", "--no-use-colors", "--log-level-file", "none", "build"]
    command += ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    command += ["--target-path", str(target), "--log-path", str(target), *arguments]
    with _environment(environment | {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}):
        result = dbtRunner().invoke(command)
    done = getattr(result.result, "results", [])
    if result.success:
        return [Statement.of(one) for one in done if _is_run_again(one.node)]
    if isinstance(result.exception, KeyboardInterrupt | SystemExit):
        # someone stopped the command: no fault of the models
        raise result.exception
    if result.exception is not None:
        raise PeriscopeError(f"Les modèles ne se lisent pas : {result.exception}") from result.exception
    failures = [
        f"{one.node.name} ({one.status}) : {_without_cells(str(one.message))}"
        for one in done
        if str(one.status) in ("error", "fail")
    ]
    raise PeriscopeError(
        "Le calcul des critères a échoué ; rien n'est publié, la publication précédente est intacte.\n  "
        + "\n  ".join(failures)
    )


def _is_run_again(node: Any) -> bool:
    """Seeds are files of the program; a promise that only warns stops nothing."""
    return node.resource_type == "model" or (
        node.resource_type == "test" and str(node.config.severity).lower() == "error"
    )


def _without_cells(message: str) -> str:
    """A message of the warehouse up to what it quotes, and after: between quotes may stand a cell."""
    return re.sub(r"([\"']).*\1", "…", message, flags=re.DOTALL)
