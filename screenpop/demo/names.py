"""How are people, shops and towns called in the countries we deliver to?

All companies are invented: a word of the trade and a family or place name. The
lists are short on purpose; the generator combines them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """`{f}` is a family name, `{g}` a given name, `{w}` a word, `{t}` a town."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    companies: tuple[str, ...]
    words: tuple[str, ...]
    clubs: tuple[str, ...]
    streets: tuple[str, ...]
    districts: tuple[str, ...]  # tell branches and namesakes apart
    postcode: str  # A is a letter, 9 a digit


def words(text: str) -> tuple[str, ...]:
    """Split at plain blanks only: a no-break space belongs to a name."""
    return tuple(word for word in text.split(" ") if word)


def lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


NAMING: dict[str, Naming] = {
    "GB": Naming(
        given=words(
            "Olivia Amelia Harriet Niamh Priya Eleri Catriona Joan Beth Zainab"
            " George Rhys Callum Tomasz Imran Alasdair Edwin Kwame Peter Dafydd"
        ),
        family=words(
            "Ashworth Okafor Pemberton Llewellyn MacAllister Sidhu Thistlewood"
            " Rahman Brightwell O'Dowd Fothergill Hargreaves Penhaligon Nowak"
            " Twelvetrees Begum Wigglesworth St.\N{NO-BREAK SPACE}John Marlowe Quigley"
        ),
        companies=lines(
            """{f} Cycles
            {f} & Daughters Bicycle Works
            {w} Wheel Co-operative
            The {w} Bike Shed
            {f}'s of {t}
            {w} Cycle Hire Ltd
            {t} {w} Couriers Ltd"""
        ),
        words=words(
            "Linden Heron Cobble Larkfield Northgate Saddler Hollow Copper"
            " Millrace Kestrel Harbour Fenland Thornbury Ember Towpath"
        ),
        clubs=lines(
            """{t} {w} Wheelers
            {w} School Cycling Trust"""
        ),
        streets=lines(
            """{n} Station Road
            {n} Mill Lane
            Unit {n}, Canal Wharf
            {n} High Street
            {n} Old Foundry Yard"""
        ),
        districts=words(
            "Northgate Canalside Eastfield Hillfoot Quayside Southbank Oldtown Westend"
        ),
        postcode="AA9 9AA",
    ),
    "DE": Naming(
        given=words(
            "Annegret Käthe Sibel Jördis Mareike Wiebke Ayşe Friederike Jana Uta"
            " Jürgen Torsten Götz Mehmet Björn Uwe Konrad Rüdiger Lutz Emre"
        ),
        family=words(
            "Müller-Lüdenscheidt Großkreutz Yıldırım Krähenbühl Öztürk Schäfer"
            " Weißgerber Brömmelkamp Hünerfürst Dietrich Vogelsang Özdemir Strauß"
            " Köhler Wiedemann Bäumler Jürgens Klöckner Tiedje Vöhringer"
        ),
        companies=lines(
            """Zweirad {f}
            Fahrradhaus {f} GmbH
            Radladen {w} e. K.
            {w}rad Werkstattkollektiv {t} eG
            Velo {f} GmbH & Co. KG
            {f} Lastenradverleih UG (haftungsbeschränkt)
            Radkurier {w} {t}"""
        ),
        words=words(
            "Speichen Lindenhof Zugvogel Rückenwind Schlüssel Nordlicht Kettenblatt"
            " Freilauf Mühlen Hafen Buchen Sonnen Wald Brücken Silber"
        ),
        clubs=lines(
            """RSC {w} {t} e. V.
            Gesamtschule {t}-{w} Fahrrad-AG"""
        ),
        streets=lines(
            """Bahnhofstraße {n}
            Am Güterbahnhof {n}
            Lindenallee {n} a
            Gewerbepark Süd {n}
            Mühlgasse {n}"""
        ),
        districts=words(
            "Nordstadt Altstadt Südvorstadt Hafencity Westend Mitte Gostenhof"
        ),
        postcode="99999",
    ),
    "FR": Naming(
        given=words(
            "Élodie Maëlle Françoise Aïcha Noémie Solène Inès Zoë Clémence Anaïs"
            " Jean-Baptiste Loïc François Mamadou Gaël Étienne Benoît Karim Noël Rémi"
        ),
        family=words(
            "Lefèvre N'Guessan Béranger Le\N{NO-BREAK SPACE}Goff Dubœuf Châtelain"
            " Haddad Rousseau Maillard-Peçanha Bénichou Kerouédan Traoré Guérin"
            " d'Aubigny Vasseur Lemoine Çelik Garnier Pélissier Ferrand"
        ),
        companies=lines(
            """Cycles {f}
            Vélo {w} SARL
            L'Atelier du {w}
            {f} et Fils
            La Bicyclette {w}
            Coursiers de {t} SCOP
            Location {w} Vélos SAS"""
        ),
        words=words(
            "Pédalier Mistral Bleu Hirondelle Canal Rayon Guidon Colibri Cèdre"
            " Faubourg Libre Garrigue Marée Tilleul Pavé"
        ),
        clubs=lines(
            """Vélo-Club {w} de {t}
            Association « {w} et compagnie » {t}"""
        ),
        streets=lines(
            """{n} rue de la Gare
            {n} bis, quai du Canal
            {n} avenue Jean-Jaurès
            ZA des Prés, lot {n}
            {n} place du Marché"""
        ),
        districts=words(
            "République Gare Vieux-Port Centre Belleville Rive-Gauche Bastide Remparts"
        ),
        postcode="99999",
    ),
    "US": Naming(
        given=words(
            "Maria Denise Guadalupe Ashley Keisha Nora Thuy Rebecca Carol Yesenia"
            " Marcus Jesús Walter Tyrone Dmitri Hank Luis Jamal Russell Ken"
        ),
        family=words(
            "Ramirez Kowalczyk Washington Nguyen Peña Thorsen Delacroix McReady"
            " Castellanos Blackwood O'Malley Yazzie Goldfarb Whitaker Boone Tran"
            " Stubbs Fitzgerald Nakamura Ortiz"
        ),
        companies=lines(
            """{f}'s Bike Barn
            {w} Cyclery LLC
            {t} {w} Bikes, Inc.
            {f} Bicycle Repair
            {w} Messenger Service LLC
            {f} & Sons Cycling
            {w} Trail Outfitters"""
        ),
        words=words(
            "Prairie Redwood Juniper Gearhead Sawtooth Bluebird Riverbend Cascade"
            " Sagebrush Lakeshore Copperhead Magnolia Spoke Timber Mesa"
        ),
        clubs=lines(
            """{t} {w} Velo Club
            {w} County School District, Bike-to-School Program"""
        ),
        streets=lines(
            """{n}00 N Main St
            {n}20 Industrial Pkwy, Suite B
            {n}1 Depot Ave
            {n}45 Old Mill Rd
            {n}10 W 5th St"""
        ),
        districts=words(
            "Downtown Eastside Uptown Riverfront Northside Midtown Westlake Southgate"
        ),
        postcode="99999",
    ),
    "SE": Naming(
        given=words(
            "Åsa Märta Ingrid Fatima Saga Linnéa Hjördis Elsa Malin Tuva"
            " Örjan Håkan Sören Göran Nils Abdi Björn Åke Viggo Lars-Erik"
        ),
        family=words(
            "Åkerström Sjöberg Lindqvist Björklund Hägglund Nyström Öberg Ahmed"
            " Ekdahl Wallström Häggkvist Söderblom Dahlgren Norrby Fågelsång"
        ),
        companies=lines(
            """{f}s Cykel AB
            Cykelverkstan {w}
            {w} Cykel & Sport AB
            {f} & Söner HB
            {t} Cykelbud AB"""
        ),
        words=words(
            "Björken Ekern Fjällräven-stigen Kedjan Medvind Norrsken Ångbåten Linden"
            " Hamnen Skogen Älven Frihjulet"
        ),
        clubs=lines(
            """CK {w} {t}
            {t} folkhögskola, cykellinjen"""
        ),
        streets=lines(
            """Storgatan {n}
            Järnvägsgatan {n} B
            Verkstadsvägen {n}
            Hamngatan {n}"""
        ),
        districts=words("Centrum Norr Söder Hamnen Öster Väster Industrin Stationen"),
        postcode="999 99",
    ),
}

