"""The trade's shared words: units, place, time, ids, verdict, reasons, schema, errors."""
