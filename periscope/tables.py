"""Every table that enters the house, once: column, type, French label, choices.

From here come the DDL of the raw warehouse, the parsing of cells, the declaration form and its help,
the recognition of headers, and the empty register files. Add a column here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from periscope.nomenclatures import (
    ACTIVITY_SOURCES,
    ACTIVITY_STATUSES,
    BOOKING_STATUSES,
    CATEGORIES,
    CONTRACT_KINDS,
    CREATION_KINDS,
    FUNCTIONS,
    GRANT_STATUSES,
    POST_CATEGORIES,
    PRESENCES,
    PROJECT_KINDS,
    PROJECT_STATUSES,
    SUPPORT_KINDS,
)

#: logical type -> DuckDB type. `person` cells never leave ingest: they become `holder_pid`.
SQL_TYPES = {
    "text": "VARCHAR",
    "siren": "VARCHAR",
    "sirens": "VARCHAR",
    "enum": "VARCHAR",
    "quarter": "VARCHAR",
    "date": "DATE",
    "time": "VARCHAR",
    "instant": "TIMESTAMP",
    "weekday": "INTEGER",
    "eur": "DECIMAL(18,2)",
    "fte": "DECIMAL(12,3)",
    "hours": "DECIMAL(12,2)",
    "area": "DECIMAL(12,2)",
    "share": "DECIMAL(9,6)",
    "index": "DECIMAL(12,4)",
    "count": "INTEGER",
    "bool": "BOOLEAN",
    "person": None,
    "person_date": None,
}


@dataclass(frozen=True)
class Column:
    """One column: `choices` maps each identifier to its French label (first) and accepted spellings."""

    name: str
    type: str
    label_fr: str
    required: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    help_fr: str = ""


@dataclass(frozen=True)
class Table:
    """One table: `key` names the columns that identify a row; `sheet` is the form's French sheet name."""

    name: str
    label_fr: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    sheet: str = ""

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]


C = Column

