"""Sentences that must be refused, and good ones that must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from periscope.errors import GateError
from periscope.reader_context import Text
from reports import sections, wording
from reports.figures import Figure, Figures
from tests.fixtures import reader_folder
from tests.fixtures.reader_folder import QUARTER, figure_id


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    return Figures.load(reader_folder.write(tmp_path_factory.mktemp("wording") / "sicoval"))


def known(indicator: str, period: str = str(QUARTER)) -> str:
    return f"[[{figure_id(indicator, period, 'members', 'all', 'all')}]]"


RISING, FALLING, EFFECT = known("turnover_total"), known("survival_rate_3y"), known("jobs_effect")
GROWTH = known("turnover_panel_growth")

BAD = {
    "Le pôle a aidé 24 projets.": "« 24 »",
    "Le chiffre d'affaires atteint 1 234,56 €.": "« 1 234,56 € »",
    "Une progression de 12 % est visée.": "« 12 % »",
    "Deux emplois ont été créés.": "« Deux »",
    "Une dizaine de projets ont démarré.": "« Une dizaine »",
    "En 2026, 37 membres ont répondu.": "« 37 »",
    "Le chiffre [[f-inconnu]] est bon.": "n'est pas publié",
    f"Le chiffre {RISING[:-2]}|couleur]] est bon.": "n'est pas publié",
    f"Le chiffre d'affaires est en baisse : {RISING}.": "« en baisse » contredit",
    f"La pérennité progresse, à {FALLING}.": "« progresse » contredit",
    f"Le chiffre d'affaires reste stable ({RISING}).": "« stable » contredit",
    f"Le recul se poursuit : {GROWTH}.": "« recul » contredit",
    f"Grâce au pôle, le chiffre d'affaires atteint {RISING}.": "affirme une cause",
    f"Le pôle a permis d'atteindre {RISING}.": "affirme une cause",
    f"L'impact du pôle est de {RISING}.": "affirme une cause",
}
GOOD = (
    f"Le chiffre d'affaires est en hausse : {RISING}, soit [[{RISING[2:-2]}|évolution]] sur un an.",
    f"La pérennité est en baisse, à {FALLING}.",
    f"L'effet estimé est de {EFFECT} ; c'est un impact mesuré contre ce qui aurait été.",
    "L'action s'est tenue du 1er janvier au 30 septembre 2026, 12 rue du Canal, 31520 Ramonville.",
    "Voir l'article 10 de la loi 2000-321, le Cerfa 15059*02 et l'annexe 2.",
    "Écrivez à contact@pole.example ou appelez le 05 61 00 00 00.",
    "Réunion du 12/05/2026 au 3e trimestre 2026, depuis 2012.",
    "1. Premier point\n2. Deuxième point",
    "Le pôle a permis à chacun de se rencontrer.",
    "",
)


@pytest.mark.parametrize(("sentence", "expected"), BAD.items(), ids=list(BAD))
def test_bad_sentences_are_refused_with_their_line(figures: Figures, sentence: str, expected: str) -> None:
    text = Text("G1", "texts/G1.md", f"Un paragraphe sans chiffre.\n\n{sentence}\n\nEncore un.\n")
    found = wording.check(text, figures)
    assert [remark.line for remark in found] == [3], [str(remark) for remark in found]
    assert expected in str(found[0])
    assert "texts/G1.md, ligne 3" in str(found[0])
    assert found[0].proposal.endswith((".", ")."))


@pytest.mark.parametrize("sentence", GOOD)
def test_good_sentences_pass(figures: Figures, sentence: str) -> None:
    assert [str(remark) for remark in wording.check(Text("G1", "t.md", sentence), figures)] == []


def test_the_reference_text_raises_no_false_alarm(figures: Figures) -> None:
    assert wording.check(Text("G1", "t.md", reader_folder.texts()), figures) == []


def test_a_typed_number_is_offered_its_figure(figures: Figures) -> None:
    figure = next(
        f
        for f in figures
        if f.indicator_id == "jobs_fte" and f.period == str(QUARTER) and f.perimeter == "members"
    )
    (remark,) = wording.check(Text("G1", "t.md", f"Les membres comptent {figure.text}."), figures)
    assert figure.figure_id in remark.proposal


def test_bindings_become_figures(figures: Figures) -> None:
    figure = figures.by_id[RISING[2:-2]]
    told = wording.render(f"{RISING} et [[{figure.figure_id}|évolution]] et [[rien]]", figures)
    assert told.startswith(figure.text) and "+" in told and told.endswith("[[rien]]")


def test_a_hidden_figure_is_printed_as_hidden() -> None:
    masked = Figure("f1", "turnover_total", "1", "2026-Q3", "members", "all", "all", None, "eur", None, None, None, None, None,
                    "observed", "suppressed", "Secret")  # fmt: skip
    assert wording.render("Total : [[f1]].", Figures([masked])) == "Total : s."


def test_a_refused_text_stops_the_report(tmp_path: Path) -> None:
    folder = reader_folder.write(
        tmp_path / "sicoval", texts=(Text("G1", "texts/G1.md", "Nous avons aidé 24 projets."),)
    )
    with pytest.raises(GateError, match=r"texts/G1\.md, ligne 1"):
        sections.grant_parts(sections.Report.open(folder))
