"""What pydantic says of a value, in our words: what is taken, so that it can be corrected."""

import re

_OURS = (
    (r"Field required", "must be given"),
    (r"Input should be a valid integer\b.*", "takes a whole number"),
    (r"Unable to parse input string as an integer.*", "takes a whole number; this one is too long"),
    (r"Unable to extract tag using discriminator ('.*')", r"must have \1, which tells what it is"),
    (
        r"Input tag '(.*)' found using ('.*') does not match any of the expected tags: (.*)",
        r"\2 takes \3, not '\1'",
    ),
    (r"Input should be a finite number", "takes a number, not nan or inf"),
    (r"Input should be a valid number\b.*", "takes a number"),
    (r"Input should be greater than or equal to (\S+)", r"takes \1 or more"),
    (r"Input should be less than or equal to (\S+)", r"takes \1 at most"),
    (r"Input should be greater than (\S+)", r"takes more than \1"),
    (r"Input should be less than (\S+)", r"takes less than \1"),
    (r"Input should be a valid boolean\b.*", "takes true or false"),
    (r"Input should be a valid string\b.*", "takes a text"),
    (r"String should have at least 1 character", "takes a text that is not empty"),
    (r"String should have at least (\d+) characters?", r"takes a text of \1 characters at least"),
    (r"String should have at most (\d+) characters?", r"takes a text of \1 characters at most"),
    (r"String should match pattern (.*)", r"takes a text that matches \1"),
    (r"(?:List|Tuple|Set|Dictionary|Value) should have at least (\d+) items?\b.*", r"takes \1 or more items"),
    (r"(?:List|Tuple|Set|Dictionary|Value) should have at most (\d+) items?\b.*", r"takes \1 items at most"),
    (r"Input should be a valid (?:dictionary|mapping)\b.*", "takes a JSON object"),
    (r"Input should be a valid (?:list|tuple|set|sequence|array)\b.*", "takes a JSON list"),
    (
        r"Input should be a valid (?:datetime|timezone)\b.*",
        "takes a time with its offset: 2030-01-31T12:00:00Z",
    ),
    (r"Input should have timezone info", "takes a time with its offset: 2030-01-31T12:00:00Z"),
    (r"Input should be a valid date\b.*", "takes a date: 2030-01-31"),
    (r"Input should be a valid time\b.*", "takes a time of day: 12:30:00"),
    (r"Input should be a valid URL\b.*", "takes a URL"),
    (r"Extra inputs are not permitted", "is not known; leave it out"),
    (r"Input should be (?:a valid )?(.*)", r"takes \1"),
    (r"Value error, (.*)", r"\1"),
)


def in_our_words(said: str) -> str:
    """The text for a person; one of ours is left as it is."""
    for pattern, ours in _OURS:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return found.expand(ours)
    return said
