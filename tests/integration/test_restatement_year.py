"""A scripted year from files to bundles: four closings, a late declaration, an error, a definition, a member gone.

Every difference of a closed figure must be typed rightly, and what was closed must stay byte for byte as it was.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import receive
from periscope import arbitration, catalogue, models, proof, proof_sheet, template, warehouse
from periscope.quarters import Quarter
from periscope.warehouse import Connection
from periscope.workspace import Run, Workspace
from protection import figures, masks
from release import closing, record, restatement, review, verifier, verify
from release.changes import Row, read_rows
from tests.secrecy import made_late

pytestmark = pytest.mark.slow

SIRENS = ["732829320", "356000000", "880878145", "552032534", "542065479"]
QUARTERS = ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")
HEADER = "siren,quarter,post_ref,employer_siren,contract_kind,started_on,working_time,sent_on\n"
HOSTILE = "<svg onload=alert(1)>{{ 7*7 }}"
#: What a difference is told by: indicator, period, dimension, item -> type -> (old, new, cause)
Told = dict[tuple[str, str, str, str], dict[str, dict[str, Any]]]


@dataclass
class Year:
    """A workspace that lives through a year; `pages` holds the bytes of each closed folder, as closed."""

    workspace: Workspace
    pages: dict[str, dict[str, bytes]] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def declare(self, member: int, quarter: str, times: list[str], version: str = "", sent: str = "") -> None:
        rows = "".join(
            f"{SIRENS[member]},{quarter},P{n},{SIRENS[member]},permanent,2026-01-05,{time},{sent}\n"
            for n, time in enumerate(times)
        )
        name = f"postes-M{member}-{quarter}{version}.csv"
        (self.workspace.inbox / "declarations" / name).write_text(HEADER + rows)

    def register(self, name: str, text: str) -> None:
        (self.workspace.register / f"{name}.csv").write_text(text)

    def members(self, left: dict[int, str]) -> None:
        lines = [f"M{n},permanent_resident,2020-01-01,{left.get(n, '')}\n" for n in range(len(SIRENS))]
        self.register("memberships", "member_id,presence,joined_on,left_on\n" + "".join(lines))

    def close(self, quarter: str, as_of: date, alter: Callable[[Connection], None] = lambda _: None) -> None:
        """From the inbox to the closing, as the command does, with the two models of these tests only."""
        run = Run(self.workspace, Quarter.parse(quarter), as_of)
        receive.receive(run)
        with warehouse.connect(self.workspace.raw_database) as connection:
            connection.execute("update record.slices set verdict = 'accept' where verdict = ''")
            arbitration.arbitrate(connection)
        request = models.request(run)
        models.build(request, select=["+crit_jobs_fte", "+crit_jobs_headcount", "+crit_members_count"])
        with warehouse.connect(request.candidate) as connection:
            warehouse.attach(connection, self.workspace.raw_database)
            alter(connection)
            figures.bind(connection)
            found = restatement.find(connection, run)
            masks.protect(connection, run, is_closing=True)
            reviewed = review.review(
                connection, run, found, review.Decision("Camille", yes=True), self.said.append
            )
            closing.close(connection, run, "Camille", made_late(_page), review.lines(run, reviewed))
        request.candidate.replace(self.workspace.database)
        self.pages[quarter] = _bytes(self.workspace.published / quarter)
        self.told[quarter] = self._restated()

    def _restated(self) -> Told:
        found: Told = {}
        with warehouse.connect(self.workspace.database, read_only=True) as connection:
            cursor = connection.execute("select * from marts.fct_restatements where perimeter = 'members'")
            names = [column[0] for column in cursor.description]
            for values in cursor.fetchall():
                row = dict(zip(names, values, strict=True))
                key = (row["indicator_id"], row["period"], row["dimension"], row["item"])
                found.setdefault(key, {})[row["kind"]] = row
        return found


def _page(folders: list[Path]) -> None:
    for folder in folders:
        (folder / "rapport.html").write_text(f"<p>Rapport pour {folder.name}</p>", encoding="utf-8")


def _bytes(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _count_posts_twice(connection: Connection) -> None:
    """Another definition of jobs_headcount, with its version; the first one is computed beside it."""
    connection.execute(
        "insert into seeds.indicators select * replace ('jobs_headcount_v1' as indicator_id, 'internal' as secrecy) "
        "from seeds.indicators where indicator_id = 'jobs_headcount'"
    )
    connection.execute(
        "create table criteria.crit_jobs_headcount_v1 as "
        "select * replace ('jobs_headcount_v1' as indicator_id) from criteria.crit_jobs_headcount"
    )
    connection.execute("update seeds.indicators set version = 2 where indicator_id = 'jobs_headcount'")
    connection.execute(
        "update criteria.crit_jobs_headcount set value = 2 * value, sources = list_transform(sources, lambda s: "
        "struct_update(s, contribution := cast(2 * s.contribution as decimal(24, 6))))"
    )


@contextmanager
def two_definitions(path: Path) -> Iterator[None]:
    """The catalogue that says so."""
    lines = catalogue.CATALOGUE.read_text(encoding="utf-8").splitlines(keepends=True)
    (first,) = (line for line in lines if line.startswith("jobs_headcount,1,"))
    second = first.replace("jobs_headcount,1,", "jobs_headcount,2,")
    path.write_text(
        "".join(lines).replace(first, second + first.replace("_headcount,1", "_headcount_v1,1")), "utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "CATALOGUE", path)
        catalogue.load.cache_clear()
        yield
    catalogue.load.cache_clear()


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    year = Year(template.create(tmp_path_factory.mktemp("year") / "pole"))
    names = "".join(f"M{n},{siren},Coop {n},creation_support\n" for n, siren in enumerate(SIRENS))
    year.register("members", "member_id,siren,name,function\n" + names)
    year.members({})
    for quarter in QUARTERS:
        for member in range(4):
            year.declare(
                member, quarter, ["1", "0.5"], HOSTILE if (member, quarter) == (2, "2026-Q2") else ""
            )
    for quarter in QUARTERS[1:]:
        year.declare(4, quarter, ["0.4"])
    year.close("2026-Q1", date(2026, 4, 20))
    year.declare(4, "2026-Q1", ["0.4"])
    year.close("2026-Q2", date(2026, 7, 20))
    year.declare(0, "2026-Q1", ["1", "0.8"], "-corrige")
    year.register(
        "corrections",
        "source_file,row,column,old_value,new_value,reason,decided_by,decided_on,sheet\n"
        "postes-M1-2026-Q2.csv,2,working_time,1,0.6,Temps partiel,Eva,2026-10-02,\n",
    )
    year.close("2026-Q3", date(2026, 10, 20))
    year.members({3: "2026-02-28"})
    with two_definitions(year.workspace.root / "catalogue.csv"):
        year.close("2026-Q4", date(2027, 1, 20), _count_posts_twice)
    return year


JOBS_Q1 = ("jobs_fte", "2026-Q1", "all", "all")
JOBS_Q2 = ("jobs_fte", "2026-Q2", "all", "all")


def test_the_late_declaration_is_late_data(year: Year) -> None:
    assert JOBS_Q1 not in year.told["2026-Q1"]
    (row,) = year.told["2026-Q2"][JOBS_Q1].values()
    assert (row["kind"], str(row["old_value"]), str(row["new_value"])) == (
        "late_data", "6.000000", "6.400000"
    )  # fmt: skip
    assert "postes-M4-2026-Q1.csv" in row["cause"] and "20/07/2026" in row["cause"]
    assert row["approved_by"] == "Camille" and str(row["part"]) == "0.400000"
    member = year.told["2026-Q2"]["jobs_fte", "2026-Q1", "member", "M4"]
    assert member["late_data"]["old_value"] is None


def test_a_corrected_file_and_a_corrected_cell_are_errors(year: Year) -> None:
    told = year.told["2026-Q3"]
    assert set(told[JOBS_Q1]) == {"late_data", "error"}, "the first difference keeps its own type"
    error = told[JOBS_Q1]["error"]
    assert str(error["part"]) == "0.300000" and str(told[JOBS_Q1]["late_data"]["part"]) == "0.400000"
    assert "corrige" in error["cause"] and "remplace « declarations/postes-M0-2026-Q1.csv »" in error["cause"]
    (ledger,) = told[JOBS_Q2].values()
    assert ledger["kind"] == "error" and "ligne 2, working_time, décidée par Eva" in ledger["cause"]
    assert (str(ledger["old_value"]), str(ledger["new_value"])) == ("6.400000", "6.000000")


def test_a_member_gone_retroactively_is_perimeter(year: Year) -> None:
    told = year.told["2026-Q4"]
    (row,) = told["members_count", "2026-Q2", "all", "all"].values()
    assert row["kind"] == "perimeter" and (int(row["old_value"]), int(row["new_value"])) == (5, 4)
    assert "register/memberships.csv" in row["cause"] and "M3" in row["cause"]
    assert set(told[JOBS_Q2]) == {"error", "perimeter"}
    assert str(told[JOBS_Q2]["perimeter"]["part"]) == "-1.500000"
    gone = told["jobs_fte", "2026-Q2", "member", "M3"]["perimeter"]
    assert gone["new_value"] is None and str(gone["old_value"]) == "1.500000"


def test_another_definition_is_method(year: Year) -> None:
    (row,) = year.told["2026-Q4"]["jobs_headcount", "2026-Q3", "all", "all"].values()
    assert row["kind"] == "method" and "version 1 → 2" in row["cause"]


def test_both_definitions_are_computed_and_only_the_house_sees_the_old_one(year: Year) -> None:
    def told(quarter: str, reader: str) -> dict[tuple[str, str], Row]:
        rows = read_rows(year.workspace.published / quarter / reader / "figures.csv")
        cells = [r for r in rows if (r["perimeter"], r["dimension"]) == ("members", "all")]
        return {(r["indicator_id"], r["period"]): r for r in cells}

    inside = told("2026-Q4", "internal")
    now, old = inside["jobs_headcount", "2026-Q4"], inside["jobs_headcount_v1", "2026-Q4"]
    assert (now["indicator_version"], old["indicator_version"]) == ("2", "1")
    assert int(now["value"]) == 2 * int(old["value"]) > 0
    ids = {told(q, "internal")["jobs_headcount", "2026-Q3"]["figure_id"] for q in ("2026-Q3", "2026-Q4")}
    assert len(ids) == 1 and old["figure_id"] not in ids
    for reader in ("committee", "public"):
        outside = told("2026-Q4", reader)
        assert ("jobs_headcount", "2026-Q4") in outside
        assert not [key for key in outside if key[0] == "jobs_headcount_v1"]
    # what no closed edition could know is told as a method, and does not stop the publication
    (added,) = year.told["2026-Q4"]["jobs_headcount_v1", "2026-Q3", "all", "all"].values()
    assert (added["kind"], added["old_value"]) == ("method", None) and "catalogue" in added["cause"]


def test_every_part_adds_up_to_its_change(year: Year) -> None:
    for told in year.told.values():
        for key, rows in told.items():
            first = next(iter(rows.values()))
            parts = [row["part"] for row in rows.values() if row["part"] is not None]
            if parts and first["old_value"] is not None and first["new_value"] is not None:
                assert sum(parts) == first["new_value"] - first["old_value"], key


def test_a_figure_that_is_gone_is_told_without_value(year: Year) -> None:
    rows = read_rows(year.workspace.published / "2026-Q4" / "internal" / "figures.csv")
    (gone,) = [
        r for r in rows if (r["indicator_id"], r["period"], r["perimeter"], r["item"])
        == ("jobs_fte", "2026-Q2", "members", "M3")
    ]  # fmt: skip
    assert (gone["status"], gone["value"]) == ("restated", "") and gone["reason"]


def test_what_was_closed_stays_byte_for_byte(year: Year) -> None:
    for quarter in QUARTERS:
        assert _bytes(year.workspace.published / quarter) == year.pages[quarter], quarter
        assert "intact" in verify.verify(year.workspace.published / quarter, year.workspace)
        for bundle in sorted((year.workspace.published / quarter).glob("*.zip")):
            assert verifier.problems(bundle) == [], bundle.name


def test_the_record_keeps_each_difference_once_with_its_approver(year: Year) -> None:
    lines = record.read_lines(restatement.path(year.workspace))
    keys = [(x["figure_id"], x["old_value"], x["new_value"], x["kind"]) for x in lines]
    assert len(keys) == len(set(keys)) and {line["by"] for line in lines} == {"Camille"}
    assert {line["on"] for line in lines} == {"2026-07-20", "2026-10-20", "2027-01-20"}
    accepted = record.read_lines(year.workspace.record / "acceptances.jsonl")
    assert {line["quarter"] for line in accepted} == {"2026-Q2", "2026-Q3", "2026-Q4"}
    assert any("L'ancien nombre de 2026-Q1 a été remis à : tous les lecteurs" in line for line in year.said)


def proof_of(year: Year, *key: str) -> proof.Proof:
    rows = read_rows(year.workspace.published / "2026-Q4" / "internal" / "figures.csv")
    rows += read_rows(year.workspace.published / "2026-Q4" / "internal" / "history.csv")
    names = ("indicator_id", "period", "dimension", "item")
    figure = next(r for r in rows if tuple(r[n] for n in names) == key and r["perimeter"] == "members")
    run = Run(year.workspace, Quarter.parse("2026-Q4"), date(2027, 1, 20))
    return proof.prove(run, figure["figure_id"])


def test_a_figure_is_proved_with_what_it_has_been(year: Year) -> None:
    found = proof_of(year, *JOBS_Q2)
    assert found.formula.endswith("= 4,5 ETP") and found.formula.count("+") == len(found.sources) - 1
    assert found.figure["status"] == "restated"
    assert all(held for _, held in found.checks) and len(found.checks) == 3
    values = [(where, value) for where, value, _ in found.editions]
    assert values == [
        ("clôture de 2026-Q2", "6,4"), ("clôture de 2026-Q3", "6"),
        ("clôture de 2026-Q4", "4,5"), ("aujourd'hui", "4,5"),
    ]  # fmt: skip
    told = proof_sheet.as_text(found)
    for words in (
        "Révision : 6,4 → 4,5 : erreur",
        "périmètre",
        "accepté par Camille",
        "tous les lecteurs",
        "ligne 2",
    ):
        assert words in told, words
    (correction,) = found.corrections
    assert correction["decided_by"] == "Eva"


def test_a_closed_figure_that_did_not_move_is_said_closed(year: Year) -> None:
    assert proof_of(year, "jobs_fte", "2026-Q4", "all", "all").figure["status"] == "closed"


def test_the_sheet_escapes_hostile_names_and_is_private(year: Year) -> None:
    path = proof_sheet.write(year.workspace, proof_of(year, *JOBS_Q2))
    page = path.read_text(encoding="utf-8")
    assert "<svg" not in page and "&lt;svg onload=alert(1)&gt;{{ 7*7 }}" in page
    assert "http" not in page.replace("http-equiv", "") and "default-src 'none'" in page
    assert path.stat().st_mode & 0o777 == 0o600 and path.is_relative_to(year.workspace.warehouse)


def test_an_altered_original_is_noticed(year: Year) -> None:
    digest = next(s["file_id"] for s in proof_of(year, *JOBS_Q2).sources)
    original = year.workspace.landed / digest
    content = original.read_bytes()
    original.write_bytes(content + b" ")
    try:
        assert [held for told, held in proof_of(year, *JOBS_Q2).checks if "empreinte" in told] == [False]
    finally:
        original.write_bytes(content)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_deleted_source_row_is_detected(year: Year, data: st.DataObject) -> None:
    """Even by somebody who would write every hash again: the figures no longer equal their rows."""
    quarter = data.draw(st.sampled_from(QUARTERS))
    reader, table = data.draw(st.sampled_from([("internal", "sources"), ("public", "rows")]))
    name = f"{reader}/{table}.csv"
    with zipfile.ZipFile(year.workspace.published / quarter / f"{reader}.zip") as bundle:
        entries = {entry: bundle.read(entry) for entry in bundle.namelist()}
    assert verifier._sums(entries, reader) == []
    lines = entries[name].splitlines(keepends=True)
    rows: list[Row] = list(csv.DictReader(io.StringIO(entries[name].decode())))
    told = [n for n, row in enumerate(rows) if row["contribution"] and Decimal(row["contribution"])]
    victim = data.draw(st.sampled_from(told))
    del lines[victim + 1]
    entries[name] = b"".join(lines)
    (problem,) = verifier._sums(entries, reader)
    assert rows[victim]["figure_id"] in problem


def test_an_outside_bundle_has_the_rows_its_reader_may_see_and_says_so(year: Year) -> None:
    told = {p.name: verifier.recomputed(p) for p in (year.workspace.published / "2026-Q3").glob("*.zip")}
    figures, rows = (
        read_rows(year.workspace.published / "2026-Q3" / "public" / f"{n}.csv") for n in ("figures", "rows")
    )
    sums = {row["figure_id"] for row in rows}
    by_indicator = {row["indicator_id"] for row in figures if row["figure_id"] in sums}
    assert by_indicator == {"members_count", "jobs_headcount"}, "not jobs_fte, which would tell each post"
    names = {row["row_id"] for row in rows}
    assert len(names) == len(rows), "the same post has another pseudonym in each figure"
    sums |= {row["figure_id"] for row in figures if row["indicator_id"] == "members_count"}  # 0 has no row
    assert f"{len(sums)} refaits à partir de leurs lignes" in told["public.zip"]
    assert "0 refaits" not in told["internal.zip"]


def test_additive_figures_are_the_sum_of_their_sources(year: Year) -> None:
    folder = year.workspace.published / "2026-Q4" / "internal"
    sums: dict[str, Decimal] = {}
    for row in read_rows(folder / "sources.csv"):
        sums[row["figure_id"]] = sums.get(row["figure_id"], Decimal(0)) + Decimal(row["contribution"] or 0)
    told = [row for row in read_rows(folder / "figures.csv") if row["value"]]
    assert told and all(Decimal(row["value"]) == sums.get(row["figure_id"], 0) for row in told)
