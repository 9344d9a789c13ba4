"""A real standalone cluster on loopback, from the scripts that pyspark ships: one master, two workers."""

from __future__ import annotations

import os
import shutil
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
START_SECONDS = 60
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
    """Raises UsageError when no Java is at hand."""
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java") and not (home and (Path(home) / "bin" / "java").exists()):
        raise UsageError(
            "Java est introuvable : Spark en a besoin. Installez Java 17 (paquet openjdk-17-jre-headless), "
            "ou indiquez-le par JAVA_HOME, puis relancez. Rien n'a été lancé."
        )


def _require_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UsageError(
                f"Le port {port} est déjà pris sur cette machine, peut-être par un autre Spark. Arrêtez-le, ou "
                "choisissez un autre port par --port. Rien n'a été lancé."
            ) from error


def _start(role: str, arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a master or a worker and wait until its log says that it serves."""
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_NO_DAEMONIZE": "1",
        "SPARK_DAEMON_MEMORY": "256m",
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
    for _ in range(START_SECONDS * 10):
        if _READY[role] in log.read_text(encoding="utf-8", errors="replace"):
            return process
        if process.poll() is not None:
            break
        time.sleep(0.1)
    _stop(process)
    raise UsageError(f"Spark n'a pas démarré ({role}) : lisez {log}. Tout a été arrêté.")


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
