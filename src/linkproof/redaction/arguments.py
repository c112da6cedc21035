"""Decide whether an argument of the command line may be repeated in a message."""

from __future__ import annotations

import os
import re

from linkproof.redaction.credentials import is_credential
from linkproof.redaction.secret_names import Strength

#: What is given to commands: files with an ending, folders, ids and patterns of words (``azure-keyvault-pec``).
_FILE = re.compile(r"[\w./~@+-]{1,200}\.[a-z]{2,7}\d?")
_WORDS = re.compile(r"[A-Za-z]{1,24}(?:[-_./:,*@ ][A-Za-z]{0,24}){0,20}")
_NUMBER = re.compile(r"-?[\d.:TZ+-]{1,40}")


def is_harmless(argument: str) -> bool:
    """Whether an argument that a command did not expect is not a credential.

    It is harmless if it is a file, a number, or made of plain words; anything else may have slipped into the wrong
    place of a command line.
    """
    if not is_credential(argument, Strength.WEAK):
        return True
    if any(pattern.fullmatch(argument) for pattern in (_FILE, _WORDS, _NUMBER)):
        return True
    try:
        return os.path.lexists(argument)
    except ValueError:  # a NUL byte
        return False
