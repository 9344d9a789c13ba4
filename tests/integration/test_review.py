"""What a publication changes is shown, accepted by somebody and recorded; what nothing explains is not published."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from periscope.catalogue import FIGURE_COLUMNS
from periscope.errors import GateError
from periscope.workspace import Run
from protection import figures, masks
from release import closing, delivery, export, publish, record, restatement, review
from release.changes import read_rows
from tests.secrecy import SecretPole, made_late


def pole_of(root: Path) -> SecretPole:
    pole = SecretPole(root, quarter="2026-Q1")
    for number in range(6):
        first, second = (30_000 + 777 * number + 1_234.5 * q for q in (1, 2))
        pole.member(f"M{number}", Q2026_1=first, Q2026_2=second)
    return pole.turnover_figures()


def released(
    pole: SecretPole,
    decision: review.Decision,
    render: Callable[[list[Path]], None] = lambda folders: None,
    *,
    is_closing: bool = False,
) -> tuple[Run, list[str]]:
    """One publication, as the command makes it; returns the run and what was shown."""
    run = pole.build()
    said: list[str] = []
    with pole.warehouse(run) as connection:
        figures.bind(connection)
        found = restatement.find(connection, run)
        masks.protect(connection, run, is_closing=is_closing)
        reviewed = review.review(connection, run, found, decision, said.append)
        lines = review.lines(run, reviewed)
        if is_closing:
            closing.close(connection, run, "Camille", made_late(render), lines)
        else:
            publish.publish(connection, run, made_late(render), lines)
    return run, said


def corrected(pole: SecretPole) -> SecretPole:
    pole.figures = []
    pole.turnover["M0", "2026-Q1"] += 500
    return pole.turnover_figures()


SILENT = review.Decision()


def test_a_first_publication_asks_nothing(tmp_path: Path) -> None:
    run, said = released(pole_of(tmp_path / "ws"), review.Decision(ask=lambda _: pytest.fail("asked")))
    assert said == [] and not (run.workspace.record / "acceptances.jsonl").exists()


def test_a_change_is_shown_accepted_and_recorded(tmp_path: Path) -> None:
    pole = pole_of(tmp_path / "ws")
    released(pole, SILENT)
    run, said = released(corrected(pole), review.Decision(ask=lambda _: "Eva"))
    assert any("M0" in line and "→" in line for line in said)
    (line,) = record.read_lines(run.workspace.record / "acceptances.jsonl")
    assert (line["by"], line["how"], line["restated"]) == ("Eva", "terminal", [])
    old, new = next(told[1:3] for told in line["provisional"] if told[1] == "31234.50")
    assert (old, new) == ("31234.50", "31734.50")
    _, said = released(pole, review.Decision(ask=lambda _: pytest.fail("asked")))
    assert said == [], "what is published already has nothing to accept"


def test_who_was_given_the_old_number_is_said(tmp_path: Path) -> None:
    pole = pole_of(tmp_path / "ws")
    run, _ = released(pole, SILENT)
    delivery.deliver(run, "sicoval", "Camille")
    _, said = released(corrected(pole), SILENT)
    assert [line for line in said if "a été remis à : sicoval, remis le 2026-11-25 par Camille" in line]


def test_no_is_no(tmp_path: Path) -> None:
    pole = pole_of(tmp_path / "ws")
    run, _ = released(pole, SILENT)
    before = (run.workspace.published / "2026-Q1" / "internal" / "figures.csv").read_bytes()
    with pytest.raises(GateError, match="rien n'est publié"):
        released(corrected(pole), review.Decision(ask=lambda _: " "))
    assert (run.workspace.published / "2026-Q1" / "internal" / "figures.csv").read_bytes() == before
    assert not (run.workspace.record / "acceptances.jsonl").exists()


@pytest.mark.parametrize(
    ("decision", "by", "how"),
    [
        (SILENT, "sans terminal", "sans terminal"),
        (review.Decision("Eva", yes=True), "Eva", "option --yes"),
    ],
)
def test_without_a_question_the_acceptance_says_so(
    tmp_path: Path, decision: review.Decision, by: str, how: str
) -> None:
    pole = pole_of(tmp_path / "ws")
    released(pole, SILENT)
    run, _ = released(corrected(pole), decision)
    (line,) = record.read_lines(run.workspace.record / "acceptances.jsonl")
    assert (line["by"], line["how"]) == (by, how)


@pytest.fixture
def closed(tmp_path: Path) -> SecretPole:
    pole = pole_of(tmp_path / "ws")
    released(pole, SILENT, is_closing=True)
    pole.quarter, pole.figures = "2026-Q2", []
    return pole


def test_a_closed_figure_that_nothing_explains_is_not_published(closed: SecretPole) -> None:
    with pytest.raises(GateError, match=r"était clos à [\d.]+ et vaut [\d.]+, sans que rien ne l'explique"):
        released(corrected(closed), review.Decision("Eva", yes=True))
    workspace = closed.run().workspace
    assert not (workspace.published / "2026-Q2").exists()
    assert not restatement.path(workspace).exists()


def test_a_quarter_closed_without_its_inputs_says_that_the_cause_is_unknown(closed: SecretPole) -> None:
    """An older version kept no inputs.csv: the next publication goes on, each difference told as a method."""
    folder = restatement.closed_folder(closed.run().workspace, "2026-Q1")
    (folder / "inputs.csv").unlink()
    with pytest.raises(FileNotFoundError):
        released(corrected(closed), review.Decision("Eva", yes=True))
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["files"]["inputs.csv"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    run, said = released(corrected(closed), review.Decision("Eva", yes=True))
    assert any("Méthode : clôture faite par une version du programme" in line for line in said)
    assert {line["kind"] for line in record.read_lines(restatement.path(run.workspace))} == {"method"}


def test_estimates_of_another_quarter_are_left_alone(closed: SecretPole) -> None:
    """The effect of a closed quarter is not computed again: its absence is no difference."""
    workspace = closed.run().workspace
    path = restatement.closed_folder(workspace, "2026-Q1") / "figures.csv"
    rows = read_rows(path)
    effect = rows[0] | {"figure_id": "Fffffffffffff", "indicator_id": "turnover_effect", "value": "0.05"}
    export.write_csv(path, FIGURE_COLUMNS, [[r[n] for n in FIGURE_COLUMNS] for r in [*rows, effect]])
    assert released(closed.turnover_figures(), SILENT)[0].workspace.published.joinpath("2026-Q2").is_dir()


def plant(reader: str, name: str) -> Callable[[list[Path]], None]:
    """A page room that tells one reader another value."""

    def render(folders: list[Path]) -> None:
        (folder,) = [f for f in folders if f.name == reader]
        rows = read_rows(folder / name)
        row = next(r for r in rows if r["value"] and r["indicator_id"] == "turnover_total")
        row["value"] = str(float(row["value"]) + 0.01)
        export.write_csv(folder / name, FIGURE_COLUMNS, [[r[c] for c in FIGURE_COLUMNS] for r in rows])

    return render


@pytest.mark.parametrize("reader", ["internal", "committee", "public"])
def test_two_values_of_one_figure_are_refused_naming_both(tmp_path: Path, reader: str) -> None:
    with pytest.raises(GateError, match=rf"« {reader} ».*n'a qu'une valeur") as caught:
        released(pole_of(tmp_path / "ws"), SILENT, plant(reader, "figures.csv"))
    assert str(caught.value).count("pour «") == 2 and caught.value.exit_status == 3


def test_a_closed_value_told_otherwise_is_refused(closed: SecretPole) -> None:
    def render(folders: list[Path]) -> None:
        for folder in folders:
            plant(folder.name, "history.csv")([folder])

    with pytest.raises(GateError, match=r"2026-Q1/\w+ \(clos\)"):
        released(closed.turnover_figures(), SILENT, render)
