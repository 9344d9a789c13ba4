"""Runs the funder notebook in a kernel of its own and turns what it shows into `rapport.html`."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager
from markupsafe import Markup
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode, reads

from periscope.errors import GateError, PeriscopeError

PROJECT = Path(__file__).resolve().parents[1]
FUNDER_NOTEBOOK = PROJECT / "notebooks" / "rapport_financeur.ipynb"
#: A kernel often waits for its messages: three reports take 3.4 s two at once, 2.4 s four at once (two cores).
AT_ONCE = 4
_TIMEOUT_SECONDS = 180


def execute(folders: Sequence[Path]) -> list[Markup]:
    """Run the notebook for each folder, a few kernels at once; what each displayed, in the order of the folders.

    Raises GateError when a report refuses to be written, PeriscopeError when it fails; no cell content is repeated.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(_execute, folders))


def _execute(folder: Path) -> Markup:
    saved = reads(FUNDER_NOTEBOOK.read_text(encoding="utf-8"), 4)  # type: ignore[no-untyped-call]
    notebook = with_folder(saved, folder)
    with tempfile.TemporaryDirectory(prefix="periscope-kernel-") as private:
        client = _client(notebook, private)
        environment = {"IPYTHONDIR": private, "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            client.execute(cleanup_kc=True, env=os.environ | environment)
        except CellExecutionError as error:
            if error.ename == "GateError":
                raise GateError(error.evalue) from None
            raise PeriscopeError(
                f"Le rapport de « {folder.name} » n'a pas pu être écrit ({error.ename}). Rien n'a été publié. "
                f"Ouvrez {FUNDER_NOTEBOOK.name} sur ce dossier pour voir où il s'arrête."
            ) from None
    return displayed(notebook)


def _client(notebook: NotebookNode, private: str) -> NotebookClient:
    """A fresh kernel on socket files instead of ports, that leaves no history in anybody's home."""
    manager = AsyncKernelManager(
        kernel_name="python3", transport="ipc", ip=f"{private}/k", connection_file=f"{private}/c.json"
    )
    return NotebookClient(
        notebook,
        km=manager,
        timeout=_TIMEOUT_SECONDS,
        shutdown_kernel="immediate",
        extra_arguments=["--HistoryManager.enabled=False"],
        resources={"metadata": {"path": str(PROJECT)}},
    )


def with_folder(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """The notebook with its `parameters` cell set to one reader's folder."""
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = f"folder = {json.dumps(str(folder))}"
            return notebook
    raise PeriscopeError(
        f"{FUNDER_NOTEBOOK.name} n'a plus de cellule étiquetée « parameters » : remettez-la."
    )


def displayed(notebook: NotebookNode) -> Markup:
    """The HTML that the cells displayed, in order; our sections escape their texts themselves."""
    found = [
        output["data"]["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type in ("execute_result", "display_data") and "text/html" in output["data"]
    ]
    return Markup("\n").join(Markup("".join(html)) for html in found)
