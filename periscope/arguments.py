"""The arguments of the command line; what they do is in `cli`."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from periscope import __version__

STEPS = ("ingest", "check", "build", "evaluate", "publish")


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="periscope",
        description="Évaluer et prouver ce que réalise un pôle territorial de coopération économique.",
    )
    root.add_argument("--version", action="version", version=f"periscope {__version__}")
    root.add_argument(
        "--debug", action="store_true", help="montrer par où un échec est passé dans le programme"
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMANDE")

    def command(
        name: str, help_fr: str, *, quarter: bool = False, by: bool = False
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_fr, description=help_fr)
        sub.add_argument(
            "-w", "--workspace", type=Path, default=Path(), metavar="DOSSIER", help="espace de travail"
        )
        sub.add_argument("--as-of", type=_day, default=None, metavar="AAAA-MM-JJ", help="date du traitement")
        sub.add_argument("--debug", action="store_true", help=argparse.SUPPRESS, default=argparse.SUPPRESS)
        if quarter:
            sub.add_argument("--quarter", type=str, default=None, metavar="2026-Q3", help="trimestre évalué")
        if by:
            sub.add_argument("--by", type=_name, required=True, metavar="NOM", help="qui décide")
        return sub

    init = command("init", "créer un espace de travail vide")
    init.add_argument("directory", type=Path, metavar="DOSSIER")
    demo = command("demo", "créer un pôle fictif complet, puis l'évaluer", quarter=True)
    demo.add_argument("directory", type=Path, nargs="?", default=Path("demo-pole"), metavar="DOSSIER")
    for name, help_fr in (
        ("run", "tout le travail du trimestre : lire, vérifier, calculer, publier"),
        ("ingest", "recevoir et lire les fichiers du dossier inbox/"),
        ("check", "décider pour chaque fichier s'il peut être accepté"),
        ("build", "calculer les critères"),
        ("evaluate", "estimer ce qui aurait été sans le pôle"),
        ("publish", "protéger, rendre, vérifier et mettre en place la publication"),
        ("status", "qui a envoyé quoi, ce qui manque, ce qui a été refusé et pourquoi"),
    ):
        sub = command(name, help_fr, quarter=True)
        if name in ("run", "publish"):
            sub.add_argument("--yes", action="store_true", help="accepter ce qui change sans le demander")
            sub.add_argument("--by", default="", metavar="NOM", help="qui accepte ce qui change")
        if name == "ingest":
            sub.add_argument(
                "--explain", type=Path, metavar="FICHIER", help="montrer comment un fichier est compris"
            )
    command("forms", "écrire le formulaire pré-rempli de chaque membre", quarter=True)
    explain = command("explain", "la preuve d'un chiffre, jusqu'aux lignes des fichiers", quarter=True)
    explain.add_argument("figure_id", metavar="FIGURE_ID")
    deliver = command("deliver", "noter qu'un lecteur a reçu son dossier", quarter=True, by=True)
    deliver.add_argument("reader", metavar="LECTEUR")
    close = command("close", "figer un trimestre", by=True)
    close.add_argument("closed_quarter", metavar="TRIMESTRE")
    withdraw = command("withdraw", "retirer un fichier reçu, en le consignant", by=True)
    withdraw.add_argument("file", metavar="FICHIER")
    withdraw.add_argument("--reason", required=True, metavar="MOTIF")
    erase = command(
        "erase",
        "effacer une personne, demandée au terminal, de tout l'espace de travail",
        quarter=True,
        by=True,
    )
    erase.add_argument("--reason", required=True, metavar="MOTIF")
    command("doctor", "contrôler l'espace de travail et reconstruire ce qui peut l'être", quarter=True)
    backup = command("backup", "copier l'espace de travail dans une archive")
    backup.add_argument("file", type=Path, metavar="ARCHIVE")
    backup.add_argument("--with-key", action="store_true", help="y mettre aussi la clé de pseudonymisation")
    restore = command("restore", "recréer un espace de travail depuis une archive")
    restore.add_argument("file", type=Path, metavar="ARCHIVE")
    purge = command("purge", "appliquer la durée de conservation", quarter=True)
    purge.add_argument(
        "--older-than", metavar="DURÉE", help="10y, 40q ou 120m ; sans elle, le réglage retention_years"
    )
    purge.add_argument("--yes", action="store_true", help="supprimer sans le demander")
    lab = command("explore", "copier l'entrepôt pour les analystes et ouvrir Jupyter")
    lab.add_argument("--no-browser", action="store_true", help="ne pas ouvrir le navigateur")
    command("docs", "écrire le dictionnaire des données, une page hors ligne")
    command("network", "mettre en commun les pôles de network.toml et publier leur réseau", quarter=True)
    verify = command("verify", "vérifier un dossier de preuve ou un trimestre clos")
    verify.add_argument("path", type=Path, metavar="CHEMIN")
    return root


def _name(text: str) -> str:
    """Who decides: the record never forgets, so it is never nobody."""
    if not text.strip():
        raise argparse.ArgumentTypeError("écrivez le nom de la personne qui décide")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas une date AAAA-MM-JJ") from error
