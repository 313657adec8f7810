"""How probable it is that a read belongs to a vehicle, given all the reads and all the vehicles around.

Vehicles of one lane pass a camera in the order in which they pass the scale. An explanation of what was seen is therefore a set of
pairs (vehicle, read) that never cross; vehicles the camera missed and reads of vehicles that were not weighed stay alone. The
probability of one pair is the weight of all explanations that hold it over the weight of all, summed exactly by the forward and
backward recursion of a pair hidden Markov model (Durbin, Eddy, Krogh, Mitchison: Biological Sequence Analysis, 1998, chapter 4).
"""

import numpy as np
from numpy.typing import NDArray


def pair_probabilities(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the probability of each pair.

    Parameters
    ----------
    odds : (vehicles, reads) float64
        Both in order of time. How many times likelier it is that the two belong together than that both stay alone; 0 where impossible.

    Returns
    -------
    (vehicles, reads) float64
        Rows and columns sum to at most 1; what a row lacks is the probability that its vehicle has no read.
    """
    vehicles, reads = odds.shape
    before, before_log = _summed(odds)
    after, after_log = _summed(odds[::-1, ::-1])
    whole_log = before_log[vehicles] + np.log(before[vehicles, reads])
    probability = np.empty_like(odds)
    for i in range(vehicles):
        rest = vehicles - 1 - i
        scale = np.exp(before_log[i] + after_log[rest] - whole_log)
        probability[i] = odds[i] * before[i, :reads] * after[rest, :reads][::-1] * scale
    return np.minimum(probability, 1.0)


def _summed(odds: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the weight of all explanations of the first i vehicles and first j reads, each row scaled to end at 1, and the scales' logs."""
    vehicles, reads = odds.shape
    weight = np.ones((vehicles + 1, reads + 1))
    log_scale = np.zeros(vehicles + 1)
    for i in range(vehicles):
        weight[i + 1] = weight[i]
        weight[i + 1, 1:] += np.cumsum(weight[i, :-1] * odds[i])
        largest = weight[i + 1, -1]
        weight[i + 1] /= largest
        log_scale[i + 1] = log_scale[i] + np.log(largest)
    return weight, log_scale
