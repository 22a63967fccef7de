"""An inspection order on one page: what it says, how it is read aloud, the chart beside it."""
