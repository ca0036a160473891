"""The register as a list: a file of institutions is previewed, then entered or not at all."""
