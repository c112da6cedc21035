"""Tools without any knowledge of the domain: clock, shutdown, files, models, JSON values, TOML tables, bounded maps."""
