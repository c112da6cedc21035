"""What only one vendor's embedded service does."""
