"""The gates before a person sees a case: facts are gathered, judged in order, and stored with the case; again when something comes late."""
