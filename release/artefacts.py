"""Search every file of a release for what its reader may not have: amounts and names.

Amounts are compared by their significant digits, so that a scaled one (×100, in thousands) or one in French format is
found too. An amount of fewer than six significant digits (five for whole euros) cannot be told from any other number,
and is not searched.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from periscope import catalogue
from periscope.beside import Beside, submit
from periscope.errors import GateError
from periscope.warehouse import Connection
from periscope.workspace import Run
from release.file_texts import texts
from release.record import INTERNAL

#: A written number; hexadecimal ids and hashes, whose digits touch letters, are none. A digit is sought first, as that is
#: 2.5 times as fast as looking behind each letter.
_NUMBER = re.compile(
    r"\d(?<![\w.]\d)(?:\d{0,2}(?:[ \u00a0\u202f']\d{3})+(?:[.,]\d+)?|\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d*(?:[.,]\d+)?)(?!\w)"
)
_DIGIT = re.compile(r"\d")
_NO_SEPARATORS = str.maketrans("", "", " \u00a0\u202f'")
_ZERO_DECIMALS = re.compile(r"[.,]0+$")
_ACCENTS = re.compile("[\u0300-\u036f]")
#: A number with fewer digits equals some other by chance: scaled ones need six, euros written whole need five.
_MIN_DIGITS, _MIN_WHOLE_DIGITS = 6, 5
#: Readers have many files and amounts alike: what was read in one is kept for the next ones.
_TEXTS_KEPT = 1024
#: a byte of a folder with a dashboard, whose views are packed, takes so many times the work of another
_DASHBOARD_WORK = 3
_AMOUNTS_KEPT = 65536


@dataclass
class Secrets:
    """What one reader may not have: significant digits of amounts, whole amounts, shares, and folded names."""

    digits: dict[str, str] = field(default_factory=dict)
    whole: dict[str, str] = field(default_factory=dict)
    shares: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def add_amount(self, amount: Decimal, label: str) -> None:
        for place, written in _places(amount):
            getattr(self, place).setdefault(written, label)

    def forgive(self, amount: Decimal) -> None:
        """A published number is no secret, even when a hidden one happens to be equal."""
        for place, written in _places(amount):
            getattr(self, place).pop(written, None)

    def in_text(self, text: str) -> str:
        """What the text betrays, or ''."""
        for is_share, significant, whole in _numbers(text):
            found = (self.shares if is_share else self.digits).get(significant) or self.whole.get(whole)
            if found:
                return found
        if self.names:
            folded = fold(text)
            for name, label in self.names.items():
                if name in folded and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded):
                    return label
        return ""


@lru_cache(_AMOUNTS_KEPT)
def _places(amount: Decimal) -> list[tuple[str, str]]:
    """How an amount may be written, each with the table of `Secrets` where that is looked for."""
    found = []
    amount = abs(amount)
    for told in (amount, round(amount, 2), round(amount, 1)):
        written = digits(f"{told:f}")
        if len(written) >= _MIN_DIGITS:
            found += [("shares", written)] * (told < 1) + [("digits", written)]
    if len(digits(f"{round(amount):d}")) >= _MIN_WHOLE_DIGITS:
        found.append(("whole", f"{round(amount):d}"))
    return found


@lru_cache(_TEXTS_KEPT)
def _numbers(text: str) -> list[tuple[bool, str, str]]:
    """Each number of the text long enough to betray: whether it is a share, its significant digits, itself if whole."""
    if not _DIGIT.search(text):  # streams of PDFs: eight times as fast as looking for numbers
        return []
    return [
        (bare.startswith(("0.", "0,")), digits(bare), _ZERO_DECIMALS.sub("", bare))
        for written in dict.fromkeys(_NUMBER.findall(text))
        if len(written) >= _MIN_WHOLE_DIGITS
        for bare in (written.translate(_NO_SEPARATORS),)
    ]


def digits(number: str) -> str:
    """Significant digits of a written number: `45 231,27`, `45.23127` and `4523127` are the same."""
    whole, mark, decimals = number.translate(_NO_SEPARATORS).replace(",", ".").rpartition(".")
    bare = whole.replace(".", "") + mark.replace(".", "") + decimals
    if mark and len(decimals) > 9:  # a binary fraction: 45231.270000000004
        return digits(f"{float(number):.6f}")
    return bare.strip("0")


@lru_cache(_TEXTS_KEPT)
def fold(text: str) -> str:
    """Without accents, cases and kinds of spaces; the same for a name and for the text that may hold it."""
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.replace("’", "'")))
    return " ".join(text.casefold().split())


def hidden_amounts(connection: Connection) -> Secrets:
    """Every amount that somebody may not have, before what each reader may read is taken out."""
    secrets = Secrets()
    for amount, label in connection.execute(
        """
        with told as (
            select unnest([m.value, m.numerator, m.denominator]) as amount, m.figure_id as label
            from marts.fct_figures as m
            inner join seeds.indicators as i on m.indicator_id = i.indicator_id
            -- a share of few persons is a simple fraction, 2/13 or 5/6, that coverages and other rates equal by chance
            where i.secrecy <> 'exempt' and not (i.secrecy = 'person' and m.unit = 'share')
            union all
            select s.contribution, 'une contribution à ' || s.figure_id
            from marts.fct_figure_sources as s
            inner join marts.fct_figures as f on s.figure_id = f.figure_id
            inner join seeds.indicators as i on f.indicator_id = i.indicator_id
            where i.secrecy in ('enterprise', 'internal')
        )
        select amount, min(label) from told where amount is not null group by amount order by amount
        """
    ).fetchall():
        if not _is_simple_fraction(amount):
            secrets.add_amount(amount, label)
    return secrets


def secrets_of(connection: Connection, run: Run, reader: str, hidden: Secrets) -> Secrets:
    """Amounts hidden from this reader, but those that it may read anyway; members' names, but those told in texts."""
    secrets = Secrets(dict(hidden.digits), dict(hidden.whole), dict(hidden.shares))
    _forgive_published(connection, secrets, reader)
    told = fold(catalogue.CATALOGUE.read_text(encoding="utf-8") + _free_texts(connection, run))
    for member_id, name in connection.execute(
        """
        select m.member_id, m.name from raw.register.members as m
        -- the managing body signs the publication
        where ? not in (m.member_id, m.siren) and not exists (
            select 1 from raw.register.consents as c where c.member_id = m.member_id and c.reader = ?
        )
        """,
        [run.workspace.settings.managing_body, reader],
    ).fetchall():
        folded = fold(name)
        if len(folded) >= 4 and folded not in told:
            secrets.names[folded] = f"le nom du membre {member_id}"
    return secrets


