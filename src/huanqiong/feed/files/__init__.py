"""Files of positions, of any known kind, to tables: `read`. What a file is, is found by its content."""

from huanqiong.feed.files.batch import Batch, Reject
from huanqiong.feed.files.layout import bundled
from huanqiong.feed.files.read import kind_of, read

__all__ = ["Batch", "Reject", "bundled", "kind_of", "read"]
