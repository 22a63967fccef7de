"""A Merkle tree over entries that are only ever added: roots, and proofs that outsiders check.

Source: RFC 9162 (Certificate Transparency 2.0), section 2.1. Leaves and inner nodes are hashed apart (0x00,
0x01 in front), so that no node passes for an entry. Invariant: every function is of its arguments alone; what
is stored are the hashes of whole subtrees, which never change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Nodes = Callable[[int, int], bytes]
"""(level, index) -> hash of the whole subtree over entries index * 2**level up to (index + 1) * 2**level."""


@dataclass(frozen=True, slots=True)
class Hasher:
    """How a tree hashes: leaves and inner nodes over one digest of 32 bytes."""

    digest: Callable[[bytes], bytes]

    def leaf(self, entry: bytes) -> bytes:
        """The hash of an entry."""
        return self.digest(b"\x00" + entry)

    def node(self, left: bytes, right: bytes) -> bytes:
        """The hash of an inner node."""
        return self.digest(b"\x01" + left + right)

    @property
    def empty(self) -> bytes:
        """The root of a tree without entries."""
        return self.digest(b"")


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


SHA256 = Hasher(_sha256)
"""The hasher of RFC 9162."""


@dataclass
class Frontier:
    """What adding needs of a tree: its size and the roots of its largest whole subtrees, left to right."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)
    hasher: Hasher = SHA256

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} has not {len(self.peaks)} whole subtrees")

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Adds an entry by its hash; the whole subtrees it completes: (level, index, hash), leaf first."""
        made = [(0, self.size, leaf)]
        while self.size >> (level := len(made) - 1) & 1:
            leaf = self.hasher.node(self.peaks.pop(), leaf)
            made.append((level + 1, self.size >> (level + 1), leaf))
        self.peaks.append(leaf)
        self.size += 1
        return made

    def push(self, leaf: bytes) -> None:
        """Adds an entry by its hash, as `append` does, for whoever needs no nodes."""
        digest, peaks, size = self.hasher.digest, self.peaks, self.size
        while size & 1:
            leaf = digest(b"\x01" + peaks.pop() + leaf)
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The tree's root."""
        if not self.peaks:
            return self.hasher.empty
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = self.hasher.node(peak, found)
        return found


def _split(n: int) -> int:
    """The largest power of two below n (n > 1)."""
    return 1 << (n - 1).bit_length() - 1


def _subtree(begin: int, end: int, nodes: Nodes, hasher: Hasher) -> bytes:
    n = end - begin
    if n & (n - 1) == 0:  # whole, and it begins at a multiple of its size
        level = n.bit_length() - 1
        return nodes(level, begin >> level)
    middle = begin + _split(n)
    return hasher.node(_subtree(begin, middle, nodes, hasher), _subtree(middle, end, nodes, hasher))


def root_of(size: int, nodes: Nodes, hasher: Hasher = SHA256) -> bytes:
    """The root the tree had at `size` entries."""
    return _subtree(0, size, nodes, hasher) if size else hasher.empty


def inclusion_proof(index: int, size: int, nodes: Nodes, hasher: Hasher = SHA256) -> list[bytes]:
    """What shows that entry `index` is in the tree of `size`: hashes from the leaf's neighbour upwards.

    ValueError: there is no such entry.
    """
    if not 0 <= index < size:
        raise ValueError(f"no entry {index} in a tree of {size}")
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin = middle
    return [_subtree(a, b, nodes, hasher) for a, b in reversed(path)]


def consistency_proof(old: int, new: int, nodes: Nodes, hasher: Hasher = SHA256) -> list[bytes]:
    """What shows that the tree of `new` begins with the tree of `old`; nothing where they are the same.

    ValueError: not 0 < old <= new.
    """
    if not 0 < old <= new:
        raise ValueError(f"a tree of {old} is no beginning of one of {new}")
    begin, end, known, path = 0, new, True, []
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin, known = middle, False
    if not known:  # the last part is not the old tree itself, so its hash is told
        path.append((begin, end))
    return [_subtree(a, b, nodes, hasher) for a, b in reversed(path)]


def includes(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes, hasher: Hasher = SHA256
) -> bool:
    """Whether the proof shows that `leaf` is entry `index` of the tree of `size` with this root."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = hasher.node(step, found)
            while place and not place & 1:  # levels on which this was the last node, without a neighbour
                place, last = place >> 1, last >> 1
        else:
            found = hasher.node(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def extends(
    old: int,
    new: int,
    old_root: bytes,
    new_root: bytes,
    proof: Sequence[bytes],
    hasher: Hasher = SHA256,
) -> bool:
    """Whether the proof shows that the tree of `new` entries begins with the tree of `old`."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    steps = list(proof)
    if old & (old - 1) == 0:  # the old tree is whole: its root is the first hash
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = hasher.node(step, before), hasher.node(step, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = hasher.node(after, step)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root
