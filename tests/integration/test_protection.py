"""Masks and release of small invented poles: who sees what, and what the gate refuses (SAFETY 1)."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from periscope.catalogue import FIGURE_COLUMNS
from periscope.errors import GateError, UsageError
from periscope.workspace import Run
from protection import figures, masks
from release import attack, closing, export, place, publish
from tests.secrecy import SIRENS, SecretPole, made_late

Rows = dict[tuple[str, str, str, str, str], dict[str, str]]


def publication(pole: SecretPole, render: Callable[[list[Path]], None] = lambda folders: None) -> Run:
    run = pole.build()
    with pole.warehouse(run) as connection:
        figures.bind(connection)
        masks.protect(connection, run)
        publish.publish(connection, run, made_late(render))
    return run


def close(pole: SecretPole, run: Run, render: Callable[[list[Path]], None] = lambda folders: None) -> None:
    with pole.warehouse(run) as connection:
        masks.protect(connection, run, is_closing=True)
        closing.close(connection, run, "Camille", made_late(render))


def told(run: Run, reader: str = "public", name: str = "figures") -> Rows:
    with (run.workspace.published / str(run.quarter) / reader / f"{name}.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    keys = ("indicator_id", "period", "perimeter", "dimension", "item")
    return {tuple(row[k] for k in keys): row for row in rows}  # type: ignore[misc]


def total(
    run: Run, dimension: str = "all", item: str = "all", reader: str = "public", period: str = "2026-Q3"
) -> dict[str, str]:
    return told(run, reader)["turnover_total", period, "members", dimension, item]


def one_quarter(root: Path, *amounts: float | str, **options: object) -> SecretPole:
    pole = SecretPole(root)
    for number, amount in enumerate(amounts):
        pole.member(f"M{number}", Q2026_3=amount)
    return pole.turnover_figures()


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Nine members over seven quarters; one function of two members, one of three."""
    pole = SecretPole(tmp_path_factory.mktemp("mixed") / "ws")
    draw = random.Random(5)
    kinds = ["creation_support"] * 4 + ["promotion_training"] * 3 + ["csr_promotion"] * 2
    for number, function in enumerate(kinds):
        quarters = {
            f"Q{y}_{q}": round(draw.uniform(20_000, 60_000), 2) for y in (2025, 2026) for q in (1, 2, 3)
        }
        pole.member(
            f"M{number}", function, "permanent_residents" if number % 3 else "occasional_users", **quarters
        )
    pole.turnover_figures()
    for number, item in ((5, "registration"), (2, "cesa"), (0, "association_jo")):
        persons = [(f"p{item}{n}", SIRENS[n % 9], "1", None) for n in range(number)]
        pole.figure("effective_creations", "2026-Q3", "members", "kind", item, persons)
    everyone = [
        (f"p{i}{n}", SIRENS[n % 9], "1", None)
        for c, i in ((5, "registration"), (2, "cesa"))
        for n in range(c)
    ]
    pole.figure("effective_creations", "2026-Q3", "members", "all", "all", everyone)
    return publication(pole)


def test_folders_files_and_modes(mixed: Run) -> None:
    base = mixed.workspace.published / "2026-Q3"
    assert sorted(p.name for p in base.iterdir()) == ["committee", "internal", "public", "region", "sicoval"]
    assert (base / "internal" / "sources.csv").exists() and not (base / "public" / "sources.csv").exists()
    assert {oct(p.stat().st_mode & 0o777) for p in base.rglob("*") if p.is_file()} == {"0o600"}
    assert {oct(p.stat().st_mode & 0o777) for p in base.rglob("*") if p.is_dir()} == {"0o700"}
    header = (base / "public" / "figures.csv").read_text().splitlines()[0]
    assert header == ",".join(FIGURE_COLUMNS)


def test_internal_is_unmasked_and_adds_up(mixed: Run) -> None:
    rows = told(mixed, "internal")
    assert "suppressed" not in {row["status"] for row in rows.values()}
    with (mixed.workspace.published / "2026-Q3" / "internal" / "sources.csv").open() as file:
        sums: dict[str, Decimal] = {}
        for line in csv.DictReader(file):
            sums[line["figure_id"]] = sums.get(line["figure_id"], Decimal(0)) + Decimal(line["contribution"])
    for row in rows.values():
        if row["indicator_id"] == "turnover_total":
            assert sums[row["figure_id"]] == Decimal(row["value"])


