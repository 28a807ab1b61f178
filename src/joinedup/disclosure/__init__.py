"""The one door out: nothing is published that has not passed disclosure control here (§8.1).

A `Draft` is what the analysis would like to say. `publish` hides what may not be said and words what may,
once, so that a figure reads the same in every format, and gives a `Published`, the only thing that report
and workbench can render.

What is hidden, and marked [c]: a figure that rests on 1 to ``limit`` less one incidents or people (zero is
said); a column or figure flagged commercial, security or personal; and, in a table with totals, the
cheapest further figures without which a hidden one could be worked out, wherever in the draft those figures
stand.
"""

from __future__ import annotations

from joinedup.disclosure.draft import (
    LIMIT,
    Bar,
    Block,
    Bullets,
    Chapter,
    Chart,
    Column,
    Curve,
    Curves,
    Draft,
    Figure,
    Gantt,
    Grid,
    Map,
    Mark,
    Page,
    Place,
    Section,
    Sensitivity,
    Span,
    Square,
    Statement,
    Table,
    Text,
    count,
)
from joinedup.disclosure.published import (
    MARK_WORDS,
    Published,
    PublishedBar,
    PublishedBlock,
    PublishedBullets,
    PublishedChapter,
    PublishedChart,
    PublishedCurve,
    PublishedCurves,
    PublishedGantt,
    PublishedGrid,
    PublishedMap,
    PublishedPage,
    PublishedSection,
    PublishedSquare,
    PublishedTable,
    Shown,
)
from joinedup.disclosure.rule import hidden, publish

__all__ = [
    "LIMIT",
    "MARK_WORDS",
    "Bar",
    "Block",
    "Bullets",
    "Chapter",
    "Chart",
    "Column",
    "Curve",
    "Curves",
    "Draft",
    "Figure",
    "Gantt",
    "Grid",
    "Map",
    "Mark",
    "Page",
    "Place",
    "Published",
    "PublishedBar",
    "PublishedBlock",
    "PublishedBullets",
    "PublishedChapter",
    "PublishedChart",
    "PublishedCurve",
    "PublishedCurves",
    "PublishedGantt",
    "PublishedGrid",
    "PublishedMap",
    "PublishedPage",
    "PublishedSection",
    "PublishedSquare",
    "PublishedTable",
    "Section",
    "Sensitivity",
    "Shown",
    "Span",
    "Square",
    "Statement",
    "Table",
    "Text",
    "count",
    "hidden",
    "publish",
]
