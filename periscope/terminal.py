"""The terminal: what is said to the evaluator there, and what is asked."""

from __future__ import annotations

import sys
from typing import TextIO

from periscope.errors import shown_lines


def say(text: str, where: TextIO | None = None) -> None:
    """The one way to the terminal: the name of a file may hold anything."""
    print(shown_lines(text), file=where)


def ask(questions: tuple[str, ...]) -> list[str]:
    """Answers of the terminal, or the lines of the standard input when there is none; never echoed nor logged."""
    if sys.stdin.isatty():
        return [input(f"{question} : ").strip() for question in questions]
    return [sys.stdin.readline().strip() for _ in questions]
