"""The front door. Each command calls the rooms in order, imported when needed; rooms never call each other."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from periscope import log
from periscope.arguments import STEPS, parser
from periscope.errors import UsageError, shown, told
from periscope.quarters import Quarter
from periscope.terminal import ask, say
from periscope.workspace import PRIVATE_UMASK, Run, Workspace

if TYPE_CHECKING:
    from periscope.beside import Beside
    from periscope.replay import Content
    from periscope.warehouse import Connection
    from release.publish import Render
    from release.record import Line
    from release.review import Decision
    from reports.notebook import Kernels


_NOT_READ = "Aucun fichier n'a été lu : lancez d'abord « periscope ingest »."
_NOT_BUILT = "Les critères ne sont pas calculés : lancez d'abord « periscope build »."


def _need(database: Path, cure: str) -> None:
    """Raises UsageError while the step before has made no such file."""
    if not database.exists():
        raise UsageError(cure)


def _run(arguments: argparse.Namespace) -> Run:
    run = _asked(arguments, Workspace(arguments.workspace.absolute()))
    run.workspace.settings  # noqa: B018 - a bad setting must fail before anything is touched
    return run


def _asked(arguments: argparse.Namespace, workspace: Workspace) -> Run:
    as_of: date = arguments.as_of or date.today()  # noqa: DTZ011 - the only clock of the house
    given = getattr(arguments, "quarter", None)
    quarter = Quarter.parse(given) if given else Quarter.last_ended_before(as_of)
    if quarter.first_day > as_of:
        raise UsageError(
            f"Le trimestre {quarter} n'a pas commencé au {as_of:%d/%m/%Y}. Choisissez-en un autre."
        )
    return Run(workspace, quarter, as_of)


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """One command at a time; what one that was struck had put in place is recorded first."""
    from release import record

    with workspace.lock():
        record.settle(workspace)
        yield


def _init(arguments: argparse.Namespace) -> None:
    from ingest import forms
    from periscope import template

    workspace = template.create(arguments.directory.absolute())
    forms.blank_form(workspace.forms / "declaration.xlsx")
    say(
        f"Espace de travail créé : {workspace.root}\n"
        "Remplissez register/*.csv, déposez les fichiers reçus dans inbox/, puis lancez « periscope run »."
    )


def _demo(arguments: argparse.Namespace) -> None:
    from ingest import demo

    root = arguments.directory.absolute()
    demo.write_demo(root)
    arguments.workspace = root
    run = _run(arguments)
    say(f"Pôle fictif écrit dans {root}.")
    _steps(run, STEPS)


def _steps(run: Run, steps: tuple[str, ...], decision: Decision | None = None) -> None:
    """Run the steps in order, one run at a time; a whole run with nothing new ends at once."""
    from periscope import state, summary

    with _alone(run.workspace), Ahead(run) as ahead:
        if steps == STEPS and state.is_up_to_date(run):
            say("Rien n'a changé depuis la dernière publication.")
        else:
            # a whole run has steps together: what one waits for, another loads or makes
            todo = ("ingest and check", "build and evaluate", "publish") if steps == STEPS else steps
            is_made = False
            for step in tqdm(todo, desc=str(run.quarter), unit="étape", disable=None, leave=False):
                log.LOGGER.info("étape %s", step)
                if "publish" in steps and step != "ingest and check":
                    ahead.start()
                if step == "publish":
                    _publish(run, ahead, decision)
                elif step == "ingest and check":
                    is_made = _ingest_and_check(run, ahead)
                elif step == "build and evaluate":
                    if not is_made:
                        _build(run)
                        _evaluate(run)
                else:
                    _STEP_FUNCTIONS[step](run)
            if "publish" in steps:
                state.remember(run)
        if "publish" in steps:
            say(summary.closing_summary(run))


class Ahead(ExitStack):
    """What a publication needs and is slow to start: it starts, once, while other work is done."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._raw = run.workspace.raw_database

    def start(self) -> None:
        _ = self.beside, self.kernels

    @cached_property
    def beside(self) -> Beside:
        from periscope.beside import Beside

        return self.enter_context(Beside("protection.layouts", "reports.dashboard", "release.artefacts"))

    @cached_property
    def kernels(self) -> Kernels:
        from periscope import warehouse
        from protection import masks
        from reports.notebook import Kernels

        _need(self._raw, _NOT_BUILT)
        with warehouse.connect(None, reach=[self._raw]) as connection:
            warehouse.attach(connection, self._raw)
            count = len(masks.funders(connection))
        return self.enter_context(closing(Kernels(count)))


