"""The registry of deliveries: later quarters are attacked with it, and an incomplete one stops the publication."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from periscope.disclosure import Attack
from periscope.errors import GateError
from periscope.linear_system import Fact
from periscope.workspace import Run
from protection import figures, masks, system
from release import attack, delivery, publish, registry
from tests.integration.test_protection import close, publication, told
from tests.secrecy import SIRENS, SecretPole, made_late

Lines = list[dict[str, Any]]


def nothing(folders: list[Path]) -> None:
    """No page: the registry is about figures."""


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One quarter closed, the next one handed to a funder, with a function of two members."""
    pole = SecretPole(tmp_path_factory.mktemp("delivered") / "ws", quarter="2026-Q1")
    for number in range(7):
        kind = "csr_promotion" if number < 2 else "creation_support"
        pole.member(f"M{number}", kind, **{f"Q2026_{q}": 30_000 + 777 * number + 1_234.5 * q for q in (1, 2)})
    close(pole, publication(pole.turnover_figures()))
    pole.quarter, pole.figures = "2026-Q2", []
    run = publication(pole.turnover_figures())
    delivery.deliver(run, "sicoval", "Camille")
    return run


def rewritten(run: Run, root: Path, change: Callable[[Lines], Lines]) -> Run:
    """A copy of the workspace whose registry was changed."""
    shutil.copytree(run.workspace.root, root)
    copy = Run(type(run.workspace)(root), run.quarter, run.as_of)
    path = copy.workspace.record / "registry.jsonl"
    lines = change([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()])
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return copy


def republish(run: Run) -> None:
    """Publish the quarter again from its candidate warehouse."""
    with SecretPole(run.workspace.root).warehouse(run) as connection:
        figures.bind(connection)
        masks.protect(connection, run)
        publish.publish(connection, run, made_late(nothing))


def without_a_published_figure(lines: Lines) -> Lines:
    kept = [entry for entry in lines[0]["figures"] if not entry["facts"]]
    published = [entry for entry in lines[0]["figures"] if entry["facts"]]
    return [lines[0] | {"figures": kept + published[1:]}, *lines[1:]]


def with_another_amount(lines: Lines) -> Lines:
    for entry in lines[0]["figures"]:
        for terms in entry["facts"].values():
            terms[0][4] = "1.00"
            return lines
    raise AssertionError("no published fact to change")


def without_a_hidden_figure(lines: Lines) -> Lines:
    """A figure of the first delivery only: what a later one states as well is not missing."""
    later = {entry["figure_id"] for entry in lines[1]["figures"]}
    lost = next(
        e["figure_id"] for e in lines[0]["figures"] if not e["is_published"] and e["figure_id"] not in later
    )
    return [lines[0] | {"figures": [e for e in lines[0]["figures"] if e["figure_id"] != lost]}, lines[1]]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (without_a_published_figure, "record/closed/2026-Q1"),
        (with_another_amount, "record/closed/2026-Q1"),
        (without_a_hidden_figure, "record/closed/2026-Q1"),
        (lambda lines: lines[1:], "record/closed/2026-Q1"),
        (lambda lines: lines[:1], "la remise à « sicoval »"),
    ],
    ids=["figure", "amount", "hidden figure", "closing", "delivery"],
)
def test_a_fact_hidden_from_the_registry_stops_the_publication(
    delivered: Run, tmp_path: Path, change: Callable[[Lines], Lines], named: str
) -> None:
    copy = rewritten(delivered, tmp_path / "ws", change)
    folder = copy.workspace.published / "2026-Q2"
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    with pytest.raises(GateError, match=named) as refused:
        republish(copy)
    assert refused.value.exit_status == 3
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_a_whole_registry_passes(delivered: Run, tmp_path: Path) -> None:
    republish(rewritten(delivered, tmp_path / "ws", lambda lines: lines))


def test_a_quarter_out_of_its_retention_is_known_by_the_registry_alone(
    delivered: Run, tmp_path: Path
) -> None:
    copy = rewritten(delivered, tmp_path / "ws", lambda lines: lines)
    shutil.rmtree(copy.workspace.record / "closed" / "2026-Q1")
    registry.gate(copy.workspace)


def system_of(run: Run) -> tuple[attack._System, list[Fact]]:
    with SecretPole(run.workspace.root).warehouse(run) as connection:
        system = attack._System(connection, "enterprise")
    published = attack.read_published(run.workspace.published / str(run.quarter))
    return system, system.facts(published)


