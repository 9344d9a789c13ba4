"""Decide for each new slice: accept, accept with findings, or refuse, in words a sender can read.

Great Expectations takes seconds to load, so it lives in a second process that starts while files are read, and
never starts when nothing is new. This is its only import.
"""

from __future__ import annotations

import gc
import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

from expectations import bookings, declarations, revenue
from expectations.rules import REFUSE, Suite
from periscope import arbitration, warehouse
from periscope.errors import PeriscopeError
from periscope.workspace import Run

SUITES: tuple[Suite, ...] = (declarations.SUITE, revenue.SUITE, bookings.SUITE)

#: what Great Expectations loads for one expectation each, that no rule here uses: a third of its loading
HEAVY = ("scipy.stats", "altair")

Profile = dict[str, list[Any]]


class Judge:
    """The second process. Start it early with `Judge()`, ask it once, and take its answer with `failures`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "expectations.gate"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answered: Callable[[], tuple[str, Any]] = self._process.communicate
        #: whether it was asked about anything; None before it was asked
        self._has_question: bool | None = None

    def ask(self, profiles: dict[str, Profile]) -> None:
        """Ask about slices, and go on: the question waits in a thread until Great Expectations is loaded."""
        self._has_question = bool(profiles)
        if profiles:
            waiting = ThreadPoolExecutor(1)
            self._answered = waiting.submit(self._process.communicate, json.dumps(profiles)).result
            waiting.shutdown(wait=False)

    def failures(self) -> list[tuple[str, str, str]]:
        """(suite, code of the rule, slice_id) of every expectation that is not met by what was asked about."""
        assert self._has_question is not None, "what was not asked about would be accepted"
        if not self._has_question:
            return []
        answer, _ = self._answered()
        if self._process.returncode != 0:
            raise PeriscopeError(
                "La vérification des fichiers (Great Expectations) a échoué ; rien n'est accepté ni publié. Relancez."
            )
        return [(suite, code, slice_id) for suite, code, slice_id in json.loads(answer)]

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._answered()


def check(run: Run, judge: Judge | None = None) -> None:
    """Judge every slice not yet judged, unless a `judge` was asked about them, then decide which slices count."""
    failures = judge.failures() if judge else _asked_now(profiles(run))
    with _raw(run) as connection:
        connection.begin()
        for suite_name, code, slice_id in failures:
            rule = next(
                r for suite in SUITES if suite.name == suite_name for r in suite.rules if r.code == code
            )
            columns = "file_id, source_file, sheet, sender"
            if rule.verdict == REFUSE:
                connection.execute(
                    "update record.slices set verdict = 'refuse' where slice_id = ?", [slice_id]
                )
                connection.execute(
                    f"insert into record.refusals ({columns}, column_name, value, row_number, code, reason, remedy) "
                    f"select {columns}, '', '', 0, ?, ?, ? from record.slices where slice_id = ?",
                    [code, rule.reason, rule.remedy, slice_id],
                )
            else:
                connection.execute(
                    f"insert into record.findings ({columns}, column_name, value, row_number, code, message) "
                    f"select {columns}, '', '', 0, ?, ? from record.slices where slice_id = ?",
                    [code, rule.reason, slice_id],
                )
        accept_others(connection)
        connection.commit()


def accept_others(connection: warehouse.Connection) -> None:
    """Accept every slice that is not refused, and decide which slices count."""
    connection.execute("update record.slices set verdict = 'accept' where verdict = ''")
    arbitration.arbitrate(connection)


def profiles(run: Run) -> dict[str, Profile]:
    """What rules are about, by suite and column: one row for each slice not yet judged."""
    found = {}
    with _raw(run) as connection:
        for suite in SUITES:
            parameters = {"as_of": run.as_of.isoformat()} if "$as_of" in suite.profile_sql else {}
            cursor = connection.execute(suite.profile_sql, parameters)
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
            if rows:
                found[suite.name] = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    return found


def _raw(run: Run) -> AbstractContextManager[warehouse.Connection]:
    return warehouse.connect(run.workspace.raw_database, temporary=run.workspace.warehouse / "tmp")


def _asked_now(profiles: dict[str, Profile]) -> list[tuple[str, str, str]]:
    if not profiles:
        return []
    with Judge() as judge:
        judge.ask(profiles)
        return judge.failures()


class _Awaited(ModuleType):
    """A module that takes its own place when something of it is first used."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules[self.__name__] is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def load_when_used(name: str) -> None:
    """Have a module loaded when something of it is first used, whoever imports it from now on."""
    module = sys.modules[name] = _Awaited(name)
    package, _, last = name.rpartition(".")
    if package:
        setattr(importlib.import_module(package), last, module)


def _serve() -> None:
    """The second process: load Great Expectations, then answer one question from standard input."""
    import great_expectations as gx
    import pandas as pd

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)  # type: ignore[attr-defined]
    profiles: dict[str, Profile] = json.loads(sys.stdin.read())
    failures = []
    for suite in SUITES:
        if suite.name not in profiles:
            continue
        frame = pd.DataFrame(profiles[suite.name])
        asset = context.data_sources.add_pandas(suite.name).add_dataframe_asset(suite.name)
        batch = asset.add_batch_definition_whole_dataframe(suite.name).get_batch({"dataframe": frame})
        expectations = [
            getattr(gx.expectations, rule.expectation)(**rule.arguments, meta={"code": rule.code})
            for rule in suite.rules
        ]
        result = batch.validate(
            gx.ExpectationSuite(name=suite.name, expectations=expectations),
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["slice_id"]},
        )
        for outcome in result.results:
            code = outcome.expectation_config.meta["code"]  # type: ignore[union-attr]
            if outcome.exception_info.get("raised_exception"):
                raise RuntimeError(f"{suite.name}: {code}")
            failures += [
                (suite.name, code, found["slice_id"])
                for found in outcome.result.get("unexpected_index_list") or []
            ]
    json.dump(sorted(failures), sys.stdout)


if __name__ == "__main__":
    gc.disable()  # what is loaded stays, and the process ends with its answer
    for unused in HEAVY:
        load_when_used(unused)
    _serve()
