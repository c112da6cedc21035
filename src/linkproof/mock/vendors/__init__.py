"""What is specific to one vendor's embedded service."""
