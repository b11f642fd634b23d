"""The page: everything about one function at one point in one HTML file, which asks for nothing else."""

from diffkit.report.web.page import page, page_of, slider_of

__all__ = ["page", "page_of", "slider_of"]
