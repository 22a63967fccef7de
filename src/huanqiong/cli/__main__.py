"""`python -m huanqiong.cli` is `hq`."""

from huanqiong.cli import main

main()
