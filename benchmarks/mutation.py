"""Do the tests of the rules that matter notice a change of the rule?  python -m benchmarks.mutation [RULE …]

Each mutant of a Python rule runs that rule's tests in a process of its own; each mutant of a model's SQL is run by
DuckDB on the rows of the model's dbt unit tests. Survivors are argued in benchmarks/mutation_survivors.csv, and listed
in docs/fiabilite.md with `--report`; one without argument ends the command with the status 1.
"""

from __future__ import annotations

import csv
import importlib.util
import itertools
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

import duckdb
import hypothesis  # noqa: F401 - loaded once, for all the processes forked from this one
import pytest
import scipy.optimize  # noqa: F401

from benchmarks.mutants import Mutant, of_python, of_sql
from periscope import models, warehouse
from periscope.quarters import Quarter

PAGE = models.PROJECT / "docs" / "fiabilite.md"
ARGUMENTS = Path(__file__).with_name("mutation_survivors.csv")
_START, _END = "<!-- mutants -->", "<!-- fin des mutants -->"
_SECONDS = 300


@dataclass(frozen=True)
class Rule:
    """A rule of Python: its module, its tests, and the only functions that are changed, if not all."""

    name_fr: str
    module: str
    tests: tuple[str, ...]
    only: tuple[str, ...] = ()


_CLOSING = ("tests/integration/test_closing.py", "tests/integration/test_lost_records.py")
PYTHON = (
    Rule(
        "secret primaire",
        "protection.primary",
        ("tests/unit/test_primary.py",),
        ("Figure", "by_siren", "is_safe_for_enterprises", "cause"),
    ),
    Rule(
        "masques",
        "protection.masks",
        ("tests/unit/test_masks.py",),
        ("section", "_status", "_may_see", "_is_small_count"),
    ),
    Rule("types de révision", "release.causes", ("tests/unit/test_causes.py",)),
    Rule("versions d'un fichier", "periscope.arbitration", ("tests/unit/test_arbitration.py",)),
    Rule("registres lus et écrits", "periscope.records", ("tests/unit/test_records.py",)),
    Rule("clôture", "release.closing", _CLOSING),
    Rule("ce qu'une clôture inscrit", "release.record", _CLOSING),
    Rule("calcul refait sans dbt", "periscope.replay", ("tests/unit/test_replay.py",)),
    Rule(
        "tranches",
        "periscope.bands",
        ("tests/integration/test_layouts.py::test_a_band_reads_back_and_holds_its_amount",),
    ),
)
SQL = {
    "registre des emplois": ("int_posts__ledger", "int_posts__open", "int_posts__project_shares", "int_posts__worked"),
    "chiffre d'affaires": (
        "int_turnover__fec_lines",
        "int_turnover__fec_quarters",
        "int_turnover__observations",
        "int_turnover__chosen_amounts",
        "int_turnover__member_quarters",
        "int_turnover__perimeter_quarters",
        "int_turnover__year_on_year",
        "int_turnover__source_gaps",
    ),
}  # fmt: skip


@dataclass
class Tally:
    """What became of the mutants of one rule; a mutant that is no program is not counted."""

    killed: int = 0
    survivors: list[tuple[str, Mutant]] = field(default_factory=list)

    def tell(self, where: str, mutant: Mutant, is_killed: bool) -> None:
        self.killed += is_killed
        if not is_killed:
            self.survivors.append((where, mutant))


class _Changed(MetaPathFinder, SourceFileLoader):
    """Imports one module from a changed source."""

    def __init__(self, module: str, path: str, source: str) -> None:
        SourceFileLoader.__init__(self, module, path)
        self._source = source

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec")


def _notices(rule: Rule, path: str, source: str) -> bool:
    """True when the tests of the rule fail on this source, in a process forked for it."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] != 0
    signal.alarm(_SECONDS)
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    sys.meta_path.insert(0, _Changed(rule.module, path, source))
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *rule.tests]
    os._exit(int(pytest.main(arguments)))


def of_rule(rule: Rule) -> Tally:
    """Every mutant of a rule of Python. Raises SystemExit when its tests fail without any change."""
    path = models.PROJECT / (rule.module.replace(".", "/") + ".py")
    source = path.read_text(encoding="utf-8")
    if _notices(rule, str(path), source):
        raise SystemExit(f"{rule.tests}: these tests fail on the rule as it is")
    assert rule.module not in sys.modules, "a module already loaded would not be changed"
    tally = Tally()
    for mutant in of_python(source, rule.only):
        tally.tell(path.name, mutant, _notices(rule, str(path), mutant.source))
    return tally


@dataclass(frozen=True)
class Trial:
    """One dbt unit test as DuckDB runs it: the model's own text lies between `before` and `after`."""

    before: str
    model: str
    after: str

    def is_met(self, connection: warehouse.Connection, model: str) -> bool:
        """True when the rows are those expected. Raises duckdb.Error when the model is no query any more."""
        rows = connection.execute(self.before + model + self.after).fetchall()
        sides = {
            side: Counter(row[:-1] for row in rows if row[-1] == side) for side in ("actual", "expected")
        }
        return sides["actual"] == sides["expected"]


