"""A year that is closed quarter by quarter: frozen pages, chained closings, bundles that notice any changed byte."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from periscope import cli
from periscope.errors import GateError, UsageError
from periscope.files import file_hash
from periscope.reader_context import ReportContext
from periscope.workspace import Run
from release import bundle, closing, delivery, record, registry, verifier, verify
from tests.fixtures import reader_folder
from tests.integration.test_protection import close, publication, told
from tests.secrecy import SecretPole, made_late


def page(folders: list[Path]) -> None:
    for folder in folders:
        (folder / "rapport.html").write_text(f"<p>Rapport pour {folder.name}</p>", encoding="utf-8")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two quarters closed, the third published with a late declaration about the first."""
    pole = SecretPole(tmp_path_factory.mktemp("year") / "ws", quarter="2026-Q1")
    for number in range(6):
        pole.member(f"M{number}", **{f"Q2026_{q}": 30_000 + 777 * number + 1_234.5 * q for q in (1, 2, 3)})
    pole.turnover_figures()
    for quarter in ("2026-Q1", "2026-Q2"):
        pole.quarter, pole.figures = quarter, []
        run = publication(pole.turnover_figures(), page)
        close(pole, run, page)
    pole.quarter, pole.figures = "2026-Q3", []
    pole.turnover["M0", "2026-Q1"] += 500
    return publication(pole.turnover_figures(), page)


def test_closings_are_chained_and_say_so(year: Run) -> None:
    first, second = record.read_lines(record.closings_path(year.workspace))
    assert (first["quarter"], second["quarter"]) == ("2026-Q1", "2026-Q2")
    assert first["previous"] == record.ORIGIN and second["previous"] == first["hash"]
    manifest = json.loads((year.workspace.published / "2026-Q3" / "public" / "manifest.json").read_text())
    assert manifest["previous_closing"] == second["hash"]


def test_a_closed_quarter_is_closed_and_intact_after_late_data(year: Run) -> None:
    for quarter in ("2026-Q1", "2026-Q2"):
        folder = year.workspace.published / quarter
        assert "intact" in verify.verify(folder, year.workspace)
        for reader in ("internal", "public"):
            assert verifier.problems(folder / f"{reader}.zip") == []
    with (year.workspace.published / "2026-Q1" / "public" / "figures.csv").open() as file:
        assert ",closed," in file.read()


def test_the_late_amount_is_a_restatement_with_its_own_period(year: Run) -> None:
    inside = told(year, "internal")["turnover_total", "2026-Q1", "members", "all", "all"]
    assert inside["status"] == "restated"
    unchanged = told(year, "internal", "history")["turnover_total", "2026-Q2", "members", "all", "all"]
    assert unchanged["status"] == "closed"


def test_a_closed_quarter_cannot_be_closed_or_published_again(year: Run) -> None:
    pole = SecretPole(year.workspace.root, quarter="2026-Q1")
    run = Run(year.workspace, pole.run().quarter, year.as_of)
    with pole.warehouse(run) as connection, pytest.raises(UsageError, match="déjà clos"):
        closing.close(connection, run, "Camille", made_late(page))


def test_an_unknown_reader_cannot_be_delivered_to(year: Run) -> None:
    for reader in ("internal", "inconnu", "../public"):
        with pytest.raises(UsageError, match="Aucun dossier"):
            delivery.deliver(year, reader, "Camille")


