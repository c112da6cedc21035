"""Read recorded traffic as exchanges, and write it."""

from linkproof.recordings.files import read_recordings, recording_files

__all__ = ["read_recordings", "recording_files"]
