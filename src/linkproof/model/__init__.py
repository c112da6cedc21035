"""The values that cross every layer: exchanges, findings, results."""
