"""A restored archive writes only what it lists, inside its folder, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from periscope import archive, template
from periscope.errors import GateError, PeriscopeError, UsageError
from periscope.workspace import Workspace
from tests.plain_rights import plain_rights


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


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = template.create(tmp_path / "pole")
    (workspace.record).mkdir(exist_ok=True)
    (workspace.record / "closings.jsonl").write_text("{}\n")
    return workspace


def refused(workspace: Workspace, path: Path, why: str) -> None:
    """The backup is refused for this reason, and nothing of it is left."""
    before = sorted(path.parent.iterdir())
    with pytest.raises(UsageError, match=why), plain_rights():
        archive.backup(workspace, path, with_key=False)
    assert sorted(path.parent.iterdir()) == before


@pytest.mark.parametrize("name", ["record", "record/closings.jsonl", "register"])
def test_what_cannot_be_read_is_never_left_out_of_a_backup(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    path = workspace.root / name
    path.chmod(0)
    refused(workspace, tmp_path / "a.tar.gz", f"« {name} » ne peut pas être lu.*chmod")
    path.chmod(0o700)
    archive.backup(workspace, tmp_path / "a.tar.gz", with_key=False)


@pytest.mark.parametrize("name", ["record", "inbox", "record/closings.jsonl"])
def test_a_link_of_the_workspace_is_refused_by_name(workspace: Workspace, tmp_path: Path, name: str) -> None:
    path = workspace.root / name
    path.rename(tmp_path / "ailleurs")
    path.symlink_to(tmp_path / "ailleurs")
    refused(workspace, tmp_path / "a.tar.gz", f"« {name} » est un lien.*Mettez à sa place")


def test_a_link_of_the_inbox_is_never_received_and_named(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.inbox / "lien\n.csv").symlink_to(tmp_path)
    told = archive.backup(workspace, tmp_path / "a.tar.gz", with_key=False)
    assert "Laissé de côté, car jamais reçu (lien ou fichier spécial) : inbox/lien\\n.csv" in told


def test_a_name_that_is_not_utf8_is_kept(workspace: Workspace, tmp_path: Path) -> None:
    name = os.fsdecode(b"d\xe9claration.csv")
    (workspace.inbox / name).write_text("a")
    archive.backup(workspace, tmp_path / "a.tar.gz", with_key=True)
    archive.restore(tmp_path / "a.tar.gz", tmp_path / "new")
    assert (tmp_path / "new" / "inbox" / name).read_text() == "a"


def test_a_backup_goes_to_a_plain_file_outside(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "raccourci").symlink_to(workspace.inbox)
    refused(workspace, tmp_path / "raccourci" / "a.tar.gz", "dans l'espace de travail")
    refused(Workspace(tmp_path / "raccourci" / ".."), workspace.root / "a.tar.gz", "dans l'espace de travail")
    os.mkfifo(tmp_path / "tube")
    (tmp_path / "lien").symlink_to(tmp_path / "tube")
    for name in ("tube", "lien", "pole"):
        refused(workspace, tmp_path / name, "n'est pas un fichier ordinaire")
    assert (tmp_path / "tube").is_fifo() and (tmp_path / "lien").is_symlink()
    with pytest.raises(UsageError, match="n'existe pas"):
        archive.backup(workspace, tmp_path / "absent" / "a.tar.gz", with_key=False)


def test_a_file_that_changes_during_a_backup_is_named(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its hash would not be that of the list, and nothing could be restored."""
    true_content, count = archive._content, iter(range(1_000))
    monkeypatch.setattr(
        archive, "_content", lambda name, path: true_content(name, path) + str(next(count)).encode()
    )
    refused(workspace, tmp_path / "a.tar.gz", "changeait pendant la sauvegarde")


@pytest.mark.parametrize("contents", ["[]", "null", '{"files": []}', '{"files": {}}', "[" * 100_000])
def test_a_list_of_contents_that_is_none_is_no_backup(tmp_path: Path, contents: str) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as file:
        about = tarfile.TarInfo(archive.CONTENTS)
        about.size = len(contents)
        file.addfile(about, io.BytesIO(contents.encode()))
    with pytest.raises(UsageError, match="n'est pas une sauvegarde lisible"):
        archive.restore(tmp_path / "a.tar.gz", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_each_fault_of_a_restoration_is_told_as_itself(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.tar.gz"
    archive.backup(workspace, path, with_key=True)
    for absent in (tmp_path / "b.tar.gz", tmp_path):
        with pytest.raises(UsageError, match="n'existe pas, ou n'est pas un fichier"):
            archive.restore(absent, tmp_path / "new")
    (tmp_path / "vide").mkdir()
    (tmp_path / "lien").symlink_to(tmp_path / "vide")
    archive.restore(path, tmp_path / "lien")
    assert Workspace(tmp_path / "vide").key == workspace.key
    (tmp_path / "fermé").mkdir(mode=0o500)
    with (
        pytest.raises(PeriscopeError, match="la sauvegarde n'est pas en cause ; vérifiez les droits"),
        plain_rights(),
    ):
        archive.restore(path, tmp_path / "fermé" / "new")
    monkeypatch.setattr(Path, "is_mount", lambda path: path.name == "disque")
    with pytest.raises(UsageError, match="racine d'un disque"):
        archive.restore(path, tmp_path / "disque")

    def is_full(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", is_full)
    with pytest.raises(PeriscopeError, match="libérez de la place") as told:
        archive.restore(path, tmp_path / "new")
    assert told.value.exit_status == 1 and not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".*.partial"))
