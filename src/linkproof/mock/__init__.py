"""The embedded server: conforms to every contract under ``schemas/``, keeps state, and can be reset."""
