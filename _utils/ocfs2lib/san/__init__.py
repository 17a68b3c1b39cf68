"""The way from the array to a LUN: time-outs, and what the tools of each transport are told."""
