"""Render a verdict for people and machines; nothing here decides."""

from por.report.plain_text import render

__all__ = ["render"]
