"""Acts of the registry. Each is one transaction with its audit entry and outbox rows; `by` says who.

Outbox topics: vessel {codes}, unit {codes}, zone {ids}.
"""

from huanqiong.desk.registry.acts.names import file_names
from huanqiong.desk.registry.acts.static import record_static
from huanqiong.desk.registry.acts.units import add_unit, load_units, retire_unit
from huanqiong.desk.registry.acts.vessels import carry_device, ensure_vessels, register_vessel
from huanqiong.desk.registry.acts.zones import archive_zone, draw_zone, rename_zone, restore_zone

__all__ = [
    "add_unit",
    "archive_zone",
    "carry_device",
    "draw_zone",
    "ensure_vessels",
    "file_names",
    "load_units",
    "record_static",
    "register_vessel",
    "rename_zone",
    "restore_zone",
    "retire_unit",
]
