"""AIS messages: sentences of NMEA 0183 (AIVDM) and NMEA 2000 to Arrow tables."""

from huanqiong.lines.sea.message.decoded import Decoded, Reject, joined
from huanqiong.lines.sea.message.decoder import FORMATS, Decoder, Format, decode
from huanqiong.lines.sea.message.sample import SAMPLE

__all__ = ["FORMATS", "Decoded", "Decoder", "Format", "Reject", "decode", "joined", "warm"]


def warm() -> None:
    """Compile the kernels into Numba's cache by decoding a few built-in sentences."""
    for format in FORMATS:
        decode(SAMPLE[format], format=format)