def test_what_is_delivered_is_no_draft_any_more(year: Run, tmp_path: Path) -> None:
    """Only the pages of that reader change, only in that they no longer say draft; the registry is still whole."""
    shutil.copytree(year.workspace.root, tmp_path / "ws")
    run = Run(type(year.workspace)(tmp_path / "ws"), year.quarter, year.as_of)
    base = run.workspace.published / "2026-Q3"
    for reader in ("sicoval", "public"):
        context = reader_folder.context().to_json() + "\n"
        (base / reader / "context.json").write_text(context, encoding="utf-8")
        manifest = json.loads((base / reader / "manifest.json").read_text())
        manifest["files"]["context.json"] = file_hash(base / reader / "context.json")
        (base / reader / "manifest.json").write_text(json.dumps(manifest))
    before = {p: p.read_bytes() for p in base.rglob("*") if p.is_file()}

    def draft_page(folder: Path) -> None:
        is_draft = ReportContext.load(folder).is_draft
        (folder / "rapport.html").write_text("Brouillon" if is_draft else "Remis", encoding="utf-8")

    delivery.deliver(run, "sicoval", "Camille", draft_page)
    changed = {p.relative_to(base).as_posix() for p, data in before.items() if p.read_bytes() != data}
    assert changed == {f"sicoval/{name}" for name in ("context.json", "manifest.json", "rapport.html")}
    assert (base / "sicoval" / "rapport.html").read_text() == "Remis"
    files = json.loads((base / "sicoval" / "manifest.json").read_text())["files"]
    assert files == {name: file_hash(base / "sicoval" / name) for name in files}
    registry.gate(run.workspace)
    (line,) = record.read_lines(run.workspace.record / "deliveries.jsonl")
    assert line["manifest"] == file_hash(base / "sicoval" / "manifest.json")
    delivery.deliver(run, "sicoval", "Camille", lambda folder: pytest.fail("rendered again"))
    assert delivery.days(run.workspace, "2026-Q3") == {"sicoval": run.as_of}
    given = {p: p.read_bytes() for p in (base / "sicoval").iterdir()}

    def published_again(name: str, reader: str = "sicoval", later: bool = True) -> bool:
        """The draft as it was before it was given, one file of it or of the house changed; is it put back?"""
        again = tmp_path / name.replace(".", "-")
        for path, data in before.items():
            (again / path.relative_to(base)).parent.mkdir(parents=True, exist_ok=True)
            (again / path.relative_to(base)).write_bytes(data)
        context = ReportContext.load(again / reader)
        day = run.as_of + timedelta(days=3 if later else 0)
        told = replace(context, as_of=day, delivered_on=run.as_of)
        (again / reader / "context.json").write_text(told.to_json() + "\n", encoding="utf-8")
        changed = again / ("internal" if name == "amounts.csv" else reader) / name
        if changed.exists():
            changed.write_text(changed.read_text().replace(".5", ".6").replace("provisional", "closed"))
        is_back = delivery.put_back(run, again / reader)
        whole = {given_path.name: (again / reader / given_path.name).read_bytes() for given_path in given}
        assert is_back == (whole == {path.name: data for path, data in given.items()})
        return is_back

    assert published_again("nothing") and published_again("same-day", later=False)
    assert not published_again("figures.csv"), "a number or a status changed"
    assert not published_again("amounts.csv"), "an amount that stays hidden: the registry must learn it"
    assert not published_again("never-given", reader="public")
    (base / "sicoval" / "rapport.html").write_text("Touché", encoding="utf-8")
    assert not published_again("touched"), "a page touched by hand is no delivered page"


def test_a_delivery_is_on_the_record(year: Run) -> None:
    delivery.deliver(year, "sicoval", "Camille")
    (line,) = record.read_lines(year.workspace.record / "deliveries.jsonl")
    assert (line["quarter"], line["reader"], line["by"]) == ("2026-Q3", "sicoval", "Camille")
    delivered = record.read_lines(year.workspace.record / "registry.jsonl")[-1]
    assert delivered["reader"] == "sicoval" and any(f["facts"] for f in delivered["figures"])
    assert all(not f["facts"] for f in delivered["figures"] if not f["is_published"])


def test_verify_names_the_file_and_the_quarter(year: Run, tmp_path: Path) -> None:
    copy = tmp_path / "ws"
    shutil.copytree(year.workspace.root, copy)
    workspace = type(year.workspace)(copy)
    changed = copy / "published" / "2026-Q1" / "public" / "rapport.html"
    changed.write_bytes(changed.read_bytes().replace(b"Rapport", b"Rapporu"))
    with pytest.raises(GateError, match=r"2026-Q1/public/rapport\.html \(2026-Q1\)"):
        verify.verify(copy / "published" / "2026-Q1", workspace)
    line = record.closings_path(workspace)
    line.write_text(line.read_text().replace("Camille", "Camilla", 1))
    with pytest.raises(GateError, match="clôture de 2026-Q1"):
        verify.verify(copy / "published" / "2026-Q2", workspace)


