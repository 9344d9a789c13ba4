"""Draw every recorded result: `python -m benchmarks.plots` writes benchmarks/results/*.svg, the same for the same CSV."""

from __future__ import annotations

import csv
from pathlib import Path

from benchmarks.measure import RESULTS
from reports.charts import Point, bars


def drawn(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    title = f"{path.stem} : secondes d'horloge (barres) et de processeur (losanges), pic de mémoire"
    points = [
        Point(
            row["what"].replace("_", " "),
            float(row["wall_s"]),
            f"{row['wall_s']} s, {row['peak_mb']} Mo",
            target=float(row["cpu_s"]),
        )
        for row in rows
    ]
    return bars(title, title, points) + "\n"


def main() -> None:
    for path in sorted(RESULTS.glob("*.csv")):
        path.with_suffix(".svg").write_text(drawn(path), encoding="utf-8")


if __name__ == "__main__":
    main()
