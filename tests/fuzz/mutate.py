"""What goes wrong with files: strategies that bend a good one, and the two promises every parser keeps."""

from __future__ import annotations

import resource
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from huanqiong.core.errors import HuanqiongError

NASTY = (
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n\n", b"\xed\xa0\x80", b"\t", b" " * 999, b"\xe2\x80\xae"),
    *(b'"', b"'", b",", b";", b"\\", b"{", b"}", b"[", b"]", b'""', b"null", b"true", b"\\ud800"),
    *(b"[" * 5000, b'{"a":' * 5000, b"9" * 5000, b"-1", b"1e999", b"NaN", b"Infinity", b"-0", b"0" * 70),
    *(b"99999999999999999999", b"1_000", "\u0661\u0662".encode(), b"%n%s", b"=1+1", b"../../../etc/passwd"),
    *(b"*00", b"!AIVDM", b"\x1f\x8b", b"PK\x03\x04"),
)
"""What parsers stumble over."""


def fuzzing(examples: int = 80) -> Any:
    """Hypothesis as these tests want it: the same inputs in every run, no time limits on an example."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


@st.composite
def bent(draw: st.DrawFn, good: bytes) -> bytes:
    """A good file with one to four things wrong: changed, taken out, doubled, swapped, put in, cut off."""
    data = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.sampled_from([1, 2, 7, 40, 400])))
        way = draw(st.sampled_from(["flip", "out", "twice", "in", "cut", "swap", "noise"]))
        if way == "flip" and at < len(data):
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif way == "out":
            del data[at:end]
        elif way == "twice":
            data[at:at] = data[at:end]
        elif way == "in":
            data[at:at] = draw(st.sampled_from(NASTY))
        elif way == "cut":
            del data[at:]
        elif way == "swap":
            data[at:end] = draw(st.sampled_from(NASTY))
        elif way == "noise":
            data[at:at] = draw(st.binary(max_size=60))
    return bytes(data)


def tolerated(parse: Callable[[], Any]) -> Any:
    """What it gives, or the error it explains itself with; any other error is a fault of ours."""
    try:
        return parse()
    except HuanqiongError as error:
        told = error
    assert str(told).strip(), "an error without a word"
    return told


class Room:
    """Holds a block to an amount of memory: the process's greatest size may grow by no more."""

    def __init__(self, mib: int) -> None:
        self.most = mib * 1024

    def __enter__(self) -> None:
        self.before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def __exit__(self, *_: object) -> None:
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self.before
        assert grown <= self.most, f"{grown / 1024:.0f} MiB more"


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.integers(-400, 400), st.floats(), st.text(max_size=8)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)
"""Any JSON, and what Python's reader takes beyond it."""
