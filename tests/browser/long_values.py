"""Long names, firms and sentences in several scripts, and a company full of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from browser.house import House


@dataclass(frozen=True, kw_only=True)
class Long:
    """A customer whose values are as long as they get."""

    phone: str
    name: str
    firm: str
    contact: str
    words: str


LONG = {
    "Latin": Long(
        phone="+442079460911",
        name="Maximiliane-Josephine von und zu Hohenlohe-Langenburg-Schillingsfürst",
        firm="Vereinigte Oberflächenbehandlungs- und Lastenradvertriebsges. mbH & Co.",
        contact="Wolfeschlegelsteinhausen-Featherstonehaugh",
        words="Promised to pay invoice RE-2026-000417 on Monday and to be called at 10",
    ),
    "Arabic and Hebrew": Long(
        phone="+442079460912",
        name="عبد الرحمن بن محمد بن عبد العزيز الخوارزمي البغدادي",
        firm="החברה הישראלית המאוחדת לאופני משא ולתיקון אופניים בע״מ",
        contact="أبو بكر محمد بن زكريا الرازي",
        words="وعد بدفع الفاتورة RE-2026-000417 يوم الاثنين، ويُرجى الاتصال به.",
    ),
    "Cyrillic and Greek": Long(
        phone="+442079460913",
        name="Александра Константиновна Рождественская-Преображенская",
        firm="Ανώνυμη Εταιρεία Ηλεκτροκίνητων Ποδηλάτων Θεσσαλονίκης",
        contact="Παπαδημητρακοπούλου Αικατερίνη",
        words="Обещала оплатить счёт RE-2026-000417 в понедельник, просит звонить",
    ),
    "Chinese and Korean": Long(
        phone="+442079460914",
        name="欧阳慕容上官司马长孙宇文尉迟公孙轩辕令狐钟离诸葛夏侯",
        firm="대한민국자전거및화물삼륜차수출입무역주식회사서울특별시강남구지점",
        contact="남궁민수독고영재황보혜정",
        words="客户承诺周一支付发票RE-2026-000417并要求我们在上午十点回电话。" * 2,
    ),
    "Thai": Long(
        phone="+442079460915",
        name="นางสาวกาญจนาภรณ์วัฒนศิริพัฒน์ ณ อยุธยาเกษมสันต์",
        firm="บริษัทอุตสาหกรรมจักรยานบรรทุกสินค้าแห่งประเทศไทยจำกัดมหาชน",
        contact="สมเด็จเจ้าพระยาบรมมหาศรีสุริยวงศ์",
        words="รับปากว่าจะชำระใบแจ้งหนี้RE-2026-000417ภายในวันจันทร์",
    ),
}
EMAIL = "accounts.payable.and.receivable.department@oberflaechenbehandlung.example.net"
HUGE = "123456789012.34"
NUMBER = "RE-2026-DE-NW-0000000417-"


def cards() -> str:
    """The index cards of all of them, without a head."""
    rows = [
        f'{at},"{each.name}","{each.firm}",{each.phone},"{each.firm}",{EMAIL}'
        for at, each in enumerate(LONG.values(), start=21)
    ]
    return "\n".join([*rows, ""])


def says_long_things(house: House, long: Long) -> None:
    """From now on every department answers with them."""
    words, firm, money = long.words, long.firm, {"currency": "SAR"}
    said: dict[str, dict[str, Any]] = {
        "balance": {"open": HUGE, "overdue": HUGE, **money},
        "terms": {"limit": HUGE, "used": HUGE, "blocked": True, **money},
        "contact": {"contact": long.contact},
        "books": {"contact": long.contact[::2] + long.contact[1::2]},
    }
    for what, values in said.items():
        house.company.says(what, **values)
    listed: dict[str, list[dict[str, Any]]] = {
        "invoices": [{"invoice": f"{NUMBER}{n}", "open": HUGE, **money} for n in "ABC"],
        "orders": [{"order": f"{NUMBER}{n}", "items": words, **money} for n in "ABCDE"],
        "offers": [{"product": firm, "sku": NUMBER, "reason": words, **money}],
        "often": [{"product": firm, "sku": NUMBER}],
        "tickets": [{"ticket": NUMBER, "subject": words}],
    }
    for what, rows in listed.items():
        house.company.lists(what, *rows)
