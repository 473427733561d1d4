"""The doors events come in through: one file per wire format, no web framework."""
