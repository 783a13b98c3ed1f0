"""What counts as a supplier's reference: a text of sensible length that a person can name to it."""

LONGEST_REFERENCE = 200
RULE = f"a reference is a text of 1 to {LONGEST_REFERENCE} printable characters"


def reference_in(answer: object) -> str | None:
    """The reference, as a plain `str`, or None if the answer is none."""
    if not issubclass(type(answer), str):
        return None
    text = str.__str__(answer)
    fits = len(text) <= LONGEST_REFERENCE and text.isprintable() and not text.isspace()
    return text if text and fits else None


def describe(answer: object) -> str:
    """What came instead of a reference, in a few words and without its value."""
    if not issubclass(type(answer), str):
        return f"not {type(answer).__name__[:50]}"
    length = len(str.__str__(answer))
    return f"not a text of {length} characters" if length > LONGEST_REFERENCE else "not an unreadable one"
