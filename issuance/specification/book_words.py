"""The words of the booklet that are no part of the specification: headings of tables, index and checklist."""

from __future__ import annotations

from specs.schema.base import Bilingual


def _pair(ar: str, en: str) -> Bilingual:
    return Bilingual(ar=ar, en=en)


WORDS = {
    "edition": _pair("الإصدارة", "Edition"),
    "draft": _pair("مسودة غير نافذة", "Draft, not in force"),
    "draft_note": _pair(
        "هذه مسودة لم تعتمد ولم توقّع، ولا يعمل بها إلا بعد اعتمادها.",
        "This is a draft. It has been neither approved nor signed, and binds nobody until it is.",
    ),
    "in_force": _pair("نافذة من", "In force from"),
    "until": _pair("إلى", "until"),
    "digest": _pair("بصمة محتوى الإصدارة (SHA-256)", "Digest of the edition's content (SHA-256)"),
    "contents": _pair("المحتويات", "Contents"),
    "how_to_read": _pair("كيف تقرأ هذه الكراسة", "How to read this booklet"),
    "page": _pair("صفحة", "page"),
    "of": _pair("من", "of"),
    "none": _pair("لا شيء", "none"),
    "item": _pair("البيان", "Item"),
    "value": _pair("القيمة", "Value"),
    "tolerance": _pair("التفاوت", "Tolerance"),
    "unit": _pair("الوحدة", "Unit"),
    "source": _pair("السند", "Source"),
    "since": _pair("يسري من", "Effective from"),
    "proof": _pair("الإثبات", "Proof"),
    "why": _pair("التعليل", "Why"),
    "clause": _pair("البند", "Clause"),
    "title": _pair("العنوان", "Title"),
    "status": _pair("الحالة", "Status"),
    "count": _pair("العدد", "Count"),
    "drawing": _pair("رسم", "Drawing"),
    "scale": _pair("المقياس", "scale"),
    "millimetres": _pair("الأبعاد بالمليمتر", "dimensions in millimetres"),
    "diagram": _pair("رسم توضيحي بلا مقياس", "diagram, not to scale"),
    "specimen": _pair("نموذج صفحة البيانات بالحجم الطبيعي", "Specimen of the data page, true size"),
    "specimen_note": _pair(
        "الشخص غير موجود، والصورة مرسومة من أحكام الصورة في هذه الإصدارة.",
        "The person does not exist; the picture is drawn from this edition's rules for portraits.",
    ),
    "legal": _pair("الأساس القانوني والمراجع", "Legal base and references"),
    "legal_note": _pair(
        "البنود التي تقوم على نص قانوني ليبي، ثم المعايير، ومع كل سند البنود التي تقوم عليه.",
        "The clauses that rest on a Libyan legal text, then the standards, each with the clauses that rest on it.",
    ),
    "laws": _pair("نصوص القانون", "Texts of law"),
    "standards": _pair("المعايير", "Standards"),
    "defaults": _pair("قيم افتراضية تنتظر اعتماد الوزارة", "Defaults to be confirmed by the Ministry"),
    "defaults_note": _pair(
        "لا تقوم هذه البنود على نص قانوني أو معيار ملزم. تعتمدها الوزارة أو تعدلها.",
        "No legal text or binding standard orders these clauses. The Ministry confirms or changes them.",
    ),
    "checklist": _pair("جدول مطابقة العرض", "The bidder's conformance checklist"),
    "checklist_note": _pair(
        "يملأ مقدم العرض هذا الجدول بنداً بنداً، ويرفق ما يثبت كل بند بحسب طريقة الإثبات المبينة.",
        "The bidder answers clause by clause and encloses what proves each, in the way that is stated.",
    ),
    "complies": _pair("مطابق", "Complies"),
    "differs": _pair("مخالف", "Differs"),
    "enclosure": _pair("المرفق والملاحظات", "Enclosure and remarks"),
    "bidder": _pair("اسم مقدم العرض وتوقيعه وختمه", "Name, signature and stamp of the bidder"),
    "date": _pair("التاريخ", "Date"),
    "scope": _pair("النطاق", "Scope"),
}
"""By the name the template uses."""

HOW_TO_READ = (
    _pair(
        "لكل بند رقم يطبع هنا، ومعرّف بالحروف اللاتينية لا يتغير بتغير الطبعات، ويحال إلى البند بمعرّفه.",
        "Each clause has the number printed here, and an identifier that stays the same in every edition: refer to a "
        "clause by its identifier.",
    ),
    _pair(
        "القيم المقيسة يليها التفاوت المسموح زيادة أو نقصاً بالوحدة نفسها.",
        "A measured value is followed by the tolerance allowed above and below it, in the same unit.",
    ),
    _pair(
        "الأبعاد والمواضع من الحافة اليسرى والحافة العليا للصفحة كما يراها القارئ.",
        "Positions are taken from the left and the top edge of the page as the reader sees it.",
    ),
    _pair(
        "الرسوم مولدة من القيم نفسها، وما كان منها بمقياس 1:1 يقاس على الورق إذا طبع بلا تصغير.",
        "The drawings are made from the same values; those at scale 1:1 can be measured on paper printed unscaled.",
    ),
    _pair(
        "تبين العلامة بجانب كل بند على أي شيء يقوم، ويبين سطر الإثبات كيف يعرف أن الوثيقة وفّت به.",
        "The mark beside a clause says what it rests on, and its proof line how one sees that a document keeps it.",
    ),
)
"""What a reader should know first."""