def _is_simple_fraction(share: Decimal) -> bool:
    """True for 2/13 or 7/27: coverages and rates of a few dozen members equal such a share by chance."""
    return 0 < share < 1 and any(
        abs(share - round(share * count) / Decimal(count)) < Decimal("0.000001") for count in range(2, 61)
    )


def _forgive_published(connection: Connection, secrets: Secrets, reader: str) -> None:
    # a change between two published periods is known to whoever can subtract, and was attacked as such
    for (amount,) in connection.execute(
        """
        with published as (select * from protection.reader_figures where reader = ?)
        select unnest([value, numerator, denominator, coverage]) as amount from published
        union
        select unnest([f.value, f.numerator, f.denominator, f.coverage])
        from marts.fct_figures as f
        inner join seeds.indicators as i on f.indicator_id = i.indicator_id
        where i.secrecy = 'exempt'
        union
        select a.value - b.value
        from published as a
        inner join published as b using (indicator_id, perimeter, dimension, item)
        where a.period > b.period
        union
        select contribution from protection.open_rows
        union
        select contribution from protection.agreed_rows where reader = ?
        """,
        [reader] * 2,
    ).fetchall():
        if amount is not None:
            secrets.forgive(amount)


def _free_texts(connection: Connection, run: Run) -> str:
    """What the evaluator wrote on purpose: texts of reports, names of funders, rooms and of the pole."""
    found = [run.workspace.settings.pole_name]
    for table, column in (
        ("grants", "funder_label"),
        ("grants", "purpose"),
        ("grants", "action"),
        ("rooms", "name"),
    ):
        found += [
            row[0] or ""
            for row in connection.execute(f"select {column} from raw.register.{table}").fetchall()
        ]
    if run.workspace.texts.is_dir():
        found += [p.read_text(encoding="utf-8") for p in sorted(run.workspace.texts.rglob("*.md"))]
    return "\n".join(found)


def secrets(connection: Connection, run: Run, folders: list[Path]) -> list[tuple[Path, Secrets]]:
    """The folders of readers outside the house, each with what may not be there."""
    hidden = hidden_amounts(connection)
    return [
        (folder, secrets_of(connection, run, folder.name, hidden))
        for folder in folders
        if folder.name != INTERNAL
    ]


def gate(searched: list[tuple[Path, Secrets]], beside: Beside | None = None) -> None:
    """Refuse the release when a file of a reader outside the house holds a hidden amount or a member's name."""
    theirs, ours = _halves(searched)
    answer = submit(beside, _betrayals, theirs)
    betrayed = sorted(_betrayals(ours) + answer())
    if betrayed:
        raise GateError(
            f"{betrayed[0][0]} contient ce que ce lecteur ne doit pas avoir ({betrayed[0][1]}) : rien n'est publié, la "
            "publication précédente est intacte. Retirez-le du texte ou de la page."
        )


def _halves(
    todo: list[tuple[Path, Secrets]],
) -> tuple[list[tuple[Path, Secrets]], list[tuple[Path, Secrets]]]:
    """Two lists of folders of about as much work. Dashboards stay together: what one says, another repeats."""
    halves: tuple[list[tuple[Path, Secrets]], list[tuple[Path, Secrets]]] = [], []
    loads = [0, 0]
    sizes = {folder: sum(path.stat().st_size for path in folder.rglob("*")) for folder, _ in todo}
    alike = [one for one in todo if (one[0] / "dashboard.html").exists()]
    parts = [(_DASHBOARD_WORK * sum(sizes[folder] for folder, _ in alike), alike)]
    parts += [(sizes[one[0]], [one]) for one in todo if one not in alike]
    for load, part in sorted(parts, key=lambda part: -part[0]):
        least = loads.index(min(loads))
        halves[least].extend(part)
        loads[least] += load
    return halves


def _betrayals(folders: list[tuple[Path, Secrets]]) -> list[tuple[str, str]]:
    """The first file of each reader's folder that betrays something, as `reader/file`, and what it betrays."""
    found = []
    for folder, secrets in folders:
        paths = sorted(p for p in folder.rglob("*") if p.is_file())
        told = ((path, secrets.in_text(text)) for path in paths for text in (path.name, *texts(path)))
        for path, label in told:
            if label:
                found.append((f"{folder.name}/{path.relative_to(folder).as_posix()}", label))
                break
    return found
