"""The connection of dbt, locked down as our own: raw warehouse, candidate and seeds are all that models can reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin

from periscope import warehouse

_SEEDS = Path(__file__).parents[1] / "seeds"


class Plugin(BasePlugin):
    """Named by profiles.yml; called once, before the raw warehouse is attached."""

    def initialize(self, config: dict[str, Any]) -> None:
        assert isinstance(self.creds, DuckDBCredentials)
        self._reach = [Path(self.creds.path), *(Path(one.path) for one in self.creds.attach or [])]

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        warehouse.lock_down(conn, [*self._reach, _SEEDS])
