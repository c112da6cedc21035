"""Masks credentials in everything that is written, and replaces what identifies people and places in recordings.

Whatever writes something calls one of these at its edge:

- ``masked(value)``: any value (text, bytes, results, lists of them) without whatever looks like a credential.
- ``mask_text(text, secrets)``: the same for a text, with credentials that are known.
- ``Masker(exchanges)``: an object that knows what its exchanges were sent with.
- ``Redactor``: for recordings, pseudonyms for ids, people and hosts as well.
"""

from linkproof.redaction.credentials import MASK
from linkproof.redaction.masking import Masker, mask_text, masked

__all__ = ["MASK", "Masker", "mask_text", "masked"]
