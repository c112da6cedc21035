"""Operations on the results of a run: serialize, merge, compare, waive, bundle, verify."""
