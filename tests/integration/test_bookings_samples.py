"""Calendars and booking dumps that nobody here wrote: no crash, no hang, every event counted, the agreed figures."""

from __future__ import annotations

import csv
import re
import time
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.context import Context, fold
from ingest.readers import booking_dumps, ics
from periscope import models
from periscope.receipts import Reading
from periscope.settings import Thresholds

SAMPLES = models.PROJECT.parent / "shared" / "samples"

pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(not (SAMPLES / "TRUTH.tsv").exists(), reason="samples absent: ../shared/samples"),
]

#: calendars whose occurrences without any duration we refuse (DOMAIN 3.5) while the two libraries count them;
#: their hours agree. File -> occurrences refused.
WITHOUT_DURATION = {
    "issue_1050_forward_timezone_reference": 1,
    "issue_1081_event_with_rrule": 10,
    "issue_1081_list_of_properties": 1,
    "issue_1081_tzid_param": 1,
    "issue_127_categories_with_commas": 1,
    "issue_351_whitespace_in_property_and_params": 1,
    "rfc_9253_examples": 2,
    "classify": 1,
    "only_dtstart_time": 1,
    "issue_62_moved_event": 14,
}


def truth(family: str) -> dict[str, dict[str, dict[str, str]]]:
    """file -> measure -> line of TRUTH.tsv."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    with (SAMPLES / "TRUTH.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["family"] == family:
                found[row["file"]][row["measure"]] = row
    return found


def context_for(name: str, window: tuple[date, date]) -> Context:
    """A register with one room, named as the file is."""
    return Context(
        members=[],
        rooms={"R1": "R1"},
        aliases={("room", fold(Path(name).stem)): "R1"},
        managing_body_siren="",
        mappings={},
        corrections=[],
        thresholds=Thresholds(),
        key=bytes(32),
        window=window,
    )


def window_of(parameters: str) -> tuple[date, date]:
    first, after = re.findall(r"\d{4}-\d{2}-\d{2}", parameters)
    return date.fromisoformat(first), date.fromisoformat(after) - timedelta(days=1)


def read_calendar(name: str, window: tuple[date, date]) -> Reading:
    return ics.read(SAMPLES / name, name, context_for(name, window))


def hours(reading: Reading) -> Decimal:
    return sum(
        (
            Decimal(int((row["ends_at"] - row["starts_at"]).total_seconds())) / 3600
            for piece in reading.slices
            for row in piece.rows
        ),
        Decimal(0),
    )


CALENDARS = truth("ics") if SAMPLES.exists() else {}
OCCURRENCES = "event occurrences overlapping the window"
HOURS = "hours of timed occurrences (full length, not clipped)"


@pytest.mark.parametrize("name", sorted(CALENDARS))
def test_a_calendar_is_read_whole_and_in_time(name: str) -> None:
    measures = CALENDARS[name]
    asked = measures.get(OCCURRENCES) or measures.get("expansion")
    window = window_of(asked["parameters"]) if asked else (date(2020, 1, 1), date(2021, 12, 31))
    started = time.monotonic()
    reading = read_calendar(name, window)
    assert time.monotonic() - started < 10
    assert sum(piece.rows_read for piece in reading.slices) == int(measures["VEVENT blocks"]["value"])
    assert len(reading.refusals) >= sum(piece.rows_refused for piece in reading.slices)
    if OCCURRENCES in measures and measures[OCCURRENCES]["confidence"].startswith("AGREED"):
        stem = name.split("~")[-1].split("__")[-1].removesuffix(".ics")
        expected = int(measures[OCCURRENCES]["value"]) - WITHOUT_DURATION.get(stem, 0)
        assert sum(len(piece.rows) for piece in reading.slices) == expected
        if int(measures.get("of which all-day", {"value": "0"})["value"]) == 0:
            assert abs(hours(reading) - Decimal(measures[HOURS]["value"])) < Decimal("0.01")


class AnyRoom(Context):
    """A register that knows every room, so that each entry of a dump is judged for itself."""

    def room(self, text: str) -> str | None:
        return fold(text) or None


DUMPS = truth("booking") if SAMPLES.exists() else {}


@pytest.mark.parametrize("name", sorted(DUMPS))
def test_a_dump_gives_the_figures_of_another_reader(name: str) -> None:
    measures = {measure: row["value"] for measure, row in DUMPS[name].items()}
    context = AnyRoom(**vars(context_for(name, (date(2015, 1, 1), date(2026, 12, 31)))))
    reading = booking_dumps.read(SAMPLES / name, name, context)
    found = [row for piece in reading.slices for row in piece.rows]
    assert sum(piece.rows_read for piece in reading.slices) == len(found) == int(measures["entries"])
    assert reading.is_refused == (not found)
    if found:
        seconds = sum((row["ends_at"] - row["starts_at"]).total_seconds() for row in found)
        assert int(seconds) == int(measures["seconds"])
        assert min(row["starts_at"] for row in found).isoformat() + "+00:00" == measures["first_utc"]
        assert max(row["ends_at"] for row in found).isoformat() + "+00:00" == measures["last_utc"]


@pytest.mark.parametrize("path", sorted((SAMPLES / "booking").glob("*")), ids=lambda path: path.name)
def test_a_dump_is_read_in_time(path: Path) -> None:
    started = time.monotonic()
    booking_dumps.read(path, path.name, context_for(path.name, (date(2015, 1, 1), date(2026, 12, 31))))
    assert time.monotonic() - started < 10
