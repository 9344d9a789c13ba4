"""Breakdowns offered where most functions would be hidden, and the one chosen: computed, masked and told like any other."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from periscope import bands, layouts, settings
from periscope.catalogue import FIGURE_COLUMNS
from periscope.errors import GateError, UsageError
from periscope.reuse import Reuse
from periscope.settings import Secrecy
from periscope.workspace import Run
from protection import bands as protection_bands
from protection import layouts as protection_layouts
from protection import registry
from protection.primary import Figure, load_figures
from release import attack, restatement
from reports.figures import Figures, spoken
from tests.integration.test_protection import close, publication, told
from tests.poles import Pole
from tests.secrecy import SIRENS, SecretPole

PAIRS = ("creation_support", "promotion_training", "enterprise_development", "csr_promotion")
CHOSEN = (
    'layouts.function = ["promotion_training + creation_support", "csr_promotion+enterprise_development"]\n'
)
FIRST, SECOND = "creation_support+promotion_training", "csr_promotion+enterprise_development"


def pole_of_pairs(root: Path, quarter: str = "2026-Q3") -> SecretPole:
    """Eight members of near turnover, two in each function: no function can be published."""
    pole = SecretPole(root, quarter=quarter)
    for number in range(8):
        amount = 30_000 + 777 * number
        pole.member(f"M{number}", PAIRS[number // 2], Q2026_2=amount + 2_469, Q2026_3=amount + 3_703.5)
    return pole.turnover_figures()


def choose(pole: SecretPole, chosen: str = CHOSEN) -> None:
    """What the evaluator writes, and what the models then do with functions."""
    path = pole.run().workspace.root / settings.FILE_NAME
    path.write_text(chosen + path.read_text(encoding="utf-8"), encoding="utf-8")
    classes = pole.run().workspace.settings.function_classes
    pole.functions = {member: classes.get(function, function) for member, function in pole.functions.items()}
    pole.figures = []
    pole.turnover_figures()


def offers(pole: SecretPole, run: Run) -> list[tuple[str, int, int, Decimal]]:
    with pole.warehouse(run) as connection:
        return connection.execute(
            "select layout, cells_count, shown_count, told_share from protection.layouts "
            "where indicator_id = 'turnover_total' and period = '2026-Q3'"
        ).fetchall()


def functions(run: Run, period: str = "2026-Q3", reader: str = "public") -> dict[str, str]:
    rows = told(run, reader)
    return {
        key[4]: row["value"]
        for key, row in rows.items()
        if key[:4] == ("turnover_total", period, "members", "function")
    }


def test_a_layout_that_can_be_published_is_offered_then_chosen_then_told(tmp_path: Path) -> None:
    pole = pole_of_pairs(tmp_path / "ws")
    run = publication(pole)
    assert set(functions(run).values()) == {""}
    now, best, *others = offers(pole, run)
    assert now == ("", 4, 0, Decimal(0))
    assert best[1:] == (2, 2, Decimal(1)) and best[0].count("+") == 2
    assert others == [(layouts.BANDS, 4, 4, Decimal(0))], "years of two quarters are hidden too"
    choose(pole)
    run = publication(pole)
    assert set(functions(run)) == {FIRST, SECOND} and all(functions(run).values())
    assert functions(run)[FIRST] == f"{sum(30_000 + 777 * n + 3_703.5 for n in range(4)):.2f}"
    assert offers(pole, run) == [], "once chosen, quarters stay comparable"


def test_nothing_is_offered_where_no_class_would_be_told(tmp_path: Path) -> None:
    """Three functions of one member: two together are two enterprises."""
    pole = SecretPole(tmp_path / "ws")
    for number in range(3):
        pole.member(f"M{number}", PAIRS[number], Q2026_3=30_000 + 777 * number)
    assert offers(pole, publication(pole.turnover_figures())) == []


def test_nothing_is_offered_where_most_functions_are_told(tmp_path: Path) -> None:
    pole = SecretPole(tmp_path / "ws")
    for number in range(8):
        pole.member(f"M{number}", PAIRS[number // 4], Q2026_3=30_000 + 777 * number)
    assert offers(pole, publication(pole.turnover_figures())) == []


def test_functions_told_for_years_only(tmp_path: Path) -> None:
    """Chosen: hidden for every reader outside with its own cause, the years told."""
    pole = SecretPole(tmp_path / "ws")
    for number in range(8):
        pole.member(
            f"M{number}", PAIRS[number // 4], Q2026_2=30_000 + 777 * number, Q2026_3=41_000 + 555 * number
        )
    choose(pole, 'layouts.function_period = "year"\n')
    run = publication(pole)
    assert set(functions(run).values()) == {""} and set(functions(run, "2026-Q2").values()) <= {""}
    assert all(functions(run, "2026").values()) and len(functions(run, "2026")) == 2
    assert all(functions(run, reader="internal").values())
    with pole.warehouse(run) as connection:
        causes = connection.execute("select distinct cause from protection.masks").fetchall()
    assert any("pour l'année" in cause for (cause,) in causes)


def test_two_functions_can_still_be_told_for_years_only(tmp_path: Path) -> None:
    """There is no class to make of two functions."""
    pole = SecretPole(tmp_path / "ws")
    for number in range(8):
        pole.member(
            f"M{number}", PAIRS[number // 4], Q2026_2=30_000 + 777 * number, Q2026_3=41_000 + 555 * number
        )
    run = publication(pole.turnover_figures())
    with pole.warehouse(run) as connection:
        figures = load_figures(connection)
    scope = [figure for figure in figures if figure.period in ("2026-Q3", "2026")]
    (told,), _ = protection_layouts.search(figures, scope, [], [], Secrecy(), Reuse({}))
    assert {(row.layout, row.period, row.shown_count) for row in told} == {
        (layouts.YEAR_ONLY, "2026-Q3", 0),
        (layouts.YEAR_ONLY, "2026", 2),
    }


def test_a_class_is_protected_with_the_functions_delivered_before(tmp_path: Path) -> None:
    """Three members of a function were delivered alone: a class with one member more would give that one away."""
    pole = SecretPole(tmp_path / "ws", quarter="2026-Q2")
    kinds = ["creation_support"] * 4 + ["enterprise_development"] * 3 + ["promotion_training"]
    for number, function in enumerate(kinds):
        pole.member(f"M{number}", function, Q2026_2=30_000 + 777 * number, Q2026_3=31_000 + 555 * number)
    run = publication(pole.turnover_figures())
    assert functions(run, "2026-Q2")["enterprise_development"], "else the class would tell nothing new"
    close(pole, run)
    pole.quarter = "2026-Q3"
    item = "enterprise_development+promotion_training"
    choose(pole, f'layouts.function = ["{item}"]\n')
    run = publication(pole)
    assert functions(run, "2026-Q3")[item] == "" or functions(run, "2026")[item] == ""
    assert functions(run, "2026-Q3")[item] or functions(run, "2026")[item], "one of both can be told"


def test_a_closed_quarter_told_by_other_classes_is_not_restated(tmp_path: Path) -> None:
    pole = pole_of_pairs(tmp_path / "ws", "2026-Q2")
    close(pole, publication(pole))
    pole.quarter = "2026-Q3"
    choose(pole)
    run = publication(pole)
    assert functions(run, "2026-Q2", "internal") == {}
    closed = run.workspace.record / "closed" / "2026-Q2" / "internal"
    assert not layouts.is_same_in(closed, run.workspace.settings.layouts)
    known = {"indicator_id": "turnover_total", "period": "2026-Q2", "value": Decimal(1), "unit": "eur"}
    row: dict[str, Any] = dict.fromkeys(FIGURE_COLUMNS) | known
    now = {
        "a": row | {"figure_id": "a", "dimension": "function"},
        "b": row | {"figure_id": "b", "dimension": "all"},
    }
    for is_regrouped, expected in ((True, {"all"}), (False, {"all", "function", "member"})):
        pairs = restatement._pairs(closed, "2026-Q2", now, is_regrouped)
        assert {(after or before)["dimension"] for before, after in pairs} - {"member"} == expected - {
            "member"
        }


def test_the_models_put_the_class_in_the_place_of_its_functions() -> None:
    """A person's project followed by both functions is one project of the class."""
    pole = Pole()
    for number, function in enumerate((*PAIRS, None)):
        pole.member(f"M{number}", SIRENS[number], function)  # type: ignore[arg-type]
        pole.declare("activity", SIRENS[number], "2026-Q3", {"net_turnover_eur": Decimal(100 * 2**number), "source": "declared", "period_start": "2026-07-01", "period_end": "2026-09-30"})  # fmt: skip
    for number in (0, 1):
        project = {
            "project_ref": "P",
            "holder_pid": "h",
            "title_key": "t",
            "support_threshold_on": "2026-07-03",
        }
        pole.declare("supported_projects", SIRENS[number], "2026-Q3", project)
    classes = layouts.function_classes({"function": [FIRST, f"{PAIRS[2]}+unknown"]})
    figures = pole.build(
        "2026-Q3",
        select=["+crit_turnover_total", "+crit_supported_projects", "+crit_members_count"],
        function_classes=classes,
    )
    both, rest = FIRST, f"{PAIRS[2]}+unknown"
    assert figures.items("turnover_total", "2026-Q3") == {both: 300, rest: 2000, "csr_promotion": 800}
    assert figures.items("supported_projects", "2026-Q3") == {both: 1}
    assert figures.items("members_count", "2026-Q3") == {both: 2, rest: 2, "csr_promotion": 1}


