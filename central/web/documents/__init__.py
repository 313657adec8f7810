"""Documents that central prints: the evidence sheet of a vehicle, and of a case its decision proposal and its notice.

`material` gathers what a document rests on and checks every hash on the way, the other modules put it into words, and
`calibration.printing` sets it as PDF/A: the same bytes for the same material, language and date.
"""
