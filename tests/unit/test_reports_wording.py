"""Sentences that must be refused, and good ones that must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from periscope.errors import GateError
from periscope.reader_context import Text
from reports import html, sections, wording
from reports.document import Section
from reports.figures import Figure, Figures
from tests.fixtures import reader_folder
from tests.fixtures.reader_folder import QUARTER, figure_id


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    return Figures.load(reader_folder.write(tmp_path_factory.mktemp("wording") / "sicoval"))


def known(indicator: str, period: str = str(QUARTER)) -> str:
    return f"[[{figure_id(indicator, period, 'members', 'all', 'all')}]]"


RISING, FALLING, EFFECT = known("turnover_total"), known("survival_rate_3y"), known("jobs_effect")
JOBS = known("collaboration_jobs_created_fte")
GROWTH, REFUSED = known("turnover_panel_growth"), known("turnover_effect")

BAD = {
    # typed numbers
    "Le pôle a aidé 24 projets.": "« 24 »",
    "Le pôle a aidé **24** projets.": "« 24 »",
    "Le pôle a aidé 2\u200b4 projets.": "« 24 »",
    "Le chiffre d'affaires atteint 1 234,56 €.": "« 1 234,56 € »",
    "Le chiffre d'affaires atteint 2,3 M€.": "« 2,3 M€ »",
    "Une progression de 12 % est visée.": "« 12 % »",
    "Près de 20 pour cent des membres ont répondu.": "« 20 pour cent »",
    "Entre 10 et 15 emplois sont attendus.": "« 10 et 15 »",
    "De 10 à 15 structures sont venues.": "« 10 à 15 »",
    "Le pôle compte 10-15 structures.": "« 10-15 »",
    "En 2026, 37 membres ont répondu.": "« 37 »",
    "Le lieu offre 120 places de travail.": "« 120 »",
    "Une fête de 2000 personnes a eu lieu.": "« 2000 »",
    "Le pôle compte 10000 ETP.": "« 10000 ETP »",
    "Les membres sont à ¾ des associations.": "« ¾ »",
    "Le pôle a aidé &frac12; de ses membres.": "« &frac12; »",
    # numbers in words
    "Les salles ont servi deux heures par jour.": "« deux heures »",
    "Les travaux ont duré moins que 120 heures réservées.": "« 120 »",
    "Deux emplois ont été créés.": "« Deux emplois »",
    "Les trois emplois créés sont occupés.": "« trois emplois »",
    "Nous avons tenu quatre ateliers.": "« quatre ateliers »",
    "Vingt-trois nouveaux projets ont démarré.": "« Vingt-trois nouveaux projets »",
    "Le pôle réunit quarante structures.": "« quarante structures »",
    "Cent cinquante visiteurs sont venus.": "« Cent cinquante visiteurs »",
    "Vingt pour cent des heures sont réservées.": "« Vingt pour cent »",
    "Une dizaine de projets ont démarré.": "« Une dizaine »",
    "Plusieurs centaines d'heures ont été réservées.": "« Plusieurs centaines »",
    "Les deux tiers des membres ont répondu.": "« Les deux tiers »",
    "Trois quarts des salles sont occupées.": "« Trois quarts »",
    "La moitié des membres coopèrent.": "« La moitié »",
    "Un tiers des projets aboutissent.": "« Un tiers des »",
    "Le nombre de projets a doublé.": "« a doublé »",
    "C'est deux fois plus qu'avant.": "« deux fois »",
    "Nous avons triplé le nombre d'ateliers.": "« avons triplé »",
    "Le nombre d'heures a été multiplié par deux.": "« été multiplié »",
    "Neuf projets sur dix aboutissent.": "« Neuf projets »",
    # bindings
    "Le chiffre [[f-inconnu]] est bon.": "n'est pas publié",
    f"Le chiffre {RISING[:-2]}|couleur]] est bon.": "n'est pas publié",
    # directions
    f"Le chiffre d'affaires est en baisse : {RISING}.": "« en baisse » contredit",
    f"Le chiffre d'affaires est en légère baisse : {RISING}.": "« en légère baisse » contredit",
    f"Le chiffre d'affaires s'effondre, à {RISING}.": "« s'effondre » contredit",
    f"Le chiffre d'affaires se dégrade ({RISING}).": "« se dégrade » contredit",
    f"La pérennité progresse, à {FALLING}.": "« progresse » contredit",
    f"La pérennité s'est améliorée, à {FALLING}.": "s'est améliorée » contredit",
    f"La pérennité s'améliore, à {FALLING}.": "« s'améliore » contredit",
    f"Le chiffre d'affaires reste stable ({RISING}).": "« stable » contredit",
    f"Le recul se poursuit : {GROWTH}.": "« recul » contredit",
    f"La pérennité recule ({FALLING}), mais le chiffre d'affaires diminue aussi : {RISING}.": "« diminue » contredit",
    f"Le chiffre d'affaires est de {RISING}. Cette baisse inquiète.": "« baisse » contredit",
    # causes
    f"Grâce au pôle, le chiffre d'affaires atteint {RISING}.": "affirme une cause",
    f"Le pôle a permis d'atteindre {RISING}.": "affirme une cause",
    f"L'impact du pôle est de {RISING}.": "affirme une cause",
    f"Le pôle a généré {RISING}.": "affirme une cause",
    f"Ces {RISING} résultent de l'action du pôle.": "affirme une cause",
    f"Le pôle a créé {JOBS}.": "affirme une cause",
    f"Sans le pôle, ces {RISING} n'existeraient pas.": "affirme une cause",
    f"Le chiffre d'affaires ({RISING}) a bénéficié de l'action du pôle.": "affirme une cause",
    f"La hausse s'explique par la coopération ({RISING}).": "affirme une cause",
    f"Le chiffre d'affaires atteint {RISING}. C'est le fruit de la coopération.": "affirme une cause",
    f"L'effet sur le chiffre d'affaires, {REFUSED}, montre l'impact du pôle.": "affirme une cause",
    f"L'effet estimé est de {EFFECT} ; c'est un impact mesuré contre ce qui aurait été.": "affirme une cause",  # its interval holds zero
}
GOOD = (
    f"Le chiffre d'affaires est en hausse : {RISING}, soit [[{RISING[2:-2]}|évolution]] sur un an.",
    f"La pérennité est en baisse, à {FALLING}.",
    f"La pérennité recule ({FALLING}), mais le chiffre d'affaires progresse : {RISING}.",
    f"Le chiffre d'affaires n'a pas diminué : {RISING}.",
    f"La pérennité ne progresse pas : {FALLING}.",
    f"Le chiffre d'affaires atteint {RISING} ; rien ne permet de dire ce qui l'explique.",
    f"Les emplois stables ont été comptés à part ; le chiffre d'affaires est de {RISING}.",
    "L'action s'est tenue du 1er janvier au 30 septembre 2026, 12 rue du Canal, 31520 Ramonville.",
    "La rencontre a eu lieu au 14 bis, avenue de l'Europe, 31320 Auzeville, et rue des Trente-Six-Ponts.",
    "Voir l'article 10 de la loi 2000-321, le Cerfa 15059*02 et l'annexe 2.",
    "L'association loi 1901 suit la norme ISO 26000 et l'axe 4.2.3 du FSE+ 2021-2027.",
    "Écrivez à contact@pole.example ou appelez le 05 61 00 00 00.",
    "Réunion du 12/05/2026 au 3e trimestre 2026, depuis 2012, pour la 2e édition.",
    "Les ateliers vont de 9 h à 17 h 30, les 4 et 5 juin 2026, sur 3 ans.",
    "L'atelier a duré deux heures, et la visite dure environ 90 minutes ; l'accueil a duré 2 h 30 ; une formation d'une durée de trois jours a suivi.",
    "La convention court sur trois ans et prévoit deux temps forts.",
    "Les deux partenaires et ces trois ateliers sont décrits plus bas ; un tiers de confiance les suit.",
    "Le tiers-lieu accueille les membres ; chacun avance pas à pas, à deux voix.",
    "La quinzaine de l'économie sociale s'est tenue en novembre.",
    "Entre 2024 et 2026, le programme Agenda 2030 a guidé les choix.",
    "Voir pages 12 et 13, article 2 alinéa 3 ; écrire à BP 12345, 31000 Toulouse.",
    "La première phase est achevée ; les cinq axes du programme sont rappelés.",
    "1. Premier point\n2. Deuxième point",
    "Le pôle a permis à chacun de se rencontrer.",
    "",
)


@pytest.mark.parametrize(("sentence", "expected"), BAD.items(), ids=list(BAD))
def test_bad_sentences_are_refused_with_their_line(figures: Figures, sentence: str, expected: str) -> None:
    text = Text("G1", "texts/G1.md", f"Un paragraphe sans chiffre.\n\n{sentence}\n\nEncore un.\n")
    found = wording.check(text, figures)
    assert {remark.line for remark in found} == {3}, [str(remark) for remark in found]
    assert any(expected in str(remark) for remark in found), [str(remark) for remark in found]
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
    assert told.text.startswith(figure.text) and "+" in told.text and told.text.endswith("[[rien]]")


def test_a_figure_of_a_text_leads_to_its_proof(figures: Figures) -> None:
    """Also when it moves, in bold, in a table or beside a character that would pass for a mark."""
    identifier = RISING[2:-2]
    text = f"**{RISING}** \U000f0005\n\n| a | b |\n|---|---|\n| x | [[{identifier}|évolution]] |\n"
    page = html.blocks(Section("s", "S", [wording.render(text, figures)]))
    assert page.count(f'<span class="fig" data-figure-id="{identifier}">') == 2
    assert f">{figures.by_id[identifier].text}</span></strong>" in page and "<td>" in page


def test_a_hidden_figure_is_printed_as_hidden() -> None:
    masked = Figure("f1", "turnover_total", "1", "2026-Q3", "members", "all", "all", None, "eur", None, None, None, None, None,
                    "observed", "suppressed", "Secret")  # fmt: skip
    assert wording.render("Total : [[f1]].", Figures([masked])).text == "Total : s."


def test_a_refused_text_stops_the_report(tmp_path: Path) -> None:
    folder = reader_folder.write(
        tmp_path / "sicoval", texts=(Text("G1", "texts/G1.md", "Nous avons aidé 24 projets."),)
    )
    with pytest.raises(GateError, match=r"texts/G1\.md, ligne 1"):
        sections.grant_parts(sections.Report.open(folder))
