"""Ground floor of the house: settings, quarters, tables, warehouse, receipts. Imports no other room."""

__version__ = "0.1.0"

import os

# One thread of linear algebra: small products lose more in waiting for each other than they win, on a core that the
# search of layouts or a second notebook needs; and sums come out in one order. Must be said before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
