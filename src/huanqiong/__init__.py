"""环琼 Huanqiong: layered interdiction around an island, made accountable."""

__version__ = "0.1.0"
