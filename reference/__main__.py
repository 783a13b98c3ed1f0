"""`python -m reference`: make the pages that are made from the code."""

from pathlib import Path

from reference import settings

DOCS = Path(__file__).parents[1] / "docs"


def main() -> None:
    """Write each page where the documentation has it."""
    (DOCS / "settings.md").write_text(settings.page())


if __name__ == "__main__":
    main()
