"""Each limit of a portrait held against what was measured: the number, the limit, and a sentence in both languages.

A check that fails refuses the picture; a warning is for an officer to see. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from issuance.mrtd.detect import DetectedFace
from issuance.mrtd.portrait_intake import portrait_fault
from issuance.mrtd.portrait_quality import FaceQuality, Ground
from specs.errors import Fault
from specs.schema.base import Clause
from specs.schema.portrait import PortraitRules

Result = Literal["ok", "warning", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One limit. measured: None when there is no number; minimum, maximum: the limits that decided, in `unit` (empty:
    a plain count or ratio); clause: the source of the rule; code: of the fault, None when it is kept."""

    id: str
    measured: float | None
    minimum: float | None
    maximum: float | None
    unit: str
    result: Result
    clause: str
    ar: str
    en: str
    code: str | None = None

    def as_json(self) -> dict[str, str | float | None]:
        return asdict(self)

    @property
    def fault(self) -> Fault:
        """What is not kept, as an error names it."""
        return Fault(
            code=f"passports.portrait.{self.code}", ar=self.ar, en=self.en, field="portrait", clause=self.clause
        )


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is said of a value beyond a limit: the code, and what is wrong in Arabic and English."""

    code: str
    ar: str
    en: str


def of_fault(id_: str, fault: Fault) -> Check:
    """A fault that ended the examination, as a failed check without a number."""
    code = fault.code.removeprefix("passports.portrait.")
    return Check(id_, None, None, None, "", "fail", fault.clause or "", fault.ar, fault.en, code)


def faces(found: list[DetectedFace], rules: PortraitRules) -> Check:
    """One person in the picture, and no other of nearly that size."""
    if not found:
        fault = portrait_fault(
            "no_face", "no face was found in the picture", "لم يُعثر على وجه في الصورة", rules.face_resolution
        )
        return of_fault("faces", fault)
    near = [face for face in found if face.width >= found[0].width * rules.one_person.second_face_share]
    wrong = Wrong("several_faces", "في الصورة أكثر من شخص", "the picture shows several persons")
    return _held("faces", float(len(near)), rules.one_person, ("الوجوه", "faces"), "", None, 1, "fail", above=wrong)


def face_checks(face: DetectedFace, rules: PortraitRules) -> Iterator[Check]:
    """Size, tilt and eyes of the face that was found."""
    size = rules.face_resolution
    yield _tiered(
        "eye_distance",
        face.eye_distance,
        size,
        ("المسافة بين العينين", "distance between the eyes"),
        "px",
        (
            size.minimum_eye_distance_px,
            "fail",
            Wrong("face_too_small", "الوجه صغير في الصورة", "the face is too small"),
        ),
        (size.recommended_eye_distance_px, Wrong("coarse", "دقة الوجه دون الموصى به", "the face is coarse")),
    )
    tilted = Wrong("tilted", "الرأس مائل", "the head is tilted")
    most = rules.pose.maximum_roll_degrees
    name = ("ميل الرأس", "tilt of the head")
    yield _held("roll", abs(face.roll_degrees), rules.pose, name, "°", None, most, "fail", above=tilted)
    hidden = Wrong("eyes_not_found", "لم تُكتشف العينان كلتاهما؛ تحقق منهما", "both eyes were not found: look at them")
    found, level = 2.0 if face.eyes_found else 0.0, rules.eyes_visible.level
    yield _held("eyes", found, rules.eyes_visible, ("العينان", "eyes"), "", 2, None, level, below=hidden)


def framing(placed: tuple[float, float, float] | None, rules: PortraitRules) -> Iterator[Check]:
    """placed: head height, eye line and centre as shares of the frame that was found; None: there is none."""
    if placed is None:
        fault = portrait_fault(
            "head_at_border",
            "the head is too close to the border of the picture for the frame of the passport",
            "الرأس قريب جدًا من حافة الصورة فلا يتسع له إطار صورة الجواز",
            rules.head_size,
        )
        yield of_fault("framing", fault)
        return
    for id_, share, band, name in (
        ("head_height", placed[0], rules.head_size, ("ارتفاع الرأس", "height of the head")),
        ("eye_line", placed[1], rules.eye_line, ("خط العينين", "eye line")),
        ("centre", placed[2], rules.centre, ("موضع الوجه أفقيا", "centre of the face")),
    ):
        yield _said(id_, share * 100, band, name, "%", (band.minimum_share * 100, band.maximum_share * 100))


def quality_checks(seen: FaceQuality, rules: PortraitRules) -> Iterator[Check]:
    """Sharpness, exposure, contrast and colour of the face."""
    sharp, light, contrast, skin = rules.sharpness, rules.exposure, rules.contrast, rules.skin_colour
    blurred = Wrong("blurred", "الصورة غير واضحة", "the face is blurred")
    name = ("وضوح الوجه", "sharpness of the face")
    if seen.sharpness > sharp.grain_ratio:
        grain = Wrong("grainy", "في الصورة حبيبات تشويش", "the picture is noisy")
        limit = sharp.grain_ratio
        yield _held("sharpness", seen.sharpness, sharp, name, "", None, limit, "warning", above=grain)
    else:
        lowest, wanted = (sharp.minimum_ratio, sharp.level, blurred), (sharp.recommended_ratio, blurred)
        yield _tiered("sharpness", seen.sharpness, sharp, name, "", lowest, wanted)
    yield _held(
        "brightness",
        seen.mean_level,
        light,
        ("إضاءة الوجه", "brightness of the face"),
        "/255",
        light.minimum_mean_level,
        light.maximum_mean_level,
        light.level,
        below=Wrong("too_dark", "الوجه معتم", "the face is too dark"),
        above=Wrong("too_bright", "إضاءة الوجه زائدة", "the face is too bright"),
    )
    for id_, share, most, name, above in (
        (
            "black_areas",
            seen.black_share,
            light.maximum_black_share,
            ("سواد بلا تفاصيل على الوجه", "black without detail on the face"),
            Wrong("black_areas", "أجزاء من الوجه سوداء", "parts of the face are black"),
        ),
        (
            "white_areas",
            seen.white_share,
            light.maximum_white_share,
            ("بياض بلا تفاصيل على الوجه", "white without detail on the face"),
            Wrong("burnt_out", "أجزاء من الوجه محترقة بالضوء", "parts of the face are burnt out"),
        ),
    ):
        yield _held(id_, share * 100, light, name, "%", None, most * 100, light.level, above=above)
    flat = Wrong("flat", "تباين الوجه ضعيف", "the face has little contrast")
    yield _tiered(
        "contrast",
        seen.spread_levels,
        contrast,
        ("تباين الوجه", "contrast of the face"),
        "/255",
        (contrast.minimum_spread_levels, contrast.level, flat),
        (contrast.recommended_spread_levels, flat),
    )
    grey = Wrong("no_colour", "الصورة بلا ألوان", "the picture has no colour")
    name = ("لون الوجه", "colour of the face")
    yield _held("colour", seen.chroma, skin, name, "C*", skin.minimum_chroma, None, skin.level, below=grey)
    if seen.chroma >= skin.minimum_chroma:
        cast = Wrong("colour_cast", "لون الوجه غير طبيعي", "the colour of the face is unnatural")
        for id_, value, (low, high), name, unit in (
            ("red_green", seen.red_green, skin.red_band, ("حمرة الوجه", "redness of the face"), "a*"),
            ("yellow_blue", seen.yellow_blue, skin.yellow_band, ("صفرة الوجه", "yellowness of the face"), "b*"),
        ):
            yield _held(id_, value, skin, name, unit, low, high, "warning", below=cast, above=cast)


def ground_checks(seen: Ground, rules: PortraitRules) -> Iterator[Check]:
    """The ground beside and above the head: light, grey, even."""
    tone = rules.background_tone
    dark = Wrong("background_dark", "الخلفية معتمة", "the background is dark")
    name = ("فتاحة الخلفية", "lightness of the background")
    yield _held("background", seen.lightness, tone, name, "L*", tone.minimum_lightness, None, tone.level, below=dark)
    tinted = Wrong("background_coloured", "الخلفية ملونة", "the background is coloured")
    name = ("لون الخلفية", "colour of the background")
    most = tone.maximum_chroma
    yield _held("background_colour", seen.chroma, tone, name, "C*", None, most, tone.level, above=tinted)
    uneven = Wrong("background_uneven", "الخلفية غير متجانسة", "the background is uneven")
    name, share, least = ("تجانس الخلفية", "evenness of the background"), seen.even_share * 100, tone.minimum_even_share
    yield _held("background_evenness", share, tone, name, "%", least * 100, None, tone.level, below=uneven)


def _tiered(
    id_: str,
    measured: float,
    clause: Clause,
    name: tuple[str, str],
    unit: str,
    lowest: tuple[float, Literal["fail", "warning"], Wrong],
    wanted: tuple[float, Wrong],
) -> Check:
    """Under the lowest limit what the rule says, between it and the one wanted a warning."""
    if measured < lowest[0]:
        return _held(id_, measured, clause, name, unit, lowest[0], None, lowest[1], below=lowest[2])
    return _held(id_, measured, clause, name, unit, wanted[0], None, "warning", below=wanted[1])


def _held(
    id_: str,
    measured: float,
    clause: Clause,
    name: tuple[str, str],
    unit: str,
    minimum: float | None,
    maximum: float | None,
    level: Literal["fail", "warning"],
    *,
    below: Wrong | None = None,
    above: Wrong | None = None,
) -> Check:
    limits = (minimum, maximum)
    if below is not None and minimum is not None and measured < minimum:
        return _said(id_, measured, clause, name, unit, limits, level, below)
    if above is not None and maximum is not None and measured > maximum:
        return _said(id_, measured, clause, name, unit, limits, level, above)
    return _said(id_, measured, clause, name, unit, limits)


def _said(
    id_: str,
    measured: float,
    clause: Clause,
    name: tuple[str, str],
    unit: str,
    limits: tuple[float | None, float | None],
    result: Result = "ok",
    wrong: Wrong | None = None,
) -> Check:
    minimum, maximum = limits
    number = _number(measured, unit)
    ar_limit = [f"الحد الأدنى {_number(minimum, unit)}"] if minimum is not None else []
    en_limit = [f"at least {_number(minimum, unit)}"] if minimum is not None else []
    if maximum is not None:
        ar_limit.append(f"الحد الأعلى {_number(maximum, unit)}")
        en_limit.append(f"at most {_number(maximum, unit)}")
    ar = f"{name[0]} {number} ({'، '.join(ar_limit)})"
    en = f"{name[1]} {number} ({', '.join(en_limit)})"
    if wrong is not None:
        ar, en = f"{wrong.ar}: {ar}", f"{wrong.en}: {en}"
    code = None if wrong is None else wrong.code
    held = [None if limit is None else round(limit, 4) for limit in limits]
    return Check(id_, round(measured, 4), held[0], held[1], unit, result, clause.source, ar, en, code)


def _number(value: float, unit: str) -> str:
    text = f"{value:.2f}" if abs(value) < 10 and not float(value).is_integer() else f"{value:.0f}"
    return f"{text} {unit}" if unit and unit[0].isalpha() else f"{text}{unit}"
