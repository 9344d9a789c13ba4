"""Results of earlier runs, taken again when all that they were made from is the same, byte for byte.

warehouse/reuse/<name>.json holds what the last run used and nothing older; without it everything is made again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from periscope import models, replay, warehouse
from periscope.files import file_hash, write_whole
from periscope.state import code_hash
from periscope.workspace import Run, Workspace

#: names of files in a folder, and the hash of each
Files = dict[str, str]


class Reuse:
    """Small results of one part of the house, in JSON, by what each was made from (told whole by its repr)."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self._kept = kept
        self.used: dict[str, Any] = {}

    def known(self, made_from: object) -> Any:
        """The result kept for `made_from`; None when there is none."""
        return self._kept.get(_hash(made_from))

    def keep(self, made_from: object, result: Any) -> None:
        self.used[_hash(made_from)] = result

    def get(self, made_from: object, make: Callable[[], Any]) -> Any:
        """The result kept for `made_from`, else that of `make`."""
        found = self.known(made_from)
        self.keep(made_from, make() if found is None else found)
        return self.used[_hash(made_from)]


def _hash(made_from: object) -> str:
    return hashlib.sha256(repr(made_from).encode()).hexdigest()


@contextmanager
def opened(workspace: Workspace, name: str) -> Iterator[Reuse]:
    """The results kept under `name` by this very program; those used inside are kept for the next run."""
    path, code = _path(workspace, name), code_hash()
    found = Reuse(_saved(path, code))
    yield found
    path.parent.mkdir(parents=True, exist_ok=True)
    results = json.dumps(found.used, sort_keys=True)
    write_whole(path, json.dumps({"seal": _seal(code, results), "results": results}).encode())


def _path(workspace: Workspace, name: str) -> Path:
    return workspace.warehouse / "reuse" / f"{name}.json"


def _saved(path: Path, code: str) -> dict[str, Any]:
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        is_ours = saved["seal"] == _seal(code, saved["results"])
        return dict(json.loads(saved["results"])) if is_ours else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _seal(code: str, results: str) -> str:
    """What only this program, and no damaged byte, gives: SQL that is run again is in there."""
    return hashlib.sha256(f"{code}\n{results}".encode()).hexdigest()


