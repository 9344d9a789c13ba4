"""`make bench`: every benchmark, one after the other; copy what it prints into benchmarks/README.md."""

from benchmarks import demo_run, fec_ingest

if __name__ == "__main__":
    demo_run.main()
    fec_ingest.main()
