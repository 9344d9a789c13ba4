"""One mask for all readers outside the house, and what each of them may have.

Reads marts.fct_figures; writes schema `protection` of the candidate warehouse:
  masks           figure_id, cause: every figure hidden outside, with its cause (for the internal edition only)
  reader_figures  reader, section ('current' or 'history'), then the columns of figures.csv, masked for that reader
  open_rows, agreed_rows: the rows of figures that readers may have (see `protection.rows`)
  layouts         breakdowns that could be published instead (internal; see `protection.layouts`)
  unknowns, facts, targets: what the release gate attacks (internal; see `protection.gate_tables`)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple

from periscope import reuse
from periscope.bands import Band
from periscope.bands import reason as band_reason
from periscope.beside import Beside, submit
from periscope.errors import GateError, UsageError
from periscope.layouts import is_by_band, is_by_year
from periscope.warehouse import Connection
from periscope.workspace import Run
from protection import bands, gate_tables, layouts, primary, reader_figures, registry, rows, system
from protection.consents import Consent, in_force
from protection.primary import Figure, load_figures
from protection.reader_figures import REASON_SUPPRESSED, Told
from protection.registry import Delivered

INTERNAL, COMMITTEE, PUBLIC = "internal", "committee", "public"
_SECONDARY = "Il permettrait d'en déduire un autre."
_CHOSEN = "Les fonctions ne sont données que pour l'année ([layouts] de periscope.toml)."
_LAYOUTS = {
    "layout": "varchar",
    "indicator_id": "varchar",
    "period": "varchar",
    "cells_count": "integer",
    "shown_count": "integer",
    "told_share": "decimal(9, 6)",
}
_READER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def funders(connection: Connection) -> list[str]:
    """Those of register/grants.csv, each a reader."""
    rows = connection.execute("select distinct funder_id from raw.register.grants order by 1").fetchall()
    return [row[0] for row in rows]


def readers(connection: Connection) -> list[str]:
    """Every reader of a publication. Raises UsageError when a funder's id cannot name a folder."""
    found = [INTERNAL, COMMITTEE, PUBLIC]
    for funder in funders(connection):
        if not _READER.fullmatch(funder) or funder.casefold() in [name.casefold() for name in found]:
            raise UsageError(
                f"register/grants.csv : funder_id « {funder} » ne peut pas nommer un dossier. Écrivez des lettres sans "
                "accent, des chiffres, - ou _, autre chose que internal, committee ou public, sans différence de "
                "majuscules seulement."
            )
        found.append(funder)
    return found


def section(figure: Figure, run: Run) -> str:
    """Where a figure is published: `current` (quarter, year to date, cohorts), `history` (trends) or ''."""
    if figure.period in (str(run.quarter), str(run.quarter.year)) or figure.dimension == "cohort":
        return "current"
    # every number of the past is one more fact for an attacker: trends are kept for what the first screen shows
    is_trend = figure.is_headline or figure.secrecy == "exempt"
    return "history" if figure.dimension in ("all", "room") and is_trend else ""


def protect(
    connection: Connection, run: Run, *, is_closing: bool = False, beside: Beside | None = None
) -> None:
    """Choose the masks and write the tables of schema `protection`.

    `connection` is the candidate warehouse after `figures.bind`, with `raw` attached. Raises GateError when what was
    delivered before betrays a figure whatever is hidden now.
    """
    agreed = in_force(connection, run)
    figures = load_figures(connection)
    past = registry.read(run)
    restated = registry.restated(run, figures)
    sections = {f.figure_id: "current" if f.figure_id in restated else section(f, run) for f in figures}
    scope = [f for f in figures if sections[f.figure_id]]
    rule = run.workspace.settings.secrecy
    causes = primary.causes(scope, rule, agreed)
    chosen = run.workspace.settings.layouts
    withheld = layouts.told_by_quarter(scope) if is_by_year(chosen) else frozenset[str]()
    with _searching(run, figures, scope, agreed, past, beside) as searched:
        found = system.protect(connection, run, figures, scope, causes, agreed, past, withheld)
        hidden, banded = found.hidden, dict[str, Band]()
        if is_by_band(chosen) or (not chosen and layouts.is_mostly_hidden(scope, hidden)):
            asked = [f for f in scope if sections[f.figure_id] == "current" and f.figure_id not in withheld]
            if not chosen:
                asked = layouts.told_of_members(asked)
            with reuse.opened(run.workspace, "bands") as kept:
                banded = bands.choose(*found.of("enterprise"), asked, hidden, rule, kept)
        for figure_id in sorted(hidden - causes.keys()):
            causes[figure_id] = _CHOSEN if figure_id in withheld else _SECONDARY
        is_closed = registry.closed_before(run)
        statuses = {f.figure_id: _status(f, run, restated, is_closed, is_closing) for f in scope}
        _write(
            connection, run, scope, sections, statuses, causes, agreed, banded if is_by_band(chosen) else {}
        )
        # last: the search beside has had that time too
        told = [] if chosen else layouts.offers(scope, hidden, searched(), frozenset(banded))
    gate_tables.write_table(connection, "layouts", _LAYOUTS, [astuple(row) for row in told])


