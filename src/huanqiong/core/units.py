"""Units and the constants between them. Names carry units everywhere: `gap_s`, `sog_kn`, `dist_m`."""

from __future__ import annotations

from typing import Final

NM_M: Final = 1852.0
"""Metres in a nautical mile. Source: International Hydrographic Conference 1929."""
KN_MS: Final = NM_M / 3600.0
"""Metres per second in a knot."""
EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean earth radius R1, metres. Source: WGS-84 (NIMA TR8350.2), (2a + b) / 3."""
HOUR_S: Final = 3600
DAY_S: Final = 86_400
US: Final = 1_000_000
"""Microseconds in a second: positions carry `t` in microseconds."""
