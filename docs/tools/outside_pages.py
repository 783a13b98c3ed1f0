"""A hook of mkdocs: pages that live outside docs/ are part of the site, and links to and from them work.

A link is written as it works in the repository. One that leads nowhere stays, for mkdocs to complain of.
"""

import re
from pathlib import Path
from posixpath import dirname, join, normpath, relpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

DOCS = "docs/"
OUTSIDE = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "reporting.md",
    "examples/clients/README.md": "clients.md",
}
"""Where a file of the repository is in the site."""
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside."""
    root = Path(config.docs_dir).parent
    for source, name in OUTSIDE.items():
        files.append(File.generated(config, name, content=(root / source).read_text()))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Point each relative link at where its file is in the site."""
    written_in = repository_path(page.file.src_uri)

    def moved(link: re.Match[str]) -> str:
        target = normpath(join(dirname(written_in), link[1]))
        if target in OUTSIDE:
            target = OUTSIDE[target]
        elif target.startswith(DOCS):
            target = target.removeprefix(DOCS)
        else:
            return link[1]
        return relpath(target, dirname(page.file.src_uri) or ".")

    return LINK.sub(moved, markdown)


def repository_path(name: str) -> str:
    """Where a page of the site is in the repository."""
    outside = {in_site: source for source, in_site in OUTSIDE.items()}
    return outside.get(name, DOCS + name)
