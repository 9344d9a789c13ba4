"""Who and what the fictitious pole is: data only. Every name and number here is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stdnum import luhn

from periscope.quarters import Quarter, quarters_between

FIRST, LAST = Quarter(2023, 4), Quarter(2026, 3)
QUARTERS = quarters_between(FIRST, LAST)
YEAR_STARTS = (date(2023, 10, 1), date(2024, 10, 1), date(2025, 10, 1))


@dataclass(frozen=True)
class Organisation:
    """A member or candidate. `turnover_keur` is a year's; `joined_on` is None for a candidate."""

    member_id: str
    name: str
    function: str
    naf_code: str
    legal_category: str
    turnover_keur: int
    presence: str
    joined_on: date | None
    left_on: date | None = None
    is_cae: bool = False
    closing_month: int = 9

    @property
    def siren(self) -> str:
        """Obviously invented (999…), with a valid key."""
        body = f"9990{int(self.member_id[1:]):03d}{'MCG'.index(self.member_id[0])}"
        return body + luhn.calc_check_digit(body)

    @property
    def is_late(self) -> bool:
        """Joined while it was observed: what the counterfactual needs."""
        return self.joined_on is not None and self.joined_on >= date(2024, 1, 1) and self.member_id != "M24"


_PERMANENT, _OCCASIONAL = "permanent_resident", "occasional_user"
_CREATION, _TRAINING, _DEVELOPMENT, _CSR = (
    "creation_support",
    "promotion_training",
    "enterprise_development",
    "csr_promotion",
)
_OLD = date(2021, 9, 1)

