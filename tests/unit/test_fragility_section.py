"""The internal edition says from whom a figure is hidden, and what each headline owes to one contributor."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from periscope.reader_context import Fragility, LayoutOffer, Withheld
from reports.sections import followup


def section(
    withheld: tuple[Withheld, ...], fragilities: tuple[Fragility, ...], layouts: tuple[LayoutOffer, ...] = ()
) -> str:
    labels = {"function": {"creation_support": "Création d'activités"}}
    context = SimpleNamespace(withheld=withheld, fragilities=fragilities, layouts=layouts, labels=labels)
    return repr(followup.withheld(cast("Any", SimpleNamespace(context=context))))


def test_readers_and_largest_share_are_shown() -> None:
    hidden = Withheld(
        "F1", "turnover_total", "2026-Q3", "members", "all", "Motif d'essai", "committee, public"
    )
    fragile = Fragility("turnover_total", "2026-Q3", "members", 7, Decimal("0.612"))
    shown = section((hidden,), (fragile,))
    assert "committee, public" in shown and "61,2" in shown and "'7'" in shown


def test_figures_hidden_alike_share_a_line_that_names_them_in_words() -> None:
    hidden = [Withheld(f"F{item}", "turnover_total", "2026-Q3", "members", item, "Motif d'essai", "public")
              for item in ("creation_support", "all")]  # fmt: skip
    assert "Création d'activités, Ensemble" in section(tuple(hidden), ())


def test_a_figure_that_everyone_may_see_by_agreement_says_so() -> None:
    hidden = Withheld("F1", "turnover_total", "2026-Q3", "members", "all", "Motif d'essai")
    assert "accords" in section((hidden,), ())


def test_layouts_are_offered_with_what_each_tells_and_the_line_that_chooses() -> None:
    line = '[layouts] function = ["creation_support+csr_promotion"]'
    now = LayoutOffer("", "turnover_total", "2026-Q3", 3, 0, Decimal(0))
    offer = LayoutOffer(line, "turnover_total", "2026-Q3", 2, 1, Decimal("0.734"))
    shown = section((), (), (now, offer))
    assert '[layouts] function = ["creation_support+csr_promotion"]' in shown
    assert "Création d'activités + Promotion de la RSE, ensemble" in shown
    assert "Aujourd'hui" in shown and "1 sur 2" in shown and "73,4" in shown
    assert "[layouts]" not in section((), ())
