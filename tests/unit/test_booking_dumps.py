"""MRBS and GRR dumps: which rows count, which cannot, and what no text may do to the reader."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.context import Context, Member, fold
from ingest.readers import booking_dumps
from ingest.readers.sql_dump import read_dump
from periscope.receipts import Reading
from periscope.settings import Mapping, Thresholds

#: 1 July 2026 09:00 and 11:00 in Paris
NINE, ELEVEN = 1782889200, 1782896400


@pytest.fixture
def context() -> Context:
    return Context(
        members=[Member("M01", "732829320", "Coopérative du Moulin")],
        rooms={"eole": "Salle Éole", "zephyr": "Zéphyr"},
        aliases={("member", fold("moulin")): "M01"},
        managing_body_siren="",
        mappings={"mrbs": Mapping("bookings", values={"category": {"E": "Extérieur"}})},
        corrections=[],
        thresholds=Thresholds(),
        key=bytes(32),
        window=(date(2026, 1, 1), date(2026, 9, 30)),
    )


def read(sql: str, context: Context, tmp_path: Path) -> Reading:
    path = tmp_path / "landed"
    path.write_text(sql, encoding="utf-8")
    return booking_dumps.read(path, "bookings/base.sql", context)


def rows(reading: Reading) -> list[dict[str, Any]]:
    return sorted((row for piece in reading.slices for row in piece.rows), key=lambda row: row["row_number"])


MRBS = """-- a dump ; with 'a quote
CREATE TABLE `mrbs_entry` (
  `id` int(11) NOT NULL, `start_time` int(11) NOT NULL DEFAULT '0', `end_time` int(11), `room_id` int(11),
  `create_by` varchar(80), `name` varchar(80) DEFAULT 'a,b', `type` char(1), `status` tinyint(3),
  PRIMARY KEY (`id`)
);
INSERT INTO `mrbs_area` (`id`, `area_name`, `timezone`, `enable_periods`) VALUES (1,'Étage','Europe/Paris',0),(2,'École','Europe/Paris',1);
INSERT INTO `mrbs_room` (`id`, `area_id`, `room_name`) VALUES (1,1,'Salle Ã‰ole'),(2,2,'zephyr'),(3,1,'Grenier');
"""


def test_each_entry_is_one_booking(context: Context, tmp_path: Path) -> None:
    entries = f"""INSERT INTO `mrbs_entry` VALUES
