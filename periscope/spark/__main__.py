"""`python -m periscope.spark -w ESPACE`: the models on a Spark cluster of this machine, held against DuckDB's.

ESPACE is the published workspace of a pole, or of a network (`periscope network`).
"""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

from periscope import models
from periscope.errors import PeriscopeError, told
from periscope.models import BuildRequest
from periscope.network import poles
from periscope.quarters import Quarter
from periscope.spark import build, cluster
from periscope.terminal import say
from periscope.workspace import Run, Workspace


def main() -> int:
    """0 when every figure is equal, 3 when one differs, 2 when Spark cannot be used here."""
    parser = argparse.ArgumentParser(prog="python -m periscope.spark", description=__doc__)
    parser.add_argument("-w", "--workspace", type=Path, default=Path())
    parser.add_argument("--quarter", required=True, help="le trimestre publié, par exemple 2026-Q3")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, required=True, help="sa date, par exemple 2026-11-23"
    )
    parser.add_argument("--port", type=int, default=cluster.DEFAULT_PORT)
    arguments = parser.parse_args()
    # a stop asked for from outside must stop the cluster too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    workspace = Workspace(arguments.workspace.absolute())
    folder = workspace.warehouse / "spark"
    try:
        # what is wrong here is told before anything is started
        request = _built(Run(workspace, Quarter.parse(arguments.quarter), arguments.as_of))
        with cluster.standalone(folder, port=arguments.port) as running:
            say(f"Spark sert sur {running.url}, un maître et deux ouvriers.")
            differences = build.build(request, running.url, folder)
    except (PeriscopeError, KeyboardInterrupt) as error:
        text, status = told(error)
        say(f"periscope : {text}", sys.stderr)
        return status
    for sentence in differences:
        say(sentence)
    if not differences:
        say("Tous les critères sont égaux sur DuckDB et sur Spark, sources comprises.")
    return 3 if differences else 0


def _built(run: Run) -> BuildRequest:
    """What the last publication of this workspace was built from, and where its figures are."""
    root = run.workspace.root
    if poles.is_network(root):
        request = poles.request(poles.load(root), run.quarter, run.as_of)
    else:
        request = models.request(run)
    request = replace(request, candidate=run.workspace.database)
    build.require_built(request)
    return request


if __name__ == "__main__":
    sys.exit(main())