BANDS = "layouts.bands = true\n"


def reasons(run: Run, reader: str, period: str = "2026-Q3") -> dict[str, tuple[str, ...]]:
    return {
        key[4]: (row["value"], row["contributors"], row["status"], bands.words(row["reason"]))
        for key, row in told(run, reader).items()
        if key[:4] == ("turnover_total", period, "members", "function")
    }


def test_bands_are_told_in_the_place_of_hidden_functions_the_same_to_all(tmp_path: Path) -> None:
    pole = pole_of_pairs(tmp_path / "ws")
    choose(pole, BANDS)
    run = publication(pole)
    expected = ("", "", "suppressed", "entre 50\u202f000 et 100\u202f000\u00a0€")
    for reader in ("committee", "public", "region"):
        assert reasons(run, reader) == dict.fromkeys(PAIRS, expected)
    assert {row[0] != "" for row in reasons(run, "internal").values()} == {True}
    figures = Figures.load(run.workspace.published / "2026-Q3" / "public")
    shown = figures.get("turnover_total", "2026-Q3", "members", "function", PAIRS[0])
    assert shown is not None and shown.text == expected[3] and spoken(shown) == expected[3]
    assert offers(pole, run) == [], "once chosen, quarters stay comparable"


def test_no_band_where_it_would_say_too_much(tmp_path: Path) -> None:
    """One function 2 % above a rung, one of a single member, one well inside."""
    pole = SecretPole(tmp_path / "ws")
    amounts = {0: (51_000, 51_001), 1: (33_333,), 2: (34_111, 35_222), 3: (30_123, 31_234, 32_345, 33_456)}
    for function, told_by in amounts.items():
        for number, amount in enumerate(told_by):
            pole.member(f"M{function}{number}", PAIRS[function], Q2026_3=amount)
    choose(pole, BANDS)
    run = publication(pole)
    shown = {item: row[3] or row[0] for item, row in reasons(run, "public").items()}
    assert shown[PAIRS[0]] == "" and shown[PAIRS[1]] == ""
    assert shown[PAIRS[2]].startswith("entre 50") and shown[PAIRS[3]] == "127158.00"


