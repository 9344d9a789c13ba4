"""The fictitious pole: a new workspace filled with about fifty files of every format, some of them dirty.

Everything is seeded: writing it twice gives the same bytes, its key included. Every page made from it says
« Données fictives ».
"""

from __future__ import annotations

from pathlib import Path

from ingest.demo import dirty, inbox, register
from periscope import template

SETTINGS = """\
# Pôle fictif : toutes les personnes, structures et sommes sont inventées.
pole_name = "Le Cabestan (pôle fictif)"
is_fictitious = true
managing_body = "G01"
baseline_quarter = "2023-Q4"

# Ce que demande chaque financeur ; Sicoval garde le Cerfa
[funders.region]
family = "ptce"
[funders.fse]
family = "fse"

# Un export KoboToolbox de la Boutique Premier Sillon
[mappings.enquete_kobo]
kind = "supported_projects"
[mappings.enquete_kobo.columns]
"Votre SIREN" = "siren"
"Trimestre concerné" = "quarter"
"Numéro du dossier" = "project_ref"
"Nom de la personne" = "holder_surname"
"Prénom de la personne" = "holder_first_name"
"Née le" = "holder_birth_date"
"Le projet" = "title"
"Première rencontre" = "first_contact_on"
"Convention signée le" = "support_threshold_on"
"Sortie le" = "ended_on"
"Comment l'activité a été créée" = "creation_kind"
"Créée le" = "created_on"

# Un questionnaire Google Forms sur les achats groupés
[mappings.achats_google]
kind = "joint_purchases"
[mappings.achats_google.columns]
"SIREN de l'acheteur" = "siren"
"Trimestre" = "quarter"
"Quel achat ?" = "purchase_ref"
"Objet" = "title"
"Quand ?" = "bought_on"
"Combien avez-vous payé (€) ?" = "amount_eur"
"Combien auriez-vous payé seuls (€) ?" = "reference_amount_eur"
"""
#: a demo has no secret to keep, and must be the same everywhere
_KEY = "fic71f".replace("i", "1") * 10 + "f1c7"


def write_demo(root: Path) -> None:
    """Write the workspace `root`. Raises UsageError when the folder already holds something."""
    workspace = template.create(root, SETTINGS)
    workspace.key_path.write_text(_KEY + "\n", encoding="ascii")
    register.write(workspace.register)
    correction = inbox.write(workspace.inbox)
    register.write_corrections(workspace.register, correction)
    dirty.write(workspace.inbox)
    for name, text in register.TEXTS.items():
        (workspace.texts / name).write_text(text, encoding="utf-8")
