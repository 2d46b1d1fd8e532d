"""Run the scheduled job: fetch → verify → record → report → attest, each step once, whatever happens in between."""