def _ingest(run: Run) -> None:
    from ingest import receive

    receive.receive(run)


def _ingest_and_check(run: Run, ahead: Ahead) -> bool:
    """Both steps; True when the two next ones were made while Great Expectations loaded, from the rows that it accepted."""
    from expectations import gate
    from ingest import receive, returns
    from periscope import reuse

    judge: gate.Judge | None = None
    made = None
    with ExitStack() as opened:

        def start() -> None:
            nonlocal judge
            judge = opened.enter_context(gate.Judge())

        receive.receive(run, start)
        if judge:
            judge.ask(gate.profiles(run))
            made = _meanwhile(run, gate.accept_others)
            ahead.start()
        gate.check(run, judge)
    returns.write_all(run)
    return reuse.take(run, made)


def _meanwhile(run: Run, accept: Callable[[Connection], None]) -> Content | None:
    """Do what the steps to come need anyway, while another process works; as `reuse.make_ahead` returns it."""
    from impact import evaluate
    from periscope import models, reuse

    made = reuse.make_ahead(run, accept, evaluate.evaluate)
    if made is None:
        models.preload()
    for name in (
        "protection.masks",
        "release.publish",
        "release.review",
        "reports.notebook",
    ):
        importlib.import_module(name)
    return made


def _check(run: Run) -> None:
    from expectations import gate
    from ingest import returns

    _need(run.workspace.raw_database, _NOT_READ)
    gate.check(run)
    returns.write_all(run)


def _build(run: Run) -> None:
    from periscope import reuse

    _need(run.workspace.raw_database, _NOT_READ)
    reuse.build(run)


def _evaluate(run: Run) -> None:
    from impact import evaluate

    _need(run.workspace.candidate_database, _NOT_BUILT)
    evaluate.evaluate(run, run.workspace.raw_database, run.workspace.candidate_database)


def _decision(arguments: argparse.Namespace) -> Decision:
    """Who accepts what changes: said by --yes, else asked on the terminal, if there is one."""
    from release.review import Decision

    has_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return Decision(arguments.by, arguments.yes, input if has_terminal else None)


def _protected(
    run: Run,
    is_closing: bool,
    place: Callable[[Connection, Render, list[Line], Beside], object],
    ahead: Ahead,
    decision: Decision | None = None,
) -> None:
    """Bind and mask the figures of the candidate, let `place` put them in place, then switch the warehouse.

    What changes is reviewed before anything is rendered; `place` records its acceptance once it is in place.
    """
    from ingest.safe_text import safe_name
    from periscope import reuse, warehouse
    from protection import figures, masks
    from release import export, member_sheets, restatement, review
    from release.write_context import ContextWriter
    from reports import member_sheet, render

    workspace = run.workspace
    candidate = workspace.candidate_database
    _need(candidate, _NOT_BUILT)
    with warehouse.connect(candidate) as connection:
        warehouse.attach(connection, workspace.raw_database)
        figures.bind(connection)
        restated = restatement.find(connection, run)
        masks.protect(connection, run, is_closing=is_closing, beside=ahead.beside)
        reviewed = review.review(
            connection, run, restated, decision or review.Decision(), lambda line: tqdm.write(shown(line))
        )
        contexts = ContextWriter(connection, run)

        def pages(folders: list[Path]) -> Callable[[], None]:
            told = contexts.write_each(folders, reviewed.restatements, is_draft=not is_closing)
            start = partial(render.render_all, kernels=ahead.kernels, beside=ahead.beside)
            return reuse.pages(run, told, start, export.PROOFS)

        place(connection, pages, review.lines(run, reviewed), ahead.beside)
        sheets, quarter = member_sheets.collect(connection, run), str(run.quarter)
        public = workspace.published / quarter / "public"
        member_sheet.write_all(workspace.returns / quarter, sheets, public, safe_name)
    candidate.replace(workspace.database)


def _publish(run: Run, ahead: Ahead, decision: Decision | None) -> None:
    from release import publish

    _protected(run, False, lambda connection, *told: publish.publish(connection, run, *told), ahead, decision)