RIGHT_TO_LEFT: tuple[tuple[str, str, str], ...] = (
    ("GB", "دراجات النور", "ليلى حداد"),
    ("FR", "متجر دراجات السلام", "يوسف المصري"),
    ("DE", "ورشة القمر للدراجات", "سلمى الخطيب"),
    ("US", "אופני הגליל בע״מ", "נועה לוי"),
    ("GB", "חנות האופניים של אבי", "אבי כהן"),
    ("SE", "دراجات الشمال", "مريم ناصر"),
    ("DE", "אופניים ברלין", "תמר שפירא"),
)
"""(country, company, person) of customers whose names are written right to left."""

VERY_LONG: tuple[tuple[str, str], ...] = (
    (
        "DE",
        "Gemeinnützige Gesellschaft für Fahrradkultur, Lastenradlogistik und Verkehrs"
        "erziehung im Landkreis Oberspreewald-Elsterheide mbH, Zweigstelle Süd",
    ),
    (
        "FR",
        "Association intercommunale pour la promotion de la bicyclette, de la marche"
        " et des mobilités douces entre Saint-Rémy-lès-Marais et Châteauneuf",
    ),
    (
        "GB",
        "The Worshipful Trustees of the Upper Wharfe and Lower Nidd Valleys Community"
        " Bicycle Library and Repair Workshop (Charitable Incorporated Organisation)",
    ),
    ("GB", "Llanfairfechan-y-Groesffordd Uchaf Beicio Cymunedol Cyfyngedig"),
    (
        "US",
        "Greater Tri-County Metropolitan Bicycle, Pedestrian and Scooter Advisory"
        " Cooperative of the Upper Sawtooth Basin, Inc.",
    ),
    ("SE", "Norra Västerbottens Cykelfrämjandes Ekonomiska Förening för Vinterdäck"),
)
"""(country, company) for the narrow column of a card."""


# -- Where does the demo's chance come from, so that it repeats?


def chance(seed: int, part: str) -> random.Random:
    """A generator of its own for each part: a change in one leaves the others."""
    return random.Random(f"{seed}/{part}")  # noqa: S311 - a story, no secret