@contextmanager
def _searching(
    run: Run,
    figures: list[Figure],
    scope: list[Figure],
    agreed: list[Consent],
    past: list[Delivered],
    beside: Beside | None,
) -> Iterator[Callable[[], list[list[layouts.Told]]]]:
    """Search other layouts beside, while the masks are chosen; what is given waits for them.

    Once the evaluator has chosen, or said no, nothing is offered any more: quarters stay comparable.
    """
    settings = run.workspace.settings
    if settings.layouts or not layouts.is_asked(scope):
        yield list
        return
    with reuse.opened(run.workspace, "layouts") as kept:
        theirs = [[figure for figure in told if figure.secrecy == "enterprise"] for told in (figures, scope)]
        answer = submit(beside, layouts.search, *theirs, agreed, past, settings.secrecy, kept)

        def found() -> list[list[layouts.Told]]:
            told, there = answer()
            kept.used = there.used
            return told

        yield found


def _status(
    figure: Figure, run: Run, restated: frozenset[str], is_closed: Callable[[str], bool], is_closing: bool
) -> str:
    if figure.figure_id in restated:
        return "restated"
    if figure.value is None:
        return "not_assessable"
    is_being_closed = is_closing and section(figure, run) == "current"
    return "closed" if is_being_closed or is_closed(figure.period) else "provisional"


def _may_see(figure: Figure, reader: str, agreed: list[Consent]) -> bool:
    """True when every enterprise of a hidden figure agreed that this reader sees it."""
    if figure.secrecy != "enterprise" and figure.dimension != "member":
        return False
    sirens = {siren for part in figure.parts.values() for _, siren in part}
    given = {c.siren for c in agreed if c.reader == reader and c.covers(figure.indicator_id)}
    return bool(sirens) and sirens <= given


def _is_small_count(figure: Figure, run: Run) -> bool:
    told = (figure.value,) if figure.unit == "count" else (figure.numerator, figure.denominator)
    limit = run.workspace.settings.secrecy.min_persons
    return figure.secrecy == "person" and any(count is not None and count < limit for count in told)


def _write(
    connection: Connection,
    run: Run,
    scope: list[Figure],
    sections: dict[str, str],
    statuses: dict[str, str],
    causes: dict[str, str],
    agreed: list[Consent],
    banded: dict[str, Band],
) -> None:
    listed: list[Told] = []
    by_agreement: dict[str, set[str]] = {}
    parents = system.parents(scope)
    for reader in readers(connection):
        shown = {figure.figure_id for figure in scope if reader == INTERNAL or figure.figure_id not in causes}
        shown |= {
            figure.figure_id
            for figure in scope
            if figure.secrecy != "internal"
            and not _is_small_count(figure, run)
            and _may_see(figure, reader, agreed)
        }
        # an agreement to show a median says nothing of the growth rates that it is computed from
        shown -= {child for child, parent in parents if parent not in shown}
        for figure in scope:
            is_shown = figure.figure_id in shown
            if is_shown or (figure.dimension != "member" and figure.secrecy != "internal"):
                band = banded.get(figure.figure_id)
                why = band_reason(band, figure.unit) if band else REASON_SUPPRESSED
                place, status = sections[figure.figure_id], statuses[figure.figure_id]
                listed.append(Told(reader, place, figure.figure_id, status, is_shown, why))
        if reader != INTERNAL:
            current = {f.figure_id for f in scope if sections[f.figure_id] == "current"}
            by_agreement[reader] = shown & causes.keys() & current
    reader_figures.write(connection, causes, listed)
    rows.write(connection, run, scope, by_agreement)
    if connection.execute(
        "select count(*) from protection.reader_figures where reader = ?", [PUBLIC]
    ).fetchone() == (0,):
        raise GateError(f"Aucun chiffre pour {run.quarter} : lancez « periscope build » pour ce trimestre.")
