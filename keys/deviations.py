"""The deviations Doc 9303-12 names by object identifier: one vocabulary for our deviation list and our verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ROOT: Final = "2.23.136.1.1.7"


@dataclass(frozen=True, slots=True)
class Deviation:
    """oid: dotted; name: as in Doc 9303-12; en, ar: what it says to an officer."""

    oid: str
    name: str
    en: str
    ar: str


CERTIFICATE_OR_KEY: Final = f"{ROOT}.1"
DS_SIGNATURE: Final = f"{ROOT}.1.1"
DS_ENCODING: Final = f"{ROOT}.1.2"
CSCA_ENCODING: Final = f"{ROOT}.1.3"
AA_KEY_COMPROMISED: Final = f"{ROOT}.1.4"
LDS: Final = f"{ROOT}.2"
DG_MALFORMED: Final = f"{ROOT}.2.1"
DG_HASH_WRONG: Final = f"{ROOT}.2.2"
SOD_SIGNATURE_WRONG: Final = f"{ROOT}.2.3"
COM_INCONSISTENT: Final = f"{ROOT}.2.4"
MRZ: Final = f"{ROOT}.3"
MRZ_WRONG_DATA: Final = f"{ROOT}.3.1"
MRZ_WRONG_CHECK_DIGIT: Final = f"{ROOT}.3.2"
CHIP: Final = f"{ROOT}.4"
NATIONAL: Final = f"{ROOT}.5"

DEVIATIONS: Final = {
    d.oid: d
    for d in (
        Deviation(CERTIFICATE_OR_KEY, "CertOrKey", "a certificate or a key", "شهادة أو مفتاح"),
        Deviation(DS_SIGNATURE, "DSSignature", "document signer: signature on the certificate", "توقيع شهادة الموقّع"),
        Deviation(DS_ENCODING, "DSEncoding", "document signer: encoding of the certificate", "ترميز شهادة الموقّع"),
        Deviation(CSCA_ENCODING, "CSCAEncoding", "CSCA: encoding of the certificate", "ترميز شهادة السلطة الوطنية"),
        Deviation(AA_KEY_COMPROMISED, "AAKeyCompromised", "active-authentication key", "مفتاح المصادقة النشطة"),
        Deviation(LDS, "LDS", "the logical data structure", "البنية المنطقية للبيانات"),
        Deviation(DG_MALFORMED, "DGMalformed", "a data group is malformed", "مجموعة بيانات غير سليمة البنية"),
        Deviation(DG_HASH_WRONG, "DGHashWrong", "digest of a data group is wrong", "بصمة مجموعة بيانات خاطئة"),
        Deviation(SOD_SIGNATURE_WRONG, "SODSignatureWrong", "signature of the EF.SOD", "توقيع كائن الأمان"),
        Deviation(COM_INCONSISTENT, "COMInconsistent", "EF.COM and EF.SOD disagree", "ملفا EF.COM وEF.SOD غير متفقين"),
        Deviation(MRZ, "MRZ", "the machine readable zone", "المنطقة المقروءة آليا"),
        Deviation(MRZ_WRONG_DATA, "WrongData", "MRZ: wrong data", "بيانات خاطئة في المنطقة المقروءة آليا"),
        Deviation(MRZ_WRONG_CHECK_DIGIT, "WrongCheckDigit", "MRZ: wrong check digit", "رقم تحقق خاطئ"),
        Deviation(CHIP, "Chip", "the chip itself", "الشريحة نفسها"),
        Deviation(NATIONAL, "NationalUse", "a deviation the State itself describes", "انحراف تصفه الدولة نفسها"),
    )
}
