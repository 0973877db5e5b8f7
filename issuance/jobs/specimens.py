"""What `make run` and `demo` start from: offices, staff, two rulings. Synthetic data only."""

from __future__ import annotations

from datetime import date

from issuance.cases.commands import RulingEntry
from issuance.jobs.case_specimens import CASE_ACCOUNTS, CASE_OFFICES
from issuance.staff.commands import AccountEntry
from issuance.staff.offices import OfficeEntry

_OPENED = date(2014, 1, 1)

OFFICES = (
    OfficeEntry("PTIP", "فرع الجوازات طرابلس", "Passports Branch, Tripoli", "branch", _OPENED, "LY-TB"),
    OfficeEntry("PBEN", "فرع الجوازات بنغازي", "Passports Branch, Benghazi", "branch", _OPENED, "LY-BA"),
    OfficeEntry("CTIP", "مكتب القيود الجنائية طرابلس", "Criminal Records Office, Tripoli", "records", _OPENED, "LY-TB"),
    OfficeEntry(
        "CBEN", "مكتب القيود الجنائية بنغازي", "Criminal Records Office, Benghazi", "records", _OPENED, "LY-BA"
    ),
    OfficeEntry("BMTG", "منفذ مطار معيتيقة", "Mitiga Airport Border Post", "border", _OPENED, "LY-TB"),
    *CASE_OFFICES,
)

BRANCH = "PTIP"
BLANKS = ("900100000001-900100000200",)

ACCOUNTS = (
    AccountEntry("passports", "ضابط جوازات / Passport officer", ("passport_officer",), "PTIP"),
    AccountEntry("passports2", "ضابط جوازات ثان / Second passport officer", ("passport_officer",), "PTIP"),
    AccountEntry("enrol", "موظف إدخال جوازات / Passport clerk", ("passport_clerk",), "PTIP"),
    AccountEntry("personalise", "مشغل تشخيص الدفاتر / Personaliser", ("personaliser",), "PTIP"),
    AccountEntry("quality", "فاحص جودة الجوازات / Quality controller", ("quality_controller",), "PTIP"),
    AccountEntry("delivery", "موظف تسليم الجوازات / Delivery clerk", ("delivery_clerk",), "PTIP"),
    AccountEntry("stock", "أمين عهدة الدفاتر / Stock keeper", ("stock_keeper",), "PTIP"),
    AccountEntry("stock2", "أمين عهدة ثان / Second stock keeper", ("stock_keeper",), "PTIP"),
    AccountEntry("passport-supervisor", "مشرف الجوازات / Passport supervisor", ("passport_supervisor",), None),
    AccountEntry("certificates", "ضابط شهادات / Certificate officer", ("certificate_officer",), "CTIP"),
    AccountEntry("certificates2", "ضابط شهادات ثان / Second certificate officer", ("certificate_officer",), "CTIP"),
    AccountEntry("border", "ضابط منفذ / Border officer", ("border_officer",), "BMTG"),
    AccountEntry("cashier", "أمين خزينة / Cashier", ("certificate_clerk", "cashier"), "CTIP"),
    AccountEntry("fees", "مشرف رسوم / Fee supervisor", ("fee_supervisor",), "CTIP"),
    AccountEntry("auditor", "مراجع / Auditor", ("auditor",), None),
    AccountEntry("author", "معد مواصفة الجواز / Author of the specification", ("specification_author",), None),
    AccountEntry("approver", "معتمد المواصفة / Approver", ("specification_approver",), None),
    AccountEntry("approver2", "معتمد ثان للمواصفة / Second approver", ("specification_approver",), None),
    AccountEntry("admin", "مدير المستخدمين / Account administrator", ("administrator",), None),
    AccountEntry("security", "ضابط أمن النظام / Security officer", ("security_officer",), None),
    *CASE_ACCOUNTS,
)

RULINGS = (
    RulingEntry(
        case_number="2016/412",
        court=("محكمة طرابلس الجزئية", "Tripoli Summary Court"),
        kind="misdemeanour",
        presence="in_presence",
        verdict="conviction",
        ruled_on=date(2016, 3, 9),
        final_on=date(2016, 3, 20),
        committed_on=date(2015, 11, 2),
        offence=("إصدار صك بدون رصيد", "Issuing a cheque without funds"),
        penalty=("الحبس ستة أشهر وغرامة 500 دينار", "Detention of six months and a fine of LYD 500"),
    ),
    RulingEntry(
        case_number="2019/77",
        court=("محكمة جنايات طرابلس", "Tripoli Felony Court"),
        kind="felony",
        presence="in_presence",
        verdict="conviction",
        ruled_on=date(2019, 10, 14),
        final_on=date(2019, 12, 15),
        committed_on=date(2018, 6, 21),
        offence=("التزوير في محرر رسمي", "Forgery of an official document"),
        penalty=("السجن ثلاث سنوات", "Imprisonment of three years"),
    ),
)
