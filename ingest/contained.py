"""Read what people send in another process: a reader that dies, swells or hangs costs its file and nothing else.

The process is kept for the next file. Limits: address space, CPU by the size of the file, and no byte written to disk.
"""

from __future__ import annotations

import atexit
import math
import os
import pickle
import resource
import select
import struct
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from ingest.context import Context
from ingest.unreadable import Unreadable
from periscope.receipts import Reading

MEMORY_BYTES = 1_500_000_000
#: a text of 100 MB needs more than any workbook, as it needs more CPU
MEMORY_BYTES_PER_BYTE = 25
CPU_SECONDS = 10
CPU_SECONDS_PER_MB = 0.5
#: only for a process that sleeps: a busy machine must not change what is accepted
WALL_SECONDS_PER_CPU_SECOND = 12
MOST_UNCOMPRESSED_BYTES = 100_000_000
_TOO_MUCH = Unreadable(
    "La lecture de ce fichier demande trop de temps ou de mémoire, ou échoue sans explication.",
    "Refaites l'export, ou copiez les tableaux dans un classeur neuf (valeurs seules), puis renvoyez-le.",
)
_worker: subprocess.Popen[bytes] | None = None


def read(reader: str, path: Path, name: str, context: Context) -> Reading:
    """`read` of the module `reader` on a file, in the contained process. Raises Unreadable."""
    result = call(reader, "read", path, name, context)
    assert isinstance(result, Reading)
    return result


def call(module: str, function: str, path: Path, name: str, context: Context) -> object:
    """Call `module.function(path, name, context)` in the contained process.

    Proposals and holders found there are added to `context`. Raises Unreadable when the process dies or is killed,
    or when the function itself raises it.
    """
    worker = _start()
    assert worker.stdin is not None and worker.stdout is not None
    size = path.stat().st_size
    seconds = math.ceil(CPU_SECONDS + CPU_SECONDS_PER_MB * size / 1e6)
    limits = seconds, MEMORY_BYTES + MEMORY_BYTES_PER_BYTE * size
    request = pickle.dumps((module, function, str(path), name, context, limits))
    try:
        _send(worker.stdin, request)
        answer = _receive(worker.stdout, WALL_SECONDS_PER_CPU_SECOND * seconds)
    except (OSError, EOFError, TimeoutError):
        stop()
        raise Unreadable(_TOO_MUCH.reason, _TOO_MUCH.remedy) from None
    result, proposals, holders = pickle.loads(answer)
    if isinstance(result, Unreadable):
        raise result
    context.proposals[:] = proposals
    context.holders.update(holders)
    return result


def preflight(path: Path) -> None:
    """Look at a zip before any parser does. Raises Unreadable for bombs, doubtful member names and DTDs."""
    remedy = "Ouvrez le classeur dans un tableur, enregistrez-le sous un autre nom, puis renvoyez-le."
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            if sum(member.file_size for member in members) > MOST_UNCOMPRESSED_BYTES:
                raise Unreadable(
                    "Le classeur dépasse 100 Mo une fois décompressé.", "Ne gardez que les tableaux demandés."
                )
            if len(set(names)) != len(names) or any(_is_traversing(name) for name in names):
                raise Unreadable("L'archive du classeur contient des noms en double ou dangereux.", remedy)
            for member in members:
                with archive.open(member) as stream:
                    if _has_dtd(stream):
                        raise Unreadable(
                            "Le classeur contient une définition de type (DTD), ce qui est interdit.", remedy
                        )
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("L'archive du classeur est abîmée ou chiffrée.", remedy) from None


def stop() -> None:
    """End the contained process, if there is one."""
    global _worker
    if _worker is not None:
        _worker.kill()
        _worker.wait()
        for pipe in (_worker.stdin, _worker.stdout):
            if pipe is not None:
                pipe.close()
        _worker = None


def _is_traversing(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or "\0" in name


def _has_dtd(stream: object) -> bool:
    """Search the whole stream, zero bytes removed so that UTF-16 and UTF-32 hide nothing."""
    tail = b""
    while block := stream.read(1 << 20):  # type: ignore[attr-defined]
        window = tail + block.replace(b"\0", b"").upper()
        if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
            return True
        tail = window[-16:]
    return False


def _start() -> subprocess.Popen[bytes]:
    global _worker
    if _worker is None or _worker.poll() is not None:
        root = str(Path(__file__).resolve().parents[1])
        environment = dict(
            os.environ,
            # the other allocators reserve more address space than they use
            ARROW_DEFAULT_MEMORY_POOL="system",
            PYTHONPATH=os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
        )
        _worker = subprocess.Popen(
            [sys.executable, "-m", "ingest.contained"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
    return _worker


def _send(pipe: object, message: bytes) -> None:
    pipe.write(struct.pack("<Q", len(message)) + message)  # type: ignore[attr-defined]
    pipe.flush()  # type: ignore[attr-defined]


def _receive(pipe: object, timeout: float | None = None) -> bytes:
    if timeout is not None and not select.select([pipe], [], [], timeout)[0]:
        raise TimeoutError
    header = pipe.read(8)  # type: ignore[attr-defined]
    if len(header) < 8:
        raise EOFError
    (length,) = struct.unpack("<Q", header)
    message: bytes = pipe.read(length)  # type: ignore[attr-defined]
    if len(message) < length:
        raise EOFError
    return message


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the parent closes the pipe."""
    # a reader writes no file, and the answer is a pipe
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    while True:
        try:
            module, function, path, name, context, (seconds, memory) = pickle.loads(_receive(requests))
        except EOFError:
            return
        resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        result: object
        try:
            result = getattr(import_module(module), function)(Path(path), name, context)
        except Unreadable as error:
            result = error
        except (Exception, MemoryError):
            # the cause may quote a cell: the parent learns only that this file cannot be read
            result = Unreadable(_TOO_MUCH.reason, _TOO_MUCH.remedy)
        _send(answers, pickle.dumps((result, context.proposals, context.holders)))


atexit.register(stop)

if __name__ == "__main__":
    # whatever a library prints must not reach the pipe
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _serve(sys.stdin.buffer, private)
