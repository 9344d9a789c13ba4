"""Fills the funder's own PDF form, when the evaluator supplies it, with the values of the Cerfa table.

The blank form is `texts/<family>.pdf`; the `[form]` table of the family maps our names to the fields of that file.
"""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from periscope.errors import GateError
from reports import cerfa, eligibility, french
from reports.parts import Part, parts
from reports.report import Report

#: What a form may do when opened is dropped: it must ask nothing of any address and run nothing.
_ACTIONS = ("/OpenAction", "/AA", "/A", "/Names", "/URI")


def fill_all(report: Report) -> list[Path]:
    """Replace each blank form of the folder by one filled form per grant and exercise; the files written."""
    written = []
    shown = parts(report)
    for part in shown:
        blank = report.folder / f"{part.family.name}.pdf"
        if blank.exists():
            for year in part.years:
                path = report.folder / f"formulaire-{part.number}-{year}.pdf"
                path.write_bytes(filled(blank.read_bytes(), part, year))
                written.append(path)
    for name in {part.family.name for part in shown}:
        (report.folder / f"{name}.pdf").unlink(missing_ok=True)
    return written


def filled(blank: bytes, part: Part, year: str) -> bytes:
    """The form with its fields filled. Raises GateError naming the field or the key that does not exist."""
    name = f"texts/{part.family.name}"
    try:
        writer = PdfWriter(clone_from=PdfReader(BytesIO(blank)))
        fields = sorted(writer.get_fields() or {})
    except (PyPdfError, OSError, ValueError) as error:
        raise GateError(f"{name}.pdf n'est pas un PDF lisible. Remettez le formulaire d'origine.") from error
    known = values(part, year)
    if not fields or not part.family.form:
        found = ", ".join(fields) or "aucun"
        raise GateError(
            f"{name}.pdf ne peut pas être rempli : ses champs ({found}) doivent être reliés dans la table [form] de "
            f"{name}.toml. Copiez-y reports/funders/{part.family.name}.toml s'il n'existe pas."
        )
    for ours, theirs in part.family.form.items():
        if ours not in known or theirs not in fields:
            wrong = (
                f"« {ours} » n'est pas un de nos noms"
                if ours not in known
                else f"« {theirs} » n'est pas un champ de {name}.pdf"
            )
            raise GateError(f"{name}.toml, table [form] : {wrong}. Corrigez cette ligne ; rien n'est publié.")
    for page in writer.pages:
        for annotation in page.get("/Annots", ()):
            for action in _ACTIONS:
                annotation.get_object().pop(action, None)
        writer.update_page_form_field_values(
            page, {theirs: known[ours] for ours, theirs in part.family.form.items()}, auto_regenerate=False
        )
    writer.set_need_appearances_writer(True)
    for action in _ACTIONS:
        writer.root_object.pop(action, None)
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def values(part: Part, year: str) -> dict[str, str]:
    """What a form may ask, by our names; an amount that is not known leaves its field empty."""
    context, grant = part.report.context, part.grant
    built = eligibility.table_of(context, grant.action, year)
    found = {
        "fiscal_year": year,
        "body_name": context.managing_body_name,
        "siret": context.managing_body_siret or context.managing_body_siren,
        "rna": context.managing_body_rna,
        "action": grant.action,
        "purpose": grant.purpose,
        "indirect_keys": " ".join(built.indirect_keys),
        "observations": " ".join(built.notes),
        "gaps": _gaps(part, built),
    }
    awarded = eligibility.awarded_eur(grant)
    total = built.row("income", cerfa.TOTAL).realised_eur
    found["grant_eur"] = "" if awarded is None else french.number(french.rounded(awarded))
    found["grant_percent"] = "" if awarded is None or not total else french.number(awarded * 100 / total, 1)
    for side in cerfa.SIDES:
        for row in built.rows[side]:
            line = f"{row.line}.{side}" if row.line in (cerfa.TOTAL, cerfa.GRAND_TOTAL) else row.line
            for column, amount in (("forecast", row.forecast_eur), ("realised", row.realised_eur)):
                found[f"{column}.{line}"] = "" if amount is None else french.number(amount)
            found[f"percent.{line}"] = "" if row.percent is None else french.number(row.percent, 1)
    return {name: _plain(text) for name, text in found.items()}


def _gaps(part: Part, built: cerfa.CerfaTable) -> str:
    context = part.report.context
    rows = cerfa.significant_gaps(built, context.cerfa_gap_share, context.cerfa_gap_eur)
    return " ; ".join(f"{row.line} {french.signed(row.gap_eur or Decimal(0), 'eur')}" for row in rows)


def _plain(text: str) -> str:
    """The fonts of a form have neither narrow spaces nor a true minus sign."""
    return text.replace(french.NARROW_SPACE, " ").replace("\u00a0", " ").replace(french.MINUS, "-")
