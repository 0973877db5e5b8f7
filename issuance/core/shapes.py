"""Turn JSON a person wrote into a typed value, or say every fault of its shape in both languages."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from specs.errors import Fault, Invalid

Shape = TypeVar("Shape", bound=BaseModel)

_WORDS: dict[str, tuple[str, str, str]] = {
    "missing": ("missing", "هذا الحقل مطلوب", "this field is required"),
    "extra_forbidden": ("unknown", "هذا الحقل غير معروف", "this field is not known"),
    "string_too_short": ("empty", "لا يجوز أن يكون الحقل فارغاً", "this field must not be empty"),
    "string_too_long": ("too_long", "النص أطول من المسموح", "this text is longer than allowed"),
}
_OTHER = ("type", "نوع القيمة غير صحيح", "this value has the wrong type or form")


def read_shape(model: type[Shape], data: Any, *, code: str, clause: str) -> Shape:
    """`data` as `model`. Raises `Invalid`, one fault a field: `<code>.<missing|unknown|empty|too_long|type>`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Invalid(*(_fault(item, code, clause) for item in error.errors(include_url=False))) from error


def _fault(item: Any, code: str, clause: str) -> Fault:
    suffix, ar, en = _WORDS.get(item["type"], _OTHER)
    if suffix == "too_long":
        limit = item["ctx"]["max_length"]
        ar, en = f"{ar} ({limit})", f"{en} ({limit} characters)"
    return Fault(code=f"{code}.{suffix}", field=".".join(map(str, item["loc"])) or "body", clause=clause, ar=ar, en=en)
