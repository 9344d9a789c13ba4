"""Which libraries a command loads: the slow ones must stay out of what a person waits for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
#: each takes from 0.2 to 4 seconds to import
SLOW = ("dbt", "great_expectations", "nbclient", "pandas", "plotly", "scipy", "typst")
_MAIN = """
import json, sys
from periscope import cli
try:
    status = cli.main(json.loads(sys.argv[1]))
except SystemExit as end:
    status = end.code
print("\\n" + json.dumps([status, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def loaded_by(*arguments: str) -> tuple[int, set[str], str]:
    """Exit status of a command, the slow libraries that its process imported, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", _MAIN, json.dumps(arguments)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    printed, _, told = done.stdout.rstrip("\n").rpartition("\n")
    status, modules = json.loads(told)
    return status or 0, set(SLOW) & set(modules), printed
