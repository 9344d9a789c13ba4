"""A second process of one run: work for the other core of a laptop."""

from __future__ import annotations

import importlib
import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, TypeVar

from periscope.errors import PeriscopeError

T = TypeVar("T")
_ENDED = (
    "Le second processus du traitement s'est arrêté (mémoire insuffisante, arrêt de l'extérieur) : rien n'est publié, la "
    "publication précédente est intacte. Relancez."
)


class Beside:
    """Started at once, it loads `modules` while it has nothing to do, and runs what is submitted, one after the other.

    It ends with this process, however that ends: its end of the pipe is then closed.
    """

    def __init__(self, *modules: str) -> None:
        # not a fork: the threads of DuckDB would be missing there, with their locks held
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, modules), daemon=True)
        self._process.start()
        theirs.close()

    def submit(self, function: Callable[..., T], *arguments: object) -> Callable[[], T]:
        """Run `function` over there; what is returned gives its result, or raises its exception, when it is called.

        Several answers are asked for in the order in which they were submitted, each once.
        """
        try:
            self._pipe.send((function, arguments))
        except ConnectionError:
            raise PeriscopeError(_ENDED) from None
        return self._answer

    def _answer(self) -> Any:
        try:
            result, error = self._pipe.recv()
        except (EOFError, ConnectionError):
            raise PeriscopeError(_ENDED) from None
        if error is not None:
            raise error
        return result

    def __enter__(self) -> Beside:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def submit(beside: Beside | None, function: Callable[..., T], *arguments: object) -> Callable[[], T]:
    """`Beside.submit`, or the same call here, when it is asked for, where there is no second process."""
    return beside.submit(function, *arguments) if beside else lambda: function(*arguments)


def _serve(pipe: Connection, modules: tuple[str, ...]) -> None:
    """Answer until the other end of the pipe is closed."""
    # what the terminal interrupts is the run, which then ends this process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    unloaded = list(modules)
    while True:
        if unloaded and not pipe.poll():
            importlib.import_module(unloaded.pop(0))
            continue
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        answer: tuple[Any, Exception | None]
        try:
            answer = function(*arguments), None
        except Exception as error:
            answer = None, error
        try:
            pipe.send(answer)
        except BrokenPipeError:
            return
