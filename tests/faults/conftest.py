"""One pole published twice, for every fault; and the counts that `make faults` writes to docs/fiabilite.md.

PERISCOPE_FAULT_REPEATS provokes each fault at least that many times, over all the ways that its test has of provoking it;
PERISCOPE_FAULT_REPORT is the page whose table is replaced. The tries are kept in target/faults.csv, to which each process
adds: a campaign may be shared by several, or stopped and taken up again. Its table is that of the whole file.
"""

from __future__ import annotations

import csv
import math
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from periscope.models import PROJECT
from tests.faults import house

REPEATS = int(os.environ.get("PERISCOPE_FAULT_REPEATS", "1"))
_PAGE = os.environ.get("PERISCOPE_FAULT_REPORT")
_TRIES = PROJECT / "target" / "faults.csv"
_FAILED = "failed"
_START, _END = "<!-- comptes -->", "<!-- fin des comptes -->"
_CASES = {
    "I01": "classeur piégé : coin le plus lointain, dernière ligne, compte démesuré",
    "I02": "archive démesurée, membre double ou qui sort de son dossier",
    "I03": "DTD, en UTF-16 ou cachée plus loin",
    "I04": ".ods aux répétitions démesurées",
    "I05": "événements d'agenda sans fin, impossibles ou emboîtés",
    "I06": "lignes qui ne se lisent pas, deux encodages, un million de colonnes, gz",
    "I07": "noms hostiles de fichiers, de feuille, de colonne",
    "I08": "formules dans les noms",
    "I09": "balises dans les noms, pages ouvertes dans Chromium",
    "I10": "Jinja dans les noms",
    "I11": "erreurs, formules sans valeur, lignes masquées, total forgé",
    "I12": "nombres et dates ambigus, zéro initial",
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
    "R12": "autre graine, autre fuseau, autre jour, autre langue, un seul processeur",
    "R13": "nuit du changement d'heure, 29 février, 31 décembre 23 h 59",
    "R14": "aucun réseau",
    "P01": "un nom dans chaque texte libre d'un FEC",
    "P02": "personne effacée, puis original renvoyé",
    "P03": "clé absente, tronquée ou d'un autre espace de travail",
    "P04": "un nom dans une cellule qui ne se lit pas",
    "P05": "droits des fichiers",
}


class Ledger:
    """Faults tried, rows lost and half publications, per case; the last two where the test counts them."""

    def tell(self, case: str, *, lost_rows: int | None = None, is_half: bool | None = None) -> None:
        """Count one fault; the test asserts on the same numbers just after."""
        assert case in _CASES
        _write(case, "" if lost_rows is None else lost_rows, "" if is_half is None else int(is_half))


def _write(*cells: object) -> None:
    """One line added at once, whoever else adds some."""
    if _PAGE:
        _TRIES.parent.mkdir(exist_ok=True)
        with _TRIES.open("a", encoding="utf-8") as file:
            file.write(",".join(map(str, cells)) + "\n")


def table() -> str:
    """The French table of all tries, and how many tests failed."""
    lines = ["| cas | panne | essais | lignes perdues | publications à moitié |", "|---|---|---|---|---|"]
    with _TRIES.open(encoding="utf-8", newline="") as file:
        tries = list(csv.reader(file))
    total: Counter[int] = Counter()
    for case, label in _CASES.items():
        mine = [one for one in tries if one[0] == case]
        counts = [str(len(mine))]
        total[0] += len(mine)
        for column in (1, 2):
            counted = [int(one[column]) for one in mine if one[column]]
            counts.append(str(sum(counted)) if counted else "–")
            total[column] += sum(counted)
        lines.append(f"| {case} | {label} | {' | '.join(counts)} |")
    lines.append(f"| | **total** | {total[0]} | {total[1]} | {total[2]} |")
    failed = sum(int(one[1]) for one in tries if one[0] == _FAILED)
    return "\n".join([*lines, "", f"Tests en échec : {failed}. « – » : ce test ne compte pas cela."])


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return Ledger()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "turn" in metafunc.fixturenames:
        ways = math.prod(len(mark.args[1]) for mark in metafunc.definition.iter_markers("parametrize"))
        metafunc.parametrize("turn", range(math.ceil(REPEATS / ways)))


def pytest_sessionfinish(session: pytest.Session) -> None:
    # with several workers, the process that started them writes the page
    if _PAGE and not hasattr(session.config, "workerinput"):
        _write(_FAILED, session.testsfailed)
        text = Path(_PAGE).read_text(encoding="utf-8")
        before, after = text.split(_START)[0], text.split(_END)[1]
        Path(_PAGE).write_text(f"{before}{_START}\n\n{table()}\n\n{_END}{after}", encoding="utf-8")


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


@pytest.fixture(scope="session")
def computed(poles: Poles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as `second`, dbt's work not copied but done: only what a change touches is computed again."""
    root = house.copy(poles.first, tmp_path_factory.mktemp("computed") / "pole")
    house.late_file(root)
    house.told(root, "run")
    assert house.publication(root) == house.publication(poles.second)
    return root


@pytest.fixture(scope="session")
def closed(computed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, its quarter closed."""
    root = house.copy(computed, tmp_path_factory.mktemp("closed") / "pole")
    house.told(root, "close", house.QUARTER, "--by", "Eva")
    return root
