"""Both engines on the ledgers of a network: `python -m benchmarks.engines [--ledgers] [FEC_LINES ...]` (1 and 10 million),
with the Spark environment (`make test-spark` installs it). `--ledgers` builds only the models that read accounting
lines, with all that they need: on a machine that does other work too.

Ten thousand lines a ledger, ten ledgers a pole: one million lines is a network of ten poles. The raw tables are written
as they are after reading, for DuckDB and as Parquet; then each engine builds every model alone, in its own process:
DuckDB on two threads, Spark on a master and two workers of one core. Memory is the largest sum over the processes of
an engine. Prints what the models that read accounting lines took, the whole build, and whether the values are equal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from periscope import models, warehouse
from periscope.models import BuildRequest
from periscope.quarters import Quarter
from periscope.spark import build, cluster

LEDGERS_OF_A_POLE = 10
LINES_OF_A_LEDGER = 10_000
_PORT = 7177
#: what reads accounting lines one by one, or lists them as proofs
READ_LINES: tuple[str, ...] = (
    "int_turnover__fec_lines",
    "int_turnover__fec_quarters",
    "int_turnover__intra_trade",
)
READ_LINES += ("int_turnover__intra_sales", "int_turnover__contributions", "crit_turnover_total")
READ_LINES += ("crit_turnover_external", "crit_self_financing_ratio", "fct_turnover_break_2025")


def generate(raw: Path, lines: int) -> BuildRequest:
    """A raw warehouse of a network whose ledgers make up so many lines."""
    ledgers = lines // LINES_OF_A_LEDGER
    poles = max(ledgers // LEDGERS_OF_A_POLE, 1)
    with warehouse.connect(raw) as connection:
        warehouse.create_raw(connection)
        connection.execute(
            f"""
            create temporary table ledgers as
            select
                printf('P%04d/', n // {LEDGERS_OF_A_POLE}) as pole, n, pole || printf('M%d', n % {LEDGERS_OF_A_POLE}) as id,
                pole || printf('%09d', 100000000 + n) as siren, pole || printf('fec-%d', n) as slice
            from range({ledgers}) as r (n)
            """
        )
        for statement in (
            "insert into register.members (row_number, member_id, siren, function) "
            "select 2 + n, id, siren, 'creation_support' from ledgers",
            "insert into register.memberships (row_number, member_id, presence, joined_on) "
            "select 2 + n, id, 'permanent_resident', date '2020-01-01' from ledgers",
            "insert into record.slices (slice_id, file_id, source_file, kind, sender, sender_siren, landed_seq, is_active) "
            "select slice, slice, slice, 'fec', siren, siren, n, true from ledgers",
            "insert into revenue.fec_files (slice_id, siren, first_entry_on, last_entry_on, line_count) "
            f"select slice, siren, date '2025-01-01', date '2026-09-30', {LINES_OF_A_LEDGER} from ledgers",
            f"""
            insert into revenue.fec_lines
            select
                slice, 2 + i, 'VE', date '2025-01-01' + cast(i * 637 // {LINES_OF_A_LEDGER} as integer),
                case i % 4 when 0 then '411000' when 1 then '706000' when 2 then '445710' else '607000' end,
                case when i % 4 in (0, 3) then cast(100 + (i * 7 + n) % 9000 as decimal(18, 2)) end,
                case when i % 4 in (1, 2) then cast(100 + (i * 7 + n) % 9000 as decimal(18, 2)) end,
                'normal', case when i % 400 = 1 then pole || printf('M%d', (n + 1) % {LEDGERS_OF_A_POLE}) end, null
            from ledgers cross join range({LINES_OF_A_LEDGER}) as r (i)
            """,
        ):
            connection.execute(statement)
    told = tuple(
        {"pole_id": f"P{n:04d}", "managing_body_siren": str(100000000 + n * LEDGERS_OF_A_POLE)}
        for n in range(poles)
    )
    return _request(raw, told)


def _request(raw: Path, poles: tuple[dict[str, str], ...]) -> BuildRequest:
    return BuildRequest(
        raw=raw,
        candidate=raw.with_name("candidate.duckdb"),
        target=raw.with_name("dbt"),
        quarter=Quarter.parse("2026-Q3"),
        history_start=date(2025, 1, 1),
        poles=poles,
    )


def one(engine: str, folder: Path, select: list[str] | None) -> None:
    """Build on one engine; writes the seconds of each model and of the whole."""
    poles = tuple(json.loads((folder / "poles.json").read_text()))
    request, begun = _request(folder / "raw.duckdb", poles), time.perf_counter()
    if engine == "duckdb":
        ran = models.build(request, select=select)
    else:
        spark_folder = folder / "spark"
        tables = build.export(request.raw, request.candidate, spark_folder)
        with cluster.standalone(spark_folder, port=_PORT, worker_memory="4g") as running:
            begun = time.perf_counter()
            spark = build.session(running.url, spark_folder, tables, executor_memory="3g", is_small=False)
            try:
                ran = models.build_on_spark(request, spark_folder / "target", select=select)
            finally:
                spark.stop()
    seconds = {statement.name.rpartition(".")[2].strip('"`'): statement.seconds for statement in ran}
    told = {"models": seconds, "whole": time.perf_counter() - begun}
    (folder / f"{engine}.json").write_text(json.dumps(told))


def _tree(root: int) -> dict[int, tuple[float, float]]:
    """Processor seconds and resident MB of a process and of all that it started."""
    found, parents = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        process, ticks = int(path.parent.name), int(fields[11]) + int(fields[12])
        parents[process] = int(fields[1])
        resident = int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20
        found[process] = ticks / os.sysconf("SC_CLK_TCK"), resident
    ours = {}
    for process, told in found.items():
        ancestor = process
        while ancestor not in (root, 0):
            ancestor = parents.get(ancestor, 0)
        if ancestor == root:
            ours[process] = told
    return ours


def measured(engine: str, folder: Path, options: list[str]) -> tuple[float, float, float, float]:
    """Seconds of the models that read lines, of the whole build, processor seconds, and the peak memory in MB."""
    command = [sys.executable, "-m", "benchmarks.engines", "--one", engine, str(folder), *options]
    process = subprocess.Popen(command)
    peak, cpu = 0.0, dict[int, float]()
    while process.poll() is None:
        tree = _tree(process.pid)
        peak = max(peak, sum(resident for _, resident in tree.values()))
        # a process that has ended keeps what it had used
        cpu |= {number: used for number, (used, _) in tree.items()}
        time.sleep(0.5)
    if process.returncode:
        raise SystemExit(f"{engine} : échec, statut {process.returncode}")
    told = json.loads((folder / f"{engine}.json").read_text())
    return sum(told["models"].get(name, 0.0) for name in READ_LINES), told["whole"], sum(cpu.values()), peak


def main(sizes: list[int], options: list[str]) -> None:
    print(
        "| FEC lines | poles | engine | models that read lines s | whole build s | CPU s | peak MB |\n|---|---|---|---|---|---|---|"
    )
    for lines in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            poles = generate(folder / "raw.duckdb", lines).poles
            (folder / "poles.json").write_text(json.dumps(poles))
            for engine in ("duckdb", "spark"):
                read, whole, cpu, peak = measured(engine, folder, options)
                print(
                    f"| {lines:,} | {len(poles)} | {engine} | {read:.1f} | {whole:.1f} | {cpu:.0f} | {peak:,.0f} |",
                    flush=True,
                )
            differences = build.compare(folder / "candidate.duckdb", folder / "spark")
            print(
                "\n".join(differences) or f"{lines:,} lines: all figures equal, sources included", flush=True
            )


if __name__ == "__main__":
    LEDGERS = [f"+{name}" for name in READ_LINES] if "--ledgers" in sys.argv else None
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]), LEDGERS)
    else:
        main(
            [int(size) for size in sys.argv[1:] if size.isdigit()] or [1_000_000, 10_000_000],
            ["--ledgers"] if LEDGERS else [],
        )
