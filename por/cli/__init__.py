"""Hold one file per command: `add` its arguments, `run` it to an exit status; no logic."""
