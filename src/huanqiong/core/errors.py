"""Errors, one class per thing a person can do about it.

Every message names the object (file, row, byte, column, record) and the remedy; the command line
prints the message alone, without a traceback.
"""

from __future__ import annotations


class HuanqiongError(Exception):
    """Root of all errors a person can act on."""

    exit_code = 1


class UsageError(HuanqiongError):
    """The command or setting was given wrongly: call again, corrected."""

    exit_code = 2


class InputError(HuanqiongError):
    """A file or message cannot be used: mend or replace that input.

    `where` is the file, row, byte or column; `remedy` is what to do.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        text = f"{where}: {what}" if where else what
        super().__init__(f"{text}. {remedy}" if remedy else text)


class LayoutError(InputError):
    """A table's columns are not understood: rename columns or name a layout."""


class ShapeError(InputError):
    """A geometry is empty, crosses itself or lies outside the world: draw it again."""


class StoreError(HuanqiongError):
    """A store, lake or manifest is damaged or of another version: run `hq doctor`."""


class IntegrityError(HuanqiongError):
    """A hash, signature or chain does not agree: treat what it covers as unproven."""


class RefusedError(HuanqiongError):
    """The person lacks the role, scope or purpose for this act or read."""


class StateError(HuanqiongError):
    """The record is in a state that does not allow this act: reload and look again."""


class MissingError(HuanqiongError):
    """Something this needs is not installed or not there: the message says how to get it."""