def _close(arguments: argparse.Namespace) -> None:
    from release import closing, publish, review

    arguments.quarter = arguments.closed_quarter
    run, decision = _run(arguments), review.Decision(by=arguments.by, yes=True)
    closing.refuse_closed(run)
    with _alone(run.workspace), Ahead(run) as ahead:
        # a closing that was struck once in place has just been recorded: what it had left to do is done
        is_recorded = closing.is_closed(run.workspace, str(run.quarter))
        is_made = _ingest_and_check(run, ahead)
        ahead.start()
        if not is_made:
            _build(run)
            _evaluate(run)
        if is_recorded:
            _publish(run, ahead, decision)
        else:
            _protected(
                run,
                True,
                lambda connection, *told: closing.close(connection, run, arguments.by, *told),
                ahead,
                decision,
            )
        closed = publish.closing_of(run.workspace, str(run.quarter))
    assert closed is not None
    say(
        f"{run.quarter} est clos par {shown(closed['by'])} : ses chiffres, ses pages et ses dossiers de preuve sont figés."
    )


def _deliver(arguments: argparse.Namespace) -> None:
    from release import delivery
    from reports import render

    run = _run(arguments)
    with _alone(run.workspace):
        delivery.deliver(run, arguments.reader, arguments.by, render.render_reader)
    say(f"Remise à « {arguments.reader} » notée pour {run.quarter}.")


def _verify(arguments: argparse.Namespace) -> None:
    from release import verify

    path = arguments.path if arguments.path.exists() else arguments.workspace / "published" / arguments.path
    say(verify.verify(path.absolute(), verify.workspace_of(path.absolute(), arguments.workspace.absolute())))


def _withdraw(arguments: argparse.Namespace) -> None:
    from ingest import landing

    run = _run(arguments)
    with _alone(run.workspace):
        landing.withdraw(run.workspace, arguments.file, run.as_of, arguments.by, arguments.reason)
    say(f"« {shown(arguments.file)} » est retiré ; relancez « periscope run » pour recalculer sans lui.")


def _explain(arguments: argparse.Namespace) -> None:
    from periscope import proof, proof_sheet

    run = _run(arguments)
    with run.workspace.reading():
        found = proof.prove(run, arguments.figure_id)
    say(proof_sheet.as_text(found))
    say(f"Fiche à ouvrir dans un navigateur : {proof_sheet.write(run.workspace, found)}")


def _erase(arguments: argparse.Namespace) -> None:
    from ingest import erasure, moments
    from ingest.unreadable import Unreadable

    run = _run(arguments)
    surname, first_name, born = ask(("Nom", "Prénom", "Date de naissance (vide si inconnue)"))
    try:
        born_on = moments.date_of(born) if born else None
    except Unreadable as error:
        raise UsageError(f"{error.reason} {error.remedy} Rien n'a été modifié.") from None
    with _alone(run.workspace):
        has_publication = run.workspace.database.exists()
        person = erasure.person_of(run.workspace, surname, first_name, born_on)
        log.stop()
        count = erasure.erase(run, person, arguments.by, arguments.reason)
    log.start(run.workspace.root)
    if has_publication:
        _steps(run, STEPS)
    say(erasure.outcome(run.workspace, person, count))


def _doctor(arguments: argparse.Namespace) -> None:
    from ingest import originals
    from periscope import doctor
    from release import health

    run = _run(arguments)
    workspace, report = run.workspace, doctor.Report()
    with _alone(workspace):
        doctor.check_ground(workspace, report)
        originals.check(workspace, report)
        health.check(workspace, report)
    say(report.text)
    report.refuse_losses()
    for quarter in doctor.quarters_to_compute(run, report):
        _steps(Run(workspace, quarter, run.as_of), STEPS)


def _backup(arguments: argparse.Namespace) -> None:
    from periscope import archive

    workspace = Workspace(arguments.workspace.absolute())
    workspace.settings  # noqa: B018 - only a workspace is backed up
    with _alone(workspace):
        say(archive.backup(workspace, arguments.file.absolute(), with_key=arguments.with_key))


def _restore(arguments: argparse.Namespace) -> None:
    from periscope import archive

    say(archive.restore(arguments.file.absolute(), arguments.workspace.absolute()))


