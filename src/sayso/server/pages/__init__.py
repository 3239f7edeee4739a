"""Pages: what experts and admins see and do in a browser. Written here, refreshed by htmx; they work without JavaScript too."""