MANAGER = Organisation(
    "G01", "Association Le Cabestan (fictive)", _DEVELOPMENT, "94.99Z", "9220", 210, "", None
)
MEMBERS = (
    Organisation("M01", "Couveuse Lavandine", _CREATION, "82.99Z", "9220", 160, _PERMANENT, _OLD),
    Organisation(
        "M02", "Coopérative Orcanette", _CREATION, "70.22Z", "5458", 900, _PERMANENT, _OLD, is_cae=True
    ),
    Organisation(
        "M03", "Coopérative Brindazur", _CREATION, "70.22Z", "5458", 330, _PERMANENT, _OLD, is_cae=True
    ),
    Organisation("M04", "Boutique Premier Sillon", _CREATION, "85.59B", "9220", 240, _PERMANENT, _OLD),
    Organisation("M05", "Atelier Morvelle", _DEVELOPMENT, "62.01Z", "5499", 410, _PERMANENT, _OLD),
    Organisation("M06", "Fabrique Ostrebie", _DEVELOPMENT, "71.12B", "5710", 280, _PERMANENT, _OLD),
    Organisation("M07", "Organisme Passerine", _TRAINING, "85.59A", "9220", 350, _PERMANENT, _OLD),
    Organisation("M08", "Réseau Sarriette", _TRAINING, "94.99Z", "9220", 90, _PERMANENT, _OLD),
    Organisation("M09", "Compost & Compagnie d'Erelle", _CSR, "38.11Z", "5458", 190, _PERMANENT, _OLD),
    Organisation("M10", "Éditions du Fenouillet", _TRAINING, "58.11Z", "5499", 75, _OCCASIONAL, _OLD),
    Organisation("M11", "Bureau Tramontale", _DEVELOPMENT, "71.11Z", "5499", 145, _OCCASIONAL, _OLD),
    Organisation("M12", "Cuisine Rouvière", _DEVELOPMENT, "56.21Z", "5458", 260, _OCCASIONAL, _OLD),
    Organisation("M13", "Vélos de Malpierre", _DEVELOPMENT, "95.29Z", "5458", 115, _OCCASIONAL, _OLD),
    Organisation("M14", "Studio Garrigaire", _TRAINING, "59.11B", "5499", 95, _OCCASIONAL, date(2024, 4, 1)),
    Organisation(
        "M15", "Conseil Aubrelle", _DEVELOPMENT, "70.22Z", "5710", 130, _OCCASIONAL, date(2024, 7, 1)
    ),
    Organisation(
        "M16", "Menuiserie Toulza", _DEVELOPMENT, "43.32A", "5458", 310, _OCCASIONAL, date(2024, 7, 1)
    ),
    Organisation(
        "M17", "Langues de Sauvagnac", _TRAINING, "85.59A", "9220", 60, _OCCASIONAL, date(2024, 10, 1)
    ),
    Organisation(
        "M18", "Numérique Clairval", _DEVELOPMENT, "62.02A", "5499", 175, _OCCASIONAL, date(2025, 1, 1)
    ),
    Organisation(
        "M19", "Jardins de Belloume", _DEVELOPMENT, "81.30Z", "5458", 150, _OCCASIONAL, date(2025, 4, 1)
    ),
    Organisation("M20", "Textile Carmentran", _CSR, "13.92Z", "5499", 120, _OCCASIONAL, date(2025, 7, 1)),
    Organisation(
        "M21", "Théâtre de la Bigue", _TRAINING, "90.01Z", "9220", 20, _OCCASIONAL, date(2025, 10, 1)
    ),
    Organisation(
        "M22", "Épicerie Grandselve", _DEVELOPMENT, "47.11B", "5499", 380, _PERMANENT, _OLD, date(2025, 6, 30)
    ),
    Organisation(
        "M23",
        "Imprimerie Castelnère",
        _DEVELOPMENT,
        "18.12Z",
        "5710",
        220,
        _OCCASIONAL,
        _OLD,
        date(2024, 12, 31),
    ),
    # occasional until the end of 2025, permanent since
    Organisation("M24", "Recyclerie Montaudre", _CSR, "47.79Z", "9220", 170, _PERMANENT, date(2026, 1, 1)),
)
_CANDIDATE_NAMES = (
    "Agence Pibrelle", "Menuiserie Hersan", "Formation Lauzette", "Cabinet Verdale", "Conserverie Astride",
    "Atelier Roquebrune", "Données Tarnelle", "Paysages Izarnie", "Cantine Labrède", "Vidéo Sidoine",
    "Librairie Quercenne", "Cycles Ardelane", "Traduction Olmière", "Papeterie Fonbelle", "Bâtir Ségurelle",
    "Brasserie Lombrière",
)  # fmt: skip
CANDIDATES = tuple(
    Organisation(
        f"C{n:02d}",
        name,
        _DEVELOPMENT,
        ("62.01Z", "70.22Z", "85.59A", "81.30Z")[n % 4],
        "5499",
        60 + 23 * n,
        "candidate",
        None,
    )
    for n, name in enumerate(_CANDIDATE_NAMES, 1)
)
#: M24 was an occasional user before
M24_FIRST_JOINED_ON = date(2023, 1, 9)
EVERYONE = (MANAGER, *MEMBERS, *CANDIDATES)
BY_ID = {organisation.member_id: organisation for organisation in EVERYONE}

#: how quarters weigh in a year, by function; four weights sum to 4
SEASONS = {
    _CREATION: (0.97, 1.02, 0.91, 1.10),
    _TRAINING: (1.05, 1.12, 0.68, 1.15),
    _DEVELOPMENT: (0.95, 1.04, 0.96, 1.05),
    _CSR: (0.90, 1.08, 1.04, 0.98),
}
EFFECT_OF_JOINING = 0.08

#: (room_id, name, capacity, opened_on, composed_of)
ROOMS = (
    ("eole", "Salle Éole", 40, "2021-09-01", ""),
    ("zephyr", "Salle Zéphyr", 12, "2021-09-01", ""),
    ("studio", "Studio Mistral", 6, "2024-01-08", ""),
    ("bulle", "La Bulle", 4, "2022-03-01", ""),
    ("agora", "Agora (Éole et Zéphyr)", 52, "2021-09-01", "eole;zephyr"),
)
#: (room_id, hour, half_day, day) for an outside client; members pay a share of it
PRICES = (("*", 18, 60, 100), ("eole", 40, 130, 220), ("agora", 55, 180, 300))
MEMBER_PRICE_SHARE = {"external": 100, _PERMANENT: 50, _OCCASIONAL: 65}

