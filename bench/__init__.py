"""What is measured and not asserted: figures depend on the machine."""
