"""
How Sphinx renders the documents to HTML: ``make html``.

The source is the whole repository, so README.rst and CHANGELOG.rst are pages, too, and every page
has the same place in the tree as its source. The documents link to each other by file name, as in
```safety.rst <safety.rst>`__``: such a link works where the source is read on a code host. In the
HTML it leads to the page; a link to a document or a heading that does not exist is a warning, and
``make html`` fails.
"""

import posixpath

from docutils import nodes
from sphinx.util import logging

project = "ocfs2-formula"
root_doc = "docs/index"
include_patterns = ["README.rst", "CHANGELOG.rst", "docs/*.rst", "test/lab/README.rst"]
exclude_patterns = [".*", "build"]  # Do not even look for documents there.
# A block without a language is what a shell prints or a sketch.
highlight_language = "text"

html_theme = "alabaster"
html_static_path = ["static"]
html_css_files = ["pages.css"]
html_title = "ocfs2-formula"
html_show_sourcelink = False
html_show_copyright = False
html_use_index = False
html_theme_options = {
    "description": "OCFS2 clusters with Salt",
    "page_width": "1240px",
    "body_max_width": "960px",
}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}


def link_documents(app, doctree, docname):
    """Make each link to an .rst file one to its page, and warn of one that leads nowhere."""
    for link in doctree.findall(nodes.reference):
        path, _, heading = link.get("refuri", "").partition("#")
        if ":" in path or not path:
            continue
        name, suffix = posixpath.splitext(posixpath.join(posixpath.dirname(docname), path))
        name = posixpath.normpath(name)
        if suffix != ".rst" or name not in app.env.found_docs:
            # What Sphinx made itself is relative, too, but has no suffix of a source.
            if not link.get("internal"):
                _warn(link, f"no such document: {path}")
        elif heading and heading not in app.env.get_doctree(name).ids:
            _warn(link, f"no such heading in {path}: {heading}")
        else:
            page = app.builder.get_relative_uri(docname, name)
            link["refuri"] = f"{page}#{heading}" if heading else page


def _warn(link, message):
    logging.getLogger(__name__).warning(message, location=link)


def setup(app):
    app.connect("doctree-resolved", link_documents)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
