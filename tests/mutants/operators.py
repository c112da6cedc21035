"""What is changed of a module to make a mutant: one node of its syntax tree at a time.

mutmut 3 leaves out every function with a decorator, which all checks have; cosmic-ray starts a process for each mutant,
which imports everything anew. Hence these operators, and forks of one process (``forks``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

#: A comparison, and what takes its place.
_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
}
_Functions = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, order=True)
class Mutant:
    """One change of one module: the ``number``-th of its possible changes.

    ``unit`` is the outermost function or method around it, and the line where it starts; empty and 0 outside of
    functions. ``before`` and ``after`` are the changed statement, on one line each.
    """

    module: str
    number: int
    line: int
    unit: str
    unit_line: int
    before: str
    after: str

    @property
    def key(self) -> str:
        """What names the mutant although lines move: module, unit and change."""
        return f"{self.module}:{self.unit}: {self.before} -> {self.after}"


def mutants_of(module: str, source: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its source."""
    return [_described(module, number, change) for number, change in enumerate(list(_changes(ast.parse(source))))]


def mutated(source: str, number: int) -> ast.Module:
    """Return the syntax tree of a module with its ``number``-th change."""
    tree = ast.parse(source)
    list(_changes(tree))[number].swap()
    return ast.fix_missing_locations(tree)


@dataclass(frozen=True)
class _Change:
    """Put ``new`` in the place of a node: ``field`` of its parent, or the item ``index`` of that field's list."""

    parent: ast.AST
    field: str
    index: int | None
    new: ast.AST
    line: int
    around: tuple[ast.AST, ...]

    def swap(self) -> ast.AST:
        """Change the tree; return the node that was there."""
        return self._put(self.new)

    def undo(self, old: ast.AST) -> None:
        """Put back what ``swap`` returned."""
        self._put(old)

    def _put(self, node: ast.AST) -> ast.AST:
        if self.index is None:
            old = getattr(self.parent, self.field)
            setattr(self.parent, self.field, node)
        else:
            old = getattr(self.parent, self.field)[self.index]
            getattr(self.parent, self.field)[self.index] = node
        assert isinstance(old, ast.AST)
        return old


def _described(module: str, number: int, change: _Change) -> Mutant:
    """Return a mutant with its statement before and after the change; the tree is the same again afterwards."""
    changes_a_statement = isinstance(change.new, ast.stmt)
    around = next(n for n in reversed(change.around) if isinstance(n, ast.stmt | ast.Module))
    before = "" if changes_a_statement else _first_line(around)
    old = change.swap()
    before, after = (
        (_first_line(old), _first_line(change.new)) if changes_a_statement else (before, _first_line(around))
    )
    change.undo(old)
    functions = [n for n in change.around if isinstance(n, _Functions)]
    if not functions or _is_in_a_decorator(change, functions[0]):
        return Mutant(module, number, change.line, "", 0, before, after)
    classes = [n.name for n in change.around[: change.around.index(functions[0])] if isinstance(n, ast.ClassDef)]
    return Mutant(
        module, number, change.line, ".".join([*classes, functions[0].name]), _starts(functions[0]), before, after
    )


def _is_in_a_decorator(change: _Change, function: _Functions) -> bool:
    """Whether a change is made above a function: that code runs when the module is imported."""
    return any(n in function.decorator_list for n in change.around)


def _starts(function: _Functions) -> int:
    """The line that the function's code object names: that of its first decorator."""
    return min([function.lineno, *(d.lineno for d in function.decorator_list)])


def _first_line(node: ast.AST) -> str:
    """A statement without its body, on one line."""
    text = ast.unparse(ast.fix_missing_locations(node))
    return text.splitlines()[0] if hasattr(node, "body") else " ".join(text.split())


def _changes(tree: ast.Module) -> Iterator[_Change]:
    yield from _below(tree, (tree,), 0)


def _below(node: ast.AST, around: tuple[ast.AST, ...], line: int) -> Iterator[_Change]:
    """Every change of what is below a node, in the order of the source."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "names", "type_params") or _is_for_types(node):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _is_docstring(child) or _is_of_a_dataclass(child):
                continue
            own = getattr(child, "lineno", line)
            for new in _instead_of(child, node, field):
                yield _Change(node, field, index, new, own, around)
            yield from _below(child, (*around, child), own)


def _is_docstring(node: ast.AST) -> bool:
    """Whether a statement is only a string: a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_of_a_dataclass(node: ast.AST) -> bool:
    """Whether a node is ``@dataclass(...)`` or ``__slots__``: no behaviour that a test could show."""
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) == "__slots__"
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dataclass"


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _instead_of(node: ast.AST, parent: ast.AST, field: str) -> Iterator[ast.AST]:
    """What may stand instead of a node."""
    if isinstance(node, ast.stmt):
        yield from _statements(node)
    elif isinstance(node, ast.Compare):
        for place, old in enumerate(node.ops):
            if type(old) in _COMPARED:
                new = [*node.ops[:place], _COMPARED[type(old)](), *node.ops[place + 1 :]]
                yield ast.Compare(node.left, new, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _COMPUTED:
        yield ast.BinOp(node.left, _COMPUTED[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant) and not isinstance(parent, ast.JoinedStr | ast.FormattedValue):
        yield from _constants(node)
    if field in ("test", "ifs") and isinstance(node, ast.expr) and not isinstance(node, ast.Compare | ast.UnaryOp):
        yield ast.UnaryOp(ast.Not(), node)


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
    elif isinstance(value, str):
        yield ast.Constant(f"XX{value}")


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    """A call, a yield, a raise or an assignment to a part of something is left out; a result becomes None."""
    to_a_part = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute | ast.Subscript)
    if to_a_part or isinstance(node, ast.Expr | ast.AugAssign | ast.Raise | ast.Delete):
        yield ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()
