"""The program as it is, struck at a chosen point:  python -m tests.faults.driver POINT kill|hold run -w …

`kill` is the signal that nothing can catch; `hold` waits there until it is killed; the point `none` strikes nowhere.
To spare time dbt computes the same files once only: PERISCOPE_FAULTS_BUILT is where its result is kept. The point
`while computing` always runs dbt, whatever could be run again without it.
"""

from __future__ import annotations

import functools
import importlib
import json
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
from periscope.models import Statement

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


def _build_once(build: Callable[..., list[Statement]], request: models.BuildRequest) -> list[Statement]:
    name = os.environ.get("PERISCOPE_FAULTS_BUILT", "")
    kept, told = Path(name), Path(f"{name}.json")
    if name and told.exists():
        warehouse.remove(request.candidate)
        request.candidate.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(kept, request.candidate)
        return [Statement(*one) for one in json.loads(told.read_text(encoding="utf-8"))]
    statements = build(request)
    if name:
        shutil.copyfile(request.candidate, kept)
        told.write_text(json.dumps(statements), encoding="utf-8")
    return statements


def main() -> int:
    point, how, *command = sys.argv[1:]
    if point == "while computing":
        os.environ.pop("PERISCOPE_FAULTS_BUILT", None)
        replay.build = lambda *_: False
    models.build = functools.partial(_build_once, models.build)
    if point != "none":
        module_name, name, when = (POINTS | MOMENTS)[point]
        module = importlib.import_module(module_name)
        setattr(module, name, _wrapped(getattr(module, name), when, how))
    return cli.main(command)


if __name__ == "__main__":
    sys.exit(main())
