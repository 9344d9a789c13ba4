"""I01 to I12: hostile and broken inputs given to the whole program, beside the files of a published pole.

Each file, event or text is one try. A file that cannot be read costs itself: the run goes on, and publishes.
"""

from __future__ import annotations

import csv
import math
import os
import shutil
from pathlib import Path

import openpyxl
import pytest
from stdnum import luhn

from periscope.workspace import Workspace
from release.file_texts import texts
from tests.faults import hostile, house
from tests.faults.conftest import REPEATS, Ledger
from tests.unit.test_ics import HOSTILE

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Duplicate name")]

_MARKUP = ("</script><svg onload=\"document.title='ran'\">", "<img src=x onerror=\"document.title='ran'\">")
_LINK = "javascript:document.title='ran'"
#: its product has nine figures: fewer are found by chance in a pseudonym, which is hexadecimal
_FACTORS = 7, 19_100_001
_PRODUCT = "{{ " + "*".join(map(str, _FACTORS)) + " }}"
_TEMPLATES = ("{{ env_var('PERISCOPE_CANARY') }}", "{% raw %}" + _PRODUCT, "$" + _PRODUCT)
_FORMULAS = ('=HYPERLINK("http://x")', "=cmd|'/c calc'!A1", "@SUM(1)", "\tTAB", "+33 6", "-12,50", "＝1+1")


def turns(tries: int) -> list[int]:
    """How often to start a run that tries so many things at once."""
    return list(range(math.ceil(REPEATS / tries)))


def given(computed: Path, tmp_path: Path, case: str) -> Path:
    """The published pole, and the hostile files of a case in its inbox."""
    root = house.copy(computed, tmp_path / "pole")
    folders = {".ics": "bookings", ".xml": "revenue"}
    for name, content in hostile.files(case).items():
        folder = folders.get(Path(name).suffix, "declarations")
        (root / "inbox" / folder / name).write_bytes(content)
    return root


def run(root: Path, ledger: Ledger, case: str, tries: int) -> dict[str, list[dict[str, str]]]:
    """The receipts of a whole run, by name of file. It must publish, and every row read must be told."""
    told = house.told(root, "run")
    assert "Traceback" not in told
    found: dict[str, list[dict[str, str]]] = {}
    with (root / "published" / house.QUARTER / "internal" / "receipts.csv").open(newline="") as file:
        for line in csv.DictReader(file):
            found.setdefault(Path(line["file"]).name, []).append(line)
    lost = [
        line["file"]
        for lines in found.values()
        for line in lines
        if int(line["rows_read"]) != int(line["rows_accepted"]) + int(line["rows_refused"])
    ]
    for _ in range(tries):
        ledger.tell(case, lost_rows=len(lost))
    assert lost == []
    unsaid = "select source_file from record.refusals where reason = '' or remedy = '' or row_number is null"
    assert house.ask(root, unsaid) == []
    return found


#: files of each case, known without making them
_COUNTS = {"I01": 3, "I02": 5, "I03": 5, "I04": 4}
_BOMBS = [(case, again) for case in ("I01", "I02", "I03", "I04") for again in turns(_COUNTS[case])]  # fmt: skip


@pytest.mark.parametrize(("case", "again"), _BOMBS)
def test_a_bomb_costs_its_file_only(
    computed: Path, tmp_path: Path, ledger: Ledger, case: str, again: int
) -> None:
    """I01 to I04: refused with a reason, or read as what it holds; nothing that is published changes."""
    root = given(computed, tmp_path, case)
    names = hostile.files(case)
    assert len(names) == _COUNTS[case]
    before = os.times()
    receipts = run(root, ledger, case, len(names))
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    accepted = {name for name in names for line in receipts[name] if line["rows_accepted"] != "0"}
    refused = {name for name in names if [line["status"] for line in receipts[name]] == ["refused_file"]}
    assert not accepted
    # a sheet of a million times one row may be read, each of its rows refused
    assert refused >= set(names) - {"rows.ods"}
    assert house.figures(root) == house.figures(computed)
    # 15 s of processor for each file, beside the run itself
    assert spent < 15 * (len(names) + 1)


