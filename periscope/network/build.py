"""One build of the models for a whole network."""

from __future__ import annotations

from datetime import date

from periscope import models
from periscope.errors import UsageError
from periscope.models import BuildRequest
from periscope.network import agreement, pool
from periscope.network.poles import Network, request
from periscope.quarters import Quarter


def build(network: Network, quarter: Quarter, as_of: date) -> BuildRequest:
    """Pool the poles and build; returns what was built, in the network's candidate warehouse.

    Raises UsageError when a pole cannot be pooled, or no longer says what it published.
    """
    asked = request(network, quarter, as_of)
    pool.unite({pole.pole_id: pole.workspace.raw_database for pole in network.poles}, asked.raw)
    models.build(asked)
    found = [
        sentence
        for pole in network.poles
        for sentence in agreement.differences(asked.candidate, pole.pole_id, pole.workspace.database)
    ]
    if found:
        raise UsageError(
            "Des pôles ne disent plus ce qu'ils ont publié (fichiers lus depuis ?) : relancez « periscope run » chez eux, puis "
            "le réseau. Rien n'est publié.\n  " + "\n  ".join(found)
        )
    return asked
