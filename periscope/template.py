"""A new workspace: commented settings, empty register tables, the folders of the contract and a fresh key."""

from __future__ import annotations

from pathlib import Path

from periscope import settings as settings_module
from periscope import tables
from periscope.errors import UsageError
from periscope.workspace import Workspace

SETTINGS = """\
# Réglages de l'espace de travail. Chaque ligne a une valeur par défaut : ne changez que ce qu'il faut.

pole_name = "Mon pôle"

# Structure gestionnaire : identifiant de register/members.csv, ou SIREN
managing_body = ""
# Ses numéros pour les comptes rendus : SIRET (14 chiffres) et RNA
managing_siret = ""
managing_rna = ""

# Trimestre de référence des évolutions chaînées, par exemple "2024-Q1"
baseline_quarter = ""

# Clé de pseudonymisation (32 octets) ; à sauvegarder à part : sans elle rien ne se lit
key_file = "secret/periscope.key"

# Durée de conservation des fichiers reçus, en années (periscope purge)
retention_years = 10

[secrecy]
# Règle de l'INSEE : au moins 3 entreprises par case, aucune au-delà de 85 % du total
min_contributors = 3
dominance_share = 0.85
# Une case cachée ne doit pas être devinée à moins de 10 %, ni à moins de ces montants
interval_share = 0.10
interval_floor_eur = 1000.0
interval_floor_fte = 0.5
# Les nombres de personnes inférieurs à ce seuil sont cachés hors de l'édition interne
min_persons = 3

# Quand la plupart des fonctions seraient cachées, l'édition interne propose des regroupements ; celui que vous
# retenez ici vaut pour tous les trimestres, qui restent comparables
# [layouts]
# function = ["creation_support+promotion_training"]
# ou les montants par fonction donnés à l'année seulement
# function_period = "year"

[thresholds]
# Écart entre deux sources de chiffre d'affaires qui donne un constat
source_gap_share = 0.05
# Ressemblance à partir de laquelle un nom est proposé à l'évaluateur (jamais appliqué)
name_similarity = 0.92
# Écarts signalés dans le compte rendu financier
cerfa_gap_share = 0.10
cerfa_gap_eur = 500.0

# Ce que contient le rapport d'un financeur : cerfa (par défaut), ptce, confiance, investissement, fse,
# ou le nom d'un fichier à vous, texts/<nom>.toml, écrit sur le modèle de reports/funders/
# [funders.region]
# family = "investissement"

# Charges indirectes : la part des dépenses sans action (loyer, assurance…) que supporte une action, et sa clé
# [indirect.loyer]
# action = "A1"
# accounts = ["613"]
# share = 0.15
# line = "i.1"
# basis = "30 m² occupés sur 200 m²"

# Emplois bruts et nets : sans fourchettes sourcées, les pages n'impriment que le brut et le disent.
# Tables possibles : deadweight (aubaine), displacement (déplacement), substitution
# [impact.gross_to_net.deadweight]
# low = 0.10
# high = 0.30
# source = "Enquête auprès des employeurs du pôle, 2026"

# Un export d'enquête ou de réservation qui ne suit pas le formulaire se décrit ainsi :
# [mappings.enquete_kobo]
# kind = "supported_projects"
# [mappings.enquete_kobo.columns]
# "Numéro du dossier" = "project_ref"
# [mappings.enquete_kobo.constants]
# quarter = "2026-Q3"
"""


def create(root: Path, settings_text: str = SETTINGS) -> Workspace:
    """Create the workspace `root`. Raises UsageError when the folder already holds something."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UsageError(
            f"{root} existe déjà et n'est pas vide. Choisissez un autre dossier ; rien n'a été modifié."
        )
    workspace = Workspace(root)
    for folder in (
        workspace.register,
        workspace.inbox / "declarations",
        workspace.inbox / "bookings",
        workspace.inbox / "revenue",
        workspace.warehouse,
        workspace.published,
        workspace.returns,
        workspace.forms,
        workspace.texts,
        workspace.record,
    ):
        folder.mkdir(parents=True, exist_ok=True)
    (root / settings_module.FILE_NAME).write_text(settings_text, encoding="utf-8")
    for name, table in tables.REGISTER.items():
        (workspace.register / f"{name}.csv").write_text(",".join(table.names) + "\n", encoding="utf-8")
    workspace.create_key()
    return workspace
