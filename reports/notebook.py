"""Runs the funder notebook in a kernel of its own and turns what it shows into `rapport.html`."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
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
_LOW_PRIORITY = 10
#: what the notebook imports, loaded while the kernel waits for its folder
_LOADED = "from reports import pdf, render, sections, workbook"


class Kernels:
    """Fresh kernels, one for each folder; of `ahead`, a few start at once and load while other work is done."""

    def __init__(self, ahead: int = 0) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._started = [self._pool.submit(_Kernel) for _ in range(min(ahead, AT_ONCE))]

    def start(self, folder: Path) -> Callable[[], Markup]:
        """Run the notebook for a folder, a few at once; what is returned waits for what it displayed.

        It raises GateError when a report refuses to be written, PeriscopeError when it fails; no cell content is repeated.
        """
        kernel = self._started.pop() if self._started else None
        return self._pool.submit(_execute, kernel, folder).result

    def close(self) -> None:
        """Stop the kernels that no folder needed, and wait for those at work."""
        for kernel in self._started:
            if not kernel.cancel() and not kernel.exception():
                kernel.result().stop()
        self._pool.shutdown()


def _execute(kernel: Future[_Kernel] | None, folder: Path) -> Markup:
    return (kernel.result() if kernel else _Kernel()).execute(folder)


class _Kernel:
    """One kernel on socket files instead of ports, that leaves no history in anybody's home."""

    def __init__(self) -> None:
        self._private = tempfile.TemporaryDirectory(prefix="periscope-kernel-")
        folder = self._private.name
        saved = reads(FUNDER_NOTEBOOK.read_text(encoding="utf-8"), 4)  # type: ignore[no-untyped-call]
        self._manager = AsyncKernelManager(
            kernel_name="python3", transport="ipc", ip=f"{folder}/k", connection_file=f"{folder}/c.json"
        )
        self._client = NotebookClient(
            saved,
            km=self._manager,
            timeout=_TIMEOUT_SECONDS,
            shutdown_kernel="immediate",
            extra_arguments=["--HistoryManager.enabled=False", f"--IPKernelApp.exec_lines={_LOADED}"],
            resources={"metadata": {"path": str(PROJECT)}},
        )
        environment = {"IPYTHONDIR": folder, "PYTHONPATH": str(PROJECT)}
        self._client.start_new_kernel(env=os.environ | environment)
        # the run itself goes first: a kernel has time until its folder is written
        pid: int = self._manager.provisioner.pid  # type: ignore[union-attr]
        with suppress(OSError):  # it has ended, which its first cell will say
            os.setpriority(os.PRIO_PROCESS, pid, max(_LOW_PRIORITY, os.getpriority(os.PRIO_PROCESS, pid)))

    def execute(self, folder: Path) -> Markup:
        self._client.nb = with_folder(self._client.nb, folder)
        try:
            self._client.execute(cleanup_kc=True)
        except CellExecutionError as error:
            if error.ename == "GateError":
                raise GateError(error.evalue) from None
            raise PeriscopeError(
                f"Le rapport de « {folder.name} » n'a pas pu être écrit ({error.ename}). Rien n'a été publié. "
                f"Ouvrez {FUNDER_NOTEBOOK.name} sur ce dossier pour voir où il s'arrête."
            ) from None
        finally:
            self._private.cleanup()
        return displayed(self._client.nb)

    def stop(self) -> None:
        run_sync(self._manager.shutdown_kernel)(now=True)
        self._private.cleanup()


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