def test_a_closed_quarter_is_verified_from_anywhere(
    year: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its path says whose it is; outside of any workspace nothing but the sentence is said."""
    copy = tmp_path / "ws"
    shutil.copytree(year.workspace.root, copy)
    quarter = copy / "published" / "2026-Q1"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert cli.main(["verify", str(quarter)]) == 0
    assert cli.main(["verify", str(copy / "published" / "2026-Q3")]) == 2
    assert cli.main(["verify", str(tmp_path)]) == 2
    (quarter / "public" / "rapport.html").write_text("<p>Autre chose</p>", encoding="utf-8")
    assert cli.main(["verify", str(quarter)]) == 3
    assert all(line.startswith(("periscope : ", "  ")) for line in capsys.readouterr().err.splitlines())


def test_a_bundle_forged_whole_is_not_the_one_of_the_record(year: Run, tmp_path: Path) -> None:
    """Every hash written again: it agrees with itself, and with its verifier, but not with the closing."""
    copy = tmp_path / "ws"
    shutil.copytree(year.workspace.root, copy)
    workspace, folder = type(year.workspace)(copy), copy / "published" / "2026-Q1"
    shutil.copytree(folder / "public", tmp_path / "public")
    page_path, manifest_path = tmp_path / "public" / "rapport.html", tmp_path / "public" / "manifest.json"
    page_path.write_text("<p>Autre chose</p>", encoding="utf-8")
    manifest = json.loads(manifest_path.read_text())
    manifest["files"]["rapport.html"] = file_hash(page_path)
    manifest_path.write_text(json.dumps(manifest))
    entry = record.read_lines(record.closings_path(workspace))[0]
    entry["readers"]["public"] = file_hash(manifest_path)
    entry["hash"] = record.entry_hash(entry)
    bundle.write(folder / "public.zip", tmp_path / "public", entry)
    assert verifier.problems(folder / "public.zip") == []
    with pytest.raises(GateError, match="n'est pas la clôture du registre"):
        verify.verify(folder / "public.zip", workspace)
    with pytest.raises(GateError, match=r"2026-Q1/public\.zip"):
        verify.verify(folder, workspace)


RATE = {"figure_id": "F1", "indicator_id": "occupancy_rate", "unit": "share", "value": "0.333333", "numerator": "1",
        "denominator": "3", "period": "2026-Q1", "perimeter": "pole", "item": "all"}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "is_seen"),
    [
        ({}, False),
        ({"value": "0.333336"}, True),
        ({"numerator": "2"}, True),
        ({"indicator_id": "turnover_panel_growth", "numerator": "4"}, False),
        ({"value": "", "numerator": "", "denominator": ""}, False),
        ({"unit": "number", "value": "0.3333"}, False),
        ({"unit": "number", "value": "0.3336"}, True),
        ({"indicator_id": "jobs_effect_low", "value": "0.7"}, False),
    ],
)
def test_a_rate_is_recomputed_from_its_two_counts(change: dict[str, str], is_seen: bool) -> None:
    """In every reader's bundle, by the verifier that travels with it."""
    assert bool(verifier._rates([RATE | change])) is is_seen


@pytest.mark.parametrize(("row", "is_seen"), [("1", False), ("2", True), ("", True)])
def test_the_rows_of_the_house_give_the_first_count_of_a_rate_again(row: str, is_seen: bool) -> None:
    def table(*rows: dict[str, str]) -> bytes:
        return "\n".join([",".join(rows[0]), *(",".join(one.values()) for one in rows)]).encode()

    entries = {
        "internal/figures.csv": table(RATE),
        "internal/sources.csv": table({"figure_id": "F1", "contribution": row}),
        "definitions.csv": table(
            {"indicator_id": "occupancy_rate", "is_additive": "false", "secrecy": "exempt"}
        ),
    }
    assert bool(verifier._sums(entries, "internal")) is is_seen


@pytest.mark.parametrize(("total", "is_seen"), [("5.00", False), ("5.01", True), ("", False)])
def test_the_bridge_is_recomputed_from_its_items(total: str, is_seen: bool) -> None:
    items = {"organic": "7.50", "leavers": "-2.50", "total": total}
    rows = [
        RATE | {"indicator_id": "turnover_bridge", "unit": "eur", "item": i, "value": v}
        for i, v in items.items()
    ]
    assert bool(verifier._rates(rows)) is is_seen


def test_what_is_not_closed_is_not_verifiable(year: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Non vérifiable"):
        verify.verify(year.workspace.published / "2026-Q3", year.workspace)
    stray = tmp_path / "stray.zip"
    stray.write_text("rien")
    with pytest.raises(UsageError, match="Non vérifiable"):
        verify.verify(stray, year.workspace)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_changed_byte_of_a_bundle_is_noticed(
    year: Run, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray((year.workspace.published / "2026-Q1" / "internal.zip").read_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path_factory.mktemp("flip") / "internal.zip"
    path.write_bytes(content)
    assert verifier.problems(path), f"byte {position} changed unnoticed"


def test_each_byte_of_a_small_bundle_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every byte there is, headers and trailer too; cut short, or longer by one byte, it is altered as well."""
    folder, code = tmp_path / "public", tmp_path / "definitions.csv"
    folder.mkdir()
    code.write_text("indicator_id,is_additive,secrecy\nmembers_count,true,exempt\n")
    (folder / "figures.csv").write_text(
        "figure_id,indicator_id,value,unit,numerator,denominator\nF1,members_count,2,count,,\n"
    )
    (folder / "rows.csv").write_text("figure_id,row_id,contribution\nF1,a,1\nF1,b,1\n")
    files = {name: file_hash(folder / name) for name in ("figures.csv", "rows.csv")}
    (folder / "manifest.json").write_text(json.dumps({"files": files}))
    monkeypatch.setattr(bundle.catalogue, "CATALOGUE", code)
    monkeypatch.setattr(bundle, "_VERIFIER", code)
    entry = {"quarter": "2026-Q3", "readers": {"public": file_hash(folder / "manifest.json")}}
    path = tmp_path / "public.zip"
    bundle.write(path, folder, entry | {"hash": record.entry_hash(entry)})
    assert verifier.problems(path) == []
    assert verifier.recomputed(path).startswith(
        "1 chiffres ont une valeur : 1 refaits à partir de leurs lignes"
    )
    content = path.read_bytes()
    for position in range(len(content)):
        changed = bytearray(content)
        changed[position] ^= 1 << position % 8
        path.write_bytes(changed)
        assert verifier.problems(path), f"byte {position} changed unnoticed"
    for altered in (content[:-1], content[: len(content) // 2], content + b"\0"):
        path.write_bytes(altered)
        assert verifier.problems(path)


def test_the_verifier_in_the_bundle_runs_alone(year: Run, tmp_path: Path) -> None:
    archive = year.workspace.published / "2026-Q2" / "public.zip"
    shutil.unpack_archive(archive, tmp_path)
    command = [sys.executable, "-I", "-S", str(tmp_path / "verifier.py"), str(archive)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    broken = tmp_path / "broken.zip"
    broken.write_bytes(archive.read_bytes().replace(b"Rapport pour", b"Rapport sans"))
    assert subprocess.run([*command[:-1], str(broken)], check=False, capture_output=True).returncode == 3
    assert (
        subprocess.run([*command[:-1], str(tmp_path / "none")], check=False, capture_output=True).returncode
        == 2
    )


def test_no_outside_bundle_holds_sources_or_other_readers(year: Run, tmp_path: Path) -> None:
    shutil.unpack_archive(year.workspace.published / "2026-Q1" / "public.zip", tmp_path)
    names = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert "public/figures.csv" in names
    assert not [
        n
        for n in names
        if n.startswith(("internal", "sicoval")) or n.endswith(("sources.csv", "amounts.csv"))
    ]
