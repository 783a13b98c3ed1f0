"""`Leg(…)` in a field's annotation: the field's value is booked, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

SHORTEST, LONGEST = 0.001, 30 * 24 * 3600.0  # seconds
FAST, LONGEST_FAST = 1.0, 5.0  # seconds: what True stands for, and the most


class _Lenient(type):
    """Makes a leg of any arguments: what is wrong with them is said where its field is known."""

    if not TYPE_CHECKING:  # which knows the arguments of a dataclass, and refuses others itself

        def __call__(cls, *unnamed: Any, **named: Any) -> Any:
            mistaken = _mistaken(unnamed, named, [field.name for field in fields(cls)])
            return _MistakenLeg(mistaken=mistaken) if mistaken else super().__call__(**named)


def _mistaken(unnamed: tuple[Any, ...], named: Mapping[str, Any], known: list[str]) -> str:
    takes = f"it takes {', '.join(known)}"
    if unnamed:
        return f"Leg takes values by their names, and {unnamed[0]!r} has none; {takes}"
    for name in named.keys() - known:
        meant = get_close_matches(name, known, n=1) or (["attempts"] if "tr" in name else [])
        perhaps = f", perhaps {meant[0]} is meant" if meant else ""
        return f"Leg has no {name!r}{perhaps}; {takes}"
    return ""


@dataclass(frozen=True, kw_only=True)
class Leg(metaclass=_Lenient):
    """Marks a field of a trip as a leg: `jeep: Annotated[Jeep, Leg()]`.

    What is not set here is as the request says (`attempts`), or else the consumer's settings.
    """

    together: str | None = None
    """Legs that stand side by side under one word here are booked, and undone, at the same time."""
    undo: bool = True
    """False for what can't be undone: then it must come last, as nothing may fail after it."""
    attempts: int | None = None
    """Tries, the first included: 1 to 1,000."""
    try_timeout: float | None = None
    """Seconds that one try, or one try of the undo, may take."""
    retry_interval: float | None = None
    """Seconds before the second try; they double from there."""
    undo_attempts: int | None = None
    """Tries of the undo, the first included: 1 to 1,000,000."""
    fast: bool | float | None = None
    """Seconds that first tries may take in the worker itself, at most 5; True is one, False none."""
    help: str = ""
    """What the option of `voyage book` says."""

    @property
    def policy(self) -> dict[str, Any]:
        """What is set here of tries and times, by name."""
        names = ("attempts", "try_timeout", "retry_interval", "undo_attempts")
        own = {name: value for name in names if (value := getattr(self, name)) is not None}
        return own if self.fast is None else {**own, "fast": FAST if self.fast is True else float(self.fast)}

    def faults(self) -> str:
        """What is wrong with these values, in words; empty if nothing is."""
        for name, most in (("attempts", 1000), ("undo_attempts", 1_000_000)):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or not 1 <= value <= most):
                return f"{name} takes a whole number from 1 to {most:,}, not {value!r}"
        for name in ("try_timeout", "retry_interval"):
            value = getattr(self, name)
            if value is not None and (type(value) not in (int, float) or not SHORTEST <= value <= LONGEST):
                return f"{name} takes seconds from {SHORTEST} to {LONGEST:.0f}, not {value!r}"
        if self.together is not None and (type(self.together) is not str or not self.together.strip()):
            return f"together takes a word, not {self.together!r}"
        if type(self.help) is not str:
            return f"help takes a text, not {self.help!r}"
        if type(self.undo) is not bool:
            return f"undo takes True or False, not {self.undo!r}"
        return self._fault_of_fast()

    def _fault_of_fast(self) -> str:
        if self.fast and not self.undo:
            return "can't be undone, so no try of it may be lost; leave fast away"
        if self.fast is None or type(self.fast) is bool:
            return ""
        if type(self.fast) not in (int, float) or not SHORTEST <= self.fast <= LONGEST_FAST:
            most = f"seconds from {SHORTEST} to {LONGEST_FAST:.0f}"
            return f"fast takes True, False or {most}, not {self.fast!r}"
        return ""


@dataclass(frozen=True, kw_only=True)
class _MistakenLeg(Leg):
    """Made with arguments that a leg doesn't take."""

    mistaken: str

    def faults(self) -> str:
        """What is wrong with the arguments."""
        return self.mistaken
