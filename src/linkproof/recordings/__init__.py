"""Recordings: traffic that somebody kept, read as exchanges."""

from linkproof.recordings.files import read_recordings, recording_files

__all__ = ["read_recordings", "recording_files"]