@pytest.mark.parametrize("again", turns(len(HOSTILE) + 1))
def test_a_hostile_event_costs_itself_only(
    computed: Path, tmp_path: Path, ledger: Ledger, again: int
) -> None:
    """I05: each is refused with its line, the ordinary one is read."""
    root = given(computed, tmp_path, "I05")
    run(root, ledger, "I05", len(HOSTILE) + 1)
    events = hostile.files("I05")["agenda.ics"].decode().split("\n")
    begins = [number for number, line in enumerate(events, 1) if line == "BEGIN:VEVENT"]
    refused = "select distinct row_number from record.refusals where source_file like '%agenda.ics' and row_number > 0 order by 1"
    assert house.ask(root, refused) == [(number,) for number in begins[:-1]]
    read = "select count(*) from bookings.bookings where row_number = ?".replace("?", str(begins[-1]))
    assert house.ask(root, read) == [(1,)]


@pytest.mark.parametrize("again", turns(8))
def test_rows_that_cannot_be_read_are_refused_one_by_one(
    computed: Path, tmp_path: Path, ledger: Ledger, again: int
) -> None:
    """I06: what is no table is refused whole; of the others every row is accepted or refused."""
    receipts = run(given(computed, tmp_path, "I06"), ledger, "I06", 8)
    refused = {name for name, lines in receipts.items() if lines[0]["status"] == "refused_file"}
    assert refused == {"wide.csv", "bomb.csv"}
    read = {name: sum(int(line["rows_read"]) for line in receipts[name]) for name in hostile.files("I06")}
    assert read == {
        "open-quote.csv": 3, "ragged.csv": 3, "twice.csv": 1, "nul.csv": 2, "mixed.csv": 3, "utf16.csv": 2,
        "wide.csv": 0, "bomb.csv": 0,
    }  # fmt: skip


@pytest.mark.parametrize("again", turns(len(hostile.NAMES)))
def test_a_hostile_name_touches_no_other_file_nor_table(
    computed: Path, tmp_path: Path, ledger: Ledger, again: int
) -> None:
    """I07: names of files, and of a sheet and a column with them."""
    tables = "select table_schema, table_name from information_schema.tables order by all"
    root = given(computed, tmp_path, "I07")
    around = {path: path.read_bytes() for path in (root / "register").iterdir()}
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "'); drop table slices--"
    book.active.append(
        ["siren", "quarter", "purchase_ref", "bought_on", "amount_eur", "'); drop table x; --", "*.csv"]
    )
    book.active.append([hostile.B, house.QUARTER, "S1", "2026-07-05", 5, "../../x", "x"])
    book.save(root / "inbox" / "declarations" / "sheet.xlsx")
    receipts = run(root, ledger, "I07", len(hostile.NAMES) + 1)
    for name in (*hostile.NAMES, "sheet.xlsx"):
        told = receipts[name.split("/")[-1]]
        assert [(line["rows_accepted"], line["status"]) for line in told] == [("1", "accepted")], name
    assert house.ask(root, tables) == house.ask(computed, tables)
    assert {path: path.read_bytes() for path in (root / "register").iterdir()} == around
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pole"]


