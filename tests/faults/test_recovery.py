"""R10, R11, P02 and the ways back: doctor, backup, restore, purge, erase, on the real program."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import landing
from periscope import warehouse
from periscope.files import file_hash
from periscope.models import PROJECT
from periscope.workspace import Workspace
from tests.faults import house
from tests.faults.conftest import Ledger, Poles

pytestmark = pytest.mark.slow


@pytest.fixture
def root(poles: Poles, tmp_path: Path) -> Path:
    return house.copy(poles.second, tmp_path / "pole")


@pytest.fixture
def run(poles: Poles) -> Callable[..., house.Ended]:
    def started(root: Path, *command: str, answers: str = "") -> house.Ended:
        return house.end(house.struck(root, "none", "kill", *command, built=poles.built), answers)

    return started


Started = Callable[..., house.Ended]


def flip(path: Path, share: float) -> None:
    """One byte of a file changed, at a share of its length."""
    data = bytearray(path.read_bytes())
    data[int(len(data) * share)] ^= 0x55
    path.write_bytes(data)


def cut(path: Path, share: float) -> None:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


@pytest.mark.parametrize(
    ("name", "damage", "share"),
    [
        ("raw.duckdb", flip, 0.001),
        ("raw.duckdb", cut, 0.6),
        ("periscope.duckdb", flip, 0.5),
        ("periscope.duckdb", cut, 0.01),
    ],
)
def test_a_damaged_warehouse_is_named_and_computed_again(
    poles: Poles,
    root: Path,
    run: Started,
    ledger: Ledger,
    turn: int,
    name: str,
    damage: Callable[[Path, float], None],
    share: float,
) -> None:
    """R10"""
    damage(root / "warehouse" / name, share)
    mended = run(root, "doctor")
    again = run(root, "doctor")
    ledger.tell("R10", is_half=house.publication(root) not in poles.whole)
    assert mended.status == 0 and f"warehouse/{name} était endommagé" in mended.told, mended.told
    assert again.status == 0 and "Tout est sain" in again.told
    assert house.figures(root) == house.figures(poles.second)


def test_any_byte_of_a_warehouse_changes_nothing_that_is_published(
    poles: Poles, root: Path, run: Started, ledger: Ledger, turn: int
) -> None:
    """R10: a run on a damaged file stops in French and names the way back, or was not touched by the damage."""
    flip(root / "warehouse" / "raw.duckdb", 0.3 + turn / 50)
    house.late_file(root)
    (root / "inbox" / "declarations" / "postes-C.csv").unlink()
    (root / "warehouse" / "state.json").unlink()
    ended = run(root, "run")
    ledger.tell("R10", is_half=house.publication(root) not in poles.whole)
    assert ended.status == 0 or (ended.status == 1 and "periscope doctor" in ended.told), ended.told
    assert house.publication(root) in poles.whole


def test_a_log_of_writes_cut_short_loses_nothing(
    poles: Poles, tmp_path: Path, run: Started, ledger: Ledger, turn: int
) -> None:
    """R10: a truncated WAL is silently a prefix; what it lost is read again from the landed originals."""
    root = house.copy(poles.first, tmp_path / "late")
    house.late_file(root)
    killed = house.end(house.struck(root, "rows committed", "kill", "run"))
    wal = root / "warehouse" / "raw.duckdb.wal"
    if wal.exists():
        cut(wal, 0.5)
    ended = run(root, "run")
    ledger.tell("R10", is_half=house.publication(root) not in poles.whole)
    assert killed.status < 0 and ended.status == 0, ended.told
    assert house.figures(root) == house.figures(poles.second)


def test_a_damaged_original_comes_back_from_the_inbox_or_is_named(
    root: Path, run: Started, ledger: Ledger, turn: int
) -> None:
    """R10"""
    workspace = Workspace(root)
    by_name = {file.source_file: file.path(workspace) for file in landing.landed_files(workspace)}
    for path in by_name.values():
        flip(path, 0.5)
    copy = root / "inbox" / "bookings" / "salle.csv"
    content = copy.read_bytes()
    copy.unlink()
    ended = run(root, "doctor")
    ledger.tell("R10")
    assert ended.status == 3 and ended.told.count("PERDU") >= 1
    assert "bookings/salle.csv" in ended.told and "1 perte(s)" in ended.told
    assert ended.told.count("repris de inbox/") == len(by_name) - 1
    copy.write_bytes(content)
    assert run(root, "doctor").status == 0
    assert all(file_hash(path) == path.name for path in by_name.values())


def test_a_closed_quarter_is_put_back_byte_for_byte(
    closed: Path, tmp_path: Path, run: Started, ledger: Ledger, turn: int
) -> None:
    """R11: verify names the file and the quarter; doctor puts it back from the other copy, or says what is lost."""
    root = house.copy(closed, tmp_path / "pole")
    before = house.publication(root)
    page = root / "published" / house.QUARTER / "public" / "figures.csv"
    flip(page, 0.5)
    flip(root / "published" / house.QUARTER / "committee.zip", 0.5)
    flip(root / "record" / "closed" / house.QUARTER / "internal" / "sources.csv", 0.5)
    (page.parent / "ajout.html").write_text("étranger")
    found = run(root, "verify", house.QUARTER)
    mended = run(root, "doctor")
    ledger.tell("R11")
    assert found.status == 3 and f"public/figures.csv ({house.QUARTER})" in found.told
    assert mended.status == 0 and mended.told.count("Réparé") == 4, mended.told
    assert house.publication(root) == before
    assert run(root, "verify", house.QUARTER).status == 0
    for base in (root / "published", root / "record" / "closed"):
        flip(base / house.QUARTER / "public" / "figures.csv", 0.5)
    lost = run(root, "doctor")
    assert lost.status == 3 and "public/figures.csv, trimestre clos : aucune copie" in lost.told


def test_an_open_quarter_that_was_touched_is_published_again(poles: Poles, root: Path, run: Started) -> None:
    (root / "published" / house.QUARTER / "public" / "figures.csv").unlink()
    assert run(root, "doctor").status == 0
    assert house.publication(root) == house.publication(poles.second)


def test_a_backup_restored_elsewhere_gives_the_same_figures(
    poles: Poles, root: Path, run: Started, tmp_path: Path
) -> None:
    archive, again, new = tmp_path / "a.tar.gz", tmp_path / "b.tar.gz", tmp_path / "restored"
    told = run(root, "backup", str(archive))
    assert told.status == 0 and "SANS la clé" in told.told
    assert run(root, "backup", str(again)).status == 0 and again.read_bytes() == archive.read_bytes()
    assert archive.stat().st_mode & 0o777 == 0o600
    assert run(new, "restore", str(archive)).status == 0
    assert house.publication(new) == house.publication(root)
    without_key = run(new, "run")
    assert without_key.status == 2 and "clé" in without_key.told
    key = Workspace(root).key_path
    (new / "secret").mkdir(mode=0o700)
    (new / "secret" / key.name).write_bytes(key.read_bytes())
    assert run(new, "doctor").status == 0
    assert run(new, "run").status == 0
    assert house.figures(new) == house.figures(poles.second)
    assert run(new, "restore", str(archive)).status == 2


def test_a_backup_with_its_key_is_asked_for_by_name(root: Path, run: Started, tmp_path: Path) -> None:
    archive = tmp_path / "a.tar.gz"
    assert "AVEC la clé" in run(root, "backup", str(archive), "--with-key").told
    assert run(tmp_path / "new", "restore", str(archive)).status == 0
    assert Workspace(tmp_path / "new").key == Workspace(root).key
    assert run(root, "backup", str(root / "inbox" / "a.tar.gz")).status == 2


def test_a_person_is_erased_from_a_published_workspace(
    closed: Path, tmp_path: Path, ledger: Ledger, turn: int
) -> None:
    """P02: the closed quarter still verifies, the figures do not move, the log never heard the name."""
    root = house.copy(closed, tmp_path / "pole")
    original = (root / "inbox" / "declarations" / "a.xlsx").read_bytes()
    before = house.figures(root)
    process = house.struck(root, "none", "kill", "erase", "--by", "Eva", "--reason", "demande")
    ended = house.end(process, answers="ZELTENMARK\nysoline\n07/03/1988\n")
    ledger.tell("P02")
    assert ended.status == 0 and "4 fichier(s) expurgé(s)" in ended.told, ended.told
    assert "zeltenmark" not in (ended.told + _bytes_of(root)).casefold()
    assert house.run(root, "verify", house.QUARTER).status == 0
    assert house.figures(root) == before
    (root / "inbox" / "declarations" / "renvoi.xlsx").write_bytes(original)
    assert house.run(root, "ingest").status == 0
    with warehouse.connect(Workspace(root).raw_database, read_only=True) as connection:
        refused = connection.execute("select source_file from record.refusals where code = 'erased_person'")
        assert refused.fetchall() == [("declarations/renvoi.xlsx",)]


def _bytes_of(root: Path) -> str:
    """Every byte of a workspace, archives and their archives opened by a program of Python alone."""
    script = """
import io, sys, zipfile
from pathlib import Path
def told(raw):
    yield raw
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for name in archive.namelist():
                yield from told(archive.read(name))
for path in Path(sys.argv[1]).rglob("*"):
    sys.stdout.buffer.write(str(path).encode())
    if path.is_file():
        for raw in told(path.read_bytes()):
            sys.stdout.buffer.write(raw)
"""
    found = subprocess.run(
        [sys.executable, "-c", script, str(root)], capture_output=True, check=True, cwd=PROJECT
    )
    return found.stdout.decode("latin-1")
