"""The lifecycle of a connection as a drawing: statuses, and arrows, with observed transitions emphasised."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from linkproof.model.lifecycle import GONE, Lifecycle, Transition

#: Positions of statuses: pending on the left, the decisions in the middle, no connection on the right.
_PLACES = ((100, 154), (360, 64), (360, 244), (100, 276))
_GONE = (610, 154)
_NODE_WIDTH, _NODE_HEIGHT = 148, 34
_LINE = 14
WIDTH, HEIGHT = 700, 312


@dataclass(frozen=True)
class Node:
    """A status: its name, its centre, and whether a connection was seen in it."""

    word: str
    x: float
    y: float
    seen: bool


@dataclass
class Arrow:
    """All transitions between two statuses in one direction: the curve, and a label for each."""

    path: str
    x: float
    y: float
    kind: str
    anchor: str = "middle"
    above: bool = False
    labels: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Diagram:
    """The elements of a drawing."""

    nodes: list[Node]
    arrows: list[Arrow]


def diagram(lifecycle: Lifecycle) -> Diagram:
    """Return the drawing of one contract's lifecycle. A status without transitions is omitted."""
    steps = lifecycle.transitions
    touched = {w for t in steps for w in (t.before, t.after)}
    known = [w for w in lifecycle.states if w in touched][: len(_PLACES)]
    places = {w: _PLACES[lifecycle.states.index(w)] for w in known if lifecycle.states.index(w) < len(_PLACES)}
    if GONE in touched:
        places[GONE] = _GONE
    seen = {w for t in steps if t.count for w in (t.before, t.after)}
    arrows: dict[tuple[str, str], Arrow] = {}
    for kind in ("seen", "odd", "open"):
        for step in (t for t in steps if _kind(t) == kind):
            pair = step.before, step.after
            if not set(pair) <= set(places):
                continue
            if pair not in arrows:
                both = any((t.after, t.before) == pair for t in steps)
                arrows[pair] = _arrow(places[pair[0]], places[pair[1]], kind, both=both)
            arrows[pair].labels.append(_label(step))
    for (before, after), arrow in arrows.items():
        if arrow.above or (before == after and places[before][1] < _PLACES[0][1]):
            arrow.y -= _LINE * (len(arrow.labels) - 1)  # labels above a box or a line grow upwards
    nodes = [Node(w or "no connection", x, y, w in seen) for w, (x, y) in places.items()]
    return Diagram(nodes, list(arrows.values()))


def _kind(step: Transition) -> str:
    if not step.count:
        return "open"
    return "seen" if step.foreseen else "odd"


def _label(step: Transition) -> str:
    refused = " refused" if step.refused else ""
    times = f" {step.count}×" if step.count else " not seen"
    return f"{step.by}{refused}{times}"


def _arrow(start: tuple[float, float], end: tuple[float, float], kind: str, *, both: bool) -> Arrow:
    if start == end:
        return _loop(start, kind)
    (x1, y1), (x2, y2) = start, end
    length = math.hypot(x2 - x1, y2 - y1)
    nx, ny = -(y2 - y1) / length, (x2 - x1) / length
    bend = 42 if both else 16
    if (x1, y1) == _PLACES[0] and (x2, y2) == _GONE:
        bend = 0
    cx, cy = (x1 + x2) / 2 + nx * bend, (y1 + y2) / 2 + ny * bend
    ax, ay = _edge(start, (cx, cy), 0)
    bx, by = _edge(end, (cx, cy), 5)
    path = f"M{ax:.1f} {ay:.1f} Q{cx:.1f} {cy:.1f} {bx:.1f} {by:.1f}"
    x, y = (cx + (x1 + x2) / 2) / 2, (cy + (y1 + y2) / 2) / 2
    if x1 == x2:  # vertical line: the label is next to it, clear of the line that crosses it
        outward = -1 if cx < x1 else 1
        return Arrow(path, x + 8 * outward, y + 20 * outward, kind, "end" if outward < 0 else "start")
    if bend == 0:
        return Arrow(path, round(x1 + (x2 - x1) * 0.3, 1), round(y + 12, 1), kind)
    return _slanted(path, x, y, kind, rising=(y2 < y1) == (x2 > x1), outer=min(x1, x2) <= _PLACES[0][0])


def _slanted(path: str, x: float, y: float, kind: str, *, rising: bool, outer: bool) -> Arrow:
    """Return an arrow with its label next to the line, on the side that the line leads away from.

    ``outer``: the line is on the left of the drawing, and its label ends at the line; otherwise it begins there.
    """
    above = rising == outer
    anchor, dx = ("end", -7) if outer else ("start", 7)
    return Arrow(path, round(x + dx, 1), round(y + (-9 if above else 11), 1), kind, anchor, above)


def _loop(at: tuple[float, float], kind: str) -> Arrow:
    x, y = at
    up = -1 if y <= _PLACES[0][1] else 1
    edge = y + up * _NODE_HEIGHT / 2
    far = edge + up * 22
    return Arrow(
        f"M{x - 52} {edge} C{x - 52} {far} {x - 20} {far} {x - 20} {edge + up * 5}",
        x - 12,
        edge + up * 13,
        kind,
        anchor="start",
    )


def _edge(node: tuple[float, float], towards: tuple[float, float], gap: float) -> tuple[float, float]:
    """Return where the line from a node's centre leaves its box, with a gap for the arrow's head."""
    dx, dy = towards[0] - node[0], towards[1] - node[1]
    half_x, half_y = _NODE_WIDTH / 2 + gap, _NODE_HEIGHT / 2 + gap
    scale = min(half_x / abs(dx) if dx else math.inf, half_y / abs(dy) if dy else math.inf)
    return node[0] + dx * scale, node[1] + dy * scale
