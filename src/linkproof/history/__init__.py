"""Results kept over time: what was seen when, first and last."""

from linkproof.base.extras import require_extra

require_extra("sqlalchemy", "history", "the history")
