"""`periscope.toml`: every key has a default; an unknown key is an error that proposes the nearest one."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from periscope import layouts
from periscope.effects import Deduction, deductions
from periscope.errors import UsageError
from periscope.quarters import Quarter

FILE_NAME = "periscope.toml"


@dataclass(frozen=True)
class Secrecy:
    """INSEE's rule for enterprise tables, and how near a hidden value may be guessed."""

    min_contributors: int = 3
    dominance_share: float = 0.85
    interval_share: float = 0.10
    interval_floor_eur: float = 1000.0
    interval_floor_fte: float = 0.5
    min_persons: int = 3
    max_rounds: int = 20


@dataclass(frozen=True)
class Thresholds:
    """Tolerances that decide a finding, never a value."""

    source_gap_share: float = 0.05
    name_similarity: float = 0.92
    cerfa_gap_share: float = 0.10
    cerfa_gap_eur: float = 500.0


@dataclass(frozen=True)
class Mapping:
    """How one survey or booking export names its columns: `columns` maps their header to ours."""

    kind: str
    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Funder:
    """What the report of one funder holds: the name of a file of reports/funders/, or of texts/."""

    family: str = "cerfa"


@dataclass(frozen=True)
class Indirect:
    """A key: the share of the general expenses of some accounts that an action bears, and why."""

    action: str = ""
    accounts: list[str] = field(default_factory=list)
    share: float = 0.0
    line: str = "i.1"
    basis: str = ""


@dataclass(frozen=True)
class Settings:
    """All settings of one workspace."""

    pole_name: str = "Mon pôle"
    managing_body: str = ""
    managing_siret: str = ""
    managing_rna: str = ""
    baseline_quarter: str = ""
    key_file: str = "secret/periscope.key"
    is_fictitious: bool = False
    retention_years: int = 10
    secrecy: Secrecy = field(default_factory=Secrecy)
    thresholds: Thresholds = field(default_factory=Thresholds)
    mappings: dict[str, Mapping] = field(default_factory=dict)
    impact: dict[str, Any] = field(default_factory=dict)
    funders: dict[str, Funder] = field(default_factory=dict)
    indirect: dict[str, Indirect] = field(default_factory=dict)
    layouts: dict[str, Any] = field(default_factory=dict)

    @property
    def function_classes(self) -> dict[str, str]:
        """Function -> the class of [layouts] that replaces it; empty when none was chosen."""
        return layouts.function_classes(self.layouts)

    @property
    def gross_to_net(self) -> tuple[Deduction, ...]:
        """The evaluator's ranges of [impact.gross_to_net]; none unless given with their source."""
        return deductions(self.impact.get("gross_to_net", {}))

    @property
    def baseline(self) -> Quarter | None:
        return Quarter.parse(self.baseline_quarter) if self.baseline_quarter else None


def _known(cls: type, table: dict[str, Any], where: str) -> dict[str, Any]:
    names = [f.name for f in fields(cls)]
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            hint = f" Vouliez-vous dire « {near[0]} » ?" if near else f" Clés possibles : {', '.join(names)}."
            raise UsageError(f"{FILE_NAME} : réglage inconnu « {key} » dans {where}.{hint}")
    return table


def _build(cls: type, table: Any, where: str) -> Any:
    if not isinstance(table, dict):
        raise UsageError(f"{FILE_NAME} : {where} doit être une table.")
    _known(cls, table, where)
    defaults = cls() if cls is not Mapping else None
    for key, value in table.items():
        wanted = type(getattr(defaults, key)) if defaults is not None else None
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        if wanted in (int, float) and (not numeric or value < 0):
            raise UsageError(f"{FILE_NAME} : « {key} » dans {where} doit être un nombre positif.")
        if wanted is str and not isinstance(value, str):
            raise UsageError(f"{FILE_NAME} : « {key} » dans {where} doit être un texte entre guillemets.")
    try:
        return cls(**table)
    except TypeError as error:
        raise UsageError(f"{FILE_NAME} : {where} est incomplet ({error}).") from error


def load(path: Path) -> Settings:
    """Read the settings file. Raises UsageError with the key at fault."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise UsageError(
            f"{path} n'existe pas. Ce dossier n'est pas un espace de travail : lancez « periscope init DOSSIER »."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} est illisible : {error}. Corrigez la ligne indiquée.") from error
    free = {name: data.pop(name, {}) for name in ("impact", "layouts")}
    for name, table in free.items():
        if not isinstance(table, dict):
            raise UsageError(f"{FILE_NAME} : [{name}] doit être une table.")
    nested = {
        "secrecy": _build(Secrecy, data.pop("secrecy", {}), "[secrecy]"),
        "thresholds": _build(Thresholds, data.pop("thresholds", {}), "[thresholds]"),
        "mappings": {
            name: _build(Mapping, table, f"[mappings.{name}]")
            for name, table in data.pop("mappings", {}).items()
        },
        **free,
        "funders": {
            name: _build(Funder, table, f"[funders.{name}]")
            for name, table in data.pop("funders", {}).items()
        },
        "indirect": {
            name: _build(Indirect, table, f"[indirect.{name}]")
            for name, table in data.pop("indirect", {}).items()
        },
    }
    settings: Settings = _build(Settings, data, "le premier niveau")
    settings = Settings(**{**{f.name: getattr(settings, f.name) for f in fields(Settings)}, **nested})
    # a bad range or class must fail before anything is touched
    settings.gross_to_net  # noqa: B018
    settings.function_classes  # noqa: B018
    if settings.baseline_quarter:
        Quarter.parse(settings.baseline_quarter)
    return settings