def files_of(folder: Path, apart: Container[str] = ()) -> Files:
    """Every file of a folder, but those named in `apart`, with its hash, in the order of names."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in apart)
    return {path.relative_to(folder).as_posix(): file_hash(path) for path in paths}


def pages(
    run: Run,
    folders: Iterable[Path],
    render: Callable[[Iterable[Path], Reuse], Callable[[], None]],
    apart: Container[str] = (),
) -> Callable[[], None]:
    """Have `render` start the pages of the readers whose files changed; the others' are those of the publication in place.

    `folders` may be written while they are asked for: pages start meanwhile. What is returned waits for them all. A page is
    taken again only when the folder it was made from, and the page itself, have the hashes of then; what `render` keeps
    under the name of its folder stays then. Files named in `apart` are no page's, and may be written meanwhile.
    """
    place = run.workspace.published / str(run.quarter)
    keys: dict[Path, tuple[str, Files]] = {}
    kept = Reuse(_saved(_path(run.workspace, "pages"), code_hash()))

    def changed() -> Iterator[Path]:
        for folder in folders:
            key = keys[folder] = folder.name, files_of(folder, apart)
            kept.keep(folder.name, kept.known(folder.name))
            if not _take_again(key[1], kept.known(key), folder, place / folder.name):
                yield folder

    rendered = render(changed(), kept)

    def written() -> None:
        rendered()
        with opened(run.workspace, "pages") as reuse:
            reuse.used = kept.used
            for folder, key in keys.items():
                reuse.keep(key, files_of(folder, apart))

    return written


def _take_again(before: Files, after: Files | None, folder: Path, published: Path) -> bool:
    """Bring `folder` from `before` to `after` with the files of `published`; False, and nothing done, if it cannot be."""
    if after is None:
        return False
    there = files_of(published)
    new = {name: told for name, told in after.items() if before.get(name) != told}
    if any(there.get(name) != told for name, told in new.items()):
        return False
    for name in before.keys() - after.keys():
        (folder / name).unlink()
    for name in new:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(published / name, folder / name)
    return True


def build(run: Run) -> None:
    """Build the models; what an earlier build of the same program and parameters made of the same rows is kept."""
    request, ahead = models.request(run), _ahead(run.workspace)
    with opened(run.workspace, "models") as reuse:
        kept, built = _built(reuse, request), None
        if ahead.exists():  # changed there, then moved: a disk need not hold it twice
            built = _again(run, replace(request, candidate=ahead), kept)
            if built:
                warehouse.remove(request.candidate)
                ahead.replace(request.candidate)
        built = built or _again(run, request, kept)
        if built is None:
            statements = models.build(request)
            built = replay.Built(
                statements, warehouse.content(request.raw), warehouse.content(request.candidate)
            )
        reuse.keep(request.variables(), asdict(built))
    shutil.rmtree(ahead.parent, ignore_errors=True)


def make_ahead(
    run: Run, accept: Callable[[warehouse.Connection], None], evaluate: Callable[[Run, Path, Path], None]
) -> replay.Content | None:
    """While new slices are judged, build and evaluate as if `accept` had them all, on a copy of the raw warehouse.

    Returns what that copy held, or None when dbt must build. What is made waits beside the candidate: nobody publishes it
    before `take` has found that it is right; if it is not, `build` has the difference to make.
    """
    request = models.request(run)
    built = _built(Reuse(_saved(_path(run.workspace, "models"), code_hash())), request)
    if built is None:
        return None
    request = replace(
        request, raw=run.workspace.warehouse / "tmp" / "accepted.duckdb", candidate=_ahead(run.workspace)
    )
    request.raw.parent.mkdir(parents=True, exist_ok=True)
    request.candidate.parent.mkdir(parents=True, exist_ok=True)
    left = run.workspace.candidate_database
    if left.exists():  # of a run that was not published: a start as good as another, and one copy less
        left.replace(request.candidate)
    warehouse.remove(request.raw)  # of a run that was struck, with its log
    try:
        shutil.copyfile(run.workspace.raw_database, request.raw)
        with warehouse.connect(request.raw) as connection:
            accept(connection)
        made = _again(run, request, built)
        if made is None:
            warehouse.remove(request.candidate)
            return None
        with opened(run.workspace, "models") as reuse:
            reuse.keep(request.variables(), asdict(made))
        try:
            evaluate(run, request.raw, request.candidate)
        except Exception:
            # rows that nobody has judged may hold anything; on those accepted, the step itself says what is wrong
            return None
        return made.raw
    finally:
        warehouse.remove(request.raw)


def take(run: Run, made: replay.Content | None) -> bool:
    """Make the candidate of what `make_ahead` made, when the raw warehouse now holds the rows that it was made from."""
    if made is None or warehouse.content(run.workspace.raw_database) != made:
        return False
    candidate = run.workspace.candidate_database
    warehouse.remove(candidate)
    # the warehouse last: without it there is no candidate
    for path in sorted(_ahead(run.workspace).parent.iterdir(), key=lambda path: path.name == candidate.name):
        path.replace(candidate.with_name(path.name))
    return True


def _ahead(workspace: Workspace) -> Path:
    return workspace.candidate / "ahead" / workspace.candidate_database.name


def _built(reuse: Reuse, request: models.BuildRequest) -> replay.Built | None:
    """The last build of the same program and parameters."""
    kept = reuse.known(request.variables())
    if kept is None:
        return None
    return replay.Built([models.Statement(*told) for told in kept["statements"]], kept["raw"], kept["tables"])


def _again(run: Run, request: models.BuildRequest, built: replay.Built | None) -> replay.Built | None:
    """Build from a candidate or the warehouse, whichever `built` tells of, without dbt; None when it cannot be."""
    if built is None:
        return None
    raw = warehouse.content(request.raw)
    for start in (request.candidate, run.workspace.database):
        tables = replay.build(request, raw, built, start)
        if tables is not None:
            return replace(built, raw=raw, tables=tables)
    return None