def test_the_gate_attacks_bands_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rungs of 2 000 €, told without having been tried: refused, with the band in the path."""

    def careless(
        relations: object, targets: object, scope: list[Figure], *rest: object
    ) -> dict[str, bands.Band]:
        low = {f.figure_id: f.value // 2000 * 2000 for f in scope if f.value and f.item == PAIRS[0]}
        return {figure_id: (value, value + 2000) for figure_id, value in low.items()}

    pole = pole_of_pairs(tmp_path / "ws")
    choose(pole, BANDS)
    monkeypatch.setattr(protection_bands, "choose", careless)
    with pytest.raises(GateError, match="entre") as refused:
        publication(pole)
    assert refused.value.exit_status == 3


def test_a_band_that_is_not_where_the_amount_is_stops_the_publication(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pole = pole_of_pairs(tmp_path / "ws")
    choose(pole, BANDS)
    wrong = Decimal(1_000_000), Decimal(2_500_000)
    monkeypatch.setattr(
        protection_bands, "choose", lambda *given: dict.fromkeys((f.figure_id for f in given[2]), wrong)
    )
    with pytest.raises(GateError, match="alors que ses contributions"):
        publication(pole)


def test_a_band_delivered_is_known_to_later_attacks(tmp_path: Path) -> None:
    pole = pole_of_pairs(tmp_path / "ws", "2026-Q2")
    choose(pole, BANDS)
    run = publication(pole)
    close(pole, run)
    assert all(band for *_, band in reasons(run, "public", "2026-Q2").values())
    delivered = [one for one in registry.read(run) if one.band]
    assert len(delivered) == len({one.figure_id for one in delivered}) > len(PAIRS)
    pole.quarter = "2026-Q3"
    run = publication(pole)
    with pole.warehouse(run) as connection:
        system = attack._System(connection, "enterprise")
    known = [fact for fact in system.facts({}) if fact.is_band]
    assert {fact.figure.removesuffix(" remis") for fact in known} == {one.figure_id for one in delivered}
    path = run.workspace.record / "registry.jsonl"
    path.write_text(re.sub(r'"band": \[[^]]*\], ', "", path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(GateError, match="ne contient pas le chiffre"):
        publication(pole)


@given(st.decimals(min_value=Decimal("0.01"), max_value=10**9, places=2), st.sampled_from(["eur", "fte"]))
def test_a_band_reads_back_and_holds_its_amount(value: Decimal, unit: str) -> None:
    band = bands.of(value, unit)
    assert band is not None and band[0] <= value < band[1] <= Decimal("2.5") * band[0]
    told = bands.reason(band, unit)
    assert bands.read(told) == band
    assert bands.words(told).startswith("entre ")
    # an amount on a rung begins its band
    assert bands.of(band[0], unit) == band
    assert bands.of(-value, unit) is bands.of(value, "share") is bands.of(Decimal(0), unit) is None


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ('["rse+creation_support"]', "rse"),
        ('["csr_promotion+creation_support", "csr_promotion"]', "deux classes"),
        ('"csr_promotion"', "liste"),
        ('[]\nfunction_period = "month"', "function_period"),
        ('[]\nbands = "oui"', "bands"),
        ('[]\nband = "oui"', "inconnu"),
    ],
)
def test_a_wrong_choice_is_refused_before_anything(tmp_path: Path, written: str, named: str) -> None:
    path = tmp_path / settings.FILE_NAME
    path.write_text(f"[layouts]\nfunction = {written}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=named):
        settings.load(path)
