"""`make bench`: the suite, one after the other, then its plots: `python -m benchmarks.run [full]`.

Without `full`, sizes that end in minutes. Everything is invented and written in temporary folders.
"""

from __future__ import annotations

import sys

from benchmarks import bookings_ingest, demo_run, fec_ingest, plots, reports, scale, small_files


def main(is_full: bool) -> None:
    million = 1_000_000
    print("\n## The demo pole\n")
    demo_run.main()
    print("\n## One new file among many\n")
    small_files.main(5_000 if is_full else 500)
    small_files.main(500, "xlsx")
    for lines, files in ((10 * million, 100), (10 * million, 10)) if is_full else ((million, 10),):
        print("\n## FEC\n")
        fec_ingest.main(lines, files)
    print("\n## Bookings\n")
    bookings_ingest.main(million if is_full else million // 20)
    print("\n## Ingest and build, by size\n")
    scale.main([million, 10 * million] if is_full else [million // 10, million])
    print("\n## Six reports beside one\n")
    reports.main()
    plots.main()


if __name__ == "__main__":
    main("full" in sys.argv[1:])
