"""Operations on the results of a run: serialise, merge, compare, waive, bundle."""
