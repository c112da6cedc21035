"""Small tools that know nothing of the field: clock, shutdown, JSON values, TOML tables, bounded maps, resources."""
