"""The program as it is, struck at a chosen point:  python -m tests.faults.driver POINT kill|hold run -w …

`kill` is the signal that nothing can catch; `hold` waits there until it is killed; the point `none` strikes nowhere.
To spare time the same files are computed once only: PERISCOPE_FAULTS_BUILT is where the result is kept. The points
`while computing` always compute, with dbt and without it.
"""

from __future__ import annotations

import functools
import importlib
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from periscope import cli, models, replay, warehouse

#: point -> module, function, and whether to strike before or after it
POINTS = {
    "file copied": ("ingest.landing", "_copy", "after"),
    "before the journal": ("ingest.landing", "append", "before"),
    "journal written": ("ingest.landing", "append", "after"),
    "rows written, not committed": ("ingest.receive", "_record_arrivals", "after"),
    "rows committed": ("ingest.sources", "write_proposals", "before"),
    "files judged": ("expectations.gate", "check", "after"),
    "returns written": ("ingest.returns", "write_all", "after"),
    "criteria computed": ("periscope.reuse", "build", "after"),
    "effects estimated": ("impact.evaluate", "evaluate", "after"),
    "figures masked": ("protection.masks", "protect", "after"),
    "folders written": ("release.export", "write_folders", "after"),
    "pages rendered": ("reports.render", "render_all", "after"),
    "records intended": ("release.record", "intend", "after"),
    "before the exchange": ("release.place", "_exchange", "before"),
    "after the exchange": ("release.place", "_exchange", "after"),
    "publication in place": ("release.place", "put_in_place", "after"),
    "before the state": ("periscope.state", "remember", "before"),
}
#: a moment inside a long step: seconds after it begins
MOMENTS = {
    "while computing": ("periscope.models", "build", 1.5),
    "while computing again": ("periscope.replay", "build", 0.5),
    "while publishing": ("release.publish", "publish", 0.5),
}


def strike(how: str) -> None:
    if how == "hold":
        print("held", flush=True)
        time.sleep(600)
    os.kill(os.getpid(), signal.SIGKILL)


def _wrapped(function: Callable[..., Any], when: str | float, how: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def struck(*arguments: Any, **named: Any) -> Any:
        if isinstance(when, float):
            threading.Timer(when, strike, [how]).start()
        if when == "before":
            strike(how)
        result = function(*arguments, **named)
        if when == "after":
            strike(how)
        return result

    return struck


def _kept() -> Path | None:
    name = os.environ.get("PERISCOPE_FAULTS_BUILT")
    return Path(name) if name else None


def _replay_once(replayed: Callable[..., bool], request: models.BuildRequest, *told: Any) -> bool:
    kept = _kept()
    if kept and kept.exists():
        request.candidate.parent.mkdir(parents=True, exist_ok=True)
        warehouse.remove(request.candidate)
        shutil.copyfile(kept, request.candidate)
        return True
    is_built = replayed(request, *told)
    if kept and is_built:
        shutil.copyfile(request.candidate, kept)
    return is_built


def main() -> int:
    point, how, *command = sys.argv[1:]
    if point.startswith("while computing"):
        os.environ.pop("PERISCOPE_FAULTS_BUILT", None)
    if point == "while computing":
        replay.build = lambda *_: False
    replay.build = functools.partial(_replay_once, replay.build)
    if point != "none":
        module_name, name, when = (POINTS | MOMENTS)[point]
        module = importlib.import_module(module_name)
        setattr(module, name, _wrapped(getattr(module, name), when, how))
    return cli.main(command)


if __name__ == "__main__":
    sys.exit(main())
