"""What the parts of an AsyncAPI document have in common."""

from typing import Any

Json = dict[str, Any]
BINDING_VERSION = "0.3.0"


def ref(path: str) -> Json:
    """A reference to another part of the same document."""
    return {"$ref": f"#/{path}"}
