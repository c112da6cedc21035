"""Reports: results in, text out. Everything that is written is masked first."""
