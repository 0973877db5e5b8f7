"""The page that comes with the kit, in Arabic and English. Pure."""

from __future__ import annotations

from specs.schema import PassportEdition, Specification

_TEXT = """# عُدّة المطابقة / Conformance kit

{title_ar} · {title_en} · {edition}

<div dir="rtl">

{count} وثيقة، سليمة ومعيبة، وقّعتها مفاتيح تطوير لا تبقى بعد الأمر. اقرأ كل وثيقة في `index.json` ببرنامجك وقارن حكمك:

- `path` الملف أو المجلد، و`kind` نوعه: `package` حزمة عمل، `chip` ملفات شريحة، `page` صفحة بيانات، `certificate` شهادة.
- `edition` الإصدارة التي يُحكم بها، و`result` الحكم: `kept` مستوفاة أو `broken` مخالفة.
- `broken` البنود المخالفة بمعرّفاتها الثابتة، وهي كل المخالف، لا أقل ولا أكثر.
- `trust` الشهادات وقوائم الإلغاء التي تُبنى عليها الثقة. لا مفتاح خاص هنا.

الأشخاص مختلقون، وكل وثيقة مكتوب عليها {specimen_ar}.

</div>

{count} documents, good and bad, signed with development keys that end with the command. Judge each entry of
`index.json` with your own program and compare:

- `path`: the file or folder. `kind`: `package` (work package), `chip` (chip files), `page` (data page), `certificate`.
- `edition`: the edition to judge by. `result`: `kept` or `broken`.
- `broken`: the clauses that are broken, by their stable ids; these are all of them, no fewer and no more.
- `trust`: certificates and revocation lists to trust. There is no private key here: nothing is to be signed with one.

The conformity of a document is asked here, clause by clause. Every signature holds; in `bad/chip.files.SOD` alone a
file is not the one that was signed.

The people are invented, and every document is marked {specimen_en}. Made by `issuance spec kit`; judged by
`issuance spec conform PATH --edition E`.
"""


def readme(spec: Specification, edition: PassportEdition, count: int) -> str:
    """Markdown for people of both languages."""
    title, specimen = spec.passport.book.title, edition.data_page.specimen
    return _TEXT.format(
        title_ar=title.ar,
        title_en=title.en,
        edition=edition.edition,
        count=count,
        specimen_ar=specimen.ar,
        specimen_en=specimen.en,
    )