def _purge(arguments: argparse.Namespace) -> None:
    from ingest import retention
    from release import health

    run = _run(arguments)
    older_than = arguments.older_than or f"{run.workspace.settings.retention_years}y"
    with _alone(run.workspace):
        planned = retention.plan(run, older_than, health.closed_quarters(run.workspace))
        say(planned.text)
        question = "Supprimer définitivement (oui/non)"
        if planned.is_empty:
            return
        if arguments.yes or (sys.stdin.isatty() and ask((question,)) == ["oui"]):
            say(retention.purge(run, planned, older_than))
        else:
            say("Rien n'a été supprimé. Relancez avec --yes pour supprimer.")


def _explore(arguments: argparse.Namespace) -> None:
    from periscope import desk

    desk.explore(Workspace(arguments.workspace.absolute()), not arguments.no_browser)


def _docs(arguments: argparse.Namespace) -> None:
    from reports import dictionary

    say(f"Dictionnaire des données : {dictionary.write(Workspace(arguments.workspace.absolute()))}")


def _network(arguments: argparse.Namespace) -> None:
    from periscope import warehouse
    from periscope.network import build, poles
    from protection import network_masks
    from release import network_edition

    network = poles.load(arguments.workspace.absolute())
    run = _asked(arguments, network.workspace)
    with _alone(run.workspace):
        request = build.build(network, run.quarter, run.as_of)
        with warehouse.connect(request.candidate) as connection:
            network_masks.protect(connection, network, run)
            folder = network_edition.publish(connection, network, run)
        request.candidate.replace(network.workspace.database)
    say(
        f"Réseau « {network.name} », {run.quarter} : {len(network.poles)} pôles, chacun avec les chiffres de sa propre "
        f"publication. Ce que le réseau peut dire dehors : {folder / 'figures.csv'}"
    )


_STEP_FUNCTIONS: dict[str, Callable[[Run], None]] = {
    "ingest": _ingest,
    "check": _check,
    "build": _build,
    "evaluate": _evaluate,
}


def _run_steps(arguments: argparse.Namespace) -> None:
    run = _run(arguments)
    explained = getattr(arguments, "explain", None)
    if explained is not None:
        from ingest import receive

        say(receive.explain(run, explained))
        return
    decision = _decision(arguments) if arguments.command in ("run", "publish") else None
    _steps(run, STEPS if arguments.command == "run" else (arguments.command,), decision)


def _status(arguments: argparse.Namespace) -> None:
    from periscope import summary
    from release import write_context
    from reports import deadlines

    run = _run(arguments)
    with run.workspace.reading():
        say(summary.status(run))
        own_families = write_context.own_families(run.workspace)
        say(deadlines.calendar(write_context.all_grants(run), run.as_of, own_families))


def _forms(arguments: argparse.Namespace) -> None:
    from ingest import forms

    run = _run(arguments)
    folder = forms.write_all(run)
    say(f"Formulaires pré-remplis écrits dans {folder}.")


_COMMANDS = {
    "init": _init,
    "demo": _demo,
    "run": _run_steps,
    **dict.fromkeys(STEPS, _run_steps),
    "status": _status,
    "forms": _forms,
    "close": _close,
    "deliver": _deliver,
    "verify": _verify,
    "withdraw": _withdraw,
    "explain": _explain,
    "erase": _erase,
    "doctor": _doctor,
    "backup": _backup,
    "restore": _restore,
    "purge": _purge,
    "explore": _explore,
    "docs": _docs,
    "network": _network,
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit status is that of the contract."""
    os.umask(PRIVATE_UMASK)
    # sums of vectors cut between threads would depend on how many cores there are; both cores have work anyway
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = parser().parse_args(argv)
    log.start(arguments.workspace.absolute())
    log.LOGGER.info("%s %s", arguments.command, getattr(arguments, "quarter", None) or "")
    status = _status_of(arguments)
    log.LOGGER.info("%s : statut %d", arguments.command, status)
    log.stop()
    return status


def _status_of(arguments: argparse.Namespace) -> int:
    try:
        _COMMANDS[arguments.command](arguments)
        # what was printed must have arrived: a full disk is no success
        sys.stdout.flush()
        return 0
    except (Exception, KeyboardInterrupt) as error:
        log.failure(error)
        log.forget_unheard()
        if arguments.debug:
            # where it failed, not its message: it may quote a cell
            traceback.print_tb(error.__traceback__)
        text, status = told(error)
        say(f"periscope : {text}", sys.stderr)
        return status


if __name__ == "__main__":
    sys.exit(main())
