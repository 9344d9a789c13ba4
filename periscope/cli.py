"""The front door. Each command calls the rooms in order, imported when needed; rooms never call each other."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from pathlib import Path

from periscope.arguments import STEPS, parser
from periscope.errors import PeriscopeError, UsageError
from periscope.quarters import Quarter
from periscope.workspace import PRIVATE_UMASK, Run, Workspace


def _run(arguments: argparse.Namespace) -> Run:
    workspace = Workspace(arguments.workspace.absolute())
    as_of: date = arguments.as_of or date.today()  # noqa: DTZ011 - the only clock of the house
    given = getattr(arguments, "quarter", None)
    quarter = Quarter.parse(given) if given else Quarter.last_ended_before(as_of)
    if quarter.first_day > as_of:
        raise UsageError(
            f"Le trimestre {quarter} n'a pas commencé au {as_of:%d/%m/%Y}. Choisissez-en un autre."
        )
    workspace.settings  # noqa: B018 - a bad setting must fail before anything is touched
    return Run(workspace, quarter, as_of)


def _init(arguments: argparse.Namespace) -> None:
    from ingest import forms
    from periscope import template

    workspace = template.create(arguments.directory.absolute())
    forms.blank_form(workspace.forms / "declaration.xlsx")
    print(
        f"Espace de travail créé : {workspace.root}\n"
        "Remplissez register/*.csv, déposez les fichiers reçus dans inbox/, puis lancez « periscope run »."
    )


def _demo(arguments: argparse.Namespace) -> None:
    from ingest import demo

    root = arguments.directory.absolute()
    demo.write_demo(root)
    arguments.workspace = root
    run = _run(arguments)
    print(f"Pôle fictif écrit dans {root}.")
    _steps(run, STEPS)


def _steps(run: Run, steps: tuple[str, ...]) -> None:
    from periscope import steps as step_module

    with run.workspace.lock():
        for step in steps:
            _STEP_FUNCTIONS[step](run)
    if "publish" in steps:
        print(step_module.closing_summary(run))


def _ingest(run: Run) -> None:
    from ingest import receive

    receive.receive(run)


def _check(run: Run) -> None:
    from expectations import gate
    from ingest import returns

    gate.check(run)
    returns.write_all(run)


def _build(run: Run) -> None:
    from periscope import steps as step_module

    step_module.build(run)


def _evaluate(run: Run) -> None:
    from impact import evaluate

    evaluate.evaluate(run)


def _publish(run: Run) -> None:
    raise NotImplementedError


_STEP_FUNCTIONS = {
    "ingest": _ingest,
    "check": _check,
    "build": _build,
    "evaluate": _evaluate,
    "publish": _publish,
}
