"""The tree is RFC 9162's: known roots, every proof of small trees, and nothing tampered with passes."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.core import merkle as m

# The inputs and roots that the makers of Certificate Transparency publish for their implementations.
KNOWN = [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
]
MOST = 40


def plain_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, as it is written."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


class Log:
    """A tree with its nodes kept as a store would keep them."""

    def __init__(self, n: int) -> None:
        self.leaves = [m.SHA256.leaf(f"entry {i}".encode()) for i in range(n)]
        self.kept: dict[tuple[int, int], bytes] = {}
        self.frontier = m.Frontier()
        for leaf in self.leaves:
            for level, index, found in self.frontier.append(leaf):
                assert (level, index) not in self.kept
                self.kept[level, index] = found

    def nodes(self, level: int, index: int) -> bytes:
        return self.kept[level, index]


@pytest.fixture(scope="module")
def log() -> Log:
    return Log(MOST)


def test_the_known_roots() -> None:
    tree = m.Frontier()
    for entry, root in KNOWN:
        tree.append(m.SHA256.leaf(bytes.fromhex(entry)))
        assert tree.root().hex() == root


def test_pushing_makes_the_same_tree(log: Log) -> None:
    quick = m.Frontier()
    slow = m.Frontier()
    for leaf in log.leaves:
        quick.push(leaf)
        slow.append(leaf)
        assert (quick.size, quick.peaks) == (slow.size, slow.peaks)


def test_roots_of_every_size_are_the_plain_ones(log: Log) -> None:
    for n in range(MOST + 1):
        assert m.root_of(n, log.nodes) == plain_root(log.leaves[:n])
    assert log.frontier.root() == plain_root(log.leaves)
    assert m.Frontier().root() == m.root_of(0, log.nodes) == m.SHA256.empty


def test_every_entry_of_every_size_is_shown_and_nowhere_else(log: Log) -> None:
    for n in range(1, MOST + 1):
        root = m.root_of(n, log.nodes)
        for i in range(n):
            proof = m.inclusion_proof(i, n, log.nodes)
            assert len(proof) <= (n - 1).bit_length()
            for j in range(n):
                assert m.includes(log.leaves[i], j, n, proof, root) == (i == j)
            assert not m.includes(log.leaves[i], i, n, [*proof, root], root)


def test_every_beginning_of_every_size_is_shown(log: Log) -> None:
    for new in range(1, MOST + 1):
        for old in range(1, new + 1):
            proof = m.consistency_proof(old, new, log.nodes)
            roots = m.root_of(old, log.nodes), m.root_of(new, log.nodes)
            assert m.extends(old, new, *roots, proof)
            assert not m.extends(old, new, roots[1], roots[0], proof) or old == new
            if old < new:
                assert not m.extends(old, new, *roots, proof[:-1])
                assert not m.extends(old, new, *roots, [*proof, roots[0]])


@given(data=st.data(), new=st.integers(2, MOST))
def test_a_changed_proof_shows_nothing(log: Log, data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new - 1))
    bit = data.draw(st.integers(0, 255))

    def turned(proof: list[bytes]) -> list[bytes]:
        at = data.draw(st.integers(0, len(proof) - 1))
        flipped = (int.from_bytes(proof[at], "big") ^ (1 << bit)).to_bytes(32, "big")
        return [*proof[:at], flipped, *proof[at + 1 :]]

    root = m.root_of(new, log.nodes)
    shown = m.inclusion_proof(old, new, log.nodes)
    assert not m.includes(log.leaves[old], old, new, turned(shown), root)
    assert not m.includes(m.SHA256.leaf(b"another"), old, new, shown, root)
    grown = m.consistency_proof(old, new, log.nodes)
    assert not m.extends(old, new, m.root_of(old, log.nodes), root, turned(grown))


@given(kept=st.integers(1, MOST - 1), changed=st.integers(0, MOST - 1))
def test_a_history_changed_before_a_kept_root_cannot_be_shown_to_extend_it(
    log: Log, kept: int, changed: int
) -> None:
    forged = Log(0)
    leaves = [*log.leaves]
    leaves[changed] = m.SHA256.leaf(b"never so")
    for leaf in leaves:
        for level, index, found in forged.frontier.append(leaf):
            forged.kept[level, index] = found
    proof = m.consistency_proof(kept, MOST, forged.nodes)
    holds = m.extends(kept, MOST, m.root_of(kept, log.nodes), forged.frontier.root(), proof)
    assert holds == (changed >= kept)


def test_a_frontier_is_taken_up_where_it_was_left(log: Log) -> None:
    half = m.Frontier()
    for leaf in log.leaves[:21]:
        half.append(leaf)
    again = m.Frontier(half.size, list(half.peaks))
    for leaf in log.leaves[21:]:
        again.append(leaf)
    assert again.root() == log.frontier.root()
    with pytest.raises(ValueError, match="has not 2 whole subtrees"):
        m.Frontier(4, [m.SHA256.empty, m.SHA256.empty])


def test_what_is_not_there_is_refused(log: Log) -> None:
    for index, size in ((-1, 4), (4, 4), (0, 0)):
        with pytest.raises(ValueError, match="no entry"):
            m.inclusion_proof(index, size, log.nodes)
    for old, new in ((0, 4), (5, 4)):
        with pytest.raises(ValueError, match="no beginning"):
            m.consistency_proof(old, new, log.nodes)
    assert not m.includes(log.leaves[0], 0, 0, [], m.SHA256.empty)
    assert not m.extends(0, 4, m.SHA256.empty, m.root_of(4, log.nodes), [])


def test_the_example_of_the_rfc() -> None:
    """RFC 9162, 2.1.5: seven entries; which nodes each proof names is told there."""
    log = Log(7)
    a, b, c, d, e, f, j = log.leaves
    g, h, i = log.nodes(1, 0), log.nodes(1, 1), log.nodes(1, 2)
    k, root_l = log.nodes(2, 0), m.SHA256.node(i, j)
    assert m.inclusion_proof(0, 7, log.nodes) == [b, h, root_l]
    assert m.inclusion_proof(3, 7, log.nodes) == [c, g, root_l]
    assert m.inclusion_proof(4, 7, log.nodes) == [f, j, k]
    assert m.inclusion_proof(6, 7, log.nodes) == [i, k]
    assert m.consistency_proof(3, 7, log.nodes) == [c, d, g, root_l]
    assert m.consistency_proof(4, 7, log.nodes) == [root_l]
    assert m.consistency_proof(6, 7, log.nodes) == [i, j, k]
    assert m.root_of(7, log.nodes) == m.SHA256.node(k, root_l)


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_another_digest_makes_another_tree_by_the_same_rules(entries: list[bytes]) -> None:
    other = m.Hasher(lambda data: hashlib.blake2s(data).digest())
    tree, levels = m.Frontier(hasher=other), {}
    for entry in entries:
        for level, index, node in tree.append(other.leaf(entry)):
            levels[level, index] = node
    n = len(entries)

    def nodes(level: int, index: int) -> bytes:
        return levels[level, index]

    assert tree.root() == m.root_of(n, nodes, other)
    for i in range(n):
        proof = m.inclusion_proof(i, n, nodes, other)
        assert m.includes(other.leaf(entries[i]), i, n, proof, tree.root(), other)
        assert not m.includes(other.leaf(entries[i]), i, n, proof, tree.root()) or n == 1
        shown = m.consistency_proof(i + 1, n, nodes, other)
        assert m.extends(i + 1, n, m.root_of(i + 1, nodes, other), tree.root(), shown, other)
