"""The mutator changes each place of a rule once, and nothing that is no rule."""

from __future__ import annotations

from benchmarks.mutants import of_python, of_sql

_RULE = '''
LIMIT = 3

def rule(a: int = 0, *, b: "list[1]") -> bool:
    """Above 3 and not 4."""
    count: int = b[0]
    return a < count and not a == LIMIT - 1
'''


def test_every_place_of_a_rule_is_changed_once() -> None:
    assert [mutant.change for mutant in of_python(_RULE)] == [
        "0 → 1",
        "a < count → a <= count",
        "1 → 2",
        "LIMIT - 1 → LIMIT + 1",
        "a == LIMIT - 1 → a != LIMIT - 1",
        "not a == LIMIT - 1 → a == LIMIT - 1",
        "a < count and (not a == LIMIT - 1) → a < count or not a == LIMIT - 1",
    ]
    assert len({mutant.source for mutant in of_python(_RULE)}) == 7


def test_only_the_functions_named_are_changed() -> None:
    assert list(of_python(_RULE, only=("other",))) == []
    assert len(list(of_python(_RULE, only=("rule",)))) == 7


def test_sql_keeps_its_comments_texts_types_and_frames() -> None:
    kept = "select 'a = 1 and b' as a /* 1 */ -- x < 1\nfrom t group by 1, 2"
    assert list(of_sql(kept)) == []
    (mutant,) = of_sql(f"{kept} having n >= m")
    assert mutant.change == ">= → >" and mutant.source.endswith("n > m")
    changes = [mutant.change for mutant in of_sql("select x where a = 1 and b is not null")]
    assert changes == ["= → <>", "and → or", "1 → 2", "is not null → is null"]
