"""Many FECs: while one is inserted, the next are read in memory on the other core. Results and order do not depend on it."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa

from ingest.context import Context
from ingest.readers import fec
from ingest.unreadable import FAILED
from periscope import warehouse
from periscope.receipts import Reading, Refusal
from periscope.warehouse import Connection

File = tuple[Path, str, str]
#: a larger file fills both cores by itself, and would fill the memory of two
_LARGEST_BYTES = 1 << 26
_READERS = 2
_TABLES = ("revenue.fec_lines", "revenue.fec_files")
_Read = tuple[Reading, list[pa.Table]]


def load_many(connection: Connection, files: list[File], context: Context) -> Iterator[Reading]:
    """`fec.load` of each (path, name, file_id), in order; commits nothing."""
    with ExitStack() as stack:
        memories: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        for _ in range(_READERS):
            memories.put(_memory(stack))
        pool = stack.enter_context(ThreadPoolExecutor(_READERS))
        waiting: deque[Future[_Read] | File] = deque()
        for file in files:
            is_small = file[0].stat().st_size <= _LARGEST_BYTES
            waiting.append(pool.submit(_read, memories, file, context) if is_small else file)
            # two being read, one being inserted
            if len(waiting) > _READERS:
                yield _insert(connection, waiting.popleft(), context)
        while waiting:
            yield _insert(connection, waiting.popleft(), context)


def _memory(stack: ExitStack) -> Connection:
    memory = stack.enter_context(warehouse.connect(None, memory_limit="300MB", threads=1))
    warehouse.create_raw(memory)
    return memory


def _read(memories: queue.SimpleQueue[Connection], file: File, context: Context) -> _Read:
    memory = memories.get()
    try:
        try:
            reading = fec.load(memory, *file, context)
        except Exception:  # in memory of its own, a file that defeats its reader costs nothing to the others
            _empty(memory)
            refusal = Refusal(0, FAILED.reason, FAILED.remedy, code="refused_file")
            reading = Reading("fec", refusals=[refusal])
        found = [memory.sql(f"from {table}").to_arrow_table() for table in _TABLES]
        _empty(memory)
    finally:
        memories.put(memory)
    return reading, found


def _empty(memory: Connection) -> None:
    for table in _TABLES:
        memory.execute(f"truncate {table}")


def _insert(connection: Connection, waiting: Future[_Read] | File, context: Context) -> Reading:
    if isinstance(waiting, tuple):
        return fec.load(connection, *waiting, context)
    reading, found = waiting.result()
    for table, rows in zip(_TABLES, found, strict=True):
        # a registered table would be held until the transaction ends: ten megabytes a file
        connection.from_arrow(rows).insert_into(table)
    return reading
