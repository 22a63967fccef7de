"""Where a feed comes from or goes to: `udp://H:P`, `tcp://H:P`, `tcp-listen://H:P`."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal, cast

from huanqiong.core.errors import UsageError

Scheme = Literal["udp", "tcp", "tcp-listen"]
LOOPBACK = "127.0.0.1"
_FORM = re.compile(
    r"(?P<scheme>udp|tcp|tcp-listen)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]/:@\s]*):(?P<port>\d{1,5})/?"
)


@dataclass(frozen=True, slots=True)
class Address:
    """One end of a feed. No host means this machine only (127.0.0.1); port 0 lets the system choose."""

    scheme: Scheme
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def open_to_others(self) -> bool:
        """True when listening here lets other machines send to us."""
        if self.scheme == "tcp":
            return False
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host != "localhost"

    @property
    def multicast(self) -> bool:
        """True for an IPv4 group address, which a UDP listener joins."""
        try:
            return ipaddress.IPv4Address(self.host).is_multicast
        except ValueError:
            return False


def parse_address(text: str) -> Address:
    """Reads an address; UsageError says which forms there are."""
    m = _FORM.fullmatch(text.strip())
    if m is None or int(m["port"]) > 65_535:
        raise UsageError(
            f"Address {text!r} is not understood. Use udp://HOST:PORT, tcp://HOST:PORT (connect to a "
            "receiver) or tcp-listen://HOST:PORT (let senders connect)."
        )
    host = m["host"].strip("[]") or LOOPBACK
    return Address(cast("Scheme", m["scheme"]), host, int(m["port"]))
