"""Invented people: names from several cultures, with e-mail addresses that cannot exist."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_CULTURES: dict[str, tuple[str, str]] = {
    "english": (
        "Olivia Amelia Isla Grace Freya Poppy Harriet Eleanor Maisie Ruby Jack Oliver Harry Finlay Callum "
        "Rory Angus Fraser Ewan Logan Nora Hazel Stella Wyatt Mason",
        "Fletcher Hargreaves Whitcombe Ashdown Merrick MacLeod Sutherland Pemberton Holloway Kerr Thackeray "
        "Langley Brightwell Carver Doyle Winslow Radcliffe Penhale Stanhope Murray Tolland Greaves",
    ),
    "french": (
        "Camille Léa Chloé Manon Élise Zoé Margaux Inès Juliette Océane Hugo Lucas Théo Étienne Mathis "
        "Rémi Bastien Félix Antoine Gaël",
        "Tremblay Gagnon Lefèvre Moreau Girard Beaulieu Chevalier Fontaine Dubuisson Perrault Laflamme "
        "Boisvert Marchand Delacroix Rousselle Carpentier",
    ),
    "german": (
        "Leonie Hannah Greta Frieda Mathilda Svenja Wiebke Annika Jürgen Lukas Moritz Jonas Florian "
        "Matthias Torsten Käthe Björn Anselm Ronja Henrike",
        "Brandt Vogelsang Hölzer Schäfer Kettler Rosenthal Lindner Steinbach Grünewald Pfeiffer Thalberg "
        "Wiesner Ostermann Böhme Kranz Ahlers",
    ),
    "turkish": (
        "Elif Zeynep Defne Ayşe Nehir Emre Kerem Burak Mert Deniz",
        "Yıldız Kaplan Aydın Şahin Çelik Doğan Arslan Korkmaz",
    ),
    "dutch": (
        "Sanne Femke Lotte Maartje Anouk Daan Sem Thijs Bram Joost",
        "Visser Hoekstra Dijkman Vermeulen Kuipers Postma Brouwer Terpstra",
    ),
    "polish": (
        "Zuzanna Maja Agnieszka Kasia Małgorzata Bartosz Jakub Wojciech Michał Kacper",
        "Zieliński Wójcik Kamiński Lewandowicz Dąbrowa Szymański Górska Pawlak",
    ),
    "italian": (
        "Giulia Chiara Martina Aurora Beatrice Lorenzo Matteo Davide Niccolò Tommaso",
        "Ricciardi Marchetti Bellini Fontana Gallo Morandi Serafini Valenti",
    ),
    "spanish": (
        "Lucía Martina Sofía Valeria Ximena Mateo Santiago Iñaki Joaquín Andrés",
        "Herrera Ibáñez Montoya Castañeda Villalobos Quintana Arce Peñalver",
    ),
    "portuguese": (
        "Beatriz Larissa Mariana João Thiago Caio Letícia Rafael",
        "Azevedo Magalhães Teixeira Nogueira Carvalhal Furtado",
    ),
    "nordic": (
        "Astrid Ingrid Saga Freja Sigrid Søren Viggo Torbjörn Elias Malte",
        "Lindqvist Sandberg Nyström Østergaard Dahlgren Bergström Kjær Holmgren",
    ),
    "indian": (
        "Aarav Vihaan Ishaan Rohan Kabir Arjun Dev Nikhil Siddharth Farhan Ananya Diya Priya Meera Kavya "
        "Nandini Lakshmi Fatima Simran Tanvi Harpreet Karthik Sneha Ritika Imran",
        "Sharma Iyer Reddy Banerjee Nair Kulkarni Chauhan Bose Deshpande Pillai Gill Qureshi Menon Joshi "
        "Rathore Shetty Thakur Mishra Dasgupta Naidu Bhatt Khan",
    ),
    "chinese": (
        "Mei Xiu Jing Lan Yun Hao Jun Wei Bo Ming",
        "Zhang Liang Huang Zhou Xu Gao Tan Lim",
    ),
    "japanese": (
        "Yui Hana Aoi Sakura Rin Haruto Sota Ren Kenji Daiki",
        "Takahashi Watanabe Kobayashi Mori Ishida",
    ),
    "arabic": (
        "Layla Amina Yasmin Noor Salma Omar Karim Tariq Youssef Hassan",
        "Haddad Mansour Benali Khalil Nasser Darwish Saleh Farouk",
    ),
    "african": (
        "Amara Chidinma Wanjiru Thandiwe Abena Kwame Chinedu Otieno Tunde Sipho",
        "Okafor Mwangi Adeyemi Mensah Kamau Balogun Ndlovu Owusu",
    ),
}

_MAIL_DOMAINS = ("example.com", "example.org", "example.net")
# What has no accent to take off.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "ß": "ss", "ı": "i", "ð": "d", "Ł": "l", "Ø": "o"})


@lru_cache(maxsize=len(_CULTURES))
def _lists(culture: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    first, last = _CULTURES[culture]
    return tuple(first.split()), tuple(last.split())


def name(culture: str, number: int) -> tuple[str, str]:
    """First and last name, by any large number."""
    first, last = _lists(culture)
    return first[number % len(first)], last[(number >> 12) % len(last)]


def email(first: str, last: str, who: int) -> str:
    """An address of their own under a domain kept for examples: `who` is the person's number."""
    return f"{_plain(first)}.{_plain(last)}{who}@{_MAIL_DOMAINS[who % 3]}"


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in apart.lower() if letter.isascii() and letter.isalpha())
