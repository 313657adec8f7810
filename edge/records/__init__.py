"""From a judged vehicle to the signed bytes that are stored for ever."""
