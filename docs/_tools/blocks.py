"""The code blocks of a documentation page, in order, and which of them are not run.

* `` ```python `` runs, all blocks of a page in one namespace.
* `` ```bash `` runs line by line; each line is a ``particle-sim`` command.
* A block with ``:caption: NAME`` is written to a file of that name.
* A `` ```text `` block below ``<!-- output -->`` shows lines that the block above it prints.
* A block below ``<!-- not run: REASON -->`` is shown only. The reason is one of ``REASONS``.
* A block below ``<!-- run on PAGE -->`` or ``<!-- output on PAGE -->`` stands on that page as well,
  line by line, and is run there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]

REASONS = (
    "installs software",
    "needs a cluster",
    "takes minutes",
    "a whole new file",
    "opens a page",
)
"""Why a block may be shown without being run."""

FENCE = re.compile(
    r"^(?:<!-- (?P<mark>[^\n]*?) -->\n)?(?P<fence>```+)(?P<language>[^\n]*)\n"
    r"(?P<body>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
CAPTION = re.compile(r"\A:caption: (?P<name>\S+)\n(?::[^\n]*\n)*\n?")
SILENT = (
    *("{toctree}", "{include}", "{eval-rst}", "{admonition}", "{note}", "{image}"),
    *("{picture}", "{gallery}"),
)


@dataclass(frozen=True, kw_only=True)
class Block:
    """One fenced block."""

    page: str
    line: int
    language: str
    body: str
    file: str
    """Name of the file it is, or empty"""
    mark: str
    """Text of the comment right above it"""

    @property
    def skipped(self) -> str:
        """Why it is not run, or empty."""
        return self.mark.removeprefix("not run: ") if self.mark.startswith("not run:") else ""

    @property
    def elsewhere(self) -> str:
        """The page that runs these lines, or empty."""
        found = re.fullmatch(r"(?:run|output) on (\S+)", self.mark)
        return found[1] if found else ""

    @property
    def is_output(self) -> bool:
        """Whether it shows what the block above prints."""
        return self.mark == "output"


def pages() -> list[Path]:
    """Every page of the site that is written in Markdown."""
    return sorted(p for p in DOCS.rglob("*.md") if not p.relative_to(DOCS).parts[0].startswith("_"))


def blocks_of(text: str, page: str = "") -> list[Block]:
    """The blocks of a page's text that are shown as code."""
    found = []
    for match in FENCE.finditer(text):
        language, body = match["language"].strip(), match["body"]
        if language.startswith(SILENT):
            continue
        caption = CAPTION.match(body)
        found.append(
            Block(
                page=page,
                line=text.count("\n", 0, match.start()) + 1,
                language=language.removeprefix("{code-block}").strip(),
                body=body[caption.end() :] if caption else body,
                file=caption["name"] if caption else "",
                mark=match["mark"] or "",
            )
        )
    return found


def commands_of(body: str) -> list[str]:
    """The commands of a shell block, continued lines joined, comments left out."""
    lines = (line.split(" #")[0].strip() for line in body.replace("\\\n", " ").splitlines())
    return [line.removeprefix("$ ") for line in lines if line and not line.startswith("#")]


def missing_elsewhere(found: list[Block]) -> list[str]:
    """Lines that a page says another page runs or prints, and that are not there."""
    missing = []
    for block in found:
        if block.elsewhere:
            text = (DOCS / block.elsewhere).read_text("utf-8")
            there = [each for each in blocks_of(text) if not (each.skipped or each.elsewhere)]
            run = {line for each in there for line in _lines(each)}
            missing += [f"{block.page}: {line}" for line in _lines(block) if line not in run]
    return missing


def _lines(block: Block) -> list[str]:
    split = commands_of if block.language == "bash" else str.splitlines
    return [" ".join(line.split()) for line in split(block.body)]