def rows_of(run: Run, reader: str = "public") -> dict[str, list[dict[str, str]]]:
    """rows.csv of a reader, by figure."""
    found: dict[str, list[dict[str, str]]] = {}
    with (run.workspace.published / "2026-Q3" / reader / "rows.csv").open() as file:
        for row in csv.DictReader(file):
            found.setdefault(row["figure_id"], []).append(row)
    return found


def test_the_rows_of_a_count_say_no_more_than_the_count(mixed: Run) -> None:
    creations = {key[4]: row for key, row in told(mixed).items() if key[0] == "effective_creations"}
    found = rows_of(mixed)
    published = {row["figure_id"]: int(row["value"]) for row in creations.values() if int(row["value"] or 0)}
    assert creations["cesa"]["status"] == "suppressed" and published
    assert {key: [row["contribution"] for row in rows] for key, rows in found.items()} == {
        key: ["1"] * count for key, count in published.items()
    }, "no row of a hidden count, none of an amount of members"
    names = [row["row_id"] for rows in found.values() for row in rows]
    assert len(names) == len(set(names)), "one person has another pseudonym in each figure"
    assert rows_of(mixed, "region") == found
    assert not (mixed.workspace.published / "2026-Q3" / "internal" / "rows.csv").exists()


def test_members_rows_stay_inside_and_small_cells_are_hidden(mixed: Run) -> None:
    rows = told(mixed)
    assert not [key for key in rows if key[3] == "member"]
    hidden = rows["turnover_total", "2026-Q3", "members", "function", "csr_promotion"]
    assert hidden["status"] == "suppressed" and hidden["reason"]
    assert [hidden[c] for c in ("value", "numerator", "denominator", "contributors")] == [""] * 4
    assert rows["turnover_total", "2026-Q3", "members", "all", "all"]["value"]
    # the total and the two other functions would give the hidden one
    shown = [
        k
        for k, r in rows.items()
        if k[:4] == ("turnover_total", "2026-Q3", "members", "function") and r["value"]
    ]
    assert len(shown) == 1


def test_counts_of_persons_under_three_are_hidden_with_what_betrays_them(mixed: Run) -> None:
    rows = {k[4]: r for k, r in told(mixed).items() if k[:2] == ("effective_creations", "2026-Q3")}
    assert rows["cesa"]["status"] == "suppressed"
    # 7 in all: with 5 published, the two others would be known
    assert not (rows["all"]["value"] and rows["registration"]["value"])


def test_s07_s08_every_reader_has_the_same_masks_and_no_quarter_or_year_betrays(mixed: Run) -> None:
    readers = ("committee", "public", "region", "sicoval")
    assert len({json.dumps(sorted(told(mixed, r).items())) for r in readers}) == 1
    assert len({json.dumps(sorted(told(mixed, r, "history").items())) for r in readers}) == 1


def test_same_inputs_same_bytes(mixed: Run, tmp_path: Path) -> None:
    before = (mixed.workspace.published / "2026-Q3" / "public" / "figures.csv").read_bytes()
    connection_pole = SecretPole(mixed.workspace.root)
    with connection_pole.warehouse(mixed) as connection:
        masks.protect(connection, mixed)
        publish.publish(connection, mixed, made_late(lambda folders: None))
    assert (mixed.workspace.published / "2026-Q3" / "public" / "figures.csv").read_bytes() == before


def test_s17_three_contributors_and_eighty_five_percent_are_published(tmp_path: Path) -> None:
    assert (
        total(publication(one_quarter(tmp_path / "a", "8500.00", "750.00", "750.00")))["value"] == "10000.00"
    )
    assert (
        total(publication(one_quarter(tmp_path / "b", "8501.00", "749.00", "750.00")))["status"]
        == "suppressed"
    )
    assert total(publication(one_quarter(tmp_path / "c", "5000.00", "5000.00")))["status"] == "suppressed"


def test_s12_s13_establishments_are_one_enterprise_and_a_silent_member_is_none(tmp_path: Path) -> None:
    pole = SecretPole(tmp_path / "ws")
    pole.sirens |= {"A1": SIRENS[0], "A2": SIRENS[0], "A3": SIRENS[0], "B": SIRENS[1], "SILENT": SIRENS[2]}
    for member in ("A1", "A2", "A3", "B"):
        pole.member(member, Q2026_3=1000)
    run = publication(pole.turnover_figures())
    assert total(run)["status"] == "suppressed"


