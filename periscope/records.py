"""The append-only records of a workspace (record/*.jsonl), read line by line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Every line of an append-only record; none when it does not exist yet."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def delivered_to(record: Path, quarter: str) -> list[str]:
    """Who holds the numbers of a quarter as they were: French words, from its closing and its deliveries."""
    found = [
        f"tous les lecteurs, à la clôture du {line['on']} par {line['by']}"
        for line in read_lines(record / "closings.jsonl")
        if line["quarter"] == quarter
    ]
    return found + [
        f"{line['reader']}, remis le {line['on']} par {line['by']}"
        for line in read_lines(record / "deliveries.jsonl")
        if line["quarter"] == quarter
    ]
