"""The register that the Department keeps: its changes, and their pages."""
