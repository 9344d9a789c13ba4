"""`network.toml`: the poles of a network, and whether they can be pooled for a quarter."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from periscope import models, settings, warehouse
from periscope.errors import UsageError
from periscope.models import BuildRequest
from periscope.quarters import Quarter
from periscope.settings import Settings
from periscope.workspace import Run, Workspace

FILE_NAME = "network.toml"
#: who reads what a network tells outside
READER = "network"
MANIFEST = "manifest.json"
_POLE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_EXAMPLE = 'Exemple : name = "Mon réseau", puis pour chaque pôle [[pole]], id = "P01", folder = "../pole-1".'
#: Settings that figures and masks depend on: what is added up must have been counted alike.
_SHARED: dict[str, Callable[[Settings], object]] = {
    "baseline_quarter": lambda settings: settings.baseline,
    "[thresholds] source_gap_share": lambda settings: settings.thresholds.source_gap_share,
    "[layouts] function": lambda settings: settings.function_classes,
    "[secrecy]": lambda settings: settings.secrecy,
    "is_fictitious": lambda settings: settings.is_fictitious,
}


@dataclass(frozen=True)
class Pole:
    """One pole of a network: its id there and its own workspace."""

    pole_id: str
    workspace: Workspace


@dataclass(frozen=True)
class Network:
    """A network workspace: its own folders are those of any workspace; its poles stay where they are."""

    name: str
    workspace: Workspace
    poles: tuple[Pole, ...]

    @property
    def settings(self) -> Settings:
        """Settings that all poles share, those of the first standing for them."""
        return self.poles[0].workspace.settings


def is_network(root: Path) -> bool:
    return (root / FILE_NAME).exists()


def load(root: Path) -> Network:
    """Read `network.toml`. Raises UsageError that names the line at fault."""
    path = root / FILE_NAME
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise UsageError(f"{path} n'existe pas : ce dossier n'est pas un réseau. {_EXAMPLE}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} est illisible : {error}. {_EXAMPLE}") from error
    if (root / settings.FILE_NAME).exists():
        # its raw warehouse and its publication would be written over
        raise UsageError(
            f"{root} est l'espace d'un pôle ({settings.FILE_NAME} y est) : un réseau y écrirait sur les siens. Déplacez "
            f"{FILE_NAME} dans un dossier à lui. Rien n'a été modifié."
        )
    told = data.get("pole", [])
    if not isinstance(told, list) or not told:
        raise UsageError(f"{path} ne nomme aucun pôle. {_EXAMPLE}")
    poles: dict[str, Pole] = {}
    for pole in told:
        pole_id, folder = (
            (str(pole.get("id", "")), pole.get("folder")) if isinstance(pole, dict) else (str(pole), None)
        )
        if not _POLE_ID.fullmatch(pole_id) or not isinstance(folder, str) or "\0" in folder:
            raise UsageError(
                f"{FILE_NAME} : « {pole_id} » n'est pas un pôle complet. Donnez-lui un id (lettres sans accent, chiffres, - "
                f"ou _) et un folder. {_EXAMPLE}"
            )
        if pole_id in poles:
            raise UsageError(
                f"{FILE_NAME} : deux pôles portent l'identifiant « {pole_id} ». Renommez l'un d'eux."
            )
        poles[pole_id] = Pole(pole_id, Workspace((root / folder).resolve()))
    roots = [pole.workspace.root for pole in poles.values()]
    for pole in poles.values():
        if roots.count(pole.workspace.root) > 1:
            raise UsageError(
                f"{FILE_NAME} : le dossier {pole.workspace.root} est donné à deux pôles. Un pôle compte une fois."
            )
    return Network(str(data.get("name", "Réseau")), Workspace(root), tuple(poles.values()))


def request(network: Network, quarter: Quarter, as_of: date) -> BuildRequest:
    """The build of the whole network. Raises UsageError when a pole is missing, late, or counts otherwise."""
    runs = {pole.pole_id: _ready(pole, quarter, as_of) for pole in network.poles}
    told = told_with(network.workspace, quarter)
    if told and told != set(runs):
        raise UsageError(
            f"Le réseau a déjà publié {quarter} avec les pôles {', '.join(sorted(told))} : deux éditions de pôles différents "
            "diraient, par différence, ce que fait un pôle. Rétablissez-les, ou, si personne n'a reçu la première, retirez "
            f"{network.workspace.published / str(quarter)}, puis relancez."
        )
    first = network.poles[0]
    for pole in network.poles[1:]:
        for name, read in _SHARED.items():
            if read(pole.workspace.settings) != read(first.workspace.settings):
                raise UsageError(
                    f"Les pôles {first.pole_id} et {pole.pole_id} n'ont pas le même réglage {name} : leurs chiffres ne "
                    "s'additionnent pas. Accordez leurs periscope.toml, relancez « periscope run » dans celui qui change, "
                    "puis relancez le réseau."
                )
    own = {pole_id: models.request(run) for pole_id, run in runs.items()}
    shared = own[first.pole_id]
    return BuildRequest(
        raw=network.workspace.raw_database,
        candidate=network.workspace.candidate_database,
        target=network.workspace.warehouse / "dbt",
        quarter=quarter,
        history_start=shared.history_start,
        baseline_quarter=shared.baseline_quarter,
        source_gap_share=shared.source_gap_share,
        function_classes=shared.function_classes,
        poles=tuple(
            {"pole_id": pole_id, "managing_body_siren": one.managing_body_siren}
            for pole_id, one in own.items()
        ),
    )


def told_with(workspace: Workspace, quarter: Quarter) -> set[str]:
    """The poles with which a network published a quarter; none when it did not."""
    path = workspace.published / str(quarter) / READER / MANIFEST
    return set(json.loads(path.read_text(encoding="utf-8"))["poles"]) if path.exists() else set()


def _ready(pole: Pole, quarter: Quarter, as_of: date) -> Run:
    workspace = pole.workspace
    if not workspace.root.is_dir():
        raise UsageError(
            f"Le pôle {pole.pole_id} est introuvable : {workspace.root} n'est pas un dossier. Corrigez son folder dans "
            f"{FILE_NAME}."
        )
    workspace.settings  # noqa: B018 - a folder that is no workspace must fail here
    if _built_quarter(workspace) != str(quarter) or not (workspace.published / str(quarter)).is_dir():
        raise UsageError(
            f"Le pôle {pole.pole_id} n'a pas publié {quarter} en dernier : lancez « periscope run --quarter {quarter} » dans "
            f"{workspace.root}, puis relancez le réseau."
        )
    return Run(workspace, quarter, as_of)


def _built_quarter(workspace: Workspace) -> str:
    if not workspace.database.exists() or not workspace.raw_database.exists():
        return ""
    with warehouse.connect(workspace.database, read_only=True) as connection:
        row = connection.execute(
            "select period from intermediate.int_periods where is_current and period_kind = 'quarter'"
        ).fetchone()
    return str(row[0]) if row else ""
