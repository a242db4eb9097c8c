"""Write the posteriors that come with the package: python docs/_tools/posteriors.py"""

from __future__ import annotations

from pathlib import Path

from particle_sim.inference.shipped import PAPERS, learn_paper

FOLDER = Path(__file__).parents[2] / "parameters" / "posteriors"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for paper in PAPERS:
        rows, notes = learn_paper(paper)
        (FOLDER / f"{paper}.npz").write_bytes(rows)
        (FOLDER / f"{paper}.json").write_text(notes, encoding="utf-8")
        print(notes)


if __name__ == "__main__":
    main()
