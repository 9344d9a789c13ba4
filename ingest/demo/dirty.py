"""Files that must be refused, in whole or in part, each for its own reason, without stopping the others."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from ingest.demo import accounts, pole

_ACTIVITY = "siren;quarter;period_start;period_end;net_turnover_eur;source\r\n"
_PERIOD = "01/07/2026;30/09/2026"

#: file -> what is wrong with it, for the tests and the guide
WRONG = {
    "declarations/plaquette.pdf": "ce n'est pas une table",
    "declarations/vide.csv": "le fichier est vide",
    "declarations/emplois sans SIREN.csv": "une colonne obligatoire manque",
    "declarations/activite avec total.csv": "une ligne de total, une date impossible, un montant équivoque",
    "declarations/membre inconnu.csv": "le SIREN n'est pas au registre",
    "bookings/salle inconnue.ics": "la salle n'est pas au registre",
    "bookings/agenda abimé.ics": "des événements sans fin ou à l'envers",
    "revenue/M17/FEC 2026.txt": "les débits ne font pas les crédits",
}


def write(inbox: Path) -> None:
    """Write the dirty files beside the sound ones."""
    (inbox / "revenue" / "M17").mkdir()
    stranger = "999999998"
    silent = pole.BY_ID["M21"].siren
    texts = {
        "declarations/plaquette.pdf": "%PDF-1.4\n% plaquette du pôle fictif\n%%EOF\n",
        "declarations/vide.csv": "",
        "declarations/emplois sans SIREN.csv": "quarter;post_ref;started_on;working_time\r\n2026-Q3;P1;01/02/2026;1\r\n",
        "declarations/activite avec total.csv": _ACTIVITY
        + f"{silent};2026-Q3;31/09/2026;30/09/2026;4 512,00;declared\r\n"
        + f"{silent};2026-Q3;{_PERIOD};1.725.000;declared\r\n"
        + "Total;;;;1 729 512,00;\r\n",
        "declarations/membre inconnu.csv": _ACTIVITY + f"{stranger};2026-Q3;{_PERIOD};18 200,00;declared\r\n",
        "bookings/salle inconnue.ics": _calendar(
            "Grenier", "DTSTART:20260706T090000\r\nDTEND:20260706T100000"
        ),
        "bookings/agenda abimé.ics": _calendar(
            "La Bulle",
            "DTSTART:20260706T090000\r\nDTEND:20260706T100000\r\nRRULE:FREQ=SECONDLY",
            "DTSTART:20260707T090000\r\nDTEND:20260707T080000",
            "DTSTART:20260230T090000\r\nDURATION:PT1H",
            "DTSTART:20260708T090000\r\nDTEND:20260708T100000\r\nSUMMARY:Studio Garrigaire",
        ),
        "revenue/M17/FEC 2026.txt": accounts.fec_text(_unbalanced()),
    }
    for name, text in texts.items():
        (inbox / name).write_bytes(text.encode("utf-8"))


def _calendar(name: str, *events: str) -> str:
    blocks = [f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT" for event in events]
    return "\r\n".join(["BEGIN:VCALENDAR", f"X-WR-CALNAME:{name}", *blocks, "END:VCALENDAR", ""])


def _unbalanced() -> list[dict[str, object]]:
    rows = accounts.fiscal_year("M17", pole.YEAR_STARTS[-1])
    rows[-1] = rows[-1] | {"Credit": rows[-1]["Credit"] + Decimal(600)}
    return rows
