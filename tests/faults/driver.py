"""The program as it is, struck at a chosen point:  python -m tests.faults.driver POINT kill|hold run -w …

`forked` is the same in a process forked from one that has loaded what the program imports.

`kill` is the signal that nothing can catch; `hold` waits there until it is killed; the point `none` strikes nowhere.
To spare time dbt computes the same files once only: PERISCOPE_FAULTS_BUILT is where its result is kept. The point
`while computing` always runs dbt, whatever could be run again without it.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import io
import json
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any
from unittest import mock

from expectations import gate
from ingest import contained
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
    "criteria computed": ("periscope.reuse", "_again", "after"),
    "effects estimated": ("impact.evaluate", "evaluate", "after"),
    "what was made ahead taken": ("periscope.reuse", "take", "after"),
    "figures masked": ("protection.masks", "protect", "after"),
    "folders written": ("release.export", "write_folders", "after"),
    "pages begun": ("release.export", "write_proofs", "after"),
    "pages rendered": ("release.agreement", "gate", "before"),
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
#: what a run, a closing and the ways back import, and what these import when they are called
_IMPORTED = (
    *("great_expectations", "pandas", "scipy.optimize", "scipy.stats", "pyarrow.parquet", "rapidfuzz.fuzz", "jinja2", "markdown_it"),
    *("typst", "pypdfium2", "xlsxwriter", "font_source_sans_pro", "ingest.receive", "ingest.returns", "ingest.erasure"),
    *("ingest.originals", "impact.evaluate", "impact.estimate", "impact.survival", "protection.masks", "protection.figures"),
    *("protection.protector", "release.publish", "release.closing", "release.member_sheets", "release.write_context"),
    *("release.review", "release.restatement", "release.health", "release.verify", "release.attack", "reports.render"),
    *("reports.member_sheet", "reports.pdf", "reports.workbook", "periscope.doctor", "periscope.archive", "periscope.reuse"),
)  # fmt: skip


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


class JudgeHere(gate.Judge):
    """The judge of files, without a process of its own: loading it again for each command would cost seconds."""

    def __init__(self) -> None:
        self._profiles: dict[str, gate.Profile] = {}

    def ask(self, profiles: dict[str, gate.Profile]) -> None:
        self._profiles = profiles

    def failures(self) -> list[tuple[str, str, str]]:
        if not self._profiles:
            return []
        question, answer = io.StringIO(json.dumps(self._profiles)), io.StringIO()
        with mock.patch("sys.stdin", question), contextlib.redirect_stdout(answer):
            gate._serve()
        return [(suite, code, slice_id) for suite, code, slice_id in json.loads(answer.getvalue())]

    def __exit__(self, *error: object) -> None:
        pass


@functools.cache
def preload() -> None:
    """Load what a run, a closing and the ways back import."""
    models.preload()
    for name in _IMPORTED:
        importlib.import_module(name)


def forked(line: list[str], built: Path | None) -> None:
    """Run the driver in this process, just forked by `subprocess`, and end there."""
    os.closerange(3, 1 << 16)
    # the pipe to the tests' tracker of locks is closed too: a lock made here starts a tracker of its own
    tracker = resource_tracker._resource_tracker
    tracker._fd = tracker._pid = None
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - the three streams, by number
        for number, mode in enumerate("rww")
    )
    gc.enable()
    # dbt's static parser waits for threads that a fork does not have, once the tests have used it before
    os.environ["DBT_STATIC_PARSER"] = "false"
    gate.Judge = JudgeHere  # type: ignore[misc]
    if built:
        os.environ["PERISCOPE_FAULTS_BUILT"] = str(built)
    status = 1
    try:
        status = main(line)
    except BaseException:
        traceback.print_exc()
    finally:
        for end in (contained.stop, sys.stdout.flush, sys.stderr.flush):
            end()
        os._exit(status)


def main(line: list[str]) -> int:
    point, how, *command = line
    if point == "while computing":
        os.environ.pop("PERISCOPE_FAULTS_BUILT", None)
        replay.build = lambda *_: None
    models.build = functools.partial(_build_once, models.build)
    if point != "none":
        module_name, name, when = (POINTS | MOMENTS)[point]
        module = importlib.import_module(module_name)
        setattr(module, name, _wrapped(getattr(module, name), when, how))
    return cli.main(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
