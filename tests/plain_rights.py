"""For tests of what the account may not read: root is made to obey the modes of files, as everybody does."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

#: version 3 of the call; CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
_VERSION = 0x20080522
_OVERRIDES = (1 << 1) | (1 << 2)


@contextmanager
def plain_rights() -> Iterator[None]:
    """Within, a file of mode 000 cannot be read, whoever runs the tests."""
    if os.geteuid() != 0:
        yield
        return
    header, data = (ctypes.c_uint32 * 2)(_VERSION, 0), (ctypes.c_uint32 * 6)()
    call = ctypes.CDLL(None, use_errno=True)
    assert call.capget(header, data) == 0
    held = data[0]
    data[0] = held & ~_OVERRIDES
    assert call.capset(header, data) == 0
    try:
        yield
    finally:
        data[0] = held
        assert call.capset(header, data) == 0
