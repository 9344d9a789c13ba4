"""Put in place what the network tells outside: `published/<quarter>/network/figures.csv`, masked, and its manifest."""

from __future__ import annotations

import json
from pathlib import Path

from periscope import __version__
from periscope.catalogue import FIGURE_COLUMNS
from periscope.files import file_hash
from periscope.network.poles import MANIFEST, READER, Network
from periscope.warehouse import Connection
from periscope.workspace import Run
from release.export import cells, write_csv
from release.place import candidate_folder, put_in_place


def publish(connection: Connection, network: Network, run: Run) -> Path:
    """Write the masked figures of the candidate warehouse and put them in place at once; returns their folder."""
    base = candidate_folder(run)
    folder = base / READER
    folder.mkdir(mode=0o700)
    cursor = connection.execute(
        f"select {', '.join(FIGURE_COLUMNS)} from protection.reader_figures order by indicator_id, period, dimension, item"
    )
    write_csv(
        folder / "figures.csv",
        FIGURE_COLUMNS,
        (cells(dict(zip(FIGURE_COLUMNS, row, strict=True))) for row in cursor.fetchall()),
    )
    manifest = {
        "version": __version__,
        "network": network.name,
        "quarter": str(run.quarter),
        "poles": [pole.pole_id for pole in network.poles],
        "figures_sha256": file_hash(folder / "figures.csv"),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return put_in_place(run, base) / READER
