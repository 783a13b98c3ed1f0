"""Tables for people, of any width: no word is broken, and nothing is cut.

Where the columns don't fit, each row is a record: its first cell, and the others below it, by name.
"""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from voyage.commands.printable import printable

Cell = str | Text
GAP = 2
_LEAST = 24  # columns in which a sentence can be read


def print_sheet(console: Console, names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Print rows, of which the last cell is the one that may be a sentence."""
    cells = [[_text(cell) for cell in row] for row in rows]
    console.print(
        _table(names, cells) if _fits(names, cells, console.width) else _records(names, cells, console.width)
    )


def grid(*rows: Sequence[Cell]) -> Table:
    """Rows without a heading, whose last cell is wrapped between words; the others stay whole."""
    columns = len(rows[0]) if rows else 0
    whole = [Column(no_wrap=True, overflow="ignore") for _ in range(columns - 1)]
    sheet = _plain(*whole, Column(overflow="fold"), header=False)
    for row in rows:
        sheet.add_row(*map(_text, row))
    return sheet


def _plain(*columns: Column, header: bool) -> Table:
    return Table(*columns, box=None, show_header=header, padding=(0, GAP, 0, 0), pad_edge=False)


def _text(cell: Cell) -> Text:
    return cell if isinstance(cell, Text) else Text(printable(cell))


def _fits(names: Sequence[str], rows: Sequence[Sequence[Text]], width: int) -> bool:
    """Whether all but the last column can be as wide as they are, and the last one be read."""
    *whole, last = zip(names, *rows, strict=True)
    taken = sum(max(cell_len(str(cell)) for cell in column) + GAP for column in whole)
    widest = max(cell_len(str(cell)) for cell in last)
    return width - taken >= max(min(widest, _LEAST), *map(_longest_word, last))


def _longest_word(cell: Text | str) -> int:
    return max(map(cell_len, str(cell).split()), default=0)


def _table(names: Sequence[str], rows: Sequence[Sequence[Text]]) -> Table:
    *whole, last = names
    columns = [Column(name, no_wrap=True) for name in whole]
    sheet = _plain(*columns, Column(last, overflow="fold"), header=True)
    for row in rows:
        sheet.add_row(*row)
    return sheet


def _records(names: Sequence[str], rows: Sequence[Sequence[Text]], width: int) -> Group:
    """Each row as a paragraph; a cell without a text is left out, and a word that is too long has a line."""
    room = width - 2 * GAP - max(map(cell_len, names[1:]), default=0)
    parts: list[RenderableType] = []
    for first, *others in rows:
        named = [
            (Text(name, style="dim"), cell)
            for name, cell in zip(names[1:], others, strict=True)
            if str(cell) and _longest_word(cell) <= room
        ]
        too_long = [
            line
            for name, cell in zip(names[1:], others, strict=True)
            if _longest_word(cell) > room
            for line in (Text(f"{'':{GAP}}{name}", style="dim"), cell)
        ]
        paragraph = [first, Padding(grid(*named), (0, 0, 0, GAP))] if named else [first]
        parts += [*([Text("")] if parts else []), *paragraph, *too_long]
    return Group(*parts)
