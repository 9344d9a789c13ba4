"""What entries are and what is refused (DOMAIN 5.4 and 9)."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.context import Correction
from ingest.readers import fec
from periscope.warehouse import Connection
from tests import fecs
from tests.fecs import Line, accounts, flat, line, loaded, turnover

SALES, VARIOUS, OPENING = "VE Ventes", "OD Opérations diverses", "ANO À-nouveaux"


def sale(
    number: str, on: str, amount: str, account: str = "706000", journal: str = SALES, **customer: str
) -> list[Line]:
    return [
        line(journal, number, on, "411000", amount, "0,00", **customer),
        line(journal, number, on, account, "0,00", amount),
    ]


def roles(connection: Connection) -> dict[str, int]:
    return dict(connection.execute("select role, count(*) from revenue.fec_lines group by 1").fetchall())


# ---- DOMAIN 9


def test_709_comes_off_and_other_income_stays_out(tmp_path: Path) -> None:
    lines = [
        line(SALES, "1", "20260105", "706000", "0,00", "10000,00"),
        line(SALES, "2", "20260106", "709600", "500,00", "0,00"),
        line(SALES, "3", "20260107", "740000", "0,00", "3000,00"),
        line(SALES, "4", "20260108", "713000", "0,00", "800,00"),
        line(SALES, "5", "20260109", "756000", "0,00", "200,00"),
    ]
    with loaded(tmp_path, flat(lines)) as (connection, reading):
        assert turnover(connection) == "9500.00"
        assert {"unbalanced_file", "unbalanced_journal", "unbalanced_entries"} <= fecs.codes(reading)
        assert reading.slices[0].rows_refused == 0


def test_opening_entry_is_out_and_an_extourne_is_kept(tmp_path: Path) -> None:
    lines = [
        line(OPENING, "1", "20260101", "411000", "900,00", "0,00"),
        line(OPENING, "1", "20260101", "110000", "0,00", "900,00"),
        line(VARIOUS, "2", "20260101", "487000", "400,00", "0,00"),
        line(VARIOUS, "2", "20260101", "706000", "0,00", "400,00"),
    ]
    with loaded(tmp_path, flat(lines)) as (connection, _):
        assert turnover(connection) == "400.00"
        assert roles(connection) == {"opening": 2, "normal": 2}


@pytest.mark.parametrize("per_line", [False, True], ids=["one number", "a number per line"])
def test_closing_entry_is_recognised_by_its_accounts(tmp_path: Path, per_line: bool) -> None:
    lines = [
        *sale("1", "20260615", "1000,00"),
        line(VARIOUS, "2", "20261231", "706000", "1000,00", "0,00"),
        line(VARIOUS, "3" if per_line else "2", "20261231", "120000", "0,00", "1000,00"),
    ]
    with loaded(tmp_path, flat([said | {"PieceRef": "X"} for said in lines])) as (connection, reading):
        assert turnover(connection) == "1000.00"
        assert roles(connection) == {"closing": 2, "normal": 2}
        assert "closing_entries" in fecs.codes(reading)


# ---- roles


@pytest.mark.parametrize(
    ("journal", "role"),
    [
        ("AN À nouveaux", "opening"),
        ("AD A Nouveaux Détaillés", "opening"),
        ("OUV Balance initiale", "opening"),
        ("2 BILAN D'OUVERTURE", "opening"),
        ("2 BILAN DEBUT", "opening"),
        ("OUV OUVERTURE/2026", "opening"),
        ("RAN Report à nouveau", "opening"),
        ("BQ BANQUE", "normal"),
        ("ANC Ancien magasin", "normal"),
        ("AN Animations", "normal"),
        ("VE Ouverture de chantiers", "normal"),
    ],
)
def test_opening_journals_are_told_by_whole_words_and_accounts(
    tmp_path: Path, journal: str, role: str
) -> None:
    income = "" if role == "opening" else "706000"
    lines = [
        *sale("9", "20260110", "50,00"),
        line(journal, "1", "20260101", "512000", "70,00", "0,00"),
        line(journal, "1", "20260101", income or "101000", "0,00", "70,00"),
        line(journal, "2", "20260301", income or "102000", "0,00", "1,00"),
    ]
    with loaded(tmp_path, flat(lines)) as (connection, _):
        found = connection.execute(
            "select distinct role from revenue.fec_lines where journal_code <> 'VE'"
        ).fetchall()
        if journal.startswith("VE"):
            found = connection.execute("select distinct role from revenue.fec_lines").fetchall()
    assert found == [(role,)]


def test_income_in_an_opening_journal_is_out_with_a_finding(tmp_path: Path) -> None:
    lines = [*sale("1", "20260101", "5,00", journal="OUV Balance initiale"), *sale("2", "20260101", "52,00")]
    with loaded(tmp_path, flat(lines)) as (connection, reading):
        assert turnover(connection) == "52.00"
        finding = next(f for f in reading.findings if f.code == "opening_income")
        assert (finding.row, finding.value) == (3, "5.00")


def test_balances_in_detail_do_not_stretch_the_year(tmp_path: Path) -> None:
    lines = [
        line("AD A Nouveaux Détaillés", "1", "20210403", "411000", "7,00", "0,00"),
        line("AD A Nouveaux Détaillés", "1", "20260101", "110000", "0,00", "7,00"),
        *sale("2", "20260115", "10,00"),
        *sale("3", "20261220", "10,00"),
    ]
    with loaded(tmp_path, flat(lines)) as (connection, _):
        dates = connection.execute("select first_entry_on, last_entry_on from revenue.fec_files").fetchall()
    assert [str(day) for day in dates[0]] == ["2026-01-01", "2026-12-20"]


@pytest.mark.parametrize("label", ["CE Centralisation", "X1 Divers"])
def test_centralisation_is_counted_once(tmp_path: Path, label: str) -> None:
    detail = [
        *sale("1", "20260105", "100,00"),
        *sale("2", "20260120", "30,00"),
        *sale("3", "20260205", "60,00", "707000"),
        *sale("4", "20260305", "40,00"),
    ]
    central = [
        *sale("91", "20260131", "130,00", journal=label),
        *sale("92", "20260228", "60,00", "707000", journal=label),
        *sale("93", "20260331", "40,00", journal=label),
    ]
    with loaded(tmp_path, flat([*detail, *central])) as (connection, reading):
        assert turnover(connection) == "230.00"
        assert roles(connection) == {"normal": 8, "centralisation": 6}
        assert "centralisation" in fecs.codes(reading)


def test_a_journal_that_only_says_centralisation_is_kept(tmp_path: Path) -> None:
    lines = [*sale("1", "20260105", "100,00"), *sale("2", "20260120", "30,00", journal="CE Centralisation")]
    with loaded(tmp_path, flat(lines)) as (connection, reading):
        assert turnover(connection) == "130.00"
        assert "centralisation_doubtful" in fecs.codes(reading)


def test_sales_that_vanish_are_told(tmp_path: Path) -> None:
    lines = [
        *sale("1", "20260615", "1000,00"),
        line(VARIOUS, "2", "20261231", "706000", "1000,00", "0,00"),
        line(VARIOUS, "2", "20261231", "471000", "0,00", "1000,00"),
    ]
    with loaded(tmp_path, flat(lines)) as (_, reading):
        assert "vanished_turnover" in fecs.codes(reading)


def test_exact_duplicates_are_kept(tmp_path: Path) -> None:
    with loaded(tmp_path, flat([*sale("1", "20260105", "10,00"), *sale("1", "20260105", "10,00")])) as (
        connection,
        _,
    ):
        assert turnover(connection) == "20.00"


# ---- refusals


def test_each_bad_line_is_refused_alone(tmp_path: Path) -> None:
    good = accounts()
    rows = flat(good).decode().split("\n")
    sale = rows[4]
    bad = [
        sale.replace("20260115", "20260231"),
        sale.replace("0,00", "N/A", 1),
        "\t".join(sale.split("\t")[:9]),
        sale + "\ttrop",
        sale.replace("706000", "ventes", 1),
        sale.replace("10401,23", "10.401,23"),
        # one empty field at the end is allowed
        sale.replace("10401,23", "0,00") + "\t",
    ]
    rows[3:3] = bad
    with loaded(tmp_path, "\n".join(rows).encode()) as (connection, reading):
        found = [(r.row, r.column, r.value) for r in reading.refusals]
        piece = reading.slices[0]
        count = connection.execute("select count(*) from revenue.fec_lines").fetchone()
    assert found == [
        (4, "EcritureDate", "20260231"),
        (5, "Debit", "N/A"),
        (6, "", ""),
        (7, "", ""),
        (8, "CompteNum", ""),
        (9, "Credit", "10.401,23"),
    ]
    assert all(refusal.reason and refusal.remedy for refusal in reading.refusals)
    assert (piece.rows_read, piece.rows_refused) == (len(good) + 7, 6)
    assert count == (piece.rows_accepted,)


@pytest.mark.parametrize("separator", ["\t", "|"])
def test_a_separator_inside_a_label_is_mended_when_sure(tmp_path: Path, separator: str) -> None:
    lines = accounts()
    lines[3]["EcritureLib"] = f"Prestation {separator} acompte"
    lines[6]["CompteLib"] = f"Ventes {separator} magasin {separator} Paris"
    # an empty field too many is no label cut in two
    lines[7]["CompAuxLib"] = separator
    with loaded(tmp_path, flat(lines, separator=separator)) as (connection, reading):
        assert [refusal.row for refusal in reading.refusals] == [9]
        assert sorted(f.row for f in reading.findings if f.code == "mended_line" and f.row) == [5, 8]
        assert turnover(connection) == fecs.TURNOVER


def test_a_shifted_line_is_not_taken_for_a_line_with_an_empty_end(tmp_path: Path) -> None:
    lines = accounts()
    lines[4]["EcritureLib"] = "Loyer\t12"
    with loaded(tmp_path, flat(lines)) as (connection, reading):
        assert turnover(connection) == fecs.TURNOVER
        assert [f.row for f in reading.findings if f.code == "mended_line"] == [6]
    # without a validation date, nothing tells which reading is right
    names = [name for name in fecs.NAMES if name != "ValidDate"]
    with loaded(tmp_path, flat(lines, names=names)) as (_, reading):
        assert [refusal.row for refusal in reading.refusals] == [6]


@pytest.mark.parametrize("direction", ["X", "", "2"])
def test_an_unknown_direction_is_refused(tmp_path: Path, direction: str) -> None:
    names = [{"Debit": "Montant", "Credit": "Sens"}.get(name, name) for name in fecs.NAMES]
    lines = [said | {"Montant": "10,00", "Sens": "D"} for said in accounts()]
    lines[4]["Sens"] = direction
    with loaded(tmp_path, flat(lines, names=names)) as (_, reading):
        assert [(r.row, r.column) for r in reading.refusals] == [(6, "Sens")]


def test_an_unclosed_quote_takes_no_other_line(tmp_path: Path) -> None:
    lines = accounts()
    lines[5]["EcritureLib"] = '"Écran'
    with loaded(tmp_path, flat(lines, separator=";")) as (connection, reading):
        assert reading.slices[0].rows_read == len(lines)
        assert reading.refusals == []
        assert turnover(connection) == fecs.TURNOVER


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_header"),
        (b"\x1f\x8b\x08\x00\x00\x00", "no_header"),
        (flat([]), "no_lines"),
        (flat(accounts(), names=[n for n in fecs.NAMES if n != "CompteNum"]), "missing_column"),
        (flat(accounts(), names=[n for n in fecs.NAMES if n != "Credit"]), "missing_column"),
        (flat(accounts(), names=[*fecs.NAMES, "Debit"]), "duplicate_column"),
        (flat(accounts()) + b"x" * (1 << 21), "line_too_long"),
        (("\t".join(map(str, range(1_000_000))) + "\n").encode(), "line_too_long"),
        (fecs.xml(accounts())[:900], "bad_xml"),
        (fecs.xml(accounts()).replace(b"<compta", b"<!DOCTYPE a [<!ENTITY b 'c'>]><compta", 1), "dtd"),
        (
            fecs.xml(accounts())
            .decode()
            .replace("UTF-8", "UTF-16")
            .replace("<compta", "<!DOCTYPE a><compta", 1)
            .encode("utf-16"),
            "dtd",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_used_is_refused_and_leaves_the_transaction_whole(
    tmp_path: Path, content: bytes, code: str
) -> None:
    with loaded(tmp_path, content) as (connection, reading):
        assert reading.is_refused
        assert [refusal.code for refusal in reading.refusals] == [code]
        assert reading.refusals[0].row == 0 and reading.refusals[0].remedy
        assert connection.execute("select count(*) from revenue.fec_lines").fetchone() == (0,)


def test_zero_bytes_and_mixed_line_ends_are_read(tmp_path: Path) -> None:
    content = flat(accounts()).replace(b"Achats", b"Ac\0hats")
    head, tail = content[: len(content) // 2], content[len(content) // 2 :]
    with loaded(tmp_path, head.replace(b"\n", b"\r\n") + tail) as (connection, reading):
        assert reading.refusals == []
        assert turnover(connection) == fecs.TURNOVER


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_mixed_encodings_lose_no_line(tmp_path: Path, mark: bytes) -> None:
    content = mark + flat(accounts()) + flat(accounts()[2:5], encoding="cp1252").split(b"\n", 1)[1]
    with loaded(tmp_path, content) as (_, reading):
        assert reading.slices[0].rows_read == len(accounts()) + 3
        assert reading.refusals == []


def test_a_correction_of_the_ledger_is_replayed(tmp_path: Path) -> None:
    lines = accounts()
    lines[6]["Credit"] = "1433.33.1"
    name = "732829320FEC20261231.txt"
    fix = Correction(name, 8, "Credit", "1433.33.1", "1433,33")
    gone = Correction(name, 9, "Credit", "999", "1")
    with loaded(tmp_path, flat(lines), known=fecs.context(corrections=[fix, gone])) as (connection, reading):
        assert turnover(connection) == fecs.TURNOVER
        assert reading.refusals == []
        assert {"correction_applied", "correction_mismatch"} <= fecs.codes(reading)


# ---- sender


@pytest.mark.parametrize(
    ("name", "aliases", "sender"),
    [
        ("revenue/732829320FEC20261231.txt", {}, "atelier"),
        ("revenue/2026/732829320FEC20261231.TXT", {}, "atelier"),
        ("revenue/atelier/2020.txt", {}, "atelier"),
        ("revenue/732829320/export.txt", {}, "atelier"),
        ("revenue/Atelier coopératif/2026/export.txt", {}, "atelier"),
        ("revenue/atelier/732829320FEC.txt", {}, "atelier"),
        ("revenue/export.txt", {("file", "export.txt"): "fournil"}, "fournil"),
        ("revenue/732829320FEC20261231.txt", {("file", "732829320fec20261231.txt"): "356000000"}, "fournil"),
        ("revenue/export.txt", {}, "no_sender"),
        ("revenue/0000000001FEC20220831.txt", {}, "no_sender"),
        ("revenue/111111111FEC20261231.txt", {}, "unknown_sender"),
        ("revenue/export.txt", {("file", "export.txt"): "nobody"}, "unknown_sender"),
        ("revenue/fournil/732829320FEC20261231.txt", {}, "sender_disagreement"),
    ],
)
def test_the_sender_is_told_by_name_folder_or_alias(
    tmp_path: Path, name: str, aliases: dict[tuple[str, str], str], sender: str
) -> None:
    with loaded(tmp_path, flat(accounts()), name, fecs.context(aliases)) as (_, reading):
        assert (reading.slices[0].sender if reading.slices else reading.refusals[0].code) == sender


def test_the_managing_body_may_send_without_being_a_member(tmp_path: Path) -> None:
    known = fecs.context(managing_body_siren="880878145")
    with loaded(tmp_path, flat(accounts()), "revenue/880878145FEC20261231.txt", known) as (
        connection,
        reading,
    ):
        assert (reading.slices[0].sender, reading.slices[0].sender_siren) == ("", "880878145")
        slice_id = reading.slices[0].identity("f" * 64)
        assert connection.execute("select distinct slice_id from revenue.fec_lines").fetchall() == [
            (slice_id,)
        ]


def test_a_dry_reading_says_the_same(tmp_path: Path) -> None:
    with loaded(tmp_path, flat(accounts())) as (_, reading):
        dry = fec.read(tmp_path / "landed", "revenue/732829320FEC20261231.txt", fecs.context())
    assert dry == reading
    assert [column for _, _, column, _ in dry.columns][:4] == [
        "journal_code",
        "journal_label",
        "entry_number",
        "entry_on",
    ]
