"""docs/errors.md: what each error of the client says and what to do about it, from the code."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import publisher
from publisher.errors import ClientError, Sent
from voyage.errors import VoyageError

HEAD = """# Errors of the client

For Python developers: what each error says, and what to do about it. They are imported from `publisher`, and
can be pickled. Catch the kind that you can do something about. `make errors` makes this page from the code.

## Sent or not

Each `ClientError` of a call has `booking_id`, the id under which the request can be sent again, and `sent`:

| `sent` | what it means |
|---|---|
"""
TREE = """
## The tree

An error that stands under another is of its kind, too.

| error | what it says, and what to do |
|---|---|
"""


def page() -> str:
    """The whole page."""
    sent = (f"| `{word}` | {_one_line(said)} |" for word, said in _words(Sent))
    rows = (f"| {'&emsp;' * depth}`{kind.__name__}` | {_says(kind)} |" for kind, depth in _tree(VoyageError))
    return HEAD + "\n".join(sent) + "\n" + TREE + "\n".join(rows) + "\n"


def _tree(kind: type[VoyageError], depth: int = 0) -> Iterator[tuple[type[VoyageError], int]]:
    """The public errors, each below its parent, in the order of the code."""
    yield kind, depth
    for child in kind.__subclasses__():
        if getattr(publisher, child.__name__, None) is child and child.__name__ in publisher.__all__:
            yield from _tree(child, depth + 1)


def _says(kind: type[VoyageError]) -> str:
    said = _one_line(inspect.getdoc(kind) or "")
    fixed = vars(kind).get("sent")
    return f"{said} `sent` is `{fixed.value}`." if fixed and kind is not ClientError else said


def _words(words: type[Sent]) -> Iterator[tuple[str, str]]:
    """Each word of the list, and the text below it in the code."""
    (declared,) = ast.parse(inspect.getsource(words)).body
    assert isinstance(declared, ast.ClassDef)  # noqa: S101 -- that is what it is
    for name, said in zip(declared.body[1::2], declared.body[2::2], strict=True):
        assert isinstance(name, ast.Assign)  # noqa: S101
        assert isinstance(said, ast.Expr)  # noqa: S101
        yield _constant(name.value), _constant(said.value)


def _constant(node: Any) -> str:
    return str(ast.literal_eval(node))


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    (Path(__file__).parents[1] / "errors.md").write_text(page())
