"""Which file of the fictitious inbox says what: every format once at least, several senders, encodings and separators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from ingest.demo import accounts, formats, pole, story
from ingest.demo.pole import MANAGER, Organisation
from ingest.demo.story import Row
from periscope import tables
from periscope.quarters import Quarter

#: members who send the form workbook for the last quarter; the others are in the CSVs
FORM_MEMBERS = ("M01", "M04", "M06", "M09", "M12", "M14")
_SENT_ON = date(2026, 10, 12)
#: activity is told by these in files of revenue/ for the years that their FEC does not cover
CERTIFIED = ("M05", "M08", "M11")
_STRUCTURE = ("siren", "quarter")
#: the ledger of corrections mends this cell of the candidates' file
CORRECTED = ("C03", "2025-Q2")


def write(inbox: Path) -> Row:
    """Write every sound file; returns the line of the ledger of corrections that mends one of them."""
    for folder in (
        "declarations/formulaires",
        "declarations/enquetes",
        "revenue/M02",
        "revenue/M05",
        "revenue/compta",
    ):
        (inbox / folder).mkdir(parents=True, exist_ok=True)
    correction = _declarations(inbox / "declarations")
    _surveys(inbox / "declarations" / "enquetes")
    _bookings(inbox / "bookings")
    _accounts(inbox / "revenue")
    _turnover(inbox / "revenue")
    return correction


def _text(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.write_bytes(text.encode(encoding))


def _declarations(folder: Path) -> Row:
    for member_id in FORM_MEMBERS:
        member = pole.BY_ID[member_id]
        sheets = {
            "supported_projects": story.project_rows(member_id, pole.LAST),
            "collaborative_projects": story.cooperation_rows(member_id, pole.LAST),
            "posts": story.post_rows(member, pole.LAST),
            "activity": [story.activity_row(member, pole.LAST, "Déclaré")],
            "joint_purchases": [
                row
                for row in _purchases()
                if row["siren"] == member.siren and row["quarter"] == str(pole.LAST)
            ],
        }
        # the last of them still uses an old spreadsheet
        ending = "xls" if member_id == FORM_MEMBERS[-1] else "xlsx"
        path = folder / "formulaires" / f"declaration {member.name} T3.{ending}"
        formats.write_form(path, member.siren, str(pole.LAST), sheets, _SENT_ON)
    _csv(
        folder / "accompagnement 2023-2026.csv",
        "supported_projects",
        _spread(lambda m, q: story.project_rows(m.member_id, q), _supports),
        ";",
        "utf-8-sig",
    )
    _csv(
        folder / "cooperation.csv",
        "collaborative_projects",
        _spread(lambda m, q: story.cooperation_rows(m.member_id, q)),
        ";",
        "cp1252",
    )
    first, second = _split_posts()
    _csv(folder / "emplois 2023-2024.csv", "posts", first, ",", "utf-8")
    _csv(folder / "emplois 2025-2026.txt", "posts", second, "\t", "utf-16")
    # a corrected version of one quarter of one member, sent later
    corrected = [
        r | {"sent_on": _SENT_ON, "working_time": "0,9"}
        for r in second
        if r["siren"] == pole.BY_ID["M18"].siren and r["quarter"] == "2026-Q2"
    ]
    _csv(folder / "emplois M18 corrigé.csv", "posts", corrected, ";", "utf-8")
    _csv(folder / "activite des membres.csv", "activity", _spread(lambda m, q: [story.activity_row(m, q, "Déclaré")]), ";", "iso8859-15",
         {"fte": "Effectif ETP au dernier jour"})  # fmt: skip
    candidates = [
        _sent(one, q) | story.activity_row(one, q, "declared")
        for one in pole.CANDIDATES
        for q in pole.QUARTERS
    ]
    at = next(
        n
        for n, row in enumerate(candidates)
        if (row["siren"], row["quarter"]) == (pole.BY_ID[CORRECTED[0]].siren, CORRECTED[1])
    )
    right = candidates[at]["net_turnover_eur"]
    candidates[at] |= {"net_turnover_eur": right * 10}
    _csv(folder / "activite des candidats.csv", "activity", candidates, "|", "utf-8")
    _csv(folder / "emplois des candidats.csv", "posts", [
        _sent(one, q) | row for one in pole.CANDIDATES for q in pole.QUARTERS for row in story.post_rows(one, q)
    ], ";", "cp1252")  # fmt: skip
    _csv(
        folder / "achats groupes.csv",
        "joint_purchases",
        [r for r in _purchases() if r["quarter"] < "2026-Q1"],
        ";",
        "cp850",
    )
    return {
        "source_file": "declarations/activite des candidats.csv",
        "row": at + 2,
        "column": "net_turnover_eur",
        "old_value": formats.text_of(right * 10),
        "new_value": formats.text_of(right),
        "reason": "Une décimale de trop, confirmée au téléphone",
        "decided_by": "Évaluatrice (fictive)",
        "decided_on": "2026-10-15",
    }


def _csv(
    path: Path,
    kind: str,
    rows: list[Row],
    separator: str,
    encoding: str,
    headers: dict[str, str] | None = None,
) -> None:
    structure = (*_STRUCTURE, "sent_on") if any("sent_on" in row for row in rows) else _STRUCTURE
    columns = [*structure, *tables.DECLARATIONS[kind].names]
    _text(path, formats.table_text(rows, columns, separator, headers), encoding)


def _sent(one: Organisation, quarter: Quarter) -> Row:
    return {"siren": one.siren, "quarter": str(quarter)}


def _supports(member: Organisation) -> bool:
    return member.member_id in ("M01", "M02", "M03", "M04")


def _every(member: Organisation) -> bool:
    return True


def _spread(
    rows_of: Callable[[Organisation, Quarter], list[Row]], keeps: Callable[[Organisation], bool] = _every
) -> list[Row]:
    """Rows of every member and quarter that no form and no survey tells. Who joined late told its years outside too."""
    found = []
    for quarter in pole.QUARTERS:
        for member in pole.MEMBERS:
            in_form = quarter == pole.LAST and member.member_id in FORM_MEMBERS
            in_survey = keeps is _supports and (member.member_id, str(quarter)) == ("M04", "2026-Q2")
            is_gone = member.left_on is not None and member.left_on < quarter.first_day
            is_silent = (member.member_id, str(quarter)) in (("M21", "2026-Q3"), ("M13", "2026-Q1"))
            if keeps(member) and not (in_form or in_survey or is_gone or is_silent):
                found += [_sent(member, quarter) | row for row in rows_of(member, quarter)]
    return found


def _split_posts() -> tuple[list[Row], list[Row]]:
    rows = _spread(story.post_rows)
    # a later version of some of these follows: only the day of sending can tell which is right
    dated = [
        r | {"sent_on": Quarter.parse(r["quarter"]).last_day + timedelta(days=12)}
        for r in rows
        if r["quarter"] >= "2025"
    ]
    return [r for r in rows if r["quarter"] < "2025"], dated


def _purchases() -> list[Row]:
    return [
        _sent(pole.BY_ID[buyer], Quarter.of(date.fromisoformat(bought_on)))
        | {"purchase_ref": ref, "title": title, "bought_on": bought_on, "amount_eur": amount,
           "reference_amount_eur": reference, "reference_source": "Devis" if reference else ""}
        for ref, title, bought_on, amount, reference, buyer in pole.PURCHASES
    ]  # fmt: skip


def _surveys(folder: Path) -> None:
    titles = ("Votre SIREN", "Trimestre concerné", "Numéro du dossier", "Nom de la personne", "Prénom de la personne", "Née le",
              "Le projet", "Première rencontre", "Convention signée le", "Sortie le", "Comment l'activité a été créée", "Créée le", "_index")  # fmt: skip
    names = ("project_ref", "holder_surname", "holder_first_name", "holder_birth_date", "title", "first_contact_on",
             "support_threshold_on", "ended_on", "creation_kind", "created_on")  # fmt: skip
    rows = [
        [pole.BY_ID["M04"].siren, "2026-Q2", *(formats.text_of(row.get(name)) for name in names), str(number)]
        for number, row in enumerate(story.project_rows("M04", Quarter(2026, 2)), 1)
    ]
    formats.write_ods(folder / "kobo accompagnement.ods", "Suivi", [list(titles), *rows])
    headers = {"siren": "SIREN de l'acheteur", "quarter": "Trimestre", "purchase_ref": "Quel achat ?", "title": "Objet",
               "bought_on": "Quand ?", "amount_eur": "Combien avez-vous payé (€) ?",
               "reference_amount_eur": "Combien auriez-vous payé seuls (€) ?", "stamp": "Horodateur"}  # fmt: skip
    answers = [r | {"stamp": "12/10/2026 10:00:00"} for r in _purchases()
               if r["quarter"] >= "2026-Q1" and not (r["quarter"] == str(pole.LAST) and r["siren"] == pole.BY_ID["M06"].siren)]  # fmt: skip
    _text(
        folder / "Achats groupés (réponses).csv",
        formats.table_text(answers, ["stamp", *list(headers)[:-1]], ",", headers),
    )


def _bookings(folder: Path) -> None:
    series = [
        ("20231003T090000", "20231003T120000", "FREQ=WEEKLY;BYDAY=TU", "Asso Passerine"),
        ("20240111T140000", "20240111T160000", "FREQ=MONTHLY;BYDAY=2TH", "Association Le Cabestan (fictive)"),
        (
            "20250303T180000",
            "20250303T200000",
            "FREQ=WEEKLY;INTERVAL=2;UNTIL=20250630T220000Z",
            "Théâtre de la Bigue",
        ),
    ]
    _text(
        folder / "agenda eole.ics",
        formats.calendar("Grande salle du bas", story.bookings("eole", 0.40), series),
    )
    _text(
        folder / "mrbs.sql", formats.mrbs_dump("Étage", "Salle de réunion 2", story.bookings("zephyr", 0.45))
    )
    _text(folder / "sauvegarde_grr.sql", formats.grr_dump("Mistral", story.bookings("studio", 0.40)))
    rows = [
        {"salle": "Agora (Éole et Zéphyr)", "début": f"{one.starts_at:%d/%m/%Y %H:%M}",
         "fin": f"{one.starts_at + timedelta(hours=float(one.hours)):%d/%m/%Y %H:%M}", "réservé par": one.who,
         "statut": {"confirmed": "Confirmée", "tentative": "Option", "cancelled": "Annulée", "no_show": "Non venu"}[one.status],
         "participants": one.participants, "prix HT": Decimal(55) * max(1, round(one.hours)), "référence": f"AG{one.ref:04d}"}
        for one in story.bookings("agora", 0.06)
    ]  # fmt: skip
    for year in ("2023", "2024", "2025", "2026"):
        mine = [row for row in rows if year in str(row["début"])]
        _text(folder / f"planning agora {year}.csv", formats.table_text(mine, list(rows[0]), ";"), "cp1252")
    exported = [
        {"id": f"b{one.ref}", "from": f"{formats.utc(one.starts_at)}", "to": formats.utc(one.starts_at + timedelta(hours=float(one.hours))),
         "resource": "La Bulle", "membership": one.who, "price.net": f"{6 * one.hours:.2f}", "price.gross": f"{one.hours * 72 / 10:.2f}", "attendees": one.participants}
        for one in story.bookings("bulle", 0.50) if one.status == "confirmed"
    ]  # fmt: skip
    _text(folder / "cobot_bookings.csv", formats.table_text(exported, list(exported[0])))


def _accounts(folder: Path) -> None:
    first, second, third = pole.YEAR_STARTS
    for start in pole.YEAR_STARTS:
        closing = date(start.year + 1, 9, 30)
        _text(
            folder / f"{MANAGER.siren}FEC{closing:%Y%m%d}.txt",
            accounts.fec_text(accounts.fiscal_year("G01", start)),
            "iso8859-15",
        )
        # a folder that names the member says who sent it
        _text(
            folder / "M02" / f"FEC {closing.year}.txt",
            accounts.fec_text(accounts.fiscal_year("M02", start), "|"),
            "utf-8",
        )
    for start in (second, third):
        closing = date(start.year + 1, 9, 30)
        text = accounts.fec_text(accounts.fiscal_year("M03", start), has_direction=True)
        _text(folder / f"{pole.BY_ID['M03'].siren}FEC{closing:%Y%m%d}.txt", text, "cp1252")
    _text(
        folder / "M05" / "comptabilité.xml",
        accounts.fec_xml(accounts.fiscal_year("M05", third), date(2026, 9, 30)),
        "iso8859-15",
    )
    _text(
        folder / f"{pole.BY_ID['M08'].siren}FEC20260930.TXT",
        accounts.fec_text(accounts.fiscal_year("M08", third)),
        "utf-8-sig",
    )
    _text(
        folder / "compta" / "export_comptable.csv",
        accounts.fec_text(accounts.fiscal_year("M11", third), ";", is_quoted=True),
        "cp1252",
    )
    # a fiscal year before everything else, for the member whose FEC begins later
    _text(
        folder / f"{pole.BY_ID['M03'].siren}FEC20240930.txt",
        accounts.fec_text(accounts.fiscal_year("M03", first)),
        "utf-8",
    )


def _turnover(folder: Path) -> None:
    """Certificates by quarter, and tax forms of whole years, which feed annual figures only."""
    columns = [*_STRUCTURE, *tables.ACTIVITY.names]
    certified = [
        _sent(pole.BY_ID[m], q) | story.activity_row(pole.BY_ID[m], q, "Attestation")
        for m in CERTIFIED
        for q in pole.QUARTERS[:8]
    ]
    _text(folder / "attestations.csv", formats.table_text(certified, columns, ";"), "cp1252")
    yearly = []
    for member_id in ("M06", "M07", "M12"):
        one = pole.BY_ID[member_id]
        quarters = [Quarter(2025, n) for n in (1, 2, 3, 4)]
        row = _sent(one, quarters[-1]) | story.activity_row(one, quarters[-1], "Liasse fiscale")
        for name in ("net_turnover_eur", "operating_income_eur", "public_income_eur"):
            row[name] = sum((story.activity_row(one, q, "")[name] for q in quarters), Decimal(0))
        yearly.append(row | {"period_start": date(2025, 1, 1), "period_end": date(2025, 12, 31)})
    _text(folder / "liasses 2025.csv", formats.table_text(yearly, columns, ","), "utf-8")