SUPPORTED_PROJECTS = Table(
    "supported_projects",
    "Projets de création accompagnés",
    (
        C(
            "project_ref",
            "text",
            "Référence du projet",
            required=True,
            help_fr="Votre propre numéro de dossier",
        ),
        C(
            "holder_surname",
            "person",
            "Nom du porteur",
            help_fr="Jamais conservé : sert à reconnaître un même porteur",
        ),
        C("holder_first_name", "person", "Prénom du porteur"),
        C("holder_birth_date", "person_date", "Date de naissance du porteur"),
        C("title", "text", "Intitulé du projet"),
        C("first_contact_on", "date", "Premier contact le"),
        C(
            "support_threshold_on",
            "date",
            "Accompagné depuis le",
            help_fr="Convention signée, ou deuxième entretien",
        ),
        C("support_kind", "enum", "Type d'accompagnement", choices=SUPPORT_KINDS),
        C("ended_on", "date", "Fin de l'accompagnement le"),
        C("exit_reason", "text", "Motif de sortie"),
        C("creation_kind", "enum", "Type de création", choices=CREATION_KINDS),
        C("created_on", "date", "Créé le"),
        C("siren_created", "siren", "SIREN créé"),
        C("is_micro", "bool", "Micro-entreprise"),
        C("checked_on", "date", "Activité vérifiée le"),
        C("activity_status", "enum", "Situation de l'activité", choices=ACTIVITY_STATUSES),
    ),
    key=("project_ref",),
    sheet="accompagnement",
)
COLLABORATIVE_PROJECTS = Table(
    "collaborative_projects",
    "Projets collaboratifs",
    (
        C(
            "project_ref",
            "text",
            "Référence du projet",
            required=True,
            help_fr="La même pour tous les partenaires",
        ),
        C("title", "text", "Intitulé du projet"),
        C("kind", "enum", "Nature du projet", choices=PROJECT_KINDS),
        C("status", "enum", "Avancement", required=True, choices=PROJECT_STATUSES),
        C("started_on", "date", "Début le"),
        C("ended_on", "date", "Fin le"),
        C("partners", "sirens", "Partenaires", help_fr="SIREN ou identifiants de membre, séparés par ;"),
        C("lead_siren", "siren", "SIREN du chef de file"),
        C("share", "share", "Votre part", help_fr="Part de votre structure dans le projet, de 0 à 100 %"),
        C("evidence_kind", "text", "Nature de la preuve", help_fr="Convention, compte rendu signé, facture…"),
        C("evidence_on", "date", "Preuve datée du"),
        C("evidence_ref", "text", "Référence de la preuve"),
        C("amount_eur", "eur", "Montant (€)"),
    ),
    key=("project_ref",),
    sheet="cooperation",
)
POSTS = Table(
    "posts",
    "Emplois",
    (
        C("post_ref", "text", "Référence du poste", required=True),
        C("employer_siren", "siren", "SIREN de l'employeur", required=True),
        C("contract_kind", "enum", "Contrat", choices=CONTRACT_KINDS),
        C("category", "enum", "Catégorie d'emploi", choices=POST_CATEGORIES),
        C("started_on", "date", "Début du contrat le", required=True),
        C("ended_on", "date", "Fin du contrat le"),
        C(
            "working_time",
            "share",
            "Temps de travail",
            required=True,
            help_fr="1 = temps plein ; 0,8 ou 80 %. Un CESA peut le laisser vide et donner ses heures payées",
        ),
        C("paid_hours", "hours", "Heures payées", help_fr="Dans le trimestre"),
        C("project_ref", "text", "Projet collaboratif lié"),
        C("project_share", "share", "Part du poste liée au projet"),
    ),
    key=("employer_siren", "post_ref"),
    sheet="emplois",
)
ACTIVITY = Table(
    "activity",
    "Activité économique",
    (
        C("period_start", "date", "Début de période", required=True),
        C("period_end", "date", "Fin de période", required=True),
        C("net_turnover_eur", "eur", "Chiffre d'affaires net HT (€)"),
        C("operating_income_eur", "eur", "Produits d'exploitation (€)"),
        C("public_income_eur", "eur", "dont produits publics (€)"),
        C("fte", "fte", "Effectif en ETP"),
        C("headcount", "count", "Effectif en personnes"),
        C("source", "enum", "Source du chiffre", choices=ACTIVITY_SOURCES),
    ),
    key=("period_start", "period_end", "source"),
    sheet="activite",
)
JOINT_PURCHASES = Table(
    "joint_purchases",
    "Achats groupés",
    (
        C("purchase_ref", "text", "Référence de l'achat", required=True),
        C("title", "text", "Objet de l'achat"),
        C("bought_on", "date", "Acheté le", required=True),
        C("amount_eur", "eur", "Montant payé (€)", required=True),
        C("reference_amount_eur", "eur", "Montant de référence (€)", help_fr="Prix sans groupement"),
        C("reference_source", "text", "Source de la référence"),
    ),
    key=("purchase_ref",),
    sheet="achats_groupes",
)
DECLARATIONS = {
    t.name: t for t in (SUPPORTED_PROJECTS, COLLABORATIVE_PROJECTS, POSTS, ACTIVITY, JOINT_PURCHASES)
}
#: Identification of a declaration: the `structure` sheet of a form, or columns of a CSV.
STRUCTURE = Table(
    "structure",
    "Structure déclarante",
    (
        C("siren", "siren", "SIREN", required=True),
        C("quarter", "quarter", "Trimestre", required=True, help_fr="Par exemple 2026-Q3"),
        C("sent_on", "date", "Envoyé le"),
    ),
    sheet="structure",
)

BOOKINGS = Table(
    "bookings",
    "Réservations",
    (
        C("room", "text", "Salle", required=True),
        C("starts_at", "instant", "Début", required=True),
        C("ends_at", "instant", "Fin", required=True),
        C("booked_by", "text", "Réservé par"),
        C("category", "enum", "Catégorie", choices=CATEGORIES),
        C("status", "enum", "Statut", choices=BOOKING_STATUSES),
        C("participants", "count", "Participants"),
        C("price_eur_net", "eur", "Prix HT"),
        C("booking_ref", "text", "Référence"),
    ),
)

