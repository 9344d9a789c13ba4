"""The effect on the pages, its secrecy, gross to net, survival: from an invented folder."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from periscope import warehouse
from periscope.effects import HOUSE_ONLY, Survival, deductions, net
from periscope.errors import UsageError
from periscope.reader_context import ReportContext
from periscope.settings import load
from release.effects import effects as effects_of_reader
from reports import effect_charts, html
from reports.document import Chart, Section, cells
from reports.report import Report
from reports.sections import effects, effects_annex
from tests.fixtures import reader_folder
from tests.fixtures.effects import PUBLISHED, RANGES, REFUSED

D = Decimal


def report(tmp_path: Path, kind: str = "committee", **changes: Any) -> Report:
    house = {"effects": (REFUSED, PUBLISHED), "gross_to_net": RANGES} | changes
    return Report.open(reader_folder.write(tmp_path / kind, kind, **house))


def words(section: Section) -> str:
    return html.section(section)


def charts_of(section: Section) -> dict[str, Chart]:
    return {block.title: block for block in section.blocks if isinstance(block, Chart)}


def test_the_page_says_the_interval_the_comparison_and_what_would_change_it(tmp_path: Path) -> None:
    page = words(effects(report(tmp_path)))
    assert "Entre −0,6 ETP et +3,0 ETP" in page
    assert "8 membres, avant et après leur entrée, à 16 organisations restées dehors" in page
    assert "3 organisations (membre dès le premier trimestre observé)" in page
    assert "un choc de 0,6\u202fETP commun aux membres" in page
    assert "✗ à discuter" in page and "✓ rassurant" in page


def test_a_refusal_says_why_and_what_is_missing(tmp_path: Path) -> None:
    section = effects(report(tmp_path, effects=(REFUSED,)))
    page = words(section)
    assert "Aucun effet ne peut être estimé" in page and "il en faut 5" in page
    assert page.count("✗ manque") == 2
    assert not any("avant et après l'entrée" in title for title in charts_of(section))


def test_a_refusal_still_describes_members_against_their_sector(tmp_path: Path) -> None:
    page = words(effects(report(tmp_path, effects=(REFUSED,))))
    told = page[page.index("Sur indice sectoriel") :].split("</p>")[0]
    assert "(6 membres dont le secteur a un indice)" in told and "effet" not in told
    assert "évolution de +5\u202f% par rapport au secteur, intervalle de −4\u202f% à +14\u202f%" in told
    assert "C&#39;est une description" in told or "C'est une description" in told


def test_an_effect_is_told_in_proportion_and_in_euros_with_its_bounds(tmp_path: Path) -> None:
    page = words(effects(report(tmp_path, "internal")))
    assert "En proportion de l" in page and "Entre −4 % et +20 %" in page
    assert "entre −44\u202f000\u202f€ et 485\u202f000\u202f€ sur les quatre derniers trimestres" in page
    assert "85\u202f880" not in page and "86\u202f000" not in page  # no euros without their bounds


def test_a_masked_effect_leaves_nothing_but_the_reason(tmp_path: Path) -> None:
    built = report(tmp_path, effects=())
    page = words(effects(built)) + words(effects_annex(built))
    assert "Entre −0,6 ETP" not in page and "épreuve du hasard" not in page


def test_the_plot_shows_each_year_with_its_interval(tmp_path: Path) -> None:
    chart = next(c for t, c in charts_of(effects(report(tmp_path))).items() if "avant et après l'entrée" in t)
    ElementTree.fromstring(chart.svg)
    assert "avant l'entrée : attendu près de zéro" in chart.svg.replace("&apos;", "'")
    assert [cells(row)[0].text for row in chart.table.rows] == ["1 an avant", "1re année"]


def test_members_are_named_in_the_house_only(tmp_path: Path) -> None:
    inside = words(effects_annex(report(tmp_path, "internal")))
    assert "une organisation écartée à la fois" in inside and "Atelier du Canal" in inside
    bare = tuple(replace(e, left_out=(), excluded_members=None) for e in (REFUSED, PUBLISHED))
    outside = words(effects_annex(report(tmp_path, effects=bare)))
    assert "une organisation écartée" not in outside and "Atelier du Canal" not in outside


@pytest.fixture
def candidate(tmp_path: Path) -> Any:
    survival = Survival(12, D("0.9"), D("0.6"), D("0.98"), 11)
    told = {"effects": [asdict(PUBLISHED), asdict(REFUSED)], "survival": [asdict(survival)]}
    plain = json.dumps(told, default=str)
    (tmp_path / "impact.json").write_text(plain, encoding="utf-8")
    run = SimpleNamespace(workspace=SimpleNamespace(candidate=tmp_path), quarter="2026-Q3")
    with warehouse.connect(tmp_path / "w.duckdb") as connection:
        connection.execute("create schema protection")
        connection.execute(
            "create table protection.reader_figures as select * from (values "
            "('committee', '2026-Q3', 'jobs_effect', 'provisional'), "
            "('public', '2026-Q3', 'jobs_effect', 'suppressed'), "
            "('public', '2026-Q2', 'turnover_effect', 'suppressed')) t(reader, period, indicator_id, status)"
        )
        yield connection, run


def test_outside_the_house_no_member_is_told(candidate: Any) -> None:
    connection, run = candidate
    outside = effects_of_reader(connection, run, "committee", False)
    assert len(outside["effects"]) == 2 and "survival" not in outside
    for effect in outside["effects"]:
        assert not set(effect) & set(HOUSE_ONLY)
    inside = effects_of_reader(connection, run, "internal", True)
    assert inside["survival"][0]["at_risk_count"] == 11
    assert inside["effects"][0]["left_out"][0]["member_id"] == "M01"


def test_an_effect_whose_figure_is_masked_is_left_out_whole(candidate: Any) -> None:
    connection, run = candidate
    told = effects_of_reader(connection, run, "public", False)
    assert [effect["indicator_id"] for effect in told["effects"]] == ["turnover_effect"]


def test_the_context_reads_back_what_impact_wrote(tmp_path: Path) -> None:
    context = reader_folder.context("internal")
    plain = json.loads(context.to_json()) | {
        "effects": json.loads(json.dumps([asdict(PUBLISHED)], default=str))
    }
    assert ReportContext.from_plain(plain).effects == (PUBLISHED,)


def test_net_takes_each_deduction_off_what_is_left() -> None:
    assert net(D(10), [D("0.2"), D("0.5")]) == D(4)
    assert net(D(10), []) == D(10)


def test_gross_alone_says_why(tmp_path: Path) -> None:
    page = words(effects(report(tmp_path, gross_to_net=())))
    assert "Seul le nombre brut est imprimé" in page and "[impact.gross_to_net]" in page
    assert "nets" not in page


def test_the_tornado_bounds_are_the_products_of_the_bounds(tmp_path: Path) -> None:
    built = report(tmp_path)
    gross = built.now("collaboration_jobs_created_fte")
    assert gross is not None and gross.value is not None
    chart = charts_of(effects(built))["Emplois nets des projets collaboratifs, selon les hypothèses"]
    low, high = gross.value * D("0.7") * D("0.5"), gross.value * D("0.9")
    assert f"Entre {low:.1f}".replace(".", ",") in chart.description
    assert f"et {high:.1f}".replace(".", ",") in chart.description
    assert "Non déduit, faute de fourchette : substitution." in chart.description
    assert [cells(row)[2].text for row in chart.table.rows] == ["Enquête inventée, 2026", "Étude inventée"]


def test_declared_attribution_is_shown_as_such(tmp_path: Path) -> None:
    page = words(effects(report(tmp_path)))
    assert "attribution déclarée par les membres" in page and "ni multipliée, ni appelée effet" in page


def test_survival_holds_the_unknown_and_the_small_number(tmp_path: Path) -> None:
    folder = reader_folder.write(tmp_path / "c", "committee")
    lines = (folder / "figures.csv").read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    for name, numerator in (("survival_rate_3y_low", "8"), ("survival_rate_3y_high", "9")):
        index = next(i for i, line in enumerate(lines) if f",{name}," in line and "2026-Q3,members," in line)
        row = dict(zip(header, lines[index].split(","), strict=True))
        row |= {"numerator": numerator, "denominator": "10"}
        lines[index] = ",".join(row[column] for column in header)
    (folder / "figures.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    page = words(effects_annex(Report.open(folder)))
    assert "49\u202f% à 98\u202f%" in page  # Wilson 8/10 from 0.490, 9/10 up to 0.982


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"leakage": {"low": 0, "high": 1, "source": "x"}}, "a pour seules tables"),
        ({"deadweight": {"low": 0.1, "high": 0.3}}, "demande low, high et source"),
        ({"deadweight": {"low": 0.4, "high": 0.3, "source": "x"}}, "0 ≤ low ≤ high ≤ 1"),
        ({"deadweight": {"low": 0.1, "high": 1.2, "source": "x"}}, "0 ≤ low ≤ high ≤ 1"),
        ({"deadweight": {"low": 0.1, "high": 0.3, "source": " "}}, "d'où vient"),
    ],
)
def test_a_range_without_bounds_or_source_is_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("(", r"\(")):
        deductions(table)


def test_ranges_are_read_from_the_settings_before_anything_runs(tmp_path: Path) -> None:
    path = tmp_path / "periscope.toml"
    path.write_text('[impact.gross_to_net.deadweight]\nlow = 0.1\nhigh = 0.3\nsource = "Enquête"\n', "utf-8")
    assert [one.name for one in load(path).gross_to_net] == ["deadweight"]
    path.write_text("[impact.gross_to_net.deadweight]\nlow = 0.1\n", "utf-8")
    with pytest.raises(UsageError):
        load(path)


def test_the_survival_curve_is_for_the_house(tmp_path: Path) -> None:
    point = Survival(24, D("0.8"), D("0.49"), D("0.94"), 10)
    page = words(effects_annex(report(tmp_path, "internal", survival=(point,))))
    assert "À 24 mois" in page and "49\u202f% à 94\u202f%" in page
    assert "Kaplan-Meier" not in words(effects_annex(report(tmp_path)))


def test_charts_bear_flat_and_one_sided_data() -> None:
    year = effect_charts.Year("1re année", False, 0.0, 0.0, 0.0, "0")
    ElementTree.fromstring(effect_charts.event_study("t", "d", [year], ""))
    ElementTree.fromstring(effect_charts.histogram("t", "d", [(0.0, 0.0, 9)], 0.0, "0", ""))
    swing = effect_charts.Swing("x", 1.0, 1.0, "1", "1")
    ElementTree.fromstring(effect_charts.tornado("t", "d", 1.0, [swing]))
