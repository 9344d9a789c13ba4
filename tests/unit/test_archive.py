"""A restored archive writes only what it lists, inside its folder, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from periscope import archive, template
from periscope.errors import GateError, UsageError
from periscope.workspace import Workspace


def write(path: Path, files: dict[str, bytes], listed: dict[str, str] | None = None, link: str = "") -> Path:
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    contents = {"version": "0", "has_key": False, "files": hashes if listed is None else listed}
    with tarfile.open(path, "w:gz") as file:
        for name, data in {archive.CONTENTS: json.dumps(contents).encode(), **files}.items():
            about = tarfile.TarInfo(name)
            about.size = len(data)
            file.addfile(about, io.BytesIO(data))
        if link:
            about = tarfile.TarInfo("inbox")
            about.type, about.linkname = tarfile.SYMTYPE, link
            file.addfile(about)
    return path


@pytest.mark.parametrize("name", ["../dehors.txt", "/dehors.txt", "a/../../dehors.txt"])
def test_nothing_is_written_outside(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "a.tar.gz", {name: b"x"})
    with pytest.raises(GateError, match="dangereux"):
        archive.restore(path, tmp_path / "new" / "pole")
    assert {p.name for p in tmp_path.rglob("*")} <= {"a.tar.gz", "new"}


def test_a_link_or_a_stranger_is_refused(tmp_path: Path) -> None:
    for path in (
        write(tmp_path / "link.tar.gz", {"a": b"x"}, link="/etc"),
        write(tmp_path / "more.tar.gz", {"a": b"x", "b": b"y"}, {"a": hashlib.sha256(b"x").hexdigest()}),
    ):
        with pytest.raises(GateError):
            archive.restore(path, tmp_path / "pole")
        assert not (tmp_path / "pole").exists()


def test_a_changed_or_missing_file_is_named(tmp_path: Path) -> None:
    changed = write(tmp_path / "a.tar.gz", {"register/x.csv": b"x"}, {"register/x.csv": "0" * 64})
    with pytest.raises(GateError, match=r"register/x\.csv"):
        archive.restore(changed, tmp_path / "pole")
    missing = write(tmp_path / "b.tar.gz", {}, {"register/x.csv": "0" * 64})
    with pytest.raises(GateError, match="incomplète"):
        archive.restore(missing, tmp_path / "pole")


def test_any_flipped_byte_restores_nothing_or_the_same(tmp_path: Path) -> None:
    workspace = template.create(tmp_path / "pole")
    path = tmp_path / "a.tar.gz"
    archive.backup(workspace, path, with_key=True)
    whole = path.read_bytes()
    for position in range(0, len(whole), max(1, len(whole) // 60)):
        data = bytearray(whole)
        data[position] ^= 0x10
        path.write_bytes(data)
        target = tmp_path / f"new-{position}"
        try:
            archive.restore(path, target)
        except (GateError, UsageError):
            assert not target.exists()
        else:
            assert Workspace(target).key == workspace.key


def test_what_is_not_empty_is_not_overwritten(tmp_path: Path) -> None:
    workspace = template.create(tmp_path / "pole")
    archive.backup(workspace, tmp_path / "a.tar.gz", with_key=False)
    with pytest.raises(UsageError, match="pas vide"):
        archive.restore(tmp_path / "a.tar.gz", workspace.root)
    with pytest.raises(UsageError, match="pas une sauvegarde"):
        archive.restore(workspace.root / "periscope.toml", tmp_path / "new")
