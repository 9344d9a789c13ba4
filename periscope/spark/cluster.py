"""A real standalone cluster on loopback, from the scripts that pyspark ships: one master, two workers."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from periscope.errors import UsageError

HOST = "127.0.0.1"
DEFAULT_PORT = 7077
START_SECONDS = 120
OLDEST_JAVA = 17
#: A Java of some minutes on small tables spends more on its second compiler and its collector's threads than on its work.
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_READY = {"Master": "New state: ALIVE", "Worker": "Successfully registered with master"}


@dataclass
class Cluster:
    """A running cluster: its address and its processes, the master first."""

    url: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def kill_a_worker(self) -> None:
        """End one worker at once, as a machine that dies would."""
        os.killpg(self.processes[-1].pid, signal.SIGKILL)


def require_java() -> None:
    """Raises UsageError when the Java that Spark's scripts would take is missing or too old."""
    home = os.environ.get("JAVA_HOME")
    java = Path(home) / "bin" / "java" if home else "java"
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        told = ""
    # "17.0.15", and "1.8.0_402" for Java 8
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    if not found or int(found[1]) < OLDEST_JAVA:
        which = f"Java {found[1]} est trop ancien" if found else "Java est introuvable"
        raise UsageError(
            f"{which} : Spark a besoin de Java {OLDEST_JAVA}. Installez-le (paquet openjdk-17-jre-headless), ou indiquez son "
            "dossier par JAVA_HOME, puis relancez. Rien n'a été lancé."
        )


def _require_port(port: int) -> None:
    if not 0 < port < 2**16:
        raise UsageError(f"{port} n'est pas un port. Choisissez-en un entre 1024 et 65535 par --port.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UsageError(
                f"Le port {port} est déjà pris sur cette machine, peut-être par un autre Spark. Arrêtez-le, ou "
                "choisissez un autre port par --port. Rien n'a été lancé."
            ) from error


def _spark_home() -> Path:
    try:
        import pyspark
    except ImportError as error:
        raise UsageError(
            "pyspark n'est pas installé dans cet environnement : « make spark » l'installe dans .venv-spark, puis lancez "
            "« .venv-spark/bin/python -m periscope.spark ». Rien n'a été lancé."
        ) from error
    return Path(pyspark.__file__).parent


def _start(role: str, arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a master or a worker and wait until its log says that it serves."""
    home = _spark_home()
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_NO_DAEMONIZE": "1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": SHORT_LIVED,
        "SPARK_WORKER_DIR": str(log.parent / "work"),
    }
    command = [
        str(home / "bin" / "spark-class"),
        f"org.apache.spark.deploy.{role.lower()}.{role}",
        *arguments,
    ]
    with log.open("wb") as stream:
        # a group of its own: stopping it also stops the executors that it started
        process = subprocess.Popen(
            command, stdout=stream, stderr=stream, env=environment, start_new_session=True
        )
    try:
        for _ in range(START_SECONDS * 10):
            if _READY[role] in log.read_text(encoding="utf-8", errors="replace"):
                return process
            if process.poll() is not None:
                break
            time.sleep(0.1)
        raise UsageError(f"Spark n'a pas démarré ({role}) : lisez {log}. Tout a été arrêté.")
    except BaseException:
        # stopped by Ctrl-C too: nobody else knows of this process yet
        _stop(process)
        raise


def _stop(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


@contextmanager
def standalone(folder: Path, *, port: int = DEFAULT_PORT, worker_memory: str = "2g") -> Iterator[Cluster]:
    """One master and two workers of one core each, stopped whatever happens. `folder` takes their logs."""
    require_java()
    _require_port(port)
    _spark_home()
    folder.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(f"spark://{HOST}:{port}")
    serving = ["--host", HOST, "--webui-port", "0"]
    try:
        cluster.processes.append(_start("Master", [*serving, "--port", str(port)], folder / "master.log"))
        for number in (1, 2):
            cluster.processes.append(
                _start(
                    "Worker",
                    [*serving, "--cores", "1", "--memory", worker_memory, cluster.url],
                    folder / f"worker-{number}.log",
                )
            )
        yield cluster
    finally:
        for process in reversed(cluster.processes):
            _stop(process)
