"""What a run takes again from the last one changes nothing: byte for byte a run that has nothing at hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from expectations import gate
from periscope import cli
from periscope.errors import PeriscopeError
from tests.faults import house
from tests.startup import loaded_by

pytestmark = pytest.mark.slow

#: all that a workspace computes; the journal and the originals received stay
COMPUTED = ("raw.duckdb", "periscope.duckdb", "state.json", "reuse", "dbt", "candidate")
_GRANTS = "grant_id,funder_id,funder_label,action,amount_eur,status,decided_on,period_start,period_end\n"


def published(root: Path) -> dict[str, bytes]:
    folder = root / "published"
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def forget(root: Path) -> None:
    for name in COMPUTED:
        path = root / "warehouse" / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def correct(root: Path) -> None:
    """One member sends its posts again, otherwise."""
    posts = root / "inbox" / "declarations" / "postes-A.csv"
    posts.write_text(house.lines(house.MEMBERS["A"], "0,5"), encoding="utf-8")


@pytest.fixture(scope="module")
def pole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published pole of three members and one funder."""
    root = tmp_path_factory.mktemp("incremental") / "pole"
    workspace = house.create(root)
    grant = "G1,region,Région,Coopération,1000,notified,2026-01-10,2026-01-01,2026-12-31\n"
    (workspace.register / "grants.csv").write_text(_GRANTS + grant, encoding="utf-8")
    assert house.run(root, "run").status == 0
    return root


def test_one_changed_declaration_gives_what_a_run_from_nothing_gives(pole: Path, tmp_path: Path) -> None:
    roots = [house.copy(pole, tmp_path / name) for name in ("again", "from nothing")]
    before = published(pole)
    for root in roots:
        correct(root)
    forget(roots[1])
    shutil.rmtree(roots[0] / "warehouse" / "dbt" / "run")
    for root in roots:
        ended = house.run(root, "run")
        assert ended.status == 0, ended.told
    ran = [(root / "warehouse" / "dbt" / "run").exists() for root in roots]
    assert ran == [False, True], "what dbt compiled is run again without it, and only where it is at hand"
    again, from_nothing = map(published, roots)
    assert again == from_nothing
    assert again["2026-Q3/internal/figures.csv"] != before["2026-Q3/internal/figures.csv"]


def test_a_changed_declaration_loads_neither_dbt_nor_pandas(pole: Path, tmp_path: Path) -> None:
    """Great Expectations loads in a process of its own, and pandas for it only."""
    root = house.copy(pole, tmp_path / "pole")
    correct(root)
    status, slow, _ = loaded_by("run", "-w", str(root), "--as-of", house.AS_OF)
    assert (status, slow & {"dbt", "great_expectations", "pandas", "plotly"}) == (0, set())


def test_what_was_made_ahead_of_a_verdict_that_never_came_cannot_be_published(
    pole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = house.copy(pole, tmp_path / "pole")
    before = published(root)
    correct(root)

    def fails(*_: object) -> None:
        raise PeriscopeError("La vérification des fichiers a échoué.")

    where = ["-w", str(root), "--as-of", house.AS_OF]
    with monkeypatch.context() as patched:
        patched.setattr(gate.Judge, "failures", fails)
        assert cli.main(["run", *where]) == 1
    assert (root / "warehouse" / "candidate" / "ahead" / "impact.json").exists(), "it was made"
    assert cli.main(["publish", "--yes", "--by", "Eva", *where]) == 2
    assert "lancez d'abord" in capsys.readouterr().err and published(root) == before
    assert cli.main(["run", *where]) == 0
    name = "2026-Q3/internal/figures.csv"
    assert published(root)[name] != before[name]


def test_another_text_builds_no_model_and_gives_the_same_figures(pole: Path, tmp_path: Path) -> None:
    root = house.copy(pole, tmp_path / "pole")
    before = published(root)
    (root / "texts" / "G1.md").write_text("Un texte du porteur.\n", encoding="utf-8")
    built = root / "warehouse" / "dbt" / "run"
    shutil.rmtree(built)
    ended = house.run(root, "run")
    assert ended.status == 0, ended.told
    assert not built.exists(), "dbt ran although no row changed"
    after = published(root)
    for reader in ("internal", "committee", "public", "region"):
        name = f"2026-Q3/{reader}/figures.csv"
        assert after[name] == before[name]
    assert after["2026-Q3/region/rapport.html"] != before["2026-Q3/region/rapport.html"]
    assert after["2026-Q3/committee/dashboard.html"] == before["2026-Q3/committee/dashboard.html"]


def test_status_and_a_run_with_nothing_new_load_nothing_slow(pole: Path) -> None:
    cure = "import it inside the function that needs it"
    for command, said in (("status", "reçu"), ("run", "Rien n'a changé")):
        status, slow, told = loaded_by(command, "-w", str(pole), "--as-of", house.AS_OF)
        assert (status, slow) == (0, set()), cure
        assert said in told