@pytest.fixture
def named(computed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pole with a member for each hostile text, which also names a project, a purchase and a room."""
    monkeypatch.setenv("PERISCOPE_CANARY", "serin1337")
    root = house.copy(computed, tmp_path / "pole")
    names = [*_MARKUP, _LINK, *_TEMPLATES, *_FORMULAS]
    sirens = [f"{number:08}" for number in range(10_000_000, 10_000_000 + len(names))]
    with (root / "register" / "members.csv").open("a", newline="") as file:
        csv.writer(file).writerows(
            (f"m{n}", s + luhn.calc_check_digit(s), name, "creation_support")
            for n, (s, name) in enumerate(zip(sirens, names, strict=True))
        )
    with (root / "register" / "memberships.csv").open("a", newline="") as file:
        csv.writer(file).writerows((f"m{n}", "permanent_resident", "2020-01-01") for n in range(len(names)))
    with (root / "register" / "rooms.csv").open("a", newline="") as file:
        csv.writer(file).writerows((f"r{n}", name, "2020-01-01") for n, name in enumerate(names))
    with (root / "inbox" / "declarations" / "achats-hostiles.csv").open("w", newline="") as file:
        lines = csv.writer(file, delimiter=";")
        lines.writerow(["siren", "quarter", "purchase_ref", "title", "bought_on", "amount_eur"])
        lines.writerows(
            (s + luhn.calc_check_digit(s), house.QUARTER, name, name, "2026-07-05", "-12,50")
            for s, name in zip(sirens, names, strict=True)
        )
    return root


@pytest.mark.parametrize("again", turns(len(_MARKUP) + 1))
def test_a_hostile_text_stays_a_text_wherever_it_is_shown(named: Path, ledger: Ledger, again: int) -> None:
    """I08 no formula, I09 nothing that runs in a browser, I10 no template, in every file that the program writes."""
    receipts = run(named, ledger, "I08", len(_FORMULAS))
    house.told(named, "forms")
    for case, tries in (("I09", len(_MARKUP) + 1), ("I10", len(_TEMPLATES))):
        for _ in range(tries):
            ledger.tell(case)
    assert {line["rows_refused"] for line in receipts["achats-hostiles.csv"]} == {"0"}
    amounts = "select distinct amount_eur from declarations.joint_purchases inner join record.slices using (slice_id) where source_file like '%hostiles.csv'"
    assert [str(amount) for (amount,) in house.ask(named, amounts)] == ["-12.50"]
    written = [path for folder in ("published", "returns", "forms") for path in (named / folder).rglob("*.*")]
    books = [path for path in written if path.suffix == ".xlsx"]
    pages = [path for path in written if path.suffix == ".html"]
    shown = [path for path in pages if any(name[:12] in "".join(texts(path)) for name in _TEMPLATES)]
    assert books and shown, "the texts are shown, or this test could not fail"
    formulas = [
        cell.value
        for path in books
        for sheet in openpyxl.load_workbook(path)
        for cells in sheet.iter_rows()
        for cell in cells
        if cell.data_type == "f"
    ]
    assert [
        text for text in formulas if any(word in str(text) for word in ("HYPERLINK", "cmd", "@SUM", "＝"))
    ] == []
    for path in written:
        told = "".join(texts(path))
        assert "serin1337" not in told and str(math.prod(_FACTORS)) not in told, path.name
    _nothing_runs(pages)


def _nothing_runs(pages: list[Path]) -> None:
    """In a real browser where there is one; in the text of the pages anyway."""
    for path in pages:
        page = path.read_text(encoding="utf-8")
        assert "<svg onload" not in page and "<img src=x" not in page and 'href="javascript' not in page
    if program := shutil.which("chromium"):
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_context(offline=True).new_page()
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            for path in pages:
                page.goto(path.as_uri())
                assert page.title() != "ran", path.name
                assert page.locator("[onload], [onerror], a[href^=javascript]").count() == 0, path.name
            browser.close()
        assert [url for url in asked if not url.startswith("file:")] == []


@pytest.mark.parametrize("again", turns(4))
def test_what_a_workbook_hides_is_told_with_its_cell(
    computed: Path, tmp_path: Path, ledger: Ledger, again: int
) -> None:
    """I11: an error, a formula without value, a hidden row, a forged total; details in test_messy_workbooks."""
    root = given(computed, tmp_path, "I11")
    run(root, ledger, "I11", 4)
    told = dict.fromkeys(hostile.files("I11"), "")
    for name, message in house.ask(root, "select source_file, message from record.findings"):
        if (base := Path(str(name)).name) in told:
            told[base] += str(message)
    for ending in ("xlsx", "ods", "xls"):
        assert "La cellule G3 contient une erreur de calcul." in told[f"hidden.{ending}"]
        assert "masquée" in told[f"hidden.{ending}"]
    assert all("G4 contient une formule" in told[f"hidden.{ending}"] for ending in ("xlsx", "ods"))
    assert "(99,00)" in told["total.csv"] and "(30,50)" in told["total.csv"]


@pytest.mark.parametrize("again", turns(len(hostile.WRITTEN) + 1))
def test_a_number_is_read_by_the_declared_rule_and_a_text_is_kept(
    computed: Path, tmp_path: Path, ledger: Ledger, again: int
) -> None:
    """I12"""
    root = given(computed, tmp_path, "I12")
    run(root, ledger, "I12", len(hostile.WRITTEN) + 1)
    kept = house.ask(
        root,
        "select row_number, amount_eur, bought_on from declarations.joint_purchases "
        "inner join record.slices using (slice_id) where source_file like '%achats.csv' order by 1",
    )
    assert [(str(amount), str(on)) for _, amount, on in kept] == [
        pair for pair in hostile.WRITTEN.values() if pair
    ]
    refused = house.ask(
        root, "select row_number from record.refusals where source_file like '%achats.csv' order by 1"
    )
    assert refused == [(n,) for n, pair in enumerate(hostile.WRITTEN.values(), 2) if pair is None]
    siren = "select siren_created from declarations.supported_projects inner join record.slices using (slice_id) where source_file like '%projets.csv'"
    assert house.ask(root, siren) == [(hostile.LEADING_ZERO,)]
    assert Workspace(root).database.exists()