#: (action, label)
ACTIONS = {"A1": "Accompagner la création", "A2": "Coopérer et former", "A3": "Animer le bâtiment"}
#: (grant_id, funder_id, label, purpose, action, amount, status, decided_on, year)
GRANTS = (
    (
        "SIC-2025",
        "sicoval",
        "Sicoval (fictif)",
        "Animation du lieu",
        "A3",
        30_000,
        "closed",
        "2025-02-14",
        2025,
    ),
    (
        "SIC-2026",
        "sicoval",
        "Sicoval (fictif)",
        "Animation du lieu",
        "A3",
        32_000,
        "paid",
        "2026-02-20",
        2026,
    ),
    ("REG-2025", "region", "Région (fictif)", "Coopération", "A2", 45_000, "closed", "2025-04-03", 2025),
    ("REG-2026", "region", "Région (fictif)", "Coopération", "A2", 48_000, "contracted", "2026-03-31", 2026),
    (
        "FSE-2026",
        "fse",
        "FSE+ (fictif)",
        "Accompagnement à la création",
        "A1",
        60_000,
        "notified",
        "2026-05-18",
        2026,
    ),
    (
        "FSE-2027",
        "fse",
        "FSE+ (fictif)",
        "Accompagnement, suite",
        "A1",
        65_000,
        "requested",
        "2026-09-07",
        2027,
    ),
    (
        "REG-NUM",
        "region",
        "Région (fictif)",
        "Équipement numérique",
        "A3",
        18_000,
        "refused",
        "2025-11-12",
        2025,
    ),
)
#: shares of an action's yearly budget by line of the Cerfa table
BUDGET = {
    "60.a": 4, "60.b": 3, "61.a": 12, "61.c": 2, "62.a": 10, "62.b": 3, "62.c": 4, "63.a": 3, "64.a": 42, "64.b": 17,
    "70": 14, "74.b": 30, "74.d": 24, "74.g": 22, "75.a": 10,
}  # fmt: skip
#: account of the expenses that make a line
ACCOUNTS = {"60.a": "601000", "60.b": "606400", "61.a": "613200", "61.c": "616000", "62.a": "622600", "62.b": "623000",
            "62.c": "625100", "63.a": "633300", "64.a": "641100", "64.b": "645100"}  # fmt: skip

#: (indicator_id, perimeter, period, target, set_on, reason); the later `set_on` supersedes, both stay visible
TARGETS = (
    ("new_supported_projects", "members", "2026", "40", "2026-01-15", "Plan d'action 2026"),
    ("new_supported_projects", "members", "2026", "34", "2026-06-10", "Révisée : un poste non pourvu"),
    ("effective_creations", "members", "2026", "16", "2026-01-15", "Plan d'action 2026"),
    ("effectively_run_projects", "members", "2026", "10", "2026-01-15", "Plan d'action 2026"),
    ("effectively_run_projects", "members", "2026-Q3", "6", "2026-01-15", "Plan d'action 2026"),
    ("collaboration_jobs_created_fte", "members", "2026", "6", "2026-01-15", "Plan d'action 2026"),
    ("turnover_panel_growth", "members", "2026", "0.03", "2026-01-15", "Plan d'action 2026"),
    ("occupancy_rate", "pole", "2026", "0.35", "2026-01-15", "Plan d'action 2026"),
)

