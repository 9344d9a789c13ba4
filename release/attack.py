"""The gate: attack a release, with all that was delivered before, as an outsider and as each member."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from periscope import bands, catalogue, reuse
from periscope.bands import Band
from periscope.disclosure import Breach, breaches
from periscope.errors import GateError
from periscope.files import csv_rows
from periscope.linear_system import Fact, Row, Target, Unknowns, told_as
from periscope.warehouse import Connection
from periscope.workspace import Run
from release.record import INTERNAL

Published = dict[str, dict[str, str]]
_NUMBERS = ("value", "numerator", "denominator")
#: Facts that a reader of the release did not bring: deliveries and agreements, known to all.
_KNOWN_BEFORE = (" remis", "accord de ")


def read_published(base: Path) -> Published:
    """Every row with a number, else a band, by figure_id, in any folder outside the house.

    Raises GateError when two numbers, or two bands, differ.
    """
    found: Published = {}
    banded: Published = {}
    where: dict[str, str] = {}
    for folder in sorted(p for p in base.iterdir() if p.is_dir() and p.name != INTERNAL):
        for name in ("figures.csv", "history.csv"):
            if not (folder / name).exists():
                continue
            for row in csv_rows(folder / name):
                is_number = any(row[name] for name in _NUMBERS)
                if not is_number and not bands.read(row["reason"]):
                    continue
                seen = (found if is_number else banded).setdefault(row["figure_id"], row)
                where.setdefault(row["figure_id"], folder.name)
                if any(seen[key] != row[key] for key in _NUMBERS) or (
                    not is_number and seen["reason"] != row["reason"]
                ):
                    raise GateError(
                        f"{_name(row)} vaut {_told(seen)} pour « {where[row['figure_id']]} » et {_told(row)} "
                        f"pour « {folder.name} » : rien n'est publié."
                    )
    return banded | found


def _told(row: dict[str, str]) -> str:
    return row["value"] or bands.words(row["reason"])


def _name(row: dict[str, str]) -> str:
    label = catalogue.load()[row["indicator_id"]].name_fr
    return f"« {label} » ({_cell(row)})"


def _words(row: dict[str, str]) -> str:
    return f"{catalogue.load()[row['indicator_id']].name_fr} ({_cell(row)})"


def _cell(row: dict[str, str]) -> str:
    return ", ".join(row[key] for key in ("period", "perimeter", "dimension", "item"))


def _in_words(told: str, names: dict[str, str]) -> str:
    """The same, with the words of the figure in the place of its id, which comes first."""
    figure_id, space, rest = told.partition(" ")
    return names.get(figure_id, figure_id) + space + rest


def gate(connection: Connection, run: Run, base: Path) -> None:
    """Refuse the release in `base` when it lets a hidden amount be worked out, naming the path of the inference."""
    published = read_published(base)
    rule = run.workspace.settings.secrecy
    _check_derived(connection, published)
    with reuse.opened(run.workspace, "attack") as kept:
        for kind in ("enterprise", "person"):
            system = _System(connection, kind)
            facts = system.facts(published)
            found = breaches(system.unknowns, facts, system.targets, rule, kept)
            if found:
                raise GateError(_path(found[0], published, _names(base), len(found)))


def _check_derived(connection: Connection, published: Published) -> None:
    """A mean, a chain or a median beside a hidden figure that it is computed from."""
    for child, parent in connection.execute(
        "select d.figure_id, d.parent_id from protection.derived as d "
        "inner join protection.masks as m on d.parent_id = m.figure_id order by all"
    ).fetchall():
        if child in published and not any(published.get(parent, {}).get(name) for name in _NUMBERS):
            raise GateError(
                f"{_name(published[child])} est calculé à partir d'un chiffre caché ({parent}) : rien n'est publié. "
                "Masquez aussi ce chiffre."
            )


class _System:
    """What protection wrote of one kind: unknowns, what each figure sums, what must stay hidden."""

    def __init__(self, connection: Connection, kind: str) -> None:
        self.unknowns = Unknowns()
        for owner, amount, lowest in connection.execute(
            "select owner, amount, lowest from protection.unknowns where kind = ? order by unknown", [kind]
        ).fetchall():
            self.unknowns.add(amount, lowest, owner)
        self.parts: dict[str, dict[str, Row]] = defaultdict(dict)
        self._bands: dict[tuple[str, str], tuple[float, float]] = {}
        for figure, part, unknown, coefficient, *band in connection.execute(
            "select figure_id, part, unknown, coefficient, below, above from protection.facts "
            "where kind = ? order by all",
            [kind],
        ).fetchall():
            self.parts[figure].setdefault(part, {})[unknown] = coefficient
            self._bands[figure, part] = band[0], band[1]
        rows: dict[str, tuple[Row, float, float]] = {}
        for name, unknown, coefficient, above, below in connection.execute(
            "select target, unknown, coefficient, above, below from protection.targets where kind = ? order by all",
            [kind],
        ).fetchall():
            rows.setdefault(name, ({}, above, below))[0][unknown] = coefficient
        self.targets = [Target(name, terms, above, below) for name, (terms, above, below) in rows.items()]

    def facts(self, published: Published) -> list[Fact]:
        """Facts of the published rows, each checked against what it should sum to; a rate alone is a fact too."""
        found = []
        for figure, parts in self.parts.items():
            if figure.endswith(_KNOWN_BEFORE[0]) or figure.startswith(_KNOWN_BEFORE[1]):
                found += [
                    Fact(figure, part, terms, *self._bands[figure, part]) for part, terms in parts.items()
                ]
            elif figure in published:
                found += self._facts_of(figure, parts, published[figure])
        return found

    def _facts_of(self, figure: str, parts: dict[str, Row], row: dict[str, str]) -> list[Fact]:
        told = {part: terms for part, terms in parts.items() if row[part]}
        band = bands.read(row["reason"])
        if band and not told:
            return [self._banded(figure, parts["value"], band, row)]
        for part, terms in told.items():
            amount = self._amount(terms)
            if abs(amount - float(row[part])) > 0.01 + 1e-6 * abs(amount):
                raise GateError(
                    f"{_name(row)} est publié {row[part]} alors que ses contributions font {amount:.2f} : "
                    "rien n'est publié."
                )
        facts = [Fact(figure, part, terms) for part, terms in told.items()]
        is_bare_rate = row["value"] and {"numerator", "denominator"} <= parts.keys() and len(told) < 2
        if is_bare_rate:
            facts.append(Fact(figure, "value", self._rate(parts["numerator"], parts["denominator"])))
        return facts

    def _amount(self, terms: Row) -> float:
        return sum(coefficient * self.unknowns.values[index] for index, coefficient in terms.items())

    def _banded(self, figure: str, terms: Row, band: Band, row: dict[str, str]) -> Fact:
        amount = self._amount(terms)
        if not float(band[0]) <= amount <= float(band[1]):
            raise GateError(
                f"{_name(row)} est publié {_told(row)} alors que ses contributions font {amount:.2f} : "
                "rien n'est publié."
            )
        return told_as(Fact(figure, "value", terms), amount, band)

    def _rate(self, numerator: Row, denominator: Row) -> Row:
        """A published rate says: numerator − rate × denominator = 0."""
        total = [self._amount(row) for row in (numerator, denominator)]
        terms: Row = defaultdict(float, numerator)
        for index, coefficient in denominator.items():
            terms[index] -= coefficient * total[0] / total[1]
        return {index: coefficient for index, coefficient in terms.items() if coefficient}


def _names(base: Path) -> dict[str, str]:
    """French words of every figure of this release, hidden ones included, by id."""
    found: dict[str, str] = {}
    for name in ("figures.csv", "history.csv"):
        found |= {row["figure_id"]: _words(row) for row in csv_rows(base / INTERNAL / name)}
    return found


def _path(breach: Breach, published: Published, names: dict[str, str], count: int) -> str:
    who = (
        f"le membre de SIREN {breach.insider}, qui connaît ses propres chiffres"
        if breach.insider
        else "un lecteur"
    )
    steps = []
    for fact in breach.facts:
        if fact.figure in published:
            row = published[fact.figure]
            told = f"{fact.part} = {row[fact.part]}" if fact.part in row else _told(row)
            steps.append(f"{_name(row)} [{told}]")
        else:
            steps.append(_in_words(fact.figure, names))
    others = f" ({count} chiffres sont dans ce cas)" if count > 1 else ""
    side = "de plus" if breach.side > 0 else "de moins"
    return (
        f"Rien n'est publié : {who} saurait que « {_in_words(breach.target, names)} » ne vaut pas {breach.width:.2f} {side} que sa vraie "
        f"valeur{others}, à partir de : " + " ; ".join(steps) + ". "
        "Masquez l'un de ces chiffres ou recueillez l'accord écrit du membre concerné."
    )