def _trials(model: str, target: Path) -> list[Trial]:
    found = []
    for path in sorted((target / "run").rglob("*.yml/**/*.sql")):
        text = path.read_text(encoding="utf-8")
        if "dbt_internal_unit_test_actual" in text and model in _tested(path.stem):
            start = _end_of_fixtures(text)
            end = text.index(") _dbt_internal_unit_test_actual")
            found.append(Trial(text[:start], text[start:end], text[end:]))
    return found


def _tested(test: str) -> list[str]:
    """Models that have a unit test of this name."""
    return [
        name
        for path in (models.PROJECT / "models").rglob("*.yml")
        for name in _named(path.read_text(encoding="utf-8"), test)
    ]


def _named(text: str, test: str) -> Iterator[str]:
    lines = [line.strip() for line in text.splitlines()]
    for line, following in itertools.pairwise(lines):
        if line == f"- name: {test}" and following.startswith("model: "):
            yield following.removeprefix("model: ")


def _end_of_fixtures(text: str) -> int:
    """Where the last invented table ends; parentheses inside its texts do not count."""
    place = text.rindex(" as (", 0, text.rindex("-- Fixture for")) + 5
    depth, is_text = 1, False
    while depth:
        mark = text[place]
        is_text ^= mark == "'"
        depth += 0 if is_text else (mark == "(") - (mark == ")")
        place += 1
    return place


def compiled(folder: Path) -> Path:
    """Build the models and their unit tests once; returns dbt's folder, where their SQL is."""
    request = models.BuildRequest(
        raw=folder / "raw.duckdb",
        candidate=folder / "candidate.duckdb",
        target=folder / "dbt",
        quarter=Quarter.parse("2026-Q3"),
        history_start=date(2024, 1, 1),
    )
    with warehouse.connect(request.raw) as connection:
        warehouse.create_raw(connection)
    models.build(request, select=[f"+{name}" for names in SQL.values() for name in names], unit_tests=True)
    return request.target


def of_models(names: tuple[str, ...], target: Path) -> Tally:
    """Every mutant of these models. Raises SystemExit when a model has no unit test."""
    tally = Tally()
    with warehouse.connect(None) as connection:
        for name in names:
            trials = _trials(name, target)
            if not trials or not all(trial.is_met(connection, trial.model) for trial in trials):
                raise SystemExit(f"{name}: no unit test, or one that fails on the model as it is")
            for mutant in of_sql(trials[0].model):
                try:
                    is_killed = not all(trial.is_met(connection, mutant.source) for trial in trials)
                except duckdb.Error:
                    continue
                tally.tell(f"{name}.sql", mutant, is_killed)
    return tally


def _arguments() -> dict[tuple[str, str, str], str]:
    with ARGUMENTS.open(encoding="utf-8", newline="") as file:
        return {(row["where"], row["line"], row["change"]): row["argument"] for row in csv.DictReader(file)}


def report(tallies: dict[str, Tally]) -> str:
    """The French table and the list of survivors, each with its argument."""
    lines = ["| règle | mutants | tués | survivants |", "|---|---|---|---|"]
    for name, tally in tallies.items():
        count = tally.killed + len(tally.survivors)
        lines.append(f"| {name} | {count} | {tally.killed} | {len(tally.survivors)} |")
    known = _arguments()
    lines += ["", "Survivants :", ""]
    for tally in tallies.values():
        for where, mutant in tally.survivors:
            argument = known.get((where, mutant.line, mutant.change), "**pas encore argumenté**")
            lines.append(f"- `{where}` : `{mutant.line}`, {mutant.change.replace('|', '∣')} — {argument}")
    return "\n".join(lines)


def main() -> int:
    wanted = [name for name in sys.argv[1:] if name != "--report"]
    tallies = {rule.name_fr: of_rule(rule) for rule in PYTHON if not wanted or rule.name_fr in wanted}
    names = {name: group for name, group in SQL.items() if not wanted or name in wanted}
    if names:
        with tempfile.TemporaryDirectory() as folder:
            target = compiled(Path(folder))
            tallies |= {name: of_models(group, target) for name, group in names.items()}
    told = report(tallies)
    print(told)
    if "--report" in sys.argv:
        text = PAGE.read_text(encoding="utf-8")
        before, after = text.split(_START)[0], text.split(_END)[1]
        PAGE.write_text(f"{before}{_START}\n\n{told}\n\n{_END}{after}", encoding="utf-8")
    return int("pas encore argumenté" in told)


if __name__ == "__main__":
    sys.exit(main())
