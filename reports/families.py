"""Families of funders: one small TOML file each says what their report holds. Adding a funder is a file and no code.

A file lies in `reports/funders/`, or in the evaluator's `texts/` under the name given in periscope.toml.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from periscope import catalogue
from periscope.errors import UsageError

FOLDER = Path(__file__).parent / "funders"
#: What a part of a grant may hold, and which results of the pole may follow; the functions are in reports/sections.
PART_SECTIONS = ("identity", "qualitative", "objectives", "jobs_by_definition", "cerfa", "funding_plan",
                 "eligible_costs", "expenses", "due", "certification")  # fmt: skip
RESULTS = ("creation", "cooperation", "jobs", "turnover", "rooms", "effects")


@dataclass(frozen=True)
class DeadlineRule:
    """`months` after `counted_from`; without `counted_from` the agreement alone says it."""

    counted_from: str = ""
    months: int = 0
    text: str = ""


@dataclass(frozen=True)
class Family:
    """One family; shares are 0..1, an absent limit is None."""

    name: str
    label: str
    sections: tuple[str, ...]
    results: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    jobs_indicators: tuple[str, ...] = ()
    jobs_definition: str = ""
    notes: tuple[str, ...] = ()
    deadline: DeadlineRule = field(default_factory=DeadlineRule)
    is_public_money: bool = True
    paid_within_months: int = 6
    own_share_min: Decimal | None = None
    aid_share_max: Decimal | None = None
    eligible_max_eur: Decimal | None = None
    flat_rate_share: Decimal | None = None
    flat_rate_excluded_accounts: tuple[str, ...] = ()
    form: dict[str, str] = field(default_factory=dict)


def load(name: str, own: Mapping[str, str] | None = None) -> Family:
    """The family of that name: the evaluator's text in `own` first, then `reports/funders/<name>.toml`.

    Raises UsageError naming the file, the key at fault and the cure.
    """
    if own and name in own:
        return parse(name, own[name])
    known = sorted(path.stem for path in FOLDER.glob("*.toml"))
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Vouliez-vous dire « {near[0]} » ? " if near else ""
        raise UsageError(
            f"Famille de financeur inconnue : « {name} ». {hint}Choisissez parmi {', '.join(known)} dans "
            f"periscope.toml, ou décrivez-la dans texts/{name}.toml."
        )
    return parse(name, (FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def parse(name: str, text: str) -> Family:
    """A family from its TOML. Raises UsageError when a key, a section or an indicator is not known."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{name}.toml est illisible : {error}. Corrigez la ligne indiquée ; rien n'est publié."
        ) from error
    _check_names(name, "le premier niveau", data, [f.name for f in fields(Family) if f.name != "name"])
    _check_names(name, "sections", data.get("sections", ()), PART_SECTIONS)
    _check_names(name, "results", data.get("results", ()), RESULTS)
    for key in ("indicators", "jobs_indicators"):
        _check_names(name, key, data.get(key, ()), tuple(catalogue.load()))
    rule = data.pop("deadline", {})
    _check_names(name, "[deadline]", rule, [f.name for f in fields(DeadlineRule)])
    if rule.get("counted_from", "") not in ("", "closing_date", "period_end"):
        raise UsageError(f"{name}.toml : « counted_from » doit être closing_date ou period_end.")
    try:
        return Family(
            name, deadline=DeadlineRule(**rule), **{key: _value(key, value) for key, value in data.items()}
        )
    except (TypeError, ArithmeticError) as error:
        raise UsageError(
            f"{name}.toml est incomplet : il faut au moins « label » et « sections »."
        ) from error


def _value(key: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    return Decimal(str(value)) if key.endswith(("_min", "_max", "_eur", "_share")) else value


def _check_names(name: str, where: str, given: Any, known: Any) -> None:
    for one in given:
        if one not in known:
            near = difflib.get_close_matches(str(one), list(known), n=1)
            hint = f"Vouliez-vous dire « {near[0]} » ?" if near else f"Possibles : {', '.join(known)}."
            raise UsageError(f"{name}.toml : « {one} » inconnu dans {where}. {hint}")
