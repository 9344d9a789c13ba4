"""Small changes of a rule, one at a time: what a test of that rule must notice."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATIONS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True)
class Mutant:
    """One changed source. `line` is the line changed, stripped; `change` is `before → after`."""

    line: str
    change: str
    source: str


class _Swap(ast.NodeTransformer):
    """Changes the `wanted`-th place that can be changed, and remembers what it did."""

    def __init__(self, wanted: int) -> None:
        self._left = wanted
        self.line_number = 0
        self.change = ""

    def _is_it(self, node: ast.AST) -> bool:
        self._left -= 1
        if self._left != -1:
            return False
        self.line_number = node.lineno  # type: ignore[attr-defined]
        return True

    def _swapped(self, node: ast.AST, new: ast.AST) -> ast.AST:
        self.change = f"{ast.unparse(node)} → {ast.unparse(new)}"
        return new

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        is_told = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
        told, body = (node.body[:1], node.body[1:]) if is_told else ([], node.body)
        # neither annotations nor the documentation are rules
        node.body = told + [self.visit(statement) for statement in body]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [self.visit(statement) for statement in node.body]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if type(node.ops[0]) in _COMPARISONS and self._is_it(node):
            ops: list[ast.cmpop] = [_COMPARISONS[type(node.ops[0])](), *node.ops[1:]]
            return self._swapped(node, ast.Compare(node.left, ops, node.comparators))
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        if self._is_it(node):
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            return self._swapped(node, ast.BoolOp(other, node.values))
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if type(node.op) in _OPERATIONS and self._is_it(node):
            return self._swapped(node, ast.BinOp(node.left, _OPERATIONS[type(node.op)](), node.right))
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) and self._is_it(node):
            return self._swapped(node, node.operand)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool | int) and self._is_it(node):
            new = not node.value if isinstance(node.value, bool) else node.value + 1
            return self._swapped(node, ast.Constant(new))
        return node


def of_python(source: str, only: tuple[str, ...] = ()) -> Iterator[Mutant]:
    """Every mutant of a module, or of its functions named in `only`."""
    lines = source.splitlines()
    for wanted in range(10_000):
        tree, swap = ast.parse(source), _Swap(wanted)
        for place, node in enumerate(tree.body):
            is_rule = isinstance(node, ast.FunctionDef | ast.ClassDef) and (not only or node.name in only)
            if is_rule:
                tree.body[place] = swap.visit(node)
        if not swap.change:
            return
        mutated = ast.unparse(ast.fix_missing_locations(tree))
        yield Mutant(lines[swap.line_number - 1].strip(), swap.change, mutated)


_SQL = [
    (r"<=", "<"),
    (r">=", ">"),
    (r"<>", "="),
    (r"(?<![<>=])<(?![=>])", "<="),
    (r"(?<![<>=])>(?!=)", ">="),
    (r"(?<![<>=!])=(?!=)", "<>"),
    (r"(?<=\s)and(?=\s)", "or"),
    (r"(?<=\s)or(?=\s)", "and"),
    (r"(?<=\s)\+(?=\s)", "-"),
    (r"(?<=\s)-(?=\s)", "+"),
    (r"\b0\b", "1"),
    (r"\b1\b", "2"),
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"\bleast\(", "greatest("),
    (r"\bgreatest\(", "least("),
    (r"\bleft join\b", "inner join"),
    (r"\bis null\b", "is not null"),
    (r"\bis not null\b", "is null"),
    (r"\bnot in\b", "in"),
    (r"\bdesc\b", "asc"),
]
#: what is no rule: comments, texts, types, numbers of columns, frames of windows
_NO_RULE = re.compile(
    r"--[^\n]*|/\*.*?\*/|'[^']*'|decimal\(\d+, ?\d+\)|group by [\d, ]+|rows between [^)]*|\bbetween\s+\S+\s+and\b", re.DOTALL | re.IGNORECASE
)  # fmt: skip


def of_sql(text: str) -> Iterator[Mutant]:
    """Every mutant of a query."""
    rule = _NO_RULE.sub(lambda found: "~" * len(found[0]), text)
    for pattern, after in _SQL:
        for found in re.finditer(pattern, rule, re.IGNORECASE):
            start, end = found.span()
            line = text[text.rfind("\n", 0, start) + 1 : (text.find("\n", end) + 1 or len(text) + 1) - 1]
            yield Mutant(line.strip(), f"{found[0]} → {after}", text[:start] + after + text[end:])
