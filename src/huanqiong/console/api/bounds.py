"""The most that a number or a text of a request may be: what every database holds, exactly."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Id = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A record's number. Source: the greatest whole number that JSON readers agree on (RFC 8259, section 6)."""
Mmsi = Annotated[int, Field(ge=0, le=999_999_999)]
"""Nine digits (ITU-R M.585)."""
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""How many, or after which."""
Hours = Annotated[float, Field(ge=0, le=24 * 366)]
Text = Annotated[str, Field(max_length=20_000)]
"""What a person writes: a reason, a note, an order."""
Name = Annotated[str, Field(max_length=80)]
Code = Annotated[str, Field(max_length=40)]
Shown = Annotated[str, Field(max_length=4000)]
"""What the server signed and showed, sent back to it."""
Request = Annotated[str, Field(max_length=80)]
"""An id that the client gave its wish, so that repeating it does nothing twice."""
Moment = Annotated[
    str,
    Field(
        max_length=40,
        pattern=r"^([0-9]{1,10}(\.[0-9]{1,6})?|[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}"
        r"(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?$",
    ),
]
"""A time as text: ISO 8601, or seconds since 1970."""
