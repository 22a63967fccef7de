"""Acts of the registry. Each is one transaction with its audit entry and outbox rows; `by` says who.

Outbox topics: vessel {codes}, unit {codes}, zone {ids}, period {ids}, station {codes}, boat {count},
sailing {ids}.
"""

from huanqiong.desk.registry.acts.boats import import_boats, leave_register, load_stations
from huanqiong.desk.registry.acts.names import file_names
from huanqiong.desk.registry.acts.periods import declare_period, end_period, move_period_end
from huanqiong.desk.registry.acts.sailings import correct_sailing, log_sailing
from huanqiong.desk.registry.acts.static import record_static
from huanqiong.desk.registry.acts.units import add_unit, load_units, retire_unit
from huanqiong.desk.registry.acts.vessels import carry_device, ensure_vessels, register_vessel
from huanqiong.desk.registry.acts.zones import archive_zone, draw_zone, rename_zone, restore_zone

__all__ = [
    "add_unit",
    "archive_zone",
    "carry_device",
    "correct_sailing",
    "declare_period",
    "draw_zone",
    "end_period",
    "ensure_vessels",
    "file_names",
    "import_boats",
    "leave_register",
    "load_stations",
    "load_units",
    "log_sailing",
    "move_period_end",
    "record_static",
    "register_vessel",
    "rename_zone",
    "restore_zone",
    "retire_unit",
]
