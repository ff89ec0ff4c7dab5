"""What the sample CRM export is made of: countries, names, and values that break careless software."""

from typing import NamedTuple

Row = dict[str, str]


class Country(NamedTuple):
    code: str
    region: str
    languages: str  # the first is the usual one
    zones: str
    weight: int


COUNTRIES = (
    Country("US", "AMER", "en", "America/New_York America/Chicago America/Denver America/Los_Angeles", 24),
    Country("GB", "EMEA", "en", "Europe/London", 9),
    Country("AU", "APAC", "en", "Australia/Sydney Australia/Adelaide Australia/Lord_Howe", 4),
    Country("IN", "APAC", "en", "Asia/Kolkata", 4),
    Country("CA", "AMER", "en fr", "America/Toronto America/Vancouver America/St_Johns", 5),
    Country("DE", "EMEA", "de", "Europe/Berlin", 15),
    Country("AT", "EMEA", "de", "Europe/Vienna", 3),
    Country("CH", "EMEA", "de fr", "Europe/Zurich", 3),
    Country("JP", "APAC", "ja", "Asia/Tokyo", 13),
    Country("ES", "EMEA", "es", "Europe/Madrid Atlantic/Canary", 5),
    Country("MX", "AMER", "es", "America/Mexico_City America/Tijuana", 4),
    Country("CL", "AMER", "es", "America/Santiago", 2),
    Country("FR", "EMEA", "fr", "Europe/Paris", 8),
    Country("BR", "AMER", "pt", "America/Sao_Paulo America/Manaus", 5),
    Country("PT", "EMEA", "pt", "Europe/Lisbon Atlantic/Azores", 3),
)

# Names stand as "as written=as in an address" where the two differ by more than case.
FIRST_NAMES = {
    "en": "Olivia James Amelia Noah Grace Samuel Priya Ethan Chloe=chloe Arjun Hannah Liam Ruth Owen",
    "de": "Jürgen=juergen Anna Lukas Sophie Björn=bjoern Käthe=kaethe Paul Ingrid Felix Marie Uwe Silke",
    "ja": "さくら=sakura 健太=kenta 美咲=misaki 翔=sho 陽子=yoko 大輔=daisuke 葵=aoi 直樹=naoki 恵=megumi",
    "es": "Lucía=lucia Martín=martin Sofía=sofia Íñigo=inigo Valentina Mateo Begoña=begona Javier Ximena",
    "fr": "Zoé=zoe Étienne=etienne Camille Loïc=loic Margaux François=francois Inès=ines Hugo Maëlle=maelle",
    "pt": "João=joao Beatriz Inês=ines Tomás=tomas Luísa=luisa Gonçalo=goncalo Mariana Caio Letícia=leticia",
}
LAST_NAMES = {
    "en": "Carter O'Brien=obrien Walker Singh Hughes Smith-Jones Patel Brooks MacLeod Nguyen Bell Okafor",
    "de": "Müller=mueller Schäfer=schaefer Weiß=weiss Vogel Köhler=koehler Lang Krüger=krueger Roth Zimmer",
    "ja": "佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 小林=kobayashi 山本=yamamoto 中村=nakamura",
    "es": "Núñez=nunez García=garcia Ibáñez=ibanez Peña=pena Herrera Castro Ordóñez=ordonez Rivas",
    "fr": "Lefèvre=lefevre Dubois D'Aubigné=daubigne Noël=noel Moreau Garnier Bérard=berard Petit Leclerc",
    "pt": "Araújo=araujo Gonçalves=goncalves Sá=sa Magalhães=magalhaes Pereira Brandão=brandao Nunes Rocha",
}
FIRMS = {
    "en": "Harborlight Copperfield Northgate Larkspur Millstone Redwater Fairwind Ashdown Kestrel Pinecrest",
    "de": "Nordwind Möwenwerk=moewenwerk Alpenglas Lindenbau Grünfeld=gruenfeld Elbmetall Stahlhof",
    "ja": "青空=aozora 北斗=hokuto 若葉=wakaba 富士見=fujimi 白鳥=hakucho 千代=chiyo 光洋=koyo",
    "es": "Solvento Ríoclaro=rioclaro Montaña=montana Alborada Cañaveral=canaveral Almendro Peñalta=penalta",
    "fr": "Clairval Hêtraie=hetraie Belmont Sérac=serac Lumière=lumiere Forêt-Noire=foret-noire Vernay",
    "pt": "Maré=mare Serralta Açoriana=acoriana Ipê=ipe Pinhal Atlântida=atlantida Jatobá=jatoba Horizonte",
}
PLACES = {
    "en": "Westmere Stonebridge Oakhaven",
    "de": "Talheim Neubrück=neubrueck Seeburg",
    "ja": "若松=wakamatsu 花園=hanazono",
    "es": "Valdeoro Peñaclara=penaclara",
    "fr": "Beaurivage Montclair",
    "pt": "Ribeira Monteverde",
}
FORMS = {
    "en": ("{} Ltd.", "{}, Inc.", "{} & Sons", "{}"),
    "de": ("{} GmbH", "{} AG", "{} GmbH & Co. KG"),
    "ja": ("株式会社{}", "{}製作所", "{}システムズ"),
    "es": ("{} S.A.", "Grupo {}", "{}, S.L."),
    "fr": ("{} SARL", "Groupe {}", "Ateliers {}"),
    "pt": ("{} Lda.", "{} S.A.", "Grupo {}"),
}
OFFICES = {
    "en": "City of {}",
    "de": "Stadt {}",
    "ja": "{}市役所",
    "es": "Ayuntamiento de {}",
    "fr": "Mairie de {}",
    "pt": "Câmara Municipal de {}",
}

