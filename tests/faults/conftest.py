"""One pole published twice, for every fault; and the counts that `make faults` writes to docs/fiabilite.md.

PERISCOPE_FAULT_REPEATS provokes each fault at least that many times, over all the ways that its test has of provoking it;
PERISCOPE_FAULT_REPORT is the page whose table is replaced.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults import house

REPEATS = int(os.environ.get("PERISCOPE_FAULT_REPEATS", "1"))
_START, _END = "<!-- comptes -->", "<!-- fin des comptes -->"
_CASES = {
    "R01": "même fichier reçu deux fois",
    "R02": "déclaration corrigée",
    "R03": "A, B, puis A à nouveau",
    "R04": "version ancienne après la récente",
    "R05": "lu = accepté + refusé, pour chaque fichier",
    "R06": "arrêt brutal (kill -9) à chaque étape",
    "R07": "disque plein ; sortie et journal sur /dev/full",
    "R08": "deux évaluateurs à la fois ; détenteur tué",
    "R09": "lecteur pendant la publication",
    "R10": "octet changé ou fichier tronqué dans l'entrepôt",
    "R11": "un octet d'un trimestre clos changé",
    "R12": "autre graine, autre fuseau, un seul processeur",
    "R13": "nuit du changement d'heure, 29 février, 31 décembre 23 h 59",
    "R14": "aucun réseau",
    "P02": "personne effacée, puis original renvoyé",
    "P05": "droits des fichiers",
}


class Ledger:
    """Faults tried, rows lost and half publications, per case; the last two where the test counts them."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.lost_rows: Counter[str] = Counter()
        self.half: Counter[str] = Counter()

    def tell(self, case: str, *, lost_rows: int | None = None, is_half: bool | None = None) -> None:
        """Count one fault; the test asserts on the same numbers just after."""
        self.tried[case] += 1
        for counts, count in ((self.lost_rows, lost_rows), (self.half, is_half)):
            if count is not None:
                counts[case] += int(count)

    def table(self) -> str:
        lines = [
            "| cas | panne | essais | lignes perdues | publications à moitié |",
            "|---|---|---|---|---|",
        ]
        for case, label in _CASES.items():
            if self.tried[case]:
                counts = [str(of[case]) if case in of else "–" for of in (self.lost_rows, self.half)]
                lines.append(f"| {case} | {label} | {self.tried[case]} | {' | '.join(counts)} |")
        total = [sum(counts.values()) for counts in (self.tried, self.lost_rows, self.half)]
        return "\n".join([*lines, f"| | **total** | {total[0]} | {total[1]} | {total[2]} |"])


_LEDGER = Ledger()


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return _LEDGER


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "turn" in metafunc.fixturenames:
        ways = math.prod(len(mark.args[1]) for mark in metafunc.definition.iter_markers("parametrize"))
        metafunc.parametrize("turn", range(math.ceil(REPEATS / ways)))


def pytest_sessionfinish(session: pytest.Session) -> None:
    page = os.environ.get("PERISCOPE_FAULT_REPORT")
    if page and _LEDGER.tried:
        path = Path(page)
        text = path.read_text(encoding="utf-8")
        before, after = text.split(_START)[0], text.split(_END)[1]
        path.write_text(f"{before}{_START}\n\n{_LEDGER.table()}\n\n{_END}{after}", encoding="utf-8")


@dataclass(frozen=True)
class Poles:
    """`first` is published; `second` is the same after a late file, published again."""

    first: Path
    second: Path
    built: Path

    @property
    def whole(self) -> set[str]:
        return {house.publication(self.first), house.publication(self.second)}


@pytest.fixture(scope="session")
def poles(tmp_path_factory: pytest.TempPathFactory) -> Poles:
    base = tmp_path_factory.mktemp("poles")
    house.create(base / "first")
    told = house.end(house.struck(base / "first", "none", "kill", "run"))
    assert told.status == 0, told.told
    second = house.copy(base / "first", base / "second")
    house.late_file(second)
    told = house.end(house.struck(second, "none", "kill", "run", built=base / "built.duckdb"))
    assert told.status == 0, told.told
    assert house.figures(second) != house.figures(base / "first")
    return Poles(base / "first", second, base / "built.duckdb")
