"""Texts of others in a terminal: a message or a supplier may have written them."""

from unicodedata import category

_TURNS_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """The text, with what would move a terminal's cursor, colour it or turn its writing around as escapes."""
    return "".join(ascii(each)[1:-1] if _acts(each) else each for each in text)


def _acts(character: str) -> bool:
    if character == "\n":
        return False
    return category(character) in {"Cc", "Cs"} or character in _TURNS_AROUND
