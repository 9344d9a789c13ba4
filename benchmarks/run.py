"""`make bench`: the demo pole by step; the other benchmarks are long and have their own command (benchmarks/README.md)."""

from benchmarks import demo_run

if __name__ == "__main__":
    demo_run.main()
