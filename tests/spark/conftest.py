"""A cluster that tests started is stopped when the tests are asked to stop, as when CI is cancelled."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def stopped_from_outside() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, _stop)
    yield
    signal.signal(signal.SIGTERM, before)
