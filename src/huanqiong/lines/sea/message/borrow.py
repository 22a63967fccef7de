"""Arrays lent to a kernel without counting references.

Numba counts each array that a function is handed, with an atomic add and subtract. A scanner that hands
eight arrays through five small functions for each sentence spends most of its time so. The caller of a
borrowed view must hold the array itself until the kernel returns.
"""

from __future__ import annotations

from typing import Any

from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def borrowed(_context: Any, array: Any) -> Any:
    """The same array without an owner."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, args[0])
        view.meminfo = cgutils.get_null_value(view.meminfo.type)
        return view._getvalue()

    return array(array), codegen
