"""Reports: results in, text out. Everything that is written goes through masking."""
