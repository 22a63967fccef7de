"""A few lines of each form, enough to compile every kernel: published examples and made-up ones."""

from __future__ import annotations

from typing import Final

SAMPLE: Final[dict[str, bytes]] = {
    "nmea0183": (
        b"!AIVDM,1,1,,A,15Mj23P000G?q7fK>g:o7@1:0L3S,0*1B\r\n"
        b"!AIVDM,2,1,4,A,55O0W7`00001L@gCWGA2uItLth@DqtL5@F22220j1h742t0Ht0000000,0*08\r\n"
        b"!AIVDM,2,2,4,A,000000000000000,2*20\r\n"
    ),
    "n2k": (
        b"2014-08-15T19:00:00.443Z,4,129038,43,255,27,01,10,dc,6d,0f,d0,9f,63,0e,e2,26,9d,23,ed,a6,ad,83,02,"
        b"0c,80,08,88,ae,0a,00,00,fe\n"
    ),
}
