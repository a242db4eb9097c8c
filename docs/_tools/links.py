"""Links of a built site: those inside it must lead somewhere, those out of it are listed.

``python docs/_tools/links.py build/docs`` exits with 1 where a link is dead. Nothing is fetched.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"img": "src", "script": "src", "source": "src", "iframe": "src", "link": "href"}
"""Tags by which a page loads something on its own."""


@dataclass
class Page(HTMLParser):
    """What a page links to, what it loads, and the anchors it has."""

    links: set[str] = field(default_factory=set)
    loads: set[str] = field(default_factory=set)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        if tag in LOADED and LOADED[tag] in given:
            self.loads.add(given[LOADED[tag]])


def read(path: Path) -> Page:
    """A page's links and anchors."""
    page = Page()
    page.feed(path.read_text("utf-8"))
    return page


def is_external(link: str) -> bool:
    """Whether a link leaves the site."""
    parts = urlsplit(link)
    return bool(parts.scheme or parts.netloc)


def check(site: Path) -> tuple[list[str], list[str]]:
    """(problems, external links) of a site's pages."""
    pages = {path.resolve(): read(path) for path in sorted(site.rglob("*.html"))}
    problems, external = [], set()
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        problems += [f"{name} loads {link}" for link in sorted(page.loads) if is_external(link)]
        external |= {link for link in page.links if is_external(link)}
        for link in sorted(page.links | page.loads):
            if not is_external(link) and not _leads_somewhere(link, path, pages):
                problems.append(f"{name}: dead link {link}")
    return problems, sorted(external)


def _leads_somewhere(link: str, path: Path, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(link)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target not in pages:
        return target.is_file()
    return not parts.fragment or unquote(parts.fragment) in pages[target].anchors


def main() -> int:
    """Print what is wrong, and how many links leave the site."""
    problems, external = check(Path(sys.argv[1]))
    print("\n".join([*problems, f"{len(problems)} problem(s); external, not fetched:", *external]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
