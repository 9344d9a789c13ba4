"""Weight and speed of dashboards: `python -m benchmarks.dashboard published/<quarter>/<reader>/dashboard.html …`.

Usable = the first screen is drawn and its script has run: filters answer and numbers open their proof. Chromium at 4x
CPU slow-down, median of five openings, in turn with an empty page: what Chromium and a busy machine take by themselves.
CPU = what the page's main thread itself took until then, slow-down included: other work on the machine hardly moves it.
Growth: the same page with 60 members x 24 quarters of their own figures.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from periscope.quarters import Quarter
from reports import dashboard
from reports.figures import Figure, Figures
from reports.report import Report

_OPENINGS, _SLOWDOWN = 5, 4
_EMPTY = "<!DOCTYPE html><title>x</title><p>x</p><script>document.documentElement.dataset.shown = 1</script>"


def opening_ms(browser: Browser, path: Path) -> tuple[float, float]:
    """Milliseconds from navigation to a usable first screen (its script has run and it is painted), and CPU."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWDOWN})
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.add_init_script(
        "new MutationObserver((_, o) => { if (document.documentElement?.dataset.shown) { window.ready = performance.now(); "
        "o.disconnect(); } }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-shown'] })"
    )
    page.goto(path.as_uri(), wait_until="commit")
    painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    page.wait_for_function(f"() => window.ready && {painted}")
    metrics = session.send("Performance.getMetrics")["metrics"]
    found = float(page.evaluate(f"Math.max(window.ready, {painted})"))
    page.close()
    return found, 1000 * next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


def told(openings: list[tuple[float, float]]) -> str:
    times, cpu = zip(*openings, strict=True)
    return (
        f"{statistics.median(times):.0f} ms (from {min(times):.0f} to {max(times):.0f}), "
        f"CPU {statistics.median(cpu):.0f} ms (from {min(cpu):.0f} to {max(cpu):.0f})"
    )


def grown(report: Report) -> Report:
    """The report with 60 members' turnover and jobs over 24 quarters, beside all that it has."""
    like = next(f for f in report.figures if f.indicator_id == "turnover_total")
    last = Quarter.parse(report.quarter)
    more: list[Figure] = []
    for member in range(60):
        for back in range(24):
            period = str(last.shift(-back))
            for indicator_id in ("turnover_total", "jobs_fte"):
                value = Decimal(1000 * member + back) + Decimal("0.25")
                figure_id = f"g{member:02d}{back:02d}{indicator_id[:4]}"
                more.append(replace(like, figure_id=figure_id, indicator_id=indicator_id, period=period,
                                    dimension="member", item=f"X{member:02d}", value=value))  # fmt: skip
    for figure in list(report.figures):
        if figure.dimension == "all" and figure.period == report.quarter:
            more += [
                replace(figure, figure_id=f"h{back}{figure.figure_id}", period=str(last.shift(-back)))
                for back in range(1, 24)
            ]
    return Report(report.folder, report.context, Figures([*more, *report.figures]))


def main() -> None:
    chromium = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name in sys.argv[1:]:
            path = Path(name).absolute()
            report = Report.open(path.parent)
            page, larger = dashboard.render(report), dashboard.render(grown(report))
            now = Path(folder) / "dashboard.html"
            now.write_text(page, encoding="utf-8")
            empty = Path(folder) / "empty.html"
            empty.write_text(_EMPTY, encoding="utf-8")
            pairs = [(opening_ms(browser, empty), opening_ms(browser, now)) for _ in range(_OPENINGS)]
            print(
                f"{path.parent.name}: {len(page.encode()) / 1e6:.2f} MB; usable in {told([p for _, p in pairs])}; "
                f"an empty page in {told([e for e, _ in pairs])}; "
                f"60 members x 24 quarters: +{(len(larger.encode()) - len(page.encode())) / 1e3:.0f} kB"
            )
        browser.close()


if __name__ == "__main__":
    main()
