"""How a tape looks.

dk.views.table(tape, *point)     its values beside their tangents or adjoints, printed and drawn
dk.views.graph(tape, *point)     its computational graph: pictures, SVG, DOT, Mermaid, text
dk.views.source(tape)            its program as Python source
"""

from diffkit.views.graph import Graph, graph
from diffkit.views.source import source
from diffkit.views.table import TraceTable, table

__all__ = ["Graph", "TraceTable", "graph", "source", "table"]
