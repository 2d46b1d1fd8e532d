"""Judge what rulebooks require: one module per subject, each a row of the table in `table.py`."""
