"""What the pages contain: blocks of code, commands, settings."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *(
            ROOT / name
            for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "examples/clients/README.md")
        ),
        *(ROOT / "docs").rglob("*.md"),
    ]
)
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
PROGRAMS = (
    "make ",
    "voyage ",
    "voyage-worker ",
    "voyage-consumer ",
    "voyage-console ",
    "python -m ",
    ".venv/bin/",
)
JOINTS = {"&&", "||", ";", "|", "&", "(", ")"}
REDIRECTIONS = {">", ">>", "<", "2>"}


@dataclass(frozen=True)
class Block:
    """A fenced block of one page."""

    page: str
    language: str
    text: str
    number: int

    def __str__(self) -> str:
        return f"{self.page}#{self.number}"


def blocks(*languages: str) -> list[Block]:
    """The blocks in these languages, of every page; without a language, all of them."""
    return [
        Block(str(page.relative_to(ROOT)), language, text, number)
        for page in PAGES
        for number, (language, text) in enumerate(FENCED.findall(page.read_text()), 1)
        if not languages or language in languages
    ]


def block(page: str, language: str, containing: str = "") -> str:
    """The first such block of a page."""
    return next(b.text for b in blocks(language) if b.page == page and containing in b.text)


def commands(text: str) -> Iterator[list[str]]:
    """The command lines of a shell script in words, without redirections and settings before them."""
    script = text.replace("\\\n", " ")
    lexer = shlex.shlex(script.replace("\n", "\n ; "), posix=True, punctuation_chars="();<>|&")
    lexer.whitespace_split = True
    words: list[str] = []
    skip = False
    for word in [*lexer, ";"]:
        if word in JOINTS:
            if words:
                yield words
            words = []
        elif skip or word in REDIRECTIONS:
            skip = word in REDIRECTIONS
        elif words or not re.fullmatch(r"[A-Z_]+=.*", word, re.DOTALL):
            words.append(word)


def mentioned() -> set[str]:
    """The commands that the text of the pages names."""
    texts = (FENCED.sub("", page.read_text()) for page in PAGES)
    return {code for text in texts for code in INLINE.findall(text) if code.startswith(PROGRAMS)}


def alternatives(code: str) -> list[str]:
    """`a b|c` is `a b` and `a c`."""
    *first, last = code.split(" ")
    if "|" not in last:
        return [code]
    return [" ".join((*first, word)) for word in last.split("|")]
