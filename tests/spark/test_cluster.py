"""Spark: what cannot work says so; what works gives DuckDB's figures, even when a worker dies midway."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from periscope import models, warehouse
from periscope.errors import UsageError
from periscope.models import BuildRequest
from periscope.quarters import Quarter
from periscope.spark import __main__ as command
from periscope.spark import build, cluster
from tests.invented import invented_network
from tests.poles import DEFAULT_MEMBERS, Pole


def _invented_java(folder: Path, version: str, otherwise: str = "echo broken >&2; exit 1") -> None:
    """A Java that tells its version, and otherwise runs this."""
    (folder / "bin").mkdir(parents=True)
    java = folder / "bin" / "java"
    told = f'[ "$1" = -version ] && echo \'openjdk version "{version}"\' >&2 && exit'
    java.write_text(f"#!/bin/sh\n{told}\n{otherwise}\n")
    java.chmod(0o755)


def test_without_java_nothing_starts_and_the_cure_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(UsageError, match=r"Java est introuvable.*openjdk-17"), cluster.standalone(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("version", "major"), [("1.8.0_402", 8), ("11.0.22", 11)])
def test_a_java_too_old_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, major: int
) -> None:
    _invented_java(tmp_path / "java", version)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
    with pytest.raises(UsageError, match=f"Java {major} est trop ancien"), cluster.standalone(tmp_path / "s"):
        pass
    assert not (tmp_path / "s").exists()


def test_a_java_home_that_has_no_java_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="Java est introuvable"), cluster.standalone(tmp_path / "s"):
        pass


def test_a_master_that_does_not_start_names_its_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="pyspark n'est pas installé : make test-spark")
    _invented_java(tmp_path / "java", "17.0.15")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
    with (
        pytest.raises(UsageError, match=r"n'a pas démarré \(Master\) : lisez .*master.log"),
        cluster.standalone(tmp_path / "s", port=_free_port()),
    ):
        pass
    assert "broken" in (tmp_path / "s" / "master.log").read_text()


def test_ctrl_c_while_the_master_starts_leaves_no_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("pyspark", reason="pyspark n'est pas installé : make test-spark")
    told = tmp_path / "pid"
    _invented_java(tmp_path / "java", "17.0.15", f"echo $$ > {told}; exec sleep 600")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))

    sleep = time.sleep

    def interrupt(seconds: float) -> None:
        if told.exists() and told.read_text().strip():
            raise KeyboardInterrupt
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt), cluster.standalone(tmp_path / "s", port=_free_port()):
        pass
    state = ["ps", "-o", "stat=", "-p", told.read_text().strip()]
    # nothing, or what nobody has buried yet
    assert subprocess.run(state, capture_output=True, text=True).stdout.strip()[:1] in ("", "Z")


def test_a_port_in_use_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "require_java", lambda: None)
    with socket.socket() as taken:
        taken.bind((cluster.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match=f"Le port {port} est déjà pris"),
            cluster.standalone(tmp_path, port=port),
        ):
            pass


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_no_port_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setattr(cluster, "require_java", lambda: None)
    with (
        pytest.raises(UsageError, match=f"{port} n'est pas un port"),
        cluster.standalone(tmp_path / "s", port=port),
    ):
        pass
    assert not (tmp_path / "s").exists()


def test_without_pyspark_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "require_java", lambda: None)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with (
        pytest.raises(UsageError, match=r"pyspark n'est pas installé.*make spark"),
        cluster.standalone(tmp_path / "s", port=_free_port()),
    ):
        pass
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("quarter", "words"),
    [("2026-T9", "n'est pas un trimestre"), ("2026-Q3", "n'est pas un espace de travail")],
)
def test_what_is_asked_wrongly_is_told_before_anything_starts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    quarter: str,
    words: str,
) -> None:
    def started(*_: object, **__: object) -> None:
        raise AssertionError("a cluster was started")

    monkeypatch.setattr(cluster, "standalone", started)
    asked = ["-w", str(tmp_path), "--quarter", quarter, "--as-of", "2026-11-23"]
    monkeypatch.setattr(sys, "argv", ["periscope.spark", *asked])
    handler = signal.getsignal(signal.SIGTERM)
    try:
        assert command.main() == 2
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert words in capsys.readouterr().err


#: one criterion of each family, with all that it needs: every model is in the network below
FAMILIES = [
    f"+crit_{name}"
    for name in (
        "supported_projects",
        "effectively_run_projects",
        "jobs_fte",
        "turnover_total",
        # lists one line twice, once in each of two links: only which of its fields is missing tells them apart
        "turnover_chained_growth",
        "room_revenue",
    )
]


@pytest.fixture
def java() -> None:
    pytest.importorskip("pyspark", reason="pyspark n'est pas installé : make test-spark")
    try:
        cluster.require_java()
    except UsageError as error:
        pytest.skip(str(error))


@pytest.mark.slow
def test_the_figures_of_a_pole_are_equal_on_a_cluster_that_loses_a_worker(java: None, tmp_path: Path) -> None:
    request = _pole(tmp_path)
    folder, at_death = tmp_path / "spark", list[int]()

    def tables() -> int:
        return len(list(folder.glob("warehouse/*.db/*")))

    with cluster.standalone(folder, port=_free_port()) as running:

        def kill_midway() -> None:
            # both workers have computed, and most is still to do
            while tables() < 5 and running.processes[-1].poll() is None:
                time.sleep(0.1)
            at_death.append(tables())
            running.kill_a_worker()

        killer = threading.Thread(target=kill_midway, daemon=True)
        differences = build.build(request, running.url, folder, select=FAMILIES, while_building=killer.start)
        killer.join(10)
        assert running.processes[-1].poll() is not None, "the worker outlived the build"
        assert running.processes[0].poll() is None
    assert differences == []
    assert 5 <= at_death[0] < tables() - 5, "it did not die midway"
    assert all(process.poll() is not None for process in running.processes)


@pytest.mark.slow
def test_every_figure_of_a_network_is_equal(java: None, tmp_path: Path) -> None:
    """`make spark` asks for 50 poles; the few of every run already share enterprises, rooms, references and titles."""
    request = invented_network(tmp_path, int(os.environ.get("PERISCOPE_NETWORK_POLES", "4")))
    models.build(request)
    with cluster.standalone(tmp_path / "spark", port=_free_port()) as running:
        differences = build.build(request, running.url, tmp_path / "spark")
    assert differences == []
    with warehouse.connect(request.candidate, read_only=True) as connection:
        row = connection.execute(
            "select count(value), count(distinct perimeter) from network.fct_network_figures"
        ).fetchone()
    assert row is not None
    assert row[0] > 500


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((cluster.HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _pole(folder: Path) -> BuildRequest:
    """A pole of three members that says something of every kind, built on DuckDB."""
    pole = Pole()
    for member_id, siren, function, presence in DEFAULT_MEMBERS:
        pole.member(member_id, siren, function, presence)
        for year, amount in (("2024", "800.00"), ("2025", "1000.01"), ("2026", "1250.02")):
            told = {"net_turnover_eur": amount, "source": "declared"}
            told |= {"period_start": f"{year}-07-01", "period_end": f"{year}-09-30"}
            pole.declare("activity", siren, f"{year}-Q3", told)
    first, second, third = (member[1] for member in DEFAULT_MEMBERS)
    project = {
        "holder_pid": "h1",
        "title_key": "epicerie",
        "support_threshold_on": "2026-07-02",
        "creation_kind": "registration",
        "created_on": "2026-08-03",
    }
    pole.declare("supported_projects", first, "2026-Q3", {"project_ref": "1", **project})
    pole.declare("supported_projects", second, "2026-Q3", {"project_ref": "9", **project})
    common = {"project_ref": "C1", "kind": "commercial", "status": "run", "evidence_on": "2026-08-01"}
    pole.declare("collaborative_projects", first, "2026-Q3", common | {"partners": f"{second};{third}"})
    post = {"post_ref": "P1", "employer_siren": second, "category": "created", "started_on": "2026-07-01"}
    post |= {"working_time": "0.8", "project_ref": "C1", "project_share": "0.5"}
    pole.declare("posts", second, "2026-Q3", post)
    pole.add("register.rooms", room_id="R1", name="Salle", capacity=10)
    pole.add("register.opening_hours", room_id="*", weekday=3, opens_at="08:00", closes_at="18:00")
    bookings = pole.slice("bookings", "", "2026-Q3", sender="R1")
    pole.add(
        "bookings.bookings",
        slice_id=bookings,
        room_id="R1",
        status="confirmed",
        starts_at="2026-07-08 08:00",
        ends_at="2026-07-08 10:30",
    )
    figures = pole.build("2026-Q3", history_start="2024-07-01", baseline_quarter="2024-Q3", select=FAMILIES)
    assert figures.value("supported_projects", "2026-Q3") == 1
    assert figures.value("turnover_total", "2026-Q3") == Decimal("3750.06")
    assert figures.value("turnover_chained_growth", "2026-Q3") == Decimal("0.562525")
    shutil.copytree(figures.candidate.parent, folder / "pole", ignore=shutil.ignore_patterns("dbt"))
    return BuildRequest(
        raw=folder / "pole" / "raw.duckdb",
        candidate=folder / "pole" / figures.candidate.name,
        target=folder / "dbt",
        quarter=Quarter.parse("2026-Q3"),
        history_start=date(2024, 7, 1),
        baseline_quarter="2024-Q3",
    )
