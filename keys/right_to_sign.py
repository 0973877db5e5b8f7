"""May this signer sign a document of that State and that type? What its own certificate says (Doc 9303-12 §7.1).

Pure. Whether the certificate itself is believed is the chain's question.
"""

from __future__ import annotations

import pycountry

from keys.der import DerError
from keys.verdict import Result
from keys.x509 import Certificate
from specs.schema.border import SignerCountries

Said = tuple[Result, tuple[str, str]]
"""(result, (reason in English, in Arabic))."""


def signs_for_state(state: str, signer: Certificate, rules: SignerCountries) -> Said:
    """A signer signs for its own State only: else one State's key could make another's passports. state: as in an MRZ,
    without fillers."""
    stated = signer.country
    if len(signer.countries) > 1:
        reason = f"issued by {state}, signed by one who names several countries"
        return "fail", (reason, f"أصدرتها {state} ويذكر موقّعها أكثر من دولة")
    countries = rules.by_mrz_state.get(state) or _iso_country(state)
    if not countries:
        reason = f"the country of the State code {state} is not known"
        return "unknown", (reason, f"دولة الرمز {state} غير معروفة")
    if stated.upper() not in countries:
        reason = f"issued by {state}, signed by {stated or 'nobody'}"
        return "fail", (reason, f"أصدرتها {state} ووقّعتها {stated}: دولة أخرى")
    if stated not in countries:
        reason = f"issuer and signer are {state}; the signer writes its country {stated} in lower case"
        return "warning", (reason, f"المصدر والموقّع {state}؛ وكُتب رمز الموقّع بحروف صغيرة")
    return "pass", (f"issuer and signer are {state}", f"المصدر والموقّع {state}")


def signs_type(code: str, signer: Certificate) -> Said | None:
    """documentTypeList: an entry of one letter admits every code that begins with it. None: the signer names no types.

    code: of the MRZ, without fillers."""
    try:
        types = signer.document_types
    except DerError:
        return "fail", ("documentTypeList cannot be read", "قائمة أنواع الوثائق غير مقروءة")
    if not types:
        return None
    entries = [entry.rstrip("<") for entry in types]
    if not any(code == entry or (len(entry) == 1 and code[:1] == entry) for entry in entries):
        reason = f"the signer may not sign documents of type {code}, only {', '.join(entries)}"
        return "fail", (reason, f"لا يحق للموقّع توقيع النوع {code}، بل {'، '.join(entries)}")
    return "pass", (f"the signer may sign {code}", f"للموقّع توقيع النوع {code}")


def _iso_country(state: str) -> list[str]:
    found = pycountry.countries.get(alpha_3=state)
    return [found.alpha_2] if found is not None else []
