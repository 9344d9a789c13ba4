"""Failures that a person reads: French sentence, exit status of the contract."""

from __future__ import annotations


class PeriscopeError(Exception):
    """A failure told in French: what happened, to what, what is safe, what to do.

    `exit_status` follows the contract: 1 failure of the program, 2 bad usage or settings,
    3 a gate refused to publish.
    """

    exit_status = 1


class UsageError(PeriscopeError):
    """Bad usage or bad settings."""

    exit_status = 2


class GateError(PeriscopeError):
    """A gate refused to publish; nothing was published and the previous publication is intact."""

    exit_status = 3
