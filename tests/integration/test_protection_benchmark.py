"""A few poles of benchmarks/protection.py: the whole registry betrays nothing; tables protected alone betray much."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.protection import measure


@pytest.mark.slow
def test_s07_four_quarters_and_their_cumuls_betray_nothing_to_anyone() -> None:
    total = Counter[str]()
    # 47: hiding a number that others tell together raises what must be kept; 195: what is lost on one side is not on both
    for seed in (5, 47, 195):
        total += measure(seed, is_plain=True)
    # bridge, jobs, members who leave in the middle of a quarter
    total += measure(0) + measure(3)
    assert total["betrayed_jointly"] == 0
    assert total["betrayed_alone"] > 0, "the attacker of this test must be able to win"
    assert 0 < total["kept_jointly"] < total["kept_alone"]