CSMS = (
    ("csm-1", "Dana Whitfield", "dana.whitfield@success.example.com", "America/New_York"),
    ("csm-2", "Jonas Öztürk", "jonas.oeztuerk@success.example.com", "Europe/Berlin"),
    ("csm-3", "森 由美", "yumi.mori@success.example.com", "Asia/Tokyo"),
    ("csm-4", "Renata d'Ávila", "renata.davila@success.example.com", "America/Sao_Paulo"),
    ("csm-5", "Siobhán O'Shea", "siobhan.oshea@success.example.com", ""),
)
CSM_OF_REGION = {"AMER": ("csm-1", "csm-4"), "EMEA": ("csm-2", "csm-5"), "APAC": ("csm-3",)}

ODD_COMPANIES: tuple[Row, ...] = (
    {"name": '"Quoted" & <b>Bold</b> Ltd.'},
    {"name": '=HYPERLINK("https://evil.example","Invoice")'},
    {"name": "{{ 7 * 7 }} Consulting"},
    {"name": "{% raw %} Partners"},
    {"name": "Two\nLines KG"},
    {"name": "   Blank Edges   "},
    {"name": "Semi;colon, Comma | Pipe"},
    {"name": "🚀 Rocket Bäckerei"},
    {"name": "شركة النخيل"},
    {"name": "חברת אורן"},
    {"name": "O'Malley's \\ Backslash"},
    {"name": "Extraordinarily " + "Long " * 40 + "Name Holdings"},
    {"name": "NULL"},
    {"name": "-2+3 Analytics"},
    {"zone": "Mars/Olympus_Mons"},
    {"zone": "Europe/Atlantis"},
    {"zone": "GMT+25"},
)

ODD_CONTACTS: tuple[Row, ...] = (
    {"first_name": ""},
    {"first_name": "", "last_name": ""},
    {"first_name": "<b>Bold</b>", "last_name": "<script>alert(1)</script>"},
    {"first_name": "{{ contact.email }}", "last_name": "{% for x in y %}"},
    {"first_name": "=cmd|' /C calc'!A0", "last_name": "+SUM(1)"},
    {"first_name": "@here", "last_name": "-1"},
    {"first_name": '"Ace"', "last_name": "Comma, Jr."},
    {"first_name": "  Padded ", "last_name": "\tTabbed"},
    {"first_name": "Two", "last_name": "Lines\nBcc: everyone@evil.example"},
    {"first_name": "=?utf-8?q?Bob=0d=0aBcc=3a_x=40evil=2eexample?=", "last_name": "Encoded"},
    {"first_name": "محمد", "last_name": "الأحمد", "language": "ar"},
    {"first_name": "Rafi \u202egnihton", "last_name": "Override"},
    {"first_name": "🦊", "last_name": "👩‍🚀 Emoji"},
    {"first_name": "Jose\u0301", "last_name": "Decomposed"},
    {"first_name": "Maximiliana" * 20, "last_name": "von und zu " * 20 + "Lang"},
    {"first_name": "null", "last_name": "None"},
    {"first_name": "Robert'); DROP TABLE contacts;--", "last_name": "Tables"},
    {"first_name": "100 % $HOME `id`", "last_name": "\\N"},
    {"first_name": "X", "last_name": "Æ"},
    {"email": ""},
    {"email": ""},
    {"email": "not-an-address"},
    {"email": "two@@signs.example"},
    {"email": "space in@local.example"},
    {"email": "no-domain@"},
    {"email": "dot.at.end.@broken.example"},
    {"email": "header@broken.example\nBcc: everyone@evil.example"},
    {"email": "  Padded.Upper@Mixed.EXAMPLE "},
    {"email": "o'hara+jo@apostrophe.example"},
    {"email": "jürgen@mailbox.example"},
    {"email": "info@münchen.example"},
    {"email": "l" * 64 + "@longest-local-part.example"},
    {"email": "l" * 65 + "@too-long-local-part.example"},
    {"email": "postmaster@shared.example"},
    {"email": "abuse@shared.example"},
    {"email": "no-reply@shared.example"},
    {"email": "team@shared.example.org"},
    {"email": "Team@Shared.example.org"},
    {"email": "moved.away@unknown-host.example"},
    {"zone": "Mars/Olympus_Mons"},
    {"zone": "Pacific Time (US)"},
    {"language": "tlh"},
    {"language": "DE"},
    {"language": "pt-BR"},
)
