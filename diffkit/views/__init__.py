"""How a tape looks: `table` (values beside tangents or adjoints) and `graph` (boxes and arrows)."""

from diffkit.views.graph import Graph, graph
from diffkit.views.table import TraceTable, table

__all__ = ["Graph", "TraceTable", "graph", "table"]
