"""The funder notebook: thin, stripped, run in a kernel of its own, and silent about cells when it fails."""

from __future__ import annotations

import os
import re
from contextlib import closing
from pathlib import Path

import pytest
from jupyter_core.utils import run_sync
from nbformat import NotebookNode, reads

from periscope.errors import GateError, PeriscopeError
from periscope.reader_context import Text
from reports import notebook, render, sections
from tests.fixtures import reader_folder


@pytest.fixture
def saved() -> NotebookNode:
    return reads(notebook.FUNDER_NOTEBOOK.read_text(encoding="utf-8"), 4)  # type: ignore[no-untyped-call,no-any-return]


def test_the_notebook_only_puts_sections_in_order(saved: NotebookNode) -> None:
    calls = [cell.source for cell in saved.cells if cell.cell_type == "code"][2:-1]
    names = [re.fullmatch(r"report\.show(?:_all)?\(sections\.(\w+)\)", call) for call in calls]
    assert all(names), calls
    ordered = [name[1] for name in names if name]
    assert len(ordered) == len(set(ordered)) and set(ordered) <= set(sections.__all__)
    assert ordered[:3] == ["summary", "grant_parts", "results"]


def test_the_notebook_is_kept_without_outputs(saved: NotebookNode) -> None:
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in saved.cells)


def test_the_folder_is_written_as_a_text_whatever_its_name(saved: NotebookNode) -> None:
    name = 'a"; import os  # \n é'
    filled = notebook.with_folder(saved, Path(name))
    (cell,) = [c for c in filled.cells if "parameters" in c.metadata.get("tags", [])]
    scope: dict[str, str] = {}
    exec(cell.source, scope)
    assert scope["folder"] == name and "os" not in scope


def test_a_notebook_without_parameters_is_refused(saved: NotebookNode) -> None:
    for cell in saved.cells:
        cell.metadata.pop("tags", None)
    with pytest.raises(PeriscopeError, match="parameters"):
        notebook.with_folder(saved, Path("x"))


def test_two_funders_side_by_side(tmp_path: Path) -> None:
    folders = [reader_folder.write(tmp_path / name, pole_name=f"Pôle {name}") for name in ("nord", "sud")]
    render.render_all(folders)()
    for folder in folders:
        page = (folder / "rapport.html").read_text(encoding="utf-8")
        assert f"Pôle {folder.name}" in page and str(tmp_path) not in page
        places = [page.index(f'id="subvention-1-{name}"') for name in ("identite", "cerfa", "certification")]
        assert places == sorted(places) and places[-1] < page.index('id="resultats"')
        assert "<svg onload" not in page
        written = {path.name for path in folder.iterdir()}
        assert written == {
            "context.json",
            "figures.csv",
            "history.csv",
            "rapport.html",
            "rapport.pdf",
            "tableaux.xlsx",
        }


def test_a_refused_sentence_comes_out_of_the_kernel_as_it_was_said(tmp_path: Path) -> None:
    folder = reader_folder.write(
        tmp_path / "f", texts=(Text("G1", "texts/G1.md", "Nous avons aidé 24 projets."),)
    )
    with pytest.raises(GateError, match=r"texts/G1\.md, ligne 1"):
        render.render_reader(folder)
    assert not (folder / "rapport.html").exists()


def test_a_failure_never_repeats_a_cell(tmp_path: Path) -> None:
    folder = reader_folder.write(tmp_path / "f")
    text = (folder / "figures.csv").read_text("utf-8")
    (folder / "figures.csv").write_text(
        text.replace("2026-Q3,members,all,all,", "2026-Q3,members,all,all,CANARI", 1), "utf-8"
    )
    with pytest.raises(PeriscopeError) as caught:
        notebook.Kernels().start(folder)()
    assert (
        "CANARI" not in str(caught.value)
        and caught.value.__cause__ is None
        and caught.value.__suppress_context__
    )


def test_no_trace_is_left_in_the_home_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in [key for key in os.environ if key.startswith(("JUPYTER", "IPYTHON", "XDG"))]:
        monkeypatch.delenv(name)
    notebook.Kernels().start(reader_folder.write(tmp_path / "f"))()
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_kernels_started_ahead_are_used_and_the_others_stopped(tmp_path: Path) -> None:
    with closing(notebook.Kernels(2)) as kernels:
        started = [future.result() for future in kernels._started]
        assert all(run_sync(one._manager.is_alive)() for one in started)
        shown = kernels.start(reader_folder.write(tmp_path / "f"))()
        assert 'id="resultats"' in shown and len(kernels._started) == 1
    assert not any(run_sync(one._manager.is_alive)() for one in started)
    assert not any(Path(one._private.name).exists() for one in started)
