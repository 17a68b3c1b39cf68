"""The one exception of the lab."""

from __future__ import annotations


class LabError(Exception):
    """Something the caller has to know: what failed, why, and what to do about it."""
