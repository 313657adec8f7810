"""RFC 8785 without floats: one byte string for one value, and nothing else is read."""

import json
from contextlib import suppress

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter, model_validator

from contract.canonical import INTEGER_MAX, CanonicalModel, _plainly_canonical, canonical_bytes, parse_canonical, refuse_floats
from contract.faults import RejectError
from contract.log.leaves import ActLeaf, RecordLeaf
from contract.receipts import BlobClaim, Receipt
from contract.records import RECORD

SAFE = 2**53 - 1
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers(-SAFE, SAFE) | text
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4), max_leaves=20)
objects = st.dictionaries(text, values, max_size=6)


class Holder(BaseModel):
    content: object


@given(objects)
def test_what_was_written_is_read_back(value):
    assert parse_canonical(rfc8785.dumps(value), "test") == value


@given(objects, st.randoms())
def test_the_order_of_keys_does_not_matter(value, random):
    keys = list(value)
    random.shuffle(keys)
    assert rfc8785.dumps({key: value[key] for key in keys}) == rfc8785.dumps(value)


@given(objects.filter(bool))
def test_any_other_spelling_of_the_same_value_is_refused(value):
    with pytest.raises(RejectError, match="RFC 8785"):
        parse_canonical(json.dumps(value, indent=1).encode(), "test")


@given(st.binary(max_size=60))
def test_no_bytes_do_worse_than_be_refused(data):
    with suppress(RejectError):
        assert rfc8785.dumps(parse_canonical(data, "test")) == data


@pytest.mark.parametrize(
    "data",
    [
        b"[1]",
        b"1",
        b'{"a":1.5}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'{"a":1,"a":1}',
        b'{"a":9007199254740993}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1}\n',
        b'{"a":"\xff"}',
        b'{"a":' * 100_000,
    ],
    ids=["array", "number", "float", "exponent", "nan", "key twice", "beyond 2^53", "byte order mark", "newline", "no utf-8", "deep"],
)
def test_what_is_no_canonical_object_is_refused(data):
    with pytest.raises(RejectError) as caught:
        parse_canonical(data, "topic x")
    assert caught.value.where == "topic x"


def test_a_float_is_named_by_its_path():
    with pytest.raises(ValueError, match=r"\$\.content\.axles\[1\] = 2\.5 is a float"):
        canonical_bytes(Holder(content={"axles": [1, 2.5]}))


class Inner(CanonicalModel):
    text: str
    also: str = "b"
    last: int | None = Field(default=None, alias="aa")


class Outer(CanonicalModel):
    parts: tuple[Inner, ...]
    a: bool = True
    count: int

    @model_validator(mode="after")
    def _sound(self):
        return self


class Further(Outer):
    b: Inner


@given(
    st.builds(
        Further,
        parts=st.lists(st.builds(Inner, text=text, also=text), max_size=3),
        count=scalars.filter(lambda one: type(one) is int),
        b=st.builds(Inner, text=text),
    )
)
def test_a_canonical_model_is_written_as_rfc_8785_has_it(model):
    written = canonical_bytes(model)
    assert written == rfc8785.dumps(model.model_dump(mode="json", by_alias=True))
    assert model.writes(rfc8785.dumps(model.model_dump(mode="json", by_alias=True, exclude_unset=True)))
    assert Further.model_validate_json(written).writes(written)


def _parts(schema):
    """Give each schema within a JSON Schema."""
    if isinstance(schema, dict):
        yield schema
        yield from (part for value in schema.values() for part in _parts(value))
    elif isinstance(schema, list):
        yield from (part for value in schema for part in _parts(value))


@pytest.mark.parametrize("kind", [RECORD, *(TypeAdapter(one) for one in (Receipt, BlobClaim, RecordLeaf, ActLeaf))])
def test_nothing_that_is_signed_or_logged_has_a_member_that_pydantic_would_write_otherwise_than_rfc_8785(kind):
    parts = [part for part in _parts(kind.json_schema(mode="serialization")) if isinstance(part.get("type"), str)]
    assert {part["type"] for part in parts} <= {"object", "array", "string", "integer", "boolean", "null"}
    for part in parts:
        if part["type"] == "object":
            assert part["additionalProperties"] is False
        if part["type"] == "integer" and "enum" not in part:
            assert part["maximum"] <= INTEGER_MAX if "maximum" in part else part["exclusiveMaximum"] <= INTEGER_MAX + 1
            assert part["minimum"] >= -INTEGER_MAX if "minimum" in part else part["exclusiveMinimum"] >= -INTEGER_MAX - 1


def test_integers_pass():
    refuse_floats({"a": [1, {"b": 2}], "c": True})


numbers = st.integers() | st.integers(2**53 - 3, 2**53 + 3) | st.integers(-(2**53) - 3, 3 - 2**53) | st.floats()
loose = st.recursive(scalars | numbers, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4), max_leaves=12)


@given(st.dictionaries(text, loose, max_size=6))
def test_the_quick_reading_takes_nothing_that_the_library_would_not(value):
    data = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    quick = _plainly_canonical(data)
    if quick is not None:
        refuse_floats(quick)
        assert rfc8785.dumps(quick) == data


def test_keys_that_utf_16_orders_otherwise_are_left_to_the_library():
    value = {"\uffff": 1, "\U00010000": 2}
    data = rfc8785.dumps(value)
    assert data != json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert _plainly_canonical(data) is None
    assert parse_canonical(data, "test") == value


def test_what_stations_sign_is_read_quickly():
    assert _plainly_canonical(b'{"plate":"\xe6\xb9\x98A12345","time_us":1790000000000000}') is not None