def test_s14_dominance_is_on_absolute_values(tmp_path: Path) -> None:
    run = publication(one_quarter(tmp_path / "ws", "-90000.00", "5000.00", "5000.00", "5000.00"))
    assert total(run)["status"] == "suppressed"


def test_s15_one_newcomer_among_unchanged_members(tmp_path: Path) -> None:
    pole = SecretPole(tmp_path / "ws")
    for number in range(5):
        pole.member(f"M{number}", Q2025_3=30_000 + 7 * number, Q2026_3=31_000 + 13 * number)
    pole.member("NEW", Q2026_3=12_345.67)
    run = publication(pole.turnover_figures())
    rows = told(run)
    growth = rows["turnover_panel_growth", "2026-Q3", "members", "all", "all"]
    assert not (growth["numerator"] and rows["turnover_total", "2026-Q3", "members", "all", "all"]["value"])


def test_s16_a_correction_is_attacked_with_what_was_delivered(tmp_path: Path) -> None:
    pole = SecretPole(tmp_path / "ws", quarter="2026-Q2")
    for number in range(5):
        pole.member(f"M{number}", Q2026_2=30_000 + 7 * number, Q2026_3=31_000 + 13 * number)
    run = publication(pole.turnover_figures())
    assert told(run)["turnover_total", "2026-Q2", "members", "all", "all"]["value"]
    close(pole, run)
    late = SecretPole(
        tmp_path / "ws",
        turnover=dict(pole.turnover),
        functions=pole.functions,
        presences=pole.presences,
        sirens=pole.sirens,
    )
    late.member("LATE", Q2026_2=12_345.67, Q2026_3=11_000)
    late.quarter = "2026-Q3"
    after = publication(late.turnover_figures())
    rows = told(after)
    restated = rows["turnover_total", "2026-Q2", "members", "all", "all"]
    assert restated["status"] == "suppressed", "new total − delivered total = the late member"
    inside = told(after, "internal")["turnover_total", "2026-Q2", "members", "all", "all"]
    assert inside["status"] == "restated"


def consent_pole(root: Path, *consents: tuple[str, str, str]) -> SecretPole:
    pole = SecretPole(root, consents=list(consents))
    for number in range(6):
        pole.member(
            f"M{number}",
            "csr_promotion" if number < 2 else "creation_support",
            Q2026_3=20_000 + 1_111 * number,
        )
    return pole.turnover_figures()


def test_consents_show_a_cell_to_their_reader_only(tmp_path: Path) -> None:
    pole = consent_pole(tmp_path / "ws", ("M0", "sicoval", "turnover_total"), ("M1", "sicoval", "*"))
    run = publication(pole)
    assert total(run, "function", "csr_promotion", "sicoval")["value"] == "41111.00"
    assert total(run, "member", "M0", "sicoval")["value"] == "20000.00"
    rows = rows_of(run, "sicoval")[total(run, "function", "csr_promotion", "sicoval")["figure_id"]]
    assert sorted(row["contribution"] for row in rows) == ["20000", "21111"] and not rows_of(run, "region")
    assert total(run, "function", "csr_promotion", "region")["status"] == "suppressed"
    assert ("turnover_total", "2026-Q3", "members", "member", "M0") not in told(run, "region")


def test_a_consent_counts_as_known_to_all(tmp_path: Path) -> None:
    pole = SecretPole(tmp_path / "ws", consents=[("M0", "sicoval", "turnover_total")])
    for number in range(3):
        pole.member(f"M{number}", Q2026_3=20_000 + 1_111 * number)
    assert total(publication(pole.turnover_figures()), reader="region")["status"] == "suppressed"


def gate_of(pole: SecretPole, change: Callable[[Path], None]) -> None:
    run = pole.build()
    with pole.warehouse(run) as connection:
        figures.bind(connection)
        masks.protect(connection, run)
        base = place.candidate_folder(run)
        export.write_folders(connection, run, base)
        change(base)
        attack.gate(connection, run, base)


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def unmask(base: Path, dimension: str, item: str, *columns: str, indicator: str = "") -> None:
    """Put back in the public's folder what only `internal` has, of every indicator if none is named."""
    changed = 0
    with (base / "internal" / "figures.csv").open(encoding="utf-8", newline="") as file:
        inside = {row["figure_id"]: row for row in csv.DictReader(file)}
    path = base / "public" / "figures.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        is_meant = indicator in ("", row["indicator_id"]) and row["status"] == "suppressed"
        if is_meant and (row["dimension"], row["item"]) == (dimension, item):
            row |= {c: inside[row["figure_id"]][c] for c in columns}
            changed += 1
    assert changed, "nothing was hidden: this test would prove nothing"
    export.write_csv(path, FIGURE_COLUMNS, (row.values() for row in rows))


