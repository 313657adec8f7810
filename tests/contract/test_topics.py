"""Topics name their station, and no name can reach another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contract.faults import RejectError
from contract.names import Name
from contract.topics import receipts_topic, records_topic, station_of, status_topic

NAME = TypeAdapter(Name)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", fullmatch=True)


@given(names, st.sampled_from([records_topic, receipts_topic, status_topic]))
def test_a_topic_gives_its_station_back(name, topic):
    assert station_of(topic(NAME.validate_python(name))) == name


@given(st.text(max_size=30))
def test_a_name_never_holds_what_means_something_in_a_topic(text):
    try:
        name = NAME.validate_python(text)
    except ValidationError:
        return
    assert not set(name) & set("+#/$\0 ")


@pytest.mark.parametrize("topic", ["", "wim/v1/a", "wim/v2/a/records", "wim/v1/a/b/records", "wim/v1/a/orders", "/wim/v1/a/records"])
def test_another_topic_is_refused(topic):
    with pytest.raises(RejectError, match="is no topic of"):
        station_of(topic)
