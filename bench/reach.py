"""Where ships were later, held against where they could be: coverage, area and time of the regions of reach.

python bench/reach.py [--learn] [--picture FILE.svg] [--coast DIRECTORY]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import _reach_tracks as tracks
from _reach_learn import learn

NORMS = Path(__file__).resolve().parents[1] / "src/huanqiong/data/reach/norms.toml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--learn", action="store_true", help="make the norms anew first")
    parser.add_argument("--picture", type=Path, help="draw a region on real coast")
    a = parser.parse_args()
    pairs = tracks.pairs()
    if a.learn:
        learn(pairs, NORMS)


if __name__ == "__main__":
    main()
