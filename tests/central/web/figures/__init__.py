"""That every figure a person sees is the record's whole number, or its documented rounding."""
