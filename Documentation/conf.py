# SPDX-License-Identifier: GPL-2.0
"""Sphinx: what "make htmldocs" builds the pages with. scripts/htmldocs.sh sets LINUX_SOURCE."""
import os
import sys

LINUX = os.environ["LINUX_SOURCE"]
sys.path.insert(0, os.path.join(LINUX, "Documentation/sphinx"))

project = "hmap"
author = "the authors of hmap"
copyright = "GPL-2.0"  # pylint: disable=redefined-builtin

# The kernel's own extensions: the API page comes from the comments of the headers, and a call
# that a text names is a link to it.
extensions = ["kerneldoc", "automarkup"]
kerneldoc_bin = os.path.join(LINUX, "scripts/kernel-doc")
kerneldoc_srctree = os.path.abspath("..")

primary_domain = "c"
highlight_language = "none"
c_id_attributes = ["__must_check", "__rcu"]

html_theme = "alabaster"
html_static_path = ["static"]
html_css_files = ["hmap.css"]
html_copy_source = False
html_show_copyright = False
html_theme_options = {
    "description": "a hash map that is one pointer until it needs a table",
    "page_width": "1480px",
    "body_max_width": "1200px",
    "sidebar_width": "230px",
    "fixed_sidebar": True,
    "show_relbar_bottom": True,
    "font_family": "'DejaVu Sans', 'Helvetica Neue', Arial, sans-serif",
    "head_font_family": "'DejaVu Sans', 'Helvetica Neue', Arial, sans-serif",
    "font_size": "15px",
}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
