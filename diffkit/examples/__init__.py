"""The worked examples of the textbooks on which diffkit is built, each run through the public functions.

    examples()                  all of them, what is expected beside what is got
    examples(12, "16-18")       some, by number
    examples("dual")            some, by a word of the title

At a shell `diffkit examples` does the same. The examples are rows, a file a chapter: numerical, symbolic,
automatic, imperative, training. What is expected in them is typed in from the textbooks.
"""

from diffkit.examples.row import Check, Example, Expected, exactly, ulps, within
from diffkit.examples.run import CHAPTERS, Examples, Outcome, examples

__all__ = [
    "CHAPTERS",
    "Check",
    "Example",
    "Examples",
    "Expected",
    "Outcome",
    "exactly",
    "examples",
    "ulps",
    "within",
]
