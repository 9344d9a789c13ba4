"""How booking programs name the columns of their CSV exports: data only. `periscope.toml` may describe others.

Columns are ours (`periscope.tables.BOOKINGS`) plus the few that some programs use instead: `area`, `day` and
`clock`, `duration`, `is_tentative`, `is_cancelled`, `approval`, `repeats`. `ignored` is known and left aside.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.context import Context
from ingest.headers import key_of
from periscope import tables


@dataclass(frozen=True)
class Layout:
    """One kind of export: `format` of its rows, folded header -> column, and what its own words mean."""

    format: str
    columns: dict[str, str]
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)

    def match(self, header: str) -> str | None:
        return self.columns.get(key_of(header))

    def is_complete(self, columns: set[str]) -> bool:
        """Do these columns say a room, a beginning and an end?"""
        found = columns | set(self.constants)
        begins = "starts_at" in found or {"day", "clock"} <= found
        return "room" in found and begins and bool({"ends_at", "duration"} & found)


def _layout(format_id: str, columns: dict[str, str], ignored: str = "") -> Layout:
    """`columns`: our column -> its headers separated by `|`."""
    found = {key_of(header): column for column, headers in columns.items() for header in headers.split("|")}
    return Layout(format_id, {key_of(header): "ignored" for header in ignored.split("|")} | found)


_MRBS = _layout(
    "mrbs",
    {
        "area": "Area|Lieu|Domaine",
        "room": "Room|Salle|Ressource",
        "starts_at": "Start time|Start|Heure de début|Début",
        "ends_at": "End time|End|Heure de fin|Fin",
        "booked_by": "Brief description|Name|Description brève|Nom|Created by|Créé par|Réservé par",
        "approval": "Confirmation status|Confirmation|Statut de confirmation|Approval status|Approval|Statut d'approbation",
        "type": "Type",
    },
    "Duration|Durée|Full description|Description|Description complète|Last updated|Dernière mise à jour|Modified by",
)
_GRR = _layout(
    "grr",
    {
        "area": "Domaines|Domaine|Domaines :",
        "room": "Ressource|Ressources|Salle|Ressource(s)",
        "day": "Date",
        "clock": "Heure|Time",
        "duration": "Durée|Duration",
        "booked_by": "Réservée au nom de|Réservé au nom de|Bénéficiaire|Réservé par|Description brève",
        "type": "Type",
    },
    "Description|Description complète|Dernière mise à jour",
)
_COBOT = _layout(
    "cobot",
    {
        "room": "resource|resource.name|resource name|resource_name",
        "starts_at": "from|from date",
        "ends_at": "to|to date",
        "booked_by": "membership|membership.name|member|member name|company|title",
        "price_eur_net": "price.net|price net|net price",
        "participants": "attendees|number of attendees",
        "booking_ref": "id|booking id",
    },
    "comments|price.gross|price.currency|price.taxes|units|currency|estimatedPayablePrice|created at",
)
_NEXUDUS = _layout(
    "nexudus",
    {
        "room": "ResourceName|Resource Name",
        "starts_at": "FromTime|From Time",
        "ends_at": "ToTime|To Time",
        "booked_by": "CoworkerCompanyName|CoworkerFullName|Coworker Company Name|Coworker Full Name",
        "is_tentative": "Tentative",
        "booking_ref": "Id|UniqueId",
    },
    "ResourceId|CoworkerId|Online|ChargeNow|InvoiceNow|DiscountCode|TariffAtTheTimeOfBooking|"
    "TeamsAtTheTimeOfBooking|RepeatBooking|Notes",
)
_OFFICERND = _layout(
    "officernd",
    {
        "room": "resourceId|resource|resource.name",
        "starts_at": "start.dateTime|start",
        "ends_at": "end.dateTime|end",
        "booked_by": "team|team.name|member|member.name|summary",
        "is_cancelled": "canceled|isCancelled",
        "is_tentative": "tentative|isTentative",
        "repeats": "recurrence.rrule|rrule",
        "booking_ref": "_id|bookingId",
    },
    "serviceSlots.before|serviceSlots.after|timezone|start.timeZone|end.timeZone|free|extras|rate|fees|reference",
)


def layouts(context: Context) -> list[Layout]:
    """In order of trial: what the evaluator described, our own form, then the programs we know."""
    own = tables.BOOKINGS
    columns = {key_of(text): column.name for column in own.columns for text in (column.label_fr, column.name)}
    columns |= {
        key_of(raw): to for (kind, raw), to in context.aliases.items() if kind == "column" and to in own.names
    }
    known = (_MRBS, _GRR, _COBOT, _NEXUDUS, _OFFICERND)
    described = [
        Layout(
            name if name in {layout.format for layout in known} else "csv",
            {key_of(header): column for header, column in mapping.columns.items()},
            mapping.values,
            mapping.constants,
        )
        for name, mapping in context.mappings.items()
        if mapping.kind == "bookings" and mapping.columns
    ]
    return [*described, Layout("csv", columns), *known]