def test_the_gate_refuses_a_hidden_cell_and_says_the_way(tmp_path: Path) -> None:
    pole = consent_pole(tmp_path / "ws")
    gate_of(pole, lambda base: None)
    # what would be known, then from what: both in words
    words = r"saurait que « [^»]*Chiffre d'affaires.*à partir de : « Chiffre d'affaires"
    with pytest.raises(GateError, match=words) as refused:
        gate_of(pole, lambda base: unmask(base, "function", "csr_promotion", "value"))
    assert refused.value.exit_status == 3


@pytest.mark.parametrize(
    ("indicator", "columns", "named"),
    [
        ("turnover_panel_growth", ("value",), "panel"),
        ("turnover_panel_growth", ("numerator",), "panel"),
        ("turnover_chained_growth", ("value",), "calculé à partir d'un chiffre caché"),
        ("turnover_median_growth", ("value",), "calculé à partir d'un chiffre caché"),
        ("market_share_of_income", ("value", "denominator"), "Part marchande"),
    ],
    ids=["growth", "numerator", "index", "median", "percentage"],
)
def test_s09_a_rate_beside_a_hidden_cell_is_refused(
    tmp_path: Path, indicator: str, columns: tuple[str, ...], named: str
) -> None:
    """One newcomer: the total is told, and any number on the five others gives the newcomer or a member away."""
    pole = SecretPole(tmp_path / "ws")
    panel = [(f"M{n}", SIRENS[n], str(31_000 + 13 * n), str(30_000 + 7 * n)) for n in range(5)]
    for number, (member, _, now, before) in enumerate(panel):
        pole.member(member, Q2025_3=before, Q2026_3=now)
        assert pole.sirens[member] == SIRENS[number]
    pole.member("NEW", Q2026_3=12_345.67)
    pole.turnover_figures()
    cell = ("2026-Q3", "members", "all", "all")
    # income of the panel only, so that their share tells its numerator, the panel's turnover
    pole.figure(
        "market_share_of_income", *cell, [(m, s, now, str(Decimal(now) * 2)) for m, s, now, _ in panel]
    )
    for derived in ("turnover_chained_growth", "turnover_median_growth"):
        pole.figure(derived, *cell, [(m, s, "1.0", "1.0") for m, s, _, _ in panel])
    gate_of(pole, lambda base: None)
    with pytest.raises(GateError, match=named):
        gate_of(pole, lambda base: unmask(base, "all", "all", *columns, indicator=indicator))


def test_two_readers_with_two_values_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GateError, match="region"):
        gate_of(
            consent_pole(tmp_path / "ws"),
            lambda base: rewrite(base / "region" / "figures.csv", "136665.00", "136666.00"),
        )


def test_a_figure_that_is_not_its_sources_is_refused(tmp_path: Path) -> None:
    pole = one_quarter(tmp_path / "ws", 1000, 2000, 3000)
    run = pole.build()
    with pole.warehouse(run) as connection:
        connection.execute("update criteria.crit_test set value = value + 0.01 where dimension = 'all'")
        with pytest.raises(GateError, match="sources font"):
            figures.bind(connection)


@pytest.mark.parametrize("funder", ["../region", "internal", "Public", "région", "a b", ""])
def test_a_funder_cannot_name_another_folder(tmp_path: Path, funder: str) -> None:
    pole = one_quarter(tmp_path / "ws", 1000, 2000, 3000)
    pole.funders = (funder,)
    with pytest.raises(UsageError, match="funder_id"):
        publication(pole)


def test_a_refused_release_leaves_the_previous_one(tmp_path: Path) -> None:
    pole = consent_pole(tmp_path / "ws")
    run = publication(pole)
    place_ = run.workspace.published / "2026-Q3"
    before = {p.relative_to(place_): p.read_bytes() for p in sorted(place_.rglob("*")) if p.is_file()}

    def betray(folders: list[Path]) -> None:
        for folder in folders:
            (folder / "rapport.html").write_text("<p>Chiffre d'affaires : 21 111,00 €</p>", encoding="utf-8")

    with pytest.raises(GateError, match="ne doit pas avoir"):
        publication(pole, betray)
    assert {p.relative_to(place_): p.read_bytes() for p in sorted(place_.rglob("*")) if p.is_file()} == before
