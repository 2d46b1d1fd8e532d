"""Sign, send and collect what was found: nothing here decides anything."""
