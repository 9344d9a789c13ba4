"""The pencil of the charts: one SVG document with title and description, presentation attributes only.

No style attribute and no script: the same drawing passes a strict content policy, prints as vector and enters a PDF.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

INK = "#1c2733"
MUTED = "#5a6673"
GRID = "#d9dee3"
BLUE = "#1d5b86"
ORANGE = "#a8480f"
PALE = "#cfe0ec"
#: Light to dark in one hue; the darkest still carries white text.
RAMP = ("#eef4f8", "#cfe0ec", "#9fc1d8", "#5f96ba", "#1d5b86")
FONT = "Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif"


class Drawing:
    """Shapes added in order; coordinates in px of a `width` × `height` view box."""

    def __init__(self, slug: str, title: str, description: str, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'aria-labelledby="{slug}-t {slug}-d" font-family={quoteattr(FONT)} font-size="13">'
            f'<title id="{slug}-t">{escape(title)}</title><desc id="{slug}-d">{escape(description)}</desc>'
        )
        self._shapes: list[str] = []

    def line(
        self, x1: float, y1: float, x2: float, y2: float, color: str = GRID, width: float = 1, dash: str = ""
    ) -> None:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._shapes.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" '
            f'stroke-width="{width:g}"{dashed}/>'
        )

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str = BLUE, stroke: str = "none"
    ) -> None:
        self._shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" '
            f'fill="{fill}" stroke="{stroke}"/>'
        )

    def circle(self, x: float, y: float, radius: float, fill: str = BLUE, stroke: str = "#ffffff") -> None:
        self._shapes.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}" stroke="{stroke}"/>'
        )

    def diamond(self, x: float, y: float, size: float, color: str = INK) -> None:
        points = (
            f"{x:.1f},{y - size:.1f} {x + size:.1f},{y:.1f} {x:.1f},{y + size:.1f} {x - size:.1f},{y:.1f}"
        )
        self._shapes.append(
            f'<polygon points="{points}" fill="#ffffff" stroke="{color}" stroke-width="1.8"/>'
        )

    def polyline(self, points: list[tuple[float, float]], color: str = BLUE, width: float = 2.2) -> None:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._shapes.append(
            f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{width:g}" '
            'stroke-linejoin="round" stroke-linecap="round"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        anchor: str = "start",
        color: str = INK,
        size: float = 13,
        bold: bool = False,
    ) -> None:
        weight = ' font-weight="bold"' if bold else ""
        self._shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}" font-size="{size:g}"{weight}>'
            f"{escape(_printable(text))}</text>"
        )

    def done(self) -> str:
        return self._head + "".join(self._shapes) + "</svg>"


def _printable(text: str) -> str:
    """XML has no room for control characters, whatever a name contains."""
    return "".join(c for c in text if c.isprintable() or c in "\u202f\u00a0")


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def slugged(text: str) -> str:
    """An id for the document from a chart's own name: letters, digits and hyphens."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower()).strip("-")
