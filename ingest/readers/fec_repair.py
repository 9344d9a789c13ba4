"""Lines of a staged FEC that are looked at one by one: corrected, mended where sure, or refused with their reason.

Only these lines are read a second time. Their text is never kept: a refusal quotes an amount or a date, nothing else.
"""

from __future__ import annotations

import re

from ingest.context import Context
from ingest.corrections import Corrector, entries_of
from ingest.readers import fec_lines, fec_stage
from ingest.readers.fec_layout import OFFICIAL, Layout
from ingest.readers.fec_stage import Staging
from periscope.receipts import Finding, Refusal
from periscope.tables import Column

#: refusals told one by one; the rest is counted in one sentence
MOST_REFUSALS = 10_000
#: separators that one label may hold
_MOST_EXTRA = 3
_LABELS = ("journal_label", "account_label", "customer_number", "customer_name", "piece", "entry_label")
_DATES = ("piece_on", "lettered_on", "valid_on")
_MENDED_IN_THE_SOURCE = "Corrigez la ligne dans le logiciel comptable, puis exportez de nouveau le FEC."


def looked_at(staging: Staging, name: str, context: Context) -> dict[int, str]:
    """Text of the lines that have a problem, the first MOST_REFUSALS of them, and of those that the ledger corrects."""
    refused = staging.connection.execute(
        "select row_number from fec_staged where problem <> 0 order by row_number limit ?", [MOST_REFUSALS]
    ).fetchall()
    return staging.lines([*(row for (row,) in refused), *_corrected_rows(name, context)])


def _corrected_rows(name: str, context: Context) -> list[int]:
    return sorted({entry.row for entry in entries_of(name, context)})


def _replace(staging: Staging, lines: dict[int, str]) -> None:
    """Stage these lines again in the place of what the file says."""
    staging.connection.execute("delete from fec_staged where row_number in (select unnest(?))", [list(lines)])
    fec_stage.stage(staging, fec_lines.batches_of_lines(sorted(lines.items())))


def correct(staging: Staging, lines: dict[int, str], name: str, context: Context) -> list[Finding]:
    """Replay the ledger of corrections on this file; `lines` then hold the corrected texts."""
    corrector = Corrector(name, context)
    corrected = {}
    for row in _corrected_rows(name, context):
        if row not in lines or row <= staging.layout.header_row:
            continue
        said = [cell.strip() for cell in lines[row].split(staging.separator)]
        cells = [
            str(corrector.apply("", row, header, Column(header, "text", header), cell))
            for header, cell in zip(staging.layout.header, said, strict=False)
        ] + said[staging.layout.width :]
        if cells != said:
            corrected[row] = staging.separator.join(cells)
    if corrected:
        _replace(staging, corrected)
        lines |= corrected
    return corrector.close()


def mend(staging: Staging, lines: dict[int, str]) -> list[Finding]:
    """Put a label cut by a separator together again, when only one reading makes sense; `lines` then hold it."""
    rows = staging.connection.execute(
        "select row_number from fec_staged where problem = ? order by row_number limit ?",
        [fec_stage.BAD_WIDTH, MOST_REFUSALS],
    ).fetchall()
    candidates = [
        (row, staging.separator.join(cells))
        for (row,) in rows
        if row in lines
        for cells in _candidates(lines[row].split(staging.separator), staging.layout)
    ]
    if not candidates:
        return []
    staging.connection.execute(f"create temp table fec_candidates ({fec_stage.STAGED})")
    numbered = [(position, line) for position, (_, line) in enumerate(candidates)]
    fec_stage.stage(staging, fec_lines.batches_of_lines(numbered), table="fec_candidates", header_row=-1)
    meanings: dict[int, dict[tuple[object, ...], str]] = {}
    for position, *meaning in staging.connection.execute("""
        select row_number, entry_on, account_code, debit_eur, credit_eur, number_key from fec_candidates
        where problem = 0 order by row_number
        """).fetchall():
        row, line = candidates[position]
        meanings.setdefault(row, {}).setdefault(tuple(meaning), line)
    mended = {row: next(iter(found.values())) for row, found in meanings.items() if len(found) == 1}
    if mended:
        _replace(staging, mended)
        lines |= mended
    message = "Un séparateur en trop se trouvait sur cette ligne : elle a été relue sans lui."
    return [Finding(message, row=row, code="mended_line") for row in sorted(mended)]