def test_adding_published_facts_never_breaks_a_release_that_passed(delivered: Run) -> None:
    """What is told twice, told by another reader, or worked out from what is told is no news to the attacker."""
    system, facts = system_of(delivered)
    found = Attack(system.unknowns, system.targets)
    assert facts and system.targets and not found.run(facts)
    draw = random.Random(7)
    for number in range(30):
        chosen = draw.sample(facts, k=min(len(facts), draw.randint(1, 4)))
        weights = [draw.choice((1.0, -1.0, 0.5)) for _ in chosen]
        terms: dict[int, float] = {}
        for fact, weight in zip(chosen, weights, strict=True):
            for index, coefficient in fact.terms.items():
                terms[index] = terms.get(index, 0.0) + weight * coefficient
        terms = {index: coefficient for index, coefficient in terms.items() if coefficient}
        if terms:
            facts = [*facts, Fact(f"combination {number}", "value", terms)]
        facts = [*facts, Fact(f"again {number}", "value", chosen[0].terms)]
        assert not found.run(facts)


def test_adding_one_fact_that_was_not_published_is_seen(delivered: Run) -> None:
    system, facts = system_of(delivered)
    rows = told(delivered, "internal")
    hidden = rows["turnover_total", "2026-Q2", "members", "function", "csr_promotion"]["figure_id"]
    new = Fact(hidden, "value", system.parts[hidden]["value"])
    assert Attack(system.unknowns, system.targets).run([*facts, new])


def pole_of_creations(root: Path, created: dict[str, int]) -> SecretPole:
    """Eight members and so many CESA signed in each quarter of 2026."""
    pole = SecretPole(root, quarter=min(created))
    for number in range(8):
        amounts = {
            f"Q2026_{quarter[-1]}": 30_000 + 777.5 * number + 111 * int(quarter[-1]) for quarter in created
        }
        pole.member(f"M{number}", **amounts)  # type: ignore[arg-type]
    return pole


def published(pole: SecretPole, quarter: str, created: dict[str, int]) -> Run:
    """A publication of this quarter, with the creations of the quarters up to it."""
    pole.quarter, pole.figures = quarter, []
    whole = dict(pole.turnover)
    pole.turnover = {cell: amount for cell, amount in whole.items() if cell[1] <= quarter}
    pole.turnover_figures()
    pole.turnover = whole
    by_quarter = {
        q: [(f"{q} {n}", SIRENS[n % 8], "1", None) for n in range(count)]
        for q, count in created.items()
        if q <= quarter
    }
    periods = by_quarter | {"2026": [source for told in by_quarter.values() for source in told]}
    for period, sources in periods.items():
        pole.figure("effective_creations", period, "members", "kind", "cesa", list(sources))
    return publication(pole)


def creations(run: Run) -> dict[str, str]:
    return {key[1]: row["value"] for key, row in told(run).items() if key[0] == "effective_creations"}


def test_a_small_count_is_not_the_difference_of_two_years_to_date(tmp_path: Path) -> None:
    """9 to the end of June were delivered: 11 to the end of September would tell the 2 of the summer."""
    created = {"2026-Q1": 4, "2026-Q2": 5, "2026-Q3": 2}
    pole = pole_of_creations(tmp_path / "ws", created)
    run = published(pole, "2026-Q2", created)
    assert creations(run) == {"2026": "9", "2026-Q2": "5"}
    close(pole, run)
    assert creations(published(pole, "2026-Q3", created)) == {"2026": "", "2026-Q3": ""}


def test_a_small_count_hidden_when_delivered_stays_hidden(tmp_path: Path) -> None:
    """4, then 2 hidden with the 6 of the half year: the 10 of September less the 4 of summer would tell them."""
    created = {"2026-Q1": 4, "2026-Q2": 2, "2026-Q3": 4}
    pole = pole_of_creations(tmp_path / "ws", created)
    run = published(pole, "2026-Q1", created)
    assert creations(run) == {"2026": "4", "2026-Q1": "4"}
    close(pole, run)
    run = published(pole, "2026-Q2", created)
    assert creations(run) == {"2026": "", "2026-Q2": ""}
    close(pole, run)
    shown = creations(published(pole, "2026-Q3", created))
    assert sorted(map(bool, shown.values())) == [False, True], "one of both can be told"


def test_what_was_delivered_is_not_hidden_again(tmp_path: Path) -> None:
    """Hiding it would protect nothing: the attack knows it."""
    created = {"2026-Q2": 5, "2026-Q3": 5}
    pole = pole_of_creations(tmp_path / "ws", created)
    run = published(pole, "2026-Q2", created)
    close(pole, run)
    before = {key: row["value"] for key, row in told(run).items() if row["value"] and key[1] == "2026-Q2"}
    run = published(pole, "2026-Q3", created)
    again = told(run, name="history") | told(run)
    kept = {key: again[key]["value"] for key in before.keys() & again.keys()}
    assert kept and kept == {key: before[key] for key in kept}
    costs: list[set[str]] = []

    def spy(
        unknowns: object, facts: object, targets: object, may_hide: dict[str, float], *rest: object
    ) -> frozenset[str]:
        costs.append(set(may_hide))
        return frozenset()

    figures = [again[key]["figure_id"] for key in kept]
    with pytest.MonkeyPatch.context() as patch, pole.warehouse(run) as connection:
        patch.setattr(system, "choose_by_block", spy)
        masks.protect(connection, run)
    assert costs and not costs[0] & set(figures)
