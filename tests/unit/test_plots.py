"""The plots of the benchmarks are those of the results kept beside them."""

from __future__ import annotations

from benchmarks import plots
from benchmarks.measure import RESULTS


def test_every_kept_result_is_drawn_as_it_stands() -> None:
    kept = sorted(RESULTS.glob("*.csv"))
    assert kept
    for path in kept:
        picture = path.with_suffix(".svg")
        assert picture.exists() and picture.read_text(encoding="utf-8") == plots.drawn(path), (
            f"{path.name}: run python -m benchmarks.plots"
        )