def _candidates(cells: list[str], layout: Layout) -> list[list[str]]:
    """Readings of a line that is too long: without its empty last field, or with one label put together again.

    Every piece of the label holds text and every date is a date. A validation date in its place proves a reading;
    without one, a piece made of figures may as well be an amount, and nothing is put together.
    """
    extra = len(cells) - layout.width
    if not 1 <= extra <= _MOST_EXTRA:
        return []
    readings = []
    if extra == 1 and not cells[-1].strip() and not _is_shifted(cells, layout):
        readings.append((cells[:-1], True))
    for place in (layout.columns[name] for name in _LABELS if name in layout.columns):
        parts = [part.strip() for part in cells[place - 1 : place + extra]]
        has_words = all(re.search(r"[^\W\d_]", part) for part in parts)
        if all(parts):
            readings.append(([*cells[: place - 1], " ".join(parts), *cells[place + extra :]], has_words))
    dates = [layout.columns[name] - 1 for name in _DATES if name in layout.columns]
    possible = [
        (reading, has_words)
        for reading, has_words in readings
        if all(re.fullmatch(r"(\d[0-9/. :T-]*)?", reading[place].strip()) for place in dates)
    ]
    valid_on = layout.columns.get("valid_on", 0) - 1
    proved = [reading for reading, _ in possible if valid_on >= 0 and reading[valid_on].strip()]
    return proved or [reading for reading, has_words in possible if has_words]


def _is_shifted(cells: list[str], layout: Layout) -> bool:
    """True when an amount stands after the columns of amounts, where none should."""
    last = max(layout.columns[name] for name in fec_stage.needed_columns(layout))
    currency = layout.columns.get("currency_amount", 0)
    return any(
        re.fullmatch(r"[+-]?\d+[.,]\d\d[+-]?", cell.strip())
        for place, cell in enumerate(cells, 1)
        if place > last and place != currency
    )


def refusals(staging: Staging, lines: dict[int, str]) -> list[Refusal]:
    """One refusal per unreadable line, told to the sender; beyond MOST_REFUSALS they are counted together."""
    problems = staging.connection.execute(
        "select row_number, problem from fec_staged where problem <> 0 order by row_number"
        f" limit {MOST_REFUSALS}"
    ).fetchall()
    found = [
        _refusal(row, problem, lines[row].split(staging.separator), staging.layout)
        for row, problem in problems
        if row in lines
    ]
    (total,) = fec_stage.one(staging.connection, "select count(*) from fec_staged where problem <> 0")
    more = total - len(found)
    if more:
        message = f"{more} autres lignes sont refusées pour les mêmes raisons."
        found.append(Refusal(0, message, _MENDED_IN_THE_SOURCE, code="more"))
    return found


def _refusal(row: int, problem: int, cells: list[str], layout: Layout) -> Refusal:
    if problem == fec_stage.BAD_WIDTH:
        reason = f"La ligne a {len(cells)} champs ; l'en-tête en annonce {layout.width}."
        remedy = "Un champ manque, ou un libellé contient le séparateur. " + _MENDED_IN_THE_SOURCE
        return Refusal(row, reason, remedy, code="fec_width")
    has_amount = "amount" in layout.columns
    name, reason, remedy = {
        fec_stage.BAD_DATE: (
            "entry_on",
            "La date d'écriture est absente ou illisible.",
            "Écrivez-la AAAAMMJJ, entre 1900 et 2099. ",
        ),
        fec_stage.BAD_ACCOUNT: (
            "account",
            "Le numéro de compte est absent ou ne commence pas par un chiffre.",
            "Indiquez un compte du plan comptable. ",
        ),
        fec_stage.BAD_DIRECTION: (
            "direction",
            "Le sens de l'écriture n'est ni D ou C, ni +1 ou -1.",
            "Indiquez le sens. ",
        ),
        fec_stage.BAD_DEBIT: (
            "amount" if has_amount and "debit" not in layout.columns else "debit",
            "Le montant est illisible.",
            "Écrivez-le avec une virgule et deux décimales au plus, sans séparateur de milliers : 1234,56. ",
        ),
        fec_stage.BAD_CREDIT: (
            "amount" if has_amount and "credit" not in layout.columns else "credit",
            "Le montant est illisible.",
            "Écrivez-le avec une virgule et deux décimales au plus, sans séparateur de milliers : 1234,56. ",
        ),
    }[problem]
    place = layout.columns.get(name, 0)
    value = cells[place - 1].strip() if 0 < place <= len(cells) else ""
    return Refusal(
        row,
        reason,
        remedy + _MENDED_IN_THE_SOURCE,
        column=OFFICIAL[name],
        value=_quotable(value),
        code=f"fec_{name}",
    )


def _quotable(value: str) -> str:
    """A cell that cannot be a name: in a shifted line, the label of a third party may stand where an amount should."""
    return value if len(value) <= 40 and not re.search(r"[^\W\d_]{3}", value) else ""
