"""The version of the formula, as FORMULA states it."""

VERSION = "1.0.0"
