"""Drill: invented worlds over real geography, seeded, with sealed truth. Pure."""

from huanqiong.drill.score import Score, score
from huanqiong.drill.truth import Sealed, seal, unseal
from huanqiong.drill.world import World, hainan

__all__ = ["Score", "Sealed", "World", "hainan", "score", "seal", "unseal"]
