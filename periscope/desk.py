"""The analysts' desk: a read-only, pseudonymous copy of the warehouse, and three helpers to read it in a notebook.

The copy holds the marts, without the names of files (they may tell who sent them). Members are known by member_id,
projects by pseudonyms. A run replaces the warehouse without touching the copy.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd

from periscope import catalogue, warehouse
from periscope.errors import PeriscopeError, UsageError
from periscope.terminal import say
from periscope.workspace import Workspace

COPY = "entrepot.duckdb"
NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "explore.ipynb"
#: Jupyter Lab looks for news, updates and extensions at outside addresses unless it is told not to
_OFFLINE = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)
#: columns that name a file received: who sent what stays in the house's own proofs
_LEFT_OUT = {"fct_figure_sources": ("source_file", "file_id"), "fct_findings": ("source_ref", "message")}


def prepare(workspace: Workspace) -> Path:
    """Write the folder `exploration/` anew: the copy, each mart as Parquet, the notebook unless it is there already.

    Raises UsageError when nothing is built yet.
    """
    if not workspace.database.exists():
        raise UsageError("Rien n'est encore publié : lancez « periscope run », puis revenez.")
    folder = workspace.exploration
    (folder / "marts").mkdir(parents=True, exist_ok=True)
    for old in (folder / "marts").glob("*.parquet"):
        old.unlink()
    fresh = folder / f"{COPY}.nouveau"
    warehouse.remove(fresh)
    with warehouse.connect(fresh, reach=[workspace.database]) as connection:
        warehouse.attach(connection, workspace.database, "source")
        connection.execute("create schema marts")
        for name in _marts(connection, "source"):
            _copy(connection, name, folder / "marts" / f"{name}.parquet")
        connection.execute("detach source")
        connection.execute("checkpoint")
    fresh.replace(folder / COPY)
    if not (folder / NOTEBOOK.name).exists():
        shutil.copyfile(NOTEBOOK, folder / NOTEBOOK.name)
    return folder


def _marts(connection: warehouse.Connection, database: str) -> list[str]:
    found = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'marts' and table_catalog = ? order by 1",
        [database],
    ).fetchall()
    return [row[0] for row in found]


def _copy(connection: warehouse.Connection, name: str, parquet: Path) -> None:
    table = f"marts.{warehouse.quote(name)}"
    left_out = ", ".join(warehouse.quote(column) for column in _LEFT_OUT.get(name, ()))
    kept = f"* exclude ({left_out})" if left_out else "*"
    connection.execute(f"create table {table} as select {kept} from source.{table}")
    connection.execute(f"copy {table} to {warehouse.literal(parquet)} (format parquet, compression zstd)")


def explore(workspace: Workspace, has_browser: bool = True) -> None:
    """Prepare the folder, say where it is, and open Jupyter Lab on its notebook when it is installed.

    Raises PeriscopeError when Jupyter Lab ends on an error.
    """
    folder = prepare(workspace)
    say(f"Copie en lecture seule pour les analystes : {folder}")
    program = _jupyter_lab()
    if program is None:
        say(
            "Jupyter Lab n'est pas installé ici : « make lab » l'installe à part. La copie est faite ; "
            "marts/*.parquet s'ouvre aussi avec pandas, Polars, R ou un tableur."
        )
        return
    sys.stdout.flush()  # said before what Jupyter says
    options = [*_OFFLINE, *([] if has_browser else ["--no-browser"])]
    ended = subprocess.run([program, NOTEBOOK.name, *options], cwd=folder, check=False)
    if ended.returncode:
        raise PeriscopeError("Jupyter Lab s'est arrêté sur une erreur, dite ci-dessus. La copie est faite.")


def _jupyter_lab() -> str | None:
    """Jupyter Lab's program: beside this Python, in the lab's own environment, or on the path."""
    root = NOTEBOOK.parents[1]
    for beside in (Path(sys.executable).parent, root / ".venv-lab" / "bin"):
        if (beside / "jupyter-lab").exists():
            return str(beside / "jupyter-lab")
    return shutil.which("jupyter-lab")


# In a notebook, which runs in the folder of the copy.


def _read(sql: str, *parameters: str) -> pd.DataFrame:
    with warehouse.connect(Path(COPY), read_only=True) as connection:
        return connection.execute(sql, list(parameters)).df()


def mart(name: str) -> pd.DataFrame:
    """One mart, e.g. `mart("fct_turnover")`. Raises UsageError with the list when there is none of that name."""
    with warehouse.connect(Path(COPY), read_only=True) as connection:
        known = _marts(connection, Path(COPY).stem)
    if name not in known:
        raise UsageError(f"Aucune table « {name} ». Tables : {', '.join(known)}.")
    return _read(f"select * from marts.{warehouse.quote(name)}")


def figures(indicator_id: str = "") -> pd.DataFrame:
    """Every figure, unmasked, with its French name; those of one indicator if one is given."""
    found = mart("fct_figures")
    known = catalogue.load()
    if indicator_id and indicator_id not in known:
        raise UsageError(f"Aucun indicateur « {indicator_id} ». Ils sont dans « periscope docs ».")
    found["name_fr"] = found["indicator_id"].map({key: one.name_fr for key, one in known.items()})
    return found[found["indicator_id"] == indicator_id] if indicator_id else found


def explain(figure_id: str) -> pd.DataFrame:
    """What makes one figure: sheet, line, entity and contribution. The files are named by `periscope explain`."""
    found = _read("select * from marts.fct_figure_sources where figure_id = ? order by all", figure_id)
    if found.empty and _read("select 1 from marts.fct_figures where figure_id = ?", figure_id).empty:
        raise UsageError(f"Aucun chiffre ne porte l'identifiant « {figure_id} ».")
    return found