(1,{NINE},{ELEVEN},1,'moulin','L\\'atelier; (1), ''x''','I',0),
(2,{NINE},{ELEVEN},1,'odile','Odile Inventée','E',4),
(3,{NINE},{ELEVEN},1,'odile','x','E',2),(4,{NINE},{ELEVEN},1,'odile','x','E',1),
(5,{ELEVEN},{NINE},1,'odile','x','E',0),
(6,{NINE},{ELEVEN},3,'odile','x','E',0),
(7,{NINE},{ELEVEN}),
(8,'hier',{ELEVEN},1,'odile','x','E',0);"""
    reading = read(MRBS + entries, context, tmp_path)
    assert [
        (row["row_number"], row["status"], row["member_id"], row["category"]) for row in rows(reading)
    ] == [
        (10, "confirmed", "M01", None),
        (11, "tentative", None, "external"),
        (12, "tentative", None, "external"),
        (12, "confirmed", None, "external"),
    ]
    assert {row["starts_at"].isoformat(" ", "minutes") for row in rows(reading)} == {"2026-07-01 07:00"}
    assert [(r.row, r.code) for r in reading.refusals] == [
        (13, "bad_interval"),
        (14, "unknown_room"),
        (15, "bad_entry"),
        (16, "bad_entry"),
    ]
    assert sum(p.rows_read for p in reading.slices) == 8
    assert sum(p.rows_refused for p in reading.slices) == 4
    assert "Odile" not in repr(reading) and "odile" not in repr(reading)


def test_periods_without_hours_are_refused_and_with_hours_are_read(context: Context, tmp_path: Path) -> None:
    noon = NINE + 3 * 3600  # 12:00 in Paris is the first period
    entry = f"INSERT INTO `mrbs_entry` VALUES (1,{noon},{noon + 120},2,'','','I',0);"
    reading = read(MRBS + entry, context, tmp_path)
    assert [r.code for r in reading.refusals] == ["period_mode"]
    named = MRBS.replace("`enable_periods`) VALUES (1,'Étage','Europe/Paris',0)", "`enable_periods`, `periods`) VALUES (1,'Étage','Europe/Paris',0,NULL)").replace(
        "'Europe/Paris',1)", "'Europe/Paris',1,'[\\\"M1 (8h30-10h)\\\", \\\"M2 (10h-12h)\\\"]')"
    )  # fmt: skip
    found = rows(read(named + entry, context, tmp_path))
    assert [(r["starts_at"].hour, r["starts_at"].minute, r["ends_at"].hour) for r in found] == [(6, 30, 10)]


def test_grr_leaves_out_what_was_deleted_or_not_yet_granted(context: Context, tmp_path: Path) -> None:
    sql = f"""INSERT INTO grr_area (id, area_name, enable_periods) VALUES (1, 'Étage', 'n');
INSERT INTO grr_room (id, area_id, room_name) VALUES (1, 1, 'zephyr');
INSERT INTO grr_entry (id, start_time, end_time, room_id, beneficiaire, beneficiaire_ext, supprimer, moderate, option_reservation) VALUES
(1, {NINE}, {ELEVEN}, 1, 'moulin', '', 0, 0, -1),
(2, {NINE}, {ELEVEN}, 1, '', 'Odile|o@example.org', 1, 0, -1),
(3, {NINE}, {ELEVEN}, 1, '', '', 0, 1, -1),
(4, {NINE}, {ELEVEN}, 1, '', '', 0, 2, -1),
(5, {NINE}, {ELEVEN}, 1, '', '', 0, 3, -1),
(6, {NINE}, {ELEVEN}, 1, '', '', 0, 0, {ELEVEN});
"""
    reading = read(sql, context, tmp_path)
    assert reading.kind_of_file == "grr"
    assert [row["status"] for row in rows(reading)] == [
        "confirmed", "cancelled", "tentative", "confirmed", "cancelled", "tentative",
    ]  # fmt: skip
    assert rows(reading)[0]["member_id"] == "M01"


def test_a_postgresql_dump(context: Context, tmp_path: Path) -> None:
    sql = f"""-- PostgreSQL database dump
COPY public.mrbs_area (id, area_name, timezone, enable_periods) FROM stdin;
1\tÉtage\tEurope/Paris\t0
\\.
COPY public.mrbs_room (id, area_id, room_name) FROM stdin;
1\t1\tzephyr
\\.
COPY public.mrbs_entry (id, start_time, end_time, room_id, create_by, name, status) FROM stdin;
1\t{NINE}\t{ELEVEN}\t1\todile\tdeux\\tmots '\t0
2\t{NINE}\t{ELEVEN}\t1\todile\t\\N\t4
\\.
INSERT INTO public.mrbs_entry (id, start_time, end_time, room_id, name) VALUES (3, {NINE}, {ELEVEN}, 1, 'C:\\');
"""
    reading = read(sql, context, tmp_path)
    assert [(row["row_number"], row["booking_ref"], row["status"]) for row in rows(reading)] == [
        (9, "1", "confirmed"),
        (10, "2", "tentative"),
        (12, "3", "confirmed"),
    ]


def test_a_string_that_never_ends_is_told_and_what_came_before_is_kept(
    context: Context, tmp_path: Path
) -> None:
    entries = f"INSERT INTO `mrbs_entry` VALUES (1,{NINE},{ELEVEN},1,'','','I',0),\n(2,{NINE},{ELEVEN},1,'oups,'','I',0);"
    reading = read(MRBS + entries.replace("'I',0);", "I,0);"), context, tmp_path)
    assert [row["booking_ref"] for row in rows(reading)] == ["1"]
    assert "unclosed_quote" in [finding.code for finding in reading.findings]
    assert [(r.row, r.code) for r in reading.refusals] == [(10, "bad_entry")]


def test_another_dump_is_refused(context: Context, tmp_path: Path) -> None:
    assert read("CREATE TABLE users (id int);", context, tmp_path).is_refused


def test_recognised_by_its_head() -> None:
    assert booking_dumps.recognises(MRBS.encode())
    assert not booking_dumps.recognises(b"room;starts_at\nmrbs_1;2026")


@given(st.text(), st.text(alphabet="ab'\\\"`;(),-#/* \n\t"))
def test_any_text_comes_back_as_it_was(kept: str, hostile: str) -> None:
    kept = kept.replace("\0", "").replace("\x1a", "").replace("\b", "").replace("\r", "")
    for value in (kept, hostile):
        quoted = value.replace("\\", "\\\\").replace("'", "\\'")
        dump = read_dump(
            f"INSERT INTO `t` (`a`, `b`) VALUES (1,'{quoted}'),(2,NULL);", lambda table: table == "t"
        )
        assert [row.values for row in dump.tables["t"]] == [{"a": "1", "b": value}, {"a": "2", "b": None}]
        doubled = value.replace("'", "''")
        dump = read_dump(f"insert into t (a, b) values (1, '{doubled}');", lambda table: table == "t")
        assert "`" in value or [row.values for row in dump.tables["t"]] == [{"a": "1", "b": value}]


def test_a_zone_that_does_not_exist_is_told(context: Context, tmp_path: Path) -> None:
    entry = f"INSERT INTO `mrbs_entry` VALUES (1,{NINE},{ELEVEN},1,'x','moulin','E',0);"
    for broken in ("\0urope/Paris", "Europe/Ramonville", "../../etc"):
        sql = MRBS.replace("'Étage','Europe/Paris'", f"'Étage','{broken}'") + entry
        reading = read(sql, context, tmp_path)
        assert [finding.code for finding in reading.findings] == ["unknown_zone"]
        assert len(rows(reading)) == 1
