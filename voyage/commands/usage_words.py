"""What is wrong on a command line, in our words, and what to type instead."""

import re
from typing import Any

from voyage.runtime.wording import in_our_words

_OURS = (
    (r"Invalid value: (.*)", r"\1"),
    (r"Invalid value for '([^']+)': (.*)", r"Invalid value for \1: \2"),
    (r"Missing (?:option|argument|parameter) '?([^'.]+?)'?\.(.*)", r"\1 must be given.\2"),
    (r"No such option: (\S+) \(Possible options: (.*)\)", r"There is no option \1. Did you mean \2?"),
    (r"No such option: (\S+?)\.?(?: (Did you mean .*))?", r"There is no option \1. \2"),
    (r"No such command '([^']+)'\.(.*)", r"There is no command \1.\2"),
    (r"Option '([^']+)' requires an argument\.?", r"\1 needs a value."),
)


def usage_words(text: str, command: Any) -> str:
    """One line about a mistake that typer has found in the arguments of this command, which may be None."""
    line = " ".join(text.split())
    if extra := re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", line):
        return _too_many(extra[1], command)
    for pattern, ours in _OURS:
        if found := re.fullmatch(pattern, line):
            line = found.expand(ours).strip()
            break
    said = re.search(r"(?:Input|String|List|Value) should .*|(?:Value error,|Unable to|Input tag) .*", line)
    return line[: said.start()] + in_our_words(said[0].rstrip(".")) if said else line


def _too_many(words: str, command: Any) -> str:
    """What to do with words that belong to no argument: perhaps an --id was meant."""
    options = {name for one in getattr(command, "params", ()) for name in getattr(one, "opts", ())}
    if "--id" in options:
        ids = " ".join(f"--id {word}" for word in words.split())
        return f"Say which one by its option: {ids}."
    return f"{words}: not expected here. Leave it out, or put quotes around a text with blanks."
