"""The words with which a row says where it holds; they are `diffkit.example`'s."""

from diffkit.example import USUAL, Array, Box, Example, example

__all__ = ["USUAL", "Array", "Box", "Example", "example"]