#: (project_ref, title, kind, lead, other partners, started_on, ended_on, months between proofs)
COLLABORATIONS = (
    ("PC-01", "Conciergerie du lieu", "shared_service", "M02", "M04;M07;M12", "2023-10-02", "", 3),
    ("PC-02", "Paie mutualisée", "shared_service", "M03", "M02;M06;M16", "2024-01-15", "", 3),
    ("PC-03", "Parcours créateurs", "training_pathway", "M01", "M04;M07", "2024-03-04", "2026-06-30", 3),
    ("PC-04", "Filière compost", "research_development", "M09", "M05;M19", "2024-05-13", "", 6),
    ("PC-05", "Offre web commune", "commercial", "M05", "M06;M18", "2024-09-02", "2025-12-19", 3),
    ("PC-06", "Traiteur des séminaires", "commercial", "M12", "M22;M07", "2024-02-01", "2025-06-30", 3),
    ("PC-07", "École du réemploi", "training_pathway", "M24", "M09;M13;M20", "2025-03-10", "", 3),
    ("PC-08", "Plateau de tournage", "shared_service", "M14", "M21;M10", "2025-06-02", "", 3),
    ("PC-09", "Logistique à vélo", "research_development", "M13", "M12;M19", "2025-09-15", "", 3),
    ("PC-10", "Achats de papier", "joint_purchasing", "M10", "M23;M15", "2024-01-08", "2024-12-20", 3),
    ("PC-11", "Conseil aux associations", "commercial", "M15", "M08;M04", "2026-01-12", "", 3),
    ("PC-12", "Chantier école", "training_pathway", "M16", "M07;M03", "2026-04-07", "", 3),
)
#: (project_ref, title, lead, partners, submitted_on, result, told_on, amount)
BIDS = (
    ("AO-01", "Accompagnement des quartiers", "M04", "M01;M03", "2024-02-12", "won", "2024-05-06", 84_000),
    ("AO-02", "Formation numérique", "M07", "M05;M18", "2024-10-07", "lost", "2024-12-02", 52_000),
    ("AO-03", "Mobilier réemployé", "M24", "M16", "2025-05-19", "won", "2025-07-21", 36_000),
    ("AO-04", "Restauration du congrès", "M12", "M13;M19", "2026-02-23", "won", "2026-04-27", 41_000),
    ("AO-05", "Site de l'agglomération", "M05", "M06;M14", "2026-07-06", "submitted", "", 67_000),
)
#: (project_ref, employer, post number) : posts created or maintained by a collaboration
PROJECT_POSTS = (
    ("PC-01", "M02", "created", "0.8", "2024-01-08"), ("PC-02", "M03", "created", "1", "2024-02-05"),
    ("PC-04", "M09", "created", "0.5", "2024-09-02"), ("PC-05", "M05", "maintained", "1", "2024-09-02"),
    ("PC-07", "M24", "created", "1", "2025-04-01"), ("PC-08", "M14", "created", "0.6", "2025-09-01"),
    ("PC-09", "M13", "created", "0.5", "2025-10-06"), ("PC-11", "M15", "created", "0.4", "2026-02-02"),
    ("PC-12", "M16", "maintained", "1", "2026-04-07"), ("PC-12", "M07", "created", "0.5", "2026-05-04"),
)  # fmt: skip
#: (purchase_ref, title, bought_on, amount, reference amount, buyers' SIREN holder)
PURCHASES = (
    ("AG-01", "Papier recyclé", "2024-02-09", "3 480,00", "4 120,00", "M10"),
    ("AG-02", "Électricité", "2024-06-17", "21 350,50", "23 900,00", "M06"),
    ("AG-03", "Téléphonie", "2024-11-04", "6 240,00", "", "M05"),
    ("AG-04", "Assurances", "2025-03-03", "9 800,00", "11 050,00", "M02"),
    ("AG-05", "Mobilier", "2025-10-13", "7 515,25", "9 300,00", "M06"),
    ("AG-06", "Logiciel de paie", "2026-01-20", "5 400,00", "7 200,00", "M03"),
    ("AG-07", "Fournitures de bureau", "2026-07-15", "2 960,40", "3 310,00", "M06"),
    ("AG-08", "Électricité", "2026-09-01", "19 870,00", "22 400,00", "M10"),
)
SURNAMES = ("Abeillan", "Bousquières", "Cazalbon", "Delrieu-Mas", "Estabel", "Fontcave", "Gardelle", "Hugounet",
            "Issartel", "Jalabrun", "Lescarret", "Mazérac", "Nougarol", "Ourliac", "Peyrebrune", "Quillan",
            "Roumagnac", "Sallenave", "Tournefeille", "Vidalou")  # fmt: skip
FIRST_NAMES = ("Aïcha", "Bastien", "Camille", "Djibril", "Élodie", "Fanny", "Gaël", "Hanaé", "Ismaël", "Jeanne",
               "Karim", "Lou-Anne", "Maël", "Noémie", "Océane", "Paulin")  # fmt: skip
TRADES = ("Boulangerie", "Maraîchage", "Atelier couture", "Réparation de vélos", "Graphisme", "Conserverie",
          "Garde d'enfants", "Menuiserie", "Traiteur", "Écriture publique", "Savonnerie", "Conseil en énergie")  # fmt: skip
PLACES = ("de la Lèze", "du Canal", "des Coteaux", "d'Autan", "de la Saune", "des Ormeaux")
