"""Straight-line code: a program of values and gradients as Python text that is written once and run often."""
