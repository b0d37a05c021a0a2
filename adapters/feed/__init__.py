"""RSS and Atom: blogs, forums, comments below articles; read only."""
