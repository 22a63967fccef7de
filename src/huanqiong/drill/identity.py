"""Numbers and names that were never issued, yet look like the trade.

Every identifier of a drill comes from here, and `never_issued` says so of each; a test asks it on many seeds.

- MMSI: the maritime identification digits 499 belong to no administration (the ITU's table of them ends
  group 4 at 478), so ships are 499xxxxxx, aids 99499xxxx. Net buoys carry 8499xxxxx: by ITU-R M.585 an 8
  stands before the digits of a hand-held set, here of nobody.
- Distress devices: 970 00 xxxx; M.585 keeps the maker's number 00 for tests.
- IMO numbers: 49xxxxx with a wrong check digit. IMO resolution A.1117(30): the seventh digit is the last
  of the sum of the first six, weighted 7 to 2; one that fails cannot be a ship's.
- Call signs begin with Q: the Radio Regulations' table of series (appendix 42) leaves QAA-QZZ to the Q code.
- Fishing boats carry six digits where the rule of names has five; other ships are 演 YAN (drill) or
  FICTA (Latin: made up) by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

SHIP_MID: Final = 499
FIRST_WORD: Final = ("YAN ", "FICTA ")
_ZH = "海江远顺丰达和泰安宏盛利通洋瑞祥"
_PINYIN = [
    "HAI",
    "JIANG",
    "YUAN",
    "SHUN",
    "FENG",
    "DA",
    "HE",
    "TAI",
    "AN",
    "HONG",
    "SHENG",
    "LI",
    "TONG",
    "YANG",
    "RUI",
    "XIANG",
]
_LATIN = [
    "AURORA",
    "BOREAS",
    "CALLISTO",
    "DORADO",
    "ELECTRA",
    "FORTUNA",
    "GALATEA",
    "HELIOS",
    "IRIS",
    "JUNO",
    "KESTREL",
    "LYRA",
    "MERIDIAN",
    "NEREID",
    "ORION",
    "PHAROS",
    "QUASAR",
    "REGULUS",
    "SIRIUS",
    "TRITON",
    "URANIA",
    "VESPER",
    "ZEPHYR",
    "ALTAIR",
    "CORVUS",
    "DELPHIN",
    "EGRET",
    "FALCON",
]
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a vessel says of itself, and what the register would hold; all invented."""

    mmsi: int
    name: str  # on the air, at most 20 six-bit characters
    name_zh: str
    callsign: str
    imo: int | None  # None: has none, as fishing boats


def imo_check_digit(first_six: int) -> int:
    """The seventh digit an IMO number of these six would need."""
    return sum(int(c) * w for c, w in zip(f"{first_six:06d}", range(7, 1, -1), strict=True)) % 10


def never_issued(mmsi: int) -> bool:
    """Whether an MMSI lies in the blocks of the drill, none of which was ever issued."""
    s = f"{mmsi:09d}"
    return s.startswith((str(SHIP_MID), f"99{SHIP_MID}", f"8{SHIP_MID}", "97000"))


class Mint:
    """Hands out identities, each once; which ones depends on the generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._ships = int(rng.integers(0, 1_000_000))
        self._next = 0
        self._names: set[str] = set()

    def _count(self) -> int:
        self._next += 1
        return self._next

    def _mmsi(self) -> int:
        # 387,911 shares no factor with a million, so the first million numbers differ
        return SHIP_MID * 1_000_000 + (self._ships + self._count() * 387_911) % 1_000_000

    def _callsign(self, fishing: bool) -> str:
        letters = "".join(_LETTERS[int(i)] for i in self._rng.integers(0, 26, 3))
        return f"Q{letters}" if fishing else f"Q{letters}{int(self._rng.integers(2, 10))}"

    def _imo(self) -> int:
        six = 490_000 + int(self._rng.integers(0, 10_000))
        wrong = (imo_check_digit(six) + int(self._rng.integers(1, 10))) % 10
        return six * 10 + wrong

    def numbered(self, zh: str, latin: str, low: int, high: int) -> tuple[str, str]:
        """A name never given before in this world: a series and a number."""
        while True:
            n = int(self._rng.integers(low, high))
            name = f"{latin}{n}"
            if name not in self._names:
                self._names.add(name)
                return name, f"{zh}{n}"

    def fishing(self, zh: str, latin: str) -> Identity:
        """A fishing boat of a county: 琼临渔9xxxxx."""
        name, name_zh = self.numbered(zh, latin, 900_000, 1_000_000)
        return Identity(self._mmsi(), name, name_zh, self._callsign(True), None)

    def merchant(self, foreign: bool) -> Identity:
        """A cargo ship: YAN HAI FENG 918, or FICTA AURORA for ships from far."""
        if foreign:
            latin = f"FICTA {_LATIN[int(self._rng.integers(0, len(_LATIN)))]} "
            name, _ = self.numbered("", latin, 2, 90)
            name_zh = ""
        else:
            i, j = (int(k) for k in self._rng.choice(len(_ZH), 2, replace=False))
            zh, latin = f"演{_ZH[i]}{_ZH[j]}", f"YAN {_PINYIN[i]} {_PINYIN[j]} "
            name, name_zh = self.numbered(zh, latin, 900, 1000)
        return Identity(self._mmsi(), name, name_zh, self._callsign(False), self._imo())

    def service(self, zh: str, latin: str, imo: bool = False) -> Identity:
        """A ferry, tug, pilot, patrol or other boat of a series, e.g. 演琼渡 YAN QIONG DU."""
        name, name_zh = self.numbered(zh, latin + " ", 900, 1000)
        return Identity(self._mmsi(), name, name_zh, self._callsign(False), self._imo() if imo else None)

    def buoy(self, name: str) -> Identity:
        """A net buoy: a number that fits nobody, and whatever name its owner typed."""
        return Identity(8 * 10**8 + SHIP_MID * 100_000 + self._count() % 100_000, name, "", "", None)

    def aid(self, name: str) -> Identity:
        """An aid to navigation."""
        return Identity(99 * 10**7 + SHIP_MID * 10_000 + self._count() % 10_000, name, "", "", None)

    def distress(self) -> Identity:
        """A distress transmitter of the maker 00."""
        return Identity(970_000_000 + self._count() % 10_000, "", "", "", None)
