"""A class body's annotations, each of which may be there once."""

from typing import Any

from voyage.trips.errors import DeclarationError


class Once(dict[str, Any]):
    """Takes each name once; raises `DeclarationError` for the second."""

    def __init__(self, owner: str) -> None:
        super().__init__()
        self._owner = owner

    def __setitem__(self, name: str, annotation: Any) -> None:
        if name in self:
            raise DeclarationError(f"{self._owner}.{name}: is declared twice; give one of them another name.")
        super().__setitem__(name, annotation)
