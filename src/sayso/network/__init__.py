"""Network: what the artifact `weights` holds, as torch runs it. Train fits it, export turns it into a graph."""