REGISTER = {
    t.name: t
    for t in (
        Table(
            "members",
            "Membres",
            (
                C("member_id", "text", "Identifiant", required=True),
                C("siren", "siren", "SIREN", required=True),
                C("name", "text", "Nom", required=True),
                C("legal_category", "text", "Catégorie juridique"),
                C("naf_code", "text", "Code NAF"),
                C("function", "enum", "Fonction", choices=FUNCTIONS),
                C("is_ess", "bool", "ESS"),
                C("is_cae", "bool", "CAE"),
                C("closing_month", "count", "Mois de clôture"),
            ),
            key=("member_id",),
        ),
        Table(
            "memberships",
            "Adhésions",
            (
                C("member_id", "text", "Identifiant", required=True),
                C("presence", "enum", "Présence", required=True, choices=PRESENCES),
                C("college", "text", "Collège"),
                C("joined_on", "date", "Entrée le", required=True),
                C("left_on", "date", "Sortie le"),
            ),
        ),
        Table(
            "rooms",
            "Salles",
            (
                C("room_id", "text", "Salle", required=True),
                C("name", "text", "Nom"),
                C("capacity", "count", "Capacité"),
                C("opened_on", "date", "Ouverte le"),
                C("closed_on", "date", "Fermée le"),
                C("composed_of", "text", "Composée de"),
            ),
            key=("room_id",),
        ),
        Table(
            "opening_hours",
            "Heures d'ouverture",
            (
                C("room_id", "text", "Salle", required=True),
                C("weekday", "weekday", "Jour", required=True),
                C("opens_at", "time", "Ouvre à", required=True),
                C("closes_at", "time", "Ferme à", required=True),
                C("valid_from", "date", "À partir du"),
                C("valid_to", "date", "Jusqu'au"),
            ),
        ),
        Table(
            "closures",
            "Fermetures",
            (
                C("room_id", "text", "Salle", required=True),
                C("starts_on", "date", "Du", required=True),
                C("ends_on", "date", "Au", required=True),
                C("reason", "text", "Motif"),
            ),
        ),
        Table(
            "price_list",
            "Tarifs",
            (
                C("room_id", "text", "Salle", required=True),
                C("category", "enum", "Catégorie", required=True, choices=CATEGORIES),
                C(
                    "unit",
                    "enum",
                    "Unité",
                    required=True,
                    choices={
                        "hour": ("Heure",),
                        "half_day": ("Demi-journée",),
                        "day": ("Journée", "jour"),
                    },
                ),
                C("amount_eur_net", "eur", "Montant HT", required=True),
                C("vat_rate", "share", "TVA"),
                C("valid_from", "date", "À partir du"),
                C("valid_to", "date", "Jusqu'au"),
            ),
        ),
        Table(
            "lots",
            "Lots loués",
            (
                C("lot_id", "text", "Lot", required=True),
                C("area_m2", "area", "Surface (m²)", required=True),
                C("member_id", "text", "Occupant"),
                C("starts_on", "date", "Du"),
                C("ends_on", "date", "Au"),
                C("annual_rent_eur", "eur", "Loyer annuel (€)"),
            ),
        ),
        Table(
            "grants",
            "Subventions",
            (
                C("grant_id", "text", "Subvention", required=True),
                C("funder_id", "text", "Financeur", required=True),
                C("funder_label", "text", "Nom du financeur"),
                C("purpose", "text", "Objet"),
                C("action", "text", "Action"),
                C("amount_eur", "eur", "Montant (€)"),
                C("status", "enum", "Statut", required=True, choices=GRANT_STATUSES),
                C("decided_on", "date", "Décidée le"),
                C("period_start", "date", "Début de période"),
                C("period_end", "date", "Fin de période"),
                C("closing_date", "date", "Clôture de l'exercice"),
                C("requested_eur", "eur", "Montant demandé (€)"),
                C("awarded_eur", "eur", "Montant accordé (€)"),
                C("paid_eur", "eur", "Montant versé (€)"),
            ),
            key=("grant_id",),
        ),
        Table(
            "budget_lines",
            "Budget des actions",
            (
                C("action", "text", "Action", required=True),
                C("fiscal_year", "count", "Exercice", required=True),
                C("line", "text", "Ligne", required=True),
                C("forecast_eur", "eur", "Prévision (€)"),
                C("realised_eur", "eur", "Réalisation (€)"),
            ),
            key=("action", "fiscal_year", "line"),
        ),
        Table(
            "expenses",
            "Dépenses",
            (
                C("expense_id", "text", "Dépense", required=True),
                C("action", "text", "Action"),
                C("incurred_on", "date", "Engagée le"),
                C("paid_on", "date", "Payée le"),
                C("account", "text", "Compte"),
                C("label", "text", "Libellé"),
                C("amount_eur", "eur", "Montant (€)", required=True),
            ),
            key=("expense_id",),
        ),
        Table(
            "expense_allocations",
            "Affectation des dépenses",
            (
                C("expense_id", "text", "Dépense", required=True),
                C("grant_id", "text", "Subvention", required=True),
                C("share", "share", "Part", required=True),
            ),
            key=("expense_id", "grant_id"),
        ),
        Table(
            "targets",
            "Cibles",
            (
                C("indicator_id", "text", "Indicateur", required=True),
                C("perimeter", "text", "Périmètre", required=True),
                C("period", "text", "Période", required=True),
                C("target", "index", "Cible", required=True),
                C("set_on", "date", "Fixée le", required=True),
                C("set_by", "text", "Fixée par"),
                C("reason", "text", "Motif"),
            ),
        ),
        Table(
            "consents",
            "Accords de publication",
            (
                C("member_id", "text", "Identifiant", required=True),
                C("reader", "text", "Lecteur", required=True),
                C("scope", "text", "Portée", required=True),
                C("valid_from", "date", "À partir du"),
                C("valid_to", "date", "Jusqu'au"),
            ),
        ),
        Table(
            "aliases",
            "Noms équivalents",
            (
                C(
                    "kind",
                    "enum",
                    "Genre",
                    required=True,
                    choices={
                        "room": ("Salle",),
                        "member": ("Membre",),
                        "customer": ("Client",),
                        "column": ("Colonne",),
                        "funder": ("Financeur",),
                        "file": ("Fichier",),
                    },
                ),
                C("raw_text", "text", "Texte rencontré", required=True),
                C("id", "text", "Identifiant", required=True),
            ),
        ),
        Table(
            "corrections",
            "Corrections",
            (
                C("source_file", "text", "Fichier", required=True),
                C("row", "count", "Ligne", required=True),
                C("column", "text", "Colonne", required=True),
                C("old_value", "text", "Ancienne valeur"),
                C("new_value", "text", "Nouvelle valeur"),
                C("reason", "text", "Motif", required=True),
                C("decided_by", "text", "Décidée par"),
                C("decided_on", "date", "Décidée le"),
                C("sheet", "text", "Feuille"),
            ),
        ),
        Table(
            "benchmark_index",
            "Indices sectoriels",
            (
                C("naf_code", "text", "Code NAF", required=True),
                C("period", "text", "Période", required=True),
                C("value", "index", "Indice", required=True),
                C("source", "text", "Source"),
                C("vintage", "text", "Millésime"),
            ),
        ),
    )
}

#: Pseudonymous columns that replace the three personal ones of supported_projects.
HOLDER_COLUMNS = {"holder_pid": "VARCHAR", "title_key": "VARCHAR"}


def raw_columns(table: Table) -> dict[str, str]:
    """Column -> DuckDB type of the table's rows in the raw warehouse, personal columns replaced."""
    columns: dict[str, str] = {}
    for column in table.columns:
        sql_type = SQL_TYPES[column.type]
        if sql_type is not None:
            columns[column.name] = sql_type
    if table is SUPPORTED_PROJECTS:
        columns |= HOLDER_COLUMNS
    if table is BOOKINGS:
        columns = {"room_id": "VARCHAR", "member_id": "VARCHAR"} | columns
        del columns["room"], columns["booked_by"]
    return columns
