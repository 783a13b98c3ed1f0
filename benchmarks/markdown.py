"""Tables in Markdown."""

from collections.abc import Sequence

NONE_YET = "No figures yet."


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table, or a word that there is nothing to show."""
    if not rows:
        return NONE_YET
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
