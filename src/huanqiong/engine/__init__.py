"""Kernels over the lake's days: `run`. One contract; what runs it on one machine is `embedded`."""

from huanqiong.engine.embedded import Kernel, run, windows

__all__ = ["Kernel", "run", "windows"]
