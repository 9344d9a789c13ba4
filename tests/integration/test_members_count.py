"""Golden numbers of crit_members_count, worked out by hand."""

from decimal import Decimal

import pytest

from tests.poles import Figures, Pole, sources_sum


@pytest.fixture(scope="module")
def figures() -> Figures:
    pole = Pole()
    pole.member("A", "732829320", "creation_support")
    # B changes presence on 16 August, C left the day before the end of the quarter, D on the last day
    pole.member("B", "356000000", "csr_promotion", left_on="2026-08-15")
    pole.membership("B", "occasional_user", "2026-08-16")
    pole.member("C", "880878145", "csr_promotion", left_on="2026-09-29")
    pole.member("D", "552032534", "csr_promotion", left_on="2026-09-30")
    pole.member("E", "784410607", presence="candidate")
    return pole.build("2026-Q3", select=["+crit_members_count"])


def test_members_are_counted_on_the_last_day(figures: Figures) -> None:
    assert figures.value("members_count", "2026-Q3") == 3  # A, B, D
    assert figures.value("members_count", "2026-Q3", "permanent_residents") == 2  # A, D
    assert figures.value("members_count", "2026-Q3", "occasional_users") == 1  # B
    assert figures.items("members_count", "2026-Q3") == {
        "creation_support": Decimal(1),
        "csr_promotion": Decimal(2),
    }


def test_sources_add_up(figures: Figures) -> None:
    for row in figures.rows.values():
        if row["value"] is not None:
            assert sources_sum(row) == row["value"]
